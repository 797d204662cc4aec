/* Many numbers as cells of colour and glyph, with labelled axes and a legend. */
#ifndef RC_TUI_HEATMAP_H
#define RC_TUI_HEATMAP_H

#include "tui/keymap.h"
#include "tui/screen.h"

#include <stddef.h>
#include <stdint.h>

struct rc_heatmap {
    const uint64_t *values; /* the owner's */
    size_t count;
    size_t cursor;
    size_t top;     /* row that is seen first */
    size_t columns; /* as of the last drawing */
    int rows;       /* that are seen */
};

/* The level of a value between the least and the most there are. */
int rc_heatmap_level(uint64_t value, uint64_t least, uint64_t most);

/* Cells in a row, for a width and a number of values. */
size_t rc_heatmap_columns(size_t count, int width);

/* Rows on the screen that axis and cells need. */
int rc_heatmap_height(size_t count, int width);

/* Draws axes and cells; rows that do not fit are scrolled to. */
void rc_heatmap_draw(struct rc_heatmap *map, struct rc_area area, bool focus);

/* Writes a value for the legend; gives the length. */
typedef size_t rc_heatmap_format(const void *context, uint64_t value, char *text, size_t size);

/* Draws from which value on a cell looks how, in as many rows of the area as that
 * takes. Gives how many. */
int rc_heatmap_legend(const struct rc_heatmap *map, struct rc_area area, rc_heatmap_format *format,
                      const void *context);

bool rc_heatmap_act(struct rc_heatmap *map, enum rc_action action);

/* The cell that stands there in the area last drawn; the count: none does. */
size_t rc_heatmap_at(const struct rc_heatmap *map, int y, int x);

#endif
