/* Puts (or removes) items by the thousand, in batches of 25, a bounded number of them at once.
 * Items are gathered into windows; within one they are dealt out so that each batch
 * goes to many partitions, and two windows are in memory at most. Only what comes back
 * unprocessed is written again, at a rate that settles just under what the table takes. */
#ifndef RC_PIPELINE_WRITER_H
#define RC_PIPELINE_WRITER_H

#include "aws/batch.h"
#include "pipeline/deal.h"
#include "pipeline/pipeline.h"

enum {
    RC_WRITER_WINDOW = RC_DEAL_ITEMS, /* items, and no more than are written in a second or two, so
                                that a step which has to stop can; but always ... */
    RC_WRITER_WINDOW_LEAST = 100,
    RC_WRITER_WINDOWS = 2,   /* one is filled while the other is written */
    RC_WRITER_ATTEMPTS = 60, /* of an item; with full backoff that is over ten minutes */
};

struct rc_writer;

struct rc_writer *rc_writer_new(struct rc_pipeline *pipeline, enum rc_pipeline_table table,
                                struct rc_error *err);

/* Publishes what was written as metrics of the table, and frees it. NULL is allowed. */
void rc_writer_free(struct rc_writer *writer);

/* From now on `heard` is told of each item that the table took or sent back: its lane,
 * which attempt that was (from 1), whether it was taken. */
typedef void (*rc_writer_heard)(void *ctx, uint32_t lane, int attempt, bool taken);
void rc_writer_watch(struct rc_writer *writer, rc_writer_heard heard, void *ctx);

/* Takes an item (copied). lane: what it shares a partition with; items of one lane are
 * dealt to different batches. May wait for an earlier window. */
bool rc_writer_put(struct rc_writer *writer, const char *item, uint32_t lane, struct rc_error *err);

/* The same for the key of an item that is to be removed. */
bool rc_writer_remove(struct rc_writer *writer, const char *key, uint32_t lane,
                      struct rc_error *err);

/* Writes what was put so far, and waits for it. */
bool rc_writer_flush(struct rc_writer *writer, struct rc_error *err);

/* Whether a put or a flush has failed because the table took so little that only an eighth of the
 * time is left that a step keeps for its end. The fault is "Throttled". A step that works to
 * its end (hands_over is 0) is never late. */
bool rc_writer_is_late(const struct rc_writer *writer);

/* How many of the items that were put first are durable, without a gap. */
uint64_t rc_writer_durable(const struct rc_writer *writer);

struct rc_writer_counts {
    uint64_t items; /* durable */
    uint64_t requests;
    uint64_t throttled; /* times that an item came back */
    uint64_t retried;   /* times that an item was sent again */
    double units;       /* write units */
};

struct rc_writer_counts rc_writer_counts(const struct rc_writer *writer);

#endif
