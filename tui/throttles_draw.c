#include "tui/throttles_internal.h"

#include "model/figures.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    CHART_ROWS = 6, /* that a chart gets at least, where there is room */
    CHART_MOST = 14,
    CHART_CELLS = 90, /* two charts side by side have as many each */
};

/* ----- a chart ----- */

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

struct rc_chart rc_throttles_chart(const struct rc_throttles *state)
{
    return (struct rc_chart){.from_ms = state->gauges->from_ms,
                             .step_ms = state->gauges->step_ms,
                             .count = state->gauges->count,
                             .cursor = state->cursor};
}

static bool is_known(const struct rc_gauges *gauges, const struct rc_throttles_panel *panel)
{
    for (size_t i = 0; i < panel->count; i++)
        if (gauges->series[panel->first + i].known)
            return true;
    return false;
}

static void draw_panel(const struct rc_throttles *state, size_t index, struct rc_area area)
{
    const struct rc_throttles_panel *panel = &state->panels[index];
    const struct rc_gauge *gauge = &state->gauges->series[panel->first];
    struct rc_chart_series series[RC_THROTTLES_SERIES];
    struct rc_chart chart = rc_throttles_chart(state);
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
        chart.note = rc_throttles_loading(state) ? "CloudWatch has been asked" : NULL;
    rc_chart_draw(&chart, area);
}

/* ----- where charts stand ----- */

/* Of a row of panels: a chart takes what there is, a note two rows. */
static int row_height(const struct rc_throttles *state, size_t row, int chart_rows)
{
    for (int i = 0; i < state->columns; i++) {
        size_t index = row * (size_t)state->columns + (size_t)i;
        if (index < state->panel_count && !state->panels[index].note)
            return chart_rows;
    }
    return 2;
}

static size_t row_count(const struct rc_throttles *state)
{
    return (state->panel_count + (size_t)state->columns - 1) / (size_t)state->columns;
}

static int height_of(const struct rc_throttles *state, size_t from, size_t until, int chart_rows)
{
    int height = 0;
    for (size_t row = from; row < until && height < 10000; row++)
        height += row_height(state, row, chart_rows);
    return height;
}

/* Scrolls so that what is selected is seen whole. */
static void settle(struct rc_throttles *state, int height, int chart_rows)
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

size_t rc_throttles_at(const struct rc_throttles *state, int y, int x)
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

/* ----- all of them ----- */

static void draw_quiet(const struct rc_throttles *state, struct rc_area area)
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
static int height_of_chart(const struct rc_throttles *state, int height)
{
    int chart_rows = CHART_ROWS, fit = height / CHART_ROWS;
    if (height_of(state, 0, row_count(state), CHART_ROWS) > height)
        return height / (fit ? fit : 1);
    while (chart_rows < CHART_MOST &&
           height_of(state, 0, row_count(state), chart_rows + 1) <= height)
        chart_rows++;
    return chart_rows;
}

static void draw_panels(struct rc_throttles *state, struct rc_area area)
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
    const struct rc_throttles *state = view->state;
    struct rc_chart chart = rc_throttles_chart(state);
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

void rc_throttles_draw(struct rc_view *view, struct rc_area area)
{
    struct rc_throttles *state = view->state;
    state->columns = area.width >= 2 * CHART_CELLS ? 2 : 1;
    if (!state->gauges || !state->gauges->series_count) {
        const char *none = rc_throttles_loading(state)
                               ? "AWS has been asked and has not answered yet."
                           : state->shown ? rc_listing_error(state->shown)->text
                                          : "";
        rc_draw_text(area.y, area.x, area.width, RC_ROLE_DIM, RC_LEFT, none, strlen(none));
        return;
    }
    struct rc_area panels = {area.y + 1, area.x, area.height - 2, area.width};
    if (panels.height < 2)
        return;
    draw_panels(state, panels);
    draw_head(view, area);
    struct rc_chart chart = rc_throttles_chart(state);
    for (int i = 0; i < state->columns; i++)
        rc_chart_draw_axis(&chart, area.y + area.height - 1, area.x + i * (state->chart_width + 2),
                           state->chart_width);
}
