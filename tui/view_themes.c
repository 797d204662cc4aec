#include "tui/page.h"
#include "tui/views.h"

#include <stdio.h>
#include <string.h>

enum { THEMES = 32, NAME_CELLS = 16, HEAT_CELLS = 4 };

struct state {
    struct rc_page page;
    char before[32]; /* the theme to go back to */
    char titles[THEMES][sizeof((struct rc_theme *)0)->title];
    int count;
    int64_t seen; /* the theme that is tried */
    bool kept;
};

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct state *state = view->state;
    struct rc_theme theme;
    (void)arguments;
    (void)err;
    rc_page_init(&state->page);
    snprintf(state->before, sizeof state->before, "%s", rc_screen_theme_name());
    for (; state->count < THEMES && rc_theme_names[state->count]; state->count++) {
        const char *name = rc_theme_names[state->count];
        struct rc_error why = {0};
        bool ok = rc_theme_load(name, &theme, &why);
        snprintf(state->titles[state->count], sizeof *state->titles, "%s",
                 ok ? theme.title : "cannot be read");
        if (strcmp(name, state->before) == 0)
            state->seen = state->count;
    }
    state->page.selected = state->seen;
    return true;
}

static void close(struct rc_view *view)
{
    struct state *state = view->state;
    struct rc_error err = {0};
    if (!state->kept && strcmp(rc_screen_theme_name(), state->before) != 0)
        rc_screen_theme(state->before, &err);
    rc_page_free(&state->page);
}

/* What the roles look like in the theme that is tried. */
static void add_sample(struct rc_page *page)
{
    static const struct {
        enum rc_role role;
        const char *text;
    } samples[] = {
        {RC_ROLE_NORMAL, "normal"},       {RC_ROLE_DIM, "dim"},        {RC_ROLE_TITLE, "title"},
        {RC_ROLE_HEADER, "header"},       {RC_ROLE_MARKED, "marked"},  {RC_ROLE_KEY, "key"},
        {RC_ROLE_GOOD, "good"},           {RC_ROLE_WARN, "warn"},      {RC_ROLE_BAD, "bad"},
        {RC_ROLE_DIFFERENT, "different"}, {RC_ROLE_INPUT, "input"},    {RC_ROLE_MATCH, "match"},
        {RC_ROLE_FIELD_1, "field1"},      {RC_ROLE_FIELD_2, "field2"}, {RC_ROLE_FIELD_3, "field3"},
        {RC_ROLE_FIELD_4, "field4"},      {RC_ROLE_FIELD_5, "field5"}, {RC_ROLE_FIELD_6, "field6"}};
    int x = 0;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        if (i % 6 == 0) {
            rc_page_row(page, RC_NO_TARGET);
            x = 2;
        }
        rc_page_put(page, x, -1, samples[i].role, RC_LEFT, samples[i].text,
                    strlen(samples[i].text));
        x += 11;
    }
}

static void fill(struct state *state, int width)
{
    struct rc_page *page = &state->page;
    rc_page_clear(page);
    for (int i = 0; i < state->count; i++) {
        const char *name = rc_theme_names[i];
        bool before = strcmp(name, state->before) == 0;
        rc_page_row(page, i);
        rc_page_put(page, 0, 2, RC_ROLE_KEY, RC_LEFT, before ? "*" : "", before);
        rc_page_put(page, 2, NAME_CELLS, RC_ROLE_NORMAL, RC_LEFT, name, strlen(name));
        rc_page_put(page, NAME_CELLS + 3, width - NAME_CELLS - 3, RC_ROLE_DIM, RC_LEFT,
                    state->titles[i], strlen(state->titles[i]));
    }
    rc_page_title(page, width, "%s", "looks");
    add_sample(page);
    rc_page_settle(page);
}

/* The theme under the cursor is in use at once. */
static void try_theme(struct rc_view *view)
{
    struct state *state = view->state;
    struct rc_error err = {0};
    if (state->page.selected == state->seen || state->page.selected < 0)
        return;
    state->seen = state->page.selected;
    if (!rc_screen_theme(rc_theme_names[state->seen], &err))
        rc_app_fail(view->app, &err);
}

static void draw(struct rc_view *view, struct rc_area area)
{
    struct state *state = view->state;
    fill(state, area.width - 1);
    rc_page_draw(&state->page, area);
    for (int i = 0; i < RC_HEAT_LEVELS; i++)
        rc_draw_heat(area.y + state->count + 6, area.x + 2 + i * (HEAT_CELLS + 1), HEAT_CELLS, i);
}

static bool act(struct rc_view *view, enum rc_action action)
{
    struct state *state = view->state;
    if (action == RC_DO_ENTER) {
        state->kept = true;
        rc_app_say(view->app, RC_ROLE_GOOD, "theme %s", rc_screen_theme_name());
        rc_app_back(view->app);
        return true;
    }
    bool used = rc_page_act(&state->page, action);
    try_theme(view);
    return used;
}

static bool mouse(struct rc_view *view, const struct rc_mouse *at)
{
    struct state *state = view->state;
    bool twice = rc_page_mouse(&state->page, at);
    try_theme(view);
    return !twice || act(view, RC_DO_ENTER);
}

static const enum rc_action actions[] = {RC_DO_UP,  RC_DO_DOWN,   RC_DO_ENTER,
                                         RC_DO_TOP, RC_DO_BOTTOM, RC_ACTION_NONE};

const struct rc_view_ops rc_view_themes = {
    .name = "themes",
    .aliases = "skins",
    .title = "Themes",
    .help = "The colour themes. The one under the cursor is shown at once; Enter keeps it, going "
            "back brings the one before (marked with *) back.",
    .actions = actions,
    .state_size = sizeof(struct state),
    .open = open,
    .close = close,
    .draw = draw,
    .act = act,
    .mouse = mouse,
};
