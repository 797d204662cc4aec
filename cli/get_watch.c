#include "cli/get.h"

#include "cli/cli.h"

#define XXH_INLINE_ALL
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

/* Clears the screen and goes to its beginning: "Control Functions for Coded Character Sets",
 * ECMA-48, ED and CUP. */
static const char clear[] = "\033[2J\033[H";

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t hash_of(const char *line, size_t length)
{
    return XXH3_64bits(line, length);
}

static size_t line_length(const char *at, const char *end)
{
    const char *line_end = memchr(at, '\n', (size_t)(end - at));
    return line_end ? (size_t)(line_end + 1 - at) : (size_t)(end - at);
}

/* Hashes of the lines, sorted. False without memory. */
static bool read_lines(const struct rc_buf *rows, struct rc_get_watch *lines)
{
    const char *end = rows->data + rows->length;
    size_t count = 0;
    for (const char *at = rows->data; at < end; at += line_length(at, end))
        count++;
    lines->lines = malloc((count + 1) * sizeof *lines->lines);
    if (!lines->lines)
        return false;
    for (const char *at = rows->data; at < end; at += line_length(at, end))
        lines->lines[lines->count++] = hash_of(at, line_length(at, end));
    qsort(lines->lines, lines->count, sizeof *lines->lines, compare);
    return true;
}

static bool is_new(const struct rc_get_watch *before, uint64_t line)
{
    return !before->count || !bsearch(&line, before->lines, before->count, sizeof line, compare);
}

/* An object in one line: within its texts there are no line ends. */
static bool write_object(const struct rc_buf *rows)
{
    const char *end = rows->data + rows->length;
    bool ok = true;
    for (const char *at = rows->data; ok && at < end; at += line_length(at, end)) {
        size_t length = line_length(at, end);
        ok = rc_cli_write(at, length - (at[length - 1] == '\n'));
    }
    return ok && rc_cli_write("\n", 1);
}

static bool write_new(const struct rc_get_watch *before, const struct rc_buf *rows)
{
    const char *end = rows->data + rows->length;
    bool ok = true;
    for (const char *at = rows->data; ok && at < end; at += line_length(at, end)) {
        size_t length = line_length(at, end);
        if (is_new(before, hash_of(at, length)))
            ok = rc_cli_write(at, length);
    }
    return ok;
}

static bool write_table(const struct rc_get_watch *before, const struct rc_buf *rows)
{
    bool ok = true;
    if (isatty(STDOUT_FILENO))
        ok = rc_cli_write(clear, sizeof clear - 1);
    else if (before->lines)
        ok = rc_cli_write("\n", 1);
    return ok && rc_cli_write(rows->data, rows->length);
}

bool rc_get_watch_show(struct rc_get_watch *watch, int format, const struct rc_buf *rows,
                       struct rc_error *err)
{
    struct rc_get_watch now = {0};
    bool ok = true;
    if (!read_lines(rows, &now)) {
        rc_error_nomem(err);
        return false;
    }
    bool same = watch->lines && watch->count == now.count &&
                memcmp(watch->lines, now.lines, now.count * sizeof *now.lines) == 0;
    now.unchanged = same ? watch->unchanged + 1 : 0;
    if (!same && rc_get_for_people(format))
        ok = write_table(watch, rows);
    else if (!same && format == RC_EXPORT_JSON)
        ok = write_object(rows);
    else if (!same)
        ok = write_new(watch, rows);
    ok = ok && fflush(stdout) == 0;
    rc_get_watch_free(watch);
    *watch = now;
    return ok;
}

void rc_get_watch_free(struct rc_get_watch *watch)
{
    free(watch->lines);
    watch->lines = NULL;
    watch->count = 0;
}
