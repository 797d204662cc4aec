/* The quick way to an item's key against the parser, which decides: whenever the quick
 * one gives a key it is the parser's, and it gives none for what is no JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aws/batch_parts.h"
#include "aws/ddb_item.h"
#include "aws/json.h"

#include <stdlib.h>
#include <string.h>

static const char *const both[2] = {"PK", "SK"};

static const char item[] = "{\"PK\":{\"S\":\"VISA#2026-04-01#Shard7\"},\"n\":{\"N\":\"-1.5\"},"
                           "\"list\":{\"L\":[{\"S\":\"a\"},{\"M\":{}},{\"L\":[]}]},"
                           "\"map\":{\"M\":{\"PK\":{\"S\":\"another\"}}},\"set\":{\"SS\":[\"x\","
                           "\"y\"]},\"SK\":{\"N\":\"42\"},\"yes\":{\"BOOL\":true},"
                           "\"no\":{\"BOOL\":false},\"none\":{\"NULL\":null}}";

/* As jansson writes it; NULL when the text is no item with these keys. */
static char *key_by_parser(const char *text, const char *const keys[2])
{
    json_t *parsed = rc_json_parse(text, strlen(text), RC_ITEM_CAP, NULL);
    json_t *key = json_object();
    bool has_all = parsed != NULL;
    assert_non_null(key);
    for (int i = 0; has_all && i < 2 && keys[i]; i++) {
        json_t *value = json_object_get(parsed, keys[i]);
        has_all = value && json_object_set(key, keys[i], value) == 0;
    }
    char *written = has_all ? json_dumps(key, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(key);
    json_decref(parsed);
    return written;
}

/* Whether the quick way gave a key; it has to be the parser's then. */
static bool is_taken(const char *text, const char *const keys[2])
{
    struct rc_arena arena;
    rc_arena_init(&arena, 4096);
    const char *quick = rc_batch_plain_key(text, keys, &arena);
    if (quick) {
        char *slow = key_by_parser(text, keys);
        if (!slow)
            fail_msg("no item, but a key was found: %s", text);
        else
            assert_string_equal(quick, slow);
        free(slow);
    }
    rc_arena_free(&arena);
    return quick != NULL;
}

static void test_plain_items(void **state)
{
    (void)state;
    assert_true(is_taken(item, both));
    assert_true(is_taken(item, (const char *const[2]){"SK", "PK"}));
    assert_true(is_taken(item, (const char *const[2]){"PK", NULL}));
    assert_true(is_taken(item, (const char *const[2]){"n", "SK"}));
    assert_true(is_taken("{\"PK\":{\"S\":\"\"}}", (const char *const[2]){"PK", NULL}));
}

static void test_items_as_they_are_written(void **state)
{
    (void)state;
    struct rc_buf text;
    struct rc_jsonw json;
    rc_buf_init(&text, RC_ITEM_CAP);
    rc_jsonw_init(&json, &text);
    rc_item_open(&json);
    rc_item_text(&json, "PK", "day/2026-11-24");
    rc_item_int(&json, "SK", -7);
    rc_item_binary(&json, "bytes", "\1\2\3", 3);
    rc_item_text_set(&json, "set", (const char *const[]){"a", "b"}, 2);
    rc_item_open_list(&json, "list");
    rc_item_bool(&json, NULL, true);
    rc_item_null(&json, NULL);
    rc_item_close_list(&json);
    rc_item_open_map(&json, "map");
    rc_item_close_map(&json);
    rc_item_close(&json);
    assert_false(text.failed);
    assert_true(is_taken(text.data, both));
    rc_buf_free(&text);
}

static void test_what_is_left_to_the_parser(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "{}",
        "[]",
        "null",
        "{\"PK\":{\"S\":\"a\"}}",                                          /* no SK */
        "{\"PK\":{\"S\":\"a\"},\"SK\":{\"S\":\"b\"}",                      /* cut */
        "{\"PK\":{\"S\":\"a\"},\"SK\":{\"S\":\"b\"}}x",                    /* more behind it */
        "{\"PK\":{\"S\":\"a\"},\"SK\":{\"S\":\"b\"},}",                    /* a comma too many */
        "{\"PK\":{\"S\":\"a\"},\"SK\":{\"S\":\"b\"},\"x\":}",              /* no value */
        "{\"PK\":{\"S\":\"a\"},\"SK\":{\"S\":\"b\"},\"x\":{\"y\":}}",      /* nor here */
        "{\"PK\":{\"S\":\"a\"},\"SK\":{\"S\":\"b\"},\"x\":[true,]}",       /* nor here */
        "{\"PK\":{\"S\":\"a\"},\"SK\":{\"S\":\"b\"},\"x\":[true}",         /* wrong bracket */
        "{\"PK\":{\"S\":\"a\"},\"SK\":{\"S\":\"b\"},\"x\":truely}",        /* no word */
        "{\"PK\":{\"S\":\"a\"} ,\"SK\":{\"S\":\"b\"}}",                    /* space */
        "{\"PK\":{\"S\":\"a\"},\"SK\":{\"S\":\"b\"},\"x\":{\"N\":1}}",     /* a number */
        "{\"PK\":{\"S\":\"\\u0061\"},\"SK\":{\"S\":\"b\"}}",               /* escapes */
        "{\"PK\":{\"S\":\"\xC3\xA9\"},\"SK\":{\"S\":\"b\"}}",              /* beyond ASCII */
        "{\"PK\":{\"S\":\"\x7F\"},\"SK\":{\"S\":\"b\"}}",                  /* a control */
        "{\"PK\":{\"S\":\"a\",\"T\":\"c\"},\"SK\":{\"S\":\"b\"}}",         /* two types */
        "{\"PK\":{\"L\":[]},\"SK\":{\"S\":\"b\"}}",                        /* no key */
        "{\"PK\":\"a\",\"SK\":{\"S\":\"b\"}}",                             /* no type */
        "{\"PK\":{\"S\":\"a\"},\"SK\":{\"S\":\"b\"},\"PK\":{\"S\":\"c\"}}" /* twice */
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (is_taken(texts[i], both))
            fail_msg("taken: %s", texts[i]);
    assert_false(is_taken(item, (const char *const[2]){"PK", "PK"}));
    assert_false(is_taken(item, (const char *const[2]){"", NULL}));
}

/* {"PK":…,"SK":…,"deep":[[…]]} */
static char *deep_item(int depth)
{
    static const char head[] = "{\"PK\":{\"S\":\"a\"},\"SK\":{\"S\":\"b\"},\"deep\":";
    size_t length = sizeof head - 1;
    char *text = calloc(1, length + 2 * (size_t)depth + 2);
    assert_non_null(text);
    memcpy(text, head, length);
    memset(text + length, '[', (size_t)depth);
    memset(text + length + depth, ']', (size_t)depth);
    text[length + 2 * (size_t)depth] = '}';
    return text;
}

static void test_depth(void **state)
{
    (void)state;
    char *most = deep_item(RC_JSON_DEPTH - 1), *over = deep_item(RC_JSON_DEPTH);
    assert_true(is_taken(most, both));
    assert_false(is_taken(over, both));
    free(over);
    free(most);
}

static void test_without_memory(void **state)
{
    (void)state;
    struct rc_arena arena;
    rc_arena_init(&arena, 8);
    assert_null(rc_batch_plain_key(item, both, &arena));
    rc_arena_free(&arena);
}

static uint64_t next_chance(uint64_t *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL; /* Knuth, MMIX */
    return *state >> 33;
}

/* One, two or three changes anywhere: whatever is then taken is the parser's key. */
static void test_changed_items(void **state)
{
    (void)state;
    static const char letters[] = "{}[]\",:\\ SPKaeltrufn0\x01\x7F\xC3";
    uint64_t chance = 1;
    int taken = 0;
    for (int round = 0; round < 100000; round++) {
        char text[sizeof item];
        memcpy(text, item, sizeof item);
        for (uint64_t left = 1 + next_chance(&chance) % 3; left > 0; left--) {
            size_t place = next_chance(&chance) % (sizeof item - 1);
            if (next_chance(&chance) % 2)
                text[place] = letters[next_chance(&chance) % (sizeof letters - 1)];
            else
                memmove(text + place, text + place + 1, sizeof item - place - 1);
        }
        taken += is_taken(text, both);
    }
    assert_true(taken > 1000);  /* changes within texts */
    assert_true(taken < 90000); /* and others */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_items),
        cmocka_unit_test(test_items_as_they_are_written),
        cmocka_unit_test(test_what_is_left_to_the_parser),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_without_memory),
        cmocka_unit_test(test_changed_items),
    };
    return cmocka_run_group_tests_name("batch_keys", tests, NULL, NULL);
}
