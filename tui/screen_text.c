#include "tui/screen.h"
#include "tui/screen_internal.h"

enum { REPLACEMENT = 0xFFFD, DOTTED_CIRCLE = 0x25CC };

/* Decodes one character by the table of Unicode 15, 3.9 (well-formed UTF-8); a byte
 * that begins none is one character, U+FFFD, by itself. Gives its bytes. */
static size_t decode(const char *text, size_t length, uint32_t *code)
{
    const unsigned char *bytes = (const unsigned char *)text;
    unsigned char low = 0x80, high = 0xBF;
    size_t more = bytes[0] < 0x80   ? 0
                  : bytes[0] < 0xC2 ? 4
                  : bytes[0] < 0xE0 ? 1
                  : bytes[0] < 0xF0 ? 2
                  : bytes[0] < 0xF5 ? 3
                                    : 4;
    *code = REPLACEMENT;
    if (more == 4 || more >= length)
        return 1;
    uint32_t value = more == 0 ? bytes[0] : bytes[0] & (0x3FU >> more);
    if (bytes[0] == 0xE0)
        low = 0xA0;
    else if (bytes[0] == 0xED)
        high = 0x9F; /* surrogates */
    else if (bytes[0] == 0xF0)
        low = 0x90;
    else if (bytes[0] == 0xF4)
        high = 0x8F;
    for (size_t i = 1; i <= more; i++) {
        if (bytes[i] < low || bytes[i] > high)
            return 1;
        value = value << 6 | (bytes[i] & 0x3FU);
        low = 0x80;
        high = 0xBF;
    }
    *code = value;
    return more + 1;
}

/* Characters that change how others are shown and have no look of their own.
 * Variation selectors and joiners are left out, because terminals do not agree on the
 * width of what they make. */
static bool is_left_out(uint32_t code)
{
    return (code >= 0xFE00 && code <= 0xFE0F) || code == 0x200C || code == 0x200D ||
           (code >= 0xE0100 && code <= 0xE01EF);
}

/* Those that turn the direction of what follows could make a row read as something
 * that it is not. */
static bool is_direction(uint32_t code)
{
    return code == 0x061C || code == 0x200E || code == 0x200F ||
           (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

/* Those that nobody sees: two ids that differ in one would look alike. */
static bool is_unseen(uint32_t code)
{
    return code == 0x00AD || code == 0x180E || code == 0x200B || code == 0xFEFF ||
           (code >= 0x2060 && code <= 0x2065) || (code >= 0xFFF9 && code <= 0xFFFB);
}

/* What is shown for a character, and its width; 0 when it combines with the one
 * before. */
static uint32_t shown(uint32_t code, bool unicode, int *width)
{
    *width = 1;
    if (code >= 0x20 && code < 0x7F)
        return code;
    if (!unicode)
        return '?';
    if (code < 0x20)
        return 0x2400 + code; /* the picture of its name */
    if (code == 0x7F)
        return 0x2421;
    if (is_left_out(code)) {
        *width = 0;
        return code;
    }
    if (is_direction(code) || is_unseen(code))
        return REPLACEMENT;
    *width = wcwidth((wchar_t)code);
    if (*width < 0) {
        *width = 1;
        return REPLACEMENT;
    }
    return code;
}

size_t rc_text_glyph(const char *text, size_t length, bool unicode, struct rc_glyph *glyph)
{
    uint32_t code;
    int width, count = 0;
    size_t used = decode(text, length, &code);
    code = shown(code, unicode, &width);
    if (width == 0) { /* it has nothing to combine with */
        glyph->chars[count++] = is_left_out(code) ? L' ' : DOTTED_CIRCLE;
        width = 1;
        if (!is_left_out(code))
            glyph->chars[count++] = (wchar_t)code;
    } else {
        glyph->chars[count++] = (wchar_t)code;
    }
    glyph->width = width;
    while (used < length && (unsigned char)text[used] >= 0xCC) {
        size_t more = decode(text + used, length - used, &code);
        code = shown(code, unicode, &width);
        if (width != 0)
            break;
        if (count < RC_GLYPH_CHARS && !is_left_out(code))
            glyph->chars[count++] = (wchar_t)code;
        used += more;
    }
    glyph->chars[count] = 0;
    return used;
}

struct rc_clip rc_text_clip(const char *text, size_t length, int width)
{
    struct rc_clip fits = {0}, marked = {0};
    while (fits.bytes < length) {
        struct rc_glyph glyph;
        size_t bytes = rc_text_glyph(text + fits.bytes, length - fits.bytes, true, &glyph);
        if (fits.width + glyph.width > width) {
            marked.cut = true;
            return marked;
        }
        fits.bytes += bytes;
        fits.width += glyph.width;
        if (fits.width < width) /* the mark would still fit */
            marked = fits;
    }
    return fits;
}

int rc_text_width(const char *text, size_t length)
{
    int width = 0;
    for (size_t at = 0; at < length;) {
        struct rc_glyph glyph;
        at += rc_text_glyph(text + at, length - at, true, &glyph);
        width += glyph.width;
    }
    return width;
}
