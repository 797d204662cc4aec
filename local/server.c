#include "local/server.h"

#include "local/route.h"
#include "local/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    ARENA_CAP = 64 << 20,
    OUT_CAP = 64 << 20,
    CONNECTION_BYTES = 64 << 10,
    CONNECTIONS = 1000,
    STREAM_PIECE = 256 << 10,
    BACKLOG = 512,
};

/* S3's longest upload, and what signed chunks add to it. */
static const int64_t body_most = (int64_t)6 << 30;

struct rc_server {
    struct rc_local *local;
    struct MHD_Daemon *daemon;
    struct rc_watch watch;
    struct rc_timer timer;   /* when the daemon wants to be looked at */
    bool woken;              /* something goes on that was suspended */
    struct request *waiting; /* that are suspended */
    bool closing;            /* the services have ended: nothing is answered any more */
};

/* What the exchange carries for the server alone. */
struct request {
    struct rc_exchange exchange; /* first: they are the same address */
    struct rc_server *server;
    char *target;
    bool started;
    bool answered;
    bool too_large;
    bool slept; /* it was suspended: the daemon calls again */
    int unkept; /* errno, when its body could not be put into a file */
    struct rc_timer late;
    struct request *next, **link; /* among those that are suspended; link NULL: it is not */
};

static struct request *request_of(struct rc_exchange *exchange)
{
    return (struct request *)exchange;
}

/* ----- one look at the daemon ----- */

static void look(struct rc_server *server)
{
    MHD_UNSIGNED_LONG_LONG wait = 0;
    server->woken = false;
    MHD_run(server->daemon);
    if (server->woken) /* a handler answered another request; the daemon's timeout forgets it */
        rc_timer_set(server->local->loop, &server->timer, 0);
    else if (MHD_get_timeout(server->daemon, &wait) == MHD_YES)
        rc_timer_set(server->local->loop, &server->timer, (int64_t)wait);
    else
        rc_timer_stop(server->local->loop, &server->timer);
}

static void readable(struct rc_watch *watch, bool in, bool out)
{
    (void)in, (void)out;
    look(watch->ctx);
}

static void due(struct rc_timer *timer)
{
    look(timer->ctx);
}

/* Something that was suspended goes on: the daemon has to see it soon. */
static void wake(struct rc_server *server)
{
    server->woken = true;
    rc_timer_set(server->local->loop, &server->timer, 0);
}

static void suspend(struct request *request)
{
    struct rc_server *server = request->server;
    request->exchange.suspended = true;
    request->slept = true;
    if (request->link)
        return;
    request->next = server->waiting;
    request->link = &server->waiting;
    if (request->next)
        request->next->link = &request->next;
    server->waiting = request;
    MHD_suspend_connection(request->exchange.connection);
}

static void resume(struct request *request)
{
    request->exchange.suspended = false;
    if (!request->link)
        return;
    *request->link = request->next;
    if (request->next)
        request->next->link = request->link;
    request->link = NULL;
    MHD_resume_connection(request->exchange.connection);
    wake(request->server);
}

/* ----- answers ----- */

static ssize_t stream_piece(void *ctx, uint64_t offset, char *bytes, size_t room)
{
    struct rc_exchange *exchange = ctx;
    size_t length = room;
    if (!exchange->stream(exchange->stream_ctx, (int64_t)offset, bytes, &length))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    return length ? (ssize_t)length : MHD_CONTENT_READER_END_OF_STREAM;
}

static void free_out(void *bytes)
{
    free(bytes);
}

static struct MHD_Response *response_of(struct rc_exchange *exchange)
{
    if (exchange->stream_length >= 0)
        return MHD_create_response_from_callback((uint64_t)exchange->stream_length, STREAM_PIECE,
                                                 stream_piece, exchange, NULL);
    if (!exchange->out.length)
        return MHD_create_response_from_buffer(0, (char[]){""}, MHD_RESPMEM_PERSISTENT);
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback(
        exchange->out.length, exchange->out.data, free_out);
    if (response)
        exchange->out.data = NULL; /* it is the response's now */
    return response;
}

static const char *content_type(const struct rc_exchange *exchange)
{
    const struct rc_local_service *service = exchange->service;
    if (!service || service->protocol == RC_LOCAL_JSON)
        return service && strcmp(service->json_version, "1.1") == 0 ? "application/x-amz-json-1.1"
                                                                    : "application/x-amz-json-1.0";
    return service->protocol == RC_LOCAL_REST_JSON ? "application/json" : "application/xml";
}

static enum MHD_Result queue_answer(struct request *request)
{
    struct rc_exchange *exchange = &request->exchange;
    bool typed = false;
    request->answered = true;
    if (exchange->lost)
        return MHD_NO; /* the daemon closes the connection */
    struct MHD_Response *response = response_of(exchange);
    if (!response)
        return MHD_NO;
    for (size_t i = 0; i < exchange->header_count; i++) {
        MHD_add_response_header(response, exchange->headers[i].name, exchange->headers[i].value);
        typed |= strcasecmp(exchange->headers[i].name, "Content-Type") == 0;
    }
    if (!typed && (exchange->out.length || exchange->failed))
        MHD_add_response_header(response, "Content-Type", content_type(exchange));
    MHD_add_response_header(response,
                            exchange->service && exchange->service->protocol == RC_LOCAL_REST_XML
                                ? "x-amz-request-id"
                                : "x-amzn-RequestId",
                            exchange->request_id);
    enum MHD_Result queued =
        MHD_queue_response(exchange->connection, (unsigned)exchange->status, response);
    MHD_destroy_response(response);
    return queued;
}

/* ----- what becomes of a request ----- */

/* True when the handler is to run now. */
static bool weather(struct request *request)
{
    int64_t late_ms;
    if (!rc_serve_weather(&request->exchange, &late_ms))
        return false;
    if (!late_ms)
        return true;
    rc_local_timer(request->exchange.local, &request->late, late_ms);
    suspend(request);
    return false;
}

static void finish_late(struct rc_timer *timer)
{
    struct rc_exchange *exchange = timer->ctx;
    exchange->suspended = false;
    rc_serve_handle(exchange);
    if (!exchange->suspended)
        resume(request_of(exchange));
}

/* Whether the body is there; the refusal is in the words of its service. */
static bool has_body(struct request *request)
{
    struct rc_exchange *exchange = &request->exchange;
    char name[32] = "";
    if (!request->unkept && !request->too_large && !exchange->body.failed)
        return true;
    rc_serve_find_service(exchange, name);
    if (request->unkept)
        return rc_exchange_fail(exchange, 500, "InternalFailure",
                                "the body could not be put into the state folder: %s",
                                strerror(request->unkept));
    return rc_exchange_fail(exchange, 413, "RequestEntityTooLarge",
                            "the body is over %lld bytes, or over the memory that there is",
                            (long long)body_most);
}

static enum MHD_Result serve(struct request *request)
{
    struct rc_exchange *exchange = &request->exchange;
    exchange->body_length =
        exchange->body_fd < 0 ? (int64_t)exchange->body.length : exchange->body_length;
    if (!rc_route_query(exchange))
        rc_exchange_fail(exchange, 400, "InvalidURI", "over %d query parameters",
                         RC_EXCHANGE_PAIRS);
    else if (has_body(request) && rc_serve_prepare(exchange) && weather(request))
        rc_serve_handle(exchange);
    return request->slept ? MHD_YES : queue_answer(request);
}

/* ----- suspended exchanges ----- */

void rc_exchange_suspend(struct rc_exchange *exchange, void (*gone)(struct rc_exchange *exchange),
                         void *ctx)
{
    exchange->gone = gone;
    exchange->ctx = ctx;
    suspend(request_of(exchange));
}

void rc_exchange_answer(struct rc_exchange *exchange)
{
    exchange->gone = NULL;
    resume(request_of(exchange));
}

/* ----- what the daemon calls ----- */

static void *begin_request(void *ctx, const char *uri, struct MHD_Connection *connection)
{
    struct rc_server *server = ctx;
    struct request *request = calloc(1, sizeof *request);
    (void)connection;
    if (!request)
        return NULL;
    struct rc_exchange *exchange = &request->exchange;
    request->server = server;
    request->target = strdup(uri);
    request->late = (struct rc_timer){.fire = finish_late, .ctx = exchange};
    exchange->local = server->local;
    exchange->target = request->target;
    exchange->body_fd = -1;
    exchange->status = 200;
    exchange->stream_length = -1;
    rc_local_uuid(server->local, exchange->request_id);
    rc_arena_init(&exchange->arena, ARENA_CAP);
    rc_buf_init(&exchange->body, RC_EXCHANGE_BODY_IN_MEMORY);
    rc_buf_init(&exchange->out, OUT_CAP);
    rc_jsonw_init(&exchange->json, &exchange->out);
    return request;
}

static void end_request(void *ctx, struct MHD_Connection *connection, void **con_cls,
                        enum MHD_RequestTerminationCode why)
{
    struct request *request = *con_cls;
    (void)ctx, (void)connection, (void)why;
    if (!request)
        return;
    struct rc_exchange *exchange = &request->exchange;
    if (exchange->gone)
        exchange->gone(exchange);
    rc_timer_stop(exchange->local->loop, &request->late);
    if (exchange->stream_free)
        exchange->stream_free(exchange->stream_ctx);
    json_decref(exchange->in);
    if (exchange->body_fd >= 0)
        close(exchange->body_fd);
    rc_buf_free(&exchange->out);
    rc_buf_free(&exchange->body);
    rc_arena_free(&exchange->arena);
    free(request->target);
    free(request);
    *con_cls = NULL;
}

static void write_body(struct request *request, const char *bytes, size_t length)
{
    while (length && !request->unkept) {
        ssize_t wrote = write(request->exchange.body_fd, bytes, length);
        if (wrote < 0 && errno != EINTR)
            request->unkept = errno;
        bytes += wrote > 0 ? wrote : 0;
        length -= wrote > 0 ? (size_t)wrote : 0;
    }
}

/* Past what is held in memory, a body goes to a file without a name. Of one that is
 * refused, the rest is read and dropped. */
static void take_body(struct request *request, const char *bytes, size_t length)
{
    struct rc_exchange *exchange = &request->exchange;
    request->too_large |= exchange->body_length > body_most;
    if (request->too_large || request->unkept)
        return;
    if (exchange->body_fd < 0 && exchange->body.length + length <= RC_EXCHANGE_BODY_IN_MEMORY) {
        rc_buf_add(&exchange->body, bytes, length);
        return;
    }
    if (exchange->body_fd < 0) {
        exchange->body_fd =
            open(exchange->local->options->state, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (exchange->body_fd < 0) {
            request->unkept = errno;
            return;
        }
        write_body(request, exchange->body.data, exchange->body.length);
        exchange->body_length = (int64_t)exchange->body.length;
        rc_buf_free(&exchange->body);
    }
    exchange->body_length += (int64_t)length;
    write_body(request, bytes, length);
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_length, void **con_cls)
{
    struct request *request = *con_cls;
    (void)ctx, (void)url, (void)version;
    if (!request || !request->target || request->server->closing)
        return MHD_NO;
    if (!request->started) {
        request->started = true;
        request->exchange.connection = connection;
        request->exchange.method = method;
        return MHD_YES;
    }
    if (*upload_length) {
        take_body(request, upload, *upload_length);
        *upload_length = 0;
        return MHD_YES;
    }
    if (request->answered)
        return MHD_YES;
    /* Called again after it was resumed, when the answer is there. */
    if (request->exchange.operation && !request->exchange.suspended)
        return queue_answer(request);
    return serve(request);
}

/* ----- opening ----- */

static int listen_on(int port, int *bound, struct rc_error *err)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0) {
        rc_error_errno(err, RC_IO, "cannot listen on 127.0.0.1:%d", port);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    *bound = ntohs(address.sin_port);
    return fd;
}

/* The path as it was sent is read by ourselves. */
static size_t leave_encoded(void *ctx, struct MHD_Connection *connection, char *text)
{
    (void)ctx, (void)connection;
    return strlen(text);
}

static bool start_daemon(struct rc_server *server, int fd, struct rc_error *err)
{
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, server,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_URI_LOG_CALLBACK, begin_request, server,
        MHD_OPTION_NOTIFY_COMPLETED, end_request, server, MHD_OPTION_UNESCAPE_CALLBACK,
        leave_encoded, NULL, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_END);
    if (!server->daemon) {
        close(fd);
        rc_error_set(err, RC_IO, "the HTTP server does not start");
    }
    return server->daemon != NULL;
}

struct rc_server *rc_server_open(struct rc_local *local, struct rc_error *err)
{
    int port;
    struct rc_server *server = calloc(1, sizeof *server);
    if (!server) {
        rc_error_nomem(err);
        return NULL;
    }
    server->local = local;
    server->timer = (struct rc_timer){.fire = due, .ctx = server};
    int fd = listen_on(local->options->port, &port, err);
    if (fd < 0 || !start_daemon(server, fd, err)) {
        free(server);
        return NULL;
    }
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    server->watch = (struct rc_watch){.ready = readable, .ctx = server, .fd = info->epoll_fd};
    if (!rc_watch_set(local->loop, &server->watch, true, false, err)) {
        rc_server_close(server);
        return NULL;
    }
    snprintf(local->endpoint, sizeof local->endpoint, "http://127.0.0.1:%d", port);
    return server;
}

void rc_server_close(struct rc_server *server)
{
    if (!server)
        return;
    server->closing = true;
    while (server->waiting) { /* the daemon cannot stop with these */
        server->waiting->exchange.lost = true;
        server->waiting->exchange.gone = NULL;
        rc_timer_stop(server->local->loop, &server->waiting->late);
        resume(server->waiting);
    }
    MHD_run(server->daemon);
    rc_watch_stop(server->local->loop, &server->watch);
    rc_timer_stop(server->local->loop, &server->timer);
    MHD_stop_daemon(server->daemon);
    free(server);
}
