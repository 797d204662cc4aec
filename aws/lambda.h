/* AWS Lambda: invoking, functions, their concurrency and event sources. Source of
 * the members: "AWS Lambda API Reference". */
#ifndef RC_AWS_LAMBDA_H
#define RC_AWS_LAMBDA_H

#include "aws/call.h"

extern const struct rc_service rc_service_lambda;

/* ----- Invoking ----- */

struct rc_lambda_invoke {
    const char *function_name;
    const char *qualifier;      /* a version or an alias */
    const char *type;           /* RequestResponse (NULL), Event, DryRun */
    const char *log_type;       /* Tail: the answer has the end of the log */
    const char *client_context; /* base64 */
    struct rc_bytes payload;    /* JSON, up to 6 MB, and 1 MB asynchronously */
};

struct rc_lambda_invoked {
    int64_t status_code;        /* 200; 202: taken for later; 204: a dry run */
    const char *function_error; /* Handled, Unhandled: the payload is the error */
    const char *log_result;     /* base64 */
    const char *executed_version;
    struct rc_bytes payload;
};

/* Waits for the function, and asks once: a function may have run although no answer came. */
RC_OPERATION(rc_lambda_invoke, struct rc_lambda_invoke, struct rc_lambda_invoked);

/* For type "Event", and for a dry run: tried again like others. */
RC_OPERATION(rc_lambda_invoke_async, struct rc_lambda_invoke, struct rc_lambda_invoked);

/* ----- Functions ----- */

struct rc_lambda_vpc {
    const char *vpc_id;
    RC_LIST(char *const) subnet_ids;
    RC_LIST(char *const) security_group_ids;
};

struct rc_lambda_dead_letter {
    const char *target_arn;
};

struct rc_lambda_environment_error {
    const char *code;
    const char *message;
};

/* Variables may be secret: do not show their values. */
struct rc_lambda_environment {
    RC_LIST(struct rc_pair) variables;
    const struct rc_lambda_environment_error *error;
};

struct rc_lambda_tracing {
    const char *mode;
};

struct rc_lambda_layer {
    const char *arn;
    int64_t code_size_bytes;
};

struct rc_lambda_storage {
    int64_t size_mb;
};

struct rc_lambda_snap_start {
    const char *apply_on;
    const char *optimization_status;
};

struct rc_lambda_logging {
    const char *log_format;
    const char *application_log_level;
    const char *system_log_level;
    const char *log_group;
};

struct rc_lambda_function {
    const char *function_name;
    const char *arn;
    const char *version;
    const char *description;
    const char *runtime;
    const char *handler;
    const char *role;
    const char *package_type; /* Zip, Image */
    RC_LIST(char *const) architectures;
    int64_t memory_mb;
    int64_t timeout_s;
    const struct rc_lambda_storage *storage;
    int64_t code_size_bytes;
    const char *code_sha256;
    const char *last_modified; /* ISO 8601 */
    const char *state;         /* Pending, Active, Inactive, Failed */
    const char *state_reason;
    const char *state_reason_code;
    const char *last_update_status; /* Successful, Failed, InProgress */
    const char *last_update_status_reason;
    const char *last_update_status_reason_code;
    const struct rc_lambda_vpc *vpc;
    const struct rc_lambda_dead_letter *dead_letter;
    const struct rc_lambda_environment *environment;
    const struct rc_lambda_tracing *tracing;
    RC_LIST(struct rc_lambda_layer) layers;
    const struct rc_lambda_snap_start *snap_start;
    const struct rc_lambda_logging *logging;
    const char *kms_key_arn;
    const char *revision_id;
};

struct rc_lambda_get_configuration {
    const char *function_name;
    const char *qualifier;
};

RC_OPERATION(rc_lambda_get_configuration, struct rc_lambda_get_configuration,
             struct rc_lambda_function);

struct rc_lambda_code {
    const char *repository_type;
    const char *location; /* a link that is good for ten minutes */
    const char *image_uri;
    const char *resolved_image_uri;
};

struct rc_lambda_concurrency {
    json_t *reserved; /* a number, 0: it cannot run; NULL: none is reserved */
};

struct rc_lambda_get_function {
    const char *function_name;
    const char *qualifier;
};

struct rc_lambda_function_got {
    const struct rc_lambda_function *configuration;
    const struct rc_lambda_code *code;
    const struct rc_lambda_concurrency *concurrency;
    RC_LIST(struct rc_pair) tags;
};

RC_OPERATION(rc_lambda_get_function, struct rc_lambda_get_function, struct rc_lambda_function_got);

struct rc_lambda_list_functions {
    const char *function_version; /* ALL: every version, too */
    int64_t max_items;
    const char *marker;
};

struct rc_lambda_functions {
    RC_LIST(struct rc_lambda_function) functions;
    const char *next_marker;
};

RC_OPERATION(rc_lambda_list_functions, struct rc_lambda_list_functions, struct rc_lambda_functions);

struct rc_lambda_new_code {
    const char *image_uri; /* PackageType Image */
    const char *s3_bucket; /* PackageType Zip */
    const char *s3_key;
};

struct rc_lambda_create {
    const char *function_name;
    const char *role;
    const char *description;
    const char *package_type;
    const struct rc_lambda_new_code *code;
    RC_LIST(char *const) architectures;
    const char *runtime;
    const char *handler;
    int64_t memory_mb;
    int64_t timeout_s;
    const struct rc_lambda_storage *storage;
    const struct rc_lambda_environment *environment;
    const struct rc_lambda_tracing *tracing;
    const struct rc_lambda_logging *logging;
};

RC_OPERATION(rc_lambda_create, struct rc_lambda_create, struct rc_lambda_function);

struct rc_lambda_update {
    const char *function_name;
    const char *role;
    const char *description;
    const char *runtime;
    const char *handler;
    int64_t memory_mb;
    int64_t timeout_s;
    const struct rc_lambda_storage *storage;
    const struct rc_lambda_environment *environment;
    const struct rc_lambda_tracing *tracing;
    const struct rc_lambda_logging *logging;
    const char *revision_id; /* only when this is still the function's */
};

/* The configuration, not the code; what is absent stays as it is. */
RC_OPERATION(rc_lambda_update, struct rc_lambda_update, struct rc_lambda_function);

/* ----- Concurrency ----- */

struct rc_lambda_get_concurrency {
    const char *function_name;
};

RC_OPERATION(rc_lambda_get_concurrency, struct rc_lambda_get_concurrency,
             struct rc_lambda_concurrency);

struct rc_lambda_put_concurrency {
    const char *function_name;
    int64_t reserved; /* 0: the function stops running */
};

RC_OPERATION(rc_lambda_put_concurrency, struct rc_lambda_put_concurrency,
             struct rc_lambda_concurrency);

struct rc_lambda_limit {
    int64_t concurrent_executions;
    int64_t unreserved_concurrent_executions;
    int64_t total_code_size_bytes;
    int64_t code_size_unzipped_bytes;
    int64_t code_size_zipped_bytes;
};

struct rc_lambda_usage {
    int64_t total_code_size_bytes;
    int64_t function_count;
};

struct rc_lambda_account {
    const struct rc_lambda_limit *limit;
    const struct rc_lambda_usage *usage;
};

RC_OPERATION(rc_lambda_get_account, struct rc_nothing, struct rc_lambda_account);

/* ----- Event sources ----- */

struct rc_lambda_filter {
    const char *pattern;
};

struct rc_lambda_filters {
    RC_LIST(struct rc_lambda_filter) filters;
};

struct rc_lambda_success_destination {
    const char *destination;
};

struct rc_lambda_failure_destination {
    const char *destination;
};

struct rc_lambda_destinations {
    const struct rc_lambda_success_destination *on_success;
    const struct rc_lambda_failure_destination *on_failure;
};

struct rc_lambda_scaling {
    int64_t maximum_concurrency;
};

struct rc_lambda_event_source {
    const char *uuid;
    const char *source_arn;
    const char *function_arn;
    const char *state; /* Creating, Enabling, Enabled, Disabling, Disabled, Updating, Deleting */
    const char *state_transition_reason;
    const char *last_processing_result;
    int64_t last_modified_unix_ms;
    int64_t batch_size;
    int64_t batching_window_s;
    int64_t parallelization_factor;
    int64_t max_record_age_s; /* -1: for ever */
    int64_t max_retries;      /* -1: for ever */
    bool bisect_on_error;
    const char *starting_position;
    RC_LIST(char *const) function_response_types;
    const struct rc_lambda_filters *filters;
    const struct rc_lambda_destinations *destinations;
    const struct rc_lambda_scaling *scaling;
};

struct rc_lambda_list_event_sources {
    const char *source_arn;
    const char *function_name;
    int64_t max_items;
    const char *marker;
};

struct rc_lambda_event_sources {
    RC_LIST(struct rc_lambda_event_source) sources;
    const char *next_marker;
};

RC_OPERATION(rc_lambda_list_event_sources, struct rc_lambda_list_event_sources,
             struct rc_lambda_event_sources);

struct rc_lambda_create_event_source {
    const char *source_arn;
    const char *function_name;
    int64_t batch_size;
    int64_t batching_window_s;
    RC_LIST(char *const) function_response_types; /* ReportBatchItemFailures */
    const struct rc_lambda_filters *filters;
    const struct rc_lambda_scaling *scaling;
};

RC_OPERATION(rc_lambda_create_event_source, struct rc_lambda_create_event_source,
             struct rc_lambda_event_source);

struct rc_lambda_update_event_source {
    const char *uuid;
    const char *function_name;
    int64_t batch_size;
    int64_t batching_window_s;
    RC_LIST(char *const) function_response_types;
    const struct rc_lambda_filters *filters;
    const struct rc_lambda_scaling *scaling;
};

/* What is absent stays as it is. */
RC_OPERATION(rc_lambda_update_event_source, struct rc_lambda_update_event_source,
             struct rc_lambda_event_source);

#endif
