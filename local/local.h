/* reconlocal: an AWS on one machine. What its services share: the loop, the virtual
 * clock, the store, and how one service makes another do something. Everything runs on
 * one thread, so nothing is locked. */
#ifndef RC_LOCAL_LOCAL_H
#define RC_LOCAL_LOCAL_H

#include "aws/loop.h"
#include "base/error.h"
#include "base/timeline.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The one account, region and key that there are. */
#define RC_LOCAL_ACCOUNT "000000000000"
#define RC_LOCAL_REGION "us-east-1"
#define RC_LOCAL_ACCESS_KEY "local"
#define RC_LOCAL_SECRET_KEY "local-secret"

struct rc_local_options {
    const char *state;    /* folder; made when it is missing */
    int port;             /* 0: a free one */
    double speed;         /* virtual seconds a real one, 1 to 1000 */
    double partition_wcu; /* of one partition; 0: 1,000, as at AWS */
    double partition_rcu; /* 0: 3,000 */
    int64_t clock_ms;     /* its time begins or goes on no earlier, since 1970, UTC; 0: now */
    const char *weather;  /* a file with rules; NULL: fair */
    uint64_t seed;        /* of everything that is left to chance */
};

struct rc_local_services; /* what the services keep in memory: local/services.h */
struct rc_weather;
struct rc_server;

struct rc_local {
    const struct rc_local_options *options;
    struct rc_loop *loop;
    sqlite3 *db;
    struct rc_local_services *services;
    struct rc_weather *weather;
    struct rc_server *server;
    char endpoint[64];       /* "http://127.0.0.1:PORT" */
    struct rc_timeline time; /* virtual */
    int64_t kept_ms;         /* the latest virtual time that the store knows */
    uint64_t chance_state;
};

/* ----- time: all of the services' time is virtual ----- */

int64_t rc_local_now_ms(const struct rc_local *local); /* since 1970, UTC */

/* Goes on where the last process left off: virtual time never runs back, however fast it
 * was, and what is left to chance is not what it was then (ids would come again). A state
 * that was given a time of its own keeps it; others catch up with this machine's. */
bool rc_local_resume(struct rc_local *local, struct rc_error *err);

/* Keeps the time in the store, each virtual second; part of a transaction. */
void rc_local_keep_time(struct rc_local *local);

/* A timer of the loop that runs after so many virtual milliseconds. */
bool rc_local_timer(struct rc_local *local, struct rc_timer *timer, int64_t after_ms);

double rc_local_chance(struct rc_local *local); /* 0 <= chance < 1, seeded */

/* The same with a state of one's own, which is not 0. */
double rc_chance(uint64_t *state);

/* A new id as AWS writes them: 8-4-4-4-12 hex digits; text has 37 bytes. */
void rc_local_uuid(struct rc_local *local, char *text);

/* ----- the store: one SQLite file, WAL ----- */

/* Compiled once a text and kept; reset it when done (rc_local_done). Never NULL: a
 * statement that does not compile is a mistake of ours and ends the program. */
sqlite3_stmt *rc_local_sql(struct rc_local *local, const char *sql);
void rc_local_done(sqlite3_stmt *statement); /* resets it and forgets its values */

/* Runs a statement to its end; true when it ended well. One that did not is told on stderr
 * and spoils its transaction. */
bool rc_local_run(struct rc_local *local, sqlite3_stmt *statement);

/* Every request is one transaction, which is committed before it is answered, so that
 * what was acknowledged is there after a kill; the server begins and ends it. What
 * happens from timers calls these itself. They nest: the outermost decides, and what is
 * spoiled or rolled back within is undone with all of it. Commit gives false when nothing
 * was kept (inside: will be). */
void rc_local_begin(struct rc_local *local);
bool rc_local_commit(struct rc_local *local);
void rc_local_rollback(struct rc_local *local);

/* ----- what services do for each other ----- */

/* CloudWatch: one value of a metric at the present time. dimensions: pairs of name and
 * value, NULL at the end, in the order of their names. */
void rc_local_metric(struct rc_local *local, const char *space, const char *name, double value,
                     const char *unit, const char *const *dimensions);

/* Logs: appends one line to a stream; group and stream are made when they are missing. */
void rc_local_log(struct rc_local *local, const char *group, const char *stream, int64_t at_ms,
                  const char *line, size_t length);

/* EventBridge: an event comes in, as PutEvents would bring it (S3's are one). detail is
 * borrowed. */
void rc_local_event(struct rc_local *local, const char *source, const char *detail_type,
                    const json_t *detail);

/* SQS: sends a message to a queue by its ARN; false when there is none. */
bool rc_local_send(struct rc_local *local, const char *queue_arn, const char *body);

/* Runs a function: done gets its answer (status, payload, and error when it failed:
 * "Unhandled", "Sandbox.Timedout", or a fault of the service such as
 * "TooManyRequestsException"). Called from the loop, once. NULL when it cannot be
 * begun; cancel stops caring. */
struct rc_local_invocation;
typedef void (*rc_local_invoked)(void *ctx, const char *payload, size_t length,
                                 const char *function_error);
struct rc_local_invocation *rc_local_invoke(struct rc_local *local, const char *function,
                                            const char *payload, size_t length,
                                            rc_local_invoked done, void *ctx);
void rc_local_invoke_cancel(struct rc_local_invocation *invocation);

/* Gives a function an event, as Invoke with the type Event does: Lambda has it from then
 * on, with its retries, destinations and dead-letter queue. False with an error code in
 * *code. Part of a transaction. */
bool rc_local_invoke_later(struct rc_local *local, const char *function, const char *payload,
                           const char **code);

/* Starts an execution; name may be NULL. False with an error code in *code. */
bool rc_local_start_execution(struct rc_local *local, const char *machine_arn, const char *name,
                              const char *input, const char **code);

/* DynamoDB for the state machine: one operation ("PutItem") with its JSON request;
 * gives its JSON answer (a new reference), or NULL with code and message. */
json_t *rc_local_dynamodb_do(struct rc_local *local, const char *operation, json_t *request,
                             char code[96], char message[256]);

#endif
