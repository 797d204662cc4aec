#include "core/charset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void decodes(enum rc_charset charset, const char *bytes, size_t length, const char *wanted)
{
    char text[256];
    assert_true(3 * length + 1 <= sizeof text);
    size_t written = rc_charset_decode(charset, (const uint8_t *)bytes, length, text);
    assert_int_equal(written, strlen(wanted));
    assert_string_equal(text, wanted);
}

static void test_names(void **state)
{
    (void)state;
    enum rc_charset found;
    for (int i = 0; i < RC_CHARSETS; i++) {
        assert_true(rc_charset_find(rc_charset_name((enum rc_charset)i), &found));
        assert_int_equal(found, i);
    }
    assert_string_equal(rc_charset_name(RC_ASCII), "ascii");
    assert_string_equal(rc_charset_name(RC_CP1140), "cp1140");
    found = RC_CP500;
    assert_false(rc_charset_find("", &found));
    assert_false(rc_charset_find("CP037", &found));
    assert_false(rc_charset_find("cp03", &found));
    assert_false(rc_charset_find("cp0370", &found));
    assert_int_equal(found, RC_CP500);
}

/* Every table is a permutation: 256 bytes, 256 characters, so that decoding
 * loses nothing; and all of ASCII is among them. */
static void test_tables_lose_nothing(void **state)
{
    (void)state;
    static uint8_t seen[0x10000];
    for (int charset = 0; charset < RC_CHARSETS; charset++) {
        memset(seen, 0, sizeof seen);
        for (int byte = 0; byte < 256; byte++) {
            uint16_t point = rc_charset_unicode[charset][byte];
            assert_false(seen[point]);
            seen[point] = 1;
        }
        for (int ascii = 0; ascii < 128; ascii++)
            assert_true(seen[ascii]);
    }
}

static void test_byte_is_the_inverse(void **state)
{
    (void)state;
    for (int i = 0; i < RC_CHARSETS; i++) {
        enum rc_charset charset = (enum rc_charset)i;
        for (int ascii = 0; ascii < 128; ascii++)
            assert_int_equal(rc_charset_unicode[charset][rc_charset_byte(charset, (char)ascii)],
                             ascii);
    }
}

/* What the code pages share: letters, digits and what numbers are made of. */
static void test_ebcdic_invariants(void **state)
{
    (void)state;
    static const struct {
        char ascii;
        uint8_t ebcdic;
    } cases[] = {
        {' ', 0x40}, {'A', 0xC1}, {'I', 0xC9}, {'J', 0xD1}, {'R', 0xD9},  {'S', 0xE2},
        {'Z', 0xE9}, {'a', 0x81}, {'z', 0xA9}, {'0', 0xF0}, {'9', 0xF9},  {'.', 0x4B},
        {'-', 0x60}, {'+', 0x4E}, {',', 0x6B}, {'{', 0xC0}, {'}', 0xD0},  {'\0', 0x00},
        {'(', 0x4D}, {'/', 0x61}, {'*', 0x5C}, {'$', 0x5B}, {'\n', 0x25}, {'\r', 0x0D},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int charset = RC_CP037; charset < RC_CHARSETS; charset++)
            assert_int_equal(rc_charset_byte((enum rc_charset)charset, cases[i].ascii),
                             cases[i].ebcdic);
        assert_int_equal(rc_charset_byte(RC_ASCII, cases[i].ascii), (uint8_t)cases[i].ascii);
    }
}

/* What tells the code pages apart: brackets, circumflex, exclamation mark, bar,
 * and the currency sign that became the euro. */
static void test_ebcdic_variants(void **state)
{
    (void)state;
    static const struct {
        uint8_t byte;
        uint16_t cp037, cp1047, cp500, cp1140;
    } cases[] = {
        {0x4A, 0xA2, 0xA2, '[', 0xA2},  {0x4F, '|', '|', '!', '|'},
        {0x5A, '!', '!', ']', '!'},     {0x5F, 0xAC, '^', '^', 0xAC},
        {0xAD, 0xDD, '[', 0xDD, 0xDD},  {0xB0, '^', 0xAC, 0xA2, '^'},
        {0xBA, '[', 0xDD, 0xAC, '['},   {0xBB, ']', 0xA8, '|', ']'},
        {0xBD, 0xA8, ']', 0xA8, 0xA8},  {0x9F, 0xA4, 0xA4, 0xA4, 0x20AC},
        {0x15, 0x85, 0x85, 0x85, 0x85}, {0xFF, 0x9F, 0x9F, 0x9F, 0x9F},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(rc_charset_unicode[RC_CP037][cases[i].byte], cases[i].cp037);
        assert_int_equal(rc_charset_unicode[RC_CP1047][cases[i].byte], cases[i].cp1047);
        assert_int_equal(rc_charset_unicode[RC_CP500][cases[i].byte], cases[i].cp500);
        assert_int_equal(rc_charset_unicode[RC_CP1140][cases[i].byte], cases[i].cp1140);
    }
}

static void test_byte_outside_ascii(void **state)
{
    (void)state;
    assert_int_equal(rc_charset_byte(RC_ASCII, (char)0xE9), 0xE9);
    assert_int_equal(rc_charset_byte(RC_CP037, (char)0xE9), 0x51);  /* e acute */
    assert_int_equal(rc_charset_byte(RC_CP1140, (char)0xA4), 0x3F); /* gave way to the euro */
}

static void test_decode(void **state)
{
    (void)state;
    decodes(RC_ASCII, "", 0, "");
    decodes(RC_ASCII, "USD 1", 5, "USD 1");
    decodes(RC_ASCII, "\xE9\xFF", 2, "\xC3\xA9\xC3\xBF");
    decodes(RC_CP037, "\xC4\x85\x93\xA3\x81\x40\xF1\xF2", 8, "Delta 12");
    decodes(RC_CP037, "\x51\x9F", 2, "\xC3\xA9\xC2\xA4");
    decodes(RC_CP1140, "\x9F\xF5", 2,
            "\xE2\x82\xAC"
            "5");
    decodes(RC_CP500, "\x4A\xC1\x5A", 3, "[A]");
    decodes(RC_CP1047, "\xAD\xC1\xBD", 3, "[A]");
    char text[7];
    assert_int_equal(rc_charset_decode(RC_CP037, (const uint8_t *)"\x00\x40", 2, text), 2);
    assert_memory_equal(text, "\0 ", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_tables_lose_nothing),
        cmocka_unit_test(test_byte_is_the_inverse),
        cmocka_unit_test(test_ebcdic_invariants),
        cmocka_unit_test(test_ebcdic_variants),
        cmocka_unit_test(test_byte_outside_ascii),
        cmocka_unit_test(test_decode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
