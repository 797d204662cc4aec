/* One state after another. Source: "Amazon States Language", states-language.net. */
#include "aws/json.h"
#include "local/answer.h"
#include "local/services.h"
#include "local/states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail_run(struct rc_branch *branch, const char *cause)
{
    rc_states_fail(branch, "States.Runtime", cause);
}

void rc_states_fail_with(struct rc_branch *branch, const struct rc_states_fault *fault)
{
    rc_states_fail(branch, fault->error, fault->cause);
}

/* ----- leaving ----- */

static json_t *named(const struct rc_branch *branch, const char *member, const json_t *data)
{
    char *text = rc_answer_dump(data);
    json_t *details = json_pack("{s:s, s:s?}", "name", branch->state, member, text);
    free(text);
    return details;
}

static void log_state(struct rc_branch *branch, const char *what, const char *member,
                      const json_t *data)
{
    char type[64];
    snprintf(type, sizeof type, "%sState%s", rc_json_text(branch->definition, "Type"), what);
    rc_states_event(branch, type, named(branch, member, data));
}

/* The branch has come to its end. */
static void finish(struct rc_branch *branch)
{
    branch->phase = RC_PHASE_DONE;
    if (branch->parent) {
        rc_branch_save(branch);
        rc_states_child_done(branch);
    } else {
        rc_states_end(branch->execution, "SUCCEEDED", branch->data, NULL, NULL);
    }
}

void rc_states_leave(struct rc_branch *branch, json_t *output, const char *next)
{
    log_state(branch, "Exited", "output", output);
    rc_branch_halt(branch);
    json_decref(branch->data);
    branch->data = output;
    json_object_clear(branch->work);
    branch->due_ms = 0;
    branch->beat_ms = 0;
    branch->token[0] = '\0';
    if (!next) {
        finish(branch);
        return;
    }
    if (!rc_branch_place(branch, next)) { /* creation checks this */
        rc_states_end(branch->execution, "FAILED", NULL, "States.Runtime", "no such state");
        return;
    }
    branch->phase = RC_PHASE_ENTER;
    rc_branch_save(branch);
    rc_branch_ready(branch);
}

/* result is taken; NULL: the state's input is what it puts out. */
void rc_states_succeed(struct rc_branch *branch, json_t *result)
{
    struct rc_states_fault fault = {0};
    bool end = json_is_true(json_object_get(branch->definition, "End"));
    if (!result)
        result = rc_states_input(branch, false, &fault);
    json_t *output = result ? rc_states_output(branch, result, &fault) : NULL;
    if (output)
        rc_states_leave(branch, output, end ? NULL : rc_json_text(branch->definition, "Next"));
    else
        rc_states_fail_with(branch, &fault);
}

/* ----- failing ----- */

static void log_failed_child(struct rc_branch *child)
{
    struct rc_branch *parent = child->parent;
    bool map = rc_states_is(rc_json_text(parent->definition, "Type"), "Map");
    if (map)
        rc_states_event(
            child, "MapIterationFailed",
            json_pack("{s:s, s:I}", "name", parent->state, "index", (json_int_t)child->number));
    parent->last_event = child->last_event;
    rc_states_event(parent, map ? "MapStateFailed" : "ParallelStateFailed", NULL);
}

void rc_states_fail(struct rc_branch *branch, const char *error, const char *cause)
{
    struct rc_states_execution *execution = branch->execution;
    char *cut = strndup(cause ? cause : "", RC_STATES_CAUSE_MOST);
    char *name = strdup(error);
    for (; name && cut; branch = branch->parent) {
        rc_branch_halt(branch);
        if (rc_states_retry(branch, name) || rc_states_catch(branch, name, cut))
            break;
        branch->phase = RC_PHASE_FAILED;
        rc_branch_save(branch);
        if (!branch->parent) {
            rc_states_end(execution, "FAILED", NULL, name, cut);
            break;
        }
        log_failed_child(branch); /* its siblings halt with the parent */
    }
    free(name);
    free(cut);
}

/* ----- the simple states ----- */

static void run_pass(struct rc_branch *branch)
{
    struct rc_states_fault fault = {0};
    const json_t *given = json_object_get(branch->definition, "Result");
    json_t *result = given ? json_deep_copy(given) : rc_states_input(branch, true, &fault);
    if (result)
        rc_states_succeed(branch, result);
    else
        rc_states_fail_with(branch, &fault);
}

static void run_succeed(struct rc_branch *branch)
{
    struct rc_states_fault fault = {0};
    json_t *input = rc_states_input(branch, false, &fault);
    json_t *output = input ? rc_states_output(branch, input, &fault) : NULL;
    if (output)
        rc_states_leave(branch, output, NULL);
    else
        rc_states_fail_with(branch, &fault);
}

/* A field, or what its Path twin finds; NULL: neither. *failed when the path finds nothing. */
static json_t *text_or_path(const struct rc_branch *branch, const char *field, bool *failed,
                            struct rc_states_fault *fault)
{
    char twin[32];
    snprintf(twin, sizeof twin, "%sPath", field);
    json_t *given = json_object_get(branch->definition, field);
    const char *path = rc_json_text(branch->definition, twin);
    if (!path)
        return json_incref(given);
    json_t *value = rc_states_value(branch, twin, path, branch->data, NULL, fault);
    if (value && !json_is_string(value)) {
        rc_states_fault(fault, "States.Runtime", "The value at '%s' for the field '%s' is no text",
                        path, twin);
        json_decref(value);
        value = NULL;
    }
    *failed |= !value;
    return value;
}

static void run_fail(struct rc_branch *branch)
{
    struct rc_states_fault fault = {0};
    bool failed = false;
    json_t *error = text_or_path(branch, "Error", &failed, &fault);
    json_t *cause = text_or_path(branch, "Cause", &failed, &fault);
    if (failed)
        rc_states_fail_with(branch, &fault);
    else
        rc_states_fail(branch, error ? json_string_value(error) : "",
                       cause ? json_string_value(cause) : "");
    json_decref(cause);
    json_decref(error);
}

static void run_choice(struct rc_branch *branch)
{
    struct rc_states_fault fault = {0};
    json_t *input = rc_states_input(branch, false, &fault);
    const char *next = input ? rc_states_choose(branch, input, &fault) : NULL;
    json_t *output = next ? rc_states_output(branch, json_incref(input), &fault) : NULL;
    json_decref(input);
    if (output)
        rc_states_leave(branch, output, next);
    else
        rc_states_fail_with(branch, &fault);
}

/* When a Wait state ends, in virtual milliseconds since 1970. */
static bool wait_until(const struct rc_branch *branch, double *until_ms,
                       struct rc_states_fault *fault)
{
    double seconds = -1;
    json_t *input = rc_states_input(branch, false, fault);
    if (!input)
        return false;
    bool ok = rc_states_number(branch, "Seconds", input, -1, &seconds, fault);
    const char *path = rc_json_text(branch->definition, "TimestampPath");
    json_t *found =
        ok && path ? rc_states_value(branch, "TimestampPath", path, input, NULL, fault) : NULL;
    const char *instant =
        path ? json_string_value(found) : rc_json_text(branch->definition, "Timestamp");
    *until_ms = (double)branch->entered_ms + seconds * 1000;
    if (ok && seconds < 0 && !(found && !instant) && !(path && !found))
        ok = instant && rc_states_instant(instant, until_ms);
    else if (ok && seconds < 0)
        ok = false;
    if (!ok && !*fault->error)
        rc_states_fault(fault, "States.Runtime",
                        "The Wait state '%s' has no time that can be read: '%s'", branch->state,
                        instant ? instant : "");
    json_decref(found);
    json_decref(input);
    return ok;
}

static void run_wait(struct rc_branch *branch)
{
    struct rc_states_fault fault = {0};
    double until_ms = 0;
    if (!wait_until(branch, &until_ms, &fault)) {
        rc_states_fail_with(branch, &fault);
        return;
    }
    branch->phase = RC_PHASE_WAIT;
    branch->due_ms = until_ms > 1 ? (int64_t)until_ms : 1;
    rc_branch_save(branch);
    rc_branch_set_timer(branch);
}

/* ----- one step ----- */

static const struct {
    const char *type;
    void (*run)(struct rc_branch *branch);
} runs[] = {
    {"Task", rc_states_run_task}, {"Pass", run_pass},         {"Choice", run_choice},
    {"Wait", run_wait},           {"Map", rc_states_run_map}, {"Parallel", rc_states_run_parallel},
    {"Succeed", run_succeed},     {"Fail", run_fail},
};

static void enter(struct rc_branch *branch)
{
    branch->entered_ms = rc_local_now_ms(branch->execution->local);
    json_object_clear(branch->work);
    branch->due_ms = 0;
    branch->beat_ms = 0;
    log_state(branch, "Entered", "input", branch->data);
    branch->entered_event = branch->last_event;
    branch->phase = RC_PHASE_AGAIN;
}

void rc_states_step(struct rc_branch *branch)
{
    if (branch->execution->full) {
        rc_states_end(branch->execution, "FAILED", NULL, "States.Runtime",
                      "The execution reached the maximum number of history events (25000).");
        return;
    }
    if (branch->phase == RC_PHASE_ENTER)
        enter(branch);
    const char *type = rc_json_text(branch->definition, "Type");
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        if (rc_states_is(runs[i].type, type)) {
            runs[i].run(branch);
            return;
        }
    fail_run(branch, "a state of an unknown type");
}
