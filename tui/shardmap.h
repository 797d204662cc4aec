/* A map of shards over time: how a table took a day's writes, with a time line above it and a
 * cursor in both. */
#ifndef RC_TUI_SHARDMAP_H
#define RC_TUI_SHARDMAP_H

#include "model/dayheat.h"
#include "tui/screen.h"

enum { RC_SHARDMAP_AROUND = 4 }; /* rows besides those of shards: title, time line, axis, legend */

struct rc_shardmap {
    const struct rc_day_heat *heat; /* with columns and shards */
    enum rc_side side;
    enum rc_heat_measure measure;
    size_t shard, column; /* where the cursor is; */
    bool selected;        /* it is seen among the shards, and the title is lit */
};

void rc_shardmap_draw(const struct rc_shardmap *map, struct rc_area area);

#endif
