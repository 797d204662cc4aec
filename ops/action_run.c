/* Executions of the pipeline's state machine: starting, stopping and redriving them. */
#include "ops/actions.h"

#include "aws/states.h"
#include "ops/follow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_MOST = 256 << 10, NAME_BYTES = 81, LAST_EVENTS = 20 };

typedef struct rc_states_execution_described described;

/* ----- what several of them ask ----- */

/* The call whose answer describes the execution; NULL with an error. With `missing`, one that is
 * not there is no error: NULL, and *missing. */
static struct rc_call *look(struct rc_op *op, const char *run, bool *missing, struct rc_error *err)
{
    char arn[RC_PLACE_ARN_BYTES];
    const struct rc_stack_place *place = rc_op_place(op, err);
    if (missing)
        *missing = false;
    if (!place)
        return NULL;
    rc_place_execution(place, run, arn);
    const struct rc_states_describe_execution in = {.arn = arn};
    struct rc_call *call = rc_states_describe_execution(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    if (rc_call_wait(call, err))
        return call;
    if (missing && rc_follow_failed_with(call, "ExecutionDoesNotExist")) {
        *missing = true;
        *err = (struct rc_error){0};
    }
    rc_call_free(call);
    return NULL;
}

static bool is(const described *run, const char *status)
{
    return strcmp(run->status, status) == 0;
}

/* What the state machine is called: "…:stateMachine:NAME". */
static const char *last_part(const char *arn)
{
    const char *colon = strrchr(arn, ':');
    return colon ? colon + 1 : arn;
}

/* ----- start ----- */

static const struct rc_op_param start_params[] = {
    RC_OPS_INPUT_PARAMS,
    {.name = "input-of", .help = "the run whose input it takes", .fallback = ""},
    {.name = "name", .help = "what the run is called; one of its own, otherwise", .fallback = ""},
    {0},
};

/* Of the target: "pipeline", a name or an ARN. */
static bool machine_of(struct rc_op *op, const char *target, char arn[RC_PLACE_ARN_BYTES],
                       struct rc_error *err)
{
    const struct rc_stack_place *place = rc_op_place(op, err);
    if (!place)
        return false;
    int before = (int)(last_part(place->machine_arn) - place->machine_arn);
    if (strcmp(target, "pipeline") == 0)
        snprintf(arn, RC_PLACE_ARN_BYTES, "%s", place->machine_arn);
    else if (strncmp(target, "arn:", 4) == 0)
        snprintf(arn, RC_PLACE_ARN_BYTES, "%s", target);
    else
        snprintf(arn, RC_PLACE_ARN_BYTES, "%.*s%s", before, place->machine_arn, target);
    return true;
}

/* As a text, the caller's. */
static char *start_input(struct rc_op *op, struct rc_error *err)
{
    const char *other = rc_op_param(op, "input-of");
    if (*other && (*rc_op_param(op, "input") || *rc_op_param(op, "input-file"))) {
        rc_error_set(err, RC_USAGE, "input-of is given beside an input: leave one out");
        return NULL;
    }
    char *text = NULL;
    if (*other) {
        struct rc_call *call = look(op, other, NULL, err);
        const described *run = call ? rc_states_describe_execution_answer(call) : NULL;
        if (run && !(text = strdup(run->input ? run->input : "{}")))
            rc_error_nomem(err);
        rc_call_free(call);
    } else {
        json_t *input = rc_follow_input(op, "", INPUT_MOST, err);
        if (input && !(text = json_dumps(input, JSON_COMPACT | JSON_ENCODE_ANY)))
            rc_error_nomem(err);
        json_decref(input);
    }
    return text;
}

/* The execution of that name of the machine. */
static void run_of(const char *machine, const char *name, char arn[RC_PLACE_ARN_BYTES])
{
    struct rc_stack_place place;
    snprintf(place.machine_arn, sizeof place.machine_arn, "%s", machine);
    rc_place_execution(&place, name, arn);
}

static bool warn_of_namesake(struct rc_op *op, const char *machine, const char *name,
                             struct rc_error *err)
{
    char arn[RC_PLACE_ARN_BYTES];
    bool missing;
    run_of(machine, name, arn);
    struct rc_call *call = look(op, arn, &missing, err);
    if (call)
        rc_op_warn(op, "a run of that name is there already (%s): nothing more is started",
                   rc_states_describe_execution_answer(call)->status);
    rc_call_free(call);
    return call || missing;
}

static bool preview_start(struct rc_op *op, const char *target, struct rc_error *err)
{
    char machine[RC_PLACE_ARN_BYTES];
    const char *name = rc_op_param(op, "name");
    if (strlen(name) >= NAME_BYTES) {
        rc_error_set(err, RC_USAGE, "name: a run's name has up to %d characters", NAME_BYTES - 1);
        return false;
    }
    char *input = machine_of(op, target, machine, err) ? start_input(op, err) : NULL;
    if (!input)
        return false;
    free(input);
    const struct rc_states_describe_machine in = {.arn = machine};
    struct rc_call *call = rc_states_describe_machine(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    bool ok = rc_call_wait(call, err) && (!*name || warn_of_namesake(op, machine, name, err));
    rc_call_free(call);
    if (!ok)
        return false;
    if (*name)
        rc_op_goes_from(op, "name %s", name);
    rc_op_will_call(op, "states:StartExecution", last_part(machine), 1);
    rc_op_will_change(op, "run", "", *name ? name : "a new one");
    rc_op_warn(op, "it takes no slot of its program; reprocess runs a file again in its turn");
    return true;
}

/* Whether an earlier attempt, or somebody else, has started it. */
static bool is_started(struct rc_op *op, const char *arn, bool *started, struct rc_error *err)
{
    bool missing;
    struct rc_call *call = look(op, arn, &missing, err);
    *started = call != NULL;
    if (call)
        rc_op_unchanged(op, "the run is there already: it is %s",
                        rc_states_describe_execution_answer(call)->status);
    rc_call_free(call);
    return call || missing;
}

static bool start_run(struct rc_op *op, const char *machine, const char *name, const char *input,
                      struct rc_error *err)
{
    const struct rc_states_start in = {.machine_arn = machine, .name = name, .input = input};
    struct rc_call *call = rc_states_start(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    bool ok = rc_call_wait(call, err);
    if (!ok && rc_follow_failed_with(call, "ExecutionAlreadyExists")) {
        if (rc_call_attempts(call) > 1)
            rc_op_done(op, "%s was started, and has ended since", name);
        else
            rc_op_unchanged(op, "the run is there already, with another input, or has ended");
        ok = true;
    } else if (ok) {
        rc_op_done(op, "run %s", name);
    }
    rc_call_free(call);
    return ok;
}

static bool perform_start(struct rc_op *op, const char *target, struct rc_error *err)
{
    char machine[RC_PLACE_ARN_BYTES], arn[RC_PLACE_ARN_BYTES], name[NAME_BYTES];
    bool started = false;
    if (*rc_op_param(op, "name"))
        snprintf(name, sizeof name, "%s", rc_op_param(op, "name"));
    else
        snprintf(name, sizeof name, "started-%.40s", rc_op_key(op));
    if (!machine_of(op, target, machine, err))
        return false;
    run_of(machine, name, arn);
    if (!is_started(op, arn, &started, err))
        return false;
    char *input = started ? NULL : start_input(op, err);
    bool ok = started || (input && start_run(op, machine, name, input, err));
    free(input);
    if (ok)
        rc_op_answer(op, json_pack("{ss ss}", "run", name, "arn", arn));
    return ok;
}

const struct rc_op_action rc_op_start = {
    .name = "start",
    .title = "start a run",
    .target = "machine",
    .target_how = "pipeline|NAME|ARN",
    .help = "Starts an execution of a state machine: with an input of yours, or with that of "
            "another run. Its name is made of the attempt, so that one that is tried again starts "
            "nothing more.",
    .permissions = "states:StartExecution states:DescribeExecution states:DescribeStateMachine",
    .params = start_params,
    .danger = RC_ROUTINE,
    .preview = preview_start,
    .perform = perform_start,
};

/* ----- stop ----- */

static const struct rc_op_param stop_params[] = {
    {.name = "error", .help = "the error that it ends with", .fallback = "StoppedByOperator"},
    {.name = "cause", .help = "why, in a sentence", .fallback = ""},
    {0},
};

static bool preview_stop(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct rc_call *call = look(op, target, NULL, err);
    if (!call)
        return false;
    const described *run = rc_states_describe_execution_answer(call);
    rc_op_goes_from(op, "redrives %" PRId64, run->redrive_count);
    rc_op_will_call(op, "states:StopExecution", run->name, 1);
    rc_op_will_change(op, "status", run->status, "ABORTED");
    if (!is(run, "RUNNING") && !is(run, "PENDING_REDRIVE"))
        rc_op_refuse(op, "it does not run: it is %s", run->status);
    else
        rc_op_warn(op, "its file stays as it is then: redrive the run, or reprocess the file");
    rc_call_free(call);
    return true;
}

/* Whether it has ended although the call that was to end it failed. */
static bool has_stopped(struct rc_op *op, const char *target)
{
    struct rc_error err = {0};
    struct rc_call *call = look(op, target, NULL, &err);
    bool stopped = call && is(rc_states_describe_execution_answer(call), "ABORTED");
    rc_call_free(call);
    return stopped;
}

static bool perform_stop(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct rc_call *call = look(op, target, NULL, err);
    if (!call)
        return false;
    const described *run = rc_states_describe_execution_answer(call);
    if (!is(run, "RUNNING") && !is(run, "PENDING_REDRIVE")) {
        rc_op_unchanged(op, "it is %s already", run->status);
        rc_call_free(call);
        return true;
    }
    const char *cause = rc_op_param(op, "cause");
    const struct rc_states_stop in = {
        .arn = run->arn, .error = rc_op_param(op, "error"), .cause = *cause ? cause : NULL};
    struct rc_call *stop = rc_states_stop(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    rc_call_free(call);
    bool ok = rc_call_wait(stop, err);
    rc_call_free(stop);
    if (ok || !rc_op_in_doubt(op))
        return ok;
    if (has_stopped(op, target))
        rc_op_done(op, "no answer came, but it is ABORTED");
    else
        return false;
    return true;
}

const struct rc_op_action rc_op_stop = {
    .name = "stop",
    .title = "stop a run",
    .target = "run",
    .target_how = "NAME|ARN",
    .help = "Ends an execution. What its steps have written stays; a step that is under way on "
            "Lambda ends by itself, a task is stopped.",
    .permissions = "states:StopExecution states:DescribeExecution",
    .params = stop_params,
    .danger = RC_ROUTINE,
    .preview = preview_stop,
    .perform = perform_stop,
};

/* ----- redrive ----- */

/* A redrive begins again where a run failed. One that failed in a Fail state was led there
 * by its machine: nothing else is done again. False when that could not be found out. */
static bool warn_of_fail_state(struct rc_op *op, const char *arn, struct rc_error *err)
{
    const struct rc_states_get_history in = {
        .arn = arn, .max_results = LAST_EVENTS, .reverse_order = true, .include_data = "false"};
    struct rc_call *call = rc_states_get_history(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    bool ok = rc_call_wait(call, err);
    const struct rc_states_history *history = ok ? rc_states_get_history_answer(call) : NULL;
    for (size_t i = 0; history && i < history->events.count; i++) {
        const char *type = history->events.items[i].type;
        size_t length = strlen(type);
        if (strcmp(type, "FailStateEntered") == 0)
            rc_op_warn(op, "it has ended in a Fail state, which alone is entered again: "
                           "reprocess the file instead");
        if (length > 12 && strcmp(type + length - 12, "StateEntered") == 0)
            break;
    }
    rc_call_free(call);
    return ok;
}

/* NULL: it may be redriven. Source: "Redriving executions", AWS Step Functions Developer Guide;
 * AWS's own word is in redriveStatus. */
static const char *not_redrivable(const described *run)
{
    if (is(run, "RUNNING"))
        return "it runs";
    if (is(run, "SUCCEEDED"))
        return "it has succeeded";
    if (run->map_run_arn && *run->map_run_arn)
        return "it is a child of a Map run: redrive its parent";
    if (run->redrive_status && strcmp(run->redrive_status, "REDRIVABLE") != 0)
        return run->redrive_status_reason ? run->redrive_status_reason : run->redrive_status;
    return NULL;
}

static bool preview_redrive(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct rc_call *call = look(op, target, NULL, err);
    if (!call)
        return false;
    const described *run = rc_states_describe_execution_answer(call);
    const char *why = not_redrivable(run);
    bool ok = true;
    rc_op_goes_from(op, "redrives %" PRId64, run->redrive_count);
    rc_op_will_call(op, "states:RedriveExecution", run->name, 1);
    rc_op_will_change(op, "status", run->status, "RUNNING");
    if (why)
        rc_op_refuse(op,
                     "%s (redriven %" PRId64 " times; a Standard run that has not succeeded "
                     "can be redriven for 14 days)",
                     why, run->redrive_count);
    else
        ok = warn_of_fail_state(op, run->arn, err);
    rc_call_free(call);
    return ok;
}

/* -1: not known. */
static int64_t redrives_of(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct rc_call *call = look(op, target, NULL, err);
    int64_t count = call ? rc_states_describe_execution_answer(call)->redrive_count : -1;
    rc_call_free(call);
    return count;
}

static bool perform_redrive(struct rc_op *op, const char *target, struct rc_error *err)
{
    char arn[RC_PLACE_ARN_BYTES];
    const struct rc_stack_place *place = rc_op_place(op, err);
    int64_t before = place ? redrives_of(op, target, err) : -1;
    if (before < 0)
        return false;
    rc_place_execution(place, target, arn);
    const struct rc_states_redrive in = {.arn = arn, .client_token = rc_op_key(op)};
    struct rc_call *call = rc_states_redrive(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    bool ok = rc_call_wait(call, err), sent_again = call && rc_call_attempts(call) > 1;
    bool refused = rc_follow_failed_with(call, "ExecutionNotRedrivable");
    rc_call_free(call);
    if (ok || !(refused || rc_op_in_doubt(op)))
        return ok;
    struct rc_error unseen = {0};
    if (redrives_of(op, target, &unseen) <= before)
        return false;
    if (sent_again || rc_op_in_doubt(op))
        rc_op_done(op, "no answer came, but it has been redriven");
    else
        rc_op_unchanged(op, "somebody else has redriven it meanwhile");
    return true;
}

const struct rc_op_action rc_op_redrive = {
    .name = "redrive",
    .title = "redrive a run",
    .target = "run",
    .target_how = "NAME|ARN",
    .help = "Goes on with an execution from where it failed, with the input it had there. Steps "
            "that succeeded are not done again.",
    .permissions = "states:RedriveExecution states:DescribeExecution states:GetExecutionHistory",
    .danger = RC_ROUTINE,
    .preview = preview_redrive,
    .perform = perform_redrive,
};
