/* What became of a run, for whoever is asked about it: an item RUNS#DATE / RUN#id in the
 * state table, to which each step that has a file or a day adds one small update.
 *
 *   run, program, date, side, bucket, object   as far as the steps knew them
 *   began, ended        of its first and its last step; ms since 1970
 *   step, outcome, cause, route                of its last step
 *   STEP_began, STEP_ended, STEP_route, STEP_outcome, STEP_cause
 *                       of each step: its first beginning, and its last end
 *   STEP_peak_mib       the most memory that the worker of its last end has had in use
 *   STEP_memory_mib     ... of that much, of a function; 0: not told
 *   STEP_attempts       how often it ran: tasks, of a match
 *   STEP_failures       how often it failed
 *   expires             seconds since 1970
 *
 * An outcome is what the step gave as "outcome", or "done", or the name of its error, with
 * the cause beside it. A route is lambda, or fargate for a step that runs as a task. */
#ifndef RC_PIPELINE_RUN_LOG_H
#define RC_PIPELINE_RUN_LOG_H

#include "pipeline/pipeline.h"

#include <jansson.h>

enum { RC_RUN_KEPT_DAYS = 90, RC_RUN_CAUSE_BYTES = 512 };

/* Notes the step pipeline->step, which began then; out: NULL when it failed with the fault
 * pipeline->fault, and `why`. "started" of `in` (an instant in ISO 8601) is when the run
 * began; without it that is today. A step without a file and a day is none of a run. When
 * the item cannot be written the log says so, and nothing else changes. */
void rc_run_note(struct rc_pipeline *pipeline, const json_t *in, const json_t *out,
                 const struct rc_error *why, int64_t began_unix_ms, const char *route);

/* The name and the words of what the step failed with last in this run, by its item; false when
 * it did not, or nobody knows. `in` as above. */
bool rc_run_failure(struct rc_pipeline *pipeline, const json_t *in, const char *step, char name[64],
                    char cause[RC_RUN_CAUSE_BYTES]);

#endif
