#include "model/live_trail_internal.h"

#include "core/currency.h"
#include "pipeline/discrepancy.h"

#include <stdlib.h>
#include <string.h>

/* Rows of one day come in this order. */
enum rank { RANK_RECORD, RANK_DISCREPANCY, RANK_RELATED, RANK_OPEN, RANK_CLOSED };

static const char *const words[] = {"record", "discrepancy", "of its discrepancy", "left open",
                                    "closed"};

bool rc_trail_prepare(struct rc_trail *trail, struct rc_error *err)
{
    struct rc_live *live = trail->listing.live;
    trail->insert = rc_live_prepare(
        live, "INSERT INTO trail VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,NULL)", err);
    trail->set_status =
        trail->insert ? rc_live_prepare(live,
                                        "UPDATE trail SET status = ?, reason = ? WHERE listing = ?"
                                        " AND program = ? AND day = ? AND side = ? AND item_key = ?"
                                        " AND rank = 0",
                                        err)
                      : NULL;
    trail->set_matched =
        trail->set_status
            ? rc_live_prepare(live,
                              "UPDATE trail SET status = 'matched' WHERE listing = ?1"
                              " AND program = ?2 AND day = ?3 AND rank = 0 AND active = 1"
                              " AND status IS NULL AND EXISTS (SELECT 1 FROM trail o WHERE"
                              " o.listing = ?1 AND o.program = ?2 AND o.day = ?3 AND o.rank = 0"
                              " AND o.active = 1 AND o.side <> trail.side)",
                              err)
            : NULL;
    trail->set_object =
        trail->set_matched
            ? rc_live_prepare(live,
                              "UPDATE trail SET object = ? WHERE listing = ? AND program = ?"
                              " AND day = ? AND side = ? AND delivery = ?",
                              err)
            : NULL;
    return trail->set_object != NULL;
}

void rc_trail_release(struct rc_trail *trail)
{
    sqlite3_finalize(trail->insert);
    sqlite3_finalize(trail->set_status);
    sqlite3_finalize(trail->set_matched);
    sqlite3_finalize(trail->set_object);
}

/* ----- one row ----- */

struct row {
    const char *program;
    int32_t day;
    enum rank rank;
    enum rc_side side;
    bool active;
    int64_t shard; /* below 0: not known */
    const char *key, *status, *reason;
    const struct rc_outcome_record *record; /* NULL: none */
};

static void bind_record(sqlite3_stmt *to, const struct rc_outcome_record *item)
{
    char date[RC_CIVIL_TEXT];
    const struct rc_record *record = &item->record;
    struct rc_text id = rc_record_id(record);
    sqlite3_bind_text(to, 11, id.data, (int)id.length, SQLITE_TRANSIENT);
    sqlite3_bind_int64(to, 14, record->amount_minor);
    rc_bind_text(to, 15, rc_currencies[record->currency].alpha);
    if (rc_record_has(record, RC_C_KIND))
        rc_bind_text(to, 16, rc_kind_name((enum rc_kind)record->kind));
    sqlite3_bind_int64(to, 7, item->where.delivery);
    sqlite3_bind_int64(to, 18, (int64_t)item->where.number);
    sqlite3_bind_int64(to, 19, (int64_t)item->where.offset);
    sqlite3_bind_int64(to, 20, item->where.length);
    if (!rc_record_has(record, RC_C_DATE))
        return;
    rc_civil_format(record->date, date);
    rc_bind_text(to, 17, date);
}

static bool put(struct rc_trail *trail, const struct row *row, struct rc_error *err)
{
    sqlite3_stmt *to = trail->insert;
    char day[RC_CIVIL_TEXT];
    rc_civil_format(row->day, day);
    sqlite3_bind_int64(to, 1, trail->listing.number);
    rc_bind_text(to, 2, row->program);
    rc_bind_text(to, 3, day);
    rc_bind_text(to, 4, words[row->rank]);
    sqlite3_bind_int(to, 5, (int)row->rank);
    rc_bind_text(to, 6, rc_side_name(row->side));
    sqlite3_bind_int(to, 8, row->active);
    if (row->shard >= 0)
        sqlite3_bind_int64(to, 9, row->shard);
    rc_bind_text(to, 10, row->key);
    rc_bind_text(to, 12, row->status);
    rc_bind_text(to, 13, row->reason);
    if (row->record)
        bind_record(to, row->record);
    if (!rc_live_step(trail->listing.live, to, err))
        return false;
    trail->listing.rows++;
    return true;
}

/* Has the delivery's object looked for, once. */
static void note_place(struct rc_trail *trail, size_t day, enum rc_side side, uint32_t delivery)
{
    for (size_t i = trail->place_count; i-- > 0;)
        if (trail->places[i].day == day && trail->places[i].side == side &&
            trail->places[i].delivery == (int)delivery)
            return;
    if (trail->place_count < RC_TRAIL_PLACES)
        trail->places[trail->place_count++] = (struct rc_trail_place){day, side, (int)delivery};
}

static struct rc_matcher matcher_of(int32_t date)
{
    return (struct rc_matcher){.file_date = date};
}

/* ----- records ----- */

static bool put_record(struct rc_trail *trail, size_t at, enum rc_side side, uint32_t shard,
                       const json_t *item, struct rc_error *err)
{
    const struct rc_trail_day *day = &trail->days[at];
    const struct rc_matcher matcher = matcher_of(day->day.date);
    const char *sk = rc_item_get_text(item, "SK");
    struct rc_entry *entry = rc_record_entry(item, sk, side, NULL, &matcher, err);
    if (!entry)
        return false;
    int delivery = (int)entry->item.where.delivery;
    struct row row = {.program = day->day.program,
                      .day = day->day.date,
                      .side = side,
                      .active = rc_active_has(&day->config.active[side], delivery),
                      .shard = shard,
                      .key = sk,
                      .record = &entry->item};
    note_place(trail, at, side, entry->item.where.delivery);
    bool ok = put(trail, &row, err);
    rc_entry_free(entry);
    return ok;
}

bool rc_trail_put_records(struct rc_trail *trail, size_t day, enum rc_side side, uint32_t shard,
                          const json_t *const *items, size_t count, struct rc_error *err)
{
    for (size_t i = 0; i < count; i++) {
        trail->full |= trail->whole && trail->listing.rows == RC_TRAIL_RECORDS;
        if (trail->whole && trail->full)
            return true;
        if (!put_record(trail, day, side, shard, items[i], err))
            return false;
    }
    return true;
}

/* ----- discrepancies ----- */

static bool set_status(struct rc_trail *trail, const struct rc_trail_day *day, enum rc_side side,
                       const char *key, const struct rc_outcome *outcome, struct rc_error *err)
{
    sqlite3_stmt *to = trail->set_status;
    char date[RC_CIVIL_TEXT];
    rc_civil_format(day->day.date, date);
    rc_bind_text(to, 1, rc_status_name(outcome->status));
    rc_bind_text(to, 2, outcome->reason);
    sqlite3_bind_int64(to, 3, trail->listing.number);
    rc_bind_text(to, 4, day->day.program);
    rc_bind_text(to, 5, date);
    rc_bind_text(to, 6, rc_side_name(side));
    rc_bind_text(to, 7, key);
    return rc_live_step(trail->listing.live, to, err);
}

static bool is_own(const struct rc_trail *trail, const struct rc_outcome_record *record)
{
    struct rc_text id = rc_record_id(&record->record);
    return id.length == strlen(trail->id) && memcmp(id.data, trail->id, id.length) == 0;
}

/* Its own records get the status; those of other ids come besides. */
static bool put_members(struct rc_trail *trail, size_t at, const struct row *lead,
                        const struct rc_outcome *outcome, struct rc_error *err)
{
    for (int side = 0; side < RC_SIDES; side++)
        for (int i = 0; i < outcome->count[side]; i++) {
            const struct rc_outcome_record *record = &outcome->records[side][i];
            struct rc_key key;
            rc_record_sk(record, &key);
            struct row row = *lead;
            row.rank = RANK_RELATED;
            row.side = (enum rc_side)side;
            row.key = key.sk;
            row.record = record;
            if (record->origin)
                row.shard = -1;
            else
                note_place(trail, at, row.side, record->where.delivery);
            bool own = is_own(trail, record) && !record->origin;
            if (own ? !set_status(trail, &trail->days[at], row.side, key.sk, outcome, err)
                    : !put(trail, &row, err))
                return false;
        }
    return true;
}

static bool put_found(struct rc_trail *trail, size_t at, uint32_t shard, const json_t *item,
                      struct rc_error *err)
{
    const struct rc_trail_day *day = &trail->days[at];
    const struct rc_matcher matcher = matcher_of(day->day.date);
    struct rc_discrepancy found;
    if (!rc_discrepancy_read(item, &matcher, &found, err))
        return false;
    const struct rc_outcome *outcome = &found.outcome;
    struct row row = {.program = day->day.program,
                      .day = day->day.date,
                      .rank = RANK_DISCREPANCY,
                      .side = rc_outcome_side(outcome),
                      .active = true,
                      .shard = shard,
                      .key = rc_item_get_text(item, "SK"),
                      .status = rc_status_name(outcome->status),
                      .reason = outcome->reason,
                      .record = rc_outcome_first(outcome)};
    bool ok = put(trail, &row, err) && put_members(trail, at, &row, outcome, err);
    rc_discrepancy_free(&found);
    return ok;
}

bool rc_trail_put_found(struct rc_trail *trail, size_t day, uint32_t shard,
                        const json_t *const *items, size_t count, struct rc_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!put_found(trail, day, shard, items[i], err))
            return false;
    return true;
}

bool rc_trail_put_matched(struct rc_trail *trail, size_t first, size_t count, struct rc_error *err)
{
    for (size_t i = first; i < first + count; i++) {
        const struct rc_trail_day *day = &trail->days[i];
        char date[RC_CIVIL_TEXT];
        if (!*day->fingerprint)
            continue;
        rc_civil_format(day->day.date, date);
        sqlite3_bind_int64(trail->set_matched, 1, trail->listing.number);
        rc_bind_text(trail->set_matched, 2, day->day.program);
        rc_bind_text(trail->set_matched, 3, date);
        if (!rc_live_step(trail->listing.live, trail->set_matched, err))
            return false;
    }
    return true;
}

/* ----- what was left open ----- */

/* Whether the day's rollup has that fingerprint: what another one left does not count. */
static bool counts(const struct rc_trail *trail, const char *program, int32_t date,
                   const char *fingerprint)
{
    for (size_t i = 0; i < trail->day_count; i++)
        if (trail->days[i].day.date == date && strcmp(trail->days[i].day.program, program) == 0)
            return strcmp(trail->days[i].fingerprint, fingerprint) == 0;
    return false;
}

/* That it was closed says nothing of the record, which the item behind has. */
static bool put_one_open(struct rc_trail *trail, const char *program, const json_t *item,
                         struct rc_error *err)
{
    struct rc_open_key key;
    const char *sk = rc_item_get_text(item, "SK");
    if (!rc_open_key_read(sk, &key)) {
        rc_error_set(err, RC_DATA, "%s is no open item", sk ? sk : "an item");
        return false;
    }
    int32_t date = key.closed ? key.closed_date : key.date;
    if (!counts(trail, program, key.date, key.fingerprint) ||
        (key.closed && !counts(trail, program, date, key.closed_fingerprint)))
        return true;
    const struct rc_matcher matcher = matcher_of(key.date);
    struct rc_entry *entry =
        key.closed ? NULL : rc_record_entry(item, key.record, key.side, NULL, &matcher, err);
    if (!entry && !key.closed)
        return false;
    struct row row = {.program = program,
                      .day = date,
                      .rank = key.closed ? RANK_CLOSED : RANK_OPEN,
                      .side = key.side,
                      .active = true,
                      .shard = -1,
                      .key = sk,
                      .status = rc_item_get_text(item, "status"),
                      .record = entry ? &entry->item : NULL};
    bool ok = put(trail, &row, err);
    rc_entry_free(entry);
    return ok;
}

bool rc_trail_put_open(struct rc_trail *trail, const char *program, const json_t *const *items,
                       size_t count, struct rc_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!put_one_open(trail, program, items[i], err))
            return false;
    return true;
}

/* ----- objects ----- */

bool rc_trail_put_object(struct rc_trail *trail, const struct rc_trail_place *place,
                         const json_t *item, struct rc_error *err)
{
    sqlite3_stmt *to = trail->set_object;
    const struct rc_trail_day *day = &trail->days[place->day];
    char date[RC_CIVIL_TEXT];
    rc_civil_format(day->day.date, date);
    rc_bind_text(to, 1, rc_item_get_text(item, "path"));
    sqlite3_bind_int64(to, 2, trail->listing.number);
    rc_bind_text(to, 3, day->day.program);
    rc_bind_text(to, 4, date);
    rc_bind_text(to, 5, rc_side_name(place->side));
    sqlite3_bind_int(to, 6, place->delivery);
    return rc_live_step(trail->listing.live, to, err);
}
