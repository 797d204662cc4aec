/* A growable byte buffer whose cap is given when it is made: what would grow it
 * past its cap fails and marks the buffer, so that a caller may append many
 * times and check once. The bytes are always followed by a NUL. */
#ifndef RC_BASE_BUF_H
#define RC_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rc_buf {
    char *data;
    size_t length;
    size_t capacity;
    size_t cap;  /* most bytes it may hold, without the NUL */
    bool failed; /* an append did not fit or found no memory */
};

void rc_buf_init(struct rc_buf *buf, size_t cap);
void rc_buf_free(struct rc_buf *buf);
void rc_buf_clear(struct rc_buf *buf); /* keeps the memory, forgets a failure */

/* Each gives false, and marks the buffer, when it does not fit. */
bool rc_buf_add(struct rc_buf *buf, const void *bytes, size_t length);
bool rc_buf_add_str(struct rc_buf *buf, const char *text);
bool rc_buf_add_char(struct rc_buf *buf, char c);
bool rc_buf_printf(struct rc_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool rc_buf_add_hex(struct rc_buf *buf, const void *bytes, size_t length);

/* Makes room for `more` bytes behind the end and gives where to write them, or
 * NULL; the caller then adds what it wrote to length. */
char *rc_buf_reserve(struct rc_buf *buf, size_t more);

#endif
