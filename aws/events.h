/* Amazon EventBridge: putting events, rules and their targets. Source of the
 * members: "Amazon EventBridge API Reference". */
#ifndef RC_AWS_EVENTS_H
#define RC_AWS_EVENTS_H

#include "aws/call.h"

extern const struct rc_service rc_service_events;

/* ----- Putting events ----- */

struct rc_events_entry {
    const char *source;
    const char *detail_type;
    const char *detail; /* JSON in a text; an entry has up to 256 KB */
    const char *bus;    /* NULL: default */
    int64_t at_unix_ms; /* 0: now */
    RC_LIST(char *const) resources;
    const char *trace_header;
};

struct rc_events_put {
    RC_LIST(struct rc_events_entry) entries; /* up to 10 */
    const char *endpoint_id;
};

/* By position: EventId, or the error. */
struct rc_events_put_entry {
    const char *event_id;
    const char *error_code;
    const char *error_message;
};

struct rc_events_put_done {
    int64_t failed;
    RC_LIST(struct rc_events_put_entry) entries;
};

RC_OPERATION(rc_events_put, struct rc_events_put, struct rc_events_put_done);

/* ----- Rules ----- */

struct rc_events_rule {
    const char *name;
    const char *arn;
    const char *state; /* ENABLED, DISABLED, ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS */
    const char *description;
    const char *event_pattern;
    const char *schedule;
    const char *role_arn;
    const char *managed_by;
    const char *bus;
};

struct rc_events_list_rules {
    const char *name_prefix;
    const char *bus;
    int64_t limit;
    const char *next_token;
};

struct rc_events_rules {
    RC_LIST(struct rc_events_rule) rules;
    const char *next_token;
};

RC_OPERATION(rc_events_list_rules, struct rc_events_list_rules, struct rc_events_rules);

struct rc_events_describe_rule {
    const char *name;
    const char *bus;
};

struct rc_events_rule_described {
    const char *name;
    const char *arn;
    const char *state;
    const char *description;
    const char *event_pattern;
    const char *schedule;
    const char *role_arn;
    const char *managed_by;
    const char *bus;
    const char *created_by;
};

RC_OPERATION(rc_events_describe_rule, struct rc_events_describe_rule,
             struct rc_events_rule_described);

struct rc_events_put_rule {
    const char *name;
    const char *event_pattern; /* this ... */
    const char *schedule;      /* ... or that, or both */
    const char *state;
    const char *description;
    const char *role_arn;
    const char *bus;
};

struct rc_events_rule_put {
    const char *arn;
};

/* Makes a rule, or gives one that is there all of this instead of what it had. */
RC_OPERATION(rc_events_put_rule, struct rc_events_put_rule, struct rc_events_rule_put);

/* ----- Targets ----- */

struct rc_events_dead_letter {
    const char *arn;
};

struct rc_events_retry {
    int64_t max_retries;
    int64_t max_age_s;
};

struct rc_events_sqs {
    const char *message_group_id;
};

struct rc_events_transformer {
    RC_LIST(struct rc_pair) paths;
    const char *template;
};

struct rc_events_target {
    const char *id;
    const char *arn;
    const char *role_arn;
    const char *input;
    const char *input_path;
    const struct rc_events_transformer *transformer;
    const struct rc_events_dead_letter *dead_letter;
    const struct rc_events_retry *retry;
    const struct rc_events_sqs *sqs;
    json_t *ecs;
};

struct rc_events_list_targets {
    const char *rule;
    const char *bus;
    int64_t limit;
    const char *next_token;
};

struct rc_events_targets {
    RC_LIST(struct rc_events_target) targets;
    const char *next_token;
};

RC_OPERATION(rc_events_list_targets, struct rc_events_list_targets, struct rc_events_targets);

struct rc_events_put_targets {
    const char *rule;
    const char *bus;
    RC_LIST(struct rc_events_target) targets; /* up to 100 */
};

struct rc_events_target_failure {
    const char *id;
    const char *error_code;
    const char *error_message;
};

struct rc_events_targets_put {
    int64_t failed;
    RC_LIST(struct rc_events_target_failure) failures;
};

/* Adds targets to a rule, and replaces those of the same ids. */
RC_OPERATION(rc_events_put_targets, struct rc_events_put_targets, struct rc_events_targets_put);

#endif
