#include "tui/textpage.h"
#include "tui/views.h"

#include "model/live.h"

/* One entry of the audit in full. */

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    return rc_textpage_open(view, arguments, rc_audit_entry_read, "an entry is opened from `audit`",
                            err);
}

static bool act(struct rc_view *view, enum rc_action action)
{
    return rc_textpage_act(view, action, "the entry");
}

const struct rc_view_ops rc_view_entry = {
    .name = "entry",
    .aliases = "",
    .title = "Entry",
    .help = "One entry of the audit in full: who did what to what, with which parameters, how it "
            "ended, and AWS's ids of the requests. Hashes chain it to the entry before; `reconctl "
            "audit verify` checks that on the machine it was done from. The copy key takes it.",
    .actions = rc_textpage_actions,
    .state_size = sizeof(struct rc_textpage),
    .open = open,
    .close = rc_textpage_close,
    .draw = rc_textpage_draw,
    .act = act,
    .mouse = rc_textpage_mouse,
};
