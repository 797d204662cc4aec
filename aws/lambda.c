#include "aws/lambda.h"

#include "aws/rows.h"

const struct rc_service rc_service_lambda = {
    .id = RC_SERVICE_LAMBDA,
    .name = "lambda",
    .signing_name = "lambda",
    .host_prefix = "lambda",
    .config_name = "lambda",
    .protocol = RC_PROTOCOL_REST_JSON,
    .retry = &rc_retry_standard,
};

enum { INVOKE_MS = 910 * 1000 }; /* a function runs for up to 15 minutes */

/* ----- Invoking ----- */

static const struct rc_member rc_lambda_invoke_members[] = {
    TEXT(rc_lambda_invoke, function_name, "FunctionName", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_lambda_invoke, qualifier, "Qualifier", .at = RC_AT_QUERY),
    TEXT(rc_lambda_invoke, type, "X-Amz-Invocation-Type", .at = RC_AT_HEADER),
    TEXT(rc_lambda_invoke, log_type, "X-Amz-Log-Type", .at = RC_AT_HEADER),
    TEXT(rc_lambda_invoke, client_context, "X-Amz-Client-Context", .at = RC_AT_HEADER),
    BLOB(rc_lambda_invoke, payload, "Payload", .at = RC_AT_PAYLOAD),
};
SHAPE(rc_lambda_invoke);

static const struct rc_member rc_lambda_invoked_members[] = {
    INT(rc_lambda_invoked, status_code, "StatusCode", .at = RC_AT_STATUS),
    TEXT(rc_lambda_invoked, function_error, "X-Amz-Function-Error", .at = RC_AT_HEADER),
    TEXT(rc_lambda_invoked, log_result, "X-Amz-Log-Result", .at = RC_AT_HEADER),
    TEXT(rc_lambda_invoked, executed_version, "X-Amz-Executed-Version", .at = RC_AT_HEADER),
    BLOB(rc_lambda_invoked, payload, "Payload", .at = RC_AT_PAYLOAD),
};
SHAPE(rc_lambda_invoked);

const struct rc_operation rc_lambda_invoke_operation = {
    .service = &rc_service_lambda,
    .name = "Invoke",
    .path = "/2015-03-31/functions/{FunctionName}/invocations",
    .in = &rc_lambda_invoke_shape,
    .out = &rc_lambda_invoked_shape,
    .flags = RC_OP_NO_RETRY,
    .timeout_ms = INVOKE_MS,
};

const struct rc_operation rc_lambda_invoke_async_operation = {
    .service = &rc_service_lambda,
    .name = "Invoke",
    .path = "/2015-03-31/functions/{FunctionName}/invocations",
    .in = &rc_lambda_invoke_shape,
    .out = &rc_lambda_invoked_shape,
};

/* ----- Functions ----- */

static const struct rc_member rc_lambda_vpc_members[] = {
    TEXT(rc_lambda_vpc, vpc_id, "VpcId"),
    TEXTS(rc_lambda_vpc, subnet_ids, "SubnetIds"),
    TEXTS(rc_lambda_vpc, security_group_ids, "SecurityGroupIds"),
};
SHAPE(rc_lambda_vpc);

static const struct rc_member rc_lambda_dead_letter_members[] = {
    TEXT(rc_lambda_dead_letter, target_arn, "TargetArn"),
};
SHAPE(rc_lambda_dead_letter);

static const struct rc_member rc_lambda_environment_error_members[] = {
    TEXT(rc_lambda_environment_error, code, "ErrorCode"),
    TEXT(rc_lambda_environment_error, message, "Message"),
};
SHAPE(rc_lambda_environment_error);

static const struct rc_member rc_lambda_environment_members[] = {
    PAIRS(rc_lambda_environment, variables, "Variables"),
    STRUCT(rc_lambda_environment, error, rc_lambda_environment_error, "Error"),
};
SHAPE(rc_lambda_environment);

static const struct rc_member rc_lambda_tracing_members[] = {
    TEXT(rc_lambda_tracing, mode, "Mode"),
};
SHAPE(rc_lambda_tracing);

static const struct rc_member rc_lambda_layer_members[] = {
    TEXT(rc_lambda_layer, arn, "Arn"),
    INT(rc_lambda_layer, code_size_bytes, "CodeSize"),
};
SHAPE(rc_lambda_layer);

static const struct rc_member rc_lambda_storage_members[] = {
    INT(rc_lambda_storage, size_mb, "Size"),
};
SHAPE(rc_lambda_storage);

static const struct rc_member rc_lambda_snap_start_members[] = {
    TEXT(rc_lambda_snap_start, apply_on, "ApplyOn"),
    TEXT(rc_lambda_snap_start, optimization_status, "OptimizationStatus"),
};
SHAPE(rc_lambda_snap_start);

static const struct rc_member rc_lambda_logging_members[] = {
    TEXT(rc_lambda_logging, log_format, "LogFormat"),
    TEXT(rc_lambda_logging, application_log_level, "ApplicationLogLevel"),
    TEXT(rc_lambda_logging, system_log_level, "SystemLogLevel"),
    TEXT(rc_lambda_logging, log_group, "LogGroup"),
};
SHAPE(rc_lambda_logging);

static const struct rc_member rc_lambda_function_members[] = {
    TEXT(rc_lambda_function, function_name, "FunctionName"),
    TEXT(rc_lambda_function, arn, "FunctionArn"),
    TEXT(rc_lambda_function, version, "Version"),
    TEXT(rc_lambda_function, description, "Description"),
    TEXT(rc_lambda_function, runtime, "Runtime"),
    TEXT(rc_lambda_function, handler, "Handler"),
    TEXT(rc_lambda_function, role, "Role"),
    TEXT(rc_lambda_function, package_type, "PackageType"),
    TEXTS(rc_lambda_function, architectures, "Architectures"),
    INT(rc_lambda_function, memory_mb, "MemorySize"),
    INT(rc_lambda_function, timeout_s, "Timeout"),
    STRUCT(rc_lambda_function, storage, rc_lambda_storage, "EphemeralStorage"),
    INT(rc_lambda_function, code_size_bytes, "CodeSize"),
    TEXT(rc_lambda_function, code_sha256, "CodeSha256"),
    TEXT(rc_lambda_function, last_modified, "LastModified"),
    TEXT(rc_lambda_function, state, "State"),
    TEXT(rc_lambda_function, state_reason, "StateReason"),
    TEXT(rc_lambda_function, state_reason_code, "StateReasonCode"),
    TEXT(rc_lambda_function, last_update_status, "LastUpdateStatus"),
    TEXT(rc_lambda_function, last_update_status_reason, "LastUpdateStatusReason"),
    TEXT(rc_lambda_function, last_update_status_reason_code, "LastUpdateStatusReasonCode"),
    STRUCT(rc_lambda_function, vpc, rc_lambda_vpc, "VpcConfig"),
    STRUCT(rc_lambda_function, dead_letter, rc_lambda_dead_letter, "DeadLetterConfig"),
    STRUCT(rc_lambda_function, environment, rc_lambda_environment, "Environment"),
    STRUCT(rc_lambda_function, tracing, rc_lambda_tracing, "TracingConfig"),
    LIST(rc_lambda_function, layers, rc_lambda_layer, "Layers"),
    STRUCT(rc_lambda_function, snap_start, rc_lambda_snap_start, "SnapStart"),
    STRUCT(rc_lambda_function, logging, rc_lambda_logging, "LoggingConfig"),
    TEXT(rc_lambda_function, kms_key_arn, "KMSKeyArn"),
    TEXT(rc_lambda_function, revision_id, "RevisionId"),
};
SHAPE(rc_lambda_function);

static const struct rc_member rc_lambda_get_configuration_members[] = {
    TEXT(rc_lambda_get_configuration, function_name, "FunctionName", .at = RC_AT_PATH,
         .flags = RC_NEEDED),
    TEXT(rc_lambda_get_configuration, qualifier, "Qualifier", .at = RC_AT_QUERY),
};
SHAPE(rc_lambda_get_configuration);

const struct rc_operation rc_lambda_get_configuration_operation = {
    .service = &rc_service_lambda,
    .name = "GetFunctionConfiguration",
    .method = "GET",
    .path = "/2015-03-31/functions/{FunctionName}/configuration",
    .in = &rc_lambda_get_configuration_shape,
    .out = &rc_lambda_function_shape,
};

static const struct rc_member rc_lambda_code_members[] = {
    TEXT(rc_lambda_code, repository_type, "RepositoryType"),
    TEXT(rc_lambda_code, location, "Location"),
    TEXT(rc_lambda_code, image_uri, "ImageUri"),
    TEXT(rc_lambda_code, resolved_image_uri, "ResolvedImageUri"),
};
SHAPE(rc_lambda_code);

static const struct rc_member rc_lambda_concurrency_members[] = {
    JSON(rc_lambda_concurrency, reserved, "ReservedConcurrentExecutions"),
};
SHAPE(rc_lambda_concurrency);

static const struct rc_member rc_lambda_get_function_members[] = {
    TEXT(rc_lambda_get_function, function_name, "FunctionName", .at = RC_AT_PATH,
         .flags = RC_NEEDED),
    TEXT(rc_lambda_get_function, qualifier, "Qualifier", .at = RC_AT_QUERY),
};
SHAPE(rc_lambda_get_function);

static const struct rc_member rc_lambda_function_got_members[] = {
    STRUCT(rc_lambda_function_got, configuration, rc_lambda_function, "Configuration"),
    STRUCT(rc_lambda_function_got, code, rc_lambda_code, "Code"),
    STRUCT(rc_lambda_function_got, concurrency, rc_lambda_concurrency, "Concurrency"),
    PAIRS(rc_lambda_function_got, tags, "Tags"),
};
SHAPE(rc_lambda_function_got);

const struct rc_operation rc_lambda_get_function_operation = {
    .service = &rc_service_lambda,
    .name = "GetFunction",
    .method = "GET",
    .path = "/2015-03-31/functions/{FunctionName}",
    .in = &rc_lambda_get_function_shape,
    .out = &rc_lambda_function_got_shape,
};

static const struct rc_member rc_lambda_list_functions_members[] = {
    TEXT(rc_lambda_list_functions, function_version, "FunctionVersion", .at = RC_AT_QUERY),
    INT(rc_lambda_list_functions, max_items, "MaxItems", .at = RC_AT_QUERY),
    TEXT(rc_lambda_list_functions, marker, "Marker", .at = RC_AT_QUERY),
};
SHAPE(rc_lambda_list_functions);

static const struct rc_member rc_lambda_functions_members[] = {
    LIST(rc_lambda_functions, functions, rc_lambda_function, "Functions"),
    TEXT(rc_lambda_functions, next_marker, "NextMarker"),
};
SHAPE(rc_lambda_functions);

const struct rc_operation rc_lambda_list_functions_operation = {
    .service = &rc_service_lambda,
    .name = "ListFunctions",
    .method = "GET",
    .path = "/2015-03-31/functions",
    .in = &rc_lambda_list_functions_shape,
    .out = &rc_lambda_functions_shape,
    .page_in = "Marker",
    .page_out = "NextMarker",
};

static const struct rc_member rc_lambda_new_code_members[] = {
    TEXT(rc_lambda_new_code, image_uri, "ImageUri"),
    TEXT(rc_lambda_new_code, s3_bucket, "S3Bucket"),
    TEXT(rc_lambda_new_code, s3_key, "S3Key"),
};
SHAPE(rc_lambda_new_code);

static const struct rc_member rc_lambda_create_members[] = {
    TEXT(rc_lambda_create, function_name, "FunctionName", .flags = RC_NEEDED),
    TEXT(rc_lambda_create, role, "Role", .flags = RC_NEEDED),
    TEXT(rc_lambda_create, description, "Description"),
    TEXT(rc_lambda_create, package_type, "PackageType"),
    STRUCT(rc_lambda_create, code, rc_lambda_new_code, "Code", .flags = RC_NEEDED),
    TEXTS(rc_lambda_create, architectures, "Architectures"),
    TEXT(rc_lambda_create, runtime, "Runtime"),
    TEXT(rc_lambda_create, handler, "Handler"),
    INT(rc_lambda_create, memory_mb, "MemorySize"),
    INT(rc_lambda_create, timeout_s, "Timeout"),
    STRUCT(rc_lambda_create, storage, rc_lambda_storage, "EphemeralStorage"),
    STRUCT(rc_lambda_create, environment, rc_lambda_environment, "Environment"),
    STRUCT(rc_lambda_create, tracing, rc_lambda_tracing, "TracingConfig"),
    STRUCT(rc_lambda_create, logging, rc_lambda_logging, "LoggingConfig"),
};
SHAPE(rc_lambda_create);

const struct rc_operation rc_lambda_create_operation = {
    .service = &rc_service_lambda,
    .name = "CreateFunction",
    .path = "/2015-03-31/functions",
    .in = &rc_lambda_create_shape,
    .out = &rc_lambda_function_shape,
};

static const struct rc_member rc_lambda_update_members[] = {
    TEXT(rc_lambda_update, function_name, "FunctionName", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_lambda_update, role, "Role"),
    TEXT(rc_lambda_update, description, "Description"),
    TEXT(rc_lambda_update, runtime, "Runtime"),
    TEXT(rc_lambda_update, handler, "Handler"),
    INT(rc_lambda_update, memory_mb, "MemorySize"),
    INT(rc_lambda_update, timeout_s, "Timeout"),
    STRUCT(rc_lambda_update, storage, rc_lambda_storage, "EphemeralStorage"),
    STRUCT(rc_lambda_update, environment, rc_lambda_environment, "Environment"),
    STRUCT(rc_lambda_update, tracing, rc_lambda_tracing, "TracingConfig"),
    STRUCT(rc_lambda_update, logging, rc_lambda_logging, "LoggingConfig"),
    TEXT(rc_lambda_update, revision_id, "RevisionId"),
};
SHAPE(rc_lambda_update);

const struct rc_operation rc_lambda_update_operation = {
    .service = &rc_service_lambda,
    .name = "UpdateFunctionConfiguration",
    .method = "PUT",
    .path = "/2015-03-31/functions/{FunctionName}/configuration",
    .in = &rc_lambda_update_shape,
    .out = &rc_lambda_function_shape,
};

/* ----- Concurrency ----- */

static const struct rc_member rc_lambda_get_concurrency_members[] = {
    TEXT(rc_lambda_get_concurrency, function_name, "FunctionName", .at = RC_AT_PATH,
         .flags = RC_NEEDED),
};
SHAPE(rc_lambda_get_concurrency);

const struct rc_operation rc_lambda_get_concurrency_operation = {
    .service = &rc_service_lambda,
    .name = "GetFunctionConcurrency",
    .method = "GET",
    .path = "/2019-09-30/functions/{FunctionName}/concurrency",
    .in = &rc_lambda_get_concurrency_shape,
    .out = &rc_lambda_concurrency_shape,
};

static const struct rc_member rc_lambda_put_concurrency_members[] = {
    TEXT(rc_lambda_put_concurrency, function_name, "FunctionName", .at = RC_AT_PATH,
         .flags = RC_NEEDED),
    INT(rc_lambda_put_concurrency, reserved, "ReservedConcurrentExecutions", .flags = RC_ALWAYS),
};
SHAPE(rc_lambda_put_concurrency);

const struct rc_operation rc_lambda_put_concurrency_operation = {
    .service = &rc_service_lambda,
    .name = "PutFunctionConcurrency",
    .method = "PUT",
    .path = "/2017-10-31/functions/{FunctionName}/concurrency",
    .in = &rc_lambda_put_concurrency_shape,
    .out = &rc_lambda_concurrency_shape,
};

static const struct rc_member rc_lambda_limit_members[] = {
    INT(rc_lambda_limit, concurrent_executions, "ConcurrentExecutions"),
    INT(rc_lambda_limit, unreserved_concurrent_executions, "UnreservedConcurrentExecutions"),
    INT(rc_lambda_limit, total_code_size_bytes, "TotalCodeSize"),
    INT(rc_lambda_limit, code_size_unzipped_bytes, "CodeSizeUnzipped"),
    INT(rc_lambda_limit, code_size_zipped_bytes, "CodeSizeZipped"),
};
SHAPE(rc_lambda_limit);

static const struct rc_member rc_lambda_usage_members[] = {
    INT(rc_lambda_usage, total_code_size_bytes, "TotalCodeSize"),
    INT(rc_lambda_usage, function_count, "FunctionCount"),
};
SHAPE(rc_lambda_usage);

static const struct rc_member rc_lambda_account_members[] = {
    STRUCT(rc_lambda_account, limit, rc_lambda_limit, "AccountLimit"),
    STRUCT(rc_lambda_account, usage, rc_lambda_usage, "AccountUsage"),
};
SHAPE(rc_lambda_account);

const struct rc_operation rc_lambda_get_account_operation = {
    .service = &rc_service_lambda,
    .name = "GetAccountSettings",
    .method = "GET",
    .path = "/2016-08-19/account-settings",
    .out = &rc_lambda_account_shape,
};

/* ----- Event sources ----- */

static const struct rc_member rc_lambda_filter_members[] = {
    TEXT(rc_lambda_filter, pattern, "Pattern"),
};
SHAPE(rc_lambda_filter);

static const struct rc_member rc_lambda_filters_members[] = {
    LIST(rc_lambda_filters, filters, rc_lambda_filter, "Filters"),
};
SHAPE(rc_lambda_filters);

static const struct rc_member rc_lambda_success_destination_members[] = {
    TEXT(rc_lambda_success_destination, destination, "Destination"),
};
SHAPE(rc_lambda_success_destination);

static const struct rc_member rc_lambda_failure_destination_members[] = {
    TEXT(rc_lambda_failure_destination, destination, "Destination"),
};
SHAPE(rc_lambda_failure_destination);

static const struct rc_member rc_lambda_destinations_members[] = {
    STRUCT(rc_lambda_destinations, on_success, rc_lambda_success_destination, "OnSuccess"),
    STRUCT(rc_lambda_destinations, on_failure, rc_lambda_failure_destination, "OnFailure"),
};
SHAPE(rc_lambda_destinations);

static const struct rc_member rc_lambda_scaling_members[] = {
    INT(rc_lambda_scaling, maximum_concurrency, "MaximumConcurrency"),
};
SHAPE(rc_lambda_scaling);

static const struct rc_member rc_lambda_event_source_members[] = {
    TEXT(rc_lambda_event_source, uuid, "UUID"),
    TEXT(rc_lambda_event_source, source_arn, "EventSourceArn"),
    TEXT(rc_lambda_event_source, function_arn, "FunctionArn"),
    TEXT(rc_lambda_event_source, state, "State"),
    TEXT(rc_lambda_event_source, state_transition_reason, "StateTransitionReason"),
    TEXT(rc_lambda_event_source, last_processing_result, "LastProcessingResult"),
    TIME(rc_lambda_event_source, last_modified_unix_ms, "LastModified"),
    INT(rc_lambda_event_source, batch_size, "BatchSize"),
    INT(rc_lambda_event_source, batching_window_s, "MaximumBatchingWindowInSeconds"),
    INT(rc_lambda_event_source, parallelization_factor, "ParallelizationFactor"),
    INT(rc_lambda_event_source, max_record_age_s, "MaximumRecordAgeInSeconds"),
    INT(rc_lambda_event_source, max_retries, "MaximumRetryAttempts"),
    BOOL(rc_lambda_event_source, bisect_on_error, "BisectBatchOnFunctionError"),
    TEXT(rc_lambda_event_source, starting_position, "StartingPosition"),
    TEXTS(rc_lambda_event_source, function_response_types, "FunctionResponseTypes"),
    STRUCT(rc_lambda_event_source, filters, rc_lambda_filters, "FilterCriteria"),
    STRUCT(rc_lambda_event_source, destinations, rc_lambda_destinations, "DestinationConfig"),
    STRUCT(rc_lambda_event_source, scaling, rc_lambda_scaling, "ScalingConfig"),
};
SHAPE(rc_lambda_event_source);

static const struct rc_member rc_lambda_list_event_sources_members[] = {
    TEXT(rc_lambda_list_event_sources, source_arn, "EventSourceArn", .at = RC_AT_QUERY),
    TEXT(rc_lambda_list_event_sources, function_name, "FunctionName", .at = RC_AT_QUERY),
    INT(rc_lambda_list_event_sources, max_items, "MaxItems", .at = RC_AT_QUERY),
    TEXT(rc_lambda_list_event_sources, marker, "Marker", .at = RC_AT_QUERY),
};
SHAPE(rc_lambda_list_event_sources);

static const struct rc_member rc_lambda_event_sources_members[] = {
    LIST(rc_lambda_event_sources, sources, rc_lambda_event_source, "EventSourceMappings"),
    TEXT(rc_lambda_event_sources, next_marker, "NextMarker"),
};
SHAPE(rc_lambda_event_sources);

const struct rc_operation rc_lambda_list_event_sources_operation = {
    .service = &rc_service_lambda,
    .name = "ListEventSourceMappings",
    .method = "GET",
    .path = "/2015-03-31/event-source-mappings",
    .in = &rc_lambda_list_event_sources_shape,
    .out = &rc_lambda_event_sources_shape,
    .page_in = "Marker",
    .page_out = "NextMarker",
};

static const struct rc_member rc_lambda_create_event_source_members[] = {
    TEXT(rc_lambda_create_event_source, source_arn, "EventSourceArn", .flags = RC_NEEDED),
    TEXT(rc_lambda_create_event_source, function_name, "FunctionName", .flags = RC_NEEDED),
    INT(rc_lambda_create_event_source, batch_size, "BatchSize"),
    INT(rc_lambda_create_event_source, batching_window_s, "MaximumBatchingWindowInSeconds"),
    TEXTS(rc_lambda_create_event_source, function_response_types, "FunctionResponseTypes"),
    STRUCT(rc_lambda_create_event_source, filters, rc_lambda_filters, "FilterCriteria"),
    STRUCT(rc_lambda_create_event_source, scaling, rc_lambda_scaling, "ScalingConfig"),
};
SHAPE(rc_lambda_create_event_source);

const struct rc_operation rc_lambda_create_event_source_operation = {
    .service = &rc_service_lambda,
    .name = "CreateEventSourceMapping",
    .path = "/2015-03-31/event-source-mappings",
    .in = &rc_lambda_create_event_source_shape,
    .out = &rc_lambda_event_source_shape,
};

static const struct rc_member rc_lambda_update_event_source_members[] = {
    TEXT(rc_lambda_update_event_source, uuid, "UUID", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_lambda_update_event_source, function_name, "FunctionName"),
    INT(rc_lambda_update_event_source, batch_size, "BatchSize"),
    INT(rc_lambda_update_event_source, batching_window_s, "MaximumBatchingWindowInSeconds"),
    TEXTS(rc_lambda_update_event_source, function_response_types, "FunctionResponseTypes"),
    STRUCT(rc_lambda_update_event_source, filters, rc_lambda_filters, "FilterCriteria"),
    STRUCT(rc_lambda_update_event_source, scaling, rc_lambda_scaling, "ScalingConfig"),
};
SHAPE(rc_lambda_update_event_source);

const struct rc_operation rc_lambda_update_event_source_operation = {
    .service = &rc_service_lambda,
    .name = "UpdateEventSourceMapping",
    .method = "PUT",
    .path = "/2015-03-31/event-source-mappings/{UUID}",
    .in = &rc_lambda_update_event_source_shape,
    .out = &rc_lambda_event_source_shape,
};
