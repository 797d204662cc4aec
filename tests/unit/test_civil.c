#include "core/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static int32_t day(const char *text)
{
    int32_t days = RC_CIVIL_NONE;
    assert_true(rc_civil_parse(text, strlen(text), &days));
    return days;
}

static void test_known_days(void **state)
{
    (void)state;
    assert_int_equal(rc_civil_days(1970, 1, 1), 0);
    assert_int_equal(rc_civil_days(1969, 12, 31), -1);
    assert_int_equal(rc_civil_days(2000, 2, 29), 11016);
    assert_int_equal(rc_civil_days(2000, 3, 1), 11017);
    assert_int_equal(rc_civil_days(2026, 1, 1), 20454);
    assert_int_equal(rc_civil_days(1, 1, 1), -719162);
    assert_int_equal(rc_civil_days(9999, 12, 31), 2932896);
}

/* Every day of the years 1 to 9999: one after the other, there and back. */
static void test_every_day(void **state)
{
    (void)state;
    int year = 1, month = 1, of_month = 1;
    for (int32_t days = rc_civil_days(1, 1, 1); days <= 2932896; days++) {
        int y, m, d;
        rc_civil_from_days(days, &y, &m, &d);
        if (rc_civil_days(year, month, of_month) != days || y != year || m != month ||
            d != of_month)
            fail_msg("%04d-%02d-%02d", year, month, of_month);
        of_month++;
        if (!rc_civil_valid(year, month, of_month)) {
            of_month = 1;
            month = month % 12 + 1;
            year += month == 1;
        }
    }
    assert_int_equal(year, 10000);
}

static void test_extremes_do_not_overflow(void **state)
{
    (void)state;
    int year, month, of_month;
    rc_civil_from_days(INT32_MAX, &year, &month, &of_month);
    assert_int_equal(year, 5881580);
    assert_int_equal(month, 7);
    assert_int_equal(of_month, 11);
    rc_civil_from_days(INT32_MIN, &year, &month, &of_month);
    assert_int_equal(year, -5877641);
}

static void test_valid(void **state)
{
    (void)state;
    assert_true(rc_civil_valid(2024, 2, 29));
    assert_true(rc_civil_valid(2000, 2, 29));
    assert_true(rc_civil_valid(1, 1, 1));
    assert_true(rc_civil_valid(9999, 12, 31));
    assert_false(rc_civil_valid(2023, 2, 29));
    assert_false(rc_civil_valid(1900, 2, 29));
    assert_false(rc_civil_valid(2100, 2, 29));
    assert_false(rc_civil_valid(2024, 2, 30));
    assert_false(rc_civil_valid(2024, 4, 31));
    assert_false(rc_civil_valid(2024, 0, 1));
    assert_false(rc_civil_valid(2024, 13, 1));
    assert_false(rc_civil_valid(2024, 1, 0));
    assert_false(rc_civil_valid(2024, 1, 32));
    assert_false(rc_civil_valid(2024, 1, -1));
    assert_false(rc_civil_valid(0, 1, 1));
    assert_false(rc_civil_valid(10000, 1, 1));
}

static void test_format(void **state)
{
    (void)state;
    char text[RC_CIVIL_TEXT];
    rc_civil_format(0, text);
    assert_string_equal(text, "1970-01-01");
    rc_civil_format(rc_civil_days(2024, 2, 29), text);
    assert_string_equal(text, "2024-02-29");
    rc_civil_format(rc_civil_days(7, 3, 4), text);
    assert_string_equal(text, "0007-03-04");
    rc_civil_format(RC_CIVIL_NONE, text);
    assert_string_equal(text, "");
    rc_civil_format(INT32_MAX, text); /* no such year, but it stays in its bytes */
    assert_int_equal(strlen(text), 10);
}

static void test_parse(void **state)
{
    (void)state;
    assert_int_equal(day("1970-01-01"), 0);
    assert_int_equal(day("2024-02-29"), rc_civil_days(2024, 2, 29));
    assert_int_equal(day("9999-12-31"), rc_civil_days(9999, 12, 31));
    static const char *const wrong[] = {
        "",           "2024-2-29",  "2024-02-291", "2023-02-29", "2024/02/29", "20240229  ",
        "2024-02-2x", "2024-02-2 ", "+024-02-29",  "0000-01-01", "2024-13-01", "2024-00-01",
        "2024-01-00", "2024-01-32", "2024-02:29",  "-024-02-29",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int32_t days = 42;
        assert_false(rc_civil_parse(wrong[i], strlen(wrong[i]), &days));
        assert_int_equal(days, 42);
    }
}

static int32_t business(const char *from, const char *to)
{
    return rc_business_days(day(from), day(to), NULL, 0);
}

/* 2026-01-01 is a Thursday. */
static void test_business_days(void **state)
{
    (void)state;
    assert_int_equal(business("2026-01-01", "2026-01-01"), 0);
    assert_int_equal(business("2026-01-01", "2026-01-02"), 1);
    assert_int_equal(business("2026-01-02", "2026-01-03"), 0); /* Saturday */
    assert_int_equal(business("2026-01-02", "2026-01-04"), 0); /* Sunday */
    assert_int_equal(business("2026-01-02", "2026-01-05"), 1); /* Monday */
    assert_int_equal(business("2026-01-03", "2026-01-05"), 1);
    assert_int_equal(business("2026-01-03", "2026-01-04"), 0);
    assert_int_equal(business("2026-01-01", "2026-01-08"), 5);
    assert_int_equal(business("2026-01-01", "2027-01-01"), 261);
    assert_int_equal(business("1969-12-29", "1970-01-05"), 5);
    assert_int_equal(business("1900-01-01", "1900-01-08"), 5);
}

static void test_business_days_backwards(void **state)
{
    (void)state;
    assert_int_equal(business("2026-01-05", "2026-01-02"), -1);
    assert_int_equal(business("2026-01-08", "2026-01-01"), -5);
    int32_t holiday = day("2026-01-06");
    assert_int_equal(rc_business_days(day("2026-01-08"), day("2026-01-01"), &holiday, 1), -4);
}

static void test_holidays(void **state)
{
    (void)state;
    int32_t first = day("2026-01-01"), last = day("2026-01-12");
    /* a Thursday at the start, a Saturday, a Tuesday, a Monday at the end, later */
    int32_t holidays[] = {first, day("2026-01-03"), day("2026-01-06"), last, day("2026-01-13")};
    assert_int_equal(rc_business_days(first, last, holidays, 0), 7);
    assert_int_equal(rc_business_days(first, last, holidays, 1), 7);
    assert_int_equal(rc_business_days(first, last, holidays, 2), 7);
    assert_int_equal(rc_business_days(first, last, holidays, 3), 6);
    assert_int_equal(rc_business_days(first, last, holidays, 4), 5);
    assert_int_equal(rc_business_days(first, last, holidays, 5), 5);
    int32_t twice[] = {day("2026-01-06"), day("2026-01-06")};
    assert_int_equal(rc_business_days(first, last, twice, 2), 6);
    assert_int_equal(rc_business_days(day("2026-01-05"), day("2026-01-06"), twice, 1), 0);
}

/* Against counting day by day. */
static void test_business_days_by_counting(void **state)
{
    (void)state;
    int32_t start = day("2023-12-25"); /* a Monday */
    for (int from = 0; from < 20; from++) {
        int32_t count = 0;
        for (int to = from; to < 60; to++) {
            if (to > from)
                count += to % 7 < 5;
            assert_int_equal(rc_business_days(start + from, start + to, NULL, 0), count);
            assert_int_equal(rc_business_days(start + to, start + from, NULL, 0), -count);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_days),
        cmocka_unit_test(test_every_day),
        cmocka_unit_test(test_extremes_do_not_overflow),
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_business_days),
        cmocka_unit_test(test_business_days_backwards),
        cmocka_unit_test(test_holidays),
        cmocka_unit_test(test_business_days_by_counting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
