/* What the files of model/ share of an opened day. */
#ifndef RC_MODEL_INTERNAL_H
#define RC_MODEL_INTERNAL_H

#include "base/int128.h"
#include "core/record.h"
#include "model/table.h"

#include <regex.h>
#include <sqlite3.h>

struct rc_layoutmap;

sqlite3 *rc_model_db(struct rc_model *model);

/* Whether ids of its rows are 1..n, where a table's definition says so. */
bool rc_model_is_dense(struct rc_model *model);

/* Whether it is a day that fills and keeps the stretches of ids that have come. */
bool rc_model_has_stretches(struct rc_model *model);

/* Fills err with what SQLite says; false. */
bool rc_model_fail(struct rc_model *model, const char *what, struct rc_error *err);

/* A statement over the day; NULL with an error. */
sqlite3_stmt *rc_model_prepare(struct rc_model *model, const char *sql, struct rc_error *err);

/* The next row: true while there is one. At the end *ok tells whether all went well. */
bool rc_model_step(struct rc_model *model, sqlite3_stmt *statement, bool *ok, struct rc_error *err);

/* Copies a text column ("" for NULL), cut at the size. */
void rc_column_text(sqlite3_stmt *statement, int column, char *text, size_t size);

/* A sum kept as decimal text. */
rc_i128 rc_column_sum(sqlite3_stmt *statement, int column);

/* As rc_layoutmap_of_day, without a model. */
struct rc_layoutmap *rc_layoutmap_of_side(sqlite3 *db, enum rc_side side, struct rc_error *err);

/* The regular expression of a filter, in the C locale whatever the program's is, so
 * that a filter finds the same everywhere. Gives what regcomp does. */
int rc_pattern_compile(regex_t *pattern, const char *text);

#endif
