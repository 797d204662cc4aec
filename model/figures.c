#include "model/figures.h"

#include "base/decimal.h"
#include "core/currency.h"
#include "model/table.h"

#include <stdio.h>
#include <string.h>

size_t rc_count_text(uint64_t count, char text[RC_FIGURE_BYTES])
{
    char digits[24];
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    return rc_digits_group(digits, strlen(digits), text);
}

size_t rc_money_text(rc_i128 minor, int exponent, char text[RC_FIGURE_BYTES])
{
    char digits[RC_DECIMAL_TEXT];
    struct rc_decimal value = {minor, exponent > 0 ? exponent : 0};
    rc_decimal_format(value, digits);
    return rc_digits_group(digits, strlen(digits), text);
}

int rc_money_exponent(const char *currency)
{
    uint8_t index = rc_currency_find(currency, strlen(currency));
    return index == RC_CURRENCY_NONE ? -1 : rc_currencies[index].exponent;
}
