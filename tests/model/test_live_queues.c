/* Queues and messages that AWS tells of, in a table, against a server that answers as
 * told. */
#include "tests/model/live_sample.h"

/* ----- queues ----- */

enum { QUEUES = 20, DELAY_MS = 10 };

static const char *target_of(const struct fake_request *request)
{
    const char *target = fake_request_header(request, "X-Amz-Target");
    const char *point = target ? strrchr(target, '.') : NULL;
    return point ? point + 1 : "";
}

/* q00 is the dead-letter queue of all others; q03 does not answer. */
static void give_attributes(const struct fake_request *request, struct fake_answer *answer)
{
    const char *name = strstr(request->body, "/1/") + 3;
    answer->delay_ms = DELAY_MS;
    answer->body = at.body;
    if (strncmp(name, "q03", 3) == 0) {
        answer->status = 403;
        answer->body = "{\"__type\":\"AccessDenied\",\"message\":\"no\"}";
    } else if (strncmp(name, "q00", 3) == 0) {
        answer->body = "{\"Attributes\":{\"QueueArn\":\"arn:aws:sqs:eu-west-1:1:q00\","
                       "\"ApproximateNumberOfMessages\":\"4\"}}";
    } else {
        snprintf(at.body, BODY_BYTES,
                 "{\"Attributes\":{\"QueueArn\":\"arn:aws:sqs:eu-west-1:1:%.3s\","
                 "\"ApproximateNumberOfMessages\":\"0\",\"RedrivePolicy\":\"{"
                 "\\\"deadLetterTargetArn\\\":\\\"arn:aws:sqs:eu-west-1:1:q00\\\","
                 "\\\"maxReceiveCount\\\":5}\"}}",
                 name);
    }
}

static int queue_count = QUEUES;

static void give_queues(void *ctx, const struct fake_request *request, struct fake_answer *answer)
{
    const char *target = target_of(request);
    size_t used = 0;
    if (strcmp(target, "GetQueueAttributes") == 0) {
        give_attributes(request, answer);
    } else if (strcmp(target, "GetMetricData") == 0) {
        answer->body = ctx;
        answer->end = ctx ? FAKE_KEEP : FAKE_SILENT;
        answer->cut = !ctx;
        answer->cut_at = -1;
    } else {
        bool second = strstr(request->body, "\"NextToken\":\"t\"") != NULL;
        used = (size_t)snprintf(at.body, BODY_BYTES, "{\"QueueUrls\":[");
        int half = queue_count / 2;
        for (int i = second ? 0 : half; i < (second ? half : queue_count); i++)
            used += (size_t)snprintf(at.body + used, BODY_BYTES - used, "%s\"%s/1/q%02d\"",
                                     at.body[used - 1] == '[' ? "" : ",",
                                     fake_server_url(at.server), i);
        snprintf(at.body + used, BODY_BYTES - used, "]%s}", second ? "" : ",\"NextToken\":\"t\"");
        answer->body = at.body;
    }
}

static const char ages[] = "{\"MetricDataResults\":[{\"Id\":\"q10\",\"Values\":[90.0,80.0],"
                           "\"Timestamps\":[2,1],\"StatusCode\":\"Complete\"}]}";

static void ask_for_queues(const char *metrics)
{
    struct rc_error err = {0};
    fake_server_reply(at.server, give_queues, (void *)metrics);
    at.listing = rc_live_queues(at.live, &err);
    assert_non_null(at.listing);
    if (!rc_listing_wait(at.listing, &err))
        fail_msg("%s", err.text);
}

static void test_queues(void **state)
{
    (void)state;
    ask_for_queues(ages);
    assert_int_equal(rc_listing_rows(at.listing), QUEUES);
    assert_int_equal(count_of("queues", at.listing, "dead_letters_to=q00"), QUEUES - 2);
    assert_int_equal(count_of("queues", at.listing, "name=q00 dead_letters_of:q19 visible=4"), 1);
    assert_int_equal(count_of("queues", at.listing, "name=q00 alert:dead"), 1);
    assert_int_equal(count_of("queues", at.listing, "alert:empty"), QUEUES - 2);
    assert_int_equal(count_of("queues", at.listing, "name=q03 alert:answer"), 1);
    assert_int_equal(count_of("queues", at.listing, "max_receives=5"), QUEUES - 2);
    /* The tenth name that was listed is q00. */
    assert_int_equal(count_of("queues", at.listing, "oldest>1m name=q00"), 1);
    assert_int_equal(count_of("queues", at.listing, "oldest>1"), 1);
    assert_int_equal(at.notes, 1);
    assert_non_null(strstr(at.note, "allow sqs:GetQueueAttributes"));
}

static void test_no_more_than_eight_at_once(void **state)
{
    int64_t first = 0;
    int together = 0;
    (void)state;
    ask_for_queues(ages);
    for (size_t i = 0; i < fake_server_count(at.server); i++) {
        const struct fake_request *request = fake_server_request(at.server, i);
        if (strcmp(target_of(request), "GetQueueAttributes") != 0)
            continue;
        first = first ? first : request->at_ms;
        together += request->at_ms < first + DELAY_MS;
    }
    assert_int_equal(together, 8);
}

/* One request takes 500 metrics, so that there are two; an age is of the second. */
static void test_ages_of_many_queues(void **state)
{
    int asked = 0;
    (void)state;
    queue_count = 502;
    ask_for_queues("{\"MetricDataResults\":[{\"Id\":\"q501\",\"Values\":[90.0],"
                   "\"Timestamps\":[1],\"StatusCode\":\"Complete\"}]}");
    queue_count = QUEUES;
    for (size_t i = 0; i < fake_server_count(at.server); i++)
        asked += strcmp(target_of(fake_server_request(at.server, i)), "GetMetricData") == 0;
    assert_int_equal(asked, 2);
    assert_int_equal(rc_listing_rows(at.listing), 502);
    assert_int_equal(count_of("queues", at.listing, "oldest>1m"), 1);
}

static void test_ages_that_are_not_known(void **state)
{
    (void)state;
    ask_for_queues("{}");
    assert_int_equal(count_of("queues", at.listing, "oldest>=0"), 0);
    rc_listing_free(at.listing);
    at.notes = 0;
    int64_t before = rc_loop_now_ms(at.loop);
    ask_for_queues(NULL); /* nothing comes: they are given up, and the rest is there */
    assert_int_equal(rc_listing_rows(at.listing), QUEUES);
    assert_true(rc_loop_now_ms(at.loop) - before < 11000);
    assert_int_equal(at.notes, 2);
}

static void test_queues_that_may_not_be_listed(void **state)
{
    static const struct fake_answer answers[] = {
        {.status = 403, .body = "{\"__type\":\"AccessDeniedException\",\"message\":\"no\"}"}};
    struct rc_error err = {0};
    (void)state;
    fake_server_script(at.server, answers, 1);
    at.listing = rc_live_queues(at.live, &err);
    fails_with("allow sqs:ListQueues");
}

static void test_queues_that_are_cancelled(void **state)
{
    struct rc_error err = {0};
    (void)state;
    fake_server_reply(at.server, give_queues, NULL);
    at.listing = rc_live_queues(at.live, &err);
    pass(DELAY_MS / 2); /* attributes are on their way */
    assert_int_equal(rc_listing_state(at.listing), RC_LISTING_LOADING);
    rc_listing_cancel(at.listing);
    pass(1000);
    assert_int_equal(rc_listing_state(at.listing), RC_LISTING_CANCELLED);
    assert_int_equal(fake_server_open(at.server), 0);
}

/* ----- messages ----- */

static void give_messages(void *ctx, const struct fake_request *request, struct fake_answer *answer)
{
    (void)ctx;
    if (strcmp(target_of(request), "GetQueueUrl") == 0) {
        answer->body = "{\"QueueUrl\":\"http://sqs/1/q\"}";
        return;
    }
    assert_non_null(strstr(request->body, "\"VisibilityTimeout\":2"));
    at.asked[0]++;
    answer->body =
        at.asked[0] == 1
            ? "{\"Messages\":[{\"MessageId\":\"m1\",\"Body\":\"{\\\"card\\\":4111111111111111,"
              "\\\"n\\\":[1,{}],\\\"big\\\":12345678901234567890123}\",\"Attributes\":{"
              "\"SentTimestamp\":\"1775044800000\",\"ApproximateReceiveCount\":\"3\","
              "\"MessageGroupId\":\"4111111111111111\"},"
              "\"MessageAttributes\":{\"k\":{\"DataType\":\"String\",\"StringValue\":\"v\"}}}]}"
        : at.asked[0] == 2 ? "{\"Messages\":[{\"MessageId\":\"m2\",\"Body\":\"plain {text\"}]}"
                           : "{\"Messages\":[{\"MessageId\":\"m1\",\"Body\":\"again\"}]}";
}

static void test_messages(void **state)
{
    struct rc_error err = {0};
    (void)state;
    fake_server_reply(at.server, give_messages, NULL);
    at.listing = rc_live_messages(at.live, "q", 0, &err);
    assert_non_null(at.listing);
    assert_true(rc_listing_wait(at.listing, &err));
    assert_int_equal(at.asked[0], 3); /* the third time there was nothing new */
    assert_string_equal(cells_of("messages", at.listing, "message_id"), "m1|m2");
    assert_string_equal(cells_of("messages", at.listing, "sent"), "2026-04-01T12:00:00Z|-");
    assert_int_equal(count_of("messages", at.listing, "receives=3 attributes:k"), 1);

    struct rc_table *table = table_of("messages", at.listing, NULL, NULL);
    struct rc_message_shown *message = rc_message_read(at.model, rc_table_key(table, 0), &err);
    assert_non_null(message);
    assert_string_equal(message->body, "{\n  \"card\": 411111******1111,\n  \"n\": [\n    1,\n"
                                       "    {}\n  ],\n  \"big\": 12345678901234567890123\n}");
    assert_string_equal(message->attributes, "k = v");
    assert_string_equal(message->group, "411111******1111");
    rc_message_free(message);
    message = rc_message_read(at.model, rc_table_key(table, 1), &err);
    assert_string_equal(message->body, "plain {text");
    rc_message_free(message);
    rc_table_close(table);
    assert_null(rc_message_read(at.model, 12345, &err));
    assert_int_equal(err.code, RC_USAGE);
}

static void test_as_many_messages_as_asked_for(void **state)
{
    struct rc_error err = {0};
    (void)state;
    fake_server_reply(at.server, give_messages, NULL);
    at.listing = rc_live_messages(at.live, "http://sqs/1/q", 1, &err);
    assert_true(rc_listing_wait(at.listing, &err));
    assert_int_equal(rc_listing_rows(at.listing), 1);
    assert_int_equal(fake_server_count(at.server), 1);
    assert_non_null(strstr(fake_server_request(at.server, 0)->body, "\"MaxNumberOfMessages\":1"));
}

static void test_no_such_queue(void **state)
{
    static const struct fake_answer answers[] = {
        {.status = 400,
         .headers = "x-amzn-requestid: R1\r\n",
         .body = "{\"__type\":\"com.amazonaws.sqs#QueueDoesNotExist\",\"message\":\"no\"}"}};
    struct rc_error err = {0};
    (void)state;
    fake_server_script(at.server, answers, 1);
    at.listing = rc_live_messages(at.live, "q", 0, &err);
    fails_with("`queues` lists those there are");
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_queues),
        TEST(test_no_more_than_eight_at_once),
        TEST(test_ages_of_many_queues),
        TEST(test_ages_that_are_not_known),
        TEST(test_queues_that_may_not_be_listed),
        TEST(test_queues_that_are_cancelled),
        TEST(test_messages),
        TEST(test_as_many_messages_as_asked_for),
        TEST(test_no_such_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
