#include "aws/metrics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rc_metrics {
    struct rc_metrics_row *rows[RC_METRICS_OPERATIONS]; /* in order */
    size_t count;
    struct rc_metrics_row other; /* of what is past the limit, or found no memory */
    bool other_listed;
};

struct rc_metrics *rc_metrics_new(void)
{
    struct rc_metrics *metrics = calloc(1, sizeof *metrics);
    if (metrics)
        metrics->other = (struct rc_metrics_row){.service = "other", .operation = "other"};
    return metrics;
}

void rc_metrics_free(struct rc_metrics *metrics)
{
    if (!metrics)
        return;
    for (size_t i = metrics->count; i-- > 0;)
        if (metrics->rows[i] != &metrics->other)
            free(metrics->rows[i]);
    free(metrics);
}

/* The place of the row, or where it would stand. */
static size_t place_of(const struct rc_metrics *metrics, const char *service, const char *operation,
                       bool *found)
{
    size_t low = 0, high = metrics->count;
    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct rc_metrics_row *row = metrics->rows[middle];
        int order = strcmp(row->service, service);
        if (order == 0)
            order = strcmp(row->operation, operation);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void insert(struct rc_metrics *metrics, size_t place, struct rc_metrics_row *row)
{
    memmove(metrics->rows + place + 1, metrics->rows + place,
            (metrics->count - place) * sizeof(struct rc_metrics_row *));
    metrics->rows[place] = row;
    metrics->count++;
}

static struct rc_metrics_row *other(struct rc_metrics *metrics)
{
    bool found;
    size_t place = place_of(metrics, "other", "other", &found);
    if (!metrics->other_listed && metrics->count < RC_METRICS_OPERATIONS) {
        insert(metrics, place, &metrics->other);
        metrics->other_listed = true;
    }
    return &metrics->other;
}

struct rc_metrics_row *rc_metrics_row(struct rc_metrics *metrics, const char *service,
                                      const char *operation)
{
    bool found;
    size_t place = place_of(metrics, service, operation, &found);
    if (found)
        return metrics->rows[place];
    /* One place is kept for "other". */
    if (metrics->count + !metrics->other_listed >= RC_METRICS_OPERATIONS)
        return other(metrics);
    struct rc_metrics_row *row = calloc(1, sizeof *row);
    if (!row)
        return other(metrics);
    row->service = service;
    row->operation = operation;
    insert(metrics, place, row);
    return row;
}

/* Bucket b ends at 2^(b/2), so ms lies in it when ms² <= 2^b: whole numbers only. */
void rc_metrics_latency(struct rc_metrics_row *row, int64_t ms)
{
    int bucket = 0;
    uint64_t most = (uint64_t)1 << (RC_METRICS_BUCKETS / 2);
    uint64_t value = ms < 0 ? 0 : (uint64_t)ms;
    if (value > most)
        value = most;
    while (bucket < RC_METRICS_BUCKETS - 1 && value * value > (uint64_t)1 << bucket)
        bucket++;
    row->latency[bucket]++;
}

/* What stands behind the account: "arn:aws:dynamodb:REGION:ACCOUNT:table/NAME". */
static const char *end_of_arn(const char *arn)
{
    for (int colon = 0; arn && colon < 5; colon++)
        arn = (arn = strchr(arn, ':')) ? arn + 1 : NULL;
    return arn ? arn : "";
}

static bool is_cause(const struct rc_metrics_throttle *at, const char *reason, const char *resource)
{
    return strncmp(at->reason, reason, sizeof at->reason - 1) == 0 &&
           strncmp(at->resource, resource, sizeof at->resource - 1) == 0;
}

void rc_metrics_throttle(struct rc_metrics_row *row, const char *reason, const char *resource)
{
    if (!reason || !*reason)
        reason = "unknown";
    resource = end_of_arn(resource);
    struct rc_metrics_throttle *at = row->reasons;
    const struct rc_metrics_throttle *last = row->reasons + RC_METRICS_REASONS - 1;
    while (at < last && at->count && !is_cause(at, reason, resource))
        at++;
    if (!at->count) {
        snprintf(at->reason, sizeof at->reason, "%s", at == last ? "other" : reason);
        snprintf(at->resource, sizeof at->resource, "%s", at == last ? "" : resource);
    }
    at->count++;
}

void rc_metrics_units(struct rc_metrics_row *row, double units)
{
    row->metered++;
    row->units += units;
}

static void clear_row(struct rc_metrics_row *row)
{
    *row = (struct rc_metrics_row){.service = row->service, .operation = row->operation};
}

void rc_metrics_clear(struct rc_metrics *metrics)
{
    for (size_t i = 0; i < metrics->count; i++)
        clear_row(metrics->rows[i]);
}

double rc_metrics_quantile(const struct rc_metrics_row *row, double share)
{
    uint64_t total = 0, seen = 0;
    for (int b = 0; b < RC_METRICS_BUCKETS; b++)
        total += row->latency[b];
    if (!total)
        return 0;
    double end_ms = 1;
    for (int b = 0; b < RC_METRICS_BUCKETS - 1; b++) {
        seen += row->latency[b];
        if (seen && (double)seen >= share * (double)total)
            return b % 2 ? end_ms * M_SQRT2 : end_ms;
        if (b % 2)
            end_ms *= 2;
    }
    return INFINITY;
}

const struct rc_metrics_row *const *rc_metrics_rows(struct rc_metrics *metrics, size_t *count)
{
    *count = metrics->count;
    return (const struct rc_metrics_row *const *)metrics->rows;
}
