/* What the gateway and a use of an action are made of: for ops/gateway.c, which keeps the order,
 * and ops/acting.c, through which actions see it. */
#ifndef RC_OPS_GATEWAY_INTERNAL_H
#define RC_OPS_GATEWAY_INTERNAL_H

#include "ops/acting.h"
#include "ops/audit.h"

struct rc_gateway {
    struct rc_session session;
    struct rc_pipeline pipeline;
    struct rc_stack_place place;
    struct rc_audit *audit;
    bool production, read_only;
    char tool[24], profile[64];
};

enum { RC_OP_HASH_TEXT = 65, RC_OP_DETAIL_BYTES = 600, RC_OP_NAME_BYTES = 256 };

struct rc_op_target {
    char *name;
    char *from;       /* rc_op_goes_from; NULL: nothing was said */
    char *called;     /* rc_op_call_it; NULL likewise */
    char *seen;       /* rc_op_saw; NULL likewise */
    json_t *document; /* borrowed from the op's */
    bool refused;
};

struct rc_op {
    struct rc_gateway *gateway;
    const struct rc_op_action *action;
    json_t *params, *document;
    struct rc_op_target *targets;
    size_t count, at; /* at: the target it is about */
    rc_op_progress progress;
    void *progress_ctx;
    void *state;
    bool previewed, previews, performed, stopped;
    char confirmation[RC_OP_NAME_BYTES];
    char id[RC_OP_HASH_TEXT];

    /* Of the target that is being performed. */
    char key[RC_OP_HASH_TEXT], payload[RC_OP_HASH_TEXT];
    bool again, doubt;
    json_t *parts;    /* that are done */
    json_t *requests; /* of calls that change something */
    const char *outcome;
    char detail[RC_OP_DETAIL_BYTES];
};

/* Writes an entry of this op into the audit. kind: ops/audit.h. */
bool rc_op_audit(struct rc_op *op, const char *kind, const char *target, const char *outcome,
                 const char *detail, struct rc_error *err);

#endif
