/* A delivery becomes the one that counts. */
#ifndef RC_PIPELINE_ACTIVATE_H
#define RC_PIPELINE_ACTIVATE_H

#include "core/day.h"
#include "pipeline/file.h"

/* What a delivery came to. */
struct rc_delivered {
    struct rc_delivery delivery;
    uint64_t records;
    const struct rc_side_totals *totals;
    rc_u128 digest; /* of its records */
};

/* In one transaction, which happens only while the lease (of the file's item) holds: the
 * file is ACTIVE, the day's CONFIG names the delivery, its TOTALS are there, and the file
 * whose delivery it replaces is REPLACED. Done again, it changes nothing. RC_REFUSED: a
 * later delivery counts; RC_UNSTORED with err: also when the lease is lost. */
enum rc_stored rc_delivery_activate(struct rc_lease *lease, const struct rc_file *file,
                                    const struct rc_delivered *delivered, struct rc_error *err);

#endif
