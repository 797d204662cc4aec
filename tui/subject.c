#include "tui/subject.h"

#include "model/live.h"
#include "tui/livelist.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void rc_subject_set_place(struct rc_subject *subject, const char *place)
{
    static const char scheme[] = "s3://";
    if (strncmp(place, scheme, sizeof scheme - 1) != 0)
        return;
    place += sizeof scheme - 1;
    size_t bucket = strcspn(place, "/");
    if (!place[bucket] || bucket >= sizeof subject->bucket ||
        strlen(place + bucket + 1) >= sizeof subject->key)
        return;
    memcpy(subject->bucket, place, bucket);
    subject->bucket[bucket] = '\0';
    snprintf(subject->key, sizeof subject->key, "%s", place + bucket + 1);
}

/* ----- where to: each writes the words, or nothing ----- */

static void to_file(const struct rc_subject *subject, struct rc_buf *words)
{
    if (!*subject->bucket || !*subject->key)
        return;
    rc_livelist_encode(subject->bucket, words);
    rc_buf_add_char(words, '/');
    rc_livelist_encode(subject->key, words);
    rc_buf_add_char(words, '@');
    rc_livelist_encode(subject->version, words);
}

/* Without its day the record is read from the object in S3. */
static void to_record_of_object(const struct rc_subject *subject, struct rc_buf *words)
{
    if (!subject->of_no_day || !subject->record || !*subject->bucket || !*subject->key)
        return;
    rc_buf_add_str(words, "s3://");
    to_file(subject, words);
    rc_buf_printf(words, " %" PRIu64, subject->record);
}

static void to_record(const struct rc_subject *subject, struct rc_buf *words)
{
    if (subject->of_no_day || !subject->record || !*subject->side)
        return;
    rc_buf_printf(words, "%s %" PRIu64, subject->side, subject->record);
}

/* The messages of a queue that are about the file. */
static void to_message(const struct rc_subject *subject, struct rc_buf *words)
{
    if (!*subject->queue && !*subject->key)
        return;
    rc_livelist_encode(*subject->queue ? subject->queue : rc_live_failed_queue(), words);
    if (*subject->key && !strchr(subject->key, '"'))
        rc_buf_printf(words, " key=\"%s\"", subject->key);
}

static void to_run(const struct rc_subject *subject, struct rc_buf *words)
{
    rc_livelist_encode(subject->run, words);
}

static void to_logs(const struct rc_subject *subject, struct rc_buf *words)
{
    const char *name = *subject->run ? subject->run : subject->request_id;
    if (!*name)
        return;
    rc_buf_add_str(words, *subject->run ? "run " : "request ");
    rc_livelist_encode(name, words);
}

static void to_day(const struct rc_subject *subject, struct rc_buf *words)
{
    if (*subject->program && *subject->date)
        rc_buf_printf(words, "program=%s date=%s", subject->program, subject->date);
}

/* The whole life of it; without AWS its records in the day. */
static void to_transaction(const struct rc_subject *subject, struct rc_buf *words)
{
    if (subject->of_day_file || !*subject->transaction)
        return;
    rc_livelist_encode(subject->transaction, words);
    rc_buf_printf(words, "%s%s", *subject->program ? " " : "", subject->program);
}

static void to_transactions(const struct rc_subject *subject, struct rc_buf *words)
{
    if (subject->of_day_file && *subject->transaction && !strchr(subject->transaction, '"'))
        rc_buf_printf(words, "transaction_id=\"%s\"", subject->transaction);
}

static const struct {
    enum rc_action action;
    const char *view;
    void (*add)(const struct rc_subject *subject, struct rc_buf *words);
    const char *lacks;
} ways[] = {
    {RC_DO_FILE, "file", to_file, "file"},
    {RC_DO_RECORD, "record", to_record_of_object, "record"},
    {RC_DO_RECORD, "record", to_record, "record"},
    {RC_DO_MESSAGE, "messages", to_message, "file or queue"},
    {RC_DO_RUN, "run", to_run, "run"},
    {RC_DO_LOGS, "logs", to_logs, "run"},
    {RC_DO_DAY, "rollups", to_day, "day"},
    {RC_DO_TRANSACTION, "transaction", to_transaction, "transaction"},
    {RC_DO_TRANSACTION, "transactions", to_transactions, "transaction"},
};

enum { WAYS = sizeof ways / sizeof *ways };

bool rc_thread_has(enum rc_action action)
{
    for (int i = 0; i < WAYS; i++)
        if (ways[i].action == action)
            return true;
    return false;
}

const char *rc_thread_view(enum rc_action action, const struct rc_subject *subject,
                           struct rc_buf *words, const char **lacks)
{
    *lacks = "";
    rc_buf_clear(words);
    for (int i = 0; i < WAYS; i++) {
        if (ways[i].action != action)
            continue;
        *lacks = ways[i].lacks;
        ways[i].add(subject, words);
        if (words->length)
            return ways[i].view;
    }
    return NULL;
}
