#include "tui/livelist.h"
#include "tui/views.h"

/* The runs of the pipeline, what has failed first. */

enum { NAME_BYTES = 128 };

static void ask(struct rc_view *view)
{
    struct rc_error err = {0};
    rc_livelist_take(view, rc_live_runs(rc_app_live(view), &err), &err);
}

static bool act(struct rc_view *view, enum rc_action action)
{
    char run[NAME_BYTES];
    switch (action) {
    case RC_DO_ENTER:
        if (rc_list_cell(view, "run", run, sizeof run))
            rc_app_go(view->app, "run", "%s", run);
        return true;
    default:
        return rc_livelist_act(view, action);
    }
}

static void tick(struct rc_view *view)
{
    rc_livelist_tick(view, "There were no runs in the last days, and none has failed.");
}

static bool waits(struct rc_view *view, struct rc_buf *out)
{
    return rc_livelist_waits(view, "runs", out);
}

static const enum rc_action actions[] = {
    RC_DO_ENTER,   RC_DO_FILTER,      RC_DO_SORT,         RC_DO_INVERT,  RC_DO_MARK,
    RC_DO_SAVE,    RC_DO_COPY,        RC_DO_DOWN,         RC_DO_UP,      RC_DO_PAGE_DOWN,
    RC_DO_PAGE_UP, RC_DO_TOP,         RC_DO_BOTTOM,       RC_DO_LEFT,    RC_DO_RIGHT,
    RC_DO_REFRESH, RC_DO_COLUMN_LEFT, RC_DO_COLUMN_RIGHT, RC_ACTION_NONE};

const struct rc_view_ops rc_view_runs = {
    .name = "runs",
    .aliases = "executions",
    .title = "Runs",
    .help = "The runs of the pipeline: those that began in the last seven days, and all that run "
            "or have failed since then; failed ones first, then those that wait to try again and "
            "those that run. With each stands the step that it is at or that ended it, how often "
            "that was tried, how often any of its steps failed, and why. A route is how the file "
            "was taken in: on Lambda or on Fargate. Words behind the name are a filter: "
            "runs summit-gift 2026-04-03. Enter shows the steps of one.",
    .actions = actions,
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
    .subject = rc_list_subject,
    .each_marked = rc_list_each_marked,
    .mouse = rc_list_mouse,
};
