#include "tui/targets.h"

#include <stdlib.h>
#include <string.h>

enum { FEW = 16, TARGET_BYTES = 4096 };

static void object(const struct rc_subject *subject, struct rc_buf *out)
{
    if (*subject->bucket && *subject->key)
        rc_buf_printf(out, "s3://%s/%s", subject->bucket, subject->key);
}

/* A key that has a '@' needs another behind it (ops/object.h). */
static void file(const struct rc_subject *subject, struct rc_buf *out)
{
    object(subject, out);
    if (out->length && (*subject->version || strchr(subject->key, '@')))
        rc_buf_printf(out, "@%s", subject->version);
}

static void version(const struct rc_subject *subject, struct rc_buf *out)
{
    if (*subject->version)
        file(subject, out);
}

static void run(const struct rc_subject *subject, struct rc_buf *out)
{
    rc_buf_add_str(out, subject->run);
}

static const char *queue_name(const struct rc_subject *subject)
{
    const char *slash = strrchr(subject->queue, '/');
    return slash ? slash + 1 : subject->queue;
}

static void queue(const struct rc_subject *subject, struct rc_buf *out)
{
    rc_buf_add_str(out, queue_name(subject));
}

static void message(const struct rc_subject *subject, struct rc_buf *out)
{
    if (*subject->queue)
        rc_buf_add_str(out, subject->message);
}

static void error(const struct rc_subject *subject, struct rc_buf *out)
{
    if (*subject->queue)
        rc_buf_add_str(out, subject->error);
}

static void program(const struct rc_subject *subject, struct rc_buf *out)
{
    rc_buf_add_str(out, subject->program);
}

static void day(const struct rc_subject *subject, struct rc_buf *out)
{
    if (*subject->program && *subject->date)
        rc_buf_printf(out, "%s/%s", subject->program, subject->date);
}

static void discrepancy(const struct rc_subject *subject, struct rc_buf *out)
{
    if (subject->discrepancy && *subject->transaction)
        day(subject, out);
    if (out->length)
        rc_buf_printf(out, "/%s", subject->transaction);
}

static void file_or_day(const struct rc_subject *subject, struct rc_buf *out)
{
    file(subject, out);
    if (!out->length)
        day(subject, out);
}

/* The narrowest first. */
static const struct {
    const char *kind;
    void (*write)(const struct rc_subject *subject, struct rc_buf *out);
} kinds[] = {{"discrepancy", discrepancy},
             {"message", message},
             {"error", error},
             {"file", file},
             {"object", object},
             {"version of an object", version},
             {"run", run},
             {"queue", queue},
             {"file or day", file_or_day},
             {"day", day},
             {"program", program}};

enum { KINDS = sizeof kinds / sizeof *kinds };

bool rc_target_write(const char *kind, const struct rc_subject *subject, struct rc_buf *out)
{
    rc_buf_clear(out);
    for (int i = 0; i < KINDS; i++)
        if (strcmp(kinds[i].kind, kind) == 0)
            kinds[i].write(subject, out);
    return out->length && !out->failed;
}

const char *rc_target_param(const char *param, const struct rc_subject *subject)
{
    return strcmp(param, "queue") == 0 ? queue_name(subject) : "";
}

bool rc_target_narrowest(const struct rc_subject *subject, struct rc_buf *out)
{
    for (int i = 0; i < KINDS; i++)
        if (rc_target_write(kinds[i].kind, subject, out))
            return true;
    return false;
}

bool rc_targets_add(struct rc_targets *targets, const char *text)
{
    if (targets->count && strcmp(targets->items[targets->count - 1], text) == 0)
        return true; /* of rows beside each other that are of one thing */
    if (targets->count == targets->room) {
        size_t room = targets->room ? 2 * targets->room : FEW;
        char **items = realloc(targets->items, room * sizeof *items);
        if (!items)
            return false;
        targets->items = items;
        targets->room = room;
    }
    char *copy = strdup(text);
    if (copy)
        targets->items[targets->count++] = copy;
    return copy != NULL;
}

bool rc_targets_add_subject(struct rc_targets *targets, const char *kind,
                            const struct rc_subject *subject)
{
    struct rc_buf text;
    rc_buf_init(&text, TARGET_BYTES);
    bool ok = !rc_target_write(kind, subject, &text) || rc_targets_add(targets, text.data);
    rc_buf_free(&text);
    return ok;
}

void rc_targets_free(struct rc_targets *targets)
{
    while (targets->count)
        free(targets->items[--targets->count]);
    free(targets->items);
    *targets = (struct rc_targets){.items = NULL};
}
