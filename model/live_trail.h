/* What the tables of records hold, as rows of the session's table `trail`: the whole life of
 * one transaction, or all records of a day. */
#ifndef RC_MODEL_LIVE_TRAIL_H
#define RC_MODEL_LIVE_TRAIL_H

#include "model/live.h"

enum {
    RC_TRAIL_DAYS = 2000,       /* of the catalog that are looked through, newest first */
    RC_TRAIL_RECORDS = 1000000, /* of a day that are shown */
};

/* One id on all days of a program ("": of all programs): a row for each record of either side,
 * of deliveries that count and of others, for each discrepancy that it leads, with the records
 * of other ids in it, and for what was left open and closed later. Reads two items and three
 * short ranges a day. RC_USAGE when the id is none. */
struct rc_listing *rc_live_transaction(struct rc_live *live, const char *id, const char *program,
                                       struct rc_error *err);

/* All records of both sides of a day, from all shards. */
struct rc_listing *rc_live_records(struct rc_live *live, const char *program, const char *date,
                                   struct rc_error *err);

/* What it took so far, of a listing of these two. */
void rc_live_trail_cost(const struct rc_listing *listing, uint64_t *requests, double *read_units);

#endif
