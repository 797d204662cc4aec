#include "tui/record_internal.h"

#include "core/bundled.h"
#include "core/layout.h"
#include "model/figures.h"
#include "model/layoutguess.h"
#include "tui/livelist.h"

#include <stdio.h>
#include <string.h>

enum { MOST_LAYOUTS = 64 };

static void forget(struct rc_record_fetch *fetch)
{
    rc_download_free(fetch->download);
    fetch->download = NULL;
    fetch->step = RC_FETCH_NONE;
}

/* The first bytes alone, as long as the layout is not known. */
static bool ask(struct rc_view *view, struct rc_error *err)
{
    struct rc_record_fetch *fetch = &((struct rc_record_state *)view->state)->fetch;
    struct rc_download_request request = {
        .bucket = fetch->name.place.bucket,
        .key = fetch->name.place.key,
        .version = fetch->name.version,
        .etag = fetch->etag,
        .first_bytes = *fetch->layout ? 0 : RC_LAYOUT_GUESS_BYTES,
    };
    forget(fetch);
    fetch->download = rc_live_download(rc_app_live(view), &request, err);
    if (fetch->download)
        fetch->step = *fetch->layout ? RC_FETCH_ALL : RC_FETCH_LOOKING;
    return fetch->download != NULL;
}

/* ----- the words ----- */

static void take_kept(struct rc_record_state *state, struct rc_live *live)
{
    const struct rc_live_object *kept =
        rc_live_object_find(live, &state->fetch.name, state->fetch.layout);
    if (kept)
        state->object = kept->number;
}

bool rc_record_fetch_begin(struct rc_view *view, const char **arguments, struct rc_error *err)
{
    struct rc_record_state *state = view->state;
    struct rc_record_fetch *fetch = &state->fetch;
    char place[sizeof state->shown_path];
    if (!rc_livelist_word(arguments, place, sizeof place)) {
        rc_error_set(err, RC_USAGE, "the name is too long");
        return false;
    }
    if (!rc_s3_object_name_read(place, &fetch->name, err))
        return false;
    if (**arguments && (**arguments < '0' || **arguments > '9') &&
        !rc_livelist_word(arguments, fetch->layout, sizeof fetch->layout)) {
        rc_error_set(err, RC_USAGE, "the name of the layout is too long");
        return false;
    }
    snprintf(state->shown_path, sizeof state->shown_path, "%s", place);
    take_kept(state, rc_app_live(view));
    return state->object || ask(view, err);
}

/* ----- the layout ----- */

static const char *const *layout_names(void)
{
    static const char *names[MOST_LAYOUTS + 1];
    for (size_t i = 0; i < rc_bundled_layout_count && i < MOST_LAYOUTS; i++)
        names[i] = rc_bundled_layouts[i].name;
    return names;
}

/* What is here already need not come again. */
static bool read_by_layout(struct rc_view *view, struct rc_error *err)
{
    struct rc_record_fetch *fetch = &((struct rc_record_state *)view->state)->fetch;
    if (rc_download_bytes(fetch->download) != rc_download_size(fetch->download))
        return ask(view, err);
    fetch->step = RC_FETCH_ALL;
    return true;
}

static bool take_layout(struct rc_view *view, const char *text, struct rc_error *err)
{
    struct rc_record_fetch *fetch = &((struct rc_record_state *)view->state)->fetch;
    char name[sizeof fetch->layout];
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
    memcpy(fetch->layout, name, length + 1);
    return read_by_layout(view, err);
}

void rc_record_fetch_ask(struct rc_view *view)
{
    const struct rc_record_fetch *fetch = &((struct rc_record_state *)view->state)->fetch;
    if (fetch->step == RC_FETCH_ASKING)
        rc_app_prompt_words(view, fetch->fits ? "its layout, of those that fit:" : "its layout:",
                            fetch->fits ? fetch->fits : "", layout_names(), take_layout);
}

static void tell_layout(struct rc_view *view)
{
    struct rc_record_state *state = view->state;
    struct rc_record_fetch *fetch = &state->fetch;
    struct rc_error err = {0};
    uint64_t bytes = rc_download_bytes(fetch->download);
    bool whole = bytes == rc_download_size(fetch->download);
    const char *found[RC_LAYOUT_GUESSES];
    if (!bytes) {
        snprintf(state->note, sizeof state->note, "%.300s is empty", state->shown_path);
        forget(fetch);
        return;
    }
    int count = rc_layout_guess(rc_download_fd(fetch->download), whole, found);
    snprintf(fetch->etag, sizeof fetch->etag, "%s", rc_download_etag(fetch->download));
    if (count != 1) {
        fetch->step = RC_FETCH_ASKING;
        fetch->fits = count ? found[0] : NULL;
        snprintf(state->note, sizeof state->note,
                 "its layout has to be known before it can be read: %s asks for it",
                 rc_action_keys(RC_DO_ENTER));
        rc_record_fetch_ask(view);
        return;
    }
    snprintf(fetch->layout, sizeof fetch->layout, "%s", found[0]);
    if (!read_by_layout(view, &err))
        rc_app_fail(view->app, &err);
}

/* ----- what has come ----- */

static bool keep(struct rc_view *view)
{
    struct rc_record_state *state = view->state;
    struct rc_error err = {0};
    state->object = rc_live_keep(rc_app_live(view), state->fetch.download, state->fetch.layout);
    state->fetch.download = NULL;
    state->fetch.step = RC_FETCH_NONE;
    state->note[0] = '\0';
    if (state->object)
        return true;
    rc_error_nomem(&err);
    rc_app_fail(view->app, &err);
    return false;
}

bool rc_record_fetch_tick(struct rc_view *view)
{
    struct rc_record_state *state = view->state;
    struct rc_record_fetch *fetch = &state->fetch;
    if (fetch->step != RC_FETCH_LOOKING && fetch->step != RC_FETCH_ALL)
        return false;
    switch (rc_download_state(fetch->download)) {
    case RC_LISTING_FAILED:
        snprintf(state->note, sizeof state->note, "%.380s",
                 rc_download_error(fetch->download)->text);
        rc_app_fail(view->app, rc_download_error(fetch->download));
        forget(fetch);
        return false;
    case RC_LISTING_COMPLETE:
        if (fetch->step == RC_FETCH_LOOKING && rc_app_is_top(view)) /* else nobody to ask */
            tell_layout(view);
        return fetch->step == RC_FETCH_ALL &&
               rc_download_state(fetch->download) == RC_LISTING_COMPLETE && keep(view);
    default:
        return false;
    }
}

bool rc_record_fetch_waits(const struct rc_record_state *state, struct rc_buf *out)
{
    const struct rc_record_fetch *fetch = &state->fetch;
    char got[RC_FIGURE_BYTES], all[RC_FIGURE_BYTES];
    if (fetch->step != RC_FETCH_LOOKING && fetch->step != RC_FETCH_ALL)
        return false;
    uint64_t size = rc_download_size(fetch->download);
    rc_size_text(rc_download_bytes(fetch->download), got);
    rc_size_text(size, all);
    rc_buf_printf(out, "%s %s, %s",
                  fetch->step == RC_FETCH_LOOKING ? "looking at the first bytes of" : "fetching",
                  state->shown_path, got);
    if (fetch->step == RC_FETCH_ALL && size)
        rc_buf_printf(out, " of %s", all);
    return true;
}

void rc_record_fetch_end(struct rc_record_state *state)
{
    forget(&state->fetch);
}
