#include "tests/unit/support.h"

#include "core/planning.h"

#include <math.h>

static struct rc_planning of_records(double records)
{
    struct rc_planning planning = rc_planning_begin();
    rc_planning_put(&planning, RC_PLANNING_RECORDS, records);
    return planning;
}

static void test_what_is_left_open_follows(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_planning planning = of_records(1e6);
    struct rc_planning_answer answer;
    assert_true(rc_planning_answer(&planning, &answer, &err));
    assert_true(answer.load.per_second == 1000); /* a step of the stack spends no more */
    assert_true(answer.load.ready_wcu == RC_PLAN_START_WCU);
    assert_true(rc_planning_word(&planning, "write=0", &err));
    assert_true(rc_planning_answer(&planning, &answer, &err));
    assert_true(answer.load.per_second == planning.setting.ingest_per_second);
    assert_true(answer.load.ready_wcu == 2 * answer.load.per_second);
    assert_int_equal(answer.advised & (answer.advised - 1), 0); /* a power of two */
    assert_in_range(answer.advised, answer.smallest, 2 * answer.smallest - 1);
    for (size_t i = 1; i < answer.count; i++)
        assert_true(answer.rows[i - 1].plan.shards < answer.rows[i].plan.shards);
}

static void test_the_shards_that_there_are_have_a_row(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_planning planning = of_records(1e6);
    struct rc_planning_answer answer;
    size_t found = 0;
    assert_true(rc_planning_word(&planning, "shards=48", &err));
    assert_true(rc_planning_answer(&planning, &answer, &err));
    for (size_t i = 0; i < answer.count; i++)
        found += answer.rows[i].plan.shards == 48;
    assert_int_equal(found, 1);
}

static void test_what_is_put_holds_against_what_is_suggested(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_planning planning = of_records(5000);
    assert_true(rc_planning_word(&planning, "within=30m", &err));
    rc_planning_suggest(&planning, RC_PLANNING_RECORDS, 7);
    rc_planning_suggest(&planning, RC_PLANNING_WITHIN, 7);
    rc_planning_suggest(&planning, RC_PLANNING_PEAK, 7);
    assert_true(rc_planning_get(&planning, RC_PLANNING_RECORDS) == 5000);
    assert_true(rc_planning_get(&planning, RC_PLANNING_WITHIN) == 1800);
    assert_true(rc_planning_get(&planning, RC_PLANNING_PEAK) == 7);
}

static void test_wrong_words_are_told(void **state)
{
    (void)state;
    static const char *const words[] = {
        "records",     "records=",     "records=many",  "peaks=1",        "skew=-1",
        "within=soon", "shards=4097",  "shards=1.5",    "records=1e999",  "item=1 ",
        "=5",          "records=0.5",  "records=0",     "records=1e-300", "records=0x10",
        "peak=0x10",   "skew=nan",     "item=1.5",      "quota=0",        "within=0x10",
        "within=0.5s", "within=9000h", "within=1e308h", "write=0.5"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct rc_error err = {0};
        struct rc_planning planning = rc_planning_begin();
        assert_false(rc_planning_word(&planning, words[i], &err));
        assert_int_equal(err.code, RC_USAGE);
        assert_int_equal(planning.given, 0);
    }
}

static void test_decades_grow_and_break(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_planning planning = rc_planning_begin();
    uint32_t before = 0;
    rc_planning_suggest(&planning, RC_PLANNING_PEAK, 17); /* of one day, not of the others */
    for (int i = 0; i < RC_PLANNING_DECADES; i++) {
        struct rc_planning_decade decade;
        assert_true(rc_planning_decade(&planning, i, &decade, &err));
        assert_true(decade.load.records == 10000 * pow(10, i));
        assert_true(decade.smallest >= before);
        assert_true(decade.load.per_second >= 1000);
        assert_in_range(decade.shards, 64, 4096);
        assert_true(decade.shards >= decade.smallest);
        before = decade.smallest;
    }
    assert_true(before > 64); /* the last one needs more than are usual */
    rc_planning_suggest(&planning, RC_PLANNING_SHARDS, 100);
    for (int i = 0; i < RC_PLANNING_DECADES; i++) {
        struct rc_planning_decade decade;
        assert_true(rc_planning_decade(&planning, i, &decade, &err));
        assert_int_equal(decade.shards, decade.smallest > 100 ? 512 : 100);
    }
    struct rc_planning hasty = planning; /* none is too large for the shortest time */
    assert_true(rc_planning_word(&hasty, "within=1s", &err));
    for (int i = 0; i < RC_PLANNING_DECADES; i++) {
        struct rc_planning_decade decade;
        assert_true(rc_planning_decade(&hasty, i, &decade, &err));
    }
    rc_planning_put(&planning, RC_PLANNING_SHARDS, 48);
    rc_planning_put(&planning, RC_PLANNING_PEAK, 20000); /* as far as each can have it */
    for (int i = 0; i < RC_PLANNING_DECADES; i++) {
        struct rc_planning_decade decade;
        assert_true(rc_planning_decade(&planning, i, &decade, &err));
        assert_int_equal(decade.shards, 48);
        assert_true(decade.load.per_second <= decade.load.records);
        assert_true(decade.load.per_second * planning.setting.within_s >=
                    decade.load.records * (1 - 1e-9));
    }
}

/* The smallest for the writes is 14, with which a task of the match takes hours. */
static void test_a_match_ends_in_time_with_what_is_advised(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_planning planning = of_records(1e9);
    struct rc_planning_answer answer;
    char text[RC_PLANNING_TEXT];
    size_t rows = 0;
    assert_true(rc_planning_word(&planning, "within=24h", &err));
    assert_true(rc_planning_word(&planning, "shards=100", &err));
    assert_true(rc_planning_answer(&planning, &answer, &err));
    assert_int_equal(answer.smallest, 14);
    assert_int_equal(answer.advised, 256);
    assert_true(answer.for_match);
    rc_planning_advice(&answer, text);
    assert_non_null(strstr(text, "Take 256: with fewer, a match task takes longer"));
    for (int i = 0; i < RC_PLAN_LIMITS; i++)
        assert_false(strcmp(answer.limits[i].name, "match") == 0 &&
                     rc_plan_is_over(&answer.limits[i]));
    assert_true(rc_planning_word(&planning, "within=1h", &err)); /* most rows that there may be */
    assert_true(rc_planning_answer(&planning, &answer, &err));
    assert_int_equal(answer.count, RC_PLANNING_ROWS);
    for (size_t i = 0; i < answer.count; i++)
        rows += answer.rows[i].plan.shards == answer.advised;
    assert_int_equal(rows, 1);
    rc_planning_advice(&answer, text);
    assert_non_null(strstr(text, "the table's quota has to be 277778 write units a second. Take "
                                 "512."));
    assert_true(rc_planning_word(&planning, "quota=300000", &err));
    assert_true(rc_planning_answer(&planning, &answer, &err));
    rc_planning_advice(&answer, text);
    assert_null(strstr(text, "quota"));
}

/* What is put has to be possible, and what was found follows the records. */
static void test_a_peak_is_one_of_its_day(void **state)
{
    (void)state;
    struct rc_planning planning = of_records(1e9);
    struct rc_planning_answer answer;
    struct rc_error err = {0};
    char text[RC_PLANNING_TEXT];
    rc_planning_put(&planning, RC_PLANNING_PEAK, 200);
    assert_false(rc_planning_answer(&planning, &answer, &err));
    assert_int_equal(err.code, RC_INVALID);
    assert_non_null(strstr(err.text, "give it 5000000 seconds, or a peak of 277778"));
    rc_planning_put(&planning, RC_PLANNING_PEAK, 2e9);
    planning.load.records = 1e8;
    assert_false(rc_planning_answer(&planning, &answer, &err));
    assert_non_null(strstr(err.text, "more than the 100000000 records"));

    planning = rc_planning_begin();
    rc_planning_suggest(&planning, RC_PLANNING_RECORDS, 1e6);
    rc_planning_suggest(&planning, RC_PLANNING_PEAK, 5000);
    assert_true(rc_planning_answer(&planning, &answer, &err));
    assert_true(answer.load.per_second == 5000 && !answer.over_peak);
    rc_planning_put(&planning, RC_PLANNING_RECORDS, 4e6);
    assert_true(rc_planning_answer(&planning, &answer, &err));
    assert_true(answer.load.per_second == 20000);
    rc_planning_put(&planning, RC_PLANNING_WITHIN, 100); /* 40,000 a second */
    assert_true(rc_planning_answer(&planning, &answer, &err));
    assert_true(answer.load.per_second == 40000 && answer.over_peak);
    rc_planning_advice(&answer, text);
    assert_non_null(strstr(text, "The peak that was found does not bring the records in time"));
}

/* n shards with the same, and one id's records on top of one of them. */
static void test_the_hot_share_is_found_again(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_skew skew;
    uint64_t counts[64];
    for (size_t i = 0; i < 64; i++)
        counts[i] = 1000;
    assert_true(rc_skew_measure(counts, 64, &skew, &err));
    assert_true(rc_planning_hot_share(&skew) == 0);
    counts[5] += 16000;
    assert_true(rc_skew_measure(counts, 64, &skew, &err));
    assert_true(fabs(rc_planning_hot_share(&skew) - 0.2) < 1e-9);
}

static void test_advice_says_the_count_or_why_there_is_none(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_planning planning = of_records(1e6);
    struct rc_planning_answer answer;
    char text[RC_PLANNING_TEXT];
    rc_planning_put(&planning, RC_PLANNING_PEAK, 20000);
    assert_true(rc_planning_answer(&planning, &answer, &err));
    rc_planning_advice(&answer, text);
    assert_non_null(strstr(text, "Take 32."));
    assert_true(rc_planning_has_to_move(&answer)); /* it is not known from what */
    rc_planning_suggest(&planning, RC_PLANNING_SHARDS, 64);
    assert_true(rc_planning_answer(&planning, &answer, &err));
    rc_planning_advice(&answer, text);
    assert_non_null(strstr(text, "a partition of its own. The 64 that there are suffice."));
    assert_false(rc_planning_has_to_move(&answer));
    rc_planning_suggest(&planning, RC_PLANNING_SHARDS, 16);
    assert_true(rc_planning_answer(&planning, &answer, &err));
    assert_true(rc_planning_has_to_move(&answer));
    rc_planning_put(&planning, RC_PLANNING_SKEW, 0.1);
    assert_true(rc_planning_answer(&planning, &answer, &err));
    rc_planning_advice(&answer, text);
    assert_non_null(strstr(text, "the hottest TransactionID alone"));
    rc_planning_put(&planning, RC_PLANNING_SKEW, 2);
    assert_false(rc_planning_answer(&planning, &answer, &err));
    assert_int_equal(err.code, RC_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_left_open_follows),
        cmocka_unit_test(test_the_shards_that_there_are_have_a_row),
        cmocka_unit_test(test_what_is_put_holds_against_what_is_suggested),
        cmocka_unit_test(test_wrong_words_are_told),
        cmocka_unit_test(test_decades_grow_and_break),
        cmocka_unit_test(test_a_match_ends_in_time_with_what_is_advised),
        cmocka_unit_test(test_a_peak_is_one_of_its_day),
        cmocka_unit_test(test_the_hot_share_is_found_again),
        cmocka_unit_test(test_advice_says_the_count_or_why_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
