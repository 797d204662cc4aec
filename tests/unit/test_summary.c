#include "core/summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/currency.h"
#include "core/day.h"

enum { PARTS = 12, SEEDS = 300 };

static uint64_t next(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

/* ----- buckets ----- */

static void test_amount_buckets(void **state)
{
    (void)state;
    assert_int_equal(rc_amount_bucket(0), 0);
    int64_t power = 1;
    for (int digits = 1; digits <= 19; digits++) {
        assert_int_equal(rc_amount_bucket(power), digits);
        assert_int_equal(rc_amount_bucket(-power), digits);
        if (digits > 1)
            assert_int_equal(rc_amount_bucket(power - 1), digits - 1);
        if (digits < 19)
            power *= 10;
    }
    assert_int_equal(rc_amount_bucket(INT64_MAX), 19);
    assert_int_equal(rc_amount_bucket(INT64_MIN), 19);
}

static void test_age_buckets(void **state)
{
    (void)state;
    static const struct {
        int32_t days;
        int bucket;
    } cases[] = {
        {INT32_MIN, 0}, {-5, 0}, {0, 0},  {1, 0},  {2, 1},  {3, 1},         {4, 2},
        {7, 2},         {8, 3},  {30, 3}, {31, 4}, {99, 4}, {INT32_MAX, 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(rc_age_bucket(cases[i].days), cases[i].bucket);
    assert_string_equal(rc_age_bucket_names[0], "0-1");
    assert_string_equal(rc_age_bucket_names[4], "over 30");
}

/* ----- cells ----- */

static void test_add_and_take_back(void **state)
{
    (void)state;
    struct rc_summary summary = {0};
    struct rc_cell *cell = rc_summary_cell(&summary, RC_MATCHED, 3, RC_KIND_SALE);
    assert_non_null(cell);
    assert_ptr_equal(cell, rc_summary_cell(&summary, RC_MATCHED, 3, RC_KIND_SALE));
    rc_cell_add(cell, RC_SETTLEMENT, -250, 1, 1);
    rc_cell_add(cell, RC_SETTLEMENT, 1000, 0, 1);
    rc_cell_add(cell, RC_SETTLEMENT, INT64_MIN, 4, 1);
    const struct rc_sums *sums = &cell->side[RC_SETTLEMENT];
    assert_int_equal(sums->count, 3);
    assert_true(sums->debit_minor == (rc_i128)INT64_MAX + 1 + 250);
    assert_true(sums->credit_minor == 1000);
    assert_true(rc_sums_net(sums) == (rc_i128)INT64_MIN - 250 + 1000);
    assert_int_equal(cell->amounts[RC_SETTLEMENT][3], 1);
    assert_int_equal(cell->amounts[RC_SETTLEMENT][19], 1);
    assert_int_equal(cell->ages[RC_SETTLEMENT][4], 1);
    assert_int_equal(cell->side[RC_INTERNAL].count, 0);
    rc_cell_add(cell, RC_SETTLEMENT, -250, 1, -1);
    rc_cell_add(cell, RC_SETTLEMENT, 1000, 0, -1);
    rc_cell_add(cell, RC_SETTLEMENT, INT64_MIN, 4, -1);
    rc_summary_finish(&summary);
    assert_int_equal(summary.cell_count, 0);
    rc_summary_free(&summary);
}

/* Taking INT64_MIN back must be exact, too. */
static void test_extremes_do_not_overflow(void **state)
{
    (void)state;
    struct rc_summary summary = {0};
    struct rc_cell *cell = rc_summary_cell(&summary, RC_PENDING, 1, RC_KIND_FEE);
    assert_non_null(cell);
    for (int i = 0; i < 1000; i++) {
        rc_cell_add(cell, RC_INTERNAL, INT64_MAX, 0, 1);
        rc_cell_add(cell, RC_INTERNAL, INT64_MIN, 0, 1);
    }
    assert_true(cell->side[RC_INTERNAL].credit_minor == (rc_i128)INT64_MAX * 1000);
    assert_true(rc_sums_net(&cell->side[RC_INTERNAL]) == -1000);
    rc_summary_free(&summary);
}

static void test_finish_sorts(void **state)
{
    (void)state;
    struct rc_summary summary = {0};
    for (int status = RC_STATUSES - 1; status >= 0; status--)
        for (int kind = RC_KINDS - 1; kind >= 0; kind--)
            for (uint8_t currency = 9; currency > 6; currency--)
                rc_summary_cell(&summary, (enum rc_status)status, currency, (uint8_t)kind)
                    ->outcomes = 1;
    rc_summary_finish(&summary);
    assert_int_equal(summary.cell_count, RC_STATUSES * RC_KINDS * 3);
    for (uint32_t i = 1; i < summary.cell_count; i++) {
        const struct rc_cell *a = &summary.cells[i - 1], *b = a + 1;
        long before = ((long)a->status * 256 + a->currency) * 256 + a->kind;
        long after = ((long)b->status * 256 + b->currency) * 256 + b->kind;
        assert_true(before < after);
    }
    rc_summary_free(&summary);
}

/* ----- the monoid ----- */

static void randomise(struct rc_summary *summary, uint64_t *random)
{
    int records = (int)(next(random) % 40);
    for (int i = 0; i < records; i++) {
        enum rc_status status = (enum rc_status)(next(random) % RC_STATUSES);
        enum rc_side side = (enum rc_side)(next(random) % RC_SIDES);
        uint8_t currency = (uint8_t)(1 + next(random) % 4);
        uint8_t kind = (uint8_t)(next(random) % RC_KINDS);
        int64_t amount = (int64_t)next(random) >> (next(random) % 63);
        int sign = next(random) % 4 ? 1 : -1;
        struct rc_cell *cell = rc_summary_cell(summary, status, currency, kind);
        assert_non_null(cell);
        rc_cell_add(cell, side, amount, (int)(next(random) % RC_AGE_BUCKETS), sign);
        cell->outcomes += (int64_t)(next(random) % 2);
        summary->records[side] += sign;
        summary->digest[side] += (rc_u128)next(random) << 64 | next(random);
        summary->outcome_digest += (rc_u128)next(random) << 64 | next(random);
        summary->discrepancies += status != RC_MATCHED;
    }
}

static void expect_same(const struct rc_summary *left, const struct rc_summary *right)
{
    struct rc_summary sides[] = {*left, *right};
    struct rc_buf text[2];
    for (int i = 0; i < 2; i++) {
        struct rc_day day = {.program = "p", .file_date = 20000, .shard_count = 1};
        day.shards = &sides[i];
        day.total = sides[i];
        rc_buf_init(&text[i], 1 << 24);
        assert_true(rc_day_json(&day, &text[i]));
    }
    assert_string_equal(text[0].data, text[1].data);
    for (int i = 0; i < 2; i++)
        rc_buf_free(&text[i]);
}

static void merge_all(struct rc_summary *into, const struct rc_summary *parts, const int *order)
{
    for (int i = 0; i < PARTS; i++)
        assert_true(rc_summary_merge(into, &parts[order[i]]));
    rc_summary_finish(into);
}

static void shuffle(int *order, uint64_t *random)
{
    for (int i = PARTS - 1; i > 0; i--) {
        int j = (int)(next(random) % (uint64_t)(i + 1));
        int kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

/* Merges neighbours at random until one is left. */
static void merge_grouped(struct rc_summary *into, const struct rc_summary *parts, const int *order,
                          uint64_t *random)
{
    struct rc_summary groups[PARTS] = {0};
    for (int i = 0; i < PARTS; i++)
        assert_true(rc_summary_merge(&groups[i], &parts[order[i]]));
    for (int left = PARTS; left > 1; left--) {
        int at = (int)(next(random) % (uint64_t)(left - 1));
        if (next(random) % 2)
            rc_summary_finish(&groups[at]);
        assert_true(rc_summary_merge(&groups[at], &groups[at + 1]));
        rc_summary_free(&groups[at + 1]);
        memmove(&groups[at + 1], &groups[at + 2], (size_t)(left - at - 2) * sizeof *groups);
    }
    *into = groups[0];
    rc_summary_finish(into);
}

static void test_order_and_grouping_do_not_matter(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        uint64_t random = seed * 0x9E3779B97F4A7C15u;
        struct rc_summary parts[PARTS] = {0}, straight = {0}, shuffled = {0}, grouped = {0};
        int order[PARTS];
        for (int i = 0; i < PARTS; i++) {
            randomise(&parts[i], &random);
            order[i] = i;
        }
        merge_all(&straight, parts, order);
        shuffle(order, &random);
        merge_all(&shuffled, parts, order);
        merge_grouped(&grouped, parts, order, &random);
        expect_same(&straight, &shuffled);
        expect_same(&straight, &grouped);
        rc_summary_free(&straight);
        rc_summary_free(&shuffled);
        rc_summary_free(&grouped);
        for (int i = 0; i < PARTS; i++)
            rc_summary_free(&parts[i]);
    }
}

static void test_the_empty_summary_is_neutral(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        uint64_t random = seed;
        struct rc_summary part = {0}, left = {0}, right = {0}, empty = {0};
        randomise(&part, &random);
        assert_true(rc_summary_merge(&left, &empty));
        assert_true(rc_summary_merge(&left, &part));
        assert_true(rc_summary_merge(&right, &part));
        assert_true(rc_summary_merge(&right, &empty));
        rc_summary_finish(&part);
        rc_summary_finish(&left);
        rc_summary_finish(&right);
        expect_same(&part, &left);
        expect_same(&part, &right);
        rc_summary_free(&part);
        rc_summary_free(&left);
        rc_summary_free(&right);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_amount_buckets),
        cmocka_unit_test(test_age_buckets),
        cmocka_unit_test(test_add_and_take_back),
        cmocka_unit_test(test_extremes_do_not_overflow),
        cmocka_unit_test(test_finish_sorts),
        cmocka_unit_test(test_order_and_grouping_do_not_matter),
        cmocka_unit_test(test_the_empty_summary_is_neutral),
    };
    return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
