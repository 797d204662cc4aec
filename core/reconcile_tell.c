#include "core/reconcile_internal.h"

#include <stdlib.h>

/* Every record counts as matched from the moment it was parsed; what the engine
 * finds moves it to where it belongs. */
static bool move_record(struct rc_worker *worker, enum rc_side side,
                        const struct rc_outcome_record *item, enum rc_status status,
                        struct rc_error *err)
{
    const struct rc_record *record = &item->record;
    uint8_t bytes[RC_CANONICAL_BYTES + 64];
    struct rc_summary *shard =
        &worker->shards[rc_shard_of(item->id_hash, worker->job->shard_count)];
    int bucket = rc_age_bucket(item->age_days);
    struct rc_cell *from = rc_summary_cell(shard, RC_MATCHED, record->currency, record->kind);
    if (from) {
        rc_cell_add(from, side, record->amount_minor, bucket, -1);
        from->outcomes -= side == RC_SETTLEMENT;
    }
    struct rc_cell *to =
        from ? rc_summary_cell(shard, status, record->currency, record->kind) : NULL;
    if (!to) {
        rc_error_nomem(err);
        return false;
    }
    rc_cell_add(to, side, record->amount_minor, bucket, 1);
    size_t length = rc_record_canonical(record, ~0u, bytes);
    shard->outcome_digest += rc_digest_term(bytes, length, side, status) -
                             rc_digest_term(bytes, length, side, RC_MATCHED);
    return true;
}

static bool count_outcome(struct rc_worker *worker, const struct rc_outcome *outcome,
                          struct rc_error *err)
{
    const struct rc_outcome_record *first = rc_outcome_first(outcome);
    struct rc_summary *shard =
        &worker->shards[rc_shard_of(first->id_hash, worker->job->shard_count)];
    struct rc_cell *cell =
        rc_summary_cell(shard, outcome->status, first->record.currency, first->record.kind);
    if (!cell) {
        rc_error_nomem(err);
        return false;
    }
    cell->outcomes++;
    shard->discrepancies += outcome->status != RC_MATCHED;
    return true;
}

bool rc_worker_outcome(void *context, const struct rc_outcome *outcome, struct rc_error *err)
{
    struct rc_worker *worker = context;
    const struct rc_reconcile_options *options = worker->job->options;
    for (int side = 0; side < RC_SIDES; side++)
        for (int i = 0; i < outcome->count[side]; i++)
            if (!move_record(worker, (enum rc_side)side, &outcome->records[side][i],
                             outcome->status, err))
                return false;
    if (!count_outcome(worker, outcome, err))
        return false;
    return !options->outcome || outcome->status == RC_MATCHED ||
           options->outcome(options->context, outcome, err);
}

bool rc_worker_open(void *context, const struct rc_entry *entry, int pass, struct rc_error *err)
{
    struct rc_worker *worker = context;
    struct rc_job *job = worker->job;
    uint64_t key = rc_pass_hash(&job->rules.passes[pass], &entry->item.record);
    pthread_mutex_lock(&job->lock);
    struct rc_row *row = rc_rows_add(job->open[pass + 1][entry->side], key, err);
    if (row)
        *row = (struct rc_row){.key = key,
                               .where = entry->where | (entry->ambiguous ? RC_ROW_AMBIGUOUS : 0)};
    pthread_mutex_unlock(&job->lock);
    return row != NULL;
}
