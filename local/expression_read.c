#include "local/attribute_json.h"
#include "local/expression_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ----- the placeholders ----- */

static bool good_placeholder(const char *name, char mark)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    return *name == mark && name[1] && !name[1 + strspn(name + 1, allowed)];
}

static bool check_placeholders(const json_t *map, const char *member, char mark,
                               struct rc_error *err)
{
    const char *name;
    const json_t *value;
    if (!json_object_size(map)) {
        rc_error_set(err, RC_INVALID, "%s must not be empty", member);
        return false;
    }
    json_object_foreach((json_t *)(uintptr_t)map, name, value)
    {
        if (good_placeholder(name, mark))
            continue;
        rc_error_set(err, RC_INVALID, "%s contains invalid key: Syntax error; key: \"%s\"", member,
                     name);
        return false;
    }
    return true;
}

static bool read_values(struct rc_expression_scope *scope, const json_t *values,
                        struct rc_error *err)
{
    const char *name;
    const json_t *value;
    struct rc_attribute *map = &scope->values;
    map->elements = rc_arena_alloc(scope->arena, json_object_size(values) * sizeof *map->elements);
    if (!map->elements) {
        rc_error_nomem(err);
        return false;
    }
    json_object_foreach((json_t *)(uintptr_t)values, name, value)
    {
        struct rc_error why = {0};
        struct rc_attribute *element = &map->elements[map->count++];
        if (!rc_attribute_read(value, scope->arena, element, &why)) {
            if (why.code == RC_INVALID)
                rc_error_set(err, RC_INVALID,
                             "ExpressionAttributeValues contains invalid value: %.380s for key %s",
                             why.text, name);
            else if (err)
                *err = why;
            return false;
        }
        element->name = name;
        element->name_length = (uint32_t)strlen(name);
    }
    return true;
}

bool rc_expression_scope_init(struct rc_expression_scope *scope, struct rc_arena *arena,
                              const json_t *names, const json_t *values, struct rc_error *err)
{
    *scope = (struct rc_expression_scope){.arena = arena, .values = {.type = RC_ATTRIBUTE_M}};
    scope->names_used = rc_arena_alloc(arena, json_object_size(names) + 1);
    scope->values_used = rc_arena_alloc(arena, json_object_size(values) + 1);
    if (!scope->names_used || !scope->values_used) {
        rc_error_nomem(err);
        return false;
    }
    if (names && !check_placeholders(names, "ExpressionAttributeNames", '#', err))
        return false;
    scope->names = names;
    return !values || (check_placeholders(values, "ExpressionAttributeValues", ':', err) &&
                       read_values(scope, values, err));
}

static bool unused(const char *member, const char *name, struct rc_error *err)
{
    rc_error_set(err, RC_INVALID, "Value provided in %s unused in expressions: keys: {%.200s}",
                 member, name);
    return false;
}

bool rc_expression_scope_done(const struct rc_expression_scope *scope, struct rc_error *err)
{
    const char *name;
    const json_t *value;
    size_t i = 0;
    json_object_foreach((json_t *)(uintptr_t)scope->names, name, value)
    {
        if (!scope->names_used[i++])
            return unused("ExpressionAttributeNames", name, err);
    }
    for (uint32_t at = 0; at < scope->values.count; at++)
        if (!scope->values_used[at])
            return unused("ExpressionAttributeValues", scope->values.elements[at].name, err);
    return true;
}

/* ----- words ----- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct rc_word look(const char *at)
{
    at += strspn(at, " \t\r\n\f\v");
    struct rc_word word = {.text = at, .length = 1};
    if (!*at)
        return (struct rc_word){RC_WORD_END, at, 0};
    bool placeholder = *at == '#' || *at == ':';
    if (is_letter(*at) || placeholder) {
        while (is_letter(at[word.length]) || is_digit(at[word.length]))
            word.length++;
        word.kind = *at == '#'   ? RC_WORD_NAME_PLACEHOLDER
                    : *at == ':' ? RC_WORD_VALUE_PLACEHOLDER
                                 : RC_WORD_NAME;
        if (placeholder && word.length == 1)
            word.kind = RC_WORD_BAD;
    } else if (is_digit(*at)) {
        while (is_digit(at[word.length]))
            word.length++;
        word.kind = RC_WORD_NUMBER;
    } else {
        bool two = (*at == '<' && (at[1] == '=' || at[1] == '>')) || (*at == '>' && at[1] == '=');
        word.length = two ? 2 : 1;
        word.kind = strchr("()[].,+-=<>", *at) ? RC_WORD_SIGN : RC_WORD_BAD;
    }
    return word;
}

void rc_reader_next(struct rc_reader *reader)
{
    reader->before = reader->word;
    reader->word = look(reader->word.text + reader->word.length);
}

bool rc_reader_begin(struct rc_reader *reader, struct rc_expression_scope *scope, const char *what,
                     const char *text, struct rc_error *err)
{
    *reader = (struct rc_reader){.scope = scope, .what = what, .text = text, .err = err};
    size_t length = strlen(text);
    if (!length)
        rc_error_set(err, RC_INVALID, "Invalid %s: The expression can not be empty;", what);
    else if (length > RC_EXPRESSION_BYTES)
        rc_error_set(err, RC_INVALID,
                     "Invalid %s: Expression size has exceeded the maximum allowed size; "
                     "expression size: %zu",
                     what, length);
    else {
        reader->before = reader->word = look(text);
        return true;
    }
    return false;
}

bool rc_reader_end(struct rc_reader *reader)
{
    if (reader->stop)
        return false;
    if (reader->word.kind != RC_WORD_END)
        return rc_reader_syntax(reader);
    if (reader->operators > RC_EXPRESSION_OPERATORS)
        rc_reader_wrong(reader,
                        "The expression contains too many operators; operator count: %d, max "
                        "operator count allowed: %d",
                        reader->operators, RC_EXPRESSION_OPERATORS);
    if (reader->wrong.code != RC_OK && reader->err)
        *reader->err = reader->wrong;
    return reader->wrong.code == RC_OK;
}

bool rc_reader_syntax(struct rc_reader *reader)
{
    if (reader->stop)
        return false;
    const struct rc_word *word = &reader->word;
    const char *from = reader->before.text;
    struct rc_word after = look(word->text + word->length);
    size_t near = (size_t)(after.text + after.length - from);
    if (near > 200)
        near = 200;
    reader->stop = true;
    rc_error_set(reader->err, RC_INVALID,
                 "Invalid %s: Syntax error; token: \"%.*s\", near: \"%.*s\"", reader->what,
                 word->kind == RC_WORD_END ? 5
                 : word->length > 100      ? 100
                                           : (int)word->length,
                 word->kind == RC_WORD_END ? "<EOF>" : word->text, (int)near, from);
    return false;
}

bool rc_reader_no_memory(struct rc_reader *reader)
{
    reader->stop = true;
    rc_error_nomem(reader->err);
    return false;
}

bool rc_reader_wrong(struct rc_reader *reader, const char *format, ...)
{
    char text[RC_ERROR_TEXT_BYTES - 64];
    va_list args;
    if (reader->stop || reader->wrong.code != RC_OK)
        return false;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    rc_error_set(&reader->wrong, RC_INVALID, "Invalid %s: %s", reader->what, text);
    return false;
}

void rc_reader_bad_type(struct rc_reader *reader, const char *function, int type)
{
    rc_reader_wrong(reader,
                    "Incorrect operand type for operator or function; operator or function: %s, "
                    "operand type: %s",
                    function, rc_attribute_type_name((enum rc_attribute_type)type));
}

bool rc_reader_sign(const struct rc_reader *reader, const char *sign)
{
    const struct rc_word *word = &reader->word;
    return word->kind == RC_WORD_SIGN && strlen(sign) == word->length &&
           memcmp(word->text, sign, word->length) == 0;
}

bool rc_reader_keyword(const struct rc_reader *reader, const char *name)
{
    const struct rc_word *word = &reader->word;
    return word->kind == RC_WORD_NAME && strlen(name) == word->length &&
           strncasecmp(word->text, name, word->length) == 0;
}

bool rc_reader_take(struct rc_reader *reader, const char *sign)
{
    if (!rc_reader_sign(reader, sign))
        return false;
    rc_reader_next(reader);
    return true;
}

bool rc_reader_expect(struct rc_reader *reader, const char *sign)
{
    return rc_reader_take(reader, sign) || rc_reader_syntax(reader);
}

void rc_reader_operator(struct rc_reader *reader)
{
    reader->operators++;
}

void *rc_reader_room(struct rc_reader *reader, void *items, size_t count, size_t size)
{
    if (count & (count - 1)) /* it is doubled at 1, 2, 4, … */
        return items;
    void *more = rc_arena_alloc(reader->scope->arena, (count ? count * 2 : 1) * size);
    if (!more)
        rc_reader_no_memory(reader);
    else if (count)
        memcpy(more, items, count * size);
    return more;
}

/* ----- paths ----- */

/* A word of the text, or what #name stands for. */
static bool read_name(struct rc_reader *reader, struct rc_path_part *part)
{
    const struct rc_word word = reader->word;
    struct rc_expression_scope *scope = reader->scope;
    if (word.kind != RC_WORD_NAME && word.kind != RC_WORD_NAME_PLACEHOLDER)
        return rc_reader_syntax(reader);
    rc_reader_next(reader);
    part->name = word.text;
    part->length = (uint32_t)word.length;
    if (word.kind == RC_WORD_NAME) {
        if (rc_expression_reserved(word.text, word.length))
            rc_reader_wrong(reader, "Attribute name is a reserved keyword; reserved keyword: %.*s",
                            (int)word.length, word.text);
        return true;
    }
    size_t i = 0;
    const char *name;
    const json_t *value;
    json_object_foreach((json_t *)(uintptr_t)scope->names, name, value)
    {
        if (strlen(name) == word.length && memcmp(name, word.text, word.length) == 0 &&
            json_is_string(value)) {
            scope->names_used[i] = true;
            part->name = json_string_value(value);
            part->length = (uint32_t)json_string_length(value);
            return true;
        }
        i++;
    }
    rc_reader_wrong(reader,
                    "An expression attribute name used in the document path is not defined; "
                    "attribute name: %.*s",
                    word.length > 200 ? 200 : (int)word.length, word.text);
    return true;
}

static bool read_index(struct rc_reader *reader, struct rc_path_part *part)
{
    if (reader->word.kind != RC_WORD_NUMBER || reader->word.length > 9)
        return rc_reader_syntax(reader);
    for (size_t i = 0; i < reader->word.length; i++)
        part->index = part->index * 10 + (uint32_t)(reader->word.text[i] - '0');
    rc_reader_next(reader);
    return rc_reader_expect(reader, "]");
}

bool rc_reader_path(struct rc_reader *reader, struct rc_path *path)
{
    *path = (struct rc_path){0};
    do {
        path->parts = rc_reader_room(reader, path->parts, path->count, sizeof *path->parts);
        if (!path->parts || !read_name(reader, &path->parts[path->count++]))
            return false;
        while (rc_reader_take(reader, "[")) {
            path->parts = rc_reader_room(reader, path->parts, path->count, sizeof *path->parts);
            if (!path->parts || !read_index(reader, &path->parts[path->count++]))
                return false;
        }
    } while (rc_reader_take(reader, "."));
    return true;
}

void rc_path_text(const struct rc_path *path, char *text, size_t room)
{
    size_t length = 0;
    for (size_t i = 0; i < path->count && length < room; i++) {
        const struct rc_path_part *part = &path->parts[i];
        int more = part->name ? snprintf(text + length, room - length, "%s%.*s", i ? ", " : "[",
                                         (int)part->length, part->name)
                              : snprintf(text + length, room - length, ", [%u]", part->index);
        length += more > 0 ? (size_t)more : 0;
    }
    if (length < room)
        snprintf(text + length, room - length, "]");
}

static bool same_part(const struct rc_path_part *a, const struct rc_path_part *b)
{
    if (!a->name || !b->name)
        return !a->name && !b->name && a->index == b->index;
    return a->length == b->length && memcmp(a->name, b->name, a->length) == 0;
}

bool rc_path_same(const struct rc_path *a, const struct rc_path *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = same_part(&a->parts[i], &b->parts[i]);
    return same;
}

void rc_reader_apart(struct rc_reader *reader, const struct rc_path *one, const struct rc_path *two)
{
    const char *how = "overlap";
    for (size_t i = 0; i < one->count && i < two->count; i++) {
        if (!one->parts[i].name != !two->parts[i].name) {
            how = "conflict";
            break;
        }
        if (!same_part(&one->parts[i], &two->parts[i]))
            return;
    }
    char first[128], second[128];
    rc_path_text(one, first, sizeof first);
    rc_path_text(two, second, sizeof second);
    rc_reader_wrong(reader,
                    "Two document paths %s with each other; must remove or rewrite one of these "
                    "paths; path one: %s, path two: %s",
                    how, first, second);
}

/* ----- values ----- */

bool rc_reader_value(struct rc_reader *reader, struct rc_operand *operand)
{
    static const struct rc_attribute nothing = {.type = RC_ATTRIBUTE_NULL};
    const struct rc_word word = reader->word;
    struct rc_expression_scope *scope = reader->scope;
    if (word.kind != RC_WORD_VALUE_PLACEHOLDER)
        return rc_reader_syntax(reader);
    rc_reader_next(reader);
    operand->kind = RC_OPERAND_VALUE;
    operand->value = rc_attribute_get(&scope->values, word.text, word.length);
    if (operand->value) {
        scope->values_used[operand->value - scope->values.elements] = true;
        return true;
    }
    operand->value = &nothing;
    rc_reader_wrong(reader,
                    "An expression attribute value used in expression is not defined; attribute "
                    "value: %.*s",
                    word.length > 200 ? 200 : (int)word.length, word.text);
    return true;
}

int rc_operand_type(const struct rc_operand *operand)
{
    return operand->kind == RC_OPERAND_VALUE  ? operand->value->type
           : operand->kind == RC_OPERAND_SIZE ? RC_ATTRIBUTE_N
                                              : -1;
}
