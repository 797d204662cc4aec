/* What the files of model/live*.c share: live.c (session, database, listings),
 * live_health.c, live_files.c, live_queues.c, live_ages.c, live_messages.c, live_object.c,
 * live_rollups.c, live_machine.c, live_runs.c, live_run.c, live_logs.c; and what tests use to
 * bring a loop of their own. */
#ifndef RC_MODEL_LIVE_INTERNAL_H
#define RC_MODEL_LIVE_INTERNAL_H

#include "aws/session.h"
#include "model/live.h"
#include "model/live_health.h"

#include <sqlite3.h>

enum {
    RC_LIVE_APPLICATION_ID = 0x52434C56, /* PRAGMA application_id: "RCLV" */
    RC_LIVE_SCHEMA = 1,
    RC_LIVE_DAY_APPLICATION_ID = 0x52434C44, /* "RCLD": a day file that is being filled */
    RC_TIME_TEXT = 32,
};

/* A live session over somebody else's client. */
struct rc_live *rc_live_new(struct rc_aws *aws, struct rc_error *err);

struct rc_aws *rc_live_aws(const struct rc_live *live);
struct rc_loop *rc_live_loop(const struct rc_live *live);
void rc_live_note(const struct rc_live *live, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Counts listings and downloads: while there are any, closing frees nothing that they
 * use. */
void rc_live_use(struct rc_live *live, int by);

/* ----- databases ----- */

/* One that nobody else sees: in a folder of its own until its name is taken away. */
struct rc_live_file {
    char folder[256], path[288];
};

/* Makes the folder, on a disk where the database may get large, else in memory where the system
 * offers that; the database is still to come. False with an error. */
bool rc_live_file_make(struct rc_live_file *file, bool large, struct rc_error *err);

/* Takes its name away, and those of what SQLite has beside it; whoever has it open reads on. */
void rc_live_file_remove(struct rc_live_file *file);

/* ----- the database of the session ----- */

/* NULL with an error. */
sqlite3_stmt *rc_live_prepare(struct rc_live *live, const char *sql, struct rc_error *err);

/* Runs a statement that gives no rows, and makes it ready for the next. False with an
 * error. */
bool rc_live_step(struct rc_live *live, sqlite3_stmt *statement, struct rc_error *err);
int64_t rc_live_last_row(const struct rc_live *live);
bool rc_live_changed(const struct rc_live *live); /* whether the last statement did */

/* One transaction a page. What a commit refuses is gone: false with an error. */
void rc_live_begin(struct rc_live *live);
bool rc_live_commit(struct rc_live *live, struct rc_error *err);

/* NULL or "": none. */
void rc_bind_text(sqlite3_stmt *statement, int at, const char *text);

/* "2026-04-01T12:00:00Z"; "" for 0. */
void rc_time_text(int64_t unix_ms, char text[RC_TIME_TEXT]);

/* The same with milliseconds: "2026-04-01T12:00:00.000Z". */
void rc_instant_text(int64_t unix_ms, char text[RC_TIME_TEXT]);

/* ----- the state machine (live_machine.c) ----- */

enum { RC_ARN_BYTES = 320 };

/* As it was found once; "" before that. */
char *rc_live_machine_arn(struct rc_live *live);

/* Where the pipeline's state machine is: RECON_MACHINE_ARN, or that of the stack's name in
 * the caller's account. */
struct rc_machine {
    struct rc_live *live;
    struct rc_call *call;
    char arn[RC_ARN_BYTES];
    void (*found)(void *ctx); /* arn is "" when `why` says why not */
    void *ctx;
    struct rc_error why;
};

/* Calls `found` once, perhaps before it returns. Stop it before it goes. */
void rc_machine_seek(struct rc_machine *machine, struct rc_live *live, void (*found)(void *ctx),
                     void *ctx);
void rc_machine_stop(struct rc_machine *machine);

/* The ARN of an execution by its name. */
void rc_machine_execution(const struct rc_machine *machine, const char *name,
                          char arn[RC_ARN_BYTES]);

/* ----- listings ----- */

struct rc_listing_kind {
    const char *table;                        /* of the session's that has its rows; NULL: none */
    size_t size;                              /* of its struct, which begins with a rc_listing */
    void (*stop)(struct rc_listing *listing); /* ends its calls and timers */
    void (*release)(struct rc_listing *listing);
};

struct rc_listing {
    struct rc_live *live;
    const struct rc_listing_kind *kind;
    int64_t number;
    enum rc_listing_state state;
    bool settled; /* is not loading */
    uint64_t rows, version;
    bool attention; /* there is something among the rows that needs it */
    struct rc_error err;
    enum rc_live_trouble trouble;
};

/* The kind's struct, zeroed but for the listing in it; NULL without memory. */
struct rc_listing *rc_listing_new(struct rc_live *live, const struct rc_listing_kind *kind,
                                  struct rc_error *err);

/* How a listing ends, once: what comes after the first of these says nothing. */
void rc_listing_complete(struct rc_listing *listing);
void rc_listing_fail(struct rc_listing *listing, const struct rc_error *err);

/* Fails with what the call failed with and what to do about it. */
void rc_listing_fail_by(struct rc_listing *listing, const struct rc_call *call,
                        const char *permission);

/* Appends what to do about a failure at AWS to what is said of it; nothing where that is not
 * known. The permission is what its request needs. */
void rc_live_add_remedy(const struct rc_aws *aws, enum rc_aws_fault fault, const char *code,
                        const char *permission, struct rc_error *err);

/* Puts the error of a call into words, with the remedy. */
void rc_live_explain(const struct rc_call *call, const char *permission, struct rc_error *err);

/* ----- how it fares (live_health.c) ----- */

struct rc_live_health;

/* Is told of the client's calls until it is freed; NULL without memory. */
struct rc_live_health *rc_live_health_new(struct rc_aws *aws);
void rc_live_health_free(struct rc_live_health *health); /* NULL is allowed */

struct rc_live_health *rc_live_health(const struct rc_live *live);
enum rc_live_trouble rc_live_trouble_of(const struct rc_call *call);

/* Whether AWS's code says that the keys are not good, whatever they may do. */
bool rc_live_is_login(const char *code);

/* ----- objects that are kept (live_object.c) ----- */

struct rc_live_objects;

struct rc_live_objects **rc_live_objects(struct rc_live *live);
void rc_live_objects_free(struct rc_live_objects *objects);

/* ----- what CloudWatch said for the pulse (live_pulse_metrics.c) ----- */

struct rc_pulse_kept;

struct rc_pulse_kept **rc_live_pulse_kept(struct rc_live *live);
void rc_pulse_kept_free(struct rc_pulse_kept *kept); /* NULL is allowed */

/* ----- ages of queues (live_ages.c) ----- */

struct rc_ages;

#define RC_AGES_UNKNOWN "the ages of the oldest messages are not known"

/* Asks CloudWatch for the age of the oldest message of each queue, and calls `age` for
 * those that are known, then `done` once, which may free them; what is not known is a note of
 * the session. `names` are borrowed. NULL without memory. */
struct rc_ages *rc_ages_start(struct rc_live *live, const char *const *names, size_t count,
                              void (*age)(void *ctx, size_t index, int64_t seconds),
                              void (*done)(void *ctx), void *ctx);
void rc_ages_free(struct rc_ages *ages);

#endif
