/* Queries of the pipeline's tables, a few at once, whatever there is to be asked: the next
 * one is asked for when another has ended, so that memory does not grow with their number.
 * For model/live_*.c only. */
#ifndef RC_MODEL_LIVE_QUERIES_H
#define RC_MODEL_LIVE_QUERIES_H

#include "model/live_internal.h"
#include "pipeline/keys.h"
#include "pipeline/pipeline.h"

#include <jansson.h>

struct rc_queries;

enum { RC_QUERIES_AT_ONCE = 8 };

struct rc_query {
    enum rc_pipeline_table table;
    struct rc_key key;
    bool exact;          /* the one item of that key; else those of its partition whose sort key
                            begins so */
    bool backwards;      /* from the last sort key to the first */
    int64_t page_items;  /* most of a page; 0: as many as fit */
    uint64_t most_items; /* no page is asked for when so many have come; 0: all are */
    uint64_t number;     /* the caller's name for it */
};

struct rc_queries_ops {
    /* Gives the next query; false: there is none. */
    bool (*next)(void *ctx, struct rc_query *query);

    /* A page has come; false, with err, ends all of them. Must not free the queries. */
    bool (*items)(void *ctx, const struct rc_query *query, const json_t *const *items, size_t count,
                  struct rc_error *err);

    /* Its last page has come; may be NULL. */
    void (*end)(void *ctx, const struct rc_query *query);

    /* Called once, and may free the queries: all have ended (RC_OK), or one has failed, and
     * the others were stopped. */
    void (*done)(void *ctx, const struct rc_error *err);
};

/* What was asked and what DynamoDB says it took. */
struct rc_queries_cost {
    uint64_t requests;
    double read_units;
};

/* Nothing is called before the loop runs. `cost` is added to; it and the context are borrowed.
 * Reads are consistent. NULL without memory. */
struct rc_queries *rc_queries_start(struct rc_live *live, const struct rc_queries_ops *ops,
                                    void *ctx, struct rc_queries_cost *cost, struct rc_error *err);

/* Stops those that run. NULL is allowed. */
void rc_queries_free(struct rc_queries *queries);

#endif
