/* Layouts from copybooks: pictures and usages, little memory, real files. */
#include "tests/unit/copybook_import.h"

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
        cmocka_unit_test(test_memory_runs_out),
        cmocka_unit_test(test_company_transfer),
        cmocka_unit_test(test_daily_transaction),
        cmocka_unit_test(test_display_amounts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
