#include "tui/app_actions.h"

#include "tui/keymap.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { STOP_SECONDS = 5 };

enum request_kind { PREVIEW, PERFORM, FORGET };

struct request {
    struct request *next;
    struct rc_use *use;         /* to be forgotten: with those that are older */
    struct rc_gateway *gateway; /* to be closed behind that; NULL: none */
    json_t *params;             /* as they were when it was asked; its own */
    enum request_kind kind;
    int asked;
    bool read_only; /* the session, at that time */
    char confirmation[256];
};

struct rc_actions {
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    pthread_t thread;
    bool started, stop;
    int wake[2];
    int numbers;
    struct request *first, **end; /* under the lock */
    struct rc_use *newest;
};

/* ----- on the thread ----- */

static void wake(const struct rc_actions *actions)
{
    while (write(actions->wake[1], "", 1) < 0 && errno == EINTR)
        ; /* a full pipe wakes, too */
}

static void clear_news(struct rc_use_news *news)
{
    json_decref(news->document);
    json_decref(news->ended);
    *news = (struct rc_use_news){.stage = RC_USE_DRAFT};
}

/* What the request has come to. */
static void answer(const struct request *request, enum rc_use_stage stage,
                   const struct rc_error *err)
{
    struct rc_use *use = request->use;
    const struct rc_op *op = use->op;
    json_t *document = op ? json_deep_copy(rc_op_document(op)) : NULL;
    const char *confirmation = op && !err->code ? rc_op_confirmation(op) : NULL;
    pthread_mutex_lock(&use->actions->lock);
    json_decref(use->said.document);
    use->said.document = document;
    use->said.stage = stage;
    use->said.asked = request->asked;
    use->said.err = *err;
    snprintf(use->said.confirmation, sizeof use->said.confirmation, "%s",
             confirmation ? confirmation : "");
    pthread_mutex_unlock(&use->actions->lock);
    wake(use->actions);
}

static bool progress(void *ctx, size_t done, size_t total, const char *target, const char *outcome,
                     const char *detail)
{
    struct rc_use *use = ctx;
    pthread_mutex_lock(&use->actions->lock);
    struct rc_use_news *said = &use->said;
    if (done > said->done && *outcome) {
        if (!said->ended)
            said->ended = json_array();
        json_array_append_new(said->ended, json_pack("{s:s, s:s, s:s}", "target", target, "outcome",
                                                     outcome, "detail", detail ? detail : ""));
    }
    said->done = done;
    said->total = total;
    snprintf(said->doing, sizeof said->doing, "%s", detail && !*outcome ? detail : "");
    pthread_mutex_unlock(&use->actions->lock);
    wake(use->actions);
    return !atomic_load(&use->stop);
}

static void preview(const struct request *request)
{
    struct rc_use *use = request->use;
    struct rc_error err = {0};
    rc_op_free(use->op);
    use->op = rc_op_new(use->gateway, use->action, (const char *const *)use->targets, use->count,
                        request->params, &err);
    rc_gateway_set_read_only(use->gateway, request->read_only);
    if (use->op) {
        rc_op_on_progress(use->op, progress, use);
        rc_op_preview(use->op, request->read_only, &err);
    }
    answer(request, RC_USE_PREVIEWED, &err);
}

/* A read-only session refuses, and keeps that it was asked to. */
static void perform(const struct request *request)
{
    struct rc_use *use = request->use;
    struct rc_error err = {0};
    rc_gateway_set_read_only(use->gateway, request->read_only);
    if (!use->op)
        rc_error_set(&err, RC_USAGE, "what would be done has to be found out first");
    else if (request->read_only)
        rc_op_preview(use->op, false, &err);
    else
        rc_op_perform(use->op, request->confirmation, &err);
    answer(request, RC_USE_ENDED, &err);
}

static void free_use(struct rc_use *use)
{
    rc_op_free(use->op);
    clear_news(&use->said);
    clear_news(&use->now);
    json_decref(use->params);
    for (size_t i = 0; use->targets && i < use->count; i++)
        free(use->targets[i]);
    free(use->targets);
    free(use);
}

static void forget(const struct request *request)
{
    for (struct rc_use *use = request->use, *older; use; use = older) {
        older = use->older;
        free_use(use);
    }
    rc_gateway_close(request->gateway);
}

static void serve(struct request *request)
{
    if (request->kind == PREVIEW)
        preview(request);
    else if (request->kind == PERFORM)
        perform(request);
    else
        forget(request);
    json_decref(request->params);
    free(request);
}

static void *work(void *context)
{
    struct rc_actions *actions = context;
    pthread_mutex_lock(&actions->lock);
    while (!actions->stop) {
        struct request *request = actions->first;
        if (!request) {
            pthread_cond_wait(&actions->wanted, &actions->lock);
            continue;
        }
        actions->first = request->next;
        if (!actions->first)
            actions->end = &actions->first;
        pthread_mutex_unlock(&actions->lock);
        serve(request);
        pthread_mutex_lock(&actions->lock);
    }
    pthread_mutex_unlock(&actions->lock);
    return NULL;
}

/* ----- the thread itself ----- */

struct rc_actions *rc_actions_new(struct rc_error *err)
{
    struct rc_actions *actions = calloc(1, sizeof *actions);
    if (!actions) {
        rc_error_nomem(err);
        return NULL;
    }
    if (pipe2(actions->wake, O_NONBLOCK | O_CLOEXEC) != 0) {
        rc_error_errno(err, RC_IO, "no pipe can be made");
        free(actions);
        return NULL;
    }
    actions->end = &actions->first;
    pthread_mutex_init(&actions->lock, NULL);
    pthread_cond_init(&actions->wanted, NULL);
    return actions;
}

int rc_actions_fd(const struct rc_actions *actions)
{
    return actions->wake[0];
}

/* Signals are for the UI thread; only faults stay with whoever makes them. */
static bool start_thread(struct rc_actions *actions, struct rc_error *err)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    sigset_t blocked, before;
    if (actions->started)
        return true;
    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(&blocked, faults[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    errno = pthread_create(&actions->thread, NULL, work, actions);
    int failed = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = failed;
    if (failed)
        rc_error_errno(err, RC_LIMIT, "no thread can be started");
    actions->started = !failed;
    return !failed;
}

static void put(struct rc_actions *actions, struct request *request)
{
    pthread_mutex_lock(&actions->lock);
    *actions->end = request;
    actions->end = &request->next;
    pthread_cond_signal(&actions->wanted);
    pthread_mutex_unlock(&actions->lock);
}

bool rc_actions_stop(struct rc_actions *actions)
{
    struct timespec until;
    for (struct rc_use *use = actions->newest; use; use = use->older)
        atomic_store(&use->stop, true);
    pthread_mutex_lock(&actions->lock);
    actions->stop = true;
    pthread_cond_signal(&actions->wanted);
    pthread_mutex_unlock(&actions->lock);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += STOP_SECONDS;
    if (actions->started && pthread_timedjoin_np(actions->thread, NULL, &until) == 0)
        actions->started = false;
    return !actions->started;
}

void rc_actions_free(struct rc_actions *actions)
{
    if (!actions)
        return;
    while (actions->first) {
        struct request *request = actions->first;
        actions->first = request->next;
        if (request->kind == FORGET)
            forget(request);
        json_decref(request->params);
        free(request);
    }
    while (actions->newest) {
        struct rc_use *use = actions->newest;
        actions->newest = use->older;
        free_use(use);
    }
    close(actions->wake[0]);
    close(actions->wake[1]);
    pthread_cond_destroy(&actions->wanted);
    pthread_mutex_destroy(&actions->lock);
    free(actions);
}

/* ----- what comes from it ----- */

/* With the lock held. */
static void take_news(struct rc_use *use)
{
    struct rc_use_news *now = &use->now, *said = &use->said;
    now->done = said->done;
    now->total = said->total;
    memcpy(now->doing, said->doing, sizeof now->doing);
    if (said->ended) {
        if (!now->ended)
            now->ended = json_array();
        json_array_extend(now->ended, said->ended);
        json_array_clear(said->ended);
    }
    if (said->asked == use->asked && now->asked != said->asked) {
        json_decref(now->document);
        now->document = said->document;
        said->document = NULL;
        now->stage = said->stage;
        now->asked = said->asked;
        now->err = said->err;
        memcpy(now->confirmation, said->confirmation, sizeof now->confirmation);
    }
    use->version++;
}

bool rc_actions_deliver(struct rc_actions *actions)
{
    char bytes[64];
    bool ended = false;
    while (read(actions->wake[0], bytes, sizeof bytes) > 0)
        ;
    pthread_mutex_lock(&actions->lock);
    for (struct rc_use *use = actions->newest; use; use = use->older) {
        bool performing = use->now.stage == RC_USE_PERFORMING;
        take_news(use);
        ended = ended || (performing && use->now.stage == RC_USE_ENDED);
    }
    pthread_mutex_unlock(&actions->lock);
    return ended;
}

struct rc_use *rc_actions_busy(const struct rc_actions *actions)
{
    struct rc_use *use = actions->newest;
    while (use && use->now.stage != RC_USE_PERFORMING)
        use = use->older;
    return use;
}

/* They are freed on the thread, which may be about to preview one of them. */
bool rc_actions_close(struct rc_actions *actions, struct rc_gateway *gateway, struct rc_error *err)
{
    const struct rc_use *busy = rc_actions_busy(actions);
    if (!gateway)
        return true;
    if (busy && busy->gateway == gateway) {
        rc_error_set(err, RC_USAGE, "%s is not done yet: `:action %d` shows it, %s there stops it",
                     busy->action->name, busy->number, rc_action_keys(RC_DO_BACK));
        return false;
    }
    struct request *request = calloc(1, sizeof *request);
    if (!request) {
        rc_error_nomem(err);
        return false;
    }
    *request = (struct request){.kind = FORGET, .gateway = gateway};
    for (struct rc_use **at = &actions->newest, **end = &request->use; *at;) {
        struct rc_use *use = *at;
        if (use->gateway != gateway) {
            at = &use->older;
            continue;
        }
        *at = use->older;
        use->older = NULL;
        atomic_store(&use->stop, true);
        *end = use;
        end = &use->older;
    }
    put(actions, request);
    return true;
}

/* ----- uses ----- */

static bool copy_targets(struct rc_use *use, const char *const *targets, size_t count)
{
    use->targets = calloc(count ? count : 1, sizeof *use->targets);
    for (size_t i = 0; use->targets && i < count; i++) {
        use->targets[i] = strdup(targets[i]);
        if (!use->targets[i])
            return false;
        use->count = i + 1;
    }
    return use->targets != NULL;
}

/* Lets go of the oldest one that does not perform, when there are too many. */
static void make_room(struct rc_actions *actions)
{
    struct rc_use **oldest = NULL;
    int count = 0;
    for (struct rc_use **at = &actions->newest; *at; at = &(*at)->older, count++)
        if ((*at)->now.stage != RC_USE_PERFORMING)
            oldest = at;
    struct request *request = count >= RC_USES && oldest ? calloc(1, sizeof *request) : NULL;
    if (!request)
        return;
    request->kind = FORGET;
    request->use = *oldest;
    *oldest = request->use->older;
    request->use->older = NULL;
    put(actions, request);
}

struct rc_use *rc_use_new(struct rc_actions *actions, struct rc_gateway *gateway,
                          const struct rc_op_action *action, const char *const *targets,
                          size_t count, const json_t *params, struct rc_error *err)
{
    if (!start_thread(actions, err))
        return NULL;
    struct rc_use *use = calloc(1, sizeof *use);
    if (!use || !copy_targets(use, targets, count) ||
        !(use->params = params ? json_deep_copy(params) : json_object())) {
        if (use)
            free_use(use);
        rc_error_nomem(err);
        return NULL;
    }
    make_room(actions);
    use->actions = actions;
    use->gateway = gateway;
    use->action = action;
    use->number = ++actions->numbers;
    use->older = actions->newest;
    actions->newest = use;
    return use;
}

struct rc_use *rc_use_find(const struct rc_actions *actions, int number)
{
    struct rc_use *use = actions->newest;
    while (use && number && use->number != number)
        use = use->older;
    return use;
}

const char *rc_use_param(const struct rc_use *use, const struct rc_op_param *param)
{
    const char *given = json_string_value(json_object_get(use->params, param->name));
    return given ? given : (param->fallback ? param->fallback : "");
}

void rc_use_set_param(struct rc_use *use, const struct rc_op_param *param, const char *value)
{
    if (!*value && !param->fallback)
        json_object_del(use->params, param->name);
    else
        json_object_set_new(use->params, param->name, json_string(value));
    use->version++;
}

const struct rc_op_param *rc_use_lacks(const struct rc_use *use)
{
    const struct rc_op_param *param = use->action->params;
    while (param && param->name && (param->fallback || json_object_get(use->params, param->name)))
        param++;
    return param && param->name ? param : NULL;
}

static void ask(struct rc_use *use, const struct request *what)
{
    struct request *request = malloc(sizeof *request);
    struct rc_use_news *now = &use->now;
    use->version++;
    if (!request) {
        now->stage = RC_USE_DRAFT;
        rc_error_nomem(&now->err);
        return;
    }
    *request = *what;
    request->use = use;
    request->asked = ++use->asked;
    request->params = json_deep_copy(use->params);
    pthread_mutex_lock(&use->actions->lock);
    json_decref(use->said.ended);
    use->said.ended = NULL;
    use->said.done = use->said.total = 0;
    pthread_mutex_unlock(&use->actions->lock);
    json_decref(now->ended);
    now->ended = NULL;
    now->done = now->total = 0;
    now->err = (struct rc_error){0};
    now->stage = what->kind == PREVIEW ? RC_USE_PREVIEWING : RC_USE_PERFORMING;
    put(use->actions, request);
}

void rc_use_preview(struct rc_use *use, bool read_only)
{
    ask(use, &(struct request){.kind = PREVIEW, .read_only = read_only});
}

void rc_use_perform(struct rc_use *use, const char *confirmation, bool read_only)
{
    struct request request = {.kind = PERFORM, .read_only = read_only};
    snprintf(request.confirmation, sizeof request.confirmation, "%s", confirmation);
    ask(use, &request);
}

void rc_use_stop(struct rc_use *use)
{
    use->told_to_stop = true;
    use->version++;
    atomic_store(&use->stop, true);
}
