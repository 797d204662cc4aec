#include "tui/shardmap.h"

#include "tui/chart.h"
#include "tui/heatmap.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST_WIDE = 6 }; /* cells of the screen that a column takes */

/* A map's cells hold several columns, and several shards where there are more than rows. */
struct scale {
    int rows, cells, wide;  /* how wide a cell is drawn */
    size_t shards, columns; /* of a cell */
};

static struct scale scale_of(const struct rc_day_heat *heat, int height, int width)
{
    struct scale scale = {.rows = height > 1 ? height : 1,
                          .cells = width > RC_CHART_MARGIN ? width - RC_CHART_MARGIN : 1};
    scale.shards = (heat->shards + (size_t)scale.rows - 1) / (size_t)scale.rows;
    scale.columns = (heat->columns + (size_t)scale.cells - 1) / (size_t)scale.cells;
    scale.rows = (int)((heat->shards + scale.shards - 1) / scale.shards);
    int room = scale.cells;
    scale.cells = (int)((heat->columns + scale.columns - 1) / scale.columns);
    scale.wide = room / scale.cells < MOST_WIDE ? room / scale.cells : MOST_WIDE;
    return scale;
}

/* Of the shards of a cell the one that met most. */
static uint64_t value_of(const struct rc_day_heat *heat, const uint32_t *cells,
                         const struct scale *scale, int row, int cell)
{
    uint64_t most = 0;
    size_t first = (size_t)cell * scale->columns, shard = (size_t)row * scale->shards;
    for (size_t i = shard; i < shard + scale->shards && i < heat->shards; i++) {
        uint64_t sum = 0;
        for (size_t at = first; at < first + scale->columns && at < heat->columns; at++)
            sum += cells[i * heat->columns + at];
        most = sum > most ? sum : most;
    }
    return most;
}

static uint64_t sum_of(const struct rc_shardmap *map, const struct scale *scale, int cell)
{
    size_t first = (size_t)cell * scale->columns;
    uint64_t sum = 0;
    for (size_t at = first; at < first + scale->columns && at < map->heat->columns; at++)
        sum += rc_day_heat_sum(map->heat, map->side, map->measure, at);
    return sum;
}

static size_t format_count(const void *context, uint64_t value, char *text, size_t size)
{
    (void)context;
    return (size_t)snprintf(text, size, "%llu", (unsigned long long)value);
}

static void draw_cells(const struct rc_shardmap *map, const struct scale *scale,
                       const uint64_t *values, struct rc_area area)
{
    uint64_t most = 0;
    size_t count = (size_t)scale->rows * (size_t)scale->cells;
    for (size_t i = 0; i < count; i++)
        most = values[i] > most ? values[i] : most;
    int row_at = (int)(map->shard / scale->shards);
    int cell_at = (int)(map->column / scale->columns);
    for (int row = 0; row < scale->rows; row++) {
        rc_draw_printf(area.y + row, area.x, RC_CHART_MARGIN - 1, RC_ROLE_HEADER, "%7zu",
                       (size_t)row * scale->shards);
        for (int cell = 0; cell < scale->cells; cell++) {
            int x = area.x + RC_CHART_MARGIN + cell * scale->wide;
            uint64_t value = values[row * scale->cells + cell];
            if (map->selected && row == row_at && cell == cell_at)
                rc_draw_text(area.y + row, x, scale->wide, RC_ROLE_SELECTED, RC_LEFT, "+", 1);
            else
                rc_draw_heat(area.y + row, x, scale->wide,
                             most ? rc_heatmap_level(value, 0, most) : 0);
        }
    }
}

/* The time line: what all shards together met, with the cursor. Both maps have the same. */
static void draw_line(const struct rc_shardmap *map, const struct scale *scale, int y, int x)
{
    uint64_t most = 0;
    for (int cell = 0; cell < scale->cells; cell++) {
        uint64_t value = sum_of(map, scale, cell);
        most = value > most ? value : most;
    }
    rc_draw_text(y, x, RC_CHART_MARGIN - 1, RC_ROLE_HEADER, RC_RIGHT, "all", 3);
    for (int cell = 0; cell < scale->cells; cell++) {
        int at = x + RC_CHART_MARGIN + cell * scale->wide;
        uint64_t value = sum_of(map, scale, cell);
        if (cell == (int)(map->column / scale->columns))
            rc_draw_text(y, at, scale->wide, RC_ROLE_SELECTED, RC_LEFT, "v", 1);
        else
            rc_draw_heat(y, at, scale->wide, most ? rc_heatmap_level(value, 0, most) : 0);
    }
}

void rc_shardmap_draw(const struct rc_shardmap *map, struct rc_area area)
{
    static const char *const measures[RC_HEAT_MEASURES] = {"writes", "throttled", "retried"};
    const struct rc_day_heat *heat = map->heat;
    const struct rc_side_heat *at = &heat->side[map->side];
    struct scale scale = scale_of(heat, area.height - RC_SHARDMAP_AROUND, area.width);
    size_t count = (size_t)scale.rows * (size_t)scale.cells;
    uint64_t *values = calloc(count + 1, sizeof *values); /* and a zero, where colours begin */
    if (!values)
        return;
    for (int row = 0; row < scale.rows; row++)
        for (int cell = 0; cell < scale.cells; cell++)
            values[row * scale.cells + cell] =
                value_of(heat, at->cells[map->measure], &scale, row, cell);
    rc_draw_printf(area.y, area.x, area.width, map->selected ? RC_ROLE_SELECTED : RC_ROLE_HEADER,
                   "%s %s in %lld s", at->table, measures[map->measure],
                   (long long)(heat->step_ms / 1000) * (long long)scale.columns);
    draw_line(map, &scale, area.y + 1, area.x);
    struct rc_area cells = {area.y + 2, area.x, scale.rows, area.width};
    draw_cells(map, &scale, values, cells);
    struct rc_chart axis = {.from_ms = heat->from_ms,
                            .step_ms = heat->step_ms * (int64_t)scale.columns,
                            .count = (size_t)scale.cells};
    rc_chart_draw_axis(&axis, cells.y + scale.rows, area.x,
                       RC_CHART_MARGIN + scale.cells * scale.wide);
    struct rc_heatmap legend = {.values = values, .count = count + 1};
    rc_heatmap_legend(&legend, (struct rc_area){cells.y + scale.rows + 1, area.x, 1, area.width},
                      format_count, NULL);
    free(values);
}
