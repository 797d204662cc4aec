#include "model/table.h"

#include "base/decimal.h"
#include "core/currency.h"
#include "model/dayfile.h"
#include "model/fieldtables.h"
#include "model/live_internal.h"
#include "model/model_internal.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CACHE_KIB = 2048, MOST_DECIMALS = 4 };

struct rc_model {
    sqlite3 *db;
    int schema;
    bool live;    /* not a day's but a live session's */
    bool filling; /* a day's that changes while it is read */
    char path[4096];
    char meta[512];
};

static bool sql_error(const struct rc_model *model, struct rc_error *err, const char *what)
{
    rc_error_set(err, RC_IO, "%s: %s: %s", model->path, what, sqlite3_errmsg(model->db));
    return false;
}

/* ----- functions that queries call ----- */

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
        if (!pattern || !text || rc_pattern_compile(pattern, text) != 0) {
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
    int exponent = rc_currencies[currency].exponent;
    return exponent < 0 ? 0 : exponent;
}

/* Minor units; sums are kept as text. */
static rc_i128 minor_of(sqlite3_value *value)
{
    struct rc_decimal sum;
    if (sqlite3_value_type(value) != SQLITE_TEXT)
        return sqlite3_value_int64(value);
    const char *text = (const char *)sqlite3_value_text(value);
    return text && rc_decimal_parse(text, strlen(text), &sum) ? sum.unscaled : 0;
}

/* money_order(minor, currency, unscaled, scale): how an amount stands to a number in
 * major units: -1, 0 or 1. */
static void money_order(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    if (sqlite3_value_type(values[0]) == SQLITE_NULL)
        return;
    rc_i128 left = minor_of(values[0]);
    rc_i128 right = (rc_i128)sqlite3_value_int64(values[2]) * rc_pow10(exponent_of(values[1]));
    rc_i128 scaled;
    if (!__builtin_mul_overflow(left, rc_pow10(sqlite3_value_int(values[3])), &scaled))
        sqlite3_result_int(context, (scaled > right) - (scaled < right));
    else
        sqlite3_result_int(context, left < 0 ? -1 : 1);
}

/* money_units(minor, currency) and money_fraction(minor, currency): the two parts of an
 * amount in major units, by which amounts of all currencies are sorted. */
static void money_units(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    if (sqlite3_value_type(values[0]) == SQLITE_NULL)
        return;
    rc_i128 units = minor_of(values[0]) / rc_pow10(exponent_of(values[1]));
    units = units > INT64_MAX ? INT64_MAX : (units < INT64_MIN ? INT64_MIN : units);
    sqlite3_result_int64(context, (int64_t)units);
}

static void money_fraction(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    if (sqlite3_value_type(values[0]) == SQLITE_NULL)
        return;
    int exponent = exponent_of(values[1]);
    rc_i128 part = minor_of(values[0]) % rc_pow10(exponent);
    sqlite3_result_int64(context, (int64_t)(part * rc_pow10(MOST_DECIMALS - exponent)));
}

static bool add_functions(struct rc_model *model)
{
    static const struct {
        const char *name;
        int arguments;
        void (*call)(sqlite3_context *, int, sqlite3_value **);
    } functions[] = {{"matches", -1, matches},
                     {"money_order", 4, money_order},
                     {"money_units", 2, money_units},
                     {"money_fraction", 2, money_fraction}};
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof functions / sizeof *functions; i++)
        ok = sqlite3_create_function(model->db, functions[i].name, functions[i].arguments,
                                     SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, functions[i].call,
                                     NULL, NULL) == SQLITE_OK;
    return ok;
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
    int application = one_number(model, "PRAGMA application_id");
    model->live = application == RC_LIVE_APPLICATION_ID;
    if (model->live && one_number(model, "PRAGMA user_version") == RC_LIVE_SCHEMA)
        return true;
    model->filling = application == RC_LIVE_DAY_APPLICATION_ID;
    if (application != RC_DAYFILE_APPLICATION_ID && !model->filling) {
        rc_error_set(err, RC_INVALID,
                     "%s is no day file; `reconctl reconcile --out DIR` writes one", model->path);
        return false;
    }
    model->schema = one_number(model, "PRAGMA user_version");
    if (model->schema >= RC_DAYFILE_SCHEMA_OLDEST && model->schema <= RC_DAYFILE_SCHEMA)
        return true;
    rc_error_set(err, RC_INVALID,
                 "%s has schema %d, this program knows %d; reconcile the day again or use another "
                 "version",
                 model->path, model->schema, RC_DAYFILE_SCHEMA);
    return false;
}

/* What a file of an older schema lacks, so that one set of queries does for all. Nothing
 * of it is written to the file. */
static bool fill_gaps(struct rc_model *model)
{
    static const char schema_1[] =
        "CREATE TEMP VIEW layout AS SELECT NULL AS side, NULL AS json WHERE 0;"
        "CREATE TEMP VIEW shard AS SELECT *, NULL AS settlement_bytes, NULL AS internal_bytes"
        " FROM main.shard;";
    return model->live || model->schema > 1 ||
           sqlite3_exec(model->db, schema_1, NULL, NULL, NULL) == SQLITE_OK;
}

/* A day is read in one transaction: each query would take its locks and look for
 * changes. Where it is live the changes are what is wanted. */
static bool begin(struct rc_model *model)
{
    char pragma[80];
    snprintf(pragma, sizeof pragma, "PRAGMA cache_size = -%d; %s", CACHE_KIB,
             model->live || model->filling ? "PRAGMA busy_timeout = 1000" : "BEGIN");
    return sqlite3_exec(model->db, pragma, NULL, NULL, NULL) == SQLITE_OK;
}

struct rc_model *rc_model_open(const char *path, struct rc_error *err)
{
    struct rc_model *model = calloc(1, sizeof *model);
    struct stat status;
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
    if (sqlite3_open_v2(model->path, &model->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        sql_error(model, err, "cannot be opened");
    else if (check_schema(model, err) &&
             ((add_functions(model) && rc_fieldtables_add(model->db) && fill_gaps(model)) ||
              sql_error(model, err, "functions")) &&
             begin(model))
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

bool rc_model_is_live(const struct rc_model *model)
{
    return model->live;
}

bool rc_model_is_filling(const struct rc_model *model)
{
    return model->filling;
}

bool rc_model_is_dense(struct rc_model *model)
{
    return !model->filling || one_number(model, "SELECT EXISTS (SELECT 1 FROM live_gap)") == 0;
}

bool rc_model_has_stretches(struct rc_model *model)
{
    return model->filling && one_number(model, "SELECT EXISTS (SELECT 1 FROM live_stretch)") == 1;
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

/* ----- for the other files of the model ----- */

sqlite3 *rc_model_db(struct rc_model *model)
{
    return model->db;
}

bool rc_model_fail(struct rc_model *model, const char *what, struct rc_error *err)
{
    return sql_error(model, err, what);
}

sqlite3_stmt *rc_model_prepare(struct rc_model *model, const char *sql, struct rc_error *err)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(model->db, sql, -1, &statement, NULL) != SQLITE_OK)
        sql_error(model, err, "query");
    return statement;
}

bool rc_model_step(struct rc_model *model, sqlite3_stmt *statement, bool *ok, struct rc_error *err)
{
    int step = statement ? sqlite3_step(statement) : SQLITE_MISUSE;
    *ok = step == SQLITE_ROW || step == SQLITE_DONE;
    if (step == SQLITE_INTERRUPT)
        rc_error_set(err, RC_LIMIT, "given up");
    else if (!*ok && statement)
        sql_error(model, err, "query");
    return step == SQLITE_ROW;
}

void rc_column_text(sqlite3_stmt *statement, int column, char *text, size_t size)
{
    const char *value = (const char *)sqlite3_column_text(statement, column);
    snprintf(text, size, "%s", value ? value : "");
}

rc_i128 rc_column_sum(sqlite3_stmt *statement, int column)
{
    struct rc_decimal value;
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return text && rc_decimal_parse(text, strlen(text), &value) ? value.unscaled : 0;
}
