#include "core/skew.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Enough for degrees of freedom in the millions, where both converge in about
 * sqrt(a) steps around x = a. */
enum { STEPS = 200000 };

/* P(a, x) = x^a e^-x / Γ(a) · Σ x^n / (a (a+1) … (a+n)) */
static double series(double a, double x, double factor)
{
    double term = 1 / a, sum = term;
    for (int n = 1; n < STEPS && term > sum * DBL_EPSILON / 4; n++) {
        term *= x / (a + n);
        sum += term;
    }
    return factor * sum;
}

/* Q(a, x) = x^a e^-x / Γ(a) · 1/(x+1-a- 1(1-a)/(x+3-a- 2(2-a)/(x+5-a- …))) */
static double fraction(double a, double x, double factor)
{
    double b = x + 1 - a, c = 1 / DBL_MIN, d = 1 / b, value = d;
    for (int n = 1; n < STEPS; n++) {
        double numerator = -n * (n - a);
        b += 2;
        d = numerator * d + b;
        c = b + numerator / c;
        d = fabs(d) < DBL_MIN ? DBL_MIN : d;
        c = fabs(c) < DBL_MIN ? DBL_MIN : c;
        d = 1 / d;
        double change = d * c;
        value *= change;
        if (fabs(change - 1) < DBL_EPSILON)
            break;
    }
    return factor * value;
}

double rc_gamma_q(double a, double x)
{
    int sign;
    if (x <= 0)
        return 1;
    double factor = exp(a * log(x) - x - lgamma_r(a, &sign));
    double q = x < a + 1 ? 1 - series(a, x, factor) : fraction(a, x, factor);
    return q < 0 ? 0 : (q > 1 ? 1 : q);
}

/* ----- what chance does ----- */

static const double POISSON_UNTIL = 64, LIKELY = 0.99;

static double poisson_below(double k, double mean)
{
    return rc_gamma_q(k + 1, mean);
}

static double normal_below(double x)
{
    return 0.5 * erfc(-x / sqrt(2));
}

/* Σ P(max > k) */
static double expected_poisson(double mean, double count)
{
    double sum = 0, beyond = 1;
    for (double k = 0; beyond > 1e-9; k++) {
        beyond = 1 - pow(poisson_below(k, mean), count);
        sum += beyond;
    }
    return sum;
}

/* A standard normal x as one of that skewness: x + skewness (x² - 1) / 6 */
static double skewed(double x, double skewness)
{
    return x + skewness * (x * x - 1) / 6;
}

/* With s the above, which rises: s(0) + ∫ P(max > x) s'(x) from 0 on, less ∫ P(max < x) s'(x) up
 * to 0 */
static double expected_normal(double count, double skewness)
{
    enum { STEPS_A_UNIT = 200, UNTIL = 10 };
    double sum = 0;
    for (int i = 0; i < STEPS_A_UNIT * UNTIL; i++) {
        double x = (i + 0.5) / STEPS_A_UNIT, slope = skewness * x / 3;
        sum += (1 - pow(normal_below(x), count)) * (1 + slope) -
               pow(normal_below(-x), count) * (1 - slope);
    }
    return skewed(0, skewness) + sum / STEPS_A_UNIT;
}

double rc_skew_expected(double total, size_t count)
{
    if (count < 2 || total <= 0)
        return 1;
    double mean = total / (double)count;
    double most = mean <= POISSON_UNTIL
                      ? expected_poisson(mean, (double)count)
                      : mean + sqrt(mean) * expected_normal((double)count, 1 / sqrt(mean));
    return most / mean;
}

double rc_skew_likely(double total, size_t count, double probability)
{
    if (count < 2 || total <= 0)
        return 1;
    double mean = total / (double)count, most = 0;
    double beyond = -expm1(log(probability) / (double)count); /* of one shard alone */
    if (mean <= POISSON_UNTIL) {
        while (1 - poisson_below(most, mean) > beyond)
            most++;
    } else {
        double low = 0, high = 40;
        while (high - low > 1e-6)
            if (0.5 * erfc((low + high) / 2 / sqrt(2)) > beyond)
                low = (low + high) / 2;
            else
                high = (low + high) / 2;
        double part = 1 / (double)count, deviation = sqrt(mean * (1 - part));
        most = mean + deviation * skewed(high, (1 - 2 * part) / deviation);
    }
    return most / mean;
}

/* ----- what there is ----- */

static int by_size(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* With sorted counts x_1 <= … <= x_n: Σ (2i - n - 1) x_i / (n Σ x_i) */
static double gini_of(const uint64_t *sorted, size_t count, double total)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (2 * (double)(i + 1) - (double)count - 1) * (double)sorted[i];
    return sum / ((double)count * total);
}

bool rc_skew_measure(const uint64_t *counts, size_t count, struct rc_skew *skew,
                     struct rc_error *err)
{
    *skew = (struct rc_skew){.count = count,
                             .most_over_mean = 1,
                             .p_value = 1,
                             .expected_over_mean = 1,
                             .likely_over_mean = 1};
    if (!count)
        return true;
    uint64_t *sorted = malloc(count * sizeof *sorted);
    if (!sorted) {
        rc_error_nomem(err);
        return false;
    }
    memcpy(sorted, counts, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_size);
    for (size_t i = 0; i < count; i++)
        skew->total += (double)sorted[i];
    skew->mean = skew->total / (double)count;
    skew->least = sorted[0];
    skew->most = sorted[count - 1];
    skew->degrees = (unsigned)(count - 1);
    if (skew->total > 0) {
        double squares = 0;
        for (size_t i = 0; i < count; i++)
            squares += ((double)sorted[i] - skew->mean) * ((double)sorted[i] - skew->mean);
        skew->most_over_mean = (double)skew->most / skew->mean;
        skew->variation = sqrt(squares / (double)count) / skew->mean;
        skew->gini = gini_of(sorted, count, skew->total);
        skew->chi_square = squares / skew->mean;
        skew->expected_over_mean = rc_skew_expected(skew->total, count);
        skew->likely_over_mean = rc_skew_likely(skew->total, count, LIKELY);
        if (skew->degrees)
            skew->p_value = rc_gamma_q((double)skew->degrees / 2, skew->chi_square / 2);
    }
    free(sorted);
    return true;
}

size_t rc_skew_hottest(const uint64_t *counts, size_t count, size_t *indexes, size_t most)
{
    size_t found = 0;
    for (size_t i = 0; i < count && most; i++) {
        if (!counts[i] || (found == most && counts[i] <= counts[indexes[most - 1]]))
            continue;
        size_t at = found < most ? found++ : most - 1;
        for (; at && counts[indexes[at - 1]] < counts[i]; at--)
            indexes[at] = indexes[at - 1];
        indexes[at] = i;
    }
    return found;
}
