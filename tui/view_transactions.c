#include "tui/list.h"
#include "tui/views.h"

static bool act(struct rc_view *view, enum rc_action action)
{
    char side[16], number[32];
    if (action != RC_DO_ENTER && action != RC_DO_RAW && action != RC_DO_DESCRIBE)
        return rc_list_act(view, action);
    if (rc_list_cell(view, "side", side, sizeof side) &&
        rc_list_cell(view, "number", number, sizeof number))
        rc_app_go(view->app, "record", "%s %s", side, number);
    return true;
}

const struct rc_view_ops rc_view_transactions = {
    .name = "transactions",
    .aliases = "tx",
    .title = "Records of discrepancies",
    .help = "The records of both sides that make up the discrepancies, with the status that each "
            "ended in. Enter shows the bytes of one.",
    .actions = rc_list_actions,
    .state_size = RC_LIST_STATE_BYTES,
    .open = rc_list_open,
    .close = rc_list_close,
    .draw = rc_list_draw,
    .act = act,
    .where = rc_list_where,
    .filter = rc_list_filter,
    .subject = rc_list_subject,
    .changed = rc_list_changed,
    .mouse = rc_list_mouse,
};
