#include "core/reconcile_internal.h"

bool rc_worker_outcome(void *context, const struct rc_outcome *outcome, struct rc_error *err)
{
    struct rc_worker *worker = context;
    const struct rc_reconcile_options *options = worker->job->options;
    return rc_summary_outcome(worker->shards, worker->job->shard_count, outcome, err) &&
           (!options->outcome || outcome->status == RC_MATCHED ||
            options->outcome(options->context, outcome, err));
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
