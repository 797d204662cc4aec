/* What the files of `reconctl get` share: get.c (words, tables), get_discrepancy.c and
 * get_record.c (the views that are no table of the day), get_shards.c (what a table's rows amount
 * to), get_plan.c, get_heat.c, get_live.c and get_day.c (what is at AWS). */
#ifndef RC_CLI_GET_H
#define RC_CLI_GET_H

#include "aws/session.h"
#include "base/jsonw.h"
#include "core/skew.h"
#include "model/export.h"
#include "model/table.h"

enum { RC_GET_FILTER_BYTES = 16 << 10 };

/* Besides enum rc_export_format, for people: some columns, cut to their widths; all, whole. */
enum { RC_GET_TABLE = RC_EXPORT_TSV + 1, RC_GET_WIDE };

struct rc_get_settings {
    const char *view, *from;
    char **words; /* behind the view */
    int word_count;
    struct rc_table_query query;
    int format;
    uint64_t limit, offset;
    struct rc_session_options aws;
    bool has_aws;   /* one of the words of AWS was there */
    bool attention; /* what was written tells of something that is not in order */
    bool watch;     /* again and again */
    char *more; /* members of the JSON object behind its rows, each with a comma before it; NULL */
};

/* Rows on their way to stdout, or into a buffer. */
struct rc_get_output {
    const struct rc_table_def *def;
    int format;
    struct rc_buf line;
    struct rc_buf *into; /* NULL: stdout */
    const char *more;    /* as in the settings */
    bool first;
    bool measuring;               /* rows say how wide a wide table is, and are not written */
    int widths[RC_TABLE_COLUMNS]; /* of a wide table's columns, at least */
};

bool rc_get_for_people(int format);

/* The titles of a table for people, and a row of it, onto the output's line; and that the
 * columns of a wide one be as wide as what stands in this row (get_table.c). */
void rc_get_table_head(struct rc_get_output *output);
void rc_get_table_row(struct rc_get_output *output, const struct rc_cell_value *cells,
                      size_t count);
void rc_get_table_measure(struct rc_get_output *output, const struct rc_cell_value *cells,
                          size_t count);

bool rc_get_begin(struct rc_get_output *output, const struct rc_table_def *def, int format,
                  struct rc_error *err);
rc_row_visitor rc_get_row; /* context: the output */
bool rc_get_end(struct rc_get_output *output, struct rc_error *err);

/* Writes what is in the line and empties it. */
bool rc_get_flush(struct rc_get_output *output, struct rc_error *err);

/* A member that is a text, or null where there is none (NULL or ""). */
void rc_get_key_text(struct rc_jsonw *json, const char *key, const char *text);
void rc_get_key_real(struct rc_jsonw *json, const char *key, double value);

/* A cell of text; NULL: none. */
struct rc_cell_value rc_get_text(const char *text);

/* Writes the rows of a table that the query asks for, from the settings' offset on and up to
 * their limit; `into` as in rc_get_output. */
bool rc_get_table(struct rc_model *model, const struct rc_table_def *def,
                  const struct rc_table_query *query, const struct rc_get_settings *settings,
                  struct rc_buf *into, struct rc_error *err);

/* What was printed last, of something that is watched (get_watch.c). */
struct rc_get_watch {
    uint64_t *lines; /* hashes, sorted */
    size_t count;
    int unchanged; /* how often in a row */
};

/* Prints what the rows in the buffer have that those before had not: all of a table, on a
 * terminal in place of the one before, or of a JSON object, in one line, when anything has
 * changed; of other formats the lines that are new. False when it cannot be written, or
 * without memory. */
bool rc_get_watch_show(struct rc_get_watch *watch, int format, const struct rc_buf *rows,
                       struct rc_error *err);
void rc_get_watch_free(struct rc_get_watch *watch);

/* Filter words from `first` on, and those of --filter; false when they are too long. */
bool rc_get_filter(const struct rc_get_settings *settings, int first, struct rc_buf *filter,
                   struct rc_error *err);

/* A view of a day, of which the settings' words say what is shown. */
bool rc_get_of_day(struct rc_model *model, const struct rc_get_settings *settings,
                   struct rc_error *err);

/* The same of a day of the pipeline, which the first two words name. What it cost goes to
 * stderr. */
bool rc_get_live_day(const struct rc_get_settings *settings, struct rc_error *err);

/* `get files`, `get queues`, `get messages`: asks AWS. */
bool rc_get_live(struct rc_get_settings *settings, const struct rc_table_def *def,
                 struct rc_error *err);

/* `get plan`, of a day file, of a program at AWS, or of figures alone. */
bool rc_get_plan(struct rc_get_settings *settings, struct rc_error *err);

/* What limits the writes, of the listing of `get heat`: the figures go to settings->more where JSON
 * is written; sentences, a line each, to *told, which is to be freed. False with an error. */
struct rc_live;
struct rc_listing;
bool rc_get_heat_facts(struct rc_live *live, struct rc_model *model,
                       const struct rc_listing *listing, struct rc_get_settings *settings,
                       char **told, struct rc_error *err);

/* How even the shards of a day are: a sentence a side goes to stderr, the figures to
 * settings->more, which is to be freed. False with an error (get_shards.c). */
bool rc_get_shards_facts(struct rc_model *model, struct rc_get_settings *settings,
                         struct rc_error *err);

/* A skew as an object; what is counted names its total. */
void rc_get_skew(struct rc_jsonw *json, const char *counted, const struct rc_skew *skew);

/* `get discrepancy ID`, `get record SIDE NUMBER`. */
bool rc_get_discrepancy(struct rc_model *model, const struct rc_get_settings *settings,
                        struct rc_error *err);
bool rc_get_record(struct rc_model *model, const struct rc_get_settings *settings,
                   struct rc_error *err);

#endif
