#include "aws/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

enum {
    WORDS_BYTES = 8 << 10,        /* of one event; what is longer is cut */
    LINE_BYTES = 4 * WORDS_BYTES, /* each may become \xNN; the rest has no longer line */
};

struct rc_log {
    int fd;
    enum rc_log_level level;
    char words[WORDS_BYTES];
    char redacted[WORDS_BYTES];
    char line[LINE_BYTES + 64];
};

static const char *const level_names[] = {
    [RC_LOG_ERROR] = "error", [RC_LOG_WARN] = "warn",   [RC_LOG_INFO] = "info",
    [RC_LOG_DEBUG] = "debug", [RC_LOG_TRACE] = "trace",
};

bool rc_log_level_parse(const char *word, enum rc_log_level *level)
{
    for (int i = RC_LOG_ERROR; i <= RC_LOG_TRACE; i++) {
        if (strcasecmp(word, level_names[i]) == 0) {
            *level = (enum rc_log_level)i;
            return true;
        }
    }
    return false;
}

struct rc_log *rc_log_open(const char *path, enum rc_log_level level, struct rc_error *err)
{
    struct rc_log *log = calloc(1, sizeof *log);
    if (!log) {
        rc_error_nomem(err);
        return NULL;
    }
    log->level = level;
    /* Not blocking: a pipe that nobody empties loses lines and holds nobody up. */
    log->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
    if (log->fd >= 0)
        return log;
    rc_error_errno(err, RC_IO, "the log %s cannot be opened", path);
    free(log);
    return NULL;
}

void rc_log_close(struct rc_log *log)
{
    if (!log)
        return;
    close(log->fd);
    explicit_bzero(log->words, sizeof log->words); /* as it was before secrets were replaced */
    free(log);
}

bool rc_log_wants(const struct rc_log *log, enum rc_log_level level)
{
    return log && level <= log->level;
}

/* Whether a terminal would act upon the character, or on the one in UTF-8 that it is
 * a part of: control characters, C1 (U+0080 to U+009F) among them. */
static bool is_control(unsigned char before, unsigned char c, unsigned char after)
{
    if (c == 0xc2)
        return after >= 0x80 && after < 0xa0;
    return c < 0x20 || c == 0x7f || (before == 0xc2 && c >= 0x80 && c < 0xa0);
}

/* Writes c as it is, or as \n or \xNN; gives the length. */
static size_t escape(unsigned char before, unsigned char c, unsigned char after, char *out)
{
    static const char digits[] = "0123456789abcdef";
    if (c == '\n' || c == '\r' || c == '\t') {
        out[0] = '\\';
        out[1] = c == '\n' ? 'n' : c == '\r' ? 'r' : 't';
        return 2;
    }
    if (!is_control(before, c, after)) {
        out[0] = (char)c;
        return 1;
    }
    out[0] = '\\';
    out[1] = 'x';
    out[2] = digits[c >> 4];
    out[3] = digits[c & 15];
    return 4;
}

static size_t write_time(int64_t unix_ms, char *out, size_t room)
{
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm utc = {0};
    gmtime_r(&seconds, &utc);
    size_t length = strftime(out, room, "%Y-%m-%dT%H:%M:%S", &utc);
    int rest = snprintf(out + length, room - length, ".%03dZ ", (int)(unix_ms % 1000));
    return length + (size_t)rest;
}

/* One write a line, so that lines of several programs do not mix. */
static void put(int fd, const char *line, size_t length)
{
    while (length) {
        ssize_t wrote = write(fd, line, length);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return; /* a log that is full must not stop the work */
        line += wrote;
        length -= (size_t)wrote;
    }
}

void rc_log_write(struct rc_log *log, enum rc_log_level level, int64_t unix_ms, const char *format,
                  ...)
{
    if (!rc_log_wants(log, level))
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(log->words, sizeof log->words, format, args);
    va_end(args);
    rc_log_redact(log->words, log->redacted, sizeof log->redacted);
    if (unix_ms < 0)
        unix_ms = 0;
    size_t length = write_time(unix_ms, log->line, 40);
    int word = snprintf(log->line + length, 16, "%-5s ", level_names[level]);
    length += (size_t)word;
    unsigned char before = 0;
    for (const unsigned char *c = (const unsigned char *)log->redacted; *c; before = *c++)
        length += escape(before, c[0], c[1], log->line + length);
    log->line[length++] = '\n';
    put(log->fd, log->line, length);
}
