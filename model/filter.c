#include "model/filter.h"

#include "base/decimal.h"
#include "model/model_internal.h"

#include <ctype.h>
#include <locale.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    WHERE_BYTES = 64 << 10,
    REPEATS_MAX = 1000, /* that the {} of a pattern multiply to: memory grows with them */
    NUMBER_DIGITS = 18, /* of a number, so that it fits 64 bits whatever its point */
};

/* ----- columns ----- */

static int columns_of(const struct rc_table_def *def)
{
    int count = 0;
    while (count < RC_TABLE_COLUMNS && def->columns[count].name)
        count++;
    return count;
}

static void list_columns(const struct rc_table_def *def, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < columns_of(def) && used < size; i++)
        used +=
            (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", def->columns[i].name);
}

const struct rc_column *rc_column_find(const struct rc_table_def *def, const char *name,
                                       size_t length, struct rc_error *err)
{
    const struct rc_column *found = NULL;
    int candidates = 0;
    for (int i = 0; i < columns_of(def); i++) {
        const struct rc_column *column = &def->columns[i];
        if (strncasecmp(column->name, name, length) != 0)
            continue;
        if (strlen(column->name) == length)
            return column;
        found = column;
        candidates++;
    }
    if (candidates == 1)
        return found;
    char list[360];
    list_columns(def, list, sizeof list);
    rc_error_set(err, RC_USAGE, "%s column \"%.*s\"; there are %s",
                 candidates ? "more than one column begins with" : "there is no", (int)length, name,
                 list);
    return NULL;
}

/* ----- words ----- */

struct parser {
    const struct rc_table_def *def;
    struct rc_filter *filter;
    struct rc_error *err;
};

static bool full(struct parser *parser)
{
    rc_error_set(parser->err, RC_LIMIT, "a filter has at most %d words", RC_FILTER_TERMS);
    return false;
}

/* Keeps a text and writes its ?n. */
static bool add_text(struct parser *parser, const char *text, size_t length)
{
    struct rc_filter *filter = parser->filter;
    if (filter->value_count == RC_FILTER_TERMS)
        return full(parser);
    struct rc_filter_value *value = &filter->values[filter->value_count++];
    if (length >= sizeof value->text) {
        rc_error_set(parser->err, RC_LIMIT, "a word of a filter has at most %zu bytes",
                     sizeof value->text - 1);
        return false;
    }
    value->is_text = true;
    memcpy(value->text, text, length);
    value->text[length] = '\0';
    return rc_buf_printf(&filter->where, "?%d", filter->value_count);
}

static bool add_integer(struct parser *parser, int64_t integer)
{
    struct rc_filter *filter = parser->filter;
    if (filter->value_count == RC_FILTER_TERMS)
        return full(parser);
    filter->values[filter->value_count++] = (struct rc_filter_value){.integer = integer};
    return rc_buf_printf(&filter->where, "?%d", filter->value_count);
}

/* What the {m,n} of a pattern multiply to, which is what it costs to compile it. */
static uint64_t repeats_of(const char *pattern)
{
    uint64_t product = 1;
    for (const char *at = strchr(pattern, '{'); at; at = strchr(at + 1, '{')) {
        uint64_t low = strtoull(at + 1, NULL, 10), high = 0;
        const char *comma = at + 1 + strspn(at + 1, "0123456789");
        if (*comma == ',')
            high = strtoull(comma + 1, NULL, 10);
        high = high > low ? high : low;
        if (high > REPEATS_MAX)
            return high;
        product *= high ? high : 1;
        if (product > REPEATS_MAX)
            return product;
    }
    return product;
}

int rc_pattern_compile(regex_t *pattern, const char *text)
{
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!plain)
        return REG_ESPACE;
    locale_t before = uselocale(plain);
    int failed = regcomp(pattern, text, REG_EXTENDED | REG_ICASE | REG_NOSUB);
    uselocale(before);
    freelocale(plain);
    return failed;
}

static bool check_pattern(struct parser *parser, const char *text)
{
    char why[100];
    regex_t compiled;
    if (repeats_of(text) > REPEATS_MAX) {
        rc_error_set(parser->err, RC_LIMIT, "\"%s\" repeats more than %d times", text, REPEATS_MAX);
        return false;
    }
    int failed = rc_pattern_compile(&compiled, text);
    if (failed) {
        regerror(failed, &compiled, why, sizeof why);
        rc_error_set(parser->err, RC_USAGE, "\"%s\" is no regular expression: %s", text, why);
        return false;
    }
    regfree(&compiled);
    return true;
}

/* A regular expression over every text of the row. */
static bool add_pattern(struct parser *parser, const char *pattern, size_t length)
{
    struct rc_buf *where = &parser->filter->where;
    rc_buf_add_str(where, "matches(");
    if (!add_text(parser, pattern, length) ||
        !check_pattern(parser, parser->filter->values[parser->filter->value_count - 1].text))
        return false;
    for (int i = 0; i < columns_of(parser->def); i++) {
        const struct rc_column *column = &parser->def->columns[i];
        if (column->kind == RC_COLUMN_TEXT || column->kind == RC_COLUMN_STATUS ||
            column->kind == RC_COLUMN_WORDS || column->kind == RC_COLUMN_ALERT ||
            column->kind == RC_COLUMN_STATE)
            rc_buf_printf(where, ", %s", column->sql);
    }
    return rc_buf_add_char(where, ')');
}

/* ----- comparisons ----- */

static bool wrong_number(struct parser *parser, const struct rc_column *column, const char *text,
                         size_t length)
{
    const char *what = column->kind == RC_COLUMN_MONEY     ? "number"
                       : column->kind == RC_COLUMN_SECONDS ? "time (90, 15m, 2h, 3d)"
                                                           : "whole number";
    rc_error_set(parser->err, RC_USAGE, "%s: \"%.*s\" is no %s", column->name, (int)length, text,
                 what);
    return false;
}

/* What the unit behind a number stands for; 0: it is none. */
static int64_t factor_of(const struct rc_column *column, char unit)
{
    static const struct {
        char unit;
        int32_t number, seconds;
    } units[] = {{'k', 1000, 0}, {'m', 1000000, 60}, {'d', 1, 86400}, {'h', 0, 3600}, {'s', 0, 1}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (units[i].unit == unit && (unit != 'd' || column->kind != RC_COLUMN_MONEY))
            return column->kind == RC_COLUMN_SECONDS ? units[i].seconds : units[i].number;
    return 0;
}

/* A number with the unit behind it worked in. */
static bool read_number(const struct rc_column *column, const char *text, size_t length,
                        struct rc_decimal *value)
{
    char unit = length ? (char)tolower((unsigned char)text[length - 1]) : '\0';
    int64_t factor = factor_of(column, unit);
    bool has_unit = factor != 0;
    factor = has_unit ? factor : 1;
    if (!rc_decimal_parse(text, length - has_unit, value) || value->scale > NUMBER_DIGITS ||
        __builtin_mul_overflow(value->unscaled, factor, &value->unscaled))
        return false;
    return value->unscaled <= INT64_MAX && value->unscaled >= INT64_MIN;
}

static bool add_number(struct parser *parser, const struct rc_column *column, const char *compare,
                       const char *text, size_t length)
{
    struct rc_buf *where = &parser->filter->where;
    struct rc_decimal value;
    int64_t whole;
    if (!read_number(column, text, length, &value))
        return wrong_number(parser, column, text, length);
    if (column->kind == RC_COLUMN_MONEY)
        return rc_buf_printf(where, "money_order(%s, %s, ", column->sql, column->currency_sql) &&
               add_integer(parser, (int64_t)value.unscaled) &&
               rc_buf_printf(where, ", %d) %s 0", value.scale, compare);
    if (!rc_decimal_to_minor(value, 0, &whole))
        return wrong_number(parser, column, text, length);
    return rc_buf_printf(where, "%s %s ", column->sql, compare) && add_integer(parser, whole);
}

static bool is_number(const struct rc_column *column)
{
    return column->kind == RC_COLUMN_NUMBER || column->kind == RC_COLUMN_MONEY ||
           column->kind == RC_COLUMN_SECONDS || column->kind == RC_COLUMN_BOOL;
}

static bool add_comparison(struct parser *parser, const struct rc_column *column,
                           const char *compare, const char *value, size_t length)
{
    struct rc_buf *where = &parser->filter->where;
    bool contains = strcmp(compare, ":") == 0;
    if (column->kind == RC_COLUMN_BOOL && length && strchr("yntf", tolower((unsigned char)*value)))
        return rc_buf_printf(where, "%s = %d", column->sql,
                             strchr("yt", tolower((unsigned char)*value)) != NULL);
    if (is_number(column))
        return add_number(parser, column, contains ? "=" : compare, value, length);
    if (!contains) {
        rc_buf_printf(where, "coalesce(%s, '') %s ", column->sql, compare);
        return add_text(parser, value, length);
    }
    rc_buf_printf(where, "instr(lower(coalesce(%s, '')), lower(", column->sql);
    return add_text(parser, value, length) && rc_buf_add_str(where, ")) > 0");
}

/* Splits `column<op>value`; false when the word has no operator behind a name. */
static bool split(const char *word, size_t length, size_t *name, const char **compare, size_t *rest)
{
    static const char *const operators[] = {"<=", ">=", "!=", "<", ">", "=", ":"};
    size_t at = 0;
    while (at < length && (isalnum((unsigned char)word[at]) || word[at] == '_'))
        at++;
    for (size_t i = 0; at && i < sizeof operators / sizeof *operators; i++) {
        size_t size = strlen(operators[i]);
        if (length - at >= size && memcmp(word + at, operators[i], size) == 0) {
            *name = at;
            *compare = operators[i];
            *rest = at + size;
            return true;
        }
    }
    return false;
}

/* A word without its quotes; one that begins with a quote is a pattern. The inverse is
 * everything that the word does not let through, also where a column is empty. */
struct word {
    char text[512];
    size_t length;
    bool inverse, pattern;
};

static bool add_word(struct parser *parser, const struct word *word)
{
    struct rc_buf *where = &parser->filter->where;
    const char *compare;
    size_t name, rest;
    rc_buf_add_str(where, where->length ? " AND " : "");
    rc_buf_add_str(where, word->inverse ? "NOT coalesce((" : "(");
    bool ok;
    if (!word->pattern && split(word->text, word->length, &name, &compare, &rest)) {
        const struct rc_column *column = rc_column_find(parser->def, word->text, name, parser->err);
        ok = column &&
             add_comparison(parser, column, compare, word->text + rest, word->length - rest);
    } else {
        ok = add_pattern(parser, word->text, word->length);
    }
    return ok && rc_buf_add_str(where, word->inverse ? "), 0)" : ")");
}

/* Takes the next word off the text; false when that cannot be done. */
static bool next_word(struct parser *parser, const char **text, struct word *word)
{
    bool quoted = false;
    const char *at = *text + strspn(*text, " ");
    *word = (struct word){.inverse = *at == '!' && at[1] && at[1] != ' '};
    at += word->inverse;
    word->pattern = *at == '"';
    for (; *at && (quoted || *at != ' '); at++) {
        if (*at == '"')
            quoted = !quoted;
        else if (word->length < sizeof word->text)
            word->text[word->length++] = *at;
        if (word->length == sizeof word->text) {
            rc_error_set(parser->err, RC_LIMIT, "a word of a filter has at most %zu bytes",
                         sizeof parser->filter->values->text - 1);
            return false;
        }
    }
    if (quoted)
        rc_error_set(parser->err, RC_USAGE, "a quote is not closed");
    *text = at;
    return !quoted;
}

bool rc_filter_parse(const char *text, const struct rc_table_def *def, struct rc_filter *filter,
                     struct rc_error *err)
{
    struct word word;
    *filter = (struct rc_filter){0};
    rc_buf_init(&filter->where, WHERE_BYTES);
    struct parser parser = {def, filter, err};
    while (*text)
        if (!next_word(&parser, &text, &word) || (word.length && !add_word(&parser, &word)))
            return false;
    if (filter->where.failed)
        rc_error_set(err, RC_LIMIT, "the filter is too long");
    return !filter->where.failed;
}

void rc_filter_free(struct rc_filter *filter)
{
    rc_buf_free(&filter->where);
}
