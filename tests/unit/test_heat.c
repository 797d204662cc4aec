#include "core/heat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

enum { SECOND = 1000, MINUTE = 60000 };

static uint64_t spread(uint64_t n) /* SplitMix64, Steele et al. (2014) */
{
    n += 0x9E3779B97F4A7C15ULL;
    n = (n ^ (n >> 30)) * 0xBF58476D1CE4E5B9ULL;
    n = (n ^ (n >> 27)) * 0x94D049BB133111EBULL;
    return n ^ (n >> 31);
}

static enum rc_heat_answer ask(struct rc_heat *heat, int64_t now_ms, enum rc_heat_use use,
                               uint64_t key, uint64_t sort, double units)
{
    size_t refused;
    struct rc_heat_claim claim = {.heat = heat, .use = use, .place = {key, sort}, .units = units};
    return rc_heat_claim(&claim, 1, now_ms, &refused);
}

static enum rc_heat_answer put(struct rc_heat *heat, int64_t now_ms, uint64_t key, double units)
{
    return ask(heat, now_ms, RC_HEAT_WRITE, key, spread(key ^ (uint64_t)now_ms), units);
}

/* Offers so many writes of one unit a second, evenly, over keys; gives what was taken. */
static double offer(struct rc_heat *heat, int64_t *now_ms, int64_t ms, int a_second, int keys,
                    uint64_t *offered)
{
    double before = rc_heat_taken(heat, RC_HEAT_WRITE);
    for (int64_t end = *now_ms + ms; *now_ms < end; (*now_ms)++)
        for (int i = 0; i < a_second / 1000; i++, (*offered)++)
            ask(heat, *now_ms, RC_HEAT_WRITE, spread(*offered % (uint64_t)keys), spread(*offered),
                1);
    return rc_heat_taken(heat, RC_HEAT_WRITE) - before;
}

static const struct rc_heat_settings on_demand = {.on_demand = true};

static void test_what_is_offered_is_taken_or_throttled(void **state)
{
    (void)state;
    int64_t now = 1000000;
    uint64_t offered = 0;
    struct rc_heat *heat = rc_heat_new(&on_demand, now);
    for (int keys = 1; keys <= 64; keys *= 8)
        offer(heat, &now, 10 * SECOND, 6000, keys, &offered);
    assert_true(fabs((double)offered - rc_heat_taken(heat, RC_HEAT_WRITE) -
                     rc_heat_throttled(heat, RC_HEAT_WRITE)) < 0.5);
    assert_true(rc_heat_throttled(heat, RC_HEAT_WRITE) > 0);
    rc_heat_free(heat);
}

static void test_one_key_gets_one_partition(void **state)
{
    (void)state;
    int64_t now = 0;
    uint64_t offered = 0;
    struct rc_heat *heat = rc_heat_new(&on_demand, now);
    assert_int_equal(rc_heat_count(heat), 4);
    double taken = offer(heat, &now, 60 * SECOND, 8000, 1, &offered);
    assert_true(taken >= 60000 - 10 && taken <= 61000); /* 1,000 a second, and one ahead */
    assert_int_equal(put(heat, now, spread(0), 1000), RC_HEAT_KEY_RANGE);
    rc_heat_free(heat);
}

static void test_many_keys_get_all_partitions(void **state)
{
    (void)state;
    int64_t now = 0;
    uint64_t offered = 0;
    struct rc_heat *heat = rc_heat_new(&on_demand, now);
    double taken = offer(heat, &now, 60 * SECOND, 8000, 4096, &offered);
    assert_true(taken > 240000 * 0.97 && taken <= 244000);
    rc_heat_free(heat);
}

/* Never more than the cap in any window, beyond the second that a bucket holds. */
static void test_no_window_has_more_than_the_cap(void **state)
{
    (void)state;
    enum { MS = 120000 };
    static unsigned short taken[MS];
    struct rc_heat_settings settings = {.capacity = {100000, 100000}, .partition = {300, 100}};
    struct rc_heat *heat = rc_heat_new(&settings, 0);
    for (int ms = 0; ms < MS; ms++) {
        int load = ms / 10000 % 2 ? 0 : (int)(spread((uint64_t)ms) % 3); /* in gusts */
        taken[ms] = 0;
        for (int i = 0; i < load; i++)
            taken[ms] = (unsigned short)(taken[ms] + (put(heat, ms, 7, 1) == RC_HEAT_TAKEN));
    }
    for (int window = 1000; window <= 60000; window *= 4) {
        int sum = 0;
        for (int ms = 0; ms < MS; ms++) {
            sum += taken[ms] - (ms >= window ? taken[ms - window] : 0);
            assert_true(sum <= 100 * window / 1000 + 100 + 1);
        }
    }
    for (size_t at = 0; at < rc_heat_count(heat); at++)
        for (int64_t second = MS / 1000 - RC_HEAT_SECONDS; second < MS / 1000; second++)
            assert_true(rc_heat_second(heat, at, second).taken[RC_HEAT_WRITE] <= 201);
    rc_heat_free(heat);
}

static void test_burst_is_what_was_left_unused(void **state)
{
    (void)state;
    int64_t now = 0;
    uint64_t offered = 0;
    const struct rc_heat_settings settings = {.capacity = {10, 10}};
    struct rc_heat *heat = rc_heat_new(&settings, now);
    assert_int_equal(rc_heat_count(heat), 1);
    double taken = offer(heat, &now, 10 * SECOND, 1000, 64, &offered);
    assert_true(taken >= 99 && taken <= 110); /* nothing was saved yet */
    assert_int_equal(put(heat, now, 1, 5), RC_HEAT_PROVISIONED);
    now += 100 * SECOND;
    taken = offer(heat, &now, 10 * SECOND, 1000, 64, &offered);
    assert_true(taken >= 1090 && taken <= 1115); /* 100 s saved, and these 10 */
    now += 10000 * SECOND;
    taken = offer(heat, &now, 10 * SECOND, 1000, 64, &offered);
    assert_true(taken >= 3090 && taken <= 3115); /* 300 s at most */
    rc_heat_free(heat);
}

static void test_a_hot_partition_borrows_from_the_others(void **state)
{
    (void)state;
    int64_t now = 0;
    uint64_t offered = 0;
    const struct rc_heat_settings settings = {.capacity = {100, 3000}};
    struct rc_heat *heat = rc_heat_new(&settings, now);
    assert_int_equal(rc_heat_count(heat), 4); /* 3,000 / 1,000 + 100 / 3,000 */
    double taken = offer(heat, &now, 30 * SECOND, 4000, 1, &offered);
    assert_true(taken >= 29900 && taken <= 31000); /* its cap, though its share is 750 */
    rc_heat_free(heat);
}

static void test_split_for_heat(void **state)
{
    (void)state;
    int64_t now = 0;
    uint64_t offered = 0;
    struct rc_heat_settings settings = on_demand;
    settings.split_after_ms = RC_HEAT_SPLIT_AFTER_MS;
    struct rc_heat *heat = rc_heat_new(&settings, now);
    /* All of the load in the first quarter of the hashes. */
    double first = 0, last = 0;
    for (; now < 20 * MINUTE; now++)
        for (int i = 0; i < 2; i++) {
            bool taken = put(heat, now, spread(offered++) >> 3, 1) == RC_HEAT_TAKEN;
            first += taken && now < 4 * MINUTE;
            last += taken && now >= 16 * MINUTE;
        }
    assert_true(rc_heat_count(heat) > 4);
    assert_true(first <= 4 * 60 * 1000 + 1000);
    assert_true(last >= 4 * 60 * 2000 * 0.98);
    rc_heat_free(heat);
}

static void test_one_hot_key_is_split_by_its_sort_keys_or_not_at_all(void **state)
{
    (void)state;
    for (int sort = 0; sort < 2; sort++) {
        int64_t now = 0;
        uint64_t offered = 0;
        struct rc_heat_settings settings = on_demand;
        settings.split_after_ms = RC_HEAT_SPLIT_AFTER_MS;
        settings.split_sort_keys = sort != 0;
        struct rc_heat *heat = rc_heat_new(&settings, now);
        offer(heat, &now, 12 * MINUTE, 2000, 1, &offered);
        double taken = offer(heat, &now, MINUTE, 2000, 1, &offered);
        if (sort)
            assert_true(rc_heat_count(heat) > 4 && taken > 115000);
        else
            assert_true(rc_heat_count(heat) == 4 && taken < 61001);
        rc_heat_free(heat);
    }
}

static void test_on_demand_doubles_its_peak(void **state)
{
    (void)state;
    int64_t now = 0;
    uint64_t offered = 0;
    struct rc_heat *heat = rc_heat_new(&on_demand, now);
    offer(heat, &now, 2 * MINUTE, 4000, 8192, &offered);
    now = 29 * MINUTE;
    put(heat, now, 1, 1);
    assert_int_equal(rc_heat_count(heat), 4);
    now = 31 * MINUTE;
    put(heat, now, 1, 1);
    assert_int_equal(rc_heat_count(heat), 8);
    double taken = offer(heat, &now, MINUTE, 8000, 8192, &offered);
    assert_true(taken > 60 * 8000 * 0.95);
    rc_heat_free(heat);
}

static void test_on_demand_has_a_limit_when_it_is_told_one(void **state)
{
    (void)state;
    int64_t now = 0;
    uint64_t offered = 0;
    struct rc_heat_settings settings = on_demand;
    settings.capacity[RC_HEAT_WRITE] = 500;
    struct rc_heat *heat = rc_heat_new(&settings, now);
    double taken = offer(heat, &now, 20 * SECOND, 2000, 64, &offered);
    assert_true(taken >= 9999 && taken <= 10500);
    assert_int_equal(put(heat, now, 3, 100), RC_HEAT_MAX_ON_DEMAND);
    assert_int_equal(ask(heat, now, RC_HEAT_READ, 3, 0, 100), RC_HEAT_TAKEN);
    rc_heat_free(heat);
}

/* A write is throttled when the index cannot take its part, and leaves no trace. */
static void test_back_pressure(void **state)
{
    (void)state;
    size_t refused = 9, throttled = 0;
    const struct rc_heat_settings narrow = {.capacity = {10, 10}};
    struct rc_heat *table = rc_heat_new(&on_demand, 0), *index = rc_heat_new(&narrow, 0);
    for (int64_t now = 0; now < 10000; now += 10) {
        struct rc_heat_claim claims[] = {
            {.heat = table, .use = RC_HEAT_WRITE, .place = {spread((uint64_t)now), 0}, .units = 1},
            {.heat = index, .use = RC_HEAT_WRITE, .place = {5, 5}, .units = 1}};
        enum rc_heat_answer answer = rc_heat_claim(claims, 2, now, &refused);
        assert_true(answer == RC_HEAT_TAKEN || (answer == RC_HEAT_PROVISIONED && refused == 1));
        throttled += answer != RC_HEAT_TAKEN;
    }
    assert_true(rc_heat_taken(table, RC_HEAT_WRITE) <= 10 * 10 + 10 + 1);
    assert_true(fabs(rc_heat_taken(table, RC_HEAT_WRITE) - rc_heat_taken(index, RC_HEAT_WRITE)) <
                0.5);
    assert_true(fabs(rc_heat_throttled(index, RC_HEAT_WRITE) - (double)throttled) < 0.5);
    assert_true(rc_heat_throttled(table, RC_HEAT_WRITE) < 0.5);
    rc_heat_free(index);
    rc_heat_free(table);
}

static void test_what_is_larger_than_a_bucket_is_paid_for_later(void **state)
{
    (void)state;
    struct rc_heat_settings settings = on_demand;
    settings.partition[RC_HEAT_WRITE] = 10;
    struct rc_heat *heat = rc_heat_new(&settings, 0);
    assert_int_equal(put(heat, 0, 1, 30), RC_HEAT_TAKEN);
    assert_int_equal(put(heat, 2000, 1, 1), RC_HEAT_KEY_RANGE);
    assert_int_equal(put(heat, 2101, 1, 1), RC_HEAT_TAKEN);
    rc_heat_free(heat);
}

/* Claims for which ten seconds are kept find them, and others one. */
static void test_a_burst_that_is_held_for_longer(void **state)
{
    (void)state;
    struct rc_heat *heat = rc_heat_new(&on_demand, 0);
    struct rc_heat_claim claim = {
        .heat = heat, .use = RC_HEAT_WRITE, .units = RC_HEAT_PARTITION_WCU, .held_s = 10};
    size_t refused;
    assert_int_equal(rc_heat_claim(&claim, 1, 0, &refused), RC_HEAT_TAKEN);
    for (int i = 0; i < 10; i++)
        assert_int_equal(rc_heat_claim(&claim, 1, 20 * SECOND, &refused), RC_HEAT_TAKEN);
    assert_int_equal(rc_heat_claim(&claim, 1, 20 * SECOND, &refused), RC_HEAT_KEY_RANGE);
    assert_int_equal(put(heat, 40 * SECOND, 0, RC_HEAT_PARTITION_WCU), RC_HEAT_TAKEN);
    assert_int_equal(put(heat, 40 * SECOND, 0, 1), RC_HEAT_KEY_RANGE);
    rc_heat_free(heat);
}

static void test_reasons_have_the_names_of_aws(void **state)
{
    (void)state;
    assert_string_equal(rc_heat_reason(RC_HEAT_KEY_RANGE, RC_HEAT_WRITE, false),
                        "TableWriteKeyRangeThroughputExceeded");
    assert_string_equal(rc_heat_reason(RC_HEAT_PROVISIONED, RC_HEAT_READ, true),
                        "IndexReadProvisionedThroughputExceeded");
    assert_string_equal(rc_heat_reason(RC_HEAT_MAX_ON_DEMAND, RC_HEAT_WRITE, true),
                        "IndexWriteMaxOnDemandThroughputExceeded");
    assert_string_equal(rc_heat_reason(RC_HEAT_ACCOUNT, RC_HEAT_READ, false),
                        "TableReadAccountLimitExceeded");
}

static void test_partitions_come_back(void **state)
{
    (void)state;
    static const struct rc_heat_place from[] = {{0, 0}, {100, 0}, {100, 50}, {UINT64_MAX / 2, 0}};
    struct rc_heat *heat = rc_heat_new(&on_demand, 0);
    assert_true(rc_heat_restore(heat, from, 4));
    assert_int_equal(rc_heat_find(heat, (struct rc_heat_place){99, 9}), 0);
    assert_int_equal(rc_heat_find(heat, (struct rc_heat_place){100, 49}), 1);
    assert_int_equal(rc_heat_find(heat, (struct rc_heat_place){100, 50}), 2);
    assert_int_equal(rc_heat_find(heat, (struct rc_heat_place){UINT64_MAX, 0}), 3);
    assert_int_equal(rc_heat_from(heat, 2).sort, 50);
    rc_heat_free(heat);
}

/* ----- the hottest keys ----- */

static void test_the_heaviest_are_found_among_many(void **state)
{
    (void)state;
    struct rc_top *top = rc_top_new(32);
    const struct rc_top_entry *entries;
    for (uint64_t i = 0; i < 100000; i++) {
        rc_top_add(top, spread(i), "cold", 4, 1);
        if (i % 10 == 0)
            rc_top_add(top, 1, "hot", 3, 2);
        if (i % 20 == 0)
            rc_top_add(top, 2, "warm", 4, 2);
    }
    assert_int_equal(rc_top_list(top, &entries), 32);
    assert_true(entries[0].hash == 1 && entries[1].hash == 2);
    assert_memory_equal(entries[0].label, "hot", 3);
    assert_true(entries[0].weight >= 20000 && entries[0].weight - entries[0].error <= 20000);
    rc_top_free(top);
}

/* Key 1 was pushed out of the second one, where it had weighed 3. */
static void test_merged_weights_are_never_too_low(void **state)
{
    (void)state;
    struct rc_top *all = rc_top_new(3), *other = rc_top_new(3);
    const struct rc_top_entry *entries;
    rc_top_add(all, 1, NULL, 0, 100);
    rc_top_add(all, 2, NULL, 0, 90);
    rc_top_add(all, 3, NULL, 0, 1);
    rc_top_add(other, 1, NULL, 0, 3);
    for (uint64_t key = 4; key <= 6; key++)
        rc_top_add(other, key, NULL, 0, 5);
    rc_top_merge(all, other);
    assert_int_equal(rc_top_list(all, &entries), 3);
    assert_true(entries[0].hash == 1 && entries[1].hash == 2);
    assert_true(entries[0].weight >= 103 && entries[0].weight - entries[0].error <= 103);
    assert_true(entries[1].weight >= 90 && entries[1].weight - entries[1].error <= 90);
    rc_top_free(other);
    rc_top_free(all);
}

static void test_heat_tells_the_hottest(void **state)
{
    (void)state;
    struct rc_top *accessed = rc_top_new(8), *throttled = rc_top_new(8);
    struct rc_heat *heat = rc_heat_new(&on_demand, 0);
    const struct rc_top_entry *entries;
    rc_heat_watch(heat, accessed, throttled);
    for (uint64_t i = 0; i < 5000; i++)
        put(heat, 0, i % 2 ? 42 : spread(i), 1);
    assert_true(rc_top_list(accessed, &entries) > 0 && entries[0].hash == 42);
    assert_true(rc_top_list(throttled, &entries) > 0 && entries[0].hash == 42);
    rc_heat_free(heat);
    rc_top_free(throttled);
    rc_top_free(accessed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_offered_is_taken_or_throttled),
        cmocka_unit_test(test_one_key_gets_one_partition),
        cmocka_unit_test(test_many_keys_get_all_partitions),
        cmocka_unit_test(test_no_window_has_more_than_the_cap),
        cmocka_unit_test(test_burst_is_what_was_left_unused),
        cmocka_unit_test(test_a_hot_partition_borrows_from_the_others),
        cmocka_unit_test(test_split_for_heat),
        cmocka_unit_test(test_one_hot_key_is_split_by_its_sort_keys_or_not_at_all),
        cmocka_unit_test(test_on_demand_doubles_its_peak),
        cmocka_unit_test(test_on_demand_has_a_limit_when_it_is_told_one),
        cmocka_unit_test(test_back_pressure),
        cmocka_unit_test(test_what_is_larger_than_a_bucket_is_paid_for_later),
        cmocka_unit_test(test_a_burst_that_is_held_for_longer),
        cmocka_unit_test(test_reasons_have_the_names_of_aws),
        cmocka_unit_test(test_partitions_come_back),
        cmocka_unit_test(test_the_heaviest_are_found_among_many),
        cmocka_unit_test(test_merged_weights_are_never_too_low),
        cmocka_unit_test(test_heat_tells_the_hottest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
