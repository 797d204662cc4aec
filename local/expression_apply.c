/* Applying an update: all operands are taken from the item as it was, then it is changed
 * by SET, REMOVE, ADD and DELETE. */
#include "local/expression.h"

#include <string.h>

struct applying {
    const struct rc_attribute *before;
    struct rc_attribute *after;
    struct rc_arena *arena;
    struct rc_error *err;
};

static bool invalid(struct applying *applying, const char *words)
{
    rc_error_set(applying->err, RC_INVALID, "%s", words);
    return false;
}

static bool bad_operand(struct applying *applying)
{
    return invalid(applying, "An operand in the update expression has an incorrect data type");
}

static bool bad_path(struct applying *applying)
{
    return invalid(applying,
                   "The document path provided in the update expression is invalid for update");
}

static bool no_memory(struct applying *applying)
{
    rc_error_nomem(applying->err);
    return false;
}

/* ----- operands ----- */

static bool add_numbers(struct applying *applying, const struct rc_attribute *a,
                        const struct rc_attribute *b, bool subtract, struct rc_attribute *sum)
{
    struct rc_number one, other, result;
    if (a->type != RC_ATTRIBUTE_N || b->type != RC_ATTRIBUTE_N)
        return bad_operand(applying);
    return rc_number_parse(a->bytes, a->count, &one, applying->err) &&
           rc_number_parse(b->bytes, b->count, &other, applying->err) &&
           rc_number_add(&one, &other, subtract, &result, applying->err) &&
           (rc_attribute_set_number(sum, &result, applying->arena) || no_memory(applying));
}

/* Both lists or sets, one behind the other; without what is there already. */
static bool join(struct applying *applying, const struct rc_attribute *a,
                 const struct rc_attribute *b, struct rc_attribute *both)
{
    struct rc_attribute *elements =
        rc_arena_alloc(applying->arena, ((size_t)a->count + b->count) * sizeof *elements);
    if (!elements)
        return no_memory(applying);
    both->type = a->type;
    both->elements = elements;
    both->count = a->count;
    if (a->count)
        memcpy(elements, a->elements, a->count * sizeof *elements);
    for (uint32_t i = 0; i < b->count; i++)
        if (!rc_attribute_is_set(a) || !rc_attribute_in_set(a, &b->elements[i]))
            elements[both->count++] = b->elements[i];
    return true;
}

static bool evaluate(struct applying *applying, const struct rc_operand *operand,
                     struct rc_attribute *value)
{
    struct rc_attribute a = {0}, b = {0};
    const struct rc_attribute *found = operand->value;
    switch (operand->kind) {
    case RC_OPERAND_PATH:
        found = rc_path_find(&operand->path, applying->before);
        if (!found)
            return invalid(applying, "The provided expression refers to an attribute that does not "
                                     "exist in the item");
        *value = *found;
        return true;
    case RC_OPERAND_VALUE:
        *value = *found;
        return true;
    case RC_OPERAND_IF_NOT_EXISTS:
        found = rc_path_find(&operand->args[0].path, applying->before);
        if (!found)
            return evaluate(applying, &operand->args[1], value);
        *value = *found;
        return true;
    default:
        break;
    }
    if (!evaluate(applying, &operand->args[0], &a) || !evaluate(applying, &operand->args[1], &b))
        return false;
    if (operand->kind != RC_OPERAND_LIST_APPEND)
        return add_numbers(applying, &a, &b, operand->kind == RC_OPERAND_MINUS, value);
    if (a.type != RC_ATTRIBUTE_L || b.type != RC_ATTRIBUTE_L)
        return bad_operand(applying);
    return join(applying, &a, &b, value);
}

/* ----- changing ----- */

/* Where the last part of a path is to be found; NULL when there is no such place. */
static struct rc_attribute *parent_of(struct applying *applying, const struct rc_path *path)
{
    struct rc_path above = {path->parts, path->count - 1};
    struct rc_attribute *parent = rc_path_find(&above, applying->after);
    bool name = path->parts[path->count - 1].name != NULL;
    return parent && parent->type == (name ? RC_ATTRIBUTE_M : RC_ATTRIBUTE_L) ? parent : NULL;
}

static bool append(struct applying *applying, struct rc_attribute *parent,
                   const struct rc_attribute *value)
{
    struct rc_attribute *elements =
        rc_arena_alloc(applying->arena, ((size_t)parent->count + 1) * sizeof *elements);
    if (!elements)
        return no_memory(applying);
    if (parent->elements)
        memcpy(elements, parent->elements, parent->count * sizeof *elements);
    elements[parent->count++] = *value;
    parent->elements = elements;
    return true;
}

static bool put(struct applying *applying, const struct rc_path *path, struct rc_attribute value)
{
    const struct rc_path_part *last = &path->parts[path->count - 1];
    struct rc_attribute *parent = parent_of(applying, path);
    if (!parent)
        return bad_path(applying);
    struct rc_attribute *old = last->name ? rc_attribute_get(parent, last->name, last->length)
                               : last->index < parent->count ? &parent->elements[last->index]
                                                             : NULL;
    value.name = last->name;
    value.name_length = last->length;
    if (!old)
        return append(applying, parent, &value);
    *old = value;
    return true;
}

static bool take_away(struct applying *applying, const struct rc_path *path)
{
    const struct rc_path_part *last = &path->parts[path->count - 1];
    struct rc_attribute *parent = parent_of(applying, path);
    if (!parent)
        return path->count == 1 || bad_path(applying);
    uint32_t at = last->index;
    if (last->name) {
        const struct rc_attribute *old = rc_attribute_get(parent, last->name, last->length);
        at = old ? (uint32_t)(old - parent->elements) : parent->count;
    }
    if (at >= parent->count)
        return true;
    parent->count--;
    memmove(&parent->elements[at], &parent->elements[at + 1],
            (parent->count - at) * sizeof *parent->elements);
    return true;
}

static bool add(struct applying *applying, const struct rc_change *change)
{
    const struct rc_attribute *old = rc_path_find(&change->path, applying->after);
    const struct rc_attribute *more = change->operand.value;
    struct rc_attribute sum = *more;
    if (old && old->type != more->type)
        return bad_operand(applying);
    if (old && more->type == RC_ATTRIBUTE_N && !add_numbers(applying, old, more, false, &sum))
        return false;
    if (old && more->type != RC_ATTRIBUTE_N && !join(applying, old, more, &sum))
        return false;
    return put(applying, &change->path, sum);
}

/* A set that is left without an element goes, too. */
static bool delete_elements(struct applying *applying, const struct rc_change *change)
{
    struct rc_attribute *old = rc_path_find(&change->path, applying->after);
    uint32_t kept = 0;
    if (!old)
        return true;
    if (old->type != change->operand.value->type)
        return bad_operand(applying);
    for (uint32_t i = 0; i < old->count; i++)
        if (!rc_attribute_in_set(change->operand.value, &old->elements[i]))
            old->elements[kept++] = old->elements[i];
    old->count = kept;
    return kept || take_away(applying, &change->path);
}

/* SETs in the order of their last index, so that those past the end of a list are
 * appended in that order; REMOVEs from the highest index down, so that none moves what
 * another one means. */
static const struct rc_change *next_change(const struct rc_update *update, enum rc_change_kind kind,
                                           bool *done)
{
    size_t best = update->count;
    for (size_t i = 0; i < update->count; i++) {
        if (done[i] || update->changes[i].kind != kind)
            continue;
        const struct rc_path *path = &update->changes[i].path;
        uint32_t index = path->parts[path->count - 1].index, other = 0;
        if (best < update->count) {
            path = &update->changes[best].path;
            other = path->parts[path->count - 1].index;
        }
        if (best == update->count || (kind == RC_CHANGE_REMOVE ? index > other : index < other))
            best = i;
    }
    if (best == update->count)
        return NULL;
    done[best] = true;
    return &update->changes[best];
}

static bool apply_kind(struct applying *applying, const struct rc_update *update,
                       enum rc_change_kind kind, const struct rc_attribute *values, bool *done)
{
    const struct rc_change *change;
    while ((change = next_change(update, kind, done))) {
        bool ok = kind == RC_CHANGE_SET
                      ? put(applying, &change->path, values[change - update->changes])
                  : kind == RC_CHANGE_REMOVE ? take_away(applying, &change->path)
                  : kind == RC_CHANGE_ADD    ? add(applying, change)
                                             : delete_elements(applying, change);
        if (!ok)
            return false;
    }
    return true;
}

static bool too_deep(const struct rc_attribute *value, int depth)
{
    if (value->type != RC_ATTRIBUTE_M && value->type != RC_ATTRIBUTE_L)
        return false;
    if (depth > RC_ATTRIBUTE_DEPTH)
        return true;
    for (uint32_t i = 0; i < value->count; i++)
        if (too_deep(&value->elements[i], depth + 1))
            return true;
    return false;
}

struct rc_attribute *rc_update_apply(const struct rc_update *update,
                                     const struct rc_attribute *item, struct rc_arena *arena,
                                     struct rc_error *err)
{
    struct applying applying = {item, rc_attribute_copy(item, arena), arena, err};
    struct rc_attribute *values = rc_arena_alloc(arena, (update->count + 1) * sizeof *values);
    bool *done = rc_arena_alloc(arena, update->count + 1);
    bool ok = (applying.after && values && done) || no_memory(&applying);
    for (size_t i = 0; ok && i < update->count; i++)
        if (update->changes[i].kind == RC_CHANGE_SET) {
            struct rc_attribute value = {0};
            ok = evaluate(&applying, &update->changes[i].operand, &value);
            const struct rc_attribute *own = ok ? rc_attribute_copy(&value, arena) : NULL;
            if (own)
                values[i] = *own;
            else if (ok)
                ok = no_memory(&applying);
        }
    for (int kind = RC_CHANGE_SET; ok && kind <= RC_CHANGE_DELETE; kind++)
        ok = apply_kind(&applying, update, (enum rc_change_kind)kind, values, done);
    if (ok && too_deep(applying.after, 0))
        ok = invalid(&applying, "Nesting Levels have exceeded supported limits");
    return ok ? applying.after : NULL;
}
