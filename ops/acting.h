/* What the functions of an action (ops/action.h) work with. */
#ifndef RC_OPS_ACTING_H
#define RC_OPS_ACTING_H

#include "ops/gateway.h"
#include "ops/place.h"
#include "pipeline/pipeline.h"

/* ----- what it was told ----- */

/* The value of a parameter: given, or its fallback; of a file (is_file), its path. Never NULL. */
const char *rc_op_param(const struct rc_op *op, const char *name);

/* Whether a parameter that has choices no and yes is yes. */
bool rc_op_flag(const struct rc_op *op, const char *name);

/* The pipeline of that place, with its client and tables; its queues and machine when
 * rc_op_place has been asked before. Borrowed. */
struct rc_pipeline *rc_op_pipeline(struct rc_op *op);

/* Account, region and the names that follow from them; asked for once. NULL with an error. */
const struct rc_stack_place *rc_op_place(struct rc_op *op, struct rc_error *err);

/* Where the action may keep what it needs for all targets; its `end` frees it. */
void **rc_op_state(struct rc_op *op);

/* Whether this is a preview only; reads alone. */
bool rc_op_previews(const struct rc_op *op);

/* How many targets there are in all. */
size_t rc_op_count(const struct rc_op *op);

/* ----- what a preview says of the target ----- */

/* A call that will be made, on what, and how often: "sqs:SendMessage", "recon-arrivals", 1. */
void rc_op_will_call(struct rc_op *op, const char *call, const char *on, int64_t count);
void rc_op_will_change(struct rc_op *op, const char *what, const char *was, const char *becomes);
void rc_op_warn(struct rc_op *op, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Why it will not be done; the last word of a preview, which then returns true. */
void rc_op_refuse(struct rc_op *op, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What is to be typed to confirm a severe action on this target alone, where that is not the
 * target as it was given: a queue's name, not its address. */
void rc_op_call_it(struct rc_op *op, const char *name);

/* The state that the action goes out from: "attempt 2", "redrives 0". It makes its key, together
 * with action, target and parameters. With it, the same thing is never done twice: an attempt with
 * a key that has been done is not made. Without it, each attempt has a key of its own, unless an
 * earlier one is open (ops/audit.h), which it then takes up. */
void rc_op_goes_from(struct rc_op *op, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What the target is like as it is shown, where that does not make its key: an ETag, a version.
 * The performance gets it back, to do nothing when it is not like that any more. */
void rc_op_saw(struct rc_op *op, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ----- while it performs ----- */

/* Of this target: 64 hex digits, the same whenever it is tried again. For tokens and names that
 * AWS recognises repetitions by; cut them as they need it. */
const char *rc_op_key(const struct rc_op *op);

/* What the preview saw of the target; "" when it said nothing. */
const char *rc_op_seen(const struct rc_op *op);

/* Whoever does it: the caller's ARN. */
const char *rc_op_who(const struct rc_op *op);

/* An earlier attempt with that key was begun, and nobody knows how it ended. */
bool rc_op_again(const struct rc_op *op);

/* Something that is done in several parts keeps each in the audit once it is done; whether
 * this one was, by this or an earlier attempt with the key. What `part` says is up to the action.
 */
bool rc_op_part_is_done(const struct rc_op *op, const char *part);
bool rc_op_part_done(struct rc_op *op, const char *part, struct rc_error *err);

/* Says what it is doing; false: the operator wants it to stop. */
bool rc_op_tell(struct rc_op *op, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* How it ended, when it did not fail: "done" without a word. */
void rc_op_unchanged(struct rc_op *op, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void rc_op_done(struct rc_op *op, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* It was done, and what it found is not in order: the command ends with 1. */
void rc_op_attention(struct rc_op *op);

/* What came of it, for those who read JSON; takes over the reference. */
void rc_op_answer(struct rc_op *op, json_t *answer);

/* The last call to AWS that was to change something may have been taken although it failed: no
 * answer came. An action that then finds out what happened says so with done or unchanged. */
bool rc_op_in_doubt(const struct rc_op *op);

#endif
