#include "model/live.h"
#include "tui/app_internal.h"

#include "model/table.h"

#include <stdlib.h>

/* ----- sessions ----- */

bool rc_app_add_session(struct rc_app *app, struct rc_error *err)
{
    struct rc_app_session *session = calloc(1, sizeof *session), **end = &app->sessions;
    if (!session) {
        rc_error_nomem(err);
        return false;
    }
    while (*end)
        end = &(*end)->next;
    *end = app->session = session;
    return true;
}

void rc_app_close_sessions(struct rc_app *app)
{
    while (app->sessions) {
        struct rc_app_session *session = app->sessions;
        app->sessions = session->next;
        rc_opened_release(session->day);
        rc_opened_release(session->answers);
        rc_live_close(session->live);
        free(session);
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
    struct rc_live *live = options->open_live(options->open_ctx, err);
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
