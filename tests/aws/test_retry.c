#include "aws/rate.h"
#include "aws/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The delays are the formula's, worked out by hand for a chance of one half. */
static void test_the_schedule(void **state)
{
    (void)state;
    static const struct {
        const struct rc_retry_policy *policy;
        enum rc_retry_class kind;
        int64_t delays[10];
    } cases[] = {
        {&rc_retry_standard,
         RC_RETRY_TRANSIENT,
         {25, 50, 100, 200, 400, 800, 1600, 3200, 6400, 10000}},
        {&rc_retry_dynamodb,
         RC_RETRY_TRANSIENT,
         {12, 25, 50, 100, 200, 400, 800, 1600, 3200, 6400}},
        {&rc_retry_standard,
         RC_RETRY_THROTTLED,
         {500, 1000, 2000, 4000, 8000, 10000, 10000, 10000, 10000, 10000}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int retry = 1; retry <= 10; retry++)
            assert_int_equal(rc_retry_delay_ms(cases[i].policy, cases[i].kind, retry, 0.5),
                             cases[i].delays[retry - 1]);
    assert_int_equal(rc_retry_delay_ms(&rc_retry_standard, RC_RETRY_TRANSIENT, 1, 0), 0);
    assert_int_equal(rc_retry_delay_ms(&rc_retry_standard, RC_RETRY_TRANSIENT, 5000, 0.5), 10000);
}

static void test_attempts(void **state)
{
    (void)state;
    struct rc_retry_bucket bucket = {RC_RETRY_TOKENS};
    assert_true(rc_retry_decide(&rc_retry_standard, &bucket, RC_RETRY_TRANSIENT, 2, 0.5, -1).again);
    assert_false(
        rc_retry_decide(&rc_retry_standard, &bucket, RC_RETRY_TRANSIENT, 3, 0.5, -1).again);
    assert_true(rc_retry_decide(&rc_retry_dynamodb, &bucket, RC_RETRY_TRANSIENT, 3, 0.5, -1).again);
    assert_false(
        rc_retry_decide(&rc_retry_dynamodb, &bucket, RC_RETRY_TRANSIENT, 4, 0.5, -1).again);
    assert_false(rc_retry_decide(&rc_retry_standard, &bucket, RC_RETRY_NEVER, 1, 0.5, -1).again);
}

static void test_tokens(void **state)
{
    (void)state;
    struct rc_retry_bucket bucket = {RC_RETRY_TOKENS};
    struct rc_retry retry =
        rc_retry_decide(&rc_retry_standard, &bucket, RC_RETRY_TRANSIENT, 1, 0, -1);
    assert_int_equal(retry.cost, 14);
    assert_int_equal(bucket.tokens, 486);
    retry = rc_retry_decide(&rc_retry_standard, &bucket, RC_RETRY_THROTTLED, 1, 0, -1);
    assert_int_equal(retry.cost, 5);
    assert_int_equal(bucket.tokens, 481);
    rc_retry_succeeded(&bucket, 5);
    assert_int_equal(bucket.tokens, 486);
    rc_retry_succeeded(&bucket, 0);
    assert_int_equal(bucket.tokens, 487);
    bucket.tokens = 499;
    rc_retry_succeeded(&bucket, 14);
    assert_int_equal(bucket.tokens, RC_RETRY_TOKENS);

    int retries = 0;
    while (rc_retry_decide(&rc_retry_standard, &bucket, RC_RETRY_TRANSIENT, 1, 0, -1).again)
        retries++;
    assert_int_equal(retries, RC_RETRY_TOKENS / 14);
    assert_true(rc_retry_decide(&rc_retry_standard, &bucket, RC_RETRY_THROTTLED, 1, 0, -1).again);
}

static void test_what_the_server_asks_for(void **state)
{
    (void)state;
    static const struct {
        int64_t asked_ms, delay_ms;
    } cases[] = {{-1, 25},     {0, 25},      {24, 25},      {700, 700},
                 {5025, 5025}, {5026, 5025}, {900000, 5025}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rc_retry_bucket bucket = {RC_RETRY_TOKENS};
        assert_int_equal(rc_retry_decide(&rc_retry_standard, &bucket, RC_RETRY_TRANSIENT, 1, 0.5,
                                         cases[i].asked_ms)
                             .delay_ms,
                         cases[i].delay_ms);
    }
}

static void test_what_is_tried_again(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        int status;
        enum rc_retry_class kind;
    } cases[] = {
        {"ProvisionedThroughputExceededException", 400, RC_RETRY_THROTTLED},
        {"ThrottlingException", 400, RC_RETRY_THROTTLED},
        {"SlowDown", 503, RC_RETRY_THROTTLED},
        {"", 429, RC_RETRY_THROTTLED},
        {"TransactionInProgressException", 400, RC_RETRY_THROTTLED},
        {"", 500, RC_RETRY_TRANSIENT},
        {"", 502, RC_RETRY_TRANSIENT},
        {"ServiceUnavailable", 503, RC_RETRY_TRANSIENT},
        {"", 504, RC_RETRY_TRANSIENT},
        {"", 0, RC_RETRY_TRANSIENT},
        {"RequestTimeout", 400, RC_RETRY_TRANSIENT},
        {"ValidationException", 400, RC_RETRY_NEVER},
        {"ConditionalCheckFailedException", 400, RC_RETRY_NEVER},
        {"AccessDenied", 403, RC_RETRY_NEVER},
        {"NoSuchKey", 404, RC_RETRY_NEVER},
        {"NotImplemented", 501, RC_RETRY_NEVER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(rc_retry_classify(cases[i].status, cases[i].code), cases[i].kind);
}

/* ----- the rate of writes ----- */

struct table { /* takes `capacity` units a second, refuses the rest */
    double capacity;
    double left;
    int64_t filled_ms;
};

static double take(struct table *table, double units, int64_t now_ms)
{
    table->left += (double)(now_ms - table->filled_ms) * table->capacity / 1000;
    table->filled_ms = now_ms;
    if (table->left > table->capacity)
        table->left = table->capacity;
    double taken = units < table->left ? units : table->left;
    table->left -= taken;
    return taken;
}

enum { SECONDS = 60, LATENCY_MS = 12, BATCH_UNITS = 25, IN_FLIGHT = 16 };

struct traffic {
    double sent, refused, taken;
};

struct flight {
    int64_t answer_ms; /* 0: nothing is on its way */
    double taken;
};

static void answer(struct flight *flight, struct rc_rate *rate, struct traffic *traffic,
                   int64_t now_ms)
{
    if (flight->answer_ms != now_ms || !now_ms)
        return;
    rc_rate_report(rate, flight->taken, flight->taken < BATCH_UNITS, now_ms);
    traffic->taken += flight->taken;
    traffic->refused += BATCH_UNITS - flight->taken;
    flight->answer_ms = 0;
}

/* As fast as the rate lets it, with IN_FLIGHT requests at once, each of which is answered
 * LATENCY_MS later; one that has to wait for the rate holds up those behind it. */
static struct traffic write_for_a_minute(struct table *table)
{
    struct rc_rate rate;
    struct traffic traffic = {0};
    struct flight flights[IN_FLIGHT] = {{0}};
    int64_t next_ms = 1;
    rc_rate_init(&rate, 0);
    next_ms += rc_rate_spend(&rate, BATCH_UNITS, 0);
    for (int64_t now = 1; now < SECONDS * 1000; now++)
        for (int i = 0; i < IN_FLIGHT; i++) {
            answer(&flights[i], &rate, &traffic, now);
            if (flights[i].answer_ms || now < next_ms)
                continue;
            flights[i].taken = take(table, BATCH_UNITS, now);
            flights[i].answer_ms = now + LATENCY_MS;
            traffic.sent += BATCH_UNITS;
            next_ms = now + rc_rate_spend(&rate, BATCH_UNITS, now);
        }
    return traffic;
}

/* What is refused stays below 5 % of what is sent, and what the table can take is used. */
static void test_a_table_that_takes_less_than_is_wanted(void **state)
{
    (void)state;
    static const double capacities[] = {100, 400, 1000, 5000, 15000};
    for (size_t i = 0; i < sizeof capacities / sizeof *capacities; i++) {
        struct table table = {.capacity = capacities[i], .left = capacities[i]};
        struct traffic traffic = write_for_a_minute(&table);
        print_message("%.0f a second: refused %.1f %%, used %.1f %%\n", capacities[i],
                      traffic.refused / traffic.sent * 100,
                      traffic.taken / (SECONDS * capacities[i]) * 100);
        assert_true(traffic.refused < 0.05 * traffic.sent);
        assert_true(traffic.taken > 0.85 * SECONDS * capacities[i]);
    }
}

/* It comes up within two seconds, however much there is to write. */
static void test_a_table_that_refuses_nothing(void **state)
{
    (void)state;
    const double wanted = IN_FLIGHT * BATCH_UNITS * 1000.0 / LATENCY_MS; /* a second */
    struct table table = {.capacity = 1e9, .left = 1e9};
    struct traffic traffic = write_for_a_minute(&table);
    assert_true(traffic.refused == 0);
    assert_true(traffic.taken > wanted * (SECONDS - 4));
}

/* Another writer has left: what it used is found within seconds. */
static void test_a_table_that_takes_more_after_a_while(void **state)
{
    (void)state;
    struct rc_rate rate;
    struct table table = {.capacity = 200, .left = 200};
    int64_t found_ms = 0;
    rc_rate_init(&rate, 0);
    for (int64_t now = 0; now < 60000 && !found_ms;) {
        if (now > 20000)
            table.capacity = 2000;
        double taken = take(&table, BATCH_UNITS, now);
        rc_rate_report(&rate, taken, taken < BATCH_UNITS, now);
        if (rate.measured > 1500)
            found_ms = now;
        int64_t wait = rc_rate_spend(&rate, BATCH_UNITS, now);
        now += wait > 1 ? wait : 1;
    }
    assert_in_range(found_ms, 20000, 35000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_schedule),
        cmocka_unit_test(test_attempts),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_what_the_server_asks_for),
        cmocka_unit_test(test_what_is_tried_again),
        cmocka_unit_test(test_a_table_that_takes_less_than_is_wanted),
        cmocka_unit_test(test_a_table_that_refuses_nothing),
        cmocka_unit_test(test_a_table_that_takes_more_after_a_while),
    };
    return cmocka_run_group_tests_name("retry", tests, NULL, NULL);
}
