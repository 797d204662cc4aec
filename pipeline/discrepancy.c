#include "pipeline/discrepancy.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const omitted_names[RC_SIDES] = {"omitted_settlement", "omitted_internal"};

static void add_record(struct rc_draft *draft, const struct rc_outcome_record *item)
{
    uint8_t bytes[RC_CANONICAL_BYTES + 64];
    struct rc_key key;
    size_t length = rc_record_canonical(&item->record, ~0u, bytes);
    rc_record_sk(item, &key);
    rc_item_open_map(&draft->json, NULL);
    rc_item_text(&draft->json, "sk", key.sk);
    if (item->origin)
        rc_item_text(&draft->json, "open_item", item->origin);
    rc_record_item(draft, bytes, length, &item->where);
    rc_item_close_map(&draft->json);
}

void rc_discrepancy_item(struct rc_draft *draft, const struct rc_filedate *day,
                         const char *fingerprint, uint32_t shard, const struct rc_outcome *outcome)
{
    struct rc_key record, key;
    rc_record_sk(rc_outcome_first(outcome), &record);
    rc_key_discrepancy(day, fingerprint, shard, record.sk, rc_outcome_side(outcome), &key);
    rc_draft_item(draft, &key);
    rc_item_text(&draft->json, "status", rc_status_name(outcome->status));
    rc_item_text(&draft->json, "rule", outcome->rule);
    rc_item_text(&draft->json, "reason", outcome->reason);
    rc_item_int(&draft->json, "differences", outcome->differences);
    for (int side = 0; side < RC_SIDES; side++) {
        rc_item_open_list(&draft->json, rc_side_name((enum rc_side)side));
        /* Its JSON is longer than what counts as its size. Each side has its half. */
        size_t most = (size_t)RC_DISCREPANCY_BYTES / RC_SIDES * (size_t)(side + 1);
        int kept = 0;
        for (; kept < outcome->count[side] && draft->buf.length < most; kept++)
            add_record(draft, &outcome->records[side][kept]);
        rc_item_close_list(&draft->json);
        if (kept < outcome->count[side])
            rc_item_int(&draft->json, omitted_names[side], outcome->count[side] - kept);
    }
}

/* ----- reading ----- */

static const json_t *member(const json_t *list, size_t at)
{
    return json_object_get(json_array_get(list, at), "M");
}

/* The entries of a side come behind those that there are. */
static bool read_side(const json_t *list, enum rc_side side, const struct rc_matcher *matcher,
                      struct rc_discrepancy *to, struct rc_error *err)
{
    struct rc_outcome *outcome = &to->outcome;
    outcome->records[side] = &to->records[to->count];
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *record = member(list, i);
        struct rc_entry *entry =
            rc_record_entry(record, rc_item_get_text(record, "sk"), side,
                            rc_item_get_text(record, "open_item"), matcher, err);
        if (!entry)
            return false;
        outcome->records[side][i] = entry->item;
        to->entries[to->count++] = entry;
    }
    outcome->count[side] = (int)json_array_size(list);
    return true;
}

static bool read_head(const json_t *item, struct rc_discrepancy *to)
{
    struct rc_outcome *outcome = &to->outcome;
    const char *status = rc_item_get_text(item, "status"), *rule = rc_item_get_text(item, "rule");
    const char *reason = rc_item_get_text(item, "reason");
    int64_t differences;
    if (!status || !rule || !rc_status_find(status, &outcome->status) ||
        !rc_item_get_int(item, "differences", &differences) || differences < 0 ||
        differences >= (int64_t)1 << RC_CANON_FIELDS)
        return false;
    outcome->differences = (uint32_t)differences;
    snprintf(outcome->rule, sizeof outcome->rule, "%s", rule);
    snprintf(outcome->reason, sizeof outcome->reason, "%s", reason ? reason : "");
    for (int side = 0; side < RC_SIDES; side++)
        rc_item_get_int(item, omitted_names[side], &to->omitted[side]);
    return to->omitted[RC_SETTLEMENT] >= 0 && to->omitted[RC_INTERNAL] >= 0;
}

bool rc_discrepancy_read(const json_t *item, const struct rc_matcher *matcher,
                         struct rc_discrepancy *discrepancy, struct rc_error *err)
{
    const json_t *lists[RC_SIDES];
    size_t count = 0;
    bool ok = true;
    *discrepancy = (struct rc_discrepancy){0};
    for (int side = 0; side < RC_SIDES; side++) {
        lists[side] = rc_item_get_list(item, rc_side_name((enum rc_side)side));
        count += json_array_size(lists[side]);
    }
    discrepancy->entries = calloc(count + 1, sizeof *discrepancy->entries);
    discrepancy->records = calloc(count + 1, sizeof *discrepancy->records);
    if (!discrepancy->entries || !discrepancy->records) {
        rc_error_nomem(err);
        ok = false;
    }
    for (int side = 0; ok && side < RC_SIDES; side++)
        ok = read_side(lists[side], (enum rc_side)side, matcher, discrepancy, err);
    if (ok && (!read_head(item, discrepancy) ||
               !discrepancy->outcome.count[rc_outcome_side(&discrepancy->outcome)])) {
        const char *sk = rc_item_get_text(item, "SK");
        rc_error_set(err, RC_DATA, "the item %s is no discrepancy of this version", sk ? sk : "");
        ok = false;
    }
    if (!ok)
        rc_discrepancy_free(discrepancy);
    return ok;
}

void rc_discrepancy_free(struct rc_discrepancy *discrepancy)
{
    for (size_t i = 0; i < discrepancy->count; i++)
        rc_entry_free(discrepancy->entries[i]);
    free(discrepancy->entries);
    free(discrepancy->records);
    *discrepancy = (struct rc_discrepancy){0};
}
