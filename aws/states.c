#include "aws/states.h"

#include "aws/rows.h"

const struct rc_service rc_service_states = {
    .id = RC_SERVICE_STATES,
    .name = "states",
    .signing_name = "states",
    .host_prefix = "states",
    .config_name = "sfn",
    .target = "AWSStepFunctions.",
    .protocol = RC_PROTOCOL_JSON_1_0,
    .retry = &rc_retry_standard,
};

/* ----- State machines ----- */

static const struct rc_member rc_states_machine_members[] = {
    TEXT(rc_states_machine, arn, "stateMachineArn"),
    TEXT(rc_states_machine, name, "name"),
    TEXT(rc_states_machine, type, "type"),
    TIME(rc_states_machine, created_unix_ms, "creationDate"),
};
SHAPE(rc_states_machine);

static const struct rc_member rc_states_list_machines_members[] = {
    INT(rc_states_list_machines, max_results, "maxResults"),
    TEXT(rc_states_list_machines, next_token, "nextToken"),
};
SHAPE(rc_states_list_machines);

static const struct rc_member rc_states_machines_members[] = {
    LIST(rc_states_machines, machines, rc_states_machine, "stateMachines"),
    TEXT(rc_states_machines, next_token, "nextToken"),
};
SHAPE(rc_states_machines);

const struct rc_operation rc_states_list_machines_operation = {
    .service = &rc_service_states,
    .name = "ListStateMachines",
    .in = &rc_states_list_machines_shape,
    .out = &rc_states_machines_shape,
    .page_in = "nextToken",
    .page_out = "nextToken",
};

static const struct rc_member rc_states_log_group_members[] = {
    TEXT(rc_states_log_group, arn, "logGroupArn"),
};
SHAPE(rc_states_log_group);

static const struct rc_member rc_states_log_destination_members[] = {
    STRUCT(rc_states_log_destination, log_group, rc_states_log_group, "cloudWatchLogsLogGroup"),
};
SHAPE(rc_states_log_destination);

static const struct rc_member rc_states_logging_members[] = {
    TEXT(rc_states_logging, level, "level"),
    BOOL(rc_states_logging, include_execution_data, "includeExecutionData"),
    LIST(rc_states_logging, destinations, rc_states_log_destination, "destinations"),
};
SHAPE(rc_states_logging);

static const struct rc_member rc_states_describe_machine_members[] = {
    TEXT(rc_states_describe_machine, arn, "stateMachineArn", .flags = RC_NEEDED),
    TEXT(rc_states_describe_machine, included_data, "includedData"),
};
SHAPE(rc_states_describe_machine);

static const struct rc_member rc_states_machine_described_members[] = {
    TEXT(rc_states_machine_described, arn, "stateMachineArn"),
    TEXT(rc_states_machine_described, name, "name"),
    TEXT(rc_states_machine_described, status, "status"),
    TEXT(rc_states_machine_described, type, "type"),
    TEXT(rc_states_machine_described, definition, "definition"),
    TEXT(rc_states_machine_described, role_arn, "roleArn"),
    TEXT(rc_states_machine_described, revision_id, "revisionId"),
    TEXT(rc_states_machine_described, description, "description"),
    TEXT(rc_states_machine_described, label, "label"),
    TIME(rc_states_machine_described, created_unix_ms, "creationDate"),
    STRUCT(rc_states_machine_described, logging, rc_states_logging, "loggingConfiguration"),
};
SHAPE(rc_states_machine_described);

const struct rc_operation rc_states_describe_machine_operation = {
    .service = &rc_service_states,
    .name = "DescribeStateMachine",
    .in = &rc_states_describe_machine_shape,
    .out = &rc_states_machine_described_shape,
};

static const struct rc_member rc_states_tag_members[] = {
    TEXT(rc_states_tag, key, "key"),
    TEXT(rc_states_tag, value, "value"),
};
SHAPE(rc_states_tag);

static const struct rc_member rc_states_create_machine_members[] = {
    TEXT(rc_states_create_machine, name, "name", .flags = RC_NEEDED),
    TEXT(rc_states_create_machine, definition, "definition", .flags = RC_NEEDED),
    TEXT(rc_states_create_machine, role_arn, "roleArn", .flags = RC_NEEDED),
    TEXT(rc_states_create_machine, type, "type"),
    STRUCT(rc_states_create_machine, logging, rc_states_logging, "loggingConfiguration"),
    LIST(rc_states_create_machine, tags, rc_states_tag, "tags"),
    BOOL(rc_states_create_machine, publish, "publish"),
    TEXT(rc_states_create_machine, version_description, "versionDescription"),
};
SHAPE(rc_states_create_machine);

static const struct rc_member rc_states_machine_created_members[] = {
    TEXT(rc_states_machine_created, arn, "stateMachineArn"),
    TEXT(rc_states_machine_created, version_arn, "stateMachineVersionArn"),
    TIME(rc_states_machine_created, created_unix_ms, "creationDate"),
};
SHAPE(rc_states_machine_created);

const struct rc_operation rc_states_create_machine_operation = {
    .service = &rc_service_states,
    .name = "CreateStateMachine",
    .in = &rc_states_create_machine_shape,
    .out = &rc_states_machine_created_shape,
};

static const struct rc_member rc_states_update_machine_members[] = {
    TEXT(rc_states_update_machine, arn, "stateMachineArn", .flags = RC_NEEDED),
    TEXT(rc_states_update_machine, definition, "definition"),
    TEXT(rc_states_update_machine, role_arn, "roleArn"),
    STRUCT(rc_states_update_machine, logging, rc_states_logging, "loggingConfiguration"),
};
SHAPE(rc_states_update_machine);

static const struct rc_member rc_states_machine_updated_members[] = {
    TIME(rc_states_machine_updated, updated_unix_ms, "updateDate"),
    TEXT(rc_states_machine_updated, revision_id, "revisionId"),
};
SHAPE(rc_states_machine_updated);

const struct rc_operation rc_states_update_machine_operation = {
    .service = &rc_service_states,
    .name = "UpdateStateMachine",
    .in = &rc_states_update_machine_shape,
    .out = &rc_states_machine_updated_shape,
};

/* ----- Executions ----- */

static const struct rc_member rc_states_execution_members[] = {
    TEXT(rc_states_execution, arn, "executionArn"),
    TEXT(rc_states_execution, name, "name"),
    TEXT(rc_states_execution, status, "status"),
    TIME(rc_states_execution, start_unix_ms, "startDate"),
    TIME(rc_states_execution, stop_unix_ms, "stopDate"),
    TEXT(rc_states_execution, map_run_arn, "mapRunArn"),
    INT(rc_states_execution, item_count, "itemCount"),
    INT(rc_states_execution, redrive_count, "redriveCount"),
    TIME(rc_states_execution, redrive_unix_ms, "redriveDate"),
};
SHAPE(rc_states_execution);

static const struct rc_member rc_states_list_executions_members[] = {
    TEXT(rc_states_list_executions, machine_arn, "stateMachineArn"),
    TEXT(rc_states_list_executions, map_run_arn, "mapRunArn"),
    TEXT(rc_states_list_executions, status_filter, "statusFilter"),
    TEXT(rc_states_list_executions, redrive_filter, "redriveFilter"),
    INT(rc_states_list_executions, max_results, "maxResults"),
    TEXT(rc_states_list_executions, next_token, "nextToken"),
};
SHAPE(rc_states_list_executions);

static const struct rc_member rc_states_executions_members[] = {
    LIST(rc_states_executions, executions, rc_states_execution, "executions"),
    TEXT(rc_states_executions, next_token, "nextToken"),
};
SHAPE(rc_states_executions);

const struct rc_operation rc_states_list_executions_operation = {
    .service = &rc_service_states,
    .name = "ListExecutions",
    .in = &rc_states_list_executions_shape,
    .out = &rc_states_executions_shape,
    .page_in = "nextToken",
    .page_out = "nextToken",
};

static const struct rc_member rc_states_start_members[] = {
    TEXT(rc_states_start, machine_arn, "stateMachineArn", .flags = RC_NEEDED),
    TEXT(rc_states_start, name, "name"),
    TEXT(rc_states_start, input, "input"),
    TEXT(rc_states_start, trace_header, "traceHeader"),
};
SHAPE(rc_states_start);

static const struct rc_member rc_states_started_members[] = {
    TEXT(rc_states_started, arn, "executionArn"),
    TIME(rc_states_started, start_unix_ms, "startDate"),
};
SHAPE(rc_states_started);

const struct rc_operation rc_states_start_operation = {
    .service = &rc_service_states,
    .name = "StartExecution",
    .in = &rc_states_start_shape,
    .out = &rc_states_started_shape,
};

static const struct rc_member rc_states_describe_execution_members[] = {
    TEXT(rc_states_describe_execution, arn, "executionArn", .flags = RC_NEEDED),
    TEXT(rc_states_describe_execution, included_data, "includedData"),
};
SHAPE(rc_states_describe_execution);

static const struct rc_member rc_states_execution_described_members[] = {
    TEXT(rc_states_execution_described, arn, "executionArn"),
    TEXT(rc_states_execution_described, machine_arn, "stateMachineArn"),
    TEXT(rc_states_execution_described, version_arn, "stateMachineVersionArn"),
    TEXT(rc_states_execution_described, alias_arn, "stateMachineAliasArn"),
    TEXT(rc_states_execution_described, map_run_arn, "mapRunArn"),
    TEXT(rc_states_execution_described, name, "name"),
    TEXT(rc_states_execution_described, status, "status"),
    TIME(rc_states_execution_described, start_unix_ms, "startDate"),
    TIME(rc_states_execution_described, stop_unix_ms, "stopDate"),
    TEXT(rc_states_execution_described, input, "input"),
    TEXT(rc_states_execution_described, output, "output"),
    TEXT(rc_states_execution_described, error, "error"),
    TEXT(rc_states_execution_described, cause, "cause"),
    INT(rc_states_execution_described, redrive_count, "redriveCount"),
    TIME(rc_states_execution_described, redrive_unix_ms, "redriveDate"),
    TEXT(rc_states_execution_described, redrive_status, "redriveStatus"),
    TEXT(rc_states_execution_described, redrive_status_reason, "redriveStatusReason"),
    TEXT(rc_states_execution_described, trace_header, "traceHeader"),
};
SHAPE(rc_states_execution_described);

const struct rc_operation rc_states_describe_execution_operation = {
    .service = &rc_service_states,
    .name = "DescribeExecution",
    .in = &rc_states_describe_execution_shape,
    .out = &rc_states_execution_described_shape,
};

static const struct rc_member rc_states_event_members[] = {
    INT(rc_states_event, id, "id"),
    INT(rc_states_event, previous_event_id, "previousEventId"),
    TIME(rc_states_event, at_unix_ms, "timestamp"),
    TEXT(rc_states_event, type, "type"),
    JSON(rc_states_event, details, "activityFailedEventDetails"),
    JSON(rc_states_event, details, "activityScheduleFailedEventDetails"),
    JSON(rc_states_event, details, "activityScheduledEventDetails"),
    JSON(rc_states_event, details, "activityStartedEventDetails"),
    JSON(rc_states_event, details, "activitySucceededEventDetails"),
    JSON(rc_states_event, details, "activityTimedOutEventDetails"),
    JSON(rc_states_event, details, "taskFailedEventDetails"),
    JSON(rc_states_event, details, "taskScheduledEventDetails"),
    JSON(rc_states_event, details, "taskStartFailedEventDetails"),
    JSON(rc_states_event, details, "taskStartedEventDetails"),
    JSON(rc_states_event, details, "taskSubmitFailedEventDetails"),
    JSON(rc_states_event, details, "taskSubmittedEventDetails"),
    JSON(rc_states_event, details, "taskSucceededEventDetails"),
    JSON(rc_states_event, details, "taskTimedOutEventDetails"),
    JSON(rc_states_event, details, "executionFailedEventDetails"),
    JSON(rc_states_event, details, "executionStartedEventDetails"),
    JSON(rc_states_event, details, "executionSucceededEventDetails"),
    JSON(rc_states_event, details, "executionAbortedEventDetails"),
    JSON(rc_states_event, details, "executionTimedOutEventDetails"),
    JSON(rc_states_event, details, "executionRedrivenEventDetails"),
    JSON(rc_states_event, details, "mapStateStartedEventDetails"),
    JSON(rc_states_event, details, "mapIterationStartedEventDetails"),
    JSON(rc_states_event, details, "mapIterationSucceededEventDetails"),
    JSON(rc_states_event, details, "mapIterationFailedEventDetails"),
    JSON(rc_states_event, details, "mapIterationAbortedEventDetails"),
    JSON(rc_states_event, details, "lambdaFunctionFailedEventDetails"),
    JSON(rc_states_event, details, "lambdaFunctionScheduleFailedEventDetails"),
    JSON(rc_states_event, details, "lambdaFunctionScheduledEventDetails"),
    JSON(rc_states_event, details, "lambdaFunctionStartFailedEventDetails"),
    JSON(rc_states_event, details, "lambdaFunctionSucceededEventDetails"),
    JSON(rc_states_event, details, "lambdaFunctionTimedOutEventDetails"),
    JSON(rc_states_event, details, "stateEnteredEventDetails"),
    JSON(rc_states_event, details, "stateExitedEventDetails"),
    JSON(rc_states_event, details, "mapRunStartedEventDetails"),
    JSON(rc_states_event, details, "mapRunFailedEventDetails"),
    JSON(rc_states_event, details, "mapRunRedrivenEventDetails"),
    JSON(rc_states_event, details, "evaluationFailedEventDetails"),
};
SHAPE(rc_states_event);

static const struct rc_member rc_states_get_history_members[] = {
    TEXT(rc_states_get_history, arn, "executionArn", .flags = RC_NEEDED),
    INT(rc_states_get_history, max_results, "maxResults"),
    BOOL(rc_states_get_history, reverse_order, "reverseOrder"),
    RAW(rc_states_get_history, include_data, "includeExecutionData"),
    TEXT(rc_states_get_history, next_token, "nextToken"),
};
SHAPE(rc_states_get_history);

static const struct rc_member rc_states_history_members[] = {
    LIST(rc_states_history, events, rc_states_event, "events"),
    TEXT(rc_states_history, next_token, "nextToken"),
};
SHAPE(rc_states_history);

const struct rc_operation rc_states_get_history_operation = {
    .service = &rc_service_states,
    .name = "GetExecutionHistory",
    .in = &rc_states_get_history_shape,
    .out = &rc_states_history_shape,
    .page_in = "nextToken",
    .page_out = "nextToken",
};

static const struct rc_member rc_states_stop_members[] = {
    TEXT(rc_states_stop, arn, "executionArn", .flags = RC_NEEDED),
    TEXT(rc_states_stop, error, "error"),
    TEXT(rc_states_stop, cause, "cause"),
};
SHAPE(rc_states_stop);

static const struct rc_member rc_states_stopped_members[] = {
    TIME(rc_states_stopped, stop_unix_ms, "stopDate"),
};
SHAPE(rc_states_stopped);

const struct rc_operation rc_states_stop_operation = {
    .service = &rc_service_states,
    .name = "StopExecution",
    .in = &rc_states_stop_shape,
    .out = &rc_states_stopped_shape,
};

static const struct rc_member rc_states_redrive_members[] = {
    TEXT(rc_states_redrive, arn, "executionArn", .flags = RC_NEEDED),
    TEXT(rc_states_redrive, client_token, "clientToken"),
};
SHAPE(rc_states_redrive);

static const struct rc_member rc_states_redriven_members[] = {
    TIME(rc_states_redriven, redrive_unix_ms, "redriveDate"),
};
SHAPE(rc_states_redriven);

const struct rc_operation rc_states_redrive_operation = {
    .service = &rc_service_states,
    .name = "RedriveExecution",
    .in = &rc_states_redrive_shape,
    .out = &rc_states_redriven_shape,
};

/* ----- Map runs ----- */

static const struct rc_member rc_states_map_run_members[] = {
    TEXT(rc_states_map_run, arn, "mapRunArn"),
    TEXT(rc_states_map_run, execution_arn, "executionArn"),
    TEXT(rc_states_map_run, machine_arn, "stateMachineArn"),
    TIME(rc_states_map_run, start_unix_ms, "startDate"),
    TIME(rc_states_map_run, stop_unix_ms, "stopDate"),
};
SHAPE(rc_states_map_run);

static const struct rc_member rc_states_list_map_runs_members[] = {
    TEXT(rc_states_list_map_runs, execution_arn, "executionArn", .flags = RC_NEEDED),
    INT(rc_states_list_map_runs, max_results, "maxResults"),
    TEXT(rc_states_list_map_runs, next_token, "nextToken"),
};
SHAPE(rc_states_list_map_runs);

static const struct rc_member rc_states_map_runs_members[] = {
    LIST(rc_states_map_runs, runs, rc_states_map_run, "mapRuns"),
    TEXT(rc_states_map_runs, next_token, "nextToken"),
};
SHAPE(rc_states_map_runs);

const struct rc_operation rc_states_list_map_runs_operation = {
    .service = &rc_service_states,
    .name = "ListMapRuns",
    .in = &rc_states_list_map_runs_shape,
    .out = &rc_states_map_runs_shape,
    .page_in = "nextToken",
    .page_out = "nextToken",
};

static const struct rc_member rc_states_counts_members[] = {
    INT(rc_states_counts, pending, "pending"),
    INT(rc_states_counts, running, "running"),
    INT(rc_states_counts, succeeded, "succeeded"),
    INT(rc_states_counts, failed, "failed"),
    INT(rc_states_counts, timed_out, "timedOut"),
    INT(rc_states_counts, aborted, "aborted"),
    INT(rc_states_counts, total, "total"),
    INT(rc_states_counts, results_written, "resultsWritten"),
    INT(rc_states_counts, not_redrivable, "failuresNotRedrivable"),
    INT(rc_states_counts, pending_redrive, "pendingRedrive"),
};
SHAPE(rc_states_counts);

static const struct rc_member rc_states_describe_map_run_members[] = {
    TEXT(rc_states_describe_map_run, arn, "mapRunArn", .flags = RC_NEEDED),
};
SHAPE(rc_states_describe_map_run);

static const struct rc_member rc_states_map_run_described_members[] = {
    TEXT(rc_states_map_run_described, arn, "mapRunArn"),
    TEXT(rc_states_map_run_described, execution_arn, "executionArn"),
    TEXT(rc_states_map_run_described, status, "status"),
    TIME(rc_states_map_run_described, start_unix_ms, "startDate"),
    TIME(rc_states_map_run_described, stop_unix_ms, "stopDate"),
    INT(rc_states_map_run_described, max_concurrency, "maxConcurrency"),
    REAL(rc_states_map_run_described, tolerated_failure_percentage, "toleratedFailurePercentage"),
    INT(rc_states_map_run_described, tolerated_failure_count, "toleratedFailureCount"),
    STRUCT(rc_states_map_run_described, items, rc_states_counts, "itemCounts"),
    STRUCT(rc_states_map_run_described, executions, rc_states_counts, "executionCounts"),
    INT(rc_states_map_run_described, redrive_count, "redriveCount"),
    TIME(rc_states_map_run_described, redrive_unix_ms, "redriveDate"),
};
SHAPE(rc_states_map_run_described);

const struct rc_operation rc_states_describe_map_run_operation = {
    .service = &rc_service_states,
    .name = "DescribeMapRun",
    .in = &rc_states_describe_map_run_shape,
    .out = &rc_states_map_run_described_shape,
};

/* ----- Task tokens ----- */

static const struct rc_member rc_states_send_success_members[] = {
    TEXT(rc_states_send_success, task_token, "taskToken", .flags = RC_NEEDED),
    TEXT(rc_states_send_success, output, "output", .flags = RC_NEEDED),
};
SHAPE(rc_states_send_success);

const struct rc_operation rc_states_send_success_operation = {
    .service = &rc_service_states,
    .name = "SendTaskSuccess",
    .in = &rc_states_send_success_shape,
};

static const struct rc_member rc_states_send_failure_members[] = {
    TEXT(rc_states_send_failure, task_token, "taskToken", .flags = RC_NEEDED),
    TEXT(rc_states_send_failure, error, "error"),
    TEXT(rc_states_send_failure, cause, "cause"),
};
SHAPE(rc_states_send_failure);

const struct rc_operation rc_states_send_failure_operation = {
    .service = &rc_service_states,
    .name = "SendTaskFailure",
    .in = &rc_states_send_failure_shape,
};

static const struct rc_member rc_states_send_heartbeat_members[] = {
    TEXT(rc_states_send_heartbeat, task_token, "taskToken", .flags = RC_NEEDED),
};
SHAPE(rc_states_send_heartbeat);

const struct rc_operation rc_states_send_heartbeat_operation = {
    .service = &rc_service_states,
    .name = "SendTaskHeartbeat",
    .in = &rc_states_send_heartbeat_shape,
};
