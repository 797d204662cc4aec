/* What the parts of the day file's writer share. For model/dayfile*.c only. */
#ifndef RC_MODEL_DAYFILE_INTERNAL_H
#define RC_MODEL_DAYFILE_INTERNAL_H

#include "model/dayfile.h"

#include <sqlite3.h>

struct rc_dayfile {
    sqlite3 *db;
    sqlite3_stmt *discrepancy, *record, *rejected;
    int64_t discrepancies, rejected_records; /* written so far: the ids of the last ones */
    bool failed;                             /* a write failed: the file must not be published */
    char *dir;
    char *building; /* path of the database until it is complete */
};

/* dayfile_schema.c */
extern const char rc_dayfile_tables[];         /* before loading */
extern const char rc_dayfile_indexes[];        /* after it */
extern const char rc_dayfile_amount_indexes[]; /* not in a day that fills */

/* dayfile_rollup.c: every table but discrepancy, record, rejected and run. */
bool rc_dayfile_write_rollup(struct rc_dayfile *writer, const struct rc_day *day,
                             struct rc_error *err);

/* Fills the error from the database's and marks the writer; gives false. */
bool rc_dayfile_fail(struct rc_dayfile *writer, const char *doing, struct rc_error *err);
bool rc_dayfile_exec(struct rc_dayfile *writer, const char *doing, const char *sql,
                     struct rc_error *err);
bool rc_dayfile_prepare(struct rc_dayfile *writer, const char *sql, sqlite3_stmt **statement,
                        struct rc_error *err);

/* What inserts discrepancies, records and rejected records; the tables are there. */
bool rc_dayfile_prepare_rows(struct rc_dayfile *writer, struct rc_error *err);

/* Closes the database; false when that fails. */
bool rc_dayfile_close(struct rc_dayfile *writer);

/* Rows under an id that is free. `omitted` records of a side, or NULL, count as its own. */
bool rc_dayfile_put_discrepancy(struct rc_dayfile *writer, int64_t id, uint32_t shard,
                                const struct rc_outcome *outcome, const int64_t *omitted,
                                struct rc_error *err);
bool rc_dayfile_put_rejected(struct rc_dayfile *writer, int64_t id,
                             const struct rc_dayfile_rejected *rejected, struct rc_error *err);

/* One row of a prepared INSERT: its values are bound in their order, then it is
 * inserted. Texts and blobs must live until then. */
struct rc_row {
    sqlite3_stmt *statement;
    int column;
    bool failed;
};

struct rc_row rc_row_of(sqlite3_stmt *statement);
void rc_row_null(struct rc_row *row);
void rc_row_int(struct rc_row *row, int64_t value);
void rc_row_str(struct rc_row *row, const char *text); /* NULL: null */
void rc_row_text(struct rc_row *row, const char *text, size_t length);
void rc_row_blob(struct rc_row *row, const void *bytes, size_t length); /* NULL: null */
void rc_row_i128(struct rc_row *row, rc_i128 value);                    /* as decimal text */
void rc_row_digest(struct rc_row *row, rc_u128 digest);                 /* as hex digits */
bool rc_row_insert(struct rc_row *row);

#endif
