/* One task of a day's match: in pass 0 the partitions of a shard on both sides, merged
 * in constant memory; in a later pass the residue of a shard of its keys. What is found
 * goes to a sink: the step match keeps it, the step verify compares it with what is kept. */
#ifndef RC_PIPELINE_MATCHING_H
#define RC_PIPELINE_MATCHING_H

#include "pipeline/day_state.h"

struct rc_matching;

enum { RC_MATCHING_LEFT = -1 };

/* Each gives false, with err, to end the task. */
struct rc_matching_sink {
    /* An item as it is kept, whole: a discrepancy of the shard (residue_pass 0), a record
     * of the shard's residue for that pass, or what is left to later days
     * (RC_MATCHING_LEFT). It is borrowed. */
    bool (*item)(void *ctx, int residue_pass, uint32_t shard, const char *item,
                 struct rc_error *err);

    /* The task is at its end, with all of its items gone to the sink: what it found, for every
     * shard of the day. The sink may change the summaries and does not free them. */
    bool (*end)(void *ctx, const struct rc_matching *matching, struct rc_summary *shards,
                struct rc_error *err);
    void *ctx;
};

struct rc_matching {
    struct rc_pipeline *pipeline;
    struct rc_filedate date;
    const char *fingerprint; /* under which everything is kept; borrowed */
    struct rc_setup setup;
    struct rc_day_config config;
    struct rc_matching_sink sink;
    struct rc_earlier earlier; /* what is carried in; the caller's to set before a run */
    int64_t expires;
    int64_t discrepancies; /* so far */

    /* of the task that runs */
    int pass;
    uint32_t shard;
    struct rc_matcher matcher;
    struct rc_summary *shards;
    struct rc_left_open left; /* for later days */
};

/* Reads the program and the day of a step's input. The caller sets fingerprint, sink and
 * earlier,
 * and ends with rc_matching_free, also when it is false. */
bool rc_matching_open(struct rc_pipeline *pipeline, const json_t *in, struct rc_matching *matching,
                      struct rc_error *err);
void rc_matching_free(struct rc_matching *matching);

/* The last pass, from 0, and how many shards a pass has. Behind the program's own ones
 * stands, when it looks for them, that of the open items of earlier days. */
int rc_matching_last_pass(const struct rc_matching *matching);
uint32_t rc_matching_shards(const struct rc_matching *matching, int pass);

/* Runs a shard of a pass. What a later pass reads is what the sink of the step match has
 * kept of the one before. */
bool rc_matching_run(struct rc_matching *matching, int pass, uint32_t shard, struct rc_error *err);

#endif
