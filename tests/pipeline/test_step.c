/* Running a step by its name, and the one that is there for health checks. */
#include "pipeline/step.h"
#include "tests/pipeline/support.h"

static json_t *run(struct fixture *f, const char *input, struct rc_error *err)
{
    json_t *in = json_loads(input, JSON_DECODE_ANY, NULL);
    assert_non_null(in);
    json_t *out = rc_step_run(&f->pipeline, rc_steps, in, err);
    json_decref(in);
    assert_null(f->pipeline.step);
    assert_null(f->pipeline.run);
    return out;
}

static int64_t failures(const struct fixture *f, size_t line_number)
{
    json_t *line = fixture_line(f, line_number);
    const json_t *count = json_object_get(line, "Failures");
    assert_true(json_is_integer(count));
    int64_t value = json_integer_value(count);
    json_decref(line);
    return value;
}

static void test_ping(void **state)
{
    struct fixture *f = *state;
    struct rc_error err = {0};
    f->pipeline.request_id = "r";
    json_t *out = run(f, "{\"step\":\"ping\"}", &err);
    assert_json(out, "{'pong': true, 'request_id': 'r', 'waited_ms': 0}");
    json_decref(out);
    assert_int_equal(failures(f, 0), 0);
}

static void test_ping_waits_for_as_long_as_a_step_may(void **state)
{
    struct fixture *f = *state;
    struct rc_error err = {0};
    json_t *out = run(f, "{\"step\":\"ping\",\"wait_ms\":1234}", &err);
    assert_int_equal(json_integer_value(json_object_get(out, "waited_ms")), 1234);
    json_decref(out);
    rc_pipeline_set_deadline(&f->pipeline, f->clock.unix_ms + 60000);
    out = run(f, "{\"step\":\"ping\",\"wait_ms\":900000}", &err);
    assert_int_equal(json_integer_value(json_object_get(out, "waited_ms")), 40000);
    json_decref(out);
    out = run(f, "{\"step\":\"ping\",\"wait_ms\":900000}", &err);
    assert_int_equal(json_integer_value(json_object_get(out, "waited_ms")), 0);
    json_decref(out);
}

static void test_a_step_that_fails_is_counted(void **state)
{
    struct fixture *f = *state;
    static const char *const bad[] = {"-1", "900001", "1.5", "\"1\"", "null"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct rc_error err = {0};
        char input[64];
        snprintf(input, sizeof input, "{\"step\":\"ping\",\"wait_ms\":%s}", bad[i]);
        assert_null(run(f, input, &err));
        assert_int_equal(err.code, RC_USAGE);
        assert_string_equal(f->pipeline.fault, "BadInput");
        assert_int_equal(failures(f, 2 * i), 1); /* the line behind it tells why */
    }
}

static void test_an_input_that_names_no_step(void **state)
{
    struct fixture *f = *state;
    static const char *const bad[] = {
        "{}",
        "[]",
        "null",
        "7",
        "{\"step\":7}",
        "{\"step\":\"\"}",
        "{\"step\":\"pin\"}",
        "{\"Records\":{}}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_null(run(f, bad[i], NULL));
        assert_string_equal(f->pipeline.fault, "BadInput");
        json_t *line = fixture_line(f, i);
        assert_non_null(strstr(json_string_value(json_object_get(line, "message")), "ping"));
        json_decref(line);
    }
    struct rc_error err = {0};
    json_decref(run(f, "{\"step\":\"ping\"}", &err));
    assert_string_equal(f->pipeline.fault, "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)
    const struct CMUnitTest tests[] = {
        TEST(test_ping),
        TEST(test_ping_waits_for_as_long_as_a_step_may),
        TEST(test_a_step_that_fails_is_counted),
        TEST(test_an_input_that_names_no_step),
    };
    return cmocka_run_group_tests_name("step", tests, NULL, NULL);
}
