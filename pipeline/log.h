/* What a worker says while it works: JSON objects, a line each, to pipeline->lines.
 *
 *     {"level":"error","request_id":"…","run":"…","step":"ingest","error":"BadInput",
 *      "message":"…"}
 *
 * There is no time in them: Lambda and ECS give each line one. Messages are cleaned
 * first. What cannot be written is lost; a log stops no step. */
#ifndef RC_PIPELINE_LOG_H
#define RC_PIPELINE_LOG_H

#include "pipeline/pipeline.h"

enum { RC_MESSAGE_BYTES = 2048 }; /* of a message; what is longer is cut */

void rc_pipeline_log(const struct rc_pipeline *pipeline, enum rc_log_level level,
                     const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The error with its name (pipeline->fault). */
void rc_pipeline_log_failure(const struct rc_pipeline *pipeline, const struct rc_error *err);

/* A copy of the text that may be shown: secrets replaced, card numbers masked, all of it
 * UTF-8. It is cut at room. Whatever leaves the worker as words goes through here. */
void rc_pipeline_clean(const char *text, char *out, size_t room);

/* Writes the bytes and a newline at once, so that no other line comes between. */
void rc_pipeline_line(const struct rc_pipeline *pipeline, const struct rc_buf *line);

#endif
