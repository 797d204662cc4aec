#include "tui/app_internal.h"

#include "model/table.h"
#include "ops/action.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ----- commands ----- */

static bool set_theme(const char *name, struct rc_error *err)
{
    return rc_screen_theme(name, err);
}

static bool set_switch(const char *word, void (*set)(bool), struct rc_error *err)
{
    if (strcmp(word, "on") != 0 && strcmp(word, "off") != 0) {
        rc_error_set(err, RC_USAGE, "\"%s\": on or off is expected", word);
        return false;
    }
    set(strcmp(word, "on") == 0);
    return true;
}

static bool run_quit(struct rc_app *app, char *words, struct rc_error *err)
{
    (void)words;
    (void)err;
    app->quit = true;
    return true;
}

static bool run_theme(struct rc_app *app, char *words, struct rc_error *err)
{
    return *words ? set_theme(words, err) : rc_app_push(app, "themes", "", err);
}

static bool run_set(struct rc_app *app, char *words, struct rc_error *err)
{
    (void)app;
    char *name = strsep(&words, " ");
    const char *value = words ? words + strspn(words, " ") : "";
    if (strcmp(name, "theme") == 0)
        return set_theme(value, err);
    if (strcmp(name, "mouse") == 0)
        return set_switch(value, rc_screen_set_mouse, err);
    if (strcmp(name, "ascii") == 0)
        return set_switch(value, rc_screen_set_ascii, err);
    rc_error_set(err, RC_USAGE, "set what? theme NAME, mouse on|off, ascii on|off");
    return false;
}

/* "PROFILE [REGION]" */
static bool run_session(struct rc_app *app, char *words, struct rc_error *err)
{
    const char *profile = strsep(&words, " ");
    const char *region = words ? words + strspn(words, " ") : "";
    if (*profile)
        return rc_app_open_session(app, profile, region, err);
    rc_error_set(err, RC_USAGE, "session PROFILE [REGION]: a profile of ~/.aws/config");
    return false;
}

static bool run_close(struct rc_app *app, char *words, struct rc_error *err)
{
    (void)words;
    return rc_app_close_session(app, err);
}

static bool run_write(struct rc_app *app, char *words, struct rc_error *err)
{
    (void)words;
    return rc_app_lift_read_only(app, err);
}

static const struct {
    const char *name;
    bool (*run)(struct rc_app *app, char *words, struct rc_error *err);
} commands[] = {{"q", run_quit},     {"quit", run_quit},       {"theme", run_theme},
                {"set", run_set},    {"session", run_session}, {"close-session", run_close},
                {"write", run_write}};

enum { COMMANDS = sizeof commands / sizeof *commands };

bool rc_app_command(struct rc_app *app, const char *text, struct rc_error *err)
{
    char copy[RC_LINE_BYTES + 1];
    text += strspn(text, " ");
    if (!*text)
        return true;
    snprintf(copy, sizeof copy, "%s", text);
    char *words = copy + strlen(copy);
    while (words > copy && words[-1] == ' ')
        *--words = '\0';
    words = copy;
    const char *name = strsep(&words, " ");
    char none[1] = "";
    words = words ? words + strspn(words, " ") : none;
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(app, words, err);
    const struct rc_op_action *action = rc_op_action_find(name);
    if (action)
        return rc_app_act_by_words(app, action, words, err);
    return rc_app_push(app, name, words, err);
}

/* ----- completion ----- */

struct candidates {
    const char **found;
    int count;
    const char *word; /* what is typed of it */
    size_t length;
};

static void offer(struct candidates *to, const char *text)
{
    if (to->count == RC_CANDIDATES || strncmp(text, to->word, to->length) != 0)
        return;
    for (int i = 0; i < to->count; i++)
        if (strcmp(to->found[i], text) == 0)
            return;
    to->found[to->count++] = text;
}

static void offer_commands(struct candidates *to)
{
    for (int i = 0; rc_views[i]; i++)
        offer(to, rc_views[i]->name);
    for (int i = 0; i < COMMANDS; i++)
        if (commands[i].name[1])
            offer(to, commands[i].name);
    for (int i = 0; rc_op_actions[i]; i++)
        offer(to, rc_op_actions[i]->name);
}

/* Aliases are short already: the first that fits stands for its view, when no name
 * does. */
static void offer_aliases(struct candidates *to)
{
    for (int i = 0; rc_views[i] && !to->count; i++) {
        const char *words = rc_views[i]->aliases;
        while (*(words += strspn(words, " "))) {
            size_t length = strcspn(words, " ");
            if (!to->count && to->length <= length && strncmp(words, to->word, to->length) == 0)
                to->found[to->count++] = rc_views[i]->name;
            words += length;
        }
    }
}

static void offer_themes(struct candidates *to)
{
    for (int i = 0; rc_theme_names[i]; i++)
        offer(to, rc_theme_names[i]);
}

/* The columns of a view's table, as a filter names them. */
static void offer_columns(struct candidates *to, const char *view, const struct rc_model *model)
{
    static char names[RC_TABLE_COLUMNS][64];
    const struct rc_table_def *def = rc_table_find_in(view, model);
    for (int i = 0; def && i < RC_TABLE_COLUMNS && def->columns[i].name; i++) {
        snprintf(names[i], sizeof names[i], "%s:", def->columns[i].name);
        offer(to, names[i]);
    }
}

static void offer_options(struct candidates *to, const char *before)
{
    static const char *const options[] = {"theme", "mouse", "ascii"};
    static const char *const switches[] = {"on", "off"};
    before += strspn(before, " ");
    if (strncmp(before, "theme ", 6) == 0) {
        offer_themes(to);
    } else if (!*before) {
        for (int i = 0; i < 3; i++)
            offer(to, options[i]);
    } else {
        for (int i = 0; i < 2; i++)
            offer(to, switches[i]);
    }
}

/* The parameters of an action, with their choices where they have any. */
static void offer_params(struct candidates *to, const struct rc_op_action *action)
{
    static char words[RC_CANDIDATES][64];
    int count = 0;
    for (const struct rc_op_param *row = action->params; row && row->name; row++) {
        static const char *const any[] = {"", NULL};
        for (const char *const *choice = row->choices ? row->choices : any;
             *choice && count < RC_CANDIDATES; choice++) {
            snprintf(words[count], sizeof words[count], "%s:%s", row->name, *choice);
            offer(to, words[count++]);
        }
    }
}

/* Behind the palette's first word. */
static void offer_arguments(struct candidates *to, const char *name, const char *before,
                            const struct rc_model *model)
{
    const struct rc_view_ops *ops = rc_view_find(name);
    if (strcmp(name, "theme") == 0)
        offer_themes(to);
    else if (strcmp(name, "set") == 0)
        offer_options(to, before);
    else if (rc_op_action_find(name))
        offer_params(to, rc_op_action_find(name));
    else if (ops)
        offer_columns(to, ops->name, model);
}

int rc_input_candidates(const struct rc_app *app, size_t *start, const char *found[RC_CANDIDATES])
{
    const struct rc_line *line = &app->input.line;
    const struct rc_model *model = rc_app_model(rc_app_top(app));
    char before[RC_LINE_BYTES + 1];
    size_t at = line->cursor;
    while (at > 0 && line->text[at - 1] != ' ')
        at--;
    *start = at;
    struct candidates to = {.found = found, .word = line->text + at, .length = line->cursor - at};
    memcpy(before, line->text, at);
    before[at] = '\0';
    if (app->input.kind == RC_INPUT_FILTER) {
        offer_columns(&to, rc_app_top(app)->ops->name, model);
    } else if (app->input.kind == RC_INPUT_PROMPT) {
        for (int i = 0; app->input.words && app->input.words[i]; i++)
            offer(&to, app->input.words[i]);
    } else if (app->input.kind == RC_INPUT_PALETTE) {
        char *name = before + strspn(before, " "), *end = strchr(name, ' ');
        if (end) { /* what is before the word ends in a blank, if it is anything */
            *end = '\0';
            offer_arguments(&to, name, end + 1, model);
        } else {
            offer_commands(&to);
            offer_aliases(&to);
        }
    }
    return to.count;
}

/* As far as all candidates agree; a blank behind the only one. */
static void complete(struct rc_app *app)
{
    const char *found[RC_CANDIDATES];
    struct rc_line *line = &app->input.line;
    size_t start, same;
    int count = rc_input_candidates(app, &start, found);
    if (!count)
        return;
    same = strlen(found[0]);
    for (int i = 1; i < count; i++) {
        size_t common = 0;
        while (common < same && found[0][common] == found[i][common])
            common++;
        same = common;
    }
    char text[128];
    bool blank = count == 1 && same && found[0][same - 1] != ':';
    int length = snprintf(text, sizeof text, "%.*s%s", (int)same, found[0], blank ? " " : "");
    if (length <= 0 || (size_t)length >= sizeof text)
        return;
    while (line->cursor > start)
        rc_line_key(line, RC_KEY_BACKSPACE);
    rc_line_insert(line, text);
}

/* ----- the line ----- */

static struct rc_past *past_of(struct rc_app *app)
{
    return app->input.kind == RC_INPUT_FILTER    ? &app->filters
           : app->input.kind == RC_INPUT_PALETTE ? &app->commands
                                                 : NULL;
}

static void open_line(struct rc_app *app, enum rc_input_kind kind, const char *label)
{
    app->input = (struct rc_input){.kind = kind};
    snprintf(app->input.label, sizeof app->input.label, "%s", label);
    const struct rc_past *past = past_of(app);
    app->input.past = past ? past->count : 0;
    app->toast = false;
}

void rc_input_filter(struct rc_app *app)
{
    open_line(app, RC_INPUT_FILTER, "/");
    app->input.view = rc_app_top(app);
}

void rc_input_palette(struct rc_app *app)
{
    open_line(app, RC_INPUT_PALETTE, ":");
}

void rc_app_prompt(struct rc_view *view, const char *label, const char *text,
                   bool (*answer)(struct rc_view *view, const char *text, struct rc_error *err))
{
    open_line(view->app, RC_INPUT_PROMPT, label);
    view->app->input.view = view;
    view->app->input.answer = answer;
    rc_line_set(&view->app->input.line, text ? text : "");
}

void rc_app_prompt_words(struct rc_view *view, const char *label, const char *text,
                         const char *const *words,
                         bool (*answer)(struct rc_view *view, const char *text,
                                        struct rc_error *err))
{
    rc_app_prompt(view, label, text, answer);
    view->app->input.words = words;
}

void rc_app_confirm(struct rc_view *view, const char *question, void (*yes)(struct rc_view *view))
{
    open_line(view->app, RC_INPUT_CONFIRM, question);
    view->app->input.view = view;
    view->app->input.yes = yes;
}

void rc_input_close(struct rc_app *app)
{
    app->input = (struct rc_input){.kind = RC_INPUT_NONE};
}

static void remember(struct rc_app *app, struct rc_past *past, const char *name, const char *text)
{
    struct rc_error err = {0};
    rc_past_add(past, text);
    if (!rc_state_write_past(name, past, &err))
        rc_app_fail(app, &err);
}

/* The line is closed before it is acted on, because that may open another one; when it
 * is refused, it comes back to be mended. */
static void accept(struct rc_app *app)
{
    struct rc_input typed = app->input;
    struct rc_error err = {0};
    bool ok = false;
    const char *text = typed.line.text;
    rc_input_close(app);
    if (typed.kind == RC_INPUT_FILTER) {
        remember(app, &app->filters, "filter-history", text);
        ok = typed.view->ops->filter(typed.view, text, &err);
    } else if (typed.kind == RC_INPUT_PALETTE) {
        remember(app, &app->commands, "command-history", text);
        ok = rc_app_command(app, text, &err);
    } else {
        ok = typed.answer(typed.view, text, &err);
    }
    if (ok)
        return;
    rc_app_fail(app, &err);
    if (app->input.kind == RC_INPUT_NONE) {
        const struct rc_past *past;
        app->input = typed;
        past = past_of(app);
        app->input.past = past ? past->count : 0;
    }
}

static void recall(struct rc_app *app, int by)
{
    struct rc_input *input = &app->input;
    const struct rc_past *past = past_of(app);
    int to = input->past + by;
    if (!past || to < 0 || to > past->count)
        return;
    if (input->past == past->count)
        memcpy(input->draft, input->line.text, sizeof input->draft);
    input->past = to;
    rc_line_set(&input->line, to == past->count ? input->draft : past->lines[to]);
}

/* Enter, which mostly has brought the question up, leaves it. */
static void answer_question(struct rc_app *app, int key)
{
    struct rc_input asked = app->input;
    bool no = key == 'n' || key == 'N' || key == 'q' || key == 27 || key == 3 || key == 13;
    bool yes = key == 'y' || key == 'Y';
    if (!no && !yes)
        return;
    rc_input_close(app);
    if (yes)
        asked.yes(asked.view);
}

/* A pasted text is only text: its line ends become blanks, what would be a key of the
 * line means nothing. */
void rc_input_paste(struct rc_app *app, int key)
{
    enum { ENTER = 13, TAB = 9 };
    struct rc_input *input = &app->input;
    if (input->kind == RC_INPUT_NONE || input->kind == RC_INPUT_CONFIRM)
        return;
    if (key == ENTER || key == TAB) {
        input->blank = input->line.length > 0;
        return;
    }
    if (key < ' ' || key > 0x10FFFF || (key >= 0x7F && key < 0xA0))
        return;
    if (input->blank)
        rc_line_key(&input->line, ' ');
    input->blank = false;
    rc_line_key(&input->line, key);
}

void rc_input_key(struct rc_app *app, int key)
{
    enum { ENTER = 13, ESCAPE = 27, TAB = 9, CTRL_C = 3, CTRL_G = 7, CTRL_N = 14, CTRL_P = 16 };
    struct rc_input *input = &app->input;
    if (input->kind == RC_INPUT_CONFIRM) {
        answer_question(app, key);
        return;
    }
    app->toast = false;
    input->blank = false;
    if (key == ENTER)
        accept(app);
    else if (key == ESCAPE || key == CTRL_C || key == CTRL_G ||
             (key == RC_KEY_BACKSPACE && !input->line.length))
        rc_input_close(app);
    else if (key == TAB)
        complete(app);
    else if (key == RC_KEY_UP || key == CTRL_P)
        recall(app, -1);
    else if (key == RC_KEY_DOWN || key == CTRL_N)
        recall(app, 1);
    else
        rc_line_key(&input->line, key);
}
