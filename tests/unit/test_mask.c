#include "core/mask.h"

#include "tests/unit/support.h"

static const struct rc_card_key key = {"a key", 5};

static void card_is(const char *card, const char *wanted)
{
    char text[64];
    size_t length = strlen(card);
    memcpy(text, card, length + 1);
    rc_mask_card(text, length);
    assert_string_equal(text, wanted);
}

static void test_card(void **state)
{
    (void)state;
    card_is("", "");
    card_is("1", "*");
    card_is("411111111111", "************");
    card_is("4222222222222", "422222***2222");
    card_is("4111111111111111", "411111******1111");
    card_is("6304000000000000000", "630400*********0000");
}

/* ----- what stands for a card ----- */

static size_t canonical(const struct rc_card_key *with, const char *card, char *out)
{
    size_t length = rc_card_canonical(with, card, strlen(card), out);
    assert_true(length < RC_CARD_CANONICAL_BYTES);
    out[length] = '\0';
    return length;
}

static void test_canonical(void **state)
{
    (void)state;
    char a[RC_CARD_CANONICAL_BYTES], b[RC_CARD_CANONICAL_BYTES];
    assert_int_equal(canonical(&key, "4111111111111111", a), 16 + 17);
    assert_memory_equal(a, "411111******1111#", 17);
    assert_int_equal(strspn(a + 17, "0123456789abcdef"), 16);
    canonical(&key, "4111111111111111", b);
    assert_string_equal(a, b);
    canonical(&(struct rc_card_key){"other", 5}, "4111111111111111", b);
    assert_memory_equal(a, b, 17);
    assert_string_not_equal(a, b);
    canonical(&key, "4111112111111111", b); /* differs only where it is masked */
    assert_memory_equal(a, b, 17);
    assert_string_not_equal(a, b);
    canonical(&(struct rc_card_key){"", 0}, "4111111111111111", b);
    assert_string_not_equal(a, b);
    assert_int_equal(canonical(&key, "", a), 17);
    assert_int_equal(a[0], '#');
}

/* HMAC-SHA-256 of test case 2 of RFC 4231. */
static void test_canonical_is_hmac_sha256(void **state)
{
    (void)state;
    char text[RC_CARD_CANONICAL_BYTES];
    canonical(&(struct rc_card_key){"Jefe", 4}, "what do ya want for nothing?", text);
    assert_string_equal(text, "what d******************ing?#5bdcc146bf60754e");
}

static void test_a_long_account_keeps_no_more(void **state)
{
    (void)state;
    static const char account[] = "012345678901234567890123456789012345678901234567WXYZ";
    char text[RC_CARD_CANONICAL_BYTES];
    assert_int_equal(canonical(&key, account, text), 40 + 17);
    assert_memory_equal(text, "012345******************************WXYZ#", 41);
}

/* ----- raw bytes ----- */

static struct rc_layout *layout_with(const char *encoding, const char *fields)
{
    char text[2048];
    snprintf(text, sizeof text,
             "{'layout': 'x', 'framing': {'kind': 'lines'}, 'encoding': '%s', 'records': ["
             "{'type': 'r', 'role': 'detail', 'fields': [%s]}]}",
             encoding, fields);
    return layout_of(text);
}

static void raw_is(const struct rc_layout *layout, bool known, const char *raw, const char *wanted)
{
    uint8_t bytes[256];
    char shown[257] = "";
    size_t length = strlen(raw);
    for (size_t i = 0; i < length; i++)
        bytes[i] = rc_charset_byte(layout->charset, raw[i]);
    rc_mask_raw(layout, known ? &layout->types[0] : NULL, bytes, (uint32_t)length);
    for (size_t i = 0; i < length; i++)
        shown[i] = (char)rc_charset_unicode[layout->charset][bytes[i]];
    assert_string_equal(shown, wanted);
}

/* A run of digits that passes the Luhn check. */
static void luhn_run(char *text, unsigned length)
{
    unsigned sum = 0;
    for (unsigned i = 0; i + 1 < length; i++)
        text[i] = (char)('0' + (i * 7 + 3) % 10);
    for (unsigned i = 0; i + 1 < length; i++) {
        unsigned digit = (unsigned)(text[length - 2 - i] - '0');
        digit = i % 2 ? digit : digit * 2;
        sum += digit > 9 ? digit - 9 : digit;
    }
    text[length - 1] = (char)('0' + (10 - sum % 10) % 10);
    text[length] = '\0';
}

static void test_runs(void **state)
{
    (void)state;
    static const char *const encodings[] = {"ascii", "cp037", "cp1047", "cp500", "cp1140"};
    for (int e = 0; e < 5; e++) {
        struct rc_layout *layout = layout_with(encodings[e], "");
        for (unsigned length = 12; length <= 20; length++) {
            char run[32], raw[80], wanted[80];
            luhn_run(run, length);
            snprintf(raw, sizeof raw, "AB %s/%s", run, run);
            snprintf(wanted, sizeof wanted, "%s", raw);
            if (length >= 13 && length <= 19)
                for (unsigned i = 6; i < length - 4; i++)
                    wanted[3 + i] = wanted[4 + length + i] = '*';
            raw_is(layout, false, raw, wanted);
            raw_is(layout, true, raw, wanted);
            run[0] = run[0] == '9' ? '0' : (char)(run[0] + 1); /* fails the check */
            raw_is(layout, false, run, run);
        }
        raw_is(layout, false, "", "");
        rc_layout_free(layout);
    }
}

static void test_card_fields(void **state)
{
    (void)state;
    static const char *const encodings[] = {"ascii", "cp037"};
    for (int e = 0; e < 2; e++) {
        struct rc_layout *layout = layout_with(
            encodings[e], "{'name': 'c', 'at': 3, 'length': 19, 'type': 'text', 'card': true},"
                          "{'name': 'a', 'at': 22, 'length': 6, 'type': 'unsigned'}");
        raw_is(layout, true, "XX1234567890123456789000123", "XX123456*********6789000123");
        raw_is(layout, true, "XX1234567890123456   000123", "XX123456******3456   000123");
        raw_is(layout, true, "XX   1234567890123456000123", "XX   123456******3456000123");
        raw_is(layout, true, "XX123456789012       000123", "XX************       000123");
        raw_is(layout, true, "XX                   000123", "XX                   000123");
        /* cut in the middle: what is last there is not the card's last */
        raw_is(layout, true, "XX1234567890123456", "XX123456**********");
        raw_is(layout, true, "XX12345", "XX12345");
        raw_is(layout, true, "XX", "XX");
        raw_is(layout, true, "", "");
        /* nothing is known of the record: only what looks like a card */
        raw_is(layout, false, "XX1234567890123456   000123", "XX123456******3456   000123");
        rc_layout_free(layout);
    }
}

static void test_a_short_card_field_is_hidden(void **state)
{
    (void)state;
    struct rc_layout *layout =
        layout_with("ascii", "{'name': 'c', 'at': 1, 'length': 10, 'type': 'text', 'card': true}");
    raw_is(layout, true, "1234567890", "**********");
    raw_is(layout, true, "12345678", "********");
    rc_layout_free(layout);
}

/* A card between other digits is found by its field, not by its run. */
static void test_each_field_is_looked_at(void **state)
{
    (void)state;
    struct rc_layout *layout =
        layout_with("ascii", "{'name': 'n', 'at': 1, 'length': 8, 'type': 'unsigned'},"
                             "{'name': 't', 'at': 9, 'length': 16, 'type': 'text'},"
                             "{'name': 'm', 'at': 25, 'length': 8, 'type': 'unsigned'}");
    raw_is(layout, true, "00000000411111111111111100000000", "00000000411111******111100000000");
    raw_is(layout, false, "00000000411111111111111100000000", "00000000411111111111111100000000");
    raw_is(layout, true, "000000004111111111111111", "00000000411111******1111");
    rc_layout_free(layout);
}

static void test_a_field_in_another_encoding(void **state)
{
    (void)state;
    uint8_t bytes[18] = "  4111111111111111";
    struct rc_layout *layout =
        layout_with("cp037", "{'name': 'c', 'at': 3, 'length': 16, 'type': 'text', 'encoding':"
                             " 'ascii', 'required': true}");
    rc_mask_raw(layout, &layout->types[0], bytes, sizeof bytes);
    assert_memory_equal(bytes, "  411111******1111", sizeof bytes);
    rc_layout_free(layout);
}

/* OCCURS DEPENDING ON moves the field; wherever it stands it is masked. */
static void test_a_card_that_moves(void **state)
{
    (void)state;
    struct rc_layout *layout =
        layout_with("ascii", "{'name': 'n', 'at': 1, 'length': 1, 'type': 'unsigned'},"
                             "{'name': 'c', 'at': 10, 'length': 16, 'type': 'text', 'card': true,"
                             " 'slides': [{'field': 'n', 'max': 2, 'bytes': 4}]}");
    static const char *const records[] = {"01234567890123456", "1aaaa1234567890123456",
                                          "2aaaabbbb1234567890123456"};
    for (int i = 0; i < 3; i++) {
        uint8_t bytes[32];
        uint32_t length = (uint32_t)strlen(records[i]);
        memcpy(bytes, records[i], length);
        rc_mask_raw(layout, &layout->types[0], bytes, length);
        assert_memory_equal(bytes, records[i], 1);
        assert_null(memmem(bytes, length, "7890", 4));
        assert_null(memmem(bytes, length, "9012", 4));
    }
    rc_layout_free(layout);
}

/* Whatever the digits around it: a card's middle is never there. */
static void test_no_middle_survives(void **state)
{
    (void)state;
    uint64_t seed = 1;
    struct rc_layout *layout =
        layout_with("ascii", "{'name': 'a', 'at': 1, 'length': 5, 'type': 'text'},"
                             "{'name': 'c', 'at': 6, 'length': 19, 'type': 'text', 'card': true},"
                             "{'name': 'b', 'at': 25, 'length': 5, 'type': 'text'}");
    for (int n = 0; n < 5000; n++) {
        uint8_t bytes[29], before[29];
        unsigned length = 13 + random_below(&seed, 7);
        for (int i = 0; i < 29; i++)
            bytes[i] = random_below(&seed, 8) ? (uint8_t)('0' + random_below(&seed, 10)) : ' ';
        for (unsigned i = 0; i < 19; i++)
            bytes[5 + i] = i < length ? (uint8_t)('0' + random_below(&seed, 10)) : ' ';
        memcpy(before, bytes, 29);
        rc_mask_raw(layout, &layout->types[0], bytes, 29);
        for (unsigned i = 6; i < length - 4; i++)
            assert_int_equal(bytes[5 + i], '*');
        for (int i = 0; i < 29; i++)
            assert_true(bytes[i] == before[i] || bytes[i] == '*');
    }
    rc_layout_free(layout);
}

static void test_a_text(void **state)
{
    (void)state;
    char text[] = "card 4111111111111111 of r\303\251sum\303\251, id 4111111111111112, 12.34";
    rc_mask_text(text, sizeof text - 1);
    assert_string_equal(text, "card 411111******1111 of r\303\251sum\303\251, "
                              "id 4111111111111112, 12.34");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_card),
        cmocka_unit_test(test_canonical),
        cmocka_unit_test(test_canonical_is_hmac_sha256),
        cmocka_unit_test(test_a_long_account_keeps_no_more),
        cmocka_unit_test(test_runs),
        cmocka_unit_test(test_card_fields),
        cmocka_unit_test(test_a_short_card_field_is_hidden),
        cmocka_unit_test(test_each_field_is_looked_at),
        cmocka_unit_test(test_a_field_in_another_encoding),
        cmocka_unit_test(test_a_card_that_moves),
        cmocka_unit_test(test_no_middle_survives),
        cmocka_unit_test(test_a_text),
    };
    return cmocka_run_group_tests_name("mask", tests, NULL, NULL);
}
