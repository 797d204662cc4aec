#include "model/live.h"

#include "aws/ddb_item.h"
#include "core/civil.h"
#include "model/live_queries.h"
#include "model/model_internal.h"

#include <string.h>

/* What people wrote of the discrepancies of a day, or of one of its transactions
 * (pipeline/keys.h, rc_key_note). */

struct notes {
    struct rc_listing listing;
    struct rc_queries *queries;
    struct rc_queries_cost cost;
    struct rc_key key;
    bool asked;
    sqlite3_stmt *insert;
};

static bool next(void *ctx, struct rc_query *query)
{
    struct notes *notes = ctx;
    if (notes->asked)
        return false;
    notes->asked = true;
    query->table = RC_TABLE_STATE;
    query->key = notes->key;
    return true;
}

static bool put(struct notes *notes, const json_t *item, struct rc_error *err)
{
    static const char *const texts[] = {"kind", "who", "text", "reason", "assignee"};
    sqlite3_stmt *to = notes->insert;
    const char *sk = rc_item_get_text(item, "SK");
    char id[RC_ID_BYTES + 1], at[RC_TIME_TEXT] = "";
    int64_t at_ms = 0;
    rc_key_note_id(sk ? sk : "", id);
    if (rc_item_get_int(item, "at", &at_ms))
        rc_time_text(at_ms, at);
    sqlite3_bind_int64(to, 1, notes->listing.number);
    rc_bind_text(to, 2, id);
    sqlite3_bind_int64(to, 3, at_ms);
    rc_bind_text(to, 4, at);
    for (int i = 0; i < 5; i++)
        rc_bind_text(to, 5 + i, rc_item_get_text(item, texts[i]));
    if (!rc_live_step(notes->listing.live, to, err))
        return false;
    notes->listing.rows++;
    return true;
}

static bool take(void *ctx, const struct rc_query *query, const json_t *const *items, size_t count,
                 struct rc_error *err)
{
    struct notes *notes = ctx;
    bool ok = true;
    (void)query;
    rc_live_begin(notes->listing.live);
    for (size_t i = 0; ok && i < count; i++)
        ok = put(notes, items[i], err);
    ok = rc_live_commit(notes->listing.live, err) && ok;
    notes->listing.version++;
    return ok;
}

static void done(void *ctx, const struct rc_error *failure)
{
    struct notes *notes = ctx;
    struct rc_error err = *failure;
    rc_queries_free(notes->queries);
    notes->queries = NULL;
    if (err.code)
        rc_listing_fail(&notes->listing, &err);
    else
        rc_listing_complete(&notes->listing);
}

static void stop(struct rc_listing *listing)
{
    struct notes *notes = (struct notes *)listing;
    rc_queries_free(notes->queries);
    notes->queries = NULL;
}

static void release(struct rc_listing *listing)
{
    sqlite3_finalize(((struct notes *)listing)->insert);
}

static const struct rc_listing_kind kind = {
    .table = "note", .size = sizeof(struct notes), .stop = stop, .release = release};

static bool make_key(const char *program, const char *date, const char *transaction,
                     struct rc_key *key, struct rc_error *err)
{
    struct rc_filedate day;
    size_t length = strlen(program);
    if (!length || length > RC_PROGRAM_ID_BYTES || !rc_civil_parse(date, strlen(date), &day.date)) {
        rc_error_set(err, RC_USAGE, "\"%.64s %.64s\": a program and a date (YYYY-MM-DD) are needed",
                     program, date);
        return false;
    }
    memcpy(day.program, program, length + 1);
    if (rc_key_notes(&day, (struct rc_text){transaction, (uint32_t)strlen(transaction)}, key))
        return true;
    rc_error_set(err, RC_USAGE, "a transaction's id has %d bytes at most", RC_ID_BYTES);
    return false;
}

struct rc_listing *rc_live_notes(struct rc_live *live, const char *program, const char *date,
                                 const char *transaction, struct rc_error *err)
{
    static const struct rc_queries_ops ops = {next, take, NULL, done};
    struct rc_key key;
    if (!make_key(program, date, transaction, &key, err))
        return NULL;
    struct notes *notes = (struct notes *)rc_listing_new(live, &kind, err);
    if (!notes)
        return NULL;
    notes->key = key;
    notes->insert = rc_live_prepare(live, "INSERT INTO note VALUES (NULL,?,?,?,?,?,?,?,?,?)", err);
    if (notes->insert)
        notes->queries = rc_queries_start(live, &ops, notes, &notes->cost, err);
    if (notes->queries)
        return &notes->listing;
    rc_listing_free(&notes->listing);
    return NULL;
}

bool rc_notes_read(struct rc_model *model, int64_t listing,
                   void (*each)(void *ctx, const struct rc_note *note), void *ctx,
                   struct rc_error *err)
{
    bool ok = true;
    sqlite3_stmt *row =
        rc_model_prepare(model,
                         "SELECT at, kind, who, text, reason, assignee FROM note WHERE listing = ?"
                         " ORDER BY at_ms, id",
                         err);
    if (!row)
        return false;
    sqlite3_bind_int64(row, 1, listing);
    while (rc_model_step(model, row, &ok, err)) {
        const char *texts[6];
        for (int i = 0; i < 6; i++) {
            texts[i] = (const char *)sqlite3_column_text(row, i);
            texts[i] = texts[i] ? texts[i] : "";
        }
        each(ctx, &(struct rc_note){texts[0], texts[1], texts[2], texts[3], texts[4], texts[5]});
    }
    sqlite3_finalize(row);
    return ok;
}
