#include "tui/screen.h"
#include "tui/screen_internal.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int use_utf8(void **state)
{
    (void)state;
    return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

/* The only glyph of a text. */
static struct rc_glyph glyph_of(const char *text, bool unicode)
{
    struct rc_glyph glyph;
    assert_int_equal(rc_text_glyph(text, strlen(text), unicode, &glyph), strlen(text));
    return glyph;
}

static void assert_shown(const char *text, bool unicode, const wchar_t *chars, int width)
{
    struct rc_glyph glyph = glyph_of(text, unicode);
    assert_int_equal(wcscmp(glyph.chars, chars), 0);
    assert_int_equal(glyph.width, width);
}

static void test_shows_control_characters_as_pictures(void **state)
{
    (void)state;
    assert_shown("\x1b", true, L"\u241b", 1);
    assert_shown("\n", true, L"\u240a", 1);
    assert_shown("\x7f", true, L"\u2421", 1);
    assert_shown("\xc2\x9b", true, L"\uFFFD", 1); /* CSI in one byte of C1 */
    assert_shown("\x1b", false, L"?", 1);
    assert_shown("\xc3\xa9", false, L"?", 1);
    struct rc_glyph glyph;
    assert_int_equal(rc_text_glyph("\0x", 2, true, &glyph), 1);
    assert_int_equal(wcscmp(glyph.chars, L"\u2400"), 0);
}

static void test_replaces_each_invalid_byte(void **state)
{
    (void)state;
    static const char *const invalid[] = {
        "\x80",         "\xff",         "\xc0\xaf",         "\xc3",
        "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf0\x82\x82\xac",
    };
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++) {
        struct rc_glyph glyph;
        assert_int_equal(rc_text_glyph(invalid[i], strlen(invalid[i]), true, &glyph), 1);
        assert_int_equal(wcscmp(glyph.chars, L"\uFFFD"), 0);
        assert_int_equal(rc_text_width(invalid[i], strlen(invalid[i])), strlen(invalid[i]));
    }
}

static void test_takes_combining_characters_along(void **state)
{
    (void)state;
    assert_shown("e\xcc\x81", true, L"e\u0301", 1);
    assert_shown("\xcc\x81", true, L"\u25CC\u0301", 1); /* alone: on a dotted circle */
    assert_shown("\xe4\xbd\xa0", true, L"\u4f60", 2);
    /* More than a cell holds are left out, but belong to it. */
    assert_shown("a\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86", true,
                 L"a\u0301\u0302\u0303\u0304", 1);
    /* Joiners and variation selectors are of no width and not shown. */
    assert_shown("a\xe2\x80\x8d\xef\xb8\x8f", true, L"a", 1);
}

static void test_does_not_turn_directions(void **state)
{
    (void)state;
    assert_shown("\xe2\x80\xae", true, L"\uFFFD", 1); /* right-to-left override */
    assert_shown("\xe2\x81\xa6", true, L"\uFFFD", 1);
    assert_shown("\xe2\x80\x8f", true, L"\uFFFD", 1);
    assert_shown("\xe2\x80\xa8", true, L"\uFFFD", 1); /* line separator */
}

static void assert_clip(const char *text, int width, size_t bytes, int used, bool cut)
{
    struct rc_clip clip = rc_text_clip(text, strlen(text), width);
    assert_int_equal(clip.bytes, bytes);
    assert_int_equal(clip.width, used);
    assert_int_equal(clip.cut, cut);
}

static void test_leaves_a_cell_for_the_mark(void **state)
{
    (void)state;
    assert_clip("", 5, 0, 0, false);
    assert_clip("abcde", 5, 5, 5, false);
    assert_clip("abcdef", 5, 4, 4, true);
    assert_clip("abcdef", 1, 0, 0, true);
    /* Two cells each: half a character is not drawn. */
    assert_clip("\xe4\xbd\xa0\xe5\xa5\xbd", 4, 6, 4, false);
    assert_clip("\xe4\xbd\xa0\xe5\xa5\xbd", 3, 3, 2, true);
    assert_clip("\xe4\xbd\xa0\xe5\xa5\xbd", 2, 0, 0, true);
    /* The mark never parts a character from what combines with it. */
    assert_clip("abe\xcc\x81", 3, 5, 3, false);
    assert_clip("abe\xcc\x81x", 3, 2, 2, true);
}

/* Whatever the bytes: no control character is shown, and the work ends. */
static void test_keeps_any_bytes_harmless(void **state)
{
    (void)state;
    srand(7);
    for (int round = 0; round < 20000; round++) {
        char text[24];
        size_t length = (size_t)rand() % sizeof text + 1;
        for (size_t i = 0; i < length; i++)
            text[i] = (char)(rand() % 4 ? rand() : (rand() % 64) + 0xC0);
        int width = 0;
        for (size_t at = 0; at < length;) {
            struct rc_glyph glyph;
            size_t bytes = rc_text_glyph(text + at, length - at, true, &glyph);
            assert_in_range(bytes, 1, length - at);
            assert_in_range(glyph.width, 1, 2);
            assert_in_range(wcslen(glyph.chars), 1, RC_GLYPH_CHARS);
            for (int i = 0; glyph.chars[i]; i++)
                assert_false(glyph.chars[i] < 0x20 ||
                             (glyph.chars[i] >= 0x7F && glyph.chars[i] < 0xA0));
            at += bytes;
            width += glyph.width;
        }
        assert_int_equal(rc_text_width(text, length), width);
        struct rc_clip clip = rc_text_clip(text, length, width);
        assert_int_equal(clip.bytes, length);
        assert_false(clip.cut);
        clip = rc_text_clip(text, length, width - 1);
        assert_true(clip.cut && clip.width < width - (width > 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shows_control_characters_as_pictures),
        cmocka_unit_test(test_replaces_each_invalid_byte),
        cmocka_unit_test(test_takes_combining_characters_along),
        cmocka_unit_test(test_does_not_turn_directions),
        cmocka_unit_test(test_leaves_a_cell_for_the_mark),
        cmocka_unit_test(test_keeps_any_bytes_harmless),
    };
    return cmocka_run_group_tests(tests, use_utf8, NULL);
}
