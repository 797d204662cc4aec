#include "local/lambda.h"

#include "aws/json.h"
#include "local/event_source.h"
#include "local/services.h"

#include <stdlib.h>
#include <string.h>

/* "name" or "name:qualifier" out of an ARN or a part of one. */
static const char *behind_arn(const char *given)
{
    static const char function[] = "function:";
    const char *found = strstr(given, function);
    return found ? found + sizeof function - 1 : given;
}

void rc_lambda_name(const char *given, char name[65])
{
    given = behind_arn(given);
    size_t length = strcspn(given, ":");
    name[0] = '\0';
    if (length > 64)
        return;
    memcpy(name, given, length);
    name[length] = '\0';
}

struct rc_lambda_function *rc_lambda_find(struct rc_local *local, const char *given)
{
    char name[65];
    const char *qualifier = strchr(behind_arn(given), ':');
    if (qualifier && strcmp(qualifier, ":$LATEST") != 0)
        return NULL;
    rc_lambda_name(given, name);
    struct rc_lambda_function *function = local->services->lambda->functions;
    while (function && strcmp(function->name, name) != 0)
        function = function->next;
    return function;
}

struct rc_lambda_function *rc_lambda_need(struct rc_exchange *exchange)
{
    const char *given = rc_exchange_path(exchange, "FunctionName");
    const char *qualifier = rc_exchange_query(exchange, "Qualifier");
    bool latest = !qualifier || strcmp(qualifier, "$LATEST") == 0;
    struct rc_lambda_function *function =
        given && latest ? rc_lambda_find(exchange->local, given) : NULL;
    if (function)
        return function;
    rc_exchange_fail(exchange, 404, "ResourceNotFoundException",
                     "Function not found: " RC_LAMBDA_ARN "%s%s%s", behind_arn(given ? given : ""),
                     latest ? "" : ":", latest ? "" : qualifier);
    return NULL;
}

bool rc_lambda_read(struct rc_exchange *exchange)
{
    struct rc_error err = {0};
    exchange->in = rc_json_parse(exchange->body.length ? exchange->body.data : "{}",
                                 exchange->body.length ? exchange->body.length : 2, 16 << 20, &err);
    return json_is_object(exchange->in) ||
           rc_exchange_fail(exchange, 400, "InvalidRequestContentException",
                            "Could not parse request body into json: %s", err.text);
}

int64_t rc_lambda_unreserved(const struct rc_local_lambda_state *state)
{
    int64_t left = RC_LAMBDA_ACCOUNT_CONCURRENCY;
    for (const struct rc_lambda_function *at = state->functions; at; at = at->next)
        if (at->reserved > 0)
            left -= at->reserved;
    return left;
}

static void free_function(struct rc_lambda_function *function)
{
    json_decref(function->config);
    free(function->name);
    free(function);
}

void rc_lambda_leave(struct rc_lambda_function *function)
{
    if (--function->users == 0 && function->deleted)
        free_function(function);
}

static bool open_part(struct rc_local *local, struct rc_error *err)
{
    struct rc_local_lambda_state *state = calloc(1, sizeof *state);
    if (!state) {
        rc_error_nomem(err);
        return false;
    }
    state->local = local;
    local->services->lambda = state;
    if (!rc_lambda_load(local, err))
        return false;
    rc_lambda_resume_queue(local);
    return true;
}

static void close_part(struct rc_local *local)
{
    struct rc_local_lambda_state *state = local->services->lambda;
    if (!state)
        return;
    rc_timer_stop(local->loop, &state->queue);
    rc_lambda_kill_all(local);
    rc_lambda_drop_all(local);
    while (state->functions) {
        struct rc_lambda_function *function = state->functions;
        state->functions = function->next;
        free_function(function);
    }
    free(state);
    local->services->lambda = NULL;
}

#define FUNCTIONS "/2015-03-31/functions"
#define MAPPINGS "/2015-03-31/event-source-mappings"
#define RUNTIME "/_lambda/{Instance}/2018-06-01/runtime"

#define ROW(operation, verb, where, handler, who)                                                  \
    {                                                                                              \
        .name = (operation), .method = (verb), .path = (where), .handle = (handler),               \
        .caller = (who)                                                                            \
    }

static const struct rc_local_operation operations[] = {
    ROW("Next", "GET", RUNTIME "/invocation/next", rc_lambda_runtime_next, "reconworker"),
    ROW("Response", "POST", RUNTIME "/invocation/{RequestId}/response", rc_lambda_runtime_response,
        "reconworker"),
    ROW("Error", "POST", RUNTIME "/invocation/{RequestId}/error", rc_lambda_runtime_error,
        "reconworker"),
    ROW("InitError", "POST", RUNTIME "/init/error", rc_lambda_runtime_init_error, "reconworker"),
    ROW("Invoke", "POST", FUNCTIONS "/{FunctionName}/invocations", rc_lambda_invoke,
        "reprocessing, console: functions"),
    ROW("CreateFunction", "POST", FUNCTIONS, rc_lambda_create, "local seed"),
    ROW("ListFunctions", "GET", FUNCTIONS, rc_lambda_list, "console: functions"),
    ROW("GetFunction", "GET", FUNCTIONS "/{FunctionName}", rc_lambda_get, "console: functions"),
    ROW("DeleteFunction", "DELETE", FUNCTIONS "/{FunctionName}", rc_lambda_delete, "local seed"),
    ROW("GetFunctionConfiguration", "GET", FUNCTIONS "/{FunctionName}/configuration",
        rc_lambda_get_config, "console: functions"),
    ROW("UpdateFunctionConfiguration", "PUT", FUNCTIONS "/{FunctionName}/configuration",
        rc_lambda_update, "local seed"),
    ROW("PutFunctionConcurrency", "PUT", "/2017-10-31/functions/{FunctionName}/concurrency",
        rc_lambda_put_concurrency, "console: a function's concurrency"),
    ROW("DeleteFunctionConcurrency", "DELETE", "/2017-10-31/functions/{FunctionName}/concurrency",
        rc_lambda_delete_concurrency, "local seed"),
    ROW("GetFunctionConcurrency", "GET", "/2019-09-30/functions/{FunctionName}/concurrency",
        rc_lambda_get_concurrency, "console: functions"),
    ROW("GetAccountSettings", "GET", "/2016-08-19/account-settings", rc_lambda_get_account,
        "console: functions, doctor"),
    ROW("PutFunctionEventInvokeConfig", "PUT",
        "/2019-09-25/functions/{FunctionName}/event-invoke-config", rc_lambda_put_event_config,
        "local seed"),
    ROW("GetFunctionEventInvokeConfig", "GET",
        "/2019-09-25/functions/{FunctionName}/event-invoke-config", rc_lambda_get_event_config,
        "local seed"),
    ROW("DeleteFunctionEventInvokeConfig", "DELETE",
        "/2019-09-25/functions/{FunctionName}/event-invoke-config", rc_lambda_delete_event_config,
        "local seed"),
    ROW("CreateEventSourceMapping", "POST", MAPPINGS, rc_local_mapping_create, "local seed"),
    ROW("ListEventSourceMappings", "GET", MAPPINGS, rc_local_mapping_list, "console: functions"),
    ROW("GetEventSourceMapping", "GET", MAPPINGS "/{UUID}", rc_local_mapping_get, "local seed"),
    ROW("UpdateEventSourceMapping", "PUT", MAPPINGS "/{UUID}", rc_local_mapping_update,
        "local seed"),
    ROW("DeleteEventSourceMapping", "DELETE", MAPPINGS "/{UUID}", rc_local_mapping_delete,
        "local seed"),
    {0},
};

static const struct rc_local_service service = {
    .signing_name = "lambda",
    .name = "lambda",
    .protocol = RC_LOCAL_REST_JSON,
    .open_prefix = "/_lambda/",
    .operations = operations,
};

const struct rc_local_part rc_local_lambda = {
    .service = &service,
    .schema = "CREATE TABLE IF NOT EXISTS lambda_function (name TEXT PRIMARY KEY, config TEXT,"
              " reserved INT) WITHOUT ROWID;"
              "CREATE TABLE IF NOT EXISTS lambda_event (seq INTEGER PRIMARY KEY, id TEXT UNIQUE,"
              " function TEXT, payload BLOB, at_ms INT, due_ms INT, attempts INT, delays INT,"
              " busy INT);"
              "CREATE INDEX IF NOT EXISTS lambda_event_due ON lambda_event (busy, due_ms);"
              "CREATE TABLE IF NOT EXISTS lambda_event_config (function TEXT PRIMARY KEY,"
              " config TEXT) WITHOUT ROWID;",
    .open = open_part,
    .close = close_part,
};
