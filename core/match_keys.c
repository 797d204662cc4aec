#define XXH_INLINE_ALL
#include "core/match_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

/* Later passes: a whole group at a time, bounded by the cap. */

/* ----- one to one ----- */

struct group {
    const struct rc_matcher *matcher;
    int pass;
    struct rc_entry **entries[RC_SIDES]; /* canonical order; NULL where one is settled */
    int count[RC_SIDES];
};

static const struct rc_pass *pass_of(const struct group *group)
{
    return &group->matcher->rules->passes[group->pass];
}

static bool settle_pair(struct group *group, struct rc_entry **s, struct rc_entry **i,
                        struct rc_error *err)
{
    bool ok = rc_match_tell_pair(group->matcher, pass_of(group)->name, *s, *i, err);
    rc_entry_settle(s);
    rc_entry_settle(i);
    return ok;
}

static bool same_money(const struct rc_entry *a, const struct rc_entry *b)
{
    return a->item.record.currency == b->item.record.currency &&
           a->item.record.amount_minor == b->item.record.amount_minor;
}

/* How many open entries of a side have this one's amount; the last of them in *slot. */
static int alike(struct group *group, enum rc_side side, const struct rc_entry *like,
                 struct rc_entry ***slot)
{
    int found = 0;
    for (int i = 0; i < group->count[side]; i++)
        if (group->entries[side][i] && same_money(group->entries[side][i], like)) {
            found++;
            *slot = &group->entries[side][i];
        }
    return found;
}

static int left_open(struct group *group, enum rc_side side, struct rc_entry ***slot)
{
    int found = 0;
    for (int i = 0; i < group->count[side]; i++)
        if (group->entries[side][i]) {
            found++;
            *slot = &group->entries[side][i];
        }
    return found;
}

static bool run_one_to_one(struct group *group, struct rc_error *err)
{
    struct rc_entry **s = NULL, **i = NULL;
    for (int n = 0; n < group->count[RC_SETTLEMENT]; n++) {
        struct rc_entry **own = &group->entries[RC_SETTLEMENT][n];
        if (*own && alike(group, RC_SETTLEMENT, *own, &s) == 1 &&
            alike(group, RC_INTERNAL, *own, &i) == 1 && !settle_pair(group, own, i, err))
            return false;
    }
    int settlement = left_open(group, RC_SETTLEMENT, &s);
    int internal = left_open(group, RC_INTERNAL, &i);
    if (settlement == 1 && internal == 1)
        return settle_pair(group, s, i, err);
    if (!settlement || !internal)
        return true;
    for (int side = 0; side < RC_SIDES; side++)
        for (int n = 0; n < group->count[side]; n++)
            if (group->entries[side][n])
                group->entries[side][n]->ambiguous = true;
    return true;
}

/* ----- sums of one-to-many ----- */

static struct rc_verdict judge_sums(const struct rc_rules *rules, rc_i128 settlement,
                                    rc_i128 internal)
{
    struct rc_verdict verdict = {.status = RC_MATCHED};
    rc_i128 off = settlement - internal, magnitude = internal < 0 ? -internal : internal;
    rc_i128 limit = magnitude * rules->amount_tolerance_bp / 10000;
    rc_i128 s = settlement < 0 ? -settlement : settlement;
    if (rules->amount_tolerance_minor > limit)
        limit = rules->amount_tolerance_minor;
    if (off == 0)
        return verdict;
    bool opposite = (settlement < 0) != (internal < 0) && settlement != 0 && internal != 0;
    verdict.differences = 1u << RC_C_AMOUNT;
    if (!opposite && (off < 0 ? -off : off) <= limit) {
        verdict.status = RC_MATCHED_TOLERANCE;
        snprintf(verdict.reason, sizeof verdict.reason, "the sums agree within the tolerance");
    } else if (opposite || s < magnitude) {
        verdict.status = RC_PARTIAL_CLEARING;
        snprintf(verdict.reason, sizeof verdict.reason, "settled in part only");
    } else {
        verdict.status = RC_OVER_CLEARED;
        snprintf(verdict.reason, sizeof verdict.reason, "settled for more than was recorded");
    }
    return verdict;
}

/* The open entries of one currency, as an array in canonical order, and their sum. */
static int collect(struct group *group, enum rc_side side, uint8_t currency,
                   struct rc_entry **chosen, rc_i128 *sum)
{
    int count = 0;
    *sum = 0;
    for (int i = 0; i < group->count[side]; i++) {
        struct rc_entry *entry = group->entries[side][i];
        if (!entry || rc_entry_is_event(entry) || entry->item.record.currency != currency)
            continue;
        chosen[count++] = entry;
        *sum += entry->item.record.amount_minor;
    }
    return count;
}

static void settle_all(struct group *group, enum rc_side side, struct rc_entry *const *chosen,
                       int count)
{
    for (int c = 0; c < count; c++)
        for (int i = 0; i < group->count[side]; i++)
            if (group->entries[side][i] == chosen[c])
                rc_entry_settle(&group->entries[side][i]);
}

static bool run_sums_of(struct group *group, uint8_t currency, struct rc_entry **chosen,
                        struct rc_error *err)
{
    rc_i128 sum[RC_SIDES];
    struct rc_entry **other = chosen + group->count[RC_SETTLEMENT];
    int settlement = collect(group, RC_SETTLEMENT, currency, chosen, &sum[RC_SETTLEMENT]);
    int internal = collect(group, RC_INTERNAL, currency, other, &sum[RC_INTERNAL]);
    if (!settlement || !internal)
        return true;
    struct rc_verdict verdict =
        judge_sums(group->matcher->rules, sum[RC_SETTLEMENT], sum[RC_INTERNAL]);
    bool ok = rc_match_tell(group->matcher, &verdict, pass_of(group)->name, chosen, settlement,
                            other, internal, err);
    settle_all(group, RC_SETTLEMENT, chosen, settlement);
    settle_all(group, RC_INTERNAL, other, internal);
    return ok;
}

static bool run_sums(struct group *group, struct rc_error *err)
{
    size_t total = (size_t)group->count[RC_SETTLEMENT] + (size_t)group->count[RC_INTERNAL];
    struct rc_entry **chosen = calloc(total + 1, sizeof(struct rc_entry *));
    bool ok = chosen != NULL;
    if (!chosen)
        rc_error_nomem(err);
    for (int i = 0; ok && i < group->count[RC_SETTLEMENT]; i++) {
        const struct rc_entry *entry = group->entries[RC_SETTLEMENT][i];
        if (entry && !rc_entry_is_event(entry))
            ok = run_sums_of(group, entry->item.record.currency, chosen, err);
    }
    free(chosen);
    return ok;
}

/* ----- reversals and chargebacks ----- */

static struct rc_entry **find_original(struct group *group, enum rc_side side,
                                       const struct rc_entry *reversal)
{
    for (int i = 0; i < group->count[side]; i++) {
        struct rc_entry *entry = group->entries[side][i];
        if (entry && !rc_entry_is_event(entry) &&
            entry->item.record.currency == reversal->item.record.currency &&
            (rc_i128)entry->item.record.amount_minor ==
                -(rc_i128)reversal->item.record.amount_minor)
            return &group->entries[side][i];
    }
    return NULL;
}

static bool run_reversal(struct group *group, enum rc_side side, struct rc_entry **reversal,
                         struct rc_error *err)
{
    struct rc_verdict verdict = {.status = RC_REVERSAL_MATCHED, .reason = "reversal and original"};
    struct rc_entry **original = find_original(group, side, *reversal);
    enum rc_side where = side;
    if (!original) {
        where = side == RC_SETTLEMENT ? RC_INTERNAL : RC_SETTLEMENT;
        original = find_original(group, where, *reversal);
    }
    if (!original)
        return true;
    struct rc_entry *both[2] = {*reversal, *original};
    if (rc_entry_compare(both[1], both[0]) < 0)
        both[0] = *original, both[1] = *reversal;
    bool ok;
    if (where != side)
        ok = rc_match_tell(group->matcher, &verdict, pass_of(group)->name,
                           side == RC_SETTLEMENT ? reversal : original, 1,
                           side == RC_SETTLEMENT ? original : reversal, 1, err);
    else if (side == RC_SETTLEMENT)
        ok = rc_match_tell(group->matcher, &verdict, pass_of(group)->name, both, 2, both, 0, err);
    else
        ok = rc_match_tell(group->matcher, &verdict, pass_of(group)->name, both, 0, both, 2, err);
    rc_entry_settle(reversal);
    rc_entry_settle(original);
    return ok;
}

static bool run_reversals(struct group *group, struct rc_error *err)
{
    for (int side = 0; side < RC_SIDES; side++)
        for (int i = 0; i < group->count[side]; i++) {
            struct rc_entry **entry = &group->entries[side][i];
            if (*entry && (*entry)->item.record.kind == RC_KIND_REVERSAL &&
                !run_reversal(group, (enum rc_side)side, entry, err))
                return false;
        }
    return true;
}

static bool run_chargebacks(struct group *group, struct rc_error *err)
{
    struct rc_verdict verdict = {.status = RC_CHARGEBACK, .reason = "chargeback and original"};
    int next = 0;
    for (int i = 0; i < group->count[RC_SETTLEMENT]; i++) {
        struct rc_entry **chargeback = &group->entries[RC_SETTLEMENT][i];
        if (!*chargeback || (*chargeback)->item.record.kind != RC_KIND_CHARGEBACK)
            continue;
        struct rc_entry **originals = group->entries[RC_INTERNAL];
        while (next < group->count[RC_INTERNAL] &&
               (!originals[next] || originals[next]->item.record.kind == RC_KIND_REVERSAL))
            next++;
        if (next == group->count[RC_INTERNAL])
            return true;
        if (!rc_match_tell(group->matcher, &verdict, pass_of(group)->name, chargeback, 1,
                           &originals[next], 1, err))
            return false;
        rc_entry_settle(chargeback);
        rc_entry_settle(&originals[next]);
    }
    return true;
}

/* ----- running a pass ----- */

static int by_canonical_pointer(const void *a, const void *b)
{
    const struct rc_entry *const *x = a, *const *y = b;
    return rc_entry_compare(*x, *y);
}

static bool (*const pass_runs[])(struct group *group, struct rc_error *err) = {
    [RC_PASS_ONE_TO_ONE] = run_one_to_one,
    [RC_PASS_GROUP] = run_sums,
    [RC_PASS_REVERSAL] = run_reversals,
    [RC_PASS_CHARGEBACK] = run_chargebacks,
};

/* What is left goes on; a group over the cap goes on as it is, marked. */
static bool pass_on(struct group *group, bool over_cap, struct rc_error *err)
{
    bool ok = true;
    for (int side = 0; side < RC_SIDES; side++)
        for (int i = 0; i < group->count[side]; i++) {
            struct rc_entry *entry = group->entries[side][i];
            group->entries[side][i] = NULL;
            if (entry && over_cap)
                entry->ambiguous = true;
            if (entry && ok)
                ok = rc_match_leave_open(group->matcher, entry, group->pass + 1, err);
            else
                rc_entry_free(entry);
        }
    return ok;
}

/* Takes a side's entries of the group, as many as the cap allows; gives whether
 * there are more. */
static bool fill_group(struct group *group, struct rc_merge *merge, enum rc_side side, int cap,
                       bool *over, struct rc_error *err)
{
    struct rc_entry *entry;
    while (group->count[side] < cap) {
        if (!rc_merge_take(merge, side, &entry, err)) {
            rc_entry_free(entry);
            return false;
        }
        if (!entry)
            return true;
        group->entries[side][group->count[side]++] = entry;
    }
    *over |= merge->head[side] && rc_merge_against(merge, merge->head[side]) == 0;
    return true;
}

static bool run_group(struct group *group, struct rc_merge *merge, struct rc_error *err)
{
    const struct rc_pass *pass = pass_of(group);
    bool over = false, more;
    do { /* once; a group over the cap as often as it takes to pass it on */
        more = false;
        group->count[RC_SETTLEMENT] = group->count[RC_INTERNAL] = 0;
        for (int side = 0; side < RC_SIDES; side++)
            if (!fill_group(group, merge, (enum rc_side)side, pass->cap, &more, err)) {
                pass_on(group, false, NULL);
                return false;
            }
        over |= more;
        for (int side = 0; side < RC_SIDES; side++)
            qsort(group->entries[side], (size_t)group->count[side], sizeof(struct rc_entry *),
                  by_canonical_pointer);
        bool ok = over || pass_runs[pass->kind](group, err);
        if (!pass_on(group, over, ok ? err : NULL) || !ok)
            return false;
    } while (more);
    return true;
}

static size_t pass_key(const void *how, const struct rc_entry *entry, const uint8_t **bytes,
                       uint8_t *room)
{
    *bytes = room;
    return rc_pass_key(how, &entry->item.record, room);
}

bool rc_match_keys(const struct rc_matcher *matcher, int pass,
                   const struct rc_stream streams[RC_SIDES], struct rc_error *err)
{
    const struct rc_pass *rule = &matcher->rules->passes[pass];
    struct group group = {.matcher = matcher, .pass = pass};
    struct rc_merge merge;
    struct rc_entry **room = calloc(2 * (size_t)rule->cap, sizeof(struct rc_entry *));
    if (!room) {
        rc_error_nomem(err);
        return false;
    }
    group.entries[RC_SETTLEMENT] = room;
    group.entries[RC_INTERNAL] = room + rule->cap;
    bool ok = rc_merge_start(&merge, streams, pass_key, rc_bytes_compare, rule, err);
    while (ok && rc_merge_next(&merge))
        ok = run_group(&group, &merge, err);
    rc_merge_end(&merge);
    free(room);
    return ok;
}

/* ----- keys of passes ----- */

static uint32_t key_mask(const struct rc_pass *pass)
{
    uint32_t mask = 0;
    for (int i = 0; i < pass->key_fields; i++)
        mask |= 1u << pass->key[i];
    return mask;
}

size_t rc_pass_key(const struct rc_pass *pass, const struct rc_record *record, uint8_t *bytes)
{
    return rc_record_canonical(record, key_mask(pass), bytes);
}

uint64_t rc_pass_hash(const struct rc_pass *pass, const struct rc_record *record)
{
    uint8_t bytes[RC_CANONICAL_BYTES + 64];
    return XXH3_64bits(bytes, rc_pass_key(pass, record, bytes));
}

int rc_next_pass(const struct rc_rules *rules, const struct rc_record *record, int from)
{
    for (; from < rules->pass_count; from++) {
        const struct rc_pass *pass = &rules->passes[from];
        uint32_t mask = key_mask(pass);
        bool event = record->kind == RC_KIND_REVERSAL || record->kind == RC_KIND_CHARGEBACK;
        bool sums = pass->kind == RC_PASS_ONE_TO_ONE || pass->kind == RC_PASS_GROUP;
        if ((record->present & mask) == mask && !(event && sums))
            break;
    }
    return from;
}
