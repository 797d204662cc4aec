/* The history of an execution. Source of types and members: HistoryEvent, "AWS Step Functions
 * API Reference". */
#include "local/answer.h"
#include "local/services.h"
#include "local/states.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_MOST = 1000, PAGE = 100 };

static int64_t add(struct rc_states_execution *execution, int64_t previous, const char *type,
                   json_t *details)
{
    struct rc_local *local = execution->local;
    char *text = details ? rc_answer_dump(details) : NULL;
    sqlite3_stmt *put = rc_local_sql(
        local, "INSERT OR REPLACE INTO states_event (execution, id, previous, at_ms, type, details)"
               " VALUES (?, ?, ?, ?, ?, ?)");
    /* The last one of all is the one that says how it ended. */
    if (execution->events < RC_STATES_EVENTS_MOST)
        execution->events++;
    execution->full = execution->events >= RC_STATES_EVENTS_MOST - 1;
    sqlite3_bind_int64(put, 1, execution->seq);
    sqlite3_bind_int64(put, 2, execution->events);
    sqlite3_bind_int64(put, 3, previous);
    sqlite3_bind_int64(put, 4, rc_local_now_ms(local));
    sqlite3_bind_text(put, 5, type, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 6, text, -1, SQLITE_STATIC);
    rc_local_run(local, put);
    free(text);
    json_decref(details);
    return execution->events;
}

void rc_states_event(struct rc_branch *branch, const char *type, json_t *details)
{
    branch->last_event = add(branch->execution, branch->last_event, type, details);
}

void rc_states_execution_event(struct rc_states_execution *execution, int64_t previous,
                               const char *type, json_t *details)
{
    add(execution, previous, type, details);
}

/* ----- GetExecutionHistory ----- */

/* "TaskStateEntered" has stateEnteredEventDetails, "TaskFailed" taskFailedEventDetails. */
static void name_details(const char *type, char name[96])
{
    const char *entered = strstr(type, "StateEntered"), *exited = strstr(type, "StateExited");
    if (entered || exited)
        snprintf(name, 96, "state%sEventDetails", entered ? "Entered" : "Exited");
    else
        snprintf(name, 96, "%c%sEventDetails", tolower((unsigned char)*type), type + 1);
}

static void strip_data(json_t *details)
{
    static const char *const data[] = {"input", "output", "parameters", NULL};
    for (int i = 0; data[i]; i++)
        json_object_del(details, data[i]);
}

/* Beside each text with data stands whether it is whole. */
static void add_truncation(json_t *details)
{
    static const char *const data[][2] = {{"input", "inputDetails"}, {"output", "outputDetails"}};
    for (int i = 0; i < 2; i++)
        if (json_object_get(details, data[i][0]))
            json_object_set_new(details, data[i][1], json_pack("{s:b}", "truncated", 0));
}

static json_t *event_json(sqlite3_stmt *row, bool with_data)
{
    char name[96];
    const char *type = rc_answer_column(row, 3);
    json_t *event =
        json_pack("{s:o, s:s, s:I, s:I}", "timestamp", rc_answer_time(sqlite3_column_int64(row, 2)),
                  "type", type, "id", (json_int_t)sqlite3_column_int64(row, 0), "previousEventId",
                  (json_int_t)sqlite3_column_int64(row, 1));
    json_t *details = rc_answer_load((const char *)sqlite3_column_text(row, 4));
    if (!details)
        return event;
    if (with_data)
        add_truncation(details);
    else
        strip_data(details);
    name_details(type, name);
    json_object_set_new(event, name, details);
    return event;
}

static int64_t find_execution(struct rc_exchange *exchange)
{
    const char *arn = rc_exchange_text(exchange, "executionArn");
    sqlite3_stmt *get =
        rc_local_sql(exchange->local, "SELECT seq FROM states_execution WHERE arn = ?");
    sqlite3_bind_text(get, 1, arn, -1, SQLITE_STATIC);
    int64_t seq = sqlite3_step(get) == SQLITE_ROW ? sqlite3_column_int64(get, 0) : -1;
    rc_local_done(get);
    if (seq < 0)
        rc_states_no_execution(exchange, arn);
    return seq;
}

void rc_states_get_history(struct rc_exchange *exchange)
{
    bool reverse = rc_exchange_bool(exchange, "reverseOrder", false);
    bool with_data = rc_exchange_bool(exchange, "includeExecutionData", true);
    int64_t most = rc_exchange_int(exchange, "maxResults", PAGE), last = 0;
    const char *token = rc_exchange_text(exchange, "nextToken");
    int64_t seq = find_execution(exchange);
    char next[32] = "";
    if (seq < 0)
        return;
    if (most < 1 || most > PAGE_MOST)
        most = most ? PAGE_MOST : PAGE;
    json_t *events = json_array();
    sqlite3_stmt *get =
        reverse ? rc_local_sql(exchange->local,
                               "SELECT id, previous, at_ms, type, details FROM states_event"
                               " WHERE execution = ? AND id < ? ORDER BY id DESC LIMIT ?")
                : rc_local_sql(exchange->local,
                               "SELECT id, previous, at_ms, type, details FROM states_event"
                               " WHERE execution = ? AND id > ? ORDER BY id LIMIT ?");
    sqlite3_bind_int64(get, 1, seq);
    sqlite3_bind_int64(get, 2, token ? strtoll(token, NULL, 10) : reverse ? INT64_MAX : 0);
    sqlite3_bind_int64(get, 3, most + 1);
    while (sqlite3_step(get) == SQLITE_ROW) {
        if ((int64_t)json_array_size(events) == most) {
            snprintf(next, sizeof next, "%lld", (long long)last);
            break;
        }
        last = sqlite3_column_int64(get, 0);
        json_array_append_new(events, event_json(get, with_data));
    }
    rc_local_done(get);
    rc_answer(exchange,
              json_pack("{s:o, s:s?}", "events", events, "nextToken", *next ? next : NULL));
}
