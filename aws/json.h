/* JSON of AWS, read by jansson, with caps on size and depth. */
#ifndef RC_AWS_JSON_H
#define RC_AWS_JSON_H

#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RC_JSON_DEPTH = 64 };

/* Any value; NULL on what is no JSON, deeper than RC_JSON_DEPTH or longer than
 * cap_bytes. Numbers keep 64 bits; a number that does not fit is an error.
 * json_decref what it gives. */
json_t *rc_json_parse(const char *bytes, size_t length, size_t cap_bytes, struct rc_error *err);

/* The value at a path of member names ("detail.bucket.name"); NULL when there is
 * none. For members whose names hold dots, ask jansson. */
json_t *rc_json_at(const json_t *json, const char *path);

/* The same as text, or NULL. Borrowed. */
const char *rc_json_text(const json_t *json, const char *path);

/* The same as an integer; false when there is none. Reals with a whole value count. */
bool rc_json_int(const json_t *json, const char *path, int64_t *value);

#endif
