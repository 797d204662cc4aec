/* Attribute values as they go over the wire: DynamoDB JSON. */
#ifndef RC_LOCAL_ATTRIBUTE_JSON_H
#define RC_LOCAL_ATTRIBUTE_JSON_H

#include "base/jsonw.h"
#include "local/attribute.h"

#include <jansson.h>

/* Reads {"S": "…"}. Texts stay in the JSON, which has to live as long. False with
 * RC_INVALID and DynamoDB's words on a value that is not allowed, with RC_DATA on one
 * that is no value at all (a SerializationException). */
bool rc_attribute_read(const json_t *json, struct rc_arena *arena, struct rc_attribute *value,
                       struct rc_error *err);

/* The same for {"name": {"S": "…"}, …}. */
bool rc_attribute_read_item(const json_t *json, struct rc_arena *arena, struct rc_attribute *item,
                            struct rc_error *err);

void rc_attribute_write(const struct rc_attribute *value, struct rc_jsonw *json);
void rc_attribute_write_item(const struct rc_attribute *item, struct rc_jsonw *json);

#endif
