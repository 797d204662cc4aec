#include "core/generate_family.h"

#include <assert.h>
#include <string.h>

/* The amounts of families: large enough for tolerances in basis points to leave
 * room between them, small enough for sums to fit where the records have to. */
enum { AMOUNT_LEAST = 20000, AMOUNT_RANGE = 200000 };

enum { OLD_DAYS = 60 }; /* how far back old records go */

/* ----- chance ----- */

/* Both ends are as likely as all between them together: mistakes are made there. */
int64_t rc_gen_between(struct rc_gen_family *family, int64_t least, int64_t most)
{
    switch (rc_gen_roll(&family->dice, 3)) {
    case 0:
        return least;
    case 1:
        return most;
    default:
        return least + (int64_t)rc_gen_roll(&family->dice, (uint64_t)(most - least + 1));
    }
}

int64_t rc_gen_either_sign(struct rc_gen_family *family, int64_t value)
{
    return rc_gen_roll(&family->dice, 2) ? value : -value;
}

/* ----- records ----- */

static void start(struct rc_gen_family *family, struct rc_gen_draft *base)
{
    rc_gen_start(family->plan, family->serial, &family->dice, base);
    base->amount_minor = AMOUNT_LEAST + (int64_t)rc_gen_roll(&family->dice, AMOUNT_RANGE);
    rc_gen_fee(&family->dice, base);
}

static void set_amount(struct rc_gen_draft *draft, int64_t amount_minor)
{
    draft->amount_minor = amount_minor;
    if (draft->kind == RC_KIND_SALE && amount_minor < 0)
        draft->kind = RC_KIND_CREDIT;
}

/* Some families are credits. */
void rc_gen_start_signed(struct rc_gen_family *family, struct rc_gen_draft *base)
{
    start(family, base);
    if (rc_gen_roll(&family->dice, 5) == 0)
        set_amount(base, -base->amount_minor);
}

struct rc_gen_draft *rc_gen_add(struct rc_gen_family *family, enum rc_side side,
                                const struct rc_gen_draft *base, int outcome, enum rc_status status)
{
    assert(family->count < RC_GEN_DRAFTS);
    struct rc_gen_draft *draft = &family->drafts[family->count++];
    *draft = *base;
    draft->side = side;
    draft->outcome = outcome;
    draft->status = status;
    return draft;
}

void rc_gen_use_other_currency(struct rc_gen_draft *draft, int distance)
{
    draft->currency = (uint8_t)((draft->currency + distance) % RC_GEN_CURRENCIES);
}

int64_t rc_gen_share(int64_t amount_minor, int64_t basis_points)
{
    int64_t magnitude = amount_minor < 0 ? -amount_minor : amount_minor;
    return magnitude * basis_points / 10000;
}

int64_t rc_gen_tolerance(const struct rc_gen_family *family, int64_t internal_minor)
{
    const struct rc_rules *rules = &family->plan->rules;
    int64_t relative = rc_gen_share(internal_minor, rules->amount_tolerance_bp);
    return relative > rules->amount_tolerance_minor ? relative : rules->amount_tolerance_minor;
}

/* ----- parts: families whose records are told apart by what they share ----- */

/* Records that nothing meets are pending or missing by their date. Where others of
 * the family do meet, the date must not make them late. */
static void set_age(struct rc_gen_family *family, enum rc_status status, bool alone,
                    struct rc_gen_draft *draft)
{
    const struct rc_gen_plan *plan = family->plan;
    int32_t first_old = plan->pending_reach + 1;
    int32_t last_old = alone ? first_old + OLD_DAYS : plan->late_reach - 1;
    if (status == RC_PENDING)
        draft->date = plan->file_date - (int32_t)rc_gen_between(family, 0, plan->pending_reach);
    else if (status == RC_MISSING_SETTLEMENT)
        draft->date = plan->file_date - (int32_t)rc_gen_between(family, first_old, last_old);
}

static void add_part(struct rc_gen_family *family, const struct rc_gen_draft *base,
                     const struct rc_gen_part *part)
{
    const struct rc_gen_plan *plan = family->plan;
    struct rc_gen_draft *draft = rc_gen_add(family, part->side, base, part->outcome, part->status);
    draft->kind = (uint8_t)part->kind;
    set_amount(draft, base->amount_minor * part->times + part->plus);
    rc_gen_id(plan, family->serial + (uint64_t)part->id, draft);
    rc_gen_card(plan, family->serial + (uint64_t)part->card, draft);
    rc_gen_reference(plan, family->serial + (uint64_t)part->reference, draft);
    if (part->no_reference)
        memset(draft->reference, ' ', sizeof draft->reference);
    if (part->foreign)
        rc_gen_use_other_currency(draft, 1);
}

static bool differ_by_id_only(const struct rc_gen_part *a, const struct rc_gen_part *b)
{
    return a->side == b->side && a->kind == b->kind && a->times == b->times && a->plus == b->plus &&
           a->card == b->card && a->reference == b->reference &&
           a->no_reference == b->no_reference && a->foreign == b->foreign;
}

/* Where two parts could stand for each other, canonical order decides which of them
 * is served first: the earlier part is. */
static void rank_parts(struct rc_gen_family *family, const struct rc_gen_part *parts)
{
    for (int i = 1; i < family->count; i++)
        for (int j = i; j > 0 && differ_by_id_only(&parts[j - 1], &parts[j]); j--) {
            struct rc_gen_draft *first = &family->drafts[j - 1], *second = &family->drafts[j];
            char id[sizeof first->id];
            if (!rc_gen_precedes(family->plan, second, first))
                break;
            memcpy(id, first->id, sizeof id);
            memcpy(first->id, second->id, sizeof id);
            memcpy(second->id, id, sizeof id);
        }
}

void rc_gen_build_parts(struct rc_gen_family *family, const struct rc_gen_case *c)
{
    struct rc_gen_draft base;
    rc_gen_start_signed(family, &base);
    for (int i = 0; i < c->part_count; i++)
        set_age(family, c->parts[i].status, c->part_count == 1, &base);
    for (int i = 0; i < c->part_count; i++)
        add_part(family, &base, &c->parts[i]);
    rank_parts(family, c->parts);
}

/* ----- conflicts: repeats of an id that differ ----- */

static void sort(const struct rc_gen_plan *plan, struct rc_gen_draft *drafts, int count)
{
    for (int i = 1; i < count; i++)
        for (int j = i; j > 0 && rc_gen_precedes(plan, &drafts[j], &drafts[j - 1]); j--) {
            struct rc_gen_draft swapped = drafts[j];
            drafts[j] = drafts[j - 1];
            drafts[j - 1] = swapped;
        }
}

void rc_gen_build_conflict(struct rc_gen_family *family, const struct rc_gen_case *c)
{
    enum rc_side side = c->shape & RC_GEN_ON_INTERNAL ? RC_INTERNAL : RC_SETTLEMENT;
    enum rc_side across = c->shape & RC_GEN_ON_INTERNAL ? RC_SETTLEMENT : RC_INTERNAL;
    enum rc_status repeat =
        c->shape & RC_GEN_ON_INTERNAL ? RC_DUPLICATE_INTERNAL : RC_DUPLICATE_SETTLEMENT;
    struct rc_gen_draft ranked[3];
    int count = c->shape & RC_GEN_THREE ? 3 : 2;
    rc_gen_start_signed(family, &ranked[0]);
    set_age(family, c->status, false, &ranked[0]);
    for (int i = 1; i < count; i++) {
        struct rc_gen_draft copy = ranked[0];
        if (c->shape & RC_GEN_BY_DATE)
            copy.date -= 2 * i;
        else
            copy.amount_minor += copy.amount_minor / 10 * i;
        ranked[i] = copy;
    }
    sort(family->plan, ranked, count);
    rc_gen_add(family, side, &ranked[0], 0, c->status);
    if (!(c->shape & RC_GEN_UNMET))
        rc_gen_add(family, across, &ranked[c->shape & RC_GEN_OTHER_LAST ? count - 1 : 0], 0,
                   c->status);
    for (int i = 1; i < count; i++)
        rc_gen_add(family, side, &ranked[i], i, repeat);
}

/* ----- groups: several records clear one, or several ----- */

static enum rc_status status_of(uint32_t shape)
{
    static const enum rc_status statuses[] = {
        [RC_GEN_EXACT] = RC_MATCHED,
        [RC_GEN_NEAR] = RC_MATCHED_TOLERANCE,
        [RC_GEN_SHORT] = RC_PARTIAL_CLEARING,
        [RC_GEN_OVER] = RC_OVER_CLEARED,
        [RC_GEN_OPPOSITE] = RC_PARTIAL_CLEARING,
    };
    return shape & RC_GEN_CAPPED ? RC_AMBIGUOUS : statuses[shape >> RC_GEN_RELATION_AT & 15];
}

static int64_t settlement_sum(struct rc_gen_family *family, uint32_t shape, int64_t internal_sum)
{
    int64_t within = rc_gen_tolerance(family, internal_sum);
    switch ((enum rc_gen_relation)(shape >> RC_GEN_RELATION_AT & 15)) {
    case RC_GEN_NEAR:
        return internal_sum + rc_gen_either_sign(family, rc_gen_between(family, 1, within));
    case RC_GEN_SHORT:
        return internal_sum - rc_gen_between(family, within + 1, internal_sum / 2);
    case RC_GEN_OVER:
        return internal_sum + rc_gen_between(family, within + 1, internal_sum / 2);
    default:
        return internal_sum;
    }
}

/* Parts of about equal size: none is below half of that, or over one and a half. */
static void split(struct rc_gen_family *family, int64_t sum, int count, int64_t *parts)
{
    int64_t even = sum / count, spread = even / (2 * count);
    parts[count - 1] = sum;
    for (int i = 0; i < count - 1; i++) {
        parts[i] = even - spread + (int64_t)rc_gen_roll(&family->dice, (uint64_t)(2 * spread + 1));
        parts[count - 1] -= parts[i];
    }
}

struct group {
    int count[RC_SIDES];
    int64_t parts[RC_SIDES][RC_GEN_DRAFTS];
};

static bool share_an_amount(const struct group *group)
{
    for (int s = 0; s < group->count[RC_SETTLEMENT]; s++)
        for (int i = 0; i < group->count[RC_INTERNAL]; i++)
            if (group->parts[RC_SETTLEMENT][s] == group->parts[RC_INTERNAL][i])
                return true;
    return false;
}

/* Equal amounts would be paired before they are seen as a group. */
static void part_amounts(struct group *group)
{
    enum rc_side side = group->count[RC_SETTLEMENT] > 1 ? RC_SETTLEMENT : RC_INTERNAL;
    while (share_an_amount(group)) {
        group->parts[side][0]++;
        group->parts[side][group->count[side] - 1]--;
    }
}

static void add_group(struct rc_gen_family *family, const struct rc_gen_draft *base, uint32_t shape,
                      int outcome)
{
    struct group group = {.count = {(int)(shape & 15), (int)(shape >> 4 & 15)}};
    int64_t sum = base->amount_minor;
    split(family, sum, group.count[RC_INTERNAL], group.parts[RC_INTERNAL]);
    split(family, settlement_sum(family, shape, sum), group.count[RC_SETTLEMENT],
          group.parts[RC_SETTLEMENT]);
    part_amounts(&group);
    bool opposite = (shape >> RC_GEN_RELATION_AT & 15) == RC_GEN_OPPOSITE;
    for (int side = 0; side < RC_SIDES; side++) {
        bool negative = !(shape & RC_GEN_CREDITS) == (opposite && side == RC_SETTLEMENT);
        for (int i = 0; i < group.count[side]; i++) {
            int own = shape & RC_GEN_CAPPED ? family->count : outcome;
            struct rc_gen_draft *draft =
                rc_gen_add(family, (enum rc_side)side, base, own, status_of(shape));
            bool last = side == RC_SETTLEMENT && i == group.count[side] - 1;
            draft->kind = shape & RC_GEN_FEE_AMONG && last ? RC_KIND_FEE : RC_KIND_SALE;
            set_amount(draft, negative ? -group.parts[side][i] : group.parts[side][i]);
            rc_gen_id(family->plan, family->serial + (uint64_t)family->count, draft);
        }
    }
}

static void add_stranger(struct rc_gen_family *family, const struct rc_gen_draft *base,
                         enum rc_side side)
{
    struct rc_gen_draft *draft = rc_gen_add(family, side, base, family->count, RC_AMBIGUOUS);
    rc_gen_use_other_currency(draft, 2);
    rc_gen_id(family->plan, family->serial + (uint64_t)family->count, draft);
}

/* Its amount is above all others of the family; the cards keep the pass before from
 * finding it. */
static void add_pair(struct rc_gen_family *family, const struct rc_gen_draft *base)
{
    int outcome = family->count;
    for (int side = 0; side < RC_SIDES; side++) {
        struct rc_gen_draft *draft =
            rc_gen_add(family, (enum rc_side)side, base, outcome, RC_MATCHED);
        set_amount(draft, base->amount_minor * 4);
        rc_gen_id(family->plan, family->serial + (uint64_t)family->count, draft);
        if (side == RC_INTERNAL)
            rc_gen_card(family->plan, family->serial + 1, draft);
    }
}

void rc_gen_build_group(struct rc_gen_family *family, const struct rc_gen_case *c)
{
    struct rc_gen_draft base, other;
    start(family, &base);
    add_group(family, &base, c->shape, 0);
    if (c->shape & RC_GEN_SECOND_CURRENCY) {
        other = base;
        rc_gen_use_other_currency(&other, 1);
        add_group(family, &other, 2 | 1 << 4 | RC_GEN_EXACT << RC_GEN_RELATION_AT, family->count);
    }
    if (c->shape & RC_GEN_STRANGER_SETTLEMENT)
        add_stranger(family, &base, RC_SETTLEMENT);
    if (c->shape & RC_GEN_STRANGER_INTERNAL)
        add_stranger(family, &base, RC_INTERNAL);
    if (c->shape & RC_GEN_WITH_PAIR)
        add_pair(family, &base);
}
