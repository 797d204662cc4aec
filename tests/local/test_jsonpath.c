#include "local/jsonpath.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static json_t *read_json(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    return value;
}

static void assert_json(json_t *value, const char *expected)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
    json_decref(value);
}

static const char document[] =
    "{\"a\":{\"b\":[10,20,30,40],\"c d\":\"x\",\"it's\":1},\"list\":[{\"n\":1},{\"n\":2},{}],"
    "\"\xc3\xa9\":5,\"nothing\":null}";

static void test_what_paths_find(void **state)
{
    static const struct {
        const char *path, *found; /* NULL: nothing */
    } cases[] = {
        {"$.a.b[0]", "10"},        {"$['a']['b'][3]", "40"},
        {"$.a[\"c d\"]", "\"x\""}, {"$.a['it\\'s']", "1"},
        {"$.a.b[-1]", "40"},       {"$.a.b[4]", NULL},
        {"$.a.b[-5]", NULL},       {"$.a.b[*]", "[10,20,30,40]"},
        {"$.a.b[1:3]", "[20,30]"}, {"$.a.b[::2]", "[10,30]"},
        {"$.a.b[-2:]", "[30,40]"}, {"$.a.b[:-3]", "[10]"},
        {"$.a.b[0,2]", "[10,30]"}, {"$.a.b[0, 9]", "[10]"},
        {"$.list[*].n", "[1,2]"},  {"$.list.*.n", "[1,2]"},
        {"$..n", "[1,2]"},         {"$..b[1]", "[20]"},
        {"$..none", "[]"},         {"$.\xc3\xa9", "5"},
        {"$.nothing", "null"},     {"$.nothing.more", NULL},
        {"$.a.b.c", NULL},         {"$.list[0]", "{\"n\":1}"},
    };
    (void)state;
    json_t *root = read_json(document);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rc_error err = {0};
        json_t *found = rc_jsonpath_get(cases[i].path, root, &err);
        if (!cases[i].found) {
            assert_null(found);
            assert_int_equal(err.code, RC_DATA);
            continue;
        }
        if (!found)
            print_message("%s: %s\n", cases[i].path, err.text);
        assert_non_null(found);
        assert_json(found, cases[i].found);
    }
    assert_true(json_equal(root, rc_jsonpath_get("$", root, NULL)));
    json_decref(root);
    json_decref(root); /* the whole was found once */
}

static void test_what_is_no_path(void **state)
{
    static const char *const wrong[] = {
        "",      "a",           "$a",      "$.",      "$..",    "$.a.",       "$[",
        "$[]",   "$.a[1",       "$.a['b'", "$.a['b]", "$.a[b]", "$.a[1:2:0]", "$.a[+1]",
        "$.a b", "$.a[?(@.n)]", "$.[0]",   "$.a[1,]", "$$.a"};
    (void)state;
    json_t *root = read_json(document);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct rc_error err = {0};
        if (rc_jsonpath_check(wrong[i], false, &err))
            print_message("%s was taken\n", wrong[i]);
        assert_false(rc_jsonpath_check(wrong[i], false, &err));
        assert_int_equal(err.code, RC_INVALID);
        assert_null(rc_jsonpath_get(wrong[i], root, &err));
    }
    json_decref(root);
}

static void test_reference_paths_name_one_place(void **state)
{
    (void)state;
    assert_true(rc_jsonpath_check("$.a['b'][1]", true, NULL));
    assert_false(rc_jsonpath_check("$.a[*]", true, NULL));
    assert_false(rc_jsonpath_check("$..a", true, NULL));
    assert_false(rc_jsonpath_check("$.a[0:1]", true, NULL));
    assert_false(rc_jsonpath_check("$.a[0,1]", true, NULL));
}

static void test_long_paths_are_refused(void **state)
{
    char name[600] = "$.", deep[400] = "$";
    (void)state;
    memset(name + 2, 'n', 500);
    assert_false(rc_jsonpath_check(name, false, NULL));
    for (int i = 0; i < 40; i++)
        strcat(deep, ".x");
    assert_false(rc_jsonpath_check(deep, false, NULL));
}

/* What is put does not change the value that was there before. */
static void test_putting(void **state)
{
    static const struct {
        const char *root, *path, *after; /* after NULL: it cannot be put */
    } cases[] = {
        {"{\"a\":1}", "$", "7"},
        {"{\"a\":1}", "$.b", "{\"a\":1,\"b\":7}"},
        {"{\"a\":1}", "$.a", "{\"a\":7}"},
        {"{}", "$.x.y['z z']", "{\"x\":{\"y\":{\"z z\":7}}}"},
        {"{\"l\":[1,2]}", "$.l[1]", "{\"l\":[1,7]}"},
        {"{\"l\":[1,2]}", "$.l[2]", "{\"l\":[1,2,7]}"},
        {"{\"l\":[1,2]}", "$.l[-1]", "{\"l\":[1,7]}"},
        {"{\"l\":[{}]}", "$.l[0].n", "{\"l\":[{\"n\":7}]}"},
        {"{\"l\":[1,2]}", "$.l[5]", NULL},
        {"{\"l\":[1,2]}", "$.l[5].n", NULL},
        {"{\"a\":1}", "$.a.b", NULL},
        {"5", "$.b", NULL},
        {"{\"a\":[]}", "$.a[*]", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *root = read_json(cases[i].root), *before = json_incref(root);
        bool put = rc_jsonpath_set(cases[i].path, &root, json_integer(7), NULL);
        assert_int_equal(put, cases[i].after != NULL);
        assert_json(before, cases[i].root);
        assert_json(root, cases[i].after ? cases[i].after : cases[i].root);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_paths_find),
        cmocka_unit_test(test_what_is_no_path),
        cmocka_unit_test(test_reference_paths_name_one_place),
        cmocka_unit_test(test_long_paths_are_refused),
        cmocka_unit_test(test_putting),
    };
    return cmocka_run_group_tests_name("jsonpath", tests, NULL, NULL);
}
