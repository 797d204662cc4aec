/* Amazon CloudWatch: metrics, alarms and reports on contributors. Source of the
 * members: "Amazon CloudWatch API Reference". */
#ifndef RC_AWS_CLOUDWATCH_H
#define RC_AWS_CLOUDWATCH_H

#include "aws/call.h"

extern const struct rc_service rc_service_cloudwatch;

/* ----- Reading metrics ----- */

struct rc_cloudwatch_dimension {
    const char *name;
    const char *value;
};

struct rc_cloudwatch_metric {
    const char *name_space; /* "AWS/DynamoDB" */
    const char *name;
    RC_LIST(struct rc_cloudwatch_dimension) dimensions;
};

struct rc_cloudwatch_stat {
    const struct rc_cloudwatch_metric *metric;
    int64_t period_s;
    const char *stat; /* Average, Sum, Maximum, p99… */
    const char *unit;
};

struct rc_cloudwatch_query {
    const char *id;                        /* begins with a small letter; unique in the request */
    const struct rc_cloudwatch_stat *stat; /* this ... */
    const char *expression;                /* ... or that */
    const char *label;
    const char *return_data; /* "false": only other expressions use it */
    int64_t period_s;
    const char *account_id;
};

struct rc_cloudwatch_get_data {
    RC_LIST(struct rc_cloudwatch_query) queries; /* up to 500 */
    int64_t start_unix_ms;
    int64_t end_unix_ms;
    const char *scan_by; /* TimestampDescending (NULL), TimestampAscending */
    int64_t max_datapoints;
    const char *next_token;
};

struct rc_cloudwatch_message {
    const char *code;
    const char *value;
};

struct rc_cloudwatch_result {
    const char *id;
    const char *label;
    RC_LIST(int64_t) times_unix_ms;
    RC_LIST(double) values; /* one a time */
    const char
        *status_code; /* Complete, PartialData: more on the next page, InternalError, Forbidden */
    RC_LIST(struct rc_cloudwatch_message) messages;
};

struct rc_cloudwatch_data {
    RC_LIST(struct rc_cloudwatch_result) results;
    RC_LIST(struct rc_cloudwatch_message) messages;
    const char *next_token;
};

RC_OPERATION(rc_cloudwatch_get_data, struct rc_cloudwatch_get_data, struct rc_cloudwatch_data);

struct rc_cloudwatch_dimension_filter {
    const char *name;
    const char *value; /* NULL: any */
};

struct rc_cloudwatch_list_metrics {
    const char *name_space;
    const char *name;
    RC_LIST(struct rc_cloudwatch_dimension_filter) dimensions;
    const char *recently_active; /* PT3H */
    const char *next_token;
};

struct rc_cloudwatch_metrics {
    RC_LIST(struct rc_cloudwatch_metric) metrics;
    const char *next_token;
};

RC_OPERATION(rc_cloudwatch_list_metrics, struct rc_cloudwatch_list_metrics,
             struct rc_cloudwatch_metrics);

/* ----- Writing metrics ----- */

struct rc_cloudwatch_statistics {
    double count;
    double sum;
    double minimum;
    double maximum;
};

struct rc_cloudwatch_datum {
    const char *name;
    RC_LIST(struct rc_cloudwatch_dimension) dimensions; /* up to 30 */
    int64_t at_unix_ms;                                 /* 0: now */
    const char *value;                                  /* a number, because 0 is one */
    const struct rc_cloudwatch_statistics *statistics;
    RC_LIST(double) values; /* up to 150 different ones ... */
    RC_LIST(double) counts; /* ... and how often each came */
    const char *unit;
    int64_t resolution_s; /* 1, 60 (0) */
};

struct rc_cloudwatch_put_data {
    const char *name_space;
    RC_LIST(struct rc_cloudwatch_datum)
    data; /* up to 1,000, and 1 MB; taken or refused as a whole */
};

RC_OPERATION(rc_cloudwatch_put_data, struct rc_cloudwatch_put_data, struct rc_nothing);

/* ----- Contributors ----- */

struct rc_cloudwatch_get_insight {
    const char *rule_name; /* of DynamoDB: see rc_dynamodb_describe_insights */
    int64_t start_unix_ms;
    int64_t end_unix_ms;
    int64_t period_s;
    int64_t max_contributors; /* up to 100; 0: 10 */
    RC_LIST(char *const) metrics;
    const char *order_by; /* Sum, Maximum */
};

struct rc_cloudwatch_contributor_point {
    int64_t at_unix_ms;
    double value;
};

struct rc_cloudwatch_contributor {
    RC_LIST(char *const) keys;
    double aggregate;
    RC_LIST(struct rc_cloudwatch_contributor_point) points;
};

struct rc_cloudwatch_insight_point {
    int64_t at_unix_ms;
    double unique_contributors;
    double max_contributor_value;
    double sample_count;
    double average;
    double sum;
    double minimum;
    double maximum;
};

struct rc_cloudwatch_insight {
    RC_LIST(char *const) key_labels;
    const char *statistic;
    double aggregate;
    int64_t unique;
    RC_LIST(struct rc_cloudwatch_contributor) contributors; /* the largest first */
    RC_LIST(struct rc_cloudwatch_insight_point) points;
};

RC_OPERATION(rc_cloudwatch_get_insight, struct rc_cloudwatch_get_insight,
             struct rc_cloudwatch_insight);

/* ----- Alarms ----- */

struct rc_cloudwatch_alarm_query {
    const char *id;
    const struct rc_cloudwatch_stat *stat;
    const char *expression;
    const char *label;
    bool return_data; /* of the one that the alarm looks at */
    int64_t period_s;
    const char *account_id;
};

struct rc_cloudwatch_alarm {
    const char *name;
    const char *arn;
    const char *description;
    const char *state; /* OK, ALARM, INSUFFICIENT_DATA */
    const char *state_reason;
    const char *state_reason_data; /* JSON in a text */
    int64_t state_updated_unix_ms;
    int64_t state_changed_unix_ms;
    int64_t configured_unix_ms;
    bool actions_enabled;
    RC_LIST(char *const) alarm_actions;
    RC_LIST(char *const) ok_actions;
    RC_LIST(char *const) insufficient_data_actions;
    const char *name_space;
    const char *metric_name;
    const char *statistic;
    const char *extended_statistic;
    RC_LIST(struct rc_cloudwatch_dimension) dimensions;
    int64_t period_s;
    const char *unit;
    int64_t evaluation_periods;
    int64_t datapoints_to_alarm;
    double threshold;
    const char *comparison;
    const char *treat_missing_data;
    RC_LIST(struct rc_cloudwatch_alarm_query) queries;
};

struct rc_cloudwatch_composite {
    const char *name;
    const char *arn;
    const char *description;
    const char *rule;
    const char *state;
    const char *state_reason;
    const char *state_reason_data;
    int64_t state_updated_unix_ms;
    int64_t state_changed_unix_ms;
    bool actions_enabled;
    RC_LIST(char *const) alarm_actions;
    const char *actions_suppressed_by;
    const char *actions_suppressed_reason;
};

struct rc_cloudwatch_describe_alarms {
    RC_LIST(char *const) names;
    const char *name_prefix;
    RC_LIST(char *const) alarm_types; /* MetricAlarm (none), CompositeAlarm */
    const char *state;
    const char *action_prefix;
    int64_t max_records;
    const char *next_token;
};

struct rc_cloudwatch_alarms {
    RC_LIST(struct rc_cloudwatch_alarm) alarms;
    RC_LIST(struct rc_cloudwatch_composite) composites;
    const char *next_token;
};

RC_OPERATION(rc_cloudwatch_describe_alarms, struct rc_cloudwatch_describe_alarms,
             struct rc_cloudwatch_alarms);

/* Makes an alarm, or gives one that is there all of this instead of what it had; its state
 * stays. Of the alarm, what AWS gives is left empty: ARN, state, reasons and times. */
RC_OPERATION(rc_cloudwatch_put_alarm, struct rc_cloudwatch_alarm, struct rc_nothing);

#endif
