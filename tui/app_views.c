#include "model/live_day.h"
#include "tui/app_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rc_view *rc_app_top(const struct rc_app *app)
{
    const struct rc_app_session *session = app->session;
    return session->depth ? session->stack[session->depth - 1] : NULL;
}

struct rc_view *rc_app_below(const struct rc_view *view)
{
    const struct rc_app_session *session = view->session;
    for (int i = 1; i < session->depth; i++)
        if (session->stack[i] == view)
            return session->stack[i - 1];
    return NULL;
}

/* ----- making and closing ----- */

static void free_view(struct rc_view *view)
{
    if (view->ops->close)
        view->ops->close(view);
    rc_app_drop_day(view);
    free(view->state);
    free(view);
}

/* On top of the stack, with the day of what is there. */
static struct rc_view *make_view(struct rc_app *app, const struct rc_view_ops *ops,
                                 const char *arguments, struct rc_error *err)
{
    const struct rc_view *below = rc_app_top(app);
    struct rc_view *view = calloc(1, sizeof *view);
    if (!view || !(view->state = calloc(1, ops->state_size ? ops->state_size : 1))) {
        free(view);
        rc_error_nomem(err);
        return NULL;
    }
    view->ops = ops;
    view->app = app;
    view->session = app->session;
    view->day = rc_opened_hold(below ? below->day : app->session->day);
    if (strlen(arguments) >= sizeof view->arguments) {
        rc_error_set(err, RC_LIMIT, "%s: more than %zu bytes behind it", ops->name,
                     sizeof view->arguments - 1);
    } else {
        memcpy(view->arguments, arguments, strlen(arguments) + 1);
        if (ops->open(view, view->arguments, err))
            return view;
    }
    rc_app_drop_day(view);
    free(view->state);
    free(view);
    return NULL;
}

void rc_app_bury(struct rc_app *app, bool all)
{
    int kept = 0;
    for (int i = 0; i < app->leaving_count; i++) {
        struct rc_view *view = app->leaving[i];
        if (!all && rc_worker_holds(app->worker, view))
            app->leaving[kept++] = view;
        else
            free_view(view);
    }
    app->leaving_count = kept;
    rc_app_free_left(app);
}

/* A view whose job is still running goes when that has come back. */
static void close_top(struct rc_app *app)
{
    struct rc_app_session *session = app->session;
    struct rc_view *view = session->stack[--session->depth];
    if (app->input.kind && app->input.view == view)
        rc_input_close(app);
    rc_worker_cancel(app->worker, view);
    if (!rc_worker_holds(app->worker, view)) {
        free_view(view);
        return;
    }
    enum { MOST = sizeof app->leaving / sizeof *app->leaving };
    while (app->leaving_count == MOST) { /* only when jobs do not give up: wait for one */
        rc_worker_insist(app->worker);
        rc_worker_deliver(app->worker);
        rc_app_bury(app, false);
    }
    app->leaving[app->leaving_count++] = view;
}

static void free_trail(struct rc_trail *trail)
{
    while (trail->count)
        free(trail->arguments[--trail->count]);
}

static void free_history(struct rc_app_session *session)
{
    while (session->history_count)
        free_trail(&session->history[--session->history_count]);
}

void rc_app_leave_views(struct rc_app *app)
{
    while (app->session->depth)
        close_top(app);
    free_history(app->session);
}

void rc_app_close_views(struct rc_app *app)
{
    for (struct rc_app_session *session = app->sessions; session; session = session->next) {
        while (session->depth)
            free_view(session->stack[--session->depth]);
        free_history(session);
    }
    rc_app_bury(app, true);
}

/* ----- history ----- */

static void record_trail(const struct rc_app_session *session, struct rc_trail *trail)
{
    free_trail(trail);
    for (int i = 0; i < session->depth; i++) {
        char *arguments = strdup(session->stack[i]->arguments);
        if (!arguments)
            return;
        trail->ops[i] = session->stack[i]->ops;
        trail->arguments[i] = arguments;
        trail->count = i + 1;
    }
}

/* What is seen now becomes the newest of the history. What was ahead is forgotten, as
 * in a browser. */
static void arrive(struct rc_app_session *session)
{
    session->history_last = session->history_at;
    while (session->history_count > session->history_at + 1)
        free_trail(&session->history[--session->history_count]);
    if (session->history_count == RC_HISTORY_TRAILS) {
        free_trail(&session->history[0]);
        memmove(session->history, session->history + 1,
                (RC_HISTORY_TRAILS - 1) * sizeof *session->history);
        session->history_count--;
        session->history_last -= session->history_last > 0;
    }
    session->history_at = session->history_count++;
    session->history[session->history_at] = (struct rc_trail){0};
    record_trail(session, &session->history[session->history_at]);
}

/* A view may have changed its words since it was opened, by a filter for example. */
static void leave(struct rc_app_session *session)
{
    if (session->history_count)
        record_trail(session, &session->history[session->history_at]);
}

static bool stands(const struct rc_app_session *session, const struct rc_trail *trail, int depth)
{
    return depth < session->depth && session->stack[depth]->ops == trail->ops[depth] &&
           strcmp(session->stack[depth]->arguments, trail->arguments[depth]) == 0;
}

/* Makes the stack what a trail says; views that stand already stay as they are. */
static void follow(struct rc_app *app, const struct rc_trail *trail)
{
    struct rc_app_session *session = app->session;
    int same = 0;
    while (same < trail->count && stands(session, trail, same))
        same++;
    while (session->depth > same && session->depth > 1)
        close_top(app);
    for (int i = session->depth; i < trail->count; i++) {
        struct rc_error err = {0};
        struct rc_view *view = make_view(app, trail->ops[i], trail->arguments[i], &err);
        if (!view) {
            rc_app_fail(app, &err);
            return;
        }
        session->stack[session->depth++] = view;
    }
}

void rc_app_travel(struct rc_app *app, int by)
{
    struct rc_app_session *session = app->session;
    int to = by ? session->history_at + by : session->history_last;
    if (to < 0 || to >= session->history_count || to == session->history_at)
        return;
    leave(session);
    session->history_last = session->history_at;
    session->history_at = to;
    follow(app, &session->history[to]);
}

/* ----- going ----- */

bool rc_app_push(struct rc_app *app, const char *name, const char *arguments, struct rc_error *err)
{
    struct rc_app_session *session = app->session;
    const struct rc_view_ops *ops = rc_view_find(name);
    if (!ops) {
        rc_error_set(err, RC_USAGE, "there is no view \"%s\"; Tab behind : shows those there are",
                     name);
        return false;
    }
    struct rc_view *top = rc_app_top(app);
    if (top && top->ops == ops && strcmp(top->arguments, arguments) == 0) { /* is seen already */
        if (ops->poll)
            ops->poll(top);
        return true;
    }
    if (session->depth == RC_STACK_VIEWS) {
        rc_error_set(err, RC_LIMIT, "%d views on top of each other are enough; Esc leads back",
                     RC_STACK_VIEWS);
        return false;
    }
    struct rc_view *view = make_view(app, ops, arguments, err);
    if (!view)
        return false;
    leave(session);
    session->stack[session->depth++] = view;
    arrive(session);
    return true;
}

/* Views of a live session look at what has come; one that opens another has that look,
 * too, before it is drawn. */
void rc_app_tick(struct rc_app *app)
{
    const struct rc_view *top = NULL;
    for (int turn = 0; turn < RC_STACK_VIEWS && top != rc_app_top(app); turn++) {
        const struct rc_app_session *session = app->session;
        top = rc_app_top(app);
        for (int i = 0; i < session->depth; i++)
            if (session->stack[i]->ops->tick)
                session->stack[i]->ops->tick(session->stack[i]);
        rc_app_reread(app);
        rc_app_fulfil(app);
    }
}

void rc_app_pop(struct rc_app *app)
{
    struct rc_app_session *session = app->session;
    if (session->depth < 2)
        return;
    leave(session);
    close_top(app);
    arrive(session);
}

void rc_app_go(struct rc_app *app, const char *view, const char *format, ...)
{
    if (app->wish_count == RC_WISHES)
        return;
    struct rc_wish *wish = &app->wishes[app->wish_count];
    va_list args;
    va_start(args, format);
    int length = format ? vsnprintf(wish->arguments, sizeof wish->arguments, format, args) : 0;
    va_end(args);
    if (!format)
        wish->arguments[0] = '\0';
    if (length < 0 || (size_t)length >= sizeof wish->arguments) {
        rc_app_say(app, RC_ROLE_BAD, "%s: its arguments are too long", view);
        return;
    }
    wish->back = false;
    snprintf(wish->view, sizeof wish->view, "%s", view);
    app->wish_count++;
}

void rc_app_back(struct rc_app *app)
{
    if (app->wish_count < RC_WISHES)
        app->wishes[app->wish_count++] = (struct rc_wish){.back = true};
}

/* ----- the thread ----- */

void rc_app_subject_of(struct rc_view *view, struct rc_subject *subject)
{
    *subject = (struct rc_subject){.of_day_file = !rc_app_live(view)};
    if (view->ops->subject)
        view->ops->subject(view, subject);
    const struct rc_live_day *day = rc_app_live_day(view);
    bool is_another = day && *subject->date &&
                      (strcmp(subject->date, rc_live_day_date(day)) != 0 ||
                       strcmp(subject->program, rc_live_day_program(day)) != 0);
    subject->of_no_day = !subject->of_day_file && (!day || is_another);
}

void rc_app_subject(const struct rc_app *app, struct rc_subject *subject)
{
    rc_app_subject_of(rc_app_top(app), subject);
}

void rc_app_follow(struct rc_app *app, enum rc_action action)
{
    struct rc_subject subject;
    struct rc_buf words;
    const char *lacks;
    rc_app_subject(app, &subject);
    rc_buf_init(&words, sizeof app->wishes->arguments - 1);
    const char *view = rc_thread_view(action, &subject, &words, &lacks);
    if (view && strcmp(view, rc_app_top(app)->ops->name) == 0)
        rc_app_say(app, RC_ROLE_NORMAL, "this is the %s already", lacks);
    else if (words.failed)
        rc_app_say(app, RC_ROLE_BAD, "%s: its name is too long", rc_action_name(action));
    else if (view)
        rc_app_go(app, view, "%s", words.data);
    else
        rc_app_say(app, RC_ROLE_WARN, "the %s is not known here", lacks);
    rc_buf_free(&words);
}

void rc_app_fulfil(struct rc_app *app)
{
    for (int i = 0; i < app->wish_count; i++) {
        struct rc_wish *wish = &app->wishes[i];
        struct rc_error err = {0};
        if (wish->back)
            rc_app_pop(app);
        else if (!rc_app_push(app, wish->view, wish->arguments, &err))
            rc_app_fail(app, &err);
    }
    app->wish_count = 0;
}
