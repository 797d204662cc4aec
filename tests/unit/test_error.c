#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_a_sentence_has_no_control_characters(void **state)
{
    struct rc_error err = {0};
    (void)state;
    rc_error_set(&err, RC_IO, "%s: %s", "a\tb",
                 "\x1b[2J \xc2\x9b"
                 "31m \x7f\xc3\xa9");
    assert_string_equal(err.text, "a.b: .[2J ..31m .\xc3\xa9");
    rc_error_prefix(&err, "in\n%d", 7);
    assert_string_equal(err.text, "in.7: a.b: .[2J ..31m .\xc3\xa9");
}

static void test_a_long_one_is_cut(void **state)
{
    struct rc_error err = {0};
    char name[2 * RC_ERROR_TEXT_BYTES];
    (void)state;
    for (size_t i = 0; i < sizeof name; i++)
        name[i] = i + 1 < sizeof name ? '\x1b' : '\0';
    rc_error_set(&err, RC_IO, "%s", name);
    assert_int_equal(err.text[RC_ERROR_TEXT_BYTES - 2], '.');
    assert_int_equal(err.text[RC_ERROR_TEXT_BYTES - 1], '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_sentence_has_no_control_characters),
        cmocka_unit_test(test_a_long_one_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
