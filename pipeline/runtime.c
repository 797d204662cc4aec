#include "pipeline/runtime.h"

#include "aws/json.h"
#include "base/jsonw.h"
#include "pipeline/log.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    URL_BYTES = 512,
    ID_BYTES = 128,
    TRACE_BYTES = 512,
    ERROR_CAP = 16 << 10,
    ANSWER_CAP = 64 << 10, /* of what is said of an answer */
    HAND_BACK_MS = 60000,
};

struct rc_runtime {
    struct rc_loop *loop;
    struct rc_http *http;
    char base[URL_BYTES]; /* up to ".../runtime" */
    struct reply {
        bool done;
        enum rc_http_failure failure;
        char text[RC_HTTP_TEXT_BYTES];
        int status;
        char request_id[ID_BYTES];
        char trace[TRACE_BYTES];
        int64_t deadline_unix_ms; /* 0: it was not said */
        struct rc_buf body;
    } reply;
};

struct rc_runtime *rc_runtime_new(struct rc_loop *loop, const char *api, struct rc_error *err)
{
    struct rc_runtime *runtime = calloc(1, sizeof *runtime);
    if (!runtime) {
        rc_error_nomem(err);
        return NULL;
    }
    int length = snprintf(runtime->base, sizeof runtime->base, "http://%s/2018-06-01/runtime", api);
    runtime->loop = loop;
    rc_buf_init(&runtime->reply.body, RC_RUNTIME_PAYLOAD_BYTES);
    if (length > 0 && length < URL_BYTES)
        runtime->http = rc_http_new(loop, &(struct rc_http_options){0}, err);
    else
        rc_error_set(err, RC_LIMIT, "AWS_LAMBDA_RUNTIME_API is over %d bytes", URL_BYTES);
    if (runtime->http)
        return runtime;
    rc_runtime_free(runtime);
    return NULL;
}

void rc_runtime_free(struct rc_runtime *runtime)
{
    if (!runtime)
        return;
    rc_http_free(runtime->http);
    rc_buf_free(&runtime->reply.body);
    free(runtime);
}

/* ----- one request ----- */

static void keep_header(const struct rc_http_head *head, const char *name, char *to, size_t room)
{
    const char *value = rc_http_header(head, name);
    snprintf(to, room, "%s", value ? value : "");
}

static void on_done(void *ctx, const struct rc_http_result *result)
{
    struct reply *reply = ctx;
    const char *deadline = rc_http_header(&result->head, "Lambda-Runtime-Deadline-Ms");
    reply->done = true;
    reply->failure = result->failure;
    reply->status = result->head.status;
    reply->deadline_unix_ms = deadline ? strtoll(deadline, NULL, 10) : 0;
    snprintf(reply->text, sizeof reply->text, "%s", result->text);
    keep_header(&result->head, "Lambda-Runtime-Aws-Request-Id", reply->request_id, ID_BYTES);
    keep_header(&result->head, "Lambda-Runtime-Trace-Id", reply->trace, TRACE_BYTES);
    rc_buf_clear(&reply->body);
    rc_buf_add(&reply->body, result->body, result->body_length);
}

/* Asks and waits; false when no answer came. The request's method, body and so on are
 * the caller's, the path is behind the base. */
static bool ask(struct rc_runtime *runtime, const char *path, struct rc_http_request *request,
                struct rc_error *err)
{
    char url[URL_BYTES + ID_BYTES + 64];
    struct reply *reply = &runtime->reply;
    snprintf(url, sizeof url, "%s/%s", runtime->base, path);
    request->url = url;
    request->no_proxy = true;
    request->done = on_done;
    request->ctx = reply;
    reply->done = false;
    if (!rc_http_send(runtime->http, request, err)) {
        rc_error_prefix(err, "Lambda Runtime API %s", path);
        return false;
    }
    while (!reply->done) /* a signal that is handled ends the wait */
        rc_loop_until(runtime->loop, &reply->done, -1);
    if (reply->failure == RC_HTTP_OK && !reply->body.failed)
        return true;
    rc_error_set(err, reply->body.failed ? RC_NOMEM : RC_IO, "Lambda Runtime API %s: %s", path,
                 reply->body.failed ? "out of memory" : reply->text);
    return false;
}

static bool post(struct rc_runtime *runtime, const char *path, const char *fault, const char *body,
                 size_t length, struct rc_error *err)
{
    const struct rc_http_header headers[] = {
        {"Content-Type", "application/json"},
        {"Lambda-Runtime-Function-Error-Type", fault},
    };
    struct rc_http_request request = {
        .method = "POST",
        .headers = headers,
        .header_count = fault ? 2 : 1,
        .body = body,
        .body_length = length,
        .answer_cap_bytes = ANSWER_CAP,
        .timeout_ms = HAND_BACK_MS,
    };
    return ask(runtime, path, &request, err);
}

static bool post_error(struct rc_runtime *runtime, const char *path, const char *fault,
                       const struct rc_error *why, struct rc_error *err)
{
    char clean[RC_ERROR_TEXT_BYTES];
    struct rc_buf body;
    struct rc_jsonw json;
    rc_pipeline_clean(why->text, clean, sizeof clean);
    rc_buf_init(&body, ERROR_CAP);
    rc_jsonw_init(&json, &body);
    rc_jsonw_open(&json, '{');
    rc_jsonw_key(&json, "errorType");
    rc_jsonw_str(&json, fault);
    rc_jsonw_key(&json, "errorMessage");
    rc_jsonw_str(&json, clean);
    rc_jsonw_close(&json, '}');
    bool ok = !body.failed && post(runtime, path, fault, body.data, body.length, err);
    if (body.failed)
        rc_error_nomem(err);
    rc_buf_free(&body);
    return ok;
}

bool rc_runtime_fail_start(struct rc_runtime *runtime, const char *fault,
                           const struct rc_error *why, struct rc_error *err)
{
    return post_error(runtime, "init/error", fault, why, err);
}

/* ----- invocations ----- */

/* The id becomes part of a path. */
static bool is_id(const char *text)
{
    size_t length = 0;
    while (isascii(text[length]) &&
           (isalnum((unsigned char)text[length]) || text[length] == '-' || text[length] == '_'))
        length++;
    return length > 0 && !text[length];
}

static const char *said(const struct reply *reply)
{
    return reply->body.length ? reply->body.data : "nothing was said";
}

/* It may take hours, and so there is no limit to the wait. */
static bool next(struct rc_runtime *runtime, struct rc_error *err)
{
    static const char path[] = "invocation/next";
    const struct reply *reply = &runtime->reply;
    struct rc_http_request request = {.method = "GET",
                                      .answer_cap_bytes = RC_RUNTIME_PAYLOAD_BYTES};
    if (!ask(runtime, path, &request, err))
        return false;
    if (reply->status == 200 && is_id(reply->request_id) && reply->deadline_unix_ms > 0)
        return true;
    if (reply->status != 200)
        rc_error_set(err, RC_IO, "Lambda Runtime API %s: HTTP %d: %.200s", path, reply->status,
                     said(reply));
    else
        rc_error_set(err, RC_IO, "Lambda Runtime API %s: an invocation without a %s", path,
                     is_id(reply->request_id) ? "Lambda-Runtime-Deadline-Ms"
                                              : "Lambda-Runtime-Aws-Request-Id");
    return false;
}

static json_t *run_step(struct rc_pipeline *pipeline, const struct rc_step *steps,
                        const struct rc_buf *event, struct rc_error *why)
{
    json_t *in =
        rc_json_parse(event->data ? event->data : "", event->length, RC_RUNTIME_PAYLOAD_BYTES, why);
    if (!in) {
        snprintf(pipeline->fault, sizeof pipeline->fault, "BadInput");
        rc_error_prefix(why, "the event");
        rc_pipeline_log_failure(pipeline, why);
        return NULL;
    }
    json_t *out = rc_step_run(pipeline, steps, in, why);
    json_decref(in);
    return out;
}

/* The answer as text, to be freed; NULL and why when it cannot be given. */
static char *text_of(struct rc_pipeline *pipeline, json_t *out, struct rc_error *why)
{
    char *text = json_dumps(out, JSON_COMPACT);
    size_t length = text ? strlen(text) : 0;
    json_decref(out);
    if (text && length <= RC_RUNTIME_PAYLOAD_BYTES)
        return text;
    if (text) {
        snprintf(pipeline->fault, sizeof pipeline->fault, "Function.ResponseSizeTooLarge");
        rc_error_set(why, RC_LIMIT, "the answer has %zu bytes; Lambda takes %d", length,
                     RC_RUNTIME_PAYLOAD_BYTES);
    } else {
        snprintf(pipeline->fault, sizeof pipeline->fault, "StepFailed");
        rc_error_nomem(why);
    }
    free(text);
    rc_pipeline_log_failure(pipeline, why);
    return NULL;
}

/* Runs the step that the reply brought, and hands back. False: the API is gone. */
static bool work_on(struct rc_runtime *runtime, struct rc_pipeline *pipeline,
                    const struct rc_step *steps, struct rc_error *err)
{
    struct reply *reply = &runtime->reply;
    struct rc_error why = {0};
    char id[ID_BYTES], trace[TRACE_BYTES], path[ID_BYTES + 64];
    memcpy(id, reply->request_id, sizeof id); /* the reply is overwritten by the next */
    memcpy(trace, reply->trace, sizeof trace);
    pipeline->request_id = id;
    pipeline->trace = *trace ? trace : NULL;
    rc_pipeline_set_deadline(pipeline, reply->deadline_unix_ms);
    json_t *out = run_step(pipeline, steps, &reply->body, &why);
    char *text = out ? text_of(pipeline, out, &why) : NULL;
    snprintf(path, sizeof path, "invocation/%s/%s", id, text ? "response" : "error");
    bool ok = text ? post(runtime, path, NULL, text, strlen(text), err)
                   : post_error(runtime, path, pipeline->fault, &why, err);
    free(text);
    if (!ok)
        return false;
    if (reply->status >= 500) {
        rc_error_set(err, RC_IO, "Lambda Runtime API %s: HTTP %d: %.200s", path, reply->status,
                     said(reply));
        return false;
    }
    if (reply->status >= 300) /* it came too late, for example */
        rc_pipeline_log(pipeline, RC_LOG_WARN, "Lambda Runtime API %s: HTTP %d: %.200s", path,
                        reply->status, said(reply));
    return true;
}

void rc_runtime_serve(struct rc_runtime *runtime, struct rc_pipeline *pipeline,
                      const struct rc_step *steps, struct rc_error *err)
{
    const int64_t spare_ms = pipeline->spare_ms;
    bool going = true;
    while (going && next(runtime, err)) {
        going = work_on(runtime, pipeline, steps, err);
        pipeline->request_id = pipeline->trace = NULL;
        pipeline->deadline_unix_ms = 0;
        pipeline->spare_ms = spare_ms;
    }
}
