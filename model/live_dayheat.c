#include "model/dayheat.h"

#include "aws/ddb_item.h"
#include "core/civil.h"
#include "core/record.h"
#include "core/top.h"
#include "model/live_hotkeys.h"
#include "model/live_queries.h"
#include "pipeline/day_state.h"
#include "pipeline/run_heat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* First the day's shard count and the runs of a few dates, then what each run has noted, then
 * the hottest keys of that time. */

enum {
    DAYS_AFTER = 3,  /* of the day's date, whose runs are looked at */
    DAYS_BEFORE = 2, /* today */
    RUNS = 4096,     /* most of these dates that are the day's */
    ENTRIES = 1 << 20,
    IDS = 64, /* of which a side's hottest are found */
    NO_DATE = INT32_MIN,
};

enum stage { LOOK_FOR_RUNS, LOOK_AT_RUNS };

struct run {
    char name[128];
    int64_t began_ms;
};

/* Ten seconds of a shard. */
struct entry {
    int64_t from_ms;
    uint32_t counts[RC_HEAT_MEASURES];
    uint16_t shard;
    uint8_t side, run;
};

struct dayheat {
    struct rc_listing listing;
    struct rc_day_heat heat;
    struct rc_filedate day;
    int32_t dates[DAYS_AFTER + DAYS_BEFORE + 2];
    size_t date_count;
    enum stage stage;
    uint64_t cursor;
    struct rc_queries *queries;
    struct rc_queries_cost cost;
    struct run *runs;
    size_t run_count;
    struct entry *entries;
    size_t entry_count, entry_room;
    struct rc_top *ids[RC_SIDES]; /* what the buckets have noted */
    int64_t records[RC_SIDES];    /* that those are of */
    struct rc_hotkeys *hotkeys[RC_SIDES];
    char prefix[64]; /* of the day's partition keys */
    int looking;     /* for keys */
    bool ready;
};

/* ----- queries ----- */

static bool next(void *ctx, struct rc_query *query)
{
    struct dayheat *dayheat = ctx;
    uint64_t at = query->number = dayheat->cursor++;
    query->table = RC_TABLE_STATE;
    if (dayheat->stage == LOOK_AT_RUNS) {
        if (at >= dayheat->run_count || at >= RC_DAY_HEAT_RUNS)
            return false;
        rc_key_heat(dayheat->runs[at].name, 0, "", &query->key);
        query->key.sk[strcspn(query->key.sk, "#") + 1] = '\0';
        return true;
    }
    if (at == 0) {
        query->exact = true;
        rc_key_day(&dayheat->day, "CONFIG", &query->key);
        return true;
    }
    if (at > dayheat->date_count)
        return false;
    rc_key_run(dayheat->dates[at - 1], "", &query->key);
    return true;
}

static bool take_run(struct dayheat *dayheat, const json_t *item, struct rc_error *err)
{
    const char *program = rc_item_get_text(item, "program");
    const char *date = rc_item_get_text(item, "date"), *name = rc_item_get_text(item, "run");
    struct run run = {.began_ms = 0};
    if (!program || !date || !name || strcmp(program, dayheat->heat.program) != 0 ||
        strcmp(date, dayheat->heat.date) != 0 || strlen(name) >= sizeof run.name)
        return true;
    if (dayheat->run_count == RUNS) {
        rc_error_set(err, RC_LIMIT, "more than %d runs have worked on this day", RUNS);
        return false;
    }
    rc_item_get_int(item, "began", &run.began_ms);
    memcpy(run.name, name, strlen(name) + 1);
    struct run *runs = realloc(dayheat->runs, (dayheat->run_count + 1) * sizeof *runs);
    if (!runs) {
        rc_error_nomem(err);
        return false;
    }
    dayheat->runs = runs;
    runs[dayheat->run_count++] = run;
    return true;
}

static bool make_room(struct dayheat *dayheat, struct rc_error *err)
{
    if (dayheat->entry_count < dayheat->entry_room)
        return true;
    size_t room = dayheat->entry_room ? 2 * dayheat->entry_room : 1024;
    struct entry *entries =
        room <= ENTRIES ? realloc(dayheat->entries, room * sizeof *entries) : NULL;
    if (!entries) {
        rc_error_set(err, RC_LIMIT, "the runs of this day have noted more than fits into memory");
        return false;
    }
    dayheat->entries = entries;
    dayheat->entry_room = room;
    return true;
}

/* {"L": [{"N": "10"}, {"N": "0"}, {"N": "0"}]} of a shard. */
static bool take_counts(struct dayheat *dayheat, struct entry entry, const json_t *counts,
                        struct rc_error *err)
{
    for (size_t i = 0; i < RC_HEAT_MEASURES; i++) {
        const char *digits = json_string_value(json_object_get(json_array_get(counts, i), "N"));
        unsigned long long count = digits ? strtoull(digits, NULL, 10) : 0;
        entry.counts[i] = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
    }
    if (!make_room(dayheat, err))
        return false;
    dayheat->entries[dayheat->entry_count++] = entry;
    if (entry.shard >= dayheat->heat.shards)
        dayheat->heat.shards = entry.shard + 1U;
    return true;
}

static int side_of(const char *table)
{
    for (int side = 0; side < RC_SIDES; side++)
        if (table && strcmp(table, rc_table_name((enum rc_pipeline_table)side)) == 0)
            return side;
    return -1;
}

/* [TransactionID, records] of ten seconds, and how many records those were of. */
static void take_ids(struct dayheat *dayheat, int side, const json_t *item)
{
    const json_t *ids = rc_item_get_list(item, "ids");
    int64_t records = 0;
    for (size_t i = 0; i < json_array_size(ids); i++) {
        const json_t *pair = json_object_get(json_array_get(ids, i), "L");
        const char *id = json_string_value(json_object_get(json_array_get(pair, 0), "S"));
        const char *digits = json_string_value(json_object_get(json_array_get(pair, 1), "N"));
        if (id && digits)
            rc_top_add(dayheat->ids[side], rc_id_hash(id, strlen(id)), id, strlen(id),
                       strtod(digits, NULL));
    }
    rc_item_get_int(item, "records", &records);
    dayheat->records[side] += records;
}

static bool take_heat(struct dayheat *dayheat, uint64_t run, const json_t *item,
                      struct rc_error *err)
{
    int side = side_of(rc_item_get_text(item, "table"));
    struct entry entry = {.side = (uint8_t)side, .run = (uint8_t)run};
    json_t *shards = rc_item_get_map(item, "shards"), *value;
    const char *name;
    if (side < 0 || !shards || !rc_item_get_int(item, "from", &entry.from_ms))
        return true;
    take_ids(dayheat, side, item);
    json_object_foreach(shards, name, value)
    {
        unsigned long shard = strtoul(name, NULL, 10);
        if (shard >= RC_DAY_HEAT_SHARDS) {
            dayheat->heat.left_out++;
            continue;
        }
        entry.shard = (uint16_t)shard;
        if (!take_counts(dayheat, entry, json_object_get(value, "L"), err))
            return false;
    }
    return true;
}

static bool take_items(void *ctx, const struct rc_query *query, const json_t *const *items,
                       size_t count, struct rc_error *err)
{
    struct dayheat *dayheat = ctx;
    struct rc_day_config config;
    bool ok = true;
    if (dayheat->stage == LOOK_FOR_RUNS && query->number == 0) {
        ok = rc_day_config_take(&query->key, count ? items[0] : NULL, &config, err);
        if (ok && config.shard_count <= RC_DAY_HEAT_SHARDS)
            dayheat->heat.shards = config.shard_count;
        return ok;
    }
    for (size_t i = 0; ok && i < count; i++)
        ok = dayheat->stage == LOOK_FOR_RUNS ? take_run(dayheat, items[i], err)
                                             : take_heat(dayheat, query->number, items[i], err);
    return ok;
}

/* ----- the picture ----- */

static void find_columns(struct dayheat *dayheat)
{
    struct rc_day_heat *heat = &dayheat->heat;
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (size_t i = 0; i < dayheat->entry_count; i++) {
        first = dayheat->entries[i].from_ms < first ? dayheat->entries[i].from_ms : first;
        last = dayheat->entries[i].from_ms > last ? dayheat->entries[i].from_ms : last;
    }
    heat->step_ms = RC_HEAT_BUCKET_MS;
    if (!dayheat->entry_count)
        return;
    int64_t until = last - last % heat->step_ms + heat->step_ms;
    int64_t oldest = until - (int64_t)RC_DAY_HEAT_SPAN_S * 1000;
    heat->from_ms = first > oldest ? first - first % heat->step_ms : oldest;
    heat->columns = (size_t)((until - heat->from_ms) / heat->step_ms);
}

static bool make_cells(struct rc_day_heat *heat)
{
    for (int side = 0; side < RC_SIDES; side++)
        for (int i = 0; i < RC_HEAT_MEASURES; i++) {
            struct rc_side_heat *at = &heat->side[side];
            at->cells[i] = calloc(heat->shards * heat->columns + 1, sizeof *at->cells[i]);
            at->totals[i] = calloc(heat->shards + 1, sizeof *at->totals[i]);
            if (!at->cells[i] || !at->totals[i])
                return false;
        }
    for (int side = 0; side < RC_SIDES; side++) {
        heat->side[side].largest = calloc(heat->shards + 1, sizeof *heat->side[side].largest);
        if (!heat->side[side].largest)
            return false;
    }
    return true;
}

static void fill_cells(struct dayheat *dayheat)
{
    struct rc_day_heat *heat = &dayheat->heat;
    for (size_t i = 0; i < dayheat->entry_count; i++) {
        const struct entry *entry = &dayheat->entries[i];
        struct rc_side_heat *side = &heat->side[entry->side];
        if (entry->from_ms < heat->from_ms) {
            heat->left_out++;
            continue;
        }
        size_t column = (size_t)((entry->from_ms - heat->from_ms) / heat->step_ms);
        for (int measure = 0; measure < RC_HEAT_MEASURES; measure++) {
            side->cells[measure][entry->shard * heat->columns + column] += entry->counts[measure];
            side->totals[measure][entry->shard] += entry->counts[measure];
        }
    }
}

static void add_to_largest(struct rc_side_heat *side, const struct entry *entry)
{
    int64_t until_ms = entry->from_ms + RC_HEAT_BUCKET_MS;
    if (!side->largest_from_ms || entry->from_ms < side->largest_from_ms)
        side->largest_from_ms = entry->from_ms;
    if (until_ms > side->largest_until_ms)
        side->largest_until_ms = until_ms;
    side->largest[entry->shard] += entry->counts[RC_HEAT_WRITES];
}

/* Of equal ones the newest. */
static void find_largest(struct dayheat *dayheat)
{
    struct rc_day_heat *heat = &dayheat->heat;
    uint64_t writes[RC_SIDES][RC_DAY_HEAT_RUNS] = {{0}};
    size_t largest[RC_SIDES] = {0};
    for (size_t i = 0; i < dayheat->entry_count; i++) {
        const struct entry *entry = &dayheat->entries[i];
        writes[entry->side][entry->run] += entry->counts[RC_HEAT_WRITES];
    }
    for (int side = 0; side < RC_SIDES; side++)
        for (size_t run = 1; run < RC_DAY_HEAT_RUNS; run++)
            if (writes[side][run] > writes[side][largest[side]])
                largest[side] = run;
    for (size_t i = 0; i < dayheat->entry_count; i++) {
        const struct entry *entry = &dayheat->entries[i];
        if (entry->run == largest[entry->side])
            add_to_largest(&heat->side[entry->side], entry);
    }
    for (int side = 0; side < RC_SIDES; side++)
        if (!heat->side[side].largest_until_ms) {
            heat->side[side].largest_from_ms = heat->from_ms;
            heat->side[side].largest_until_ms = rc_day_heat_until_ms(heat);
        }
}

static bool keep_row(struct dayheat *dayheat, sqlite3_stmt *insert, int side, size_t shard,
                     struct rc_error *err)
{
    const struct rc_side_heat *at = &dayheat->heat.side[side];
    uint32_t busiest = 0;
    for (size_t i = 0; i < dayheat->heat.columns; i++) {
        uint32_t cell = at->cells[RC_HEAT_WRITES][shard * dayheat->heat.columns + i];
        busiest = cell > busiest ? cell : busiest;
    }
    sqlite3_bind_int64(insert, 1, dayheat->listing.number);
    rc_bind_text(insert, 2, at->table);
    sqlite3_bind_int64(insert, 3, (int64_t)shard);
    for (int i = 0; i < RC_HEAT_MEASURES; i++)
        sqlite3_bind_int64(insert, 4 + i, (int64_t)at->totals[i][shard]);
    sqlite3_bind_int64(insert, 4 + RC_HEAT_MEASURES, busiest);
    dayheat->listing.rows++;
    return rc_live_step(dayheat->listing.live, insert, err);
}

static bool keep_rows(struct dayheat *dayheat, struct rc_error *err)
{
    struct rc_live *live = dayheat->listing.live;
    sqlite3_stmt *insert =
        rc_live_prepare(live,
                        "INSERT INTO heat (listing, of_table, shard, writes, throttled, retried, "
                        "busiest) VALUES (?, ?, ?, ?, ?, ?, ?)",
                        err);
    bool ok = insert != NULL;
    rc_live_begin(live);
    for (int side = 0; ok && side < RC_SIDES; side++)
        for (size_t shard = 0; ok && shard < dayheat->heat.shards; shard++)
            ok = keep_row(dayheat, insert, side, shard, err);
    ok = rc_live_commit(live, err) && ok;
    sqlite3_finalize(insert);
    return ok;
}

static void name_ids(struct dayheat *dayheat, int side)
{
    struct rc_side_heat *at = &dayheat->heat.side[side];
    const struct rc_top_entry *entries;
    size_t count = rc_top_list(dayheat->ids[side], &entries);
    for (size_t i = 0; i < count && i < RC_DAY_HEAT_IDS && dayheat->records[side] > 0; i++) {
        struct rc_hot_key *key = &at->keys[at->key_count++];
        *key = (struct rc_hot_key){.kind = RC_HOT_ID,
                                   .share = (entries[i].weight - entries[i].error) /
                                            (double)dayheat->records[side]};
        snprintf(key->text, sizeof key->text, "%.*s", entries[i].label_length, entries[i].label);
    }
}

/* ----- from stage to stage ----- */

static void keys_known(void *ctx)
{
    struct dayheat *dayheat = ctx;
    if (--dayheat->looking > 0 || dayheat->listing.settled)
        return;
    dayheat->ready = true;
    rc_listing_complete(&dayheat->listing);
}

static bool look_for_keys(struct dayheat *dayheat)
{
    dayheat->looking = RC_SIDES;
    for (int side = 0; side < RC_SIDES; side++) {
        struct rc_side_heat *at = &dayheat->heat.side[side];
        name_ids(dayheat, side);
        dayheat->hotkeys[side] =
            rc_hotkeys_start(dayheat->listing.live, at, dayheat->prefix, keys_known, dayheat);
        if (!dayheat->hotkeys[side])
            return false;
    }
    return true;
}

static void all_came(struct dayheat *dayheat, struct rc_error *err)
{
    find_columns(dayheat);
    bool ok = make_cells(&dayheat->heat);
    if (!ok)
        rc_error_nomem(err);
    if (ok) {
        fill_cells(dayheat);
        find_largest(dayheat);
    }
    free(dayheat->entries);
    dayheat->entries = NULL;
    dayheat->entry_count = dayheat->entry_room = 0;
    ok = ok && keep_rows(dayheat, err);
    dayheat->listing.version++;
    if (ok && !dayheat->heat.columns) {
        dayheat->ready = true;
        rc_listing_complete(&dayheat->listing);
        return;
    }
    if (ok && !look_for_keys(dayheat))
        rc_error_nomem(err);
    if (err->code)
        rc_listing_fail(&dayheat->listing, err);
}

static int newest_first(const void *a, const void *b)
{
    int64_t left = ((const struct run *)a)->began_ms, right = ((const struct run *)b)->began_ms;
    return (left < right) - (left > right);
}

static bool begin_queries(struct dayheat *dayheat, enum stage stage, struct rc_error *err);

static void done(void *ctx, const struct rc_error *why)
{
    struct dayheat *dayheat = ctx;
    struct rc_error err = *why;
    if (dayheat->listing.settled)
        return;
    if (err.code) {
        rc_listing_fail(&dayheat->listing, &err);
    } else if (dayheat->stage == LOOK_AT_RUNS) {
        all_came(dayheat, &err);
    } else {
        if (dayheat->run_count)
            qsort(dayheat->runs, dayheat->run_count, sizeof *dayheat->runs, newest_first);
        dayheat->heat.runs = dayheat->run_count;
        if (!begin_queries(dayheat, LOOK_AT_RUNS, &err))
            rc_listing_fail(&dayheat->listing, &err);
    }
}

static const struct rc_queries_ops queries_ops = {.next = next, .items = take_items, .done = done};

static bool begin_queries(struct dayheat *dayheat, enum stage stage, struct rc_error *err)
{
    rc_queries_free(dayheat->queries);
    dayheat->stage = stage;
    dayheat->cursor = 0;
    dayheat->queries =
        rc_queries_start(dayheat->listing.live, &queries_ops, dayheat, &dayheat->cost, err);
    return dayheat->queries != NULL;
}

/* ----- the listing ----- */

static void end_requests(struct dayheat *dayheat)
{
    rc_queries_free(dayheat->queries);
    dayheat->queries = NULL;
    for (int side = 0; side < RC_SIDES; side++) {
        rc_hotkeys_free(dayheat->hotkeys[side]);
        dayheat->hotkeys[side] = NULL;
    }
}

static void stop(struct rc_listing *listing)
{
    if (!listing->settled) /* else perhaps by what these call, which goes with the release */
        end_requests((struct dayheat *)listing);
}

static void release(struct rc_listing *listing)
{
    struct dayheat *dayheat = (struct dayheat *)listing;
    end_requests(dayheat);
    free(dayheat->runs);
    free(dayheat->entries);
    for (int side = 0; side < RC_SIDES; side++) {
        rc_top_free(dayheat->ids[side]);
        for (int i = 0; i < RC_HEAT_MEASURES; i++) {
            free(dayheat->heat.side[side].cells[i]);
            free(dayheat->heat.side[side].totals[i]);
        }
        free(dayheat->heat.side[side].largest);
    }
}

static const struct rc_listing_kind kind = {
    .table = "heat", .size = sizeof(struct dayheat), .stop = stop, .release = release};

static void add_date(struct dayheat *dayheat, int32_t date)
{
    for (size_t i = 0; i < dayheat->date_count; i++)
        if (dayheat->dates[i] == date)
            return;
    dayheat->dates[dayheat->date_count++] = date;
}

static bool start(struct dayheat *dayheat, const char *program, const char *date,
                  struct rc_error *err)
{
    int32_t today = (int32_t)(rc_live_now_ms(dayheat->listing.live) / 86400000);
    if (!*date) {
        rc_error_set(err, RC_USAGE, "%.64s%sof which day? PROGRAM DATE, the date as YYYY-MM-DD",
                     program, *program ? ": " : "");
        return false;
    }
    if (!*program || strlen(program) > RC_PROGRAM_ID_BYTES || strchr(program, '#') ||
        !rc_civil_parse(date, strlen(date), &dayheat->day.date)) {
        rc_error_set(err, RC_USAGE, "\"%s %s\" is no program and date (YYYY-MM-DD)", program, date);
        return false;
    }
    memcpy(dayheat->day.program, program, strlen(program) + 1);
    snprintf(dayheat->heat.program, sizeof dayheat->heat.program, "%s", program);
    snprintf(dayheat->heat.date, sizeof dayheat->heat.date, "%.10s", date);
    snprintf(dayheat->prefix, sizeof dayheat->prefix, "%s#%.10s#", program, date);
    for (int side = 0; side < RC_SIDES; side++) {
        snprintf(dayheat->heat.side[side].table, sizeof dayheat->heat.side[side].table, "%s",
                 rc_table_name((enum rc_pipeline_table)side));
        dayheat->ids[side] = rc_top_new(IDS);
        if (!dayheat->ids[side]) {
            rc_error_nomem(err);
            return false;
        }
    }
    for (int32_t i = 0; i <= DAYS_AFTER && dayheat->day.date + i <= today; i++)
        add_date(dayheat, dayheat->day.date + i);
    for (int32_t i = 0; i <= DAYS_BEFORE; i++)
        add_date(dayheat, today - i);
    return begin_queries(dayheat, LOOK_FOR_RUNS, err);
}

struct rc_listing *rc_live_day_heat(struct rc_live *live, const char *program, const char *date,
                                    struct rc_error *err)
{
    struct rc_listing *listing = rc_listing_new(live, &kind, err);
    if (listing && start((struct dayheat *)listing, program, date, err))
        return listing;
    rc_listing_free(listing);
    return NULL;
}

const struct rc_day_heat *rc_day_heat_of(const struct rc_listing *listing)
{
    const struct dayheat *dayheat = (const struct dayheat *)listing;
    return dayheat->ready ? &dayheat->heat : NULL;
}
