/* The tables of aws/lambda.c against documents as AWS has them. */
#include "aws/lambda.h"
#include "tests/aws/service.h"

/* ----- Invoking ----- */

static const struct rc_lambda_invoke invoke = {
    .function_name = "function_name",
    .qualifier = "qualifier",
    .type = "type",
    .log_type = "log_type",
    .client_context = "client_context",
    .payload = BYTES("payload"),
};

static void check_invoked(const struct rc_lambda_invoked *value)
{
    IS_INT(value, status_code, 200);
    IS_TEXT(value, function_error);
    IS_TEXT(value, log_result);
    IS_TEXT(value, executed_version);
    IS_BLOB(value, payload);
}

static void test_invoke(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_lambda_invoke_operation, &invoke,
                  "POST "
                  "/2015-03-31/functions/function_name/"
                  "invocations?Qualifier=qualifier\nX-Amz-Invocation-Type: type\nX-Amz-Log-Type: "
                  "log_type\nX-Amz-Client-Context: client_context",
                  "payload");
    service_refuses(&rc_lambda_invoke_operation, &(struct rc_lambda_invoke){0}, "FunctionName");
    check_invoked(service_answers(&answer, &rc_lambda_invoke_operation,
                                  "X-Amz-Function-Error: function_error\nX-Amz-Log-Result: "
                                  "log_result\nX-Amz-Executed-Version: executed_version\n",
                                  "payload"));
    service_forget(&answer);
}

static void test_invoke_async(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_lambda_invoke_async_operation, &invoke,
                  "POST "
                  "/2015-03-31/functions/function_name/"
                  "invocations?Qualifier=qualifier\nX-Amz-Invocation-Type: type\nX-Amz-Log-Type: "
                  "log_type\nX-Amz-Client-Context: client_context",
                  "payload");
    service_refuses(&rc_lambda_invoke_async_operation, &(struct rc_lambda_invoke){0},
                    "FunctionName");
    check_invoked(service_answers(&answer, &rc_lambda_invoke_async_operation,
                                  "X-Amz-Function-Error: function_error\nX-Amz-Log-Result: "
                                  "log_result\nX-Amz-Executed-Version: executed_version\n",
                                  "payload"));
    service_forget(&answer);
}

/* ----- Functions ----- */

static const struct rc_lambda_get_configuration get_configuration = {
    .function_name = "function_name",
    .qualifier = "qualifier",
};

static void check_storage(const struct rc_lambda_storage *value)
{
    IS_INT(value, size_mb, 746);
}

static void check_vpc(const struct rc_lambda_vpc *value)
{
    IS_TEXT(value, vpc_id);
    IS_TEXTS(value, subnet_ids);
    IS_TEXTS(value, security_group_ids);
}

static void check_dead_letter(const struct rc_lambda_dead_letter *value)
{
    IS_TEXT(value, target_arn);
}

static void check_environment_error(const struct rc_lambda_environment_error *value)
{
    IS_TEXT(value, code);
    IS_TEXT(value, message);
}

static void check_environment(const struct rc_lambda_environment *value)
{
    IS_PAIRS(value, variables);
    check_environment_error(value->error);
}

static void check_tracing(const struct rc_lambda_tracing *value)
{
    IS_TEXT(value, mode);
}

static void check_layer(const struct rc_lambda_layer *value)
{
    IS_TEXT(value, arn);
    IS_INT(value, code_size_bytes, 696);
}

static void check_snap_start(const struct rc_lambda_snap_start *value)
{
    IS_TEXT(value, apply_on);
    IS_TEXT(value, optimization_status);
}

static void check_logging(const struct rc_lambda_logging *value)
{
    IS_TEXT(value, log_format);
    IS_TEXT(value, application_log_level);
    IS_TEXT(value, system_log_level);
    IS_TEXT(value, log_group);
}

static void check_function(const struct rc_lambda_function *value)
{
    IS_TEXT(value, function_name);
    IS_TEXT(value, arn);
    IS_TEXT(value, version);
    IS_TEXT(value, description);
    IS_TEXT(value, runtime);
    IS_TEXT(value, handler);
    IS_TEXT(value, role);
    IS_TEXT(value, package_type);
    IS_TEXTS(value, architectures);
    IS_INT(value, memory_mb, 68);
    IS_INT(value, timeout_s, 86);
    check_storage(value->storage);
    IS_INT(value, code_size_bytes, 696);
    IS_TEXT(value, code_sha256);
    IS_TEXT(value, last_modified);
    IS_TEXT(value, state);
    IS_TEXT(value, state_reason);
    IS_TEXT(value, state_reason_code);
    IS_TEXT(value, last_update_status);
    IS_TEXT(value, last_update_status_reason);
    IS_TEXT(value, last_update_status_reason_code);
    check_vpc(value->vpc);
    check_dead_letter(value->dead_letter);
    check_environment(value->environment);
    check_tracing(value->tracing);
    check_layer(ONLY(value->layers));
    check_snap_start(value->snap_start);
    check_logging(value->logging);
    IS_TEXT(value, kms_key_arn);
    IS_TEXT(value, revision_id);
}

#define STORAGE "{'Size':746}"

#define VPC                                                                                        \
    "{'VpcId':'vpc_id','SubnetIds':['subnet_ids'],'SecurityGroupIds':['security_group_ids']}"

#define DEAD_LETTER "{'TargetArn':'target_arn'}"

#define ENVIRONMENT_ERROR "{'ErrorCode':'code','Message':'message'}"

#define ENVIRONMENT "{'Variables':{'a':'variables'},'Error':" ENVIRONMENT_ERROR "}"

#define TRACING "{'Mode':'mode'}"

#define LAYER "{'Arn':'arn','CodeSize':696}"

#define SNAP_START "{'ApplyOn':'apply_on','OptimizationStatus':'optimization_status'}"

#define LOGGING                                                                                    \
    "{'LogFormat':'log_format','ApplicationLogLevel':'application_log_level','SystemLogLevel':'"   \
    "system_log_level','LogGroup':'log_group'}"

static void test_get_configuration(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_lambda_get_configuration_operation, &get_configuration,
                  "GET /2015-03-31/functions/function_name/configuration?Qualifier=qualifier", "");
    service_refuses(&rc_lambda_get_configuration_operation,
                    &(struct rc_lambda_get_configuration){0}, "FunctionName");
    check_function(service_answers(
        &answer, &rc_lambda_get_configuration_operation, "",
        "{'FunctionName':'function_name','FunctionArn':'arn','Version':'version','Description':'"
        "description','Runtime':'runtime','Handler':'handler','Role':'role','PackageType':'package_"
        "type','Architectures':['architectures'],'MemorySize':68,'Timeout':86,'EphemeralStorage'"
        ":" STORAGE
        ",'CodeSize':696,'CodeSha256':'code_sha256','LastModified':'last_modified','State':'state',"
        "'StateReason':'state_reason','StateReasonCode':'state_reason_code','LastUpdateStatus':'"
        "last_update_status','LastUpdateStatusReason':'last_update_status_reason','"
        "LastUpdateStatusReasonCode':'last_update_status_reason_code','VpcConfig':" VPC
        ",'DeadLetterConfig':" DEAD_LETTER ",'Environment':" ENVIRONMENT ",'TracingConfig':" TRACING
        ",'Layers':[" LAYER "],'SnapStart':" SNAP_START ",'LoggingConfig':" LOGGING
        ",'KMSKeyArn':'kms_key_arn','RevisionId':'revision_id'}"));
    service_forget(&answer);
}

static const struct rc_lambda_get_function get_function = {
    .function_name = "function_name",
    .qualifier = "qualifier",
};

static void check_code(const struct rc_lambda_code *value)
{
    IS_TEXT(value, repository_type);
    IS_TEXT(value, location);
    IS_TEXT(value, image_uri);
    IS_TEXT(value, resolved_image_uri);
}

static void check_concurrency(const struct rc_lambda_concurrency *value)
{
    IS_JSON(value, reserved, "0");
}

static void check_function_got(const struct rc_lambda_function_got *value)
{
    check_function(value->configuration);
    check_code(value->code);
    check_concurrency(value->concurrency);
    IS_PAIRS(value, tags);
}

#define FUNCTION                                                                                   \
    "{'FunctionName':'function_name','FunctionArn':'arn','Version':'version','Description':'"      \
    "description','Runtime':'runtime','Handler':'handler','Role':'role','PackageType':'package_"   \
    "type','Architectures':['architectures'],'MemorySize':68,'Timeout':86,'EphemeralStorage'"      \
    ":" STORAGE                                                                                    \
    ",'CodeSize':696,'CodeSha256':'code_sha256','LastModified':'last_modified','State':'state','"  \
    "StateReason':'state_reason','StateReasonCode':'state_reason_code','LastUpdateStatus':'last_"  \
    "update_status','LastUpdateStatusReason':'last_update_status_reason','"                        \
    "LastUpdateStatusReasonCode':'last_update_status_reason_code','VpcConfig':" VPC                \
    ",'DeadLetterConfig':" DEAD_LETTER ",'Environment':" ENVIRONMENT ",'TracingConfig':" TRACING   \
    ",'Layers':[" LAYER "],'SnapStart':" SNAP_START ",'LoggingConfig':" LOGGING                    \
    ",'KMSKeyArn':'kms_key_arn','RevisionId':'revision_id'}"

#define CODE                                                                                       \
    "{'RepositoryType':'repository_type','Location':'location','ImageUri':'image_uri','"           \
    "ResolvedImageUri':'resolved_image_uri'}"

#define CONCURRENCY "{'ReservedConcurrentExecutions':0}"

static void test_get_function(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_lambda_get_function_operation, &get_function,
                  "GET /2015-03-31/functions/function_name?Qualifier=qualifier", "");
    service_refuses(&rc_lambda_get_function_operation, &(struct rc_lambda_get_function){0},
                    "FunctionName");
    check_function_got(service_answers(&answer, &rc_lambda_get_function_operation, "",
                                       "{'Configuration':" FUNCTION ",'Code':" CODE
                                       ",'Concurrency':" CONCURRENCY ",'Tags':{'a':'tags'}}"));
    service_forget(&answer);
}

static const struct rc_lambda_list_functions list_functions = {
    .function_version = "function_version",
    .max_items = 68,
    .marker = "marker",
};

static void check_functions(const struct rc_lambda_functions *value)
{
    check_function(ONLY(value->functions));
    IS_TEXT(value, next_marker);
}

static void test_list_functions(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(
        &rc_lambda_list_functions_operation, &list_functions,
        "GET /2015-03-31/functions?FunctionVersion=function_version&MaxItems=68&Marker=marker", "");
    check_functions(service_answers(&answer, &rc_lambda_list_functions_operation, "",
                                    "{'Functions':[" FUNCTION "],'NextMarker':'next_marker'}"));
    service_forget(&answer);
}

/* ----- Concurrency ----- */

static const struct rc_lambda_get_concurrency get_concurrency = {
    .function_name = "function_name",
};

static void test_get_concurrency(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_lambda_get_concurrency_operation, &get_concurrency,
                  "GET /2019-09-30/functions/function_name/concurrency", "");
    service_refuses(&rc_lambda_get_concurrency_operation, &(struct rc_lambda_get_concurrency){0},
                    "FunctionName");
    check_concurrency(service_answers(&answer, &rc_lambda_get_concurrency_operation, "",
                                      "{'ReservedConcurrentExecutions':0}"));
    service_forget(&answer);
}

static const struct rc_lambda_put_concurrency put_concurrency = {
    .function_name = "function_name",
    .reserved = 865,
};

static void test_put_concurrency(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_lambda_put_concurrency_operation, &put_concurrency,
                  "PUT /2017-10-31/functions/function_name/concurrency",
                  "{'ReservedConcurrentExecutions':865}");
    service_refuses(&rc_lambda_put_concurrency_operation, &(struct rc_lambda_put_concurrency){0},
                    "FunctionName");
    check_concurrency(service_answers(&answer, &rc_lambda_put_concurrency_operation, "",
                                      "{'ReservedConcurrentExecutions':0}"));
    service_forget(&answer);
}

static void check_limit(const struct rc_lambda_limit *value)
{
    IS_INT(value, concurrent_executions, 482);
    IS_INT(value, unreserved_concurrent_executions, 768);
    IS_INT(value, total_code_size_bytes, 439);
    IS_INT(value, code_size_unzipped_bytes, 770);
    IS_INT(value, code_size_zipped_bytes, 543);
}

static void check_usage(const struct rc_lambda_usage *value)
{
    IS_INT(value, total_code_size_bytes, 439);
    IS_INT(value, function_count, 619);
}

static void check_account(const struct rc_lambda_account *value)
{
    check_limit(value->limit);
    check_usage(value->usage);
}

#define LIMIT                                                                                      \
    "{'ConcurrentExecutions':482,'UnreservedConcurrentExecutions':768,'TotalCodeSize':439,'"       \
    "CodeSizeUnzipped':770,'CodeSizeZipped':543}"

#define USAGE "{'TotalCodeSize':439,'FunctionCount':619}"

static void test_get_account(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_lambda_get_account_operation, NULL, "GET /2016-08-19/account-settings", "");
    check_account(service_answers(&answer, &rc_lambda_get_account_operation, "",
                                  "{'AccountLimit':" LIMIT ",'AccountUsage':" USAGE "}"));
    service_forget(&answer);
}

/* ----- Event sources ----- */

static const struct rc_lambda_list_event_sources list_event_sources = {
    .source_arn = "source_arn",
    .function_name = "function_name",
    .max_items = 68,
    .marker = "marker",
};

static void check_filter(const struct rc_lambda_filter *value)
{
    IS_TEXT(value, pattern);
}

static void check_filters(const struct rc_lambda_filters *value)
{
    check_filter(ONLY(value->filters));
}

static void check_success_destination(const struct rc_lambda_success_destination *value)
{
    IS_TEXT(value, destination);
}

static void check_failure_destination(const struct rc_lambda_failure_destination *value)
{
    IS_TEXT(value, destination);
}

static void check_destinations(const struct rc_lambda_destinations *value)
{
    check_success_destination(value->on_success);
    check_failure_destination(value->on_failure);
}

static void check_scaling(const struct rc_lambda_scaling *value)
{
    IS_INT(value, maximum_concurrency, 257);
}

static void check_event_source(const struct rc_lambda_event_source *value)
{
    IS_TEXT(value, uuid);
    IS_TEXT(value, source_arn);
    IS_TEXT(value, function_arn);
    IS_TEXT(value, state);
    IS_TEXT(value, state_transition_reason);
    IS_TEXT(value, last_processing_result);
    IS_INT(value, last_modified_unix_ms, 1700000431000);
    IS_INT(value, batch_size, 153);
    IS_INT(value, batching_window_s, 2);
    IS_INT(value, parallelization_factor, 546);
    IS_INT(value, max_record_age_s, 767);
    IS_INT(value, max_retries, 288);
    IS_TRUE(value, bisect_on_error);
    IS_TEXT(value, starting_position);
    IS_TEXTS(value, function_response_types);
    check_filters(value->filters);
    check_destinations(value->destinations);
    check_scaling(value->scaling);
}

static void check_event_sources(const struct rc_lambda_event_sources *value)
{
    check_event_source(ONLY(value->sources));
    IS_TEXT(value, next_marker);
}

#define FILTER "{'Pattern':'pattern'}"

#define FILTERS "{'Filters':[" FILTER "]}"

#define SUCCESS_DESTINATION "{'Destination':'destination'}"

#define FAILURE_DESTINATION "{'Destination':'destination'}"

#define DESTINATIONS "{'OnSuccess':" SUCCESS_DESTINATION ",'OnFailure':" FAILURE_DESTINATION "}"

#define SCALING "{'MaximumConcurrency':257}"

#define EVENT_SOURCE                                                                               \
    "{'UUID':'uuid','EventSourceArn':'source_arn','FunctionArn':'function_arn','State':'state','"  \
    "StateTransitionReason':'state_transition_reason','LastProcessingResult':'last_processing_"    \
    "result','LastModified':1700000431,'BatchSize':153,'MaximumBatchingWindowInSeconds':2,'"       \
    "ParallelizationFactor':546,'MaximumRecordAgeInSeconds':767,'MaximumRetryAttempts':288,'"      \
    "BisectBatchOnFunctionError':true,'StartingPosition':'starting_position','"                    \
    "FunctionResponseTypes':['function_response_types'],'FilterCriteria':" FILTERS                 \
    ",'DestinationConfig':" DESTINATIONS ",'ScalingConfig':" SCALING "}"

static void test_list_event_sources(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_lambda_list_event_sources_operation, &list_event_sources,
                  "GET "
                  "/2015-03-31/"
                  "event-source-mappings?EventSourceArn=source_arn&FunctionName=function_name&"
                  "MaxItems=68&Marker=marker",
                  "");
    check_event_sources(service_answers(&answer, &rc_lambda_list_event_sources_operation, "",
                                        "{'EventSourceMappings':[" EVENT_SOURCE
                                        "],'NextMarker':'next_marker'}"));
    service_forget(&answer);
}

/* ----- What makes and changes them ----- */

static const struct rc_lambda_environment environment = {.variables = ONE_PAIR("variables")};
static const struct rc_lambda_storage storage = {746};
static const struct rc_lambda_tracing tracing = {"mode"};
static const struct rc_lambda_logging logging = {"log_format", "application_log_level",
                                                 "system_log_level", "log_group"};
static const struct rc_lambda_new_code new_code = {"image_uri", "s3_bucket", "s3_key"};

static const struct rc_lambda_create create = {
    .function_name = "function_name",
    .role = "role",
    .description = "description",
    .package_type = "package_type",
    .code = &new_code,
    .architectures = ONE_TEXT("architectures"),
    .runtime = "runtime",
    .handler = "handler",
    .memory_mb = 68,
    .timeout_s = 86,
    .storage = &storage,
    .environment = &environment,
    .tracing = &tracing,
    .logging = &logging,
};

#define SETTINGS                                                                                   \
    "'Role':'role','Description':'description','Runtime':'runtime','Handler':'handler',"           \
    "'MemorySize':68,'Timeout':86,'EphemeralStorage':" STORAGE                                     \
    ",'Environment':{'Variables':{'a':'variables'}},'TracingConfig':" TRACING                      \
    ",'LoggingConfig':" LOGGING

static void test_create(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_lambda_create_operation, &create, "POST /2015-03-31/functions",
                  "{'FunctionName':'function_name','PackageType':'package_type',"
                  "'Code':{'ImageUri':'image_uri','S3Bucket':'s3_bucket','S3Key':'s3_key'},"
                  "'Architectures':['architectures']," SETTINGS "}");
    service_refuses(&rc_lambda_create_operation, &(struct rc_lambda_create){0}, "FunctionName");
    const struct rc_lambda_function *made = service_answers(
        &answer, &rc_lambda_create_operation, "", "{'FunctionName':'function_name'," SETTINGS "}");
    IS_TEXT(made, function_name);
    IS_TEXT(made, handler);
    service_forget(&answer);
}

static const struct rc_lambda_update update = {
    .function_name = "function_name",
    .role = "role",
    .description = "description",
    .runtime = "runtime",
    .handler = "handler",
    .memory_mb = 68,
    .timeout_s = 86,
    .storage = &storage,
    .environment = &environment,
    .tracing = &tracing,
    .logging = &logging,
    .revision_id = "revision_id",
};

static void test_update(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_lambda_update_operation, &update,
                  "PUT /2015-03-31/functions/function_name/configuration",
                  "{" SETTINGS ",'RevisionId':'revision_id'}");
    service_refuses(&rc_lambda_update_operation, &(struct rc_lambda_update){0}, "FunctionName");
    const struct rc_lambda_function *changed = service_answers(
        &answer, &rc_lambda_update_operation, "", "{'FunctionName':'function_name'," SETTINGS "}");
    IS_TEXT(changed, function_name);
    IS_INT(changed, timeout_s, 86);
    service_forget(&answer);
}

static const struct rc_lambda_filter filter = {"pattern"};
static const struct rc_lambda_filters filters = {.filters = {&filter, 1}};
static const struct rc_lambda_scaling scaling = {257};

static const struct rc_lambda_create_event_source create_event_source = {
    .source_arn = "source_arn",
    .function_name = "function_name",
    .batch_size = 153,
    .batching_window_s = 2,
    .function_response_types = ONE_TEXT("function_response_types"),
    .filters = &filters,
    .scaling = &scaling,
};

#define FEEDING                                                                                    \
    "'FunctionName':'function_name','BatchSize':153,'MaximumBatchingWindowInSeconds':2,"           \
    "'FunctionResponseTypes':['function_response_types'],'FilterCriteria':" FILTERS                \
    ",'ScalingConfig':" SCALING

static void test_create_event_source(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_lambda_create_event_source_operation, &create_event_source,
                  "POST /2015-03-31/event-source-mappings",
                  "{'EventSourceArn':'source_arn'," FEEDING "}");
    service_refuses(&rc_lambda_create_event_source_operation,
                    &(struct rc_lambda_create_event_source){0}, "EventSourceArn");
    check_event_source(
        service_answers(&answer, &rc_lambda_create_event_source_operation, "", EVENT_SOURCE));
    service_forget(&answer);
}

static const struct rc_lambda_update_event_source update_event_source = {
    .uuid = "uuid",
    .function_name = "function_name",
    .batch_size = 153,
    .batching_window_s = 2,
    .function_response_types = ONE_TEXT("function_response_types"),
    .filters = &filters,
    .scaling = &scaling,
};

static void test_update_event_source(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_lambda_update_event_source_operation, &update_event_source,
                  "PUT /2015-03-31/event-source-mappings/uuid", "{" FEEDING "}");
    service_refuses(&rc_lambda_update_event_source_operation,
                    &(struct rc_lambda_update_event_source){0}, "UUID");
    check_event_source(
        service_answers(&answer, &rc_lambda_update_event_source_operation, "", EVENT_SOURCE));
    service_forget(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_invoke),
        cmocka_unit_test(test_invoke_async),
        cmocka_unit_test(test_get_configuration),
        cmocka_unit_test(test_get_function),
        cmocka_unit_test(test_list_functions),
        cmocka_unit_test(test_get_concurrency),
        cmocka_unit_test(test_put_concurrency),
        cmocka_unit_test(test_get_account),
        cmocka_unit_test(test_list_event_sources),
        cmocka_unit_test(test_create),
        cmocka_unit_test(test_update),
        cmocka_unit_test(test_create_event_source),
        cmocka_unit_test(test_update_event_source),
    };
    return cmocka_run_group_tests_name("service lambda", tests, NULL, NULL);
}
