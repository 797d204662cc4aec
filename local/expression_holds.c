/* Whether a condition holds. A comparison with what is not there, or is of another type,
 * does not; only <> does. */
#include "local/expression.h"

#include <string.h>

struct rc_attribute *rc_path_find(const struct rc_path *path, const struct rc_attribute *item)
{
    const struct rc_attribute *at = item;
    for (size_t i = 0; at && i < path->count; i++) {
        const struct rc_path_part *part = &path->parts[i];
        if (part->name)
            at = at->type == RC_ATTRIBUTE_M ? rc_attribute_get(at, part->name, part->length) : NULL;
        else
            at = at->type == RC_ATTRIBUTE_L && part->index < at->count ? &at->elements[part->index]
                                                                       : NULL;
    }
    return (struct rc_attribute *)(uintptr_t)at;
}

/* What size() gives: bytes or elements; false for what has no size. */
static bool size_of(const struct rc_attribute *value, uint32_t *size)
{
    if (value->type == RC_ATTRIBUTE_N || value->type == RC_ATTRIBUTE_BOOL ||
        value->type == RC_ATTRIBUTE_NULL)
        return false;
    *size = value->count;
    return true;
}

struct held {
    struct rc_attribute value;
    char digits[12];
};

/* The operand's value; NULL when there is none. A size is made in `room`. */
static const struct rc_attribute *value_of(const struct rc_operand *operand,
                                           const struct rc_attribute *item, struct held *room)
{
    if (operand->kind == RC_OPERAND_VALUE)
        return operand->value;
    if (operand->kind == RC_OPERAND_PATH)
        return item ? rc_path_find(&operand->path, item) : NULL;
    uint32_t size;
    struct held inner;
    const struct rc_attribute *value = value_of(&operand->args[0], item, &inner);
    if (!value || !size_of(value, &size))
        return NULL;
    char *at = room->digits + sizeof room->digits;
    room->value = (struct rc_attribute){.type = RC_ATTRIBUTE_N};
    do {
        *--at = (char)('0' + size % 10);
        size /= 10;
        room->value.count++;
    } while (size);
    room->value.bytes = at;
    return &room->value;
}

static bool contains(const struct rc_attribute *whole, const struct rc_attribute *part)
{
    if (rc_attribute_is_set(whole))
        return rc_attribute_in_set(whole, part);
    if (whole->type == RC_ATTRIBUTE_L) {
        for (uint32_t i = 0; i < whole->count; i++)
            if (rc_attribute_equal(&whole->elements[i], part))
                return true;
        return false;
    }
    return (whole->type == RC_ATTRIBUTE_S || whole->type == RC_ATTRIBUTE_B) &&
           whole->type == part->type &&
           (!part->count || memmem(whole->bytes, whole->count, part->bytes, part->count));
}

static bool begins_with(const struct rc_attribute *whole, const struct rc_attribute *part)
{
    return (whole->type == RC_ATTRIBUTE_S || whole->type == RC_ATTRIBUTE_B) &&
           whole->type == part->type && part->count <= whole->count &&
           (!part->count || memcmp(whole->bytes, part->bytes, part->count) == 0);
}

static bool compares(enum rc_condition_kind kind, const struct rc_attribute *a,
                     const struct rc_attribute *b)
{
    int order;
    if (kind == RC_CONDITION_EQ || kind == RC_CONDITION_NE)
        return (a && b && rc_attribute_equal(a, b)) == (kind == RC_CONDITION_EQ);
    if (!a || !b || !rc_attribute_compare(a, b, &order))
        return false;
    return kind == RC_CONDITION_LT   ? order < 0
           : kind == RC_CONDITION_LE ? order <= 0
           : kind == RC_CONDITION_GT ? order > 0
                                     : order >= 0;
}

static bool is_of_type(const struct rc_attribute *value, const struct rc_attribute *name)
{
    const char *type = rc_attribute_type_name((enum rc_attribute_type)value->type);
    return strlen(type) == name->count && memcmp(type, name->bytes, name->count) == 0;
}

static bool test(const struct rc_condition *condition, const struct rc_attribute *item)
{
    struct held room[2], third;
    const struct rc_operand *operands = condition->operands;
    const struct rc_attribute *a = value_of(&operands[0], item, &room[0]), *b = NULL;
    if (condition->count > 1)
        b = value_of(&operands[1], item, &room[1]);
    switch (condition->kind) {
    case RC_CONDITION_EXISTS:
        return a != NULL;
    case RC_CONDITION_NOT_EXISTS:
        return a == NULL;
    case RC_CONDITION_TYPE:
        return a && b && is_of_type(a, b);
    case RC_CONDITION_BEGINS_WITH:
        return a && b && begins_with(a, b);
    case RC_CONDITION_CONTAINS:
        return a && b && contains(a, b);
    case RC_CONDITION_BETWEEN:
        return compares(RC_CONDITION_GE, a, b) &&
               compares(RC_CONDITION_LE, a, value_of(&operands[2], item, &third));
    case RC_CONDITION_IN:
        for (size_t i = 1; i < condition->count; i++)
            if (compares(RC_CONDITION_EQ, a, value_of(&operands[i], item, &third)))
                return true;
        return false;
    default:
        return compares(condition->kind, a, b);
    }
}

bool rc_condition_holds(const struct rc_condition *condition, const struct rc_attribute *item)
{
    switch (condition->kind) {
    case RC_CONDITION_AND:
        return rc_condition_holds(condition->left, item) &&
               rc_condition_holds(condition->right, item);
    case RC_CONDITION_OR:
        return rc_condition_holds(condition->left, item) ||
               rc_condition_holds(condition->right, item);
    case RC_CONDITION_NOT:
        return !rc_condition_holds(condition->left, item);
    default:
        return test(condition, item);
    }
}
