/* A page of styled lines that scrolls: what a view shows that is no table. It is
 * filled row by row, from the view's data and the width there is, and drawn as far as
 * it fits. Rows with a target can be selected. */
#ifndef RC_TUI_PAGE_H
#define RC_TUI_PAGE_H

#include "base/buf.h"
#include "tui/keymap.h"
#include "tui/screen.h"

enum { RC_NO_TARGET = -1 };

struct rc_page_span;
struct rc_page_row;

struct rc_page {
    struct rc_buf text;
    struct rc_page_span *spans;
    size_t span_count, span_room;
    struct rc_page_row *rows;
    size_t row_count, row_room;
    size_t top;
    int height;       /* as of the last drawing */
    int64_t selected; /* target; RC_NO_TARGET */
    bool failed;      /* without memory: some of it is missing */
};

void rc_page_init(struct rc_page *page);
void rc_page_free(struct rc_page *page);

/* Takes the rows away; what is selected and where the page stands is kept. */
void rc_page_clear(struct rc_page *page);

/* Begins a row. target >= 0: it can be selected. */
void rc_page_row(struct rc_page *page, int64_t target);

/* What stands from a column of the last row on is not selected with it. */
void rc_page_bound(struct rc_page *page, int x);

/* Puts text into the last row. width < 0: as wide as the text. Gives the column behind
 * it. */
int rc_page_put(struct rc_page *page, int x, int width, enum rc_role role, enum rc_align align,
                const char *text, size_t length);
int rc_page_printf(struct rc_page *page, int x, int width, enum rc_role role, enum rc_align align,
                   const char *format, ...) __attribute__((format(printf, 6, 7)));

/* A row with a title and a line behind it, after an empty row (none at the top). */
void rc_page_title(struct rc_page *page, int width, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Text in as many rows as it needs, broken between words; flow begins in the row that
 * is there. */
void rc_page_flow(struct rc_page *page, int x, int width, enum rc_role role, const char *text);
void rc_page_wrap(struct rc_page *page, int x, int width, enum rc_role role, const char *text);

/* A text of many lines, each in as many rows as it needs, at its own indentation. */
void rc_page_lines(struct rc_page *page, int width, const char *text);

/* Selects the first target when what was selected is gone. Call it when the page is
 * filled. */
void rc_page_settle(struct rc_page *page);

/* Draws it; a page that does not fit has a scroll bar in the last column, which is
 * left free for it. */
void rc_page_draw(struct rc_page *page, struct rc_area area);

/* Moves: to the next target where it can be seen, else by a row. */
bool rc_page_act(struct rc_page *page, enum rc_action action);

/* What a page that only scrolls has a use for, with the copy key. */
extern const enum rc_action rc_page_actions[];

/* The wheel, and a click: selects the row. True when it was a double click on it. */
bool rc_page_mouse(struct rc_page *page, const struct rc_mouse *mouse);

/* Selects a target and scrolls to it. */
void rc_page_select(struct rc_page *page, int64_t target);

/* Makes a row the first that is seen, as far as there are enough behind it. */
void rc_page_scroll_to(struct rc_page *page, size_t row);

#endif
