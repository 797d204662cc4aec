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

size_t rc_seconds_text(uint64_t seconds, char text[RC_FIGURE_BYTES])
{
    enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };
    unsigned long long s = seconds;
    int length =
        s < MINUTE ? snprintf(text, RC_FIGURE_BYTES, "%llu s", s)
        : s < HOUR ? snprintf(text, RC_FIGURE_BYTES, "%llu min", s / MINUTE)
        : s < DAY
            ? snprintf(text, RC_FIGURE_BYTES, "%llu h %02llu min", s / HOUR, s % HOUR / MINUTE)
            : snprintf(text, RC_FIGURE_BYTES, "%llu d %02llu h", s / DAY, s % DAY / HOUR);
    return (size_t)length;
}

size_t rc_size_text(uint64_t bytes, char text[RC_FIGURE_BYTES])
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
    uint64_t tenths = bytes / 1024 * 10 + bytes % 1024 * 10 / 1024;
    int unit = 0;
    if (bytes < 1024)
        return (size_t)snprintf(text, RC_FIGURE_BYTES, "%llu byte%s", (unsigned long long)bytes,
                                bytes == 1 ? "" : "s");
    for (; tenths >= 10240 && unit < 3; unit++)
        tenths /= 1024;
    return (size_t)snprintf(text, RC_FIGURE_BYTES, "%llu.%llu %s", (unsigned long long)tenths / 10,
                            (unsigned long long)tenths % 10, units[unit]);
}

int rc_money_exponent(const char *currency)
{
    uint8_t index = rc_currency_find(currency, strlen(currency));
    return index == RC_CURRENCY_NONE ? -1 : rc_currencies[index].exponent;
}
