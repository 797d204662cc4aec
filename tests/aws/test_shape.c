#include "aws/json.h"
#include "aws/rows.h"
#include "aws/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CAP = 1 << 20 };

struct inner {
    const char *name;
    int64_t size;
};

static const struct rc_member inner_members[] = {
    TEXT(inner, name, "Name", .flags = RC_NEEDED),
    INT(inner, size, "Size"),
};
SHAPE(inner);

struct keyed {
    const char *key;
    const char *type;
};

static const struct rc_member keyed_members[] = {TEXT(keyed, type, "Type")};
SHAPE(keyed);

struct all {
    const char *text;
    int64_t number;
    int64_t zero;
    double real;
    bool flag;
    int64_t time_ms;
    struct rc_bytes blob;
    const char *raw;
    const struct inner *inner;
    RC_LIST(struct inner) list;
    RC_LIST(char *const) texts;
    RC_LIST(struct rc_pair) pairs;
    RC_LIST(struct keyed) map;
    json_t *json;
};

static const struct rc_member all_members[] = {
    TEXT(all, text, "Text"),
    INT(all, number, "Number"),
    INT(all, zero, "Zero", .flags = RC_ALWAYS),
    REAL(all, real, "Real"),
    BOOL(all, flag, "Flag"),
    TIME(all, time_ms, "Time"),
    BLOB(all, blob, "Blob"),
    RAW(all, raw, "Raw"),
    STRUCT(all, inner, inner, "Inner"),
    LIST(all, list, inner, "List", .item = "entry"),
    {.name = "Texts",
     .kind = RC_SHAPE_LIST,
     .of = RC_SHAPE_TEXT,
     .offset = offsetof(struct all, texts),
     .flags = RC_FLAT},
    PAIRS(all, pairs, "Pairs"),
    MAP(all, map, keyed, "Map"),
    JSON(all, json, "Json"),
};
SHAPE(all);

/* ----- JSON ----- */

static void test_json_of_everything(void **state)
{
    (void)state;
    const struct inner inner = {.name = "in", .size = -5}, list[] = {{.name = "a"}, {"b", 2}};
    const char *const texts[] = {"x", "\"y\"\n"};
    const struct rc_pair pairs[] = {{"k", "v"}};
    const struct keyed map[] = {{"m", "String"}};
    const struct all all = {
        .text = "Grüße",
        .number = INT64_MIN,
        .real = 0.25,
        .flag = true,
        .time_ms = 1500,
        .blob = {"\0\1\2\3", 4},
        .raw = "{\"S\":\"x\"}",
        .inner = &inner,
        .list = {list, 2},
        .texts = {texts, 2},
        .pairs = {pairs, 1},
        .map = {map, 1},
    };
    static const char expected[] =
        "{\"Text\":\"Grüße\",\"Number\":-9223372036854775808,\"Zero\":0,\"Real\":0.25,"
        "\"Flag\":true,\"Time\":1.500,\"Blob\":\"AAECAw==\",\"Raw\":{\"S\":\"x\"},"
        "\"Inner\":{\"Name\":\"in\",\"Size\":-5},"
        "\"List\":[{\"Name\":\"a\"},{\"Name\":\"b\",\"Size\":2}],\"Texts\":[\"x\",\"\\\"y\\\"\\n\"]"
        ","
        "\"Pairs\":{\"k\":\"v\"},\"Map\":{\"m\":{\"Type\":\"String\"}}}";
    struct rc_buf out;
    struct rc_error err = {0};
    rc_buf_init(&out, CAP);
    assert_true(rc_shape_write_json(&all_shape, &all, &out, &err));
    assert_string_equal(out.data, expected);

    struct rc_arena arena;
    struct all back = {0};
    rc_arena_init(&arena, CAP);
    json_t *json = rc_json_parse(out.data, out.length, CAP, &err);
    assert_non_null(json);
    json_object_del(json, "Raw"); /* of requests alone */
    assert_true(rc_shape_read_json(&all_shape, json, &back, &arena, &err));
    assert_string_equal(back.text, all.text);
    assert_int_equal(back.number, all.number);
    assert_true(back.real == 0.25 && back.flag && back.time_ms == 1500);
    assert_int_equal(back.blob.length, 4);
    assert_memory_equal(back.blob.data, "\0\1\2\3", 4);
    assert_int_equal(back.inner->size, -5);
    assert_int_equal(back.list.count, 2);
    assert_int_equal(back.list.items[1].size, 2);
    assert_string_equal(back.texts.items[1], "\"y\"\n");
    assert_string_equal(back.pairs.items[0].value, "v");
    assert_string_equal(back.map.items[0].key, "m");
    assert_string_equal(back.map.items[0].type, "String");
    json_decref(json);
    rc_arena_free(&arena);
    rc_buf_free(&out);
}

static void test_what_is_absent_is_not_sent(void **state)
{
    (void)state;
    const struct all all = {0};
    struct rc_buf out;
    struct rc_error err = {0};
    rc_buf_init(&out, CAP);
    assert_true(rc_shape_write_json(&all_shape, &all, &out, &err));
    assert_string_equal(out.data, "{\"Zero\":0}");
    rc_buf_free(&out);
}

static void test_what_is_needed(void **state)
{
    (void)state;
    const struct inner nameless = {.size = 1};
    const struct all all = {.inner = &nameless};
    struct rc_buf out;
    struct rc_error err = {0};
    rc_buf_init(&out, CAP);
    assert_false(rc_shape_write_json(&all_shape, &all, &out, &err));
    assert_string_equal(err.text, "Name is missing");
    rc_buf_free(&out);
}

static void test_json_of_another_type(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{\"Text\":1}",        "{\"Text\":\"a\\u0000b\"}",
        "{\"Number\":\"1\"}",  "{\"Number\":1.5}",
        "{\"Flag\":\"true\"}", "{\"Time\":\"yesterday\"}",
        "{\"Blob\":\"AAE\"}",  "{\"Blob\":\"!!!!\"}",
        "{\"Inner\":[]}",      "{\"List\":{}}",
        "{\"List\":[1]}",      "{\"Pairs\":{\"a\":1}}",
        "{\"Pairs\":[]}",      "[]",
        "{\"Time\":1e300}",    "{\"Map\":{\"a\":\"b\"}}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct rc_arena arena;
        struct rc_error err = {0};
        struct all all = {0};
        rc_arena_init(&arena, CAP);
        json_t *json = rc_json_parse(bad[i], strlen(bad[i]), CAP, &err);
        assert_non_null(json);
        assert_false(rc_shape_read_json(&all_shape, json, &all, &arena, &err));
        assert_true(err.text[0]);
        json_decref(json);
        rc_arena_free(&arena);
    }
}

static void test_json_that_is_passed_over(void **state)
{
    (void)state;
    static const char text[] = "{\"Unknown\":{\"a\":[1]},\"Text\":null,\"Number\":3.0,"
                               "\"Time\":1775044800.123,\"Json\":{\"PK\":{\"S\":\"x\"}}}";
    struct rc_arena arena;
    struct rc_error err = {0};
    struct all all = {0};
    rc_arena_init(&arena, CAP);
    json_t *json = rc_json_parse(text, strlen(text), CAP, &err);
    assert_true(rc_shape_read_json(&all_shape, json, &all, &arena, &err));
    assert_null(all.text);
    assert_int_equal(all.number, 3);
    assert_int_equal(all.time_ms, 1775044800123);
    assert_string_equal(rc_json_text(all.json, "PK.S"), "x");
    json_decref(json);
    rc_arena_free(&arena);
}

static void test_caps_of_json(void **state)
{
    (void)state;
    char deep[2 * RC_JSON_DEPTH + 3];
    struct rc_error err = {0};
    int64_t number;
    memset(deep, '[', RC_JSON_DEPTH + 1);
    memset(deep + RC_JSON_DEPTH + 1, ']', RC_JSON_DEPTH + 1);
    deep[sizeof deep - 1] = '\0';
    assert_null(rc_json_parse(deep, strlen(deep), CAP, &err));
    assert_int_equal(err.code, RC_LIMIT);
    json_t *json = rc_json_parse(deep + 1, strlen(deep) - 2, CAP, &err);
    assert_non_null(json);
    json_decref(json);
    assert_null(rc_json_parse("[1]", 3, 2, &err));
    assert_int_equal(err.code, RC_LIMIT);
    assert_null(rc_json_parse("{\"a\":", 5, CAP, &err));
    assert_int_equal(err.code, RC_DATA);
    static const char text[] = "{\"a\":{\"b\":7},\"t\":\"[[[{{\\\"\"}";
    json = rc_json_parse(text, strlen(text), CAP, &err);
    assert_true(rc_json_int(json, "a.b", &number) && number == 7);
    assert_false(rc_json_int(json, "a.c", &number));
    assert_null(rc_json_text(json, "a"));
    json_decref(json);
}

/* ----- XML ----- */

static void test_xml_of_everything(void **state)
{
    (void)state;
    static const char text[] =
        "<?xml version=\"1.0\"?>\n<Root xmlns=\"urn:x\"><Text>a &lt;b&gt; &#228;</Text>"
        "<Number>12</Number><Flag>true</Flag><Time>2026-04-01T12:00:00.250Z</Time>"
        "<Inner><Name>in</Name><Size>3</Size></Inner>"
        "<List><entry><Name>a</Name></entry><other/><entry><Name>b</Name></entry></List>"
        "<Texts>x</Texts><Unknown/><Texts>y</Texts></Root>";
    struct rc_arena arena;
    struct rc_error err = {0};
    struct all all = {0};
    rc_arena_init(&arena, CAP);
    const struct rc_xml_node *root = rc_xml_parse(text, strlen(text), &arena, &err);
    assert_non_null(root);
    assert_true(rc_shape_read_xml(&all_shape, root, &all, &arena, &err));
    assert_string_equal(all.text, "a <b> ä");
    assert_int_equal(all.number, 12);
    assert_true(all.flag);
    assert_int_equal(all.time_ms, 1775044800250);
    assert_string_equal(all.inner->name, "in");
    assert_int_equal(all.list.count, 2);
    assert_string_equal(all.list.items[1].name, "b");
    assert_int_equal(all.texts.count, 2);
    assert_string_equal(all.texts.items[1], "y");
    rc_arena_free(&arena);
}

/* Only where the document says so, and only the members that may be. */
static void test_xml_that_is_encoded(void **state)
{
    (void)state;
    static const struct rc_member members[] = {TEXT(inner, name, "Name", .flags = RC_URL),
                                               INT(inner, size, "Size")};
    static const struct rc_shape shape = {
        .size = sizeof(struct inner), .members = members, .count = 2};
    static const struct {
        const char *type, *name, *want;
    } cases[] = {
        {"", "a%20b+c", "a%20b+c"},
        {"<EncodingType>none</EncodingType>", "%41", "%41"},
        {"<EncodingType>url</EncodingType>", "a%20b+c%2Bd%2f", "a b c+d/"},
        {"<EncodingType>url</EncodingType>", "%01%E2%82%AC%ff", "\x01\xe2\x82\xac\xff"},
        {"<EncodingType>url</EncodingType>", "100%", "100%"},
        {"<EncodingType>url</EncodingType>", "%4", "%4"},
        {"<EncodingType>url</EncodingType>", "%zz%4z%%41", "%zz%4z%A"},
        {"<EncodingType>url</EncodingType>", "a%00b", "a%00b"},
        {"<EncodingType>url</EncodingType>", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        struct rc_arena arena;
        struct rc_error err = {0};
        struct inner value = {0};
        snprintf(text, sizeof text, "<R>%s<Name>%s</Name><Size>7</Size></R>", cases[i].type,
                 cases[i].name);
        rc_arena_init(&arena, CAP);
        const struct rc_xml_node *root = rc_xml_parse(text, strlen(text), &arena, &err);
        assert_non_null(root);
        assert_true(rc_shape_read_xml(&shape, root, &value, &arena, &err));
        assert_string_equal(value.name, cases[i].want);
        assert_int_equal(value.size, 7);
        rc_arena_free(&arena);
    }
}

static void test_writing_xml(void **state)
{
    (void)state;
    const struct inner list[] = {{"a&b", 1}, {"c", 0}};
    const char *const texts[] = {"<x>", "y"};
    const struct all all = {
        .text = "a\nb", .time_ms = 1775044800000, .list = {list, 2}, .texts = {texts, 2}};
    struct rc_buf out;
    struct rc_error err = {0};
    rc_buf_init(&out, CAP);
    assert_true(rc_shape_write_xml(&all_shape, &all, "Root", &out, &err));
    assert_string_equal(
        out.data,
        "<Root xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Text>a&#10;b</Text>"
        "<Zero>0</Zero><Time>2026-04-01T12:00:00Z</Time>"
        "<List><entry><Name>a&amp;b</Name><Size>1</Size></entry><entry><Name>c</Name></entry>"
        "</List><Texts>&lt;x&gt;</Texts><Texts>y</Texts></Root>");
    rc_buf_free(&out);
}

static void test_writing_a_query(void **state)
{
    (void)state;
    const struct inner list[] = {{"a", 1}, {"b c", 2}};
    const char *const texts[] = {"x"};
    const struct all all = {.text = "a&b", .list = {list, 2}, .texts = {texts, 1}};
    struct rc_buf out;
    struct rc_error err = {0};
    rc_buf_init(&out, CAP);
    assert_true(rc_shape_write_query(&all_shape, &all, &out, &err));
    assert_string_equal(out.data, "&Text=a%26b&Zero=0&List.member.1.Name=a&List.member.1.Size=1"
                                  "&List.member.2.Name=b%20c&List.member.2.Size=2"
                                  "&Texts.member.1=x");
    rc_buf_free(&out);
}

static void test_xml_that_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "plain",
        "<a><b></a>",
        "<a/><b/>",
        "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
        "<a>&undefined;</a>",
    };
    struct rc_arena arena;
    struct rc_error err = {0};
    rc_arena_init(&arena, CAP);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err.text[0] = '\0';
        assert_null(rc_xml_parse(bad[i], strlen(bad[i]), &arena, &err));
        assert_true(err.text[0]);
    }
    char deep[8 * RC_XML_DEPTH] = "";
    for (int i = 0; i <= RC_XML_DEPTH; i++)
        strcat(deep, "<a>"); /* NOLINT: it fits */
    assert_null(rc_xml_parse(deep, strlen(deep), &arena, &err));
    assert_non_null(strstr(err.text, "deep"));
    rc_arena_free(&arena);
}

/* A document that does not fit into its arena ends with an error at every size. */
static void test_little_memory(void **state)
{
    (void)state;
    static const char text[] = "<a><b>text</b><c><d>more</d></c></a>";
    struct rc_error err = {0};
    bool fits = false;
    for (size_t cap = 0; !fits; cap += 8) {
        struct rc_arena arena;
        rc_arena_init(&arena, cap);
        fits = rc_xml_parse(text, strlen(text), &arena, &err) != NULL;
        rc_arena_free(&arena);
        assert_true(cap < 4096);
    }
}

static void test_times(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {
        {"2026-04-01T12:00:00Z", 1775044800000},
        {"2026-04-01T12:00:00.5Z", 1775044800500},
        {"2026-04-01T14:00:00.123+02:00", 1775044800123},
        {"2026-04-01T12:00:00.000+0000", 1775044800000},
        {"Wed, 01 Apr 2026 12:00:00 GMT", 1775044800000},
        {"1970-01-01T00:00:00Z", 0},
    };
    static const char *const bad[] = {"", "today", "2026-04-01", "2026-04-01T12:00:00Zx",
                                      "Wed, 01 Xxx 2026 12:00:00 GMT"};
    int64_t ms;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(rc_shape_parse_time(good[i].text, &ms));
        assert_int_equal(ms, good[i].ms);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(rc_shape_parse_time(bad[i], &ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_of_everything),
        cmocka_unit_test(test_what_is_absent_is_not_sent),
        cmocka_unit_test(test_what_is_needed),
        cmocka_unit_test(test_json_of_another_type),
        cmocka_unit_test(test_json_that_is_passed_over),
        cmocka_unit_test(test_caps_of_json),
        cmocka_unit_test(test_xml_of_everything),
        cmocka_unit_test(test_xml_that_is_encoded),
        cmocka_unit_test(test_writing_xml),
        cmocka_unit_test(test_writing_a_query),
        cmocka_unit_test(test_xml_that_is_refused),
        cmocka_unit_test(test_little_memory),
        cmocka_unit_test(test_times),
    };
    return cmocka_run_group_tests_name("shape", tests, NULL, NULL);
}
