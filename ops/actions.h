/* The rows of the table of actions, each in the file of its subject. */
#ifndef RC_OPS_ACTIONS_H
#define RC_OPS_ACTIONS_H

#include "ops/action.h"

extern const struct rc_op_action rc_op_reprocess; /* action_file.c */
extern const struct rc_op_action rc_op_upload;    /* action_object.c */
extern const struct rc_op_action rc_op_restore;
extern const struct rc_op_action rc_op_verify; /* action_day.c */
extern const struct rc_op_action rc_op_recompute;
extern const struct rc_op_action rc_op_break_lease; /* action_lease.c */
extern const struct rc_op_action rc_op_assign;      /* action_note.c */
extern const struct rc_op_action rc_op_comment;
extern const struct rc_op_action rc_op_resolve;
extern const struct rc_op_action rc_op_reopen;
extern const struct rc_op_action rc_op_program_put; /* action_program.c */
extern const struct rc_op_action rc_op_set_shards;

extern const struct rc_op_action rc_op_start; /* action_run.c */
extern const struct rc_op_action rc_op_stop;
extern const struct rc_op_action rc_op_redrive;

extern const struct rc_op_action rc_op_invoke;   /* action_invoke.c */
extern const struct rc_op_action rc_op_run_task; /* action_task.c */

extern const struct rc_op_action rc_op_redrive_messages; /* action_message.c */
extern const struct rc_op_action rc_op_redrive_errors;
extern const struct rc_op_action rc_op_delete_messages;
extern const struct rc_op_action rc_op_redrive_queue; /* action_queue.c */
extern const struct rc_op_action rc_op_cancel_redrive;
extern const struct rc_op_action rc_op_purge;

#endif
