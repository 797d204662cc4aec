/* How each type of resource of the template comes about on the local cloud. Its account
 * and region are reconlocal's (local/local.h). */
#include "cli/local_deploy.h"

#include "aws/cloudwatch.h"
#include "aws/dynamodb.h"
#include "aws/ecs.h"
#include "aws/events.h"
#include "aws/lambda.h"
#include "aws/logs.h"
#include "aws/s3.h"
#include "aws/sqs.h"
#include "aws/states.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_MS = 60000, POLL_MS = 20 };

#define ACCOUNT "us-east-1:000000000000:"

/* ----- JSON ----- */

/* The members of an object whose names stand in a list. */
static json_t *some(const json_t *object, const char *const *names)
{
    json_t *few = json_object();
    for (; *names; names++)
        if (json_object_get(object, *names))
            json_object_set(few, *names, json_object_get(object, *names));
    return few;
}

static json_t *with(json_t *object, const char *name, json_t *value)
{
    if (object && json_object_set_new(object, name, value) == 0)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *as_text(const json_t *value)
{
    if (json_is_string(value))
        return json_incref((json_t *)(uintptr_t)value);
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    json_t *json = text ? json_string(text) : NULL;
    free(text);
    return json;
}

static json_t *lower_first(const json_t *value);

static void set_lower(json_t *object, const char *name, const json_t *value)
{
    char *lower = strdup(name);
    if (!lower)
        return;
    int first = tolower((unsigned char)name[0]);
    lower[0] = (char)first;
    json_object_set_new(object, lower, lower_first(value));
    free(lower);
}

/* With names as ECS and Step Functions write them: containerDefinitions. */
static json_t *lower_first(const json_t *value)
{
    const char *name;
    json_t *member;
    size_t i;
    if (json_is_array(value)) {
        json_t *list = json_array();
        json_array_foreach(value, i, member)
        {
            json_array_append_new(list, lower_first(member));
        }
        return list;
    }
    if (!json_is_object(value))
        return json_incref((json_t *)(uintptr_t)value);
    json_t *object = json_object();
    json_object_foreach((json_t *)(uintptr_t)value, name, member)
    {
        set_lower(object, name, member);
    }
    return object;
}

static enum rc_change more(enum rc_change first, enum rc_change then)
{
    if (first == RC_FAILED || then == RC_FAILED)
        return RC_FAILED;
    return first > then ? first : then;
}

/* ----- S3 ----- */

static enum rc_change settle_bucket(struct rc_deploy *deploy, const char *name,
                                    const json_t *properties, struct rc_error *err)
{
    enum rc_change bucket =
        rc_settle(deploy->aws,
                  &(const struct rc_settle){.find = &rc_s3_head_bucket_operation,
                                            .find_in = json_pack("{s:s}", "Bucket", name),
                                            .create = &rc_s3_create_bucket_operation,
                                            .create_in = json_pack("{s:s}", "Bucket", name)},
                  err);
    json_t *versioning = json_deep_copy(json_object_get(properties, "VersioningConfiguration"));
    if (bucket == RC_FAILED || !versioning) {
        json_decref(versioning);
        return bucket;
    }
    return more(bucket, rc_settle(deploy->aws,
                                  &(const struct rc_settle){
                                      .find = &rc_s3_get_versioning_operation,
                                      .find_in = json_pack("{s:s}", "Bucket", name),
                                      .wanted = json_copy(versioning),
                                      .update = &rc_s3_put_versioning_operation,
                                      .update_in = with(versioning, "Bucket", json_string(name))},
                                  err));
}

/* ----- SQS ----- */

/* Every property but the name is an attribute, and attributes are texts. */
static json_t *queue_attributes(const json_t *properties)
{
    json_t *attributes = json_object(), *value;
    const char *name;
    json_object_foreach((json_t *)(uintptr_t)properties, name, value)
    {
        if (strcmp(name, "QueueName") != 0)
            json_object_set_new(attributes, name, as_text(value));
    }
    return attributes;
}

static enum rc_change settle_queue(struct rc_deploy *deploy, const char *name,
                                   const json_t *properties, struct rc_error *err)
{
    json_t *attributes = queue_attributes(properties);
    json_t *url = json_sprintf("%s/000000000000/%s", deploy->endpoint, name);
    return rc_settle(
        deploy->aws,
        &(const struct rc_settle){
            .find = &rc_sqs_get_attributes_operation,
            .find_in = json_pack("{s:O, s:[s]}", "QueueUrl", url, "AttributeNames", "All"),
            .at = "Attributes",
            .wanted = json_incref(attributes),
            .create = &rc_sqs_create_queue_operation,
            .create_in = json_pack("{s:s, s:O}", "QueueName", name, "Attributes", attributes),
            .update = &rc_sqs_set_attributes_operation,
            .update_in = json_pack("{s:o, s:o}", "QueueUrl", url, "Attributes", attributes)},
        err);
}

/* ----- EventBridge ----- */

static enum rc_change settle_rule(struct rc_deploy *deploy, const char *name,
                                  const json_t *properties, struct rc_error *err)
{
    static const char *const members[] = {"Name", "Description", "State", NULL};
    json_t *rule = with(some(properties, members), "EventPattern",
                        as_text(json_object_get(properties, "EventPattern")));
    json_t *targets = json_object_get(properties, "Targets");
    enum rc_change made =
        rc_settle(deploy->aws,
                  &(const struct rc_settle){.find = &rc_events_describe_rule_operation,
                                            .find_in = json_pack("{s:s}", "Name", name),
                                            .wanted = json_incref(rule),
                                            .create = &rc_events_put_rule_operation,
                                            .create_in = json_incref(rule),
                                            .update = &rc_events_put_rule_operation,
                                            .update_in = rule},
                  err);
    if (made == RC_FAILED)
        return made;
    return more(
        made, rc_settle(deploy->aws,
                        &(const struct rc_settle){
                            .find = &rc_events_list_targets_operation,
                            .find_in = json_pack("{s:s}", "Rule", name),
                            .wanted = json_pack("{s:O}", "Targets", targets),
                            .update = &rc_events_put_targets_operation,
                            .update_in = json_pack("{s:s, s:O}", "Rule", name, "Targets", targets)},
                        err));
}

/* ----- DynamoDB ----- */

static void wake(struct rc_timer *timer)
{
    *(bool *)timer->ctx = true;
}

/* DynamoDB tells nobody when a table is ready: it is asked again and again. */
static bool await_table(struct rc_deploy *deploy, const char *name, struct rc_error *err)
{
    struct rc_loop *loop = rc_aws_loop(deploy->aws);
    for (int waited_ms = 0; waited_ms < TABLE_MS; waited_ms += POLL_MS) {
        bool due = false;
        struct rc_timer timer = {.fire = wake, .ctx = &due};
        json_t *answer = rc_settle_ask(deploy->aws, &rc_dynamodb_describe_table_operation,
                                       json_pack("{s:s}", "TableName", name), NULL, NULL, err);
        json_t *status = json_object_get(json_object_get(answer, "Table"), "TableStatus");
        bool ready = json_is_string(status) && strcmp(json_string_value(status), "ACTIVE") == 0;
        bool asked = answer != NULL;
        json_decref(answer);
        if (ready || !asked)
            return ready;
        if (!rc_timer_set(loop, &timer, POLL_MS)) {
            rc_error_nomem(err);
            return false;
        }
        rc_loop_until(loop, &due, -1);
        rc_timer_stop(loop, &timer);
    }
    rc_error_set(err, RC_IO, "it was not ready after %d s", TABLE_MS / 1000);
    return false;
}

static enum rc_change settle_insights(struct rc_deploy *deploy, const char *name,
                                      const json_t *properties, struct rc_error *err)
{
    const json_t *given = json_object_get(properties, "ContributorInsightsSpecification");
    if (!json_is_true(json_object_get(given, "Enabled")))
        return RC_UNCHANGED;
    return rc_settle(deploy->aws,
                     &(const struct rc_settle){
                         .find = &rc_dynamodb_describe_insights_operation,
                         .find_in = json_pack("{s:s}", "TableName", name),
                         .wanted = json_pack("{s:s}", "ContributorInsightsStatus", "ENABLED"),
                         .update = &rc_dynamodb_update_insights_operation,
                         .update_in = json_pack("{s:s, s:s}", "TableName", name,
                                                "ContributorInsightsAction", "ENABLE")},
                     err);
}

static enum rc_change settle_ttl(struct rc_deploy *deploy, const char *name,
                                 const json_t *properties, struct rc_error *err)
{
    json_t *given = json_object_get(properties, "TimeToLiveSpecification");
    if (!given)
        return RC_UNCHANGED;
    return rc_settle(
        deploy->aws,
        &(const struct rc_settle){
            .find = &rc_dynamodb_describe_ttl_operation,
            .find_in = json_pack("{s:s}", "TableName", name),
            .at = "TimeToLiveDescription",
            .wanted = json_pack("{s:O}", "AttributeName", json_object_get(given, "AttributeName")),
            .update = &rc_dynamodb_update_ttl_operation,
            .update_in =
                json_pack("{s:s, s:O}", "TableName", name, "TimeToLiveSpecification", given)},
        err);
}

static enum rc_change settle_table(struct rc_deploy *deploy, const char *name,
                                   const json_t *properties, struct rc_error *err)
{
    static const char *const keys[] = {"AttributeDefinitions", "KeySchema", NULL};
    static const char *const members[] = {"TableName", "AttributeDefinitions", "KeySchema",
                                          "BillingMode", NULL};
    enum rc_change made =
        rc_settle(deploy->aws,
                  &(const struct rc_settle){.find = &rc_dynamodb_describe_table_operation,
                                            .find_in = json_pack("{s:s}", "TableName", name),
                                            .at = "Table",
                                            .wanted = some(properties, keys),
                                            .create = &rc_dynamodb_create_table_operation,
                                            .create_in = some(properties, members)},
                  err);
    if (made == RC_FAILED || !await_table(deploy, name, err))
        return RC_FAILED;
    made = more(made, settle_ttl(deploy, name, properties, err));
    return made == RC_FAILED ? made : more(made, settle_insights(deploy, name, properties, err));
}

/* ----- Lambda ----- */

static bool is_secret(const json_t *value)
{
    const char *text = json_string_value(value);
    return text && strncmp(text, "{{resolve:secretsmanager:", 25) == 0;
}

/* What was asked of Secrets Manager is the key that was given. */
static json_t *environment_of(const struct rc_deploy *deploy, const json_t *properties)
{
    json_t *environment = json_deep_copy(json_object_get(properties, "Environment"));
    json_t *variables = json_object_get(environment, "Variables"), *value;
    const char *name;
    void *next;
    json_object_foreach_safe(variables, next, name, value)
    {
        if (is_secret(value))
            json_object_set_new(variables, name, json_string(deploy->card_key));
    }
    return environment;
}

/* A handler is a command line. */
static json_t *handler_of(const struct rc_deploy *deploy, struct rc_error *err)
{
    if (!strchr(deploy->worker, '\''))
        return json_sprintf("'%s'", deploy->worker);
    rc_error_set(err, RC_USAGE, "the path of the worker has a ' in it: %.300s", deploy->worker);
    return NULL;
}

static enum rc_change settle_concurrency(struct rc_deploy *deploy, const char *name,
                                         const json_t *properties, struct rc_error *err)
{
    json_t *reserved = json_object_get(properties, "ReservedConcurrentExecutions");
    if (!reserved)
        return RC_UNCHANGED;
    return rc_settle(deploy->aws,
                     &(const struct rc_settle){
                         .find = &rc_lambda_get_concurrency_operation,
                         .find_in = json_pack("{s:s}", "FunctionName", name),
                         .wanted = json_pack("{s:O}", "ReservedConcurrentExecutions", reserved),
                         .update = &rc_lambda_put_concurrency_operation,
                         .update_in = json_pack("{s:s, s:O}", "FunctionName", name,
                                                "ReservedConcurrentExecutions", reserved)},
                     err);
}

static enum rc_change settle_function(struct rc_deploy *deploy, const char *name,
                                      const json_t *properties, struct rc_error *err)
{
    static const char *const members[] = {
        "Role", "Timeout", "MemorySize", "EphemeralStorage", "LoggingConfig", NULL};
    static const char *const once[] = {"FunctionName", "PackageType", "Code", "Architectures",
                                       NULL};
    json_t *handler = handler_of(deploy, err);
    if (!handler)
        return RC_FAILED;
    json_t *wanted = with(with(some(properties, members), "Handler", handler), "Environment",
                          environment_of(deploy, properties));
    json_t *create = some(properties, once), *update = json_pack("{s:s}", "FunctionName", name);
    json_object_update(create, wanted);
    json_object_update(update, wanted);
    enum rc_change made =
        rc_settle(deploy->aws,
                  &(const struct rc_settle){.find = &rc_lambda_get_configuration_operation,
                                            .find_in = json_pack("{s:s}", "FunctionName", name),
                                            .wanted = wanted,
                                            .create = &rc_lambda_create_operation,
                                            .create_in = create,
                                            .update = &rc_lambda_update_operation,
                                            .update_in = update},
                  err);
    return made == RC_FAILED ? made : more(made, settle_concurrency(deploy, name, properties, err));
}

static enum rc_change settle_mapping(struct rc_deploy *deploy, const char *name,
                                     const json_t *properties, struct rc_error *err)
{
    static const char *const members[] = {"BatchSize", "MaximumBatchingWindowInSeconds",
                                          "FunctionResponseTypes", "ScalingConfig", NULL};
    static const char *const between[] = {"EventSourceArn", "FunctionName", NULL};
    (void)name;
    return rc_settle(deploy->aws,
                     &(const struct rc_settle){.find = &rc_lambda_list_event_sources_operation,
                                               .find_in = some(properties, between),
                                               .at = "EventSourceMappings",
                                               .wanted = some(properties, members),
                                               .create = &rc_lambda_create_event_source_operation,
                                               .create_in = json_deep_copy(properties),
                                               .update = &rc_lambda_update_event_source_operation,
                                               .update_in = some(properties, members),
                                               .carry = "UUID"},
                     err);
}

/* ----- ECS ----- */

static enum rc_change settle_cluster(struct rc_deploy *deploy, const char *name,
                                     const json_t *properties, struct rc_error *err)
{
    (void)properties;
    return rc_settle(
        deploy->aws,
        &(const struct rc_settle){.find = &rc_ecs_describe_clusters_operation,
                                  .find_in = json_pack("{s:[s]}", "clusters", name),
                                  .at = "clusters",
                                  .create = &rc_ecs_create_cluster_operation,
                                  .create_in = json_pack("{s:s}", "clusterName", name)},
        err);
}

/* Each container runs the worker, and has its secrets in its environment. */
static void fill_container(const struct rc_deploy *deploy, json_t *container)
{
    json_t *environment = json_object_get(container, "environment"), *secret;
    size_t i;
    json_array_foreach(json_object_get(container, "secrets"), i, secret)
    {
        json_array_append_new(environment,
                              json_pack("{s:O, s:s}", "name", json_object_get(secret, "name"),
                                        "value", deploy->card_key));
    }
    json_object_del(container, "secrets");
    json_object_set_new(container, "entryPoint", json_pack("[s]", deploy->worker));
}

static enum rc_change settle_definition(struct rc_deploy *deploy, const char *name,
                                        const json_t *properties, struct rc_error *err)
{
    json_t *definition = lower_first(properties), *container;
    size_t i;
    json_array_foreach(json_object_get(definition, "containerDefinitions"), i, container)
    {
        fill_container(deploy, container);
    }
    return rc_settle(
        deploy->aws,
        &(const struct rc_settle){.find = &rc_ecs_describe_definition_operation,
                                  .find_in = json_pack("{s:s}", "taskDefinition", name),
                                  .at = "taskDefinition",
                                  .absent = "ClientException",
                                  .wanted = json_incref(definition),
                                  .create = &rc_ecs_register_definition_operation,
                                  .create_in = json_incref(definition),
                                  .update = &rc_ecs_register_definition_operation,
                                  .update_in = definition},
        err);
}

/* ----- Step Functions ----- */

static enum rc_change settle_machine(struct rc_deploy *deploy, const char *name,
                                     const json_t *properties, struct rc_error *err)
{
    char *text = rc_stack_substitute(deploy->machine,
                                     json_object_get(properties, "DefinitionSubstitutions"), err);
    json_t *role = json_object_get(properties, "RoleArn");
    json_t *arn = json_sprintf("arn:aws:states:" ACCOUNT "stateMachine:%s", name);
    json_t *logging = lower_first(json_object_get(properties, "LoggingConfiguration"));
    if (!text) {
        json_decref(arn);
        json_decref(logging);
        return RC_FAILED;
    }
    json_t *wanted = json_pack("{s:s, s:O, s:O*}", "definition", text, "roleArn", role,
                               "loggingConfiguration", logging);
    enum rc_change made = rc_settle(
        deploy->aws,
        &(const struct rc_settle){
            .find = &rc_states_describe_machine_operation,
            .find_in = json_pack("{s:O}", "stateMachineArn", arn),
            .wanted = wanted,
            .create = &rc_states_create_machine_operation,
            .create_in = json_pack("{s:s, s:s, s:O, s:O*}", "name", name, "definition", text,
                                   "roleArn", role, "loggingConfiguration", logging),
            .update = &rc_states_update_machine_operation,
            .update_in = json_pack("{s:o, s:s, s:O, s:o*}", "stateMachineArn", arn, "definition",
                                   text, "roleArn", role, "loggingConfiguration", logging)},
        err);
    free(text);
    return made;
}

/* ----- CloudWatch ----- */

static enum rc_change settle_log_group(struct rc_deploy *deploy, const char *name,
                                       const json_t *properties, struct rc_error *err)
{
    (void)properties;
    return rc_settle(
        deploy->aws,
        &(const struct rc_settle){.find = &rc_logs_describe_groups_operation,
                                  .find_in = json_pack("{s:s}", "logGroupNamePrefix", name),
                                  .at = "logGroups",
                                  .named = "logGroupName",
                                  .name = name,
                                  .create = &rc_logs_create_group_operation,
                                  .create_in = json_pack("{s:s}", "logGroupName", name)},
        err);
}

static enum rc_change settle_alarm(struct rc_deploy *deploy, const char *name,
                                   const json_t *properties, struct rc_error *err)
{
    return rc_settle(deploy->aws,
                     &(const struct rc_settle){.find = &rc_cloudwatch_describe_alarms_operation,
                                               .find_in = json_pack("{s:[s]}", "AlarmNames", name),
                                               .at = "MetricAlarms",
                                               .wanted = json_deep_copy(properties),
                                               .create = &rc_cloudwatch_put_alarm_operation,
                                               .create_in = json_deep_copy(properties),
                                               .update = &rc_cloudwatch_put_alarm_operation,
                                               .update_in = json_deep_copy(properties)},
                     err);
}

/* ----- the types ----- */

static const struct rc_local_kind kinds[] = {
    {"AWS::S3::Bucket",
     "BucketName",
     "{name}",
     {{"Arn", "arn:aws:s3:::{name}"}},
     "BucketName VersioningConfiguration NotificationConfiguration",
     settle_bucket},
    {"AWS::SQS::Queue",
     "QueueName",
     "{queue}",
     {{"Arn", "arn:aws:sqs:" ACCOUNT "{name}"}, {"QueueName", "{name}"}},
     "QueueName VisibilityTimeout MessageRetentionPeriod RedrivePolicy SqsManagedSseEnabled",
     settle_queue},
    {"AWS::Events::Rule",
     "Name",
     "{name}",
     {{"Arn", "arn:aws:events:" ACCOUNT "rule/{name}"}},
     "Name Description State EventPattern Targets",
     settle_rule},
    {"AWS::DynamoDB::Table",
     "TableName",
     "{name}",
     {{"Arn", "arn:aws:dynamodb:" ACCOUNT "table/{name}"}},
     "TableName AttributeDefinitions KeySchema BillingMode TimeToLiveSpecification "
     "ContributorInsightsSpecification",
     settle_table},
    {"AWS::Lambda::Function",
     "FunctionName",
     "{name}",
     {{"Arn", "arn:aws:lambda:" ACCOUNT "function:{name}"}},
     "FunctionName PackageType Code Architectures Role Timeout MemorySize EphemeralStorage "
     "LoggingConfig Environment ReservedConcurrentExecutions",
     settle_function},
    {"AWS::Lambda::EventSourceMapping",
     NULL,
     "{name}",
     {{0}},
     "EventSourceArn FunctionName BatchSize FunctionResponseTypes ScalingConfig",
     settle_mapping},
    {"AWS::ECS::Cluster",
     "ClusterName",
     "{name}",
     {{"Arn", "arn:aws:ecs:" ACCOUNT "cluster/{name}"}},
     "ClusterName",
     settle_cluster},
    {"AWS::ECS::TaskDefinition",
     "Family",
     "arn:aws:ecs:" ACCOUNT "task-definition/{name}",
     {{0}},
     "Family RequiresCompatibilities NetworkMode Cpu Memory EphemeralStorage RuntimePlatform "
     "TaskRoleArn ExecutionRoleArn ContainerDefinitions",
     settle_definition},
    {"AWS::StepFunctions::StateMachine",
     "StateMachineName",
     "arn:aws:states:" ACCOUNT "stateMachine:{name}",
     {{"Arn", "arn:aws:states:" ACCOUNT "stateMachine:{name}"}, {"Name", "{name}"}},
     "StateMachineName StateMachineType RoleArn DefinitionS3Location DefinitionSubstitutions "
     "LoggingConfiguration",
     settle_machine},
    {"AWS::Logs::LogGroup",
     "LogGroupName",
     "{name}",
     {{"Arn", "arn:aws:logs:" ACCOUNT "log-group:{name}:*"}},
     "LogGroupName",
     settle_log_group},
    {"AWS::CloudWatch::Alarm",
     "AlarmName",
     "{name}",
     {{"Arn", "arn:aws:cloudwatch:" ACCOUNT "alarm:{name}"}},
     "AlarmName AlarmDescription Namespace MetricName Dimensions Statistic Period "
     "EvaluationPeriods ComparisonOperator Threshold TreatMissingData AlarmActions OKActions",
     settle_alarm},
    {"AWS::IAM::Role",
     "RoleName",
     "{name}",
     {{"Arn", "arn:aws:iam::000000000000:role/{name}"}},
     "",
     NULL},
    {"AWS::IAM::ManagedPolicy",
     "ManagedPolicyName",
     "arn:aws:iam::000000000000:policy/{name}",
     {{0}},
     "",
     NULL},
    {"AWS::SNS::Topic", "TopicName", "arn:aws:sns:" ACCOUNT "{name}", {{0}}, "", NULL},
    {"AWS::SecretsManager::Secret",
     "Name",
     "arn:aws:secretsmanager:" ACCOUNT "secret:{name}",
     {{0}},
     "",
     NULL},
    {"AWS::EC2::SecurityGroup", "GroupName", "sg-local", {{"GroupId", "sg-local"}}, "", NULL},
    {"AWS::S3::BucketPolicy", NULL, "{name}", {{0}}, "", NULL},
    {"AWS::SQS::QueuePolicy", NULL, "{name}", {{0}}, "", NULL},
    {"AWS::CloudWatch::Dashboard", "DashboardName", "{name}", {{0}}, "", NULL},
};

const struct rc_local_kind *rc_local_kind_find(const char *type)
{
    for (size_t i = 0; type && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].type, type) == 0)
            return &kinds[i];
    return NULL;
}
