/* From the text of a query to what is to be done. */
#include "local/insights_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ARENA_CAP = 1 << 20, DEPTH = 32, MOST_TEXT = 10000, SPAN_MOST = 1000000 };

struct reading {
    struct rc_insights *query;
    const char *text;
    const char *at;
    struct rc_error *err;
    int depth;
    bool failed;
};

static void *wrong(struct reading *reading, const char *why)
{
    if (!reading->failed)
        rc_error_set(reading->err, RC_INVALID, "%s at offset %zu", why,
                     (size_t)(reading->at - reading->text));
    reading->failed = true;
    return NULL;
}

static void *make(struct reading *reading, size_t bytes)
{
    void *memory = rc_arena_alloc(&reading->query->arena, bytes);
    return memory ? memory : wrong(reading, "the query is too long");
}

static const char *copy_text(struct reading *reading, const char *start, size_t length)
{
    const char *copy = rc_arena_text(&reading->query->arena, start, length);
    return copy ? copy : wrong(reading, "the query is too long");
}

/* ----- words ----- */

static void skip_blanks(struct reading *reading)
{
    for (;;) {
        while (isspace((unsigned char)*reading->at))
            reading->at++;
        if (*reading->at != '#')
            return;
        reading->at += strcspn(reading->at, "\n"); /* a comment */
    }
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '@' || (c & 0x80);
}

static bool take_char(struct reading *reading, char c)
{
    skip_blanks(reading);
    if (*reading->at != c)
        return false;
    reading->at++;
    return true;
}

static bool take_word(struct reading *reading, const char *word)
{
    size_t length = strlen(word);
    skip_blanks(reading);
    if (strncasecmp(reading->at, word, length) != 0 || is_name_char(reading->at[length]))
        return false;
    reading->at += length;
    return true;
}

/* A field: letters, or anything between backquotes. */
static const char *read_name(struct reading *reading)
{
    size_t length = 0;
    skip_blanks(reading);
    if (*reading->at == '`') {
        const char *start = ++reading->at;
        length = strcspn(start, "`");
        if (!start[length])
            return wrong(reading, "a backquote is not closed");
        reading->at += length + 1;
        return copy_text(reading, start, length);
    }
    while (is_name_char(reading->at[length]))
        length++;
    if (!length || isdigit((unsigned char)*reading->at))
        return wrong(reading, "a field's name is expected");
    reading->at += length;
    return copy_text(reading, reading->at - length, length);
}

static const char *read_quoted(struct reading *reading)
{
    char quote = *reading->at;
    const char *start = ++reading->at;
    while (*reading->at && *reading->at != quote)
        reading->at += 1 + (*reading->at == '\\' && reading->at[1]);
    if (!*reading->at)
        return wrong(reading, "a quote is not closed");
    char *copy = rc_arena_text(&reading->query->arena, start, (size_t)(reading->at - start));
    size_t length = 0;
    for (const char *from = start; copy && from < reading->at; from++)
        copy[length++] = *from == '\\' && from + 1 < reading->at ? *++from : *from;
    if (!copy)
        return wrong(reading, "the query is too long");
    copy[length] = '\0';
    reading->at++;
    return copy;
}

static struct rc_insights_operand read_operand(struct reading *reading)
{
    char *end;
    skip_blanks(reading);
    if (*reading->at == '"' || *reading->at == '\'')
        return (struct rc_insights_operand){read_quoted(reading), false};
    strtod(reading->at, &end);
    if (end != reading->at && !is_name_char(*end) &&
        (isdigit((unsigned char)*reading->at) || *reading->at == '-')) {
        const char *start = reading->at;
        reading->at = end;
        return (struct rc_insights_operand){copy_text(reading, start, (size_t)(end - start)),
                                            false};
    }
    return (struct rc_insights_operand){read_name(reading), true};
}

/* ----- filters ----- */

static const struct rc_insights_node *read_any(struct reading *reading);

static struct rc_insights_node *node_of(struct reading *reading, enum rc_insights_kind kind,
                                        const struct rc_insights_node *one,
                                        const struct rc_insights_node *two)
{
    struct rc_insights_node *node = make(reading, sizeof *node);
    if (node)
        *node = (struct rc_insights_node){.kind = kind, .one = one, .two = two};
    return node;
}

static const struct rc_insights_node *negate(struct reading *reading,
                                             const struct rc_insights_node *node, bool negated)
{
    return negated && node ? node_of(reading, RC_INSIGHTS_NOT, node, NULL) : node;
}

/* \d is not known to POSIX. */
static bool to_posix(struct reading *reading, const char *start, size_t length, char *out,
                     size_t room)
{
    size_t to = 0;
    for (size_t i = 0; i < length; i++) {
        bool digit = start[i] == '\\' && i + 1 < length && start[i + 1] == 'd';
        const char *add = digit ? "[0-9]" : NULL;
        if (to + 6 >= room)
            return wrong(reading, "a regular expression is too long") != NULL;
        if (add) {
            memcpy(out + to, add, 5);
            to += 5;
            i++;
        } else {
            out[to++] = start[i];
            if (start[i] == '\\' && i + 1 < length)
                out[to++] = start[++i];
        }
    }
    out[to] = '\0';
    return true;
}

static const struct rc_insights_node *read_regex(struct reading *reading,
                                                 struct rc_insights_node *node)
{
    char posix[1024];
    int flags = REG_EXTENDED | REG_NOSUB;
    const char *start = ++reading->at;
    while (*reading->at && *reading->at != '/')
        reading->at += 1 + (*reading->at == '\\' && reading->at[1]);
    if (!*reading->at)
        return wrong(reading, "a regular expression is not closed");
    size_t length = (size_t)(reading->at++ - start);
    if (strncmp(start, "(?i)", 4) == 0) {
        flags |= REG_ICASE;
        start += 4;
        length -= 4;
    }
    regex_t *regex = malloc(sizeof *regex);
    if (!regex || !to_posix(reading, start, length, posix, sizeof posix) ||
        regcomp(regex, posix, flags) != 0) {
        free(regex);
        return wrong(reading, "a regular expression cannot be read");
    }
    node->kind = RC_INSIGHTS_REGEX;
    node->regex = regex;
    node->next_regex = reading->query->regexes;
    reading->query->regexes = node;
    return node;
}

static const struct rc_insights_node *read_like(struct reading *reading,
                                                struct rc_insights_node *node)
{
    skip_blanks(reading);
    if (*reading->at == '/')
        return read_regex(reading, node);
    node->kind = RC_INSIGHTS_LIKE;
    node->right = read_operand(reading);
    return node;
}

/* ["a", "b"] as a chain of equalities. */
static const struct rc_insights_node *read_in(struct reading *reading,
                                              struct rc_insights_operand left)
{
    const struct rc_insights_node *all = NULL;
    if (!take_char(reading, '['))
        return wrong(reading, "a list in brackets is expected");
    do {
        struct rc_insights_node *one = node_of(reading, RC_INSIGHTS_EQUAL, NULL, NULL);
        if (!one)
            return NULL;
        one->left = left;
        one->right = read_operand(reading);
        all = all ? node_of(reading, RC_INSIGHTS_OR, all, one) : one;
    } while (!reading->failed && take_char(reading, ','));
    return take_char(reading, ']') ? all : wrong(reading, "a bracket is not closed");
}

static const struct rc_insights_node *read_relation(struct reading *reading,
                                                    struct rc_insights_node *node)
{
    static const struct {
        const char *text;
        enum rc_insights_kind kind;
        bool negated, swapped;
    } known[] = {
        {"!=", RC_INSIGHTS_EQUAL, true, false},   {"<=", RC_INSIGHTS_AT_MOST, false, false},
        {">=", RC_INSIGHTS_AT_MOST, false, true}, {"==", RC_INSIGHTS_EQUAL, false, false},
        {"=", RC_INSIGHTS_EQUAL, false, false},   {"<", RC_INSIGHTS_LESS, false, false},
        {">", RC_INSIGHTS_LESS, false, true}};
    skip_blanks(reading);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strncmp(reading->at, known[i].text, strlen(known[i].text)) != 0)
            continue;
        reading->at += strlen(known[i].text);
        node->kind = known[i].kind;
        node->right = read_operand(reading);
        if (known[i].swapped) {
            struct rc_insights_operand left = node->left;
            node->left = node->right;
            node->right = left;
        }
        return negate(reading, node, known[i].negated);
    }
    node->kind = RC_INSIGHTS_TRUE;
    return node;
}

static const struct rc_insights_node *read_comparison(struct reading *reading)
{
    struct rc_insights_node *node = node_of(reading, RC_INSIGHTS_TRUE, NULL, NULL);
    if (!node)
        return NULL;
    if (take_word(reading, "ispresent")) {
        node->kind = RC_INSIGHTS_PRESENT;
        if (!take_char(reading, '('))
            return wrong(reading, "a parenthesis is expected");
        node->left = read_operand(reading);
        return take_char(reading, ')') ? node : wrong(reading, "a parenthesis is not closed");
    }
    node->left = read_operand(reading);
    skip_blanks(reading);
    if (*reading->at == '(')
        return wrong(reading, "this function is not supported");
    if (strncmp(reading->at, "=~", 2) == 0) {
        reading->at += 2;
        return read_like(reading, node);
    }
    bool negated = take_word(reading, "not");
    if (take_word(reading, "like"))
        return negate(reading, read_like(reading, node), negated);
    if (take_word(reading, "in"))
        return negate(reading, read_in(reading, node->left), negated);
    return negated ? wrong(reading, "like or in is expected") : read_relation(reading, node);
}

static const struct rc_insights_node *read_one(struct reading *reading) // NOLINT(misc-no-recursion)
{
    if (++reading->depth > DEPTH)
        return wrong(reading, "the filter is nested too deep");
    const struct rc_insights_node *node;
    if (take_word(reading, "not")) {
        node = negate(reading, read_one(reading), true);
    } else if (take_char(reading, '(')) {
        node = read_any(reading);
        if (!take_char(reading, ')'))
            node = wrong(reading, "a parenthesis is not closed");
    } else {
        node = read_comparison(reading);
    }
    reading->depth--;
    return reading->failed ? NULL : node;
}

static const struct rc_insights_node *read_all(struct reading *reading) // NOLINT(misc-no-recursion)
{
    const struct rc_insights_node *node = read_one(reading);
    while (!reading->failed && take_word(reading, "and"))
        node = node_of(reading, RC_INSIGHTS_AND, node, read_one(reading));
    return node;
}

static const struct rc_insights_node *read_any(struct reading *reading) // NOLINT(misc-no-recursion)
{
    const struct rc_insights_node *node = read_all(reading);
    while (!reading->failed && take_word(reading, "or"))
        node = node_of(reading, RC_INSIGHTS_OR, node, read_all(reading));
    return node;
}

/* ----- commands ----- */

static void read_filter(struct reading *reading)
{
    struct rc_insights *query = reading->query;
    const struct rc_insights_node *node = read_any(reading);
    if (query->stat_count)
        wrong(reading, "a filter behind stats is not supported");
    if (!reading->failed)
        query->filter =
            query->filter ? node_of(reading, RC_INSIGHTS_AND, query->filter, node) : node;
}

static void read_fields(struct reading *reading)
{
    struct rc_insights *query = reading->query;
    do {
        const char *name = read_name(reading);
        skip_blanks(reading);
        if (*reading->at == '(' || take_word(reading, "as"))
            wrong(reading, "only names of fields are supported here");
        else if (query->field_count == RC_INSIGHTS_FIELDS)
            wrong(reading, "there are too many fields");
        else if (name)
            query->fields[query->field_count++] = name;
    } while (!reading->failed && take_char(reading, ','));
}

static void read_sort(struct reading *reading)
{
    struct rc_insights *query = reading->query;
    const char *start;
    skip_blanks(reading);
    start = reading->at;
    query->sort = read_name(reading);
    if (take_char(reading, '(')) { /* a column such as count(*) */
        reading->at += strcspn(reading->at, ")") + (strchr(reading->at, ')') != NULL);
        query->sort = copy_text(reading, start, (size_t)(reading->at - start));
    }
    query->descending = take_word(reading, "desc");
    if (!query->descending)
        take_word(reading, "asc");
    if (take_char(reading, ','))
        wrong(reading, "sorting by several fields is not supported");
}

static void read_limit(struct reading *reading)
{
    char *end;
    skip_blanks(reading);
    long limit = strtol(reading->at, &end, 10);
    if (end == reading->at || limit < 1 || limit > RC_INSIGHTS_ROWS)
        wrong(reading, "a limit of 1 to 10000 is expected");
    reading->at = end;
    reading->query->limit = limit;
}

/* The name of a column is its text, unless it is given one. */
static const char *column_name(struct reading *reading, const char *start)
{
    const char *end = reading->at;
    return take_word(reading, "as") ? read_name(reading)
                                    : copy_text(reading, start, (size_t)(end - start));
}

static void read_stat(struct reading *reading)
{
    static const char *const known[] = {"count", "sum", "avg", "min", "max", "pct"};
    struct rc_insights *query = reading->query;
    struct rc_insights_stat stat = {0};
    skip_blanks(reading);
    const char *start = reading->at, *function = read_name(reading);
    for (size_t i = 0; function && i < sizeof known / sizeof *known; i++)
        if (strcasecmp(known[i], function) == 0)
            stat.function = known[i];
    if (!stat.function || !take_char(reading, '(')) {
        wrong(reading, "stats knows count, sum, avg, min, max and pct");
        return;
    }
    if (!take_char(reading, '*') && *reading->at != ')')
        stat.field = read_name(reading);
    if (take_char(reading, ',')) {
        char *end;
        stat.percent = strtod(reading->at, &end);
        reading->at = end;
    }
    if (!take_char(reading, ')') || (!stat.field && strcmp(stat.function, "count") != 0)) {
        wrong(reading, "a field and a parenthesis are expected");
        return;
    }
    stat.name = column_name(reading, start);
    if (query->stat_count == RC_INSIGHTS_STATS)
        wrong(reading, "there are too many statistics");
    else
        query->stats[query->stat_count++] = stat;
}

static int64_t read_span(struct reading *reading)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    char *end;
    skip_blanks(reading);
    long count = strtol(reading->at, &end, 10);
    size_t length = strcspn(end, " )");
    reading->at = end + length;
    for (size_t i = 0; count > 0 && count <= SPAN_MOST && i < sizeof units / sizeof *units; i++)
        if (strlen(units[i].unit) == length && strncmp(units[i].unit, end, length) == 0)
            return count * units[i].ms;
    wrong(reading, "a time such as 5m is expected");
    return 1;
}

static void read_key(struct reading *reading)
{
    struct rc_insights *query = reading->query;
    struct rc_insights_key key = {0};
    skip_blanks(reading);
    const char *start = reading->at;
    if (take_word(reading, "bin") && take_char(reading, '(')) {
        key.bin_ms = read_span(reading);
        if (!take_char(reading, ')'))
            wrong(reading, "a parenthesis is not closed");
    } else {
        reading->at = start;
        key.field = read_name(reading);
    }
    key.name = column_name(reading, start);
    if (query->key_count == RC_INSIGHTS_FIELDS)
        wrong(reading, "there are too many fields");
    else
        query->keys[query->key_count++] = key;
}

static void read_stats(struct reading *reading)
{
    if (reading->query->stat_count)
        wrong(reading, "stats behind stats is not supported");
    do
        read_stat(reading);
    while (!reading->failed && take_char(reading, ','));
    if (reading->failed || !take_word(reading, "by"))
        return;
    do
        read_key(reading);
    while (!reading->failed && take_char(reading, ','));
}

static void read_command(struct reading *reading)
{
    if (take_word(reading, "fields"))
        read_fields(reading);
    else if (take_word(reading, "display")) {
        reading->query->field_count = 0;
        read_fields(reading);
    } else if (take_word(reading, "filter"))
        read_filter(reading);
    else if (take_word(reading, "sort"))
        read_sort(reading);
    else if (take_word(reading, "limit"))
        read_limit(reading);
    else if (take_word(reading, "stats"))
        read_stats(reading);
    else
        wrong(reading, "fields, display, filter, stats, sort or limit is expected");
}

struct rc_insights *rc_insights_read(const char *text, size_t *at, struct rc_error *err)
{
    struct rc_insights *query = calloc(1, sizeof *query);
    *at = 0;
    if (!query) {
        rc_error_nomem(err);
        return NULL;
    }
    rc_arena_init(&query->arena, ARENA_CAP);
    struct reading reading = {.query = query, .text = text, .at = text, .err = err};
    if (strlen(text) > MOST_TEXT)
        wrong(&reading, "the query is too long");
    take_char(&reading, '|');
    do
        read_command(&reading);
    while (!reading.failed && take_char(&reading, '|'));
    skip_blanks(&reading);
    if (!reading.failed && *reading.at)
        wrong(&reading, "this is not expected");
    *at = (size_t)(reading.at - text);
    if (!reading.failed)
        return query;
    rc_insights_free(query);
    return NULL;
}

void rc_insights_free(struct rc_insights *query)
{
    if (!query)
        return;
    for (struct rc_insights_node *node = query->regexes; node; node = node->next_regex) {
        regfree(node->regex);
        free(node->regex);
    }
    rc_arena_free(&query->arena);
    free(query);
}
