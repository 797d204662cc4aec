#include "model/table.h"

#include "core/currency.h"
#include "core/decimal.h"
#include "model/dayfile.h"
#include "model/filter.h"

#include <regex.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SQL_BYTES = 128 << 10, CACHE_KIB = 4096 };

struct rc_model {
    sqlite3 *db;
    char path[4096];
    char meta[512];
};

struct rc_table {
    struct rc_model *model;
    const struct rc_table_def *def;
    struct rc_filter filter;
    uint64_t count;
    uint32_t *keys; /* NULL: dense, 1..count */
    sqlite3_stmt *row;
    int columns;
};

static bool sql_error(const struct rc_model *model, struct rc_error *err, const char *what)
{
    rc_error_set(err, RC_IO, "%s: %s: %s", model->path, what, sqlite3_errmsg(model->db));
    return false;
}

/* ----- functions that the filters call ----- */

static void free_pattern(void *pattern)
{
    regfree(pattern);
    free(pattern);
}

/* matches(pattern, text…): whether any of the texts does. */
static void matches(sqlite3_context *context, int count, sqlite3_value **values)
{
    regex_t *pattern = sqlite3_get_auxdata(context, 0);
    if (!pattern) {
        pattern = malloc(sizeof *pattern);
        const char *text = (const char *)sqlite3_value_text(values[0]);
        if (!pattern || !text || regcomp(pattern, text, REG_EXTENDED | REG_ICASE | REG_NOSUB)) {
            free(pattern);
            sqlite3_result_error(context, "the pattern cannot be used", -1);
            return;
        }
        sqlite3_set_auxdata(context, 0, pattern, free_pattern);
        pattern = sqlite3_get_auxdata(context, 0);
        if (!pattern) {
            sqlite3_result_error_nomem(context);
            return;
        }
    }
    int found = 0;
    for (int i = 1; i < count && !found; i++) {
        const char *text = (const char *)sqlite3_value_text(values[i]);
        found = text && regexec(pattern, text, 0, NULL, 0) == 0;
    }
    sqlite3_result_int(context, found);
}

static int exponent_of(sqlite3_value *code)
{
    const char *text = (const char *)sqlite3_value_text(code);
    uint8_t currency = text ? rc_currency_find(text, strlen(text)) : RC_CURRENCY_NONE;
    return currency == RC_CURRENCY_NONE ? 0 : rc_currencies[currency].exponent;
}

/* money_order(minor, currency, unscaled, scale): how an amount stands to a number in
 * major units, with 128 bits. */
static void money_order(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    if (sqlite3_value_type(values[0]) == SQLITE_NULL) {
        sqlite3_result_null(context);
        return;
    }
    int exponent = exponent_of(values[1]);
    rc_i128 left = (rc_i128)sqlite3_value_int64(values[0]) * rc_pow10(sqlite3_value_int(values[3]));
    rc_i128 right = (rc_i128)sqlite3_value_int64(values[2]) * rc_pow10(exponent < 0 ? 0 : exponent);
    sqlite3_result_int(context, (left > right) - (left < right));
}

/* sum128(integer): an exact sum of any size, as text. */
static void sum_step(sqlite3_context *context, int count, sqlite3_value **values)
{
    rc_i128 *sum = sqlite3_aggregate_context(context, sizeof *sum);
    (void)count;
    if (sum)
        *sum += sqlite3_value_int64(values[0]);
}

static void sum_final(sqlite3_context *context)
{
    char text[RC_DECIMAL_TEXT];
    rc_i128 *sum = sqlite3_aggregate_context(context, 0);
    size_t length = rc_i128_format(sum ? *sum : 0, text);
    sqlite3_result_text(context, text, (int)length, SQLITE_TRANSIENT);
}

static bool add_functions(struct rc_model *model)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
    return sqlite3_create_function(model->db, "matches", -1, flags, NULL, matches, NULL, NULL) ==
               SQLITE_OK &&
           sqlite3_create_function(model->db, "money_order", 4, flags, NULL, money_order, NULL,
                                   NULL) == SQLITE_OK &&
           sqlite3_create_function(model->db, "sum128", 1, flags, NULL, NULL, sum_step,
                                   sum_final) == SQLITE_OK;
}

/* ----- the model ----- */

static int one_number(struct rc_model *model, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int number = -1;
    if (sqlite3_prepare_v2(model->db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

static bool check_schema(struct rc_model *model, struct rc_error *err)
{
    if (one_number(model, "PRAGMA application_id") != RC_DAYFILE_APPLICATION_ID) {
        rc_error_set(err, RC_INVALID,
                     "%s is no day file; `reconctl reconcile --out DIR` writes one", model->path);
        return false;
    }
    int version = one_number(model, "PRAGMA user_version");
    if (version == RC_DAYFILE_SCHEMA)
        return true;
    rc_error_set(err, RC_INVALID,
                 "%s has schema %d, this program knows %d; reconcile the day again or use another "
                 "version",
                 model->path, version, RC_DAYFILE_SCHEMA);
    return false;
}

struct rc_model *rc_model_open(const char *path, struct rc_error *err)
{
    struct rc_model *model = calloc(1, sizeof *model);
    struct stat status;
    char pragma[64];
    if (!model) {
        rc_error_nomem(err);
        return NULL;
    }
    bool folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    snprintf(model->path, sizeof model->path, "%s%s", path, folder ? "/day.db" : "");
    if (stat(model->path, &status) != 0) {
        rc_error_errno(err, RC_IO, "cannot open %s", model->path);
        free(model);
        return NULL;
    }
    snprintf(pragma, sizeof pragma, "PRAGMA cache_size = -%d", CACHE_KIB);
    if (sqlite3_open_v2(model->path, &model->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        sql_error(model, err, "cannot be opened");
    else if (check_schema(model, err) &&
             (add_functions(model) || sql_error(model, err, "functions")) &&
             sqlite3_exec(model->db, pragma, NULL, NULL, NULL) == SQLITE_OK)
        return model;
    rc_model_close(model);
    return NULL;
}

void rc_model_close(struct rc_model *model)
{
    if (!model)
        return;
    sqlite3_close(model->db);
    free(model);
}

const char *rc_model_path(const struct rc_model *model)
{
    return model->path;
}

void rc_model_interrupt(struct rc_model *model)
{
    sqlite3_interrupt(model->db);
}

const char *rc_model_meta(struct rc_model *model, const char *key)
{
    sqlite3_stmt *statement = NULL;
    model->meta[0] = '\0';
    if (sqlite3_prepare_v2(model->db, "SELECT value FROM meta WHERE key = ?", -1, &statement,
                           NULL) == SQLITE_OK &&
        sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0))
        snprintf(model->meta, sizeof model->meta, "%s",
                 (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return model->meta;
}

/* ----- running a query ----- */

static bool bind(const struct rc_filter *filter, sqlite3_stmt *statement)
{
    for (int i = 0; i < filter->value_count; i++) {
        const struct rc_filter_value *value = &filter->values[i];
        int done = value->is_text
                       ? sqlite3_bind_text(statement, i + 1, value->text, -1, SQLITE_STATIC)
                       : sqlite3_bind_int64(statement, i + 1, value->integer);
        if (done != SQLITE_OK)
            return false;
    }
    return true;
}

static sqlite3_stmt *prepare(struct rc_table *table, const struct rc_buf *sql, struct rc_error *err)
{
    sqlite3_stmt *statement = NULL;
    if (sql->failed)
        rc_error_set(err, RC_LIMIT, "the query is too long");
    else if (sqlite3_prepare_v2(table->model->db, sql->data, (int)sql->length, &statement, NULL) !=
             SQLITE_OK)
        sql_error(table->model, err, "query");
    return statement;
}

static bool add_key(struct rc_table *table, uint64_t *capacity, int64_t key, struct rc_error *err)
{
    if (table->count == *capacity) {
        uint64_t more = *capacity ? *capacity + *capacity / 2 : 1024;
        uint32_t *keys = realloc(table->keys, more * sizeof *keys);
        if (!keys) {
            rc_error_nomem(err);
            return false;
        }
        table->keys = keys;
        *capacity = more;
    }
    if (key < 0 || key > UINT32_MAX) {
        rc_error_set(err, RC_LIMIT, "row %lld is past what a table holds", (long long)key);
        return false;
    }
    table->keys[table->count++] = (uint32_t)key;
    return true;
}

static bool read_keys(struct rc_table *table, sqlite3_stmt *statement, struct rc_error *err)
{
    uint64_t capacity = 0;
    int step;
    while ((step = sqlite3_step(statement)) == SQLITE_ROW)
        if (!add_key(table, &capacity, sqlite3_column_int64(statement, 0), err))
            return false;
    if (step == SQLITE_DONE)
        return true;
    if (step == SQLITE_INTERRUPT)
        rc_error_set(err, RC_LIMIT, "given up");
    else
        sql_error(table->model, err, "query");
    return false;
}

static bool run_query(struct rc_table *table, const struct rc_column *sort, bool descending,
                      struct rc_error *err)
{
    struct rc_buf sql;
    rc_buf_init(&sql, SQL_BYTES);
    rc_buf_printf(&sql, "SELECT %s FROM %s", table->def->key, table->def->from);
    if (table->filter.where.length)
        rc_buf_printf(&sql, " WHERE %s", table->filter.where.data);
    const char *down = descending ? " DESC" : "";
    if (sort)
        rc_buf_printf(&sql, " ORDER BY %s%s, %s%s", sort->sql, down, table->def->key, down);
    else
        rc_buf_printf(&sql, " ORDER BY %s%s", table->def->key, down);
    sqlite3_stmt *statement = prepare(table, &sql, err);
    bool ok = statement && bind(&table->filter, statement) && read_keys(table, statement, err);
    sqlite3_finalize(statement);
    rc_buf_free(&sql);
    return ok;
}

static bool count_dense(struct rc_table *table, struct rc_error *err)
{
    struct rc_buf sql;
    rc_buf_init(&sql, SQL_BYTES);
    rc_buf_printf(&sql, "SELECT max(%s) FROM %s", table->def->key, table->def->from);
    sqlite3_stmt *statement = prepare(table, &sql, err);
    bool ok = statement && sqlite3_step(statement) == SQLITE_ROW;
    if (ok)
        table->count = (uint64_t)sqlite3_column_int64(statement, 0);
    else if (statement)
        sql_error(table->model, err, "query");
    sqlite3_finalize(statement);
    rc_buf_free(&sql);
    return ok;
}

static bool prepare_row(struct rc_table *table, struct rc_error *err)
{
    struct rc_buf sql;
    rc_buf_init(&sql, SQL_BYTES);
    rc_buf_add_str(&sql, "SELECT ");
    for (; table->columns < RC_TABLE_COLUMNS && table->def->columns[table->columns].name;
         table->columns++) {
        const struct rc_column *column = &table->def->columns[table->columns];
        rc_buf_printf(&sql, "%s%s, %s", table->columns ? ", " : "", column->sql,
                      column->currency_sql ? column->currency_sql : "NULL");
    }
    rc_buf_printf(&sql, " FROM %s WHERE %s = ?", table->def->from, table->def->key);
    table->row = prepare(table, &sql, err);
    rc_buf_free(&sql);
    return table->row != NULL;
}

struct rc_table *rc_table_open(struct rc_model *model, const struct rc_table_def *def,
                               const struct rc_table_query *query, struct rc_error *err)
{
    const struct rc_column *sort = NULL;
    struct rc_table *table = calloc(1, sizeof *table);
    if (!table) {
        rc_error_nomem(err);
        return NULL;
    }
    table->model = model;
    table->def = def;
    bool ok = rc_filter_parse(query->filter ? query->filter : "", def, &table->filter, err);
    if (ok && query->sort) {
        sort = rc_column_find(def, query->sort, strlen(query->sort), err);
        ok = sort != NULL;
    }
    bool all = ok && def->dense && !table->filter.where.length && !sort && !query->descending;
    ok = ok && (all ? count_dense(table, err) : run_query(table, sort, query->descending, err));
    if (ok && prepare_row(table, err))
        return table;
    rc_table_close(table);
    return NULL;
}

void rc_table_close(struct rc_table *table)
{
    if (!table)
        return;
    sqlite3_finalize(table->row);
    rc_filter_free(&table->filter);
    free(table->keys);
    free(table);
}

uint64_t rc_table_count(const struct rc_table *table)
{
    return table->count;
}

const struct rc_table_def *rc_table_definition(const struct rc_table *table)
{
    return table->def;
}

int64_t rc_table_key(const struct rc_table *table, uint64_t index)
{
    return table->keys ? (int64_t)table->keys[index] : (int64_t)index + 1;
}

/* ----- rows ----- */

static void read_money(sqlite3_stmt *row, int at, struct rc_cell_value *cell, char *text)
{
    struct rc_decimal value;
    const char *digits = (const char *)sqlite3_column_text(row, at);
    const char *code = (const char *)sqlite3_column_text(row, at + 1);
    uint8_t currency = code ? rc_currency_find(code, strlen(code)) : RC_CURRENCY_NONE;
    cell->exponent = currency ? rc_currencies[currency].exponent : -1;
    cell->text = digits;
    cell->length = digits ? strlen(digits) : 0;
    if (digits && rc_decimal_parse(digits, cell->length, &value) && cell->exponent > 0) {
        value.scale = cell->exponent;
        cell->length = rc_decimal_format(value, text);
        cell->text = text;
    }
}

static void read_cell(const struct rc_table *table, int index, struct rc_cell_value *cell,
                      char *text)
{
    int at = 2 * index;
    const struct rc_column *column = &table->def->columns[index];
    int type = sqlite3_column_type(table->row, at);
    *cell = (struct rc_cell_value){.null = type == SQLITE_NULL, .exponent = -1, .text = ""};
    if (cell->null)
        return;
    cell->is_integer = type == SQLITE_INTEGER;
    cell->integer = sqlite3_column_int64(table->row, at);
    if (column->kind == RC_COLUMN_MONEY) {
        read_money(table->row, at, cell, text);
        return;
    }
    if (column->kind == RC_COLUMN_BYTES)
        cell->text = sqlite3_column_blob(table->row, at);
    else
        cell->text = (const char *)sqlite3_column_text(table->row, at);
    cell->length = (size_t)sqlite3_column_bytes(table->row, at);
    if (!cell->text)
        cell->text = "";
}

bool rc_table_rows(struct rc_table *table, uint64_t first, uint64_t count, rc_row_visitor *visit,
                   void *context, struct rc_error *err)
{
    struct rc_cell_value cells[RC_TABLE_COLUMNS];
    char texts[RC_TABLE_COLUMNS][RC_DECIMAL_TEXT];
    bool ok = true;
    for (uint64_t i = first; ok && i < table->count && i - first < count; i++) {
        sqlite3_reset(table->row);
        if (sqlite3_bind_int64(table->row, 1, rc_table_key(table, i)) != SQLITE_OK ||
            sqlite3_step(table->row) != SQLITE_ROW) {
            sql_error(table->model, err, "a row is missing");
            return false;
        }
        for (int c = 0; c < table->columns; c++)
            read_cell(table, c, &cells[c], texts[c]);
        ok = visit(context, i, cells, (size_t)table->columns, err);
    }
    sqlite3_reset(table->row);
    return ok;
}

/* ----- sums ----- */

static const struct rc_column *first_money(const struct rc_table_def *def)
{
    for (int i = 0; i < RC_TABLE_COLUMNS && def->columns[i].name; i++)
        if (def->columns[i].kind == RC_COLUMN_MONEY)
            return &def->columns[i];
    return NULL;
}

static void add_sum(struct rc_buf *out, const char *code, const char *digits)
{
    char text[RC_DECIMAL_TEXT];
    struct rc_decimal value;
    uint8_t currency = rc_currency_find(code, strlen(code));
    if (!rc_decimal_parse(digits, strlen(digits), &value))
        return;
    value.scale =
        currency && rc_currencies[currency].exponent > 0 ? rc_currencies[currency].exponent : 0;
    rc_decimal_format(value, text);
    rc_buf_printf(out, "  %s %s", code, text);
}

bool rc_table_sums(struct rc_table *table, struct rc_buf *out, struct rc_error *err)
{
    const struct rc_column *money = first_money(table->def);
    struct rc_buf sql;
    int step;
    if (!money)
        return true;
    rc_buf_init(&sql, SQL_BYTES);
    rc_buf_printf(&sql, "SELECT %s, sum128(%s) FROM %s", money->currency_sql, money->sql,
                  table->def->from);
    if (table->filter.where.length)
        rc_buf_printf(&sql, " WHERE %s", table->filter.where.data);
    rc_buf_printf(&sql, " GROUP BY 1 HAVING %s IS NOT NULL ORDER BY 1", money->currency_sql);
    sqlite3_stmt *statement = prepare(table, &sql, err);
    bool ok = statement && bind(&table->filter, statement);
    while (ok && (step = sqlite3_step(statement)) == SQLITE_ROW)
        add_sum(out, (const char *)sqlite3_column_text(statement, 0),
                (const char *)sqlite3_column_text(statement, 1));
    sqlite3_finalize(statement);
    rc_buf_free(&sql);
    return ok;
}
