/* The tables of aws/cloudwatch.c against documents as AWS has them. */
#include "aws/cloudwatch.h"
#include "tests/aws/service.h"

/* ----- Reading metrics ----- */

static const struct rc_cloudwatch_dimension dimension = {
    .name = "name",
    .value = "value",
};

static const struct rc_cloudwatch_metric metric = {
    .name_space = "name_space",
    .name = "name",
    .dimensions = {&dimension, 1},
};

static const struct rc_cloudwatch_stat stat = {
    .metric = &metric,
    .period_s = 854,
    .stat = "stat",
    .unit = "unit",
};

static const struct rc_cloudwatch_query query = {
    .id = "id",
    .stat = &stat,
    .expression = "expression",
    .label = "label",
    .return_data = "false",
    .period_s = 854,
    .account_id = "account_id",
};

static const struct rc_cloudwatch_get_data get_data = {
    .queries = {&query, 1},
    .start_unix_ms = 1700000525000,
    .end_unix_ms = 1700000278000,
    .scan_by = "scan_by",
    .max_datapoints = 601,
    .next_token = "next_token",
};

#define DIMENSION "{'Name':'name','Value':'value'}"

#define METRIC "{'Namespace':'name_space','MetricName':'name','Dimensions':[" DIMENSION "]}"

#define STAT "{'Metric':" METRIC ",'Period':854,'Stat':'stat','Unit':'unit'}"

#define QUERY                                                                                      \
    "{'Id':'id','MetricStat':" STAT ",'Expression':'expression','Label':'label','ReturnData':"     \
    "false,'Period':854,'AccountId':'account_id'}"

static void check_message(const struct rc_cloudwatch_message *value)
{
    IS_TEXT(value, code);
    IS_TEXT(value, value);
}

static void check_result(const struct rc_cloudwatch_result *value)
{
    IS_TEXT(value, id);
    IS_TEXT(value, label);
    IS_INTS(value, times_unix_ms, 1700000513000);
    IS_REALS(value, values, 657.5);
    IS_TEXT(value, status_code);
    check_message(ONLY(value->messages));
}

static void check_data(const struct rc_cloudwatch_data *value)
{
    check_result(ONLY(value->results));
    check_message(ONLY(value->messages));
    IS_TEXT(value, next_token);
}

#define MESSAGE "{'Code':'code','Value':'value'}"

#define RESULT                                                                                     \
    "{'Id':'id','Label':'label','Timestamps':[1700000513],'Values':[657.5],'StatusCode':'status_"  \
    "code','Messages':[" MESSAGE "]}"

static void test_get_data(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_cloudwatch_get_data_operation, &get_data,
                  "POST /\nX-Amz-Target: GraniteServiceVersion20100801.GetMetricData",
                  "{'MetricDataQueries':[" QUERY
                  "],'StartTime':1700000525,'EndTime':1700000278,'ScanBy':'scan_by','MaxDatapoints'"
                  ":601,'NextToken':'next_token'}");
    service_refuses(&rc_cloudwatch_get_data_operation, &(struct rc_cloudwatch_get_data){0},
                    "MetricDataQueries");
    check_data(service_answers(&answer, &rc_cloudwatch_get_data_operation, "",
                               "{'MetricDataResults':[" RESULT "],'Messages':[" MESSAGE
                               "],'NextToken':'next_token'}"));
    service_forget(&answer);
}

static const struct rc_cloudwatch_dimension_filter dimension_filter = {
    .name = "name",
    .value = "value",
};

static const struct rc_cloudwatch_list_metrics list_metrics = {
    .name_space = "name_space",
    .name = "name",
    .dimensions = {&dimension_filter, 1},
    .recently_active = "recently_active",
    .next_token = "next_token",
};

#define DIMENSION_FILTER "{'Name':'name','Value':'value'}"

static void check_dimension(const struct rc_cloudwatch_dimension *value)
{
    IS_TEXT(value, name);
    IS_TEXT(value, value);
}

static void check_metric(const struct rc_cloudwatch_metric *value)
{
    IS_TEXT(value, name_space);
    IS_TEXT(value, name);
    check_dimension(ONLY(value->dimensions));
}

static void check_metrics(const struct rc_cloudwatch_metrics *value)
{
    check_metric(ONLY(value->metrics));
    IS_TEXT(value, next_token);
}

static void test_list_metrics(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_cloudwatch_list_metrics_operation, &list_metrics,
                  "POST /\nX-Amz-Target: GraniteServiceVersion20100801.ListMetrics",
                  "{'Namespace':'name_space','MetricName':'name','Dimensions':[" DIMENSION_FILTER
                  "],'RecentlyActive':'recently_active','NextToken':'next_token'}");
    check_metrics(service_answers(&answer, &rc_cloudwatch_list_metrics_operation, "",
                                  "{'Metrics':[" METRIC "],'NextToken':'next_token'}"));
    service_forget(&answer);
}

/* ----- Writing metrics ----- */

static const struct rc_cloudwatch_statistics statistics = {
    .count = 554.5,
    .sum = 342.5,
    .minimum = 765.5,
    .maximum = 767.5,
};

static const struct rc_cloudwatch_datum datum = {
    .name = "name",
    .dimensions = {&dimension, 1},
    .at_unix_ms = 1700000180000,
    .value = "0.25",
    .statistics = &statistics,
    .values = ONE_REAL(657.5),
    .counts = ONE_REAL(669.5),
    .unit = "unit",
    .resolution_s = 419,
};

static const struct rc_cloudwatch_put_data put_data = {
    .name_space = "name_space",
    .data = {&datum, 1},
};

#define STATISTICS "{'SampleCount':554.5,'Sum':342.5,'Minimum':765.5,'Maximum':767.5}"

#define DATUM                                                                                      \
    "{'MetricName':'name','Dimensions':[" DIMENSION                                                \
    "],'Timestamp':1700000180,'Value':0.25,'StatisticValues':" STATISTICS                          \
    ",'Values':[657.5],'Counts':[669.5],'Unit':'unit','StorageResolution':419}"

static void test_put_data(void **state)
{
    (void)state;
    service_sends(&rc_cloudwatch_put_data_operation, &put_data,
                  "POST /\nX-Amz-Target: GraniteServiceVersion20100801.PutMetricData",
                  "{'Namespace':'name_space','MetricData':[" DATUM "]}");
    service_refuses(&rc_cloudwatch_put_data_operation, &(struct rc_cloudwatch_put_data){0},
                    "Namespace");
}

/* ----- Contributors ----- */

static const struct rc_cloudwatch_get_insight get_insight = {
    .rule_name = "rule_name",
    .start_unix_ms = 1700000525000,
    .end_unix_ms = 1700000278000,
    .period_s = 854,
    .max_contributors = 848,
    .metrics = ONE_TEXT("metrics"),
    .order_by = "order_by",
};

static void check_contributor_point(const struct rc_cloudwatch_contributor_point *value)
{
    IS_INT(value, at_unix_ms, 1700000180000);
    IS_REAL(value, value, 542.5);
}

static void check_contributor(const struct rc_cloudwatch_contributor *value)
{
    IS_TEXTS(value, keys);
    IS_REAL(value, aggregate, 36.5);
    check_contributor_point(ONLY(value->points));
}

static void check_insight_point(const struct rc_cloudwatch_insight_point *value)
{
    IS_INT(value, at_unix_ms, 1700000180000);
    IS_REAL(value, unique_contributors, 285.5);
    IS_REAL(value, max_contributor_value, 469.5);
    IS_REAL(value, sample_count, 391.5);
    IS_REAL(value, average, 732.5);
    IS_REAL(value, sum, 342.5);
    IS_REAL(value, minimum, 765.5);
    IS_REAL(value, maximum, 767.5);
}

static void check_insight(const struct rc_cloudwatch_insight *value)
{
    IS_TEXTS(value, key_labels);
    IS_TEXT(value, statistic);
    IS_REAL(value, aggregate, 36.5);
    IS_INT(value, unique, 664);
    check_contributor(ONLY(value->contributors));
    check_insight_point(ONLY(value->points));
}

#define CONTRIBUTOR_POINT "{'Timestamp':1700000180,'ApproximateValue':542.5}"

#define CONTRIBUTOR                                                                                \
    "{'Keys':['keys'],'ApproximateAggregateValue':36.5,'Datapoints':[" CONTRIBUTOR_POINT "]}"

#define INSIGHT_POINT                                                                              \
    "{'Timestamp':1700000180,'UniqueContributors':285.5,'MaxContributorValue':469.5,'SampleCount'" \
    ":391.5,'Average':732.5,'Sum':342.5,'Minimum':765.5,'Maximum':767.5}"

static void test_get_insight(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_cloudwatch_get_insight_operation, &get_insight,
                  "POST /\nX-Amz-Target: GraniteServiceVersion20100801.GetInsightRuleReport",
                  "{'RuleName':'rule_name','StartTime':1700000525,'EndTime':1700000278,'Period':"
                  "854,'MaxContributorCount':848,'Metrics':['metrics'],'OrderBy':'order_by'}");
    service_refuses(&rc_cloudwatch_get_insight_operation, &(struct rc_cloudwatch_get_insight){0},
                    "RuleName");
    check_insight(service_answers(
        &answer, &rc_cloudwatch_get_insight_operation, "",
        "{'KeyLabels':['key_labels'],'AggregationStatistic':'statistic','AggregateValue':36.5,'"
        "ApproximateUniqueCount':664,'Contributors':[" CONTRIBUTOR
        "],'MetricDatapoints':[" INSIGHT_POINT "]}"));
    service_forget(&answer);
}

/* ----- Alarms ----- */

static const struct rc_cloudwatch_describe_alarms describe_alarms = {
    .names = ONE_TEXT("names"),
    .name_prefix = "name_prefix",
    .alarm_types = ONE_TEXT("alarm_types"),
    .state = "state",
    .action_prefix = "action_prefix",
    .max_records = 276,
    .next_token = "next_token",
};

static void check_stat(const struct rc_cloudwatch_stat *value)
{
    check_metric(value->metric);
    IS_INT(value, period_s, 854);
    IS_TEXT(value, stat);
    IS_TEXT(value, unit);
}

static void check_alarm_query(const struct rc_cloudwatch_alarm_query *value)
{
    IS_TEXT(value, id);
    check_stat(value->stat);
    IS_TEXT(value, expression);
    IS_TEXT(value, label);
    IS_TRUE(value, return_data);
    IS_INT(value, period_s, 854);
    IS_TEXT(value, account_id);
}

static void check_alarm(const struct rc_cloudwatch_alarm *value)
{
    IS_TEXT(value, name);
    IS_TEXT(value, arn);
    IS_TEXT(value, description);
    IS_TEXT(value, state);
    IS_TEXT(value, state_reason);
    IS_TEXT(value, state_reason_data);
    IS_INT(value, state_updated_unix_ms, 1700000450000);
    IS_INT(value, state_changed_unix_ms, 1700000421000);
    IS_INT(value, configured_unix_ms, 1700000129000);
    IS_TRUE(value, actions_enabled);
    IS_TEXTS(value, alarm_actions);
    IS_TEXTS(value, ok_actions);
    IS_TEXTS(value, insufficient_data_actions);
    IS_TEXT(value, name_space);
    IS_TEXT(value, metric_name);
    IS_TEXT(value, statistic);
    IS_TEXT(value, extended_statistic);
    check_dimension(ONLY(value->dimensions));
    IS_INT(value, period_s, 854);
    IS_TEXT(value, unit);
    IS_INT(value, evaluation_periods, 134);
    IS_INT(value, datapoints_to_alarm, 222);
    IS_REAL(value, threshold, 74.5);
    IS_TEXT(value, comparison);
    IS_TEXT(value, treat_missing_data);
    check_alarm_query(ONLY(value->queries));
}

static void check_composite(const struct rc_cloudwatch_composite *value)
{
    IS_TEXT(value, name);
    IS_TEXT(value, arn);
    IS_TEXT(value, description);
    IS_TEXT(value, rule);
    IS_TEXT(value, state);
    IS_TEXT(value, state_reason);
    IS_TEXT(value, state_reason_data);
    IS_INT(value, state_updated_unix_ms, 1700000450000);
    IS_INT(value, state_changed_unix_ms, 1700000421000);
    IS_TRUE(value, actions_enabled);
    IS_TEXTS(value, alarm_actions);
    IS_TEXT(value, actions_suppressed_by);
    IS_TEXT(value, actions_suppressed_reason);
}

static void check_alarms(const struct rc_cloudwatch_alarms *value)
{
    check_alarm(ONLY(value->alarms));
    check_composite(ONLY(value->composites));
    IS_TEXT(value, next_token);
}

#define ALARM_QUERY                                                                                \
    "{'Id':'id','MetricStat':" STAT ",'Expression':'expression','Label':'label','ReturnData':"     \
    "true,'Period':854,'AccountId':'account_id'}"

#define ALARM                                                                                      \
    "{'AlarmName':'name','AlarmArn':'arn','AlarmDescription':'description','StateValue':'state','" \
    "StateReason':'state_reason','StateReasonData':'state_reason_data','StateUpdatedTimestamp':"   \
    "1700000450,'StateTransitionedTimestamp':1700000421,'AlarmConfigurationUpdatedTimestamp':"     \
    "1700000129,'ActionsEnabled':true,'AlarmActions':['alarm_actions'],'OKActions':['ok_actions']" \
    ",'InsufficientDataActions':['insufficient_data_actions'],'Namespace':'name_space','"          \
    "MetricName':'metric_name','Statistic':'statistic','ExtendedStatistic':'extended_statistic','" \
    "Dimensions':[" DIMENSION                                                                      \
    "],'Period':854,'Unit':'unit','EvaluationPeriods':134,'DatapointsToAlarm':222,'Threshold':74." \
    "5,'ComparisonOperator':'comparison','TreatMissingData':'treat_missing_data','Metrics':"       \
    "[" ALARM_QUERY "]}"

#define COMPOSITE                                                                                  \
    "{'AlarmName':'name','AlarmArn':'arn','AlarmDescription':'description','AlarmRule':'rule','"   \
    "StateValue':'state','StateReason':'state_reason','StateReasonData':'state_reason_data','"     \
    "StateUpdatedTimestamp':1700000450,'StateTransitionedTimestamp':1700000421,'ActionsEnabled':"  \
    "true,'AlarmActions':['alarm_actions'],'ActionsSuppressedBy':'actions_suppressed_by','"        \
    "ActionsSuppressedReason':'actions_suppressed_reason'}"

static void test_describe_alarms(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_cloudwatch_describe_alarms_operation, &describe_alarms,
                  "POST /\nX-Amz-Target: GraniteServiceVersion20100801.DescribeAlarms",
                  "{'AlarmNames':['names'],'AlarmNamePrefix':'name_prefix','AlarmTypes':['alarm_"
                  "types'],'StateValue':'state','ActionPrefix':'action_prefix','MaxRecords':276,'"
                  "NextToken':'next_token'}");
    check_alarms(service_answers(&answer, &rc_cloudwatch_describe_alarms_operation, "",
                                 "{'MetricAlarms':[" ALARM "],'CompositeAlarms':[" COMPOSITE
                                 "],'NextToken':'next_token'}"));
    service_forget(&answer);
}

/* What was described can be put: it has the same members. */
static void test_put_alarm(void **state)
{
    (void)state;
    struct service_answer described, answer;
    const struct rc_cloudwatch_alarms *alarms = service_answers(
        &described, &rc_cloudwatch_describe_alarms_operation, "", "{'MetricAlarms':[" ALARM "]}");
    service_sends(&rc_cloudwatch_put_alarm_operation, ONLY(alarms->alarms),
                  "POST /\nX-Amz-Target: GraniteServiceVersion20100801.PutMetricAlarm", ALARM);
    assert_non_null(service_answers(&answer, &rc_cloudwatch_put_alarm_operation, "", ""));
    service_forget(&answer);
    service_forget(&described);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get_data),        cmocka_unit_test(test_list_metrics),
        cmocka_unit_test(test_put_data),        cmocka_unit_test(test_get_insight),
        cmocka_unit_test(test_describe_alarms), cmocka_unit_test(test_put_alarm),
    };
    return cmocka_run_group_tests_name("service cloudwatch", tests, NULL, NULL);
}
