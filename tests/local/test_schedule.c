#include "local/events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

/* Behind 2026-04-01 10:30:20 UTC, a Wednesday. */
static const int64_t behind_ms = 1775039420000;

static void assert_next(const char *expression, const char *wanted)
{
    char text[32];
    struct tm tm;
    int64_t next_ms = rc_schedule_next_ms(expression, behind_ms);
    time_t at = (time_t)(next_ms / 1000);
    if (next_ms < 0)
        fail_msg("%s is no schedule", expression);
    gmtime_r(&at, &tm);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm);
    assert_string_equal(text, wanted);
}

static void test_next(void **state)
{
    (void)state;
    assert_next("rate(1 minute)", "2026-04-01 10:31:20");
    assert_next("rate(5 minutes)", "2026-04-01 10:35:20");
    assert_next("rate(2 days)", "2026-04-03 10:30:20");
    assert_next("cron(* * * * ? *)", "2026-04-01 10:31:00");
    assert_next("cron(0 6 * * ? *)", "2026-04-02 06:00:00");
    assert_next("cron(0/15 * * * ? *)", "2026-04-01 10:45:00");
    assert_next("cron(10,50 10-11 * * ? *)", "2026-04-01 10:50:00");
    assert_next("cron(0 18 ? * MON-FRI *)", "2026-04-01 18:00:00");
    assert_next("cron(0 8 ? * SUN *)", "2026-04-05 08:00:00");
    assert_next("cron(0 8 1 JAN ? 2028)", "2028-01-01 08:00:00");
}

static void test_what_is_no_schedule(void **state)
{
    static const char *const wrong[] = {
        "",
        "rate(0 minutes)",
        "rate(5 years)",
        "rate(9223372036854775807 days)",
        "rate(5 minutes) ",
        "cron(* * * *)",
        "cron(60 * * * ? *)",
        "cron(0 25 * * ? *)",
        "cron(x * * * ? *)",
        "cron(0 8 1 JAN ? 2020)",
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(rc_schedule_next_ms(wrong[i], behind_ms), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_next),
        cmocka_unit_test(test_what_is_no_schedule),
    };
    return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
