#include "local/intrinsic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

static double half(void *ctx)
{
    (void)ctx;
    return 0.5;
}

static void same_uuid(void *ctx, char text[37])
{
    (void)ctx;
    snprintf(text, 37, "00000000-0000-4000-8000-000000000000");
}

struct worlds {
    json_t *input, *context;
    struct rc_intrinsic_world world;
};

static int set_up(void **state)
{
    static struct worlds worlds;
    worlds.input = json_loads("{\"name\":\"Ann\",\"n\":3,\"half\":2.5,\"list\":[1,2,2,[1]],"
                              "\"o\":{\"a\":1,\"b\":{\"c\":1}},\"p\":{\"b\":{\"d\":2}},"
                              "\"json\":\"{\\\"k\\\":[1]}\",\"the key\":\"v,)'\"}",
                              0, NULL);
    worlds.context = json_loads("{\"Execution\":{\"Name\":\"e1\"}}", 0, NULL);
    worlds.world = (struct rc_intrinsic_world){
        .input = worlds.input, .context = worlds.context, .chance = half, .uuid = same_uuid};
    *state = &worlds;
    return worlds.input && worlds.context ? 0 : -1;
}

static int tear_down(void **state)
{
    struct worlds *worlds = *state;
    json_decref(worlds->input);
    json_decref(worlds->context);
    return 0;
}

static void test_what_comes_out(void **state)
{
    static const struct {
        const char *text, *value;
    } cases[] = {
        {"States.Format('Hello, {}!', $.name)", "\"Hello, Ann!\""},
        {"States.Format('{}-{}-{}', 1, $.o, null)",
         "\"1-{\\\"a\\\":1,\\\"b\\\":{\\\"c\\\":1}}-null\""},
        {"States.Format('a \\{\\} \\'b\\' \\\\{}', true)", "\"a {} 'b' \\\\true\""},
        {"States.Format('{}', $$.Execution.Name)", "\"e1\""},
        {"States.Format('{}', States.Format('\\{{}\\}', $.n))", "\"{3}\""},
        {"States.Format('plain')", "\"plain\""},
        {"States.StringToJson($.json)", "{\"k\":[1]}"},
        {"States.JsonToString($.o.b)", "\"{\\\"c\\\":1}\""},
        {"States.JsonToString('\\{x\\}')", "\"\\\"{x}\\\"\""},
        {"States.Array()", "[]"},
        {"States.Array('a', 1, $.n, -2.5)", "[\"a\",1,3,-2.5]"},
        {"States.Array($['the key'], $.list[0])", "[\"v,)'\",1]"},
        {"States.ArrayPartition($.list, 3)", "[[1,2,2],[[1]]]"},
        {"States.ArrayContains($.list, 2)", "true"},
        {"States.ArrayContains($.list, 5)", "false"},
        {"States.ArrayRange(1, 9, 2)", "[1,3,5,7,9]"},
        {"States.ArrayRange(3, 1, -1)", "[3,2,1]"},
        {"States.ArrayRange(9223372036854775806, 9223372036854775807, 9)", "[9223372036854775806]"},
        {"States.ArrayGetItem($.list, 3)", "[1]"},
        {"States.ArrayLength($.list)", "4"},
        {"States.ArrayUnique($.list)", "[1,2,[1]]"},
        {"States.Base64Encode('Data to encode')", "\"RGF0YSB0byBlbmNvZGU=\""},
        {"States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", "\"Data to encode\""},
        {"States.Base64Decode('')", "\"\""},
        {"States.Hash('input data', 'SHA-1')", "\"aaff4a450a104cd177d28d18d74485e8cae074b7\""},
        {"States.Hash('', 'MD5')", "\"d41d8cd98f00b204e9800998ecf8427e\""},
        {"States.JsonMerge($.o, $.p, false)", "{\"a\":1,\"b\":{\"d\":2}}"},
        {"States.MathRandom(0, 10)", "5"},
        {"States.MathAdd($.n, -1)", "2"},
        {"States.MathAdd($.half, 1)", "4"},
        {"States.StringSplit('1,2,,3', ',')", "[\"1\",\"2\",\"3\"]"},
        {"States.StringSplit('This.is+a,test=string', '.+,=')",
         "[\"This\",\"is\",\"a\",\"test\",\"string\"]"},
        {"States.UUID()", "\"00000000-0000-4000-8000-000000000000\""},
        {"States.ArrayLength( $.list ) ", "4"},
    };
    const struct worlds *worlds = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rc_error err = {0};
        json_t *value = rc_intrinsic(cases[i].text, &worlds->world, &err);
        if (!value)
            print_message("%s: %s\n", cases[i].text, err.text);
        assert_non_null(value);
        char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        assert_string_equal(text, cases[i].value);
        free(text);
        json_decref(value);
        assert_true(rc_intrinsic_check(cases[i].text, &err));
    }
}

static void test_a_seed_gives_the_same_number(void **state)
{
    const struct worlds *worlds = *state;
    json_t *one = rc_intrinsic("States.MathRandom(0, 1000000, 42)", &worlds->world, NULL);
    json_t *two = rc_intrinsic("States.MathRandom(0, 1000000, 42)", &worlds->world, NULL);
    json_t *other = rc_intrinsic("States.MathRandom(0, 1000000, 43)", &worlds->world, NULL);
    assert_true(json_equal(one, two));
    assert_false(json_equal(one, other));
    json_decref(one);
    json_decref(two);
    json_decref(other);
}

/* Seen without any data. */
static void test_what_is_no_intrinsic(void **state)
{
    static const char *const wrong[] = {
        "",
        "States.Nothing()",
        "States.Array",
        "States.Array(",
        "States.Array(1,)x",
        "States.Array(1) 2",
        "States.Array('x)",
        "States.Array('\\n')",
        "States.Array(x)",
        "States.Array({})",
        "States.Array($.a[)",
        "States.UUID(1)",
        "States.MathAdd(1)",
        "States.Format()",
        ("States.Array(States.Array(States.Array(States.Array(States.Array(States.Array("
         "States.Array(States.Array(States.Array(States.Array(States.Array()))))))))))"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct rc_error err = {0};
        if (rc_intrinsic_check(wrong[i], &err))
            print_message("%s was taken\n", wrong[i]);
        assert_false(rc_intrinsic_check(wrong[i], &err));
        assert_int_equal(err.code, RC_INVALID);
    }
}

static void test_arguments_that_do_not_fit(void **state)
{
    static const char *const wrong[] = {
        "States.Format('{}')",
        "States.Format('{}', 1, 2)",
        "States.Format($.n)",
        "States.StringToJson('{')",
        "States.StringToJson($.n)",
        "States.ArrayPartition($.list, 0)",
        "States.ArrayPartition($.n, 1)",
        "States.ArrayRange(1, 5, 0)",
        "States.ArrayRange(1, 100000, 1)",
        "States.ArrayRange(-9223372036854775807, 9223372036854775807, 1)",
        "States.MathRandom(-9223372036854775807, 9223372036854775807)",
        "States.ArrayGetItem($.list, 4)",
        "States.ArrayGetItem($.list, -1)",
        "States.ArrayLength($.o)",
        "States.Base64Decode('a')",
        "States.Base64Decode('/w==')",
        "States.Hash('x', 'CRC')",
        "States.JsonMerge($.o, $.p, true)",
        "States.JsonMerge($.o, 1, false)",
        "States.MathRandom(5, 5)",
        "States.MathAdd('1', 2)",
        "States.MathAdd(9223372036854775807, 1)",
        "States.StringSplit($.n, ',')",
        "States.Array($.none)",
    };
    const struct worlds *worlds = *state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct rc_error err = {0};
        json_t *value = rc_intrinsic(wrong[i], &worlds->world, &err);
        if (value)
            print_message("%s was done\n", wrong[i]);
        assert_null(value);
        assert_int_equal(err.code, RC_DATA);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_comes_out),
        cmocka_unit_test(test_a_seed_gives_the_same_number),
        cmocka_unit_test(test_what_is_no_intrinsic),
        cmocka_unit_test(test_arguments_that_do_not_fit),
    };
    return cmocka_run_group_tests_name("intrinsic", tests, set_up, tear_down);
}
