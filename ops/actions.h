/* The rows of the table of actions, each in the file of its subject. */
#ifndef RC_OPS_ACTIONS_H
#define RC_OPS_ACTIONS_H

#include "ops/action.h"

extern const struct rc_op_action rc_op_reprocess; /* action_file.c */

#endif
