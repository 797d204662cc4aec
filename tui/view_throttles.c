#include "tui/views.h"

#include "model/figures.h"
#include "model/gauges.h"
#include "tui/chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tables, queues and functions on one time axis, with one cursor through all charts. */

enum {
    CHART_ROWS = 6, /* that a chart gets at least, where there is room */
    CHART_MOST = 14,
    CHART_CELLS = 90, /* two charts side by side have as many each */
    SERIES = 8,       /* of a panel */
    PANELS = 400,
    QUIET_BYTES = 16 << 10,
};

/* Series of one resource that stand in one chart. */
struct panel {
    size_t first, count; /* in gauges */
    const char *note;    /* why there is no chart; NULL */
};

struct state {
    struct rc_listing *shown, *next; /* next: asked anew, shown once it has its values */
    uint64_t seen;
    struct rc_gauges *gauges; /* as of `seen`; NULL: nothing has come yet */
    struct panel panels[PANELS];
    size_t panel_count, selected, top;
    struct rc_buf quiet; /* what there is nothing to show of */
    char table[RC_GAUGES_TABLE_BYTES];
    int64_t period_s;
    size_t cursor; /* a point; from the count on: none */
    bool told;
    uint64_t came_ms;      /* when the values had come */
    struct rc_error stale; /* why newer ones have not; RC_OK: they have */
    /* as of the last drawing */
    int columns, chart_width, chart_rows, rows_seen;
};

/* ----- panels ----- */

static bool same_panel(const struct rc_gauge *a, const struct rc_gauge *b)
{
    return strcmp(a->resource, b->resource) == 0 && strcmp(a->panel, b->panel) == 0;
}

static bool is_known(const struct rc_gauges *gauges, const struct panel *panel)
{
    for (size_t i = 0; i < panel->count; i++)
        if (gauges->series[panel->first + i].known)
            return true;
    return false;
}

/* Nothing is known, or there was no trouble. */
static bool is_quiet(const struct rc_gauges *gauges, const struct panel *panel)
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

static void add_quiet(struct state *state, const struct rc_gauge *gauge)
{
    rc_buf_printf(&state->quiet, "%s%s %s", state->quiet.length ? ", " : "", gauge->resource,
                  gauge->panel);
}

static void add_panel(struct state *state, struct panel panel, bool complete)
{
    const struct rc_gauge *gauge = &state->gauges->series[panel.first];
    panel.note = *gauge->note ? gauge->note : NULL;
    if (complete && !panel.note && is_quiet(state->gauges, &panel))
        add_quiet(state, gauge);
    else if (state->panel_count < PANELS)
        state->panels[state->panel_count++] = panel;
}

static void find_panels(struct state *state)
{
    const struct rc_gauges *gauges = state->gauges;
    bool complete = state->shown && rc_listing_state(state->shown) != RC_LISTING_LOADING;
    state->panel_count = 0;
    rc_buf_clear(&state->quiet);
    for (size_t i = 0, next; i < gauges->series_count; i = next) {
        for (next = i + 1; next < gauges->series_count && next - i < SERIES &&
                           same_panel(&gauges->series[i], &gauges->series[next]);
             next++)
            ;
        add_panel(state, (struct panel){.first = i, .count = next - i}, complete);
    }
    if (state->selected >= state->panel_count)
        state->selected = state->panel_count ? state->panel_count - 1 : 0;
}

/* ----- asking ----- */

static void ask(struct rc_view *view)
{
    struct state *state = view->state;
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
    struct state *state = view->state;
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
    struct state *state = view->state;
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
    struct state *state = view->state;
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

static bool is_loading(const struct state *state)
{
    const struct rc_listing *listing = state->next ? state->next : state->shown;
    return listing && rc_listing_state(listing) == RC_LISTING_LOADING;
}

static bool waits(struct rc_view *view, struct rc_buf *out)
{
    bool loading = is_loading(view->state);
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

static bool read_words(struct state *state, const char *arguments, struct rc_error *err)
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
    struct state *state = view->state;
    if (!read_words(state, arguments, err) || !rc_app_open_live(view, err))
        return false;
    rc_buf_init(&state->quiet, QUIET_BYTES);
    state->cursor = SIZE_MAX;
    ask(view);
    return true;
}

static void close(struct rc_view *view)
{
    struct state *state = view->state;
    rc_listing_free(state->next);
    rc_listing_free(state->shown);
    rc_gauges_free(state->gauges);
    rc_buf_free(&state->quiet);
}

static void where(struct rc_view *view, struct rc_buf *out)
{
    const struct state *state = view->state;
    rc_buf_printf(out, "%s%s%s", state->table, *state->table ? " " : "",
                  period_name(state->period_s));
}

/* ----- drawing ----- */

static rc_chart_format *format_of(const char *unit)
{
    return strcmp(unit, "s") == 0       ? rc_chart_seconds
           : strcmp(unit, "share") == 0 ? rc_chart_percent
                                        : rc_chart_count;
}

/* Uses in cool lines, trouble in red bars; what comes after them differs by its stroke. */
static struct rc_chart_series series_of(const struct rc_gauge *gauge, size_t index, bool dim)
{
    static const struct {
        enum rc_role role;
        enum rc_chart_stroke stroke;
    } looks[2][4] = {{{RC_ROLE_HEADER, RC_CHART_LINE},
                      {RC_ROLE_WARN, RC_CHART_DASHED},
                      {RC_ROLE_GOOD, RC_CHART_DOTTED},
                      {RC_ROLE_NORMAL, RC_CHART_LINE}},
                     {{RC_ROLE_BAD, RC_CHART_BARS},
                      {RC_ROLE_WARN, RC_CHART_LINE},
                      {RC_ROLE_NORMAL, RC_CHART_DASHED},
                      {RC_ROLE_GOOD, RC_CHART_DOTTED}}};
    bool trouble = gauge->kind != RC_GAUGE_LEVEL;
    return (struct rc_chart_series){.name = gauge->name,
                                    .values = gauge->values,
                                    .role = dim ? RC_ROLE_DIM : looks[trouble][index % 4].role,
                                    .stroke = looks[trouble][index % 4].stroke,
                                    .events = gauge->kind == RC_GAUGE_EVENTS};
}

static struct rc_chart chart_of(const struct state *state)
{
    return (struct rc_chart){.from_ms = state->gauges->from_ms,
                             .step_ms = state->gauges->step_ms,
                             .count = state->gauges->count,
                             .cursor = state->cursor};
}

static void draw_panel(const struct state *state, size_t index, struct rc_area area)
{
    const struct panel *panel = &state->panels[index];
    const struct rc_gauge *gauge = &state->gauges->series[panel->first];
    struct rc_chart_series series[SERIES];
    struct rc_chart chart = chart_of(state);
    size_t of_kind[RC_GAUGE_KINDS] = {0};
    char title[sizeof gauge->resource + sizeof gauge->panel + sizeof gauge->unit + 8];
    bool plain = strcmp(gauge->unit, "s") == 0 || strcmp(gauge->unit, "share") == 0;
    snprintf(title, sizeof title, "%s %s%s%s", gauge->resource, gauge->panel,
             *gauge->unit && !plain ? ", " : "", plain ? "" : gauge->unit);
    for (size_t i = 0; i < panel->count; i++) {
        const struct rc_gauge *one = gauge + i;
        if (one->known || panel->count == 1)
            series[chart.series_count++] =
                series_of(one, of_kind[one->kind]++, state->stale.code != RC_OK);
        if (isfinite(one->limit) || *one->limit_name) {
            chart.limit = one->limit;
            chart.limit_name = one->limit_name;
        }
    }
    chart.title = title;
    chart.marked = index == state->selected;
    chart.series = series;
    chart.format = format_of(gauge->unit);
    chart.note = panel->note;
    if (!chart.note && !is_known(state->gauges, panel))
        chart.note = is_loading(state) ? "CloudWatch has been asked" : NULL;
    rc_chart_draw(&chart, area);
}

/* Of a row of panels: a chart takes what there is, a note two rows. */
static int row_height(const struct state *state, size_t row, int chart_rows)
{
    for (int i = 0; i < state->columns; i++) {
        size_t index = row * (size_t)state->columns + (size_t)i;
        if (index < state->panel_count && !state->panels[index].note)
            return chart_rows;
    }
    return 2;
}

static size_t row_count(const struct state *state)
{
    return (state->panel_count + (size_t)state->columns - 1) / (size_t)state->columns;
}

static int height_of(const struct state *state, size_t from, size_t until, int chart_rows)
{
    int height = 0;
    for (size_t row = from; row < until && height < 10000; row++)
        height += row_height(state, row, chart_rows);
    return height;
}

/* Scrolls so that what is selected is seen whole. */
static void settle(struct state *state, int height, int chart_rows)
{
    size_t selected = state->selected / (size_t)state->columns;
    if (selected < state->top)
        state->top = selected;
    while (state->top < selected && height_of(state, state->top, selected + 1, chart_rows) > height)
        state->top++;
    while (state->top > 0 &&
           height_of(state, state->top - 1, row_count(state), chart_rows) <= height)
        state->top--;
}

static void draw_quiet(const struct state *state, struct rc_area area)
{
    const char *text = state->quiet.data;
    if (area.height < 2 || !text || !*text)
        return;
    int x = rc_draw_text(area.y + 1, area.x, area.width, RC_ROLE_HEADER, RC_LEFT,
                         "nothing to show:", 16);
    rc_draw_text(area.y + 1, area.x + x + 1, area.width - x - 1, RC_ROLE_DIM, RC_LEFT, text,
                 strlen(text));
}

/* As high as all of them have room; else as many as there is room for share it. */
static int height_of_chart(const struct state *state, int height)
{
    int chart_rows = CHART_ROWS, fit = height / CHART_ROWS;
    if (height_of(state, 0, row_count(state), CHART_ROWS) > height)
        return height / (fit ? fit : 1);
    while (chart_rows < CHART_MOST &&
           height_of(state, 0, row_count(state), chart_rows + 1) <= height)
        chart_rows++;
    return chart_rows;
}

static void draw_panels(struct state *state, struct rc_area area)
{
    int gap = state->columns > 1 ? 2 : 0;
    size_t rows = row_count(state);
    state->chart_width = (area.width - gap) / state->columns;
    int chart_rows = height_of_chart(state, area.height);
    state->chart_rows = chart_rows;
    settle(state, area.height, chart_rows);
    int y = area.y, end = area.y + area.height;
    size_t row = state->top;
    for (; row < rows && y + row_height(state, row, chart_rows) <= end; row++) {
        int height = row_height(state, row, chart_rows);
        for (int i = 0; i < state->columns; i++) {
            size_t index = row * (size_t)state->columns + (size_t)i;
            struct rc_area place = {y, area.x + i * (state->chart_width + gap), height - 1,
                                    state->chart_width};
            if (index < state->panel_count)
                draw_panel(state, index, place);
        }
        y += height;
    }
    state->rows_seen = (int)(row - state->top);
    if (row == rows)
        draw_quiet(state, (struct rc_area){y - 1, area.x, end - y + 1, area.width});
}

static void draw_head(const struct rc_view *view, struct rc_area area)
{
    const struct state *state = view->state;
    struct rc_chart chart = chart_of(state);
    char from[RC_CHART_VALUE_BYTES], until[RC_CHART_VALUE_BYTES], at[RC_CHART_VALUE_BYTES];
    char age[RC_FIGURE_BYTES];
    rc_chart_time(&chart, 0, from);
    rc_chart_time(&chart, chart.count, until);
    int x = rc_draw_printf(area.y, area.x, area.width, RC_ROLE_TITLE, "%s to %s UTC", from, until);
    if (state->cursor < chart.count) {
        rc_chart_time(&chart, state->cursor, at);
        x += rc_draw_printf(area.y, area.x + x, area.width - x, RC_ROLE_SELECTED, "  at %s", at);
    }
    if (row_count(state) > (size_t)state->rows_seen && state->rows_seen)
        x += rc_draw_printf(area.y, area.x + x, area.width - x, RC_ROLE_DIM, "  panel %zu of %zu",
                            state->selected + 1, state->panel_count);
    if (!state->stale.code)
        return;
    rc_seconds_text((rc_app_now_ms(view->app) - state->came_ms) / 1000, age);
    rc_draw_printf(area.y, area.x + x, area.width - x, RC_ROLE_WARN,
                   "  %s old: asking again failed", age);
}

static void draw(struct rc_view *view, struct rc_area area)
{
    struct state *state = view->state;
    state->columns = area.width >= 2 * CHART_CELLS ? 2 : 1;
    if (!state->gauges || !state->gauges->series_count) {
        const char *none = is_loading(state) ? "AWS has been asked and has not answered yet."
                           : state->shown    ? rc_listing_error(state->shown)->text
                                             : "";
        rc_draw_text(area.y, area.x, area.width, RC_ROLE_DIM, RC_LEFT, none, strlen(none));
        return;
    }
    struct rc_area panels = {area.y + 1, area.x, area.height - 2, area.width};
    if (panels.height < 2)
        return;
    draw_panels(state, panels);
    draw_head(view, area);
    struct rc_chart chart = chart_of(state);
    for (int i = 0; i < state->columns; i++)
        rc_chart_draw_axis(&chart, area.y + area.height - 1, area.x + i * (state->chart_width + 2),
                           state->chart_width);
}

/* ----- keys ----- */

static void move_cursor(struct state *state, int by)
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

static void move_selection(struct state *state, int64_t by)
{
    int64_t to = (int64_t)state->selected + by, last = (int64_t)state->panel_count - 1;
    state->selected = (size_t)(to > last ? (last > 0 ? last : 0) : (to < 0 ? 0 : to));
}

static void change_period(struct rc_view *view, int by)
{
    struct state *state = view->state;
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
    const struct state *state = view->state;
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

static bool leave(struct state *state)
{
    if (state->gauges && state->cursor < state->gauges->count) {
        state->cursor = SIZE_MAX;
        return true;
    }
    if (!is_loading(state))
        return false;
    rc_listing_cancel(state->next ? state->next : state->shown);
    return true;
}

static bool act(struct rc_view *view, enum rc_action action)
{
    struct state *state = view->state;
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
        move_selection(state, action == RC_DO_BOTTOM ? PANELS : -PANELS);
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

/* The panel at a place of the view, below whose first row they begin; panel_count: none is. */
static size_t panel_at(const struct state *state, int y, int x)
{
    size_t row = state->top, end = state->top + (size_t)state->rows_seen;
    for (y--; y >= 0 && row < end; row++) {
        int height = row_height(state, row, state->chart_rows);
        size_t index = row * (size_t)state->columns + (size_t)(x / (state->chart_width + 2));
        if (y < height)
            return index < state->panel_count ? index : state->panel_count;
        y -= height;
    }
    return state->panel_count;
}

/* A click chooses the chart, and in its plot the time. */
static bool mouse(struct rc_view *view, const struct rc_mouse *event)
{
    struct state *state = view->state;
    if (event->wheel_up || event->wheel_down) {
        move_selection(state, event->wheel_down ? 1 : -1);
        return true;
    }
    if (!event->click || !state->gauges || !state->chart_width)
        return false;
    struct rc_chart chart = chart_of(state);
    size_t panel = panel_at(state, event->y, event->x);
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
    .state_size = sizeof(struct state),
    .open = open,
    .close = close,
    .draw = draw,
    .act = act,
    .where = where,
    .tick = tick,
    .waits = waits,
    .poll = ask,
    .mouse = mouse,
};
