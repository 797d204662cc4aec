#include "tui/livelist.h"
#include "tui/views.h"

#include <stdio.h>
#include <string.h>

/* The queues of SQS, and which of them take the dead letters of which. */

enum { NAMES_BYTES = 4096 };

static void ask(struct rc_view *view)
{
    struct rc_error err = {0};
    rc_livelist_take(view, rc_live_queues(rc_app_live(view), &err), &err);
}

/* To where its dead letters go, or to the first of those whose dead letters it takes. */
static void go_along(struct rc_view *view)
{
    char names[NAMES_BYTES];
    if (!rc_list_cell(view, "dead_letters_to", names, sizeof names))
        return;
    if (!*names) {
        rc_list_cell(view, "dead_letters_of", names, sizeof names);
        names[strcspn(names, ",")] = '\0';
    }
    if (!*names)
        rc_app_say(view->app, RC_ROLE_NORMAL, "it has nothing to do with dead letters");
    else if (!rc_list_find(view, "name", names))
        rc_app_say(view->app, RC_ROLE_WARN, "%s is not among these queues", names);
}

static bool act(struct rc_view *view, enum rc_action action)
{
    char url[900];
    switch (action) {
    case RC_DO_ENTER:
        if (rc_list_cell(view, "url", url, sizeof url))
            rc_app_go(view->app, "messages", "%s", url);
        return true;
    case RC_DO_NEXT:
        go_along(view);
        return true;
    default:
        return rc_livelist_act(view, action);
    }
}

static void tick(struct rc_view *view)
{
    rc_livelist_tick(view, "There are no queues.");
}

static bool waits(struct rc_view *view, struct rc_buf *out)
{
    return rc_livelist_waits(view, "queues", out);
}

static void tell_subject(struct rc_view *view, struct rc_subject *subject)
{
    rc_list_cell(view, "name", subject->queue, sizeof subject->queue);
}

static const enum rc_action actions[] = {
    RC_DO_ENTER,     RC_DO_NEXT,    RC_DO_FILTER,      RC_DO_SORT,         RC_DO_INVERT,
    RC_DO_MARK,      RC_DO_SAVE,    RC_DO_COPY,        RC_DO_DOWN,         RC_DO_UP,
    RC_DO_PAGE_DOWN, RC_DO_PAGE_UP, RC_DO_TOP,         RC_DO_BOTTOM,       RC_DO_LEFT,
    RC_DO_RIGHT,     RC_DO_REFRESH, RC_DO_COLUMN_LEFT, RC_DO_COLUMN_RIGHT, RC_ACTION_NONE};

static bool address(struct rc_view *view, struct rc_buf *out)
{
    char url[900], path[2800];
    size_t used = (size_t)snprintf(path, sizeof path, "/sqs/v3/home?region=%%s#/queues/");
    if (!rc_list_cell(view, "url", url, sizeof url))
        return false;
    for (const char *at = url; *at && used + 4 < sizeof path; at++)
        used += (size_t)snprintf(path + used, sizeof path - used,
                                 *at == '/' || *at == ':' ? "%%%02X" : "%c", (unsigned char)*at);
    return rc_live_address(rc_app_live(view), path, out);
}

const struct rc_view_ops rc_view_queues = {
    .name = "queues",
    .aliases = "sqs",
    .title = "Queues",
    .help = "The queues of SQS with what is in them: messages that can be received, that are "
            "being worked on and that are delayed, and the age of the oldest, which is unknown "
            "where CloudWatch does not tell. Dead letters go to a queue and are of others; one "
            "that has some is lit. The next-part key goes along that way, Enter looks at the "
            "messages, the refresh key asks again.",
    .actions = actions,
    .state_size = sizeof(struct rc_livelist),
    .open = rc_livelist_open,
    .close = rc_livelist_close,
    .draw = rc_list_draw,
    .act = act,
    .where = rc_list_where,
    .filter = rc_list_filter,
    .tick = tick,
    .waits = waits,
    .poll = ask,
    .address = address,
    .subject = tell_subject,
    .each_marked = rc_list_each_marked,
    .mouse = rc_list_mouse,
};
