/* HTTP over one libcurl multi handle on a loop: hundreds of transfers in flight on
 * one thread, connections kept and shared, HTTP/2 where it is offered, TLS
 * verified, proxies as the environment says. It knows nothing of AWS. */
#ifndef RC_AWS_HTTP_H
#define RC_AWS_HTTP_H

#include "aws/loop.h"
#include "base/buf.h"

struct rc_http;
struct rc_http_transfer;

struct rc_http_options {
    int connections_per_host; /* 0: RC_HTTP_CONNECTIONS */
    const char *ca_bundle;    /* file of certificates; NULL: the system's */
};

struct rc_http *rc_http_new(struct rc_loop *loop, const struct rc_http_options *options,
                            struct rc_error *err);

/* Drops what is in flight without calling back. Not from within a sink or done. */
void rc_http_free(struct rc_http *http);

struct rc_http_header {
    const char *name;
    const char *value;
};

/* A part of a file, read by pread. */
struct rc_http_file {
    int fd;
    int64_t offset;
    int64_t length;
};

/* What a sink says of the bytes it was given. */
enum rc_http_taken {
    RC_HTTP_TAKEN,
    RC_HTTP_PAUSE, /* not taken: the same bytes come again after rc_http_resume */
    RC_HTTP_STOP,  /* ends the transfer as RC_HTTP_STOPPED */
};

/* Head of an answer; borrowed, valid while the callback runs. */
struct rc_http_head {
    int status; /* of the last answer: not 100 or a proxy's CONNECT */
    const struct rc_http_header *headers;
    size_t header_count;
};

struct rc_http_result;

enum {
    RC_HTTP_CONNECTIONS = 64,     /* to a host */
    RC_HTTP_CONNECT_MS = 3100,    /* a little over the first retransmission of a SYN */
    RC_HTTP_HEAD_CAP = 256 << 10, /* bytes of an answer's headers */
    RC_HTTP_ANSWER_CAP = 16 << 20,
    RC_HTTP_TEXT_BYTES = 256,
};

struct rc_http_request {
    const char *method;
    const char *url;                      /* complete and encoded; sent as it stands */
    const struct rc_http_header *headers; /* Host, Content-Length come by themselves */
    size_t header_count;
    const char *body; /* NULL: none */
    size_t body_length;
    const struct rc_http_file *file; /* the body is a part of a file instead; NULL: it is not */
    size_t answer_cap_bytes;         /* of a body that is kept; over it: RC_HTTP_TOO_LARGE;
                                        0: RC_HTTP_ANSWER_CAP */

    /* With a sink, the bytes of a 2xx answer go there, as they were sent, and are not
     * kept; others are kept as usual, because they are errors to be read. It is asked
     * over HTTP/1.1, where a pause holds back this connection and nobody else's. It
     * must not run the loop. */
    enum rc_http_taken (*sink)(void *ctx, const struct rc_http_head *head, const char *bytes,
                               size_t length);

    int64_t timeout_ms;         /* from start to end; 0: none */
    int64_t connect_timeout_ms; /* resolving and TLS included, waiting for a free
                                   connection not; 0: RC_HTTP_CONNECT_MS */
    int64_t idle_timeout_ms;    /* no byte in either direction for so long; 0: none */
    bool no_proxy;              /* metadata services are asked directly */
    bool fresh;                 /* over a new connection. On a kept one that turns out to be
                                   dead, libcurl sends the request once more by itself */

    /* Called once, from rc_loop_run and never from rc_http_send. The transfer is
     * gone when it returns. */
    void (*done)(void *ctx, const struct rc_http_result *result);
    void *ctx;
};

enum rc_http_failure {
    RC_HTTP_OK,        /* an answer came, whatever its status */
    RC_HTTP_RESOLVE,   /* no such host */
    RC_HTTP_CONNECT,   /* refused, unreachable, or too long */
    RC_HTTP_TLS,       /* certificate or handshake */
    RC_HTTP_TIMEOUT,   /* timeout_ms or idle_timeout_ms */
    RC_HTTP_CUT,       /* the connection ended in the middle */
    RC_HTTP_TOO_LARGE, /* answer_cap_bytes */
    RC_HTTP_STOPPED,   /* by the sink */
    RC_HTTP_OTHER,
};

struct rc_http_result {
    enum rc_http_failure failure;
    char text[RC_HTTP_TEXT_BYTES]; /* what failed, for people: host and cause; empty when nothing
                                      did */
    struct rc_http_head head;
    const char *body; /* followed by a NUL; "" when there is none */
    size_t body_length;
    int64_t bytes_sent; /* bodies and headers */
    int64_t bytes_received;
    int64_t body_received; /* body bytes that came, to the sink or kept */
    bool sent_whole;       /* the request may have been acted on */
};

/* Starts a transfer. The request's body (or descriptor) is borrowed until it is done
 * or cancelled; everything else is copied. NULL when it cannot start. */
struct rc_http_transfer *rc_http_send(struct rc_http *http, const struct rc_http_request *request,
                                      struct rc_error *err);

/* Ends a transfer without a call of done. Also from within its own sink or done. */
void rc_http_cancel(struct rc_http_transfer *transfer);

/* After RC_HTTP_PAUSE. The sink may be called from within. */
void rc_http_resume(struct rc_http_transfer *transfer);

/* The header's value, or NULL; names without regard to case. */
const char *rc_http_header(const struct rc_http_head *head, const char *name);

#endif
