/* Amazon EventBridge: events that come in, rules and their targets, on the default bus. */
#include "local/events.h"

#include "aws/json.h"
#include "local/answer.h"
#include "local/pattern.h"
#include "local/services.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    ENTRIES = 10,
    ENTRY_BYTES = 256 << 10,
    TARGETS = 5,
    RULE_NAME = 64,
    TARGET_ID = 64,
    PAGE = 100
};

/* ----- events ----- */

json_t *rc_events_new(struct rc_local *local, const char *source, const char *detail_type,
                      int64_t at_ms, const json_t *resources, const json_t *detail)
{
    char id[37], text[32];
    struct tm tm;
    time_t at = (time_t)((at_ms ? at_ms : rc_local_now_ms(local)) / 1000);
    rc_local_uuid(local, id);
    gmtime_r(&at, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "version", "0", "id", id,
                     "detail-type", detail_type, "source", source, "account", RC_LOCAL_ACCOUNT,
                     "time", text, "region", RC_LOCAL_REGION, "resources",
                     resources ? json_incref((json_t *)(uintptr_t)resources) : json_array(),
                     "detail", detail ? json_incref((json_t *)(uintptr_t)detail) : json_object());
}

void rc_local_event(struct rc_local *local, const char *source, const char *detail_type,
                    const json_t *detail)
{
    const char *bucket = rc_json_text(detail, "bucket.name");
    json_t *resources = json_array();
    if (strcmp(source, "aws.s3") == 0 && bucket)
        json_array_append_new(resources, json_pack("s+", "arn:aws:s3:::", bucket));
    json_t *event = rc_events_new(local, source, detail_type, 0, resources, detail);
    if (event)
        rc_events_publish(local, event);
    json_decref(event);
    json_decref(resources);
}

static bool is_default_bus(const char *bus)
{
    static const char arn[] = ":event-bus/default";
    size_t length = bus ? strlen(bus) : 0;
    return !bus || strcmp(bus, "default") == 0 ||
           (length > sizeof arn && strcmp(bus + length - (sizeof arn - 1), arn) == 0);
}

/* Why an entry is refused; NULL when it is fine. */
static const char *refusal(const json_t *entry, const json_t *detail, const char **code)
{
    const char *source = rc_json_text(entry, "Source");
    *code = "InvalidArgument";
    if (!source || !*source)
        return "Parameter Source is not valid. Reason: Source is a required argument.";
    if (!rc_json_text(entry, "DetailType"))
        return "Parameter DetailType is not valid. Reason: DetailType is a required argument.";
    if (!rc_json_text(entry, "Detail"))
        return "Parameter Detail is not valid. Reason: Detail is a required argument.";
    if (!is_default_bus(rc_json_text(entry, "EventBusName")))
        return "Event bus does not exist.";
    *code = "NotAuthorizedForSourceException";
    if (strncmp(source, "aws.", 4) == 0)
        return "Not authorized for the source.";
    *code = "MalformedDetail";
    return json_is_object(detail) ? NULL : "Detail is malformed.";
}

static void write_pair(struct rc_jsonw *json, const char *name, const char *value)
{
    rc_jsonw_key(json, name);
    rc_jsonw_str(json, value);
}

bool rc_events_put(struct rc_local *local, const json_t *entry, json_t **told)
{
    const json_t *time = json_object_get(entry, "Time");
    const char *detail_text = rc_json_text(entry, "Detail"), *code;
    json_t *detail = detail_text ? rc_answer_load(detail_text) : NULL;
    const char *why = refusal(entry, detail, &code);
    if (why) {
        *told = json_pack("{s:s, s:s}", "ErrorCode", code, "ErrorMessage", why);
    } else {
        json_t *event = rc_events_new(
            local, rc_json_text(entry, "Source"), rc_json_text(entry, "DetailType"),
            rc_answer_read_time(time, 0), json_object_get(entry, "Resources"), detail);
        if (event)
            rc_events_publish(local, event);
        *told = event ? json_pack("{s:O}", "EventId", json_object_get(event, "id"))
                      : json_pack("{s:s, s:s}", "ErrorCode", "InternalFailure", "ErrorMessage",
                                  "out of memory");
        json_decref(event);
    }
    json_decref(detail);
    return json_object_get(*told, "EventId") != NULL;
}

/* "Calculating PutEvents event entry size", Amazon EventBridge User Guide. */
static size_t entry_bytes(const json_t *entry)
{
    return json_string_length(json_object_get(entry, "Source")) +
           json_string_length(json_object_get(entry, "DetailType")) +
           json_string_length(json_object_get(entry, "Detail"));
}

static void put_events(struct rc_exchange *exchange)
{
    const json_t *entries = json_object_get(exchange->in, "Entries");
    size_t count = json_array_size(entries), bytes = 0;
    int failed = 0;
    for (size_t i = 0; i < count; i++)
        bytes += entry_bytes(json_array_get(entries, i));
    if (count < 1 || count > ENTRIES || bytes > ENTRY_BYTES) {
        rc_exchange_fail(exchange, 400, "ValidationException", "%s",
                         bytes > ENTRY_BYTES
                             ? "Total size of the entries in the request is over the limit."
                             : "1 validation error detected: Value at 'entries' failed to satisfy "
                               "constraint: Member must have length between 1 and 10");
        return;
    }
    json_t *all = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *told;
        failed += !rc_events_put(exchange->local, json_array_get(entries, i), &told);
        json_array_append_new(all, told);
    }
    rc_answer(exchange, json_pack("{s:o, s:i}", "Entries", all, "FailedEntryCount", failed));
}

/* ----- rules ----- */

static bool good_bus(struct rc_exchange *exchange)
{
    const char *bus = rc_exchange_text(exchange, "EventBusName");
    return is_default_bus(bus) || rc_exchange_fail(exchange, 400, "ResourceNotFoundException",
                                                   "Event bus %s does not exist.", bus);
}

static bool is_rule(struct rc_local *local, const char *name)
{
    sqlite3_stmt *find = rc_local_sql(local, "SELECT 1 FROM events_rule WHERE name = ?");
    sqlite3_bind_text(find, 1, name, -1, SQLITE_STATIC);
    bool found = sqlite3_step(find) == SQLITE_ROW;
    rc_local_done(find);
    return found;
}

/* The rule that the request names, on the one bus there is. */
static const char *need_rule(struct rc_exchange *exchange, const char *member)
{
    const char *name = rc_exchange_need(exchange, member);
    if (!name || !good_bus(exchange))
        return NULL;
    if (is_rule(exchange->local, name))
        return name;
    rc_exchange_fail(exchange, 400, "ResourceNotFoundException",
                     "Rule %s does not exist on EventBus default.", name);
    return NULL;
}

static bool good_rule(struct rc_exchange *exchange, const char *name)
{
    const char *pattern = rc_exchange_text(exchange, "EventPattern");
    const char *schedule = rc_exchange_text(exchange, "ScheduleExpression");
    struct rc_error err = {0};
    size_t length = strlen(name);
    if (!length || length > RULE_NAME ||
        strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") != length)
        return rc_exchange_fail(exchange, 400, "ValidationException",
                                "1 validation error detected: Value '%s' at 'name' failed to "
                                "satisfy constraint: Member must satisfy regular expression "
                                "pattern: [\\.\\-_A-Za-z0-9]+",
                                name);
    if (!pattern && !schedule)
        return rc_exchange_fail(exchange, 400, "ValidationException",
                                "Parameter(s) EventPattern or ScheduleExpression must be "
                                "specified.");
    if (schedule && rc_schedule_next_ms(schedule, rc_local_now_ms(exchange->local)) < 0)
        return rc_exchange_fail(exchange, 400, "ValidationException",
                                "Parameter ScheduleExpression is not valid.");
    json_t *read = pattern ? json_loads(pattern, 0, NULL) : NULL;
    bool ok = !pattern || rc_pattern_check(read, &err);
    json_decref(read);
    return ok || rc_exchange_fail(exchange, 400, "InvalidEventPatternException", "%s", err.text);
}

static void put_rule(struct rc_exchange *exchange)
{
    const char *name = rc_exchange_need(exchange, "Name");
    const char *state = rc_exchange_text(exchange, "State");
    const char *schedule = rc_exchange_text(exchange, "ScheduleExpression");
    int64_t now_ms = rc_local_now_ms(exchange->local);
    if (!name || !good_bus(exchange) || !good_rule(exchange, name))
        return;
    sqlite3_stmt *put =
        rc_local_sql(exchange->local, "INSERT OR REPLACE INTO events_rule (name, pattern, schedule,"
                                      " state, description, role, next_ms)"
                                      " VALUES (?, ?, ?, ?, ?, ?, ?)");
    sqlite3_bind_text(put, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 2, rc_exchange_text(exchange, "EventPattern"), -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 3, schedule, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 4, state ? state : "ENABLED", -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 5, rc_exchange_text(exchange, "Description"), -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 6, rc_exchange_text(exchange, "RoleArn"), -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 7, schedule ? rc_schedule_next_ms(schedule, now_ms) : INT64_MAX);
    rc_local_run(exchange->local, put);
    rc_events_wake(exchange->local);
    rc_jsonw_open(&exchange->json, '{');
    rc_jsonw_key(&exchange->json, "RuleArn");
    rc_buf_printf(&exchange->out, "\"" RC_EVENTS_RULE_ARN "%s\"", name);
    rc_jsonw_close(&exchange->json, '}');
}

static void write_column(struct rc_jsonw *json, const char *member, sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    if (text)
        write_pair(json, member, text);
}

static void write_rule(struct rc_jsonw *json, sqlite3_stmt *row)
{
    char arn[RC_EVENTS_ARN];
    snprintf(arn, sizeof arn, RC_EVENTS_RULE_ARN "%s", sqlite3_column_text(row, 0));
    rc_jsonw_open(json, '{');
    write_column(json, "Name", row, 0);
    write_pair(json, "Arn", arn);
    write_column(json, "EventPattern", row, 1);
    write_column(json, "ScheduleExpression", row, 2);
    write_column(json, "State", row, 3);
    write_column(json, "Description", row, 4);
    write_column(json, "RoleArn", row, 5);
    write_pair(json, "EventBusName", "default");
    rc_jsonw_close(json, '}');
}

static bool read_page(struct rc_exchange *exchange, int64_t *most, const char **after)
{
    const char *token = rc_exchange_text(exchange, "NextToken");
    *most = rc_exchange_int(exchange, "Limit", PAGE);
    *after = token ? token : "";
    return (*most >= 1 && *most <= PAGE) ||
           rc_exchange_fail(exchange, 400, "ValidationException",
                            "1 validation error detected: Value '%lld' at 'limit' failed to "
                            "satisfy constraint: Member must be between 1 and 100",
                            (long long)*most);
}

static void list_rules(struct rc_exchange *exchange)
{
    const char *prefix = rc_exchange_text(exchange, "NamePrefix"), *after;
    struct rc_jsonw *json = &exchange->json;
    int64_t most, count = 0;
    char last[RULE_NAME + 1] = "";
    bool more = false;
    if (!good_bus(exchange) || !read_page(exchange, &most, &after))
        return;
    sqlite3_stmt *list = rc_local_sql(
        exchange->local, "SELECT name, pattern, schedule, state, description, role FROM events_rule"
                         " WHERE name > ?1 AND substr(name, 1, length(?2)) = ?2 ORDER BY name");
    sqlite3_bind_text(list, 1, after, -1, SQLITE_STATIC);
    sqlite3_bind_text(list, 2, prefix ? prefix : "", -1, SQLITE_STATIC);
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "Rules");
    rc_jsonw_open(json, '[');
    while (sqlite3_step(list) == SQLITE_ROW && !(more = count++ == most)) {
        snprintf(last, sizeof last, "%s", sqlite3_column_text(list, 0));
        write_rule(json, list);
    }
    rc_local_done(list);
    rc_jsonw_close(json, ']');
    if (more)
        write_pair(json, "NextToken", last);
    rc_jsonw_close(json, '}');
}

static void describe_rule(struct rc_exchange *exchange)
{
    const char *name = need_rule(exchange, "Name");
    if (!name)
        return;
    sqlite3_stmt *find =
        rc_local_sql(exchange->local, "SELECT name, pattern, schedule, state, description, role"
                                      " FROM events_rule WHERE name = ?");
    sqlite3_bind_text(find, 1, name, -1, SQLITE_STATIC);
    if (sqlite3_step(find) == SQLITE_ROW)
        write_rule(&exchange->json, find);
    rc_local_done(find);
}

static void delete_rule(struct rc_exchange *exchange)
{
    const char *name = rc_exchange_need(exchange, "Name");
    if (!name || !good_bus(exchange))
        return;
    sqlite3_stmt *find =
        rc_local_sql(exchange->local, "SELECT 1 FROM events_target WHERE rule = ? LIMIT 1");
    sqlite3_bind_text(find, 1, name, -1, SQLITE_STATIC);
    bool used = sqlite3_step(find) == SQLITE_ROW;
    rc_local_done(find);
    if (used) {
        rc_exchange_fail(exchange, 400, "ValidationException",
                         "Rule can't be deleted since it has targets.");
        return;
    }
    sqlite3_stmt *remove = rc_local_sql(exchange->local, "DELETE FROM events_rule WHERE name = ?");
    sqlite3_bind_text(remove, 1, name, -1, SQLITE_STATIC);
    rc_local_run(exchange->local, remove);
}

/* ----- targets ----- */

static void answer_none_failed(struct rc_exchange *exchange)
{
    rc_buf_add_str(&exchange->out, "{\"FailedEntryCount\":0,\"FailedEntries\":[]}");
}

static bool good_target(struct rc_exchange *exchange, const json_t *target)
{
    const char *arn = rc_json_text(target, "Arn"), *input = rc_json_text(target, "Input");
    json_t *read = input ? json_loads(input, JSON_DECODE_ANY, NULL) : NULL;
    bool good_input = !input || read;
    json_decref(read);
    const char *id = rc_json_text(target, "Id");
    if (!id || !*id || strlen(id) > TARGET_ID)
        return rc_exchange_fail(exchange, 400, "ValidationException",
                                "A target needs an Id of up to %d characters.", TARGET_ID);
    if (!arn || strncmp(arn, "arn:aws:", 8) != 0)
        return rc_exchange_fail(exchange, 400, "ValidationException",
                                "Parameter %s is not valid. Reason: Provided Arn is not in correct "
                                "format.",
                                arn ? arn : "Arn");
    return good_input || rc_exchange_fail(exchange, 400, "ValidationException",
                                          "Input for target %s must be JSON.", id);
}

static void put_target(struct rc_local *local, const char *rule, const json_t *target)
{
    char *text = rc_answer_dump(target);
    sqlite3_stmt *put =
        rc_local_sql(local, "INSERT OR REPLACE INTO events_target (rule, id, arn, target)"
                            " VALUES (?, ?, ?, ?)");
    sqlite3_bind_text(put, 1, rule, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 2, rc_json_text(target, "Id"), -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 3, rc_json_text(target, "Arn"), -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 4, text ? text : "{}", -1, SQLITE_STATIC);
    rc_local_run(local, put);
    free(text);
}

static void put_targets(struct rc_exchange *exchange)
{
    const char *rule = need_rule(exchange, "Rule");
    const json_t *targets = json_object_get(exchange->in, "Targets");
    for (size_t i = 0; rule && i < json_array_size(targets); i++) {
        if (!good_target(exchange, json_array_get(targets, i)))
            return;
        put_target(exchange->local, rule, json_array_get(targets, i));
    }
    if (!rule)
        return;
    sqlite3_stmt *count =
        rc_local_sql(exchange->local, "SELECT count(*) FROM events_target WHERE rule = ?");
    sqlite3_bind_text(count, 1, rule, -1, SQLITE_STATIC);
    bool too_many = sqlite3_step(count) == SQLITE_ROW && sqlite3_column_int(count, 0) > TARGETS;
    rc_local_done(count);
    if (too_many)
        rc_exchange_fail(exchange, 400, "LimitExceededException",
                         "The requested resource exceeds the maximum number allowed.");
    else
        answer_none_failed(exchange);
}

static void remove_targets(struct rc_exchange *exchange)
{
    const char *rule = need_rule(exchange, "Rule");
    const json_t *ids = json_object_get(exchange->in, "Ids");
    for (size_t i = 0; rule && i < json_array_size(ids); i++) {
        sqlite3_stmt *remove =
            rc_local_sql(exchange->local, "DELETE FROM events_target WHERE rule = ? AND id = ?");
        sqlite3_bind_text(remove, 1, rule, -1, SQLITE_STATIC);
        sqlite3_bind_text(remove, 2, json_string_value(json_array_get(ids, i)), -1, SQLITE_STATIC);
        rc_local_run(exchange->local, remove);
    }
    if (rule)
        answer_none_failed(exchange);
}

static void list_targets(struct rc_exchange *exchange)
{
    const char *rule = need_rule(exchange, "Rule"), *after;
    struct rc_jsonw *json = &exchange->json;
    int64_t most, count = 0;
    char last[TARGET_ID + 1] = "";
    bool more = false;
    if (!rule || !read_page(exchange, &most, &after))
        return;
    sqlite3_stmt *list = rc_local_sql(exchange->local, "SELECT id, target FROM events_target"
                                                       " WHERE rule = ? AND id > ? ORDER BY id");
    sqlite3_bind_text(list, 1, rule, -1, SQLITE_STATIC);
    sqlite3_bind_text(list, 2, after, -1, SQLITE_STATIC);
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "Targets");
    rc_jsonw_open(json, '[');
    while (sqlite3_step(list) == SQLITE_ROW && !(more = count++ == most)) {
        snprintf(last, sizeof last, "%s", sqlite3_column_text(list, 0));
        rc_jsonw_raw(json, (const char *)sqlite3_column_text(list, 1));
    }
    rc_local_done(list);
    rc_jsonw_close(json, ']');
    if (more)
        write_pair(json, "NextToken", last);
    rc_jsonw_close(json, '}');
}

/* ----- the part ----- */

static const struct rc_local_operation operations[] = {
    {.name = "PutEvents", .handle = put_events, .caller = "console: files; seed"},
    {.name = "ListRules", .handle = list_rules, .caller = "console: rules"},
    {.name = "DescribeRule", .handle = describe_rule, .caller = "console: rules; doctor"},
    {.name = "ListTargetsByRule", .handle = list_targets, .caller = "console: rules; doctor"},
    {.name = "PutRule", .handle = put_rule, .caller = "seed"},
    {.name = "DeleteRule", .handle = delete_rule, .caller = "seed: clearing up"},
    {.name = "PutTargets", .handle = put_targets, .caller = "seed"},
    {.name = "RemoveTargets", .handle = remove_targets, .caller = "seed: clearing up"},
    {0},
};

static const struct rc_local_service service = {
    .signing_name = "events",
    .name = "events",
    .protocol = RC_LOCAL_JSON,
    .json_version = "1.1",
    .target = "AWSEvents.",
    .operations = operations,
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS events_rule (name TEXT PRIMARY KEY, pattern TEXT, schedule TEXT,"
    " state TEXT, description TEXT, role TEXT, next_ms INT) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS events_target (rule TEXT, id TEXT, arn TEXT, target TEXT,"
    " PRIMARY KEY (rule, id)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS events_delivery (id INTEGER PRIMARY KEY AUTOINCREMENT, rule TEXT,"
    " target TEXT, input TEXT, attempts INT, begun_ms INT, due_ms INT);"
    "CREATE INDEX IF NOT EXISTS events_due ON events_delivery (due_ms, id);";

const struct rc_local_part rc_local_events = {.service = &service,
                                              .schema = schema,
                                              .open = rc_events_deliver_open,
                                              .close = rc_events_deliver_close};
