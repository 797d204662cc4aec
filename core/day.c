#include "core/day.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/day_internal.h"

enum { SENTENCE_BYTES = 96 };

/* ----- controls ----- */

bool rc_controls_add(struct rc_controls *controls, const struct rc_control *control)
{
    if (!control->ok)
        controls->broken++;
    if (controls->count >= RC_CONTROLS_MAX) {
        controls->omitted++;
        return true;
    }
    if (controls->count == controls->capacity) {
        size_t capacity = controls->capacity ? controls->capacity * 2 : 8;
        struct rc_control *items = realloc(controls->items, capacity * sizeof *items);
        if (!items)
            return false;
        controls->items = items;
        controls->capacity = capacity;
    }
    controls->items[controls->count++] = *control;
    return true;
}

void rc_controls_free(struct rc_controls *controls)
{
    free(controls->items);
    *controls = (struct rc_controls){0};
}

/* ----- finishing ----- */

struct image {
    uint8_t bytes[256];
    size_t length;
};

static void put(struct image *image, rc_u128 value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++, value >>= 8)
        image->bytes[image->length++] = (uint8_t)value;
}

void rc_day_set_fingerprint(struct rc_day *day)
{
    static const char version[] = "reconctl day 1";
    struct image image = {.length = sizeof version};
    size_t id_length = strlen(day->program);
    memcpy(image.bytes, version, sizeof version);
    put(&image, id_length, 1);
    memcpy(image.bytes + image.length, day->program, id_length);
    image.length += id_length;
    put(&image, (uint32_t)day->file_date, 4);
    put(&image, day->shard_count, 4);
    put(&image, day->rules_digest, 16);
    for (int side = 0; side < RC_SIDES; side++) {
        put(&image, day->side[side].layout_digest, 16);
        put(&image, day->side[side].records, 8);
        put(&image, day->side[side].rejected, 8);
        put(&image, day->total.digest[side], 16);
    }
    for (int side = 0; side < RC_SIDES; side++)
        if (day->side[side].deliveries) {
            put(&image, (rc_u128)side, 1);
            put(&image, day->side[side].deliveries, 8);
        }
    if (day->carried) {
        put(&image, RC_SIDES, 1);
        put(&image, day->carried, 8);
    }
    XXH128_hash_t hash = XXH3_128bits(image.bytes, image.length);
    rc_digest_format((rc_u128)hash.high64 << 64 | hash.low64, day->fingerprint);
}

int64_t rc_outcomes_of(const struct rc_summary *total, enum rc_status status)
{
    int64_t outcomes = 0;
    for (uint32_t i = 0; i < total->cell_count; i++)
        if (total->cells[i].status == status)
            outcomes += total->cells[i].outcomes;
    return outcomes;
}

static void count_reason(void *context, const char *sentence)
{
    (void)sentence;
    ++*(int *)context;
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

void rc_day_each_reason(const struct rc_day *day, rc_reason_sink sink, void *context)
{
    char sentence[SENTENCE_BYTES];
    for (int side = 0; side < RC_SIDES; side++) {
        uint64_t rejected = day->side[side].rejected;
        if (!rejected)
            continue;
        snprintf(sentence, sizeof sentence, "%" PRIu64 " rejected record%s on the %s side",
                 rejected, plural(rejected), rc_side_name((enum rc_side)side));
        sink(context, sentence);
    }
    for (int side = 0; side < RC_SIDES; side++) {
        uint64_t broken = day->side[side].controls.broken;
        if (!broken)
            continue;
        snprintf(sentence, sizeof sentence, "%" PRIu64 " broken control%s on the %s side", broken,
                 plural(broken), rc_side_name((enum rc_side)side));
        sink(context, sentence);
    }
    for (int status = 0; status < RC_STATUSES; status++) {
        int64_t outcomes = rc_outcomes_of(&day->total, (enum rc_status)status);
        if (!outcomes || !rc_status_is_exception((enum rc_status)status))
            continue;
        snprintf(sentence, sizeof sentence, "%" PRId64 " %s", outcomes,
                 rc_status_name((enum rc_status)status));
        sink(context, sentence);
    }
}

bool rc_day_finish(struct rc_day *day, struct rc_error *err)
{
    rc_summary_free(&day->total);
    for (uint32_t i = 0; i < day->shard_count; i++)
        if (!rc_summary_merge(&day->total, &day->shards[i])) {
            rc_error_nomem(err);
            return false;
        }
    rc_summary_finish(&day->total);
    for (int side = 0; side < RC_SIDES; side++) {
        uint64_t summed = (uint64_t)day->total.records[side];
        if (summed == day->side[side].records)
            continue;
        rc_error_set(err, RC_DATA,
                     "the shards hold %" PRIu64 " of the %" PRIu64
                     " %s records that were read: the day cannot be trusted",
                     summed, day->side[side].records, rc_side_name((enum rc_side)side));
        return false;
    }
    rc_day_set_fingerprint(day);
    int reasons = 0;
    rc_day_each_reason(day, count_reason, &reasons);
    day->balanced = reasons == 0;
    return true;
}

void rc_day_free(struct rc_day *day)
{
    for (uint32_t i = 0; day->shards && i < day->shard_count; i++)
        rc_summary_free(&day->shards[i]);
    free(day->shards);
    rc_summary_free(&day->total);
    for (int side = 0; side < RC_SIDES; side++)
        rc_controls_free(&day->side[side].controls);
    *day = (struct rc_day){0};
}

/* ----- sums over cells ----- */

bool rc_has_currency(const struct rc_summary *total, int status, uint8_t currency)
{
    for (uint32_t i = 0; i < total->cell_count; i++)
        if (total->cells[i].currency == currency &&
            (status == RC_ALL_STATUSES || (int)total->cells[i].status == status))
            return true;
    return false;
}

struct rc_sums rc_currency_sums(const struct rc_summary *total, int status, uint8_t currency,
                                enum rc_side side)
{
    struct rc_sums sums = {0};
    for (uint32_t i = 0; i < total->cell_count; i++) {
        const struct rc_cell *cell = &total->cells[i];
        if (cell->currency != currency ||
            (status != RC_ALL_STATUSES && (int)cell->status != status))
            continue;
        sums.count += cell->side[side].count;
        sums.debit_minor += cell->side[side].debit_minor;
        sums.credit_minor += cell->side[side].credit_minor;
    }
    return sums;
}

int64_t rc_records_of(const struct rc_summary *total, enum rc_status status, enum rc_side side)
{
    int64_t records = 0;
    for (uint32_t i = 0; i < total->cell_count; i++)
        if (total->cells[i].status == status)
            records += total->cells[i].side[side].count;
    return records;
}
