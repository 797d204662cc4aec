/* The records of one partition, page by page and in its order, as a stream for the
 * matching engine. The next page is on its way while one is read. Memory: two pages,
 * and the repeats of one TransactionID. */
#ifndef RC_PIPELINE_RECORD_STREAM_H
#define RC_PIPELINE_RECORD_STREAM_H

#include "pipeline/record_item.h"

enum {
    RC_ACTIVE_MOST = 64,      /* active deliveries of a side */
    RC_REPEATS_SORTED = 1024, /* repeats of an id that are brought into canonical order; what
                                 is over that stands as it was delivered */
};

/* The deliveries of a side that count, ascending. */
struct rc_active {
    int numbers[RC_ACTIVE_MOST];
    int count;
};

bool rc_active_has(const struct rc_active *active, int number);

struct rc_record_stream;

struct rc_record_stream_options {
    enum rc_pipeline_table table;
    enum rc_side side;
    struct rc_key key; /* its pk is the partition */
    const struct rc_matcher *matcher;
    const struct rc_active *active; /* others are skipped; NULL: a residue, whose sort keys
                                       begin with the order and which may be ambiguous */
    /* Reads an item instead: *entry is what comes out of it, or NULL; item NULL: there are
     * no more, and it may give one last entry. NULL: items are records. */
    bool (*read)(void *ctx, const json_t *item, struct rc_entry **entry, struct rc_error *err);
    void *read_ctx;
    /* Told of every record; may be NULL. */
    bool (*seen)(void *ctx, const struct rc_entry *entry, struct rc_error *err);
    void *ctx;
};

/* Starts to read. The options are copied, what they point to is borrowed. */
struct rc_record_stream *rc_record_stream_new(struct rc_pipeline *pipeline,
                                              const struct rc_record_stream_options *options,
                                              struct rc_error *err);
void rc_record_stream_free(struct rc_record_stream *stream);

/* As struct rc_stream has it; context is the stream. */
bool rc_record_stream_next(void *context, struct rc_entry **entry, struct rc_error *err);

/* Read units that its pages took. */
double rc_record_stream_units(const struct rc_record_stream *stream);

#endif
