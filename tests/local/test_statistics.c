#include "local/statistics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

static double get(const struct rc_statistics *statistics, const char *name)
{
    double value = NAN;
    assert_true(rc_statistics_get(statistics, name, &value));
    return value;
}

static bool near(double value, double wanted)
{
    return fabs(value - wanted) <= fabs(wanted) * 0.02 + 1e-12;
}

static void test_values(void **state)
{
    struct rc_statistics one = {0};
    (void)state;
    for (int i = 1; i <= 1000; i++)
        assert_true(rc_statistics_add(&one, i, 1));
    assert_true(get(&one, "SampleCount") == 1000);
    assert_true(get(&one, "Sum") == 500500);
    assert_true(get(&one, "Average") == 500.5);
    assert_true(get(&one, "Minimum") == 1);
    assert_true(get(&one, "Maximum") == 1000);
    assert_true(near(get(&one, "p50"), 500));
    assert_true(near(get(&one, "p99"), 990));
    assert_true(near(get(&one, "p99.9"), 999));
    assert_true(get(&one, "p0") == 1);
    assert_true(get(&one, "p100") == 1000);
    rc_statistics_free(&one);
}

static void test_signs_and_zero(void **state)
{
    struct rc_statistics one = {0};
    (void)state;
    assert_true(rc_statistics_add(&one, -5, 1));
    assert_true(rc_statistics_add(&one, 0, 1));
    assert_true(rc_statistics_add(&one, 1e-9, 1));
    assert_true(rc_statistics_add(&one, 5e9, 1));
    assert_true(near(get(&one, "p25"), -5));
    assert_true(get(&one, "p50") == 0);
    assert_true(near(get(&one, "p75"), 1e-9));
    assert_true(near(get(&one, "p100"), 5e9));
    rc_statistics_free(&one);
}

static void test_sets_have_no_percentiles(void **state)
{
    struct rc_statistics one = {0};
    double value;
    (void)state;
    assert_false(rc_statistics_get(&one, "Sum", &value));
    assert_true(rc_statistics_add_set(&one, 3, 30, 10, 10));
    assert_true(near(get(&one, "p50"), 10));
    assert_true(rc_statistics_add_set(&one, 2, 5, 1, 4));
    assert_false(rc_statistics_get(&one, "p50", &value));
    assert_true(get(&one, "Sum") == 35);
    assert_true(get(&one, "Minimum") == 1);
    rc_statistics_free(&one);
}

static void test_merged_and_written(void **state)
{
    struct rc_statistics one = {0}, two = {0}, back = {0};
    struct rc_buf text;
    (void)state;
    for (int i = 1; i <= 100; i++)
        assert_true(rc_statistics_add(i % 2 ? &one : &two, i, 1));
    assert_true(rc_statistics_merge(&one, &two));
    assert_true(get(&one, "SampleCount") == 100);
    assert_true(near(get(&one, "p90"), 90));
    rc_buf_init(&text, 1 << 20);
    assert_true(rc_statistics_write_bins(&one, &text));
    back.count = one.count;
    back.low = one.low;
    back.high = one.high;
    assert_true(rc_statistics_read_bins(&back, text.data));
    assert_true(get(&back, "p90") == get(&one, "p90"));
    assert_false(rc_statistics_read_bins(&back, "1:2 x"));
    rc_buf_free(&text);
    rc_statistics_free(&back);
    rc_statistics_free(&two);
    rc_statistics_free(&one);
}

static void test_names(void **state)
{
    (void)state;
    assert_true(rc_statistics_is_name("Sum"));
    assert_true(rc_statistics_is_name("p99.99"));
    assert_false(rc_statistics_is_name("p"));
    assert_false(rc_statistics_is_name("p101"));
    assert_false(rc_statistics_is_name("sum"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_signs_and_zero),
        cmocka_unit_test(test_sets_have_no_percentiles),
        cmocka_unit_test(test_merged_and_written),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
