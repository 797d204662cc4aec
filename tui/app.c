#include "tui/app.h"

#include "model/live.h"
#include "tui/app_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ----- what views ask for ----- */

uint64_t rc_app_now_ms(const struct rc_app *app)
{
    struct timespec now;
    if (app->options->now)
        return 0;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)(now.tv_sec - app->began.tv_sec) * 1000 + (uint64_t)(now.tv_nsec / 1000000) -
           (uint64_t)(app->began.tv_nsec / 1000000);
}

void rc_app_instant(const struct rc_app *app, char instant[32])
{
    time_t now = time(NULL);
    struct tm utc;
    if (app->options->now)
        snprintf(instant, 32, "%s", app->options->now);
    else if (!gmtime_r(&now, &utc) || !strftime(instant, 32, "%Y-%m-%dT%H:%M:%SZ", &utc))
        instant[0] = '\0';
}

static void keep(struct rc_app *app, enum rc_role role, const char *text)
{
    if (app->message_count == RC_MESSAGES) {
        memmove(app->messages, app->messages + 1, (RC_MESSAGES - 1) * sizeof *app->messages);
        app->message_count--;
    }
    struct rc_message *message = &app->messages[app->message_count++];
    message->role = role;
    rc_app_instant(app, message->instant);
    snprintf(message->text, sizeof message->text, "%s", text);
}

static void say(struct rc_app *app, enum rc_role role, const char *text)
{
    keep(app, role, text);
    app->toast = true;
    app->toast_ms = rc_app_now_ms(app);
}

void rc_app_say(struct rc_app *app, enum rc_role role, const char *format, ...)
{
    char text[RC_ERROR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    say(app, role, text);
}

void rc_app_hush(struct rc_app *app)
{
    app->toast = false;
}

void rc_app_fail(struct rc_app *app, const struct rc_error *err)
{
    say(app, RC_ROLE_BAD, err->text);
}

void rc_app_note(struct rc_app *app, const char *text)
{
    keep(app, RC_ROLE_DIM, text);
}

size_t rc_app_messages(const struct rc_app *app, const struct rc_message **messages)
{
    *messages = app->messages;
    return app->message_count;
}

struct rc_view *rc_app_seen(const struct rc_app *app)
{
    return rc_app_top(app);
}

bool rc_app_is_top(const struct rc_view *view)
{
    return rc_app_top(view->app) == view;
}

const char *rc_app_layout(const struct rc_app *app)
{
    return app->options->file ? app->options->layout : NULL;
}

const char *rc_app_file(const struct rc_app *app)
{
    return app->options->file;
}

const struct rc_job_ops *rc_app_busy(const struct rc_view *view, uint64_t *milliseconds)
{
    uint64_t started;
    const struct rc_job_ops *ops = rc_worker_busy(view->app->worker, view, &started);
    if (ops)
        *milliseconds = rc_app_now_ms(view->app) - started;
    return ops;
}

/* ----- beginning and end ----- */

static void free_app(struct rc_app *app)
{
    rc_actions_free(app->actions);
    rc_app_close_sessions(app);
    rc_worker_free(app->worker);
    rc_past_free(&app->filters);
    rc_past_free(&app->commands);
    free(app->messages);
    free(app);
}

/* Opens what is to be looked at. Errors are still told on stderr. */
static bool open_subject(struct rc_app *app, struct rc_error *err)
{
    const char *day = app->options->day;
    app->worker = rc_worker_new(err);
    app->actions = app->worker ? rc_actions_new(err) : NULL;
    return app->actions && rc_app_add_session(app, "", "", err) &&
           (!day || (app->session->day = rc_opened_file(day, err)));
}

/* The theme that was asked for, else the configured one, else the last one. */
static bool open_screen(struct rc_app *app, struct rc_error *err)
{
    const struct rc_config *config = &app->config;
    struct rc_screen_options options = app->options->screen;
    struct rc_error why = {0};
    char last[32];
    rc_state_theme(last);
    options.ascii |= config->has_ascii && config->ascii;
    options.mouse |= config->has_mouse && config->mouse;
    options.mouse &= !app->options->no_mouse;
    if (options.theme)
        return rc_screen_open(&options, err);
    options.theme = *config->theme ? config->theme : *last ? last : NULL;
    if (rc_screen_open(&options, &why))
        return true;
    if (!options.theme) {
        *err = why;
        return false;
    }
    options.theme = NULL; /* the theme may have gone; that is no reason not to start */
    if (!rc_screen_open(&options, err))
        return false;
    rc_app_fail(app, &why);
    return true;
}

const char rc_first_live_view[] = "pulse";

/* What is shown when nothing else is asked for. */
static const char *first_view(const struct rc_app_options *options)
{
    return options->file ? "record" : options->day ? "day" : rc_first_live_view;
}

static bool open_views(struct rc_app *app, struct rc_error *err)
{
    const struct rc_app_options *options = app->options;
    struct rc_error why = {0};
    /* Of what is live, only what is asked for is asked of AWS. */
    bool below = options->day || options->file || !options->view;
    if (below && !rc_app_push(app, first_view(options), "", err))
        return false;
    if (options->view && !rc_app_command(app, options->view, &why))
        rc_app_fail(app, &why);
    if (!app->session->depth && !rc_app_push(app, first_view(options), "", err))
        return false;
    rc_app_fulfil(app);
    return true;
}

static void close_app(struct rc_app *app)
{
    rc_signal_leave();
    rc_screen_close(); /* first: whatever comes then can be read */
    rc_signal_close();
    bool acted = rc_actions_stop(app->actions);
    if (!rc_worker_stop(app->worker) || !acted)
        return; /* what does not give up keeps its things until the process ends */
    rc_app_close_views(app);
    free_app(app);
}

bool rc_app_run(const struct rc_app_options *options, struct rc_error *err)
{
    struct rc_app *app = calloc(1, sizeof *app);
    struct rc_error why = {0};
    if (!app || !(app->messages = calloc(RC_MESSAGES, sizeof *app->messages))) {
        free(app);
        rc_error_nomem(err);
        return false;
    }
    app->options = options;
    clock_gettime(CLOCK_MONOTONIC, &app->began);
    if (!open_subject(app, err)) {
        free_app(app);
        return false;
    }
    rc_keymap_reset();
    if (!rc_config_read(&app->config, &why))
        rc_app_fail(app, &why);
    rc_state_read_past("filter-history", &app->filters);
    rc_state_read_past("command-history", &app->commands);
    bool ok = rc_signal_open(rc_state_folder(), err) && open_screen(app, err);
    snprintf(app->theme, sizeof app->theme, "%s", ok ? rc_screen_theme_name() : "");
    memcpy(app->worn, app->theme, sizeof app->worn);
    ok = ok && open_views(app, err);
    if (ok)
        rc_app_loop(app);
    close_app(app);
    return ok;
}
