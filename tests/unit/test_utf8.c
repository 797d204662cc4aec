/* UTF-8 that need not be any. */
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *mended(const char *text)
{
    static char out[32];
    strcpy(out, text);
    rc_utf8_mend(out);
    return out;
}

static void test_what_is_whole_stays(void **state)
{
    static const char *const texts[] = {"", "plain", "caf\xC3\xA9", "\xE2\x82\xAC 5",
                                        "\xF0\x9F\x92\xB3"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_true(rc_utf8_is(texts[i]));
        assert_string_equal(mended(texts[i]), texts[i]);
    }
}

/* Cut in the middle, from another encoding, overlong, a surrogate, beyond the last character. */
static void test_other_bytes_become_question_marks(void **state)
{
    static const struct {
        const char *text, *mended;
    } cases[] = {{"caf\xC3", "caf?"},          {"\xE2\x82", "??"},
                 {"caf\xE9 5", "caf? 5"},      {"\xC0\xAF", "??"},
                 {"\xED\xA0\x80", "???"},      {"\xF4\x90\x80\x80", "????"},
                 {"\x80\xC3\xA9", "?\xC3\xA9"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(rc_utf8_is(cases[i].text));
        assert_string_equal(mended(cases[i].text), cases[i].mended);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_whole_stays),
        cmocka_unit_test(test_other_bytes_become_question_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
