#include "model/live_day.h"
#include "tui/list.h"
#include "tui/views.h"

#include <stdio.h>

static bool act(struct rc_view *view, enum rc_action action)
{
    int64_t id;
    if (action != RC_DO_ENTER && action != RC_DO_DESCRIBE)
        return rc_list_act(view, action);
    if (rc_list_selected(view, &id))
        rc_app_go(view->app, "discrepancy", "%lld", (long long)id);
    return true;
}

static void tell_subject(struct rc_view *view, struct rc_subject *subject)
{
    const struct rc_live_day *day = rc_app_live_day(view);
    rc_list_subject(view, subject);
    subject->discrepancy = true;
    if (!day)
        return;
    snprintf(subject->program, sizeof subject->program, "%s", rc_live_day_program(day));
    snprintf(subject->date, sizeof subject->date, "%s", rc_live_day_date(day));
}

const struct rc_view_ops rc_view_discrepancies = {
    .name = "discrepancies",
    .aliases = "disc",
    .title = "Discrepancies",
    .help = "Every pair, group and lone record that is more or less than plainly matched. The line "
            "below says which row it is, how many the filter lets through, and what they sum up "
            "to, net in each currency.",
    .actions = rc_list_actions,
    .state_size = RC_LIST_STATE_BYTES,
    .open = rc_list_open,
    .close = rc_list_close,
    .draw = rc_list_draw,
    .act = act,
    .where = rc_list_where,
    .filter = rc_list_filter,
    .subject = tell_subject,
    .changed = rc_list_changed,
    .each_marked = rc_list_each_marked,
    .mouse = rc_list_mouse,
};
