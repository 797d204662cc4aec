/* A server for measurements, on a free port of 127.0.0.1, which it prints as
 * "http://127.0.0.1:PORT". It ends when its standard input does, or by SIGTERM, and
 * says on its standard error what it did.
 *
 *     aws_server sink                  answers every POST at once, as BatchWriteItem does
 *                                      when all was written
 *     aws_server object SIZE SEED EVERY
 *                                      one object of made bytes (bench/aws_bytes.h), as S3
 *                                      would give it: HEAD, GET, Range, If-Match. A
 *                                      connection is cut at a random place, once in EVERY
 *                                      bytes in the mean; 0: never
 *
 * One thread a connection: it is to be simple, and to be no part of what is measured. */
#include "bench/aws_bytes.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    HEAD_CAP = 64 << 10, /* bytes of a request's head */
    PIECE = 64 << 10,    /* sent at a time */
    THREAD_STACK = 256 << 10,
    BACKLOG = 256,
};

struct object {
    uint64_t size;
    uint64_t seed;
    uint64_t cut_every; /* 0: never */
    char etag[40];
};

static struct object object; /* of size 0: this is the sink */
static atomic_ullong requests, cuts, bytes_out;

struct connection {
    int fd;
    char in[HEAD_CAP + 1];
    size_t length; /* bytes in `in` */
};

struct request {
    char method[8];
    size_t head_length; /* with the empty line */
    uint64_t body_length;
    bool ranged;
    uint64_t first, last; /* bytes of the object */
    bool other_etag;      /* If-Match names another one */
};

/* ----- reading ----- */

static bool send_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        atomic_fetch_add(&bytes_out, (unsigned long long)sent);
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

/* Reads until there is a whole head; false when the connection ended. */
static bool read_head(struct connection *connection, size_t *head_length)
{
    for (;;) {
        connection->in[connection->length] = '\0';
        const char *end = strstr(connection->in, "\r\n\r\n");
        if (end) {
            *head_length = (size_t)(end - connection->in) + 4;
            return true;
        }
        if (connection->length == HEAD_CAP)
            return false;
        ssize_t got = recv(connection->fd, connection->in + connection->length,
                           HEAD_CAP - connection->length, 0);
        if (got <= 0)
            return false;
        connection->length += (size_t)got;
    }
}

/* Takes so many bytes from the connection and forgets them. */
static bool skip(struct connection *connection, uint64_t length)
{
    char nothing[PIECE];
    size_t here = connection->length < length ? connection->length : (size_t)length;
    memmove(connection->in, connection->in + here, connection->length - here);
    connection->length -= here;
    for (length -= here; length > 0;) {
        ssize_t got =
            recv(connection->fd, nothing, length < sizeof nothing ? length : sizeof nothing, 0);
        if (got <= 0)
            return false;
        length -= (uint64_t)got;
    }
    return true;
}

static const char *header(const char *head, const char *name)
{
    size_t length = strlen(name);
    const char *line = strstr(head, "\r\n");
    for (; line && line[2] != '\r'; line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, name, length) == 0 && line[2 + length] == ':')
            return line + 3 + length + strspn(line + 3 + length, " ");
    }
    return NULL;
}

static void read_range(const char *range, struct request *request)
{
    char *end = NULL;
    if (!range || strncmp(range, "bytes=", 6) != 0)
        return;
    request->ranged = true;
    request->first = strtoull(range + 6, &end, 10);
    if (*end == '-' && end[1] >= '0' && end[1] <= '9')
        request->last = strtoull(end + 1, NULL, 10);
    if (request->last >= object.size)
        request->last = object.size - 1;
}

static bool read_request(struct connection *connection, struct request *request)
{
    *request = (struct request){.last = object.size ? object.size - 1 : 0};
    if (!read_head(connection, &request->head_length))
        return false;
    const char *head = connection->in;
    snprintf(request->method, sizeof request->method, "%.*s", (int)strcspn(head, " "), head);
    const char *length = header(head, "Content-Length");
    const char *match = header(head, "If-Match");
    request->body_length = length ? strtoull(length, NULL, 10) : 0;
    request->other_etag = match && strncmp(match, object.etag, strlen(object.etag)) != 0;
    read_range(header(head, "Range"), request);
    atomic_fetch_add(&requests, 1);
    return skip(connection, request->head_length + request->body_length);
}

/* ----- answering ----- */

static bool answer_sink(int fd)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\n"
                                 "Content-Type: application/x-amz-json-1.0\r\n"
                                 "x-amzn-RequestId: "
                                 "0000000000000000000000000000000000000000000000000000\r\n"
                                 "x-amz-crc32: 4185382651\r\n"
                                 "Content-Length: 23\r\n\r\n"
                                 "{\"UnprocessedItems\":{}}";
    return send_all(fd, answer, sizeof answer - 1);
}

static bool answer_empty(int fd, const char *status)
{
    char head[128];
    int length = snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n", status);
    return send_all(fd, head, (size_t)length);
}

static uint64_t chance(uint64_t *state)
{
    *state += 1;
    return bench_word(object.seed, *state);
}

/* How many bytes of an answer go out before its connection is cut: evenly between 0
 * and twice the mean, and so often past its end. */
static uint64_t draw_cut(uint64_t *state)
{
    return object.cut_every ? chance(state) % (2 * object.cut_every) : UINT64_MAX;
}

/* By a FIN, or by an RST, which takes with it what is still under way. */
static bool cut(int fd, uint64_t *state)
{
    const struct linger at_once = {.l_onoff = 1};
    if (chance(state) & 1)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    atomic_fetch_add(&cuts, 1);
    return false;
}

static bool send_bytes(int fd, uint64_t first, uint64_t length, uint64_t *state)
{
    char piece[PIECE];
    uint64_t cut_at = draw_cut(state);
    for (uint64_t at = 0; at < length;) {
        uint64_t left = length - at < cut_at - at ? length - at : cut_at - at;
        if (left == 0)
            return cut(fd, state);
        size_t part = left < sizeof piece ? (size_t)left : sizeof piece;
        bench_bytes(object.seed, first + at, piece, part);
        if (!send_all(fd, piece, part))
            return false;
        at += part;
    }
    return true;
}

static bool answer_object(int fd, const struct request *request, uint64_t *state)
{
    char head[512], range[96] = "";
    bool whole_head = strcmp(request->method, "HEAD") == 0;
    if (request->other_etag)
        return answer_empty(fd, "412 Precondition Failed");
    if (request->first > request->last)
        return answer_empty(fd, "416 Range Not Satisfiable");
    uint64_t length = request->last - request->first + 1;
    if (request->ranged)
        snprintf(range, sizeof range, "Content-Range: bytes %llu-%llu/%llu\r\n",
                 (unsigned long long)request->first, (unsigned long long)request->last,
                 (unsigned long long)object.size);
    int size = snprintf(head, sizeof head,
                        "HTTP/1.1 %s\r\n%sETag: %s\r\nAccept-Ranges: bytes\r\n"
                        "Last-Modified: Wed, 01 Apr 2026 12:00:00 GMT\r\n"
                        "Content-Type: application/octet-stream\r\nContent-Length: %llu\r\n\r\n",
                        request->ranged ? "206 Partial Content" : "200 OK", range, object.etag,
                        (unsigned long long)length);
    if (!send_all(fd, head, (size_t)size))
        return false;
    return whole_head || send_bytes(fd, request->first, length, state);
}

/* ----- connections ----- */

static void *serve(void *ctx)
{
    struct connection *connection = ctx;
    struct request request;
    static atomic_ullong connections;
    uint64_t state = atomic_fetch_add(&connections, 1) << 32; /* its own row of chances */
    bool open = true;
    while (open && read_request(connection, &request)) {
        if (!object.size)
            open = answer_sink(connection->fd);
        else
            open = answer_object(connection->fd, &request, &state);
    }
    close(connection->fd);
    free(connection);
    return NULL;
}

static void begin_serving(int fd)
{
    const int on = 1;
    pthread_t thread;
    pthread_attr_t attributes;
    struct connection *connection = malloc(sizeof *connection);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, THREAD_STACK);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (connection) {
        connection->fd = fd;
        connection->length = 0;
    }
    if (!connection || pthread_create(&thread, &attributes, serve, connection) != 0) {
        free(connection);
        close(fd);
    }
    pthread_attr_destroy(&attributes);
}

static int listen_anywhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) || listen(fd, BACKLOG) ||
        getsockname(fd, (struct sockaddr *)&address, &length)) {
        perror("aws_server");
        return -1;
    }
    printf("http://127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static volatile sig_atomic_t terminated;

static void terminate(int number)
{
    (void)number;
    terminated = 1;
}

static bool read_arguments(int count, char **arguments)
{
    if (count == 2 && strcmp(arguments[1], "sink") == 0)
        return true;
    if (count != 5 || strcmp(arguments[1], "object") != 0)
        return false;
    object.size = strtoull(arguments[2], NULL, 10);
    object.seed = strtoull(arguments[3], NULL, 10);
    object.cut_every = strtoull(arguments[4], NULL, 10);
    snprintf(object.etag, sizeof object.etag, "\"%016llx\"",
             (unsigned long long)bench_word(object.seed, object.size));
    return object.size > 0;
}

int main(int count, char **arguments)
{
    const struct sigaction on_term = {.sa_handler = terminate};
    if (!read_arguments(count, arguments)) {
        fprintf(stderr, "aws_server: sink, or object SIZE SEED EVERY\n");
        return 2;
    }
    sigaction(SIGTERM, &on_term, NULL);
    int fd = listen_anywhere();
    if (fd < 0)
        return 3;
    struct pollfd wait[2] = {{.fd = fd, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
    while (!terminated && poll(wait, 2, -1) > 0) {
        char nothing[256];
        if (wait[1].revents && read(STDIN_FILENO, nothing, sizeof nothing) <= 0)
            break;
        if (wait[0].revents & POLLIN) {
            int one = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
            if (one >= 0)
                begin_serving(one);
        }
    }
    fprintf(stderr, "requests %llu cuts %llu bytes %llu\n", atomic_load(&requests),
            atomic_load(&cuts), atomic_load(&bytes_out));
    return 0;
}
