#include "tui/views.h"

#include "model/finding.h"
#include "model/layoutmap.h"
#include "model/live.h"
#include "tui/record_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ----- reading ----- */

static void show(struct rc_view *view, struct rc_shown_record *shown)
{
    struct rc_record_state *state = view->state;
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
    if (state->object)
        snprintf(view->arguments, sizeof view->arguments, "object %" PRIu64 " %" PRIu64,
                 state->object, state->number);
    else
        snprintf(view->arguments, sizeof view->arguments, "%s%s%" PRIu64,
                 state->of_day ? rc_side_name(state->side) : "", state->of_day ? " " : "",
                 state->number);
}

/* What the day file keeps, when it is all there is. */
static bool show_kept(struct rc_view *view, struct rc_error *err)
{
    struct rc_record_state *state = view->state;
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
    struct rc_record_state *state = view->state;
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
    struct rc_record_state *state = view->state;
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
    struct rc_record_state *state = view->state;
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
    struct rc_record_state *state = view->state;
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
    struct rc_record_state *state = view->state;
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
    struct rc_record_state *state = view->state;
    struct rc_model *model = rc_app_model(view);
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
    state->origin = (struct rc_origin){
        .side = state->side, .delivery = 1, .shard_count = (uint32_t)state->day->shard_count};
    snprintf(state->origin.program, sizeof state->origin.program, "%s", state->day->program);
    snprintf(state->origin.date, sizeof state->origin.date, "%s", state->day->file_date);
    state->has_origin = true;
    if (state->source.why[0])
        snprintf(state->note, sizeof state->note, "%s: these are the bytes that the day keeps",
                 state->source.why);
    return true;
}

static bool open_of_file(struct rc_view *view, const char *layout, const char *path,
                         const char *shown_path, struct rc_error *err)
{
    struct rc_record_state *state = view->state;
    state->source.map = rc_layoutmap_load(layout, err);
    if (!state->source.map)
        return false;
    state->source.layout = state->source.map->layout;
    snprintf(state->source.path, sizeof state->source.path, "%s", path);
    snprintf(state->shown_path, sizeof state->shown_path, "%s", shown_path);
    return true;
}

/* Which delivery of which day the object is: nobody waits for that, and without the pipeline
 * there is none. */
static void ask_origin(struct rc_view *view, const struct rc_live_object *object)
{
    struct rc_record_state *state = view->state;
    struct rc_s3_object_name name;
    struct rc_buf text;
    rc_buf_init(&text, sizeof name);
    rc_buf_printf(&text, "%s@%s", object->place, object->version);
    rc_origin_free(state->asked);
    state->asked = NULL;
    if (!text.failed && rc_s3_object_name_read(text.data, &name, NULL))
        state->asked = rc_origin_ask(rc_app_live(view), &name, NULL);
    rc_buf_free(&text);
}

/* The object that has been fetched. */
static bool open_of_object(struct rc_view *view, struct rc_error *err)
{
    struct rc_record_state *state = view->state;
    const struct rc_live_object *object = rc_live_object(rc_app_live(view), state->object);
    if (object) {
        ask_origin(view, object);
        return open_of_file(view, object->layout, object->path, object->place, err);
    }
    rc_error_set(err, RC_USAGE, "this file is not kept any more; `files` opens it again");
    return false;
}

/* "object N", which was fetched before, or the name of an object. */
static bool open_live(struct rc_view *view, const char **arguments, struct rc_error *err)
{
    struct rc_record_state *state = view->state;
    const struct rc_live_object *object =
        rc_source_object(rc_app_live(view), *arguments, arguments, err);
    if (object)
        state->object = object->number;
    else if (err->code)
        return false;
    else if (strncmp(*arguments, "s3://", 5) != 0)
        rc_error_set(err, RC_USAGE,
                     "record s3://BUCKET/KEY[@VERSION] [LAYOUT] [NUMBER [BYTE]]: `files` leads to "
                     "the records of a file");
    else if (!rc_record_fetch_begin(view, arguments, err))
        return false;
    return !err->code && (!state->object || open_of_object(view, err));
}

static bool open_source(struct rc_view *view, const char **arguments, struct rc_error *err)
{
    const char *file = rc_app_file(view->app);
    if (strncmp(*arguments, "object ", 7) == 0 || strncmp(*arguments, "s3://", 5) == 0)
        return open_live(view, arguments, err);
    return file && !rc_app_model(view)
               ? open_of_file(view, rc_app_layout(view->app), file, file, err)
               : open_of_day(view, arguments, err);
}

static void close_record(struct rc_view *view)
{
    struct rc_record_state *state = view->state;
    rc_overview_free(state->day);
    rc_recordfile_close(state->file);
    rc_kept_record_free(state->kept);
    rc_shown_record_free(state->shown);
    rc_source_close(&state->source);
    rc_page_free(&state->page);
    rc_record_fetch_end(state);
    rc_origin_free(state->asked);
}

/* "NUMBER [BYTE]"; without any the first record. */
static bool read_numbers(struct rc_record_state *state, const char *arguments, struct rc_error *err)
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

/* The record asked for, as far as it can be read at once. */
static bool read_first(struct rc_view *view, struct rc_error *err)
{
    struct rc_record_state *state = view->state;
    struct rc_error why = {0};
    if (!state->source.layout || !state->source.path[0])
        return true;
    state->file = rc_recordfile_open(state->source.layout, state->source.path, &why);
    struct rc_shown_record *shown =
        state->file ? rc_recordfile_read(state->file, state->number, &why) : NULL;
    if (shown)
        show(view, shown);
    if (shown || (state->file && (why.code == RC_LIMIT || state->of_day)))
        return true;
    *err = why;
    return false;
}

static bool open_record(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct rc_record_state *state = view->state;
    rc_page_init(&state->page);
    if (!open_source(view, &arguments, err) || !read_numbers(state, arguments, err) ||
        !read_first(view, err)) {
        close_record(view);
        return false;
    }
    if (state->of_day)
        start_lookup(view);
    else
        start_index(view);
    return true;
}

static void tick(struct rc_view *view)
{
    struct rc_record_state *state = view->state;
    struct rc_error err = {0};
    const struct rc_origin *origin = state->asked ? rc_origin_found(state->asked) : NULL;
    if (origin && !state->has_origin) {
        state->origin = *origin;
        state->has_origin = true;
    }
    if (!rc_record_fetch_tick(view))
        return;
    if (open_of_object(view, &err) && read_first(view, &err)) {
        start_index(view);
        return;
    }
    snprintf(state->note, sizeof state->note, "%.380s", err.text);
    rc_app_fail(view->app, &err);
}

static bool waits(struct rc_view *view, struct rc_buf *out)
{
    return rc_record_fetch_waits(view->state, out);
}

/* ----- acting ----- */

static void go_to(struct rc_view *view, uint64_t number)
{
    struct rc_record_state *state = view->state;
    struct rc_error err = {0};
    struct rc_shown_record *shown = NULL;
    if (!number) {
        rc_app_say(view->app, RC_ROLE_NORMAL, "this is the file's first record");
        return;
    }
    if (!state->file) {
        rc_app_say(view->app, RC_ROLE_WARN,
                   state->fetch.step ? "the file is not here yet"
                                     : "the file is not there: only this record is kept");
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

static void cursor_to_field(struct rc_record_state *state)
{
    int64_t index = state->page.selected;
    if (state->shown && index >= 0 && (uint64_t)index < state->shown->field_count &&
        state->shown->fields[index].present)
        state->hex.cursor = state->shown->fields[index].at;
}

static void copy_field(struct rc_view *view)
{
    struct rc_record_state *state = view->state;
    int index = rc_record_field_at_cursor(state);
    const char *value = index < 0 ? NULL : state->shown->fields[index].value;
    if (!value)
        return;
    rc_screen_copy(value, strlen(value));
    rc_app_say(view->app, RC_ROLE_NORMAL, "%s is on the clipboard",
               state->shown->fields[index].name);
}

static bool act_on_record(struct rc_view *view, enum rc_action action)
{
    struct rc_record_state *state = view->state;
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
        if (state->on_fields && state->page.selected == RC_RECORD_ITEM) {
            rc_app_follow(view->app, RC_DO_TRANSACTION);
            return true;
        }
        rc_record_fetch_ask(view);
        if (state->shown && state->object)
            rc_app_go(view->app, "layout", "object %" PRIu64 " %s", state->object,
                      state->shown->type);
        else if (state->shown && state->source.map)
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
    struct rc_record_state *state = view->state;
    if (mouse->wheel_up || mouse->wheel_down)
        return rc_hex_act(&state->hex, mouse->wheel_up ? RC_DO_UP : RC_DO_DOWN);
    return false;
}

static void tell_subject(struct rc_view *view, struct rc_subject *subject)
{
    const struct rc_record_state *state = view->state;
    const char *id = state->shown ? state->shown->canonical[RC_C_ID] : NULL;
    snprintf(subject->transaction, sizeof subject->transaction, "%s", id ? id : "");
    if (state->has_origin) {
        snprintf(subject->program, sizeof subject->program, "%s", state->origin.program);
        snprintf(subject->date, sizeof subject->date, "%s", state->origin.date);
    }
    if (!state->of_day) {
        rc_subject_set_place(subject, state->shown_path);
        return;
    }
    rc_subject_set_place(subject, state->day->side[state->side].path);
}

static void where(struct rc_view *view, struct rc_buf *out)
{
    const struct rc_record_state *state = view->state;
    if (!state->of_day && !state->shown) {
        rc_buf_add_str(out, state->shown_path);
        return;
    }
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
    .help =
        "A record's bytes, as hex with their characters beside or as text alone (the "
        "raw-bytes key changes), coloured by the fields of its layout, and the fields' "
        "values below or beside; then the record as it is compared. The cursor names the "
        "field that it stands on; the next-part key moves among the fields instead. Below stand "
        "the record's shard and the key of its item, as the pipeline has them. The "
        "next-match keys read the record behind and the one before, the filter key goes to "
        "a number, Enter shows the layout. Card numbers are masked. When the file is not "
        "there any more, or another, the bytes are those that the day file keeps.",
    .actions = actions,
    .state_size = sizeof(struct rc_record_state),
    .open = open_record,
    .close = close_record,
    .draw = rc_record_draw,
    .act = act_on_record,
    .where = where,
    .filter = go_to_typed,
    .tick = tick,
    .waits = waits,
    .subject = tell_subject,
    .mouse = click_on_record,
};
