#include "local/store.h"

#include "base/folder.h"

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

bool rc_store_open(struct rc_local *local, const char *state, struct rc_error *err)
{
    /* In WAL mode with synchronous=NORMAL what was committed survives the end of the
     * process, though not that of the machine. */
    static const char settings[] = "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
                                   "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384;"
                                   "PRAGMA wal_autocheckpoint = 4000;"
                                   "PRAGMA temp_store = MEMORY; BEGIN IMMEDIATE; COMMIT;";
    char path[4096];
    struct rc_error why = {0};
    int length = snprintf(path, sizeof path, "%s/local.db", state);
    if (length < 0 || (size_t)length >= sizeof path) {
        rc_error_set(err, RC_USAGE, "the path of the state folder is too long");
        return false;
    }
    if (!rc_make_folders(state, 0700, err))
        return false;
    if (sqlite3_open(path, &local->db) != SQLITE_OK) {
        fail(local, path, err);
        rc_store_close(local);
        return false;
    }
    sqlite3_extended_result_codes(local->db, 1);
    if (!rc_store_exec(local, settings, &why)) {
        bool busy = sqlite3_errcode(local->db) == SQLITE_BUSY;
        rc_error_set(err, RC_IO, "%s: %s", path,
                     busy ? "another reconlocal uses this folder; stop it, or name another folder"
                          : why.text);
        rc_store_close(local);
        return false;
    }
    return true;
}

void rc_store_close(struct rc_local *local)
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
    if (code == SQLITE_DONE)
        return true;
    fprintf(stderr, "reconlocal: the state file: %s\n", sqlite3_errmsg(local->db));
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
