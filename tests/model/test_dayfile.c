#include "model/dayfile.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "core/civil.h"
#include "core/currency.h"

static char dir[64];
static sqlite3 *db;

/* ----- fixtures ----- */

static int setup(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/rc-test-dayfile-XXXXXX");
    db = NULL;
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    char command[128];
    sqlite3_close(db);
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static struct rc_record record_of(const char *id, const char *currency, int64_t amount)
{
    struct rc_record record = {.amount_minor = amount, .kind = RC_KIND_SALE};
    record.currency = rc_currency_find(currency, 3);
    record.date = rc_civil_days(2026, 3, 31);
    record.text[0] = (struct rc_text){id, (uint32_t)strlen(id)};
    record.text[RC_C_MCC - RC_C_FIRST_TEXT] = (struct rc_text){"5411", 4};
    record.present = 1u << RC_C_AMOUNT | 1u << RC_C_CURRENCY | 1u << RC_C_DATE | 1u << RC_C_KIND |
                     1u << RC_C_ID | 1u << RC_C_MCC;
    return record;
}

static struct rc_outcome_record side_of(const char *id, const char *currency, int64_t amount)
{
    struct rc_outcome_record of = {.record = record_of(id, currency, amount), .age_days = 9};
    of.where = (struct rc_where){.number = 4, .offset = 507, .length = 169};
    of.raw = (const uint8_t *)"DT\0raw";
    of.raw_length = 6;
    return of;
}

static void add_pair(struct rc_dayfile *writer, enum rc_status status,
                     struct rc_outcome_record *settlement, int settlements,
                     struct rc_outcome_record *internal, int internals)
{
    struct rc_error err = {0};
    struct rc_outcome outcome = {.status = status,
                                 .rule = "transaction_id",
                                 .reason = "the amounts differ by 0.05 USD",
                                 .count = {settlements, internals},
                                 .records = {settlement, internal}};
    outcome.differences = 1u << RC_C_AMOUNT | 1u << RC_C_SETTLE_DATE;
    if (!rc_dayfile_add_discrepancy(writer, 3, &outcome, &err))
        fail_msg("%s", err.text);
}

/* A day of one shard with one amount_mismatch, as the writer's caller sums it up. */
static struct rc_day day_of(void)
{
    struct rc_day day = {.program = "demo", .shard_count = 1};
    struct rc_error err = {0};
    struct rc_control control = {.name = "count", .scope = "file", .number = 9, .numeric = true};
    day.file_date = rc_civil_days(2026, 4, 1);
    day.shards = calloc(1, sizeof *day.shards);
    assert_non_null(day.shards);
    struct rc_cell *cell =
        rc_summary_cell(day.shards, RC_AMOUNT_MISMATCH, rc_currency_find("USD", 3), RC_KIND_SALE);
    assert_non_null(cell);
    rc_cell_add(cell, RC_SETTLEMENT, -105, 3, 1);
    rc_cell_add(cell, RC_INTERNAL, 100, 3, 1);
    cell->side[RC_INTERNAL].credit_minor += RC_I128_MAX / 2;
    cell->outcomes = 1;
    for (int side = 0; side < RC_SIDES; side++)
        day.side[side].records = (uint64_t)(day.shards->records[side] = 1);
    day.shards->discrepancies = 1;
    strcpy(day.side[RC_SETTLEMENT].path, "in/settlement.dat");
    strcpy(control.declared, "2");
    strcpy(control.actual, "1");
    assert_true(rc_controls_add(&day.side[RC_INTERNAL].controls, &control));
    rc_summary_finish(day.shards);
    assert_true(rc_day_finish(&day, &err));
    return day;
}

static struct rc_dayfile *create(void)
{
    struct rc_error err = {0};
    struct rc_dayfile *writer = rc_dayfile_create(dir, &err);
    if (!writer)
        fail_msg("%s", err.text);
    return writer;
}

static void finish(struct rc_dayfile *writer)
{
    struct rc_day day = day_of();
    struct rc_error err = {0};
    if (!rc_dayfile_finish(writer, &day, &err))
        fail_msg("%s", err.text);
    rc_day_free(&day);
}

/* ----- looking ----- */

static const char *in_dir(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static bool is_there(const char *name)
{
    return access(in_dir(name), F_OK) == 0;
}

static int files_in_dir(void)
{
    int count = -2; /* for . and .. */
    DIR *entries = opendir(dir);
    assert_non_null(entries);
    while (readdir(entries))
        count++;
    closedir(entries);
    return count;
}

/* The first row of a query, its columns joined by |, "-" for null. */
static void expect(const char *sql, const char *expected)
{
    char row[1024] = "";
    sqlite3_stmt *statement;
    if (!db)
        assert_int_equal(sqlite3_open_v2(in_dir("day.db"), &db, SQLITE_OPEN_READONLY, NULL),
                         SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    for (int i = 0; i < sqlite3_column_count(statement); i++) {
        const char *text = (const char *)sqlite3_column_text(statement, i);
        size_t used = strlen(row);
        snprintf(row + used, sizeof row - used, "%s%s", i ? "|" : "", text ? text : "-");
    }
    sqlite3_finalize(statement);
    if (strcmp(row, expected) != 0)
        fail_msg("%s gives \"%s\", not \"%s\"", sql, row, expected);
}

/* ----- tests ----- */

static void test_discrepancies(void **state)
{
    (void)state;
    struct rc_dayfile *writer = create();
    struct rc_outcome_record a = side_of("T1", "USD", 105), b = side_of("T1", "USD", 100);
    struct rc_outcome_record euro = side_of("T3", "EUR", 7);
    struct rc_outcome_record parts[] = {side_of("T4", "USD", 30), side_of("T5", "USD", -50)};
    struct rc_outcome_record huge = side_of("T6", "USD", INT64_MAX);
    struct rc_outcome_record low = side_of("T6", "USD", INT64_MIN);
    add_pair(writer, RC_AMOUNT_MISMATCH, &a, 1, &b, 1);
    add_pair(writer, RC_MISSING_SETTLEMENT, NULL, 0, &b, 1);
    add_pair(writer, RC_CURRENCY_MISMATCH, &a, 1, &euro, 1);
    add_pair(writer, RC_PARTIAL_CLEARING, parts, 2, &b, 1);
    add_pair(writer, RC_MATCHED_TOLERANCE, &huge, 1, &low, 1);
    finish(writer);
    expect("SELECT * FROM discrepancy WHERE id = 1",
           "1|amount_mismatch|1|T1|3|USD|sale|105|5|[\"amount\",\"settle_date\"]|transaction_id|"
           "the amounts differ by 0.05 USD|9|8-30|1|1|-|5411");
    expect("SELECT status, transaction_id, amount_delta_minor FROM discrepancy WHERE id = 2",
           "missing_settlement|T1|-");
    expect("SELECT amount_delta_minor FROM discrepancy WHERE id = 3", "-");
    expect("SELECT amount_delta_minor, settlement_count, transaction_id FROM discrepancy"
           " WHERE id = 4",
           "-120|2|T4");
    expect("SELECT exception, amount_delta_minor FROM discrepancy WHERE id = 5", "0|-");
    expect("SELECT count(*) FROM record", "10");
    expect("SELECT group_concat(part) FROM (SELECT side || position AS part FROM record"
           " WHERE discrepancy_id = 4 ORDER BY side DESC, position)",
           "settlement0,settlement1,internal0");
    expect("SELECT number, offset, length, age_days, amount_minor, currency, date, settle_date,"
           " kind, fee_minor, original_currency, transaction_id, auth_code, mcc, hex(raw)"
           " FROM record WHERE discrepancy_id = 3 AND side = 'internal'",
           "4|507|169|9|7|EUR|2026-03-31|-|sale|-|-|T3|-|5411|445400726177");
}

static void test_rejected(void **state)
{
    (void)state;
    struct rc_dayfile *writer = create();
    struct rc_error err = {0};
    struct rc_dayfile_rejected rejected = {.side = RC_INTERNAL,
                                           .where = {.number = 7, .offset = 1000, .length = 12},
                                           .field = "amount",
                                           .reason = "not a digit: 0x41",
                                           .raw = (const uint8_t *)"\xFF",
                                           .raw_length = 1};
    assert_true(rc_dayfile_add_rejected(writer, &rejected, &err));
    rejected.field = "";
    rejected.raw = NULL;
    rejected.raw_length = 0;
    assert_true(rc_dayfile_add_rejected(writer, &rejected, &err));
    finish(writer);
    expect("SELECT id, side, number, offset, length, field, reason, hex(raw) FROM rejected",
           "1|internal|7|1000|12|amount|not a digit: 0x41|FF");
    expect("SELECT field IS NULL, raw IS NULL FROM rejected WHERE id = 2", "1|1");
}

static void test_rollup(void **state)
{
    (void)state;
    struct rc_dayfile *writer = create();
    struct rc_error err = {0};
    struct rc_dayfile_run run = {.version = "1.0", .command = "reconctl reconcile", .threads = 4};
    assert_true(rc_dayfile_add_run(writer, &run, &err));
    assert_true(rc_dayfile_add_layout(writer, RC_INTERNAL, "{\"layout\":\"ours\"}", &err));
    finish(writer);
    expect("SELECT * FROM layout", "internal|{\"layout\":\"ours\"}");
    expect("PRAGMA user_version", "2");
    expect("PRAGMA application_id", "1380140121");
    expect("SELECT value FROM meta WHERE key = 'schema_version'", "2");
    expect("SELECT value FROM meta WHERE key = 'file_date'", "2026-04-01");
    expect("SELECT value FROM meta WHERE key = 'balanced'", "0");
    expect("SELECT * FROM run", "1|1.0|reconctl reconcile|-|-|-|-|4");
    expect("SELECT * FROM currency WHERE currency = 'KWD'", "KWD|414|3");
    expect("SELECT path, layout, records, rejected, controls_broken FROM side"
           " WHERE side = 'settlement'",
           "in/settlement.dat|-|1|0|0");
    expect("SELECT * FROM control", "1|internal|count|file|0|9|2|1|1|0");
    expect("SELECT * FROM total WHERE side = 'settlement'", "settlement|USD|1|105|0|-105");
    expect("SELECT credit_minor, typeof(credit_minor) FROM total WHERE side = 'internal'",
           "85070591730234615865843651857942052963|text");
    expect("SELECT count(*) FROM status", "21");
    expect("SELECT * FROM status WHERE status = 'amount_mismatch'", "amount_mismatch|3|1|1|1|1");
    expect("SELECT * FROM status_total",
           "amount_mismatch|USD|-105|85070591730234615865843651857942052963");
    expect("SELECT * FROM cell WHERE side = 'settlement'",
           "amount_mismatch|USD|sale|settlement|1|1|105|0|-105");
    expect("SELECT group_concat(measure || ' ' || label || ' ' || count, ', ') FROM bucket"
           " WHERE side = 'settlement'",
           "age 8-30 1, amount 3 digits 1");
    expect("SELECT shard, settlement, internal, discrepancies FROM shard", "0|1|1|1");
    expect("PRAGMA integrity_check", "ok");
}

static void test_rollup_json_is_the_days(void **state)
{
    (void)state;
    struct rc_dayfile *writer = create();
    struct rc_day day = day_of();
    struct rc_error err = {0};
    struct rc_buf json;
    char text[65536];
    rc_buf_init(&json, sizeof text);
    assert_true(rc_day_json(&day, &json));
    assert_true(rc_dayfile_finish(writer, &day, &err));
    FILE *file = fopen(in_dir("rollup.json"), "rb");
    assert_non_null(file);
    assert_int_equal(fread(text, 1, sizeof text, file), json.length);
    fclose(file);
    assert_memory_equal(text, json.data, json.length);
    rc_buf_free(&json);
    rc_day_free(&day);
}

static void test_nothing_is_there_before_the_end(void **state)
{
    (void)state;
    struct rc_dayfile *writer = create();
    assert_false(is_there("day.db"));
    assert_false(is_there("rollup.json"));
    finish(writer);
    assert_true(is_there("day.db"));
    assert_true(is_there("rollup.json"));
    assert_int_equal(files_in_dir(), 2);
}

static void test_abort_leaves_what_was_there(void **state)
{
    (void)state;
    finish(create());
    struct rc_dayfile *writer = create();
    struct rc_outcome_record a = side_of("T1", "USD", 105);
    add_pair(writer, RC_MISSING_INTERNAL, &a, 1, NULL, 0);
    rc_dayfile_abort(writer);
    rc_dayfile_abort(NULL);
    assert_int_equal(files_in_dir(), 2);
    expect("SELECT count(*) FROM discrepancy", "0");
}

static void test_a_new_day_replaces_the_old_one(void **state)
{
    (void)state;
    finish(create());
    expect("SELECT count(*) FROM discrepancy", "0"); /* and stays open */
    struct rc_dayfile *writer = create();
    struct rc_outcome_record a = side_of("T1", "USD", 105);
    add_pair(writer, RC_MISSING_INTERNAL, &a, 1, NULL, 0);
    finish(writer);
    sqlite3_close(db);
    db = NULL;
    expect("SELECT count(*) FROM discrepancy", "1");
}

static void test_directories(void **state)
{
    (void)state;
    struct rc_error err = {0};
    char path[128];
    snprintf(path, sizeof path, "%s/a/b//c/", dir);
    struct rc_dayfile *writer = rc_dayfile_create(path, &err);
    assert_non_null(writer);
    finish(writer);
    assert_true(is_there("a/b/c/day.db"));
    snprintf(path, sizeof path, "%s/a/b/c/day.db", dir);
    assert_null(rc_dayfile_create(path, &err));
    assert_int_equal(err.code, RC_IO);
    assert_non_null(strstr(err.text, "/a/b/c/day.db is not a folder"));
    snprintf(path, sizeof path, "%s/a/b/c/day.db/below", dir);
    assert_null(rc_dayfile_create(path, &err));
    assert_int_equal(err.code, RC_IO);
    assert_non_null(strstr(err.text, "/a/b/c/day.db is not a folder"));
}

/* To the superuser every folder is open, so that somebody else is asked for. */
static void test_a_folder_that_cannot_be_written(void **state)
{
    (void)state;
    enum { NOBODY = 65534 };
    uid_t self = geteuid();
    struct rc_error err = {0};
    char below[128];
    snprintf(below, sizeof below, "%s/below", dir);
    assert_int_equal(chmod(dir, 0555), 0);
    assert_int_equal(seteuid(self ? self : NOBODY), 0);
    struct rc_dayfile *here = rc_dayfile_create(dir, &err);
    struct rc_error why = err;
    struct rc_dayfile *there = rc_dayfile_create(below, &err);
    assert_int_equal(seteuid(self), 0);
    assert_int_equal(chmod(dir, 0755), 0);
    assert_null(here);
    assert_int_equal(why.code, RC_IO);
    assert_non_null(strstr(why.text, dir));
    assert_non_null(strstr(why.text, "Permission denied"));
    assert_non_null(strstr(why.text, "name one that can be"));
    assert_null(there);
    assert_int_equal(err.code, RC_IO);
    assert_non_null(strstr(err.text, below));
    assert_non_null(strstr(err.text, "Permission denied"));
}

/* Sorted pages must not sort the table. */
static void test_sorting_uses_the_indexes(void **state)
{
    (void)state;
    static const char *const columns[] = {
        "status", "transaction_id", "amount_minor", "amount_delta_minor", "age_days", "shard",
    };
    finish(create());
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        char sql[200];
        sqlite3_stmt *statement;
        expect("SELECT 1", "1");
        snprintf(sql, sizeof sql,
                 "EXPLAIN QUERY PLAN SELECT * FROM discrepancy ORDER BY %s, id LIMIT 50",
                 columns[i]);
        assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
        while (sqlite3_step(statement) == SQLITE_ROW)
            assert_null(strstr((const char *)sqlite3_column_text(statement, 3), "TEMP B-TREE"));
        sqlite3_finalize(statement);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_discrepancies),
        TEST(test_rejected),
        TEST(test_rollup),
        TEST(test_rollup_json_is_the_days),
        TEST(test_nothing_is_there_before_the_end),
        TEST(test_abort_leaves_what_was_there),
        TEST(test_a_new_day_replaces_the_old_one),
        TEST(test_directories),
        TEST(test_a_folder_that_cannot_be_written),
        TEST(test_sorting_uses_the_indexes),
    };
    return cmocka_run_group_tests_name("dayfile", tests, NULL, NULL);
}
