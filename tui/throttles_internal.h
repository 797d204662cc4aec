/* What the files of the view of throttles share: view_throttles.c (what is asked for, keys) and
 * throttles_draw.c (where charts stand, and what is in them). */
#ifndef RC_TUI_THROTTLES_INTERNAL_H
#define RC_TUI_THROTTLES_INTERNAL_H

#include "model/gauges.h"
#include "tui/chart.h"
#include "tui/view.h"

enum {
    RC_THROTTLES_SERIES = 8, /* of a panel */
    RC_THROTTLES_PANELS = 400,
};

/* Series of one resource that stand in one chart. */
struct rc_throttles_panel {
    size_t first, count; /* in gauges */
    const char *note;    /* why there is no chart; NULL */
};

struct rc_throttles {
    struct rc_listing *shown, *next; /* next: asked anew, shown once it has its values */
    uint64_t seen;
    struct rc_gauges *gauges; /* as of `seen`; NULL: nothing has come yet */
    struct rc_throttles_panel panels[RC_THROTTLES_PANELS];
    size_t panel_count, selected, top;
    struct rc_buf quiet; /* what there is nothing to show of */
    char table[RC_GAUGES_TABLE_BYTES];
    int64_t period_s;
    size_t cursor; /* a point; from the count on: none */
    bool told;
    uint64_t came_ms;      /* when the values had come */
    struct rc_error stale; /* why newer ones have not; RC_OK: they have */
    /* as of the last drawing */
    int columns, chart_width, chart_rows, rows_seen;
};

/* Whether values are still to come. */
bool rc_throttles_loading(const struct rc_throttles *state);

/* The time axis of all charts. */
struct rc_chart rc_throttles_chart(const struct rc_throttles *state);

void rc_throttles_draw(struct rc_view *view, struct rc_area area);

/* The panel at a place of the view; panel_count: none is there. */
size_t rc_throttles_at(const struct rc_throttles *state, int y, int x);

#endif
