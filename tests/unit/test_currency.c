#include "core/currency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static void has(const char *alpha, unsigned numeric, int exponent)
{
    char digits[8];
    uint8_t index = rc_currency_find(alpha, 3);
    assert_int_not_equal(index, RC_CURRENCY_NONE);
    assert_string_equal(rc_currencies[index].alpha, alpha);
    assert_int_equal(rc_currencies[index].numeric, numeric);
    assert_int_equal(rc_currencies[index].exponent, exponent);
    snprintf(digits, sizeof digits, "%03u", numeric);
    assert_int_equal(rc_currency_find(digits, 3), index);
}

static void test_none(void **state)
{
    (void)state;
    assert_string_equal(rc_currencies[RC_CURRENCY_NONE].alpha, "");
    assert_int_equal(rc_currencies[RC_CURRENCY_NONE].numeric, 0);
    assert_int_equal(rc_currency_find("000", 3), RC_CURRENCY_NONE);
}

static void test_each_is_found_by_both_codes(void **state)
{
    (void)state;
    assert_int_equal(rc_currency_count, 180);
    for (size_t i = 1; i < rc_currency_count; i++) {
        const struct rc_currency *currency = &rc_currencies[i];
        char digits[8];
        snprintf(digits, sizeof digits, "%03u", currency->numeric);
        assert_int_equal(strlen(currency->alpha), 3);
        assert_in_range(currency->numeric, 1, 999);
        assert_true(currency->exponent >= -1 && currency->exponent <= 4);
        assert_int_equal(rc_currency_find(currency->alpha, 3), i);
        assert_int_equal(rc_currency_find(digits, 3), i);
        if (i > 1)
            assert_true(strcmp(rc_currencies[i - 1].alpha, currency->alpha) < 0);
    }
}

static void test_exponents(void **state)
{
    (void)state;
    has("USD", 840, 2);
    has("EUR", 978, 2);
    has("HUF", 348, 2);
    has("MGA", 969, 2);
    has("MRU", 929, 2);
    has("ALL", 8, 2);
    has("AUD", 36, 2);
    has("JPY", 392, 0);
    has("ISK", 352, 0);
    has("CLP", 152, 0);
    has("XOF", 952, 0);
    has("UGX", 800, 0);
    has("UYI", 940, 0);
    has("KWD", 414, 3);
    has("BHD", 48, 3);
    has("IQD", 368, 3);
    has("TND", 788, 3);
    has("CLF", 990, 4);
    has("UYW", 927, 4);
    has("XAU", 959, -1);
    has("XTS", 963, -1);
    has("XXX", 999, -1);
}

static void test_recent_changes(void **state)
{
    (void)state;
    has("XCG", 532, 2);
    has("ZWG", 924, 2);
    has("SLE", 925, 2);
    has("VED", 926, 2);
    has("XAD", 396, 2);
    has("BGN", 975, 2);
    static const char *const gone[] = {"ANG", "ZWL", "SLL", "HRK", "CUC", "DEM", "VEF", "MRO"};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        assert_int_equal(rc_currency_find(gone[i], 3), RC_CURRENCY_NONE);
    assert_int_equal(rc_currency_find("932", 3), RC_CURRENCY_NONE);
}

static void test_unknown(void **state)
{
    (void)state;
    static const char *const codes[] = {"AAA", "ZZZ", "usd", "Usd", "US ",
                                        " US", "84 ", "8A0", "A40", "   ",
                                        "US[", "US@", "84/", "84:", "\xFF\xFE\xFD"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        assert_int_equal(rc_currency_find(codes[i], 3), RC_CURRENCY_NONE);
    assert_int_equal(rc_currency_find("", 0), RC_CURRENCY_NONE);
    assert_int_equal(rc_currency_find(NULL, 0), RC_CURRENCY_NONE);
    assert_int_equal(rc_currency_find("USD", 2), RC_CURRENCY_NONE);
    assert_int_equal(rc_currency_find("USDX", 4), RC_CURRENCY_NONE);
    assert_int_equal(rc_currency_find("0840", 4), RC_CURRENCY_NONE);
}

/* Nothing outside the list is found, whatever the bytes. */
static void test_all_codes(void **state)
{
    (void)state;
    size_t found = 0;
    for (int a = 0; a < 256; a++) {
        for (int b = 0; b < 256; b++) {
            for (int c = 0; c < 256; c++) {
                char code[3] = {(char)a, (char)b, (char)c};
                found += rc_currency_find(code, 3) != RC_CURRENCY_NONE;
            }
        }
    }
    assert_int_equal(found, 2 * (rc_currency_count - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none),      cmocka_unit_test(test_each_is_found_by_both_codes),
        cmocka_unit_test(test_exponents), cmocka_unit_test(test_recent_changes),
        cmocka_unit_test(test_unknown),   cmocka_unit_test(test_all_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
