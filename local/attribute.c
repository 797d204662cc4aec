#include "local/attribute.h"

#include <openssl/evp.h>
#include <string.h>

static const char *const type_names[] = {"S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"};

const char *rc_attribute_type_name(enum rc_attribute_type type)
{
    return type_names[type];
}

bool rc_attribute_type_of(const char *name, size_t length, enum rc_attribute_type *type)
{
    for (int i = 0; i < RC_ATTRIBUTE_TYPES; i++)
        if (strlen(type_names[i]) == length && memcmp(type_names[i], name, length) == 0) {
            *type = (enum rc_attribute_type)i;
            return true;
        }
    return false;
}

struct rc_attribute *rc_attribute_get(const struct rc_attribute *map, const char *name,
                                      size_t length)
{
    for (uint32_t i = 0; i < map->count; i++)
        if (map->elements[i].name_length == length &&
            memcmp(map->elements[i].name, name, length) == 0)
            return &map->elements[i];
    return NULL;
}

/* ----- sizes ----- */

static size_t number_size(const struct rc_attribute *value)
{
    size_t digits = 0, zeros = 0;
    for (uint32_t i = 0; i < value->count; i++) { /* canonical text: no need to read it */
        char c = value->bytes[i];
        if (c < '0' || c > '9')
            continue;
        if (c == '0') {
            zeros += digits > 0;
            continue;
        }
        digits += zeros + 1;
        zeros = 0;
    }
    return (digits + 1) / 2 + 1;
}

size_t rc_attribute_size(const struct rc_attribute *value)
{
    size_t bytes = 0;
    switch ((enum rc_attribute_type)value->type) {
    case RC_ATTRIBUTE_S:
    case RC_ATTRIBUTE_B:
        return value->count;
    case RC_ATTRIBUTE_N:
        return number_size(value);
    case RC_ATTRIBUTE_BOOL:
    case RC_ATTRIBUTE_NULL:
        return 1;
    case RC_ATTRIBUTE_M:
    case RC_ATTRIBUTE_L:
        bytes = 3;
        for (uint32_t i = 0; i < value->count; i++)
            bytes += 1 + value->elements[i].name_length + rc_attribute_size(&value->elements[i]);
        return bytes;
    default:
        for (uint32_t i = 0; i < value->count; i++)
            bytes += rc_attribute_size(&value->elements[i]);
        return bytes;
    }
}

size_t rc_attribute_item_size(const struct rc_attribute *item)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < item->count; i++)
        bytes += item->elements[i].name_length + rc_attribute_size(&item->elements[i]);
    return bytes;
}

/* ----- comparing ----- */

static bool same_bytes(const struct rc_attribute *a, const struct rc_attribute *b)
{
    return a->count == b->count && (!a->count || memcmp(a->bytes, b->bytes, a->count) == 0);
}

bool rc_attribute_in_set(const struct rc_attribute *set, const struct rc_attribute *element)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (set->elements[i].type == element->type && same_bytes(&set->elements[i], element))
            return true;
    return false;
}

static bool same_elements(const struct rc_attribute *a, const struct rc_attribute *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        const struct rc_attribute *one = &a->elements[i], *other = &b->elements[i];
        if (a->type == RC_ATTRIBUTE_M)
            other = rc_attribute_get(b, one->name, one->name_length);
        if (rc_attribute_is_set(a) ? !rc_attribute_in_set(b, one)
                                   : !other || !rc_attribute_equal(one, other))
            return false;
    }
    return true;
}

bool rc_attribute_equal(const struct rc_attribute *a, const struct rc_attribute *b)
{
    if (a->type != b->type)
        return false;
    switch ((enum rc_attribute_type)a->type) {
    case RC_ATTRIBUTE_S:
    case RC_ATTRIBUTE_N: /* equal numbers have one canonical text */
    case RC_ATTRIBUTE_B:
        return same_bytes(a, b);
    case RC_ATTRIBUTE_BOOL:
        return a->truth == b->truth;
    case RC_ATTRIBUTE_NULL:
        return true;
    default:
        return same_elements(a, b);
    }
}

bool rc_attribute_compare(const struct rc_attribute *a, const struct rc_attribute *b, int *order)
{
    if (a->type != b->type || a->type > RC_ATTRIBUTE_B)
        return false;
    if (a->type == RC_ATTRIBUTE_N) {
        struct rc_number one, other;
        if (!rc_number_parse(a->bytes, a->count, &one, NULL) ||
            !rc_number_parse(b->bytes, b->count, &other, NULL))
            return false;
        *order = rc_number_compare(&one, &other);
        return true;
    }
    uint32_t shorter = a->count < b->count ? a->count : b->count;
    *order = shorter ? memcmp(a->bytes, b->bytes, shorter) : 0;
    if (!*order)
        *order = (a->count > b->count) - (a->count < b->count);
    return true;
}

/* ----- making ----- */

static bool copy_into(struct rc_attribute *to, const struct rc_attribute *from,
                      struct rc_arena *arena)
{
    *to = *from;
    if (from->type < RC_ATTRIBUTE_M || !from->count)
        return true;
    to->elements = rc_arena_alloc(arena, from->count * sizeof *to->elements);
    for (uint32_t i = 0; to->elements && i < from->count; i++)
        if (!copy_into(&to->elements[i], &from->elements[i], arena))
            return false;
    return to->elements != NULL;
}

struct rc_attribute *rc_attribute_copy(const struct rc_attribute *value, struct rc_arena *arena)
{
    struct rc_attribute *copy = rc_arena_alloc(arena, sizeof *copy);
    return copy && copy_into(copy, value, arena) ? copy : NULL;
}

bool rc_attribute_set_number(struct rc_attribute *value, const struct rc_number *number,
                             struct rc_arena *arena)
{
    char text[RC_NUMBER_TEXT];
    size_t length = rc_number_format(number, text);
    value->type = RC_ATTRIBUTE_N;
    value->count = (uint32_t)length;
    value->bytes = rc_arena_text(arena, text, length);
    return value->bytes != NULL;
}

bool rc_attribute_set_binary(struct rc_attribute *value, const char *text, size_t length,
                             struct rc_arena *arena, struct rc_error *err)
{
    if (length % 4) {
        rc_error_set(err, RC_DATA, "Base64 encoded length is expected a multiple of 4 bytes");
        return false;
    }
    size_t padding = length && text[length - 1] == '=' ? 1U + (text[length - 2] == '=') : 0;
    unsigned char *bytes = rc_arena_alloc(arena, length / 4 * 3 + 1);
    if (!bytes) {
        rc_error_nomem(err);
        return false;
    }
    /* OpenSSL skips blanks at both ends and takes '=' anywhere. */
    const char *fill = memchr(text, '=', length);
    if ((fill && (size_t)(text + length - fill) != padding) ||
        (length && EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)length) !=
                       (int)(length / 4 * 3))) {
        rc_error_set(err, RC_DATA, "Invalid Base64 characters");
        return false;
    }
    value->type = RC_ATTRIBUTE_B;
    value->bytes = (const char *)bytes;
    value->count = (uint32_t)(length / 4 * 3 - padding);
    return true;
}

const char *rc_attribute_empty_set(enum rc_attribute_type element)
{
    static const char *const words[] = {
        "One or more parameter values were invalid: An string set  may not be empty",
        "One or more parameter values were invalid: An number set  may not be empty",
        "One or more parameter values were invalid: Binary sets should not be empty"};
    return words[element];
}
