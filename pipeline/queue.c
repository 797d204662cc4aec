#include "pipeline/queue.h"

#include "aws/sqs.h"
#include "pipeline/store.h"

#include <stdlib.h>

bool rc_queue_send(struct rc_pipeline *pipeline, const char *queue_url, json_t *message,
                   struct rc_error *err)
{
    char *text = message ? json_dumps(message, JSON_COMPACT) : NULL;
    struct rc_sqs_send in = {.queue_url = queue_url, .body = text};
    struct rc_call *call = text ? rc_sqs_send(pipeline->aws, &in, NULL, NULL) : NULL;
    if (!call)
        rc_error_nomem(err);
    bool ok = call && (rc_call_wait(call, err) || rc_store_failed(pipeline, call, err));
    rc_call_free(call);
    free(text);
    json_decref(message);
    return ok;
}
