/* A worker as a Fargate task, or by hand: one step, and its end is the process's. */
#ifndef RC_PIPELINE_TASK_H
#define RC_PIPELINE_TASK_H

#include "pipeline/step.h"

enum {
    RC_TASK_INPUT_BYTES = 256 << 10, /* a state's input: "Step Functions quotas" */
    RC_TASK_DONE = 0,                /* exit statuses */
    RC_TASK_FAILED = 1,
};

/* Runs the step that the input (JSON) names; `step` names it instead when it is not NULL.
 * The answer is a line of JSON on `answers`; a failure is a line on pipeline->lines. A step
 * that hands over what is left ("outcome": "handover") has not done its work: the task
 * fails with "Handover", for a task cannot hand on its answer, and whoever runs it runs it
 * again.
 *
 * SIGTERM, which ECS sends to a task that it stops, gives the step a deadline stop_ms away
 * (within which it leaves a checkpoint); the signal has to be blocked from the start of the
 * process, and is waited for on the loop of pipeline->aws. Gives the exit status. */
int rc_task_run(struct rc_pipeline *pipeline, const struct rc_step *steps, const char *step,
                const char *input, size_t length, FILE *answers);

/* Blocks SIGTERM; call it first. */
void rc_task_block_signals(void);

#endif
