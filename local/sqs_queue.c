/* Queues as rows, and what they are asked for. */
#include "local/sqs.h"

#include "aws/json.h"
#include "local/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char arn_prefix[] = "arn:aws:sqs:" RC_LOCAL_REGION ":" RC_LOCAL_ACCOUNT ":";

/* ----- errors ----- */

static const struct {
    const char *code;  /* of the JSON protocol */
    const char *older; /* of the query protocol, for clients that know that name */
} codes[] = {
    {"QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"},
    {"QueueNameExists", "QueueAlreadyExists"},
    {"MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight"},
    {"TooManyEntriesInBatchRequest", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"},
    {"EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest"},
    {"BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"},
    {"BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong"},
    {"InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId"},
    {"PurgeQueueInProgress", "AWS.SimpleQueueService.PurgeQueueInProgress"},
    {"UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation"},
    {"InvalidParameterValueException", "InvalidParameterValue"},
    {"MissingRequiredParameterException", "MissingParameter"},
};

void rc_queue_fault_set(struct rc_queue_fault *fault, const char *code, const char *format, ...)
{
    va_list args;
    if (fault->code)
        return;
    fault->code = code;
    va_start(args, format);
    vsnprintf(fault->message, sizeof fault->message, format, args);
    va_end(args);
}

bool rc_queue_fail_with(struct rc_exchange *exchange, const struct rc_queue_fault *fault)
{
    const char *older = fault->code;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(codes[i].code, fault->code) == 0)
            older = codes[i].older;
    rc_exchange_set_header(exchange, "x-amzn-query-error", "%s;Sender", older);
    return rc_exchange_fail(exchange, 400, fault->code, "%s", fault->message);
}

bool rc_queue_fail(struct rc_exchange *exchange, const char *code, const char *format, ...)
{
    struct rc_queue_fault fault = {.code = code};
    va_list args;
    va_start(args, format);
    vsnprintf(fault.message, sizeof fault.message, format, args);
    va_end(args);
    return rc_queue_fail_with(exchange, &fault);
}

/* ----- rows ----- */

static bool read_row(sqlite3_stmt *find, struct rc_queue *queue)
{
    *queue = (struct rc_queue){0};
    if (sqlite3_step(find) == SQLITE_ROW) {
        queue->id = sqlite3_column_int64(find, 0);
        snprintf(queue->name, sizeof queue->name, "%s", sqlite3_column_text(find, 1));
        snprintf(queue->arn, sizeof queue->arn, "%s%s", arn_prefix, queue->name);
        queue->attributes = rc_answer_load(rc_answer_column(find, 2));
        const char *redrive =
            json_string_value(json_object_get(queue->attributes, "RedrivePolicy"));
        queue->redrive = redrive ? json_loads(redrive, 0, NULL) : NULL;
        queue->created_ms = sqlite3_column_int64(find, 3);
        queue->modified_ms = sqlite3_column_int64(find, 4);
    }
    rc_local_done(find);
    return queue->id != 0;
}

static bool find_queue(struct rc_local *local, const char *name, struct rc_queue *queue)
{
    sqlite3_stmt *find = rc_local_sql(local, "SELECT id, name, attributes, created_ms, modified_ms"
                                             " FROM sqs_queue WHERE name = ?");
    sqlite3_bind_text(find, 1, name, -1, SQLITE_STATIC);
    return read_row(find, queue);
}

bool rc_queue_find_id(struct rc_local *local, int64_t id, struct rc_queue *queue)
{
    sqlite3_stmt *find = rc_local_sql(local, "SELECT id, name, attributes, created_ms, modified_ms"
                                             " FROM sqs_queue WHERE id = ?");
    sqlite3_bind_int64(find, 1, id);
    return read_row(find, queue);
}

bool rc_queue_find_arn(struct rc_local *local, const char *arn, struct rc_queue *queue)
{
    *queue = (struct rc_queue){0};
    return arn && strncmp(arn, arn_prefix, sizeof arn_prefix - 1) == 0 &&
           find_queue(local, arn + sizeof arn_prefix - 1, queue);
}

/* The host is not looked at: who asks from a container may know another name of it. */
bool rc_queue_find_url(struct rc_local *local, const char *url, struct rc_queue *queue)
{
    const char *slash = strrchr(url, '/');
    return find_queue(local, slash ? slash + 1 : url, queue);
}

void rc_queue_release(struct rc_queue *queue)
{
    json_decref(queue->redrive);
    json_decref(queue->attributes);
    *queue = (struct rc_queue){0};
}

bool rc_queue_of(struct rc_exchange *exchange, struct rc_queue *queue)
{
    const char *url = rc_exchange_text(exchange, "QueueUrl");
    *queue = (struct rc_queue){0};
    if (!url)
        return rc_queue_fail(exchange, "MissingRequiredParameterException",
                             "The request must contain the parameter QueueUrl.");
    return rc_queue_find_url(exchange->local, url, queue) ||
           rc_queue_fail(exchange, "QueueDoesNotExist", "The specified queue does not exist.");
}

static void write_url(const struct rc_local *local, const char *name, struct rc_buf *url)
{
    rc_buf_clear(url);
    rc_buf_printf(url, "%s/" RC_LOCAL_ACCOUNT "/%s", local->endpoint, name);
}

/* ----- attributes ----- */

struct known {
    const char *name;
    int64_t low, high; /* of a number; high 0: it is a text */
    int64_t otherwise;
};

static const struct known known[] = {
    {"DelaySeconds", 0, 900, 0},
    {"MaximumMessageSize", 1024, RC_QUEUE_BYTES, RC_QUEUE_BYTES},
    {"MessageRetentionPeriod", 60, 1209600, 345600},
    {"ReceiveMessageWaitTimeSeconds", 0, 20, 0},
    {"VisibilityTimeout", 0, 43200, 30},
    {"KmsDataKeyReusePeriodSeconds", 60, 86400, 300},
    {"Policy", 0, 0, 0},
    {"RedrivePolicy", 0, 0, 0},
    {"RedriveAllowPolicy", 0, 0, 0},
    {"KmsMasterKeyId", 0, 0, 0},
    {"SqsManagedSseEnabled", 0, 0, 0},
};

enum { KNOWN = sizeof known / sizeof *known };

static const struct known *find_known(const char *name)
{
    for (int i = 0; i < KNOWN; i++)
        if (strcmp(known[i].name, name) == 0)
            return &known[i];
    return NULL;
}

int64_t rc_queue_number(const struct rc_queue *queue, const char *attribute)
{
    const char *text = json_string_value(json_object_get(queue->attributes, attribute));
    const struct known *row = find_known(attribute);
    return text ? strtoll(text, NULL, 10) : row ? row->otherwise : 0;
}

/* maxReceiveCount comes as a number or as a text. */
static int64_t count_of(const json_t *value)
{
    return json_is_string(value) ? strtoll(json_string_value(value), NULL, 10)
                                 : json_integer_value(value);
}

bool rc_queue_redrive(const struct rc_queue *queue, const char **arn, int64_t *most)
{
    *arn = json_string_value(json_object_get(queue->redrive, "deadLetterTargetArn"));
    *most = count_of(json_object_get(queue->redrive, "maxReceiveCount"));
    return *arn && *most > 0;
}

static bool check_redrive(struct rc_local *local, const char *text, struct rc_queue_fault *fault)
{
    struct rc_queue target;
    json_t *policy = *text ? json_loads(text, 0, NULL) : json_object();
    const char *arn = json_string_value(json_object_get(policy, "deadLetterTargetArn"));
    int64_t most = count_of(json_object_get(policy, "maxReceiveCount"));
    if (*text && (!arn || most < 1 || most > 1000))
        rc_queue_fault_set(fault, "InvalidParameterValueException",
                           "Value %s for parameter RedrivePolicy is invalid. Reason: Invalid value "
                           "for deadLetterTargetArn or maxReceiveCount.",
                           text);
    else if (*text && !rc_queue_find_arn(local, arn, &target))
        rc_queue_fault_set(fault, "InvalidParameterValueException",
                           "Value %s for parameter RedrivePolicy is invalid. Reason: Dead letter "
                           "target does not exist.",
                           text);
    else if (*text)
        rc_queue_release(&target);
    json_decref(policy);
    return !fault->code;
}

static bool check_attribute(struct rc_local *local, const char *name, const char *value,
                            struct rc_queue_fault *fault)
{
    const struct known *row = find_known(name);
    char *end;
    if (strcmp(name, "FifoQueue") == 0) {
        rc_queue_fault_set(fault, "UnsupportedOperation", "reconlocal has standard queues alone");
        return false;
    }
    if (!row) {
        rc_queue_fault_set(fault, "InvalidAttributeName", "Unknown Attribute %s.", name);
        return false;
    }
    long long number = row->high && value ? strtoll(value, &end, 10) : 0;
    if (!value || (row->high && (end == value || *end || number < row->low || number > row->high)))
        rc_queue_fault_set(fault, "InvalidAttributeValue", "Invalid value for the parameter %s.",
                           name);
    else if (strcmp(name, "RedrivePolicy") == 0)
        return check_redrive(local, value, fault);
    return !fault->code;
}

static bool check_attributes(struct rc_exchange *exchange, json_t *attributes)
{
    struct rc_queue_fault fault = {0};
    const char *name;
    json_t *value;
    json_object_foreach(attributes, name, value)
    {
        if (!check_attribute(exchange->local, name, json_string_value(value), &fault))
            return rc_queue_fail_with(exchange, &fault);
    }
    return true;
}

/* ----- creating and deleting ----- */

static bool good_name(const char *name)
{
    size_t length = name ? strlen(name) : 0;
    return length > 0 && length <= RC_QUEUE_NAME &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
               length;
}

static void answer_url(struct rc_exchange *exchange, const char *name)
{
    struct rc_buf url;
    rc_buf_init(&url, 4096);
    write_url(exchange->local, name, &url);
    rc_jsonw_open(&exchange->json, '{');
    rc_jsonw_key(&exchange->json, "QueueUrl");
    rc_jsonw_str(&exchange->json, url.data ? url.data : "");
    rc_jsonw_close(&exchange->json, '}');
    rc_buf_free(&url);
}

/* The same again is fine, with other attributes it is not: "CreateQueue". */
static bool same_attributes(struct rc_exchange *exchange, const struct rc_queue *queue,
                            json_t *attributes)
{
    const char *name;
    json_t *value;
    json_object_foreach(attributes, name, value)
    {
        const char *told = json_string_value(value);
        const char *ours = json_string_value(json_object_get(queue->attributes, name));
        char number[24];
        snprintf(number, sizeof number, "%lld", (long long)rc_queue_number(queue, name));
        if (strcmp(told, ours ? ours : number) != 0)
            return rc_queue_fail(exchange, "QueueNameExists",
                                 "A queue already exists with the same name and a different value "
                                 "for attribute %s",
                                 name);
    }
    return true;
}

static bool insert_queue(struct rc_local *local, const char *name, const json_t *attributes,
                         const json_t *tags)
{
    char *text = attributes ? rc_answer_dump(attributes) : NULL;
    char *tag_text = tags ? rc_answer_dump(tags) : NULL;
    sqlite3_stmt *insert = rc_local_sql(
        local, "INSERT INTO sqs_queue (name, created_ms, modified_ms, attributes, tags, purged_ms)"
               " VALUES (?1, ?2, ?2, ?3, ?4, 0)");
    sqlite3_bind_text(insert, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 2, rc_local_now_ms(local));
    sqlite3_bind_text(insert, 3, text ? text : "{}", -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 4, tag_text ? tag_text : "{}", -1, SQLITE_STATIC);
    bool ok = rc_local_run(local, insert);
    free(tag_text);
    free(text);
    return ok;
}

void rc_queue_create(struct rc_exchange *exchange)
{
    struct rc_queue queue;
    const char *name = rc_exchange_text(exchange, "QueueName");
    json_t *attributes = json_object_get(exchange->in, "Attributes");
    if (!good_name(name)) {
        rc_queue_fail(exchange, "InvalidParameterValueException",
                      "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 "
                      "in length");
        return;
    }
    if (!check_attributes(exchange, attributes))
        return;
    if (!find_queue(exchange->local, name, &queue))
        insert_queue(exchange->local, name, attributes, json_object_get(exchange->in, "tags"));
    else if (!same_attributes(exchange, &queue, attributes)) {
        rc_queue_release(&queue);
        return;
    }
    rc_queue_release(&queue);
    answer_url(exchange, name);
}

void rc_queue_delete(struct rc_exchange *exchange)
{
    struct rc_queue queue;
    if (!rc_queue_of(exchange, &queue))
        return;
    sqlite3_stmt *messages =
        rc_local_sql(exchange->local, "DELETE FROM sqs_message WHERE queue = ?");
    sqlite3_bind_int64(messages, 1, queue.id);
    rc_local_run(exchange->local, messages);
    sqlite3_stmt *row = rc_local_sql(exchange->local, "DELETE FROM sqs_queue WHERE id = ?");
    sqlite3_bind_int64(row, 1, queue.id);
    rc_local_run(exchange->local, row);
    rc_queue_release(&queue);
    rc_queue_poke(exchange->local); /* who waits for it is told that it is gone */
}

void rc_queue_get_url(struct rc_exchange *exchange)
{
    struct rc_queue queue;
    const char *name = rc_exchange_text(exchange, "QueueName");
    if (!name || !find_queue(exchange->local, name, &queue)) {
        rc_queue_fail(exchange, "QueueDoesNotExist", "The specified queue does not exist.");
        return;
    }
    answer_url(exchange, queue.name);
    rc_queue_release(&queue);
}

/* ----- lists ----- */

/* Rows of names as queueUrls, up to the page's end. */
static void answer_list(struct rc_exchange *exchange, sqlite3_stmt *list, const char *member)
{
    struct rc_jsonw *json = &exchange->json;
    struct rc_buf url;
    int64_t most = rc_exchange_int(exchange, "MaxResults", 1000), count = 0;
    char last[RC_QUEUE_NAME + 1] = "";
    bool more = false;
    rc_buf_init(&url, 4096);
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, member);
    rc_jsonw_open(json, '[');
    while (sqlite3_step(list) == SQLITE_ROW && !(more = count++ == most)) {
        snprintf(last, sizeof last, "%s", sqlite3_column_text(list, 0));
        write_url(exchange->local, last, &url);
        rc_jsonw_str(json, url.data ? url.data : "");
    }
    rc_local_done(list);
    rc_jsonw_close(json, ']');
    if (more && json_object_get(exchange->in, "MaxResults")) {
        rc_jsonw_key(json, "NextToken");
        rc_jsonw_str(json, last);
    }
    rc_jsonw_close(json, '}');
    rc_buf_free(&url);
}

static bool good_page(struct rc_exchange *exchange)
{
    int64_t most = rc_exchange_int(exchange, "MaxResults", 1000);
    return (most >= 1 && most <= 1000) ||
           rc_queue_fail(exchange, "InvalidParameterValueException",
                         "Value %lld for parameter MaxResults is invalid. Reason: MaxResults must "
                         "be an integer between 1 and 1000.",
                         (long long)most);
}

void rc_queue_list(struct rc_exchange *exchange)
{
    const char *prefix = rc_exchange_text(exchange, "QueueNamePrefix");
    const char *after = rc_exchange_text(exchange, "NextToken");
    if (!good_page(exchange))
        return;
    sqlite3_stmt *list =
        rc_local_sql(exchange->local, "SELECT name FROM sqs_queue WHERE name > ?1"
                                      " AND substr(name, 1, length(?2)) = ?2 ORDER BY name");
    sqlite3_bind_text(list, 1, after ? after : "", -1, SQLITE_STATIC);
    sqlite3_bind_text(list, 2, prefix ? prefix : "", -1, SQLITE_STATIC);
    answer_list(exchange, list, "QueueUrls");
}

void rc_queue_list_sources(struct rc_exchange *exchange)
{
    struct rc_queue queue;
    const char *after = rc_exchange_text(exchange, "NextToken");
    if (!rc_queue_of(exchange, &queue) || !good_page(exchange)) {
        rc_queue_release(&queue);
        return;
    }
    sqlite3_stmt *list = rc_local_sql(
        exchange->local,
        "SELECT name FROM sqs_queue WHERE name > ?1 AND json_extract(nullif("
        "json_extract(attributes, '$.RedrivePolicy'), ''), '$.deadLetterTargetArn') = ?2"
        " ORDER BY name");
    sqlite3_bind_text(list, 1, after ? after : "", -1, SQLITE_STATIC);
    sqlite3_bind_text(list, 2, queue.arn, -1, SQLITE_STATIC);
    answer_list(exchange, list, "queueUrls");
    rc_queue_release(&queue);
}

/* ----- attributes, read and set ----- */

void rc_queue_count(struct rc_local *local, int64_t queue, struct rc_queue_counts *counts)
{
    sqlite3_stmt *count = rc_local_sql(
        local, "SELECT coalesce(sum(visible_ms <= ?2), 0),"
               " coalesce(sum(visible_ms > ?2 AND NOT delayed), 0),"
               " coalesce(sum(visible_ms > ?2 AND delayed), 0) FROM sqs_message WHERE queue = ?1");
    *counts = (struct rc_queue_counts){0};
    sqlite3_bind_int64(count, 1, queue);
    sqlite3_bind_int64(count, 2, rc_local_now_ms(local));
    if (sqlite3_step(count) == SQLITE_ROW) {
        counts->visible = sqlite3_column_int64(count, 0);
        counts->in_flight = sqlite3_column_int64(count, 1);
        counts->delayed = sqlite3_column_int64(count, 2);
    }
    rc_local_done(count);
    sqlite3_stmt *oldest =
        rc_local_sql(local, "SELECT min(sent_ms) FROM sqs_message WHERE queue = ?");
    sqlite3_bind_int64(oldest, 1, queue);
    if (sqlite3_step(oldest) == SQLITE_ROW)
        counts->oldest_ms = sqlite3_column_int64(oldest, 0);
    rc_local_done(oldest);
}

static void set_number(json_t *all, const char *name, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    json_object_set_new(all, name, json_string(text));
}

static json_t *all_attributes(struct rc_local *local, const struct rc_queue *queue)
{
    struct rc_queue_counts counts;
    json_t *all = json_object();
    rc_queue_count(local, queue->id, &counts);
    json_object_set_new(all, "QueueArn", json_string(queue->arn));
    set_number(all, "ApproximateNumberOfMessages", counts.visible);
    set_number(all, "ApproximateNumberOfMessagesNotVisible", counts.in_flight);
    set_number(all, "ApproximateNumberOfMessagesDelayed", counts.delayed);
    set_number(all, "CreatedTimestamp", queue->created_ms / 1000);
    set_number(all, "LastModifiedTimestamp", queue->modified_ms / 1000);
    for (int i = 0; i < KNOWN; i++) {
        json_t *value = json_object_get(queue->attributes, known[i].name);
        if (value && *json_string_value(value))
            json_object_set(all, known[i].name, value);
        else if (known[i].high && strncmp(known[i].name, "Kms", 3) != 0)
            set_number(all, known[i].name, known[i].otherwise);
    }
    if (!json_object_get(all, "SqsManagedSseEnabled"))
        json_object_set_new(all, "SqsManagedSseEnabled", json_string("true"));
    return all;
}

static bool is_attribute(const json_t *all, const char *name)
{
    return name && (strcmp(name, "All") == 0 || json_object_get(all, name) || find_known(name));
}

void rc_queue_get_attributes(struct rc_exchange *exchange)
{
    struct rc_queue queue;
    const json_t *names = json_object_get(exchange->in, "AttributeNames");
    if (!rc_queue_of(exchange, &queue))
        return;
    json_t *all = all_attributes(exchange->local, &queue);
    json_t *wanted = json_object();
    for (size_t i = 0; i < json_array_size(names) && !exchange->failed; i++) {
        const char *name = json_string_value(json_array_get(names, i));
        json_t *value = name ? json_object_get(all, name) : NULL;
        if (!is_attribute(all, name))
            rc_queue_fail(exchange, "InvalidAttributeName", "Unknown Attribute %s.",
                          name ? name : "");
        else if (strcmp(name, "All") == 0)
            json_object_update(wanted, all);
        else if (value)
            json_object_set(wanted, name, value);
    }
    char *text = rc_answer_dump(wanted);
    if (!exchange->failed && text && json_object_size(wanted))
        rc_buf_printf(&exchange->out, "{\"Attributes\":%s}", text);
    else if (!exchange->failed)
        rc_buf_add_str(&exchange->out, "{}");
    free(text);
    json_decref(wanted);
    json_decref(all);
    rc_queue_release(&queue);
}

void rc_queue_set_attributes(struct rc_exchange *exchange)
{
    struct rc_queue queue;
    json_t *attributes = json_object_get(exchange->in, "Attributes");
    if (!rc_queue_of(exchange, &queue))
        return;
    if (check_attributes(exchange, attributes)) {
        json_object_update(queue.attributes, attributes);
        char *text = rc_answer_dump(queue.attributes);
        sqlite3_stmt *set = rc_local_sql(
            exchange->local, "UPDATE sqs_queue SET attributes = ?, modified_ms = ? WHERE id = ?");
        sqlite3_bind_text(set, 1, text ? text : "{}", -1, SQLITE_STATIC);
        sqlite3_bind_int64(set, 2, rc_local_now_ms(exchange->local));
        sqlite3_bind_int64(set, 3, queue.id);
        rc_local_run(exchange->local, set);
        free(text);
    }
    rc_queue_release(&queue);
}

void rc_queue_purge(struct rc_exchange *exchange)
{
    struct rc_queue queue;
    int64_t now_ms = rc_local_now_ms(exchange->local);
    if (!rc_queue_of(exchange, &queue))
        return;
    sqlite3_stmt *mark = rc_local_sql(
        exchange->local, "UPDATE sqs_queue SET purged_ms = ?1 WHERE id = ?2 AND purged_ms <= ?3");
    sqlite3_bind_int64(mark, 1, now_ms);
    sqlite3_bind_int64(mark, 2, queue.id);
    sqlite3_bind_int64(mark, 3, now_ms - 60000);
    rc_local_run(exchange->local, mark);
    if (sqlite3_changes(exchange->local->db)) {
        sqlite3_stmt *purge =
            rc_local_sql(exchange->local, "DELETE FROM sqs_message WHERE queue = ?");
        sqlite3_bind_int64(purge, 1, queue.id);
        rc_local_run(exchange->local, purge);
    } else {
        rc_queue_fail(exchange, "PurgeQueueInProgress",
                      "Only one PurgeQueue operation on %s is allowed every 60 seconds.",
                      queue.name);
    }
    rc_queue_release(&queue);
}
