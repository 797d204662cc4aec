/* Projections: a list of paths, and the parts of an item that they name. */
#include "local/expression_internal.h"

#include <string.h>

struct rc_projection *rc_projection_read(struct rc_expression_scope *scope, const char *text,
                                         struct rc_error *err)
{
    struct rc_reader reader;
    if (!rc_reader_begin(&reader, scope, "ProjectionExpression", text, err))
        return NULL;
    struct rc_projection *projection = rc_arena_alloc(scope->arena, sizeof *projection);
    if (!projection) {
        rc_reader_no_memory(&reader);
        return NULL;
    }
    do {
        projection->paths = rc_reader_room(&reader, projection->paths, projection->count,
                                           sizeof *projection->paths);
        if (!projection->paths || !rc_reader_path(&reader, &projection->paths[projection->count]))
            return NULL;
        for (size_t i = 0; i < projection->count; i++)
            rc_reader_apart(&reader, &projection->paths[i], &projection->paths[projection->count]);
        projection->count++;
    } while (rc_reader_take(&reader, ","));
    return rc_reader_end(&reader) ? projection : NULL;
}

static bool matches(const struct rc_path_part *part, const struct rc_attribute *parent,
                    uint32_t index)
{
    const struct rc_attribute *element = &parent->elements[index];
    if (parent->type == RC_ATTRIBUTE_M)
        return part->name && part->length == element->name_length &&
               memcmp(part->name, element->name, part->length) == 0;
    return parent->type == RC_ATTRIBUTE_L && !part->name && part->index == index;
}

/* Keeps of `from` what paths name from their part `depth` on; false without memory. */
static bool project(const struct rc_attribute *from, const struct rc_path *const *paths,
                    size_t count, size_t depth, struct rc_arena *arena, struct rc_attribute *to)
{
    *to = *from;
    to->count = 0;
    if (from->type != RC_ATTRIBUTE_M && from->type != RC_ATTRIBUTE_L)
        return true;
    const struct rc_path **inner = rc_arena_alloc(arena, count * sizeof *inner);
    to->elements = rc_arena_alloc(arena, from->count * sizeof *to->elements);
    if (!inner || !to->elements)
        return false;
    for (uint32_t i = 0; i < from->count; i++) {
        size_t kept = 0;
        bool whole = false;
        for (size_t at = 0; at < count; at++)
            if (matches(&paths[at]->parts[depth], from, i)) {
                inner[kept++] = paths[at];
                whole |= paths[at]->count == depth + 1;
            }
        if (!kept)
            continue;
        to->elements[to->count] = from->elements[i];
        if (!whole &&
            !project(&from->elements[i], inner, kept, depth + 1, arena, &to->elements[to->count]))
            return false;
        to->count += whole || to->elements[to->count].count;
    }
    return true;
}

struct rc_attribute *rc_projection_apply(const struct rc_projection *projection,
                                         const struct rc_attribute *item, struct rc_arena *arena)
{
    struct rc_attribute *result = rc_arena_alloc(arena, sizeof *result);
    const struct rc_path **paths = rc_arena_alloc(arena, projection->count * sizeof *paths);
    if (!result || !paths)
        return NULL;
    for (size_t i = 0; i < projection->count; i++)
        paths[i] = &projection->paths[i];
    return project(item, paths, projection->count, 0, arena, result) ? result : NULL;
}
