/* Messages: checked, put into a queue, taken out, deleted. */
#include "local/answer.h"
#include "local/sqs.h"
#include "local/weather.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HANDLE = 36, NAME_BYTES = 256, ATTRIBUTES = 10 };

/* ----- digests ----- */

static void write_hex(const uint8_t *bytes, char *hex)
{
    for (int i = 0; i < 16; i++)
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
}

static void md5_text(const char *text, size_t length, char *hex)
{
    uint8_t digest[EVP_MAX_MD_SIZE] = {0};
    EVP_Digest(text, length, digest, NULL, EVP_md5(), NULL);
    write_hex(digest, hex);
}

static void add_sized(EVP_MD_CTX *md5, const void *bytes, size_t length)
{
    const uint8_t size[4] = {(uint8_t)(length >> 24), (uint8_t)(length >> 16),
                             (uint8_t)(length >> 8), (uint8_t)length};
    EVP_DigestUpdate(md5, size, sizeof size);
    EVP_DigestUpdate(md5, bytes, length);
}

static void add_attribute(EVP_MD_CTX *md5, const char *name, const json_t *attribute)
{
    const json_t *text = json_object_get(attribute, "StringValue");
    const json_t *type = json_object_get(attribute, "DataType");
    const char *base64 = json_string_value(json_object_get(attribute, "BinaryValue"));
    add_sized(md5, name, strlen(name));
    add_sized(md5, json_string_value(type), json_string_length(type));
    EVP_DigestUpdate(md5, base64 ? "\x02" : "\x01", 1);
    if (!base64) {
        add_sized(md5, json_string_value(text), json_string_length(text));
        return;
    }
    size_t length = strlen(base64);
    unsigned char *bytes = malloc(length + 4);
    int got = bytes ? EVP_DecodeBlock(bytes, (const unsigned char *)base64, (int)length) : -1;
    for (size_t i = 1; got > 0 && i <= 2 && i <= length && base64[length - i] == '='; i++)
        got--;
    add_sized(md5, bytes, got > 0 ? (size_t)got : 0);
    free(bytes);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Source: "Amazon SQS message metadata", the section on the MD5 digest of attributes. */
void rc_message_md5_attributes(const json_t *attributes, char *hex)
{
    const char *names[ATTRIBUTES * 2] = {NULL}, *name;
    uint8_t digest[EVP_MAX_MD_SIZE] = {0};
    size_t count = 0;
    json_t *value;
    EVP_MD_CTX *md5 = EVP_MD_CTX_new();
    json_object_foreach((json_t *)(uintptr_t)attributes, name, value)
    {
        if (count < sizeof names / sizeof *names)
            names[count++] = name;
    }
    qsort(names, count, sizeof *names, compare_names);
    if (md5 && EVP_DigestInit_ex(md5, EVP_md5(), NULL) == 1) {
        for (size_t i = 0; i < count; i++)
            add_attribute(md5, names[i], json_object_get(attributes, names[i]));
        EVP_DigestFinal_ex(md5, digest, NULL);
    }
    EVP_MD_CTX_free(md5);
    write_hex(digest, hex);
}

/* ----- checking ----- */

/* #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF; jansson has
 * seen to it that it is UTF-8. */
static bool good_characters(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
            return false;
        if (c == 0xef && i + 2 < length && (unsigned char)text[i + 1] == 0xbf &&
            (unsigned char)text[i + 2] >= 0xbe)
            return false;
    }
    return true;
}

static bool good_attribute(const char *name, const json_t *attribute)
{
    const char *type = json_string_value(json_object_get(attribute, "DataType"));
    const char *text = json_string_value(json_object_get(attribute, "StringValue"));
    const char *bytes = json_string_value(json_object_get(attribute, "BinaryValue"));
    if (!type || !*name || strlen(name) > NAME_BYTES)
        return false;
    if (strncmp(type, "Binary", 6) == 0)
        return bytes && *bytes;
    return (strncmp(type, "String", 6) == 0 || strncmp(type, "Number", 6) == 0) && text && *text;
}

static int64_t attribute_bytes(const json_t *attributes)
{
    const char *name;
    json_t *value;
    int64_t bytes = 0;
    json_object_foreach((json_t *)(uintptr_t)attributes, name, value)
    {
        bytes += (int64_t)(strlen(name) + json_string_length(json_object_get(value, "DataType")) +
                           json_string_length(json_object_get(value, "StringValue")) +
                           json_string_length(json_object_get(value, "BinaryValue")) * 3 / 4);
    }
    return bytes;
}

int64_t rc_message_bytes(const json_t *message)
{
    return (int64_t)json_string_length(json_object_get(message, "MessageBody")) +
           attribute_bytes(json_object_get(message, "MessageAttributes"));
}

void rc_message_check(const struct rc_queue *queue, const json_t *message,
                      struct rc_queue_fault *fault)
{
    const json_t *body = json_object_get(message, "MessageBody");
    const json_t *delay = json_object_get(message, "DelaySeconds");
    json_t *attributes = json_object_get(message, "MessageAttributes"), *value;
    const char *name;
    int64_t most = rc_queue_number(queue, "MaximumMessageSize");
    if (!json_is_string(body) || !json_string_length(body))
        rc_queue_fault_set(fault, "MissingRequiredParameterException",
                           "The request must contain the parameter MessageBody.");
    else if (!good_characters(json_string_value(body), json_string_length(body)))
        rc_queue_fault_set(fault, "InvalidMessageContents",
                           "Invalid binary character was found in the message body, the set of "
                           "allowed characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to "
                           "#xFFFD | #x10000 to #x10FFFF");
    else if (rc_message_bytes(message) > most)
        rc_queue_fault_set(fault, "InvalidParameterValueException",
                           "One or more parameters are invalid. Reason: Message must be shorter "
                           "than %lld bytes.",
                           (long long)most);
    else if (delay && (json_integer_value(delay) < 0 || json_integer_value(delay) > 900))
        rc_queue_fault_set(fault, "InvalidParameterValueException",
                           "Value %lld for parameter DelaySeconds is invalid. Reason: "
                           "DelaySeconds must be >= 0 and <= 900.",
                           (long long)json_integer_value(delay));
    if (json_object_size(attributes) > ATTRIBUTES)
        rc_queue_fault_set(fault, "InvalidParameterValueException",
                           "Number of message attributes [%zu] exceeds the allowed maximum [%d].",
                           json_object_size(attributes), ATTRIBUTES);
    json_object_foreach(attributes, name, value)
    {
        if (!good_attribute(name, value))
            rc_queue_fault_set(fault, "InvalidParameterValueException",
                               "The message attribute '%s' has an invalid name, type or value.",
                               name);
    }
}

/* ----- sending ----- */

static char *dump(const json_t *value)
{
    return json_object_size(value) ? json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
}

static void insert(struct rc_local *local, const struct rc_queue *queue, const json_t *message,
                   const char *id, int64_t visible_ms)
{
    const json_t *body = json_object_get(message, "MessageBody");
    int64_t now_ms = rc_local_now_ms(local);
    char *attributes = dump(json_object_get(message, "MessageAttributes"));
    char *system = dump(json_object_get(message, "MessageSystemAttributes"));
    sqlite3_stmt *insert_it = rc_local_sql(
        local, "INSERT INTO sqs_message (queue, id, body, attributes, system, sent_ms, first_ms,"
               " visible_ms, delayed, received, here, receipt, source)"
               " VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, 0, 0, 0, 0)");
    sqlite3_bind_int64(insert_it, 1, queue->id);
    sqlite3_bind_text(insert_it, 2, id, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert_it, 3, json_string_value(body), (int)json_string_length(body),
                      SQLITE_STATIC);
    sqlite3_bind_text(insert_it, 4, attributes, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert_it, 5, system, -1, SQLITE_STATIC);
    sqlite3_bind_int64(insert_it, 6, now_ms);
    sqlite3_bind_int64(insert_it, 7, visible_ms);
    sqlite3_bind_int(insert_it, 8, visible_ms > now_ms);
    rc_local_run(local, insert_it);
    free(system);
    free(attributes);
}

static void write_digest(struct rc_jsonw *json, const char *member, const json_t *attributes)
{
    char hex[33];
    if (!json_object_size(attributes))
        return;
    rc_message_md5_attributes(attributes, hex);
    rc_jsonw_key(json, member);
    rc_jsonw_str(json, hex);
}

void rc_message_send(struct rc_local *local, const struct rc_queue *queue, const json_t *message,
                     struct rc_jsonw *json)
{
    const json_t *body = json_object_get(message, "MessageBody");
    const json_t *delay = json_object_get(message, "DelaySeconds");
    int64_t late_ms = 0;
    int64_t delay_s =
        json_is_integer(delay) ? json_integer_value(delay) : rc_queue_number(queue, "DelaySeconds");
    char id[37], hex[33];
    rc_local_uuid(local, id);
    if (!rc_weather_strikes(local->weather, "sqs", "late", "*", &late_ms))
        late_ms = 0;
    insert(local, queue, message, id, rc_local_now_ms(local) + delay_s * 1000 + late_ms);
    rc_queue_metric(local, queue->name, "NumberOfMessagesSent", 1, "Count");
    rc_queue_metric(local, queue->name, "SentMessageSize", (double)rc_message_bytes(message),
                    "Bytes");
    rc_queue_poke(local);
    if (!json)
        return;
    md5_text(json_string_value(body), json_string_length(body), hex);
    rc_jsonw_key(json, "MessageId");
    rc_jsonw_str(json, id);
    rc_jsonw_key(json, "MD5OfMessageBody");
    rc_jsonw_str(json, hex);
    write_digest(json, "MD5OfMessageAttributes", json_object_get(message, "MessageAttributes"));
    write_digest(json, "MD5OfMessageSystemAttributes",
                 json_object_get(message, "MessageSystemAttributes"));
}

bool rc_local_send(struct rc_local *local, const char *queue_arn, const char *body)
{
    struct rc_queue queue;
    struct rc_queue_fault fault = {0};
    if (!rc_queue_find_arn(local, queue_arn, &queue))
        return false;
    json_t *message = json_pack("{s:s}", "MessageBody", body);
    rc_message_check(&queue, message, &fault);
    if (!fault.code)
        rc_message_send(local, &queue, message, NULL);
    json_decref(message);
    rc_queue_release(&queue);
    return !fault.code;
}

/* ----- taking ----- */

/* To the dead-letter queue, where receipts are counted from the start, for its own
 * policy; what ReceiveMessage tells goes on: "Using dead-letter queues". */
static void bury(struct rc_local *local, const struct rc_queue *queue, int64_t seq,
                 const struct rc_queue *grave)
{
    sqlite3_stmt *move =
        rc_local_sql(local, "UPDATE sqs_message SET queue = ?1, source = ?2, here = 0, receipt = 0,"
                            " visible_ms = ?3, delayed = 0 WHERE seq = ?4");
    sqlite3_bind_int64(move, 1, grave->id);
    sqlite3_bind_int64(move, 2, queue->id);
    sqlite3_bind_int64(move, 3, rc_local_now_ms(local));
    sqlite3_bind_int64(move, 4, seq);
    rc_local_run(local, move);
    rc_queue_poke(local);
}

/* The queue that a message goes to which was received so often, or which the weather takes
 * there; false: it stays, also when that queue was deleted. Release what it found. */
static bool find_grave(struct rc_local *local, const struct rc_queue *queue, int64_t received,
                       struct rc_queue *grave)
{
    const char *target;
    int64_t most;
    return rc_queue_redrive(queue, &target, &most) &&
           (received >= most ||
            rc_weather_strikes(local->weather, "sqs", "dead", queue->name, NULL)) &&
           rc_queue_find_arn(local, target, grave);
}

static void set_text(json_t *object, const char *name, const char *format, long long value)
{
    char text[24];
    snprintf(text, sizeof text, format, value);
    json_object_set_new(object, name, json_string(text));
}

static void add_system(struct rc_local *local, json_t *attributes, sqlite3_stmt *row)
{
    struct rc_queue source;
    const char *system = (const char *)sqlite3_column_text(row, 4);
    json_t *given = rc_answer_load(system);
    json_t *trace = json_object_get(json_object_get(given, "AWSTraceHeader"), "StringValue");
    if (trace)
        json_object_set(attributes, "AWSTraceHeader", trace);
    json_decref(given);
    if (sqlite3_column_int64(row, 8) &&
        rc_queue_find_id(local, sqlite3_column_int64(row, 8), &source)) {
        json_object_set_new(attributes, "DeadLetterQueueSourceArn", json_string(source.arn));
        rc_queue_release(&source);
    }
}

static json_t *message_of(struct rc_local *local, sqlite3_stmt *row, const char *handle)
{
    int64_t now_ms = rc_local_now_ms(local), first_ms = sqlite3_column_int64(row, 6);
    const char *body = (const char *)sqlite3_column_text(row, 2);
    const char *given = (const char *)sqlite3_column_text(row, 3);
    size_t length = (size_t)sqlite3_column_bytes(row, 2);
    char hex[33];
    json_t *attributes = json_object();
    md5_text(body, length, hex);
    json_object_set_new(attributes, "SenderId", json_string("AIDALOCAL"));
    set_text(attributes, "SentTimestamp", "%lld", sqlite3_column_int64(row, 5));
    set_text(attributes, "ApproximateReceiveCount", "%lld", sqlite3_column_int64(row, 7) + 1);
    set_text(attributes, "ApproximateFirstReceiveTimestamp", "%lld", first_ms ? first_ms : now_ms);
    add_system(local, attributes, row);
    json_t *message = json_pack("{s:s, s:s, s:s, s:o, s:o}", "MessageId",
                                sqlite3_column_text(row, 1), "ReceiptHandle", handle, "MD5OfBody",
                                hex, "Body", json_stringn(body, length), "Attributes", attributes);
    if (given)
        json_object_set_new(message, "MessageAttributes", rc_answer_load(given));
    return message;
}

static void mark_taken(struct rc_local *local, int64_t seq, int64_t receipt, int64_t visible_ms)
{
    sqlite3_stmt *mark = rc_local_sql(
        local, "UPDATE sqs_message SET receipt = ?1, visible_ms = ?2, received = received + 1,"
               " here = here + 1, delayed = 0,"
               " first_ms = CASE first_ms WHEN 0 THEN ?3 ELSE first_ms END WHERE seq = ?4");
    sqlite3_bind_int64(mark, 1, receipt);
    sqlite3_bind_int64(mark, 2, visible_ms);
    sqlite3_bind_int64(mark, 3, rc_local_now_ms(local));
    sqlite3_bind_int64(mark, 4, seq);
    rc_local_run(local, mark);
}

/* The next one that is visible becomes one in flight, or goes to the dead-letter queue
 * (JSON null); NULL when there is none. */
static json_t *take_one(struct rc_local *local, const struct rc_queue *queue, int64_t now_ms,
                        int64_t visible_ms)
{
    struct rc_queue grave;
    sqlite3_stmt *find = rc_local_sql(
        local, "SELECT seq, id, body, attributes, system, sent_ms, first_ms, received, source, here"
               " FROM sqs_message WHERE queue = ? AND visible_ms <= ?"
               " ORDER BY visible_ms, seq LIMIT 1");
    sqlite3_bind_int64(find, 1, queue->id);
    sqlite3_bind_int64(find, 2, now_ms);
    if (sqlite3_step(find) != SQLITE_ROW) {
        rc_local_done(find);
        return NULL;
    }
    int64_t seq = sqlite3_column_int64(find, 0);
    if (find_grave(local, queue, sqlite3_column_int64(find, 9), &grave)) {
        rc_local_done(find);
        bury(local, queue, seq, &grave);
        rc_queue_release(&grave);
        return json_null();
    }
    char handle[HANDLE + 1];
    int64_t receipt = (int64_t)(rc_local_chance(local) * 9e15) + 1;
    snprintf(handle, sizeof handle, "AQEB%016llx%016llx", (unsigned long long)seq,
             (unsigned long long)receipt);
    json_t *message = message_of(local, find, handle);
    rc_local_done(find);
    bool twice = rc_weather_strikes(local->weather, "sqs", "duplicate", "*", NULL);
    mark_taken(local, seq, receipt, twice ? now_ms + 1 : visible_ms);
    return message;
}

/* When a message with a visibility timeout of 0 is visible while the request that takes it
 * is answered, so that it does not take it twice; for the next request it is there. */
#define NOT_YET INT64_MAX

static void show_taken(struct rc_local *local, const struct rc_queue *queue, int64_t now_ms)
{
    sqlite3_stmt *show = rc_local_sql(
        local, "UPDATE sqs_message SET visible_ms = ?1 WHERE queue = ?2 AND visible_ms = ?3");
    sqlite3_bind_int64(show, 1, now_ms);
    sqlite3_bind_int64(show, 2, queue->id);
    sqlite3_bind_int64(show, 3, NOT_YET);
    rc_local_run(local, show);
}

json_t *rc_message_take(struct rc_local *local, const struct rc_queue *queue, int64_t most,
                        int64_t visibility_s)
{
    json_t *messages = json_array(), *message;
    if (visibility_s < 0)
        visibility_s = rc_queue_number(queue, "VisibilityTimeout");
    int64_t now_ms = rc_local_now_ms(local);
    int64_t visible_ms = visibility_s > 0 ? now_ms + visibility_s * 1000 : NOT_YET;
    while ((int64_t)json_array_size(messages) < most &&
           (message = take_one(local, queue, now_ms, visible_ms)))
        if (!json_is_null(message))
            json_array_append_new(messages, message);
    if (visible_ms == NOT_YET)
        show_taken(local, queue, now_ms);
    size_t count = json_array_size(messages);
    rc_queue_metric(local, queue->name,
                    count ? "NumberOfMessagesReceived" : "NumberOfEmptyReceives",
                    count ? (double)count : 1, "Count");
    return messages;
}

/* ----- deleting and hiding ----- */

static bool read_handle(const char *handle, int64_t *seq, int64_t *receipt,
                        struct rc_queue_fault *fault)
{
    char digits[17] = "";
    if (handle && strlen(handle) == HANDLE && strncmp(handle, "AQEB", 4) == 0 &&
        strspn(handle + 4, "0123456789abcdef") == HANDLE - 4) {
        *receipt = (int64_t)strtoull(handle + 20, NULL, 16);
        memcpy(digits, handle + 4, 16);
        *seq = (int64_t)strtoull(digits, NULL, 16);
        return true;
    }
    rc_queue_fault_set(fault, "ReceiptHandleIsInvalid",
                       "The input receipt handle \"%s\" is not a valid receipt handle.",
                       handle ? handle : "");
    return false;
}

/* With the handle of an earlier receipt nothing is deleted, and that is no error. */
void rc_message_delete(struct rc_local *local, const struct rc_queue *queue, const char *receipt,
                       struct rc_queue_fault *fault)
{
    int64_t seq, number;
    if (!read_handle(receipt, &seq, &number, fault))
        return;
    sqlite3_stmt *remove =
        rc_local_sql(local, "DELETE FROM sqs_message WHERE seq = ? AND queue = ? AND receipt = ?");
    sqlite3_bind_int64(remove, 1, seq);
    sqlite3_bind_int64(remove, 2, queue->id);
    sqlite3_bind_int64(remove, 3, number);
    rc_local_run(local, remove);
    rc_queue_metric(local, queue->name, "NumberOfMessagesDeleted", 1, "Count");
}

void rc_message_change_visibility(struct rc_local *local, const struct rc_queue *queue,
                                  const char *receipt, int64_t visibility_s,
                                  struct rc_queue_fault *fault)
{
    int64_t seq, number, now_ms = rc_local_now_ms(local);
    if (visibility_s < 0 || visibility_s > 43200)
        rc_queue_fault_set(fault, "InvalidParameterValueException",
                           "Value %lld for parameter VisibilityTimeout is invalid. Reason: Must be "
                           "between 0 and 43200.",
                           (long long)visibility_s);
    if (fault->code || !read_handle(receipt, &seq, &number, fault))
        return;
    sqlite3_stmt *find = rc_local_sql(
        local,
        "SELECT visible_ms > ? FROM sqs_message WHERE seq = ? AND queue = ? AND receipt = ?");
    sqlite3_bind_int64(find, 1, now_ms);
    sqlite3_bind_int64(find, 2, seq);
    sqlite3_bind_int64(find, 3, queue->id);
    sqlite3_bind_int64(find, 4, number);
    bool found = sqlite3_step(find) == SQLITE_ROW, in_flight = found && sqlite3_column_int(find, 0);
    rc_local_done(find);
    if (!found)
        rc_queue_fault_set(fault, "InvalidParameterValueException",
                           "Value %s for parameter ReceiptHandle is invalid. Reason: Message does "
                           "not exist or is not available for visibility timeout change.",
                           receipt);
    else if (!in_flight)
        rc_queue_fault_set(fault, "MessageNotInflight", "The message referred to isn't in flight.");
    if (fault->code)
        return;
    sqlite3_stmt *set = rc_local_sql(local, "UPDATE sqs_message SET visible_ms = ? WHERE seq = ?");
    sqlite3_bind_int64(set, 1, now_ms + visibility_s * 1000);
    sqlite3_bind_int64(set, 2, seq);
    rc_local_run(local, set);
    rc_queue_poke(local);
}
