#include "pipeline/waiting.h"

#include "aws/sqs.h"
#include "pipeline/log.h"
#include "pipeline/store.h"

#include <inttypes.h>
#include <stdlib.h>

enum { SLOT_S = 2, SLOT_MOST_S = 60, FAILURE_S = 30, FAILURE_MOST_S = 900, DOUBLINGS = 16 };

/* A note is made again after so many waits, of a minute each at most: long before it expires. */
enum { NOTED_EVERY = 16, NOTE_KEPT_S = 60 * 60 };

/* Attributes of a message that was sent anew. */
static const char arrived[] = "Arrived"; /* when its file did, ms since 1970 */
static const char waits[] = "Waits";     /* how often it was sent anew */

static int64_t wait_s(int64_t least_s, int64_t most_s, int64_t times, double chance)
{
    int64_t doublings = times < 0 ? 0 : times > DOUBLINGS ? DOUBLINGS : times;
    int64_t whole_s = least_s << doublings;
    double longest_s = (double)(whole_s < most_s ? whole_s : most_s);
    return (int64_t)(longest_s * (1 + chance) / 2 + 0.5);
}

int64_t rc_waiting_for_slot_s(int64_t times, double chance)
{
    return wait_s(SLOT_S, SLOT_MOST_S, times, chance);
}

int64_t rc_waiting_behind_failure_s(int64_t times, double chance)
{
    return wait_s(FAILURE_S, FAILURE_MOST_S, times, chance);
}

/* ----- what a record says ----- */

static int64_t number_of(const json_t *text)
{
    const char *digits = json_string_value(text);
    int64_t number = digits ? strtoll(digits, NULL, 10) : 0;
    return number > 0 ? number : 0;
}

static int64_t own_attribute(const json_t *record, const char *name)
{
    const json_t *attributes = json_object_get(record, "messageAttributes");
    return number_of(json_object_get(json_object_get(attributes, name), "stringValue"));
}

/* SentTimestamp and ApproximateReceiveCount: "ReceiveMessage", Amazon SQS API Reference. */
static int64_t system_attribute(const json_t *record, const char *name)
{
    return number_of(json_object_get(json_object_get(record, "attributes"), name));
}

int64_t rc_waiting_since_ms(const json_t *record)
{
    int64_t since_ms = own_attribute(record, arrived);
    return since_ms ? since_ms : system_attribute(record, "SentTimestamp");
}

/* ----- notes ----- */

static void written(struct rc_pipeline *pipeline, const struct rc_write *write, const char *what)
{
    struct rc_error err = {0};
    if (rc_store_write(pipeline, write, NULL, &err) == RC_UNSTORED)
        rc_pipeline_log(pipeline, RC_LOG_WARN, "%s: %s", what, err.text);
    pipeline->fault[0] = '\0'; /* nobody waits for it */
}

void rc_waiting_note(struct rc_pipeline *pipeline, const json_t *record, const char *program,
                     const char *run)
{
    struct rc_key key;
    struct rc_draft draft;
    if (own_attribute(record, waits) % NOTED_EVERY != 0)
        return;
    rc_key_waiting(program, run, &key);
    rc_draft_item(&draft, &key);
    rc_item_int(&draft.json, "since", rc_waiting_since_ms(record));
    rc_item_int(&draft.json, "expires", rc_pipeline_now_ms(pipeline) / 1000 + NOTE_KEPT_S);
    const struct rc_write write = {
        .table = RC_TABLE_STATE, .key = &key, .item = rc_draft_done(&draft)};
    if (write.item)
        written(pipeline, &write, "that a file waits could not be noted");
    rc_draft_free(&draft);
}

void rc_waiting_forget(struct rc_pipeline *pipeline, const json_t *record, const char *program,
                       const char *run)
{
    struct rc_key key;
    bool came_before =
        own_attribute(record, waits) > 0 || system_attribute(record, "ApproximateReceiveCount") > 1;
    if (!came_before)
        return;
    rc_key_waiting(program, run, &key);
    written(pipeline,
            &(struct rc_write){.kind = RC_WRITE_DELETE, .table = RC_TABLE_STATE, .key = &key},
            "that a file waits no more could not be noted");
}

/* ----- waiting ----- */

static const char *handle_of(const json_t *record)
{
    return json_string_value(json_object_get(record, "receiptHandle"));
}

/* That this one is left over would do no harm: Lambda removes it, too. */
static void remove_it(struct rc_pipeline *pipeline, const json_t *record)
{
    struct rc_sqs_delete in = {.queue_url = pipeline->arrivals_queue_url,
                               .receipt_handle = handle_of(record)};
    struct rc_call *call = in.receipt_handle ? rc_sqs_delete(pipeline->aws, &in, NULL, NULL) : NULL;
    if (call)
        rc_call_wait(call, NULL);
    rc_call_free(call);
}

bool rc_waiting_send_anew(struct rc_pipeline *pipeline, const json_t *record)
{
    const char *body = json_string_value(json_object_get(record, "body"));
    int64_t times = own_attribute(record, waits);
    char since[24], count[24];
    if (!pipeline->arrivals_queue_url || !body)
        return false;
    snprintf(since, sizeof since, "%" PRId64, rc_waiting_since_ms(record));
    snprintf(count, sizeof count, "%" PRId64, times + 1);
    const struct rc_sqs_message_attribute attributes[] = {
        {.key = arrived, .data_type = "Number", .string_value = since},
        {.key = waits, .data_type = "Number", .string_value = count}};
    struct rc_sqs_send in = {.queue_url = pipeline->arrivals_queue_url,
                             .body = body,
                             .delay_s = rc_waiting_for_slot_s(times, rc_aws_chance(pipeline->aws)),
                             .message_attributes = {attributes, 2}};
    struct rc_call *call = rc_sqs_send(pipeline->aws, &in, NULL, NULL);
    bool sent = call && rc_call_wait(call, NULL);
    rc_call_free(call);
    if (sent)
        remove_it(pipeline, record);
    return sent;
}

void rc_waiting_come_back(struct rc_pipeline *pipeline, const json_t *record)
{
    int64_t times = system_attribute(record, "ApproximateReceiveCount") - 1;
    struct rc_sqs_change_visibility in = {
        .queue_url = pipeline->arrivals_queue_url,
        .receipt_handle = handle_of(record),
        .visibility_timeout_s = rc_waiting_behind_failure_s(times, rc_aws_chance(pipeline->aws))};
    if (!in.receipt_handle || !in.queue_url)
        return;
    struct rc_call *call = rc_sqs_change_visibility(pipeline->aws, &in, NULL, NULL);
    if (call)
        rc_call_wait(call, NULL);
    rc_call_free(call);
}
