#include "model/live_day_internal.h"

#include "pipeline/catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a day's file has besides the tables of docs/dayfile.md, for those who fill it:
 *   live_key    a row's name at AWS, its id, and the fill that brought it last
 *   live_place  where a record comes from: a delivery of its side and of that date
 *   live_gap    has a row unless ids are 1..n
 *   live_stretch  ids of the table `of` that have come, where it is known; has no row as soon as
 *               one of them is missing
 * and those of rc_live_day_note_tables. */
static const char own_tables[] =
    "CREATE TABLE live_key (key TEXT PRIMARY KEY, id INTEGER, fill INTEGER) WITHOUT ROWID;"
    "CREATE TABLE live_place (discrepancy INTEGER, side INTEGER, position INTEGER, date INTEGER,"
    " delivery INTEGER, PRIMARY KEY (discrepancy, side, position)) WITHOUT ROWID;"
    "CREATE TABLE live_gap (gap INTEGER);"
    "CREATE TABLE live_stretch (of TEXT, first INTEGER, count INTEGER, PRIMARY KEY (of, first))"
    " WITHOUT ROWID;";

/* ----- the file ----- */

static bool open_file(struct rc_live_day *day, struct rc_error *err)
{
    struct rc_dayfile *file = &day->file;
    char pragmas[256];
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (!rc_live_file_make(&day->name, true, err))
        return false;
    file->building = day->name.path;
    /* As in a session's database: readers and the writer do not wait for each other. */
    snprintf(pragmas, sizeof pragmas,
             "PRAGMA application_id = %d; PRAGMA user_version = %d; PRAGMA journal_mode = WAL;"
             " PRAGMA synchronous = OFF;",
             RC_LIVE_DAY_APPLICATION_ID, RC_DAYFILE_SCHEMA);
    if (sqlite3_open_v2(day->name.path, &file->db, flags, NULL) != SQLITE_OK)
        return rc_dayfile_fail(file, "create", err);
    return rc_dayfile_exec(file, "create", pragmas, err) &&
           rc_dayfile_exec(file, "create", rc_dayfile_tables, err) &&
           rc_dayfile_exec(file, "create", own_tables, err) &&
           rc_dayfile_exec(file, "create", rc_live_day_note_tables, err) &&
           rc_dayfile_exec(file, "index", rc_dayfile_indexes, err);
}

static bool put_day(struct rc_live_day *day, struct rc_error *err)
{
    static const char clear[] = "DELETE FROM meta; DELETE FROM run; DELETE FROM currency;"
                                "DELETE FROM side; DELETE FROM layout; DELETE FROM control;"
                                "DELETE FROM total; DELETE FROM status; DELETE FROM status_total;"
                                "DELETE FROM cell; DELETE FROM bucket; DELETE FROM shard;";
    return rc_dayfile_exec(&day->file, "write to", clear, err) &&
           rc_dayfile_write_rollup(&day->file, &day->sums, err);
}

static void name_day(struct rc_live_day *day)
{
    snprintf(day->sums.program, sizeof day->sums.program, "%s", day->day.program);
    day->sums.file_date = day->day.date;
}

bool rc_live_day_create(struct rc_live_day *day, struct rc_error *err)
{
    name_day(day);
    return open_file(day, err) && put_day(day, err) && rc_live_day_prepare_rows(day, err) &&
           rc_live_day_prepare_notes(day, err);
}

/* ----- the program and its deliveries ----- */

void rc_live_day_free_setup(struct rc_live_day *day)
{
    rc_summaries_reader_free(day->summaries);
    day->summaries = NULL;
    rc_day_free(&day->sums);
    if (day->setup.layout[RC_SETTLEMENT])
        rc_setup_free(&day->setup);
    day->setup = (struct rc_setup){0};
    day->ready = false;
}

bool rc_live_day_read_setup(struct rc_live_day *day, struct rc_error *err)
{
    struct rc_key key;
    rc_live_day_stop_bytes(day); /* by layouts that go */
    rc_live_day_free_setup(day);
    rc_key_day(&day->day, "CONFIG", &key);
    if (!day->items.config || !day->items.program) {
        rc_error_set(err, RC_USAGE,
                     "the pipeline knows no day %s of %s; `reconctl get rollups` lists the days "
                     "that it knows",
                     day->date, day->day.program);
        return false;
    }
    if (!rc_day_config_take(&key, day->items.config, &day->config, err))
        return false;
    if (!rc_setup_read(day->items.program, &day->setup, err)) {
        rc_error_prefix(err, "program %s in the catalog", day->day.program);
        return false;
    }
    day->matcher = rc_setup_matcher(&day->setup, day->day.date);
    return true;
}

bool rc_live_day_begin_sums(struct rc_live_day *day, struct rc_error *err)
{
    struct rc_program program = day->setup.program; /* borrowed, but for the count */
    program.shard_count = day->config.shard_count;
    name_day(day);
    day->sums.rules_digest = rc_program_digest(&program);
    day->sums.shards = calloc(day->config.shard_count, sizeof *day->sums.shards);
    if (!day->sums.shards) {
        rc_error_nomem(err);
        return false;
    }
    day->sums.shard_count = day->config.shard_count;
    if (!*day->fingerprint)
        return true;
    day->summaries = rc_summaries_reader_new(&day->setup.program.rules, day->sums.shards,
                                             day->sums.shard_count, err);
    return day->summaries != NULL;
}

/* ----- what they add up to ----- */

static bool add_deliveries(struct rc_live_day *day, struct rc_error *err)
{
    for (int side = 0; side < RC_SIDES; side++) {
        const struct rc_active *active = &day->config.active[side];
        for (int i = 0; i < active->count; i++) {
            struct rc_delivery delivery = {day->day, (enum rc_side)side, active->numbers[i]};
            struct rc_key key;
            rc_key_delivery(&delivery, "TOTALS", &key);
            if (!rc_totals_take(&key, day->items.totals[side][i], &day->sums.side[side],
                                &day->sums.total.digest[side], err))
                return false;
        }
    }
    return true;
}

/* A delivery that came after the rollup is not in its sums: what the rollup says holds
 * until there is another. */
static void trust_rollup(struct rc_live_day *day)
{
    bool changed = false;
    for (int side = 0; side < RC_SIDES; side++) {
        int64_t records;
        uint64_t *now = &day->sums.side[side].records;
        if (!rc_item_get_int(day->items.rollup, rc_side_name((enum rc_side)side), &records) ||
            (uint64_t)records == *now)
            continue;
        *now = (uint64_t)records;
        changed = true;
    }
    if (changed)
        rc_live_note(day->listing.live,
                     "%s %s: a newer delivery has come since version %lld was rolled up; its "
                     "records are not in these sums yet",
                     day->day.program, day->date, (long long)day->progress.version);
}

static bool add_up(struct rc_live_day *day, struct rc_error *err)
{
    struct rc_left_open left;
    bool balanced = false;
    if (!add_deliveries(day, err))
        return false;
    rc_item_get_int(day->items.rollup, "version", &day->progress.version);
    if (!day->summaries)
        return true;
    if (!rc_summaries_end(day->summaries, &left, err))
        return false;
    trust_rollup(day);
    if (!rc_day_finish(&day->sums, err))
        return false;
    rc_item_get_bool(day->items.rollup, "balanced", &balanced);
    day->sums.balanced = balanced;
    snprintf(day->sums.fingerprint, sizeof day->sums.fingerprint, "%s", day->fingerprint);
    return true;
}

static bool put_layout(struct rc_live_day *day, enum rc_side side, struct rc_error *err)
{
    json_t *layout = rc_setup_layout(day->items.program, &day->setup, side, err);
    char *text = layout ? json_dumps(layout, JSON_COMPACT) : NULL;
    if (layout && !text)
        rc_error_nomem(err);
    bool ok = text && rc_dayfile_add_layout(&day->file, side, text, err);
    free(text);
    json_decref(layout);
    return ok;
}

static bool put_all(struct rc_live_day *day, struct rc_error *err)
{
    struct rc_dayfile_run run = {.command = rc_item_get_text(day->items.rollup, "run")};
    return put_day(day, err) && put_layout(day, RC_SETTLEMENT, err) &&
           put_layout(day, RC_INTERNAL, err) && rc_dayfile_add_run(&day->file, &run, err);
}

bool rc_live_day_put_sums(struct rc_live_day *day, struct rc_error *err)
{
    const struct rc_summary *total = &day->sums.total;
    day->progress = (struct rc_live_day_progress){.shards = day->config.shard_count};
    if (!add_up(day, err))
        return false;
    day->progress.discrepancies_expected = (uint64_t)total->discrepancies;
    for (int side = 0; side < RC_SIDES; side++)
        day->progress.rejected_expected += day->sums.side[side].rejected;
    bool ok = rc_dayfile_exec(&day->file, "write to", "BEGIN", err) && put_all(day, err) &&
              rc_live_day_begin_rows(day, err) &&
              rc_dayfile_exec(&day->file, "write to", "COMMIT", err);
    if (!ok)
        sqlite3_exec(day->file.db, "ROLLBACK", NULL, NULL, NULL);
    rc_summaries_reader_free(day->summaries);
    day->summaries = NULL;
    rc_day_free(&day->sums);
    return ok;
}
