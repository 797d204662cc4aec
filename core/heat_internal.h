/* What core/heat.c (taking) and core/heat_split.c (partitions) share. */
#ifndef RC_CORE_HEAT_INTERNAL_H
#define RC_CORE_HEAT_INTERNAL_H

#include "core/heat.h"

enum { SEEN = 64 }; /* places that a partition remembers */

struct partition {
    struct rc_heat_place from; /* up to where the next one begins */
    int64_t at_ms;             /* when the buckets were filled */
    double cap[2];             /* tokens of the partition's own limit */
    double share[2];           /* of its part of the provisioned throughput */
    double minute_units[2];    /* taken in this minute */
    int hot_minutes;           /* one after the other */
    unsigned seen_count;
    struct rc_heat_place seen[SEEN];
    struct rc_heat_second seconds[RC_HEAT_SECONDS];
};

struct rc_heat {
    struct rc_heat_settings settings;
    struct partition *partitions; /* ascending */
    size_t count;
    int64_t at_ms;
    double pool[2]; /* provisioned, or the most on demand: of the whole table */
    double account[2];
    int64_t minute;         /* since 1970 */
    double minute_units[2]; /* taken in it */
    double peak[2];         /* units a second of the best minute since window_ms */
    int64_t window_ms;
    double taken[2];
    double throttled[2];
    struct rc_top *accessed;
    struct rc_top *hot;
};

static inline bool rc_heat_before(struct rc_heat_place a, struct rc_heat_place b)
{
    return a.key != b.key ? a.key < b.key : a.sort < b.sort;
}

/* How many partitions the settings ask for. */
size_t rc_heat_needed(const struct rc_heat *heat);

/* Halves the widest ranges until there are so many. */
void rc_heat_grow(struct rc_heat *heat, size_t count);

/* What the passing of minutes brings: splits for heat, and growth on demand. */
void rc_heat_age(struct rc_heat *heat, int64_t now_ms);

#endif
