/* Days that an operator has matched again. */
#include "tests/ops/use.h"
#include "tests/pipeline/days.h"

#include "pipeline/steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct cloud cloud;
static struct use use;

static int begin_all(void **state)
{
    struct sample sample;
    (void)state;
    cloud_begin(&cloud);
    cloud_intake(&cloud);
    sample_make(&cloud, &sample, "alpha", 200, 1, 8);
    sample_deliver(&cloud, &sample, "alpha");
    work_day(&cloud.pipeline, "alpha", "written");
    return 0;
}

static int end_all(void **state)
{
    (void)state;
    cloud_end(&cloud);
    return 0;
}

static int begin(void **state)
{
    (void)state;
    use_begin(&use, &cloud);
    return 0;
}

static int end(void **state)
{
    (void)state;
    use_end(&use);
    return 0;
}

/* ----- recompute ----- */

/* What the message asks for is run as the state machine runs it. */
static void run_message(const json_t *message, const char *outcome)
{
    json_t *in = json_pack("{sO ss}", "file", json_object_get(message, "file"), "route", "auto");
    json_t *inspected = step_run(&cloud.pipeline, rc_step_inspect, json_deep_copy(in));
    assert_string_equal(text_of(inspected, "outcome"), "ingest");
    json_object_set_new(in, "inspected", inspected);
    step_gives(&cloud.pipeline, rc_step_ingest, in, "activated");
    work_day(&cloud.pipeline, "alpha", outcome);
}

static void test_a_day_is_computed_again_and_unchanged(void **state)
{
    (void)state;
    int64_t before, after;
    json_decref(stored_day(&cloud.pipeline, "alpha", &before));
    const json_t *shown = use_preview(&use, &rc_op_recompute, "alpha/2026-04-01", json_object());
    assert_true(use_warns(shown, "none of its records is written anew"));
    const json_t *done = use_perform(&use, "done");
    const json_t *answer = json_object_get(done, "answer");
    json_t *message = cloud_take_message(&cloud, cloud.arrivals);
    assert_string_equal(text_of(answer, "outcome"), "queued");
    assert_non_null(
        strstr(text_of(answer, "file"), text_of(json_object_get(message, "file"), "key")));
    run_message(message, "unchanged");
    json_decref(stored_day(&cloud.pipeline, "alpha", &after));
    assert_int_equal(after, before);
    json_decref(message);
}

/* The newest version of the one file has failed: a run of what counts would be outdated. */
static void test_a_day_whose_files_have_newer_versions(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_filedate day = day_of("alpha");
    for (int side = 0; side < RC_SIDES; side++) {
        struct rc_delivery delivery = {day, (enum rc_side)side, 1};
        struct rc_key key, newest;
        rc_key_file_of(&delivery, &key);
        json_t *pointer = get_item(&cloud.pipeline, &key);
        snprintf(newest.pk, sizeof newest.pk, "%s", rc_item_get_text(pointer, "file"));
        rc_key_newest(&newest);
        struct rc_draft values;
        rc_draft_values(&values);
        rc_item_text(&values.json, ":version", "a-newer-one");
        struct rc_write write = {.kind = RC_WRITE_UPDATE,
                                 .table = RC_TABLE_STATE,
                                 .key = &newest,
                                 .update = "SET #version = :version",
                                 .values = rc_draft_done(&values)};
        assert_int_equal(rc_store_write(&cloud.pipeline, &write, NULL, &err), RC_STORED);
        rc_draft_free(&values);
        json_decref(pointer);
    }
    const json_t *shown = use_preview(&use, &rc_op_recompute, "alpha/2026-04-01", json_object());
    assert_non_null(strstr(use_text(shown, "refused"), "no file that counts"));
}

static void test_a_day_that_is_none(void **state)
{
    (void)state;
    const json_t *shown = use_preview(&use, &rc_op_recompute, "alpha/2026-05-01", json_object());
    assert_non_null(strstr(use_text(shown, "refused"), "no file that counts"));
    shown = use_preview(&use, &rc_op_verify, "alpha/2026-05-01", json_object());
    assert_non_null(strstr(use_text(shown, "refused"), "no rollup"));
    use_fails(&use, &rc_op_verify, "alpha", json_object(), RC_USAGE, "PROGRAM/DATE");
    use_fails(&use, &rc_op_recompute, "alpha/2026-04-01/x", json_object(), RC_USAGE,
              "PROGRAM/DATE");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_a_day_is_computed_again_and_unchanged),
        TEST(test_a_day_that_is_none),
        TEST(test_a_day_whose_files_have_newer_versions),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
