#include "core/jsonr.h"

#include "tests/unit/support.h"

static struct rc_error err;
static const struct rc_place top = {&err, NULL, NULL, -1};

static void says(const char *wanted)
{
    assert_int_equal(err.code, RC_INVALID);
    assert_string_equal(err.text, wanted);
}

static void test_places(void **state)
{
    (void)state;
    struct rc_place a = rc_place_at(&top, "records", 2), b = rc_place_at(&a, "fields", 4);
    struct rc_place c = rc_place_at(&b, "length", -1);
    assert_false(rc_place_fail(&c, "%d is below 1", 0));
    says("records[2].fields[4].length: 0 is below 1");
    assert_false(rc_place_fail(&top, "all of it"));
    says("all of it");
}

static void test_a_long_place_is_cut(void **state)
{
    (void)state;
    char name[400], what[600];
    memset(name, 'm', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    memset(what, 'w', sizeof what - 1);
    what[sizeof what - 1] = '\0';
    struct rc_place a = rc_place_at(&top, name, 7), b = rc_place_at(&a, "deeper", 3);
    assert_false(rc_place_fail(&b, "%s", what));
    assert_memory_equal(err.text, "mmmm", 4);
    assert_true(strlen(err.text) < sizeof err.text);
}

static void test_object(void **state)
{
    (void)state;
    static const char *const allowed[] = {"a", "b", NULL};
    json_t *json = json_of("{'a': 1, 'note': 'x', 'b': 2}"), *wrong = json_of("{'a': 1, 'c': 2}");
    json_t *array = json_of("[]");
    struct rc_place at = rc_place_at(&top, "x", -1);
    assert_true(rc_jsonr_object(&at, json, allowed));
    assert_false(rc_jsonr_object(&at, wrong, allowed));
    says("x.c: there is no such member");
    assert_false(rc_jsonr_object(&at, array, allowed));
    says("x: an object is expected here");
    assert_false(rc_jsonr_object(&at, NULL, allowed));
    json_decref(json);
    json_decref(wrong);
    json_decref(array);
}

static void test_int(void **state)
{
    (void)state;
    json_t *json = json_of("{'n': 5, 'r': 5.0, 't': '5', 'big': 9223372036854775807}");
    int64_t value = 42;
    assert_true(rc_jsonr_int(&top, json, "absent", 1, 9, &value));
    assert_int_equal(value, 42);
    assert_true(rc_jsonr_int(&top, json, "n", 5, 5, &value));
    assert_int_equal(value, 5);
    assert_false(rc_jsonr_int(&top, json, "n", 6, 9, &value));
    says("n: 5 is not in 6..9");
    assert_false(rc_jsonr_int(&top, json, "n", 1, 4, &value));
    says("n: 5 is not in 1..4");
    assert_false(rc_jsonr_int(&top, json, "r", 1, 9, &value));
    says("r: a whole number is expected");
    assert_false(rc_jsonr_int(&top, json, "t", 1, 9, &value));
    assert_true(rc_jsonr_int(&top, json, "big", INT64_MIN, INT64_MAX, &value));
    assert_true(value == INT64_MAX);
    json_decref(json);
}

static void test_bool(void **state)
{
    (void)state;
    json_t *json = json_of("{'yes': true, 'no': false, 'n': 1, 'null': null}");
    bool value = true;
    assert_true(rc_jsonr_bool(&top, json, "absent", &value) && value);
    assert_true(rc_jsonr_bool(&top, json, "no", &value) && !value);
    assert_true(rc_jsonr_bool(&top, json, "yes", &value) && value);
    assert_false(rc_jsonr_bool(&top, json, "n", &value));
    says("n: true or false is expected");
    assert_false(rc_jsonr_bool(&top, json, "null", &value));
    json_decref(json);
}

static void test_text(void **state)
{
    (void)state;
    json_t *json = json_of("{'t': 'text', 'n': 1}");
    json_object_set_new(json, "nul", json_stringn("a\0b", 3));
    const char *value = "default";
    assert_true(rc_jsonr_text(&top, json, "absent", &value));
    assert_string_equal(value, "default");
    assert_true(rc_jsonr_text(&top, json, "t", &value));
    assert_string_equal(value, "text");
    assert_false(rc_jsonr_text(&top, json, "n", &value));
    says("n: a text is expected");
    assert_false(rc_jsonr_text(&top, json, "nul", &value));
    says("nul: a text may not contain a NUL");
    assert_true(rc_jsonr_need_text(&top, json, "t", &value));
    assert_false(rc_jsonr_need_text(&top, json, "absent", &value));
    says("absent: missing");
    assert_false(rc_jsonr_need_text(&top, json, "n", &value));
    says("n: a text is expected");
    json_decref(json);
}

static void test_word(void **state)
{
    (void)state;
    static const char *const words[] = {"one", "two", "three", NULL};
    static const char forty[] = "0123456789012345678901234567890123456789";
    static const char *const many[] = {forty, forty, forty, forty, forty, forty, NULL};
    json_t *json = json_of("{'w': 'two', 'x': 'four', 'n': 1}");
    int value = -1;
    assert_true(rc_jsonr_word(&top, json, "absent", words, &value));
    assert_int_equal(value, -1);
    assert_true(rc_jsonr_word(&top, json, "w", words, &value));
    assert_int_equal(value, 1);
    assert_false(rc_jsonr_word(&top, json, "x", words, &value));
    says("x: \"four\" is not one of one, two, three");
    assert_false(rc_jsonr_word(&top, json, "n", words, &value));
    assert_false(rc_jsonr_word(&top, json, "x", many, &value)); /* the list is cut */
    json_decref(json);
}

static void test_array(void **state)
{
    (void)state;
    json_t *json = json_of("{'a': [1, 2], 'n': 1}");
    const json_t *value;
    assert_true(rc_jsonr_array(&top, json, "absent", 1, &value));
    assert_null(value);
    assert_true(rc_jsonr_array(&top, json, "a", 2, &value));
    assert_int_equal(json_array_size(value), 2);
    assert_false(rc_jsonr_array(&top, json, "a", 1, &value));
    says("a: 2 elements; at most 1 are allowed");
    assert_false(rc_jsonr_array(&top, json, "n", 1, &value));
    says("n: an array is expected");
    json_decref(json);
}

static void test_parse(void **state)
{
    (void)state;
    json_t *json = rc_jsonr_parse("{\"a\": 1} ", 8, &err);
    assert_non_null(json);
    json_decref(json);
    assert_null(rc_jsonr_parse("{\"a\": 1,\n\"a\": 2}", 16, &err));
    assert_memory_equal(err.text, "line 2, column ", 15);
    assert_null(rc_jsonr_parse("", 0, &err));
    assert_null(rc_jsonr_parse("{\"a\": 1} x", 10, &err));
    assert_null(rc_jsonr_parse("{\"a\": \"\\u0000\"}", 15, &err));
    assert_null(rc_jsonr_parse("\"\xff\"", 3, &err));
}

static json_t *load(const char *text, size_t length)
{
    char path[64];
    int file = file_of(text, length);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    err = (struct rc_error){0};
    json_t *json = rc_jsonr_load(path, &err);
    close(file);
    return json;
}

static void test_load(void **state)
{
    (void)state;
    enum { MOST = 4 << 20 };
    json_t *json = load("[]", 2);
    assert_non_null(json);
    json_decref(json);
    assert_null(load("[", 1));
    assert_int_equal(err.code, RC_INVALID);
    assert_non_null(strstr(err.text, ": line 1, column "));
    char *text = malloc(MOST + 1);
    assert_non_null(text);
    memset(text, ' ', MOST + 1);
    text[0] = '[';
    text[1] = ']';
    assert_null(load(text, MOST + 1));
    assert_int_equal(err.code, RC_LIMIT);
    json = load(text, MOST);
    assert_non_null(json);
    json_decref(json);
    free(text);
    assert_null(rc_jsonr_load("/nonexistent/layout.json", &err));
    assert_int_equal(err.code, RC_IO);
    assert_null(rc_jsonr_load("/tmp", &err));
    assert_int_equal(err.code, RC_IO);
    assert_non_null(strstr(err.text, "cannot read /tmp"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places), cmocka_unit_test(test_a_long_place_is_cut),
        cmocka_unit_test(test_object), cmocka_unit_test(test_int),
        cmocka_unit_test(test_bool),   cmocka_unit_test(test_text),
        cmocka_unit_test(test_word),   cmocka_unit_test(test_array),
        cmocka_unit_test(test_parse),  cmocka_unit_test(test_load),
    };
    return cmocka_run_group_tests_name("jsonr", tests, NULL, NULL);
}
