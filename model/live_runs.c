#include "model/live.h"

#include "aws/ddb_item.h"
#include "aws/dynamodb.h"
#include "aws/states.h"
#include "core/civil.h"
#include "model/live_internal.h"
#include "model/run_words.h"
#include "pipeline/keys.h"
#include "pipeline/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Runs come from two places, in any order and page by page: the items that the steps leave,
 * a partition a day, and the state machine, which alone knows what is running, and what
 * failed before any step could say so. A run is one row, to which each adds what it knows.
 * Of executions that have no item the input is asked for. */

enum {
    DAY_S = 24 * 60 * 60,
    AT_ONCE = 8,      /* descriptions that are asked for */
    DESCRIBED = 200,  /* executions without an item that are */
    EXECUTIONS = 1000 /* a page */
};

static const char *const statuses[] = {"RUNNING", "FAILED", "TIMED_OUT", "ABORTED"};

enum { STATUSES = sizeof statuses / sizeof *statuses, SOURCES = RC_RUNS_DAYS + STATUSES };

struct runs;

/* Pages of a day's items, or of the executions of a status. */
struct source {
    struct runs *all;
    struct rc_pages *pages;
    struct rc_dynamodb_query query;
    struct rc_buf values;
    struct rc_states_list_executions list;
    const char *permission;
};

struct slot {
    struct runs *all;
    struct rc_call *call;
    int64_t row;
};

struct runs {
    struct rc_listing listing;
    struct rc_machine machine;
    struct source sources[SOURCES];
    int left; /* sources that have not ended, and the search for the machine */
    int failed;
    struct rc_error why; /* the first that failed */
    int64_t since_ms, now_ms;
    bool full;
    struct slot slots[AT_ONCE];
    int running;
    struct {
        int64_t row;
        char name[81];
    } unknown[DESCRIBED];
    size_t unknown_count, next;
    sqlite3_stmt *item, *execution, *seek, *describe;
};

/* ----- the end ----- */

static void ask_more(struct runs *runs);

static void finish(struct runs *runs)
{
    if (runs->failed == SOURCES) {
        rc_listing_fail(&runs->listing, &runs->why);
        return;
    }
    if (runs->failed)
        rc_live_note(runs->listing.live, "not all runs are known: %s", runs->why.text);
    if (runs->full)
        rc_live_note(runs->listing.live, "there are more than %d runs, which is more than is shown",
                     RC_RUNS_MOST);
    rc_listing_complete(&runs->listing);
}

/* The executions that no item told of. */
static bool find_unknown(struct runs *runs, struct rc_error *err)
{
    int step = SQLITE_DONE;
    sqlite3_bind_int64(runs->seek, 1, runs->listing.number);
    while (runs->unknown_count < DESCRIBED && (step = sqlite3_step(runs->seek)) == SQLITE_ROW) {
        size_t at = runs->unknown_count++;
        runs->unknown[at].row = sqlite3_column_int64(runs->seek, 0);
        snprintf(runs->unknown[at].name, sizeof runs->unknown[at].name, "%s",
                 (const char *)sqlite3_column_text(runs->seek, 1));
    }
    bool ok = step == SQLITE_DONE || step == SQLITE_ROW;
    if (!ok)
        rc_error_set(err, RC_IO, "the temporary database cannot be read");
    sqlite3_reset(runs->seek);
    return ok;
}

static void source_ended(struct runs *runs)
{
    struct rc_error err = {0};
    if (--runs->left > 0 || runs->listing.settled)
        return;
    if (find_unknown(runs, &err))
        ask_more(runs);
    else
        rc_listing_fail(&runs->listing, &err);
}

static void note_failure(struct runs *runs, const struct rc_error *err)
{
    if (!runs->failed++)
        runs->why = *err;
}

/* ----- what the items tell ----- */

static void bind_int(sqlite3_stmt *statement, int at, const json_t *item, const char *name)
{
    int64_t value;
    if (rc_item_get_int(item, name, &value))
        sqlite3_bind_int64(statement, at, value);
}

/* Failures of all steps. */
static int64_t failures_of(const json_t *item)
{
    static const char end[] = "_failures";
    int64_t sum = 0, value;
    const char *name;
    json_t *attribute;
    json_object_foreach((json_t *)item, name, attribute)
    {
        size_t length = strlen(name), behind = sizeof end - 1;
        if (length > behind && strcmp(name + length - behind, end) == 0 &&
            rc_item_get_int(item, name, &value))
            sum += value;
    }
    return sum;
}

/* The step that a run is at; of one that has failed, the last of those that did, for "fail"
 * only says so. */
static const char *step_of(const json_t *item, char name[64])
{
    static const char end[] = "_cause";
    const char *step = rc_item_get_text(item, "step"), *attribute;
    int64_t latest_ms = -1;
    json_t *value;
    snprintf(name, 64, "%s", step);
    if (strcmp(step, "fail") != 0)
        return name;
    json_object_foreach((json_t *)item, attribute, value)
    {
        char candidate[64];
        const char *cause = rc_item_get_text(item, attribute);
        size_t length = strlen(attribute), behind = sizeof end - 1;
        bool is_cause = length > behind && length - behind < sizeof candidate &&
                        strcmp(attribute + length - behind, end) == 0;
        if (!is_cause || !cause || !*cause || strcmp(attribute, "fail_cause") == 0)
            continue;
        snprintf(candidate, sizeof candidate, "%.*s", (int)(length - behind), attribute);
        if (rc_run_number(item, candidate, "ended") > latest_ms) {
            latest_ms = rc_run_number(item, candidate, "ended");
            snprintf(name, 64, "%s", candidate);
        }
    }
    return name;
}

/* What the object's key says, as long as no step has. */
static void bind_subject(sqlite3_stmt *to, const json_t *item)
{
    const char *key = rc_item_get_text(item, "object"), *side = rc_item_get_text(item, "side");
    char program[RC_PROGRAM_ID_BYTES + 1] = "", key_side[16] = "";
    if (key)
        rc_run_key_parts(key, program, sizeof program, key_side, sizeof key_side);
    const char *known = rc_item_get_text(item, "program");
    rc_bind_text(to, 3, known ? known : program);
    rc_bind_text(to, 4, rc_item_get_text(item, "date"));
    rc_bind_text(to, 5, side ? side : key_side);
    rc_bind_text(to, 6, rc_item_get_text(item, "bucket"));
    rc_bind_text(to, 7, key);
}

static bool keep_item(struct runs *runs, const json_t *item, struct rc_error *err)
{
    sqlite3_stmt *to = runs->item;
    const char *run = rc_item_get_text(item, "run"), *last = rc_item_get_text(item, "step");
    struct rc_run_words words;
    char step[64];
    int64_t began_ms;
    if (!run || !last)
        return true;
    step_of(item, step);
    sqlite3_bind_int64(to, 1, runs->listing.number);
    rc_bind_text(to, 2, run);
    bind_subject(to, item);
    rc_bind_text(to, 8, step);
    rc_bind_text(to, 9, rc_item_get_text(item, "outcome"));
    rc_run_cause(rc_item_get_text(item, "cause"), &words);
    rc_bind_text(to, 10, words.text);
    rc_bind_text(to, 11, rc_item_get_text(item, "ingest_route")); /* others are on Lambda */
    bind_int(to, 12, item, "began");
    bind_int(to, 13, item, "ended");
    sqlite3_bind_int64(to, 14, rc_run_number(item, step, "attempts"));
    sqlite3_bind_int64(to, 15, failures_of(item));
    char began[RC_TIME_TEXT] = "";
    if (rc_item_get_int(item, "began", &began_ms))
        rc_time_text(began_ms, began);
    rc_bind_text(to, 16, began);
    sqlite3_bind_int64(to, 17, runs->now_ms);
    if (strcmp(last, "fail") == 0 || strcmp(last, "finish") == 0)
        rc_bind_text(to, 18, strcmp(last, "fail") == 0 ? "failed" : "succeeded");
    return rc_live_step(runs->listing.live, to, err);
}

/* ----- what the state machine tells ----- */

static bool keep_execution(struct runs *runs, const struct rc_states_execution *execution,
                           struct rc_error *err)
{
    static const char *const states[] = {"running", "failed", "timed out", "aborted"};
    sqlite3_stmt *to = runs->execution;
    char began[RC_TIME_TEXT];
    const char *state = NULL;
    for (size_t i = 0; i < STATUSES; i++)
        if (execution->status && strcmp(execution->status, statuses[i]) == 0)
            state = states[i];
    if (!execution->name || !state)
        return true;
    rc_time_text(execution->start_unix_ms, began);
    sqlite3_bind_int64(to, 1, runs->listing.number);
    rc_bind_text(to, 2, execution->name);
    rc_bind_text(to, 3, state);
    sqlite3_bind_int64(to, 4, execution->start_unix_ms);
    if (execution->stop_unix_ms)
        sqlite3_bind_int64(to, 5, execution->stop_unix_ms);
    rc_bind_text(to, 6, began);
    sqlite3_bind_int64(to, 7, runs->now_ms);
    return rc_live_step(runs->listing.live, to, err);
}

/* ----- pages ----- */

static bool is_full(struct runs *runs)
{
    runs->full = runs->full || runs->listing.rows >= RC_RUNS_MOST;
    return runs->full;
}

/* An insert makes a row, or finds the one that is there, which then is not one more. */
static void count_row(struct runs *runs, int64_t *last)
{
    int64_t row = rc_live_last_row(runs->listing.live);
    runs->listing.rows += row > *last;
    *last = row > *last ? row : *last;
}

static bool end_page(struct runs *runs, bool ok, struct rc_error *err)
{
    ok = rc_live_commit(runs->listing.live, err) && ok;
    runs->listing.version++;
    if (!ok)
        rc_listing_fail(&runs->listing, err);
    return ok && !is_full(runs);
}

static bool take_items(void *ctx, const void *answer)
{
    struct runs *runs = ((struct source *)ctx)->all;
    const struct rc_dynamodb_items *page = answer;
    int64_t last = rc_live_last_row(runs->listing.live);
    struct rc_error err = {0};
    bool ok = true;
    if (runs->listing.settled)
        return false;
    rc_live_begin(runs->listing.live);
    for (size_t i = 0; ok && i < page->items.count && !is_full(runs); i++) {
        ok = keep_item(runs, page->items.items[i], &err);
        count_row(runs, &last);
    }
    return end_page(runs, ok, &err);
}

/* The newest come first: behind those that are too old nothing is of interest, but what
 * runs, however long it has. */
static bool take_executions(void *ctx, const void *answer)
{
    const struct source *source = ctx;
    struct runs *runs = source->all;
    const struct rc_states_executions *page = answer;
    int64_t last = rc_live_last_row(runs->listing.live);
    bool running = strcmp(source->list.status_filter, "RUNNING") == 0, ok = true, old = false;
    struct rc_error err = {0};
    if (runs->listing.settled)
        return false;
    rc_live_begin(runs->listing.live);
    for (size_t i = 0; ok && i < page->executions.count && !is_full(runs) && !old; i++) {
        const struct rc_states_execution *execution = &page->executions.items[i];
        old = !running && execution->start_unix_ms < runs->since_ms;
        if (!old) {
            ok = keep_execution(runs, execution, &err);
            count_row(runs, &last);
        }
    }
    return end_page(runs, ok, &err) && !old;
}

static void pages_done(struct rc_call *call, void *ctx)
{
    const struct source *source = ctx;
    struct rc_error err = {0};
    if (rc_call_error(call)) {
        rc_live_explain(call, source->permission, &err);
        note_failure(source->all, &err);
    }
    source_ended(source->all);
}

/* ----- executions that no item tells of ----- */

static bool keep_description(struct runs *runs, int64_t row,
                             const struct rc_states_execution_described *answer,
                             struct rc_error *err)
{
    sqlite3_stmt *to = runs->describe;
    json_t *input = answer->input ? json_loads(answer->input, 0, NULL) : NULL;
    const json_t *file = json_object_get(input, "file");
    const char *key = json_string_value(json_object_get(file, "key"));
    char program[RC_PROGRAM_ID_BYTES + 1] = "", side[16] = "";
    struct rc_run_words words;
    if (key) /* PROGRAM/SIDE/name */
        rc_run_key_parts(key, program, sizeof program, side, sizeof side);
    rc_run_cause(answer->cause, &words);
    rc_bind_text(to, 1, program);
    rc_bind_text(to, 2, side);
    rc_bind_text(to, 3, json_string_value(json_object_get(file, "bucket")));
    rc_bind_text(to, 4, key);
    rc_bind_text(to, 5, answer->error);
    rc_bind_text(to, 6, words.text);
    sqlite3_bind_int64(to, 7, row);
    json_decref(input);
    return rc_live_step(runs->listing.live, to, err);
}

static void described(struct rc_call *call, void *ctx)
{
    struct slot *slot = ctx;
    struct runs *runs = slot->all;
    const struct rc_states_execution_described *answer = rc_states_describe_execution_answer(call);
    struct rc_error err = {0};
    bool ok = !answer || keep_description(runs, slot->row, answer, &err);
    if (!answer && !runs->why.code) {
        rc_live_explain(call, "states:DescribeExecution", &runs->why);
        rc_live_note(runs->listing.live, "%s", runs->why.text);
    }
    rc_call_free(call);
    slot->call = NULL;
    runs->running--;
    runs->listing.version++;
    if (ok)
        ask_more(runs);
    else
        rc_listing_fail(&runs->listing, &err);
}

static void ask_more(struct runs *runs)
{
    char arn[RC_ARN_BYTES];
    for (int i = 0; i < AT_ONCE && runs->next < runs->unknown_count; i++) {
        struct slot *slot = &runs->slots[i];
        if (slot->call)
            continue;
        rc_machine_execution(&runs->machine, runs->unknown[runs->next].name, arn);
        slot->all = runs;
        slot->row = runs->unknown[runs->next++].row;
        slot->call = rc_states_describe_execution(
            rc_live_aws(runs->listing.live), &(struct rc_states_describe_execution){.arn = arn},
            described, slot);
        runs->running += slot->call != NULL;
    }
    if (!runs->running && !runs->listing.settled)
        finish(runs);
}

/* ----- the listing ----- */

static void stop(struct rc_listing *listing)
{
    struct runs *runs = (struct runs *)listing;
    for (int i = 0; i < AT_ONCE; i++) {
        rc_call_free(runs->slots[i].call);
        runs->slots[i].call = NULL;
    }
    if (listing->settled) /* perhaps by what these call, which goes with the release */
        return;
    rc_machine_stop(&runs->machine);
    for (int i = 0; i < SOURCES; i++) {
        rc_pages_free(runs->sources[i].pages);
        runs->sources[i].pages = NULL;
    }
}

static void release(struct rc_listing *listing)
{
    struct runs *runs = (struct runs *)listing;
    sqlite3_stmt *const statements[] = {runs->item, runs->execution, runs->seek, runs->describe};
    rc_machine_stop(&runs->machine);
    for (int i = 0; i < SOURCES; i++) {
        rc_pages_free(runs->sources[i].pages);
        rc_buf_free(&runs->sources[i].values);
    }
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        sqlite3_finalize(statements[i]);
}

static const struct rc_listing_kind kind = {
    .table = "run", .size = sizeof(struct runs), .stop = stop, .release = release};

static bool prepare(struct runs *runs, struct rc_error *err)
{
    const struct {
        sqlite3_stmt **to;
        const char *sql;
    } all[] = {
        {&runs->item,
         "INSERT INTO run (listing, run, program, date, side, bucket, object, step, outcome, cause,"
         " route, began_ms, ended_ms, attempts, failures, began, seen_ms, state)"
         " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
         " ON CONFLICT (listing, run) DO UPDATE SET program = excluded.program,"
         " date = excluded.date, side = excluded.side, bucket = excluded.bucket,"
         " object = excluded.object, step = excluded.step, outcome = excluded.outcome,"
         " cause = excluded.cause, route = excluded.route, attempts = excluded.attempts,"
         " failures = excluded.failures"},
        {&runs->execution,
         "INSERT INTO run (listing, run, state, began_ms, ended_ms, began, seen_ms)"
         " VALUES (?, ?, ?, ?, ?, ?, ?)"
         " ON CONFLICT (listing, run) DO UPDATE SET state = excluded.state,"
         " began_ms = excluded.began_ms, ended_ms = excluded.ended_ms, began = excluded.began"},
        {&runs->seek,
         "SELECT id, run FROM run WHERE listing = ? AND object IS NULL AND program IS NULL"
         " AND length(run) <= 80 ORDER BY began_ms DESC"},
        {&runs->describe, "UPDATE run SET program = ?, side = ?, bucket = ?, object = ?,"
                          " outcome = ?, cause = ? WHERE id = ?"}};
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof all / sizeof *all; i++)
        ok = (*all[i].to = rc_live_prepare(runs->listing.live, all[i].sql, err)) != NULL;
    return ok;
}

static bool start_day(struct runs *runs, struct source *source, int32_t date)
{
    struct rc_key key;
    struct rc_jsonw json;
    rc_key_run(date, "", &key);
    rc_jsonw_init(&json, &source->values);
    rc_item_open(&json);
    rc_item_text(&json, ":pk", key.pk);
    rc_item_close(&json);
    source->permission = "dynamodb:Query";
    source->query = (struct rc_dynamodb_query){.table_name = rc_table_name(RC_TABLE_STATE),
                                               .key_condition = "PK = :pk",
                                               .values = source->values.data};
    source->pages = rc_pages_start(rc_live_aws(runs->listing.live), &rc_dynamodb_query_operation,
                                   &source->query, take_items, pages_done, source);
    return source->pages != NULL;
}

static void machine_found(void *ctx)
{
    struct runs *runs = ctx;
    struct rc_error err = {0};
    bool ok = true;
    if (runs->machine.why.code)
        note_failure(runs, &runs->machine.why);
    for (int i = 0; !runs->machine.why.code && i < STATUSES; i++) {
        struct source *source = &runs->sources[RC_RUNS_DAYS + i];
        source->permission = "states:ListExecutions";
        source->list = (struct rc_states_list_executions){.machine_arn = runs->machine.arn,
                                                          .status_filter = statuses[i],
                                                          .max_results = EXECUTIONS};
        source->pages =
            rc_pages_start(rc_live_aws(runs->listing.live), &rc_states_list_executions_operation,
                           &source->list, take_executions, pages_done, source);
        runs->left += source->pages != NULL;
        ok = ok && source->pages;
    }
    if (ok) {
        source_ended(runs);
        return;
    }
    rc_error_nomem(&err);
    rc_listing_fail(&runs->listing, &err);
}

static bool start(struct runs *runs, struct rc_error *err)
{
    bool ok = prepare(runs, err);
    if (!ok)
        return false;
    runs->now_ms = rc_live_now_ms(runs->listing.live);
    int32_t today = (int32_t)(runs->now_ms / 1000 / DAY_S);
    runs->since_ms = (int64_t)(today - RC_RUNS_DAYS + 1) * DAY_S * 1000;
    for (int i = 0; i < SOURCES; i++) {
        runs->sources[i].all = runs;
        rc_buf_init(&runs->sources[i].values, 1024);
    }
    runs->left = 1;
    for (int i = 0; ok && i < RC_RUNS_DAYS; i++) {
        ok = start_day(runs, &runs->sources[i], today - i);
        runs->left += ok;
    }
    if (ok)
        rc_machine_seek(&runs->machine, runs->listing.live, machine_found, runs);
    else
        rc_error_nomem(err);
    return ok;
}

struct rc_listing *rc_live_runs(struct rc_live *live, struct rc_error *err)
{
    struct rc_listing *listing = rc_listing_new(live, &kind, err);
    if (listing && start((struct runs *)listing, err))
        return listing;
    rc_listing_free(listing);
    return NULL;
}
