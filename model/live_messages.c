#include "model/live.h"

#include "aws/sqs.h"
#include "model/body.h"
#include "model/live_internal.h"
#include "model/model_internal.h"
#include "pipeline/keys.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    A_REQUEST = 10,
    WAIT_S = 1,   /* asks all servers of a queue, not some of them */
    HIDDEN_S = 2, /* longer than the last request waits, so that a look receives each once */
};

struct messages {
    struct rc_listing listing;
    char *url; /* NULL: not known yet */
    uint64_t most;
    struct rc_call *call;
    sqlite3_stmt *insert;
};

const char *rc_live_failed_queue(void)
{
    const char *url = getenv("RECON_FAILED_QUEUE_URL");
    return url && *url ? url : "recon-failed";
}

/* ----- rows ----- */

static const char *attribute(const struct rc_sqs_message *message, const char *name)
{
    for (size_t i = 0; i < message->attributes.count; i++)
        if (strcmp(message->attributes.items[i].key, name) == 0)
            return message->attributes.items[i].value;
    return NULL;
}

static void bind_time(sqlite3_stmt *statement, int at, const char *unix_ms)
{
    char text[RC_TIME_TEXT];
    rc_time_text(unix_ms ? strtoll(unix_ms, NULL, 10) : 0, text);
    rc_bind_text(statement, at, text);
}

static void add_attributes(struct rc_buf *out, const struct rc_sqs_message *message)
{
    for (size_t i = 0; i < message->message_attributes.count; i++) {
        const struct rc_sqs_message_attribute *one = &message->message_attributes.items[i];
        if (one->string_value)
            rc_buf_printf(out, "%s%s = %s", out->length ? "\n" : "", one->key, one->string_value);
        else
            rc_buf_printf(out, "%s%s: %zu bytes", out->length ? "\n" : "", one->key,
                          one->binary_value.length);
    }
}

/* What the body is about: a file that failed (pipeline/failed.h), or an event of S3 ("Event
 * message structure", Amazon S3 User Guide), whose run has the name that its admission gives it.
 * Borrowed from the body's JSON. */
struct subject {
    const char *about, *bucket, *key, *version, *run, *step, *error, *cause;
    char name[RC_RUN_NAME_BYTES];
};

static const char *text_of(const json_t *json, const char *member)
{
    return json_string_value(json_object_get(json, member));
}

static void read_subject(const json_t *body, struct subject *subject)
{
    const json_t *file = json_object_get(body, "file"), *detail = json_object_get(body, "detail");
    const json_t *object = json_object_get(detail, "object");
    *subject = (struct subject){.error = text_of(body, "error"),
                                .run = text_of(body, "run"),
                                .step = text_of(body, "at"),
                                .cause = text_of(body, "cause")};
    subject->about = subject->error ? "failed" : json_is_object(object) ? "event" : "other";
    if (json_is_object(file)) {
        subject->bucket = text_of(file, "bucket");
        subject->key = text_of(file, "key");
        subject->version = text_of(file, "version");
    } else {
        subject->bucket = text_of(json_object_get(detail, "bucket"), "name");
        subject->key = text_of(object, "key");
        subject->version = text_of(object, "version-id");
    }
    if (json_is_object(object) && !subject->run && subject->bucket && subject->key) {
        struct rc_key key;
        rc_key_file_seen(subject->bucket, subject->key, subject->version,
                         text_of(object, "sequencer"), &key);
        rc_key_run_name(&key, 0, subject->name);
        subject->run = subject->name;
    }
}

static void bind_cause(sqlite3_stmt *to, int at, const char *cause)
{
    json_t *wrapped = cause && *cause == '{' ? json_loads(cause, 0, NULL) : NULL;
    const char *inner = text_of(wrapped, "errorMessage");
    struct rc_buf text;
    rc_buf_init(&text, RC_BODY_BYTES);
    rc_buf_add_str(&text, inner ? inner : cause ? cause : "");
    rc_body_mask(&text);
    rc_bind_text(to, at, text.data);
    rc_buf_free(&text);
    json_decref(wrapped);
}

static void bind_subject(sqlite3_stmt *to, int at, const char *body)
{
    json_t *json = json_loads(body, 0, NULL);
    struct subject subject;
    read_subject(json, &subject);
    const char *const texts[] = {subject.about, subject.bucket, subject.key,  subject.version,
                                 subject.run,   subject.step,   subject.error};
    enum { TEXTS = sizeof texts / sizeof *texts };
    for (int i = 0; i < TEXTS; i++)
        rc_bind_text(to, at + i, texts[i]);
    bind_cause(to, at + TEXTS, subject.cause);
    json_decref(json);
}

static bool keep(struct messages *messages, const struct rc_sqs_message *message,
                 struct rc_error *err)
{
    sqlite3_stmt *to = messages->insert;
    const char *body = message->body ? message->body : "";
    const char *receives = attribute(message, "ApproximateReceiveCount");
    const char *group_id = attribute(message, "MessageGroupId");
    struct rc_buf text, more, group;
    rc_buf_init(&text, RC_BODY_BYTES);
    rc_buf_init(&more, RC_BODY_BYTES);
    rc_buf_init(&group, RC_BODY_BYTES);
    rc_buf_add_str(&text, body);
    rc_body_mask(&text);
    add_attributes(&more, message);
    rc_body_mask(&more);
    rc_buf_add_str(&group, group_id ? group_id : "");
    rc_body_mask(&group);
    sqlite3_bind_int64(to, 1, messages->listing.number);
    rc_bind_text(to, 2, message->message_id);
    bind_time(to, 3, attribute(message, "SentTimestamp"));
    bind_time(to, 4, attribute(message, "ApproximateFirstReceiveTimestamp"));
    if (receives)
        sqlite3_bind_int64(to, 5, strtoll(receives, NULL, 10));
    sqlite3_bind_int64(to, 6, (int64_t)strlen(body));
    rc_bind_text(to, 7, attribute(message, "SenderId"));
    rc_bind_text(to, 8, group.data);
    rc_bind_text(to, 9, more.data);
    rc_bind_text(to, 10, text.data);
    bind_subject(to, 11, body);
    bool ok = !text.failed && !more.failed && !group.failed;
    if (!ok)
        rc_error_set(err, RC_LIMIT, "a message of over %d MiB, or no memory for it",
                     RC_BODY_BYTES >> 20);
    ok = ok && rc_live_step(messages->listing.live, to, err);
    messages->listing.rows += ok && rc_live_changed(messages->listing.live);
    rc_buf_free(&group);
    rc_buf_free(&more);
    rc_buf_free(&text);
    return ok;
}

/* ----- receiving ----- */

static void receive(struct messages *messages);

static void received(struct rc_call *call, void *ctx)
{
    struct messages *messages = ctx;
    struct rc_listing *listing = &messages->listing;
    const struct rc_sqs_received *answer = rc_sqs_receive_answer(call);
    struct rc_error err = {0};
    uint64_t before = listing->rows;
    bool ok = true;
    if (!answer) {
        rc_listing_fail_by(listing, call, "sqs:ReceiveMessage");
        return;
    }
    rc_live_begin(listing->live);
    for (size_t i = 0; ok && i < answer->messages.count; i++)
        ok = keep(messages, &answer->messages.items[i], &err);
    ok = rc_live_commit(listing->live, &err) && ok;
    listing->version++;
    if (!ok)
        rc_listing_fail(listing, &err);
    else if (listing->rows == before || listing->rows >= messages->most) /* none, or again those */
        rc_listing_complete(listing);
    else
        receive(messages);
}

static void take_call(struct messages *messages, struct rc_call *call)
{
    struct rc_error err = {0};
    rc_call_free(messages->call);
    messages->call = call;
    if (call)
        return;
    rc_error_nomem(&err);
    rc_listing_fail(&messages->listing, &err);
}

static void receive(struct messages *messages)
{
    static const char *const every[] = {"All"};
    uint64_t left = messages->most - messages->listing.rows;
    const struct rc_sqs_receive in = {.queue_url = messages->url,
                                      .max_messages = left < A_REQUEST ? (int64_t)left : A_REQUEST,
                                      .visibility_timeout_s = HIDDEN_S,
                                      .wait_s = WAIT_S,
                                      .attribute_names = {every, 1},
                                      .message_attribute_names = {every, 1}};
    take_call(messages,
              rc_sqs_receive(rc_live_aws(messages->listing.live), &in, received, messages));
}

static void no_queue(struct messages *messages, const struct rc_call *call)
{
    struct rc_error err = {0};
    rc_live_explain(call, "sqs:GetQueueUrl", &err);
    size_t length = strlen(err.text);
    if (rc_call_error(call)->fault == RC_AWS_NOT_FOUND)
        snprintf(err.text + length, sizeof err.text - length, "; `queues` lists those there are");
    rc_listing_fail(&messages->listing, &err);
}

static void url_found(struct rc_call *call, void *ctx)
{
    struct messages *messages = ctx;
    const struct rc_sqs_queue_url *answer = rc_sqs_get_queue_url_answer(call);
    struct rc_error err = {0};
    if (!answer) {
        no_queue(messages, call);
        return;
    }
    messages->url = answer->queue_url ? strdup(answer->queue_url) : NULL;
    if (messages->url) {
        receive(messages);
        return;
    }
    rc_error_nomem(&err);
    rc_listing_fail(&messages->listing, &err);
}

static void stop(struct rc_listing *listing)
{
    struct messages *messages = (struct messages *)listing;
    if (listing->settled) /* by the call itself */
        return;
    rc_call_free(messages->call);
    messages->call = NULL;
}

static void release(struct rc_listing *listing)
{
    struct messages *messages = (struct messages *)listing;
    rc_call_free(messages->call);
    sqlite3_finalize(messages->insert);
    free(messages->url);
}

static const struct rc_listing_kind kind = {
    .table = "message", .size = sizeof(struct messages), .stop = stop, .release = release};

struct rc_listing *rc_live_messages(struct rc_live *live, const char *name_or_url, uint64_t most,
                                    struct rc_error *err)
{
    struct rc_listing *listing = rc_listing_new(live, &kind, err);
    struct messages *messages = (struct messages *)listing;
    if (!listing)
        return NULL;
    bool url = strstr(name_or_url, "://") != NULL;
    messages->most = most ? (most < RC_LIVE_PEEK_MOST ? most : RC_LIVE_PEEK_MOST) : RC_LIVE_PEEK;
    messages->insert = rc_live_prepare(
        live,
        "INSERT OR IGNORE INTO message (listing, message_id, sent, first_received, receives, bytes,"
        " sender, grouped, attributes, body, about, bucket, key, version, run, step, error, cause)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        err);
    if (messages->insert && (!url || (messages->url = strdup(name_or_url)))) {
        if (url)
            receive(messages);
        else
            take_call(messages, rc_sqs_get_queue_url(
                                    rc_live_aws(live),
                                    &(struct rc_sqs_get_queue_url){.queue_name = name_or_url},
                                    url_found, messages));
        return listing;
    }
    if (messages->insert)
        rc_error_nomem(err);
    rc_listing_free(listing);
    return NULL;
}

/* ----- one message ----- */

struct rc_message_shown *rc_message_read(struct rc_model *model, int64_t key, struct rc_error *err)
{
    bool ok = false, whole = true;
    struct rc_message_shown *message = calloc(1, sizeof *message);
    sqlite3_stmt *row = rc_model_prepare(
        model,
        "SELECT message_id, sent, first_received, sender, grouped, attributes, bucket, key, "
        "version,"
        " run, step, error, cause, body, receives, bytes FROM message WHERE id = ?",
        err);
    if (message && row && sqlite3_bind_int64(row, 1, key) == SQLITE_OK &&
        rc_model_step(model, row, &ok, err)) {
        char **const texts[] = {&message->id,     &message->sent,  &message->first_received,
                                &message->sender, &message->group, &message->attributes,
                                &message->bucket, &message->key,   &message->version,
                                &message->run,    &message->step,  &message->error,
                                &message->cause};
        enum { TEXTS = sizeof texts / sizeof *texts };
        for (int i = 0; i < TEXTS; i++) {
            const char *text = (const char *)sqlite3_column_text(row, i);
            whole = (*texts[i] = strdup(text ? text : "")) && whole;
        }
        const char *body = (const char *)sqlite3_column_text(row, TEXTS);
        message->body = rc_body_shown(body ? body : "");
        message->receives = (uint64_t)sqlite3_column_int64(row, TEXTS + 1);
        message->bytes = (uint64_t)sqlite3_column_int64(row, TEXTS + 2);
        whole = whole && message->body;
    } else if (ok) {
        rc_error_set(err, RC_USAGE, "the message is not kept any more; look at the queue again");
        whole = false;
    }
    if (row && (!message || (ok && !whole && !err->code)))
        rc_error_nomem(err);
    sqlite3_finalize(row);
    if (message && row && ok && whole)
        return message;
    rc_message_free(message);
    return NULL;
}

void rc_message_free(struct rc_message_shown *message)
{
    if (!message)
        return;
    char *const texts[] = {message->id,     message->sent,  message->first_received,
                           message->sender, message->group, message->attributes,
                           message->bucket, message->key,   message->version,
                           message->run,    message->step,  message->error,
                           message->cause,  message->body};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    free(message);
}
