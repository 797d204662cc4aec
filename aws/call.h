/* One request to AWS from the first attempt to the last: credentials, encoding,
 * signing, sending, retries with backoff, and the answer or the error.
 *
 *     struct rc_call *call = rc_sqs_receive(aws, &(struct rc_sqs_receive){...}, done, ctx);
 *
 * `done` is called exactly once, from rc_loop_run, unless the call is freed before;
 * it may free the call. A call that could not even start (no memory, a member that
 * is needed is missing) ends in done, too, so there is one way for failures; only
 * without memory for the call itself NULL is given. */
#ifndef RC_AWS_CALL_H
#define RC_AWS_CALL_H

#include "aws/http.h"
#include "aws/operation.h"

struct rc_aws;
struct rc_call;

typedef void (*rc_done)(struct rc_call *call, void *ctx);

/* The request is encoded before this returns: nothing of `in` is borrowed, save a
 * payload's file. done NULL: the caller waits with rc_call_wait. */
struct rc_call *rc_call_start(struct rc_aws *aws, const struct rc_operation *operation,
                              const void *in, rc_done done, void *ctx);

/* Where the answer's body goes for an operation that streams (RC_OP_STREAMS); set
 * right after the start. It must not free the call. Called for 2xx answers only. A retry begins a
 * new body: `restart` is called before its first byte when bytes of an earlier attempt had been
 * given; without it, an answer that is cut after its first byte is an error. */
struct rc_call_sink {
    enum rc_http_taken (*take)(void *ctx, const struct rc_http_head *head, const char *bytes,
                               size_t length);
    void (*restart)(void *ctx);
    void *ctx;
};

void rc_call_set_sink(struct rc_call *call, const struct rc_call_sink *sink);
void rc_call_resume(struct rc_call *call); /* after RC_HTTP_PAUSE */

/* A part of a file as the request's body (S3 put, upload of a part); set right
 * after the start. Borrowed until done. */
void rc_call_set_file(struct rc_call *call, const struct rc_http_file *file);

/* Cancels it when it is in flight. NULL is allowed. */
void rc_call_free(struct rc_call *call);

/* Runs the loop until the call has ended. False and err filled (with a sentence of
 * the error) when it failed; the details are in rc_call_error. */
bool rc_call_wait(struct rc_call *call, struct rc_error *err);

bool rc_call_ended(const struct rc_call *call);

/* The answer as the operation's struct, valid until the call is freed; NULL when
 * it failed. Of an operation without one: a zeroed byte. */
const void *rc_call_answer(const struct rc_call *call);

enum rc_aws_fault {
    RC_AWS_NONE,
    RC_AWS_REQUEST,     /* refused here, before it was sent */
    RC_AWS_CREDENTIALS, /* none, expired, or not to be had */
    RC_AWS_NETWORK,     /* no answer: resolve, connect, TLS, cut */
    RC_AWS_TIMEOUT,
    RC_AWS_THROTTLED,
    RC_AWS_ACCESS,    /* 401, 403, AccessDenied… */
    RC_AWS_NOT_FOUND, /* 404, ResourceNotFound…, NoSuchKey… */
    RC_AWS_CONDITION, /* a condition did not hold: 412, ConditionalCheckFailed… */
    RC_AWS_CLIENT,    /* another 4xx */
    RC_AWS_SERVER,    /* 5xx */
    RC_AWS_MALFORMED, /* an answer that cannot be understood */
    RC_AWS_TOO_LARGE, /* an answer over its cap */
    RC_AWS_STOPPED,   /* by the sink */
    RC_AWS_MEMORY,
};

struct rc_throttle {
    const char *reason; /* "TableWriteKeyRangeThroughputExceeded" */
    const char *resource;
};

struct rc_aws_error {
    enum rc_aws_fault fault;
    int status;          /* HTTP; 0: no answer */
    const char *code;    /* AWS's own, without a namespace; "" when there is none */
    const char *message; /* AWS's own, or what failed here */
    const char *request_id;
    int attempts;
    const struct rc_throttle *throttles;
    size_t throttle_count;
    json_t *details; /* the whole error document, for members of some codes (Item,
                        CancellationReasons); NULL when it was no JSON */
};

/* NULL while it is in flight and when it succeeded. */
const struct rc_aws_error *rc_call_error(const struct rc_call *call);

/* Puts the error into words: "dynamodb PutItem: ResourceNotFoundException: …
 * (request 4F…, 3 attempts)". */
void rc_call_describe(const struct rc_call *call, struct rc_error *err);

const struct rc_operation *rc_call_operation(const struct rc_call *call);
struct rc_aws *rc_call_aws(const struct rc_call *call);
int rc_call_attempts(const struct rc_call *call);

/* For those who wait out throttles themselves: one ends the call. Before the loop runs. */
void rc_call_leave_throttles(struct rc_call *call);

/* For what would be done twice: sent again only when it cannot have been taken, as the operations
 * with RC_OP_NO_RETRY are. Before the loop runs. NULL is allowed. */
void rc_call_ask_once(struct rc_call *call);

const char *rc_call_request_id(const struct rc_call *call); /* "" when there is none */

/* ----- pages ----- */

struct rc_pages;

/* Given each page; false stops. The page is gone when it returns. */
typedef bool (*rc_page)(void *ctx, const void *answer);

/* Every page of an operation that has pages (page_in, page_out), one after the other, from
 * the token in `in` on. What `in` points to is borrowed until the end. `done` is called once,
 * unless the pages are freed before; it gets the last call, with its answer or the error that
 * ended the list before it was all there, and must not free it, but may free the pages. NULL
 * without memory. */
struct rc_pages *rc_pages_start(struct rc_aws *aws, const struct rc_operation *operation,
                                const void *in, rc_page page, rc_done done, void *ctx);
void rc_pages_free(struct rc_pages *pages); /* cancels it; NULL is allowed */

/* Runs the loop until the last page. False with an error when a page failed, or when
 * pages is NULL. */
bool rc_pages_wait(struct rc_pages *pages, struct rc_error *err);

/* Of the page that failed; RC_AWS_NONE: none did. */
enum rc_aws_fault rc_pages_fault(const struct rc_pages *pages);

#endif
