#include "tui/page.h"
#include "tui/targets.h"
#include "tui/views.h"

#include "ops/action.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The menu: what can be done to what the cursor of the view below is on, or to what is marked
 * there. */

enum { NAME_WIDTH = 17, TITLE_WIDTH = 46, LEAST_TARGET = 18 };

struct state {
    struct rc_page page;
    struct rc_targets *targets; /* one list an action of the table */
    size_t count;
};

static void close(struct rc_view *view)
{
    struct state *state = view->state;
    for (size_t i = 0; i < state->count; i++)
        rc_targets_free(&state->targets[i]);
    free(state->targets);
    rc_page_free(&state->page);
}

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct state *state = view->state;
    struct rc_view *below = rc_app_seen(view->app);
    bool ok = true;
    (void)arguments;
    rc_page_init(&state->page);
    while (rc_op_actions[state->count])
        state->count++;
    state->targets = calloc(state->count + 1, sizeof *state->targets);
    if (!state->targets)
        state->count = 0;
    for (size_t i = 0; ok && below && i < state->count; i++)
        ok = rc_app_targets(below, rc_op_actions[i]->target, &state->targets[i]);
    if (ok && state->targets)
        return true;
    close(view);
    rc_error_nomem(err);
    return false;
}

/* A row of an action with what it would be done to, or how that is written. */
static void fill_row(struct rc_page *page, int width, const struct rc_op_action *action,
                     const char *target)
{
    int title = width - NAME_WIDTH - LEAST_TARGET - 4, x = 2;
    title = title < TITLE_WIDTH ? title : TITLE_WIDTH;
    rc_page_put(page, x, NAME_WIDTH, RC_ROLE_KEY, RC_LEFT, action->name, strlen(action->name));
    x += NAME_WIDTH + 1;
    rc_page_put(page, x, title, RC_ROLE_NORMAL, RC_LEFT, action->title, strlen(action->title));
    x += title + 1;
    rc_page_put(page, x, width - x, RC_ROLE_DIM, RC_LEFT, target, strlen(target));
}

static void fill(struct state *state, int width)
{
    struct rc_page *page = &state->page;
    char marked[32];
    size_t fit = 0;
    rc_page_clear(page);
    for (size_t i = 0; i < state->count; i++) {
        const struct rc_targets *targets = &state->targets[i];
        if (!targets->count)
            continue;
        if (!fit++)
            rc_page_title(page, width, "What can be done");
        snprintf(marked, sizeof marked, "%zu marked", targets->count);
        rc_page_row(page, (int64_t)i);
        fill_row(page, width, rc_op_actions[i], targets->count > 1 ? marked : targets->items[0]);
    }
    if (!fit)
        rc_page_wrap(page, 0, width, RC_ROLE_DIM,
                     "Nothing can be done to what the cursor is on, as far as it is known.");
    if (fit < state->count)
        rc_page_title(page, width, "To other things, behind :");
    for (size_t i = 0; i < state->count; i++)
        if (!state->targets[i].count) {
            rc_page_row(page, RC_NO_TARGET);
            fill_row(page, width, rc_op_actions[i], rc_op_actions[i]->target_how);
        }
    rc_page_settle(page);
}

static void draw(struct rc_view *view, struct rc_area area)
{
    struct state *state = view->state;
    fill(state, area.width - 1);
    rc_page_draw(&state->page, area);
}

/* The use takes the place of the menu. */
static void choose(struct rc_view *view)
{
    struct state *state = view->state;
    struct rc_error err = {0};
    if (state->page.selected == RC_NO_TARGET)
        return;
    size_t at = (size_t)state->page.selected;
    const struct rc_op_action *action = rc_op_actions[at];
    if (action->alone && state->targets[at].count > 1) {
        rc_app_say(view->app, RC_ROLE_WARN, "%s takes one %s at a time", action->name,
                   action->target);
        return;
    }
    json_t *params = rc_app_params(rc_app_below(view), action);
    rc_app_back(view->app);
    if (!rc_app_use(view->app, action, &state->targets[at], params, &err))
        rc_app_fail(view->app, &err);
    json_decref(params);
}

static bool act(struct rc_view *view, enum rc_action action)
{
    struct state *state = view->state;
    if (action != RC_DO_ENTER)
        return rc_page_act(&state->page, action);
    choose(view);
    return true;
}

/* Behind : it is about the same things. */
static void tell_subject(struct rc_view *view, struct rc_subject *subject)
{
    struct rc_view *below = rc_app_below(view);
    if (below && below->ops->subject)
        below->ops->subject(below, subject);
}

static bool mouse(struct rc_view *view, const struct rc_mouse *at)
{
    struct state *state = view->state;
    if (rc_page_mouse(&state->page, at))
        choose(view);
    return true;
}

static const enum rc_action actions[] = {RC_DO_ENTER,     RC_DO_UP,  RC_DO_DOWN,   RC_DO_PAGE_UP,
                                         RC_DO_PAGE_DOWN, RC_DO_TOP, RC_DO_BOTTOM, RC_ACTION_NONE};

const struct rc_view_ops rc_view_actions = {
    .name = "actions",
    .aliases = "do",
    .title = "Actions",
    .help = "What can be done at AWS to what the cursor is on, or to the rows that are marked. "
            "Enter shows what exactly that would be; nothing is done before that was confirmed. "
            "Each can be had by its name behind :, too, with what it is done to and its "
            "parameters: reprocess s3://BUCKET/KEY route:fargate.",
    .actions = actions,
    .state_size = sizeof(struct state),
    .open = open,
    .close = close,
    .draw = draw,
    .act = act,
    .subject = tell_subject,
    .mouse = mouse,
};
