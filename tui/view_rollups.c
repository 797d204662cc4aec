#include "tui/livelist.h"
#include "tui/views.h"

/* The days that the pipeline has worked, and whether they balance. */

static void ask(struct rc_view *view)
{
    struct rc_error err = {0};
    rc_livelist_take(view, rc_live_rollups(rc_app_live(view), &err), &err);
}

static bool act(struct rc_view *view, enum rc_action action)
{
    char program[64], date[16];
    switch (action) {
    case RC_DO_ENTER:
        if (rc_list_cell(view, "program", program, sizeof program) &&
            rc_list_cell(view, "date", date, sizeof date))
            rc_app_go(view->app, "day", "%s %s", program, date);
        return true;
    default:
        return rc_livelist_act(view, action);
    }
}

static void tick(struct rc_view *view)
{
    rc_livelist_tick(view, "There are no days.");
}

static bool waits(struct rc_view *view, struct rc_buf *out)
{
    return rc_livelist_waits(view, "days", out);
}

static bool address(struct rc_view *view, struct rc_buf *out)
{
    return rc_live_address(rc_app_live(view),
                           "/dynamodbv2/home?region=%s#item-explorer?table=recon-state", out);
}

const struct rc_view_ops rc_view_rollups = {
    .name = "rollups",
    .aliases = "days",
    .title = "Rollups",
    .help = "The days that the pipeline knows: whether they balance and why not, how many records "
            "each side has, and which version of its rollup a day is at. A day that waits for a "
            "side, or is being worked on for the first time, has no version yet. Off by is what "
            "settlement has more than internal, net in each currency. Enter opens the day, "
            "which fills while one looks at it; "
            "`versions PROGRAM DATE` shows what each version has changed.",
    .actions = rc_list_actions,
    .state_size = sizeof(struct rc_livelist),
    .open = rc_livelist_open,
    .close = rc_livelist_close,
    .draw = rc_list_draw,
    .act = act,
    .where = rc_list_where,
    .filter = rc_list_filter,
    .tick = tick,
    .waits = waits,
    .poll = ask,
    .address = address,
    .subject = rc_list_subject,
    .each_marked = rc_list_each_marked,
    .mouse = rc_list_mouse,
};
