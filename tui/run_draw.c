#include "tui/run_internal.h"

#include "model/body.h"
#include "model/figures.h"
#include "tui/timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    NAME_CELLS = 24,
    NOTE_CELLS = 24,
    LABEL_CELLS = 9,
    NARROW = 100, /* cells below which the bars get more of them */
};

/* ----- the head ----- */

static enum rc_role role_of(const char *state)
{
    if (strcmp(state, "succeeded") == 0)
        return RC_ROLE_GOOD;
    if (strcmp(state, "waiting") == 0 || strcmp(state, "waited") == 0)
        return RC_ROLE_WARN;
    return strcmp(state, "running") == 0 ? RC_ROLE_KEY : RC_ROLE_BAD;
}

static int64_t end_of(const struct rc_run_view *state, const struct rc_run_row *part)
{
    return part->ended_ms ? part->ended_ms : rc_live_history_about(state->shown)->seen_ms;
}

static void label(struct rc_page *page, const char *text)
{
    rc_page_row(page, RC_NO_TARGET);
    rc_page_put(page, 0, LABEL_CELLS - 1, RC_ROLE_DIM, RC_LEFT, text, strlen(text));
}

/* The time at which the axis begins, left of it. */
static void put_beginning(struct rc_page *page, int64_t began_ms, int cells)
{
    time_t seconds = (time_t)(began_ms / 1000);
    struct tm civil;
    char text[32];
    gmtime_r(&seconds, &civil);
    size_t length =
        strftime(text, sizeof text,
                 cells < NAME_CELLS - 1 ? "%m-%d %H:%M UTC" : "%Y-%m-%d %H:%M:%S UTC", &civil);
    rc_page_put(page, 0, cells, RC_ROLE_DIM, RC_LEFT, text, length);
}

static void fill_head(struct rc_run_view *state, const struct rc_timeline *timeline, int width)
{
    const struct rc_run_about *about = rc_live_history_about(state->shown);
    const struct rc_run_row *run = &state->parts[0];
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
    put_beginning(page, run->began_ms, timeline->x - 1);
}

/* ----- the timeline ----- */

static enum rc_bar bar_of(const struct rc_run_row *part)
{
    if (part->kind == RC_ROW_WAIT)
        return RC_BAR_WAIT;
    if (strcmp(part->state, "succeeded") == 0)
        return RC_BAR_DONE;
    return strcmp(part->state, "running") == 0 ? RC_BAR_RUNNING : RC_BAR_FAILED;
}

/* The parts of a step stand behind it. */
static size_t own_parts(const struct rc_run_view *state, size_t step)
{
    size_t count = 0;
    while (step + 1 + count < state->count && state->parts[step + 1 + count].kind >= RC_ROW_ATTEMPT)
        count++;
    return count;
}

/* What of a step is worth a word at its end: tries, and how near it came to the ceiling. */
static void put_note(struct rc_run_view *state, size_t step, int x)
{
    int64_t tries = state->parts[step].number, longest_ms = 0;
    char took[RC_TIMELINE_TEXT], note[48] = "";
    const struct rc_run_row *part = &state->parts[step];
    for (size_t i = 1; i <= own_parts(state, step); i++) {
        const struct rc_run_row *own = &state->parts[step + i];
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
static bool is_over(const struct rc_run_view *state, size_t step, size_t attempt, size_t count)
{
    const struct rc_run_row *own = &state->parts[step + attempt];
    for (size_t i = attempt + 1; i <= count; i++)
        if (state->parts[step + i].kind == RC_ROW_ATTEMPT)
            return state->parts[step + i].began_ms < own->began_ms + RC_LAMBDA_CEILING_MS;
    return false;
}

static void put_step(struct rc_run_view *state, struct rc_timeline *timeline, size_t step)
{
    const struct rc_run_row *part = &state->parts[step];
    size_t count = own_parts(state, step);
    int indent = (int)(2 * part->depth) < NAME_CELLS / 2 ? (int)(2 * part->depth) : NAME_CELLS / 2;
    int cells = timeline->x - 1;
    rc_page_row(&state->steps, (int64_t)step);
    rc_page_put(&state->steps, indent, cells - indent, role_of(part->state), RC_LEFT,
                part->kind == RC_ROW_RUN ? "the whole run" : part->name,
                strlen(part->kind == RC_ROW_RUN ? "the whole run" : part->name));
    rc_timeline_clear(timeline);
    if (!count)
        rc_timeline_add(timeline,
                        part->kind == RC_ROW_RUN || !*part->task ? RC_BAR_AROUND : bar_of(part),
                        part->began_ms, end_of(state, part));
    for (size_t i = 1; i <= count; i++) {
        const struct rc_run_row *own = &state->parts[step + i];
        rc_timeline_add(timeline, bar_of(own), own->began_ms, end_of(state, own));
        if (strcmp(own->route, "lambda") == 0 && !is_over(state, step, i, count))
            rc_timeline_add(timeline, RC_BAR_CEILING, own->began_ms,
                            own->began_ms + RC_LAMBDA_CEILING_MS);
    }
    rc_timeline_put(timeline, &state->steps);
    put_note(state, step, timeline->x + timeline->width + 1);
}

void rc_run_fill_steps(struct rc_run_view *state, int width)
{
    const struct rc_run_row *run = &state->parts[0];
    struct rc_timeline timeline;
    int name = width < NARROW ? NAME_CELLS * 3 / 4 : NAME_CELLS;
    rc_timeline_init(&timeline, name, width - name - NOTE_CELLS, run->began_ms, end_of(state, run));
    fill_head(state, &timeline, width);
    rc_page_clear(&state->steps);
    for (size_t i = 0; i < state->count; i++)
        if (state->parts[i].kind <= RC_ROW_STEP)
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
        const struct rc_cell_value *cell = rc_run_cell(cells, shown[i].column);
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

static void put_attempt(struct rc_run_view *state, const struct rc_run_row *part, int width)
{
    struct rc_page *page = &state->detail;
    char took[RC_TIMELINE_TEXT];
    rc_timeline_text(end_of(state, part) - part->began_ms, took);
    rc_page_row(page, RC_NO_TARGET);
    if (part->kind == RC_ROW_WAIT) {
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

void rc_run_fill_detail(struct rc_view *view, size_t row, int width)
{
    struct rc_run_view *state = view->state;
    struct texts texts = {&state->detail, width, ""};
    struct rc_error err = {0};
    size_t count = own_parts(state, row);
    rc_page_clear(&state->detail);
    rc_page_scroll_to(&state->detail, 0);
    rc_page_title(&state->detail, width, "%s",
                  state->parts[row].kind == RC_ROW_RUN ? "The run" : state->parts[row].name);
    for (size_t i = 1; i <= count; i++)
        put_attempt(state, &state->parts[row + i], width);
    bool ok = rc_table_rows(state->table, row, 1, put_texts, &texts, &err);
    for (size_t i = count; ok && i > 0; i--)
        if (state->parts[row + i].kind == RC_ROW_ATTEMPT) {
            texts.of = " of the last attempt";
            ok = rc_table_rows(state->table, row + i, 1, put_texts, &texts, &err);
            break;
        }
    if (!ok)
        rc_app_fail(view->app, &err);
    state->detailed = (int64_t)row;
}
