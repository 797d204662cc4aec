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
    [RC_PLANNING_RECORDS] = {"records", "records of a side", "a whole number as 1000000 or 1e9"},
    [RC_PLANNING_PEAK] = {"peak", "in the busiest second",
                          "a number; 0: what follows from the records"},
    [RC_PLANNING_ITEM] = {"item", "bytes of an item", "a whole number of 1 to 409600"},
    [RC_PLANNING_SKEW] = {"skew", "share of the hottest id", "a share of 0 to 1"},
    [RC_PLANNING_READY] = {"ready", "write units it is ready for", "a number; 0: twice the peak"},
    [RC_PLANNING_PROBABILITY] = {"probability", "chance of throttling", "a probability as 0.001"},
    [RC_PLANNING_WITHIN] = {"within", "seconds to write it in", "a time as 90s, 30m or 1h"},
    [RC_PLANNING_WRITE] = {"write", "write units a step spends",
                           "a whole number; 0: what the table takes"},
    [RC_PLANNING_QUOTA] = {"quota", "write units of its quota", "a whole number as 40000"},
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
        [RC_PLANNING_WRITE] = &planning->setting.write_units,
        [RC_PLANNING_QUOTA] = &planning->setting.table_wcu,
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
    if (figure == RC_PLANNING_RECORDS)
        planning->found_records = value;
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

/* Decimal digits, a point, an exponent, of all that strtod reads. False when text does not begin
 * with that; end is behind it. */
static bool read_decimal(const char *text, double *value, char **end)
{
    errno = 0;
    *value = strtod(text, end);
    return *end > text && (size_t)(*end - text) <= strspn(text, "0123456789.eE+-") && !errno &&
           isfinite(*value);
}

bool rc_planning_time(const char *text, double *seconds)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}};
    char *end;
    double value;
    if (!read_decimal(text, &value, &end))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(end, units[i].unit) == 0) {
            *seconds = value * units[i].seconds;
            return *seconds >= 1 && *seconds <= RC_PLANNING_WITHIN_MOST_S;
        }
    return false;
}

bool rc_planning_number(const char *text, double *value)
{
    char *end;
    return read_decimal(text, value, &end) && !*end && *value >= 0;
}

bool rc_planning_whole_or_none(const char *text, double *value)
{
    return rc_planning_number(text, value) && floor(*value) == *value;
}

bool rc_planning_whole(const char *text, double *value)
{
    return rc_planning_whole_or_none(text, value) && *value >= 1;
}

static bool is_whole(int figure)
{
    return figure == RC_PLANNING_RECORDS || figure == RC_PLANNING_ITEM ||
           figure == RC_PLANNING_QUOTA;
}

bool rc_planning_read(struct rc_planning *planning, int figure, const char *text,
                      struct rc_error *err)
{
    double value;
    bool ok = figure == RC_PLANNING_WITHIN  ? rc_planning_time(text, &value)
              : is_whole(figure)            ? rc_planning_whole(text, &value)
              : figure == RC_PLANNING_WRITE ? rc_planning_whole_or_none(text, &value)
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
                 "probability=, within=, write=, quota= or shards=, and a number",
                 word);
    return false;
}

/* ----- the answer ----- */

/* That brings them within the time. */
static double even_spread(const struct rc_planning *planning, double records)
{
    return records / planning->setting.within_s;
}

/* What is put has to be possible: nothing follows from a day that cannot be. */
static bool check_peak(const struct rc_planning *planning, struct rc_error *err)
{
    double records = planning->load.records, peak = planning->load.per_second;
    double within_s = planning->setting.within_s;
    if (!rc_planning_is_put(planning, RC_PLANNING_PEAK) || peak <= 0 || records <= 0)
        return true;
    if (peak > records)
        rc_error_set(err, RC_INVALID,
                     "a peak of %.10g records a second is more than the %.10g records of the day: "
                     "give it less, or the day more",
                     peak, records);
    else if (peak * within_s < records * (1 - 1e-9))
        rc_error_set(err, RC_INVALID,
                     "a peak of %.10g records a second brings %.10g of %.10g records within %.10g "
                     "seconds: give it %.0f seconds, or a peak of %.0f",
                     peak, peak * within_s, records, within_s, ceil(records / peak),
                     ceil(even_spread(planning, records)));
    else
        return true;
    return false;
}

/* A worker writes as fast as it may; a peak that was found grows with the records, and one that was
 * put stays what it is, as far as such a day can have it. */
static double peak_of(const struct rc_planning *planning, const struct rc_plan_load *load)
{
    double even = even_spread(planning, load->records), peak = load->per_second;
    if (peak <= 0)
        peak = rc_plan_ingest(load, &planning->setting);
    else if (!rc_planning_is_put(planning, RC_PLANNING_PEAK) && planning->found_records > 0)
        peak *= load->records / planning->found_records;
    return fmax(fmin(peak, load->records), even);
}

/* What follows from the number of records where nothing else is said. */
static struct rc_plan_load load_of(const struct rc_planning *planning, double records)
{
    struct rc_plan_load load = planning->load;
    load.records = records;
    load.per_second = peak_of(planning, &load);
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
static size_t counts_of(const struct rc_planning_answer *answer, uint32_t asked,
                        uint32_t counts[RC_PLANNING_ROWS])
{
    const uint32_t wanted[RC_PLANNING_ROWS] = {
        1, 8, 16, 32, 64, 128, 256, answer->smallest, answer->advised, asked};
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

/* The power of two from it on; 0 of 0. */
static uint32_t rounded(uint32_t shards)
{
    uint32_t power = 1;
    while (power < shards)
        power *= 2;
    return shards ? power : 0;
}

/* What people give a program: a power of two that is no smaller, and with which a match ends in
 * time, where one does. */
static uint32_t advised_of(const struct rc_planning *planning, const struct rc_plan_load *load,
                           uint32_t smallest)
{
    for (uint32_t count = rounded(smallest); count && count <= RC_SHARDS_MAX; count *= 2)
        if (rc_plan_matches(load, &planning->setting, count))
            return count;
    return rounded(smallest);
}

bool rc_planning_answer(const struct rc_planning *planning, struct rc_planning_answer *answer,
                        struct rc_error *err)
{
    uint32_t counts[RC_PLANNING_ROWS] = {0};
    *answer = (struct rc_planning_answer){.load = load_of(planning, planning->load.records)};
    if (!check_peak(planning, err) || !rc_plan_check(&answer->load, err) ||
        !rc_plan_smallest(&answer->load, &answer->smallest, &answer->hot, err))
        return false;
    answer->there = planning->shards;
    answer->over_peak = planning->load.per_second > 0 &&
                        even_spread(planning, planning->load.records) >= answer->load.per_second &&
                        !rc_planning_is_put(planning, RC_PLANNING_PEAK);
    answer->advised = advised_of(planning, &answer->load, answer->smallest);
    answer->for_match = answer->advised > rounded(answer->smallest);
    answer->count = counts_of(answer, planning->shards, counts);
    for (size_t i = 0; i < answer->count; i++)
        if (!make_row(planning, &answer->load, counts[i], &answer->rows[i], err))
            return false;
    return !answer->advised ||
           rc_plan_limits(&answer->load, &planning->setting, answer->advised, answer->limits, err);
}

bool rc_planning_decade(const struct rc_planning *planning, int decade,
                        struct rc_planning_decade *out, struct rc_error *err)
{
    bool hot;
    struct rc_planning of = *planning;
    if (!rc_planning_is_put(planning, RC_PLANNING_PEAK))
        of.load.per_second = 0;
    *out = (struct rc_planning_decade){.load = load_of(&of, 10000 * pow(10, decade))};
    if (!rc_plan_check(&out->load, err) || !rc_plan_smallest(&out->load, &out->smallest, &hot, err))
        return false;
    uint32_t there = planning->shards ? planning->shards : RC_SHARDS_DEFAULT;
    uint32_t advised = advised_of(planning, &out->load, out->smallest);
    bool grows = advised > there && !rc_planning_is_put(planning, RC_PLANNING_SHARDS);
    out->shards = grows ? advised : there;
    return rc_plan_limits(&out->load, &planning->setting, out->shards, out->limits, err);
}

/* ----- in words ----- */

void rc_planning_limit(const struct rc_plan_limit *limit, char text[RC_PLANNING_LIMIT_TEXT])
{
    snprintf(text, RC_PLANNING_LIMIT_TEXT, "%.0f of %.0f %s", limit->need, limit->most,
             limit->unit);
}

/* What else it takes: ", and …", or nothing. */
static void quota_text(const struct rc_planning_answer *answer, char *text, size_t size)
{
    *text = '\0';
    for (int i = 0; i < RC_PLAN_LIMITS; i++)
        if (strcmp(answer->limits[i].name, "table") == 0 && rc_plan_is_over(&answer->limits[i]))
            snprintf(text, size, ", and the table's quota has to be %.0f write units a second",
                     answer->limits[i].need);
}

bool rc_planning_has_to_move(const struct rc_planning_answer *answer)
{
    return answer->advised && answer->there < answer->advised;
}

void rc_planning_advice(const struct rc_planning_answer *answer, char text[RC_PLANNING_TEXT])
{
    char quota[96], peak[128] = "", take[96];
    if (answer->over_peak)
        snprintf(
            peak, sizeof peak,
            " The peak that was found does not bring the records in time: %.0f a second count.",
            ceil(answer->load.per_second));
    if (!answer->smallest) {
        snprintf(text, RC_PLANNING_TEXT, "No count of shards up to %d suffices: %s%s",
                 RC_SHARDS_MAX,
                 answer->hot ? "the hottest TransactionID alone is more than a partition takes. "
                               "Give its key another part (the clearing sequence), or its records "
                               "more time."
                             : "give the day more time, or split the program.",
                 peak);
        return;
    }
    quota_text(answer, quota, sizeof quota);
    if (answer->there >= answer->advised)
        snprintf(take, sizeof take, "The %u that there are suffice.", answer->there);
    else
        snprintf(take, sizeof take, "Take %u%s.", answer->advised,
                 answer->for_match ? ": with fewer, a match task takes longer than a function may"
                                   : "");
    snprintf(text, RC_PLANNING_TEXT,
             "The smallest count is %u: a busiest second throttles with a chance of at most %g "
             "once every shard has a partition of its own%s. %s%s",
             answer->smallest, answer->load.probability, quota, take, peak);
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
