#include "model/planned.h"

#include "aws/ddb_item.h"
#include "core/civil.h"
#include "model/live_queries.h"
#include "pipeline/day_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* First the days of the program, then how large each is, then the size of a few items of the
 * largest. */

enum { SAMPLED_SHARDS = 4, MOST_DEPTH = 32 };

enum stage { LIST_DAYS, LOOK_AT_DAYS, SAMPLE_ITEMS };

struct day {
    uint64_t records[RC_SIDES];
    int32_t date;
    uint32_t shards;
};

struct planned {
    struct rc_listing listing;
    struct rc_planned_day found;
    struct day days[RC_PLANNED_DAYS];
    size_t day_count;
    struct rc_queries *queries;
    struct rc_queries_cost cost;
    uint64_t cursor;
    const struct day *largest;
    enum stage stage;
    bool ready;
};

/* ----- how large an item is ----- */

static size_t size_of_set(const json_t *set)
{
    json_t *entry;
    size_t size = 0, at;
    json_array_foreach(set, at, entry)
    {
        size += json_string_length(entry);
    }
    return size;
}

static size_t size_of_map(const json_t *map, int depth);
static size_t size_of_list(const json_t *list, int depth);

/* As DynamoDB counts: "Item sizes and formats" of its developer guide. Of a number it says
 * about; what is nested deeper than items may be is left out. */
static size_t size_of_value(const json_t *typed, int depth)
{
    const char *type;
    json_t *value;
    size_t size = 0;
    if (depth > MOST_DEPTH)
        return 0;
    json_object_foreach((json_t *)typed, type, value)
    {
        if (strcmp(type, "S") == 0)
            size += json_string_length(value);
        else if (strcmp(type, "B") == 0)
            size += json_string_length(value) / 4 * 3;
        else if (strcmp(type, "N") == 0)
            size += json_string_length(value) / 2 + 1;
        else if (strcmp(type, "M") == 0)
            size += 3 + size_of_map(value, depth + 1);
        else if (strcmp(type, "L") == 0)
            size += size_of_list(value, depth + 1);
        else if (json_is_array(value))
            size += size_of_set(value);
        else
            size += 1;
    }
    return size;
}

static size_t size_of_map(const json_t *map, int depth)
{
    const char *name;
    json_t *value;
    size_t size = 0;
    json_object_foreach((json_t *)map, name, value)
    {
        size += strlen(name) + size_of_value(value, depth) + (depth > 0);
    }
    return size;
}

static size_t size_of_list(const json_t *list, int depth)
{
    json_t *entry;
    size_t size = 3, at;
    json_array_foreach(list, at, entry)
    {
        size += 1 + size_of_value(entry, depth);
    }
    return size;
}

/* ----- queries ----- */

static bool next_sample(struct planned *planned, struct rc_query *query)
{
    struct rc_filedate day = {.date = planned->largest->date};
    uint64_t shard = planned->cursor;
    if (shard >= SAMPLED_SHARDS || shard >= planned->found.shards)
        return false;
    memcpy(day.program, planned->found.program, strlen(planned->found.program) + 1);
    query->table = planned->found.records[RC_SETTLEMENT] > planned->found.records[RC_INTERNAL]
                       ? RC_TABLE_SETTLEMENT
                       : RC_TABLE_INTERNAL;
    query->page_items = RC_PLANNED_SAMPLED / SAMPLED_SHARDS;
    rc_key_records(&day, (uint32_t)shard, &query->key);
    return true;
}

static bool next(void *ctx, struct rc_query *query)
{
    static const char *const parts[] = {"ROLLUP", "CONFIG"};
    struct planned *planned = ctx;
    struct rc_filedate day = {.date = 0};
    query->number = planned->cursor;
    query->table = RC_TABLE_STATE;
    if (planned->stage == SAMPLE_ITEMS) {
        bool more = next_sample(planned, query);
        planned->cursor++;
        return more;
    }
    memcpy(day.program, planned->found.program, strlen(planned->found.program) + 1);
    if (planned->stage == LIST_DAYS) {
        rc_key_catalog_day(&day, &query->key);
        strrchr(query->key.sk, '#')[1] = '\0'; /* of all dates */
        query->backwards = true;
        query->page_items = RC_PLANNED_DAYS;
        return planned->cursor++ == 0;
    }
    if (planned->cursor >= 2 * planned->day_count)
        return false;
    day.date = planned->days[planned->cursor / 2].date;
    rc_key_day(&day, parts[planned->cursor++ % 2], &query->key);
    query->exact = true;
    return true;
}

static void take_day(struct planned *planned, const json_t *item)
{
    struct day day = {.date = 0};
    const char *date = rc_item_get_text(item, "date");
    if (planned->day_count < RC_PLANNED_DAYS && date &&
        rc_civil_parse(date, strlen(date), &day.date))
        planned->days[planned->day_count++] = day;
}

static bool take_part(struct planned *planned, const struct rc_query *query, const json_t *item,
                      struct rc_error *err)
{
    struct day *day = &planned->days[query->number / 2];
    if (query->number % 2) {
        struct rc_day_config config;
        if (!rc_day_config_take(&query->key, item, &config, err))
            return false;
        day->shards = config.shard_count;
        return true;
    }
    for (int side = 0; side < RC_SIDES; side++) {
        int64_t records = 0;
        if (rc_item_get_int(item, rc_side_name((enum rc_side)side), &records) && records > 0)
            day->records[side] = (uint64_t)records;
    }
    return true;
}

/* The id that a record's sort key begins with (pipeline/keys.h). */
static bool same_id(const json_t *a, const json_t *b)
{
    const char *one = rc_item_get_text(a, "SK"), *other = rc_item_get_text(b, "SK");
    size_t length = one ? strcspn(one, "#") : 0;
    return one && other && length == strcspn(other, "#") && memcmp(one, other, length) == 0;
}

/* Records of one id stand together. The last one's may go on behind a full page, and says
 * nothing. */
static void take_samples(struct planned *planned, const json_t *const *items, size_t count,
                         bool full)
{
    struct rc_planned_day *found = &planned->found;
    for (size_t i = 0, first = 0; i < count; i++) {
        found->items++;
        found->item_bytes += size_of_map(items[i], 0);
        bool last = i + 1 == count;
        if (last ? full : same_id(items[i], items[i + 1]))
            continue;
        found->id_records += i + 1 - first;
        found->id_squares += (i + 1 - first) * (i + 1 - first);
        first = i + 1;
    }
}

/* Of days and samples the first page is all that is wanted. */
static bool take(void *ctx, const struct rc_query *query, const json_t *const *items, size_t count,
                 struct rc_error *err)
{
    struct planned *planned = ctx;
    for (size_t i = 0; i < count; i++) {
        if (planned->stage == LIST_DAYS)
            take_day(planned, items[i]);
        else if (planned->stage == LOOK_AT_DAYS && !take_part(planned, query, items[i], err))
            return false;
    }
    if (planned->stage == SAMPLE_ITEMS)
        take_samples(planned, items, count, count >= (size_t)query->page_items);
    return planned->stage == LOOK_AT_DAYS;
}

/* ----- from stage to stage ----- */

static uint64_t size_of_day(const struct day *day)
{
    uint64_t settlement = day->records[RC_SETTLEMENT], internal = day->records[RC_INTERNAL];
    return settlement > internal ? settlement : internal;
}

/* The newest ones come first: they are taken where none is larger. */
static void choose(struct planned *planned)
{
    for (size_t i = 0; i < planned->day_count; i++)
        if (!planned->largest || size_of_day(&planned->days[i]) > size_of_day(planned->largest))
            planned->largest = &planned->days[i];
    planned->found.days = (uint32_t)planned->day_count;
    if (!planned->largest)
        return;
    planned->found.shards = planned->largest->shards;
    memcpy(planned->found.records, planned->largest->records, sizeof planned->found.records);
    rc_civil_format(planned->largest->date, planned->found.date);
}

static bool begin(struct planned *planned, enum stage stage, struct rc_error *err);

static void done(void *ctx, const struct rc_error *why)
{
    struct planned *planned = ctx;
    struct rc_error err = *why;
    bool more = false;
    if (!err.code && planned->stage == LIST_DAYS) {
        more = begin(planned, LOOK_AT_DAYS, &err);
    } else if (!err.code && planned->stage == LOOK_AT_DAYS) {
        choose(planned);
        more = planned->largest && begin(planned, SAMPLE_ITEMS, &err);
    }
    if (more)
        return;
    rc_queries_free(planned->queries);
    planned->queries = NULL;
    planned->ready = !err.code;
    if (err.code)
        rc_listing_fail(&planned->listing, &err);
    else
        rc_listing_complete(&planned->listing);
}

static bool begin(struct planned *planned, enum stage stage, struct rc_error *err)
{
    static const struct rc_queries_ops ops = {.next = next, .items = take, .done = done};
    rc_queries_free(planned->queries);
    planned->stage = stage;
    planned->cursor = 0;
    planned->queries = rc_queries_start(planned->listing.live, &ops, planned, &planned->cost, err);
    return planned->queries != NULL;
}

/* ----- the listing ----- */

static void stop(struct rc_listing *listing)
{
    struct planned *planned = (struct planned *)listing;
    rc_queries_free(planned->queries);
    planned->queries = NULL;
}

static const struct rc_listing_kind kind = {
    .size = sizeof(struct planned), .stop = stop, .release = stop};

static bool start(struct planned *planned, const char *program, const char *date,
                  struct rc_error *err)
{
    size_t length = strlen(program);
    struct day day = {.date = 0};
    if (!length || length > RC_PROGRAM_ID_BYTES || strchr(program, '#') ||
        (*date && !rc_civil_parse(date, strlen(date), &day.date))) {
        rc_error_set(err, RC_USAGE,
                     "\"%s%s%s\": a program, and perhaps a date (YYYY-MM-DD), is "
                     "needed",
                     program, *date ? " " : "", date);
        return false;
    }
    snprintf(planned->found.program, sizeof planned->found.program, "%s", program);
    if (!*date)
        return begin(planned, LIST_DAYS, err);
    planned->days[planned->day_count++] = day;
    return begin(planned, LOOK_AT_DAYS, err);
}

struct rc_listing *rc_live_planned(struct rc_live *live, const char *program, const char *date,
                                   struct rc_error *err)
{
    struct rc_listing *listing = rc_listing_new(live, &kind, err);
    if (listing && start((struct planned *)listing, program, date, err))
        return listing;
    rc_listing_free(listing);
    return NULL;
}

const struct rc_planned_day *rc_planned_of(const struct rc_listing *listing)
{
    const struct planned *planned = (const struct planned *)listing;
    return planned->ready ? &planned->found : NULL;
}
