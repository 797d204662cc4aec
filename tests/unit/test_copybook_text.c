/* How the text of a copybook is read. */
#include "tests/unit/copybook_import.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixed_format), cmocka_unit_test(test_free_format),
        cmocka_unit_test(test_literals),     cmocka_unit_test(test_wrong_text),
        cmocka_unit_test(test_many_records), cmocka_unit_test(test_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
