/* Invoking a Lambda function by hand. */
#include "ops/actions.h"

#include "aws/lambda.h"
#include "ops/follow.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SYNC_MOST = 6 << 20, /* "Lambda quotas", AWS Lambda Developer Guide */
    ASYNC_MOST = 1 << 20,
    TAIL_MOST = 16 << 10, /* AWS gives the last 4 KB */
    TELL_MS = 1000,
    SHOWN_BYTES = 300, /* of its answer, in a sentence */
};

static const char *const hows[] = {"sync", "async", "dry-run", NULL};
static const char *const no_yes[] = {"no", "yes", NULL};

static const struct rc_op_param params[] = {
    {.name = "step", .help = "the worker's step that the input is for", .fallback = ""},
    RC_OPS_INPUT_PARAMS,
    {.name = "how",
     .help = "waits for its answer, leaves it to Lambda, or only asks whether it may be invoked",
     .fallback = "sync",
     .choices = hows},
    {.name = "again",
     .help = "invokes it although an earlier attempt may have",
     .fallback = "no",
     .choices = no_yes},
    {0},
};

static bool is_how(const struct rc_op *op, const char *how)
{
    return strcmp(rc_op_param(op, "how"), how) == 0;
}

/* NULL with an error. */
static const char *function_of(struct rc_op *op, const char *target, struct rc_error *err)
{
    if (strcmp(target, "worker") != 0)
        return target;
    const struct rc_stack_place *place = rc_op_place(op, err);
    return place ? place->worker : NULL;
}

/* As a text, the caller's. */
static char *payload_of(const struct rc_op *op, struct rc_error *err)
{
    size_t most = is_how(op, "async") ? ASYNC_MOST : SYNC_MOST;
    json_t *input = rc_follow_input(op, rc_op_param(op, "step"), most, err);
    char *text = input ? json_dumps(input, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    if (input && !text)
        rc_error_nomem(err);
    json_decref(input);
    return text;
}

/* ----- preview ----- */

static void say_what(struct rc_op *op, const struct rc_lambda_function *function, size_t bytes)
{
    rc_op_will_call(op, is_how(op, "dry-run") ? "lambda:Invoke (dry run)" : "lambda:Invoke",
                    function->function_name, 1);
    if (function->state && strcmp(function->state, "Active") != 0 &&
        strcmp(function->state, "Inactive") != 0)
        rc_op_refuse(op, "the function is %s: %s", function->state,
                     function->state_reason ? function->state_reason : "no reason is given");
    if (is_how(op, "dry-run"))
        return;
    char size[40];
    snprintf(size, sizeof size, "%zu bytes of input", bytes);
    rc_op_will_change(op, "invocation", "", size);
    if (is_how(op, "sync"))
        rc_op_warn(op, "it may take up to %" PRId64 " s; what it has begun goes on when you leave",
                   function->timeout_s);
    else
        rc_op_warn(op, "Lambda tries it up to three times; how it ends stands in its logs");
    if (rc_op_flag(op, "again"))
        rc_op_warn(op, "an earlier attempt may have invoked it with this input already");
}

static bool preview_invoke(struct rc_op *op, const char *target, struct rc_error *err)
{
    const char *name = function_of(op, target, err);
    char *payload = name ? payload_of(op, err) : NULL;
    if (!payload)
        return false;
    const struct rc_lambda_get_configuration in = {.function_name = name};
    struct rc_call *call = rc_lambda_get_configuration(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    bool ok = rc_call_wait(call, err);
    if (ok)
        say_what(op, rc_lambda_get_configuration_answer(call), strlen(payload));
    rc_call_free(call);
    free(payload);
    return ok;
}

/* ----- performance ----- */

/* The end of its log, as lines; an empty list when there is none. */
static json_t *tail_of(const struct rc_lambda_invoked *answer)
{
    const char *coded = answer->log_result;
    size_t length = coded ? strlen(coded) : 0;
    json_t *lines = json_array();
    unsigned char text[TAIL_MOST + 1];
    if (!length || length / 4 * 3 > TAIL_MOST)
        return lines;
    int got = EVP_DecodeBlock(text, (const unsigned char *)coded, (int)length);
    if (got < 0)
        return lines;
    text[got] = '\0'; /* what fills the last block are NULs, too */
    for (char *line = (char *)text; *line;) {
        size_t width = strcspn(line, "\n");
        if (width && !rc_follow_is_metrics(line))
            json_array_append_new(lines, json_stringn(line, width));
        line += width + (line[width] == '\n');
    }
    return lines;
}

static bool was_invoked(struct rc_op *op, const char *name, const struct rc_call *call,
                        struct rc_error *err)
{
    const struct rc_lambda_invoked *answer = rc_lambda_invoke_answer(call);
    json_t *said = json_loadb(answer->payload.data ? answer->payload.data : "",
                              answer->payload.length, JSON_DECODE_ANY, NULL);
    json_t *lines = tail_of(answer);
    const char *why = json_string_value(json_object_get(said, "errorMessage"));
    bool failed = answer->function_error && *answer->function_error;
    for (size_t i = 0; i < json_array_size(lines); i++)
        (void)rc_op_tell(op, "%s", json_string_value(json_array_get(lines, i)));
    if (failed)
        rc_error_set(err, RC_IO, "%s was invoked and failed (%s, request %s): %s", name,
                     answer->function_error, rc_call_request_id(call),
                     why ? why : "its answer says no more");
    else
        rc_op_done(op, "%s %.*s (request %s)",
                   is_how(op, "dry-run") ? "it may be invoked"
                   : is_how(op, "async") ? "Lambda has taken it"
                                         : "it has answered",
                   answer->payload.length < SHOWN_BYTES ? (int)answer->payload.length : SHOWN_BYTES,
                   answer->payload.data ? answer->payload.data : "", rc_call_request_id(call));
    rc_op_answer(op,
                 json_pack("{sI ss ss so so}", "status", (json_int_t)answer->status_code, "request",
                           rc_call_request_id(call), "error", failed ? answer->function_error : "",
                           "payload", said ? said : json_null(), "log", lines));
    return !failed;
}

static void ended(struct rc_call *call, void *ctx)
{
    (void)call;
    *(bool *)ctx = true;
}

static bool invoke(struct rc_op *op, const char *name, const char *payload, struct rc_error *err)
{
    static const char *const types[] = {"RequestResponse", "Event", "DryRun"};
    size_t how = is_how(op, "sync") ? 0 : is_how(op, "async") ? 1 : 2;
    const struct rc_lambda_invoke in = {.function_name = name,
                                        .type = types[how],
                                        .log_type = how == 0 ? "Tail" : NULL,
                                        .payload = {payload, strlen(payload)}};
    bool done = false;
    struct rc_call *call = rc_lambda_invoke(rc_op_pipeline(op)->aws, &in, ended, &done);
    for (int seconds = 0; call && !done; seconds++) {
        if (seconds)
            (void)rc_op_tell(op, "%s has not answered for %d s", name, seconds);
        rc_follow_pause(op, &done, TELL_MS);
    }
    bool ok = rc_call_wait(call, err);
    if (ok)
        ok = was_invoked(op, name, call, err);
    else if (how != 2 && rc_op_in_doubt(op))
        rc_error_prefix(err, "no answer came, and it may run: look into its logs");
    rc_call_free(call);
    return ok;
}

static bool perform_invoke(struct rc_op *op, const char *target, struct rc_error *err)
{
    const char *name = function_of(op, target, err);
    if (!name)
        return false;
    if (rc_op_again(op) && !rc_op_flag(op, "again") && !is_how(op, "dry-run")) {
        rc_error_set(err, RC_USAGE,
                     "an earlier attempt may have invoked %s with this input: look into its logs, "
                     "and say again yes when it has to be",
                     name);
        return false;
    }
    char *payload = payload_of(op, err);
    bool ok = payload && invoke(op, name, payload, err);
    free(payload);
    return ok;
}

const struct rc_op_action rc_op_invoke = {
    .name = "invoke",
    .title = "invoke a function",
    .target = "function",
    .target_how = "worker|NAME|ARN",
    .help = "Invokes a Lambda function and shows its answer with the end of its log. It is asked "
            "once: where no answer comes it may have run, and is not invoked a second time with "
            "this input unless that is said.",
    .permissions = "lambda:InvokeFunction lambda:GetFunctionConfiguration",
    .params = params,
    .danger = RC_ROUTINE,
    .preview = preview_invoke,
    .perform = perform_invoke,
};
