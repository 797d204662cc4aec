#include "model/live.h"

#include "aws/ddb_item.h"
#include "core/civil.h"
#include "model/live_queries.h"
#include "model/rolledup.h"

#include <stdlib.h>
#include <string.h>

/* The rollups that a day has had, each with what was otherwise than in the one before. */

enum { LINE_BYTES = 16 << 10 };

struct versions {
    struct rc_listing listing;
    struct rc_filedate day;
    struct rc_queries *queries;
    struct rc_queries_cost cost;
    bool asked;
    json_t *before; /* the day as the version before has it */
    sqlite3_stmt *insert;
};

static bool next(void *ctx, struct rc_query *query)
{
    struct versions *versions = ctx;
    if (versions->asked)
        return false;
    versions->asked = true;
    query->table = RC_TABLE_STATE;
    rc_key_day(&versions->day, "ROLLUP#", &query->key);
    return true;
}

static void bind_line(sqlite3_stmt *to, int at, const struct rc_buf *line)
{
    if (line->length)
        sqlite3_bind_text(to, at, line->data, (int)line->length, SQLITE_TRANSIENT);
}

static void bind_lines(struct versions *versions, const json_t *day)
{
    struct rc_buf lines[3];
    for (int i = 0; i < 3; i++)
        rc_buf_init(&lines[i], LINE_BYTES);
    rc_rolledup_because(day, &lines[0]);
    rc_rolledup_off(day, &lines[1]);
    if (versions->before)
        rc_rolledup_changes(versions->before, day, &lines[2]);
    for (int i = 0; i < 3; i++) {
        bind_line(versions->insert, 10 + i, &lines[i]);
        rc_buf_free(&lines[i]);
    }
}

static bool put(struct versions *versions, const json_t *item, struct rc_error *err)
{
    static const char *const numbers[] = {"version", "settlement", "internal", "discrepancies"};
    static const char *const texts[] = {"digest", "outcome_digest", "fingerprint", "run"};
    sqlite3_stmt *to = versions->insert;
    bool balanced = false;
    const char *text = rc_item_get_text(item, "day");
    json_t *day = text ? json_loads(text, 0, NULL) : NULL;
    sqlite3_bind_int64(to, 1, versions->listing.number);
    for (int i = 0; i < 4; i++) {
        int64_t value;
        if (rc_item_get_int(item, numbers[i], &value))
            sqlite3_bind_int64(to, 2 + i, value);
        rc_bind_text(to, 6 + i, rc_item_get_text(item, texts[i]));
    }
    if (rc_item_get_bool(item, "balanced", &balanced))
        sqlite3_bind_int(to, 13, balanced);
    bind_lines(versions, day);
    json_decref(versions->before);
    versions->before = day;
    if (!rc_live_step(versions->listing.live, to, err))
        return false;
    versions->listing.rows++;
    return true;
}

static bool take(void *ctx, const struct rc_query *query, const json_t *const *items, size_t count,
                 struct rc_error *err)
{
    struct versions *versions = ctx;
    bool ok = true;
    (void)query;
    rc_live_begin(versions->listing.live);
    for (size_t i = 0; ok && i < count; i++)
        ok = put(versions, items[i], err);
    ok = rc_live_commit(versions->listing.live, err) && ok;
    versions->listing.version++;
    return ok;
}

static void done(void *ctx, const struct rc_error *failure)
{
    struct versions *versions = ctx;
    struct rc_error err = *failure;
    rc_queries_free(versions->queries);
    versions->queries = NULL;
    if (err.code)
        rc_listing_fail(&versions->listing, &err);
    else
        rc_listing_complete(&versions->listing);
}

static void stop(struct rc_listing *listing)
{
    struct versions *versions = (struct versions *)listing;
    rc_queries_free(versions->queries);
    versions->queries = NULL;
}

static void release(struct rc_listing *listing)
{
    struct versions *versions = (struct versions *)listing;
    json_decref(versions->before);
    sqlite3_finalize(versions->insert);
}

static const struct rc_listing_kind kind = {
    .table = "version", .size = sizeof(struct versions), .stop = stop, .release = release};

struct rc_listing *rc_live_versions(struct rc_live *live, const char *program, const char *date,
                                    struct rc_error *err)
{
    static const struct rc_queries_ops ops = {next, take, NULL, done};
    int32_t days;
    size_t length = strlen(program);
    if (!length || length > RC_PROGRAM_ID_BYTES || !rc_civil_parse(date, strlen(date), &days)) {
        rc_error_set(err, RC_USAGE, "\"%s %s\": a program and a date (YYYY-MM-DD) are needed",
                     program, date);
        return NULL;
    }
    struct versions *versions = (struct versions *)rc_listing_new(live, &kind, err);
    if (!versions)
        return NULL;
    versions->day.date = days;
    memcpy(versions->day.program, program, length + 1);
    versions->insert =
        rc_live_prepare(live, "INSERT INTO version VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?,?,?)", err);
    if (versions->insert)
        versions->queries = rc_queries_start(live, &ops, versions, &versions->cost, err);
    if (versions->queries)
        return &versions->listing;
    rc_listing_free(&versions->listing);
    return NULL;
}
