/* What one shard of one file-day adds up to. Summaries form a commutative
 * monoid: merged in any order and grouping they give the same rollup. */
#ifndef RC_CORE_SUMMARY_H
#define RC_CORE_SUMMARY_H

#include "base/buf.h"
#include "base/error.h"
#include "core/outcome.h"

enum {
    RC_AMOUNT_BUCKETS = 20, /* [0]: amount 0; [n]: |amount| has n digits */
    RC_AGE_BUCKETS = 5,     /* business days: 0-1, 2-3, 4-7, 8-30, over 30 */
};

extern const char *const rc_age_bucket_names[RC_AGE_BUCKETS];

/* Bucket of an age in business days; what lies in the future is 0. */
int rc_age_bucket(int32_t business_days);

/* Digits of |amount|, 0 for 0. */
int rc_amount_bucket(int64_t amount_minor);

struct rc_sums {
    int64_t count;
    rc_i128 debit_minor;  /* the negative amounts, as a positive number */
    rc_i128 credit_minor; /* the others */
};

static inline rc_i128 rc_sums_net(const struct rc_sums *sums)
{
    return sums->credit_minor - sums->debit_minor;
}

/* One (status, currency, kind). Counts are signed because a summary is built by
 * assuming every record matched and then moving those that did not. */
struct rc_cell {
    enum rc_status status;
    uint8_t currency;
    uint8_t kind;
    int64_t outcomes; /* pairs, groups and lone records */
    struct rc_sums side[RC_SIDES];
    int64_t amounts[RC_SIDES][RC_AMOUNT_BUCKETS];
    int64_t ages[RC_SIDES][RC_AGE_BUCKETS];
};

struct rc_summary {
    struct rc_cell *cells; /* sorted by status, currency, kind once finished */
    uint32_t cell_count, cell_capacity;
    int64_t records[RC_SIDES];
    uint64_t bytes[RC_SIDES]; /* of these in their files, framing included; in no digest */
    int64_t discrepancies;    /* outcomes that are not RC_MATCHED */
    rc_u128 digest[RC_SIDES];
    rc_u128 outcome_digest; /* both sides */
};

void rc_summary_free(struct rc_summary *summary);

/* The cell of (status, currency, kind), made when missing; NULL without memory.
 * Valid until the next cell is made. */
struct rc_cell *rc_summary_cell(struct rc_summary *summary, enum rc_status status, uint8_t currency,
                                uint8_t kind);

/* Adds (sign 1) or takes back (sign -1) one record to a cell's sums. */
void rc_cell_add(struct rc_cell *cell, enum rc_side side, int64_t amount_minor, int age_bucket,
                 int sign);

/* Adds a record of a side as if it had matched: a settlement record stands for one
 * outcome. term: rc_digest_term with RC_MATCHED. False without memory. */
bool rc_summary_record(struct rc_summary *shard, enum rc_side side,
                       const struct rc_outcome_record *item, rc_u128 term, struct rc_error *err);

/* Moves the records of an outcome, but for those of earlier days, from RC_MATCHED to its status,
 * each in the shard of its TransactionID, and counts the outcome in the shard of its first record.
 * False without memory. */
bool rc_summary_outcome(struct rc_summary *shards, uint32_t shard_count,
                        const struct rc_outcome *outcome, struct rc_error *err);

/* Adds `from` to `into`; false without memory. */
bool rc_summary_merge(struct rc_summary *into, const struct rc_summary *from);

/* Sorts the cells and drops those in which everything is zero. */
void rc_summary_finish(struct rc_summary *summary);

/* Appends the summary as bytes: version 1, then numbers as LEB128 (signed ones in
 * zigzag, sums as two of 64 bits), digests as 16 bytes, least significant first; of a
 * cell's buckets only those that are not zero. */
bool rc_summary_write(const struct rc_summary *summary, struct rc_buf *out);

/* Reads one summary from bytes[*at] on and moves *at behind it; the summary was zeroed.
 * False when the bytes are none, and without memory. */
bool rc_summary_read(const uint8_t *bytes, size_t length, size_t *at, struct rc_summary *summary,
                     struct rc_error *err);

#endif
