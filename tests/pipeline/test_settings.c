#include "pipeline/settings.h"
#include "tests/aws/environment.h"

#define KEY "000102030405060708090a0b0c0d0e0F"

static struct environment environment;

static int begin(void **state)
{
    (void)state;
    environment_begin(&environment);
    environment_set(&environment, "RECON_TABLE_SETTLEMENT", "recon-settlement");
    environment_set(&environment, "RECON_TABLE_INTERNAL", "recon-internal");
    environment_set(&environment, "RECON_TABLE_STATE", "recon-state");
    environment_set(&environment, "RECON_CARD_KEY", KEY);
    return 0;
}

static int end(void **state)
{
    (void)state;
    environment_end(&environment);
    return 0;
}

static void set(const char *name, const char *value)
{
    environment_set(&environment, name, value);
}

static struct rc_pipeline must_read(void)
{
    struct rc_pipeline pipeline = {0};
    struct rc_error err = {0};
    if (!rc_settings_read(&pipeline, environment_get, &environment, &err))
        fail_msg("%s", err.text);
    return pipeline;
}

/* Reading fails, with that message; afterwards the variable is as it was. */
static void refused(const char *name, const char *value, const char *message)
{
    struct rc_pipeline pipeline = {0};
    struct rc_error err = {0};
    size_t before = environment.count;
    set(name, value);
    assert_false(rc_settings_read(&pipeline, environment_get, &environment, &err));
    assert_string_equal(err.text, message);
    environment.count = before;
}

static void test_what_is_not_set(void **state)
{
    (void)state;
    struct rc_pipeline pipeline = must_read();
    assert_string_equal(pipeline.table[RC_TABLE_SETTLEMENT], "recon-settlement");
    assert_string_equal(pipeline.table[RC_TABLE_INTERNAL], "recon-internal");
    assert_string_equal(pipeline.table[RC_TABLE_STATE], "recon-state");
    assert_null(pipeline.failed_queue_url);
    assert_null(pipeline.machine_arn);
    assert_null(pipeline.event_bus);
    assert_int_equal(pipeline.lease_ms, 60000);
    assert_int_equal(pipeline.spare_ms, 20000);
    assert_int_equal(pipeline.stop_ms, 30000);
    assert_int_equal(pipeline.in_flight, 8);
    assert_int_equal(pipeline.hands_over, 1);
    assert_int_equal(pipeline.write_units, 0);
    assert_int_equal(pipeline.page_items, 0);
    assert_int_equal(pipeline.deadline_unix_ms, 0);
    assert_int_equal(pipeline.card_key.length, 16);
    for (int i = 0; i < 16; i++)
        assert_int_equal(pipeline.card_key.bytes[i], i);
    rc_settings_wipe(&pipeline);
    assert_int_equal(pipeline.card_key.length, 0);
    assert_int_equal(pipeline.card_key.bytes[15], 0);
}

static void test_what_is_set(void **state)
{
    (void)state;
    set("RECON_FAILED_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/1/failed");
    set("RECON_MACHINE_ARN", "arn:aws:states:eu-west-1:1:stateMachine:recon");
    set("RECON_EVENT_BUS", "arn:aws:events:eu-west-1:1:event-bus/recon");
    set("RECON_LEASE_MS", "1000");
    set("RECON_SPARE_MS", "300000");
    set("RECON_STOP_MS", "120000");
    set("RECON_IN_FLIGHT", "64");
    set("RECON_HANDOVER", "0");
    set("RECON_WRITE_UNITS", "800");
    set("RECON_PAGE_ITEMS", "1000000");
    set("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512");
    set("RECON_CLOCK", "1000:500000:20000");
    struct rc_pipeline pipeline = must_read();
    assert_string_equal(pipeline.failed_queue_url, "https://sqs.eu-west-1.amazonaws.com/1/failed");
    assert_string_equal(pipeline.machine_arn, "arn:aws:states:eu-west-1:1:stateMachine:recon");
    assert_string_equal(pipeline.event_bus, "arn:aws:events:eu-west-1:1:event-bus/recon");
    assert_int_equal(pipeline.lease_ms, 1000);
    assert_int_equal(pipeline.spare_ms, 300000);
    assert_int_equal(pipeline.stop_ms, 120000);
    assert_int_equal(pipeline.in_flight, 64);
    assert_int_equal(pipeline.hands_over, 0);
    assert_int_equal(pipeline.write_units, 800);
    assert_int_equal(pipeline.page_items, 1000000);
    assert_int_equal(pipeline.memory_mib, 512);
    assert_int_equal(rc_timeline_at(&pipeline.time, 1250), 505000);
    set("RECON_EVENT_BUS", ""); /* empty is not set */
    assert_null(must_read().event_bus);
}

static void test_texts_that_cannot_be(void **state)
{
    (void)state;
    refused("RECON_TABLE_STATE", "",
            "RECON_TABLE_STATE is not set: it names the DynamoDB table of files, days and runs (3 "
            "to 255 letters, digits, '_', '-' and '.')");
    refused("RECON_TABLE_STATE", "a/b",
            "RECON_TABLE_STATE is \"a/b\": it names the DynamoDB table of files, days and runs (3 "
            "to 255 letters, digits, '_', '-' and '.')");
    refused("RECON_TABLE_INTERNAL", "recon-settlement",
            "RECON_TABLE_SETTLEMENT and RECON_TABLE_INTERNAL both are \"recon-settlement\": each "
            "needs a table of its own");
    refused("RECON_FAILED_QUEUE_URL", "failed",
            "RECON_FAILED_QUEUE_URL is \"failed\": it names the queue of files that failed (the "
            "URL of an SQS queue, https://…)");
    refused("RECON_MACHINE_ARN", "recon",
            "RECON_MACHINE_ARN is \"recon\": it names the state machine that files are given to "
            "(arn:aws:states:REGION:ACCOUNT:stateMachine:NAME)");
    refused("RECON_EVENT_BUS", "my bus",
            "RECON_EVENT_BUS is \"my bus\": it names the event bus that outcomes go to (its name "
            "or its ARN)");
}

static void test_numbers_that_cannot_be(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "999", "900001", "5s", "-1", "+5000", " 5000", "0x4000", "99999999999999999999", "1e4"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char message[160];
        snprintf(message, sizeof message,
                 "RECON_LEASE_MS is \"%s\": it has to be a whole number from 1000 to 900000",
                 bad[i]);
        refused("RECON_LEASE_MS", bad[i], message);
    }
    refused("RECON_IN_FLIGHT", "0",
            "RECON_IN_FLIGHT is \"0\": it has to be a whole number from 1 to 64");
    refused("RECON_CLOCK", "20",
            "RECON_CLOCK is \"20\": it has to be REAL_MS:OWN_MS:THOUSANDTHS, as reconlocal hands "
            "it to what it runs; unset it elsewhere");
}

static void test_keys_that_cannot_be(void **state)
{
    (void)state;
    static const char wrong[] = "RECON_CARD_KEY: the key of card hashes has to be 32 to 128 "
                                "hexadecimal digits, an even number of them";
    char long_one[131];
    memset(long_one, 'a', sizeof long_one - 1);
    long_one[sizeof long_one - 1] = '\0';
    refused("RECON_CARD_KEY", "0011223344556677889900112233445", wrong);
    refused("RECON_CARD_KEY", KEY "0", wrong);
    refused("RECON_CARD_KEY", KEY "xx", wrong);
    refused("RECON_CARD_KEY", KEY " 00", wrong);
    refused("RECON_CARD_KEY", long_one, wrong);
    refused("RECON_CARD_KEY", "",
            "RECON_CARD_KEY is not set: it is the key of the hashes that stand for card numbers, "
            "32 to 128 hexadecimal digits; or RECON_CARD_KEY_FILE names a file that holds them");
    refused("RECON_CARD_KEY_FILE", "/some/file",
            "RECON_CARD_KEY and RECON_CARD_KEY_FILE are both set: only one can count");
}

static void test_a_key_in_a_file(void **state)
{
    (void)state;
    char path[128], long_one[1024];
    snprintf(path, sizeof path, "%s/key", environment.home);
    set("RECON_CARD_KEY", "");
    set("RECON_CARD_KEY_FILE", path);
    struct rc_error err = {0};
    struct rc_pipeline pipeline = {0};
    assert_false(rc_settings_read(&pipeline, environment_get, &environment, &err));
    assert_int_equal(err.code, RC_IO);
    assert_non_null(strstr(err.text, "RECON_CARD_KEY_FILE: cannot read /tmp/"));
    assert_non_null(strstr(err.text, "No such file"));
    environment_write(&environment, "key", KEY "\r\n");
    assert_int_equal(must_read().card_key.length, 16);
    memset(long_one, 'a', sizeof long_one - 1);
    long_one[sizeof long_one - 1] = '\0';
    environment_write(&environment, "key", long_one);
    assert_false(rc_settings_read(&pipeline, environment_get, &environment, &err));
    assert_non_null(strstr(err.text, "32 to 128 hexadecimal digits"));
    assert_null(strstr(err.text, "aaaa"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_not_set),      TEST(test_what_is_set),
        TEST(test_texts_that_cannot_be), TEST(test_numbers_that_cannot_be),
        TEST(test_keys_that_cannot_be),  TEST(test_a_key_in_a_file),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
