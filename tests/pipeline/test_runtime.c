/* The Runtime API, as a server of the test speaks it. */
#include "pipeline/runtime.h"
#include "tests/pipeline/support.h"

#define ID "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
#define EVENT_HEADERS(deadline)                                                                    \
    "Lambda-Runtime-Aws-Request-Id: " ID "\r\n"                                                    \
    "Lambda-Runtime-Deadline-Ms: " deadline "\r\n"                                                 \
    "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-1:1:function:recon\r\n"           \
    "Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700\r\n"
/* Sixty seconds after the beginning of the test's clock. */
#define EVENT(text)                                                                                \
    {                                                                                              \
        .headers = EVENT_HEADERS("1793620860000"), .body = (text)                                  \
    }
#define ACCEPTED                                                                                   \
    {                                                                                              \
        .status = 202, .body = "{\"status\":\"OK\"}"                                               \
    }
#define GONE                                                                                       \
    {                                                                                              \
        .status = 500, .body = "gone"                                                              \
    }

/* ----- steps ----- */

static json_t *echo(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err)
{
    (void)err;
    return json_pack("{s:O, s:s, s:s, s:s, s:s, s:I, s:I}", "in", in, "id", pipeline->request_id,
                     "trace", pipeline->trace, "run", pipeline->run, "step", pipeline->step,
                     "left_ms", (json_int_t)rc_pipeline_left_ms(pipeline), "spare_ms",
                     (json_int_t)pipeline->spare_ms);
}

static json_t *held(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err)
{
    (void)in;
    snprintf(pipeline->fault, sizeof pipeline->fault, "LeaseHeld");
    rc_error_set(err, RC_IO, "the lease of 4111111111111111 is another's");
    return NULL;
}

static json_t *broken(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err)
{
    (void)pipeline;
    (void)in;
    rc_error_set(err, RC_IO, "no answer");
    return NULL;
}

static json_t *big(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err)
{
    size_t length = (size_t)json_integer_value(json_object_get(in, "bytes"));
    char *text = malloc(length + 1);
    (void)pipeline;
    (void)err;
    assert_non_null(text);
    memset(text, 'x', length);
    json_t *out = json_pack("{s:s#}", "x", text, (int)length);
    free(text);
    return out;
}

static const struct rc_step steps[] = {
    {"echo", echo}, {"held", held}, {"broken", broken}, {"big", big}, {"admit", echo}, {NULL, NULL},
};

/* Serves until the server's last answer stops it. */
static void serve(struct fixture *f, const struct fake_answer *answers, size_t count,
                  struct rc_error *err)
{
    char api[64];
    snprintf(api, sizeof api, "127.0.0.1:%d/_a", fake_server_port(f->server));
    fake_server_script(f->server, answers, count);
    struct rc_runtime *runtime = rc_runtime_new(f->loop, api, err);
    assert_non_null(runtime);
    rc_runtime_serve(runtime, &f->pipeline, steps, err);
    rc_runtime_free(runtime);
}

#define SERVE(...)                                                                                 \
    struct rc_error err = {0};                                                                     \
    static const struct fake_answer answers[] = {__VA_ARGS__};                                     \
    serve(f, answers, sizeof answers / sizeof *answers, &err)

static json_t *sent(const struct fixture *f, size_t index, const char *target)
{
    assert_true(index < fake_server_count(f->server));
    const struct fake_request *request = fake_server_request(f->server, index);
    assert_string_equal(request->method, "POST");
    assert_string_equal(request->target, target);
    assert_string_equal(fake_request_header(request, "Content-Type"), "application/json");
    json_t *json = json_loadb(request->body, request->body_length, 0, NULL);
    assert_non_null(json);
    return json;
}

#define API "/_a/2018-06-01/runtime"
#define RESPONSE API "/invocation/" ID "/response"
#define ERROR API "/invocation/" ID "/error"

/* ----- what is asked and answered ----- */

static void test_one_invocation_after_another(void **state)
{
    struct fixture *f = *state;
    SERVE(EVENT("{\"step\":\"echo\",\"run\":\"R\"}"), ACCEPTED, EVENT("{\"step\":\"echo\"}"),
          ACCEPTED, GONE);
    assert_string_equal(err.text, "Lambda Runtime API invocation/next: HTTP 500: gone");
    assert_int_equal(fake_server_count(f->server), 5);
    for (size_t i = 0; i < 5; i += 2) {
        const struct fake_request *request = fake_server_request(f->server, i);
        assert_string_equal(request->method, "GET");
        assert_string_equal(request->target, API "/invocation/next");
    }
    json_t *first = sent(f, 1, RESPONSE);
    assert_json(first, "{'in': {'step': 'echo', 'run': 'R'}, 'id': '" ID "',"
                       "'trace': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700', 'run': 'R',"
                       "'step': 'echo', 'left_ms': 40000, 'spare_ms': 20000}");
    json_t *second = sent(f, 3, RESPONSE);
    assert_string_equal(json_string_value(json_object_get(second, "run")), ID);
    json_decref(first);
    json_decref(second);
    assert_int_equal(fake_server_connections(f->server), 1);
    assert_null(f->pipeline.request_id);
    assert_int_equal(f->pipeline.deadline_unix_ms, 0);
    json_t *line = fixture_line(f, 0);
    assert_string_equal(json_string_value(json_object_get(line, "Step")), "echo");
    assert_int_equal(json_integer_value(json_object_get(line, "Failures")), 0);
    assert_string_equal(json_string_value(json_object_get(line, "request_id")), ID);
    json_decref(line);
}

static void test_work_that_is_waited_for(void **state)
{
    struct fixture *f = *state;
    enum { HOURS_MS = 5 * 3600 * 1000 };
    SERVE({.headers = EVENT_HEADERS("1793638860000"),
           .body = "{\"step\":\"echo\"}",
           .delay_ms = HOURS_MS},
          ACCEPTED, GONE);
    assert_int_equal(fake_server_count(f->server), 3);
    json_t *out = sent(f, 1, RESPONSE);
    assert_int_equal(json_integer_value(json_object_get(out, "left_ms")), 40000);
    json_decref(out);
}

static void test_half_of_a_short_time_is_for_the_work(void **state)
{
    struct fixture *f = *state;
    SERVE({.headers = EVENT_HEADERS("1793620803000"), .body = "{\"step\":\"echo\"}"}, ACCEPTED,
          {.headers = EVENT_HEADERS("1793620700000"), .body = "{\"step\":\"echo\"}"}, ACCEPTED,
          EVENT("{\"step\":\"echo\"}"), ACCEPTED, GONE);
    static const int left_ms[] = {1500, 0, 40000}, spare_ms[] = {1500, 0, 20000};
    for (size_t i = 0; i < 3; i++) {
        json_t *out = sent(f, 2 * i + 1, RESPONSE);
        assert_int_equal(json_integer_value(json_object_get(out, "left_ms")), left_ms[i]);
        assert_int_equal(json_integer_value(json_object_get(out, "spare_ms")), spare_ms[i]);
        json_decref(out);
    }
}

static void test_messages_of_a_queue_are_admits(void **state)
{
    struct fixture *f = *state;
    SERVE(EVENT("{\"Records\":[{\"body\":\"{}\"}]}"), ACCEPTED, GONE);
    json_t *out = sent(f, 1, RESPONSE);
    assert_string_equal(json_string_value(json_object_get(out, "step")), "admit");
    json_decref(out);
}

/* ----- failures ----- */

static void failed(const struct fixture *f, size_t index, const char *type, const char *message)
{
    json_t *out = sent(f, index, ERROR);
    assert_string_equal(json_string_value(json_object_get(out, "errorType")), type);
    assert_string_equal(json_string_value(json_object_get(out, "errorMessage")), message);
    assert_int_equal(json_object_size(out), 2);
    json_decref(out);
    const struct fake_request *request = fake_server_request(f->server, index);
    assert_string_equal(fake_request_header(request, "Lambda-Runtime-Function-Error-Type"), type);
    json_t *line = fixture_message(f, message);
    assert_non_null(line);
    assert_string_equal(json_string_value(json_object_get(line, "level")), "error");
    assert_string_equal(json_string_value(json_object_get(line, "error")), type);
    assert_string_equal(json_string_value(json_object_get(line, "request_id")), ID);
    json_decref(line);
}

static void test_failures_have_their_names(void **state)
{
    struct fixture *f = *state;
    SERVE(EVENT("{\"step\":\"held\"}"), ACCEPTED, EVENT("{\"step\":\"broken\"}"), ACCEPTED,
          EVENT("{\"step\":\"none\"}"), ACCEPTED, EVENT("[1]"), ACCEPTED, EVENT("{\"step\":"),
          ACCEPTED, EVENT("{\"step\":\"echo\"}"), ACCEPTED, GONE);
    failed(f, 1, "LeaseHeld", "the lease of 411111******1111 is another's");
    failed(f, 3, "StepFailed", "no answer");
    failed(f, 5, "BadInput",
           "there is no step \"none\"; the steps are echo, held, broken, big, admit");
    failed(f, 7, "BadInput",
           "the input names no step: it has to be a JSON object with a text \"step\" (echo, held, "
           "broken, big, admit)");
    failed(f, 9, "BadInput",
           "the event: no JSON: line 1, column 8: unexpected token near end of file");
    json_decref(sent(f, 11, RESPONSE)); /* a failure before leaves nothing */
}

static void test_an_answer_that_is_too_big(void **state)
{
    struct fixture *f = *state;
    /* {"x":"…"} */
    SERVE(EVENT("{\"step\":\"big\",\"bytes\":6291448}"), ACCEPTED,
          EVENT("{\"step\":\"big\",\"bytes\":6291449}"), ACCEPTED, GONE);
    const struct fake_request *request = fake_server_request(f->server, 1);
    assert_string_equal(request->target, RESPONSE);
    assert_int_equal(request->body_length, RC_RUNTIME_PAYLOAD_BYTES);
    failed(f, 3, "Function.ResponseSizeTooLarge",
           "the answer has 6291457 bytes; Lambda takes 6291456");
}

static void test_an_answer_that_came_too_late(void **state)
{
    struct fixture *f = *state;
    SERVE(EVENT("{\"step\":\"echo\"}"), {.status = 400, .body = "Invalid request ID"},
          EVENT("{\"step\":\"echo\"}"), ACCEPTED, GONE);
    assert_int_equal(fake_server_count(f->server), 5);
    json_t *line = fixture_message(f, "/response: HTTP 400: Invalid request ID");
    assert_string_equal(json_string_value(json_object_get(line, "level")), "warn");
    json_decref(line);
}

static void test_an_api_that_is_gone(void **state)
{
    struct fixture *f = *state;
    SERVE(EVENT("{\"step\":\"echo\"}"), {.status = 500});
    assert_string_equal(err.text, "Lambda Runtime API invocation/" ID
                                  "/response: HTTP 500: nothing was said");
    static const struct fake_answer cut = {FAKE_NOTHING, .end = FAKE_CLOSE};
    serve(f, &cut, 1, &err);
    assert_non_null(strstr(err.text, "Lambda Runtime API invocation/next: "));
}

static void test_invocations_without_what_they_need(void **state)
{
    struct fixture *f = *state;
    static const struct fake_answer no_id = {.headers = "Lambda-Runtime-Deadline-Ms: 1\r\n"};
    static const struct fake_answer odd_id = {.headers = "Lambda-Runtime-Deadline-Ms: 1\r\n"
                                                         "Lambda-Runtime-Aws-Request-Id: ../x\r\n"};
    static const struct fake_answer no_deadline = {.headers =
                                                       "Lambda-Runtime-Aws-Request-Id: " ID "\r\n"};
    struct rc_error err = {0};
    serve(f, &no_id, 1, &err);
    assert_non_null(strstr(err.text, "an invocation without a Lambda-Runtime-Aws-Request-Id"));
    serve(f, &odd_id, 1, &err);
    assert_non_null(strstr(err.text, "an invocation without a Lambda-Runtime-Aws-Request-Id"));
    serve(f, &no_deadline, 1, &err);
    assert_non_null(strstr(err.text, "an invocation without a Lambda-Runtime-Deadline-Ms"));
}

static void test_a_start_that_failed(void **state)
{
    struct fixture *f = *state;
    struct rc_error err = {0}, why;
    char api[64], long_one[1024];
    static const struct fake_answer accepted = ACCEPTED;
    fake_server_script(f->server, &accepted, 1);
    snprintf(api, sizeof api, "127.0.0.1:%d", fake_server_port(f->server));
    rc_error_set(&why, RC_USAGE, "RECON_TABLE_STATE is not set");
    struct rc_runtime *runtime = rc_runtime_new(f->loop, api, &err);
    assert_non_null(runtime);
    assert_true(rc_runtime_fail_start(runtime, "BadSettings", &why, &err));
    json_t *out = sent(f, 0, "/2018-06-01/runtime/init/error");
    assert_json(out,
                "{'errorType': 'BadSettings', 'errorMessage': 'RECON_TABLE_STATE is not set'}");
    json_decref(out);
    fake_server_drop(f->server, true);
    assert_false(rc_runtime_fail_start(runtime, "BadSettings", &why, &err));
    assert_non_null(strstr(err.text, "Lambda Runtime API init/error: "));
    rc_runtime_free(runtime);
    rc_runtime_free(NULL);
    memset(long_one, 'a', sizeof long_one - 1);
    long_one[sizeof long_one - 1] = '\0';
    assert_null(rc_runtime_new(f->loop, long_one, &err));
    assert_int_equal(err.code, RC_LIMIT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)
    const struct CMUnitTest tests[] = {
        TEST(test_one_invocation_after_another),
        TEST(test_work_that_is_waited_for),
        TEST(test_half_of_a_short_time_is_for_the_work),
        TEST(test_messages_of_a_queue_are_admits),
        TEST(test_failures_have_their_names),
        TEST(test_an_answer_that_is_too_big),
        TEST(test_an_answer_that_came_too_late),
        TEST(test_an_api_that_is_gone),
        TEST(test_invocations_without_what_they_need),
        TEST(test_a_start_that_failed),
    };
    return cmocka_run_group_tests_name("runtime", tests, NULL, NULL);
}
