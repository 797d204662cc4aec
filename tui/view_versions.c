#include "tui/livelist.h"
#include "tui/views.h"

#include <stdio.h>

/* The rollups that a day has had. */

struct state {
    struct rc_livelist live; /* first */
    char program[64], date[16];
};

static void ask(struct rc_view *view)
{
    const struct state *state = view->state;
    struct rc_error err = {0};
    rc_livelist_take(view, rc_live_versions(rc_app_live(view), state->program, state->date, &err),
                     &err);
}

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct state *state = view->state;
    char place[sizeof state->program + sizeof state->date + 2];
    if (!rc_livelist_word(&arguments, state->program, sizeof state->program) ||
        !rc_livelist_word(&arguments, state->date, sizeof state->date) || !*state->date) {
        rc_error_set(err, RC_USAGE, "versions PROGRAM DATE: a program and a day are needed");
        return false;
    }
    snprintf(place, sizeof place, "%s %s", state->program, state->date);
    if (!rc_list_open_live(view, place, arguments, err))
        return false;
    ask(view);
    return true;
}

static bool act(struct rc_view *view, enum rc_action action)
{
    const struct state *state = view->state;
    switch (action) {
    case RC_DO_ENTER:
        rc_app_go(view->app, "day", "%s %s", state->program, state->date);
        return true;
    case RC_DO_REFRESH:
        ask(view);
        return true;
    case RC_DO_BACK:
        return rc_livelist_cancel(view) || rc_list_act(view, action);
    default:
        return rc_list_act(view, action);
    }
}

static void where(struct rc_view *view, struct rc_buf *out)
{
    const struct state *state = view->state;
    char of[sizeof state->program + sizeof state->date + 2];
    snprintf(of, sizeof of, "%s %s", state->program, state->date);
    rc_livelist_where(view, of, out);
}

static void tick(struct rc_view *view)
{
    rc_livelist_tick(view, "The day is not rolled up yet.");
}

static bool waits(struct rc_view *view, struct rc_buf *out)
{
    return rc_livelist_waits(view, "versions", out);
}

const struct rc_view_ops rc_view_versions = {
    .name = "versions",
    .aliases = "",
    .title = "Versions",
    .help = "Each version of a day's rollup, with what is otherwise than in the one before: "
            "records, rejected records, outcomes of each status, and by how much the sides differ "
            "in each currency. A run with the same inputs writes no version; two that say "
            "\"the same\" differ in what names their inputs alone. Enter opens the day.",
    .actions = rc_list_actions,
    .state_size = sizeof(struct state),
    .open = open,
    .close = rc_livelist_close,
    .draw = rc_list_draw,
    .act = act,
    .where = where,
    .filter = rc_list_filter,
    .tick = tick,
    .waits = waits,
    .poll = ask,
    .mouse = rc_list_mouse,
};
