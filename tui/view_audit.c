#include "tui/livelist.h"
#include "tui/views.h"

/* What operators did at AWS, and tried to. */

static void ask(struct rc_view *view)
{
    struct rc_error err = {0};
    rc_livelist_take(view, rc_live_audit(rc_app_live(view), &err), &err);
}

static bool act(struct rc_view *view, enum rc_action action)
{
    int64_t key;
    switch (action) {
    case RC_DO_ENTER:
    case RC_DO_DESCRIBE:
        if (rc_list_selected(view, &key))
            rc_app_go(view->app, "entry", "%lld", (long long)key);
        return true;
    default:
        return rc_livelist_act(view, action);
    }
}

static void tick(struct rc_view *view)
{
    rc_livelist_tick(view, "Nothing was done in the last 30 days.");
}

static bool waits(struct rc_view *view, struct rc_buf *out)
{
    return rc_livelist_waits(view, "what was done", out);
}

const struct rc_view_ops rc_view_audit = {
    .name = "audit",
    .aliases = "who",
    .title = "Audit",
    .help = "What operators did and tried at AWS in the last 30 days, from any machine, the newest "
            "first: each attempt, before it is made, and its outcome; refusals, too. Words behind "
            "the name are a filter; the audit key opens it for what the cursor is on. Enter shows "
            "an entry in full.",
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
    .mouse = rc_list_mouse,
};
