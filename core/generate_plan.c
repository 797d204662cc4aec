#include "core/generate_plan.h"

#include <assert.h>
#include <string.h>

#include "core/civil.h"
#include "core/currency.h"
#include "core/summary.h"

enum {
    PLANTED_PER_CENT = 3, /* of the records, as far as the cases leave the choice */
    FEISTEL_ROUNDS = 4,
};

/* ----- the calendar ----- */

static void set_days(struct rc_gen_plan *plan, const int32_t *holidays, size_t holiday_count)
{
    for (int i = 0; i < RC_GEN_DAYS; i++) {
        struct rc_gen_day *day = &plan->days[i];
        int32_t date = plan->file_date + RC_GEN_DAYS_AHEAD - i;
        int year, month, day_of_month;
        rc_civil_from_days(date, &year, &month, &day_of_month);
        rc_gen_digits(day->digits, 4, (uint64_t)year);
        rc_gen_digits(day->digits + 4, 2, (uint64_t)month);
        rc_gen_digits(day->digits + 6, 2, (uint64_t)day_of_month);
        int day_of_year = date - rc_civil_days(year, 1, 1) + 1;
        rc_gen_digits(day->ordinal, 1, (uint64_t)year);
        rc_gen_digits(day->ordinal + 1, 3, (uint64_t)day_of_year);
        day->age = rc_business_days(date, plan->file_date, holidays, holiday_count);
        day->bucket = rc_age_bucket(day->age);
    }
}

/* The first number of calendar days back at which the age is over the limit. */
static int32_t first_over(const struct rc_gen_plan *plan, int32_t limit)
{
    int32_t back = 0;
    while (rc_gen_day_of(plan, plan->file_date - back)->age <= limit)
        back++;
    return back;
}

/* ----- how many of each ----- */

static void measure(struct rc_gen_plan *plan)
{
    struct rc_gen_family family;
    for (int i = 0; i < rc_gen_case_count; i++) {
        if (rc_gen_cases[i].clearing && !plan->clearing)
            continue;
        rc_gen_family_build(plan, i, 0, &family);
        for (int d = 0; d < family.count; d++)
            plan->planted[i].size[family.drafts[d].side]++;
    }
}

/* One family of each case, as far as both sides have room, then as many rounds as
 * the share allows. */
static void plant(struct rc_gen_plan *plan, uint64_t records)
{
    uint64_t room[RC_SIDES] = {records, records}, round = 0;
    for (int i = 0; i < rc_gen_case_count; i++) {
        struct rc_gen_planted *planted = &plan->planted[i];
        uint64_t settlement = (uint64_t)planted->size[RC_SETTLEMENT];
        uint64_t internal = (uint64_t)planted->size[RC_INTERNAL];
        if (settlement + internal == 0 || settlement > room[RC_SETTLEMENT] ||
            internal > room[RC_INTERNAL])
            continue;
        planted->count = 1;
        room[RC_SETTLEMENT] -= settlement;
        room[RC_INTERNAL] -= internal;
        round += settlement * (uint64_t)rc_gen_cases[i].weight;
    }
    uint64_t used = records - room[RC_SETTLEMENT];
    uint64_t share = records / 100 * PLANTED_PER_CENT;
    uint64_t rounds = round && share > used ? (share - used) / round : 0;
    for (int i = 0; i < rc_gen_case_count; i++)
        if (plan->planted[i].count)
            plan->planted[i].count += rounds * (uint64_t)rc_gen_cases[i].weight;
}

static void assign_ordinals(struct rc_gen_plan *plan, uint64_t records)
{
    plan->plain = records;
    for (int i = 0; i < rc_gen_case_count; i++)
        plan->plain -= plan->planted[i].count * (uint64_t)plan->planted[i].size[RC_SETTLEMENT];
    uint64_t serial = plan->plain;
    plan->records[RC_SETTLEMENT] = plan->records[RC_INTERNAL] = plan->plain;
    for (int i = 0; i < rc_gen_case_count; i++) {
        struct rc_gen_planted *planted = &plan->planted[i];
        planted->serial = serial;
        serial += planted->count * RC_GEN_NUMBERS;
        for (int side = 0; side < RC_SIDES; side++) {
            planted->first[side] = plan->records[side];
            plan->records[side] += planted->count * (uint64_t)planted->size[side];
        }
    }
}

void rc_gen_plan_init(struct rc_gen_plan *plan, const struct rc_program *program, uint64_t records,
                      uint64_t seed, int32_t file_date, bool clearing)
{
    static const char codes[RC_GEN_CURRENCIES][4] = {"USD", "EUR", "GBP", "JPY", "KWD"};
    assert(rc_gen_case_count <= RC_GEN_CASES);
    *plan = (struct rc_gen_plan){
        .key = rc_gen_mix(seed + 1),
        .clearing = clearing,
        .file_date = file_date,
        .rules = program->rules,
    };
    for (int i = 0; i < RC_GEN_CURRENCIES; i++)
        plan->currencies[i] = rc_currency_find(codes[i], 3);
    set_days(plan, program->holidays, program->holiday_count);
    plan->pending_reach = first_over(plan, plan->rules.clearing_window_days) - 1;
    plan->late_reach = first_over(plan, plan->rules.late_after_days);
    measure(plan);
    plant(plan, records);
    assign_ordinals(plan, records);
}

/* ----- families ----- */

/* The outcome is counted with its first settlement record in canonical order, else
 * with its first internal one. */
static bool leads_before(const struct rc_gen_plan *plan, const struct rc_gen_draft *a,
                         const struct rc_gen_draft *b)
{
    return a->side == b->side ? rc_gen_precedes(plan, a, b) : a->side == RC_SETTLEMENT;
}

static void choose_leaders(struct rc_gen_family *family)
{
    for (int i = 0; i < family->count; i++) {
        struct rc_gen_draft *draft = &family->drafts[i];
        draft->leads = true;
        for (int j = 0; j < i && draft->leads; j++) {
            struct rc_gen_draft *earlier = &family->drafts[j];
            if (earlier->outcome != draft->outcome || !earlier->leads)
                continue;
            earlier->leads = !leads_before(family->plan, draft, earlier);
            draft->leads = !earlier->leads;
        }
    }
}

void rc_gen_family_build(const struct rc_gen_plan *plan, int number, uint64_t instance,
                         struct rc_gen_family *family)
{
    const struct rc_gen_case *c = &rc_gen_cases[number];
    family->plan = plan;
    family->serial = plan->planted[number].serial + instance * RC_GEN_NUMBERS;
    family->dice = rc_gen_mix(plan->key ^ rc_gen_mix((uint64_t)number << 48 ^ instance));
    family->count = 0;
    c->build(family, c);
    choose_leaders(family);
}

/* The case whose records the ordinal is among. */
static int case_at(const struct rc_gen_plan *plan, enum rc_side side, uint64_t ordinal)
{
    int number = rc_gen_case_count - 1;
    while (plan->planted[number].first[side] > ordinal || !plan->planted[number].count ||
           !plan->planted[number].size[side])
        number--;
    return number;
}

void rc_gen_draft_at(const struct rc_gen_plan *plan, enum rc_side side, uint64_t ordinal,
                     struct rc_gen_draft *draft)
{
    if (ordinal < plan->plain) {
        rc_gen_plain(plan, ordinal, draft);
        draft->side = side;
        draft->leads = side == RC_SETTLEMENT;
        return;
    }
    struct rc_gen_family family;
    int found = case_at(plan, side, ordinal);
    const struct rc_gen_planted *planted = &plan->planted[found];
    uint64_t among = ordinal - planted->first[side], size = (uint64_t)planted->size[side];
    rc_gen_family_build(plan, found, among / size, &family);
    int which = 0;
    for (uint64_t left = among % size; family.drafts[which].side != side || left; which++)
        left -= family.drafts[which].side == side;
    *draft = family.drafts[which];
}

/* ----- order ----- */

/* A Feistel network over the next power of four, walked until it falls into the
 * range: keyed, without memory, and a permutation whatever its round function. */
uint64_t rc_gen_ordinal_at(const struct rc_gen_plan *plan, enum rc_side side, uint64_t position)
{
    uint64_t count = plan->records[side], key = rc_gen_mix(plan->key + 5 + side);
    int half = 1;
    while (half < 31 && UINT64_C(1) << (2 * half) < count)
        half++;
    uint64_t mask = (UINT64_C(1) << half) - 1;
    do {
        uint64_t left = position >> half, right = position & mask;
        for (uint64_t round = 0; round < FEISTEL_ROUNDS; round++) {
            uint64_t mixed = left ^ (rc_gen_mix(right + key + (round << 60)) & mask);
            left = right;
            right = mixed;
        }
        position = left << half | right;
    } while (position >= count);
    return position;
}
