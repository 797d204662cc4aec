#include "tui/app_line.h"

#include "tui/screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void press(struct rc_line *line, const int *keys)
{
    while (*keys)
        assert_true(rc_line_key(line, *keys++));
}

#define PRESS(line, ...) press(line, (const int[]){__VA_ARGS__, 0})

static void test_edits_where_the_cursor_is(void **state)
{
    (void)state;
    struct rc_line line = {0};
    PRESS(&line, 'a', 'c', RC_KEY_LEFT, 'b', RC_KEY_END, ';', ' ', 0xE4);
    assert_string_equal(line.text, "abc; \xc3\xa4");
    PRESS(&line, RC_KEY_LEFT);
    assert_int_equal(line.cursor, 5); /* in front of both bytes */
    PRESS(&line, RC_KEY_DELETE);
    assert_string_equal(line.text, "abc; ");
    PRESS(&line, RC_KEY_HOME, RC_KEY_BACKSPACE, RC_KEY_DELETE);
    assert_string_equal(line.text, "bc; ");
}

static void test_cuts_as_a_shell_does(void **state)
{
    (void)state;
    struct rc_line line = {0};
    rc_line_set(&line, "status:missing  amount>100");
    PRESS(&line, 23); /* Ctrl-W */
    assert_string_equal(line.text, "status:missing  ");
    PRESS(&line, 23);
    assert_string_equal(line.text, "");
    rc_line_set(&line, "abcdef");
    PRESS(&line, 1, 6, 6, 11); /* Ctrl-A F F K */
    assert_string_equal(line.text, "ab");
    PRESS(&line, 2, 21); /* Ctrl-B U */
    assert_string_equal(line.text, "b");
    assert_int_equal(line.cursor, 0);
}

static void test_leaves_other_keys_alone(void **state)
{
    (void)state;
    struct rc_line line = {0};
    static const int keys[] = {9, 13, 27, 3, RC_KEY_UP, RC_KEY_DOWN, RC_KEY_F1, RC_KEY_MOUSE};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_false(rc_line_key(&line, keys[i]));
    assert_int_equal(line.length, 0);
}

static void test_stops_when_it_is_full(void **state)
{
    (void)state;
    struct rc_line line = {0};
    for (int i = 0; i < RC_LINE_BYTES + 10; i++)
        assert_true(rc_line_key(&line, 'x'));
    assert_int_equal(line.length, RC_LINE_BYTES);
    assert_int_equal(strlen(line.text), RC_LINE_BYTES);
    PRESS(&line, RC_KEY_BACKSPACE, 0xE4); /* two bytes do not fit into one */
    assert_int_equal(line.length, RC_LINE_BYTES - 1);
}

static void test_keeps_the_past_without_repeats(void **state)
{
    (void)state;
    struct rc_past past = {.count = 0};
    char text[32];
    rc_past_add(&past, "a");
    rc_past_add(&past, "b");
    rc_past_add(&past, "");
    rc_past_add(&past, "a");
    assert_int_equal(past.count, 2);
    assert_string_equal(past.lines[0], "b");
    assert_string_equal(past.lines[1], "a");
    for (int i = 0; i < RC_PAST_LINES; i++) {
        snprintf(text, sizeof text, "line %d", i);
        rc_past_add(&past, text);
    }
    assert_int_equal(past.count, RC_PAST_LINES);
    assert_string_equal(past.lines[0], "line 0");
    rc_past_free(&past);
    assert_int_equal(past.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edits_where_the_cursor_is),
        cmocka_unit_test(test_cuts_as_a_shell_does),
        cmocka_unit_test(test_leaves_other_keys_alone),
        cmocka_unit_test(test_stops_when_it_is_full),
        cmocka_unit_test(test_keeps_the_past_without_repeats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
