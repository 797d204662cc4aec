/* Actions used one after the other on a cloud of the test's own. */
#ifndef RC_TESTS_OPS_USE_H
#define RC_TESTS_OPS_USE_H

#include "tests/pipeline/cloud.h"

#include "ops/actions.h"
#include "ops/gateway.h"

#include <jansson.h>

struct use {
    struct rc_gateway *gateway;
    struct rc_op *op; /* the last use */
    char folder[96];  /* of the audit */
};

/* Opens a gateway to the cloud, whose queues and machine (cloud_intake) are its place's. Every
 * failure of these functions fails the test. */
void use_begin(struct use *use, struct cloud *cloud);
void use_end(struct use *use);

/* Previews the action on that target; the parameters are taken over. Gives what is known of the
 * target, which lives until the next use. */
const json_t *use_preview(struct use *use, const struct rc_op_action *action, const char *target,
                          json_t *params);

/* Confirms and performs what was previewed; it has to end like that. Gives the same. */
const json_t *use_perform(struct use *use, const char *outcome);

/* Both. */
const json_t *use_action(struct use *use, const struct rc_op_action *action, const char *target,
                         json_t *params, const char *outcome);

/* The preview fails with that code and words of that kind. */
void use_fails(struct use *use, const struct rc_op_action *action, const char *target,
               json_t *params, enum rc_code code, const char *words);

/* ----- what a target's document says ----- */

const char *use_text(const json_t *object, const char *name); /* "" when there is none */
bool use_warns(const json_t *target, const char *words);
void use_changes(const json_t *target, const char *what, const char *was, const char *becomes);

#endif
