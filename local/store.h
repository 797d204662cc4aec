/* The file that keeps everything: STATE/local.db. */
#ifndef RC_LOCAL_STORE_H
#define RC_LOCAL_STORE_H

#include "local/local.h"

/* Opens the file, made when it is missing; another process that has it open is an
 * error that says so. */
bool rc_store_open(struct rc_local *local, const char *state, struct rc_error *err);
/* Statements that were compiled end with it. */
void rc_store_close(struct rc_local *local);

/* Runs statements that give no rows; false, with the reason, at the first that fails. */
bool rc_store_exec(struct rc_local *local, const char *sql, struct rc_error *err);

#endif
