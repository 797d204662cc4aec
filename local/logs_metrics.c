/* Metrics that stand in log lines: {"_aws": {"CloudWatchMetrics": […]}, …}. */
#include "aws/json.h"
#include "local/cloudwatch.h"
#include "local/logs.h"

#include <string.h>

/* The values of one set of dimensions; NULL when the line lacks one. */
static json_t *dimensions_of(const json_t *line, const json_t *names)
{
    json_t *dimensions = json_object(), *name;
    size_t i;
    json_array_foreach(names, i, name)
    {
        json_t *value =
            json_is_string(name) ? json_object_get(line, json_string_value(name)) : NULL;
        if (!json_is_string(value) ||
            json_object_set(dimensions, json_string_value(name), value) != 0) {
            json_decref(dimensions);
            return NULL;
        }
    }
    return dimensions;
}

static bool read_values(const json_t *value, struct rc_statistics *values)
{
    size_t i;
    json_t *one;
    bool ok = json_is_number(value) && rc_statistics_add(values, json_number_value(value), 1);
    json_array_foreach(value, i, one)
    {
        ok = json_is_number(one) && rc_statistics_add(values, json_number_value(one), 1);
    }
    return ok;
}

static void add_metrics(struct rc_local *local, const json_t *line, const json_t *directive,
                        const json_t *dimensions, int64_t at_ms)
{
    const char *space = json_string_value(json_object_get(directive, "Namespace"));
    const json_t *metrics = json_object_get(directive, "Metrics");
    size_t i;
    json_t *metric;
    json_array_foreach(metrics, i, metric)
    {
        const char *name = json_string_value(json_object_get(metric, "Name"));
        const char *unit = json_string_value(json_object_get(metric, "Unit"));
        struct rc_statistics values = {0};
        if (space && name && read_values(json_object_get(line, name), &values))
            rc_metric_add(local, space, name, dimensions, unit, at_ms, &values);
        rc_statistics_free(&values);
    }
}

static void follow(struct rc_local *local, const json_t *line, const json_t *directive,
                   int64_t at_ms)
{
    const json_t *sets = json_object_get(directive, "Dimensions");
    size_t i;
    json_t *names;
    if (!json_array_size(sets)) {
        json_t *none = json_object();
        add_metrics(local, line, directive, none, at_ms);
        json_decref(none);
    }
    json_array_foreach(sets, i, names)
    {
        json_t *dimensions = dimensions_of(line, names);
        if (dimensions)
            add_metrics(local, line, directive, dimensions, at_ms);
        json_decref(dimensions);
    }
}

void rc_logs_metrics(struct rc_local *local, const char *line, size_t length)
{
    static const char mark[] = "\"CloudWatchMetrics\"";
    size_t i;
    json_t *directive;
    if (!length || *line != '{' || !memmem(line, length, mark, sizeof mark - 1))
        return;
    json_t *json = rc_json_parse(line, length, RC_LOGS_EVENT_BYTES, NULL);
    const json_t *about = json_object_get(json, "_aws");
    const json_t *at = json_object_get(about, "Timestamp");
    int64_t at_ms = json_is_integer(at) ? json_integer_value(at) : rc_local_now_ms(local);
    json_array_foreach(json_object_get(about, "CloudWatchMetrics"), i, directive)
    {
        follow(local, json, directive, at_ms);
    }
    json_decref(json);
}
