/* A worker as a Lambda function: it asks the Runtime API for one invocation after another,
 * runs the step that each names, and hands back the answer or the error.
 * Source: "Using the Lambda runtime API for custom runtimes", AWS Lambda Developer Guide. */
#ifndef RC_PIPELINE_RUNTIME_H
#define RC_PIPELINE_RUNTIME_H

#include "pipeline/step.h"

/* Of an event and of an answer: "Lambda quotas", AWS Lambda Developer Guide. */
enum { RC_RUNTIME_PAYLOAD_BYTES = 6 << 20 };

struct rc_runtime;

/* `api` is AWS_LAMBDA_RUNTIME_API: host and port, perhaps with a path. Nothing is sent.
 * The loop is borrowed; it may be that of the pipeline's AWS. NULL without memory, or when
 * `api` cannot be one. */
struct rc_runtime *rc_runtime_new(struct rc_loop *loop, const char *api, struct rc_error *err);
void rc_runtime_free(struct rc_runtime *runtime); /* NULL is allowed */

/* Serves invocations for as long as the API gives any; ends with the error that stops it
 * (the API answers 500, or not at all), upon which the process has to end. While
 * a step runs, the pipeline has its request_id, trace and deadline. Failures of steps go to
 * the API and to the log, and the next one is asked for. */
void rc_runtime_serve(struct rc_runtime *runtime, struct rc_pipeline *pipeline,
                      const struct rc_step *steps, struct rc_error *err);

/* Says that the worker could not start: the function's invocation fails with the fault
 * and the text of `why`. False and err when even that could not be said. */
bool rc_runtime_fail_start(struct rc_runtime *runtime, const char *fault,
                           const struct rc_error *why, struct rc_error *err);

#endif
