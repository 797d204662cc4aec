/* The heat of a table (or index) of DynamoDB: which request is taken and which is
 * throttled, by partition, by provisioned or maximum throughput, and by an index that
 * cannot take its share. Pure: time is an argument, so that it serves a server as well
 * as a planner that jumps from event to event.
 *
 * A partition is a range of places: the hash of the partition key, then that of the
 * sort key. Each takes units up to its cap a second, for one second ahead. Sources:
 * "Best practices for designing and using partition keys effectively", "Burst and
 * adaptive capacity", "DynamoDB on-demand capacity mode" and "Troubleshooting
 * throttling" of the developer guide. What AWS does not publish is a choice of ours and
 * says so. */
#ifndef RC_CORE_HEAT_H
#define RC_CORE_HEAT_H

#include "core/top.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RC_HEAT_PARTITION_RCU = 3000,
    RC_HEAT_PARTITION_WCU = 1000,
    RC_HEAT_BURST_S = 300,           /* of unused provisioned throughput that is kept */
    RC_HEAT_ON_DEMAND_START = 4,     /* partitions: 4,000 write and 12,000 read units */
    RC_HEAT_DOUBLING_MS = 1800000,   /* on demand: twice the peak, after so long */
    RC_HEAT_SPLIT_AFTER_MS = 300000, /* AWS says minutes; these are ours */
    RC_HEAT_SECONDS = 64,            /* of counters that are kept */
    RC_HEAT_PARTITIONS = 1024,       /* most that a table has here */
};

enum rc_heat_use { RC_HEAT_READ, RC_HEAT_WRITE };

enum rc_heat_answer {
    RC_HEAT_TAKEN,
    RC_HEAT_PROVISIONED,
    RC_HEAT_ACCOUNT,
    RC_HEAT_KEY_RANGE,
    RC_HEAT_MAX_ON_DEMAND,
};

/* "TableWriteKeyRangeThroughputExceeded"; of what was refused. */
const char *rc_heat_reason(enum rc_heat_answer answer, enum rc_heat_use use, bool index);

/* Units a second, [RC_HEAT_READ] and [RC_HEAT_WRITE]. */
struct rc_heat_settings {
    bool on_demand;
    double capacity[2];     /* provisioned; on demand the most that is taken, 0: no limit */
    double account[2];      /* the account's quota for one table; 0: no limit */
    double warm[2];         /* that it is ready for from the start; 0: what it is anyway */
    double partition[2];    /* caps of one partition; 0: as at AWS */
    int64_t split_after_ms; /* of sustained heat a partition is split; 0: never */
    bool split_sort_keys;   /* one key's items may be split, too: a sort key and no LSI */
};

struct rc_heat_place {
    uint64_t key;
    uint64_t sort;
};

struct rc_heat;

/* NULL without memory. */
struct rc_heat *rc_heat_new(const struct rc_heat_settings *settings, int64_t now_ms);
void rc_heat_free(struct rc_heat *heat);

/* Other throughput from now on; partitions are added when they are needed and never go. */
void rc_heat_set(struct rc_heat *heat, const struct rc_heat_settings *settings, int64_t now_ms);

/* Adds each key that is accessed or throttled, with its units, to these (borrowed; NULL:
 * not). */
void rc_heat_watch(struct rc_heat *heat, struct rc_top *accessed, struct rc_top *throttled);

/* What one request asks of one table or index. */
struct rc_heat_claim {
    struct rc_heat *heat;
    enum rc_heat_use use;
    struct rc_heat_place place;
    double units;
    double held_s;     /* seconds of the partition's cap that were kept for it; 0: one */
    const char *label; /* of the key, for the hottest; may be NULL */
    size_t label_length;
    struct { /* while it is decided */
        size_t partition;
        bool share;
        double pool;
    } taken;
};

/* Where the items of a partition key are, of its bytes: what AWS uses is not published. */
uint64_t rc_heat_hash(const void *key, size_t length);

/* Takes all of the claims, or none: then *refused is the claim that was throttled, and
 * only it is counted. A request that is larger than what a bucket holds is taken when
 * the bucket is full, and the next ones wait for it. */
enum rc_heat_answer rc_heat_claim(struct rc_heat_claim *claims, size_t count, int64_t now_ms,
                                  size_t *refused);

/* ----- looking at it ----- */

struct rc_heat_second {
    int64_t second; /* since 1970 */
    double taken[2];
    double throttled[2];
};

size_t rc_heat_count(const struct rc_heat *heat); /* of partitions */
struct rc_heat_place rc_heat_from(const struct rc_heat *heat, size_t partition);
size_t rc_heat_find(const struct rc_heat *heat, struct rc_heat_place place);

/* The counters of a second of a partition; zeroes when it is too long ago. */
struct rc_heat_second rc_heat_second(const struct rc_heat *heat, size_t partition, int64_t second);

/* Of all partitions since the beginning. */
double rc_heat_taken(const struct rc_heat *heat, enum rc_heat_use use);
double rc_heat_throttled(const struct rc_heat *heat, enum rc_heat_use use);

/* Partitions as they were before; `from` is ascending and begins with zeroes. */
bool rc_heat_restore(struct rc_heat *heat, const struct rc_heat_place *from, size_t count);

#endif
