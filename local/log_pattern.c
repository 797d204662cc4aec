#include "local/log_pattern.h"

#include "local/pattern.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH = 32 };

enum term_kind { TERM_NEEDED, TERM_EXCLUDED, TERM_ANY };

struct term {
    enum term_kind kind;
    const char *text;
    const struct term *next;
};

enum node_kind { NODE_AND, NODE_OR, NODE_COMPARE, NODE_IS };

/* Of a JSON pattern. */
struct node {
    enum node_kind kind;
    const struct node *left, *right;
    const char *path; /* "$.a.b[0]" */
    char how[3];      /* "=", "!=", "<" ... */
    const char *text; /* what it is compared with; IS: "NULL", "TRUE", "FALSE", "EXISTS" */
    double number;
    bool is_number, negated;
};

struct rc_log_pattern {
    const struct term *terms;
    const struct node *json; /* NULL: terms */
};

struct reading {
    struct rc_arena *arena;
    const char *at;
    struct rc_error *err;
    int depth;
    bool failed;
};

static void *wrong(struct reading *reading, const char *why)
{
    if (!reading->failed)
        rc_error_set(reading->err, RC_INVALID, "Invalid filter pattern: %s", why);
    reading->failed = true;
    return NULL;
}

static void *make(struct reading *reading, size_t bytes)
{
    void *memory = rc_arena_alloc(reading->arena, bytes);
    return memory ? memory : wrong(reading, "it is too long");
}

static void skip_blanks(struct reading *reading)
{
    while (isspace((unsigned char)*reading->at))
        reading->at++;
}

/* A text in quotes, whose backslashes are taken away. */
static const char *read_quoted(struct reading *reading)
{
    const char *start = ++reading->at;
    size_t length = 0;
    while (*reading->at && *reading->at != '"')
        reading->at += 1 + (*reading->at == '\\' && reading->at[1]);
    if (!*reading->at)
        return wrong(reading, "a quote is not closed");
    char *copy = rc_arena_text(reading->arena, start, (size_t)(reading->at - start));
    for (const char *from = start; copy && from < reading->at; from++)
        copy[length++] = *from == '\\' && from + 1 < reading->at ? *++from : *from;
    if (!copy)
        return wrong(reading, "it is too long");
    copy[length] = '\0';
    reading->at++;
    return copy;
}

static const char *read_word(struct reading *reading, const char *ends)
{
    size_t length = strcspn(reading->at, ends);
    const char *copy = rc_arena_text(reading->arena, reading->at, length);
    reading->at += length;
    return copy ? copy : wrong(reading, "it is too long");
}

/* ----- terms ----- */

static const struct term *read_terms(struct reading *reading)
{
    const struct term *terms = NULL;
    for (skip_blanks(reading); *reading->at && !reading->failed; skip_blanks(reading)) {
        struct term *term = make(reading, sizeof *term);
        if (!term)
            return NULL;
        term->kind = *reading->at == '-'   ? TERM_EXCLUDED
                     : *reading->at == '?' ? TERM_ANY
                                           : TERM_NEEDED;
        reading->at += term->kind != TERM_NEEDED;
        term->text = *reading->at == '"' ? read_quoted(reading) : read_word(reading, " \t\n\"");
        if (term->text && !*term->text)
            wrong(reading, "a term is empty");
        term->next = terms;
        terms = term;
    }
    return terms;
}

static bool is_letter(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (c & 0x80);
}

/* As a whole word: ERROR is not in ERRORS. */
static bool has_term(const char *message, size_t length, const char *term)
{
    size_t size = strlen(term);
    for (const char *at = message; (at = memmem(at, length - (size_t)(at - message), term, size));
         at++) {
        const char *end = at + size;
        bool starts = at == message || !is_letter(at[-1]) || !is_letter(*term);
        bool ends = end == message + length || !is_letter(*end) || !is_letter(term[size - 1]);
        if (starts && ends)
            return true;
    }
    return false;
}

static bool terms_match(const struct term *terms, const char *message, size_t length)
{
    bool any_wanted = false, any_found = false;
    for (const struct term *term = terms; term; term = term->next) {
        bool found = has_term(message, length, term->text);
        if ((term->kind == TERM_NEEDED && !found) || (term->kind == TERM_EXCLUDED && found))
            return false;
        any_wanted |= term->kind == TERM_ANY;
        any_found |= term->kind == TERM_ANY && found;
    }
    return !any_wanted || any_found;
}

/* ----- JSON ----- */

static const struct node *read_any(struct reading *reading);

static bool take(struct reading *reading, const char *word)
{
    skip_blanks(reading);
    size_t length = strlen(word);
    if (strncasecmp(reading->at, word, length) != 0 ||
        (is_letter(*word) && is_letter(reading->at[length])))
        return false;
    reading->at += length;
    return true;
}

static const struct node *read_is(struct reading *reading, struct node *node, bool exists)
{
    static const char *const known[] = {"NULL", "TRUE", "FALSE"};
    node->kind = NODE_IS;
    if (exists) {
        node->text = "EXISTS";
        return node;
    }
    node->negated = take(reading, "NOT");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (take(reading, known[i])) {
            node->text = known[i];
            return node;
        }
    return wrong(reading, "IS has to be followed by NULL, TRUE or FALSE");
}

static void read_value(struct reading *reading, struct node *node)
{
    char *end;
    skip_blanks(reading);
    if (*reading->at == '%') {
        wrong(reading, "regular expressions are not supported");
        return;
    }
    bool quoted = *reading->at == '"';
    node->text = quoted ? read_quoted(reading) : read_word(reading, " \t\n)}&|");
    if (!node->text || !*node->text) {
        wrong(reading, "a value is missing");
        return;
    }
    node->number = strtod(node->text, &end);
    node->is_number = !quoted && !*end;
}

static const struct node *read_comparison(struct reading *reading)
{
    static const char *const known[] = {"!=", "<=", ">=", "=", "<", ">"};
    struct node *node = make(reading, sizeof *node);
    skip_blanks(reading);
    if (!node)
        return NULL;
    if (*reading->at != '$')
        return wrong(reading, "a selector has to begin with $");
    node->path = read_word(reading, " \t\n=!<>)}");
    if (take(reading, "IS"))
        return read_is(reading, node, false);
    if (take(reading, "NOT")) {
        node->negated = true;
        return take(reading, "EXISTS") ? read_is(reading, node, true)
                                       : wrong(reading, "NOT has to be followed by EXISTS");
    }
    if (take(reading, "EXISTS"))
        return read_is(reading, node, true);
    node->kind = NODE_COMPARE;
    for (size_t i = 0; i < sizeof known / sizeof *known && !*node->how; i++)
        if (take(reading, known[i]))
            memcpy(node->how, known[i], strlen(known[i]) + 1);
    if (!*node->how)
        return wrong(reading, "a comparison is missing");
    read_value(reading, node);
    if (!node->is_number && strchr("<>", *node->how))
        return wrong(reading, "only numbers can be less or greater");
    return reading->failed ? NULL : node;
}

static const struct node *read_one(struct reading *reading)
{
    if (!take(reading, "("))
        return read_comparison(reading);
    if (++reading->depth > DEPTH)
        return wrong(reading, "it is nested too deep");
    const struct node *node = read_any(reading);
    reading->depth--;
    return take(reading, ")") ? node : wrong(reading, "a parenthesis is not closed");
}

static const struct node *join(struct reading *reading, enum node_kind kind,
                               const struct node *left, const struct node *right)
{
    struct node *node = make(reading, sizeof *node);
    if (!node || !left || !right)
        return NULL;
    *node = (struct node){.kind = kind, .left = left, .right = right};
    return node;
}

static const struct node *read_all(struct reading *reading)
{
    const struct node *node = read_one(reading);
    while (!reading->failed && take(reading, "&&"))
        node = join(reading, NODE_AND, node, read_one(reading));
    return node;
}

static const struct node *read_any(struct reading *reading) // NOLINT(misc-no-recursion)
{
    const struct node *node = read_all(reading);
    while (!reading->failed && take(reading, "||"))
        node = join(reading, NODE_OR, node, read_all(reading));
    return node;
}

static const json_t *at_path(const json_t *json, const char *path)
{
    for (path++; json && *path;) {
        if (*path == '[') {
            char *end;
            json = json_array_get(json, strtoul(path + 1, &end, 10));
            path = end + (*end == ']');
            continue;
        }
        if (*path++ != '.')
            return NULL;
        size_t length = strcspn(path, ".[");
        json = json_object_getn(json, path, length);
        path += length;
    }
    return json;
}

static bool equals(const struct node *node, const json_t *value)
{
    if (json_is_string(value))
        return rc_pattern_wildcard(node->text, json_string_value(value));
    if (json_is_number(value))
        return node->is_number && json_number_value(value) == node->number;
    return json_is_boolean(value) &&
           strcmp(json_is_true(value) ? "true" : "false", node->text) == 0;
}

static bool compares(const struct node *node, const json_t *value)
{
    double number = json_number_value(value);
    if (strcmp(node->how, "=") == 0)
        return equals(node, value);
    if (strcmp(node->how, "!=") == 0)
        return value && !equals(node, value);
    if (!json_is_number(value))
        return false;
    if (strcmp(node->how, "<") == 0)
        return number < node->number;
    if (strcmp(node->how, "<=") == 0)
        return number <= node->number;
    return strcmp(node->how, ">") == 0 ? number > node->number : number >= node->number;
}

static bool is(const struct node *node, const json_t *value)
{
    bool holds = strcmp(node->text, "EXISTS") == 0 ? value != NULL
                 : strcmp(node->text, "NULL") == 0 ? json_is_null(value)
                 : strcmp(node->text, "TRUE") == 0 ? json_is_true(value)
                                                   : json_is_false(value);
    return holds != node->negated;
}

static bool node_matches(const struct node *node, const json_t *json) // NOLINT(misc-no-recursion)
{
    switch (node->kind) {
    case NODE_AND:
        return node_matches(node->left, json) && node_matches(node->right, json);
    case NODE_OR:
        return node_matches(node->left, json) || node_matches(node->right, json);
    case NODE_COMPARE:
        return compares(node, at_path(json, node->path));
    case NODE_IS:
        return is(node, at_path(json, node->path));
    }
    return false;
}

/* ----- both ----- */

const struct rc_log_pattern *rc_log_pattern_read(struct rc_arena *arena, const char *text,
                                                 struct rc_error *err)
{
    struct reading reading = {.arena = arena, .at = text, .err = err};
    struct rc_log_pattern *pattern = make(&reading, sizeof *pattern);
    skip_blanks(&reading);
    if (!pattern)
        return NULL;
    if (*reading.at == '[' || *reading.at == '%')
        return wrong(&reading, "columns and regular expressions are not supported");
    if (*reading.at != '{') {
        pattern->terms = read_terms(&reading);
        return reading.failed ? NULL : pattern;
    }
    reading.at++;
    pattern->json = read_any(&reading);
    if (!reading.failed && !take(&reading, "}"))
        wrong(&reading, "a brace is not closed");
    skip_blanks(&reading);
    if (!reading.failed && *reading.at)
        wrong(&reading, "there is more behind the brace");
    return reading.failed ? NULL : pattern;
}

bool rc_log_pattern_matches(const struct rc_log_pattern *pattern, const char *message,
                            size_t length)
{
    if (!pattern->json)
        return terms_match(pattern->terms, message, length);
    if (!length || *message != '{')
        return false;
    json_t *json = json_loadb(message, length, 0, NULL);
    bool matches = json && node_matches(pattern->json, json);
    json_decref(json);
    return matches;
}
