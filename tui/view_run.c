#include "tui/livelist.h"
#include "tui/views.h"

#include "model/body.h"
#include "model/figures.h"
#include "tui/timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One run: its steps as bars on one axis of time, and below what went in and came out of the
 * one under the cursor. */

enum {
    NAME_CELLS = 24,
    NOTE_CELLS = 24,
    LABEL_CELLS = 9,
    NARROW = 100, /* cells below which the bars get more of them */
    LEAST_DETAIL = 6,
    NAME_BYTES = 100,
};

enum part_kind { IS_RUN, IS_STEP, IS_ATTEMPT, IS_WAIT };

/* A row of the table, without its texts. */
struct part {
    enum part_kind kind;
    char name[NAME_BYTES], state[16], route[12], task[32], size[48], error[64];
    char cause[200]; /* its beginning */
    int64_t step, depth, number, began_ms, ended_ms;
};

struct state {
    char name[128];
    struct rc_listing *shown, *next;
    struct rc_table *table; /* of the shown one */
    struct part *parts;     /* its rows */
    size_t count, room;
    struct rc_page head, steps, detail; /* the head does not scroll */
    int64_t detailed;                   /* the row that the detail is of; -1: none */
    bool in_detail;                     /* the keys move there */
    int width;                          /* that the pages were filled for */
};

/* ----- what has come ----- */

static void take_text(char *to, size_t room, const struct rc_cell_value *cell)
{
    snprintf(to, room, "%.*s", cell->null ? 0 : (int)cell->length, cell->text);
}

static int64_t number_of(const struct rc_cell_value *cell)
{
    return cell->null ? 0 : cell->integer;
}

static const struct rc_cell_value *cell_of(const struct rc_cell_value *cells, const char *column)
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
    struct state *state = context;
    struct part *part;
    char kind[16];
    (void)index;
    (void)count;
    if (state->count == state->room) {
        size_t room = state->room ? 2 * state->room : 64;
        struct part *parts = realloc(state->parts, room * sizeof *parts);
        if (!parts) {
            rc_error_nomem(err);
            return false;
        }
        state->parts = parts;
        state->room = room;
    }
    part = &state->parts[state->count++];
    *part = (struct part){.kind = IS_RUN};
    take_text(kind, sizeof kind, cell_of(cells, "kind"));
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i], kind) == 0)
            part->kind = (enum part_kind)i;
    take_text(part->name, sizeof part->name, cell_of(cells, "name"));
    take_text(part->state, sizeof part->state, cell_of(cells, "state"));
    take_text(part->route, sizeof part->route, cell_of(cells, "route"));
    take_text(part->task, sizeof part->task, cell_of(cells, "task"));
    take_text(part->size, sizeof part->size, cell_of(cells, "size"));
    take_text(part->error, sizeof part->error, cell_of(cells, "error"));
    take_text(part->cause, sizeof part->cause, cell_of(cells, "cause"));
    part->step = number_of(cell_of(cells, "step"));
    part->depth = number_of(cell_of(cells, "depth"));
    part->number = number_of(cell_of(cells, "number"));
    part->began_ms = number_of(cell_of(cells, "began_ms"));
    part->ended_ms = number_of(cell_of(cells, "ended_ms"));
    return true;
}

/* Where to look first: at the last step that failed, or at the one that it is at. */
static void choose_step(struct state *state)
{
    const char *const wanted[] = {"failed", "timed out", "aborted", "waiting", "running"};
    state->steps.selected = 0;
    for (size_t w = 0; w < sizeof wanted / sizeof *wanted; w++)
        for (size_t i = state->count; i-- > 1;)
            if (state->parts[i].kind == IS_STEP && strcmp(state->parts[i].state, wanted[w]) == 0) {
                state->steps.selected = (int64_t)i;
                return;
            }
}

static void drop_rows(struct state *state)
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
    struct state *state = view->state;
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
    struct state *state = view->state;
    struct rc_error err = {0};
    if (state->next)
        return;
    state->next = rc_live_history(rc_app_live(view), state->name, &err);
    if (!state->next)
        rc_app_fail(view->app, &err);
}

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct state *state = view->state;
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
    struct state *state = view->state;
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
    const struct state *state = view->state;
    if (state->next)
        adopt(view);
}

static bool is_running(const struct state *state)
{
    return state->shown && strcmp(rc_live_history_about(state->shown)->status, "RUNNING") == 0;
}

static void poll(struct rc_view *view)
{
    if (is_running(view->state))
        ask(view);
}

/* ----- the head ----- */

static enum rc_role role_of(const char *state)
{
    if (strcmp(state, "succeeded") == 0)
        return RC_ROLE_GOOD;
    if (strcmp(state, "waiting") == 0 || strcmp(state, "waited") == 0)
        return RC_ROLE_WARN;
    return strcmp(state, "running") == 0 ? RC_ROLE_KEY : RC_ROLE_BAD;
}

static int64_t end_of(const struct state *state, const struct part *part)
{
    return part->ended_ms ? part->ended_ms : rc_live_history_about(state->shown)->seen_ms;
}

static void label(struct rc_page *page, const char *text)
{
    rc_page_row(page, RC_NO_TARGET);
    rc_page_put(page, 0, LABEL_CELLS - 1, RC_ROLE_DIM, RC_LEFT, text, strlen(text));
}

static void fill_head(struct state *state, const struct rc_timeline *timeline, int width)
{
    const struct rc_run_about *about = rc_live_history_about(state->shown);
    const struct part *run = &state->parts[0];
    struct rc_page *page = &state->head;
    char took[RC_TIMELINE_TEXT], events[RC_FIGURE_BYTES];
    rc_timeline_text(end_of(state, run) - run->began_ms, took);
    rc_count_text(about->events, events);
    rc_page_clear(page);
    rc_page_row(page, RC_NO_TARGET);
    int x = rc_page_printf(page, 0, -1, role_of(run->state), RC_LEFT, "%s%s",
                           strcmp(run->state, "failed") == 0 ? "! " : "", run->state);
    rc_page_printf(page, x + 2, width - x - 2, RC_ROLE_NORMAL, RC_LEFT, "%s %s %s  %s, %s events%s",
                   about->program, about->date, about->side, took, events,
                   about->cut ? ", more than are shown" : "");
    if (*about->object) {
        label(page, "file");
        rc_page_printf(page, LABEL_CELLS, width - LABEL_CELLS, RC_ROLE_NORMAL, RC_LEFT,
                       "s3://%s/%s", about->bucket, about->object);
    }
    rc_timeline_legend(page, width);
    rc_timeline_axis(timeline, page);
}

/* ----- the timeline ----- */

static enum rc_bar bar_of(const struct part *part)
{
    if (part->kind == IS_WAIT)
        return RC_BAR_WAIT;
    if (strcmp(part->state, "succeeded") == 0)
        return RC_BAR_DONE;
    return strcmp(part->state, "running") == 0 ? RC_BAR_RUNNING : RC_BAR_FAILED;
}

/* The parts of a step stand behind it. */
static size_t own_parts(const struct state *state, size_t step)
{
    size_t count = 0;
    while (step + 1 + count < state->count && state->parts[step + 1 + count].kind >= IS_ATTEMPT)
        count++;
    return count;
}

/* What of a step is worth a word at its end: tries, and how near it came to the ceiling. */
static void put_note(struct state *state, size_t step, int x)
{
    int64_t tries = state->parts[step].number, longest_ms = 0;
    char took[RC_TIMELINE_TEXT], note[48] = "";
    const struct part *part = &state->parts[step];
    for (size_t i = 1; i <= own_parts(state, step); i++) {
        const struct part *own = &state->parts[step + i];
        int64_t took_ms = end_of(state, own) - own->began_ms;
        tries = own->number > tries ? own->number : tries;
        if (strcmp(own->route, "lambda") == 0 && took_ms > longest_ms)
            longest_ms = took_ms;
    }
    size_t length = rc_timeline_text(end_of(state, part) - part->began_ms, took);
    rc_page_put(&state->steps, x, 10, RC_ROLE_NORMAL, RC_RIGHT, took, length);
    if (tries > 1)
        snprintf(note, sizeof note, "%lld tries", (long long)tries);
    else if (longest_ms >= RC_LAMBDA_CEILING_MS / 10)
        snprintf(note, sizeof note, "%d%% of 15 min",
                 (int)(longest_ms * 100 / RC_LAMBDA_CEILING_MS));
    if (*note)
        rc_page_put(&state->steps, x + 11, -1, tries > 1 ? RC_ROLE_WARN : RC_ROLE_DIM, RC_LEFT,
                    note, strlen(note));
}

/* The next attempt began before this one's 15 minutes ended. */
static bool is_over(const struct state *state, size_t step, size_t attempt, size_t count)
{
    const struct part *own = &state->parts[step + attempt];
    for (size_t i = attempt + 1; i <= count; i++)
        if (state->parts[step + i].kind == IS_ATTEMPT)
            return state->parts[step + i].began_ms < own->began_ms + RC_LAMBDA_CEILING_MS;
    return false;
}

static void put_step(struct state *state, struct rc_timeline *timeline, size_t step)
{
    const struct part *part = &state->parts[step];
    size_t count = own_parts(state, step);
    int indent = (int)(2 * part->depth) < NAME_CELLS / 2 ? (int)(2 * part->depth) : NAME_CELLS / 2;
    int cells = timeline->x - 1;
    rc_page_row(&state->steps, (int64_t)step);
    rc_page_put(&state->steps, indent, cells - indent, role_of(part->state), RC_LEFT,
                part->kind == IS_RUN ? "the whole run" : part->name,
                strlen(part->kind == IS_RUN ? "the whole run" : part->name));
    rc_timeline_clear(timeline);
    if (!count)
        rc_timeline_add(timeline,
                        part->kind == IS_RUN || !*part->task ? RC_BAR_AROUND : bar_of(part),
                        part->began_ms, end_of(state, part));
    for (size_t i = 1; i <= count; i++) {
        const struct part *own = &state->parts[step + i];
        rc_timeline_add(timeline, bar_of(own), own->began_ms, end_of(state, own));
        if (strcmp(own->route, "lambda") == 0 && !is_over(state, step, i, count))
            rc_timeline_add(timeline, RC_BAR_CEILING, own->began_ms,
                            own->began_ms + RC_LAMBDA_CEILING_MS);
    }
    rc_timeline_put(timeline, &state->steps);
    put_note(state, step, timeline->x + timeline->width + 1);
}

static void fill_steps(struct state *state, int width)
{
    const struct part *run = &state->parts[0];
    struct rc_timeline timeline;
    int name = width < NARROW ? NAME_CELLS * 3 / 4 : NAME_CELLS;
    rc_timeline_init(&timeline, name, width - name - NOTE_CELLS, run->began_ms, end_of(state, run));
    fill_head(state, &timeline, width);
    rc_page_clear(&state->steps);
    for (size_t i = 0; i < state->count; i++)
        if (state->parts[i].kind <= IS_STEP)
            put_step(state, &timeline, i);
    rc_page_settle(&state->steps);
}

/* ----- the detail ----- */

struct texts {
    struct rc_page *page;
    int width;
    const char *of; /* said behind their titles */
};

static bool put_texts(void *context, uint64_t index, const struct rc_cell_value *cells,
                      size_t count, struct rc_error *err)
{
    static const struct {
        const char *column, *title;
    } shown[] = {{"cause", "Failure"}, {"input", "Input"}, {"output", "Output"}};
    const struct texts *texts = context;
    (void)index;
    (void)count;
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        const struct rc_cell_value *cell = cell_of(cells, shown[i].column);
        char *text = cell->null ? NULL : rc_body_shown(cell->text);
        if (!cell->null && !text) {
            rc_error_nomem(err);
            return false;
        }
        if (!text)
            continue;
        rc_page_title(texts->page, texts->width, "%s%s", shown[i].title, texts->of);
        rc_page_lines(texts->page, texts->width, text);
        free(text);
    }
    return true;
}

static void put_attempt(struct state *state, const struct part *part, int width)
{
    struct rc_page *page = &state->detail;
    char took[RC_TIMELINE_TEXT];
    rc_timeline_text(end_of(state, part) - part->began_ms, took);
    rc_page_row(page, RC_NO_TARGET);
    if (part->kind == IS_WAIT) {
        rc_page_printf(page, 2, width - 2, RC_ROLE_DIM, RC_LEFT, "%s %s before the next",
                       part->state, took);
        return;
    }
    rc_page_printf(page, 2, width - 2, role_of(part->state), RC_LEFT, "%lld. %s%s%s%s%s in %s  %s",
                   (long long)part->number, part->state, *part->route ? " on " : "", part->route,
                   *part->size ? " with " : "", part->size, took, part->error);
    if (*part->cause)
        rc_page_wrap(page, 5, width - 5, RC_ROLE_NORMAL, part->cause);
}

/* Its attempts, then why the last of them failed, then what went in and came out. */
static void fill_detail(struct rc_view *view, size_t row, int width)
{
    struct state *state = view->state;
    struct texts texts = {&state->detail, width, ""};
    struct rc_error err = {0};
    size_t count = own_parts(state, row);
    rc_page_clear(&state->detail);
    rc_page_scroll_to(&state->detail, 0);
    rc_page_title(&state->detail, width, "%s",
                  state->parts[row].kind == IS_RUN ? "The run" : state->parts[row].name);
    for (size_t i = 1; i <= count; i++)
        put_attempt(state, &state->parts[row + i], width);
    bool ok = rc_table_rows(state->table, row, 1, put_texts, &texts, &err);
    for (size_t i = count; ok && i > 0; i--)
        if (state->parts[row + i].kind == IS_ATTEMPT) {
            texts.of = " of the last attempt";
            ok = rc_table_rows(state->table, row + i, 1, put_texts, &texts, &err);
            break;
        }
    if (!ok)
        rc_app_fail(view->app, &err);
    state->detailed = (int64_t)row;
}

/* ----- drawing ----- */

static void draw_nothing(const struct state *state, struct rc_area area)
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
    struct state *state = view->state;
    if (!state->count) {
        draw_nothing(state, area);
        return;
    }
    if (state->width != area.width)
        fill_steps(state, area.width - 2);
    if (state->steps.selected != state->detailed || state->width != area.width)
        fill_detail(view, state->steps.selected >= 0 ? (size_t)state->steps.selected : 0,
                    area.width - 2);
    state->width = area.width;
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
    const struct state *state = view->state;
    int64_t row = state->steps.selected;
    const struct part *part = row >= 0 && (size_t)row < state->count ? &state->parts[row] : NULL;
    if (part && *part->task)
        rc_app_go(view->app, "logs", "run %s step=%s", state->name, part->task);
    else
        rc_app_go(view->app, "logs", "run %s", state->name);
}

static bool cancel(struct rc_view *view)
{
    struct state *state = view->state;
    if (!state->next)
        return false;
    rc_listing_free(state->next);
    state->next = NULL;
    rc_app_say(view->app, RC_ROLE_WARN, "cancelled");
    return true;
}

static bool act(struct rc_view *view, enum rc_action action)
{
    struct state *state = view->state;
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
    struct state *state = view->state;
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
    const struct state *state = view->state;
    char count[RC_FIGURE_BYTES];
    if (!state->next)
        return false;
    rc_count_text(rc_live_history_about(state->next)->events, count);
    rc_buf_printf(out, "loading the run, %s events so far", count);
    return true;
}

static void subject(struct rc_view *view, struct rc_subject *subject)
{
    const struct state *state = view->state;
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
    const struct state *state = view->state;
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
    .state_size = sizeof(struct state),
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
