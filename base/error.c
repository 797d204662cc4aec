#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Gives the length, which is cut at the buffer's end. */
static size_t write_text(struct rc_error *err, const char *format, va_list args)
{
    vsnprintf(err->text, sizeof err->text, format, args);
    return strlen(err->text);
}

void rc_error_set(struct rc_error *err, enum rc_code code, const char *format, ...)
{
    if (!err)
        return;
    va_list args;
    va_start(args, format);
    err->code = code;
    write_text(err, format, args);
    va_end(args);
}

void rc_error_errno(struct rc_error *err, enum rc_code code, const char *format, ...)
{
    int saved = errno;
    if (!err)
        return;
    va_list args;
    va_start(args, format);
    err->code = code;
    size_t used = write_text(err, format, args);
    va_end(args);
    snprintf(err->text + used, sizeof err->text - used, ": %s", strerror(saved));
}

void rc_error_prefix(struct rc_error *err, const char *format, ...)
{
    if (!err)
        return;
    char tail[RC_ERROR_TEXT_BYTES];
    memcpy(tail, err->text, sizeof tail);
    va_list args;
    va_start(args, format);
    size_t used = write_text(err, format, args);
    va_end(args);
    snprintf(err->text + used, sizeof err->text - used, ": %s", tail);
}

void rc_error_nomem(struct rc_error *err)
{
    rc_error_set(err, RC_NOMEM, "out of memory");
}
