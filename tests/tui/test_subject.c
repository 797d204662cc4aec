#include "tui/subject.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct rc_subject whole = {.program = "demo",
                                        .side = "internal",
                                        .transaction = "TX 1",
                                        .bucket = "landing",
                                        .key = "demo/settlement/a b.txt",
                                        .version = "v1",
                                        .record = 7,
                                        .run = "file-1"};

static void leads(enum rc_action action, const struct rc_subject *subject, const char *view,
                  const char *words)
{
    struct rc_buf got;
    const char *lacks;
    rc_buf_init(&got, 4096);
    const char *to = rc_thread_view(action, subject, &got, &lacks);
    if (view)
        assert_string_equal(to, view);
    else
        assert_null(to);
    assert_string_equal(view ? got.data : lacks, words);
    rc_buf_free(&got);
}

static void test_leads_where_the_subject_is(void **state)
{
    (void)state;
    leads(RC_DO_FILE, &whole, "file", "landing/demo/settlement/a%20b.txt@v1");
    leads(RC_DO_RECORD, &whole, "record", "internal 7");
    leads(RC_DO_MESSAGE, &whole, "messages", "recon-failed key=\"demo/settlement/a b.txt\"");
    leads(RC_DO_RUN, &whole, "run", "file-1");
    leads(RC_DO_LOGS, &whole, "logs", "run file-1");
    leads(RC_DO_TRANSACTION, &whole, "transaction", "TX%201 demo");
}

static void test_leads_to_records_of_the_day_without_aws(void **state)
{
    (void)state;
    struct rc_subject subject = whole;
    subject.of_day_file = true;
    leads(RC_DO_TRANSACTION, &subject, "transactions", "transaction_id=\"TX 1\"");
}

static void test_leads_to_a_record_of_the_object_without_its_day(void **state)
{
    (void)state;
    struct rc_subject subject = whole;
    subject.of_no_day = true;
    leads(RC_DO_RECORD, &subject, "record", "s3://landing/demo/settlement/a%20b.txt@v1 7");
    subject.key[0] = '\0';
    leads(RC_DO_RECORD, &subject, NULL, "record");
}

static void test_says_what_is_missing(void **state)
{
    (void)state;
    struct rc_subject none = {.record = 0}, numbered = {.record = 3};
    leads(RC_DO_FILE, &none, NULL, "file");
    leads(RC_DO_RECORD, &numbered, NULL, "record");
    leads(RC_DO_MESSAGE, &none, NULL, "file or queue");
    leads(RC_DO_RUN, &none, NULL, "run");
    leads(RC_DO_LOGS, &none, NULL, "run");
    leads(RC_DO_TRANSACTION, &none, NULL, "transaction");
    leads(RC_DO_SORT, &whole, NULL, "");
}

static void test_takes_logs_of_an_invocation(void **state)
{
    (void)state;
    struct rc_subject invoked = {.request_id = "r-1"}, queue = {.queue = "recon-arrivals"};
    leads(RC_DO_LOGS, &invoked, "logs", "request r-1");
    leads(RC_DO_MESSAGE, &queue, "messages", "recon-arrivals");
}

static void test_has_actions_of_the_thread_alone(void **state)
{
    (void)state;
    assert_true(rc_thread_has(RC_DO_FILE));
    assert_true(rc_thread_has(RC_DO_TRANSACTION));
    assert_false(rc_thread_has(RC_DO_ENTER));
    assert_false(rc_thread_has(RC_ACTION_NONE));
}

static void test_reads_places(void **state)
{
    (void)state;
    struct rc_subject subject = {.record = 0};
    rc_subject_set_place(&subject, "/tmp/settlement.txt");
    rc_subject_set_place(&subject, "s3://bucket");
    assert_string_equal(subject.bucket, "");
    rc_subject_set_place(&subject, "s3://bucket/a/b");
    assert_string_equal(subject.bucket, "bucket");
    assert_string_equal(subject.key, "a/b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leads_where_the_subject_is),
        cmocka_unit_test(test_leads_to_records_of_the_day_without_aws),
        cmocka_unit_test(test_leads_to_a_record_of_the_object_without_its_day),
        cmocka_unit_test(test_says_what_is_missing),
        cmocka_unit_test(test_takes_logs_of_an_invocation),
        cmocka_unit_test(test_has_actions_of_the_thread_alone),
        cmocka_unit_test(test_reads_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
