#include "local/services.h"

const struct rc_local_part *const rc_local_parts[] = {
    &rc_local_sts,
    &rc_local_admin,
    &rc_local_s3,
    &rc_local_sqs,
    &rc_local_events,
    &rc_local_cloudwatch,
    &rc_local_logs,
    &rc_local_dynamodb,
    &rc_local_lambda,
    &rc_local_event_source, /* behind the queues and the functions */
    &rc_local_ecs,
    &rc_local_states, /* behind those that it asks for work */
    NULL,
};
