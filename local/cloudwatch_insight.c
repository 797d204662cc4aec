/* Reports on contributors: the hot keys of DynamoDB. Source: "GetInsightRuleReport", Amazon
 * CloudWatch API Reference. */
#include "local/cloudwatch.h"

#include "local/answer.h"
#include "local/dynamodb.h"

#include <string.h>

enum { CONTRIBUTORS = 100, PERIODS = 1000, PERIOD_MOST_S = 366 * 24 * 3600 };

struct insight {
    const char *rule;
    int64_t from_ms, to_ms, period_ms;
    struct rc_local_hot_key keys[CONTRIBUTORS];
    size_t count;
    size_t shown;
};

/* The value of a contributor in one period. */
static double value_in(struct rc_local *local, const struct insight *insight, size_t index,
                       int64_t from_ms)
{
    struct rc_local_hot_key keys[CONTRIBUTORS];
    const struct rc_local_hot_key *wanted = &insight->keys[index];
    size_t count = rc_local_hot_keys(local, insight->rule, from_ms, from_ms + insight->period_ms,
                                     keys, CONTRIBUTORS);
    for (size_t i = 0; i < count; i++)
        if (strcmp(keys[i].keys[0], wanted->keys[0]) == 0 &&
            (wanted->key_count < 2 || strcmp(keys[i].keys[1], wanted->keys[1]) == 0))
            return keys[i].value;
    return 0;
}

static void write_contributor(struct rc_exchange *exchange, const struct insight *insight,
                              size_t index)
{
    struct rc_jsonw *json = &exchange->json;
    const struct rc_local_hot_key *key = &insight->keys[index];
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "Keys");
    rc_jsonw_open(json, '[');
    for (size_t i = 0; i < key->key_count; i++)
        rc_jsonw_str(json, key->keys[i]);
    rc_jsonw_close(json, ']');
    rc_jsonw_key(json, "ApproximateAggregateValue");
    rc_metric_write_number(json, key->value);
    rc_jsonw_key(json, "Datapoints");
    rc_jsonw_open(json, '[');
    for (int64_t at_ms = insight->from_ms; at_ms < insight->to_ms; at_ms += insight->period_ms) {
        double value = value_in(exchange->local, insight, index, at_ms);
        if (value == 0)
            continue;
        rc_jsonw_open(json, '{');
        rc_jsonw_key(json, "Timestamp");
        rc_jsonw_int(json, at_ms / 1000);
        rc_jsonw_key(json, "ApproximateValue");
        rc_metric_write_number(json, value);
        rc_jsonw_close(json, '}');
    }
    rc_jsonw_close(json, ']');
    rc_jsonw_close(json, '}');
}

static bool is_asked(const struct rc_exchange *exchange, const char *metric)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(exchange->in, "Metrics"), i, one)
    {
        if (json_is_string(one) && strcmp(json_string_value(one), metric) == 0)
            return true;
    }
    return false;
}

/* The metrics that the request asks for, of each period that has any contributor. */
static void write_periods(struct rc_exchange *exchange, const struct insight *insight)
{
    static const char *const names[] = {"UniqueContributors", "MaxContributorValue", "Sum",
                                        "Maximum"};
    struct rc_jsonw *json = &exchange->json;
    if (!json_array_size(json_object_get(exchange->in, "Metrics")))
        return;
    for (int64_t at_ms = insight->from_ms; at_ms < insight->to_ms; at_ms += insight->period_ms) {
        struct rc_local_hot_key keys[CONTRIBUTORS];
        size_t count = rc_local_hot_keys(exchange->local, insight->rule, at_ms,
                                         at_ms + insight->period_ms, keys, CONTRIBUTORS);
        double sum = 0;
        for (size_t i = 0; i < count; i++)
            sum += keys[i].value;
        if (!count)
            continue;
        const double values[] = {(double)count, keys[0].value, sum, keys[0].value};
        rc_jsonw_open(json, '{');
        rc_jsonw_key(json, "Timestamp");
        rc_jsonw_int(json, at_ms / 1000);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            if (!is_asked(exchange, names[i]))
                continue;
            rc_jsonw_key(json, names[i]);
            rc_metric_write_number(json, values[i]);
        }
        rc_jsonw_close(json, '}');
    }
}

static void write_insight(struct rc_exchange *exchange, const struct insight *insight,
                          const char *const labels[2], size_t label_count)
{
    struct rc_jsonw *json = &exchange->json;
    double sum = 0;
    for (size_t i = 0; i < insight->count; i++)
        sum += insight->keys[i].value;
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "KeyLabels");
    rc_jsonw_open(json, '[');
    for (size_t i = 0; i < label_count; i++)
        rc_jsonw_str(json, labels[i]);
    rc_jsonw_close(json, ']');
    rc_jsonw_key(json, "AggregationStatistic");
    rc_jsonw_str(json, "SUM");
    rc_jsonw_key(json, "AggregateValue");
    rc_metric_write_number(json, sum);
    rc_jsonw_key(json, "ApproximateUniqueCount");
    rc_jsonw_int(json, (rc_i128)insight->count);
    rc_jsonw_key(json, "Contributors");
    rc_jsonw_open(json, '[');
    for (size_t i = 0; i < insight->shown; i++)
        write_contributor(exchange, insight, i);
    rc_jsonw_close(json, ']');
    rc_jsonw_key(json, "MetricDatapoints");
    rc_jsonw_open(json, '[');
    write_periods(exchange, insight);
    rc_jsonw_close(json, ']');
    rc_jsonw_close(json, '}');
}

void rc_metric_get_insight(struct rc_exchange *exchange)
{
    const char *labels[2] = {NULL, NULL};
    int64_t most = rc_exchange_int(exchange, "MaxContributorCount", 10);
    int64_t period_s = rc_exchange_int(exchange, "Period", 60);
    struct insight insight = {
        .rule = rc_exchange_text(exchange, "RuleName"),
        .from_ms = rc_answer_read_time(json_object_get(exchange->in, "StartTime"), -1),
        .to_ms = rc_answer_read_time(json_object_get(exchange->in, "EndTime"), -1),
        .period_ms = period_s <= PERIOD_MOST_S ? period_s * 1000 : 0};
    if (!insight.rule || insight.from_ms < 0 || insight.to_ms <= insight.from_ms ||
        insight.period_ms < RC_METRIC_MINUTE_MS || most < 1 || most > CONTRIBUTORS ||
        (insight.to_ms - insight.from_ms) / insight.period_ms > PERIODS) {
        rc_metric_fail(exchange, "InvalidParameterValueException",
                       "RuleName, StartTime, EndTime, a Period of 60 or more and a "
                       "MaxContributorCount of 1 to 100 are needed.");
        return;
    }
    size_t label_count = rc_local_hot_labels(exchange->local, insight.rule, labels);
    if (!label_count) {
        rc_metric_fail(exchange, "ResourceNotFoundException", "The rule %s does not exist.",
                       insight.rule);
        return;
    }
    insight.from_ms -= insight.from_ms % insight.period_ms;
    insight.count = rc_local_hot_keys(exchange->local, insight.rule, insight.from_ms, insight.to_ms,
                                      insight.keys, CONTRIBUTORS);
    insight.shown = insight.count < (size_t)most ? insight.count : (size_t)most;
    write_insight(exchange, &insight, labels, label_count);
}
