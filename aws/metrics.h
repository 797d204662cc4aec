/* What was asked of AWS, counted a service and operation: calls, attempts, retries,
 * throttles by reason, failures, bytes, and a histogram of latencies. */
#ifndef RC_AWS_METRICS_H
#define RC_AWS_METRICS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RC_METRICS_BUCKETS = 40, /* latency: bucket b ends at 2^(b/2) ms, the last is open */
    RC_METRICS_REASONS = 16, /* of throttles an operation; the last is "other" */
    RC_METRICS_OPERATIONS = 256,
    RC_METRICS_RESOURCE_BYTES = 528, /* two names of 255 at most, and what is between them */
};

struct rc_metrics_throttle {
    char reason[64];
    char resource[RC_METRICS_RESOURCE_BYTES]; /* "table/NAME/index/NAME"; "": not named */
    uint64_t count;
};

struct rc_metrics_row {
    const char *service; /* static texts of the operation's table */
    const char *operation;
    uint64_t calls;    /* that ended */
    uint64_t failed;   /* of these */
    uint64_t attempts; /* requests that were sent */
    uint64_t retries;
    uint64_t throttled; /* attempts, and batch entries that came back */
    uint64_t metered;   /* attempts of which is known what they consumed ... */
    double units;       /* ... in DynamoDB's capacity units */
    uint64_t bytes_sent;
    uint64_t bytes_received;
    uint64_t latency[RC_METRICS_BUCKETS]; /* of attempts */
    struct rc_metrics_throttle reasons[RC_METRICS_REASONS];
};

struct rc_metrics;

struct rc_metrics *rc_metrics_new(void);
void rc_metrics_free(struct rc_metrics *metrics);

/* The row of an operation, made when there is none; never NULL: past the limit all
 * share one called "other". */
struct rc_metrics_row *rc_metrics_row(struct rc_metrics *metrics, const char *service,
                                      const char *operation);

void rc_metrics_latency(struct rc_metrics_row *row, int64_t ms);

/* Counts a reason (NULL or "": "unknown") of a throttle, and what was throttled: an ARN,
 * whose end is kept, or NULL. An attempt may have several, so `throttled` is the caller's
 * to count. */
void rc_metrics_throttle(struct rc_metrics_row *row, const char *reason, const char *resource);

/* Counts what one attempt consumed, as its answer says. */
void rc_metrics_units(struct rc_metrics_row *row, double units);

/* Every count is zero again; rows that are known stay so. */
void rc_metrics_clear(struct rc_metrics *metrics);

/* Upper bound in ms of the bucket in which the given share (0.99) of the latencies
 * lies; 0 when there are none, INFINITY when it is the last bucket. */
double rc_metrics_quantile(const struct rc_metrics_row *row, double share);

/* Rows in order of service and operation; valid until the next new row. */
const struct rc_metrics_row *const *rc_metrics_rows(struct rc_metrics *metrics, size_t *count);

#endif
