/* Reading update expressions. */
#include "local/expression_internal.h"

#include <string.h>

static const struct {
    const char *name;
    enum rc_operand_kind kind;
} functions[] = {{"if_not_exists", RC_OPERAND_IF_NOT_EXISTS},
                 {"list_append", RC_OPERAND_LIST_APPEND}};

static bool read_sum(struct rc_reader *reader, struct rc_operand *operand);

static void check_function(struct rc_reader *reader, const struct rc_operand *operand,
                           const char *name, size_t count)
{
    if (count != 2) {
        rc_reader_wrong(reader,
                        "Incorrect number of operands for operator or function; operator or "
                        "function: %s, number of operands: %zu",
                        name, count);
        return;
    }
    if (operand->kind == RC_OPERAND_IF_NOT_EXISTS) {
        if (operand->args[0].kind != RC_OPERAND_PATH)
            rc_reader_wrong(reader,
                            "Operator or function requires a document path; operator or function: "
                            "%s",
                            name);
        return;
    }
    int needed = operand->kind == RC_OPERAND_LIST_APPEND ? RC_ATTRIBUTE_L : RC_ATTRIBUTE_N;
    for (size_t i = 0; i < count; i++) {
        int type = rc_operand_type(&operand->args[i]);
        if (type >= 0 && type != needed)
            rc_reader_bad_type(reader, name, type);
    }
}

static bool read_function(struct rc_reader *reader, struct rc_operand *operand)
{
    const struct rc_word word = reader->word;
    size_t which = 0, count = 0;
    while (which < 2 && (strlen(functions[which].name) != word.length ||
                         memcmp(functions[which].name, word.text, word.length) != 0))
        which++;
    if (which == 2)
        rc_reader_wrong(reader, "Invalid function name; function: %.*s",
                        word.length > 200 ? 200 : (int)word.length, word.text);
    operand->kind = which < 2 ? functions[which].kind : RC_OPERAND_IF_NOT_EXISTS;
    rc_reader_next(reader);
    if (++reader->depth > RC_EXPRESSION_DEPTH)
        return rc_reader_syntax(reader);
    if (!rc_reader_expect(reader, "("))
        return false;
    do {
        operand->args = rc_reader_room(reader, operand->args, count, sizeof *operand->args);
        if (!operand->args || !read_sum(reader, &operand->args[count++]))
            return false;
    } while (rc_reader_take(reader, ","));
    reader->depth--;
    if (which < 2)
        check_function(reader, operand, functions[which].name, count);
    return rc_reader_expect(reader, ")");
}

static bool read_term(struct rc_reader *reader, struct rc_operand *operand)
{
    const struct rc_word *word = &reader->word;
    *operand = (struct rc_operand){0};
    if (word->kind == RC_WORD_VALUE_PLACEHOLDER)
        return rc_reader_value(reader, operand);
    if (word->kind == RC_WORD_NAME &&
        word->text[word->length + strspn(word->text + word->length, " \t\r\n\f\v")] == '(')
        return read_function(reader, operand);
    return rc_reader_path(reader, &operand->path);
}

/* One term, or two with + or - between them. */
static bool read_sum(struct rc_reader *reader, struct rc_operand *operand)
{
    bool enclosed = rc_reader_take(reader, "(");
    if (enclosed && ++reader->depth > RC_EXPRESSION_DEPTH)
        return rc_reader_syntax(reader);
    if (enclosed ? !read_sum(reader, operand) : !read_term(reader, operand))
        return false;
    if (enclosed)
        reader->depth--;
    if (enclosed && !rc_reader_expect(reader, ")"))
        return false;
    bool plus = rc_reader_sign(reader, "+"), minus = rc_reader_sign(reader, "-");
    if (!plus && !minus)
        return true;
    rc_reader_next(reader);
    rc_reader_operator(reader);
    struct rc_operand *args = rc_arena_alloc(reader->scope->arena, 2 * sizeof *args);
    if (!args)
        return rc_reader_no_memory(reader);
    args[0] = *operand;
    *operand = (struct rc_operand){.kind = plus ? RC_OPERAND_PLUS : RC_OPERAND_MINUS, .args = args};
    if (!read_term(reader, &args[1]))
        return false;
    check_function(reader, operand, plus ? "+" : "-", 2);
    return true;
}

/* ADD and DELETE take a value and nothing else. */
static bool read_addend(struct rc_reader *reader, struct rc_change *change)
{
    static const char *const types[] = {"STRING", "NUMBER", "BINARY", "BOOLEAN",
                                        "NULL",   "MAP",    "LIST"};
    if (!rc_reader_value(reader, &change->operand))
        return false;
    int type = change->operand.value->type;
    if (type < RC_ATTRIBUTE_SS && !(change->kind == RC_CHANGE_ADD && type == RC_ATTRIBUTE_N))
        rc_reader_wrong(reader,
                        "Incorrect operand type for operator or function; operator: %s, operand "
                        "type: %s",
                        change->kind == RC_CHANGE_ADD ? "ADD" : "DELETE", types[type]);
    return true;
}

static bool read_change(struct rc_reader *reader, struct rc_change *change)
{
    if (!rc_reader_path(reader, &change->path))
        return false;
    rc_reader_operator(reader);
    if (change->kind == RC_CHANGE_REMOVE)
        return true;
    if (change->kind != RC_CHANGE_SET)
        return read_addend(reader, change);
    return rc_reader_expect(reader, "=") && read_sum(reader, &change->operand);
}

static bool read_section(struct rc_reader *reader, struct rc_update *update,
                         enum rc_change_kind kind)
{
    do {
        update->changes =
            rc_reader_room(reader, update->changes, update->count, sizeof *update->changes);
        update->paths.paths =
            rc_reader_room(reader, update->paths.paths, update->count, sizeof *update->paths.paths);
        if (!update->changes || !update->paths.paths)
            return false;
        struct rc_change *change = &update->changes[update->count];
        *change = (struct rc_change){.kind = kind};
        if (!read_change(reader, change))
            return false;
        for (size_t i = 0; i < update->count; i++)
            rc_reader_apart(reader, &update->changes[i].path, &change->path);
        update->paths.paths[update->count] = change->path;
        update->paths.count = ++update->count;
    } while (rc_reader_take(reader, ","));
    return true;
}

static bool read_sections(struct rc_reader *reader, struct rc_update *update)
{
    static const char *const names[] = {"SET", "REMOVE", "ADD", "DELETE"};
    bool seen[4] = {false};
    while (reader->word.kind != RC_WORD_END) {
        int kind = 0;
        while (kind < 4 && !rc_reader_keyword(reader, names[kind]))
            kind++;
        if (kind == 4)
            return rc_reader_syntax(reader);
        rc_reader_next(reader);
        if (seen[kind])
            rc_reader_wrong(reader,
                            "The \"%s\" section can only be used once in an update expression;",
                            names[kind]);
        seen[kind] = true;
        if (!read_section(reader, update, (enum rc_change_kind)kind))
            return false;
    }
    return update->count || rc_reader_syntax(reader);
}

struct rc_update *rc_update_read(struct rc_expression_scope *scope, const char *text,
                                 struct rc_error *err)
{
    struct rc_reader reader;
    if (!rc_reader_begin(&reader, scope, "UpdateExpression", text, err))
        return NULL;
    struct rc_update *update = rc_arena_alloc(scope->arena, sizeof *update);
    if (!update) {
        rc_reader_no_memory(&reader);
        return NULL;
    }
    return read_sections(&reader, update) && rc_reader_end(&reader) ? update : NULL;
}
