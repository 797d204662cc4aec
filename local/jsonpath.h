/* Paths into JSON as the Amazon States Language has them: $, .name, ['name'], [n], [n,m],
 * [*], [from:to:step] and "..". Source: "Amazon States Language", states-language.net, and
 * "Paths", AWS Step Functions Developer Guide. */
#ifndef RC_LOCAL_JSONPATH_H
#define RC_LOCAL_JSONPATH_H

#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>

/* Is it a path; a reference path (which names one place) when it has to be. */
bool rc_jsonpath_check(const char *path, bool reference, struct rc_error *err);

/* What the path finds (a new reference): the value, or for a path that may find several
 * an array of them. NULL with RC_INVALID: it is no path; with RC_DATA: it finds nothing. */
json_t *rc_jsonpath_get(const char *path, const json_t *root, struct rc_error *err);

/* Puts value (whose reference is taken) into *root, where objects that are missing are
 * made. False when something on the way is neither object nor array. */
bool rc_jsonpath_set(const char *path, json_t **root, json_t *value, struct rc_error *err);

#endif
