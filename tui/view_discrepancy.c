#include "tui/views.h"

#include "model/recordfile.h"
#include "tui/discrepancy_internal.h"
#include "tui/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first of each side. */
static void choose_first(struct rc_discrepancy_state *state)
{
    const struct rc_finding *finding = state->finding;
    state->chosen[RC_SETTLEMENT] = state->chosen[RC_INTERNAL] = finding->record_count;
    for (size_t i = finding->record_count; i-- > 0;)
        state->chosen[finding->records[i].side] = i;
}

/* ----- looking for candidates ----- */

struct search {
    int64_t id;
    struct rc_candidates found;
};

static bool run_search(void *job, struct rc_model *model, struct rc_error *err)
{
    struct search *search = job;
    struct rc_finding *finding = rc_finding_read(model, search->id, err);
    bool ok = finding && rc_candidates_find(model, finding, &search->found, err);
    rc_finding_free(finding);
    return ok;
}

static void end_search(struct rc_view *view, void *job, bool ok, bool cancelled,
                       const struct rc_error *err)
{
    struct rc_discrepancy_state *state = view->state;
    struct search *search = job;
    if (!cancelled && search->id == state->finding->id) {
        state->searched = true;
        if (!ok)
            rc_app_fail(view->app, err);
        if (!state->candidates)
            state->candidates = malloc(sizeof *state->candidates);
        if (ok && state->candidates)
            *state->candidates = search->found;
    }
    free(search);
}

static const struct rc_job_ops search_ops = {"looking for candidates", run_search, end_search,
                                             true};

static bool is_whole(const struct rc_view *view)
{
    struct rc_live_day *day = rc_app_live_day(view);
    return !day || rc_listing_state(rc_live_day_listing(day)) == RC_LISTING_COMPLETE;
}

static void search(struct rc_view *view)
{
    struct rc_discrepancy_state *state = view->state;
    state->whole = is_whole(view);
    struct search *job = calloc(1, sizeof *job);
    free(state->candidates);
    state->candidates = NULL;
    state->searched = job == NULL;
    if (!job)
        return;
    job->id = state->finding->id;
    rc_app_start(view, &search_ops, job);
}

/* ----- the view ----- */

/* Of a day at AWS the bytes come later, or not at all. */
static void ask_bytes(struct rc_view *view)
{
    struct rc_discrepancy_state *state = view->state;
    state->bytes = rc_live_day_bytes(rc_app_live_day(view), state->finding->id, &state->no_bytes);
}

/* The day has more or other rows. What is shown stays where it has gone. */
static void reread(struct rc_view *view)
{
    struct rc_discrepancy_state *state = view->state;
    struct rc_error err = {0};
    struct rc_finding *finding = rc_finding_read(rc_app_model(view), state->finding->id, &err);
    if (!finding)
        return;
    bool same = finding->record_count == state->finding->record_count;
    rc_finding_free(state->finding);
    state->finding = finding;
    if (!same)
        choose_first(state);
    if (state->bytes != RC_BYTES_FAILED)
        ask_bytes(view);
    if (!state->whole && is_whole(view))
        search(view);
}

static bool open_discrepancy(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct rc_discrepancy_state *state = view->state;
    struct rc_model *model = rc_app_model(view);
    char *end;
    long long id = strtoll(arguments, &end, 10);
    if (!model || end == arguments) {
        rc_error_set(err, RC_USAGE,
                     model ? "discrepancy ID: a number is expected, as `discrepancies` lists it"
                           : "no day is open, only a file");
        return false;
    }
    state->finding = rc_finding_read(model, id, err);
    state->day = state->finding ? rc_overview_read(model, err) : NULL;
    if (!state->day) {
        rc_finding_free(state->finding);
        return false;
    }
    for (int side = 0; side < RC_SIDES; side++)
        rc_source_open(&state->source[side], model, state->day, (enum rc_side)side);
    rc_page_init(&state->page);
    choose_first(state);
    search(view);
    ask_bytes(view);
    rc_notes_ask(&state->notes, view, state->finding->transaction_id);
    return true;
}

/* Bytes are shown as soon as they are here, also while candidates are still looked for. */
static void tick(struct rc_view *view)
{
    struct rc_discrepancy_state *state = view->state;
    rc_notes_tick(&state->notes);
    if (state->bytes != RC_BYTES_COMING)
        return;
    ask_bytes(view);
    if (state->bytes == RC_BYTES_HERE)
        reread(view);
}

/* Whether there is a newer rollup, or somebody has written something. */
static void poll(struct rc_view *view)
{
    struct rc_discrepancy_state *state = view->state;
    rc_notes_ask(&state->notes, view, state->finding->transaction_id);
    if (rc_app_live_day(view))
        rc_live_day_refresh(rc_app_live_day(view));
}

static void close_discrepancy(struct rc_view *view)
{
    struct rc_discrepancy_state *state = view->state;
    rc_notes_close(&state->notes);
    rc_finding_free(state->finding);
    rc_overview_free(state->day);
    for (int side = 0; side < RC_SIDES; side++)
        rc_source_close(&state->source[side]);
    rc_page_free(&state->page);
    free(state->candidates);
}

static void draw_discrepancy(struct rc_view *view, struct rc_area area)
{
    struct rc_discrepancy_state *state = view->state;
    int64_t target = state->page.selected;
    size_t index = (size_t)(target & UINT32_MAX);
    /* The record under the cursor is the one that is compared. */
    if (target != RC_NO_TARGET && target >> 32 == RC_DISCREPANCY_RECORD &&
        index < state->finding->record_count)
        state->chosen[state->finding->records[index].side] = index;
    rc_discrepancy_fill(view, area.width - 2);
    rc_page_draw(&state->page, area);
}

/* The discrepancy before or behind this one: in the list that it was opened from, as
 * that is filtered and sorted, else by its id. */
static struct rc_finding *neighbour(struct rc_view *view, int direction, bool *listed,
                                    struct rc_error *err)
{
    const struct rc_discrepancy_state *state = view->state;
    struct rc_model *model = rc_app_model(view);
    struct rc_view *below = rc_app_below(view);
    int64_t key;
    *listed = below && below->ops == &rc_view_discrepancies &&
              rc_list_step(below, state->finding->id, direction, &key);
    if (!*listed)
        return rc_finding_next(model, state->finding->id, direction, err);
    return key ? rc_finding_read(model, key, err) : NULL;
}

static void follow(struct rc_view *view, int direction)
{
    struct rc_discrepancy_state *state = view->state;
    struct rc_error err = {0};
    bool listed;
    struct rc_finding *finding = neighbour(view, direction, &listed, &err);
    if (!finding) {
        if (err.code)
            rc_app_fail(view->app, &err);
        else
            rc_app_say(view->app, RC_ROLE_NORMAL, "this is the %s discrepancy%s",
                       direction < 0 ? "first" : "last", listed ? " of the list" : "");
        return;
    }
    rc_finding_free(state->finding);
    state->finding = finding;
    state->page.selected = RC_NO_TARGET;
    state->page.top = 0;
    snprintf(view->arguments, sizeof view->arguments, "%lld", (long long)finding->id);
    choose_first(state);
    search(view);
    ask_bytes(view);
    rc_listing_free(state->notes.shown); /* those of another */
    state->notes.shown = NULL;
    rc_notes_ask(&state->notes, view, finding->transaction_id);
}

static void enter(struct rc_view *view)
{
    struct rc_discrepancy_state *state = view->state;
    size_t index = (size_t)(state->page.selected & UINT32_MAX);
    if (state->page.selected == RC_NO_TARGET)
        return;
    if (state->page.selected >> 32 == RC_DISCREPANCY_CANDIDATE) {
        if (state->candidates && index < state->candidates->count)
            rc_app_go(view->app, "discrepancy", "%lld",
                      (long long)state->candidates->items[index].discrepancy);
        return;
    }
    if (index >= state->finding->record_count)
        return;
    /* The record opens with its cursor on the first byte that differs. */
    const struct rc_finding_record *record = &state->finding->records[index];
    bool *different = rc_discrepancy_bytes(state, index);
    uint32_t byte = 0;
    while (different && byte < record->raw_length && !different[byte])
        byte++;
    bool at = different && byte < record->raw_length;
    rc_app_go(view->app, "record", at ? "%s %llu %u" : "%s %llu", rc_side_name(record->side),
              (unsigned long long)record->number, byte + 1);
    free(different);
}

static bool act_on_discrepancy(struct rc_view *view, enum rc_action action)
{
    struct rc_discrepancy_state *state = view->state;
    switch (action) {
    case RC_DO_ENTER:
        enter(view);
        return true;
    case RC_DO_NEXT_MATCH:
    case RC_DO_PREVIOUS_MATCH:
        follow(view, action == RC_DO_NEXT_MATCH ? 1 : -1);
        return true;
    case RC_DO_REFRESH:
        rc_notes_ask(&state->notes, view, state->finding->transaction_id);
        return true;
    case RC_DO_RAW:
        rc_page_scroll_to(&state->page, state->raw_row);
        return true;
    case RC_DO_COPY:
        rc_screen_copy(state->finding->transaction_id, strlen(state->finding->transaction_id));
        rc_app_say(view->app, RC_ROLE_NORMAL, "the TransactionID is on the clipboard");
        return true;
    default:
        return rc_page_act(&state->page, action);
    }
}

static void where(struct rc_view *view, struct rc_buf *out)
{
    const struct rc_discrepancy_state *state = view->state;
    rc_buf_printf(out, "%lld", (long long)state->finding->id);
}

/* The record under the cursor, else the first that is compared. */
static const struct rc_finding_record *at_cursor(const struct rc_discrepancy_state *state)
{
    int64_t target = state->page.selected;
    size_t index = (size_t)(target & UINT32_MAX);
    if (target != RC_NO_TARGET && target >> 32 == RC_DISCREPANCY_RECORD &&
        index < state->finding->record_count)
        return &state->finding->records[index];
    const struct rc_finding_record *first = rc_discrepancy_chosen(state, RC_SETTLEMENT);
    return first ? first : rc_discrepancy_chosen(state, RC_INTERNAL);
}

static void tell_subject(struct rc_view *view, struct rc_subject *subject)
{
    const struct rc_discrepancy_state *state = view->state;
    const struct rc_finding_record *record = at_cursor(state);
    subject->discrepancy = true;
    snprintf(subject->program, sizeof subject->program, "%s", state->day->program);
    snprintf(subject->date, sizeof subject->date, "%s", state->day->file_date);
    snprintf(subject->transaction, sizeof subject->transaction, "%s",
             state->finding->transaction_id);
    if (!record)
        return;
    snprintf(subject->side, sizeof subject->side, "%s", rc_side_name(record->side));
    subject->record = record->number;
    rc_subject_set_place(subject, state->day->side[record->side].path);
}

static bool click(struct rc_view *view, const struct rc_mouse *mouse)
{
    struct rc_discrepancy_state *state = view->state;
    if (rc_page_mouse(&state->page, mouse))
        enter(view);
    return true;
}

static const enum rc_action actions[] = {RC_DO_ENTER,   RC_DO_NEXT_MATCH, RC_DO_PREVIOUS_MATCH,
                                         RC_DO_RAW,     RC_DO_UP,         RC_DO_DOWN,
                                         RC_DO_PAGE_UP, RC_DO_PAGE_DOWN,  RC_DO_TOP,
                                         RC_DO_BOTTOM,  RC_DO_COPY,       RC_ACTION_NONE};

const struct rc_view_ops rc_view_discrepancy = {
    .name = "discrepancy",
    .aliases = "diff",
    .title = "Discrepancy",
    .help = "One discrepancy by its id: what brought its records together and why they do not "
            "agree, both sides field by field with what differs lit, its records, other "
            "discrepancies that look like it, and the bytes of its records; where both sides "
            "have one layout, the bytes that differ are lit. The next-match keys go to the next "
            "discrepancy of the list it was opened from and the one before, by its id where there "
            "was no list. Enter opens the record, at its first byte that "
            "differs, or the candidate. Of several records of a side, the one under the cursor "
            "is compared.",
    .actions = actions,
    .state_size = sizeof(struct rc_discrepancy_state),
    .open = open_discrepancy,
    .close = close_discrepancy,
    .changed = reread,
    .tick = tick,
    .poll = poll,
    .draw = draw_discrepancy,
    .act = act_on_discrepancy,
    .where = where,
    .subject = tell_subject,
    .mouse = click,
};
