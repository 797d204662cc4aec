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
    carry_program(&cloud);
    carry_deliver(&cloud, "20260401", "01", settlement_1, 3, internal_1, 5);
    work_day(&cloud.pipeline, "carry 2026-04-01", "written");
    json_t *day = stored_day(&cloud.pipeline, "carry 2026-04-01", NULL);
    assert_int_equal(status_of(day, "missing_internal"), 1);
    assert_int_equal(status_of(day, "pending") + status_of(day, "missing_settlement"), 3);
    json_decref(day);

    carry_deliver(&cloud, "20260402", "01", settlement_2, 3, internal_2, 2);
    work_day(&cloud.pipeline, "carry 2026-04-02", "written");
    day = stored_day(&cloud.pipeline, "carry 2026-04-02", NULL);
    assert_int_equal(status_of(day, "late_presentment"), 2); /* NEXT and LATE */
    assert_int_equal(status_of(day, "amount_mismatch"), 1);  /* OFF */
    assert_int_equal(status_of(day, "matched"), 1);
    assert_int_equal(status_of(day, "missing_internal"), 0);
    json_decref(day);

    /* NEXT was closed the day before. */
    carry_deliver(&cloud, "20260403", "01", settlement_3, 2, internal_3, 1);
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
    carry_file(path, "20260401", settlement, 4);
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
