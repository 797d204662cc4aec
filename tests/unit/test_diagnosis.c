#include "core/diagnosis.h"

#include <math.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { SHARDS = 64 };

static uint64_t state_of_chance;

/* splitmix64 (S. Vigna), so that each run has the same chance. */
static uint64_t chance(void)
{
    uint64_t z = (state_of_chance += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void throw_items(uint64_t *counts, size_t shards, int items)
{
    memset(counts, 0, shards * sizeof *counts);
    for (int i = 0; i < items; i++)
        counts[chance() % shards]++;
}

static struct rc_skew skew_of(const uint64_t *counts, size_t shards)
{
    struct rc_skew skew;
    assert_true(rc_skew_measure(counts, shards, &skew, NULL));
    return skew;
}

static struct rc_diagnosis diagnose(const struct rc_diagnosis_input *input)
{
    struct rc_diagnosis diagnosis;
    rc_diagnose(input, &diagnosis);
    assert_in_range(strlen(diagnosis.text), 1, RC_DIAGNOSIS_TEXT - 1);
    return diagnosis;
}

static void assert_says(const struct rc_diagnosis *diagnosis, enum rc_diagnosis_kind kind,
                        const char *text)
{
    assert_int_equal(diagnosis->kind, kind);
    if (!strstr(diagnosis->text, text))
        fail_msg("\"%s\" is not in \"%s\"", text, diagnosis->text);
}

/* An even hash is told from an uneven one: of 1,000 days of an even one hardly any is
 * taken for uneven, whatever the count of shards and the load. */
static void test_a_fluctuation_is_no_finding(void **state)
{
    (void)state;
    static const struct {
        size_t shards;
        int items;
    } days[] = {{2, 40}, {16, 100}, {64, 2000}, {64, 20000}, {256, 3000}};
    for (size_t day = 0; day < sizeof days / sizeof *days; day++) {
        int uneven = 0;
        for (int round = 0; round < 1000; round++) {
            uint64_t counts[256];
            throw_items(counts, days[day].shards, days[day].items);
            struct rc_skew skew = skew_of(counts, days[day].shards);
            uneven += rc_is_uneven(&skew);
        }
        assert_in_range(uneven, 0, 4); /* 1 is expected of p < 0.001 alone */
    }
}

static void test_the_fullest_shard_is_as_expected(void **state)
{
    (void)state;
    static const int items[] = {64, 640, 6400, 64000};
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        enum { ROUNDS = 400 };
        double sum = 0;
        int above = 0;
        double likely = rc_skew_likely(items[i], SHARDS, 0.99);
        for (int round = 0; round < ROUNDS; round++) {
            uint64_t counts[SHARDS];
            throw_items(counts, SHARDS, items[i]);
            double most = skew_of(counts, SHARDS).most_over_mean;
            sum += most;
            above += most > likely;
        }
        double expected = rc_skew_expected(items[i], SHARDS), seen = sum / ROUNDS;
        if (expected < 0.97 * seen || expected > 1.03 * seen || likely <= expected)
            fail_msg("%d items: %f expected, %f seen, %f likely", items[i], expected, seen, likely);
        assert_in_range(above, 0, ROUNDS * 3 / 100);
    }
    assert_true(rc_skew_expected(100, 1) == 1 && rc_skew_expected(0, 64) == 1);
}

/* The mean of so many days, and in how many the fullest shard was above the likely one. */
static void test_few_shards_with_many_items(void **state)
{
    (void)state;
    enum { ROUNDS = 800 };
    static const struct {
        size_t shards;
        int items;
    } days[] = {{2, 2000}, {4, 4000}, {8, 800}, {16, 1600}, {64, 6400}};
    for (size_t day = 0; day < sizeof days / sizeof *days; day++) {
        double sum = 0, squares = 0;
        int above = 0;
        double expected = rc_skew_expected(days[day].items, days[day].shards);
        double likely = rc_skew_likely(days[day].items, days[day].shards, 0.99);
        for (int round = 0; round < ROUNDS; round++) {
            uint64_t counts[SHARDS];
            throw_items(counts, days[day].shards, days[day].items);
            double most = skew_of(counts, days[day].shards).most_over_mean;
            sum += most;
            squares += most * most;
            above += most > likely;
        }
        double seen = sum / ROUNDS, error = sqrt((squares / ROUNDS - seen * seen) / ROUNDS);
        if (fabs(expected - seen) > 3 * error)
            fail_msg("%zu shards: %f expected, %f seen, give or take %f", days[day].shards,
                     expected, seen, error);
        assert_in_range(above, 0, ROUNDS / 50); /* 1 in 100 and what chance adds */
    }
}

static void test_each_cause_has_its_sentence(void **state)
{
    (void)state;
    uint64_t counts[SHARDS];
    throw_items(counts, SHARDS, 20000);
    struct rc_skew skew = skew_of(counts, SHARDS);
    struct rc_diagnosis_resource resources[] = {{.name = "recon-settlement"},
                                                {.name = "by-merchant"}};
    struct rc_diagnosis_input input = {.skew = &skew, .resources = resources, .resource_count = 2};
    struct rc_diagnosis diagnosis = diagnose(&input);
    assert_says(&diagnosis, RC_DIAGNOSIS_QUIET, "nothing is throttled; the hash is even");
    input.noted = 30; /* before CloudWatch has it */
    diagnosis = diagnose(&input);
    assert_says(&diagnosis, RC_DIAGNOSIS_SHORT, "the table or an index of it is short: 30 writes");
    assert_null(diagnosis.resource);
    resources[0].throttled[RC_HEAT_KEY_RANGE] = 700;
    resources[0].throttled[RC_HEAT_PROVISIONED] = 20;
    diagnosis = diagnose(&input);
    assert_says(&diagnosis, RC_DIAGNOSIS_SHORT, "the hash is even, the table is short");
    assert_says(&diagnosis, RC_DIAGNOSIS_SHORT,
                "720 writes throttled by recon-settlement (key range), 30 noted by its runs;");
    input.noted = 720;
    diagnosis = diagnose(&input);
    assert_says(&diagnosis, RC_DIAGNOSIS_SHORT, "by recon-settlement (key range); max/mean");
    input.noted = 0; /* they may all be another's */
    diagnosis = diagnose(&input);
    assert_says(&diagnosis, RC_DIAGNOSIS_SHORT, "(key range), none noted by its runs;");
    resources[1].throttled[RC_HEAT_PROVISIONED] = 900;
    diagnosis = diagnose(&input);
    assert_says(&diagnosis, RC_DIAGNOSIS_INDEX, "the index by-merchant is the bottleneck");
    assert_says(&diagnosis, RC_DIAGNOSIS_INDEX,
                "900 are its (provisioned), none noted by its runs;");
    resources[1].throttled[RC_HEAT_PROVISIONED] = 0;
    input.key = "T00042";
    input.key_share = 0.4;
    diagnosis = diagnose(&input);
    assert_says(&diagnosis, RC_DIAGNOSIS_HOT, "one id is hot: T00042 has 40%");
    input.key_share = 0.01;
    assert_int_equal(diagnose(&input).kind, RC_DIAGNOSIS_SHORT);
    counts[7] += 5000;
    skew = skew_of(counts, SHARDS);
    input.fullest = 7;
    diagnosis = diagnose(&input);
    assert_says(&diagnosis, RC_DIAGNOSIS_UNEVEN, "the shards are uneven: shard 7");
}

/* A shard's key has its part of everything: that is not hot. */
static void test_a_shard_has_its_part(void **state)
{
    (void)state;
    uint64_t counts[8] = {100, 100, 100, 100, 100, 100, 100, 100};
    struct rc_skew skew = skew_of(counts, 8);
    struct rc_diagnosis_input input = {
        .skew = &skew, .key = "ACME#2026-04-01#3", .key_is_shard = true, .key_share = 0.2};
    struct rc_diagnosis diagnosis = diagnose(&input);
    assert_says(&diagnosis, RC_DIAGNOSIS_QUIET, "what was throttled is not known");
    input.key_share = 0.5;
    diagnosis = diagnose(&input);
    assert_says(&diagnosis, RC_DIAGNOSIS_HOT, "one shard is hot: ACME#2026-04-01#3 has 50%");
}

static void test_one_shard_and_none(void **state)
{
    (void)state;
    const uint64_t one[] = {4000};
    struct rc_skew skew = skew_of(one, 1);
    struct rc_diagnosis_resource table = {.name = "t", .throttled = {[RC_HEAT_KEY_RANGE] = 9}};
    struct rc_diagnosis_input input = {.skew = &skew, .resources = &table, .resource_count = 1};
    struct rc_diagnosis diagnosis = diagnose(&input);
    assert_says(&diagnosis, RC_DIAGNOSIS_SHORT, "there is one shard, which is too few");
    skew = skew_of(NULL, 0);
    diagnosis = diagnose(&input);
    assert_says(&diagnosis, RC_DIAGNOSIS_SHORT, "no writes of shards are known");
}

/* Whatever the key is: the sentence fits. */
static void test_a_long_key_is_cut(void **state)
{
    (void)state;
    char key[1000];
    memset(key, 'k', sizeof key);
    key[sizeof key - 1] = '\0';
    const uint64_t counts[] = {4, 4};
    struct rc_skew skew = skew_of(counts, 2);
    struct rc_diagnosis_input input = {.skew = &skew, .key = key, .key_share = 1};
    struct rc_diagnosis diagnosis = diagnose(&input);
    assert_says(&diagnosis, RC_DIAGNOSIS_HOT, "has 100% of");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_fluctuation_is_no_finding),
        cmocka_unit_test(test_the_fullest_shard_is_as_expected),
        cmocka_unit_test(test_few_shards_with_many_items),
        cmocka_unit_test(test_each_cause_has_its_sentence),
        cmocka_unit_test(test_a_shard_has_its_part),
        cmocka_unit_test(test_one_shard_and_none),
        cmocka_unit_test(test_a_long_key_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
