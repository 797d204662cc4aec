#include "core/decode.h"

#include "tests/unit/support.h"

/* ----- one field, or a few, of one record ----- */

static struct rc_layout *layout;
static struct rc_decoder *decoder;
static struct rc_value values[64];
static struct rc_fault fault;
static int32_t file_date = RC_CIVIL_NONE;
static const char *encoding = "ascii";

static void with_fields(const char *fields)
{
    char text[8192];
    struct rc_error err = {0};
    rc_decoder_free(decoder);
    rc_layout_free(layout);
    snprintf(text, sizeof text,
             "{'layout': 'x', 'framing': {'kind': 'rdw'}, 'encoding': '%s', 'records': ["
             "{'type': 'r', 'role': 'detail', 'fields': [%s]}]}",
             encoding, fields);
    layout = layout_of(text);
    decoder = rc_decoder_new(layout, &err);
    assert_non_null(decoder);
    rc_decoder_set_file_date(decoder, file_date);
}

static bool decode(const void *bytes, size_t length)
{
    static uint8_t record[4096];
    memcpy(record, bytes, length);
    fault = (struct rc_fault){0};
    return rc_decode_record(decoder, &layout->types[0], record, (uint32_t)length, values, &fault);
}

/* The first field's value as text: "null", "text:...", a number or a date. */
static const char *value_text(int field)
{
    static char text[600];
    const struct rc_value *value = &values[field];
    if (value->kind == RC_VALUE_NULL)
        return value->lenient ? "lenient" : "null";
    if (value->kind == RC_VALUE_TEXT)
        snprintf(text, sizeof text, "text:%.*s", (int)value->text.length, value->text.data);
    else if (value->kind == RC_VALUE_NUMBER)
        rc_decimal_format(value->number, text);
    else
        rc_civil_format(value->date, text);
    return text;
}

/* A field of all the bytes. `wanted` that begins with ! is part of the fault's reason. */
static void field_gives(const char *members, const void *bytes, size_t length, const char *wanted)
{
    char text[2048];
    snprintf(text, sizeof text, "{'name': 'f', 'at': 1, 'length': %zu, %s}", length, members);
    with_fields(text);
    bool ok = decode(bytes, length);
    if (*wanted == '!') {
        if (ok)
            fail_msg("%s: %s instead of %s", members, value_text(0), wanted);
        assert_string_equal(fault.field, "f");
        if (!strstr(fault.reason, wanted + 1))
            fail_msg("%s: \"%s\" instead of \"%s\"", members, fault.reason, wanted + 1);
        return;
    }
    if (!ok)
        fail_msg("%s: %s", members, fault.reason);
    if (strcmp(value_text(0), wanted) != 0)
        fail_msg("%s: %s instead of %s", members, value_text(0), wanted);
}

#define FIELD(members, bytes, wanted) field_gives(members, bytes, sizeof(bytes) - 1, wanted)

/* The same with the text's bytes in the encoding at hand. */
static void encoded_gives(const char *members, const char *text, const char *wanted)
{
    char bytes[256];
    enum rc_charset charset;
    assert_true(rc_charset_find(encoding, &charset));
    for (size_t i = 0; i < strlen(text); i++)
        bytes[i] = (char)rc_charset_byte(charset, text[i]);
    field_gives(members, bytes, strlen(text), wanted);
}

static int reset(void **state)
{
    (void)state;
    rc_decoder_free(decoder);
    rc_layout_free(layout);
    decoder = NULL;
    layout = NULL;
    encoding = "ascii";
    file_date = RC_CIVIL_NONE;
    return 0;
}

#define NINES_38 "99999999999999999999999999999999999999"

/* ----- texts ----- */

static void test_text(void **state)
{
    (void)state;
    FIELD("'type': 'text'", "ab c  ", "text:ab c");
    FIELD("'type': 'text'", "  ab", "text:  ab");
    FIELD("'type': 'text'", "    ", "null");
    FIELD("'type': 'text', 'required': true", "    ", "!it is blank, but required");
    FIELD("'type': 'text', 'pad': '0'", "ab00", "text:ab");
    FIELD("'type': 'text', 'pad': '0'", "0000", "null");
    FIELD("'type': 'text', 'pad': '0', 'required': true", "0000", "!it is blank, but required");
    FIELD("'type': 'text', 'justify': 'right'", "  ab ", "text:ab ");
    FIELD("'type': 'text', 'justify': 'right', 'pad': '0'", "0007", "text:7");
    FIELD("'type': 'text', 'justify': 'right', 'pad': '0'", "0000", "null");
    FIELD("'type': 'text'", "a\x1f", "!byte 2 is 0x1F, no ascii character");
    FIELD("'type': 'text'", "a\x7f", "!byte 2 is 0x7F");
    FIELD("'type': 'text'", "\x80", "!byte 1 is 0x80");
    FIELD("'type': 'text'", "a\0", "!byte 2 is 0x00");
    FIELD("'type': 'text', 'lenient': true", "a\0", "lenient");
    FIELD("'type': 'filler'", "a\0\xff", "null");
    FIELD("'type': 'constant', 'value': 'USD'", "USD", "text:USD");
    FIELD("'type': 'constant', 'value': 'USD'", "USE", "!it is not the constant");
    FIELD("'type': 'constant', 'value': 'USD', 'required': false", "   ", "null");
    FIELD("'type': 'constant', 'value': '   '", "   ", "text:   ");
}

static void test_ebcdic_text(void **state)
{
    (void)state;
    static const char *const names[] = {"cp037", "cp1047", "cp500", "cp1140"};
    for (int i = 0; i < 4; i++) {
        encoding = names[i];
        encoded_gives("'type': 'text'", "Ab 9  ", "text:Ab 9");
        encoded_gives("'type': 'text', 'justify': 'right', 'pad': '0'", "0042", "text:42");
        encoded_gives("'type': 'constant', 'value': 'U$D'", "U$D", "text:U$D");
        FIELD("'type': 'text'", "\xc1\x00\x00", "text:A");
        FIELD("'type': 'text'", "\xc1\x40\x00", "text:A");
        FIELD("'type': 'text'", "\x00\x00", "null");
        FIELD("'type': 'text', 'required': true", "\x00\x00", "!it is blank, but required");
        FIELD("'type': 'text'", "\xc1\x00\xc2", "!byte 2 is 0x00, no cp");
        FIELD("'type': 'text'", "\x20", "!byte 1 is 0x20");
        FIELD("'type': 'text', 'encoding': 'ascii'", "\x41\x42", "text:AB");
    }
    encoding = "cp1140";
    FIELD("'type': 'text'", "\x9f\x9f\x43", "text:\xe2\x82\xac\xe2\x82\xac\xc3\xa4");
    encoding = "cp037";
    FIELD("'type': 'text'", "\x9f", "text:\xc2\xa4");
}

/* ----- numbers of characters ----- */

static void test_unsigned(void **state)
{
    (void)state;
    FIELD("'type': 'unsigned'", "00120", "120");
    FIELD("'type': 'unsigned', 'decimals': 2", "00120", "1.20");
    FIELD("'type': 'unsigned'", "0a120", "!byte 2 is 0x61, not a digit");
    FIELD("'type': 'unsigned'", "0-120", "!byte 2 is 0x2D, not a digit");
    FIELD("'type': 'unsigned'", "  120", "!byte 1 is 0x20, not a digit");
    FIELD("'type': 'unsigned'", "\xf0\xf1", "!byte 1 is 0xF0");
    FIELD("'type': 'unsigned'", "     ", "!byte 1 is 0x20");
    FIELD("'type': 'unsigned', 'required': false", "     ", "null");
    FIELD("'type': 'unsigned', 'lenient': true", "     ", "lenient");
    FIELD("'type': 'unsigned', 'blank_is_zero': true, 'decimals': 2", "     ", "0.00");
    FIELD("'type': 'unsigned', 'blank_is_zero': true", "  1  ", "!byte 1 is 0x20");
    FIELD("'type': 'unsigned'", NINES_38, NINES_38);
    FIELD("'type': 'unsigned'", "00" NINES_38, NINES_38);
    FIELD("'type': 'unsigned', 'decimals': 38", NINES_38, "0." NINES_38);
    FIELD("'type': 'unsigned'", "1" NINES_38, "!more than 38 digits");
    encoding = "cp037";
    FIELD("'type': 'unsigned'", "\xf0\xf1\xf9", "19");
    FIELD("'type': 'unsigned'", "123", "!byte 1 is 0x31");
    FIELD("'type': 'unsigned', 'null': ['blank']", "\x40\x40", "null");
}

static void test_separate(void **state)
{
    (void)state;
    FIELD("'type': 'separate'", "0012+", "12");
    FIELD("'type': 'separate'", "0012-", "-12");
    FIELD("'type': 'separate'", "0012 ", "12");
    FIELD("'type': 'separate'", "0000-", "0");
    FIELD("'type': 'separate', 'sign': 'leading', 'decimals': 1", "-0012", "-1.2");
    FIELD("'type': 'separate', 'sign': 'leading'", "+0012", "12");
    FIELD("'type': 'separate', 'sign': 'leading'", " 0012", "12");
    FIELD("'type': 'separate'", "00129", "!its sign is 0x39, neither + nor -");
    FIELD("'type': 'separate', 'sign': 'leading'", "-0a12", "!byte 3 is 0x61");
    FIELD("'type': 'separate'", "-0012", "!its sign is 0x32");
    FIELD("'type': 'separate'", "     ", "!byte 1 is 0x20");
    FIELD("'type': 'separate'", NINES_38 "-", "-" NINES_38);
    FIELD("'type': 'separate', 'sign': 'leading'", "+9" NINES_38, "!more than 38 digits");
    encoding = "cp500";
    encoded_gives("'type': 'separate'", "77-", "-77");
}

static void test_overpunch_ascii(void **state)
{
    (void)state;
    static const char plus[] = "{ABCDEFGHI", minus[] = "}JKLMNOPQR", plain[] = "0123456789";
    char bytes[8], wanted[24];
    for (int i = 0; i < 10; i++) {
        snprintf(wanted, sizeof wanted, "1%d", i);
        snprintf(bytes, sizeof bytes, "1%c", plus[i]);
        field_gives("'type': 'overpunch'", bytes, 2, wanted);
        snprintf(bytes, sizeof bytes, "1%c", plain[i]);
        field_gives("'type': 'overpunch'", bytes, 2, wanted);
        snprintf(wanted, sizeof wanted, "-1%d", i);
        snprintf(bytes, sizeof bytes, "1%c", minus[i]);
        field_gives("'type': 'overpunch'", bytes, 2, wanted);
        snprintf(wanted, sizeof wanted, "-%d", i * 10 + 1);
        snprintf(bytes, sizeof bytes, "%c1", minus[i]);
        field_gives("'type': 'overpunch', 'sign': 'leading'", bytes, 2, wanted);
    }
    FIELD("'type': 'overpunch'", "1S", "!byte 2 is 0x53, no overpunched digit");
    FIELD("'type': 'overpunch'", "A1", "!byte 1 is 0x41, not a digit");
    FIELD("'type': 'overpunch', 'sign': 'leading'", "1A", "!byte 2 is 0x41");
    FIELD("'type': 'overpunch', 'decimals': 2", "0000001250}", "-125.00");
    FIELD("'type': 'overpunch'", "9999999999999999999999999999999999999R", "-" NINES_38);
    FIELD("'type': 'overpunch'", NINES_38 "I", "!more than 38 digits");
    FIELD("'type': 'overpunch'", "  ", "!byte 2 is 0x20, no overpunched digit");
}

static void test_overpunch_ebcdic(void **state)
{
    (void)state;
    static const char *const names[] = {"cp037", "cp1047", "cp500", "cp1140"};
    char wanted[24];
    for (int n = 0; n < 4; n++)
        for (int zone = 0; zone < 16; zone++)
            for (int digit = 0; digit < 16; digit++) {
                uint8_t bytes[] = {0xf3, (uint8_t)(zone << 4 | digit)};
                bool negative = zone == 0xd || zone == 0xb;
                encoding = names[n];
                snprintf(wanted, sizeof wanted, "%s3%d", negative ? "-" : "", digit);
                bool good = zone >= 0xa && digit < 10;
                field_gives("'type': 'overpunch'", bytes, 2, good ? wanted : "!byte 2 is 0x");
            }
    field_gives("'type': 'overpunch', 'sign': 'leading'", "\xd1\xf2", 2, "-12");
}

static void test_edited(void **state)
{
    (void)state;
    FIELD("'type': 'edited'", "  12.50 ", "12.50");
    FIELD("'type': 'edited'", "-12.50", "-12.50");
    FIELD("'type': 'edited'", "12.50-", "-12.50");
    FIELD("'type': 'edited'", "12.50+", "12.50");
    FIELD("'type': 'edited'", " +7", "7");
    FIELD("'type': 'edited'", "1,234,567.89", "1234567.89");
    FIELD("'type': 'edited'", ".5", "0.5");
    FIELD("'type': 'edited'", "-12.50-", "!it is no number with a decimal point");
    FIELD("'type': 'edited'", "12 50", "!it is no number");
    FIELD("'type': 'edited'", "12.5\xf0", "!it is no number");
    FIELD("'type': 'edited'", "-", "!it is no number");
    FIELD("'type': 'edited'", ",", "!it is no number");
    FIELD("'type': 'edited'", "    ", "!it is no number");
    FIELD("'type': 'edited', 'null': ['blank']", "    ", "null");
    FIELD("'type': 'edited'", NINES_38 "9", "!over 38 digits");
    FIELD("'type': 'edited'", "0000000000000000000000000000000000000000000000000000000000000000012",
          "!it is no number");
    encoding = "cp1047";
    encoded_gives("'type': 'edited'", " -1,012.50 ", "-1012.50");
}

/* ----- numbers of bits ----- */

static void test_comp(void **state)
{
    (void)state;
    for (unsigned length = 1; length <= 16; length++)
        for (int little = 0; little < 2; little++)
            for (int kind = 0; kind < 4; kind++) {
                /* -2, its bits without a sign, 5 and zero */
                rc_i128 value = kind == 2 ? 5 : (kind == 3 ? 0 : -2);
                uint8_t bytes[16];
                char members[80], wanted[RC_DECIMAL_TEXT] = "!more than 38 digits";
                for (unsigned i = 0; i < length; i++)
                    bytes[little ? i : length - 1 - i] = (uint8_t)((rc_u128)value >> 8 * i);
                snprintf(members, sizeof members, "'type': 'comp', 'signed': %s, 'endian': '%s'",
                         kind == 1 ? "false" : "true", little ? "little" : "big");
                if (kind == 1 && length < 16)
                    rc_i128_format(((rc_i128)1 << 8 * length) - 2, wanted);
                else if (kind != 1)
                    rc_i128_format(value, wanted);
                field_gives(members, bytes, length, wanted);
            }
    FIELD("'type': 'comp'", "\x80", "-128");
    FIELD("'type': 'comp', 'decimals': 2", "\x7f\xff", "327.67");
    FIELD("'type': 'comp', 'digits': 4", "\x27\x0f", "9999");
    FIELD("'type': 'comp', 'digits': 4", "\x27\x10", "!more than the 4 digits of its picture");
    FIELD("'type': 'comp', 'digits': 4", "\xd8\xf1", "-9999");
    FIELD("'type': 'comp', 'digits': 4", "\xd8\xf0", "!more than the 4 digits");
    FIELD("'type': 'comp'", "\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
          "!more than the 38 digits");
    FIELD("'type': 'comp'", "\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "!more than the 38 digits");
    FIELD("'type': 'comp'", "\x4b\x3b\x4c\xa8\x5a\x86\xc4\x7a\x09\x8a\x22\x3f\xff\xff\xff\xff",
          NINES_38);
    FIELD("'type': 'comp'", "\x4b\x3b\x4c\xa8\x5a\x86\xc4\x7a\x09\x8a\x22\x40\0\0\0\0",
          "!more than the 38 digits");
    /* what looks blank is a number, unless the layout says that it is not */
    FIELD("'type': 'comp', 'required': false", "\x20\x20", "8224");
    FIELD("'type': 'comp', 'null': ['blank']", "\x20\x20", "null");
    FIELD("'type': 'comp', 'null': ['zeros']", "\0\0", "null");
    FIELD("'type': 'comp', 'null': ['zeros']", "00", "12336");
    FIELD("'type': 'comp', 'null': ['high']", "\xff\xff", "null");
}

static void test_comp3(void **state)
{
    (void)state;
    for (int sign = 0; sign < 16; sign++) {
        uint8_t bytes[] = {0x12, (uint8_t)(0x30 | sign)};
        bool negative = sign == 0xb || sign == 0xd;
        field_gives("'type': 'comp3'", bytes, 2,
                    sign < 10 ? "!its sign nibble is" : (negative ? "-123" : "123"));
        field_gives("'type': 'comp3', 'signed': false", bytes, 2,
                    sign < 10 ? "!its sign nibble is" : (negative ? "!but it has no sign" : "123"));
        bytes[1] = (uint8_t)(sign << 4 | 0xc);
        char wanted[16];
        snprintf(wanted, sizeof wanted, "12%d", sign);
        field_gives("'type': 'comp3'", bytes, 2, sign < 10 ? wanted : "!is no digit");
    }
    FIELD("'type': 'comp3', 'sign': 'none', 'decimals': 1", "\x12\x34", "123.4");
    FIELD("'type': 'comp3', 'sign': 'none'", "\x12\x3c", "!byte 2 is 0x3C: nibble C is no digit");
    FIELD("'type': 'comp3'", "\x0c", "0");
    FIELD("'type': 'comp3'", "\x0d", "0");
    FIELD("'type': 'comp3'",
          "\x09\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x9d",
          "-" NINES_38);
    FIELD("'type': 'comp3'",
          "\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x99\x9c",
          "!more than 38 digits");
    FIELD("'type': 'comp3', 'null': ['low']", "\0\0", "null");
    FIELD("'type': 'comp3', 'null': ['zeros']", "\0\0", "null");
    FIELD("'type': 'comp3', 'required': false", "\x20\x20", "null");
    FIELD("'type': 'comp3', 'sign': 'none', 'null': ['high']", "\x20\x20", "2020");
    encoding = "cp037";
    FIELD("'type': 'comp3'", "\x12\x3d", "-123");
    FIELD("'type': 'comp3', 'null': ['blank']", "\x40\x40", "null");
    FIELD("'type': 'comp3', 'sign': 'none', 'required': false", "\x40\x40", "4040");
}

static void test_shift(void **state)
{
    (void)state;
    FIELD("'type': 'unsigned', 'shift': 3", "012", "12000");
    FIELD("'type': 'separate', 'shift': 3", "012-", "-12000");
    FIELD("'type': 'comp3', 'shift': 37", "\x9d", "-90000000000000000000000000000000000000");
    FIELD("'type': 'unsigned', 'shift': 37", "10", "!more than 38 digits");
    FIELD("'type': 'unsigned', 'shift': 37", "00", "0");
}

/* ----- dates ----- */

#define DATE(format) "'type': 'date', 'format': '" format "'"

static void test_dates(void **state)
{
    (void)state;
    FIELD(DATE("YYYYMMDD"), "20240229", "2024-02-29");
    FIELD(DATE("YYYYMMDD"), "20230229", "!there is no such date");
    FIELD(DATE("YYYYMMDD"), "00000000", "!there is no such date");
    FIELD(DATE("YYYYMMDD"), "2024 229", "!byte 5 is 0x20");
    FIELD(DATE("YYYYMMDD"), "        ", "!byte 1 is 0x20");
    FIELD(DATE("YYYYMMDD") ", 'null': ['blank', 'zeros']", "00000000", "null");
    FIELD(DATE("YYYYMMDD") ", 'null': ['blank', 'zeros']", "        ", "null");
    FIELD(DATE("YYYYMMDD") ", 'null': ['99999999']", "99999999", "null");
    FIELD(DATE("MMDDYYYY"), "12312025", "2025-12-31");
    FIELD(DATE("MMDDYYYY"), "13312025", "!there is no such date");
    FIELD(DATE("YYMMDD"), "691231", "2069-12-31");
    FIELD(DATE("YYMMDD"), "700101", "1970-01-01");
    FIELD(DATE("YYMMDD") ", 'pivot': 0", "250101", "1925-01-01");
    FIELD(DATE("YYMMDD") ", 'pivot': 99", "980101", "2098-01-01");
    FIELD(DATE("YYMMDD") ", 'pivot': 99", "990101", "1999-01-01");
    FIELD(DATE("YYMMDD"), "000229", "2000-02-29");
    FIELD(DATE("YYMMDD"), "260230", "!there is no such date");
    FIELD(DATE("YYYYDDD"), "2024366", "2024-12-31");
    FIELD(DATE("YYYYDDD"), "2023366", "!there is no such date");
    FIELD(DATE("YYYYDDD"), "2023000", "!there is no such date");
    FIELD(DATE("YYYYDDD"), "0000001", "!there is no such date");
    FIELD(DATE("YYDDD"), "26001", "2026-01-01");
    FIELD(DATE("YYDDD"), "69365", "2069-12-31");
    FIELD(DATE("YYDDD"), "70060", "1970-03-01");
    FIELD(DATE("YYDDD"), "24367", "!there is no such date");
    FIELD(DATE("YYYY-MM-DD"), "2026-04-01", "2026-04-01");
    FIELD(DATE("YYYY-MM-DD"), "2026/04-01", "!it is not of the form");
    FIELD(DATE("YYYY-MM-DD"), "2026-04/01", "!it is not of the form");
    FIELD(DATE("YYYY-MM-DD"), "2026-0a-01", "!byte 7 is 0x61");
    FIELD(DATE("YYYY-MM-DD"), "2026-13-01", "!there is no such date");
    encoding = "cp037";
    encoded_gives(DATE("YYYY-MM-DD"), "2026-04-01", "2026-04-01");
    encoded_gives(DATE("YYMMDD"), "260401", "2026-04-01");
}

static void dated(int year, int month, int day, const char *format, const char *bytes,
                  const char *wanted)
{
    char members[80];
    file_date = rc_civil_days(year, month, day);
    snprintf(members, sizeof members, "'type': 'date', 'format': '%s'", format);
    field_gives(members, bytes, strlen(bytes), wanted);
}

static void test_years_that_the_file_date_gives(void **state)
{
    (void)state;
    FIELD(DATE("MMDD"), "0401", "!which is not known; name it with --date");
    FIELD(DATE("YDDD"), "6001", "!which is not known");
    dated(2026, 4, 1, "MMDD", "0331", "2026-03-31");
    dated(2026, 1, 2, "MMDD", "1231", "2025-12-31");
    dated(2025, 12, 31, "MMDD", "0101", "2026-01-01");
    dated(2026, 7, 2, "MMDD", "0101", "2026-01-01");
    dated(2026, 7, 3, "MMDD", "0101", "2027-01-01");
    dated(2026, 2, 1, "MMDD", "0229", "2024-02-29"); /* 2028 is further off */
    dated(2027, 4, 1, "MMDD", "0229", "2028-02-29");
    dated(2024, 3, 1, "MMDD", "0229", "2024-02-29");
    dated(2100, 2, 28, "MMDD", "0229", "2096-02-29"); /* 2100 is no leap year */
    dated(2100, 3, 2, "MMDD", "0229", "2104-02-29");
    dated(2026, 4, 1, "MMDD", "1301", "!there is no such date");
    dated(2026, 4, 1, "MMDD", "0230", "!there is no such date");
    dated(2026, 4, 1, "MMDD", "0000", "!there is no such date");
    dated(2026, 4, 1, "MMDD", "04a1", "!byte 3 is 0x61");
    dated(2026, 4, 1, "YDDD", "6091", "2026-04-01");
    dated(2030, 1, 2, "YDDD", "9365", "2029-12-31");
    dated(2029, 12, 31, "YDDD", "0001", "2030-01-01");
    dated(2026, 4, 1, "YDDD", "0001", "2030-01-01");
    dated(2026, 4, 1, "YDDD", "2001", "2022-01-01");
    dated(2026, 4, 1, "YDDD", "4366", "2024-12-31");
    dated(2026, 4, 1, "YDDD", "6366", "!there is no such date");
    dated(2026, 4, 1, "YDDD", "6000", "!there is no such date");
    dated(1, 1, 1, "YDDD", "1001", "0001-01-01");
    dated(9999, 12, 31, "MMDD", "0101", "9999-01-01");
}

/* ----- nulls ----- */

static void test_nulls(void **state)
{
    (void)state;
    FIELD("'type': 'unsigned', 'null': ['high']", "\xff\xff", "null");
    FIELD("'type': 'unsigned', 'null': ['low']", "\0\0", "null");
    FIELD("'type': 'unsigned', 'null': ['low']", "\0\1", "!byte 1 is 0x00");
    FIELD("'type': 'unsigned', 'null': ['99', 'NA']", "NA", "null");
    FIELD("'type': 'unsigned', 'null': ['99', 'NA']", "98", "98");
    FIELD("'type': 'unsigned', 'null': ['9']", "99", "99");
    FIELD("'type': 'unsigned', 'null': ['zeros'], 'required': true", "00",
          "!it is empty, but required");
    FIELD("'type': 'text', 'null': ['zeros']", "000", "null");
    encoding = "cp037";
    FIELD("'type': 'unsigned', 'null': ['zeros']", "\xf0\xf0", "null");
    FIELD("'type': 'unsigned', 'null': ['NA']", "\xd5\xc1", "null");
}

/* ----- fields that depend on others ----- */

static void record_gives(const char *bytes, size_t length, int field, const char *wanted)
{
    bool ok = decode(bytes, length);
    if (*wanted == '!') {
        assert_false(ok);
        if (!strstr(fault.reason, wanted + 1))
            fail_msg("\"%s\" instead of \"%s\"", fault.reason, wanted + 1);
        return;
    }
    if (!ok)
        fail_msg("%s: %s", fault.field, fault.reason);
    assert_string_equal(value_text(field), wanted);
}

#define RECORD(bytes, field, wanted) record_gives(bytes, sizeof(bytes) - 1, field, wanted)

static void test_decimals_from_a_currency(void **state)
{
    (void)state;
    with_fields("{'name': 'a', 'at': 1, 'length': 5, 'type': 'unsigned', 'decimals_from': 'c'},"
                "{'name': 'c', 'at': 6, 'length': 3, 'type': 'text'}");
    RECORD("12345USD", 0, "123.45");
    RECORD("12345JPY", 0, "12345");
    RECORD("12345KWD", 0, "12.345");
    RECORD("12345392", 0, "12345");
    RECORD("12345ZZZ", 0, "!its decimals come from a currency that ISO 4217 does not have");
    RECORD("12345XAU", 0, "!its decimals come from");
    RECORD("12345   ", 0, "!its decimals come from");
    with_fields("{'name': 'c', 'at': 1, 'length': 4, 'type': 'separate'},"
                "{'name': 'a', 'at': 5, 'length': 5, 'type': 'unsigned', 'decimals_from': 'c'}");
    RECORD("036+12345", 1, "123.45");
    RECORD("392+12345", 1, "12345");
    RECORD("036-12345", 1, "!its decimals come from");
    RECORD("999+12345", 1, "!its decimals come from");
    with_fields("{'name': 'c', 'at': 1, 'length': 4, 'type': 'unsigned'},"
                "{'name': 'a', 'at': 5, 'length': 5, 'type': 'unsigned', 'decimals_from': 'c',"
                " 'lenient': true}");
    RECORD("103612345", 1, "lenient");
    with_fields("{'name': 'c', 'at': 1, 'length': 8, 'type': 'date', 'format': 'YYYYMMDD'},"
                "{'name': 'a', 'at': 9, 'length': 2, 'type': 'unsigned', 'decimals_from': 'c'}");
    RECORD("2026040112", 1, "!its decimals come from");
}

static void test_decimals_from_a_field(void **state)
{
    (void)state;
    with_fields("{'name': 'a', 'at': 1, 'length': 5, 'type': 'unsigned', 'decimals_field': 'd'},"
                "{'name': 'd', 'at': 6, 'length': 2, 'type': 'unsigned', 'null': ['blank']}");
    RECORD("1234502", 0, "123.45");
    RECORD("1234500", 0, "12345");
    RECORD("1234538", 0, "0.00000000000000000000000000000000012345");
    RECORD("1234539", 0, "!the field that holds its decimals is not in 0..38");
    RECORD("12345  ", 0, "!the field that holds its decimals");
    with_fields("{'name': 'a', 'at': 1, 'length': 5, 'type': 'unsigned', 'decimals_field': 'd'},"
                "{'name': 'd', 'at': 6, 'length': 2, 'type': 'separate'}");
    RECORD("123452-", 0, "!the field that holds its decimals");
    RECORD("123452+", 0, "123.45");
    with_fields("{'name': 'a', 'at': 1, 'length': 5, 'type': 'unsigned', 'decimals_field': 'd'},"
                "{'name': 'd', 'at': 6, 'length': 2, 'type': 'unsigned', 'decimals': 1}");
    RECORD("1234520", 0, "!the field that holds its decimals");
}

static void test_sign_from_another_field(void **state)
{
    (void)state;
    with_fields("{'name': 'a', 'at': 1, 'length': 3, 'type': 'unsigned', 'sign_from': {'field':"
                " 's', 'negative': ['D', 'DR'], 'positive': ['C']}},"
                "{'name': 's', 'at': 4, 'length': 2, 'type': 'text'}");
    RECORD("012D ", 0, "-12");
    RECORD("012DR", 0, "-12");
    RECORD("012C ", 0, "12");
    RECORD("012X ", 0, "!neither a positive nor a negative text");
    RECORD("012  ", 0, "!neither a positive nor a negative text");
    with_fields("{'name': 'a', 'at': 1, 'length': 3, 'type': 'unsigned', 'sign_from': {'field':"
                " 's', 'negative': ['D']}}, {'name': 's', 'at': 4, 'length': 2, 'type': 'text'}");
    RECORD("012D ", 0, "-12");
    RECORD("012X ", 0, "12");
    RECORD("012  ", 0, "12");
    with_fields("{'name': 'a', 'at': 1, 'length': 3, 'type': 'unsigned', 'sign_from': {'field':"
                " 's', 'positive': ['25', '5x']}},"
                "{'name': 's', 'at': 4, 'length': 2, 'type': 'unsigned'}");
    RECORD("01225", 0, "12");
    RECORD("01226", 0, "-12");
}

static void test_enum(void **state)
{
    (void)state;
    FIELD("'type': 'text', 'enum': ['S', 'CR']", "CR ", "text:CR");
    FIELD("'type': 'text', 'enum': ['S', 'CR']", "C  ", "!its value is not one that the layout");
    FIELD("'type': 'text', 'enum': ['S', 'CR']", "   ", "null");
    FIELD("'type': 'text', 'enum': ['S', 'CR'], 'lenient': true", "X", "lenient");
    FIELD("'type': 'unsigned', 'enum': ['94', 'x']", "094", "94");
    FIELD("'type': 'unsigned', 'enum': ['94']", "095", "!its value is not one");
    FIELD("'type': 'unsigned', 'decimals': 2, 'enum': ['0.95']", "095", "0.95");
    FIELD("'type': 'unsigned', 'decimals': 2, 'enum': ['95']", "095", "!its value is not one");
    FIELD(DATE("YYMMDD") ", 'enum': ['260401']", "260401", "!its value is not one");
}

static void test_short_records(void **state)
{
    (void)state;
    with_fields("{'name': 'a', 'at': 1, 'length': 2, 'type': 'unsigned'},"
                "{'name': 'b', 'at': 3, 'length': 2, 'type': 'text'},"
                "{'name': 'c', 'at': 5, 'length': 2, 'type': 'unsigned', 'lenient': true}");
    RECORD("12xy34", 2, "34");
    RECORD("12xy3", 2, "null");
    RECORD("12x", 1, "null");
    RECORD("12", 0, "12");
    RECORD("1", 0, "!the record ends at byte 1, the field at 2");
    RECORD("", 0, "!the record ends at byte 0");
}

static void test_occurs_depending_on(void **state)
{
    (void)state;
    with_fields("{'name': 'n', 'at': 1, 'length': 1, 'type': 'unsigned', 'lenient': true},"
                "{'name': 'a', 'at': 2, 'length': 2, 'type': 'text', 'count_field': 'n',"
                " 'occurrence': 1},"
                "{'name': 'b', 'at': 4, 'length': 2, 'type': 'text', 'count_field': 'n',"
                " 'occurrence': 2},"
                "{'name': 'z', 'at': 6, 'length': 2, 'type': 'unsigned', 'slides': [{'field': 'n',"
                " 'max': 2, 'bytes': 2}]}");
    RECORD("2aabb99", 3, "99");
    RECORD("2aabb99", 2, "text:bb");
    RECORD("1aa99", 3, "99");
    RECORD("1aa99", 2, "null");
    RECORD("1aa99", 1, "text:aa");
    RECORD("099", 3, "99");
    RECORD("099", 1, "null");
    RECORD("9aabb99", 3, "99");              /* more than its picture has room for */
    RECORD("xaabb99", 3, "!byte 1 is 0x78"); /* what decides places is never lenient */
    RECORD("1aa9", 3, "!the record ends at byte 4");
}

static void test_negative_count(void **state)
{
    (void)state;
    uint32_t at;
    with_fields("{'name': 'n', 'at': 1, 'length': 2, 'type': 'separate'},"
                "{'name': 'a', 'at': 3, 'length': 2, 'type': 'text', 'count_field': 'n',"
                " 'occurrence': 1},"
                "{'name': 'z', 'at': 5, 'length': 2, 'type': 'unsigned', 'slides': [{'field': 'n',"
                " 'max': 1, 'bytes': 2}]}");
    RECORD("1-99", 2, "99");
    assert_true(rc_field_place(&layout->types[0], &layout->types[0].fields[2], values, 4, &at));
    assert_int_equal(at, 2);
    assert_false(rc_field_place(&layout->types[0], &layout->types[0].fields[2], values, 3, &at));
    assert_false(rc_field_place(&layout->types[0], &layout->types[0].fields[1], values, 4, &at));
}

/* No text writes over another one of its record. */
static void test_all_texts_of_a_record_live_together(void **state)
{
    (void)state;
    encoding = "cp1140";
    with_fields("{'name': 'a', 'at': 1, 'length': 3, 'type': 'text'},"
                "{'name': 'b', 'at': 4, 'length': 3, 'type': 'text'},"
                "{'name': 'c', 'at': 1, 'length': 6, 'type': 'text', 'redefines': true}");
    RECORD("\x9f\x9f\x9f\xc1\x9f\xc2", 0, "text:\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac");
    assert_string_equal(value_text(1), "text:A\xe2\x82\xac"
                                       "B");
    assert_string_equal(value_text(2), "text:\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
                                       "A\xe2\x82\xac"
                                       "B");
    rc_decoder_free(NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, reset)
    const struct CMUnitTest tests[] = {
        TEST(test_text),
        TEST(test_ebcdic_text),
        TEST(test_unsigned),
        TEST(test_separate),
        TEST(test_overpunch_ascii),
        TEST(test_overpunch_ebcdic),
        TEST(test_edited),
        TEST(test_comp),
        TEST(test_comp3),
        TEST(test_shift),
        TEST(test_dates),
        TEST(test_years_that_the_file_date_gives),
        TEST(test_nulls),
        TEST(test_decimals_from_a_currency),
        TEST(test_decimals_from_a_field),
        TEST(test_sign_from_another_field),
        TEST(test_enum),
        TEST(test_short_records),
        TEST(test_occurs_depending_on),
        TEST(test_negative_count),
        TEST(test_all_texts_of_a_record_live_together),
    };
    return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
