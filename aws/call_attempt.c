#include "aws/call_internal.h"

#include "aws/answer.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* One attempt of a call: credentials, signing, sending, what is answered, and whether there is
 * another. */

enum {
    TIMEOUT_MS = 60000,
    STREAM_IDLE_MS = 60000,
    AHEAD_S = 5,  /* seconds between two clocks that agree, with an answer's way */
    SKEW_S = 240, /* a signature fails past five minutes; botocore corrects past four */
    FILE_PART = 64 << 10,
};

/* ----- sending ----- */

static enum rc_http_taken take(void *ctx, const struct rc_http_head *head, const char *bytes,
                               size_t length)
{
    struct rc_call *call = ctx;
    if (call->fresh && call->streamed) {
        if (!call->sink.restart)
            return RC_HTTP_STOP;
        call->sink.restart(call->sink.ctx);
    }
    call->fresh = false;
    enum rc_http_taken taken = call->sink.take(call->sink.ctx, head, bytes, length);
    call->streamed = call->streamed || taken == RC_HTTP_TAKEN;
    return taken;
}

static void finished(void *ctx, const struct rc_http_result *result);

static bool hash_file(const struct rc_http_file *file, char hash[RC_SIGN_HEX], struct rc_error *err)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    char part[FILE_PART];
    EVP_MD_CTX *sha = EVP_MD_CTX_new();
    bool ok = sha && EVP_DigestInit_ex(sha, EVP_sha256(), NULL) == 1;
    for (int64_t at = 0; ok && at < file->length;) {
        int64_t left = file->length - at;
        size_t want = left < FILE_PART ? (size_t)left : FILE_PART;
        ssize_t got = pread(file->fd, part, want, file->offset + at);
        if (got <= 0) {
            rc_error_set(err, RC_IO, "the file to send ended %" PRId64 " bytes early", left);
            EVP_MD_CTX_free(sha);
            return false;
        }
        ok = EVP_DigestUpdate(sha, part, (size_t)got) == 1;
        at += got;
    }
    ok = ok && EVP_DigestFinal_ex(sha, digest, NULL) == 1;
    EVP_MD_CTX_free(sha);
    for (int i = 0; ok && i < 32; i++)
        snprintf(hash + 2 * i, 3, "%02x", digest[i]);
    if (!ok)
        rc_error_set(err, RC_NOMEM, "SHA-256 failed");
    return ok;
}

/* S3 is told the hash of every body; a file over HTTPS, which protects it, goes
 * without, so that it is read once. */
static bool payload_hash(struct rc_call *call, const char **hash, struct rc_error *err)
{
    bool tls = strncmp(call->wire.url.data, "https://", 8) == 0;
    bool s3 = call->operation->service->id == RC_SERVICE_S3;
    if (call->has_file && tls && s3) {
        *hash = rc_sign_unsigned_payload;
        return true;
    }
    *hash = call->hash;
    if (call->has_file)
        return hash_file(&call->file, call->hash, err);
    return rc_sign_hash(call->wire.body.data ? call->wire.body.data : "", call->wire.body.length,
                        call->hash, err);
}

/* Appends what signing adds to the headers. */
static bool sign(struct rc_call *call, const struct rc_credentials *keys, struct rc_buf *host,
                 struct rc_http_header *headers, size_t *count, struct rc_error *err)
{
    struct rc_sign_options options;
    struct rc_sign_header plain[RC_REQUEST_HEADERS + 1];
    const char *hash;
    if (!rc_aws_sign_options(call->aws, call->operation->service, keys, &options, err) ||
        !payload_hash(call, &hash, err))
        return false;
    rc_sign_date(options.unix_s, call->date);
    options.hash_header = options.s3 ? hash : NULL;
    for (size_t i = 0; i < *count; i++)
        plain[i] = (struct rc_sign_header){headers[i].name, headers[i].value};
    plain[*count] = (struct rc_sign_header){"host", host->data};
    const struct rc_sign_request request = {
        .method = call->operation->method ? call->operation->method : "POST",
        .path = call->wire.url.data + call->wire.path_offset,
        .query = call->wire.query.data,
        .headers = plain,
        .header_count = *count + 1,
        .payload_hash = hash,
    };
    rc_buf_clear(&call->authorization);
    if (!rc_sign_authorization(&request, &options, &call->authorization, err))
        return false;
    headers[(*count)++] = (struct rc_http_header){"X-Amz-Date", call->date};
    if (options.session_token)
        headers[(*count)++] =
            (struct rc_http_header){"X-Amz-Security-Token", options.session_token};
    if (options.hash_header)
        headers[(*count)++] = (struct rc_http_header){"x-amz-content-sha256", hash};
    headers[(*count)++] = (struct rc_http_header){"Authorization", call->authorization.data};
    return true;
}

static void send_signed(struct rc_call *call, const struct rc_credentials *keys)
{
    struct rc_http_header headers[RC_REQUEST_HEADERS + 4];
    size_t count = call->wire.header_count;
    struct rc_error err = {0};
    struct rc_buf host, url;
    const struct rc_operation *operation = call->operation;
    bool streams = operation->flags & RC_OP_STREAMS;
    memcpy(headers, call->wire.headers, count * sizeof *headers);
    rc_buf_init(&host, RC_REQUEST_URL_CAP);
    rc_buf_init(&url, 2 * RC_REQUEST_URL_CAP);
    rc_buf_add(&host, call->wire.url.data + call->wire.host_offset,
               call->wire.path_offset - call->wire.host_offset);
    rc_buf_add(&url, call->wire.url.data, call->wire.url.length);
    if (call->wire.query.length)
        rc_buf_printf(&url, "?%s", call->wire.query.data);
    if (host.failed || url.failed)
        rc_error_nomem(&err);
    else if (!keys || sign(call, keys, &host, headers, &count, &err)) {
        const struct rc_http_request request = {
            .method = operation->method ? operation->method : "POST",
            .url = url.data,
            .headers = headers,
            .header_count = count,
            .body = call->wire.body.data,
            .body_length = call->wire.body.length,
            .file = call->has_file ? &call->file : NULL,
            .answer_cap_bytes = RC_ANSWER_CAP,
            .sink = streams && call->sink.take ? take : NULL,
            .timeout_ms = streams || call->has_file ? operation->timeout_ms
                          : operation->timeout_ms   ? operation->timeout_ms
                                                    : TIMEOUT_MS,
            .idle_timeout_ms = streams || call->has_file ? STREAM_IDLE_MS : 0,
            .fresh = call->asks_once, /* else libcurl itself may send it twice */
            .done = finished,
            .ctx = call,
        };
        call->attempts++;
        call->fresh = true;
        call->sent_at_ms = rc_loop_now_ms(call->aws->loop);
        call->transfer = rc_http_send(call->aws->http, &request, &err);
    }
    rc_buf_free(&url);
    rc_buf_free(&host);
    if (!call->transfer)
        rc_call_fail(call, err.code == RC_NOMEM ? RC_AWS_MEMORY : RC_AWS_REQUEST, &err);
}

static void keys_ready(struct rc_credential_waiter *waiter,
                       const struct rc_credentials *credentials, const struct rc_error *err)
{
    struct rc_call *call = waiter->ctx;
    call->waiting = false;
    if (credentials)
        send_signed(call, credentials);
    else
        rc_call_fail(call, RC_AWS_CREDENTIALS, err);
}

static void attempt(struct rc_call *call)
{
    if (call->operation->flags & RC_OP_UNSIGNED) {
        send_signed(call, NULL);
        return;
    }
    if (call->has_own) {
        send_signed(call, &call->own);
        return;
    }
    call->waiter = (struct rc_credential_waiter){.ready = keys_ready, .ctx = call};
    call->waiting = true;
    const struct rc_credentials *keys = rc_credential_chain_get(call->aws->chain, &call->waiter);
    if (!keys)
        return;
    call->waiting = false;
    send_signed(call, keys);
}

void rc_call_attempt(struct rc_timer *timer)
{
    attempt(timer->ctx);
}

/* ----- after an attempt ----- */

static void count(struct rc_call *call, const struct rc_http_result *result, bool good)
{
    struct rc_aws *aws = call->aws;
    struct rc_metrics_row *row =
        rc_metrics_row(aws->metrics, call->operation->service->name, call->operation->name);
    int64_t ms = rc_loop_now_ms(aws->loop) - call->sent_at_ms;
    row->attempts++;
    row->bytes_sent += (uint64_t)result->bytes_sent;
    row->bytes_received += (uint64_t)result->bytes_received;
    rc_metrics_latency(row, ms);
    if (call->error.fault == RC_AWS_THROTTLED) {
        row->throttled++;
        for (size_t i = 0; i < call->error.throttle_count; i++)
            rc_metrics_throttle(row, call->error.throttles[i].reason,
                                call->error.throttles[i].resource);
        if (!call->error.throttle_count)
            rc_metrics_throttle(row, call->error.code, NULL);
    }
    if (rc_log_wants(aws->log, RC_LOG_DEBUG))
        rc_log_write(aws->log, RC_LOG_DEBUG, rc_loop_unix_ms(aws->loop),
                     "%s %s attempt %d: %d %s%s%s in %" PRId64 " ms, %" PRId64
                     " bytes sent, %" PRId64 " received, request %s",
                     call->operation->service->name, call->operation->name, call->attempts,
                     result->head.status,
                     good               ? "in order"
                     : call->error.code ? call->error.code
                                        : "",
                     result->failure ? " " : "", result->failure ? result->text : "", ms,
                     result->bytes_sent, result->bytes_received,
                     rc_answer_request_id(&result->head));
}

static void forget_error(struct rc_call *call)
{
    json_decref(call->error.details);
    call->error = (struct rc_aws_error){0};
}

static void retry_after(struct rc_call *call, int64_t delay_ms)
{
    rc_metrics_row(call->aws->metrics, call->operation->service->name, call->operation->name)
        ->retries++;
    forget_error(call);
    rc_arena_free(&call->arena);
    call->request_id = NULL;
    if (!rc_timer_set(call->aws->loop, &call->timer, delay_ms))
        rc_call_fail(call, RC_AWS_MEMORY, NULL);
}

static bool has_word(const char *code, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(code, *words) == 0)
            return true;
    return false;
}

/* The clock of this machine is off when a signature is refused and the answer's own
 * date is far from ours: then its time is used from here on. */
static bool corrects_clock(struct rc_call *call, const struct rc_http_result *result)
{
    static const char *const codes[] = {"RequestTimeTooSkewed",
                                        "RequestExpired",
                                        "InvalidSignatureException",
                                        "SignatureDoesNotMatch",
                                        "AuthFailure",
                                        "RequestInTheFuture",
                                        "AccessDenied",
                                        NULL};
    const char *date = rc_http_header(&result->head, "date");
    int64_t theirs;
    if (call->corrected_clock || !date || !has_word(call->error.code, codes) ||
        !rc_shape_parse_time(date, &theirs))
        return false;
    int64_t ours = rc_loop_unix_ms(call->aws->loop);
    int64_t offset = (theirs - ours) / 1000, change = offset - call->aws->clock_offset_s;
    if (change > -SKEW_S && change < SKEW_S)
        return false;
    call->corrected_clock = true;
    call->aws->clock_offset_s = offset;
    if (rc_log_wants(call->aws->log, RC_LOG_WARN))
        rc_log_write(call->aws->log, RC_LOG_WARN, ours,
                     "this machine's clock is %" PRId64 " s off; signing with the service's time",
                     -offset);
    return true;
}

/* What an answer says of its time. */
static void note_time(struct rc_call *call, const struct rc_http_result *result)
{
    const char *date = rc_http_header(&result->head, "date");
    int64_t theirs;
    if (!date || !rc_shape_parse_time(date, &theirs))
        return;
    int64_t ahead = (theirs - rc_loop_unix_ms(call->aws->loop)) / 1000;
    call->aws->ahead_s = ahead < -AHEAD_S || ahead > AHEAD_S ? ahead : 0;
}

static bool renews_keys(struct rc_call *call)
{
    static const char *const codes[] = {"ExpiredToken", "ExpiredTokenException",
                                        "TokenRefreshRequired", NULL};
    if (call->renewed_keys || call->has_own || !has_word(call->error.code, codes))
        return false;
    call->renewed_keys = true;
    rc_credential_chain_expired(call->aws->chain);
    return true;
}

/* ms, from x-amz-retry-after; -1 when there is none. */
static int64_t asked_delay(const struct rc_http_result *result)
{
    const char *text = rc_http_header(&result->head, "x-amz-retry-after");
    char *end = NULL;
    long long ms = text ? strtoll(text, &end, 10) : -1;
    return text && end != text && ms >= 0 ? ms : -1;
}

static enum rc_aws_fault fault_of_failure(enum rc_http_failure failure)
{
    switch (failure) {
    case RC_HTTP_TIMEOUT:
        return RC_AWS_TIMEOUT;
    case RC_HTTP_TOO_LARGE:
        return RC_AWS_TOO_LARGE;
    case RC_HTTP_STOPPED:
        return RC_AWS_STOPPED;
    default:
        return RC_AWS_NETWORK;
    }
}

static enum rc_retry_class class_of(const struct rc_call *call, enum rc_http_failure failure)
{
    bool once = call->asks_once;
    if (failure == RC_HTTP_TOO_LARGE || failure == RC_HTTP_STOPPED || failure == RC_HTTP_TLS ||
        (call->streamed && !call->sink.restart))
        return RC_RETRY_NEVER;
    if (call->error.fault == RC_AWS_MALFORMED)
        return once ? RC_RETRY_NEVER : RC_RETRY_TRANSIENT;
    enum rc_retry_class class =
        failure ? RC_RETRY_TRANSIENT : rc_retry_classify(call->error.status, call->error.code);
    if (class == RC_RETRY_THROTTLED)
        return call->leaves_throttles ? RC_RETRY_NEVER : class;
    if (!once)
        return class;
    /* It must not be done twice: only what did not leave is sent again. */
    return failure == RC_HTTP_RESOLVE || failure == RC_HTTP_CONNECT ? class : RC_RETRY_NEVER;
}

static void after_failure(struct rc_call *call, const struct rc_http_result *result)
{
    struct rc_retry_bucket *tokens = &call->aws->tokens[call->operation->service->id];
    if (!result->failure && (corrects_clock(call, result) || renews_keys(call))) {
        retry_after(call, 0);
        return;
    }
    struct rc_retry retry =
        rc_retry_decide(call->operation->service->retry, tokens, class_of(call, result->failure),
                        call->attempts, rc_aws_chance(call->aws), asked_delay(result));
    if (retry.again) {
        call->last_cost = retry.cost;
        retry_after(call, retry.delay_ms);
        return;
    }
    call->failed = true;
    call->error.attempts = call->attempts;
    rc_call_finish(call);
}

static void finished(void *ctx, const struct rc_http_result *result)
{
    struct rc_call *call = ctx;
    struct rc_error err = {0};
    const char *id = rc_answer_request_id(&result->head);
    int status = result->head.status;
    call->transfer = NULL;
    note_time(call, result);
    rc_arena_free(&call->arena);
    call->request_id = rc_arena_text(&call->arena, id, strlen(id));
    if (result->failure) {
        rc_call_note_failure(call, fault_of_failure(result->failure), result->text);
        call->error.status = status;
    } else if (status < 200 || status > 299 || rc_answer_hides_error(call->operation, result)) {
        rc_answer_error(call->operation, result, &call->arena, &call->error);
    } else {
        call->answer = rc_answer_read(call->operation, result, &call->arena, &call->document, &err);
        if (!call->answer) {
            json_decref(call->document);
            call->document = NULL;
            rc_call_note_failure(call, RC_AWS_MALFORMED, err.text);
            call->error.status = status;
        }
    }
    count(call, result, call->answer != NULL);
    if (!call->answer) {
        after_failure(call, result);
        return;
    }
    rc_retry_succeeded(&call->aws->tokens[call->operation->service->id], call->last_cost);
    rc_call_finish(call);
}
