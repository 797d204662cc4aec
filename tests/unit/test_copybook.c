#include "base/buf.h"
#include "core/copybook.h"
#include "core/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* JSON is written with ' for " here. */
static json_t *json_of(const char *text)
{
    char *copy = strdup(text);
    assert_non_null(copy);
    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    json_error_t error;
    json_t *value = json_loads(copy, 0, &error);
    if (!value)
        fail_msg("%s: %s", error.text, copy);
    free(copy);
    return value;
}

static json_t *import_as(const char *text, const char *framing)
{
    struct rc_copybook_options options = {.framing = framing};
    struct rc_error err = {0};
    size_t length = strlen(text);
    char *bytes = malloc(length); /* without the NUL, so that reading past the end is seen */
    assert_non_null(bytes);
    for (size_t i = 0; i < length; i++)
        bytes[i] = text[i];
    json_t *layout = rc_copybook_layout(bytes, length, &options, &err);
    free(bytes);
    if (!layout)
        fail_msg("%s\n%s", err.text, text);
    struct rc_layout *loaded = rc_layout_from_json(layout, &err);
    if (!loaded)
        fail_msg("%s\n%s", err.text, text);
    rc_layout_free(loaded);
    return layout;
}

static json_t *fields_of(const json_t *layout)
{
    return json_object_get(json_array_get(json_object_get(layout, "records"), 0), "fields");
}

static void same(const json_t *actual, const char *wanted)
{
    json_t *value = json_of(wanted);
    if (!json_equal(actual, value))
        fail_msg("%s\ninstead of %s", json_dumps(actual, JSON_ENCODE_ANY), wanted);
    json_decref(value);
}

/* The fields that a copybook gives. */
static void gives(const char *text, const char *fields)
{
    json_t *layout = import_as(text, "rdw");
    same(fields_of(layout), fields);
    json_decref(layout);
}

/* The one field of a record with one item, whose `at` is 1. */
static void item_gives(const char *clauses, const char *members)
{
    char text[512], field[512];
    snprintf(text, sizeof text, "01 R.\n 05 F %s.\n", clauses);
    snprintf(field, sizeof field, "[{'name': 'F', 'at': 1, %s}]", members);
    gives(text, field);
}

static void length_is(const char *text, int wanted)
{
    json_t *layout = import_as(text, "fixed");
    json_t *framing = json_object_get(layout, "framing");
    assert_int_equal(json_integer_value(json_object_get(framing, "length")), wanted);
    json_decref(layout);
}

static void fails_as(const char *text, const struct rc_copybook_options *options, enum rc_code code,
                     const char *sentence)
{
    struct rc_error err = {0};
    json_t *layout = rc_copybook_layout(text, strlen(text), options, &err);
    if (layout)
        fail_msg("no error in: %s", text);
    assert_string_equal(err.text, sentence);
    assert_int_equal(err.code, code);
    assert_null(rc_copybook_layout(text, strlen(text), options, NULL));
}

static void fails(const char *text, const char *sentence)
{
    fails_as(text, NULL, RC_INVALID, sentence);
}

/* ---- the whole layout ---- */

static void test_layout(void **state)
{
    (void)state;
    json_t *layout = import_as("       01  CARD-Sale_1.\n"
                               "           05  CARD-NO PIC X(16).\n"
                               "           05  FILLER  PIC X(4).",
                               NULL);
    same(layout, "{'layout': 'card-sale-1', 'framing': {'kind': 'fixed', 'length': 20},"
                 " 'encoding': 'cp037', 'lenient': true, 'records': [{'type': 'card_sale_1', "
                 "'role': 'detail',"
                 " 'match': [], 'fields': [{'name': 'CARD_NO', 'at': 1, 'length': 16, 'card': true,"
                 " 'type': 'text'}]}]}");
    json_decref(layout);
}

static void test_options(void **state)
{
    (void)state;
    static const char text[] = "01 R. 05 A PIC X(40000).";
    struct rc_copybook_options options = {"my-layout", "ascii", "lines"};
    json_t *layout = rc_copybook_layout(text, strlen(text), &options, NULL);
    assert_non_null(layout);
    assert_string_equal(json_string_value(json_object_get(layout, "layout")), "my-layout");
    assert_string_equal(json_string_value(json_object_get(layout, "encoding")), "ascii");
    same(json_object_get(layout, "framing"),
         "{'kind': 'lines', 'length': 40000, 'max_length': 40000}");
    json_decref(layout);
}

static void test_framings(void **state)
{
    (void)state;
    static const struct {
        const char *name, *fixed, *variable;
    } cases[] = {
        {"lines", "{'kind': 'lines', 'length': 3}", "{'kind': 'lines'}"},
        {"fixed", "{'kind': 'fixed', 'length': 3}", NULL},
        {"rdw", "{'kind': 'rdw'}", "{'kind': 'rdw'}"},
        {"rdw-le", "{'kind': 'rdw', 'endian': 'little'}", "{'kind': 'rdw', 'endian': 'little'}"},
        {"bdw", "{'kind': 'bdw'}", "{'kind': 'bdw'}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *layout = import_as("01 R. 05 A PIC X(3).", cases[i].name);
        same(json_object_get(layout, "framing"), cases[i].fixed);
        json_decref(layout);
        if (!cases[i].variable)
            continue;
        layout =
            import_as("01 R. 05 N PIC 9. 05 A PIC X OCCURS 1 TO 2 DEPENDING ON N.", cases[i].name);
        same(json_object_get(layout, "framing"), cases[i].variable);
        json_decref(layout);
    }
}

static void test_long_records(void **state)
{
    (void)state;
    json_t *layout = import_as("01 R. 05 A PIC X(32768).", "rdw");
    same(json_object_get(layout, "framing"), "{'kind': 'rdw'}");
    json_decref(layout);
    layout = import_as("01 R. 05 A PIC X(1048576).", "fixed");
    same(json_object_get(layout, "framing"),
         "{'kind': 'fixed', 'length': 1048576, 'max_length': 1048576}");
    json_decref(layout);
}

static void test_wrong_options(void **state)
{
    (void)state;
    static const char text[] = "01 R. 05 A PIC X.";
    static const char *const names[] = {
        "",    "-a",  "A",
        "a_b", "a b", "a234567890123456789012345678901234567890123456789012345678901234x",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct rc_copybook_options options = {.name = names[i]};
        char sentence[200];
        snprintf(sentence, sizeof sentence,
                 "layout name %s: up to 64 of a-z, 0-9 and -, no - first", names[i]);
        fails_as(text, &options, RC_USAGE, sentence);
    }
    struct rc_copybook_options encoding = {.encoding = "utf-8"};
    fails_as(text, &encoding, RC_USAGE,
             "encoding utf-8: one of ascii, cp037, cp1047, cp500, cp1140");
    struct rc_copybook_options framing = {.framing = "vb"};
    fails_as(text, &framing, RC_USAGE, "framing vb: one of lines, fixed, rdw, rdw-le, bdw");
}

/* ---- pictures and usages ---- */

static void test_text(void **state)
{
    (void)state;
    item_gives("PIC X", "'length': 1, 'type': 'text'");
    item_gives("PICTURE IS x(10)", "'length': 10, 'type': 'text'");
    item_gives("PIC A(5)XX9(3)", "'length': 10, 'type': 'text'");
    item_gives("PIC XXBX/X0X", "'length': 8, 'type': 'text'");
    item_gives("PIC X(3) JUSTIFIED RIGHT", "'length': 3, 'type': 'text', 'justify': 'right'");
    item_gives("JUST PIC X(3)", "'length': 3, 'type': 'text', 'justify': 'right'");
}

static void test_display(void **state)
{
    (void)state;
    item_gives("PIC 9", "'length': 1, 'type': 'unsigned'");
    item_gives("PIC 9(8)V99",
               "'length': 10, 'type': 'unsigned', 'decimals': 2, 'blank_is_zero': true");
    item_gives("PIC 9(8)V", "'length': 8, 'type': 'unsigned'");
    item_gives("PIC V9(38)",
               "'length': 38, 'type': 'unsigned', 'decimals': 38, 'blank_is_zero': true");
    item_gives("PIC 9(38) DISPLAY", "'length': 38, 'type': 'unsigned'");
    item_gives("PIC s9(7)v9(2)",
               "'length': 9, 'type': 'overpunch', 'decimals': 2, 'blank_is_zero': true");
    item_gives("PIC S9(4) SIGN IS TRAILING", "'length': 4, 'type': 'overpunch'");
    item_gives("PIC S9(4) LEADING", "'length': 4, 'type': 'overpunch', 'sign': 'leading'");
    item_gives("PIC S9(4) SIGN TRAILING SEPARATE", "'length': 5, 'type': 'separate'");
    item_gives(
        "SIGN LEADING SEPARATE CHARACTER PIC S9(4)V9 USAGE DISPLAY",
        "'length': 6, 'type': 'separate', 'sign': 'leading', 'decimals': 1, 'blank_is_zero': true");
    item_gives("PIC 9(4) SIGN LEADING SEPARATE", "'length': 4, 'type': 'unsigned'");
    item_gives("PIC 9(4) BLANK WHEN ZERO", "'length': 4, 'type': 'unsigned', 'null': ['blank']");
    item_gives("PIC 9(4) BLANK ZEROES", "'length': 4, 'type': 'unsigned', 'null': ['blank']");
}

static void test_scaling(void **state)
{
    (void)state;
    item_gives("PIC 9(3)PP", "'length': 3, 'type': 'unsigned', 'shift': 2");
    item_gives("PIC 9P(37)V", "'length': 1, 'type': 'unsigned', 'shift': 37");
    item_gives("PIC VPP99",
               "'length': 2, 'type': 'unsigned', 'decimals': 4, 'blank_is_zero': true");
    item_gives("PIC SP(3)9(2) COMP-3",
               "'length': 2, 'type': 'comp3', 'signed': true, 'decimals': 5");
    item_gives("PIC S9(3)P(2) COMP",
               "'length': 2, 'type': 'comp', 'signed': true, 'digits': 3, 'shift': 2");
}

static void test_binary(void **state)
{
    (void)state;
    static const struct {
        int digits, bytes;
    } sizes[] = {{1, 2}, {4, 2}, {5, 4}, {9, 4}, {10, 8}, {18, 8}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char clauses[64], members[128];
        snprintf(clauses, sizeof clauses, "PIC S9(%d) COMP", sizes[i].digits);
        snprintf(members, sizeof members,
                 "'length': %d, 'type': 'comp', 'signed': true, 'digits': %d", sizes[i].bytes,
                 sizes[i].digits);
        item_gives(clauses, members);
    }
    static const char *const usages[] = {
        "COMP", "COMP-4", "BINARY", "COMPUTATIONAL", "USAGE COMPUTATIONAL-4", "USAGE IS binary"};
    for (size_t i = 0; i < sizeof usages / sizeof *usages; i++) {
        char clauses[64];
        snprintf(clauses, sizeof clauses, "PIC 9(5)V99 %s", usages[i]);
        item_gives(clauses, "'length': 4, 'type': 'comp', 'signed': false, 'digits': 7,"
                            " 'decimals': 2");
    }
    item_gives("PIC S9(9) COMP-5",
               "'length': 4, 'type': 'comp', 'signed': true, 'endian': 'little',"
               " 'note': 'COMP-5 has the machine\\u0027s byte order: big on z/OS, little on x86'");
}

static void test_packed(void **state)
{
    (void)state;
    item_gives("PIC S9(7)V99 COMP-3", "'length': 5, 'type': 'comp3', 'signed': true,"
                                      " 'decimals': 2");
    item_gives("PIC 9(4) PACKED-DECIMAL", "'length': 3, 'type': 'comp3', 'signed': false");
    item_gives("PIC 9 COMPUTATIONAL-3", "'length': 1, 'type': 'comp3', 'signed': false");
    item_gives("PIC S9(38) USAGE IS COMP-3", "'length': 20, 'type': 'comp3', 'signed': true");
}

static void test_edited(void **state)
{
    (void)state;
    item_gives("PIC 9(8).99", "'length': 11, 'type': 'edited'");
    item_gives("PIC Z(5)9.99", "'length': 9, 'type': 'edited'");
    item_gives("PIC -9(5).99", "'length': 9, 'type': 'edited'");
    item_gives("PIC +++9", "'length': 4, 'type': 'edited'");
    item_gives("PIC Z,ZZ9.99", "'length': 8, 'type': 'edited'");
    item_gives("PIC -ZZ9", "'length': 4, 'type': 'text',"
                           " 'note': 'a number, edited in a way only text holds'");
    item_gives("PIC -(4)Z", "'length': 5, 'type': 'edited', 'null': ['blank']");
    item_gives("PIC Z9.9-", "'length': 5, 'type': 'edited'");
    item_gives("PIC ZZZ", "'length': 3, 'type': 'edited', 'null': ['blank']");
    item_gives("PIC ZZ9.99 BLANK WHEN ZERO", "'length': 6, 'type': 'edited', 'null': ['blank']");
    item_gives("PIC Z(37)9.", "'length': 39, 'type': 'edited'");
    static const struct {
        const char *picture;
        int bytes;
    } texts[] = {{"$$,$$9.99", 9}, {"9(5)CR", 7}, {"ZZ9db", 5},  {"**9.99", 6}, {"99/99", 5},
                 {"9B9", 3},       {"900", 3},    {"ZZ9V99", 5}, {"Z9P", 2},    {"$9(4).99", 8}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char clauses[64], members[128];
        snprintf(clauses, sizeof clauses, "PIC %s", texts[i].picture);
        snprintf(members, sizeof members,
                 "'length': %d, 'type': 'text', 'note': 'a number, edited in a way only text "
                 "holds'",
                 texts[i].bytes);
        item_gives(clauses, members);
    }
    item_gives("PIC 9(2), COMP", "'length': 2, 'type': 'comp', 'signed': false, 'digits': 2");
}

static void test_wrong_pictures(void **state)
{
    (void)state;
    static const struct {
        const char *clauses, *sentence;
    } cases[] = {
        {"PIC S9(40)", "PIC S9(40): 40 digits, at most 38 are supported"},
        {"PIC 9(20)V9(19)", "PIC 9(20)V9(19): 39 digits, at most 38 are supported"},
        {"PIC 9P(38)", "PIC 9P(38): 39 digits, at most 38 are supported"},
        {"PIC Z(38)9.9", "PIC Z(38)9.9: 40 digits, at most 38 are supported"},
        {"PIC 9(1048577)",
         "PIC 9(1048577): longer than any record, at most 1048576 bytes are supported"},
        {"PIC X(1048576)X",
         "PIC X(1048576)X: longer than any record, at most 1048576 bytes are supported"},
        {"PIC X(99999999999999999999)", "PIC X(99999999999999999999): longer than any record, at "
                                        "most 1048576 bytes are supported"},
        {"PIC X(", "PIC X(: a repetition is a number from 1 in parentheses"},
        {"PIC X(3", "PIC X(3: a repetition is a number from 1 in parentheses"},
        {"PIC X()", "PIC X(): a repetition is a number from 1 in parentheses"},
        {"PIC X(0)", "PIC X(0): a repetition is a number from 1 in parentheses"},
        {"PIC X(N)", "PIC X(N): a repetition is a number from 1 in parentheses"},
        {"PIC N(5)", "PIC N(5): national, DBCS and boolean items are not supported"},
        {"PIC 1", "PIC 1: national, DBCS and boolean items are not supported"},
        {"PIC 9Q", "PIC 9Q: there is a symbol that is not supported"},
        {"PIC 9\xE9", "PIC 9?: there is a symbol that is not supported"},
        {"PIC 9C", "PIC 9C: C stands only in CR, and D only in DB"},
        {"PIC 9DR", "PIC 9DR: C stands only in CR, and D only in DB"},
        {"PIC S", "PIC S: there is no digit in it"},
        {"PIC SV", "PIC SV: there is no digit in it"},
        {"PIC PP", "PIC PP: there is no digit in it"},
        {"PIC $", "PIC $: there is no digit in it"},
        {"PIC 9S", "PIC 9S: S, V or P stands where it may not"},
        {"PIC SS9", "PIC SS9: S, V or P stands where it may not"},
        {"PIC 9V9V9", "PIC 9V9V9: S, V or P stands where it may not"},
        {"PIC V(2)9", "PIC V(2)9: S, V or P stands where it may not"},
        {"PIC P9P", "PIC P9P: S, V or P stands where it may not"},
        {"PIC 9P9", "PIC 9P9: S, V or P stands where it may not"},
        {"PIC PV9", "PIC PV9: S, V or P stands where it may not"},
        {"PIC 9VP", "PIC 9VP: S, V or P stands where it may not"},
        {"PIC S9.9", "PIC S9.9: S does not go with editing symbols"},
        {"PIC 9.9.9", "PIC 9.9.9: there is more than one decimal point"},
        {"PIC 9V9.9", "PIC 9V9.9: there is more than one decimal point"},
        {"PIC XZ", "PIC XZ: X and A do not go with numeric symbols other than 9"},
        {"PIC X COMP-3", "F: only a picture of S, 9, V and P goes with a binary or packed usage"},
        {"PIC ZZ9 BINARY", "F: only a picture of S, 9, V and P goes with a binary or packed usage"},
        {"PIC S9(19) COMP", "F: a binary item of over 18 digits is not supported"},
        {"PIC S9(19) COMP-5", "F: a binary item of over 18 digits is not supported"},
        {"", "F: neither a picture nor items below it"},
        {"VALUE ZERO", "F: neither a picture nor items below it"},
        {"COMP-1", "COMP-1 is floating point, which is not supported"},
        {"USAGE COMP-2", "COMP-2 is floating point, which is not supported"},
        {"USAGE IS INDEX", "INDEX is no data of a file"},
        {"USAGE POINTER", "POINTER is no data of a file"},
        {"PIC X NATIONAL", "NATIONAL is not supported: national and DBCS characters"},
        {"PIC S9(4) COMP SYNC",
         "SYNC is not supported: the slack bytes it puts before an item are not counted; write "
         "them as FILLER and leave it out"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256], sentence[256];
        snprintf(text, sizeof text, "01 R.\n 05 E PIC X.\n 05 F %s.\n", cases[i].clauses);
        snprintf(sentence, sizeof sentence, "line 3: %s", cases[i].sentence);
        fails(text, sentence);
    }
}

/* ---- groups, names and tables ---- */

static void test_groups_are_flattened(void **state)
{
    (void)state;
    gives("01 R.\n 05 A PIC X.\n 05 G.\n  10 B PIC 9(2).\n  10 H.\n   15 C PIC X(3).\n"
          "   15 FILLER PIC X(4).\n  10 PIC X.\n 05 D PIC X.",
          "[{'name': 'A', 'at': 1, 'length': 1, 'type': 'text'},"
          " {'name': 'B', 'at': 2, 'length': 2, 'type': 'unsigned'},"
          " {'name': 'C', 'at': 4, 'length': 3, 'type': 'text'},"
          " {'name': 'D', 'at': 12, 'length': 1, 'type': 'text'}]");
    length_is("01 R. 05 A PIC X. 05 G. 10 B PIC 9(2). 10 FILLER PIC X(40).", 43);
}

static void test_groups_pass_usage_and_sign_on(void **state)
{
    (void)state;
    gives("01 R SIGN LEADING SEPARATE.\n 05 G COMP-3.\n  10 A PIC S9(3).\n  10 B PIC 9 DISPLAY.\n"
          " 05 C PIC S9.\n 05 D PIC S9 TRAILING.",
          "[{'name': 'A', 'at': 1, 'length': 2, 'type': 'comp3', 'signed': true},"
          " {'name': 'B', 'at': 3, 'length': 1, 'type': 'unsigned'},"
          " {'name': 'C', 'at': 4, 'length': 2, 'type': 'separate', 'sign': 'leading'},"
          " {'name': 'D', 'at': 6, 'length': 1, 'type': 'overpunch'}]");
}

static void test_levels(void **state)
{
    (void)state;
    length_is("01 R PIC X(7).", 7);
    length_is("1 R. 2 G. 49 A PIC X. 2 B PIC X.", 2);
    length_is("05 A PIC X. 05 B PIC X(2).", 3); /* no 01: a record around it */
    length_is("01 R. 10 A. 15 B PIC X. 07 C PIC X. 07 D. 10 E PIC X.", 3);
    length_is("01 R. 05 A PIC X. 88 YES VALUE 'Y' 'J' THRU\n 'K'. 88 NO VALUES ARE 'N', '.'.\n"
              " 66 X RENAMES A THRU A. 77 Y PIC X(9). 05 B PIC X.",
              2);
    gives("05 A PIC X.", "[{'name': 'A', 'at': 1, 'length': 1, 'type': 'text'}]");
}

static void test_record_without_name(void **state)
{
    (void)state;
    json_t *layout = import_as("05 A PIC X.", "fixed");
    same(json_object_get(layout, "framing"), "{'kind': 'fixed', 'length': 1}");
    assert_string_equal(json_string_value(json_object_get(layout, "layout")), "copybook");
    const json_t *record = json_array_get(json_object_get(layout, "records"), 0);
    assert_string_equal(json_string_value(json_object_get(record, "type")), "record");
    json_decref(layout);
}

static void test_occurs(void **state)
{
    (void)state;
    gives("01 R.\n 05 A PIC X(2) OCCURS 2 TIMES.\n 05 G OCCURS 2.\n  10 B PIC 9.\n"
          "  10 C PIC X OCCURS 2 TIMES INDEXED BY I, J.",
          "[{'name': 'A_1', 'at': 1, 'length': 2, 'type': 'text'},"
          " {'name': 'A_2', 'at': 3, 'length': 2, 'type': 'text'},"
          " {'name': 'B_1', 'at': 5, 'length': 1, 'type': 'unsigned'},"
          " {'name': 'C_1_1', 'at': 6, 'length': 1, 'type': 'text'},"
          " {'name': 'C_1_2', 'at': 7, 'length': 1, 'type': 'text'},"
          " {'name': 'B_2', 'at': 8, 'length': 1, 'type': 'unsigned'},"
          " {'name': 'C_2_1', 'at': 9, 'length': 1, 'type': 'text'},"
          " {'name': 'C_2_2', 'at': 10, 'length': 1, 'type': 'text'}]");
    gives("01 R.\n 05 A PIC X OCCURS 1 ASCENDING KEY IS A DESCENDING KEY B C INDEXED BY I VALUE 1.",
          "[{'name': 'A_1', 'at': 1, 'length': 1, 'type': 'text'}]");
    length_is("01 R. 05 A PIC X OCCURS 2. 05 FILLER OCCURS 1000. 10 FILLER PIC X(1000).", 1000002);
}

static void test_names(void **state)
{
    (void)state;
    gives("01 R.\n 05 1ST-Amount_X PIC X.\n", "[{'name': '_1ST_Amount_X', 'at': 1, 'length': 1,"
                                              " 'type': 'text'}]");
    /* each of those that are alike gets its group, and more groups where needed */
    gives("01 R.\n 05 G.\n  10 A PIC X.\n 05 H.\n  10 A PIC X.\n 05 B PIC X.",
          "[{'name': 'G_A', 'at': 1, 'length': 1, 'type': 'text'},"
          " {'name': 'H_A', 'at': 2, 'length': 1, 'type': 'text'},"
          " {'name': 'B', 'at': 3, 'length': 1, 'type': 'text'}]");
    gives("01 R.\n 05 A PIC X.\n 05 G.\n  10 FILLER.\n   15 A PIC X OCCURS 2.",
          "[{'name': 'R_A', 'at': 1, 'length': 1, 'type': 'text'},"
          " {'name': 'G_A_1', 'at': 2, 'length': 1, 'type': 'text'},"
          " {'name': 'G_A_2', 'at': 3, 'length': 1, 'type': 'text'}]");
    gives("01 R.\n 05 X.\n  10 G.\n   15 A PIC X.\n 05 Y.\n  10 G.\n   15 A PIC X.",
          "[{'name': 'X_G_A', 'at': 1, 'length': 1, 'type': 'text'},"
          " {'name': 'Y_G_A', 'at': 2, 'length': 1, 'type': 'text'}]");
    gives("01 R.\n 05 A PIC X OCCURS 2.\n 05 G.\n  10 A-1 PIC X.",
          "[{'name': 'R_A_1', 'at': 1, 'length': 1, 'type': 'text'},"
          " {'name': 'R_A_2', 'at': 2, 'length': 1, 'type': 'text'},"
          " {'name': 'G_A_1', 'at': 3, 'length': 1, 'type': 'text'}]");
}

static void test_names_that_groups_do_not_tell_apart(void **state)
{
    (void)state;
    gives("01 R.\n 05 A PIC X.\n 05 A PIC X.\n 05 A-2 PIC X.\n 05 A PIC X.",
          "[{'name': 'R_A', 'at': 1, 'length': 1, 'type': 'text'},"
          " {'name': 'R_A_2', 'at': 2, 'length': 1, 'type': 'text'},"
          " {'name': 'A_2', 'at': 3, 'length': 1, 'type': 'text'},"
          " {'name': 'R_A_3', 'at': 4, 'length': 1, 'type': 'text'}]");
    gives("05 A PIC X. 05 A PIC X. 05 A-2 PIC X.",
          "[{'name': 'A', 'at': 1, 'length': 1, 'type': 'text'},"
          " {'name': 'A_3', 'at': 2, 'length': 1, 'type': 'text'},"
          " {'name': 'A_2', 'at': 3, 'length': 1, 'type': 'text'}]");
}

static void test_redefines(void **state)
{
    (void)state;
    gives("01 R.\n 05 A PIC X(4).\n 05 B REDEFINES A PIC 9(4).\n 05 G REDEFINES A.\n"
          "  10 C PIC X(2).\n  10 D PIC X(4).\n 05 E PIC X.\n"
          " 05 FILLER REDEFINES E.\n  10 F PIC 9.\n  10 H REDEFINES F PIC X.\n",
          "[{'name': 'A', 'at': 1, 'length': 4, 'type': 'text'},"
          " {'name': 'B', 'at': 1, 'length': 4, 'type': 'unsigned', 'redefines': true},"
          " {'name': 'C', 'at': 1, 'length': 2, 'type': 'text', 'redefines': true},"
          " {'name': 'D', 'at': 3, 'length': 4, 'type': 'text', 'redefines': true},"
          " {'name': 'E', 'at': 7, 'length': 1, 'type': 'text'},"
          " {'name': 'F', 'at': 7, 'length': 1, 'type': 'unsigned', 'redefines': true},"
          " {'name': 'H', 'at': 7, 'length': 1, 'type': 'text', 'redefines': true}]");
    length_is("01 R. 05 A PIC X(4). 05 B REDEFINES A PIC X(9). 05 C PIC X.", 10);
    length_is("01 R. 05 A PIC X(4). 05 B REDEFINES A PIC X(2). 05 C REDEFINES B PIC X.", 4);
    length_is("01 R. 05 A PIC X(9). 05 B REDEFINES A PIC X(2) OCCURS 6. 05 C PIC X.", 13);
}

static void test_occurs_depending(void **state)
{
    (void)state;
    gives("01 R.\n 05 N-1 PIC 9(2).\n 05 A PIC X(3).\n 05 T OCCURS 0 TO 2 DEPENDING ON N-1.\n"
          "  10 B PIC X(2).\n  10 C PIC 9 OCCURS 2.\n 05 M PIC S9(4) COMP.\n"
          " 05 U PIC X(5) OCCURS 1 TO 2 TIMES DEPENDING M OF R INDEXED BY I.\n 05 Z PIC X.",
          "[{'name': 'N_1', 'at': 1, 'length': 2, 'type': 'unsigned'},"
          " {'name': 'A', 'at': 3, 'length': 3, 'type': 'text'},"
          " {'name': 'B_1', 'at': 6, 'length': 2, 'type': 'text',"
          "  'count_field': 'N_1', 'occurrence': 1},"
          " {'name': 'C_1_1', 'at': 8, 'length': 1, 'type': 'unsigned',"
          "  'count_field': 'N_1', 'occurrence': 1},"
          " {'name': 'C_1_2', 'at': 9, 'length': 1, 'type': 'unsigned',"
          "  'count_field': 'N_1', 'occurrence': 1},"
          " {'name': 'B_2', 'at': 10, 'length': 2, 'type': 'text',"
          "  'count_field': 'N_1', 'occurrence': 2},"
          " {'name': 'C_2_1', 'at': 12, 'length': 1, 'type': 'unsigned',"
          "  'count_field': 'N_1', 'occurrence': 2},"
          " {'name': 'C_2_2', 'at': 13, 'length': 1, 'type': 'unsigned',"
          "  'count_field': 'N_1', 'occurrence': 2},"
          " {'name': 'M', 'at': 14, 'length': 2, 'type': 'comp', 'signed': true, 'digits': 4,"
          "  'slides': [{'field': 'N_1', 'max': 2, 'bytes': 4}]},"
          " {'name': 'U_1', 'at': 16, 'length': 5, 'type': 'text', 'count_field': 'M',"
          "  'occurrence': 1, 'slides': [{'field': 'N_1', 'max': 2, 'bytes': 4}]},"
          " {'name': 'U_2', 'at': 21, 'length': 5, 'type': 'text', 'count_field': 'M',"
          "  'occurrence': 2, 'slides': [{'field': 'N_1', 'max': 2, 'bytes': 4}]},"
          " {'name': 'Z', 'at': 26, 'length': 1, 'type': 'text',"
          "  'slides': [{'field': 'N_1', 'max': 2, 'bytes': 4},"
          "             {'field': 'M', 'max': 2, 'bytes': 5}]}]");
}

/* The nearest item of that name before the table counts; it may get a prefix. A
 * table of fillers moves what follows too. */
static void test_occurs_depending_names(void **state)
{
    (void)state;
    gives("01 R.\n 05 G.\n  10 N PIC 9.\n 05 H.\n  10 N PIC 9.\n"
          " 05 FILLER PIC X(7) OCCURS 5 DEPENDING ON n.\n 05 A PIC X.",
          "[{'name': 'G_N', 'at': 1, 'length': 1, 'type': 'unsigned'},"
          " {'name': 'H_N', 'at': 2, 'length': 1, 'type': 'unsigned'},"
          " {'name': 'A', 'at': 38, 'length': 1, 'type': 'text',"
          "  'slides': [{'field': 'H_N', 'max': 5, 'bytes': 7}]}]");
}

static void test_wrong_tables(void **state)
{
    (void)state;
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        {"05 A PIC X OCCURS 0.", "line 2: OCCURS needs a number from 1"},
        {"05 A PIC X OCCURS 3 TO 2 DEPENDING ON N.",
         "line 2: OCCURS needs a number from 1, the second not below the first"},
        {"05 A PIC X OCCURS N TIMES.",
         "line 2: N stands where a number of up to nine digits should"},
        {"05 A PIC X OCCURS 1234567890.",
         "line 2: 1234567890 stands where a number of up to nine digits should"},
        {"05 A PIC X OCCURS 1 TO UNBOUNDED DEPENDING ON N.",
         "line 2: UNBOUNDED stands where a number of up to nine digits should"},
        {"05 A PIC X OCCURS 1 TO 2.", "line 2: OCCURS n TO m without DEPENDING ON"},
        {"05 A PIC X OCCURS 2 DEPENDING ON M.",
         "line 2: A: what it depends on does not stand before it in the record"},
        {"05 A PIC X OCCURS 2 DEPENDING ON A.",
         "line 2: A: what it depends on does not stand before it in the record"},
        {"05 A PIC X OCCURS 2 DEPENDING ON R.", "line 2: A: what it depends on is not a whole "
                                                "number"},
        {"05 V PIC 9V9. 05 A PIC X OCCURS 2 DEPENDING ON V.",
         "line 2: A: what it depends on is not a whole number"},
        {"05 V PIC X. 05 A PIC X OCCURS 2 DEPENDING ON V.",
         "line 2: A: what it depends on is not a whole number"},
        {"05 V PIC 9 OCCURS 2. 05 A PIC X OCCURS 2 DEPENDING ON V.",
         "line 2: A: what it depends on stands in an OCCURS itself"},
        {"05 A PIC X OCCURS 2 DEPENDING ON.", "line 2: the period stands where a name should"},
        {"05 A PIC X OCCURS 2 DEPENDING ON N OF.", "line 2: the period stands where a name should"},
        {"05 G OCCURS 2.\n 10 A PIC X OCCURS 2 DEPENDING ON N.",
         "line 3: OCCURS DEPENDING ON within OCCURS is not supported"},
        {"05 G OCCURS 2 DEPENDING ON N.\n 10 A PIC X OCCURS 2 DEPENDING ON N.",
         "line 3: OCCURS DEPENDING ON within OCCURS is not supported"},
        {"05 A PIC X. 05 B REDEFINES A PIC X OCCURS 2 DEPENDING ON N.",
         "line 2: B: REDEFINES does not go with OCCURS DEPENDING ON"},
        {"05 A PIC X. 05 B REDEFINES A.\n 10 C PIC X OCCURS 2 DEPENDING ON N.",
         "line 3: C: REDEFINES does not go with OCCURS DEPENDING ON"},
        {"05 A PIC X OCCURS 2 DEPENDING ON N. 05 B REDEFINES A PIC X.",
         "line 2: B: REDEFINES does not go with OCCURS DEPENDING ON"},
        {"05 B REDEFINES X PIC X.",
         "line 2: B: what it redefines does not stand directly before it"},
        {"05 A PIC X. 05 B PIC X. 05 C REDEFINES A PIC X.",
         "line 2: C: what it redefines does not stand directly before it"},
        {"05 B REDEFINES.", "line 2: the period stands where a name should"},
        {"05 B OCCURS 2. 06 C OCCURS 2. 07 D OCCURS 2. 08 E OCCURS 2. 09 F OCCURS 2. 10 G OCCURS "
         "2. 11 H OCCURS 2. 12 I OCCURS 2 PIC X.",
         "line 2: I: OCCURS is nested deeper than 7 times"},
        {"05 A PIC X.\n 10 B PIC X.", "line 2: A: a picture and items below it"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512];
        snprintf(text, sizeof text, "01 R. 05 N PIC 9.\n%s\n", cases[i].text);
        fails(text, cases[i].sentence);
    }
    fails("01 R REDEFINES Q PIC X.", "line 1: R: what it redefines does not stand directly "
                                     "before it");
    fails("01 R.\n 05 N PIC 9.\n 05 A PIC X OCCURS 2 DEPENDING ON N.\n",
          "line 3: OCCURS DEPENDING ON makes records of varying length: the framing has to be "
          "rdw, rdw-le, bdw or lines");
}

static void test_limits(void **state)
{
    (void)state;
    fails_as("01 R. 05 A PIC X OCCURS 4097.", NULL, RC_LIMIT, "line 1: more than 4096 fields");
    fails_as("01 R. 05 A PIC X OCCURS 4096.\n 05 B PIC X.", NULL, RC_LIMIT,
             "line 1: more than 4096 fields");
    fails_as("01 R. 05 G OCCURS 65. 10 A PIC X OCCURS 64.", NULL, RC_LIMIT,
             "line 1: more than 4096 fields");
    fails_as("01 R. 05 A PIC X(1048576).\n 05 B PIC X.", NULL, RC_LIMIT,
             "line 2: B has more than 1048576 bytes");
    fails_as("01 R.\n 05 FILLER PIC X(2) OCCURS 999999999.", NULL, RC_LIMIT,
             "line 2: FILLER has more than 1048576 bytes");
    json_t *layout = import_as("01 R. 05 A PIC X OCCURS 4096.", "fixed");
    assert_int_equal(json_array_size(fields_of(layout)), 4096);
    json_decref(layout);
}

/* A text of `count` times the same line. */
static char *repeated(const char *head, const char *line, size_t count)
{
    struct rc_buf buf;
    rc_buf_init(&buf, 1 << 21);
    rc_buf_add_str(&buf, head);
    for (size_t i = 0; i < count; i++)
        rc_buf_add_str(&buf, line);
    assert_false(buf.failed);
    return buf.data;
}

static void test_limits_of_the_text(void **state)
{
    (void)state;
    char *text = repeated("01 R.\n", "05 FILLER PIC X.\n", 16384);
    fails_as(text, NULL, RC_LIMIT, "line 16385: more than 16384 data items");
    free(text);
    text = repeated("01 R. 05 N PIC 9.\n", "05 FILLER PIC X OCCURS 2 DEPENDING ON N.\n", 33);
    fails_as(text, NULL, RC_LIMIT, "line 34: more than 32 OCCURS DEPENDING ON");
    free(text);
    text = repeated("", " ", 1048577);
    fails_as(text, NULL, RC_LIMIT, "the copybook is longer than 1048576 bytes");
    text[1048576] = '\0';
    fails(text, "the copybook describes no data item");
    free(text);
}

/* 4096 items with one name: what costs most to tell apart. */
static void test_many_names_alike(void **state)
{
    (void)state;
    char *text = repeated("01 R.\n", "05 A PIC X.\n", 4096);
    json_t *layout = import_as(text, "fixed");
    const json_t *last = json_array_get(fields_of(layout), 4095);
    assert_string_equal(json_string_value(json_object_get(last, "name")), "R_A_4096");
    json_decref(layout);
    free(text);
}

/* ---- the text of a copybook ---- */

static void test_fixed_format(void **state)
{
    (void)state;
    length_is("000100 01  R.                                                           TAG 1\r\n"
              "000200*01  COMMENT PIC X(\r\n"
              "000300/05  COMMENT\r\n"
              "000400D    05  DEBUG PIC X(100).\r\n"
              "       EJECT\r\n"
              "       SKIP1.\r\n"
              "CH1234     05  A                                                PIC X(2)77777777\r\n"
              "           .\r\n"
              "\t   05 B PIC X(3). *> and a comment\r\n"
              "      *\r\n"
              "\r\n"
              "   \r\n"
              "           05\r\n"
              "           C  PIC X(4)\r\n"
              "           VALUE SPACES.\x1A",
              9);
}

static void test_free_format(void **state)
{
    (void)state;
    length_is("01 R.\n"
              "* a comment\n"
              "   *> another\n"
              "  05 A PIC X(2).\n"
              "                  05                                  B PIC X(3)                  ."
              "   05 C PIC X(4).",
              9);
    length_is("\xEF\xBB\xBF"
              "01 R. 05 A PIC X.",
              1);
    /* numbers in the sequence area are no levels */
    length_is("01     01 R.\n02     05 A PIC X.\n03    *05 B PIC X.\n", 1);
}

static void test_literals(void **state)
{
    (void)state;
    length_is("01 R. 05 A PIC X VALUE 'it''s. 05 B PIC X(9).'. 05 C PIC X VALUE \"'\".", 2);
    length_is("01 R. 05 A PIC X(2) VALUE X'C1C2'. 05 B PIC X VALUE ALL '*'. 05 C PIC S9 VALUE -1.",
              4);
    length_is("01 R. 05 A PIC 9V9 VALUE IS +1.5. 05 B PIC X VALUE LOW-VALUES.", 3);
    length_is("       01 R.\n"
              "           05 A PIC X(60) VALUE 'a literal that goes on to the next\n"
              "      * between them\n"
              "      -    'line. '.\n"
              "           05 B PIC X.",
              61);
}

static void test_wrong_text(void **state)
{
    (void)state;
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        {"", "the copybook describes no data item"},
        {"      * nothing\n\n", "the copybook describes no data item"},
        {"77 A PIC X.", "the copybook describes no data item"},
        {"01 R. 05 FILLER PIC X.", "line 1: the record has no item with a name"},
        {"01 R", "line 1: no period ends the entry"},
        {"01 R.\n 05 A PIC X", "line 2: no period ends the entry"},
        {"01 R.\n 88 A VALUE 'x'", "line 2: no period ends the entry"},
        {"01 R.\n 05 A PIC X\n 05 B PIC X.",
         "line 3: 05 is no clause that is known; does a period miss before it?"},
        {"01 R.\n 05 A OCCURS 2 INDEXED BY I\n 10 B PIC X.",
         "line 3: 10 is no clause that is known; does a period miss before it?"},
        {"01 R.\n 05 A 'x'.",
         "line 2: a literal is no clause that is known; does a period miss before it?"},
        {"01 R.\n 05 A PIC X PIC X.", "line 2: a second PIC in one entry"},
        {"01 R.\n 05 A PIC.", "line 2: the period stands where a picture should"},
        {"01 R.\n 05 A PIC", "line 2: the end of the copybook stands where a picture should"},
        {"01 R.\n 05 A PIC X VALUE.", "line 2: the period stands where a value should"},
        {"01 R.\n 05 A PIC 9 BLANK WHEN SPACE.", "line 2: SPACE stands where ZERO should"},
        {"01 R.\n 05 A PIC X VALUE 'x.\n 05 B PIC X.", "line 2: the literal is not closed"},
        {"01 R.\n 05 A PIC X VALUE \"x", "line 2: the literal is not closed"},
        {"       01 R.\n           05 A PIC X VALUE 'x\n           05 B PIC X.",
         "line 2: the literal is not closed"},
        {"       01 R.\n           05 A PIC X VALUE 'x\n      -    x'.",
         "line 2: the literal is not closed"},
        {"       01 R.\n           05 AMO\n      -    UNT PIC X.",
         "line 3: only a literal may be continued (a - in column 7): write the word on one line"},
        {"       01 R.\n      #    05 A PIC X.",
         "line 2: column 7 holds #, where blank, *, /, D or - may stand"},
        {"FD F.\n01 R PIC X.", "line 1: FD stands where a level number should"},
        {"01 R.\n. 05 A PIC X.", "line 2: the period stands where a level number should"},
        {"01 R.\n'x'.", "line 2: a literal stands where a level number should"},
        {"001 R.\n05 A PIC X.", "line 1: 001 stands where a level number should"},
        {"01 R.\n 50 A PIC X.", "line 2: level 50 is not supported, only 01 to 49, 66, 77 and 88"},
        {"00 R PIC X.", "line 1: level 00 is not supported, only 01 to 49, 66, 77 and 88"},
        {"78 A VALUE 1.", "line 1: level 78 is not supported, only 01 to 49, 66, 77 and 88"},
        {"01 R.\n COPY OTHER.",
         "line 2: COPY is not expanded: import the copybook with its text filled in"},
        {"01 R.\n 05 A.\n copy OTHER REPLACING ==A== BY ==B==.",
         "line 3: COPY is not expanded: import the copybook with its text filled in"},
        {"REPLACE ==A== BY ==B==.",
         "line 1: REPLACE is not expanded: import the copybook with its text filled in"},
        {"01 R.\n 05 :TAG:-A PIC X.",
         "line 2: :TAG:-A is no data name, which has letters, digits, - and _ (a placeholder that "
         "REPLACING fills has to be filled first)"},
        {"01 R.\n 05 A.B PIC X.",
         "line 2: A.B is no data name, which has letters, digits, - and _ (a placeholder that "
         "REPLACING fills has to be filled first)"},
        {"01 R.\n 05 A234567890123456789012345678901234567890123456789012345678901234X PIC X.",
         "line 2: the name A234567890123456789012345678901234567890123456789012345678901234X is "
         "longer than 64 characters"},
        {"01 R.\n 05 A PIC X.\n01 S.\n 05 B PIC X.\n01 PIC X.\n",
         "line 3: a second level 01: nothing tells the records R, S, FILLER apart; import each "
         "alone and put them into one layout, each with its `match`"},
        {"05 A PIC X.\n01 S.\n 05 B PIC X.",
         "line 2: a second level 01: nothing tells the records FILLER, S apart; import each alone "
         "and put them into one layout, each with its `match`"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        fails(cases[i].text, cases[i].sentence);
}

static void test_many_records(void **state)
{
    (void)state;
    char *text = repeated("", "01 A-RECORD-WITH-A-NAME-OF-THIRTY PIC X.\n", 100);
    struct rc_error err = {0};
    assert_null(rc_copybook_layout(text, strlen(text), NULL, &err));
    assert_non_null(strstr(err.text, "THIRTY, ... apart; import each alone and put them into one "
                                     "layout, each with its `match`"));
    free(text);
}

/* Words and characters in any order: an error or a layout, nothing else. */
static void test_noise(void **state)
{
    (void)state;
    static const char *const words[] = {
        "05 ",
        " 10 A",
        " PIC ",
        "9(",
        "9)",
        "9(3)",
        "X",
        "V",
        "S9",
        "P",
        "Z.",
        ".\n",
        " ",
        " COMP-3",
        "'",
        "\"\"",
        "OCCURS ",
        " 2",
        "\n",
        "*",
        "-",
        ",",
        " TO ",
        "\t",
        "A ",
        " REDEFINES A",
        " DEPENDING ON A",
        " 88 B VALUE 1.",
        " FILLER ",
    };
    uint32_t random = 1;
    for (int round = 0; round < 3000; round++) {
        struct rc_error err = {0};
        struct rc_buf buf;
        rc_buf_init(&buf, 4096);
        rc_buf_add_str(&buf, "01 R.\n 05 A PIC 9.\n 05 B PIC ");
        for (int i = 0; i < 40; i++) {
            random = random * 1664525u + 1013904223u;
            rc_buf_add_str(&buf, words[(random >> 16) % (sizeof words / sizeof *words)]);
        }
        json_t *layout = rc_copybook_layout(buf.data, buf.length, NULL, &err);
        assert_true(layout || err.text[0]);
        json_decref(layout);
        rc_buf_free(&buf);
    }
}

/* ---- memory ---- */

static int allocations_left;

static void *scarce(size_t size)
{
    return allocations_left-- > 0 ? malloc(size) : NULL;
}

/* With jansson's n-th allocation failing, for every n. */
static void test_memory_runs_out(void **state)
{
    (void)state;
    static const char text[] = "01 R. 05 N PIC 9. 05 G. 10 A PIC S9 COMP-5. 05 A PIC ZZ. 05 A "
                               "PIC X JUST. 05 T PIC X OCCURS 2 DEPENDING ON N. 05 B PIC 9V9.";
    struct rc_copybook_options options = {.framing = "rdw-le"};
    json_t *layout = NULL;
    json_set_alloc_funcs(scarce, free);
    for (int n = 0; !layout; n++) {
        struct rc_error err = {0};
        allocations_left = n;
        layout = rc_copybook_layout(text, strlen(text), &options, &err);
        assert_true(layout || err.code == RC_NOMEM);
        assert_in_range(n, 0, 10000);
    }
    json_decref(layout);
    json_set_alloc_funcs(malloc, free);
}

/* ---- copybooks of real files ---- */

struct placed {
    const char *name, *type;
    int at, length;
};

/* A copybook of the shared data, whose place the environment gives. */
static void shared_gives(const char *file, int bytes, const struct placed *fields, size_t count)
{
    const char *shared = getenv("RECONCTL_SHARED");
    if (!shared) {
        print_message("RECONCTL_SHARED is not set: no copybooks of real files to read\n");
        skip();
    }
    char path[4096], text[4096];
    snprintf(path, sizeof path, "%s/data/copybook/%s", shared, file);
    FILE *stream = fopen(path, "r");
    if (!stream)
        fail_msg("%s cannot be opened", path);
    size_t length = fread(text, 1, sizeof text - 1, stream);
    fclose(stream);
    text[length] = '\0';

    length_is(text, bytes);
    json_t *layout = import_as(text, "fixed");
    assert_int_equal(json_array_size(fields_of(layout)), count);
    for (size_t i = 0; i < count; i++) {
        const json_t *field = json_array_get(fields_of(layout), i);
        assert_string_equal(json_string_value(json_object_get(field, "name")), fields[i].name);
        assert_string_equal(json_string_value(json_object_get(field, "type")), fields[i].type);
        assert_int_equal(json_integer_value(json_object_get(field, "at")), fields[i].at);
        assert_int_equal(json_integer_value(json_object_get(field, "length")), fields[i].length);
    }
    json_decref(layout);
}

static void test_company_transfer(void **state)
{
    (void)state;
    static const struct placed fields[] = {
        {"CURRENCY", "text", 1, 3},        {"SIGNATURE", "text", 4, 8},
        {"COMPANY_NAME", "text", 12, 15},  {"COMPANY_ID", "text", 27, 10},
        {"WEALTH_QFY", "unsigned", 37, 1}, {"AMOUNT", "comp", 38, 8},
    };
    shared_gives("company-transfer.cpy", 45, fields, sizeof fields / sizeof *fields);
}

static void test_daily_transaction(void **state)
{
    (void)state;
    static const struct placed fields[] = {
        {"DALYTRAN_ID", "text", 1, 16},
        {"DALYTRAN_TYPE_CD", "text", 17, 2},
        {"DALYTRAN_CAT_CD", "unsigned", 19, 4},
        {"DALYTRAN_SOURCE", "text", 23, 10},
        {"DALYTRAN_DESC", "text", 33, 100},
        {"DALYTRAN_AMT", "overpunch", 133, 11},
        {"DALYTRAN_MERCHANT_ID", "unsigned", 144, 9},
        {"DALYTRAN_MERCHANT_NAME", "text", 153, 50},
        {"DALYTRAN_MERCHANT_CITY", "text", 203, 50},
        {"DALYTRAN_MERCHANT_ZIP", "text", 253, 10},
        {"DALYTRAN_CARD_NUM", "text", 263, 16},
        {"DALYTRAN_ORIG_TS", "text", 279, 26},
        {"DALYTRAN_PROC_TS", "text", 305, 26},
    };
    shared_gives("daily-transaction.cpy", 350, fields, sizeof fields / sizeof *fields);
}

static void test_display_amounts(void **state)
{
    (void)state;
    static const struct placed fields[] = {
        {"WS_DATE_NUM", "unsigned", 1, 8},          {"WS_DATE_ALPHA", "text", 10, 10},
        {"WS_ACCT_ALPHA", "text", 21, 8},           {"WS_AMOUNT_NUMERIC", "unsigned", 30, 10},
        {"WS_AMOUNT_FRACTION", "unsigned", 41, 10}, {"WS_NAME_ALPHABET", "text", 52, 10},
        {"WS_AMOUNT_FRACTION2", "edited", 63, 11},
    };
    shared_gives("display-amounts.cpy", 80, fields, sizeof fields / sizeof *fields);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_framings),
        cmocka_unit_test(test_long_records),
        cmocka_unit_test(test_wrong_options),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_display),
        cmocka_unit_test(test_scaling),
        cmocka_unit_test(test_binary),
        cmocka_unit_test(test_packed),
        cmocka_unit_test(test_edited),
        cmocka_unit_test(test_wrong_pictures),
        cmocka_unit_test(test_groups_are_flattened),
        cmocka_unit_test(test_groups_pass_usage_and_sign_on),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_record_without_name),
        cmocka_unit_test(test_occurs),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_names_that_groups_do_not_tell_apart),
        cmocka_unit_test(test_redefines),
        cmocka_unit_test(test_occurs_depending),
        cmocka_unit_test(test_occurs_depending_names),
        cmocka_unit_test(test_wrong_tables),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_limits_of_the_text),
        cmocka_unit_test(test_many_names_alike),
        cmocka_unit_test(test_fixed_format),
        cmocka_unit_test(test_free_format),
        cmocka_unit_test(test_literals),
        cmocka_unit_test(test_wrong_text),
        cmocka_unit_test(test_many_records),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_memory_runs_out),
        cmocka_unit_test(test_company_transfer),
        cmocka_unit_test(test_daily_transaction),
        cmocka_unit_test(test_display_amounts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
