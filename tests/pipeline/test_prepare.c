/* What a day's plan asks of the state machine. */
#include "tests/pipeline/days.h"

#include "pipeline/catalog.h"
#include "pipeline/steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int begin(void **state)
{
    struct cloud *cloud = calloc(1, sizeof *cloud);
    assert_non_null(cloud);
    cloud_begin(cloud);
    *state = cloud;
    return 0;
}

static int end(void **state)
{
    cloud_end(*state);
    free(*state);
    return 0;
}

/* The program of the sample with as many passes, shards and open days as there may be. */
static void put_largest(struct cloud *cloud, const struct sample *sample)
{
    struct rc_error err = {0};
    json_t *program = json_load_file(sample->program, 0, NULL), *passes = json_array();
    assert_non_null(program);
    for (int i = 0; i < RC_PROGRAM_PASSES; i++)
        json_array_append_new(passes, json_pack("{so ss s[s]}", "name", json_sprintf("pass-%d", i),
                                                "kind", "one_to_one", "key", "reference"));
    json_object_set_new(json_object_get(program, "rules"), "passes", passes);
    json_object_set_new(json_object_get(program, "rules"), "open_days", json_integer(5));
    json_object_set_new(program, "shard_count", json_integer(RC_SHARDS_MAX));
    if (!rc_catalog_put_program(&cloud->pipeline, program, NULL, &err))
        fail_msg("%s", err.text);
    json_decref(program);
}

/* Each shard once. */
static size_t count_tasks(const json_t *pass, uint32_t shards)
{
    size_t i;
    uint32_t next = 0;
    json_t *task;
    json_array_foreach(json_object_get(pass, "tasks"), i, task)
    {
        assert_int_equal(json_integer_value(json_object_get(task, "first")), next);
        next += (uint32_t)json_integer_value(json_object_get(task, "count"));
    }
    assert_int_equal(next, shards);
    return json_array_size(json_object_get(pass, "tasks"));
}

static void test_the_largest_plan_fits_into_an_execution(void **state)
{
    struct cloud *cloud = *state;
    struct sample sample;
    size_t i, tasks = 0;
    json_t *pass;
    sample_make(cloud, &sample, "large", 20, 1, 4);
    put_largest(cloud, &sample);
    sample_deliver(cloud, &sample, "large");
    json_t *plan = step_run(&cloud->pipeline, rc_step_prepare, day_input("large"));
    json_t *passes = json_object_get(plan, "passes");
    assert_int_equal(json_array_size(passes), RC_PROGRAM_PASSES + 2);
    json_array_foreach(passes, i, pass)
    {
        tasks += count_tasks(pass, i <= RC_PROGRAM_PASSES ? RC_SHARDS_MAX : RC_OPEN_SHARDS);
    }
    char *text = json_dumps(plan, JSON_COMPACT);
    assert_true(strlen(text) < 262144);
    /* Each task may be tried again twice. */
    assert_true(tasks * (7 + 2 * 3) < 25000);
    free(text);
    json_decref(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_largest_plan_fits_into_an_execution),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
