/* Messages that were received to be dealt with. They are hidden from others for a while; those
 * that are not dealt with are given back at once in the end, so that a pass over a queue leaves the
 * others where they were, with a receipt more. */
#ifndef RC_OPS_QUEUE_HOLD_H
#define RC_OPS_QUEUE_HOLD_H

#include "aws/sqs.h"
#include "ops/acting.h"

enum {
    RC_HOLD_A_REQUEST = 10,       /* received at once: what SQS allows */
    RC_HOLD_MESSAGES = 10000,     /* at most, ... */
    RC_HOLD_BYTES = 64 << 20,     /* ... with bodies of so many bytes */
    RC_HOLD_HIDDEN_S = 12 * 3600, /* SQS allows so much: "ChangeMessageVisibility" */
};

struct rc_queue_hold;

/* Of the queue, hidden for so many seconds. NULL without memory. */
struct rc_queue_hold *rc_queue_hold_new(const char *url, int64_t hidden_s);
void rc_queue_hold_free(struct rc_queue_hold *hold); /* gives nothing back; NULL is allowed */

/* Receives a few more, or, where there are none that can be seen, waits so many seconds for one:
 * at least one, so that all servers of the queue are asked. False with an error: of the call, or
 * RC_LIMIT. */
bool rc_queue_hold_more(struct rc_op *op, struct rc_queue_hold *hold, int64_t wait_s,
                        struct rc_error *err);
bool rc_queue_hold_through(const struct rc_queue_hold *hold); /* the queue has no more to give */

/* Those that are held, in the order in which they came; NULL: dealt with, or none of that
 * place. Borrowed until the hold is freed. */
size_t rc_queue_hold_count(const struct rc_queue_hold *hold);
const struct rc_sqs_message *rc_queue_hold_at(const struct rc_queue_hold *hold, size_t index);

/* Its place; SIZE_MAX: none with that id is held. */
size_t rc_queue_hold_find(const struct rc_queue_hold *hold, const char *id);
void rc_queue_hold_forget(struct rc_queue_hold *hold, size_t index); /* it was dealt with */

/* Makes those that are left visible again. That this fails does no harm: they become visible by
 * themselves. */
void rc_queue_hold_give_back(struct rc_op *op, struct rc_queue_hold *hold);

#endif
