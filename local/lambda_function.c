/* Functions and their concurrency. A function's "Handler" is the command line of a
 * program on this machine, split at blanks; of an image it is ImageConfig's EntryPoint and
 * Command, where they are given. */
#include "local/answer.h"
#include "local/lambda.h"
#include "local/services.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_MOST = 50, TIMEOUT_S = 3, MEMORY_MIB = 128 };

/* Members that a request may set, just as they are. */
static const char *const settable[] = {"Role",
                                       "Handler",
                                       "Runtime",
                                       "Description",
                                       "VpcConfig",
                                       "Environment",
                                       "KMSKeyArn",
                                       "Layers",
                                       "TracingConfig",
                                       "DeadLetterConfig",
                                       "SnapStart",
                                       "LoggingConfig",
                                       "ImageConfig",
                                       "MemorySize",
                                       "Timeout",
                                       "EphemeralStorage",
                                       "FileSystemConfigs",
                                       NULL};

static bool is_name(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    size_t length = name ? strlen(name) : 0;
    return length >= 1 && length <= 64 && strspn(name, allowed) == length;
}

static bool in_range(struct rc_exchange *exchange, const char *member, const char *words,
                     int64_t low, int64_t high)
{
    int64_t value = rc_exchange_int(exchange, member, low);
    if (value >= low && value <= high)
        return true;
    return rc_exchange_fail(exchange, 400,
                            value < low ? "InvalidParameterValueException" : "ValidationException",
                            "1 validation error detected: Value '%lld' at '%s' failed to satisfy "
                            "constraint: Member must have value between %lld and %lld",
                            (long long)value, words, (long long)low, (long long)high);
}

static bool check(struct rc_exchange *exchange)
{
    json_t *variables = json_object_get(json_object_get(exchange->in, "Environment"), "Variables");
    const char *name;
    json_t *value;
    json_object_foreach(variables, name, value)
    {
        if (!json_is_string(value) || !*name || strchr(name, '='))
            return rc_exchange_fail(exchange, 400, "InvalidParameterValueException",
                                    "Environment variable %s is no text", name);
    }
    return in_range(exchange, "Timeout", "timeout", 1, RC_LAMBDA_TIMEOUT_MOST_S) &&
           in_range(exchange, "MemorySize", "memorySize", 128, 10240);
}

/* ----- the configuration ----- */

static bool has_program(const json_t *config)
{
    const json_t *image = json_object_get(config, "ImageConfig");
    const char *handler = json_string_value(json_object_get(config, "Handler"));
    return (handler && *handler) || json_array_size(json_object_get(image, "EntryPoint")) ||
           json_array_size(json_object_get(image, "Command"));
}

static void take_settings(json_t *config, const char *name, const json_t *in)
{
    for (size_t i = 0; settable[i]; i++)
        rc_answer_copy(config, in, settable[i]);
    json_t *logging = json_object_get(config, "LoggingConfig");
    if (!json_object_get(logging, "LogGroup"))
        json_object_set_new(logging, "LogGroup", json_sprintf("/aws/lambda/%s", name));
}

static void stamp(struct rc_local *local, json_t *config)
{
    char iso[25], modified[32], revision[37];
    rc_answer_iso(rc_local_now_ms(local), iso);
    snprintf(modified, sizeof modified, "%.23s+0000", iso);
    rc_local_uuid(local, revision);
    json_object_set_new(config, "LastModified", json_string(modified));
    json_object_set_new(config, "RevisionId", json_string(revision));
    json_object_set_new(config, "State", json_string("Active"));
    json_object_set_new(config, "LastUpdateStatus", json_string("Successful"));
}

static json_t *new_config(struct rc_exchange *exchange, const char *name)
{
    const char *type = rc_exchange_text(exchange, "PackageType");
    json_t *config = json_pack(
        "{s:s, s:s+, s:s, s:i, s:i, s:s, s:[s], s:i, s:s, s:s, s:{s:s}, s:{s:i}, s:{s:s}}",
        "FunctionName", name, "FunctionArn", RC_LAMBDA_ARN, name, "Version", "$LATEST", "Timeout",
        TIMEOUT_S, "MemorySize", MEMORY_MIB, "PackageType", type ? type : "Zip", "Architectures",
        "x86_64", "CodeSize", 0, "CodeSha256",
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "Description", "", "TracingConfig", "Mode",
        "PassThrough", "EphemeralStorage", "Size", 512, "LoggingConfig", "LogFormat", "Text");
    if (!config)
        return NULL;
    take_settings(config, name, exchange->in);
    rc_answer_copy(config, exchange->in, "Architectures");
    rc_answer_copy(config, json_object_get(exchange->in, "Code"), "ImageUri");
    stamp(exchange->local, config);
    return config;
}

/* As a request answers it: what we keep for ourselves is named as AWS names it. */
static json_t *shown(const struct rc_lambda_function *function)
{
    json_t *config = json_copy(function->config);
    json_t *image = json_object_get(config, "ImageConfig");
    if (image)
        json_object_set_new(config, "ImageConfigResponse",
                            json_pack("{s:O}", "ImageConfig", image));
    json_object_del(config, "ImageConfig");
    json_object_del(config, "ImageUri");
    return config;
}

static void take_limits(struct rc_lambda_function *function)
{
    function->timeout_ms = rc_answer_number(function->config, "Timeout", TIMEOUT_S) * 1000;
}

static bool save(struct rc_local *local, const struct rc_lambda_function *function)
{
    char *text = rc_answer_dump(function->config);
    if (!text)
        return false;
    sqlite3_stmt *put = rc_local_sql(
        local, "INSERT OR REPLACE INTO lambda_function (name, config, reserved) VALUES (?, ?, ?)");
    sqlite3_bind_text(put, 1, function->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 2, text, -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 3, function->reserved);
    bool ok = rc_local_run(local, put);
    free(text);
    return ok;
}

/* Takes the configuration's reference. In the order of names, as ListFunctions has them. */
static struct rc_lambda_function *add(struct rc_local *local, const char *name, json_t *config,
                                      int64_t reserved)
{
    struct rc_lambda_function *function = calloc(1, sizeof *function);
    struct rc_lambda_function **at = &local->services->lambda->functions;
    if (function)
        function->name = strdup(name);
    if (!function || !function->name || !config) {
        json_decref(config);
        free(function ? function->name : NULL);
        free(function);
        return NULL;
    }
    function->config = config;
    function->reserved = reserved;
    take_limits(function);
    while (*at && strcmp((*at)->name, name) < 0)
        at = &(*at)->next;
    function->next = *at;
    *at = function;
    return function;
}

/* Out of the list; it is released with its last user. */
static void take_out(struct rc_local *local, struct rc_lambda_function *function)
{
    struct rc_lambda_function **at = &local->services->lambda->functions;
    while (*at != function)
        at = &(*at)->next;
    *at = function->next;
    function->deleted = true;
    function->users++; /* until its instances know */
    rc_lambda_retire(local, function);
    rc_lambda_leave(function);
}

bool rc_lambda_load(struct rc_local *local, struct rc_error *err)
{
    sqlite3_stmt *all =
        rc_local_sql(local, "SELECT name, config, reserved FROM lambda_function ORDER BY name");
    bool ok = true;
    while (ok && sqlite3_step(all) == SQLITE_ROW)
        ok = add(local, rc_answer_column(all, 0), rc_answer_load(rc_answer_column(all, 1)),
                 sqlite3_column_int64(all, 2)) != NULL;
    rc_local_done(all);
    if (!ok)
        rc_error_nomem(err);
    return ok;
}

/* ----- operations ----- */

void rc_lambda_create(struct rc_exchange *exchange)
{
    if (!rc_lambda_read(exchange) || !check(exchange))
        return;
    char name[65];
    const char *given = rc_exchange_text(exchange, "FunctionName");
    rc_lambda_name(given ? given : "", name);
    if (!is_name(name) || !rc_exchange_text(exchange, "Role")) {
        rc_exchange_fail(exchange, 400, "ValidationException",
                         "FunctionName (letters, digits, - and _; up to 64) and Role are needed");
        return;
    }
    if (rc_lambda_find(exchange->local, name)) {
        rc_exchange_fail(exchange, 409, "ResourceConflictException", "Function already exist: %s",
                         name);
        return;
    }
    if (!has_program(exchange->in)) {
        rc_exchange_fail(exchange, 400, "InvalidParameterValueException",
                         "reconlocal runs programs of this machine: Handler is a command line");
        return;
    }
    struct rc_lambda_function *function =
        add(exchange->local, name, new_config(exchange, name), -1);
    if (!function || !save(exchange->local, function)) {
        rc_exchange_fail(exchange, 500, "ServiceException", "the function could not be kept");
        if (function)
            take_out(exchange->local, function);
        return;
    }
    exchange->status = 201;
    rc_answer(exchange, shown(function));
}

void rc_lambda_update(struct rc_exchange *exchange)
{
    struct rc_lambda_function *function = rc_lambda_need(exchange);
    if (!function || !rc_lambda_read(exchange) || !check(exchange))
        return;
    const char *revision = rc_exchange_text(exchange, "RevisionId");
    const char *present = json_string_value(json_object_get(function->config, "RevisionId"));
    if (revision && present && strcmp(revision, present) != 0) {
        rc_exchange_fail(exchange, 412, "PreconditionFailedException",
                         "The RevisionId provided does not match the latest RevisionId. Call the "
                         "GetFunction/GetAlias API to retrieve the latest RevisionId");
        return;
    }
    take_settings(function->config, function->name, exchange->in);
    stamp(exchange->local, function->config);
    take_limits(function);
    if (!save(exchange->local, function)) {
        rc_exchange_fail(exchange, 500, "ServiceException", "the function could not be kept");
        return;
    }
    rc_lambda_retire(exchange->local, function); /* what runs from now on has the new settings */
    rc_answer(exchange, shown(function));
}

void rc_lambda_get_config(struct rc_exchange *exchange)
{
    struct rc_lambda_function *function = rc_lambda_need(exchange);
    if (function)
        rc_answer(exchange, shown(function));
}

void rc_lambda_get(struct rc_exchange *exchange)
{
    struct rc_lambda_function *function = rc_lambda_need(exchange);
    if (!function)
        return;
    const char *image = json_string_value(json_object_get(function->config, "ImageUri"));
    json_t *code = image ? json_pack("{s:s, s:s}", "RepositoryType", "ECR", "ImageUri", image)
                         : json_pack("{s:s, s:s}", "RepositoryType", "S3", "Location", "");
    json_t *answer = json_pack("{s:o, s:o}", "Configuration", shown(function), "Code", code);
    if (function->reserved >= 0)
        json_object_set_new(
            answer, "Concurrency",
            json_pack("{s:I}", "ReservedConcurrentExecutions", (json_int_t)function->reserved));
    rc_answer(exchange, answer);
}

void rc_lambda_list(struct rc_exchange *exchange)
{
    const char *marker = rc_exchange_query(exchange, "Marker");
    const char *most = rc_exchange_query(exchange, "MaxItems");
    long long left = most ? strtoll(most, NULL, 10) : LIST_MOST;
    json_t *list = json_array();
    const struct rc_lambda_function *function = exchange->local->services->lambda->functions;
    if (left < 1 || left > LIST_MOST)
        left = LIST_MOST;
    const char *last = NULL;
    for (; function && left; function = function->next) {
        if (marker && strcmp(function->name, marker) <= 0)
            continue;
        json_array_append_new(list, shown(function));
        last = function->name;
        left--;
    }
    rc_answer(exchange, json_pack("{s:o, s:s?}", "Functions", list, "NextMarker",
                                  function && last ? last : NULL));
}

void rc_lambda_delete(struct rc_exchange *exchange)
{
    struct rc_lambda_function *function = rc_lambda_need(exchange);
    if (!function)
        return;
    sqlite3_stmt *gone =
        rc_local_sql(exchange->local, "DELETE FROM lambda_function WHERE name = ?");
    sqlite3_bind_text(gone, 1, function->name, -1, SQLITE_STATIC);
    if (!rc_local_run(exchange->local, gone)) {
        rc_exchange_fail(exchange, 500, "ServiceException", "the function could not be deleted");
        return;
    }
    exchange->status = 204;
    take_out(exchange->local, function);
}

/* ----- concurrency ----- */

void rc_lambda_put_concurrency(struct rc_exchange *exchange)
{
    struct rc_lambda_function *function = rc_lambda_need(exchange);
    if (!function || !rc_lambda_read(exchange))
        return;
    int64_t wanted = rc_exchange_int(exchange, "ReservedConcurrentExecutions", -1);
    int64_t free_now = rc_lambda_unreserved(exchange->local->services->lambda) +
                       (function->reserved > 0 ? function->reserved : 0);
    if (wanted < 0 || free_now - wanted < RC_LAMBDA_UNRESERVED_LEAST) {
        rc_exchange_fail(exchange, 400, "InvalidParameterValueException",
                         "Specified ReservedConcurrentExecutions for function decreases account's "
                         "UnreservedConcurrentExecution below its minimum value of [%d].",
                         RC_LAMBDA_UNRESERVED_LEAST);
        return;
    }
    function->reserved = wanted;
    if (!save(exchange->local, function))
        rc_exchange_fail(exchange, 500, "ServiceException", "the function could not be kept");
    else
        rc_answer(exchange, json_pack("{s:I}", "ReservedConcurrentExecutions", (json_int_t)wanted));
}

void rc_lambda_get_concurrency(struct rc_exchange *exchange)
{
    struct rc_lambda_function *function = rc_lambda_need(exchange);
    if (!function)
        return;
    json_t *answer = json_object();
    if (function->reserved >= 0)
        json_object_set_new(answer, "ReservedConcurrentExecutions",
                            json_integer(function->reserved));
    rc_answer(exchange, answer);
}

void rc_lambda_delete_concurrency(struct rc_exchange *exchange)
{
    struct rc_lambda_function *function = rc_lambda_need(exchange);
    if (!function)
        return;
    function->reserved = -1;
    exchange->status = 204;
    if (!save(exchange->local, function))
        rc_exchange_fail(exchange, 500, "ServiceException", "the function could not be kept");
}

void rc_lambda_get_account(struct rc_exchange *exchange)
{
    const struct rc_local_lambda_state *state = exchange->local->services->lambda;
    int count = 0;
    for (const struct rc_lambda_function *at = state->functions; at; at = at->next)
        count++;
    rc_answer(exchange, json_pack("{s:{s:I, s:i, s:i, s:i, s:I}, s:{s:i, s:i}}", "AccountLimit",
                                  "TotalCodeSize", (json_int_t)80530636800, "CodeSizeUnzipped",
                                  262144000, "CodeSizeZipped", 52428800, "ConcurrentExecutions",
                                  RC_LAMBDA_ACCOUNT_CONCURRENCY, "UnreservedConcurrentExecutions",
                                  (json_int_t)rc_lambda_unreserved(state), "AccountUsage",
                                  "TotalCodeSize", 0, "FunctionCount", count));
}
