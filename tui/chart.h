/* Values over time: charts that share one time axis and one cursor, and sparklines. Lines
 * are of braille dots and bars of block elements, or both of ASCII; series differ by their
 * strokes, too, and never by colour alone. */
#ifndef RC_TUI_CHART_H
#define RC_TUI_CHART_H

#include "tui/screen.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RC_CHART_MARGIN = 8,        /* cells left of the plot, for the labels of values */
    RC_CHART_LEAST = 3,         /* rows that a chart needs */
    RC_CHART_VALUE_BYTES = 32,  /* of a value as text */
    RC_SPARKLINE_BYTES = 4 * 64 /* of a sparkline of 64 cells, the most, as text */
};

/* How a series is drawn. */
enum rc_chart_stroke { RC_CHART_LINE, RC_CHART_DASHED, RC_CHART_DOTTED, RC_CHART_BARS };

struct rc_chart_series {
    const char *name;
    const double *values; /* one a point, from 0 on; NAN: not known, a gap */
    enum rc_role role;
    enum rc_chart_stroke stroke;
    bool events; /* NAN means none; without a cursor the legend reads the most that there were */
};

/* Writes a value for people into RC_CHART_VALUE_BYTES. */
typedef void rc_chart_format(double value, char *text);

/* Everything is the caller's. Point i is the time from from_ms + i * step_ms on, as long as
 * a step. */
struct rc_chart {
    const char *title;
    bool marked;      /* the title is drawn as selected */
    const char *note; /* shown in place of the plot: why there is none; NULL: there is one */
    int64_t from_ms, step_ms;
    size_t count; /* of points */
    const struct rc_chart_series *series;
    size_t series_count;
    double limit;            /* a horizontal line; NAN or 0: none */
    const char *limit_name;  /* shown without a limit, too: why there is none; NULL: nothing is */
    rc_chart_format *format; /* NULL: rc_chart_count */
    size_t cursor;           /* the point that the legend reads; from count on: the last known */
};

/* 950, 12.5k, 3.0M; below ten with up to two digits behind the point. */
void rc_chart_count(double value, char *text);
void rc_chart_seconds(double value, char *text); /* 0.25 s, 12 s, 14:59, 2 h 05 */
void rc_chart_percent(double value, char *text); /* of a share: 0.125 is 12.5% */

/* Draws a line with the title and the legend, which names each series' value at the cursor,
 * and the plot with the labels of its values below. A title that leaves the legend no room is
 * cut. */
void rc_chart_draw(const struct rc_chart *chart, struct rc_area area);

/* Draws the labels of the time axis (UTC) into one row, for charts of this area's width. */
void rc_chart_draw_axis(const struct rc_chart *chart, int y, int x, int width);

/* The point at a column of the area last drawn with that width; count: none is there. */
size_t rc_chart_at(const struct rc_chart *chart, int width, int x);

/* "10:42" of a point, or "10:42:30" where steps are shorter than a minute; in
 * RC_CHART_VALUE_BYTES. */
void rc_chart_time(const struct rc_chart *chart, size_t point, char *text);

/* Draws values as a line of bars, from zero to the greatest; what is not known (NAN) stays
 * empty. More values than cells: a cell has the greatest of its values. Fewer: they stand
 * at the right, so that the newest is always there. */
void rc_sparkline_draw(int y, int x, int width, enum rc_role role, const double *values,
                       size_t count);

/* ----- without a terminal ----- */

/* The same as text of RC_SPARKLINE_BYTES, padded to the width. */
void rc_sparkline_text(const double *values, size_t count, int width, bool ascii, char *text);

/* What stands in a cell of a plot. */
struct rc_chart_cell {
    char text[4]; /* UTF-8 */
    enum rc_role role;
};

/* The value at the top of the plot: 1, 2 or 5 times a power of ten, of seconds a time that people
 * call round. The limit is not above it unless all values are below a tenth of that. */
double rc_chart_top(const struct rc_chart *chart);

/* Fills height * width cells, row by row. */
void rc_chart_plot(const struct rc_chart *chart, int height, int width, bool ascii,
                   struct rc_chart_cell *cells);

#endif
