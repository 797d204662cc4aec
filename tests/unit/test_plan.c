#include "tests/unit/support.h"

#include "core/load.h"
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

/* ----- a burst, against the heat in the time of events ----- */

/* The shards of a burst, of which the first has a hot id's records besides, as often among the
 * keys as their share of the records is. */
enum { KEYS = 4096 };

static double run_burst(const struct rc_plan_load *load, double table_wcu, uint32_t shards,
                        bool split, uint64_t seed)
{
    static uint64_t keys[KEYS];
    struct rc_error err = {0};
    struct rc_load_outcome outcome;
    uint32_t hot = (uint32_t)lround(load->hottest_share * KEYS);
    for (uint32_t i = 0; i < KEYS; i++) {
        uint64_t shard = i < hot ? 0 : i % shards, key[2] = {seed, shard};
        keys[i] = split ? UINT64_MAX / shards * shard + UINT64_MAX / shards / 2
                        : rc_heat_hash(key, sizeof key);
    }
    const struct rc_load_target table = {
        .heat = {.on_demand = true,
                 .account = {0, table_wcu},
                 .warm = {0, split ? shards * (double)RC_HEAT_PARTITION_WCU : load->ready_wcu}},
        .keys = keys,
        .key_count = KEYS,
        .units = rc_plan_units(load)};
    struct rc_load burst = rc_load_standard;
    burst.seed = seed;
    burst.records = (int64_t)(load->per_second * RC_PLAN_BURST_S);
    burst.rate = load->per_second;
    burst.targets = &table;
    burst.target_count = 1;
    burst.in_flight = 512; /* so many that nobody waits for others */
    burst.most_ms = RC_PLAN_BURST_S * 1000;
    assert_true(rc_load_run(&burst, &outcome, NULL, &err));
    return (double)outcome.taken / (double)burst.records;
}

static void test_what_is_taken_agrees_with_the_heat(void **state)
{
    (void)state;
    struct rc_plan_load load = million;
    load.per_second = 4000;
    load.ready_wcu = 8000;
    const uint32_t counts[] = {1, 2, 4, 16};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        enum { PLACEMENTS = 20 };
        double sum = 0;
        struct rc_plan_taken taken = rc_plan_taken(&load, RC_PLAN_TABLE_WCU, counts[i]);
        expect_near(run_burst(&load, RC_PLAN_TABLE_WCU, counts[i], true, 7), taken.split, 0.03);
        for (uint64_t seed = 1; seed <= PLACEMENTS; seed++)
            sum += run_burst(&load, RC_PLAN_TABLE_WCU, counts[i], false, seed);
        expect_near(sum / PLACEMENTS, taken.together, 0.04);
    }
    load.hottest_share = 0.5; /* one shard of 2,031 a second, of which 1,100 are taken */
    expect_near(rc_plan_taken(&load, RC_PLAN_TABLE_WCU, 64).split, (1100 + 63 * 31.25) / 4000,
                0.01);
    expect_near(run_burst(&load, RC_PLAN_TABLE_WCU, 64, true, 7), (1100 + 63 * 31.25) / 4000, 0.03);
    load.hottest_share = 0; /* the table's quota is the limit */
    assert_true(rc_plan_taken(&load, 2000, 64).split == 22000.0 / 40000);
    assert_true(rc_plan_taken(&load, 2000, 64).together == 22000.0 / 40000);
    expect_near(run_burst(&load, 2000, 64, true, 7), 22000.0 / 40000, 0.03);
}

/* A billion in an hour. Means of 300 placements that were drawn elsewhere: 24.0, 45.2, 80.4 and
 * 81.4 %. */
static void test_the_mean_of_all_placements(void **state)
{
    (void)state;
    struct rc_plan_load load = million;
    load.per_second = 1e9 / 3600;
    load.ready_wcu = 2 * load.per_second;
    const struct {
        uint32_t shards;
        double together;
    } means[] = {{64, 0.240}, {128, 0.452}, {256, 0.804}, {322, 0.814}};
    for (size_t i = 0; i < sizeof means / sizeof *means; i++)
        expect_near(rc_plan_taken(&load, 1e9, means[i].shards).together, means[i].together, 0.02);
    double before = 0;
    for (uint32_t shards = 1; shards <= 2048; shards++) {
        struct rc_plan_taken taken = rc_plan_taken(&load, 1e9, shards);
        assert_true(taken.together >= before && taken.together <= taken.split + 1e-9);
        before = taken.together - 1e-9;
    }
    load.ready_wcu = 1; /* one partition has them all, */
    expect_near(rc_plan_taken(&load, 1e9, 64).together, 11000 / (10 * load.per_second), 1e-9);
    load.ready_wcu = 1e15; /* and here hardly two meet */
    expect_near(rc_plan_taken(&load, 1e9, 64).together, rc_plan_taken(&load, 1e9, 64).split, 1e-6);
    load.hottest_share = 0.02; /* a hot id has one partition, however many there are */
    expect_near(rc_plan_taken(&load, 1e9, RC_SHARDS_MAX).split,
                1 - (0.02 + 0.98 / RC_SHARDS_MAX) + 1100 / load.per_second, 1e-9);
}

/* A side of 256 GiB in pages of 1 MiB, in whole, and what little is left once a pass. */
static void test_a_match_reads_both_sides_in_passes(void **state)
{
    (void)state;
    struct rc_plan_load load = million;
    struct rc_plan_shards plan = {.shards = 64};
    load.records = 1 << 28;
    load.item_bytes = 1024;
    rc_plan_read(&load, 4, &plan);
    assert_true(plan.queries == 2 * ((1 << 18) + 3 * 64));
    assert_true(plan.read_units == 2 * ((1 << 26) + 3 * 64));
    assert_true(plan.fan_out_ms == 80);
    load.records = 10; /* a query a shard, side and pass, of at least a unit */
    rc_plan_read(&load, 4, &plan);
    assert_true(plan.queries == 512 && plan.read_units == 512);
}

static void test_limits_are_in_order_and_break_in_turn(void **state)
{
    (void)state;
    struct rc_plan_limit limits[RC_PLAN_LIMITS];
    struct rc_plan_load load = million;
    struct rc_error err = {0};
    load.records = 8e5;
    load.per_second = 2000;
    assert_true(rc_plan_limits(&load, &rc_plan_standard, 64, limits, &err));
    for (int i = 1; i < RC_PLAN_LIMITS; i++)
        assert_true(limits[i - 1].need / limits[i - 1].most >= limits[i].need / limits[i].most);
    assert_true(limits[0].need <= limits[0].most);
    load.per_second = 5e6; /* a shard's part of that is the furthest over its limit */
    load.records = 1e6;
    assert_true(rc_plan_limits(&load, &rc_plan_standard, 8, limits, &err));
    assert_string_equal(limits[0].name, "partition");
    assert_true(limits[0].need > limits[0].most);
    load.per_second = 1000;
    load.records = 1e10;
    assert_true(rc_plan_limits(&load, &rc_plan_standard, 64, limits, &err));
    assert_string_equal(limits[0].name, "lambda");
}

static struct rc_plan_limit limit_of(const char *name, const struct rc_plan_load *load,
                                     const struct rc_plan_setting *setting, uint32_t shards)
{
    struct rc_plan_limit limits[RC_PLAN_LIMITS], found = {.name = NULL};
    struct rc_error err = {0};
    assert_true(rc_plan_limits(load, setting, shards, limits, &err));
    for (int i = 0; i < RC_PLAN_LIMITS; i++)
        if (strcmp(limits[i].name, name) == 0)
            found = limits[i];
    assert_non_null(found.name);
    return found;
}

/* The mean of 280 shards is 992 of a partition's 1,000 units, and the fullest has more. */
static void test_the_fullest_shard_is_held_against_a_partition(void **state)
{
    (void)state;
    struct rc_plan_load load = million;
    load.per_second = 1e9 / 3600;
    struct rc_plan_limit limit = limit_of("partition", &load, &rc_plan_standard, 280);
    assert_true(rc_plan_is_over(&limit) && limit.need < 1200);
    assert_non_null(strstr(limit.answer, "more shards"));
    limit = limit_of("partition", &load, &rc_plan_standard, 322);
    assert_false(rc_plan_is_over(&limit));
    load.hottest_share = 0.02; /* 5,556 a second */
    limit = limit_of("partition", &load, &rc_plan_standard, 4096);
    assert_true(rc_plan_is_over(&limit));
    assert_null(strstr(limit.answer, "more shards:"));
    assert_non_null(strstr(limit.answer, "another part in the key"));
}

static void test_a_worker_writes_what_its_stack_lets_it(void **state)
{
    (void)state;
    struct rc_plan_load load = million;
    struct rc_plan_setting setting = rc_plan_standard;
    assert_true(rc_plan_ingest(&load, &setting) == 1000);
    struct rc_plan_limit limit = limit_of("lambda", &load, &setting, 64);
    assert_true(limit.need == 1000 && rc_plan_is_over(&limit)); /* a million fails on Lambda */
    load.item_bytes = 1025;                                     /* of two units */
    assert_true(rc_plan_ingest(&load, &setting) == 500);
    setting.write_units = 0;
    assert_true(rc_plan_ingest(&load, &setting) == setting.ingest_per_second);
    limit = limit_of("lambda", &load, &setting, 64);
    assert_true(limit.need == 250 && !rc_plan_is_over(&limit));
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
        cmocka_unit_test(test_what_is_taken_agrees_with_the_heat),
        cmocka_unit_test(test_the_mean_of_all_placements),
        cmocka_unit_test(test_a_match_reads_both_sides_in_passes),
        cmocka_unit_test(test_limits_are_in_order_and_break_in_turn),
        cmocka_unit_test(test_the_fullest_shard_is_held_against_a_partition),
        cmocka_unit_test(test_a_worker_writes_what_its_stack_lets_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
