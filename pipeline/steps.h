/* The functions behind the names of pipeline/step.h, a file each, and what two of them
 * share. */
#ifndef RC_PIPELINE_STEPS_H
#define RC_PIPELINE_STEPS_H

#include "pipeline/file.h"

json_t *rc_step_admit(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err);
json_t *rc_step_inspect(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err);
json_t *rc_step_ingest(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err);
json_t *rc_step_prepare(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err);
json_t *rc_step_match(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err);
json_t *rc_step_rollup(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err);
json_t *rc_step_finish(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err);
json_t *rc_step_fail(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err);
json_t *rc_step_verify(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err);
json_t *rc_step_sweep(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err);
json_t *rc_step_reprocess(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err);

/* The name of a file's run; attempts after the first are asked for by people. */
void rc_run_name(const struct rc_file *file, int attempt, char name[64]);

/* The name of the run that an event of S3 leads to, as it is in a queue. False when the text is
 * no such event, or its object's key names no program and side. */
bool rc_run_of_event(const char *body, char name[64]);

/* Writes the first `length` bytes of the file (0: all of it) to fd, from its start, and
 * gives the size of the whole. */
bool rc_file_fetch(struct rc_pipeline *pipeline, const struct rc_file *file, int64_t length, int fd,
                   int64_t *size_bytes, struct rc_error *err);

#endif
