#include "tui/page.h"
#include "tui/views.h"

#include <stdio.h>
#include <string.h>

enum { KEYS_CELLS = 26, MATCHES = 512 };

struct state {
    struct rc_page page;
    const struct rc_view_ops *about; /* NULL: no view in particular */
    char search[256];
    size_t matches[MATCHES]; /* rows */
    size_t match_count;
    size_t match; /* the one that was gone to last */
    bool go;      /* to the first match, when the page is filled */
};

/* What the frame does in every view. */
static const enum rc_action everywhere[] = {
    RC_DO_BACK,      RC_DO_QUIT,         RC_DO_QUIT_NOW,
    RC_DO_HELP,      RC_DO_PALETTE,      RC_DO_ERRORS,
    RC_DO_LAST_VIEW, RC_DO_HISTORY_BACK, RC_DO_HISTORY_FORWARD,
    RC_DO_REPAINT,   RC_DO_SUSPEND,      RC_ACTION_NONE};

/* From what the cursor is on, where a view knows it (tui/subject.h). */
static const enum rc_action thread[] = {RC_DO_FILE, RC_DO_RECORD,      RC_DO_MESSAGE, RC_DO_RUN,
                                        RC_DO_LOGS, RC_DO_TRANSACTION, RC_ACTION_NONE};

static const char *const filter_help[][2] = {
    {"coffee", "rows in which a text matches the regular expression"},
    {"!coffee", "rows in which none does; ! inverts any word"},
    {"status:missing", "the column contains the text"},
    {"status=pending", "the column is exactly that; also != < <= > >="},
    {"amount>100", "in major units: 100 is 100.00 USD; 5k, 2m"},
    {"age>3d", "days"},
    {"stat:pend amount>1k", "both have to hold; names of columns can be cut short"},
    {"\"two words\"", "one regular expression with a blank in it"},
};

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct state *state = view->state;
    rc_page_init(&state->page);
    if (!*arguments)
        return true;
    state->about = rc_view_find(arguments);
    if (!state->about)
        rc_error_set(err, RC_USAGE, "there is no view \"%s\"", arguments);
    return state->about != NULL;
}

static void close(struct rc_view *view)
{
    struct state *state = view->state;
    rc_page_free(&state->page);
}

/* ----- the page ----- */

static bool found(struct state *state, const char *text)
{
    if (!*state->search || !strcasestr(text, state->search))
        return false;
    size_t row = state->page.row_count;
    if (state->match_count < MATCHES &&
        (!state->match_count || state->matches[state->match_count - 1] != row))
        state->matches[state->match_count++] = row;
    return true;
}

static void add_pair(struct state *state, int width, const char *left, const char *right)
{
    bool match = found(state, left);
    match = found(state, right) || match;
    size_t length = strlen(left);
    int cells = rc_text_width(left, length);
    rc_page_row(&state->page, RC_NO_TARGET);
    rc_page_put(&state->page, 2, -1, match ? RC_ROLE_MATCH : RC_ROLE_KEY, RC_LEFT, left, length);
    int x = 4 + (cells < KEYS_CELLS ? KEYS_CELLS : cells);
    if (x < width)
        rc_page_put(&state->page, x, width - x, match ? RC_ROLE_MATCH : RC_ROLE_NORMAL, RC_LEFT,
                    right, strlen(right));
}

static void add_text(struct state *state, int width, const char *text)
{
    bool match = found(state, text);
    rc_page_wrap(&state->page, 2, width - 2, match ? RC_ROLE_MATCH : RC_ROLE_NORMAL, text);
}

static void add_actions(struct state *state, int width, const enum rc_action *actions)
{
    for (int i = 0; actions[i] != RC_ACTION_NONE; i++)
        if (*rc_action_keys(actions[i]))
            add_pair(state, width, rc_action_keys(actions[i]), rc_action_help(actions[i]));
}

static void add_views(struct state *state, int width)
{
    char left[128];
    for (int i = 0; rc_views[i]; i++) {
        const struct rc_view_ops *ops = rc_views[i];
        snprintf(left, sizeof left, ":%s%s%s", ops->name, *ops->aliases ? " " : "", ops->aliases);
        add_pair(state, width, left, ops->title);
    }
}

static void fill(struct state *state, int width)
{
    struct rc_page *page = &state->page;
    rc_page_clear(page);
    state->match_count = 0;
    if (state->about) {
        rc_page_title(page, width, "%s", state->about->title);
        add_text(state, width, state->about->help);
        rc_page_row(page, RC_NO_TARGET);
        add_actions(state, width, state->about->actions);
    }
    rc_page_title(page, width, "In every view");
    add_actions(state, width, everywhere);
    if (!state->about || state->about->subject) {
        rc_page_title(page, width, "From what the cursor is on");
        add_actions(state, width, thread);
    }
    if (!state->about || state->about->filter) {
        rc_page_title(page, width, "Filters (%s)", rc_action_keys(RC_DO_FILTER));
        for (size_t i = 0; i < sizeof filter_help / sizeof *filter_help; i++)
            add_pair(state, width, filter_help[i][0], filter_help[i][1]);
    }
    rc_page_title(page, width, "Views (%s)", rc_action_keys(RC_DO_PALETTE));
    add_views(state, width);
}

static void draw(struct rc_view *view, struct rc_area area)
{
    struct state *state = view->state;
    fill(state, area.width - 1);
    state->page.height = area.height;
    if (state->go && state->match_count)
        rc_page_scroll_to(&state->page, state->matches[state->match]);
    state->go = false;
    rc_page_draw(&state->page, area);
}

/* ----- searching ----- */

static bool filter(struct rc_view *view, const char *text, struct rc_error *err)
{
    struct state *state = view->state;
    if (strlen(text) >= sizeof state->search) {
        rc_error_set(err, RC_LIMIT, "that is too long to be searched for");
        return false;
    }
    memcpy(state->search, text, strlen(text) + 1);
    fill(state, rc_screen_width());
    if (*text && !state->match_count) {
        rc_error_set(err, RC_USAGE, "\"%s\" is not found", text);
        state->search[0] = '\0';
        return false;
    }
    state->match = 0;
    state->go = true;
    return true;
}

static bool go_to_match(struct rc_view *view, int by)
{
    struct state *state = view->state;
    if (!state->match_count)
        return true;
    state->match = (state->match + state->match_count + (size_t)by) % state->match_count;
    state->go = true;
    rc_app_say(view->app, RC_ROLE_NORMAL, "match %zu of %zu", state->match + 1, state->match_count);
    return true;
}

static bool act(struct rc_view *view, enum rc_action action)
{
    struct state *state = view->state;
    if (action == RC_DO_NEXT_MATCH || action == RC_DO_PREVIOUS_MATCH)
        return go_to_match(view, action == RC_DO_NEXT_MATCH ? 1 : -1);
    return rc_page_act(&state->page, action);
}

static bool mouse(struct rc_view *view, const struct rc_mouse *at)
{
    struct state *state = view->state;
    rc_page_mouse(&state->page, at);
    return true;
}

static void where(struct rc_view *view, struct rc_buf *out)
{
    const struct state *state = view->state;
    if (state->about)
        rc_buf_add_str(out, state->about->title);
}

static const enum rc_action actions[] = {
    RC_DO_UP,     RC_DO_DOWN,   RC_DO_PAGE_UP,    RC_DO_PAGE_DOWN,      RC_DO_TOP,
    RC_DO_BOTTOM, RC_DO_FILTER, RC_DO_NEXT_MATCH, RC_DO_PREVIOUS_MATCH, RC_ACTION_NONE};

const struct rc_view_ops rc_view_help = {
    .name = "help",
    .aliases = "h ?",
    .title = "Help",
    .help = "What every key does, as the keys are set now. A filter here searches.",
    .actions = actions,
    .state_size = sizeof(struct state),
    .open = open,
    .close = close,
    .draw = draw,
    .act = act,
    .where = where,
    .filter = filter,
    .mouse = mouse,
};
