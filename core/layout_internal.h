/* Shared by the files that read a layout's JSON. */
#ifndef RC_CORE_LAYOUT_INTERNAL_H
#define RC_CORE_LAYOUT_INTERNAL_H

#include "core/jsonr.h"
#include "core/layout.h"

/* The fields of one record type: layout_fields.c. */
bool rc_layout_read_fields(const struct rc_place *place, const struct rc_layout *layout,
                           const json_t *fields, struct rc_record_type *type);
void rc_layout_free_fields(struct rc_record_type *type);

/* Controls and map, which refer to record types already read: layout_map.c. */
bool rc_layout_read_controls(const struct rc_place *place, struct rc_layout *layout,
                             const json_t *array);
bool rc_layout_read_map(const struct rc_place *place, struct rc_layout *layout, const json_t *json);
void rc_layout_free_map(struct rc_layout *layout);

/* A copy of text, or NULL with the place's error set. */
char *rc_layout_copy(const struct rc_place *place, const char *text);

/* The texts of an array member (or nothing when absent). */
bool rc_layout_read_words(const struct rc_place *place, const json_t *object, const char *member,
                          struct rc_words *words);

/* Converts a text to the bytes of a charset in place; false for a character that
 * is not ASCII. */
bool rc_layout_encode(const struct rc_place *place, enum rc_charset charset, char *text);

#endif
