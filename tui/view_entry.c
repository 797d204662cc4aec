#include "tui/views.h"

#include "model/live.h"
#include "tui/page.h"

#include <stdlib.h>
#include <string.h>

/* One entry of the audit in full. */
struct state {
    char *text;
    struct rc_page page;
    int width; /* that the page was filled for */
};

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct state *state = view->state;
    char *end;
    long long key = strtoll(arguments, &end, 10);
    if (!rc_app_live(view) || end == arguments || *end) {
        rc_error_set(err, RC_USAGE, "an entry is opened from `audit`");
        return false;
    }
    state->text = rc_audit_entry_read(rc_app_answers(view), key, err);
    if (state->text)
        rc_page_init(&state->page);
    return state->text != NULL;
}

static void close(struct rc_view *view)
{
    struct state *state = view->state;
    rc_page_free(&state->page);
    free(state->text);
}

static void draw(struct rc_view *view, struct rc_area area)
{
    struct state *state = view->state;
    if (area.width != state->width) {
        rc_page_clear(&state->page);
        rc_page_lines(&state->page, area.width - 2, state->text);
    }
    state->width = area.width;
    rc_page_draw(&state->page, area);
}

static bool act(struct rc_view *view, enum rc_action action)
{
    struct state *state = view->state;
    if (action != RC_DO_COPY)
        return rc_page_act(&state->page, action);
    rc_screen_copy(state->text, strlen(state->text));
    rc_app_say(view->app, RC_ROLE_NORMAL, "the entry is on the clipboard");
    return true;
}

static bool mouse(struct rc_view *view, const struct rc_mouse *at)
{
    struct state *state = view->state;
    rc_page_mouse(&state->page, at);
    return true;
}

static const enum rc_action actions[] = {RC_DO_UP,  RC_DO_DOWN,   RC_DO_PAGE_UP, RC_DO_PAGE_DOWN,
                                         RC_DO_TOP, RC_DO_BOTTOM, RC_DO_COPY,    RC_ACTION_NONE};

const struct rc_view_ops rc_view_entry = {
    .name = "entry",
    .aliases = "",
    .title = "Entry",
    .help = "One entry of the audit in full: who did what to what, with which parameters, how it "
            "ended, and AWS's ids of the requests. Hashes chain it to the entry before; `reconctl "
            "audit verify` checks that on the machine it was done from. The copy key takes it.",
    .actions = actions,
    .state_size = sizeof(struct state),
    .open = open,
    .close = close,
    .draw = draw,
    .act = act,
    .mouse = mouse,
};
