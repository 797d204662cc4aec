#include "model/table.h"

#include "base/decimal.h"
#include "core/currency.h"
#include "model/filter.h"
#include "model/model_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SQL_BYTES = 128 << 10, CURRENCIES = 256 };

/* Of the first money column, by the index of the currency. */
struct sums {
    rc_i128 of[CURRENCIES];
    bool seen[CURRENCIES];
};

/* Keys that follow each other. */
struct stretch {
    uint64_t before; /* rows of the stretches before it */
    int64_t first;
    uint64_t count;
};

struct rc_table {
    struct rc_model *model; /* NULL: attached to none */
    const struct rc_table_def *def;
    struct rc_filter filter;
    uint64_t count;
    uint32_t *keys; /* NULL: those of the stretches */
    struct stretch *stretches;
    size_t stretch_count; /* 0: one, of 1..count */
    int64_t scope;
    bool reversed;     /* without keys: the last comes first */
    struct sums *sums; /* NULL: not added up yet */
    sqlite3_stmt *row;
    int columns;
};

static const struct rc_column *first_money(const struct rc_table_def *def)
{
    for (int i = 0; i < RC_TABLE_COLUMNS && def->columns[i].name; i++)
        if (def->columns[i].kind == RC_COLUMN_MONEY)
            return &def->columns[i];
    return NULL;
}

/* ----- running a query ----- */

/* The scope comes behind the filter's values. */
static bool bind(const struct rc_table *table, sqlite3_stmt *statement)
{
    const struct rc_filter *filter = &table->filter;
    if (table->def->scope &&
        sqlite3_bind_int64(statement, filter->value_count + 1, table->scope) != SQLITE_OK)
        return false;
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
    if (!sql->failed)
        return rc_model_prepare(table->model, sql->data, err);
    rc_error_set(err, RC_LIMIT, "the query is too long");
    return NULL;
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

static void add_amount(struct sums *sums, sqlite3_stmt *statement, int column)
{
    const char *code = (const char *)sqlite3_column_text(statement, column + 1);
    int type = sqlite3_column_type(statement, column);
    if (!code || type == SQLITE_NULL)
        return;
    uint8_t currency = rc_currency_find(code, strlen(code));
    sums->of[currency] += type == SQLITE_TEXT ? rc_column_sum(statement, column)
                                              : sqlite3_column_int64(statement, column);
    sums->seen[currency] = true;
}

/* Rows of a key and, when there are sums to be made, an amount and its currency. */
static bool read_keys(struct rc_table *table, sqlite3_stmt *statement, struct rc_error *err)
{
    uint64_t capacity = 0;
    bool ok = true;
    while (ok && rc_model_step(table->model, statement, &ok, err)) {
        ok = add_key(table, &capacity, sqlite3_column_int64(statement, 0), err);
        if (table->sums)
            add_amount(table->sums, statement, 1);
    }
    if (ok && table->count && table->count < capacity) {
        uint32_t *keys = realloc(table->keys, table->count * sizeof *keys);
        table->keys = keys ? keys : table->keys;
    }
    return ok;
}

static struct sums *new_sums(struct rc_error *err)
{
    struct sums *sums = calloc(1, sizeof *sums);
    if (!sums)
        rc_error_nomem(err);
    return sums;
}

/* Money is ordered by what is read on the screen, also between currencies. With a
 * filter every row is read: in the order of an index they would be read all over the
 * file, so the plus keeps it from being used. */
static void add_order(struct rc_buf *sql, const struct rc_table *table,
                      const struct rc_column *sort, bool descending)
{
    const struct rc_table_def *def = table->def;
    const char *down = descending ? " DESC" : "";
    rc_buf_add_str(sql, " ORDER BY ");
    if (sort && sort->kind == RC_COLUMN_MONEY)
        rc_buf_printf(sql, "money_units(%s, %s)%s, money_fraction(%s, %s)%s, ", sort->sql,
                      sort->currency_sql, down, sort->sql, sort->currency_sql, down);
    else if (sort)
        rc_buf_printf(sql, "%s%s%s, ", table->filter.where.length ? "+" : "", sort->sql, down);
    else if (def->order)
        rc_buf_printf(sql, "%s%s, ", def->order, down);
    rc_buf_printf(sql, "%s%s", def->key, down);
}

static void add_where(struct rc_buf *sql, const struct rc_table *table)
{
    bool filtered = table->filter.where.length > 0;
    if (table->def->scope)
        rc_buf_printf(sql, " WHERE %s = ?%d", table->def->scope, table->filter.value_count + 1);
    if (filtered)
        rc_buf_printf(sql, "%s%s", table->def->scope ? " AND " : " WHERE ",
                      table->filter.where.data);
}

/* The rows that a filter lets through are read one by one, so they are added up at
 * the same time. */
static bool run_query(struct rc_table *table, const struct rc_column *sort, bool descending,
                      struct rc_error *err)
{
    const struct rc_column *money = table->filter.where.length ? first_money(table->def) : NULL;
    struct rc_buf sql;
    if (money && !(table->sums = new_sums(err)))
        return false;
    rc_buf_init(&sql, SQL_BYTES);
    rc_buf_printf(&sql, "SELECT %s", table->def->key);
    if (money)
        rc_buf_printf(&sql, ", %s, %s", money->sql, money->currency_sql);
    rc_buf_printf(&sql, " FROM %s", table->def->from);
    add_where(&sql, table);
    add_order(&sql, table, sort, descending);
    sqlite3_stmt *statement = prepare(table, &sql, err);
    bool ok = statement && bind(table, statement) && read_keys(table, statement, err);
    sqlite3_finalize(statement);
    rc_buf_free(&sql);
    return ok;
}

static bool count_dense(struct rc_table *table, struct rc_error *err)
{
    bool ok = true;
    sqlite3_stmt *statement = rc_model_prepare(table->model, table->def->last_key, err);
    if (statement && rc_model_step(table->model, statement, &ok, err))
        table->count = (uint64_t)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return statement && ok;
}

/* None where the day does not keep them. */
static bool read_stretches(struct rc_table *table, struct rc_error *err)
{
    bool ok = true;
    sqlite3_stmt *statement = rc_model_prepare(
        table->model, "SELECT first, count FROM live_stretch WHERE of = ? ORDER BY first", err);
    if (statement)
        sqlite3_bind_text(statement, 1, table->def->filled, -1, SQLITE_STATIC);
    while (ok && statement && rc_model_step(table->model, statement, &ok, err)) {
        size_t bytes = (table->stretch_count + 1) * sizeof *table->stretches;
        struct stretch *more = realloc(table->stretches, bytes);
        if (!more) {
            rc_error_nomem(err);
            ok = false;
            break;
        }
        table->stretches = more;
        more[table->stretch_count] = (struct stretch){
            .before = table->count,
            .first = sqlite3_column_int64(statement, 0),
            .count = (uint64_t)sqlite3_column_int64(statement, 1),
        };
        table->count += more[table->stretch_count++].count;
    }
    sqlite3_finalize(statement);
    return statement && ok;
}

bool rc_table_is_quick(const struct rc_table_def *def, struct rc_model *model)
{
    return def->last_key &&
           (rc_model_is_dense(model) || (def->filled && rc_model_has_stretches(model)));
}

/* All rows in the order of the file. */
static bool open_whole(struct rc_table *table, bool descending, struct rc_error *err)
{
    table->reversed = descending;
    return rc_model_is_dense(table->model) ? count_dense(table, err) : read_stretches(table, err);
}

bool rc_table_suits(const struct rc_table_def *def, struct rc_model *model, struct rc_error *err)
{
    bool live = def->scope != NULL;
    if (live == rc_model_is_live(model))
        return true;
    if (live)
        rc_error_set(err, RC_USAGE,
                     "%s are not of a day; `reconctl open -c %s` and `reconctl get %s` ask AWS",
                     def->view, def->view, def->view);
    else
        rc_error_set(err, RC_USAGE, "%s: that is of a day; `reconctl open DIR` opens one",
                     def->view);
    return false;
}

struct rc_table *rc_table_open(struct rc_model *model, const struct rc_table_def *def,
                               const struct rc_table_query *query, struct rc_error *err)
{
    const struct rc_column *sort = NULL;
    if (!rc_table_suits(def, model, err))
        return NULL;
    struct rc_table *table = calloc(1, sizeof *table);
    if (!table) {
        rc_error_nomem(err);
        return NULL;
    }
    table->model = model;
    table->def = def;
    table->scope = query->scope;
    while (table->columns < RC_TABLE_COLUMNS && def->columns[table->columns].name)
        table->columns++;
    bool ok = rc_filter_parse(query->filter ? query->filter : "", def, &table->filter, err);
    if (ok && query->sort) {
        sort = rc_column_find(def, query->sort, strlen(query->sort), err);
        ok = sort != NULL;
    }
    if (ok && !table->filter.where.length && !sort && rc_table_is_quick(def, model))
        ok = open_whole(table, query->descending, err);
    else
        ok = ok && run_query(table, sort, query->descending, err);
    if (ok)
        return table;
    rc_table_close(table);
    return NULL;
}

bool rc_table_follow(struct rc_model *model, const struct rc_table_def *def, int64_t scope,
                     int64_t *keys, size_t count, struct rc_error *err)
{
    struct rc_buf sql;
    bool ok = true;
    rc_buf_init(&sql, SQL_BYTES);
    rc_buf_printf(
        &sql, "SELECT %s FROM %s WHERE %s = ?1 AND (%s) = (SELECT %s FROM %s WHERE %s = ?2)",
        def->key, def->from, def->scope, def->identity, def->identity, def->from, def->key);
    sqlite3_stmt *statement = rc_model_prepare(model, sql.data ? sql.data : "", err);
    for (size_t i = 0; statement && ok && i < count; i++) {
        ok = sqlite3_bind_int64(statement, 1, scope) == SQLITE_OK &&
             sqlite3_bind_int64(statement, 2, keys[i]) == SQLITE_OK;
        bool there = ok && rc_model_step(model, statement, &ok, err);
        keys[i] = there ? sqlite3_column_int64(statement, 0) : 0;
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
    rc_buf_free(&sql);
    return statement && ok;
}

void rc_table_close(struct rc_table *table)
{
    if (!table)
        return;
    sqlite3_finalize(table->row);
    rc_filter_free(&table->filter);
    free(table->sums);
    free(table->stretches);
    free(table->keys);
    free(table);
}

void rc_table_attach(struct rc_table *table, struct rc_model *model)
{
    sqlite3_finalize(table->row);
    table->row = NULL;
    table->model = model;
}

struct rc_table *rc_table_pick(const struct rc_table *table, bool (*pick)(void *, int64_t),
                               void *context, struct rc_error *err)
{
    uint64_t capacity = 0;
    struct rc_table *picked = calloc(1, sizeof *picked);
    bool ok = picked != NULL;
    if (!ok)
        rc_error_nomem(err);
    else {
        picked->def = table->def;
        picked->columns = table->columns;
    }
    if (ok && !pick && !table->keys && !table->stretches) {
        picked->count = table->count;
        picked->reversed = table->reversed;
        return picked;
    }
    for (uint64_t i = 0; ok && i < table->count; i++)
        if (!pick || pick(context, rc_table_key(table, i)))
            ok = add_key(picked, &capacity, rc_table_key(table, i), err);
    if (ok)
        return picked;
    rc_table_close(picked);
    return NULL;
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
    if (table->keys)
        return (int64_t)table->keys[index];
    uint64_t at = table->reversed ? table->count - 1 - index : index;
    size_t low = 0, high = table->stretch_count;
    while (low + 1 < high) { /* the last that does not begin behind it */
        size_t middle = low + (high - low) / 2;
        if (table->stretches[middle].before <= at)
            low = middle;
        else
            high = middle;
    }
    if (!table->stretch_count)
        return (int64_t)at + 1;
    return table->stretches[low].first + (int64_t)(at - table->stretches[low].before);
}

/* Where it stands in the order of the file; the count when it is not there. */
static uint64_t find_stretched(const struct rc_table *table, int64_t key)
{
    if (!table->stretch_count)
        return key >= 1 && (uint64_t)key <= table->count ? (uint64_t)key - 1 : table->count;
    for (size_t i = 0; i < table->stretch_count; i++) {
        const struct stretch *stretch = &table->stretches[i];
        if (key >= stretch->first && (uint64_t)(key - stretch->first) < stretch->count)
            return stretch->before + (uint64_t)(key - stretch->first);
    }
    return table->count;
}

uint64_t rc_table_find_key(const struct rc_table *table, int64_t key)
{
    uint64_t at = 0;
    if (!table->keys) {
        at = find_stretched(table, key);
        return table->reversed && at < table->count ? table->count - 1 - at : at;
    }
    while (at < table->count && table->keys[at] != key)
        at++;
    return at;
}

/* ----- rows ----- */

static bool prepare_row(struct rc_table *table, struct rc_error *err)
{
    struct rc_buf sql;
    if (table->row)
        return true;
    rc_buf_init(&sql, SQL_BYTES);
    rc_buf_add_str(&sql, "SELECT ");
    for (int i = 0; i < table->columns; i++) {
        const struct rc_column *column = &table->def->columns[i];
        rc_buf_printf(&sql, "%s%s, %s", i ? ", " : "", column->sql,
                      column->currency_sql ? column->currency_sql : "NULL");
    }
    rc_buf_printf(&sql, " FROM %s WHERE %s = ?", table->def->from, table->def->key);
    table->row = prepare(table, &sql, err);
    rc_buf_free(&sql);
    return table->row != NULL;
}

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
    cell->is_real = type == SQLITE_FLOAT && isfinite(sqlite3_column_double(table->row, at));
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

static bool read_row(struct rc_table *table, int64_t key, bool *gone, struct rc_error *err)
{
    bool ok = true;
    sqlite3_reset(table->row);
    if (sqlite3_bind_int64(table->row, 1, key) == SQLITE_OK &&
        rc_model_step(table->model, table->row, &ok, err))
        return true;
    *gone = ok && rc_model_is_filling(table->model);
    if (*gone)
        return true;
    if (ok)
        rc_error_set(err, RC_DATA, "%s: row %lld of %s is missing", rc_model_path(table->model),
                     (long long)key, table->def->view);
    return false;
}

bool rc_table_rows(struct rc_table *table, uint64_t first, uint64_t count, rc_row_visitor *visit,
                   void *context, struct rc_error *err)
{
    struct rc_cell_value cells[RC_TABLE_COLUMNS];
    char texts[RC_TABLE_COLUMNS][RC_DECIMAL_TEXT];
    bool ok = prepare_row(table, err);
    for (uint64_t i = first; ok && i < table->count && i - first < count; i++) {
        bool gone = false;
        ok = read_row(table, rc_table_key(table, i), &gone, err);
        for (int c = 0; ok && c < table->columns; c++)
            if (gone)
                cells[c] = (struct rc_cell_value){.null = true, .exponent = -1, .text = ""};
            else
                read_cell(table, c, &cells[c], texts[c]);
        ok = ok && visit(context, i, cells, (size_t)table->columns, err);
    }
    sqlite3_reset(table->row);
    return ok;
}

/* ----- sums ----- */

static bool add_up(struct rc_table *table, const struct rc_column *money, struct rc_error *err)
{
    char sql[512];
    bool ok = true;
    struct sums *sums = new_sums(err);
    if (!sums)
        return false;
    snprintf(sql, sizeof sql, "SELECT %s, %s FROM %s", money->sql, money->currency_sql,
             table->def->from);
    sqlite3_stmt *statement = rc_model_prepare(table->model, sql, err);
    while (statement && rc_model_step(table->model, statement, &ok, err))
        add_amount(sums, statement, 0);
    sqlite3_finalize(statement);
    if (statement && ok) {
        table->sums = sums;
        return true;
    }
    free(sums);
    return false;
}

size_t rc_digits_group(const char *text, size_t length, char *out)
{
    size_t sign = length && *text == '-', whole = sign, used = 0;
    while (whole < length && text[whole] >= '0' && text[whole] <= '9')
        whole++;
    for (size_t i = 0; i < length && used < RC_GROUPED_TEXT - 2; i++) {
        if (i > sign && i < whole && (whole - i) % 3 == 0)
            out[used++] = ',';
        out[used++] = text[i];
    }
    out[used] = '\0';
    return used;
}

bool rc_table_sums(struct rc_table *table, struct rc_buf *out, struct rc_error *err)
{
    char digits[RC_DECIMAL_TEXT], text[RC_GROUPED_TEXT];
    const struct rc_column *money = first_money(table->def);
    bool first = true;
    if (!money)
        return true;
    if (!table->sums && !add_up(table, money, err))
        return false;
    for (size_t i = 1; i < rc_currency_count; i++) {
        struct rc_decimal value = {table->sums->of[i], rc_currencies[i].exponent};
        if (!table->sums->seen[i])
            continue;
        value.scale = value.scale < 0 ? 0 : value.scale;
        rc_digits_group(digits, rc_decimal_format(value, digits), text);
        rc_buf_printf(out, "%s%s %s", first ? "" : "  ", rc_currencies[i].alpha, text);
        first = false;
    }
    if (out->failed)
        rc_error_nomem(err);
    return !out->failed;
}
