#include "model/live_trail_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    DAYS_AT_ONCE = 32, /* that are read between two steps back in time */
    PAGE_ITEMS = 500,  /* what a page has must be put away while nobody waits for it */
};

static void begin_stage(struct rc_trail *trail, enum rc_trail_stage stage);

static size_t days_now(const struct rc_trail *trail)
{
    size_t left = trail->day_count - trail->first;
    return left < DAYS_AT_ONCE ? left : DAYS_AT_ONCE;
}

/* The shard that has the id on that day. */
static uint32_t shard_on(const struct rc_trail *trail, const struct rc_trail_day *day)
{
    return rc_shard_of(trail->hash, day->config.shard_count);
}

static void set_id(const struct rc_trail *trail, struct rc_query *query)
{
    memcpy(query->key.sk, trail->key, sizeof trail->key);
}

/* ----- what a stage asks ----- */

static bool next_of_catalog(const struct rc_trail *trail, struct rc_query *query)
{
    rc_key_catalog_days(&query->key);
    size_t length = strlen(query->key.sk);
    if (*trail->program)
        snprintf(query->key.sk + length, sizeof query->key.sk - length, "%s#", trail->program);
    query->backwards = true;
    return query->number == 0;
}

static bool next_of_heads(const struct rc_trail *trail, struct rc_query *query)
{
    if (query->number >= 2 * days_now(trail))
        return false;
    const struct rc_trail_day *day = &trail->days[trail->first + query->number / 2];
    rc_key_day(&day->day, query->number % 2 ? "ROLLUP" : "CONFIG", &query->key);
    query->exact = true;
    return true;
}

/* Of a whole day one shard after the other, both sides of each. */
static bool next_of_sides(struct rc_trail *trail, struct rc_query *query)
{
    uint64_t at = query->number;
    const struct rc_trail_day *day = &trail->days[trail->first];
    query->page_items = PAGE_ITEMS;
    if (trail->whole) {
        rc_key_records(&day->day, (uint32_t)(at / 2), &query->key);
        query->table = at % 2 ? RC_TABLE_INTERNAL : RC_TABLE_SETTLEMENT;
        return !trail->full && at / 2 < day->config.shard_count;
    }
    while (at < 2 * days_now(trail) && !day[at / 2].config.shard_count)
        at++;
    query->number = at;
    trail->cursor = at + 1;
    if (at >= 2 * days_now(trail))
        return false;
    day += at / 2;
    rc_key_records(&day->day, shard_on(trail, day), &query->key);
    query->table = at % 2 ? RC_TABLE_INTERNAL : RC_TABLE_SETTLEMENT;
    set_id(trail, query);
    return true;
}

static bool next_of_found(struct rc_trail *trail, struct rc_query *query)
{
    const struct rc_trail_day *days = &trail->days[trail->first];
    uint64_t at = query->number;
    while (at < days_now(trail) && (!days[at].config.shard_count || !*days[at].fingerprint))
        at++;
    query->number = at;
    trail->cursor = at + 1;
    if (at >= days_now(trail))
        return false;
    rc_key_discrepancy(&days[at].day, days[at].fingerprint, shard_on(trail, &days[at]), "",
                       RC_SETTLEMENT, &query->key);
    set_id(trail, query);
    return true;
}

static bool next_of_open(const struct rc_trail *trail, struct rc_query *query)
{
    if (query->number >= trail->program_count)
        return false;
    rc_key_open_shard(trail->days[trail->programs[query->number]].day.program,
                      (uint32_t)(trail->hash % RC_OPEN_SHARDS), &query->key);
    set_id(trail, query);
    return true;
}

static bool next_of_objects(const struct rc_trail *trail, struct rc_query *query)
{
    if (query->number >= trail->place_count)
        return false;
    const struct rc_trail_place *place = &trail->places[query->number];
    struct rc_delivery delivery = {trail->days[place->day].day, place->side, place->delivery};
    rc_key_delivery(&delivery, "TOTALS", &query->key);
    query->exact = true;
    return true;
}

static bool next(void *ctx, struct rc_query *query)
{
    struct rc_trail *trail = ctx;
    query->number = trail->cursor++;
    query->table = RC_TABLE_STATE;
    switch (trail->stage) {
    case RC_TRAIL_CATALOG:
        return next_of_catalog(trail, query);
    case RC_TRAIL_HEADS:
        return next_of_heads(trail, query);
    case RC_TRAIL_SIDES:
        return next_of_sides(trail, query);
    case RC_TRAIL_FOUND:
        return next_of_found(trail, query);
    case RC_TRAIL_OPEN:
        return next_of_open(trail, query);
    default:
        return next_of_objects(trail, query);
    }
}

/* ----- days ----- */

static void add_program(struct rc_trail *trail, size_t day)
{
    const char *program = trail->days[day].day.program;
    for (size_t i = 0; i < trail->program_count; i++)
        if (strcmp(trail->days[trail->programs[i]].day.program, program) == 0)
            return;
    if (trail->program_count < RC_TRAIL_PROGRAMS)
        trail->programs[trail->program_count++] = day;
}

static bool add_day(struct rc_trail *trail, const char *program, int32_t date, struct rc_error *err)
{
    if (trail->day_count == trail->day_room) {
        size_t room = trail->day_room ? 2 * trail->day_room : 64;
        struct rc_trail_day *days = realloc(trail->days, room * sizeof *days);
        if (!days) {
            rc_error_nomem(err);
            return false;
        }
        trail->days = days;
        trail->day_room = room;
    }
    struct rc_trail_day *day = &trail->days[trail->day_count++];
    *day = (struct rc_trail_day){.day.date = date};
    snprintf(day->day.program, sizeof day->day.program, "%s", program);
    return true;
}

static bool take_days(struct rc_trail *trail, const json_t *const *items, size_t count,
                      struct rc_error *err)
{
    for (size_t i = 0; i < count; i++) {
        const char *program = rc_item_get_text(items[i], "program");
        const char *date = rc_item_get_text(items[i], "date");
        int32_t days;
        if (!program || !date || !rc_civil_parse(date, strlen(date), &days))
            continue;
        trail->full = trail->day_count == RC_TRAIL_DAYS;
        if (trail->full)
            break;
        if (!add_day(trail, program, days, err))
            return false;
    }
    return true;
}

/* Newest first, whatever the program. */
static int by_date(const void *a, const void *b)
{
    const struct rc_trail_day *x = a, *y = b;
    return x->day.date != y->day.date ? (x->day.date < y->day.date) - (x->day.date > y->day.date)
                                      : strcmp(x->day.program, y->day.program);
}

static bool take_head(struct rc_trail *trail, uint64_t number, const json_t *item,
                      struct rc_error *err)
{
    struct rc_trail_day *day = &trail->days[trail->first + number / 2];
    struct rc_key key;
    rc_key_day(&day->day, "CONFIG", &key);
    if (number % 2 == 0)
        return rc_day_config_take(&key, item, &day->config, err);
    const char *fingerprint = rc_item_get_text(item, "fingerprint");
    snprintf(day->fingerprint, sizeof day->fingerprint, "%s", fingerprint ? fingerprint : "");
    return true;
}

/* ----- what comes ----- */

static bool take(struct rc_trail *trail, const struct rc_query *query, const json_t *const *items,
                 size_t count, struct rc_error *err)
{
    size_t day = trail->first;
    uint32_t shard = (uint32_t)(query->number / 2);
    enum rc_side side = query->table == RC_TABLE_INTERNAL ? RC_INTERNAL : RC_SETTLEMENT;
    switch (trail->stage) {
    case RC_TRAIL_CATALOG:
        return take_days(trail, items, count, err);
    case RC_TRAIL_HEADS:
        return !count || take_head(trail, query->number, items[0], err);
    case RC_TRAIL_SIDES:
        if (!trail->whole) {
            day += query->number / 2;
            shard = shard_on(trail, &trail->days[day]);
        }
        return rc_trail_put_records(trail, day, side, shard, items, count, err);
    case RC_TRAIL_FOUND:
        day += query->number;
        return rc_trail_put_found(trail, day, shard_on(trail, &trail->days[day]), items, count,
                                  err);
    case RC_TRAIL_OPEN:
        return rc_trail_put_open(trail, trail->days[trail->programs[query->number]].day.program,
                                 items, count, err);
    default:
        return !count || rc_trail_put_object(trail, &trail->places[query->number], items[0], err);
    }
}

static bool take_items(void *ctx, const struct rc_query *query, const json_t *const *items,
                       size_t count, struct rc_error *err)
{
    struct rc_trail *trail = ctx;
    rc_live_begin(trail->listing.live);
    bool ok = take(trail, query, items, count, err);
    ok = rc_live_commit(trail->listing.live, err) && ok;
    trail->listing.version++;
    return ok;
}

/* ----- from stage to stage ----- */

static void say_full(const struct rc_trail *trail)
{
    if (trail->full && trail->whole)
        rc_live_note(trail->listing.live, "these are the first %d records of %s; there are more",
                     RC_TRAIL_RECORDS, trail->program);
    else if (trail->full)
        rc_live_note(trail->listing.live,
                     "only %d days were looked through; name the program to see further back",
                     RC_TRAIL_DAYS);
}

static enum rc_trail_stage after_found(struct rc_trail *trail, struct rc_error *err)
{
    size_t count = days_now(trail);
    if (!rc_trail_put_matched(trail, trail->first, count, err))
        return RC_TRAIL_OBJECTS;
    trail->first += count;
    return trail->first < trail->day_count ? RC_TRAIL_HEADS : RC_TRAIL_OPEN;
}

static bool after_catalog(struct rc_trail *trail, struct rc_error *err)
{
    if (!trail->day_count) {
        rc_error_set(err, RC_USAGE,
                     *trail->program ? "the pipeline knows no day of %s; `reconctl get rollups` "
                                       "lists those that it knows"
                                     : "the pipeline knows no days",
                     trail->program);
        return false;
    }
    qsort(trail->days, trail->day_count, sizeof *trail->days, by_date);
    for (size_t i = 0; i < trail->day_count; i++)
        add_program(trail, i);
    return true;
}

static enum rc_trail_stage stage_after(struct rc_trail *trail, struct rc_error *err)
{
    switch (trail->stage) {
    case RC_TRAIL_CATALOG:
        after_catalog(trail, err);
        return RC_TRAIL_HEADS;
    case RC_TRAIL_HEADS:
        if (trail->whole && !trail->days[0].config.shard_count)
            rc_error_set(err, RC_USAGE,
                         "the pipeline knows no such day of %s; `reconctl get rollups` lists "
                         "those that it knows",
                         trail->program);
        return RC_TRAIL_SIDES;
    case RC_TRAIL_SIDES:
        return trail->whole ? RC_TRAIL_OBJECTS : RC_TRAIL_FOUND;
    case RC_TRAIL_FOUND:
        return after_found(trail, err);
    default:
        return RC_TRAIL_OBJECTS;
    }
}

static void stage_done(void *ctx, const struct rc_error *failure)
{
    struct rc_trail *trail = ctx;
    struct rc_error err = *failure;
    bool last = trail->stage == RC_TRAIL_OBJECTS;
    rc_queries_free(trail->queries);
    trail->queries = NULL;
    enum rc_trail_stage stage = err.code ? trail->stage : stage_after(trail, &err);
    if (err.code) {
        rc_listing_fail(&trail->listing, &err);
    } else if (last) {
        say_full(trail);
        rc_listing_complete(&trail->listing);
    } else {
        begin_stage(trail, stage);
    }
}

static void begin_stage(struct rc_trail *trail, enum rc_trail_stage stage)
{
    static const struct rc_queries_ops ops = {next, take_items, NULL, stage_done};
    struct rc_error err = {0};
    trail->stage = stage;
    trail->cursor = 0;
    trail->queries = rc_queries_start(trail->listing.live, &ops, trail, &trail->cost, &err);
    if (!trail->queries)
        rc_listing_fail(&trail->listing, &err);
}

/* ----- the listing ----- */

static void stop(struct rc_listing *listing)
{
    struct rc_trail *trail = (struct rc_trail *)listing;
    rc_queries_free(trail->queries);
    trail->queries = NULL;
}

static void release(struct rc_listing *listing)
{
    struct rc_trail *trail = (struct rc_trail *)listing;
    rc_trail_release(trail);
    free(trail->days);
    free(trail->id);
}

static const struct rc_listing_kind kind = {
    .table = "trail", .size = sizeof(struct rc_trail), .stop = stop, .release = release};

static struct rc_trail *make(struct rc_live *live, const char *program, struct rc_error *err)
{
    struct rc_trail *trail = (struct rc_trail *)rc_listing_new(live, &kind, err);
    if (!trail)
        return NULL;
    size_t length = strlen(program);
    bool ok = length <= RC_PROGRAM_ID_BYTES && !strpbrk(program, "#/ ");
    if (ok)
        memcpy(trail->program, program, length + 1);
    else
        rc_error_set(err, RC_USAGE, "\"%s\" is no program", program);
    if (ok && rc_trail_prepare(trail, err))
        return trail;
    rc_listing_free(&trail->listing);
    return NULL;
}

struct rc_listing *rc_live_transaction(struct rc_live *live, const char *id, const char *program,
                                       struct rc_error *err)
{
    size_t length = rc_key_encode(id, strlen(id), (char[1]){0}, 1);
    if (!length || length > RC_ID_BYTES) {
        rc_error_set(err, RC_USAGE, "a TransactionID is needed%s",
                     length ? "; this one is longer than any can be" : "");
        return NULL;
    }
    struct rc_trail *trail = make(live, program, err);
    if (!trail)
        return NULL;
    rc_key_encode(id, strlen(id), trail->key, sizeof trail->key);
    strcat(trail->key, "#");
    trail->hash = rc_id_hash(id, strlen(id));
    trail->id = strdup(id);
    if (trail->id) {
        begin_stage(trail, RC_TRAIL_CATALOG);
        return &trail->listing;
    }
    rc_error_nomem(err);
    rc_listing_free(&trail->listing);
    return NULL;
}

struct rc_listing *rc_live_records(struct rc_live *live, const char *program, const char *date,
                                   struct rc_error *err)
{
    int32_t day;
    if (!*program || !rc_civil_parse(date, strlen(date), &day)) {
        rc_error_set(err, RC_USAGE, "\"%s %s\": a program and a date (YYYY-MM-DD) are needed",
                     program, date);
        return NULL;
    }
    struct rc_trail *trail = make(live, program, err);
    if (!trail)
        return NULL;
    trail->whole = true;
    if (add_day(trail, program, day, err)) {
        begin_stage(trail, RC_TRAIL_HEADS);
        return &trail->listing;
    }
    rc_listing_free(&trail->listing);
    return NULL;
}

void rc_live_trail_cost(const struct rc_listing *listing, uint64_t *requests, double *read_units)
{
    const struct rc_trail *trail = (const struct rc_trail *)listing;
    *requests = trail->cost.requests;
    *read_units = trail->cost.read_units;
}
