/* How a table gets its partitions: by its throughput, by its peak, by heat. */
#include "core/heat_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double hot_from = 0.8; /* of the cap, over a minute; ours */

static size_t capped(double count)
{
    return count < 1 ? 1 : count > RC_HEAT_PARTITIONS ? RC_HEAT_PARTITIONS : (size_t)count;
}

static double partitions_for(const struct rc_heat *heat, const double units[2])
{
    return ceil(units[RC_HEAT_READ] / heat->settings.partition[RC_HEAT_READ] +
                units[RC_HEAT_WRITE] / heat->settings.partition[RC_HEAT_WRITE] - 1e-9);
}

size_t rc_heat_needed(const struct rc_heat *heat)
{
    const struct rc_heat_settings *settings = &heat->settings;
    double count = RC_HEAT_ON_DEMAND_START;
    if (!settings->on_demand)
        count = partitions_for(heat, settings->capacity);
    for (int use = 0; use < 2; use++)
        count = fmax(count, ceil(settings->warm[use] / settings->partition[use]));
    return capped(count);
}

/* A partition ends at `from`, and a new one begins there. What is seen and saved goes
 * with its range. */
static bool split_at(struct rc_heat *heat, size_t index, struct rc_heat_place from)
{
    struct partition *more = heat->count >= RC_HEAT_PARTITIONS
                                 ? NULL
                                 : realloc(heat->partitions, (heat->count + 1) * sizeof *more);
    if (!more)
        return false;
    heat->partitions = more;
    struct partition *old = &more[index], *new = old + 1;
    memmove(new + 1, new, (heat->count - index - 1) * sizeof *new);
    heat->count++;
    old->hot_minutes = 0;
    *new = *old;
    new->from = from;
    memset(new->seconds, 0, sizeof new->seconds);
    memset(new->minute_units, 0, sizeof new->minute_units);
    new->seen_count = 0;
    unsigned seen = old->seen_count < SEEN ? old->seen_count : SEEN;
    old->seen_count = 0;
    for (unsigned i = 0; i < seen; i++) {
        struct rc_heat_place place = old->seen[i];
        struct partition *side = rc_heat_before(place, from) ? old : new;
        side->seen[side->seen_count++] = place;
    }
    for (int use = 0; use < 2; use++)
        old->share[use] = new->share[use] = old->share[use] / 2;
    return true;
}

void rc_heat_grow(struct rc_heat *heat, size_t count)
{
    while (heat->count < count) {
        size_t widest = 0;
        uint64_t width = 0;
        for (size_t i = 0; i < heat->count; i++) {
            uint64_t to = i + 1 < heat->count ? heat->partitions[i + 1].from.key : UINT64_MAX;
            if (to - heat->partitions[i].from.key > width) {
                width = to - heat->partitions[i].from.key;
                widest = i;
            }
        }
        uint64_t middle = heat->partitions[widest].from.key + width / 2;
        if (width < 2 || !split_at(heat, widest, (struct rc_heat_place){middle, 0}))
            return;
    }
}

/* ----- for heat ----- */

static int by_place(const void *a, const void *b)
{
    const struct rc_heat_place *one = a, *other = b;
    return rc_heat_before(*one, *other) ? -1 : rc_heat_before(*other, *one);
}

/* The median of what was seen lately, or the next place that divides it; none when it
 * was one key all the time, and its items may not be divided. */
static bool dividing_place(const struct rc_heat *heat, const struct partition *partition,
                           struct rc_heat_place *from)
{
    struct rc_heat_place seen[SEEN];
    size_t count = partition->seen_count < SEEN ? partition->seen_count : SEEN;
    if (!count)
        return false;
    memcpy(seen, partition->seen, count * sizeof *seen);
    for (size_t i = 0; i < count && !heat->settings.split_sort_keys; i++)
        seen[i].sort = 0;
    qsort(seen, count, sizeof *seen, by_place);
    size_t at = count / 2;
    while (at < count && !rc_heat_before(seen[0], seen[at]))
        at++;
    if (at == count)
        return false;
    *from = seen[at];
    return true;
}

static void end_minute(struct rc_heat *heat, bool follows)
{
    for (size_t i = 0; i < heat->count; i++) {
        struct partition *partition = &heat->partitions[i];
        bool hot = false;
        for (int use = 0; use < 2; use++) {
            hot |= partition->minute_units[use] >= hot_from * 60 * heat->settings.partition[use];
            partition->minute_units[use] = 0;
        }
        partition->hot_minutes = hot && follows ? partition->hot_minutes + 1 : 0;
        struct rc_heat_place from;
        if (hot && heat->settings.split_after_ms > 0 &&
            partition->hot_minutes * (int64_t)60000 >= heat->settings.split_after_ms &&
            dividing_place(heat, partition, &from) && split_at(heat, i, from))
            i++; /* the new one starts cool */
    }
    for (int use = 0; use < 2; use++) {
        heat->peak[use] = fmax(heat->peak[use], heat->minute_units[use] / 60);
        heat->minute_units[use] = 0;
    }
}

void rc_heat_age(struct rc_heat *heat, int64_t now_ms)
{
    int64_t minute = now_ms / 60000;
    if (minute <= heat->minute)
        return;
    end_minute(heat, minute == heat->minute + 1);
    heat->minute = minute;
    if (now_ms - heat->window_ms < RC_HEAT_DOUBLING_MS)
        return;
    double twice[2] = {2 * heat->peak[0], 2 * heat->peak[1]};
    if (heat->settings.on_demand)
        for (int use = 0; use < 2; use++)
            rc_heat_grow(heat, capped(ceil(twice[use] / heat->settings.partition[use])));
    heat->peak[0] = heat->peak[1] = 0;
    heat->window_ms = now_ms;
}

bool rc_heat_restore(struct rc_heat *heat, const struct rc_heat_place *from, size_t count)
{
    if (!count || count > RC_HEAT_PARTITIONS)
        return false;
    struct partition *partitions = calloc(count, sizeof *partitions);
    if (!partitions)
        return false;
    for (size_t i = 0; i < count; i++) {
        partitions[i].from = from[i];
        partitions[i].at_ms = heat->at_ms;
        memcpy(partitions[i].cap, heat->settings.partition, sizeof partitions[i].cap);
    }
    free(heat->partitions);
    heat->partitions = partitions;
    heat->count = count;
    return true;
}
