#include "base/utf8.h"

#include <string.h>

size_t rc_utf8_length(const void *text, size_t left)
{
    const unsigned char *bytes = text;
    unsigned char lead = bytes[0];
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (length > left)
        return 0;
    unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (bytes[1] < low || bytes[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

bool rc_utf8_is(const char *text)
{
    size_t left = strlen(text), length = 1;
    for (; left && length; left -= length, text += length)
        length = rc_utf8_length(text, left);
    return length != 0;
}

void rc_utf8_mend(char *text)
{
    for (size_t left = strlen(text); left;) {
        size_t length = rc_utf8_length(text, left);
        if (!length)
            *text = '?';
        length = length ? length : 1;
        text += length;
        left -= length;
    }
}
