#include "base/decimal.h"

#include <string.h>

rc_i128 rc_pow10(int exponent)
{
    rc_i128 value = 1;
    while (exponent-- > 0)
        value *= 10;
    return value;
}

bool rc_decimal_push(rc_i128 *value, int digit)
{
    static const rc_i128 limit = (rc_i128)1000000000000000000 * 10000000000000000000u; /* 10^37 */
    if (*value >= limit)
        return false;
    *value = *value * 10 + digit;
    return true;
}

bool rc_decimal_rescale(struct rc_decimal value, int scale, rc_i128 *unscaled)
{
    int up = scale - value.scale;
    if (value.unscaled == 0) {
        *unscaled = 0;
        return true;
    }
    if (up > RC_DECIMAL_DIGITS || -up > RC_DECIMAL_DIGITS)
        return false;
    rc_i128 factor = rc_pow10(up < 0 ? -up : up);
    if (up < 0) {
        if (value.unscaled % factor)
            return false;
        *unscaled = value.unscaled / factor;
        return true;
    }
    rc_i128 limit = (rc_pow10(RC_DECIMAL_DIGITS) - 1) / factor;
    if (value.unscaled > limit || value.unscaled < -limit)
        return false;
    *unscaled = value.unscaled * factor;
    return true;
}

bool rc_decimal_to_minor(struct rc_decimal value, int scale, int64_t *minor)
{
    rc_i128 unscaled;
    if (!rc_decimal_rescale(value, scale, &unscaled))
        return false;
    if (unscaled > INT64_MAX || unscaled < INT64_MIN)
        return false;
    *minor = (int64_t)unscaled;
    return true;
}

size_t rc_i128_format(rc_i128 value, char *text)
{
    return rc_decimal_format((struct rc_decimal){value, 0}, text);
}

size_t rc_decimal_format(struct rc_decimal value, char *text)
{
    char digits[RC_DECIMAL_TEXT];
    size_t count = 0;
    rc_u128 magnitude = value.unscaled < 0 ? -(rc_u128)value.unscaled : (rc_u128)value.unscaled;
    do {
        digits[count++] = (char)('0' + (int)(magnitude % 10));
        magnitude /= 10;
    } while (magnitude || count <= (size_t)value.scale);

    size_t length = 0;
    if (value.unscaled < 0)
        text[length++] = '-';
    while (count) {
        if (count == (size_t)value.scale)
            text[length++] = '.';
        text[length++] = digits[--count];
    }
    text[length] = '\0';
    return length;
}

bool rc_decimal_parse(const char *text, size_t length, struct rc_decimal *value)
{
    size_t i = 0;
    bool negative = false, point = false, any = false;
    *value = (struct rc_decimal){0, 0};
    if (i < length && (text[i] == '-' || text[i] == '+'))
        negative = text[i++] == '-';
    for (; i < length; i++) {
        if (text[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (text[i] < '0' || text[i] > '9' || !rc_decimal_push(&value->unscaled, text[i] - '0'))
            return false;
        any = true;
        value->scale += point;
        if (value->scale > RC_DECIMAL_DIGITS) /* zeros behind the point push no digit out */
            return false;
    }
    if (negative)
        value->unscaled = -value->unscaled;
    return any;
}

bool rc_i128_add(rc_i128 *sum, rc_i128 value)
{
    rc_i128 result;
    if (__builtin_add_overflow(*sum, value, &result))
        return false;
    *sum = result;
    return true;
}
