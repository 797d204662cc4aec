#include "core/planning.h"

#include "core/diagnosis.h"
#include "core/program.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rc_planning rc_planning_begin(void)
{
    return (struct rc_planning){
        .load = {.item_bytes = RC_PLAN_ITEM_BYTES, .probability = 0.001},
        .setting = rc_plan_standard,
    };
}

/* ----- figures by name ----- */

const struct rc_planning_figure rc_planning_figures[RC_PLANNING_FIGURES] = {
    [RC_PLANNING_RECORDS] = {"records", "records of a side", "a number as 1000000 or 1e9"},
    [RC_PLANNING_PEAK] = {"peak", "in the busiest second",
                          "a number; 0: what follows from the records"},
    [RC_PLANNING_ITEM] = {"item", "bytes of an item", "a number of 1 to 409600"},
    [RC_PLANNING_SKEW] = {"skew", "share of the hottest id", "a share of 0 to 1"},
    [RC_PLANNING_READY] = {"ready", "write units it is ready for", "a number; 0: twice the peak"},
    [RC_PLANNING_PROBABILITY] = {"probability", "chance of throttling", "a probability as 0.001"},
    [RC_PLANNING_WITHIN] = {"within", "seconds to write it in", "a time as 90s, 30m or 1h"},
    [RC_PLANNING_SHARDS] = {"shards", "shards that there are", "a count of at most 4096"},
};

static double *place_of(struct rc_planning *planning, int figure)
{
    double *const places[RC_PLANNING_FIGURES] = {
        [RC_PLANNING_RECORDS] = &planning->load.records,
        [RC_PLANNING_PEAK] = &planning->load.per_second,
        [RC_PLANNING_ITEM] = &planning->load.item_bytes,
        [RC_PLANNING_SKEW] = &planning->load.hottest_share,
        [RC_PLANNING_READY] = &planning->load.ready_wcu,
        [RC_PLANNING_PROBABILITY] = &planning->load.probability,
        [RC_PLANNING_WITHIN] = &planning->setting.within_s,
    };
    return places[figure];
}

double rc_planning_get(const struct rc_planning *planning, int figure)
{
    struct rc_planning copy = *planning;
    return figure == RC_PLANNING_SHARDS ? planning->shards : *place_of(&copy, figure);
}

static void put(struct rc_planning *planning, int figure, double value)
{
    if (figure == RC_PLANNING_SHARDS)
        planning->shards = value > 0 ? (uint32_t)fmin(value, RC_SHARDS_MAX) : 0;
    else
        *place_of(planning, figure) = value;
}

void rc_planning_put(struct rc_planning *planning, int figure, double value)
{
    put(planning, figure, value);
    planning->given |= 1U << figure;
}

bool rc_planning_is_put(const struct rc_planning *planning, int figure)
{
    return planning->given & 1U << figure;
}

void rc_planning_suggest(struct rc_planning *planning, int figure, double value)
{
    if (rc_planning_is_put(planning, figure))
        return;
    put(planning, figure, value);
    planning->found |= 1U << figure;
}

bool rc_planning_is_found(const struct rc_planning *planning, int figure)
{
    return planning->found & 1U << figure;
}

void rc_planning_forget(struct rc_planning *planning, int figure)
{
    planning->given &= ~(1U << figure);
}

bool rc_planning_time(const char *text, double *seconds)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}};
    char *end;
    double value = strtod(text, &end);
    if (end == text || !isfinite(value) || value <= 0)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(end, units[i].unit) == 0) {
            *seconds = value * units[i].seconds;
            return true;
        }
    return false;
}

bool rc_planning_number(const char *text, double *value)
{
    char *end;
    errno = 0;
    *value = strtod(text, &end);
    return end != text && !*end && !errno && isfinite(*value) && *value >= 0;
}

bool rc_planning_read(struct rc_planning *planning, int figure, const char *text,
                      struct rc_error *err)
{
    double value;
    bool ok = figure == RC_PLANNING_WITHIN ? rc_planning_time(text, &value)
                                           : rc_planning_number(text, &value);
    if (ok && figure == RC_PLANNING_SHARDS)
        ok = value <= RC_SHARDS_MAX && floor(value) == value;
    if (!ok) {
        rc_error_set(err, RC_USAGE, "%s=%s: %s is expected", rc_planning_figures[figure].name, text,
                     rc_planning_figures[figure].expected);
        return false;
    }
    rc_planning_put(planning, figure, value);
    return true;
}

bool rc_planning_word(struct rc_planning *planning, const char *word, struct rc_error *err)
{
    size_t length = strcspn(word, "=");
    for (int i = 0; word[length] && i < RC_PLANNING_FIGURES; i++)
        if (strlen(rc_planning_figures[i].name) == length &&
            memcmp(rc_planning_figures[i].name, word, length) == 0)
            return rc_planning_read(planning, i, word + length + 1, err);
    rc_error_set(err, RC_USAGE,
                 "\"%s\" is no figure of a plan: records=, peak=, item=, skew=, ready=, "
                 "probability=, within= or shards=, and a number",
                 word);
    return false;
}

/* ----- the answer ----- */

/* What follows from the number of records where nothing else is said. */
static struct rc_plan_load load_of(const struct rc_planning *planning, double records)
{
    struct rc_plan_load load = planning->load;
    load.records = records;
    if (load.per_second <= 0) /* a worker writes as fast as it can */
        load.per_second = fmax(fmin(records, planning->setting.ingest_per_second),
                               records / planning->setting.within_s);
    if (load.ready_wcu <= 0)
        load.ready_wcu = fmax(RC_PLAN_START_WCU, 2 * load.per_second * rc_plan_units(&load));
    return load;
}

static bool make_row(const struct rc_planning *planning, const struct rc_plan_load *load,
                     uint32_t shards, struct rc_planning_row *row, struct rc_error *err)
{
    if (!rc_plan_of(load, shards, &row->plan, err))
        return false;
    rc_plan_read(load, planning->setting.passes, &row->plan);
    struct rc_plan_taken taken = rc_plan_taken(load, planning->setting.table_wcu, shards);
    row->taken_split = taken.split;
    row->taken_unsplit = taken.together;
    return true;
}

/* Ascending, each once. */
static size_t counts_of(uint32_t smallest, uint32_t asked, uint32_t counts[RC_PLANNING_ROWS])
{
    const uint32_t wanted[] = {1, 8, 16, 32, 64, 128, 256, smallest, asked};
    size_t count = 0;
    for (size_t w = 0; w < sizeof wanted / sizeof *wanted; w++) {
        size_t at = count;
        while (at && counts[at - 1] > wanted[w])
            at--;
        if (!wanted[w] || (at && counts[at - 1] == wanted[w]))
            continue;
        memmove(counts + at + 1, counts + at, (count - at) * sizeof *counts);
        counts[at] = wanted[w];
        count++;
    }
    return count;
}

/* The power of two from it on: what people give a program. */
static uint32_t rounded(uint32_t shards)
{
    uint32_t power = 1;
    while (power < shards)
        power *= 2;
    return shards ? power : 0;
}

bool rc_planning_answer(const struct rc_planning *planning, struct rc_planning_answer *answer,
                        struct rc_error *err)
{
    uint32_t counts[RC_PLANNING_ROWS] = {0};
    *answer = (struct rc_planning_answer){.load = load_of(planning, planning->load.records)};
    if (!rc_plan_check(&answer->load, err) ||
        !rc_plan_smallest(&answer->load, &answer->smallest, &answer->hot, err))
        return false;
    answer->advised = rounded(answer->smallest);
    answer->count = counts_of(answer->smallest, planning->shards, counts);
    for (size_t i = 0; i < answer->count; i++)
        if (!make_row(planning, &answer->load, counts[i], &answer->rows[i], err))
            return false;
    if (answer->advised)
        rc_plan_limits(&answer->load, &planning->setting, answer->advised, answer->limits);
    return true;
}

bool rc_planning_decade(const struct rc_planning *planning, int decade,
                        struct rc_planning_decade *out, struct rc_error *err)
{
    bool hot;
    struct rc_planning of = *planning;
    if (!rc_planning_is_put(planning, RC_PLANNING_PEAK))
        of.load.per_second = 0;
    *out = (struct rc_planning_decade){.load = load_of(&of, 10000 * pow(10, decade)),
                                       .shards =
                                           planning->shards ? planning->shards : RC_SHARDS_DEFAULT};
    if (!rc_plan_check(&out->load, err) || !rc_plan_smallest(&out->load, &out->smallest, &hot, err))
        return false;
    rc_plan_limits(&out->load, &planning->setting, out->shards, out->limits);
    return true;
}

/* ----- in words ----- */

void rc_planning_advice(const struct rc_planning_answer *answer, char text[RC_PLANNING_TEXT])
{
    if (answer->smallest)
        snprintf(text, RC_PLANNING_TEXT,
                 "The smallest count is %u: a busiest second throttles with a chance of at most %g "
                 "once every shard has a partition of its own. Take %u.",
                 answer->smallest, answer->load.probability, answer->advised);
    else
        snprintf(text, RC_PLANNING_TEXT, "No count of shards up to %d suffices: %s", RC_SHARDS_MAX,
                 answer->hot ? "the hottest TransactionID alone is more than a partition takes. "
                               "Give its key another part (the clearing sequence), or its records "
                               "more time."
                             : "give the day more time, or split the program.");
}

void rc_planning_move(uint32_t shards, char text[RC_PLANNING_TEXT])
{
    snprintf(text, RC_PLANNING_TEXT,
             "To move: `reconctl program put` with \"shard_count\": %u; days that have begun keep "
             "theirs (their CONFIG says which), days from then on have the new one.",
             shards);
}

double rc_planning_hot_share(const struct rc_skew *skew)
{
    double even = skew->count ? 1 / (double)skew->count : 1;
    if (!rc_is_uneven(skew) || even >= 1)
        return 0;
    return fmax(0, ((double)skew->most / skew->total - even) / (1 - even));
}
