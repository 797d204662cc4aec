/* How a table took a run's writes, for the console's picture of shards over time: ten
 * seconds an item, RUN#id / HEAT#seconds#request in the state table.
 *
 *   table          the table that was written
 *   from, until    ms since 1970; longer than ten seconds where the item before this one
 *                  was still being written
 *   shards         a map from the shard's number to [writes, throttled, retried], of shards
 *                  to which anything happened
 *   records        that were handed to the writer meanwhile
 *   ids            [TransactionID as in sort keys, at least so many of those records], the most
 *                  frequent first; none where no id stands out (core/top.h)
 *   expires        seconds since 1970
 *
 * An item is written while the run goes on; one that cannot be written is lost, with a
 * line in the log, and nothing waits for it but the end. */
#ifndef RC_PIPELINE_RUN_HEAT_H
#define RC_PIPELINE_RUN_HEAT_H

#include "pipeline/store.h"

enum {
    RC_HEAT_BUCKET_MS = 10000,
    RC_HEAT_IDS = 4, /* of a bucket */
};

struct rc_run_heat;

/* Of writes to that table, by pipeline->run; the shards are 0 … shard_count - 1. NULL
 * without memory. */
struct rc_run_heat *rc_run_heat_new(struct rc_pipeline *pipeline, enum rc_pipeline_table table,
                                    uint32_t shard_count, struct rc_error *err);

/* An rc_writer_heard, with the recorder as its context. */
void rc_run_heat_add(void *ctx, uint32_t shard, int attempt, bool taken);

/* A record is put: the hash of its TransactionID (core/record.h), and its sort key. */
void rc_run_heat_put(struct rc_run_heat *heat, uint64_t id_hash, const char *sort_key);

/* Writes what is left, waits for it and frees. NULL is allowed. */
void rc_run_heat_end(struct rc_run_heat *heat);

#endif
