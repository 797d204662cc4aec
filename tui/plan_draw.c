#include "tui/plan_internal.h"

#include "model/figures.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LABEL = 28, VALUE = 14 };

static void put_count(struct rc_page *page, int x, int width, enum rc_role role, double count)
{
    char text[RC_FIGURE_BYTES];
    size_t length = count < 1e18 ? rc_count_text((uint64_t)llround(count), text)
                                 : (size_t)snprintf(text, sizeof text, "%.3g", count);
    rc_page_put(page, x, width, role, RC_RIGHT, text, length);
}

/* Of few there is a digit behind the point. */
static void put_rate(struct rc_page *page, int x, int width, enum rc_role role, double rate)
{
    if (rate < 100)
        rc_page_printf(page, x, width, role, RC_RIGHT, "%.1f", rate);
    else
        put_count(page, x, width, role, rate);
}

static void figure_text(int figure, double value, char *text, size_t size)
{
    char count[RC_FIGURE_BYTES];
    if (figure == RC_PLANNING_SKEW || figure == RC_PLANNING_PROBABILITY) {
        snprintf(text, size, "%.4g", value);
    } else {
        rc_count_text(value < 1e18 ? (uint64_t)llround(value) : UINT64_MAX, count);
        snprintf(text, size, "%s", count);
    }
}

/* As the answer has it, which knows what follows from the others. */
double rc_plan_value(const struct rc_plan_state *state, const struct rc_planning *planning,
                     int figure)
{
    double value = rc_planning_get(planning, figure);
    if (!state->answered || (value > 0 && rc_planning_is_put(&state->wanted, figure)))
        return value;
    return figure == RC_PLANNING_PEAK    ? state->answer.load.per_second
           : figure == RC_PLANNING_READY ? state->answer.load.ready_wcu
                                         : value;
}

static const char *source_of(const struct rc_view *view, const struct rc_plan_state *state,
                             const struct rc_planning *planning, int figure)
{
    if (rc_planning_is_put(&state->wanted, figure))
        return "as you put it";
    if (figure == RC_PLANNING_PEAK && rc_planning_is_found(&state->found, figure) &&
        (rc_planning_is_put(&state->wanted, RC_PLANNING_RECORDS) ||
         (state->answered && state->answer.over_peak)))
        return "as found, for these records";
    if (rc_planning_is_found(&state->found, figure))
        return *state->program      ? "from its days"
               : rc_app_model(view) ? "from the day"
                                    : "an example";
    return rc_planning_get(planning, figure) <= 0 &&
                   (figure == RC_PLANNING_PEAK || figure == RC_PLANNING_READY)
               ? "follows from the others"
               : "unless put otherwise";
}

static void fill_figures(const struct rc_view *view, int width)
{
    struct rc_plan_state *state = view->state;
    struct rc_page *page = &state->page;
    struct rc_planning planning = rc_plan_question(state);
    char text[RC_FIGURE_BYTES];
    rc_page_title(page, width, "What is to be taken");
    for (int i = 0; i < RC_PLANNING_FIGURES; i++) {
        const char *what = rc_planning_figures[i].what,
                   *source = source_of(view, state, &planning, i);
        double value = rc_plan_value(state, &planning, i);
        rc_page_row(page, i);
        rc_page_put(page, 0, LABEL, RC_ROLE_DIM, RC_LEFT, what, strlen(what));
        figure_text(i, value, text, sizeof text);
        if (i == RC_PLANNING_SHARDS && value <= 0)
            snprintf(text, sizeof text, "none");
        rc_page_put(page, LABEL, VALUE, RC_ROLE_NORMAL, RC_RIGHT, text, strlen(text));
        rc_page_bound(page, LABEL + VALUE);
        rc_page_put(page, LABEL + VALUE + 2, -1, RC_ROLE_DIM, RC_LEFT, source, strlen(source));
    }
}

enum { COLUMNS = 11 };

static const struct {
    int x, width;
    const char *text;
} columns[COLUMNS] = {{1, 6, "shards"},    {8, 9, "a shard"},     {18, 9, "fullest"},
                      {28, 9, "at most"},  {38, 8, "chance"},     {47, 7, "refused"},
                      {55, 7, "split"},    {63, 7, "not yet"},    {71, 7, "ms"},
                      {79, 10, "queries"}, {90, 13, "read units"}};

static bool has_room(int column, int width)
{
    return columns[column].x + columns[column].width <= width;
}

static void fill_row(struct rc_plan_state *state, const struct rc_planning_row *row, uint32_t there,
                     int width)
{
    struct rc_page *page = &state->page;
    const struct rc_plan_shards *plan = &row->plan;
    bool smallest = plan->shards == state->answer.smallest;
    enum rc_role role = smallest                                           ? RC_ROLE_GOOD
                        : plan->throttles > state->answer.load.probability ? RC_ROLE_WARN
                                                                           : RC_ROLE_NORMAL;
    rc_page_row(page, RC_NO_TARGET);
    rc_page_printf(page, 0, 2, role, RC_LEFT, "%s%s", smallest ? ">" : " ",
                   plan->shards == there ? "=" : " ");
    rc_page_printf(page, 2, 5, role, RC_RIGHT, "%u", plan->shards);
    put_rate(page, 8, 9, role, plan->mean_per_second);
    put_rate(page, 18, 9, role, plan->fullest_per_second);
    put_count(page, 28, 9, role, plan->fullest_bound);
    rc_page_printf(page, 38, 8, role, RC_RIGHT, "%.2g", plan->throttles);
    rc_page_printf(page, 47, 7, role, RC_RIGHT, "%.1f%%", 100 * plan->refused_share);
    rc_page_printf(page, 55, 7, role, RC_RIGHT, "%.1f%%", 100 * row->taken_split);
    rc_page_printf(page, 63, 7, role, RC_RIGHT, "%.1f%%", 100 * row->taken_unsplit);
    put_count(page, 71, 7, role, plan->fan_out_ms);
    if (has_room(9, width))
        put_count(page, 79, 10, role, plan->queries);
    if (has_room(10, width))
        put_count(page, 90, 13, role, plan->read_units);
}

static void fill_counts(struct rc_plan_state *state, int width)
{
    struct rc_page *page = &state->page;
    struct rc_planning planning = rc_plan_question(state);
    uint32_t there = planning.shards;
    rc_page_title(page, width,
                  "Counts of shards: records of the busiest second, and what they meet");
    rc_page_row(page, RC_NO_TARGET);
    for (int i = 0; i < COLUMNS && has_room(i, width); i++)
        rc_page_put(page, columns[i].x, columns[i].width, RC_ROLE_HEADER, RC_RIGHT, columns[i].text,
                    strlen(columns[i].text));
    for (size_t i = 0; i < state->answer.count; i++)
        fill_row(state, &state->answer.rows[i], there, width);
    rc_page_wrap(page, 0, width, RC_ROLE_DIM,
                 "> the smallest that suffices   = the one there is   chance: of a second that "
                 "throttles   split, not yet: taken of ten such seconds when each shard has its "
                 "partition, or shares one as it hashes, on average   ms: until every shard has "
                 "answered a person   queries, read units: of a match");
}

static void fill_limits(struct rc_plan_state *state, int width)
{
    struct rc_page *page = &state->page;
    const struct rc_planning_answer *answer = &state->answer;
    if (!answer->advised)
        return;
    rc_page_title(page, width, "With %u shard%s, what is nearest to its limit", answer->advised,
                  answer->advised == 1 ? "" : "s");
    for (int i = 0; i < RC_PLAN_LIMITS; i++) {
        const struct rc_plan_limit *limit = &answer->limits[i];
        bool over = rc_plan_is_over(limit);
        char text[RC_PLANNING_LIMIT_TEXT];
        rc_planning_limit(limit, text);
        enum rc_role role = over ? RC_ROLE_WARN : RC_ROLE_NORMAL;
        rc_page_row(page, RC_NO_TARGET);
        rc_page_put(page, 0, 11, role, RC_LEFT, limit->name, strlen(limit->name));
        rc_page_printf(page, 12, 7, role, RC_RIGHT, "%.0f%%", 100 * limit->need / limit->most);
        rc_page_put(page, 21, width - 21, RC_ROLE_DIM, RC_LEFT, text, strlen(text));
        if (over)
            rc_page_wrap(page, 21, width - 21, RC_ROLE_NORMAL, limit->answer);
    }
}

/* "lambda 28 times its limit: the Fargate route …", the furthest over it first. */
static void fill_breaks(struct rc_page *page, const struct rc_planning_decade *decade, int width)
{
    enum { X = 6, TEXT = 320 };
    char text[TEXT];
    for (int i = 0; i < RC_PLAN_LIMITS && rc_plan_is_over(&decade->limits[i]); i++) {
        const struct rc_plan_limit *limit = &decade->limits[i];
        double times = limit->need / limit->most;
        snprintf(text, sizeof text, "%s %.*f times its limit: %s", limit->name, times < 10, times,
                 limit->answer);
        rc_page_wrap(page, X, width - X, RC_ROLE_WARN, text);
    }
}

static void fill_decades(struct rc_plan_state *state, int width)
{
    struct rc_page *page = &state->page;
    rc_page_title(page, width, "What breaks first as it grows");
    for (int i = 0; i < RC_PLANNING_DECADES; i++) {
        const struct rc_planning_decade *decade = &state->decades[i];
        const struct rc_plan_limit *first = &decade->limits[0];
        char text[64] = "none suffices";
        if (decade->smallest)
            snprintf(text, sizeof text, "needs %u", decade->smallest);
        rc_page_row(page, RC_NO_TARGET);
        put_count(page, 0, 13, RC_ROLE_NORMAL, decade->load.records);
        put_count(page, 14, 9, RC_ROLE_DIM, ceil(decade->load.per_second));
        rc_page_put(page, 23, 2, RC_ROLE_DIM, RC_LEFT, "/s", 2);
        rc_page_put(page, 26, 14, RC_ROLE_DIM, RC_LEFT, text, strlen(text));
        rc_page_printf(page, 40, 12, RC_ROLE_DIM, RC_LEFT, "with %u:", decade->shards);
        if (rc_plan_is_over(first)) {
            fill_breaks(page, decade, width);
            continue;
        }
        snprintf(text, sizeof text, "nothing; nearest: %s, %.0f%%", first->name,
                 100 * first->need / first->most);
        rc_page_put(page, 52, width - 52, RC_ROLE_GOOD, RC_LEFT, text, strlen(text));
    }
}

static void fill_answer(struct rc_plan_state *state, int width)
{
    struct rc_page *page = &state->page;
    char text[RC_PLANNING_TEXT];
    fill_counts(state, width);
    fill_limits(state, width);
    fill_decades(state, width);
    if (!rc_planning_has_to_move(&state->answer))
        return;
    rc_page_title(page, width, "Another count for a program");
    rc_planning_move(state->answer.advised, text);
    rc_page_wrap(page, 0, width, RC_ROLE_NORMAL, text);
}

void rc_plan_fill(const struct rc_view *view, int width)
{
    struct rc_plan_state *state = view->state;
    struct rc_page *page = &state->page;
    char text[RC_PLANNING_TEXT];
    rc_page_clear(page);
    if (state->wrong.code) {
        rc_page_wrap(page, 0, width, RC_ROLE_WARN, state->wrong.text);
    } else if (state->answered) {
        if (state->limits.length)
            rc_page_lines(page, width, state->limits.data);
        rc_planning_advice(&state->answer, text);
        rc_page_wrap(page, 0, width, state->answer.smallest ? RC_ROLE_GOOD : RC_ROLE_WARN, text);
    } else {
        rc_page_wrap(page, 0, width, RC_ROLE_DIM,
                     state->days || state->heat ? "AWS has been asked and has not answered yet."
                     : state->unread            ? "The day is being read."
                                                : "");
    }
    fill_figures(view, width);
    if (state->answered && !state->wrong.code)
        fill_answer(state, width);
    if (!state->told.length)
        return;
    rc_page_title(page, width, "Where the figures are from");
    rc_page_lines(page, width, state->told.data);
}
