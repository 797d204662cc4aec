/* The filter language of tables, made into SQL:
 *
 *   coffee            rows in which a text matches the regular expression (POSIX,
 *                     extended, without regard to the case of ASCII letters)
 *   status:missing    the column contains the text, without regard to case
 *   status=pending    the column is exactly that (also on numbers); != < <= > >=
 *   amount>100        numbers are compared; money in major units: 100 is 100.00 USD
 *   age>3d            a trailing d (days) or k, m (thousand, million) is understood
 *   !word             all rows but those that the word lets through
 *   "a b"             one word, taken as a regular expression; reason:"a b"
 *   a b               both have to hold
 *
 * A column goes by its name, or by the beginning of one that no other has. */
#ifndef RC_MODEL_FILTER_H
#define RC_MODEL_FILTER_H

#include "base/buf.h"
#include "base/error.h"
#include "model/table.h"

enum { RC_FILTER_TERMS = 32 };

/* A value that the SQL refers to as ?1, ?2, … */
struct rc_filter_value {
    bool is_text;
    char text[256];
    int64_t integer;
};

struct rc_filter {
    struct rc_buf where; /* a condition; empty: none */
    struct rc_filter_value values[RC_FILTER_TERMS];
    int value_count;
};

/* Parses a filter for a table; the error names the word that is wrong and says what
 * is allowed. Free with rc_filter_free, also after a failure. */
bool rc_filter_parse(const char *text, const struct rc_table_def *def, struct rc_filter *filter,
                     struct rc_error *err);
void rc_filter_free(struct rc_filter *filter);

/* The column that a name or the beginning of one means; NULL with an error. */
const struct rc_column *rc_column_find(const struct rc_table_def *def, const char *name,
                                       size_t length, struct rc_error *err);

#endif
