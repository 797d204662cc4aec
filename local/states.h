/* Step Functions: what its files share. An execution has branches: one at first, and one
 * more for each branch of a Parallel state and each item of a Map state. A branch stands in
 * one state; every step that it makes is kept in the table before anything else happens, so
 * that an execution goes on where it was when reconlocal is started again. */
#ifndef RC_LOCAL_STATES_H
#define RC_LOCAL_STATES_H

#include "local/exchange.h"

/* Source: "Step Functions service quotas", AWS Step Functions Developer Guide. */
enum {
    RC_STATES_PAYLOAD_MOST = 262144,
    RC_STATES_DEFINITION_MOST = 1 << 20,
    RC_STATES_NAME_MOST = 80,
    RC_STATES_EVENTS_MOST = 25000,
    RC_STATES_INLINE_CONCURRENCY = 40,
    RC_STATES_CHILDREN_MOST = 1000, /* AWS has 10,000 child executions at once */
    RC_STATES_REDRIVE_MS = 14 * 24 * 60 * 60 * 1000,
    RC_STATES_CAUSE_MOST = 32768,
};

#define RC_STATES_ARN "arn:aws:states:" RC_LOCAL_REGION ":" RC_LOCAL_ACCOUNT ":"

/* Where a branch is; the names stand in the table. */
enum rc_phase {
    RC_PHASE_ENTER,    /* is to enter its state */
    RC_PHASE_AGAIN,    /* is in it, and is to do its work (anew) */
    RC_PHASE_WAIT,     /* a Wait state, until due_ms */
    RC_PHASE_RETRY,    /* its work failed, and is to be done again at due_ms */
    RC_PHASE_TASK,     /* the work was begun */
    RC_PHASE_TOKEN,    /* the work was handed over; its token comes back */
    RC_PHASE_CHILDREN, /* its branches, items or child executions are at work */
    RC_PHASE_DONE,     /* data is its output */
    RC_PHASE_FAILED,
};

struct rc_states_call;
struct rc_states_map_run;

struct rc_branch {
    struct rc_states_execution *execution;
    int64_t id;     /* in its execution; 0: the first */
    int64_t number; /* of the branch or item of its parent */
    struct rc_branch *parent;
    json_t *machine;    /* {"StartAt", "States"}; the execution's */
    const char *state;  /* the name; in the definition */
    json_t *definition; /* of that state; the execution's */
    enum rc_phase phase;
    json_t *data; /* the state's raw input */
    json_t *work; /* an object of what the phase needs */
    int64_t entered_ms;
    int64_t due_ms;  /* of WAIT and RETRY; of a task: its timeout; 0: none */
    int64_t beat_ms; /* when a task's next heartbeat is due; 0: none */
    int64_t entered_event;
    int64_t last_event;
    char token[64]; /* "" when there is none */
    struct rc_timer timer;
    struct rc_states_call *call;
    bool ready;
    struct rc_branch *next_ready;
    struct rc_branch *next; /* of its execution */
};

struct rc_states_execution {
    struct rc_local *local;
    int64_t seq; /* in the table */
    char *arn;
    char *name;
    char *machine_arn;
    char *machine_name;
    char *role_arn;
    char *version;      /* of the definition */
    json_t *definition; /* its own reference */
    json_t *input;
    int64_t start_ms;
    int64_t redrive_count;
    int64_t events;
    int64_t next_branch;
    int64_t item;                      /* of a child of a Map run; -1 */
    struct rc_states_map_run *map_run; /* that it is a child of */
    struct rc_branch *branches;
    struct rc_timer timer; /* of TimeoutSeconds */
    bool full;             /* its history */
    struct rc_states_execution *next;
};

/* The Map run of a branch that is in a distributed Map state. */
struct rc_states_map_run {
    struct rc_branch *branch;
    int64_t seq;
    char arn[512];
    char label[128];
    json_t *items;     /* as the children get them */
    json_t *processor; /* the children's definition; borrowed */
    int64_t next_item;
    int64_t concurrency;
    int64_t tolerated_count;     /* -1: not given */
    double tolerated_percentage; /* -1: not given */
    int64_t running, succeeded, failed;
    bool loading; /* its children are only counted */
    bool ending;  /* what happens to its children makes no difference any more */
    struct rc_states_map_run *next;
};

struct rc_local_states_state {
    struct rc_local *local;
    struct rc_states_execution *executions; /* that are running */
    struct rc_states_map_run *map_runs;
    struct rc_states_call *calls;
    json_t *definitions; /* by version */
    struct rc_branch *ready, **ready_end;
    struct rc_timer timer; /* when any is ready */
};

/* Why something failed, in the words of Amazon States Language. */
struct rc_states_fault {
    char error[128];
    char cause[2048];
};

bool rc_states_fault(struct rc_states_fault *fault, const char *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ----- local/states_machine.c ----- */

/* Fails with InvalidArn when it is none. */
bool rc_states_is_arn(struct rc_exchange *exchange, const char *arn);

/* The error for an ARN, or none, that names no machine. Always gives false. */
bool rc_states_no_machine(struct rc_exchange *exchange, const char *arn);

void rc_states_create_machine(struct rc_exchange *exchange);
void rc_states_update_machine(struct rc_exchange *exchange);
void rc_states_delete_machine(struct rc_exchange *exchange);
void rc_states_describe_machine(struct rc_exchange *exchange);
void rc_states_list_machines(struct rc_exchange *exchange);
/* The definition of a version, kept parsed (borrowed); NULL: there is none. */
json_t *rc_states_definition(struct rc_local *local, const char *version);

/* ----- local/states_check.c ----- */

/* Is it a state machine? The message says what is not and where. */
bool rc_states_check(const json_t *machine, struct rc_error *err);

/* ----- local/states_execution.c ----- */

/* The error for an ARN, or none, that names no execution. Always gives false. */
bool rc_states_no_execution(struct rc_exchange *exchange, const char *arn);

void rc_states_start_execution(struct rc_exchange *exchange);
void rc_states_describe_execution(struct rc_exchange *exchange);
void rc_states_list_executions(struct rc_exchange *exchange);
void rc_states_stop_execution(struct rc_exchange *exchange);

/* May a machine or an execution be called so? */
bool rc_states_is_name(const char *name);
/* A started execution's ARN and start, or false with code and message in the fault. */
bool rc_states_start(struct rc_local *local, const char *machine_arn, const char *name,
                     const char *input, char arn[512], int64_t *start_ms,
                     struct rc_states_fault *fault);
/* Ends a running one: status SUCCEEDED (output), FAILED, TIMED_OUT, ABORTED (error and cause,
 * which may be NULL). It is gone from memory afterwards. */
void rc_states_end(struct rc_states_execution *execution, const char *status, const json_t *output,
                   const char *error, const char *cause);
/* One of the running ones, or NULL. */
struct rc_states_execution *rc_states_running(struct rc_local *local, const char *arn);
/* ----- local/states_life.c: executions in memory and in the table ----- */

struct rc_states_begin {
    const char *arn, *name, *machine_arn, *machine_name, *role_arn, *version;
    json_t *definition; /* borrowed */
    json_t *input;      /* its reference is taken */
    struct rc_states_map_run *map_run;
    int64_t item;
    int64_t item_count;
};

/* A new execution, in the table and on its way; NULL without memory. */
struct rc_states_execution *rc_states_begin(struct rc_local *local,
                                            const struct rc_states_begin *begin);
/* Takes up one that is in the table, with its branches; they are not on their way yet. */
struct rc_states_execution *rc_states_load(struct rc_local *local, const char *arn);
bool rc_states_resume_all(struct rc_local *local, struct rc_error *err);
void rc_states_free(struct rc_states_execution *execution);
void rc_states_redrive(struct rc_exchange *exchange);
/* Why one that ended so, and then, cannot be redriven; NULL: it can. */
const char *rc_states_not_redrivable(const struct rc_local *local, const char *status,
                                     int64_t stop_ms);
/* An ended execution goes on. */
struct rc_states_execution *rc_states_go_on(struct rc_local *local, const char *arn);
/* What was loaded is set on its way. */
void rc_states_continue_all(struct rc_states_execution *execution);

/* ----- local/states_branch.c ----- */

extern const char *const rc_phase_names[]; /* NULL at the end */

/* In memory and on its way to the machine's first state. data's reference is taken. */
struct rc_branch *rc_branch_new(struct rc_states_execution *execution, struct rc_branch *parent,
                                int64_t number, json_t *machine, json_t *data);
void rc_branch_save(const struct rc_branch *branch);
/* Makes it stand in a state; the name may be any copy. False: there is none. */
bool rc_branch_place(struct rc_branch *branch, const char *state);
void rc_branch_ready(struct rc_branch *branch);
/* Neither ready, nor timed, nor called for; its children neither. */
void rc_branch_halt(struct rc_branch *branch);
void rc_branch_drop_children(struct rc_branch *branch); /* from the table, too */
void rc_branch_free_all(struct rc_states_execution *execution);
/* Runs branch->timer at its due_ms or beat_ms, whichever is first. */
void rc_branch_set_timer(struct rc_branch *branch);
void rc_branch_run_ready(struct rc_timer *timer);

/* ----- local/states_history.c ----- */

/* Adds an event behind branch->last_event; details are taken, and may be NULL. */
void rc_states_event(struct rc_branch *branch, const char *type, json_t *details);
/* Of the execution itself. */
void rc_states_execution_event(struct rc_states_execution *execution, int64_t previous,
                               const char *type, json_t *details);
void rc_states_get_history(struct rc_exchange *exchange);

/* ----- local/states_data.c ----- */

/* $$ of a branch (a new reference). */
json_t *rc_states_context(const struct rc_branch *branch);
/* The value of a path or intrinsic (new reference). */
json_t *rc_states_value(const struct rc_branch *branch, const char *field, const char *text,
                        const json_t *input, const json_t *context, struct rc_states_fault *fault);
/* A template (Parameters, ResultSelector, ItemSelector) filled in; context may be NULL. */
json_t *rc_states_template(const struct rc_branch *branch, const json_t *template,
                           const json_t *input, const json_t *context,
                           struct rc_states_fault *fault);
/* The state's input: InputPath, then Parameters (when with_parameters). */
json_t *rc_states_input(const struct rc_branch *branch, bool with_parameters,
                        struct rc_states_fault *fault);
/* What the state puts out of its result (taken): ResultSelector, ResultPath, OutputPath. */
json_t *rc_states_output(const struct rc_branch *branch, json_t *result,
                         struct rc_states_fault *fault);
/* The number of a field or of its Path twin, 0 to 1,000,000,000; otherwise when there is
 * neither. */
bool rc_states_number(const struct rc_branch *branch, const char *field, const json_t *input,
                      double otherwise, double *value, struct rc_states_fault *fault);
bool rc_states_fits(const json_t *value, const char *what, const struct rc_branch *branch,
                    struct rc_states_fault *fault);

/* ----- local/states_step.c ----- */

void rc_states_step(struct rc_branch *branch);
/* The state's work is done: on to the next one. result is taken. */
void rc_states_succeed(struct rc_branch *branch, json_t *result);
/* It failed: Retry, Catch, or the branch fails, and so on up. */
void rc_states_fail(struct rc_branch *branch, const char *error, const char *cause);
void rc_states_fail_with(struct rc_branch *branch, const struct rc_states_fault *fault);
/* Leaves the state with the output (taken) for another; NULL: the state is the last. */
void rc_states_leave(struct rc_branch *branch, json_t *output, const char *next);

/* ----- local/states_retry.c ----- */

bool rc_states_retry(struct rc_branch *branch, const char *error);
bool rc_states_catch(struct rc_branch *branch, const char *error, const char *cause);

/* ----- local/states_choice.c ----- */

/* The state that is chosen, or NULL with the fault. */
const char *rc_states_choose(const struct rc_branch *branch, const json_t *input,
                             struct rc_states_fault *fault);

/* ----- local/states_time.c ----- */

/* An ISO 8601 instant ("2026-04-01T12:00:00Z", with a fraction or an offset). */
bool rc_states_instant(const char *text, double *unix_ms);

/* ----- local/states_map.c: Parallel and inline Map ----- */

void rc_states_run_parallel(struct rc_branch *branch);
void rc_states_run_map(struct rc_branch *branch);
/* A child has come to its end. */
void rc_states_child_done(struct rc_branch *child);
/* After it was loaded: begins what has not been begun, or ends it. */
void rc_states_continue_children(struct rc_branch *branch);
/* The sub-machine that a branch's child works in. */
json_t *rc_states_submachine(const struct rc_branch *branch, int64_t number);
/* A Map state's ItemProcessor, or Iterator. */
json_t *rc_states_processor(const json_t *definition);
/* The items of a Map state (ItemsPath), and one as its child gets it (ItemSelector); new
 * references. */
json_t *rc_states_items(const struct rc_branch *branch, const json_t *input,
                        struct rc_states_fault *fault);
json_t *rc_states_item(const struct rc_branch *branch, const json_t *input, const json_t *items,
                       size_t index, struct rc_states_fault *fault);

/* ----- local/states_map_run.c: distributed Map ----- */

void rc_states_run_distributed(struct rc_branch *branch);
/* A child execution has ended, which is in the table by now. */
void rc_states_child_ended(struct rc_states_map_run *run, const char *status);
/* Loads it behind a branch that is in it. again: what failed goes on, too. */
bool rc_states_load_map_run(struct rc_branch *branch, bool again);
void rc_states_continue_map_run(struct rc_branch *branch);
void rc_states_halt_map_run(struct rc_branch *branch, const char *status);
void rc_states_free_map_run(struct rc_branch *branch);
void rc_states_list_map_runs(struct rc_exchange *exchange);
void rc_states_describe_map_run(struct rc_exchange *exchange);

/* ----- local/states_task.c ----- */

void rc_states_run_task(struct rc_branch *branch);
/* After it was loaded: what can be found again is waited for, all else is done again. */
void rc_states_continue_task(struct rc_branch *branch);
/* A timeout or a missed heartbeat. */
void rc_states_task_late(struct rc_branch *branch);
/* The work is not wanted any more; what runs for it is stopped. */
void rc_states_cancel(struct rc_branch *branch);
/* It goes on, and its end is not waited for any more. */
void rc_states_detach(struct rc_branch *branch);
/* An execution that calls may wait for has ended. */
void rc_states_tell(struct rc_local *local, const char *execution_arn);
void rc_states_task_done(struct rc_branch *branch, json_t *result);
void rc_states_task_failed(struct rc_branch *branch, const char *error, const char *cause);

struct rc_states_call {
    struct rc_local *local;
    struct rc_branch *branch; /* NULL: nobody waits any more */
    struct rc_local_invocation *invocation;
    bool wrapped;                /* its answer, as lambda:invoke has it */
    struct rc_states_call *next; /* of those that wait for an execution */
};

struct rc_states_call *rc_states_call_new(struct rc_branch *branch);

/* ----- local/states_lambda.c, states_ecs.c, states_services.c: what tasks can do ----- */

/* Each begins the work with the parameters, and calls rc_states_task_… in the end. */
void rc_states_call_lambda(struct rc_branch *branch, const json_t *parameters);
void rc_states_call_function(struct rc_branch *branch, const json_t *parameters);
void rc_states_call_ecs(struct rc_branch *branch, const json_t *parameters);
void rc_states_call_dynamodb(struct rc_branch *branch, const json_t *parameters);
void rc_states_call_sqs(struct rc_branch *branch, const json_t *parameters);
void rc_states_call_events(struct rc_branch *branch, const json_t *parameters);
void rc_states_call_states(struct rc_branch *branch, const json_t *parameters);
/* Waits again for what was found again; false: it has to be done again. */
bool rc_states_await_ecs(struct rc_branch *branch);
bool rc_states_await_execution(struct rc_branch *branch);
void rc_states_forget_ecs(struct rc_branch *branch, bool stop);
/* How the resource is called: "runTask.sync" has the action runTask and the mode sync. */
const char *rc_states_mode(const struct rc_branch *branch);
void rc_states_action(const struct rc_branch *branch, char action[64]);
/* The request was taken: its answer (taken) is the result, or is logged when the work's end
 * is waited for. */
void rc_states_submitted(struct rc_branch *branch, json_t *answer);
/* Is the resource one that can be called? */
bool rc_states_check_resource(const char *resource);

/* ----- local/states_token.c ----- */

void rc_states_send_success(struct rc_exchange *exchange);
void rc_states_send_failure(struct rc_exchange *exchange);
void rc_states_send_heartbeat(struct rc_exchange *exchange);

/* ----- small things: local/states.c ----- */

bool rc_states_is(const char *text, const char *other); /* either may be NULL */
void rc_states_count(struct rc_local *local, const char *machine_arn, const char *metric,
                     double value, const char *unit);

#endif
