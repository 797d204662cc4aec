/* The files of a program, what the pipeline knows of one, and the states beside those of S3,
 * against a server that has a few items and an object. */
#include "core/civil.h"
#include "model/itemkey.h"
#include "pipeline/keys.h"
#include "tests/model/live_sample.h"

#include <jansson.h>

static struct {
    json_t *items;
    const char *object;   /* what GetObject gives */
    const char *versions; /* what ListObjectVersions gives */
    int status;           /* of DynamoDB's answers */
    int batches;
    size_t keys_asked; /* by the last of them */
} aws;

static const char no_access[] =
    "{\"__type\":\"com.amazon.coral.service#AccessDeniedException\",\"message\":\"no\"}";

static int begin_items(void **state)
{
    memset(&aws, 0, sizeof aws);
    aws.items = json_array();
    aws.versions = "<R/>";
    return begin(state);
}

static int end_items(void **state)
{
    int code = end(state);
    json_decref(aws.items);
    return code;
}

/* An item of attributes as they stand in DynamoDB's JSON, behind its key. */
static void add_item(const struct rc_key *key, const char *attributes)
{
    char text[4096];
    snprintf(text, sizeof text, "{\"PK\":{\"S\":\"%s\"},\"SK\":{\"S\":\"%s\"}%s%s}", key->pk,
             key->sk, *attributes ? "," : "", attributes);
    json_t *item = json_loads(text, 0, NULL);
    assert_non_null(item);
    json_array_append_new(aws.items, item);
}

static const char *part(const json_t *item, const char *name)
{
    return json_string_value(json_object_get(json_object_get(item, name), "S"));
}

static json_t *query(const json_t *in)
{
    const json_t *values = json_object_get(in, "ExpressionAttributeValues");
    const char *pk = part(values, ":pk"), *sk = part(values, ":sk");
    json_t *found = json_array();
    for (size_t i = 0; i < json_array_size(aws.items); i++) {
        json_t *item = json_array_get(aws.items, i);
        if (strcmp(part(item, "PK"), pk) == 0 &&
            (!sk || strncmp(part(item, "SK"), sk, strlen(sk)) == 0))
            json_array_append(found, item);
    }
    return json_pack("{so}", "Items", found);
}

static json_t *batch_get(const json_t *in)
{
    const json_t *table = json_object_get(json_object_get(in, "RequestItems"), "recon-state");
    const json_t *keys = json_object_get(table, "Keys");
    json_t *found = json_array();
    aws.batches++;
    aws.keys_asked = json_array_size(keys);
    for (size_t i = 0; i < json_array_size(keys); i++)
        for (size_t j = 0; j < json_array_size(aws.items); j++) {
            const json_t *key = json_array_get(keys, i);
            json_t *item = json_array_get(aws.items, j);
            if (strcmp(part(item, "PK"), part(key, "PK")) == 0 &&
                strcmp(part(item, "SK"), part(key, "SK")) == 0)
                json_array_append(found, item);
        }
    return json_pack("{s{so} s{}}", "Responses", "recon-state", found, "UnprocessedKeys");
}

static void answer_all(void *ctx, const struct fake_request *request, struct fake_answer *answer)
{
    const char *target = fake_request_header(request, "X-Amz-Target");
    (void)ctx;
    if (!target) {
        answer->body = strstr(request->target, "versions") ? aws.versions : aws.object;
        answer->headers = "ETag: \"e\"\r\n";
        return;
    }
    if (aws.status) {
        answer->status = aws.status;
        answer->body = no_access;
        return;
    }
    json_t *in = json_loads(request->body, 0, NULL);
    json_t *out = strstr(target, "BatchGetItem") ? batch_get(in) : query(in);
    char *text = json_dumps(out, JSON_COMPACT);
    assert_non_null(text);
    assert_true(strlen(text) < BODY_BYTES);
    memcpy(at.body, text, strlen(text) + 1);
    answer->body = at.body;
    free(text);
    json_decref(out);
    json_decref(in);
}

/* The item of that version, and what leads to it: by the delivery, or (0) because it failed
 * before its date was known. */
static void add_file(const char *object, const char *version, int delivery, const char *more)
{
    char text[2048], program[40];
    struct rc_key file, pointer;
    struct rc_delivery named = {.side = RC_SETTLEMENT, .number = delivery};
    assert_true(rc_civil_parse("2026-04-01", 10, &named.day.date));
    snprintf(program, sizeof program, "%.*s", (int)strcspn(object, "/"), object);
    snprintf(named.day.program, sizeof named.day.program, "%.32s", program);
    rc_key_file("b", object, version, &file);
    snprintf(text, sizeof text,
             "\"bucket\":{\"S\":\"b\"},\"object\":{\"S\":\"%s\"},\"version\":{\"S\":\"%s\"},"
             "\"program\":{\"S\":\"%s\"},\"side\":{\"S\":\"settlement\"}%s",
             object, version, program, more);
    add_item(&file, text);
    if (delivery)
        rc_key_file_of(&named, &pointer);
    else
        rc_key_file_undated(program, &file, &pointer);
    snprintf(text, sizeof text, "\"file\":{\"S\":\"%s\"},\"version\":{\"S\":\"%s\"}", file.pk,
             version);
    add_item(&pointer, text);
}

#define ACTIVE(delivery)                                                                           \
    ",\"state\":{\"S\":\"ACTIVE\"},\"date\":{\"S\":\"2026-04-01\"},\"delivery\":{\"N\":"           \
    "\"" delivery                                                                                  \
    "\"},\"records\":{\"N\":\"12\"},\"rejected\":{\"N\":\"0\"},\"route\":{\"S\":\"lambda\"},"      \
    "\"run\":{\"S\":\"file-1\"}"

/* ----- the files of a program ----- */

static void ask_files(const char *program, const char *date)
{
    struct rc_error err = {0};
    at.listing = rc_live_program_files(at.live, program, date, &err);
    if (!at.listing || !rc_listing_wait(at.listing, &err))
        fail_msg("%s", err.text);
}

static void test_lists_the_files_of_a_program(void **state)
{
    (void)state;
    fake_server_reply(at.server, answer_all, NULL);
    add_file("demo/settlement/a.txt", "v1", 1, ACTIVE("1"));
    add_file("demo/settlement/bad.txt", "v7", 0,
             ",\"state\":{\"S\":\"FAILED\"},\"failed_at\":{\"S\":\"Inspect\"},\"cause\":{\"S\":"
             "\"{\\\"errorMessage\\\":\\\"no header\\\"}\"}");
    add_file("other/settlement/a.txt", "v1", 1, ACTIVE("1"));
    ask_files("demo", NULL);
    assert_string_equal(cells_of("files", at.listing, "name"),
                        "settlement/bad.txt|settlement/a.txt");
    assert_string_equal(cells_of("files", at.listing, "state"), "FAILED|ACTIVE");
    assert_string_equal(cells_of("files", at.listing, "alert"), "! failed at Inspect|-");
    assert_string_equal(cells_of("files", at.listing, "cause"), "no header|-");
    assert_string_equal(cells_of("files", at.listing, "records"), "-|12");
    assert_string_equal(cells_of("files", at.listing, "version"), "v7|v1");
    assert_string_equal(cells_of("files", at.listing, "key"),
                        "demo/settlement/bad.txt|demo/settlement/a.txt");
}

/* Two deliveries lead to it, and once it had no date: it is told of by what it is now. */
static void test_tells_of_a_file_once(void **state)
{
    (void)state;
    struct rc_key file, pointer;
    struct rc_delivery second = {.day = {.program = "demo"}, .side = RC_SETTLEMENT, .number = 2};
    char text[400];
    fake_server_reply(at.server, answer_all, NULL);
    add_file("demo/settlement/a.txt", "v1", 1, ACTIVE("2"));
    assert_true(rc_civil_parse("2026-04-01", 10, &second.day.date));
    rc_key_file("b", "demo/settlement/a.txt", "v1", &file);
    snprintf(text, sizeof text, "\"file\":{\"S\":\"%s\"},\"version\":{\"S\":\"v1\"}", file.pk);
    rc_key_file_of(&second, &pointer);
    add_item(&pointer, text);
    rc_key_file_undated("demo", &file, &pointer);
    add_item(&pointer, text);
    ask_files("demo", "");
    assert_string_equal(cells_of("files", at.listing, "delivery"), "2");
}

static void test_a_day_has_its_files_alone(void **state)
{
    (void)state;
    fake_server_reply(at.server, answer_all, NULL);
    add_file("demo/settlement/a.txt", "v1", 1, ACTIVE("1"));
    add_file("demo/settlement/bad.txt", "v7", 0, ",\"state\":{\"S\":\"FAILED\"}");
    ask_files("demo", "2026-04-01");
    assert_string_equal(cells_of("files", at.listing, "name"), "settlement/a.txt");
    rc_listing_free(at.listing);
    ask_files("demo", "2026-04-02");
    assert_int_equal(rc_listing_rows(at.listing), 0);
}

static void test_what_is_no_program_is_told(void **state)
{
    (void)state;
    struct rc_error err = {0};
    assert_null(rc_live_program_files(at.live, "demo", "yesterday", &err));
    assert_int_equal(err.code, RC_USAGE);
    assert_non_null(strstr(err.text, "files PROGRAM [YYYY-MM-DD]"));
}

static void test_a_denied_table_says_what_to_allow(void **state)
{
    (void)state;
    struct rc_error err = {0};
    fake_server_reply(at.server, answer_all, NULL);
    aws.status = 400;
    at.listing = rc_live_program_files(at.live, "demo", NULL, &err);
    assert_non_null(at.listing);
    fails_with("allow dynamodb:Query");
}

static void test_programs_stand_before_buckets(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_key key;
    aws.object = "<R><Buckets><Bucket><Name>b</Name></Bucket></Buckets></R>";
    fake_server_reply(at.server, answer_all, NULL);
    rc_key_program("demo", &key);
    add_item(&key, "");
    at.listing = rc_live_programs(at.live, &err);
    assert_true(at.listing && rc_listing_wait(at.listing, &err));
    assert_string_equal(cells_of("files", at.listing, "kind"), "program|bucket");
    rc_listing_free(at.listing);
    aws.status = 400; /* without the catalog there are the buckets */
    at.listing = rc_live_programs(at.live, &err);
    assert_true(at.listing && rc_listing_wait(at.listing, &err));
    assert_string_equal(cells_of("files", at.listing, "name"), "b");
    assert_non_null(strstr(at.note, "allow dynamodb:Query"));
}

/* ----- states beside the files of S3 ----- */

static void list_bucket(void)
{
    struct rc_error err = {0};
    struct rc_s3_place place = {.bucket = "b", .key = "demo/"};
    aws.object = "<R><Contents><Key>demo/settlement/a.txt</Key><Size>1</Size></Contents>"
                 "<Contents><Key>demo/settlement/b.txt</Key><Size>2</Size></Contents></R>";
    fake_server_reply(at.server, answer_all, NULL);
    at.listing = rc_live_files(at.live, &place, &err);
    assert_true(at.listing && rc_listing_wait(at.listing, &err));
}

static void ask_states(size_t count)
{
    struct rc_table *table = table_of("files", at.listing, NULL, NULL);
    int64_t keys[2] = {rc_table_key(table, 0), rc_table_key(table, 1)};
    rc_table_close(table);
    rc_live_file_states(at.listing, keys, count);
    pass(1000);
}

static void test_states_of_what_is_seen_alone(void **state)
{
    (void)state;
    struct rc_key newest;
    list_bucket();
    add_file("demo/settlement/a.txt", "v1", 1, ACTIVE("1"));
    rc_key_file("b", "demo/settlement/a.txt", NULL, &newest);
    rc_key_newest(&newest);
    add_item(&newest, "\"version\":{\"S\":\"v1\"}");
    assert_string_equal(cells_of("files", at.listing, "state"), "-|-");
    ask_states(1);
    assert_string_equal(cells_of("files", at.listing, "state"), "ACTIVE|-");
    assert_int_equal(aws.batches, 2);
    ask_states(2); /* the first is known: only the other is asked for, and has not been seen */
    assert_int_equal(aws.batches, 3);
    assert_int_equal(aws.keys_asked, 1);
    ask_states(2);
    assert_int_equal(aws.batches, 3);
    assert_string_equal(cells_of("files", at.listing, "size"), "1|2");
}

static void test_no_pipeline_is_a_note(void **state)
{
    (void)state;
    list_bucket();
    aws.status = 400;
    ask_states(2);
    assert_int_equal(at.notes, 1);
    assert_non_null(strstr(at.note, "allow dynamodb:BatchGetItem"));
    ask_states(2);
    assert_int_equal(at.notes, 1);
    assert_int_equal(rc_listing_state(at.listing), RC_LISTING_COMPLETE);
}

/* ----- one file ----- */

static void ask_file(const char *name)
{
    struct rc_error err = {0};
    struct rc_s3_object_name read;
    fake_server_reply(at.server, answer_all, NULL);
    assert_true(rc_s3_object_name_read(name, &read, &err));
    at.listing = rc_live_file(at.live, &read, &err);
    if (!at.listing || !rc_listing_wait(at.listing, &err))
        fail_msg("%s", err.text);
}

static void tells(const char *filter, const char *value)
{
    struct rc_error err = {0};
    char text[512] = "";
    struct rc_table *table = table_of("file", at.listing, filter, NULL);
    struct wanted wanted = {rc_table_find("file"), "value", text, sizeof text};
    assert_true(rc_table_rows(table, 0, UINT64_MAX, take_cell, &wanted, &err));
    rc_table_close(table);
    assert_string_equal(text, value);
}

static void add_day(void)
{
    struct rc_delivery delivery = {.day = {.program = "demo"}, .side = RC_SETTLEMENT, .number = 2};
    struct rc_key key;
    assert_true(rc_civil_parse("2026-04-01", 10, &delivery.day.date));
    rc_key_delivery(&delivery, "TOTALS", &key);
    add_item(&key,
             "\"controls\":{\"S\":\"[{\\\"name\\\":\\\"record_count\\\",\\\"scope\\\":\\\"file\\\","
             "\\\"number\\\":9,\\\"batch\\\":0,\\\"declared\\\":\\\"8\\\",\\\"actual\\\":\\\"7\\\","
             "\\\"numeric\\\":true,\\\"ok\\\":false}]\"}");
    rc_key_delivery(&delivery, "CHECKPOINT", &key);
    add_item(&key, "\"records\":{\"N\":\"1234\"}");
    rc_key_reject(&delivery, 3, &key);
    add_item(&key, "\"field\":{\"S\":\"amount\"},\"reason\":{\"S\":\"no digits\"}");
    rc_key_day(&delivery.day, "CONFIG", &key);
    add_item(&key, "\"shard_count\":{\"N\":\"64\"},\"settlement\":{\"M\":{\"i\":{\"N\":\"2\"}}}");
    rc_key_program("demo", &key);
    add_item(&key,
             "\"definition\":{\"S\":\"{\\\"program\\\":\\\"demo\\\",\\\"settlement_layout\\\":"
             "\\\"settlement168\\\",\\\"internal_layout\\\":\\\"settlement168\\\"}\"}");
}

static void test_tells_all_of_a_file(void **state)
{
    (void)state;
    add_file("demo/settlement/a.txt", "v1", 1, ",\"state\":{\"S\":\"SUPERSEDED\"}");
    add_file("demo/settlement/a.txt", "v2", 2, ACTIVE("2"));
    add_day();
    aws.object = "HD20260401";
    aws.versions =
        "<R><Version><Key>demo/settlement/a.txt</Key><VersionId>v2</VersionId>"
        "<IsLatest>true</IsLatest><Size>168</Size></Version>"
        "<Version><Key>demo/settlement/a.txt.old</Key><VersionId>v9</VersionId></Version>"
        "</R>";
    ask_file("b/demo/settlement/a.txt@v2");
    tells("name=state", "ACTIVE");
    tells("name=layout", "settlement168");
    tells("part=control", "! declared 8, counted 7");
    tells("part=rejected", "amount: no digits");
    tells("name=checkpoint", "1,234 records are durable");
    tells("name=active", "yes: the day counts it");
    tells("name=run", "file-1");
    tells("part=version name=v2", ", 168 bytes, newest, ACTIVE, delivery 2");
    tells("part=version name=v1", "S3 has it no more, SUPERSEDED");
    tells("name=v9", "");
    assert_int_equal(at.notes, 0);
}

static void test_a_file_that_nobody_has_seen(void **state)
{
    (void)state;
    aws.versions =
        "<R><Version><Key>demo/x</Key><VersionId>v2</VersionId><Size>5</Size></Version></R>";
    ask_file("s3://b/demo/x");
    tells("part=file", "the pipeline has not seen it");
    tells("part=version", ", 5 bytes");
}

static void test_reads_names_of_objects(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_s3_object_name name;
    assert_true(rc_s3_object_name_read("s3://b/a@b@v1", &name, &err));
    assert_string_equal(name.place.key, "a@b");
    assert_string_equal(name.version, "v1");
    assert_true(rc_s3_object_name_read("b/k", &name, &err));
    assert_string_equal(name.place.bucket, "b");
    assert_string_equal(name.version, "");
    static const char *const wrong[] = {"", "b", "b/", "/k", "s3://", "@"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(rc_s3_object_name_read(wrong[i], &name, &err));
}

/* ----- where a record is kept ----- */

static const struct rc_origin *origin_of(const char *version, struct rc_origin_query **query)
{
    struct rc_error err = {0};
    struct rc_s3_object_name name = {.place = {"b", "demo/settlement/a.txt"}};
    fake_server_reply(at.server, answer_all, NULL);
    snprintf(name.version, sizeof name.version, "%s", version);
    *query = rc_origin_ask(at.live, &name, &err);
    assert_non_null(*query);
    pass(1000);
    assert_int_equal(rc_origin_state(*query), RC_LISTING_COMPLETE);
    return rc_origin_found(*query);
}

static void test_finds_the_item_of_a_record(void **state)
{
    (void)state;
    struct rc_origin_query *query;
    struct rc_item_key key;
    add_file("demo/settlement/a.txt", "v2", 2, ACTIVE("2"));
    add_day();
    const struct rc_origin *origin = origin_of("v2", &query);
    assert_non_null(origin);
    assert_true(origin->active);
    assert_true(rc_item_key_make(origin, "TX 1", 5, &key));
    assert_string_equal(key.sk, "TX%201#0002#0000000005");
    char pk[64];
    snprintf(pk, sizeof pk, "demo#2026-04-01#%u", key.shard);
    assert_string_equal(key.pk, pk);
    assert_string_equal(key.table, "recon-settlement");
    assert_false(rc_item_key_make(origin, "", 5, &key));
    rc_origin_free(query);
    assert_null(origin_of("v3", &query));
    rc_origin_free(query);
    assert_null(origin_of("", &query)); /* the newest is not known */
    rc_origin_free(query);
}

/* ----- messages ----- */

static const char three_messages[] =
    "{\"Messages\":[{\"MessageId\":\"1\",\"Body\":\"{\\\"run\\\":\\\"file-1\\\",\\\"at\\\":"
    "\\\"Ingest\\\","
    "\\\"error\\\":\\\"BadInput\\\",\\\"cause\\\":\\\"{\\\\\\\"errorMessage\\\\\\\":\\\\\\\"no "
    "header"
    "\\\\\\\"}\\\",\\\"file\\\":{\\\"bucket\\\":\\\"b\\\",\\\"key\\\":\\\"demo/settlement/a\\\","
    "\\\"version\\\":\\\"v1\\\"}}\"},"
    "{\"MessageId\":\"2\",\"Body\":\"{\\\"detail\\\":{\\\"bucket\\\":{\\\"name\\\":\\\"b\\\"},"
    "\\\"object\\\":"
    "{\\\"key\\\":\\\"demo/settlement/b\\\",\\\"version-id\\\":\\\"v2\\\"}}}\"},"
    "{\"MessageId\":\"3\",\"Body\":\"hello\"}]}";

static void give_messages(void *ctx, const struct fake_request *request, struct fake_answer *answer)
{
    (void)ctx;
    (void)request;
    answer->body = at.asked[0]++ ? "{}" : three_messages;
}

static void test_messages_say_what_they_are_about(void **state)
{
    (void)state;
    struct rc_error err = {0};
    fake_server_reply(at.server, give_messages, NULL);
    at.listing = rc_live_messages(at.live, "http://x/q", 3, &err);
    assert_true(at.listing && rc_listing_wait(at.listing, &err));
    assert_string_equal(cells_of("messages", at.listing, "about"), "failed|event|other");
    assert_string_equal(cells_of("messages", at.listing, "key"),
                        "demo/settlement/a|demo/settlement/b|-");
    assert_string_equal(cells_of("messages", at.listing, "version"), "v1|v2|-");
    struct rc_key key;
    char name[RC_RUN_NAME_BYTES], runs[128];
    rc_key_file("b", "demo/settlement/b", "v2", &key);
    rc_key_run_name(&key, 0, name); /* as its admission calls it */
    snprintf(runs, sizeof runs, "file-1|%s|-", name);
    assert_string_equal(cells_of("messages", at.listing, "run"), runs);
    assert_string_equal(cells_of("messages", at.listing, "cause"), "no header|-|-");
    assert_int_equal(count_of("groups", at.listing, NULL), 3);
    assert_int_equal(count_of("groups", at.listing, "error=BadInput step=Ingest messages=1"), 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin_items, end_items)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_lists_the_files_of_a_program),
        TEST(test_tells_of_a_file_once),
        TEST(test_a_day_has_its_files_alone),
        TEST(test_what_is_no_program_is_told),
        TEST(test_a_denied_table_says_what_to_allow),
        TEST(test_programs_stand_before_buckets),
        TEST(test_states_of_what_is_seen_alone),
        TEST(test_no_pipeline_is_a_note),
        TEST(test_tells_all_of_a_file),
        TEST(test_a_file_that_nobody_has_seen),
        TEST(test_reads_names_of_objects),
        TEST(test_finds_the_item_of_a_record),
        TEST(test_messages_say_what_they_are_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
