#include "aws/ddb_item.h"

#include "base/decimal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static struct rc_buf text;
static struct rc_jsonw json;

static int begin(void **state)
{
    (void)state;
    rc_buf_init(&text, RC_ITEM_CAP);
    rc_jsonw_init(&json, &text);
    return 0;
}

static int end(void **state)
{
    (void)state;
    rc_buf_free(&text);
    return 0;
}

/* The text's JSON, in which ' stands for ". */
static json_t *item_of(const char *quoted)
{
    char *copy = strdup(quoted);
    assert_non_null(copy);
    for (char *c = copy; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    json_t *item = json_loads(copy, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    assert_non_null(item);
    free(copy);
    return item;
}

static void assert_written(const char *quoted)
{
    assert_false(text.failed);
    json_t *wanted = item_of(quoted), *got = json_loads(text.data, JSON_REJECT_DUPLICATES, NULL);
    if (!got || !json_equal(wanted, got))
        fail_msg("%s is not %s", text.data, quoted);
    json_decref(got);
    json_decref(wanted);
}

static void test_every_type_is_written(void **state)
{
    (void)state;
    static const char *const set[] = {"a", "b"};
    rc_item_open(&json);
    rc_item_text(&json, "PK", "day");
    rc_item_int(&json, "SK", -7);
    rc_item_number(&json, "rate", "0.05");
    rc_item_bool(&json, "open", true);
    rc_item_bool(&json, "shut", false);
    rc_item_null(&json, "none");
    rc_item_binary(&json, "hash", "\x00\xFF\x10", 3);
    rc_item_binary(&json, "empty", NULL, 0);
    rc_item_text_set(&json, "set", set, 2);
    rc_item_close(&json);
    assert_written("{'PK':{'S':'day'},'SK':{'N':'-7'},'rate':{'N':'0.05'},'open':{'BOOL':true},"
                   "'shut':{'BOOL':false},'none':{'NULL':true},'hash':{'B':'AP8Q'},"
                   "'empty':{'B':''},'set':{'SS':['a','b']}}");
}

static void test_maps_and_lists(void **state)
{
    (void)state;
    rc_item_open(&json);
    rc_item_open_map(&json, "m");
    rc_item_text(&json, "x", "1");
    rc_item_open_list(&json, "l");
    rc_item_int(&json, NULL, 1);
    rc_item_open_map(&json, NULL);
    rc_item_null(&json, "y");
    rc_item_close_map(&json);
    rc_item_close_list(&json);
    rc_item_close_map(&json);
    rc_item_open_list(&json, "none");
    rc_item_close_list(&json);
    rc_item_close(&json);
    assert_written("{'m':{'M':{'x':{'S':'1'},'l':{'L':[{'N':'1'},{'M':{'y':{'NULL':true}}}]}}},"
                   "'none':{'L':[]}}");
}

static void test_numbers_of_38_digits(void **state)
{
    (void)state;
    rc_i128 most = rc_pow10(38) - 1, value;
    rc_item_open(&json);
    rc_item_int(&json, "n", most);
    rc_item_close(&json);
    assert_string_equal(text.data, "{\"n\":{\"N\":\"99999999999999999999999999999999999999\"}}");
    json_t *item = json_loads(text.data, 0, NULL);
    int64_t small;
    assert_true(rc_item_get_i128(item, "n", &value));
    assert_true(value == most);
    assert_false(rc_item_get_int(item, "n", &small));
    json_decref(item);
}

static void test_too_much_marks_the_buffer(void **state)
{
    (void)state;
    char *bytes = calloc(1, RC_ITEM_MAX + 1);
    assert_non_null(bytes);
    rc_item_open(&json);
    rc_item_binary(&json, "b", bytes, RC_ITEM_MAX + 1);
    rc_item_close(&json);
    assert_true(text.failed);
    rc_buf_free(&text);
    rc_buf_init(&text, 20);
    rc_jsonw_init(&json, &text);
    rc_item_open(&json);
    rc_item_binary(&json, "b", bytes, 15);
    assert_true(text.failed);
    free(bytes);
}

static void test_what_is_there_is_read(void **state)
{
    (void)state;
    json_t *item = item_of("{'s':{'S':'t'},'n':{'N':'-12'},'b':{'BOOL':false},'z':{'NULL':true},"
                           "'m':{'M':{'i':{'S':'in'}}},'l':{'L':[{'S':'0'},{'N':'1'}]},"
                           "'set':{'SS':['a','b']},'d':{'N':'1.5'},'w':{'N':'3.00'}}");
    int64_t number = 0;
    bool flag = true;
    assert_string_equal(rc_item_get_text(item, "s"), "t");
    assert_string_equal(rc_item_get_number(item, "n"), "-12");
    assert_true(rc_item_get_int(item, "n", &number));
    assert_int_equal(number, -12);
    assert_true(rc_item_get_int(item, "w", &number));
    assert_int_equal(number, 3);
    assert_true(rc_item_get_bool(item, "b", &flag));
    assert_false(flag);
    assert_true(rc_item_is_null(item, "z"));
    assert_string_equal(rc_item_get_text(rc_item_get_map(item, "m"), "i"), "in");
    assert_int_equal(json_array_size(rc_item_get_list(item, "l")), 2);
    assert_int_equal(json_array_size(rc_item_get_text_set(item, "set")), 2);
    assert_false(rc_item_get_int(item, "d", &number)); /* not whole */
    json_decref(item);
}

static void test_what_is_not_there(void **state)
{
    (void)state;
    json_t *item = item_of("{'n':{'N':'x'},'odd':{'N':7},'nul':{'S':'a\\u0000b'},'text':'bare',"
                           "'big':{'N':'9223372036854775808'},'no':{'NULL':false}}");
    int64_t number = 5;
    bool flag;
    assert_null(rc_item_get_text(item, "n"));
    assert_null(rc_item_get_text(item, "none"));
    assert_null(rc_item_get_text(item, "text"));
    assert_null(rc_item_get_text(item, "nul"));
    assert_null(rc_item_get_text(NULL, "n"));
    assert_null(rc_item_get_number(item, "odd"));
    assert_false(rc_item_get_int(item, "n", &number));
    assert_false(rc_item_get_int(item, "big", &number));
    assert_false(rc_item_get_int(item, "none", &number));
    assert_int_equal(number, 5);
    assert_false(rc_item_get_bool(item, "n", &flag));
    assert_false(rc_item_is_null(item, "no"));
    assert_null(rc_item_get_map(item, "n"));
    assert_null(rc_item_get_list(item, "n"));
    assert_null(rc_item_get_text_set(item, "n"));
    json_decref(item);
}

static void test_binary(void **state)
{
    (void)state;
    json_t *item = item_of("{'a':{'B':'AP8Q'},'b':{'B':'eA=='},'c':{'B':'eHk='},'e':{'B':''},"
                           "'bad':{'B':'e?=='},'short':{'B':'eHk'}}");
    struct rc_buf bytes;
    rc_buf_init(&bytes, 100);
    assert_true(rc_item_get_binary(item, "a", &bytes));
    assert_int_equal(bytes.length, 3);
    assert_memory_equal(bytes.data, "\x00\xFF\x10", 4);
    assert_true(rc_item_get_binary(item, "b", &bytes)); /* it appends */
    assert_true(rc_item_get_binary(item, "c", &bytes));
    assert_true(rc_item_get_binary(item, "e", &bytes));
    assert_int_equal(bytes.length, 6);
    assert_string_equal(bytes.data + 3, "xxy");
    assert_false(rc_item_get_binary(item, "bad", &bytes));
    assert_false(rc_item_get_binary(item, "short", &bytes));
    assert_false(rc_item_get_binary(item, "none", &bytes));
    assert_int_equal(bytes.length, 6);
    rc_buf_free(&bytes);
    rc_buf_init(&bytes, 2);
    assert_false(rc_item_get_binary(item, "a", &bytes));
    rc_buf_free(&bytes);
    json_decref(item);
}

static void test_the_same_attribute(void **state)
{
    (void)state;
    json_t *one = item_of("{'a':{'S':'x'},'b':{'N':'1'}}");
    json_t *two = item_of("{'b':{'S':'1'},'a':{'S':'x'}}");
    assert_true(rc_item_same(one, two, "a"));
    assert_false(rc_item_same(one, two, "b"));
    assert_false(rc_item_same(one, two, "c"));
    json_decref(two);
    json_decref(one);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_every_type_is_written),
        TEST(test_maps_and_lists),
        TEST(test_numbers_of_38_digits),
        TEST(test_too_much_marks_the_buffer),
        TEST(test_what_is_there_is_read),
        TEST(test_what_is_not_there),
        TEST(test_binary),
        TEST(test_the_same_attribute),
    };
    return cmocka_run_group_tests_name("ddb_item", tests, NULL, NULL);
}
