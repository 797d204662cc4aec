/* Messages of the pipeline's queues. */
#ifndef RC_PIPELINE_QUEUE_H
#define RC_PIPELINE_QUEUE_H

#include "pipeline/pipeline.h"

#include <jansson.h>

/* Sends the message, which it takes over, and waits until it is taken. False with an error and
 * pipeline->fault; NULL is a message for which there was no memory. */
bool rc_queue_send(struct rc_pipeline *pipeline, const char *queue_url, json_t *message,
                   struct rc_error *err);

#endif
