/* A task on Fargate, looked at until it has ended: its states, and what it logs. */
#ifndef RC_OPS_TASK_FOLLOW_H
#define RC_OPS_TASK_FOLLOW_H

#include "ops/acting.h"

#include <jansson.h>

enum { RC_TASK_LINES = 20, RC_TASK_TOKEN_BYTES = 1024 };

struct rc_task_follow {
    const char *cluster;
    char arn[RC_PLACE_ARN_BYTES];
    char group[RC_PLACE_ARN_BYTES];  /* of its log; "": it has none that can be read */
    char stream[RC_PLACE_ARN_BYTES]; /* of it */
    char token[RC_TASK_TOKEN_BYTES]; /* where its log goes on */
    char status[32];                 /* the last one that was seen */
    char reason[256];                /* why it has stopped; "": AWS does not say */
    int64_t exit_code;               /* of its first container that has one; -1: none has */
    json_t *lines;                   /* the last of its log; the caller's */
    bool ended;
};

/* Tells each state and each line of the log, until the task has ended or the operator wants to
 * leave; the task goes on then. False with an error when it could not be looked at. */
bool rc_task_follow(struct rc_op *op, struct rc_task_follow *task, struct rc_error *err);

#endif
