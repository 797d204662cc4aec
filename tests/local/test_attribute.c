#include "local/attribute_json.h"
#include "local/attribute_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct rc_number number(const char *text)
{
    struct rc_number value;
    assert_true(rc_number_parse(text, strlen(text), &value, NULL));
    return value;
}

static void test_numbers_are_given_back_plainly(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"0", "0"},
        {"-0.00", "0"},
        {"007", "7"},
        {"+1.50", "1.5"},
        {"1e3", "1000"},
        {"-1E-3", "-0.001"},
        {"12.34e1", "123.4"},
        {".5", "0.5"},
        {"5.", "5"},
        {"100000000000000000000000000000000000000000",
         "100000000000000000000000000000000000000000"},
        {"99999999999999999999999999999999999999", "99999999999999999999999999999999999999"},
        {"0.000000000000000000000000000000000000012345678901234567890123456789",
         "0.000000000000000000000000000000000000012345678901234567890123456789"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[RC_NUMBER_TEXT];
        struct rc_number value = number(cases[i].in);
        rc_number_format(&value, text);
        assert_string_equal(text, cases[i].out);
    }
}

static void test_what_is_no_number(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"", "The parameter cannot be converted to a numeric value"},
        {"1x", "The parameter cannot be converted to a numeric value: 1x"},
        {"--1", "The parameter cannot be converted to a numeric value: --1"},
        {"1e", "The parameter cannot be converted to a numeric value: 1e"},
        {".", "The parameter cannot be converted to a numeric value: ."},
        {"1.2.3", "The parameter cannot be converted to a numeric value: 1.2.3"},
        {"NaN", "The parameter cannot be converted to a numeric value: NaN"},
        {"1E126", "Number overflow. Attempting to store a number with magnitude larger than "
                  "supported range"},
        {"1E-131", "Number underflow. Attempting to store a number with magnitude smaller than "
                   "supported range"},
        {"123456789012345678901234567890123456789",
         "Attempting to store more than 38 significant digits in a Number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rc_number value;
        struct rc_error err = {0};
        assert_false(rc_number_parse(cases[i].text, strlen(cases[i].text), &value, &err));
        assert_string_equal(err.text, cases[i].words);
    }
    number("9.9999999999999999999999999999999999999E+125");
    number("1E-130");
}

static void test_numbers_are_added_exactly(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b, *sum, *difference;
    } cases[] = {
        {"0.1", "0.2", "0.3", "-0.1"},
        {"1", "-1", "0", "2"},
        {"99999999999999999999999999999999999999", "1", "100000000000000000000000000000000000000",
         "99999999999999999999999999999999999998"},
        {"1000", "0.001", "1000.001", "999.999"},
        {"-5", "3", "-2", "-8"},
        {"0", "7", "7", "-7"},
        {"7", "0", "7", "7"},
        {"1E-130", "-1E-130", "0", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[RC_NUMBER_TEXT];
        struct rc_number a = number(cases[i].a), b = number(cases[i].b), sum;
        assert_true(rc_number_add(&a, &b, false, &sum, NULL));
        rc_number_format(&sum, text);
        assert_string_equal(text, cases[i].sum);
        assert_true(rc_number_add(&a, &b, true, &sum, NULL));
        rc_number_format(&sum, text);
        if (cases[i].difference)
            assert_string_equal(text, cases[i].difference);
    }
    struct rc_number big = number("1E125"), small = number("1"), sum;
    struct rc_error err = {0};
    assert_false(rc_number_add(&big, &small, false, &sum, &err));
    assert_string_equal(err.text,
                        "Attempting to store more than 38 significant digits in a Number");
    big = number("9E125");
    assert_false(rc_number_add(&big, &big, false, &sum, &err));
}

static int by_bytes(const struct rc_number *a, const struct rc_number *b)
{
    uint8_t one[RC_NUMBER_KEY], other[RC_NUMBER_KEY];
    size_t length = rc_number_key(a, one), more = rc_number_key(b, other);
    assert_true(length <= RC_NUMBER_KEY && more <= RC_NUMBER_KEY);
    int order = memcmp(one, other, length < more ? length : more);
    return order ? order : (length > more) - (length < more);
}

static void test_keys_have_the_order_of_their_numbers(void **state)
{
    (void)state;
    static const char *const ascending[] = {
        "-9.9E125", "-1000", "-999.99", "-10",  "-1.23", "-1.2",   "-1",         "-0.5",
        "-1E-130",  "0",     "1E-130",  "0.05", "0.5",   "0.51",   "1",          "1.2",
        "1.23",     "9",     "10",      "12",   "100",   "1234.5", "9.9999E+125"};
    for (size_t i = 0; i < sizeof ascending / sizeof *ascending; i++)
        for (size_t j = 0; j < sizeof ascending / sizeof *ascending; j++) {
            struct rc_number a = number(ascending[i]), b = number(ascending[j]);
            int expected = (i > j) - (i < j), order = by_bytes(&a, &b);
            assert_int_equal((order > 0) - (order < 0), expected);
            order = rc_number_compare(&a, &b);
            assert_int_equal((order > 0) - (order < 0), expected);
        }
}

/* ----- values ----- */

static struct rc_attribute *item_of(const char *text, struct rc_arena *arena, json_t **json)
{
    struct rc_error err = {0};
    struct rc_attribute *item = rc_arena_alloc(arena, sizeof *item);
    *json = json_loads(text, 0, NULL);
    assert_non_null(*json);
    if (!rc_attribute_read_item(*json, arena, item, &err))
        fail_msg("%s", err.text);
    return item;
}

static const char all_types[] =
    "{\"s\":{\"S\":\"text \\u00e4\"},\"n\":{\"N\":\"-12.5\"},\"b\":{\"B\":\"AAEC\"},"
    "\"t\":{\"BOOL\":true},\"f\":{\"BOOL\":false},\"x\":{\"NULL\":true},"
    "\"m\":{\"M\":{\"in\":{\"L\":[{\"S\":\"\"},{\"M\":{}},{\"N\":\"7\"}]}}},\"l\":{\"L\":[]},"
    "\"ss\":{\"SS\":[\"a\",\"b\"]},\"ns\":{\"NS\":[\"1\",\"2.5\"]},\"bs\":{\"BS\":[\"AA==\",\"AAE="
    "\"]}"
    "}";

static void test_all_types_go_to_the_store_and_back(void **state)
{
    (void)state;
    json_t *json;
    struct rc_arena arena;
    struct rc_buf packed, text;
    struct rc_jsonw out;
    rc_arena_init(&arena, 1 << 20);
    rc_buf_init(&packed, 1 << 20);
    rc_buf_init(&text, 1 << 20);
    const struct rc_attribute *item = item_of(all_types, &arena, &json);
    rc_attribute_pack(item, &packed);
    struct rc_attribute *again = rc_attribute_unpack(packed.data, packed.length, &arena);
    assert_non_null(again);
    assert_true(rc_attribute_equal(item, again));
    assert_int_equal(rc_attribute_item_size(item), rc_attribute_item_size(again));
    rc_jsonw_init(&out, &text);
    rc_attribute_write_item(again, &out);
    json_t *back = json_loadb(text.data, text.length, 0, NULL);
    assert_true(json_equal(back, json));
    for (size_t length = 0; length < packed.length; length++) /* cut anywhere */
        rc_attribute_unpack(packed.data, length, &arena);
    json_decref(back);
    json_decref(json);
    rc_buf_free(&text);
    rc_buf_free(&packed);
    rc_arena_free(&arena);
}

/* "DynamoDB item sizes and formats" of the developer guide. */
static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *item;
        size_t bytes;
    } cases[] = {
        {"{\"a\":{\"S\":\"\"}}", 1},
        {"{\"ab\":{\"S\":\"\\u00e4\"}}", 4},
        {"{\"a\":{\"N\":\"0\"}}", 2},
        {"{\"a\":{\"N\":\"-1234.5\"}}", 5},
        {"{\"a\":{\"N\":\"1000\"}}", 3},
        {"{\"a\":{\"BOOL\":true}}", 2},
        {"{\"a\":{\"NULL\":true}}", 2},
        {"{\"a\":{\"B\":\"AAEC\"}}", 4},
        {"{\"a\":{\"L\":[]}}", 4},
        {"{\"a\":{\"L\":[{\"S\":\"xy\"}]}}", 7},
        {"{\"a\":{\"M\":{\"bc\":{\"BOOL\":true}}}}", 8},
        {"{\"a\":{\"SS\":[\"x\",\"yz\"]}}", 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *json;
        struct rc_arena arena;
        rc_arena_init(&arena, 1 << 16);
        assert_int_equal(rc_attribute_item_size(item_of(cases[i].item, &arena, &json)),
                         cases[i].bytes);
        json_decref(json);
        rc_arena_free(&arena);
    }
}

static void test_values_that_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        enum rc_code code;
        const char *words;
    } cases[] = {
        {"{}", RC_INVALID, "Supplied AttributeValue is empty"},
        {"{\"S\":\"a\",\"N\":\"1\"}", RC_INVALID, "Supplied AttributeValue has more than one"},
        {"{\"Z\":\"a\"}", RC_INVALID, "Supplied AttributeValue is empty"},
        {"{\"S\":1}", RC_DATA, "NUMBER_VALUE cannot be converted to String"},
        {"{\"N\":1}", RC_DATA, "NUMBER_VALUE cannot be converted to String"},
        {"{\"B\":\"AAE\"}", RC_DATA, "Base64 encoded length"},
        {"{\"B\":\"AA=E\"}", RC_DATA, "Invalid Base64"},
        {"{\"B\":\"=AAA\"}", RC_DATA, "Invalid Base64"},
        {"{\"B\":\"AAE \"}", RC_DATA, "Invalid Base64"},
        {"{\"B\":\"A===\"}", RC_DATA, "Invalid Base64"},
        {"{\"SS\":[]}", RC_INVALID, "One or more parameter values were invalid: An string set"},
        {"{\"NS\":[\"1\",\"1.0\"]}", RC_INVALID,
         "One or more parameter values were invalid: Input"},
        {"{\"NULL\":false}", RC_INVALID, "One or more parameter values were invalid: Null"},
        {"{\"L\":{}}", RC_DATA, "Unexpected field type"},
        {"\"a\"", RC_DATA, "Unexpected value type in payload"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rc_arena arena;
        struct rc_attribute value;
        struct rc_error err = {0};
        json_t *json = json_loads(cases[i].value, JSON_DECODE_ANY, NULL);
        rc_arena_init(&arena, 1 << 16);
        assert_false(rc_attribute_read(json, &arena, &value, &err));
        assert_int_equal(err.code, cases[i].code);
        assert_memory_equal(err.text, cases[i].words, strlen(cases[i].words));
        char item[128];
        struct rc_attribute_text text;
        struct rc_error why = {0};
        snprintf(item, sizeof item, "{\"a\":%s}", cases[i].value);
        rc_attribute_text_begin(&text, item, strlen(item), &arena, &why);
        assert_false(rc_attribute_text_item(&text, &value));
        assert_int_equal(why.code, cases[i].code);
        json_decref(json);
        rc_arena_free(&arena);
    }
}

/* The same from the text alone, whole and cut anywhere. */
static void test_items_are_read_from_their_text(void **state)
{
    (void)state;
    json_t *json;
    struct rc_arena arena;
    struct rc_attribute_text text;
    struct rc_attribute item;
    struct rc_error err = {0};
    rc_arena_init(&arena, 1 << 22);
    const struct rc_attribute *expected = item_of(all_types, &arena, &json);
    rc_attribute_text_begin(&text, all_types, sizeof all_types - 1, &arena, &err);
    assert_true(rc_attribute_text_item(&text, &item) && rc_attribute_text_end(&text));
    assert_true(rc_attribute_equal(&item, expected));
    for (size_t length = 0; length < sizeof all_types - 1; length++) {
        char *cut = malloc(length + 1); /* so that a step too far is seen */
        assert_non_null(cut);
        memcpy(cut, all_types, length);
        rc_attribute_text_begin(&text, cut, length, &arena, &err);
        assert_false(rc_attribute_text_item(&text, &item));
        free(cut);
    }
    json_decref(json);
    rc_arena_free(&arena);
}

static void test_texts_and_what_they_are(void **state)
{
    (void)state;
    static const struct {
        const char *text, *string;
    } cases[] = {
        {"\"plain\"", "plain"},
        {" \"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "a\"\\/\b\f\n\r\t"},
        {"\"\\u0041\\u00e4\\u20AC\\ud83d\\ude00\"", "A\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"},
        {"\"\xC3\xA4\"", "\xC3\xA4"},
        {"\"\\x\"", NULL},
        {"\"\\u12\"", NULL},
        {"\"\\ud83d\"", NULL},
        {"\"\\ude00\"", NULL},
        {"\"\xC3\"", NULL},
        {"\"\xED\xA0\x80\"", NULL},
        {"\"a\nb\"", NULL},
        {"\"open", NULL},
        {"\"open\\\"", NULL},
        {"12", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rc_arena arena;
        struct rc_attribute_text text;
        struct rc_error err = {0};
        const char *bytes;
        uint32_t length;
        rc_arena_init(&arena, 1 << 16);
        rc_attribute_text_begin(&text, cases[i].text, strlen(cases[i].text), &arena, &err);
        bool ok = rc_attribute_text_string(&text, &bytes, &length);
        assert_int_equal(ok, cases[i].string != NULL);
        if (ok) {
            assert_int_equal(length, strlen(cases[i].string));
            assert_memory_equal(bytes, cases[i].string, length);
        } else {
            assert_int_equal(err.code, RC_DATA);
        }
        rc_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_given_back_plainly),
        cmocka_unit_test(test_what_is_no_number),
        cmocka_unit_test(test_numbers_are_added_exactly),
        cmocka_unit_test(test_keys_have_the_order_of_their_numbers),
        cmocka_unit_test(test_all_types_go_to_the_store_and_back),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_values_that_are_refused),
        cmocka_unit_test(test_items_are_read_from_their_text),
        cmocka_unit_test(test_texts_and_what_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
