/* Queries of CloudWatch Logs Insights, as much of the language as the console's queries
 * need: fields, display, filter, sort, limit, and stats with count, sum, avg, min, max and
 * pct, by fields and bin(). Everything else is refused. Source: "CloudWatch Logs Insights
 * language query syntax", Amazon CloudWatch Logs User Guide. */
#ifndef RC_LOCAL_INSIGHTS_H
#define RC_LOCAL_INSIGHTS_H

#include "base/arena.h"
#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rc_insights;     /* a query */
struct rc_insights_run; /* that runs */

struct rc_insights_event {
    const char *group;
    const char *stream;
    int64_t at_ms, ingested_ms;
    int64_t id;
    const char *message;
    size_t length;
};

/* NULL when it cannot be read; *at is where. Release it. */
struct rc_insights *rc_insights_read(const char *text, size_t *at, struct rc_error *err);
void rc_insights_free(struct rc_insights *query);

/* limit 0: the query's own, or 10,000. NULL without memory. */
struct rc_insights_run *rc_insights_begin(const struct rc_insights *query, int64_t limit);

/* Events come newest first. False: it needs no more, or can keep no more (100,000 events,
 * 64 MiB of their messages). *matched: it passed the filters. */
bool rc_insights_add(struct rc_insights_run *run, const struct rc_insights_event *event,
                     bool *matched);

/* The rows, each a list of {"field": …, "value": …}; releases the run. */
json_t *rc_insights_end(struct rc_insights_run *run);

#endif
