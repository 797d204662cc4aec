/* A program as its author has it: a file, and beside it those of its layouts that are not
 * bundled. */
#ifndef RC_OPS_PROGRAM_FILE_H
#define RC_OPS_PROGRAM_FILE_H

#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>

/* The program's definition, and an object with those of its layouts by the names that it calls
 * them: both the caller's. False with an error, and nothing is given. Neither is checked yet
 * (pipeline/catalog.h does). */
bool rc_program_file_load(const char *path, json_t **program, json_t **layouts,
                          struct rc_error *err);

#endif
