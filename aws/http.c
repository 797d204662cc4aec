#include "aws/http.h"

#include "aws/http_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ----- the door ----- */

struct rc_http *rc_http_new(struct rc_loop *loop, const struct rc_http_options *options,
                            struct rc_error *err)
{
    struct rc_http *http = calloc(1, sizeof *http);
    if (!http) {
        rc_error_nomem(err);
        return NULL;
    }
    http->loop = loop;
    http->alarm.fd = -1;
    if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
        rc_error_set(err, RC_NOMEM, "libcurl cannot be started");
        free(http);
        return NULL;
    }
    int per_host = options ? options->connections_per_host : 0;
    if (options && options->ca_bundle && !(http->ca_bundle = strdup(options->ca_bundle))) {
        rc_error_nomem(err);
        goto failed;
    }
    if (!rc_http_events_start(http, per_host > 0 ? per_host : RC_HTTP_CONNECTIONS, err))
        goto failed;
    return http;

failed:
    rc_http_free(http);
    return NULL;
}

void rc_http_free(struct rc_http *http)
{
    if (!http)
        return;
    struct rc_http_transfer *next;
    for (struct rc_http_transfer *transfer = http->transfers; transfer; transfer = next) {
        next = transfer->next;
        rc_http_drop(transfer);
    }
    while (http->pooled > 0)
        curl_easy_cleanup(http->pool[--http->pooled]);
    rc_http_events_stop(http);
    curl_global_cleanup();
    free(http->ca_bundle);
    free(http);
}

static CURL *take_easy(struct rc_http *http)
{
    return http->pooled > 0 ? http->pool[--http->pooled] : curl_easy_init();
}

/* One that was torn from its work is not used again: it keeps a buffer, and refuses
 * another size of it. */
static void give_easy_back(struct rc_http *http, CURL *easy, bool came_to_its_end)
{
    if (!came_to_its_end || http->pooled == RC_HTTP_POOL) {
        curl_easy_cleanup(easy);
        return;
    }
    curl_easy_reset(easy);
    http->pool[http->pooled++] = easy;
}

/* ----- the end of a transfer ----- */

/* Takes it from libcurl and the loop. Its answer stays. */
static void detach(struct rc_http_transfer *transfer)
{
    struct rc_http *http = transfer->http;
    rc_timer_stop(http->loop, &transfer->timeout);
    rc_timer_stop(http->loop, &transfer->connect);
    rc_timer_stop(http->loop, &transfer->idle);
    if (transfer->added)
        curl_multi_remove_handle(http->multi, transfer->easy);
    if (transfer->easy)
        give_easy_back(http, transfer->easy, transfer->whole);
    transfer->easy = NULL;
    if (transfer->next)
        transfer->next->previous = transfer->previous;
    if (transfer->previous)
        transfer->previous->next = transfer->next;
    else if (http->transfers == transfer)
        http->transfers = transfer->next;
}

/* Headers carry tokens, and bodies what is signed in for: both are wiped. */
static void release(struct rc_http_transfer *transfer)
{
    for (struct curl_slist *line = transfer->lines; line; line = line->next)
        explicit_bzero(line->data, strlen(line->data));
    curl_slist_free_all(transfer->lines);
    if (transfer->head_bytes.data)
        explicit_bzero(transfer->head_bytes.data, transfer->head_bytes.length);
    rc_buf_free(&transfer->head_bytes);
    free(transfer->headers);
    if (transfer->body.data)
        explicit_bzero(transfer->body.data, transfer->body.length);
    rc_buf_free(&transfer->body);
    free(transfer);
}

void rc_http_drop(struct rc_http_transfer *transfer)
{
    detach(transfer);
    release(transfer);
}

static void count_bytes(const struct rc_http_transfer *transfer, struct rc_http_result *result)
{
    long request = 0;
    long head = 0;
    long version = 0;
    curl_off_t upload = 0;
    curl_off_t download = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &request);
    curl_easy_getinfo(transfer->easy, CURLINFO_HEADER_SIZE, &head);
    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_VERSION, &version);
    curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &upload);
    curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &download);
    int64_t body =
        transfer->request.file ? transfer->file.length : (int64_t)transfer->request.body_length;
    result->bytes_sent = request + upload;
    result->bytes_received = head + download;
    result->sent_whole = transfer->head.status > 0 || (request > 0 && upload >= body);
}

void rc_http_end(struct rc_http_transfer *transfer, CURLcode code)
{
    struct rc_http_result result = {
        .head = transfer->head,
        .body = transfer->body.data ? transfer->body.data : "",
        .body_length = transfer->body.length,
        .body_received = transfer->body_received,
    };
    rc_http_explain(transfer, code);
    transfer->whole = transfer->failure == RC_HTTP_OK;
    result.failure = transfer->failure;
    memcpy(result.text, transfer->text, sizeof result.text);
    if (!transfer->head_whole) /* its headers were not all there */
        result.head = (struct rc_http_head){.status = 0};
    count_bytes(transfer, &result);
    detach(transfer);
    transfer->in_done = true;
    transfer->request.done(transfer->request.ctx, &result);
    release(transfer);
}

void rc_http_give_up(struct rc_http_transfer *transfer, enum rc_http_failure failure)
{
    transfer->failure = failure;
    if (!transfer->http->inside) {
        rc_http_end(transfer, CURLE_OK);
        return;
    }
    transfer->over = true;
    rc_http_soon(transfer->http);
}

/* ----- timers ----- */

static void timed_out(struct rc_timer *timer)
{
    struct rc_http_transfer *transfer = timer->ctx;
    snprintf(transfer->curl_text, sizeof transfer->curl_text, "no whole answer within %lld ms",
             (long long)transfer->request.timeout_ms);
    rc_http_give_up(transfer, RC_HTTP_TIMEOUT);
}

static void connect_timed_out(struct rc_timer *timer)
{
    struct rc_http_transfer *transfer = timer->ctx;
    int64_t limit_ms = transfer->request.connect_timeout_ms;
    snprintf(transfer->curl_text, sizeof transfer->curl_text, "no connection within %lld ms",
             (long long)(limit_ms ? limit_ms : RC_HTTP_CONNECT_MS));
    rc_http_give_up(transfer, RC_HTTP_CONNECT);
}

/* Bytes that moved since it was set move it on; a receiver that pauses is not idle. */
static void maybe_idle(struct rc_timer *timer)
{
    struct rc_http_transfer *transfer = timer->ctx;
    struct rc_loop *loop = transfer->http->loop;
    int64_t limit_ms = transfer->request.idle_timeout_ms;
    int64_t quiet_ms = transfer->paused ? 0 : rc_loop_now_ms(loop) - transfer->active_ms;
    if (quiet_ms < limit_ms && rc_timer_set(loop, timer, limit_ms - quiet_ms))
        return;
    snprintf(transfer->curl_text, sizeof transfer->curl_text, "no byte for %lld ms",
             (long long)limit_ms);
    rc_http_give_up(transfer, RC_HTTP_TIMEOUT);
}

/* ----- a transfer ----- */

static struct rc_http_transfer *new_transfer(struct rc_http *http,
                                             const struct rc_http_request *request)
{
    struct rc_http_transfer *transfer = calloc(1, sizeof *transfer);
    if (!transfer)
        return NULL;
    transfer->http = http;
    transfer->request = *request;
    if (request->file)
        transfer->file = *request->file;
    transfer->timeout = (struct rc_timer){.fire = timed_out, .ctx = transfer};
    transfer->connect = (struct rc_timer){.fire = connect_timed_out, .ctx = transfer};
    transfer->idle = (struct rc_timer){.fire = maybe_idle, .ctx = transfer};
    rc_buf_init(&transfer->head_bytes, RC_HTTP_HEAD_CAP);
    size_t cap = request->answer_cap_bytes;
    rc_buf_init(&transfer->body, cap ? cap : RC_HTTP_ANSWER_CAP);
    transfer->easy = take_easy(http);
    return transfer;
}

/* Inside of libcurl nothing can be added to it: that waits. */
static bool add(struct rc_http_transfer *transfer, struct rc_error *err)
{
    struct rc_http *http = transfer->http;
    if (http->inside) {
        http->pending = true;
        return true;
    }
    CURLMcode code = curl_multi_add_handle(http->multi, transfer->easy);
    transfer->added = code == CURLM_OK;
    if (!transfer->added)
        rc_error_set(err, RC_IO, "libcurl takes no further request: %s", curl_multi_strerror(code));
    return transfer->added;
}

struct rc_http_transfer *rc_http_send(struct rc_http *http, const struct rc_http_request *request,
                                      struct rc_error *err)
{
    struct rc_http_transfer *transfer = new_transfer(http, request);
    if (!transfer || !transfer->easy) {
        rc_error_nomem(err);
        free(transfer);
        return NULL;
    }
    int64_t limit_ms = request->timeout_ms;
    if (limit_ms > 0 && !rc_timer_set(http->loop, &transfer->timeout, limit_ms)) {
        rc_error_nomem(err);
        goto failed;
    }
    if (!rc_http_setup(transfer, err) || !add(transfer, err))
        goto failed;
    transfer->request.url = NULL; /* texts were copied and may go */
    transfer->request.method = NULL;
    transfer->request.headers = NULL;
    transfer->request.header_count = 0;
    transfer->next = http->transfers;
    if (transfer->next)
        transfer->next->previous = transfer;
    http->transfers = transfer;
    return transfer;

failed:
    rc_http_drop(transfer);
    return NULL;
}

void rc_http_cancel(struct rc_http_transfer *transfer)
{
    if (transfer->in_done || transfer->cancelled)
        return;
    if (!transfer->http->inside) {
        rc_http_drop(transfer);
        return;
    }
    struct rc_loop *loop = transfer->http->loop;
    rc_timer_stop(loop, &transfer->timeout);
    rc_timer_stop(loop, &transfer->connect);
    rc_timer_stop(loop, &transfer->idle);
    transfer->cancelled = true;
    transfer->http->pending = true;
}

void rc_http_resume(struct rc_http_transfer *transfer)
{
    if (transfer->in_done || transfer->cancelled || (!transfer->paused && !transfer->in_sink))
        return;
    transfer->resume = true;
    transfer->http->pending = true;
    rc_http_settle(transfer->http);
}
