/* A queue that somebody named: its address, and what SQS says of it. */
#ifndef RC_OPS_QUEUE_FIND_H
#define RC_OPS_QUEUE_FIND_H

#include "ops/acting.h"

struct rc_queue_found {
    char url[RC_PLACE_URL_BYTES];
    char arn[RC_PLACE_ARN_BYTES];
    char name[RC_PLACE_NAME_BYTES];
    int64_t visible, in_flight, delayed; /* messages, approximately */
    bool fifo;
};

/* text: "failed" or "arrivals" of the pipeline, a name or an address. False with an error. */
bool rc_queue_find(struct rc_op *op, const char *text, struct rc_queue_found *queue,
                   struct rc_error *err);

/* How many queues send their dead letters to it, and the address of the first. */
bool rc_queue_find_source(struct rc_op *op, const struct rc_queue_found *queue, size_t *count,
                          char url[RC_PLACE_URL_BYTES], struct rc_error *err);

#endif
