/* What days leave open for later ones. */
#include "tests/pipeline/days.h"

#include "pipeline/catalog.h"
#include "pipeline/steps.h"

#include <stdio.h>

static struct cloud cloud;

static int begin(void **state)
{
    (void)state;
    cloud_begin(&cloud);
    return 0;
}

static int end(void **state)
{
    (void)state;
    cloud_end(&cloud);
    return 0;
}

/* A file of that day, by hand: "ID AMOUNT" a record. */
static void make_file(const char *path, const char *date, const char *const *records, size_t count)
{
    FILE *file = fopen(path, "we");
    long long sum = 0;
    assert_non_null(file);
    fprintf(file, "HD%-166s\n", date);
    for (size_t i = 0; i < count; i++) {
        char id[32];
        long long amount;
        assert_int_equal(sscanf(records[i], "%31s %lld", id, &amount), 2);
        sum += amount;
        fprintf(file, "DT%-24s%-19s%-6s%-23s%012lld+USD%s%s5411%-15s%-25sUS%-16s\n", id, "CARD",
                "AUTH01", "REF", amount, "20260330", "20260401", "M1", "SHOP", "");
    }
    fprintf(file, "TR%012zu%018lld+%-135s\n", count, sum, "");
    fclose(file);
}

static void put_open_program(void)
{
    struct rc_error err = {0};
    json_t *json = json_pack("{ss ss ss si s[] s{si si}}", "program", "carry", "settlement_layout",
                             "settlement168", "internal_layout", "settlement168", "shard_count", 4,
                             "compare", "rules", "clearing_window_days", 1, "open_days", 3);
    if (!rc_catalog_put_program(&cloud.pipeline, json, NULL, &err))
        fail_msg("%s", err.text);
    json_decref(json);
}

static void deliver_day(const char *date, const char *sequencer, const char *const *settlement,
                        size_t settlement_count, const char *const *internal, size_t internal_count)
{
    char path[128], key[64];
    snprintf(path, sizeof path, "%s/carry.txt", cloud.folder);
    make_file(path, date, settlement, settlement_count);
    snprintf(key, sizeof key, "carry/settlement/%s.txt", date);
    deliver(&cloud, "activated", key, path, sequencer);
    make_file(path, date, internal, internal_count);
    snprintf(key, sizeof key, "carry/internal/%s.txt", date);
    deliver(&cloud, "activated", key, path, sequencer);
}

static void expect_verified(const char *day)
{
    json_t *out = step_run(&cloud.pipeline, rc_step_verify, day_input(day));
    assert_true(json_is_true(json_object_get(out, "same")));
    json_decref(out);
}

/* How many outcomes of a status a day has. */
static long long status_of(const json_t *day, const char *status)
{
    const json_t *row = json_object_get(json_object_get(day, "statuses"), status);
    return (long long)json_integer_value(json_object_get(row, "count"));
}

/* What one day leaves open the next one finds; what a day has closed is not found again,
 * but by the days before it. */
static void test_open_items_are_carried_in(void **state)
{
    (void)state;
    static const char *const settlement_1[] = {"A 100", "B 200", "LATE 50"};
    static const char *const internal_1[] = {"A 100", "B 200", "NEXT 300", "OFF 400", "NEVER 5"};
    static const char *const settlement_2[] = {"NEXT 300", "OFF 401", "C 7"};
    static const char *const internal_2[] = {"C 7", "LATE 50"};
    static const char *const settlement_3[] = {"NEXT 300", "D 9"};
    static const char *const internal_3[] = {"D 9"};
    put_open_program();
    deliver_day("20260401", "01", settlement_1, 3, internal_1, 5);
    work_day(&cloud.pipeline, "carry 2026-04-01", "written");
    json_t *day = stored_day(&cloud.pipeline, "carry 2026-04-01", NULL);
    assert_int_equal(status_of(day, "missing_internal"), 1);
    assert_int_equal(status_of(day, "pending") + status_of(day, "missing_settlement"), 3);
    json_decref(day);

    deliver_day("20260402", "01", settlement_2, 3, internal_2, 2);
    work_day(&cloud.pipeline, "carry 2026-04-02", "written");
    day = stored_day(&cloud.pipeline, "carry 2026-04-02", NULL);
    assert_int_equal(status_of(day, "late_presentment"), 2); /* NEXT and LATE */
    assert_int_equal(status_of(day, "amount_mismatch"), 1);  /* OFF */
    assert_int_equal(status_of(day, "matched"), 1);
    assert_int_equal(status_of(day, "missing_internal"), 0);
    json_decref(day);

    /* NEXT was closed the day before. */
    deliver_day("20260403", "01", settlement_3, 2, internal_3, 1);
    work_day(&cloud.pipeline, "carry 2026-04-03", "written");
    day = stored_day(&cloud.pipeline, "carry 2026-04-03", NULL);
    assert_int_equal(status_of(day, "missing_internal"), 1);
    assert_int_equal(status_of(day, "late_presentment"), 0);
    json_decref(day);

    /* The second day again, as of its date: nothing has changed for it. */
    work_day(&cloud.pipeline, "carry 2026-04-02", "unchanged");
    expect_verified("carry 2026-04-02");
    expect_verified("carry 2026-04-03");
}

/* A correction of the first day takes an item back: the second day's inputs changed. */
static void test_a_corrected_day_takes_back_what_it_left(void **state)
{
    (void)state;
    static const char *const settlement[] = {"A 100", "B 200", "LATE 50", "NEXT 300"};
    char path[128];
    snprintf(path, sizeof path, "%s/carry.txt", cloud.folder);
    make_file(path, "20260401", settlement, 4);
    deliver(&cloud, "activated", "carry/settlement/20260401.txt", path, "02");
    int64_t version;
    work_day(&cloud.pipeline, "carry", "written");
    json_decref(stored_day(&cloud.pipeline, "carry", &version));
    assert_int_equal(version, 2);
    work_day(&cloud.pipeline, "carry 2026-04-02", "written");
    json_t *day = stored_day(&cloud.pipeline, "carry 2026-04-02", NULL);
    assert_int_equal(status_of(day, "late_presentment"), 1); /* LATE alone */
    assert_int_equal(status_of(day, "missing_internal"), 1); /* NEXT has nothing to meet */
    json_decref(day);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_items_are_carried_in),
        cmocka_unit_test(test_a_corrected_day_takes_back_what_it_left),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
