#include "tui/chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SPARK_CELLS = 64, EIGHTHS = 8, LABEL_CELLS = 10, TITLE_CELLS = 20, DAY_S = 86400 };

static const char *const blocks[EIGHTHS + 1] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const plain_blocks[EIGHTHS + 1] = {" ", "_", ".", ":", "-", "=", "+", "*", "#"};

/* ----- values as text ----- */

void rc_chart_count(double value, char *text)
{
    static const struct {
        double from;
        const char *unit;
    } scales[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e4, "k"}};
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        double unit = i + 1 < sizeof scales / sizeof *scales ? scales[i].from : 1e3;
        if (value < scales[i].from)
            continue;
        snprintf(text, RC_CHART_VALUE_BYTES, value / unit < 100 ? "%.1f%s" : "%.0f%s", value / unit,
                 scales[i].unit);
        return;
    }
    bool whole = value >= 100 || value == floor(value);
    snprintf(text, RC_CHART_VALUE_BYTES, whole ? "%.0f" : value < 10 ? "%.2f" : "%.1f", value);
}

void rc_chart_seconds(double value, char *text)
{
    if (value < 60) {
        bool whole = value >= 10 || value == floor(value);
        snprintf(text, RC_CHART_VALUE_BYTES, whole ? "%.0f s" : "%.2f s", value);
        return;
    }
    long long seconds = value < 1e12 ? (long long)(value + 0.5) : 1000000000000LL;
    if (seconds < 3600)
        snprintf(text, RC_CHART_VALUE_BYTES, "%lld:%02lld", seconds / 60, seconds % 60);
    else
        snprintf(text, RC_CHART_VALUE_BYTES, "%lld h %02lld", seconds / 3600, seconds / 60 % 60);
}

void rc_chart_percent(double value, char *text)
{
    snprintf(text, RC_CHART_VALUE_BYTES, value > 0 && value < 0.1 ? "%.1f%%" : "%.0f%%",
             value * 100);
}

static void format_value(const struct rc_chart *chart, double value, char *text)
{
    (chart->format ? chart->format : rc_chart_count)(value, text);
}

void rc_chart_time(const struct rc_chart *chart, size_t point, char *text)
{
    time_t seconds = (time_t)((chart->from_ms + (int64_t)point * chart->step_ms) / 1000);
    struct tm civil;
    gmtime_r(&seconds, &civil);
    strftime(text, RC_CHART_VALUE_BYTES, chart->step_ms % 60000 ? "%H:%M:%S" : "%H:%M", &civil);
}

/* ----- scales ----- */

static bool has_limit(const struct rc_chart *chart)
{
    return isfinite(chart->limit) && chart->limit > 0;
}

static double round_number(double most)
{
    double power = pow(10, floor(log10(most)));
    return power * (most <= power ? 1 : (most <= 2 * power ? 2 : (most <= 5 * power ? 5 : 10)));
}

/* Up to a day in minutes and hours, above in days. */
static double round_seconds(double most)
{
    static const double times[] = {1,   2,   5,    10,   20,   30,   60,    120,   300,
                                   600, 900, 1200, 1800, 3600, 7200, 14400, 21600, 43200};
    if (most <= 1)
        return round_number(most);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (most <= times[i])
            return times[i];
    return most <= DAY_S ? DAY_S : DAY_S * round_number(most / DAY_S);
}

double rc_chart_top(const struct rc_chart *chart)
{
    double most = 0;
    for (size_t i = 0; i < chart->series_count; i++)
        for (size_t point = 0; point < chart->count; point++)
            if (isfinite(chart->series[i].values[point]))
                most = fmax(most, chart->series[i].values[point]);
    if (has_limit(chart) && most >= chart->limit / 10)
        most = fmax(most, chart->limit);
    if (most <= 0)
        return 1;
    return chart->format == rc_chart_seconds ? round_seconds(most) : round_number(most);
}

static size_t point_at(const struct rc_chart *chart, int width, int column)
{
    return (size_t)column * chart->count / (size_t)width;
}

/* The middle of a point's time, in so many columns. */
static int column_of(const struct rc_chart *chart, int width, size_t point)
{
    return (int)((2 * point + 1) * (size_t)width / (2 * chart->count));
}

size_t rc_chart_at(const struct rc_chart *chart, int width, int x)
{
    int inside = width - RC_CHART_MARGIN;
    if (x < RC_CHART_MARGIN || x >= width || !chart->count)
        return chart->count;
    return point_at(chart, inside, x - RC_CHART_MARGIN);
}

/* The greatest of values from one on up to another; NAN when none is known. */
static double greatest(const double *values, size_t from, size_t until)
{
    double most = NAN;
    for (size_t i = from; i < until; i++)
        if (isfinite(values[i]))
            most = fmax(most, values[i]); /* fmax gives what is not NAN */
    return most;
}

/* ----- the plot ----- */

/* A cell is 2 x 4 dots of braille, or one of ASCII. */
struct canvas {
    const struct rc_chart *chart;
    double top;
    int height, width; /* in cells */
    int dots_x, dots_y;
    bool ascii;
    struct rc_chart_cell *cells;
};

static struct rc_chart_cell *cell_at(const struct canvas *canvas, int row, int column)
{
    return &canvas->cells[row * canvas->width + column];
}

static void put(struct rc_chart_cell *cell, const char *text, enum rc_role role)
{
    snprintf(cell->text, sizeof cell->text, "%s", text);
    cell->role = role;
}

/* U+2800 and a bit a dot, in the order of The Unicode Standard, "Braille Patterns". */
static void put_braille(struct rc_chart_cell *cell, int x, int y, enum rc_role role)
{
    static const unsigned char bits[4][2] = {{1, 8}, {2, 16}, {4, 32}, {64, 128}};
    const unsigned char *old = (const unsigned char *)cell->text;
    unsigned pattern = bits[y][x];
    if (old[0] == 0xE2 && old[1] >= 0xA0 && old[1] <= 0xA3)
        pattern |= (old[1] & 3u) << 6 | (old[2] & 63u);
    cell->text[0] = (char)0xE2;
    cell->text[1] = (char)(0xA0 | pattern >> 6);
    cell->text[2] = (char)(0x80 | (pattern & 63));
    cell->text[3] = '\0';
    cell->role = role;
}

static const char *mark_of(size_t index)
{
    static const char *const marks[] = {"*", "+", "o", "x", "%", "@"};
    return marks[index % (sizeof marks / sizeof *marks)];
}

static void put_dot(const struct canvas *canvas, size_t index, int x, int y)
{
    const struct rc_chart_series *series = &canvas->chart->series[index];
    struct rc_chart_cell *cell = cell_at(canvas, y / canvas->dots_y, x / canvas->dots_x);
    if (canvas->ascii)
        put(cell, mark_of(index), series->role);
    else if ((series->stroke == RC_CHART_LINE) ||
             (series->stroke == RC_CHART_DASHED && x % 6 < 4) ||
             (series->stroke == RC_CHART_DOTTED && x % 2 == 0))
        put_braille(cell, x % 2, y % 4, series->role);
}

static int dot_row(const struct canvas *canvas, double value)
{
    int rows = canvas->height * canvas->dots_y;
    double share = value <= 0 ? 0 : (value >= canvas->top ? 1 : value / canvas->top);
    return (int)lround((1 - share) * (rows - 1));
}

/* A line to the right; whatever its slope, it has no holes. */
static void put_line(const struct canvas *canvas, size_t index, int x, int y, int to_x, int to_y)
{
    for (int at = x, before = y; at <= to_x; at++) {
        int now = to_x == x ? to_y : y + (int)lround((double)(to_y - y) * (at - x) / (to_x - x));
        int step = now < before ? -1 : 1;
        for (int row = before + (before != now) * step;; row += step) {
            put_dot(canvas, index, at, row);
            if (row == now)
                break;
        }
        before = now;
    }
}

static void plot_line(const struct canvas *canvas, size_t index)
{
    const double *values = canvas->chart->series[index].values;
    int dots = canvas->width * canvas->dots_x, last_x = 0, last_y = 0;
    bool begun = false;
    for (size_t point = 0; point < canvas->chart->count; point++) {
        bool known = isfinite(values[point]);
        if (known) {
            int x = column_of(canvas->chart, dots, point), y = dot_row(canvas, values[point]);
            if (begun)
                put_line(canvas, index, last_x, last_y, x, y);
            else
                put_line(canvas, index, x, y, x, y);
            last_x = x;
            last_y = y;
        }
        begun = known;
    }
}

static void plot_bars(const struct canvas *canvas, size_t index)
{
    const struct rc_chart *chart = canvas->chart;
    const struct rc_chart_series *series = &chart->series[index];
    for (int column = 0; column < canvas->width; column++) {
        size_t from = point_at(chart, canvas->width, column);
        size_t until = point_at(chart, canvas->width, column + 1);
        double value = greatest(series->values, from, until > from ? until : from + 1);
        if (!isfinite(value) || value <= 0)
            continue;
        int eighths = (int)ceil(fmin(value / canvas->top, 1) * canvas->height * EIGHTHS);
        for (int row = canvas->height - 1; row >= 0 && eighths > 0; row--, eighths -= EIGHTHS) {
            int part = eighths < EIGHTHS ? eighths : EIGHTHS;
            put(cell_at(canvas, row, column), (canvas->ascii ? plain_blocks : blocks)[part],
                series->role);
        }
    }
}

static void plot_limit(const struct canvas *canvas)
{
    const struct rc_chart *chart = canvas->chart;
    if (!has_limit(chart) || chart->limit > canvas->top)
        return;
    int row = dot_row(canvas, chart->limit) / canvas->dots_y;
    for (int column = 0; column < canvas->width; column++)
        put(cell_at(canvas, row, column), canvas->ascii ? "-" : "─", RC_ROLE_DIM);
}

void rc_chart_plot(const struct rc_chart *chart, int height, int width, bool ascii,
                   struct rc_chart_cell *cells)
{
    struct canvas canvas = {.chart = chart,
                            .top = rc_chart_top(chart),
                            .height = height,
                            .width = width,
                            .dots_x = ascii ? 1 : 2,
                            .dots_y = ascii ? 1 : 4,
                            .ascii = ascii,
                            .cells = cells};
    for (int i = 0; i < height * width; i++)
        put(&cells[i], " ", RC_ROLE_NORMAL);
    if (!chart->count)
        return;
    plot_limit(&canvas);
    for (size_t i = 0; i < chart->series_count; i++)
        if (chart->series[i].stroke == RC_CHART_BARS)
            plot_bars(&canvas, i);
    for (size_t i = 0; i < chart->series_count; i++)
        if (chart->series[i].stroke != RC_CHART_BARS)
            plot_line(&canvas, i);
    for (int row = 0; row < height && chart->cursor < chart->count; row++)
        cell_at(&canvas, row, column_of(chart, width, chart->cursor))->role = RC_ROLE_SELECTED;
}

/* ----- drawing ----- */

static bool is_known(const struct rc_chart *chart)
{
    for (size_t i = 0; i < chart->series_count; i++)
        if (isfinite(greatest(chart->series[i].values, 0, chart->count)))
            return true;
    return false;
}

/* What a series looks like, in two cells. */
static const char *sample_of(const struct rc_chart_series *series, size_t index)
{
    static const char *const strokes[] = {"⠒⠒", "⠒ ", "⠂⠂", "▄▄"};
    static const char *const plain[] = {"* ", "+ ", "o ", "x ", "% ", "@ "};
    if (!rc_screen_ascii())
        return strokes[series->stroke];
    return series->stroke == RC_CHART_BARS ? "##" : plain[index % (sizeof plain / sizeof *plain)];
}

/* At the cursor; without one the last that is known, or the greatest of events. */
static double value_read(const struct rc_chart *chart, const struct rc_chart_series *series)
{
    if (chart->cursor < chart->count)
        return series->events && isnan(series->values[chart->cursor])
                   ? 0
                   : series->values[chart->cursor];
    if (series->events)
        return greatest(series->values, 0, chart->count);
    for (size_t i = chart->count; i--;)
        if (isfinite(series->values[i]))
            return series->values[i];
    return NAN;
}

enum { LEGEND_BYTES = 160 };

static void name_series(const struct rc_chart *chart, const struct rc_chart_series *series,
                        char text[LEGEND_BYTES])
{
    char value[RC_CHART_VALUE_BYTES] = "-";
    double read = value_read(chart, series);
    bool most = series->events && chart->cursor >= chart->count;
    if (isfinite(read))
        format_value(chart, read, value);
    snprintf(text, LEGEND_BYTES, "%s %s%s", series->name, most ? "up to " : "", value);
}

/* "── provisioned 1000", or why there is none; "". */
static void name_limit(const struct rc_chart *chart, char text[LEGEND_BYTES])
{
    char value[RC_CHART_VALUE_BYTES];
    snprintf(text, LEGEND_BYTES, "%s", chart->limit_name ? chart->limit_name : "");
    if (!has_limit(chart))
        return;
    format_value(chart, chart->limit, value);
    snprintf(text, LEGEND_BYTES, "%s %s %s", rc_screen_ascii() ? "--" : "──",
             chart->limit_name ? chart->limit_name : "", value);
}

static int legend_cells(const struct rc_chart *chart)
{
    char text[LEGEND_BYTES];
    name_limit(chart, text);
    int cells = rc_text_width(text, strlen(text));
    for (size_t i = 0; i < chart->series_count; i++) {
        name_series(chart, &chart->series[i], text);
        cells += 5 + rc_text_width(text, strlen(text));
    }
    return cells;
}

static void draw_legend(const struct rc_chart *chart, int y, int x, int width)
{
    char text[LEGEND_BYTES];
    int end = x + width, cells = rc_text_width(chart->title, strlen(chart->title));
    int room = chart->note ? width : width - 2 - legend_cells(chart);
    room = room > TITLE_CELLS ? room : TITLE_CELLS;
    room = room < width ? room : width;
    x += 2 + rc_draw_text(y, x, cells < room ? cells : room,
                          chart->marked ? RC_ROLE_SELECTED : RC_ROLE_HEADER, RC_LEFT, chart->title,
                          strlen(chart->title));
    if (chart->note)
        return;
    for (size_t i = 0; i < chart->series_count && x < end; i++) {
        const struct rc_chart_series *series = &chart->series[i];
        const char *sample = sample_of(series, i);
        rc_draw_text(y, x, end - x < 2 ? end - x : 2, series->role, RC_LEFT, sample,
                     strlen(sample));
        name_series(chart, series, text);
        x += 3;
        x += 2 + rc_draw_text(y, x, end - x, RC_ROLE_NORMAL, RC_LEFT, text, strlen(text));
    }
    name_limit(chart, text);
    if (x < end)
        rc_draw_text(y, x, end - x, RC_ROLE_DIM, RC_LEFT, text, strlen(text));
}

static void draw_labels(const struct rc_chart *chart, struct rc_area plot)
{
    double top = rc_chart_top(chart);
    char text[RC_CHART_VALUE_BYTES];
    for (int step = 0; step < 3; step++) {
        int row = step * (plot.height - 1) / 2;
        if (step == 1 && (plot.height < 5 || plot.height % 2 == 0))
            continue;
        format_value(chart, top * (2 - step) / 2, text);
        rc_draw_text(plot.y + row, plot.x - RC_CHART_MARGIN, RC_CHART_MARGIN - 1, RC_ROLE_DIM,
                     RC_RIGHT, text, strlen(text));
    }
}

/* A row, as many cells of one role as there are at a time. */
static void draw_row(const struct rc_chart_cell *cells, int y, int x, int width)
{
    char text[1024];
    for (int from = 0, until; from < width; from = until) {
        size_t used = 0;
        for (until = from; until < width && cells[until].role == cells[from].role &&
                           used + sizeof cells->text < sizeof text;
             until++) {
            size_t length = strlen(cells[until].text);
            memcpy(text + used, cells[until].text, length);
            used += length;
        }
        rc_draw_text(y, x + from, until - from, cells[from].role, RC_LEFT, text, used);
    }
}

void rc_chart_draw(const struct rc_chart *chart, struct rc_area area)
{
    struct rc_area plot = {area.y + 1, area.x + RC_CHART_MARGIN, area.height - 1,
                           area.width - RC_CHART_MARGIN};
    if (area.height < 1 || area.width < 1)
        return;
    draw_legend(chart, area.y, area.x, area.width);
    if (plot.height < 1 || plot.width < 1)
        return;
    const char *note = chart->note ? chart->note : (is_known(chart) ? NULL : "no data");
    if (note) {
        rc_draw_text(plot.y + (plot.height - 1) / 2, plot.x, plot.width, RC_ROLE_DIM, RC_LEFT, note,
                     strlen(note));
        return;
    }
    struct rc_chart_cell *cells = calloc((size_t)plot.height * (size_t)plot.width, sizeof *cells);
    if (!cells)
        return; /* the labels and the legend are there */
    rc_chart_plot(chart, plot.height, plot.width, rc_screen_ascii(), cells);
    for (int row = 0; row < plot.height; row++)
        draw_row(&cells[row * plot.width], plot.y + row, plot.x, plot.width);
    draw_labels(chart, plot);
    free(cells);
}

/* Seconds between labels, so that they do not touch. */
static int64_t label_step(const struct rc_chart *chart, int width)
{
    static const int64_t steps[] = {10,   20,   30,   60,    120,   300,   600,  900,
                                    1800, 3600, 7200, 10800, 21600, 43200, 86400};
    int64_t span = (int64_t)chart->count * chart->step_ms / 1000;
    size_t i = 0;
    while (i + 1 < sizeof steps / sizeof *steps && span / steps[i] * LABEL_CELLS > width)
        i++;
    return steps[i] * 1000;
}

void rc_chart_draw_axis(const struct rc_chart *chart, int y, int x, int width)
{
    char text[RC_CHART_VALUE_BYTES];
    int inside = width - RC_CHART_MARGIN;
    rc_draw_text(y, x, RC_CHART_MARGIN - 1, RC_ROLE_DIM, RC_RIGHT, "UTC", 3);
    if (inside < 1 || !chart->count || chart->step_ms < 1)
        return;
    int64_t step = label_step(chart, inside), span = (int64_t)chart->count * chart->step_ms;
    int64_t first = chart->from_ms + (step - chart->from_ms % step) % step;
    for (int64_t at = first; at < chart->from_ms + span; at += step) {
        struct rc_chart label = {.from_ms = at, .step_ms = step};
        rc_chart_time(&label, 0, text);
        int column = (int)((at - chart->from_ms) * inside / span), length = (int)strlen(text);
        if (column + length <= inside)
            rc_draw_text(y, x + RC_CHART_MARGIN + column, length, RC_ROLE_DIM, RC_LEFT, text,
                         (size_t)length);
    }
}

/* ----- sparklines ----- */

void rc_sparkline_text(const double *values, size_t count, int width, bool ascii, char *text)
{
    size_t cells = width < 0 ? 0 : (width < SPARK_CELLS ? (size_t)width : SPARK_CELLS);
    size_t used = 0, shown = count < cells ? count : cells, empty = cells - shown;
    double most = greatest(values, 0, count);
    for (size_t i = 0; i < cells; i++) {
        int level = 0;
        if (i >= empty) {
            size_t at = i - empty;
            double value = greatest(values, at * count / shown, (at + 1) * count / shown);
            double share = most > 0 && value > 0 ? value / most : 0;
            level = isfinite(value) ? 1 + (int)ceil(share * (EIGHTHS - 1)) : 0;
        }
        const char *glyph = (ascii ? plain_blocks : blocks)[level];
        size_t length = strlen(glyph);
        memcpy(text + used, glyph, length);
        used += length;
    }
    text[used] = '\0';
}

void rc_sparkline_draw(int y, int x, int width, enum rc_role role, const double *values,
                       size_t count)
{
    char text[RC_SPARKLINE_BYTES];
    rc_sparkline_text(values, count, width, rc_screen_ascii(), text);
    rc_draw_text(y, x, width, role, RC_LEFT, text, strlen(text));
}
