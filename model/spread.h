/* How evenly the records of a side lie in its shards. A hash deals ids and not records: all
 * records of an id come to one shard, so that where ids have several each, the records lie less
 * evenly than as many ids would, by chance alone.
 *
 * Each of the ids falls into one of n shards with 1/n. One that has c records adds c² (1/n)
 * (1 - 1/n) to the variance of a shard's records; with N records in all, chi-square's expected
 * value is (n - 1) Σc² / N, and a shard's relative deviation that of N / (Σc² / N) single ones.
 * Σc² / N, the mean over the records of how many their id has, is what both are corrected by. */
#ifndef RC_MODEL_SPREAD_H
#define RC_MODEL_SPREAD_H

#include "core/outcome.h"
#include "core/skew.h"
#include "model/table.h"

/* From so many records of an id in the mean on, it is worth a word. */
#define RC_SPREAD_AN_ID 1.005

/* Which ids of a side stand more than once. */
struct rc_repeats {
    double squares;    /* Σc² of all ids but the one that has the most */
    double records;    /* and how many records those have */
    uint64_t most;     /* records of that one; 0: there is none */
    char most_id[120]; /* cut where it is longer; "" unless it has two */
};

/* Records of a record's id, in the mean: 1 where each has one, or nothing is known. */
double rc_repeats_mean(const struct rc_repeats *repeats);

/* Of what was measured, where ids have so many records in the mean (at least 1): chi-square, its
 * p-value, and what is expected and likely of the fullest shard become what chance does with
 * those. */
void rc_skew_of_ids(struct rc_skew *skew, double an_id);

/* How a side's records lie in its shards. */
struct rc_spread {
    struct rc_repeats repeats;
    double an_id;        /* records of a record's id, in the mean */
    struct rc_skew skew; /* what is measured, held against what chance does with those ids */
};

/* records: of the side in each of `count` shards, of which there is one at least. Reads every
 * record of a day file that is not its id's first, which are kept there as duplicates
 * (docs/matching.md): for a worker thread. False with an error. */
bool rc_spread_measure(struct rc_model *model, enum rc_side side, const uint64_t *records,
                       size_t count, struct rc_spread *spread, struct rc_error *err);

/* Whether the id that has the most would lift a shard above what chance makes of the fullest of
 * `count` shards in 99 of 100 days; where there is one shard, from RC_DIAGNOSIS_HOT_SHARE on. */
bool rc_repeats_are_hot(const struct rc_repeats *repeats, size_t count);

#endif
