/* Which of the items that are gathered go into one batch. Pure. */
#ifndef RC_PIPELINE_DEAL_H
#define RC_PIPELINE_DEAL_H

#include <stddef.h>
#include <stdint.h>

enum {
    RC_DEAL_ITEMS = 1600,
    RC_DEAL_BATCH = 25, /* items of a BatchWriteItem */
    RC_DEAL_LANES = 256,
};

/* The order in which `count` items (RC_DEAL_ITEMS at most) are sent, RC_DEAL_BATCH to a batch:
 * order[i] is the index of the item that is sent as number i, and each is there once. lanes: of
 * each item, what it shares a partition with; those that are equal modulo RC_DEAL_LANES are one.
 *
 * A lane's items are in different batches while it has no more of them than there are (and all
 * are full), and these batches lie as evenly among the others as they can: a partition holds a
 * second's units, and a table that takes all of the items within a second would refuse some of a
 * lane that came at once. */
void rc_deal(const uint32_t *lanes, size_t count, uint32_t *order);

#endif
