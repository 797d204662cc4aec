/* The life of a transaction over days, and all records of a day, from a reconlocal. */
#include "tests/pipeline/days.h"

#include "model/finding.h"
#include "model/live_day.h"
#include "model/live_trail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    struct cloud cloud;
    struct rc_live *live;
    struct rc_model *model;
    struct rc_listing *listing;
} at;

static int begin_cloud(void **state)
{
    static const char *const settlement_1[] = {"A 100", "B 200", "LATE 50", "A/1 7"};
    static const char *const internal_1[] = {"A 100", "B 200", "NEXT 300", "OFF 400"};
    static const char *const settlement_2[] = {"NEXT 300", "OFF 401", "C 7"};
    static const char *const internal_2[] = {"C 7", "LATE 50"};
    static const char *const corrected_2[] = {"C 7", "LATE 50", "D 8"};
    (void)state;
    cloud_begin(&at.cloud);
    carry_program(&at.cloud);
    carry_deliver(&at.cloud, "20260401", "01", settlement_1, 4, internal_1, 4);
    work_day(&at.cloud.pipeline, "carry 2026-04-01", "written");
    carry_deliver(&at.cloud, "20260402", "01", settlement_2, 3, internal_2, 2);
    work_day(&at.cloud.pipeline, "carry 2026-04-02", "written");
    char path[128];
    snprintf(path, sizeof path, "%s/again.txt", at.cloud.folder);
    carry_file(path, "20260402", corrected_2, 3);
    deliver(&at.cloud, "activated", "carry/internal/20260402.txt", path, "02");
    work_day(&at.cloud.pipeline, "carry 2026-04-02", "written");
    return 0;
}

static int end_cloud(void **state)
{
    (void)state;
    cloud_end(&at.cloud);
    return 0;
}

static int begin(void **state)
{
    struct rc_error err = {0};
    struct rc_session_options options = {.region = "us-east-1", .endpoint = at.cloud.endpoint};
    (void)state;
    at.live = rc_live_open(&options, &err);
    if (!at.live || !rc_live_models(at.live, &at.model, 1, &err))
        fail_msg("%s", err.text);
    return 0;
}

static int end(void **state)
{
    (void)state;
    rc_listing_free(at.listing);
    rc_model_close(at.model);
    rc_live_close(at.live);
    at.listing = NULL;
    return 0;
}

static void wait_for(struct rc_listing *listing, const struct rc_error *why)
{
    struct rc_error err = *why;
    at.listing = listing;
    if (!listing || !rc_listing_wait(listing, &err))
        fail_msg("%s", err.text);
}

/* "day what side amount status active/not" of each row in its order, from columns 0, 1, 2, 4,
 * 6 and 11. */
static bool take_row(void *context, uint64_t index, const struct rc_cell_value *cells, size_t count,
                     struct rc_error *err)
{
    struct rc_buf *out = context;
    (void)err;
    assert_true(count > 11);
    rc_buf_printf(out, "%s%s %s %s %s %s%s", index ? "\n" : "", cells[0].text + 8, cells[1].text,
                  cells[2].text, cells[4].text, cells[6].null ? "-" : cells[6].text,
                  cells[11].integer ? "" : " old");
    return true;
}

static void expect_rows(const char *view, const char *want)
{
    struct rc_error err = {0};
    struct rc_buf got;
    struct rc_table *table =
        rc_table_open(at.model, rc_table_find(view),
                      &(struct rc_table_query){.scope = rc_listing_number(at.listing)}, &err);
    rc_buf_init(&got, 1 << 16);
    assert_non_null(table);
    assert_true(rc_table_rows(table, 0, UINT64_MAX, take_row, &got, &err));
    assert_string_equal(got.data ? got.data : "", want);
    rc_table_close(table);
    rc_buf_free(&got);
}

static void expect_life(const char *id, const char *program, const char *want)
{
    struct rc_error err = {0};
    struct rc_listing *listing = rc_live_transaction(at.live, id, program, &err);
    wait_for(listing, &err);
    expect_rows("transaction", want);
    rc_listing_free(at.listing);
    at.listing = NULL;
}

static void test_what_matched(void **state)
{
    (void)state;
    expect_life("A", "carry", "01 record settlement 1.00 matched\n01 record internal 1.00 matched");
    expect_life("A/1", "",
                "01 record settlement 0.07 missing_internal\n"
                "01 discrepancy settlement 0.07 missing_internal\n"
                "01 left open settlement 0.07 missing_internal");
    expect_life("Z", "carry", "");
}

static void test_what_was_left_open_and_closed(void **state)
{
    (void)state;
    expect_life("LATE", "carry",
                "01 record settlement 0.50 missing_internal\n"
                "01 discrepancy settlement 0.50 missing_internal\n"
                "01 left open settlement 0.50 missing_internal\n"
                "02 record internal 0.50 - old\n"
                "02 record internal 0.50 late_presentment\n"
                "02 discrepancy internal 0.50 late_presentment\n"
                "02 of its discrepancy settlement 0.50 late_presentment\n"
                "02 closed settlement  -");
}

static void test_a_corrected_side_has_records_that_do_not_count(void **state)
{
    (void)state;
    expect_life("C", "carry",
                "02 record settlement 0.07 matched\n"
                "02 record internal 0.07 - old\n"
                "02 record internal 0.07 matched");
}

static void test_what_it_took_is_told(void **state)
{
    struct rc_error err = {0};
    uint64_t requests;
    double units;
    (void)state;
    wait_for(rc_live_transaction(at.live, "A", "carry", &err), &err);
    rc_live_trail_cost(at.listing, &requests, &units);
    /* The catalog; two items and three ranges a day; what is open; two objects. */
    assert_int_equal(requests, 1 + 2 * 5 + 1 + 2);
    assert_true(units >= 10 && units < 40);
}

static void test_words_that_are_wrong(void **state)
{
    struct rc_error err = {0};
    char long_id[1200];
    (void)state;
    memset(long_id, 'x', sizeof long_id - 1);
    long_id[sizeof long_id - 1] = '\0';
    assert_null(rc_live_transaction(at.live, "", "", &err));
    assert_int_equal(err.code, RC_USAGE);
    assert_null(rc_live_transaction(at.live, long_id, "", &err));
    assert_null(rc_live_transaction(at.live, "A", "a program", &err));
    assert_null(rc_live_records(at.live, "carry", "2026-04-31", &err));
    at.listing = rc_live_transaction(at.live, "A", "other", &err);
    assert_false(rc_listing_wait(at.listing, &err));
    assert_non_null(strstr(err.text, "knows no day of other"));
    rc_listing_free(at.listing);
    at.listing = rc_live_records(at.live, "carry", "2026-04-09", &err);
    assert_false(rc_listing_wait(at.listing, &err));
    assert_non_null(strstr(err.text, "knows no such day of carry"));
}

static void test_all_records_of_a_day(void **state)
{
    struct rc_error err = {0};
    (void)state;
    wait_for(rc_live_records(at.live, "carry", "2026-04-02", &err), &err);
    assert_int_equal(rc_listing_rows(at.listing), 3 + 2 + 3);
}

struct wanted {
    size_t column;
    char text[512];
};

static bool take_cell(void *context, uint64_t index, const struct rc_cell_value *cells,
                      size_t count, struct rc_error *err)
{
    struct wanted *wanted = context;
    size_t used = strlen(wanted->text);
    (void)err;
    assert_true(wanted->column < count);
    snprintf(wanted->text + used, sizeof wanted->text - used, "%s%s", index ? "\n" : "",
             cells[wanted->column].text);
    return true;
}

static void expect_column(const char *view, const char *filter, size_t column, const char *want)
{
    struct rc_error err = {0};
    struct wanted wanted = {.column = column};
    struct rc_table *table = rc_table_open(
        at.model, rc_table_find(view),
        &(struct rc_table_query){.scope = rc_listing_number(at.listing), .filter = filter}, &err);
    assert_non_null(table);
    assert_true(rc_table_rows(table, 0, UINT64_MAX, take_cell, &wanted, &err));
    assert_string_equal(wanted.text, want);
    rc_table_close(table);
}

/* The newest first; columns 2 and 6 are what has changed and by how much the sides differ. */
static void test_versions_say_what_has_changed(void **state)
{
    struct rc_error err = {0};
    (void)state;
    wait_for(rc_live_versions(at.live, "carry", "2026-04-02", &err), &err);
    assert_int_equal(rc_listing_rows(at.listing), 2);
    expect_column("versions", NULL, 0, "2\n1");
    expect_column("versions", NULL, 2,
                  "internal records +1; missing_settlement +1; USD off by 6.43 instead of 6.51\n");
    expect_column("versions", NULL, 6, "USD 6.43\nUSD 6.51");
    rc_listing_free(at.listing);
    wait_for(rc_live_versions(at.live, "carry", "2026-04-08", &err), &err);
    assert_int_equal(rc_listing_rows(at.listing), 0);
    assert_null(rc_live_versions(at.live, "", "2026-04-08", &err));
    assert_int_equal(err.code, RC_USAGE);
}

static void test_rollups_say_by_how_much(void **state)
{
    struct rc_error err = {0};
    (void)state;
    wait_for(rc_live_rollups(at.live, &err), &err);
    expect_column("rollups", NULL, 8, "USD 6.43\nUSD -6.43");
}

/* The bytes of a record that was carried in are in the file of its own day. */
static void test_bytes_of_a_carried_record(void **state)
{
    struct rc_error err = {0};
    struct rc_model *model = NULL;
    struct rc_live_day *day = rc_live_day_open(at.live, "carry", "2026-04-02", &err);
    (void)state;
    if (!day || !rc_live_day_models(day, &model, 1, &err) ||
        !rc_listing_wait(rc_live_day_listing(day), &err))
        fail_msg("%s", err.text);
    int found = 0;
    struct rc_finding *finding;
    for (int64_t id = 0; (finding = rc_finding_next(model, id, 1, &err));) {
        id = finding->id;
        bool late = strcmp(finding->transaction_id, "LATE") == 0;
        rc_finding_free(finding);
        if (!late)
            continue;
        if (!rc_live_day_bytes_wait(day, id, &err))
            fail_msg("%s", err.text);
        finding = rc_finding_read(model, id, &err);
        assert_int_equal(finding->record_count, 2);
        for (size_t i = 0; i < finding->record_count; i++, found++) {
            assert_int_equal(finding->records[i].raw_length, 168);
            assert_memory_equal(finding->records[i].raw, "DTLATE  ", 8);
        }
        rc_finding_free(finding);
    }
    assert_int_equal(found, 2);
    rc_model_close(model);
    rc_live_day_free(day);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_what_matched),
        TEST(test_what_was_left_open_and_closed),
        TEST(test_a_corrected_side_has_records_that_do_not_count),
        TEST(test_what_it_took_is_told),
        TEST(test_words_that_are_wrong),
        TEST(test_all_records_of_a_day),
        TEST(test_versions_say_what_has_changed),
        TEST(test_rollups_say_by_how_much),
        TEST(test_bytes_of_a_carried_record),
    };
    return cmocka_run_group_tests(tests, begin_cloud, end_cloud);
}
