#include "tui/action_draw.h"

#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    TARGETS_SHOWN = 1000,
    NAME_WIDTH = 16,
    BAR_WIDTH = 40,
};

/* ----- the document's words ----- */

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

struct rc_form_field rc_action_field(const struct rc_use *use, const struct rc_op_param *param)
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
        const struct rc_form_field field = rc_action_field(use, &use->action->params[i]);
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
            snprintf(name, sizeof name, "%s on %s", rc_json_word(call, "call"),
                     rc_json_word(call, "on"));
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
    rc_page_title(page, width, "%s", rc_json_word(target, "target"));
    if (refused)
        row(page, width, "not done", RC_ROLE_BAD, refused);
    json_array_foreach(json_object_get(target, "changes"), i, change)
    {
        snprintf(line, sizeof line, "%s %s %s", rc_json_word(change, "was"),
                 rc_screen_ascii() ? "->" : "→", rc_json_word(change, "becomes"));
        row(page, width, rc_json_word(change, "what"), RC_ROLE_NORMAL, line);
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

void rc_action_say_count(const struct rc_use *use, int64_t doable, char text[128])
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
    rc_action_say_count(use, doable, count);
    rc_page_row(page, RC_ACTION_GO);
    if (read_only)
        snprintf(line, sizeof line, "This session is read-only: nothing will be done");
    else if (!doable)
        snprintf(line, sizeof line, "There is nothing to be done");
    else
        snprintf(line, sizeof line, "Do it: %s, %s", use->action->name, count);
    rc_page_printf(page, 2, -1, read_only || !doable ? RC_ROLE_WARN : RC_ROLE_KEY, RC_LEFT,
                   "[ %s ]", line);
    snprintf(line, sizeof line, "%saccount %s, %s, as %s", production ? "PRODUCTION: " : "",
             rc_json_word(document, "account"), rc_json_word(document, "region"),
             rc_json_word(document, "who"));
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
        if (strcmp(outcomes[i].name, rc_json_word(target, "outcome")) == 0)
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
    rc_page_flow(page, 13, width - 13, RC_ROLE_NORMAL, rc_json_word(target, "target"));
    if (*rc_json_word(target, "detail"))
        rc_page_wrap(page, 13, width - 13, outcome->role == RC_ROLE_BAD ? RC_ROLE_BAD : RC_ROLE_DIM,
                     rc_json_word(target, "detail"));
    json_array_foreach((json_t *)requests, i, request)
    {
        rc_page_row(page, RC_NO_TARGET);
        rc_page_printf(page, 13, width - 13, RC_ROLE_DIM, RC_LEFT, "request %s",
                       json_is_string(request) ? json_string_value(request)
                                               : rc_json_word(request, "id"));
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

bool rc_action_is_left(const json_t *target)
{
    const char *outcome = rc_json_word(target, "outcome");
    return strcmp(outcome, "failed") == 0 || strcmp(outcome, "unknown") == 0 ||
           strcmp(outcome, "skipped") == 0;
}

static size_t count_left(const json_t *targets)
{
    json_t *target;
    size_t i, left = 0;
    json_array_foreach((json_t *)targets, i, target)
    {
        left += rc_action_is_left(target);
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
        rc_page_row(page, RC_ACTION_GO);
        rc_page_printf(page, 2, -1, RC_ROLE_KEY, RC_LEFT, "[ Again, with the %zu left ]", left);
    }
    if (*rc_json_word(use->now.document, "audit"))
        row(page, width, "! audit", RC_ROLE_WARN, rc_json_word(use->now.document, "audit"));
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
    rc_page_row(page, RC_ACTION_GO);
    put(page, 2, width - 2, RC_ROLE_KEY, "[ Look again ]");
}

/* ----- the page ----- */

void rc_action_fill(struct rc_page *page, const struct rc_use *use, bool read_only, int width)
{
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
        fill_preview(page, use, read_only, width);
    else if (use->now.stage == RC_USE_PERFORMING)
        fill_progress(page, use, width);
    else if (use->now.stage == RC_USE_ENDED)
        fill_end(page, use, width);
    if (use->now.stage == RC_USE_PREVIEWING) /* what is selected comes again */
        return;
    rc_page_settle(page);
}
