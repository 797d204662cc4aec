#include "tui/livelist.h"
#include "tui/views.h"

/* Who asks AWS, where, and what that has cost. */

static void ask(struct rc_view *view)
{
    struct rc_error err = {0};
    rc_livelist_take(view, rc_live_identity(rc_app_live(view), &err), &err);
}

static void tick(struct rc_view *view)
{
    rc_livelist_tick(view, "");
}

static bool waits(struct rc_view *view, struct rc_buf *out)
{
    return rc_livelist_waits(view, "who you are", out);
}

const struct rc_view_ops rc_view_identity = {
    .name = "identity",
    .aliases = "whoami",
    .title = "Identity",
    .help = "Who AWS says you are, with which credentials and until when, where it is asked, how "
            "many requests that were, and what they cost about.",
    .actions = rc_list_actions,
    .state_size = sizeof(struct rc_livelist),
    .open = rc_livelist_open,
    .close = rc_livelist_close,
    .draw = rc_list_draw,
    .act = rc_livelist_act,
    .where = rc_list_where,
    .filter = rc_list_filter,
    .tick = tick,
    .waits = waits,
    .poll = ask,
    .mouse = rc_list_mouse,
};
