#include "core/load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

enum { KEYS = 64, CAP = RC_HEAT_PARTITION_WCU, PARTITIONS = RC_HEAT_ON_DEMAND_START };

static const struct rc_heat_settings on_demand = {.on_demand = true};

static struct rc_load_outcome run(const struct rc_load *load)
{
    struct rc_load_outcome outcome;
    struct rc_error err = {0};
    assert_true(rc_load_run(load, &outcome, NULL, &err));
    assert_int_equal(outcome.taken + outcome.failed + outcome.left, load->records);
    return outcome;
}

/* The table of a day with so many shards. */
static struct rc_load_target day(uint64_t *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[64];
        int length = snprintf(text, sizeof text, "VISA042#2026-04-01#%zu", i);
        keys[i] = rc_heat_hash(text, (size_t)length);
    }
    return (struct rc_load_target){.heat = on_demand, .keys = keys, .key_count = count, .units = 1};
}

static void assert_near(double got, double expected, double share)
{
    if (got < expected * (1 - share) || got > expected * (1 + share))
        fail_msg("%f is not %f", got, expected);
}

/* Offered evenly and once: of each partition what its bucket holds, and then its cap a
 * second. */
static void test_what_is_offered_once_is_taken_up_to_the_caps(void **state)
{
    (void)state;
    enum { RATE = 12000, SECONDS = 30 };
    uint64_t keys[KEYS];
    for (size_t count = 1; count <= KEYS; count *= 8) {
        struct rc_load_target table = day(keys, count);
        struct rc_load load = rc_load_standard;
        double expected = 0;
        load.targets = &table;
        load.target_count = 1;
        load.records = (int64_t)RATE * SECONDS;
        load.rate = RATE;
        load.attempts = 1;
        load.in_flight = 64;
        load.in_turn = true;
        for (uint64_t at = 0; at < PARTITIONS; at++) {
            size_t its = 0;
            for (size_t i = 0; i < count; i++)
                its += keys[i] >> 62 == at;
            double offered = (double)load.records * (double)its / (double)count;
            double room = CAP + (double)CAP * SECONDS;
            expected += offered < room ? offered : room;
        }
        struct rc_load_outcome outcome = run(&load);
        assert_near((double)outcome.taken, expected, 0.005);
        assert_int_equal(outcome.taken + outcome.throttled, load.records);
        assert_int_equal(outcome.failed, outcome.throttled);
        assert_int_equal(outcome.throttled_by[0], outcome.throttled);
        assert_near((double)outcome.elapsed_ms, SECONDS * 1000.0, 0.01);
    }
}

/* Offered until it is taken, the fullest partition says when it is over. */
static void test_with_retries_the_fullest_partition_decides(void **state)
{
    (void)state;
    uint64_t keys[KEYS];
    for (size_t count = 1; count <= KEYS; count *= KEYS) {
        struct rc_load_target table = day(keys, count);
        struct rc_load load = rc_load_standard;
        int64_t most = 0, records = 120000;
        load.targets = &table;
        load.target_count = 1;
        load.records = records;
        load.in_turn = true;
        load.attempts = 0;
        load.in_flight = 16;
        load.backoff_most_ms = 1000;
        for (uint64_t at = 0; at < PARTITIONS; at++) {
            int64_t its = 0;
            for (int64_t i = 0; i < records; i++)
                its += keys[(size_t)i % count] >> 62 == at;
            most = its > most ? its : most;
        }
        struct rc_load_outcome outcome = run(&load);
        assert_int_equal(outcome.taken, records);
        assert_true(outcome.throttled > 0);
        assert_near((double)outcome.elapsed_ms, (double)(most - CAP) * 1000 / CAP, 0.05);
    }
}

static void test_without_heat_the_requests_take_the_time(void **state)
{
    (void)state;
    const struct rc_load_target table = {.heat = {.capacity = {1e6, 1e6}, .warm = {0, 1e6}},
                                         .units = 0.001};
    struct rc_load load = rc_load_standard;
    load.targets = &table;
    load.target_count = 1;
    load.records = 100000;
    struct rc_load_outcome outcome = run(&load);
    assert_int_equal(outcome.throttled, 0);
    assert_int_equal(outcome.requests, 4000);
    assert_int_equal(outcome.elapsed_ms, 4000 / load.in_flight * load.latency_ms);
    assert_int_equal(outcome.partitions[0], RC_HEAT_PARTITIONS);
}

/* One key of an index holds up a table of as many keys as there are records. */
static void test_an_index_holds_up_its_table(void **state)
{
    (void)state;
    const struct rc_load_target targets[] = {{.heat = on_demand, .units = 1},
                                             {.heat = on_demand, .key_count = 1, .units = 1}};
    struct rc_load load = rc_load_standard;
    load.targets = targets;
    load.records = 50000;
    load.attempts = 0;
    load.in_flight = 16;
    load.backoff_most_ms = 1000;
    load.target_count = 1;
    struct rc_load_outcome alone = run(&load);
    load.target_count = 2;
    struct rc_load_outcome both = run(&load);
    assert_near((double)alone.elapsed_ms, (50000.0 - 4 * CAP) / 4, 0.1);
    assert_near((double)both.elapsed_ms, 50000 - CAP, 0.05);
    assert_int_equal(both.throttled_by[0], 0);
    assert_int_equal(both.throttled_by[1], both.throttled);
    assert_true(both.throttled > 0);
}

/* Of which some were taken before and are written once more. */
static void test_whole_requests_are_sent_again_in_vain(void **state)
{
    (void)state;
    uint64_t keys[KEYS];
    struct rc_load_key by_key[KEYS] = {0};
    struct rc_load_target table = day(keys, KEYS);
    struct rc_load load = rc_load_standard;
    struct rc_load_outcome alone, whole;
    int64_t written = 0;
    load.targets = &table;
    load.target_count = 1;
    load.records = 60010; /* the last request is not full */
    load.attempts = 0;
    load.in_flight = 16;
    load.backoff_most_ms = 1000;
    alone = run(&load);
    assert_int_equal(alone.wasted, 0);
    assert_int_equal(alone.offered_again, alone.throttled);
    assert_true(alone.partial > 0 && alone.refused + alone.partial < alone.requests);
    load.whole = true;
    assert_true(rc_load_run(&load, &whole, by_key, NULL));
    assert_int_equal(whole.taken, load.records);
    assert_true(whole.wasted > 0 && whole.elapsed_ms > alone.elapsed_ms);
    assert_int_equal(whole.offered_again, whole.wasted + whole.throttled);
    for (size_t i = 0; i < KEYS; i++)
        written += by_key[i].taken;
    assert_int_equal(written, whole.taken + whole.wasted);
    load.attempts = 3;
    whole = run(&load);
    assert_true(whole.failed > 0 && whole.left == 0);
}

/* Without chance, what was throttled together is offered together again. */
static void test_without_chance_retries_come_in_waves(void **state)
{
    (void)state;
    const struct rc_load_target table = {.heat = on_demand, .key_count = 1, .units = 1};
    struct rc_load load = rc_load_standard;
    load.targets = &table;
    load.target_count = 1;
    load.records = 5000;
    load.rate = 100000;
    load.in_flight = 64;
    load.attempts = 0;
    load.backoff_most_ms = 1000;
    struct rc_load_outcome chance = run(&load);
    load.steady = true;
    struct rc_load_outcome steady = run(&load);
    /* A wave a second takes what the bucket holds by then; nothing comes in between. */
    assert_near((double)steady.throttled, 4000 + 3000 + 2000 + 1000, 0.1);
    assert_true(chance.throttled != steady.throttled);
}

/* Who reads page after page of a partition that takes so many a second. */
static struct rc_load reading(struct rc_load_target *table, double a_second, int64_t pages)
{
    *table = (struct rc_load_target){.heat = on_demand, .key_count = 1, .units = 1};
    table->heat.partition[RC_HEAT_READ] = a_second;
    struct rc_load load = rc_load_standard;
    load.use = RC_HEAT_READ;
    load.targets = table;
    load.target_count = 1;
    load.records = pages;
    load.batch = 1;
    load.in_place = load.steady = true;
    return load;
}

/* The partition holds ten, one of which comes in each 100 ms. In 100
 * ms another does, so that eleven are read; then the reader waits, until there are ten again. */
static void test_in_place_nobody_goes_ahead_of_who_waits(void **state)
{
    (void)state;
    struct rc_load_target table;
    struct rc_load load = reading(&table, 10, 110);
    load.in_flight = 1;
    load.latency_ms = 10;
    struct rc_load_outcome outcome = run(&load);
    assert_int_equal(outcome.taken, 110);
    assert_int_equal(outcome.throttled, 9);
    assert_int_equal(outcome.elapsed_ms, 9 * (110 + 10 + 1000) + 110);
    load.in_flight = 4;
    table.heat.partition[RC_HEAT_READ] = 1000;
    outcome = run(&load);
    assert_int_equal(outcome.throttled, 0);
    assert_int_equal(outcome.elapsed_ms, 280); /* 110 by 4 at a time */
}

/* Its bucket is full once and never again. Two places: the first record is taken, each other one
 * fails after two attempts, which take three seconds with the wait between them. */
static void test_a_place_is_free_when_the_last_answer_comes(void **state)
{
    (void)state;
    struct rc_load_target table;
    struct rc_load load = reading(&table, 0.001, 5);
    load.in_flight = 2;
    load.attempts = 2;
    load.latency_ms = 1000;
    struct rc_load_outcome outcome = run(&load);
    assert_int_equal(outcome.failed, 4);
    assert_int_equal(outcome.elapsed_ms, 1000 + 3000 + 3000); /* beside 3000 + 3000 */
}

struct even {
    double per_second, reported;
    int64_t next_ms, throttles;
};

static int64_t even_spend(void *ctx, double units, int64_t now_ms)
{
    struct even *even = ctx;
    int64_t at_ms = even->next_ms > now_ms ? even->next_ms : now_ms;
    even->next_ms = at_ms + (int64_t)(units * 1000 / even->per_second);
    return at_ms - now_ms;
}

static int64_t even_wait(void *ctx, double units, int64_t now_ms)
{
    struct even *even = ctx;
    return even->next_ms - (int64_t)(units * 1000 / even->per_second) - now_ms;
}

static void even_report(void *ctx, double units_taken, bool throttled, int64_t now_ms)
{
    struct even *even = ctx;
    (void)now_ms;
    even->reported += units_taken;
    even->throttles += throttled;
}

static void test_a_pace_is_kept_and_told(void **state)
{
    (void)state;
    const struct rc_load_target table = {.heat = on_demand, .key_count = 1, .units = 1};
    struct even even = {.per_second = 500};
    const struct rc_load_pace pace = {even_spend, even_wait, even_report, &even};
    struct rc_load load = rc_load_standard;
    load.targets = &table;
    load.target_count = 1;
    load.records = 10000;
    load.attempts = 0;
    load.pace = &pace;
    struct rc_load_outcome outcome = run(&load);
    assert_int_equal(outcome.throttled, 0);
    assert_near((double)outcome.elapsed_ms, 20000, 0.01);
    assert_near(even.reported, 10000, 0.02); /* those of the last requests are not waited for */
    even = (struct even){.per_second = 5000};
    outcome = run(&load);
    assert_true(outcome.throttled > 0 && even.throttles > 0);
    load.most_ms = 1000;
    even = (struct even){.per_second = 500};
    assert_near((double)run(&load).taken, 500, 0.06);
}

static void test_attempts_and_time_end_it(void **state)
{
    (void)state;
    const struct rc_load_target table = {.heat = on_demand, .key_count = 1, .units = 10};
    struct rc_load load = rc_load_standard;
    load.targets = &table;
    load.target_count = 1;
    load.records = 5000;
    load.attempts = 2;
    struct rc_load_outcome outcome = run(&load);
    assert_true(outcome.failed > 0 && outcome.left == 0);
    assert_true(outcome.throttled >= 2 * outcome.failed);
    load.attempts = 0;
    load.most_ms = 20000;
    outcome = run(&load);
    assert_true(outcome.failed == 0 && outcome.left > 0 && outcome.elapsed_ms <= 20005);
    assert_near((double)outcome.taken, 100 + 20 * 100, 0.02);
}

static void test_the_seed_says_all(void **state)
{
    (void)state;
    const struct rc_load_target table = {.heat = on_demand, .key_count = 7, .units = 1};
    struct rc_load load = rc_load_standard;
    load.targets = &table;
    load.target_count = 1;
    load.records = 60000;
    load.seed = 5;
    struct rc_load_outcome one = run(&load), again = run(&load);
    assert_memory_equal(&one, &again, sizeof one);
    load.seed = 6;
    again = run(&load);
    assert_true(one.throttled != again.throttled);
}

static void test_each_key_is_counted(void **state)
{
    (void)state;
    uint64_t keys[KEYS];
    struct rc_load_key by_key[KEYS] = {0};
    struct rc_load_target table = day(keys, KEYS);
    struct rc_load load = rc_load_standard;
    struct rc_load_outcome outcome;
    int64_t taken = 0, throttled = 0;
    load.targets = &table;
    load.target_count = 1;
    load.records = 64000;
    load.attempts = 0;
    assert_true(rc_load_run(&load, &outcome, by_key, NULL));
    for (size_t i = 0; i < KEYS; i++) {
        assert_near((double)by_key[i].taken, 1000, 0.15);
        taken += by_key[i].taken;
        throttled += by_key[i].throttled;
    }
    assert_int_equal(taken, outcome.taken);
    assert_int_equal(throttled, outcome.throttled);
}

static void refuse(struct rc_load load, const char *word)
{
    struct rc_load_outcome outcome;
    struct rc_error err = {0};
    assert_false(rc_load_run(&load, &outcome, NULL, &err));
    assert_int_equal(err.code, RC_INVALID);
    assert_non_null(strstr(err.text, word));
}

static void test_no_load_is_told_by_its_member(void **state)
{
    (void)state;
    struct rc_load_target table = {.heat = on_demand, .units = 1};
    struct rc_load good = rc_load_standard, load;
    good.targets = &table;
    good.target_count = 1;
    assert_int_equal(run(&good).requests, 0); /* of no record */
    load = good, load.records = -1, refuse(load, "records");
    load = good, load.target_count = 22, refuse(load, "targets");
    load = good, load.in_flight = 0, refuse(load, "in flight");
    load = good, load.batch = 101, refuse(load, "batch");
    load = good, load.in_place = true, refuse(load, "batch");
    load = good, load.rate = -1, refuse(load, "rate");
    load = good, load.latency_ms = 0, refuse(load, "latency");
    load = good, load.backoff_ms = -1, refuse(load, "backoff");
    table.units = 0;
    refuse(good, "units");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_offered_once_is_taken_up_to_the_caps),
        cmocka_unit_test(test_with_retries_the_fullest_partition_decides),
        cmocka_unit_test(test_without_heat_the_requests_take_the_time),
        cmocka_unit_test(test_an_index_holds_up_its_table),
        cmocka_unit_test(test_whole_requests_are_sent_again_in_vain),
        cmocka_unit_test(test_without_chance_retries_come_in_waves),
        cmocka_unit_test(test_in_place_nobody_goes_ahead_of_who_waits),
        cmocka_unit_test(test_a_place_is_free_when_the_last_answer_comes),
        cmocka_unit_test(test_a_pace_is_kept_and_told),
        cmocka_unit_test(test_attempts_and_time_end_it),
        cmocka_unit_test(test_the_seed_says_all),
        cmocka_unit_test(test_each_key_is_counted),
        cmocka_unit_test(test_no_load_is_told_by_its_member),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
