#include "ops/actions.h"

#include <string.h>

/* clang-format off */
const struct rc_op_action *const rc_op_actions[] = {
    &rc_op_reprocess,
    &rc_op_start,
    &rc_op_stop,
    &rc_op_redrive,
    &rc_op_invoke,
    &rc_op_run_task,
    &rc_op_redrive_messages,
    &rc_op_redrive_errors,
    &rc_op_delete_messages,
    &rc_op_redrive_queue,
    &rc_op_cancel_redrive,
    &rc_op_purge,
    &rc_op_upload,
    &rc_op_restore,
    &rc_op_verify,
    &rc_op_recompute,
    &rc_op_break_lease,
    &rc_op_assign,
    &rc_op_comment,
    &rc_op_resolve,
    &rc_op_reopen,
    &rc_op_program_put,
    &rc_op_set_shards,
    NULL,
};
/* clang-format on */

const struct rc_op_action *rc_op_action_find(const char *name)
{
    for (const struct rc_op_action *const *row = rc_op_actions; *row; row++)
        if (strcmp((*row)->name, name) == 0)
            return *row;
    return NULL;
}
