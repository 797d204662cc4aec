/* An HTTP/1.1 server on 127.0.0.1 that runs on the loop of the test, answers as
 * the test says, and keeps what it was asked. Nothing in it takes real time: with
 * a fake clock, delays pass at once.
 *
 *     struct fake_server *server = fake_server_new(loop);
 *     static const struct fake_answer answers[] = {
 *         {.status = 503, .body = "slow down"},
 *         {FAKE_NOTHING, .end = FAKE_RESET},
 *         {.headers = "ETag: \"1\"\r\n", .body = "hello"},
 *     };
 *     fake_server_script(server, answers, 3);
 *     ... ask fake_server_url(server) ...
 *     assert_string_equal(fake_server_request(server, 0)->target, "/a?b");
 *
 * It aborts the test when a call of the system fails. */
#ifndef RC_TESTS_AWS_FAKE_SERVER_H
#define RC_TESTS_AWS_FAKE_SERVER_H

#include "aws/http.h"

enum fake_end {
    FAKE_KEEP,   /* the connection stays open for the next request */
    FAKE_CLOSE,  /* closed behind the answer, or at the cut */
    FAKE_RESET,  /* the same, by RST */
    FAKE_SILENT, /* stays open, and no further byte comes */
};

struct fake_answer {
    int status; /* 0: 200 */
    enum fake_end end;
    const char *headers; /* lines that end in "\r\n"; Content-Length comes by itself */
    const char *body;
    size_t length; /* of body; 0: it is a text */

    /* In place of body: gives the bytes at offset (at most room) of a body of `length`
     * bytes, or of one that never ends when length is 0. */
    size_t (*generate)(void *ctx, int64_t offset, char *bytes, size_t room);
    void *ctx;

    const char *raw; /* sent in place of everything else; then `end` */
    size_t raw_length;
    const char *interim; /* sent before the head: "HTTP/1.1 100 Continue\r\n\r\n" */

    int64_t delay_ms;   /* before the first byte */
    size_t piece_bytes; /* the body comes in pieces of so many bytes, ... */
    int64_t piece_ms;   /* ... each so much after the one before */
    int64_t cut_at;     /* see cut */
    bool cut;           /* sends no more than the head and cut_at bytes of the body; -1: nothing;
                           then `end` */
    bool chunked;       /* no Content-Length */
    bool no_length;     /* no Content-Length, and not chunked: the body ends with the connection */
};

#define FAKE_NOTHING .cut = true, .cut_at = -1

struct fake_request {
    const char *method;
    const char *target; /* as it stands in the request: "/a?b" */
    struct rc_http_header *headers;
    size_t header_count;
    const char *body; /* followed by a NUL */
    size_t body_length;
    int connection; /* number of the connection, from 1 */
    int64_t at_ms;  /* rc_loop_now_ms when it had come */
};

struct fake_server;

/* Removes the environment's proxies, too. */
struct fake_server *fake_server_new(struct rc_loop *loop);
void fake_server_free(struct fake_server *server); /* ends its connections */

const char *fake_server_url(const struct fake_server *server); /* "http://127.0.0.1:PORT" */
int fake_server_port(const struct fake_server *server);

/* Answers in the order of the requests, borrowed until the server is freed; the
 * last one is for all that follow. Begins anew when called again. */
void fake_server_script(struct fake_server *server, const struct fake_answer *answers,
                        size_t count);

/* The test decides instead: fills answer, which is zeroed. Its texts are copied when
 * it returns (but for generate's ctx). */
typedef void (*fake_reply)(void *ctx, const struct fake_request *request,
                           struct fake_answer *answer);
void fake_server_reply(struct fake_server *server, fake_reply reply, void *ctx);

/* What was asked so far, in order; valid until the server is freed. */
size_t fake_server_count(const struct fake_server *server);
const struct fake_request *fake_server_request(const struct fake_server *server, size_t index);

/* The header's value, or NULL; names without regard to case. */
const char *fake_request_header(const struct fake_request *request, const char *name);

int fake_server_connections(const struct fake_server *server); /* that were opened so far */
int fake_server_open(const struct fake_server *server);        /* that are open now */
int64_t fake_server_sent(const struct fake_server *server);    /* bytes that went out */

/* Closes every connection that is open, and the port too when `port` is true. */
void fake_server_drop(struct fake_server *server, bool port);

#endif
