/* AWS Step Functions: state machines, executions and their history, Map runs and
 * task tokens. Source of the members: "AWS Step Functions API Reference". */
#ifndef RC_AWS_STATES_H
#define RC_AWS_STATES_H

#include "aws/call.h"

extern const struct rc_service rc_service_states;

/* ----- State machines ----- */

struct rc_states_machine {
    const char *arn;
    const char *name;
    const char *type; /* STANDARD, EXPRESS */
    int64_t created_unix_ms;
};

struct rc_states_list_machines {
    int64_t max_results;
    const char *next_token;
};

struct rc_states_machines {
    RC_LIST(struct rc_states_machine) machines;
    const char *next_token;
};

RC_OPERATION(rc_states_list_machines, struct rc_states_list_machines, struct rc_states_machines);

struct rc_states_log_group {
    const char *arn;
};

struct rc_states_log_destination {
    const struct rc_states_log_group *log_group;
};

struct rc_states_logging {
    const char *level; /* ALL, ERROR, FATAL, OFF */
    bool include_execution_data;
    RC_LIST(struct rc_states_log_destination) destinations;
};

struct rc_states_describe_machine {
    const char *arn;
    const char *included_data; /* METADATA_ONLY: without the definition, needs no key */
};

struct rc_states_machine_described {
    const char *arn;
    const char *name;
    const char *status; /* ACTIVE, DELETING */
    const char *type;
    const char *definition; /* in Amazon States Language */
    const char *role_arn;
    const char *revision_id;
    const char *description;
    const char *label;
    int64_t created_unix_ms;
    const struct rc_states_logging *logging;
};

RC_OPERATION(rc_states_describe_machine, struct rc_states_describe_machine,
             struct rc_states_machine_described);

struct rc_states_tag {
    const char *key;
    const char *value;
};

struct rc_states_create_machine {
    const char *name;
    const char *definition;
    const char *role_arn;
    const char *type;
    const struct rc_states_logging *logging;
    RC_LIST(struct rc_states_tag) tags;
    bool publish;
    const char *version_description;
};

struct rc_states_machine_created {
    const char *arn;
    const char *version_arn;
    int64_t created_unix_ms;
};

RC_OPERATION(rc_states_create_machine, struct rc_states_create_machine,
             struct rc_states_machine_created);

struct rc_states_update_machine {
    const char *arn;
    const char *definition;
    const char *role_arn;
    const struct rc_states_logging *logging;
};

struct rc_states_machine_updated {
    int64_t updated_unix_ms;
    const char *revision_id;
};

/* What is absent stays as it is. Executions that run end with the definition that they
 * began with. */
RC_OPERATION(rc_states_update_machine, struct rc_states_update_machine,
             struct rc_states_machine_updated);

/* ----- Executions ----- */

struct rc_states_execution {
    const char *arn;
    const char *name;
    const char *status; /* RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED, PENDING_REDRIVE */
    int64_t start_unix_ms;
    int64_t stop_unix_ms;
    const char *map_run_arn;
    int64_t item_count; /* of a child of a Map run */
    int64_t redrive_count;
    int64_t redrive_unix_ms;
};

/* Of a state machine, or the children of a Map run. */
struct rc_states_list_executions {
    const char *machine_arn;
    const char *map_run_arn;
    const char *status_filter;
    const char *redrive_filter; /* REDRIVEN, NOT_REDRIVEN */
    int64_t max_results;
    const char *next_token;
};

struct rc_states_executions {
    RC_LIST(struct rc_states_execution) executions;
    const char *next_token;
};

RC_OPERATION(rc_states_list_executions, struct rc_states_list_executions,
             struct rc_states_executions);

struct rc_states_start {
    const char *machine_arn;
    const char *name;  /* up to 80 characters; the same again is the same execution while it runs */
    const char *input; /* JSON in a text, up to 262,144 characters */
    const char *trace_header;
};

struct rc_states_started {
    const char *arn;
    int64_t start_unix_ms;
};

RC_OPERATION(rc_states_start, struct rc_states_start, struct rc_states_started);

struct rc_states_describe_execution {
    const char *arn;
    const char *included_data;
};

struct rc_states_execution_described {
    const char *arn;
    const char *machine_arn;
    const char *version_arn;
    const char *alias_arn;
    const char *map_run_arn;
    const char *name;
    const char *status;
    int64_t start_unix_ms;
    int64_t stop_unix_ms;
    const char *input;
    const char *output;
    const char *error;
    const char *cause;
    int64_t redrive_count;
    int64_t redrive_unix_ms;
    const char *redrive_status; /* REDRIVABLE, NOT_REDRIVABLE, REDRIVABLE_BY_MAP_RUN */
    const char *redrive_status_reason;
    const char *trace_header;
};

RC_OPERATION(rc_states_describe_execution, struct rc_states_describe_execution,
             struct rc_states_execution_described);

struct rc_states_event {
    int64_t id;
    int64_t previous_event_id; /* 0: the first */
    int64_t at_unix_ms;
    const char *type; /* "TaskFailed" */
    json_t *details;  /* of the type's own kind; NULL: there are none */
};

struct rc_states_get_history {
    const char *arn;
    int64_t max_results;      /* up to 1,000 */
    bool reverse_order;       /* the newest first */
    const char *include_data; /* "false": without inputs and outputs */
    const char *next_token;
};

struct rc_states_history {
    RC_LIST(struct rc_states_event) events;
    const char *next_token;
};

RC_OPERATION(rc_states_get_history, struct rc_states_get_history, struct rc_states_history);

struct rc_states_stop {
    const char *arn;
    const char *error;
    const char *cause;
};

struct rc_states_stopped {
    int64_t stop_unix_ms;
};

RC_OPERATION(rc_states_stop, struct rc_states_stop, struct rc_states_stopped);

/* From where it failed; Standard workflows, within 14 days. */
struct rc_states_redrive {
    const char *arn;
    const char *client_token;
};

struct rc_states_redriven {
    int64_t redrive_unix_ms;
};

RC_OPERATION(rc_states_redrive, struct rc_states_redrive, struct rc_states_redriven);

/* ----- Map runs ----- */

struct rc_states_map_run {
    const char *arn;
    const char *execution_arn;
    const char *machine_arn;
    int64_t start_unix_ms;
    int64_t stop_unix_ms;
};

struct rc_states_list_map_runs {
    const char *execution_arn;
    int64_t max_results;
    const char *next_token;
};

struct rc_states_map_runs {
    RC_LIST(struct rc_states_map_run) runs;
    const char *next_token;
};

RC_OPERATION(rc_states_list_map_runs, struct rc_states_list_map_runs, struct rc_states_map_runs);

/* Of items, and of child executions. */
struct rc_states_counts {
    int64_t pending;
    int64_t running;
    int64_t succeeded;
    int64_t failed;
    int64_t timed_out;
    int64_t aborted;
    int64_t total;
    int64_t results_written;
    int64_t not_redrivable;
    int64_t pending_redrive;
};

struct rc_states_describe_map_run {
    const char *arn;
};

struct rc_states_map_run_described {
    const char *arn;
    const char *execution_arn;
    const char *status;
    int64_t start_unix_ms;
    int64_t stop_unix_ms;
    int64_t max_concurrency;
    double tolerated_failure_percentage;
    int64_t tolerated_failure_count;
    const struct rc_states_counts *items;
    const struct rc_states_counts *executions;
    int64_t redrive_count;
    int64_t redrive_unix_ms;
};

RC_OPERATION(rc_states_describe_map_run, struct rc_states_describe_map_run,
             struct rc_states_map_run_described);

/* ----- Task tokens ----- */

struct rc_states_send_success {
    const char *task_token;
    const char *output; /* JSON in a text */
};

RC_OPERATION(rc_states_send_success, struct rc_states_send_success, struct rc_nothing);

struct rc_states_send_failure {
    const char *task_token;
    const char *error;
    const char *cause;
};

RC_OPERATION(rc_states_send_failure, struct rc_states_send_failure, struct rc_nothing);

struct rc_states_send_heartbeat {
    const char *task_token;
};

RC_OPERATION(rc_states_send_heartbeat, struct rc_states_send_heartbeat, struct rc_nothing);

#endif
