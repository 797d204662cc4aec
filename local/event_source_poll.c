/* Event source mappings: takes messages from queues, in batches, to functions; what a
 * function has done is deleted, what it has not comes back after its visibility timeout.
 * Source: "Using Lambda with Amazon SQS", AWS Lambda Developer Guide. */
#include "local/event_source_poll.h"

#include "local/answer.h"
#include "local/pattern.h"
#include "local/services.h"
#include "local/sqs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONCURRENCY = 5, /* batches at once, where the mapping does not say */
    BATCH_BYTES = 5 << 20,
    FIRST_PAUSE_MS = 1000, /* behind a throttled batch, doubled each time */
    LONGEST_PAUSE_MS = 30000,
};

/* A mapping at work. */
struct mapping {
    struct rc_local *local;
    char uuid[37];
    json_t *config;
    struct rc_queue_watch watch;
    struct rc_timer timer; /* ends a pause, or the window in which a batch fills */
    bool waited;           /* that window */
    int64_t pause_ms;
    int64_t running;
    struct mapping *next;
};

/* Lives until its function has ended, whatever becomes of the mapping. */
struct batch {
    struct rc_local *local;
    struct mapping *mapping; /* NULL: it was stopped */
    int64_t queue;
    bool reports_failures;
    struct rc_local_invocation *invocation;
    json_t *messages; /* as ReceiveMessage has them */
    struct batch *next, **link;
};

static struct mapping *mappings;
static struct batch *batches;

static const char *config_text(const struct mapping *mapping, const char *member)
{
    return json_string_value(json_object_get(mapping->config, member));
}

static int64_t concurrency_of(const struct mapping *mapping)
{
    return rc_answer_number(mapping->config, "ScalingConfig.MaximumConcurrency", CONCURRENCY);
}

/* ----- the event ----- */

static json_t *attributes_of(const json_t *message)
{
    const char *name;
    json_t *value, *all = json_object();
    json_object_foreach(json_object_get(message, "MessageAttributes"), name, value)
    {
        json_t *one = json_pack("{s:[], s:[]}", "stringListValues", "binaryListValues");
        if (json_object_get(value, "StringValue"))
            json_object_set(one, "stringValue", json_object_get(value, "StringValue"));
        if (json_object_get(value, "BinaryValue"))
            json_object_set(one, "binaryValue", json_object_get(value, "BinaryValue"));
        json_object_set(one, "dataType", json_object_get(value, "DataType"));
        json_object_set_new(all, name, one);
    }
    return all;
}

static json_t *record_of(const struct mapping *mapping, const json_t *message)
{
    return json_pack("{s:O, s:O, s:O, s:O, s:o, s:O, s:s, s:s, s:s}", "messageId",
                     json_object_get(message, "MessageId"), "receiptHandle",
                     json_object_get(message, "ReceiptHandle"), "body",
                     json_object_get(message, "Body"), "attributes",
                     json_object_get(message, "Attributes"), "messageAttributes",
                     attributes_of(message), "md5OfBody", json_object_get(message, "MD5OfBody"),
                     "eventSource", "aws:sqs", "eventSourceARN",
                     config_text(mapping, "EventSourceArn"), "awsRegion", RC_LOCAL_REGION);
}

/* Whether a filter lets the message through; a body that is JSON is looked into. */
static bool is_wanted(const struct mapping *mapping, const json_t *record)
{
    const json_t *filters =
        json_object_get(json_object_get(mapping->config, "FilterCriteria"), "Filters");
    const char *body = json_string_value(json_object_get(record, "body"));
    size_t i;
    json_t *filter;
    bool wanted = !json_array_size(filters);
    json_t *subject = wanted ? NULL : json_copy((json_t *)(uintptr_t)record);
    json_t *inside = subject ? json_loads(body, 0, NULL) : NULL;
    if (inside)
        json_object_set_new(subject, "body", inside);
    json_array_foreach(filters, i, filter)
    {
        const char *text = json_string_value(json_object_get(filter, "Pattern"));
        json_t *pattern = text ? json_loads(text, 0, NULL) : NULL;
        wanted |= pattern && rc_pattern_matches(pattern, subject);
        json_decref(pattern);
    }
    json_decref(subject);
    return wanted;
}

static char *event_of(const struct mapping *mapping, const json_t *messages)
{
    json_t *records = json_array(), *message;
    size_t i;
    json_array_foreach(messages, i, message)
    {
        json_array_append_new(records, record_of(mapping, message));
    }
    json_t *event = json_pack("{s:o}", "Records", records);
    char *text = event ? rc_answer_dump(event) : NULL;
    json_decref(event);
    return text;
}

/* ----- taking ----- */

/* A batch of what is visible now; what no filter wants is deleted at once. */
static json_t *take_batch(struct mapping *mapping, const struct rc_queue *queue)
{
    json_t *batch = json_array();
    int64_t most = rc_answer_number(mapping->config, "BatchSize", 10);
    size_t bytes = 0;
    while ((int64_t)json_array_size(batch) < most && bytes < BATCH_BYTES) {
        json_t *taken = rc_message_take(mapping->local, queue, 1, -1);
        json_t *message = json_array_get(taken, 0);
        if (!message) {
            json_decref(taken);
            break;
        }
        json_t *record = record_of(mapping, message);
        struct rc_queue_fault fault = {0};
        if (is_wanted(mapping, record)) {
            json_array_append(batch, message);
            bytes += json_string_length(json_object_get(message, "Body"));
        } else {
            rc_message_delete(mapping->local, queue,
                              json_string_value(json_object_get(message, "ReceiptHandle")), &fault);
        }
        json_decref(record);
        json_decref(taken);
    }
    return batch;
}

static void free_batch(struct batch *batch)
{
    if (batch->link) {
        *batch->link = batch->next;
        if (batch->next)
            batch->next->link = batch->link;
    }
    json_decref(batch->messages);
    free(batch);
}

static bool reports_failures(const struct mapping *mapping)
{
    const json_t *types = json_object_get(mapping->config, "FunctionResponseTypes");
    size_t i;
    json_t *type;
    json_array_foreach(types, i, type)
    {
        if (json_is_string(type) && strcmp(json_string_value(type), "ReportBatchItemFailures") == 0)
            return true;
    }
    return false;
}

static void batch_ended(void *ctx, const char *payload, size_t length, const char *error);

/* False when there is nothing more to start now. */
static bool start_batch(struct mapping *mapping, json_t *messages)
{
    struct batch *batch = json_array_size(messages) ? calloc(1, sizeof *batch) : NULL;
    char *event = batch ? event_of(mapping, messages) : NULL;
    if (!event) {
        free(batch);
        json_decref(messages);
        return false;
    }
    *batch = (struct batch){.local = mapping->local,
                            .mapping = mapping,
                            .queue = mapping->watch.queue,
                            .reports_failures = reports_failures(mapping),
                            .messages = messages,
                            .next = batches,
                            .link = &batches};
    if (batch->next)
        batch->next->link = &batch->next;
    batches = batch;
    mapping->running++;
    batch->invocation = rc_local_invoke(mapping->local, config_text(mapping, "FunctionArn"), event,
                                        strlen(event), batch_ended, batch);
    free(event);
    if (batch->invocation)
        return true;
    mapping->running--;
    free_batch(batch); /* its messages come back after their visibility timeout */
    return false;
}

static void poll_queue(struct mapping *mapping)
{
    struct rc_local *local = mapping->local;
    bool more = true;
    while (more && mapping->running < concurrency_of(mapping)) {
        struct rc_queue queue;
        rc_local_begin(local);
        more = rc_queue_find_id(local, mapping->watch.queue, &queue);
        json_t *messages = more ? take_batch(mapping, &queue) : NULL;
        rc_queue_release(&queue);
        if (!rc_local_commit(local)) {
            json_decref(messages);
            return;
        }
        more = more && start_batch(mapping, messages);
    }
    if (mapping->running >= concurrency_of(mapping))
        rc_queue_unwatch(&mapping->watch); /* until one of them has ended */
}

static void ready(struct rc_queue_watch *watch)
{
    struct mapping *mapping = watch->ctx;
    int64_t window_s = rc_answer_number(mapping->config, "MaximumBatchingWindowInSeconds", 0);
    if (window_s && !mapping->waited) {
        mapping->waited = true;
        rc_queue_unwatch(watch);
        rc_local_timer(mapping->local, &mapping->timer, window_s * 1000);
        return;
    }
    mapping->waited = false;
    poll_queue(mapping);
}

static void go_on(struct rc_timer *timer)
{
    struct mapping *mapping = timer->ctx;
    rc_queue_watch(mapping->local, &mapping->watch);
}

/* ----- what a function has done ----- */

static bool failed_alone(const json_t *failures, const json_t *message)
{
    const char *id = json_string_value(json_object_get(message, "MessageId"));
    size_t i;
    json_t *one;
    json_array_foreach(failures, i, one)
    {
        const char *named = json_string_value(json_object_get(one, "itemIdentifier"));
        if (named && strcmp(named, id) == 0)
            return true;
    }
    return false;
}

/* Which messages failed: a list, maybe empty; NULL: the answer makes no sense, which
 * fails all of them. */
static json_t *read_failures(const struct batch *batch, const char *payload, size_t length)
{
    json_t *answer = length ? json_loadb(payload, length, JSON_DECODE_ANY, NULL) : json_null();
    json_t *failures = json_object_get(answer, "batchItemFailures");
    size_t i, j;
    json_t *one, *message;
    bool good = !answer ? false : !failures || json_is_null(failures) || json_is_array(failures);
    json_array_foreach(failures, i, one)
    {
        const char *id = json_string_value(json_object_get(one, "itemIdentifier"));
        bool known = false;
        json_array_foreach(batch->messages, j, message)
        {
            known |=
                id && strcmp(id, json_string_value(json_object_get(message, "MessageId"))) == 0;
        }
        good &= known;
    }
    failures = good ? json_is_array(failures) ? json_incref(failures) : json_array() : NULL;
    json_decref(answer);
    return failures;
}

static void delete_done(struct batch *batch, const json_t *failures)
{
    struct rc_local *local = batch->local;
    struct rc_queue queue;
    size_t i;
    json_t *message;
    rc_local_begin(local);
    if (rc_queue_find_id(local, batch->queue, &queue)) {
        json_array_foreach(batch->messages, i, message)
        {
            struct rc_queue_fault fault = {0};
            const char *receipt = json_string_value(json_object_get(message, "ReceiptHandle"));
            if (!failed_alone(failures, message))
                rc_message_delete(local, &queue, receipt, &fault);
        }
        rc_queue_release(&queue);
    }
    rc_local_commit(local);
}

static void keep_result(struct mapping *mapping, const char *result)
{
    const char *before = config_text(mapping, "LastProcessingResult");
    if (before && strcmp(before, result) == 0)
        return;
    json_object_set_new(mapping->config, "LastProcessingResult", json_string(result));
    char *text = rc_answer_dump(mapping->config);
    sqlite3_stmt *set =
        rc_local_sql(mapping->local, "UPDATE event_source SET config = ? WHERE uuid = ?");
    sqlite3_bind_text(set, 1, text, -1, SQLITE_STATIC);
    sqlite3_bind_text(set, 2, mapping->uuid, -1, SQLITE_STATIC);
    rc_local_run(mapping->local, set);
    free(text);
}

static bool is_throttled(const char *error)
{
    return error && (strstr(error, "TooManyRequests") || strstr(error, "Throttl"));
}

/* Behind a throttled batch a mapping pauses, longer each time. */
static void go_on_behind(struct mapping *mapping, bool throttled)
{
    mapping->running--;
    if (!throttled) {
        mapping->pause_ms = 0;
        rc_queue_watch(mapping->local, &mapping->watch);
        rc_queue_poke(mapping->local);
        return;
    }
    mapping->pause_ms = mapping->pause_ms ? mapping->pause_ms * 2 : FIRST_PAUSE_MS;
    if (mapping->pause_ms > LONGEST_PAUSE_MS)
        mapping->pause_ms = LONGEST_PAUSE_MS;
    rc_queue_unwatch(&mapping->watch);
    rc_local_timer(mapping->local, &mapping->timer, mapping->pause_ms);
}

static void batch_ended(void *ctx, const char *payload, size_t length, const char *error)
{
    struct batch *batch = ctx;
    struct mapping *mapping = batch->mapping;
    json_t *failures = error                     ? NULL
                       : batch->reports_failures ? read_failures(batch, payload, length)
                                                 : json_array();
    if (failures)
        delete_done(batch, failures);
    if (mapping) {
        keep_result(mapping, failures ? "OK" : "PROBLEM: Function call failed");
        go_on_behind(mapping, is_throttled(error));
    }
    json_decref(failures);
    free_batch(batch);
}

/* ----- mappings in memory ----- */

static bool is_enabled(const json_t *config)
{
    const char *state = json_string_value(json_object_get(config, "State"));
    return state && strcmp(state, "Enabled") == 0;
}

void rc_mapping_stop(const char *uuid)
{
    struct mapping **link = &mappings;
    while (*link && strcmp((*link)->uuid, uuid) != 0)
        link = &(*link)->next;
    struct mapping *mapping = *link;
    if (!mapping)
        return;
    *link = mapping->next;
    rc_queue_unwatch(&mapping->watch);
    rc_timer_stop(mapping->local->loop, &mapping->timer);
    for (struct batch *batch = batches; batch; batch = batch->next)
        if (batch->mapping == mapping)
            batch->mapping = NULL;
    json_decref(mapping->config);
    free(mapping);
}

void rc_mapping_start(struct rc_local *local, const char *uuid, const json_t *config)
{
    struct rc_queue queue;
    rc_mapping_stop(uuid);
    if (!is_enabled(config) ||
        !rc_queue_find_arn(local, json_string_value(json_object_get(config, "EventSourceArn")),
                           &queue))
        return;
    struct mapping *mapping = calloc(1, sizeof *mapping);
    if (mapping) {
        mapping->local = local;
        snprintf(mapping->uuid, sizeof mapping->uuid, "%s", uuid);
        mapping->config = json_deep_copy(config);
        mapping->timer = (struct rc_timer){.fire = go_on, .ctx = mapping};
        mapping->watch = (struct rc_queue_watch){.ready = ready, .ctx = mapping, .queue = queue.id};
        mapping->next = mappings;
        mappings = mapping;
        rc_queue_watch(local, &mapping->watch);
    }
    rc_queue_release(&queue);
}

void rc_mapping_stop_all(void)
{
    while (mappings)
        rc_mapping_stop(mappings->uuid);
    while (batches) {
        struct batch *batch = batches;
        batches = batch->next;
        batch->link = NULL;
        rc_local_invoke_cancel(batch->invocation);
        free_batch(batch);
    }
}
