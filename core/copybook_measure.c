#include "core/copybook_internal.h"

/* What flows from group to item, and what the whole record has of something. */
struct context {
    enum rc_copybook_usage usage;
    enum rc_copybook_sign sign;
    bool separate;
    unsigned subscripts; /* OCCURS around */
    bool redefining;     /* within REDEFINES */
};

struct measurer {
    struct rc_copybook_item *record;
    unsigned tables; /* OCCURS DEPENDING ON so far */
    struct rc_error *err;
};

static bool measure(struct measurer *measurer, struct rc_copybook_item *item,
                    struct context context);

static const char *title(const struct rc_copybook_item *item, struct rc_copybook_shown *shown)
{
    *shown = rc_copybook_show(item->name);
    return item->name.length ? shown->text : "FILLER";
}

static bool fail(const struct measurer *measurer, const struct rc_copybook_item *item,
                 const char *what)
{
    struct rc_copybook_shown shown;
    return rc_copybook_fail(measurer->err, item->line, "%s: %s", title(item, &shown), what);
}

static bool bytes_fit(const struct measurer *measurer, const struct rc_copybook_item *item,
                      uint64_t bytes)
{
    struct rc_copybook_shown shown;
    if (bytes <= RC_COPYBOOK_RECORD_BYTES)
        return true;
    rc_error_set(measurer->err, RC_LIMIT, "line %u: %s has more than %d bytes", item->line,
                 title(item, &shown), RC_COPYBOOK_RECORD_BYTES);
    return false;
}

/* IBM Enterprise COBOL's sizes of binary items. */
static uint32_t binary_bytes(unsigned digits)
{
    return digits <= 4 ? 2 : digits <= 9 ? 4 : 8;
}

static bool measure_elementary(struct measurer *measurer, struct rc_copybook_item *item)
{
    struct rc_copybook_picture *picture = &item->picture;
    if (!item->picture_text.length)
        return fail(measurer, item, "neither a picture nor items below it");
    if (!rc_copybook_picture(item->picture_text, item->line, picture, measurer->err))
        return false;
    item->bytes = picture->bytes;
    if (item->usage != RC_USAGE_DISPLAY && picture->category != RC_PICTURE_NUMERIC)
        return fail(measurer, item,
                    "only a picture of S, 9, V and P goes with a binary or packed "
                    "usage");
    if (item->usage == RC_USAGE_COMP3)
        item->bytes = picture->digits / 2 + 1;
    else if (item->usage != RC_USAGE_DISPLAY && picture->digits > 18)
        return fail(measurer, item, "a binary item of over 18 digits is not supported");
    else if (item->usage != RC_USAGE_DISPLAY)
        item->bytes = binary_bytes(picture->digits);
    else if (picture->category == RC_PICTURE_NUMERIC && picture->is_signed && item->separate)
        item->bytes++;
    item->fields = item->name.length ? 1 : 0;
    return true;
}

/* The sibling that child redefines: the last one that redefines nothing, or one
 * that redefines that one. NULL when another name stands there. */
static struct rc_copybook_item *redefined(const struct rc_copybook_item *group,
                                          const struct rc_copybook_item *child)
{
    struct rc_copybook_item *base = NULL, *match = NULL;
    for (struct rc_copybook_item *item = group->first; item != child; item = item->next) {
        if (!item->redefines.length) {
            base = item;
            match = NULL;
        }
        if (rc_copybook_same(item->name, child->redefines))
            match = item;
    }
    return match ? base : NULL;
}

/* Puts child at its place in the group; *cursor is the end of what stands there
 * so far. */
static bool place(struct measurer *measurer, const struct rc_copybook_item *group,
                  struct rc_copybook_item *child, uint64_t *cursor)
{
    uint64_t start = *cursor;
    if (child->redefines.length) {
        const struct rc_copybook_item *base = redefined(group, child);
        if (!base)
            return fail(measurer, child, "what it redefines does not stand directly before it");
        if (base->variable_line || child->variable_line)
            return fail(measurer, child, "REDEFINES does not go with OCCURS DEPENDING ON");
        start = base->offset;
    }
    uint64_t end = start + (uint64_t)child->bytes * child->occurs;
    if (!bytes_fit(measurer, child, end))
        return false;
    child->offset = (uint32_t)start;
    *cursor = end > *cursor ? end : *cursor;
    return true;
}

static bool measure_group(struct measurer *measurer, struct rc_copybook_item *group,
                          struct context context)
{
    uint64_t cursor = 0;
    if (group->picture_text.length)
        return fail(measurer, group, "a picture and items below it");
    for (struct rc_copybook_item *child = group->first; child; child = child->next) {
        if (!measure(measurer, child, context) || !place(measurer, group, child, &cursor))
            return false;
        if (child->variable_line)
            group->variable_line = child->variable_line;
        group->fields += child->fields;
    }
    group->bytes = (uint32_t)cursor;
    return true;
}

/* Finds, in the order of the record, the last item named `name` that stands
 * before `stop`; true when stop was reached. */
static bool find_before(struct rc_copybook_item *item, const struct rc_copybook_item *stop,
                        struct rc_copybook_item **found)
{
    if (item == stop)
        return true;
    if (rc_copybook_same(item->name, stop->depending))
        *found = item;
    for (struct rc_copybook_item *child = item->first; child; child = child->next)
        if (find_before(child, stop, found))
            return true;
    return false;
}

static bool resolve_counter(struct measurer *measurer, struct rc_copybook_item *item)
{
    find_before(measurer->record, item, &item->counter);
    const struct rc_copybook_item *counter = item->counter;
    if (!counter)
        return fail(measurer, item, "what it depends on does not stand before it in the record");
    if (counter->first || counter->picture.category != RC_PICTURE_NUMERIC ||
        counter->picture.decimals || counter->picture.shift)
        return fail(measurer, item, "what it depends on is not a whole number");
    for (; counter; counter = counter->parent)
        if (counter->has_occurs)
            return fail(measurer, item, "what it depends on stands in an OCCURS itself");
    return true;
}

static bool measure_occurs(struct measurer *measurer, struct rc_copybook_item *item,
                           const struct context *around)
{
    if (around->subscripts + 1 > RC_COPYBOOK_SUBSCRIPTS)
        return fail(measurer, item, "OCCURS is nested deeper than 7 times");
    if (item->variable_line)
        return rc_copybook_fail(measurer->err, item->variable_line,
                                "OCCURS DEPENDING ON within OCCURS is not supported");
    uint64_t fields = (uint64_t)item->fields * item->occurs;
    item->fields = fields > RC_COPYBOOK_FIELDS ? RC_COPYBOOK_FIELDS + 1 : (uint32_t)fields;
    if (!item->depending.length)
        return true;
    item->variable_line = item->line;
    if (around->redefining)
        return fail(measurer, item, "REDEFINES does not go with OCCURS DEPENDING ON");
    if (++measurer->tables > RC_COPYBOOK_TABLES) {
        rc_error_set(measurer->err, RC_LIMIT, "line %u: more than %d OCCURS DEPENDING ON",
                     item->line, RC_COPYBOOK_TABLES);
        return false;
    }
    return resolve_counter(measurer, item);
}

static bool measure(struct measurer *measurer, struct rc_copybook_item *item,
                    struct context context)
{
    struct context below = context;
    if (item->usage == RC_USAGE_UNSET)
        item->usage = context.usage;
    if (item->sign == RC_SIGN_UNSET) {
        item->sign = context.sign;
        item->separate = context.separate;
    }
    below.usage = item->usage;
    below.sign = item->sign;
    below.separate = item->separate;
    below.subscripts += item->has_occurs;
    below.redefining |= item->redefines.length > 0;
    bool good =
        item->first ? measure_group(measurer, item, below) : measure_elementary(measurer, item);
    if (!good || !bytes_fit(measurer, item, (uint64_t)item->bytes * item->occurs))
        return false;
    if (item->has_occurs && !measure_occurs(measurer, item, &context))
        return false;
    if (item->fields > RC_COPYBOOK_FIELDS) {
        rc_error_set(measurer->err, RC_LIMIT, "line %u: more than %d fields", item->line,
                     RC_COPYBOOK_FIELDS);
        return false;
    }
    return true;
}

bool rc_copybook_measure(struct rc_copybook_item *record, struct rc_error *err)
{
    struct measurer measurer = {.record = record, .err = err};
    struct context context = {.usage = RC_USAGE_DISPLAY, .sign = RC_SIGN_TRAILING};
    if (record->redefines.length)
        return fail(&measurer, record, "what it redefines does not stand directly before it");
    if (!measure(&measurer, record, context))
        return false;
    if (record->fields)
        return true;
    return rc_copybook_fail(err, record->line, "the record has no item with a name");
}
