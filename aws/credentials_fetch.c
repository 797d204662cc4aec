/* One question to a metadata service, directly over HTTP, with a few attempts. The
 * answer goes from the sink into secret memory and is not kept by rc_http. */
#include "aws/credentials_internal.h"
#include "aws/secret.h"

#include <stdio.h>
#include <string.h>

enum { EXCERPT_BYTES = 100 }; /* of an error's body */

static void attempt(struct rc_fetch *fetch);

static enum rc_http_taken take(void *ctx, const struct rc_http_head *head, const char *bytes,
                               size_t length)
{
    struct rc_fetch *fetch = ctx;
    (void)head;
    if (length > RC_CREDENTIAL_ANSWER_BYTES - fetch->length)
        return RC_HTTP_STOP;
    memcpy(fetch->body + fetch->length, bytes, length);
    fetch->length += length;
    return RC_HTTP_TAKEN;
}

/* The beginning of an error's body, in one line and without secrets. */
static void excerpt(const struct rc_http_result *result, char out[EXCERPT_BYTES])
{
    rc_log_redact(result->body, out, EXCERPT_BYTES);
    for (char *c = out; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
}

static void describe(struct rc_fetch *fetch, const struct rc_http_result *result)
{
    char words[EXCERPT_BYTES];
    fetch->why[0] = '\0';
    if (result->failure == RC_HTTP_STOPPED) {
        snprintf(fetch->why, sizeof fetch->why, "the answer has more than %d bytes",
                 RC_CREDENTIAL_ANSWER_BYTES);
    } else if (result->failure) {
        snprintf(fetch->why, sizeof fetch->why, "%s", result->text);
    } else if (fetch->status < 200 || fetch->status > 299) {
        excerpt(result, words);
        snprintf(fetch->why, sizeof fetch->why, "HTTP %d%s%s", fetch->status, *words ? ": " : "",
                 words);
    }
}

static bool is_worth_another(const struct rc_fetch *fetch, const struct rc_http_result *result)
{
    if (fetch->attempt >= fetch->attempts || result->failure == RC_HTTP_STOPPED)
        return false;
    return result->failure || fetch->status >= 500 || fetch->status == 429;
}

static void finished(void *ctx, const struct rc_http_result *result)
{
    struct rc_fetch *fetch = ctx;
    fetch->transfer = NULL;
    fetch->status = result->failure ? 0 : result->head.status;
    describe(fetch, result);
    if (is_worth_another(fetch, result) &&
        rc_timer_set(rc_aws_loop(fetch->aws), &fetch->timer, fetch->between_ms))
        return;
    fetch->body[fetch->length] = '\0';
    fetch->done(fetch); /* which may free it */
}

static bool send_one(struct rc_fetch *fetch, struct rc_error *err)
{
    const struct rc_http_request request = {
        .method = fetch->method,
        .url = fetch->url,
        .headers = fetch->headers,
        .header_count = fetch->header_count,
        .answer_cap_bytes = RC_CREDENTIAL_ANSWER_BYTES,
        .sink = take,
        .timeout_ms = fetch->timeout_ms,
        .connect_timeout_ms = fetch->connect_timeout_ms,
        .no_proxy = true,
        .done = finished,
        .ctx = fetch,
    };
    fetch->attempt++;
    fetch->length = 0;
    fetch->transfer = rc_http_send(fetch->http, &request, err);
    return fetch->transfer != NULL;
}

static void attempt(struct rc_fetch *fetch)
{
    struct rc_error err = {0};
    if (send_one(fetch, &err))
        return;
    snprintf(fetch->why, sizeof fetch->why, "%.*s", (int)sizeof fetch->why - 1, err.text);
    fetch->status = 0;
    fetch->done(fetch);
}

static void attempt_again(struct rc_timer *timer)
{
    attempt(timer->ctx);
}

bool rc_fetch_start(struct rc_fetch *fetch, struct rc_error *err)
{
    if (!fetch->body)
        fetch->body = rc_secret_alloc(RC_CREDENTIAL_ANSWER_BYTES + 1);
    if (!fetch->body) {
        rc_error_nomem(err);
        return false;
    }
    fetch->timer = (struct rc_timer){.fire = attempt_again, .ctx = fetch};
    fetch->attempt = 0;
    return send_one(fetch, err);
}

void rc_fetch_clear(struct rc_fetch *fetch)
{
    if (fetch->transfer)
        rc_http_cancel(fetch->transfer);
    fetch->transfer = NULL;
    rc_timer_stop(rc_aws_loop(fetch->aws), &fetch->timer);
    rc_secret_free(fetch->body);
    fetch->body = NULL;
    fetch->length = 0;
}
