#include "tui/livelist.h"
#include "tui/views.h"

#include <stdio.h>
#include <string.h>

/* A look at the messages of a queue, which is never taken without being asked for: it
 * counts as a receipt. */
struct state {
    struct rc_livelist live; /* first */
    char queue[1000];        /* name or URL */
    bool asked;
};

static const char *name_of(const struct state *state)
{
    const char *slash = strrchr(state->queue, '/');
    return slash ? slash + 1 : state->queue;
}

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct state *state = view->state;
    bool ok = rc_livelist_word(&arguments, state->queue, sizeof state->queue) && *state->queue;
    if (!ok)
        rc_error_set(err, RC_USAGE, "messages QUEUE: the name or URL of a queue is expected");
    return ok && rc_list_open_live(view, state->queue, arguments, err);
}

static void look(struct rc_view *view)
{
    const struct state *state = view->state;
    struct rc_error err = {0};
    rc_livelist_take(view, rc_live_messages(rc_app_live(view), state->queue, RC_LIVE_PEEK, &err),
                     &err);
}

static void ask(struct rc_view *view)
{
    struct state *state = view->state;
    char question[400];
    struct rc_error err = {0};
    state->asked = true;
    if (rc_app_read_only(view->app, &err)) {
        rc_error_prefix(&err, "to look at messages is to receive them");
        rc_app_fail(view->app, &err);
        return;
    }
    snprintf(question, sizeof question,
             "Look at up to %d messages of %.100s? Each counts as received once more: where "
             "there is a redrive policy, that can move a message to the dead-letter queue. They "
             "are hidden from others for two seconds.",
             RC_LIVE_PEEK, name_of(state));
    rc_app_confirm(view, question, look);
}

static void tick(struct rc_view *view)
{
    const struct state *state = view->state;
    if (!state->asked && rc_app_is_top(view))
        ask(view);
    if (!state->live.shown && !state->live.next)
        rc_list_say(view, "", RC_ROLE_DIM, "Nothing was received. The refresh key asks again.");
    rc_livelist_tick(view, "No message can be received now.");
}

static bool act(struct rc_view *view, enum rc_action action)
{
    int64_t key;
    switch (action) {
    case RC_DO_ENTER:
    case RC_DO_DESCRIBE:
        if (rc_list_selected(view, &key))
            rc_app_go(view->app, "message", "%lld", (long long)key);
        return true;
    case RC_DO_NEXT:
        if (rc_list_shown(view))
            rc_app_go(view->app, "groups", "%lld", (long long)rc_list_shown(view));
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

static bool waits(struct rc_view *view, struct rc_buf *out)
{
    const struct state *state = view->state;
    char what[200];
    snprintf(what, sizeof what, "messages of %.100s", name_of(state));
    return rc_livelist_waits(view, what, out);
}

static void where(struct rc_view *view, struct rc_buf *out)
{
    rc_livelist_where(view, name_of(view->state), out);
}

static void tell_subject(struct rc_view *view, struct rc_subject *subject)
{
    const struct state *state = view->state;
    rc_list_subject(view, subject);
    memcpy(subject->queue, state->queue, sizeof subject->queue);
}

static const enum rc_action actions[] = {
    RC_DO_ENTER,     RC_DO_NEXT,    RC_DO_FILTER,      RC_DO_SORT,         RC_DO_INVERT,
    RC_DO_MARK,      RC_DO_SAVE,    RC_DO_COPY,        RC_DO_DOWN,         RC_DO_UP,
    RC_DO_PAGE_DOWN, RC_DO_PAGE_UP, RC_DO_TOP,         RC_DO_BOTTOM,       RC_DO_LEFT,
    RC_DO_RIGHT,     RC_DO_REFRESH, RC_DO_COLUMN_LEFT, RC_DO_COLUMN_RIGHT, RC_ACTION_NONE};

const struct rc_view_ops rc_view_messages = {
    .name = "messages",
    .aliases = "peek",
    .title = "Messages",
    .help = "A look at messages of a queue, by its name or URL. It asks first, because to look "
            "is to receive: each message counts as received once more, and where the queue has "
            "a redrive policy that can move it to the dead-letter queue. Enter shows one with "
            "what it is about and its attributes; digits that look like a card number are masked. "
            "The next-part key groups them by what they say went wrong. The refresh key looks "
            "again.",
    .actions = actions,
    .state_size = sizeof(struct state),
    .open = open,
    .close = rc_livelist_close,
    .draw = rc_list_draw,
    .act = act,
    .where = where,
    .filter = rc_list_filter,
    .subject = tell_subject,
    .tick = tick,
    .waits = waits,
    .each_marked = rc_list_each_marked,
    .mouse = rc_list_mouse,
};
