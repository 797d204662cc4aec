#include "model/live_day_internal.h"

#include <stdlib.h>
#include <string.h>

enum { SWEEP_MS = 20 };

static void begin_stage(struct rc_live_day *day, enum rc_live_day_stage stage);

/* ----- what a stage asks ----- */

static bool state_item(const struct rc_live_day *day, const char *what, struct rc_query *query)
{
    query->table = RC_TABLE_STATE;
    query->exact = true;
    rc_key_day(&day->day, what, &query->key);
    return true;
}

static bool next_of_head(struct rc_live_day *day, struct rc_query *query)
{
    if (query->number == 0)
        return state_item(day, "ROLLUP", query);
    if (query->number == 1)
        rc_live_day_ask_notes(day, query);
    return query->number == 1;
}

static bool next_of_setup(const struct rc_live_day *day, struct rc_query *query)
{
    if (query->number == 0)
        return state_item(day, "CONFIG", query);
    query->table = RC_TABLE_STATE;
    query->exact = true;
    rc_key_program(day->day.program, &query->key);
    return query->number == 1;
}

/* First the totals of each active delivery, then all summaries. */
static bool next_of_sums(const struct rc_live_day *day, struct rc_query *query)
{
    uint64_t at = query->number;
    query->table = RC_TABLE_STATE;
    for (int side = 0; side < RC_SIDES; side++) {
        const struct rc_active *active = &day->config.active[side];
        if (at < (uint64_t)active->count) {
            struct rc_delivery delivery = {day->day, (enum rc_side)side, active->numbers[at]};
            rc_key_delivery(&delivery, "TOTALS", &query->key);
            query->exact = true;
            return true;
        }
        at -= (uint64_t)active->count;
    }
    rc_key_summaries(&day->day, day->fingerprint, &query->key);
    return at == 0 && day->summaries;
}

static bool next_of_pages(struct rc_live_day *day, struct rc_query *query)
{
    uint64_t count = rc_live_day_queries(day);
    while (query->number < count && day->asks[query->number].ended)
        query->number++;
    day->cursor = query->number + 1;
    if (query->number < count) {
        day->asks[query->number].met = 0;
        rc_live_day_query(day, query->number, query);
    }
    return query->number < count;
}

static bool next(void *ctx, struct rc_query *query)
{
    struct rc_live_day *day = ctx;
    query->number = day->cursor++;
    switch (day->stage) {
    case RC_LIVE_DAY_HEAD:
        return next_of_head(day, query);
    case RC_LIVE_DAY_SETUP:
        return next_of_setup(day, query);
    case RC_LIVE_DAY_SUMS:
        return next_of_sums(day, query);
    default:
        return next_of_pages(day, query);
    }
}

/* ----- what it is told ----- */

static void keep_item(json_t **place, const json_t *item)
{
    json_decref(*place);
    *place = json_incref((json_t *)item);
}

static bool take_sums(struct rc_live_day *day, uint64_t number, const json_t *const *items,
                      size_t count, struct rc_error *err)
{
    for (int side = 0; side < RC_SIDES; side++) {
        uint64_t deliveries = (uint64_t)day->config.active[side].count;
        if (number < deliveries) {
            if (count)
                keep_item(&day->items.totals[side][number], items[0]);
            return true;
        }
        number -= deliveries;
    }
    for (size_t i = 0; i < count; i++)
        if (!rc_summaries_take(day->summaries, items[i], err))
            return false;
    return true;
}

static bool take_items(void *ctx, const struct rc_query *query, const json_t *const *items,
                       size_t count, struct rc_error *err)
{
    struct rc_live_day *day = ctx;
    switch (day->stage) {
    case RC_LIVE_DAY_HEAD:
        if (query->number == 1)
            return rc_live_day_put_notes(day, items, count, err);
        if (count)
            keep_item(&day->items.rollup, items[0]);
        return true;
    case RC_LIVE_DAY_SETUP:
        if (count)
            keep_item(query->number == 0 ? &day->items.config : &day->items.program, items[0]);
        return true;
    case RC_LIVE_DAY_SUMS:
        return take_sums(day, query->number, items, count, err);
    default:
        if (!rc_live_day_put_page(day, query->number, items, count, err))
            return false;
        day->listing.rows = day->progress.discrepancies + day->progress.rejected;
        day->listing.version++;
        return true;
    }
}

static void query_ended(void *ctx, const struct rc_query *query)
{
    struct rc_live_day *day = ctx;
    if (day->stage != RC_LIVE_DAY_PAGES)
        return;
    day->asks[query->number].ended = true;
    if (query->number < day->config.shard_count)
        day->progress.shards_done++;
    day->listing.version++;
}

/* ----- from stage to stage ----- */

static void forget_items(struct rc_live_day *day)
{
    json_decref(day->items.rollup);
    json_decref(day->items.config);
    json_decref(day->items.program);
    for (int side = 0; side < RC_SIDES; side++)
        for (int i = 0; i < RC_ACTIVE_MOST; i++)
            json_decref(day->items.totals[side][i]);
    day->items = (struct rc_live_day_items){0};
}

/* Whether all has come that the rollup and the deliveries tell of. */
static bool all_there(const struct rc_live_day *day, struct rc_error *err)
{
    const struct rc_live_day_progress *p = &day->progress;
    const char *what = p->discrepancies != p->discrepancies_expected ? "discrepancies"
                       : p->rejected != p->rejected_expected         ? "rejected records"
                                                                     : NULL;
    bool first = p->discrepancies != p->discrepancies_expected;
    if (day->unreadable) {
        *err = day->unreadable_first;
        if (day->unreadable > 1)
            rc_error_prefix(err, "%llu items, the first of them",
                            (unsigned long long)day->unreadable);
        return false;
    }
    if (what)
        rc_error_set(err, RC_DATA,
                     "%llu %s are there of the %llu that %s tells of: the others have expired "
                     "(retention_days of the program), or something else has removed them",
                     (unsigned long long)(first ? p->discrepancies : p->rejected), what,
                     (unsigned long long)(first ? p->discrepancies_expected : p->rejected_expected),
                     first ? "the rollup" : "the deliveries");
    return !what;
}

/* It goes on where it stopped, begins anew, or has nothing to do. */
static void after_head(struct rc_live_day *day)
{
    const char *fingerprint = rc_item_get_text(day->items.rollup, "fingerprint");
    bool same = fingerprint && strcmp(fingerprint, day->fingerprint) == 0;
    struct rc_error err = {0};
    if (same && day->whole) {
        forget_items(day);
        rc_listing_complete(&day->listing);
    } else if (same && day->again && !all_there(day, &err)) {
        rc_listing_fail(&day->listing, &err);
    } else if (same && day->ready) {
        begin_stage(day, RC_LIVE_DAY_PAGES);
    } else {
        snprintf(day->fingerprint, sizeof day->fingerprint, "%s", fingerprint ? fingerprint : "");
        begin_stage(day, RC_LIVE_DAY_SETUP);
    }
}

static bool finish_sums(struct rc_live_day *day, struct rc_error *err)
{
    day->whole = false;
    day->unreadable = 0;
    day->fill++;
    if (!rc_live_day_put_sums(day, err))
        return false;
    forget_items(day);
    day->ready = true;
    day->listing.rows = 0;
    day->listing.version++;
    return true;
}

/* What is missing may have made way for a newer rollup: that is looked for once. */
static void after_pages(struct rc_live_day *day)
{
    struct rc_error err = {0};
    if (all_there(day, &err)) {
        day->whole = rc_live_day_end_rows(day, &err);
        if (day->whole)
            begin_stage(day, RC_LIVE_DAY_SWEEP);
        else
            rc_listing_fail(&day->listing, &err);
    } else if (!day->again) {
        day->again = true;
        begin_stage(day, RC_LIVE_DAY_HEAD);
    } else {
        rc_listing_fail(&day->listing, &err);
    }
}

static void stage_done(void *ctx, const struct rc_error *failure)
{
    struct rc_live_day *day = ctx;
    struct rc_error err = *failure;
    rc_queries_free(day->queries);
    day->queries = NULL;
    if (!err.code && day->stage == RC_LIVE_DAY_SETUP && rc_live_day_read_setup(day, &err) &&
        rc_live_day_begin_sums(day, &err)) {
        begin_stage(day, RC_LIVE_DAY_SUMS);
        return;
    }
    if (!err.code && day->stage == RC_LIVE_DAY_SUMS && finish_sums(day, &err)) {
        begin_stage(day, RC_LIVE_DAY_PAGES);
        return;
    }
    if (err.code)
        rc_listing_fail(&day->listing, &err);
    else if (day->stage == RC_LIVE_DAY_HEAD)
        after_head(day);
    else
        after_pages(day);
}

static void sweep(struct rc_timer *timer)
{
    struct rc_live_day *day = timer->ctx;
    struct rc_error err = {0};
    bool more = false;
    if (day->fill > 1 && !rc_live_day_sweep(day, &more, &err)) {
        rc_listing_fail(&day->listing, &err);
    } else if (more) {
        day->listing.version++;
        rc_timer_set(rc_live_loop(day->listing.live), &day->sweep, SWEEP_MS);
    } else {
        rc_listing_complete(&day->listing);
    }
}

static void begin_stage(struct rc_live_day *day, enum rc_live_day_stage stage)
{
    static const struct rc_queries_ops ops = {next, take_items, query_ended, stage_done};
    struct rc_error err = {0};
    day->stage = stage;
    day->cursor = 0;
    if (stage == RC_LIVE_DAY_HEAD)
        forget_items(day);
    if (stage == RC_LIVE_DAY_SWEEP) {
        day->swept[0] = '\0';
        sweep(&day->sweep);
        return;
    }
    day->queries = rc_queries_start(day->listing.live, &ops, day, &day->cost, &err);
    if (!day->queries)
        rc_listing_fail(&day->listing, &err);
}

/* ----- the listing ----- */

static void stop(struct rc_listing *listing)
{
    struct rc_live_day *day = (struct rc_live_day *)listing;
    rc_queries_free(day->queries);
    day->queries = NULL;
    rc_timer_stop(rc_live_loop(listing->live), &day->sweep);
}

static void release(struct rc_listing *listing)
{
    struct rc_live_day *day = (struct rc_live_day *)listing;
    rc_live_day_stop_bytes(day);
    rc_live_day_free_setup(day);
    forget_items(day);
    rc_live_day_free_rows(day);
    rc_live_day_free_notes(day);
    rc_dayfile_close(&day->file);
    rc_live_file_remove(&day->name);
    free(day->asks);
}

static const struct rc_listing_kind kind = {
    .size = sizeof(struct rc_live_day), .stop = stop, .release = release};

static bool read_name(struct rc_live_day *day, const char *program, const char *date,
                      struct rc_error *err)
{
    size_t length = strspn(program, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                    "0123456789._-");
    if (!length || program[length] || length > RC_PROGRAM_ID_BYTES ||
        !rc_civil_parse(date, strlen(date), &day->day.date)) {
        rc_error_set(err, RC_USAGE,
                     "\"%s %s\": a program and a date (YYYY-MM-DD) are needed, as `rollups` lists "
                     "them",
                     program, date);
        return false;
    }
    snprintf(day->day.program, sizeof day->day.program, "%s", program);
    rc_civil_format(day->day.date, day->date);
    return true;
}

struct rc_live_day *rc_live_day_open(struct rc_live *live, const char *program, const char *date,
                                     struct rc_error *err)
{
    struct rc_listing *listing = rc_listing_new(live, &kind, err);
    struct rc_live_day *day = (struct rc_live_day *)listing;
    if (!day)
        return NULL;
    day->sweep = (struct rc_timer){.fire = sweep, .ctx = day};
    if (read_name(day, program, date, err) && rc_live_day_create(day, err)) {
        begin_stage(day, RC_LIVE_DAY_HEAD);
        return day;
    }
    rc_listing_free(listing);
    return NULL;
}

void rc_live_day_free(struct rc_live_day *day)
{
    if (day)
        rc_listing_free(&day->listing);
}

bool rc_live_day_models(struct rc_live_day *day, struct rc_model **models, size_t count,
                        struct rc_error *err)
{
    size_t open = 0;
    while (open < count && (models[open] = rc_model_open(day->name.path, err)))
        open++;
    rc_live_file_remove(&day->name);
    if (open == count)
        return true;
    while (open > 0)
        rc_model_close(models[--open]);
    return false;
}

struct rc_listing *rc_live_day_listing(struct rc_live_day *day)
{
    return &day->listing;
}

/* All has been asked for, and it was not what it should be: from the start. */
static void ask_again(struct rc_live_day *day)
{
    uint64_t count = day->ready && !day->whole ? rc_live_day_queries(day) : 0;
    for (uint64_t i = 0; i < count; i++)
        if (!day->asks[i].ended)
            return;
    for (uint64_t i = 0; i < count; i++)
        day->asks[i].ended = false;
    if (!count)
        return;
    day->progress.shards_done = 0;
    day->progress.discrepancies = day->progress.rejected = 0;
    day->unreadable = 0;
    day->fill++;
}

void rc_live_day_refresh(struct rc_live_day *day)
{
    if (!day->listing.settled)
        return;
    ask_again(day);
    day->listing.settled = false;
    day->listing.state = RC_LISTING_LOADING;
    day->listing.err = (struct rc_error){0};
    day->again = false;
    begin_stage(day, RC_LIVE_DAY_HEAD);
}

const char *rc_live_day_program(const struct rc_live_day *day)
{
    return day->day.program;
}

const char *rc_live_day_date(const struct rc_live_day *day)
{
    return day->date;
}

struct rc_live_day_progress rc_live_day_progress(const struct rc_live_day *day)
{
    struct rc_live_day_progress progress = day->progress;
    progress.requests = day->cost.requests;
    progress.read_units = day->cost.read_units;
    return progress;
}
