/* Invocations: who asks for one, whether it may begin, and what comes out. */
#include "aws/json.h"
#include "local/answer.h"
#include "local/lambda.h"
#include "local/services.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAIL_CAP = 16 << 10, FAULT_CAP = 4 << 10 };

static const char throttled[] = "TooManyRequestsException";
static const char not_found[] = "ResourceNotFoundException";

void rc_lambda_count(struct rc_local *local, const char *function, const char *metric, double value,
                     const char *unit)
{
    const char *const one[] = {"FunctionName", function, NULL};
    const char *const none[] = {NULL};
    rc_local_metric(local, "AWS/Lambda", metric, value, unit, function ? one : none);
}

/* ----- the life of an invocation ----- */

static void destroy(struct rc_local_invocation *invocation)
{
    rc_timer_stop(invocation->local->loop, &invocation->soon);
    if (invocation->function)
        rc_lambda_leave(invocation->function);
    rc_buf_free(&invocation->payload);
    rc_buf_free(&invocation->tail);
    rc_buf_free(&invocation->fault_text);
    free(invocation);
}

static void release(struct rc_local_invocation *invocation)
{
    *invocation->link = invocation->next;
    if (invocation->next)
        invocation->next->link = invocation->link;
    destroy(invocation);
}

void rc_lambda_drop_all(struct rc_local *local)
{
    struct rc_local_lambda_state *state = local->services->lambda;
    while (state->invocations) {
        struct rc_local_invocation *invocation = state->invocations;
        state->invocations = invocation->next;
        destroy(invocation);
    }
}

void rc_lambda_finish(struct rc_local_invocation *invocation, const char *payload, size_t length,
                      const char *function_error)
{
    struct rc_local *local = invocation->local;
    int64_t now_ms = rc_local_now_ms(local);
    rc_local_begin(local);
    if (!invocation->fault) {
        const char *name = invocation->function->name;
        int64_t began_ms = invocation->began_ms ? invocation->began_ms : now_ms;
        if (invocation->ended_ms)
            now_ms = invocation->ended_ms;
        rc_lambda_count(local, name, "Invocations", 1, "Count");
        rc_lambda_count(local, name, "Errors", function_error ? 1 : 0, "Count");
        rc_lambda_count(local, name, "Duration", (double)(now_ms - began_ms), "Milliseconds");
    }
    if (invocation->done)
        invocation->done(invocation->ctx, payload, length, function_error);
    rc_local_commit(local);
    release(invocation);
}

bool rc_lambda_keep_answer(struct rc_local_invocation *invocation, const char *payload,
                           size_t length, const char *function_error)
{
    invocation->ended_ms = rc_local_now_ms(invocation->local);
    invocation->answer_error = function_error;
    rc_buf_clear(&invocation->payload);
    return rc_buf_add(&invocation->payload, payload, length);
}

static void give_answer(struct rc_timer *timer)
{
    struct rc_local_invocation *invocation = timer->ctx;
    rc_lambda_finish(invocation, invocation->payload.data, invocation->payload.length,
                     invocation->answer_error);
}

void rc_lambda_finish_soon(struct rc_local_invocation *invocation)
{
    invocation->soon.fire = give_answer;
    rc_timer_set(invocation->local->loop, &invocation->soon, 0);
}

/* Outside of whoever asked. */
static void fail_now(struct rc_timer *timer)
{
    struct rc_local_invocation *invocation = timer->ctx;
    rc_lambda_finish(invocation, invocation->fault_text.data ? invocation->fault_text.data : "{}",
                     invocation->fault_text.length, invocation->fault);
}

static bool fail_soon(struct rc_local_invocation *invocation, const char *fault, const char *kind,
                      const char *message)
{
    struct rc_jsonw json;
    rc_jsonw_init(&json, &invocation->fault_text);
    rc_jsonw_open(&json, '{');
    rc_jsonw_key(&json, "errorType");
    rc_jsonw_str(&json, kind);
    rc_jsonw_key(&json, "errorMessage");
    rc_jsonw_str(&json, message);
    rc_jsonw_close(&json, '}');
    invocation->fault = fault;
    return rc_timer_set(invocation->local->loop, &invocation->soon, 0);
}

/* At its reserved concurrency, or the others at what is left of the account's. */
static bool is_full(const struct rc_local_lambda_state *state,
                    const struct rc_lambda_function *function)
{
    if (function->reserved >= 0)
        return function->running >= function->reserved;
    int64_t running = 0;
    for (const struct rc_lambda_function *at = state->functions; at; at = at->next)
        if (at->reserved < 0)
            running += at->running;
    return running >= rc_lambda_unreserved(state);
}

static bool begin(struct rc_local_invocation *invocation, const char *name)
{
    struct rc_local *local = invocation->local;
    struct rc_error err = {0};
    char text[RC_ERROR_TEXT_BYTES + 64];
    if (!invocation->function) {
        snprintf(text, sizeof text, "Function not found: " RC_LAMBDA_ARN "%s", name);
        return fail_soon(invocation, not_found, not_found, text);
    }
    if (is_full(local->services->lambda, invocation->function)) {
        rc_lambda_count(local, invocation->function->name, "Throttles", 1, "Count");
        return fail_soon(invocation, throttled, throttled, "Rate Exceeded.");
    }
    if (rc_lambda_assign(invocation, &err))
        return true;
    snprintf(text, sizeof text, "RequestId: %s Error: %s", invocation->request_id, err.text);
    return fail_soon(invocation, "Unhandled", "Runtime.InvalidEntrypoint", text);
}

struct rc_local_invocation *rc_lambda_start(struct rc_local *local, const char *function,
                                            const char *request_id, const char *payload,
                                            size_t length, rc_local_invoked done, void *ctx)
{
    struct rc_local_lambda_state *state = local->services->lambda;
    struct rc_local_invocation *invocation = calloc(1, sizeof *invocation);
    char name[65];
    if (!invocation)
        return NULL;
    rc_lambda_name(function, name);
    invocation->local = local;
    invocation->function = rc_lambda_find(local, function);
    if (invocation->function)
        invocation->function->users++;
    invocation->done = done;
    invocation->ctx = ctx;
    invocation->soon = (struct rc_timer){.fire = fail_now, .ctx = invocation};
    if (request_id)
        snprintf(invocation->request_id, sizeof invocation->request_id, "%s", request_id);
    else
        rc_local_uuid(local, invocation->request_id);
    rc_buf_init(&invocation->payload, RC_LAMBDA_SYNC_BYTES);
    rc_buf_init(&invocation->tail, TAIL_CAP);
    rc_buf_init(&invocation->fault_text, FAULT_CAP);
    invocation->next = state->invocations;
    invocation->link = &state->invocations;
    if (invocation->next)
        invocation->next->link = &invocation->next;
    state->invocations = invocation;
    if (rc_buf_add(&invocation->payload, payload, length) && begin(invocation, name))
        return invocation;
    release(invocation);
    return NULL;
}

struct rc_local_invocation *rc_local_invoke(struct rc_local *local, const char *function,
                                            const char *payload, size_t length,
                                            rc_local_invoked done, void *ctx)
{
    return rc_lambda_start(local, function, NULL, payload, length, done, ctx);
}

void rc_local_invoke_cancel(struct rc_local_invocation *invocation)
{
    invocation->done = NULL;
}

/* ----- Invoke ----- */

/* Whoever waits for an answer; in the exchange's arena. */
struct waiter {
    struct rc_exchange *exchange;
    struct rc_local_invocation *invocation;
    bool reserved; /* it was the function's own limit */
    bool tail;
};

static void set_tail(struct rc_exchange *exchange, const struct rc_buf *tail)
{
    char *text = rc_arena_alloc(&exchange->arena, (tail->length + 2) / 3 * 4 + 1);
    if (!text)
        return;
    EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)(tail->data ? tail->data : ""),
                    (int)tail->length);
    rc_exchange_set_header(exchange, "X-Amz-Log-Result", "%s", text);
}

static void fail_throttled(struct rc_exchange *exchange, bool reserved)
{
    json_t *members = json_pack("{s:s, s:s}", "Reason",
                                reserved ? "ReservedFunctionConcurrentInvocationLimitExceeded"
                                         : "ConcurrentInvocationLimitExceeded",
                                "Type", "User");
    rc_exchange_fail_with(exchange, 429, throttled, members, "Rate Exceeded.");
    json_decref(members);
}

static void answer_waiter(void *ctx, const char *payload, size_t length, const char *function_error)
{
    const struct waiter *waiter = ctx;
    struct rc_exchange *exchange = waiter->exchange;
    if (function_error == throttled) {
        fail_throttled(exchange, waiter->reserved);
        rc_exchange_answer(exchange);
        return;
    }
    rc_exchange_set_header(exchange, "X-Amz-Executed-Version", "$LATEST");
    rc_exchange_set_header(exchange, "Content-Type", "application/json");
    if (function_error)
        rc_exchange_set_header(exchange, "X-Amz-Function-Error", "Unhandled");
    if (waiter->tail)
        set_tail(exchange, &waiter->invocation->tail);
    rc_buf_add(&exchange->out, payload, length);
    rc_exchange_answer(exchange);
}

static void waiter_left(struct rc_exchange *exchange)
{
    const struct waiter *waiter = exchange->ctx;
    rc_local_invoke_cancel(waiter->invocation);
}

static void invoke_now(struct rc_exchange *exchange, const struct rc_lambda_function *function,
                       const char *payload, size_t length)
{
    const char *log_type = rc_exchange_header(exchange, "x-amz-log-type");
    struct waiter *waiter = rc_arena_alloc(&exchange->arena, sizeof *waiter);
    if (waiter) {
        waiter->exchange = exchange;
        waiter->reserved = function->reserved >= 0;
        waiter->tail = log_type && strcmp(log_type, "Tail") == 0;
        waiter->invocation = rc_lambda_start(exchange->local, function->name, exchange->request_id,
                                             payload, length, answer_waiter, waiter);
    }
    if (waiter && waiter->invocation)
        rc_exchange_suspend(exchange, waiter_left, waiter);
    else
        rc_exchange_fail(exchange, 500, "ServiceException", "out of memory");
}

static bool is_json(struct rc_exchange *exchange, const char *payload, size_t length)
{
    struct rc_error err = {0};
    json_t *json = rc_json_parse(payload, length, RC_LAMBDA_SYNC_BYTES, &err);
    json_decref(json);
    return json || rc_exchange_fail(exchange, 400, "InvalidRequestContentException",
                                    "Could not parse request body into json: %s", err.text);
}

void rc_lambda_invoke(struct rc_exchange *exchange)
{
    struct rc_lambda_function *function = rc_lambda_need(exchange);
    const char *type = rc_exchange_header(exchange, "x-amz-invocation-type");
    bool later = type && strcmp(type, "Event") == 0;
    size_t most = later ? RC_LAMBDA_ASYNC_BYTES : RC_LAMBDA_SYNC_BYTES;
    size_t length = exchange->body.length;
    const char *payload = length ? exchange->body.data : "{}";
    if (!function)
        return;
    if (exchange->body_fd >= 0 || length > most) {
        rc_exchange_fail(exchange, 413, "RequestTooLargeException",
                         "Request must be smaller than %zu bytes for the InvokeFunction operation",
                         most);
        return;
    }
    if (!is_json(exchange, payload, length ? length : 2))
        return;
    if (later) {
        exchange->status = 202;
        if (!rc_lambda_enqueue(exchange->local, exchange->request_id, function->name, payload,
                               length ? length : 2))
            rc_exchange_fail(exchange, 500, "ServiceException", "the event could not be kept");
    } else if (type && strcmp(type, "DryRun") == 0) {
        exchange->status = 204;
    } else if (!type || strcmp(type, "RequestResponse") == 0) {
        invoke_now(exchange, function, payload, length ? length : 2);
    } else {
        rc_exchange_fail(exchange, 400, "InvalidParameterValueException",
                         "InvocationType is RequestResponse, Event or DryRun");
    }
}
