#include "core/generate_family.h"

#include <assert.h>
#include <string.h>

enum { LATE_DAYS = 60 }; /* how far beyond the limit late records go */

/* ----- twists: how the two records of a pair differ ----- */

#define UNUSED __attribute__((unused))
#define TWIST(name)                                                                                \
    static void name(UNUSED struct rc_gen_family *family, UNUSED struct rc_gen_draft *settlement,  \
                     UNUSED struct rc_gen_draft *internal)

/* The settlement record's amount differs from the internal one by least to most. */
static void shift_amount(struct rc_gen_family *family, struct rc_gen_draft *settlement,
                         const struct rc_gen_draft *internal, int64_t least, int64_t most)
{
    settlement->amount_minor =
        internal->amount_minor + rc_gen_either_sign(family, rc_gen_between(family, least, most));
}

TWIST(near_amount)
{
    shift_amount(family, settlement, internal, 1, rc_gen_tolerance(family, internal->amount_minor));
}

TWIST(far_amount)
{
    shift_amount(family, settlement, internal, rc_gen_tolerance(family, internal->amount_minor) + 1,
                 rc_gen_share(internal->amount_minor, 5000));
}

TWIST(near_rate)
{
    shift_amount(family, settlement, internal, rc_gen_tolerance(family, internal->amount_minor) + 1,
                 rc_gen_share(internal->amount_minor, family->plan->rules.fx_tolerance_bp));
}

TWIST(far_rate)
{
    shift_amount(family, settlement, internal,
                 rc_gen_share(internal->amount_minor, family->plan->rules.fx_tolerance_bp) + 1,
                 rc_gen_share(internal->amount_minor, 1000));
}

/* Zero has no sign: against any amount it is another amount. */
TWIST(zero_internal)
{
    internal->amount_minor = 0;
}

TWIST(zero_both)
{
    settlement->amount_minor = internal->amount_minor = 0;
}

TWIST(converted)
{
    rc_gen_convert(&family->dice, settlement);
    assert(settlement->converted);
    internal->converted = true;
    internal->original_minor = settlement->original_minor;
    internal->original_currency = settlement->original_currency;
    memcpy(internal->merchant_id, settlement->merchant_id, sizeof internal->merchant_id);
}

TWIST(other_original)
{
    internal->original_minor += rc_gen_between(family, 1, 500);
}

TWIST(other_original_currency)
{
    do
        internal->original_currency =
            (uint8_t)((internal->original_currency + 1) % RC_GEN_CURRENCIES);
    while (internal->original_currency == internal->currency);
}

TWIST(other_currency)
{
    do {
        settlement->currency = internal->currency;
        rc_gen_use_other_currency(settlement,
                                  1 + (int)rc_gen_roll(&family->dice, RC_GEN_CURRENCIES - 1));
    } while (settlement->converted && settlement->currency == settlement->original_currency);
}

TWIST(other_sign)
{
    settlement->amount_minor = -internal->amount_minor;
}

TWIST(other_sign_and_amount)
{
    far_amount(family, settlement, internal);
    settlement->amount_minor = -settlement->amount_minor;
}

TWIST(near_date)
{
    settlement->date = internal->date + (int32_t)rc_gen_either_sign(family, 1);
}

TWIST(far_date)
{
    settlement->date =
        internal->date + (int32_t)rc_gen_either_sign(family, rc_gen_between(family, 2, 6));
}

TWIST(near_settle_date)
{
    internal->settle_date = settlement->settle_date + (int32_t)rc_gen_either_sign(family, 1);
}

TWIST(far_settle_date)
{
    internal->settle_date =
        settlement->settle_date + (int32_t)rc_gen_either_sign(family, rc_gen_between(family, 2, 6));
}

static void set_dates_back(struct rc_gen_family *family, struct rc_gen_draft *settlement,
                           struct rc_gen_draft *internal, int32_t days)
{
    settlement->date = internal->date = family->plan->file_date - days;
}

TWIST(late)
{
    int32_t reach = family->plan->late_reach;
    set_dates_back(family, settlement, internal,
                   (int32_t)rc_gen_between(family, reach, reach + LATE_DAYS));
}

TWIST(almost_late)
{
    set_dates_back(family, settlement, internal, family->plan->late_reach - 1);
}

TWIST(other_auth_code)
{
    internal->auth_code[0] = internal->auth_code[0] == '7' ? '8' : '7';
}

TWIST(other_merchant)
{
    internal->merchant_id[14] = internal->merchant_id[14] == '7' ? '8' : '7';
}

TWIST(other_reference)
{
    rc_gen_reference(family->plan, family->serial + 1, internal);
}

TWIST(fee_kind)
{
    internal->kind = RC_KIND_FEE;
}

TWIST(reversal_kind)
{
    settlement->kind = RC_KIND_REVERSAL;
}

TWIST(near_fee)
{
    settlement->fee_minor =
        internal->fee_minor + rc_gen_between(family, 1, family->plan->rules.fee_tolerance_minor);
}

TWIST(far_fee)
{
    int64_t least = family->plan->rules.fee_tolerance_minor + 1;
    settlement->fee_minor =
        internal->fee_minor + rc_gen_either_sign(family, rc_gen_between(family, least, 100));
}

/* What no program here compares. */
TWIST(other_shop)
{
    memcpy(internal->mcc, "5999", sizeof internal->mcc);
    memset(internal->merchant_name, 'X', 1 + rc_gen_roll(&family->dice, 24));
}

TWIST(other_card)
{
    rc_gen_card(family->plan, family->serial + 1, internal);
}

TWIST(no_auth_code)
{
    memset(internal->auth_code, ' ', sizeof internal->auth_code);
}

TWIST(no_merchant)
{
    memset(settlement->merchant_id, ' ', sizeof settlement->merchant_id);
}

TWIST(no_reference)
{
    memset(settlement->reference, ' ', sizeof settlement->reference);
}

TWIST(no_auth_codes)
{
    no_auth_code(family, settlement, settlement);
    no_auth_code(family, settlement, internal);
}

TWIST(no_references)
{
    no_reference(family, settlement, internal);
    no_reference(family, internal, settlement);
}

/* Ids that have to be escaped somewhere, and blanks in and after them. */
TWIST(odd_id)
{
    static const char odd[11] = {'#', 'a', '/', ' ', '%', '"', '\\', '\'', '~', ' ', ' '};
    memcpy(settlement->id + 13, odd, sizeof odd);
    memcpy(internal->id + 13, odd, sizeof odd);
}

/* With an id of its own, the internal record is found by a pass or not at all. */
TWIST(own_id)
{
    rc_gen_id(family->plan, family->serial + 1, internal);
}

static void build_pair(struct rc_gen_family *family, const struct rc_gen_case *c)
{
    struct rc_gen_draft base;
    rc_gen_start_signed(family, &base);
    struct rc_gen_draft *settlement = rc_gen_add(family, RC_SETTLEMENT, &base, 0, c->status);
    struct rc_gen_draft *internal = rc_gen_add(family, RC_INTERNAL, &base, 0, c->status);
    for (int i = 0; i < RC_GEN_TWISTS && c->twists[i]; i++)
        c->twists[i](family, settlement, internal);
}

/* ----- the cases ----- */

/* A line a case, a line a part: clang-format would make a heap of it. */
/* clang-format off */

#define ANY false
#define CLEARING true

#define PAIR(only, rate, becomes, text, ...)                                                       \
    {.name = text, .clearing = only, .weight = rate, .build = build_pair,                          \
     .status = RC_##becomes, .twists = {__VA_ARGS__}}

#define PARTS(only, rate, text, ...)                                                               \
    {.name = text, .clearing = only, .weight = rate, .build = rc_gen_build_parts,                  \
     .parts = (const struct rc_gen_part[]){__VA_ARGS__},                                           \
     .part_count =                                                                                 \
         (int)(sizeof((const struct rc_gen_part[]){__VA_ARGS__}) / sizeof(struct rc_gen_part))}

/* Side, kind, times the amount, number of its id, number of its outcome, status. */
#define PART(on, what, factor, own, result, becomes, ...)                                          \
    {.side = RC_##on, .kind = RC_KIND_##what, .times = factor, .id = own, .outcome = result,       \
     .status = RC_##becomes, __VA_ARGS__}

#define CONFLICT(rate, becomes, text, flags)                                                       \
    {.name = (text), .weight = (rate), .build = rc_gen_build_conflict, .status = RC_##becomes,     \
     .shape = (flags)}

/* Settlement records, internal records, how their sums compare. */
#define GROUP(only, rate, text, settlements, internals, relation, flags)                           \
    {.name = (text), .clearing = (only), .weight = (rate), .build = rc_gen_build_group,            \
     .shape = (settlements) | (internals) << 4 | RC_GEN_##relation << RC_GEN_RELATION_AT | (flags)}

const struct rc_gen_case rc_gen_cases[] = {
    /* Every status once. */
    PAIR(ANY, 10, MATCHED_TOLERANCE, "amount within the tolerance", near_amount),
    PAIR(ANY, 10, AMOUNT_MISMATCH, "amount beyond the tolerance", far_amount),
    PAIR(ANY, 4, CURRENCY_MISMATCH, "other currency", other_currency),
    PAIR(ANY, 4, SIGN_MISMATCH, "other sign", other_sign),
    PAIR(ANY, 6, DATE_MISMATCH, "date beyond the window", far_date),
    PAIR(ANY, 6, FIELD_MISMATCH, "other authorisation code", other_auth_code),
    PARTS(ANY, 12, "settlement record alone",
          PART(SETTLEMENT, SALE, 1, 0, 0, MISSING_INTERNAL)),
    PARTS(ANY, 16, "young internal record alone",
          PART(INTERNAL, SALE, 1, 0, 0, PENDING)),
    PARTS(ANY, 8, "old internal record alone",
          PART(INTERNAL, SALE, 1, 0, 0, MISSING_SETTLEMENT)),
    PARTS(ANY, 6, "settlement record repeated",
          PART(SETTLEMENT, SALE, 1, 0, 0, MATCHED),
          PART(INTERNAL, SALE, 1, 0, 0, MATCHED),
          PART(SETTLEMENT, SALE, 1, 0, 1, DUPLICATE_SETTLEMENT)),
    PARTS(ANY, 4, "internal record repeated",
          PART(SETTLEMENT, SALE, 1, 0, 0, MATCHED),
          PART(INTERNAL, SALE, 1, 0, 0, MATCHED),
          PART(INTERNAL, SALE, 1, 0, 1, DUPLICATE_INTERNAL)),
    PAIR(ANY, 6, LATE_PRESENTMENT, "late", late),
    GROUP(ANY, 4, "two clear less than one", 2, 1, SHORT, 0),
    GROUP(ANY, 2, "two clear more than one", 2, 1, OVER, 0),
    PAIR(CLEARING, 6, FEE_VARIANCE, "other fee", far_fee),
    PAIR(CLEARING, 6, FX_VARIANCE, "rate beyond the tolerance", converted, far_rate),
    PARTS(CLEARING, 6, "reversal beside its original",
          PART(SETTLEMENT, SALE, 1, 0, 0, REVERSAL_MATCHED),
          PART(SETTLEMENT, REVERSAL, -1, 1, 0, REVERSAL_MATCHED)),
    PARTS(CLEARING, 3, "settlement reversal alone",
          PART(SETTLEMENT, REVERSAL, -1, 0, 0, REVERSAL_ORPHAN)),
    PARTS(CLEARING, 3, "chargeback of an internal record",
          PART(SETTLEMENT, CHARGEBACK, -1, 0, 0, CHARGEBACK),
          PART(INTERNAL, SALE, 1, 1, 0, CHARGEBACK)),
    PARTS(ANY, 3, "two could be the one",
          PART(SETTLEMENT, SALE, 1, 0, 0, AMBIGUOUS, .reference = 1),
          PART(SETTLEMENT, SALE, 1, 1, 1, AMBIGUOUS, .reference = 2),
          PART(INTERNAL, SALE, 1, 2, 2, AMBIGUOUS, .reference = 3)),

    /* Pairs that agree, or agree within a tolerance. */
    PAIR(ANY, 2, MATCHED, "differences that are not compared", other_shop, other_card),
    PAIR(ANY, 1, MATCHED, "zero amounts", zero_both),
    PAIR(ANY, 1, MATCHED, "odd ids", odd_id),
    PAIR(ANY, 1, MATCHED, "no authorisation codes", no_auth_codes),
    PAIR(ANY, 1, MATCHED, "last day that is not late", almost_late),
    PAIR(CLEARING, 1, MATCHED, "original amount is not compared", converted, other_original),
    PAIR(ANY, 4, MATCHED_TOLERANCE, "date within the window", near_date),
    PAIR(ANY, 2, MATCHED_TOLERANCE, "settle date within the window", near_settle_date),
    PAIR(CLEARING, 4, MATCHED_TOLERANCE, "fee within the tolerance", near_fee),
    PAIR(CLEARING, 6, MATCHED_TOLERANCE, "rate within the tolerance", converted, near_rate),
    PAIR(CLEARING, 1, MATCHED_TOLERANCE, "amount within the tolerance, original differs", converted,
         other_original, near_amount),
    PAIR(ANY, 1, MATCHED_TOLERANCE, "amount and dates within", near_amount, near_date,
         near_settle_date),
    PAIR(CLEARING, 1, MATCHED_TOLERANCE, "rate, date and fee within", converted, near_rate,
         near_date, near_fee),

    /* Pairs that do not, where the first of several differences decides. */
    PAIR(ANY, 1, CURRENCY_MISMATCH, "other currency, sign and amount", other_sign_and_amount,
         other_currency),
    PAIR(CLEARING, 1, CURRENCY_MISMATCH, "other currency of a conversion", converted,
         other_currency),
    PAIR(ANY, 1, SIGN_MISMATCH, "other sign and amount", other_sign_and_amount),
    PAIR(ANY, 1, SIGN_MISMATCH, "other sign, date and code", other_sign, far_date,
         other_auth_code),
    PAIR(ANY, 1, AMOUNT_MISMATCH, "nothing against something", zero_internal),
    PAIR(ANY, 1, AMOUNT_MISMATCH, "amount, date and code", far_amount, far_date, other_auth_code),
    PAIR(ANY, 1, AMOUNT_MISMATCH, "amount and late", far_amount, late),
    PAIR(CLEARING, 1, AMOUNT_MISMATCH, "amount, other original amount", converted, other_original,
         far_amount),
    PAIR(CLEARING, 1, AMOUNT_MISMATCH, "amount, other original currency", converted,
         other_original_currency, far_rate),
    PAIR(CLEARING, 1, FX_VARIANCE, "rate, fee and code", converted, far_rate, far_fee,
         other_auth_code),
    PAIR(ANY, 1, DATE_MISMATCH, "settle date beyond the window", far_settle_date),
    PAIR(ANY, 1, DATE_MISMATCH, "date and code", far_date, other_auth_code),
    PAIR(ANY, 1, DATE_MISMATCH, "date beyond, amount within", far_date, near_amount),
    PAIR(ANY, 1, DATE_MISMATCH, "date beyond and late", late, far_date),
    PAIR(ANY, 2, FIELD_MISMATCH, "other merchant", other_merchant),
    PAIR(ANY, 2, FIELD_MISMATCH, "other reference", other_reference),
    PAIR(ANY, 1, FIELD_MISMATCH, "internal side has no code", no_auth_code),
    PAIR(ANY, 1, FIELD_MISMATCH, "settlement side has no reference", no_reference),
    PAIR(ANY, 1, FIELD_MISMATCH, "settlement side has no merchant, amount within", no_merchant,
         near_amount),
    PAIR(ANY, 1, FIELD_MISMATCH, "code and late", other_auth_code, late),
    PAIR(CLEARING, 1, FIELD_MISMATCH, "other kind", fee_kind),
    PAIR(CLEARING, 1, FIELD_MISMATCH, "reversal against a sale", reversal_kind),
    PAIR(CLEARING, 1, FIELD_MISMATCH, "fee and merchant", far_fee, other_merchant),
    PAIR(CLEARING, 2, FEE_VARIANCE, "fee beyond, amount and date within", far_fee, near_amount,
         near_date),
    PAIR(CLEARING, 1, FEE_VARIANCE, "fee beyond, rate within", converted, near_rate, far_fee),
    PAIR(CLEARING, 1, FEE_VARIANCE, "fee beyond and late", far_fee, late),
    PAIR(ANY, 1, LATE_PRESENTMENT, "late, amount within", late, near_amount),
    PAIR(ANY, 1, LATE_PRESENTMENT, "late, settle date within", late, near_settle_date),

    /* Pairs that a pass finds. */
    PAIR(ANY, 4, MATCHED, "by code, amount and card", own_id),
    PAIR(ANY, 2, MATCHED, "by code, amount and card, without references", own_id, no_references),
    PAIR(ANY, 1, MATCHED_TOLERANCE, "by code, amount and card, date within", own_id, near_date),
    PAIR(ANY, 2, FIELD_MISMATCH, "by code, amount and card, other reference", own_id,
         other_reference),
    PAIR(ANY, 1, FIELD_MISMATCH, "by code, amount and card, one reference", own_id, no_reference),
    PAIR(ANY, 1, DATE_MISMATCH, "by code, amount and card, other date", own_id, far_date),
    PAIR(ANY, 1, LATE_PRESENTMENT, "by code, amount and card, late", own_id, late),
    PAIR(CLEARING, 1, FEE_VARIANCE, "by code, amount and card, other fee", own_id, far_fee),
    PAIR(CLEARING, 1, FIELD_MISMATCH, "by code, amount and card, other kind", own_id, fee_kind),
    PAIR(ANY, 2, MATCHED, "by reference, other card", own_id, other_card),
    PAIR(ANY, 1, MATCHED, "by reference, no codes", own_id, no_auth_codes),
    PAIR(ANY, 1, MATCHED_TOLERANCE, "by reference, amount within", own_id, near_amount),
    PAIR(CLEARING, 1, MATCHED_TOLERANCE, "by reference, rate within", own_id, converted, near_rate),
    PAIR(ANY, 1, AMOUNT_MISMATCH, "by reference, other amount", own_id, far_amount),
    PAIR(CLEARING, 1, FX_VARIANCE, "by reference, other rate", own_id, converted, far_rate),
    PAIR(ANY, 1, CURRENCY_MISMATCH, "by reference, other currency", own_id, other_currency),
    PAIR(ANY, 1, SIGN_MISMATCH, "by reference, other sign", own_id, other_sign),
    PAIR(ANY, 1, FIELD_MISMATCH, "by reference, other code", own_id, other_auth_code),
    PAIR(ANY, 1, LATE_PRESENTMENT, "by reference, late", own_id, other_card, late),

    /* Records that nothing meets. */
    PARTS(CLEARING, 2, "settled fee alone", PART(SETTLEMENT, FEE, 1, 0, 0, MISSING_INTERNAL)),
    PARTS(ANY, 1, "settlement record alone, no reference",
          PART(SETTLEMENT, SALE, 1, 0, 0, MISSING_INTERNAL, .no_reference = true)),
    PARTS(CLEARING, 1, "old internal fee alone",
          PART(INTERNAL, FEE, 1, 0, 0, MISSING_SETTLEMENT)),
    PARTS(ANY, 1, "young internal record alone, no reference",
          PART(INTERNAL, SALE, 1, 0, 0, PENDING, .no_reference = true)),

    /* Repeats. */
    PARTS(ANY, 1, "settlement record twice repeated",
          PART(SETTLEMENT, SALE, 1, 0, 0, MATCHED),
          PART(INTERNAL, SALE, 1, 0, 0, MATCHED),
          PART(SETTLEMENT, SALE, 1, 0, 1, DUPLICATE_SETTLEMENT),
          PART(SETTLEMENT, SALE, 1, 0, 2, DUPLICATE_SETTLEMENT)),
    PARTS(ANY, 1, "both sides repeated",
          PART(SETTLEMENT, SALE, 1, 0, 0, MATCHED),
          PART(INTERNAL, SALE, 1, 0, 0, MATCHED),
          PART(SETTLEMENT, SALE, 1, 0, 1, DUPLICATE_SETTLEMENT),
          PART(INTERNAL, SALE, 1, 0, 2, DUPLICATE_INTERNAL)),
    PARTS(ANY, 1, "repeated, the other side lacks it",
          PART(SETTLEMENT, SALE, 1, 0, 0, MISSING_INTERNAL),
          PART(SETTLEMENT, SALE, 1, 0, 1, DUPLICATE_SETTLEMENT)),
    PARTS(ANY, 1, "young internal record repeated, the other side lacks it",
          PART(INTERNAL, SALE, 1, 0, 0, PENDING),
          PART(INTERNAL, SALE, 1, 0, 1, DUPLICATE_INTERNAL)),
    PARTS(ANY, 1, "old internal record repeated, the other side lacks it",
          PART(INTERNAL, SALE, 1, 0, 0, MISSING_SETTLEMENT),
          PART(INTERNAL, SALE, 1, 0, 1, DUPLICATE_INTERNAL)),
    PARTS(ANY, 1, "repeated, and found by a pass",
          PART(SETTLEMENT, SALE, 1, 0, 0, MATCHED),
          PART(SETTLEMENT, SALE, 1, 0, 1, DUPLICATE_SETTLEMENT),
          PART(INTERNAL, SALE, 1, 1, 0, MATCHED),
          PART(INTERNAL, SALE, 1, 1, 2, DUPLICATE_INTERNAL)),
    PARTS(CLEARING, 1, "reversal repeated",
          PART(SETTLEMENT, SALE, 1, 0, 0, REVERSAL_MATCHED),
          PART(SETTLEMENT, REVERSAL, -1, 1, 0, REVERSAL_MATCHED),
          PART(SETTLEMENT, REVERSAL, -1, 1, 1, DUPLICATE_SETTLEMENT)),
    PARTS(CLEARING, 1, "chargeback repeated",
          PART(SETTLEMENT, CHARGEBACK, -1, 0, 0, CHARGEBACK),
          PART(SETTLEMENT, CHARGEBACK, -1, 0, 1, DUPLICATE_SETTLEMENT)),
    CONFLICT(2, MATCHED, "two amounts, the first agrees", 0),
    CONFLICT(2, AMOUNT_MISMATCH, "two amounts, the last agrees", RC_GEN_OTHER_LAST),
    CONFLICT(1, MATCHED, "three amounts, the first agrees", RC_GEN_THREE),
    CONFLICT(1, AMOUNT_MISMATCH, "three amounts, the last agrees",
             RC_GEN_THREE | RC_GEN_OTHER_LAST),
    CONFLICT(1, MATCHED, "two dates, the first agrees", RC_GEN_BY_DATE),
    CONFLICT(1, DATE_MISMATCH, "two dates, the last agrees", RC_GEN_BY_DATE | RC_GEN_OTHER_LAST),
    CONFLICT(1, MISSING_INTERNAL, "two amounts, the other side lacks it", RC_GEN_UNMET),
    CONFLICT(1, MATCHED, "two internal amounts, the first agrees", RC_GEN_ON_INTERNAL),
    CONFLICT(1, AMOUNT_MISMATCH, "two internal amounts, the last agrees",
             RC_GEN_ON_INTERNAL | RC_GEN_OTHER_LAST),
    CONFLICT(1, DATE_MISMATCH, "three internal dates, the last agrees",
             RC_GEN_ON_INTERNAL | RC_GEN_THREE | RC_GEN_BY_DATE | RC_GEN_OTHER_LAST),
    CONFLICT(1, PENDING, "two young internal amounts, the other side lacks it",
             RC_GEN_ON_INTERNAL | RC_GEN_UNMET),
    CONFLICT(1, MISSING_SETTLEMENT, "three old internal amounts, the other side lacks it",
             RC_GEN_ON_INTERNAL | RC_GEN_UNMET | RC_GEN_THREE),

    /* Groups. */
    GROUP(ANY, 2, "two clear one", 2, 1, EXACT, 0),
    GROUP(ANY, 1, "two clear one within the tolerance", 2, 1, NEAR, 0),
    GROUP(ANY, 1, "four clear one", 4, 1, EXACT, 0),
    GROUP(ANY, 1, "one clears two", 1, 2, EXACT, 0),
    GROUP(ANY, 1, "one clears three within the tolerance", 1, 3, NEAR, 0),
    GROUP(ANY, 1, "two clear two", 2, 2, EXACT, 0),
    GROUP(ANY, 1, "two credits clear one", 2, 1, EXACT, RC_GEN_CREDITS),
    GROUP(ANY, 1, "three clear less than one", 3, 1, SHORT, 0),
    GROUP(ANY, 1, "one clears less than two", 1, 2, SHORT, 0),
    GROUP(ANY, 1, "two credits clear less than one", 2, 1, SHORT, RC_GEN_CREDITS),
    GROUP(ANY, 1, "two of the opposite sign", 2, 1, OPPOSITE, 0),
    GROUP(ANY, 1, "two of the opposite sign to a credit", 2, 1, OPPOSITE, RC_GEN_CREDITS),
    GROUP(ANY, 1, "one clears more than two", 1, 2, OVER, 0),
    GROUP(ANY, 1, "three clear more than two", 3, 2, OVER, 0),
    GROUP(ANY, 1, "three credits clear more than one", 3, 1, OVER, RC_GEN_CREDITS),
    GROUP(CLEARING, 1, "a sale and a fee clear less than one", 2, 1, SHORT, RC_GEN_FEE_AMONG),
    GROUP(ANY, 1, "two currencies, one of them short", 2, 1, SHORT, RC_GEN_SECOND_CURRENCY),
    GROUP(ANY, 1, "a group and a pair", 2, 1, OVER, RC_GEN_WITH_PAIR),
    GROUP(ANY, 1, "a group, and a settlement record in another currency", 2, 1, EXACT,
          RC_GEN_STRANGER_SETTLEMENT),
    GROUP(ANY, 1, "a group, and an internal record in another currency", 1, 2, SHORT,
          RC_GEN_STRANGER_INTERNAL),
    GROUP(ANY, 0, "as many as the pass takes", RC_GEN_GROUP_CAP, 1, EXACT, 0),
    GROUP(ANY, 0, "more than the pass takes", RC_GEN_GROUP_CAP + 1, 1, EXACT, RC_GEN_CAPPED),
    GROUP(ANY, 0, "more internal records than the pass takes", 1, RC_GEN_GROUP_CAP + 1, EXACT,
          RC_GEN_CAPPED),
    PARTS(ANY, 1, "twice the amount, not told apart before the sums are",
          PART(SETTLEMENT, SALE, 1, 0, 0, OVER_CLEARED),
          PART(SETTLEMENT, SALE, 1, 1, 0, OVER_CLEARED),
          PART(INTERNAL, SALE, 1, 2, 0, OVER_CLEARED)),
    PARTS(ANY, 1, "half the amount, not told apart before the sums are",
          PART(SETTLEMENT, SALE, 1, 0, 0, PARTIAL_CLEARING),
          PART(INTERNAL, SALE, 1, 1, 0, PARTIAL_CLEARING),
          PART(INTERNAL, SALE, 1, 2, 0, PARTIAL_CLEARING)),
    PARTS(ANY, 1, "a settlement sum of nothing",
          PART(SETTLEMENT, SALE, 1, 0, 0, PARTIAL_CLEARING),
          PART(SETTLEMENT, SALE, -1, 1, 0, PARTIAL_CLEARING),
          PART(INTERNAL, SALE, 2, 2, 0, PARTIAL_CLEARING)),
    PARTS(ANY, 1, "an internal sum of nothing",
          PART(SETTLEMENT, SALE, 1, 0, 0, OVER_CLEARED),
          PART(INTERNAL, SALE, 2, 1, 0, OVER_CLEARED),
          PART(INTERNAL, SALE, -2, 2, 0, OVER_CLEARED)),
    PARTS(ANY, 1, "two and two of one amount",
          PART(SETTLEMENT, SALE, 1, 0, 0, MATCHED),
          PART(SETTLEMENT, SALE, 1, 1, 0, MATCHED),
          PART(INTERNAL, SALE, 1, 2, 0, MATCHED),
          PART(INTERNAL, SALE, 1, 3, 0, MATCHED)),

    /* What is left over, and what a later pass makes of an ambiguity. */
    PARTS(ANY, 1, "one could be either of two",
          PART(SETTLEMENT, SALE, 1, 0, 0, AMBIGUOUS, .reference = 1),
          PART(INTERNAL, SALE, 1, 1, 1, AMBIGUOUS, .reference = 2),
          PART(INTERNAL, SALE, 1, 2, 2, AMBIGUOUS, .reference = 3)),
    PARTS(ANY, 1, "two could be either of two",
          PART(SETTLEMENT, SALE, 1, 0, 0, AMBIGUOUS, .reference = 1),
          PART(SETTLEMENT, SALE, 1, 1, 1, AMBIGUOUS, .reference = 2),
          PART(INTERNAL, SALE, 1, 2, 2, AMBIGUOUS, .reference = 3),
          PART(INTERNAL, SALE, 1, 3, 3, AMBIGUOUS, .reference = 4)),
    PARTS(ANY, 1, "two could be the one, without references",
          PART(SETTLEMENT, SALE, 1, 0, 0, AMBIGUOUS, .no_reference = true),
          PART(SETTLEMENT, SALE, 1, 1, 1, AMBIGUOUS, .no_reference = true),
          PART(INTERNAL, SALE, 1, 2, 2, AMBIGUOUS, .no_reference = true)),
    PARTS(ANY, 1, "told apart by references",
          PART(SETTLEMENT, SALE, 1, 0, 0, MATCHED, .reference = 1),
          PART(SETTLEMENT, SALE, 1, 1, 1, MATCHED, .reference = 2),
          PART(INTERNAL, SALE, 1, 2, 0, MATCHED, .reference = 1),
          PART(INTERNAL, SALE, 1, 3, 1, MATCHED, .reference = 2)),
    PARTS(ANY, 1, "one told apart by its reference",
          PART(SETTLEMENT, SALE, 1, 0, 0, MATCHED, .reference = 1),
          PART(SETTLEMENT, SALE, 1, 1, 1, AMBIGUOUS, .reference = 2),
          PART(INTERNAL, SALE, 1, 2, 0, MATCHED, .reference = 1)),
    PARTS(ANY, 1, "equal amounts first, then the two that are left",
          PART(SETTLEMENT, SALE, 1, 0, 0, MATCHED),
          PART(SETTLEMENT, SALE, 2, 1, 1, AMOUNT_MISMATCH),
          PART(INTERNAL, SALE, 1, 2, 0, MATCHED, .card = 1),
          PART(INTERNAL, SALE, 3, 3, 1, AMOUNT_MISMATCH, .card = 1)),
    PARTS(ANY, 1, "equal amounts first, then the two that are close",
          PART(SETTLEMENT, SALE, 1, 0, 0, MATCHED),
          PART(SETTLEMENT, SALE, 2, 1, 1, MATCHED_TOLERANCE),
          PART(INTERNAL, SALE, 1, 2, 0, MATCHED, .card = 1),
          PART(INTERNAL, SALE, 2, 3, 1, MATCHED_TOLERANCE, .card = 1, .plus = 1)),

    /* Reversals. */
    PARTS(CLEARING, 2, "internal reversal alone",
          PART(INTERNAL, REVERSAL, -1, 0, 0, REVERSAL_ORPHAN)),
    PARTS(CLEARING, 2, "internal reversal beside its original",
          PART(INTERNAL, SALE, 1, 0, 0, REVERSAL_MATCHED),
          PART(INTERNAL, REVERSAL, -1, 1, 0, REVERSAL_MATCHED)),
    PARTS(CLEARING, 2, "settlement reversal of an internal record",
          PART(SETTLEMENT, REVERSAL, -1, 0, 0, REVERSAL_MATCHED),
          PART(INTERNAL, SALE, 1, 1, 0, REVERSAL_MATCHED)),
    PARTS(CLEARING, 2, "internal reversal of a settlement record",
          PART(SETTLEMENT, SALE, 1, 0, 0, REVERSAL_MATCHED),
          PART(INTERNAL, REVERSAL, -1, 1, 0, REVERSAL_MATCHED)),
    PARTS(CLEARING, 1, "reversal of a fee",
          PART(SETTLEMENT, FEE, 1, 0, 0, REVERSAL_MATCHED),
          PART(SETTLEMENT, REVERSAL, -1, 1, 0, REVERSAL_MATCHED)),
    PARTS(CLEARING, 1, "two reversals, one original",
          PART(SETTLEMENT, SALE, 1, 0, 0, REVERSAL_MATCHED),
          PART(SETTLEMENT, REVERSAL, -1, 1, 0, REVERSAL_MATCHED),
          PART(SETTLEMENT, REVERSAL, -1, 2, 1, REVERSAL_ORPHAN)),
    PARTS(CLEARING, 1, "one reversal, two originals",
          PART(SETTLEMENT, SALE, 1, 0, 0, REVERSAL_MATCHED),
          PART(SETTLEMENT, SALE, 1, 1, 1, MISSING_INTERNAL),
          PART(SETTLEMENT, REVERSAL, -1, 2, 0, REVERSAL_MATCHED)),
    PARTS(CLEARING, 1, "one internal reversal, two originals",
          PART(INTERNAL, SALE, 1, 0, 0, REVERSAL_MATCHED),
          PART(INTERNAL, SALE, 1, 1, 1, PENDING),
          PART(INTERNAL, REVERSAL, -1, 2, 0, REVERSAL_MATCHED)),
    PARTS(CLEARING, 1, "reversals of both sides, one original",
          PART(SETTLEMENT, REVERSAL, -1, 0, 0, REVERSAL_MATCHED),
          PART(INTERNAL, SALE, 1, 1, 0, REVERSAL_MATCHED),
          PART(INTERNAL, REVERSAL, -1, 2, 1, REVERSAL_ORPHAN)),
    PARTS(CLEARING, 2, "reversal of a pair",
          PART(SETTLEMENT, SALE, 1, 0, 0, MATCHED),
          PART(INTERNAL, SALE, 1, 0, 0, MATCHED),
          PART(SETTLEMENT, REVERSAL, -1, 1, 1, REVERSAL_ORPHAN)),
    PARTS(CLEARING, 1, "reversals of a pair, on both sides",
          PART(SETTLEMENT, SALE, 1, 0, 0, MATCHED),
          PART(INTERNAL, SALE, 1, 0, 0, MATCHED),
          PART(SETTLEMENT, REVERSAL, -1, 1, 1, REVERSAL_ORPHAN),
          PART(INTERNAL, REVERSAL, -1, 2, 2, REVERSAL_ORPHAN)),
    PARTS(CLEARING, 2, "reversals of one id",
          PART(SETTLEMENT, REVERSAL, -1, 0, 0, MATCHED),
          PART(INTERNAL, REVERSAL, -1, 0, 0, MATCHED)),
    PARTS(CLEARING, 1, "reversal of another amount",
          PART(SETTLEMENT, SALE, 1, 0, 0, MISSING_INTERNAL),
          PART(SETTLEMENT, REVERSAL, -1, 1, 1, REVERSAL_ORPHAN, .plus = 1)),
    PARTS(CLEARING, 1, "reversal in another currency",
          PART(SETTLEMENT, SALE, 1, 0, 0, MISSING_INTERNAL),
          PART(SETTLEMENT, REVERSAL, -1, 1, 1, REVERSAL_ORPHAN, .foreign = true)),
    PARTS(CLEARING, 1, "reversal without a reference",
          PART(INTERNAL, SALE, 1, 0, 0, MISSING_SETTLEMENT, .no_reference = true),
          PART(INTERNAL, REVERSAL, -1, 1, 1, REVERSAL_ORPHAN, .no_reference = true)),
    PARTS(CLEARING, 1, "reversal of a chargeback",
          PART(SETTLEMENT, CHARGEBACK, 1, 0, 0, CHARGEBACK),
          PART(SETTLEMENT, REVERSAL, -1, 1, 1, REVERSAL_ORPHAN)),

    /* Chargebacks. */
    PARTS(CLEARING, 2, "chargeback alone", PART(SETTLEMENT, CHARGEBACK, -1, 0, 0, CHARGEBACK)),
    PARTS(CLEARING, 1, "internal chargeback alone",
          PART(INTERNAL, CHARGEBACK, -1, 0, 0, CHARGEBACK)),
    PARTS(CLEARING, 1, "chargeback in another currency",
          PART(SETTLEMENT, CHARGEBACK, -1, 0, 0, CHARGEBACK, .foreign = true),
          PART(INTERNAL, SALE, 1, 1, 0, CHARGEBACK)),
    PARTS(CLEARING, 1, "chargeback of an internal chargeback",
          PART(SETTLEMENT, CHARGEBACK, -1, 0, 0, CHARGEBACK),
          PART(INTERNAL, CHARGEBACK, -1, 1, 0, CHARGEBACK)),
    PARTS(CLEARING, 1, "chargebacks of one id",
          PART(SETTLEMENT, CHARGEBACK, -1, 0, 0, MATCHED),
          PART(INTERNAL, CHARGEBACK, -1, 0, 0, MATCHED)),
    PARTS(CLEARING, 2, "chargeback of a pair",
          PART(SETTLEMENT, SALE, 1, 0, 0, MATCHED),
          PART(INTERNAL, SALE, 1, 0, 0, MATCHED),
          PART(SETTLEMENT, CHARGEBACK, -1, 1, 1, CHARGEBACK)),
    PARTS(CLEARING, 1, "two chargebacks, one internal record",
          PART(SETTLEMENT, CHARGEBACK, -1, 0, 0, CHARGEBACK),
          PART(SETTLEMENT, CHARGEBACK, -1, 1, 1, CHARGEBACK),
          PART(INTERNAL, SALE, 1, 2, 0, CHARGEBACK)),
    PARTS(CLEARING, 1, "one chargeback, two young internal records",
          PART(SETTLEMENT, CHARGEBACK, -1, 0, 0, CHARGEBACK),
          PART(INTERNAL, SALE, 1, 1, 0, CHARGEBACK),
          PART(INTERNAL, SALE, 1, 2, 1, PENDING)),
    PARTS(CLEARING, 1, "one chargeback, two old internal records",
          PART(SETTLEMENT, CHARGEBACK, -1, 0, 0, CHARGEBACK),
          PART(INTERNAL, SALE, 1, 1, 0, CHARGEBACK),
          PART(INTERNAL, SALE, 1, 2, 1, MISSING_SETTLEMENT)),
    PARTS(CLEARING, 1, "chargeback and internal reversal",
          PART(SETTLEMENT, CHARGEBACK, -1, 0, 0, CHARGEBACK),
          PART(INTERNAL, REVERSAL, -1, 1, 1, REVERSAL_ORPHAN)),
    PARTS(CLEARING, 1, "a reversal takes the record before the chargeback",
          PART(SETTLEMENT, REVERSAL, -1, 0, 0, REVERSAL_MATCHED),
          PART(INTERNAL, SALE, 1, 1, 0, REVERSAL_MATCHED),
          PART(SETTLEMENT, CHARGEBACK, -1, 2, 1, CHARGEBACK)),
};
/* clang-format on */

const int rc_gen_case_count = sizeof rc_gen_cases / sizeof *rc_gen_cases;
