#include "model/live_day.h"
#include "model/live_health.h"
#include "tui/app_internal.h"

#include <stdio.h>
#include <sys/random.h>

/* When views ask again by themselves, and what is said of it. */

enum {
    MOST_SECONDS = 60, /* between two askings, however often they failed */
    JITTER = 4,        /* a quarter more or less, so that many consoles do not ask at once */
};

static uint64_t milliseconds_of(double seconds)
{
    return (uint64_t)(1000 * seconds);
}

/* The interval, doubled with each failure in a row, give or take. */
static uint64_t next_interval_ms(const struct rc_app *app)
{
    uint64_t interval = milliseconds_of(app->options->refresh_seconds);
    uint64_t most = interval > 1000 * MOST_SECONDS ? interval : 1000 * MOST_SECONDS;
    for (int i = 0; i < app->session->failures && interval < most; i++)
        interval *= 2;
    interval = interval < most ? interval : most;
    uint32_t chance = 1U << 31;
    if (getrandom(&chance, sizeof chance, GRND_NONBLOCK) < 0)
        chance = 1U << 31;
    uint64_t span = interval / (JITTER / 2);
    return interval - interval / JITTER + (span * chance >> 32);
}

static bool is_loading(struct rc_view *view)
{
    struct rc_buf text;
    rc_buf_init(&text, 1024);
    bool waits = rc_app_waits(view, "", &text);
    rc_buf_free(&text);
    return waits;
}

/* A day of the pipeline looks whether there is a newer rollup. */
static struct rc_live_day *day_of(const struct rc_view *view)
{
    return rc_app_opened(view) == view->day ? rc_app_live_day(view) : NULL;
}

/* Whether the view that is seen would ask again. A clock that stands still asks nobody. */
static bool polls(const struct rc_app *app)
{
    const struct rc_view *top = rc_app_top(app);
    return (top->ops->poll || day_of(top)) && top->session->live &&
           app->options->refresh_seconds > 0 && !app->options->now;
}

static bool is_paused(const struct rc_app *app)
{
    return app->paused || app->unfocused;
}

static void ask_again(struct rc_view *view)
{
    if (view->ops->poll)
        view->ops->poll(view);
    else if (day_of(view))
        rc_live_day_refresh(day_of(view));
    rc_app_fulfil(view->app);
}

void rc_app_poll(struct rc_app *app)
{
    struct rc_view *top = rc_app_top(app);
    struct rc_app_session *session = app->session;
    if (top->stale && session->live && !is_loading(top)) {
        top->stale = false;
        ask_again(top);
        return;
    }
    if (!polls(app) || is_paused(app) || is_loading(top))
        return;
    uint64_t now = rc_app_now_ms(app), setbacks = rc_live_setbacks(session->live);
    if (!top->due_ms) { /* what it asked for is there, or has failed */
        session->failures = setbacks > session->setbacks ? session->failures + 1 : 0;
        session->setbacks = setbacks;
        top->due_ms = now + next_interval_ms(app);
    } else if (now >= top->due_ms) {
        top->due_ms = 0;
        ask_again(top);
    }
}

int rc_app_poll_wait_ms(const struct rc_app *app)
{
    const struct rc_view *top = rc_app_top(app);
    uint64_t now = rc_app_now_ms(app);
    if (!polls(app) || is_paused(app) || !top->due_ms)
        return -1;
    return top->due_ms > now ? (int)(top->due_ms - now) : 0;
}

void rc_app_pause(struct rc_app *app)
{
    app->paused = !app->paused;
    rc_app_say(app, RC_ROLE_NORMAL,
               app->paused ? "paused: nothing is asked by itself, %s goes on" : "goes on",
               rc_action_keys(RC_DO_PAUSE));
}

void rc_app_focus(struct rc_app *app, bool has)
{
    app->unfocused = !has;
}

void rc_app_poll_text(const struct rc_app *app, char text[RC_POLL_TEXT])
{
    text[0] = '\0';
    if (!polls(app))
        return;
    if (app->paused)
        snprintf(text, RC_POLL_TEXT, "paused");
    else if (app->unfocused)
        snprintf(text, RC_POLL_TEXT, "asleep");
    else
        snprintf(text, RC_POLL_TEXT, "%.1f requests/s", rc_live_rate(app->session->live));
}
