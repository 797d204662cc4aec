#include "core/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The numbers are part of every outcome digest that was ever stored. */
static void test_numbers_and_names_are_fixed(void **state)
{
    (void)state;
    static const struct {
        enum rc_status status;
        int number;
        const char *name;
        bool exception;
    } fixed[] = {
        {RC_MATCHED, 0, "matched", false},
        {RC_MATCHED_TOLERANCE, 1, "matched_tolerance", false},
        {RC_PENDING, 2, "pending", false},
        {RC_AMOUNT_MISMATCH, 3, "amount_mismatch", true},
        {RC_CURRENCY_MISMATCH, 4, "currency_mismatch", true},
        {RC_DATE_MISMATCH, 5, "date_mismatch", true},
        {RC_FIELD_MISMATCH, 6, "field_mismatch", true},
        {RC_SIGN_MISMATCH, 7, "sign_mismatch", true},
        {RC_MISSING_INTERNAL, 8, "missing_internal", true},
        {RC_MISSING_SETTLEMENT, 9, "missing_settlement", true},
        {RC_DUPLICATE_SETTLEMENT, 10, "duplicate_settlement", true},
        {RC_DUPLICATE_INTERNAL, 11, "duplicate_internal", true},
        {RC_LATE_PRESENTMENT, 12, "late_presentment", false},
        {RC_PARTIAL_CLEARING, 13, "partial_clearing", true},
        {RC_OVER_CLEARED, 14, "over_cleared", true},
        {RC_REVERSAL_MATCHED, 15, "reversal_matched", false},
        {RC_REVERSAL_ORPHAN, 16, "reversal_orphan", true},
        {RC_CHARGEBACK, 17, "chargeback", true},
        {RC_FEE_VARIANCE, 18, "fee_variance", true},
        {RC_FX_VARIANCE, 19, "fx_variance", true},
        {RC_AMBIGUOUS, 20, "ambiguous", true},
    };
    assert_int_equal(sizeof fixed / sizeof *fixed, RC_STATUSES);
    for (size_t i = 0; i < RC_STATUSES; i++) {
        assert_int_equal(fixed[i].status, fixed[i].number);
        assert_string_equal(rc_status_name(fixed[i].status), fixed[i].name);
        assert_int_equal(rc_status_is_exception(fixed[i].status), fixed[i].exception);
    }
}

static void test_find(void **state)
{
    (void)state;
    enum rc_status status = RC_AMBIGUOUS;
    for (int i = 0; i < RC_STATUSES; i++) {
        assert_true(rc_status_find(rc_status_name((enum rc_status)i), &status));
        assert_int_equal(status, i);
    }
    static const char *const unknown[] = {"", "Matched", "match", "matched ", "missing"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        assert_false(rc_status_find(unknown[i], &status));
    assert_int_equal(status, RC_STATUSES - 1);
}

static void test_sides(void **state)
{
    (void)state;
    assert_int_equal(RC_SIDES, 2);
    assert_string_equal(rc_side_name(RC_SETTLEMENT), "settlement");
    assert_string_equal(rc_side_name(RC_INTERNAL), "internal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_and_names_are_fixed),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
