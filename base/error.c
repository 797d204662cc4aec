#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void rc_error_set(struct rc_error *err, enum rc_code code, const char *format, ...)
{
    if (!err)
        return;
    err->code = code;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
}

void rc_error_errno(struct rc_error *err, enum rc_code code, const char *format, ...)
{
    int saved = errno;
    if (!err)
        return;
    err->code = code;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    size_t used = strlen(err->text);
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
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    size_t used = strlen(err->text);
    snprintf(err->text + used, sizeof err->text - used, ": %s", tail);
}

void rc_error_nomem(struct rc_error *err)
{
    rc_error_set(err, RC_NOMEM, "out of memory");
}
