#include "cli/get.h"
#include "model/figures.h"
#include "tui/chart.h"
#include "tui/screen.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tables for people. The narrow one has the columns that the console shows, cut to their widths;
 * the wide one has all of them, each as wide as its widest cell. */

enum { CELL_BYTES = 256 };

static_assert((int)RC_SPARKLINE_BYTES >= (int)RC_FIGURE_BYTES, "a cell's text holds any figure");

bool rc_get_for_people(int format)
{
    return format == RC_GET_TABLE || format == RC_GET_WIDE;
}

static bool is_shown(const struct rc_get_output *output, const struct rc_column *column)
{
    return output->format == RC_GET_WIDE || !column->detail;
}

static bool is_at_right(const struct rc_column *column)
{
    return column->kind == RC_COLUMN_NUMBER || column->kind == RC_COLUMN_MONEY ||
           column->kind == RC_COLUMN_SECONDS;
}

/* "[0,3,12]" as bars of plain characters; false when there is nothing to draw. */
static bool draw_series(const struct rc_cell_value *cell, char text[RC_SPARKLINE_BYTES])
{
    enum { MOST = 64 };
    double values[MOST];
    size_t count = 0;
    const char *at = cell->text, *end = cell->text + cell->length;
    while (++at < end && count < MOST) {
        char *next;
        values[count++] = strtod(at, &next);
        at = next;
    }
    rc_sparkline_text(values, count, (int)count, true, text);
    return count > 0;
}

/* What people read in a cell; valid as long as the cell and the text are. */
static const char *cell_text(const struct rc_column *column, const struct rc_cell_value *cell,
                             char text[RC_SPARKLINE_BYTES], size_t *length)
{
    if (column->kind == RC_COLUMN_SECONDS && cell->null)
        snprintf(text, RC_SPARKLINE_BYTES, "unknown");
    else if (column->kind == RC_COLUMN_SECONDS)
        rc_seconds_text((uint64_t)cell->integer, text);
    else if (column->kind == RC_COLUMN_BOOL && !cell->null)
        snprintf(text, RC_SPARKLINE_BYTES, "%s", cell->integer ? "yes" : "no");
    else if (column->kind != RC_COLUMN_SERIES || !draw_series(cell, text)) {
        *length = cell->length;
        return cell->text;
    }
    *length = strlen(text);
    return text;
}

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* What does not fit its column is cut with a mark; control characters become dots. */
static void add_cut(struct rc_buf *line, const struct rc_column *column, const char *text,
                    size_t length)
{
    char clean[CELL_BYTES];
    size_t width =
        (size_t)column->width < sizeof clean - 4 ? (size_t)column->width : CELL_BYTES - 4;
    size_t used = length < width ? length : width;
    for (size_t i = 0; i < used; i++)
        clean[i] = is_control(text[i]) ? '.' : text[i];
    if (length > width)
        clean[used - 1] = '>';
    rc_buf_printf(line, is_at_right(column) ? "%*.*s" : "%-*.*s", (int)width, (int)used, clean);
}

static void add_whole(struct rc_buf *line, const struct rc_column *column, int width,
                      const char *text, size_t length)
{
    int blanks = width - rc_text_width(text, length);
    blanks = blanks > 0 ? blanks : 0;
    if (is_at_right(column))
        rc_buf_printf(line, "%*s", blanks, "");
    for (size_t i = 0; i < length; i++)
        rc_buf_add_char(line, is_control(text[i]) ? '.' : text[i]);
    if (!is_at_right(column))
        rc_buf_printf(line, "%*s", blanks, "");
}

static void add_cell(struct rc_get_output *output, size_t at, const char *text, size_t length)
{
    const struct rc_column *column = &output->def->columns[at];
    if (output->format == RC_GET_WIDE)
        add_whole(&output->line, column, output->widths[at], text, length);
    else
        add_cut(&output->line, column, text, length);
}

static void end_line(struct rc_buf *line)
{
    while (line->length && line->data[line->length - 1] == ' ')
        line->data[--line->length] = '\0';
    rc_buf_add_char(line, '\n');
}

static void widen(struct rc_get_output *output, size_t at, const char *text, size_t length)
{
    int width = rc_text_width(text, length);
    if (width > output->widths[at])
        output->widths[at] = width;
}

void rc_get_table_measure(struct rc_get_output *output, const struct rc_cell_value *cells,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char buffer[RC_SPARKLINE_BYTES];
        size_t length;
        const char *text = cell_text(&output->def->columns[i], &cells[i], buffer, &length);
        widen(output, i, text, length);
    }
}

void rc_get_table_head(struct rc_get_output *output)
{
    const struct rc_table_def *def = output->def;
    bool first = true;
    for (size_t i = 0; i < RC_TABLE_COLUMNS && def->columns[i].name; i++) {
        const char *title = def->columns[i].title;
        if (!is_shown(output, &def->columns[i]))
            continue;
        rc_buf_add_str(&output->line, first ? "" : "  ");
        first = false;
        widen(output, i, title, strlen(title));
        add_cell(output, i, title, strlen(title));
    }
    if (output->format == RC_GET_WIDE)
        end_line(&output->line);
    else
        rc_buf_add_char(&output->line, '\n');
}

void rc_get_table_row(struct rc_get_output *output, const struct rc_cell_value *cells, size_t count)
{
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        const struct rc_column *column = &output->def->columns[i];
        char buffer[RC_SPARKLINE_BYTES];
        size_t length;
        if (!is_shown(output, column))
            continue;
        const char *text = cell_text(column, &cells[i], buffer, &length);
        rc_buf_add_str(&output->line, first ? "" : "  ");
        first = false;
        add_cell(output, i, text, length);
    }
    end_line(&output->line);
}
