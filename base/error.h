/* One error contract for the whole program: a function that can fail takes
 * `struct rc_error *err` as its last argument, returns false, NULL or a
 * negative number, and fills err once with a code that callers branch on and a
 * sentence that names the place, the cause and, where there is one, the remedy.
 * err may be NULL where the caller does not want to know. */
#ifndef RC_BASE_ERROR_H
#define RC_BASE_ERROR_H

#include <stdarg.h>

enum rc_code {
    RC_OK = 0,
    RC_USAGE,   /* the caller's words are off: exit 2 */
    RC_INVALID, /* a layout, program, copybook or other definition is wrong: exit 2 */
    RC_DATA,    /* input data is malformed beyond a single record: exit 1 */
    RC_IO,      /* file, disk or network: exit 3 */
    RC_LIMIT,   /* an explicit limit was reached: exit 3 */
    RC_NOMEM,   /* allocation failed: exit 3 */
};

enum { RC_ERROR_TEXT_BYTES = 512 };

struct rc_error {
    enum rc_code code;
    char text[RC_ERROR_TEXT_BYTES];
};

/* Fills err with a printf-style sentence, cut at the buffer's end; control characters in it
 * become dots. */
void rc_error_set(struct rc_error *err, enum rc_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same, followed by ": " and the text of errno. */
void rc_error_errno(struct rc_error *err, enum rc_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "context: " before the sentence that is there. */
void rc_error_prefix(struct rc_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Fills err with RC_NOMEM. */
void rc_error_nomem(struct rc_error *err);

#endif
