/* The operations about event source mappings. Source of codes and messages: "AWS Lambda
 * API Reference". */
#include "local/event_source.h"

#include "local/answer.h"
#include "local/event_source_poll.h"
#include "local/lambda.h"
#include "local/pattern.h"
#include "local/services.h"
#include "local/sqs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool fail(struct rc_exchange *exchange, int status, const char *code, const char *message)
{
    return rc_exchange_fail(exchange, status, code, "%s", message);
}

static const char *const members[] = {"BatchSize", "MaximumBatchingWindowInSeconds",
                                      "ScalingConfig", "FunctionResponseTypes", "FilterCriteria"};

static bool good_filters(struct rc_exchange *exchange, const json_t *config)
{
    const json_t *filters = json_object_get(json_object_get(config, "FilterCriteria"), "Filters");
    size_t i;
    json_t *filter;
    json_array_foreach(filters, i, filter)
    {
        const char *text = json_string_value(json_object_get(filter, "Pattern"));
        json_t *pattern = text ? json_loads(text, 0, NULL) : NULL;
        bool good = pattern && rc_pattern_check(pattern, NULL);
        json_decref(pattern);
        if (!good)
            return fail(exchange, 400, "InvalidParameterValueException",
                        "Invalid filter pattern definition.");
    }
    return true;
}

static bool good_config(struct rc_exchange *exchange, const json_t *config)
{
    const json_t *size = json_object_get(config, "BatchSize");
    const json_t *window = json_object_get(config, "MaximumBatchingWindowInSeconds");
    const json_t *most =
        json_object_get(json_object_get(config, "ScalingConfig"), "MaximumConcurrency");
    int64_t batch = size ? json_integer_value(size) : 10, seconds = json_integer_value(window);
    if (batch < 1 || batch > 10000 || seconds < 0 || seconds > 300)
        return fail(exchange, 400, "InvalidParameterValueException",
                    "BatchSize has to be 1 to 10000, MaximumBatchingWindowInSeconds 0 to 300.");
    if (batch > 10 && !seconds)
        return fail(exchange, 400, "InvalidParameterValueException",
                    "Maximum batch window in seconds must be greater than 0 if maximum batch size "
                    "is greater than 10");
    if (most && (json_integer_value(most) < 2 || json_integer_value(most) > 1000))
        return fail(exchange, 400, "InvalidParameterValueException",
                    "MaximumConcurrency has to be 2 to 1000.");
    return good_filters(exchange, config);
}

static void keep(struct rc_local *local, const char *uuid, const json_t *config)
{
    char *text = rc_answer_dump(config);
    sqlite3_stmt *put =
        rc_local_sql(local, "INSERT OR REPLACE INTO event_source (uuid, source, function, config)"
                            " VALUES (?, ?, ?, ?)");
    sqlite3_bind_text(put, 1, uuid, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 2, json_string_value(json_object_get(config, "EventSourceArn")), -1,
                      SQLITE_STATIC);
    sqlite3_bind_text(put, 3, json_string_value(json_object_get(config, "FunctionArn")), -1,
                      SQLITE_STATIC);
    sqlite3_bind_text(put, 4, text ? text : "{}", -1, SQLITE_STATIC);
    rc_local_run(local, put);
    free(text);
}

static json_t *find(struct rc_local *local, const char *uuid)
{
    sqlite3_stmt *get = rc_local_sql(local, "SELECT config FROM event_source WHERE uuid = ?");
    sqlite3_bind_text(get, 1, uuid, -1, SQLITE_STATIC);
    json_t *config =
        sqlite3_step(get) == SQLITE_ROW ? rc_answer_load(rc_answer_column(get, 0)) : NULL;
    rc_local_done(get);
    return config;
}

static json_t *need(struct rc_exchange *exchange)
{
    json_t *config = find(exchange->local, rc_exchange_path(exchange, "UUID"));
    if (!config)
        fail(exchange, 404, "ResourceNotFoundException",
             "The resource you requested does not exist.");
    return config;
}

/* Takes the configuration. */
static void answer(struct rc_exchange *exchange, json_t *config, int status)
{
    exchange->status = status;
    rc_answer(exchange, config);
}

/* What the request says, over what there is. */
static void apply(struct rc_exchange *exchange, json_t *config)
{
    const json_t *enabled = json_object_get(exchange->in, "Enabled");
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        json_t *value = json_object_get(exchange->in, members[i]);
        if (value)
            json_object_set(config, members[i], value);
    }
    if (enabled)
        json_object_set_new(config, "State",
                            json_string(json_is_false(enabled) ? "Disabled" : "Enabled"));
    json_object_set_new(config, "LastModified", rc_answer_time(rc_local_now_ms(exchange->local)));
}

/* The queue hides a message as long as the function may take, at least. */
static bool fits(struct rc_exchange *exchange, const char *source,
                 const struct rc_lambda_function *function)
{
    struct rc_queue queue;
    if (!rc_queue_find_arn(exchange->local, source, &queue))
        return fail(exchange, 400, "InvalidParameterValueException",
                    "Error occurred while ReceiveMessage. SQS Error Code: "
                    "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified "
                    "queue does not exist.");
    int64_t hidden_s = rc_queue_number(&queue, "VisibilityTimeout");
    rc_queue_release(&queue);
    return hidden_s * 1000 >= function->timeout_ms ||
           rc_exchange_fail(exchange, 400, "InvalidParameterValueException",
                            "Queue visibility timeout: %lld seconds is less than Function timeout: "
                            "%lld seconds",
                            (long long)hidden_s, (long long)function->timeout_ms / 1000);
}

static bool is_new(struct rc_exchange *exchange, const char *source, const char *arn)
{
    sqlite3_stmt *get = rc_local_sql(
        exchange->local, "SELECT uuid FROM event_source WHERE source = ? AND function = ?");
    sqlite3_bind_text(get, 1, source, -1, SQLITE_STATIC);
    sqlite3_bind_text(get, 2, arn, -1, SQLITE_STATIC);
    bool found = sqlite3_step(get) == SQLITE_ROW;
    if (found)
        rc_exchange_fail(exchange, 409, "ResourceConflictException",
                         "An event source mapping with SQS arn (\" %s \") and function (\" %s \") "
                         "already exists. Please update or delete the existing mapping with UUID "
                         "%s",
                         source, arn, sqlite3_column_text(get, 0));
    rc_local_done(get);
    return !found;
}

void rc_local_mapping_create(struct rc_exchange *exchange)
{
    char uuid[37], arn[RC_QUEUE_ARN];
    if (!rc_lambda_read(exchange))
        return;
    const char *source = rc_exchange_need(exchange, "EventSourceArn");
    const char *given = source ? rc_exchange_need(exchange, "FunctionName") : NULL;
    const struct rc_lambda_function *function =
        given ? rc_lambda_find(exchange->local, given) : NULL;
    if (given && !function)
        rc_exchange_fail(exchange, 404, "ResourceNotFoundException", "Function not found: %s",
                         given);
    if (!function)
        return;
    snprintf(arn, sizeof arn, RC_LAMBDA_ARN "%s", function->name);
    if (!fits(exchange, source, function) || !is_new(exchange, source, arn) ||
        !good_config(exchange, exchange->in))
        return;
    rc_local_uuid(exchange->local, uuid);
    json_t *config =
        json_pack("{s:s, s:s, s:s, s:i, s:i, s:s, s:s, s:s}", "UUID", uuid, "EventSourceArn",
                  source, "FunctionArn", arn, "BatchSize", 10, "MaximumBatchingWindowInSeconds", 0,
                  "State", "Enabled", "StateTransitionReason", "USER_INITIATED",
                  "LastProcessingResult", "No records processed");
    if (!config) {
        fail(exchange, 500, "ServiceException", "no memory");
        return;
    }
    apply(exchange, config);
    keep(exchange->local, uuid, config);
    rc_mapping_start(exchange->local, uuid, config);
    answer(exchange, config, 202);
}

void rc_local_mapping_get(struct rc_exchange *exchange)
{
    json_t *config = need(exchange);
    if (config)
        answer(exchange, config, 200);
}

void rc_local_mapping_update(struct rc_exchange *exchange)
{
    json_t *config = rc_lambda_read(exchange) ? need(exchange) : NULL;
    const char *uuid = rc_exchange_path(exchange, "UUID");
    if (!config)
        return;
    apply(exchange, config);
    if (!good_config(exchange, config)) {
        json_decref(config);
        return;
    }
    keep(exchange->local, uuid, config);
    rc_mapping_start(exchange->local, uuid, config);
    answer(exchange, config, 202);
}

void rc_local_mapping_delete(struct rc_exchange *exchange)
{
    json_t *config = need(exchange);
    const char *uuid = rc_exchange_path(exchange, "UUID");
    if (!config)
        return;
    rc_mapping_stop(uuid);
    sqlite3_stmt *remove = rc_local_sql(exchange->local, "DELETE FROM event_source WHERE uuid = ?");
    sqlite3_bind_text(remove, 1, uuid, -1, SQLITE_STATIC);
    rc_local_run(exchange->local, remove);
    json_object_set_new(config, "State", json_string("Deleting"));
    answer(exchange, config, 202);
}

void rc_local_mapping_list(struct rc_exchange *exchange)
{
    const char *marker = rc_exchange_query(exchange, "Marker");
    const char *given = rc_exchange_query(exchange, "FunctionName");
    const char *items = rc_exchange_query(exchange, "MaxItems");
    long most = items ? strtol(items, NULL, 10) : 100, count = 0;
    struct rc_jsonw *json = &exchange->json;
    char name[65] = "", arn[RC_QUEUE_ARN], last[37] = "";
    bool more = false;
    if (given)
        rc_lambda_name(given, name);
    snprintf(arn, sizeof arn, RC_LAMBDA_ARN "%s", name);
    if (most < 1 || most > 100)
        most = 100;
    sqlite3_stmt *list = rc_local_sql(
        exchange->local, "SELECT uuid, config FROM event_source WHERE uuid > ?1"
                         " AND (?2 IS NULL OR source = ?2)"
                         " AND (?3 = '" RC_LAMBDA_ARN "' OR function = ?3) ORDER BY uuid");
    sqlite3_bind_text(list, 1, marker ? marker : "", -1, SQLITE_STATIC);
    sqlite3_bind_text(list, 2, rc_exchange_query(exchange, "EventSourceArn"), -1, SQLITE_STATIC);
    sqlite3_bind_text(list, 3, arn, -1, SQLITE_STATIC);
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "EventSourceMappings");
    rc_jsonw_open(json, '[');
    while (sqlite3_step(list) == SQLITE_ROW && !(more = count++ == most)) {
        snprintf(last, sizeof last, "%s", sqlite3_column_text(list, 0));
        rc_jsonw_raw(json, (const char *)sqlite3_column_text(list, 1));
    }
    rc_local_done(list);
    rc_jsonw_close(json, ']');
    if (more) {
        rc_jsonw_key(json, "NextMarker");
        rc_jsonw_str(json, last);
    }
    rc_jsonw_close(json, '}');
}

/* ----- the part ----- */

static bool open_sources(struct rc_local *local, struct rc_error *err)
{
    (void)err;
    sqlite3_stmt *list = rc_local_sql(local, "SELECT uuid, config FROM event_source");
    while (sqlite3_step(list) == SQLITE_ROW) {
        json_t *config = rc_answer_load(rc_answer_column(list, 1));
        if (config)
            rc_mapping_start(local, (const char *)sqlite3_column_text(list, 0), config);
        json_decref(config);
    }
    rc_local_done(list);
    return true;
}

static void close_sources(struct rc_local *local)
{
    (void)local;
    rc_mapping_stop_all();
}

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS event_source (uuid TEXT PRIMARY KEY, source TEXT, function TEXT,"
    " config TEXT) WITHOUT ROWID;";

const struct rc_local_part rc_local_event_source = {
    .schema = schema, .open = open_sources, .close = close_sources};
