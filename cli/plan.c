#include "cli/cli.h"
#include "cli/options.h"

#include "core/plan.h"
#include "core/program.h"
#include "core/skew.h"
#include "model/overview.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: reconctl plan (--records N | --from DIR-OR-day.db) [OPTION...]\n\n"
    "How many shards a program's file-days need, and what a count of them costs to read. The\n"
    "records are those of one side of a day; each side has a table of its own.\n\n"
    "  --records N          of a day: 1000000, 1e9\n"
    "  --from DIR           as many as that day's larger side has; also says whether its shards\n"
    "                       are as even as a hash makes them\n"
    "  --within TIME        that the day is written in: 90s, 30m, 1h (default)\n"
    "  --peak-per-second N  records in the busiest second (default: an even spread of them over\n"
    "                       that time, and at least the 4000 that one worker writes)\n"
    "  --item-bytes N       of a record as it is kept (default 700)\n"
    "  --skew SHARE         of the records, those of the TransactionID that has the most: 0.001\n"
    "  --ready-wcu N        write units a second that the table is ready for before the burst\n"
    "                       (default: twice the peak, as one on demand is that has seen it; a\n"
    "                       new one: 4000)\n"
    "  --probability P      that is put up with, of a busiest second that throttles (default\n"
    "                       0.001)\n"
    "  --shards N           a count to look at beside the usual ones\n"
    "  --passes N           of matching, for what the state machine needs (default 4)\n"
    "  --decades            what breaks first at 10,000 to 1,000,000,000 records a day\n"
    "  --seed N             of the simulation (default 1)\n"
    "  --format text|json   (default text)\n\n"
    "Exit status: 0, or 1 when no count of shards suffices.\n";

enum { TEXT, JSON };
enum { COUNTS = 10, DECADES = 6 };

struct words {
    struct rc_plan_load load;
    struct rc_plan_setting setting;
    const char *from;
    uint64_t shards, passes, seed;
    bool has_records, has_peak, has_ready, decades;
    int format;
};

/* ----- words ----- */

/* "1000000", "1e9", "0.001"; false for what is none. */
static bool read_amount(void *to, const char *text)
{
    char *end;
    errno = 0;
    double value = strtod(text, &end);
    if (end == text || *end || errno || !isfinite(value) || value < 0)
        return false;
    *(double *)to = value;
    return true;
}

static bool read_time(void *to, const char *text)
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
            *(double *)to = value * units[i].seconds;
            return true;
        }
    return false;
}

/* ----- the day that it is planned from ----- */

static void say_skew(const struct rc_skew *skew)
{
    fprintf(stderr,
            "reconctl: of its %zu shards the fullest has %.3g times the mean; a hash gives one as "
            "uneven as that with a probability of %.3g%s\n",
            skew->count, skew->most_over_mean, skew->p_value,
            skew->p_value < 0.001 ? ": an id is hot, see --skew" : "");
}

static bool read_day(struct words *words, struct rc_error *err)
{
    size_t count = 0;
    struct rc_skew skew;
    struct rc_model *model = rc_model_open(words->from, err);
    struct rc_overview *day = model ? rc_overview_read(model, err) : NULL;
    struct rc_shard_row *rows = day ? rc_shards_read(model, &count, err) : NULL;
    uint64_t *counts = rows ? calloc(count + 1, sizeof *counts) : NULL;
    bool ok = day != NULL && (counts || !count);
    if (day) {
        enum rc_side side = day->side[RC_SETTLEMENT].records > day->side[RC_INTERNAL].records
                                ? RC_SETTLEMENT
                                : RC_INTERNAL;
        if (!words->has_records)
            words->load.records = (double)day->side[side].records;
        for (size_t i = 0; counts && i < count; i++)
            counts[i] = rows[i].records[side];
        if (!words->shards)
            words->shards = day->shard_count;
        ok = ok && (!counts || rc_skew_measure(counts, count, &skew, err));
        if (ok && counts)
            say_skew(&skew);
    }
    free(counts);
    free(rows);
    rc_overview_free(day);
    rc_model_close(model);
    return ok;
}

/* What follows from the number of records where nothing else is said. */
static struct rc_plan_load load_of(const struct words *words, double records)
{
    struct rc_plan_load load = words->load;
    load.records = records;
    if (!words->has_peak) /* a worker writes as fast as it can */
        load.per_second = fmax(fmin(records, words->setting.ingest_per_second),
                               records / words->setting.within_s);
    if (!words->has_ready)
        load.ready_wcu = fmax(RC_PLAN_START_WCU, 2 * load.per_second * rc_plan_units(&load));
    return load;
}

/* ----- counts of shards ----- */

struct row {
    struct rc_plan_shards plan;
    double split, together; /* share of what was offered in time that was taken at once */
};

static double taken_share(const struct rc_load_outcome *outcome)
{
    double all = (double)(outcome->taken + outcome->failed + outcome->left);
    return all > 0 ? (double)outcome->taken / all : 1;
}

static bool make_row(const struct words *words, const struct rc_plan_load *load, uint32_t shards,
                     struct row *row, struct rc_error *err)
{
    struct rc_load_outcome split, together;
    if (!rc_plan_of(load, shards, &row->plan, err) ||
        !rc_plan_simulate(load, shards, true, words->seed, &split, err) ||
        !rc_plan_simulate(load, shards, false, words->seed, &together, err))
        return false;
    row->split = taken_share(&split);
    row->together = taken_share(&together);
    return true;
}

/* Ascending, each once. */
static size_t counts_of(uint32_t smallest, uint64_t asked, uint32_t counts[COUNTS])
{
    const uint32_t wanted[] = {1, 8, 16, 32, 64, 128, 256, smallest, (uint32_t)asked};
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
    return power;
}

static void print_rows(const struct rc_plan_load *load, const struct row *rows, size_t count)
{
    printf("%.10g records of a side, %.6g in the busiest second, %.0f write unit%s each; a "
           "partition takes %.0f of them a second\n\n",
           load->records, load->per_second, rc_plan_units(load),
           rc_plan_units(load) == 1 ? "" : "s", rows->plan.room_per_second);
    printf("%6s  %-32s  %-19s  %-17s  %-28s\n", "", "records a second, busiest",
           "a second throttles", "simulated: taken", "reading the day");
    printf("%6s  %10s %10s %10s  %9s %9s  %8s %8s  %8s %11s %7s\n", "shards", "a shard", "fullest",
           "at most", "chance", "refused", "split", "not yet", "queries", "read units", "ms");
    for (size_t i = 0; i < count; i++) {
        const struct rc_plan_shards *plan = &rows[i].plan;
        printf("%6u  %10.1f %10.1f %10.0f  %9.2g %8.3g%%  %7.1f%% %7.1f%%  %8.0f %11.0f %7.0f\n",
               plan->shards, plan->mean_per_second, plan->fullest_per_second, plan->fullest_bound,
               plan->throttles, 100 * plan->refused_share, 100 * rows[i].split,
               100 * rows[i].together, plan->queries, plan->read_units, plan->fan_out_ms);
    }
}

static void print_advice(const struct words *words, const struct rc_plan_load *load,
                         uint32_t smallest, bool hot)
{
    struct rc_plan_limit limits[RC_PLAN_LIMITS];
    uint32_t advised = rounded(smallest);
    if (!smallest) {
        printf("\nNo count of shards up to %d suffices: %s\n", RC_SHARDS_MAX,
               hot ? "the hottest TransactionID alone is more than a partition takes. Give its "
                     "key another part (the clearing sequence), or its records more time."
                   : "give the day more time (--within), or split the program.");
        return;
    }
    printf(
        "\nThe smallest count is %u: a busiest second throttles with a chance of at most %g once "
        "every\nshard has a partition of its own. Take %u.",
        smallest, load->probability, advised);
    printf(" To move: `reconctl program put` with \"shard_count\": %u; days\nthat have begun keep "
           "theirs (their CONFIG says which), days from then on have the new one.\n",
           advised);
    rc_plan_limits(load, &words->setting, advised, limits);
    printf("\nWith %u shards, what is nearest to its limit:\n", advised);
    for (int i = 0; i < 3; i++)
        printf("  %-11s %.4g of %.4g %s\n", limits[i].name, limits[i].need, limits[i].most,
               limits[i].unit);
}

/* ----- as JSON ----- */

static json_t *json_of_row(const struct row *row)
{
    const struct rc_plan_shards *plan = &row->plan;
    return json_pack("{sI sf sf sf sf sf sf sf sf sf sf sf}", "shards", (json_int_t)plan->shards,
                     "mean_per_second", plan->mean_per_second, "fullest_per_second",
                     plan->fullest_per_second, "fullest_bound", plan->fullest_bound, "throttles",
                     plan->throttles, "refused_share", plan->refused_share, "fullest_partition",
                     plan->fullest_partition, "taken_split", row->split, "taken_unsplit",
                     row->together, "queries", plan->queries, "read_units", plan->read_units,
                     "fan_out_ms", plan->fan_out_ms);
}

static json_t *json_of_limits(const struct words *words, const struct rc_plan_load *load,
                              uint32_t shards)
{
    struct rc_plan_limit limits[RC_PLAN_LIMITS];
    json_t *array = json_array();
    rc_plan_limits(load, &words->setting, shards, limits);
    for (int i = 0; i < RC_PLAN_LIMITS; i++)
        json_array_append_new(array, json_pack("{ss ss sf sf ss}", "limit", limits[i].name, "unit",
                                               limits[i].unit, "need", limits[i].need, "most",
                                               limits[i].most, "answer", limits[i].answer));
    return array;
}

static bool print_json(json_t *json, struct rc_error *err)
{
    char *text = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    if (!text)
        rc_error_nomem(err);
    bool ok = text && rc_cli_write(text, strlen(text)) && rc_cli_write("\n", 1);
    free(text);
    json_decref(json);
    return ok;
}

static json_t *json_of_plan(const struct words *words, const struct rc_plan_load *load,
                            const struct row *rows, size_t count, uint32_t smallest, bool hot)
{
    json_t *counts = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(counts, json_of_row(&rows[i]));
    uint32_t advised = smallest ? rounded(smallest) : 0;
    return json_pack(
        "{sf sf sf sf sf sf sf sI sI sb so so}", "records", load->records, "peak_per_second",
        load->per_second, "item_bytes", load->item_bytes, "write_units", rc_plan_units(load),
        "skew", load->hottest_share, "ready_wcu", load->ready_wcu, "probability", load->probability,
        "smallest", (json_int_t)smallest, "advised", (json_int_t)advised, "hot_id", hot, "counts",
        counts, "limits", advised ? json_of_limits(words, load, advised) : json_array());
}

/* ----- one load, or decades of them ----- */

static int plan_one(const struct words *words, struct rc_error *err)
{
    struct rc_plan_load load = load_of(words, words->load.records);
    struct row rows[COUNTS] = {0};
    uint32_t counts[COUNTS] = {0}, smallest;
    bool hot;
    if (!rc_plan_check(&load, err) || !rc_plan_smallest(&load, &smallest, &hot, err))
        return rc_cli_fail(err);
    size_t count = counts_of(smallest, words->shards, counts);
    for (size_t i = 0; i < count; i++)
        if (!make_row(words, &load, counts[i], &rows[i], err))
            return rc_cli_fail(err);
    if (words->format == TEXT) {
        print_rows(&load, rows, count);
        print_advice(words, &load, smallest, hot);
    } else if (!print_json(json_of_plan(words, &load, rows, count, smallest, hot), err)) {
        return rc_cli_fail(err);
    }
    return smallest ? RC_EXIT_OK : RC_EXIT_NOT_IN_ORDER;
}

static void print_decade(const struct rc_plan_load *load, uint32_t shards,
                         const struct rc_plan_limit limits[RC_PLAN_LIMITS])
{
    bool any = false;
    printf("%13.0f records, %.0f a second, %u shards\n", load->records, load->per_second, shards);
    for (int i = 0; i < RC_PLAN_LIMITS && limits[i].need > limits[i].most; i++) {
        any = true;
        printf("    %-11s %.4g of %.4g %s\n                %s\n", limits[i].name, limits[i].need,
               limits[i].most, limits[i].unit, limits[i].answer);
    }
    if (!any)
        printf("    nothing breaks; nearest: %s, %.4g of %.4g %s\n", limits[0].name, limits[0].need,
               limits[0].most, limits[0].unit);
}

/* Each decade with the shards that the program has, 64 where none are named. */
static int plan_decades(const struct words *words, struct rc_error *err)
{
    json_t *array = json_array();
    uint32_t shards = words->shards ? (uint32_t)words->shards : RC_SHARDS_DEFAULT;
    double records = 10000;
    for (int i = 0; i < DECADES; i++, records *= 10) {
        struct rc_plan_load load = load_of(words, records);
        struct rc_plan_limit limits[RC_PLAN_LIMITS];
        uint32_t smallest;
        bool hot;
        if (!rc_plan_check(&load, err) || !rc_plan_smallest(&load, &smallest, &hot, err)) {
            json_decref(array);
            return rc_cli_fail(err);
        }
        rc_plan_limits(&load, &words->setting, shards, limits);
        if (words->format == TEXT)
            print_decade(&load, shards, limits);
        json_array_append_new(array, json_pack("{sf sf sI sI so}", "records", load.records,
                                               "peak_per_second", load.per_second, "shards",
                                               (json_int_t)shards, "smallest", (json_int_t)smallest,
                                               "limits", json_of_limits(words, &load, shards)));
    }
    if (words->format == JSON)
        return print_json(json_pack("{so}", "decades", array), err) ? RC_EXIT_OK : rc_cli_fail(err);
    json_decref(array);
    return RC_EXIT_OK;
}

/* ----- the command ----- */

static int read_words(int argc, char **argv, struct words *words)
{
    static const char *const formats[] = {"text", "json", NULL};
    const struct rc_option options[] = {
        {"records", .read = read_amount, .to = &words->load.records, .given = &words->has_records,
         .expected = "a number as 1000000 or 1e9"},
        {"from", .text = &words->from},
        {"within", .read = read_time, .to = &words->setting.within_s,
         .expected = "a time as 90s, 30m or 1h"},
        {"peak-per-second", .read = read_amount, .to = &words->load.per_second,
         .given = &words->has_peak, .expected = "a number"},
        {"item-bytes", .read = read_amount, .to = &words->load.item_bytes, .expected = "a number"},
        {"skew", .read = read_amount, .to = &words->load.hottest_share,
         .expected = "a share of 0 to 1"},
        {"ready-wcu", .read = read_amount, .to = &words->load.ready_wcu, .given = &words->has_ready,
         .expected = "a number"},
        {"probability", .read = read_amount, .to = &words->load.probability,
         .expected = "a probability as 0.001"},
        {"shards", .number = &words->shards, .low = 1, .high = RC_SHARDS_MAX},
        {"passes", .number = &words->passes, .low = 1, .high = RC_PROGRAM_PASSES + 2},
        {"decades", .flag = &words->decades},
        {"seed", .number = &words->seed},
        {"format", .choice = &words->format, .choices = formats},
        {0}};
    int code = rc_cli_options("plan", usage, options, argc, argv);
    if (code)
        return code;
    if (optind != argc)
        return rc_cli_usage("plan", "\"%s\" is one word too many", argv[optind]);
    if (!words->has_records && !words->from && !words->decades)
        return rc_cli_usage("plan", "--records N or --from DIR is needed");
    words->setting.passes = (int)words->passes;
    return RC_EXIT_OK;
}

int rc_cli_plan(int argc, char **argv)
{
    struct rc_error err = {0};
    struct words words = {.load = {.item_bytes = RC_PLAN_ITEM_BYTES, .probability = 0.001},
                          .setting = rc_plan_standard,
                          .passes = (uint64_t)rc_plan_standard.passes,
                          .seed = 1};
    int code = read_words(argc, argv, &words);
    if (code)
        return code < 0 ? RC_EXIT_OK : code;
    if (words.from && !read_day(&words, &err))
        return rc_cli_fail(&err);
    return words.decades ? plan_decades(&words, &err) : plan_one(&words, &err);
}
