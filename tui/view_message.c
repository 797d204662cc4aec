#include "tui/views.h"

#include "model/figures.h"
#include "model/live.h"
#include "tui/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One message that was looked at. */
struct state {
    struct rc_message_shown *message;
    struct rc_page page;
    int width; /* that the page was filled for */
};

enum { LABEL_WIDTH = 16 };

static bool open(struct rc_view *view, const char *arguments, struct rc_error *err)
{
    struct state *state = view->state;
    char *end;
    long long key = strtoll(arguments, &end, 10);
    if (!rc_app_answers(view) || end == arguments || *end) {
        rc_error_set(err, RC_USAGE, "a message is opened from `messages`");
        return false;
    }
    state->message = rc_message_read(rc_app_answers(view), key, err);
    if (state->message)
        rc_page_init(&state->page);
    return state->message != NULL;
}

static void close(struct rc_view *view)
{
    struct state *state = view->state;
    rc_message_free(state->message);
    rc_page_free(&state->page);
}

static void row(struct rc_page *page, int width, const char *label, const char *text)
{
    if (!*text)
        return;
    rc_page_row(page, RC_NO_TARGET);
    rc_page_put(page, 0, LABEL_WIDTH - 1, RC_ROLE_DIM, RC_LEFT, label, strlen(label));
    rc_page_flow(page, LABEL_WIDTH, width - LABEL_WIDTH, RC_ROLE_NORMAL, text);
}

/* What the pipeline wrote into it. */
static void tell_subject_rows(struct rc_page *page, int width,
                              const struct rc_message_shown *message)
{
    char place[RC_S3_BUCKET_BYTES + RC_S3_KEY_BYTES + 8] = "";
    if (*message->bucket && *message->key)
        snprintf(place, sizeof place, "s3://%.255s/%.1024s", message->bucket, message->key);
    row(page, width, "error", message->error);
    row(page, width, "at", message->step);
    row(page, width, "cause", message->cause);
    row(page, width, "file", place);
    row(page, width, "version", message->version);
    row(page, width, "run", message->run);
    if (page->row_count)
        rc_page_title(page, width, "Message");
}

static void fill(struct state *state, int width)
{
    const struct rc_message_shown *message = state->message;
    struct rc_page *page = &state->page;
    char figure[RC_FIGURE_BYTES];
    rc_page_clear(page);
    tell_subject_rows(page, width, message);
    row(page, width, "message", message->id);
    row(page, width, "sent", message->sent);
    row(page, width, "by", message->sender);
    row(page, width, "group", message->group);
    rc_count_text(message->receives, figure);
    row(page, width, "received", figure);
    row(page, width, "first received", message->first_received);
    rc_count_text(message->bytes, figure);
    row(page, width, "bytes", figure);
    if (*message->attributes) {
        rc_page_title(page, width, "Attributes");
        rc_page_lines(page, width, message->attributes);
    }
    rc_page_title(page, width, "Body");
    rc_page_lines(page, width, message->body);
}

static void draw(struct rc_view *view, struct rc_area area)
{
    struct state *state = view->state;
    if (area.width != state->width)
        fill(state, area.width - 2);
    state->width = area.width;
    rc_page_draw(&state->page, area);
}

static bool act(struct rc_view *view, enum rc_action action)
{
    struct state *state = view->state;
    if (action != RC_DO_COPY)
        return rc_page_act(&state->page, action);
    rc_screen_copy(state->message->body, strlen(state->message->body));
    rc_app_say(view->app, RC_ROLE_NORMAL, "the body is on the clipboard");
    return true;
}

static void where(struct rc_view *view, struct rc_buf *out)
{
    const struct state *state = view->state;
    rc_buf_add_str(out, state->message->id);
}

static void tell_subject(struct rc_view *view, struct rc_subject *subject)
{
    const struct rc_message_shown *message = ((struct state *)view->state)->message;
    struct rc_view *list = rc_app_below(view);
    if (list && list->ops->subject) /* the queue is known there */
        list->ops->subject(list, subject);
    snprintf(subject->bucket, sizeof subject->bucket, "%s", message->bucket);
    snprintf(subject->key, sizeof subject->key, "%s", message->key);
    snprintf(subject->version, sizeof subject->version, "%s", message->version);
    snprintf(subject->run, sizeof subject->run, "%s", message->run);
    snprintf(subject->message, sizeof subject->message, "%s", message->id);
}

static bool mouse(struct rc_view *view, const struct rc_mouse *at)
{
    struct state *state = view->state;
    rc_page_mouse(&state->page, at);
    return true;
}

const struct rc_view_ops rc_view_message = {
    .name = "message",
    .aliases = "",
    .title = "Message",
    .help = "One message as it was received: the file, run, step and error that it is about, where "
            "the pipeline wrote it; its attributes, and its body; JSON is indented. "
            "Digits that look like a card number are masked. The copy key takes the body.",
    .actions = rc_page_actions,
    .state_size = sizeof(struct state),
    .open = open,
    .close = close,
    .draw = draw,
    .act = act,
    .where = where,
    .subject = tell_subject,
    .mouse = mouse,
};
