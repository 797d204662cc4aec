#include "base/decimal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#define NINES_38 "99999999999999999999999999999999999999"
#define ZEROS_37 "0000000000000000000000000000000000000"

static struct rc_decimal decimal(const char *text)
{
    struct rc_decimal value;
    if (!rc_decimal_parse(text, strlen(text), &value))
        fail_msg("%s is not read", text);
    return value;
}

static void shows(struct rc_decimal value, const char *wanted)
{
    char text[RC_DECIMAL_TEXT];
    assert_int_equal(rc_decimal_format(value, text), strlen(wanted));
    assert_string_equal(text, wanted);
}

static void test_pow10(void **state)
{
    (void)state;
    assert_true(rc_pow10(0) == 1);
    assert_true(rc_pow10(1) == 10);
    assert_true(rc_pow10(18) == 1000000000000000000);
    for (int i = 0; i < 38; i++)
        assert_true(rc_pow10(i + 1) / 10 == rc_pow10(i));
    assert_true(rc_pow10(38) > 0);
}

static void test_push(void **state)
{
    (void)state;
    rc_i128 value = 0;
    for (int i = 0; i < RC_DECIMAL_DIGITS; i++)
        assert_true(rc_decimal_push(&value, 9));
    assert_true(value == rc_pow10(38) - 1);
    assert_false(rc_decimal_push(&value, 0));
    assert_true(value == rc_pow10(38) - 1);
    value = rc_pow10(37) - 1;
    assert_true(rc_decimal_push(&value, 9));
    value = rc_pow10(37); /* 38 digits */
    assert_false(rc_decimal_push(&value, 0));
    value = 0;
    for (int i = 0; i < 100; i++) /* leading zeros are no digits */
        assert_true(rc_decimal_push(&value, 0));
    assert_true(rc_decimal_push(&value, 7));
    assert_true(value == 7);
}

static void test_format(void **state)
{
    (void)state;
    shows((struct rc_decimal){0, 0}, "0");
    shows((struct rc_decimal){0, 2}, "0.00");
    shows((struct rc_decimal){7, 0}, "7");
    shows((struct rc_decimal){5, 2}, "0.05");
    shows((struct rc_decimal){-5, 2}, "-0.05");
    shows((struct rc_decimal){-1250, 2}, "-12.50");
    shows((struct rc_decimal){100, 2}, "1.00");
    shows((struct rc_decimal){10, 1}, "1.0");
    shows((struct rc_decimal){rc_pow10(38) - 1, 0}, NINES_38);
    shows((struct rc_decimal){rc_pow10(38) - 1, 38}, "0." NINES_38);
    shows((struct rc_decimal){-(rc_pow10(38) - 1), 38}, "-0." NINES_38);
    shows((struct rc_decimal){1, 38}, "0." ZEROS_37 "1");
    shows((struct rc_decimal){RC_I128_MAX, 0}, "170141183460469231731687303715884105727");
    shows((struct rc_decimal){RC_I128_MIN, 0}, "-170141183460469231731687303715884105728");
}

static void test_format_whole(void **state)
{
    (void)state;
    char text[RC_DECIMAL_TEXT];
    assert_int_equal(rc_i128_format(-12, text), 3);
    assert_string_equal(text, "-12");
    assert_int_equal(rc_i128_format(0, text), 1);
    assert_string_equal(text, "0");
}

static void test_parse(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t unscaled;
        int scale;
    } cases[] = {
        {"0", 0, 0},
        {"12", 12, 0},
        {"-12.50", -1250, 2},
        {"+0.05", 5, 2},
        {".5", 5, 1},
        {"5.", 5, 0},
        {"-.5", -5, 1},
        {"000012.3", 123, 1},
        {"-0.00", 0, 2},
        {"1.000", 1000, 3},
        {"9223372036854775807", INT64_MAX, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rc_decimal value = decimal(cases[i].text);
        assert_true(value.unscaled == cases[i].unscaled);
        assert_int_equal(value.scale, cases[i].scale);
    }
}

static void test_parse_refuses(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",   "-",  "+",    ".",   "-.",  "1.2.3", "1,2", " 1", "1 ",         "--1",
        "1-", "1e", "0x10", "abc", "1.x", "/",     ":",   "+-", "9" NINES_38, "-1" NINES_38,
    };
    struct rc_decimal value;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (rc_decimal_parse(wrong[i], strlen(wrong[i]), &value))
            fail_msg("%s is read", wrong[i]);
    }
    assert_false(rc_decimal_parse("1\0", 2, &value));
    assert_false(rc_decimal_parse("\xB1", 1, &value));
    assert_false(rc_decimal_parse(NULL, 0, &value));
}

static void test_parse_at_the_limit(void **state)
{
    (void)state;
    shows(decimal(NINES_38), NINES_38);
    shows(decimal("-" NINES_38), "-" NINES_38);
    shows(decimal("0." NINES_38), "0." NINES_38);
    shows(decimal("-000." NINES_38), "-0." NINES_38);
    shows(decimal("0." ZEROS_37 "1"), "0." ZEROS_37 "1");
    struct rc_decimal value;
    /* 39 places behind the point, of which none is a significant digit more */
    assert_false(rc_decimal_parse("0.0" ZEROS_37 "1", 41, &value));
    assert_false(rc_decimal_parse("0.00" ZEROS_37, 41, &value));
}

static void test_rescale(void **state)
{
    (void)state;
    rc_i128 unscaled;
    assert_true(rc_decimal_rescale(decimal("12.5"), 2, &unscaled) && unscaled == 1250);
    assert_true(rc_decimal_rescale(decimal("12.50"), 1, &unscaled) && unscaled == 125);
    assert_true(rc_decimal_rescale(decimal("-12.50"), 1, &unscaled) && unscaled == -125);
    assert_true(rc_decimal_rescale(decimal("12.50"), 2, &unscaled) && unscaled == 1250);
    assert_false(rc_decimal_rescale(decimal("12.55"), 1, &unscaled));
    assert_false(rc_decimal_rescale(decimal("-0.01"), 1, &unscaled));
    assert_true(rc_decimal_rescale(decimal("0.00"), 0, &unscaled) && unscaled == 0);
    assert_true(rc_decimal_rescale((struct rc_decimal){0, 0}, 99, &unscaled) && unscaled == 0);
}

static void test_rescale_at_the_limit(void **state)
{
    (void)state;
    rc_i128 unscaled;
    assert_true(rc_decimal_rescale((struct rc_decimal){rc_pow10(37) - 1, 0}, 1, &unscaled));
    assert_true(unscaled == rc_pow10(38) - 10);
    assert_false(rc_decimal_rescale((struct rc_decimal){rc_pow10(37), 0}, 1, &unscaled));
    assert_false(rc_decimal_rescale((struct rc_decimal){-rc_pow10(37), 0}, 1, &unscaled));
    assert_true(rc_decimal_rescale((struct rc_decimal){9, 0}, 37, &unscaled));
    assert_false(rc_decimal_rescale((struct rc_decimal){1, 0}, 38, &unscaled));
    assert_false(rc_decimal_rescale((struct rc_decimal){1, 0}, 39, &unscaled));
    assert_false(rc_decimal_rescale((struct rc_decimal){1, 38}, 0, &unscaled));
    assert_false(rc_decimal_rescale((struct rc_decimal){1, 39}, 0, &unscaled));
    assert_true(rc_decimal_rescale((struct rc_decimal){rc_pow10(37), 38}, 1, &unscaled));
    assert_true(unscaled == 1);
}

static void test_to_minor(void **state)
{
    (void)state;
    int64_t minor = 0;
    assert_true(rc_decimal_to_minor(decimal("12.5"), 2, &minor));
    assert_int_equal(minor, 1250);
    assert_true(rc_decimal_to_minor(decimal("-7"), 0, &minor));
    assert_int_equal(minor, -7);
    assert_true(rc_decimal_to_minor(decimal("1.500"), 2, &minor));
    assert_int_equal(minor, 150);
    assert_true(rc_decimal_to_minor(decimal("9223372036854775807"), 0, &minor));
    assert_true(minor == INT64_MAX);
    assert_true(rc_decimal_to_minor(decimal("-9223372036854775808"), 0, &minor));
    assert_true(minor == INT64_MIN);
    minor = 42;
    assert_false(rc_decimal_to_minor(decimal("9223372036854775808"), 0, &minor));
    assert_false(rc_decimal_to_minor(decimal("-9223372036854775809"), 0, &minor));
    assert_false(rc_decimal_to_minor(decimal("92233720368547758.08"), 3, &minor));
    assert_false(rc_decimal_to_minor(decimal("0.005"), 2, &minor));
    assert_false(rc_decimal_to_minor(decimal(NINES_38), 1, &minor));
    assert_int_equal(minor, 42);
}

static void test_add(void **state)
{
    (void)state;
    rc_i128 sum = RC_I128_MAX - 1;
    assert_true(rc_i128_add(&sum, 1));
    assert_true(sum == RC_I128_MAX);
    assert_false(rc_i128_add(&sum, 1));
    assert_true(sum == RC_I128_MAX);
    assert_true(rc_i128_add(&sum, RC_I128_MIN));
    assert_true(sum == -1);
    sum = RC_I128_MIN;
    assert_false(rc_i128_add(&sum, -1));
    assert_true(sum == RC_I128_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pow10),
        cmocka_unit_test(test_push),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_format_whole),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_parse_refuses),
        cmocka_unit_test(test_rescale),
        cmocka_unit_test(test_rescale_at_the_limit),
        cmocka_unit_test(test_to_minor),
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_parse_at_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
