#include "tui/views.h"

#include "core/bundled.h"
#include "core/layout.h"
#include "model/figures.h"
#include "model/layoutguess.h"
#include "tui/livelist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Buckets, and what lies in them as in folders. A file opens in the record view, when it
 * is here and its layout is known. */
enum step {
    IDLE,
    LOOKING,  /* at the first bytes, to tell the layout */
    FETCHING, /* all of it, to be read by that layout */
    SAVING,
};

enum { MOST_LAYOUTS = 64 };

struct state {
    struct rc_livelist live; /* first */
    struct rc_s3_place place;
    char what[RC_S3_BUCKET_BYTES + RC_S3_KEY_BYTES + 8]; /* "s3://bucket/key" */
    enum step step;
    struct rc_download *download; /* also of what is complete, until there is a layout */
    struct rc_s3_place file;      /* that it is of */
    char etag[128], name[RC_S3_KEY_BYTES], path[1024];
    char layout[1024]; /* the last one that was chosen */
    uint64_t size;
};

/* ----- opening ----- */

static void ask(struct rc_view *view)
{
    struct state *state = view->state;
    struct rc_error err = {0};
    rc_livelist_take(view, rc_live_files(rc_app_live(view), &state->place, &err), &err);
}

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct state *state = view->state;
    const char *filter = arguments + strspn(arguments, " ");
    struct rc_buf place;
    bool ok = true;
    if (strncmp(filter, "s3:", 3) == 0)
        ok = rc_livelist_word(&filter, state->what, sizeof state->what);
    if (!ok)
        rc_error_set(err, RC_USAGE, "the name is too long");
    ok = ok && rc_s3_place_read(state->what, &state->place, err);
    rc_buf_init(&place, sizeof view->arguments - 1);
    rc_livelist_encode(state->what, &place);
    if (ok && place.failed) {
        rc_error_set(err, RC_USAGE, "the name is too long");
        ok = false;
    }
    ok = ok && rc_list_open_live(view, place.data ? place.data : "", filter, err);
    rc_buf_free(&place);
    if (ok)
        ask(view);
    return ok;
}

static void forget_download(struct state *state)
{
    rc_download_free(state->download);
    state->download = NULL;
    state->step = IDLE;
}

static void close(struct rc_view *view)
{
    forget_download(view->state);
    rc_livelist_close(view);
}

/* ----- a file that is opened ----- */

static bool fetch(struct rc_view *view, enum step step, const struct rc_download_request *how,
                  struct rc_error *err)
{
    struct state *state = view->state;
    struct rc_download_request request = *how;
    forget_download(state);
    request.bucket = state->file.bucket;
    request.key = state->file.key;
    request.etag = state->etag;
    state->download = rc_live_download(rc_app_live(view), &request, err);
    state->step = state->download ? step : IDLE;
    return state->download != NULL;
}

static void open_fetched(struct rc_view *view)
{
    struct state *state = view->state;
    uint64_t number = rc_live_keep(rc_app_live(view), state->download, state->layout);
    state->download = NULL;
    state->step = IDLE;
    struct rc_error err = {0};
    if (number) {
        rc_app_go(view->app, "record", "object %llu", (unsigned long long)number);
        return;
    }
    rc_error_nomem(&err);
    rc_app_fail(view->app, &err);
}

/* The layout is known: what is here already need not come again. */
static bool read_by_layout(struct rc_view *view, struct rc_error *err)
{
    struct state *state = view->state;
    if (!state->download || rc_download_bytes(state->download) != state->size)
        return fetch(view, FETCHING, &(struct rc_download_request){.first_bytes = 0}, err);
    open_fetched(view);
    return true;
}

static bool take_layout(struct rc_view *view, const char *text, struct rc_error *err)
{
    struct state *state = view->state;
    char name[sizeof state->layout];
    size_t length = strlen(text);
    while (length && text[length - 1] == ' ')
        length--;
    if (!length || length >= sizeof name) {
        rc_error_set(err, RC_USAGE, "the name of a layout, or a file with one, is expected");
        return false;
    }
    memcpy(name, text, length);
    name[length] = '\0';
    struct rc_layout *layout = rc_layout_load(name, NULL, err);
    if (!layout)
        return false;
    rc_layout_free(layout);
    memcpy(state->layout, name, length + 1);
    return read_by_layout(view, err);
}

static const char *const *layout_names(void)
{
    static const char *names[MOST_LAYOUTS + 1];
    for (size_t i = 0; i < rc_bundled_layout_count && i < MOST_LAYOUTS; i++)
        names[i] = rc_bundled_layouts[i].name;
    return names;
}

static void looked(struct rc_view *view)
{
    struct state *state = view->state;
    struct rc_error err = {0};
    bool whole = rc_download_bytes(state->download) == state->size;
    const char *found[RC_LAYOUT_GUESSES];
    int count = rc_layout_guess(rc_download_fd(state->download), whole, found);
    state->step = IDLE;
    if (count != 1) {
        rc_app_prompt_words(view, count ? "its layout, of those that fit:" : "its layout:",
                            count ? found[0] : state->layout, layout_names(), take_layout);
        return;
    }
    snprintf(state->layout, sizeof state->layout, "%s", found[0]);
    if (!read_by_layout(view, &err))
        rc_app_fail(view->app, &err);
}

static void saved(struct rc_view *view)
{
    struct state *state = view->state;
    char size[RC_FIGURE_BYTES];
    rc_size_text(rc_download_bytes(state->download), size);
    forget_download(state);
    rc_app_say(view->app, RC_ROLE_GOOD, "%s, %s, saved to %s", state->name, size, state->path);
}

static void follow_download(struct rc_view *view)
{
    struct state *state = view->state;
    if (state->step == IDLE)
        return;
    switch (rc_download_state(state->download)) {
    case RC_LISTING_FAILED:
        rc_app_fail(view->app, rc_download_error(state->download));
        forget_download(state);
        break;
    case RC_LISTING_COMPLETE:
        if (state->step == SAVING)
            saved(view);
        else if (!rc_app_is_top(view)) /* somebody looks at something else by now */
            break;
        else if (state->step == LOOKING)
            looked(view);
        else
            open_fetched(view);
        break;
    default:
        break;
    }
}

/* ----- what keys do ----- */

/* The file under the cursor becomes the one that is worked on. */
static bool take_file(struct rc_view *view)
{
    struct state *state = view->state;
    char size[32];
    if (state->step != IDLE) {
        rc_app_say(view->app, RC_ROLE_WARN, "%s is still being fetched; %s cancels that",
                   state->name, rc_action_keys(RC_DO_BACK));
        return false;
    }
    forget_download(state);
    if (!rc_list_cell(view, "bucket", state->file.bucket, sizeof state->file.bucket) ||
        !rc_list_cell(view, "key", state->file.key, sizeof state->file.key) ||
        !rc_list_cell(view, "name", state->name, sizeof state->name) ||
        !rc_list_cell(view, "etag", state->etag, sizeof state->etag) ||
        !rc_list_cell(view, "size", size, sizeof size))
        return false;
    state->size = strtoull(size, NULL, 10);
    return true;
}

static void open_file(struct rc_view *view)
{
    const struct state *state = view->state;
    struct rc_error err = {0};
    if (!take_file(view))
        return;
    if (!state->size) {
        rc_app_say(view->app, RC_ROLE_WARN, "%s is empty", state->name);
        return;
    }
    if (!fetch(view, LOOKING, &(struct rc_download_request){.first_bytes = RC_LAYOUT_GUESS_BYTES},
               &err))
        rc_app_fail(view->app, &err);
}

static void enter(struct rc_view *view)
{
    char kind[16], bucket[RC_S3_BUCKET_BYTES], key[RC_S3_KEY_BYTES];
    struct rc_buf place;
    if (!rc_list_cell(view, "kind", kind, sizeof kind) ||
        !rc_list_cell(view, "bucket", bucket, sizeof bucket) ||
        !rc_list_cell(view, "key", key, sizeof key))
        return;
    if (strcmp(kind, "file") == 0) {
        open_file(view);
        return;
    }
    rc_buf_init(&place, 4 * sizeof key);
    rc_livelist_encode(key, &place);
    rc_app_go(view->app, "files", "s3://%s/%s", bucket, place.data ? place.data : "");
    rc_buf_free(&place);
}

static bool take_path(struct rc_view *view, const char *text, struct rc_error *err)
{
    struct state *state = view->state;
    const char *home = getenv("HOME");
    bool below_home = home && text[0] == '~' && text[1] == '/';
    int length = snprintf(state->path, sizeof state->path, "%s%s", below_home ? home : "",
                          below_home ? text + 1 : text);
    if (length <= 0 || (size_t)length >= sizeof state->path) {
        rc_error_set(err, RC_USAGE, length ? "the name is too long" : "a name is needed");
        return false;
    }
    return fetch(view, SAVING, &(struct rc_download_request){.path = state->path}, err);
}

/* The file itself; where there is none under the cursor, or rows are marked, the rows. */
static bool save(struct rc_view *view)
{
    const struct state *state = view->state;
    char kind[16];
    if (rc_list_marked(view) || !rc_list_cell(view, "kind", kind, sizeof kind) ||
        strcmp(kind, "file") != 0)
        return rc_list_act(view, RC_DO_SAVE);
    if (take_file(view)) {
        const char *slash = strrchr(state->name, '/');
        rc_app_prompt(view, "save the file as:", slash ? slash + 1 : state->name, take_path);
    }
    return true;
}

static bool back(struct rc_view *view)
{
    struct state *state = view->state;
    if (state->step != IDLE) {
        forget_download(state);
        rc_app_say(view->app, RC_ROLE_WARN, "cancelled");
        return true;
    }
    return rc_livelist_cancel(view) || rc_list_act(view, RC_DO_BACK);
}

static bool act(struct rc_view *view, enum rc_action action)
{
    int64_t key;
    switch (action) {
    case RC_DO_ENTER:
        if (rc_list_selected(view, &key))
            enter(view);
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

static void tick(struct rc_view *view)
{
    const struct state *state = view->state;
    follow_download(view);
    rc_livelist_tick(view, *state->place.bucket ? "There is nothing below this name."
                                                : "There are no buckets.");
}

static bool waits(struct rc_view *view, struct rc_buf *out)
{
    const struct state *state = view->state;
    static const char *const what[] = {"", "looking at the first bytes of", "fetching", "saving"};
    char got[RC_FIGURE_BYTES], all[RC_FIGURE_BYTES];
    if (state->step == IDLE)
        return rc_livelist_waits(view, *state->what ? state->what : "buckets", out);
    rc_size_text(rc_download_bytes(state->download), got);
    rc_size_text(state->size, all);
    rc_buf_printf(out, "%s %s, %s", what[state->step], state->name, got);
    if (state->step != LOOKING)
        rc_buf_printf(out, " of %s", all);
    return true;
}

static void where(struct rc_view *view, struct rc_buf *out)
{
    const struct state *state = view->state;
    rc_livelist_where(view, state->what, out);
}

const struct rc_view_ops rc_view_files = {
    .name = "files",
    .aliases = "s3 buckets",
    .title = "Files",
    .help = "The buckets of S3, and what lies in them, as in folders; a name like "
            "s3://bucket/prefix may stand behind it in the palette. Rows come page by page, and "
            "Esc ends that. Enter goes into a bucket or folder. A file it fetches and opens in "
            "the record view: by the only bundled layout that its first 64 KiB parse by, else it "
            "asks for one, where several fit with the one that tells most fields. The save key "
            "saves the file under the cursor, or the marked rows; the refresh key asks again.",
    .actions = rc_list_actions,
    .state_size = sizeof(struct state),
    .open = open,
    .close = close,
    .draw = rc_list_draw,
    .act = act,
    .where = where,
    .filter = rc_list_filter,
    .tick = tick,
    .waits = waits,
    .mouse = rc_list_mouse,
};
