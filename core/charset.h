/* The single-byte encodings of layouts: ASCII, and EBCDIC code pages as IBM's
 * CDRA and the Unicode consortium's mapping files give them. */
#ifndef RC_CORE_CHARSET_H
#define RC_CORE_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rc_charset {
    RC_ASCII,
    RC_CP037,
    RC_CP1047,
    RC_CP500,
    RC_CP1140,
    RC_CHARSETS,
};

/* The Unicode code point of each byte. For RC_ASCII, bytes of 0x80 and above map
 * to themselves (Latin-1), so that they can be shown; whether they are accepted
 * is the decoder's decision. */
extern const uint16_t rc_charset_unicode[RC_CHARSETS][256];

/* The byte of an ASCII character in the charset. */
uint8_t rc_charset_byte(enum rc_charset charset, char ascii);

/* "ascii", "cp037", ...; find gives false for an unknown name. */
const char *rc_charset_name(enum rc_charset charset);
bool rc_charset_find(const char *name, enum rc_charset *charset);

/* Decodes length bytes to UTF-8; text has room for 3 * length + 1 bytes. Gives
 * the bytes written, without the NUL. */
size_t rc_charset_decode(enum rc_charset charset, const uint8_t *bytes, size_t length, char *text);

#endif
