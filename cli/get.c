#include "cli/get.h"

#include "cli/awswords.h"
#include "cli/cli.h"
#include "tui/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: reconctl get VIEW [WORD...] --from DIR-OR-day.db [OPTION...]\n"
    "       reconctl get VIEW PROGRAM DATE [WORD...] [OPTION...]\n"
    "       reconctl get pulse|files|queues|messages|rollups|runs|run|logs|throttles|heat|plan\n"
    "                    [WORD...] [OPTION...]\n\n"
    "Prints a view of a reconciled day, which is a file or a day of the pipeline, with the words\n"
    "that the console takes behind its name:\n\n"
    "  day                    statuses with counts and sums\n"
    "  discrepancies [FILTER] what is more or less than plainly matched\n"
    "  discrepancy ID         one of them: both sides field by field, and what looks like it\n"
    "  transactions [FILTER]  the records that make up the discrepancies\n"
    "  record [SIDE NUMBER]   the fields of a record, of all of discrepancies without words\n"
    "  rejected [FILTER]      records that were not accepted, and why\n"
    "  shards [FILTER]        how the day is spread\n"
    "  controls [FILTER]      what headers and trailers declare against what was added up\n"
    "  layout [SIDE [TYPE]]   the fields of the layouts\n"
    "  plan [records=N] [peak=N] [item=N] [skew=N] [probability=P] [within=1h] [write=N]\n"
    "       [quota=N] [shards=N]\n"
    "                         how many shards such days need (see `reconctl plan`)\n\n"
    "or of what is at AWS now:\n\n"
    "  files [PROGRAM [DATE]] [FILTER]\n"
    "                         programs and buckets, or the files that the pipeline has seen of a\n"
    "                         program\n"
    "  files s3://BUCKET[/PREFIX] [FILTER]\n"
    "                         folders and files\n"
    "  file BUCKET/KEY[@VERSION] [FILTER]\n"
    "                         one of them: its state, controls, rejected records and versions\n"
    "  pulse                  what needs attention, the worst first: then the exit status is 1\n"
    "  rollups [FILTER]       the days that the pipeline knows, and whether they balance\n"
    "  versions PROGRAM DATE [FILTER]\n"
    "                         the rollups that a day has had, and what has changed between them\n"
    "  transaction ID [PROGRAM] [FILTER]\n"
    "                         its records, discrepancies and what it left open, on all days\n"
    "  records PROGRAM DATE [FILTER]\n"
    "                         all records of a day, matched ones too\n"
    "  runs [FILTER]          runs of the pipeline in the last days, what has failed first\n"
    "  run NAME [FILTER]      its steps, their attempts and the waits between them\n"
    "  logs [/GROUP] [run NAME|request ID|since TIME|metrics|TEXT] [FILTER]\n"
    "                         lines of the worker's log groups: of a run, of an invocation, with\n"
    "                         a text, of the last 15 minutes (since 2h: of two hours)\n"
    "  throttles [TABLE] [15m|1h|3h|12h] [FILTER]\n"
    "                         capacity, throttles and what comes of them, a series a row\n"
    "  heat PROGRAM DATE [FILTER]\n"
    "                         what each shard's writes met, and what limits them; also what\n"
    "                         `shards PROGRAM DATE --watch` shows\n"
    "  plan PROGRAM [DATE] [records=N ...]\n"
    "                         how many shards its days need, from the largest of the last ones\n"
    "  queues [FILTER]        queues, and where their dead letters go\n"
    "  messages QUEUE [FILTER]\n"
    "                         receives up to 50 messages, which come back after two seconds;\n"
    "                         each counts as received once more\n"
    "  groups QUEUE [FILTER]  the same, grouped by the error and the step that they name\n\n"
    "  --from PATH        what `reconctl reconcile --out` wrote\n"
    "  -o FORMAT          table, wide (all columns, nothing cut), json, ndjson, csv or tsv\n"
    "                     (default table)\n"
    "  --filter WORDS     as in the console: status:missing amount>100 age>3d !coffee\n"
    "  --sort COLUMN      with - in front: descending\n"
    "  --limit N          at most so many rows\n"
    "  --offset N         after so many\n"
    "  --watch            of what is at AWS: again whenever something has changed, until Ctrl-C;\n"
    "                     of ndjson, csv and tsv the rows that are new or have changed\n"
    "\nof AWS:\n" RC_AWSWORD_USAGE;

bool rc_get_flush(struct rc_get_output *output, struct rc_error *err)
{
    if (output->line.failed) {
        rc_error_set(err, RC_LIMIT, "a row is too long to be written");
        return false;
    }
    bool written = output->into ? rc_buf_add(output->into, output->line.data, output->line.length)
                                : rc_cli_write(output->line.data, output->line.length);
    if (!written && output->into)
        rc_error_set(err, RC_LIMIT, "there is too much to be watched; --limit shows less");
    rc_buf_clear(&output->line);
    return written;
}

bool rc_get_begin(struct rc_get_output *output, const struct rc_table_def *def, int format,
                  struct rc_error *err)
{
    output->def = def;
    output->format = format;
    output->first = true;
    output->measuring = false;
    if (rc_get_for_people(format))
        rc_get_table_head(output);
    else
        rc_export_head(def, (enum rc_export_format)format, &output->line);
    return rc_get_flush(output, err);
}

bool rc_get_row(void *context, uint64_t index, const struct rc_cell_value *cells, size_t count,
                struct rc_error *err)
{
    struct rc_get_output *output = context;
    (void)index;
    if (output->measuring) {
        rc_get_table_measure(output, cells, count);
        return true;
    }
    if (rc_get_for_people(output->format))
        rc_get_table_row(output, cells, count);
    else
        rc_export_row(output->def, (enum rc_export_format)output->format, cells, count,
                      output->first, &output->line);
    output->first = false;
    return rc_get_flush(output, err);
}

bool rc_get_end(struct rc_get_output *output, struct rc_error *err)
{
    if (!rc_get_for_people(output->format))
        rc_export_tail((enum rc_export_format)output->format, output->more, &output->line);
    return rc_get_flush(output, err);
}

void rc_get_key_text(struct rc_jsonw *json, const char *key, const char *text)
{
    rc_jsonw_key(json, key);
    if (text && *text)
        rc_jsonw_str(json, text);
    else
        rc_jsonw_null(json);
}

void rc_get_key_real(struct rc_jsonw *json, const char *key, double value)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%.9g", value);
    rc_jsonw_key(json, key);
    rc_jsonw_raw(json, digits);
}

struct rc_cell_value rc_get_text(const char *text)
{
    return (struct rc_cell_value){
        .text = text ? text : "", .length = text ? strlen(text) : 0, .null = !text, .exponent = -1};
}

static bool write_table(struct rc_table *table, const struct rc_get_settings *settings,
                        struct rc_buf *into, struct rc_error *err)
{
    struct rc_get_output output = {.into = into,
                                   .more = settings->more,
                                   .def = rc_table_definition(table),
                                   .measuring = settings->format == RC_GET_WIDE};
    rc_buf_init(&output.line, RC_EXPORT_ROW_BYTES);
    bool ok = (!output.measuring ||
               rc_table_rows(table, settings->offset, settings->limit, rc_get_row, &output, err)) &&
              rc_get_begin(&output, rc_table_definition(table), settings->format, err) &&
              rc_table_rows(table, settings->offset, settings->limit, rc_get_row, &output, err) &&
              rc_get_end(&output, err);
    uint64_t left = rc_table_count(table);
    left -= settings->offset < left ? settings->offset : left;
    if (ok && !into && rc_get_for_people(settings->format) && left > settings->limit)
        fprintf(stderr, "reconctl: %llu more rows; --limit and --offset show them\n",
                (unsigned long long)(left - settings->limit));
    rc_buf_free(&output.line);
    return ok;
}

bool rc_get_table(struct rc_model *model, const struct rc_table_def *def,
                  const struct rc_table_query *query, const struct rc_get_settings *settings,
                  struct rc_buf *into, struct rc_error *err)
{
    struct rc_table *table = rc_table_open(model, def, query, err);
    bool ok = table && write_table(table, settings, into, err);
    rc_table_close(table);
    return ok;
}

/* ----- the command ----- */

static const struct rc_table_def *find_view(const char *view)
{
    const struct rc_table_def *def = rc_table_find(view);
    if (def)
        return def;
    fprintf(stderr, "reconctl get: there is no view \"%s\"; there are", view);
    for (int i = 0; rc_table_defs[i]; i++)
        fprintf(stderr, " %s,", rc_table_defs[i]->view);
    fputs(" discrepancy, plan\n", stderr);
    return NULL;
}

bool rc_get_filter(const struct rc_get_settings *settings, int first, struct rc_buf *filter,
                   struct rc_error *err)
{
    for (int at = first; at < settings->word_count; at++)
        rc_buf_printf(filter, "%s%s", filter->length ? " " : "", settings->words[at]);
    if (settings->query.filter)
        rc_buf_printf(filter, "%s%s", filter->length ? " " : "", settings->query.filter);
    if (filter->failed)
        rc_error_set(err, RC_LIMIT, "the filter is too long");
    return !filter->failed;
}

/* The words behind a table's name are a filter; those behind `layout` a side and one
 * of its record types. */
static bool add_words(const struct rc_get_settings *settings, struct rc_buf *filter,
                      struct rc_error *err)
{
    enum rc_side side;
    int at = 0;
    if (strcmp(settings->view, "layout") == 0 && settings->word_count &&
        settings->word_count <= 2 && rc_source_side(settings->words[0], &side)) {
        rc_buf_printf(filter, "side=%s", rc_side_name(side));
        if (settings->word_count == 2)
            rc_buf_printf(filter, " type=%s", settings->words[1]);
        at = settings->word_count;
    }
    return rc_get_filter(settings, at, filter, err);
}

static bool run_table(struct rc_model *model, const struct rc_get_settings *settings,
                      const struct rc_table_def *def, struct rc_error *err)
{
    struct rc_table_query query = settings->query;
    struct rc_buf filter;
    rc_buf_init(&filter, RC_GET_FILTER_BYTES);
    bool ok = add_words(settings, &filter, err);
    query.filter = filter.data;
    ok = ok && rc_get_table(model, def, &query, settings, NULL, err);
    rc_buf_free(&filter);
    return ok;
}

bool rc_get_of_day(struct rc_model *model, const struct rc_get_settings *settings,
                   struct rc_error *err)
{
    if (strcmp(settings->view, "discrepancy") == 0)
        return rc_get_discrepancy(model, settings, err);
    if (strcmp(settings->view, "record") == 0 && settings->word_count)
        return rc_get_record(model, settings, err);
    struct rc_get_settings with = *settings;
    bool shards = strcmp(settings->view, "shards") == 0;
    bool ok = (!shards || rc_get_shards_facts(model, &with, err)) &&
              run_table(model, &with, rc_table_find_in(settings->view, model), err);
    if (shards)
        free(with.more);
    return ok;
}

static bool get_of_file(const struct rc_get_settings *settings, struct rc_error *err)
{
    struct rc_model *model = rc_model_open(settings->from, err);
    bool ok = model && rc_get_of_day(model, settings, err);
    rc_model_close(model);
    return ok;
}

static int end_of(const struct rc_get_settings *settings, bool ok, const struct rc_error *err)
{
    if (ok)
        return settings->attention ? RC_EXIT_NOT_IN_ORDER : RC_EXIT_OK;
    return err->code ? rc_cli_fail(err) : RC_EXIT_FAILED; /* of stdout rc_cli_finish tells */
}

static int run(struct rc_get_settings *settings)
{
    struct rc_error err = {0};
    bool one = strcmp(settings->view, "discrepancy") == 0;
    if (strcmp(settings->view, "plan") == 0)
        return end_of(settings, rc_get_plan(settings, &err), &err);
    const struct rc_table_def *def = one ? NULL : find_view(settings->view);
    bool live = def && def->scope;
    if (!def && !one)
        return RC_EXIT_USAGE;
    if (settings->from && settings->has_aws)
        return rc_cli_usage("get", "--from names a day file, which AWS is not asked for");
    if (settings->watch && !settings->from && strcmp(settings->view, "shards") == 0) {
        /* Of a day that is being written what changes is how its shards take the writes. */
        settings->view = "heat";
        return run(settings);
    }
    if (settings->watch && (!live || strcmp(settings->view, "messages") == 0))
        return rc_cli_usage("get", "%s: %s is not watched", settings->view,
                            live ? "what counts each look" : "a day");
    if (live && settings->from)
        return rc_cli_usage("get",
                            "%s are asked of AWS and not of a day: --from does not go "
                            "with them",
                            settings->view);
    if (!live && !settings->from && settings->word_count < 2)
        return rc_cli_usage("get",
                            "%s: of which day? --from DIR-OR-day.db, or PROGRAM DATE for one "
                            "that is at AWS",
                            settings->view);
    bool ok = live             ? rc_get_live(settings, def, &err)
              : settings->from ? get_of_file(settings, &err)
                               : rc_get_live_day(settings, &err);
    return end_of(settings, ok, &err);
}

static int read_options(int argc, char **argv, struct rc_get_settings *settings)
{
    static const char *const formats[] = {
        [RC_EXPORT_JSON] = "json", [RC_EXPORT_NDJSON] = "ndjson", [RC_EXPORT_CSV] = "csv",
        [RC_EXPORT_TSV] = "tsv",   [RC_GET_TABLE] = "table",      [RC_GET_WIDE] = "wide",
        [RC_GET_WIDE + 1] = NULL};
    const struct rc_option options[] = {
        {"from", .text = &settings->from},
        {"output", 'o', .choice = &settings->format, .choices = formats},
        {"filter", .text = &settings->query.filter},
        {"sort", .text = &settings->query.sort},
        {"limit", .number = &settings->limit},
        {"offset", .number = &settings->offset},
        {"watch", .flag = &settings->watch},
        RC_AWSWORDS(&settings->aws, &settings->has_aws),
        {0}};
    int code = rc_cli_options("get", usage, options, argc, argv);
    if (code)
        return code;
    if (settings->query.sort && *settings->query.sort == '-') {
        settings->query.descending = true;
        settings->query.sort++;
    }
    if (optind >= argc)
        return rc_cli_usage("get", "a VIEW is needed");
    settings->view = argv[optind];
    settings->words = argv + optind + 1;
    settings->word_count = argc - optind - 1;
    return RC_EXIT_OK;
}

int rc_cli_get(int argc, char **argv)
{
    struct rc_get_settings settings = {
        .view = "",
        .limit = UINT64_MAX,
        .format = RC_GET_TABLE,
        .aws = {.log_level = RC_LOG_DEBUG, .ask_mfa = rc_awsword_ask_mfa}};
    int code = read_options(argc, argv, &settings);
    if (code)
        return code < 0 ? RC_EXIT_OK : code;
    return run(&settings);
}
