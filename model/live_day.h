/* A day of the pipeline as a day file (docs/dayfile.md) that fills page by page from
 * DynamoDB: what its rollup says first, then the discrepancies of all shards and the rejected
 * records, some queries at a time. Every view of a day reads it while it fills: sums and order
 * change as pages come, ids stay.
 *
 * It lies in a temporary file, so that memory does not grow with the day. Like everything of
 * model/live.h it never waits, belongs to one thread but for its models, and asks nothing
 * by itself after it is complete. */
#ifndef RC_MODEL_LIVE_DAY_H
#define RC_MODEL_LIVE_DAY_H

#include "model/live.h"

struct rc_live_day;

enum { RC_LIVE_DAY_QUERIES = 8 }; /* of a day that run at once */

/* Begins to fill the day of a program; date as YYYY-MM-DD. NULL with an error: RC_USAGE when
 * it is no program or date, else without memory or room for the file. What AWS says is the
 * listing's. */
struct rc_live_day *rc_live_day_open(struct rc_live *live, const char *program, const char *date,
                                     struct rc_error *err);

/* Ends its requests; its models are the caller's and are to be closed, before or after. NULL
 * is allowed. */
void rc_live_day_free(struct rc_live_day *day);

/* Opens as many models of the file as there are threads that read it, and takes its name
 * away. Once. The models are the caller's; none is open when it fails. */
bool rc_live_day_models(struct rc_live_day *day, struct rc_model **models, size_t count,
                        struct rc_error *err);

/* The day as a listing: its state, rows (discrepancies and rejected records so far), version
 * (changes whenever the file does), error, cancel and wait are those of model/live.h. It is the
 * day's: never free it. A failure leaves what has come. */
struct rc_listing *rc_live_day_listing(struct rc_live_day *day);

/* Looks whether there is a newer rollup: one read of one item. If there is, the day fills
 * anew: rows that the new rollup has, too, keep their ids; those that it has not go when all have
 * come. Nothing when it is still filling; after a failure or a cancel it fills on. */
void rc_live_day_refresh(struct rc_live_day *day);

const char *rc_live_day_program(const struct rc_live_day *day);
const char *rc_live_day_date(const struct rc_live_day *day); /* YYYY-MM-DD */

/* How far it has come, and what that cost. */
struct rc_live_day_progress {
    int64_t version;              /* of the rollup that it shows; 0: the day is not rolled up yet */
    uint32_t shards, shards_done; /* of discrepancies */
    uint64_t discrepancies, discrepancies_expected;
    uint64_t rejected, rejected_expected;
    uint64_t requests;
    double read_units; /* that DynamoDB says it consumed, since the day was opened */
};

struct rc_live_day_progress rc_live_day_progress(const struct rc_live_day *day);

/* ----- the bytes of records ----- */

enum rc_bytes_state {
    RC_BYTES_HERE,   /* what can be had is in the day: `raw` of its records */
    RC_BYTES_COMING, /* asked for; the listing's version changes when they are here */
    RC_BYTES_FAILED, /* err says why; asking again tries again */
};

/* Whoever shows the bytes of a discrepancy's records asks here first. Items do not have them:
 * the first call fetches them from S3 by range, the version of the object that was read then,
 * and puts them masked into the day. Of a discrepancy of more than RC_LIVE_DAY_BYTES_RECORDS
 * records the first ones. day NULL (a day file has all its bytes): RC_BYTES_HERE. */
enum { RC_LIVE_DAY_BYTES_RECORDS = 64 };

enum rc_bytes_state rc_live_day_bytes(struct rc_live_day *day, int64_t discrepancy,
                                      struct rc_error *err);

/* The same, and runs until they are here; false when it failed. */
bool rc_live_day_bytes_wait(struct rc_live_day *day, int64_t discrepancy, struct rc_error *err);

#endif
