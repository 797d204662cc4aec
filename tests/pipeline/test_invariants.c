/* What must hold of a day, whoever works on it, in whatever order, however often. Zombies
 * are in test_zombies.c, memory in test_memory.c, card numbers in test_cards.c. */
#include "tests/pipeline/days.h"

#include "pipeline/catalog.h"
#include "pipeline/steps.h"
#include "pipeline/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct cloud cloud;

static int begin(void **state)
{
    (void)state;
    cloud_begin(&cloud);
    return 0;
}

static int end(void **state)
{
    (void)state;
    cloud_end(&cloud);
    return 0;
}

/* Lands and is inspected; gives the version in 128 bytes. */
static void land(const char *key, const char *path, char *version)
{
    size_t length;
    char *bytes = cloud_read(path, &length);
    cloud_put(&cloud, key, bytes, length, version);
    free(bytes);
    step_gives(&cloud.pipeline, rc_step_inspect, file_input(key, version, "01"), "ingest");
}

static struct rc_delivery first_delivery(const char *program)
{
    struct rc_delivery delivery = {.day.date = 20544, .side = RC_SETTLEMENT, .number = 1};
    snprintf(delivery.day.program, sizeof delivery.day.program, "%s", program);
    return delivery;
}

static void delivery_key(const char *program, const char *what, struct rc_key *key)
{
    struct rc_delivery delivery = first_delivery(program);
    rc_key_delivery(&delivery, what, key);
}

static void reject_key(const char *program, int number, struct rc_key *key)
{
    struct rc_delivery delivery = first_delivery(program);
    rc_key_reject(&delivery, (uint64_t)number, key);
}

/* ----- 1 ----- */

/* Forgets that a delivery was ever taken in, but for its records. */
static void forget(const char *program, const char *key, const char *version)
{
    struct rc_error err = {0};
    struct rc_key checkpoint, file;
    delivery_key(program, "CHECKPOINT", &checkpoint);
    rc_key_file(CLOUD_BUCKET, key, version, &file);
    struct rc_write writes[] = {
        {.kind = RC_WRITE_DELETE, .table = RC_TABLE_STATE, .key = &checkpoint},
        {.kind = RC_WRITE_UPDATE,
         .table = RC_TABLE_STATE,
         .key = &file,
         .update = "REMOVE #state, #owner, #until"},
    };
    for (int i = 0; i < 2; i++)
        assert_int_equal(rc_store_write(&cloud.pipeline, &writes[i], NULL, &err), RC_STORED);
}

static void test_1_every_run_writes_to_the_same_keys(void **state)
{
    (void)state;
    struct sample sample;
    char version[128];
    static const char key[] = "keys/settlement/a.txt";
    sample_make(&cloud, &sample, "keys", 300, 1, 5);
    land(key, sample.settlement, version);
    step_gives(&cloud.pipeline, rc_step_ingest, file_input(key, version, "01"), "activated");
    json_t *before = scan_all(&cloud.pipeline, "FILE#");
    forget("keys", key, version);
    struct rc_pipeline other = cloud.pipeline;
    other.run = "run-2";
    other.in_flight = 1;
    other.page_items = 7;
    uint64_t requests = requests_of(&cloud.pipeline, "BatchWriteItem");
    step_gives(&other, rc_step_ingest, file_input(key, version, "01"), "activated");
    assert_in_range(requests_of(&cloud.pipeline, "BatchWriteItem") - requests, 12, 14);
    json_t *after = scan_all(&cloud.pipeline, "FILE#");
    json_t *checkpoint = json_object(); /* the fence has grown */
    const char *name;
    json_t *item;
    json_object_foreach(before, name, item)
    {
        if (strstr(name, " CHECKPOINT"))
            json_object_set(checkpoint, name, item);
    }
    assert_int_equal(json_object_size(checkpoint), 1);
    json_object_foreach(checkpoint, name, item)
    {
        json_object_del(before, name);
        json_object_del(after, name);
    }
    expect_same_items(before, after, "another run");
    json_decref(checkpoint);
    json_decref(before);
    json_decref(after);
}

/* The sum of a number over the lines about the table of settlement records. */
static int64_t written(const char *lines, const char *name)
{
    const char *end;
    int64_t sum = 0;
    for (const char *at = lines; (end = strchr(at, '\n')); at = end + 1) {
        json_t *line = json_loadb(at, (size_t)(end - at), 0, NULL);
        if (strcmp(text_of(line, "Table"), cloud.pipeline.table[RC_TABLE_SETTLEMENT]) == 0)
            sum += json_integer_value(json_object_get(line, name));
        json_decref(line);
    }
    return sum;
}

/* With a table that refuses some of the batches' items: what it took is all there is to
 * take, once, by its own account. */
static void test_1_a_batch_retries_only_what_came_back_unprocessed(void **state)
{
    (void)state;
    enum { RECORDS = 600, WRITE_UNITS = 200 };
    const char *usual = cloud.pipeline.table[RC_TABLE_SETTLEMENT];
    struct sample sample;
    char version[128], *lines;
    size_t length;
    cloud_limit(&cloud, RC_TABLE_SETTLEMENT, WRITE_UNITS);
    sample_make(&cloud, &sample, "batch", RECORDS, 1, 2);
    land("batch/settlement/a.txt", sample.settlement, version);
    cloud.pipeline.lines = open_memstream(&lines, &length);
    assert_non_null(cloud.pipeline.lines);
    step_gives(&cloud.pipeline, rc_step_ingest, file_input("batch/settlement/a.txt", version, "01"),
               "activated");
    fclose(cloud.pipeline.lines);
    cloud.pipeline.lines = NULL;
    int64_t throttled = written(lines, "ItemsThrottled");
    assert_in_range(throttled, 1, RECORDS);
    assert_int_equal(written(lines, "ItemsRetried"), throttled);
    assert_int_equal(written(lines, "ItemsWritten"), RECORDS);
    assert_int_equal(written(lines, "WriteUnits"), RECORDS); /* no item has over 1 KB */
    cloud.pipeline.table[RC_TABLE_SETTLEMENT] = usual;
    free(lines);
}

/* ----- 2 ----- */

static void match_task(const char *program, const json_t *plan, int pass, int first, int count)
{
    json_t *task = json_pack("{si si si}", "pass", pass, "first", first, "count", count);
    json_decref(step_run(&cloud.pipeline, rc_step_match, planned_input(program, plan, task)));
    json_decref(task);
}

static void forwards(const char *program, const json_t *plan, int pass, int shards)
{
    for (int shard = 0; shard < shards; shard++)
        match_task(program, plan, pass, shard, 1);
}

static void backwards_and_twice(const char *program, const json_t *plan, int pass, int shards)
{
    for (int shard = shards - 1; shard >= 0; shard--) {
        match_task(program, plan, pass, shard, 1);
        match_task(program, plan, pass, (shard + 2) % shards, 1);
    }
}

static void in_groups(const char *program, const json_t *plan, int pass, int shards)
{
    match_task(program, plan, pass, 3, shards - 3);
    match_task(program, plan, pass, 0, 3);
}

static void test_2_summaries_merge_in_any_order(void **state)
{
    (void)state;
    enum { SHARDS = 7 };
    static void (*const orders[])(const char *, const json_t *, int,
                                  int) = {forwards, backwards_and_twice, in_groups};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        struct sample sample;
        char program[16];
        snprintf(program, sizeof program, "order-%d", (int)i);
        sample_make(&cloud, &sample, program, 300, 3, SHARDS);
        sample_deliver(&cloud, &sample, program);
        json_t *plan = step_run(&cloud.pipeline, rc_step_prepare, day_input(program));
        int passes = (int)json_array_size(json_object_get(plan, "passes"));
        assert_true(passes > 1);
        for (int pass = 0; pass < passes; pass++)
            orders[i](program, plan, pass, SHARDS);
        step_gives(&cloud.pipeline, rc_step_rollup, planned_input(program, plan, NULL), "written");
        json_t *want = sample_reconcile(&sample, NULL, NULL);
        json_t *got = stored_day(&cloud.pipeline, program, NULL);
        expect_same_day(want, got);
        json_decref(want);
        json_decref(got);
        json_decref(plan);
    }
}

/* ----- 3 ----- */

static void test_3_a_second_run_writes_nothing(void **state)
{
    (void)state;
    struct sample sample;
    sample_make(&cloud, &sample, "once", 200, 4, 2);
    sample_deliver(&cloud, &sample, "once");
    json_t *plan = step_run(&cloud.pipeline, rc_step_prepare, day_input("once"));
    match_plan(&cloud.pipeline, "once", plan);
    step_gives(&cloud.pipeline, rc_step_rollup, planned_input("once", plan, NULL), "written");
    json_t *before = scan_all(&cloud.pipeline, NULL);
    struct rc_pipeline other = cloud.pipeline;
    other.run = "run-2";
    step_gives(&other, rc_step_prepare, day_input("once"), "unchanged");
    step_gives(&other, rc_step_rollup, planned_input("once", plan, NULL), "unchanged");
    step_gives(&cloud.pipeline, rc_step_rollup, planned_input("once", plan, NULL), "unchanged");
    json_t *after = scan_all(&cloud.pipeline, NULL);
    expect_same_items(before, after, "a second run");
    json_decref(plan);
    json_decref(before);
    json_decref(after);
}

static void test_3_no_rollup_before_every_shard_of_every_pass(void **state)
{
    (void)state;
    struct sample sample;
    char message[512];
    sample_make(&cloud, &sample, "whole", 100, 5, 3);
    sample_deliver(&cloud, &sample, "whole");
    json_t *plan = step_run(&cloud.pipeline, rc_step_prepare, day_input("whole"));
    int passes = (int)json_array_size(json_object_get(plan, "passes"));
    for (int pass = 0; pass < passes; pass++)
        match_task("whole", plan, pass, 0, pass + 1 < passes ? 3 : 2);
    step_fails(&cloud.pipeline, rc_step_rollup, planned_input("whole", plan, NULL), "", message);
    assert_non_null(strstr(message, "shard 2 of pass"));
    match_task("whole", plan, passes - 1, 2, 1);
    step_gives(&cloud.pipeline, rc_step_rollup, planned_input("whole", plan, NULL), "written");
    json_decref(plan);
}

/* The first internal record of the day's only shard, with another last byte. */
static void alter_record(const char *program)
{
    struct rc_error err = {0};
    struct rc_key key = {.sk = ""};
    struct rc_draft draft;
    struct rc_buf record;
    json_t *item;
    bool more;
    int64_t offset, bytes;
    snprintf(key.pk, sizeof key.pk, "%s#2026-04-01#0", program);
    struct rc_keys_query query = {.table = RC_TABLE_INTERNAL, .pk = key.pk};
    json_t *keys = rc_store_keys(&cloud.pipeline, &query, &more, &err);
    assert_non_null(keys);
    snprintf(key.sk, sizeof key.sk, "%s", rc_item_get_text(json_array_get(keys, 0), "SK"));
    json_decref(keys);
    free(query.from);
    assert_true(rc_store_get(&cloud.pipeline, RC_TABLE_INTERNAL, &key, &item, &err));
    rc_buf_init(&record, 4096);
    assert_true(rc_item_get_binary(item, "record", &record));
    assert_true(rc_item_get_int(item, "offset", &offset));
    assert_true(rc_item_get_int(item, "bytes", &bytes));
    record.data[record.length - 1] ^= 1;
    rc_draft_item(&draft, &key);
    rc_item_binary(&draft.json, "record", record.data, record.length);
    rc_item_int(&draft.json, "offset", offset);
    rc_item_int(&draft.json, "bytes", bytes);
    struct rc_write write = {
        .table = RC_TABLE_INTERNAL, .key = &key, .item = rc_draft_done(&draft)};
    assert_int_equal(rc_store_write(&cloud.pipeline, &write, NULL, &err), RC_STORED);
    rc_draft_free(&draft);
    rc_buf_free(&record);
    json_decref(item);
}

static void test_3_no_rollup_of_other_records_than_were_delivered(void **state)
{
    (void)state;
    struct sample sample;
    struct rc_key key;
    char message[512];
    sample_make(&cloud, &sample, "altered", 30, 5, 1);
    sample_deliver(&cloud, &sample, "altered");
    alter_record("altered");
    json_t *plan = step_run(&cloud.pipeline, rc_step_prepare, day_input("altered"));
    match_plan(&cloud.pipeline, "altered", plan);
    step_fails(&cloud.pipeline, rc_step_rollup, planned_input("altered", plan, NULL), "", message);
    assert_non_null(strstr(message, "do not hold the records"));
    day_key("altered", "ROLLUP", &key);
    assert_null(get_item(&cloud.pipeline, &key));
    json_decref(plan);
}

/* ----- 5 ----- */

/* The deadline comes when so many batches have been written. */
enum { CUT_SPARE_MS = 120000 }; /* enough to write what was put */

struct cut {
    struct rc_timer timer;
    uint64_t batches;
};

static void look(struct rc_timer *timer)
{
    struct cut *cut = timer->ctx;
    if (requests_of(&cloud.pipeline, "BatchWriteItem") < cut->batches) {
        rc_timer_set(cloud.session.loop, timer, 0);
        return;
    }
    cloud.pipeline.spare_ms = CUT_SPARE_MS;
    cloud.pipeline.deadline_unix_ms = rc_loop_unix_ms(cloud.session.loop) + CUT_SPARE_MS;
}

static void test_5_a_resumed_run_writes_only_past_the_checkpoint(void **state)
{
    (void)state;
    enum { RECORDS = 6000 };
    struct sample sample;
    struct rc_key key;
    char version[128];
    int64_t noted = 0;
    static const char object[] = "resume/settlement/a.txt";
    sample_make(&cloud, &sample, "resume", RECORDS, 6, 8);
    land(object, sample.settlement, version);
    uint64_t before = requests_of(&cloud.pipeline, "BatchWriteItem");
    struct cut cut = {.timer = {.fire = look, .ctx = &cut}, .batches = before + 1};
    rc_timer_set(cloud.session.loop, &cut.timer, 0);
    step_gives(&cloud.pipeline, rc_step_ingest, file_input(object, version, "01"), "handover");
    rc_timer_stop(cloud.session.loop, &cut.timer);
    cloud.pipeline.deadline_unix_ms = cloud.pipeline.spare_ms = 0;

    delivery_key("resume", "CHECKPOINT", &key);
    json_t *item = get_item(&cloud.pipeline, &key);
    assert_true(rc_item_get_int(item, "records", &noted));
    json_decref(item);
    assert_in_range(noted, 1, RECORDS - 1);
    before = requests_of(&cloud.pipeline, "BatchWriteItem");
    step_gives(&cloud.pipeline, rc_step_ingest, file_input(object, version, "01"), "activated");
    uint64_t batches = requests_of(&cloud.pipeline, "BatchWriteItem") - before;
    uint64_t left = (uint64_t)(RECORDS - noted), windows = left / RC_WRITER_WINDOW + 1;
    assert_in_range(batches, left / 25, left / 25 + windows + 1);

    deliver(&cloud, "activated", "resume/internal/a.txt", sample.internal, "01");
    work_day(&cloud.pipeline, "resume", "written");
    json_t *want = sample_reconcile(&sample, NULL, NULL);
    json_t *got = stored_day(&cloud.pipeline, "resume", NULL);
    expect_same_day(want, got);
    json_decref(want);
    json_decref(got);
}

/* ----- 7 ----- */

static void test_7_a_rejected_record_is_kept_and_the_day_is_not_balanced(void **state)
{
    (void)state;
    enum { STRIDE = 169, BROKEN = 3 };
    struct sample sample;
    size_t length;
    struct rc_key key;
    int64_t offset, bytes;
    struct rc_buf raw;
    sample_make(&cloud, &sample, "broken", 50, 7, 2);
    char *text = cloud_read(sample.settlement, &length);
    char *record = text + (size_t)STRIDE * (BROKEN - 1);
    assert_memory_equal(record, "DT", 2);
    memcpy(record + 74, "XX", 2); /* its amount */
    deliver_bytes(&cloud, "activated", "broken/settlement/a.txt", text, length, "01", NULL);
    reject_key("broken", BROKEN, &key);
    json_t *item = get_item(&cloud.pipeline, &key);
    assert_true(rc_item_get_int(item, "offset", &offset));
    assert_true(rc_item_get_int(item, "bytes", &bytes));
    assert_int_equal(offset, STRIDE * (BROKEN - 1));
    assert_int_equal(bytes, STRIDE);
    assert_string_equal(rc_item_get_text(item, "field"), "amount");
    assert_true(rc_item_get_text(item, "reason")[0]);
    rc_buf_init(&raw, 1024);
    assert_true(rc_item_get_binary(item, "raw", &raw));
    assert_int_equal(raw.length, STRIDE - 1);
    assert_memory_equal(raw.data, record, STRIDE - 1);
    rc_buf_free(&raw);
    json_decref(item);

    /* The same records on both sides: nothing but the rejected one is wrong. */
    deliver_bytes(&cloud, "activated", "broken/internal/a.txt", text, length, "01", NULL);
    work_day(&cloud.pipeline, "broken", "written");
    json_t *day = stored_day(&cloud.pipeline, "broken", NULL);
    assert_true(json_is_false(json_object_get(day, "balanced")));
    for (int side = 0; side < RC_SIDES; side++) {
        const json_t *of =
            json_object_get(json_object_get(day, "sides"), rc_side_name((enum rc_side)side));
        assert_int_equal(json_integer_value(json_object_get(of, "rejected")), 1);
    }
    json_decref(day);
    free(text);
}

static const char long_layout[] =
    "{\"layout\":\"long\",\"framing\":{\"kind\":\"lines\",\"max_length\":1000000},"
    "\"encoding\":\"ascii\",\"records\":["
    "{\"type\":\"header\",\"role\":\"file_header\",\"match\":[{\"at\":1,\"value\":\"HD\"}],"
    "\"fields\":[{\"name\":\"date\",\"at\":3,\"length\":8,\"type\":\"date\","
    "\"format\":\"YYYYMMDD\"}]},"
    "{\"type\":\"detail\",\"role\":\"detail\",\"match\":[{\"at\":1,\"value\":\"DT\"}],\"fields\":["
    "{\"name\":\"id\",\"at\":3,\"length\":6,\"type\":\"text\"},"
    "{\"name\":\"amount\",\"at\":9,\"length\":6,\"type\":\"unsigned\"}]}],"
    "\"map\":{\"id\":[\"id\"],\"amount\":\"amount\",\"currency\":{\"constant\":\"USD\"},"
    "\"file_date\":\"header.date\"}}";

static void put_long_program(void)
{
    struct rc_error err = {0};
    json_t *layouts = json_pack("{so}", "long", json_loads(long_layout, 0, NULL));
    json_t *program = json_pack("{ss ss ss}", "program", "long", "settlement_layout", "long",
                                "internal_layout", "long");
    if (!rc_catalog_put_program(&cloud.pipeline, program, layouts, &err))
        fail_msg("%s", err.text);
    json_decref(program);
    json_decref(layouts);
}

static void expect_reject(int number, int64_t bytes, size_t kept)
{
    struct rc_key key;
    struct rc_buf raw;
    int64_t is;
    reject_key("long", number, &key);
    json_t *item = get_item(&cloud.pipeline, &key);
    assert_non_null(item);
    rc_buf_init(&raw, 1 << 20);
    assert_true(rc_item_get_int(item, "bytes", &is));
    assert_int_equal(is, bytes);
    assert_true(rc_item_get_binary(item, "raw", &raw));
    assert_int_equal(raw.length, kept);
    rc_buf_free(&raw);
    json_decref(item);
}

/* Lines that are no records, more than the writer's windows have bytes for, and one that is
 * larger than an item. */
static void test_7_rejected_records_of_any_size_are_kept(void **state)
{
    (void)state;
    enum { LINES = 170, WIDTH = 250000, LONGEST = 900000 };
    static const char head[] = "HD20260401\n";
    const char *usual = cloud.pipeline.table[RC_TABLE_STATE];
    size_t length = strlen(head) + (size_t)LINES * WIDTH + LONGEST;
    char *text = malloc(length), *at = text + strlen(head);
    assert_non_null(text);
    cloud_limit(&cloud, RC_TABLE_STATE, 1000000); /* one that takes them in seconds */
    put_long_program();
    memset(text, 'x', length);
    memcpy(text, head, strlen(head));
    for (int line = 0; line < LINES; line++, at += WIDTH)
        at[WIDTH - 1] = '\n';
    at[LONGEST - 1] = '\n';
    deliver_bytes(&cloud, "activated", "long/settlement/a.txt", text, length, "01", NULL);
    expect_reject(2, WIDTH, WIDTH - 1);
    expect_reject(LINES + 1, WIDTH, WIDTH - 1);
    expect_reject(LINES + 2, LONGEST, 256 << 10);
    cloud.pipeline.table[RC_TABLE_STATE] = usual;
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_1_every_run_writes_to_the_same_keys),
        cmocka_unit_test(test_1_a_batch_retries_only_what_came_back_unprocessed),
        cmocka_unit_test(test_2_summaries_merge_in_any_order),
        cmocka_unit_test(test_3_a_second_run_writes_nothing),
        cmocka_unit_test(test_3_no_rollup_before_every_shard_of_every_pass),
        cmocka_unit_test(test_3_no_rollup_of_other_records_than_were_delivered),
        cmocka_unit_test(test_5_a_resumed_run_writes_only_past_the_checkpoint),
        cmocka_unit_test(test_7_a_rejected_record_is_kept_and_the_day_is_not_balanced),
        cmocka_unit_test(test_7_rejected_records_of_any_size_are_kept),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
