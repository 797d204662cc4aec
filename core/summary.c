#include "core/summary.h"

#include <stdlib.h>

const char *const rc_age_bucket_names[RC_AGE_BUCKETS] = {"0-1", "2-3", "4-7", "8-30", "over 30"};

int rc_age_bucket(int32_t business_days)
{
    return (business_days > 1) + (business_days > 3) + (business_days > 7) + (business_days > 30);
}

static inline uint64_t magnitude_of(int64_t amount_minor)
{
    return amount_minor < 0 ? -(uint64_t)amount_minor : (uint64_t)amount_minor;
}

/* The bit length times log10(2) (1233/4096) is the digit count or one too few, and
 * the table says which. */
static inline int digits_of(uint64_t magnitude)
{
    static const uint64_t powers[RC_AMOUNT_BUCKETS] = {
        1ull,
        10ull,
        100ull,
        1000ull,
        10000ull,
        100000ull,
        1000000ull,
        10000000ull,
        100000000ull,
        1000000000ull,
        10000000000ull,
        100000000000ull,
        1000000000000ull,
        10000000000000ull,
        100000000000000ull,
        1000000000000000ull,
        10000000000000000ull,
        100000000000000000ull,
        1000000000000000000ull,
        10000000000000000000ull,
    };
    int guess = (64 - __builtin_clzll(magnitude | 1)) * 1233 >> 12;
    return guess + (magnitude >= powers[guess]);
}

int rc_amount_bucket(int64_t amount_minor)
{
    return digits_of(magnitude_of(amount_minor));
}

void rc_summary_free(struct rc_summary *summary)
{
    free(summary->cells);
    *summary = (struct rc_summary){0};
}

static struct rc_cell *grow(struct rc_summary *summary)
{
    if (summary->cell_count < summary->cell_capacity)
        return &summary->cells[summary->cell_count++];
    uint32_t capacity = summary->cell_capacity ? summary->cell_capacity * 2 : 8;
    struct rc_cell *cells = realloc(summary->cells, capacity * sizeof *cells);
    if (!cells)
        return NULL;
    summary->cells = cells;
    summary->cell_capacity = capacity;
    return &summary->cells[summary->cell_count++];
}

struct rc_cell *rc_summary_cell(struct rc_summary *summary, enum rc_status status, uint8_t currency,
                                uint8_t kind)
{
    for (uint32_t i = 0; i < summary->cell_count; i++) {
        struct rc_cell *cell = &summary->cells[i];
        if (cell->status == status && cell->currency == currency && cell->kind == kind)
            return cell;
    }
    struct rc_cell *cell = grow(summary);
    if (cell)
        *cell = (struct rc_cell){.status = status, .currency = currency, .kind = kind};
    return cell;
}

void rc_cell_add(struct rc_cell *cell, enum rc_side side, int64_t amount_minor, int age_bucket,
                 int sign)
{
    struct rc_sums *sums = &cell->side[side];
    uint64_t magnitude = magnitude_of(amount_minor);
    rc_i128 term = sign < 0 ? -(rc_i128)magnitude : (rc_i128)magnitude;
    sums->count += sign;
    if (amount_minor < 0)
        sums->debit_minor += term;
    else
        sums->credit_minor += term;
    cell->amounts[side][digits_of(magnitude)] += sign;
    cell->ages[side][age_bucket] += sign;
}

/* ----- the monoid ----- */

/* No check for overflow: a sum of fewer than 2^63 amounts of at most 2^63 is below
 * 2^126. */
static void cell_merge(struct rc_cell *into, const struct rc_cell *from)
{
    into->outcomes += from->outcomes;
    for (int side = 0; side < RC_SIDES; side++) {
        into->side[side].count += from->side[side].count;
        into->side[side].debit_minor += from->side[side].debit_minor;
        into->side[side].credit_minor += from->side[side].credit_minor;
        for (int i = 0; i < RC_AMOUNT_BUCKETS; i++)
            into->amounts[side][i] += from->amounts[side][i];
        for (int i = 0; i < RC_AGE_BUCKETS; i++)
            into->ages[side][i] += from->ages[side][i];
    }
}

bool rc_summary_merge(struct rc_summary *into, const struct rc_summary *from)
{
    for (uint32_t i = 0; i < from->cell_count; i++) {
        const struct rc_cell *cell = &from->cells[i];
        struct rc_cell *target = rc_summary_cell(into, cell->status, cell->currency, cell->kind);
        if (!target)
            return false;
        cell_merge(target, cell);
    }
    for (int side = 0; side < RC_SIDES; side++) {
        into->records[side] += from->records[side];
        into->bytes[side] += from->bytes[side];
        into->digest[side] += from->digest[side];
    }
    into->discrepancies += from->discrepancies;
    into->outcome_digest += from->outcome_digest;
    return true;
}

static bool any(const int64_t *counts, int length)
{
    for (int i = 0; i < length; i++)
        if (counts[i])
            return true;
    return false;
}

static bool is_zero(const struct rc_cell *cell)
{
    if (cell->outcomes)
        return false;
    for (int side = 0; side < RC_SIDES; side++) {
        const struct rc_sums *sums = &cell->side[side];
        if (sums->count || sums->debit_minor || sums->credit_minor ||
            any(cell->amounts[side], RC_AMOUNT_BUCKETS) || any(cell->ages[side], RC_AGE_BUCKETS))
            return false;
    }
    return true;
}

static int cell_order(const void *left, const void *right)
{
    const struct rc_cell *a = left, *b = right;
    if (a->status != b->status)
        return a->status < b->status ? -1 : 1;
    if (a->currency != b->currency)
        return a->currency < b->currency ? -1 : 1;
    return (a->kind > b->kind) - (a->kind < b->kind);
}

void rc_summary_finish(struct rc_summary *summary)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < summary->cell_count; i++) {
        if (is_zero(&summary->cells[i]))
            continue;
        if (kept != i)
            summary->cells[kept] = summary->cells[i];
        kept++;
    }
    summary->cell_count = kept;
    if (kept > 1)
        qsort(summary->cells, kept, sizeof *summary->cells, cell_order);
}
