#include "cli/awswords.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/planned.h"

#include "core/program.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: reconctl plan (--records N | --from DIR-OR-day.db | --program NAME) [OPTION...]\n\n"
    "How many shards a program's file-days need, and what a count of them costs to read. The\n"
    "records are those of one side of a day; each side has a table of its own.\n\n"
    "  --records N          of a day: 1000000, 1e9\n"
    "  --from DIR           as many as that day's larger side has, with its hot id; also says\n"
    "                       whether its shards are as even as a hash makes them\n"
    "  --program NAME       of a program at AWS: records, peak, size of an item and the hottest\n"
    "                       id's share, of the largest of its last 31 days\n"
    "  --date YYYY-MM-DD    the same of that day\n"
    "  --within TIME        that the day is written in: 90s, 30m, 1h (default)\n"
    "  --peak-per-second N  records in the busiest second (default, and with 0: an even spread of\n"
    "                       them over that time, and at least what one worker writes)\n"
    "  --item-bytes N       of a record as it is kept (default 700)\n"
    "  --skew SHARE         of the records, those of the TransactionID that has the most: 0.001\n"
    "  --ready-wcu N        write units a second that the table is ready for before the burst\n"
    "                       (default, and with 0: twice the peak, as one on demand is that has\n"
    "                       seen it; a new one: 4000)\n"
    "  --write-units N      a second, that a worker may spend on a table, as the stack's "
    "WriteUnits\n"
    "                       has it (default 1000; 0: as many as it can, for 4000 records)\n"
    "  --table-wcu N        the table's quota of write units a second (default 40000)\n"
    "  --probability P      that is put up with, of a busiest second that throttles (default\n"
    "                       0.001)\n"
    "  --shards N           a count to look at beside the usual ones\n"
    "  --passes N           of matching, for what the state machine needs (default 4)\n"
    "  --decades            what breaks first at 10,000 to 1,000,000,000 records a day, instead;\n"
    "                       each with --shards, or what is advised for it and at least 64\n"
    "  --format text|json   (default text)\n\n"
    "What is said beside --from or --program counts instead of what they find. Of "
    "AWS:\n" RC_AWSWORD_USAGE "\n"
    "Exit status: 0, or 1 when no count of shards suffices.\n";

enum { TEXT, JSON };

struct figure {
    double value;
    bool given;
};

struct words {
    struct rc_planning planning;
    struct figure figures[RC_PLANNING_FIGURES];
    const char *from, *program, *date;
    struct rc_session_options aws;
    struct rc_buf limits; /* what limited the writes of the program's day, a paragraph a line */
    uint64_t shards, passes;
    bool decades;
    int format;
};

/* ----- words ----- */

static bool read_amount(void *to, const char *text)
{
    return rc_planning_number(text, to);
}

static bool read_whole(void *to, const char *text)
{
    return rc_planning_whole(text, to);
}

static bool read_whole_or_none(void *to, const char *text)
{
    return rc_planning_whole_or_none(text, to);
}

static bool read_time(void *to, const char *text)
{
    return rc_planning_time(text, to);
}

/* ----- counts of shards ----- */

static void print_rows(const struct rc_planning_answer *answer)
{
    const struct rc_plan_load *load = &answer->load;
    double units = rc_plan_units(load);
    printf("%.10g records of a side, %.6g in the busiest second, %.0f write unit%s each; a "
           "partition takes %.0f of them a second\n\n",
           load->records, load->per_second, units, units == 1 ? "" : "s",
           answer->rows->plan.room_per_second);
    printf("%6s  %-32s  %-19s  %-17s  %-28s\n", "", "records a second, busiest",
           "a second throttles", "taken in ten s", "a match reads");
    printf("%6s  %10s %10s %10s  %9s %9s  %8s %8s  %8s %11s %7s\n", "shards", "a shard", "fullest",
           "at most", "chance", "refused", "split", "not yet", "queries", "read units", "ms");
    for (size_t i = 0; i < answer->count; i++) {
        const struct rc_planning_row *row = &answer->rows[i];
        const struct rc_plan_shards *plan = &row->plan;
        printf("%6u  %10.1f %10.1f %10.0f  %9.2g %8.3g%%  %7.1f%% %7.1f%%  %8.0f %11.0f %7.0f\n",
               plan->shards, plan->mean_per_second, plan->fullest_per_second, plan->fullest_bound,
               plan->throttles, 100 * plan->refused_share, 100 * row->taken_split,
               100 * row->taken_unsplit, plan->queries, plan->read_units, plan->fan_out_ms);
    }
}

static void print_wrapped(int indent, const char *text)
{
    enum { WIDTH = 88 };
    while (*text) {
        size_t fits = strlen(text);
        while (fits > (size_t)(WIDTH - indent)) {
            size_t shorter = fits;
            while (shorter && text[shorter - 1] != ' ')
                shorter--;
            if (!shorter)
                break;
            fits = shorter - 1;
        }
        printf("%*s%.*s\n", indent, "", (int)fits, text);
        text += fits + strspn(text + fits, " ");
    }
}

/* One that is over says so, and what answers it. */
static void print_limit(const struct rc_plan_limit *limit)
{
    enum { INDENT = 20 };
    char text[RC_PLANNING_LIMIT_TEXT];
    bool over = rc_plan_is_over(limit);
    rc_planning_limit(limit, text);
    printf("  %-4s  %-11s %s\n", over ? "over" : "", limit->name, text);
    if (over)
        print_wrapped(INDENT, limit->answer);
}

static void print_paragraphs(const char *lines)
{
    while (*lines) {
        char line[RC_CLI_PLANNED_BYTES];
        size_t length = strcspn(lines, "\n");
        snprintf(line, sizeof line, "%.*s", (int)length, lines);
        putchar('\n');
        print_wrapped(0, line);
        lines += length + (lines[length] == '\n');
    }
}

static void print_advice(const struct rc_planning_answer *answer)
{
    enum { NEAREST = 3 };
    char text[RC_PLANNING_TEXT];
    rc_planning_advice(answer, text);
    putchar('\n');
    print_wrapped(0, text);
    if (!answer->smallest)
        return;
    if (rc_planning_has_to_move(answer)) {
        rc_planning_move(answer->advised, text);
        print_wrapped(0, text);
    }
    printf("\nWith %u shard%s, what is over its limit, or nearest to it:\n", answer->advised,
           answer->advised == 1 ? "" : "s");
    for (int i = 0; i < RC_PLAN_LIMITS; i++)
        if (i < NEAREST || rc_plan_is_over(&answer->limits[i]))
            print_limit(&answer->limits[i]);
}

/* ----- as JSON ----- */

static json_t *json_of_row(const struct rc_planning_row *row)
{
    const struct rc_plan_shards *plan = &row->plan;
    return json_pack("{sI sf sf sf sf sf sf sf sf sf sf sf}", "shards", (json_int_t)plan->shards,
                     "mean_per_second", plan->mean_per_second, "fullest_per_second",
                     plan->fullest_per_second, "fullest_bound", plan->fullest_bound, "throttles",
                     plan->throttles, "refused_share", plan->refused_share, "fullest_partition",
                     plan->fullest_partition, "taken_split", row->taken_split, "taken_unsplit",
                     row->taken_unsplit, "queries", plan->queries, "read_units", plan->read_units,
                     "fan_out_ms", plan->fan_out_ms);
}

static json_t *json_of_limits(const struct rc_plan_limit limits[RC_PLAN_LIMITS])
{
    json_t *array = json_array();
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

static json_t *json_of_lines(const struct rc_buf *lines)
{
    json_t *array = json_array();
    for (const char *line = lines->length ? lines->data : ""; *line;) {
        size_t length = strcspn(line, "\n");
        json_array_append_new(array, json_stringn(line, length));
        line += length + (line[length] == '\n');
    }
    return array;
}

static json_t *json_of_plan(const struct rc_planning_answer *answer, const struct rc_buf *limits)
{
    const struct rc_plan_load *load = &answer->load;
    json_t *counts = json_array();
    for (size_t i = 0; i < answer->count; i++)
        json_array_append_new(counts, json_of_row(&answer->rows[i]));
    return json_pack("{sf sf sf sf sf sf sf sI sI sb so so so}", "records", load->records,
                     "peak_per_second", load->per_second, "item_bytes", load->item_bytes,
                     "write_units", rc_plan_units(load), "skew", load->hottest_share, "ready_wcu",
                     load->ready_wcu, "probability", load->probability, "smallest",
                     (json_int_t)answer->smallest, "advised", (json_int_t)answer->advised, "hot_id",
                     answer->hot, "counts", counts, "limits",
                     answer->advised ? json_of_limits(answer->limits) : json_array(), "throttled",
                     json_of_lines(limits));
}

/* ----- one load, or decades of them ----- */

static int plan_one(const struct words *words, struct rc_error *err)
{
    struct rc_planning_answer answer;
    if (!rc_planning_answer(&words->planning, &answer, err))
        return rc_cli_fail(err);
    if (words->format == TEXT) {
        print_rows(&answer);
        print_paragraphs(words->limits.length ? words->limits.data : "");
        print_advice(&answer);
    } else if (!print_json(json_of_plan(&answer, &words->limits), err)) {
        return rc_cli_fail(err);
    }
    return answer.smallest ? RC_EXIT_OK : RC_EXIT_NOT_IN_ORDER;
}

static void print_decade(const struct rc_planning_decade *decade)
{
    char text[RC_PLANNING_LIMIT_TEXT], smallest[32] = "none suffices";
    if (decade->smallest)
        snprintf(smallest, sizeof smallest, "the smallest: %u", decade->smallest);
    printf("%.0f records, %.0f a second, %u shards (%s)\n", decade->load.records,
           ceil(decade->load.per_second), decade->shards, smallest);
    for (int i = 0; i < RC_PLAN_LIMITS && rc_plan_is_over(&decade->limits[i]); i++)
        print_limit(&decade->limits[i]);
    rc_planning_limit(&decade->limits[0], text);
    if (!rc_plan_is_over(&decade->limits[0]))
        printf("        nothing breaks; nearest: %s, %s\n", decade->limits[0].name, text);
}

static int plan_decades(const struct words *words, struct rc_error *err)
{
    json_t *array = json_array();
    for (int i = 0; i < RC_PLANNING_DECADES; i++) {
        struct rc_planning_decade decade;
        if (!rc_planning_decade(&words->planning, i, &decade, err)) {
            json_decref(array);
            return rc_cli_fail(err);
        }
        if (words->format == TEXT)
            print_decade(&decade);
        json_array_append_new(array, json_pack("{sf sf sI sI so}", "records", decade.load.records,
                                               "peak_per_second", decade.load.per_second, "shards",
                                               (json_int_t)decade.shards, "smallest",
                                               (json_int_t)decade.smallest, "limits",
                                               json_of_limits(decade.limits)));
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
    struct figure *figures = words->figures;
#define FIGURE(option, index, how, what)                                                           \
    {                                                                                              \
        option, .read = (how), .to = &figures[index].value, .given = &figures[index].given,        \
                .expected = (what)                                                                 \
    }
    const struct rc_option options[] = {
        FIGURE("records", RC_PLANNING_RECORDS, read_whole, "a whole number as 1000000 or 1e9"),
        FIGURE("within", RC_PLANNING_WITHIN, read_time, "a time as 90s, 30m or 1h"),
        FIGURE("peak-per-second", RC_PLANNING_PEAK, read_amount, "a number"),
        FIGURE("item-bytes", RC_PLANNING_ITEM, read_whole, "a whole number"),
        FIGURE("skew", RC_PLANNING_SKEW, read_amount, "a share of 0 to 1"),
        FIGURE("ready-wcu", RC_PLANNING_READY, read_amount, "a number"),
        FIGURE("write-units", RC_PLANNING_WRITE, read_whole_or_none, "a whole number"),
        FIGURE("table-wcu", RC_PLANNING_QUOTA, read_whole, "a whole number as 40000"),
        FIGURE("probability", RC_PLANNING_PROBABILITY, read_amount, "a probability as 0.001"),
        {"from", .text = &words->from},
        {"program", .text = &words->program},
        {"date", .text = &words->date},
        {"shards", .number = &words->shards, .low = 1, .high = RC_SHARDS_MAX},
        {"passes", .number = &words->passes, .low = 1, .high = RC_PROGRAM_PASSES + 2},
        {"decades", .flag = &words->decades},
        {"format", .choice = &words->format, .choices = formats},
        RC_AWSWORDS(&words->aws, NULL),
        {0}};
#undef FIGURE
    int code = rc_cli_options("plan", usage, options, argc, argv);
    if (code)
        return code;
    if (optind != argc)
        return rc_cli_usage("plan", "\"%s\" is one word too many", argv[optind]);
    if (!figures[RC_PLANNING_RECORDS].given && !words->from && !words->program && !words->decades)
        return rc_cli_usage("plan", "--records N, --from DIR or --program NAME is needed");
    if (figures[RC_PLANNING_RECORDS].given && words->decades)
        return rc_cli_usage("plan", "--decades has days of 10,000 to 1,000,000,000 records: it and "
                                    "--records do not go together");
    if (words->from && words->program)
        return rc_cli_usage("plan", "--from names a day and --program one at AWS: one of the two");
    if (words->date && !words->program)
        return rc_cli_usage("plan", "--date is of a --program");
    for (int i = 0; i < RC_PLANNING_FIGURES; i++)
        if (figures[i].given)
            rc_planning_put(&words->planning, i, figures[i].value);
    if (words->shards)
        rc_planning_put(&words->planning, RC_PLANNING_SHARDS, (double)words->shards);
    words->planning.setting.passes = (int)words->passes;
    return RC_EXIT_OK;
}

int rc_cli_plan(int argc, char **argv)
{
    struct rc_error err = {0};
    struct words words = {.planning = rc_planning_begin(),
                          .passes = (uint64_t)rc_plan_standard.passes,
                          .aws = {.log_level = RC_LOG_DEBUG, .ask_mfa = rc_awsword_ask_mfa}};
    int code = read_words(argc, argv, &words);
    if (code)
        return code < 0 ? RC_EXIT_OK : code;
    if (words.from && !rc_cli_planned_from(words.from, &words.planning, &err))
        return rc_cli_fail(&err);
    rc_buf_init(&words.limits, RC_CLI_PLANNED_BYTES);
    if (words.program && !rc_cli_planned_of(&words.aws, words.program, words.date ? words.date : "",
                                            &words.planning, &words.limits, &err))
        code = rc_cli_fail(&err);
    else
        code = words.decades ? plan_decades(&words, &err) : plan_one(&words, &err);
    rc_buf_free(&words.limits);
    return code;
}
