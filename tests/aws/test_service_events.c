/* The tables of aws/events.c against documents as AWS has them. */
#include "aws/events.h"
#include "tests/aws/service.h"

/* ----- Putting events ----- */

static const struct rc_events_entry entry = {
    .source = "source",
    .detail_type = "detail_type",
    .detail = "detail",
    .bus = "bus",
    .at_unix_ms = 1700000180000,
    .resources = ONE_TEXT("resources"),
    .trace_header = "trace_header",
};

static const struct rc_events_put put = {
    .entries = {&entry, 1},
    .endpoint_id = "endpoint_id",
};

#define ENTRY                                                                                      \
    "{'Source':'source','DetailType':'detail_type','Detail':'detail','EventBusName':'bus','Time':" \
    "1700000180,'Resources':['resources'],'TraceHeader':'trace_header'}"

static void check_put_entry(const struct rc_events_put_entry *value)
{
    IS_TEXT(value, event_id);
    IS_TEXT(value, error_code);
    IS_TEXT(value, error_message);
}

static void check_put_done(const struct rc_events_put_done *value)
{
    IS_INT(value, failed, 614);
    check_put_entry(ONLY(value->entries));
}

#define PUT_ENTRY "{'EventId':'event_id','ErrorCode':'error_code','ErrorMessage':'error_message'}"

static void test_put(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_events_put_operation, &put, "POST /\nX-Amz-Target: AWSEvents.PutEvents",
                  "{'Entries':[" ENTRY "],'EndpointId':'endpoint_id'}");
    service_refuses(&rc_events_put_operation, &(struct rc_events_put){0}, "Entries");
    check_put_done(service_answers(&answer, &rc_events_put_operation, "",
                                   "{'FailedEntryCount':614,'Entries':[" PUT_ENTRY "]}"));
    service_forget(&answer);
}

/* ----- Rules ----- */

static const struct rc_events_list_rules list_rules = {
    .name_prefix = "name_prefix",
    .bus = "bus",
    .limit = 544,
    .next_token = "next_token",
};

static void check_rule(const struct rc_events_rule *value)
{
    IS_TEXT(value, name);
    IS_TEXT(value, arn);
    IS_TEXT(value, state);
    IS_TEXT(value, description);
    IS_TEXT(value, event_pattern);
    IS_TEXT(value, schedule);
    IS_TEXT(value, role_arn);
    IS_TEXT(value, managed_by);
    IS_TEXT(value, bus);
}

static void check_rules(const struct rc_events_rules *value)
{
    check_rule(ONLY(value->rules));
    IS_TEXT(value, next_token);
}

#define RULE                                                                                       \
    "{'Name':'name','Arn':'arn','State':'state','Description':'description','EventPattern':'"      \
    "event_pattern','ScheduleExpression':'schedule','RoleArn':'role_arn','ManagedBy':'managed_by'" \
    ",'EventBusName':'bus'}"

static void test_list_rules(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(
        &rc_events_list_rules_operation, &list_rules, "POST /\nX-Amz-Target: AWSEvents.ListRules",
        "{'NamePrefix':'name_prefix','EventBusName':'bus','Limit':544,'NextToken':'next_token'}");
    check_rules(service_answers(&answer, &rc_events_list_rules_operation, "",
                                "{'Rules':[" RULE "],'NextToken':'next_token'}"));
    service_forget(&answer);
}

static const struct rc_events_describe_rule describe_rule = {
    .name = "name",
    .bus = "bus",
};

static void check_rule_described(const struct rc_events_rule_described *value)
{
    IS_TEXT(value, name);
    IS_TEXT(value, arn);
    IS_TEXT(value, state);
    IS_TEXT(value, description);
    IS_TEXT(value, event_pattern);
    IS_TEXT(value, schedule);
    IS_TEXT(value, role_arn);
    IS_TEXT(value, managed_by);
    IS_TEXT(value, bus);
    IS_TEXT(value, created_by);
}

static void test_describe_rule(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_events_describe_rule_operation, &describe_rule,
                  "POST /\nX-Amz-Target: AWSEvents.DescribeRule",
                  "{'Name':'name','EventBusName':'bus'}");
    service_refuses(&rc_events_describe_rule_operation, &(struct rc_events_describe_rule){0},
                    "Name");
    check_rule_described(service_answers(
        &answer, &rc_events_describe_rule_operation, "",
        "{'Name':'name','Arn':'arn','State':'state','Description':'description','EventPattern':'"
        "event_pattern','ScheduleExpression':'schedule','RoleArn':'role_arn','ManagedBy':'managed_"
        "by','EventBusName':'bus','CreatedBy':'created_by'}"));
    service_forget(&answer);
}

static const struct rc_events_put_rule put_rule = {
    .name = "name",
    .event_pattern = "event_pattern",
    .schedule = "schedule",
    .state = "state",
    .description = "description",
    .role_arn = "role_arn",
    .bus = "bus",
};

static void check_rule_put(const struct rc_events_rule_put *value)
{
    IS_TEXT(value, arn);
}

static void test_put_rule(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_events_put_rule_operation, &put_rule,
                  "POST /\nX-Amz-Target: AWSEvents.PutRule",
                  "{'Name':'name','EventPattern':'event_pattern','ScheduleExpression':'schedule',"
                  "'State':'state','Description':'description','RoleArn':'role_arn',"
                  "'EventBusName':'bus'}");
    service_refuses(&rc_events_put_rule_operation, &(struct rc_events_put_rule){0}, "Name");
    check_rule_put(
        service_answers(&answer, &rc_events_put_rule_operation, "", "{'RuleArn':'arn'}"));
    service_forget(&answer);
}

/* ----- Targets ----- */

static const struct rc_events_list_targets list_targets = {
    .rule = "rule",
    .bus = "bus",
    .limit = 544,
    .next_token = "next_token",
};

static void check_transformer(const struct rc_events_transformer *value)
{
    IS_PAIRS(value, paths);
    IS_TEXT(value, template);
}

static void check_dead_letter(const struct rc_events_dead_letter *value)
{
    IS_TEXT(value, arn);
}

static void check_retry(const struct rc_events_retry *value)
{
    IS_INT(value, max_retries, 288);
    IS_INT(value, max_age_s, 33);
}

static void check_sqs(const struct rc_events_sqs *value)
{
    IS_TEXT(value, message_group_id);
}

static void check_target(const struct rc_events_target *value)
{
    IS_TEXT(value, id);
    IS_TEXT(value, arn);
    IS_TEXT(value, role_arn);
    IS_TEXT(value, input);
    IS_TEXT(value, input_path);
    check_transformer(value->transformer);
    check_dead_letter(value->dead_letter);
    check_retry(value->retry);
    check_sqs(value->sqs);
    IS_JSON(value, ecs, "{'TaskDefinitionArn':'d','TaskCount':1}");
}

static void check_targets(const struct rc_events_targets *value)
{
    check_target(ONLY(value->targets));
    IS_TEXT(value, next_token);
}

#define TRANSFORMER "{'InputPathsMap':{'a':'paths'},'InputTemplate':'template'}"

#define DEAD_LETTER "{'Arn':'arn'}"

#define RETRY "{'MaximumRetryAttempts':288,'MaximumEventAgeInSeconds':33}"

#define SQS "{'MessageGroupId':'message_group_id'}"

#define TARGET                                                                                     \
    "{'Id':'id','Arn':'arn','RoleArn':'role_arn','Input':'input','InputPath':'input_path','"       \
    "InputTransformer':" TRANSFORMER ",'DeadLetterConfig':" DEAD_LETTER ",'RetryPolicy':" RETRY    \
    ",'SqsParameters':" SQS ",'EcsParameters':{'TaskDefinitionArn':'d','TaskCount':1}}"

static void test_list_targets(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_events_list_targets_operation, &list_targets,
                  "POST /\nX-Amz-Target: AWSEvents.ListTargetsByRule",
                  "{'Rule':'rule','EventBusName':'bus','Limit':544,'NextToken':'next_token'}");
    service_refuses(&rc_events_list_targets_operation, &(struct rc_events_list_targets){0}, "Rule");
    check_targets(service_answers(&answer, &rc_events_list_targets_operation, "",
                                  "{'Targets':[" TARGET "],'NextToken':'next_token'}"));
    service_forget(&answer);
}

static void check_targets_put(const struct rc_events_targets_put *value)
{
    IS_INT(value, failed, 614);
    IS_TEXT(ONLY(value->failures), id);
    IS_TEXT(ONLY(value->failures), error_code);
    IS_TEXT(ONLY(value->failures), error_message);
}

/* What was listed can be put: it has the same members. */
static void test_put_targets(void **state)
{
    (void)state;
    struct service_answer listed, answer;
    const struct rc_events_targets *targets =
        service_answers(&listed, &rc_events_list_targets_operation, "", "{'Targets':[" TARGET "]}");
    const struct rc_events_put_targets put_targets = {
        .rule = "rule",
        .bus = "bus",
        .targets = {targets->targets.items, targets->targets.count},
    };
    service_sends(&rc_events_put_targets_operation, &put_targets,
                  "POST /\nX-Amz-Target: AWSEvents.PutTargets",
                  "{'Rule':'rule','EventBusName':'bus','Targets':[" TARGET "]}");
    service_refuses(&rc_events_put_targets_operation, &(struct rc_events_put_targets){0}, "Rule");
    check_targets_put(service_answers(
        &answer, &rc_events_put_targets_operation, "",
        "{'FailedEntryCount':614,'FailedEntries':[{'TargetId':'id','ErrorCode':'error_code',"
        "'ErrorMessage':'error_message'}]}"));
    service_forget(&answer);
    service_forget(&listed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put),           cmocka_unit_test(test_list_rules),
        cmocka_unit_test(test_describe_rule), cmocka_unit_test(test_put_rule),
        cmocka_unit_test(test_list_targets),  cmocka_unit_test(test_put_targets),
    };
    return cmocka_run_group_tests_name("service events", tests, NULL, NULL);
}
