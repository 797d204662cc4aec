/* A VFS of SQLite's that gathers what is written to the log (the WAL) and writes it in one
 * go. SQLite writes two small pieces for each page of a transaction; a batch of items with
 * scattered keys has dozens. A transaction's last page takes all of them to the file: if it
 * cannot be written, SQLite hears of it and takes the transaction back. A commit that succeeded
 * and was followed by rc_store_log_flush survives the end of the process. Source: "The OS
 * Backend (VFS) To SQLite", "Write-Ahead Logging" and "WAL-mode File Format" of sqlite.org. */
#ifndef RC_LOCAL_STORE_LOG_H
#define RC_LOCAL_STORE_LOG_H

#include <stdbool.h>

enum { RC_STORE_LOG_BYTES = 1 << 20 }; /* that are gathered at most */

/* Registers it (once a process) and gives its name for sqlite3_open_v2; NULL when SQLite
 * refuses. One log at a time has pieces gathered. */
const char *rc_store_log_vfs(void);

/* Writes what is still gathered: checksums that SQLite wrote anew behind the last page.
 * False when the file cannot be written: nothing is lost then, and the next call tries again. */
bool rc_store_log_flush(void);

#endif
