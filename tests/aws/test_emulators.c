/* The clients against emulators of DynamoDB, SQS and S3 (tests/emulators), which this
 * starts and ends itself. They are others' idea of what AWS says; what they leave out
 * is not asked of them. */
#include "aws/batch.h"
#include "aws/client.h"
#include "aws/ddb_item.h"
#include "aws/dynamodb.h"
#include "aws/s3.h"
#include "tests/aws/environment.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>

enum { START_MS = 60000, LINE_BYTES = 256, NODE_MAJOR = 20 };

/* The emulators that were started once for all tests. */
static struct {
    pid_t process;
    int their_input; /* they end when it closes */
    char dynamodb[LINE_BYTES];
    char sqs[LINE_BYTES];
    char s3[LINE_BYTES];
    struct environment environment;
    struct rc_loop *loop;
    struct rc_profile *profile;
    struct rc_aws *aws;
} at = {.process = -1, .their_input = -1};

/* ----- starting and ending them ----- */

static int64_t real_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Major version of node; 0 when there is none. */
static int node_major(void)
{
    char line[64] = "";
    FILE *pipe = popen("node --version 2>/dev/null", "r"); /* NOLINT(cert-env33-c) */
    if (!pipe)
        return 0;
    if (!fgets(line, sizeof line, pipe))
        line[0] = '\0';
    pclose(pipe);
    return line[0] == 'v' ? (int)strtol(line + 1, NULL, 10) : 0;
}

static void note_line(char *line)
{
    char *url = strchr(line, ' ');
    if (!url)
        return;
    *url++ = '\0';
    char *to = strcmp(line, "dynalite") == 0 ? at.dynamodb
               : strcmp(line, "fauxqs") == 0 ? at.sqs
               : strcmp(line, "s3rver") == 0 ? at.s3
                                             : NULL;
    if (to)
        snprintf(to, LINE_BYTES, "%s", url);
}

/* Reads lines until each emulator has said where it is. */
static bool await_lines(int output)
{
    char text[4096];
    size_t length = 0;
    int64_t end_ms = real_ms() + START_MS;
    while (!*at.dynamodb || !*at.sqs || !*at.s3) {
        struct pollfd wait = {.fd = output, .events = POLLIN};
        int64_t left = end_ms - real_ms();
        if (left <= 0 || poll(&wait, 1, (int)left) <= 0 || length + 1 == sizeof text)
            return false;
        ssize_t got = read(output, text + length, sizeof text - length - 1);
        if (got <= 0)
            return false;
        length += (size_t)got;
        text[length] = '\0';
        for (char *end; (end = strchr(text, '\n'));) {
            *end++ = '\0';
            note_line(text);
            length -= (size_t)(end - text);
            memmove(text, end, length + 1);
        }
    }
    return true;
}

static bool start_emulators(void)
{
    char *arguments[] = {"node", "tests/emulators/start.mjs", NULL};
    int input[2], output[2];
    if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0)
        return false;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    int failed = posix_spawnp(&at.process, "node", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(input[0]);
    close(output[1]);
    at.their_input = input[1];
    bool ok = !failed && await_lines(output[0]);
    close(output[0]);
    return ok;
}

static void stop_emulators(void)
{
    close(at.their_input);
    if (at.process > 0)
        waitpid(at.process, NULL, 0);
}

/* ----- the client ----- */

static void begin_with(const char *s3)
{
    struct rc_error err = {0};
    environment_begin(&at.environment);
    environment_set(&at.environment, "AWS_EC2_METADATA_DISABLED", "true");
    environment_set(&at.environment, "AWS_ACCESS_KEY_ID", "S3RVER");
    environment_set(&at.environment, "AWS_SECRET_ACCESS_KEY", "S3RVER");
    environment_set(&at.environment, "AWS_REGION", "us-east-1");
    environment_set(&at.environment, "AWS_ENDPOINT_URL_DYNAMODB", at.dynamodb);
    environment_set(&at.environment, "AWS_ENDPOINT_URL_SQS", at.sqs);
    environment_set(&at.environment, "AWS_ENDPOINT_URL_S3", s3);
    const struct rc_profile_options options = {.getenv = environment_get,
                                               .getenv_ctx = &at.environment};
    at.profile = rc_profile_load(&options, &err);
    assert_non_null(at.profile);
    at.loop = rc_loop_new(NULL, &err);
    assert_non_null(at.loop);
    at.aws = rc_aws_new(at.loop, &(struct rc_aws_options){.profile = at.profile}, &err);
    assert_non_null(at.aws);
}

static int begin(void **state)
{
    (void)state;
    begin_with(at.sqs);
    return 0;
}

static int begin_s3rver(void **state)
{
    (void)state;
    begin_with(at.s3);
    return 0;
}

static int end(void **state)
{
    (void)state;
    rc_aws_free(at.aws);
    rc_loop_free(at.loop);
    rc_profile_free(at.profile);
    environment_end(&at.environment);
    return 0;
}

/* Waits for a call that has to succeed; the test frees it. */
static struct rc_call *good(struct rc_call *call)
{
    struct rc_error err = {0};
    if (!rc_call_wait(call, &err))
        fail_msg("%s", err.text);
    return call;
}

static void go(struct rc_call *call)
{
    rc_call_free(good(call));
}

/* Waits for a call that has to fail with this code. */
static void bad(struct rc_call *call, const char *code, enum rc_aws_fault fault)
{
    struct rc_error err = {0};
    assert_false(rc_call_wait(call, &err));
    assert_string_equal(rc_call_error(call)->code, code);
    assert_int_equal(rc_call_error(call)->fault, fault);
    rc_call_free(call);
}

/* ----- DynamoDB ----- */

static const char *table; /* of the test */

static void create_table(const char *name)
{
    table = name;
    static const struct rc_dynamodb_attribute attributes[] = {{"PK", "S"}, {"SK", "N"}};
    static const struct rc_dynamodb_key keys[] = {{"PK", "HASH"}, {"SK", "RANGE"}};
    struct rc_call *call = good(rc_dynamodb_create_table(
        at.aws,
        &(struct rc_dynamodb_create_table){.table_name = table,
                                           .attributes = {attributes, 2},
                                           .keys = {keys, 2},
                                           .billing_mode = "PAY_PER_REQUEST"},
        NULL, NULL));
    assert_string_equal(rc_dynamodb_create_table_answer(call)->table->name, table);
    rc_call_free(call);
    /* It is there at once, but the answer before may still say CREATING. */
    for (int i = 0; i < 100; i++) {
        call = good(rc_dynamodb_describe_table(at.aws, &(struct rc_dynamodb_table_name){table},
                                               NULL, NULL));
        bool active = strcmp(rc_dynamodb_describe_table_answer(call)->table->status, "ACTIVE") == 0;
        rc_call_free(call);
        if (active)
            return;
    }
    fail_msg("the table does not become active");
}

static void drop_table(void)
{
    go(rc_dynamodb_delete_table(at.aws, &(struct rc_dynamodb_table_name){table}, NULL, NULL));
}

static void test_dynamodb_items(void **state)
{
    (void)state;
    static const char key[] = "{\"PK\":{\"S\":\"d1\"},\"SK\":{\"N\":\"7\"}}";
    struct rc_buf text, bytes;
    struct rc_jsonw json;
    create_table("items");
    rc_buf_init(&text, RC_ITEM_CAP);
    rc_jsonw_init(&json, &text);
    rc_item_open(&json);
    rc_item_text(&json, "PK", "d1");
    rc_item_int(&json, "SK", 7);
    rc_item_text(&json, "who", "J\xC3\xBCrgen \"x\"\n");
    rc_item_bool(&json, "open", true);
    rc_item_binary(&json, "digest", "\x00\xFFz", 3);
    rc_item_close(&json);
    struct rc_dynamodb_put_item put = {.table_name = table,
                                       .item = text.data,
                                       .condition = "attribute_not_exists(PK)",
                                       .return_consumed = "TOTAL"};
    struct rc_call *call = good(rc_dynamodb_put_item(at.aws, &put, NULL, NULL));
    assert_true(rc_dynamodb_put_item_answer(call)->consumed->units == 1);
    rc_call_free(call);
    bad(rc_dynamodb_put_item(at.aws, &put, NULL, NULL), "ConditionalCheckFailedException",
        RC_AWS_CONDITION);

    call = good(rc_dynamodb_update_item(
        at.aws,
        &(struct rc_dynamodb_update_item){.table_name = table,
                                          .key = key,
                                          .update = "SET #n = :n",
                                          .names = {&(struct rc_pair){"#n", "amount"}, 1},
                                          .values = "{\":n\":{\"N\":\"-125\"}}",
                                          .return_values = "UPDATED_NEW"},
        NULL, NULL));
    int64_t amount;
    assert_true(
        rc_item_get_int(rc_dynamodb_update_item_answer(call)->attributes, "amount", &amount));
    assert_int_equal(amount, -125);
    rc_call_free(call);

    call = good(rc_dynamodb_get_item(
        at.aws,
        &(struct rc_dynamodb_get_item){.table_name = table, .key = key, .consistent_read = true},
        NULL, NULL));
    const json_t *item = rc_dynamodb_get_item_answer(call)->item;
    rc_buf_init(&bytes, 10);
    assert_string_equal(rc_item_get_text(item, "who"), "J\xC3\xBCrgen \"x\"\n");
    assert_true(rc_item_get_binary(item, "digest", &bytes));
    assert_int_equal(bytes.length, 3);
    assert_memory_equal(bytes.data, "\x00\xFFz", 3);
    rc_buf_free(&bytes);
    rc_call_free(call);

    go(rc_dynamodb_delete_item(
        at.aws, &(struct rc_dynamodb_delete_item){.table_name = table, .key = key}, NULL, NULL));
    call = good(rc_dynamodb_get_item(
        at.aws, &(struct rc_dynamodb_get_item){.table_name = table, .key = key}, NULL, NULL));
    assert_null(rc_dynamodb_get_item_answer(call)->item);
    rc_call_free(call);
    rc_buf_free(&text);
    drop_table();
    bad(rc_dynamodb_get_item(
            at.aws, &(struct rc_dynamodb_get_item){.table_name = "none", .key = key}, NULL, NULL),
        "ResourceNotFoundException", RC_AWS_NOT_FOUND);
}

enum { MANY = 60 };

static bool count_items(void *ctx, const void *answer)
{
    const struct rc_dynamodb_items *page = answer;
    size_t *counts = ctx;
    counts[0]++;
    counts[1] += page->items.count;
    return true;
}

static void test_dynamodb_batches_and_pages(void **state)
{
    (void)state;
    static char texts[MANY][96];
    struct rc_batch_item items[MANY];
    const char *keys[MANY];
    struct rc_error err = {0};
    create_table("batches");
    for (int i = 0; i < MANY; i++) {
        snprintf(texts[i], sizeof texts[i], "{\"PK\":{\"S\":\"d1\"},\"SK\":{\"N\":\"%d\"}}", i);
        items[i] = (struct rc_batch_item){.json = texts[i]};
        keys[i] = texts[i];
    }
    struct rc_batch *batch = rc_batch_write_items(
        at.aws, &(struct rc_batch_write_items){table, {"PK", "SK"}, {items, MANY}},
        &(struct rc_batch_options){.consumed = true}, NULL, NULL, &err);
    if (!rc_batch_wait(batch, &err))
        fail_msg("%s", err.text);
    assert_true(rc_batch_counts(batch).consumed_units == MANY);
    rc_batch_free(batch);

    keys[3] = "{\"PK\":{\"S\":\"other\"},\"SK\":{\"N\":\"3\"}}";
    batch = rc_batch_get_items(
        at.aws,
        &(struct rc_batch_get_items){.table = table, .keys = {"PK", "SK"}, .wanted = {keys, MANY}},
        NULL, NULL, NULL, &err);
    if (!rc_batch_wait(batch, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < MANY; i++) {
        int64_t number = -1;
        rc_item_get_int(rc_batch_outcome(batch, i)->item, "SK", &number);
        assert_int_equal(number, i == 3 ? -1 : (int64_t)i);
    }
    rc_batch_free(batch);

    size_t counts[2] = {0, 0};
    struct rc_pages *pages =
        rc_pages_start(at.aws, &rc_dynamodb_query_operation,
                       &(struct rc_dynamodb_query){.table_name = table,
                                                   .key_condition = "PK = :d",
                                                   .values = "{\":d\":{\"S\":\"d1\"}}",
                                                   .scan_index_forward = "false",
                                                   .limit = 25},
                       count_items, NULL, counts);
    if (!rc_pages_wait(pages, &err))
        fail_msg("%s", err.text);
    rc_pages_free(pages);
    assert_int_equal(counts[0], 3);
    assert_int_equal(counts[1], MANY);
    drop_table();
}

/* ----- SQS ----- */

static char *create_queue(const char *name)
{
    struct rc_call *call = good(rc_sqs_create_queue(
        at.aws,
        &(struct rc_sqs_create_queue){
            .queue_name = name, .attributes = {&(struct rc_pair){"VisibilityTimeout", "60"}, 1}},
        NULL, NULL));
    char *url = strdup(rc_sqs_create_queue_answer(call)->queue_url);
    assert_non_null(url);
    rc_call_free(call);
    return url;
}

static void test_sqs_messages(void **state)
{
    (void)state;
    static const char body[] = "{\"day\":\"2026-11-24\",\"who\":\"J\xC3\xBCrgen\"}";
    char *url = create_queue("one");
    go(rc_sqs_send(at.aws,
                   &(struct rc_sqs_send){.queue_url = url,
                                         .body = body,
                                         .message_attributes = {&(struct rc_sqs_message_attribute){
                                                                    .key = "kind",
                                                                    .data_type = "String",
                                                                    .string_value = "test"},
                                                                1}},
                   NULL, NULL));
    const char *all[] = {"All"};
    struct rc_sqs_receive receive = {.queue_url = url,
                                     .max_messages = 10,
                                     .message_system_attribute_names = {all, 1},
                                     .message_attribute_names = {all, 1}};
    struct rc_call *call = good(rc_sqs_receive(at.aws, &receive, NULL, NULL));
    const struct rc_sqs_received *received = rc_sqs_receive_answer(call);
    assert_int_equal(received->messages.count, 1);
    assert_string_equal(received->messages.items[0].body, body);
    assert_string_equal(received->messages.items[0].message_attributes.items[0].key, "kind");
    assert_string_equal(received->messages.items[0].message_attributes.items[0].string_value,
                        "test");
    go(rc_sqs_change_visibility(
        at.aws,
        &(struct rc_sqs_change_visibility){
            .queue_url = url, .receipt_handle = received->messages.items[0].receipt_handle},
        NULL, NULL));
    rc_call_free(call);

    call = good(rc_sqs_receive(at.aws, &receive, NULL, NULL));
    received = rc_sqs_receive_answer(call);
    assert_int_equal(received->messages.count, 1);
    const char *count = NULL;
    for (size_t i = 0; i < received->messages.items[0].attributes.count; i++)
        if (strcmp(received->messages.items[0].attributes.items[i].key,
                   "ApproximateReceiveCount") == 0)
            count = received->messages.items[0].attributes.items[i].value;
    assert_non_null(count);
    assert_string_equal(count, "2");
    go(rc_sqs_delete(
        at.aws,
        &(struct rc_sqs_delete){.queue_url = url,
                                .receipt_handle = received->messages.items[0].receipt_handle},
        NULL, NULL));
    rc_call_free(call);
    go(rc_sqs_delete_queue(at.aws, &(struct rc_sqs_queue){url}, NULL, NULL));
    bad(rc_sqs_get_queue_url(at.aws, &(struct rc_sqs_get_queue_url){.queue_name = "one"}, NULL,
                             NULL),
        "QueueDoesNotExist", RC_AWS_NOT_FOUND);
    free(url);
}

static const char *attribute(const struct rc_sqs_attributes *attributes, const char *name)
{
    for (size_t i = 0; i < attributes->attributes.count; i++)
        if (strcmp(attributes->attributes.items[i].key, name) == 0)
            return attributes->attributes.items[i].value;
    return "";
}

static void assert_waiting(const char *url, const char *count)
{
    const char *all[] = {"All"};
    struct rc_call *call = good(rc_sqs_get_attributes(
        at.aws, &(struct rc_sqs_get_attributes){.queue_url = url, .attribute_names = {all, 1}},
        NULL, NULL));
    assert_string_equal(
        attribute(rc_sqs_get_attributes_answer(call), "ApproximateNumberOfMessages"), count);
    rc_call_free(call);
}

static void test_sqs_batches(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_sqs_send_entry entries[25];
    char *url = create_queue("many");
    for (int i = 0; i < 25; i++)
        entries[i] = (struct rc_sqs_send_entry){.body = "x"};
    struct rc_batch *batch = rc_batch_send_messages(
        at.aws, &(struct rc_batch_send_messages){.queue_url = url, .messages = {entries, 25}}, NULL,
        NULL, NULL, &err);
    if (!rc_batch_wait(batch, &err))
        fail_msg("%s", err.text);
    assert_non_null(rc_batch_outcome(batch, 24)->id);
    rc_batch_free(batch);
    assert_waiting(url, "25");

    struct rc_call *call = good(rc_sqs_receive(
        at.aws, &(struct rc_sqs_receive){.queue_url = url, .max_messages = 10}, NULL, NULL));
    const struct rc_sqs_received *received = rc_sqs_receive_answer(call);
    const char *handles[10];
    assert_int_equal(received->messages.count, 10);
    for (size_t i = 0; i < 10; i++)
        handles[i] = received->messages.items[i].receipt_handle;
    batch = rc_batch_delete_messages(at.aws, &(struct rc_batch_delete_messages){url, {handles, 10}},
                                     NULL, NULL, NULL, &err);
    if (!rc_batch_wait(batch, &err))
        fail_msg("%s", err.text);
    rc_batch_free(batch);
    rc_call_free(call);
    assert_waiting(url, "15");
    go(rc_sqs_purge(at.aws, &(struct rc_sqs_queue){url}, NULL, NULL));
    assert_waiting(url, "0");
    go(rc_sqs_delete_queue(at.aws, &(struct rc_sqs_queue){url}, NULL, NULL));
    free(url);
}

/* ----- S3 ----- */

static const char *bucket; /* of the test */

static void put(const char *key, const char *text)
{
    go(rc_s3_put_object(at.aws,
                        &(struct rc_s3_put_object){.bucket = bucket,
                                                   .key = key,
                                                   .body = {text, strlen(text)},
                                                   .content_type = "text/plain",
                                                   .metadata = {&(struct rc_pair){"day", "24"}, 1}},
                        NULL, NULL));
}

static enum rc_http_taken take(void *ctx, const struct rc_http_head *head, const char *bytes,
                               size_t length)
{
    (void)head;
    return rc_buf_add(ctx, bytes, length) ? RC_HTTP_TAKEN : RC_HTTP_STOP;
}

static void assert_object(const char *key, const char *range, const char *text)
{
    struct rc_buf got;
    rc_buf_init(&got, 64 << 20);
    struct rc_call *call = rc_s3_get_object(
        at.aws, &(struct rc_s3_get_object){.bucket = bucket, .key = key, .range = range}, NULL,
        NULL);
    rc_call_set_sink(call, &(struct rc_call_sink){.take = take, .ctx = &got});
    good(call);
    assert_int_equal(rc_s3_get_object_answer(call)->content_length_bytes, strlen(text));
    assert_int_equal(got.length, strlen(text));
    assert_memory_equal(got.data, text, got.length);
    rc_call_free(call);
    rc_buf_free(&got);
}

static void begin_bucket(const char *name)
{
    bucket = name;
    go(rc_s3_create_bucket(at.aws, &(struct rc_s3_create_bucket){.bucket = bucket}, NULL, NULL));
}

static void test_s3_objects(void **state)
{
    (void)state;
    static const char odd[] = "in/2026-11-24/a b+c&d=\xC3\xBC'(1).txt";
    begin_bucket("settlement");
    put(odd, "hello, world");
    struct rc_call *call = good(rc_s3_head_object(
        at.aws, &(struct rc_s3_head_object){.bucket = bucket, .key = odd}, NULL, NULL));
    const struct rc_s3_object_head *head = rc_s3_head_object_answer(call);
    assert_int_equal(head->content_length_bytes, 12);
    assert_string_equal(head->content_type, "text/plain");
    assert_string_equal(head->etag, "\"e4d7f1b4ed2e42d15898f4b27b019da4\""); /* MD5 */
    assert_int_equal(head->metadata.count, 1);
    assert_string_equal(head->metadata.items[0].key, "day");
    assert_string_equal(head->metadata.items[0].value, "24");
    assert_true(head->last_modified_unix_ms > 1700000000000);
    rc_call_free(call);
    assert_object(odd, NULL, "hello, world");
    assert_object(odd, "bytes=7-11", "world");

    put("in/plain", "hello, world");
    call = good(rc_s3_copy_object(at.aws,
                                  &(struct rc_s3_copy_object){.bucket = bucket,
                                                              .key = "copy",
                                                              .copy_source = "settlement/in/plain"},
                                  NULL, NULL));
    assert_string_equal(rc_s3_copy_object_answer(call)->etag,
                        "\"e4d7f1b4ed2e42d15898f4b27b019da4\"");
    rc_call_free(call);
    assert_object("copy", NULL, "hello, world");
    go(rc_s3_delete_object(at.aws, &(struct rc_s3_delete_object){.bucket = bucket, .key = odd},
                           NULL, NULL));
    bad(rc_s3_get_object(at.aws, &(struct rc_s3_get_object){.bucket = bucket, .key = "none"}, NULL,
                         NULL),
        "NoSuchKey", RC_AWS_NOT_FOUND);
    bad(rc_s3_head_object(at.aws, &(struct rc_s3_head_object){.bucket = bucket, .key = odd}, NULL,
                          NULL),
        "NotFound", RC_AWS_NOT_FOUND);
}

static bool count_objects(void *ctx, const void *answer)
{
    const struct rc_s3_objects *page = answer;
    size_t *counts = ctx;
    counts[0]++;
    counts[1] += page->objects.count;
    counts[2] += page->prefixes.count;
    return true;
}

static void test_s3_lists(void **state)
{
    (void)state;
    static const char *const keys[] = {"l/a/1", "l/a/2", "l/b/1", "l/x", "l/y", "l/z"};
    struct rc_s3_object_id ids[6];
    struct rc_error err = {0};
    size_t counts[3] = {0};
    begin_bucket("lists");
    for (int i = 0; i < 6; i++) {
        put(keys[i], "1");
        ids[i] = (struct rc_s3_object_id){.key = keys[i]};
    }
    struct rc_s3_list_objects list = {.bucket = bucket, .prefix = "l/", .max_keys = 4};
    struct rc_pages *pages =
        rc_pages_start(at.aws, &rc_s3_list_objects_operation, &list, count_objects, NULL, counts);
    if (!rc_pages_wait(pages, &err))
        fail_msg("%s", err.text);
    rc_pages_free(pages);
    assert_int_equal(counts[0], 2);
    assert_int_equal(counts[1], 6);

    list.delimiter = "/";
    list.max_keys = 0;
    struct rc_call *call = good(rc_s3_list_objects(at.aws, &list, NULL, NULL));
    const struct rc_s3_objects *objects = rc_s3_list_objects_answer(call);
    assert_int_equal(objects->objects.count, 3);
    assert_string_equal(objects->objects.items[0].key, "l/x");
    assert_int_equal(objects->objects.items[0].size_bytes, 1);
    assert_int_equal(objects->prefixes.count, 2);
    assert_string_equal(objects->prefixes.items[1].prefix, "l/b/");
    assert_false(objects->truncated);
    rc_call_free(call);

    call = good(rc_s3_delete_objects(
        at.aws, &(struct rc_s3_delete_objects){.bucket = bucket, .objects = {ids, 6}}, NULL, NULL));
    assert_int_equal(rc_s3_delete_objects_answer(call)->deleted.count, 6);
    assert_int_equal(rc_s3_delete_objects_answer(call)->failed.count, 0);
    rc_call_free(call);
    call = good(rc_s3_list_objects(at.aws, &list, NULL, NULL));
    assert_int_equal(rc_s3_list_objects_answer(call)->objects.count, 0);
    rc_call_free(call);
}

enum { PART = 5 << 20, TAIL = 1000 }; /* the least that a part has, but for the last */

static void test_s3_upload_in_parts(void **state)
{
    (void)state;
    char path[] = "/tmp/rc-test-upload-XXXXXX";
    int file = mkstemp(path);
    char *bytes = malloc(PART + TAIL + 1);
    assert_true(file >= 0 && bytes);
    unlink(path);
    for (int i = 0; i < PART + TAIL; i++)
        bytes[i] = (char)('a' + i % 23);
    bytes[PART + TAIL] = '\0';
    for (ssize_t done = 0; done < PART + TAIL;) {
        ssize_t put = write(file, bytes + done, (size_t)(PART + TAIL - done));
        assert_true(put > 0);
        done += put;
    }
    begin_bucket("parts");
    struct rc_call *create = good(rc_s3_create_upload(
        at.aws, &(struct rc_s3_create_upload){.bucket = bucket, .key = "big"}, NULL, NULL));
    const char *upload = rc_s3_create_upload_answer(create)->upload_id;
    struct rc_call *parts[2];
    struct rc_s3_completed_part done[2];
    for (int i = 0; i < 2; i++) {
        const struct rc_http_file part = {file, (int64_t)i * PART, i ? TAIL : PART};
        parts[i] = rc_s3_upload_part(
            at.aws,
            &(struct rc_s3_upload_part){
                .bucket = bucket, .key = "big", .upload_id = upload, .part_number = i + 1},
            NULL, NULL);
        rc_call_set_file(parts[i], &part);
        good(parts[i]);
        done[i] = (struct rc_s3_completed_part){i + 1, rc_s3_upload_part_answer(parts[i])->etag};
    }
    go(rc_s3_complete_upload(
        at.aws,
        &(struct rc_s3_complete_upload){
            .bucket = bucket, .key = "big", .upload_id = upload, .parts = {done, 2}},
        NULL, NULL));
    rc_call_free(parts[1]);
    rc_call_free(parts[0]);
    rc_call_free(create);
    assert_object("big", NULL, bytes);
    free(bytes);
    close(file);
}

static void test_s3_tags(void **state)
{
    (void)state;
    static const struct rc_s3_tag tags[] = {{"state", "seen"}, {"empty", ""}};
    begin_bucket("tags");
    put("tagged", "1");
    go(rc_s3_put_tags(
        at.aws, &(struct rc_s3_put_tags){.bucket = bucket, .key = "tagged", .tags = {tags, 2}},
        NULL, NULL));
    struct rc_call *call = good(rc_s3_get_tags(
        at.aws, &(struct rc_s3_get_tags){.bucket = bucket, .key = "tagged"}, NULL, NULL));
    const struct rc_s3_tags *got = rc_s3_get_tags_answer(call);
    assert_int_equal(got->tags.count, 2);
    assert_string_equal(got->tags.items[0].value, "seen");
    assert_string_equal(got->tags.items[1].key, "empty");
    assert_string_equal(got->tags.items[1].value, "");
    rc_call_free(call);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
#define S3RVER_TEST(name)                                                                          \
    {                                                                                              \
#name "_of_s3rver", name, begin_s3rver, end, NULL                                          \
    }
    const struct CMUnitTest tests[] = {
        TEST(test_dynamodb_items),
        TEST(test_dynamodb_batches_and_pages),
        TEST(test_sqs_messages),
        TEST(test_sqs_batches),
        TEST(test_s3_objects),
        TEST(test_s3_lists), /* s3rver fails where a list has a next page */
        TEST(test_s3_upload_in_parts),
        S3RVER_TEST(test_s3_objects),
        S3RVER_TEST(test_s3_upload_in_parts),
        S3RVER_TEST(test_s3_tags), /* which fauxqs does not have */
    };
    if (node_major() < NODE_MAJOR) {
        printf("skip - emulators: needs node %d or newer\n", NODE_MAJOR);
        return 0;
    }
    if (access("tests/emulators/node_modules", R_OK) != 0) {
        puts("skip - emulators: not installed (npm ci --prefix tests/emulators)");
        return 0;
    }
    signal(SIGPIPE, SIG_IGN); /* NOLINT(bugprone-signal-handler) */
    int failed = 1;
    if (start_emulators())
        failed = cmocka_run_group_tests_name("emulators", tests, NULL, NULL);
    else
        puts("not ok - the emulators start");
    stop_emulators();
    return failed;
}
