#include "aws/logs.h"

#include "aws/rows.h"

#include <string.h>

const struct rc_service rc_service_logs = {
    .id = RC_SERVICE_LOGS,
    .name = "logs",
    .signing_name = "logs",
    .host_prefix = "logs",
    .config_name = "cloudwatch_logs",
    .target = "Logs_20140328.",
    .protocol = RC_PROTOCOL_JSON_1_1,
    .retry = &rc_retry_standard,
};

/* ----- Events ----- */

static const struct rc_member rc_logs_found_members[] = {
    TEXT(rc_logs_found, stream, "logStreamName"),
    MS(rc_logs_found, at_unix_ms, "timestamp"),
    TEXT(rc_logs_found, message, "message"),
    MS(rc_logs_found, ingested_unix_ms, "ingestionTime"),
    TEXT(rc_logs_found, event_id, "eventId"),
};
SHAPE(rc_logs_found);

static const struct rc_member rc_logs_filter_members[] = {
    TEXT(rc_logs_filter, group, "logGroupName"),
    TEXT(rc_logs_filter, group_arn, "logGroupIdentifier"),
    TEXTS(rc_logs_filter, streams, "logStreamNames"),
    TEXT(rc_logs_filter, stream_prefix, "logStreamNamePrefix"),
    MS(rc_logs_filter, start_unix_ms, "startTime"),
    MS(rc_logs_filter, end_unix_ms, "endTime"),
    TEXT(rc_logs_filter, pattern, "filterPattern"),
    INT(rc_logs_filter, limit, "limit"),
    BOOL(rc_logs_filter, unmask, "unmask"),
    TEXT(rc_logs_filter, next_token, "nextToken"),
};
SHAPE(rc_logs_filter);

static const struct rc_member rc_logs_filtered_members[] = {
    LIST(rc_logs_filtered, events, rc_logs_found, "events"),
    TEXT(rc_logs_filtered, next_token, "nextToken"),
};
SHAPE(rc_logs_filtered);

const struct rc_operation rc_logs_filter_operation = {
    .service = &rc_service_logs,
    .name = "FilterLogEvents",
    .in = &rc_logs_filter_shape,
    .out = &rc_logs_filtered_shape,
    .page_in = "nextToken",
    .page_out = "nextToken",
};

static const struct rc_member rc_logs_event_members[] = {
    MS(rc_logs_event, at_unix_ms, "timestamp"),
    TEXT(rc_logs_event, message, "message"),
    MS(rc_logs_event, ingested_unix_ms, "ingestionTime"),
};
SHAPE(rc_logs_event);

static const struct rc_member rc_logs_get_members[] = {
    TEXT(rc_logs_get, group, "logGroupName"),
    TEXT(rc_logs_get, group_arn, "logGroupIdentifier"),
    TEXT(rc_logs_get, stream, "logStreamName", .flags = RC_NEEDED),
    MS(rc_logs_get, start_unix_ms, "startTime"),
    MS(rc_logs_get, end_unix_ms, "endTime"),
    BOOL(rc_logs_get, start_from_head, "startFromHead"),
    INT(rc_logs_get, limit, "limit"),
    BOOL(rc_logs_get, unmask, "unmask"),
    TEXT(rc_logs_get, next_token, "nextToken"),
};
SHAPE(rc_logs_get);

static const struct rc_member rc_logs_got_members[] = {
    LIST(rc_logs_got, events, rc_logs_event, "events"),
    TEXT(rc_logs_got, next_forward_token, "nextForwardToken"),
    TEXT(rc_logs_got, next_backward_token, "nextBackwardToken"),
};
SHAPE(rc_logs_got);

const struct rc_operation rc_logs_get_operation = {
    .service = &rc_service_logs,
    .name = "GetLogEvents",
    .in = &rc_logs_get_shape,
    .out = &rc_logs_got_shape,
    .page_in = "nextToken",
    .page_out = "nextForwardToken",
    .page_same_ends = true,
};

static const struct rc_member rc_logs_put_event_members[] = {
    MS(rc_logs_put_event, at_unix_ms, "timestamp", .flags = RC_ALWAYS),
    TEXT(rc_logs_put_event, message, "message", .flags = RC_NEEDED),
};
SHAPE(rc_logs_put_event);

static const struct rc_member rc_logs_put_members[] = {
    TEXT(rc_logs_put, group, "logGroupName", .flags = RC_NEEDED),
    TEXT(rc_logs_put, stream, "logStreamName", .flags = RC_NEEDED),
    LIST(rc_logs_put, events, rc_logs_put_event, "logEvents", .flags = RC_NEEDED),
};
SHAPE(rc_logs_put);

static const struct rc_member rc_logs_rejected_members[] = {
    JSON(rc_logs_rejected, too_new_start, "tooNewLogEventStartIndex"),
    JSON(rc_logs_rejected, too_old_end, "tooOldLogEventEndIndex"),
    JSON(rc_logs_rejected, expired_end, "expiredLogEventEndIndex"),
};
SHAPE(rc_logs_rejected);

static const struct rc_member rc_logs_put_done_members[] = {
    STRUCT(rc_logs_put_done, rejected, rc_logs_rejected, "rejectedLogEventsInfo"),
};
SHAPE(rc_logs_put_done);

const struct rc_operation rc_logs_put_operation = {
    .service = &rc_service_logs,
    .name = "PutLogEvents",
    .in = &rc_logs_put_shape,
    .out = &rc_logs_put_done_shape,
};

/* ----- Groups and streams ----- */

static const struct rc_member rc_logs_group_members[] = {
    TEXT(rc_logs_group, name, "logGroupName"),
    TEXT(rc_logs_group, arn, "logGroupArn"),
    MS(rc_logs_group, created_unix_ms, "creationTime"),
    INT(rc_logs_group, retention_days, "retentionInDays"),
    INT(rc_logs_group, stored_bytes, "storedBytes"),
    INT(rc_logs_group, metric_filters, "metricFilterCount"),
    TEXT(rc_logs_group, class_name, "logGroupClass"),
    TEXT(rc_logs_group, kms_key_id, "kmsKeyId"),
};
SHAPE(rc_logs_group);

static const struct rc_member rc_logs_describe_groups_members[] = {
    TEXT(rc_logs_describe_groups, name_prefix, "logGroupNamePrefix"),
    TEXT(rc_logs_describe_groups, name_pattern, "logGroupNamePattern"),
    TEXT(rc_logs_describe_groups, class_name, "logGroupClass"),
    INT(rc_logs_describe_groups, limit, "limit"),
    TEXT(rc_logs_describe_groups, next_token, "nextToken"),
};
SHAPE(rc_logs_describe_groups);

static const struct rc_member rc_logs_groups_members[] = {
    LIST(rc_logs_groups, groups, rc_logs_group, "logGroups"),
    TEXT(rc_logs_groups, next_token, "nextToken"),
};
SHAPE(rc_logs_groups);

const struct rc_operation rc_logs_describe_groups_operation = {
    .service = &rc_service_logs,
    .name = "DescribeLogGroups",
    .in = &rc_logs_describe_groups_shape,
    .out = &rc_logs_groups_shape,
    .page_in = "nextToken",
    .page_out = "nextToken",
};

static const struct rc_member rc_logs_stream_members[] = {
    TEXT(rc_logs_stream, name, "logStreamName"),
    TEXT(rc_logs_stream, arn, "arn"),
    MS(rc_logs_stream, created_unix_ms, "creationTime"),
    MS(rc_logs_stream, first_event_unix_ms, "firstEventTimestamp"),
    MS(rc_logs_stream, last_event_unix_ms, "lastEventTimestamp"),
    MS(rc_logs_stream, last_ingestion_unix_ms, "lastIngestionTime"),
};
SHAPE(rc_logs_stream);

static const struct rc_member rc_logs_describe_streams_members[] = {
    TEXT(rc_logs_describe_streams, group, "logGroupName"),
    TEXT(rc_logs_describe_streams, group_arn, "logGroupIdentifier"),
    TEXT(rc_logs_describe_streams, name_prefix, "logStreamNamePrefix"),
    TEXT(rc_logs_describe_streams, order_by, "orderBy"),
    BOOL(rc_logs_describe_streams, descending, "descending"),
    INT(rc_logs_describe_streams, limit, "limit"),
    TEXT(rc_logs_describe_streams, next_token, "nextToken"),
};
SHAPE(rc_logs_describe_streams);

static const struct rc_member rc_logs_streams_members[] = {
    LIST(rc_logs_streams, streams, rc_logs_stream, "logStreams"),
    TEXT(rc_logs_streams, next_token, "nextToken"),
};
SHAPE(rc_logs_streams);

const struct rc_operation rc_logs_describe_streams_operation = {
    .service = &rc_service_logs,
    .name = "DescribeLogStreams",
    .in = &rc_logs_describe_streams_shape,
    .out = &rc_logs_streams_shape,
    .page_in = "nextToken",
    .page_out = "nextToken",
};

static const struct rc_member rc_logs_create_group_members[] = {
    TEXT(rc_logs_create_group, name, "logGroupName", .flags = RC_NEEDED),
    TEXT(rc_logs_create_group, class_name, "logGroupClass"),
    TEXT(rc_logs_create_group, kms_key_id, "kmsKeyId"),
    PAIRS(rc_logs_create_group, tags, "tags"),
};
SHAPE(rc_logs_create_group);

const struct rc_operation rc_logs_create_group_operation = {
    .service = &rc_service_logs,
    .name = "CreateLogGroup",
    .in = &rc_logs_create_group_shape,
};

static const struct rc_member rc_logs_create_stream_members[] = {
    TEXT(rc_logs_create_stream, group, "logGroupName", .flags = RC_NEEDED),
    TEXT(rc_logs_create_stream, name, "logStreamName", .flags = RC_NEEDED),
};
SHAPE(rc_logs_create_stream);

const struct rc_operation rc_logs_create_stream_operation = {
    .service = &rc_service_logs,
    .name = "CreateLogStream",
    .in = &rc_logs_create_stream_shape,
};

/* ----- Queries of Logs Insights ----- */

static const struct rc_member rc_logs_start_query_members[] = {
    TEXT(rc_logs_start_query, query, "queryString", .flags = RC_NEEDED),
    INT(rc_logs_start_query, start_unix_s, "startTime", .flags = RC_ALWAYS),
    INT(rc_logs_start_query, end_unix_s, "endTime", .flags = RC_ALWAYS),
    TEXT(rc_logs_start_query, group, "logGroupName"),
    TEXTS(rc_logs_start_query, groups, "logGroupNames"),
    TEXTS(rc_logs_start_query, group_arns, "logGroupIdentifiers"),
    TEXT(rc_logs_start_query, language, "queryLanguage"),
    INT(rc_logs_start_query, limit, "limit"),
};
SHAPE(rc_logs_start_query);

static const struct rc_member rc_logs_query_started_members[] = {
    TEXT(rc_logs_query_started, query_id, "queryId"),
};
SHAPE(rc_logs_query_started);

const struct rc_operation rc_logs_start_query_operation = {
    .service = &rc_service_logs,
    .name = "StartQuery",
    .in = &rc_logs_start_query_shape,
    .out = &rc_logs_query_started_shape,
};

static const struct rc_member rc_logs_statistics_members[] = {
    REAL(rc_logs_statistics, records_matched, "recordsMatched"),
    REAL(rc_logs_statistics, records_scanned, "recordsScanned"),
    REAL(rc_logs_statistics, bytes_scanned, "bytesScanned"),
    REAL(rc_logs_statistics, groups_scanned, "logGroupsScanned"),
};
SHAPE(rc_logs_statistics);

static const struct rc_member rc_logs_get_results_members[] = {
    TEXT(rc_logs_get_results, query_id, "queryId", .flags = RC_NEEDED),
};
SHAPE(rc_logs_get_results);

static const struct rc_member rc_logs_results_members[] = {
    TEXT(rc_logs_results, status, "status"),
    JSONS(rc_logs_results, rows, "results"),
    STRUCT(rc_logs_results, statistics, rc_logs_statistics, "statistics"),
};
SHAPE(rc_logs_results);

const struct rc_operation rc_logs_get_results_operation = {
    .service = &rc_service_logs,
    .name = "GetQueryResults",
    .in = &rc_logs_get_results_shape,
    .out = &rc_logs_results_shape,
};

const char *rc_logs_field(const json_t *row, const char *field)
{
    for (size_t i = 0; i < json_array_size(row); i++) {
        const json_t *cell = json_array_get(row, i);
        const char *name = json_string_value(json_object_get(cell, "field"));
        if (name && strcmp(name, field) == 0)
            return json_string_value(json_object_get(cell, "value"));
    }
    return NULL;
}

static const struct rc_member rc_logs_stop_query_members[] = {
    TEXT(rc_logs_stop_query, query_id, "queryId", .flags = RC_NEEDED),
};
SHAPE(rc_logs_stop_query);

static const struct rc_member rc_logs_query_stopped_members[] = {
    BOOL(rc_logs_query_stopped, success, "success"),
};
SHAPE(rc_logs_query_stopped);

const struct rc_operation rc_logs_stop_query_operation = {
    .service = &rc_service_logs,
    .name = "StopQuery",
    .in = &rc_logs_stop_query_shape,
    .out = &rc_logs_query_stopped_shape,
};
