#include "model/tables_internal.h"

#include <string.h>

const struct rc_table_def *const rc_table_defs[] = {
    /* clang-format off */
    &rc_table_of_pulse,
    &rc_table_of_statuses,
    &rc_table_of_discrepancies,
    &rc_table_of_transactions,
    &rc_table_of_records,
    &rc_table_of_rejected,
    &rc_table_of_shards,
    &rc_table_of_controls,
    &rc_table_of_layouts,
    &rc_table_of_files,
    &rc_table_of_queues,
    &rc_table_of_messages,
    &rc_table_of_rollups,
    &rc_table_of_identity,
    &rc_table_of_audit,
    &rc_table_of_notes,
    &rc_table_of_throttles,
    &rc_table_of_heat,
    &rc_table_of_runs,
    &rc_table_of_run,
    &rc_table_of_logs,
    &rc_table_of_transaction,
    &rc_table_of_day_records,
    &rc_table_of_versions,
    &rc_table_of_file,
    &rc_table_of_groups,
    NULL,
    /* clang-format on */
};

const struct rc_table_def *rc_table_find(const char *view)
{
    for (int i = 0; rc_table_defs[i]; i++)
        if (strcmp(rc_table_defs[i]->view, view) == 0)
            return rc_table_defs[i];
    return NULL;
}

const struct rc_table_def *rc_table_find_in(const char *view, const struct rc_model *model)
{
    const struct rc_table_def *def = rc_table_find(view);
    return def && def->of_pipeline && model && rc_model_is_filling(model) ? def->of_pipeline : def;
}
