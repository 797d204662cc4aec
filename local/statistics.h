/* The values of a metric in a minute, or in any longer time: count, sum, bounds, and so
 * much of their distribution that a percentile is right within two per cent. */
#ifndef RC_LOCAL_STATISTICS_H
#define RC_LOCAL_STATISTICS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

struct rc_statistics_bin {
    int place; /* by the logarithm of its values; 0: zero */
    double count;
};

/* Starts with zeroes. */
struct rc_statistics {
    double count;
    double sum;
    double low;
    double high;
    struct rc_statistics_bin *bins; /* by place */
    size_t bin_count;
    size_t bin_room;
    double spread; /* how many of the values stand in the bins */
};

/* Adds a value so many times; false without memory. */
bool rc_statistics_add(struct rc_statistics *statistics, double value, double count);

/* Adds a set of which only these are known; where low and high are the same, its
 * distribution is known, too. */
bool rc_statistics_add_set(struct rc_statistics *statistics, double count, double sum, double low,
                           double high);
bool rc_statistics_merge(struct rc_statistics *statistics, const struct rc_statistics *from);
void rc_statistics_free(struct rc_statistics *statistics);

/* "Sum", "Average", "Minimum", "Maximum", "SampleCount", "p99.9". False: it has no such
 * value, or there is no such statistic. */
bool rc_statistics_get(const struct rc_statistics *statistics, const char *name, double *value);
bool rc_statistics_is_name(const char *name);

/* The bins as a text, and back. */
bool rc_statistics_write_bins(const struct rc_statistics *statistics, struct rc_buf *text);
bool rc_statistics_read_bins(struct rc_statistics *statistics, const char *text);

#endif
