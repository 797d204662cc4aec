#include "tui/textpage.h"

#include <stdlib.h>
#include <string.h>

const enum rc_action rc_textpage_actions[] = {RC_DO_UP,        RC_DO_DOWN,    RC_DO_PAGE_UP,
                                              RC_DO_PAGE_DOWN, RC_DO_TOP,     RC_DO_BOTTOM,
                                              RC_DO_COPY,      RC_ACTION_NONE};

bool rc_textpage_open(struct rc_view *view, const char *arguments,
                      char *(*read)(struct rc_model *model, int64_t key, struct rc_error *err),
                      const char *from, struct rc_error *err)
{
    struct rc_textpage *state = view->state;
    char *end;
    long long key = strtoll(arguments, &end, 10);
    if (!rc_app_live(view) || end == arguments || *end) {
        rc_error_set(err, RC_USAGE, "%s", from);
        return false;
    }
    state->text = read(rc_app_answers(view), key, err);
    if (state->text)
        rc_page_init(&state->page);
    return state->text != NULL;
}

void rc_textpage_close(struct rc_view *view)
{
    struct rc_textpage *state = view->state;
    rc_page_free(&state->page);
    free(state->text);
}

void rc_textpage_draw(struct rc_view *view, struct rc_area area)
{
    struct rc_textpage *state = view->state;
    if (area.width != state->width) {
        rc_page_clear(&state->page);
        rc_page_lines(&state->page, area.width - 2, state->text);
    }
    state->width = area.width;
    rc_page_draw(&state->page, area);
}

bool rc_textpage_act(struct rc_view *view, enum rc_action action, const char *what)
{
    struct rc_textpage *state = view->state;
    if (action != RC_DO_COPY)
        return rc_page_act(&state->page, action);
    rc_screen_copy(state->text, strlen(state->text));
    rc_app_say(view->app, RC_ROLE_NORMAL, "%s is on the clipboard", what);
    return true;
}

bool rc_textpage_mouse(struct rc_view *view, const struct rc_mouse *at)
{
    struct rc_textpage *state = view->state;
    rc_page_mouse(&state->page, at);
    return true;
}
