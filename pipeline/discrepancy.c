#include "pipeline/discrepancy.h"

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
    int omitted = 0;
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
        omitted += outcome->count[side] - kept;
    }
    if (omitted)
        rc_item_int(&draft->json, "omitted", omitted);
}
