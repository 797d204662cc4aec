/* Conditions: or, and, not, comparisons and functions, in that order of binding. */
#include "local/expression_internal.h"

#include <stdio.h>
#include <string.h>

/* ----- reading ----- */

static const struct {
    const char *name;
    size_t operands;
    enum rc_condition_kind kind;
} functions[] = {
    {"attribute_exists", 1, RC_CONDITION_EXISTS},
    {"attribute_not_exists", 1, RC_CONDITION_NOT_EXISTS},
    {"attribute_type", 2, RC_CONDITION_TYPE},
    {"begins_with", 2, RC_CONDITION_BEGINS_WITH},
    {"contains", 2, RC_CONDITION_CONTAINS},
    {"size", 1, RC_CONDITION_AND}, /* an operand, no condition */
};
enum { FUNCTIONS = sizeof functions / sizeof *functions, SIZE = FUNCTIONS - 1 };

static bool read_operand(struct rc_reader *reader, struct rc_operand *operand);
static struct rc_condition *read_or(struct rc_reader *reader);

static struct rc_condition *new_condition(struct rc_reader *reader, enum rc_condition_kind kind)
{
    struct rc_condition *condition = rc_arena_alloc(reader->scope->arena, sizeof *condition);
    if (condition)
        condition->kind = kind;
    else
        rc_reader_no_memory(reader);
    return condition;
}

/* A name with "(" behind it. */
static bool at_function(const struct rc_reader *reader)
{
    const struct rc_word *word = &reader->word;
    return word->kind == RC_WORD_NAME &&
           word->text[word->length + strspn(word->text + word->length, " \t\r\n\f\v")] == '(';
}

/* The index in functions; FUNCTIONS for none of them. */
static size_t function_at(struct rc_reader *reader)
{
    const struct rc_word *word = &reader->word;
    size_t i = 0;
    while (i < FUNCTIONS && (strlen(functions[i].name) != word->length ||
                             memcmp(functions[i].name, word->text, word->length) != 0))
        i++;
    if (i == FUNCTIONS)
        rc_reader_wrong(reader, "Invalid function name; function: %.*s",
                        word->length > 200 ? 200 : (int)word->length, word->text);
    return i;
}

static bool read_args(struct rc_reader *reader, struct rc_operand **args, size_t *count)
{
    *args = NULL;
    *count = 0;
    if (++reader->depth > RC_EXPRESSION_DEPTH)
        return rc_reader_syntax(reader);
    rc_reader_next(reader); /* the name */
    if (!rc_reader_expect(reader, "("))
        return false;
    do {
        *args = rc_reader_room(reader, *args, *count, sizeof **args);
        if (!*args || !read_operand(reader, &(*args)[(*count)++]))
            return false;
    } while (rc_reader_take(reader, ","));
    reader->depth--;
    return rc_reader_expect(reader, ")");
}

static void check_type_name(struct rc_reader *reader, const struct rc_operand *operand)
{
    enum rc_attribute_type type;
    int known = rc_operand_type(operand);
    if (known != RC_ATTRIBUTE_S) {
        if (known >= 0)
            rc_reader_bad_type(reader, "attribute_type", known);
        else
            rc_reader_wrong(reader, "Incorrect operand type for operator or function; operator or "
                                    "function: attribute_type, operand type: "
                                    "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}");
    } else if (operand->kind == RC_OPERAND_VALUE &&
               !rc_attribute_type_of(operand->value->bytes, operand->value->count, &type)) {
        rc_reader_wrong(reader,
                        "Invalid attribute type name found; type: %.*s, valid types: "
                        "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
                        operand->value->count > 100 ? 100 : (int)operand->value->count,
                        operand->value->bytes);
    }
}

static void check_distinct(struct rc_reader *reader, const char *name,
                           const struct rc_operand *args)
{
    char text[128];
    if (args[0].kind != RC_OPERAND_PATH || args[1].kind != RC_OPERAND_PATH ||
        !rc_path_same(&args[0].path, &args[1].path))
        return;
    rc_path_text(&args[0].path, text, sizeof text);
    rc_reader_wrong(reader,
                    "The first operand must be distinct from the remaining operands for this "
                    "operator or function; operator: %s, first operand: %s",
                    name, text);
}

static void check_function(struct rc_reader *reader, size_t which, const struct rc_operand *args,
                           size_t count)
{
    const char *name = functions[which].name;
    if (count != functions[which].operands) {
        rc_reader_wrong(reader,
                        "Incorrect number of operands for operator or function; operator or "
                        "function: %s, number of operands: %zu",
                        name, count);
        return;
    }
    if (count == 2)
        check_distinct(reader, name, args);
    int type = rc_operand_type(&args[0]);
    switch (functions[which].kind) {
    case RC_CONDITION_EXISTS:
    case RC_CONDITION_NOT_EXISTS:
        if (args[0].kind != RC_OPERAND_PATH)
            rc_reader_wrong(reader,
                            "Operator or function requires a document path; operator or function: "
                            "%s",
                            name);
        break;
    case RC_CONDITION_BEGINS_WITH:
        for (size_t i = 0; i < count; i++) {
            type = rc_operand_type(&args[i]);
            if (type >= 0 && type != RC_ATTRIBUTE_S && type != RC_ATTRIBUTE_B)
                rc_reader_bad_type(reader, name, type);
        }
        break;
    case RC_CONDITION_TYPE:
        check_type_name(reader, &args[1]);
        break;
    case RC_CONDITION_AND: /* size */
        if (type == RC_ATTRIBUTE_N || type == RC_ATTRIBUTE_BOOL || type == RC_ATTRIBUTE_NULL)
            rc_reader_bad_type(reader, name, type);
        break;
    default:
        break;
    }
}

static bool read_operand(struct rc_reader *reader, struct rc_operand *operand)
{
    *operand = (struct rc_operand){0};
    if (reader->word.kind == RC_WORD_VALUE_PLACEHOLDER)
        return rc_reader_value(reader, operand);
    if (!at_function(reader))
        return rc_reader_path(reader, &operand->path);
    size_t count = 0, which = function_at(reader);
    if (which < SIZE)
        rc_reader_wrong(reader,
                        "The function is not allowed to be used this way in an expression; "
                        "function: %s",
                        functions[which].name);
    operand->kind = RC_OPERAND_SIZE;
    if (!read_args(reader, &operand->args, &count))
        return false;
    if (which < FUNCTIONS)
        check_function(reader, which, operand->args, count);
    return true;
}

static struct rc_condition *read_function(struct rc_reader *reader, size_t which)
{
    struct rc_condition *condition =
        new_condition(reader, which < FUNCTIONS ? functions[which].kind : RC_CONDITION_CONTAINS);
    rc_reader_operator(reader);
    if (!condition || !read_args(reader, &condition->operands, &condition->count))
        return NULL;
    if (which < FUNCTIONS)
        check_function(reader, which, condition->operands, condition->count);
    return condition;
}

static void describe(const struct rc_operand *operand, char *text, size_t room)
{
    snprintf(text, room, "AttributeValue: {%s:%.*s}",
             rc_attribute_type_name((enum rc_attribute_type)operand->value->type),
             operand->value->count > 60 ? 60 : (int)operand->value->count, operand->value->bytes);
}

static void check_bounds(struct rc_reader *reader, const struct rc_operand *low,
                         const struct rc_operand *high)
{
    int order = 0;
    char lower[96], upper[96];
    if (low->kind != RC_OPERAND_VALUE || high->kind != RC_OPERAND_VALUE ||
        low->value->type > RC_ATTRIBUTE_B || high->value->type > RC_ATTRIBUTE_B)
        return;
    bool same = rc_attribute_compare(low->value, high->value, &order);
    if (same && order <= 0)
        return;
    describe(low, lower, sizeof lower);
    describe(high, upper, sizeof upper);
    rc_reader_wrong(reader,
                    "The BETWEEN operator requires %s; lower bound operand: %s, upper bound "
                    "operand: %s",
                    same ? "upper bound to be greater than or equal to lower bound"
                         : "same data type for lower and upper bounds",
                    lower, upper);
}

/* AND belongs to it. */
static bool read_between(struct rc_reader *reader, struct rc_condition *condition)
{
    condition->kind = RC_CONDITION_BETWEEN;
    condition->count = 3;
    if (!read_operand(reader, &condition->operands[1]))
        return false;
    if (!rc_reader_keyword(reader, "AND"))
        return rc_reader_syntax(reader);
    rc_reader_next(reader);
    if (!read_operand(reader, &condition->operands[2]))
        return false;
    check_bounds(reader, &condition->operands[1], &condition->operands[2]);
    return true;
}

static bool read_in(struct rc_reader *reader, struct rc_condition *condition)
{
    enum { MOST = 100 };
    struct rc_operand *operands = rc_arena_alloc(reader->scope->arena, sizeof *operands);
    if (!operands)
        return rc_reader_no_memory(reader);
    operands[0] = condition->operands[0];
    condition->kind = RC_CONDITION_IN;
    condition->operands = operands;
    condition->count = 1;
    if (!rc_reader_expect(reader, "("))
        return false;
    do {
        condition->operands =
            rc_reader_room(reader, condition->operands, condition->count, sizeof *operands);
        if (!condition->operands || !read_operand(reader, &condition->operands[condition->count++]))
            return false;
    } while (rc_reader_take(reader, ","));
    if (condition->count - 1 > MOST)
        rc_reader_wrong(reader,
                        "The IN operator is provided with too many operands; number of operands: "
                        "%zu",
                        condition->count - 1);
    return rc_reader_expect(reader, ")");
}

static bool read_comparison(struct rc_reader *reader, struct rc_condition *condition)
{
    static const char *const signs[] = {"=", "<>", "<", "<=", ">", ">="};
    size_t i = 0;
    while (i < 6 && !rc_reader_sign(reader, signs[i]))
        i++;
    if (i == 6)
        return rc_reader_syntax(reader);
    rc_reader_next(reader);
    condition->kind = (enum rc_condition_kind)(RC_CONDITION_EQ + i);
    condition->count = 2;
    if (!read_operand(reader, &condition->operands[1]))
        return false;
    check_distinct(reader, signs[i], condition->operands);
    for (size_t at = 0; i >= 2 && at < 2; at++) { /* only scalars have an order */
        int type = rc_operand_type(&condition->operands[at]);
        if (type > RC_ATTRIBUTE_B)
            rc_reader_bad_type(reader, signs[i], type);
    }
    return true;
}

/* A comparison, or a function that is a condition by itself. */
static struct rc_condition *read_test(struct rc_reader *reader)
{
    if (at_function(reader)) {
        size_t which = function_at(reader);
        if (which != SIZE)
            return read_function(reader, which);
    }
    struct rc_condition *condition = new_condition(reader, RC_CONDITION_EQ);
    if (!condition)
        return NULL;
    condition->operands = rc_arena_alloc(reader->scope->arena, 3 * sizeof *condition->operands);
    if (!condition->operands) {
        rc_reader_no_memory(reader);
        return NULL;
    }
    rc_reader_operator(reader);
    if (!read_operand(reader, &condition->operands[0]))
        return NULL;
    bool between = rc_reader_keyword(reader, "BETWEEN"), in = rc_reader_keyword(reader, "IN");
    if (between || in)
        rc_reader_next(reader);
    bool ok = between ? read_between(reader, condition)
              : in    ? read_in(reader, condition)
                      : read_comparison(reader, condition);
    return ok ? condition : NULL;
}

static struct rc_condition *read_enclosed(struct rc_reader *reader)
{
    rc_reader_next(reader); /* the parenthesis */
    struct rc_condition *condition = read_or(reader);
    if (!condition || !rc_reader_expect(reader, ")"))
        return NULL;
    if (condition->enclosed)
        rc_reader_wrong(reader, "The expression has redundant parentheses;");
    condition->enclosed = true;
    return condition;
}

static struct rc_condition *read_not(struct rc_reader *reader)
{
    struct rc_condition *condition = NULL;
    if (++reader->depth > RC_EXPRESSION_DEPTH) {
        rc_reader_syntax(reader);
    } else if (rc_reader_keyword(reader, "NOT")) {
        rc_reader_next(reader);
        rc_reader_operator(reader);
        condition = new_condition(reader, RC_CONDITION_NOT);
        if (condition && !(condition->left = read_not(reader)))
            condition = NULL;
    } else if (rc_reader_sign(reader, "(")) {
        condition = read_enclosed(reader);
    } else {
        condition = read_test(reader);
    }
    reader->depth--;
    return condition;
}

/* One kind of operator, from left to right; the operands are read by `below`. */
static struct rc_condition *read_chain(struct rc_reader *reader, const char *keyword,
                                       enum rc_condition_kind kind,
                                       struct rc_condition *(*below)(struct rc_reader *reader))
{
    struct rc_condition *left = below(reader);
    while (left && rc_reader_keyword(reader, keyword)) {
        rc_reader_next(reader);
        rc_reader_operator(reader);
        struct rc_condition *both = new_condition(reader, kind);
        if (!both || !(both->right = below(reader)))
            return NULL;
        both->left = left;
        left = both;
    }
    return left;
}

static struct rc_condition *read_and(struct rc_reader *reader)
{
    return read_chain(reader, "AND", RC_CONDITION_AND, read_not);
}

static struct rc_condition *read_or(struct rc_reader *reader)
{
    return read_chain(reader, "OR", RC_CONDITION_OR, read_and);
}

struct rc_condition *rc_condition_read(struct rc_expression_scope *scope, const char *what,
                                       const char *text, struct rc_error *err)
{
    struct rc_reader reader;
    if (!rc_reader_begin(&reader, scope, what, text, err))
        return NULL;
    struct rc_condition *condition = read_or(&reader);
    return condition && rc_reader_end(&reader) ? condition : NULL;
}
