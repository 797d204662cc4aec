/* Filter patterns of CloudWatch Logs: terms, "phrases", -exclusions, ?alternatives, and
 * { $.member = value } over JSON. Source: "Filter pattern syntax for metric filters,
 * subscription filters, filter log events, and Live Tail", Amazon CloudWatch Logs User
 * Guide. Patterns of columns ([a, b]) and of regular expressions are refused. */
#ifndef RC_LOCAL_LOG_PATTERN_H
#define RC_LOCAL_LOG_PATTERN_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct rc_log_pattern;

/* In the arena; NULL when it is no pattern. An empty one matches everything. */
const struct rc_log_pattern *rc_log_pattern_read(struct rc_arena *arena, const char *text,
                                                 struct rc_error *err);

bool rc_log_pattern_matches(const struct rc_log_pattern *pattern, const char *message,
                            size_t length);

#endif
