/* What is at AWS now, as rows: files, queues, messages, rollups, runs, logs. What it answers
 * goes page by page into a temporary database, over which the tables "files", "queues",
 * "messages", "rollups", "runs", "run" and "logs" of model/tables_live.c are read as those of a day
 * are (model/table.h).
 *
 * Nothing here waits, but for rc_listing_wait. Whoever has an event loop watches one
 * descriptor and one timeout and calls rc_live_run; what came is seen in what the
 * listings and downloads say of themselves afterwards. One thread, but for the models. */
#ifndef RC_MODEL_LIVE_H
#define RC_MODEL_LIVE_H

#include "base/buf.h"
#include "model/logs_words.h"
#include "model/table.h"

struct rc_session_options; /* aws/session.h */
struct rc_live;

/* Nothing is sent yet. NULL with an error. */
struct rc_live *rc_live_open(const struct rc_session_options *options, struct rc_error *err);

/* Free listings and downloads first: while there are any, only what is on the disk goes.
 * NULL is allowed. */
void rc_live_close(struct rc_live *live);

/* Opens as many models of the database as there are threads that read it, and takes its
 * name away: however the program ends, nothing is left behind. Once. The models are the
 * caller's; none is open when it fails. */
bool rc_live_models(struct rc_live *live, struct rc_model **models, size_t count,
                    struct rc_error *err);

/* What time it is there, in ms since 1970, UTC: that of this machine, unless a service said that
 * it is off, on the session's timeline. Ages are counted from now on back. */
int64_t rc_live_now_ms(const struct rc_live *live);

/* Whom it asks: "production eu-west-1"; and as which profile. */
const char *rc_live_place(const struct rc_live *live);
const char *rc_live_profile(const struct rc_live *live);

/* Takes what is worth knowing and no failure: what one of many requests failed with. */
void rc_live_on_note(struct rc_live *live, void (*note)(void *ctx, const char *text), void *ctx);

/* ----- for whoever waits ----- */

int rc_live_fd(const struct rc_live *live);      /* readable: call rc_live_run */
int rc_live_wait_ms(const struct rc_live *live); /* call it after so long; -1: never */

/* Takes what has come, but no further answer once a part of a frame has passed, so that a key
 * is not kept waiting by many answers at once; what is left is still readable. */
enum { RC_LIVE_TURN_MS = 5 };
void rc_live_run(struct rc_live *live);

/* Runs for about so long: a quarter more or less, by chance, so that many who ask again do
 * not ask at once. */
void rc_live_pass(struct rc_live *live, int64_t about_ms);

/* ----- listings ----- */

enum rc_listing_state {
    RC_LISTING_LOADING,
    RC_LISTING_COMPLETE,
    RC_LISTING_CANCELLED,
    RC_LISTING_FAILED,
};

struct rc_listing;

enum { RC_S3_BUCKET_BYTES = 256, RC_S3_KEY_BYTES = 1025 };

/* A bucket, and the beginning of keys or a key in it. */
struct rc_s3_place {
    char bucket[RC_S3_BUCKET_BYTES]; /* "": all buckets */
    char key[RC_S3_KEY_BYTES];
};

/* An object, or one version of it. */
struct rc_s3_object_name {
    struct rc_s3_place place;
    char version[RC_S3_KEY_BYTES]; /* "": the newest */
};

/* "[s3://]BUCKET/KEY[@VERSION]", at the last '@': a key that has one needs another behind it.
 * False with an error. */
bool rc_s3_object_name_read(const char *text, struct rc_s3_object_name *name, struct rc_error *err);

/* "s3://BUCKET[/KEY]", or "" for all buckets; false with an error. */
bool rc_s3_place_read(const char *text, struct rc_s3_place *place, struct rc_error *err);

/* Each starts a listing whose rows are those of its number (rc_table_query.scope). NULL
 * without memory; any other failure is the listing's. */

/* Buckets, or the folders and files below a prefix. */
struct rc_listing *rc_live_files(struct rc_live *live, const struct rc_s3_place *place,
                                 struct rc_error *err);

/* The programs of the pipeline's catalog, then the buckets. Where one of the two cannot be
 * asked for, that is a note and the other is shown. */
struct rc_listing *rc_live_programs(struct rc_live *live, struct rc_error *err);

/* The files that the pipeline has seen of a program, the newest date first; those that failed
 * before their date was known stand in front. date: of one day alone; NULL or "": all. */
struct rc_listing *rc_live_program_files(struct rc_live *live, const char *program,
                                         const char *date, struct rc_error *err);

/* One file, or the version of it that is named, as facts (the table "file"): what its item, its
 * delivery and the day say, header fields, controls, rejected records, and the versions of its
 * object. What of it cannot be asked for is a note of the session. */
struct rc_listing *rc_live_file(struct rc_live *live, const struct rc_s3_object_name *name,
                                struct rc_error *err);

/* Asks the pipeline what it knows of these rows of a listing of rc_live_files, of at most
 * RC_FILE_STATES, unless they have been asked for or an answer is still to come. The rows
 * change as it comes; a failure is a note of the session, and then no more is asked. */
enum { RC_FILE_STATES = 100 };
void rc_live_file_states(struct rc_listing *listing, const int64_t *keys, size_t count);

struct rc_listing *rc_live_queues(struct rc_live *live, struct rc_error *err);

/* What needs attention, the worst first, and how each program does (model/pulse.h). */
struct rc_listing *rc_live_pulse(struct rc_live *live, struct rc_error *err);

/* Whether there is anything among its rows that needs attention; of rc_live_pulse. */
bool rc_listing_attention(const struct rc_listing *listing);

/* The days of the pipeline's catalog with their rollups. */
struct rc_listing *rc_live_rollups(struct rc_live *live, struct rc_error *err);

/* The rollups that a day has had, the oldest first; date as YYYY-MM-DD. RC_USAGE when there
 * can be no such day. */
struct rc_listing *rc_live_versions(struct rc_live *live, const char *program, const char *date,
                                    struct rc_error *err);

/* The queue of what failed for good, where the worker's own variable
 * (RECON_FAILED_QUEUE_URL, docs/worker.md) names no other. */
const char *rc_live_failed_queue(void);

/* Who asks, whom, with what, and what that has cost. What is not known says why. */
struct rc_listing *rc_live_identity(struct rc_live *live, struct rc_error *err);

/* Appends the address of a page of AWS's console: `path` with words of the user's percent-encoded
 * already, "/sqs/v3/home?region=%s#/queues", where %s is the region. False where the partition is
 * not known to have one, or AWS is not what is asked. */
bool rc_live_address(const struct rc_live *live, const char *path, struct rc_buf *out);

enum {
    RC_RUNS_DAYS = 7,     /* how far back runs are looked for */
    RC_RUNS_MOST = 20000, /* that are listed: the newest of each day first */
};

/* The runs of the pipeline: what their items tell (pipeline/run_log.h) of those that began in
 * the last days, and the executions that run or have failed. Each once. */
struct rc_listing *rc_live_runs(struct rc_live *live, struct rc_error *err);

/* One run, by the name of its execution: itself, its steps, their attempts and the waits
 * between them, as the execution's history has them, or, where that cannot be had, the
 * steps of its item. */
struct rc_listing *rc_live_history(struct rc_live *live, const char *name, struct rc_error *err);

/* What is known of that run as a whole; "" and 0 for what is not (yet). Valid as long as the
 * listing. */
struct rc_run_about {
    char name[128], arn[320];
    char status[24]; /* of the execution: "RUNNING", "FAILED", …; "" */
    char program[40], date[12], side[12];
    char bucket[RC_S3_BUCKET_BYTES], object[RC_S3_KEY_BYTES], version[RC_S3_KEY_BYTES];
    int64_t began_ms, ended_ms, seen_ms; /* seen: when it was asked for */
    uint64_t events;                     /* of the history */
    bool cut;                            /* there is more than is shown */
};

const struct rc_run_about *rc_live_history_about(const struct rc_listing *listing);

/* When a function on Lambda is ended: "Lambda quotas", AWS Lambda Developer Guide. */
enum { RC_LAMBDA_CEILING_MS = 15 * 60 * 1000 };

enum {
    RC_LOGS_LINES = 100000,    /* most lines that are kept: the newest ones */
    RC_LOGS_BYTES = 128 << 20, /* and most of their texts */
};

/* Lines of logs; complete when all there is has come. */
struct rc_listing *rc_live_logs(struct rc_live *live, const struct rc_logs_words *words,
                                struct rc_error *err);

/* Asks for what has come since then, into the same listing. Nothing, as long as it is not
 * complete, and when no more can come. */
void rc_live_logs_more(struct rc_listing *listing);

struct rc_logs_about {
    int64_t from_ms, until_ms; /* until 0: as they come */
    int64_t seen_ms;           /* when it was asked last */
    uint64_t folded;           /* lines of metrics that came and are not shown */
    bool ended;                /* no more can come: the run has ended a while ago */
    bool cut;                  /* older lines had to go */
};

const struct rc_logs_about *rc_live_logs_about(const struct rc_listing *listing);

/* The whole of a line by the key of its row, JSON indented. The caller's; NULL with an
 * error. */
char *rc_log_event_read(struct rc_model *model, int64_t key, struct rc_error *err);

/* What operators did and tried in the last days, as it is kept at AWS (ops/audit.h), the newest
 * first. */
enum { RC_AUDIT_DAYS = 30 };
struct rc_listing *rc_live_audit(struct rc_live *live, struct rc_error *err);

/* The whole of an entry by the key of its row, indented. The caller's; NULL with an error. */
char *rc_audit_entry_read(struct rc_model *model, int64_t key, struct rc_error *err);

/* What people wrote of the discrepancies of a day (the table "notes"), or of one transaction ("":
 * of all). RC_USAGE when there can be no such day. */
struct rc_listing *rc_live_notes(struct rc_live *live, const char *program, const char *date,
                                 const char *transaction, struct rc_error *err);

/* As pipeline/keys.h, rc_key_note, has it; "" for what is not there. */
struct rc_note {
    const char *at, *kind, *who, *text, *reason, *assignee;
};

/* Calls `each` with the notes of a listing, the oldest first; false with an error. */
bool rc_notes_read(struct rc_model *model, int64_t listing,
                   void (*each)(void *ctx, const struct rc_note *note), void *ctx,
                   struct rc_error *err);

enum { RC_LIVE_PEEK = 50, RC_LIVE_PEEK_MOST = 1000 };

/* Receives up to `most` messages, which come back to the queue after two seconds. Each
 * counts as received once more, so that a redrive policy may move it away. */
struct rc_listing *rc_live_messages(struct rc_live *live, const char *name_or_url, uint64_t most,
                                    struct rc_error *err);

int64_t rc_listing_number(const struct rc_listing *listing);
enum rc_listing_state rc_listing_state(const struct rc_listing *listing);
uint64_t rc_listing_rows(const struct rc_listing *listing);    /* so far */
uint64_t rc_listing_version(const struct rc_listing *listing); /* changes with every row */
const struct rc_error *rc_listing_error(const struct rc_listing *listing);

/* Ends its requests; the rows that have come stay. */
void rc_listing_cancel(struct rc_listing *listing);

/* The rows go soon after. NULL is allowed. */
void rc_listing_free(struct rc_listing *listing);

/* Runs until all has come; false when it failed. */
bool rc_listing_wait(struct rc_listing *listing, struct rc_error *err);

/* ----- one message ----- */

struct rc_message_shown {
    char *id, *sent, *first_received, *sender, *group;
    char *attributes;                                          /* name and value, a line each */
    char *bucket, *key, *version, *run, *step, *error, *cause; /* that it is about, as far as the
                                                                  pipeline wrote it; "" */
    char *body;                                                /* JSON is indented */
    uint64_t receives, bytes;
};

/* By the key of its row; NULL with an error. */
struct rc_message_shown *rc_message_read(struct rc_model *model, int64_t key, struct rc_error *err);
void rc_message_free(struct rc_message_shown *message);

/* ----- objects ----- */

/* Most that is fetched to be looked at. */
#define RC_LIVE_OBJECT_BYTES ((uint64_t)64 << 30)

struct rc_download_request {
    const char *bucket, *key;
    const char *version;  /* NULL, "", or "null" and what the pipeline writes behind it where a
                             bucket keeps none: the newest */
    const char *etag;     /* without quotes: no other contents; NULL or "": any */
    uint64_t first_bytes; /* only so many; 0: all */
    const char *path;     /* of a file that is not there yet; NULL: a temporary one */
};

struct rc_download;

/* NULL with an error when it cannot start. */
struct rc_download *rc_live_download(struct rc_live *live,
                                     const struct rc_download_request *request,
                                     struct rc_error *err);
enum rc_listing_state rc_download_state(const struct rc_download *download);
const struct rc_error *rc_download_error(const struct rc_download *download);
uint64_t rc_download_bytes(const struct rc_download *download);   /* that have come */
uint64_t rc_download_size(const struct rc_download *download);    /* of the object; 0: not known */
const char *rc_download_etag(const struct rc_download *download); /* of the object; "" */
int rc_download_fd(const struct rc_download *download);           /* of the temporary file */

/* Ends it when it runs; what is not complete leaves no file. NULL is allowed. */
void rc_download_free(struct rc_download *download);

/* An object that was fetched, as long as the session lasts or until RC_LIVE_OBJECTS more
 * were. Its file has no name, only this path. */
enum { RC_LIVE_OBJECTS = 16 };

struct rc_live_object {
    uint64_t number;
    char place[RC_S3_BUCKET_BYTES + RC_S3_KEY_BYTES + 8]; /* "s3://bucket/key" */
    char version[RC_S3_KEY_BYTES];                        /* that was asked for */
    char path[40];
    char layout[1024];
};

/* Takes over a complete download, to be read by a layout; gives its number, from 1, and
 * frees the download. 0 without memory, and then it is freed, too. */
uint64_t rc_live_keep(struct rc_live *live, struct rc_download *download, const char *layout);

/* Where a layout of that text can be read from as long as the session lasts; NULL: there are too
 * many, or no memory. */
enum { RC_LIVE_LAYOUTS = 64 };
const char *rc_live_layout_path(struct rc_live *live, const char *text);

/* NULL: it is not kept any more. Valid until another one is kept. */
const struct rc_live_object *rc_live_object(struct rc_live *live, uint64_t number);

/* The one that was kept last of that version of an object (not ""), read by that layout, or by
 * any (""); NULL: none. */
const struct rc_live_object *
rc_live_object_find(struct rc_live *live, const struct rc_s3_object_name *name, const char *layout);

#endif
