#include "tui/keymap.h"

#include "tui/screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int reset(void **state)
{
    (void)state;
    rc_keymap_reset();
    return 0;
}

static void test_has_the_usual_keys(void **state)
{
    (void)state;
    assert_int_equal(rc_keymap_find('j'), RC_DO_DOWN);
    assert_int_equal(rc_keymap_find(RC_KEY_DOWN), RC_DO_DOWN);
    assert_int_equal(rc_keymap_find(27), RC_DO_BACK);
    assert_int_equal(rc_keymap_find(3), RC_DO_QUIT_NOW);
    assert_int_equal(rc_keymap_find(RC_KEY_CTRL_SPACE), RC_DO_MARK_RANGE);
    assert_int_equal(rc_keymap_find(RC_KEY_F1 + 4), RC_DO_REFRESH);
    assert_int_equal(rc_keymap_find('x'), RC_ACTION_NONE);
    assert_int_equal(rc_keymap_find(RC_KEY_NONE), RC_ACTION_NONE);
}

/* Every default can be read, none is there twice. */
static void test_has_each_key_once(void **state)
{
    (void)state;
    static const char *const defaults[] = {
#define X(symbol, name, keys, help) keys,
        RC_ACTION_LIST(X)
#undef X
    };
    for (int action = 1; action < RC_ACTIONS; action++)
        assert_string_equal(rc_action_keys((enum rc_action)action), defaults[action - 1]);
    for (int key = 1; key < RC_KEY_MOUSE; key++) {
        enum rc_action action = rc_keymap_find(key);
        char name[16], keys[256];
        if (action == RC_ACTION_NONE)
            continue;
        rc_key_name(key, name);
        strcpy(keys, rc_action_keys(action));
        int times = 0;
        for (char *word = strtok(keys, " "); word; word = strtok(NULL, " "))
            times += strcmp(word, name) == 0;
        assert_int_equal(times, 1);
    }
}

static void test_names_keys_and_reads_the_names(void **state)
{
    (void)state;
    static const struct {
        int key;
        const char *name;
    } keys[] = {{'a', "a"},
                {'?', "?"},
                {0xE4, "\xc3\xa4"},
                {0x20AC, "\xe2\x82\xac"},
                {0x1F600, "\xf0\x9f\x98\x80"},
                {14, "Ctrl-N"},
                {28, "Ctrl-\\"},
                {' ', "Space"},
                {RC_KEY_F1, "F1"},
                {RC_KEY_F12, "F12"},
                {RC_KEY_SHIFT_LEFT, "Shift-Left"},
                {RC_KEY_CTRL_SPACE, "Ctrl-Space"}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char name[16];
        rc_key_name(keys[i].key, name);
        assert_string_equal(name, keys[i].name);
        assert_int_equal(rc_key_parse(keys[i].name), keys[i].key);
    }
    assert_int_equal(rc_key_parse("ctrl-n"), 14);
    assert_int_equal(rc_key_parse("pgup"), RC_KEY_PAGE_UP);
    assert_int_equal(rc_key_parse("Ctrl-H"), RC_KEY_BACKSPACE);
    assert_int_equal(rc_key_parse("Semicolon"), ';');
    static const char *const wrong[] = {"", "ab", "F13", "F0", "Ctrl-", "Ctrl-1", "\xff", "\xc3"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(rc_key_parse(wrong[i]), 0);
}

static void test_gives_a_key_to_another_action(void **state)
{
    (void)state;
    struct rc_error err = {0};
    assert_true(rc_keymap_set("quit", "x Ctrl-N j", &err));
    assert_int_equal(rc_keymap_find('x'), RC_DO_QUIT);
    assert_int_equal(rc_keymap_find(14), RC_DO_QUIT);
    assert_int_equal(rc_keymap_find('j'), RC_DO_QUIT);
    assert_int_equal(rc_keymap_find('q'), RC_ACTION_NONE);
    assert_string_equal(rc_action_keys(RC_DO_QUIT), "x Ctrl-N j");
    assert_string_equal(rc_action_keys(RC_DO_DOWN), "Down");
    assert_true(rc_keymap_set("down", "", &err)); /* no key at all */
    assert_string_equal(rc_action_keys(RC_DO_DOWN), "");
}

static void test_refuses_what_it_does_not_know(void **state)
{
    (void)state;
    struct rc_error err = {0};
    assert_false(rc_keymap_set("fly", "x", &err));
    assert_non_null(strstr(err.text, "\"fly\""));
    assert_false(rc_keymap_set("quit", "x Hyper-Q", &err));
    assert_non_null(strstr(err.text, "\"Hyper-Q\""));
    assert_int_equal(rc_keymap_find('q'), RC_DO_QUIT); /* as before */
    assert_int_equal(rc_keymap_find('x'), RC_ACTION_NONE);
    assert_false(rc_keymap_set("quit", "1 2 3 4 5 6 7 8 9", &err));
    assert_int_equal(err.code, RC_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_has_the_usual_keys, reset),
        cmocka_unit_test_setup(test_has_each_key_once, reset),
        cmocka_unit_test_setup(test_names_keys_and_reads_the_names, reset),
        cmocka_unit_test_setup(test_gives_a_key_to_another_action, reset),
        cmocka_unit_test_setup(test_refuses_what_it_does_not_know, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
