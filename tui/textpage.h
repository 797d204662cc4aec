/* A view of one text in full, that a row of a list stands for. A view takes this as its state. */
#ifndef RC_TUI_TEXTPAGE_H
#define RC_TUI_TEXTPAGE_H

#include "tui/page.h"
#include "tui/view.h"

struct rc_textpage {
    char *text;
    struct rc_page page;
    int width; /* that the page was filled for */
};

extern const enum rc_action rc_textpage_actions[];

/* Has `read` give the text of the key in the arguments, from what the session was answered. Where
 * that cannot be, `from` is the error: it says which list it is opened from. */
bool rc_textpage_open(struct rc_view *view, const char *arguments,
                      char *(*read)(struct rc_model *model, int64_t key, struct rc_error *err),
                      const char *from, struct rc_error *err);
void rc_textpage_close(struct rc_view *view);
void rc_textpage_draw(struct rc_view *view, struct rc_area area);

/* The copy key takes the text; it says so of `what`. */
bool rc_textpage_act(struct rc_view *view, enum rc_action action, const char *what);
bool rc_textpage_mouse(struct rc_view *view, const struct rc_mouse *at);

#endif
