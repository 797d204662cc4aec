/* Calls from the first attempt to the last, against a server that answers as told. */
#include "aws/client.h"
#include "aws/dynamodb.h"
#include "aws/lambda.h"
#include "aws/logs.h"
#include "aws/s3.h"
#include "aws/sqs.h"
#include "tests/aws/environment.h"
#include "tests/aws/fake_clock.h"
#include "tests/aws/fake_server.h"

static struct {
    struct environment environment;
    struct fake_clock clock;
    struct rc_loop *loop;
    struct fake_server *server;
    struct rc_profile *profile;
    struct rc_aws *aws;
    int done; /* callbacks that came */
} at;

static double half(void *ctx)
{
    (void)ctx;
    return 0.5;
}

static void connect_client(void)
{
    struct rc_error err = {0};
    const struct rc_profile_options options = {.getenv = environment_get,
                                               .getenv_ctx = &at.environment};
    at.profile = rc_profile_load(&options, &err);
    assert_non_null(at.profile);
    at.aws =
        rc_aws_new(at.loop, &(struct rc_aws_options){.profile = at.profile, .chance = half}, &err);
    assert_non_null(at.aws);
}

static int begin_without_client(void **state)
{
    struct rc_error err = {0};
    (void)state;
    memset(&at, 0, sizeof at);
    environment_begin(&at.environment);
    fake_clock_init(&at.clock);
    at.loop = rc_loop_new(&at.clock.clock, &err);
    assert_non_null(at.loop);
    at.server = fake_server_new(at.loop);
    environment_set(&at.environment, "AWS_EC2_METADATA_DISABLED", "true");
    return 0;
}

static int begin(void **state)
{
    begin_without_client(state);
    environment_set(&at.environment, "AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    environment_set(&at.environment, "AWS_SECRET_ACCESS_KEY", "SECRETEXAMPLE");
    environment_set(&at.environment, "AWS_REGION", "eu-west-1");
    environment_set(&at.environment, "AWS_ENDPOINT_URL", fake_server_url(at.server));
    connect_client();
    return 0;
}

static int end(void **state)
{
    (void)state;
    rc_aws_free(at.aws);
    rc_profile_free(at.profile);
    fake_server_free(at.server);
    rc_loop_free(at.loop);
    environment_end(&at.environment);
    return 0;
}

static void answer_with(const struct fake_answer *answers, size_t count)
{
    fake_server_script(at.server, answers, count);
}

#define ANSWERS(...)                                                                               \
    static const struct fake_answer answers[] = {__VA_ARGS__};                                     \
    answer_with(answers, sizeof answers / sizeof *answers)

static const struct rc_sqs_queue queue = {.queue_url = "http://sqs/1/q"};
static const struct rc_dynamodb_put_item put = {.table_name = "t",
                                                .item = "{\"PK\":{\"S\":\"a\"}}"};

static void put_done(struct rc_call *call, void *ctx)
{
    (void)call;
    (void)ctx;
    at.done++;
}

/* Waits for a call that has to fail, and gives its error. */
static const struct rc_aws_error *failure_of(struct rc_call *call, struct rc_error *err)
{
    assert_non_null(call);
    assert_false(rc_call_wait(call, err));
    assert_non_null(rc_call_error(call));
    assert_null(rc_call_answer(call));
    return rc_call_error(call);
}

static int64_t sent_at(size_t request)
{
    return fake_server_request(at.server, request)->at_ms -
           fake_server_request(at.server, 0)->at_ms;
}

static const struct rc_metrics_row *row_of(const char *service, const char *operation)
{
    return rc_metrics_row(rc_aws_metrics(at.aws), service, operation);
}

/* ----- what is sent ----- */

static void test_a_request(void **state)
{
    (void)state;
    ANSWERS({.headers = "x-amzn-RequestId: R1\r\n",
             .body = "{\"Messages\":[{\"MessageId\":\"m\",\"Body\":\"b\",\"Unknown\":1}]}"});
    struct rc_error err = {0};
    struct rc_call *call =
        rc_sqs_receive(at.aws, &(struct rc_sqs_receive){.queue_url = "http://sqs/1/q"}, NULL, NULL);
    assert_true(rc_call_wait(call, &err));
    const struct rc_sqs_received *received = rc_sqs_receive_answer(call);
    assert_int_equal(received->messages.count, 1);
    assert_string_equal(received->messages.items[0].body, "b");
    assert_string_equal(rc_call_request_id(call), "R1");
    assert_null(rc_call_error(call));
    rc_call_free(call);

    const struct fake_request *request = fake_server_request(at.server, 0);
    assert_string_equal(request->method, "POST");
    assert_string_equal(request->target, "/");
    assert_string_equal(request->body, "{\"QueueUrl\":\"http://sqs/1/q\"}");
    assert_string_equal(fake_request_header(request, "X-Amz-Target"), "AmazonSQS.ReceiveMessage");
    assert_string_equal(fake_request_header(request, "Content-Type"), "application/x-amz-json-1.0");
    assert_string_equal(fake_request_header(request, "X-Amz-Date"), "20261102T120000Z");
    static const char scope[] =
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261102/eu-west-1/sqs/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=";
    assert_memory_equal(fake_request_header(request, "Authorization"), scope, strlen(scope));
    const struct rc_metrics_row *row = row_of("sqs", "ReceiveMessage");
    assert_true(row->calls == 1 && row->attempts == 1 && !row->failed && !row->retries);
    assert_true(row->bytes_sent > 0 && row->bytes_received > 0);
}

static void test_where_members_of_s3_go(void **state)
{
    (void)state;
    ANSWERS({.headers = "ETag: \"e\"\r\nx-amz-version-id: v1\r\n"});
    const struct rc_pair metadata[] = {{"file-date", "2026-04-01"}};
    const struct rc_s3_put_object in = {.bucket = "bucket",
                                        .key = "in/a b+c/ü.txt",
                                        .body = {"hello", 5},
                                        .content_type = "text/plain",
                                        .metadata = {metadata, 1}};
    struct rc_error err = {0};
    struct rc_call *call = rc_s3_put_object(at.aws, &in, NULL, NULL);
    assert_true(rc_call_wait(call, &err));
    assert_string_equal(rc_s3_put_object_answer(call)->etag, "\"e\"");
    rc_call_free(call);
    const struct fake_request *request = fake_server_request(at.server, 0);
    assert_string_equal(request->method, "PUT");
    assert_string_equal(request->target, "/bucket/in/a%20b%2Bc/%C3%BC.txt");
    assert_string_equal(request->body, "hello");
    assert_string_equal(fake_request_header(request, "x-amz-meta-file-date"), "2026-04-01");
    assert_string_equal(fake_request_header(request, "x-amz-content-sha256"),
                        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
}

static void test_a_member_that_is_needed(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_call *call = rc_sqs_receive(at.aws, &(struct rc_sqs_receive){0}, put_done, NULL);
    assert_int_equal(at.done, 0); /* not from within the start */
    assert_int_equal(failure_of(call, &err)->fault, RC_AWS_REQUEST);
    assert_int_equal(at.done, 1);
    assert_string_equal(err.text, "sqs ReceiveMessage: QueueUrl is missing");
    assert_int_equal(fake_server_count(at.server), 0);
    rc_call_free(call);
}

/* ----- retries ----- */

static void test_throttled_and_then_taken(void **state)
{
    (void)state;
    ANSWERS({.status = 400, .body = "{\"__type\":\"ThrottlingException\"}"},
            {.status = 503, .body = "busy"}, {.body = "{}"});
    struct rc_error err = {0};
    struct rc_call *call = rc_sqs_purge(at.aws, &queue, NULL, NULL);
    assert_true(rc_call_wait(call, &err));
    assert_int_equal(rc_call_attempts(call), 3);
    rc_call_free(call);
    assert_int_equal(sent_at(1), 500);      /* half of 1 s */
    assert_int_equal(sent_at(2), 500 + 50); /* half of 50 ms * 2 */
    const struct rc_metrics_row *row = row_of("sqs", "PurgeQueue");
    assert_true(row->attempts == 3 && row->retries == 2 && row->throttled == 1 && !row->failed);
    assert_string_equal(row->reasons[0].reason, "ThrottlingException");
}

static void test_dynamodb_has_its_own_schedule(void **state)
{
    (void)state;
    ANSWERS({.status = 500,
             .headers = "x-amzn-RequestId: R9\r\n",
             .body = "{\"__type\":\"com.amazonaws.dynamodb.v20120810#InternalServerError\","
                     "\"message\":\"no luck\"}"});
    struct rc_error err = {0};
    struct rc_call *call = rc_dynamodb_put_item(at.aws, &put, NULL, NULL);
    const struct rc_aws_error *error = failure_of(call, &err);
    assert_int_equal(error->fault, RC_AWS_SERVER);
    assert_int_equal(error->attempts, 4);
    assert_string_equal(err.text, "dynamodb PutItem: InternalServerError: no luck (request R9, 4 "
                                  "attempts)");
    rc_call_free(call);
    assert_int_equal(fake_server_count(at.server), 4);
    assert_int_equal(sent_at(1), 12);
    assert_int_equal(sent_at(2), 12 + 25);
    assert_int_equal(sent_at(3), 12 + 25 + 50);
}

static void test_the_server_says_when(void **state)
{
    (void)state;
    ANSWERS({.status = 503, .headers = "x-amz-retry-after: 1234\r\n"}, {.body = "{}"});
    struct rc_error err = {0};
    struct rc_call *call = rc_sqs_purge(at.aws, &queue, NULL, NULL);
    assert_true(rc_call_wait(call, &err));
    rc_call_free(call);
    assert_int_equal(sent_at(1), 1234);
}

static void test_connections_that_are_cut(void **state)
{
    (void)state;
    ANSWERS({FAKE_NOTHING, .end = FAKE_RESET},
            {.body = "{\"Messages\":[]}", .cut = true, .cut_at = 4, .end = FAKE_CLOSE},
            {.body = "{\"Messages\":[]}"});
    struct rc_error err = {0};
    struct rc_call *call =
        rc_sqs_receive(at.aws, &(struct rc_sqs_receive){.queue_url = "q"}, NULL, NULL);
    assert_true(rc_call_wait(call, &err));
    assert_int_equal(rc_call_attempts(call), 3);
    rc_call_free(call);
}

static void test_silence(void **state)
{
    (void)state;
    ANSWERS({FAKE_NOTHING, .end = FAKE_SILENT});
    struct rc_error err = {0};
    struct rc_call *call = rc_sqs_purge(at.aws, &queue, NULL, NULL);
    assert_int_equal(failure_of(call, &err)->fault, RC_AWS_TIMEOUT);
    assert_int_equal(fake_server_count(at.server), 3);
    assert_int_equal(sent_at(1), 60000 + 25);
    rc_call_free(call);
}

static void test_garbage(void **state)
{
    (void)state;
    ANSWERS({.body = "<html>proxy</html>"}, {.body = "{\"Messages\":7}"}, {.body = "{\"Mess"});
    struct rc_error err = {0};
    struct rc_call *call =
        rc_sqs_receive(at.aws, &(struct rc_sqs_receive){.queue_url = "q"}, NULL, NULL);
    assert_int_equal(failure_of(call, &err)->fault, RC_AWS_MALFORMED);
    assert_int_equal(fake_server_count(at.server), 3);
    rc_call_free(call);
}

static size_t endless(void *ctx, int64_t offset, char *bytes, size_t room)
{
    (void)ctx;
    (void)offset;
    memset(bytes, ' ', room);
    return room;
}

static void test_an_answer_without_end(void **state)
{
    (void)state;
    ANSWERS({.generate = endless, .no_length = true});
    struct rc_error err = {0};
    struct rc_call *call = rc_sqs_purge(at.aws, &queue, NULL, NULL);
    assert_int_equal(failure_of(call, &err)->fault, RC_AWS_TOO_LARGE);
    assert_int_equal(fake_server_count(at.server), 1);
    rc_call_free(call);
}

static void test_what_is_not_tried_again(void **state)
{
    (void)state;
    static const struct {
        struct fake_answer answer;
        enum rc_aws_fault fault;
    } cases[] = {
        {{.status = 400, .body = "{\"__type\":\"ValidationException\",\"message\":\"m\"}"},
         RC_AWS_CLIENT},
        {{.status = 400, .body = "{\"__type\":\"x#ConditionalCheckFailedException\"}"},
         RC_AWS_CONDITION},
        {{.status = 400, .body = "{\"__type\":\"x#ResourceNotFoundException\"}"}, RC_AWS_NOT_FOUND},
        {{.status = 400, .body = "{\"__type\":\"AccessDeniedException\"}"}, RC_AWS_ACCESS},
        {{.status = 403, .body = "not even JSON"}, RC_AWS_ACCESS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rc_error err = {0};
        size_t before = fake_server_count(at.server);
        fake_server_script(at.server, &cases[i].answer, 1);
        struct rc_call *call = rc_dynamodb_put_item(at.aws, &put, NULL, NULL);
        assert_int_equal(failure_of(call, &err)->fault, cases[i].fault);
        assert_true(fake_server_count(at.server) == 1 ||
                    fake_server_count(at.server) == before + 1);
        rc_call_free(call);
    }
}

static void test_what_must_not_be_done_twice(void **state)
{
    (void)state;
    static const struct rc_lambda_invoke invoke = {.function_name = "f"};
    struct rc_error err = {0};
    ANSWERS({FAKE_NOTHING, .end = FAKE_RESET});
    struct rc_call *call = rc_lambda_invoke(at.aws, &invoke, NULL, NULL);
    assert_int_equal(failure_of(call, &err)->fault, RC_AWS_NETWORK);
    assert_int_equal(fake_server_count(at.server), 1);
    rc_call_free(call);

    static const struct fake_answer busy[] = {
        {.status = 429, .headers = "x-amzn-ErrorType: TooManyRequestsException:x\r\n"},
        {.body = "{\"x\":1}"}};
    fake_server_script(at.server, busy, 2);
    call = rc_lambda_invoke(at.aws, &invoke, NULL, NULL);
    assert_true(rc_call_wait(call, &err));
    assert_int_equal(rc_call_attempts(call), 2);
    assert_string_equal(rc_lambda_invoke_answer(call)->payload.data, "{\"x\":1}");
    assert_int_equal(rc_lambda_invoke_answer(call)->status_code, 200);
    rc_call_free(call);
}

/* Tokens run out: then failures are no longer tried again, until successes pay back. */
static void test_a_service_that_is_down_is_left_alone(void **state)
{
    (void)state;
    ANSWERS({.status = 503});
    struct rc_error err = {0};
    for (int i = 0; i < 40; i++) {
        struct rc_call *call = rc_sqs_purge(at.aws, &queue, NULL, NULL);
        failure_of(call, &err);
        rc_call_free(call);
    }
    /* 500 tokens buy 35 retries of 14. */
    assert_int_equal(fake_server_count(at.server), 40 + 35);
}

/* ----- what errors say ----- */

static void test_reasons_of_a_throttle(void **state)
{
    (void)state;
    ANSWERS({.status = 400,
             .body = "{\"__type\":\"com.amazonaws.dynamodb.v20120810#ThrottlingException\","
                     "\"message\":\"hot\",\"throttlingReasons\":[{\"reason\":"
                     "\"TableWriteKeyRangeThroughputExceeded\",\"resource\":\"arn:t\"}]}"});
    struct rc_error err = {0};
    struct rc_call *call = rc_dynamodb_put_item(at.aws, &put, NULL, NULL);
    const struct rc_aws_error *error = failure_of(call, &err);
    assert_int_equal(error->fault, RC_AWS_THROTTLED);
    assert_int_equal(error->throttle_count, 1);
    assert_string_equal(error->throttles[0].reason, "TableWriteKeyRangeThroughputExceeded");
    assert_string_equal(error->throttles[0].resource, "arn:t");
    rc_call_free(call);
    const struct rc_metrics_row *row = row_of("dynamodb", "PutItem");
    assert_string_equal(row->reasons[0].reason, "TableWriteKeyRangeThroughputExceeded");
    assert_int_equal(row->reasons[0].count, 4);
}

static void test_details_of_an_error(void **state)
{
    (void)state;
    ANSWERS({.status = 400,
             .body = "{\"__type\":\"x#ConditionalCheckFailedException\",\"Item\":{\"PK\":{\"S\":"
                     "\"old\"}}}"});
    struct rc_error err = {0};
    struct rc_call *call = rc_dynamodb_put_item(at.aws, &put, NULL, NULL);
    const struct rc_aws_error *error = failure_of(call, &err);
    assert_non_null(json_object_get(error->details, "Item"));
    rc_call_free(call);
}

static void test_errors_of_s3(void **state)
{
    (void)state;
    static const char denied[] = "<?xml version=\"1.0\"?>\n<Error><Code>NoSuchKey</Code>"
                                 "<Message>gone</Message><RequestId>R2</RequestId></Error>";
    static const struct fake_answer missing = {.status = 404, .body = denied};
    static const struct rc_s3_head_object head = {.bucket = "b", .key = "k"};
    struct rc_error err = {0};
    fake_server_script(at.server, &missing, 1);
    struct rc_call *call =
        rc_s3_get_object(at.aws, &(struct rc_s3_get_object){.bucket = "b", .key = "k"}, NULL, NULL);
    const struct rc_aws_error *error = failure_of(call, &err);
    assert_string_equal(error->code, "NoSuchKey");
    assert_string_equal(error->request_id, "R2");
    assert_int_equal(error->fault, RC_AWS_NOT_FOUND);
    rc_call_free(call);

    call = rc_s3_head_object(at.aws, &head, NULL, NULL);
    assert_string_equal(failure_of(call, &err)->code, "NotFound");
    rc_call_free(call);

    /* 200, and all the same an error. */
    static const struct fake_answer hidden[] = {
        {.body = "<?xml version=\"1.0\"?>\n<Error><Code>InternalError</Code></Error>"},
        {.body = "<CopyObjectResult><ETag>\"x\"</ETag></CopyObjectResult>"}};
    fake_server_script(at.server, hidden, 2);
    call = rc_s3_copy_object(
        at.aws, &(struct rc_s3_copy_object){.bucket = "b", .key = "k", .copy_source = "b/s"}, NULL,
        NULL);
    assert_true(rc_call_wait(call, &err));
    assert_int_equal(rc_call_attempts(call), 2);
    rc_call_free(call);
}

/* ----- clocks and keys ----- */

static void test_a_clock_that_is_off(void **state)
{
    (void)state;
    ANSWERS({.status = 403,
             .headers = "Date: Mon, 02 Nov 2026 15:00:00 GMT\r\n",
             .body = "{\"__type\":\"InvalidSignatureException\"}"},
            {.body = "{}"});
    struct rc_error err = {0};
    for (int i = 0; i < 2; i++) {
        struct rc_call *call = rc_sqs_purge(at.aws, &queue, NULL, NULL);
        assert_true(rc_call_wait(call, &err));
        rc_call_free(call);
    }
    static const char *const dates[] = {"20261102T120000Z", "20261102T150000Z", "20261102T150000Z"};
    assert_int_equal(fake_server_count(at.server), 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(fake_request_header(fake_server_request(at.server, i), "X-Amz-Date"),
                            dates[i]);
}

static void test_a_refusal_at_the_right_time_is_final(void **state)
{
    (void)state;
    ANSWERS({.status = 403,
             .headers = "Date: Mon, 02 Nov 2026 12:01:00 GMT\r\n",
             .body = "{\"__type\":\"InvalidSignatureException\"}"});
    struct rc_error err = {0};
    struct rc_call *call = rc_sqs_purge(at.aws, &queue, NULL, NULL);
    assert_int_equal(failure_of(call, &err)->fault, RC_AWS_ACCESS);
    assert_int_equal(fake_server_count(at.server), 1);
    rc_call_free(call);
}

static void test_keys_that_have_expired(void **state)
{
    (void)state;
    ANSWERS({.status = 400, .body = "{\"__type\":\"ExpiredTokenException\"}"}, {.body = "{}"});
    struct rc_error err = {0};
    struct rc_call *call = rc_sqs_purge(at.aws, &queue, NULL, NULL);
    assert_true(rc_call_wait(call, &err));
    assert_int_equal(rc_call_attempts(call), 2);
    rc_call_free(call);
}

static void test_no_keys_at_all(void **state)
{
    (void)state;
    environment_set(&at.environment, "AWS_REGION", "eu-west-1");
    environment_set(&at.environment, "AWS_ENDPOINT_URL", fake_server_url(at.server));
    connect_client();
    struct rc_error err = {0};
    struct rc_call *call = rc_sqs_purge(at.aws, &queue, NULL, NULL);
    assert_int_equal(failure_of(call, &err)->fault, RC_AWS_CREDENTIALS);
    assert_non_null(strstr(err.text, "credentials"));
    assert_int_equal(fake_server_count(at.server), 0);
    rc_call_free(call);
}

static void test_no_region(void **state)
{
    (void)state;
    connect_client();
    struct rc_error err = {0};
    struct rc_call *call = rc_sqs_purge(at.aws, &queue, NULL, NULL);
    assert_int_equal(failure_of(call, &err)->fault, RC_AWS_REQUEST);
    assert_non_null(strstr(err.text, "AWS_REGION"));
    rc_call_free(call);
}

static void test_endpoints(void **state)
{
    (void)state;
    char url[200];
    struct rc_error err = {0};
    environment_set(&at.environment, "AWS_REGION", "cn-north-1");
    environment_set(&at.environment, "AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:1");
    connect_client();
    assert_true(rc_aws_endpoint(at.aws, &rc_service_s3, url, sizeof url, &err));
    assert_string_equal(url, "https://s3.cn-north-1.amazonaws.com.cn");
    assert_true(rc_aws_endpoint(at.aws, &rc_service_sqs, url, sizeof url, &err));
    assert_string_equal(url, "http://127.0.0.1:1");
}

static void test_presigned(void **state)
{
    (void)state;
    environment_set(&at.environment, "AWS_REGION", "eu-west-1");
    environment_set(&at.environment, "AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    environment_set(&at.environment, "AWS_SECRET_ACCESS_KEY", "SECRETEXAMPLE");
    connect_client();
    struct rc_buf url;
    struct rc_error err = {0};
    rc_buf_init(&url, 4096);
    assert_true(rc_aws_presign(at.aws, &rc_s3_get_object_operation,
                               &(struct rc_s3_get_object){.bucket = "a-bucket", .key = "x y"}, 600,
                               &url, &err));
    static const char start[] =
        "https://a-bucket.s3.eu-west-1.amazonaws.com/x%20y?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIDEXAMPLE%2F20261102%2Feu-west-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20261102T120000Z&X-Amz-Expires=600&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=";
    assert_memory_equal(url.data, start, strlen(start));
    assert_int_equal(url.length, strlen(start) + 64);
    rc_buf_free(&url);
}

/* ----- many, and none ----- */

static void free_it(struct rc_call *call, void *ctx)
{
    (void)ctx;
    at.done++;
    rc_call_free(call);
}

static void test_hundreds_in_flight(void **state)
{
    (void)state;
    enum { CALLS = 300 };
    ANSWERS({.body = "{}", .delay_ms = 20});
    for (int i = 0; i < CALLS; i++)
        assert_non_null(rc_sqs_purge(at.aws, &queue, free_it, NULL));
    bool never = false;
    rc_loop_until(at.loop, &never, 60000);
    assert_int_equal(at.done, CALLS);
    assert_int_equal(row_of("sqs", "PurgeQueue")->calls, CALLS);
    assert_true(fake_server_connections(at.server) <= 64);
}

static void test_a_call_that_is_freed_in_flight(void **state)
{
    (void)state;
    ANSWERS({.body = "{}", .delay_ms = 1000});
    struct rc_call *calls[3];
    bool never = false;
    calls[0] = rc_sqs_purge(at.aws, &queue, put_done, NULL);
    rc_call_free(calls[0]); /* before it was sent */
    for (int i = 1; i < 3; i++)
        calls[i] = rc_sqs_purge(at.aws, &queue, put_done, NULL);
    rc_loop_until(at.loop, &never, 500);
    rc_call_free(calls[1]); /* on its way */
    rc_loop_until(at.loop, &never, 5000);
    assert_int_equal(at.done, 1);
    rc_call_free(calls[2]);
    rc_call_free(NULL);
}

/* ----- streams ----- */

struct sunk {
    char text[64];
    int restarts;
};

static enum rc_http_taken sink(void *ctx, const struct rc_http_head *head, const char *bytes,
                               size_t length)
{
    struct sunk *sunk = ctx;
    (void)head;
    strncat(sunk->text, bytes, length);
    return RC_HTTP_TAKEN;
}

static void restart(void *ctx)
{
    struct sunk *sunk = ctx;
    sunk->text[0] = '\0';
    sunk->restarts++;
}

static void test_a_stream_begins_anew(void **state)
{
    (void)state;
    ANSWERS({.status = 500, .body = "<Error><Code>InternalError</Code></Error>"},
            {.body = "0123456789", .cut = true, .cut_at = 4, .end = FAKE_CLOSE},
            {.body = "0123456789"});
    struct rc_error err = {0};
    for (int with_restart = 0; with_restart < 2; with_restart++) {
        struct sunk sunk = {{0}, 0};
        fake_server_script(at.server, answers, 3);
        struct rc_call *call = rc_s3_get_object(
            at.aws, &(struct rc_s3_get_object){.bucket = "b", .key = "k"}, NULL, NULL);
        rc_call_set_sink(call, &(struct rc_call_sink){sink, with_restart ? restart : NULL, &sunk});
        assert_int_equal(rc_call_wait(call, &err), with_restart);
        assert_string_equal(sunk.text, with_restart ? "0123456789" : "0123");
        assert_int_equal(sunk.restarts, with_restart);
        rc_call_free(call);
    }
}

/* ----- pages ----- */

struct gathered {
    char keys[64];
    int pages;
    int most;
    struct rc_pages *free_in_page;
};

static bool gather(void *ctx, const void *answer)
{
    struct gathered *gathered = ctx;
    const struct rc_s3_objects *objects = answer;
    for (size_t i = 0; i < objects->objects.count; i++)
        strncat(gathered->keys, objects->objects.items[i].key, 8);
    gathered->pages++;
    if (gathered->free_in_page)
        rc_pages_free(gathered->free_in_page);
    return gathered->pages < gathered->most;
}

static const struct fake_answer three_pages[] = {
    {.body = "<R><Contents><Key>a</Key></Contents><IsTruncated>true</IsTruncated>"
             "<NextContinuationToken>t/1</NextContinuationToken></R>"},
    {.body = "<R><IsTruncated>true</IsTruncated>"
             "<NextContinuationToken>t2</NextContinuationToken></R>"},
    {.body = "<R><Contents><Key>b</Key></Contents><Contents><Key>c</Key></Contents>"
             "<IsTruncated>false</IsTruncated></R>"},
};

static const struct rc_s3_list_objects list = {.bucket = "b", .prefix = "in/"};

static void test_every_page(void **state)
{
    (void)state;
    struct gathered gathered = {.most = 100};
    struct rc_error err = {0};
    answer_with(three_pages, 3);
    struct rc_pages *pages =
        rc_pages_start(at.aws, &rc_s3_list_objects_operation, &list, gather, put_done, &gathered);
    assert_true(rc_pages_wait(pages, &err));
    assert_string_equal(gathered.keys, "abc");
    assert_int_equal(gathered.pages, 3);
    assert_int_equal(at.done, 1);
    assert_string_equal(fake_server_request(at.server, 1)->target,
                        "/b?list-type=2&encoding-type=url&prefix=in%2F&continuation-token=t%2F1");
    rc_pages_free(pages);
}

static void test_pages_end_early(void **state)
{
    (void)state;
    struct gathered gathered = {.most = 2};
    struct rc_error err = {0};
    answer_with(three_pages, 3);
    struct rc_pages *pages =
        rc_pages_start(at.aws, &rc_s3_list_objects_operation, &list, gather, NULL, &gathered);
    assert_true(rc_pages_wait(pages, &err));
    assert_int_equal(gathered.pages, 2);
    rc_pages_free(pages);

    bool never = false;
    gathered = (struct gathered){.most = 100};
    answer_with(three_pages, 3);
    pages =
        rc_pages_start(at.aws, &rc_s3_list_objects_operation, &list, gather, put_done, &gathered);
    gathered.free_in_page = pages;
    rc_loop_until(at.loop, &never, 1000);
    assert_int_equal(gathered.pages, 1);
    assert_int_equal(at.done, 0);
}

static void test_a_page_that_fails(void **state)
{
    (void)state;
    struct gathered gathered = {.most = 100};
    struct rc_error err = {0};
    static const struct fake_answer answers[] = {
        {.body = "<R><IsTruncated>true</IsTruncated>"
                 "<NextContinuationToken>t</NextContinuationToken></R>"},
        {.status = 403, .body = "<Error><Code>AccessDenied</Code></Error>"}};
    answer_with(answers, 2);
    struct rc_pages *pages =
        rc_pages_start(at.aws, &rc_s3_list_objects_operation, &list, gather, NULL, &gathered);
    assert_false(rc_pages_wait(pages, &err));
    assert_non_null(strstr(err.text, "AccessDenied"));
    assert_int_equal(gathered.pages, 1);
    rc_pages_free(pages);
}

/* A list that leads in a circle is not all there, and does not pass for a whole one. */
static void test_a_page_behind_itself(void **state)
{
    (void)state;
    struct gathered gathered = {.most = 100};
    struct rc_error err = {0};
    static const struct fake_answer same[] = {
        {.body = "<R><IsTruncated>true</IsTruncated>"
                 "<NextContinuationToken>t</NextContinuationToken></R>"},
        {.body = "<R><Contents><Key>a</Key></Contents><IsTruncated>true</IsTruncated>"
                 "<NextContinuationToken>t</NextContinuationToken></R>"}};
    answer_with(same, 2);
    struct rc_pages *pages =
        rc_pages_start(at.aws, &rc_s3_list_objects_operation, &list, gather, put_done, &gathered);
    assert_false(rc_pages_wait(pages, &err));
    assert_non_null(strstr(err.text, "ListObjectsV2"));
    assert_non_null(strstr(err.text, "not all there"));
    assert_string_equal(gathered.keys, "a");
    assert_int_equal(gathered.pages, 2);
    assert_int_equal(at.done, 1);
    rc_pages_free(pages);
}

static bool gather_events(void *ctx, const void *answer)
{
    struct gathered *gathered = ctx;
    const struct rc_logs_got *got = answer;
    for (size_t i = 0; i < got->events.count; i++)
        strncat(gathered->keys, got->events.items[i].message, 8);
    gathered->pages++;
    return true;
}

/* Its tokens never end: the last page leads to itself, also when it is the first. */
static void test_pages_of_log_events(void **state)
{
    (void)state;
    struct gathered gathered = {.most = 100};
    struct rc_error err = {0};
    struct rc_logs_get get = {.group = "g", .stream = "s", .start_from_head = true};
    static const struct fake_answer events[] = {
        {.body = "{\"events\":[{\"message\":\"a\"}],\"nextForwardToken\":\"f/1\"}"},
        {.body = "{\"events\":[{\"message\":\"b\"}],\"nextForwardToken\":\"f/2\"}"},
        {.body = "{\"events\":[],\"nextForwardToken\":\"f/2\"}"}};
    answer_with(events, 3);
    struct rc_pages *pages =
        rc_pages_start(at.aws, &rc_logs_get_operation, &get, gather_events, NULL, &gathered);
    if (!rc_pages_wait(pages, &err))
        fail_msg("%s", err.text);
    assert_string_equal(gathered.keys, "ab");
    assert_int_equal(gathered.pages, 3);
    assert_non_null(strstr(fake_server_request(at.server, 1)->body, "\"nextToken\":\"f/1\""));
    rc_pages_free(pages);

    gathered = (struct gathered){.most = 100};
    get.next_token = "f/2";
    answer_with(&events[2], 1);
    pages = rc_pages_start(at.aws, &rc_logs_get_operation, &get, gather_events, NULL, &gathered);
    assert_true(rc_pages_wait(pages, &err));
    assert_int_equal(gathered.pages, 1);
    rc_pages_free(pages);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
#define BARE(name) cmocka_unit_test_setup_teardown(name, begin_without_client, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_request),
        TEST(test_where_members_of_s3_go),
        TEST(test_a_member_that_is_needed),
        TEST(test_throttled_and_then_taken),
        TEST(test_dynamodb_has_its_own_schedule),
        TEST(test_the_server_says_when),
        TEST(test_connections_that_are_cut),
        TEST(test_silence),
        TEST(test_garbage),
        TEST(test_an_answer_without_end),
        TEST(test_what_is_not_tried_again),
        TEST(test_what_must_not_be_done_twice),
        TEST(test_a_service_that_is_down_is_left_alone),
        TEST(test_reasons_of_a_throttle),
        TEST(test_details_of_an_error),
        TEST(test_errors_of_s3),
        TEST(test_a_clock_that_is_off),
        TEST(test_a_refusal_at_the_right_time_is_final),
        TEST(test_keys_that_have_expired),
        BARE(test_no_keys_at_all),
        BARE(test_no_region),
        BARE(test_endpoints),
        BARE(test_presigned),
        TEST(test_hundreds_in_flight),
        TEST(test_a_call_that_is_freed_in_flight),
        TEST(test_a_stream_begins_anew),
        TEST(test_every_page),
        TEST(test_pages_end_early),
        TEST(test_a_page_that_fails),
        TEST(test_a_page_behind_itself),
        TEST(test_pages_of_log_events),
    };
    return cmocka_run_group_tests_name("call", tests, NULL, NULL);
}
