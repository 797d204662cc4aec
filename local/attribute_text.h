/* DynamoDB JSON read straight from the text of a request: no document is built, and what
 * has no escape stays where it stands. For the one operation that brings most of the
 * load; all others read their documents. */
#ifndef RC_LOCAL_ATTRIBUTE_TEXT_H
#define RC_LOCAL_ATTRIBUTE_TEXT_H

#include "local/attribute.h"

/* Where the reading is. After an error nothing more is read. */
struct rc_attribute_text {
    const char *at;
    const char *end;
    struct rc_arena *arena;
    int depth;
    bool failed;
    struct rc_error *err; /* RC_DATA: no JSON, or another kind; RC_INVALID: DynamoDB's words */
};

/* text is borrowed by all that is read. */
void rc_attribute_text_begin(struct rc_attribute_text *text, const char *bytes, size_t length,
                             struct rc_arena *arena, struct rc_error *err);

/* The members of an object: while (rc_attribute_text_member(…)) reads one value each.
 * *first is true before the first one. False at the end, and after an error. */
bool rc_attribute_text_open(struct rc_attribute_text *text, char bracket);
bool rc_attribute_text_member(struct rc_attribute_text *text, bool *first, const char **name,
                              uint32_t *length);
bool rc_attribute_text_element(struct rc_attribute_text *text, bool *first);

/* One value. */
bool rc_attribute_text_string(struct rc_attribute_text *text, const char **bytes, uint32_t *length);
bool rc_attribute_text_skip(struct rc_attribute_text *text);
bool rc_attribute_text_item(struct rc_attribute_text *text, struct rc_attribute *item);

/* Is the next value an array or object ("[", "{")? */
bool rc_attribute_text_is(struct rc_attribute_text *text, char bracket);

/* True when there is nothing more. */
bool rc_attribute_text_end(struct rc_attribute_text *text);

bool rc_attribute_text_fail(struct rc_attribute_text *text, enum rc_code code, const char *words);

#endif
