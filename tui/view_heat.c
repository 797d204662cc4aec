#include "tui/views.h"

#include "model/dayheat.h"
#include "tui/chart.h"
#include "tui/shardmap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How the tables took a day's writes: a map of shards over time for either side, and below
 * what it comes from. */

enum {
    SIDE_BY_SIDE = 110, /* cells from which both maps are seen */
    GAP = 2,
    HEAD = 5,  /* rows above the maps */
    KEYS = 3,  /* hottest keys that are shown */
    STRIPS = 4 /* tables and indexes that are */
};

/* A side's table, as CloudWatch has it, and what follows from all. */
struct side {
    struct rc_listing *listing; /* of gauges; NULL: not asked yet */
    uint64_t seen;
    struct rc_gauges *gauges;
    struct rc_skew skew;
    struct rc_diagnosis diagnosis;
};

struct state {
    struct rc_listing *shown, *next;
    const struct rc_day_heat *heat; /* of shown; NULL: it is not complete */
    struct side side[RC_SIDES];
    char program[40], date[12];
    int selected; /* side */
    int measure;
    size_t shard, column;         /* where the cursor is */
    struct rc_heat_moment moment; /* of that column and side */
    bool told;
};

/* ----- asking ----- */

static void forget_sides(struct state *state)
{
    for (int side = 0; side < RC_SIDES; side++) {
        rc_listing_free(state->side[side].listing);
        rc_gauges_free(state->side[side].gauges);
        state->side[side] = (struct side){.seen = 0};
    }
}

static void ask(struct rc_view *view)
{
    struct state *state = view->state;
    struct rc_error err = {0};
    struct rc_listing *listing =
        rc_live_day_heat(rc_app_live(view), state->program, state->date, &err);
    if (!listing) {
        rc_app_fail(view->app, &err);
        return;
    }
    rc_listing_free(state->next);
    state->next = listing;
}

static void diagnose(struct rc_view *view, int side)
{
    struct state *state = view->state;
    struct side *at = &state->side[side];
    struct rc_error err = {0};
    if (!rc_day_heat_diagnose(state->heat, (enum rc_side)side, at->gauges, &at->skew,
                              &at->diagnosis, &err))
        rc_app_fail(view->app, &err);
}

static void ask_gauges(struct rc_view *view)
{
    struct state *state = view->state;
    const struct rc_day_heat *heat = state->heat;
    struct rc_error err = {0};
    for (int side = 0; side < RC_SIDES && heat->columns; side++) {
        diagnose(view, side);
        state->side[side].listing =
            rc_live_gauges(rc_app_live(view), heat->side[side].table, rc_day_heat_period_s(heat),
                           rc_day_heat_until_ms(heat), &err);
        if (!state->side[side].listing)
            rc_app_fail(view->app, &err);
    }
}

static void read_gauges(struct rc_view *view, int side)
{
    struct state *state = view->state;
    struct side *at = &state->side[side];
    struct rc_error err = {0};
    struct rc_gauges *gauges =
        rc_gauges_read(rc_app_answers(view), rc_listing_number(at->listing), &err);
    if (!gauges) {
        rc_app_fail(view->app, &err);
        return;
    }
    rc_gauges_free(at->gauges);
    at->gauges = gauges;
    diagnose(view, side);
}

/* ----- the cursor in time ----- */

static void look(struct rc_view *view)
{
    struct state *state = view->state;
    struct rc_error err = {0};
    if (state->heat->columns && state->heat->shards &&
        !rc_day_heat_moment(state->heat, (enum rc_side)state->selected, state->column,
                            &state->moment, &err))
        rc_app_fail(view->app, &err);
}

static void move_in_time(struct rc_view *view, size_t column)
{
    struct state *state = view->state;
    state->column = column;
    look(view);
}

/* To the shard that met most of it, too. */
static void go_to_column(struct rc_view *view, size_t column)
{
    struct state *state = view->state;
    move_in_time(view, column);
    state->shard =
        state->moment.throttled_shards ? state->moment.throttled_most : state->moment.fullest;
}

static uint64_t throttled_by(const struct state *state, int side)
{
    enum rc_side of = (enum rc_side)side;
    return state->heat->columns ? rc_day_heat_sum(state->heat, of, RC_HEAT_THROTTLED,
                                                  rc_day_heat_spike(state->heat, of))
                                : 0;
}

/* The cursor begins where it was worst, and then stays at its instant. */
static void place_cursor(struct rc_view *view, int64_t at_ms)
{
    struct state *state = view->state;
    const struct rc_day_heat *heat = state->heat;
    if (!at_ms) {
        state->selected = throttled_by(state, 1) > throttled_by(state, 0);
        go_to_column(view, rc_day_heat_spike(heat, (enum rc_side)state->selected));
        return;
    }
    int64_t column = at_ms > heat->from_ms ? (at_ms - heat->from_ms) / heat->step_ms : 0;
    if (column >= (int64_t)heat->columns)
        column = heat->columns ? (int64_t)heat->columns - 1 : 0;
    if (state->shard >= heat->shards)
        state->shard = heat->shards ? heat->shards - 1 : 0;
    move_in_time(view, (size_t)column);
}

/* ----- what has come ----- */

static int64_t instant_of(const struct state *state)
{
    return state->heat && state->heat->columns
               ? state->heat->from_ms + (int64_t)state->column * state->heat->step_ms
               : 0;
}

static void adopt(struct rc_view *view)
{
    struct state *state = view->state;
    int64_t at_ms = instant_of(state);
    bool failed = rc_listing_state(state->next) == RC_LISTING_FAILED;
    if (failed && (!state->told || !state->shown))
        rc_app_fail(view->app, rc_listing_error(state->next));
    state->told = failed;
    if (failed && state->heat) { /* what is there stays */
        rc_listing_free(state->next);
    } else {
        forget_sides(state);
        rc_listing_free(state->shown);
        state->shown = state->next;
        state->heat = rc_day_heat_of(state->shown);
        if (state->heat && state->heat->columns && state->heat->shards)
            place_cursor(view, at_ms);
        if (state->heat)
            ask_gauges(view);
    }
    state->next = NULL;
}

static void tick(struct rc_view *view)
{
    struct state *state = view->state;
    if (state->next && rc_listing_state(state->next) != RC_LISTING_LOADING)
        adopt(view);
    for (int side = 0; side < RC_SIDES; side++) {
        struct side *at = &state->side[side];
        if (!at->listing || rc_listing_version(at->listing) == at->seen ||
            rc_listing_state(at->listing) == RC_LISTING_LOADING || !rc_app_is_top(view))
            continue;
        at->seen = rc_listing_version(at->listing);
        read_gauges(view, side);
    }
}

static bool waits(struct rc_view *view, struct rc_buf *out)
{
    const struct state *state = view->state;
    if (state->next)
        rc_buf_add_str(out, "asking for what the runs have noted");
    return state->next != NULL;
}

/* ----- opening ----- */

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct state *state = view->state;
    char more[2] = "";
    if (sscanf(arguments, "%39s %11s %1s", state->program, state->date, more) != 2) {
        rc_error_set(err, RC_USAGE, "heat PROGRAM DATE: the date as YYYY-MM-DD");
        return false;
    }
    struct rc_live *live = rc_app_open_live(view, err);
    state->next = live ? rc_live_day_heat(live, state->program, state->date, err) : NULL;
    return state->next != NULL;
}

static void close(struct rc_view *view)
{
    struct state *state = view->state;
    forget_sides(state);
    rc_listing_free(state->next);
    rc_listing_free(state->shown);
}

static void where(struct rc_view *view, struct rc_buf *out)
{
    const struct state *state = view->state;
    rc_buf_printf(out, "%s %s", state->program, state->date);
}

/* ----- around it ----- */

/* A text in up to `rows` rows, broken between words. Gives how many it took. */
static int draw_wrapped(int y, int x, int width, int rows, enum rc_role role, const char *text)
{
    int row = 0;
    while (*text && row < rows) {
        size_t length = strlen(text), fits = length;
        if (rc_text_width(text, length) > width && row + 1 < rows) {
            for (size_t i = 0; i < length && rc_text_width(text, i) <= width; i++)
                if (text[i] == ' ')
                    fits = i;
        }
        rc_draw_text(y + row++, x, width, role, RC_LEFT, text, fits);
        text += fits + strspn(text + fits, " ");
    }
    return row;
}

/* What was met at the cursor's instant, and what was to be expected of so many writes. */
static void draw_moment(const struct state *state, struct rc_area area)
{
    const struct rc_heat_moment *moment = &state->moment;
    double seconds = (double)state->heat->step_ms / 1000;
    bool above = (double)moment->fullest_writes > moment->likely;
    bool bad = moment->totals[RC_HEAT_THROTTLED] > 0;
    int x =
        rc_draw_printf(area.y, area.x, area.width, bad ? RC_ROLE_BAD : RC_ROLE_NORMAL,
                       "fact      %.10g writes/s, %llu throttled in %zu shard%s",
                       moment->per_second, (unsigned long long)moment->totals[RC_HEAT_THROTTLED],
                       moment->throttled_shards, moment->throttled_shards == 1 ? "" : "s");
    if (x + 3 < area.width)
        rc_draw_printf(area.y, area.x + x, area.width - x, above ? RC_ROLE_WARN : RC_ROLE_NORMAL,
                       "; fullest shard %zu: %.3g/s", moment->fullest,
                       (double)moment->fullest_writes / seconds);
    bool never = moment->chance < 1e-9;
    rc_draw_printf(
        area.y + 1, area.x, area.width, RC_ROLE_DIM,
        "forecast  fullest shard %.3g/s, by chance up to %.3g/s; chance of 1,000/s %s%.2g",
        moment->expected / seconds, moment->likely / seconds, never ? "<" : "",
        never ? 1e-9 : moment->chance);
}

static void draw_head(const struct state *state, struct rc_area area)
{
    const struct rc_day_heat *heat = state->heat;
    const struct rc_side_heat *at = &heat->side[state->selected];
    const struct rc_diagnosis *diagnosis = &state->side[state->selected].diagnosis;
    size_t cell = state->shard * heat->columns + state->column;
    rc_draw_printf(area.y, area.x, area.width, RC_ROLE_TITLE,
                   "%.10s %.8s UTC   shard %zu: %u writes, %u throttled, %u retried   %zu shard%s, "
                   "%zu run%s",
                   state->moment.at, state->moment.at + 11, state->shard, at->cells[0][cell],
                   at->cells[1][cell], at->cells[2][cell], heat->shards,
                   heat->shards == 1 ? "" : "s", heat->runs, heat->runs == 1 ? "" : "s");
    struct rc_area lines = {area.y + 1, area.x, 2, area.width};
    draw_moment(state, lines);
    draw_wrapped(area.y + 3, area.x, area.width, HEAD - 3,
                 diagnosis->kind == RC_DIAGNOSIS_QUIET ? RC_ROLE_GOOD : RC_ROLE_WARN,
                 diagnosis->text);
}

/* All reasons of a resource together, minute by minute. Gives their sum. */
static double throttles_of(const struct rc_gauges *gauges, const char *resource, double *values)
{
    double sum = 0;
    for (size_t i = 0; i < gauges->count; i++)
        values[i] = 0;
    for (size_t i = 0; i < gauges->series_count; i++)
        for (size_t at = 0; at < gauges->count; at++)
            if (strcmp(gauges->series[i].resource, resource) == 0 &&
                strcmp(gauges->series[i].panel, "writes throttled") == 0 &&
                isfinite(gauges->series[i].values[at])) {
                values[at] += gauges->series[i].values[at];
                sum += gauges->series[i].values[at];
            }
    return sum;
}

static void draw_strip(const struct rc_gauges *gauges, const struct rc_gauge *gauge, int y,
                       struct rc_area area)
{
    enum { NAME = 34, SPARK = 24 };
    double throttled[RC_GAUGES_POINTS] = {0}, most = 0;
    int x = area.x, half = area.width < 100 ? SPARK / 2 : SPARK;
    double sum = throttles_of(gauges, gauge->resource, throttled);
    for (size_t i = 0; i < gauges->count; i++)
        if (isfinite(gauge->values[i]))
            most = fmax(most, gauge->values[i]);
    int name = area.width < 100 ? NAME * 2 / 3 : NAME;
    rc_draw_text(y, x, name, RC_ROLE_NORMAL, RC_LEFT, gauge->resource, strlen(gauge->resource));
    x += name + 1;
    if (*gauge->note) {
        rc_draw_text(y, x, area.x + area.width - x, RC_ROLE_DIM, RC_LEFT, gauge->note,
                     strlen(gauge->note));
        return;
    }
    rc_sparkline_draw(y, x, half, RC_ROLE_HEADER, gauge->values, gauges->count);
    x += half + 1;
    x += rc_draw_printf(y, x, 18, RC_ROLE_NORMAL, "up to %.0f/s", most) + 2;
    rc_sparkline_draw(y, x, half, sum > 0 ? RC_ROLE_BAD : RC_ROLE_DIM, throttled, gauges->count);
    rc_draw_printf(y, x + half + 1, area.x + area.width - x - half - 1,
                   sum > 0 ? RC_ROLE_BAD : RC_ROLE_DIM, "%.0f throttled", sum);
}

/* The table, and each of its indexes, by the minute: whoever wrote. */
static int draw_strips(const struct side *side, struct rc_area area)
{
    int y = area.y;
    if (!side->gauges)
        return y;
    int end = y + (area.height < 1 + STRIPS ? area.height : 1 + STRIPS);
    if (y < end)
        rc_draw_printf(y++, area.x, area.width, RC_ROLE_DIM,
                       "what all programs wrote by the minute, and what was throttled:");
    for (size_t i = 0; i < side->gauges->series_count && y < end; i++) {
        const struct rc_gauge *gauge = &side->gauges->series[i];
        if (strcmp(gauge->panel, "writes") == 0)
            draw_strip(side->gauges, gauge, y++, area);
    }
    return y;
}

static void draw_keys(const struct rc_side_heat *at, struct rc_area area)
{
    int y = area.y, end = area.y + area.height;
    if (*at->keys_note && y < end)
        rc_draw_text(y++, area.x, area.width, RC_ROLE_DIM, RC_LEFT, at->keys_note,
                     strlen(at->keys_note));
    for (size_t i = 0; i < at->key_count && y < end; i++) {
        const struct rc_hot_key *key = &at->keys[i];
        bool first = i == 0 || key->kind != at->keys[i - 1].kind ||
                     key->throttled != at->keys[i - 1].throttled;
        if (!first)
            continue; /* the hottest of each report */
        rc_draw_printf(y++, area.x, area.width, RC_ROLE_NORMAL, "%5.1f%% of %s: %s %s",
                       100 * key->share,
                       key->kind == RC_HOT_ID ? "this day's records"
                       : key->throttled       ? "what all programs had throttled"
                                              : "what all programs had taken",
                       rc_hot_kind_name(key->kind), key->text);
    }
}

static void draw_figures(const struct rc_skew *skew, struct rc_area area)
{
    if (area.height < 1)
        return;
    rc_draw_printf(area.y, area.x, area.width, RC_ROLE_DIM,
                   "max/mean %.3f (expected %.3f, by chance up to %.3f)  p-value %.3g  chi-square "
                   "%.1f of %u degrees  Gini %.3f  variation %.3f",
                   skew->most_over_mean, skew->expected_over_mean, skew->likely_over_mean,
                   skew->p_value, skew->chi_square, skew->degrees, skew->gini, skew->variation);
}

static void draw_waiting(const struct rc_view *view, struct rc_area area)
{
    const struct state *state = view->state;
    const char *text =
        state->heat ? "No run of the day's date, of the three days after it and of the last three "
                      "days has noted writes of this day."
        : state->next  ? "AWS has been asked and has not answered yet."
        : state->shown ? rc_listing_error(state->shown)->text
                       : "";
    draw_wrapped(area.y, area.x, area.width, 3, RC_ROLE_DIM, text);
}

static void draw(struct rc_view *view, struct rc_area area)
{
    struct state *state = view->state;
    if (!state->heat || !state->heat->columns || !state->heat->shards) {
        draw_waiting(view, area);
        return;
    }
    const struct side *side = &state->side[state->selected];
    bool both = area.width >= SIDE_BY_SIDE;
    int below = KEYS + 1 + (side->gauges ? 3 : 0);
    below = area.height - HEAD - below < 8 ? area.height - HEAD - 8 : below;
    struct rc_area map = {area.y + HEAD, area.x, area.height - HEAD - (below > 0 ? below : 0),
                          both ? (area.width - GAP) / 2 : area.width};
    if (map.height <= RC_SHARDMAP_AROUND)
        return;
    int most = (int)(state->heat->shards < 64 ? state->heat->shards : 64) + RC_SHARDMAP_AROUND;
    map.height = map.height < most ? map.height : most;
    draw_head(state, area);
    for (int i = 0; i < RC_SIDES; i++) {
        const struct rc_shardmap shown = {.heat = state->heat,
                                          .side = (enum rc_side)i,
                                          .measure = (enum rc_heat_measure)state->measure,
                                          .shard = state->shard,
                                          .column = state->column,
                                          .selected = i == state->selected};
        if (both || i == state->selected)
            rc_shardmap_draw(&shown, map);
        map.x += both ? map.width + GAP : 0;
    }
    struct rc_area rest = {map.y + map.height, area.x, area.y + area.height - map.y - map.height,
                           area.width};
    draw_figures(&side->skew, rest);
    rest.y++;
    rest.height--;
    int y = draw_strips(side, rest);
    rest.height -= y - rest.y;
    rest.y = y;
    draw_keys(&state->heat->side[state->selected], rest);
}

/* ----- keys ----- */

static void move(size_t *at, size_t count, int64_t by)
{
    int64_t to = (int64_t)*at + by;
    *at = to < 0 ? 0 : ((size_t)to < count ? (size_t)to : (count ? count - 1 : 0));
}

/* The records of the day's discrepancies in the shard, where the day is open. */
static void enter(struct rc_view *view)
{
    const struct state *state = view->state;
    if (rc_app_model(view))
        rc_app_go(view->app, "transactions", "shard=%zu", state->shard);
    else
        rc_app_go(view->app, "shards", "%s %s", state->program, state->date);
}

static bool move_among_shards(struct rc_view *view, enum rc_action action)
{
    struct state *state = view->state;
    size_t shards = state->heat ? state->heat->shards : 0;
    switch (action) {
    case RC_DO_UP:
    case RC_DO_DOWN:
        move(&state->shard, shards, action == RC_DO_DOWN ? 1 : -1);
        return true;
    case RC_DO_PAGE_UP:
    case RC_DO_PAGE_DOWN:
        move(&state->shard, shards, action == RC_DO_PAGE_DOWN ? 16 : -16);
        return true;
    case RC_DO_TOP:
    case RC_DO_BOTTOM:
        move(&state->shard, shards, action == RC_DO_BOTTOM ? INT32_MAX : INT32_MIN);
        return true;
    default:
        return false;
    }
}

/* Through time. */
static bool scrub(struct rc_view *view, enum rc_action action)
{
    struct state *state = view->state;
    const struct rc_day_heat *heat = state->heat;
    enum rc_side side = (enum rc_side)state->selected;
    size_t column = state->column;
    if (!heat || !heat->columns || !heat->shards)
        return false;
    switch (action) {
    case RC_DO_LEFT:
    case RC_DO_RIGHT:
        move(&column, heat->columns, action == RC_DO_RIGHT ? 1 : -1);
        move_in_time(view, column);
        return true;
    case RC_DO_SPIKE:
        go_to_column(view, rc_day_heat_spike(heat, side));
        return true;
    case RC_DO_NEXT_MATCH:
    case RC_DO_PREVIOUS_MATCH:
        column = rc_day_heat_next(heat, side, column, action == RC_DO_NEXT_MATCH);
        if (column == state->column)
            rc_app_say(view->app, RC_ROLE_NORMAL, "%s throttled %s that", heat->side[side].table,
                       action == RC_DO_NEXT_MATCH ? "nothing after" : "nothing before");
        else
            go_to_column(view, column);
        return true;
    default:
        return false;
    }
}

static bool act(struct rc_view *view, enum rc_action action)
{
    struct state *state = view->state;
    if (scrub(view, action) || move_among_shards(view, action))
        return true;
    switch (action) {
    case RC_DO_COLUMN_LEFT:
    case RC_DO_COLUMN_RIGHT:
        state->measure = (state->measure + (action == RC_DO_COLUMN_RIGHT ? 1 : 2)) % 3;
        return true;
    case RC_DO_NEXT:
    case RC_DO_PREVIOUS:
        state->selected = !state->selected;
        rc_app_hush(view->app); /* what was said is of the other side */
        if (state->heat)
            look(view);
        return true;
    case RC_DO_DESCRIBE:
        rc_app_go(view->app, "plan", "%s %s", state->program, state->date);
        return true;
    case RC_DO_ENTER:
        enter(view);
        return true;
    case RC_DO_REFRESH:
        ask(view);
        return true;
    case RC_DO_BACK:
        if (!state->next)
            return false;
        rc_listing_cancel(state->next);
        return true;
    default:
        return false;
    }
}

static const enum rc_action actions[] = {
    RC_DO_ENTER,       RC_DO_SPIKE,        RC_DO_NEXT_MATCH, RC_DO_PREVIOUS_MATCH, RC_DO_DESCRIBE,
    RC_DO_COLUMN_LEFT, RC_DO_COLUMN_RIGHT, RC_DO_NEXT,       RC_DO_LEFT,           RC_DO_RIGHT,
    RC_DO_UP,          RC_DO_DOWN,         RC_DO_PAGE_UP,    RC_DO_PAGE_DOWN,      RC_DO_TOP,
    RC_DO_BOTTOM,      RC_DO_REFRESH,      RC_ACTION_NONE};

const struct rc_view_ops rc_view_heat = {
    .name = "heat",
    .aliases = "",
    .title = "Heat",
    .help = "How the tables took the writes of a day: a map of shards over time for either side, "
            "as the runs have noted it every ten seconds. A sentence says what limits the writes: "
            "a hot id, an index, a table that is short though the hash is even, or nothing; the "
            "figures that led to it stand below, with the table and each of its indexes by the "
            "minute and the hottest keys by contributor insights. Evenness is held against what "
            "chance does. The sort-column keys change what is shown: writes, what was throttled, "
            "what was sent again. The next-part key goes to the other side, Enter to the shard's "
            "records, the describe key to the plan for such days. Left and right go through "
            "time, the spike key to the worst moment, next and previous match to where something "
            "was throttled; above the maps stands what was met then, and what was to be expected "
            "of so many writes. Words: PROGRAM DATE.",
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
};
