#include "tui/textpage.h"
#include "tui/views.h"

#include "model/live.h"

/* One line of a log in full. */

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    return rc_textpage_open(view, arguments, rc_log_event_read, "a line is opened from `logs`",
                            err);
}

static bool act(struct rc_view *view, enum rc_action action)
{
    return rc_textpage_act(view, action, "the line");
}

/* Of what the list is that it was opened from. */
static void subject(struct rc_view *view, struct rc_subject *subject)
{
    struct rc_view *list = rc_app_below(view);
    if (list && list->ops->subject)
        list->ops->subject(list, subject);
}

const struct rc_view_ops rc_view_event = {
    .name = "event",
    .aliases = "",
    .title = "Event",
    .help = "One line of a log in full; JSON is indented, card numbers are masked. The copy key "
            "takes it.",
    .actions = rc_textpage_actions,
    .state_size = sizeof(struct rc_textpage),
    .open = open,
    .close = rc_textpage_close,
    .draw = rc_textpage_draw,
    .act = act,
    .subject = subject,
    .mouse = rc_textpage_mouse,
};
