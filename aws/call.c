#include "aws/call.h"

#include "aws/answer.h"
#include "aws/call_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CALL_ARENA_CAP = RC_ANSWER_CAP };

/* ----- the end ----- */

void rc_call_finish(struct rc_call *call)
{
    call->ended = true;
    struct rc_metrics_row *row =
        rc_metrics_row(call->aws->metrics, call->operation->service->name, call->operation->name);
    row->calls++;
    row->failed += call->failed;
    if (call->failed && rc_log_wants(call->aws->log, RC_LOG_WARN)) {
        struct rc_error err = {0};
        rc_call_describe(call, &err);
        rc_log_write(call->aws->log, RC_LOG_WARN, rc_loop_unix_ms(call->aws->loop), "%s", err.text);
    }
    if (call->aws->ended)
        call->aws->ended(call->aws->ended_ctx, call);
    if (call->done)
        call->done(call, call->ctx); /* which may free it */
}

void rc_call_fail(struct rc_call *call, enum rc_aws_fault fault, const struct rc_error *why)
{
    const char *text = why && why->text[0] ? why->text : "out of memory";
    char *message = rc_arena_text(&call->arena, text, strlen(text));
    call->failed = true;
    call->error.fault = fault;
    call->error.message = message ? message : "out of memory";
    call->error.code = call->error.code ? call->error.code : "";
    call->error.request_id = call->request_id ? call->request_id : "";
    call->error.attempts = call->attempts;
    rc_call_finish(call);
}

void rc_call_note_failure(struct rc_call *call, enum rc_aws_fault fault, const char *text)
{
    char *copy = rc_arena_text(&call->arena, text, strlen(text));
    call->error.fault = fault;
    call->error.message = copy ? copy : "";
    call->error.code = "";
    call->error.request_id = call->request_id ? call->request_id : "";
}

void rc_call_spoil(struct rc_call *call, enum rc_aws_fault fault, const char *text)
{
    rc_call_note_failure(call, fault, text);
    call->error.attempts = call->attempts;
    call->answer = NULL;
    call->failed = true;
}

/* ----- for those who call ----- */

static bool copy_keys(struct rc_call *call, const struct rc_credentials *keys)
{
    return !keys || (call->has_own = rc_credentials_copy(&call->own, keys));
}

/* Ends a call that could not be built, from the loop as any other. */
static void fail_now(struct rc_timer *timer)
{
    struct rc_call *call = timer->ctx;
    call->failed = true;
    rc_call_finish(call);
}

static bool may_start(const struct rc_aws *aws, const struct rc_operation *operation,
                      struct rc_error *err)
{
    bool may = !aws->read_only || rc_operation_reads(operation);
    if (!may)
        rc_error_set(err, RC_USAGE, "not sent: this session only reads");
    return may;
}

static struct rc_call *start(struct rc_aws *aws, const char *region,
                             const struct rc_operation *operation, const void *in,
                             const struct rc_credentials *credentials, rc_done done, void *ctx)
{
    char base[512];
    struct rc_error err = {0};
    struct rc_call *call = calloc(1, sizeof *call);
    if (!call)
        return NULL;
    *call = (struct rc_call){.aws = aws,
                             .operation = operation,
                             .done = done,
                             .ctx = ctx,
                             .asks_once = operation->flags & RC_OP_NO_RETRY};
    call->timer = (struct rc_timer){.fire = rc_call_attempt, .ctx = call};
    rc_arena_init(&call->arena, CALL_ARENA_CAP);
    rc_buf_init(&call->authorization, RC_SIGN_CANONICAL_CAP);
    if (!copy_keys(call, credentials)) {
        rc_call_free(call);
        return NULL;
    }
    bool virtual_host = !rc_profile_endpoint(aws->profile, operation->service);
    call->built = may_start(aws, operation, &err) &&
                  rc_aws_endpoint_in(aws, operation->service, region, base, sizeof base, &err) &&
                  rc_request_build(operation, in, base, virtual_host, &call->wire, &err);
    if (!call->built) {
        rc_call_note_failure(call, RC_AWS_REQUEST, err.text);
        call->timer.fire = fail_now;
    }
    if (!rc_timer_set(aws->loop, &call->timer, 0)) {
        rc_call_free(call);
        return NULL;
    }
    return call;
}

struct rc_call *rc_call_start_with(struct rc_aws *aws, const struct rc_operation *operation,
                                   const void *in, const struct rc_credentials *credentials,
                                   rc_done done, void *ctx)
{
    return start(aws, NULL, operation, in, credentials, done, ctx);
}

struct rc_call *rc_call_start_in(struct rc_aws *aws, const char *region,
                                 const struct rc_operation *operation, const void *in, rc_done done,
                                 void *ctx)
{
    return start(aws, region, operation, in, NULL, done, ctx);
}

struct rc_call *rc_call_start(struct rc_aws *aws, const struct rc_operation *operation,
                              const void *in, rc_done done, void *ctx)
{
    return rc_call_start_with(aws, operation, in, NULL, done, ctx);
}

void rc_call_set_sink(struct rc_call *call, const struct rc_call_sink *sink)
{
    if (call)
        call->sink = *sink;
}

void rc_call_resume(struct rc_call *call)
{
    if (call->transfer)
        rc_http_resume(call->transfer);
}

void rc_call_set_file(struct rc_call *call, const struct rc_http_file *file)
{
    if (!call)
        return;
    call->file = *file;
    call->has_file = true;
}

void rc_call_free(struct rc_call *call)
{
    if (!call)
        return;
    rc_timer_stop(call->aws->loop, &call->timer);
    if (call->waiting)
        rc_credential_chain_forget(call->aws->chain, &call->waiter);
    if (call->transfer)
        rc_http_cancel(call->transfer);
    rc_credentials_clear(&call->own);
    if (call->operation->flags & RC_OP_SECRET) {
        rc_arena_wipe(&call->arena);
        if (call->built)
            rc_request_wipe(&call->wire);
    }
    json_decref(call->error.details);
    json_decref(call->document);
    rc_arena_free(&call->arena);
    rc_buf_free(&call->authorization);
    if (call->built)
        rc_request_free(&call->wire);
    free(call);
}

bool rc_call_wait(struct rc_call *call, struct rc_error *err)
{
    if (!call) {
        rc_error_nomem(err);
        return false;
    }
    if (!rc_loop_until(call->aws->loop, &call->ended, -1)) {
        rc_error_set(err, RC_IO, "%s %s: nothing is left to wait for",
                     call->operation->service->name, call->operation->name);
        return false;
    }
    if (call->failed)
        rc_call_describe(call, err);
    return !call->failed;
}

bool rc_call_ended(const struct rc_call *call)
{
    return call->ended;
}

const void *rc_call_answer(const struct rc_call *call)
{
    return call->answer;
}

const struct rc_aws_error *rc_call_error(const struct rc_call *call)
{
    return call->ended && call->failed ? &call->error : NULL;
}

void rc_call_describe(const struct rc_call *call, struct rc_error *err)
{
    const struct rc_aws_error *error = &call->error;
    bool here = error->fault == RC_AWS_REQUEST || error->fault == RC_AWS_CREDENTIALS;
    rc_error_set(err, here ? RC_USAGE : RC_IO, "%s %s: %s%s%s", call->operation->service->name,
                 call->operation->name, error->code ? error->code : "",
                 error->code && *error->code ? ": " : "",
                 error->message && *error->message ? error->message : "no message came with it");
    size_t length = err ? strlen(err->text) : 0;
    if (!err || here)
        return;
    const char *id = error->request_id ? error->request_id : "";
    snprintf(err->text + length, sizeof err->text - length, " (%s%s%s%d attempt%s)",
             *id ? "request " : "", id, *id ? ", " : "", call->attempts,
             call->attempts == 1 ? "" : "s");
}

const struct rc_operation *rc_call_operation(const struct rc_call *call)
{
    return call->operation;
}

struct rc_aws *rc_call_aws(const struct rc_call *call)
{
    return call->aws;
}

void rc_call_leave_throttles(struct rc_call *call)
{
    call->leaves_throttles = true;
}

void rc_call_ask_once(struct rc_call *call)
{
    if (call)
        call->asks_once = true;
}

int rc_call_attempts(const struct rc_call *call)
{
    return call->attempts;
}

const char *rc_call_request_id(const struct rc_call *call)
{
    return call->request_id ? call->request_id : "";
}
