/* PutMetricData, GetMetricData, ListMetrics. */
#include "local/cloudwatch.h"

#include "aws/json.h"
#include "local/answer.h"
#include "local/token.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DATA = 1000,
    VALUES = 150,
    DIMENSIONS = 30,
    QUERIES = 500,
    DATAPOINTS = 100800,
    LIST_PAGE = 500,
    DATA_BYTES = 1 << 20,
    PERIOD_MOST_S = 366 * 24 * 3600,
};

static const int64_t oldest_ms = (int64_t)14 * 24 * 3600 * 1000;
static const int64_t newest_ms = (int64_t)2 * 3600 * 1000;

/* ----- errors, numbers, dimensions ----- */

bool rc_metric_fail(struct rc_exchange *exchange, const char *code, const char *format, ...)
{
    char message[512];
    va_list args;
    /* The older protocol has its names without the end. */
    size_t length = strlen(code), end = strlen("Exception");
    bool shorter = length > end && strcmp(code + length - end, "Exception") == 0 &&
                   strncmp(code, "Resource", 8) != 0;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    rc_exchange_set_header(exchange, "x-amzn-query-error", "%.*s;Sender",
                           (int)(shorter ? length - end : length), code);
    return rc_exchange_fail(exchange, strncmp(code, "Resource", 8) == 0 ? 404 : 400, code, "%s",
                            message);
}

void rc_metric_write_number(struct rc_jsonw *json, double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.17g", value);
    if (strtod(text, NULL) == value) {
        char shorter[32];
        snprintf(shorter, sizeof shorter, "%.15g", value);
        if (strtod(shorter, NULL) == value)
            memcpy(text, shorter, sizeof text);
    }
    rc_jsonw_raw(json, isfinite(value) ? text : "null");
}

json_t *rc_metric_dimensions(const json_t *list)
{
    json_t *object = json_object(), *one;
    size_t i;
    json_array_foreach(list, i, one)
    {
        const char *name = rc_json_text(one, "Name"), *value = rc_json_text(one, "Value");
        if (name && value && json_object_set_new(object, name, json_string(value)) == 0)
            continue;
        json_decref(object);
        return NULL;
    }
    return object;
}

static void write_dimensions(struct rc_jsonw *json, const json_t *dimensions)
{
    const char *name;
    json_t *value;
    rc_jsonw_open(json, '[');
    json_object_foreach((json_t *)(uintptr_t)dimensions, name, value)
    {
        rc_jsonw_open(json, '{');
        rc_jsonw_key(json, "Name");
        rc_jsonw_str(json, name);
        rc_jsonw_key(json, "Value");
        rc_jsonw_str(json, json_string_value(value));
        rc_jsonw_close(json, '}');
    }
    rc_jsonw_close(json, ']');
}

/* ----- PutMetricData ----- */

static bool read_values(const json_t *datum, struct rc_statistics *values)
{
    const json_t *list = json_object_get(datum, "Values");
    const json_t *counts = json_object_get(datum, "Counts");
    const json_t *set = json_object_get(datum, "StatisticValues");
    const json_t *value = json_object_get(datum, "Value");
    if (json_is_number(value))
        return rc_statistics_add(values, json_number_value(value), 1);
    if (set)
        return rc_statistics_add_set(values, json_number_value(json_object_get(set, "SampleCount")),
                                     json_number_value(json_object_get(set, "Sum")),
                                     json_number_value(json_object_get(set, "Minimum")),
                                     json_number_value(json_object_get(set, "Maximum")));
    if (!json_array_size(list) || json_array_size(list) > VALUES ||
        (counts && json_array_size(counts) != json_array_size(list)))
        return false;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!rc_statistics_add(values, json_number_value(json_array_get(list, i)),
                               counts ? json_number_value(json_array_get(counts, i)) : 1))
            return false;
    return true;
}

/* One kind of value, and the number a number: "NaN" comes as a text. */
static bool check_values(struct rc_exchange *exchange, const json_t *datum, size_t index)
{
    static const char *const kinds[] = {"Value", "Values", "StatisticValues"};
    const char *first = NULL;
    const json_t *value = json_object_get(datum, "Value");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const json_t *kind = json_object_get(datum, kinds[i]);
        bool given = kind && !json_is_null(kind);
        if (given && first)
            return rc_metric_fail(exchange, "InvalidParameterCombinationException",
                                  "The parameters MetricData.member.%zu.%s and "
                                  "MetricData.member.%zu.%s are mutually exclusive and you have "
                                  "specified both.",
                                  index + 1, first, index + 1, kinds[i]);
        first = given ? kinds[i] : first;
    }
    return !value || json_is_null(value) || json_is_number(value) ||
           rc_metric_fail(exchange, "InvalidParameterValueException",
                          "The value for parameter MetricData.member.%zu.Value is not a number.",
                          index + 1);
}

/* Checks it, and adds it where `adds` says so. */
static bool put_datum(struct rc_exchange *exchange, const char *space, const json_t *datum,
                      size_t index, bool adds)
{
    int64_t now_ms = rc_local_now_ms(exchange->local);
    int64_t at_ms = rc_answer_read_time(json_object_get(datum, "Timestamp"), now_ms);
    const char *name = rc_json_text(datum, "MetricName");
    const json_t *list = json_object_get(datum, "Dimensions");
    struct rc_statistics values = {0};
    if (!name || !*name)
        return rc_metric_fail(exchange, "MissingRequiredParameterException",
                              "The parameter MetricData.member.%zu.MetricName is required.",
                              index + 1);
    if (at_ms < now_ms - oldest_ms || at_ms > now_ms + newest_ms)
        return rc_metric_fail(exchange, "InvalidParameterValueException",
                              "The parameter MetricData.member.%zu.Timestamp must specify a time "
                              "within the past two weeks, or up to two hours in the future.",
                              index + 1);
    if (!check_values(exchange, datum, index))
        return false;
    json_t *dimensions = rc_metric_dimensions(list);
    bool ok = dimensions && json_array_size(list) <= DIMENSIONS;
    if (!ok)
        rc_metric_fail(exchange, "InvalidParameterValueException",
                       "The collection MetricData.member.%zu.Dimensions must have names and "
                       "values, and not over %d.",
                       index + 1, DIMENSIONS);
    else if (!(ok = read_values(datum, &values)))
        rc_metric_fail(exchange, "InvalidParameterCombinationException",
                       "At least one of the parameters MetricData.member.%zu.Value, "
                       "MetricData.member.%zu.Values or MetricData.member.%zu.StatisticValues must "
                       "be specified.",
                       index + 1, index + 1, index + 1);
    else if (adds)
        rc_metric_add(exchange->local, space, name, dimensions, rc_json_text(datum, "Unit"), at_ms,
                      &values);
    rc_statistics_free(&values);
    json_decref(dimensions);
    return ok;
}

/* All or nothing: what is wrong is found before anything is added. */
void rc_metric_put_data(struct rc_exchange *exchange)
{
    const char *space = rc_exchange_text(exchange, "Namespace");
    const json_t *data = json_object_get(exchange->in, "MetricData");
    if (!space || !*space) {
        rc_metric_fail(exchange, "MissingRequiredParameterException",
                       "The parameter Namespace is required.");
    } else if (strncmp(space, "AWS/", 4) == 0) {
        rc_metric_fail(exchange, "InvalidParameterValueException",
                       "The value AWS/ for parameter Namespace is invalid.");
    } else if (json_array_size(data) > DATA || exchange->body_length > DATA_BYTES) {
        rc_metric_fail(exchange, "InvalidParameterValueException",
                       "The collection MetricData must not have a size greater than %d, nor the "
                       "request one of over 1 MB.",
                       DATA);
    } else {
        for (int pass = 0; pass < 2 && !exchange->failed; pass++)
            for (size_t i = 0; i < json_array_size(data); i++)
                if (!put_datum(exchange, space, json_array_get(data, i), i, pass == 1))
                    return;
        rc_metric_flush(exchange->local);
    }
}

/* ----- GetMetricData ----- */

struct series {
    struct rc_metric_point *points;
    size_t count, room;
    bool failed;
};

static void add_to_series(void *ctx, struct rc_metric_point point)
{
    struct series *series = ctx;
    if (series->count == series->room) {
        size_t room = series->room ? series->room * 2 : 64;
        struct rc_metric_point *points = realloc(series->points, room * sizeof *points);
        if (!points) {
            series->failed = true;
            return;
        }
        series->points = points;
        series->room = room;
    }
    series->points[series->count++] = point;
}

/* Where a page begins and how much it may have. */
struct page {
    size_t query, skip;
    int64_t left;
    bool descending;
    bool full;
};

static bool read_query(struct rc_exchange *exchange, const json_t *given, size_t index,
                       struct rc_metric_query *query)
{
    const json_t *stat = json_object_get(given, "MetricStat");
    const json_t *metric = json_object_get(stat, "Metric");
    int64_t period_s = json_integer_value(json_object_get(stat, "Period"));
    *query = (struct rc_metric_query){
        .space = rc_json_text(metric, "Namespace"),
        .name = rc_json_text(metric, "MetricName"),
        .unit = rc_json_text(stat, "Unit"),
        .statistic = rc_json_text(stat, "Stat"),
        .period_ms = period_s > 0 && period_s <= PERIOD_MOST_S ? period_s * 1000 : 0,
        .from_ms = rc_answer_read_time(json_object_get(exchange->in, "StartTime"), -1),
        .to_ms = rc_answer_read_time(json_object_get(exchange->in, "EndTime"), -1)};
    if (!stat)
        return rc_metric_fail(exchange, "ValidationError",
                              "Error in expression '%s': reconlocal computes no expressions",
                              rc_json_text(given, "Id") ? rc_json_text(given, "Id") : "");
    if (!query->space || !query->name || query->period_ms <= 0 || !query->statistic ||
        !rc_statistics_is_name(query->statistic))
        return rc_metric_fail(exchange, "ValidationError",
                              "The parameter MetricDataQueries.member.%zu.MetricStat needs Metric, "
                              "Period and a Stat that is known.",
                              index + 1);
    query->dimensions = rc_metric_dimensions(json_object_get(metric, "Dimensions"));
    return query->dimensions || rc_metric_fail(exchange, "ValidationError",
                                               "The dimensions of MetricDataQueries.member.%zu "
                                               "need names and values.",
                                               index + 1);
}

static bool good_queries(struct rc_exchange *exchange, const json_t *queries)
{
    struct rc_metric_query query;
    size_t i;
    json_t *given;
    json_array_foreach(queries, i, given)
    {
        if (!read_query(exchange, given, i, &query))
            return false;
        json_decref(query.dimensions);
    }
    return true;
}

static const struct rc_metric_point *point_at(const struct series *series, const struct page *page,
                                              size_t index)
{
    return &series->points[page->descending ? series->count - 1 - index : index];
}

static void write_series(struct rc_exchange *exchange, const json_t *given, const char *name,
                         const struct series *series, struct page *page)
{
    struct rc_jsonw *json = &exchange->json;
    size_t from = page->skip < series->count ? page->skip : series->count, to = series->count;
    const char *label = rc_json_text(given, "Label");
    if ((int64_t)(to - from) > page->left)
        to = from + (size_t)page->left;
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "Id");
    rc_jsonw_str(json, rc_json_text(given, "Id") ? rc_json_text(given, "Id") : "");
    rc_jsonw_key(json, "Label");
    rc_jsonw_str(json, label ? label : name);
    rc_jsonw_key(json, "Timestamps");
    rc_jsonw_open(json, '[');
    for (size_t i = from; i < to; i++)
        rc_jsonw_int(json, point_at(series, page, i)->at_ms / 1000);
    rc_jsonw_close(json, ']');
    rc_jsonw_key(json, "Values");
    rc_jsonw_open(json, '[');
    for (size_t i = from; i < to; i++)
        rc_metric_write_number(json, point_at(series, page, i)->value);
    rc_jsonw_close(json, ']');
    rc_jsonw_key(json, "StatusCode");
    rc_jsonw_str(json, to < series->count ? "PartialData" : "Complete");
    rc_jsonw_close(json, '}');
    page->left -= (int64_t)(to - from);
    page->full = to < series->count;
    page->skip = page->full ? to : 0;
    page->query += !page->full;
}

static bool write_result(struct rc_exchange *exchange, const json_t *given, struct page *page)
{
    struct rc_metric_query query;
    struct series series = {0};
    const json_t *shown = json_object_get(given, "ReturnData");
    if (!read_query(exchange, given, page->query, &query))
        return false;
    if (json_is_false(shown)) {
        page->query++;
    } else {
        rc_metric_read(exchange->local, &query, add_to_series, &series);
        write_series(exchange, given, query.name, &series, page);
    }
    json_decref(query.dimensions);
    free(series.points);
    return !series.failed || rc_exchange_fail(exchange, 500, "InternalServiceFault", "no memory");
}

static bool read_page(struct rc_exchange *exchange, struct page *page)
{
    const char *token = rc_exchange_text(exchange, "NextToken");
    const char *order = rc_exchange_text(exchange, "ScanBy");
    const json_t *from = json_object_get(exchange->in, "StartTime");
    const json_t *to = json_object_get(exchange->in, "EndTime");
    int64_t query = 0, skip = 0;
    *page = (struct page){.left = rc_exchange_int(exchange, "MaxDatapoints", DATAPOINTS),
                          .descending = !order || strcmp(order, "TimestampDescending") == 0};
    if (page->left < 1 || page->left > DATAPOINTS)
        page->left = DATAPOINTS;
    if (!json_is_number(from) || !json_is_number(to) ||
        json_number_value(from) >= json_number_value(to))
        return rc_metric_fail(exchange, "ValidationError",
                              "The parameter StartTime must be less than the parameter EndTime.");
    if (token && (!rc_token_read(token, '.', &query, &skip) || query < 0 || skip < 0))
        return rc_metric_fail(exchange, "InvalidNextToken", "Request token is invalid");
    page->query = (size_t)query;
    page->skip = (size_t)skip;
    return true;
}

void rc_metric_get_data(struct rc_exchange *exchange)
{
    const json_t *queries = json_object_get(exchange->in, "MetricDataQueries");
    struct rc_jsonw *json = &exchange->json;
    struct page page;
    char token[48];
    size_t count = json_array_size(queries);
    if (!count || count > QUERIES) {
        rc_metric_fail(exchange, "ValidationError",
                       "The collection MetricDataQueries must have 1 to %d members.", QUERIES);
        return;
    }
    if (!read_page(exchange, &page) || !good_queries(exchange, queries))
        return;
    rc_metric_flush(exchange->local);
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "MetricDataResults");
    rc_jsonw_open(json, '[');
    while (page.query < count && page.left > 0 && !page.full)
        if (!write_result(exchange, json_array_get(queries, page.query), &page))
            return;
    rc_jsonw_close(json, ']');
    rc_jsonw_key(json, "Messages");
    rc_jsonw_open(json, '[');
    rc_jsonw_close(json, ']');
    if (page.query < count) {
        snprintf(token, sizeof token, "%zu.%zu", page.query, page.skip);
        rc_jsonw_key(json, "NextToken");
        rc_jsonw_str(json, token);
    }
    rc_jsonw_close(json, '}');
}

/* ----- ListMetrics ----- */

static bool has_dimensions(const json_t *wanted, const json_t *dimensions)
{
    size_t i;
    json_t *one;
    json_array_foreach(wanted, i, one)
    {
        const char *name = rc_json_text(one, "Name"), *value = rc_json_text(one, "Value");
        const char *ours = name ? json_string_value(json_object_get(dimensions, name)) : NULL;
        if (!ours || (value && strcmp(value, ours) != 0))
            return false;
    }
    return true;
}

static void write_metric(struct rc_jsonw *json, sqlite3_stmt *row, const json_t *dimensions)
{
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "Namespace");
    rc_jsonw_str(json, (const char *)sqlite3_column_text(row, 1));
    rc_jsonw_key(json, "MetricName");
    rc_jsonw_str(json, (const char *)sqlite3_column_text(row, 2));
    rc_jsonw_key(json, "Dimensions");
    write_dimensions(json, dimensions);
    rc_jsonw_close(json, '}');
}

void rc_metric_list(struct rc_exchange *exchange)
{
    const json_t *wanted = json_object_get(exchange->in, "Dimensions");
    const char *token = rc_exchange_text(exchange, "NextToken");
    bool recent = rc_exchange_text(exchange, "RecentlyActive") != NULL;
    struct rc_jsonw *json = &exchange->json;
    int64_t last = 0, count = 0;
    bool more = false;
    rc_metric_flush(exchange->local);
    sqlite3_stmt *list = rc_local_sql(
        exchange->local, "SELECT id, space, name, dimensions FROM cloudwatch_metric WHERE id > ?1"
                         " AND (?2 IS NULL OR space = ?2) AND (?3 IS NULL OR name = ?3)"
                         " AND last_ms >= ?4 ORDER BY id");
    sqlite3_bind_int64(list, 1, token ? strtoll(token, NULL, 10) : 0);
    sqlite3_bind_text(list, 2, rc_exchange_text(exchange, "Namespace"), -1, SQLITE_STATIC);
    sqlite3_bind_text(list, 3, rc_exchange_text(exchange, "MetricName"), -1, SQLITE_STATIC);
    sqlite3_bind_int64(list, 4,
                       rc_local_now_ms(exchange->local) -
                           (recent ? (int64_t)3 * 3600 * 1000 : oldest_ms));
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "Metrics");
    rc_jsonw_open(json, '[');
    while (!more && sqlite3_step(list) == SQLITE_ROW) {
        json_t *dimensions = rc_answer_load(rc_answer_column(list, 3));
        bool fits = has_dimensions(wanted, dimensions);
        more = fits && count == LIST_PAGE;
        if (fits && !more) {
            write_metric(json, list, dimensions);
            last = sqlite3_column_int64(list, 0);
            count++;
        }
        json_decref(dimensions);
    }
    rc_local_done(list);
    rc_jsonw_close(json, ']');
    if (more) {
        rc_jsonw_key(json, "NextToken");
        rc_buf_printf(&exchange->out, "\"%lld\"", (long long)last);
    }
    rc_jsonw_close(json, '}');
}
