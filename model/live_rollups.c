#include "model/live.h"

#include "aws/ddb_item.h"
#include "core/civil.h"
#include "model/live_items.h"
#include "model/rolledup.h"
#include "pipeline/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The days that the pipeline's catalog has, each with its rollup, when there is one. */

enum { MOST_DAYS = 100000 };

struct rollups {
    struct rc_listing listing;
    struct rc_dynamodb_query in;
    struct rc_buf values;
    struct rc_pages *pages;
    char **keys; /* of the rollups, as DynamoDB JSON */
    int64_t *rows;
    size_t count, room;
    struct rc_batch *batch;
    sqlite3_stmt *insert, *update;
};

/* ----- rollups ----- */

static void bind_int(sqlite3_stmt *statement, int at, const json_t *item, const char *name)
{
    int64_t value;
    if (rc_item_get_int(item, name, &value))
        sqlite3_bind_int64(statement, at, value);
}

/* Why a day does not balance, and by how much, a line each. */
static void bind_lines(sqlite3_stmt *statement, int at, const json_t *item)
{
    const char *text = rc_item_get_text(item, "day");
    json_t *day = text ? json_loads(text, 0, NULL) : NULL;
    void (*const tell[])(const json_t *, struct rc_buf *) = {rc_rolledup_because, rc_rolledup_off};
    for (int i = 0; i < 2; i++) {
        struct rc_buf line;
        rc_buf_init(&line, 4096);
        tell[i](day, &line);
        rc_bind_text(statement, at + i, line.data);
        rc_buf_free(&line);
    }
    json_decref(day);
}

static bool keep_rollup(struct rollups *rollups, size_t index, const json_t *item,
                        struct rc_error *err)
{
    sqlite3_stmt *to = rollups->update;
    bool balanced = false;
    static const char *const numbers[] = {"version", "settlement", "internal", "discrepancies"};
    static const char *const texts[] = {"digest", "outcome_digest", "fingerprint", "run"};
    for (int i = 0; i < 4; i++)
        bind_int(to, 1 + i, item, numbers[i]);
    for (int i = 0; i < 4; i++)
        rc_bind_text(to, 5 + i, rc_item_get_text(item, texts[i]));
    if (rc_item_get_bool(item, "balanced", &balanced))
        sqlite3_bind_int(to, 9, balanced);
    bind_lines(to, 10, item);
    sqlite3_bind_int64(to, 12, rollups->rows[index]);
    return rc_live_step(rollups->listing.live, to, err);
}

static void rollups_done(struct rc_batch *batch, void *ctx)
{
    struct rollups *rollups = ctx;
    struct rc_error err = {0};
    bool ok = true;
    rc_live_begin(rollups->listing.live);
    for (size_t i = 0; ok && i < rollups->count; i++) {
        const struct rc_batch_outcome *outcome = rc_batch_outcome(batch, i);
        if (outcome->state == RC_BATCH_FAILED) {
            rc_live_explain_entry(rollups->listing.live, outcome, &err);
            ok = false;
        } else if (outcome->item) {
            ok = keep_rollup(rollups, i, outcome->item, &err);
        }
    }
    ok = rc_live_commit(rollups->listing.live, &err) && ok;
    rollups->listing.version++;
    if (ok)
        rc_listing_complete(&rollups->listing);
    else
        rc_listing_fail(&rollups->listing, &err);
}

static void ask_rollups(struct rollups *rollups)
{
    struct rc_error err = {0};
    struct rc_batch_get_items in = {.table = rc_table_name(RC_TABLE_STATE),
                                    .keys = {"PK", "SK"},
                                    .wanted = {(const char *const *)rollups->keys, rollups->count},
                                    .consistent = true};
    if (!rollups->count) {
        rc_listing_complete(&rollups->listing);
        return;
    }
    rollups->batch = rc_batch_get_items(rc_live_aws(rollups->listing.live), &in, NULL, rollups_done,
                                        rollups, &err);
    if (!rollups->batch)
        rc_listing_fail(&rollups->listing, &err);
}

/* ----- days ----- */

static bool make_room(struct rollups *rollups)
{
    if (rollups->count < rollups->room)
        return true;
    size_t room = rollups->room ? 2 * rollups->room : 64;
    char **keys = realloc(rollups->keys, room * sizeof *keys);
    if (!keys)
        return false;
    rollups->keys = keys;
    int64_t *rows = realloc(rollups->rows, room * sizeof *rows);
    if (!rows)
        return false;
    rollups->rows = rows;
    rollups->room = room;
    return true;
}

static char *key_of_rollup(const char *program, const char *date)
{
    struct rc_filedate day = {.date = 0};
    struct rc_key key;
    if (strlen(program) >= sizeof day.program || !rc_civil_parse(date, strlen(date), &day.date))
        return NULL;
    memcpy(day.program, program, strlen(program) + 1);
    rc_key_day(&day, "ROLLUP", &key);
    return rc_live_key_json(&key);
}

static bool add_day(struct rollups *rollups, const json_t *item, struct rc_error *err)
{
    const char *program = rc_item_get_text(item, "program");
    const char *date = rc_item_get_text(item, "date");
    if (!program || !date)
        return true;
    if (rollups->count == MOST_DAYS) {
        rc_error_set(err, RC_LIMIT, "there are more than %d days, which is more than is shown",
                     MOST_DAYS);
        return false;
    }
    char *key = make_room(rollups) ? key_of_rollup(program, date) : NULL;
    if (!key) {
        rc_error_nomem(err);
        return false;
    }
    rollups->keys[rollups->count] = key;
    rollups->rows[rollups->count++] = 0;
    sqlite3_bind_int64(rollups->insert, 1, rollups->listing.number);
    rc_bind_text(rollups->insert, 2, program);
    rc_bind_text(rollups->insert, 3, date);
    if (!rc_live_step(rollups->listing.live, rollups->insert, err))
        return false;
    rollups->rows[rollups->count - 1] = rc_live_last_row(rollups->listing.live);
    rollups->listing.rows++;
    return true;
}

static bool take_days(void *ctx, const void *answer)
{
    struct rollups *rollups = ctx;
    const struct rc_dynamodb_items *page = answer;
    struct rc_error err = {0};
    bool ok = true;
    if (rollups->listing.settled)
        return false;
    rc_live_begin(rollups->listing.live);
    for (size_t i = 0; ok && i < page->items.count; i++)
        ok = add_day(rollups, page->items.items[i], &err);
    ok = rc_live_commit(rollups->listing.live, &err) && ok;
    rollups->listing.version++;
    if (!ok)
        rc_listing_fail(&rollups->listing, &err);
    return ok;
}

static void days_done(struct rc_call *call, void *ctx)
{
    struct rollups *rollups = ctx;
    if (rollups->listing.settled)
        return;
    if (rc_call_error(call))
        rc_listing_fail_by(&rollups->listing, call, "dynamodb:Query");
    else
        ask_rollups(rollups);
}

/* ----- the listing ----- */

static void stop(struct rc_listing *listing)
{
    struct rollups *rollups = (struct rollups *)listing;
    if (listing->settled) /* perhaps by what these call, which goes with the release */
        return;
    rc_batch_free(rollups->batch);
    rollups->batch = NULL;
    rc_pages_free(rollups->pages);
    rollups->pages = NULL;
}

static void release(struct rc_listing *listing)
{
    struct rollups *rollups = (struct rollups *)listing;
    rc_batch_free(rollups->batch);
    rc_pages_free(rollups->pages);
    sqlite3_finalize(rollups->insert);
    sqlite3_finalize(rollups->update);
    for (size_t i = 0; i < rollups->count; i++)
        free(rollups->keys[i]);
    free(rollups->keys);
    free(rollups->rows);
    rc_buf_free(&rollups->values);
}

static const struct rc_listing_kind kind = {
    .table = "rollup", .size = sizeof(struct rollups), .stop = stop, .release = release};

static bool start(struct rollups *rollups, struct rc_error *err)
{
    struct rc_live *live = rollups->listing.live;
    struct rc_key key;
    rc_key_catalog_days(&key);
    if (!rc_live_query(&rollups->in, &rollups->values, &key, err))
        return false;
    rollups->insert =
        rc_live_prepare(live, "INSERT INTO rollup (listing, program, date) VALUES (?, ?, ?)", err);
    rollups->update = rollups->insert
                          ? rc_live_prepare(live,
                                            "UPDATE rollup SET version = ?, settlement = ?, "
                                            "internal = ?, discrepancies = ?, digest = ?, "
                                            "outcome_digest = ?, fingerprint = ?, run = ?, "
                                            "balanced = ?, because = ?, off = ? WHERE id = ?",
                                            err)
                          : NULL;
    if (!rollups->update)
        return false;
    rollups->pages = rc_pages_start(rc_live_aws(live), &rc_dynamodb_query_operation, &rollups->in,
                                    take_days, days_done, rollups);
    if (!rollups->pages)
        rc_error_nomem(err);
    return rollups->pages != NULL;
}

struct rc_listing *rc_live_rollups(struct rc_live *live, struct rc_error *err)
{
    struct rc_listing *listing = rc_listing_new(live, &kind, err);
    if (listing && start((struct rollups *)listing, err))
        return listing;
    rc_listing_free(listing);
    return NULL;
}
