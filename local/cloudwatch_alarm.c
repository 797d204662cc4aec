/* Alarms on one metric and a threshold. Source: "Using Amazon CloudWatch alarms", Amazon
 * CloudWatch User Guide. */
#include "aws/json.h"
#include "local/answer.h"
#include "local/cloudwatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "PutMetricAlarm": all periods of an alarm come to no more than seven days. */
enum { MOST_PERIODS = 10080, MOST_S = 7 * 24 * 3600, NAME = 255, PAGE = 100 };

#define ALARM_ARN "arn:aws:cloudwatch:" RC_LOCAL_REGION ":" RC_LOCAL_ACCOUNT ":alarm:"

/* ----- evaluation ----- */

struct judgement {
    const json_t *alarm;
    int64_t first_ms, period_ms; /* of the periods that are looked at */
    int64_t periods;
    int64_t present, breaching;
    double threshold;
    double last; /* value */
};

static bool breaches(const char *comparison, double value, double threshold)
{
    if (strcmp(comparison, "GreaterThanOrEqualToThreshold") == 0)
        return value >= threshold;
    if (strcmp(comparison, "GreaterThanThreshold") == 0)
        return value > threshold;
    if (strcmp(comparison, "LessThanThreshold") == 0)
        return value < threshold;
    return value <= threshold;
}

static void judge_point(void *ctx, struct rc_metric_point point)
{
    struct judgement *judgement = ctx;
    if (point.at_ms < judgement->first_ms)
        return;
    judgement->present++;
    judgement->last = point.value;
    judgement->breaching += breaches(rc_json_text(judgement->alarm, "ComparisonOperator"),
                                     point.value, judgement->threshold);
}

/* What the periods say; NULL: the state stays. */
static const char *verdict(struct judgement *judgement)
{
    const char *missing = rc_json_text(judgement->alarm, "TreatMissingData");
    int64_t absent = judgement->periods - judgement->present;
    int64_t needed = rc_answer_number(judgement->alarm, "DatapointsToAlarm", judgement->periods);
    missing = missing ? missing : "missing";
    if (strcmp(missing, "breaching") == 0)
        judgement->breaching += absent;
    if (judgement->breaching >= needed)
        return "ALARM";
    if (judgement->present == 0 && strcmp(missing, "ignore") == 0)
        return NULL;
    if (judgement->present == 0 && strcmp(missing, "missing") == 0)
        return "INSUFFICIENT_DATA";
    return "OK";
}

static void write_reason(const struct judgement *judgement, const char *state,
                         char reason[RC_METRIC_TEXT])
{
    const char *how = strcmp(state, "ALARM") == 0 ? "breached" : "did not breach";
    if (judgement->present == 0)
        snprintf(reason, RC_METRIC_TEXT, "%s: no datapoints were received for %lld period%s.",
                 strcmp(state, "INSUFFICIENT_DATA") == 0 ? "Insufficient Data"
                                                         : "Threshold Crossed",
                 (long long)judgement->periods, judgement->periods == 1 ? "" : "s");
    else
        snprintf(reason, RC_METRIC_TEXT,
                 "Threshold Crossed: %lld of the last %lld datapoints breached, the most recent is "
                 "%g, which %s the threshold (%g).",
                 (long long)judgement->breaching, (long long)judgement->periods, judgement->last,
                 how, judgement->threshold);
}

static void tell(struct rc_local *local, const char *name, const char *before, const char *state,
                 const char *reason)
{
    json_t *detail = json_pack("{s:s, s:{s:s, s:s}, s:{s:s}}", "alarmName", name, "state", "value",
                               state, "reason", reason, "previousState", "value", before);
    if (detail)
        rc_local_event(local, "aws.cloudwatch", "CloudWatch Alarm State Change", detail);
    json_decref(detail);
}

static void set_state(struct rc_local *local, const char *name, const char *state,
                      const char *reason)
{
    sqlite3_stmt *set = rc_local_sql(local, "UPDATE cloudwatch_alarm SET state = ?1, reason = ?2,"
                                            " updated_ms = ?3, changed_ms = ?3 WHERE name = ?4");
    sqlite3_bind_text(set, 1, state, -1, SQLITE_STATIC);
    sqlite3_bind_text(set, 2, reason, -1, SQLITE_STATIC);
    sqlite3_bind_int64(set, 3, rc_local_now_ms(local));
    sqlite3_bind_text(set, 4, name, -1, SQLITE_STATIC);
    rc_local_run(local, set);
}

/* The last whole periods; a point counts when its period has ended. */
static void evaluate(struct rc_local *local, const char *name, const char *before,
                     const json_t *alarm)
{
    const char *statistic = rc_json_text(alarm, "Statistic");
    struct judgement judgement = {.alarm = alarm,
                                  .period_ms = rc_answer_number(alarm, "Period", 60) * 1000,
                                  .periods = rc_answer_number(alarm, "EvaluationPeriods", 1),
                                  .threshold =
                                      json_number_value(json_object_get(alarm, "Threshold"))};
    int64_t now_ms = rc_local_now_ms(local), end_ms = now_ms - now_ms % judgement.period_ms;
    judgement.first_ms = end_ms - judgement.periods * judgement.period_ms;
    struct rc_metric_query query = {
        .space = rc_json_text(alarm, "Namespace"),
        .name = rc_json_text(alarm, "MetricName"),
        .unit = rc_json_text(alarm, "Unit"),
        .statistic = statistic ? statistic : rc_json_text(alarm, "ExtendedStatistic"),
        .dimensions = rc_metric_dimensions(json_object_get(alarm, "Dimensions")),
        .period_ms = judgement.period_ms,
        .from_ms = judgement.first_ms,
        .to_ms = end_ms};
    rc_metric_read(local, &query, judge_point, &judgement);
    json_decref(query.dimensions);
    const char *state = verdict(&judgement);
    if (!state || strcmp(state, before) == 0)
        return;
    char reason[RC_METRIC_TEXT];
    write_reason(&judgement, state, reason);
    set_state(local, name, state, reason);
    tell(local, name, before, state, reason);
}

void rc_alarm_evaluate(struct rc_local *local)
{
    char name[NAME + 1] = "", before[24];
    for (;;) {
        sqlite3_stmt *next =
            rc_local_sql(local, "SELECT name, state, alarm FROM cloudwatch_alarm WHERE name > ?"
                                " ORDER BY name LIMIT 1");
        sqlite3_bind_text(next, 1, name, -1, SQLITE_TRANSIENT);
        bool found = sqlite3_step(next) == SQLITE_ROW;
        json_t *alarm = NULL;
        if (found) {
            snprintf(name, sizeof name, "%s", sqlite3_column_text(next, 0));
            snprintf(before, sizeof before, "%s", sqlite3_column_text(next, 1));
            alarm = rc_answer_load(rc_answer_column(next, 2));
        }
        rc_local_done(next);
        if (!found)
            return;
        if (alarm)
            evaluate(local, name, before, alarm);
        json_decref(alarm);
    }
}

/* ----- PutMetricAlarm ----- */

static bool is_comparison(const char *text)
{
    static const char *const known[] = {"GreaterThanOrEqualToThreshold", "GreaterThanThreshold",
                                        "LessThanThreshold", "LessThanOrEqualToThreshold"};
    for (size_t i = 0; text && i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i], text) == 0)
            return true;
    return false;
}

static bool good_alarm(struct rc_exchange *exchange)
{
    const json_t *in = exchange->in;
    const char *statistic = rc_json_text(in, "Statistic");
    int64_t periods = rc_answer_number(in, "EvaluationPeriods", 0);
    int64_t period_s = rc_answer_number(in, "Period", 0);
    json_t *dimensions = rc_metric_dimensions(json_object_get(in, "Dimensions"));
    bool good_dimensions = dimensions != NULL;
    json_decref(dimensions);
    statistic = statistic ? statistic : rc_json_text(in, "ExtendedStatistic");
    if (json_object_get(in, "Metrics"))
        return rc_metric_fail(exchange, "ValidationError",
                              "reconlocal has alarms on one metric alone");
    if (!is_comparison(rc_json_text(in, "ComparisonOperator")) || periods < 1 ||
        periods > MOST_PERIODS)
        return rc_metric_fail(exchange, "ValidationError",
                              "ComparisonOperator and EvaluationPeriods are needed");
    if (!rc_json_text(in, "Namespace") || !rc_json_text(in, "MetricName") || !good_dimensions ||
        !statistic || !rc_statistics_is_name(statistic) || period_s < 60 || period_s % 60 != 0 ||
        period_s > MOST_S / periods || !json_is_number(json_object_get(in, "Threshold")))
        return rc_metric_fail(
            exchange, "ValidationError",
            "Namespace, MetricName, Statistic or ExtendedStatistic, Threshold, "
            "and a Period of whole minutes, all periods up to seven days, are needed");
    return rc_answer_number(in, "DatapointsToAlarm", periods) <= periods ||
           rc_metric_fail(exchange, "ValidationError",
                          "Number of datapoints to alarm cannot be greater than number of "
                          "evaluation periods.");
}

void rc_alarm_put(struct rc_exchange *exchange)
{
    const char *name = rc_exchange_text(exchange, "AlarmName");
    if (!name || !*name || strlen(name) > NAME) {
        rc_metric_fail(exchange, "ValidationError", "AlarmName is needed");
        return;
    }
    if (!good_alarm(exchange))
        return;
    char *alarm = rc_answer_dump(exchange->in);
    sqlite3_stmt *put = rc_local_sql(
        exchange->local,
        "INSERT INTO cloudwatch_alarm VALUES (?1, ?2, 'INSUFFICIENT_DATA',"
        " 'Unchecked: Initial alarm creation', ?3, ?3, ?3)"
        " ON CONFLICT (name) DO UPDATE SET alarm = excluded.alarm, configured_ms = ?3");
    sqlite3_bind_text(put, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 2, alarm ? alarm : "{}", -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 3, rc_local_now_ms(exchange->local));
    rc_local_run(exchange->local, put);
    free(alarm);
}

/* ----- DescribeAlarms, DeleteAlarms ----- */

static bool is_named(const json_t *names, const char *name)
{
    size_t i;
    json_t *one;
    json_array_foreach(names, i, one)
    {
        if (json_is_string(one) && strcmp(json_string_value(one), name) == 0)
            return true;
    }
    return !json_array_size(names);
}

/* The row as MetricAlarm: what was put, and what became of it. */
static json_t *alarm_of(sqlite3_stmt *row)
{
    static const char *const lists[] = {"AlarmActions", "OKActions", "InsufficientDataActions",
                                        "Dimensions"};
    json_t *alarm = rc_answer_load(rc_answer_column(row, 1));
    if (!alarm)
        return NULL;
    json_object_del(alarm, "Tags");
    json_object_set_new(alarm, "AlarmArn", json_pack("s+", ALARM_ARN, sqlite3_column_text(row, 0)));
    json_object_set_new(alarm, "StateValue",
                        json_string((const char *)sqlite3_column_text(row, 2)));
    json_object_set_new(alarm, "StateReason",
                        json_string((const char *)sqlite3_column_text(row, 3)));
    json_object_set_new(alarm, "StateUpdatedTimestamp",
                        rc_answer_time(sqlite3_column_int64(row, 4)));
    json_object_set_new(alarm, "StateTransitionedTimestamp",
                        rc_answer_time(sqlite3_column_int64(row, 5)));
    json_object_set_new(alarm, "AlarmConfigurationUpdatedTimestamp",
                        rc_answer_time(sqlite3_column_int64(row, 6)));
    if (!json_object_get(alarm, "ActionsEnabled"))
        json_object_set_new(alarm, "ActionsEnabled", json_true());
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (!json_object_get(alarm, lists[i]))
            json_object_set_new(alarm, lists[i], json_array());
    return alarm;
}

static bool wants_metric_alarms(const json_t *types)
{
    size_t i;
    json_t *one;
    json_array_foreach(types, i, one)
    {
        if (json_is_string(one) && strcmp(json_string_value(one), "MetricAlarm") == 0)
            return true;
    }
    return !json_array_size(types);
}

void rc_alarm_describe(struct rc_exchange *exchange)
{
    const json_t *names = json_object_get(exchange->in, "AlarmNames");
    const char *prefix = rc_exchange_text(exchange, "AlarmNamePrefix");
    const char *token = rc_exchange_text(exchange, "NextToken");
    int64_t most = rc_exchange_int(exchange, "MaxRecords", 50), count = 0;
    bool more = false, any = wants_metric_alarms(json_object_get(exchange->in, "AlarmTypes"));
    json_t *alarms = json_array();
    char last[NAME + 1] = "";
    if (most < 1 || most > PAGE)
        most = PAGE;
    sqlite3_stmt *list = rc_local_sql(
        exchange->local, "SELECT name, alarm, state, reason, updated_ms, changed_ms, configured_ms"
                         " FROM cloudwatch_alarm WHERE name > ?1 AND (?2 IS NULL OR state = ?2)"
                         " AND substr(name, 1, length(?3)) = ?3 ORDER BY name");
    sqlite3_bind_text(list, 1, token ? token : "", -1, SQLITE_STATIC);
    sqlite3_bind_text(list, 2, rc_exchange_text(exchange, "StateValue"), -1, SQLITE_STATIC);
    sqlite3_bind_text(list, 3, prefix ? prefix : "", -1, SQLITE_STATIC);
    while (any && !more && sqlite3_step(list) == SQLITE_ROW) {
        if (!is_named(names, (const char *)sqlite3_column_text(list, 0)))
            continue;
        more = count++ == most;
        if (more)
            break;
        snprintf(last, sizeof last, "%s", sqlite3_column_text(list, 0));
        json_array_append_new(alarms, alarm_of(list));
    }
    rc_local_done(list);
    rc_answer(exchange, json_pack("{s:o, s:[], s:s?}", "MetricAlarms", alarms, "CompositeAlarms",
                                  "NextToken", more ? last : NULL));
}

void rc_alarm_delete(struct rc_exchange *exchange)
{
    const json_t *names = json_object_get(exchange->in, "AlarmNames");
    size_t i;
    json_t *name;
    json_array_foreach(names, i, name)
    {
        sqlite3_stmt *remove =
            rc_local_sql(exchange->local, "DELETE FROM cloudwatch_alarm WHERE name = ?");
        sqlite3_bind_text(remove, 1, json_string_value(name), -1, SQLITE_STATIC);
        rc_local_run(exchange->local, remove);
    }
}
