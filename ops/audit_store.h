/* The audit at AWS: each line of the file (ops/audit.h) that is of an account and region is an
 * item of the state table there, too (pipeline/keys.h, AUDIT#date), with the line itself. */
#ifndef RC_OPS_AUDIT_STORE_H
#define RC_OPS_AUDIT_STORE_H

#include "ops/audit.h"
#include "ops/place.h"
#include "pipeline/pipeline.h"

/* Puts what is not there yet, the oldest first, and remembers how far it came. Putting one twice
 * changes nothing. False with an error when some are still missing; they are put the next time. */
bool rc_audit_store(struct rc_audit *audit, struct rc_pipeline *pipeline,
                    const struct rc_stack_place *place, struct rc_error *err);

/* The last line (its seq) that has been put at AWS, wherever that was; 0: none. A file that ends
 * before it has lost its end. */
int64_t rc_audit_stored(const struct rc_audit *audit);

#endif
