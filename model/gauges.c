#include "model/gauges.h"

#include "model/model_internal.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SERIES = 4096 };

static void read_values(struct rc_gauge *metric, size_t count, const char *points)
{
    json_t *list = points ? json_loads(points, 0, NULL) : NULL;
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_array_get(list, i);
        metric->values[i] = json_is_number(value) ? json_number_value(value) : NAN;
        metric->known = metric->known || json_is_number(value);
    }
    json_decref(list);
}

static bool add(struct rc_gauges *gauges, sqlite3_stmt *row)
{
    struct rc_gauge *series = realloc(gauges->series, (gauges->series_count + 1) * sizeof *series);
    double *values = malloc((RC_GAUGES_POINTS + 1) * sizeof *values);
    if (series)
        gauges->series = series;
    if (!series || !values) {
        free(values);
        return false;
    }
    struct rc_gauge *metric = &series[gauges->series_count++];
    *metric = (struct rc_gauge){.values = values, .limit = NAN};
    rc_column_text(row, 0, metric->resource, sizeof metric->resource);
    rc_column_text(row, 1, metric->panel, sizeof metric->panel);
    rc_column_text(row, 2, metric->name, sizeof metric->name);
    rc_column_text(row, 3, metric->unit, sizeof metric->unit);
    metric->kind = (enum rc_gauge_kind)sqlite3_column_int(row, 4);
    if (sqlite3_column_type(row, 5) != SQLITE_NULL)
        metric->limit = sqlite3_column_double(row, 5);
    rc_column_text(row, 6, metric->limit_name, sizeof metric->limit_name);
    rc_column_text(row, 7, metric->note, sizeof metric->note);
    gauges->from_ms = sqlite3_column_int64(row, 8);
    gauges->step_ms = sqlite3_column_int64(row, 9) * 1000;
    int64_t count = sqlite3_column_int64(row, 10);
    if (count > 0 && count <= RC_GAUGES_POINTS && (size_t)count > gauges->count)
        gauges->count = (size_t)count;
    metric->of = (enum rc_gauge_of)sqlite3_column_int(row, 12);
    read_values(metric, RC_GAUGES_POINTS, (const char *)sqlite3_column_text(row, 11));
    return true;
}

struct rc_gauges *rc_gauges_read(struct rc_model *model, int64_t listing, struct rc_error *err)
{
    bool ok = true;
    struct rc_gauges *gauges = calloc(1, sizeof *gauges);
    sqlite3_stmt *rows = rc_model_prepare(
        model,
        "SELECT resource, panel, name, unit, kind, limit_value, limit_name, note, from_ms, step_s,"
        " point_count, points, of_what FROM gauge WHERE listing = ? ORDER BY rank",
        err);
    if (!gauges || !rows) {
        if (!gauges)
            rc_error_nomem(err);
        sqlite3_finalize(rows);
        free(gauges);
        return NULL;
    }
    sqlite3_bind_int64(rows, 1, listing);
    while (gauges->series_count < MOST_SERIES && rc_model_step(model, rows, &ok, err))
        if (!add(gauges, rows)) {
            rc_error_nomem(err);
            ok = false;
            break;
        }
    sqlite3_finalize(rows);
    if (ok)
        return gauges;
    rc_gauges_free(gauges);
    return NULL;
}

void rc_gauges_free(struct rc_gauges *gauges)
{
    if (!gauges)
        return;
    for (size_t i = 0; i < gauges->series_count; i++)
        free(gauges->series[i].values);
    free(gauges->series);
    free(gauges);
}
