#include "tui/views.h"

#include "core/civil.h"
#include "model/figures.h"
#include "tui/livelist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Programs and buckets; the files of a program, as the pipeline knows them; or what lies in a
 * bucket, as in folders. */

enum what { ROOT, PROGRAM, S3 };

/* Stands for the root in front of a filter; no program is called so. */
static const char root_word[] = "/";

struct state {
    struct rc_livelist live; /* first */
    enum what what;
    struct rc_s3_place place;
    char program[64], date[16];
    char shown[RC_S3_BUCKET_BYTES + RC_S3_KEY_BYTES + 8]; /* "s3://bucket/key" */
    struct rc_download *saving;                           /* NULL: nothing is */
    char name[RC_S3_KEY_BYTES], path[1024];               /* of what is saved, and where to */
};

/* ----- opening ----- */

static void ask(struct rc_view *view)
{
    struct state *state = view->state;
    struct rc_live *live = rc_app_live(view);
    struct rc_error err = {0};
    struct rc_listing *listing =
        state->what == ROOT ? rc_live_programs(live, &err)
        : state->what == S3 ? rc_live_files(live, &state->place, &err)
                            : rc_live_program_files(live, state->program, state->date, &err);
    rc_livelist_take(view, listing, &err);
}

static bool is_date(const char *text, size_t length)
{
    int32_t days;
    return rc_civil_parse(text, length, &days);
}

/* A first word that is no part of a filter is a program; the second may be a date. */
static bool read_program(struct state *state, const char **words, struct rc_error *err)
{
    size_t length = strcspn(*words, " ");
    if (!length || strcspn(*words, ":=<>!\"") < length)
        return true;
    if (length >= sizeof state->program) {
        rc_error_set(err, RC_USAGE, "files %.40s…: no program has so long a name", *words);
        return false;
    }
    state->what = PROGRAM;
    snprintf(state->program, sizeof state->program, "%.*s", (int)length, *words);
    *words += length + strspn(*words + length, " ");
    length = strcspn(*words, " ");
    if (is_date(*words, length)) {
        snprintf(state->date, sizeof state->date, "%.*s", (int)length, *words);
        *words += length + strspn(*words + length, " ");
    }
    snprintf(state->shown, sizeof state->shown, "%s%s%s", state->program, *state->date ? " " : "",
             state->date);
    return true;
}

static bool read_words(struct state *state, const char **words, struct rc_error *err)
{
    *words += strspn(*words, " ");
    if (strncmp(*words, root_word, 1) == 0 && strchr(" ", (*words)[1])) {
        *words += 1 + strspn(*words + 1, " ");
        return true;
    }
    if (strncmp(*words, "s3:", 3) != 0)
        return read_program(state, words, err);
    state->what = S3;
    if (rc_livelist_word(words, state->shown, sizeof state->shown))
        return rc_s3_place_read(state->shown, &state->place, err);
    rc_error_set(err, RC_USAGE, "the name is too long");
    return false;
}

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct state *state = view->state;
    struct rc_buf place;
    if (!read_words(state, &arguments, err))
        return false;
    rc_buf_init(&place, sizeof view->arguments - 1);
    if (state->what == S3)
        rc_livelist_encode(state->shown, &place);
    else
        rc_buf_add_str(&place, state->what == ROOT ? root_word : state->shown);
    bool ok = !place.failed;
    if (!ok)
        rc_error_set(err, RC_USAGE, "the name is too long");
    ok = ok && rc_list_open_live(view, place.data, arguments, err);
    rc_buf_free(&place);
    if (ok)
        ask(view);
    return ok;
}

static void forget_download(struct state *state)
{
    rc_download_free(state->saving);
    state->saving = NULL;
}

static void close(struct rc_view *view)
{
    forget_download(view->state);
    rc_livelist_close(view);
}

/* ----- what Enter leads to ----- */

static void go_to_records(struct rc_view *view)
{
    struct rc_subject subject = {.record = 0};
    struct rc_buf file;
    const char *lacks;
    rc_list_subject(view, &subject);
    rc_buf_init(&file, sizeof view->arguments - 1);
    if (rc_thread_view(RC_DO_FILE, &subject, &file, &lacks))
        rc_app_go(view->app, "record", "s3://%s", file.data);
    rc_buf_free(&file);
}

/* What the pipeline knows is a view of its own; anything else is opened as it is. */
static void enter(struct rc_view *view)
{
    char kind[16], state[32], name[RC_S3_KEY_BYTES], bucket[RC_S3_BUCKET_BYTES];
    char key[RC_S3_KEY_BYTES];
    struct rc_buf place;
    if (!rc_list_cell(view, "kind", kind, sizeof kind) ||
        !rc_list_cell(view, "state", state, sizeof state) ||
        !rc_list_cell(view, "name", name, sizeof name) ||
        !rc_list_cell(view, "bucket", bucket, sizeof bucket) ||
        !rc_list_cell(view, "key", key, sizeof key))
        return;
    if (strcmp(kind, "program") == 0) {
        rc_app_go(view->app, "files", "%s", name);
        return;
    }
    if (strcmp(kind, "file") == 0) {
        if (*state)
            rc_app_follow(view->app, RC_DO_FILE);
        else
            go_to_records(view);
        return;
    }
    rc_buf_init(&place, 4 * sizeof key);
    rc_livelist_encode(key, &place);
    rc_app_go(view->app, "files", "s3://%s/%s", bucket, place.data ? place.data : "");
    rc_buf_free(&place);
}

/* ----- saving ----- */

static bool take_path(struct rc_view *view, const char *text, struct rc_error *err)
{
    struct state *state = view->state;
    struct rc_subject subject = {.record = 0};
    const char *home = getenv("HOME");
    bool below_home = home && text[0] == '~' && text[1] == '/';
    int length = snprintf(state->path, sizeof state->path, "%s%s", below_home ? home : "",
                          below_home ? text + 1 : text);
    if (length <= 0 || (size_t)length >= sizeof state->path) {
        rc_error_set(err, RC_USAGE, length ? "the name is too long" : "a name is needed");
        return false;
    }
    rc_list_subject(view, &subject);
    forget_download(state);
    state->saving = rc_live_download(rc_app_live(view),
                                     &(struct rc_download_request){.bucket = subject.bucket,
                                                                   .key = subject.key,
                                                                   .version = subject.version,
                                                                   .path = state->path},
                                     err);
    return state->saving != NULL;
}

/* The file itself; where there is none under the cursor, or rows are marked, the rows. */
static bool save(struct rc_view *view)
{
    struct state *state = view->state;
    char kind[16];
    if (rc_list_marked(view) || !rc_list_cell(view, "kind", kind, sizeof kind) ||
        strcmp(kind, "file") != 0)
        return rc_list_act(view, RC_DO_SAVE);
    if (state->saving) {
        rc_app_say(view->app, RC_ROLE_WARN, "%s is still being saved; %s cancels that", state->name,
                   rc_action_keys(RC_DO_BACK));
        return true;
    }
    rc_list_cell(view, "name", state->name, sizeof state->name);
    const char *slash = strrchr(state->name, '/');
    rc_app_prompt(view, "save the file as:", slash ? slash + 1 : state->name, take_path);
    return true;
}

static void follow_download(struct rc_view *view)
{
    struct state *state = view->state;
    char size[RC_FIGURE_BYTES];
    if (!state->saving || rc_download_state(state->saving) == RC_LISTING_LOADING)
        return;
    rc_size_text(rc_download_bytes(state->saving), size);
    if (rc_download_state(state->saving) == RC_LISTING_FAILED)
        rc_app_fail(view->app, rc_download_error(state->saving));
    else
        rc_app_say(view->app, RC_ROLE_GOOD, "%s, %s, saved to %s", state->name, size, state->path);
    forget_download(state);
}

/* ----- what keys do ----- */

static bool back(struct rc_view *view)
{
    struct state *state = view->state;
    if (state->saving) {
        forget_download(state);
        rc_app_say(view->app, RC_ROLE_WARN, "cancelled");
        return true;
    }
    return rc_livelist_cancel(view) || rc_list_act(view, RC_DO_BACK);
}

static bool act(struct rc_view *view, enum rc_action action)
{
    char kind[16];
    int64_t key;
    switch (action) {
    case RC_DO_ENTER:
        if (rc_list_selected(view, &key))
            enter(view);
        return true;
    case RC_DO_RAW:
        if (rc_list_cell(view, "kind", kind, sizeof kind) && strcmp(kind, "file") == 0)
            go_to_records(view);
        return true;
    case RC_DO_NEXT:
        rc_app_go(view->app, "files", "%s",
                  ((struct state *)view->state)->what == S3 ? "" : "s3://");
        return true;
    case RC_DO_SAVE:
        return save(view);
    case RC_DO_REFRESH:
        ask(view);
        return true;
    case RC_DO_BACK:
        return back(view);
    default:
        return rc_list_act(view, action);
    }
}

/* ----- the view ----- */

/* What the pipeline knows of files of S3 is asked for as far as they are on the screen. */
static void ask_states(struct rc_view *view)
{
    const struct state *state = view->state;
    int64_t keys[RC_FILE_STATES];
    if (state->what == S3 && *state->place.bucket && rc_app_is_top(view) && state->live.shown &&
        rc_list_shown(view) == rc_listing_number(state->live.shown))
        rc_live_file_states(state->live.shown, keys, rc_list_visible(view, keys, RC_FILE_STATES));
}

static void tick(struct rc_view *view)
{
    const struct state *state = view->state;
    follow_download(view);
    ask_states(view);
    rc_livelist_tick(view, state->what == ROOT      ? "There are no programs and no buckets."
                           : state->what == PROGRAM ? "The pipeline has seen no such file."
                           : *state->place.bucket   ? "There is nothing below this name."
                                                    : "There are no buckets.");
}

/* Of one day, which is little to ask for and changes while it is worked on. */
static void poll(struct rc_view *view)
{
    const struct state *state = view->state;
    if (state->what == PROGRAM && *state->date)
        ask(view);
}

static bool waits(struct rc_view *view, struct rc_buf *out)
{
    const struct state *state = view->state;
    char got[RC_FIGURE_BYTES], all[RC_FIGURE_BYTES];
    if (!state->saving)
        return rc_livelist_waits(view, *state->shown ? state->shown : "programs and buckets", out);
    rc_size_text(rc_download_bytes(state->saving), got);
    rc_size_text(rc_download_size(state->saving), all);
    rc_buf_printf(out, "saving %s, %s of %s", state->name, got, all);
    return true;
}

static void where(struct rc_view *view, struct rc_buf *out)
{
    const struct state *state = view->state;
    rc_livelist_where(view, state->shown, out);
}

static const enum rc_action actions[] = {
    RC_DO_ENTER,        RC_DO_FILTER,    RC_DO_RAW,     RC_DO_NEXT,       RC_DO_SORT,
    RC_DO_INVERT,       RC_DO_MARK,      RC_DO_SAVE,    RC_DO_COPY,       RC_DO_DOWN,
    RC_DO_UP,           RC_DO_PAGE_DOWN, RC_DO_PAGE_UP, RC_DO_TOP,        RC_DO_BOTTOM,
    RC_DO_LEFT,         RC_DO_RIGHT,     RC_DO_REFRESH, RC_DO_MARK_RANGE, RC_DO_COLUMN_LEFT,
    RC_DO_COLUMN_RIGHT, RC_ACTION_NONE};

const struct rc_view_ops rc_view_files = {
    .name = "files",
    .aliases = "s3 buckets",
    .title = "Files",
    .help = "The pipeline's programs and the buckets of S3. `files PROGRAM [DATE]` has the files "
            "that the pipeline has seen, with state, records, route and cause; those that failed "
            "before their date was known stand first. `files s3://BUCKET/PREFIX` has what lies "
            "there, as in folders, with the state of what is on the screen; the next-part key "
            "leads to the buckets and back. Rows come page by page, and Esc ends that. Enter on "
            "a file that the pipeline knows tells all of it, on another opens its records; the "
            "raw-bytes key opens the records of any. The save key saves the file under the "
            "cursor, or the marked rows; the refresh key asks again.",
    .actions = actions,
    .state_size = sizeof(struct state),
    .open = open,
    .close = close,
    .draw = rc_list_draw,
    .act = act,
    .where = where,
    .filter = rc_list_filter,
    .tick = tick,
    .waits = waits,
    .poll = poll,
    .subject = rc_list_subject,
    .each_marked = rc_list_each_marked,
    .mouse = rc_list_mouse,
};
