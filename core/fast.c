#include "core/fast.h"

#include "core/civil.h"
#include "core/currency.h"
#include "core/frame.h"
#include "core/map.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "digits are read as little-endian words");

enum {
    VECTOR = 32,
    STEPS = 256,
    DATE_SLOTS = 256, /* remembered dates; a day's file has few */
    DIGITS_MAX = 15,  /* a batch of sums fits 64 bits: 64 * 10^15 < 2^63 */
};

/* The widest loop the machine has is chosen when the program starts. Sanitizers
 * cannot run the chooser. */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) &&      \
    !defined(__clang__)
#define WIDEST __attribute__((target_clones("avx2", "default")))
#else
#define WIDEST
#endif

typedef uint8_t vector __attribute__((vector_size(VECTOR), aligned(1), may_alias));

enum step_kind { STEP_CURRENCY, STEP_NUMBER, STEP_DATE, STEP_TEXT, STEP_KIND, STEP_ENUM };

/* One thing to do with a record; those on the canonical fields first. */
struct step {
    enum step_kind kind;
    int canon; /* canonical field, -1: only checked */
    uint32_t at, length;
    char pad;
    bool required;
    int sum;          /* index into sums, -1: not added up */
    int sign_at;      /* byte of the sign; -1: unsigned */
    int scale;        /* implied decimals; -1: those of its currency */
    bool of_original; /* its currency is original_currency */
    const struct rc_field *field;
};

struct date_slot {
    uint64_t digits;
    int32_t days;
};

struct rc_fast {
    const struct rc_layout *layout;
    int type;
    size_t stride, vectors;
    uint8_t *low, *span; /* vectors × VECTOR bytes */
    struct step steps[STEPS];
    int step_count;
    struct rc_field_sums sums[RC_FAST_SUMS];
    int64_t positive[RC_FAST_SUMS], negative[RC_FAST_SUMS]; /* of the running batch */
    int sum_count;
    struct date_slot dates[DATE_SLOTS];
    uint32_t present_always;
    bool impossible; /* two descriptions of a column that no byte satisfies */
};

/* ----- making the plan ----- */

/* Columns may be described twice (redefines): only what both allow passes. */
static void allow(struct rc_fast *fast, uint32_t at, uint32_t length, uint8_t low, uint8_t high)
{
    for (uint32_t i = at; i < at + length; i++) {
        uint8_t from = fast->low[i], to = (uint8_t)(from + fast->span[i]);
        from = low > from ? low : from;
        to = high < to ? high : to;
        fast->impossible |= to < from;
        fast->low[i] = from;
        fast->span[i] = to < from ? 0 : (uint8_t)(to - from);
    }
}

static bool allow_exactly(struct rc_fast *fast, uint32_t at, const uint8_t *bytes, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        allow(fast, at + i, 1, bytes[i], bytes[i]);
    return true;
}

static int source_of(const struct rc_layout *layout, int type, int field)
{
    for (int c = 0; c < RC_CANON_FIELDS; c++) {
        const struct rc_refs *refs = c == RC_C_ID ? &layout->map.id[0] : &layout->map.source[c];
        if (refs->count && refs->items[0].type == type && refs->items[0].field == field)
            return c;
    }
    return -1;
}

/* Every canonical field has to come from the detail alone, and one from each. */
static bool map_is_plain(const struct rc_layout *layout, int type)
{
    const struct rc_map *map = &layout->map;
    if (!map->present)
        return true;
    if (map->id_parts != 1)
        return false;
    unsigned char used[RC_LAYOUT_FIELDS] = {0};
    for (int c = 0; c < RC_CANON_FIELDS; c++) {
        const struct rc_refs *refs = c == RC_C_ID ? &map->id[0] : &map->source[c];
        if (!refs->count)
            continue;
        const struct rc_ref *ref = &refs->items[0];
        if (refs->count != 1 || ref->type != type || used[ref->field]++)
            return false;
        if (layout->types[type].fields[ref->field].card)
            return false;
    }
    return true;
}

static bool field_is_plain(const struct rc_field *field)
{
    bool kind = field->type == RC_TEXT || field->type == RC_UNSIGNED ||
                field->type == RC_SEPARATE || field->type == RC_CONSTANT ||
                field->type == RC_FILLER ||
                (field->type == RC_DATE && field->format == RC_YYYYMMDD);
    bool padded = field->type == RC_TEXT && field->pad != ' ';
    bool nulls = field->null_texts.count || field->nulls & RC_NULL_ZEROS ||
                 (field->type == RC_TEXT && field->nulls);
    bool moves = field->count_field >= 0 || field->slide_count;
    bool depends = field->sign_from >= 0 || field->decimals_field >= 0 || field->shift;
    return kind && !padded && !nulls && !moves && !depends && field->charset == RC_ASCII &&
           !field->justify_right && (!field->allowed.count || field->type == RC_TEXT);
}

static struct step *add_step(struct rc_fast *fast, enum step_kind kind,
                             const struct rc_field *field, int canon)
{
    if (fast->step_count == STEPS)
        return NULL;
    struct step *step = &fast->steps[fast->step_count++];
    *step = (struct step){.kind = kind,
                          .canon = canon,
                          .at = field->at,
                          .length = field->length,
                          .pad = field->pad,
                          .required = field->required,
                          .sum = -1,
                          .sign_at = -1,
                          .scale = -1,
                          .field = field};
    return step;
}

/* Whether the field that decides the decimals is the currency of the canonical
 * amount, so that the digits are minor units already. */
static bool decimals_follow(const struct rc_fast *fast, const struct rc_field *field, int canon)
{
    const struct rc_map *map = &fast->layout->map;
    enum rc_canon currency =
        canon == RC_C_ORIGINAL_AMOUNT && map->source[RC_C_ORIGINAL_CURRENCY].count
            ? RC_C_ORIGINAL_CURRENCY
            : RC_C_CURRENCY;
    const struct rc_refs *refs = &map->source[currency];
    return refs->count && refs->items[0].field == field->decimals_from;
}

static bool plan_number(struct rc_fast *fast, const struct rc_field *field, int index, int canon)
{
    bool sign = field->type == RC_SEPARATE;
    uint32_t first = field->at + (sign && field->sign_leading);
    uint32_t digits = field->length - sign;
    bool summed = rc_tally_needs(fast->layout, fast->type, index);
    allow(fast, first, digits, '0', '9');
    if (sign) {
        uint32_t sign_at = field->sign_leading ? field->at : field->at + field->length - 1;
        allow(fast, sign_at, 1, '+', '-'); /* + , - : a comma is told apart by the step */
    }
    if (canon < 0 && !summed && !sign && field->decimals_from < 0)
        return digits <= RC_DECIMAL_DIGITS;
    bool amount = canon == RC_C_AMOUNT || canon == RC_C_FEE || canon == RC_C_ORIGINAL_AMOUNT;
    if (digits > DIGITS_MAX || (canon >= 0 && !amount) ||
        (field->decimals_from >= 0 && canon < 0) ||
        (canon >= 0 && field->decimals_from >= 0 && !decimals_follow(fast, field, canon)))
        return false;
    struct step *step = add_step(fast, STEP_NUMBER, field, canon);
    if (!step)
        return false;
    step->at = first;
    step->length = digits;
    if (sign)
        step->sign_at = (int)(field->sign_leading ? field->at : field->at + field->length - 1);
    step->scale = field->decimals_from >= 0 ? -1 : field->decimals;
    step->of_original =
        canon == RC_C_ORIGINAL_AMOUNT && fast->layout->map.source[RC_C_ORIGINAL_CURRENCY].count;
    if (!summed)
        return true;
    if (fast->sum_count == RC_FAST_SUMS)
        return false;
    step->sum = fast->sum_count;
    fast->sums[fast->sum_count++].field = index;
    return true;
}

static bool plan_text(struct rc_fast *fast, const struct rc_field *field, int canon)
{
    allow(fast, field->at, field->length, 0x20, 0x7e);
    bool plain = canon < 0 && !field->required && !field->allowed.count;
    if (field->allowed.count && !add_step(fast, STEP_ENUM, field, -1))
        return false;
    if (plain)
        return true;
    if (canon >= RC_C_FIRST_TEXT && canon != RC_C_ID && field->length > RC_TEXT_BYTES)
        return false;
    if (canon == RC_C_ID && field->length > RC_ID_BYTES / 3)
        return false;
    enum step_kind kind = canon == RC_C_CURRENCY || canon == RC_C_ORIGINAL_CURRENCY
                              ? STEP_CURRENCY
                              : (canon == RC_C_KIND ? STEP_KIND : STEP_TEXT);
    return add_step(fast, kind, field, canon) != NULL;
}

static bool plan_field(struct rc_fast *fast, const struct rc_field *field, int index)
{
    int canon = fast->layout->map.present ? source_of(fast->layout, fast->type, index) : -1;
    switch (field->type) {
    case RC_TEXT:
        return plan_text(fast, field, canon);
    case RC_CONSTANT:
        return canon < 0 &&
               allow_exactly(fast, field->at, (const uint8_t *)field->value, field->length);
    case RC_DATE:
        allow(fast, field->at, field->length, '0', '9');
        return (canon < 0 || canon == RC_C_DATE || canon == RC_C_SETTLE_DATE) &&
               add_step(fast, STEP_DATE, field, canon) != NULL;
    case RC_FILLER:
        return true;
    default:
        return plan_number(fast, field, index, canon);
    }
}

static bool plan_matches(struct rc_fast *fast, const struct rc_record_type *type)
{
    for (int i = 0; i < type->match_count; i++) {
        const struct rc_match *match = &type->matches[i];
        if (match->count != 1 || match->negate || match->at + match->length >= fast->stride)
            return false;
        allow_exactly(fast, match->at, match->values, match->length);
    }
    return true;
}

/* Currencies are looked up before the amounts that need them. */
static int by_kind(const void *a, const void *b)
{
    const struct step *x = a, *y = b;
    return x->kind != y->kind ? (int)x->kind - (int)y->kind : (int)x->at - (int)y->at;
}

static bool plan(struct rc_fast *fast, const char *newline)
{
    const struct rc_record_type *type = &fast->layout->types[fast->type];
    size_t ends = strlen(newline);
    allow_exactly(fast, (uint32_t)(fast->stride - ends), (const uint8_t *)newline, (uint32_t)ends);
    if (!plan_matches(fast, type))
        return false;
    for (int i = 0; i < type->field_count; i++)
        if (!plan_field(fast, &type->fields[i], i))
            return false;
    qsort(fast->steps, (size_t)fast->step_count, sizeof *fast->steps, by_kind);
    const struct rc_map *map = &fast->layout->map;
    if (map->constant_currency)
        fast->present_always |= 1u << RC_C_CURRENCY;
    return true;
}

/* The only detail type, when transactions are single records that may follow each
 * other, wherever they stand. */
static int plain_detail(const struct rc_layout *layout)
{
    int detail = -1;
    for (int t = 0; t < layout->type_count; t++) {
        const struct rc_record_type *type = &layout->types[t];
        if (type->role == RC_ADDENDA || (type->role == RC_DETAIL && detail >= 0))
            return -1;
        if (type->role == RC_DETAIL)
            detail = t;
        else if (detail < 0 && !type->match_count)
            return -1; /* would be taken before the detail */
    }
    if (detail < 0 || !map_is_plain(layout, detail) || !rc_tally_allows_bulk(layout, detail))
        return -1;
    const struct rc_record_type *type = &layout->types[detail];
    bool anywhere = !type->after && !type->after_start;
    if (!anywhere && !(type->after >> detail & 1))
        return -1;
    if (type->min_length > layout->framing.length)
        return -1;
    for (int i = 0; i < type->field_count; i++)
        if (!field_is_plain(&type->fields[i]))
            return -1;
    return detail;
}

/* Whether bytes that the plan lets pass can be what the condition asks for. */
static bool can_hold(const struct rc_fast *fast, const struct rc_match *match)
{
    if (match->negate || match->at + match->length > fast->stride)
        return true;
    for (int v = 0; v < match->count; v++) {
        const uint8_t *value = match->values + (size_t)v * match->length;
        bool fits = true;
        for (uint32_t i = 0; i < match->length; i++) {
            uint32_t at = match->at + i;
            fits &= (uint8_t)(value[i] - fast->low[at]) <= fast->span[at];
        }
        if (fits)
            return true;
    }
    return false;
}

/* A type that stands before the detail in the layout and could match the same
 * bytes would have to be tried first; constants that differ rule that out. */
static bool shadowed(const struct rc_fast *fast)
{
    for (int t = 0; t < fast->type; t++) {
        const struct rc_record_type *type = &fast->layout->types[t];
        bool possible = true;
        for (int m = 0; m < type->match_count; m++)
            possible &= can_hold(fast, &type->matches[m]);
        if (possible)
            return true;
    }
    return false;
}

struct rc_fast *rc_fast_new(const struct rc_layout *layout, const char *newline,
                            struct rc_error *err)
{
    bool lines = layout->framing.kind == RC_FRAME_LINES;
    bool cut = (lines && *newline) || layout->framing.kind == RC_FRAME_FIXED;
    int type = plain_detail(layout);
    if (!cut || !layout->framing.length || type < 0)
        return NULL;
    struct rc_fast *fast = calloc(1, sizeof *fast);
    if (!fast)
        goto nomem;
    fast->layout = layout;
    fast->type = type;
    fast->stride = layout->framing.length + (lines ? strlen(newline) : 0);
    fast->vectors = (fast->stride + VECTOR - 1) / VECTOR;
    fast->low = calloc(fast->vectors, VECTOR);
    fast->span = malloc(fast->vectors * VECTOR);
    if (!fast->low || !fast->span)
        goto nomem;
    memset(fast->span, 0xff, fast->vectors * VECTOR);
    if (lines) { /* no byte of a line is a newline, nor its last the CR of one: fillers included */
        allow(fast, 0, layout->framing.length, '\n' + 1, 0xff);
        allow(fast, layout->framing.length - 1, 1, '\r' + 1, 0xff);
    }
    if (plan(fast, newline) && !fast->impossible && !shadowed(fast))
        return fast;
    rc_fast_free(fast);
    return NULL;
nomem:
    rc_fast_free(fast);
    rc_error_nomem(err);
    return NULL;
}

void rc_fast_free(struct rc_fast *fast)
{
    if (!fast)
        return;
    free(fast->low);
    free(fast->span);
    free(fast);
}

int rc_fast_type(const struct rc_fast *fast)
{
    return fast->type;
}

size_t rc_fast_stride(const struct rc_fast *fast)
{
    return fast->stride;
}

/* ----- reading ----- */

static inline uint64_t load8(const uint8_t *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

/* Eight ASCII digits to a number: pairs, fours, eight (D. Lemire, "Quickly parsing
 * eight digits"). */
static inline uint64_t eight_digits(uint64_t word)
{
    word = (word & 0x0f0f0f0f0f0f0f0f) * 2561 >> 8;
    word = (word & 0x00ff00ff00ff00ff) * 6553601 >> 16;
    return (word & 0x0000ffff0000ffff) * 42949672960001 >> 32;
}

/* Up to 15 digits that are known to be digits; 8 bytes may be read from any of them. */
static inline int64_t number_at(const uint8_t *p, uint32_t length)
{
    uint64_t value = 0;
    uint32_t odd = length & 7;
    if (odd) /* shifted up: what is missing in front reads as zeros */
        value = eight_digits(load8(p) << (64 - 8 * odd));
    if (length >= 8)
        value = value * 100000000 + eight_digits(load8(p + odd));
    return (int64_t)value;
}

static inline bool date_at(struct rc_fast *fast, const uint8_t *p, int32_t *days)
{
    uint64_t digits = load8(p);
    struct date_slot *slot = &fast->dates[(digits * 0x9e3779b97f4a7c15) >> 56];
    if (slot->digits == digits) {
        *days = slot->days;
        return true;
    }
    int n = (int)eight_digits(digits);
    if (!rc_civil_valid(n / 10000, n / 100 % 100, n % 100))
        return false;
    *slot = (struct date_slot){digits, rc_civil_days(n / 10000, n / 100 % 100, n % 100)};
    *days = slot->days;
    return true;
}

static inline uint32_t trimmed(const uint8_t *p, uint32_t length, char pad)
{
    while (length && p[length - 1] == (uint8_t)pad)
        length--;
    return length;
}

static bool allowed(const struct rc_words *words, const uint8_t *p, uint32_t length)
{
    for (int i = 0; i < words->count; i++)
        if (strlen(words->items[i]) == length && memcmp(words->items[i], p, length) == 0)
            return true;
    return false;
}

static inline bool take_currency(const struct step *step, const uint8_t *p,
                                 struct rc_record *record)
{
    uint8_t currency = rc_currency_find((const char *)p, trimmed(p, step->length, step->pad));
    if (currency == RC_CURRENCY_NONE || rc_currencies[currency].exponent < 0)
        return false;
    if (step->canon == RC_C_CURRENCY)
        record->currency = currency;
    else
        record->original_currency = currency;
    record->present |= 1u << step->canon;
    return true;
}

static inline bool take_number(struct rc_fast *fast, const struct step *step, const uint8_t *bytes,
                               struct rc_record *record)
{
    int64_t value = number_at(bytes + step->at, step->length);
    if (step->sign_at >= 0) {
        uint8_t sign = bytes[step->sign_at];
        if (sign == ',')
            return false;
        int64_t minus = -(int64_t)(sign == '-');
        value = (value ^ minus) - minus;
    }
    if (step->sum >= 0) {
        fast->positive[step->sum] += value > 0 ? value : 0;
        fast->negative[step->sum] += value < 0 ? value : 0;
    }
    if (step->canon < 0)
        return true;
    uint8_t currency = step->of_original ? record->original_currency : record->currency;
    bool minor = step->scale < 0 || step->scale == rc_currencies[currency].exponent;
    if (step->canon == RC_C_AMOUNT)
        record->amount_minor = value;
    else if (step->canon == RC_C_FEE)
        record->fee_minor = value;
    else
        record->original_amount_minor = value;
    record->present |= 1u << step->canon;
    return minor;
}

static inline bool take_date(struct rc_fast *fast, const struct step *step, const uint8_t *p,
                             struct rc_record *record)
{
    int32_t days;
    if (!date_at(fast, p, &days))
        return false;
    if (step->canon == RC_C_DATE)
        record->date = days;
    else if (step->canon == RC_C_SETTLE_DATE)
        record->settle_date = days;
    if (step->canon >= 0)
        record->present |= 1u << step->canon;
    return true;
}

static inline bool take_text(const struct step *step, const uint8_t *p, struct rc_record *record)
{
    uint32_t length = trimmed(p, step->length, step->pad);
    if (step->canon < 0)
        return length || !step->required;
    if (!length)
        return !step->required && step->canon != RC_C_ID;
    record->text[step->canon - RC_C_FIRST_TEXT] = (struct rc_text){(const char *)p, length};
    record->present |= 1u << step->canon;
    return true;
}

static inline bool take_kind(const struct rc_fast *fast, const struct step *step, const uint8_t *p,
                             struct rc_record *record)
{
    uint32_t length = trimmed(p, step->length, step->pad);
    if (!length && step->required)
        return false;
    record->kind = length ? rc_map_kind(&fast->layout->map, (const char *)p, length)
                          : fast->layout->map.kind_default;
    record->present |= 1u << RC_C_KIND;
    return true;
}

static inline bool take(struct rc_fast *fast, const struct step *step, const uint8_t *bytes,
                        struct rc_record *record)
{
    const uint8_t *p = bytes + step->at;
    switch (step->kind) {
    case STEP_CURRENCY:
        return take_currency(step, p, record);
    case STEP_NUMBER:
        return take_number(fast, step, bytes, record);
    case STEP_DATE:
        return take_date(fast, step, p, record);
    case STEP_TEXT:
        return take_text(step, p, record);
    case STEP_KIND:
        return take_kind(fast, step, p, record);
    default: {
        uint32_t length = trimmed(p, step->length, step->pad);
        return (!length && !step->required) || allowed(&step->field->allowed, p, length);
    }
    }
}

static inline bool read_one(struct rc_fast *fast, const uint8_t *bytes, struct rc_record *record)
{
    *record = (struct rc_record){.date = RC_CIVIL_NONE,
                                 .settle_date = RC_CIVIL_NONE,
                                 .currency = fast->layout->map.constant_currency,
                                 .present = fast->present_always};
    for (int i = 0; i < fast->step_count; i++)
        if (!take(fast, &fast->steps[i], bytes, record))
            return false;
    return true;
}

static inline bool in_ranges(const struct rc_fast *fast, const uint8_t *bytes)
{
    vector bad = {0};
    for (size_t i = 0; i < fast->vectors * VECTOR; i += VECTOR) {
        vector above = *(const vector *)(bytes + i) - *(const vector *)(fast->low + i);
        bad |= (vector)(above > *(const vector *)(fast->span + i));
    }
    uint64_t words[VECTOR / 8];
    memcpy(words, &bad, sizeof words);
    return !(words[0] | words[1] | words[2] | words[3]);
}

static void settle_sums(struct rc_fast *fast)
{
    for (int i = 0; i < fast->sum_count; i++) {
        fast->sums[i].positive += fast->positive[i];
        fast->sums[i].negative += fast->negative[i];
        fast->positive[i] = fast->negative[i] = 0;
    }
}

WIDEST size_t rc_fast_read(struct rc_fast *fast, const uint8_t *bytes, size_t available,
                           struct rc_record *records)
{
    size_t count = 0;
    int64_t positive[RC_FAST_SUMS], negative[RC_FAST_SUMS]; /* before a record that is refused */
    while (count < RC_FAST_BATCH && available >= fast->stride && in_ranges(fast, bytes)) {
        memcpy(positive, fast->positive, (size_t)fast->sum_count * sizeof *positive);
        memcpy(negative, fast->negative, (size_t)fast->sum_count * sizeof *negative);
        if (!read_one(fast, bytes, &records[count])) {
            memcpy(fast->positive, positive, (size_t)fast->sum_count * sizeof *positive);
            memcpy(fast->negative, negative, (size_t)fast->sum_count * sizeof *negative);
            break;
        }
        count++;
        bytes += fast->stride;
        available -= fast->stride;
    }
    settle_sums(fast);
    return count;
}

const struct rc_field_sums *rc_fast_sums(struct rc_fast *fast, int *count)
{
    *count = fast->sum_count;
    return fast->sums;
}

void rc_fast_reset_sums(struct rc_fast *fast)
{
    for (int i = 0; i < fast->sum_count; i++)
        fast->sums[i].positive = fast->sums[i].negative = 0;
}
