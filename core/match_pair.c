#include "core/match.h"

#include "base/decimal.h"
#include "core/civil.h"
#include "core/currency.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t rc_compare_mask(const struct rc_rules *rules, uint32_t settlement_fields,
                         uint32_t internal_fields)
{
    uint32_t always = 1u << RC_C_AMOUNT | 1u << RC_C_CURRENCY;
    uint32_t both = settlement_fields & internal_fields;
    return (always | (rules->compare & both)) & ~(1u << RC_C_ID);
}

int32_t rc_record_age(const struct rc_matcher *matcher, const struct rc_record *record)
{
    int32_t from = rc_record_has(record, RC_C_DATE)          ? record->date
                   : rc_record_has(record, RC_C_SETTLE_DATE) ? record->settle_date
                                                             : matcher->file_date;
    return rc_business_days(from, matcher->file_date, matcher->holidays, matcher->holiday_count);
}

bool rc_record_is_special(const struct rc_matcher *matcher, const struct rc_record *record)
{
    if (matcher->rules->late_after_days < 0)
        return false;
    /* With equal dates on both sides the record alone tells; where dates are not
     * compared, the other side's date may be any, so every record is looked at. */
    bool compared = matcher->compare >> RC_C_DATE & 1 && matcher->compare >> RC_C_SETTLE_DATE & 1;
    if (!compared)
        return true;
    return rc_record_has(record, RC_C_DATE) && rc_record_has(record, RC_C_SETTLE_DATE) &&
           rc_business_days(record->date, record->settle_date, matcher->holidays,
                            matcher->holiday_count) > matcher->rules->late_after_days;
}

/* ----- differences ----- */

static bool same_text(struct rc_text a, struct rc_text b)
{
    return a.length == b.length && memcmp(a.data, b.data, a.length) == 0;
}

static bool same_field(const struct rc_record *a, const struct rc_record *b, enum rc_canon field)
{
    if (rc_record_has(a, field) != rc_record_has(b, field))
        return false;
    if (!rc_record_has(a, field))
        return true;
    switch (field) {
    case RC_C_AMOUNT:
        return a->amount_minor == b->amount_minor;
    case RC_C_CURRENCY:
        return a->currency == b->currency;
    case RC_C_DATE:
        return a->date == b->date;
    case RC_C_SETTLE_DATE:
        return a->settle_date == b->settle_date;
    case RC_C_KIND:
        return a->kind == b->kind;
    case RC_C_FEE:
        return a->fee_minor == b->fee_minor;
    case RC_C_ORIGINAL_AMOUNT:
        return a->original_amount_minor == b->original_amount_minor;
    case RC_C_ORIGINAL_CURRENCY:
        return a->original_currency == b->original_currency;
    default:
        return same_text(rc_record_text(a, field), rc_record_text(b, field));
    }
}

/* The mask comes last: gcc 12 makes wrong code of a condition in the loop when it
 * compiles for the thread sanitizer at -O1. */
static uint32_t differences(uint32_t mask, const struct rc_record *a, const struct rc_record *b)
{
    uint32_t found = 0;
    for (int field = 0; field < RC_CANON_FIELDS; field++)
        found |= (uint32_t)!same_field(a, b, (enum rc_canon)field) << field;
    return found & mask;
}

/* ----- tolerances; |a - b| <= limit with 128 bits, so that nothing wraps ----- */

static rc_i128 distance(int64_t a, int64_t b)
{
    rc_i128 d = (rc_i128)a - b;
    return d < 0 ? -d : d;
}

/* basis_points / 10000 of |amount|, rounded toward zero. */
static rc_i128 share(int64_t amount, int64_t basis_points)
{
    rc_i128 magnitude = amount < 0 ? -(rc_i128)amount : (rc_i128)amount;
    return magnitude * basis_points / 10000;
}

static bool amount_tolerated(const struct rc_rules *rules, const struct rc_record *s,
                             const struct rc_record *i)
{
    rc_i128 limit = share(i->amount_minor, rules->amount_tolerance_bp);
    if (rules->amount_tolerance_minor > limit)
        limit = rules->amount_tolerance_minor;
    return distance(s->amount_minor, i->amount_minor) <= limit;
}

/* Both amounts were converted from one original amount in another currency. */
static bool converted_alike(const struct rc_rules *rules, const struct rc_record *s,
                            const struct rc_record *i)
{
    bool there = rc_record_has(s, RC_C_ORIGINAL_AMOUNT) && rc_record_has(s, RC_C_ORIGINAL_CURRENCY);
    return rules->fx_tolerance_bp >= 0 && there && s->original_currency != s->currency &&
           same_field(s, i, RC_C_ORIGINAL_AMOUNT) && same_field(s, i, RC_C_ORIGINAL_CURRENCY);
}

static bool date_tolerated(const struct rc_rules *rules, const struct rc_record *s,
                           const struct rc_record *i, enum rc_canon field)
{
    if (!rc_record_has(s, field) || !rc_record_has(i, field))
        return false;
    int32_t a = field == RC_C_DATE ? s->date : s->settle_date;
    int32_t b = field == RC_C_DATE ? i->date : i->settle_date;
    return distance(a, b) <= rules->date_window_days;
}

/* The differences that no tolerance covers. */
static uint32_t untolerated(const struct rc_rules *rules, uint32_t found, const struct rc_record *s,
                            const struct rc_record *i)
{
    uint32_t left = found;
    bool comparable = !(found >> RC_C_CURRENCY & 1);
    if (found >> RC_C_AMOUNT & 1 && comparable) {
        bool fx =
            converted_alike(rules, s, i) && distance(s->amount_minor, i->amount_minor) <=
                                                share(i->amount_minor, rules->fx_tolerance_bp);
        bool opposite = (s->amount_minor < 0 && i->amount_minor > 0) ||
                        (s->amount_minor > 0 && i->amount_minor < 0);
        if (!opposite && (fx || amount_tolerated(rules, s, i)))
            left &= ~(1u << RC_C_AMOUNT);
    }
    for (int field = RC_C_DATE; field <= RC_C_SETTLE_DATE; field++)
        if (found >> field & 1 && date_tolerated(rules, s, i, (enum rc_canon)field))
            left &= ~(1u << field);
    bool fees = rc_record_has(s, RC_C_FEE) && rc_record_has(i, RC_C_FEE);
    if (found >> RC_C_FEE & 1 && fees &&
        distance(s->fee_minor, i->fee_minor) <= rules->fee_tolerance_minor)
        left &= ~(1u << RC_C_FEE);
    return left;
}

static bool is_late(const struct rc_matcher *matcher, const struct rc_record *s,
                    const struct rc_record *i)
{
    return matcher->rules->late_after_days >= 0 && rc_record_has(s, RC_C_SETTLE_DATE) &&
           rc_record_has(i, RC_C_DATE) &&
           rc_business_days(i->date, s->settle_date, matcher->holidays, matcher->holiday_count) >
               matcher->rules->late_after_days;
}

/* ----- the verdict ----- */

static void say(struct rc_verdict *verdict, enum rc_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void say(struct rc_verdict *verdict, enum rc_status status, const char *format, ...)
{
    va_list args;
    verdict->status = status;
    va_start(args, format);
    vsnprintf(verdict->reason, sizeof verdict->reason, format, args);
    va_end(args);
}

static void name_fields(uint32_t fields, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (int field = 0; field < RC_CANON_FIELDS; field++)
        if (fields >> field & 1 && used < size)
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "",
                                     rc_canon_name((enum rc_canon)field));
}

static void judge_amount(const struct rc_matcher *matcher, const struct rc_record *s,
                         const struct rc_record *i, struct rc_verdict *verdict)
{
    char off[RC_DECIMAL_TEXT];
    struct rc_decimal delta = {(rc_i128)s->amount_minor - i->amount_minor,
                               rc_currencies[s->currency].exponent};
    rc_decimal_format(delta, off);
    if ((s->amount_minor < 0 && i->amount_minor > 0) ||
        (s->amount_minor > 0 && i->amount_minor < 0))
        say(verdict, RC_SIGN_MISMATCH, "one amount is a debit, the other a credit");
    else if (converted_alike(matcher->rules, s, i))
        say(verdict, RC_FX_VARIANCE,
            "converted from the same amount, but off by %s %s: over %lld basis points", off,
            rc_currencies[s->currency].alpha, (long long)matcher->rules->fx_tolerance_bp);
    else
        say(verdict, RC_AMOUNT_MISMATCH, "amounts differ by %s %s, more than the tolerance", off,
            rc_currencies[s->currency].alpha);
}

void rc_match_pair(const struct rc_matcher *matcher, const struct rc_record *s,
                   const struct rc_record *i, struct rc_verdict *verdict)
{
    char names[120];
    uint32_t dates = 1u << RC_C_DATE | 1u << RC_C_SETTLE_DATE;
    uint32_t found = differences(matcher->compare, s, i);
    uint32_t left = untolerated(matcher->rules, found, s, i);
    verdict->differences = found;
    name_fields(left, names, sizeof names);
    if (left >> RC_C_CURRENCY & 1)
        say(verdict, RC_CURRENCY_MISMATCH, "%s against %s", rc_currencies[s->currency].alpha,
            rc_currencies[i->currency].alpha);
    else if (left >> RC_C_AMOUNT & 1)
        judge_amount(matcher, s, i, verdict);
    else if (left & dates)
        say(verdict, RC_DATE_MISMATCH, "dates are more than %d days apart or one is absent",
            matcher->rules->date_window_days);
    else if (left == 1u << RC_C_FEE)
        say(verdict, RC_FEE_VARIANCE, "only the fees differ, by more than the tolerance");
    else if (left)
        say(verdict, RC_FIELD_MISMATCH, "different: %s", names);
    else if (is_late(matcher, s, i))
        say(verdict, RC_LATE_PRESENTMENT, "presented more than %d business days after its date",
            matcher->rules->late_after_days);
    else if (found)
        say(verdict, RC_MATCHED_TOLERANCE, "within the tolerances");
    else
        say(verdict, RC_MATCHED, "%s", "");
}
