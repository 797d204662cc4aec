/* Exact decimals of up to 38 digits: an unscaled 128-bit integer and how many of
 * its digits stand behind the point. No floating point anywhere. */
#ifndef RC_BASE_DECIMAL_H
#define RC_BASE_DECIMAL_H

#include "base/int128.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RC_DECIMAL_DIGITS = 38, /* most digits a decimal has: 10^38 - 1 < 2^127 */
    RC_DECIMAL_TEXT = 48,   /* bytes that hold any decimal as text, NUL included */
};

struct rc_decimal {
    rc_i128 unscaled;
    int scale; /* digits behind the point, 0..38 */
};

/* 10^exponent for 0 <= exponent <= 38. */
rc_i128 rc_pow10(int exponent);

/* *value = *value * 10 + digit; false when the result would need over 38 digits. */
bool rc_decimal_push(rc_i128 *value, int digit);

/* The decimal as an integer of `scale` digits behind the point (minor units when
 * scale is the currency's exponent). False when digits would be lost or the
 * result does not fit 64 bits. */
bool rc_decimal_to_minor(struct rc_decimal value, int scale, int64_t *minor);

/* Brings value to the given scale; false when digits would be lost or 38 are not
 * enough. */
bool rc_decimal_rescale(struct rc_decimal value, int scale, rc_i128 *unscaled);

/* Writes value with exactly its digits ("-12.50", "0.05", "7"): a JSON number.
 * text has RC_DECIMAL_TEXT bytes. Gives the length. */
size_t rc_decimal_format(struct rc_decimal value, char *text);

/* Reads digits with an optional sign and point; false on anything else. */
bool rc_decimal_parse(const char *text, size_t length, struct rc_decimal *value);

/* The whole number as text; text has RC_DECIMAL_TEXT bytes. Gives the length. */
size_t rc_i128_format(rc_i128 value, char *text);

/* Checked sums: false, and *sum unchanged, on overflow. */
bool rc_i128_add(rc_i128 *sum, rc_i128 value);

#endif
