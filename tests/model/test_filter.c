#include "model/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sample.h"

#include <locale.h>

/* The discrepancies that a filter lets through. */
static void expect(const char *filter, const char *keys)
{
    const struct rc_table_query query = {.filter = filter};
    struct rc_table *table = sample_table("discrepancies", &query);
    if (strcmp(sample_keys(table), keys) != 0)
        fail_msg("%s gives \"%s\", not \"%s\"", filter, sample_keys(table), keys);
    rc_table_close(table);
}

static void refuse(const char *filter, enum rc_code code, const char *words)
{
    struct rc_error err = {0};
    struct rc_filter parsed;
    bool ok = rc_filter_parse(filter, rc_table_find("discrepancies"), &parsed, &err);
    rc_filter_free(&parsed);
    assert_false(ok);
    assert_int_equal(err.code, code);
    if (!strstr(err.text, words))
        fail_msg("%s: \"%s\" says nothing of \"%s\"", filter, err.text, words);
}

static void test_patterns(void **state)
{
    (void)state;
    expect("", "1 2 3 4 5");
    expect("   ", "1 2 3 4 5");
    expect("coffee", "1");
    expect("COFFEE", "1");
    expect("^coffee", "1");
    expect("shop$", "1");
    expect("a.b", "3 4 5");
    expect("a[.]b", "3");
    expect("T[24]", "2 4");
    expect("amount", "1");
    expect("!coffee", "2 3 4 5");
    expect("\"amounts differ\"", "1");
    expect("!\"amounts differ\"", "2 3 4 5");
    expect("\"status:pending\"", "");
    expect("caf(é|e)", "3");
    expect("x{2,3}", "");
    expect("nowhere", "");
}

static void test_texts(void **state)
{
    (void)state;
    expect("status:missing", "3 4");
    expect("status:MISSING", "3 4");
    expect("status=pending", "2");
    expect("status=PENDING", "");
    expect("status!=pending", "1 3 4 5");
    expect("!status:missing", "1 2 5");
    expect("merchant=", "2");
    expect("merchant:", "1 2 3 4 5");
    expect("merchant:a.b", "3");
    expect("transaction_id>=T3", "3 4 5");
    expect("transaction_id<T3", "1 2");
    expect("transaction_id<=T1", "1");
    expect("transaction_id>T4", "5");
    expect("reason:\"amounts differ\"", "1");
    expect("\"reason:amounts differ\"", "");
    expect("differences:fee", "5");
}

static void test_numbers(void **state)
{
    (void)state;
    expect("age>3", "2 4");
    expect("age>=3", "1 2 4 5");
    expect("age<3d", "3");
    expect("age<=3D", "1 3 5");
    expect("age=3", "1 5");
    expect("age:3", "1 5");
    expect("age!=3", "2 3 4");
    expect("!age=3", "2 3 4");
    expect("age<1k", "1 2 3 4 5");
    expect("exception=no", "2");
    expect("exception:yes", "1 3 4 5");
    expect("exception=0", "2");
}

/* 100.50 USD, 100 JPY, 100.500 KWD, -50.00 EUR, 99.99 USD. */
static void test_money(void **state)
{
    (void)state;
    expect("amount>100", "1 3");
    expect("amount>=100", "1 2 3");
    expect("amount=100.5", "1 3");
    expect("amount=100.500", "1 3");
    expect("amount:100", "2");
    expect("amount<0", "4");
    expect("amount<=-50", "4");
    expect("amount<-50", "");
    expect("amount!=100.5", "2 4 5");
    expect("amount<0.1k", "4 5");
    expect("amount<1m", "1 2 3 4 5");
    expect("amount>99.989999999", "1 2 3 5");
    expect("amount<9223372036854775807", "1 2 3 4 5");
    expect("delta>0", "1");
    expect("delta=0", "5");
    expect("!delta>0", "2 3 4 5");
}

static void test_several(void **state)
{
    (void)state;
    expect("amount>50 age=3", "1 5");
    expect("amount>50  age=3   !variance", "1");
    expect("stat:mis amo>0", "1 3");
    expect("STATUS:pending", "2");
    expect("status:missing status:internal", "3");
}

/* Nothing that is typed becomes SQL. */
static void test_injection(void **state)
{
    (void)state;
    expect("merchant=x'--", "");
    expect("\"' OR 1=1 --\"", "5");
    expect("reason=\"' OR 1=1 --\"", "5");
    expect("status='", "");
    expect("status=?1", "");
    expect("merchant=\\", "");
    expect("status:%", "");
    expect("transaction_id=T1);DELETE", "");
    expect("transaction_id=T1\x01", "");
    expect("\xff\xfe", "");
    refuse("amount>1;DROP", RC_USAGE, "no number");
    refuse("' OR 1=1 --", RC_USAGE, "there is no column \"1\"");
}

static void test_wrong(void **state)
{
    char many[400] = "", longest[400] = "status=";
    (void)state;
    refuse("colour=red", RC_USAGE, "there is no column \"colour\"; there are status");
    refuse("m=1", RC_USAGE, "more than one column");
    refuse("age>old", RC_USAGE, "age: \"old\" is no whole number");
    refuse("age>1.5", RC_USAGE, "whole");
    refuse("age>", RC_USAGE, "age");
    refuse("age>d", RC_USAGE, "age");
    refuse("amount>5d", RC_USAGE, "amount: \"5d\" is no number");
    refuse("amount>1e5", RC_USAGE, "no number");
    refuse("amount>--5", RC_USAGE, "no number");
    refuse("amount>99999999999999999999", RC_USAGE, "no number");
    refuse("amount>99999999999999999999999999999999999999m", RC_USAGE, "no number");
    refuse("amount>0.0000000000000000001", RC_USAGE, "no number");
    refuse("[", RC_USAGE, "is no regular expression");
    refuse("(", RC_USAGE, "is no regular expression");
    refuse("x{30000}", RC_LIMIT, "repeats more than");
    refuse("((x{90}){90}){90}", RC_LIMIT, "repeats more than");
    refuse("x{99999999999999999999}", RC_LIMIT, "repeats more than");
    refuse("\"open", RC_USAGE, "a quote is not closed");
    for (int i = 0; i < RC_FILTER_TERMS + 1; i++)
        strcat(many, "age>1 ");
    refuse(many, RC_LIMIT, "at most 32 words");
    memset(longest + strlen(longest), 'x', 300);
    refuse(longest, RC_LIMIT, "at most 255 bytes");
}

/* What is let through does not hang on the locale of whoever looks. */
static void test_locale(void **state)
{
    (void)state;
    setlocale(LC_ALL, "C.UTF-8");
    expect("caf..$", "3");
    expect("COFFEE", "1");
    setlocale(LC_ALL, "C");
    expect("caf..$", "3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns), cmocka_unit_test(test_texts),
        cmocka_unit_test(test_numbers),  cmocka_unit_test(test_money),
        cmocka_unit_test(test_several),  cmocka_unit_test(test_injection),
        cmocka_unit_test(test_wrong),    cmocka_unit_test(test_locale),
    };
    return cmocka_run_group_tests(tests, sample_open, sample_close);
}
