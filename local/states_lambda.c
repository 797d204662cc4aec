/* Tasks that run functions. */
#include "aws/json.h"
#include "local/answer.h"
#include "local/states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The error's name is what the function called it; faults of the service have its prefix. */
static void fail(struct rc_branch *branch, const char *payload, size_t length,
                 const char *function_error)
{
    char error[160], *cause = strndup(payload, length);
    json_t *json = json_loadb(payload, length, JSON_DECODE_ANY, NULL);
    const char *kind = rc_json_text(json, "errorType");
    const char *said = rc_json_text(json, "errorMessage");
    bool fault =
        strcmp(function_error, "Unhandled") != 0 && strncmp(function_error, "Sandbox.", 8) != 0;
    snprintf(error, sizeof error, "%s%s", fault ? "Lambda." : "",
             fault  ? function_error
             : kind ? kind
                    : "Lambda.Unknown");
    rc_states_task_failed(branch, error, fault && said ? said : cause);
    json_decref(json);
    free(cause);
}

/* As the optimised integration wraps it. */
static json_t *wrap(json_t *payload)
{
    return json_pack("{s:s, s:o, s:{s:i}, s:{}, s:i}", "ExecutedVersion", "$LATEST", "Payload",
                     payload, "SdkHttpMetadata", "HttpStatusCode", 200, "SdkResponseMetadata",
                     "StatusCode", 200);
}

static struct rc_branch *end_call(void *ctx)
{
    struct rc_states_call *call = ctx;
    struct rc_branch *branch = call->branch;
    call->invocation = NULL;
    rc_states_detach(branch);
    return branch;
}

static void on_answer(void *ctx, const char *payload, size_t length, const char *function_error)
{
    bool wrapped = ((const struct rc_states_call *)ctx)->wrapped;
    struct rc_branch *branch = end_call(ctx);
    json_t *result =
        function_error ? NULL : json_loadb(payload, length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (function_error)
        fail(branch, payload, length, function_error);
    else if (!result)
        rc_states_task_failed(branch, "States.Runtime", "the function's answer is no JSON");
    else if (wrapped)
        rc_states_submitted(branch, wrap(result));
    else
        rc_states_task_done(branch, result);
}

static void invoke(struct rc_branch *branch, const char *function, const json_t *payload,
                   bool wrapped)
{
    struct rc_states_call *call = rc_states_call_new(branch);
    char *text = payload ? rc_answer_dump(payload) : strdup("{}");
    if (call && text) {
        call->wrapped = wrapped;
        call->invocation = rc_local_invoke(branch->execution->local, function, text, strlen(text),
                                           on_answer, call);
    }
    free(text);
    if (!call || !call->invocation)
        rc_states_task_failed(branch, "Lambda.ServiceException", "out of memory");
}

void rc_states_call_function(struct rc_branch *branch, const json_t *parameters)
{
    invoke(branch, rc_json_text(branch->definition, "Resource"), parameters, false);
}

void rc_states_call_lambda(struct rc_branch *branch, const json_t *parameters)
{
    const char *function = rc_json_text(parameters, "FunctionName");
    if (function)
        invoke(branch, function, json_object_get(parameters, "Payload"), true);
    else
        rc_states_task_failed(branch, "States.Runtime", "lambda:invoke needs a FunctionName");
}
