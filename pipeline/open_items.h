/* What days leave open for later ones, per program and by a fixed sharding of the
 * TransactionID: OPEN#PROGRAM#SHARD holds
 *
 *   ID#DATE#side#delivery#number#fingerprint                      an open item: the record as
 *                                                                 pipeline/record_item.h has
 *                                                                 it, and its status
 *   (the same)#closed#DATE#fingerprint                            that a later day closed it
 *
 * Both count only while the rollup of their day names their fingerprint, so that a day
 * that is worked anew replaces what it left, in one step and without a trace. */
#ifndef RC_PIPELINE_OPEN_ITEMS_H
#define RC_PIPELINE_OPEN_ITEMS_H

#include "pipeline/record_stream.h"

void rc_key_open_shard(const char *program, uint32_t shard, struct rc_key *key); /* pk */

/* The parts of a sort key. */
struct rc_open_key {
    int32_t date; /* whose day left it open */
    enum rc_side side;
    const char *record; /* in the key: SIDE#delivery#number…, read like a record's */
    char fingerprint[33];
    bool closed; /* then by: */
    int32_t closed_date;
    char closed_fingerprint[33];
};

/* False when it is none. */
bool rc_open_key_read(const char *sk, struct rc_open_key *key);

/* The rollups of the days before a day, as far back as its program looks. */
struct rc_earlier {
    struct {
        int32_t date;
        char fingerprint[33];
        rc_u128 digest; /* of what it left open and closed */
        int64_t count;
    } days[RC_OPEN_DAYS_MAX];
    int count;
};

bool rc_earlier_load(struct rc_pipeline *pipeline, const struct rc_filedate *day, int open_days,
                     struct rc_earlier *earlier, struct rc_error *err);

/* A number that stands for all that is carried in; 0: nothing is. */
uint64_t rc_earlier_name(const struct rc_earlier *earlier);

/* What a day leaves and closes; sums of both are order-independent. */
struct rc_left_open {
    rc_u128 digest;
    int64_t count;
};

/* Whether an outcome leaves its record open for later days. */
bool rc_outcome_is_open(const struct rc_outcome *outcome);

/* Begins the item of a record that stays open, all but "expires", and counts it. */
void rc_open_item(struct rc_draft *draft, const struct rc_filedate *day, const char *fingerprint,
                  const struct rc_outcome *outcome, struct rc_left_open *left);

/* Begins the item that says that the day has closed a carried record, and counts it. */
void rc_closed_item(struct rc_draft *draft, const struct rc_filedate *day, const char *fingerprint,
                    const struct rc_outcome_record *carried, struct rc_left_open *left);

/* The open items of a shard that are carried into the day: a stream for rc_match_carried.
 * `earlier` and the matcher are borrowed. An entry's origin is its sort key. */
struct rc_open_stream;

struct rc_open_stream *rc_open_stream_new(struct rc_pipeline *pipeline,
                                          const struct rc_filedate *day, uint32_t shard,
                                          const struct rc_earlier *earlier,
                                          const struct rc_matcher *matcher, struct rc_error *err);
void rc_open_stream_free(struct rc_open_stream *stream);
bool rc_open_stream_next(void *context, struct rc_entry **entry, struct rc_error *err);

#endif
