/* The queue of what failed for good: each message says enough to be done again. */
#ifndef RC_PIPELINE_FAILED_H
#define RC_PIPELINE_FAILED_H

#include "pipeline/file.h"

/* Sends {"file": …, "run", "at", "error", "cause"}. file NULL: `body`, whatever it is,
 * goes along as text. Without a queue nothing is sent. */
bool rc_failed_send(struct rc_pipeline *pipeline, const struct rc_file *file, const char *body,
                    const char *at, const char *error, const char *cause, struct rc_error *err);

#endif
