/* Bars on one axis of time, drawn into a page: what ran, failed, waited and runs, each with a
 * glyph and a role of its own, and the line at which Lambda would end it. */
#ifndef RC_TUI_TIMELINE_H
#define RC_TUI_TIMELINE_H

#include "tui/page.h"

#include <stdint.h>

enum rc_bar {
    RC_BAR_NONE,
    RC_BAR_AROUND, /* of a step that is made of others */
    RC_BAR_WAIT,
    RC_BAR_CEILING, /* a line, at its end */
    RC_BAR_DONE,
    RC_BAR_RUNNING,
    RC_BAR_FAILED,
    RC_BARS
};

enum { RC_TIMELINE_CELLS = 512, RC_TIMELINE_TEXT = 32 };

struct rc_timeline {
    int64_t from_ms, until_ms;
    int x, width;                     /* of the axis, in the page */
    uint8_t cells[RC_TIMELINE_CELLS]; /* of the bar that is being made */
};

/* Up to RC_TIMELINE_CELLS wide. */
void rc_timeline_init(struct rc_timeline *timeline, int x, int width, int64_t from_ms,
                      int64_t until_ms);

/* Begins a bar; adds a part of it, at least a cell wide: the later kinds of enum rc_bar cover
 * the earlier ones. */
void rc_timeline_clear(struct rc_timeline *timeline);
void rc_timeline_add(struct rc_timeline *timeline, enum rc_bar bar, int64_t from_ms,
                     int64_t until_ms);

/* Puts the bar into the page's last row. */
void rc_timeline_put(const struct rc_timeline *timeline, struct rc_page *page);

/* Puts a row of the page with times since the beginning, and one that says what is what. */
void rc_timeline_axis(const struct rc_timeline *timeline, struct rc_page *page);
void rc_timeline_legend(struct rc_page *page, int width);

/* "45 ms", "3.3 s", "12 min". Gives the length. */
size_t rc_timeline_text(int64_t ms, char text[RC_TIMELINE_TEXT]);

#endif
