#include "tui/views.h"

#include "core/diagnosis.h"
#include "model/figures.h"
#include "model/live_day.h"
#include "model/overview.h"
#include "model/spread.h"
#include "tui/heatmap.h"
#include "tui/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How the day is spread over its shards. */
enum measure { BY_SETTLEMENT, BY_INTERNAL, BY_BOTH, BY_BYTES, BY_DISCREPANCIES, BY_AMOUNT };

enum { HOTTEST = 200, FIGURES_WIDTH = 40, FIGURES = 12 };

struct state {
    struct rc_overview *day; /* for its currencies */
    struct rc_shard_row *shards;
    size_t count;
    uint64_t *values;
    size_t hottest[HOTTEST], hottest_count;
    int measure;  /* from BY_AMOUNT on: a currency each */
    bool waiting; /* amounts are being added up, or ids counted */
    struct rc_skew skew;
    double an_id; /* records of a record's id, in the mean; 1: not counted */
    struct rc_heatmap map;
    struct rc_page page;
    bool on_table;
};

/* ----- measures ----- */

static const struct rc_overview_total *currency_of(const struct state *state)
{
    size_t index = state->measure < BY_AMOUNT ? 0 : (size_t)(state->measure - BY_AMOUNT);
    return state->measure < BY_AMOUNT ? NULL : &state->day->totals[index];
}

static void tell_measure(const struct state *state, char *text, size_t size)
{
    static const char *const names[] = {"settlement records", "internal records",
                                        "records of both sides", "bytes of both sides",
                                        "discrepancies"};
    if (state->measure < BY_AMOUNT)
        snprintf(text, size, "%s", names[state->measure]);
    else
        snprintf(text, size, "amount of discrepancies in %s", currency_of(state)->currency);
}

static size_t format_value(const void *context, uint64_t value, char *text, size_t size)
{
    const struct state *state = context;
    char figure[RC_FIGURE_BYTES];
    const struct rc_overview_total *currency = currency_of(state);
    if (currency)
        rc_money_text(value, currency->exponent, figure);
    else
        rc_count_text(value, figure);
    return (size_t)snprintf(text, size, "%s", figure);
}

static uint64_t count_of(const struct rc_shard_row *shard, int measure)
{
    switch (measure) {
    case BY_SETTLEMENT:
        return shard->records[RC_SETTLEMENT];
    case BY_INTERNAL:
        return shard->records[RC_INTERNAL];
    case BY_BYTES:
        return shard->bytes[RC_SETTLEMENT] + shard->bytes[RC_INTERNAL];
    case BY_DISCREPANCIES:
        return shard->discrepancies;
    default:
        return shard->records[RC_SETTLEMENT] + shard->records[RC_INTERNAL];
    }
}

/* What is measured on the worker thread: amounts, and how many records an id of a side has, by
 * which chance makes its shards uneven. */
struct job {
    enum measure measure;
    char currency[4]; /* of BY_AMOUNT */
    uint64_t *values;
    size_t count;
    struct rc_spread spread;
};

static bool run_job(void *context, struct rc_model *model, struct rc_error *err)
{
    struct job *job = context;
    if (job->measure == BY_AMOUNT)
        return rc_shards_amounts(model, job->currency, job->values, job->count, err) &&
               rc_skew_measure(job->values, job->count, &job->spread.skew, err);
    return rc_spread_measure(model, job->measure == BY_INTERNAL ? RC_INTERNAL : RC_SETTLEMENT,
                             job->values, job->count, &job->spread, err);
}

static void take(struct state *state, const struct job *job)
{
    memcpy(state->values, job->values, state->count * sizeof *state->values);
    state->skew = job->spread.skew;
    state->an_id = job->spread.an_id;
    state->hottest_count = rc_skew_hottest(state->values, state->count, state->hottest, HOTTEST);
}

static void end_job(struct rc_view *view, void *context, bool ok, bool cancelled,
                    const struct rc_error *err)
{
    struct state *state = view->state;
    struct job *job = context;
    if (!cancelled) {
        state->waiting = false;
        if (ok && job->count == state->count)
            take(state, job);
        if (!ok)
            rc_app_fail(view->app, err);
    }
    free(job->values);
    free(job);
}

static const struct rc_job_ops amount_ops = {"adding up amounts", run_job, end_job, true};
static const struct rc_job_ops id_ops = {"counting ids", run_job, end_job, true};

/* With what is known of the shards already. */
static void start_job(struct rc_view *view, const struct rc_overview_total *currency,
                      struct rc_error *err)
{
    struct state *state = view->state;
    struct job *job = calloc(1, sizeof *job);
    if (job)
        job->values = malloc(state->count * sizeof *job->values);
    if (!job || !job->values) {
        free(job);
        rc_error_nomem(err);
        return;
    }
    job->measure = currency ? BY_AMOUNT : (enum measure)state->measure;
    job->count = state->count;
    job->spread.an_id = 1;
    memcpy(job->values, state->values, state->count * sizeof *job->values);
    if (currency)
        memcpy(job->currency, currency->currency, sizeof job->currency);
    state->waiting = true;
    rc_app_start(view, currency ? &amount_ops : &id_ops, job);
}

static void measure(struct rc_view *view)
{
    struct state *state = view->state;
    struct rc_error err = {0};
    const struct rc_overview_total *currency = currency_of(state);
    for (size_t i = 0; i < state->count; i++)
        state->values[i] = currency ? 0 : count_of(&state->shards[i], state->measure);
    state->an_id = 1;
    state->waiting = false;
    state->hottest_count = rc_skew_hottest(state->values, state->count, state->hottest, HOTTEST);
    bool ok = rc_skew_measure(state->values, state->count, &state->skew, &err);
    if (ok && state->count && (currency || state->measure < BY_BOTH))
        start_job(view, currency, &err);
    if (err.code)
        rc_app_fail(view->app, &err);
}

/* ----- figures ----- */

/* A transaction has a record on either side, so counts of both do not come one by one,
 * which chi-square needs; nor do bytes and amounts. Of a side it has to know the ids. */
static bool has_chi_square(const struct state *state)
{
    return state->measure == BY_DISCREPANCIES || (state->measure < BY_BOTH && !state->waiting);
}

static const char *verdict(const struct state *state)
{
    const struct rc_skew *skew = &state->skew;
    if (state->waiting)
        return currency_of(state) ? "adding up" : "counting ids";
    if (skew->total <= 0)
        return "nothing to spread";
    if (!has_chi_square(state))
        return "";
    return rc_is_uneven(skew) ? "more uneven than chance" : "as even as chance";
}

static int draw_figures(const struct state *state, bool of_pipeline, struct rc_area area)
{
    const struct rc_skew *skew = &state->skew;
    const struct {
        const char *label;
        double value;
        const char *format;
        bool shown;
    } rows[] = {
        {"max / mean", skew->most_over_mean, "%.3f", true},
        {"expected by chance", skew->expected_over_mean, "%.3f", has_chi_square(state)},
        {"by chance up to", skew->likely_over_mean, "%.3f", has_chi_square(state)},
        {"coefficient of variation", skew->variation, "%.4f", true},
        {"Gini", skew->gini, "%.4f", true},
        {"records of an id, mean", state->an_id, "%.3g", state->an_id > RC_SPREAD_AN_ID},
        {"chi-square", skew->chi_square, "%.2f", has_chi_square(state)},
        {"degrees of freedom", skew->degrees, "%.0f", has_chi_square(state)},
        {"p-value", skew->p_value, "%.4g", has_chi_square(state)},
    };
    char text[96];
    int y = area.y;
    size_t length = format_value(state, skew->total < 1.8e19 ? (uint64_t)skew->total : UINT64_MAX,
                                 text, sizeof text);
    rc_draw_text(y, area.x, 26, RC_ROLE_DIM, RC_LEFT, "all shards", 10);
    rc_draw_text(y++, area.x + 20, area.width - 20, RC_ROLE_NORMAL, RC_RIGHT, text, length);
    for (size_t i = 0; i < sizeof rows / sizeof *rows && y < area.y + area.height; i++) {
        if (!rows[i].shown)
            continue;
        int used = snprintf(text, sizeof text, rows[i].format, rows[i].value);
        rc_draw_text(y, area.x, 26, RC_ROLE_DIM, RC_LEFT, rows[i].label, strlen(rows[i].label));
        rc_draw_text(y++, area.x + 26, area.width - 26, RC_ROLE_NORMAL, RC_RIGHT, text,
                     (size_t)used);
    }
    bool warned = has_chi_square(state) && rc_is_uneven(skew);
    if (y < area.y + area.height)
        rc_draw_printf(y++, area.x, area.width, warned ? RC_ROLE_WARN : RC_ROLE_GOOD, "%s",
                       verdict(state));
    if (of_pipeline && y < area.y + area.height)
        rc_draw_printf(y++, area.x, area.width, RC_ROLE_DIM, "how they took the writes: `heat`");
    return y - area.y;
}

/* ----- the table ----- */

static void draw_head(struct rc_area area)
{
    static const struct {
        int x, width;
        const char *text;
    } heads[] = {{0, 6, "shard"},           {7, 11, "settlement"}, {19, 11, "internal"},
                 {31, 13, "discrepancies"}, {45, 16, "measured"},  {62, 8, "of mean"}};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        rc_draw_text(area.y, area.x + heads[i].x, heads[i].width, RC_ROLE_HEADER, RC_RIGHT,
                     heads[i].text, strlen(heads[i].text));
}

static void shard_row(struct state *state, size_t shard, int64_t target)
{
    const struct rc_shard_row *row = &state->shards[shard];
    struct rc_page *page = &state->page;
    const uint64_t counts[] = {shard, row->records[RC_SETTLEMENT], row->records[RC_INTERNAL],
                               row->discrepancies};
    static const int at[] = {0, 7, 19, 31}, widths[] = {6, 11, 11, 13};
    char text[96];
    rc_page_row(page, target);
    for (int i = 0; i < 4; i++) {
        size_t length = rc_count_text(counts[i], text);
        rc_page_put(page, at[i], widths[i], RC_ROLE_NORMAL, RC_RIGHT, text, length);
    }
    size_t length = format_value(state, state->values[shard], text, sizeof text);
    rc_page_put(page, 45, 16, RC_ROLE_NORMAL, RC_RIGHT, text, length);
    if (state->skew.mean > 0)
        rc_page_printf(page, 62, 8, RC_ROLE_DIM, RC_RIGHT, "%.0f %%",
                       100 * (double)state->values[shard] / state->skew.mean);
}

static void fill_table(struct state *state, int width)
{
    struct rc_page *page = &state->page;
    rc_page_clear(page);
    for (size_t i = 0; i < state->hottest_count; i++)
        shard_row(state, state->hottest[i], (int64_t)state->hottest[i]);
    if (state->hottest_count == HOTTEST) {
        rc_page_row(page, RC_NO_TARGET);
        rc_page_printf(page, 0, width, RC_ROLE_DIM, RC_LEFT,
                       "the %d greatest; `reconctl get shards` has all", HOTTEST);
    }
    if (!state->on_table)
        page->selected = state->count ? (int64_t)state->map.cursor : RC_NO_TARGET;
    rc_page_settle(page);
}

/* ----- the view ----- */

/* A day of the pipeline may have no shards yet. */
static bool read_day(struct rc_view *view, struct rc_error *err)
{
    struct state *state = view->state;
    struct rc_model *model = rc_app_model(view);
    size_t count = 0;
    struct rc_overview *day = rc_overview_read(model, err);
    struct rc_shard_row *shards = day ? rc_shards_read(model, &count, err) : NULL;
    uint64_t *values = calloc(count + 1, sizeof *values);
    if (day && !count && !err->code && !rc_app_live_day(view))
        rc_error_set(err, RC_DATA, "the day has no shards");
    if (day && !values)
        rc_error_nomem(err);
    if (err->code) {
        rc_overview_free(day);
        free(shards);
        free(values);
        return false;
    }
    rc_overview_free(state->day);
    free(state->shards);
    free(state->values);
    state->day = day;
    state->shards = shards;
    state->count = count;
    state->values = values;
    state->map.values = values;
    state->map.count = count;
    if (state->map.cursor >= count)
        state->map.cursor = count ? count - 1 : 0;
    if (state->measure >= BY_AMOUNT + (int)day->total_count)
        state->measure = BY_SETTLEMENT;
    measure(view);
    return true;
}

static bool open_shards(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct state *state = view->state;
    char program[40], date[12], more[2];
    int words = sscanf(arguments, "%39s %11s %1s", program, date, more);
    if (words > 0 && words != 2) {
        rc_error_set(err, RC_USAGE,
                     "shards PROGRAM DATE: the date as YYYY-MM-DD; without words of "
                     "the day that is open");
        return false;
    }
    if (words == 2 && !rc_app_take_day(view, program, date, err))
        return false;
    if (!rc_app_model(view)) {
        rc_error_set(err, RC_USAGE,
                     "no day is open; shards PROGRAM DATE opens one of the pipeline");
        return false;
    }
    rc_page_init(&state->page);
    bool ok = read_day(view, err);
    if (!ok)
        rc_page_free(&state->page);
    return ok;
}

static void reread_day(struct rc_view *view)
{
    struct rc_error err = {0};
    if (!read_day(view, &err))
        rc_app_fail(view->app, &err);
}

static void close_shards(struct rc_view *view)
{
    struct state *state = view->state;
    rc_overview_free(state->day);
    free(state->shards);
    free(state->values);
    rc_page_free(&state->page);
}

static void draw_table(struct state *state, struct rc_area area)
{
    fill_table(state, area.width - 2);
    if (area.height < 2)
        return;
    draw_head(area);
    area.y++;
    area.height--;
    state->page.height = area.height;
    rc_page_select(&state->page, state->page.selected);
    rc_page_draw(&state->page, area);
}

static void draw_shards(struct rc_view *view, struct rc_area area)
{
    struct state *state = view->state;
    char measure_text[64], value[96];
    bool beside = area.width >= 76;
    if (!state->count) {
        rc_draw_printf(area.y, area.x, area.width, RC_ROLE_DIM, "No shard has been matched yet.");
        return;
    }
    struct rc_area map = area, figures = area, table = area;
    tell_measure(state, measure_text, sizeof measure_text);
    size_t length = format_value(state, state->values[state->map.cursor], value, sizeof value);
    int x = rc_draw_printf(area.y, area.x, area.width, RC_ROLE_TITLE, "%zu shards by %s",
                           state->count, measure_text) +
            3;
    if (x < area.width)
        rc_draw_printf(area.y, area.x + x, area.width - x, RC_ROLE_TITLE, "shard %zu: %.*s",
                       state->map.cursor, (int)length, value);
    map.y += 2;
    map.width = beside ? area.width - FIGURES_WIDTH - 2 : area.width;
    map.width = map.width > 140 ? 140 : map.width;
    int need = rc_heatmap_height(state->count, map.width), most = (area.height - 2) / 2;
    map.height = need < most ? need : most;
    figures.x += beside ? map.width + 2 : 0;
    figures.y += beside ? 2 : 2 + map.height;
    figures.width = FIGURES_WIDTH;
    figures.height = area.height - (figures.y - area.y);
    figures.height = figures.height < FIGURES ? figures.height : FIGURES;
    rc_heatmap_draw(&state->map, map, !state->on_table);
    int behind_map = map.y + map.height;
    int behind_figures = figures.y + draw_figures(state, rc_app_live_day(view), figures);
    table.y = behind_map > behind_figures ? behind_map : behind_figures;
    table.height = area.y + area.height - table.y;
    int legend = rc_heatmap_legend(&state->map, table, format_value, state) + 1;
    table.y += legend;
    table.height -= legend;
    draw_table(state, table);
}

/* Days of older versions do not know the bytes of their shards. */
static bool has_bytes(const struct state *state)
{
    for (size_t i = 0; i < state->count; i++)
        if (count_of(&state->shards[i], BY_BYTES))
            return true;
    return false;
}

static void change_measure(struct rc_view *view, int by)
{
    struct state *state = view->state;
    int measures = BY_AMOUNT + (int)state->day->total_count;
    do
        state->measure = (state->measure + measures + by) % measures;
    while (state->measure == BY_BYTES && !has_bytes(state));
    measure(view);
}

/* How a day of the pipeline was written. */
static void go_to_heat(struct rc_view *view)
{
    const struct rc_live_day *day = rc_app_live_day(view);
    if (day)
        rc_app_go(view->app, "heat", "%s %s", rc_live_day_program(day), rc_live_day_date(day));
    else
        rc_app_say(view->app, RC_ROLE_NORMAL, "only days of the pipeline have noted their writes");
}

static bool act_on_shards(struct rc_view *view, enum rc_action action)
{
    struct state *state = view->state;
    if (action == RC_DO_DESCRIBE)
        go_to_heat(view);
    if (action == RC_DO_DESCRIBE || !state->count)
        return action == RC_DO_DESCRIBE;
    switch (action) {
    case RC_DO_ENTER:
        if (!state->shards[state->map.cursor].discrepancies)
            rc_app_say(view->app, RC_ROLE_NORMAL, "everything in shard %zu matched",
                       state->map.cursor);
        else
            rc_app_go(view->app, "transactions", "shard=%zu", state->map.cursor);
        return true;
    case RC_DO_COLUMN_LEFT:
    case RC_DO_COLUMN_RIGHT:
        change_measure(view, action == RC_DO_COLUMN_RIGHT ? 1 : -1);
        return true;
    case RC_DO_NEXT:
    case RC_DO_PREVIOUS:
        state->on_table = !state->on_table;
        return true;
    default:
        if (!state->on_table)
            return rc_heatmap_act(&state->map, action);
        if (!rc_page_act(&state->page, action))
            return false;
        if (state->page.selected >= 0)
            state->map.cursor = (size_t)state->page.selected;
        return true;
    }
}

static bool click_on_shards(struct rc_view *view, const struct rc_mouse *mouse)
{
    struct state *state = view->state;
    size_t at = rc_heatmap_at(&state->map, mouse->y - 2, mouse->x);
    if (!(mouse->click || mouse->double_click) || at >= state->count)
        return false;
    state->map.cursor = at;
    state->on_table = false;
    return mouse->double_click ? act_on_shards(view, RC_DO_ENTER) : true;
}

static const enum rc_action actions[] = {
    RC_DO_ENTER,     RC_DO_DESCRIBE, RC_DO_COLUMN_LEFT, RC_DO_COLUMN_RIGHT, RC_DO_NEXT,
    RC_DO_LEFT,      RC_DO_RIGHT,    RC_DO_UP,          RC_DO_DOWN,         RC_DO_PAGE_UP,
    RC_DO_PAGE_DOWN, RC_DO_TOP,      RC_DO_BOTTOM,      RC_ACTION_NONE};

const struct rc_view_ops rc_view_shards = {
    .name = "shards",
    .aliases = "shard",
    .title = "Shards",
    .help =
        "How the day is spread over its shards: a map with a cell for each, and how uneven it is. "
        "max/mean, beside what chance makes of it and what it stays below in 99 of 100 days, is 1, "
        "the coefficient of variation and the Gini coefficient are 0 when all shards are alike; "
        "the p-value says how often chance alone would spread records as unevenly as this, where "
        "ids have as many records as they do. The sort-column keys change what is measured: "
        "records, their bytes, discrepancies, or what they amount to in a currency. The next-part "
        "key goes to the table of the greatest shards and back, Enter lists the records of a "
        "shard's discrepancies; the describe key, on a day of the pipeline, shows how its tables "
        "took the writes over time. Words: PROGRAM DATE, or none for the day that is open.",
    .actions = actions,
    .state_size = sizeof(struct state),
    .open = open_shards,
    .close = close_shards,
    .draw = draw_shards,
    .act = act_on_shards,
    .changed = reread_day,
    .mouse = click_on_shards,
};
