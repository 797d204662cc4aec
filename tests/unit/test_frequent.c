#include "core/frequent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct rc_frequent frequent;

static int begin(void **state)
{
    (void)state;
    frequent = (struct rc_frequent){.seen = 0};
    return 0;
}

static void see(const char *text, uint64_t times)
{
    rc_frequent_add(&frequent, text, strlen(text), times);
}

/* Every fourth of 10,000 is the same, all others come once: it is kept, with a count that is too
 * low by no more than what the bound says. */
static void what_is_frequent_is_kept(void **state)
{
    enum { ALL = 10000 };
    const struct rc_frequent_key *most[3];
    char text[16];
    (void)state;
    for (int i = 0; i < ALL; i++) {
        snprintf(text, sizeof text, i % 4 ? "T%d" : "zero", i);
        see(text, 1);
    }
    assert_int_equal(frequent.seen, ALL);
    assert_int_equal(rc_frequent_most(&frequent, 0.1, most, 3), 1);
    assert_string_equal(most[0]->text, "zero");
    assert_true(most[0]->count <= ALL / 4);
    assert_true(most[0]->count >= ALL / 4 - ALL / (RC_FREQUENT_KEYS + 1));
}

/* It says the same whether they come one by one or by the thousand. */
static void weights_count_as_often(void **state)
{
    const struct rc_frequent_key *most[2];
    char text[16];
    (void)state;
    see("most", 5000);
    for (int i = 0; i < 1000; i++) {
        snprintf(text, sizeof text, "T%d", i);
        see(text, 3);
    }
    see("late", 2000);
    assert_int_equal(frequent.seen, 10000);
    assert_int_equal(rc_frequent_most(&frequent, 0.1, most, 2), 2);
    assert_string_equal(most[0]->text, "most");
    assert_string_equal(most[1]->text, "late");
    assert_true(most[0]->count <= 5000 && most[0]->count >= 5000 - 10000 / (RC_FREQUENT_KEYS + 1));
    assert_true(most[1]->count <= 2000 && most[1]->count >= 2000 - 10000 / (RC_FREQUENT_KEYS + 1));
}

static void the_most_frequent_come_first_and_no_more_than_asked_for(void **state)
{
    const struct rc_frequent_key *most[2];
    (void)state;
    see("b", 7);
    see("a", 7);
    see("c", 9);
    see("d", 1);
    assert_int_equal(rc_frequent_most(&frequent, 0, most, 2), 2);
    assert_string_equal(most[0]->text, "c");
    assert_string_equal(most[1]->text, "a");
    assert_int_equal(rc_frequent_most(&frequent, 0.9, most, 2), 0);
}

static void long_texts_are_cut_and_still_told_apart(void **state)
{
    const struct rc_frequent_key *most[2];
    char text[2 * RC_FREQUENT_TEXT];
    (void)state;
    memset(text, 'x', sizeof text);
    rc_frequent_add(&frequent, text, sizeof text, 1);
    rc_frequent_add(&frequent, text, sizeof text - 1, 2);
    assert_int_equal(rc_frequent_most(&frequent, 0, most, 2), 2);
    assert_int_equal(most[0]->count, 2);
    assert_int_equal(strlen(most[0]->text), RC_FREQUENT_TEXT - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_frequent_is_kept, begin),
        cmocka_unit_test_setup(weights_count_as_often, begin),
        cmocka_unit_test_setup(the_most_frequent_come_first_and_no_more_than_asked_for, begin),
        cmocka_unit_test_setup(long_texts_are_cut_and_still_told_apart, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
