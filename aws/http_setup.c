#include "aws/http_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
    LINE_CAP = 64 << 10,    /* bytes of a header of ours */
    COPIED_BODY = 64 << 10, /* bodies below go out together with the headers, in one piece */
    SINK_BUFFER = 64 << 10,
    FILE_BUFFER = 256 << 10,
    /* libcurl's own limit on connecting counts from the time that a transfer waits for
     * a free connection, so it is set out of the way and a timer of ours decides. */
    NEVER_MS = 24 * 3600 * 1000,
    KEEPALIVE_S = 30,
};

/* ----- callbacks on the way out ----- */

static size_t read_body(char *to, size_t size, size_t count, void *ctx)
{
    struct rc_http_transfer *transfer = ctx;
    const struct rc_http_request *request = &transfer->request;
    if (transfer->cancelled)
        return CURL_READFUNC_ABORT;
    transfer->active_ms = rc_loop_now_ms(transfer->http->loop);
    int64_t whole = request->file ? transfer->file.length : (int64_t)request->body_length;
    size_t room = size * count;
    if (whole - transfer->body_at < (int64_t)room)
        room = (size_t)(whole - transfer->body_at);
    if (room == 0)
        return 0;
    if (!request->file) {
        memcpy(to, request->body + transfer->body_at, room);
    } else {
        ssize_t got = pread(transfer->file.fd, to, room, transfer->file.offset + transfer->body_at);
        if (got <= 0) {
            transfer->failure = RC_HTTP_OTHER;
            snprintf(transfer->text, sizeof transfer->text, "cannot read the file to send: %s",
                     got < 0 ? strerror(errno) : "it ended early; did it change meanwhile?");
            return CURL_READFUNC_ABORT;
        }
        room = (size_t)got;
    }
    transfer->body_at += (int64_t)room;
    return room;
}

/* libcurl begins anew, on another connection. */
static int seek_body(void *ctx, curl_off_t offset, int origin)
{
    struct rc_http_transfer *transfer = ctx;
    if (transfer->cancelled || origin != SEEK_SET)
        return CURL_SEEKFUNC_FAIL;
    transfer->body_at = offset;
    return CURL_SEEKFUNC_OK;
}

/* The first thing on the way to a new connection: the time to connect begins. */
static bool begin_connecting(struct rc_http_transfer *transfer)
{
    if (transfer->cancelled)
        return false;
    transfer->connected = false;
    if (transfer->connect.place)
        return true;
    int64_t limit_ms = transfer->request.connect_timeout_ms;
    return rc_timer_set(transfer->http->loop, &transfer->connect,
                        limit_ms ? limit_ms : RC_HTTP_CONNECT_MS);
}

static int resolve_starts(void *state, void *reserved, void *ctx)
{
    (void)state;
    (void)reserved;
    return begin_connecting(ctx) ? 0 : 1;
}

static int socket_made(void *ctx, curl_socket_t fd, curlsocktype purpose)
{
    (void)fd;
    (void)purpose;
    return begin_connecting(ctx) ? CURL_SOCKOPT_OK : CURL_SOCKOPT_ERROR;
}

/* There is a connection, new or kept, and the request goes out next. */
static int request_starts(void *ctx, char *remote, char *local, int remote_port, int local_port)
{
    (void)remote;
    (void)local;
    (void)remote_port;
    (void)local_port;
    struct rc_http_transfer *transfer = ctx;
    if (transfer->cancelled)
        return CURL_PREREQFUNC_ABORT;
    struct rc_loop *loop = transfer->http->loop;
    transfer->connected = true;
    transfer->active_ms = rc_loop_now_ms(loop);
    rc_timer_stop(loop, &transfer->connect);
    int64_t idle_ms = transfer->request.idle_timeout_ms;
    if (idle_ms > 0 && !rc_timer_set(loop, &transfer->idle, idle_ms))
        return CURL_PREREQFUNC_ABORT;
    return CURL_PREREQFUNC_OK;
}

/* ----- headers ----- */

static bool given(const struct rc_http_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (strcasecmp(request->headers[i].name, name) == 0)
            return true;
    }
    return false;
}

static bool append(struct rc_http_transfer *transfer, const char *line, struct rc_error *err)
{
    struct curl_slist *lines = curl_slist_append(transfer->lines, line);
    if (!lines) {
        rc_error_nomem(err);
        return false;
    }
    transfer->lines = lines;
    return true;
}

/* libcurl wants "Name: value", and "Name;" for an empty value. */
static bool add_header(struct rc_http_transfer *transfer, const struct rc_http_header *header,
                       struct rc_buf *line, struct rc_error *err)
{
    if (!*header->name || strpbrk(header->name, "\r\n:; ") || strpbrk(header->value, "\r\n")) {
        rc_error_set(err, RC_USAGE, "header \"%.40s\": a line break or colon cannot be sent",
                     header->name);
        return false;
    }
    rc_buf_clear(line);
    rc_buf_add_str(line, header->name);
    rc_buf_add_str(line, *header->value ? ": " : ";");
    if (!rc_buf_add_str(line, header->value)) {
        rc_error_set(err, RC_LIMIT, "header \"%.40s\": over %d bytes", header->name, (int)LINE_CAP);
        return false;
    }
    return append(transfer, line->data, err);
}

/* What libcurl would send by itself and nobody asked for: it would not be signed. */
static const struct rc_http_header unasked[] = {
    {"Expect", "Expect:"}, {"Accept", "Accept:"}, {"Content-Type", "Content-Type:"}};

static bool add_headers(struct rc_http_transfer *transfer, struct rc_error *err)
{
    const struct rc_http_request *request = &transfer->request;
    struct rc_buf line;
    rc_buf_init(&line, LINE_CAP);
    bool well = true;
    for (size_t i = 0; well && i < request->header_count; i++)
        well = add_header(transfer, &request->headers[i], &line, err);
    for (size_t i = 0; well && i < sizeof unasked / sizeof *unasked; i++) {
        if (!given(request, unasked[i].name))
            well = append(transfer, unasked[i].value, err);
    }
    if (line.data)
        explicit_bzero(line.data, line.length); /* tokens */
    rc_buf_free(&line);
    return well &&
           curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->lines) == CURLE_OK;
}

/* ----- options ----- */

static bool set_body(struct rc_http_transfer *transfer)
{
    CURL *easy = transfer->easy;
    const struct rc_http_request *request = &transfer->request;
    curl_off_t length = request->file ? transfer->file.length : (curl_off_t)request->body_length;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_POST, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, length);
    if (!request->file && length < COPIED_BODY)
        return !(code |
                 curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, length ? request->body : ""));
    code |= curl_easy_setopt(easy, CURLOPT_READFUNCTION, read_body);
    code |= curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
    code |= curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, seek_body);
    code |= curl_easy_setopt(easy, CURLOPT_SEEKDATA, transfer);
    code |= curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)FILE_BUFFER);
    return code == CURLE_OK;
}

/* POST and PUT say how long their body is even when they have none. */
static bool set_method(struct rc_http_transfer *transfer)
{
    CURL *easy = transfer->easy;
    const struct rc_http_request *request = &transfer->request;
    const char *method = request->method;
    if (strcmp(method, "HEAD") == 0)
        return curl_easy_setopt(easy, CURLOPT_NOBODY, 1L) == CURLE_OK;
    bool post = strcmp(method, "POST") == 0;
    bool body = request->file || request->body_length > 0 || post || strcmp(method, "PUT") == 0;
    if (body && !set_body(transfer))
        return false;
    if (post || (strcmp(method, "GET") == 0 && !body))
        return true;
    return curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method) == CURLE_OK;
}

static bool set_callbacks(struct rc_http_transfer *transfer)
{
    CURL *easy = transfer->easy;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    code |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->curl_text);
    code |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, rc_http_take_header);
    code |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    code |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, rc_http_take_body);
    code |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    code |= curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, resolve_starts);
    code |= curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, transfer);
    code |= curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, socket_made);
    code |= curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, transfer);
    code |= curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, request_starts);
    code |= curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
    return code == CURLE_OK;
}

static bool set_connection(struct rc_http_transfer *transfer)
{
    CURL *easy = transfer->easy;
    const struct rc_http_request *request = &transfer->request;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_URL, request->url);
    code |= curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    code |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)NEVER_MS);
    code |= curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, (long)KEEPALIVE_S);
    code |= curl_easy_setopt(easy, CURLOPT_DNS_SHUFFLE_ADDRESSES, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    code |= curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (transfer->http->ca_bundle)
        code |= curl_easy_setopt(easy, CURLOPT_CAINFO, transfer->http->ca_bundle);
    if (request->no_proxy)
        code |= curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    if (request->fresh)
        code |= curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    return code == CURLE_OK;
}

static bool set_answer(struct rc_http_transfer *transfer)
{
    CURL *easy = transfer->easy;
    const struct rc_http_request *request = &transfer->request;
    if (request->sink)
        return !(curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) |
                 curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)SINK_BUFFER));
    CURLcode code = curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    /* Over HTTP/2 one connection serves all: the first says whether it does. */
    bool tls = strncasecmp(request->url, "https:", 6) == 0;
    code |= curl_easy_setopt(easy, CURLOPT_PIPEWAIT, (long)tls);
    if (!given(request, "Accept-Encoding") && strcmp(request->method, "HEAD") != 0)
        code |= curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
    return code == CURLE_OK;
}

bool rc_http_setup(struct rc_http_transfer *transfer, struct rc_error *err)
{
    if (!add_headers(transfer, err))
        return false;
    if (set_callbacks(transfer) && set_connection(transfer) && set_method(transfer) &&
        set_answer(transfer))
        return true;
    rc_error_set(err, RC_NOMEM, "libcurl refuses an option of the request; out of memory?");
    return false;
}
