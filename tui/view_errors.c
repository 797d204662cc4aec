#include "tui/page.h"
#include "tui/views.h"

#include <stdio.h>
#include <string.h>

enum { COPY_BYTES = 64 << 10 };

struct state {
    struct rc_page page;
    size_t count; /* messages that were there when it was drawn last */
};

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct state *state = view->state;
    (void)arguments;
    (void)err;
    rc_page_init(&state->page);
    return true;
}

static void close(struct rc_view *view)
{
    struct state *state = view->state;
    rc_page_free(&state->page);
}

static void fill(struct rc_page *page, const struct rc_message *messages, size_t count, int width)
{
    char line[sizeof messages->instant + sizeof messages->text + 2];
    rc_page_clear(page);
    for (size_t i = 0; i < count; i++) {
        snprintf(line, sizeof line, "%s  %s", messages[i].instant, messages[i].text);
        rc_page_wrap(page, 0, width, messages[i].role, line);
    }
    if (!count)
        rc_page_wrap(page, 0, width, RC_ROLE_DIM, "There are no messages.");
}

/* What is new is shown: the page goes to its end. */
static void draw(struct rc_view *view, struct rc_area area)
{
    struct state *state = view->state;
    const struct rc_message *messages;
    size_t count = rc_app_messages(view->app, &messages);
    fill(&state->page, messages, count, area.width - 1);
    state->page.height = area.height;
    if (count != state->count)
        rc_page_scroll_to(&state->page, state->page.row_count);
    state->count = count;
    rc_page_draw(&state->page, area);
}

static void copy(struct rc_view *view)
{
    struct rc_buf text;
    const struct rc_message *messages;
    size_t count = rc_app_messages(view->app, &messages), from = count;
    size_t bytes = 0;
    rc_buf_init(&text, COPY_BYTES);
    while (from &&
           (bytes += strlen(messages[from - 1].text) + sizeof messages->instant) < COPY_BYTES)
        from--;
    for (size_t i = from; i < count; i++)
        rc_buf_printf(&text, "%s  %s\n", messages[i].instant, messages[i].text);
    if (text.length)
        rc_screen_copy(text.data, text.length);
    rc_buf_free(&text);
    rc_app_say(view->app, RC_ROLE_GOOD, "the last %zu of %zu messages copied", count - from, count);
}

static bool act(struct rc_view *view, enum rc_action action)
{
    struct state *state = view->state;
    if (action != RC_DO_COPY)
        return rc_page_act(&state->page, action);
    copy(view);
    return true;
}

static bool mouse(struct rc_view *view, const struct rc_mouse *at)
{
    struct state *state = view->state;
    rc_page_mouse(&state->page, at);
    return true;
}

const struct rc_view_ops rc_view_errors = {
    .name = "errors",
    .aliases = "log",
    .title = "Console messages",
    .help = "Everything the console has said since it was started, the newest at the end.",
    .actions = rc_page_actions,
    .state_size = sizeof(struct state),
    .open = open,
    .close = close,
    .draw = draw,
    .act = act,
    .mouse = mouse,
};
