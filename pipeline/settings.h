/* What a worker is told by its environment (docs/worker.md has the variables), read once. */
#ifndef RC_PIPELINE_SETTINGS_H
#define RC_PIPELINE_SETTINGS_H

#include "pipeline/pipeline.h"

/* Fills the settings of a pipeline of zeroes: names, the card key and limits; the rest
 * stays. variable NULL: the process's own environment. Texts are borrowed from it. False with
 * the first variable that is missing or wrong, and with what is allowed; the message never
 * has the key. */
bool rc_settings_read(struct rc_pipeline *pipeline,
                      const char *(*variable)(void *ctx, const char *name), void *ctx,
                      struct rc_error *err);

/* Wipes the card key. */
void rc_settings_wipe(struct rc_pipeline *pipeline);

#endif
