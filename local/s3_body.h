/* The bytes of a request's body, wherever the server has put them, read from start to
 * end; what came as aws-chunked comes out as what it stands for. */
#ifndef RC_LOCAL_S3_BODY_H
#define RC_LOCAL_S3_BODY_H

#include "local/exchange.h"

enum {
    RC_BODY_WINDOW = 64 << 10,
    RC_BODY_LINE = 512, /* most bytes of a chunk's first line, and of a trailer */
};

struct rc_body {
    const struct rc_exchange *exchange;
    int64_t at;                  /* of what was sent, behind the window */
    char window[RC_BODY_WINDOW]; /* what was read of it */
    size_t from, to;
    bool chunked;
    int64_t left;     /* of the chunk */
    bool inside;      /* a chunk was begun, and its end has to be read */
    bool ended;       /* the last chunk was read */
    const char *why;  /* it is broken */
    char trailer[64]; /* the trailer of a checksum: its name ... */
    char value[64];   /* ... and value; "" when there was none */
};

/* Chunked when x-amz-content-sha256 says so. Source: "Signature calculations for the
 * Authorization header: transferring payload in multiple chunks", Amazon S3 API
 * Reference. The signatures of chunks are not checked. */
void rc_body_open(struct rc_body *body, const struct rc_exchange *exchange);

/* Up to room bytes; 0 at the end; -1 when it is broken (why says how). */
ssize_t rc_body_read(struct rc_body *body, char *bytes, size_t room);

#endif
