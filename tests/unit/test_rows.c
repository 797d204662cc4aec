#include "core/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static uint64_t next(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

static struct rc_rows *make(uint64_t budget, unsigned bits, uint32_t chunk, uint32_t slab)
{
    struct rc_rows_options options = {budget, bits, chunk, slab};
    struct rc_error err = {0};
    struct rc_rows *rows = rc_rows_new(&options, &err);
    if (!rows)
        fail_msg("%s", err.text);
    assert_int_equal(rc_rows_partitions(rows), 1u << bits);
    return rows;
}

/* The n-th row's key; the same for the same seed. */
static uint64_t key_of(uint64_t seed, uint64_t n)
{
    uint64_t random = (n + 1) * 0x9e3779b97f4a7c15 ^ seed;
    random = random ? random : 1;
    next(&random);
    return next(&random) * 0x2545f4914f6cdd1d;
}

static bool fill(struct rc_rows *rows, uint64_t count, uint64_t seed, struct rc_error *err)
{
    for (uint64_t n = 0; n < count; n++) {
        struct rc_row *row = rc_rows_add(rows, key_of(seed, n), err);
        if (!row)
            return false;
        *row = (struct rc_row){key_of(seed, n), n, ~n};
    }
    return true;
}

/* Every row comes back once, in its partition, unharmed. What stayed in memory is
 * in the order it was added. */
static void check(struct rc_rows *rows, uint64_t count, uint64_t seed, unsigned bits)
{
    uint8_t *seen = calloc(1, count + 1);
    uint64_t total = 0;
    struct rc_error err = {0};
    assert_non_null(seen);
    for (uint32_t p = 0; p < rc_rows_partitions(rows); p++) {
        struct rc_spans spans;
        uint64_t here = 0, last = 0;
        if (!rc_rows_read(rows, p, &spans, &err))
            fail_msg("%s", err.text);
        for (size_t s = 0; s < spans.count; s++)
            for (size_t r = 0; r < spans.items[s].count; r++) {
                const struct rc_row *row = &spans.items[s].rows[r];
                assert_true(row->content < count && !seen[row->content]);
                seen[row->content] = 1;
                assert_true(row->key == key_of(seed, row->content));
                assert_true(row->where == ~row->content);
                assert_int_equal(bits ? row->key >> (64 - bits) : 0, p);
                if (!rc_rows_spilled(rows))
                    assert_true(!here || row->content > last);
                last = row->content;
                here++;
            }
        assert_int_equal(here, rc_rows_count(rows, p));
        total += here;
        rc_spans_free(&spans);
    }
    assert_int_equal(total, count);
    free(seen);
}

static void test_empty(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits <= 12; bits += 12) {
        struct rc_rows *rows = make(1 << 20, bits, 512, 4096);
        check(rows, 0, 1, bits);
        assert_int_equal(rc_rows_spilled(rows), 0);
        rc_rows_free(rows);
    }
    rc_rows_free(NULL);
}

/* Around the edges of chunks (20 rows of 24 bytes in 512) and slabs. */
static void test_edges(void **state)
{
    (void)state;
    static const uint64_t per_chunk = 20;
    for (uint64_t around = 0; around <= 10; around++)
        for (uint64_t off = 0; off <= 2; off++) {
            uint64_t count = around * per_chunk + off;
            struct rc_rows *rows = make(1 << 20, 0, 512, 1024);
            struct rc_error err = {0};
            assert_true(fill(rows, count, 3, &err));
            assert_int_equal(rc_rows_count(rows, 0), count);
            check(rows, count, 3, 0);
            check(rows, count, 3, 0); /* reading does not use them up */
            rc_rows_free(rows);
        }
}

static void test_everything_in_memory(void **state)
{
    (void)state;
    static const unsigned bits[] = {0, 1, 5, 12};
    static const uint32_t chunks[] = {512, 1024, 4096, 65536};
    for (size_t b = 0; b < 4; b++)
        for (size_t c = 0; c < 4; c++) {
            struct rc_rows *rows = make(UINT64_MAX / 2, bits[b], chunks[c], 65536);
            struct rc_error err = {0};
            assert_true(fill(rows, 30000, 11, &err));
            assert_int_equal(rc_rows_spilled(rows), 0);
            check(rows, 30000, 11, bits[b]);
            rc_rows_free(rows);
        }
}

/* Whatever the budget: everything comes back, or, when it does not hold even one
 * chunk a partition, the limit is named. */
static void test_small_budgets(void **state)
{
    (void)state;
    static const unsigned bits[] = {0, 1, 4, 8, 12};
    static const uint32_t slabs[] = {4096, 65536};
    uint64_t counts[] = {100, 5000, getenv("RECONCTL_FULL_TESTS") ? 400000 : 60000};
    for (size_t b = 0; b < 5; b++)
        for (size_t s = 0; s < 2; s++)
            for (uint64_t budget = 0; budget <= 4 << 20; budget = budget ? budget * 4 : 4096)
                for (size_t c = 0; c < 3; c++) {
                    struct rc_rows *rows = make(budget, bits[b], 512, slabs[s]);
                    struct rc_error err = {0};
                    uint64_t held = budget < slabs[s] ? slabs[s] : budget / slabs[s] * slabs[s];
                    bool fits = held / 512 >= 1u << bits[b];
                    bool ok = fill(rows, counts[c], budget + b, &err);
                    if (ok) {
                        check(rows, counts[c], budget + b, bits[b]);
                        assert_int_equal(rc_rows_spilled(rows) % sizeof(struct rc_row), 0);
                    } else {
                        assert_int_equal(err.code, RC_LIMIT);
                        assert_false(fits);
                    }
                    rc_rows_free(rows);
                }
}

/* A budget that most rows do not fit in, and one that all but a few do. */
static void test_eviction_while_adding(void **state)
{
    (void)state;
    for (uint64_t count = 4000; count < 4200; count += 7) {
        struct rc_rows *rows = make(96 << 10, 4, 512, 4096);
        struct rc_error err = {0};
        assert_true(fill(rows, count, count, &err));
        check(rows, count, count, 4);
        rc_rows_free(rows);
    }
    struct rc_rows *rows = make(64 << 10, 4, 1024, 4096);
    struct rc_error err = {0};
    assert_true(fill(rows, 100000, 1, &err));
    assert_true(rc_rows_spilled(rows) > 90000 * sizeof(struct rc_row));
    check(rows, 100000, 1, 4);
    rc_rows_free(rows);
}

/* All rows of one key are in one partition, which may be the one that is evicted. */
static void test_one_key(void **state)
{
    (void)state;
    for (int top = 0; top <= 1; top++) {
        struct rc_rows *rows = make(16 << 10, 3, 512, 4096);
        struct rc_error err = {0};
        uint64_t key = top ? UINT64_MAX : 0, sum = 0;
        for (uint64_t n = 0; n < 20000; n++) {
            struct rc_row *row = rc_rows_add(rows, key, &err);
            assert_non_null(row);
            *row = (struct rc_row){key, n, 0};
        }
        struct rc_spans spans;
        assert_true(rc_rows_read(rows, top ? 7 : 0, &spans, &err));
        for (size_t s = 0; s < spans.count; s++)
            for (size_t r = 0; r < spans.items[s].count; r++)
                sum += spans.items[s].rows[r].content;
        assert_int_equal(sum, UINT64_C(20000) * 19999 / 2);
        rc_spans_free(&spans);
        assert_int_equal(rc_rows_count(rows, top ? 7 : 0), 20000);
        assert_int_equal(rc_rows_count(rows, 3), 0);
        rc_rows_free(rows);
    }
}

/* Rows in memory may be changed where they stand. */
static void test_rows_can_be_changed(void **state)
{
    (void)state;
    struct rc_rows *rows = make(1 << 20, 2, 512, 4096);
    struct rc_error err = {0};
    struct rc_spans spans;
    assert_true(fill(rows, 1000, 9, &err));
    for (int round = 0; round < 2; round++)
        for (uint32_t p = 0; p < 4; p++) {
            assert_true(rc_rows_read(rows, p, &spans, &err));
            for (size_t s = 0; s < spans.count; s++)
                for (size_t r = 0; r < spans.items[s].count; r++)
                    if (!round)
                        spans.items[s].rows[r].where = 77;
                    else
                        assert_int_equal(spans.items[s].rows[r].where, 77);
            rc_spans_free(&spans);
        }
    rc_rows_free(rows);
}

/* ----- the temporary file ----- */

static char *old_tmpdir;

static int keep_tmpdir(void **state)
{
    const char *value = getenv("TMPDIR");
    (void)state;
    old_tmpdir = value ? strdup(value) : NULL;
    return 0;
}

static int restore_tmpdir(void **state)
{
    (void)state;
    if (old_tmpdir)
        setenv("TMPDIR", old_tmpdir, 1);
    else
        unsetenv("TMPDIR");
    free(old_tmpdir);
    return 0;
}

static void test_no_place_for_the_file(void **state)
{
    (void)state;
    struct rc_error err = {0};
    setenv("TMPDIR", "/nowhere/at/all", 1);
    assert_int_equal(rc_temporary_file(&err), -1);
    assert_int_equal(err.code, RC_IO);
    assert_non_null(strstr(err.text, "/nowhere/at/all"));
    struct rc_rows *rows = make(4096, 0, 512, 4096);
    err = (struct rc_error){0};
    assert_false(fill(rows, 100000, 1, &err));
    assert_int_equal(err.code, RC_IO);
    rc_rows_free(rows);
}

static void test_temporary_files(void **state)
{
    (void)state;
    static const char *const folders[] = {"/tmp", "", NULL};
    for (size_t i = 0; i < 3; i++) {
        struct rc_error err = {0};
        char back[8] = "";
        if (folders[i])
            setenv("TMPDIR", folders[i], 1);
        else
            unsetenv("TMPDIR");
        int fd = rc_temporary_file(&err);
        if (fd < 0)
            fail_msg("%s", err.text);
        assert_true(rc_write_at(fd, "gh", 2, 6, &err));
        assert_true(rc_write_at(fd, "abcdef", 6, 0, &err));
        assert_true(rc_write_at(fd, NULL, 0, 0, &err));
        assert_int_equal(pread(fd, back, 8, 0), 8);
        assert_memory_equal(back, "abcdefgh", 8);
        close(fd);
    }
    struct rc_error err = {0};
    assert_false(rc_write_at(-1, "x", 1, 0, &err));
    assert_int_equal(err.code, RC_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_everything_in_memory),
        cmocka_unit_test(test_small_budgets),
        cmocka_unit_test(test_eviction_while_adding),
        cmocka_unit_test(test_one_key),
        cmocka_unit_test(test_rows_can_be_changed),
        cmocka_unit_test_setup_teardown(test_no_place_for_the_file, keep_tmpdir, restore_tmpdir),
        cmocka_unit_test_setup_teardown(test_temporary_files, keep_tmpdir, restore_tmpdir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
