#include "model/export.h"

#include "base/jsonw.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

bool rc_export_format_of(const char *path, enum rc_export_format *format, struct rc_error *err)
{
    static const struct {
        const char *suffix;
        enum rc_export_format format;
    } suffixes[] = {{".csv", RC_EXPORT_CSV},
                    {".ndjson", RC_EXPORT_NDJSON},
                    {".jsonl", RC_EXPORT_NDJSON},
                    {".json", RC_EXPORT_JSON},
                    {".tsv", RC_EXPORT_TSV}};
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        size_t size = strlen(suffixes[i].suffix);
        if (length > size && strcasecmp(path + length - size, suffixes[i].suffix) == 0) {
            *format = suffixes[i].format;
            return true;
        }
    }
    rc_error_set(err, RC_USAGE,
                 "the end of the name says the format: .csv, .ndjson, .json or .tsv");
    return false;
}

/* ----- rows ----- */

static void json_cell(struct rc_jsonw *json, const struct rc_column *column,
                      const struct rc_cell_value *cell)
{
    if (cell->null) {
        rc_jsonw_null(json);
    } else if (column->kind == RC_COLUMN_BYTES) {
        struct rc_buf hex;
        rc_buf_init(&hex, RC_EXPORT_ROW_BYTES);
        rc_buf_add_hex(&hex, cell->text, cell->length);
        if (hex.failed)
            json->out->failed = true;
        else
            rc_jsonw_str(json, hex.data ? hex.data : "");
        rc_buf_free(&hex);
    } else if (column->kind == RC_COLUMN_BOOL) {
        rc_jsonw_bool(json, cell->integer != 0);
    } else if (column->kind == RC_COLUMN_MONEY || column->kind == RC_COLUMN_WORDS ||
               column->kind == RC_COLUMN_SERIES ||
               ((column->kind == RC_COLUMN_NUMBER || column->kind == RC_COLUMN_SECONDS) &&
                (cell->is_integer || cell->is_real))) {
        rc_jsonw_raw(json, cell->text);
    } else {
        rc_jsonw_text(json, cell->text, cell->length);
    }
}

static void json_row(const struct rc_table_def *def, const struct rc_cell_value *cells,
                     size_t count, struct rc_buf *out)
{
    struct rc_jsonw json;
    rc_jsonw_init(&json, out);
    rc_jsonw_open(&json, '{');
    for (size_t i = 0; i < count; i++) {
        rc_jsonw_key(&json, def->columns[i].name);
        json_cell(&json, &def->columns[i], &cells[i]);
    }
    rc_jsonw_close(&json, '}');
}

static void csv_text(struct rc_buf *out, const char *text, size_t length)
{
    bool quote = memchr(text, ',', length) || memchr(text, '"', length) ||
                 memchr(text, '\n', length) || memchr(text, '\r', length);
    rc_buf_add_str(out, quote ? "\"" : "");
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"')
            rc_buf_add_char(out, '"');
        rc_buf_add_char(out, text[i]);
    }
    rc_buf_add_str(out, quote ? "\"" : "");
}

static void csv_row(const struct rc_table_def *def, const struct rc_cell_value *cells, size_t count,
                    struct rc_buf *out)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            rc_buf_add_char(out, ',');
        if (cells[i].null)
            continue;
        if (def->columns[i].kind == RC_COLUMN_BYTES)
            rc_buf_add_hex(out, cells[i].text, cells[i].length);
        else
            csv_text(out, cells[i].text, cells[i].length);
    }
    rc_buf_add_str(out, "\r\n");
}

static void tsv_row(const struct rc_table_def *def, const struct rc_cell_value *cells, size_t count,
                    struct rc_buf *out)
{
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        if (def->columns[i].detail)
            continue;
        rc_buf_add_str(out, first ? "" : "\t");
        first = false;
        for (size_t c = 0; !cells[i].null && c < cells[i].length; c++) {
            bool control = (unsigned char)cells[i].text[c] < 0x20;
            rc_buf_add_char(out, control ? ' ' : cells[i].text[c]);
        }
    }
    rc_buf_add_char(out, '\n');
}

void rc_export_head(const struct rc_table_def *def, enum rc_export_format format,
                    struct rc_buf *out)
{
    bool first = true;
    if (format == RC_EXPORT_JSON)
        rc_buf_printf(out, "{\"view\":\"%s\",\"rows\":[", def->view);
    if (format != RC_EXPORT_CSV && format != RC_EXPORT_TSV)
        return;
    for (int i = 0; i < RC_TABLE_COLUMNS && def->columns[i].name; i++) {
        if (format == RC_EXPORT_TSV && def->columns[i].detail)
            continue;
        rc_buf_add_str(out, first ? "" : (format == RC_EXPORT_TSV ? "\t" : ","));
        rc_buf_add_str(out, def->columns[i].name);
        first = false;
    }
    rc_buf_add_str(out, format == RC_EXPORT_TSV ? "\n" : "\r\n");
}

void rc_export_row(const struct rc_table_def *def, enum rc_export_format format,
                   const struct rc_cell_value *cells, size_t count, bool first, struct rc_buf *out)
{
    if (format == RC_EXPORT_CSV) {
        csv_row(def, cells, count, out);
    } else if (format == RC_EXPORT_TSV) {
        tsv_row(def, cells, count, out);
    } else {
        if (format == RC_EXPORT_JSON)
            rc_buf_add_str(out, first ? "\n" : ",\n");
        json_row(def, cells, count, out);
        if (format == RC_EXPORT_NDJSON)
            rc_buf_add_char(out, '\n');
    }
}

void rc_export_tail(enum rc_export_format format, const char *more, struct rc_buf *out)
{
    if (format == RC_EXPORT_JSON)
        rc_buf_printf(out, "\n]%s}\n", more ? more : "");
}

/* ----- a file ----- */

enum { GIVEN_UP_ROWS = 64, PATH_BYTES = 4096 };

struct save {
    const struct rc_table_def *def;
    enum rc_export_format format;
    const char *path;
    bool (*given_up)(void);
    FILE *file;
    struct rc_buf line;
};

static bool flush(struct save *save, struct rc_error *err)
{
    if (save->line.failed) {
        rc_error_set(err, RC_LIMIT, "%s: a row is too long to be written", save->path);
        return false;
    }
    if (fwrite(save->line.data, 1, save->line.length, save->file) != save->line.length) {
        rc_error_errno(err, RC_IO, "cannot write %s", save->path);
        return false;
    }
    rc_buf_clear(&save->line);
    return true;
}

static bool save_row(void *context, uint64_t index, const struct rc_cell_value *cells, size_t count,
                     struct rc_error *err)
{
    struct save *save = context;
    if (index % GIVEN_UP_ROWS == 0 && save->given_up && save->given_up()) {
        rc_error_set(err, RC_LIMIT, "%s: given up", save->path);
        return false;
    }
    rc_export_row(save->def, save->format, cells, count, index == 0, &save->line);
    return flush(save, err);
}

static bool write_rows(struct save *save, struct rc_table *table, struct rc_error *err)
{
    rc_export_head(save->def, save->format, &save->line);
    if ((save->line.length && !flush(save, err)) ||
        !rc_table_rows(table, 0, UINT64_MAX, save_row, save, err))
        return false;
    rc_export_tail(save->format, NULL, &save->line);
    if (save->line.length && !flush(save, err))
        return false;
    if (fflush(save->file) == 0 && fsync(fileno(save->file)) == 0)
        return true;
    rc_error_errno(err, RC_IO, "cannot write %s", save->path);
    return false;
}

/* link does not replace what is there. */
bool rc_file_publish(const char *building, const char *path, bool replace, struct rc_error *err)
{
    if (replace ? rename(building, path) == 0 : link(building, path) == 0)
        return true;
    if (!replace && errno == EEXIST)
        rc_error_set(err, RC_USAGE, "%s is there already", path);
    else if (!replace && access(path, F_OK) != 0 && rename(building, path) == 0)
        return true; /* a file system without links */
    else
        rc_error_errno(err, RC_IO, "cannot write %s", path);
    return false;
}

bool rc_export_save(struct rc_table *table, enum rc_export_format format, const char *path,
                    bool replace, bool (*given_up)(void), struct rc_error *err)
{
    char building[PATH_BYTES];
    struct save save = {
        .def = rc_table_definition(table), .format = format, .path = path, .given_up = given_up};
    int length = snprintf(building, sizeof building, "%s.tmp-%ld", path, (long)getpid());
    if (length < 0 || (size_t)length >= sizeof building) {
        rc_error_set(err, RC_USAGE, "the name of the file is too long");
        return false;
    }
    int descriptor = open(building, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    save.file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    if (!save.file) {
        rc_error_errno(err, RC_IO, "cannot write %s", path);
        if (descriptor >= 0) {
            close(descriptor);
            unlink(building);
        }
        return false;
    }
    rc_buf_init(&save.line, RC_EXPORT_ROW_BYTES);
    bool ok = write_rows(&save, table, err);
    if (fclose(save.file) != 0 && ok) {
        rc_error_errno(err, RC_IO, "cannot write %s", path);
        ok = false;
    }
    ok = ok && rc_file_publish(building, path, replace, err);
    unlink(building);
    rc_buf_free(&save.line);
    return ok;
}
