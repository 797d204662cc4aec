#include "model/dayheat.h"

#include "core/plan.h"
#include "model/live_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int64_t rc_day_heat_until_ms(const struct rc_day_heat *heat)
{
    return heat->from_ms + (int64_t)heat->columns * heat->step_ms;
}

int64_t rc_day_heat_period_s(const struct rc_day_heat *heat)
{
    int64_t span_s = (int64_t)heat->columns * heat->step_ms / 1000 + 60;
    size_t i = 0;
    while (rc_gauges_periods_s[i + 1] && rc_gauges_periods_s[i] < span_s)
        i++;
    return rc_gauges_periods_s[i];
}

/* ----- what was throttled ----- */

static enum rc_heat_answer reason_of(const char *name)
{
    for (int reason = RC_HEAT_PROVISIONED; reason <= RC_HEAT_MAX_ON_DEMAND; reason++)
        if (strcmp(name, rc_throttle_reason((enum rc_heat_answer)reason)) == 0)
            return (enum rc_heat_answer)reason;
    return RC_HEAT_TAKEN;
}

/* The points in which the day wrote, or would have: what others met before, after and in between is
 * not its. */
static void find_worked(const struct rc_day_heat *heat, enum rc_side side,
                        const struct rc_gauges *gauges, bool worked[RC_GAUGES_POINTS])
{
    for (size_t i = 0; i < heat->columns; i++) {
        int64_t since_ms = heat->from_ms + (int64_t)i * heat->step_ms - gauges->from_ms;
        size_t point = since_ms < 0 ? gauges->count : (size_t)(since_ms / gauges->step_ms);
        if (point < gauges->count && point < RC_GAUGES_POINTS && !worked[point])
            worked[point] = rc_day_heat_sum(heat, side, RC_HEAT_WRITES, i) > 0 ||
                            rc_day_heat_sum(heat, side, RC_HEAT_THROTTLED, i) > 0;
    }
}

static double sum_of(const struct rc_gauge *gauge, size_t count, const bool *worked)
{
    double sum = 0;
    for (size_t i = 0; i < count && i < RC_GAUGES_POINTS; i++)
        if (worked[i] && isfinite(gauge->values[i]))
            sum += gauge->values[i];
    return sum;
}

/* Gives how many: the table first, then its indexes. */
static size_t collect(const struct rc_day_heat *heat, enum rc_side side,
                      const struct rc_gauges *gauges, struct rc_diagnosis_resource *resources,
                      size_t room)
{
    bool worked[RC_GAUGES_POINTS] = {false};
    size_t count = 0;
    find_worked(heat, side, gauges, worked);
    for (size_t i = 0; i < gauges->series_count; i++) {
        const struct rc_gauge *gauge = &gauges->series[i];
        if (*gauge->note)
            return 0;
        if (strcmp(gauge->panel, "writes throttled") != 0)
            continue;
        if (!count || strcmp(resources[count - 1].name, gauge->resource) != 0) {
            if (count == room)
                break;
            resources[count++] = (struct rc_diagnosis_resource){.name = gauge->resource};
        }
        resources[count - 1].throttled[reason_of(gauge->name)] +=
            sum_of(gauge, gauges->count, worked);
    }
    return count;
}

/* ----- the key that was asked for most ----- */

const char *rc_hot_kind_name(enum rc_hot_kind kind)
{
    static const char *const names[] = {
        [RC_HOT_ID] = "id", [RC_HOT_ITEM] = "item", [RC_HOT_SHARD] = "shard"};
    return names[kind];
}

const struct rc_hot_key *rc_day_heat_hottest(const struct rc_side_heat *side, enum rc_hot_kind kind)
{
    const struct rc_hot_key *most = NULL;
    for (size_t i = 0; i < side->key_count; i++)
        if (side->keys[i].kind == kind && !side->keys[i].throttled &&
            (!most || side->keys[i].share > most->share))
            most = &side->keys[i];
    return most;
}

/* Of "PK SK" the id that the sort key begins with. */
static void name_key(const struct rc_hot_key *key, char *text, size_t size)
{
    const char *sort = key->kind == RC_HOT_ITEM ? strchr(key->text, ' ') : NULL;
    if (sort)
        snprintf(text, size, "%.*s", (int)strcspn(sort + 1, "#"), sort + 1);
    else
        snprintf(text, size, "%s", key->text);
}

/* An id says more than an item of it, and that more than the shard that it is in. But where the
 * shard stands out and no id or item of it does, it is the shard. */
static const struct rc_hot_key *telling(const struct rc_side_heat *side, size_t shards)
{
    const struct rc_hot_key *most = NULL;
    const struct rc_hot_key *shard = rc_day_heat_hottest(side, RC_HOT_SHARD);
    for (enum rc_hot_kind kind = RC_HOT_ID; kind <= RC_HOT_ITEM; kind++) {
        const struct rc_hot_key *key = rc_day_heat_hottest(side, kind);
        if (key && (!most || key->share > most->share))
            most = key;
    }
    bool stands_out = shard && shard->share * (double)shards > 3;
    return most && (most->share >= RC_DIAGNOSIS_HOT_SHARE || !stands_out) ? most : shard;
}

static void set_key(struct rc_diagnosis_input *input, const struct rc_side_heat *side, char *text,
                    size_t size)
{
    const struct rc_hot_key *key = telling(side, input->skew->count);
    if (!key)
        return;
    name_key(key, text, size);
    input->key = text;
    input->key_is_shard = key->kind == RC_HOT_SHARD;
    input->key_of_all = key->kind != RC_HOT_ID;
    input->key_share = key->share;
}

uint64_t rc_day_heat_noted(const struct rc_day_heat *heat, enum rc_side side)
{
    uint64_t sum = 0;
    for (size_t shard = 0; shard < heat->shards; shard++)
        sum += heat->side[side].totals[RC_HEAT_THROTTLED][shard];
    return sum;
}

bool rc_day_heat_skew(const struct rc_day_heat *heat, enum rc_side side, struct rc_skew *skew,
                      struct rc_error *err)
{
    return rc_skew_measure(heat->side[side].largest, heat->shards, skew, err);
}

bool rc_day_heat_diagnose(const struct rc_day_heat *heat, enum rc_side side,
                          const struct rc_gauges *gauges, struct rc_skew *skew,
                          struct rc_diagnosis *diagnosis, struct rc_error *err)
{
    const struct rc_side_heat *at = &heat->side[side];
    struct rc_diagnosis_resource resources[1 + RC_GAUGES_INDEXES];
    struct rc_diagnosis_input input = {.skew = skew, .resources = resources};
    char key[sizeof at->keys[0].text];
    if (!rc_day_heat_skew(heat, side, skew, err))
        return false;
    rc_skew_hottest(at->largest, heat->shards, &input.fullest, 1);
    if (gauges)
        input.resource_count = collect(heat, side, gauges, resources, 1 + RC_GAUGES_INDEXES);
    input.noted = (double)rc_day_heat_noted(heat, side);
    set_key(&input, at, key, sizeof key);
    rc_diagnose(&input, diagnosis);
    return true;
}

/* ----- one column ----- */

uint64_t rc_day_heat_sum(const struct rc_day_heat *heat, enum rc_side side,
                         enum rc_heat_measure measure, size_t column)
{
    const uint32_t *cells = heat->side[side].cells[measure];
    uint64_t sum = 0;
    for (size_t shard = 0; shard < heat->shards; shard++)
        sum += cells[shard * heat->columns + column];
    return sum;
}

static size_t most_of_column(const struct rc_day_heat *heat, const uint32_t *cells, size_t column)
{
    size_t most = 0;
    for (size_t shard = 1; shard < heat->shards; shard++)
        if (cells[shard * heat->columns + column] > cells[most * heat->columns + column])
            most = shard;
    return most;
}

bool rc_day_heat_moment(const struct rc_day_heat *heat, enum rc_side side, size_t column,
                        struct rc_heat_moment *moment, struct rc_error *err)
{
    uint32_t *const *cells = heat->side[side].cells;
    const struct rc_hot_key *hot = rc_day_heat_hottest(&heat->side[side], RC_HOT_ID);
    struct rc_plan_load load = {.records = 1,
                                .item_bytes = RC_PLAN_ITEM_BYTES,
                                .hottest_share = hot ? hot->share : 0,
                                .ready_wcu = RC_PLAN_START_WCU,
                                .probability = 0.01};
    struct rc_plan_shards whole = {.shards = 0}, second = {.shards = 0};
    *moment = (struct rc_heat_moment){
        .fullest = most_of_column(heat, cells[RC_HEAT_WRITES], column),
        .throttled_most = most_of_column(heat, cells[RC_HEAT_THROTTLED], column)};
    rc_time_text(heat->from_ms + (int64_t)column * heat->step_ms, moment->at);
    for (int i = 0; i < RC_HEAT_MEASURES; i++)
        moment->totals[i] = rc_day_heat_sum(heat, side, (enum rc_heat_measure)i, column);
    for (size_t shard = 0; shard < heat->shards; shard++)
        moment->throttled_shards += cells[RC_HEAT_THROTTLED][shard * heat->columns + column] > 0;
    double total = (double)moment->totals[RC_HEAT_WRITES];
    moment->fullest_writes = cells[RC_HEAT_WRITES][moment->fullest * heat->columns + column];
    moment->per_second = total * 1000 / (double)heat->step_ms;
    if (total <= 0)
        return true;
    load.per_second = total; /* as if the column were a second */
    bool ok = rc_plan_of(&load, (uint32_t)heat->shards, &whole, err);
    load.per_second = moment->per_second;
    ok = ok && rc_plan_of(&load, (uint32_t)heat->shards, &second, err);
    moment->expected = whole.fullest_per_second;
    moment->likely = whole.fullest_bound;
    moment->chance = second.throttles;
    return ok;
}

size_t rc_day_heat_spike(const struct rc_day_heat *heat, enum rc_side side)
{
    size_t spike = 0;
    uint64_t throttled = 0, writes = 0;
    for (size_t i = 0; i < heat->columns; i++) {
        uint64_t refused = rc_day_heat_sum(heat, side, RC_HEAT_THROTTLED, i);
        uint64_t taken = rc_day_heat_sum(heat, side, RC_HEAT_WRITES, i);
        if (refused < throttled || (refused == throttled && taken <= writes))
            continue;
        spike = i;
        throttled = refused;
        writes = taken;
    }
    return spike;
}

size_t rc_day_heat_next(const struct rc_day_heat *heat, enum rc_side side, size_t column,
                        bool forwards)
{
    for (size_t at = column; forwards ? ++at < heat->columns : at-- > 0;)
        if (rc_day_heat_sum(heat, side, RC_HEAT_THROTTLED, at))
            return at;
    return column;
}
