/* How many shards a program's file-days need: what a count of them does to the writes of
 * the busiest second, and what it costs to read. Statistics and no money, so they are
 * floating point.
 *
 * A TransactionID goes to its shard by a hash, so that the records of a second fall into
 * the shards as balls into bins: the number in one of n shards is taken as Poisson
 * distributed about its share of the second's (for balls that come independently of each
 * other, Mitzenmacher and Upfal, "Probability and Computing", 5.3). A shard is a partition
 * key and a partition takes 1,000 write units a second (core/heat.h), so a second in which
 * more falls into a shard throttles. A bucket that is not empty helps for a moment, which
 * is left out: the probabilities are bounds from above. */
#ifndef RC_CORE_PLAN_H
#define RC_CORE_PLAN_H

#include "base/error.h"
#include "core/heat.h"

enum {
    RC_PLAN_ITEM_BYTES = 700,         /* of a record as the pipeline keeps it, about */
    RC_PLAN_ITEM_BYTES_MOST = 409600, /* of an item: DynamoDB's limit */
    RC_PLAN_TABLE_WCU = 40000,        /* a table's quota, as accounts begin */
    RC_PLAN_START_WCU = 4000,         /* what a new table on demand is ready for */
};
#define RC_PLAN_RECORDS_MOST 1e12
#define RC_PLAN_PER_SECOND_MOST 1e9

/* What has to be taken. One side of a file-day: each side has a table of its own. */
struct rc_plan_load {
    double records;       /* of the day; over 0, at most RC_PLAN_RECORDS_MOST */
    double per_second;    /* in its busiest second; over 0 */
    double item_bytes;    /* 1 to RC_PLAN_ITEM_BYTES_MOST */
    double hottest_share; /* of the records, those of the TransactionID with the most; 0 to 1 */
    double ready_wcu;     /* that the table is ready for before the burst; over 0 */
    double probability;   /* that is put up with: of a busiest second that throttles; 0 to 1 */
};

/* False with RC_INVALID, which names what is out of its range. */
bool rc_plan_check(const struct rc_plan_load *load, struct rc_error *err);

double rc_plan_units(const struct rc_plan_load *load); /* write units of an item */

/* What a count of shards does. */
struct rc_plan_shards {
    uint32_t shards;
    double mean_per_second;     /* records of a shard */
    double fullest_per_second;  /* expected of the fullest shard */
    double fullest_bound;       /* more it has only with `probability` */
    double room_per_second;     /* that a partition takes */
    double throttles;           /* probability of a second in which any shard is over that */
    double refused_share;       /* of a second's records, expected */
    double partitions;          /* that the table has when the burst begins */
    double fullest_partition;   /* records a second, expected, before any is split for heat */
    double queries, read_units; /* that a match needs (rc_plan_read, as the next one) */
    double fan_out_ms;          /* of a person who asks every shard for one page */
};

/* All but what rc_plan_read fills. False without memory. */
bool rc_plan_of(const struct rc_plan_load *load, uint32_t shards, struct rc_plan_shards *plan,
                struct rc_error *err);

/* The smallest count of shards, of at most RC_SHARDS_MAX, with which a busiest second
 * throttles with no more than the probability; 0: none, and *hot says whether it is the
 * hottest TransactionID that alone is too much. */
bool rc_plan_smallest(const struct rc_plan_load *load, uint32_t *shards, bool *hot,
                      struct rc_error *err);

/* What a match of the day needs to read, where the other side is as large: both sides whole in
 * its first pass, and a query for what is left in each shard in those behind it. Fills queries,
 * read_units and fan_out_ms of a plan whose shards are known. */
void rc_plan_read(const struct rc_plan_load *load, int passes, struct rc_plan_shards *plan);

/* Of a burst, RC_PLAN_BURST_S seconds of the busiest second's rate, the share that is taken while
 * it lasts. Each partition takes what falls on it up to its cap, and holds a second's units when
 * it begins, as core/heat.h has it; all of them together the table's quota, likewise. */
enum { RC_PLAN_BURST_S = 10 };
struct rc_plan_taken {
    double split;    /* every shard has a partition of its own */
    double together; /* they lie as they hash on a table that is ready for ready_wcu: the mean of
                        all the ways in which they may */
};
struct rc_plan_taken rc_plan_taken(const struct rc_plan_load *load, double table_wcu,
                                   uint32_t shards);

/* ----- what else there is to run into ----- */

/* What the plan does not know by itself. Times and rates are of this pipeline's worker. */
struct rc_plan_setting {
    double within_s;          /* that the day is to be written in, over 0 */
    double ingest_per_second; /* records that one worker could parse and write, over 0 */
    double write_units;       /* a second, that it may spend on a table (the stack's WriteUnits);
                                 0: as many as it can */
    double match_per_second;  /* records of a side that one task matches, over 0 */
    double match_concurrency; /* tasks of a day at once, over 0 */
    double table_wcu;         /* a table's quota, over 0 */
    int passes;               /* of matching, the first included */
};
extern const struct rc_plan_setting rc_plan_standard;

/* Records a second that one worker writes. */
double rc_plan_ingest(const struct rc_plan_load *load, const struct rc_plan_setting *setting);

/* Whether each task of a match ends in one invocation. */
bool rc_plan_matches(const struct rc_plan_load *load, const struct rc_plan_setting *setting,
                     uint32_t shards);

/* One limit: how much of it such a day uses, and what answers it. */
struct rc_plan_limit {
    const char *name; /* "partition" … */
    const char *unit;
    double need, most;  /* whole numbers; it breaks when the need is more */
    const char *answer; /* what helps */
};
enum { RC_PLAN_LIMITS = 8 };
bool rc_plan_is_over(const struct rc_plan_limit *limit);

/* All of them with that many shards, the one that is used most, as a share, first. False
 * without memory. */
bool rc_plan_limits(const struct rc_plan_load *load, const struct rc_plan_setting *setting,
                    uint32_t shards, struct rc_plan_limit limits[RC_PLAN_LIMITS],
                    struct rc_error *err);

/* ----- balls into bins ----- */

/* Of `bins` Poisson distributed counts about `mean`, and one more about `hot` (below 0:
 * none): */
struct rc_bins {
    double greatest;   /* expected */
    double bound;      /* the least that all of them keep to with 1 - probability */
    double over;       /* probability that any is over the room */
    double excess_sum; /* expected, of all: how much is over the room */
};
bool rc_bins_of(double bins, double mean, double hot, double room, double probability,
                struct rc_bins *out, struct rc_error *err);

#endif
