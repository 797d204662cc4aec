/* Every view of the console. A new one is its file, a line here and a row in
 * tui/views.c. */
#ifndef RC_TUI_VIEWS_H
#define RC_TUI_VIEWS_H

#include "tui/view.h"

extern const struct rc_view_ops rc_view_day;
extern const struct rc_view_ops rc_view_discrepancies;
extern const struct rc_view_ops rc_view_discrepancy;
extern const struct rc_view_ops rc_view_transactions;
extern const struct rc_view_ops rc_view_record;
extern const struct rc_view_ops rc_view_rejected;
extern const struct rc_view_ops rc_view_controls;
extern const struct rc_view_ops rc_view_shards;
extern const struct rc_view_ops rc_view_layout;
extern const struct rc_view_ops rc_view_files;
extern const struct rc_view_ops rc_view_file;
extern const struct rc_view_ops rc_view_queues;
extern const struct rc_view_ops rc_view_pulse;
extern const struct rc_view_ops rc_view_rollups;
extern const struct rc_view_ops rc_view_transaction;
extern const struct rc_view_ops rc_view_records;
extern const struct rc_view_ops rc_view_versions;
extern const struct rc_view_ops rc_view_throttles;
extern const struct rc_view_ops rc_view_heat;
extern const struct rc_view_ops rc_view_plan;
extern const struct rc_view_ops rc_view_messages;
extern const struct rc_view_ops rc_view_groups;
extern const struct rc_view_ops rc_view_message;
extern const struct rc_view_ops rc_view_actions;
extern const struct rc_view_ops rc_view_action;
extern const struct rc_view_ops rc_view_audit;
extern const struct rc_view_ops rc_view_entry;
extern const struct rc_view_ops rc_view_identity;
extern const struct rc_view_ops rc_view_runs;
extern const struct rc_view_ops rc_view_run;
extern const struct rc_view_ops rc_view_logs;
extern const struct rc_view_ops rc_view_event;
extern const struct rc_view_ops rc_view_help;
extern const struct rc_view_ops rc_view_errors;
extern const struct rc_view_ops rc_view_themes;

#endif
