/* A card number in clear is in the file and nowhere else: in no item of any table, neither
 * as text nor in bytes, and in no line of the log. */
#include "tests/pipeline/days.h"

#include "pipeline/catalog.h"
#include "pipeline/step.h"

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

/* The numbers with which payment networks have their integrations tested. */
static const char *const cards[] = {"4111111111111111", "5555555555554444", "4012888888881881",
                                    "378282246310005",  "6011111111111117", "3566002020360505"};

/* The card is a part of the TransactionID, is compared, and is the key of a pass. */
static const char layout[] =
    "{\"layout\":\"cards\",\"framing\":{\"kind\":\"lines\",\"length\":80},\"encoding\":\"ascii\","
    "\"records\":[{\"type\":\"header\",\"role\":\"file_header\","
    "\"match\":[{\"at\":1,\"value\":\"HD\"}],\"after\":[\"^\"],\"fields\":["
    "{\"name\":\"file_date\",\"at\":3,\"length\":8,\"type\":\"date\",\"format\":\"YYYYMMDD\"}]},"
    "{\"type\":\"detail\",\"role\":\"detail\",\"match\":[{\"at\":1,\"value\":\"DT\"}],"
    "\"after\":[\"header\",\"detail\"],\"fields\":["
    "{\"name\":\"number\",\"at\":3,\"length\":6,\"type\":\"text\",\"required\":true},"
    "{\"name\":\"card\",\"at\":9,\"length\":16,\"type\":\"text\",\"card\":true},"
    "{\"name\":\"amount\",\"at\":25,\"length\":10,\"type\":\"unsigned\",\"decimals\":2}]}],"
    "\"map\":{\"id\":[\"card\",\"number\"],\"amount\":\"amount\","
    "\"currency\":{\"constant\":\"USD\"},\"card\":\"card\",\"file_date\":\"header.file_date\"}}";

static const char program[] =
    "{\"program\":\"cards\",\"settlement_layout\":\"cards\",\"internal_layout\":\"cards\","
    "\"shard_count\":2,\"compare\":[\"card\"],\"rules\":{\"passes\":["
    "{\"name\":\"card\",\"kind\":\"one_to_one\",\"key\":[\"card\"]}]}}";

static void put_program(void)
{
    struct rc_error err = {0};
    json_t *json = json_loads(program, 0, NULL), *shape = json_loads(layout, 0, NULL);
    assert_non_null(json);
    assert_non_null(shape);
    json_t *layouts = json_pack("{so}", "cards", shape);
    if (!rc_catalog_put_program(&cloud.pipeline, json, layouts, &err))
        fail_msg("%s", err.text);
    json_decref(json);
    json_decref(layouts);
}

static void add(char *text, size_t room, const char *format, const char *card)
{
    char line[128];
    size_t length = strlen(text);
    snprintf(line, sizeof line, format, card);
    snprintf(text + length, room - length, "%-80.80s\n", line);
}

/* Matched and unmatched records, and what is no record, each in its way. */
static void write_file(char *text, size_t room, enum rc_side side)
{
    text[0] = '\0';
    add(text, room, "HD20260401%s", "");
    add(text, room, "DT000001%-16s0000001000", cards[0]);
    if (side == RC_SETTLEMENT)
        add(text, room, "DT000002%-16s0000002000", cards[1]);
    else
        add(text, room, "DT000009%-16s0000002500", cards[1]);
    add(text, room, side == RC_SETTLEMENT ? "DT000003%-16s0000003000" : "DT000003%-16s0000003001",
        cards[2]);
    if (side == RC_SETTLEMENT)
        add(text, room, "DT000004%-16s0000004000", cards[3]);
    add(text, room, "DT000005%-16s00000X5000", cards[4]);
    add(text, room, "DT      %-16s0000006000", cards[4]);
    add(text, room, "ZZ nobody knows %s and what it is", cards[5]);
    size_t length = strlen(text);
    snprintf(text + length, room - length, "DT000007%s\n", cards[5]); /* too short */
}

/* ----- steps that log ----- */

static char *lines;
static size_t line_bytes;

static json_t *log_step(const char *name, json_t *in)
{
    struct rc_error err = {0};
    json_object_set_new(in, "step", json_string(name));
    json_t *out = rc_step_run(&cloud.pipeline, rc_steps, in, &err);
    json_decref(in);
    return out;
}

static void log_day(void)
{
    size_t i, n;
    json_t *pass, *task, *plan = log_step("prepare", day_input("cards"));
    assert_non_null(plan);
    json_array_foreach(json_object_get(plan, "passes"), i, pass)
    {
        json_array_foreach(json_object_get(pass, "tasks"), n, task)
        {
            json_t *out = log_step("match", planned_input("cards", plan, task));
            assert_non_null(out);
            json_decref(out);
        }
    }
    json_t *out = log_step("rollup", planned_input("cards", plan, NULL));
    assert_string_equal(text_of(out, "outcome"), "written");
    json_decref(out);
    json_decref(plan);
}

static void log_delivery(enum rc_side side)
{
    char key[64], version[128], text[2048];
    snprintf(key, sizeof key, "cards/%s/a.txt", rc_side_name(side));
    write_file(text, sizeof text, side);
    cloud_put(&cloud, key, text, strlen(text), version);
    json_t *out = log_step("inspect", file_input(key, version, "01"));
    assert_string_equal(text_of(out, "outcome"), "ingest");
    json_decref(out);
    out = log_step("ingest", file_input(key, version, "01"));
    assert_string_equal(text_of(out, "outcome"), "activated");
    assert_int_equal(json_integer_value(json_object_get(out, "rejected")), 4);
    json_decref(out);
}

/* A file that is none, with a number in its name and its content, which fails. */
static void log_failure(void)
{
    char key[64], version[128], cause[128];
    snprintf(key, sizeof key, "cards/settlement/%s.txt", cards[0]);
    cloud_put(&cloud, key, cards[1], strlen(cards[1]), version);
    assert_null(log_step("inspect", file_input(key, version, "01")));
    snprintf(cause, sizeof cause, "it is the card %s again", cards[2]);
    json_t *in = file_input("cards/settlement/b.txt", "v", "01");
    json_object_set_new(in, "at", json_string("Ingest"));
    json_object_set_new(in, "error", json_pack("{ss ss}", "Error", "E", "Cause", cause));
    json_t *out = log_step("fail", in);
    assert_non_null(out);
    json_decref(out);
}

/* ----- where a number could be ----- */

static void expect_none(const char *bytes, size_t length, const char *where)
{
    for (size_t i = 0; i < sizeof cards / sizeof *cards; i++)
        if (memmem(bytes, length, cards[i], strlen(cards[i])))
            fail_msg("%s has %s", where, cards[i]);
}

static unsigned looked_at; /* attributes that are bytes */

/* The bytes of every binary attribute, at any depth. */
static void look_at_bytes(json_t *json, const char *where)
{
    const char *name;
    size_t i;
    json_t *value;
    json_array_foreach(json, i, value) look_at_bytes(value, where);
    json_object_foreach(json, name, value)
    {
        if (strcmp(name, "B") == 0 && json_is_string(value)) {
            struct rc_buf bytes;
            json_t *item = json_pack("{sO}", "bytes", json);
            rc_buf_init(&bytes, RC_ITEM_MAX);
            assert_true(rc_item_get_binary(item, "bytes", &bytes));
            expect_none(bytes.data, bytes.length, where);
            looked_at++;
            rc_buf_free(&bytes);
            json_decref(item);
        } else {
            look_at_bytes(value, where);
        }
    }
}

static void test_8_no_card_number_is_stored_or_logged(void **state)
{
    (void)state;
    const char *name;
    json_t *item;
    cloud.pipeline.lines = open_memstream(&lines, &line_bytes);
    cloud.pipeline.card_key = (struct rc_card_key){.bytes = "0123456789abcdef", .length = 16};
    put_program();
    log_delivery(RC_SETTLEMENT);
    log_delivery(RC_INTERNAL);
    log_day();
    log_failure();
    fclose(cloud.pipeline.lines);
    cloud.pipeline.lines = NULL;

    json_t *items = scan_all(&cloud.pipeline, NULL);
    json_object_foreach(items, name, item)
    {
        char *text = json_dumps(item, 0);
        expect_none(text, strlen(text), name);
        free(text);
        look_at_bytes(item, name);
    }
    json_decref(items);
    assert_true(looked_at > 4 + 3 + 8); /* records, rejected ones, and discrepancies */
    assert_non_null(strstr(lines, "\"error\":\"BadInput\""));
    assert_non_null(strstr(lines, "411111******1111"));
    expect_none(lines, line_bytes, "the log");
    free(lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_8_no_card_number_is_stored_or_logged),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
