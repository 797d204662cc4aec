#include "base/timeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_time_of_the_machine(void **state)
{
    const struct rc_timeline none = {0};
    char text[RC_TIMELINE_TEXT];
    (void)state;
    assert_int_equal(rc_timeline_at(&none, 1234567890123), 1234567890123);
    assert_int_equal(rc_timeline_span(&none, 250), 250);
    rc_timeline_write(&none, text);
    assert_string_equal(text, "");
}

static void test_own_time(void **state)
{
    const struct rc_timeline fast = {.real_ms = 1000, .own_ms = 500000, .speed = 20};
    (void)state;
    assert_int_equal(rc_timeline_at(&fast, 1000), 500000);
    assert_int_equal(rc_timeline_at(&fast, 1250), 505000);
    assert_int_equal(rc_timeline_at(&fast, 900), 498000);
    assert_int_equal(rc_timeline_span(&fast, 250), 5000);
}

static void test_it_is_handed_on(void **state)
{
    const struct rc_timeline given = {
        .real_ms = 1795983524502, .own_ms = 1775253600000, .speed = 1.5};
    struct rc_timeline read;
    char text[RC_TIMELINE_TEXT];
    (void)state;
    rc_timeline_write(&given, text);
    assert_string_equal(text, "1795983524502:1775253600000:1500");
    assert_true(rc_timeline_read(&read, text, NULL));
    assert_int_equal(rc_timeline_at(&read, given.real_ms + 1000), given.own_ms + 1500);
    assert_true(rc_timeline_read(&read, "", NULL));
    assert_int_equal(rc_timeline_at(&read, 77), 77);
    assert_true(rc_timeline_read(&read, NULL, NULL));
    assert_int_equal(rc_timeline_at(&read, 77), 77);
}

static void test_what_is_none(void **state)
{
    static const char *const wrong[] = {"1",          "1:2",
                                        "1:2:",       ":2:3",
                                        "1:2:3:",     "1:2:3x",
                                        "-1:2:3",     "1:0:3",
                                        "1: 2:3",     "a:b:c",
                                        "1:2:-3",     "1:2:1000001",
                                        "1:1e3:1000", "99999999999999999999:2:3"};
    struct rc_timeline read;
    struct rc_error err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (rc_timeline_read(&read, wrong[i], &err))
            fail_msg("\"%s\" is read", wrong[i]);
        assert_int_equal(err.code, RC_USAGE);
        assert_int_equal(rc_timeline_at(&read, 77), 77);
    }
}

static void test_an_instant(void **state)
{
    struct rc_timeline stopped;
    (void)state;
    assert_true(rc_timeline_stop(&stopped, "2026-04-03T22:00:00Z"));
    assert_int_equal(rc_timeline_at(&stopped, 0), 1775253600000);
    assert_int_equal(rc_timeline_at(&stopped, 1795983524502), 1775253600000);
    assert_false(rc_timeline_stop(&stopped, "2026-04-03"));
    assert_false(rc_timeline_stop(&stopped, "2026-04-03T22:00:00Z "));
    assert_false(rc_timeline_stop(&stopped, "1969-04-03T22:00:00Z"));
    assert_false(rc_timeline_stop(&stopped, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_of_the_machine), cmocka_unit_test(test_own_time),
        cmocka_unit_test(test_it_is_handed_on),     cmocka_unit_test(test_what_is_none),
        cmocka_unit_test(test_an_instant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
