#include "tui/views.h"

#include "core/civil.h"
#include "model/dayheat.h"
#include "model/figures.h"
#include "model/live_day.h"
#include "model/planned.h"
#include "tui/page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many shards a program needs: figures that can be changed, and what follows from them. */

enum { TOLD_BYTES = 4096, LABEL = 28, VALUE = 14, EXAMPLE_RECORDS = 1000000 };

struct state {
    struct rc_planning wanted; /* what was put here */
    struct rc_planning found;  /* what the day suggests */
    struct rc_planning_answer answer;
    struct rc_planning_decade decades[RC_PLANNING_DECADES];
    struct rc_error wrong;      /* why there is no answer to what is wanted */
    struct rc_buf told;         /* where the figures are from, a sentence a line */
    struct rc_listing *days;    /* asked for; NULL: not, or done */
    struct rc_listing *heat;    /* of the largest of them, asked for then */
    struct rc_planned_day day;  /* that it is from, while `heat` is asked for */
    char program[40], date[16]; /* "": a day file, or none */
    struct rc_page page;
    bool answered;
};

/* ----- what follows ----- */

static struct rc_planning planning_of(const struct state *state)
{
    struct rc_planning planning = state->wanted;
    for (int i = 0; i < RC_PLANNING_FIGURES; i++)
        rc_planning_suggest(&planning, i, rc_planning_get(&state->found, i));
    return planning;
}

struct job {
    struct rc_planning planning;
    struct rc_planning_answer answer;
    struct rc_planning_decade decades[RC_PLANNING_DECADES];
};

static bool run_job(void *context, struct rc_model *model, struct rc_error *err)
{
    struct job *job = context;
    (void)model;
    bool ok = rc_planning_answer(&job->planning, &job->answer, err);
    for (int i = 0; ok && i < RC_PLANNING_DECADES; i++)
        ok = rc_planning_decade(&job->planning, i, &job->decades[i], err);
    return ok;
}

static void end_job(struct rc_view *view, void *context, bool ok, bool cancelled,
                    const struct rc_error *err)
{
    struct state *state = view->state;
    struct job *job = context;
    if (!cancelled) {
        state->wrong = (struct rc_error){0};
        if (ok) {
            state->answer = job->answer;
            memcpy(state->decades, job->decades, sizeof state->decades);
            state->answered = true;
        } else {
            state->wrong = *err;
        }
    }
    free(job);
}

static const struct rc_job_ops plan_ops = {"planning", run_job, end_job, true};

static void plan(struct rc_view *view)
{
    struct job *job = calloc(1, sizeof *job);
    struct rc_error err = {0};
    if (!job) {
        rc_error_nomem(&err);
        rc_app_fail(view->app, &err);
        return;
    }
    job->planning = planning_of(view->state);
    rc_app_start(view, &plan_ops, job);
}

/* ----- the days that it is from ----- */

static void forget(struct state *state)
{
    rc_listing_free(state->days);
    rc_listing_free(state->heat);
    state->days = state->heat = NULL;
}

static void ask(struct rc_view *view)
{
    struct state *state = view->state;
    struct rc_error err = {0};
    struct rc_listing *days = rc_live_planned(rc_app_live(view), state->program, state->date, &err);
    if (!days) {
        rc_app_fail(view->app, &err);
        return;
    }
    forget(state);
    state->days = days;
}

/* The plan, or why there are no records to plan for. */
static void plan_or_tell(struct rc_view *view, const struct rc_error *why)
{
    struct state *state = view->state;
    struct rc_planning planning = planning_of(state);
    if (rc_planning_get(&planning, RC_PLANNING_RECORDS) > 0) {
        if (why->code)
            rc_app_fail(view->app, why);
        plan(view);
        return;
    }
    state->wrong = *why;
    if (!why->code)
        rc_error_set(&state->wrong, RC_DATA,
                     "%s %s has no records yet; Enter says how many it is "
                     "to have",
                     state->day.program, state->day.date);
}

static void days_came(struct rc_view *view)
{
    struct state *state = view->state;
    struct rc_error err = {0};
    const struct rc_planned_day *day = rc_planned_of(state->days);
    if (!day) {
        err = *rc_listing_error(state->days);
    } else if (!*day->date) {
        rc_error_set(
            &err, RC_DATA,
            "the pipeline knows no day of a program \"%s\"; `rollups` shows which there are",
            day->program);
    } else {
        state->day = *day;
        state->heat = rc_live_day_heat(rc_app_live(view), day->program, day->date, &err);
    }
    rc_listing_free(state->days);
    state->days = NULL;
    if (!state->heat)
        plan_or_tell(view, &err);
}

/* Without it there is less to plan from, and no failure of the plan. */
static void heat_came(struct rc_view *view)
{
    struct state *state = view->state;
    struct rc_error err = {0};
    if (rc_listing_state(state->heat) == RC_LISTING_FAILED)
        rc_app_fail(view->app, rc_listing_error(state->heat));
    state->found = rc_planning_begin();
    rc_buf_clear(&state->told);
    (void)rc_planned_from_program(&state->day, rc_day_heat_of(state->heat), &state->found,
                                  &state->told, &err);
    rc_listing_free(state->heat);
    state->heat = NULL;
    plan_or_tell(view, &err);
}

static void tick(struct rc_view *view)
{
    struct state *state = view->state;
    if (state->days && rc_listing_state(state->days) != RC_LISTING_LOADING)
        days_came(view);
    else if (state->heat && rc_listing_state(state->heat) != RC_LISTING_LOADING)
        heat_came(view);
}

static bool waits(struct rc_view *view, struct rc_buf *out)
{
    const struct state *state = view->state;
    if (state->days)
        rc_buf_add_str(out, "asking for the program's days");
    else if (state->heat)
        rc_buf_add_str(out, "asking for what the day's runs have noted");
    return state->days || state->heat;
}

static bool read_day_file(struct rc_view *view, struct rc_error *err)
{
    struct state *state = view->state;
    struct rc_skew skew;
    if (!rc_planned_from_day(rc_app_model(view), &state->found, &skew, err))
        return false;
    rc_buf_add_str(&state->told, "Records and shards: ");
    rc_buf_add_str(&state->told, rc_model_meta(rc_app_model(view), "program"));
    rc_buf_printf(&state->told, " %s, its larger side.\n",
                  rc_model_meta(rc_app_model(view), "file_date"));
    if (skew.count)
        rc_buf_printf(&state->told,
                      "Its fullest shard has %.3g times the mean, by chance up to "
                      "%.3g, p-value %.2g.\n",
                      skew.most_over_mean, skew.likely_over_mean, skew.p_value);
    return true;
}

/* ----- opening ----- */

/* PROGRAM, DATE, and figures as records=1e9. */
static bool read_word(struct state *state, const char *word, struct rc_error *err)
{
    int32_t date;
    if (strchr(word, '='))
        return rc_planning_word(&state->wanted, word, err);
    if (!*state->program && strlen(word) < sizeof state->program) {
        memcpy(state->program, word, strlen(word) + 1);
        return true;
    }
    if (*state->program && !*state->date && strlen(word) < sizeof state->date &&
        rc_civil_parse(word, strlen(word), &date)) {
        memcpy(state->date, word, strlen(word) + 1);
        return true;
    }
    rc_error_set(err, RC_USAGE,
                 "plan [PROGRAM [DATE]] [records=N] [peak=N] [item=N] [skew=N] [probability=P] "
                 "[within=1h] [shards=N]: \"%s\" is none of them",
                 word);
    return false;
}

static bool read_words(struct state *state, const char *arguments, struct rc_error *err)
{
    char word[128];
    int used;
    while (sscanf(arguments, "%127s%n", word, &used) == 1) {
        arguments += used;
        if (!read_word(state, word, err))
            return false;
    }
    return true;
}

/* Of the program that is named, the day that is open, or figures alone. */
static bool begin(struct rc_view *view, struct rc_error *err)
{
    struct state *state = view->state;
    const struct rc_live_day *day = rc_app_live_day(view);
    if (!*state->program && !state->wanted.given && day) {
        snprintf(state->program, sizeof state->program, "%s", rc_live_day_program(day));
        snprintf(state->date, sizeof state->date, "%s", rc_live_day_date(day));
    }
    if (*state->program) {
        struct rc_live *live = rc_app_open_live(view, err);
        state->days = live ? rc_live_planned(live, state->program, state->date, err) : NULL;
        return state->days != NULL;
    }
    if (rc_app_model(view) && !day) {
        if (!read_day_file(view, err))
            return false;
    } else if (!rc_planning_is_put(&state->wanted, RC_PLANNING_RECORDS)) {
        rc_planning_suggest(&state->found, RC_PLANNING_RECORDS, EXAMPLE_RECORDS);
        rc_buf_add_str(&state->told, "An example: no day is open, and no program was named.\n");
    }
    plan(view);
    return true;
}

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct state *state = view->state;
    state->wanted = state->found = rc_planning_begin();
    rc_buf_init(&state->told, TOLD_BYTES);
    bool ok = read_words(state, arguments, err) && begin(view, err);
    if (ok)
        rc_page_init(&state->page);
    else
        rc_buf_free(&state->told);
    return ok;
}

static void close(struct rc_view *view)
{
    struct state *state = view->state;
    forget(state);
    rc_page_free(&state->page);
    rc_buf_free(&state->told);
}

static void where(struct rc_view *view, struct rc_buf *out)
{
    const struct state *state = view->state;
    rc_buf_printf(out, "%s%s%s", state->program, *state->date ? " " : "", state->date);
}

/* ----- the page ----- */

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
static double value_of(const struct state *state, const struct rc_planning *planning, int figure)
{
    double value = rc_planning_get(planning, figure);
    if (value > 0 || !state->answered)
        return value;
    return figure == RC_PLANNING_PEAK    ? state->answer.load.per_second
           : figure == RC_PLANNING_READY ? state->answer.load.ready_wcu
                                         : value;
}

static const char *source_of(const struct rc_view *view, const struct state *state,
                             const struct rc_planning *planning, int figure)
{
    if (rc_planning_is_put(&state->wanted, figure))
        return "as you put it";
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
    struct state *state = view->state;
    struct rc_page *page = &state->page;
    struct rc_planning planning = planning_of(state);
    char text[RC_FIGURE_BYTES];
    rc_page_title(page, width, "What is to be taken");
    for (int i = 0; i < RC_PLANNING_FIGURES; i++) {
        const char *what = rc_planning_figures[i].what,
                   *source = source_of(view, state, &planning, i);
        double value = value_of(state, &planning, i);
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

static void fill_row(struct state *state, const struct rc_planning_row *row, uint32_t there,
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

static void fill_counts(struct state *state, int width)
{
    struct rc_page *page = &state->page;
    struct rc_planning planning = planning_of(state);
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
                 "throttles   split, not yet: taken at once when each shard has its partition, or "
                 "shares it   ms: until every shard has answered a person");
}

static void fill_limits(struct state *state, int width)
{
    struct rc_page *page = &state->page;
    const struct rc_planning_answer *answer = &state->answer;
    if (!answer->advised)
        return;
    rc_page_title(page, width, "With %u shard%s, what is nearest to its limit", answer->advised,
                  answer->advised == 1 ? "" : "s");
    for (int i = 0; i < RC_PLAN_LIMITS; i++) {
        const struct rc_plan_limit *limit = &answer->limits[i];
        bool over = limit->need > limit->most;
        enum rc_role role = over ? RC_ROLE_WARN : RC_ROLE_NORMAL;
        rc_page_row(page, RC_NO_TARGET);
        rc_page_put(page, 0, 11, role, RC_LEFT, limit->name, strlen(limit->name));
        rc_page_printf(page, 12, 7, role, RC_RIGHT, "%.0f%%", 100 * limit->need / limit->most);
        rc_page_printf(page, 21, width - 21, RC_ROLE_DIM, RC_LEFT, "%.7g of %.7g %s", limit->need,
                       limit->most, limit->unit);
        if (over)
            rc_page_wrap(page, 21, width - 21, RC_ROLE_NORMAL, limit->answer);
    }
}

/* "lambda 28 times its limit, task 7 times", the furthest over it first. */
static void breaks_text(const struct rc_planning_decade *decade, char *text, size_t size)
{
    const struct rc_plan_limit *limits = decade->limits;
    size_t used = 0;
    if (limits[0].need <= limits[0].most) {
        snprintf(text, size, "nothing; nearest: %s, %.0f%%", limits[0].name,
                 100 * limits[0].need / limits[0].most);
        return;
    }
    for (int i = 0; i < RC_PLAN_LIMITS && limits[i].need > limits[i].most && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s %.3g times%s", i ? ", " : "",
                                 limits[i].name, limits[i].need / limits[i].most,
                                 i ? "" : " its limit");
}

static void fill_decades(struct state *state, int width)
{
    struct rc_page *page = &state->page;
    rc_page_title(page, width, "What breaks first as it grows, with %u shards",
                  state->decades[0].shards);
    for (int i = 0; i < RC_PLANNING_DECADES; i++) {
        const struct rc_planning_decade *decade = &state->decades[i];
        const struct rc_plan_limit *first = &decade->limits[0];
        bool over = first->need > first->most;
        char text[160];
        rc_page_row(page, RC_NO_TARGET);
        put_count(page, 0, 13, RC_ROLE_NORMAL, decade->load.records);
        put_count(page, 14, 9, RC_ROLE_DIM, decade->load.per_second);
        rc_page_put(page, 23, 2, RC_ROLE_DIM, RC_LEFT, "/s", 2);
        rc_page_printf(page, 26, 12, RC_ROLE_DIM, RC_LEFT, "needs %u", decade->smallest);
        breaks_text(decade, text, sizeof text);
        rc_page_put(page, 38, width - 38, over ? RC_ROLE_WARN : RC_ROLE_GOOD, RC_LEFT, text,
                    strlen(text));
        if (over)
            rc_page_wrap(page, 38, width - 38, RC_ROLE_NORMAL, first->answer);
    }
}

static void fill_answer(struct state *state, int width)
{
    struct rc_page *page = &state->page;
    char text[RC_PLANNING_TEXT];
    fill_counts(state, width);
    fill_limits(state, width);
    fill_decades(state, width);
    if (!state->answer.advised)
        return;
    rc_page_title(page, width, "Another count for a program");
    rc_planning_move(state->answer.advised, text);
    rc_page_wrap(page, 0, width, RC_ROLE_NORMAL, text);
}

static void fill(const struct rc_view *view, int width)
{
    struct state *state = view->state;
    struct rc_page *page = &state->page;
    char text[RC_PLANNING_TEXT];
    rc_page_clear(page);
    if (state->wrong.code) {
        rc_page_wrap(page, 0, width, RC_ROLE_WARN, state->wrong.text);
    } else if (state->answered) {
        rc_planning_advice(&state->answer, text);
        rc_page_wrap(page, 0, width, state->answer.smallest ? RC_ROLE_GOOD : RC_ROLE_WARN, text);
    } else {
        rc_page_wrap(page, 0, width, RC_ROLE_DIM,
                     state->days || state->heat ? "AWS has been asked and has not answered yet."
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

static void draw(struct rc_view *view, struct rc_area area)
{
    struct state *state = view->state;
    fill(view, area.width - 2);
    rc_page_settle(&state->page);
    rc_page_draw(&state->page, area);
}

/* ----- keys ----- */

static bool take_figure(struct rc_view *view, const char *text, struct rc_error *err)
{
    struct state *state = view->state;
    int figure = (int)state->page.selected;
    if (!*text)
        rc_planning_forget(&state->wanted, figure);
    else if (!rc_planning_read(&state->wanted, figure, text, err))
        return false;
    plan(view);
    return true;
}

static void change(struct rc_view *view)
{
    struct state *state = view->state;
    struct rc_planning planning = planning_of(state);
    int figure = (int)state->page.selected;
    char label[96], text[32];
    snprintf(label, sizeof label, "%s (empty: as it was):", rc_planning_figures[figure].what);
    snprintf(text, sizeof text, "%.10g", value_of(state, &planning, figure));
    rc_app_prompt(view, label, text, take_figure);
}

/* Twice as much, or half. */
static void step(struct rc_view *view, double times)
{
    struct state *state = view->state;
    struct rc_planning planning = planning_of(state);
    int figure = (int)state->page.selected;
    double value = value_of(state, &planning, figure);
    if (value <= 0)
        value = figure == RC_PLANNING_SKEW ? 0.0005 : 1;
    value *= times;
    if (figure == RC_PLANNING_SHARDS)
        value = fmax(1, floor(value));
    rc_planning_put(&state->wanted, figure, value);
    plan(view);
}

static bool act(struct rc_view *view, enum rc_action action)
{
    struct state *state = view->state;
    bool on_figure = state->page.selected >= 0;
    switch (action) {
    case RC_DO_ENTER:
        if (on_figure)
            change(view);
        return true;
    case RC_DO_LEFT:
    case RC_DO_RIGHT:
        if (on_figure)
            step(view, action == RC_DO_RIGHT ? 2 : 0.5);
        return true;
    case RC_DO_REFRESH:
        if (*state->program)
            ask(view);
        return true;
    case RC_DO_BACK:
        if (!state->days && !state->heat)
            return false;
        forget(state);
        return true;
    default:
        return rc_page_act(&state->page, action);
    }
}

static bool mouse(struct rc_view *view, const struct rc_mouse *at)
{
    struct state *state = view->state;
    if (rc_page_mouse(&state->page, at) && state->page.selected >= 0)
        change(view);
    return true;
}

static const enum rc_action actions[] = {RC_DO_ENTER,  RC_DO_LEFT,    RC_DO_RIGHT,     RC_DO_UP,
                                         RC_DO_DOWN,   RC_DO_PAGE_UP, RC_DO_PAGE_DOWN, RC_DO_TOP,
                                         RC_DO_BOTTOM, RC_DO_REFRESH, RC_ACTION_NONE};

const struct rc_view_ops rc_view_plan = {
    .name = "plan",
    .aliases = "planner",
    .title = "Plan",
    .help = "How many shards a program needs (docs/planning.md): the smallest count with which a "
            "busiest second throttles no more often than is put up with, what each count does to "
            "that second, which limits are near, and what breaks first as the days grow. Enter "
            "changes the figure under the cursor, left and right halve and double it. Words: "
            "PROGRAM, of whose last days the largest is taken, and perhaps DATE; or none for the "
            "day that is open; and figures as records=1e9 peak=20000 item=700 skew=0.001 "
            "probability=0.001 within=1h shards=64.",
    .actions = actions,
    .state_size = sizeof(struct state),
    .open = open,
    .close = close,
    .draw = draw,
    .act = act,
    .where = where,
    .tick = tick,
    .waits = waits,
    .mouse = mouse,
};
