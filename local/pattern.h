/* Event patterns: which events a rule is for, and which messages an event source takes.
 * Source: "Creating Amazon EventBridge event patterns" and "Comparison operators for use
 * in event patterns", Amazon EventBridge User Guide. */
#ifndef RC_LOCAL_PATTERN_H
#define RC_LOCAL_PATTERN_H

#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>

/* False, with the reason, when it is no pattern. */
bool rc_pattern_check(const json_t *pattern, struct rc_error *err);

/* Whether the event matches a pattern that was checked. */
bool rc_pattern_matches(const json_t *pattern, const json_t *event);

/* Whether a text matches one in which "*" stands for any characters and a backslash takes
 * the next one as it is. */
bool rc_pattern_wildcard(const char *pattern, const char *text);

#endif
