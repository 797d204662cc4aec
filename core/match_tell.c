#include "core/match_internal.h"

#include <stdio.h>
#include <stdlib.h>

bool rc_match_tell(const struct rc_matcher *matcher, const struct rc_verdict *verdict,
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

bool rc_match_tell_lone(const struct rc_matcher *matcher, enum rc_status status,
                        uint32_t differences, const char *rule, const char *reason,
                        struct rc_entry *entry, struct rc_error *err)
{
    struct rc_verdict verdict = {.status = status, .differences = differences};
    snprintf(verdict.reason, sizeof verdict.reason, "%s", reason);
    bool settlement = entry->side == RC_SETTLEMENT;
    return rc_match_tell(matcher, &verdict, rule, &entry, settlement, &entry, !settlement, err);
}

bool rc_match_tell_pair(const struct rc_matcher *matcher, const char *rule,
                        struct rc_entry *settlement, struct rc_entry *internal,
                        struct rc_error *err)
{
    struct rc_verdict verdict;
    rc_match_pair(matcher, &settlement->item.record, &internal->item.record, &verdict);
    return rc_match_tell(matcher, &verdict, rule, &settlement, 1, &internal, 1, err);
}

bool rc_match_settle_open(const struct rc_matcher *matcher, struct rc_entry *entry,
                          struct rc_error *err)
{
    const struct rc_rules *rules = matcher->rules;
    const char *rule =
        rules->pass_count ? rules->passes[rules->pass_count - 1].name : "transaction_id";
    bool settlement = entry->side == RC_SETTLEMENT;
    if (entry->ambiguous)
        return rc_match_tell_lone(matcher, RC_AMBIGUOUS, 0, rule,
                                  "several records fit and no rule tells which", entry, err);
    if (entry->item.record.kind == RC_KIND_REVERSAL)
        return rc_match_tell_lone(matcher, RC_REVERSAL_ORPHAN, 0, rule,
                                  "no open original to reverse", entry, err);
    if (entry->item.record.kind == RC_KIND_CHARGEBACK)
        return rc_match_tell_lone(matcher, RC_CHARGEBACK, 0, rule,
                                  "a chargeback without its original", entry, err);
    if (settlement)
        return rc_match_tell_lone(matcher, RC_MISSING_INTERNAL, 0, rule,
                                  "the internal side has no such transaction", entry, err);
    if (entry->item.age_days <= rules->clearing_window_days && rules->clearing_window_days > 0)
        return rc_match_tell_lone(matcher, RC_PENDING, 0, rule, "inside its clearing window", entry,
                                  err);
    return rc_match_tell_lone(matcher, RC_MISSING_SETTLEMENT, 0, rule,
                              "the settlement side has no such transaction", entry, err);
}

bool rc_match_leave_open(const struct rc_matcher *matcher, struct rc_entry *entry, int from,
                         struct rc_error *err)
{
    const struct rc_rules *rules = matcher->rules;
    int pass = rc_next_pass(rules, &entry->item.record, from);
    bool looked_for = rules->open_days > 0 && !entry->ambiguous && !rc_entry_is_event(entry);
    bool ok = pass < rules->pass_count || looked_for
                  ? matcher->open(matcher->context, entry, pass, err)
                  : rc_match_settle_open(matcher, entry, err);
    rc_entry_free(entry);
    return ok;
}
