/* StartQuery, GetQueryResults, StopQuery. A query runs a moment after it was started, all
 * at once; its results are kept in the store for a while. */
#include "local/answer.h"
#include "local/insights.h"
#include "local/logs.h"
#include "local/services.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AFTER_MS = 100, MOST_GROUPS = 50, MOST_LIMIT = 10000 };

static const int64_t latest_s = 253402300800; /* the year 10000 */

static const int64_t kept_ms = (int64_t)7 * 24 * 3600 * 1000;
static const int64_t most_scanned = 2000000;

static struct {
    struct rc_local *local;
    struct rc_timer timer;
} runner;

struct counts {
    int64_t matched, scanned, bytes;
};

/* ----- running ----- */

/* True while the query wants more. */
static bool add_event(struct rc_insights_run *run, const char *group, sqlite3_stmt *row,
                      struct counts *counts)
{
    bool matched;
    const struct rc_insights_event event = {.group = group,
                                            .stream = (const char *)sqlite3_column_text(row, 4),
                                            .at_ms = sqlite3_column_int64(row, 0),
                                            .id = sqlite3_column_int64(row, 1),
                                            .ingested_ms = sqlite3_column_int64(row, 2),
                                            .message = (const char *)sqlite3_column_text(row, 3),
                                            .length = (size_t)sqlite3_column_bytes(row, 3)};
    bool more = rc_insights_add(run, &event, &matched);
    counts->matched += matched;
    counts->scanned++;
    counts->bytes += (int64_t)event.length;
    return more && counts->scanned < most_scanned;
}

static void scan_group(struct rc_local *local, const json_t *request, const char *group,
                       struct rc_insights_run *run, struct counts *counts)
{
    sqlite3_stmt *list = rc_local_sql(
        local, "SELECT at_ms, logs_event.id, logs_event.ingested_ms, message, name FROM logs_event"
               " JOIN logs_stream ON logs_stream.id = stream WHERE logs_event.grp = ?"
               " AND at_ms >= ? AND at_ms <= ? ORDER BY at_ms DESC, logs_event.id DESC");
    sqlite3_bind_int64(list, 1, rc_logs_group(local, group));
    sqlite3_bind_int64(list, 2, json_integer_value(json_object_get(request, "startTime")) * 1000);
    sqlite3_bind_int64(list, 3,
                       json_integer_value(json_object_get(request, "endTime")) * 1000 + 999);
    while (sqlite3_step(list) == SQLITE_ROW && add_event(run, group, list, counts))
        ;
    rc_local_done(list);
}

static json_t *run_query(struct rc_local *local, const json_t *request, struct counts *counts)
{
    const char *text = json_string_value(json_object_get(request, "queryString"));
    size_t at, i;
    json_t *group, *rows = NULL;
    struct rc_insights *query = text ? rc_insights_read(text, &at, NULL) : NULL;
    struct rc_insights_run *run =
        query ? rc_insights_begin(query, json_integer_value(json_object_get(request, "limit")))
              : NULL;
    if (run) {
        json_array_foreach(json_object_get(request, "groups"), i, group)
        {
            scan_group(local, request, json_string_value(group), run, counts);
        }
        rows = rc_insights_end(run);
    }
    rc_insights_free(query);
    return rows;
}

static void finish_query(struct rc_local *local, const char *id, const json_t *request)
{
    struct counts counts = {0};
    json_t *rows = run_query(local, request, &counts);
    char *text = rows ? rc_answer_dump(rows) : NULL;
    sqlite3_stmt *set = rc_local_sql(
        local, "UPDATE logs_query SET status = ?, results = ?, matched = ?, scanned = ?, bytes = ?"
               " WHERE id = ?");
    sqlite3_bind_text(set, 1, text ? "Complete" : "Failed", -1, SQLITE_STATIC);
    sqlite3_bind_text(set, 2, text ? text : "[]", -1, SQLITE_STATIC);
    sqlite3_bind_int64(set, 3, counts.matched);
    sqlite3_bind_int64(set, 4, counts.scanned);
    sqlite3_bind_int64(set, 5, counts.bytes);
    sqlite3_bind_text(set, 6, id, -1, SQLITE_STATIC);
    rc_local_run(local, set);
    free(text);
    json_decref(rows);
}

/* The next one that is to run; one a look, so that others are served between. */
static void run_next(struct rc_timer *timer)
{
    struct rc_local *local = runner.local;
    char id[37] = "";
    json_t *request = NULL;
    rc_local_begin(local);
    sqlite3_stmt *next = rc_local_sql(
        local, "SELECT id, request FROM logs_query WHERE status = 'Scheduled' LIMIT 1");
    if (sqlite3_step(next) == SQLITE_ROW) {
        snprintf(id, sizeof id, "%s", sqlite3_column_text(next, 0));
        request = rc_answer_load(rc_answer_column(next, 1));
    }
    rc_local_done(next);
    if (*id)
        finish_query(local, id, request);
    json_decref(request);
    rc_local_commit(local);
    if (*id)
        rc_local_timer(local, timer, 0);
}

bool rc_logs_query_open(struct rc_local *local, struct rc_error *err)
{
    (void)err;
    runner.local = local;
    runner.timer = (struct rc_timer){.fire = run_next};
    sqlite3_stmt *old = rc_local_sql(local, "DELETE FROM logs_query WHERE started_ms < ?");
    sqlite3_bind_int64(old, 1, rc_local_now_ms(local) - kept_ms);
    rc_local_run(local, old);
    rc_local_timer(local, &runner.timer, 0);
    return true;
}

void rc_logs_query_close(struct rc_local *local)
{
    rc_timer_stop(local->loop, &runner.timer);
}

/* ----- the operations ----- */

/* Every group that is named, by name; NULL, and the exchange has failed. */
static json_t *groups_of(struct rc_exchange *exchange)
{
    static const char *const lists[] = {"logGroupNames", "logGroupIdentifiers"};
    const char *one = rc_exchange_text(exchange, "logGroupName");
    json_t *groups = json_array(), *name;
    size_t i;
    if (one)
        json_array_append_new(groups, json_string(one));
    for (int list = 0; list < 2; list++) {
        json_array_foreach(json_object_get(exchange->in, lists[list]), i, name)
        {
            const char *text = json_string_value(name) ? json_string_value(name) : "";
            if (strncmp(text, RC_LOGS_ARN, sizeof RC_LOGS_ARN - 1) == 0)
                text += sizeof RC_LOGS_ARN - 1;
            json_array_append_new(groups, json_stringn(text, strcspn(text, ":")));
        }
    }
    size_t count = json_array_size(groups);
    if (!count || count > MOST_GROUPS)
        rc_exchange_fail(exchange, 400, "InvalidParameterException",
                         "1 to %d log groups have to be named", MOST_GROUPS);
    json_array_foreach(groups, i, name)
    {
        if (!exchange->failed && !rc_logs_group(exchange->local, json_string_value(name)))
            rc_exchange_fail(exchange, 400, "ResourceNotFoundException",
                             "Log group '%s' does not exist for account ID '" RC_LOCAL_ACCOUNT
                             "' (Service: AWSLogs; Status Code: 400)",
                             json_string_value(name));
    }
    if (!exchange->failed)
        return groups;
    json_decref(groups);
    return NULL;
}

static bool good_query(struct rc_exchange *exchange, const char *text)
{
    struct rc_error err = {0};
    size_t at;
    const char *language = rc_exchange_text(exchange, "queryLanguage");
    int64_t limit = rc_exchange_int(exchange, "limit", 0);
    if (language && strcmp(language, "CWLI") != 0)
        return rc_exchange_fail(exchange, 400, "InvalidParameterException",
                                "reconlocal has no queries in %s", language);
    int64_t from_s = rc_exchange_int(exchange, "startTime", -1);
    int64_t to_s = rc_exchange_int(exchange, "endTime", -1);
    if (limit < 0 || limit > MOST_LIMIT || from_s < 0 || to_s < from_s || to_s >= latest_s)
        return rc_exchange_fail(exchange, 400, "InvalidParameterException",
                                "A startTime, an endTime behind it, and a limit of up to 10000 are "
                                "needed");
    struct rc_insights *query = rc_insights_read(text, &at, &err);
    if (query) {
        rc_insights_free(query);
        return true;
    }
    json_t *members =
        json_pack("{s:{s:{s:i, s:i}, s:s}}", "queryCompileError", "location", "startCharOffset",
                  (int)at, "endCharOffset", (int)at + 1, "message", err.text);
    rc_exchange_fail_with(exchange, 400, "MalformedQueryException", members, "%s", err.text);
    json_decref(members);
    return false;
}

static void start(struct rc_exchange *exchange, const char *text, json_t *groups)
{
    char id[37];
    int64_t now_ms = rc_local_now_ms(exchange->local);
    json_t *request =
        json_pack("{s:s, s:I, s:I, s:I, s:O}", "queryString", text, "startTime",
                  (json_int_t)rc_exchange_int(exchange, "startTime", 0), "endTime",
                  (json_int_t)rc_exchange_int(exchange, "endTime", 0), "limit",
                  (json_int_t)rc_exchange_int(exchange, "limit", 0), "groups", groups);
    char *dumped = request ? rc_answer_dump(request) : NULL;
    rc_local_uuid(exchange->local, id);
    sqlite3_stmt *put = rc_local_sql(
        exchange->local, "INSERT INTO logs_query VALUES (?, 'Scheduled', ?, ?, '[]', 0, 0, 0, ?)");
    sqlite3_bind_text(put, 1, id, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 2, dumped ? dumped : "{}", -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 3, now_ms);
    sqlite3_bind_int64(put, 4, (int64_t)json_array_size(groups));
    rc_local_run(exchange->local, put);
    rc_local_timer(exchange->local, &runner.timer, AFTER_MS);
    rc_jsonw_open(&exchange->json, '{');
    rc_jsonw_key(&exchange->json, "queryId");
    rc_jsonw_str(&exchange->json, id);
    rc_jsonw_close(&exchange->json, '}');
    free(dumped);
    json_decref(request);
}

void rc_logs_query_start(struct rc_exchange *exchange)
{
    const char *text = rc_exchange_need(exchange, "queryString");
    json_t *groups = text && good_query(exchange, text) ? groups_of(exchange) : NULL;
    if (groups)
        start(exchange, text, groups);
    json_decref(groups);
}

static void write_results(struct rc_exchange *exchange, sqlite3_stmt *row)
{
    static const char *const names[] = {"recordsMatched", "recordsScanned", "bytesScanned",
                                        "logGroupsScanned"};
    struct rc_jsonw *json = &exchange->json;
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "queryLanguage");
    rc_jsonw_str(json, "CWLI");
    rc_jsonw_key(json, "results");
    rc_jsonw_raw(json, (const char *)sqlite3_column_text(row, 1));
    rc_jsonw_key(json, "statistics");
    rc_jsonw_open(json, '{');
    for (int i = 0; i < 4; i++) {
        rc_jsonw_key(json, names[i]);
        rc_jsonw_int(json, sqlite3_column_int64(row, 2 + i));
    }
    rc_jsonw_close(json, '}');
    rc_jsonw_key(json, "status");
    rc_jsonw_str(json, (const char *)sqlite3_column_text(row, 0));
    rc_jsonw_close(json, '}');
}

static bool no_query(struct rc_exchange *exchange)
{
    return rc_exchange_fail(exchange, 400, "ResourceNotFoundException",
                            "The specified query does not exist.");
}

void rc_logs_query_results(struct rc_exchange *exchange)
{
    const char *id = rc_exchange_need(exchange, "queryId");
    if (!id)
        return;
    sqlite3_stmt *find =
        rc_local_sql(exchange->local, "SELECT status, results, matched, scanned, bytes, groups"
                                      " FROM logs_query WHERE id = ?");
    sqlite3_bind_text(find, 1, id, -1, SQLITE_STATIC);
    if (sqlite3_step(find) == SQLITE_ROW)
        write_results(exchange, find);
    else
        no_query(exchange);
    rc_local_done(find);
}

void rc_logs_query_stop(struct rc_exchange *exchange)
{
    const char *id = rc_exchange_need(exchange, "queryId");
    if (!id)
        return;
    sqlite3_stmt *find =
        rc_local_sql(exchange->local, "SELECT status FROM logs_query WHERE id = ?");
    sqlite3_bind_text(find, 1, id, -1, SQLITE_STATIC);
    bool found = sqlite3_step(find) == SQLITE_ROW;
    bool waits = found && strcmp((const char *)sqlite3_column_text(find, 0), "Scheduled") == 0;
    rc_local_done(find);
    if (!found) {
        no_query(exchange);
        return;
    }
    if (!waits) {
        rc_exchange_fail(exchange, 400, "InvalidParameterException",
                         "Query ID %s is in ended status", id);
        return;
    }
    sqlite3_stmt *stop =
        rc_local_sql(exchange->local, "UPDATE logs_query SET status = 'Cancelled' WHERE id = ?");
    sqlite3_bind_text(stop, 1, id, -1, SQLITE_STATIC);
    rc_local_run(exchange->local, stop);
    rc_buf_add_str(&exchange->out, "{\"success\":true}");
}
