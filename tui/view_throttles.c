#include "tui/throttles_internal.h"

#include "tui/views.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tables, queues and functions on one time axis, with one cursor through all charts. */

enum { QUIET_BYTES = 16 << 10 };

/* ----- panels ----- */

static bool same_panel(const struct rc_gauge *a, const struct rc_gauge *b)
{
    return strcmp(a->resource, b->resource) == 0 && strcmp(a->panel, b->panel) == 0;
}

/* Nothing is known, or there was no trouble. */
static bool is_quiet(const struct rc_gauges *gauges, const struct rc_throttles_panel *panel)
{
    bool quiet = true;
    for (size_t i = 0; quiet && i < panel->count; i++) {
        const struct rc_gauge *gauge = &gauges->series[panel->first + i];
        quiet = gauge->kind != RC_GAUGE_LEVEL || !gauge->known;
        for (size_t point = 0; quiet && point < gauges->count; point++)
            quiet = !(gauge->values[point] > 0);
    }
    return quiet;
}

static void add_quiet(struct rc_throttles *state, const struct rc_gauge *gauge)
{
    rc_buf_printf(&state->quiet, "%s%s %s", state->quiet.length ? ", " : "", gauge->resource,
                  gauge->panel);
}

static void add_panel(struct rc_throttles *state, struct rc_throttles_panel panel, bool complete)
{
    const struct rc_gauge *gauge = &state->gauges->series[panel.first];
    panel.note = *gauge->note ? gauge->note : NULL;
    if (complete && !panel.note && is_quiet(state->gauges, &panel))
        add_quiet(state, gauge);
    else if (state->panel_count < RC_THROTTLES_PANELS)
        state->panels[state->panel_count++] = panel;
}

static void find_panels(struct rc_throttles *state)
{
    const struct rc_gauges *gauges = state->gauges;
    bool complete = state->shown && rc_listing_state(state->shown) != RC_LISTING_LOADING;
    state->panel_count = 0;
    rc_buf_clear(&state->quiet);
    for (size_t i = 0, next; i < gauges->series_count; i = next) {
        for (next = i + 1; next < gauges->series_count && next - i < RC_THROTTLES_SERIES &&
                           same_panel(&gauges->series[i], &gauges->series[next]);
             next++)
            ;
        add_panel(state, (struct rc_throttles_panel){.first = i, .count = next - i}, complete);
    }
    if (state->selected >= state->panel_count)
        state->selected = state->panel_count ? state->panel_count - 1 : 0;
}

/* ----- asking ----- */

static void ask(struct rc_view *view)
{
    struct rc_throttles *state = view->state;
    struct rc_error err = {0};
    struct rc_listing *listing =
        rc_live_gauges(rc_app_live(view), state->table, state->period_s, 0, &err);
    if (!listing) {
        rc_app_fail(view->app, &err);
        return;
    }
    rc_listing_free(state->next);
    state->next = listing;
}

static void read_gauges(struct rc_view *view)
{
    struct rc_throttles *state = view->state;
    struct rc_error err = {0};
    struct rc_gauges *gauges =
        rc_gauges_read(rc_app_answers(view), rc_listing_number(state->shown), &err);
    if (!gauges) {
        rc_app_fail(view->app, &err);
        return;
    }
    rc_gauges_free(state->gauges);
    state->gauges = gauges;
    state->came_ms = rc_app_now_ms(view->app);
    find_panels(state);
}

/* What was asked anew takes the place of what is shown when it is complete; when it failed,
 * that stays and says how old it is. */
static void adopt(struct rc_view *view)
{
    struct rc_throttles *state = view->state;
    bool failed = rc_listing_state(state->next) == RC_LISTING_FAILED;
    if (failed && state->shown && rc_listing_state(state->shown) == RC_LISTING_COMPLETE) {
        if (!state->stale.code)
            rc_app_fail(view->app, rc_listing_error(state->next));
        state->stale = *rc_listing_error(state->next);
        rc_listing_free(state->next);
    } else {
        rc_listing_free(state->shown);
        state->shown = state->next;
        state->seen = UINT64_MAX;
        state->told = false;
        state->stale = (struct rc_error){0};
    }
    state->next = NULL;
}

static void tick(struct rc_view *view)
{
    struct rc_throttles *state = view->state;
    if (state->next && (!state->shown || rc_listing_state(state->next) != RC_LISTING_LOADING))
        adopt(view);
    if (!state->shown)
        return;
    if (rc_listing_version(state->shown) != state->seen && rc_app_is_top(view)) {
        state->seen = rc_listing_version(state->shown);
        read_gauges(view);
    }
    if (rc_listing_state(state->shown) == RC_LISTING_FAILED && !state->told) {
        state->told = true;
        rc_app_fail(view->app, rc_listing_error(state->shown));
    }
}

bool rc_throttles_loading(const struct rc_throttles *state)
{
    const struct rc_listing *listing = state->next ? state->next : state->shown;
    return listing && rc_listing_state(listing) == RC_LISTING_LOADING;
}

static bool waits(struct rc_view *view, struct rc_buf *out)
{
    bool loading = rc_throttles_loading(view->state);
    if (loading)
        rc_buf_add_str(out, "asking CloudWatch");
    return loading;
}

/* ----- opening ----- */

static const char *period_name(int64_t period_s)
{
    static const char *const names[] = {"15m", "1h", "3h", "12h"};
    for (size_t i = 0; rc_gauges_periods_s[i]; i++)
        if (rc_gauges_periods_s[i] == period_s)
            return names[i];
    return "";
}

static bool read_words(struct rc_throttles *state, const char *arguments, struct rc_error *err)
{
    char word[RC_GAUGES_TABLE_BYTES];
    while (*(arguments += strspn(arguments, " "))) {
        size_t length = strcspn(arguments, " ");
        snprintf(word, sizeof word, "%.*s", (int)(length < sizeof word ? length : 0), arguments);
        if (!rc_gauges_word(word, state->table, &state->period_s)) {
            rc_error_set(err, RC_USAGE,
                         "\"%.*s\" is neither the name of a table nor one of 15m, 1h, 3h, 12h",
                         (int)length, arguments);
            return false;
        }
        arguments += length;
    }
    if (!state->period_s)
        state->period_s = RC_GAUGES_PERIOD_S;
    return true;
}

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct rc_throttles *state = view->state;
    if (!read_words(state, arguments, err) || !rc_app_open_live(view, err))
        return false;
    rc_buf_init(&state->quiet, QUIET_BYTES);
    state->cursor = SIZE_MAX;
    ask(view);
    return true;
}

static void close(struct rc_view *view)
{
    struct rc_throttles *state = view->state;
    rc_listing_free(state->next);
    rc_listing_free(state->shown);
    rc_gauges_free(state->gauges);
    rc_buf_free(&state->quiet);
}

static void where(struct rc_view *view, struct rc_buf *out)
{
    const struct rc_throttles *state = view->state;
    rc_buf_printf(out, "%s%s%s", state->table, *state->table ? " " : "",
                  period_name(state->period_s));
}

/* ----- keys ----- */

static void move_cursor(struct rc_throttles *state, int by)
{
    size_t count = state->gauges ? state->gauges->count : 0;
    if (!count)
        return;
    if (state->cursor >= count)
        state->cursor = count - 1;
    else if (by < 0)
        state->cursor -= state->cursor > 0;
    else
        state->cursor += state->cursor + 1 < count;
}

static void move_selection(struct rc_throttles *state, int64_t by)
{
    int64_t to = (int64_t)state->selected + by, last = (int64_t)state->panel_count - 1;
    state->selected = (size_t)(to > last ? (last > 0 ? last : 0) : (to < 0 ? 0 : to));
}

static void change_period(struct rc_view *view, int by)
{
    struct rc_throttles *state = view->state;
    int at = 0, most = 0;
    while (rc_gauges_periods_s[most + 1])
        most++;
    while (at < most && rc_gauges_periods_s[at] != state->period_s)
        at++;
    at += by;
    if (at < 0 || at > most) {
        rc_app_say(view->app, RC_ROLE_NORMAL, "periods are 15 minutes, 1, 3 and 12 hours");
        return;
    }
    state->period_s = rc_gauges_periods_s[at];
    state->cursor = SIZE_MAX;
    snprintf(view->arguments, sizeof view->arguments, "%s%s%s", state->table,
             *state->table ? " " : "", period_name(state->period_s));
    ask(view);
}

/* To what a panel is of. */
static void enter(struct rc_view *view)
{
    const struct rc_throttles *state = view->state;
    char table[RC_GAUGES_TABLE_BYTES];
    if (!state->gauges || state->selected >= state->panel_count)
        return;
    const struct rc_gauge *gauge = &state->gauges->series[state->panels[state->selected].first];
    switch (gauge->of) {
    case RC_GAUGE_OF_TABLE:
        snprintf(table, sizeof table, "%.*s", (int)strcspn(gauge->resource, "/"), gauge->resource);
        if (!*state->table)
            rc_app_go(view->app, "throttles", "%s %s", table, period_name(state->period_s));
        else
            rc_app_say(view->app, RC_ROLE_NORMAL,
                       "`:shards PROGRAM DATE` shows which of a day's shards it is");
        break;
    case RC_GAUGE_OF_QUEUE:
        rc_app_go(view->app, "queues", "name=%s", gauge->resource);
        break;
    case RC_GAUGE_OF_FUNCTION:
        rc_app_go(view->app, "runs", NULL);
        break;
    }
}

static bool leave(struct rc_throttles *state)
{
    if (state->gauges && state->cursor < state->gauges->count) {
        state->cursor = SIZE_MAX;
        return true;
    }
    if (!rc_throttles_loading(state))
        return false;
    rc_listing_cancel(state->next ? state->next : state->shown);
    return true;
}

static bool act(struct rc_view *view, enum rc_action action)
{
    struct rc_throttles *state = view->state;
    int page = state->rows_seen > 1 ? (state->rows_seen - 1) * state->columns : state->columns;
    switch (action) {
    case RC_DO_LEFT:
    case RC_DO_RIGHT:
        move_cursor(state, action == RC_DO_RIGHT ? 1 : -1);
        return true;
    case RC_DO_UP:
    case RC_DO_PREVIOUS:
        move_selection(state, -1);
        return true;
    case RC_DO_DOWN:
    case RC_DO_NEXT:
        move_selection(state, 1);
        return true;
    case RC_DO_PAGE_UP:
    case RC_DO_PAGE_DOWN:
        move_selection(state, action == RC_DO_PAGE_DOWN ? page : -page);
        return true;
    case RC_DO_TOP:
    case RC_DO_BOTTOM:
        move_selection(state, action == RC_DO_BOTTOM ? RC_THROTTLES_PANELS : -RC_THROTTLES_PANELS);
        return true;
    case RC_DO_COLUMN_LEFT:
    case RC_DO_COLUMN_RIGHT:
        change_period(view, action == RC_DO_COLUMN_RIGHT ? 1 : -1);
        return true;
    case RC_DO_ENTER:
        enter(view);
        return true;
    case RC_DO_REFRESH:
        ask(view);
        return true;
    case RC_DO_BACK:
        return leave(state);
    default:
        return false;
    }
}

/* A click chooses the chart, and in its plot the time. */
static bool mouse(struct rc_view *view, const struct rc_mouse *event)
{
    struct rc_throttles *state = view->state;
    if (event->wheel_up || event->wheel_down) {
        move_selection(state, event->wheel_down ? 1 : -1);
        return true;
    }
    if (!event->click || !state->gauges || !state->chart_width)
        return false;
    struct rc_chart chart = rc_throttles_chart(state);
    size_t panel = rc_throttles_at(state, event->y, event->x);
    size_t at = rc_chart_at(&chart, state->chart_width, event->x % (state->chart_width + 2));
    if (panel < state->panel_count)
        state->selected = panel;
    if (at < chart.count)
        state->cursor = at;
    return true;
}

static const enum rc_action actions[] = {
    RC_DO_ENTER,  RC_DO_COLUMN_LEFT, RC_DO_COLUMN_RIGHT, RC_DO_LEFT,      RC_DO_RIGHT,
    RC_DO_UP,     RC_DO_DOWN,        RC_DO_PAGE_UP,      RC_DO_PAGE_DOWN, RC_DO_TOP,
    RC_DO_BOTTOM, RC_DO_REFRESH,     RC_ACTION_NONE};

const struct rc_view_ops rc_view_throttles = {
    .name = "throttles",
    .aliases = "throttle capacity metrics",
    .title = "Throttles",
    .help = "Charts on one time axis: what tables and their indexes consume against their "
            "capacity, what they throttle and why, what the worker wrote and wrote again, dead "
            "letters, the age of the oldest message, how long functions run against their "
            "ceiling, and how many at once. Left and right move a cursor through all charts, "
            "which then name their values at that time; without it the last ones, and of what was "
            "throttled or failed the most in a step. Up and down choose a chart, and so does a "
            "click, and Enter leads to what it is of. The sort-column keys change the period: 15 "
            "minutes, 1, 3 or 12 hours. A gap is a time of which CloudWatch knows nothing. Words: "
            "TABLE and 15m, 1h, 3h or 12h.",
    .actions = actions,
    .state_size = sizeof(struct rc_throttles),
    .open = open,
    .close = close,
    .draw = rc_throttles_draw,
    .act = act,
    .where = where,
    .tick = tick,
    .waits = waits,
    .poll = ask,
    .mouse = mouse,
};
