#include "model/live_day.h"
#include "tui/app_internal.h"

#include "model/figures.h"
#include "model/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ----- sessions ----- */

bool rc_app_add_session(struct rc_app *app, const char *profile, const char *region,
                        struct rc_error *err)
{
    struct rc_app_session *session, **end = &app->sessions;
    int count = 0;
    for (; *end; end = &(*end)->next)
        count++;
    if (count == RC_SESSIONS) {
        rc_error_set(err, RC_LIMIT, "%d sessions are as many as there can be", RC_SESSIONS);
        return false;
    }
    session = calloc(1, sizeof *session);
    if (!session) {
        rc_error_nomem(err);
        return false;
    }
    snprintf(session->profile, sizeof session->profile, "%s", profile);
    snprintf(session->region, sizeof session->region, "%s", region);
    *end = app->session = session;
    return true;
}

static void free_session(struct rc_app_session *session)
{
    rc_opened_release(session->day);
    for (int i = 0; i < RC_DAYS; i++)
        rc_opened_release(session->days[i]);
    rc_opened_release(session->answers);
    rc_gateway_close(session->gateway);
    rc_live_close(session->live);
    free(session);
}

bool rc_app_open_session(struct rc_app *app, const char *profile, const char *region,
                         struct rc_error *err)
{
    struct rc_app_session *before = app->session, **last = &app->sessions;
    if (!rc_app_add_session(app, profile, region, err))
        return false;
    if (rc_app_push(app, rc_first_live_view, "", err))
        return true;
    while (*last != app->session)
        last = &(*last)->next;
    *last = NULL;
    free_session(app->session);
    app->session = before;
    return false;
}

void rc_app_next_session(struct rc_app *app)
{
    if (!app->sessions->next) {
        rc_app_say(app, RC_ROLE_NORMAL,
                   "this is the only session; `:session PROFILE [REGION]` opens another");
        return;
    }
    if (app->input.kind)
        rc_input_close(app); /* its view goes out of sight */
    app->session = app->session->next ? app->session->next : app->sessions;
}

bool rc_app_close_session(struct rc_app *app, struct rc_error *err)
{
    struct rc_app_session *session = app->session, **at = &app->sessions;
    if (!app->sessions->next) {
        rc_error_set(err, RC_USAGE, "this is the only session; `:quit` ends the console");
        return false;
    }
    if (!rc_actions_close(app->actions, session->gateway, err))
        return false;
    session->gateway = NULL;
    rc_app_leave_views(app);
    while (*at != session)
        at = &(*at)->next;
    *at = session->next;
    app->session = session->next ? session->next : app->sessions;
    app->dressed = NULL;
    session->next = app->left;
    app->left = session;
    return true;
}

static bool has_views(const struct rc_app *app, const struct rc_app_session *session)
{
    for (int i = 0; i < app->leaving_count; i++)
        if (app->leaving[i]->session == session)
            return true;
    return false;
}

void rc_app_free_left(struct rc_app *app)
{
    for (struct rc_app_session **at = &app->left, *session; (session = *at);) {
        if (has_views(app, session)) {
            at = &session->next;
            continue;
        }
        *at = session->next;
        free_session(session);
    }
}

int rc_app_session_number(const struct rc_app *app, int *count)
{
    int number = 0;
    *count = 0;
    for (const struct rc_app_session *at = app->sessions; at; at = at->next) {
        ++*count;
        if (at == app->session)
            number = *count;
    }
    return *count > 1 ? number : 0;
}

const struct rc_config_profile *rc_app_profile(const struct rc_app *app)
{
    const struct rc_live *live = app->session->live;
    for (int i = 0; live && i < app->config.profile_count; i++)
        if (strcmp(app->config.profiles[i].name, rc_live_profile(live)) == 0)
            return &app->config.profiles[i];
    return NULL;
}

/* Whatever is on the screen and was not put on by this rule was chosen by hand. */
static void remember_theme(struct rc_app *app)
{
    struct rc_error err = {0};
    const char *name = rc_screen_theme_name();
    if (strcmp(name, app->worn) == 0)
        return;
    snprintf(app->worn, sizeof app->worn, "%s", name);
    if (strcmp(name, app->theme) == 0)
        return;
    snprintf(app->theme, sizeof app->theme, "%s", name);
    if (!rc_state_set_theme(name, &err))
        rc_app_fail(app, &err);
}

void rc_app_dress(struct rc_app *app)
{
    const struct rc_config_profile *profile = rc_app_profile(app);
    struct rc_error err = {0};
    const char *theme = app->theme;
    remember_theme(app);
    if (app->session == app->dressed && profile == app->dressed_as)
        return;
    app->dressed = app->session;
    app->dressed_as = profile;
    if (profile && *profile->theme)
        theme = profile->theme;
    else if (profile && profile->production)
        theme = "production-red";
    if (strcmp(theme, app->worn) != 0 && !rc_screen_theme(theme, &err))
        rc_app_fail(app, &err);
    snprintf(app->worn, sizeof app->worn, "%s", rc_screen_theme_name());
}

void rc_app_close_sessions(struct rc_app *app)
{
    while (app->sessions) {
        struct rc_app_session *session = app->sessions;
        app->sessions = session->next;
        free_session(session);
    }
}

static void take_note(void *ctx, const char *text)
{
    rc_app_note(ctx, text);
}

struct rc_live *rc_app_open_live(struct rc_view *view, struct rc_error *err)
{
    struct rc_app_session *session = view->session;
    const struct rc_app_options *options = view->app->options;
    if (session->live)
        return session->live;
    struct rc_live *live =
        options->open_live(options->open_ctx, *session->profile ? session->profile : NULL,
                           *session->region ? session->region : NULL, err);
    struct rc_opened *answers = live ? rc_opened_answers(live, err) : NULL;
    if (!answers) {
        rc_live_close(live);
        return NULL;
    }
    rc_live_on_note(live, take_note, view->app);
    session->live = live;
    session->answers = answers;
    return live;
}

/* ----- days of the pipeline ----- */

/* Puts a day first among those that are kept, and gives it. */
static struct rc_opened *keep_first(struct rc_app_session *session, int at)
{
    struct rc_opened *day = session->days[at];
    memmove(session->days + 1, session->days, (size_t)at * sizeof *session->days);
    session->days[0] = day;
    return day;
}

static struct rc_opened *find_day(struct rc_app_session *session, const char *program,
                                  const char *date)
{
    for (int i = 0; i < RC_DAYS && session->days[i]; i++) {
        const struct rc_live_day *day = session->days[i]->day;
        if (strcmp(rc_live_day_program(day), program) == 0 &&
            strcmp(rc_live_day_date(day), date) == 0)
            return keep_first(session, i);
    }
    return NULL;
}

bool rc_app_take_day(struct rc_view *view, const char *program, const char *date,
                     struct rc_error *err)
{
    struct rc_app_session *session = view->session;
    struct rc_live *live = rc_app_open_live(view, err);
    struct rc_opened *day = live ? find_day(session, program, date) : NULL;
    if (day) {
        rc_live_day_refresh(day->day); /* it may have been left half full */
    } else {
        day = live ? rc_opened_day(live, program, date, err) : NULL;
        if (!day)
            return false;
        rc_opened_release(session->days[RC_DAYS - 1]);
        session->days[RC_DAYS - 1] = day;
        keep_first(session, RC_DAYS - 1);
    }
    rc_app_drop_day(view);
    view->day = rc_opened_hold(day);
    return true;
}

struct rc_live_day *rc_app_live_day(const struct rc_view *view)
{
    return view->day ? view->day->day : NULL;
}

void rc_app_drop_day(struct rc_view *view)
{
    struct rc_live_day *day = rc_app_live_day(view);
    bool last = view->day && view->day->holders == 2; /* the view, and those that are kept */
    if (day && last)
        rc_listing_cancel(rc_live_day_listing(day));
    rc_opened_release(view->day);
    view->day = NULL;
}

bool rc_app_is_filling(const struct rc_view *view)
{
    struct rc_live_day *day = rc_app_live_day(view);
    return day && rc_listing_state(rc_live_day_listing(day)) == RC_LISTING_LOADING;
}

/* While it fills, a view spends a fifth of the time on reading it again at most. */
static bool is_quiet(struct rc_view *view, uint64_t now)
{
    enum { SHARE = 4 };
    if (view->read_ms)
        view->quiet_ms = now + SHARE * (now - view->read_ms);
    view->read_ms = 0;
    return rc_app_is_filling(view) && now < view->quiet_ms;
}

void rc_app_reread(struct rc_app *app)
{
    struct rc_view *top = rc_app_top(app);
    struct rc_live_day *day = rc_app_live_day(top);
    uint64_t now = rc_app_now_ms(app), milliseconds;
    if (!day || !top->ops->changed || rc_app_busy(top, &milliseconds))
        return;
    uint64_t version = rc_listing_version(rc_live_day_listing(day));
    if (version == top->day_version || is_quiet(top, now))
        return;
    if (rc_listing_state(rc_live_day_listing(day)) == RC_LISTING_FAILED)
        rc_app_fail(app, rc_listing_error(rc_live_day_listing(day)));
    top->day_version = version;
    top->read_ms = now;
    top->ops->changed(top);
}

/* How far the day of a view has come. */
static bool tell_filling(struct rc_view *view, struct rc_buf *out)
{
    char found[RC_FIGURE_BYTES], all[RC_FIGURE_BYTES];
    if (!rc_app_is_filling(view) || rc_app_opened(view) != view->day)
        return false;
    struct rc_live_day_progress at = rc_live_day_progress(view->day->day);
    rc_count_text(at.discrepancies, found);
    rc_count_text(at.discrepancies_expected, all);
    rc_buf_printf(out, "loading %s, %s of %s discrepancies, %.0f read units so far",
                  view->day->place, found, all, at.read_units);
    return true;
}

bool rc_app_waits(struct rc_view *view, const char *key, struct rc_buf *out)
{
    if (view->ops->waits && view->ops->waits(view, out)) {
        rc_buf_printf(out, "; %s cancels", key);
        return true;
    }
    return tell_filling(view, out);
}

/* ----- what a view is of ----- */

static const struct rc_opened *opened_of(const struct rc_view *view)
{
    const struct rc_table_def *def = rc_table_find(view->ops->name);
    return def && def->scope ? view->session->answers : view->day;
}

static struct rc_model *model_of(const struct rc_opened *opened)
{
    return opened ? opened->model : NULL;
}

struct rc_model *rc_app_model(const struct rc_view *view)
{
    return model_of(view->day);
}

struct rc_live *rc_app_live(const struct rc_view *view)
{
    return view->session->live;
}

struct rc_model *rc_app_answers(const struct rc_view *view)
{
    return model_of(view->session->answers);
}

struct rc_model *rc_app_rows(const struct rc_view *view)
{
    return model_of(opened_of(view));
}

const struct rc_opened *rc_app_opened(const struct rc_view *view)
{
    return opened_of(view);
}

void rc_app_start(struct rc_view *view, const struct rc_job_ops *ops, void *job)
{
    struct rc_app *app = view->app;
    struct rc_opened *opened = opened_of(view) == view->day ? view->day : view->session->answers;
    rc_worker_start(app->worker, view, opened, ops, job, rc_app_now_ms(app));
}
