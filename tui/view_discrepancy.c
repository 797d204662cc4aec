#include "tui/views.h"

#include "model/figures.h"
#include "model/finding.h"
#include "model/live_day.h"
#include "model/overview.h"
#include "model/recordfile.h"
#include "tui/hex.h"
#include "tui/list.h"
#include "tui/notes.h"
#include "tui/page.h"
#include "tui/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One discrepancy: its records field by field and byte by byte, and what looks like
 * them. */
struct state {
    struct rc_finding *finding;
    struct rc_overview *day; /* whose program, date and sides it belongs to */
    struct rc_source source[RC_SIDES];
    struct rc_page page;
    struct rc_candidates *candidates; /* NULL: not looked for yet */
    bool searched;                    /* for candidates */
    size_t chosen[RC_SIDES];          /* the records that are compared; count: none */
    size_t raw_row;                   /* where the bytes begin on the page */
    uint32_t raw_left;                /* bytes that may still be put on it */
    enum rc_bytes_state bytes;        /* of its records, where the day is at AWS */
    struct rc_error no_bytes;         /* why they did not come */
    struct rc_notes notes;
    bool whole; /* all candidates were there when they were looked for */
};

enum part { PART_RECORD = 1, PART_CANDIDATE };

static int64_t target_of(enum part part, size_t index)
{
    return (int64_t)part << 32 | (int64_t)index;
}

enum { LABEL_WIDTH = 20, RAW_BYTES = 4096, RAW_TOTAL = 32768 };

/* ----- the comparison ----- */

static const struct rc_finding_record *chosen(const struct state *state, enum rc_side side)
{
    size_t index = state->chosen[side];
    return index < state->finding->record_count ? &state->finding->records[index] : NULL;
}

/* The first of each side. */
static void choose_first(struct state *state)
{
    const struct rc_finding *finding = state->finding;
    state->chosen[RC_SETTLEMENT] = state->chosen[RC_INTERNAL] = finding->record_count;
    for (size_t i = finding->record_count; i-- > 0;)
        state->chosen[finding->records[i].side] = i;
}

static bool differs(const char *a, const char *b)
{
    return (a == NULL) != (b == NULL) || (a && strcmp(a, b) != 0);
}

/* Whether the byte of a record differs from the one in the same place of the other that
 * it is compared with. NULL: they cannot be compared byte by byte. */
static bool *differing_bytes(const struct state *state, size_t index)
{
    const struct rc_finding_record *record = &state->finding->records[index];
    const struct rc_finding_record *other =
        chosen(state, record->side == RC_SETTLEMENT ? RC_INTERNAL : RC_SETTLEMENT);
    bool same_layout = strcmp(state->day->side[RC_SETTLEMENT].layout_digest,
                              state->day->side[RC_INTERNAL].layout_digest) == 0;
    if (!other || !same_layout || other->raw_length != record->raw_length || !record->raw_length)
        return NULL;
    bool *different = malloc(record->raw_length * sizeof *different);
    for (uint32_t i = 0; different && i < record->raw_length; i++)
        different[i] = record->raw[i] != other->raw[i];
    return different;
}

/* ----- the head ----- */

static void row(struct rc_page *page, const char *label)
{
    rc_page_row(page, RC_NO_TARGET);
    rc_page_put(page, 0, LABEL_WIDTH - 1, RC_ROLE_DIM, RC_LEFT, label, strlen(label));
}

static void tell_sums(struct state *state, int width)
{
    const struct rc_finding *finding = state->finding;
    struct rc_page *page = &state->page;
    char delta[RC_FIGURE_BYTES];
    row(page, "difference");
    if (!finding->has_delta) {
        bool lone = !finding->count[RC_SETTLEMENT] || !finding->count[RC_INTERNAL];
        rc_page_printf(page, LABEL_WIDTH, width - LABEL_WIDTH, RC_ROLE_DIM, RC_LEFT,
                       lone ? "one side is missing"
                            : "none in one currency, or one of more than 64 bits");
        return;
    }
    rc_money_text(finding->delta_minor, rc_money_exponent(finding->currency), delta);
    rc_page_printf(page, LABEL_WIDTH, width - LABEL_WIDTH,
                   finding->delta_minor ? RC_ROLE_DIFFERENT : RC_ROLE_NORMAL, RC_LEFT, "%s%s %s%s",
                   finding->delta_minor > 0 ? "+" : "", delta, finding->currency,
                   finding->delta_minor ? "" : ": the amounts agree");
}

static void tell_head(struct state *state, int width)
{
    const struct rc_finding *finding = state->finding;
    struct rc_page *page = &state->page;
    int room = width - LABEL_WIDTH;
    rc_page_row(page, RC_NO_TARGET);
    rc_page_printf(page, 0, LABEL_WIDTH - 1, finding->exception ? RC_ROLE_BAD : RC_ROLE_GOOD,
                   RC_LEFT, "%s%s", finding->exception ? "! " : "", finding->status);
    rc_page_printf(page, LABEL_WIDTH + 1, room - 1, RC_ROLE_TITLE, RC_LEFT, "%s",
                   finding->transaction_id);
    bool lone = !finding->count[RC_SETTLEMENT] || !finding->count[RC_INTERNAL];
    row(page, lone ? "last rule tried" : "met by");
    rc_page_printf(page, LABEL_WIDTH, room, RC_ROLE_NORMAL, RC_LEFT, "%s", finding->rule);
    row(page, finding->exception ? "failed because" : "because");
    rc_page_flow(page, LABEL_WIDTH, room, RC_ROLE_NORMAL, finding->reason);
    tell_sums(state, width);
    row(page, "age");
    rc_page_printf(page, LABEL_WIDTH, room, RC_ROLE_NORMAL, RC_LEFT,
                   "%lld business day%s on %s (%s days)", (long long)finding->age_days,
                   finding->age_days == 1 ? "" : "s", state->day->file_date, finding->age_bucket);
    row(page, "shard and key");
    rc_page_printf(page, LABEL_WIDTH, room, RC_ROLE_NORMAL, RC_LEFT, "%llu of %llu, %s#%s#%llu",
                   (unsigned long long)finding->shard, (unsigned long long)state->day->shard_count,
                   state->day->program, state->day->file_date, (unsigned long long)finding->shard);
}

/* ----- field by field ----- */

/* The widths of the comparison's columns. */
static int each_width(int width)
{
    int each = (width - LABEL_WIDTH - (width >= 110 ? 24 : 14)) / 2;
    return each > 48 ? 48 : each;
}

/* Texts that are wider than their columns: one text for both, or a row each. */
static void wide_row(struct rc_page *page, int width, const char *const *texts, bool different,
                     enum rc_role role)
{
    rc_page_flow(page, LABEL_WIDTH, width - LABEL_WIDTH, role, texts[0]);
    if (!different)
        return;
    rc_page_row(page, RC_NO_TARGET);
    rc_page_printf(page, 2, LABEL_WIDTH - 3, RC_ROLE_DIM, RC_RIGHT, "internal");
    rc_page_flow(page, LABEL_WIDTH, width - LABEL_WIDTH, role, texts[1]);
}

static void compare_row(struct state *state, int width, enum rc_canon field)
{
    const struct rc_finding_record *left = chosen(state, RC_SETTLEMENT);
    const struct rc_finding_record *right = chosen(state, RC_INTERNAL);
    const char *texts[] = {left ? left->field[field] : NULL, right ? right->field[field] : NULL};
    struct rc_page *page = &state->page;
    char delta[RC_FIGURE_BYTES + 8] = "";
    int each = each_width(width);
    if (!texts[0] && !texts[1])
        return;
    bool different = left && right && differs(texts[0], texts[1]);
    /* What differs but is not why they did not agree is not lit. */
    bool told = state->finding->differences >> field & 1;
    bool lit = different && (told || !state->finding->differences);
    enum rc_role role = lit ? RC_ROLE_DIFFERENT : RC_ROLE_NORMAL;
    row(page, rc_canon_name(field));
    if (different)
        rc_page_printf(page, LABEL_WIDTH - 2, 1, lit ? RC_ROLE_DIFFERENT : RC_ROLE_DIM, RC_LEFT,
                       "%s", rc_screen_ascii() ? "#" : "≠");
    if (texts[0] && texts[1] &&
        (rc_text_width(texts[0], strlen(texts[0])) >= each ||
         rc_text_width(texts[1], strlen(texts[1])) >= each)) {
        wide_row(page, width, texts, different, role);
        return;
    }
    for (int side = 0; side < RC_SIDES; side++) {
        const char *text = texts[side] ? texts[side] : (rc_screen_ascii() ? "-" : "—");
        rc_page_put(page, LABEL_WIDTH + side * each, each - 1, texts[side] ? role : RC_ROLE_DIM,
                    RC_LEFT, text, strlen(text));
    }
    if (!different)
        return;
    rc_finding_delta(left, right, field, delta, sizeof delta);
    if (!delta[0] && !told)
        snprintf(delta, sizeof delta, "not compared");
    rc_page_put(page, LABEL_WIDTH + 2 * each, width - LABEL_WIDTH - 2 * each,
                lit ? RC_ROLE_DIFFERENT : RC_ROLE_DIM, RC_LEFT, delta, strlen(delta));
}

static void side_head(struct state *state, int x, int width, enum rc_side side)
{
    const struct rc_finding *finding = state->finding;
    size_t index = 0;
    for (size_t i = 0; i < finding->record_count && i <= state->chosen[side]; i++)
        index += finding->records[i].side == side;
    if (finding->count[side] > 1)
        rc_page_printf(&state->page, x, width, RC_ROLE_HEADER, RC_LEFT, "%s %zu/%llu",
                       rc_side_name(side), index, (unsigned long long)finding->count[side]);
    else
        rc_page_printf(&state->page, x, width, RC_ROLE_HEADER, RC_LEFT, "%s%s", rc_side_name(side),
                       finding->count[side] ? "" : ": none");
}

static void tell_fields(struct state *state, int width)
{
    int each = each_width(width);
    rc_page_row(&state->page, RC_NO_TARGET);
    rc_page_row(&state->page, RC_NO_TARGET);
    rc_page_put(&state->page, 0, LABEL_WIDTH - 1, RC_ROLE_HEADER, RC_LEFT, "field", 5);
    side_head(state, LABEL_WIDTH, each - 1, RC_SETTLEMENT);
    side_head(state, LABEL_WIDTH + each, each - 1, RC_INTERNAL);
    rc_page_put(&state->page, LABEL_WIDTH + 2 * each, width - LABEL_WIDTH - 2 * each,
                RC_ROLE_HEADER, RC_LEFT, "difference", 10);
    for (int field = 0; field < RC_CANON_FIELDS; field++)
        compare_row(state, width, (enum rc_canon)field);
}

/* ----- records ----- */

static void tell_records(struct state *state, int width)
{
    const struct rc_finding *finding = state->finding;
    struct rc_page *page = &state->page;
    uint64_t all = finding->count[RC_SETTLEMENT] + finding->count[RC_INTERNAL];
    rc_page_title(page, width, "Records");
    for (size_t i = 0; i < finding->record_count; i++) {
        const struct rc_finding_record *record = &finding->records[i];
        const char *amount = record->field[RC_C_AMOUNT], *code = record->field[RC_C_CURRENCY];
        bool compared = state->chosen[record->side] == i;
        rc_page_row(page, target_of(PART_RECORD, i));
        rc_page_printf(page, 0, 12, RC_ROLE_NORMAL, RC_LEFT, "%s%s", compared ? "* " : "  ",
                       rc_side_name(record->side));
        rc_page_printf(page, 13, 33, RC_ROLE_NORMAL, RC_LEFT, "record %llu at byte %llu",
                       (unsigned long long)record->number, (unsigned long long)record->offset);
        rc_page_printf(page, 46, 20, RC_ROLE_NORMAL, RC_RIGHT, "%s %s", amount ? amount : "",
                       code ? code : "");
        rc_page_printf(page, 68, width - 68, RC_ROLE_DIM, RC_LEFT, "%s  %s",
                       record->field[RC_C_DATE] ? record->field[RC_C_DATE] : "",
                       record->field[RC_C_ID] ? record->field[RC_C_ID] : "");
    }
    if (all > finding->record_count) {
        rc_page_row(page, RC_NO_TARGET);
        rc_page_printf(page, 2, width - 2, RC_ROLE_WARN, RC_LEFT,
                       "%llu more records: `reconctl get transactions --filter discrepancy=%lld`",
                       (unsigned long long)(all - finding->record_count), (long long)finding->id);
    }
}

/* ----- candidates ----- */

static void tell_likeness(unsigned likeness, char *text, size_t size)
{
    static const char *const names[] = {"id", "ref", "auth", "amount"};
    text[0] = '\0';
    for (unsigned bit = 0; bit < 4; bit++)
        if (likeness >> bit & 1) {
            size_t used = strlen(text);
            snprintf(text + used, size - used, "%s%s", used ? ", " : "", names[bit]);
        }
}

static void tell_candidates(struct state *state, int width)
{
    struct rc_page *page = &state->page;
    rc_page_title(page, width, "Near candidates");
    if (!state->candidates || !state->candidates->count) {
        rc_page_row(page, RC_NO_TARGET);
        bool searched = state->candidates || state->searched;
        rc_page_printf(page, 2, width - 2, RC_ROLE_DIM, RC_LEFT, "%s%s",
                       searched ? "no other discrepancy has its id, reference, auth code or amount"
                                : "looking through the records of all discrepancies",
                       searched && !state->whole ? ", of those that had come" : "");
        return;
    }
    for (size_t i = 0; i < state->candidates->count; i++) {
        const struct rc_candidate *candidate = &state->candidates->items[i];
        char likeness[48];
        tell_likeness(candidate->likeness, likeness, sizeof likeness);
        rc_page_row(page, target_of(PART_CANDIDATE, i));
        rc_page_printf(page, 2, 10, RC_ROLE_NORMAL, RC_LEFT, "%s", rc_side_name(candidate->side));
        rc_page_printf(page, 13, 20, RC_ROLE_NORMAL, RC_LEFT, "%s", candidate->status);
        rc_page_printf(page, 34, 18, RC_ROLE_NORMAL, RC_RIGHT, "%s %s", candidate->amount,
                       candidate->currency);
        rc_page_printf(page, 54, width < 100 ? width - 54 : 40, RC_ROLE_NORMAL, RC_LEFT, "same %s",
                       likeness);
        rc_page_printf(page, 95, width - 95, RC_ROLE_DIM, RC_LEFT, "%s", candidate->transaction_id);
    }
    if (state->candidates->more) {
        rc_page_row(page, RC_NO_TARGET);
        rc_page_printf(page, 2, width - 2, RC_ROLE_DIM, RC_LEFT, "and others: %d are shown",
                       RC_CANDIDATES);
    }
}

/* ----- bytes ----- */

/* "3 bytes differ: 85-87 (amount)" */
static void tell_differing(struct state *state, int width, const bool *different,
                           const struct rc_finding_record *record,
                           const struct rc_shown_record *shown)
{
    struct rc_buf text;
    uint32_t count = 0;
    rc_buf_init(&text, 4096);
    for (uint32_t i = 0; i < record->raw_length; i++) {
        uint32_t from = i;
        int field = shown ? shown->field_of[i] : -1;
        while (i < record->raw_length && different[i] && (!shown || shown->field_of[i] == field))
            i++;
        if (i == from)
            continue;
        count += i - from;
        rc_buf_printf(&text, "%s%u", text.length ? ", " : "", from + 1);
        if (i - from > 1)
            rc_buf_printf(&text, "-%u", i);
        if (field >= 0)
            rc_buf_printf(&text, " %s", shown->fields[field].name);
        i -= i < record->raw_length && different[i];
    }
    struct rc_buf line;
    rc_buf_init(&line, 8192);
    if (count)
        rc_buf_printf(&line, "%u byte%s differ%s: %s", count, count == 1 ? "" : "s",
                      count == 1 ? "s" : "", text.data ? text.data : "");
    rc_page_wrap(&state->page, 2, width - 2, count ? RC_ROLE_DIFFERENT : RC_ROLE_GOOD,
                 count && line.data ? line.data : "no byte differs");
    rc_buf_free(&line);
    rc_buf_free(&text);
}

static void tell_no_bytes(struct state *state, int width)
{
    bool failed = state->bytes == RC_BYTES_FAILED;
    rc_page_wrap(&state->page, 2, width - 2, failed ? RC_ROLE_BAD : RC_ROLE_DIM,
                 failed                            ? state->no_bytes.text
                 : state->bytes == RC_BYTES_COMING ? "its bytes are being fetched"
                                                   : "the day file keeps none of its bytes");
}

static void tell_raw(struct state *state, int width, size_t index)
{
    const struct rc_finding_record *record = &state->finding->records[index];
    const struct rc_source *source = &state->source[record->side];
    struct rc_page *page = &state->page;
    bool *different = differing_bytes(state, index);
    struct rc_shown_record *shown =
        source->layout && state->raw_left
            ? rc_shown_record_make(source->layout, record->raw, record->raw_length, NULL)
            : NULL;
    struct rc_hex hex = {.bytes = record->raw,
                         .glyphs = shown ? shown->glyphs : NULL,
                         .field_of = shown && !different ? shown->field_of : NULL,
                         .different = different,
                         .length = record->raw_length};
    rc_page_title(page, width, "%s, record %llu, byte %llu, %llu bytes of %s",
                  rc_side_name(record->side), (unsigned long long)record->number,
                  (unsigned long long)record->offset, (unsigned long long)record->length,
                  state->day->side[record->side].path);
    if (different)
        tell_differing(state, width, different, record, shown);
    uint32_t most = state->raw_left < RAW_BYTES ? state->raw_left : RAW_BYTES;
    uint32_t put = rc_hex_page(&hex, page, 0, width, most);
    state->raw_left -= put;
    if (put < record->raw_length) {
        rc_page_row(page, RC_NO_TARGET);
        rc_page_printf(page, 2, width - 2, RC_ROLE_WARN, RC_LEFT,
                       "%u more bytes: Enter on the record shows them", record->raw_length - put);
    }
    if (!record->raw_length)
        tell_no_bytes(state, width);
    rc_shown_record_free(shown);
    free(different);
}

static void fill(struct rc_view *view, int width)
{
    struct state *state = view->state;
    struct rc_page *page = &state->page;
    rc_page_clear(page);
    tell_head(state, width);
    rc_notes_fill(&state->notes, view, page, width);
    tell_fields(state, width);
    tell_records(state, width);
    tell_candidates(state, width);
    state->raw_row = page->row_count + 1;
    state->raw_left = RAW_TOTAL;
    for (int side = 0; side < RC_SIDES; side++)
        if (chosen(state, (enum rc_side)side))
            tell_raw(state, width, state->chosen[side]);
    const struct rc_finding *finding = state->finding;
    for (size_t i = 0; finding->records && i < finding->record_count; i++)
        if (state->chosen[finding->records[i].side] != i)
            tell_raw(state, width, i);
    rc_page_settle(page);
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
    struct state *state = view->state;
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
    struct state *state = view->state;
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
    struct state *state = view->state;
    state->bytes = rc_live_day_bytes(rc_app_live_day(view), state->finding->id, &state->no_bytes);
}

/* The day has more or other rows. What is shown stays where it has gone. */
static void reread(struct rc_view *view)
{
    struct state *state = view->state;
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
    struct state *state = view->state;
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
    struct state *state = view->state;
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
    struct state *state = view->state;
    rc_notes_ask(&state->notes, view, state->finding->transaction_id);
    if (rc_app_live_day(view))
        rc_live_day_refresh(rc_app_live_day(view));
}

static void close_discrepancy(struct rc_view *view)
{
    struct state *state = view->state;
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
    struct state *state = view->state;
    int64_t target = state->page.selected;
    size_t index = (size_t)(target & UINT32_MAX);
    /* The record under the cursor is the one that is compared. */
    if (target != RC_NO_TARGET && target >> 32 == PART_RECORD &&
        index < state->finding->record_count)
        state->chosen[state->finding->records[index].side] = index;
    fill(view, area.width - 2);
    rc_page_draw(&state->page, area);
}

/* The discrepancy before or behind this one: in the list that it was opened from, as
 * that is filtered and sorted, else by its id. */
static struct rc_finding *neighbour(struct rc_view *view, int direction, bool *listed,
                                    struct rc_error *err)
{
    const struct state *state = view->state;
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
    struct state *state = view->state;
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
    struct state *state = view->state;
    size_t index = (size_t)(state->page.selected & UINT32_MAX);
    if (state->page.selected == RC_NO_TARGET)
        return;
    if (state->page.selected >> 32 == PART_CANDIDATE) {
        if (state->candidates && index < state->candidates->count)
            rc_app_go(view->app, "discrepancy", "%lld",
                      (long long)state->candidates->items[index].discrepancy);
        return;
    }
    if (index >= state->finding->record_count)
        return;
    /* The record opens with its cursor on the first byte that differs. */
    const struct rc_finding_record *record = &state->finding->records[index];
    bool *different = differing_bytes(state, index);
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
    struct state *state = view->state;
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
    const struct state *state = view->state;
    rc_buf_printf(out, "%lld", (long long)state->finding->id);
}

/* The record under the cursor, else the first that is compared. */
static const struct rc_finding_record *at_cursor(const struct state *state)
{
    int64_t target = state->page.selected;
    size_t index = (size_t)(target & UINT32_MAX);
    if (target != RC_NO_TARGET && target >> 32 == PART_RECORD &&
        index < state->finding->record_count)
        return &state->finding->records[index];
    const struct rc_finding_record *first = chosen(state, RC_SETTLEMENT);
    return first ? first : chosen(state, RC_INTERNAL);
}

static void tell_subject(struct rc_view *view, struct rc_subject *subject)
{
    const struct state *state = view->state;
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
    struct state *state = view->state;
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
    .state_size = sizeof(struct state),
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
