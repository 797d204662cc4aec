#include "model/live.h"

#include "model/live_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    SWEEP_ROWS = 2000, /* of listings that are gone, at a time: nobody waits for that */
    SWEEP_MS = 20,
    GONE = 64, /* listings whose rows are still there; then they stay */
};

struct rc_live {
    struct rc_session session; /* all zeroes when the client is somebody else's */
    struct rc_aws *aws;
    struct rc_loop *loop;
    struct rc_timeline time;
    sqlite3 *db;
    struct rc_live_file file;
    char place[300];
    int64_t last_listing;
    int users; /* listings and downloads */
    struct {
        const char *table;
        int64_t number;
    } gone[GONE];
    int gone_count;
    struct rc_timer sweep;
    void (*note)(void *ctx, const char *text);
    void *note_ctx;
    struct rc_live_objects *objects;
    struct rc_live_health *health;
    struct rc_pulse_kept *pulse_kept;
    char machine_arn[RC_ARN_BYTES];
};

static const char schema[] =
    "CREATE TABLE file (id INTEGER PRIMARY KEY, listing INTEGER, rank INTEGER, kind TEXT,"
    " name TEXT, size INTEGER, modified TEXT, storage_class TEXT, etag TEXT, bucket TEXT,"
    " key TEXT, program TEXT, date TEXT, side TEXT, version TEXT, state TEXT, alert TEXT,"
    " route TEXT, run TEXT, cause TEXT, failed_at TEXT, records INTEGER, rejected INTEGER,"
    " expected INTEGER, delivery INTEGER, seen TEXT, age_s INTEGER, asked INTEGER);"
    "CREATE INDEX file_by_listing ON file (listing, rank);"
    "CREATE TABLE fact (id INTEGER PRIMARY KEY, listing INTEGER, rank INTEGER, part TEXT,"
    " name TEXT, value TEXT, alert INTEGER, run TEXT, version TEXT, path TEXT, number INTEGER,"
    " bucket TEXT, key TEXT);"
    "CREATE INDEX fact_by_listing ON fact (listing, rank);"
    "CREATE INDEX file_by_name ON file (listing, name);"
    "CREATE TABLE queue (id INTEGER PRIMARY KEY, listing INTEGER, name TEXT, url TEXT, arn TEXT,"
    " visible INTEGER, in_flight INTEGER, delayed INTEGER, oldest_s INTEGER, dlq_arn TEXT,"
    " max_receives INTEGER, trouble TEXT);"
    "CREATE INDEX queue_by_listing ON queue (listing, name);"
    "CREATE INDEX queue_by_arn ON queue (listing, arn);"
    "CREATE INDEX queue_by_dlq ON queue (listing, dlq_arn);"
    "CREATE TABLE gauge (id INTEGER PRIMARY KEY, listing INTEGER, rank INTEGER, resource TEXT,"
    " panel TEXT, name TEXT, unit TEXT, kind INTEGER, limit_value NUMERIC, limit_name TEXT,"
    " note TEXT, from_ms INTEGER, step_s INTEGER, point_count INTEGER, of_what INTEGER, points "
    "TEXT, latest NUMERIC,"
    " most NUMERIC, total NUMERIC);"
    "CREATE TABLE heat (id INTEGER PRIMARY KEY, listing INTEGER, of_table TEXT, shard INTEGER,"
    " writes INTEGER, throttled INTEGER, retried INTEGER, busiest INTEGER);"
    "CREATE INDEX heat_by_listing ON heat (listing);"
    "CREATE INDEX gauge_by_listing ON gauge (listing, rank);"
    "CREATE TABLE message (id INTEGER PRIMARY KEY, listing INTEGER, message_id TEXT, sent TEXT,"
    " first_received TEXT, receives INTEGER, bytes INTEGER, sender TEXT, grouped TEXT,"
    " attributes TEXT, body TEXT, about TEXT, bucket TEXT, key TEXT, version TEXT, run TEXT,"
    " step TEXT, error TEXT, cause TEXT);"
    "CREATE UNIQUE INDEX message_by_id ON message (listing, message_id);"
    "CREATE TABLE rollup (id INTEGER PRIMARY KEY, listing INTEGER, program TEXT, date TEXT,"
    " version INTEGER, settlement INTEGER, internal INTEGER, discrepancies INTEGER,"
    " digest TEXT, outcome_digest TEXT, fingerprint TEXT, run TEXT, balanced INTEGER,"
    " because TEXT, off TEXT);"
    "CREATE TABLE version (id INTEGER PRIMARY KEY, listing INTEGER, version INTEGER,"
    " settlement INTEGER, internal INTEGER, discrepancies INTEGER, digest TEXT,"
    " outcome_digest TEXT, fingerprint TEXT, run TEXT, because TEXT, off TEXT, changes TEXT,"
    " balanced INTEGER);"
    "CREATE INDEX version_by_listing ON version (listing, version);"
    "CREATE TABLE audit (id INTEGER PRIMARY KEY, listing INTEGER, at TEXT, kind TEXT,"
    " outcome TEXT, action TEXT, target TEXT, detail TEXT, who TEXT, tool TEXT, profile TEXT,"
    " account TEXT, region TEXT, key TEXT, seq INTEGER, line TEXT);"
    "CREATE INDEX audit_by_listing ON audit (listing, at);"
    "CREATE TABLE note (id INTEGER PRIMARY KEY, listing INTEGER, transaction_id TEXT,"
    " at_ms INTEGER, at TEXT, kind TEXT, who TEXT, text TEXT, reason TEXT, assignee TEXT);"
    "CREATE INDEX note_by_listing ON note (listing, at_ms);"
    "CREATE TABLE identity (id INTEGER PRIMARY KEY, listing INTEGER, name TEXT, value TEXT);"
    "CREATE INDEX identity_by_listing ON identity (listing, name);"
    "CREATE TABLE trail (id INTEGER PRIMARY KEY, listing INTEGER, program TEXT, day TEXT,"
    " what TEXT, rank INTEGER, side TEXT, delivery INTEGER, active INTEGER, shard INTEGER,"
    " item_key TEXT, transaction_id TEXT, status TEXT, reason TEXT, amount_minor INTEGER,"
    " currency TEXT, kind TEXT, date TEXT, number INTEGER, offset INTEGER, length INTEGER,"
    " object TEXT);"
    "CREATE INDEX trail_by_listing ON trail (listing, program, day, side, item_key);"
    "CREATE INDEX rollup_by_listing ON rollup (listing, date, program);"
    "CREATE TABLE pulse (id INTEGER PRIMARY KEY, listing INTEGER, alert TEXT, subject TEXT,"
    " what TEXT, jump TEXT, weight INTEGER, records TEXT);"
    "CREATE INDEX pulse_by_line ON pulse (listing, subject, jump);"
    "CREATE TABLE run (id INTEGER PRIMARY KEY, listing INTEGER, run TEXT, state TEXT,"
    " program TEXT, date TEXT, side TEXT, bucket TEXT, object TEXT, route TEXT, step TEXT,"
    " outcome TEXT, cause TEXT, began_ms INTEGER, ended_ms INTEGER, attempts INTEGER,"
    " failures INTEGER, began TEXT, seen_ms INTEGER);"
    "CREATE UNIQUE INDEX run_by_name ON run (listing, run);"
    "CREATE TABLE run_part (id INTEGER PRIMARY KEY, listing INTEGER, rank INTEGER, kind TEXT,"
    " step INTEGER, depth INTEGER, name TEXT, type TEXT, number INTEGER, state TEXT, route TEXT,"
    " began_ms INTEGER, ended_ms INTEGER, began TEXT, error TEXT, cause TEXT, input TEXT,"
    " output TEXT, task TEXT, size TEXT);"
    "CREATE INDEX run_part_by_listing ON run_part (listing, rank);"
    "CREATE TABLE log_line (id INTEGER PRIMARY KEY, listing INTEGER, event TEXT, at_ms INTEGER,"
    " at TEXT, level TEXT, step TEXT, message TEXT, run TEXT, request TEXT, error TEXT, kind TEXT,"
    " log_group TEXT, stream TEXT, raw TEXT, bytes INTEGER);"
    "CREATE UNIQUE INDEX log_line_by_event ON log_line (listing, event);"
    "CREATE INDEX log_line_by_time ON log_line (listing, at_ms);";

/* ----- the database ----- */

static bool make_database(struct rc_live *live, struct rc_error *err)
{
    char pragmas[256];
    /* Readers do not wait for the writer and the other way round; what is in it is worth
     * nothing after a crash. */
    snprintf(pragmas, sizeof pragmas,
             "PRAGMA application_id = %d; PRAGMA user_version = %d; PRAGMA journal_mode = WAL;"
             " PRAGMA synchronous = OFF;",
             RC_LIVE_APPLICATION_ID, RC_LIVE_SCHEMA);
    if (!rc_live_file_make(&live->file, false, err))
        return false;
    if (sqlite3_open(live->file.path, &live->db) == SQLITE_OK &&
        sqlite3_exec(live->db, pragmas, NULL, NULL, NULL) == SQLITE_OK &&
        sqlite3_exec(live->db, schema, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    rc_error_set(err, RC_IO, "%s: %s", live->file.path,
                 live->db ? sqlite3_errmsg(live->db) : "out of memory");
    return false;
}

sqlite3_stmt *rc_live_prepare(struct rc_live *live, const char *sql, struct rc_error *err)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(live->db, sql, -1, &statement, NULL) != SQLITE_OK)
        rc_error_set(err, RC_IO, "the temporary database: %s", sqlite3_errmsg(live->db));
    return statement;
}

bool rc_live_step(struct rc_live *live, sqlite3_stmt *statement, struct rc_error *err)
{
    bool ok = sqlite3_step(statement) == SQLITE_DONE;
    if (!ok)
        rc_error_set(err, RC_IO, "the temporary database: %s", sqlite3_errmsg(live->db));
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return ok;
}

int64_t rc_live_last_row(const struct rc_live *live)
{
    return sqlite3_last_insert_rowid(live->db);
}

bool rc_live_changed(const struct rc_live *live)
{
    return sqlite3_changes(live->db) > 0;
}

void rc_live_begin(struct rc_live *live)
{
    sqlite3_exec(live->db, "BEGIN", NULL, NULL, NULL);
}

bool rc_live_commit(struct rc_live *live, struct rc_error *err)
{
    if (sqlite3_exec(live->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
        return true;
    rc_error_set(err, RC_IO, "the temporary database: %s", sqlite3_errmsg(live->db));
    sqlite3_exec(live->db, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

void rc_bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    if (text && *text)
        sqlite3_bind_text(statement, at, text, -1, SQLITE_TRANSIENT);
}

void rc_time_text(int64_t unix_ms, char text[RC_TIME_TEXT])
{
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm utc;
    text[0] = '\0';
    if (unix_ms && gmtime_r(&seconds, &utc))
        strftime(text, RC_TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

void rc_instant_text(int64_t unix_ms, char text[RC_TIME_TEXT])
{
    rc_time_text(unix_ms, text);
    size_t length = strlen(text);
    if (length && unix_ms > 0)
        snprintf(text + length - 1, RC_TIME_TEXT - length + 1, ".%03dZ", (int)(unix_ms % 1000));
}

/* ----- the session ----- */

static void sweep(struct rc_timer *timer);

static void name_place(struct rc_live *live)
{
    const struct rc_profile *profile = rc_aws_profile(live->aws);
    const char *region = rc_profile_region(profile);
    snprintf(live->place, sizeof live->place, "%s%s%s", rc_profile_name(profile), region ? " " : "",
             region ? region : "");
}

static struct rc_live *make(struct rc_live *live, struct rc_error *err)
{
    live->loop = rc_aws_loop(live->aws);
    live->sweep = (struct rc_timer){.fire = sweep, .ctx = live};
    name_place(live);
    live->health = rc_live_health_new(live->aws);
    if (!live->health)
        rc_error_nomem(err);
    if (live->health && make_database(live, err))
        return live;
    rc_live_close(live);
    return NULL;
}

struct rc_live *rc_live_new(struct rc_aws *aws, struct rc_error *err)
{
    struct rc_live *live = calloc(1, sizeof *live);
    if (!live) {
        rc_error_nomem(err);
        return NULL;
    }
    live->aws = aws;
    return make(live, err);
}

struct rc_live *rc_live_open(const struct rc_session_options *options, struct rc_error *err)
{
    struct rc_live *live = calloc(1, sizeof *live);
    if (!live) {
        rc_error_nomem(err);
        return NULL;
    }
    if (!rc_session_open(&live->session, options, err)) {
        free(live);
        return NULL;
    }
    live->aws = live->session.aws;
    rc_aws_set_read_only(live->aws, true);
    live->time = options->time;
    return make(live, err);
}

void rc_live_close(struct rc_live *live)
{
    if (!live)
        return;
    if (live->users) {
        rc_live_file_remove(&live->file);
        return;
    }
    rc_timer_stop(live->loop, &live->sweep);
    rc_live_objects_free(live->objects);
    rc_pulse_kept_free(live->pulse_kept);
    rc_live_health_free(live->health);
    sqlite3_close(live->db);
    rc_live_file_remove(&live->file);
    rc_session_close(&live->session);
    free(live);
}

bool rc_live_models(struct rc_live *live, struct rc_model **models, size_t count,
                    struct rc_error *err)
{
    size_t open = 0;
    while (open < count && (models[open] = rc_model_open(live->file.path, err)))
        open++;
    rc_live_file_remove(&live->file);
    if (open == count)
        return true;
    while (open > 0)
        rc_model_close(models[--open]);
    return false;
}

int64_t rc_live_now_ms(const struct rc_live *live)
{
    return rc_timeline_at(&live->time, rc_aws_unix_ms(live->aws));
}

const char *rc_live_place(const struct rc_live *live)
{
    return live->place;
}

const char *rc_live_profile(const struct rc_live *live)
{
    return rc_profile_name(rc_aws_profile(live->aws));
}

struct rc_aws *rc_live_aws(const struct rc_live *live)
{
    return live->aws;
}

struct rc_loop *rc_live_loop(const struct rc_live *live)
{
    return live->loop;
}

struct rc_live_health *rc_live_health(const struct rc_live *live)
{
    return live->health;
}

struct rc_pulse_kept **rc_live_pulse_kept(struct rc_live *live)
{
    return &live->pulse_kept;
}

struct rc_live_objects **rc_live_objects(struct rc_live *live)
{
    return &live->objects;
}

char *rc_live_machine_arn(struct rc_live *live)
{
    return live->machine_arn;
}

void rc_live_use(struct rc_live *live, int by)
{
    live->users += by;
}

void rc_live_on_note(struct rc_live *live, void (*note)(void *ctx, const char *text), void *ctx)
{
    live->note = note;
    live->note_ctx = ctx;
}

void rc_live_note(const struct rc_live *live, const char *format, ...)
{
    char text[RC_ERROR_TEXT_BYTES];
    va_list args;
    if (!live->note)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    live->note(live->note_ctx, text);
}

int rc_live_fd(const struct rc_live *live)
{
    return rc_loop_fd(live->loop);
}

int rc_live_wait_ms(const struct rc_live *live)
{
    return rc_loop_wait_ms(live->loop);
}

void rc_live_run(struct rc_live *live)
{
    rc_loop_run_for(live->loop, RC_LIVE_TURN_MS);
}

void rc_live_pass(struct rc_live *live, int64_t about_ms)
{
    const bool never = false;
    double part = 0.75 + 0.5 * rc_aws_chance(live->aws);
    rc_loop_until(live->loop, &never, (int64_t)((double)about_ms * part));
}

/* ----- rows of listings that are gone ----- */

static void sweep(struct rc_timer *timer)
{
    struct rc_live *live = timer->ctx;
    char sql[160];
    int last = live->gone_count - 1;
    if (last < 0)
        return;
    snprintf(sql, sizeof sql,
             "DELETE FROM %s WHERE id IN (SELECT id FROM %s WHERE listing = %lld LIMIT %d)",
             live->gone[last].table, live->gone[last].table, (long long)live->gone[last].number,
             SWEEP_ROWS);
    bool ok = sqlite3_exec(live->db, sql, NULL, NULL, NULL) == SQLITE_OK;
    if (!ok || sqlite3_changes(live->db) < SWEEP_ROWS)
        live->gone_count--;
    if (live->gone_count)
        rc_timer_set(live->loop, &live->sweep, SWEEP_MS);
}

static void forget_rows(struct rc_live *live, const char *table, int64_t number)
{
    if (!table || live->gone_count == GONE)
        return;
    live->gone[live->gone_count].table = table;
    live->gone[live->gone_count++].number = number;
    rc_timer_set(live->loop, &live->sweep, SWEEP_MS);
}

/* ----- listings ----- */

struct rc_listing *rc_listing_new(struct rc_live *live, const struct rc_listing_kind *kind,
                                  struct rc_error *err)
{
    struct rc_listing *listing = calloc(1, kind->size);
    if (!listing) {
        rc_error_nomem(err);
        return NULL;
    }
    listing->live = live;
    listing->kind = kind;
    listing->number = ++live->last_listing;
    rc_live_use(live, 1);
    return listing;
}

static void settle(struct rc_listing *listing, enum rc_listing_state state)
{
    if (listing->settled)
        return;
    listing->state = state;
    listing->settled = true;
    listing->version++;
}

void rc_listing_complete(struct rc_listing *listing)
{
    settle(listing, RC_LISTING_COMPLETE);
}

void rc_listing_fail(struct rc_listing *listing, const struct rc_error *err)
{
    if (listing->settled)
        return;
    listing->err = *err;
    settle(listing, RC_LISTING_FAILED);
    listing->kind->stop(listing);
}

void rc_listing_fail_by(struct rc_listing *listing, const struct rc_call *call,
                        const char *permission)
{
    struct rc_error err = {0};
    rc_live_explain(call, permission, &err);
    if (!listing->settled)
        listing->trouble = rc_live_trouble_of(call);
    rc_listing_fail(listing, &err);
}

int64_t rc_listing_number(const struct rc_listing *listing)
{
    return listing->number;
}

enum rc_listing_state rc_listing_state(const struct rc_listing *listing)
{
    return listing->state;
}

uint64_t rc_listing_rows(const struct rc_listing *listing)
{
    return listing->rows;
}

bool rc_listing_attention(const struct rc_listing *listing)
{
    return listing->attention;
}

uint64_t rc_listing_version(const struct rc_listing *listing)
{
    return listing->version;
}

const struct rc_error *rc_listing_error(const struct rc_listing *listing)
{
    return &listing->err;
}

void rc_listing_cancel(struct rc_listing *listing)
{
    listing->kind->stop(listing);
    settle(listing, RC_LISTING_CANCELLED);
}

void rc_listing_free(struct rc_listing *listing)
{
    if (!listing)
        return;
    rc_listing_cancel(listing);
    forget_rows(listing->live, listing->kind->table, listing->number);
    listing->kind->release(listing);
    rc_live_use(listing->live, -1);
    free(listing);
}

bool rc_listing_wait(struct rc_listing *listing, struct rc_error *err)
{
    rc_loop_until(listing->live->loop, &listing->settled, -1);
    if (listing->state == RC_LISTING_COMPLETE)
        return true;
    *err = listing->err;
    if (!err->code)
        rc_error_set(err, RC_IO, "interrupted");
    return false;
}

/* ----- errors in words ----- */

void rc_live_add_remedy(const struct rc_aws *aws, enum rc_aws_fault fault, const char *code,
                        const char *permission, struct rc_error *err)
{
    const char *region = rc_profile_region(rc_aws_profile(aws));
    char remedy[160] = "";
    if (strcmp(code, "PermanentRedirect") == 0 ||
        strcmp(code, "AuthorizationHeaderMalformed") == 0 ||
        strcmp(code, "IllegalLocationConstraintException") == 0)
        snprintf(remedy, sizeof remedy, "it is in another region than %s: --region names it",
                 region ? region : "this");
    else if (strcmp(code, "InvalidObjectState") == 0)
        snprintf(remedy, sizeof remedy, "restore it from its archive first");
    else if (rc_live_is_login(code))
        snprintf(remedy, sizeof remedy, "renew the credentials of profile %s",
                 rc_profile_name(rc_aws_profile(aws)));
    else if (fault == RC_AWS_ACCESS)
        snprintf(remedy, sizeof remedy, "allow %s to these credentials", permission);
    else if (fault == RC_AWS_NETWORK || fault == RC_AWS_TIMEOUT)
        snprintf(remedy, sizeof remedy, "`reconctl doctor` says what can be reached");
    else if (fault == RC_AWS_THROTTLED)
        snprintf(remedy, sizeof remedy, "try again in a minute");
    size_t length = strlen(err->text);
    if (*remedy)
        snprintf(err->text + length, sizeof err->text - length, "; %s", remedy);
}

void rc_live_explain(const struct rc_call *call, const char *permission, struct rc_error *err)
{
    const struct rc_aws_error *error = rc_call_error(call);
    rc_call_describe(call, err);
    if (!error)
        return;
    if (error->fault != RC_AWS_REQUEST)
        err->code = error->fault == RC_AWS_MEMORY ? RC_NOMEM : RC_IO;
    rc_live_add_remedy(rc_call_aws(call), error->fault, error->code, permission, err);
}
