/* One request and its answer, as a handler sees them. */
#ifndef RC_LOCAL_EXCHANGE_H
#define RC_LOCAL_EXCHANGE_H

#include "base/arena.h"
#include "base/jsonw.h"
#include "local/local.h"

struct rc_exchange;
struct MHD_Connection;

/* One row of a service: what it is called, who answers it, and which part of the
 * product calls it. An operation that nobody calls is deleted. */
struct rc_local_operation {
    const char *name;   /* "ReceiveMessage" */
    const char *method; /* REST: "GET" */
    const char *path;   /* REST: "/2015-03-31/functions/{name}/invocations"; "*" at the end:
                           whatever follows. Query parameters that have to be there stand
                           behind "?", headers with an "@": "/{bucket}/{key*}?uploads",
                           "/{bucket}/{key*}?@x-amz-copy-source" */
    void (*handle)(struct rc_exchange *exchange);
    const char *caller; /* "console: queues" */
    bool raw;           /* it reads the body itself; `in` stays NULL */
};

enum rc_local_protocol { RC_LOCAL_JSON, RC_LOCAL_REST_JSON, RC_LOCAL_REST_XML, RC_LOCAL_QUERY };

struct rc_local_service {
    const char *signing_name; /* in the credential's scope: "monitoring" */
    const char *name;         /* for people and weather: "cloudwatch" */
    enum rc_local_protocol protocol;
    const char *json_version; /* "1.0" */
    const char *target;       /* of X-Amz-Target, with its point */
    const char *open_prefix;  /* paths that begin so need no signature; NULL: none */
    const struct rc_local_operation *operations; /* one without a name ends them */
};

enum {
    RC_EXCHANGE_HEADERS = 64,
    RC_EXCHANGE_PAIRS = 128,               /* query parameters, and parts of the path */
    RC_EXCHANGE_BODY_IN_MEMORY = 17 << 20, /* a BatchWriteItem has up to 16 MB */
};

struct rc_exchange_pair {
    const char *name;
    const char *value;
};

struct rc_exchange {
    struct rc_local *local;
    struct MHD_Connection *connection;
    const struct rc_local_service *service;
    const struct rc_local_operation *operation;
    const char *method;
    const char *target;                               /* as it was sent: "/a%20b?c" */
    struct rc_exchange_pair query[RC_EXCHANGE_PAIRS]; /* decoded */
    size_t query_count;
    struct rc_exchange_pair parts[8]; /* of the path, decoded */
    size_t part_count;
    struct rc_arena arena;
    char request_id[37];

    /* The request's body: in memory, or when it is longer in a file without a name. */
    struct rc_buf body;
    int body_fd; /* -1: in memory */
    int64_t body_length;
    json_t *in; /* the body, for JSON protocols; an object */

    /* The answer. */
    int status; /* 200 unless it is set */
    struct rc_exchange_pair headers[RC_EXCHANGE_HEADERS];
    size_t header_count;
    struct rc_buf out;
    struct rc_jsonw json; /* writes to out */
    /* Instead of out: a body of so many bytes that is asked for piece by piece. */
    int64_t stream_length; /* -1: out */
    bool (*stream)(void *ctx, int64_t offset, char *bytes, size_t *length);
    void (*stream_free)(void *ctx);
    void *stream_ctx;
    bool failed;    /* rc_exchange_fail was called: the transaction is rolled back */
    bool suspended; /* an answer comes later */
    bool lost;      /* the weather cuts the connection in place of the answer */
    void (*gone)(struct rc_exchange *exchange); /* the client left while it was suspended */
    void *ctx;                                  /* of the handler, for that */
};

/* ----- the request ----- */

/* A header, a query parameter ("" for one without a value), a part of the path by its
 * name in the operation's path (decoded); NULL when there is none. They live as long as
 * the exchange. */
const char *rc_exchange_header(const struct rc_exchange *exchange, const char *name);
const char *rc_exchange_query(const struct rc_exchange *exchange, const char *name);
const char *rc_exchange_path(struct rc_exchange *exchange, const char *name);

/* Calls visit for each header; names as they were sent. */
void rc_exchange_each_header(const struct rc_exchange *exchange,
                             void (*visit)(void *ctx, const char *name, const char *value),
                             void *ctx);

/* Members of the JSON body (borrowed from it). A text that has to be there and is not:
 * NULL, and the exchange has failed with ValidationException. */
const char *rc_exchange_text(struct rc_exchange *exchange, const char *member);
const char *rc_exchange_need(struct rc_exchange *exchange, const char *member);
int64_t rc_exchange_int(struct rc_exchange *exchange, const char *member, int64_t otherwise);
bool rc_exchange_bool(struct rc_exchange *exchange, const char *member, bool otherwise);

/* ----- the answer ----- */

/* The error in the way of the service's protocol, in place of what was written so far; the
 * transaction will be rolled back. Always gives false. */
bool rc_exchange_fail(struct rc_exchange *exchange, int status, const char *code,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The error with further members (JSON protocols), which are borrowed. */
bool rc_exchange_fail_with(struct rc_exchange *exchange, int status, const char *code,
                           const json_t *members, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The value is copied, the name is borrowed until the answer is out; the same name again
 * gets the new value. Past RC_EXCHANGE_HEADERS, or without memory, it is left out. */
void rc_exchange_set_header(struct rc_exchange *exchange, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* <name>text</name>, escaped, to out. */
void rc_exchange_xml(struct rc_exchange *exchange, const char *name, const char *text);

/* The answer comes later, by rc_exchange_answer, which may be called from timers and
 * other requests' handlers; the handler returns after rc_exchange_suspend. gone is called
 * at most once, and then the exchange must not be answered: its client has left, or its
 * transaction could not be kept. ctx is found in exchange->ctx. */
void rc_exchange_suspend(struct rc_exchange *exchange, void (*gone)(struct rc_exchange *exchange),
                         void *ctx);
void rc_exchange_answer(struct rc_exchange *exchange);

#endif
