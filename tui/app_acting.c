#include "tui/app_internal.h"

#include "model/live.h"
#include "model/live_day.h"
#include "ops/action.h"
#include "tui/targets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Doing things at AWS, as far as the app has a part in it. */

/* ----- read-only ----- */

/* Profiles that the configuration calls production are read-only, unless it says otherwise. */
static bool profile_reads(const struct rc_app *app)
{
    const struct rc_config_profile *profile = rc_app_profile(app);
    return profile && (profile->has_read_only ? profile->read_only : profile->production);
}

bool rc_app_read_only(const struct rc_app *app, struct rc_error *err)
{
    if (app->options->read_only) {
        rc_error_set(err, RC_USAGE, "the console was opened with --read-only");
        return true;
    }
    if (app->options->write || app->session->write || !profile_reads(app))
        return false;
    rc_error_set(err, RC_USAGE, "profile %s is read-only: `:write` lifts that for this session",
                 rc_app_profile(app)->name);
    return true;
}

static bool take_write(struct rc_view *view, const char *text, struct rc_error *err)
{
    const struct rc_config_profile *profile = rc_app_profile(view->app);
    if (!profile || strcmp(text, profile->name) != 0) {
        rc_error_set(err, RC_USAGE, "\"%s\" is not the profile's name: it stays read-only", text);
        return false;
    }
    view->session->write = true;
    rc_app_say(view->app, RC_ROLE_WARN, "from now on this session can change things at AWS");
    return true;
}

bool rc_app_lift_read_only(struct rc_app *app, struct rc_error *err)
{
    char label[256];
    if (!rc_app_read_only(app, err)) {
        rc_app_say(app, RC_ROLE_NORMAL, "this session is not read-only");
        return true;
    }
    if (app->options->read_only)
        return false;
    err->code = RC_OK;
    snprintf(label, sizeof label, "type %.128s to lift read-only:", rc_app_profile(app)->name);
    rc_app_prompt(rc_app_top(app), label, "", take_write);
    return true;
}

/* ----- targets ----- */

struct collecting {
    struct rc_view *view;
    const char *kind;
    struct rc_targets *targets;
    bool failed;
};

static void collect(void *ctx)
{
    struct collecting *collecting = ctx;
    struct rc_subject subject;
    rc_app_subject_of(collecting->view, &subject);
    if (collecting->targets->count < RC_OP_TARGETS &&
        !rc_targets_add_subject(collecting->targets, collecting->kind, &subject))
        collecting->failed = true;
}

bool rc_app_targets(struct rc_view *view, const char *kind, struct rc_targets *targets)
{
    struct collecting collecting = {view, kind, targets, false};
    if (!view->ops->each_marked || !view->ops->each_marked(view, collect, &collecting))
        collect(&collecting);
    return !collecting.failed;
}

json_t *rc_app_params(struct rc_view *view, const struct rc_op_action *action)
{
    struct rc_subject subject;
    json_t *params = json_object();
    rc_app_subject_of(view, &subject);
    for (const struct rc_op_param *row = action->params; row && row->name; row++) {
        const char *value = rc_target_param(row->name, &subject);
        if (*value)
            json_object_set_new(params, row->name, json_string(value));
    }
    return params;
}

/* ----- uses ----- */

static struct rc_gateway *open_gateway(struct rc_app *app, struct rc_error *err)
{
    struct rc_app_session *session = app->session;
    const struct rc_app_options *options = app->options;
    /* Whose profile it is has to be known, for what it may. */
    if (!session->gateway && rc_app_open_live(rc_app_top(app), err))
        session->gateway =
            options->open_gateway(options->open_ctx, *session->profile ? session->profile : NULL,
                                  *session->region ? session->region : NULL, err);
    return session->gateway;
}

bool rc_app_use(struct rc_app *app, const struct rc_op_action *action,
                const struct rc_targets *targets, const json_t *params, struct rc_error *err)
{
    struct rc_gateway *gateway = open_gateway(app, err);
    struct rc_use *use =
        gateway ? rc_use_new(app->actions, gateway, action, (const char *const *)targets->items,
                             targets->count, params, err)
                : NULL;
    if (!use)
        return false;
    if (!rc_use_lacks(use))
        rc_use_preview(use, rc_app_read_only(app, NULL));
    rc_app_go(app, "action", "%d", use->number);
    return true;
}

struct rc_use *rc_app_use_find(const struct rc_app *app, int number)
{
    return rc_use_find(app->actions, number);
}

/* What was done may have changed what views show: those of sessions ask again once seen. */
void rc_app_take_deeds(struct rc_app *app)
{
    if (!rc_actions_deliver(app->actions))
        return;
    for (struct rc_app_session *session = app->sessions; session; session = session->next)
        for (int i = 0; i < session->depth; i++)
            session->stack[i]->stale = true;
}

/* ----- as words ----- */

/* The next word, in which a part in quotes may have blanks; false without memory. */
static bool next_word(const char **text, struct rc_buf *word)
{
    bool quoted = false;
    rc_buf_clear(word);
    for (*text += strspn(*text, " "); **text && (quoted || **text != ' '); ++*text) {
        if (**text == '"')
            quoted = !quoted;
        else
            rc_buf_add_char(word, **text);
    }
    return !word->failed;
}

static const struct rc_op_param *param_of(const struct rc_op_action *action, const char *word)
{
    size_t length = strcspn(word, ":");
    for (const struct rc_op_param *row = action->params; row && row->name && word[length]; row++)
        if (strlen(row->name) == length && strncmp(row->name, word, length) == 0)
            return row;
    return NULL;
}

static bool read_words(const struct rc_op_action *action, const char *text,
                       struct rc_targets *targets, json_t *params)
{
    struct rc_buf word;
    bool ok = true;
    rc_buf_init(&word, RC_LINE_BYTES + 1);
    while (ok && next_word(&text, &word) && word.length) {
        const struct rc_op_param *param = param_of(action, word.data);
        if (param)
            json_object_set_new(params, param->name,
                                json_string(word.data + strlen(param->name) + 1));
        else
            ok = rc_targets_add(targets, word.data);
    }
    ok = ok && !word.failed;
    rc_buf_free(&word);
    return ok;
}

bool rc_app_act_by_words(struct rc_app *app, const struct rc_op_action *action, const char *text,
                         struct rc_error *err)
{
    struct rc_targets targets = {.items = NULL};
    struct rc_view *top = rc_app_top(app);
    json_t *params = json_object();
    bool ok = params && read_words(action, text, &targets, params);
    if (ok && !targets.count) {
        json_t *said = rc_app_params(top, action);
        ok = said && json_object_update_missing(params, said) == 0 &&
             rc_app_targets(top, action->target, &targets);
        json_decref(said);
    }
    if (!ok)
        rc_error_nomem(err);
    if (ok && !targets.count) {
        rc_error_set(err, RC_USAGE, "%s what? A %s is written %s", action->name, action->target,
                     action->target_how);
        ok = false;
    }
    ok = ok && rc_app_use(app, action, &targets, params, err);
    rc_targets_free(&targets);
    json_decref(params);
    return ok;
}
