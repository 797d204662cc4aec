#include "local/attribute_number.h"

#include <string.h>

enum {
    HIGHEST = 126, /* exponents of 0.d1d2…: 9.9E+125 and 1E-130 */
    LOWEST = -129,
    EXPONENT_DIGITS = 6, /* most that are read of what stands behind E */
};

static bool refuse(struct rc_error *err, const char *text, size_t length)
{
    static const char words[] = "The parameter cannot be converted to a numeric value";
    if (length)
        rc_error_set(err, RC_INVALID, "%s: %.*s", words, length > 200 ? 200 : (int)length, text);
    else
        rc_error_set(err, RC_INVALID, "%s", words);
    return false;
}

static bool in_range(struct rc_number *number, struct rc_error *err)
{
    if (!number->count) {
        *number = (struct rc_number){0};
        return true;
    }
    if (number->exponent > HIGHEST)
        rc_error_set(err, RC_INVALID,
                     "Number overflow. Attempting to store a number with magnitude larger than "
                     "supported range");
    else if (number->exponent < LOWEST)
        rc_error_set(err, RC_INVALID,
                     "Number underflow. Attempting to store a number with magnitude smaller than "
                     "supported range");
    else
        return true;
    return false;
}

static bool too_many_digits(struct rc_error *err)
{
    rc_error_set(err, RC_INVALID,
                 "Attempting to store more than 38 significant digits in a Number");
    return false;
}

/* Digits and at most one point; gives where they end, NULL without any digit. Zeros at
 * the end are counted before they are kept, since most of them say nothing. */
static const char *read_digits(const char *at, const char *end, struct rc_number *number,
                               bool *too_many)
{
    bool point = false, any = false;
    int zeros = 0;
    for (; at < end; at++) {
        if (*at == '.' && !point) {
            point = true;
            continue;
        }
        if (*at < '0' || *at > '9')
            break;
        any = true;
        bool leading = !number->count && *at == '0';
        number->exponent += leading ? -point : !point;
        if (leading)
            continue;
        if (*at == '0') {
            zeros++;
            continue;
        }
        if (number->count + zeros >= RC_NUMBER_DIGITS) {
            *too_many = true;
            continue;
        }
        number->count += zeros; /* they are 0 already */
        zeros = 0;
        number->digits[number->count++] = (uint8_t)(*at - '0');
    }
    return any ? at : NULL;
}

static bool read_exponent(const char *at, const char *end, int *exponent)
{
    bool negative = false;
    int value = 0, digits = 0;
    if (at < end && (*at == '+' || *at == '-'))
        negative = *at++ == '-';
    for (; at < end && *at >= '0' && *at <= '9' && digits < EXPONENT_DIGITS; at++, digits++)
        value = value * 10 + (*at - '0');
    *exponent = negative ? -value : value;
    return digits && at == end;
}

bool rc_number_parse(const char *text, size_t length, struct rc_number *number,
                     struct rc_error *err)
{
    const char *at = text, *end = text + length;
    int exponent = 0;
    bool too_many = false;
    *number = (struct rc_number){0};
    if (at < end && (*at == '+' || *at == '-'))
        number->negative = *at++ == '-';
    at = read_digits(at, end, number, &too_many);
    if (!at || (at < end && ((*at | 0x20) != 'e' || !read_exponent(at + 1, end, &exponent))))
        return refuse(err, text, length);
    number->exponent += exponent;
    if (!in_range(number, err))
        return false;
    return !too_many || too_many_digits(err);
}

size_t rc_number_format(const struct rc_number *number, char text[RC_NUMBER_TEXT])
{
    char *to = text;
    if (!number->count) {
        memcpy(text, "0", 2);
        return 1;
    }
    if (number->negative)
        *to++ = '-';
    int place = number->exponent; /* digits before the point that are still to come */
    if (place <= 0) {
        *to++ = '0';
        *to++ = '.';
        for (int i = place; i < 0; i++)
            *to++ = '0';
    }
    for (int i = 0; i < number->count; i++) {
        if (i && i == place)
            *to++ = '.';
        *to++ = (char)('0' + number->digits[i]);
    }
    for (int i = number->count; i < place; i++)
        *to++ = '0';
    *to = '\0';
    return (size_t)(to - text);
}

static int compare_magnitude(const struct rc_number *a, const struct rc_number *b)
{
    if (!a->count || !b->count)
        return (a->count > 0) - (b->count > 0);
    if (a->exponent != b->exponent)
        return a->exponent < b->exponent ? -1 : 1;
    return memcmp(a->digits, b->digits, sizeof a->digits); /* behind the last are zeros */
}

int rc_number_compare(const struct rc_number *a, const struct rc_number *b)
{
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    int order = compare_magnitude(a, b);
    return a->negative ? -order : order;
}

/* The digit of the place 10^(power). */
static int digit_at(const struct rc_number *number, int power)
{
    int index = number->exponent - 1 - power;
    return index >= 0 && index < number->count ? number->digits[index] : 0;
}

/* From the lowest place of both to the highest; at most 38 of them may say anything. */
static bool combine(const struct rc_number *big, const struct rc_number *small, int sign,
                    struct rc_number *sum)
{
    enum { PLACES = HIGHEST - LOWEST + RC_NUMBER_DIGITS + 2 };
    uint8_t places[PLACES] = {0};
    int low_big = big->exponent - big->count, low_small = small->exponent - small->count;
    int low = small->count && low_small < low_big ? low_small : low_big, carry = 0, count = 0;
    for (int power = low; power < big->exponent || carry; power++) {
        int digit = digit_at(big, power) + sign * digit_at(small, power) + carry;
        carry = digit < 0 ? -1 : digit > 9;
        places[count++] = (uint8_t)(digit - 10 * carry);
    }
    int first = 0;
    while (count && !places[count - 1])
        count--;
    while (first < count && !places[first])
        first++;
    *sum = (struct rc_number){.negative = big->negative, .exponent = low + count};
    if (count - first > RC_NUMBER_DIGITS)
        return false;
    while (count > first)
        sum->digits[sum->count++] = places[--count];
    return true;
}

bool rc_number_add(const struct rc_number *a, const struct rc_number *b, bool subtract,
                   struct rc_number *sum, struct rc_error *err)
{
    struct rc_number other = *b;
    if (subtract && other.count)
        other.negative = !other.negative;
    bool swap = compare_magnitude(a, &other) < 0;
    const struct rc_number *big = swap ? &other : a, *small = swap ? a : &other;
    if (!small->count)
        *sum = *big;
    else if (!combine(big, small, big->negative == small->negative ? 1 : -1, sum))
        return too_many_digits(err);
    return in_range(sum, err);
}

size_t rc_number_key(const struct rc_number *number, uint8_t key[RC_NUMBER_KEY])
{
    size_t length = 0;
    if (!number->count) {
        key[0] = 0x80;
        return 1;
    }
    uint8_t flip = number->negative ? 0xFF : 0;
    key[length++] = number->negative ? 0x40 : 0xC0;
    key[length++] = (uint8_t)(number->exponent - LOWEST) ^ flip;
    for (int i = 0; i < number->count; i += 2) {
        int next = i + 1 < number->count ? number->digits[i + 1] : 0;
        key[length++] = (uint8_t)(number->digits[i] * 10 + next + 1) ^ flip;
    }
    if (number->negative)
        key[length++] = 0xFF; /* so that of -1.2 and -1.23 the shorter is the larger */
    return length;
}

size_t rc_number_size(const struct rc_number *number)
{
    return (size_t)(number->count + 1) / 2 + 1;
}
