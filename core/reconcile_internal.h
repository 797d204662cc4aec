/* Shared by the files of the reconciliation. */
#ifndef RC_CORE_RECONCILE_INTERNAL_H
#define RC_CORE_RECONCILE_INTERNAL_H

#include "core/ingest.h"
#include "core/reconcile.h"

#include <pthread.h>

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
    struct rc_rows *open[RC_PROGRAM_PASSES][RC_SIDES]; /* rows that a pass has to look at */
    pthread_mutex_t lock; /* of `open`, the sinks, `turn`, `failed` and `err` */
    pthread_cond_t turned;
    uint32_t next; /* partition to be joined next */
    uint32_t turn; /* partition whose findings may be told now */
    int pass;      /* -1: by TransactionID */
    bool failed;
    struct rc_error err;
    struct rc_reconcile_stats stats;
};

/* A thread's part. */
struct rc_worker {
    struct rc_job *job;
    struct rc_matcher matcher;
    struct rc_reader *reader[RC_SIDES];
    struct rc_summary *shards; /* what its findings change */
    uint64_t read_back;
    pthread_t thread;
    bool started;
};

/* A row that did not plainly match. */
struct rc_leftover {
    uint64_t key, where;
};

struct rc_leftovers {
    struct rc_leftover *items;
    size_t count, capacity;
};

/* Joins a partition's rows by key: pairs of equal contents, each alone on its
 * side, are matched and vanish; the others are left, sorted by key. */
bool rc_join(struct rc_spans spans[RC_SIDES], struct rc_leftovers left[RC_SIDES],
             struct rc_error *err);

/* All rows of a partition, sorted by key. */
bool rc_join_all(struct rc_spans *spans, struct rc_leftovers *left, struct rc_error *err);

/* Leftovers as a stream for the matching engine: entries in the order of their key
 * and, where keys collide, of the bytes that made them. */
struct rc_leftover_stream {
    struct rc_worker *worker;
    enum rc_side side;
    const struct rc_leftovers *left;
    size_t at;              /* of the run of equal keys at hand */
    size_t run;             /* its length */
    size_t given;           /* entries of the run's current text given so far */
    struct rc_entry *floor; /* an entry with the run's current text; NULL: none yet */
    size_t scan;            /* where in the run to go on */
};

bool rc_leftover_next(void *context, struct rc_entry **entry, struct rc_error *err);
void rc_leftover_end(struct rc_leftover_stream *stream);

/* What the matching engine tells a worker: core/reconcile_tell.c. */
bool rc_worker_outcome(void *context, const struct rc_outcome *outcome, struct rc_error *err);
bool rc_worker_open(void *context, const struct rc_entry *entry, int pass, struct rc_error *err);

#endif
