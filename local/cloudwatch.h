/* What the files of CloudWatch share. Source of behaviour, codes and messages: "Amazon
 * CloudWatch API Reference". */
#ifndef RC_LOCAL_CLOUDWATCH_H
#define RC_LOCAL_CLOUDWATCH_H

#include "local/exchange.h"
#include "local/statistics.h"

enum { RC_METRIC_MINUTE_MS = 60000, RC_METRIC_TEXT = 256 };

/* ----- metrics ----- */

/* Adds to a metric's minute. dimensions: names and values as a JSON object; borrowed. */
void rc_metric_add(struct rc_local *local, const char *space, const char *name,
                   const json_t *dimensions, const char *unit, int64_t at_ms,
                   const struct rc_statistics *values);

/* Writes what is in memory to the store; a transaction of its own, or part of one, which
 * then has to end well. */
void rc_metric_flush(struct rc_local *local);

/* Which points of a metric are wanted. */
struct rc_metric_query {
    const char *space;
    const char *name;
    const char *unit;   /* NULL: any */
    json_t *dimensions; /* a JSON object; released with the query */
    const char *statistic;
    int64_t period_ms;
    int64_t from_ms, to_ms;
};

/* The statistic of each period that has one, the oldest first. */
struct rc_metric_point {
    int64_t at_ms;
    double value;
};
bool rc_metric_read(struct rc_local *local, const struct rc_metric_query *query,
                    void (*visit)(void *ctx, struct rc_metric_point point), void *ctx);

/* [{"Name":…,"Value":…}] as a JSON object; NULL when it is malformed. */
json_t *rc_metric_dimensions(const json_t *list);

void rc_metric_write_number(struct rc_jsonw *json, double value);

bool rc_metric_fail(struct rc_exchange *exchange, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

bool rc_metric_open(struct rc_local *local, struct rc_error *err);
void rc_metric_close(struct rc_local *local);

/* ----- the operations ----- */

void rc_metric_put_data(struct rc_exchange *exchange);
void rc_metric_get_data(struct rc_exchange *exchange);
void rc_metric_list(struct rc_exchange *exchange);
void rc_metric_get_insight(struct rc_exchange *exchange);

void rc_alarm_put(struct rc_exchange *exchange);
void rc_alarm_describe(struct rc_exchange *exchange);
void rc_alarm_delete(struct rc_exchange *exchange);

/* Looks at every alarm; each minute. Part of a transaction. */
void rc_alarm_evaluate(struct rc_local *local);

#endif
