#include "tui/livelist.h"

#include "model/figures.h"
#include "model/live_health.h"

#include <stdio.h>
#include <string.h>

static struct rc_livelist *of(const struct rc_view *view)
{
    return view->state;
}

/* What is being waited for; NULL: nothing. */
static struct rc_listing *loading(const struct rc_livelist *live)
{
    struct rc_listing *listing = live->next ? live->next : live->shown;
    return listing && rc_listing_state(listing) == RC_LISTING_LOADING ? listing : NULL;
}

void rc_livelist_take(struct rc_view *view, struct rc_listing *listing, const struct rc_error *err)
{
    struct rc_livelist *live = of(view);
    if (!listing) {
        rc_app_fail(view->app, err);
        return;
    }
    rc_listing_free(live->next);
    live->next = listing;
    rc_livelist_tick(view, "");
}

/* The rows stay as they are, and say since when. The first of such failures is told. */
static void keep_stale(struct rc_view *view)
{
    struct rc_livelist *live = of(view);
    live->stale = *rc_listing_error(live->next);
    if (!live->told)
        rc_app_fail(view->app, &live->stale);
    live->told = true;
    rc_listing_free(live->next);
    live->next = NULL;
}

/* The new listing takes the place of the shown one when it is complete, or at once where there
 * are no rows to be lost. */
static void adopt(struct rc_view *view)
{
    struct rc_livelist *live = of(view);
    enum rc_listing_state state = rc_listing_state(live->next);
    bool rows = live->shown && rc_listing_rows(live->shown) > 0;
    if (live->old ||
        (live->shown && state == RC_LISTING_LOADING && (rows || !rc_listing_rows(live->next))))
        return;
    if (rows && state == RC_LISTING_FAILED) {
        keep_stale(view);
        return;
    }
    live->old = live->shown;
    live->shown = live->next;
    live->next = NULL;
    live->seen = UINT64_MAX;
    live->told = live->told && state != RC_LISTING_COMPLETE;
    live->came_ms = 0;
    live->stale = (struct rc_error){0};
}

/* Rows that something newer was asked for and has not come say how old they are. */
static void say_age(struct rc_view *view, const char *none)
{
    struct rc_livelist *live = of(view);
    char below[128] = "", age[RC_FIGURE_BYTES];
    if (!live->came_ms)
        live->came_ms = rc_app_now_ms(view->app) + 1;
    if (live->stale.code) {
        rc_seconds_text((rc_app_now_ms(view->app) + 1 - live->came_ms) / 1000, age);
        snprintf(below, sizeof below, "%s old: asking again failed", age);
    }
    rc_list_say(view, below, RC_ROLE_DIM, none);
}

static void say(struct rc_view *view, const char *none)
{
    const struct rc_livelist *live = of(view);
    switch (rc_listing_state(live->shown)) {
    case RC_LISTING_LOADING:
        rc_list_say(view, rc_listing_rows(live->shown) ? "more are coming" : "", RC_ROLE_DIM,
                    "AWS has been asked and has not answered yet.");
        break;
    case RC_LISTING_COMPLETE:
        say_age(view, none);
        break;
    case RC_LISTING_CANCELLED:
        rc_list_say(view, "cancelled: there may be more", RC_ROLE_DIM,
                    "It was cancelled before an answer came.");
        break;
    case RC_LISTING_FAILED:
        rc_list_say(view, "an error ended it: there may be more",
                    rc_listing_trouble(live->shown) == RC_LIVE_DENIED ? RC_ROLE_DIM : RC_ROLE_BAD,
                    rc_listing_error(live->shown)->text);
        break;
    }
}

void rc_livelist_tick(struct rc_view *view, const char *none)
{
    struct rc_livelist *live = of(view);
    uint64_t milliseconds;
    if (live->next)
        adopt(view);
    if (!live->shown)
        return;
    if (rc_listing_version(live->shown) != live->seen && rc_app_is_top(view) &&
        !rc_app_busy(view, &milliseconds)) {
        live->seen = rc_listing_version(live->shown);
        rc_list_show(view, rc_listing_number(live->shown));
    }
    if (live->old && rc_list_shown(view) == rc_listing_number(live->shown)) {
        rc_listing_free(live->old);
        live->old = NULL;
    }
    if (rc_listing_state(live->shown) == RC_LISTING_FAILED && !live->told) {
        live->told = true;
        rc_app_fail(view->app, rc_listing_error(live->shown));
    }
    rc_list_dim(view, live->stale.code != RC_OK);
    say(view, none);
}

bool rc_livelist_waits(struct rc_view *view, const char *what, struct rc_buf *out)
{
    const struct rc_listing *listing = loading(of(view));
    char count[RC_FIGURE_BYTES];
    if (!listing)
        return false;
    rc_count_text(rc_listing_rows(listing), count);
    rc_buf_printf(out, "loading %s, %s so far", what, count);
    return true;
}

void rc_livelist_where(struct rc_view *view, const char *of_what, struct rc_buf *out)
{
    size_t before = out->length;
    rc_buf_printf(out, "%s%s", of_what, *of_what ? "  " : "");
    rc_list_where(view, out);
    while (out->length > before && out->data[out->length - 1] == ' ')
        out->data[--out->length] = '\0';
}

bool rc_livelist_cancel(struct rc_view *view)
{
    struct rc_livelist *live = of(view);
    struct rc_listing *listing = loading(live);
    if (!listing)
        return false;
    rc_listing_cancel(listing);
    if (listing == live->next && live->shown) {
        rc_listing_free(live->next);
        live->next = NULL;
    }
    rc_app_say(view->app, RC_ROLE_WARN, "cancelled");
    return true;
}

void rc_livelist_close(struct rc_view *view)
{
    struct rc_livelist *live = of(view);
    rc_listing_free(live->next);
    rc_listing_free(live->shown);
    rc_listing_free(live->old);
    rc_list_close(view);
}

/* ----- words of arguments ----- */

bool rc_livelist_word(const char **arguments, char *word, size_t size)
{
    const char *at = *arguments + strspn(*arguments, " ");
    size_t used = 0;
    while (*at && *at != ' ') {
        bool blank = strncmp(at, "%20", 3) == 0, percent = strncmp(at, "%25", 3) == 0;
        if (used + 1 >= size)
            return false;
        word[used++] = blank ? ' ' : (percent ? '%' : *at);
        at += blank || percent ? 3 : 1;
    }
    word[used] = '\0';
    *arguments = at + strspn(at, " ");
    return true;
}

void rc_livelist_encode(const char *word, struct rc_buf *out)
{
    for (; *word; word++) {
        if (*word == ' ')
            rc_buf_add_str(out, "%20");
        else if (*word == '%')
            rc_buf_add_str(out, "%25");
        else
            rc_buf_add_char(out, *word);
    }
}

bool rc_livelist_open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    if (!rc_list_open_live(view, "", arguments, err))
        return false;
    view->ops->poll(view);
    return true;
}

bool rc_livelist_act(struct rc_view *view, enum rc_action action)
{
    if (action == RC_DO_REFRESH) {
        view->ops->poll(view);
        return true;
    }
    return (action == RC_DO_BACK && rc_livelist_cancel(view)) || rc_list_act(view, action);
}
