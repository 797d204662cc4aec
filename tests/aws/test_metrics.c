#include "aws/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static void test_rows_are_made_once_and_sorted(void **state)
{
    (void)state;
    struct rc_metrics *metrics = rc_metrics_new();
    assert_non_null(metrics);
    struct rc_metrics_row *put = rc_metrics_row(metrics, "s3", "PutObject");
    struct rc_metrics_row *get = rc_metrics_row(metrics, "s3", "GetObject");
    struct rc_metrics_row *item = rc_metrics_row(metrics, "dynamodb", "PutObject");
    put->calls = 3;
    assert_ptr_equal(rc_metrics_row(metrics, "s3", "PutObject"), put);
    assert_ptr_equal(rc_metrics_row(metrics, "s3", "GetObject"), get);
    size_t count = 0;
    const struct rc_metrics_row *const *rows = rc_metrics_rows(metrics, &count);
    assert_int_equal(count, 3);
    assert_ptr_equal(rows[0], item);
    assert_ptr_equal(rows[1], get);
    assert_ptr_equal(rows[2], put);
    assert_int_equal(rows[2]->calls, 3);
    assert_string_equal(rows[0]->service, "dynamodb");
    rc_metrics_free(metrics);
}

static void test_past_the_limit_one_row_is_shared(void **state)
{
    (void)state;
    static char names[RC_METRICS_OPERATIONS + 8][16];
    struct rc_metrics *metrics = rc_metrics_new();
    assert_non_null(metrics);
    struct rc_metrics_row *last = NULL;
    for (int i = 0; i < RC_METRICS_OPERATIONS + 8; i++) {
        snprintf(names[i], sizeof names[i], "op%d", i);
        last = rc_metrics_row(metrics, "s3", names[i]);
        last->calls++;
    }
    size_t count = 0;
    const struct rc_metrics_row *const *rows = rc_metrics_rows(metrics, &count);
    assert_int_equal(count, RC_METRICS_OPERATIONS);
    assert_string_equal(rows[0]->service, "other");
    assert_ptr_equal(rows[0], last);
    assert_int_equal(rows[0]->calls, 9);
    assert_ptr_equal(rc_metrics_row(metrics, "sqs", "new"), last);
    assert_int_equal(rc_metrics_row(metrics, "s3", "op7")->calls, 1);
    rc_metrics_free(metrics);
    rc_metrics_free(NULL);
}

static int bucket_of(int64_t ms)
{
    struct rc_metrics_row row = {0};
    rc_metrics_latency(&row, ms);
    for (int b = 0; b < RC_METRICS_BUCKETS; b++)
        if (row.latency[b])
            return b;
    return -1;
}

static void test_buckets_end_where_they_should(void **state)
{
    (void)state;
    assert_int_equal(bucket_of(-5), 0);
    assert_int_equal(bucket_of(0), 0);
    assert_int_equal(bucket_of(1), 0);
    assert_int_equal(bucket_of(2), 2); /* 1.41 < 2 <= 2 */
    assert_int_equal(bucket_of(3), 4); /* 2.83 < 3 <= 4 */
    assert_int_equal(bucket_of(5), 5); /* 4 < 5 <= 5.66 */
    assert_int_equal(bucket_of(1024), 20);
    assert_int_equal(bucket_of(1025), 21);
    assert_int_equal(bucket_of(1448), 21); /* 1448.15 */
    assert_int_equal(bucket_of(1449), 22);
    assert_int_equal(bucket_of(524288), 38);
    assert_int_equal(bucket_of(524289), 39);
    assert_int_equal(bucket_of(INT64_MAX), 39);
}

static void test_quantiles(void **state)
{
    (void)state;
    struct rc_metrics_row row = {0};
    assert_true(rc_metrics_quantile(&row, 0.5) == 0);
    for (int i = 0; i < 98; i++)
        rc_metrics_latency(&row, 8);
    rc_metrics_latency(&row, 100);
    rc_metrics_latency(&row, 1000000);
    assert_true(rc_metrics_quantile(&row, 0) == 8);
    assert_true(rc_metrics_quantile(&row, 0.5) == 8);
    assert_true(rc_metrics_quantile(&row, 0.98) == 8);
    assert_true(rc_metrics_quantile(&row, 0.99) == 128);
    assert_true(isinf(rc_metrics_quantile(&row, 1)));
    struct rc_metrics_row odd = {0};
    rc_metrics_latency(&odd, 5);
    assert_true(fabs(rc_metrics_quantile(&odd, 0.5) - 5.65685424949238) < 1e-9);
}

static void test_throttles_by_reason(void **state)
{
    (void)state;
    struct rc_metrics_row row = {0};
    char reason[80];
    rc_metrics_throttle(&row, NULL, NULL);
    rc_metrics_throttle(&row, "", NULL);
    rc_metrics_throttle(&row, "TableWriteAccountLimitExceeded", NULL);
    assert_string_equal(row.reasons[0].reason, "unknown");
    assert_int_equal(row.reasons[0].count, 2);
    assert_string_equal(row.reasons[1].reason, "TableWriteAccountLimitExceeded");
    memset(reason, 'r', sizeof reason - 1);
    reason[sizeof reason - 1] = '\0'; /* longer than there is room for */
    rc_metrics_throttle(&row, reason, NULL);
    rc_metrics_throttle(&row, reason, NULL);
    assert_int_equal(row.reasons[2].count, 2);
    assert_int_equal(strlen(row.reasons[2].reason), 63);
    for (int i = 0; i < 20; i++) {
        snprintf(reason, sizeof reason, "reason %d", i);
        rc_metrics_throttle(&row, reason, NULL);
    }
    assert_string_equal(row.reasons[RC_METRICS_REASONS - 1].reason, "other");
    assert_int_equal(row.reasons[RC_METRICS_REASONS - 1].count, 8);
    assert_int_equal(row.throttled, 0);
}

static void test_throttles_by_what_was_throttled(void **state)
{
    (void)state;
    static const char table[] = "arn:aws:dynamodb:eu-west-1:000000000000:table/t";
    static const char index[] = "arn:aws:dynamodb:eu-west-1:000000000000:table/t/index/i";
    struct rc_metrics_row row = {0};
    rc_metrics_throttle(&row, "reason", table);
    rc_metrics_throttle(&row, "reason", index);
    rc_metrics_throttle(&row, "reason", table);
    rc_metrics_throttle(&row, "reason", "arn:aws");
    assert_string_equal(row.reasons[0].resource, "table/t");
    assert_int_equal(row.reasons[0].count, 2);
    assert_string_equal(row.reasons[1].resource, "table/t/index/i");
    assert_int_equal(row.reasons[1].count, 1);
    assert_string_equal(row.reasons[2].resource, "");
}

static void test_counts_begin_anew(void **state)
{
    (void)state;
    struct rc_metrics *metrics = rc_metrics_new();
    struct rc_metrics_row *row = rc_metrics_row(metrics, "s3", "GetObject");
    row->attempts = 3;
    rc_metrics_throttle(row, "SlowDown", NULL);
    rc_metrics_clear(metrics);
    assert_ptr_equal(rc_metrics_row(metrics, "s3", "GetObject"), row);
    assert_int_equal(row->attempts, 0);
    assert_int_equal(row->reasons[0].count, 0);
    assert_string_equal(row->operation, "GetObject");
    rc_metrics_free(metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_made_once_and_sorted),
        cmocka_unit_test(test_past_the_limit_one_row_is_shared),
        cmocka_unit_test(test_buckets_end_where_they_should),
        cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_throttles_by_reason),
        cmocka_unit_test(test_throttles_by_what_was_throttled),
        cmocka_unit_test(test_counts_begin_anew),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
