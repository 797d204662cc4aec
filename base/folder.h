/* Folders that are made where they are missing. */
#ifndef RC_BASE_FOLDER_H
#define RC_BASE_FOLDER_H

#include "base/error.h"

#include <stdbool.h>
#include <sys/types.h>

/* Makes the folder and those above it, unless they are there; new ones get the mode (less
 * the umask). False with an error that names the one which could not be made. */
bool rc_make_folders(const char *path, mode_t mode, struct rc_error *err);

#endif
