/* Attribute values of DynamoDB as a tree in an arena, what they count for, how they
 * compare, and their compact form in the store. Sources: "DynamoDB item sizes and
 * formats" and "Comparison operator and function reference" of the developer guide. */
#ifndef RC_LOCAL_ATTRIBUTE_H
#define RC_LOCAL_ATTRIBUTE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "local/attribute_number.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rc_attribute_type {
    RC_ATTRIBUTE_S,
    RC_ATTRIBUTE_N,
    RC_ATTRIBUTE_B,
    RC_ATTRIBUTE_BOOL,
    RC_ATTRIBUTE_NULL,
    RC_ATTRIBUTE_M,
    RC_ATTRIBUTE_L,
    RC_ATTRIBUTE_SS,
    RC_ATTRIBUTE_NS,
    RC_ATTRIBUTE_BS,
    RC_ATTRIBUTE_TYPES,
};

enum {
    RC_ATTRIBUTE_DEPTH = 32,             /* maps and lists in each other */
    RC_ATTRIBUTE_ITEM_BYTES = 400 << 10, /* most that an item counts for */
};

/* A value and, in a map, its name. An item is a map. */
struct rc_attribute {
    const char *name;
    union {
        const char *bytes;             /* of S, N (canonical) and B (decoded) */
        struct rc_attribute *elements; /* of M, L and sets, whose elements are S, N or B */
    };
    uint32_t name_length;
    uint32_t count; /* of bytes or elements */
    uint8_t type;
    bool truth; /* of BOOL */
};

const char *rc_attribute_type_name(enum rc_attribute_type type);
bool rc_attribute_type_of(const char *name, size_t length, enum rc_attribute_type *type);

static inline bool rc_attribute_is_set(const struct rc_attribute *value)
{
    return value->type >= RC_ATTRIBUTE_SS;
}

/* Of a set's elements. */
static inline enum rc_attribute_type rc_attribute_element(enum rc_attribute_type set)
{
    return (enum rc_attribute_type)(set - RC_ATTRIBUTE_SS);
}

/* NULL when the map has no such member. */
struct rc_attribute *rc_attribute_get(const struct rc_attribute *map, const char *name,
                                      size_t length);

/* What it counts for. An item's names are part of its size. */
size_t rc_attribute_size(const struct rc_attribute *value);
size_t rc_attribute_item_size(const struct rc_attribute *item);

/* The order of sets and of a map's members makes no difference. */
bool rc_attribute_equal(const struct rc_attribute *a, const struct rc_attribute *b);

/* False when they have no order: other types, or not S, N or B. */
bool rc_attribute_compare(const struct rc_attribute *a, const struct rc_attribute *b, int *order);

/* Does the set have the element? */
bool rc_attribute_in_set(const struct rc_attribute *set, const struct rc_attribute *element);

/* The tree anew, its bytes shared; NULL without memory. */
struct rc_attribute *rc_attribute_copy(const struct rc_attribute *value, struct rc_arena *arena);

/* The canonical number as a value in the arena; false without memory. */
bool rc_attribute_set_number(struct rc_attribute *value, const struct rc_number *number,
                             struct rc_arena *arena);

/* The bytes that base64 stands for, as B in the arena. False with RC_DATA and DynamoDB's
 * words when it is none, or without memory. */
bool rc_attribute_set_binary(struct rc_attribute *value, const char *text, size_t length,
                             struct rc_arena *arena, struct rc_error *err);

/* DynamoDB's words for a set of these without an element. */
const char *rc_attribute_empty_set(enum rc_attribute_type element);

/* ----- the compact form ----- */

/* Appends the item to out, which marks a failure. */
void rc_attribute_pack(const struct rc_attribute *item, struct rc_buf *out);

/* The item; its bytes stay in `bytes`, which has to live as long. NULL when it is
 * malformed or there is no memory. */
struct rc_attribute *rc_attribute_unpack(const void *bytes, size_t length, struct rc_arena *arena);

#endif
