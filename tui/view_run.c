#include "tui/run_internal.h"

#include "model/figures.h"
#include "tui/livelist.h"
#include "tui/views.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One run: its steps as bars on one axis of time, and below what went in and came out of the
 * one under the cursor. */

enum { LEAST_DETAIL = 6 };

/* ----- what has come ----- */

static void take_text(char *to, size_t room, const struct rc_cell_value *cell)
{
    snprintf(to, room, "%.*s", cell->null ? 0 : (int)cell->length, cell->text);
}

static int64_t number_of(const struct rc_cell_value *cell)
{
    return cell->null ? 0 : cell->integer;
}

const struct rc_cell_value *rc_run_cell(const struct rc_cell_value *cells, const char *column)
{
    const struct rc_table_def *def = rc_table_find("run");
    size_t i = 0;
    while (strcmp(def->columns[i].name, column) != 0)
        i++;
    return &cells[i];
}

static bool take_part(void *context, uint64_t index, const struct rc_cell_value *cells,
                      size_t count, struct rc_error *err)
{
    static const char *const kinds[] = {"run", "step", "attempt", "wait"};
    struct rc_run_view *state = context;
    struct rc_run_row *part;
    char kind[16];
    (void)index;
    (void)count;
    if (state->count == state->room) {
        size_t room = state->room ? 2 * state->room : 64;
        struct rc_run_row *parts = realloc(state->parts, room * sizeof *parts);
        if (!parts) {
            rc_error_nomem(err);
            return false;
        }
        state->parts = parts;
        state->room = room;
    }
    part = &state->parts[state->count++];
    *part = (struct rc_run_row){.kind = RC_ROW_RUN};
    take_text(kind, sizeof kind, rc_run_cell(cells, "kind"));
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i], kind) == 0)
            part->kind = (enum rc_run_row_kind)i;
    take_text(part->name, sizeof part->name, rc_run_cell(cells, "name"));
    take_text(part->state, sizeof part->state, rc_run_cell(cells, "state"));
    take_text(part->route, sizeof part->route, rc_run_cell(cells, "route"));
    take_text(part->task, sizeof part->task, rc_run_cell(cells, "task"));
    take_text(part->size, sizeof part->size, rc_run_cell(cells, "size"));
    take_text(part->error, sizeof part->error, rc_run_cell(cells, "error"));
    take_text(part->cause, sizeof part->cause, rc_run_cell(cells, "cause"));
    part->step = number_of(rc_run_cell(cells, "step"));
    part->depth = number_of(rc_run_cell(cells, "depth"));
    part->number = number_of(rc_run_cell(cells, "number"));
    part->began_ms = number_of(rc_run_cell(cells, "began_ms"));
    part->ended_ms = number_of(rc_run_cell(cells, "ended_ms"));
    return true;
}

/* Where to look first: at the last step that failed, or at the one that it is at. */
static void choose_step(struct rc_run_view *state)
{
    const char *const wanted[] = {"failed", "timed out", "aborted", "waiting", "running"};
    state->steps.selected = 0;
    for (size_t w = 0; w < sizeof wanted / sizeof *wanted; w++)
        for (size_t i = state->count; i-- > 1;)
            if (state->parts[i].kind == RC_ROW_STEP &&
                strcmp(state->parts[i].state, wanted[w]) == 0) {
                state->steps.selected = (int64_t)i;
                return;
            }
}

static void drop_rows(struct rc_run_view *state)
{
    rc_table_close(state->table);
    state->table = NULL;
    state->count = 0;
    state->detailed = -1;
    state->width = 0;
}

/* What was asked anew takes the place of what is shown when it is there; an error does only
 * where there is nothing to be lost. */
static void adopt(struct rc_view *view)
{
    struct rc_run_view *state = view->state;
    struct rc_error err = {0};
    enum rc_listing_state came = rc_listing_state(state->next);
    bool first = !state->table;
    if (came == RC_LISTING_LOADING)
        return;
    if (came == RC_LISTING_COMPLETE || !state->shown) {
        drop_rows(state);
        rc_listing_free(state->shown);
        state->shown = state->next;
        state->next = NULL;
    }
    if (came == RC_LISTING_COMPLETE) {
        const struct rc_table_query query = {.scope = rc_listing_number(state->shown)};
        state->table = rc_table_open(rc_app_answers(view), rc_table_find("run"), &query, &err);
        if (!state->table || !rc_table_rows(state->table, 0, UINT64_MAX, take_part, state, &err))
            rc_app_fail(view->app, &err);
        else if (first)
            choose_step(state);
        return;
    }
    if (came == RC_LISTING_FAILED)
        rc_app_fail(view->app, rc_listing_error(state->next ? state->next : state->shown));
    rc_listing_free(state->next);
    state->next = NULL;
}

static void ask(struct rc_view *view)
{
    struct rc_run_view *state = view->state;
    struct rc_error err = {0};
    if (state->next)
        return;
    state->next = rc_live_history(rc_app_live(view), state->name, &err);
    if (!state->next)
        rc_app_fail(view->app, &err);
}

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct rc_run_view *state = view->state;
    bool named = rc_livelist_word(&arguments, state->name, sizeof state->name) && *state->name;
    if (!named || *arguments) {
        rc_error_set(err, RC_USAGE, "run NAME: the name of an execution; `runs` lists them");
        return false;
    }
    if (!rc_app_open_live(view, err))
        return false;
    state->next = rc_live_history(rc_app_live(view), state->name, err);
    if (!state->next)
        return false;
    state->detailed = -1;
    rc_page_init(&state->head);
    rc_page_init(&state->steps);
    rc_page_init(&state->detail);
    return true;
}

static void close(struct rc_view *view)
{
    struct rc_run_view *state = view->state;
    rc_table_close(state->table);
    rc_listing_free(state->next);
    rc_listing_free(state->shown);
    rc_page_free(&state->head);
    rc_page_free(&state->steps);
    rc_page_free(&state->detail);
    free(state->parts);
}

static void tick(struct rc_view *view)
{
    const struct rc_run_view *state = view->state;
    if (state->next)
        adopt(view);
}

static bool is_running(const struct rc_run_view *state)
{
    return state->shown && strcmp(rc_live_history_about(state->shown)->status, "RUNNING") == 0;
}

static void poll(struct rc_view *view)
{
    if (is_running(view->state))
        ask(view);
}

/* ----- drawing ----- */

static void draw_nothing(const struct rc_run_view *state, struct rc_area area)
{
    const char *text = "AWS has been asked and has not answered yet.";
    enum rc_role role = RC_ROLE_DIM;
    if (!state->next && state->shown && rc_listing_state(state->shown) == RC_LISTING_FAILED) {
        text = rc_listing_error(state->shown)->text;
        role = RC_ROLE_BAD;
    } else if (!state->next) {
        text = "It was cancelled before an answer came. The refresh key asks again.";
    }
    struct rc_page page;
    rc_page_init(&page);
    rc_page_row(&page, RC_NO_TARGET);
    rc_page_wrap(&page, 2, area.width - 4, role, text);
    rc_page_draw(&page, area);
    rc_page_free(&page);
}

static void draw(struct rc_view *view, struct rc_area area)
{
    struct rc_run_view *state = view->state;
    if (!state->count) {
        draw_nothing(state, area);
        return;
    }
    bool anew = state->width != area.width || state->ascii != rc_screen_ascii();
    if (anew)
        rc_run_fill_steps(state, area.width - 2);
    if (anew || state->steps.selected != state->detailed)
        rc_run_fill_detail(view, state->steps.selected >= 0 ? (size_t)state->steps.selected : 0,
                           area.width - 2);
    state->width = area.width;
    state->ascii = rc_screen_ascii();
    int head = (int)state->head.row_count, rows = (int)state->steps.row_count;
    int most = area.height - LEAST_DETAIL;
    most = (most > area.height * 3 / 5 ? area.height * 3 / 5 : most) - head;
    rows = rows < most ? rows : most;
    rows = rows > 0 ? rows : 1;
    struct rc_area top = {area.y, area.x, head, area.width};
    struct rc_area steps = {area.y + head, area.x, rows, area.width};
    int end = head + rows;
    struct rc_area below = {area.y + end + 1, area.x, area.height - end - 1, area.width};
    rc_page_draw(&state->head, top);
    if (state->steps.height != rows) { /* of another size: what is selected stays in sight */
        state->steps.height = rows;
        rc_page_select(&state->steps, state->steps.selected);
    }
    rc_page_draw(&state->steps, steps);
    rc_draw_hline(area.y + end, area.x, area.width,
                  state->in_detail ? RC_ROLE_KEY : RC_ROLE_BORDER);
    rc_page_draw(&state->detail, below);
}

/* ----- keys ----- */

static void go_logs(struct rc_view *view)
{
    const struct rc_run_view *state = view->state;
    int64_t row = state->steps.selected;
    const struct rc_run_row *part =
        row >= 0 && (size_t)row < state->count ? &state->parts[row] : NULL;
    if (part && *part->task)
        rc_app_go(view->app, "logs", "run %s step=%s", state->name, part->task);
    else
        rc_app_go(view->app, "logs", "run %s", state->name);
}

static bool cancel(struct rc_view *view)
{
    struct rc_run_view *state = view->state;
    if (!state->next)
        return false;
    rc_listing_free(state->next);
    state->next = NULL;
    rc_app_say(view->app, RC_ROLE_WARN, "cancelled");
    return true;
}

static bool act(struct rc_view *view, enum rc_action action)
{
    struct rc_run_view *state = view->state;
    switch (action) {
    case RC_DO_ENTER:
    case RC_DO_LOGS:
    case RC_DO_RIGHT:
        go_logs(view);
        return true;
    case RC_DO_NEXT:
    case RC_DO_PREVIOUS:
        state->in_detail = !state->in_detail;
        return true;
    case RC_DO_REFRESH:
        ask(view);
        return true;
    case RC_DO_BACK:
        return cancel(view);
    case RC_DO_COPY:
        rc_screen_copy(state->name, strlen(state->name));
        rc_app_say(view->app, RC_ROLE_NORMAL, "the run's name is on the clipboard");
        return true;
    default:
        return rc_page_act(state->in_detail ? &state->detail : &state->steps, action);
    }
}

static bool mouse(struct rc_view *view, const struct rc_mouse *at)
{
    struct rc_run_view *state = view->state;
    struct rc_mouse inside = *at;
    inside.y -= (int)state->head.row_count;
    if (!state->count || inside.y < 0)
        return true;
    state->in_detail = inside.y >= state->steps.height;
    if (state->in_detail)
        inside.y -= state->steps.height + 1;
    if (rc_page_mouse(state->in_detail ? &state->detail : &state->steps, &inside))
        go_logs(view);
    return true;
}

static bool waits(struct rc_view *view, struct rc_buf *out)
{
    const struct rc_run_view *state = view->state;
    char count[RC_FIGURE_BYTES];
    if (!state->next)
        return false;
    rc_count_text(rc_live_history_about(state->next)->events, count);
    rc_buf_printf(out, "loading the run, %s events so far", count);
    return true;
}

static void subject(struct rc_view *view, struct rc_subject *subject)
{
    const struct rc_run_view *state = view->state;
    const struct rc_run_about *about = state->shown ? rc_live_history_about(state->shown) : NULL;
    snprintf(subject->run, sizeof subject->run, "%s", state->name);
    if (!about)
        return;
    snprintf(subject->program, sizeof subject->program, "%s", about->program);
    snprintf(subject->date, sizeof subject->date, "%s", about->date);
    snprintf(subject->side, sizeof subject->side, "%s", about->side);
    snprintf(subject->bucket, sizeof subject->bucket, "%s", about->bucket);
    snprintf(subject->key, sizeof subject->key, "%s", about->object);
    snprintf(subject->version, sizeof subject->version, "%s", about->version);
}

static void where(struct rc_view *view, struct rc_buf *out)
{
    const struct rc_run_view *state = view->state;
    rc_buf_add_str(out, state->name);
}

static const enum rc_action actions[] = {
    RC_DO_ENTER, RC_DO_NEXT,   RC_DO_UP,   RC_DO_DOWN,    RC_DO_PAGE_UP, RC_DO_PAGE_DOWN,
    RC_DO_TOP,   RC_DO_BOTTOM, RC_DO_COPY, RC_DO_REFRESH, RC_ACTION_NONE};

const struct rc_view_ops rc_view_run = {
    .name = "run",
    .aliases = "execution",
    .title = "Run",
    .help = "One run of the pipeline by its name: its steps as bars on one axis of time, those in "
            "a map below it. Attempts that went well, that failed, that run, and the waits "
            "between them each have a glyph; where an attempt runs on Lambda, a line stands where "
            "its 15 minutes end, as far as the axis goes and no other attempt began before. Below "
            "is what the step under the cursor was given and what it gave, what a task of Fargate "
            "had, and why it failed; the next-part key moves there and back. Enter shows the logs "
            "of the step. While the run goes on it is asked again.",
    .actions = actions,
    .state_size = sizeof(struct rc_run_view),
    .open = open,
    .close = close,
    .draw = draw,
    .act = act,
    .where = where,
    .tick = tick,
    .waits = waits,
    .poll = poll,
    .subject = subject,
    .mouse = mouse,
};
