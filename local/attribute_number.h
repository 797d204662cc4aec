/* Numbers of DynamoDB: exact decimals of up to 38 digits between 1E-130 and
 * 9.99…E+125. Source: "Supported data types and naming rules in Amazon DynamoDB". */
#ifndef RC_LOCAL_ATTRIBUTE_NUMBER_H
#define RC_LOCAL_ATTRIBUTE_NUMBER_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RC_NUMBER_DIGITS = 38,
    RC_NUMBER_TEXT = 176, /* bytes that hold any number as text, NUL included */
    RC_NUMBER_KEY = 24,   /* bytes that hold any number as a key */
};

/* 0.d1 d2 d3 … * 10^exponent; the first and the last digit are not 0. */
struct rc_number {
    bool negative;
    int count; /* 0: the number 0 */
    int exponent;
    uint8_t digits[RC_NUMBER_DIGITS];
};

/* False with DynamoDB's words on what is no number or out of range. */
bool rc_number_parse(const char *text, size_t length, struct rc_number *number,
                     struct rc_error *err);

/* As DynamoDB gives it back: plain digits, no exponent, no zeros that say nothing. */
size_t rc_number_format(const struct rc_number *number, char text[RC_NUMBER_TEXT]);

int rc_number_compare(const struct rc_number *a, const struct rc_number *b);

/* a + b, or a - b. False when the result needs over 38 digits or is out of range. */
bool rc_number_add(const struct rc_number *a, const struct rc_number *b, bool subtract,
                   struct rc_number *sum, struct rc_error *err);

/* Bytes whose order (memcmp, the shorter first) is that of the numbers. */
size_t rc_number_key(const struct rc_number *number, uint8_t key[RC_NUMBER_KEY]);

/* Bytes that it counts for in an item. */
size_t rc_number_size(const struct rc_number *number);

#endif
