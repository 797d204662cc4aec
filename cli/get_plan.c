#include "cli/cli.h"
#include "cli/get.h"
#include "cli/planned.h"

#include "core/civil.h"

#include <stdio.h>
#include <string.h>

/* `get plan`: a row a count of shards, as the console's view has them. */

#define NUMBER(column_name, column_title, column_width)                                            \
    {                                                                                              \
        .name = (column_name), .title = (column_title), .kind = RC_COLUMN_NUMBER,                  \
        .width = (column_width)                                                                    \
    }
#define BOOL(column_name, column_title)                                                            \
    {                                                                                              \
        .name = (column_name), .title = (column_title), .kind = RC_COLUMN_BOOL, .width = 8         \
    }

static const struct rc_table_def counts = {
    .view = "plan",
    .title = "Plan",
    .columns = {NUMBER("shards", "Shards", 6), NUMBER("mean_per_second", "A shard/s", 10),
                NUMBER("fullest_per_second", "Fullest/s", 10),
                NUMBER("fullest_bound", "At most/s", 10), NUMBER("throttles", "Chance", 9),
                NUMBER("refused_share", "Refused", 9), NUMBER("taken_split", "Split", 7),
                NUMBER("taken_unsplit", "Not yet", 7), NUMBER("queries", "Queries", 9),
                NUMBER("read_units", "Read units", 12), NUMBER("fan_out_ms", "ms", 7),
                BOOL("smallest", "Smallest"), BOOL("there", "There is")}};

enum { NUMBERS = 11, CELLS = NUMBERS + 2, DIGITS = 32 };

static bool write_row(struct rc_get_output *output, const struct rc_planning_answer *answer,
                      size_t index, uint32_t there, struct rc_error *err)
{
    const struct rc_planning_row *row = &answer->rows[index];
    const struct rc_plan_shards *plan = &row->plan;
    const double numbers[NUMBERS] = {
        plan->shards,    plan->mean_per_second, plan->fullest_per_second, plan->fullest_bound,
        plan->throttles, plan->refused_share,   row->taken_split,         row->taken_unsplit,
        plan->queries,   plan->read_units,      plan->fan_out_ms};
    struct rc_cell_value cells[CELLS] = {0};
    char digits[NUMBERS][DIGITS];
    for (int i = 0; i < NUMBERS; i++) {
        snprintf(digits[i], DIGITS, "%.9g", numbers[i]);
        cells[i] = rc_get_text(digits[i]);
        cells[i].is_real = true;
    }
    for (int i = 0; i < 2; i++) {
        bool yes = plan->shards == (i ? there : answer->smallest);
        cells[NUMBERS + i] = rc_get_text(yes ? "1" : "0");
        cells[NUMBERS + i].integer = yes;
    }
    return rc_get_row(output, index, cells, CELLS, err);
}

static bool write_rows(const struct rc_get_settings *settings,
                       const struct rc_planning_answer *answer, uint32_t there,
                       struct rc_error *err)
{
    struct rc_get_output output = {.into = NULL};
    rc_buf_init(&output.line, RC_EXPORT_ROW_BYTES);
    bool ok = rc_get_begin(&output, &counts, settings->format, err);
    for (size_t i = settings->offset; ok && i < answer->count; i++)
        ok = i - settings->offset >= settings->limit || write_row(&output, answer, i, there, err);
    ok = ok && rc_get_end(&output, err);
    rc_buf_free(&output.line);
    return ok;
}

/* PROGRAM, DATE, and figures as records=1e9. */
static bool read_words(const struct rc_get_settings *settings, struct rc_planning *planning,
                       const char **program, const char **date, struct rc_error *err)
{
    *program = *date = "";
    for (int i = 0; i < settings->word_count; i++) {
        const char *word = settings->words[i];
        int32_t day;
        if (strchr(word, '=')) {
            if (!rc_planning_word(planning, word, err))
                return false;
        } else if (!**program && !settings->from) {
            *program = word;
        } else if (**program && !**date && rc_civil_parse(word, strlen(word), &day)) {
            *date = word;
        } else {
            rc_error_set(err, RC_USAGE,
                         "get plan [PROGRAM [DATE]] [records=N ...]: \"%s\" is none "
                         "of them",
                         word);
            return false;
        }
    }
    return true;
}

bool rc_get_plan(struct rc_get_settings *settings, struct rc_error *err)
{
    struct rc_planning planning = rc_planning_begin();
    struct rc_planning_answer answer;
    char text[RC_PLANNING_TEXT];
    const char *program, *date;
    if (settings->query.filter || settings->query.sort || settings->watch) {
        rc_error_set(err, RC_USAGE,
                     "a plan has a row a count of shards: --filter, --sort and "
                     "--watch do not go with it");
        return false;
    }
    if (!read_words(settings, &planning, &program, &date, err))
        return false;
    if (!settings->from && !*program && !rc_planning_is_put(&planning, RC_PLANNING_RECORDS)) {
        rc_error_set(err, RC_USAGE,
                     "get plan: of what? --from DIR-OR-day.db, PROGRAM [DATE] of one "
                     "at AWS, or records=N");
        return false;
    }
    struct rc_buf limits;
    rc_buf_init(&limits, RC_CLI_PLANNED_BYTES);
    bool ok =
        (!settings->from || rc_cli_planned_from(settings->from, &planning, err)) &&
        (!*program || rc_cli_planned_of(&settings->aws, program, date, &planning, &limits, err)) &&
        rc_planning_answer(&planning, &answer, err) &&
        write_rows(settings, &answer, planning.shards, err);
    if (ok) {
        rc_cli_planned_say(&limits);
        rc_planning_advice(&answer, text);
        fprintf(stderr, "reconctl: %s\n", text);
        settings->attention = !answer.smallest;
    }
    rc_buf_free(&limits);
    return ok;
}
