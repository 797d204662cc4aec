#include "local/store.h"

#include "base/folder.h"
#include "local/store_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATEMENTS = 1024 };

/* Compiled statements, by the address of their text: they are literals. */
static struct {
    const char *sql;
    sqlite3_stmt *statement;
} kept[STATEMENTS];

static int depth; /* of transactions that nest */
static bool spoiled;
static size_t kept_count;

static bool fail(struct rc_local *local, const char *what, struct rc_error *err)
{
    rc_error_set(err, RC_IO, "%s: %s", what,
                 local->db ? sqlite3_errmsg(local->db) : "out of memory");
    return false;
}

bool rc_store_exec(struct rc_local *local, const char *sql, struct rc_error *err)
{
    return sqlite3_exec(local->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
           fail(local, "the state file", err);
}

/* ----- opening and closing ----- */

/* Which boot of the machine this is; the same text each time where it does not tell. */
static void boot_of_machine(char boot[64])
{
    boot[0] = '\0';
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (file && fgets(boot, 64, file))
        boot[strcspn(boot, "\n")] = '\0';
    if (file)
        fclose(file);
}

static bool is_sound(struct rc_local *local)
{
    sqlite3_stmt *check = NULL;
    bool sound =
        sqlite3_prepare_v2(local->db, "PRAGMA quick_check(1)", -1, &check, NULL) == SQLITE_OK &&
        sqlite3_step(check) == SQLITE_ROW &&
        strcmp((const char *)sqlite3_column_text(check, 0), "ok") == 0;
    sqlite3_finalize(check);
    return sound;
}

/* Nothing waits for the disk while reconlocal runs, and so the file may be damaged when the
 * machine went down meanwhile: the boot in which it was opened is still there then. */
static bool take_up(struct rc_local *local, const char *path, struct rc_error *err)
{
    static const char table[] =
        "CREATE TABLE IF NOT EXISTS local_open(id INTEGER PRIMARY KEY, boot TEXT NOT NULL)";
    char boot[64];
    boot_of_machine(boot);
    bool made = rc_store_exec(local, table, NULL), same = true;
    if (made) {
        sqlite3_stmt *read = rc_local_sql(local, "SELECT boot FROM local_open");
        if (sqlite3_step(read) == SQLITE_ROW)
            same = strcmp((const char *)sqlite3_column_text(read, 0), boot) == 0;
        rc_local_done(read);
    }
    if (!made || (!same && !is_sound(local))) {
        rc_error_set(err, RC_IO,
                     "%s is damaged: the machine went down while it was in use, or another "
                     "program wrote to it; move it away, or name another folder",
                     path);
        return false;
    }
    sqlite3_stmt *keep = rc_local_sql(local, "REPLACE INTO local_open VALUES (1, ?)");
    sqlite3_bind_text(keep, 1, boot, -1, SQLITE_STATIC);
    if (rc_local_run(local, keep))
        return true;
    return fail(local, path, err);
}

static bool open_file(struct rc_local *local, const char *path, struct rc_error *err)
{
    /* What was committed survives the end of the process, for it is in the log, and the log
     * is in the system's memory (rc_local_run). Without synchronous it need not be on the
     * disk: a request never waits for that, and rc_store_close does. The log is short, so
     * that it is read quickly after a kill. */
    static const char settings[] = "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = OFF;"
                                   "PRAGMA journal_mode = WAL; PRAGMA cache_size = -16384;"
                                   "PRAGMA wal_autocheckpoint = 2000;"
                                   "PRAGMA temp_store = MEMORY; BEGIN IMMEDIATE; COMMIT;";
    struct rc_error why = {0};
    const char *vfs = rc_store_log_vfs();
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (!vfs || sqlite3_open_v2(path, &local->db, flags, vfs) != SQLITE_OK)
        return fail(local, path, err);
    sqlite3_extended_result_codes(local->db, 1);
    if (rc_store_exec(local, settings, &why))
        return take_up(local, path, err);
    bool busy = sqlite3_errcode(local->db) == SQLITE_BUSY;
    rc_error_set(err, RC_IO, "%s: %s", path,
                 busy ? "another reconlocal uses this folder; stop it, or name another folder"
                      : why.text);
    return false;
}

static void close_file(struct rc_local *local)
{
    for (size_t i = 0; i < STATEMENTS; i++) {
        sqlite3_finalize(kept[i].statement);
        kept[i].statement = NULL;
        kept[i].sql = NULL;
    }
    kept_count = 0;
    sqlite3_close(local->db);
    local->db = NULL;
}

bool rc_store_open(struct rc_local *local, const char *state, struct rc_error *err)
{
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/local.db", state);
    if (length < 0 || (size_t)length >= sizeof path) {
        rc_error_set(err, RC_USAGE, "the path of the state folder is too long");
        return false;
    }
    if (!rc_make_folders(state, 0700, err))
        return false;
    if (open_file(local, path, err))
        return true;
    close_file(local);
    return false;
}

void rc_store_close(struct rc_local *local)
{
    if (local->db) /* the last checkpoint waits for the disk */
        rc_store_exec(local, "PRAGMA synchronous = NORMAL; DELETE FROM local_open", NULL);
    close_file(local);
}

sqlite3_stmt *rc_local_sql(struct rc_local *local, const char *sql)
{
    size_t at = ((uintptr_t)sql >> 3) % STATEMENTS;
    while (kept[at].sql && kept[at].sql != sql)
        at = (at + 1) % STATEMENTS;
    if (kept[at].sql)
        return kept[at].statement;
    if (++kept_count == STATEMENTS) { /* one place stays free, where every search ends */
        fprintf(stderr, "reconlocal: there are over %d statements; STATEMENTS has to grow\n",
                STATEMENTS - 1);
        abort();
    }
    if (sqlite3_prepare_v3(local->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &kept[at].statement,
                           NULL) != SQLITE_OK) {
        fprintf(stderr, "reconlocal: %s: %s\n", sql, sqlite3_errmsg(local->db));
        abort();
    }
    kept[at].sql = sql;
    return kept[at].statement;
}

void rc_local_done(sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

bool rc_local_run(struct rc_local *local, sqlite3_stmt *statement)
{
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW)
        ;
    rc_local_done(statement);
    /* Outside of a transaction, and behind COMMIT, what was done is done for good. */
    if (code == SQLITE_DONE && (depth > 0 || rc_store_log_flush()))
        return true;
    fprintf(stderr, "reconlocal: the state file: %s\n",
            code == SQLITE_DONE ? "its log cannot be written; is the disk full?"
                                : sqlite3_errmsg(local->db));
    spoiled = true;
    return false;
}

void rc_local_begin(struct rc_local *local)
{
    if (depth++ == 0) {
        spoiled = false;
        rc_local_run(local, rc_local_sql(local, "BEGIN"));
    }
}

/* Some failures, of a full disk for one, have ended the transaction already. */
static void undo(struct rc_local *local)
{
    if (!sqlite3_get_autocommit(local->db))
        rc_local_run(local, rc_local_sql(local, "ROLLBACK"));
}

bool rc_local_commit(struct rc_local *local)
{
    if (--depth > 0)
        return !spoiled;
    if (!spoiled)
        rc_local_keep_time(local);
    if (!spoiled && rc_local_run(local, rc_local_sql(local, "COMMIT")))
        return true;
    undo(local);
    return false;
}

void rc_local_rollback(struct rc_local *local)
{
    spoiled = true;
    if (--depth == 0)
        undo(local);
}
