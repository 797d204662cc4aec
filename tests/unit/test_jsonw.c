#include "base/jsonw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

static struct rc_buf out;
static struct rc_jsonw json;

static int setup(void **state)
{
    (void)state;
    rc_buf_init(&out, 1 << 20);
    rc_jsonw_init(&json, &out);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rc_buf_free(&out);
    return 0;
}

static void test_commas_and_colons(void **state)
{
    (void)state;
    rc_jsonw_open(&json, '{');
    rc_jsonw_key(&json, "a");
    rc_jsonw_open(&json, '[');
    rc_jsonw_int(&json, 1);
    rc_jsonw_str(&json, "x");
    rc_jsonw_open(&json, '{');
    rc_jsonw_close(&json, '}');
    rc_jsonw_open(&json, '[');
    rc_jsonw_close(&json, ']');
    rc_jsonw_bool(&json, true);
    rc_jsonw_close(&json, ']');
    rc_jsonw_key(&json, "b");
    rc_jsonw_null(&json);
    rc_jsonw_key(&json, "c");
    rc_jsonw_bool(&json, false);
    rc_jsonw_key(&json, "d");
    rc_jsonw_raw(&json, "-12.50");
    rc_jsonw_close(&json, '}');
    assert_string_equal(out.data,
                        "{\"a\":[1,\"x\",{},[],true],\"b\":null,\"c\":false,\"d\":-12.50}");
}

static void test_numbers_of_128_bits(void **state)
{
    (void)state;
    rc_jsonw_open(&json, '[');
    rc_jsonw_int(&json, RC_I128_MAX);
    rc_jsonw_int(&json, RC_I128_MIN);
    rc_jsonw_int(&json, 0);
    rc_jsonw_close(&json, ']');
    assert_string_equal(out.data, "[170141183460469231731687303715884105727,"
                                  "-170141183460469231731687303715884105728,0]");
}

static void expect_text(const char *bytes, size_t length, const char *written)
{
    rc_buf_clear(&out);
    rc_jsonw_init(&json, &out);
    rc_jsonw_text(&json, bytes, length);
    assert_string_equal(out.data, written);
}

static void test_escapes(void **state)
{
    (void)state;
    expect_text("", 0, "\"\"");
    expect_text("a\"b\\c/", 6, "\"a\\\"b\\\\c/\"");
    expect_text("\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\"");
    expect_text("\0\x01\x1b\x7f", 4, "\"\\u0000\\u0001\\u001b\\u007f\"");
    expect_text("\xC2\x9B", 2, "\"\\u009b\""); /* CSI, a control of one character */
}

static void test_utf8_passes(void **state)
{
    (void)state;
    expect_text("\xC3\xA9", 2, "\"\xC3\xA9\"");
    expect_text("\xE2\x82\xAC", 3, "\"\xE2\x82\xAC\"");
    expect_text("\xF0\x9F\x92\xB3", 4, "\"\xF0\x9F\x92\xB3\"");
    expect_text("\xF4\x8F\xBF\xBF", 4, "\"\xF4\x8F\xBF\xBF\"");
}

#define BAD "\xEF\xBF\xBD"

static void test_bad_bytes_are_replaced_one_by_one(void **state)
{
    (void)state;
    expect_text("a\xFF\xFE"
                "b",
                4, "\"a" BAD BAD "b\"");
    expect_text("\x80", 1, "\"" BAD "\"");
    expect_text("\xC0\x80", 2, "\"" BAD BAD "\"");                 /* overlong NUL */
    expect_text("\xE0\x80\x80", 3, "\"" BAD BAD BAD "\"");         /* overlong */
    expect_text("\xED\xA0\x80", 3, "\"" BAD BAD BAD "\"");         /* surrogate */
    expect_text("\xF4\x90\x80\x80", 4, "\"" BAD BAD BAD BAD "\""); /* beyond U+10FFFF */
    expect_text("\xE2\x82", 2, "\"" BAD BAD "\"");                 /* cut off */
    expect_text("\xE2\x82\"", 3, "\"" BAD BAD "\\\"\"");
}

/* Whatever bytes come, what goes out is JSON. */
static void test_any_bytes_make_json(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252u;
    for (int round = 0; round < 2000; round++) {
        char bytes[64];
        for (size_t i = 0; i < sizeof bytes; i++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            bytes[i] = (char)(random >> 32);
        }
        rc_buf_clear(&out);
        rc_jsonw_init(&json, &out);
        rc_jsonw_open(&json, '[');
        rc_jsonw_text(&json, bytes, (size_t)(round % 65));
        rc_jsonw_close(&json, ']');
        json_error_t why;
        json_t *read = json_loadb(out.data, out.length, JSON_ALLOW_NUL, &why);
        assert_non_null(read);
        json_decref(read);
    }
}

static void test_a_full_buffer_is_marked(void **state)
{
    (void)state;
    struct rc_buf small;
    rc_buf_init(&small, 8);
    rc_jsonw_init(&json, &small);
    rc_jsonw_str(&json, "longer than eight bytes");
    assert_true(small.failed);
    rc_buf_free(&small);
}

static void test_a_text_fits_to_the_last_byte(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *written;
    } cases[] = {{"", "\"\""},
                 {"plain", "\"plain\""},
                 {"\"", "\"\\\"\""},
                 {"a\tb", "\"a\\tb\""},
                 {"end\\", "\"end\\\\\""},
                 {"\xC3\xA9t\xC3\xA9", "\"\xC3\xA9t\xC3\xA9\""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rc_buf small;
        size_t length = strlen(cases[i].written);
        rc_buf_init(&small, length);
        rc_jsonw_init(&json, &small);
        rc_jsonw_str(&json, cases[i].text);
        assert_false(small.failed);
        assert_string_equal(small.data, cases[i].written);
        rc_buf_free(&small);
        rc_buf_init(&small, length - 1);
        rc_jsonw_init(&json, &small);
        rc_jsonw_str(&json, cases[i].text);
        assert_true(small.failed);
        rc_buf_free(&small);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_commas_and_colons, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_text_fits_to_the_last_byte, setup, teardown),
        cmocka_unit_test_setup_teardown(test_numbers_of_128_bits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_escapes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_utf8_passes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_bytes_are_replaced_one_by_one, setup, teardown),
        cmocka_unit_test_setup_teardown(test_any_bytes_make_json, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_full_buffer_is_marked, setup, teardown),
    };
    return cmocka_run_group_tests_name("jsonw", tests, NULL, NULL);
}
