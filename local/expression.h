/* DynamoDB's expressions: read into trees in an arena, and applied to items. Pure.
 * Sources: "Using expressions in DynamoDB" and "Comparison operator and function
 * reference" of the developer guide. Errors are RC_INVALID, in DynamoDB's words. */
#ifndef RC_LOCAL_EXPRESSION_H
#define RC_LOCAL_EXPRESSION_H

#include "base/arena.h"
#include "base/error.h"
#include "local/attribute.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RC_EXPRESSION_BYTES = 4096, /* most that one expression has */
    RC_EXPRESSION_OPERATORS = 300,
    RC_EXPRESSION_DEPTH = 64, /* of parentheses and functions; ours */
};

/* What the placeholders of a request's expressions stand for. */
struct rc_expression_scope {
    struct rc_arena *arena;
    const json_t *names; /* ExpressionAttributeNames; NULL: none */
    bool *names_used;
    struct rc_attribute values; /* ExpressionAttributeValues as a map */
    bool *values_used;
};

/* Both may be NULL. They are borrowed. */
bool rc_expression_scope_init(struct rc_expression_scope *scope, struct rc_arena *arena,
                              const json_t *names, const json_t *values, struct rc_error *err);

/* After all expressions were read: false when a placeholder is used by none. */
bool rc_expression_scope_done(const struct rc_expression_scope *scope, struct rc_error *err);

/* ----- paths and operands ----- */

struct rc_path_part {
    const char *name; /* NULL: an index of a list */
    uint32_t length;
    uint32_t index;
};

struct rc_path {
    struct rc_path_part *parts;
    size_t count;
};

enum rc_operand_kind {
    RC_OPERAND_PATH,
    RC_OPERAND_VALUE,
    RC_OPERAND_SIZE, /* of args[0] */
    RC_OPERAND_IF_NOT_EXISTS,
    RC_OPERAND_LIST_APPEND,
    RC_OPERAND_PLUS,
    RC_OPERAND_MINUS,
};

struct rc_operand {
    enum rc_operand_kind kind;
    struct rc_path path;
    const struct rc_attribute *value;
    struct rc_operand *args; /* of a function: two, of size one */
};

/* ----- conditions: ConditionExpression, FilterExpression, KeyConditionExpression ----- */

enum rc_condition_kind {
    RC_CONDITION_AND,
    RC_CONDITION_OR,
    RC_CONDITION_NOT,
    RC_CONDITION_EQ,
    RC_CONDITION_NE,
    RC_CONDITION_LT,
    RC_CONDITION_LE,
    RC_CONDITION_GT,
    RC_CONDITION_GE,
    RC_CONDITION_BETWEEN,
    RC_CONDITION_IN,
    RC_CONDITION_EXISTS,
    RC_CONDITION_NOT_EXISTS,
    RC_CONDITION_TYPE,
    RC_CONDITION_BEGINS_WITH,
    RC_CONDITION_CONTAINS,
};

struct rc_condition {
    enum rc_condition_kind kind;
    struct rc_condition *left, *right; /* of AND and OR; NOT has left */
    struct rc_operand *operands;
    size_t count;
    bool enclosed; /* in parentheses */
};

/* `what` names the member in errors: "ConditionExpression". NULL on an error. */
struct rc_condition *rc_condition_read(struct rc_expression_scope *scope, const char *what,
                                       const char *text, struct rc_error *err);

/* item may be NULL: there is none. */
bool rc_condition_holds(const struct rc_condition *condition, const struct rc_attribute *item);

/* The value at a path; NULL when there is none. */
struct rc_attribute *rc_path_find(const struct rc_path *path, const struct rc_attribute *item);

/* ----- projections ----- */

struct rc_projection {
    struct rc_path *paths;
    size_t count;
};

struct rc_projection *rc_projection_read(struct rc_expression_scope *scope, const char *text,
                                         struct rc_error *err);

/* The parts of the item; NULL without memory. */
struct rc_attribute *rc_projection_apply(const struct rc_projection *projection,
                                         const struct rc_attribute *item, struct rc_arena *arena);

/* ----- updates ----- */

enum rc_change_kind { RC_CHANGE_SET, RC_CHANGE_REMOVE, RC_CHANGE_ADD, RC_CHANGE_DELETE };

struct rc_change {
    enum rc_change_kind kind;
    struct rc_path path;
    struct rc_operand operand; /* not of REMOVE */
};

struct rc_update {
    struct rc_change *changes;
    size_t count;
    struct rc_projection paths; /* of all changes */
};

struct rc_update *rc_update_read(struct rc_expression_scope *scope, const char *text,
                                 struct rc_error *err);

/* The item as it is afterwards, in the arena; its bytes may be shared with the item, the
 * request and the expression. NULL on an error. */
struct rc_attribute *rc_update_apply(const struct rc_update *update,
                                     const struct rc_attribute *item, struct rc_arena *arena,
                                     struct rc_error *err);

#endif
