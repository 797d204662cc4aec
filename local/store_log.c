#include "local/store_log.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <string.h>

/* The log's file: SQLite's own one stands behind it. */
struct log_file {
    sqlite3_file base;
    sqlite3_file *real;
};

/* What is to be written at `from`. There is one log: reconlocal has one database. */
static struct {
    struct log_file *file; /* NULL: none is open */
    sqlite3_int64 from;
    int length;
    bool ends; /* the page that comes next is the last one of its transaction */
    char bytes[RC_STORE_LOG_BYTES];
} gathered;

static sqlite3_vfs *real_vfs;

static int flush(void)
{
    enum { MOST = 1 << 16 }; /* SQLite's own files write less than 128 KB at a time */
    int code = SQLITE_OK;
    for (int at = 0; at < gathered.length && code == SQLITE_OK; at += MOST) {
        sqlite3_file *real = gathered.file->real;
        int length = gathered.length - at < MOST ? gathered.length - at : MOST;
        code = real->pMethods->xWrite(real, gathered.bytes + at, length, gathered.from + at);
    }
    if (code == SQLITE_OK)
        gathered.length = 0;
    return code;
}

bool rc_store_log_flush(void)
{
    return flush() == SQLITE_OK;
}

/* ----- the file's methods ----- */

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct log_file *)file)->real;
}

static int close_log(sqlite3_file *file)
{
    sqlite3_file *real = real_of(file);
    int code = flush(), closed = real->pMethods->xClose(real);
    gathered.length = 0;
    gathered.file = NULL;
    return code == SQLITE_OK ? closed : code;
}

static int read_log(sqlite3_file *file, void *bytes, int length, sqlite3_int64 from)
{
    sqlite3_file *real = real_of(file);
    sqlite3_int64 end = gathered.from + gathered.length;
    if (from >= gathered.from && from + length <= end) {
        memcpy(bytes, gathered.bytes + (from - gathered.from), (size_t)length);
        return SQLITE_OK;
    }
    int code = from < end && from + length > gathered.from ? flush() : SQLITE_OK;
    return code == SQLITE_OK ? real->pMethods->xRead(real, bytes, length, from) : code;
}

/* What cannot be written is of a transaction that SQLite then takes back. */
static int flush_or_drop(void)
{
    int code = flush();
    if (code != SQLITE_OK)
        gathered.length = 0;
    return code;
}

/* A frame's header says how large the database is when it is the last one of a
 * transaction, else 0: bytes 4 to 7. */
static bool ends_transaction(const unsigned char *header)
{
    return header[4] || header[5] || header[6] || header[7];
}

static int write_log(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 from)
{
    enum { FRAME_HEADER = 24 };
    sqlite3_file *real = real_of(file);
    bool follows = gathered.length && from == gathered.from + gathered.length &&
                   length <= RC_STORE_LOG_BYTES - gathered.length;
    int code = follows ? SQLITE_OK : flush_or_drop();
    if (code != SQLITE_OK)
        return code;
    if (length > RC_STORE_LOG_BYTES)
        return real->pMethods->xWrite(real, bytes, length, from);
    if (!follows)
        gathered.from = from;
    memcpy(gathered.bytes + gathered.length, bytes, (size_t)length);
    gathered.length += length;
    bool last = gathered.ends;
    gathered.ends = length == FRAME_HEADER && ends_transaction(bytes);
    return last ? flush_or_drop() : SQLITE_OK;
}

static int truncate_log(sqlite3_file *file, sqlite3_int64 size)
{
    sqlite3_file *real = real_of(file);
    int code = flush();
    return code == SQLITE_OK ? real->pMethods->xTruncate(real, size) : code;
}

static int sync_log(sqlite3_file *file, int flags)
{
    sqlite3_file *real = real_of(file);
    int code = flush();
    return code == SQLITE_OK ? real->pMethods->xSync(real, flags) : code;
}

static int size_of_log(sqlite3_file *file, sqlite3_int64 *size)
{
    sqlite3_file *real = real_of(file);
    int code = flush();
    return code == SQLITE_OK ? real->pMethods->xFileSize(real, size) : code;
}

static int lock_log(sqlite3_file *file, int level)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xLock(real, level);
}

static int unlock_log(sqlite3_file *file, int level)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xUnlock(real, level);
}

static int is_reserved(sqlite3_file *file, int *reserved)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xCheckReservedLock(real, reserved);
}

static int control(sqlite3_file *file, int what, void *argument)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xFileControl(real, what, argument);
}

static int sector_size(sqlite3_file *file)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xSectorSize(real);
}

static int characteristics(sqlite3_file *file)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xDeviceCharacteristics(real);
}

static const sqlite3_io_methods methods = {.iVersion = 1,
                                           .xClose = close_log,
                                           .xRead = read_log,
                                           .xWrite = write_log,
                                           .xTruncate = truncate_log,
                                           .xSync = sync_log,
                                           .xFileSize = size_of_log,
                                           .xLock = lock_log,
                                           .xUnlock = unlock_log,
                                           .xCheckReservedLock = is_reserved,
                                           .xFileControl = control,
                                           .xSectorSize = sector_size,
                                           .xDeviceCharacteristics = characteristics};

/* ----- the VFS: SQLite's own, but for the log ----- */

static int open_file(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags,
                     int *got)
{
    (void)vfs;
    if (!(flags & SQLITE_OPEN_WAL) || gathered.file)
        return real_vfs->xOpen(real_vfs, name, file, flags, got);
    struct log_file *log = (struct log_file *)file;
    *log = (struct log_file){.real = (sqlite3_file *)(log + 1)};
    log->real->pMethods = NULL;
    int code = real_vfs->xOpen(real_vfs, name, log->real, flags, got);
    if (code == SQLITE_OK) {
        log->base.pMethods = &methods;
        gathered.file = log;
    } else if (log->real->pMethods) {
        log->real->pMethods->xClose(log->real);
    }
    return code;
}

const char *rc_store_log_vfs(void)
{
    static sqlite3_vfs vfs;
    static const char name[] = "reconlocal";
    if (vfs.zName)
        return name;
    real_vfs = sqlite3_vfs_find(NULL);
    if (!real_vfs)
        return NULL;
    vfs = *real_vfs; /* its other methods go by their own file names alone */
    vfs.pNext = NULL;
    vfs.zName = name;
    vfs.szOsFile = real_vfs->szOsFile + (int)sizeof(struct log_file);
    vfs.xOpen = open_file;
    return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK ? name : NULL;
}
