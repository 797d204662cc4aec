#include "core/match.h"

#define XXH_INLINE_ALL
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* ----- entries ----- */

struct rc_entry *rc_entry_new(const uint8_t *canonical, size_t length, struct rc_error *err)
{
    struct rc_entry *entry = calloc(1, sizeof *entry);
    if (!entry) {
        rc_error_nomem(err);
        return NULL;
    }
    entry->canonical = canonical;
    entry->canonical_length = length;
    if (rc_record_from_canonical(canonical, length, &entry->item.record))
        return entry;
    free(entry);
    rc_error_set(err, RC_DATA, "a record's canonical bytes do not read back");
    return NULL;
}

struct rc_entry *rc_entry_copy(const uint8_t *canonical, size_t length, const char *origin,
                               struct rc_error *err)
{
    size_t origin_bytes = origin ? strlen(origin) + 1 : 0;
    struct rc_entry *entry = rc_entry_new(canonical, length, err);
    struct rc_entry *grown = entry ? realloc(entry, sizeof *entry + length + origin_bytes) : NULL;
    if (!grown) {
        if (entry)
            rc_error_nomem(err);
        free(entry);
        return NULL;
    }
    uint8_t *bytes = memcpy(grown + 1, canonical, length);
    grown->canonical = bytes;
    rc_record_from_canonical(bytes, length, &grown->item.record);
    if (origin)
        grown->item.origin = memcpy(bytes + length, origin, origin_bytes);
    return grown;
}

void rc_entry_free(struct rc_entry *entry)
{
    free(entry);
}

static void settle(struct rc_entry **slot)
{
    rc_entry_free(*slot);
    *slot = NULL;
}

static int compare_bytes(const void *a, size_t a_length, const void *b, size_t b_length)
{
    int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
    return order ? order : (a_length > b_length) - (a_length < b_length);
}

int rc_entry_compare(const struct rc_entry *a, const struct rc_entry *b)
{
    return compare_bytes(a->canonical, a->canonical_length, b->canonical, b->canonical_length);
}

static int by_canonical_pointer(const void *a, const void *b)
{
    const struct rc_entry *const *x = a, *const *y = b;
    return rc_entry_compare(*x, *y);
}

/* ----- telling the caller ----- */

static bool tell(const struct rc_matcher *matcher, const struct rc_verdict *verdict,
                 const char *rule, struct rc_entry *const *settlement, int settlement_count,
                 struct rc_entry *const *internal, int internal_count, struct rc_error *err)
{
    struct rc_outcome outcome = {.status = verdict->status, .differences = verdict->differences};
    struct rc_outcome_record lone[RC_SIDES];
    struct rc_outcome_record *items = lone;
    int total = settlement_count + internal_count;
    if (total > RC_SIDES && !(items = calloc((size_t)total, sizeof *items))) {
        rc_error_nomem(err);
        return false;
    }
    for (int i = 0; i < settlement_count; i++)
        items[i] = settlement[i]->item;
    for (int i = 0; i < internal_count; i++)
        items[settlement_count + i] = internal[i]->item;
    snprintf(outcome.rule, sizeof outcome.rule, "%s", rule);
    snprintf(outcome.reason, sizeof outcome.reason, "%s", verdict->reason);
    outcome.count[RC_SETTLEMENT] = settlement_count;
    outcome.count[RC_INTERNAL] = internal_count;
    outcome.records[RC_SETTLEMENT] = items;
    outcome.records[RC_INTERNAL] = items + settlement_count;
    bool ok = matcher->outcome(matcher->context, &outcome, err);
    if (items != lone)
        free(items);
    return ok;
}

static bool tell_lone(const struct rc_matcher *matcher, enum rc_status status, uint32_t differences,
                      const char *rule, const char *reason, struct rc_entry *entry,
                      struct rc_error *err)
{
    struct rc_verdict verdict = {.status = status, .differences = differences};
    snprintf(verdict.reason, sizeof verdict.reason, "%s", reason);
    bool settlement = entry->side == RC_SETTLEMENT;
    return tell(matcher, &verdict, rule, &entry, settlement, &entry, !settlement, err);
}

static bool tell_pair(const struct rc_matcher *matcher, const char *rule,
                      struct rc_entry *settlement, struct rc_entry *internal, struct rc_error *err)
{
    struct rc_verdict verdict;
    rc_match_pair(matcher, &settlement->item.record, &internal->item.record, &verdict);
    return tell(matcher, &verdict, rule, &settlement, 1, &internal, 1, err);
}

/* What nothing has settled. */
static bool settle_open(const struct rc_matcher *matcher, struct rc_entry *entry,
                        struct rc_error *err)
{
    const struct rc_rules *rules = matcher->rules;
    const char *rule =
        rules->pass_count ? rules->passes[rules->pass_count - 1].name : "transaction_id";
    bool settlement = entry->side == RC_SETTLEMENT;
    if (entry->ambiguous)
        return tell_lone(matcher, RC_AMBIGUOUS, 0, rule,
                         "several records fit and no rule tells which", entry, err);
    if (entry->item.record.kind == RC_KIND_REVERSAL)
        return tell_lone(matcher, RC_REVERSAL_ORPHAN, 0, rule, "no open original to reverse", entry,
                         err);
    if (entry->item.record.kind == RC_KIND_CHARGEBACK)
        return tell_lone(matcher, RC_CHARGEBACK, 0, rule, "a chargeback without its original",
                         entry, err);
    if (settlement)
        return tell_lone(matcher, RC_MISSING_INTERNAL, 0, rule,
                         "the internal side has no such transaction", entry, err);
    if (entry->item.age_days <= rules->clearing_window_days && rules->clearing_window_days > 0)
        return tell_lone(matcher, RC_PENDING, 0, rule, "inside its clearing window", entry, err);
    return tell_lone(matcher, RC_MISSING_SETTLEMENT, 0, rule,
                     "the settlement side has no such transaction", entry, err);
}

static bool is_event(const struct rc_entry *entry)
{
    return entry->item.record.kind == RC_KIND_REVERSAL ||
           entry->item.record.kind == RC_KIND_CHARGEBACK;
}

/* Hands an entry to the next pass that has a use for it, or settles it. Frees it. */
static bool leave_open(const struct rc_matcher *matcher, struct rc_entry *entry, int from,
                       struct rc_error *err)
{
    const struct rc_rules *rules = matcher->rules;
    int pass = rc_next_pass(rules, &entry->item.record, from);
    bool looked_for = rules->open_days > 0 && !entry->ambiguous && !is_event(entry);
    bool ok = pass < rules->pass_count || looked_for
                  ? matcher->open(matcher->context, entry, pass, err)
                  : settle_open(matcher, entry, err);
    rc_entry_free(entry);
    return ok;
}

/* ----- merging two streams into groups ----- */

/* The bytes that make two entries of equal order hash one group. */
typedef size_t group_key(const void *how, const struct rc_entry *entry, const uint8_t **bytes,
                         uint8_t *room);
typedef int key_order(const void *a, size_t a_length, const void *b, size_t b_length);

struct merge {
    const struct rc_stream *streams;
    struct rc_entry *head[RC_SIDES];
    group_key *key;
    key_order *compare;
    const void *how;
    rc_u128 order;  /* of the group at hand */
    uint8_t *bytes; /* its key */
    size_t length;
    uint8_t *room;
};

static size_t id_key(const void *how, const struct rc_entry *entry, const uint8_t **bytes,
                     uint8_t *room)
{
    struct rc_text id = rc_record_id(&entry->item.record);
    (void)how;
    (void)room;
    *bytes = (const uint8_t *)id.data;
    return id.length;
}

static int by_id(const void *a, size_t a_length, const void *b, size_t b_length)
{
    return rc_id_compare((struct rc_text){a, (uint32_t)a_length},
                         (struct rc_text){b, (uint32_t)b_length});
}

static size_t pass_key(const void *how, const struct rc_entry *entry, const uint8_t **bytes,
                       uint8_t *room)
{
    *bytes = room;
    return rc_pass_key(how, &entry->item.record, room);
}

static bool merge_start(struct merge *merge, const struct rc_stream *streams, group_key *key,
                        key_order *compare, const void *how, struct rc_error *err)
{
    *merge = (struct merge){.streams = streams, .key = key, .compare = compare, .how = how};
    merge->bytes = malloc(2 * (RC_CANONICAL_BYTES + 64));
    if (!merge->bytes) {
        rc_error_nomem(err);
        return false;
    }
    merge->room = merge->bytes + RC_CANONICAL_BYTES + 64;
    for (int side = 0; side < RC_SIDES; side++)
        if (!streams[side].next(streams[side].context, &merge->head[side], err))
            return false;
    return true;
}

static void merge_end(struct merge *merge)
{
    for (int side = 0; side < RC_SIDES; side++)
        rc_entry_free(merge->head[side]);
    free(merge->bytes);
}

/* Negative, zero or positive as the head stands before, in or behind the group. */
static int against_group(const struct merge *merge, const struct rc_entry *entry)
{
    const uint8_t *bytes;
    if (entry->order != merge->order)
        return entry->order < merge->order ? -1 : 1;
    size_t length = merge->key(merge->how, entry, &bytes, merge->room);
    return merge->compare(bytes, length, merge->bytes, merge->length);
}

static void set_group(struct merge *merge, const struct rc_entry *entry)
{
    const uint8_t *bytes;
    merge->order = entry->order;
    merge->length = merge->key(merge->how, entry, &bytes, merge->room);
    memcpy(merge->bytes, bytes, merge->length);
}

/* Moves to the next group; false at the end. */
static bool next_group(struct merge *merge)
{
    struct rc_entry *s = merge->head[RC_SETTLEMENT], *i = merge->head[RC_INTERNAL];
    if (!s && !i)
        return false;
    set_group(merge, s ? s : i);
    if (s && i && against_group(merge, i) < 0)
        set_group(merge, i);
    return true;
}

/* Takes the side's next entry of the group; *entry is NULL when there is none. */
static bool take(struct merge *merge, enum rc_side side, struct rc_entry **entry,
                 struct rc_error *err)
{
    *entry = merge->head[side];
    if (!*entry || against_group(merge, *entry) != 0) {
        *entry = NULL;
        return true;
    }
    merge->head[side] = NULL;
    return merge->streams[side].next(merge->streams[side].context, &merge->head[side], err);
}

/* ----- pass 1 ----- */

/* Which fields make a repeat differ from the one that was taken. */
static uint32_t repeat_differences(const struct rc_entry *taken, const struct rc_entry *repeat)
{
    struct rc_verdict verdict;
    struct rc_rules exact = {.compare = ~0u, .late_after_days = -1, .fx_tolerance_bp = -1};
    struct rc_matcher matcher = {.rules = &exact, .compare = ~(1u << RC_C_ID)};
    rc_match_pair(&matcher, &taken->item.record, &repeat->item.record, &verdict);
    return verdict.differences;
}

static bool tell_repeat(const struct rc_matcher *matcher, const struct rc_entry *taken,
                        struct rc_entry *repeat, struct rc_error *err)
{
    uint32_t differences = repeat_differences(taken, repeat);
    enum rc_status status =
        repeat->side == RC_SETTLEMENT ? RC_DUPLICATE_SETTLEMENT : RC_DUPLICATE_INTERNAL;
    const char *reason = differences
                             ? "the TransactionID stands more than once, with other contents"
                             : "the TransactionID stands more than once, with the same contents";
    return tell_lone(matcher, status, differences, "transaction_id", reason, repeat, err);
}

/* The group's entries of one side: the first in canonical order stays, the others
 * are repeats. One is held at a time, however many there are. */
static bool take_first(const struct rc_matcher *matcher, struct merge *merge, enum rc_side side,
                       struct rc_entry **first, struct rc_error *err)
{
    struct rc_entry *entry;
    *first = NULL;
    for (;;) {
        if (!take(merge, side, &entry, err)) {
            rc_entry_free(entry);
            return false;
        }
        if (!entry)
            return true;
        if (!*first) {
            *first = entry;
            continue;
        }
        struct rc_entry *repeat = entry;
        if (rc_entry_compare(entry, *first) < 0) {
            repeat = *first;
            *first = entry;
        }
        bool ok = tell_repeat(matcher, *first, repeat, err);
        rc_entry_free(repeat);
        if (!ok)
            return false;
    }
}

static bool match_id(const struct rc_matcher *matcher, struct merge *merge, struct rc_error *err)
{
    struct rc_entry *first[RC_SIDES] = {NULL, NULL};
    bool ok = take_first(matcher, merge, RC_SETTLEMENT, &first[RC_SETTLEMENT], err) &&
              take_first(matcher, merge, RC_INTERNAL, &first[RC_INTERNAL], err);
    if (ok && first[RC_SETTLEMENT] && first[RC_INTERNAL]) {
        ok = tell_pair(matcher, "transaction_id", first[RC_SETTLEMENT], first[RC_INTERNAL], err);
    } else if (ok) {
        int side = first[RC_SETTLEMENT] ? RC_SETTLEMENT : RC_INTERNAL;
        struct rc_entry *open = first[side];
        first[side] = NULL;
        ok = !open || leave_open(matcher, open, 0, err);
    }
    rc_entry_free(first[RC_SETTLEMENT]);
    rc_entry_free(first[RC_INTERNAL]);
    return ok;
}

bool rc_match_ids(const struct rc_matcher *matcher, const struct rc_stream streams[RC_SIDES],
                  struct rc_error *err)
{
    struct merge merge;
    bool ok = merge_start(&merge, streams, id_key, by_id, NULL, err);
    while (ok && next_group(&merge))
        ok = match_id(matcher, &merge, err);
    merge_end(&merge);
    return ok;
}

/* ----- what earlier days have left open ----- */

/* The first carried entry of the group on each side; the others, and those of earlier
 * groups, are freed. *head is the next one of the stream. */
static bool take_carried(struct merge *merge, const struct rc_stream *carried,
                         struct rc_entry **head, struct rc_entry *first[RC_SIDES],
                         struct rc_error *err)
{
    while (*head && against_group(merge, *head) <= 0) {
        struct rc_entry **place = &first[(*head)->side];
        if (!*place && against_group(merge, *head) == 0)
            *place = *head;
        else
            rc_entry_free(*head);
        *head = NULL;
        if (!carried->next(carried->context, head, err))
            return false;
    }
    return true;
}

static bool tell_carried(const struct rc_matcher *matcher, struct rc_entry *settlement,
                         struct rc_entry *internal, struct rc_error *err)
{
    struct rc_verdict verdict;
    rc_match_pair(matcher, &settlement->item.record, &internal->item.record, &verdict);
    if (!rc_status_is_exception(verdict.status)) {
        verdict.status = RC_LATE_PRESENTMENT;
        snprintf(verdict.reason, sizeof verdict.reason,
                 "agrees with an open item of an earlier day");
    }
    return tell(matcher, &verdict, "carried", &settlement, 1, &internal, 1, err);
}

static bool match_carried(const struct rc_matcher *matcher, struct merge *merge,
                          struct rc_entry *first[RC_SIDES], struct rc_error *err)
{
    bool ok = true;
    for (int side = 0; side < RC_SIDES && ok; side++) {
        struct rc_entry *entry = NULL,
                        **open = &first[side == RC_SETTLEMENT ? RC_INTERNAL : RC_SETTLEMENT];
        while ((ok = take(merge, (enum rc_side)side, &entry, err)) && entry) {
            if (*open)
                ok = tell_carried(matcher, side == RC_SETTLEMENT ? entry : *open,
                                  side == RC_SETTLEMENT ? *open : entry, err);
            else
                ok = settle_open(matcher, entry, err);
            settle(open);
            settle(&entry);
            if (!ok)
                break;
        }
        rc_entry_free(entry);
    }
    return ok;
}

bool rc_match_carried(const struct rc_matcher *matcher, const struct rc_stream streams[RC_SIDES],
                      const struct rc_stream *carried, struct rc_error *err)
{
    struct merge merge;
    struct rc_entry *head = NULL;
    bool ok = merge_start(&merge, streams, id_key, by_id, NULL, err) &&
              carried->next(carried->context, &head, err);
    while (ok && next_group(&merge)) {
        struct rc_entry *first[RC_SIDES] = {NULL, NULL};
        ok = take_carried(&merge, carried, &head, first, err) &&
             match_carried(matcher, &merge, first, err);
        for (int side = 0; side < RC_SIDES; side++)
            rc_entry_free(first[side]);
    }
    rc_entry_free(head);
    merge_end(&merge);
    return ok;
}

/* ----- later passes: a whole group at a time, bounded by the cap ----- */

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
    bool ok = tell_pair(group->matcher, pass_of(group)->name, *s, *i, err);
    settle(s);
    settle(i);
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
        if (!entry || is_event(entry) || entry->item.record.currency != currency)
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
                settle(&group->entries[side][i]);
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
    bool ok = tell(group->matcher, &verdict, pass_of(group)->name, chosen, settlement, other,
                   internal, err);
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
        if (entry && !is_event(entry))
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
        if (entry && !is_event(entry) &&
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
        ok = tell(group->matcher, &verdict, pass_of(group)->name,
                  side == RC_SETTLEMENT ? reversal : original, 1,
                  side == RC_SETTLEMENT ? original : reversal, 1, err);
    else if (side == RC_SETTLEMENT)
        ok = tell(group->matcher, &verdict, pass_of(group)->name, both, 2, both, 0, err);
    else
        ok = tell(group->matcher, &verdict, pass_of(group)->name, both, 0, both, 2, err);
    settle(reversal);
    settle(original);
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
        if (!tell(group->matcher, &verdict, pass_of(group)->name, chargeback, 1, &originals[next],
                  1, err))
            return false;
        settle(chargeback);
        settle(&originals[next]);
    }
    return true;
}

/* ----- running a pass ----- */

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
                ok = leave_open(group->matcher, entry, group->pass + 1, err);
            else
                rc_entry_free(entry);
        }
    return ok;
}

/* Takes a side's entries of the group, as many as the cap allows; gives whether
 * there are more. */
static bool fill_group(struct group *group, struct merge *merge, enum rc_side side, int cap,
                       bool *over, struct rc_error *err)
{
    struct rc_entry *entry;
    while (group->count[side] < cap) {
        if (!take(merge, side, &entry, err)) {
            rc_entry_free(entry);
            return false;
        }
        if (!entry)
            return true;
        group->entries[side][group->count[side]++] = entry;
    }
    *over |= merge->head[side] && against_group(merge, merge->head[side]) == 0;
    return true;
}

static bool run_group(struct group *group, struct merge *merge, struct rc_error *err)
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

bool rc_match_keys(const struct rc_matcher *matcher, int pass,
                   const struct rc_stream streams[RC_SIDES], struct rc_error *err)
{
    const struct rc_pass *rule = &matcher->rules->passes[pass];
    struct group group = {.matcher = matcher, .pass = pass};
    struct merge merge;
    struct rc_entry **room = calloc(2 * (size_t)rule->cap, sizeof(struct rc_entry *));
    if (!room) {
        rc_error_nomem(err);
        return false;
    }
    group.entries[RC_SETTLEMENT] = room;
    group.entries[RC_INTERNAL] = room + rule->cap;
    bool ok = merge_start(&merge, streams, pass_key, compare_bytes, rule, err);
    while (ok && next_group(&merge))
        ok = run_group(&group, &merge, err);
    merge_end(&merge);
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
