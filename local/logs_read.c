/* FilterLogEvents and GetLogEvents. */
#include "local/log_pattern.h"
#include "local/logs.h"
#include "local/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCANNED = 50000 }; /* events that one page of a filter looks at */

/* Where a page begins or ends: behind this event. */
struct place {
    int64_t at_ms, id;
};

static void write_int(struct rc_jsonw *json, const char *name, int64_t value)
{
    rc_jsonw_key(json, name);
    rc_jsonw_int(json, value);
}

static bool read_limit(struct rc_exchange *exchange, int64_t *limit)
{
    *limit = rc_exchange_int(exchange, "limit", RC_LOGS_PAGE);
    return (*limit >= 1 && *limit <= RC_LOGS_PAGE) ||
           rc_exchange_fail(exchange, 400, "InvalidParameterException",
                            "1 validation error detected: Value '%lld' at 'limit' failed to "
                            "satisfy constraint: Member must be between 1 and 10000",
                            (long long)*limit);
}

static bool bad_token(struct rc_exchange *exchange)
{
    return rc_exchange_fail(exchange, 400, "InvalidParameterException",
                            "The specified nextToken is invalid.");
}

/* ----- FilterLogEvents ----- */

struct filter {
    const struct rc_log_pattern *pattern;
    const json_t *streams;
    const char *prefix;
    struct place place;
    int64_t count, scanned, bytes, limit;
    bool more;
};

static bool read_filter(struct rc_exchange *exchange, struct filter *filter)
{
    struct rc_error err = {0};
    const char *pattern = rc_exchange_text(exchange, "filterPattern");
    const char *token = rc_exchange_text(exchange, "nextToken");
    *filter = (struct filter){.streams = json_object_get(exchange->in, "logStreamNames"),
                              .prefix = rc_exchange_text(exchange, "logStreamNamePrefix"),
                              .place = {rc_exchange_int(exchange, "startTime", 0), 0}};
    if (filter->streams && filter->prefix)
        return rc_exchange_fail(exchange, 400, "InvalidParameterException",
                                "logStreamNamePrefix and logStreamNames cannot both be specified");
    if (!read_limit(exchange, &filter->limit))
        return false;
    if (token && !rc_token_read(token, '.', &filter->place.at_ms, &filter->place.id))
        return bad_token(exchange);
    filter->pattern = rc_log_pattern_read(&exchange->arena, pattern ? pattern : "", &err);
    return filter->pattern ||
           rc_exchange_fail(exchange, 400, "InvalidParameterException", "%s", err.text);
}

static bool is_stream(const struct filter *filter, const char *name)
{
    size_t i;
    json_t *one;
    if (filter->prefix)
        return strncmp(name, filter->prefix, strlen(filter->prefix)) == 0;
    json_array_foreach(filter->streams, i, one)
    {
        if (json_is_string(one) && strcmp(json_string_value(one), name) == 0)
            return true;
    }
    return !json_array_size(filter->streams);
}

static void write_found(struct rc_jsonw *json, sqlite3_stmt *row, const struct place *place)
{
    char id[64];
    snprintf(id, sizeof id, "%020lld%020lld", (long long)place->at_ms, (long long)place->id);
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "logStreamName");
    rc_jsonw_str(json, (const char *)sqlite3_column_text(row, 4));
    write_int(json, "timestamp", place->at_ms);
    rc_jsonw_key(json, "message");
    rc_jsonw_text(json, (const char *)sqlite3_column_text(row, 3),
                  (size_t)sqlite3_column_bytes(row, 3));
    write_int(json, "ingestionTime", sqlite3_column_int64(row, 2));
    rc_jsonw_key(json, "eventId");
    rc_jsonw_str(json, id);
    rc_jsonw_close(json, '}');
}

/* One row: true when the page goes on behind it. */
static bool filter_row(struct rc_exchange *exchange, struct filter *filter, sqlite3_stmt *row)
{
    size_t length = (size_t)sqlite3_column_bytes(row, 3);
    const char *message = (const char *)sqlite3_column_text(row, 3);
    filter->more = filter->count == filter->limit || filter->scanned++ == SCANNED ||
                   filter->bytes > RC_LOGS_PAGE_BYTES;
    if (filter->more)
        return false;
    filter->place = (struct place){sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1)};
    if (!is_stream(filter, (const char *)sqlite3_column_text(row, 4)) ||
        !rc_log_pattern_matches(filter->pattern, message, length))
        return true;
    write_found(&exchange->json, row, &filter->place);
    filter->count++;
    filter->bytes += (int64_t)length;
    return true;
}

void rc_logs_filter_events(struct rc_exchange *exchange)
{
    struct filter filter;
    struct rc_jsonw *json = &exchange->json;
    int64_t group = rc_logs_group_of(exchange);
    if (!group || !read_filter(exchange, &filter))
        return;
    sqlite3_stmt *list = rc_local_sql(
        exchange->local,
        "SELECT at_ms, logs_event.id, logs_event.ingested_ms, message, name FROM logs_event"
        " JOIN logs_stream ON logs_stream.id = stream WHERE logs_event.grp = ?1"
        " AND (at_ms, logs_event.id) > (?2, ?3) AND at_ms < ?4"
        " ORDER BY at_ms, logs_event.id");
    sqlite3_bind_int64(list, 1, group);
    sqlite3_bind_int64(list, 2, filter.place.at_ms);
    sqlite3_bind_int64(list, 3, filter.place.id);
    sqlite3_bind_int64(list, 4, rc_exchange_int(exchange, "endTime", INT64_MAX));
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "events");
    rc_jsonw_open(json, '[');
    while (sqlite3_step(list) == SQLITE_ROW && filter_row(exchange, &filter, list))
        ;
    rc_local_done(list);
    rc_jsonw_close(json, ']');
    rc_jsonw_key(json, "searchedLogStreams");
    rc_jsonw_open(json, '[');
    rc_jsonw_close(json, ']');
    if (filter.more) {
        rc_jsonw_key(json, "nextToken");
        rc_buf_printf(&exchange->out, "\"%lld.%lld\"", (long long)filter.place.at_ms,
                      (long long)filter.place.id);
    }
    rc_jsonw_close(json, '}');
}

/* ----- GetLogEvents ----- */

/* The ids of a page, from its first event to its last. */
struct page {
    struct place first, last;
    int64_t *ids;
    size_t count;
    bool forward;
};

/* "f/AT/ID": behind that event; "b/AT/ID": before it. */
static bool read_place(struct rc_exchange *exchange, struct place *place, bool *forward)
{
    const char *token = rc_exchange_text(exchange, "nextToken");
    *forward = rc_exchange_bool(exchange, "startFromHead", false);
    *place = *forward ? (struct place){-1, 0} : (struct place){INT64_MAX, 0};
    if (!token)
        return true;
    *forward = *token == 'f';
    if ((*token != 'f' && *token != 'b') || token[1] != '/' ||
        !rc_token_read(token + 2, '/', &place->at_ms, &place->id))
        return bad_token(exchange);
    return true;
}

static sqlite3_stmt *list_page(struct rc_exchange *exchange, int64_t stream,
                               const struct place *place, bool forward, int64_t limit)
{
    sqlite3_stmt *list =
        forward ? rc_local_sql(exchange->local,
                               "SELECT at_ms, id, length(message) FROM logs_event WHERE stream = ?1"
                               " AND at_ms >= ?2 AND at_ms < ?3 AND (at_ms, id) > (?4, ?5)"
                               " ORDER BY at_ms, id LIMIT ?6")
                : rc_local_sql(exchange->local,
                               "SELECT at_ms, id, length(message) FROM logs_event WHERE stream = ?1"
                               " AND at_ms >= ?2 AND at_ms < ?3 AND (at_ms, id) < (?4, ?5)"
                               " ORDER BY at_ms DESC, id DESC LIMIT ?6");
    sqlite3_bind_int64(list, 1, stream);
    sqlite3_bind_int64(list, 2, rc_exchange_int(exchange, "startTime", 0));
    sqlite3_bind_int64(list, 3, rc_exchange_int(exchange, "endTime", INT64_MAX));
    sqlite3_bind_int64(list, 4, place->at_ms);
    sqlite3_bind_int64(list, 5, place->id);
    sqlite3_bind_int64(list, 6, limit);
    return list;
}

static bool find_page(struct rc_exchange *exchange, int64_t stream, int64_t limit,
                      struct page *page)
{
    struct place place;
    int64_t bytes = 0;
    if (!read_place(exchange, &place, &page->forward))
        return false;
    page->ids = rc_arena_alloc(&exchange->arena, (size_t)limit * sizeof *page->ids);
    if (!page->ids)
        return rc_exchange_fail(exchange, 500, "ServiceUnavailableException", "no memory");
    page->first = page->last = place;
    if (place.at_ms == INT64_MAX) /* the end of what may still be empty */
        page->first = page->last = (struct place){-1, 0};
    sqlite3_stmt *list = list_page(exchange, stream, &place, page->forward, limit);
    while (bytes < RC_LOGS_PAGE_BYTES && sqlite3_step(list) == SQLITE_ROW) {
        struct place one = {sqlite3_column_int64(list, 0), sqlite3_column_int64(list, 1)};
        if (!page->count || !page->forward)
            page->first = one;
        if (!page->count || page->forward)
            page->last = one;
        page->ids[page->count++] = one.id;
        bytes += sqlite3_column_int64(list, 2);
    }
    rc_local_done(list);
    return true;
}

static void write_event(struct rc_exchange *exchange, int64_t id)
{
    struct rc_jsonw *json = &exchange->json;
    sqlite3_stmt *find = rc_local_sql(
        exchange->local, "SELECT at_ms, ingested_ms, message FROM logs_event WHERE id = ?");
    sqlite3_bind_int64(find, 1, id);
    if (sqlite3_step(find) == SQLITE_ROW) {
        rc_jsonw_open(json, '{');
        write_int(json, "timestamp", sqlite3_column_int64(find, 0));
        rc_jsonw_key(json, "message");
        rc_jsonw_text(json, (const char *)sqlite3_column_text(find, 2),
                      (size_t)sqlite3_column_bytes(find, 2));
        write_int(json, "ingestionTime", sqlite3_column_int64(find, 1));
        rc_jsonw_close(json, '}');
    }
    rc_local_done(find);
}

static void write_token(struct rc_exchange *exchange, const char *name, char way,
                        const struct place *place)
{
    char token[64];
    snprintf(token, sizeof token, "%c/%020lld/%020lld", way, (long long)place->at_ms,
             (long long)place->id);
    rc_jsonw_key(&exchange->json, name);
    rc_jsonw_str(&exchange->json, token);
}

/* At the end, the token is the one that was given: that is how a client knows. */
void rc_logs_get_events(struct rc_exchange *exchange)
{
    struct rc_jsonw *json = &exchange->json;
    struct page page = {0};
    int64_t limit;
    const char *name = rc_exchange_need(exchange, "logStreamName");
    int64_t group = name && read_limit(exchange, &limit) ? rc_logs_group_of(exchange) : 0;
    if (!group)
        return;
    int64_t stream = rc_logs_stream(exchange->local, group, name);
    if (!stream) {
        rc_exchange_fail(exchange, 400, "ResourceNotFoundException",
                         "The specified log stream does not exist.");
        return;
    }
    if (!find_page(exchange, stream, limit, &page))
        return;
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "events");
    rc_jsonw_open(json, '[');
    for (size_t i = 0; i < page.count; i++)
        write_event(exchange, page.ids[page.forward ? i : page.count - 1 - i]);
    rc_jsonw_close(json, ']');
    write_token(exchange, "nextForwardToken", 'f', &page.last);
    write_token(exchange, "nextBackwardToken", 'b', &page.first);
    rc_jsonw_close(json, '}');
}
