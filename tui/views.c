#include "tui/views.h"

#include <string.h>

const struct rc_view_ops *const rc_views[] = {
    /* clang-format off */
    &rc_view_pulse,
    &rc_view_day,
    &rc_view_discrepancies,
    &rc_view_discrepancy,
    &rc_view_transactions,
    &rc_view_record,
    &rc_view_rejected,
    &rc_view_controls,
    &rc_view_shards,
    &rc_view_layout,
    &rc_view_rollups,
    &rc_view_transaction,
    &rc_view_records,
    &rc_view_versions,
    &rc_view_throttles,
    &rc_view_heat,
    &rc_view_plan,
    &rc_view_files,
    &rc_view_file,
    &rc_view_queues,
    &rc_view_messages,
    &rc_view_groups,
    &rc_view_message,
    &rc_view_runs,
    &rc_view_run,
    &rc_view_logs,
    &rc_view_event,
    &rc_view_actions,
    &rc_view_action,
    &rc_view_audit,
    &rc_view_entry,
    &rc_view_identity,
    &rc_view_help,
    &rc_view_errors,
    &rc_view_themes,
    NULL,
    /* clang-format on */
};

static bool has_word(const char *words, const char *word)
{
    size_t length = strlen(word);
    while (*(words += strspn(words, " "))) {
        size_t this_length = strcspn(words, " ");
        if (this_length == length && memcmp(words, word, length) == 0)
            return true;
        words += this_length;
    }
    return false;
}

const struct rc_view_ops *rc_view_find(const char *name_or_alias)
{
    for (int i = 0; rc_views[i]; i++)
        if (strcmp(rc_views[i]->name, name_or_alias) == 0 ||
            has_word(rc_views[i]->aliases, name_or_alias))
            return rc_views[i];
    return NULL;
}
