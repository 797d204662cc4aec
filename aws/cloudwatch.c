#include "aws/cloudwatch.h"

#include "aws/rows.h"

const struct rc_service rc_service_cloudwatch = {
    .id = RC_SERVICE_CLOUDWATCH,
    .name = "cloudwatch",
    .signing_name = "monitoring",
    .host_prefix = "monitoring",
    .config_name = "cloudwatch",
    .target = "GraniteServiceVersion20100801.",
    .protocol = RC_PROTOCOL_JSON_1_0,
    .retry = &rc_retry_standard,
};

/* ----- Reading metrics ----- */

static const struct rc_member rc_cloudwatch_dimension_members[] = {
    TEXT(rc_cloudwatch_dimension, name, "Name", .flags = RC_NEEDED),
    TEXT(rc_cloudwatch_dimension, value, "Value", .flags = RC_NEEDED),
};
SHAPE(rc_cloudwatch_dimension);

static const struct rc_member rc_cloudwatch_metric_members[] = {
    TEXT(rc_cloudwatch_metric, name_space, "Namespace"),
    TEXT(rc_cloudwatch_metric, name, "MetricName"),
    LIST(rc_cloudwatch_metric, dimensions, rc_cloudwatch_dimension, "Dimensions"),
};
SHAPE(rc_cloudwatch_metric);

static const struct rc_member rc_cloudwatch_stat_members[] = {
    STRUCT(rc_cloudwatch_stat, metric, rc_cloudwatch_metric, "Metric", .flags = RC_NEEDED),
    INT(rc_cloudwatch_stat, period_s, "Period", .flags = RC_ALWAYS),
    TEXT(rc_cloudwatch_stat, stat, "Stat", .flags = RC_NEEDED),
    TEXT(rc_cloudwatch_stat, unit, "Unit"),
};
SHAPE(rc_cloudwatch_stat);

static const struct rc_member rc_cloudwatch_query_members[] = {
    TEXT(rc_cloudwatch_query, id, "Id", .flags = RC_NEEDED),
    STRUCT(rc_cloudwatch_query, stat, rc_cloudwatch_stat, "MetricStat"),
    TEXT(rc_cloudwatch_query, expression, "Expression"),
    TEXT(rc_cloudwatch_query, label, "Label"),
    RAW(rc_cloudwatch_query, return_data, "ReturnData"),
    INT(rc_cloudwatch_query, period_s, "Period"),
    TEXT(rc_cloudwatch_query, account_id, "AccountId"),
};
SHAPE(rc_cloudwatch_query);

static const struct rc_member rc_cloudwatch_get_data_members[] = {
    LIST(rc_cloudwatch_get_data, queries, rc_cloudwatch_query, "MetricDataQueries",
         .flags = RC_NEEDED),
    TIME(rc_cloudwatch_get_data, start_unix_ms, "StartTime", .flags = RC_NEEDED),
    TIME(rc_cloudwatch_get_data, end_unix_ms, "EndTime", .flags = RC_NEEDED),
    TEXT(rc_cloudwatch_get_data, scan_by, "ScanBy"),
    INT(rc_cloudwatch_get_data, max_datapoints, "MaxDatapoints"),
    TEXT(rc_cloudwatch_get_data, next_token, "NextToken"),
};
SHAPE(rc_cloudwatch_get_data);

static const struct rc_member rc_cloudwatch_message_members[] = {
    TEXT(rc_cloudwatch_message, code, "Code"),
    TEXT(rc_cloudwatch_message, value, "Value"),
};
SHAPE(rc_cloudwatch_message);

static const struct rc_member rc_cloudwatch_result_members[] = {
    TEXT(rc_cloudwatch_result, id, "Id"),
    TEXT(rc_cloudwatch_result, label, "Label"),
    TIMES(rc_cloudwatch_result, times_unix_ms, "Timestamps"),
    REALS(rc_cloudwatch_result, values, "Values"),
    TEXT(rc_cloudwatch_result, status_code, "StatusCode"),
    LIST(rc_cloudwatch_result, messages, rc_cloudwatch_message, "Messages"),
};
SHAPE(rc_cloudwatch_result);

static const struct rc_member rc_cloudwatch_data_members[] = {
    LIST(rc_cloudwatch_data, results, rc_cloudwatch_result, "MetricDataResults"),
    LIST(rc_cloudwatch_data, messages, rc_cloudwatch_message, "Messages"),
    TEXT(rc_cloudwatch_data, next_token, "NextToken"),
};
SHAPE(rc_cloudwatch_data);

const struct rc_operation rc_cloudwatch_get_data_operation = {
    .service = &rc_service_cloudwatch,
    .name = "GetMetricData",
    .in = &rc_cloudwatch_get_data_shape,
    .out = &rc_cloudwatch_data_shape,
    .page_in = "NextToken",
    .page_out = "NextToken",
};

static const struct rc_member rc_cloudwatch_dimension_filter_members[] = {
    TEXT(rc_cloudwatch_dimension_filter, name, "Name", .flags = RC_NEEDED),
    TEXT(rc_cloudwatch_dimension_filter, value, "Value"),
};
SHAPE(rc_cloudwatch_dimension_filter);

static const struct rc_member rc_cloudwatch_list_metrics_members[] = {
    TEXT(rc_cloudwatch_list_metrics, name_space, "Namespace"),
    TEXT(rc_cloudwatch_list_metrics, name, "MetricName"),
    LIST(rc_cloudwatch_list_metrics, dimensions, rc_cloudwatch_dimension_filter, "Dimensions"),
    TEXT(rc_cloudwatch_list_metrics, recently_active, "RecentlyActive"),
    TEXT(rc_cloudwatch_list_metrics, next_token, "NextToken"),
};
SHAPE(rc_cloudwatch_list_metrics);

static const struct rc_member rc_cloudwatch_metrics_members[] = {
    LIST(rc_cloudwatch_metrics, metrics, rc_cloudwatch_metric, "Metrics"),
    TEXT(rc_cloudwatch_metrics, next_token, "NextToken"),
};
SHAPE(rc_cloudwatch_metrics);

const struct rc_operation rc_cloudwatch_list_metrics_operation = {
    .service = &rc_service_cloudwatch,
    .name = "ListMetrics",
    .in = &rc_cloudwatch_list_metrics_shape,
    .out = &rc_cloudwatch_metrics_shape,
    .page_in = "NextToken",
    .page_out = "NextToken",
};

/* ----- Writing metrics ----- */

static const struct rc_member rc_cloudwatch_statistics_members[] = {
    REAL(rc_cloudwatch_statistics, count, "SampleCount", .flags = RC_ALWAYS),
    REAL(rc_cloudwatch_statistics, sum, "Sum", .flags = RC_ALWAYS),
    REAL(rc_cloudwatch_statistics, minimum, "Minimum", .flags = RC_ALWAYS),
    REAL(rc_cloudwatch_statistics, maximum, "Maximum", .flags = RC_ALWAYS),
};
SHAPE(rc_cloudwatch_statistics);

static const struct rc_member rc_cloudwatch_datum_members[] = {
    TEXT(rc_cloudwatch_datum, name, "MetricName", .flags = RC_NEEDED),
    LIST(rc_cloudwatch_datum, dimensions, rc_cloudwatch_dimension, "Dimensions"),
    TIME(rc_cloudwatch_datum, at_unix_ms, "Timestamp"),
    RAW(rc_cloudwatch_datum, value, "Value"),
    STRUCT(rc_cloudwatch_datum, statistics, rc_cloudwatch_statistics, "StatisticValues"),
    REALS(rc_cloudwatch_datum, values, "Values"),
    REALS(rc_cloudwatch_datum, counts, "Counts"),
    TEXT(rc_cloudwatch_datum, unit, "Unit"),
    INT(rc_cloudwatch_datum, resolution_s, "StorageResolution"),
};
SHAPE(rc_cloudwatch_datum);

static const struct rc_member rc_cloudwatch_put_data_members[] = {
    TEXT(rc_cloudwatch_put_data, name_space, "Namespace", .flags = RC_NEEDED),
    LIST(rc_cloudwatch_put_data, data, rc_cloudwatch_datum, "MetricData", .flags = RC_NEEDED),
};
SHAPE(rc_cloudwatch_put_data);

const struct rc_operation rc_cloudwatch_put_data_operation = {
    .service = &rc_service_cloudwatch,
    .name = "PutMetricData",
    .in = &rc_cloudwatch_put_data_shape,
};

/* ----- Contributors ----- */

static const struct rc_member rc_cloudwatch_get_insight_members[] = {
    TEXT(rc_cloudwatch_get_insight, rule_name, "RuleName", .flags = RC_NEEDED),
    TIME(rc_cloudwatch_get_insight, start_unix_ms, "StartTime", .flags = RC_NEEDED),
    TIME(rc_cloudwatch_get_insight, end_unix_ms, "EndTime", .flags = RC_NEEDED),
    INT(rc_cloudwatch_get_insight, period_s, "Period", .flags = RC_ALWAYS),
    INT(rc_cloudwatch_get_insight, max_contributors, "MaxContributorCount"),
    TEXTS(rc_cloudwatch_get_insight, metrics, "Metrics"),
    TEXT(rc_cloudwatch_get_insight, order_by, "OrderBy"),
};
SHAPE(rc_cloudwatch_get_insight);

static const struct rc_member rc_cloudwatch_contributor_point_members[] = {
    TIME(rc_cloudwatch_contributor_point, at_unix_ms, "Timestamp"),
    REAL(rc_cloudwatch_contributor_point, value, "ApproximateValue"),
};
SHAPE(rc_cloudwatch_contributor_point);

static const struct rc_member rc_cloudwatch_contributor_members[] = {
    TEXTS(rc_cloudwatch_contributor, keys, "Keys"),
    REAL(rc_cloudwatch_contributor, aggregate, "ApproximateAggregateValue"),
    LIST(rc_cloudwatch_contributor, points, rc_cloudwatch_contributor_point, "Datapoints"),
};
SHAPE(rc_cloudwatch_contributor);

static const struct rc_member rc_cloudwatch_insight_point_members[] = {
    TIME(rc_cloudwatch_insight_point, at_unix_ms, "Timestamp"),
    REAL(rc_cloudwatch_insight_point, unique_contributors, "UniqueContributors"),
    REAL(rc_cloudwatch_insight_point, max_contributor_value, "MaxContributorValue"),
    REAL(rc_cloudwatch_insight_point, sample_count, "SampleCount"),
    REAL(rc_cloudwatch_insight_point, average, "Average"),
    REAL(rc_cloudwatch_insight_point, sum, "Sum"),
    REAL(rc_cloudwatch_insight_point, minimum, "Minimum"),
    REAL(rc_cloudwatch_insight_point, maximum, "Maximum"),
};
SHAPE(rc_cloudwatch_insight_point);

static const struct rc_member rc_cloudwatch_insight_members[] = {
    TEXTS(rc_cloudwatch_insight, key_labels, "KeyLabels"),
    TEXT(rc_cloudwatch_insight, statistic, "AggregationStatistic"),
    REAL(rc_cloudwatch_insight, aggregate, "AggregateValue"),
    INT(rc_cloudwatch_insight, unique, "ApproximateUniqueCount"),
    LIST(rc_cloudwatch_insight, contributors, rc_cloudwatch_contributor, "Contributors"),
    LIST(rc_cloudwatch_insight, points, rc_cloudwatch_insight_point, "MetricDatapoints"),
};
SHAPE(rc_cloudwatch_insight);

const struct rc_operation rc_cloudwatch_get_insight_operation = {
    .service = &rc_service_cloudwatch,
    .name = "GetInsightRuleReport",
    .in = &rc_cloudwatch_get_insight_shape,
    .out = &rc_cloudwatch_insight_shape,
};

/* ----- Alarms ----- */

static const struct rc_member rc_cloudwatch_alarm_query_members[] = {
    TEXT(rc_cloudwatch_alarm_query, id, "Id"),
    STRUCT(rc_cloudwatch_alarm_query, stat, rc_cloudwatch_stat, "MetricStat"),
    TEXT(rc_cloudwatch_alarm_query, expression, "Expression"),
    TEXT(rc_cloudwatch_alarm_query, label, "Label"),
    BOOL(rc_cloudwatch_alarm_query, return_data, "ReturnData"),
    INT(rc_cloudwatch_alarm_query, period_s, "Period"),
    TEXT(rc_cloudwatch_alarm_query, account_id, "AccountId"),
};
SHAPE(rc_cloudwatch_alarm_query);

static const struct rc_member rc_cloudwatch_alarm_members[] = {
    TEXT(rc_cloudwatch_alarm, name, "AlarmName"),
    TEXT(rc_cloudwatch_alarm, arn, "AlarmArn"),
    TEXT(rc_cloudwatch_alarm, description, "AlarmDescription"),
    TEXT(rc_cloudwatch_alarm, state, "StateValue"),
    TEXT(rc_cloudwatch_alarm, state_reason, "StateReason"),
    TEXT(rc_cloudwatch_alarm, state_reason_data, "StateReasonData"),
    TIME(rc_cloudwatch_alarm, state_updated_unix_ms, "StateUpdatedTimestamp"),
    TIME(rc_cloudwatch_alarm, state_changed_unix_ms, "StateTransitionedTimestamp"),
    TIME(rc_cloudwatch_alarm, configured_unix_ms, "AlarmConfigurationUpdatedTimestamp"),
    BOOL(rc_cloudwatch_alarm, actions_enabled, "ActionsEnabled"),
    TEXTS(rc_cloudwatch_alarm, alarm_actions, "AlarmActions"),
    TEXTS(rc_cloudwatch_alarm, ok_actions, "OKActions"),
    TEXTS(rc_cloudwatch_alarm, insufficient_data_actions, "InsufficientDataActions"),
    TEXT(rc_cloudwatch_alarm, name_space, "Namespace"),
    TEXT(rc_cloudwatch_alarm, metric_name, "MetricName"),
    TEXT(rc_cloudwatch_alarm, statistic, "Statistic"),
    TEXT(rc_cloudwatch_alarm, extended_statistic, "ExtendedStatistic"),
    LIST(rc_cloudwatch_alarm, dimensions, rc_cloudwatch_dimension, "Dimensions"),
    INT(rc_cloudwatch_alarm, period_s, "Period"),
    TEXT(rc_cloudwatch_alarm, unit, "Unit"),
    INT(rc_cloudwatch_alarm, evaluation_periods, "EvaluationPeriods"),
    INT(rc_cloudwatch_alarm, datapoints_to_alarm, "DatapointsToAlarm"),
    REAL(rc_cloudwatch_alarm, threshold, "Threshold"),
    TEXT(rc_cloudwatch_alarm, comparison, "ComparisonOperator"),
    TEXT(rc_cloudwatch_alarm, treat_missing_data, "TreatMissingData"),
    LIST(rc_cloudwatch_alarm, queries, rc_cloudwatch_alarm_query, "Metrics"),
};
SHAPE(rc_cloudwatch_alarm);

static const struct rc_member rc_cloudwatch_composite_members[] = {
    TEXT(rc_cloudwatch_composite, name, "AlarmName"),
    TEXT(rc_cloudwatch_composite, arn, "AlarmArn"),
    TEXT(rc_cloudwatch_composite, description, "AlarmDescription"),
    TEXT(rc_cloudwatch_composite, rule, "AlarmRule"),
    TEXT(rc_cloudwatch_composite, state, "StateValue"),
    TEXT(rc_cloudwatch_composite, state_reason, "StateReason"),
    TEXT(rc_cloudwatch_composite, state_reason_data, "StateReasonData"),
    TIME(rc_cloudwatch_composite, state_updated_unix_ms, "StateUpdatedTimestamp"),
    TIME(rc_cloudwatch_composite, state_changed_unix_ms, "StateTransitionedTimestamp"),
    BOOL(rc_cloudwatch_composite, actions_enabled, "ActionsEnabled"),
    TEXTS(rc_cloudwatch_composite, alarm_actions, "AlarmActions"),
    TEXT(rc_cloudwatch_composite, actions_suppressed_by, "ActionsSuppressedBy"),
    TEXT(rc_cloudwatch_composite, actions_suppressed_reason, "ActionsSuppressedReason"),
};
SHAPE(rc_cloudwatch_composite);

static const struct rc_member rc_cloudwatch_describe_alarms_members[] = {
    TEXTS(rc_cloudwatch_describe_alarms, names, "AlarmNames"),
    TEXT(rc_cloudwatch_describe_alarms, name_prefix, "AlarmNamePrefix"),
    TEXTS(rc_cloudwatch_describe_alarms, alarm_types, "AlarmTypes"),
    TEXT(rc_cloudwatch_describe_alarms, state, "StateValue"),
    TEXT(rc_cloudwatch_describe_alarms, action_prefix, "ActionPrefix"),
    INT(rc_cloudwatch_describe_alarms, max_records, "MaxRecords"),
    TEXT(rc_cloudwatch_describe_alarms, next_token, "NextToken"),
};
SHAPE(rc_cloudwatch_describe_alarms);

static const struct rc_member rc_cloudwatch_alarms_members[] = {
    LIST(rc_cloudwatch_alarms, alarms, rc_cloudwatch_alarm, "MetricAlarms"),
    LIST(rc_cloudwatch_alarms, composites, rc_cloudwatch_composite, "CompositeAlarms"),
    TEXT(rc_cloudwatch_alarms, next_token, "NextToken"),
};
SHAPE(rc_cloudwatch_alarms);

const struct rc_operation rc_cloudwatch_describe_alarms_operation = {
    .service = &rc_service_cloudwatch,
    .name = "DescribeAlarms",
    .in = &rc_cloudwatch_describe_alarms_shape,
    .out = &rc_cloudwatch_alarms_shape,
    .page_in = "NextToken",
    .page_out = "NextToken",
};

const struct rc_operation rc_cloudwatch_put_alarm_operation = {
    .service = &rc_service_cloudwatch,
    .name = "PutMetricAlarm",
    .in = &rc_cloudwatch_alarm_shape,
};
