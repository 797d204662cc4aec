/* Metrics: gathered in memory, a point a minute, and written every few seconds. What was
 * told by PutMetricData is written with its transaction. */
#include "local/cloudwatch.h"
#include "local/services.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHAINS = 1024, POINTS = 20000, BINS_TEXT = 1 << 18 };

struct point {
    char *space, *name, *dimensions, *unit;
    int64_t at_ms;
    struct rc_statistics values;
    struct point *next; /* of the chain */
};

struct rc_local_cloudwatch_state {
    struct rc_local *local;
    struct rc_timer timer;
    struct point *chains[CHAINS];
    size_t count;
};

/* ----- in memory ----- */

static size_t chain_of(const char *const texts[4], int64_t at_ms)
{
    uint64_t hash = 0xcbf29ce484222325 ^ (uint64_t)at_ms; /* FNV-1a */
    for (int i = 0; i < 4; i++)
        for (const char *c = texts[i]; *c; c++)
            hash = (hash ^ (unsigned char)*c) * 0x100000001b3;
    return (size_t)(hash >> 32) % CHAINS;
}

static void free_point(struct point *point)
{
    rc_statistics_free(&point->values);
    free(point->space);
    free(point->name);
    free(point->dimensions);
    free(point->unit);
    free(point);
}

static struct point *find_point(struct rc_local_cloudwatch_state *state, const char *const texts[4],
                                int64_t at_ms)
{
    struct point **chain = &state->chains[chain_of(texts, at_ms)];
    for (struct point *point = *chain; point; point = point->next)
        if (point->at_ms == at_ms && strcmp(point->name, texts[1]) == 0 &&
            strcmp(point->dimensions, texts[2]) == 0 && strcmp(point->space, texts[0]) == 0 &&
            strcmp(point->unit, texts[3]) == 0)
            return point;
    struct point *point = calloc(1, sizeof *point);
    if (!point)
        return NULL;
    point->space = strdup(texts[0]);
    point->name = strdup(texts[1]);
    point->dimensions = strdup(texts[2]);
    point->unit = strdup(texts[3]);
    point->at_ms = at_ms;
    if (!point->space || !point->name || !point->dimensions || !point->unit) {
        free_point(point);
        return NULL;
    }
    point->next = *chain;
    *chain = point;
    state->count++;
    return point;
}

void rc_metric_add(struct rc_local *local, const char *space, const char *name,
                   const json_t *dimensions, const char *unit, int64_t at_ms,
                   const struct rc_statistics *values)
{
    struct rc_local_cloudwatch_state *state = local->services->cloudwatch;
    char *text = json_dumps(dimensions, JSON_COMPACT | JSON_SORT_KEYS);
    const char *const texts[] = {space, name, text ? text : "{}", unit ? unit : "None"};
    struct point *point = NULL;
    if (state && state->count >= POINTS)
        rc_metric_flush(local);
    if (state)
        point = find_point(state, texts, at_ms - at_ms % RC_METRIC_MINUTE_MS);
    if (point)
        rc_statistics_merge(&point->values, values);
    free(text);
}

static void add_value(struct rc_local *local, const char *space, const char *name,
                      const json_t *dimensions, const char *unit, int64_t at_ms, double value)
{
    struct rc_statistics one = {0};
    if (rc_statistics_add(&one, value, 1))
        rc_metric_add(local, space, name, dimensions, unit, at_ms, &one);
    rc_statistics_free(&one);
}

void rc_local_metric(struct rc_local *local, const char *space, const char *name, double value,
                     const char *unit, const char *const *dimensions)
{
    json_t *object = json_object();
    for (size_t i = 0; dimensions && dimensions[i]; i += 2)
        json_object_set_new(object, dimensions[i], json_string(dimensions[i + 1]));
    add_value(local, space, name, object, unit, rc_local_now_ms(local), value);
    json_decref(object);
}

/* ----- in the store ----- */

static int64_t metric_id(struct rc_local *local, const struct point *point)
{
    sqlite3_stmt *put =
        rc_local_sql(local, "INSERT INTO cloudwatch_metric (space, name, dimensions, last_ms)"
                            " VALUES (?, ?, ?, ?) ON CONFLICT (space, name, dimensions)"
                            " DO UPDATE SET last_ms = max(last_ms, excluded.last_ms) RETURNING id");
    sqlite3_bind_text(put, 1, point->space, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 2, point->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 3, point->dimensions, -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 4, point->at_ms);
    int64_t id = sqlite3_step(put) == SQLITE_ROW ? sqlite3_column_int64(put, 0) : 0;
    rc_local_run(local, put);
    return id;
}

/* A row's columns from the first on: count, sum, low, high, bins. */
static void read_statistics(sqlite3_stmt *row, int column, struct rc_statistics *values)
{
    const char *bins = (const char *)sqlite3_column_text(row, column + 4);
    values->count = sqlite3_column_double(row, column);
    values->sum = sqlite3_column_double(row, column + 1);
    values->low = sqlite3_column_double(row, column + 2);
    values->high = sqlite3_column_double(row, column + 3);
    rc_statistics_read_bins(values, bins ? bins : "");
}

static void add_stored(struct rc_local *local, int64_t id, struct point *point)
{
    struct rc_statistics stored = {0};
    sqlite3_stmt *find =
        rc_local_sql(local, "SELECT count, sum, low, high, bins FROM cloudwatch_point"
                            " WHERE metric = ? AND at_ms = ? AND unit = ?");
    sqlite3_bind_int64(find, 1, id);
    sqlite3_bind_int64(find, 2, point->at_ms);
    sqlite3_bind_text(find, 3, point->unit, -1, SQLITE_STATIC);
    if (sqlite3_step(find) == SQLITE_ROW)
        read_statistics(find, 0, &stored);
    rc_local_done(find);
    rc_statistics_merge(&point->values, &stored);
    rc_statistics_free(&stored);
}

static void write_point(struct rc_local *local, struct point *point)
{
    struct rc_buf bins;
    int64_t id = metric_id(local, point);
    add_stored(local, id, point);
    rc_buf_init(&bins, BINS_TEXT);
    rc_statistics_write_bins(&point->values, &bins);
    sqlite3_stmt *put = rc_local_sql(
        local, "INSERT OR REPLACE INTO cloudwatch_point VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    sqlite3_bind_int64(put, 1, id);
    sqlite3_bind_int64(put, 2, point->at_ms);
    sqlite3_bind_text(put, 3, point->unit, -1, SQLITE_STATIC);
    sqlite3_bind_double(put, 4, point->values.count);
    sqlite3_bind_double(put, 5, point->values.sum);
    sqlite3_bind_double(put, 6, point->values.low);
    sqlite3_bind_double(put, 7, point->values.high);
    sqlite3_bind_text(put, 8, bins.failed || !bins.data ? "" : bins.data, -1, SQLITE_STATIC);
    rc_local_run(local, put);
    rc_buf_free(&bins);
}

void rc_metric_flush(struct rc_local *local)
{
    struct rc_local_cloudwatch_state *state = local->services->cloudwatch;
    if (!state->count)
        return;
    rc_local_begin(local);
    for (size_t i = 0; i < CHAINS; i++) {
        while (state->chains[i]) {
            struct point *point = state->chains[i];
            state->chains[i] = point->next;
            write_point(local, point);
            free_point(point);
        }
    }
    state->count = 0;
    rc_local_commit(local);
}

/* ----- reading ----- */

/* The points of one period so far. */
struct period {
    const struct rc_metric_query *query;
    struct rc_statistics values;
    int64_t at_ms;
    void (*visit)(void *ctx, struct rc_metric_point point);
    void *ctx;
};

static void end_period(struct period *period)
{
    struct rc_metric_point point = {.at_ms = period->at_ms};
    if (rc_statistics_get(&period->values, period->query->statistic, &point.value))
        period->visit(period->ctx, point);
    rc_statistics_free(&period->values);
}

bool rc_metric_read(struct rc_local *local, const struct rc_metric_query *query,
                    void (*visit)(void *ctx, struct rc_metric_point point), void *ctx)
{
    char *dimensions = json_dumps(query->dimensions, JSON_COMPACT | JSON_SORT_KEYS);
    struct period period = {.query = query, .visit = visit, .ctx = ctx};
    if (!dimensions)
        return false;
    sqlite3_stmt *list = rc_local_sql(
        local,
        "SELECT at_ms, count, sum, low, high, bins FROM cloudwatch_point WHERE metric = (SELECT id"
        " FROM cloudwatch_metric WHERE space = ?1 AND name = ?2 AND dimensions = ?3)"
        " AND at_ms >= ?4 AND at_ms < ?5 AND (?6 IS NULL OR unit = ?6) ORDER BY at_ms");
    sqlite3_bind_text(list, 1, query->space, -1, SQLITE_STATIC);
    sqlite3_bind_text(list, 2, query->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(list, 3, dimensions, -1, SQLITE_STATIC);
    sqlite3_bind_int64(list, 4, query->from_ms - query->from_ms % query->period_ms);
    sqlite3_bind_int64(list, 5, query->to_ms);
    sqlite3_bind_text(list, 6, query->unit, -1, SQLITE_STATIC);
    while (sqlite3_step(list) == SQLITE_ROW) {
        struct rc_statistics one = {0};
        int64_t at_ms = sqlite3_column_int64(list, 0);
        at_ms -= at_ms % query->period_ms;
        if (at_ms != period.at_ms)
            end_period(&period);
        period.at_ms = at_ms;
        read_statistics(list, 1, &one);
        rc_statistics_merge(&period.values, &one);
        rc_statistics_free(&one);
    }
    rc_local_done(list);
    end_period(&period);
    free(dimensions);
    return true;
}

/* ----- the timer ----- */

static void set_timer(struct rc_local_cloudwatch_state *state)
{
    enum { EACH_MS = 3000, LEAST_REAL_MS = 200 };
    double real_ms = EACH_MS / state->local->options->speed;
    rc_timer_set(state->local->loop, &state->timer,
                 real_ms > LEAST_REAL_MS ? (int64_t)real_ms : LEAST_REAL_MS);
}

static void flush_again(struct rc_timer *timer)
{
    struct rc_local_cloudwatch_state *state = timer->ctx;
    rc_metric_flush(state->local);
    set_timer(state);
}

bool rc_metric_open(struct rc_local *local, struct rc_error *err)
{
    struct rc_local_cloudwatch_state *state = calloc(1, sizeof *state);
    if (!state) {
        rc_error_nomem(err);
        return false;
    }
    state->local = local;
    state->timer = (struct rc_timer){.fire = flush_again, .ctx = state};
    local->services->cloudwatch = state;
    set_timer(state);
    return true;
}

void rc_metric_close(struct rc_local *local)
{
    struct rc_local_cloudwatch_state *state = local->services->cloudwatch;
    if (!state)
        return;
    rc_metric_flush(local);
    rc_timer_stop(local->loop, &state->timer);
    free(state);
    local->services->cloudwatch = NULL;
}
