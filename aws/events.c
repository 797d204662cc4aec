#include "aws/events.h"

#include "aws/rows.h"

const struct rc_service rc_service_events = {
    .id = RC_SERVICE_EVENTS,
    .name = "events",
    .signing_name = "events",
    .host_prefix = "events",
    .config_name = "eventbridge",
    .target = "AWSEvents.",
    .protocol = RC_PROTOCOL_JSON_1_1,
    .retry = &rc_retry_standard,
};

/* ----- Putting events ----- */

static const struct rc_member rc_events_entry_members[] = {
    TEXT(rc_events_entry, source, "Source", .flags = RC_NEEDED),
    TEXT(rc_events_entry, detail_type, "DetailType", .flags = RC_NEEDED),
    TEXT(rc_events_entry, detail, "Detail", .flags = RC_NEEDED),
    TEXT(rc_events_entry, bus, "EventBusName"),
    TIME(rc_events_entry, at_unix_ms, "Time"),
    TEXTS(rc_events_entry, resources, "Resources"),
    TEXT(rc_events_entry, trace_header, "TraceHeader"),
};
SHAPE(rc_events_entry);

static const struct rc_member rc_events_put_members[] = {
    LIST(rc_events_put, entries, rc_events_entry, "Entries", .flags = RC_NEEDED),
    TEXT(rc_events_put, endpoint_id, "EndpointId"),
};
SHAPE(rc_events_put);

static const struct rc_member rc_events_put_entry_members[] = {
    TEXT(rc_events_put_entry, event_id, "EventId"),
    TEXT(rc_events_put_entry, error_code, "ErrorCode"),
    TEXT(rc_events_put_entry, error_message, "ErrorMessage"),
};
SHAPE(rc_events_put_entry);

static const struct rc_member rc_events_put_done_members[] = {
    INT(rc_events_put_done, failed, "FailedEntryCount"),
    LIST(rc_events_put_done, entries, rc_events_put_entry, "Entries"),
};
SHAPE(rc_events_put_done);

const struct rc_operation rc_events_put_operation = {
    .service = &rc_service_events,
    .name = "PutEvents",
    .in = &rc_events_put_shape,
    .out = &rc_events_put_done_shape,
};

/* ----- Rules ----- */

static const struct rc_member rc_events_rule_members[] = {
    TEXT(rc_events_rule, name, "Name"),
    TEXT(rc_events_rule, arn, "Arn"),
    TEXT(rc_events_rule, state, "State"),
    TEXT(rc_events_rule, description, "Description"),
    TEXT(rc_events_rule, event_pattern, "EventPattern"),
    TEXT(rc_events_rule, schedule, "ScheduleExpression"),
    TEXT(rc_events_rule, role_arn, "RoleArn"),
    TEXT(rc_events_rule, managed_by, "ManagedBy"),
    TEXT(rc_events_rule, bus, "EventBusName"),
};
SHAPE(rc_events_rule);

static const struct rc_member rc_events_list_rules_members[] = {
    TEXT(rc_events_list_rules, name_prefix, "NamePrefix"),
    TEXT(rc_events_list_rules, bus, "EventBusName"),
    INT(rc_events_list_rules, limit, "Limit"),
    TEXT(rc_events_list_rules, next_token, "NextToken"),
};
SHAPE(rc_events_list_rules);

static const struct rc_member rc_events_rules_members[] = {
    LIST(rc_events_rules, rules, rc_events_rule, "Rules"),
    TEXT(rc_events_rules, next_token, "NextToken"),
};
SHAPE(rc_events_rules);

const struct rc_operation rc_events_list_rules_operation = {
    .service = &rc_service_events,
    .name = "ListRules",
    .in = &rc_events_list_rules_shape,
    .out = &rc_events_rules_shape,
    .page_in = "NextToken",
    .page_out = "NextToken",
};

static const struct rc_member rc_events_describe_rule_members[] = {
    TEXT(rc_events_describe_rule, name, "Name", .flags = RC_NEEDED),
    TEXT(rc_events_describe_rule, bus, "EventBusName"),
};
SHAPE(rc_events_describe_rule);

static const struct rc_member rc_events_rule_described_members[] = {
    TEXT(rc_events_rule_described, name, "Name"),
    TEXT(rc_events_rule_described, arn, "Arn"),
    TEXT(rc_events_rule_described, state, "State"),
    TEXT(rc_events_rule_described, description, "Description"),
    TEXT(rc_events_rule_described, event_pattern, "EventPattern"),
    TEXT(rc_events_rule_described, schedule, "ScheduleExpression"),
    TEXT(rc_events_rule_described, role_arn, "RoleArn"),
    TEXT(rc_events_rule_described, managed_by, "ManagedBy"),
    TEXT(rc_events_rule_described, bus, "EventBusName"),
    TEXT(rc_events_rule_described, created_by, "CreatedBy"),
};
SHAPE(rc_events_rule_described);

const struct rc_operation rc_events_describe_rule_operation = {
    .service = &rc_service_events,
    .name = "DescribeRule",
    .in = &rc_events_describe_rule_shape,
    .out = &rc_events_rule_described_shape,
};

static const struct rc_member rc_events_put_rule_members[] = {
    TEXT(rc_events_put_rule, name, "Name", .flags = RC_NEEDED),
    TEXT(rc_events_put_rule, event_pattern, "EventPattern"),
    TEXT(rc_events_put_rule, schedule, "ScheduleExpression"),
    TEXT(rc_events_put_rule, state, "State"),
    TEXT(rc_events_put_rule, description, "Description"),
    TEXT(rc_events_put_rule, role_arn, "RoleArn"),
    TEXT(rc_events_put_rule, bus, "EventBusName"),
};
SHAPE(rc_events_put_rule);

static const struct rc_member rc_events_rule_put_members[] = {
    TEXT(rc_events_rule_put, arn, "RuleArn"),
};
SHAPE(rc_events_rule_put);

const struct rc_operation rc_events_put_rule_operation = {
    .service = &rc_service_events,
    .name = "PutRule",
    .in = &rc_events_put_rule_shape,
    .out = &rc_events_rule_put_shape,
};

/* ----- Targets ----- */

static const struct rc_member rc_events_dead_letter_members[] = {
    TEXT(rc_events_dead_letter, arn, "Arn"),
};
SHAPE(rc_events_dead_letter);

static const struct rc_member rc_events_retry_members[] = {
    INT(rc_events_retry, max_retries, "MaximumRetryAttempts"),
    INT(rc_events_retry, max_age_s, "MaximumEventAgeInSeconds"),
};
SHAPE(rc_events_retry);

static const struct rc_member rc_events_sqs_members[] = {
    TEXT(rc_events_sqs, message_group_id, "MessageGroupId"),
};
SHAPE(rc_events_sqs);

static const struct rc_member rc_events_transformer_members[] = {
    PAIRS(rc_events_transformer, paths, "InputPathsMap"),
    TEXT(rc_events_transformer, template, "InputTemplate"),
};
SHAPE(rc_events_transformer);

static const struct rc_member rc_events_target_members[] = {
    TEXT(rc_events_target, id, "Id"),
    TEXT(rc_events_target, arn, "Arn"),
    TEXT(rc_events_target, role_arn, "RoleArn"),
    TEXT(rc_events_target, input, "Input"),
    TEXT(rc_events_target, input_path, "InputPath"),
    STRUCT(rc_events_target, transformer, rc_events_transformer, "InputTransformer"),
    STRUCT(rc_events_target, dead_letter, rc_events_dead_letter, "DeadLetterConfig"),
    STRUCT(rc_events_target, retry, rc_events_retry, "RetryPolicy"),
    STRUCT(rc_events_target, sqs, rc_events_sqs, "SqsParameters"),
    JSON(rc_events_target, ecs, "EcsParameters"),
};
SHAPE(rc_events_target);

static const struct rc_member rc_events_list_targets_members[] = {
    TEXT(rc_events_list_targets, rule, "Rule", .flags = RC_NEEDED),
    TEXT(rc_events_list_targets, bus, "EventBusName"),
    INT(rc_events_list_targets, limit, "Limit"),
    TEXT(rc_events_list_targets, next_token, "NextToken"),
};
SHAPE(rc_events_list_targets);

static const struct rc_member rc_events_targets_members[] = {
    LIST(rc_events_targets, targets, rc_events_target, "Targets"),
    TEXT(rc_events_targets, next_token, "NextToken"),
};
SHAPE(rc_events_targets);

const struct rc_operation rc_events_list_targets_operation = {
    .service = &rc_service_events,
    .name = "ListTargetsByRule",
    .in = &rc_events_list_targets_shape,
    .out = &rc_events_targets_shape,
    .page_in = "NextToken",
    .page_out = "NextToken",
};

static const struct rc_member rc_events_put_targets_members[] = {
    TEXT(rc_events_put_targets, rule, "Rule", .flags = RC_NEEDED),
    TEXT(rc_events_put_targets, bus, "EventBusName"),
    LIST(rc_events_put_targets, targets, rc_events_target, "Targets", .flags = RC_NEEDED),
};
SHAPE(rc_events_put_targets);

static const struct rc_member rc_events_target_failure_members[] = {
    TEXT(rc_events_target_failure, id, "TargetId"),
    TEXT(rc_events_target_failure, error_code, "ErrorCode"),
    TEXT(rc_events_target_failure, error_message, "ErrorMessage"),
};
SHAPE(rc_events_target_failure);

static const struct rc_member rc_events_targets_put_members[] = {
    INT(rc_events_targets_put, failed, "FailedEntryCount"),
    LIST(rc_events_targets_put, failures, rc_events_target_failure, "FailedEntries"),
};
SHAPE(rc_events_targets_put);

const struct rc_operation rc_events_put_targets_operation = {
    .service = &rc_service_events,
    .name = "PutTargets",
    .in = &rc_events_put_targets_shape,
    .out = &rc_events_targets_put_shape,
};
