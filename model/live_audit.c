#include "model/live.h"

#include "aws/ddb_item.h"
#include "core/civil.h"
#include "model/body.h"
#include "model/live_queries.h"
#include "model/model_internal.h"

/* What operators did, as the gateway has left it at AWS (ops/audit.h): a partition a day, the
 * newest first. */

enum { DAY_S = 24 * 60 * 60 };

struct audit {
    struct rc_listing listing;
    struct rc_queries *queries;
    struct rc_queries_cost cost;
    sqlite3_stmt *insert;
    int32_t today;
    int asked; /* days */
};

static bool next(void *ctx, struct rc_query *query)
{
    struct audit *audit = ctx;
    char date[RC_CIVIL_TEXT];
    if (audit->asked == RC_AUDIT_DAYS)
        return false;
    rc_civil_format(audit->today - audit->asked++, date);
    query->table = RC_TABLE_STATE;
    query->backwards = true;
    rc_key_audit(date, NULL, &query->key);
    return true;
}

/* What stands in an attribute beside the line only is in the line, too. */
static bool put(struct audit *audit, const json_t *item, struct rc_error *err)
{
    static const char *const texts[] = {"at",  "kind", "outcome", "action",  "target", "detail",
                                        "who", "tool", "profile", "account", "region", "key"};
    enum { TEXTS = sizeof texts / sizeof *texts, FIRST = 2 };
    sqlite3_stmt *to = audit->insert;
    const char *line = rc_item_get_text(item, "line");
    json_t *entry = line ? json_loads(line, 0, NULL) : NULL;
    sqlite3_bind_int64(to, 1, audit->listing.number);
    for (int i = 0; i < TEXTS; i++) {
        const char *beside = rc_item_get_text(item, texts[i]);
        const char *text = json_string_value(json_object_get(entry, texts[i]));
        rc_bind_text(to, FIRST + i, text ? text : beside);
    }
    sqlite3_bind_int64(to, FIRST + TEXTS, json_integer_value(json_object_get(entry, "seq")));
    rc_bind_text(to, FIRST + TEXTS + 1, line);
    json_decref(entry);
    if (!rc_live_step(audit->listing.live, to, err))
        return false;
    audit->listing.rows++;
    return true;
}

static bool take(void *ctx, const struct rc_query *query, const json_t *const *items, size_t count,
                 struct rc_error *err)
{
    struct audit *audit = ctx;
    bool ok = true;
    (void)query;
    rc_live_begin(audit->listing.live);
    for (size_t i = 0; ok && i < count; i++)
        ok = put(audit, items[i], err);
    ok = rc_live_commit(audit->listing.live, err) && ok;
    audit->listing.version++;
    return ok;
}

static void done(void *ctx, const struct rc_error *failure)
{
    struct audit *audit = ctx;
    struct rc_error err = *failure;
    rc_queries_free(audit->queries);
    audit->queries = NULL;
    if (err.code)
        rc_listing_fail(&audit->listing, &err);
    else
        rc_listing_complete(&audit->listing);
}

static void stop(struct rc_listing *listing)
{
    struct audit *audit = (struct audit *)listing;
    rc_queries_free(audit->queries);
    audit->queries = NULL;
}

static void release(struct rc_listing *listing)
{
    sqlite3_finalize(((struct audit *)listing)->insert);
}

static const struct rc_listing_kind kind = {
    .table = "audit", .size = sizeof(struct audit), .stop = stop, .release = release};

struct rc_listing *rc_live_audit(struct rc_live *live, struct rc_error *err)
{
    static const struct rc_queries_ops ops = {next, take, NULL, done};
    struct audit *audit = (struct audit *)rc_listing_new(live, &kind, err);
    if (!audit)
        return NULL;
    audit->today = (int32_t)(rc_live_now_ms(live) / 1000 / DAY_S);
    audit->insert =
        rc_live_prepare(live, "INSERT INTO audit VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", err);
    if (audit->insert)
        audit->queries = rc_queries_start(live, &ops, audit, &audit->cost, err);
    if (audit->queries)
        return &audit->listing;
    rc_listing_free(&audit->listing);
    return NULL;
}

char *rc_audit_entry_read(struct rc_model *model, int64_t key, struct rc_error *err)
{
    bool ok = true;
    char *text = NULL;
    sqlite3_stmt *row = rc_model_prepare(model, "SELECT line FROM audit WHERE id = ?", err);
    if (row && sqlite3_bind_int64(row, 1, key) == SQLITE_OK &&
        rc_model_step(model, row, &ok, err)) {
        const char *line = (const char *)sqlite3_column_text(row, 0);
        text = rc_body_shown(line ? line : "");
        if (!text)
            rc_error_nomem(err);
    } else if (row && ok) {
        rc_error_set(err, RC_USAGE, "the entry is not kept any more; `audit` looks again");
    }
    sqlite3_finalize(row);
    return text;
}
