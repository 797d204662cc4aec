#include "tui/views.h"

#include "model/finding.h"
#include "model/layoutmap.h"
#include "tui/hex.h"
#include "tui/page.h"
#include "tui/source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One record of a file: its bytes with the fields of its layout over them, the fields'
 * values, and the canonical record that it makes. */
struct state {
    bool of_day;
    enum rc_side side;
    struct rc_overview *day;       /* of_day */
    struct rc_source source;       /* layout and path, also of a file without a day */
    struct rc_recordfile *file;    /* NULL: not there */
    struct rc_kept_record *kept;   /* what the day file keeps of the record asked for first */
    struct rc_shown_record *shown; /* NULL: not read yet */
    uint64_t number;
    bool indexing, on_fields;
    uint32_t byte; /* from 1, that the cursor is to stand on; 0: any */
    char note[400];
    struct rc_hex hex;
    struct rc_area hex_area;
    struct rc_page page; /* of the fields */
};

enum {
    WIDE = 150,
    TWIN = 112,
    CANONICAL_AT = 68,
    HEX_WIDTH = 76,
    LABEL_WIDTH = 21,
    LEAST_FIELDS = 7
};

/* ----- reading ----- */

static void show(struct rc_view *view, struct rc_shown_record *shown)
{
    struct state *state = view->state;
    rc_shown_record_free(state->shown);
    state->shown = shown;
    state->number = shown->number;
    state->hex.bytes = shown->raw;
    state->hex.glyphs = shown->glyphs;
    state->hex.field_of = shown->field_of;
    state->hex.length = shown->raw_length;
    if (state->byte && state->byte <= shown->raw_length)
        state->hex.cursor = state->byte - 1;
    state->byte = 0;
    snprintf(view->arguments, sizeof view->arguments, "%s%s%" PRIu64,
             state->of_day ? rc_side_name(state->side) : "", state->of_day ? " " : "",
             state->number);
}

/* What the day file keeps, when it is all there is. */
static bool show_kept(struct rc_view *view, struct rc_error *err)
{
    struct state *state = view->state;
    const struct rc_kept_record *kept = state->kept;
    if (!state->source.layout) {
        rc_error_set(err, RC_DATA, "%s", state->source.why);
        return false;
    }
    struct rc_shown_record *shown =
        rc_shown_record_make(state->source.layout, kept->raw, kept->raw_length, err);
    if (!shown)
        return false;
    shown->number = kept->number;
    shown->offset = kept->offset;
    shown->framed_length = kept->length;
    if (kept->reason[0])
        snprintf(shown->reason, sizeof shown->reason, "%.80s%s%.150s", kept->field,
                 kept->field[0] ? ": " : "", kept->reason);
    show(view, shown);
    return true;
}

/* ----- work: finding what the day keeps, reading the file through ----- */

struct job {
    enum rc_side side;
    uint64_t number;
    struct rc_kept_record *kept;
    const struct rc_layout *layout;
    char path[4096];
    struct rc_recordindex *index;
};

static void free_job(struct job *job)
{
    rc_kept_record_free(job->kept);
    rc_recordindex_free(job->index);
    free(job);
}

static bool run_index(void *context, struct rc_model *model, struct rc_error *err)
{
    struct job *job = context;
    (void)model;
    job->index = rc_recordindex_build(job->layout, job->path, rc_app_cancelled, err);
    return job->index != NULL;
}

static void end_index(struct rc_view *view, void *context, bool ok, bool cancelled,
                      const struct rc_error *err)
{
    struct state *state = view->state;
    struct job *job = context;
    struct rc_error why = {0};
    if (!cancelled) {
        state->indexing = false;
        if (!ok)
            rc_app_fail(view->app, err);
    }
    if (ok && state->file) {
        rc_recordfile_use(state->file, job->index);
        job->index = NULL;
        /* Now it is known what stands before the record. */
        struct rc_shown_record *shown = rc_recordfile_read(state->file, state->number, &why);
        if (shown && !state->note[0])
            show(view, shown);
        else
            rc_shown_record_free(shown);
        if (!state->shown && !state->kept)
            rc_app_fail(view->app, &why);
    }
    free_job(job);
}

static const struct rc_job_ops index_ops = {"reading the file", run_index, end_index, true};

static void start_index(struct rc_view *view)
{
    struct state *state = view->state;
    struct job *job = state->file ? calloc(1, sizeof *job) : NULL;
    if (!job)
        return;
    job->layout = state->source.layout;
    memcpy(job->path, state->source.path, sizeof job->path);
    state->indexing = true;
    rc_app_start(view, &index_ops, job);
}

static bool run_lookup(void *context, struct rc_model *model, struct rc_error *err)
{
    struct job *job = context;
    struct rc_error why = {0};
    job->kept = rc_kept_record_read(model, job->side, job->number, &why);
    if (why.code)
        *err = why;
    return why.code == RC_OK;
}

/* The file's bytes are shown as long as they are those that were reconciled. */
static void settle(struct rc_view *view, struct rc_error *err)
{
    struct state *state = view->state;
    const struct rc_kept_record *kept = state->kept;
    if (kept && state->file && !state->shown) {
        struct rc_shown_record *shown =
            rc_recordfile_read_at(state->file, kept->number, kept->offset, err);
        if (shown)
            show(view, shown);
    }
    if (kept && state->shown && state->shown->number == kept->number &&
        !rc_shown_record_is(state->source.layout, state->shown, kept->raw, kept->raw_length)) {
        snprintf(state->note, sizeof state->note,
                 "the file has changed since: these are the bytes that the day keeps");
        rc_recordfile_close(state->file);
        state->file = NULL;
        show_kept(view, err);
    }
    if (kept && !state->shown && !show_kept(view, err))
        rc_app_fail(view->app, err);
    if (!kept && !state->file)
        snprintf(state->note, sizeof state->note,
                 "%s, and the day keeps only records of discrepancies and rejected ones",
                 state->source.why);
}

static void end_lookup(struct rc_view *view, void *context, bool ok, bool cancelled,
                       const struct rc_error *err)
{
    struct state *state = view->state;
    struct job *job = context;
    struct rc_error why = {0};
    if (!cancelled && ok) {
        state->kept = job->kept;
        job->kept = NULL;
        settle(view, &why);
    } else if (!cancelled) {
        rc_app_fail(view->app, err);
    }
    free_job(job);
    if (!cancelled)
        start_index(view);
}

static const struct rc_job_ops lookup_ops = {"looking for the record", run_lookup, end_lookup,
                                             true};

static void start_lookup(struct rc_view *view)
{
    struct state *state = view->state;
    struct job *job = calloc(1, sizeof *job);
    if (!job)
        return;
    job->side = state->side;
    job->number = state->number;
    rc_app_start(view, &lookup_ops, job);
}

/* ----- opening ----- */

static bool open_of_day(struct rc_view *view, const char **arguments, struct rc_error *err)
{
    struct state *state = view->state;
    struct rc_model *model = rc_app_model(view->app);
    *arguments = rc_source_side(*arguments, &state->side);
    if (!model || !*arguments || !**arguments) {
        rc_error_set(err, RC_USAGE,
                     "record SIDE NUMBER [BYTE]: settlement or internal, and the "
                     "record's number in the file");
        return false;
    }
    state->of_day = true;
    state->day = rc_overview_read(model, err);
    if (!state->day)
        return false;
    rc_source_open(&state->source, model, state->day, state->side);
    if (state->source.why[0])
        snprintf(state->note, sizeof state->note, "%s: these are the bytes that the day keeps",
                 state->source.why);
    return true;
}

static bool open_of_file(struct rc_view *view, struct rc_error *err)
{
    struct state *state = view->state;
    state->source.map = rc_layoutmap_load(rc_app_layout(view->app), err);
    if (!state->source.map)
        return false;
    state->source.layout = state->source.map->layout;
    snprintf(state->source.path, sizeof state->source.path, "%s", rc_app_file(view->app));
    return true;
}

static void close_record(struct rc_view *view)
{
    struct state *state = view->state;
    rc_overview_free(state->day);
    rc_recordfile_close(state->file);
    rc_kept_record_free(state->kept);
    rc_shown_record_free(state->shown);
    rc_source_close(&state->source);
    rc_page_free(&state->page);
}

/* "NUMBER [BYTE]"; without any the first record. */
static bool read_numbers(struct state *state, const char *arguments, struct rc_error *err)
{
    char *end;
    state->number = 1;
    arguments += strspn(arguments, " ");
    if (!*arguments)
        return true;
    state->number = strtoull(arguments, &end, 10);
    bool ok = end != arguments && state->number;
    if (ok && *end) {
        const char *byte = end;
        state->byte = (uint32_t)strtoul(byte, &end, 10);
        ok = end != byte && !end[strspn(end, " ")];
    }
    if (!ok)
        rc_error_set(err, RC_USAGE, "\"%s\": the record's number, from 1, is expected", arguments);
    return ok;
}

static bool open_record(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct state *state = view->state;
    struct rc_error why = {0};
    rc_page_init(&state->page);
    bool ok = rc_app_file(view->app) ? open_of_file(view, err) : open_of_day(view, &arguments, err);
    ok = ok && read_numbers(state, arguments, err);
    if (ok && state->source.layout && state->source.path[0]) {
        state->file = rc_recordfile_open(state->source.layout, state->source.path, &why);
        struct rc_shown_record *shown =
            state->file ? rc_recordfile_read(state->file, state->number, &why) : NULL;
        if (shown)
            show(view, shown);
        else if (!state->file || (why.code != RC_LIMIT && !state->of_day))
            ok = false;
    }
    if (!ok) {
        if (why.code)
            *err = why;
        close_record(view);
        return false;
    }
    if (state->of_day)
        start_lookup(view);
    else
        start_index(view);
    return true;
}

/* ----- drawing ----- */

static void head(const struct state *state, struct rc_area area)
{
    const struct rc_shown_record *shown = state->shown;
    char of[32] = "";
    uint64_t count = state->file ? rc_recordfile_count(state->file) : 0;
    if (count)
        snprintf(of, sizeof of, " of %" PRIu64, count);
    if (!shown) {
        rc_draw_printf(area.y, area.x, area.width, RC_ROLE_TITLE, "record %" PRIu64, state->number);
        return;
    }
    const char *dot = rc_screen_ascii() ? "|" : "·";
    rc_draw_printf(area.y, area.x, area.width, RC_ROLE_TITLE,
                   "%s%srecord %" PRIu64 "%s %s %s %s byte %" PRIu64 " %s %u bytes %s %s",
                   state->of_day ? rc_side_name(state->side) : "", state->of_day ? " " : "",
                   shown->number, of, dot, shown->type[0] ? shown->type : "unknown type", dot,
                   shown->offset, dot, shown->raw_length, dot,
                   state->of_day ? state->day->side[state->side].path : state->source.path);
}

static int field_at_cursor(const struct state *state)
{
    return state->shown && state->hex.length ? state->shown->field_of[state->hex.cursor] : -1;
}

/* The field under the cursor, and the byte itself. */
static void cursor_line(const struct state *state, struct rc_area area)
{
    const struct rc_shown_record *shown = state->shown;
    int index = field_at_cursor(state);
    if (!shown || !state->hex.length)
        return;
    const struct rc_shown_field *field = index < 0 ? NULL : &shown->fields[index];
    int x = rc_draw_printf(area.y, area.x, area.width, RC_ROLE_DIM,
                           "column %u, %02X, file byte %" PRIu64 "  ", state->hex.cursor + 1,
                           state->hex.bytes[state->hex.cursor],
                           shown->offset +
                               (shown->framed_length > shown->raw_length + 2u
                                    ? shown->framed_length - shown->raw_length
                                    : 0) +
                               state->hex.cursor);
    area.width -= x;
    if (area.width < 1)
        return;
    if (!field)
        rc_draw_printf(area.y, area.x + x, area.width, RC_ROLE_DIM, "no field");
    else
        rc_draw_printf(area.y, area.x + x, area.width, rc_hex_field_role(index), "%s %u-%u %s = %s",
                       field->name, field->at + 1, field->at + field->length, field->type,
                       field->value ? field->value : (field->wrong ? "does not decode" : "absent"));
}

static void put_field(struct state *state, int width, size_t index)
{
    const struct rc_shown_field *field = &state->shown->fields[index];
    struct rc_page *page = &state->page;
    enum rc_role role = field->filler ? RC_ROLE_DIM : rc_hex_field_role((int)index);
    rc_page_printf(page, 0, 9, RC_ROLE_DIM, RC_RIGHT, "%u-%u", field->at + 1,
                   field->at + field->length);
    rc_page_put(page, 10, LABEL_WIDTH - 1, role, RC_LEFT, field->name, strlen(field->name));
    rc_page_put(page, 10 + LABEL_WIDTH, 9, RC_ROLE_DIM, RC_LEFT, field->type, strlen(field->type));
    const char *value = field->value      ? field->value
                        : !field->present ? "not in this record"
                        : field->wrong    ? "does not decode"
                                          : (field->filler ? "" : "absent");
    rc_page_put(page, 20 + LABEL_WIDTH, width - 20 - LABEL_WIDTH,
                field->wrong ? RC_ROLE_BAD : (field->value ? RC_ROLE_NORMAL : RC_ROLE_DIM), RC_LEFT,
                value, strlen(value));
}

/* The canonical field from `field` on that the record has; RC_CANON_FIELDS: none. */
static int next_canonical(const struct rc_shown_record *shown, int field)
{
    while (field < RC_CANON_FIELDS && !shown->canonical[field])
        field++;
    return field;
}

static void put_canonical(struct state *state, int x, int width, int field)
{
    const char *name = rc_canon_name((enum rc_canon)field);
    const char *text = state->shown->canonical[field];
    rc_page_put(&state->page, x, LABEL_WIDTH - 1, RC_ROLE_DIM, RC_LEFT, name, strlen(name));
    rc_page_put(&state->page, x + LABEL_WIDTH, width - x - LABEL_WIDTH, RC_ROLE_NORMAL, RC_LEFT,
                text, strlen(text));
}

/* Fields and, from a column on, the canonical record beside them. */
static void put_beside(struct state *state, int width)
{
    const struct rc_shown_record *shown = state->shown;
    struct rc_page *page = &state->page;
    int canon = next_canonical(shown, 0);
    rc_page_row(page, RC_NO_TARGET);
    rc_page_put(page, 10, 20, RC_ROLE_HEADER, RC_LEFT, "field", 5);
    rc_page_put(page, CANONICAL_AT, 20, RC_ROLE_HEADER, RC_LEFT, "normalised", 10);
    for (size_t i = 0; i < shown->field_count || canon < RC_CANON_FIELDS; i++) {
        rc_page_row(page, i < shown->field_count ? (int64_t)i : RC_NO_TARGET);
        if (i < shown->field_count)
            put_field(state, CANONICAL_AT - 1, i);
        if (canon < RC_CANON_FIELDS) {
            put_canonical(state, CANONICAL_AT, width, canon);
            canon = next_canonical(shown, canon + 1);
        }
    }
}

static void put_below(struct state *state, int width)
{
    const struct rc_shown_record *shown = state->shown;
    struct rc_page *page = &state->page;
    for (size_t i = 0; i < shown->field_count; i++) {
        rc_page_row(page, (int64_t)i);
        put_field(state, width, i);
    }
    if (shown->mapped)
        rc_page_title(page, width, "Normalised");
    for (int field = next_canonical(shown, 0); field < RC_CANON_FIELDS;
         field = next_canonical(shown, field + 1)) {
        rc_page_row(page, RC_NO_TARGET);
        put_canonical(state, 10, width, field);
    }
}

static void fill_page(struct state *state, int width)
{
    const struct rc_shown_record *shown = state->shown;
    struct rc_page *page = &state->page;
    rc_page_clear(page);
    if (shown && shown->mapped && width >= TWIN)
        put_beside(state, width);
    else if (shown)
        put_below(state, width);
    if (shown && shown->unmapped[0]) {
        rc_page_title(page, width, "Not normalised");
        rc_page_wrap(page, 10, width - 10, RC_ROLE_BAD, shown->unmapped);
    }
    if (!state->on_fields)
        page->selected = field_at_cursor(state);
    rc_page_settle(page);
}

/* The bytes stand above the fields, or beside them where there is room. */
static void draw_parts(struct state *state, struct rc_area area)
{
    bool wide = area.width >= WIDE;
    struct rc_area bytes = area, line = area, fields = area;
    if (wide) {
        bytes.width = HEX_WIDTH;
        bytes.height = area.height - 1;
        fields.x += bytes.width + 1;
        fields.width -= bytes.width + 1;
    } else {
        int least = area.height > LEAST_FIELDS + 5 ? LEAST_FIELDS : area.height / 3;
        int all = rc_hex_height(&state->hex, area.width);
        bytes.height = all < area.height - 1 - least ? all : area.height - 1 - least;
        fields.y += bytes.height + 1;
        fields.height -= bytes.height + 1;
    }
    int need = rc_hex_height(&state->hex, bytes.width);
    line.y += need < bytes.height ? need : bytes.height;
    line.width = wide ? bytes.width : area.width;
    state->hex_area = bytes;
    rc_hex_draw(&state->hex, bytes);
    cursor_line(state, line);
    state->page.height = fields.height;
    fill_page(state, fields.width - 2);
    rc_page_select(&state->page, state->page.selected);
    rc_page_draw(&state->page, fields);
}

static void draw_record(struct rc_view *view, struct rc_area area)
{
    struct state *state = view->state;
    const struct rc_shown_record *shown = state->shown;
    uint64_t milliseconds;
    head(state, area);
    area.y++;
    area.height--;
    if (shown && shown->reason[0]) {
        rc_draw_printf(area.y++, area.x, area.width, RC_ROLE_BAD, "not accepted: %s",
                       shown->reason);
        area.height--;
    }
    if (state->note[0]) {
        rc_draw_printf(area.y++, area.x, area.width, RC_ROLE_WARN, "%s", state->note);
        area.height--;
    }
    if (!shown)
        rc_draw_printf(area.y, area.x, area.width, RC_ROLE_DIM, "%s",
                       rc_app_busy(view, &milliseconds) ? "the record is being looked for"
                                                        : "the record cannot be shown");
    else if (area.height > 2)
        draw_parts(state, area);
}

/* ----- acting ----- */

static void go_to(struct rc_view *view, uint64_t number)
{
    struct state *state = view->state;
    struct rc_error err = {0};
    struct rc_shown_record *shown = NULL;
    if (!number) {
        rc_app_say(view->app, RC_ROLE_NORMAL, "this is the file's first record");
        return;
    }
    if (!state->file) {
        rc_app_say(view->app, RC_ROLE_WARN, "the file is not there: only this record is kept");
        return;
    }
    bool next = state->shown && number == state->number + 1;
    shown = rc_recordfile_read(state->file, number, &err);
    if (!shown && err.code == RC_LIMIT && next) {
        memset(&err, 0, sizeof err);
        shown = rc_recordfile_read_at(state->file, number,
                                      state->shown->offset + state->shown->framed_length, &err);
    }
    if (shown)
        show(view, shown);
    else if (err.code == RC_USAGE && next)
        rc_app_say(view->app, RC_ROLE_NORMAL, "this is the file's last record");
    else if (err.code == RC_LIMIT && state->indexing)
        rc_app_say(view->app, RC_ROLE_NORMAL, "the file is still being read");
    else
        rc_app_fail(view->app, &err);
}

static bool go_to_typed(struct rc_view *view, const char *text, struct rc_error *err)
{
    char *end;
    unsigned long long number = strtoull(text, &end, 10);
    if (!*text)
        return true;
    if (*end || !number) {
        rc_error_set(err, RC_USAGE, "\"%s\": the number of a record is expected", text);
        return false;
    }
    go_to(view, number);
    return true;
}

static void cursor_to_field(struct state *state)
{
    int64_t index = state->page.selected;
    if (state->shown && index >= 0 && (uint64_t)index < state->shown->field_count &&
        state->shown->fields[index].present)
        state->hex.cursor = state->shown->fields[index].at;
}

static void copy_field(struct rc_view *view)
{
    struct state *state = view->state;
    int index = field_at_cursor(state);
    const char *value = index < 0 ? NULL : state->shown->fields[index].value;
    if (!value)
        return;
    rc_screen_copy(value, strlen(value));
    rc_app_say(view->app, RC_ROLE_NORMAL, "%s is on the clipboard",
               state->shown->fields[index].name);
}

static bool act_on_record(struct rc_view *view, enum rc_action action)
{
    struct state *state = view->state;
    switch (action) {
    case RC_DO_NEXT_MATCH:
        go_to(view, state->number + 1);
        return true;
    case RC_DO_PREVIOUS_MATCH:
        go_to(view, state->number - 1);
        return true;
    case RC_DO_NEXT:
    case RC_DO_PREVIOUS:
        state->on_fields = !state->on_fields;
        return true;
    case RC_DO_RAW:
        state->hex.text = !state->hex.text;
        return true;
    case RC_DO_COPY:
        copy_field(view);
        return true;
    case RC_DO_ENTER:
        if (state->shown && state->source.map)
            rc_app_go(view->app, "layout", "%s %s",
                      state->of_day ? rc_side_name(state->side) : "file", state->shown->type);
        return true;
    default:
        if (!state->on_fields)
            return rc_hex_act(&state->hex, action);
        if (!rc_page_act(&state->page, action))
            return false;
        cursor_to_field(state);
        return true;
    }
}

static bool click_on_record(struct rc_view *view, const struct rc_mouse *mouse)
{
    struct state *state = view->state;
    if (mouse->wheel_up || mouse->wheel_down)
        return rc_hex_act(&state->hex, mouse->wheel_up ? RC_DO_UP : RC_DO_DOWN);
    return false;
}

static void where(struct rc_view *view, struct rc_buf *out)
{
    const struct state *state = view->state;
    rc_buf_printf(out, "%s%s%" PRIu64, state->of_day ? rc_side_name(state->side) : "",
                  state->of_day ? " " : "", state->number);
}

static const enum rc_action actions[] = {
    RC_DO_NEXT_MATCH, RC_DO_PREVIOUS_MATCH, RC_DO_RAW,     RC_DO_NEXT,
    RC_DO_ENTER,      RC_DO_FILTER,         RC_DO_LEFT,    RC_DO_RIGHT,
    RC_DO_UP,         RC_DO_DOWN,           RC_DO_PAGE_UP, RC_DO_PAGE_DOWN,
    RC_DO_TOP,        RC_DO_BOTTOM,         RC_DO_COPY,    RC_ACTION_NONE};

const struct rc_view_ops rc_view_record = {
    .name = "record",
    .aliases = "rec bytes",
    .title = "Record",
    .help = "A record's bytes, as hex with their characters beside or as text alone (the "
            "raw-bytes key changes), coloured by the fields of its layout, and the fields' "
            "values below or beside; then the record as it is compared. The cursor names the "
            "field that it stands on; the next-part key moves among the fields instead. The "
            "next-match keys read the record behind and the one before, the filter key goes to "
            "a number, Enter shows the layout. Card numbers are masked. When the file is not "
            "there any more, or another, the bytes are those that the day file keeps.",
    .actions = actions,
    .state_size = sizeof(struct state),
    .open = open_record,
    .close = close_record,
    .draw = draw_record,
    .act = act_on_record,
    .where = where,
    .filter = go_to_typed,
    .mouse = click_on_record,
};
