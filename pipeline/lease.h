/* A lease on an item: its owner may work on what the item stands for until it runs out,
 * and each time it changes hands its fence grows. Whatever decides what others see is
 * conditional on the fence, so that an owner that was taken for dead and wakes up later
 * decides nothing. The item's attributes: owner, fence, until (ms since 1970). */
#ifndef RC_PIPELINE_LEASE_H
#define RC_PIPELINE_LEASE_H

#include "aws/loop.h"
#include "pipeline/store.h"

struct rc_lease {
    struct rc_pipeline *pipeline;
    struct rc_key key; /* in the table of states */
    int64_t fence;
    bool lost; /* somebody else has it, as the last renewal has found */
    struct rc_timer timer;
    struct rc_call *renewal;
};

/* Takes it for pipeline->run when nobody has it, its time has run out, or the same run
 * has it. RC_REFUSED: another has it (pipeline->fault is "LeaseHeld"). now: the item as
 * it is then, the caller's; may be NULL. */
enum rc_stored rc_lease_take(struct rc_pipeline *pipeline, const struct rc_key *key,
                             struct rc_lease *lease, json_t **now, struct rc_error *err);

/* Takes up a lease of which the run has the fence already. */
void rc_lease_resume(struct rc_pipeline *pipeline, const struct rc_key *key, int64_t fence,
                     struct rc_lease *lease);

/* Renews it from now on, whenever the loop runs. */
void rc_lease_keep(struct rc_lease *lease);
void rc_lease_stop(struct rc_lease *lease); /* no renewals any more */

/* Gives it back, when it still is the run's. */
bool rc_lease_give(struct rc_lease *lease, struct rc_error *err);

/* Takes it away from the owner that has it with that fence: an operator's way when its run is
 * dead. The fence grows, so that the owner, should it live, decides nothing any more. RC_REFUSED:
 * it is not held like that, and stays as it is. */
enum rc_stored rc_lease_break(struct rc_pipeline *pipeline, const struct rc_key *key,
                              const char *owner, int64_t fence, struct rc_error *err);

/* The condition that the lease is the run's and its values: adds ":owner" and ":fence"
 * to the values of the write that has it. */
#define RC_LEASE_HOLDS "#owner = :owner AND #fence = :fence"
void rc_lease_values(const struct rc_lease *lease, struct rc_draft *values);

#endif
