/* What gauges are of (model/live_gauges.c): the pipeline's tables with their indexes, its
 * queues and functions, and what limits them, as DynamoDB and Lambda say. */
#ifndef RC_MODEL_LIVE_GAUGED_H
#define RC_MODEL_LIVE_GAUGED_H

#include "model/gauges.h"
#include "model/live_internal.h"
#include "pipeline/pipeline.h"

enum { RC_GAUGED_MOST = RC_TABLES * (1 + RC_GAUGES_INDEXES) + 16, RC_GAUGED_LOOKS = 8 };

/* What a metric is of, and by which dimensions. */
enum rc_gauged_subject {
    RC_GAUGED_TABLE = 1,
    RC_GAUGED_INDEX = 2,
    RC_GAUGED_WRITER = 4, /* the worker's own metrics of a table */
    RC_GAUGED_QUEUE = 8,
    RC_GAUGED_DEAD_LETTERS = 16,
    RC_GAUGED_FUNCTION = 32,
    RC_GAUGED_STEP = 64,
    RC_GAUGED_SERVICE = 128,
};

/* Which of its limits a metric is held against. Of functions the first one is the time, the
 * second how many run at once. */
enum rc_gauged_use { RC_GAUGED_READ, RC_GAUGED_WRITE, RC_GAUGED_NEITHER };

struct rc_gauged {
    int subjects;
    int rank; /* the order in which they are shown */
    char name[RC_GAUGES_TABLE_BYTES];
    char index[RC_GAUGES_TABLE_BYTES]; /* of a table; the name of a step */
    double limit[2];                   /* 0: not known */
    char limit_name[2][64];
    char note[RC_ERROR_TEXT_BYTES]; /* why nothing is asked */
};

struct rc_gauged_all;

/* A table or function that is being described. */
struct rc_gauged_look {
    struct rc_gauged_all *all;
    struct rc_gauged *gauged;
    struct rc_call *call;
};

struct rc_gauged_all {
    struct rc_live *live;
    struct rc_gauged items[RC_GAUGED_MOST];
    size_t count;
    struct rc_gauged_look looks[RC_GAUGED_LOOKS];
    size_t look_count, looking;
    void (*done)(void *ctx); /* the items are complete, in their order */
    void *ctx;
};

/* Describes what there is, all at once; of one table when it is named. `all` was zeroed but for
 * live, done and ctx. False without memory. */
bool rc_gauged_start(struct rc_gauged_all *all, const char *table);

/* Ends what is on its way; done is not called any more. */
void rc_gauged_stop(struct rc_gauged_all *all);

#endif
