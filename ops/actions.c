#include "ops/actions.h"

#include <string.h>

/* clang-format off */
const struct rc_op_action *const rc_op_actions[] = {
    &rc_op_reprocess,
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
