/* Memory for keys and tokens: pages of their own that a core dump leaves out,
 * wiped before they are given back. For few and long-lived secrets: the smallest
 * piece is a page. */
#ifndef RC_AWS_SECRET_H
#define RC_AWS_SECRET_H

#include "base/error.h"

#include <stddef.h>

enum { RC_SECRET_BYTES = 4 << 20 }; /* most bytes of one piece */

/* Zeroed memory; NULL past the limit or without memory. */
void *rc_secret_alloc(size_t bytes);

/* Wipes and releases what rc_secret_alloc gave; NULL is allowed. */
void rc_secret_free(void *secret);

/* Wipes bytes that are somebody else's memory (a library's string). */
void rc_secret_wipe(const void *bytes, size_t length);

/* Reads a whole file into secret memory, with a NUL behind: NULL and err filled
 * when that fails, or the file is no regular one or longer than cap_bytes. Never
 * waits, as a pipe would make it. errno tells a file that is not there (ENOENT). */
char *rc_secret_read(const char *path, size_t cap_bytes, size_t *length, struct rc_error *err);

#endif
