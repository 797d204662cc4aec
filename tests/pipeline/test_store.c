/* Transactions that are cancelled and requests that are throttled, as DynamoDB tells it, and
 * items that have a most. */
#include "tests/pipeline/support.h"

#include "pipeline/discrepancy.h"
#include "pipeline/writer.h"

#include <stdlib.h>
#include <string.h>

/* A pipeline whose DynamoDB is the server of the test. */
static int begin(void **state)
{
    fixture_begin(state);
    struct fixture *f = *state;
    rc_aws_free(f->pipeline.aws);
    rc_profile_free(f->profile);
    environment_set(&f->environment, "AWS_ENDPOINT_URL", fake_server_url(f->server));
    f->profile = rc_profile_load(
        &(struct rc_profile_options){.getenv = environment_get, .getenv_ctx = &f->environment},
        NULL);
    f->pipeline.aws = rc_aws_new(f->loop, &(struct rc_aws_options){.profile = f->profile}, NULL);
    assert_non_null(f->pipeline.aws);
    f->pipeline.table[RC_TABLE_STATE] = "state";
    return 0;
}

#define CANCELLED(first, second)                                                                   \
    {                                                                                              \
        .status = 400, .body = "{\"__type\":\"com.amazonaws.dynamodb.v20120810#"                   \
                               "TransactionCanceledException\",\"Message\":\"cancelled\","         \
                               "\"CancellationReasons\":[{\"Code\":\"" first                       \
                               "\"},{\"Code\":\"" second "\"}]}"                                   \
    }

static enum rc_stored transact(struct fixture *f, size_t *refused, struct rc_error *err)
{
    static const struct rc_key keys[] = {{"P", "1"}, {"P", "2"}};
    const struct rc_write writes[] = {
        {.kind = RC_WRITE_DELETE, .table = RC_TABLE_STATE, .key = &keys[0]},
        {.kind = RC_WRITE_DELETE, .table = RC_TABLE_STATE, .key = &keys[1]}};
    return rc_store_transact(&f->pipeline, writes, 2, NULL, refused, err);
}

static void test_a_hindered_transaction_is_tried_again(void **state)
{
    struct fixture *f = *state;
    static const struct fake_answer answers[] = {
        CANCELLED("None", "TransactionConflict"),
        CANCELLED("ThrottlingError", "None"),
        CANCELLED("None", "ProvisionedThroughputExceeded"),
        {.body = "{}"},
    };
    struct rc_error err = {0};
    size_t refused = 9;
    fake_server_script(f->server, answers, 4);
    assert_int_equal(transact(f, &refused, &err), RC_STORED);
    assert_int_equal(fake_server_count(f->server), 4);
    assert_int_equal(err.code, RC_OK);
    assert_int_equal(refused, 9);
}

static void test_a_transaction_that_is_always_hindered_is_throttled(void **state)
{
    struct fixture *f = *state;
    static const struct fake_answer answers[] = {CANCELLED("None", "TransactionConflict")};
    struct rc_error err = {0};
    fake_server_script(f->server, answers, 1);
    assert_int_equal(transact(f, NULL, &err), RC_UNSTORED);
    assert_in_range(fake_server_count(f->server), 2, 20);
    assert_string_equal(f->pipeline.fault, "Throttled");
    assert_non_null(strstr(err.text, "TransactionCanceledException"));
}

static void test_a_refused_transaction_is_not_tried_again(void **state)
{
    struct fixture *f = *state;
    static const struct fake_answer answers[] = {
        CANCELLED("TransactionConflict", "ConditionalCheckFailed")};
    struct rc_error err = {0};
    size_t refused = 9;
    fake_server_script(f->server, answers, 1);
    assert_int_equal(transact(f, &refused, &err), RC_REFUSED);
    assert_int_equal(refused, 1);
    assert_int_equal(fake_server_count(f->server), 1);
    assert_int_equal(err.code, RC_OK); /* it is an answer, no failure */
}

/* ----- discrepancies ----- */

/* The size that counts: of names and of values, binary ones as they are. At least what
 * is returned here: "DynamoDB item sizes and formats", Amazon DynamoDB Developer Guide. */
static size_t size_of(const json_t *json)
{
    const char *name;
    json_t *value;
    size_t i, size = 0;
    if (json_is_string(json))
        return json_string_length(json);
    json_array_foreach(json, i, value) size += size_of(value) + 1;
    json_object_foreach((json_t *)json, name, value)
    {
        bool is_type = strlen(name) == 1 && name[0] >= 'A' && name[0] <= 'Z';
        size += (is_type ? 0 : strlen(name)) +
                (strcmp(name, "B") == 0 ? json_string_length(value) / 4 * 3 : size_of(value));
    }
    return size;
}

/* What the item has of it reads back as it was. */
static void expect_to_read(const json_t *item, const struct rc_outcome *outcome, int64_t *omitted)
{
    const struct rc_matcher matcher = {.file_date = 20544};
    struct rc_discrepancy read;
    struct rc_error err = {0};
    if (!rc_discrepancy_read(item, &matcher, &read, &err))
        fail_msg("%s", err.text);
    assert_int_equal(read.outcome.status, outcome->status);
    assert_int_equal(read.outcome.differences, outcome->differences);
    assert_string_equal(read.outcome.rule, outcome->rule);
    for (int side = 0; side < RC_SIDES; side++) {
        assert_int_equal(read.outcome.count[side] + read.omitted[side], outcome->count[side]);
        *omitted += read.omitted[side];
        for (int i = 0; i < read.outcome.count[side]; i++) {
            const struct rc_outcome_record *got = &read.outcome.records[side][i];
            struct rc_text id = rc_record_id(&got->record);
            assert_int_equal(got->where.number, i + 1);
            assert_int_equal(got->where.delivery, 1);
            assert_memory_equal(id.data, "xxx", 3);
        }
    }
    rc_discrepancy_free(&read);
}

static void expect_to_fit(int settlement, int internal, size_t id_bytes, int omitted_least)
{
    enum { MOST = 1000 };
    static struct rc_outcome_record records[RC_SIDES][MOST];
    static char id[RC_ID_BYTES];
    struct rc_filedate day = {"p", 20544};
    struct rc_outcome outcome = {.status = RC_PARTIAL_CLEARING,
                                 .rule = "r",
                                 .differences = 1u << RC_C_AMOUNT,
                                 .count = {settlement, internal},
                                 .records = {records[0], records[1]}};
    struct rc_draft draft;
    int64_t omitted = 0;
    memset(id, 'x', sizeof id);
    for (int side = 0; side < RC_SIDES; side++)
        for (int i = 0; i < outcome.count[side]; i++) {
            struct rc_outcome_record *item = &records[side][i];
            *item = (struct rc_outcome_record){.where = {.number = (uint64_t)i + 1, .delivery = 1}};
            item->record.present = 1u << RC_C_ID;
            item->record.text[0] = (struct rc_text){id, (uint32_t)id_bytes};
        }
    rc_discrepancy_item(&draft, &day, "0123456789abcdef0123456789abcdef", 1, &outcome);
    const char *text = rc_draft_done(&draft);
    assert_non_null(text);
    json_t *item = json_loads(text, 0, NULL);
    assert_non_null(item);
    assert_in_range(size_of(item), 1, RC_ITEM_MAX);
    expect_to_read(item, &outcome, &omitted);
    assert_true(omitted >= omitted_least);
    if (!omitted_least)
        assert_int_equal(omitted, 0);
    json_decref(item);
    rc_draft_free(&draft);
}

static void test_a_discrepancy_of_any_group_fits_into_an_item(void **state)
{
    (void)state;
    expect_to_fit(1, 0, 24, 0);
    expect_to_fit(100, 100, 24, 0);
    expect_to_fit(1000, 1000, 200, 1);
    expect_to_fit(100, 100, RC_ID_BYTES, 1);
    expect_to_fit(1000, 1000, RC_ID_BYTES, 1000);
    expect_to_fit(0, 1000, RC_ID_BYTES, 500);
}

static void test_what_is_no_discrepancy_is_refused(void **state)
{
    static const char *const items[] = {
        "{}",
        "{'status': {'S': 'pending'}}",
        "{'status': {'S': 'pending'}, 'rule': {'S': 'r'}, 'differences': {'N': '0'},"
        " 'settlement': {'L': []}, 'internal': {'L': []}}",
        "{'status': {'S': 'pending'}, 'rule': {'S': 'r'}, 'differences': {'N': '0'},"
        " 'settlement': {'L': [{'M': {'sk': {'S': 'x#0001#0000000001'}}}]}}",
        "{'status': {'S': 'pending'}, 'rule': {'S': 'r'}, 'differences': {'N': '0'},"
        " 'settlement': {'L': [{'S': 'x'}]}, 'SK': {'S': 'x'}}",
        "{'status': {'S': 'pending'}, 'settlement': {'L': [{'M': {'sk': {'S':"
        " 'x#0001#0000000001'}, 'record': {'B': '////'}, 'offset': {'N': '1'}, 'bytes':"
        " {'N': '1'}}}]}}"};
    const struct rc_matcher matcher = {.file_date = 20544};
    (void)state;
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        struct rc_discrepancy read;
        struct rc_error err = {0};
        char text[512];
        snprintf(text, sizeof text, "%s", items[i]);
        for (char *c = text; *c; c++)
            *c = *c == '\'' ? '"' : *c;
        json_t *item = json_loads(text, 0, NULL);
        assert_non_null(item);
        assert_false(rc_discrepancy_read(item, &matcher, &read, &err));
        assert_int_equal(err.code, RC_DATA);
        json_decref(item);
    }
}

/* ----- throttled ----- */

#define THROTTLED                                                                                  \
    {                                                                                              \
        .status = 400, .body = "{\"__type\":\"com.amazonaws.dynamodb.v20120810#"                   \
                               "ProvisionedThroughputExceededException\",\"message\":\"slower\"}"  \
    }

static void test_a_query_that_is_throttled_says_so(void **state)
{
    struct fixture *f = *state;
    static const struct fake_answer answers[] = {THROTTLED};
    static const struct rc_key key = {"P", ""};
    struct rc_error err = {0};
    fake_server_script(f->server, answers, 1);
    assert_false(rc_store_query(&f->pipeline, RC_TABLE_STATE, &key, NULL, NULL, &err));
    assert_string_equal(f->pipeline.fault, "Throttled");
    assert_non_null(strstr(err.text, "slower"));
}

static bool write_one(struct fixture *f, const struct fake_answer *answer)
{
    struct rc_error err = {0};
    fake_server_script(f->server, answer, 1);
    f->pipeline.in_flight = 1;
    struct rc_writer *writer = rc_writer_new(&f->pipeline, RC_TABLE_STATE, &err);
    assert_non_null(writer);
    bool ok = rc_writer_put(writer, "{\"PK\":{\"S\":\"P\"},\"SK\":{\"S\":\"1\"}}", 0, &err) &&
              rc_writer_flush(writer, &err);
    assert_true(ok == (err.code == RC_OK));
    rc_writer_free(writer);
    return ok;
}

static void test_writes_that_are_throttled_say_so(void **state)
{
    struct fixture *f = *state;
    static const struct fake_answer throttled = THROTTLED;
    static const struct fake_answer left = {
        .body = "{\"UnprocessedItems\":{\"state\":[{\"PutRequest\":{\"Item\":"
                "{\"PK\":{\"S\":\"P\"},\"SK\":{\"S\":\"1\"}}}}]}}"};
    static const struct fake_answer denied = {
        .status = 400, .body = "{\"__type\":\"AccessDeniedException\",\"message\":\"no\"}"};
    static const struct fake_answer taken = {.body = "{\"UnprocessedItems\":{}}"};
    assert_false(write_one(f, &throttled));
    assert_string_equal(f->pipeline.fault, "Throttled");
    assert_false(write_one(f, &denied));
    assert_string_equal(f->pipeline.fault, ""); /* the step is StepFailed */
    assert_false(write_one(f, &left));
    assert_string_equal(f->pipeline.fault, "Throttled");
    assert_true(write_one(f, &taken));
}

/* A client that would try for ten minutes, and a step that has fewer. */
static void test_a_table_that_takes_nothing_is_given_up_before_the_deadline(void **state)
{
    struct fixture *f = *state;
    enum { LEFT_MS = 60000 };
    static const struct fake_answer throttled = THROTTLED;
    int64_t began_ms = rc_loop_unix_ms(f->loop);
    f->pipeline.deadline_unix_ms = began_ms + LEFT_MS;
    assert_false(write_one(f, &throttled));
    assert_string_equal(f->pipeline.fault, "Throttled");
    int64_t took_ms = rc_loop_unix_ms(f->loop) - began_ms;
    assert_in_range(took_ms, LEFT_MS - f->pipeline.spare_ms, LEFT_MS - 1);
    f->pipeline.hands_over = 0; /* then it tries as long as it can */
    assert_false(write_one(f, &throttled));
    assert_true(rc_loop_unix_ms(f->loop) > f->pipeline.deadline_unix_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_hindered_transaction_is_tried_again, begin,
                                        fixture_end),
        cmocka_unit_test_setup_teardown(test_a_transaction_that_is_always_hindered_is_throttled,
                                        begin, fixture_end),
        cmocka_unit_test_setup_teardown(test_a_refused_transaction_is_not_tried_again, begin,
                                        fixture_end),
        cmocka_unit_test_setup_teardown(test_a_query_that_is_throttled_says_so, begin, fixture_end),
        cmocka_unit_test_setup_teardown(test_writes_that_are_throttled_say_so, begin, fixture_end),
        cmocka_unit_test_setup_teardown(
            test_a_table_that_takes_nothing_is_given_up_before_the_deadline, begin, fixture_end),
        cmocka_unit_test(test_a_discrepancy_of_any_group_fits_into_an_item),
        cmocka_unit_test(test_what_is_no_discrepancy_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
