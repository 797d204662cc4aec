#include "tui/list.h"
#include "tui/views.h"

/* The record that declares the control. */
static void open_record(struct rc_view *view)
{
    char side[16], number[32];
    if (!rc_list_cell(view, "side", side, sizeof side) ||
        !rc_list_cell(view, "number", number, sizeof number))
        return;
    if (*number)
        rc_app_go(view->app, "record", "%s %s", side, number);
    else
        rc_app_say(view->app, RC_ROLE_WARN, "no record of the file declares it");
}

static bool act(struct rc_view *view, enum rc_action action)
{
    if (action != RC_DO_ENTER)
        return rc_list_act(view, action);
    open_record(view);
    return true;
}

const struct rc_view_ops rc_view_controls = {
    .name = "controls",
    .aliases = "ctl",
    .title = "Controls",
    .help = "What headers and trailers declare against what was added up. ok=no shows those that "
            "do not hold. Enter shows the record that declares one.",
    .actions = rc_list_actions,
    .state_size = RC_LIST_STATE_BYTES,
    .open = rc_list_open,
    .close = rc_list_close,
    .draw = rc_list_draw,
    .act = act,
    .where = rc_list_where,
    .filter = rc_list_filter,
    .changed = rc_list_changed,
    .mouse = rc_list_mouse,
};
