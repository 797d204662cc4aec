/* The rows of listings of files: what S3 says of one, and what the pipeline says. Shared by
 * live_files.c (buckets, folders, keys), live_filedays.c (the files of a program) and
 * live_filestates.c (what the pipeline knows of rows that are there). */
#ifndef RC_MODEL_LIVE_FILEROWS_H
#define RC_MODEL_LIVE_FILEROWS_H

#include "model/live_internal.h"

#include <jansson.h>

/* Rows stand by their ranks. */
enum { RC_FILES_PROGRAMS, RC_FILES_FOLDERS, RC_FILES_UNDATED, RC_FILES_FILES };

/* Texts may be NULL. */
struct rc_filerow {
    int rank;
    const char *kind; /* program, bucket, folder, file */
    const char *name, *key, *bucket, *storage_class, *etag;
    int64_t size_bytes; /* -1: none */
    int64_t modified_unix_ms;
};

struct rc_filerows {
    sqlite3_stmt *add, *tell;
};

/* False with an error. */
bool rc_filerows_open(struct rc_filerows *rows, struct rc_live *live, struct rc_error *err);
void rc_filerows_close(struct rc_filerows *rows);

/* Adds a row to the listing, and counts it; rc_live_last_row has its key. */
bool rc_filerows_add(struct rc_filerows *rows, struct rc_listing *listing,
                     const struct rc_filerow *row, struct rc_error *err);

/* Adds to the row what the pipeline's item of the file says (pipeline/file.h). */
bool rc_filerows_tell(struct rc_filerows *rows, struct rc_live *live, int64_t key,
                      const json_t *item, struct rc_error *err);

/* What of a file's item wants attention; "" when nothing does. now: in ms since 1970. */
void rc_file_alert(const json_t *item, int64_t now_unix_ms, char alert[48]);

/* Why the file is as it is, in words; "" when its item says nothing. A function on Lambda wraps
 * them into JSON ("errorMessage": "Errors in Lambda", AWS Lambda Developer Guide). */
enum { RC_CAUSE_BYTES = 4096 };
void rc_file_cause(const json_t *item, char cause[RC_CAUSE_BYTES]);

/* ----- states of rows that are there (live_filestates.c) ----- */

struct rc_filestates;

void rc_filestates_free(struct rc_filestates *states);

/* Where the states of that listing of files are. */
struct rc_filestates **rc_filestates_of(struct rc_listing *listing);

#endif
