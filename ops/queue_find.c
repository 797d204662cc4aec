#include "ops/queue_find.h"

#include "aws/sqs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool find_url(struct rc_op *op, const char *text, char url[RC_PLACE_URL_BYTES],
                     struct rc_error *err)
{
    bool failed = strcmp(text, "failed") == 0, arrivals = strcmp(text, "arrivals") == 0;
    if (failed || arrivals) {
        const struct rc_stack_place *place = rc_op_place(op, err);
        if (place)
            snprintf(url, RC_PLACE_URL_BYTES, "%s",
                     failed ? place->failed_url : place->arrivals_url);
        return place != NULL;
    }
    if (strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0) {
        snprintf(url, RC_PLACE_URL_BYTES, "%s", text);
        return true;
    }
    const struct rc_sqs_get_queue_url in = {.queue_name = text};
    struct rc_call *call = rc_sqs_get_queue_url(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    bool ok = rc_call_wait(call, err);
    if (ok)
        snprintf(url, RC_PLACE_URL_BYTES, "%s", rc_sqs_get_queue_url_answer(call)->queue_url);
    else
        rc_error_prefix(err, "queue %s", text);
    rc_call_free(call);
    return ok;
}

static void take(struct rc_queue_found *queue, const char *name, const char *value)
{
    if (strcmp(name, "QueueArn") == 0)
        snprintf(queue->arn, sizeof queue->arn, "%s", value);
    else if (strcmp(name, "ApproximateNumberOfMessages") == 0)
        queue->visible = strtoll(value, NULL, 10);
    else if (strcmp(name, "ApproximateNumberOfMessagesNotVisible") == 0)
        queue->in_flight = strtoll(value, NULL, 10);
    else if (strcmp(name, "ApproximateNumberOfMessagesDelayed") == 0)
        queue->delayed = strtoll(value, NULL, 10);
}

bool rc_queue_find(struct rc_op *op, const char *text, struct rc_queue_found *queue,
                   struct rc_error *err)
{
    static const char *const names[] = {"All"};
    *queue = (struct rc_queue_found){.visible = 0};
    if (!find_url(op, text, queue->url, err))
        return false;
    const struct rc_sqs_get_attributes in = {.queue_url = queue->url,
                                             .attribute_names = {names, 1}};
    struct rc_call *call = rc_sqs_get_attributes(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    bool ok = rc_call_wait(call, err);
    const struct rc_sqs_attributes *answer = ok ? rc_sqs_get_attributes_answer(call) : NULL;
    for (size_t i = 0; answer && i < answer->attributes.count; i++)
        take(queue, answer->attributes.items[i].key, answer->attributes.items[i].value);
    rc_call_free(call);
    if (!ok) {
        rc_error_prefix(err, "queue %s", text);
        return false;
    }
    const char *slash = strrchr(queue->url, '/');
    const char *name = slash ? slash + 1 : queue->url;
    size_t length = strlen(name);
    snprintf(queue->name, sizeof queue->name, "%.*s", RC_PLACE_NAME_BYTES - 1, name);
    queue->fifo = length > 5 && strcmp(name + length - 5, ".fifo") == 0;
    return true;
}

bool rc_queue_find_source(struct rc_op *op, const struct rc_queue_found *queue, size_t *count,
                          char url[RC_PLACE_URL_BYTES], struct rc_error *err)
{
    const struct rc_sqs_list_dead_letter_sources in = {.queue_url = queue->url};
    struct rc_call *call =
        rc_sqs_list_dead_letter_sources(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    bool ok = rc_call_wait(call, err);
    if (ok) {
        const struct rc_sqs_dead_letter_sources *answer =
            rc_sqs_list_dead_letter_sources_answer(call);
        *count = answer->queue_urls.count;
        snprintf(url, RC_PLACE_URL_BYTES, "%s", *count ? answer->queue_urls.items[0] : "");
    }
    rc_call_free(call);
    return ok;
}
