/* Batches against a server that takes some entries and leaves others. */
#include "aws/batch.h"
#include "aws/client.h"
#include "aws/ddb_item.h"
#include "aws/json.h"
#include "tests/aws/environment.h"
#include "tests/aws/fake_clock.h"
#include "tests/aws/fake_server.h"

enum { MOST = 400 };

/* What the server was told, and what it has seen. */
static struct {
    struct environment environment;
    struct fake_clock clock;
    struct rc_loop *loop;
    struct fake_server *server;
    struct rc_profile *profile;
    struct rc_aws *aws;

    int come_back;       /* of each request, so many entries come back ... */
    int come_back_times; /* ... in so many requests; -1: in all */
    const char *poison;  /* a request that has this text is refused as a whole */
    int seen[MOST];      /* requests that entry number n was part of */
    int order[MOST * 4]; /* numbers in the order in which they came */
    int order_count;
    size_t largest_bytes;
    int largest_count;
    bool ended; /* done came */
    struct rc_buf body;
} at;

static double half(void *ctx)
{
    (void)ctx;
    return 0.5;
}

static int begin(void **state)
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
    environment_set(&at.environment, "AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    environment_set(&at.environment, "AWS_SECRET_ACCESS_KEY", "SECRETEXAMPLE");
    environment_set(&at.environment, "AWS_REGION", "eu-west-1");
    environment_set(&at.environment, "AWS_ENDPOINT_URL", fake_server_url(at.server));
    const struct rc_profile_options options = {.getenv = environment_get,
                                               .getenv_ctx = &at.environment};
    at.profile = rc_profile_load(&options, &err);
    assert_non_null(at.profile);
    at.aws =
        rc_aws_new(at.loop, &(struct rc_aws_options){.profile = at.profile, .chance = half}, &err);
    assert_non_null(at.aws);
    rc_buf_init(&at.body, 64 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    rc_buf_free(&at.body);
    rc_aws_free(at.aws);
    rc_profile_free(at.profile);
    fake_server_free(at.server);
    rc_loop_free(at.loop);
    environment_end(&at.environment);
    return 0;
}

static void ended(struct rc_batch *batch, void *ctx)
{
    assert_true(rc_batch_ended(batch));
    assert_false(at.ended);
    at.ended = true;
    if (ctx)
        rc_batch_free(batch);
}

/* ----- what the server does ----- */

static void note(int number, size_t bytes)
{
    assert_in_range(number, 0, MOST - 1);
    at.seen[number]++;
    at.order[at.order_count++] = number;
    if (bytes > at.largest_bytes)
        at.largest_bytes = bytes;
}

static bool refuses(const struct fake_request *request, struct fake_answer *answer)
{
    if (!at.poison || !strstr(request->body, at.poison))
        return false;
    answer->status = 400;
    answer->body = "{\"__type\":\"com.amazonaws#ValidationException\",\"message\":\"one is bad\"}";
    return true;
}

static int how_many_come_back(int count)
{
    if (at.come_back_times == 0)
        return 0;
    if (at.come_back_times > 0)
        at.come_back_times--;
    return at.come_back < count ? at.come_back : count;
}

static json_t *body_of(const struct fake_request *request)
{
    json_t *body = rc_json_parse(request->body, request->body_length, 64 << 20, NULL);
    assert_non_null(body);
    return body;
}

static void answer_json(struct fake_answer *answer, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);
    assert_non_null(text);
    rc_buf_clear(&at.body);
    assert_true(rc_buf_add_str(&at.body, text));
    free(text);
    json_decref(json);
    answer->body = at.body.data;
}

static const json_t *item_of(const json_t *write)
{
    const json_t *put = json_object_get(write, "PutRequest");
    return put ? json_object_get(put, "Item")
               : json_object_get(json_object_get(write, "DeleteRequest"), "Key");
}

/* The last ones of a request come back, in turned order. */
static void answer_write(void *ctx, const struct fake_request *request, struct fake_answer *answer)
{
    (void)ctx;
    if (refuses(request, answer))
        return;
    json_t *body = body_of(request);
    const json_t *writes = json_object_get(json_object_get(body, "RequestItems"), "t");
    int count = (int)json_array_size(writes), back = how_many_come_back(count);
    json_t *list = json_array();
    assert_true(count > 0);
    if (count > at.largest_count)
        at.largest_count = count;
    for (int i = count - 1; i >= 0; i--) {
        json_t *write = json_array_get(writes, (size_t)i);
        int64_t number;
        assert_true(rc_item_get_int(item_of(write), "SK", &number));
        if (i >= count - back)
            json_array_append(list, write);
    }
    for (int i = 0; i < count; i++) {
        int64_t number;
        assert_true(rc_item_get_int(item_of(json_array_get(writes, (size_t)i)), "SK", &number));
        note((int)number, request->body_length);
    }
    json_t *unprocessed = back ? json_pack("{s:o}", "t", list) : json_object();
    if (!back)
        json_decref(list);
    answer_json(answer, json_pack("{s:o, s:[{s:s, s:f}]}", "UnprocessedItems", unprocessed,
                                  "ConsumedCapacity", "TableName", "t", "CapacityUnits",
                                  (double)(count - back)));
    json_decref(body);
}

static char *item(int number, int padding)
{
    struct rc_buf text;
    struct rc_jsonw json;
    char *long_text = calloc(1, (size_t)padding + 1);
    assert_non_null(long_text);
    memset(long_text, 'x', (size_t)padding);
    rc_buf_init(&text, RC_ITEM_CAP);
    rc_jsonw_init(&json, &text);
    rc_item_open(&json);
    rc_item_text(&json, "PK", "day \"1\"");
    rc_item_int(&json, "SK", number);
    rc_item_text(&json, "note", long_text);
    rc_item_close(&json);
    assert_false(text.failed);
    free(long_text);
    return text.data;
}

static struct rc_batch_item items[MOST];
static size_t item_count;

static void make_items(size_t count, int padding)
{
    item_count = count;
    for (size_t i = 0; i < count; i++)
        items[i] = (struct rc_batch_item){.json = item((int)i, padding)};
}

static void free_items(void)
{
    for (size_t i = 0; i < item_count; i++)
        free((char *)(uintptr_t)items[i].json);
    item_count = 0;
}

static struct rc_batch *write_items(const struct rc_batch_options *options)
{
    struct rc_error err = {0};
    fake_server_reply(at.server, answer_write, NULL);
    struct rc_batch *batch = rc_batch_write_items(
        at.aws, &(struct rc_batch_write_items){"t", {"PK", "SK"}, {items, item_count}}, options,
        ended, NULL, &err);
    assert_non_null(batch);
    return batch;
}

/* ----- BatchWriteItem ----- */

static void test_all_are_taken(void **state)
{
    (void)state;
    struct rc_error err = {0};
    make_items(60, 10);
    struct rc_batch *batch =
        write_items(&(struct rc_batch_options){.in_flight = 1, .consumed = true});
    assert_int_equal(fake_server_count(at.server), 0); /* nothing before the loop runs */
    assert_true(rc_batch_wait(batch, &err));
    assert_true(at.ended);
    struct rc_batch_counts counts = rc_batch_counts(batch);
    assert_int_equal(counts.entries, 60);
    assert_int_equal(counts.done, 60);
    assert_int_equal(counts.failed, 0);
    assert_int_equal(counts.requests, 3);
    assert_int_equal(counts.tried_again, 0);
    assert_true(counts.consumed_units == 60);
    assert_int_equal(fake_server_count(at.server), 3);
    assert_int_equal(at.largest_count, 25);
    for (int i = 0; i < 60; i++) {
        assert_int_equal(at.order[i], i);
        assert_int_equal(rc_batch_outcome(batch, (size_t)i)->state, RC_BATCH_DONE);
        assert_int_equal(rc_batch_outcome(batch, (size_t)i)->attempts, 1);
    }
    rc_batch_free(batch);
    free_items();
}

static void test_only_what_came_back_is_sent_again(void **state)
{
    (void)state;
    struct rc_error err = {0};
    make_items(25, 10);
    at.come_back = 3;
    at.come_back_times = 1;
    struct rc_batch *batch = write_items(NULL);
    assert_true(rc_batch_wait(batch, &err));
    assert_int_equal(fake_server_count(at.server), 2);
    for (int i = 0; i < 25; i++) {
        assert_int_equal(at.seen[i], i < 22 ? 1 : 2);
        assert_int_equal(rc_batch_outcome(batch, (size_t)i)->attempts, i < 22 ? 1 : 2);
    }
    assert_int_equal(at.order[25], 22); /* in their own order again */
    assert_int_equal(at.order[26], 23);
    assert_int_equal(at.order[27], 24);
    assert_int_equal(rc_batch_counts(batch).tried_again, 3);
    /* Half of a second: the first retry of what was throttled. */
    assert_int_equal(
        fake_server_request(at.server, 1)->at_ms - fake_server_request(at.server, 0)->at_ms, 500);
    const struct rc_metrics_row *row =
        rc_metrics_row(rc_aws_metrics(at.aws), "dynamodb", "BatchWriteItem");
    assert_int_equal(row->throttled, 3);
    rc_batch_free(batch);
    free_items();
}

static void test_attempts_end(void **state)
{
    (void)state;
    struct rc_error err = {0};
    make_items(2, 10);
    at.come_back = 1;
    at.come_back_times = -1;
    struct rc_batch *batch = write_items(&(struct rc_batch_options){.attempts = 3});
    assert_false(rc_batch_wait(batch, &err));
    assert_non_null(strstr(err.text, "dynamodb BatchWriteItem: 1 of 2 entries failed; number 2"));
    assert_non_null(strstr(err.text, "(3 attempts)"));
    assert_int_equal(at.seen[0], 1);
    assert_int_equal(at.seen[1], 3);
    assert_int_equal(rc_batch_outcome(batch, 0)->state, RC_BATCH_DONE);
    assert_int_equal(rc_batch_outcome(batch, 1)->state, RC_BATCH_FAILED);
    assert_string_equal(rc_batch_outcome(batch, 1)->code, "UnprocessedEntries");
    assert_int_equal(rc_batch_outcome(batch, 1)->fault, RC_AWS_THROTTLED);
    assert_int_equal(rc_batch_fault(batch), RC_AWS_THROTTLED);
    assert_int_equal(rc_batch_counts(batch).failed, 1);
    rc_batch_free(batch);
    free_items();
}

static void test_bytes_split_requests(void **state)
{
    (void)state;
    struct rc_error err = {0};
    make_items(25, 390 << 10);
    /* 25 items of 390 KB are under 16 MB; items that the service would refuse are not. */
    struct rc_batch *batch = write_items(&(struct rc_batch_options){.in_flight = 1});
    assert_true(rc_batch_wait(batch, &err));
    assert_int_equal(rc_batch_counts(batch).requests, 1);
    rc_batch_free(batch);
    free_items();

    memset(at.seen, 0, sizeof at.seen);
    at.ended = false;
    at.largest_bytes = 0;
    make_items(19, 900 << 10);
    batch = write_items(&(struct rc_batch_options){.in_flight = 1});
    assert_true(rc_batch_wait(batch, &err));
    assert_int_equal(rc_batch_counts(batch).requests, 2); /* 18 and 1 */
    assert_true(at.largest_bytes < (16 << 20) + 4096);
    rc_batch_free(batch);
    free_items();
}

static void test_the_last_put_of_a_key_stays(void **state)
{
    (void)state;
    struct rc_error err = {0};
    make_items(30, 4);
    /* Numbers 5, 7 and 29 have one key, in a request that comes back once. */
    for (size_t i = 7; i < 30; i += 22) {
        free((char *)(uintptr_t)items[i].json);
        items[i].json = item(5, (int)i);
    }
    at.come_back = 25;
    at.come_back_times = 2;
    struct rc_batch *batch = write_items(NULL);
    assert_true(rc_batch_wait(batch, &err));
    assert_int_equal(rc_batch_counts(batch).done, 30);
    size_t last = 0, longest = 0, sizes = 0;
    for (size_t i = 0; i < fake_server_count(at.server); i++) {
        json_t *body = body_of(fake_server_request(at.server, i));
        const json_t *writes = json_object_get(json_object_get(body, "RequestItems"), "t");
        int of_the_key = 0;
        for (size_t k = 0; k < json_array_size(writes); k++) {
            const json_t *one = item_of(json_array_get(writes, k));
            int64_t number;
            assert_true(rc_item_get_int(one, "SK", &number));
            if (number != 5)
                continue;
            of_the_key++;
            last = strlen(rc_item_get_text(one, "note"));
            assert_true(last >= longest); /* never an earlier one after a later one */
            sizes += last > longest;
            longest = last;
        }
        assert_true(of_the_key <= 1); /* DynamoDB refuses a request with a key twice */
        json_decref(body);
    }
    assert_int_equal(last, 29);
    assert_int_equal(sizes, 3);
    rc_batch_free(batch);
    free_items();
}

static void test_one_bad_item_fails_alone(void **state)
{
    (void)state;
    struct rc_error err = {0};
    make_items(25, 10);
    at.poison = "\"SK\":{\"N\":\"11\"}";
    struct rc_batch *batch = write_items(NULL);
    assert_false(rc_batch_wait(batch, &err));
    assert_non_null(strstr(err.text, "ValidationException: one is bad"));
    for (size_t i = 0; i < 25; i++)
        assert_int_equal(rc_batch_outcome(batch, i)->state,
                         i == 11 ? RC_BATCH_FAILED : RC_BATCH_DONE);
    assert_int_equal(fake_server_count(at.server), 26);
    rc_batch_free(batch);
    free_items();
}

static void test_a_deletion_comes_back_as_one(void **state)
{
    (void)state;
    struct rc_error err = {0};
    static const char key[] = "{\"PK\":{\"S\":\"day \\\"1\\\"\"},\"SK\":{\"N\":\"0\"}}";
    struct rc_batch_item deletion = {.json = key, .remove = true};
    at.come_back = 1;
    at.come_back_times = 1;
    fake_server_reply(at.server, answer_write, NULL);
    struct rc_batch *batch = rc_batch_write_items(
        at.aws, &(struct rc_batch_write_items){"t", {"PK", "SK"}, {&deletion, 1}}, NULL, NULL, NULL,
        &err);
    assert_true(rc_batch_wait(batch, &err));
    assert_int_equal(at.seen[0], 2);
    assert_string_equal(fake_server_request(at.server, 0)->body,
                        fake_server_request(at.server, 1)->body);
    assert_string_equal(
        fake_server_request(at.server, 0)->body,
        "{\"RequestItems\":{\"t\":[{\"DeleteRequest\":{\"Key\":{\"PK\":{\"S\":\"day "
        "\\\"1\\\"\"},\"SK\":{\"N\":\"0\"}}}}]}}");
    rc_batch_free(batch);
}

static void test_unknown_items_lose_nothing(void **state)
{
    (void)state;
    struct rc_error err = {0};
    static const struct fake_answer answers[] = {
        {.body = "{\"UnprocessedItems\":{\"t\":[{\"PutRequest\":{\"Item\":{\"PK\":{\"S\":\"?\"},"
                 "\"SK\":{\"N\":\"1\"}}}}]}}"},
        {.body = "{}"},
    };
    make_items(2, 1);
    fake_server_script(at.server, answers, 2);
    struct rc_batch *batch =
        rc_batch_write_items(at.aws, &(struct rc_batch_write_items){"t", {"PK", "SK"}, {items, 2}},
                             NULL, NULL, NULL, &err);
    assert_true(rc_batch_wait(batch, &err));
    assert_int_equal(rc_batch_outcome(batch, 0)->attempts, 2);
    assert_int_equal(rc_batch_outcome(batch, 1)->attempts, 2);
    rc_batch_free(batch);
    free_items();
}

static void test_throttled_as_a_whole(void **state)
{
    (void)state;
    struct rc_error err = {0};
    static const struct fake_answer answers[] = {
        {.status = 400, .body = "{\"__type\":\"x#ProvisionedThroughputExceededException\"}"},
        {.status = 400, .body = "{\"__type\":\"x#ProvisionedThroughputExceededException\"}"},
        {.status = 400, .body = "{\"__type\":\"x#ProvisionedThroughputExceededException\"}"},
        {.status = 400, .body = "{\"__type\":\"x#ProvisionedThroughputExceededException\"}"},
        {.body = "{}"},
    };
    make_items(2, 1);
    fake_server_script(at.server, answers, 5);
    struct rc_batch *batch =
        rc_batch_write_items(at.aws, &(struct rc_batch_write_items){"t", {"PK", "SK"}, {items, 2}},
                             NULL, NULL, NULL, &err);
    assert_true(rc_batch_wait(batch, &err));
    assert_int_equal(fake_server_count(at.server), 5); /* four of the first call's own */
    assert_int_equal(rc_batch_outcome(batch, 0)->attempts, 2);
    rc_batch_free(batch);
    free_items();
}

static void test_many_at_a_time(void **state)
{
    (void)state;
    struct rc_error err = {0};
    make_items(MOST, 10);
    at.come_back = 7;
    at.come_back_times = 20;
    struct rc_batch *batch = write_items(&(struct rc_batch_options){.in_flight = 8});
    assert_true(rc_batch_wait(batch, &err));
    assert_int_equal(rc_batch_counts(batch).done, MOST);
    assert_int_equal(rc_batch_counts(batch).tried_again, 20 * 7);
    assert_in_range(fake_server_connections(at.server), 2, 8);
    for (int i = 0; i < MOST; i++)
        assert_int_equal(rc_batch_outcome(batch, (size_t)i)->attempts, at.seen[i]);
    rc_batch_free(batch);
    free_items();
}

static void test_a_rate_spreads_requests(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_rate rate;
    rc_rate_init(&rate, rc_loop_now_ms(at.loop));
    rate.per_second = 25;
    rate.most_per_second = 25;
    rate.burst_seconds = 1;
    rate.tokens = 0;
    make_items(100, 10);
    struct rc_batch *batch = write_items(&(struct rc_batch_options){.rate = &rate});
    assert_true(rc_batch_wait(batch, &err));
    assert_int_equal(fake_server_count(at.server), 4);
    for (size_t i = 1; i < 4; i++)
        assert_int_equal(fake_server_request(at.server, i)->at_ms -
                             fake_server_request(at.server, i - 1)->at_ms,
                         1000);
    rc_batch_free(batch);
    free_items();
}

static void test_throttles_slow_the_rate(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_rate rate;
    rc_rate_init(&rate, rc_loop_now_ms(at.loop));
    make_items(100, 10);
    at.come_back = 5;
    at.come_back_times = 1;
    assert_true(rate.limit == 0);
    struct rc_batch *batch = write_items(&(struct rc_batch_options){.rate = &rate, .in_flight = 1});
    assert_true(rc_batch_wait(batch, &err));
    assert_true(rate.limit > 0);
    rc_batch_free(batch);
    free_items();
}

static void test_what_cannot_start(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_batch_item bad[] = {{.json = "{\"PK\":{\"S\":\"a\"},\"SK\":{\"N\":\"1\"}}"},
                                  {.json = "{\"PK\":{\"S\":\"a\"}}"}};
    struct rc_batch_write_items in = {"t", {"PK", "SK"}, {bad, 2}};
    assert_null(rc_batch_write_items(at.aws, &in, NULL, NULL, NULL, &err));
    assert_string_equal(err.text, "entry 2 of the batch lacks PK or SK");
    bad[1].json = "{\"PK\":";
    assert_null(rc_batch_write_items(at.aws, &in, NULL, NULL, NULL, &err));
    assert_int_equal(err.code, RC_DATA);
    assert_non_null(strstr(err.text, "entry 2 of the batch"));
    in.items.count = RC_BATCH_ENTRIES_MOST + 1;
    assert_null(rc_batch_write_items(at.aws, &in, NULL, NULL, NULL, &err));
    assert_int_equal(err.code, RC_LIMIT);
    assert_false(rc_batch_wait(NULL, &err));
}

static void test_nothing_is_done_at_once(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_batch *batch =
        rc_batch_put_events(at.aws, &(struct rc_batch_put_events){0}, NULL, ended, NULL, &err);
    assert_non_null(batch);
    assert_false(at.ended);
    assert_true(rc_batch_wait(batch, &err));
    assert_true(at.ended);
    rc_batch_free(batch);
}

static void test_freed_in_flight_and_when_done(void **state)
{
    (void)state;
    struct rc_error err = {0};
    make_items(60, 10);
    struct rc_batch *batch = write_items(NULL);
    rc_loop_run(at.loop);
    rc_batch_free(batch);
    assert_false(at.ended);

    batch = rc_batch_write_items(
        at.aws, &(struct rc_batch_write_items){"t", {"PK", "SK"}, {items, item_count}}, NULL, ended,
        &at, &err);
    assert_non_null(batch);
    assert_true(rc_loop_until(at.loop, &at.ended, -1)); /* it frees itself */
    rc_batch_free(NULL);
    free_items();
}

/* ----- BatchGetItem ----- */

/* Even numbers are there; what comes back is at the end of the request. */
static void answer_get(void *ctx, const struct fake_request *request, struct fake_answer *answer)
{
    (void)ctx;
    json_t *body = body_of(request);
    const json_t *table = json_object_get(json_object_get(body, "RequestItems"), "t");
    const json_t *keys = json_object_get(table, "Keys");
    int count = (int)json_array_size(keys), back = how_many_come_back(count);
    json_t *found = json_array(), *left = json_array();
    assert_true(json_is_true(json_object_get(table, "ConsistentRead")));
    assert_string_equal(json_string_value(json_object_get(table, "ProjectionExpression")),
                        "PK, SK, #n");
    assert_string_equal(rc_json_text(json_object_get(table, "ExpressionAttributeNames"), "#n"),
                        "note");
    for (int i = count - 1; i >= 0; i--) {
        json_t *key = json_array_get(keys, (size_t)i);
        int64_t number;
        assert_true(rc_item_get_int(key, "SK", &number));
        note((int)number, request->body_length);
        if (i >= count - back)
            json_array_append(left, key);
        else if (number % 2 == 0)
            json_array_append_new(found,
                                  json_pack("{s:O, s:O, s:{s:s}}", "SK", json_object_get(key, "SK"),
                                            "PK", json_object_get(key, "PK"), "note", "S", "n"));
    }
    json_t *unprocessed = back ? json_pack("{s:{s:o}}", "t", "Keys", left) : json_object();
    if (!back)
        json_decref(left);
    answer_json(answer, json_pack("{s:{s:o}, s:o}", "Responses", "t", found, "UnprocessedKeys",
                                  unprocessed));
    json_decref(body);
}

static void test_items_come_in_the_order_of_their_keys(void **state)
{
    (void)state;
    enum { KEYS = 130 };
    static char texts[KEYS][64];
    const char *keys[KEYS];
    struct rc_error err = {0};
    for (int i = 0; i < KEYS; i++) {
        snprintf(texts[i], sizeof texts[i], "{\"PK\":{\"S\":\"a\"},\"SK\":{\"N\":\"%d\"}}", i);
        keys[i] = texts[i];
    }
    at.come_back = 10;
    at.come_back_times = 2;
    fake_server_reply(at.server, answer_get, NULL);
    struct rc_batch *batch =
        rc_batch_get_items(at.aws,
                           &(struct rc_batch_get_items){.table = "t",
                                                        .keys = {"PK", "SK"},
                                                        .wanted = {keys, KEYS},
                                                        .consistent = true,
                                                        .projection = "PK, SK, #n",
                                                        .names = "{\"#n\":\"note\"}"},
                           NULL, NULL, NULL, &err);
    assert_true(rc_batch_wait(batch, &err));
    for (size_t i = 0; i < KEYS; i++) {
        const struct rc_batch_outcome *outcome = rc_batch_outcome(batch, i);
        int64_t number;
        assert_int_equal(outcome->state, RC_BATCH_DONE);
        assert_int_equal(outcome->item != NULL, i % 2 == 0);
        if (!outcome->item)
            continue;
        assert_true(rc_item_get_int(outcome->item, "SK", &number));
        assert_int_equal(number, i);
    }
    assert_int_equal(rc_batch_counts(batch).tried_again, 20);
    assert_int_equal(at.order_count, KEYS + 20);
    rc_batch_free(batch);
}

/* Without its key an item has no place, and is not taken for one that is not there; an item
 * that comes twice is one. */
static void test_items_without_their_keys(void **state)
{
    (void)state;
    static const char *const keys[] = {"{\"PK\":{\"S\":\"a\"}}", "{\"PK\":{\"S\":\"b\"}}"};
    static const struct fake_answer answers[] = {
        {.body = "{\"Responses\":{\"t\":[{\"PK\":{\"S\":\"a\"}},{\"PK\":{\"S\":\"a\"}},"
                 "{\"note\":{\"S\":\"n\"}}]}}"}};
    struct rc_error err = {0};
    fake_server_script(at.server, answers, 1);
    struct rc_batch *batch = rc_batch_get_items(
        at.aws, &(struct rc_batch_get_items){.table = "t", .keys = {"PK"}, .wanted = {keys, 2}},
        NULL, NULL, NULL, &err);
    assert_false(rc_batch_wait(batch, &err));
    assert_non_null(strstr(err.text, "1 of 2 entries failed; number 2"));
    assert_non_null(strstr(err.text, "was not asked for"));
    assert_int_equal(rc_batch_outcome(batch, 0)->state, RC_BATCH_DONE);
    assert_non_null(rc_batch_outcome(batch, 0)->item);
    rc_batch_free(batch);
}

/* ----- SQS ----- */

/* Entry "1" of the first request is the sender's fault, "2" the service's. */
static void answer_send(void *ctx, const struct fake_request *request, struct fake_answer *answer)
{
    bool first = at.order_count == 0;
    (void)ctx;
    json_t *body = body_of(request), *good = json_array(), *bad = json_array();
    const json_t *entries = json_object_get(body, "Entries");
    assert_string_equal(rc_json_text(body, "QueueUrl"), "http://sqs/1/q");
    assert_in_range(json_array_size(entries), 1, 10);
    for (size_t i = 0; i < json_array_size(entries); i++) {
        const json_t *entry = json_array_get(entries, i);
        const char *text = rc_json_text(entry, "MessageBody");
        note(atoi(text ? text : rc_json_text(entry, "ReceiptHandle")), request->body_length);
        const char *id = rc_json_text(entry, "Id");
        assert_int_equal(atoi(id), i);
        if (first && (i == 1 || i == 2))
            json_array_append_new(
                bad,
                json_pack("{s:s, s:b, s:s, s:s}", "Id", id, "SenderFault", i == 1, "Code",
                          i == 1 ? "InvalidMessageContents" : "InternalError", "Message", "why"));
        else if (!(first && i == 4))
            json_array_append_new(good,
                                  json_pack("{s:s, s:s}", "Id", id, "MessageId", text ? text : ""));
    }
    answer_json(answer, json_pack("{s:o, s:o}", "Successful", good, "Failed", bad));
    json_decref(body);
}

static void test_messages_by_their_fault(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_sqs_send_entry messages[15];
    char texts[15][16];
    for (int i = 0; i < 15; i++) {
        snprintf(texts[i], sizeof texts[i], "%d", i);
        messages[i] = (struct rc_sqs_send_entry){.id = "unused", .body = texts[i]};
    }
    fake_server_reply(at.server, answer_send, NULL);
    struct rc_batch *batch = rc_batch_send_messages(
        at.aws,
        &(struct rc_batch_send_messages){.queue_url = "http://sqs/1/q", .messages = {messages, 15}},
        &(struct rc_batch_options){.in_flight = 1}, NULL, NULL, &err);
    assert_false(rc_batch_wait(batch, &err));
    assert_non_null(strstr(err.text, "2 of 15 entries failed; number 2: InvalidMessageContents: "
                                     "why (1 attempts)"));
    assert_int_equal(rc_batch_outcome(batch, 1)->state, RC_BATCH_FAILED);
    assert_int_equal(rc_batch_outcome(batch, 2)->state, RC_BATCH_DONE);
    assert_int_equal(rc_batch_outcome(batch, 2)->attempts, 2);
    assert_string_equal(rc_batch_outcome(batch, 2)->id, "2");
    assert_string_equal(rc_batch_outcome(batch, 14)->id, "14");
    /* Nothing was said of it: it may be in the queue, so it is not sent twice. */
    assert_int_equal(rc_batch_outcome(batch, 4)->state, RC_BATCH_FAILED);
    assert_int_equal(at.seen[4], 1);
    rc_batch_free(batch);
}

static void test_large_messages_go_alone(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_sqs_send_entry messages[4];
    char *large = malloc((700 << 10) + 1);
    assert_non_null(large);
    memset(large, ' ', 700 << 10);
    large[700 << 10] = '\0';
    for (int i = 0; i < 4; i++)
        messages[i] = (struct rc_sqs_send_entry){.body = i == 2 ? "5" : large};
    fake_server_script(
        at.server,
        &(const struct fake_answer){.body = "{\"Successful\":[{\"Id\":\"0\"},{\"Id\":\"1\"}]}"}, 1);
    struct rc_batch *batch = rc_batch_send_messages(
        at.aws,
        &(struct rc_batch_send_messages){.queue_url = "http://sqs/1/q", .messages = {messages, 4}},
        &(struct rc_batch_options){.in_flight = 1}, NULL, NULL, &err);
    assert_true(rc_batch_wait(batch, &err));
    assert_int_equal(fake_server_count(at.server), 3); /* 1, 1 with the small one, 1 */
    rc_batch_free(batch);
    free(large);
}

static void test_deleting_messages(void **state)
{
    (void)state;
    struct rc_error err = {0};
    static const char *const handles[] = {"0", "1", "2", "3"};
    fake_server_reply(at.server, answer_send, NULL);
    struct rc_batch *batch = rc_batch_delete_messages(
        at.aws, &(struct rc_batch_delete_messages){"http://sqs/1/q", {handles, 4}}, NULL, NULL,
        NULL, &err);
    assert_false(rc_batch_wait(batch, &err));
    assert_int_equal(rc_batch_outcome(batch, 0)->state, RC_BATCH_DONE);
    assert_int_equal(rc_batch_outcome(batch, 1)->state, RC_BATCH_FAILED);
    assert_int_equal(rc_batch_outcome(batch, 2)->state, RC_BATCH_DONE);
    assert_int_equal(at.seen[2], 2);
    rc_batch_free(batch);
}

/* ----- PutEvents and PutMetricData ----- */

static void test_events_by_their_position(void **state)
{
    (void)state;
    struct rc_error err = {0};
    static const struct fake_answer answers[] = {
        {.body = "{\"FailedEntryCount\":2,\"Entries\":[{\"EventId\":\"e0\"},"
                 "{\"ErrorCode\":\"ThrottlingException\",\"ErrorMessage\":\"slow\"},"
                 "{\"ErrorCode\":\"InvalidArgument\",\"ErrorMessage\":\"no\"}]}"},
        {.body = "{\"FailedEntryCount\":0,\"Entries\":[{\"EventId\":\"e1\"}]}"},
    };
    struct rc_events_entry events[3];
    for (int i = 0; i < 3; i++)
        events[i] =
            (struct rc_events_entry){.source = "s", .detail_type = "t", .detail = i ? "{}" : "{ }"};
    fake_server_script(at.server, answers, 2);
    struct rc_batch *batch = rc_batch_put_events(
        at.aws, &(struct rc_batch_put_events){.events = {events, 3}}, NULL, NULL, NULL, &err);
    assert_false(rc_batch_wait(batch, &err));
    assert_string_equal(rc_batch_outcome(batch, 0)->id, "e0");
    assert_string_equal(rc_batch_outcome(batch, 1)->id, "e1");
    assert_int_equal(rc_batch_outcome(batch, 1)->attempts, 2);
    assert_string_equal(rc_batch_outcome(batch, 2)->code, "InvalidArgument");
    assert_string_equal(rc_batch_outcome(batch, 2)->message, "no");
    assert_string_equal(
        fake_server_request(at.server, 1)->body,
        "{\"Entries\":[{\"Source\":\"s\",\"DetailType\":\"t\",\"Detail\":\"{}\"}]}");
    rc_batch_free(batch);
}

static void test_metrics_are_taken_as_a_whole(void **state)
{
    (void)state;
    enum { DATA = 1500 };
    static struct rc_cloudwatch_datum data[DATA];
    struct rc_error err = {0};
    for (int i = 0; i < DATA; i++)
        data[i] = (struct rc_cloudwatch_datum){.name = "m", .value = "0"};
    fake_server_script(at.server, &(const struct fake_answer){.body = "{}"}, 1);
    struct rc_batch *batch = rc_batch_put_metrics(
        at.aws, &(struct rc_batch_put_metrics){.name_space = "reconctl", .data = {data, DATA}},
        &(struct rc_batch_options){.in_flight = 1}, NULL, NULL, &err);
    assert_true(rc_batch_wait(batch, &err));
    assert_int_equal(fake_server_count(at.server), 2);
    json_t *body = body_of(fake_server_request(at.server, 0));
    assert_string_equal(rc_json_text(body, "Namespace"), "reconctl");
    assert_int_equal(json_array_size(json_object_get(body, "MetricData")), 1000);
    json_decref(body);
    body = body_of(fake_server_request(at.server, 1));
    assert_int_equal(json_array_size(json_object_get(body, "MetricData")), 500);
    json_decref(body);
    rc_batch_free(batch);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_all_are_taken),
        TEST(test_only_what_came_back_is_sent_again),
        TEST(test_attempts_end),
        TEST(test_bytes_split_requests),
        TEST(test_the_last_put_of_a_key_stays),
        TEST(test_one_bad_item_fails_alone),
        TEST(test_a_deletion_comes_back_as_one),
        TEST(test_unknown_items_lose_nothing),
        TEST(test_throttled_as_a_whole),
        TEST(test_many_at_a_time),
        TEST(test_items_without_their_keys),
        TEST(test_a_rate_spreads_requests),
        TEST(test_throttles_slow_the_rate),
        TEST(test_what_cannot_start),
        TEST(test_nothing_is_done_at_once),
        TEST(test_freed_in_flight_and_when_done),
        TEST(test_items_come_in_the_order_of_their_keys),
        TEST(test_messages_by_their_fault),
        TEST(test_large_messages_go_alone),
        TEST(test_deleting_messages),
        TEST(test_events_by_their_position),
        TEST(test_metrics_are_taken_as_a_whole),
    };
    return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
