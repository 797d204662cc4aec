/* What people wrote of a discrepancy, as a part of its page. */
#ifndef RC_TUI_NOTES_H
#define RC_TUI_NOTES_H

#include "tui/page.h"
#include "tui/view.h"

struct rc_listing;

/* Zeroed to begin with. */
struct rc_notes {
    struct rc_listing *shown, *next; /* next takes its place when it has come */
};

/* Asks for them; nothing where the view's day is not of the pipeline. */
void rc_notes_ask(struct rc_notes *notes, struct rc_view *view, const char *transaction);

/* Sees what has come. */
void rc_notes_tick(struct rc_notes *notes);

/* Adds them to the page, under a title; nothing while there are none. */
void rc_notes_fill(const struct rc_notes *notes, struct rc_view *view, struct rc_page *page,
                   int width);

/* Ends what was asked. */
void rc_notes_close(struct rc_notes *notes);

#endif
