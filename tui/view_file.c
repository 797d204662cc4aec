#include "tui/views.h"

#include "tui/livelist.h"
#include "tui/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One file as the pipeline knows it: facts, part by part, of which some lead on. */

struct fact {
    char part[12], name[64];
    char *value;
    bool alert;
    uint64_t number; /* of a record; 0: none */
    char run[128];
    char version[RC_S3_KEY_BYTES];
    char path[256];
};

struct state {
    struct rc_s3_object_name name;
    char place[1400]; /* as it was asked for */
    struct rc_listing *listing, *next;
    uint64_t seen; /* version of the listing that was read */
    bool told;     /* that it failed */
    struct fact *facts;
    size_t count;
    struct rc_page page;
};

enum { LABEL_WIDTH = 20, MOST_FACTS = 5000 };

/* ----- opening ----- */

static void ask(struct rc_view *view)
{
    struct state *state = view->state;
    struct rc_error err = {0};
    struct rc_listing *listing = rc_live_file(rc_app_live(view), &state->name, &err);
    if (!listing) {
        rc_app_fail(view->app, &err);
        return;
    }
    rc_listing_free(state->next);
    state->next = listing;
}

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct state *state = view->state;
    if (!rc_app_live(view)) {
        rc_error_set(err, RC_USAGE, "a file is asked of AWS; `reconctl open -c files` does so");
        return false;
    }
    if (!rc_livelist_word(&arguments, state->place, sizeof state->place)) {
        rc_error_set(err, RC_USAGE, "the name is too long");
        return false;
    }
    if (!rc_s3_object_name_read(state->place, &state->name, err))
        return false;
    rc_page_init(&state->page);
    ask(view);
    return true;
}

static void forget_facts(struct state *state)
{
    for (size_t i = 0; i < state->count; i++)
        free(state->facts[i].value);
    free(state->facts);
    state->facts = NULL;
    state->count = 0;
}

static void close(struct rc_view *view)
{
    struct state *state = view->state;
    rc_listing_free(state->listing);
    rc_listing_free(state->next);
    forget_facts(state);
    rc_page_free(&state->page);
}

/* ----- what has come ----- */

struct reading {
    struct fact *facts;
    size_t count;
    const struct rc_table_def *def;
};

static void copy(char *to, size_t size, const struct rc_cell_value *cell)
{
    size_t length = cell->null || cell->length >= size ? 0 : cell->length;
    memcpy(to, cell->text, length);
    to[length] = '\0';
}

static bool take_fact(void *context, uint64_t index, const struct rc_cell_value *cells,
                      size_t count, struct rc_error *err)
{
    struct reading *reading = context;
    struct fact *fact = &reading->facts[reading->count];
    (void)index;
    for (size_t i = 0; i < count; i++) {
        const char *column = reading->def->columns[i].name;
        const struct rc_cell_value *cell = &cells[i];
        if (strcmp(column, "part") == 0)
            copy(fact->part, sizeof fact->part, cell);
        else if (strcmp(column, "name") == 0)
            copy(fact->name, sizeof fact->name, cell);
        else if (strcmp(column, "run") == 0)
            copy(fact->run, sizeof fact->run, cell);
        else if (strcmp(column, "version") == 0)
            copy(fact->version, sizeof fact->version, cell);
        else if (strcmp(column, "path") == 0)
            copy(fact->path, sizeof fact->path, cell);
        else if (strcmp(column, "alert") == 0)
            fact->alert = !cell->null && cell->integer;
        else if (strcmp(column, "number") == 0)
            fact->number = cell->null ? 0 : (uint64_t)cell->integer;
        else if (strcmp(column, "value") == 0)
            fact->value = strndup(cell->null ? "" : cell->text, cell->null ? 0 : cell->length);
    }
    reading->count++;
    if (!fact->value)
        rc_error_nomem(err);
    return fact->value != NULL;
}

/* There are few of them, so they are read on the spot. */
static void read_facts(struct rc_view *view)
{
    struct state *state = view->state;
    struct rc_error err = {0};
    struct reading reading = {.def = rc_table_find("file")};
    struct rc_table *table =
        rc_table_open(rc_app_rows(view), reading.def,
                      &(struct rc_table_query){.scope = rc_listing_number(state->listing)}, &err);
    uint64_t rows = table ? rc_table_count(table) : 0;
    rows = rows < MOST_FACTS ? rows : MOST_FACTS;
    reading.facts = table ? calloc((size_t)rows + 1, sizeof *reading.facts) : NULL;
    forget_facts(state);
    state->facts = reading.facts;
    if (reading.facts && !rc_table_rows(table, 0, rows, take_fact, &reading, &err))
        rc_app_fail(view->app, &err);
    else if (!table)
        rc_app_fail(view->app, &err);
    state->count = reading.count;
    rc_table_close(table);
}

static void tick(struct rc_view *view)
{
    struct state *state = view->state;
    struct rc_listing *next = state->next;
    if (next && (!state->listing || rc_listing_state(next) != RC_LISTING_LOADING)) {
        rc_listing_free(state->listing);
        state->listing = next;
        state->next = NULL;
        state->seen = UINT64_MAX;
        state->told = false;
    }
    if (!state->listing)
        return;
    if (rc_listing_version(state->listing) != state->seen) {
        state->seen = rc_listing_version(state->listing);
        read_facts(view);
    }
    if (rc_listing_state(state->listing) == RC_LISTING_FAILED && !state->told) {
        state->told = true;
        rc_app_fail(view->app, rc_listing_error(state->listing));
    }
}

/* ----- the page ----- */

static const char *title_of(const char *part)
{
    static const char *const titles[][2] = {
        {"header", "Header"},     {"control", "Controls"}, {"rejected", "Rejected records"},
        {"delivery", "Delivery"}, {"run", "Run"},          {"version", "Versions"}};
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (strcmp(titles[i][0], part) == 0)
            return titles[i][1];
    return NULL;
}

static bool leads_on(const struct fact *fact)
{
    return fact->number || *fact->run || *fact->version || *fact->path;
}

/* Versions have long names, and what is said of them stands below. */
static void put_fact(struct state *state, int width, size_t index)
{
    const struct fact *fact = &state->facts[index];
    struct rc_page *page = &state->page;
    int x = LABEL_WIDTH, used = rc_text_width(fact->name, strlen(fact->name));
    rc_page_row(page, leads_on(fact) ? (int64_t)index : RC_NO_TARGET);
    rc_page_put(page, 0, -1, RC_ROLE_DIM, RC_LEFT, fact->name, strlen(fact->name));
    if (used >= LABEL_WIDTH)
        x = used + 2;
    if (x > width / 2) {
        rc_page_row(page, RC_NO_TARGET);
        x = LABEL_WIDTH;
    }
    rc_page_flow(page, x, width - x, fact->alert ? RC_ROLE_BAD : RC_ROLE_NORMAL, fact->value);
}

static void fill(struct state *state, int width)
{
    struct rc_page *page = &state->page;
    rc_page_clear(page);
    for (size_t i = 0; i < state->count; i++) {
        bool first = i == 0 || strcmp(state->facts[i].part, state->facts[i - 1].part) != 0;
        const char *title = first ? title_of(state->facts[i].part) : NULL;
        if (title)
            rc_page_title(page, width, "%s", title);
        put_fact(state, width, i);
    }
    if (!state->count) {
        bool failed = state->listing && rc_listing_state(state->listing) == RC_LISTING_FAILED;
        rc_page_wrap(page, 0, width, failed ? RC_ROLE_BAD : RC_ROLE_DIM,
                     failed ? rc_listing_error(state->listing)->text
                            : "AWS has been asked and has not answered yet.");
    }
    rc_page_settle(page);
}

static void draw(struct rc_view *view, struct rc_area area)
{
    struct state *state = view->state;
    fill(state, area.width - 2);
    rc_page_draw(&state->page, area);
}

/* ----- keys ----- */

static const struct fact *find(const struct state *state, const char *name)
{
    for (size_t i = 0; i < state->count; i++)
        if (strcmp(state->facts[i].name, name) == 0)
            return &state->facts[i];
    return NULL;
}

static const struct fact *selected(const struct state *state)
{
    int64_t target = state->page.selected;
    return target >= 0 && (uint64_t)target < state->count ? &state->facts[target] : NULL;
}

static const char *version_of(const struct state *state)
{
    const struct fact *place = find(state, "place");
    return place && *place->version ? place->version : state->name.version;
}

static void put_place(const struct state *state, const char *version, struct rc_buf *words)
{
    rc_livelist_encode(state->name.place.bucket, words);
    rc_buf_add_char(words, '/');
    rc_livelist_encode(state->name.place.key, words);
    rc_buf_add_char(words, '@');
    rc_livelist_encode(version, words);
}

/* Its records, by the layout that the program names when that is known. */
static void go_to_records(struct rc_view *view, uint64_t number)
{
    const struct state *state = view->state;
    const struct fact *layout = find(state, "layout");
    struct rc_buf words;
    rc_buf_init(&words, sizeof view->arguments - 1);
    rc_buf_add_str(&words, "s3://");
    put_place(state, version_of(state), &words);
    if (layout && *layout->path) {
        rc_buf_add_char(&words, ' ');
        rc_livelist_encode(layout->path, &words);
    }
    if (number)
        rc_buf_printf(&words, " %" PRIu64, number);
    rc_app_go(view->app, "record", "%s", words.data ? words.data : "");
    rc_buf_free(&words);
}

static void enter(struct rc_view *view)
{
    const struct state *state = view->state;
    const struct fact *fact = selected(state);
    struct rc_buf words;
    if (fact && *fact->run) {
        rc_app_go(view->app, "run", "%s", fact->run);
    } else if (fact && strcmp(fact->part, "version") == 0 &&
               strcmp(fact->version, version_of(state)) != 0) {
        rc_buf_init(&words, sizeof view->arguments - 1);
        put_place(state, fact->version, &words);
        rc_app_go(view->app, "file", "%s", words.data ? words.data : "");
        rc_buf_free(&words);
    } else {
        go_to_records(view, fact ? fact->number : 0);
    }
}

static bool cancel(struct rc_view *view)
{
    struct state *state = view->state;
    struct rc_listing *listing = state->next ? state->next : state->listing;
    if (!listing || rc_listing_state(listing) != RC_LISTING_LOADING)
        return false;
    rc_listing_cancel(listing);
    rc_app_say(view->app, RC_ROLE_WARN, "cancelled");
    return true;
}

static bool act(struct rc_view *view, enum rc_action action)
{
    struct state *state = view->state;
    switch (action) {
    case RC_DO_ENTER:
        enter(view);
        return true;
    case RC_DO_RAW:
        go_to_records(view, 0);
        return true;
    case RC_DO_REFRESH:
        ask(view);
        return true;
    case RC_DO_BACK:
        return cancel(view);
    case RC_DO_COPY:
        rc_screen_copy(state->place, strlen(state->place));
        rc_app_say(view->app, RC_ROLE_NORMAL, "its name is on the clipboard");
        return true;
    default:
        return rc_page_act(&state->page, action);
    }
}

static bool mouse(struct rc_view *view, const struct rc_mouse *at)
{
    struct state *state = view->state;
    if (rc_page_mouse(&state->page, at))
        enter(view);
    return true;
}

/* ----- the view ----- */

static bool waits(struct rc_view *view, struct rc_buf *out)
{
    const struct state *state = view->state;
    const struct rc_listing *listing = state->next ? state->next : state->listing;
    if (!listing || rc_listing_state(listing) != RC_LISTING_LOADING)
        return false;
    rc_buf_printf(out, "asking what is known of %s", state->name.place.key);
    return true;
}

static void where(struct rc_view *view, struct rc_buf *out)
{
    const struct state *state = view->state;
    rc_buf_add_str(out, state->name.place.key);
}

static void set(char *to, size_t size, const struct fact *fact)
{
    if (fact && strlen(fact->value) < size)
        memcpy(to, fact->value, strlen(fact->value) + 1);
}

static void tell_subject(struct rc_view *view, struct rc_subject *subject)
{
    const struct state *state = view->state;
    const struct fact *fact = selected(state), *run = find(state, "run");
    set(subject->program, sizeof subject->program, find(state, "program"));
    set(subject->date, sizeof subject->date, find(state, "date"));
    set(subject->side, sizeof subject->side, find(state, "side"));
    set(subject->run, sizeof subject->run, run);
    if (fact && *fact->run)
        memcpy(subject->run, fact->run, sizeof subject->run);
    memcpy(subject->bucket, state->name.place.bucket, sizeof subject->bucket);
    memcpy(subject->key, state->name.place.key, sizeof subject->key);
    snprintf(subject->version, sizeof subject->version, "%s", version_of(state));
    subject->record = fact ? fact->number : 0;
}

static const enum rc_action actions[] = {RC_DO_ENTER, RC_DO_RAW,    RC_DO_REFRESH, RC_DO_COPY,
                                         RC_DO_UP,    RC_DO_DOWN,   RC_DO_PAGE_UP, RC_DO_PAGE_DOWN,
                                         RC_DO_TOP,   RC_DO_BOTTOM, RC_ACTION_NONE};

const struct rc_view_ops rc_view_file = {
    .name = "file",
    .aliases = "",
    .title = "File",
    .help = "One file, BUCKET/KEY or a version of it, BUCKET/KEY@VERSION: its state and why, its "
            "header, what its controls declare and what was counted, rejected records, its "
            "delivery and whether the day counts it, its run and who holds its lease, and the "
            "versions that S3 has. Enter opens the records by the layout that its program names, "
            "on a rejected one at that record; on a run or another version it leads there.",
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
    .subject = tell_subject,
    .mouse = mouse,
};
