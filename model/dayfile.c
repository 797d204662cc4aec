#include "model/dayfile_internal.h"

#include "base/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROLLUP_BYTES_MAX = 1 << 30 };

/* Nobody sees the file before it is complete, so nothing needs to be rolled back
 * or survive a crash while it is built. */
static const char pragmas[] = "PRAGMA page_size=8192; PRAGMA locking_mode=EXCLUSIVE;"
                              "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
                              "PRAGMA cache_size=-32768;";

static const char insert_layout[] = "INSERT INTO layout VALUES (?,?)";
static const char insert_run[] = "INSERT INTO run VALUES (NULL,?,?,?,?,?,?,?)";

/* ----- files ----- */

static char *path_of(const char *dir, const char *name, bool building, struct rc_error *err)
{
    char *path = NULL;
    int length = building ? asprintf(&path, "%s/%s.tmp-%ld", dir, name, (long)getpid())
                          : asprintf(&path, "%s/%s", dir, name);
    if (length >= 0)
        return path;
    rc_error_nomem(err);
    return NULL;
}

/* Brings a file, or a directory's entries, to the disk. */
static bool sync_path(const char *path, struct rc_error *err)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    bool synced = file >= 0 && fsync(file) == 0;
    if (!synced)
        rc_error_errno(err, RC_IO, "cannot bring %s to the disk", path);
    if (file >= 0)
        close(file);
    return synced;
}

static bool write_file(const char *path, const struct rc_buf *bytes, struct rc_error *err)
{
    FILE *file = fopen(path, "we");
    bool written = file && fwrite(bytes->data, 1, bytes->length, file) == bytes->length &&
                   fflush(file) == 0 && fsync(fileno(file)) == 0;
    if (!written)
        rc_error_errno(err, RC_IO, "cannot write %s", path);
    if (file && fclose(file) != 0 && written) {
        written = false;
        rc_error_errno(err, RC_IO, "cannot write %s", path);
    }
    return written;
}

/* ----- beginning ----- */

/* An empty file, which is an empty database: SQLite would not say why it cannot make one. */
static bool create(const struct rc_dayfile *writer, struct rc_error *err)
{
    if (unlink(writer->building) != 0 && errno != ENOENT) {
        rc_error_errno(err, RC_IO, "cannot remove %s", writer->building);
        return false;
    }
    int file = open(writer->building, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0) {
        rc_error_set(err, RC_IO, "cannot write into the folder %s: %s; name one that can be",
                     writer->dir, strerror(errno));
        return false;
    }
    close(file);
    return true;
}

static bool begin(struct rc_dayfile *writer, struct rc_error *err)
{
    char pragma[128];
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    if (!create(writer, err))
        return false;
    if (sqlite3_open_v2(writer->building, &writer->db, flags, NULL) != SQLITE_OK) {
        rc_error_set(err, RC_IO, "cannot create %s: %s", writer->building,
                     writer->db ? sqlite3_errmsg(writer->db) : "out of memory");
        return false;
    }
    snprintf(pragma, sizeof pragma, "PRAGMA user_version=%d; PRAGMA application_id=%d; BEGIN;",
             RC_DAYFILE_SCHEMA, RC_DAYFILE_APPLICATION_ID);
    return rc_dayfile_exec(writer, "create", pragmas, err) &&
           rc_dayfile_exec(writer, "create", pragma, err) &&
           rc_dayfile_exec(writer, "create", rc_dayfile_tables, err) &&
           rc_dayfile_prepare_rows(writer, err);
}

struct rc_dayfile *rc_dayfile_create(const char *dir, struct rc_error *err)
{
    if (!rc_make_folders(dir, 0777, err))
        return NULL;
    struct rc_dayfile *writer = calloc(1, sizeof *writer);
    if (!writer) {
        rc_error_nomem(err);
        return NULL;
    }
    writer->dir = strdup(dir);
    writer->building = path_of(dir, "day.db", true, err);
    if (!writer->dir)
        rc_error_nomem(err);
    if (!writer->dir || !writer->building || !begin(writer, err)) {
        rc_dayfile_abort(writer);
        return NULL;
    }
    return writer;
}

bool rc_dayfile_add_layout(struct rc_dayfile *writer, enum rc_side side, const char *json,
                           struct rc_error *err)
{
    sqlite3_stmt *statement;
    if (!rc_dayfile_prepare(writer, insert_layout, &statement, err))
        return false;
    struct rc_row row = rc_row_of(statement);
    rc_row_str(&row, rc_side_name(side));
    rc_row_str(&row, json);
    bool inserted = rc_row_insert(&row);
    if (!inserted)
        rc_dayfile_fail(writer, "write a layout to", err);
    sqlite3_finalize(statement);
    return inserted;
}

bool rc_dayfile_add_run(struct rc_dayfile *writer, const struct rc_dayfile_run *run,
                        struct rc_error *err)
{
    sqlite3_stmt *statement;
    const uint64_t numbers[] = {run->elapsed_ms, run->memory_bytes, run->spilled_bytes,
                                run->threads};
    if (!rc_dayfile_prepare(writer, insert_run, &statement, err))
        return false;
    struct rc_row row = rc_row_of(statement);
    rc_row_str(&row, run->version);
    rc_row_str(&row, run->command);
    rc_row_str(&row, run->started);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (numbers[i])
            rc_row_int(&row, (int64_t)numbers[i]);
        else
            rc_row_null(&row);
    bool inserted = rc_row_insert(&row);
    if (!inserted)
        rc_dayfile_fail(writer, "write the run to", err);
    sqlite3_finalize(statement);
    return inserted;
}

/* ----- ending ----- */

static bool complete_database(struct rc_dayfile *writer, const struct rc_day *day,
                              struct rc_error *err)
{
    /* A sample is enough for the planner, and reading every index is not cheap. */
    static const char analyze[] = "PRAGMA analysis_limit=1000; ANALYZE;";
    if (writer->failed) {
        rc_error_set(err, RC_IO, "%s is incomplete: an earlier write failed", writer->building);
        return false;
    }
    if (!rc_dayfile_write_rollup(writer, day, err) ||
        !rc_dayfile_exec(writer, "index", rc_dayfile_indexes, err) ||
        !rc_dayfile_exec(writer, "index", rc_dayfile_amount_indexes, err) ||
        !rc_dayfile_exec(writer, "analyze", analyze, err) ||
        !rc_dayfile_exec(writer, "complete", "COMMIT", err))
        return false;
    if (!rc_dayfile_close(writer))
        return rc_dayfile_fail(writer, "close", err);
    return sync_path(writer->building, err);
}

static bool write_rollup_json(const char *path, const struct rc_day *day, struct rc_error *err)
{
    struct rc_buf json;
    rc_buf_init(&json, ROLLUP_BYTES_MAX);
    bool written = rc_day_json(day, &json);
    if (!written)
        rc_error_nomem(err);
    written = written && write_file(path, &json, err);
    rc_buf_free(&json);
    return written;
}

static bool rename_to(const char *from, const char *to, struct rc_error *err)
{
    if (rename(from, to) == 0)
        return true;
    rc_error_errno(err, RC_IO, "cannot rename %s to %s", from, to);
    return false;
}

bool rc_dayfile_finish(struct rc_dayfile *writer, const struct rc_day *day, struct rc_error *err)
{
    bool finished = false;
    char *db = path_of(writer->dir, "day.db", false, err);
    char *rollup = path_of(writer->dir, "rollup.json", false, err);
    char *rollup_building = path_of(writer->dir, "rollup.json", true, err);
    if (!db || !rollup || !rollup_building)
        goto cleanup;
    if (!complete_database(writer, day, err) || !write_rollup_json(rollup_building, day, err))
        goto cleanup;
    /* Both are on the disk before either gets its name. */
    finished = rename_to(writer->building, db, err) && rename_to(rollup_building, rollup, err) &&
               sync_path(writer->dir, err);
cleanup:
    if (!finished && rollup_building)
        unlink(rollup_building);
    free(rollup_building);
    free(rollup);
    free(db);
    rc_dayfile_abort(writer);
    return finished;
}

/* After a success the temporary name is gone, and there is nothing to remove. */
void rc_dayfile_abort(struct rc_dayfile *writer)
{
    if (!writer)
        return;
    if (writer->db)
        rc_dayfile_close(writer);
    if (writer->building)
        unlink(writer->building);
    free(writer->building);
    free(writer->dir);
    free(writer);
}
