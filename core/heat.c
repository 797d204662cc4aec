#include "core/heat.h"

#include "core/heat_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

const char *rc_heat_reason(enum rc_heat_answer answer, enum rc_heat_use use, bool index)
{
#define REASONS(LIMIT)                                                                             \
    {                                                                                              \
        {"TableRead" LIMIT, "IndexRead" LIMIT},                                                    \
        {                                                                                          \
            "TableWrite" LIMIT, "IndexWrite" LIMIT                                                 \
        }                                                                                          \
    }
    static const char *const reasons[][2][2] = {
        [RC_HEAT_TAKEN] = {{"", ""}, {"", ""}},
        [RC_HEAT_PROVISIONED] = REASONS("ProvisionedThroughputExceeded"),
        [RC_HEAT_ACCOUNT] = REASONS("AccountLimitExceeded"),
        [RC_HEAT_KEY_RANGE] = REASONS("KeyRangeThroughputExceeded"),
        [RC_HEAT_MAX_ON_DEMAND] = REASONS("MaxOnDemandThroughputExceeded"),
    };
#undef REASONS
    return reasons[answer][use][index];
}

uint64_t rc_heat_hash(const void *key, size_t length)
{
    return XXH3_64bits(key, length);
}

/* ----- buckets ----- */

static void fill(double *tokens, double rate, double depth, int64_t ms)
{
    *tokens += rate * (double)ms / 1000;
    if (*tokens > depth)
        *tokens = depth;
}

static bool enough(double tokens, double units, double depth)
{
    return tokens >= (units < depth ? units : depth) - 1e-9;
}

static double share_of(const struct rc_heat *heat, int use)
{
    return heat->settings.capacity[use] / (double)heat->count;
}

static void fill_partition(const struct rc_heat *heat, struct partition *partition, double held_s,
                           int64_t now_ms)
{
    int64_t ms = now_ms - partition->at_ms;
    if (ms <= 0)
        return;
    partition->at_ms = now_ms;
    for (int use = 0; use < 2; use++) {
        double cap = heat->settings.partition[use], share = share_of(heat, use);
        fill(&partition->cap[use], cap, cap * held_s, ms);
        fill(&partition->share[use], share, share * RC_HEAT_BURST_S, ms);
    }
}

static void fill_table(struct rc_heat *heat, int64_t now_ms)
{
    int64_t ms = now_ms - heat->at_ms;
    if (ms <= 0)
        return;
    heat->at_ms = now_ms;
    for (int use = 0; use < 2; use++) {
        double rate = heat->settings.capacity[use], account = heat->settings.account[use];
        fill(&heat->pool[use], rate, rate, ms);
        fill(&heat->account[use], account, account, ms);
    }
}

/* ----- one claim ----- */

/* A provisioned table: the partition's own share, with what it left unused before, and
 * otherwise what the others leave unused now (adaptive capacity). */
static bool take_provisioned(struct rc_heat *heat, struct partition *partition,
                             struct rc_heat_claim *claim)
{
    int use = (int)claim->use;
    double *pool = &heat->pool[use], units = claim->units;
    claim->taken.share =
        enough(partition->share[use], units, share_of(heat, use) * RC_HEAT_BURST_S);
    if (!claim->taken.share && !enough(*pool, units, heat->settings.capacity[use]))
        return false;
    if (claim->taken.share) {
        partition->share[use] -= units;
        units = *pool <= 0 ? 0 : *pool < units ? *pool : units;
    }
    claim->taken.pool = units;
    *pool -= units;
    return true;
}

static enum rc_heat_answer take(struct rc_heat_claim *claim, int64_t now_ms)
{
    struct rc_heat *heat = claim->heat;
    int use = (int)claim->use;
    claim->taken.partition = rc_heat_find(heat, claim->place);
    struct partition *partition = &heat->partitions[claim->taken.partition];
    double held_s = claim->held_s > 0 ? claim->held_s : 1;
    fill_partition(heat, partition, held_s, now_ms);
    const struct rc_heat_settings *settings = &heat->settings;
    double units = claim->units;
    if (!enough(partition->cap[use], units, settings->partition[use] * held_s))
        return RC_HEAT_KEY_RANGE;
    if (settings->account[use] > 0 && !enough(heat->account[use], units, settings->account[use]))
        return RC_HEAT_ACCOUNT;
    claim->taken.share = false;
    claim->taken.pool = 0;
    if (!settings->on_demand) {
        if (!take_provisioned(heat, partition, claim))
            return RC_HEAT_PROVISIONED;
    } else if (settings->capacity[use] > 0) {
        if (!enough(heat->pool[use], units, settings->capacity[use]))
            return RC_HEAT_MAX_ON_DEMAND;
        heat->pool[use] -= units;
        claim->taken.pool = units;
    }
    partition->cap[use] -= units;
    heat->account[use] -= units;
    return RC_HEAT_TAKEN;
}

static void give_back(const struct rc_heat_claim *claim)
{
    struct partition *partition = &claim->heat->partitions[claim->taken.partition];
    partition->cap[claim->use] += claim->units;
    claim->heat->account[claim->use] += claim->units;
    claim->heat->pool[claim->use] += claim->taken.pool;
    if (claim->taken.share)
        partition->share[claim->use] += claim->units;
}

/* ----- counting ----- */

static struct rc_heat_second *second_of(struct partition *partition, int64_t now_ms)
{
    int64_t second = now_ms / 1000;
    struct rc_heat_second *at = &partition->seconds[(uint64_t)second % RC_HEAT_SECONDS];
    if (at->second != second)
        *at = (struct rc_heat_second){.second = second};
    return at;
}

static void count_claim(const struct rc_heat_claim *claim, bool taken, int64_t now_ms)
{
    struct rc_heat *heat = claim->heat;
    struct partition *partition = &heat->partitions[claim->taken.partition];
    struct rc_heat_second *second = second_of(partition, now_ms);
    struct rc_top *top = taken ? heat->accessed : heat->hot;
    (taken ? second->taken : second->throttled)[claim->use] += claim->units;
    (taken ? heat->taken : heat->throttled)[claim->use] += claim->units;
    if (taken) {
        partition->minute_units[claim->use] += claim->units;
        heat->minute_units[claim->use] += claim->units;
    }
    partition->seen[partition->seen_count++ % SEEN] = claim->place;
    if (top)
        rc_top_add(top, claim->place.key, claim->label, claim->label_length, claim->units);
}

enum rc_heat_answer rc_heat_claim(struct rc_heat_claim *claims, size_t count, int64_t now_ms,
                                  size_t *refused)
{
    for (size_t i = 0; i < count; i++) { /* partitions change here and nowhere else */
        rc_heat_age(claims[i].heat, now_ms);
        fill_table(claims[i].heat, now_ms);
    }
    for (size_t i = 0; i < count; i++) {
        enum rc_heat_answer answer = take(&claims[i], now_ms);
        if (answer == RC_HEAT_TAKEN)
            continue;
        *refused = i;
        count_claim(&claims[i], false, now_ms);
        while (i > 0)
            give_back(&claims[--i]);
        return answer;
    }
    for (size_t i = 0; i < count; i++)
        count_claim(&claims[i], true, now_ms);
    return RC_HEAT_TAKEN;
}

/* ----- making and looking ----- */

static void adopt(struct rc_heat *heat, const struct rc_heat_settings *settings)
{
    static const double caps[] = {RC_HEAT_PARTITION_RCU, RC_HEAT_PARTITION_WCU};
    heat->settings = *settings;
    for (int use = 0; use < 2; use++)
        if (!(settings->partition[use] > 0))
            heat->settings.partition[use] = caps[use];
}

struct rc_heat *rc_heat_new(const struct rc_heat_settings *settings, int64_t now_ms)
{
    struct rc_heat *heat = calloc(1, sizeof *heat);
    if (!heat)
        return NULL;
    adopt(heat, settings);
    heat->at_ms = heat->window_ms = now_ms;
    heat->minute = now_ms / 60000;
    for (int use = 0; use < 2; use++) {
        heat->pool[use] = settings->capacity[use]; /* one second's worth */
        heat->account[use] = settings->account[use];
    }
    size_t count = rc_heat_needed(heat);
    heat->partitions = calloc(count, sizeof *heat->partitions);
    if (!heat->partitions) {
        free(heat);
        return NULL;
    }
    for (; heat->count < count; heat->count++) {
        struct partition *partition = &heat->partitions[heat->count];
        partition->from.key = UINT64_MAX / count * heat->count;
        partition->at_ms = now_ms;
        memcpy(partition->cap, heat->settings.partition, sizeof partition->cap);
    }
    return heat;
}

void rc_heat_free(struct rc_heat *heat)
{
    if (!heat)
        return;
    free(heat->partitions);
    free(heat);
}

void rc_heat_set(struct rc_heat *heat, const struct rc_heat_settings *settings, int64_t now_ms)
{
    rc_heat_age(heat, now_ms);
    fill_table(heat, now_ms);
    for (size_t i = 0; i < heat->count; i++)
        fill_partition(heat, &heat->partitions[i], 1, now_ms);
    adopt(heat, settings);
    rc_heat_grow(heat, rc_heat_needed(heat));
}

void rc_heat_watch(struct rc_heat *heat, struct rc_top *accessed, struct rc_top *throttled)
{
    heat->accessed = accessed;
    heat->hot = throttled;
}

size_t rc_heat_count(const struct rc_heat *heat)
{
    return heat->count;
}

struct rc_heat_place rc_heat_from(const struct rc_heat *heat, size_t partition)
{
    return heat->partitions[partition].from;
}

size_t rc_heat_find(const struct rc_heat *heat, struct rc_heat_place place)
{
    size_t low = 0, high = heat->count; /* the first begins at the lowest place there is */
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (rc_heat_before(place, heat->partitions[middle].from))
            high = middle;
        else
            low = middle;
    }
    return low;
}

struct rc_heat_second rc_heat_second(const struct rc_heat *heat, size_t partition, int64_t second)
{
    const struct rc_heat_second *at =
        &heat->partitions[partition].seconds[(uint64_t)second % RC_HEAT_SECONDS];
    return at->second == second ? *at : (struct rc_heat_second){.second = second};
}

double rc_heat_taken(const struct rc_heat *heat, enum rc_heat_use use)
{
    return heat->taken[use];
}

double rc_heat_throttled(const struct rc_heat *heat, enum rc_heat_use use)
{
    return heat->throttled[use];
}
