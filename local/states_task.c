/* Task states: from the resource to who does it, with timeout, heartbeat and events. Source:
 * "Integrating services with Step Functions", AWS Step Functions Developer Guide. */
#include "aws/json.h"
#include "local/answer.h"
#include "local/services.h"
#include "local/states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char function_prefix[] = "arn:aws:lambda:";
static const char service_prefix[] = "arn:aws:states:::";

/* What can be called; a mode that is not listed cannot. */
static const struct integration {
    const char *type;
    const char *action;
    const char *modes; /* ".sync .waitForTaskToken" */
    void (*call)(struct rc_branch *branch, const json_t *parameters);
} integrations[] = {
    {"lambda", "invoke", ".waitForTaskToken", rc_states_call_lambda},
    {"ecs", "runTask", ".sync .waitForTaskToken", rc_states_call_ecs},
    {"dynamodb", "putItem", "", rc_states_call_dynamodb},
    {"dynamodb", "getItem", "", rc_states_call_dynamodb},
    {"dynamodb", "updateItem", "", rc_states_call_dynamodb},
    {"dynamodb", "deleteItem", "", rc_states_call_dynamodb},
    {"aws-sdk:dynamodb", "putItem", "", rc_states_call_dynamodb},
    {"aws-sdk:dynamodb", "getItem", "", rc_states_call_dynamodb},
    {"aws-sdk:dynamodb", "updateItem", "", rc_states_call_dynamodb},
    {"aws-sdk:dynamodb", "deleteItem", "", rc_states_call_dynamodb},
    {"aws-sdk:dynamodb", "query", "", rc_states_call_dynamodb},
    {"aws-sdk:dynamodb", "batchWriteItem", "", rc_states_call_dynamodb},
    {"aws-sdk:dynamodb", "transactWriteItems", "", rc_states_call_dynamodb},
    {"sqs", "sendMessage", ".waitForTaskToken", rc_states_call_sqs},
    {"events", "putEvents", ".waitForTaskToken", rc_states_call_events},
    {"states", "startExecution", ".sync .sync:2 .waitForTaskToken", rc_states_call_states},
};

/* ----- the resource ----- */

/* "ecs:runTask.sync" in its parts; false for a function's ARN and for what is none. */
static bool split(const char *resource, char type[64], char action[64], const char **mode)
{
    size_t prefix = sizeof service_prefix - 1;
    if (!resource || strncmp(resource, service_prefix, prefix) != 0)
        return false;
    const char *rest = resource + prefix, *point = strchr(rest, '.');
    size_t length = point ? (size_t)(point - rest) : strlen(rest);
    const char *colon = memrchr(rest, ':', length);
    *mode = point ? point : "";
    if (!colon || colon - rest >= 64 || rest + length - colon > 64)
        return false;
    snprintf(type, 64, "%.*s", (int)(colon - rest), rest);
    snprintf(action, 64, "%.*s", (int)(rest + length - colon - 1), colon + 1);
    return true;
}

static bool has_mode(const char *modes, const char *mode)
{
    size_t length = strlen(mode);
    for (const char *at = modes; *at;) {
        size_t part = strcspn(at, " ");
        if (part == length && strncmp(at, mode, length) == 0)
            return true;
        at += part + (at[part] == ' ');
    }
    return !length;
}

static const struct integration *find(const char *resource)
{
    char type[64], action[64];
    const char *mode;
    if (!split(resource, type, action, &mode))
        return NULL;
    for (size_t i = 0; i < sizeof integrations / sizeof *integrations; i++)
        if (strcmp(integrations[i].type, type) == 0 && strcmp(integrations[i].action, action) == 0)
            return has_mode(integrations[i].modes, mode) ? &integrations[i] : NULL;
    return NULL;
}

static bool is_function(const char *resource)
{
    return resource && strncmp(resource, function_prefix, sizeof function_prefix - 1) == 0 &&
           strstr(resource, ":function:");
}

bool rc_states_check_resource(const char *resource)
{
    return is_function(resource) || find(resource);
}

static const char *resource_of(const struct rc_branch *branch)
{
    return rc_json_text(branch->definition, "Resource");
}

const char *rc_states_mode(const struct rc_branch *branch)
{
    char type[64], action[64];
    const char *mode = "";
    return split(resource_of(branch), type, action, &mode) ? mode : "";
}

void rc_states_action(const struct rc_branch *branch, char action[64])
{
    char type[64];
    const char *mode;
    if (!split(resource_of(branch), type, action, &mode))
        action[0] = '\0';
}

static bool by_token(const struct rc_branch *branch)
{
    return strcmp(rc_states_mode(branch), ".waitForTaskToken") == 0;
}

/* ----- events ----- */

/* Every event of a service's task names it: {"resourceType","resource"}. */
static json_t *named(const struct rc_branch *branch)
{
    char type[64], action[64];
    const char *mode = "";
    if (!split(resource_of(branch), type, action, &mode))
        return json_object();
    return json_pack("{s:s, s:o}", "resourceType", type, "resource",
                     json_sprintf("%s%s", action, mode));
}

static void log_task(struct rc_branch *branch, const char *what, json_t *details)
{
    char type[64];
    bool function = is_function(resource_of(branch));
    snprintf(type, sizeof type, "%s%s", function ? "LambdaFunction" : "Task", what);
    rc_states_event(branch, type, details);
}

static void set_dump(json_t *details, const char *member, const json_t *value)
{
    char *text = rc_answer_dump(value);
    if (text)
        json_object_set_new(details, member, json_string(text));
    free(text);
}

static void log_scheduled(struct rc_branch *branch, const json_t *parameters, double timeout_s,
                          double beat_s)
{
    bool function = is_function(resource_of(branch));
    json_t *details = named(branch);
    set_dump(details, function ? "input" : "parameters", parameters);
    if (function)
        json_object_set_new(details, "resource", json_string(resource_of(branch)));
    else
        json_object_set_new(details, "region", json_string(RC_LOCAL_REGION));
    if (timeout_s > 0)
        json_object_set_new(details, "timeoutInSeconds", json_integer((json_int_t)timeout_s));
    if (beat_s > 0)
        json_object_set_new(details, "heartbeatInSeconds", json_integer((json_int_t)beat_s));
    log_task(branch, "Scheduled", details);
    log_task(branch, "Started", function ? NULL : named(branch));
}

/* ----- calls ----- */

struct rc_states_call *rc_states_call_new(struct rc_branch *branch)
{
    struct rc_states_call *call = calloc(1, sizeof *call);
    if (!call)
        return NULL;
    call->local = branch->execution->local;
    call->branch = branch;
    branch->call = call;
    return call;
}

void rc_states_detach(struct rc_branch *branch)
{
    struct rc_states_call *call = branch->call;
    rc_states_forget_ecs(branch, false);
    if (!call)
        return;
    struct rc_states_call **at = &call->local->services->states->calls;
    while (*at && *at != call)
        at = &(*at)->next;
    if (*at)
        *at = call->next;
    branch->call = NULL;
    if (call->invocation)
        rc_local_invoke_cancel(call->invocation);
    free(call);
}

/* A task of a state that is left is stopped, and an execution that was waited for. */
void rc_states_cancel(struct rc_branch *branch)
{
    struct rc_local *local = branch->execution->local;
    const char *mode = branch->definition ? rc_states_mode(branch) : "";
    const char *started = rc_json_text(branch->work, "execution");
    char *arn = started && branch->call && strncmp(mode, ".sync", 5) == 0 ? strdup(started) : NULL;
    rc_states_forget_ecs(branch, branch->phase == RC_PHASE_TASK && strcmp(mode, ".sync") == 0);
    rc_states_detach(branch);
    struct rc_states_execution *child = arn ? rc_states_running(local, arn) : NULL;
    if (child)
        rc_states_end(child, "ABORTED", NULL, NULL, NULL);
    free(arn);
    rc_states_halt_map_run(branch, "ABORTED");
}

void rc_states_task_done(struct rc_branch *branch, json_t *result)
{
    struct rc_states_fault fault = {0};
    json_t *details = named(branch);
    rc_branch_halt(branch);
    if (!rc_states_fits(result, "result", branch, &fault)) {
        json_decref(details);
        json_decref(result);
        rc_states_task_failed(branch, fault.error, fault.cause);
        return;
    }
    set_dump(details, "output", result);
    log_task(branch, "Succeeded", details);
    rc_states_succeed(branch, result);
}

void rc_states_task_failed(struct rc_branch *branch, const char *error, const char *cause)
{
    json_t *details = named(branch);
    char *cut = strndup(cause ? cause : "", RC_STATES_CAUSE_MOST);
    json_object_set_new(details, "error", json_string(error));
    json_object_set_new(details, "cause", json_string(cut ? cut : ""));
    free(cut);
    log_task(branch, "Failed", details);
    rc_states_fail(branch, error, cause);
}

void rc_states_task_late(struct rc_branch *branch)
{
    /* The nearer one was waited for; the clock may still stand a little before it. */
    bool beat = branch->beat_ms && (!branch->due_ms || branch->beat_ms < branch->due_ms);
    const char *error = beat ? "States.HeartbeatTimeout" : "States.Timeout";
    json_t *details = named(branch);
    json_object_set_new(details, "error", json_string(error));
    rc_branch_halt(branch);
    log_task(branch, "TimedOut", details);
    rc_states_fail(branch, error, "");
}

void rc_states_submitted(struct rc_branch *branch, json_t *answer)
{
    const char *mode = rc_states_mode(branch);
    if (!*mode) {
        rc_states_task_done(branch, answer);
        return;
    }
    json_t *details = named(branch);
    set_dump(details, "output", answer);
    json_decref(answer);
    log_task(branch, "Submitted", details);
    if (by_token(branch))
        branch->phase = RC_PHASE_TOKEN;
    rc_branch_save(branch);
}

/* ----- the state ----- */

static void make_token(struct rc_branch *branch)
{
    struct rc_local *local = branch->execution->local;
    char uuid[37];
    rc_local_uuid(local, uuid);
    snprintf(branch->token, sizeof branch->token, "AQ%.8s%.4s%.4s%.4s%.12s", uuid, uuid + 9,
             uuid + 14, uuid + 19, uuid + 24);
    sqlite3_stmt *put = rc_local_sql(
        local, "INSERT INTO states_token (token, execution, branch, state) VALUES (?, ?, ?, ?)");
    sqlite3_bind_text(put, 1, branch->token, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 2, branch->execution->arn, -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 3, branch->id);
    sqlite3_bind_text(put, 4, branch->state, -1, SQLITE_STATIC);
    rc_local_run(local, put);
}

static bool set_limits(struct rc_branch *branch, double *timeout_s, double *beat_s,
                       struct rc_states_fault *fault)
{
    int64_t now_ms = rc_local_now_ms(branch->execution->local);
    json_t *input = rc_states_input(branch, false, fault);
    bool ok = input && rc_states_number(branch, "TimeoutSeconds", input, 0, timeout_s, fault) &&
              rc_states_number(branch, "HeartbeatSeconds", input, 0, beat_s, fault);
    json_decref(input);
    if (!ok)
        return false;
    branch->due_ms = *timeout_s > 0 ? now_ms + (int64_t)(*timeout_s * 1000) : 0;
    branch->beat_ms = *beat_s > 0 ? now_ms + (int64_t)(*beat_s * 1000) : 0;
    json_object_set_new(branch->work, "beat", json_real(*beat_s));
    return true;
}

static void call(struct rc_branch *branch, const json_t *parameters)
{
    const char *resource = resource_of(branch);
    const struct integration *integration = find(resource);
    if (is_function(resource))
        rc_states_call_function(branch, parameters);
    else if (integration)
        integration->call(branch, parameters);
    else
        rc_states_task_failed(branch, "States.Runtime", "reconlocal cannot call this resource");
}

void rc_states_run_task(struct rc_branch *branch)
{
    struct rc_states_fault fault = {0};
    double timeout_s = 0, beat_s = 0;
    json_object_del(branch->work, "ecs"); /* of an attempt before */
    json_object_del(branch->work, "execution");
    if (by_token(branch))
        make_token(branch);
    json_t *parameters = rc_states_input(branch, true, &fault);
    if (!parameters || !rc_states_fits(parameters, "input", branch, &fault) ||
        !set_limits(branch, &timeout_s, &beat_s, &fault)) {
        json_decref(parameters);
        rc_states_fail_with(branch, &fault);
        return;
    }
    branch->phase = RC_PHASE_TASK;
    log_scheduled(branch, parameters, timeout_s, beat_s);
    rc_branch_save(branch);
    rc_branch_set_timer(branch);
    call(branch, parameters);
    json_decref(parameters);
}

void rc_states_continue_task(struct rc_branch *branch)
{
    struct rc_states_fault fault = {0};
    rc_branch_set_timer(branch);
    if (rc_states_await_ecs(branch) || rc_states_await_execution(branch))
        return;
    json_t *parameters = rc_states_input(branch, true, &fault);
    if (parameters)
        call(branch, parameters);
    else
        rc_states_fail_with(branch, &fault);
    json_decref(parameters);
}
