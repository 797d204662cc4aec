/* Groups, names and tables of copybooks. */
#include "tests/unit/copybook_import.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
