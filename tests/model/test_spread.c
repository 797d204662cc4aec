/* What chance does to shards whose ids have several records each. */
#include "model/spread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/diagnosis.h"

enum { SHARDS = 64 };

/* A sequence that a hash would be; splitmix64 of Steele, Lea and Flood (2014). */
static uint64_t mixed(uint64_t n)
{
    n = (n + 1) * 0x9e3779b97f4a7c15U;
    n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9U;
    n = (n ^ n >> 27) * 0x94d049bb133111ebU;
    return n ^ n >> 31;
}

static void deal(uint64_t ids, uint64_t each, uint64_t seed, uint64_t counts[SHARDS])
{
    for (size_t i = 0; i < SHARDS; i++)
        counts[i] = 0;
    for (uint64_t id = 0; id < ids; id++)
        counts[mixed(seed * ids + id) % SHARDS] += each;
}

/* Days of ids with four records each: with their weight known a hundredth or so of them is below
 * 0.01, without it most are uneven. */
static void test_ids_of_several_records_are_no_hot_id(void **state)
{
    (void)state;
    struct rc_error err = {0};
    int below = 0, uneven = 0, uneven_by_records = 0;
    for (uint64_t seed = 0; seed < 400; seed++) {
        struct rc_skew skew;
        uint64_t counts[SHARDS];
        deal(5000, 4, seed, counts);
        assert_true(rc_skew_measure(counts, SHARDS, &skew, &err));
        rc_skew_of_ids(&skew, 4);
        below += skew.p_value < 0.01;
        uneven += rc_is_uneven(&skew);
        assert_true(rc_skew_measure(counts, SHARDS, &skew, &err));
        uneven_by_records += rc_is_uneven(&skew);
    }
    assert_in_range(below, 0, 12);
    assert_in_range(uneven, 0, 2);
    assert_true(uneven_by_records > 300);
}

/* Ids of four records: what is expected is what as many single ones have. */
static void test_what_is_expected_of_the_fullest(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_skew skew, single;
    uint64_t counts[SHARDS];
    deal(5000, 4, 1, counts);
    assert_true(rc_skew_measure(counts, SHARDS, &skew, &err));
    rc_skew_of_ids(&skew, 4);
    deal(5000, 1, 1, counts);
    assert_true(rc_skew_measure(counts, SHARDS, &single, &err));
    rc_skew_of_ids(&single, 1);
    assert_true(skew.total == 4 * single.total);
    assert_true(skew.expected_over_mean == single.expected_over_mean);
    assert_true(skew.likely_over_mean == single.likely_over_mean);
    assert_float_equal(skew.p_value, single.p_value, 1e-9);
}

static struct rc_repeats repeats_of(double others, double squares, uint64_t most)
{
    return (struct rc_repeats){.records = others, .squares = squares, .most = most};
}

static void test_an_id_is_hot_when_it_lifts_a_shard(void **state)
{
    (void)state;
    struct rc_repeats fours = repeats_of(19996, 4 * 19996, 4);
    struct rc_repeats one = repeats_of(19000, 19000, 1000);
    struct rc_repeats alone = repeats_of(0, 0, 1), two = repeats_of(10000, 20000, 10000);
    assert_float_equal(rc_repeats_mean(&fours), 4, 1e-12);
    assert_float_equal(rc_repeats_mean(&one), 1, 1e-12);
    assert_float_equal(rc_repeats_mean(&alone), 1, 1e-12);
    assert_false(rc_repeats_are_hot(&fours, SHARDS));
    assert_true(rc_repeats_are_hot(&one, SHARDS));
    assert_false(rc_repeats_are_hot(&alone, SHARDS));
    assert_true(rc_repeats_are_hot(&two, 1));
    assert_false(rc_repeats_are_hot(&fours, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids_of_several_records_are_no_hot_id),
        cmocka_unit_test(test_what_is_expected_of_the_fullest),
        cmocka_unit_test(test_an_id_is_hot_when_it_lifts_a_shard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
