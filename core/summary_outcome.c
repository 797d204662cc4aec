#include "core/summary.h"

/* Every record counts as matched from the moment it was read; what the engine finds
 * moves it to where it belongs. */

bool rc_summary_record(struct rc_summary *shard, enum rc_side side,
                       const struct rc_outcome_record *item, rc_u128 term, struct rc_error *err)
{
    const struct rc_record *record = &item->record;
    struct rc_cell *cell = rc_summary_cell(shard, RC_MATCHED, record->currency, record->kind);
    if (!cell) {
        rc_error_nomem(err);
        return false;
    }
    rc_cell_add(cell, side, record->amount_minor, rc_age_bucket(item->age_days), 1);
    cell->outcomes += side == RC_SETTLEMENT;
    shard->records[side]++;
    shard->bytes[side] += item->where.length;
    shard->digest[side] += term;
    shard->outcome_digest += term;
    return true;
}

static bool move_record(struct rc_summary *shard, enum rc_side side,
                        const struct rc_outcome_record *item, enum rc_status status)
{
    const struct rc_record *record = &item->record;
    uint8_t bytes[RC_CANONICAL_BYTES + 64];
    int bucket = rc_age_bucket(item->age_days);
    struct rc_cell *from = rc_summary_cell(shard, RC_MATCHED, record->currency, record->kind);
    if (!from)
        return false;
    rc_cell_add(from, side, record->amount_minor, bucket, -1);
    from->outcomes -= side == RC_SETTLEMENT;
    struct rc_cell *to = rc_summary_cell(shard, status, record->currency, record->kind);
    if (!to)
        return false;
    rc_cell_add(to, side, record->amount_minor, bucket, 1);
    size_t length = rc_record_canonical(record, ~0u, bytes);
    shard->outcome_digest += rc_digest_term(bytes, length, side, status) -
                             rc_digest_term(bytes, length, side, RC_MATCHED);
    return true;
}

static bool count_outcome(struct rc_summary *shard, const struct rc_outcome *outcome)
{
    const struct rc_record *first = &rc_outcome_first(outcome)->record;
    struct rc_cell *cell = rc_summary_cell(shard, outcome->status, first->currency, first->kind);
    if (!cell)
        return false;
    cell->outcomes++;
    shard->discrepancies += outcome->status != RC_MATCHED;
    return true;
}

bool rc_summary_outcome(struct rc_summary *shards, uint32_t shard_count,
                        const struct rc_outcome *outcome, struct rc_error *err)
{
    bool ok = true;
    for (int side = 0; side < RC_SIDES; side++)
        for (int i = 0; ok && i < outcome->count[side]; i++) {
            const struct rc_outcome_record *item = &outcome->records[side][i];
            ok = item->origin || move_record(&shards[rc_shard_of(item->id_hash, shard_count)],
                                             (enum rc_side)side, item, outcome->status);
        }
    uint32_t shard = rc_shard_of(rc_outcome_first(outcome)->id_hash, shard_count);
    if (ok && count_outcome(&shards[shard], outcome))
        return true;
    rc_error_nomem(err);
    return false;
}
