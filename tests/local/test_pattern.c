#include "local/pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static json_t *read_json(const char *text)
{
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    return json;
}

static bool matches(const char *pattern_text, const char *event_text)
{
    struct rc_error err = {0};
    json_t *pattern = read_json(pattern_text), *event = read_json(event_text);
    if (!rc_pattern_check(pattern, &err))
        fail_msg("%s: %s", pattern_text, err.text);
    bool found = rc_pattern_matches(pattern, event);
    json_decref(pattern);
    json_decref(event);
    return found;
}

static const char event[] =
    "{\"source\":\"aws.s3\",\"count\":7,\"ok\":true,\"none\":null,\"list\":[\"a\",\"b\"],"
    "\"detail\":{\"bucket\":{\"name\":\"files\"},\"object\":{\"key\":\"in/2026/a.csv\",\"size\":5},"
    "\"parts\":[{\"n\":1},{\"n\":2}]}}";

static void test_what_matches(void **state)
{
    static const char *const patterns[] = {
        "{\"source\":[\"aws.s3\"]}",
        "{\"source\":[\"aws.ec2\",\"aws.s3\"]}",
        "{\"count\":[7.0]}",
        "{\"ok\":[true]}",
        "{\"none\":[null]}",
        "{\"list\":[\"b\"]}",
        "{\"detail\":{\"bucket\":{\"name\":[\"files\"]},\"object\":{\"size\":[5]}}}",
        "{\"detail\":{\"parts\":{\"n\":[2]}}}",
        "{\"source\":[{\"prefix\":\"aws.\"}]}",
        "{\"source\":[{\"prefix\":{\"equals-ignore-case\":\"AWS\"}}]}",
        "{\"detail\":{\"object\":{\"key\":[{\"suffix\":\".csv\"}]}}}",
        "{\"detail\":{\"object\":{\"key\":[{\"wildcard\":\"in/*/*.csv\"}]}}}",
        "{\"source\":[{\"equals-ignore-case\":\"AWS.S3\"}]}",
        "{\"source\":[{\"anything-but\":\"aws.ec2\"}]}",
        "{\"source\":[{\"anything-but\":[\"x\",\"y\"]}]}",
        "{\"source\":[{\"anything-but\":{\"prefix\":\"ec2\"}}]}",
        "{\"source\":[{\"anything-but\":{\"suffix\":[\".ec2\",\".sqs\"]}}]}",
        "{\"count\":[{\"numeric\":[\">\",0,\"<=\",7]}]}",
        "{\"count\":[{\"numeric\":[\"=\",7]}]}",
        "{\"count\":[{\"exists\":true}]}",
        "{\"absent\":[{\"exists\":false}]}",
        "{\"absent\":{\"deep\":[{\"exists\":false}]}}",
        "{\"absent\":[{\"exists\":false},\"x\"]}",
        "{\"$or\":[{\"source\":[\"x\"]},{\"count\":[7]}]}",
        "{\"detail\":{\"$or\":[{\"bucket\":{\"name\":[\"files\"]}},{\"object\":{\"size\":[0]}}]}}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if (!matches(patterns[i], event))
            fail_msg("%s does not match", patterns[i]);
}

static void test_what_does_not_match(void **state)
{
    static const char *const patterns[] = {
        "{\"source\":[\"aws.S3\"]}",
        "{\"count\":[\"7\"]}",
        "{\"list\":[\"c\"]}",
        "{\"source\":[\"aws.s3\"],\"count\":[8]}",
        "{\"detail\":{\"parts\":{\"n\":[3]}}}",
        "{\"detail\":[{\"exists\":true}]}", /* leaves alone exist */
        "{\"source\":[{\"suffix\":\"ec2\"}]}",
        "{\"source\":[{\"anything-but\":\"aws.s3\"}]}",
        "{\"absent\":[{\"anything-but\":\"x\"}]}",
        "{\"source\":[{\"anything-but\":{\"wildcard\":\"*s3\"}}]}",
        "{\"count\":[{\"numeric\":[\">\",7]}]}",
        "{\"source\":[{\"numeric\":[\">\",7]}]}",
        "{\"count\":[{\"exists\":false}]}",
        "{\"absent\":[{\"exists\":true}]}",
        "{\"$or\":[{\"source\":[\"x\"]},{\"count\":[8]}]}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if (matches(patterns[i], event))
            fail_msg("%s matches", patterns[i]);
}

static void test_what_is_no_pattern(void **state)
{
    static const char *const patterns[] = {
        "{}",
        "[]",
        "{\"a\":1}",
        "{\"a\":[]}",
        "{\"a\":{}}",
        "{\"a\":[[1]]}",
        "{\"a\":[{\"like\":\"x\"}]}",
        "{\"a\":[{\"prefix\":1}]}",
        "{\"a\":[{\"prefix\":\"x\",\"suffix\":\"y\"}]}",
        "{\"a\":[{\"numeric\":[\">\"]}]}",
        "{\"a\":[{\"numeric\":[\"~\",1]}]}",
        "{\"a\":[{\"numeric\":[\">\",1,\"<\"]}]}",
        "{\"a\":[{\"exists\":\"yes\"}]}",
        "{\"a\":[{\"anything-but\":[]}]}",
        "{\"a\":[{\"anything-but\":{\"like\":\"x\"}}]}",
        "{\"$or\":[{\"a\":[1]}]}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        struct rc_error err = {0};
        json_t *pattern = read_json(patterns[i]);
        if (rc_pattern_check(pattern, &err))
            fail_msg("%s is taken", patterns[i]);
        assert_int_equal(err.code, RC_INVALID);
        assert_non_null(strstr(err.text, "Event pattern is not valid. Reason: "));
        json_decref(pattern);
    }
}

static void test_wildcards(void **state)
{
    (void)state;
    assert_true(rc_pattern_wildcard("*", ""));
    assert_true(rc_pattern_wildcard("a*c*e", "abcde"));
    assert_true(rc_pattern_wildcard("*ab", "aab"));
    assert_true(rc_pattern_wildcard("a\\*b", "a*b"));
    assert_false(rc_pattern_wildcard("a\\*b", "axb"));
    assert_false(rc_pattern_wildcard("a*c", "abcd"));
    assert_false(rc_pattern_wildcard("", "a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_matches),
        cmocka_unit_test(test_what_does_not_match),
        cmocka_unit_test(test_what_is_no_pattern),
        cmocka_unit_test(test_wildcards),
    };
    return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
