#include "tui/heatmap.h"

#include "tui/theme.h"

#include <stdio.h>
#include <string.h>

enum { LABEL_WIDTH = 7, CELL_WIDTH = 3, NARROW_CELL = 2 };

/* Powers of two, so that rows begin at round numbers of shards. */
size_t rc_heatmap_columns(size_t count, int width)
{
    size_t columns = 4;
    while (columns < 32 && 2 * columns * CELL_WIDTH + LABEL_WIDTH <= (size_t)width &&
           columns * columns < count)
        columns *= 2;
    /* Many more rows than a screen has: a wider map of narrower cells. */
    while (count / columns > 16 && 2 * columns * NARROW_CELL + LABEL_WIDTH <= (size_t)width)
        columns *= 2;
    return columns;
}

static int cell_width(size_t columns, int width)
{
    return columns * CELL_WIDTH + LABEL_WIDTH <= (size_t)width ? CELL_WIDTH : NARROW_CELL;
}

static size_t row_count(size_t count, size_t columns)
{
    return (count + columns - 1) / columns;
}

int rc_heatmap_height(size_t count, int width)
{
    size_t rows = row_count(count, rc_heatmap_columns(count, width));
    return 1 + (int)(rows < 10000 ? rows : 10000);
}

int rc_heatmap_level(uint64_t value, uint64_t least, uint64_t most)
{
    if (most == least)
        return value ? RC_HEAT_LEVELS / 2 : 0;
    double share = (double)(value - least) / (double)(most - least);
    int level = (int)(share * RC_HEAT_LEVELS);
    return level < RC_HEAT_LEVELS ? level : RC_HEAT_LEVELS - 1;
}

static void range_of(const struct rc_heatmap *map, uint64_t *least, uint64_t *most)
{
    *least = *most = map->count ? map->values[0] : 0;
    for (size_t i = 0; i < map->count; i++) {
        *least = map->values[i] < *least ? map->values[i] : *least;
        *most = map->values[i] > *most ? map->values[i] : *most;
    }
}

/* ----- the parts ----- */

static void draw_axis(const struct rc_heatmap *map, struct rc_area area, int cell)
{
    rc_draw_text(area.y, area.x, LABEL_WIDTH - 1, RC_ROLE_HEADER, RC_RIGHT, "shard", 5);
    size_t step = cell == CELL_WIDTH ? 1 : 4;
    for (size_t i = 0; i < map->columns; i += step)
        rc_draw_printf(area.y, area.x + LABEL_WIDTH + (int)i * cell, (int)step * cell - (step == 1),
                       RC_ROLE_HEADER, "+%zu", i);
}

static void draw_rows(const struct rc_heatmap *map, struct rc_area area, int cell, bool focus)
{
    uint64_t least, most;
    range_of(map, &least, &most);
    for (int row = 0; row < map->rows; row++) {
        size_t first = (map->top + (size_t)row) * map->columns;
        int y = area.y + 1 + row;
        if (first >= map->count)
            return;
        rc_draw_printf(y, area.x, LABEL_WIDTH - 1, RC_ROLE_HEADER, "%6zu", first);
        for (size_t i = first; i < first + map->columns && i < map->count; i++) {
            int x = area.x + LABEL_WIDTH + (int)(i - first) * cell;
            int level = rc_heatmap_level(map->values[i], least, most);
            if (i == map->cursor) {
                const char *mark = focus ? "[]" : "()";
                rc_draw_text(y, x, 2, RC_ROLE_SELECTED, RC_LEFT, mark, 2);
                if (cell > 2)
                    rc_draw_heat(y, x + 2, cell - 2, level);
            } else {
                rc_draw_heat(y, x, cell, level);
            }
        }
    }
}

/* The least value of a level: the smallest whole number that reaches it. */
static uint64_t floor_of(int level, uint64_t least, uint64_t most)
{
    double from = (double)least + (double)(most - least) * level / RC_HEAT_LEVELS;
    uint64_t value = from < (double)UINT64_MAX ? (uint64_t)from : UINT64_MAX;
    while (value < most && rc_heatmap_level(value, least, most) < level)
        value++;
    return value;
}

int rc_heatmap_legend(const struct rc_heatmap *map, struct rc_area area, rc_heatmap_format *format,
                      const void *context)
{
    uint64_t least, most, before = 0;
    char text[80];
    range_of(map, &least, &most);
    int x = area.x + LABEL_WIDTH, y = area.y;
    if (area.height < 1)
        return 0;
    rc_draw_text(y, area.x, LABEL_WIDTH - 1, RC_ROLE_HEADER, RC_RIGHT, "from", 4);
    for (int level = 0; level < RC_HEAT_LEVELS; level++) {
        bool only = most == least;
        if (only && level != rc_heatmap_level(most, least, most))
            continue;
        uint64_t from = only ? most : floor_of(level, least, most);
        if (level && !only && from == before)
            continue; /* no whole number is of that level */
        before = from;
        size_t length = format(context, from, text, sizeof text);
        int width = rc_text_width(text, length);
        if (x + 3 + width > area.x + area.width) {
            if (++y == area.y + area.height)
                break;
            x = area.x + LABEL_WIDTH;
        }
        rc_draw_heat(y, x, 2, level);
        rc_draw_text(y, x + 3, width, RC_ROLE_NORMAL, RC_LEFT, text, length);
        x += 3 + width + 2;
    }
    return y < area.y + area.height ? y - area.y + 1 : area.height;
}

void rc_heatmap_draw(struct rc_heatmap *map, struct rc_area area, bool focus)
{
    map->columns = rc_heatmap_columns(map->count, area.width);
    int cell = cell_width(map->columns, area.width);
    size_t rows = row_count(map->count, map->columns);
    map->rows = area.height > 1 ? area.height - 1 : 0;
    map->rows = (size_t)map->rows > rows ? (int)rows : map->rows;
    size_t row = map->cursor / map->columns, seen = (size_t)map->rows;
    if (row < map->top)
        map->top = row;
    if (seen && row >= map->top + seen)
        map->top = row - seen + 1;
    if (map->top + seen > rows)
        map->top = rows - seen;
    draw_axis(map, area, cell);
    draw_rows(map, area, cell, focus);
}

/* ----- moving ----- */

bool rc_heatmap_act(struct rc_heatmap *map, enum rc_action action)
{
    size_t line = map->columns ? map->columns : 1, last = map->count ? map->count - 1 : 0;
    size_t page = line * (size_t)(map->rows > 1 ? map->rows - 1 : 1), at = map->cursor;
    switch (action) {
    case RC_DO_LEFT:
        at -= at > 0;
        break;
    case RC_DO_RIGHT:
        at += at < last;
        break;
    case RC_DO_UP:
        at -= at >= line ? line : 0;
        break;
    case RC_DO_DOWN:
        at += last - at >= line ? line : 0;
        break;
    case RC_DO_PAGE_UP:
        at = at >= page ? at - page : at % line;
        break;
    case RC_DO_PAGE_DOWN:
        at = last - at >= page ? at + page : last;
        break;
    case RC_DO_TOP:
        at = 0;
        break;
    case RC_DO_BOTTOM:
        at = last;
        break;
    default:
        return false;
    }
    map->cursor = at;
    return true;
}

size_t rc_heatmap_at(const struct rc_heatmap *map, int y, int x)
{
    if (y < 1 || y > map->rows || x < LABEL_WIDTH || !map->columns)
        return map->count;
    size_t column = (size_t)(x - LABEL_WIDTH) / CELL_WIDTH;
    size_t at = (map->top + (size_t)y - 1) * map->columns + column;
    return column < map->columns && at < map->count ? at : map->count;
}
