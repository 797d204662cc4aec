/* Lambda: what its files share. A function is a program on this machine; its instances
 * are processes that ask for work through the Lambda Runtime API. */
#ifndef RC_LOCAL_LAMBDA_H
#define RC_LOCAL_LAMBDA_H

#include "base/buf.h"
#include "local/exchange.h"
#include "local/process.h"

/* Source: "Lambda quotas", AWS Lambda Developer Guide. */
enum {
    RC_LAMBDA_ACCOUNT_CONCURRENCY = 1000,
    RC_LAMBDA_UNRESERVED_LEAST = 100,
    RC_LAMBDA_SYNC_BYTES = 6 << 20,
    RC_LAMBDA_ASYNC_BYTES = 1 << 20,
    RC_LAMBDA_TIMEOUT_MOST_S = 900,
};

#define RC_LAMBDA_ARN "arn:aws:lambda:" RC_LOCAL_REGION ":" RC_LOCAL_ACCOUNT ":function:"

struct rc_lambda_instance;

struct rc_lambda_function {
    char *name;
    json_t *config;   /* FunctionConfiguration, as it is answered */
    int64_t reserved; /* -1: nothing is reserved */
    int64_t timeout_ms;
    int running;  /* instances at work: its concurrency */
    int users;    /* instances of all kinds and invocations */
    bool deleted; /* it is released with its last user */
    struct rc_lambda_function *next;
};

struct rc_local_lambda_state {
    struct rc_local *local;
    struct rc_lambda_function *functions;
    struct rc_lambda_instance *instances;
    struct rc_local_invocation *invocations;
    int running;           /* instances at work, of all functions */
    struct rc_timer queue; /* when the next asynchronous event is due */
};

struct rc_local_invocation {
    struct rc_local *local;
    struct rc_lambda_function *function; /* NULL: there was none */
    struct rc_lambda_instance *instance;
    char request_id[37];
    struct rc_buf payload;
    rc_local_invoked done; /* NULL: nobody cares any more */
    void *ctx;
    int64_t began_ms;
    int64_t ended_ms;         /* 0: it has not answered */
    const char *answer_error; /* then payload is the answer */
    struct rc_buf tail;       /* the end of its log */
    struct rc_timer soon;     /* when it fails before it began */
    const char *fault;        /* then: what of */
    struct rc_buf fault_text; /* and the payload */
    struct rc_local_invocation *next, **link;
};

/* ----- local/lambda.c ----- */

/* The name out of a name, an ARN or a part of one; "" when it is none. */
void rc_lambda_name(const char *given, char name[65]);
/* By any of these; NULL when there is none: there are no versions and aliases, so that a
 * qualifier other than "$LATEST" names none. It lives as long as it is not deleted or, for
 * who counts among its users, until rc_lambda_leave. */
struct rc_lambda_function *rc_lambda_find(struct rc_local *local, const char *given);
/* The path's FunctionName; NULL: there is none, and the exchange has failed. */
struct rc_lambda_function *rc_lambda_need(struct rc_exchange *exchange);
/* The body as a JSON object into exchange->in; false: the exchange has failed. */
bool rc_lambda_read(struct rc_exchange *exchange);
/* What the functions that reserve leave for the others. */
int64_t rc_lambda_unreserved(const struct rc_local_lambda_state *state);
/* One user fewer. */
void rc_lambda_leave(struct rc_lambda_function *function);

/* ----- local/lambda_function.c: the operations about functions ----- */

/* Takes up those in the table; false without memory. */
bool rc_lambda_load(struct rc_local *local, struct rc_error *err);
void rc_lambda_create(struct rc_exchange *exchange);
void rc_lambda_update(struct rc_exchange *exchange);
void rc_lambda_get(struct rc_exchange *exchange);
void rc_lambda_get_config(struct rc_exchange *exchange);
void rc_lambda_list(struct rc_exchange *exchange);
void rc_lambda_delete(struct rc_exchange *exchange);
void rc_lambda_put_concurrency(struct rc_exchange *exchange);
void rc_lambda_get_concurrency(struct rc_exchange *exchange);
void rc_lambda_delete_concurrency(struct rc_exchange *exchange);
void rc_lambda_get_account(struct rc_exchange *exchange);

/* ----- local/lambda_instance.c: processes ----- */

/* Gives the invocation to an idle instance or to a new one; false, with the reason, when
 * the program cannot be started. */
bool rc_lambda_assign(struct rc_local_invocation *invocation, struct rc_error *err);
/* Idle instances end now, others when they are done. */
void rc_lambda_retire(struct rc_local *local, const struct rc_lambda_function *function);
/* Without a word to anybody, when reconlocal ends. */
void rc_lambda_kill_all(struct rc_local *local);

/* The Runtime API. */
void rc_lambda_runtime_next(struct rc_exchange *exchange);
void rc_lambda_runtime_response(struct rc_exchange *exchange);
void rc_lambda_runtime_error(struct rc_exchange *exchange);
void rc_lambda_runtime_init_error(struct rc_exchange *exchange);

/* ----- local/lambda_invoke.c ----- */

void rc_lambda_invoke(struct rc_exchange *exchange);
/* Without a word to anybody, when reconlocal ends. */
void rc_lambda_drop_all(struct rc_local *local);
/* Keeps the answer, for when the instance has asked for more work or has ended. */
bool rc_lambda_keep_answer(struct rc_local_invocation *invocation, const char *payload,
                           size_t length, const char *function_error);
/* Tells the kept answer from the loop. */
void rc_lambda_finish_soon(struct rc_local_invocation *invocation);
/* Tells whoever waits, counts it, and releases it. */
void rc_lambda_finish(struct rc_local_invocation *invocation, const char *payload, size_t length,
                      const char *function_error);
/* A metric of a function, or of all (NULL). */
void rc_lambda_count(struct rc_local *local, const char *function, const char *metric, double value,
                     const char *unit);

/* As rc_local_invoke, with the id that the request is to have (NULL: a new one). */
struct rc_local_invocation *rc_lambda_start(struct rc_local *local, const char *function,
                                            const char *request_id, const char *payload,
                                            size_t length, rc_local_invoked done, void *ctx);

/* ----- local/lambda_async.c: the queue of events ----- */

/* Keeps an event (JSON) for a function that there is, under the id of its request; false
 * when the store fails. Part of a transaction. */
bool rc_lambda_enqueue(struct rc_local *local, const char *id, const char *function,
                       const char *payload, size_t length);
/* After a start: what was at work is due again. */
void rc_lambda_resume_queue(struct rc_local *local);
void rc_lambda_put_event_config(struct rc_exchange *exchange);
void rc_lambda_get_event_config(struct rc_exchange *exchange);
void rc_lambda_delete_event_config(struct rc_exchange *exchange);

#endif
