/* ISO 4217: alphabetic code, numeric code and exponent (digits of the minor
 * unit) of each active currency and fund code. Source: the ISO 4217 maintenance
 * agency's list one. */
#ifndef RC_CORE_CURRENCY_H
#define RC_CORE_CURRENCY_H

#include <stddef.h>
#include <stdint.h>

struct rc_currency {
    char alpha[4];
    uint16_t numeric;
    int8_t exponent; /* -1: the currency has no minor unit (metals, test codes) */
};

/* A currency is referred to by its index in the table; 0 is "none". */
enum { RC_CURRENCY_NONE = 0 };

extern const struct rc_currency rc_currencies[];
extern const size_t rc_currency_count; /* with the "none" of index 0 */

/* Index of a three-letter (upper case) or three-digit code, or RC_CURRENCY_NONE. */
uint8_t rc_currency_find(const char *code, size_t length);

#endif
