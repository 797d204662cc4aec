#include "tui/livelist.h"
#include "tui/views.h"

#include "model/figures.h"

#include <stdio.h>
#include <string.h>

/* Lines of logs, the newest at the bottom, where it follows what comes. */
struct state {
    struct rc_livelist live; /* first */
    struct rc_logs_words words;
    char place[RC_LOGS_GROUP_BYTES + RC_LOGS_TERM_BYTES + 64]; /* the words again */
    char find[128];
};

static void ask(struct rc_view *view)
{
    struct state *state = view->state;
    struct rc_error err = {0};
    rc_livelist_take(view, rc_live_logs(rc_app_live(view), &state->words, &err), &err);
}

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct state *state = view->state;
    const char *filter = rc_logs_words_read(arguments, &state->words, err);
    if (!filter)
        return false;
    rc_logs_words_write(&state->words, state->place, sizeof state->place);
    if (!rc_list_open_live(view, state->place, filter, err))
        return false;
    rc_list_follow(view);
    ask(view);
    return true;
}

/* ----- looking for a text ----- */

static void find(struct rc_view *view, int direction)
{
    struct state *state = view->state;
    uint64_t seen;
    char count[RC_FIGURE_BYTES];
    if (rc_list_seek(view, state->find, direction, &seen))
        return;
    rc_count_text(seen, count);
    rc_app_say(view->app, RC_ROLE_WARN, "\"%s\" is in none of the %s lines %s", state->find, count,
               direction > 0 ? "below" : "above");
}

static bool take_find(struct rc_view *view, const char *text, struct rc_error *err)
{
    struct state *state = view->state;
    if (strlen(text) >= sizeof state->find) {
        rc_error_set(err, RC_LIMIT, "at most %zu bytes are looked for", sizeof state->find - 1);
        return false;
    }
    memcpy(state->find, text, strlen(text) + 1);
    if (*text)
        find(view, -1);
    return true;
}

static void ask_find(struct rc_view *view)
{
    const struct state *state = view->state;
    rc_app_prompt(view, "find", state->find, take_find);
}

/* ----- keys ----- */

static void toggle_metrics(struct rc_view *view)
{
    struct state *state = view->state;
    state->words.metrics = !state->words.metrics;
    rc_logs_words_write(&state->words, state->place, sizeof state->place);
    rc_list_place(view, state->place);
    ask(view);
}

static bool act(struct rc_view *view, enum rc_action action)
{
    const struct state *state = view->state;
    int64_t key;
    switch (action) {
    case RC_DO_ENTER:
    case RC_DO_DESCRIBE:
        if (rc_list_selected(view, &key))
            rc_app_go(view->app, "event", "%lld", (long long)key);
        return true;
    case RC_DO_FIND:
        ask_find(view);
        return true;
    case RC_DO_NEXT_MATCH:
    case RC_DO_PREVIOUS_MATCH:
        if (*state->find)
            find(view, action == RC_DO_NEXT_MATCH ? 1 : -1);
        else
            ask_find(view);
        return true;
    case RC_DO_NEXT:
        toggle_metrics(view);
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

/* ----- what is said below ----- */

static void say(struct rc_view *view)
{
    const struct state *state = view->state;
    const struct rc_listing *listing = state->live.shown;
    const struct rc_logs_about *about = listing ? rc_live_logs_about(listing) : NULL;
    char text[128], most[RC_FIGURE_BYTES];
    if (!about || rc_listing_state(listing) != RC_LISTING_COMPLETE || state->live.stale.code)
        return;
    rc_count_text(RC_LOGS_LINES, most);
    int length = snprintf(text, sizeof text, "%s%s", about->ended ? "" : "follows, ",
                          state->words.metrics ? "with metrics" : "without metrics");
    if (about->cut && length > 0)
        snprintf(text + length, sizeof text - (size_t)length, ", the newest %s lines", most);
    rc_list_say(view, text, RC_ROLE_DIM,
                state->words.metrics
                    ? "No such line was written in that time. `since 6h` looks further back."
                    : "No such line was written in that time but, perhaps, metrics, which the "
                      "next-part key brings. `since 6h` looks further back.");
}

static void tick(struct rc_view *view)
{
    rc_livelist_tick(view, "");
    say(view);
}

static void more(struct rc_view *view)
{
    const struct state *state = view->state;
    if (state->live.shown)
        rc_live_logs_more(state->live.shown);
}

static bool waits(struct rc_view *view, struct rc_buf *out)
{
    return rc_livelist_waits(view, "lines", out);
}

/* A line that names no run is of the one that was asked for. */
static void subject(struct rc_view *view, struct rc_subject *subject)
{
    const struct state *state = view->state;
    rc_list_subject(view, subject);
    if (!*subject->run && state->words.is_run && strlen(state->words.term) < sizeof subject->run)
        memcpy(subject->run, state->words.term, strlen(state->words.term) + 1);
}

static void where(struct rc_view *view, struct rc_buf *out)
{
    const struct state *state = view->state;
    rc_livelist_where(view, state->place, out);
}

static const enum rc_action actions[] = {
    RC_DO_ENTER,       RC_DO_FILTER,       RC_DO_FIND,    RC_DO_NEXT_MATCH, RC_DO_PREVIOUS_MATCH,
    RC_DO_NEXT,        RC_DO_REFRESH,      RC_DO_SORT,    RC_DO_INVERT,     RC_DO_MARK,
    RC_DO_SAVE,        RC_DO_COPY,         RC_DO_DOWN,    RC_DO_UP,         RC_DO_PAGE_DOWN,
    RC_DO_PAGE_UP,     RC_DO_TOP,          RC_DO_BOTTOM,  RC_DO_LEFT,       RC_DO_RIGHT,
    RC_DO_COLUMN_LEFT, RC_DO_COLUMN_RIGHT, RC_ACTION_NONE};

const struct rc_view_ops rc_view_logs = {
    .name = "logs",
    .aliases = "tail",
    .title = "Logs",
    .help = "What the worker has logged on Lambda and on Fargate; a word that begins with a slash "
            "names another group. Behind it: run NAME, request ID or any text that must be in a "
            "line, and since TIME (90, 15m, 2h, 3d); a run is looked for around the time that it "
            "took, a text in the last day, all else in the last 15 minutes. It follows: at the "
            "bottom it stays at the newest line. The newest 100,000 lines are kept. The next-part "
            "key brings lines of metrics or takes them "
            "away, / filters (level=error step=ingest), find and n N look for a text without "
            "filtering. Enter shows the whole of a line. Card numbers are masked.",
    .actions = actions,
    .state_size = sizeof(struct state),
    .open = open,
    .close = rc_livelist_close,
    .draw = rc_list_draw,
    .act = act,
    .where = where,
    .filter = rc_list_filter,
    .tick = tick,
    .waits = waits,
    .poll = more,
    .subject = subject,
    .mouse = rc_list_mouse,
};
