/* Writes rows of a table as JSON, NDJSON, CSV (RFC 4180) or TSV: every column, with
 * money in major units, bytes as hex and empty for NULL in CSV. In TSV, which is
 * for pasting, only the columns that are on screen by default, tabs and line ends as
 * blanks. */
#ifndef RC_MODEL_EXPORT_H
#define RC_MODEL_EXPORT_H

#include "base/buf.h"
#include "model/table.h"

enum rc_export_format { RC_EXPORT_JSON, RC_EXPORT_NDJSON, RC_EXPORT_CSV, RC_EXPORT_TSV };

/* The format that the end of a file name means (.json, .ndjson or .jsonl, .csv, .tsv);
 * false with an error for any other. */
bool rc_export_format_of(const char *path, enum rc_export_format *format, struct rc_error *err);

/* Longest row. */
enum { RC_EXPORT_ROW_BYTES = 16 << 20 };

/* What stands before the rows, one row, what stands behind them. `first` is the one
 * that nothing stands before. A full buffer is left marked. */
void rc_export_head(const struct rc_table_def *def, enum rc_export_format format,
                    struct rc_buf *out);
void rc_export_row(const struct rc_table_def *def, enum rc_export_format format,
                   const struct rc_cell_value *cells, size_t count, bool first, struct rc_buf *out);

/* more: members of the JSON object behind its rows, each with a comma before it; NULL: none. */
void rc_export_tail(enum rc_export_format format, const char *more, struct rc_buf *out);

/* Writes all rows to a file that appears under its name when it is complete and on
 * the disk, and not at all when that fails or `given_up` (may be NULL) says so. A file
 * of that name is only replaced when `replace` is set. */
bool rc_export_save(struct rc_table *table, enum rc_export_format format, const char *path,
                    bool replace, bool (*given_up)(void), struct rc_error *err);

/* Gives a file that is complete its name, and says so when there is one of that name
 * already. */
bool rc_file_publish(const char *building, const char *path, bool replace, struct rc_error *err);

#endif
