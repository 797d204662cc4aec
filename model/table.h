/* What a view shows, as rows: a table of named columns over the day file, or over what
 * AWS has answered (model/live.h), filtered and sorted by SQL. The console draws it, `reconctl get`
 * prints it; both know rows and no SQL.
 *
 * A table holds the ids of the rows that the filter lets through, in order, four
 * bytes each; rows themselves are read when they are asked for. Without a filter and in
 * the order of the file not even the ids are held, of a day that fills for the first time a
 * few stretches of them. */
#ifndef RC_MODEL_TABLE_H
#define RC_MODEL_TABLE_H

#include "base/buf.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rc_column_kind {
    RC_COLUMN_TEXT,
    RC_COLUMN_NUMBER,
    RC_COLUMN_MONEY, /* shown in major units of the row's currency */
    RC_COLUMN_STATUS,
    RC_COLUMN_BOOL,
    RC_COLUMN_BYTES,   /* shown as text where printable; in JSON as hex */
    RC_COLUMN_WORDS,   /* a JSON array of words; shown without its brackets */
    RC_COLUMN_SECONDS, /* how long; "unknown" where there is none */
    RC_COLUMN_ALERT,   /* a text that is lit */
    RC_COLUMN_STATE,   /* a word that says how it goes: running, failed, error, … */
    RC_COLUMN_SERIES,  /* a JSON array of numbers; drawn as a line of bars where the text of the
                          column before it leaves room */
};

struct rc_column {
    const char *name;         /* in JSON, filters and sorting */
    const char *title;        /* above the column */
    const char *sql;          /* an expression over the definition's `from` */
    const char *currency_sql; /* of money: the expression that gives its currency */
    enum rc_column_kind kind;
    int width;   /* that it would like, in cells */
    bool detail; /* only in full listings, not on screen by default */
};

enum { RC_TABLE_COLUMNS = 40 };

/* One view's table. Data only: model/tables_*.c have one for each. */
struct rc_table_def {
    const char *view; /* its name, as in the palette and in `get` */
    const char *title;
    const char *from;     /* FROM clause with its joins */
    const char *key;      /* an integer expression that is unique in it */
    const char *last_key; /* the query for the highest key, where keys are 1..n without a gap;
                             else NULL */
    const char *filled; /* of live_stretch, which has those keys while a day fills; with last_key */
    const char *scope;  /* of what AWS answered: the number of the listing; NULL: of a day */
    const char *identity; /* with a scope: the expressions that a thing is known by within a
                             listing, of which an index finds it; NULL: its rows are not followed */
    const char *order;    /* before the key, as long as nothing is sorted by; NULL: none */
    const struct rc_table_def *of_pipeline;     /* the same of a day of the pipeline, which has more
                                                   columns; NULL: it has not */
    struct rc_column columns[RC_TABLE_COLUMNS]; /* the first without a name ends them */
};

const struct rc_table_def *rc_table_find(const char *view);

struct rc_model;

/* The same over that model (NULL: none yet): a day of the pipeline may have more columns. */
const struct rc_table_def *rc_table_find_in(const char *view, const struct rc_model *model);

extern const struct rc_table_def *const rc_table_defs[]; /* NULL at the end */

/* ----- a day file that is being looked at ----- */

/* Opens DIR/day.db or a file, read-only. Refuses what is neither a day file nor the
 * database of a live session, or one of a schema that it does not know. */
struct rc_model *rc_model_open(const char *path, struct rc_error *err);
void rc_model_close(struct rc_model *model);

/* The path of the file itself. */
const char *rc_model_path(const struct rc_model *model);

/* A value of `meta`; "" when there is none. Valid while the model is open. */
const char *rc_model_meta(struct rc_model *model, const char *key);

/* Whether it is the database of a live session. */
bool rc_model_is_live(const struct rc_model *model);

/* Whether it is a day that is read while it fills (model/live_day.h): rows come, and may go. */
bool rc_model_is_filling(const struct rc_model *model);

/* ----- a table ----- */

struct rc_table;

struct rc_table_query {
    const char *filter; /* see model/filter.h; NULL or "": everything */
    const char *sort;   /* a column's name; NULL: as in the file */
    bool descending;
    int64_t scope; /* of a table that has one: the listing */
};

/* Whether the definition's tables are read from this model; what to do instead is in the
 * error otherwise. */
bool rc_table_suits(const struct rc_table_def *def, struct rc_model *model, struct rc_error *err);

/* Runs the query. May take long on a large day: call it from a worker thread (a
 * model belongs to one thread at a time) and rc_model_interrupt from any other.
 * NULL with an error; RC_USAGE when the filter or the sort column is wrong. */
struct rc_table *rc_table_open(struct rc_model *model, const struct rc_table_def *def,
                               const struct rc_table_query *query, struct rc_error *err);
void rc_table_close(struct rc_table *table);

/* Whether all rows in the order of the file are known without looking at each, so that anybody
 * may open that table. */
bool rc_table_is_quick(const struct rc_table_def *def, struct rc_model *model);

/* From now on the rows are read through this model of the same day, or through none
 * (NULL). A table goes over to another thread between two calls: the one lets it go,
 * the other takes it. */
void rc_table_attach(struct rc_table *table, struct rc_model *model);

/* A table of those rows whose keys `pick` says yes to (NULL: of all), in the same
 * order, attached to no model. It has no sums. */
struct rc_table *rc_table_pick(const struct rc_table *table,
                               bool (*pick)(void *context, int64_t key), void *context,
                               struct rc_error *err);

/* Makes a query that is running give up. */
void rc_model_interrupt(struct rc_model *model);

/* Replaces keys of rows of one listing by those that the same things have in another (0: it is
 * not there). As rc_table_open for where it may be called. */
bool rc_table_follow(struct rc_model *model, const struct rc_table_def *def, int64_t scope,
                     int64_t *keys, size_t count, struct rc_error *err);

uint64_t rc_table_count(const struct rc_table *table);
const struct rc_table_def *rc_table_definition(const struct rc_table *table);

/* The key of the row at an index, for following it into another view. */
int64_t rc_table_key(const struct rc_table *table, uint64_t index);

/* Where a key stands; the count when it is not among the rows. */
uint64_t rc_table_find_key(const struct rc_table *table, int64_t key);

/* One cell as it is read. Texts are valid until the next call. */
struct rc_cell_value {
    int64_t integer;
    const char *text; /* text and bytes; money in major units; else the number's digits */
    size_t length;
    int exponent; /* of money's currency; -1 where it has none */
    bool null;
    bool is_integer;
    bool is_real; /* finite: the text is its digits */
};

typedef bool rc_row_visitor(void *context, uint64_t index, const struct rc_cell_value *cells,
                            size_t count, struct rc_error *err);

/* Visits rows [first, first + count) that there are, each with a cell for every
 * column. Rows of a day that fills may have gone since: theirs are null. False when reading fails
 * or the visitor says so. */
bool rc_table_rows(struct rc_table *table, uint64_t first, uint64_t count, rc_row_visitor *visit,
                   void *context, struct rc_error *err);

/* Adds what the rows sum up to, net per currency ("EUR -5.10  USD 1,234.00"), of the
 * first money column; nothing for a table without money. With a filter it is known
 * already; without, it may take as long as rc_table_open. */
bool rc_table_sums(struct rc_table *table, struct rc_buf *out, struct rc_error *err);

/* The digits of a number as read, with a comma between each three of the whole part.
 * Gives the length; what is longer than any number is cut. */
enum { RC_GROUPED_TEXT = 72 };
size_t rc_digits_group(const char *text, size_t length, char *out);

#endif
