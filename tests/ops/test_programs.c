/* Programs that an operator stores, and shard counts that are changed. */
#include "tests/ops/use.h"
#include "tests/pipeline/days.h"

#include "pipeline/catalog.h"
#include "pipeline/day_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct cloud cloud;
static struct use use;
static char path[128];

static int begin_all(void **state)
{
    (void)state;
    cloud_begin(&cloud);
    cloud_intake(&cloud);
    snprintf(path, sizeof path, "%s/program.json", cloud.folder);
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

static json_t *definition(const char *program, int shards)
{
    return json_pack("{ss ss ss si}", "program", program, "settlement_layout", "settlement168",
                     "internal_layout", "settlement168", "shard_count", shards);
}

static json_t *file_of(json_t *program)
{
    assert_int_equal(json_dump_file(program, path, 0), 0);
    json_decref(program);
    return json_pack("{ss}", "file", path);
}

/* The count that the catalog has; -1: no such program. */
static int64_t stored_shards(const char *program)
{
    struct rc_error err = {0};
    struct rc_setup setup;
    if (!rc_setup_load(&cloud.pipeline, program, &setup, &err))
        return -1;
    int64_t count = setup.program.shard_count;
    rc_setup_free(&setup);
    return count;
}

static void store_behind_its_back(const char *program, int shards)
{
    struct rc_error err = {0};
    json_t *other = definition(program, shards);
    if (!rc_catalog_put_program(&cloud.pipeline, other, NULL, &err))
        fail_msg("%s", err.text);
    json_decref(other);
}

/* ----- tests ----- */

static void test_a_program_is_stored_and_replaced(void **state)
{
    (void)state;
    const json_t *shown =
        use_preview(&use, &rc_op_program_put, "one", file_of(definition("one", 16)));
    use_changes(shown, "shard_count", "none", "16");
    assert_int_equal(stored_shards("one"), -1);
    use_perform(&use, "done");
    assert_int_equal(stored_shards("one"), 16);
    use_action(&use, &rc_op_program_put, "one", file_of(definition("one", 16)), "unchanged");
    shown = use_preview(&use, &rc_op_program_put, "one", file_of(definition("one", 32)));
    use_changes(shown, "shard_count", "16", "32");
    assert_int_equal(json_array_size(json_object_get(shown, "changes")), 1);
    use_perform(&use, "done");
    assert_int_equal(stored_shards("one"), 32);
    /* what was stored before can be stored again: it is another use */
    use_action(&use, &rc_op_program_put, "one", file_of(definition("one", 16)), "done");
    use_action(&use, &rc_op_program_put, "one", file_of(definition("one", 32)), "done");
    assert_int_equal(stored_shards("one"), 32);
}

static void test_what_was_changed_meanwhile_is_not_written_over(void **state)
{
    (void)state;
    store_behind_its_back("two", 8);
    use_preview(&use, &rc_op_program_put, "two", file_of(definition("two", 16)));
    store_behind_its_back("two", 24);
    const json_t *done = use_perform(&use, "failed");
    assert_non_null(strstr(use_text(done, "detail"), "since it was shown"));
    assert_int_equal(stored_shards("two"), 24);
    use_preview(&use, &rc_op_program_put, "new", file_of(definition("new", 16)));
    store_behind_its_back("new", 24);
    use_perform(&use, "failed");
    assert_int_equal(stored_shards("new"), 24);
}

static void test_a_file_that_is_wrong_is_said(void **state)
{
    (void)state;
    use_fails(&use, &rc_op_program_put, "other", file_of(definition("three", 8)), RC_USAGE,
              "is of program three, not of other");
    use_fails(&use, &rc_op_program_put, "three", file_of(definition("three", 5000)), RC_INVALID,
              "shard_count");
    use_fails(&use, &rc_op_program_put, "three", json_pack("{ss}", "file", "/none/such.json"),
              RC_IO, "/none/such.json");
    assert_int_equal(stored_shards("three"), -1);
}

static void test_coming_days_get_the_new_count(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_filedate day = day_of("four");
    struct rc_day_config config;
    store_behind_its_back("four", 8);
    assert_true(rc_day_config_make(&cloud.pipeline, &day, 8, &config, &err));
    const json_t *shown =
        use_preview(&use, &rc_op_set_shards, "four", json_pack("{ss}", "count", "64"));
    use_changes(shown, "shard_count", "8", "64");
    assert_true(use_warns(shown, "2026-04-01 keeps its 8 shards"));
    use_perform(&use, "done");
    assert_int_equal(stored_shards("four"), 64);
    assert_true(rc_day_config_make(&cloud.pipeline, &day, 64, &config, &err));
    assert_int_equal(config.shard_count, 8);
    use_action(&use, &rc_op_set_shards, "four", json_pack("{ss}", "count", "64"), "unchanged");
    use_preview(&use, &rc_op_set_shards, "four", json_pack("{ss}", "count", "128"));
    store_behind_its_back("four", 24);
    use_perform(&use, "failed");
    assert_int_equal(stored_shards("four"), 24);
}

static void test_counts_that_are_none(void **state)
{
    (void)state;
    store_behind_its_back("five", 8);
    static const char *const wrong[] = {"0", "-1", "4097", "8x", "", "1e3"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        use_fails(&use, &rc_op_set_shards, "five", json_pack("{ss}", "count", wrong[i]), RC_USAGE,
                  "1 to 4096");
    use_fails(&use, &rc_op_set_shards, "nobody", json_pack("{ss}", "count", "8"), RC_USAGE,
              "there is no program nobody");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_a_program_is_stored_and_replaced),
        TEST(test_what_was_changed_meanwhile_is_not_written_over),
        TEST(test_a_file_that_is_wrong_is_said),
        TEST(test_coming_days_get_the_new_count),
        TEST(test_counts_that_are_none),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
