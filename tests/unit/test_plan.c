#include "tests/unit/support.h"

#include "core/plan.h"
#include "core/program.h"

#include <math.h>

static const struct rc_plan_load million = {.records = 1e6,
                                            .per_second = 20000,
                                            .item_bytes = 700,
                                            .ready_wcu = 40000,
                                            .probability = 0.001};

static void expect_near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within * fabs(want)))
        fail_msg("%.12g is not %.12g within %g", got, want, within);
}

/* ----- balls into bins, against sums of the definition ----- */

static double poisson(double mean, int k)
{
    double term = exp(-mean);
    for (int i = 1; i <= k; i++)
        term *= mean / i;
    return term;
}

static double poisson_at_most(double mean, int k)
{
    double sum = 0;
    for (int i = 0; i <= k; i++)
        sum += poisson(mean, i);
    return sum;
}

static void test_bins_are_as_defined(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_bins bins;
    const double mean = 3.5;
    assert_true(rc_bins_of(5, mean, -1, 6, 0.01, &bins, &err));
    double greatest = 0, excess = 0;
    int bound = 0;
    for (int k = 0; k < 80; k++) {
        greatest += 1 - pow(poisson_at_most(mean, k), 5);
        excess += k > 6 ? 5 * (k - 6) * poisson(mean, k) : 0;
        bound += pow(poisson_at_most(mean, k), 5) < 0.99;
    }
    expect_near(bins.greatest, greatest, 1e-9);
    expect_near(bins.over, 1 - pow(poisson_at_most(mean, 6), 5), 1e-9);
    expect_near(bins.excess_sum, excess, 1e-9);
    assert_int_equal((int)bins.bound, bound);
}

static void test_one_bin_that_is_hot(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_bins bins;
    assert_true(rc_bins_of(3, 1, 8, 9, 0.01, &bins, &err));
    expect_near(bins.over, 1 - pow(poisson_at_most(1, 9), 3) * poisson_at_most(8, 9), 1e-9);
}

/* What is far out is small and not nothing, and what is large does not overflow. */
static void test_the_ends_of_the_distribution(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_bins bins;
    assert_true(rc_bins_of(64, 100, -1, 190, 0.001, &bins, &err));
    double tail = 0;
    for (int k = 191; k < 400; k++)
        tail += exp(-100 + k * log(100) - lgamma(k + 1.0));
    expect_near(bins.over, 64 * tail, 1e-6);
    assert_true(rc_bins_of(1, 1e8, -1, 1000, 0.001, &bins, &err));
    expect_near(bins.greatest, 1e8, 1e-6);
    expect_near(bins.excess_sum, 1e8 - 1000, 1e-6);
    assert_true(bins.over == 1);
    assert_true(rc_bins_of(0, 0, -1, 0, 0.001, &bins, &err));
    assert_true(bins.over == 0 && bins.excess_sum == 0);
    assert_true(rc_bins_of(0, 0, 1000, 10, 0.001, &bins, &err));
    assert_true(bins.over == 1);
}

/* ----- plans ----- */

static void test_the_smallest_count_is_the_smallest(void **state)
{
    (void)state;
    struct rc_error err = {0};
    const double rates[] = {5, 900, 4000, 20000, 277778, 2e6};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct rc_plan_load load = million;
        struct rc_plan_shards plan;
        uint32_t smallest;
        bool hot;
        load.per_second = rates[i];
        assert_true(rc_plan_smallest(&load, &smallest, &hot, &err));
        assert_true(smallest >= 1 && !hot);
        assert_true(rc_plan_of(&load, smallest, &plan, &err));
        assert_true(plan.throttles <= load.probability);
        if (smallest == 1)
            continue;
        assert_true(rc_plan_of(&load, smallest - 1, &plan, &err));
        assert_true(plan.throttles > load.probability);
    }
}

static void test_a_hot_id_is_named(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_plan_load load = million;
    uint32_t shards;
    bool hot;
    load.hottest_share = 0.1; /* 2,000 a second for one id */
    assert_true(rc_plan_smallest(&load, &shards, &hot, &err));
    assert_int_equal(shards, 0);
    assert_true(hot);
    load.hottest_share = 0.01;
    assert_true(rc_plan_smallest(&load, &shards, &hot, &err));
    assert_true(shards > 23); /* what it takes without a hot one */
    load.hottest_share = 0;
    load.per_second = 1e8; /* more than all shards that there may be */
    assert_true(rc_plan_smallest(&load, &shards, &hot, &err));
    assert_int_equal(shards, 0);
    assert_false(hot);
}

static void test_large_items_take_more_units(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_plan_load load = million;
    struct rc_plan_shards plan;
    load.item_bytes = 2049;
    assert_true(rc_plan_of(&load, 64, &plan, &err));
    assert_int_equal((int)plan.room_per_second, 333);
}

static void test_what_is_out_of_range_is_named(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_plan_load load = million;
    assert_true(rc_plan_check(&load, &err));
    load.records = 0;
    assert_false(rc_plan_check(&load, &err));
    assert_non_null(strstr(err.text, "records: 0 is not over 0"));
    load = million;
    load.hottest_share = 1.5;
    assert_false(rc_plan_check(&load, &err));
    assert_non_null(strstr(err.text, "hottest"));
    load = million;
    load.probability = NAN;
    assert_false(rc_plan_check(&load, &err));
}

/* What arrives over what a shard takes, once each has its partition: the model in the time
 * of events against the arithmetic. A bucket is full when the load begins. */
static void test_the_simulation_agrees_with_arithmetic(void **state)
{
    (void)state;
    struct rc_error err = {0};
    const uint32_t counts[] = {1, 2, 5, 16, 64};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct rc_load_outcome outcome;
        struct rc_plan_load load = million;
        load.per_second = 8000;
        assert_true(rc_plan_simulate(&load, counts[i], true, 7, &outcome, &err));
        double taken = fmin(80000, counts[i] * 1000.0 * 11);
        expect_near((double)outcome.taken, taken, 0.05);
        assert_int_equal(outcome.taken + outcome.failed + outcome.left, 80000);
    }
}

static void test_limits_are_in_order_and_break_in_turn(void **state)
{
    (void)state;
    struct rc_plan_limit limits[RC_PLAN_LIMITS];
    struct rc_plan_load load = million;
    load.per_second = 2000;
    rc_plan_limits(&load, &rc_plan_standard, 64, limits);
    for (int i = 1; i < RC_PLAN_LIMITS; i++)
        assert_true(limits[i - 1].need / limits[i - 1].most >= limits[i].need / limits[i].most);
    assert_true(limits[0].need <= limits[0].most);
    load.per_second = 5e6; /* a shard's part of that is the furthest over its limit */
    load.records = 1e6;
    rc_plan_limits(&load, &rc_plan_standard, 8, limits);
    assert_string_equal(limits[0].name, "partition");
    assert_true(limits[0].need > limits[0].most);
    load.per_second = 1000;
    load.records = 1e10;
    rc_plan_limits(&load, &rc_plan_standard, 64, limits);
    assert_string_equal(limits[0].name, "lambda");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bins_are_as_defined),
        cmocka_unit_test(test_one_bin_that_is_hot),
        cmocka_unit_test(test_the_ends_of_the_distribution),
        cmocka_unit_test(test_the_smallest_count_is_the_smallest),
        cmocka_unit_test(test_a_hot_id_is_named),
        cmocka_unit_test(test_large_items_take_more_units),
        cmocka_unit_test(test_what_is_out_of_range_is_named),
        cmocka_unit_test(test_the_simulation_agrees_with_arithmetic),
        cmocka_unit_test(test_limits_are_in_order_and_break_in_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
