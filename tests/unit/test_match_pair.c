#include "core/match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/civil.h"
#include "core/currency.h"

#define BIT(field) (1u << RC_C_##field)

enum { ALL = (1 << RC_CANON_FIELDS) - 1, MONDAY = 20542 /* 2026-03-30 */ };

/* A pair that agrees, and rules that compare everything and tolerate nothing. */
struct pair {
    struct rc_rules rules;
    struct rc_matcher matcher;
    struct rc_record s, i;
    struct rc_verdict verdict;
};

static struct rc_text text(const char *data)
{
    return (struct rc_text){data, (uint32_t)strlen(data)};
}

static uint8_t currency(const char *code)
{
    return rc_currency_find(code, 3);
}

static void make_pair(struct pair *pair)
{
    *pair = (struct pair){.rules = {.compare = ALL, .late_after_days = -1, .fx_tolerance_bp = -1}};
    pair->matcher = (struct rc_matcher){
        .rules = &pair->rules, .compare = ALL & ~BIT(ID), .file_date = MONDAY + 2};
    pair->s = (struct rc_record){
        .amount_minor = 10000,
        .fee_minor = 30,
        .original_amount_minor = 9000,
        .date = MONDAY,
        .settle_date = MONDAY + 1,
        .currency = currency("USD"),
        .original_currency = currency("EUR"),
        .kind = RC_KIND_SALE,
        .present = ALL,
        .text = {text("TX1"), text("ARN1"), text("AUTH1"), text("4111#1"), text("M1"), text("5411"),
                 text("R1")},
    };
    pair->i = pair->s;
}

static enum rc_status judge(struct pair *pair)
{
    memset(&pair->verdict, 0xa5, sizeof pair->verdict);
    rc_match_pair(&pair->matcher, &pair->s, &pair->i, &pair->verdict);
    assert_non_null(memchr(pair->verdict.reason, '\0', sizeof pair->verdict.reason));
    assert_int_equal(pair->verdict.reason[0] == '\0', pair->verdict.status == RC_MATCHED);
    return pair->verdict.status;
}

static void expect(struct pair *pair, enum rc_status status, uint32_t differences)
{
    enum rc_status found = judge(pair);
    if (found != status)
        fail_msg("%s instead of %s", rc_status_name(found), rc_status_name(status));
    assert_int_equal(pair->verdict.differences, differences);
}

/* One change of the settlement record makes one field differ. */
static void differ(struct rc_record *record, enum rc_canon field)
{
    switch (field) {
    case RC_C_AMOUNT:
        record->amount_minor += 7;
        break;
    case RC_C_CURRENCY:
        record->currency = currency("GBP");
        break;
    case RC_C_DATE:
        record->date += 9;
        break;
    case RC_C_SETTLE_DATE:
        record->settle_date += 9;
        break;
    case RC_C_KIND:
        record->kind = RC_KIND_CREDIT;
        break;
    case RC_C_FEE:
        record->fee_minor += 5;
        break;
    case RC_C_ORIGINAL_AMOUNT:
        record->original_amount_minor++;
        break;
    case RC_C_ORIGINAL_CURRENCY:
        record->original_currency = currency("JPY");
        break;
    default:
        record->text[field - RC_C_FIRST_TEXT] = text("something else");
    }
}

static enum rc_status status_of(enum rc_canon field)
{
    switch (field) {
    case RC_C_AMOUNT:
        return RC_AMOUNT_MISMATCH;
    case RC_C_CURRENCY:
        return RC_CURRENCY_MISMATCH;
    case RC_C_DATE:
    case RC_C_SETTLE_DATE:
        return RC_DATE_MISMATCH;
    case RC_C_FEE:
        return RC_FEE_VARIANCE;
    default:
        return RC_FIELD_MISMATCH;
    }
}

/* ----- one field at a time ----- */

static void test_equal_records_match(void **state)
{
    struct pair pair;
    (void)state;
    make_pair(&pair);
    expect(&pair, RC_MATCHED, 0);
    pair.s.text[0] = text("another id"); /* the TransactionID is never compared */
    expect(&pair, RC_MATCHED, 0);
}

static void test_each_field(void **state)
{
    (void)state;
    for (int field = 0; field < RC_CANON_FIELDS; field++) {
        struct pair pair;
        if (field == RC_C_ID)
            continue;
        make_pair(&pair);
        differ(&pair.s, (enum rc_canon)field);
        expect(&pair, status_of((enum rc_canon)field), 1u << field);
        /* What is not compared does not count; amount and currency always are. */
        pair.matcher.compare =
            rc_compare_mask(&(struct rc_rules){.compare = (ALL & ~(1u << field))}, ALL, ALL);
        bool always = field == RC_C_AMOUNT || field == RC_C_CURRENCY;
        expect(&pair, always ? status_of((enum rc_canon)field) : RC_MATCHED,
               always ? 1u << field : 0);
    }
}

/* A field that one record has and the other has not differs, whatever is tolerated. */
static void test_absent_fields(void **state)
{
    (void)state;
    for (int field = RC_C_DATE; field < RC_CANON_FIELDS; field++) {
        struct pair pair;
        if (field == RC_C_ID)
            continue;
        for (int side = 0; side < RC_SIDES; side++) {
            make_pair(&pair);
            pair.rules.date_window_days = 1000;
            pair.rules.fee_tolerance_minor = INT64_MAX;
            pair.rules.amount_tolerance_minor = INT64_MAX;
            (side ? &pair.i : &pair.s)->present &= ~(1u << field);
            expect(&pair, status_of((enum rc_canon)field), 1u << field);
        }
        pair.s.present = pair.i.present;
        differ(&pair.s, (enum rc_canon)field);
        expect(&pair, RC_MATCHED, 0);
    }
}

/* Every pair of differing fields: the more serious status, both differences. */
static void test_precedence(void **state)
{
    (void)state;
    static const enum rc_status order[] = {RC_CURRENCY_MISMATCH, RC_AMOUNT_MISMATCH,
                                           RC_DATE_MISMATCH, RC_FIELD_MISMATCH, RC_FEE_VARIANCE};
    for (int a = 0; a < RC_CANON_FIELDS; a++)
        for (int b = 0; b < RC_CANON_FIELDS; b++) {
            struct pair pair;
            if (a == b || a == RC_C_ID || b == RC_C_ID)
                continue;
            make_pair(&pair);
            differ(&pair.s, (enum rc_canon)a);
            differ(&pair.s, (enum rc_canon)b);
            int first = 0;
            while (order[first] != status_of((enum rc_canon)a) &&
                   order[first] != status_of((enum rc_canon)b))
                first++;
            expect(&pair, order[first], 1u << a | 1u << b);
        }
}

static void test_everything_differs(void **state)
{
    struct pair pair;
    (void)state;
    make_pair(&pair);
    for (int field = 0; field < RC_CANON_FIELDS; field++)
        differ(&pair.s, (enum rc_canon)field);
    expect(&pair, RC_CURRENCY_MISMATCH, ALL & ~BIT(ID));
    pair.s.currency = pair.i.currency;
    pair.s.amount_minor = -1;
    expect(&pair, RC_SIGN_MISMATCH, ALL & ~BIT(ID) & ~BIT(CURRENCY));
    pair.s.amount_minor = 1;
    expect(&pair, RC_AMOUNT_MISMATCH, ALL & ~BIT(ID) & ~BIT(CURRENCY));
    pair.s.amount_minor = pair.i.amount_minor;
    expect(&pair, RC_DATE_MISMATCH, ALL & ~BIT(ID) & ~BIT(CURRENCY) & ~BIT(AMOUNT));
}

/* ----- amounts ----- */

static void test_signs(void **state)
{
    (void)state;
    static const struct {
        int64_t s, i;
        enum rc_status status;
    } cases[] = {
        {1, -1, RC_SIGN_MISMATCH},
        {-1, 1, RC_SIGN_MISMATCH},
        {INT64_MAX, INT64_MIN, RC_SIGN_MISMATCH},
        {0, 1, RC_MATCHED_TOLERANCE}, /* zero has no sign */
        {0, -1, RC_MATCHED_TOLERANCE},
        {-1, 0, RC_MATCHED_TOLERANCE},
        {0, 3, RC_AMOUNT_MISMATCH},
        {-3, 0, RC_AMOUNT_MISMATCH},
        {-5, -7, RC_MATCHED_TOLERANCE},
        {-5, -8, RC_AMOUNT_MISMATCH},
        {0, 0, RC_MATCHED},
    };
    struct pair pair;
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++) {
        make_pair(&pair);
        pair.rules.amount_tolerance_minor = 2;
        pair.s.amount_minor = cases[n].s;
        pair.i.amount_minor = cases[n].i;
        expect(&pair, cases[n].status, cases[n].s == cases[n].i ? 0 : BIT(AMOUNT));
    }
}

static void test_amount_tolerance(void **state)
{
    (void)state;
    static const struct {
        int64_t minor, basis_points, internal, limit;
    } cases[] = {
        {0, 0, 10000, 0},
        {2, 0, 10000, 2},
        {0, 100, 10000, 100},
        {2, 100, 10000, 100}, /* the greater of the two */
        {200, 100, 10000, 200},
        {0, 1, 9999, 0}, /* rounded toward zero */
        {0, 1, 19999, 1},
        {0, 1, -19999, 1},
        {0, 10000, -500, 499}, /* beyond, the sign changes or zero is reached */
        {0, 50, INT64_MAX, INT64_MAX / 200},
    };
    struct pair pair;
    for (size_t n = 0; n < sizeof cases / sizeof *cases; n++)
        for (int direction = -1; direction <= 1; direction += 2) {
            make_pair(&pair);
            pair.rules.amount_tolerance_minor = cases[n].minor;
            pair.rules.amount_tolerance_bp = cases[n].basis_points;
            if (cases[n].internal == INT64_MAX && direction > 0)
                continue;
            pair.i.amount_minor = cases[n].internal;
            pair.s.amount_minor = cases[n].internal + direction * cases[n].limit;
            expect(&pair, cases[n].limit ? RC_MATCHED_TOLERANCE : RC_MATCHED,
                   cases[n].limit ? BIT(AMOUNT) : 0);
            if (cases[n].basis_points == 10000)
                continue;
            pair.s.amount_minor += direction;
            expect(&pair, RC_AMOUNT_MISMATCH, BIT(AMOUNT));
        }
}

static void test_extremes_do_not_overflow(void **state)
{
    (void)state;
    static const int64_t extremes[] = {INT64_MIN, INT64_MIN + 1, -1,       0,
                                       1,         INT64_MAX - 1, INT64_MAX};
    enum { COUNT = sizeof extremes / sizeof *extremes };
    struct pair pair;
    for (int a = 0; a < COUNT; a++)
        for (int b = 0; b < COUNT; b++)
            for (int rules = 0; rules < 3; rules++) {
                int64_t s = extremes[a], i = extremes[b];
                make_pair(&pair);
                pair.rules.amount_tolerance_minor = rules == 1 ? INT64_MAX : 0;
                pair.rules.amount_tolerance_bp = rules == 2 ? 10000 : 0;
                pair.rules.fee_tolerance_minor = pair.rules.amount_tolerance_minor;
                pair.s.amount_minor = pair.s.fee_minor = s;
                pair.i.amount_minor = pair.i.fee_minor = i;
                bool opposite = (s < 0 && i > 0) || (s > 0 && i < 0);
                rc_i128 off = (rc_i128)s - i, size = i < 0 ? -(rc_i128)i : i;
                rc_i128 limit = rules == 2 ? size : pair.rules.amount_tolerance_minor;
                bool tolerated = (off < 0 ? -off : off) <= limit;
                judge(&pair);
                if (s == i)
                    assert_int_equal(pair.verdict.status, RC_MATCHED);
                else if (opposite)
                    assert_int_equal(pair.verdict.status, RC_SIGN_MISMATCH);
                else if (!tolerated)
                    assert_int_equal(pair.verdict.status, RC_AMOUNT_MISMATCH);
                else
                    assert_int_equal(pair.verdict.status,
                                     rules == 1 ? RC_MATCHED_TOLERANCE : RC_FEE_VARIANCE);
            }
}

/* ----- conversion ----- */

static void test_fx_tolerance(void **state)
{
    struct pair pair;
    (void)state;
    make_pair(&pair);
    pair.rules.fx_tolerance_bp = 50;
    pair.s.amount_minor = 10050;
    expect(&pair, RC_MATCHED_TOLERANCE, BIT(AMOUNT));
    pair.s.amount_minor = 10051;
    expect(&pair, RC_FX_VARIANCE, BIT(AMOUNT));
    pair.s.amount_minor = 9949;
    expect(&pair, RC_FX_VARIANCE, BIT(AMOUNT));
    pair.rules.amount_tolerance_minor = 51; /* either tolerance is enough */
    expect(&pair, RC_MATCHED_TOLERANCE, BIT(AMOUNT));
    pair.rules.amount_tolerance_minor = 0;
    pair.rules.fx_tolerance_bp = 0;
    expect(&pair, RC_FX_VARIANCE, BIT(AMOUNT));
    pair.rules.fx_tolerance_bp = -1;
    expect(&pair, RC_AMOUNT_MISMATCH, BIT(AMOUNT));
    pair.rules.fx_tolerance_bp = 50;
    pair.s.amount_minor = -10000;
    expect(&pair, RC_SIGN_MISMATCH, BIT(AMOUNT));
}

/* Only what was converted from the same amount in another currency. */
static void test_fx_needs_the_same_original(void **state)
{
    struct pair pair;
    (void)state;
    for (int n = 0; n < 5; n++) {
        make_pair(&pair);
        pair.rules.fx_tolerance_bp = 50;
        pair.s.amount_minor = 10001;
        uint32_t also = 0;
        if (n == 0)
            pair.s.original_amount_minor++, also = BIT(ORIGINAL_AMOUNT);
        if (n == 1)
            pair.i.original_currency = currency("JPY"), also = BIT(ORIGINAL_CURRENCY);
        if (n == 2)
            pair.s.original_currency = pair.i.original_currency = currency("USD");
        if (n == 3)
            pair.i.present &= ~BIT(ORIGINAL_AMOUNT), also = BIT(ORIGINAL_AMOUNT);
        if (n == 4)
            pair.s.present &= ~BIT(ORIGINAL_CURRENCY), pair.i.present = pair.s.present;
        expect(&pair, RC_AMOUNT_MISMATCH, BIT(AMOUNT) | also);
    }
    /* That the originals are not compared does not matter. */
    make_pair(&pair);
    pair.rules.fx_tolerance_bp = 50;
    pair.matcher.compare = BIT(AMOUNT) | BIT(CURRENCY);
    pair.s.amount_minor = 10001;
    expect(&pair, RC_MATCHED_TOLERANCE, BIT(AMOUNT));
}

/* ----- dates and fees ----- */

static void test_date_window(void **state)
{
    (void)state;
    for (int window = 0; window <= 3; window++)
        for (int off = -5; off <= 5; off++)
            for (int settle = 0; settle <= 1; settle++) {
                struct pair pair;
                make_pair(&pair);
                pair.rules.date_window_days = window;
                *(settle ? &pair.s.settle_date : &pair.s.date) += off;
                int size = off < 0 ? -off : off;
                expect(&pair,
                       !off             ? RC_MATCHED
                       : size <= window ? RC_MATCHED_TOLERANCE
                                        : RC_DATE_MISMATCH,
                       !off ? 0 : 1u << (settle ? RC_C_SETTLE_DATE : RC_C_DATE));
            }
}

static void test_dates_far_apart(void **state)
{
    struct pair pair;
    (void)state;
    make_pair(&pair);
    pair.rules.date_window_days = INT32_MAX;
    pair.s.date = INT32_MAX;
    pair.i.date = INT32_MIN + 1;
    expect(&pair, RC_DATE_MISMATCH, BIT(DATE));
    pair.i.date = 0;
    expect(&pair, RC_MATCHED_TOLERANCE, BIT(DATE));
}

static void test_fee_tolerance(void **state)
{
    struct pair pair;
    (void)state;
    make_pair(&pair);
    pair.rules.fee_tolerance_minor = 4;
    pair.s.fee_minor = 34;
    expect(&pair, RC_MATCHED_TOLERANCE, BIT(FEE));
    pair.s.fee_minor = 26;
    expect(&pair, RC_MATCHED_TOLERANCE, BIT(FEE));
    pair.s.fee_minor = 35;
    expect(&pair, RC_FEE_VARIANCE, BIT(FEE));
    /* Of the remaining fields only the fee: what is tolerated does not remain. */
    pair.rules.amount_tolerance_minor = 1;
    pair.rules.date_window_days = 1;
    pair.s.amount_minor++;
    pair.s.date++;
    expect(&pair, RC_FEE_VARIANCE, BIT(FEE) | BIT(AMOUNT) | BIT(DATE));
    pair.s.kind = RC_KIND_FEE;
    expect(&pair, RC_FIELD_MISMATCH, BIT(FEE) | BIT(AMOUNT) | BIT(DATE) | BIT(KIND));
    pair.s.fee_minor = 34;
    expect(&pair, RC_FIELD_MISMATCH, BIT(FEE) | BIT(AMOUNT) | BIT(DATE) | BIT(KIND));
}

/* ----- late presentment ----- */

static void test_late_presentment(void **state)
{
    struct pair pair;
    (void)state;
    make_pair(&pair);
    pair.rules.late_after_days = 10;
    pair.s.settle_date = pair.i.settle_date = MONDAY + 14; /* ten business days on */
    expect(&pair, RC_MATCHED, 0);
    pair.s.settle_date = pair.i.settle_date = MONDAY + 15;
    expect(&pair, RC_LATE_PRESENTMENT, 0);
    int32_t holiday = MONDAY + 4;
    pair.matcher.holidays = &holiday;
    pair.matcher.holiday_count = 1;
    expect(&pair, RC_MATCHED, 0);
    pair.rules.late_after_days = 9;
    expect(&pair, RC_LATE_PRESENTMENT, 0);
    pair.rules.late_after_days = -1;
    expect(&pair, RC_MATCHED, 0);
    /* It is the settlement record's date of settlement, the internal one's date. */
    pair.rules.late_after_days = 0;
    pair.rules.date_window_days = 100;
    pair.s.settle_date = pair.s.date = pair.i.date = MONDAY;
    expect(&pair, RC_MATCHED_TOLERANCE, BIT(SETTLE_DATE));
    pair.s.settle_date = MONDAY + 1;
    expect(&pair, RC_LATE_PRESENTMENT, BIT(SETTLE_DATE));
    pair.s.present &= ~BIT(SETTLE_DATE);
    pair.i.present &= ~BIT(SETTLE_DATE);
    expect(&pair, RC_MATCHED, 0);
}

static void test_late_gives_way_to_what_is_wrong(void **state)
{
    (void)state;
    for (int field = 0; field < RC_CANON_FIELDS; field++) {
        struct pair pair;
        if (field == RC_C_ID)
            continue;
        make_pair(&pair);
        pair.rules.late_after_days = 0;
        differ(&pair.s, (enum rc_canon)field);
        expect(&pair, status_of((enum rc_canon)field), 1u << field);
    }
}

/* ----- who needs a look ----- */

static void test_special_records(void **state)
{
    struct pair pair;
    (void)state;
    make_pair(&pair);
    pair.s.settle_date = MONDAY + 15;
    assert_false(rc_record_is_special(&pair.matcher, &pair.s));
    pair.rules.late_after_days = 10;
    assert_true(rc_record_is_special(&pair.matcher, &pair.s));
    pair.rules.late_after_days = 11;
    assert_false(rc_record_is_special(&pair.matcher, &pair.s));
    /* Where a date is not compared, the other side's may be any. */
    pair.matcher.compare &= ~BIT(DATE);
    assert_true(rc_record_is_special(&pair.matcher, &pair.s));
    pair.matcher.compare |= BIT(DATE);
    pair.rules.late_after_days = 0;
    pair.s.present &= ~BIT(DATE);
    assert_false(rc_record_is_special(&pair.matcher, &pair.s));
}

/* What would not match plainly although all that is compared is equal must be
 * special on both sides, or it would never come before the engine. */
static void test_equal_pairs_that_do_not_match_are_special(void **state)
{
    (void)state;
    uint64_t random = 7;
    for (int n = 0; n < 20000; n++) {
        struct pair pair;
        make_pair(&pair);
        random = random * 6364136223846793005u + 1442695040888963407u;
        unsigned dice = (unsigned)(random >> 33);
        pair.rules.late_after_days = (int)(dice % 6) - 1;
        pair.matcher.compare &=
            ~((dice >> 4 & 1 ? BIT(DATE) : 0) | (dice >> 5 & 1 ? BIT(SETTLE_DATE) : 0));
        pair.s.date += (int)(dice >> 6 & 7);
        pair.s.settle_date += (int)(dice >> 9 & 7);
        if (dice >> 12 & 1)
            pair.s.present &= ~BIT(DATE);
        if (dice >> 13 & 1)
            pair.s.present &= ~BIT(SETTLE_DATE);
        struct rc_record internal = pair.i;
        pair.i = pair.s;
        if (!(pair.matcher.compare & BIT(DATE)))
            pair.i.date = internal.date;
        if (!(pair.matcher.compare & BIT(SETTLE_DATE)))
            pair.i.settle_date = internal.settle_date;
        if (judge(&pair) == RC_MATCHED)
            continue;
        assert_int_equal(pair.verdict.status, RC_LATE_PRESENTMENT);
        assert_true(rc_record_is_special(&pair.matcher, &pair.s));
        assert_true(rc_record_is_special(&pair.matcher, &pair.i));
    }
}

static void test_compare_mask(void **state)
{
    (void)state;
    struct rc_rules rules = {.compare = BIT(FEE) | BIT(MCC) | BIT(ID)};
    uint32_t always = BIT(AMOUNT) | BIT(CURRENCY);
    assert_int_equal(rc_compare_mask(&rules, ALL, ALL), always | BIT(FEE) | BIT(MCC));
    assert_int_equal(rc_compare_mask(&rules, ALL & ~BIT(FEE), ALL), always | BIT(MCC));
    assert_int_equal(rc_compare_mask(&rules, ALL, ALL & ~BIT(MCC)), always | BIT(FEE));
    assert_int_equal(rc_compare_mask(&rules, 0, 0), always);
}

static void test_age(void **state)
{
    struct pair pair;
    (void)state;
    make_pair(&pair);
    assert_int_equal(rc_record_age(&pair.matcher, &pair.s), 2);
    int32_t holiday = MONDAY + 1;
    pair.matcher.holidays = &holiday;
    pair.matcher.holiday_count = 1;
    assert_int_equal(rc_record_age(&pair.matcher, &pair.s), 1);
    pair.s.present &= ~BIT(DATE);
    assert_int_equal(rc_record_age(&pair.matcher, &pair.s), 1);
    pair.s.settle_date = MONDAY;
    assert_int_equal(rc_record_age(&pair.matcher, &pair.s), 1);
    pair.s.present &= ~BIT(SETTLE_DATE);
    assert_int_equal(rc_record_age(&pair.matcher, &pair.s), 0);
    pair.s.present |= BIT(DATE);
    pair.s.date = MONDAY + 9;
    assert_true(rc_record_age(&pair.matcher, &pair.s) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_records_match),
        cmocka_unit_test(test_each_field),
        cmocka_unit_test(test_absent_fields),
        cmocka_unit_test(test_precedence),
        cmocka_unit_test(test_everything_differs),
        cmocka_unit_test(test_signs),
        cmocka_unit_test(test_amount_tolerance),
        cmocka_unit_test(test_extremes_do_not_overflow),
        cmocka_unit_test(test_fx_tolerance),
        cmocka_unit_test(test_fx_needs_the_same_original),
        cmocka_unit_test(test_date_window),
        cmocka_unit_test(test_dates_far_apart),
        cmocka_unit_test(test_fee_tolerance),
        cmocka_unit_test(test_late_presentment),
        cmocka_unit_test(test_late_gives_way_to_what_is_wrong),
        cmocka_unit_test(test_special_records),
        cmocka_unit_test(test_equal_pairs_that_do_not_match_are_special),
        cmocka_unit_test(test_compare_mask),
        cmocka_unit_test(test_age),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
