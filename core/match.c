#include "core/match_internal.h"

#include <stdio.h>

/* What merges by TransactionID: pass 1, and what is open with what earlier days left open. */

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
    return rc_match_tell_lone(matcher, status, differences, "transaction_id", reason, repeat, err);
}

/* The group's entries of one side: the first in canonical order stays, the others
 * are repeats. One is held at a time, however many there are. */
static bool take_first(const struct rc_matcher *matcher, struct rc_merge *merge, enum rc_side side,
                       struct rc_entry **first, struct rc_error *err)
{
    struct rc_entry *entry;
    *first = NULL;
    for (;;) {
        if (!rc_merge_take(merge, side, &entry, err)) {
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

static bool match_id(const struct rc_matcher *matcher, struct rc_merge *merge, struct rc_error *err)
{
    struct rc_entry *first[RC_SIDES] = {NULL, NULL};
    bool ok = take_first(matcher, merge, RC_SETTLEMENT, &first[RC_SETTLEMENT], err) &&
              take_first(matcher, merge, RC_INTERNAL, &first[RC_INTERNAL], err);
    if (ok && first[RC_SETTLEMENT] && first[RC_INTERNAL]) {
        ok = rc_match_tell_pair(matcher, "transaction_id", first[RC_SETTLEMENT], first[RC_INTERNAL],
                                err);
    } else if (ok) {
        int side = first[RC_SETTLEMENT] ? RC_SETTLEMENT : RC_INTERNAL;
        struct rc_entry *open = first[side];
        first[side] = NULL;
        ok = !open || rc_match_leave_open(matcher, open, 0, err);
    }
    rc_entry_free(first[RC_SETTLEMENT]);
    rc_entry_free(first[RC_INTERNAL]);
    return ok;
}

bool rc_match_ids(const struct rc_matcher *matcher, const struct rc_stream streams[RC_SIDES],
                  struct rc_error *err)
{
    struct rc_merge merge;
    bool ok = rc_merge_start(&merge, streams, id_key, by_id, NULL, err);
    while (ok && rc_merge_next(&merge))
        ok = match_id(matcher, &merge, err);
    rc_merge_end(&merge);
    return ok;
}

/* ----- what earlier days have left open ----- */

/* The first carried entry of the group on each side; the others, and those of earlier
 * groups, are freed. *head is the next one of the stream. */
static bool take_carried(struct rc_merge *merge, const struct rc_stream *carried,
                         struct rc_entry **head, struct rc_entry *first[RC_SIDES],
                         struct rc_error *err)
{
    while (*head && rc_merge_against(merge, *head) <= 0) {
        struct rc_entry **place = &first[(*head)->side];
        if (!*place && rc_merge_against(merge, *head) == 0)
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
    return rc_match_tell(matcher, &verdict, "carried", &settlement, 1, &internal, 1, err);
}

static bool match_carried(const struct rc_matcher *matcher, struct rc_merge *merge,
                          struct rc_entry *first[RC_SIDES], struct rc_error *err)
{
    bool ok = true;
    for (int side = 0; side < RC_SIDES && ok; side++) {
        struct rc_entry *entry = NULL,
                        **open = &first[side == RC_SETTLEMENT ? RC_INTERNAL : RC_SETTLEMENT];
        while ((ok = rc_merge_take(merge, (enum rc_side)side, &entry, err)) && entry) {
            if (*open)
                ok = tell_carried(matcher, side == RC_SETTLEMENT ? entry : *open,
                                  side == RC_SETTLEMENT ? *open : entry, err);
            else
                ok = rc_match_settle_open(matcher, entry, err);
            rc_entry_settle(open);
            rc_entry_settle(&entry);
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
    struct rc_merge merge;
    struct rc_entry *head = NULL;
    bool ok = rc_merge_start(&merge, streams, id_key, by_id, NULL, err) &&
              carried->next(carried->context, &head, err);
    while (ok && rc_merge_next(&merge)) {
        struct rc_entry *first[RC_SIDES] = {NULL, NULL};
        ok = take_carried(&merge, carried, &head, first, err) &&
             match_carried(matcher, &merge, first, err);
        for (int side = 0; side < RC_SIDES; side++)
            rc_entry_free(first[side]);
    }
    rc_entry_free(head);
    rc_merge_end(&merge);
    return ok;
}
