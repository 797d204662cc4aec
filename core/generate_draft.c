#include "core/generate_plan.h"

#include <string.h>

#include "core/currency.h"

/* Digits and letters without the ones that are mistaken for each other: 32. */
static const char symbols[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
enum { FIRST_LETTER = 10 };

enum {
    AMOUNT_MOST = 9999999,    /* what an original amount of seven digits can repeat */
    FEE_MOST = 99999,         /* five digits */
    PLAIN_DAYS = 10,          /* purchases are less than so many days old */
    MERCHANTS = 20000,        /* merchants a country */
    CONVERTED_PER_MILLE = 80, /* of the bulk */
    CREDIT_PER_MILLE = 50,
    FEE_KIND_PER_MILLE = 5,
    ZERO_PER_MILLE = 2,
};

static const struct {
    char country[3];
    uint8_t percent;         /* of the records */
    int16_t unit_minor;      /* what an everyday price is counted in */
    int32_t value_micro_usd; /* of one minor unit, about */
} currencies[RC_GEN_CURRENCIES] = {
    {"US", 55, 100, 10000}, {"DE", 22, 100, 10800}, {"GB", 12, 100, 12700},
    {"JP", 8, 100, 6700},   {"KW", 3, 1000, 3250},
};

static const struct {
    char name[21];
    char mcc[5];
} merchants[] = {
    {"NORTHSIDE GROCERY", "5411"},   {"CORNER COFFEE", "5814"},
    {"HARBOUR FUEL", "5541"},        {"GREENLEAF PHARMACY", "5912"},
    {"BLUE LINE TRANSIT", "4111"},   {"PAGE AND SPINE BOOKS", "5942"},
    {"ORBIT ELECTRONICS", "5732"},   {"CITY PARKING", "7523"},
    {"OLD MILL RESTAURANT", "5812"}, {"SEAVIEW HOTEL", "7011"},
    {"ATLAS AIR TICKETS", "4511"},   {"WILLOW HARDWARE", "5251"},
    {"LANTERN CINEMA", "7832"},      {"FERN AND CO CLOTHING", "5651"},
};
enum { MERCHANT_NAMES = sizeof merchants / sizeof *merchants };

/* ----- chance ----- */

/* The finalizer of SplitMix64. */
uint64_t rc_gen_mix(uint64_t value)
{
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

static uint64_t next(uint64_t *dice)
{
    *dice += UINT64_C(0x9e3779b97f4a7c15);
    return rc_gen_mix(*dice);
}

uint64_t rc_gen_roll(uint64_t *dice, uint64_t below)
{
    return (uint64_t)((rc_u128)next(dice) * below >> 64);
}

/* ----- texts ----- */

void rc_gen_digits(char *to, int width, uint64_t value)
{
    for (int i = width - 1; i >= 0; i--, value /= 10)
        to[i] = (char)('0' + value % 10);
}

static void put_symbols(char *to, int width, uint64_t bits)
{
    for (int i = 0; i < width; i++, bits >>= 5)
        to[i] = symbols[bits & 31];
}

/* Thirteen characters for 64 bits: twelve symbols and a letter of sixteen, so that
 * no run of digits is long enough to be taken for a card number. */
static void put_unique(char *to, uint64_t bits)
{
    put_symbols(to, 12, bits);
    to[12] = symbols[FIRST_LETTER + (bits >> 60)];
}

void rc_gen_id(const struct rc_gen_plan *plan, uint64_t serial, struct rc_gen_draft *draft)
{
    uint64_t unique = rc_gen_mix(serial ^ plan->key);
    put_unique(draft->id, unique);
    put_symbols(draft->id + 13, (int)sizeof draft->id - 13, rc_gen_mix(unique));
}

void rc_gen_card(const struct rc_gen_plan *plan, uint64_t serial, struct rc_gen_draft *draft)
{
    uint64_t unique = rc_gen_mix(serial ^ ~plan->key);
    put_unique(draft->card, unique);
    put_symbols(draft->card + 13, (int)sizeof draft->card - 13, rc_gen_mix(unique));
}

/* The digit that makes the sum of all digits, each second one doubled, a multiple
 * of ten (ISO/IEC 7812-1, annex B). */
static char luhn_digit(const char *digits, int count)
{
    static const uint8_t doubled[10] = {0, 2, 4, 6, 8, 1, 3, 5, 7, 9};
    int sum = 0;
    for (int i = count - 1; i >= 0; i -= 2)
        sum += doubled[digits[i] - '0'] + (i ? digits[i - 1] - '0' : 0);
    return (char)('0' + (10 - sum % 10) % 10);
}

/* An acquirer reference has a format code, the acquirer's six digits, the day as
 * YDDD, eleven digits of the acquirer's own and a check digit. The eleven are the
 * serial under a multiplication that is a permutation of 0..10^11-1. */
void rc_gen_reference(const struct rc_gen_plan *plan, uint64_t serial, struct rc_gen_draft *draft)
{
    const uint64_t count = UINT64_C(100000000000), factor = 74325787;
    char *to = draft->reference;
    rc_u128 own = (rc_u128)serial * factor + plan->key % count;
    to[0] = '7';
    rc_gen_digits(to + 1, 6, 400000 + plan->key % 9973);
    memcpy(to + 7, rc_gen_day_of(plan, draft->date)->ordinal, 4);
    rc_gen_digits(to + 11, 11, (uint64_t)(own % count));
    to[22] = luhn_digit(to, 22);
}

static void put_merchant(uint64_t number, struct rc_gen_draft *draft)
{
    size_t kind = number % MERCHANT_NAMES;
    size_t length = strlen(merchants[kind].name);
    memcpy(draft->mcc, merchants[kind].mcc, sizeof draft->mcc);
    memset(draft->merchant_name, ' ', sizeof draft->merchant_name);
    memcpy(draft->merchant_name, merchants[kind].name, length);
    rc_gen_digits(draft->merchant_name + length + 1, 4, number / MERCHANT_NAMES);
    memcpy(draft->merchant_id, currencies[draft->original_currency].country, 2);
    draft->merchant_id[2] = 'M';
    rc_gen_digits(draft->merchant_id + 3, 12, 100000000000 + number * 7919);
}

/* ----- records ----- */

static uint8_t some_currency(uint64_t *dice)
{
    uint64_t percent = rc_gen_roll(dice, 100);
    uint8_t currency = 0;
    while (percent >= currencies[currency].percent)
        percent -= currencies[currency++].percent;
    return currency;
}

void rc_gen_start(const struct rc_gen_plan *plan, uint64_t serial, uint64_t *dice,
                  struct rc_gen_draft *draft)
{
    *draft = (struct rc_gen_draft){.kind = RC_KIND_SALE, .settle_date = plan->file_date};
    uint64_t a = rc_gen_roll(dice, PLAIN_DAYS), b = rc_gen_roll(dice, PLAIN_DAYS);
    draft->date = plan->file_date - (int32_t)(a < b ? a : b);
    draft->currency = draft->original_currency = some_currency(dice);
    rc_gen_id(plan, serial, draft);
    rc_gen_card(plan, serial, draft);
    rc_gen_reference(plan, serial, draft);
    put_symbols(draft->auth_code, (int)sizeof draft->auth_code, next(dice));
    put_merchant(rc_gen_roll(dice, MERCHANTS), draft);
}

void rc_gen_fee(uint64_t *dice, struct rc_gen_draft *draft)
{
    int64_t amount = draft->amount_minor < 0 ? -draft->amount_minor : draft->amount_minor;
    int64_t fee = amount * (int64_t)(100 + rc_gen_roll(dice, 151)) / 10000;
    draft->fee_minor = fee < FEE_MOST ? fee : FEE_MOST;
}

void rc_gen_convert(uint64_t *dice, struct rc_gen_draft *draft)
{
    uint8_t other = (uint8_t)((draft->currency + 1 + rc_gen_roll(dice, RC_GEN_CURRENCIES - 1)) %
                              RC_GEN_CURRENCIES);
    int64_t amount = draft->amount_minor < 0 ? -draft->amount_minor : draft->amount_minor;
    int64_t original =
        amount * currencies[draft->currency].value_micro_usd / currencies[other].value_micro_usd;
    original = original * (int64_t)(990 + rc_gen_roll(dice, 21)) / 1000;
    if (original < 1 || original > AMOUNT_MOST)
        return;
    draft->converted = true;
    draft->original_minor = original;
    draft->original_currency = other;
    memcpy(draft->merchant_id, currencies[other].country, 2);
}

/* Mostly small, some large, very few very large. */
static int64_t some_amount(const struct rc_gen_plan *plan, uint64_t *dice, int64_t unit)
{
    uint64_t tier = rc_gen_roll(dice, 1000);
    if (tier < ZERO_PER_MILLE)
        return 0;
    if (tier == ZERO_PER_MILLE)
        return 1000000 + (int64_t)rc_gen_roll(dice, plan->clearing ? 9000000 : 4000000000);
    uint64_t units = tier < 900   ? 1 + rc_gen_roll(dice, 250)
                     : tier < 990 ? 250 + rc_gen_roll(dice, 2250)
                                  : 2500 + rc_gen_roll(dice, 6500);
    return (int64_t)units * unit + (int64_t)rc_gen_roll(dice, (uint64_t)unit);
}

void rc_gen_plain(const struct rc_gen_plan *plan, uint64_t serial, struct rc_gen_draft *draft)
{
    uint64_t dice = rc_gen_mix(serial + plan->key * 3);
    rc_gen_start(plan, serial, &dice, draft);
    draft->amount_minor = some_amount(plan, &dice, currencies[draft->currency].unit_minor);
    uint64_t kind = rc_gen_roll(&dice, 1000);
    if (kind < CREDIT_PER_MILLE && draft->amount_minor) {
        draft->kind = RC_KIND_CREDIT;
        draft->amount_minor = -draft->amount_minor;
    } else if (kind >= 1000 - FEE_KIND_PER_MILLE) {
        draft->kind = RC_KIND_FEE;
        draft->amount_minor /= 100;
    } else if (plan->clearing && kind >= 1000 - FEE_KIND_PER_MILLE - CONVERTED_PER_MILLE) {
        rc_gen_convert(&dice, draft);
    }
    if (draft->kind != RC_KIND_FEE)
        rc_gen_fee(&dice, draft);
    draft->status = RC_MATCHED;
}

/* ----- what is written, and what it means ----- */

static uint64_t magnitude(int64_t amount_minor)
{
    return (uint64_t)(amount_minor < 0 ? -amount_minor : amount_minor);
}

static uint64_t original_of(const struct rc_gen_draft *draft)
{
    return draft->converted ? (uint64_t)draft->original_minor : magnitude(draft->amount_minor);
}

static uint8_t original_currency_of(const struct rc_gen_draft *draft)
{
    return draft->converted ? draft->original_currency : draft->currency;
}

/* Trailing blanks are no part of a text, and a text of blanks is absent. */
static void set_text(struct rc_record *record, enum rc_canon field, const char *text, size_t width)
{
    while (width && text[width - 1] == ' ')
        width--;
    if (!width)
        return;
    record->present |= 1u << field;
    record->text[field - RC_C_FIRST_TEXT] = (struct rc_text){text, (uint32_t)width};
}

void rc_gen_record(const struct rc_gen_plan *plan, const struct rc_gen_draft *draft,
                   struct rc_record *record)
{
    *record = (struct rc_record){
        .amount_minor = draft->amount_minor,
        .currency = plan->currencies[draft->currency],
        .date = draft->date,
        .settle_date = draft->settle_date,
        .present =
            1u << RC_C_AMOUNT | 1u << RC_C_CURRENCY | 1u << RC_C_DATE | 1u << RC_C_SETTLE_DATE,
    };
    if (plan->clearing) {
        record->present |= 1u << RC_C_KIND | 1u << RC_C_FEE | 1u << RC_C_ORIGINAL_AMOUNT |
                           1u << RC_C_ORIGINAL_CURRENCY;
        record->kind = draft->kind;
        record->fee_minor = draft->fee_minor;
        record->original_amount_minor = (int64_t)original_of(draft);
        record->original_currency = plan->currencies[original_currency_of(draft)];
    }
    set_text(record, RC_C_ID, draft->id, sizeof draft->id);
    set_text(record, RC_C_ACQUIRER_REFERENCE, draft->reference, sizeof draft->reference);
    set_text(record, RC_C_AUTH_CODE, draft->auth_code, sizeof draft->auth_code);
    set_text(record, RC_C_CARD, draft->card, sizeof draft->card);
    set_text(record, RC_C_MERCHANT_ID, draft->merchant_id, sizeof draft->merchant_id);
    set_text(record, RC_C_MCC, draft->mcc, sizeof draft->mcc);
}

bool rc_gen_precedes(const struct rc_gen_plan *plan, const struct rc_gen_draft *a,
                     const struct rc_gen_draft *b)
{
    struct rc_record left, right;
    rc_gen_record(plan, a, &left);
    rc_gen_record(plan, b, &right);
    return rc_record_compare(&left, &right) < 0;
}

static const char *code_of(const struct rc_gen_plan *plan, uint8_t currency)
{
    return rc_currencies[plan->currencies[currency]].alpha;
}

/* Columns 153 to 168, blank in settlement168. */
static void put_clearing(const struct rc_gen_plan *plan, const struct rc_gen_draft *draft,
                         char line[RC_GEN_LINE])
{
    static const char kinds[RC_KINDS] = {'S', 'C', 'R', 'B', 'F'};
    line[152] = kinds[draft->kind];
    rc_gen_digits(line + 153, 5, (uint64_t)draft->fee_minor);
    rc_gen_digits(line + 158, 7, original_of(draft));
    memcpy(line + 165, code_of(plan, original_currency_of(draft)), 3);
}

void rc_gen_line(const struct rc_gen_plan *plan, const struct rc_gen_draft *draft,
                 char line[RC_GEN_LINE])
{
    line[0] = 'D';
    line[1] = 'T';
    memcpy(line + 2, draft->id, sizeof draft->id);
    memcpy(line + 26, draft->card, sizeof draft->card);
    memcpy(line + 45, draft->auth_code, sizeof draft->auth_code);
    memcpy(line + 51, draft->reference, sizeof draft->reference);
    rc_gen_digits(line + 74, 12, magnitude(draft->amount_minor));
    line[86] = draft->amount_minor < 0 ? '-' : '+';
    memcpy(line + 87, code_of(plan, draft->currency), 3);
    memcpy(line + 90, rc_gen_day_of(plan, draft->date)->digits, 8);
    memcpy(line + 98, rc_gen_day_of(plan, draft->settle_date)->digits, 8);
    memcpy(line + 106, draft->mcc, sizeof draft->mcc);
    memcpy(line + 110, draft->merchant_id, sizeof draft->merchant_id);
    memcpy(line + 125, draft->merchant_name, sizeof draft->merchant_name);
    memcpy(line + 150, currencies[original_currency_of(draft)].country, 2);
    memset(line + 152, ' ', 16);
    if (plan->clearing)
        put_clearing(plan, draft, line);
    line[168] = '\n';
}
