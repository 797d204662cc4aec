#include "tui/app_actions.h"
#include "tui/form.h"
#include "tui/page.h"
#include "tui/targets.h"
#include "tui/views.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One use of an action: its parameters and what would be done, then how far it has come, then
 * what became of it. */

enum {
    GO = 1000, /* the row that has it done; parameters are those below */
    TARGETS_SHOWN = 1000,
    NAME_WIDTH = 16,
    BAR_WIDTH = 40,
};

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
    state->page.selected = rc_use_lacks(use) ? RC_NO_TARGET : GO;
    return true;
}

static void close(struct rc_view *view)
{
    struct state *state = view->state;
    rc_page_free(&state->page);
}

/* ----- the document's words ----- */

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static int64_t count_of(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static void put(struct rc_page *page, int x, int width, enum rc_role role, const char *text)
{
    rc_page_put(page, x, width, role, RC_LEFT, text, strlen(text));
}

static void row(struct rc_page *page, int width, const char *label, enum rc_role role,
                const char *text)
{
    rc_page_row(page, RC_NO_TARGET);
    put(page, 2, NAME_WIDTH, RC_ROLE_DIM, label);
    rc_page_flow(page, 4 + NAME_WIDTH, width - 4 - NAME_WIDTH, role, text);
}

/* ----- parameters ----- */

static struct rc_form_field field_of(const struct rc_use *use, const struct rc_op_param *param)
{
    return (struct rc_form_field){.name = param->name,
                                  .help = param->help,
                                  .value = rc_use_param(use, param),
                                  .choices = param->choices,
                                  .lacks = !param->fallback && !*rc_use_param(use, param)};
}

static void fill_params(struct rc_page *page, const struct rc_use *use, int width)
{
    int longest = 0;
    for (const struct rc_op_param *at = use->action->params; at && at->name; at++)
        longest = (int)strlen(at->name) > longest ? (int)strlen(at->name) : longest;
    for (int i = 0; longest && use->action->params[i].name; i++) {
        const struct rc_form_field field = field_of(use, &use->action->params[i]);
        rc_form_row(page, width, longest, i, &field);
    }
}

/* ----- what would be done ----- */

/* Calls of all targets, each once, with how often it is made. */
static json_t *all_calls(const json_t *targets)
{
    json_t *sums = json_object(), *call;
    size_t j;
    char name[512];
    for (size_t i = 0; i < json_array_size(targets); i++)
        json_array_foreach(json_object_get(json_array_get(targets, i), "calls"), j, call)
        {
            snprintf(name, sizeof name, "%s on %s", text_of(call, "call"), text_of(call, "on"));
            json_int_t before = json_integer_value(json_object_get(sums, name));
            json_object_set_new(sums, name, json_integer(before + count_of(call, "count")));
        }
    return sums;
}

static void fill_calls(struct rc_page *page, const json_t *document, int width)
{
    json_t *sums = all_calls(json_object_get(document, "targets")), *count;
    const char *name;
    if (json_object_size(sums))
        rc_page_title(page, width, "Calls");
    json_object_foreach(sums, name, count)
    {
        rc_page_row(page, RC_NO_TARGET);
        rc_page_printf(page, 2, 9, RC_ROLE_NORMAL, RC_RIGHT, "%" JSON_INTEGER_FORMAT " x",
                       json_integer_value(count));
        put(page, 13, width - 13, RC_ROLE_NORMAL, name);
    }
    json_decref(sums);
}

static void fill_target(struct rc_page *page, const json_t *target, int width)
{
    char line[1024];
    json_t *change, *warning;
    size_t i;
    const char *refused = json_string_value(json_object_get(target, "refused"));
    rc_page_title(page, width, "%s", text_of(target, "target"));
    if (refused)
        row(page, width, "not done", RC_ROLE_BAD, refused);
    json_array_foreach(json_object_get(target, "changes"), i, change)
    {
        snprintf(line, sizeof line, "%s %s %s", text_of(change, "was"),
                 rc_screen_ascii() ? "->" : "→", text_of(change, "becomes"));
        row(page, width, text_of(change, "what"), RC_ROLE_NORMAL, line);
    }
    json_array_foreach(json_object_get(target, "warnings"), i, warning)
    {
        row(page, width, "! warning", RC_ROLE_WARN, json_string_value(warning));
    }
    if (!refused && !json_array_size(json_object_get(target, "changes")) &&
        !json_array_size(json_object_get(target, "warnings")))
        row(page, width, "", RC_ROLE_DIM, "nothing else is changed");
}

static void fill_cut(struct rc_page *page, size_t count)
{
    if (count <= TARGETS_SHOWN)
        return;
    rc_page_row(page, RC_NO_TARGET);
    rc_page_printf(page, 2, -1, RC_ROLE_DIM, RC_LEFT, "and %zu more", count - TARGETS_SHOWN);
}

/* "1 file", "2 discrepancies" */
static void say_count(const struct rc_use *use, int64_t doable, char text[128])
{
    const char *noun = use->action->target, *end = noun + strlen(noun) - 1;
    bool one = use->count == 1, y = *end == 'y' && end > noun && end[-1] != 'a'; /* not "days" */
    snprintf(text, 128, "%" PRId64 " of %zu %.*s%s", doable, use->count,
             (int)(strlen(noun) - (y && !one)), noun, one ? "" : (y ? "ies" : "s"));
}

/* What Enter is for. */
static void fill_go(struct rc_page *page, const struct rc_use *use, bool read_only, int width)
{
    const json_t *document = use->now.document;
    int64_t doable = count_of(document, "doable");
    bool production = json_is_true(json_object_get(document, "production"));
    char line[512], count[128];
    say_count(use, doable, count);
    rc_page_row(page, GO);
    if (read_only)
        snprintf(line, sizeof line, "This session is read-only: nothing will be done");
    else if (!doable)
        snprintf(line, sizeof line, "There is nothing to be done");
    else
        snprintf(line, sizeof line, "Do it: %s, %s", use->action->name, count);
    rc_page_printf(page, 2, -1, read_only || !doable ? RC_ROLE_WARN : RC_ROLE_KEY, RC_LEFT,
                   "[ %s ]", line);
    snprintf(line, sizeof line, "%saccount %s, %s, as %s", production ? "PRODUCTION: " : "",
             text_of(document, "account"), text_of(document, "region"), text_of(document, "who"));
    rc_page_wrap(page, 2, width - 2, production ? RC_ROLE_BAD : RC_ROLE_DIM, line);
    if (read_only || !doable || strcmp(use->now.confirmation, "yes") == 0)
        return;
    snprintf(line, sizeof line, "It is confirmed by typing %s", use->now.confirmation);
    rc_page_wrap(page, 2, width - 2, RC_ROLE_WARN, line);
}

static void fill_preview(struct rc_page *page, const struct rc_use *use, bool read_only, int width)
{
    const json_t *targets = json_object_get(use->now.document, "targets");
    json_t *target;
    size_t i;
    rc_page_row(page, RC_NO_TARGET);
    fill_go(page, use, read_only, width);
    fill_calls(page, use->now.document, width);
    json_array_foreach((json_t *)targets, i, target)
    {
        if (i < TARGETS_SHOWN)
            fill_target(page, target, width);
    }
    fill_cut(page, json_array_size(targets));
    rc_page_title(page, width, "It needs");
    rc_page_wrap(page, 2, width - 2, RC_ROLE_DIM, use->action->permissions);
}

/* ----- how it goes, and went ----- */

static const struct outcome {
    const char *name;
    enum rc_role role;
} outcomes[] = {{"failed", RC_ROLE_BAD},  {"unknown", RC_ROLE_WARN},  {"refused", RC_ROLE_WARN},
                {"skipped", RC_ROLE_DIM}, {"unchanged", RC_ROLE_DIM}, {"done", RC_ROLE_GOOD}};

enum { OUTCOMES = sizeof outcomes / sizeof *outcomes };

static const struct outcome *outcome_of(const json_t *target)
{
    for (int i = 0; i < OUTCOMES; i++)
        if (strcmp(outcomes[i].name, text_of(target, "outcome")) == 0)
            return &outcomes[i];
    return &outcomes[OUTCOMES - 1];
}

static void fill_outcome(struct rc_page *page, const json_t *target, int width)
{
    const struct outcome *outcome = outcome_of(target);
    const json_t *requests = json_object_get(target, "requests");
    json_t *request;
    size_t i;
    rc_page_row(page, RC_NO_TARGET);
    put(page, 2, 10, outcome->role, outcome->name);
    rc_page_flow(page, 13, width - 13, RC_ROLE_NORMAL, text_of(target, "target"));
    if (*text_of(target, "detail"))
        rc_page_wrap(page, 13, width - 13, outcome->role == RC_ROLE_BAD ? RC_ROLE_BAD : RC_ROLE_DIM,
                     text_of(target, "detail"));
    json_array_foreach((json_t *)requests, i, request)
    {
        rc_page_row(page, RC_NO_TARGET);
        rc_page_printf(page, 13, width - 13, RC_ROLE_DIM, RC_LEFT, "request %s",
                       json_is_string(request) ? json_string_value(request)
                                               : text_of(request, "id"));
    }
}

/* A bar, and what is being done. */
static void fill_progress(struct rc_page *page, const struct rc_use *use, int width)
{
    const struct rc_use_news *now = &use->now;
    size_t total = now->total ? now->total : use->count;
    size_t full = total ? now->done * BAR_WIDTH / total : 0, count = json_array_size(now->ended);
    char bar[BAR_WIDTH + 1];
    memset(bar, '.', BAR_WIDTH);
    memset(bar, '#', full < BAR_WIDTH ? full : BAR_WIDTH);
    bar[BAR_WIDTH] = '\0';
    rc_page_row(page, RC_NO_TARGET);
    rc_page_row(page, RC_NO_TARGET);
    rc_page_printf(page, 2, -1, RC_ROLE_KEY, RC_LEFT, "[%s] %zu of %zu", bar, now->done, total);
    if (use->told_to_stop)
        rc_page_wrap(page, 2, width - 2, RC_ROLE_WARN, "It stops behind the one that it is at.");
    if (*now->doing)
        rc_page_wrap(page, 2, width - 2, RC_ROLE_DIM, now->doing);
    rc_page_row(page, RC_NO_TARGET);
    for (size_t i = 0; i < count && i < TARGETS_SHOWN; i++) /* the newest first */
        fill_outcome(page, json_array_get(now->ended, count - 1 - i), width);
}

/* What was to be done and was not, nor was it so already. */
static bool is_left(const json_t *target)
{
    const char *outcome = text_of(target, "outcome");
    return strcmp(outcome, "failed") == 0 || strcmp(outcome, "unknown") == 0 ||
           strcmp(outcome, "skipped") == 0;
}

static size_t count_left(const json_t *targets)
{
    json_t *target;
    size_t i, left = 0;
    json_array_foreach((json_t *)targets, i, target)
    {
        left += is_left(target);
    }
    return left;
}

static void fill_counts(struct rc_page *page, const json_t *targets)
{
    int x = 2;
    rc_page_row(page, RC_NO_TARGET);
    rc_page_row(page, RC_NO_TARGET);
    for (int i = OUTCOMES - 1; i >= 0; i--) {
        json_t *target;
        size_t at, count = 0;
        json_array_foreach((json_t *)targets, at, target)
        {
            count += outcome_of(target) == &outcomes[i];
        }
        if (count)
            x = 3 + rc_page_printf(page, x, -1, outcomes[i].role, RC_LEFT, "%zu %s", count,
                                   outcomes[i].name);
    }
}

/* What failed stands first. */
static void fill_end(struct rc_page *page, const struct rc_use *use, int width)
{
    const json_t *targets = json_object_get(use->now.document, "targets");
    size_t left = count_left(targets), shown = 0;
    fill_counts(page, targets);
    if (left) {
        rc_page_row(page, GO);
        rc_page_printf(page, 2, -1, RC_ROLE_KEY, RC_LEFT, "[ Again, with the %zu left ]", left);
    }
    if (*text_of(use->now.document, "audit"))
        row(page, width, "! audit", RC_ROLE_WARN, text_of(use->now.document, "audit"));
    rc_page_row(page, RC_NO_TARGET);
    for (int i = 0; i < OUTCOMES; i++) {
        json_t *target;
        size_t at;
        json_array_foreach((json_t *)targets, at, target)
        {
            if (outcome_of(target) == &outcomes[i] && shown++ < TARGETS_SHOWN)
                fill_outcome(page, target, width);
        }
    }
    fill_cut(page, json_array_size(targets));
}

/* Nothing was done, or it is not known what would be. */
static void fill_failure(struct rc_page *page, const struct rc_use *use, int width)
{
    rc_page_row(page, RC_NO_TARGET);
    rc_page_wrap(page, 2, width - 2, RC_ROLE_BAD, use->now.err.text);
    rc_page_row(page, GO);
    put(page, 2, width - 2, RC_ROLE_KEY, "[ Look again ]");
}

/* ----- the page ----- */

static void fill(struct state *state, const struct rc_use *use, int width)
{
    struct rc_page *page = &state->page;
    const struct rc_op_param *lacks = rc_use_lacks(use);
    rc_page_clear(page);
    rc_page_title(page, width, "%s", use->action->title);
    rc_page_wrap(page, 2, width - 2, RC_ROLE_DIM, use->action->help);
    if (use->now.stage != RC_USE_PERFORMING && use->now.stage != RC_USE_ENDED) {
        rc_page_row(page, RC_NO_TARGET);
        fill_params(page, use, width);
    }
    if (lacks)
        rc_page_wrap(page, 2, width - 2, RC_ROLE_WARN, "What is needed has to be given first.");
    else if (use->now.err.code)
        fill_failure(page, use, width);
    else if (use->now.stage == RC_USE_PREVIEWING)
        rc_page_wrap(page, 2, width - 2, RC_ROLE_DIM, "Finding out what would be done…");
    else if (use->now.stage == RC_USE_PREVIEWED)
        fill_preview(page, use, state->read_only, width);
    else if (use->now.stage == RC_USE_PERFORMING)
        fill_progress(page, use, width);
    else if (use->now.stage == RC_USE_ENDED)
        fill_end(page, use, width);
    if (use->now.stage == RC_USE_PREVIEWING) /* what is selected comes again */
        return;
    rc_page_settle(page);
}

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
        fill(state, use, area.width - 2);
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
    return at >= 0 && at < GO ? &use->action->params[at] : NULL;
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
    const struct rc_form_field field = field_of(use, param);
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
    int64_t doable = count_of(use->now.document, "doable");
    say_count(use, doable, count);
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
        if (ok && is_left(target))
            ok = rc_targets_add(&left, text_of(target, "target"));
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
    else if (state->page.selected == GO && use->now.err.code)
        rc_use_preview(use, rc_app_read_only(view->app, NULL));
    else if (state->page.selected == GO && use->now.stage == RC_USE_PREVIEWED)
        confirm(view, use);
    else if (state->page.selected == GO && use->now.stage == RC_USE_ENDED)
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
