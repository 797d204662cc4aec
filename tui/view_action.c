#include "tui/action_draw.h"
#include "tui/targets.h"
#include "tui/views.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One use of an action: its parameters and what would be done, then how far it has come, then
 * what became of it. */

struct state {
    struct rc_page page;
    int number;
    int width;        /* that the page was filled for, */
    uint64_t version; /* and as of which */
    bool read_only;
};

static struct rc_use *use_of(const struct rc_view *view)
{
    const struct state *state = view->state;
    return rc_app_use_find(view->app, state->number);
}

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct state *state = view->state;
    char *end;
    long number = strtol(arguments, &end, 10);
    const struct rc_use *use = *end || number < 0 ? NULL : rc_app_use_find(view->app, (int)number);
    if (!use) {
        rc_error_set(err, RC_USAGE,
                     *arguments ? "action %s is not there, or not kept any more: `audit` has it"
                                : "nothing was done yet: `actions` shows what can be",
                     arguments);
        return false;
    }
    state->number = use->number;
    snprintf(view->arguments, sizeof view->arguments, "%d", use->number);
    rc_page_init(&state->page);
    state->page.selected = rc_use_lacks(use) ? RC_NO_TARGET : RC_ACTION_GO;
    return true;
}

static void close(struct rc_view *view)
{
    struct state *state = view->state;
    rc_page_free(&state->page);
}

/* ----- the page ----- */

static void draw(struct rc_view *view, struct rc_area area)
{
    struct state *state = view->state;
    const struct rc_use *use = use_of(view);
    bool read_only = rc_app_read_only(view->app, NULL);
    if (!use) {
        rc_page_clear(&state->page);
        rc_page_wrap(&state->page, 0, area.width, RC_ROLE_DIM,
                     "This action is not kept any more: `audit` has it.");
    } else if (area.width != state->width || use->version != state->version ||
               read_only != state->read_only) {
        state->read_only = read_only;
        rc_action_fill(&state->page, use, read_only, area.width - 2);
        state->version = use->version;
    }
    state->width = area.width;
    rc_page_draw(&state->page, area);
}

/* ----- what keys do ----- */

static const struct rc_op_param *selected_param(const struct rc_view *view,
                                                const struct rc_use *use)
{
    const struct state *state = view->state;
    int64_t at = state->page.selected;
    return at >= 0 && at < RC_ACTION_GO ? &use->action->params[at] : NULL;
}

/* Every change is previewed anew. */
static void set(struct rc_view *view, const struct rc_op_param *param, const char *value)
{
    struct rc_use *use = use_of(view);
    rc_use_set_param(use, param, value);
    if (!rc_use_lacks(use))
        rc_use_preview(use, rc_app_read_only(view->app, NULL));
}

static bool take_value(struct rc_view *view, const char *text, struct rc_error *err)
{
    const struct rc_use *use = use_of(view);
    const struct rc_op_param *param = use ? selected_param(view, use) : NULL;
    (void)err;
    if (param)
        set(view, param, text);
    return true;
}

static void change(struct rc_view *view, const struct rc_op_param *param, int by)
{
    const struct rc_use *use = use_of(view);
    const struct rc_form_field field = rc_action_field(use, param);
    char label[64];
    if (param->choices) {
        set(view, param, rc_form_step(&field, by));
        return;
    }
    snprintf(label, sizeof label, "%s:", param->name);
    rc_app_prompt(view, label, field.value, take_value);
}

static void perform(struct rc_view *view)
{
    struct rc_use *use = use_of(view);
    if (use && use->now.stage == RC_USE_PREVIEWED)
        rc_use_perform(use, use->now.confirmation, rc_app_read_only(view->app, NULL));
}

static bool take_name(struct rc_view *view, const char *text, struct rc_error *err)
{
    const struct rc_use *use = use_of(view);
    if (!use || strcmp(text, use->now.confirmation) != 0) {
        rc_error_set(err, RC_USAGE, "\"%s\" is not it: nothing was done", text);
        return false;
    }
    perform(view);
    return true;
}

/* What is only read needs no confirmation: it is refused, and that is kept. */
static void confirm(struct rc_view *view, const struct rc_use *use)
{
    char question[512], count[128];
    int64_t doable = json_integer_value(json_object_get(use->now.document, "doable"));
    rc_action_say_count(use, doable, count);
    if (rc_app_read_only(view->app, NULL)) {
        perform(view);
    } else if (!doable) {
        rc_app_say(view->app, RC_ROLE_WARN, "there is nothing to be done");
    } else if (strcmp(use->now.confirmation, "yes") == 0) {
        if (use->count == 1)
            snprintf(question, sizeof question, "%s %.300s?", use->action->name, use->targets[0]);
        else
            snprintf(question, sizeof question, "%s %s?", use->action->name, count);
        rc_app_confirm(view, question, perform);
    } else {
        snprintf(question, sizeof question, "to %s, type %.100s:", use->action->name,
                 use->now.confirmation);
        rc_app_prompt(view, question, "", take_name);
    }
}

/* A new use, with what was not done. */
static void again(struct rc_view *view, const struct rc_use *use)
{
    struct rc_targets left = {.items = NULL};
    struct rc_error err = {0};
    json_t *target;
    size_t i;
    bool ok = true;
    json_array_foreach(json_object_get(use->now.document, "targets"), i, target)
    {
        if (ok && rc_action_is_left(target))
            ok = rc_targets_add(&left, json_string_value(json_object_get(target, "target")));
    }
    if (!ok)
        rc_error_nomem(&err);
    if (ok && left.count)
        rc_app_back(view->app);
    if (!ok || (left.count && !rc_app_use(view->app, use->action, &left, use->params, &err)))
        rc_app_fail(view->app, &err);
    rc_targets_free(&left);
}

static void enter(struct rc_view *view)
{
    struct rc_use *use = use_of(view);
    const struct state *state = view->state;
    const struct rc_op_param *param = use ? selected_param(view, use) : NULL;
    if (!use || use->now.stage == RC_USE_PREVIEWING || use->now.stage == RC_USE_PERFORMING)
        return;
    if (param)
        change(view, param, 1);
    else if (state->page.selected == RC_ACTION_GO && use->now.err.code)
        rc_use_preview(use, rc_app_read_only(view->app, NULL));
    else if (state->page.selected == RC_ACTION_GO && use->now.stage == RC_USE_PREVIEWED)
        confirm(view, use);
    else if (state->page.selected == RC_ACTION_GO && use->now.stage == RC_USE_ENDED)
        again(view, use);
}

/* The first time it stops; then the view is left. */
static bool stop(struct rc_view *view)
{
    struct rc_use *use = use_of(view);
    if (!use || use->now.stage != RC_USE_PERFORMING || use->told_to_stop)
        return false;
    rc_use_stop(use);
    return true;
}

static void refresh(struct rc_view *view)
{
    struct rc_use *use = use_of(view);
    if (use && use->now.stage == RC_USE_PREVIEWED)
        rc_use_preview(use, rc_app_read_only(view->app, NULL));
}

static bool act(struct rc_view *view, enum rc_action action)
{
    struct state *state = view->state;
    const struct rc_use *use = use_of(view);
    const struct rc_op_param *param = use ? selected_param(view, use) : NULL;
    switch (action) {
    case RC_DO_ENTER:
        enter(view);
        return true;
    case RC_DO_LEFT:
    case RC_DO_RIGHT:
        if (param && param->choices && use->now.stage == RC_USE_PREVIEWED)
            change(view, param, action == RC_DO_LEFT ? -1 : 1);
        return true;
    case RC_DO_BACK:
        return stop(view);
    case RC_DO_REFRESH:
        refresh(view);
        return true;
    default:
        return rc_page_act(&state->page, action);
    }
}

static void where(struct rc_view *view, struct rc_buf *out)
{
    const struct rc_use *use = use_of(view);
    if (use && use->count == 1)
        rc_buf_printf(out, "%s %s", use->action->name, use->targets[0]);
    else if (use)
        rc_buf_printf(out, "%s %zu", use->action->name, use->count);
}

static bool mouse(struct rc_view *view, const struct rc_mouse *at)
{
    struct state *state = view->state;
    if (rc_page_mouse(&state->page, at))
        enter(view);
    return true;
}

static const enum rc_action actions[] = {
    RC_DO_ENTER,     RC_DO_LEFT, RC_DO_RIGHT,  RC_DO_REFRESH, RC_DO_UP,      RC_DO_DOWN,
    RC_DO_PAGE_DOWN, RC_DO_TOP,  RC_DO_BOTTOM, RC_DO_PAGE_UP, RC_ACTION_NONE};

const struct rc_view_ops rc_view_action = {
    .name = "action",
    .aliases = "",
    .title = "Action",
    .help = "One use of an action. First its parameters, which Enter changes, and what exactly "
            "would be done with them: calls, what becomes of what, warnings, and what is refused "
            "and why. Enter on its line asks once more, with yes or, where much may be lost and "
            "in production, a name that is to be typed. Then how far it has come: Esc has it stop "
            "behind the one that it is at; leaving the view stops nothing. In the end what became "
            "of each, failures first; `action` shows the last one again, `action N` the nth.",
    .actions = actions,
    .state_size = sizeof(struct state),
    .open = open,
    .close = close,
    .draw = draw,
    .act = act,
    .where = where,
    .mouse = mouse,
};
