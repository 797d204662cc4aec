#include "model/gauges.h"

#include "aws/cloudwatch.h"
#include "model/live_gauged.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* First the tables and functions are described, all at once: that tells the limits, and which
 * indexes there are. Then all metrics are asked for, 500 a request, and each page fills rows. */

enum {
    A_REQUEST = 500,  /* metrics that one takes */
    POINT_BYTES = 32, /* of a value as text */
};

/* A series, of every resource of its subject. */
struct spec {
    const char *panel, *name;
    const char *space, *metric, *stat;
    const char *unit;
    double times; /* what it is multiplied with */
    int subjects;
    enum rc_gauge_kind kind;
    enum rc_gauged_use limit; /* of the resource's, that it is held against */
    bool a_second;            /* divided by the seconds of a step */
};

#define LEVEL RC_GAUGE_LEVEL
#define EVENTS RC_GAUGE_EVENTS
#define THROTTLES(panel, use, reason, name)                                                        \
    {                                                                                              \
        panel, name, "AWS/DynamoDB", use reason "ThrottleEvents", "Sum", "", 1,                    \
            RC_GAUGED_TABLE | RC_GAUGED_INDEX, EVENTS, RC_GAUGED_NEITHER, false                    \
    }
#define UNITS(panel, metric, use)                                                                  \
    {                                                                                              \
        panel, "consumed", "AWS/DynamoDB", metric, "Sum", "units/s", 1,                            \
            RC_GAUGED_TABLE | RC_GAUGED_INDEX, LEVEL, use, true                                    \
    }
#define QUEUE(subjects, panel, name, metric, unit, kind)                                           \
    {                                                                                              \
        panel, name, "AWS/SQS", metric, "Maximum", unit, 1, subjects, kind, RC_GAUGED_NEITHER,     \
            false                                                                                  \
    }
#define WORKER(subject, panel, name, metric, kind)                                                 \
    {                                                                                              \
        panel, name, "reconctl", metric, "Sum", "/s", 1, subject, kind, RC_GAUGED_NEITHER, true    \
    }
#define FUNCTION(panel, name, metric, stat, unit, times, kind, limit)                              \
    {                                                                                              \
        panel, name, "AWS/Lambda", metric, stat, unit, times, RC_GAUGED_FUNCTION, kind, limit,     \
            false                                                                                  \
    }

/* Sources: "DynamoDB metrics and dimensions", "Available CloudWatch metrics for Amazon SQS",
 * "Types of metrics for Lambda functions" of their developer guides; docs/worker.md. */
static const struct spec specs[] = {
    UNITS("writes", "ConsumedWriteCapacityUnits", RC_GAUGED_WRITE),
    THROTTLES("writes throttled", "Write", "KeyRangeThroughput", "key range"),
    THROTTLES("writes throttled", "Write", "ProvisionedThroughput", "provisioned"),
    THROTTLES("writes throttled", "Write", "AccountLimit", "account"),
    THROTTLES("writes throttled", "Write", "MaxOnDemandThroughput", "on-demand maximum"),
    WORKER(RC_GAUGED_WRITER, "items of the worker", "written", "ItemsWritten", LEVEL),
    WORKER(RC_GAUGED_WRITER, "items of the worker", "retried", "ItemsRetried", LEVEL),
    WORKER(RC_GAUGED_WRITER, "items of the worker", "throttled", "ItemsThrottled", EVENTS),
    UNITS("reads", "ConsumedReadCapacityUnits", RC_GAUGED_READ),
    THROTTLES("reads throttled", "Read", "KeyRangeThroughput", "key range"),
    THROTTLES("reads throttled", "Read", "ProvisionedThroughput", "provisioned"),
    THROTTLES("reads throttled", "Read", "AccountLimit", "account"),
    THROTTLES("reads throttled", "Read", "MaxOnDemandThroughput", "on-demand maximum"),
    WORKER(RC_GAUGED_SERVICE, "requests of the worker", "sent", "Requests", LEVEL),
    WORKER(RC_GAUGED_SERVICE, "requests of the worker", "retries", "Retries", LEVEL),
    WORKER(RC_GAUGED_SERVICE, "requests of the worker", "throttled", "Throttled", EVENTS),
    QUEUE(RC_GAUGED_DEAD_LETTERS, "dead letters", "waiting", "ApproximateNumberOfMessagesVisible",
          "", RC_GAUGE_STANDING),
    QUEUE(RC_GAUGED_QUEUE, "messages", "waiting", "ApproximateNumberOfMessagesVisible", "", LEVEL),
    QUEUE(RC_GAUGED_QUEUE, "messages", "in flight", "ApproximateNumberOfMessagesNotVisible", "",
          LEVEL),
    QUEUE(RC_GAUGED_QUEUE, "messages", "delayed", "ApproximateNumberOfMessagesDelayed", "", LEVEL),
    QUEUE(RC_GAUGED_QUEUE | RC_GAUGED_DEAD_LETTERS, "age of the oldest", "age",
          "ApproximateAgeOfOldestMessage", "s", LEVEL),
    FUNCTION("duration", "longest", "Duration", "Maximum", "s", 1e-3, LEVEL, RC_GAUGED_READ),
    FUNCTION("duration", "average", "Duration", "Average", "s", 1e-3, LEVEL, RC_GAUGED_READ),
    FUNCTION("concurrency", "at once", "ConcurrentExecutions", "Maximum", "", 1, LEVEL,
             RC_GAUGED_WRITE),
    FUNCTION("invocations in trouble", "throttled", "Throttles", "Sum", "", 1, EVENTS,
             RC_GAUGED_NEITHER),
    FUNCTION("invocations in trouble", "failed", "Errors", "Sum", "", 1, EVENTS, RC_GAUGED_NEITHER),
    {"share of Lambda's time", NULL, "reconctl", "DurationOfCeiling", "Maximum", "share", 1,
     RC_GAUGED_STEP, LEVEL, RC_GAUGED_READ, false},
};

enum { SPECS = sizeof specs / sizeof *specs };

struct query {
    const struct spec *spec;
    const struct rc_gauged *resource;
    int64_t row;
    struct rc_cloudwatch_dimension dimensions[2];
    struct rc_cloudwatch_metric metric;
    struct rc_cloudwatch_stat stat;
    char id[16];
    double values[RC_GAUGES_POINTS];
};

struct gauges {
    struct rc_listing listing;
    int64_t from_ms, step_s;
    size_t points;
    struct rc_gauged_all gauged;
    struct query *queries;
    size_t query_count, first; /* of this request */
    struct rc_cloudwatch_get_data in;
    struct rc_cloudwatch_query *asked;
    struct rc_pages *pages;
    sqlite3_stmt *insert, *update, *note;
};

/* ----- values ----- */

static void put_values(const struct gauges *gauges, const struct query *query, struct rc_buf *out)
{
    for (size_t i = 0; i < gauges->points; i++)
        if (isfinite(query->values[i]))
            rc_buf_printf(out, "%s%.6g", i ? "," : "[", query->values[i]);
        else
            rc_buf_printf(out, "%snull", i ? "," : "[");
    rc_buf_add_char(out, ']');
}

/* What people read needs no more digits, and whole numbers none behind a point. */
static void bind_value(sqlite3_stmt *statement, int at, double value)
{
    double rounded = round(value * 1000) / 1000;
    if (isfinite(rounded) && rounded == floor(rounded) && fabs(rounded) < 1e15)
        sqlite3_bind_int64(statement, at, (int64_t)rounded);
    else if (isfinite(rounded))
        sqlite3_bind_double(statement, at, rounded);
}

static bool keep_values(struct gauges *gauges, const struct query *query, struct rc_error *err)
{
    double latest = NAN, most = NAN, total = NAN;
    struct rc_buf points;
    rc_buf_init(&points, (size_t)RC_GAUGES_POINTS * POINT_BYTES);
    put_values(gauges, query, &points);
    for (size_t i = 0; i < gauges->points; i++)
        if (isfinite(query->values[i])) {
            latest = query->values[i];
            most = fmax(most, latest);
            total = isfinite(total) ? total + latest : latest;
        }
    if (query->spec->kind != RC_GAUGE_LEVEL && isnan(most))
        most = total = 0; /* CloudWatch is told of nothing that does not happen */
    if (strcmp(query->spec->stat, "Sum") != 0)
        total = NAN;
    else if (query->spec->a_second)
        total *= (double)gauges->step_s;
    rc_bind_text(gauges->update, 1, points.data);
    bind_value(gauges->update, 2, latest);
    bind_value(gauges->update, 3, most);
    bind_value(gauges->update, 4, total);
    sqlite3_bind_int64(gauges->update, 5, query->row);
    rc_buf_free(&points);
    return rc_live_step(gauges->listing.live, gauges->update, err);
}

static bool keep_note(struct gauges *gauges, const struct query *query, const char *note,
                      struct rc_error *err)
{
    rc_bind_text(gauges->note, 1, note);
    sqlite3_bind_int64(gauges->note, 2, query->row);
    return rc_live_step(gauges->listing.live, gauges->note, err);
}

static void take_result(struct gauges *gauges, const struct rc_cloudwatch_result *result)
{
    size_t index =
        result->id && *result->id == 'm' ? strtoul(result->id + 1, NULL, 10) : gauges->query_count;
    if (index >= gauges->query_count)
        return;
    struct query *query = &gauges->queries[index];
    double times = query->spec->times / (query->spec->a_second ? (double)gauges->step_s : 1);
    for (size_t i = 0; i < result->values.count && i < result->times_unix_ms.count; i++) {
        int64_t at = result->times_unix_ms.items[i] - gauges->from_ms;
        size_t point = at < 0 ? gauges->points : (size_t)(at / (gauges->step_s * 1000));
        if (point < gauges->points && isfinite(result->values.items[i]))
            query->values[point] = result->values.items[i] * times;
    }
}

static bool take(void *ctx, const void *answer)
{
    struct gauges *gauges = ctx;
    const struct rc_cloudwatch_data *page = answer;
    for (size_t i = 0; i < page->results.count; i++)
        take_result(gauges, &page->results.items[i]);
    return !gauges->listing.settled;
}

/* ----- asking for values ----- */

static void arrived(struct rc_call *call, void *ctx);

static size_t asked_now(const struct gauges *gauges)
{
    size_t left = gauges->query_count - gauges->first;
    return left < A_REQUEST ? left : A_REQUEST;
}

static bool ask(struct gauges *gauges)
{
    size_t count = asked_now(gauges);
    for (size_t i = 0; i < count; i++) {
        struct query *query = &gauges->queries[gauges->first + i];
        gauges->asked[i] = (struct rc_cloudwatch_query){.id = query->id, .stat = &query->stat};
    }
    gauges->in = (struct rc_cloudwatch_get_data){
        .queries = {gauges->asked, count},
        .start_unix_ms = gauges->from_ms,
        .end_unix_ms = gauges->from_ms + (int64_t)gauges->points * gauges->step_s * 1000,
        .scan_by = "TimestampAscending"};
    rc_pages_free(gauges->pages);
    gauges->pages =
        rc_pages_start(rc_live_aws(gauges->listing.live), &rc_cloudwatch_get_data_operation,
                       &gauges->in, take, arrived, gauges);
    return gauges->pages != NULL;
}

static bool keep_request(struct gauges *gauges, const char *note, struct rc_error *err)
{
    bool ok = true;
    rc_live_begin(gauges->listing.live);
    for (size_t i = 0; ok && i < asked_now(gauges); i++) {
        const struct query *query = &gauges->queries[gauges->first + i];
        ok = note ? keep_note(gauges, query, note, err) : keep_values(gauges, query, err);
    }
    ok = rc_live_commit(gauges->listing.live, err) && ok;
    gauges->listing.version++;
    return ok;
}

static void arrived(struct rc_call *call, void *ctx)
{
    struct gauges *gauges = ctx;
    struct rc_error err = {0}, why = {0};
    if (gauges->listing.settled)
        return;
    if (rc_call_error(call))
        rc_live_explain(call, "cloudwatch:GetMetricData", &why);
    bool ok = keep_request(gauges, why.code ? why.text : NULL, &err);
    if (ok && why.code) {
        rc_listing_fail(&gauges->listing, &why);
        return;
    }
    gauges->first += asked_now(gauges);
    if (ok && gauges->first == gauges->query_count) {
        rc_listing_complete(&gauges->listing);
        return;
    }
    if (ok && ask(gauges))
        return;
    if (ok)
        rc_error_nomem(&err);
    rc_listing_fail(&gauges->listing, &err);
}

/* ----- rows ----- */

static enum rc_gauge_of of_what(int subjects)
{
    return subjects & (RC_GAUGED_QUEUE | RC_GAUGED_DEAD_LETTERS) ? RC_GAUGE_OF_QUEUE
           : subjects & (RC_GAUGED_FUNCTION | RC_GAUGED_STEP)    ? RC_GAUGE_OF_FUNCTION
                                                                 : RC_GAUGE_OF_TABLE;
}

static bool insert_row(struct gauges *gauges, struct query *query, int rank, struct rc_error *err)
{
    sqlite3_stmt *to = gauges->insert;
    const struct rc_gauged *resource = query->resource;
    const struct spec *spec = query->spec;
    bool index = spec->subjects & RC_GAUGED_INDEX && *resource->index;
    char name[2 * RC_GAUGES_TABLE_BYTES];
    snprintf(name, sizeof name, "%s%s%s", resource->name, index ? "/" : "",
             index ? resource->index : "");
    sqlite3_bind_int64(to, 1, gauges->listing.number);
    sqlite3_bind_int(to, 2, rank);
    rc_bind_text(to, 3, name);
    rc_bind_text(to, 4, spec->panel);
    rc_bind_text(to, 5, spec->name ? spec->name : resource->index);
    rc_bind_text(to, 6, spec->unit);
    sqlite3_bind_int(to, 7, (int)spec->kind);
    if (spec->limit != RC_GAUGED_NEITHER && resource->limit[spec->limit] > 0)
        bind_value(to, 8, resource->limit[spec->limit]);
    if (spec->limit != RC_GAUGED_NEITHER)
        rc_bind_text(to, 9, resource->limit_name[spec->limit]);
    rc_bind_text(to, 10, resource->note);
    sqlite3_bind_int64(to, 11, gauges->from_ms);
    sqlite3_bind_int64(to, 12, gauges->step_s);
    sqlite3_bind_int64(to, 13, (int64_t)gauges->points);
    sqlite3_bind_int(to, 14, (int)of_what(spec->subjects));
    if (!rc_live_step(gauges->listing.live, to, err))
        return false;
    query->row = rc_live_last_row(gauges->listing.live);
    gauges->listing.rows++;
    return true;
}

static void name_dimensions(struct query *query)
{
    const struct rc_gauged *resource = query->resource;
    size_t count = 0;
    const char *first = query->spec->subjects & (RC_GAUGED_TABLE | RC_GAUGED_INDEX) ? "TableName"
                        : query->spec->subjects & RC_GAUGED_WRITER                  ? "Table"
                        : query->spec->subjects & (RC_GAUGED_QUEUE | RC_GAUGED_DEAD_LETTERS)
                            ? "QueueName"
                        : query->spec->subjects & RC_GAUGED_FUNCTION ? "FunctionName"
                        : query->spec->subjects & RC_GAUGED_STEP     ? "Step"
                                                                     : "Service";
    query->dimensions[count++] = (struct rc_cloudwatch_dimension){
        first, query->spec->subjects & RC_GAUGED_STEP ? resource->index : resource->name};
    if (resource->subjects & RC_GAUGED_INDEX)
        query->dimensions[count++] =
            (struct rc_cloudwatch_dimension){"GlobalSecondaryIndexName", resource->index};
    query->metric = (struct rc_cloudwatch_metric){.name_space = query->spec->space,
                                                  .name = query->spec->metric,
                                                  .dimensions = {query->dimensions, count}};
}

/* A resource that is not asked about has a row a series, too, with the note. */
static bool add_query(struct gauges *gauges, const struct spec *spec,
                      const struct rc_gauged *resource, int rank, struct rc_error *err)
{
    struct query *query = &gauges->queries[gauges->query_count];
    *query = (struct query){.spec = spec, .resource = resource};
    if (!insert_row(gauges, query, rank, err))
        return false;
    if (*resource->note)
        return true;
    name_dimensions(query);
    query->stat = (struct rc_cloudwatch_stat){
        .metric = &query->metric, .period_s = gauges->step_s, .stat = spec->stat};
    snprintf(query->id, sizeof query->id, "m%zu", gauges->query_count++);
    for (size_t i = 0; i < RC_GAUGES_POINTS; i++)
        query->values[i] = NAN;
    return true;
}

static bool plan(struct gauges *gauges, struct rc_error *err)
{
    bool ok = true;
    int rank = 0;
    gauges->queries = calloc(gauges->gauged.count * SPECS, sizeof *gauges->queries);
    gauges->asked = calloc(A_REQUEST, sizeof *gauges->asked);
    if (!gauges->queries || !gauges->asked) {
        rc_error_nomem(err);
        return false;
    }
    rc_live_begin(gauges->listing.live);
    for (size_t i = 0; ok && i < gauges->gauged.count; i++)
        for (size_t spec = 0; ok && spec < SPECS; spec++)
            if (gauges->gauged.items[i].subjects & specs[spec].subjects)
                ok = add_query(gauges, &specs[spec], &gauges->gauged.items[i], rank++, err);
    ok = rc_live_commit(gauges->listing.live, err) && ok;
    gauges->listing.version++;
    return ok;
}

static void all_known(void *ctx)
{
    struct gauges *gauges = ctx;
    struct rc_error err = {0};
    if (gauges->listing.settled)
        return;
    bool ok = plan(gauges, &err);
    if (ok && !gauges->query_count) {
        rc_listing_complete(&gauges->listing);
    } else if (!ok || !ask(gauges)) {
        if (ok)
            rc_error_nomem(&err);
        rc_listing_fail(&gauges->listing, &err);
    }
}

/* ----- the listing ----- */

static void stop(struct rc_listing *listing)
{
    struct gauges *gauges = (struct gauges *)listing;
    if (listing->settled) /* perhaps by what these call, which goes with the release */
        return;
    rc_gauged_stop(&gauges->gauged);
    rc_pages_free(gauges->pages);
    gauges->pages = NULL;
}

static void release(struct rc_listing *listing)
{
    struct gauges *gauges = (struct gauges *)listing;
    rc_gauged_stop(&gauges->gauged);
    rc_pages_free(gauges->pages);
    sqlite3_finalize(gauges->insert);
    sqlite3_finalize(gauges->update);
    sqlite3_finalize(gauges->note);
    free(gauges->queries);
    free(gauges->asked);
}

static const struct rc_listing_kind kind = {
    .table = "gauge", .size = sizeof(struct gauges), .stop = stop, .release = release};

static bool prepare(struct gauges *gauges, struct rc_error *err)
{
    struct rc_live *live = gauges->listing.live;
    gauges->insert = rc_live_prepare(
        live,
        "INSERT INTO gauge (listing, rank, resource, panel, name, unit, kind, limit_value,"
        " limit_name, note, from_ms, step_s, point_count, of_what)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        err);
    gauges->update =
        gauges->insert
            ? rc_live_prepare(
                  live, "UPDATE gauge SET points = ?, latest = ?, most = ?, total = ? WHERE id = ?",
                  err)
            : NULL;
    gauges->note = gauges->update
                       ? rc_live_prepare(live, "UPDATE gauge SET note = ? WHERE id = ?", err)
                       : NULL;
    return gauges->note != NULL;
}

static bool start(struct gauges *gauges, const char *table, int64_t period_s, int64_t until_ms,
                  struct rc_error *err)
{
    int64_t now_ms = rc_live_now_ms(gauges->listing.live);
    int64_t last_s = (until_ms ? until_ms : now_ms) / 1000;
    gauges->step_s = period_s > RC_GAUGES_POINTS * 60 ? 300 : 60;
    gauges->points = (size_t)(period_s / gauges->step_s);
    /* The last step is the one that this is in. */
    gauges->from_ms = ((last_s / gauges->step_s + 1) * gauges->step_s - (int64_t)period_s) * 1000;
    if (!prepare(gauges, err))
        return false;
    gauges->gauged.live = gauges->listing.live;
    gauges->gauged.done = all_known;
    gauges->gauged.ctx = gauges;
    bool ok = rc_gauged_start(&gauges->gauged, table);
    if (!ok)
        rc_error_nomem(err);
    return ok;
}

const int64_t rc_gauges_periods_s[] = {900, 3600, 10800, 43200, 0};

int64_t rc_gauges_period(const char *text)
{
    static const char *const names[] = {"15m", "1h", "3h", "12h"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], text) == 0)
            return rc_gauges_periods_s[i];
    return 0;
}

/* Names of tables are of 3 to 255 of these characters. */
bool rc_gauges_word(const char *word, char *table, int64_t *period_s)
{
    static const char characters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    int64_t period = rc_gauges_period(word);
    size_t length = strlen(word);
    if (period && !*period_s) {
        *period_s = period;
        return true;
    }
    if (*table || length < 3 || length >= RC_GAUGES_TABLE_BYTES || word[strspn(word, characters)])
        return false;
    memcpy(table, word, length + 1);
    return true;
}

struct rc_listing *rc_live_gauges(struct rc_live *live, const char *table, int64_t period_s,
                                  int64_t until_ms, struct rc_error *err)
{
    if (table && strlen(table) >= RC_GAUGES_TABLE_BYTES) {
        rc_error_set(err, RC_USAGE, "a table's name has at most %d characters",
                     RC_GAUGES_TABLE_BYTES - 1);
        return NULL;
    }
    struct rc_listing *listing = rc_listing_new(live, &kind, err);
    if (listing && start((struct gauges *)listing, table, period_s, until_ms, err))
        return listing;
    rc_listing_free(listing);
    return NULL;
}
