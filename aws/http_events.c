#include "aws/http_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { IDLE_CONNECTIONS = 256 /* that are kept for the next requests */ };

struct rc_http_socket {
    struct rc_http *http;
    struct rc_http_socket *next;
    struct rc_http_socket *previous;
    struct rc_watch watch;
};

/* ----- transfers that wait until libcurl has returned ----- */

bool rc_http_soon(struct rc_http *http)
{
    return http->soon.place || rc_timer_set(http->loop, &http->soon, 0);
}

static void resume(struct rc_http_transfer *transfer)
{
    struct rc_http *http = transfer->http;
    transfer->resume = false;
    transfer->paused = false;
    transfer->active_ms = rc_loop_now_ms(http->loop);
    http->inside = true;
    CURLcode code = curl_easy_pause(transfer->easy, CURLPAUSE_CONT);
    http->inside = false;
    if (code == CURLE_OK || transfer->cancelled)
        return;
    transfer->code = code; /* the sink stopped it, and libcurl leaves it at that */
    transfer->over = true;
    rc_http_soon(http);
}

static void start(struct rc_http_transfer *transfer)
{
    CURLMcode code = curl_multi_add_handle(transfer->http->multi, transfer->easy);
    transfer->added = code == CURLM_OK;
    if (transfer->added)
        return;
    transfer->failure = RC_HTTP_OTHER;
    snprintf(transfer->text, sizeof transfer->text, "libcurl takes no further request: %s",
             curl_multi_strerror(code));
    transfer->over = true;
    rc_http_soon(transfer->http);
}

/* True when something was done. */
static bool settle_one(struct rc_http_transfer *transfer)
{
    if (transfer->cancelled)
        rc_http_drop(transfer);
    else if (!transfer->added && !transfer->over)
        start(transfer);
    else if (transfer->resume && transfer->paused && !transfer->over)
        resume(transfer);
    else
        return false;
    return true;
}

/* Anything may have changed the list when a transfer was settled, so it is looked
 * through anew; that is rare. */
void rc_http_settle(struct rc_http *http)
{
    while (!http->inside && http->pending) {
        http->pending = false;
        struct rc_http_transfer *transfer = http->transfers;
        while (transfer && !settle_one(transfer))
            transfer = transfer->next;
        http->pending = http->pending || transfer != NULL;
    }
}

/* ----- libcurl's turn ----- */

static void end_all(struct rc_http *http, CURLMcode code)
{
    for (struct rc_http_transfer *t = http->transfers; t; t = t->next) {
        t->failure = RC_HTTP_OTHER;
        snprintf(t->text, sizeof t->text, "libcurl gave up: %s", curl_multi_strerror(code));
        t->over = true;
    }
}

static struct rc_http_transfer *find_over(const struct rc_http *http)
{
    struct rc_http_transfer *transfer = http->transfers;
    while (transfer && (!transfer->over || transfer->cancelled))
        transfer = transfer->next;
    return transfer;
}

/* Ends what is over. Each call of done may start, cancel and end others. */
static void collect(struct rc_http *http)
{
    int left = 0;
    const CURLMsg *message;
    while ((message = curl_multi_info_read(http->multi, &left))) {
        char *private = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
        struct rc_http_transfer *transfer = (struct rc_http_transfer *)(void *)private;
        if (transfer->cancelled)
            rc_http_drop(transfer);
        else
            rc_http_end(transfer, code);
    }
    struct rc_http_transfer *over;
    while ((over = find_over(http)))
        rc_http_end(over, over->code);
}

static void turn(struct rc_http *http, curl_socket_t fd, int mask)
{
    if (http->inside) /* a sink runs the loop; the descriptor stays ready */
        return;
    int running = 0;
    http->inside = true;
    CURLMcode code = curl_multi_socket_action(http->multi, fd, mask, &running);
    http->inside = false;
    if (code != CURLM_OK)
        end_all(http, code);
    rc_http_settle(http);
    collect(http);
    rc_http_settle(http);
}

static void soon_fired(struct rc_timer *timer)
{
    turn(timer->ctx, CURL_SOCKET_TIMEOUT, 0);
}

/* ----- timers -----
 *
 * libcurl looks at the real clock, and does not ask twice for the same time. So its
 * timers are a timerfd and not timers of the loop, whose clock may be a test's. */

static void alarm_rang(struct rc_watch *watch, bool readable, bool writable)
{
    (void)readable;
    (void)writable;
    struct rc_http *http = watch->ctx;
    uint64_t times;
    if (read(watch->fd, &times, sizeof times) < 0 && errno == EAGAIN)
        return;
    turn(http, CURL_SOCKET_TIMEOUT, 0);
}

static int set_timer(CURLM *multi, long after_ms, void *ctx)
{
    (void)multi;
    struct rc_http *http = ctx;
    if (after_ms == 0)
        return rc_http_soon(http) ? 0 : -1;
    struct itimerspec at = {.it_interval = {0}};
    if (after_ms > 0) {
        at.it_value.tv_sec = after_ms / 1000;
        at.it_value.tv_nsec = after_ms % 1000 * 1000000;
    }
    if (timerfd_settime(http->alarm.fd, 0, &at, NULL))
        return -1;
    if (after_ms < 0)
        rc_watch_stop(http->loop, &http->alarm);
    else if (!http->alarm.active && !rc_watch_set(http->loop, &http->alarm, true, false, NULL))
        return -1;
    return 0;
}

/* ----- sockets ----- */

static void socket_ready(struct rc_watch *watch, bool readable, bool writable)
{
    const struct rc_http_socket *socket = watch->ctx;
    int mask = (readable ? CURL_CSELECT_IN : 0) | (writable ? CURL_CSELECT_OUT : 0);
    turn(socket->http, watch->fd, mask); /* which may release the socket */
}

static struct rc_http_socket *add_socket(struct rc_http *http, curl_socket_t fd)
{
    struct rc_http_socket *socket = calloc(1, sizeof *socket);
    if (!socket)
        return NULL;
    socket->http = http;
    socket->watch = (struct rc_watch){.ready = socket_ready, .ctx = socket, .fd = fd};
    socket->next = http->sockets;
    if (socket->next)
        socket->next->previous = socket;
    http->sockets = socket;
    curl_multi_assign(http->multi, fd, socket);
    return socket;
}

static void remove_socket(struct rc_http_socket *socket)
{
    struct rc_http *http = socket->http;
    rc_watch_stop(http->loop, &socket->watch);
    if (socket->next)
        socket->next->previous = socket->previous;
    if (socket->previous)
        socket->previous->next = socket->next;
    else
        http->sockets = socket->next;
    free(socket);
}

static int set_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *assigned)
{
    (void)easy;
    struct rc_http *http = ctx;
    struct rc_http_socket *socket = assigned;
    if (what == CURL_POLL_REMOVE) {
        if (socket)
            remove_socket(socket);
        curl_multi_assign(http->multi, fd, NULL);
        return 0;
    }
    if (!socket && !(socket = add_socket(http, fd)))
        return -1;
    bool readable = what == CURL_POLL_IN || what == CURL_POLL_INOUT;
    bool writable = what == CURL_POLL_OUT || what == CURL_POLL_INOUT;
    return rc_watch_set(http->loop, &socket->watch, readable, writable, NULL) ? 0 : -1;
}

/* ----- life ----- */

static bool set_options(struct rc_http *http, long per_host)
{
    CURLMcode code = curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, set_socket);
    code |= curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    code |= curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    code |= curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    code |= curl_multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS, per_host);
    code |= curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)IDLE_CONNECTIONS);
    code |= curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    return code == CURLM_OK;
}

bool rc_http_events_start(struct rc_http *http, int per_host, struct rc_error *err)
{
    http->soon = (struct rc_timer){.fire = soon_fired, .ctx = http};
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    http->alarm = (struct rc_watch){.ready = alarm_rang, .ctx = http, .fd = fd};
    if (fd < 0) {
        rc_error_errno(err, RC_IO, "cannot make a timer for HTTP");
        return false;
    }
    http->multi = curl_multi_init();
    if (!http->multi || !set_options(http, per_host)) {
        rc_error_set(err, RC_NOMEM, "libcurl cannot be started: out of memory");
        return false;
    }
    return true;
}

void rc_http_events_stop(struct rc_http *http)
{
    if (http->multi)
        curl_multi_cleanup(http->multi);
    struct rc_http_socket *next; /* those that libcurl closed without a word */
    for (struct rc_http_socket *socket = http->sockets; socket; socket = next) {
        next = socket->next;
        remove_socket(socket);
    }
    rc_timer_stop(http->loop, &http->soon);
    rc_watch_stop(http->loop, &http->alarm);
    if (http->alarm.fd >= 0)
        close(http->alarm.fd);
}
