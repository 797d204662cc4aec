/* Writes a reconciled day as a day file: DIR/day.db, an SQLite database whose
 * schema docs/dayfile.md describes, and DIR/rollup.json, the day's JSON.
 *
 * A day file appears under its name only when it is complete and on the disk:
 * until then it is built under a temporary name beside it. Rows are written as
 * they come, so memory does not grow with their number. A writer belongs to one
 * thread at a time.
 *
 * Texts and raw bytes are stored as they are given: card numbers must be masked
 * by the caller. */
#ifndef RC_MODEL_DAYFILE_H
#define RC_MODEL_DAYFILE_H

#include "core/day.h"
#include "core/outcome.h"

enum {
    RC_DAYFILE_SCHEMA = 2,                  /* PRAGMA user_version */
    RC_DAYFILE_SCHEMA_OLDEST = 1,           /* that is still read */
    RC_DAYFILE_APPLICATION_ID = 0x52434459, /* PRAGMA application_id: "RCDY" */
};

struct rc_dayfile;

/* A record that was not accepted. */
struct rc_dayfile_rejected {
    enum rc_side side;
    struct rc_where where;
    const char *field; /* NULL or "": the record as a whole */
    const char *reason;
    const uint8_t *raw; /* masked; NULL: not kept */
    uint32_t raw_length;
};

/* How the day was made. Numbers that are 0 and texts that are NULL are unknown. */
struct rc_dayfile_run {
    const char *version; /* of the program */
    const char *command; /* the command line */
    const char *started; /* an instant, UTC, as in 2026-04-01T12:00:00Z */
    uint64_t elapsed_ms;
    uint64_t memory_bytes;  /* the limit that was set */
    uint64_t spilled_bytes; /* written to temporary files to stay below it */
    uint32_t threads;
};

/* Makes the directory (and those above it) where it is missing and begins a day
 * file in it. NULL with an error on failure; what it gives must go to
 * rc_dayfile_finish or rc_dayfile_abort. */
struct rc_dayfile *rc_dayfile_create(const char *dir, struct rc_error *err);

bool rc_dayfile_add_rejected(struct rc_dayfile *writer, const struct rc_dayfile_rejected *rejected,
                             struct rc_error *err);

/* shard: the one the outcome counts in. */
bool rc_dayfile_add_discrepancy(struct rc_dayfile *writer, uint32_t shard,
                                const struct rc_outcome *outcome, struct rc_error *err);

/* The layout of a side, as JSON, so that records can be shown with their fields
 * wherever the day file goes. */
bool rc_dayfile_add_layout(struct rc_dayfile *writer, enum rc_side side, const char *json,
                           struct rc_error *err);

bool rc_dayfile_add_run(struct rc_dayfile *writer, const struct rc_dayfile_run *run,
                        struct rc_error *err);

/* Writes what the finished day adds up to, makes the indexes and puts both files
 * under their names. Ends and frees the writer, whether it succeeds or not; after
 * a failure there is no half file. */
bool rc_dayfile_finish(struct rc_dayfile *writer, const struct rc_day *day, struct rc_error *err);

/* Ends and frees the writer and removes what it wrote. NULL is allowed. */
void rc_dayfile_abort(struct rc_dayfile *writer);

#endif
