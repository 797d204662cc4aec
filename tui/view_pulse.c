#include "tui/livelist.h"
#include "tui/views.h"

#include <string.h>

/* What needs attention, the worst first, and how each program does: the first screen. */

enum { JUMP_BYTES = 256 };

static void ask(struct rc_view *view)
{
    struct rc_error err = {0};
    rc_livelist_take(view, rc_live_pulse(rc_app_live(view), &err), &err);
}

/* Each line names the view that shows its cause, and the words behind that. */
static void jump(struct rc_view *view)
{
    char to[JUMP_BYTES];
    if (!rc_list_cell(view, "jump", to, sizeof to))
        return;
    char *words = to + strcspn(to, " ");
    if (*words)
        *words++ = '\0';
    rc_app_go(view->app, to, "%s", words);
}

static bool act(struct rc_view *view, enum rc_action action)
{
    switch (action) {
    case RC_DO_ENTER:
        jump(view);
        return true;
    default:
        return rc_livelist_act(view, action);
    }
}

static void tick(struct rc_view *view)
{
    rc_livelist_tick(view, "The pipeline knows no programs: `reconctl program put` adds one.");
}

static bool waits(struct rc_view *view, struct rc_buf *out)
{
    return rc_livelist_waits(view, "how it fares", out);
}

/* A subject's texts behind the name of a view, in their order. */
static void take_words(const char *words, char *first, size_t first_size, char *second,
                       size_t second_size)
{
    if (rc_livelist_word(&words, first, first_size) && second)
        rc_livelist_word(&words, second, second_size);
}

/* What a line is about is what it leads to. */
static void tell_subject(struct rc_view *view, struct rc_subject *subject)
{
    char to[JUMP_BYTES];
    if (!rc_list_cell(view, "jump", to, sizeof to))
        return;
    const char *words = to + strcspn(to, " ");
    if (strncmp(to, "run ", 4) == 0)
        take_words(words, subject->run, sizeof subject->run, NULL, 0);
    else if (strncmp(to, "messages ", 9) == 0)
        take_words(words, subject->queue, sizeof subject->queue, NULL, 0);
    else if (strncmp(to, "files ", 6) == 0 || strncmp(to, "day ", 4) == 0)
        take_words(words, subject->program, sizeof subject->program, subject->date,
                   sizeof subject->date);
}

static const enum rc_action actions[] = {
    RC_DO_ENTER,   RC_DO_FILTER,      RC_DO_SORT,         RC_DO_INVERT,  RC_DO_MARK,
    RC_DO_SAVE,    RC_DO_COPY,        RC_DO_DOWN,         RC_DO_UP,      RC_DO_PAGE_DOWN,
    RC_DO_PAGE_UP, RC_DO_TOP,         RC_DO_BOTTOM,       RC_DO_LEFT,    RC_DO_RIGHT,
    RC_DO_REFRESH, RC_DO_COLUMN_LEFT, RC_DO_COLUMN_RIGHT, RC_ACTION_NONE};

const struct rc_view_ops rc_view_pulse = {
    .name = "pulse",
    .aliases = "home",
    .title = "Pulse",
    .help =
        "What needs attention, the worst first: files whose last run has failed, messages among "
        "the dead letters, sides that are not there past their program's cut-off, runs that "
        "say nothing, days that do not balance, arrivals that wait, throttled tables, uneven "
        "shards; and what could not be asked for. Below, a line a program: its last day, how many "
        "of its files are worked on, wait for a slot or have failed, and bars for its records of "
        "the last 24 hours, the newest at the right. Enter leads to the cause.",
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
    .subject = tell_subject,
    .mouse = rc_list_mouse,
};
