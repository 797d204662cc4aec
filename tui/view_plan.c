#include "tui/views.h"

#include "core/civil.h"
#include "model/dayheat.h"
#include "model/figures.h"
#include "model/live_day.h"
#include "tui/plan_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many shards a program needs: figures that can be changed, and what follows from them. */

enum { TOLD_BYTES = 4096, EXAMPLE_RECORDS = 1000000 };

/* ----- what follows ----- */

static struct rc_planning question_of(const struct rc_planning *wanted,
                                      const struct rc_planning *found)
{
    struct rc_planning planning = *wanted;
    for (int i = 0; i < RC_PLANNING_FIGURES; i++)
        rc_planning_suggest(&planning, i, rc_planning_get(found, i));
    return planning;
}

struct rc_planning rc_plan_question(const struct rc_plan_state *state)
{
    return question_of(&state->wanted, &state->found);
}

struct job {
    bool reads_day; /* a day file, first of all */
    struct rc_planning wanted, found;
    struct rc_buf told;
    struct rc_planning_answer answer;
    struct rc_planning_decade decades[RC_PLANNING_DECADES];
};

static bool run_job(void *context, struct rc_model *model, struct rc_error *err)
{
    struct job *job = context;
    if (job->reads_day && !rc_planned_from_day(model, &job->found, &job->told, err))
        return false;
    struct rc_planning planning = question_of(&job->wanted, &job->found);
    bool ok = rc_planning_answer(&planning, &job->answer, err);
    for (int i = 0; ok && i < RC_PLANNING_DECADES; i++)
        ok = rc_planning_decade(&planning, i, &job->decades[i], err);
    return ok;
}

/* What the day says, even where there is no answer to what is wanted. */
static void take_day(struct rc_plan_state *state, struct job *job)
{
    if (!job->reads_day || !job->told.length)
        return;
    struct rc_buf told = state->told;
    state->found = job->found;
    state->told = job->told;
    job->told = told;
    state->unread = false;
}

static void end_job(struct rc_view *view, void *context, bool ok, bool cancelled,
                    const struct rc_error *err)
{
    struct rc_plan_state *state = view->state;
    struct job *job = context;
    if (!cancelled) {
        take_day(state, job);
        state->wrong = (struct rc_error){0};
        if (ok) {
            state->answer = job->answer;
            memcpy(state->decades, job->decades, sizeof state->decades);
            state->answered = true;
        } else {
            state->wrong = *err;
        }
    }
    rc_buf_free(&job->told);
    free(job);
}

static const struct rc_job_ops plan_ops = {"planning", run_job, end_job, true};

static void plan(struct rc_view *view)
{
    const struct rc_plan_state *state = view->state;
    struct job *job = calloc(1, sizeof *job);
    struct rc_error err = {0};
    if (!job) {
        rc_error_nomem(&err);
        rc_app_fail(view->app, &err);
        return;
    }
    job->reads_day = state->unread;
    job->wanted = state->wanted;
    job->found = state->found;
    rc_buf_init(&job->told, TOLD_BYTES);
    rc_app_start(view, &plan_ops, job);
}

/* ----- the days that it is from ----- */

static void forget(struct rc_plan_state *state)
{
    rc_listing_free(state->days);
    rc_listing_free(state->heat);
    state->days = state->heat = NULL;
}

static void ask(struct rc_view *view)
{
    struct rc_plan_state *state = view->state;
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
    struct rc_plan_state *state = view->state;
    struct rc_planning planning = rc_plan_question(state);
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
    struct rc_plan_state *state = view->state;
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
    struct rc_plan_state *state = view->state;
    struct rc_error err = {0};
    if (rc_listing_state(state->heat) == RC_LISTING_FAILED)
        rc_app_fail(view->app, rc_listing_error(state->heat));
    state->found = rc_planning_begin();
    rc_buf_clear(&state->told);
    rc_buf_clear(&state->limits);
    (void)rc_planned_from_program(&state->day, rc_day_heat_of(state->heat), &state->found,
                                  &state->told, &err);
    for (int side = 0; side < RC_SIDES && rc_day_heat_of(state->heat); side++)
        (void)rc_planned_limit(rc_day_heat_of(state->heat), (enum rc_side)side, NULL,
                               &state->limits, &err);
    rc_listing_free(state->heat);
    state->heat = NULL;
    plan_or_tell(view, &err);
}

static void tick(struct rc_view *view)
{
    struct rc_plan_state *state = view->state;
    if (state->days && rc_listing_state(state->days) != RC_LISTING_LOADING)
        days_came(view);
    else if (state->heat && rc_listing_state(state->heat) != RC_LISTING_LOADING)
        heat_came(view);
}

static bool waits(struct rc_view *view, struct rc_buf *out)
{
    const struct rc_plan_state *state = view->state;
    if (state->days)
        rc_buf_add_str(out, "asking for the program's days");
    else if (state->heat)
        rc_buf_add_str(out, "asking for what the day's runs have noted");
    return state->days || state->heat;
}

/* ----- opening ----- */

/* PROGRAM, DATE, and figures as records=1e9. */
static bool read_word(struct rc_plan_state *state, const char *word, struct rc_error *err)
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
                 "[within=1h] [write=N] [quota=N] [shards=N]: \"%s\" is none of them",
                 word);
    return false;
}

static bool read_words(struct rc_plan_state *state, const char *arguments, struct rc_error *err)
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

static bool is_of(const struct rc_plan_state *state, const struct rc_live_day *day)
{
    return day && strcmp(rc_live_day_program(day), state->program) == 0 &&
           (!*state->date || strcmp(rc_live_day_date(day), state->date) == 0);
}

/* Of the program that is named, the day that is open, or figures alone. */
static bool begin(struct rc_view *view, struct rc_error *err)
{
    struct rc_plan_state *state = view->state;
    const struct rc_live_day *day = rc_app_live_day(view);
    if (!*state->program && !state->wanted.given && day) {
        snprintf(state->program, sizeof state->program, "%s", rc_live_day_program(day));
        snprintf(state->date, sizeof state->date, "%s", rc_live_day_date(day));
    }
    if (*state->program) {
        struct rc_live *live = rc_app_open_live(view, err);
        if (!is_of(state, day))
            rc_app_drop_day(view);
        state->days = live ? rc_live_planned(live, state->program, state->date, err) : NULL;
        return state->days != NULL;
    }
    if (rc_app_model(view) && !day) {
        state->unread = true;
    } else if (!rc_planning_is_put(&state->wanted, RC_PLANNING_RECORDS)) {
        rc_planning_suggest(&state->found, RC_PLANNING_RECORDS, EXAMPLE_RECORDS);
        rc_buf_add_str(&state->told, "An example: no day is open, and no program was named.\n");
    }
    plan(view);
    return true;
}

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct rc_plan_state *state = view->state;
    state->wanted = state->found = rc_planning_begin();
    rc_buf_init(&state->told, TOLD_BYTES);
    rc_buf_init(&state->limits, TOLD_BYTES);
    if (read_words(state, arguments, err) && begin(view, err)) {
        rc_page_init(&state->page);
        return true;
    }
    rc_buf_free(&state->told);
    rc_buf_free(&state->limits);
    return false;
}

static void close(struct rc_view *view)
{
    struct rc_plan_state *state = view->state;
    forget(state);
    rc_page_free(&state->page);
    rc_buf_free(&state->told);
    rc_buf_free(&state->limits);
}

static void where(struct rc_view *view, struct rc_buf *out)
{
    const struct rc_plan_state *state = view->state;
    rc_buf_printf(out, "%s%s%s", state->program, *state->date ? " " : "", state->date);
}

/* ----- the page ----- */

static void draw(struct rc_view *view, struct rc_area area)
{
    struct rc_plan_state *state = view->state;
    rc_plan_fill(view, area.width - 2);
    rc_page_settle(&state->page);
    rc_page_draw(&state->page, area);
}

/* ----- keys ----- */

static bool take_figure(struct rc_view *view, const char *text, struct rc_error *err)
{
    struct rc_plan_state *state = view->state;
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
    struct rc_plan_state *state = view->state;
    struct rc_planning planning = rc_plan_question(state);
    int figure = (int)state->page.selected;
    char label[96], text[32];
    snprintf(label, sizeof label, "%s (empty: as it was):", rc_planning_figures[figure].what);
    snprintf(text, sizeof text, "%.10g", rc_plan_value(state, &planning, figure));
    rc_app_prompt(view, label, text, take_figure);
}

/* Twice as much, or half. */
static void step(struct rc_view *view, double times)
{
    struct rc_plan_state *state = view->state;
    struct rc_planning planning = rc_plan_question(state);
    int figure = (int)state->page.selected;
    double value = rc_plan_value(state, &planning, figure);
    if (value <= 0)
        value = figure == RC_PLANNING_SKEW ? 0.0005 : 1;
    value *= times;
    if (figure != RC_PLANNING_SKEW && figure != RC_PLANNING_PROBABILITY)
        value = fmax(1, floor(value));
    rc_planning_put(&state->wanted, figure, value);
    plan(view);
}

static bool act(struct rc_view *view, enum rc_action action)
{
    struct rc_plan_state *state = view->state;
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
    struct rc_plan_state *state = view->state;
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
            "probability=0.001 within=1h write=1000 quota=40000 shards=64.",
    .actions = actions,
    .state_size = sizeof(struct rc_plan_state),
    .open = open,
    .close = close,
    .draw = draw,
    .act = act,
    .where = where,
    .tick = tick,
    .waits = waits,
    .mouse = mouse,
};
