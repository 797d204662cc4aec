#include "model/live_day_internal.h"

#include "model/model_internal.h"
#include "pipeline/discrepancy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAGE_ITEMS = 50, /* a page is parsed and put away within a frame: a key may be waiting */
    SWEEP_ROWS = 500,
    DISCREPANCY_BYTES = 600, /* of the file for one of a record or two */
    MB = 1000000,
};

bool rc_live_day_prepare_rows(struct rc_live_day *day, struct rc_error *err)
{
    struct rc_dayfile *file = &day->file;
    return rc_dayfile_prepare_rows(file, err) &&
           rc_dayfile_prepare(file, "SELECT id, fill FROM live_key WHERE key = ?",
                              &day->rows.find_key, err) &&
           rc_dayfile_prepare(file, "INSERT OR REPLACE INTO live_key VALUES (?,?,?)",
                              &day->rows.put_key, err) &&
           rc_dayfile_prepare(file, "INSERT INTO live_place VALUES (?,?,?,?,?)",
                              &day->rows.put_place, err) &&
           rc_dayfile_prepare(file, "INSERT OR REPLACE INTO live_stretch VALUES (?,?,?)",
                              &day->rows.put_stretch, err) &&
           rc_dayfile_prepare(file,
                              "INSERT OR REPLACE INTO live_stretch"
                              " SELECT 'record', 1, max(rowid) FROM record",
                              &day->rows.put_records, err);
}

void rc_live_day_free_rows(struct rc_live_day *day)
{
    sqlite3_finalize(day->rows.find_key);
    sqlite3_finalize(day->rows.put_key);
    sqlite3_finalize(day->rows.put_place);
    sqlite3_finalize(day->rows.put_stretch);
    sqlite3_finalize(day->rows.put_records);
}

/* ----- queries ----- */

static bool is_shard(const struct rc_live_day *day, uint64_t number)
{
    return *day->fingerprint && number < day->config.shard_count;
}

uint64_t rc_live_day_queries(const struct rc_live_day *day)
{
    uint64_t shards = *day->fingerprint ? day->config.shard_count : 0;
    return shards + (uint64_t)day->config.active[RC_SETTLEMENT].count +
           (uint64_t)day->config.active[RC_INTERNAL].count;
}

/* Which delivery's rejected records a query behind those of the shards is for. */
static struct rc_delivery delivery_of(const struct rc_live_day *day, uint64_t number)
{
    struct rc_delivery delivery = {.day = day->day};
    uint64_t at = number - (*day->fingerprint ? day->config.shard_count : 0);
    uint64_t first = (uint64_t)day->config.active[RC_SETTLEMENT].count;
    delivery.side = at < first ? RC_SETTLEMENT : RC_INTERNAL;
    delivery.number = day->config.active[delivery.side].numbers[at < first ? at : at - first];
    return delivery;
}

void rc_live_day_query(const struct rc_live_day *day, uint64_t number, struct rc_query *query)
{
    query->table = RC_TABLE_STATE;
    query->page_items = PAGE_ITEMS;
    if (is_shard(day, number)) {
        rc_key_discrepancy(&day->day, day->fingerprint, (uint32_t)number, "", RC_SETTLEMENT,
                           &query->key);
    } else {
        struct rc_delivery delivery = delivery_of(day, number);
        rc_key_reject(&delivery, 0, &query->key);
    }
    query->key.sk[0] = '\0';
}

/* What a delivery's totals say of its rejected records. */
static int64_t count_rejected(const struct rc_live_day *day, enum rc_side side, int at)
{
    int64_t rejected = 0;
    rc_item_get_int(day->items.totals[side][at], "rejected", &rejected);
    return rejected > 0 ? rejected : 0;
}

bool rc_live_day_begin_rows(struct rc_live_day *day, struct rc_error *err)
{
    struct rc_live_day_ask *ask;
    int64_t last = 0;
    free(day->asks);
    day->asks = ask = calloc(rc_live_day_queries(day) + 1, sizeof *ask);
    if (!ask) {
        rc_error_nomem(err);
        return false;
    }
    for (uint32_t i = 0; *day->fingerprint && i < day->config.shard_count; i++, ask++) {
        *ask = (struct rc_live_day_ask){.before = last, .room = day->sums.shards[i].discrepancies};
        last += ask->room;
    }
    if (day->file.discrepancies < last)
        day->file.discrepancies = last;
    last = 0;
    for (int side = 0; side < RC_SIDES; side++)
        for (int i = 0; i < day->config.active[side].count; i++, ask++) {
            *ask = (struct rc_live_day_ask){.before = last,
                                            .room = count_rejected(day, (enum rc_side)side, i)};
            last += ask->room;
        }
    if (day->file.rejected_records < last)
        day->file.rejected_records = last;
    day->stretched = day->fill == 1;
    return rc_dayfile_exec(&day->file, "write to",
                           "INSERT INTO live_gap VALUES (1); DELETE FROM live_stretch", err);
}

bool rc_live_day_end_rows(struct rc_live_day *day, struct rc_error *err)
{
    return day->fill > 1 || rc_dayfile_exec(&day->file, "write to", "DELETE FROM live_gap", err);
}

/* ----- ids ----- */

/* The id that the row of a name has, or gets: its own in the first fill, later, when that may
 * be another's, a new one. *here: this fill has brought it already. */
static bool find_id(struct rc_live_day *day, const char *key, uint64_t number, int64_t *last,
                    int64_t *id, bool *here, bool *there, struct rc_error *err)
{
    struct rc_live_day_ask *ask = &day->asks[number];
    sqlite3_stmt *find = day->rows.find_key;
    bool ok = sqlite3_bind_text(find, 1, key, -1, SQLITE_STATIC) == SQLITE_OK;
    int step = ok ? sqlite3_step(find) : SQLITE_MISUSE;
    *there = step == SQLITE_ROW;
    *here = *there && sqlite3_column_int64(find, 1) == day->fill;
    *id = *there ? sqlite3_column_int64(find, 0) : 0;
    ok = step == SQLITE_ROW || step == SQLITE_DONE;
    sqlite3_reset(find);
    ask->met++;
    if (ok && !*there)
        *id = day->fill == 1 && ask->met <= ask->room ? ask->before + ask->met : ++*last;
    return ok || rc_dayfile_fail(&day->file, "read", err);
}

static bool forget_stretches(struct rc_live_day *day, struct rc_error *err)
{
    bool any = day->stretched;
    day->stretched = false;
    return !any || rc_dayfile_exec(&day->file, "write to", "DELETE FROM live_stretch", err);
}

/* Ids of a query follow each other in the first fill, as long as each of its items is a row. */
static bool put_stretch(struct rc_live_day *day, uint64_t number, struct rc_error *err)
{
    struct rc_live_day_ask *ask = &day->asks[number];
    struct rc_row row = rc_row_of(day->rows.put_stretch);
    if (day->fill > 1 || day->unreadable || ask->met > ask->room)
        return forget_stretches(day, err);
    if (!day->stretched || ask->come >= ask->met)
        return true;
    ask->come = ask->met;
    rc_row_str(&row, is_shard(day, number) ? "discrepancy" : "rejected");
    rc_row_int(&row, ask->before + 1);
    rc_row_int(&row, ask->come);
    struct rc_row records = rc_row_of(day->rows.put_records);
    return (rc_row_insert(&row) && (!is_shard(day, number) || rc_row_insert(&records))) ||
           rc_dayfile_fail(&day->file, "write to", err);
}

static bool put_key(struct rc_live_day *day, const char *key, int64_t id, struct rc_error *err)
{
    struct rc_row row = rc_row_of(day->rows.put_key);
    rc_row_str(&row, key);
    rc_row_int(&row, id);
    rc_row_int(&row, day->fill);
    return rc_row_insert(&row) || rc_dayfile_fail(&day->file, "write to", err);
}

static bool remove_discrepancy(struct rc_live_day *day, int64_t id, struct rc_error *err)
{
    char sql[240];
    snprintf(sql, sizeof sql,
             "DELETE FROM discrepancy WHERE id = %lld; DELETE FROM record WHERE discrepancy_id = "
             "%lld; DELETE FROM live_place WHERE discrepancy = %lld;",
             (long long)id, (long long)id, (long long)id);
    return rc_dayfile_exec(&day->file, "write to", sql, err);
}

static bool remove_rejected(struct rc_live_day *day, int64_t id, struct rc_error *err)
{
    char sql[80];
    snprintf(sql, sizeof sql, "DELETE FROM rejected WHERE id = %lld", (long long)id);
    return rc_dayfile_exec(&day->file, "write to", sql, err);
}

/* ----- places ----- */

static bool put_places(struct rc_live_day *day, int64_t id, const struct rc_outcome *outcome,
                       struct rc_error *err)
{
    for (int side = 0; side < RC_SIDES; side++)
        for (int i = 0; i < outcome->count[side]; i++) {
            const struct rc_outcome_record *record = &outcome->records[side][i];
            struct rc_open_key carried = {.date = day->day.date};
            struct rc_row row = rc_row_of(day->rows.put_place);
            if (record->origin && !rc_open_key_read(record->origin, &carried))
                continue;
            rc_row_int(&row, id);
            rc_row_int(&row, side);
            rc_row_int(&row, i);
            rc_row_int(&row, carried.date);
            rc_row_int(&row, record->where.delivery);
            if (!rc_row_insert(&row))
                return rc_dayfile_fail(&day->file, "write to", err);
        }
    return true;
}

/* ----- rows ----- */

/* The rest is read; in the end the day says so. */
static void note_unreadable(struct rc_live_day *day, uint64_t number, const json_t *item,
                            const struct rc_error *why)
{
    const char *pk = rc_item_get_text(item, "PK");
    day->asks[number].met++;
    if (day->unreadable++)
        return;
    day->unreadable_first = *why;
    rc_error_prefix(&day->unreadable_first, "%s", pk ? pk : "");
}

static bool put_outcome(struct rc_live_day *day, uint32_t shard, const char *key,
                        const struct rc_discrepancy *found, struct rc_error *err)
{
    bool here, there;
    int64_t id;
    if (!find_id(day, key, shard, &day->file.discrepancies, &id, &here, &there, err))
        return false;
    if (here)
        return true;
    if ((there && !remove_discrepancy(day, id, err)) || !put_key(day, key, id, err) ||
        !rc_dayfile_put_discrepancy(&day->file, id, shard, &found->outcome, found->omitted, err) ||
        !put_places(day, id, &found->outcome, err))
        return false;
    day->progress.discrepancies++;
    return true;
}

static bool put_discrepancy(struct rc_live_day *day, uint32_t shard, const json_t *item,
                            struct rc_error *err)
{
    struct rc_discrepancy found;
    struct rc_error why = {0};
    char key[RC_LIVE_DAY_KEY_BYTES];
    const char *sk = rc_item_get_text(item, "SK");
    if (!rc_discrepancy_read(item, &day->matcher, &found, &why)) {
        note_unreadable(day, shard, item, &why);
        return true;
    }
    snprintf(key, sizeof key, "D%04x#%s", shard, sk ? sk : "");
    bool ok = put_outcome(day, shard, key, &found, err);
    rc_discrepancy_free(&found);
    return ok;
}

static bool read_rejected(const json_t *item, struct rc_dayfile_rejected *rejected,
                          struct rc_buf *raw)
{
    int64_t offset, bytes;
    const char *sk = rc_item_get_text(item, "SK");
    char *end = NULL;
    if (!sk || !rc_item_get_int(item, "offset", &offset) ||
        !rc_item_get_int(item, "bytes", &bytes) || offset < 0 || bytes < 0 || bytes > UINT32_MAX ||
        !rc_item_get_binary(item, "raw", raw))
        return false;
    rejected->where.number = strtoull(sk, &end, 10);
    rejected->where.offset = (uint64_t)offset;
    rejected->where.length = (uint32_t)bytes;
    rejected->field = rc_item_get_text(item, "field");
    rejected->reason = rc_item_get_text(item, "reason");
    rejected->raw = (const uint8_t *)(raw->data ? raw->data : "");
    rejected->raw_length = (uint32_t)raw->length;
    return end != sk && !*end && rejected->reason;
}

static bool put_refused(struct rc_live_day *day, uint64_t number,
                        const struct rc_delivery *delivery,
                        const struct rc_dayfile_rejected *rejected, struct rc_error *err)
{
    char key[80];
    bool here, there;
    int64_t id;
    snprintf(key, sizeof key, "R%d#%04d#%010llu", delivery->side, delivery->number,
             (unsigned long long)rejected->where.number);
    if (!find_id(day, key, number, &day->file.rejected_records, &id, &here, &there, err))
        return false;
    if (here)
        return true;
    if ((there && !remove_rejected(day, id, err)) || !put_key(day, key, id, err) ||
        !rc_dayfile_put_rejected(&day->file, id, rejected, err))
        return false;
    day->progress.rejected++;
    return true;
}

static bool put_rejected(struct rc_live_day *day, uint64_t number, const json_t *item,
                         struct rc_error *err)
{
    struct rc_delivery delivery = delivery_of(day, number);
    struct rc_dayfile_rejected rejected = {.side = delivery.side};
    struct rc_buf raw;
    rc_buf_init(&raw, RC_ITEM_MAX);
    bool ok = true;
    if (read_rejected(item, &rejected, &raw)) {
        ok = put_refused(day, number, &delivery, &rejected, err);
    } else {
        struct rc_error why = {0};
        const char *sk = rc_item_get_text(item, "SK");
        rc_error_set(&why, RC_DATA, "the item %s is no rejected record of this version",
                     sk ? sk : "");
        note_unreadable(day, number, item, &why);
    }
    rc_buf_free(&raw);
    return ok;
}

static void tell_room(const struct rc_live_day *day, struct rc_error *err)
{
    size_t length = strlen(err->text);
    snprintf(err->text + length, sizeof err->text - length,
             "; the day needs about %llu MB: TMPDIR names a folder that has them",
             (unsigned long long)(day->progress.discrepancies_expected * DISCREPANCY_BYTES / MB) +
                 1);
}

bool rc_live_day_put_page(struct rc_live_day *day, uint64_t number, const json_t *const *items,
                          size_t count, struct rc_error *err)
{
    bool shard = is_shard(day, number);
    struct rc_live_day_progress before = day->progress;
    int64_t come = day->asks[number].come;
    bool stretched = day->stretched;
    int64_t last = day->file.discrepancies, last_rejected = day->file.rejected_records;
    bool ok = rc_dayfile_exec(&day->file, "write to", "BEGIN", err);
    for (size_t i = 0; ok && i < count; i++)
        ok = shard ? put_discrepancy(day, (uint32_t)number, items[i], err)
                   : put_rejected(day, number, items[i], err);
    ok = ok && put_stretch(day, number, err) &&
         rc_dayfile_exec(&day->file, "write to", "COMMIT", err);
    if (ok)
        return true;
    if (sqlite3_errcode(day->file.db) == SQLITE_FULL)
        tell_room(day, err);
    day->asks[number].come = come;
    day->stretched = stretched;
    sqlite3_exec(day->file.db, "ROLLBACK", NULL, NULL, NULL);
    day->progress = before;
    day->file.discrepancies = last;
    day->file.rejected_records = last_rejected;
    return false;
}

/* ----- what an older rollup had ----- */

static bool remove_row(struct rc_live_day *day, const char *key, int64_t id, struct rc_error *err)
{
    sqlite3_stmt *remove;
    bool ok = key[0] == 'D' ? remove_discrepancy(day, id, err) : remove_rejected(day, id, err);
    if (!ok || !rc_dayfile_prepare(&day->file, "DELETE FROM live_key WHERE key = ?", &remove, err))
        return false;
    struct rc_row row = rc_row_of(remove);
    rc_row_str(&row, key);
    ok = rc_row_insert(&row) || rc_dayfile_fail(&day->file, "write to", err);
    sqlite3_finalize(remove);
    return ok;
}

/* Goes on behind the key that it came to, whatever it met. */
static bool sweep_some(struct rc_live_day *day, bool *more, struct rc_error *err)
{
    static const char sql[] =
        "SELECT key, id, fill FROM live_key WHERE key > ? ORDER BY key LIMIT ?";
    sqlite3_stmt *rows;
    int met = 0;
    if (!rc_dayfile_prepare(&day->file, sql, &rows, err))
        return false;
    bool ok = sqlite3_bind_text(rows, 1, day->swept, -1, SQLITE_TRANSIENT) == SQLITE_OK &&
              sqlite3_bind_int(rows, 2, SWEEP_ROWS) == SQLITE_OK;
    int step = SQLITE_DONE;
    while (ok && (step = sqlite3_step(rows)) == SQLITE_ROW) {
        rc_column_text(rows, 0, day->swept, sizeof day->swept);
        if (sqlite3_column_int64(rows, 2) != day->fill)
            ok = remove_row(day, day->swept, sqlite3_column_int64(rows, 1), err);
        met++;
    }
    if (ok && step != SQLITE_DONE)
        ok = rc_dayfile_fail(&day->file, "read", err);
    sqlite3_finalize(rows);
    *more = met == SWEEP_ROWS;
    return ok;
}

bool rc_live_day_sweep(struct rc_live_day *day, bool *more, struct rc_error *err)
{
    bool ok = rc_dayfile_exec(&day->file, "write to", "BEGIN", err) && forget_stretches(day, err) &&
              sweep_some(day, more, err) && rc_dayfile_exec(&day->file, "write to", "COMMIT", err);
    if (!ok)
        sqlite3_exec(day->file.db, "ROLLBACK", NULL, NULL, NULL);
    return ok;
}
