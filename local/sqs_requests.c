/* The requests about messages, alone and in batches. */
#include "local/sqs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ----- batches ----- */

static bool good_id(const char *id)
{
    size_t length = id ? strlen(id) : 0;
    return length > 0 && length <= 80 &&
           strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == length;
}

static bool good_ids(struct rc_exchange *exchange, const json_t *entries)
{
    for (size_t i = 0; i < json_array_size(entries); i++) {
        const char *id = json_string_value(json_object_get(json_array_get(entries, i), "Id"));
        if (!good_id(id))
            return rc_queue_fail(exchange, "InvalidBatchEntryId",
                                 "A batch entry id can only contain alphanumeric characters, "
                                 "hyphens and underscores. It can be at most 80 letters long.");
        for (size_t j = 0; j < i; j++)
            if (strcmp(id, json_string_value(json_object_get(json_array_get(entries, j), "Id"))) ==
                0)
                return rc_queue_fail(exchange, "BatchEntryIdsNotDistinct", "Id %s repeated.", id);
    }
    return true;
}

/* What holds for every batch; NULL, and the exchange has failed. */
static const json_t *open_batch(struct rc_exchange *exchange, struct rc_queue *queue)
{
    const json_t *entries = json_object_get(exchange->in, "Entries");
    size_t count = json_array_size(entries);
    if (!rc_queue_of(exchange, queue))
        return NULL;
    if (count == 0)
        rc_queue_fail(exchange, "EmptyBatchRequest",
                      "There should be at least one %sRequestEntry in the request.",
                      exchange->operation->name);
    else if (count > RC_QUEUE_BATCH)
        rc_queue_fail(exchange, "TooManyEntriesInBatchRequest",
                      "Maximum number of entries per request are 10. You have sent %zu.", count);
    if (!exchange->failed && good_ids(exchange, entries))
        return entries;
    rc_queue_release(queue);
    return NULL;
}

/* Does each entry; those that fail stand in a list of their own. */
static void do_batch(struct rc_exchange *exchange, const struct rc_queue *queue,
                     const json_t *entries,
                     void (*done)(struct rc_exchange *exchange, const struct rc_queue *queue,
                                  const json_t *entry, struct rc_queue_fault *fault))
{
    struct rc_queue_fault faults[RC_QUEUE_BATCH] = {{0}};
    struct rc_jsonw *json = &exchange->json;
    size_t failed = 0;
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "Successful");
    rc_jsonw_open(json, '[');
    for (size_t i = 0; i < json_array_size(entries); i++) {
        done(exchange, queue, json_array_get(entries, i), &faults[i]);
        failed += faults[i].code != NULL;
    }
    rc_jsonw_close(json, ']');
    if (failed) {
        rc_jsonw_key(json, "Failed");
        rc_jsonw_open(json, '[');
    }
    for (size_t i = 0; failed && i < json_array_size(entries); i++) {
        if (!faults[i].code)
            continue;
        rc_jsonw_open(json, '{');
        rc_jsonw_key(json, "Id");
        rc_jsonw_str(json, json_string_value(json_object_get(json_array_get(entries, i), "Id")));
        rc_jsonw_key(json, "SenderFault");
        rc_jsonw_bool(json, true);
        rc_jsonw_key(json, "Code");
        rc_jsonw_str(json, faults[i].code);
        rc_jsonw_key(json, "Message");
        rc_jsonw_str(json, faults[i].message);
        rc_jsonw_close(json, '}');
    }
    if (failed)
        rc_jsonw_close(json, ']');
    rc_jsonw_close(json, '}');
}

/* Opens the object of an entry that was done. */
static void open_done(struct rc_exchange *exchange, const json_t *entry)
{
    rc_jsonw_open(&exchange->json, '{');
    rc_jsonw_key(&exchange->json, "Id");
    rc_jsonw_str(&exchange->json, json_string_value(json_object_get(entry, "Id")));
}

/* ----- sending ----- */

void rc_queue_send(struct rc_exchange *exchange)
{
    struct rc_queue queue;
    struct rc_queue_fault fault = {0};
    if (!rc_queue_of(exchange, &queue))
        return;
    rc_message_check(&queue, exchange->in, &fault);
    if (fault.code) {
        rc_queue_fail_with(exchange, &fault);
    } else {
        rc_jsonw_open(&exchange->json, '{');
        rc_message_send(exchange->local, &queue, exchange->in, &exchange->json);
        rc_jsonw_close(&exchange->json, '}');
    }
    rc_queue_release(&queue);
}

static void send_entry(struct rc_exchange *exchange, const struct rc_queue *queue,
                       const json_t *entry, struct rc_queue_fault *fault)
{
    rc_message_check(queue, entry, fault);
    if (fault->code)
        return;
    open_done(exchange, entry);
    rc_message_send(exchange->local, queue, entry, &exchange->json);
    rc_jsonw_close(&exchange->json, '}');
}

void rc_queue_send_batch(struct rc_exchange *exchange)
{
    struct rc_queue queue;
    const json_t *entries = open_batch(exchange, &queue);
    int64_t bytes = 0;
    if (!entries)
        return;
    for (size_t i = 0; i < json_array_size(entries); i++)
        bytes += rc_message_bytes(json_array_get(entries, i));
    if (bytes > RC_QUEUE_BYTES)
        rc_queue_fail(exchange, "BatchRequestTooLong",
                      "Batch requests cannot be longer than %d bytes. You have sent %lld bytes.",
                      RC_QUEUE_BYTES, (long long)bytes);
    else
        do_batch(exchange, &queue, entries, send_entry);
    rc_queue_release(&queue);
}

/* ----- deleting and hiding ----- */

static void end_request(struct rc_exchange *exchange, struct rc_queue *queue,
                        const struct rc_queue_fault *fault)
{
    if (fault->code)
        rc_queue_fail_with(exchange, fault);
    rc_queue_release(queue);
}

void rc_queue_delete_message(struct rc_exchange *exchange)
{
    struct rc_queue queue;
    struct rc_queue_fault fault = {0};
    if (!rc_queue_of(exchange, &queue))
        return;
    rc_message_delete(exchange->local, &queue, rc_exchange_text(exchange, "ReceiptHandle"), &fault);
    end_request(exchange, &queue, &fault);
}

void rc_queue_change_visibility(struct rc_exchange *exchange)
{
    struct rc_queue queue;
    struct rc_queue_fault fault = {0};
    if (!rc_queue_of(exchange, &queue))
        return;
    rc_message_change_visibility(exchange->local, &queue,
                                 rc_exchange_text(exchange, "ReceiptHandle"),
                                 rc_exchange_int(exchange, "VisibilityTimeout", -1), &fault);
    end_request(exchange, &queue, &fault);
}

static void delete_entry(struct rc_exchange *exchange, const struct rc_queue *queue,
                         const json_t *entry, struct rc_queue_fault *fault)
{
    rc_message_delete(exchange->local, queue,
                      json_string_value(json_object_get(entry, "ReceiptHandle")), fault);
    if (fault->code)
        return;
    open_done(exchange, entry);
    rc_jsonw_close(&exchange->json, '}');
}

void rc_queue_delete_batch(struct rc_exchange *exchange)
{
    struct rc_queue queue;
    const json_t *entries = open_batch(exchange, &queue);
    if (!entries)
        return;
    do_batch(exchange, &queue, entries, delete_entry);
    rc_queue_release(&queue);
}

static void hide_entry(struct rc_exchange *exchange, const struct rc_queue *queue,
                       const json_t *entry, struct rc_queue_fault *fault)
{
    const json_t *seconds = json_object_get(entry, "VisibilityTimeout");
    rc_message_change_visibility(
        exchange->local, queue, json_string_value(json_object_get(entry, "ReceiptHandle")),
        json_is_integer(seconds) ? json_integer_value(seconds) : -1, fault);
    if (fault->code)
        return;
    open_done(exchange, entry);
    rc_jsonw_close(&exchange->json, '}');
}

void rc_queue_change_visibility_batch(struct rc_exchange *exchange)
{
    struct rc_queue queue;
    const json_t *entries = open_batch(exchange, &queue);
    if (!entries)
        return;
    do_batch(exchange, &queue, entries, hide_entry);
    rc_queue_release(&queue);
}
