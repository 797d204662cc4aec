/* Where a session's pipeline is: its account and region, and what the stack of deploy/ calls
 * things there. What the worker is told by its environment (docs/worker.md) names others. */
#ifndef RC_OPS_PLACE_H
#define RC_OPS_PLACE_H

#include "aws/client.h"
#include "base/error.h"

#include <stdbool.h>

enum { RC_PLACE_NAME_BYTES = 128, RC_PLACE_ARN_BYTES = 320, RC_PLACE_URL_BYTES = 512 };

struct rc_stack_place {
    char partition[24]; /* "aws" */
    char account[16];   /* "" when it is not known */
    char region[40];
    char who[RC_PLACE_ARN_BYTES]; /* the caller's ARN */
    char machine_arn[RC_PLACE_ARN_BYTES];
    char worker[RC_PLACE_NAME_BYTES];  /* the worker's function */
    char cluster[RC_PLACE_NAME_BYTES]; /* of Fargate tasks */
    char bucket[RC_PLACE_NAME_BYTES];  /* that files arrive in */
    char arrivals_url[RC_PLACE_URL_BYTES], failed_url[RC_PLACE_URL_BYTES]; /* "" until asked for */
};

/* Asks who the caller is and fills in all but the queues. False with an error. */
bool rc_place_find(struct rc_aws *aws, struct rc_stack_place *place, struct rc_error *err);

/* Asks for the addresses of the two queues, unless they are known. */
bool rc_place_find_queues(struct rc_aws *aws, struct rc_stack_place *place, struct rc_error *err);

/* "…:stateMachine:NAME" of the machine becomes "…:execution:NAME:RUN"; a whole ARN stays. */
void rc_place_execution(const struct rc_stack_place *place, const char *run,
                        char arn[RC_PLACE_ARN_BYTES]);

#endif
