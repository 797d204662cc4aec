/* What actions over runs, functions, tasks and queues share: the input that they hand on, and
 * waiting for what goes on at AWS. */
#ifndef RC_OPS_FOLLOW_H
#define RC_OPS_FOLLOW_H

#include "base/buf.h"
#include "ops/acting.h"

#include <jansson.h>

/* The parameters "input", a text, and "input-file", of which at most one is given; their rows: */
#define RC_OPS_INPUT_PARAMS                                                                        \
    {.name = "input", .help = "JSON that is handed on", .fallback = ""},                           \
    {                                                                                              \
        .name = "input-file", .help = "a file with that JSON", .fallback = "", .is_file = true     \
    }

/* The input as JSON: what the two say, or an empty object; with a step that is not "", its member
 * "step" is that. The caller's. NULL with an error, RC_USAGE, when it is no JSON, longer than
 * `most` bytes, or given twice; RC_IO when the file cannot be read. */
json_t *rc_follow_input(const struct rc_op *op, const char *step, size_t most,
                        struct rc_error *err);

/* Runs the loop for so long, or until *done (NULL: nothing ends it). */
void rc_follow_pause(struct rc_op *op, const bool *done, int64_t ms);

/* The same before a look at what goes on: for a tenth of a second first, then ever longer, up to
 * two seconds. *ms, 0 at first, is how long it was. */
void rc_follow_look_again(struct rc_op *op, int64_t *ms);

/* Whether a line of a log is for CloudWatch, which makes metrics of it, and not for people:
 * "Specification: Embedded metric format", Amazon CloudWatch User Guide. */
bool rc_follow_is_metrics(const char *line);

/* Whether the call failed with that code of AWS's own. */
bool rc_follow_failed_with(const struct rc_call *call, const char *code);

#endif
