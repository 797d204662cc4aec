#include "aws/http_parts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FIRST_HEADERS = 32 };

const char *rc_http_header(const struct rc_http_head *head, const char *name)
{
    for (size_t i = 0; i < head->header_count; i++) {
        if (strcasecmp(head->headers[i].name, name) == 0)
            return head->headers[i].value;
    }
    return NULL;
}

static void active(struct rc_http_transfer *transfer)
{
    transfer->active_ms = rc_loop_now_ms(transfer->http->loop);
}

/* ----- the head ----- */

/* A status line begins a head; what an interim answer (100) had brought goes. */
static void begin_head(struct rc_http_transfer *transfer, const char *line, size_t length)
{
    rc_buf_clear(&transfer->head_bytes);
    transfer->header_count = 0;
    transfer->head_whole = false;
    const char *space = memchr(line, ' ', length);
    int status = 0;
    for (const char *at = space ? space + 1 : line + length; at < line + length; at++) {
        if (*at < '0' || *at > '9' || status > 999)
            break;
        status = status * 10 + (*at - '0');
    }
    transfer->head = (struct rc_http_head){.status = status};
}

static bool room_for_header(struct rc_http_transfer *transfer)
{
    if (transfer->header_count < transfer->header_room)
        return true;
    size_t room = transfer->header_room ? transfer->header_room * 2 : FIRST_HEADERS;
    struct rc_http_header *headers =
        reallocarray(transfer->headers, room, sizeof *transfer->headers);
    if (!headers)
        return false;
    transfer->headers = headers;
    transfer->header_room = room;
    return true;
}

static size_t trimmed(const char *text, size_t length)
{
    while (length > 0 && strchr(" \t\r\n", text[length - 1]))
        length--;
    return length;
}

static bool add_header(struct rc_http_transfer *transfer, const char *line, size_t length)
{
    const char *colon = memchr(line, ':', length);
    if (!colon || colon == line || *line == ' ' || *line == '\t')
        return true; /* no header, or a folded one (RFC 9112, 5.2): passed over */
    size_t name = (size_t)(colon - line);
    const char *value = colon + 1;
    const char *end = line + trimmed(line, length);
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    struct rc_buf *bytes = &transfer->head_bytes;
    bool fits = rc_buf_add(bytes, line, name) && rc_buf_add_char(bytes, 0) &&
                rc_buf_add(bytes, value, value < end ? (size_t)(end - value) : 0) &&
                rc_buf_add_char(bytes, 0) && room_for_header(transfer);
    if (fits)
        transfer->header_count++;
    return fits;
}

/* The buffer does not move any more: now the headers can point into it. */
static void complete_head(struct rc_http_transfer *transfer)
{
    const char *at = transfer->head_bytes.data;
    for (size_t i = 0; i < transfer->header_count; i++) {
        transfer->headers[i].name = at;
        at += strlen(at) + 1;
        transfer->headers[i].value = at;
        at += strlen(at) + 1;
    }
    if (transfer->head.status < 200) { /* the answer proper follows */
        transfer->head = (struct rc_http_head){.status = 0};
        return;
    }
    transfer->head.headers = transfer->headers;
    transfer->head.header_count = transfer->header_count;
    transfer->head_whole = true;
}

size_t rc_http_take_header(char *bytes, size_t size, size_t count, void *ctx)
{
    struct rc_http_transfer *transfer = ctx;
    size_t length = size * count;
    if (transfer->cancelled)
        return 0;
    active(transfer);
    if (length >= 5 && memcmp(bytes, "HTTP/", 5) == 0) {
        begin_head(transfer, bytes, length);
    } else if (transfer->head_whole) {
        return length; /* a trailer */
    } else if (trimmed(bytes, length) == 0) {
        complete_head(transfer);
    } else if (memchr(bytes, 0, length) || !add_header(transfer, bytes, length)) {
        transfer->failure = RC_HTTP_TOO_LARGE;
        return 0;
    }
    return length;
}

/* ----- the body ----- */

static size_t keep(struct rc_http_transfer *transfer, const char *bytes, size_t length)
{
    if (!rc_buf_add(&transfer->body, bytes, length)) {
        bool fits = length <= transfer->body.cap - transfer->body.length;
        transfer->failure = fits ? RC_HTTP_OTHER : RC_HTTP_TOO_LARGE;
        return CURL_WRITEFUNC_ERROR;
    }
    transfer->body_received += (int64_t)length;
    return length;
}

static size_t give_to_sink(struct rc_http_transfer *transfer, const char *bytes, size_t length)
{
    const struct rc_http_request *request = &transfer->request;
    transfer->in_sink = true;
    enum rc_http_taken taken = request->sink(request->ctx, &transfer->head, bytes, length);
    transfer->in_sink = false;
    if (transfer->cancelled)
        return CURL_WRITEFUNC_ERROR;
    if (taken == RC_HTTP_PAUSE) {
        transfer->paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    transfer->resume = false;
    if (taken == RC_HTTP_STOP) {
        transfer->failure = RC_HTTP_STOPPED;
        return CURL_WRITEFUNC_ERROR;
    }
    transfer->body_received += (int64_t)length;
    return length;
}

size_t rc_http_take_body(char *bytes, size_t size, size_t count, void *ctx)
{
    struct rc_http_transfer *transfer = ctx;
    if (transfer->cancelled)
        return CURL_WRITEFUNC_ERROR;
    active(transfer);
    if (transfer->request.sink && transfer->head.status / 100 == 2)
        return give_to_sink(transfer, bytes, size * count);
    return keep(transfer, bytes, size * count);
}
