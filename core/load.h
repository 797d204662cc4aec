/* A load on a DynamoDB table and its indexes, from the first record offered to the last
 * one taken: core/heat.h in the time of events, without a server and without waiting.
 * The same load has the same outcome, always.
 *
 * What is offered is written (or read) as aws/batch.c does it: requests of up to so many
 * records, so many at a time. Of a request each record is taken or throttled by itself.
 * One that was throttled is offered again after chance * min(backoff * 2^(n-1), most)
 * ms before its n-th retry; those that are due go before new ones, of one millisecond's in
 * any order, and no new one is begun while three times as many wait as all requests
 * together can have. `steady` and `whole` are what not to do, `pace` is what the
 * pipeline's writer does besides, and `in_place` is how single requests go, those that
 * read. A table by itself: tables share nothing, so that two of them are two loads. */
#ifndef RC_CORE_LOAD_H
#define RC_CORE_LOAD_H

#include "base/error.h"
#include "core/heat.h"

enum {
    RC_LOAD_TARGETS = 21,     /* a table and its global indexes */
    RC_LOAD_IN_FLIGHT = 1024, /* requests at a time */
    RC_LOAD_BATCH = 100,      /* records in one: BatchWriteItem 25, BatchGetItem 100 */
    RC_LOAD_MOST_S = 86400,   /* no load goes on for longer */
};

/* A table or an index. */
struct rc_load_target {
    struct rc_heat_settings heat;
    const uint64_t *keys; /* rc_heat_hash of each partition key; NULL: seeded ones */
    size_t key_count;     /* 0: each record has one of its own */
    double units;         /* that one record takes; over 0 */
};

/* A rate that the client keeps (aws/rate.h is one), told of each request. */
struct rc_load_pace {
    /* Spends units; gives how many ms to wait before they are sent. */
    int64_t (*spend)(void *ctx, double units, int64_t now_ms);
    /* The same of those that were spent last, as it is by now; asked every 100 ms. */
    int64_t (*wait)(void *ctx, double units, int64_t now_ms);
    /* Of an answer: units that the table took, and whether it refused any. */
    void (*report)(void *ctx, double units_taken, bool throttled, int64_t now_ms);
    void *ctx;
};

struct rc_load {
    uint64_t seed;
    enum rc_heat_use use;
    int64_t records;
    double rate;                          /* records a second; 0: all are there at once */
    const struct rc_load_target *targets; /* the table first; a record needs room in all */
    size_t target_count;
    bool in_turn; /* key after key; otherwise any key, as a hash of its id gives it */
    int in_flight;
    int batch;
    int64_t latency_ms; /* of a request, at least 1 */
    int attempts;       /* of one record, the first one included; 0: until it is taken */
    int64_t backoff_ms, backoff_most_ms;
    int64_t most_ms; /* ends the load; 0: RC_LOAD_MOST_S */
    bool steady;     /* no chance: the longest wait each time */
    bool whole;    /* a request of which any record was throttled is sent again with all of them */
    bool in_place; /* each of in_flight waits where it was throttled; needs a batch of 1 */
    const struct rc_load_pace *pace; /* borrowed; NULL: as fast as requests go */
};

/* For DynamoDB as the clients are by themselves (aws/batch.h, aws/retry.h): batches of
 * 25, 4 at a time, 10 attempts, backoff 1 s and at most 20 s. Records and targets are
 * for the caller to set. */
extern const struct rc_load rc_load_standard;

/* Of one partition key of the table: offers. */
struct rc_load_key {
    int64_t taken, throttled;
};

/* records = taken + failed + left; what was offered = taken + wasted + throttled. */
struct rc_load_outcome {
    int64_t taken;
    int64_t wasted;    /* offers that were taken, of a `whole` request that was not */
    int64_t throttled; /* offers that were refused, of any target */
    int64_t throttled_by[RC_LOAD_TARGETS]; /* the target that refused */
    int64_t failed;                        /* records whose last attempt was throttled */
    int64_t left;                          /* records that most_ms left over */
    int64_t requests;
    int64_t refused;                    /* requests of which all records were throttled: an error */
    int64_t partial;                    /* … some: they came back unprocessed */
    int64_t offered_again;              /* records, after the first time */
    int64_t elapsed_ms;                 /* until the last answer */
    size_t partitions[RC_LOAD_TARGETS]; /* at the end */
};

/* Runs it. by_key has a place for each key of the table, or is NULL: not counted apart.
 * False with RC_INVALID, which names the member that is no good, or without memory. */
bool rc_load_run(const struct rc_load *load, struct rc_load_outcome *outcome,
                 struct rc_load_key *by_key, struct rc_error *err);

#endif
