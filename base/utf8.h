/* UTF-8 that others bring, which need not be any. */
#ifndef RC_BASE_UTF8_H
#define RC_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the well-formed UTF-8 character at the text, of which `left` are there; 0 when there
 * is none. Source: Unicode, table 3-7, whose ranges of the second byte shut out overlong forms,
 * surrogates and what lies beyond U+10FFFF. */
size_t rc_utf8_length(const void *text, size_t left);

/* Whether all of a text is. */
bool rc_utf8_is(const char *text);

/* Puts a "?" in place of each byte that belongs to no character, as where a text was cut in the
 * middle of one. */
void rc_utf8_mend(char *text);

#endif
