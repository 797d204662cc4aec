/* Leases that are broken by an operator. */
#include "tests/ops/use.h"
#include "tests/pipeline/days.h"

#include "aws/states.h"
#include "pipeline/lease.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct cloud cloud;
static struct use use;

static int begin_all(void **state)
{
    (void)state;
    cloud_begin(&cloud);
    cloud_intake(&cloud);
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

/* The lease of a day as that run has it. */
static void hold(struct rc_pipeline *pipeline, const char *program, const char *run,
                 struct rc_lease *lease)
{
    struct rc_error err = {0};
    struct rc_key key;
    *pipeline = cloud.pipeline;
    pipeline->run = run;
    day_key(program, "LEASE", &key);
    if (rc_lease_take(pipeline, &key, lease, NULL, &err) != RC_STORED)
        fail_msg("%s", err.text);
}

static void start_run(const char *name)
{
    struct rc_error err = {0};
    struct rc_states_start in = {.machine_arn = cloud.machine, .name = name, .input = "{}"};
    struct rc_call *call = rc_states_start(cloud.session.aws, &in, NULL, NULL);
    if (!rc_call_wait(call, &err))
        fail_msg("%s", err.text);
    rc_call_free(call);
}

static void expect_lease(const char *program, const char *owner, int64_t fence)
{
    struct rc_key key;
    int64_t is = 0;
    day_key(program, "LEASE", &key);
    json_t *item = get_item(&cloud.pipeline, &key);
    const char *holder = rc_item_get_text(item, "owner");
    assert_string_equal(holder ? holder : "", owner);
    assert_true(rc_item_get_int(item, "fence", &is));
    assert_int_equal(is, fence);
    json_decref(item);
}

/* ----- tests ----- */

static void test_the_holder_is_shown_and_loses_it(void **state)
{
    (void)state;
    struct rc_pipeline pipeline;
    struct rc_lease lease;
    struct rc_error err = {0};
    hold(&pipeline, "one", "dead", &lease);
    const json_t *shown = use_preview(&use, &rc_op_break_lease, "one/2026-04-01", json_object());
    use_changes(shown, "owner", "dead (Step Functions knows no such run)", "nobody");
    use_changes(shown, "fence", "1", "2");
    assert_true(use_warns(shown, "runs out at"));
    use_perform(&use, "done");
    expect_lease("one", "", 2);
    /* what the holder decides counts no more */
    struct rc_draft values;
    rc_draft_values(&values);
    rc_lease_values(&lease, &values);
    struct rc_write write = {.kind = RC_WRITE_CHECK,
                             .table = RC_TABLE_STATE,
                             .key = &lease.key,
                             .condition = RC_LEASE_HOLDS,
                             .values = rc_draft_done(&values)};
    assert_int_equal(rc_store_transact(&pipeline, &write, 1, NULL, NULL, &err), RC_REFUSED);
    rc_draft_free(&values);
    hold(&pipeline, "one", "next", &lease);
    expect_lease("one", "next", 3);
}

static void test_a_name_is_to_be_typed(void **state)
{
    (void)state;
    struct rc_pipeline pipeline;
    struct rc_lease lease;
    struct rc_error err = {0};
    hold(&pipeline, "typed", "dead", &lease);
    use_preview(&use, &rc_op_break_lease, "typed/2026-04-01", json_object());
    assert_string_equal(rc_op_confirmation(use.op), "typed/2026-04-01");
    assert_false(rc_op_perform(use.op, "yes", &err));
    expect_lease("typed", "dead", 1);
}

static void test_a_run_that_lives_keeps_it(void **state)
{
    (void)state;
    struct rc_pipeline pipeline;
    struct rc_lease lease;
    start_run("alive");
    hold(&pipeline, "two", "alive", &lease);
    const json_t *shown = use_preview(&use, &rc_op_break_lease, "two/2026-04-01", json_object());
    assert_non_null(strstr(use_text(shown, "refused"), "alive is RUNNING"));
    use_perform(&use, "refused");
    expect_lease("two", "alive", 1);
    shown =
        use_preview(&use, &rc_op_break_lease, "two/2026-04-01", json_pack("{ss}", "force", "yes"));
    assert_true(use_warns(shown, "nothing that it writes"));
    use_perform(&use, "done");
    expect_lease("two", "", 2);
}

/* Between the look and the deed it has changed hands: the new holder keeps it. */
static void test_another_holder_keeps_it(void **state)
{
    (void)state;
    struct rc_pipeline pipeline;
    struct rc_lease lease;
    struct rc_error err = {0};
    hold(&pipeline, "three", "dead", &lease);
    use_preview(&use, &rc_op_break_lease, "three/2026-04-01", json_object());
    assert_true(rc_lease_give(&lease, &err));
    hold(&pipeline, "three", "other", &lease);
    const json_t *done = use_perform(&use, "unchanged");
    assert_non_null(strstr(use_text(done, "detail"), "fence 2 of other"));
    expect_lease("three", "other", 2);
}

static void test_a_lease_that_nobody_has_is_refused(void **state)
{
    (void)state;
    const json_t *shown = use_preview(&use, &rc_op_break_lease, "none/2026-04-01", json_object());
    assert_string_equal(use_text(shown, "refused"), "nobody holds the lease");
}

static void test_a_lease_of_a_file(void **state)
{
    (void)state;
    struct rc_pipeline pipeline = cloud.pipeline;
    struct rc_error err = {0};
    struct rc_lease lease;
    struct rc_key key;
    char version[128], target[256];
    const char *name = "filed/settlement/a.txt";
    cloud_put(&cloud, name, "x", 1, version);
    rc_key_file(CLOUD_BUCKET, name, version, &key);
    pipeline.run = "gone";
    assert_int_equal(rc_lease_take(&pipeline, &key, &lease, NULL, &err), RC_STORED);
    snprintf(target, sizeof target, "s3://%s/%s@%s", CLOUD_BUCKET, name, version);
    use_action(&use, &rc_op_break_lease, target, json_object(), "done");
    json_t *item = get_item(&cloud.pipeline, &key);
    assert_null(rc_item_get_text(item, "owner"));
    json_decref(item);
}

static void test_targets_that_are_none(void **state)
{
    (void)state;
    use_fails(&use, &rc_op_break_lease, "s3://bucket", json_object(), RC_USAGE, "s3://BUCKET/KEY");
    use_fails(&use, &rc_op_break_lease, "one/2026-04-31", json_object(), RC_USAGE, "PROGRAM/DATE");
    use_fails(&use, &rc_op_break_lease, "one/2026-04-01/x", json_object(), RC_USAGE,
              "PROGRAM/DATE");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_the_holder_is_shown_and_loses_it),
        TEST(test_a_name_is_to_be_typed),
        TEST(test_a_run_that_lives_keeps_it),
        TEST(test_another_holder_keeps_it),
        TEST(test_a_lease_that_nobody_has_is_refused),
        TEST(test_a_lease_of_a_file),
        TEST(test_targets_that_are_none),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
