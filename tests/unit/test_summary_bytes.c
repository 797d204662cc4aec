#include "core/summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t next(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

/* Any of a number's sizes. */
static int64_t some(uint64_t *random)
{
    uint64_t bits = next(random) % 64;
    return (int64_t)(next(random) >> bits) * (next(random) & 1 ? 1 : -1);
}

static void fill(struct rc_summary *summary, uint64_t *random)
{
    size_t cells = next(random) % 30;
    for (int side = 0; side < RC_SIDES; side++) {
        summary->records[side] = some(random);
        summary->bytes[side] = (uint64_t)some(random);
        summary->digest[side] = (rc_u128)next(random) << 64 | next(random);
    }
    summary->discrepancies = some(random);
    summary->outcome_digest = (rc_u128)next(random) << 64 | next(random);
    for (size_t i = 0; i < cells; i++) {
        struct rc_cell *cell =
            rc_summary_cell(summary, (enum rc_status)(next(random) % RC_STATUSES),
                            (uint8_t)next(random), (uint8_t)(next(random) % RC_KINDS));
        assert_non_null(cell);
        cell->outcomes = some(random);
        for (int side = 0; side < RC_SIDES; side++) {
            cell->side[side].count = some(random);
            cell->side[side].debit_minor = (rc_i128)some(random) * some(random);
            cell->side[side].credit_minor = (rc_i128)some(random) * some(random);
            cell->amounts[side][next(random) % RC_AMOUNT_BUCKETS] = some(random);
            cell->ages[side][next(random) % RC_AGE_BUCKETS] = some(random);
        }
    }
}

static void assert_same(const struct rc_summary *a, const struct rc_summary *b)
{
    assert_int_equal(a->cell_count, b->cell_count);
    for (uint32_t i = 0; i < a->cell_count; i++)
        assert_memory_equal(&a->cells[i], &b->cells[i], sizeof *a->cells);
    assert_memory_equal(a->records, b->records, sizeof a->records);
    assert_memory_equal(a->bytes, b->bytes, sizeof a->bytes);
    assert_memory_equal(a->digest, b->digest, sizeof a->digest);
    assert_true(a->outcome_digest == b->outcome_digest);
    assert_int_equal(a->discrepancies, b->discrepancies);
}

static void test_comes_back(void **state)
{
    (void)state;
    uint64_t random = 20261129;
    for (int n = 0; n < 500; n++) {
        struct rc_summary first = {0}, second = {0}, got = {0};
        struct rc_error err = {0};
        struct rc_buf out;
        size_t at = 0;
        rc_buf_init(&out, 1 << 20);
        fill(&first, &random);
        fill(&second, &random);
        assert_true(rc_summary_write(&first, &out) && rc_summary_write(&second, &out));
        assert_true(rc_summary_read((uint8_t *)out.data, out.length, &at, &got, &err));
        assert_same(&first, &got);
        rc_summary_free(&got);
        got = (struct rc_summary){0};
        assert_true(rc_summary_read((uint8_t *)out.data, out.length, &at, &got, &err));
        assert_same(&second, &got);
        assert_int_equal(at, out.length);
        rc_summary_free(&got);
        rc_summary_free(&first);
        rc_summary_free(&second);
        rc_buf_free(&out);
    }
}

/* Every cut is refused, every changed byte is read or refused, and nothing is read
 * beyond the end. */
static void test_bad_bytes(void **state)
{
    (void)state;
    uint64_t random = 7;
    struct rc_summary summary = {0};
    struct rc_buf out;
    rc_buf_init(&out, 1 << 20);
    while (summary.cell_count < 3)
        fill(&summary, &random);
    assert_true(rc_summary_write(&summary, &out));
    for (size_t length = 0; length < out.length; length++) {
        struct rc_error err = {0};
        struct rc_summary got = {0};
        size_t at = 0;
        uint8_t *cut = malloc(length + !length);
        assert_non_null(cut);
        memcpy(cut, out.data, length);
        assert_false(rc_summary_read(cut, length, &at, &got, &err));
        assert_int_equal(err.code, RC_DATA);
        rc_summary_free(&got);
        free(cut);
        uint8_t *changed = malloc(out.length);
        assert_non_null(changed);
        memcpy(changed, out.data, out.length);
        changed[length] = (uint8_t)next(&random);
        got = (struct rc_summary){0};
        at = 0;
        rc_summary_read(changed, out.length, &at, &got, &err);
        assert_true(at <= out.length);
        rc_summary_free(&got);
        free(changed);
    }
    rc_summary_free(&summary);
    rc_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comes_back),
        cmocka_unit_test(test_bad_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
