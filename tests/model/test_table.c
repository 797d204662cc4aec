#include "model/layoutmap.h"
#include "model/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sample.h"

#include <pthread.h>
#include <unistd.h>

static void expect_order(const char *view, const char *sort, bool descending, const char *keys)
{
    const struct rc_table_query query = {.sort = sort, .descending = descending};
    struct rc_table *table = sample_table(view, &query);
    assert_string_equal(sample_keys(table), keys);
    rc_table_close(table);
}

static void test_order(void **state)
{
    (void)state;
    expect_order("discrepancies", NULL, false, "1 2 3 4 5");
    expect_order("discrepancies", NULL, true, "5 4 3 2 1");
    expect_order("discrepancies", "age", false, "3 1 5 2 4");
    expect_order("discrepancies", "age", true, "4 2 5 1 3");
    expect_order("discrepancies", "status", false, "1 5 3 4 2");
    /* By what is read: -50.00, 99.99, 100, 100.50, 100.500. */
    expect_order("discrepancies", "amount", false, "4 5 2 1 3");
    expect_order("discrepancies", "amount", true, "3 1 2 5 4");
    expect_order("discrepancies", "delta", true, "1 5 4 3 2");
    expect_order("transactions", NULL, true, "2 1");
    expect_order("rejected", NULL, false, "");
    expect_order("day", "settlement_net", true, "840 2000");
}

static void test_wrong_sort(void **state)
{
    const struct rc_table_query query = {.sort = "colour"};
    struct rc_error err = {0};
    (void)state;
    assert_null(rc_table_open(model, rc_table_find("discrepancies"), &query, &err));
    assert_int_equal(err.code, RC_USAGE);
    assert_null(rc_table_find("colours"));
}

/* ----- rows ----- */

struct row {
    char text[1024];
};

static bool add_row(void *context, uint64_t index, const struct rc_cell_value *cells, size_t count,
                    struct rc_error *err)
{
    struct row *row = context;
    size_t used = strlen(row->text);
    (void)err;
    used += (size_t)snprintf(row->text + used, sizeof row->text - used, "%d:", (int)index);
    for (size_t i = 0; i < count && i < 6; i++)
        used += (size_t)snprintf(row->text + used, sizeof row->text - used, " %.*s",
                                 cells[i].null ? 1 : (int)cells[i].length,
                                 cells[i].null ? "-" : cells[i].text);
    return true;
}

static void test_rows(void **state)
{
    const struct rc_table_query query = {.descending = true};
    struct rc_table *table = sample_table("discrepancies", &query);
    struct rc_error err = {0};
    struct row row = {""};
    (void)state;
    assert_true(rc_table_rows(table, 3, 99, add_row, &row, &err));
    assert_string_equal(row.text,
                        "3: pending T2 100 - JPY 54: amount_mismatch T1 100.50 0.50 USD 3");
    row.text[0] = '\0';
    assert_true(rc_table_rows(table, 5, 1, add_row, &row, &err));
    assert_true(rc_table_rows(table, UINT64_MAX, UINT64_MAX, add_row, &row, &err));
    assert_true(rc_table_rows(table, 0, 0, add_row, &row, &err));
    assert_string_equal(row.text, "");
    rc_table_close(table);
}

static void test_find_key(void **state)
{
    const struct rc_table_query forward = {0}, backward = {.descending = true},
                                sorted = {.sort = "age"}, filtered = {.filter = "age=3"};
    const struct rc_table_query *queries[] = {&forward, &backward, &sorted};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct rc_table *table = sample_table("discrepancies", queries[i]);
        for (int64_t key = 1; key <= 5; key++)
            assert_int_equal(rc_table_key(table, rc_table_find_key(table, key)), key);
        assert_int_equal(rc_table_find_key(table, 0), 5);
        assert_int_equal(rc_table_find_key(table, 6), 5);
        assert_int_equal(rc_table_find_key(table, -1), 5);
        rc_table_close(table);
    }
    struct rc_table *table = sample_table("discrepancies", &filtered);
    assert_int_equal(rc_table_find_key(table, 2), 2);
    rc_table_close(table);
}

static bool is_odd(void *context, int64_t key)
{
    (void)context;
    return key % 2;
}

static void test_pick(void **state)
{
    const struct rc_table_query queries[] = {{0}, {.descending = true}, {.sort = "age"}};
    const char *odd[] = {"1 3 5", "5 3 1", "3 1 5"};
    const char *all[] = {"1 2 3 4 5", "5 4 3 2 1", "3 1 5 2 4"};
    struct rc_error err = {0};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct row row = {""};
        struct rc_table *table = sample_table("discrepancies", &queries[i]);
        struct rc_table *some = rc_table_pick(table, is_odd, NULL, &err);
        struct rc_table *copy = rc_table_pick(table, NULL, NULL, &err);
        assert_string_equal(sample_keys(some), odd[i]);
        assert_string_equal(sample_keys(copy), all[i]);
        rc_table_close(table);
        rc_table_attach(some, model);
        assert_true(rc_table_rows(some, 0, 1, add_row, &row, &err));
        rc_table_close(some);
        rc_table_close(copy);
    }
}

/* ----- sums ----- */

static void expect_sums(const char *view, const char *filter, const char *expected)
{
    const struct rc_table_query query = {.filter = filter};
    struct rc_table *table = sample_table(view, &query);
    struct rc_error err = {0};
    struct rc_buf out;
    rc_buf_init(&out, 1000);
    assert_true(rc_table_sums(table, &out, &err));
    assert_string_equal(out.data ? out.data : "", expected);
    rc_buf_free(&out);
    rc_table_close(table);
}

static void test_sums(void **state)
{
    (void)state;
    expect_sums("discrepancies", "", "EUR -50.00  JPY 100  KWD 100.500  USD 200.49");
    expect_sums("discrepancies", "age=3", "USD 200.49");
    expect_sums("discrepancies", "nowhere", "");
    expect_sums("day", "", "USD 850,705,917,302,346,158,658,436,518,579,420,529.63");
    expect_sums("shards", "", "");
    expect_sums("transactions", "side=internal", "USD 100.00");
}

static void expect_grouped(const char *text, const char *expected)
{
    char grouped[RC_GROUPED_TEXT];
    assert_int_equal(rc_digits_group(text, strlen(text), grouped), strlen(expected));
    assert_string_equal(grouped, expected);
}

static void test_grouping(void **state)
{
    (void)state;
    expect_grouped("", "");
    expect_grouped("1", "1");
    expect_grouped("-123", "-123");
    expect_grouped("1234", "1,234");
    expect_grouped("-1234567.125", "-1,234,567.125");
    expect_grouped("123456.1234", "123,456.1234");
    expect_grouped("none", "none");
}

/* ----- threads ----- */

static void *interrupt(void *context)
{
    const bool *over = context;
    for (int i = 0; i < 5000 && !__atomic_load_n(over, __ATOMIC_ACQUIRE); i++) {
        rc_model_interrupt(model);
        usleep(1000);
    }
    return NULL;
}

/* A query that would take long gives up when another thread says so. */
static void test_interrupt(void **state)
{
    const struct rc_table_query query = {.filter = "zzz", .sort = "merchant"};
    struct rc_error err = {0};
    pthread_t thread;
    bool over = false;
    (void)state;
    sample_run("WITH RECURSIVE n(i) AS (SELECT 6 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)"
               " INSERT INTO discrepancy SELECT i, 'pending', 0, 'X' || i, 1, 'USD', 'sale', i,"
               " NULL, '[]', 'transaction_id', 'a reason with some words', 1, '0-1', 1, 0,"
               " 'MERCHANT', '5411' FROM n");
    assert_int_equal(pthread_create(&thread, NULL, interrupt, &over), 0);
    struct rc_table *table = rc_table_open(model, rc_table_find("discrepancies"), &query, &err);
    __atomic_store_n(&over, true, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    assert_null(table);
    assert_string_equal(err.text, "given up");
    sample_run("DELETE FROM discrepancy WHERE id > 5");
    struct rc_table *after = sample_table("discrepancies", &(struct rc_table_query){0});
    assert_int_equal(rc_table_count(after), 5);
    rc_table_close(after);
}

static void *open_sorted(void *context)
{
    struct rc_error err = {0};
    struct rc_model *other = rc_model_open(sample_dir, &err);
    const struct rc_table_query query = {.sort = "amount", .filter = "age<9"};
    struct rc_table *table =
        other ? rc_table_open(other, rc_table_find("discrepancies"), &query, &err) : NULL;
    struct row row = {""};
    if (table && rc_table_rows(table, 0, 1, add_row, &row, &err))
        rc_table_attach(table, NULL);
    rc_model_close(other);
    *(struct rc_table **)context = table;
    return NULL;
}

/* Sorted on one thread with its model, read on another with that one's. */
static void test_attach_thread(void **state)
{
    struct rc_table *table = NULL;
    struct rc_error err = {0};
    struct row row = {""};
    pthread_t thread;
    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, open_sorted, &table), 0);
    pthread_join(thread, NULL);
    assert_non_null(table);
    rc_table_attach(table, model);
    assert_string_equal(sample_keys(table), "5 2 1 3");
    assert_true(rc_table_rows(table, 3, 1, add_row, &row, &err));
    assert_string_equal(row.text, "3: missing_internal T3 100.500 - KWD 0");
    rc_table_close(table);
}

/* ----- files ----- */

static void refuse_file(const char *path, enum rc_code code, const char *words)
{
    struct rc_error err = {0};
    assert_null(rc_model_open(path, &err));
    assert_int_equal(err.code, code);
    if (!strstr(err.text, words))
        fail_msg("%s", err.text);
}

static void test_wrong_files(void **state)
{
    char path[160];
    (void)state;
    refuse_file("/nowhere", RC_IO, "/nowhere");
    strcpy(path, sample_path("text"));
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("this is not a database, but it is long enough to be looked at as one.", file);
    fclose(file);
    refuse_file(path, RC_INVALID, "is no day file");
    assert_string_equal(rc_model_meta(model, "file_date"), "2026-04-01");
    assert_string_equal(rc_model_meta(model, "nothing"), "");
    rc_model_close(model);
    model = NULL;
    sample_run("PRAGMA user_version = 99");
    refuse_file(sample_dir, RC_INVALID, "has schema 99");
}

/* One that was written before layouts and bytes were kept. */
static void test_older_file(void **state)
{
    const struct rc_table_query all = {0};
    struct rc_error err = {0};
    (void)state;
    sample_run("INSERT INTO shard (shard, settlement, settlement_bytes) VALUES (7, 1, 168);"
               "ALTER TABLE shard DROP COLUMN settlement_bytes;"
               "ALTER TABLE shard DROP COLUMN internal_bytes; DROP TABLE layout;"
               "PRAGMA user_version = 1");
    rc_table_close(sample_table("shards", &all));
    rc_table_close(sample_table("layout", &all));
    struct rc_layoutmap *map = rc_layoutmap_of_day(model, RC_SETTLEMENT, &err);
    assert_null(map);
    assert_int_not_equal(err.code, RC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),         cmocka_unit_test(test_wrong_sort),
        cmocka_unit_test(test_rows),          cmocka_unit_test(test_find_key),
        cmocka_unit_test(test_pick),          cmocka_unit_test(test_sums),
        cmocka_unit_test(test_grouping),      cmocka_unit_test(test_interrupt),
        cmocka_unit_test(test_attach_thread), cmocka_unit_test(test_older_file),
        cmocka_unit_test(test_wrong_files),
    };
    return cmocka_run_group_tests(tests, sample_open, sample_close);
}
