#include "tui/list.h"
#include "tui/views.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The messages that have been looked at, by what they say went wrong. The listing is that of
 * the view of messages below: to group is not to receive again. */

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    char *end, listing[24];
    long long number = strtoll(arguments, &end, 10);
    if (number <= 0) {
        rc_error_set(err, RC_USAGE, "groups are of `messages`, and opened from there");
        return false;
    }
    while (*end == ' ')
        end++;
    snprintf(listing, sizeof listing, "%lld", number);
    if (!rc_list_open_live(view, listing, end, err))
        return false;
    rc_list_say(view, "", RC_ROLE_DIM, "There are no messages, or they are kept no more.");
    rc_list_show(view, number);
    return true;
}

/* The messages of the group: a filter of the view below. */
static void enter(struct rc_view *view)
{
    char error[128], step[128], filter[320];
    struct rc_view *below = rc_app_below(view);
    struct rc_error err = {0};
    if (!below || below->ops != &rc_view_messages ||
        !rc_list_cell(view, "error", error, sizeof error) ||
        !rc_list_cell(view, "step", step, sizeof step))
        return;
    snprintf(filter, sizeof filter, "%s=\"%s\"%s%s%s", *step ? "error" : "about", error,
             *step ? " step=\"" : "", step, *step ? "\"" : "");
    if (rc_list_filter(below, filter, &err))
        rc_app_back(view->app);
    else
        rc_app_fail(view->app, &err);
}

static bool act(struct rc_view *view, enum rc_action action)
{
    if (action == RC_DO_NEXT) {
        rc_app_back(view->app);
        return true;
    }
    if (action != RC_DO_ENTER)
        return rc_list_act(view, action);
    enter(view);
    return true;
}

/* The queue is known to the view below. */
static void tell_subject(struct rc_view *view, struct rc_subject *subject)
{
    struct rc_view *below = rc_app_below(view);
    struct rc_subject message = {.queue = ""};
    rc_list_subject(view, subject);
    if (below && below->ops->subject)
        below->ops->subject(below, &message);
    memcpy(subject->queue, message.queue, sizeof subject->queue);
}

const struct rc_view_ops rc_view_groups = {
    .name = "groups",
    .aliases = "",
    .title = "By error",
    .help = "The messages of a queue that have been looked at, by the error and the step that they "
            "name. Enter shows those of a group, the next-part key all of them again.",
    .actions = rc_list_actions,
    .state_size = RC_LIST_STATE_BYTES,
    .open = open,
    .close = rc_list_close,
    .draw = rc_list_draw,
    .act = act,
    .where = rc_list_where,
    .filter = rc_list_filter,
    .subject = tell_subject,
    .each_marked = rc_list_each_marked,
    .mouse = rc_list_mouse,
};
