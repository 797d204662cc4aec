#include "aws/batch.h"

#include "aws/batch_parts.h"
#include "aws/ddb_item.h"
#include "aws/dynamodb.h"
#include "aws/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BODY_CAP = 32 << 20, /* of the text of a request's entries */
    ID_BYTES = 24,
};

static const char unsaid[] = "the answer does not say what became of it";

static const char unasked[] = "the answer has an item whose key was not asked for";

static size_t length_of(const char *text)
{
    return text ? strlen(text) : 0;
}

/* What an answer left unsaid is no success. */
static void settle_rest(struct rc_batch *batch, struct rc_batch_request *request,
                        enum rc_batch_verdict verdict, const char *message)
{
    for (size_t i = 0; i < request->count; i++)
        rc_batch_settle(batch, request, i, verdict, "", message);
}

static void add_consumed(struct rc_batch *batch, const struct rc_dynamodb_consumed *consumed,
                         size_t count)
{
    for (size_t i = 0; i < count; i++)
        batch->counts.consumed_units += consumed[i].units;
}

/* ----- keys of DynamoDB items ----- */

/* The key's attributes as one text, which is the same for the same key; NULL when one
 * of them is missing. The caller frees it. */
static char *key_of(const json_t *item, const char *const keys[2])
{
    json_t *key = json_object();
    bool ok = key != NULL;
    for (int i = 0; ok && i < 2 && keys[i]; i++) {
        json_t *value = json_object_get(item, keys[i]);
        ok = value && json_object_set(key, keys[i], value) == 0;
    }
    char *text = ok ? json_dumps(key, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(key);
    return text;
}

static bool read_key(struct rc_batch *batch, size_t index, const char *text,
                     const char *const keys[2], struct rc_error *err)
{
    if ((batch->entries[index].key = rc_batch_plain_key(text, keys, &batch->texts)))
        return true;
    json_t *item = rc_json_parse(text, strlen(text), RC_ITEM_CAP, err);
    if (!item) {
        rc_error_prefix(err, "entry %zu of the batch", index + 1);
        return false;
    }
    char *key = key_of(item, keys);
    json_decref(item);
    if (!key) {
        rc_error_set(err, RC_USAGE, "entry %zu of the batch lacks %s%s%s", index + 1, keys[0],
                     keys[1] ? " or " : "", keys[1] ? keys[1] : "");
        return false;
    }
    batch->entries[index].key = rc_arena_text(&batch->texts, key, strlen(key));
    free(key);
    if (!batch->entries[index].key)
        rc_error_nomem(err);
    return batch->entries[index].key != NULL;
}

/* The position in the request of the entry with the item's key; false when there is
 * none. */
static bool find_position(struct rc_batch *batch, const struct rc_batch_request *request,
                          const json_t *item, const char *const keys[2], size_t *position)
{
    char *key = key_of(item, keys);
    for (*position = 0; key && *position < request->count; ++*position) {
        if (strcmp(rc_batch_at(batch, request, *position)->key, key) == 0) {
            free(key);
            return true;
        }
    }
    free(key);
    return false;
}

/* ----- BatchWriteItem ----- */

static size_t write_bytes(const struct rc_batch *batch, size_t index)
{
    return strlen(batch->in.write.items.items[index].json);
}

static struct rc_call *write_send(struct rc_batch *batch, struct rc_batch_request *request,
                                  rc_done done)
{
    struct rc_buf text;
    struct rc_jsonw json;
    struct rc_call *call = NULL;
    rc_buf_init(&text, BODY_CAP);
    rc_jsonw_init(&json, &text);
    rc_jsonw_open(&json, '{');
    rc_jsonw_key(&json, batch->in.write.table);
    rc_jsonw_open(&json, '[');
    for (size_t i = 0; i < request->count; i++) {
        const struct rc_batch_item *item = &batch->in.write.items.items[request->entries[i]];
        rc_jsonw_open(&json, '{');
        rc_jsonw_key(&json, item->remove ? "DeleteRequest" : "PutRequest");
        rc_jsonw_open(&json, '{');
        rc_jsonw_key(&json, item->remove ? "Key" : "Item");
        rc_jsonw_raw(&json, item->json);
        rc_jsonw_close(&json, '}');
        rc_jsonw_close(&json, '}');
    }
    rc_jsonw_close(&json, ']');
    rc_jsonw_close(&json, '}');
    if (!text.failed)
        call = rc_dynamodb_batch_write(
            batch->aws,
            &(struct rc_dynamodb_batch_write){.request_items = text.data,
                                              .return_consumed =
                                                  batch->options.consumed ? "TOTAL" : NULL},
            done, request);
    rc_buf_free(&text);
    return call;
}

static const json_t *written_item(const json_t *unprocessed)
{
    const json_t *put = json_object_get(unprocessed, "PutRequest");
    return put ? json_object_get(put, "Item")
               : json_object_get(json_object_get(unprocessed, "DeleteRequest"), "Key");
}

/* An item that cannot be found among those that were sent would be lost: then all of
 * them are sent again, which does no harm. */
static bool all_found(struct rc_batch *batch, struct rc_batch_request *request, const json_t *list)
{
    size_t position;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!find_position(batch, request, written_item(json_array_get(list, i)),
                           batch->in.write.keys, &position))
            return false;
    return true;
}

static void write_read(struct rc_batch *batch, struct rc_batch_request *request, const void *answer)
{
    const struct rc_dynamodb_batch_written *written = answer;
    const json_t *list = json_object_get(written->unprocessed_items, batch->in.write.table);
    bool lost = !all_found(batch, request, list);
    size_t position;
    add_consumed(batch, written->consumed.items, written->consumed.count);
    for (size_t i = 0; !lost && i < json_array_size(list); i++)
        if (find_position(batch, request, written_item(json_array_get(list, i)),
                          batch->in.write.keys, &position))
            rc_batch_settle(batch, request, position, RC_BATCH_CAME_BACK, "", "");
    settle_rest(batch, request, lost ? RC_BATCH_CAME_BACK : RC_BATCH_TAKEN, "");
}

/* ----- BatchGetItem ----- */

static size_t get_bytes(const struct rc_batch *batch, size_t index)
{
    return strlen(batch->in.get.wanted.items[index]);
}

static void add_text(struct rc_jsonw *json, const char *key, const char *text)
{
    if (!text)
        return;
    rc_jsonw_key(json, key);
    rc_jsonw_str(json, text);
}

static struct rc_call *get_send(struct rc_batch *batch, struct rc_batch_request *request,
                                rc_done done)
{
    const struct rc_batch_get_items *in = &batch->in.get;
    struct rc_buf text;
    struct rc_jsonw json;
    struct rc_call *call = NULL;
    rc_buf_init(&text, BODY_CAP);
    rc_jsonw_init(&json, &text);
    rc_jsonw_open(&json, '{');
    rc_jsonw_key(&json, in->table);
    rc_jsonw_open(&json, '{');
    rc_jsonw_key(&json, "Keys");
    rc_jsonw_open(&json, '[');
    for (size_t i = 0; i < request->count; i++)
        rc_jsonw_raw(&json, in->wanted.items[request->entries[i]]);
    rc_jsonw_close(&json, ']');
    if (in->consistent) {
        rc_jsonw_key(&json, "ConsistentRead");
        rc_jsonw_bool(&json, true);
    }
    add_text(&json, "ProjectionExpression", in->projection);
    if (in->names) {
        rc_jsonw_key(&json, "ExpressionAttributeNames");
        rc_jsonw_raw(&json, in->names);
    }
    rc_jsonw_close(&json, '}');
    rc_jsonw_close(&json, '}');
    if (!text.failed)
        call =
            rc_dynamodb_batch_get(batch->aws,
                                  &(struct rc_dynamodb_batch_get){
                                      .request_items = text.data,
                                      .return_consumed = batch->options.consumed ? "TOTAL" : NULL},
                                  done, request);
    rc_buf_free(&text);
    return call;
}

/* An item without a place must not pass for one that is not there: then what the answer
 * does not name is asked for again. */
static void get_read(struct rc_batch *batch, struct rc_batch_request *request, const void *answer)
{
    const struct rc_dynamodb_batch_got *got = answer;
    const char *const *keys = batch->in.get.keys;
    const json_t *items = json_object_get(got->responses, batch->in.get.table);
    const json_t *left =
        json_object_get(json_object_get(got->unprocessed_keys, batch->in.get.table), "Keys");
    bool lost = false;
    size_t position;
    add_consumed(batch, got->consumed.items, got->consumed.count);
    for (size_t i = 0; i < json_array_size(items); i++) {
        json_t *item = json_array_get(items, i);
        if (!find_position(batch, request, item, keys, &position)) {
            lost = true;
            continue;
        }
        struct rc_batch_outcome *outcome = &rc_batch_at(batch, request, position)->outcome;
        if (!outcome->item)
            outcome->item = json_incref(item);
        rc_batch_settle(batch, request, position, RC_BATCH_TAKEN, "", "");
    }
    for (size_t i = 0; i < json_array_size(left); i++) {
        if (find_position(batch, request, json_array_get(left, i), keys, &position))
            rc_batch_settle(batch, request, position, RC_BATCH_CAME_BACK, "", "");
        else
            lost = true;
    }
    settle_rest(batch, request, lost ? RC_BATCH_CAME_BACK : RC_BATCH_TAKEN, lost ? unasked : "");
}

/* ----- SendMessageBatch and DeleteMessageBatch ----- */

/* Entries are called by their position in the request. */
static void make_ids(char ids[][ID_BYTES], size_t count)
{
    for (size_t i = 0; i < count; i++)
        snprintf(ids[i], ID_BYTES, "%zu", i);
}

static bool position_of(const struct rc_batch_request *request, const char *id, size_t *position)
{
    char *end = NULL;
    if (!id || *id < '0' || *id > '9')
        return false;
    *position = strtoul(id, &end, 10);
    return *end == '\0' && *position < request->count;
}

static void read_failed(struct rc_batch *batch, struct rc_batch_request *request,
                        const struct rc_sqs_batch_failed *failed, size_t count)
{
    size_t position;
    for (size_t i = 0; i < count; i++)
        if (position_of(request, failed[i].id, &position))
            rc_batch_settle(batch, request, position,
                            failed[i].sender_fault ? RC_BATCH_REFUSED : RC_BATCH_CAME_BACK,
                            failed[i].code, failed[i].message);
}

static void keep_id(struct rc_batch *batch, struct rc_batch_request *request, size_t position,
                    const char *id)
{
    struct rc_batch_entry *entry = rc_batch_at(batch, request, position);
    entry->outcome.id = id ? rc_arena_text(&batch->texts, id, strlen(id)) : NULL;
}

enum { SQS_ENTRIES = 10 };

/* A message's size is that of its body and of its attributes' names, types and
 * values: "Amazon SQS message quotas", Amazon SQS Developer Guide. */
static size_t send_bytes(const struct rc_batch *batch, size_t index)
{
    const struct rc_sqs_send_entry *message = &batch->in.send.messages.items[index];
    size_t bytes = length_of(message->body);
    for (size_t i = 0; i < message->message_attributes.count; i++) {
        const struct rc_sqs_message_attribute *one = &message->message_attributes.items[i];
        bytes += length_of(one->key) + length_of(one->data_type) + length_of(one->string_value) +
                 one->binary_value.length;
    }
    return bytes;
}

static struct rc_call *send_send(struct rc_batch *batch, struct rc_batch_request *request,
                                 rc_done done)
{
    struct rc_sqs_send_entry entries[SQS_ENTRIES];
    char ids[SQS_ENTRIES][ID_BYTES];
    make_ids(ids, request->count);
    for (size_t i = 0; i < request->count; i++) {
        entries[i] = batch->in.send.messages.items[request->entries[i]];
        entries[i].id = ids[i];
    }
    return rc_sqs_send_batch(batch->aws,
                             &(struct rc_sqs_send_batch){.queue_url = batch->in.send.queue_url,
                                                         .entries = {entries, request->count}},
                             done, request);
}

static void send_read(struct rc_batch *batch, struct rc_batch_request *request, const void *answer)
{
    const struct rc_sqs_sent_batch *sent = answer;
    size_t position;
    for (size_t i = 0; i < sent->successful.count; i++) {
        const struct rc_sqs_sent_entry *one = &sent->successful.items[i];
        if (!position_of(request, one->id, &position))
            continue;
        keep_id(batch, request, position, one->message_id);
        rc_batch_settle(batch, request, position, RC_BATCH_TAKEN, "", "");
    }
    read_failed(batch, request, sent->failed.items, sent->failed.count);
    settle_rest(batch, request, RC_BATCH_REFUSED, unsaid);
}

static size_t delete_bytes(const struct rc_batch *batch, size_t index)
{
    return length_of(batch->in.remove.receipt_handles.items[index]);
}

static struct rc_call *delete_send(struct rc_batch *batch, struct rc_batch_request *request,
                                   rc_done done)
{
    struct rc_sqs_delete_entry entries[SQS_ENTRIES];
    char ids[SQS_ENTRIES][ID_BYTES];
    make_ids(ids, request->count);
    for (size_t i = 0; i < request->count; i++)
        entries[i] = (struct rc_sqs_delete_entry){
            ids[i], batch->in.remove.receipt_handles.items[request->entries[i]]};
    return rc_sqs_delete_batch(
        batch->aws,
        &(struct rc_sqs_delete_batch){.queue_url = batch->in.remove.queue_url,
                                      .entries = {entries, request->count}},
        done, request);
}

static void delete_read(struct rc_batch *batch, struct rc_batch_request *request,
                        const void *answer)
{
    const struct rc_sqs_deleted_batch *deleted = answer;
    size_t position;
    for (size_t i = 0; i < deleted->successful.count; i++)
        if (position_of(request, deleted->successful.items[i].id, &position))
            rc_batch_settle(batch, request, position, RC_BATCH_TAKEN, "", "");
    read_failed(batch, request, deleted->failed.items, deleted->failed.count);
    settle_rest(batch, request, RC_BATCH_REFUSED, unsaid);
}

/* ----- PutEvents ----- */

enum { EVENTS_ENTRIES = 10, EVENT_TIME_BYTES = 14 };

/* "Calculating PutEvents event entry size", Amazon EventBridge User Guide. */
static size_t event_bytes(const struct rc_batch *batch, size_t index)
{
    const struct rc_events_entry *event = &batch->in.events.events.items[index];
    size_t bytes = (event->at_unix_ms ? EVENT_TIME_BYTES : 0) + length_of(event->source) +
                   length_of(event->detail_type) + length_of(event->detail);
    for (size_t i = 0; i < event->resources.count; i++)
        bytes += length_of(event->resources.items[i]);
    return bytes;
}

static struct rc_call *event_send(struct rc_batch *batch, struct rc_batch_request *request,
                                  rc_done done)
{
    struct rc_events_entry entries[EVENTS_ENTRIES];
    for (size_t i = 0; i < request->count; i++)
        entries[i] = batch->in.events.events.items[request->entries[i]];
    return rc_events_put(batch->aws, &(struct rc_events_put){.entries = {entries, request->count}},
                         done, request);
}

static void event_read(struct rc_batch *batch, struct rc_batch_request *request, const void *answer)
{
    const struct rc_events_put_done *put = answer;
    for (size_t i = 0; i < put->entries.count && i < request->count; i++) {
        const struct rc_events_put_entry *one = &put->entries.items[i];
        bool again = one->error_code && rc_retry_classify(200, one->error_code) != RC_RETRY_NEVER;
        keep_id(batch, request, i, one->event_id);
        rc_batch_settle(batch, request, i,
                        !one->error_code ? RC_BATCH_TAKEN
                        : again          ? RC_BATCH_CAME_BACK
                                         : RC_BATCH_REFUSED,
                        one->error_code, one->error_message);
    }
    settle_rest(batch, request, RC_BATCH_REFUSED, unsaid);
}

/* ----- PutMetricData ----- */

enum { METRIC_MEMBER_BYTES = 24, METRIC_BYTES = 160 };

/* About what its JSON has: texts, a number of up to 24 digits each, and the names of
 * the members. */
static size_t metric_bytes(const struct rc_batch *batch, size_t index)
{
    const struct rc_cloudwatch_datum *datum = &batch->in.metrics.data.items[index];
    size_t bytes = METRIC_BYTES + length_of(datum->name) + length_of(datum->value) +
                   (datum->values.count + datum->counts.count) * METRIC_MEMBER_BYTES +
                   (datum->statistics ? 4 * 2 * (size_t)METRIC_MEMBER_BYTES : 0);
    for (size_t i = 0; i < datum->dimensions.count; i++)
        bytes += METRIC_MEMBER_BYTES + length_of(datum->dimensions.items[i].name) +
                 length_of(datum->dimensions.items[i].value);
    return bytes;
}

static struct rc_call *metric_send(struct rc_batch *batch, struct rc_batch_request *request,
                                   rc_done done)
{
    struct rc_cloudwatch_datum *data = calloc(request->count, sizeof *data);
    if (!data)
        return NULL;
    for (size_t i = 0; i < request->count; i++)
        data[i] = batch->in.metrics.data.items[request->entries[i]];
    struct rc_call *call = rc_cloudwatch_put_data(
        batch->aws,
        &(struct rc_cloudwatch_put_data){.name_space = batch->in.metrics.name_space,
                                         .data = {data, request->count}},
        done, request);
    free(data);
    return call;
}

static void metric_read(struct rc_batch *batch, struct rc_batch_request *request,
                        const void *answer)
{
    (void)answer;
    settle_rest(batch, request, RC_BATCH_TAKEN, "");
}

/* ----- the table, and the ways in ----- */

/* Counts and sizes: "Quotas in Amazon DynamoDB", "Amazon SQS message quotas", "Amazon
 * EventBridge quotas", "CloudWatch service quotas". */
static const struct rc_batch_api write_api = {.operation = &rc_dynamodb_batch_write_operation,
                                              .most_entries = 25,
                                              .most_bytes = 16 << 20,
                                              .bytes = write_bytes,
                                              .send = write_send,
                                              .read = write_read};
static const struct rc_batch_api get_api = {.operation = &rc_dynamodb_batch_get_operation,
                                            .most_entries = 100,
                                            .most_bytes = 16 << 20,
                                            .bytes = get_bytes,
                                            .send = get_send,
                                            .read = get_read};
static const struct rc_batch_api send_api = {.operation = &rc_sqs_send_batch_operation,
                                             .most_entries = SQS_ENTRIES,
                                             .most_bytes = 1 << 20,
                                             .bytes = send_bytes,
                                             .send = send_send,
                                             .read = send_read};
static const struct rc_batch_api delete_api = {.operation = &rc_sqs_delete_batch_operation,
                                               .most_entries = SQS_ENTRIES,
                                               .most_bytes = 1 << 20,
                                               .bytes = delete_bytes,
                                               .send = delete_send,
                                               .read = delete_read};
static const struct rc_batch_api event_api = {.operation = &rc_events_put_operation,
                                              .most_entries = EVENTS_ENTRIES,
                                              .most_bytes = (256 << 10) - 1, /* less than 256 KB */
                                              .bytes = event_bytes,
                                              .send = event_send,
                                              .read = event_read};
static const struct rc_batch_api metric_api = {.operation = &rc_cloudwatch_put_data_operation,
                                               .most_entries = 1000,
                                               .most_bytes = 1000 * 1000,
                                               .bytes = metric_bytes,
                                               .send = metric_send,
                                               .read = metric_read};

struct rc_batch *rc_batch_write_items(struct rc_aws *aws, const struct rc_batch_write_items *in,
                                      const struct rc_batch_options *options, rc_batch_done done,
                                      void *ctx, struct rc_error *err)
{
    struct rc_batch *batch =
        rc_batch_new(aws, &write_api, in->items.count, options, done, ctx, err);
    if (!batch)
        return NULL;
    batch->in.write = *in;
    bool ok = true;
    for (size_t i = 0; ok && i < in->items.count; i++)
        ok = read_key(batch, i, in->items.items[i].json, in->keys, err);
    if (ok && rc_batch_chain(batch, err))
        return batch;
    rc_batch_free(batch);
    return NULL;
}

struct rc_batch *rc_batch_get_items(struct rc_aws *aws, const struct rc_batch_get_items *in,
                                    const struct rc_batch_options *options, rc_batch_done done,
                                    void *ctx, struct rc_error *err)
{
    struct rc_batch *batch = rc_batch_new(aws, &get_api, in->wanted.count, options, done, ctx, err);
    if (!batch)
        return NULL;
    batch->in.get = *in;
    bool ok = true;
    for (size_t i = 0; ok && i < in->wanted.count; i++)
        ok = read_key(batch, i, in->wanted.items[i], in->keys, err);
    if (ok && rc_batch_chain(batch, err))
        return batch;
    rc_batch_free(batch);
    return NULL;
}

struct rc_batch *rc_batch_send_messages(struct rc_aws *aws, const struct rc_batch_send_messages *in,
                                        const struct rc_batch_options *options, rc_batch_done done,
                                        void *ctx, struct rc_error *err)
{
    struct rc_batch *batch =
        rc_batch_new(aws, &send_api, in->messages.count, options, done, ctx, err);
    if (batch)
        batch->in.send = *in;
    return batch;
}

struct rc_batch *rc_batch_delete_messages(struct rc_aws *aws,
                                          const struct rc_batch_delete_messages *in,
                                          const struct rc_batch_options *options,
                                          rc_batch_done done, void *ctx, struct rc_error *err)
{
    struct rc_batch *batch =
        rc_batch_new(aws, &delete_api, in->receipt_handles.count, options, done, ctx, err);
    if (batch)
        batch->in.remove = *in;
    return batch;
}

struct rc_batch *rc_batch_put_events(struct rc_aws *aws, const struct rc_batch_put_events *in,
                                     const struct rc_batch_options *options, rc_batch_done done,
                                     void *ctx, struct rc_error *err)
{
    struct rc_batch *batch =
        rc_batch_new(aws, &event_api, in->events.count, options, done, ctx, err);
    if (batch)
        batch->in.events = *in;
    return batch;
}

struct rc_batch *rc_batch_put_metrics(struct rc_aws *aws, const struct rc_batch_put_metrics *in,
                                      const struct rc_batch_options *options, rc_batch_done done,
                                      void *ctx, struct rc_error *err)
{
    struct rc_batch *batch =
        rc_batch_new(aws, &metric_api, in->data.count, options, done, ctx, err);
    if (batch)
        batch->in.metrics = *in;
    return batch;
}
