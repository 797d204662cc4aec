#include "tui/targets.h"

#include <stdlib.h>
#include <string.h>

enum { FEW = 16, TARGET_BYTES = 4096 };

static void file(const struct rc_subject *subject, struct rc_buf *out)
{
    bool at = *subject->version || strchr(subject->key, '@');
    if (*subject->bucket && *subject->key)
        rc_buf_printf(out, "s3://%s/%s%s%s", subject->bucket, subject->key, at ? "@" : "",
                      subject->version);
}

static void run(const struct rc_subject *subject, struct rc_buf *out)
{
    rc_buf_add_str(out, subject->run);
}

static void queue(const struct rc_subject *subject, struct rc_buf *out)
{
    const char *slash = strrchr(subject->queue, '/');
    rc_buf_add_str(out, slash ? slash + 1 : subject->queue);
}

static void message(const struct rc_subject *subject, struct rc_buf *out)
{
    if (!*subject->queue || !*subject->message)
        return;
    queue(subject, out);
    rc_buf_printf(out, "/%s", subject->message);
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
    if (*subject->program && *subject->date && *subject->transaction)
        rc_buf_printf(out, "%s/%s/%s", subject->program, subject->date, subject->transaction);
}

/* The narrowest first. */
static const struct {
    const char *kind;
    void (*write)(const struct rc_subject *subject, struct rc_buf *out);
} kinds[] = {
    {"discrepancy", discrepancy}, {"message", message}, {"file", file},      {"run", run},
    {"queue", queue},             {"day", day},         {"program", program}};

enum { KINDS = sizeof kinds / sizeof *kinds };

bool rc_target_write(const char *kind, const struct rc_subject *subject, struct rc_buf *out)
{
    size_t before = out->length;
    for (int i = 0; i < KINDS; i++)
        if (strcmp(kinds[i].kind, kind) == 0)
            kinds[i].write(subject, out);
    return out->length > before && !out->failed;
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
