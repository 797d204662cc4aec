/* How unevenly counts are spread over shards. These are statistics and no money, so
 * they are floating point.
 *
 * The p-value of the chi-square statistic is the regularised upper incomplete gamma
 * function Q(df/2, chi²/2), computed by the power series of P = 1 - Q below a + 1 and
 * by the continued fraction of Q above (NIST Digital Library of Mathematical
 * Functions, 8.7.1, 8.9.2 and 8.11.4; the fraction by Lentz' method). */
#ifndef RC_CORE_SKEW_H
#define RC_CORE_SKEW_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rc_skew {
    size_t count; /* of shards */
    double total, mean;
    uint64_t least, most;
    double most_over_mean;     /* 1: even */
    double variation;          /* standard deviation (of all shards) over the mean */
    double gini;               /* 0: even; (count - 1) / count: all in one shard */
    double chi_square;         /* against the uniform distribution */
    unsigned degrees;          /* of freedom: count - 1 */
    double p_value;            /* of a chi-square as great as that, were the hash uniform */
    double expected_over_mean; /* of the fullest shard, were the hash uniform */
    double likely_over_mean;   /* what that stays below in 99 of 100 cases */
};

/* Fills skew from the counts; without any item everything is even (p-value 1).
 * False without memory. */
bool rc_skew_measure(const uint64_t *counts, size_t count, struct rc_skew *skew,
                     struct rc_error *err);

/* The expected maximum of so many shards over their mean, when `total` items fall on them by
 * chance, and what it stays below with that probability. Up to a mean of 64 items a shard the
 * counts are taken as independent and Poisson; above as normal with the first term of Cornish and
 * Fisher for their skewness (M. Abramowitz, I. A. Stegun, "Handbook of Mathematical Functions",
 * 26.2.49). E[max] is the sum of P(max > k), or the integral of it (H. A. David, H. N. Nagaraja,
 * "Order Statistics", 3.1). Counts that add up to `total` are independent ones less what their
 * mean is off by, so the expected maximum is that of independent ones. What it stays below takes
 * each of them as binomial and as independent of the others, which errs upwards. */
double rc_skew_expected(double total, size_t count);
double rc_skew_likely(double total, size_t count, double probability);

/* Writes the indexes of the `most` greatest counts that are not zero, the greatest
 * first and equal ones in the order of their index. Gives how many there are. */
size_t rc_skew_hottest(const uint64_t *counts, size_t count, size_t *indexes, size_t most);

/* Q(a, x) for a > 0 and x >= 0, within 1e-12. */
double rc_gamma_q(double a, double x);

#endif
