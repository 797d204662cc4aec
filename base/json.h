/* What every reader of a JSON object asks of jansson. */
#ifndef RC_BASE_JSON_H
#define RC_BASE_JSON_H

#include <jansson.h>

/* The text of a member: "" when there is none, or it is no text. Borrowed. */
static inline const char *rc_json_word(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

#endif
