/* The steps of the pipeline by name. A step takes a JSON object and gives one, whoever
 * runs it: Lambda, a Fargate task or a test. deploy/machine.asl.json calls them; a
 * step can be run again at any time, by anyone, and leaves what it left before.
 *
 *   step      takes (besides "step" and "run")              gives
 *   admit     "Records": messages of the queue              "batchItemFailures"
 *   inspect   "file", "route"                               "outcome" ingest | ignored, "program",
 *                                                           "date", "side", "delivery", "size",
 *                                                           "records" (-1: not known),
 *                                                           "fargate_over_bytes",
 *                                                           "fargate_over_records", "route"
 *   ingest    "file", "inspected": what inspect gave        "outcome" activated | duplicate |
 *                                                           conflicting | superseded | rejected |
 *                                                           handover, "records", "rejected"
 *   prepare   "program", "date"                             "outcome" waiting | unchanged | match,
 *                                                           "fingerprint", "fence", "passes":
 *                                                           [{"tasks": [{"pass", "first",
 *                                                           "count"}]}]
 *   match     "program", "date", "fingerprint", "fence",    "discrepancies"
 *             "pass", "first", "count"
 *   rollup    "program", "date", "fingerprint", "fence"     "outcome" written | unchanged,
 *                                                           "version", "balanced", "digest",
 *                                                           "outcome_digest"
 *   finish    "file", "inspected", "outcome"                {}: slots are given back
 *   fail      "file", "at": name of the state, "error":     "outcome", "cause": name and words of
 *             {"Error", "Cause"}                            what failed; the file is marked, its
 *                                                           message is in the queue of failed
 *                                                           ones, slots are given back
 *   ping      "wait_ms" (0 without)                         "pong": true, "request_id",
 *                                                           "waited_ms"
 *   verify    "program", "date"                             "same", "differences": [{"what",
 *                                                           "shard", "found", "stored"}]: a day
 *                                                           that is rolled up, matched again
 *                                                           and compared; nothing is kept
 *   sweep     "program", "date"                             "removed", "left": true when there
 *                                                           is more
 *   reprocess "file", "route" (auto), "from": checkpoint    "outcome" queued | running | planned
 *             (without it) | scratch, "accept": true when   (a dry run), "run", "attempt",
 *             a CONFLICTING_FILE is to count, "dry_run"     "state" until then, "changes":
 *                                                           [{"what", "was", "becomes"}]; see
 *                                                           pipeline/reprocess.c
 *
 * "run" names the execution that the step is part of, "started" (ISO 8601) says when that
 * began. "file" is {"bucket", "key", "version", "size", "sequencer"}, "route" auto | lambda |
 * fargate. */
#ifndef RC_PIPELINE_STEP_H
#define RC_PIPELINE_STEP_H

#include "pipeline/pipeline.h"

#include <jansson.h>

struct rc_step {
    const char *name;
    /* Gives an object of the caller's, or NULL and err; pipeline->fault names the error. */
    json_t *(*run)(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err);
};

extern const struct rc_step rc_steps[]; /* a row without a name ends them */

/* The step that `in` names ("step", or admit for messages of a queue), run; its duration,
 * its failures and what it asked of AWS are counted (docs/worker.md, "Metrics"), it is noted
 * in its run's item (pipeline/run_log.h), and a failure is logged. Gives what the step gave: an
 * object of the caller's, or NULL, err and the error's name in pipeline->fault. The names of
 * errors: "BadInput" (never worth a retry), "LeaseHeld", "Throttled", "InputsChanged" (a match or a
 * rollup: the day has to be prepared anew), "StepFailed". */
json_t *rc_step_run(struct rc_pipeline *pipeline, const struct rc_step *steps, const json_t *in,
                    struct rc_error *err);

#endif
