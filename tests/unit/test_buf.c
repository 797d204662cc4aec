#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void test_grows_up_to_its_cap(void **state)
{
    (void)state;
    struct rc_buf buf;
    rc_buf_init(&buf, 1000);
    assert_null(buf.data);
    for (int i = 0; i < 1000; i++)
        assert_true(rc_buf_add_char(&buf, (char)('a' + i % 26)));
    assert_int_equal(buf.length, 1000);
    assert_int_equal(strlen(buf.data), 1000);
    assert_true(buf.capacity <= 1001);
    assert_false(rc_buf_add_char(&buf, 'x'));
    assert_true(buf.failed);
    assert_int_equal(buf.length, 1000);
    assert_false(rc_buf_add(&buf, "", 0)); /* marked until it is cleared */
    rc_buf_clear(&buf);
    assert_false(buf.failed);
    assert_string_equal(buf.data, "");
    assert_true(rc_buf_add_str(&buf, "again"));
    assert_string_equal(buf.data, "again");
    rc_buf_free(&buf);
    assert_null(buf.data);
    assert_int_equal(buf.cap, 1000);
}

static void test_nothing_fits_into_nothing(void **state)
{
    (void)state;
    struct rc_buf buf;
    rc_buf_init(&buf, 0);
    rc_buf_clear(&buf);
    assert_true(rc_buf_add(&buf, NULL, 0));
    assert_string_equal(buf.data, "");
    assert_false(rc_buf_add_str(&buf, "x"));
    rc_buf_free(&buf);
}

static void test_a_huge_request_fails(void **state)
{
    (void)state;
    struct rc_buf buf;
    rc_buf_init(&buf, 10);
    assert_true(rc_buf_add_str(&buf, "12345"));
    assert_null(rc_buf_reserve(&buf, SIZE_MAX));
    assert_true(buf.failed);
    rc_buf_clear(&buf);
    assert_true(rc_buf_add_str(&buf, "12345"));
    assert_null(rc_buf_reserve(&buf, 6));
    rc_buf_clear(&buf);
    assert_non_null(rc_buf_reserve(&buf, 10));
    rc_buf_free(&buf);
}

static void test_a_reservation_past_the_memory_fails(void **state)
{
    (void)state;
    struct rc_buf buf;
    rc_buf_init(&buf, SIZE_MAX / 2);
    assert_true(rc_buf_add_str(&buf, "kept"));
    assert_string_equal(buf.data, "kept");
    rc_buf_free(&buf);
}

static void test_reserve_and_write(void **state)
{
    (void)state;
    struct rc_buf buf;
    rc_buf_init(&buf, 500);
    assert_true(rc_buf_add_str(&buf, "ab"));
    char *to = rc_buf_reserve(&buf, 300);
    assert_non_null(to);
    memset(to, 'z', 300);
    buf.length += 300;
    assert_true(rc_buf_add_char(&buf, '.'));
    assert_int_equal(buf.length, 303);
    assert_int_equal(buf.data[301], 'z');
    assert_int_equal(buf.data[303], 0);
    rc_buf_free(&buf);
}

static void test_printf(void **state)
{
    (void)state;
    struct rc_buf buf;
    rc_buf_init(&buf, 8);
    assert_true(rc_buf_printf(&buf, "%d-%s", 12, "ab"));
    assert_string_equal(buf.data, "12-ab");
    assert_true(rc_buf_printf(&buf, "%s", ""));
    assert_true(rc_buf_printf(&buf, "%03d", 7));
    assert_string_equal(buf.data, "12-ab007");
    assert_false(rc_buf_printf(&buf, "%d", 1));
    assert_true(buf.failed);
    assert_string_equal(buf.data, "12-ab007");
    rc_buf_free(&buf);
}

static void test_hex(void **state)
{
    (void)state;
    struct rc_buf buf;
    rc_buf_init(&buf, 8);
    assert_true(rc_buf_add_hex(&buf, "\x00\x9f\xff", 3));
    assert_string_equal(buf.data, "009fff");
    assert_false(rc_buf_add_hex(&buf, "\x00\x01", 2));
    rc_buf_clear(&buf);
    assert_false(rc_buf_add_hex(&buf, "12345", 5));
    assert_true(buf.failed);
    rc_buf_clear(&buf);
    assert_true(rc_buf_add_hex(&buf, "", 0));
    assert_string_equal(buf.data, "");
    rc_buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grows_up_to_its_cap),
        cmocka_unit_test(test_nothing_fits_into_nothing),
        cmocka_unit_test(test_a_huge_request_fails),
        cmocka_unit_test(test_a_reservation_past_the_memory_fails),
        cmocka_unit_test(test_reserve_and_write),
        cmocka_unit_test(test_printf),
        cmocka_unit_test(test_hex),
    };
    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
