#include "base/error.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Names and messages in a sentence come from files and servers, and the sentence goes to
 * terminals: control characters become dots, those of C1 (U+0080 to U+009F) too. */
static void make_harmless(char *text)
{
    for (unsigned char *at = (unsigned char *)text; *at; at++) {
        bool is_c1 = at[0] == 0xC2 && at[1] >= 0x80 && at[1] <= 0x9F;
        if (*at < 0x20 || *at == 0x7f || is_c1)
            *at = '.';
        if (is_c1)
            *++at = '.';
    }
}

/* Gives the length, which is cut at the buffer's end. */
static size_t write_text(struct rc_error *err, const char *format, va_list args)
{
    vsnprintf(err->text, sizeof err->text, format, args);
    make_harmless(err->text);
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
