#include "cli/cli.h"

#include "core/jsonw.h"
#include "model/table.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: reconctl get VIEW --from DIR-OR-day.db [OPTION...]\n\n"
    "Prints a view of a reconciled day: day, discrepancies, transactions, rejected, shards,\n"
    "controls.\n\n"
    "  --from PATH        what `reconctl reconcile --out` wrote\n"
    "  -o FORMAT          table, json, ndjson or csv (default table)\n"
    "  --filter WORDS     as in the console: status:missing amount>100 age>3d !coffee\n"
    "  --sort COLUMN      with - in front: descending\n"
    "  --limit N          at most so many rows\n"
    "  --offset N         after so many\n";

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_NDJSON, FORMAT_CSV };
static const char *const formats[] = {"table", "json", "ndjson", "csv", NULL};

enum { LINE_BYTES = 16 << 20, CELL_BYTES = 256 };

struct settings {
    const char *view, *from;
    struct rc_table_query query;
    enum format format;
    uint64_t limit, offset;
};

struct output {
    const struct rc_table_def *def;
    enum format format;
    struct rc_buf line;
    bool first;
};

static bool flush(struct output *output, struct rc_error *err)
{
    if (output->line.failed) {
        rc_error_set(err, RC_LIMIT, "a row is too long to be written");
        return false;
    }
    if (fwrite(output->line.data, 1, output->line.length, stdout) != output->line.length) {
        rc_error_errno(err, RC_IO, "writing failed");
        return false;
    }
    rc_buf_clear(&output->line);
    return true;
}

/* ----- JSON ----- */

static void json_cell(struct rc_jsonw *json, const struct rc_column *column,
                      const struct rc_cell_value *cell)
{
    if (cell->null) {
        rc_jsonw_null(json);
    } else if (column->kind == RC_COLUMN_BYTES) {
        struct rc_buf hex;
        rc_buf_init(&hex, LINE_BYTES);
        rc_buf_add_hex(&hex, cell->text, cell->length);
        rc_jsonw_str(json, hex.data ? hex.data : "");
        rc_buf_free(&hex);
    } else if (column->kind == RC_COLUMN_BOOL) {
        rc_jsonw_bool(json, cell->integer != 0);
    } else if (column->kind == RC_COLUMN_MONEY || column->kind == RC_COLUMN_NUMBER) {
        rc_jsonw_raw(json, cell->text);
    } else if (column->sql && strcmp(column->name, "differences") == 0) {
        rc_jsonw_raw(json, cell->text);
    } else {
        rc_jsonw_text(json, cell->text, cell->length);
    }
}

static void json_row(struct output *output, const struct rc_cell_value *cells, size_t count)
{
    struct rc_jsonw json;
    rc_jsonw_init(&json, &output->line);
    rc_jsonw_open(&json, '{');
    for (size_t i = 0; i < count; i++) {
        rc_jsonw_key(&json, output->def->columns[i].name);
        json_cell(&json, &output->def->columns[i], &cells[i]);
    }
    rc_jsonw_close(&json, '}');
}

/* ----- CSV (RFC 4180) and columns ----- */

static void csv_text(struct rc_buf *line, const char *text, size_t length)
{
    bool quote = memchr(text, ',', length) || memchr(text, '"', length) ||
                 memchr(text, '\n', length) || memchr(text, '\r', length);
    rc_buf_add_str(line, quote ? "\"" : "");
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"')
            rc_buf_add_char(line, '"');
        rc_buf_add_char(line, text[i]);
    }
    rc_buf_add_str(line, quote ? "\"" : "");
}

static void csv_row(struct output *output, const struct rc_cell_value *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            rc_buf_add_char(&output->line, ',');
        if (cells[i].null)
            continue;
        if (output->def->columns[i].kind == RC_COLUMN_BYTES)
            rc_buf_add_hex(&output->line, cells[i].text, cells[i].length);
        else
            csv_text(&output->line, cells[i].text, cells[i].length);
    }
    rc_buf_add_str(&output->line, "\r\n");
}

static bool shown(const struct rc_column *column)
{
    return !column->detail;
}

/* What does not fit its column is cut with a mark; control characters become dots. */
static void table_cell(struct rc_buf *line, const struct rc_column *column, const char *text,
                       size_t length)
{
    char clean[CELL_BYTES];
    size_t width =
        (size_t)column->width < sizeof clean - 4 ? (size_t)column->width : CELL_BYTES - 4;
    size_t used = length < width ? length : width;
    for (size_t i = 0; i < used; i++)
        clean[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '.' : text[i];
    if (length > width)
        clean[used - 1] = '>';
    bool right = column->kind == RC_COLUMN_NUMBER || column->kind == RC_COLUMN_MONEY;
    rc_buf_printf(line, right ? "%*.*s" : "%-*.*s", (int)width, (int)used, clean);
}

static void table_row(struct output *output, const struct rc_cell_value *cells, size_t count)
{
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        const struct rc_column *column = &output->def->columns[i];
        if (!shown(column))
            continue;
        rc_buf_add_str(&output->line, first ? "" : "  ");
        first = false;
        if (column->kind == RC_COLUMN_BOOL && !cells[i].null)
            table_cell(&output->line, column, cells[i].integer ? "yes" : "no",
                       cells[i].integer ? 3 : 2);
        else
            table_cell(&output->line, column, cells[i].text, cells[i].length);
    }
    while (output->line.length && output->line.data[output->line.length - 1] == ' ')
        output->line.data[--output->line.length] = '\0';
    rc_buf_add_char(&output->line, '\n');
}

static bool head(struct output *output, struct rc_error *err)
{
    const struct rc_table_def *def = output->def;
    bool first = true;
    if (output->format == FORMAT_JSON)
        rc_buf_printf(&output->line, "{\"view\":\"%s\",\"rows\":[", def->view);
    for (int i = 0; i < RC_TABLE_COLUMNS && def->columns[i].name; i++) {
        const struct rc_column *column = &def->columns[i];
        if (output->format == FORMAT_CSV)
            rc_buf_printf(&output->line, "%s%s", i ? "," : "", column->name);
        if (output->format == FORMAT_TABLE && shown(column)) {
            rc_buf_add_str(&output->line, first ? "" : "  ");
            first = false;
            table_cell(&output->line, column, column->title, strlen(column->title));
        }
    }
    if (output->format == FORMAT_CSV || output->format == FORMAT_TABLE)
        rc_buf_add_str(&output->line, output->format == FORMAT_CSV ? "\r\n" : "\n");
    return flush(output, err);
}

static bool write_row(void *context, uint64_t index, const struct rc_cell_value *cells,
                      size_t count, struct rc_error *err)
{
    struct output *output = context;
    (void)index;
    if (output->format == FORMAT_JSON)
        rc_buf_add_str(&output->line, output->first ? "\n" : ",\n");
    output->first = false;
    if (output->format == FORMAT_JSON || output->format == FORMAT_NDJSON)
        json_row(output, cells, count);
    else if (output->format == FORMAT_CSV)
        csv_row(output, cells, count);
    else
        table_row(output, cells, count);
    if (output->format == FORMAT_NDJSON)
        rc_buf_add_char(&output->line, '\n');
    return flush(output, err);
}

static bool write_table(struct rc_table *table, const struct settings *settings,
                        struct rc_error *err)
{
    struct output output = {
        .def = rc_table_definition(table), .format = settings->format, .first = true};
    rc_buf_init(&output.line, LINE_BYTES);
    bool ok = head(&output, err) &&
              rc_table_rows(table, settings->offset, settings->limit, write_row, &output, err);
    if (ok && settings->format == FORMAT_JSON)
        ok = rc_buf_add_str(&output.line, "\n]}\n") && flush(&output, err);
    uint64_t left = rc_table_count(table);
    left -= settings->offset < left ? settings->offset : left;
    if (ok && settings->format == FORMAT_TABLE && left > settings->limit)
        fprintf(stderr, "reconctl: %llu more rows; --limit and --offset show them\n",
                (unsigned long long)(left - settings->limit));
    rc_buf_free(&output.line);
    return ok;
}

/* ----- the command ----- */

static const struct rc_table_def *find_view(const char *view)
{
    const struct rc_table_def *def = rc_table_find(view);
    if (def)
        return def;
    fprintf(stderr, "reconctl get: there is no view \"%s\" of a day file; there are", view);
    for (int i = 0; rc_table_defs[i]; i++)
        fprintf(stderr, "%s %s", i ? "," : "", rc_table_defs[i]->view);
    fputs("\n", stderr);
    return NULL;
}

static int run(const struct settings *settings)
{
    struct rc_error err = {0};
    const struct rc_table_def *def = find_view(settings->view);
    if (!def)
        return RC_EXIT_USAGE;
    struct rc_model *model = rc_model_open(settings->from, &err);
    struct rc_table *table = model ? rc_table_open(model, def, &settings->query, &err) : NULL;
    bool ok = table && write_table(table, settings, &err);
    rc_table_close(table);
    rc_model_close(model);
    return ok ? RC_EXIT_OK : rc_cli_fail(&err);
}

static int read_options(int argc, char **argv, struct settings *settings)
{
    static const struct option options[] = {
        {"from", required_argument, NULL, 'd'},   {"output", required_argument, NULL, 'o'},
        {"filter", required_argument, NULL, 'f'}, {"sort", required_argument, NULL, 's'},
        {"limit", required_argument, NULL, 'l'},  {"offset", required_argument, NULL, 'n'},
        {"help", no_argument, NULL, 'h'},         {0}};
    int option;
    while ((option = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
        if (option == 'h')
            return fputs(usage, stdout) < 0 ? RC_EXIT_FAILED : -1;
        if (option == 'd')
            settings->from = optarg;
        else if (option == 'f')
            settings->query.filter = optarg;
        else if (option == 's') {
            settings->query.descending = *optarg == '-';
            settings->query.sort = optarg + settings->query.descending;
        } else if (option == 'o') {
            int format = 0;
            while (formats[format] && strcmp(formats[format], optarg) != 0)
                format++;
            if (!formats[format])
                return rc_cli_usage("get", "-o %s: table, json, ndjson or csv", optarg);
            settings->format = (enum format)format;
        } else if ((option == 'l' && !rc_cli_number(optarg, 0, UINT64_MAX, &settings->limit)) ||
                   (option == 'n' && !rc_cli_number(optarg, 0, UINT64_MAX, &settings->offset))) {
            return rc_cli_usage("get", "\"%s\": a whole number is expected", optarg);
        } else if (option == '?') {
            return rc_cli_usage("get", "unknown option or missing value");
        }
    }
    if (optind != argc - 1 || !settings->from)
        return rc_cli_usage("get", "a VIEW and --from are needed");
    settings->view = argv[optind];
    return RC_EXIT_OK;
}

int rc_cli_get(int argc, char **argv)
{
    struct settings settings = {.limit = UINT64_MAX};
    int code = read_options(argc, argv, &settings);
    if (code)
        return code < 0 ? RC_EXIT_OK : code;
    return run(&settings);
}
