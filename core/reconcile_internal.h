/* Shared by the files of the reconciliation: reconcile.c leads, reconcile_join.c
 * cancels what agrees, reconcile_round.c brings the rest before the engine,
 * reconcile_tell.c takes what the engine says. */
#ifndef RC_CORE_RECONCILE_INTERNAL_H
#define RC_CORE_RECONCILE_INTERNAL_H

#include "core/ingest.h"
#include "core/reconcile.h"

#include <pthread.h>

/* Part of a round: the records of one side that were read back. */
struct rc_round_side {
    struct rc_kept *items;
    struct rc_kept **by_place; /* in the order of the file */
    struct rc_kept **by_key;   /* partition by partition */
    size_t count, capacity;
    size_t *starts; /* of the partitions in by_key; one more than partitions */
};

/* A few partitions at a time: as many as their records fit into memory; or, where
 * one alone does not, the part of it that does. */
struct rc_round {
    uint32_t first, end; /* partitions */
    uint64_t low, high;  /* keys, both included */
    uint64_t rows;       /* of both sides */
    struct rc_round_side side[RC_SIDES];
};

/* The state of one reconciliation. */
struct rc_job {
    const struct rc_reconcile_options *options;
    struct rc_rules rules;
    struct rc_matcher matcher; /* a copy a thread, with the thread's context */
    uint32_t shard_count;
    unsigned partition_bits;
    bool whole_content;
    int fd[RC_SIDES];
    struct rc_ingest *ingest[RC_SIDES];
    /* Rows that the engine has to look at: [0] those that pass 1 left over, [n] those
     * for the rules' pass n - 1. */
    struct rc_rows *open[RC_PROGRAM_PASSES + 1][RC_SIDES];
    int pass; /* index into `open` */
    struct rc_round round;
    pthread_mutex_t lock; /* of what follows, of `open`, and of the caller's sinks */
    pthread_cond_t turned;
    uint32_t next; /* partition to be taken next */
    uint32_t turn; /* partition whose findings may be told now */
    bool failed;
    struct rc_error err;
    struct rc_reconcile_stats stats;
};

/* A thread's part. */
struct rc_worker {
    struct rc_job *job;
    int index;
    struct rc_matcher matcher;
    struct rc_reader *reader[RC_SIDES];
    struct rc_summary *shards; /* what its findings change */
    pthread_t thread;
    bool started;
};

/* Marks in a row of `open`, above the record's place. */
#define RC_ROW_AMBIGUOUS ((uint64_t)1 << 63)

/* A row that did not plainly match. */
struct rc_leftover {
    uint64_t key, where;
};

struct rc_leftovers {
    struct rc_leftover *items;
    size_t count, capacity;
};

/* Joins a partition's rows by key: pairs of equal contents, each alone on its
 * side, are matched and vanish; the others are left. */
bool rc_join(const struct rc_spans spans[RC_SIDES], struct rc_leftovers left[RC_SIDES],
             struct rc_error *err);

/* Runs `step` on every worker at once and waits for all; false when the job
 * failed. */
bool rc_job_run(struct rc_job *job, struct rc_worker *workers, void *(*step)(void *worker));

/* Notes the first failure. */
void rc_job_fail(struct rc_job *job, const struct rc_error *err);

/* Takes the next of the partitions up to `end`; false when there is none. */
bool rc_job_next(struct rc_job *job, uint32_t end, uint32_t *partition);

/* Brings every row of `open[pass]` before the engine, round by round. */
bool rc_job_pass(struct rc_job *job, struct rc_worker *workers, int pass);

/* What the matching engine tells a worker. */
bool rc_worker_outcome(void *context, const struct rc_outcome *outcome, struct rc_error *err);
bool rc_worker_open(void *context, const struct rc_entry *entry, int pass, struct rc_error *err);

#endif
