#include "base/buf.h"
#include "core/copybook_internal.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIELD_NAME = 8192,  /* no field name with all its groups is longer */
    PREFIX_ROUNDS = 64, /* then what is still alike gets a number */
};

struct namer {
    struct rc_copybook_field *fields;
    size_t count;
    struct rc_buf scratch; /* the name that was built last */
};

static void add_name(struct rc_buf *buf, struct rc_slice name)
{
    for (size_t i = 0; i < name.length; i++)
        rc_buf_add_char(buf, name.text[i] == '-' ? '_' : name.text[i]);
}

static unsigned named_groups(const struct rc_copybook_item *item)
{
    unsigned count = 0;
    for (item = item->parent; item; item = item->parent)
        count += item->name.length > 0;
    return count;
}

/* The item's name with the groups it has as prefix: GROUP_NAME. NULL without
 * memory; valid until the next call. */
static const char *build_base(struct namer *namer, const struct rc_copybook_item *item)
{
    const struct rc_copybook_item *path[RC_COPYBOOK_DEPTH + 1];
    struct rc_buf *buf = &namer->scratch;
    unsigned length = 0;
    path[length++] = item;
    for (const struct rc_copybook_item *group = item->parent; group && length <= item->prefixes;
         group = group->parent)
        if (group->name.length)
            path[length++] = group;
    rc_buf_clear(buf);
    if (path[length - 1]->name.text[0] <= '9') /* a layout's names begin with no digit */
        rc_buf_add_char(buf, '_');
    while (length--) {
        add_name(buf, path[length]->name);
        if (length)
            rc_buf_add_char(buf, '_');
    }
    return buf->failed ? NULL : buf->data;
}

/* The same with the field's subscripts: GROUP_NAME_1_2. */
static const char *build_name(struct namer *namer, const struct rc_copybook_field *field)
{
    struct rc_buf *buf = &namer->scratch;
    build_base(namer, field->item);
    for (unsigned i = 0; i < field->depth; i++)
        rc_buf_printf(buf, "_%u", field->subscripts[i]);
    return buf->failed ? NULL : buf->data;
}

/* Marks field's item, and the one that has the name already, where that is
 * another. `seen` maps names to indexes of fields. */
static bool mark_clash(struct namer *namer, json_t *seen, size_t index, const char *name)
{
    struct rc_copybook_item *item = namer->fields[index].item;
    json_t *before = name ? json_object_get(seen, name) : NULL;
    if (!before)
        return name && json_object_set_new(seen, name, json_integer((json_int_t)index)) == 0;
    struct rc_copybook_item *other = namer->fields[json_integer_value(before)].item;
    if (other != item)
        item->clashes = other->clashes = true;
    return true;
}

/* Marks the items that have another's name: as they are written in the copybook,
 * and with subscripts, with which A of OCCURS 2 meets an item A-1. */
static bool mark_clashes(struct namer *namer)
{
    json_t *seen = json_object();
    bool good = seen != NULL;
    for (size_t i = 0; good && i < namer->count; i++)
        good = mark_clash(namer, seen, i, build_base(namer, namer->fields[i].item)) &&
               mark_clash(namer, seen, i, build_name(namer, &namer->fields[i]));
    json_decref(seen);
    return good;
}

/* Gives each marked item one more group as prefix; false when none has one left. */
static bool lengthen_prefixes(struct namer *namer)
{
    bool any = false;
    for (size_t i = 0; i < namer->count; i++) {
        struct rc_copybook_item *item = namer->fields[i].item;
        if (item->clashes && item->prefixes < named_groups(item)) {
            item->prefixes++;
            any = true;
        }
        item->clashes = false;
    }
    return any;
}

/* Numbers the name that another field has already; `taken` maps each name to the
 * last number that it got. */
static const char *number_name(struct namer *namer, json_t *taken, const char *name)
{
    json_t *last = json_object_get(taken, name);
    size_t length = strlen(name);
    do {
        if (json_integer_set(last, json_integer_value(last) + 1))
            return NULL;
        namer->scratch.length = length;
        if (!rc_buf_printf(&namer->scratch, "_%d", (int)json_integer_value(last)))
            return NULL;
        name = namer->scratch.data;
    } while (json_object_get(taken, name));
    return name;
}

static bool keep_name(struct rc_copybook_field *field, json_t *taken, const char *name)
{
    if (!name || json_object_set_new(taken, name, json_integer(1)))
        return false;
    field->name = strdup(name);
    field->item->label = field->name;
    return field->name != NULL;
}

/* Settles the names: first those that are their own, then, with a number, those
 * of items that all their groups do not tell apart. */
static bool keep_names(struct namer *namer)
{
    json_t *taken = json_object();
    bool good = taken != NULL;
    for (size_t i = 0; good && i < namer->count; i++) {
        const char *name = build_name(namer, &namer->fields[i]);
        if (!name || !json_object_get(taken, name))
            good = keep_name(&namer->fields[i], taken, name);
    }
    for (size_t i = 0; good && i < namer->count; i++) {
        struct rc_copybook_field *field = &namer->fields[i];
        const char *name = field->name ? NULL : build_name(namer, field);
        if (!field->name)
            good = name && keep_name(field, taken, number_name(namer, taken, name));
    }
    json_decref(taken);
    return good;
}

bool rc_copybook_name_fields(struct rc_copybook_field *fields, size_t count)
{
    struct namer namer = {.fields = fields, .count = count};
    bool good = true, longer = true;
    rc_buf_init(&namer.scratch, FIELD_NAME);
    for (int round = 0; good && longer && round < PREFIX_ROUNDS; round++) {
        good = mark_clashes(&namer);
        longer = good && lengthen_prefixes(&namer);
    }
    good = good && keep_names(&namer);
    rc_buf_free(&namer.scratch);
    return good;
}
