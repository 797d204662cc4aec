/* Events for later: they wait in a table, so that none is lost, are tried three times, and
 * go to where failures go. Source of delays and of the record: "How Lambda handles errors and
 * retries with asynchronous invocation" and "Capturing records of Lambda asynchronous
 * invocations", AWS Lambda Developer Guide. */
#include "aws/json.h"
#include "local/answer.h"
#include "local/lambda.h"
#include "local/services.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RETRIES = 2,
    AGE_S = 6 * 60 * 60,
    FIRST_RETRY_MS = 60000, /* the second waits twice as long */
    THROTTLED_MS = 1000,    /* doubled up to the most */
    THROTTLED_MOST_MS = 5 * 60 * 1000,
    BATCH = 64,
};

struct event {
    struct rc_local *local;
    char id[37];
    char function[65];
    char *payload; /* as it came */
    size_t length;
    int64_t at_ms;
    int attempts; /* that failed */
    int delays;   /* by throttling, one behind another */
};

/* ----- where it is kept ----- */

bool rc_lambda_enqueue(struct rc_local *local, const char *id, const char *function,
                       const char *payload, size_t length)
{
    int64_t now_ms = rc_local_now_ms(local);
    sqlite3_stmt *put =
        rc_local_sql(local, "INSERT INTO lambda_event (id, function, payload, at_ms,"
                            " due_ms, attempts, delays, busy) VALUES"
                            " (?1, ?2, ?3, ?4, ?4, 0, 0, 0)");
    sqlite3_bind_text(put, 1, id, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 2, function, -1, SQLITE_STATIC);
    sqlite3_bind_blob64(put, 3, payload, length, SQLITE_STATIC);
    sqlite3_bind_int64(put, 4, now_ms);
    return rc_local_run(local, put) &&
           rc_timer_set(local->loop, &local->services->lambda->queue, 0);
}

bool rc_local_invoke_later(struct rc_local *local, const char *function, const char *payload,
                           const char **code)
{
    const struct rc_lambda_function *found = rc_lambda_find(local, function);
    json_t *json = rc_json_parse(payload, strlen(payload), RC_LAMBDA_ASYNC_BYTES, NULL);
    bool good = json != NULL;
    char id[37];
    json_decref(json);
    rc_local_uuid(local, id);
    *code = !found  ? "ResourceNotFoundException"
            : !good ? "InvalidRequestContentException"
                    : "ServiceException";
    return found && good && rc_lambda_enqueue(local, id, found->name, payload, strlen(payload));
}

static json_t *config_of(struct rc_local *local, const char *function)
{
    sqlite3_stmt *get =
        rc_local_sql(local, "SELECT config FROM lambda_event_config WHERE function = ?");
    sqlite3_bind_text(get, 1, function, -1, SQLITE_STATIC);
    json_t *config =
        sqlite3_step(get) == SQLITE_ROW ? rc_answer_load(rc_answer_column(get, 0)) : NULL;
    rc_local_done(get);
    return config;
}

static void forget(const struct event *event)
{
    sqlite3_stmt *gone = rc_local_sql(event->local, "DELETE FROM lambda_event WHERE id = ?");
    sqlite3_bind_text(gone, 1, event->id, -1, SQLITE_STATIC);
    rc_local_run(event->local, gone);
}

static void set_timer(struct rc_local *local)
{
    sqlite3_stmt *get = rc_local_sql(local, "SELECT min(due_ms) FROM lambda_event WHERE busy = 0");
    bool any = sqlite3_step(get) == SQLITE_ROW && sqlite3_column_type(get, 0) != SQLITE_NULL;
    int64_t due_ms = sqlite3_column_int64(get, 0);
    rc_local_done(get);
    if (any)
        rc_local_timer(local, &local->services->lambda->queue, due_ms - rc_local_now_ms(local));
}

static void wait_again(const struct event *event, int64_t after_ms)
{
    sqlite3_stmt *set =
        rc_local_sql(event->local, "UPDATE lambda_event SET busy = 0, due_ms = ?, attempts = ?,"
                                   " delays = ? WHERE id = ?");
    sqlite3_bind_int64(set, 1, rc_local_now_ms(event->local) + after_ms);
    sqlite3_bind_int(set, 2, event->attempts);
    sqlite3_bind_int(set, 3, event->delays);
    sqlite3_bind_text(set, 4, event->id, -1, SQLITE_STATIC);
    rc_local_run(event->local, set);
    set_timer(event->local);
}

static void free_event(struct event *event)
{
    free(event->payload);
    free(event);
}

/* ----- what comes out ----- */

static void send_record(const struct event *event, const char *queue, const char *condition,
                        const json_t *answer, const char *function_error)
{
    char iso[25];
    rc_answer_iso(rc_local_now_ms(event->local), iso);
    json_t *record = json_pack(
        "{s:s, s:s, s:{s:s, s:s++, s:s, s:i}, s:o, s:{s:i, s:s}}", "version", "1.0", "timestamp",
        iso, "requestContext", "requestId", event->id, "functionArn", RC_LAMBDA_ARN,
        event->function, ":$LATEST", "condition", condition, "approximateInvokeCount",
        event->attempts + (function_error ? 0 : 1), "requestPayload",
        rc_json_parse(event->payload, event->length, RC_LAMBDA_ASYNC_BYTES, NULL),
        "responseContext", "statusCode", 200, "executedVersion", "$LATEST");
    if (function_error)
        json_object_set_new(json_object_get(record, "responseContext"), "functionError",
                            json_string(function_error));
    if (answer)
        json_object_set(record, "responsePayload", (json_t *)(uintptr_t)answer);
    char *text = record ? rc_answer_dump(record) : NULL;
    if (text)
        rc_local_send(event->local, queue, text);
    free(text);
    json_decref(record);
}

static const char *destination_of(const json_t *config, const char *kind)
{
    const json_t *all = json_object_get(config, "DestinationConfig");
    return json_string_value(json_object_get(json_object_get(all, kind), "Destination"));
}

/* A dead-letter queue gets the event itself. */
static void give_up(const struct event *event, const json_t *config, const char *condition,
                    const json_t *answer)
{
    const struct rc_lambda_function *function = rc_lambda_find(event->local, event->function);
    const json_t *letters = function ? json_object_get(function->config, "DeadLetterConfig") : NULL;
    const char *queue = destination_of(config, "OnFailure");
    const char *dead = json_string_value(json_object_get(letters, "TargetArn"));
    if (queue)
        send_record(event, queue, condition, answer, "Unhandled");
    if (dead && *dead)
        rc_local_send(event->local, dead, event->payload);
    forget(event);
}

static bool is_fault(const char *function_error)
{
    return function_error && strcmp(function_error, "Unhandled") != 0 &&
           strncmp(function_error, "Sandbox.", 8) != 0;
}

static void come_out(struct event *event, const char *function_error, const json_t *answer)
{
    json_t *config = config_of(event->local, event->function);
    int64_t age_s = (rc_local_now_ms(event->local) - event->at_ms) / 1000;
    bool old = age_s >= rc_answer_number(config, "MaximumEventAgeInSeconds", AGE_S);
    const char *success = destination_of(config, "OnSuccess");
    if (!function_error) {
        if (success)
            send_record(event, success, "Success", answer, NULL);
        forget(event);
    } else if (is_fault(function_error)) {
        int64_t wait_ms = THROTTLED_MS << (event->delays < 9 ? event->delays : 9);
        event->delays++;
        if (old || !rc_lambda_find(event->local, event->function))
            give_up(event, config, "EventAgeExceeded", answer);
        else
            wait_again(event, wait_ms < THROTTLED_MOST_MS ? wait_ms : THROTTLED_MOST_MS);
    } else {
        event->attempts++;
        event->delays = 0;
        if (event->attempts > rc_answer_number(config, "MaximumRetryAttempts", RETRIES))
            give_up(event, config, "RetriesExhausted", answer);
        else if (old)
            give_up(event, config, "EventAgeExceeded", answer);
        else
            wait_again(event, (int64_t)FIRST_RETRY_MS << (event->attempts - 1));
    }
    json_decref(config);
}

static void on_done(void *ctx, const char *payload, size_t length, const char *function_error)
{
    struct event *event = ctx;
    json_t *answer = json_loadb(payload, length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    come_out(event, function_error, answer);
    json_decref(answer);
    free_event(event);
}

/* ----- what is due ----- */

static struct event *read_event(struct rc_local *local, sqlite3_stmt *row)
{
    struct event *event = calloc(1, sizeof *event);
    if (!event)
        return NULL;
    event->local = local;
    snprintf(event->id, sizeof event->id, "%s", rc_answer_column(row, 0));
    snprintf(event->function, sizeof event->function, "%s", rc_answer_column(row, 1));
    event->length = (size_t)sqlite3_column_bytes(row, 2);
    event->payload = strndup(rc_answer_column(row, 2), event->length);
    if (!event->payload) {
        free(event);
        return NULL;
    }
    event->at_ms = sqlite3_column_int64(row, 3);
    event->attempts = sqlite3_column_int(row, 4);
    event->delays = sqlite3_column_int(row, 5);
    return event;
}

static void run_event(struct event *event)
{
    sqlite3_stmt *mark =
        rc_local_sql(event->local, "UPDATE lambda_event SET busy = 1 WHERE id = ?");
    sqlite3_bind_text(mark, 1, event->id, -1, SQLITE_STATIC);
    rc_local_run(event->local, mark);
    if (rc_lambda_start(event->local, event->function, event->id, event->payload, event->length,
                        on_done, event))
        return;
    wait_again(event, THROTTLED_MS);
    free_event(event);
}

static void on_due(struct rc_timer *timer)
{
    struct rc_local *local = timer->ctx;
    struct event *due[BATCH];
    size_t count = 0;
    rc_local_begin(local);
    sqlite3_stmt *get = rc_local_sql(
        local, "SELECT id, function, payload, at_ms, attempts, delays FROM lambda_event"
               " WHERE busy = 0 AND due_ms <= ? ORDER BY due_ms, seq LIMIT ?");
    sqlite3_bind_int64(get, 1, rc_local_now_ms(local));
    sqlite3_bind_int(get, 2, BATCH);
    while (sqlite3_step(get) == SQLITE_ROW) {
        due[count] = read_event(local, get);
        count += due[count] != NULL;
    }
    rc_local_done(get);
    for (size_t i = 0; i < count; i++)
        run_event(due[i]);
    set_timer(local);
    rc_local_commit(local);
}

/* What was running when reconlocal ended is done again. */
void rc_lambda_resume_queue(struct rc_local *local)
{
    local->services->lambda->queue = (struct rc_timer){.fire = on_due, .ctx = local};
    rc_local_run(local, rc_local_sql(local, "UPDATE lambda_event SET busy = 0 WHERE busy = 1"));
    set_timer(local);
}

/* ----- PutFunctionEventInvokeConfig and the like ----- */

static void answer_config(struct rc_exchange *exchange, const struct rc_lambda_function *function,
                          json_t *config)
{
    json_object_set_new(config, "FunctionArn",
                        json_sprintf(RC_LAMBDA_ARN "%s:$LATEST", function->name));
    rc_answer(exchange, config);
}

void rc_lambda_put_event_config(struct rc_exchange *exchange)
{
    struct rc_lambda_function *function = rc_lambda_need(exchange);
    if (!function || !rc_lambda_read(exchange))
        return;
    int64_t retries = rc_exchange_int(exchange, "MaximumRetryAttempts", RETRIES);
    int64_t age_s = rc_exchange_int(exchange, "MaximumEventAgeInSeconds", AGE_S);
    if (retries < 0 || retries > RETRIES || age_s < 60 || age_s > AGE_S) {
        rc_exchange_fail(exchange, 400, "InvalidParameterValueException",
                         "MaximumRetryAttempts is 0 to %d, MaximumEventAgeInSeconds 60 to %d",
                         RETRIES, AGE_S);
        return;
    }
    json_t *config = json_pack(
        "{s:o, s:I, s:I}", "LastModified", rc_answer_time(rc_local_now_ms(exchange->local)),
        "MaximumRetryAttempts", (json_int_t)retries, "MaximumEventAgeInSeconds", (json_int_t)age_s);
    rc_answer_copy(config, exchange->in, "DestinationConfig");
    char *text = config ? rc_answer_dump(config) : NULL;
    sqlite3_stmt *put = rc_local_sql(exchange->local,
                                     "INSERT OR REPLACE INTO lambda_event_config (function, config)"
                                     " VALUES (?, ?)");
    sqlite3_bind_text(put, 1, function->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 2, text, -1, SQLITE_STATIC);
    if (text && rc_local_run(exchange->local, put))
        answer_config(exchange, function, json_incref(config));
    else
        rc_exchange_fail(exchange, 500, "ServiceException", "it could not be kept");
    free(text);
    json_decref(config);
}

void rc_lambda_get_event_config(struct rc_exchange *exchange)
{
    struct rc_lambda_function *function = rc_lambda_need(exchange);
    json_t *config = function ? config_of(exchange->local, function->name) : NULL;
    if (config)
        answer_config(exchange, function, config);
    else if (function)
        rc_exchange_fail(exchange, 404, "ResourceNotFoundException",
                         "The function %s doesn't have an EventInvokeConfig", function->name);
}

void rc_lambda_delete_event_config(struct rc_exchange *exchange)
{
    struct rc_lambda_function *function = rc_lambda_need(exchange);
    if (!function)
        return;
    sqlite3_stmt *gone =
        rc_local_sql(exchange->local, "DELETE FROM lambda_event_config WHERE function = ?");
    sqlite3_bind_text(gone, 1, function->name, -1, SQLITE_STATIC);
    exchange->status = 204;
    if (!rc_local_run(exchange->local, gone))
        rc_exchange_fail(exchange, 500, "ServiceException", "it could not be deleted");
}
