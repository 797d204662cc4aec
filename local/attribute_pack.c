/* An item in the store: a count, then each member as a name and a value. A length or
 * count is 7 bits a byte, the lowest first; a value is a byte for its type, then its
 * bytes or elements. Half as long as the JSON, and read without looking at each
 * character. */
#include "local/attribute.h"

#include <string.h>

enum { TRUE_TYPE = RC_ATTRIBUTE_TYPES }; /* BOOL itself is false */

static char *put_count(char *to, uint32_t count)
{
    for (; count >= 0x80; count >>= 7)
        *to++ = (char)(count | 0x80);
    *to++ = (char)count;
    return to;
}

static void add_bytes(struct rc_buf *out, const char *bytes, uint32_t count)
{
    char *to = rc_buf_reserve(out, (size_t)count + 5);
    if (!to)
        return;
    char *end = put_count(to, count);
    if (count)
        memcpy(end, bytes, count);
    out->length += (size_t)(end - to) + count;
}

static void add_value(struct rc_buf *out, const struct rc_attribute *value)
{
    char head[6], *end = head + 1;
    bool truth = value->type == RC_ATTRIBUTE_BOOL && value->truth;
    head[0] = (char)(truth ? TRUE_TYPE : value->type);
    if (value->type <= RC_ATTRIBUTE_B) {
        rc_buf_add_char(out, head[0]);
        add_bytes(out, value->bytes, value->count);
        return;
    }
    if (value->type >= RC_ATTRIBUTE_M)
        end = put_count(end, value->count);
    rc_buf_add(out, head, (size_t)(end - head));
    for (uint32_t i = 0; value->type >= RC_ATTRIBUTE_M && i < value->count; i++) {
        const struct rc_attribute *element = &value->elements[i];
        if (value->type == RC_ATTRIBUTE_M)
            add_bytes(out, element->name, element->name_length);
        if (rc_attribute_is_set(value))
            add_bytes(out, element->bytes, element->count);
        else
            add_value(out, element);
    }
}

void rc_attribute_pack(const struct rc_attribute *item, struct rc_buf *out)
{
    add_value(out, item);
}

/* ----- reading ----- */

struct reader {
    const char *at;
    const char *end;
    struct rc_arena *arena;
    int depth;
};

static bool get_count(struct reader *reader, uint32_t *count)
{
    *count = 0;
    for (int shift = 0; reader->at < reader->end && shift < 32; shift += 7) {
        unsigned char c = (unsigned char)*reader->at++;
        *count |= (uint32_t)(c & 0x7F) << shift;
        if (c < 0x80)
            return true;
    }
    return false;
}

static bool get_bytes(struct reader *reader, const char **bytes, uint32_t *count)
{
    if (!get_count(reader, count) || *count > (size_t)(reader->end - reader->at))
        return false;
    *bytes = reader->at;
    reader->at += *count;
    return true;
}

static bool get_value(struct reader *reader, struct rc_attribute *value);

static bool get_elements(struct reader *reader, struct rc_attribute *value)
{
    /* Each element has a byte at least. */
    if (!get_count(reader, &value->count) || value->count > (size_t)(reader->end - reader->at) ||
        ++reader->depth > RC_ATTRIBUTE_DEPTH + 2)
        return false;
    value->elements = rc_arena_alloc(reader->arena, value->count * sizeof *value->elements);
    bool ok = value->elements != NULL;
    for (uint32_t i = 0; ok && i < value->count; i++) {
        struct rc_attribute *element = &value->elements[i];
        if (value->type == RC_ATTRIBUTE_M)
            ok = get_bytes(reader, &element->name, &element->name_length);
        if (ok && rc_attribute_is_set(value)) {
            element->type = (uint8_t)rc_attribute_element((enum rc_attribute_type)value->type);
            ok = get_bytes(reader, &element->bytes, &element->count);
        } else if (ok) {
            ok = get_value(reader, element);
        }
    }
    reader->depth--;
    return ok;
}

static bool get_value(struct reader *reader, struct rc_attribute *value)
{
    if (reader->at == reader->end || (unsigned char)*reader->at > TRUE_TYPE)
        return false;
    value->type = (uint8_t)*reader->at++;
    if (value->type == TRUE_TYPE) {
        value->type = RC_ATTRIBUTE_BOOL;
        value->truth = true;
    }
    if (value->type <= RC_ATTRIBUTE_B)
        return get_bytes(reader, &value->bytes, &value->count);
    return value->type < RC_ATTRIBUTE_M || get_elements(reader, value);
}

struct rc_attribute *rc_attribute_unpack(const void *bytes, size_t length, struct rc_arena *arena)
{
    struct reader reader = {.at = bytes, .end = (const char *)bytes + length, .arena = arena};
    struct rc_attribute *item = rc_arena_alloc(arena, sizeof *item);
    if (!item || !get_value(&reader, item) || reader.at != reader.end ||
        item->type != RC_ATTRIBUTE_M)
        return NULL;
    return item;
}
