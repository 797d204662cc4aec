/* Every service of reconlocal: a file each, a line here and a row in
 * local/services.c. */
#ifndef RC_LOCAL_SERVICES_H
#define RC_LOCAL_SERVICES_H

#include "local/exchange.h"

/* A service's tables, what it keeps in memory, and its timers. The tables are made when
 * they are missing; `open` takes up what was going on before a restart, and fails with the
 * reason. `close` ends processes, timers and what waits, and frees what `open` made. */
struct rc_local_part {
    const struct rc_local_service *service;                     /* NULL: it answers no requests */
    const char *schema;                                         /* CREATE TABLE IF NOT EXISTS … */
    bool (*open)(struct rc_local *local, struct rc_error *err); /* may be NULL */
    void (*close)(struct rc_local *local);                      /* may be NULL */
};

extern const struct rc_local_part rc_local_s3;
extern const struct rc_local_part rc_local_events;
extern const struct rc_local_part rc_local_sqs;
extern const struct rc_local_part rc_local_dynamodb;
extern const struct rc_local_part rc_local_lambda;
extern const struct rc_local_part rc_local_event_source;
extern const struct rc_local_part rc_local_ecs;
extern const struct rc_local_part rc_local_states;
extern const struct rc_local_part rc_local_cloudwatch;
extern const struct rc_local_part rc_local_logs;
extern const struct rc_local_part rc_local_sts;
extern const struct rc_local_part rc_local_admin;

extern const struct rc_local_part *const rc_local_parts[]; /* NULL at the end */

/* What each part keeps in memory; a part sets its own pointer in `open`. */
struct rc_local_services {
    struct rc_local_s3_state *s3;
    struct rc_local_sqs_state *sqs;
    struct rc_local_events_state *events;
    struct rc_local_dynamodb_state *dynamodb;
    struct rc_local_lambda_state *lambda;
    struct rc_local_ecs_state *ecs;
    struct rc_local_states_state *states;
    struct rc_local_cloudwatch_state *cloudwatch;
    struct rc_local_logs_state *logs;
};

#endif
