/* One step and the end of the process that it has. */
#include "pipeline/task.h"
#include "tests/pipeline/support.h"

#include <signal.h>

/* ----- steps ----- */

static json_t *echo(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err)
{
    (void)err;
    return json_pack("{s:O, s:I, s:I}", "in", in, "left_ms",
                     (json_int_t)(pipeline->deadline_unix_ms ? rc_pipeline_left_ms(pipeline) : -1),
                     "id_length", (json_int_t)strlen(pipeline->request_id));
}

static json_t *broken(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err)
{
    (void)in;
    snprintf(pipeline->fault, sizeof pipeline->fault, "Throttled");
    rc_error_set(err, RC_IO, "too much at once");
    return NULL;
}

/* Works until it has to stop, as one does that waits for AWS on the loop; a signal comes in
 * the middle, twice. */
static json_t *stopped(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err)
{
    (void)err;
    struct rc_loop *loop = rc_aws_loop(pipeline->aws);
    int64_t began_ms = rc_loop_now_ms(loop);
    assert_true(rc_pipeline_left_ms(pipeline) == INT64_MAX);
    kill(getpid(), SIGTERM);
    while (rc_pipeline_left_ms(pipeline) > 0) {
        const bool never = false;
        if (pipeline->deadline_unix_ms)
            kill(getpid(), SIGTERM);
        rc_loop_until(loop, &never, 1000);
    }
    return json_pack("{s:O, s:s, s:I}", "in", in, "outcome",
                     json_is_true(json_object_get(in, "done")) ? "activated" : "handover", "worked",
                     (json_int_t)(rc_loop_now_ms(loop) - began_ms));
}

static const struct rc_step steps[] = {
    {"echo", echo}, {"broken", broken}, {"stopped", stopped}, {NULL, NULL}};

/* Runs a task; its answer is the caller's, NULL when there was none. */
static json_t *run(struct fixture *f, const char *step, const char *input, int status)
{
    char *text = NULL;
    size_t length = 0;
    FILE *answers = open_memstream(&text, &length);
    assert_non_null(answers);
    assert_int_equal(rc_task_run(&f->pipeline, steps, step, input, strlen(input), answers), status);
    fclose(answers);
    json_t *out = length ? json_loadb(text, length, 0, NULL) : NULL;
    assert_true(!length || (out && text[length - 1] == '\n'));
    free(text);
    return out;
}

static void test_done(void **state)
{
    struct fixture *f = *state;
    json_t *out = run(f, NULL, "{\"step\":\"echo\",\"a\":1}", RC_TASK_DONE);
    assert_json(out, "{'in': {'step': 'echo', 'a': 1}, 'left_ms': -1, 'id_length': 32}");
    json_decref(out);
    out = run(f, "echo", "{\"step\":\"broken\"}", RC_TASK_DONE); /* the word goes first */
    assert_json(json_object_get(out, "in"), "{'step': 'echo'}");
    json_decref(out);
}

static void fails(struct fixture *f, const char *step, const char *input, const char *error,
                  const char *message)
{
    assert_null(run(f, step, input, RC_TASK_FAILED));
    json_t *line = fixture_message(f, message);
    assert_non_null(line);
    assert_string_equal(json_string_value(json_object_get(line, "error")), error);
    assert_string_equal(json_string_value(json_object_get(line, "level")), "error");
    assert_int_equal(json_string_length(json_object_get(line, "request_id")), 32);
    json_decref(line);
}

static void test_failed(void **state)
{
    struct fixture *f = *state;
    fails(f, NULL, "{\"step\":\"broken\"}", "Throttled", "too much at once");
    fails(f, NULL, "{\"step\":\"none\"}", "BadInput", "there is no step \"none\"");
    fails(f, NULL, "", "BadInput", "the input: no JSON: ");
    fails(f, "echo", "[]", "BadInput", "the input has to be a JSON object");
    char *big = malloc(RC_TASK_INPUT_BYTES + 2);
    assert_non_null(big);
    memset(big, ' ', RC_TASK_INPUT_BYTES + 1);
    big[RC_TASK_INPUT_BYTES + 1] = '\0';
    fails(f, "echo", big, "BadInput", "bytes of JSON are over the limit of 262144");
    free(big);
}

static void test_an_answer_that_cannot_be_written(void **state)
{
    struct fixture *f = *state;
    FILE *full = fopen("/dev/full", "we");
    assert_non_null(full);
    assert_int_equal(rc_task_run(&f->pipeline, steps, "echo", "{}", 2, full), RC_TASK_FAILED);
    fclose(full);
    json_t *line = fixture_message(f, "the answer cannot be written");
    assert_string_equal(json_string_value(json_object_get(line, "error")), "StepFailed");
    json_decref(line);
}

static void test_asked_to_end(void **state)
{
    struct fixture *f = *state;
    rc_task_block_signals();
    json_t *out = run(f, "stopped", "{\"done\":true}", RC_TASK_DONE);
    /* 30 s until it is killed; of these, half at most is spared. */
    assert_in_range(json_integer_value(json_object_get(out, "worked")), 15000, 16000);
    json_decref(out);
    json_t *line = fixture_message(f, "asked to end: 30000 ms are left");
    assert_string_equal(json_string_value(json_object_get(line, "level")), "warn");
    assert_string_equal(json_string_value(json_object_get(line, "step")), "stopped");
    json_decref(line);
}

static void test_what_is_handed_over_is_not_done(void **state)
{
    struct fixture *f = *state;
    rc_task_block_signals();
    json_t *out = run(f, "stopped", "{}", RC_TASK_FAILED);
    assert_string_equal(json_string_value(json_object_get(out, "outcome")), "handover");
    json_decref(out);
    json_t *line = fixture_message(f, "the task ended before its work");
    assert_string_equal(json_string_value(json_object_get(line, "error")), "Handover");
    json_decref(line);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)
    const struct CMUnitTest tests[] = {
        TEST(test_done),
        TEST(test_failed),
        TEST(test_an_answer_that_cannot_be_written),
        TEST(test_asked_to_end),
        TEST(test_what_is_handed_over_is_not_done),
    };
    return cmocka_run_group_tests_name("task", tests, NULL, NULL);
}
