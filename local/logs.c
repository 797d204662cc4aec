/* Amazon CloudWatch Logs: groups, streams, and what is put into them. */
#include "local/logs.h"

#include "local/services.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DESCRIBE_PAGE = 50,
    PUT_EVENTS = 10000,
    PUT_BYTES = 1 << 20,
    EVENT_OVERHEAD = 26, /* "PutLogEvents" counts so much with each */
    DAY_MS = 24 * 3600 * 1000,
};

/* ----- rows ----- */

int64_t rc_logs_group(struct rc_local *local, const char *name)
{
    sqlite3_stmt *find = rc_local_sql(local, "SELECT id FROM logs_group WHERE name = ?");
    sqlite3_bind_text(find, 1, name, -1, SQLITE_STATIC);
    int64_t id = sqlite3_step(find) == SQLITE_ROW ? sqlite3_column_int64(find, 0) : 0;
    rc_local_done(find);
    return id;
}

int64_t rc_logs_stream(struct rc_local *local, int64_t group, const char *name)
{
    sqlite3_stmt *find =
        rc_local_sql(local, "SELECT id FROM logs_stream WHERE grp = ? AND name = ?");
    sqlite3_bind_int64(find, 1, group);
    sqlite3_bind_text(find, 2, name, -1, SQLITE_STATIC);
    int64_t id = sqlite3_step(find) == SQLITE_ROW ? sqlite3_column_int64(find, 0) : 0;
    rc_local_done(find);
    return id;
}

static int64_t make_group(struct rc_local *local, const char *name)
{
    sqlite3_stmt *make = rc_local_sql(
        local, "INSERT INTO logs_group (name, created_ms, bytes) VALUES (?, ?, 0) RETURNING id");
    sqlite3_bind_text(make, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(make, 2, rc_local_now_ms(local));
    int64_t id = sqlite3_step(make) == SQLITE_ROW ? sqlite3_column_int64(make, 0) : 0;
    rc_local_run(local, make);
    return id;
}

static int64_t make_stream(struct rc_local *local, int64_t group, const char *name)
{
    sqlite3_stmt *make = rc_local_sql(
        local, "INSERT INTO logs_stream (grp, name, created_ms) VALUES (?, ?, ?) RETURNING id");
    sqlite3_bind_int64(make, 1, group);
    sqlite3_bind_text(make, 2, name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(make, 3, rc_local_now_ms(local));
    int64_t id = sqlite3_step(make) == SQLITE_ROW ? sqlite3_column_int64(make, 0) : 0;
    rc_local_run(local, make);
    return id;
}

static void add_event(struct rc_local *local, int64_t group, int64_t stream, int64_t at_ms,
                      const char *line, size_t length)
{
    sqlite3_stmt *add =
        rc_local_sql(local, "INSERT INTO logs_event (grp, stream, at_ms, ingested_ms, message)"
                            " VALUES (?, ?, ?, ?, ?)");
    sqlite3_bind_int64(add, 1, group);
    sqlite3_bind_int64(add, 2, stream);
    sqlite3_bind_int64(add, 3, at_ms);
    sqlite3_bind_int64(add, 4, rc_local_now_ms(local));
    sqlite3_bind_text(add, 5, line, (int)length, SQLITE_STATIC);
    rc_local_run(local, add);
}

/* What DescribeLogStreams tells, and how much the group holds. */
static void count_events(struct rc_local *local, int64_t group, int64_t stream, int64_t first_ms,
                         int64_t last_ms, int64_t bytes)
{
    sqlite3_stmt *count = rc_local_sql(
        local, "UPDATE logs_stream SET first_ms = min(coalesce(first_ms, ?1), ?1),"
               " last_ms = max(coalesce(last_ms, ?2), ?2), ingested_ms = ?3 WHERE id = ?4");
    sqlite3_bind_int64(count, 1, first_ms);
    sqlite3_bind_int64(count, 2, last_ms);
    sqlite3_bind_int64(count, 3, rc_local_now_ms(local));
    sqlite3_bind_int64(count, 4, stream);
    rc_local_run(local, count);
    sqlite3_stmt *add = rc_local_sql(local, "UPDATE logs_group SET bytes = bytes + ? WHERE id = ?");
    sqlite3_bind_int64(add, 1, bytes);
    sqlite3_bind_int64(add, 2, group);
    rc_local_run(local, add);
}

/* What is no UTF-8 cannot be answered as JSON. */
static bool is_utf8(const char *line, size_t length)
{
    json_t *text = json_stringn(line, length);
    json_decref(text);
    return text != NULL;
}

void rc_local_log(struct rc_local *local, const char *group, const char *stream, int64_t at_ms,
                  const char *line, size_t length)
{
    char *copy = NULL;
    if (length > RC_LOGS_EVENT_BYTES)
        length = RC_LOGS_EVENT_BYTES;
    if (!is_utf8(line, length)) {
        copy = malloc(length + 1);
        for (size_t i = 0; copy && i < length; i++)
            copy[i] = line[i] & 0x80 ? '?' : line[i];
        if (!copy)
            return;
    }
    rc_local_begin(local);
    int64_t group_id = rc_logs_group(local, group);
    if (!group_id)
        group_id = make_group(local, group);
    int64_t stream_id = rc_logs_stream(local, group_id, stream);
    if (!stream_id)
        stream_id = make_stream(local, group_id, stream);
    add_event(local, group_id, stream_id, at_ms, copy ? copy : line, length);
    rc_logs_metrics(local, copy ? copy : line, length);
    count_events(local, group_id, stream_id, at_ms, at_ms, (int64_t)length + EVENT_OVERHEAD);
    rc_local_commit(local);
    free(copy);
}

/* ----- what a request names ----- */

int64_t rc_logs_group_of(struct rc_exchange *exchange)
{
    const char *name = rc_exchange_text(exchange, "logGroupName");
    const char *given = rc_exchange_text(exchange, "logGroupIdentifier");
    char text[RC_LOGS_NAME + 1] = "";
    if (given && strncmp(given, RC_LOGS_ARN, sizeof RC_LOGS_ARN - 1) == 0)
        given += sizeof RC_LOGS_ARN - 1;
    name = name ? name : given;
    if (!name) {
        rc_exchange_fail(exchange, 400, "InvalidParameterException",
                         "Either logGroupName or logGroupIdentifier is needed");
        return 0;
    }
    snprintf(text, sizeof text, "%.*s", (int)strcspn(name, ":"), name);
    int64_t id = rc_logs_group(exchange->local, text);
    if (!id)
        rc_exchange_fail(exchange, 400, "ResourceNotFoundException",
                         "The specified log group does not exist.");
    return id;
}

/* ----- creating ----- */

static bool good_name(struct rc_exchange *exchange, const char *name, const char *member,
                      const char *forbidden)
{
    return (*name && strlen(name) <= RC_LOGS_NAME && !strpbrk(name, forbidden)) ||
           rc_exchange_fail(exchange, 400, "InvalidParameterException",
                            "1 validation error detected: Value '%s' at '%s' failed to satisfy "
                            "constraint",
                            name, member);
}

static void create_group(struct rc_exchange *exchange)
{
    const char *name = rc_exchange_need(exchange, "logGroupName");
    if (!name || !good_name(exchange, name, "logGroupName", " :*"))
        return;
    if (rc_logs_group(exchange->local, name))
        rc_exchange_fail(exchange, 400, "ResourceAlreadyExistsException",
                         "The specified log group already exists");
    else
        make_group(exchange->local, name);
}

static void create_stream(struct rc_exchange *exchange)
{
    const char *name = rc_exchange_need(exchange, "logStreamName");
    int64_t group = name ? rc_logs_group_of(exchange) : 0;
    if (!group || !good_name(exchange, name, "logStreamName", ":*"))
        return;
    if (rc_logs_stream(exchange->local, group, name))
        rc_exchange_fail(exchange, 400, "ResourceAlreadyExistsException",
                         "The specified log stream already exists");
    else
        make_stream(exchange->local, group, name);
}

/* ----- describing ----- */

static void write_int(struct rc_jsonw *json, const char *name, int64_t value)
{
    rc_jsonw_key(json, name);
    rc_jsonw_int(json, value);
}

static void write_text(struct rc_jsonw *json, const char *name, const char *value)
{
    rc_jsonw_key(json, name);
    rc_jsonw_str(json, value);
}

static bool read_limit(struct rc_exchange *exchange, int64_t *limit)
{
    *limit = rc_exchange_int(exchange, "limit", DESCRIBE_PAGE);
    return (*limit >= 1 && *limit <= DESCRIBE_PAGE) ||
           rc_exchange_fail(exchange, 400, "InvalidParameterException",
                            "1 validation error detected: Value '%lld' at 'limit' failed to "
                            "satisfy constraint: Member must be between 1 and 50",
                            (long long)*limit);
}

static void write_group(struct rc_jsonw *json, sqlite3_stmt *row)
{
    char arn[sizeof RC_LOGS_ARN + RC_LOGS_NAME + 2];
    const char *name = (const char *)sqlite3_column_text(row, 0);
    rc_jsonw_open(json, '{');
    write_text(json, "logGroupName", name);
    write_int(json, "creationTime", sqlite3_column_int64(row, 1));
    snprintf(arn, sizeof arn, RC_LOGS_ARN "%s:*", name);
    write_text(json, "arn", arn);
    snprintf(arn, sizeof arn, RC_LOGS_ARN "%s", name);
    write_text(json, "logGroupArn", arn);
    write_int(json, "storedBytes", sqlite3_column_int64(row, 2));
    write_int(json, "metricFilterCount", 0);
    write_text(json, "logGroupClass", "STANDARD");
    rc_jsonw_close(json, '}');
}

static void describe_groups(struct rc_exchange *exchange)
{
    const char *prefix = rc_exchange_text(exchange, "logGroupNamePrefix");
    const char *part = rc_exchange_text(exchange, "logGroupNamePattern");
    const char *token = rc_exchange_text(exchange, "nextToken");
    struct rc_jsonw *json = &exchange->json;
    char last[RC_LOGS_NAME + 1] = "";
    int64_t limit, count = 0;
    bool more = false;
    if (!read_limit(exchange, &limit))
        return;
    sqlite3_stmt *list = rc_local_sql(
        exchange->local, "SELECT name, created_ms, bytes FROM logs_group WHERE name > ?1"
                         " AND substr(name, 1, length(?2)) = ?2"
                         " AND (?3 IS NULL OR instr(lower(name), lower(?3))) ORDER BY name");
    sqlite3_bind_text(list, 1, token ? token : "", -1, SQLITE_STATIC);
    sqlite3_bind_text(list, 2, prefix ? prefix : "", -1, SQLITE_STATIC);
    sqlite3_bind_text(list, 3, part, -1, SQLITE_STATIC);
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "logGroups");
    rc_jsonw_open(json, '[');
    while (sqlite3_step(list) == SQLITE_ROW && !(more = count++ == limit)) {
        snprintf(last, sizeof last, "%s", sqlite3_column_text(list, 0));
        write_group(json, list);
    }
    rc_local_done(list);
    rc_jsonw_close(json, ']');
    if (more)
        write_text(json, "nextToken", last);
    rc_jsonw_close(json, '}');
}

static void write_stream(struct rc_jsonw *json, const char *group, sqlite3_stmt *row)
{
    static const char *const times[] = {"creationTime", "firstEventTimestamp", "lastEventTimestamp",
                                        "lastIngestionTime"};
    char arn[sizeof RC_LOGS_ARN + 2 * RC_LOGS_NAME + 16];
    const char *name = (const char *)sqlite3_column_text(row, 0);
    rc_jsonw_open(json, '{');
    write_text(json, "logStreamName", name);
    for (int i = 0; i < 4; i++)
        if (sqlite3_column_type(row, 1 + i) != SQLITE_NULL)
            write_int(json, times[i], sqlite3_column_int64(row, 1 + i));
    snprintf(arn, sizeof arn, RC_LOGS_ARN "%s:log-stream:%s", group, name);
    write_text(json, "arn", arn);
    write_int(json, "storedBytes", 0); /* "DescribeLogStreams": always zero */
    rc_jsonw_close(json, '}');
}

static sqlite3_stmt *list_streams(struct rc_exchange *exchange, int64_t group)
{
    const char *order = rc_exchange_text(exchange, "orderBy");
    const char *prefix = rc_exchange_text(exchange, "logStreamNamePrefix");
    bool by_time = order && strcmp(order, "LastEventTime") == 0;
    bool descending = rc_exchange_bool(exchange, "descending", false);
    sqlite3_stmt *list = rc_local_sql(
        exchange->local,
        "SELECT name, created_ms, first_ms, last_ms, ingested_ms FROM logs_stream WHERE grp = ?1"
        " AND substr(name, 1, length(?2)) = ?2 ORDER BY"
        " CASE WHEN ?3 AND ?4 THEN -coalesce(last_ms, 0) WHEN ?3 THEN last_ms END,"
        " CASE WHEN ?4 THEN name END DESC, name LIMIT -1 OFFSET ?5");
    const char *token = rc_exchange_text(exchange, "nextToken");
    sqlite3_bind_int64(list, 1, group);
    sqlite3_bind_text(list, 2, prefix ? prefix : "", -1, SQLITE_STATIC);
    sqlite3_bind_int(list, 3, by_time);
    sqlite3_bind_int(list, 4, descending);
    sqlite3_bind_int64(list, 5, token ? strtoll(token, NULL, 10) : 0);
    return list;
}

static void describe_streams(struct rc_exchange *exchange)
{
    const char *token = rc_exchange_text(exchange, "nextToken");
    struct rc_jsonw *json = &exchange->json;
    int64_t limit, count = 0;
    bool more = false;
    int64_t group = read_limit(exchange, &limit) ? rc_logs_group_of(exchange) : 0;
    const char *name = rc_exchange_text(exchange, "logGroupName");
    if (!group)
        return;
    if (!name)
        name = strrchr(rc_exchange_text(exchange, "logGroupIdentifier"), ':');
    sqlite3_stmt *list = list_streams(exchange, group);
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "logStreams");
    rc_jsonw_open(json, '[');
    while (sqlite3_step(list) == SQLITE_ROW && !(more = count == limit)) {
        write_stream(json, name ? name + (*name == ':') : "", list);
        count++;
    }
    rc_local_done(list);
    rc_jsonw_close(json, ']');
    if (more) {
        rc_jsonw_key(json, "nextToken");
        rc_buf_printf(&exchange->out, "\"%lld\"",
                      (long long)count + (token ? strtoll(token, NULL, 10) : 0));
    }
    rc_jsonw_close(json, '}');
}

/* ----- PutLogEvents ----- */

struct putting {
    int64_t group, stream;
    int64_t before_ms, bytes;
    int64_t first_ms, last_ms;
    size_t old_end; /* so many at the start are too old */
    size_t new_start;
};

static bool good_events(struct rc_exchange *exchange, const json_t *events, struct putting *putting)
{
    size_t count = json_array_size(events), i;
    int64_t now_ms = rc_local_now_ms(exchange->local);
    json_t *event;
    putting->new_start = count;
    if (count < 1 || count > PUT_EVENTS)
        return rc_exchange_fail(exchange, 400, "InvalidParameterException",
                                "1 validation error detected: Value at 'logEvents' failed to "
                                "satisfy constraint: Member must have length between 1 and 10000");
    json_array_foreach(events, i, event)
    {
        const json_t *message = json_object_get(event, "message");
        int64_t at_ms = json_integer_value(json_object_get(event, "timestamp"));
        if (!json_string_length(message) || at_ms <= 0)
            return rc_exchange_fail(exchange, 400, "InvalidParameterException",
                                    "Log events need a timestamp and a message");
        if (at_ms < putting->before_ms)
            return rc_exchange_fail(exchange, 400, "InvalidParameterException",
                                    "Log events in a single PutLogEvents request must be in "
                                    "chronological order.");
        putting->before_ms = at_ms;
        putting->bytes += (int64_t)json_string_length(message) + EVENT_OVERHEAD;
        if (at_ms < now_ms - (int64_t)14 * DAY_MS)
            putting->old_end = i + 1;
        else if (at_ms > now_ms + DAY_MS / 12 && putting->new_start == count)
            putting->new_start = i;
    }
    return putting->bytes <= PUT_BYTES ||
           rc_exchange_fail(exchange, 400, "InvalidParameterException", "Upload too large: %lld",
                            (long long)putting->bytes);
}

static void put_events(struct rc_local *local, const json_t *events, const struct putting *putting)
{
    int64_t first_ms = 0, last_ms = 0, bytes = 0;
    for (size_t i = putting->old_end; i < putting->new_start; i++) {
        const json_t *event = json_array_get(events, i);
        const json_t *message = json_object_get(event, "message");
        last_ms = json_integer_value(json_object_get(event, "timestamp"));
        first_ms = first_ms ? first_ms : last_ms;
        bytes += (int64_t)json_string_length(message) + EVENT_OVERHEAD;
        add_event(local, putting->group, putting->stream, last_ms, json_string_value(message),
                  json_string_length(message));
        rc_logs_metrics(local, json_string_value(message), json_string_length(message));
    }
    if (first_ms)
        count_events(local, putting->group, putting->stream, first_ms, last_ms, bytes);
}

static void put_log_events(struct rc_exchange *exchange)
{
    const json_t *events = json_object_get(exchange->in, "logEvents");
    const char *stream = rc_exchange_need(exchange, "logStreamName");
    struct rc_jsonw *json = &exchange->json;
    struct putting putting = {0};
    if (!stream || !(putting.group = rc_logs_group_of(exchange)))
        return;
    putting.stream = rc_logs_stream(exchange->local, putting.group, stream);
    if (!putting.stream) {
        rc_exchange_fail(exchange, 400, "ResourceNotFoundException",
                         "The specified log stream does not exist.");
        return;
    }
    if (!good_events(exchange, events, &putting))
        return;
    put_events(exchange->local, events, &putting);
    rc_jsonw_open(json, '{');
    write_text(json, "nextSequenceToken", "0");
    if (putting.old_end || putting.new_start < json_array_size(events)) {
        rc_jsonw_key(json, "rejectedLogEventsInfo");
        rc_jsonw_open(json, '{');
        if (putting.old_end)
            write_int(json, "tooOldLogEventEndIndex", (int64_t)putting.old_end);
        if (putting.new_start < json_array_size(events))
            write_int(json, "tooNewLogEventStartIndex", (int64_t)putting.new_start);
        rc_jsonw_close(json, '}');
    }
    rc_jsonw_close(json, '}');
}

/* ----- the part ----- */

static const struct rc_local_operation operations[] = {
    {.name = "FilterLogEvents", .handle = rc_logs_filter_events, .caller = "console: logs"},
    {.name = "GetLogEvents", .handle = rc_logs_get_events, .caller = "console: logs"},
    {.name = "PutLogEvents", .handle = put_log_events, .caller = "workers"},
    {.name = "DescribeLogGroups", .handle = describe_groups, .caller = "console: logs"},
    {.name = "DescribeLogStreams", .handle = describe_streams, .caller = "console: logs"},
    {.name = "CreateLogGroup", .handle = create_group, .caller = "seed; workers"},
    {.name = "CreateLogStream", .handle = create_stream, .caller = "workers"},
    {.name = "StartQuery", .handle = rc_logs_query_start, .caller = "console: logs"},
    {.name = "GetQueryResults", .handle = rc_logs_query_results, .caller = "console: logs"},
    {.name = "StopQuery", .handle = rc_logs_query_stop, .caller = "console: logs"},
    {0},
};

static const struct rc_local_service service = {
    .signing_name = "logs",
    .name = "logs",
    .protocol = RC_LOCAL_JSON,
    .json_version = "1.1",
    .target = "Logs_20140328.",
    .operations = operations,
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS logs_group (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " name TEXT UNIQUE, created_ms INT, bytes INT);"
    "CREATE TABLE IF NOT EXISTS logs_stream (id INTEGER PRIMARY KEY AUTOINCREMENT, grp INT,"
    " name TEXT, created_ms INT, first_ms INT, last_ms INT, ingested_ms INT, UNIQUE (grp, name));"
    "CREATE TABLE IF NOT EXISTS logs_event (id INTEGER PRIMARY KEY AUTOINCREMENT, grp INT,"
    " stream INT, at_ms INT, ingested_ms INT, message TEXT);"
    "CREATE INDEX IF NOT EXISTS logs_of_group ON logs_event (grp, at_ms, id, stream);"
    "CREATE INDEX IF NOT EXISTS logs_of_stream ON logs_event (stream, at_ms, id);"
    "CREATE TABLE IF NOT EXISTS logs_query (id TEXT PRIMARY KEY, status TEXT, request TEXT,"
    " started_ms INT, results TEXT, matched INT, scanned INT, bytes INT, groups INT)"
    " WITHOUT ROWID;";

const struct rc_local_part rc_local_logs = {.service = &service,
                                            .schema = schema,
                                            .open = rc_logs_query_open,
                                            .close = rc_logs_query_close};
