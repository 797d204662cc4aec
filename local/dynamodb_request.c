/* What every operation on items begins with: its table, its members, its expressions. */
#include "local/attribute_json.h"
#include "local/dynamodb_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* ----- failing ----- */

bool rc_ddb_invalid(struct rc_ddb *ddb, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return rc_exchange_fail(ddb->exchange, 400, "ValidationException", "%s", text);
}

bool rc_ddb_no_memory(struct rc_ddb *ddb)
{
    return rc_exchange_fail(ddb->exchange, 500, "InternalServerError", "out of memory");
}

bool rc_ddb_failed(struct rc_ddb *ddb, const struct rc_error *err)
{
    if (err->code == RC_NOMEM)
        return rc_ddb_no_memory(ddb);
    return rc_exchange_fail(ddb->exchange, 400,
                            err->code == RC_DATA ? "SerializationException" : "ValidationException",
                            "%s", err->text);
}

/* ----- members ----- */

bool rc_ddb_text(struct rc_ddb *ddb, const json_t *in, const char *member, const char **text)
{
    const json_t *value = json_object_get(in, member);
    *text = json_string_value(value);
    if (!value || json_is_null(value) || *text)
        return true;
    return rc_exchange_fail(ddb->exchange, 400, "SerializationException",
                            "%s cannot be converted to String",
                            json_is_number(value)    ? "NUMBER_VALUE"
                            : json_is_boolean(value) ? "TRUE_VALUE"
                                                     : "Start of structure or map found where not "
                                                       "expected: it");
}

/* "TableName" becomes "tableName". */
static const char *lowered(const char *member, char text[64])
{
    snprintf(text, 64, "%s", member);
    text[0] = (char)(text[0] | 0x20);
    return text;
}

bool rc_ddb_choice(struct rc_ddb *ddb, const json_t *in, const char *member,
                   const char *const *words, int *which)
{
    char set[256] = "", name[64];
    const char *text;
    size_t length = 0;
    *which = 0;
    if (!rc_ddb_text(ddb, in, member, &text))
        return false;
    for (int i = 0; text && words[i]; i++) {
        if (strcmp(words[i], text) == 0) {
            *which = i;
            return true;
        }
        length +=
            (size_t)snprintf(set + length, sizeof set - length, "%s%s", i ? ", " : "", words[i]);
    }
    return !text || rc_ddb_invalid(ddb,
                                   "1 validation error detected: Value '%.100s' at '%s' failed to "
                                   "satisfy constraint: Member must satisfy enum value set: [%s]",
                                   text, lowered(member, name), set);
}

bool rc_ddb_item_in(struct rc_ddb *ddb, const json_t *in, const char *member,
                    struct rc_attribute *item)
{
    struct rc_error err = {0};
    const json_t *json = json_object_get(in, member);
    if (!json || json_is_null(json))
        return rc_ddb_invalid(ddb,
                              "The parameter '%s' is required but was not present in the "
                              "request",
                              member);
    return rc_attribute_read_item(json, ddb->arena, item, &err) || rc_ddb_failed(ddb, &err);
}

/* ----- the table ----- */

const char *rc_ddb_table_name(struct rc_ddb *ddb, const json_t *in)
{
    static const char arn[] = "arn:aws:dynamodb:" RC_LOCAL_REGION ":" RC_LOCAL_ACCOUNT ":table/";
    const char *name;
    if (!rc_ddb_text(ddb, in, "TableName", &name))
        return NULL;
    if (!name) {
        rc_ddb_invalid(ddb,
                       "The parameter 'TableName' is required but was not present in the request");
        return NULL;
    }
    return strncmp(name, arn, sizeof arn - 1) == 0 ? name + sizeof arn - 1 : name;
}

struct rc_ddb_table *rc_ddb_table_named(struct rc_ddb *ddb, const char *name)
{
    struct rc_ddb_table *table = rc_ddb_table_find(ddb->state, name);
    const char *status = table ? rc_ddb_table_status(table, ddb->now_ms) : "DELETING";
    if (strcmp(status, "ACTIVE") == 0 || strcmp(status, "UPDATING") == 0)
        return table;
    rc_exchange_fail(ddb->exchange, 400, "ResourceNotFoundException",
                     "Requested resource not found");
    return NULL;
}

struct rc_ddb_table *rc_ddb_table_of(struct rc_ddb *ddb, const json_t *in)
{
    const char *name = rc_ddb_table_name(ddb, in);
    return name ? rc_ddb_table_named(ddb, name) : NULL;
}

/* What came before expressions: neither the product nor its tests send it. */
static bool refuse_legacy(struct rc_ddb *ddb)
{
    static const char *const legacy[] = {
        "Expected",   "AttributeUpdates", "KeyConditions",      "QueryFilter",
        "ScanFilter", "AttributesToGet",  "ConditionalOperator"};
    for (size_t i = 0; i < sizeof legacy / sizeof *legacy; i++)
        if (json_object_get(ddb->exchange->in, legacy[i]))
            return rc_ddb_invalid(ddb, "reconlocal does not have %s; use expressions", legacy[i]);
    return true;
}

bool rc_ddb_begin(struct rc_ddb *ddb, struct rc_exchange *exchange)
{
    static const char *const reports[] = {"NONE", "TOTAL", "INDEXES", NULL};
    int report = 0;
    *ddb = (struct rc_ddb){.exchange = exchange,
                           .local = exchange->local,
                           .state = exchange->local->services->dynamodb,
                           .arena = &exchange->arena,
                           .now_ms = rc_local_now_ms(exchange->local)};
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    ddb->began_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
    ddb->operation = (size_t)(exchange->operation - exchange->service->operations);
    if (!refuse_legacy(ddb) ||
        !rc_ddb_choice(ddb, exchange->in, "ReturnConsumedCapacity", reports, &report))
        return false;
    ddb->report = (enum rc_ddb_report)report;
    return true;
}

/* ----- expressions ----- */

static const json_t *map_member(const json_t *in, const char *member)
{
    const json_t *map = json_object_get(in, member);
    return json_is_object(map) ? map : NULL;
}

bool rc_ddb_scope(struct rc_ddb *ddb, const json_t *in, struct rc_expression_scope *scope)
{
    struct rc_error err = {0};
    const json_t *names = map_member(in, "ExpressionAttributeNames");
    const json_t *values = map_member(in, "ExpressionAttributeValues");
    bool value_users =
        json_object_get(in, "ConditionExpression") || json_object_get(in, "UpdateExpression") ||
        json_object_get(in, "FilterExpression") || json_object_get(in, "KeyConditionExpression");
    if (names && !value_users && !json_object_get(in, "ProjectionExpression"))
        return rc_ddb_invalid(
            ddb, "ExpressionAttributeNames can only be specified when using expressions");
    if (values && !value_users)
        return rc_ddb_invalid(
            ddb, "ExpressionAttributeValues can only be specified when using expressions");
    return rc_expression_scope_init(scope, ddb->arena, names, values, &err) ||
           rc_ddb_failed(ddb, &err);
}

bool rc_ddb_condition(struct rc_ddb *ddb, struct rc_expression_scope *scope, const json_t *in,
                      const char *member, struct rc_condition **condition)
{
    struct rc_error err = {0};
    const char *text;
    *condition = NULL;
    if (!rc_ddb_text(ddb, in, member, &text))
        return false;
    if (text)
        *condition = rc_condition_read(scope, member, text, &err);
    return !text || *condition || rc_ddb_failed(ddb, &err);
}

bool rc_ddb_projection(struct rc_ddb *ddb, struct rc_expression_scope *scope, const json_t *in,
                       struct rc_projection **projection)
{
    struct rc_error err = {0};
    const char *text;
    *projection = NULL;
    if (!rc_ddb_text(ddb, in, "ProjectionExpression", &text))
        return false;
    if (text)
        *projection = rc_projection_read(scope, text, &err);
    return !text || *projection || rc_ddb_failed(ddb, &err);
}

bool rc_ddb_scope_done(struct rc_ddb *ddb, const struct rc_expression_scope *scope)
{
    struct rc_error err = {0};
    return rc_expression_scope_done(scope, &err) || rc_ddb_failed(ddb, &err);
}
