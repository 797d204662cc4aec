#include "tests/aws/fake_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    REQUEST_CAP = 64 << 20,
    ANSWER_CAP = 256 << 20,
    PIECE_BYTES = 16 << 10,
    READ_BYTES = 64 << 10,
    BACKLOG = 512,
};

struct connection {
    struct fake_server *server;
    struct connection *next;
    struct rc_watch watch;
    struct rc_timer timer;
    int number;
    struct rc_buf in;  /* of requests that were not yet answered */
    struct rc_buf out; /* ready to be sent */
    size_t out_at;
    struct rc_buf body; /* of the answer, when nothing generates it */
    struct fake_answer answer;
    int64_t body_at;
    int64_t body_end; /* -1: it never ends */
    bool answering;
    bool waiting; /* for the timer */
    bool silent;
};

struct kept_request {
    struct fake_request request;
    struct rc_buf text; /* what the request points into */
};

struct fake_server {
    struct rc_loop *loop;
    struct rc_watch watch;
    int port;
    char url[64];
    const struct fake_answer *answers;
    size_t answer_count;
    size_t answered;
    fake_reply reply;
    void *reply_ctx;
    struct kept_request **requests;
    size_t request_count;
    struct connection *connections;
    int opened;
    int64_t sent;
};

static void must(bool well, const char *what)
{
    if (well)
        return;
    perror(what);
    abort();
}

/* ----- connections ----- */

static void watch_for(struct connection *c, bool writable)
{
    must(rc_watch_set(c->server->loop, &c->watch, true, writable, NULL), "fake server: watch");
}

static void drop(struct connection *c)
{
    struct connection **link = &c->server->connections;
    while (*link != c)
        link = &(*link)->next;
    *link = c->next;
    rc_timer_stop(c->server->loop, &c->timer);
    rc_watch_stop(c->server->loop, &c->watch);
    close(c->watch.fd);
    rc_buf_free(&c->in);
    rc_buf_free(&c->out);
    rc_buf_free(&c->body);
    free(c);
}

static void drop_with_reset(struct connection *c)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(c->watch.fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    drop(c);
}

/* ----- answering ----- */

static void take_requests(struct connection *c);

/* The answer was sent as far as it goes. False when the connection is gone. */
static bool finish(struct connection *c)
{
    switch (c->answer.end) {
    case FAKE_CLOSE:
        drop(c);
        return false;
    case FAKE_RESET:
        drop_with_reset(c);
        return false;
    case FAKE_SILENT:
        c->silent = true;
        break;
    case FAKE_KEEP:
        c->silent = c->answer.cut;
        break;
    }
    c->answering = false;
    watch_for(c, false);
    return true;
}

/* Puts the next piece of the body into out; false when there is none. */
static bool next_piece(struct connection *c)
{
    char bytes[PIECE_BYTES];
    size_t piece = sizeof bytes;
    if (c->answer.piece_bytes > 0 && c->answer.piece_bytes < piece)
        piece = c->answer.piece_bytes;
    if (c->body_end >= 0 && c->body_end - c->body_at < (int64_t)piece)
        piece = (size_t)(c->body_end - c->body_at);
    if (piece == 0)
        return false;
    if (c->answer.generate)
        piece = c->answer.generate(c->answer.ctx, c->body_at, bytes, piece);
    else
        memcpy(bytes, c->body.data + c->body_at, piece);
    rc_buf_clear(&c->out);
    c->out_at = 0;
    if (c->answer.chunked)
        rc_buf_printf(&c->out, "%zx\r\n", piece);
    rc_buf_add(&c->out, bytes, piece);
    if (c->answer.chunked)
        rc_buf_add_str(&c->out, "\r\n");
    c->body_at += (int64_t)piece;
    if (c->answer.chunked && c->body_at == c->body_end && !c->answer.cut)
        rc_buf_add_str(&c->out, "0\r\n\r\n");
    return true;
}

/* Sends what is in out. False when it did not all go, or the connection is gone. */
static bool flush(struct connection *c)
{
    while (c->out_at < c->out.length) {
        ssize_t sent =
            send(c->watch.fd, c->out.data + c->out_at, c->out.length - c->out_at, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            watch_for(c, true);
            return false;
        }
        if (sent < 0) {
            drop(c);
            return false;
        }
        c->out_at += (size_t)sent;
        c->server->sent += sent;
    }
    return true;
}

/* Sends until the answer ends, the socket is full or a pause is due. False when the
 * connection is gone or has to wait. */
static bool pump(struct connection *c)
{
    while (c->answering && !c->waiting) {
        if (!flush(c))
            return false;
        if (!next_piece(c))
            return finish(c);
        if (c->answer.piece_ms > 0) {
            c->waiting = true;
            watch_for(c, false);
            must(rc_timer_set(c->server->loop, &c->timer, c->answer.piece_ms), "fake server");
        }
    }
    return false;
}

static void timer_fired(struct rc_timer *timer)
{
    struct connection *c = timer->ctx;
    c->waiting = false;
    if (pump(c))
        take_requests(c);
}

static void write_head(struct connection *c, bool head_only)
{
    const struct fake_answer *answer = &c->answer;
    int status = answer->status ? answer->status : 200;
    bool bodiless = status == 204 || status == 304;
    if (answer->interim)
        rc_buf_add_str(&c->out, answer->interim);
    rc_buf_printf(&c->out, "HTTP/1.1 %d Status\r\n", status);
    if (answer->chunked)
        rc_buf_add_str(&c->out, "Transfer-Encoding: chunked\r\n");
    else if (c->body_end >= 0 && !answer->no_length && !bodiless)
        rc_buf_printf(&c->out, "Content-Length: %lld\r\n", (long long)c->body_end);
    if (answer->headers)
        rc_buf_add_str(&c->out, answer->headers);
    rc_buf_add_str(&c->out, "\r\n");
    if (head_only || bodiless)
        c->body_end = 0;
    else if (answer->chunked && c->body_end == 0 && !answer->cut)
        rc_buf_add_str(&c->out, "0\r\n\r\n");
}

/* Copies what the answer points to, so that it need not outlive this. */
static void prepare(struct connection *c, bool head_only)
{
    struct fake_answer *answer = &c->answer;
    rc_buf_clear(&c->out);
    rc_buf_clear(&c->body);
    c->out_at = 0;
    c->body_at = 0;
    c->body_end = 0;
    if (answer->raw) {
        rc_buf_add(&c->out, answer->raw,
                   answer->raw_length ? answer->raw_length : strlen(answer->raw));
        answer->chunked = false;
        return;
    }
    if (answer->generate) {
        c->body_end = answer->length ? (int64_t)answer->length : -1;
    } else if (answer->body) {
        rc_buf_add(&c->body, answer->body, answer->length ? answer->length : strlen(answer->body));
        c->body_end = (int64_t)c->body.length;
    }
    if (answer->cut && answer->cut_at < 0) {
        c->body_end = 0;
        return;
    }
    write_head(c, head_only);
    if (answer->cut && (c->body_end < 0 || answer->cut_at < c->body_end))
        c->body_end = answer->cut_at;
    must(!c->out.failed && !c->body.failed, "fake server: answer too long");
}

static bool answer(struct connection *c, const struct fake_request *request)
{
    struct fake_server *server = c->server;
    c->answer = (struct fake_answer){.status = 500, .body = "no answer was scripted"};
    if (server->reply) {
        c->answer = (struct fake_answer){.status = 0};
        server->reply(server->reply_ctx, request, &c->answer);
    } else if (server->answer_count) {
        size_t last = server->answer_count - 1;
        c->answer = server->answers[server->answered < last ? server->answered : last];
        server->answered++;
    }
    if (c->answer.no_length && c->answer.end == FAKE_KEEP)
        c->answer.end = FAKE_CLOSE;
    prepare(c, strcmp(request->method, "HEAD") == 0);
    c->answering = true;
    if (c->answer.delay_ms > 0) {
        c->waiting = true;
        must(rc_timer_set(server->loop, &c->timer, c->answer.delay_ms), "fake server: timer");
        return false;
    }
    return pump(c);
}

/* ----- requests ----- */

static void add_header(struct fake_request *request, char *line)
{
    char *colon = strchr(line, ':');
    if (!colon)
        return;
    *colon = 0;
    const char *value = colon + 1;
    value += strspn(value, " ");
    struct rc_http_header *headers =
        reallocarray(request->headers, request->header_count + 1, sizeof *headers);
    must(headers != NULL, "fake server: memory");
    request->headers = headers;
    headers[request->header_count++] = (struct rc_http_header){.name = line, .value = value};
}

/* Cuts the head's text, which ends with an empty line, into its parts. */
static void read_head(struct fake_request *request, char *text)
{
    char *state = NULL;
    char *line = strtok_r(text, "\r\n", &state);
    char *words = NULL;
    request->method = line ? strtok_r(line, " ", &words) : "";
    request->target = line ? strtok_r(NULL, " ", &words) : NULL;
    if (!request->target)
        request->target = "";
    while ((line = strtok_r(NULL, "\r\n", &state)))
        add_header(request, line);
}

static void forget(struct kept_request *kept)
{
    free(kept->request.headers);
    rc_buf_free(&kept->text);
    free(kept);
}

/* The first request in what came, or NULL when it is not yet there as a whole. */
static struct kept_request *cut_request(struct connection *c)
{
    if (c->in.length == 0)
        return NULL;
    const char *end = memmem(c->in.data, c->in.length, "\r\n\r\n", 4);
    if (!end)
        return NULL;
    struct kept_request *kept = calloc(1, sizeof *kept);
    must(kept != NULL, "fake server: memory");
    size_t head = (size_t)(end - c->in.data) + 4;
    rc_buf_init(&kept->text, c->in.length + 1);
    must(rc_buf_add(&kept->text, c->in.data, head) &&
             rc_buf_reserve(&kept->text, c->in.length + 1 - head),
         "fake server: memory");
    kept->text.data[head - 1] = 0;
    read_head(&kept->request, kept->text.data);
    const char *length = fake_request_header(&kept->request, "Content-Length");
    size_t body = length ? strtoull(length, NULL, 10) : 0;
    if (c->in.length - head < body) {
        forget(kept);
        return NULL;
    }
    rc_buf_add(&kept->text, c->in.data + head, body);
    kept->request.body = kept->text.data + head;
    kept->request.body_length = body;
    c->in.length -= head + body;
    memmove(c->in.data, c->in.data + head + body, c->in.length);
    return kept;
}

static void take_requests(struct connection *c)
{
    struct fake_server *server = c->server;
    for (;;) {
        if (c->answering || c->silent)
            return;
        struct kept_request *kept = cut_request(c);
        if (!kept)
            return;
        kept->request.connection = c->number;
        kept->request.at_ms = rc_loop_now_ms(server->loop);
        struct kept_request **requests = reallocarray(server->requests, server->request_count + 1,
                                                      sizeof(struct kept_request *));
        must(requests != NULL, "fake server: memory");
        server->requests = requests;
        requests[server->request_count++] = kept;
        if (!answer(c, &kept->request))
            return;
    }
}

/* False when the connection is gone. */
static bool receive(struct connection *c)
{
    for (;;) {
        char *room = rc_buf_reserve(&c->in, READ_BYTES);
        must(room != NULL, "fake server: request too long");
        ssize_t got = recv(c->watch.fd, room, READ_BYTES, 0);
        if (got < 0 && errno == EAGAIN)
            return true;
        if (got <= 0) {
            drop(c);
            return false;
        }
        c->in.length += (size_t)got;
    }
}

static void connection_ready(struct rc_watch *watch, bool readable, bool writable)
{
    struct connection *c = watch->ctx;
    if (readable && !receive(c))
        return;
    if (writable && c->answering && !pump(c))
        return;
    take_requests(c);
}

static void accept_all(struct rc_watch *watch, bool readable, bool writable)
{
    (void)readable;
    (void)writable;
    struct fake_server *server = watch->ctx;
    int fd;
    while ((fd = accept4(watch->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct connection *c = calloc(1, sizeof *c);
        must(c != NULL, "fake server: memory");
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        rc_buf_init(&c->in, REQUEST_CAP);
        rc_buf_init(&c->out, ANSWER_CAP);
        rc_buf_init(&c->body, ANSWER_CAP);
        c->server = server;
        c->number = ++server->opened;
        c->watch = (struct rc_watch){.ready = connection_ready, .ctx = c, .fd = fd};
        c->timer = (struct rc_timer){.fire = timer_fired, .ctx = c};
        c->next = server->connections;
        server->connections = c;
        watch_for(c, false);
    }
}

/* ----- the server ----- */

/* A proxy that the machine is set up for must not come between. */
static void forget_proxies(void)
{
    static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                        "ALL_PROXY",  "no_proxy",    "NO_PROXY"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unsetenv(names[i]);
}

struct fake_server *fake_server_new(struct rc_loop *loop)
{
    struct fake_server *server = calloc(1, sizeof *server);
    must(server != NULL, "fake server: memory");
    forget_proxies();
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    must(fd >= 0, "fake server: socket");
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t size = sizeof address;
    must(bind(fd, (struct sockaddr *)&address, size) == 0, "fake server: bind");
    must(listen(fd, BACKLOG) == 0, "fake server: listen");
    must(getsockname(fd, (struct sockaddr *)&address, &size) == 0, "fake server: port");
    server->loop = loop;
    server->port = ntohs(address.sin_port);
    snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d", server->port);
    server->watch = (struct rc_watch){.ready = accept_all, .ctx = server, .fd = fd};
    must(rc_watch_set(loop, &server->watch, true, false, NULL), "fake server: watch");
    return server;
}

void fake_server_drop(struct fake_server *server, bool port)
{
    struct connection *next;
    for (struct connection *c = server->connections; c; c = next) {
        next = c->next;
        drop(c);
    }
    if (!port || server->watch.fd < 0)
        return;
    rc_watch_stop(server->loop, &server->watch);
    close(server->watch.fd);
    server->watch.fd = -1;
}

void fake_server_free(struct fake_server *server)
{
    if (!server)
        return;
    fake_server_drop(server, true);
    for (size_t i = 0; i < server->request_count; i++)
        forget(server->requests[i]);
    free(server->requests);
    free(server);
}

const char *fake_server_url(const struct fake_server *server)
{
    return server->url;
}

int fake_server_port(const struct fake_server *server)
{
    return server->port;
}

void fake_server_script(struct fake_server *server, const struct fake_answer *answers, size_t count)
{
    server->reply = NULL;
    server->answers = answers;
    server->answer_count = count;
    server->answered = 0;
}

void fake_server_reply(struct fake_server *server, fake_reply reply, void *ctx)
{
    server->reply = reply;
    server->reply_ctx = ctx;
}

size_t fake_server_count(const struct fake_server *server)
{
    return server->request_count;
}

const struct fake_request *fake_server_request(const struct fake_server *server, size_t index)
{
    if (index >= server->request_count) {
        fprintf(stderr, "fake server: no request %zu, there were %zu\n", index,
                server->request_count);
        abort();
    }
    return &server->requests[index]->request;
}

const char *fake_request_header(const struct fake_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (strcasecmp(request->headers[i].name, name) == 0)
            return request->headers[i].value;
    }
    return NULL;
}

int fake_server_connections(const struct fake_server *server)
{
    return server->opened;
}

int fake_server_open(const struct fake_server *server)
{
    int open = 0;
    for (const struct connection *c = server->connections; c; c = c->next)
        open++;
    return open;
}

int64_t fake_server_sent(const struct fake_server *server)
{
    return server->sent;
}
