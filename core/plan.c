#include "core/plan.h"

#include "core/program.h"

#include <math.h>
#include <stdlib.h>

/* Beyond so many standard deviations, and so many more, the probability of a Poisson
 * distributed count is below what a double tells from nothing. */
enum { DEVIATIONS = 12, BESIDES = 60 };

enum {
    SIDES = 2,              /* that a match reads */
    PAGE_BYTES = 1 << 20,   /* of a query's answer */
    READ_UNIT_BYTES = 4096, /* of a consistent read */
    QUERIES_AT_ONCE = 8,    /* of a console */
    QUERY_MS = 10,
};

/* ----- the Poisson distribution, by its recurrence ----- */

/* P(X = k) for k in first … first + count - 1; the rest is nothing. */
struct poisson {
    double mean;
    double first;
    size_t count;
    double *at_most; /* P(X <= k) */
    double *over;    /* P(X > k), added up from above, so that small ones are exact */
};

static bool poisson_make(struct poisson *poisson, double mean, struct rc_error *err)
{
    double spread = DEVIATIONS * sqrt(mean) + BESIDES;
    double first = floor(mean - spread);
    *poisson = (struct poisson){.mean = mean, .first = first < 0 ? 0 : first};
    poisson->count = (size_t)(ceil(mean + spread) - poisson->first) + 1;
    poisson->at_most = calloc(poisson->count, 2 * sizeof *poisson->at_most);
    if (!poisson->at_most) {
        rc_error_nomem(err);
        return false;
    }
    poisson->over = poisson->at_most + poisson->count;
    double *term = poisson->over; /* P(X = k), until it is added up */
    int sign;
    double k = poisson->first;
    term[0] = exp(-mean + (mean > 0 ? k * log(mean) : 0) - lgamma_r(k + 1, &sign));
    for (size_t i = 1; i < poisson->count; i++)
        term[i] = term[i - 1] * mean / (k + (double)i);
    double sum = 0;
    for (size_t i = 0; i < poisson->count; i++)
        poisson->at_most[i] = sum += term[i];
    sum = 0;
    for (size_t i = poisson->count; i-- > 0;) {
        double here = term[i];
        term[i] = sum;
        sum += here;
    }
    return true;
}

static double at_most(const struct poisson *poisson, double k)
{
    if (k < poisson->first)
        return 0;
    double i = floor(k) - poisson->first;
    return i >= (double)poisson->count ? 1 : poisson->at_most[(size_t)i];
}

static double over(const struct poisson *poisson, double k)
{
    if (k < poisson->first)
        return 1;
    double i = floor(k) - poisson->first;
    return i >= (double)poisson->count ? 0 : poisson->over[(size_t)i];
}

/* E[max(X - room, 0)] = Σ over k >= room of P(X > k); room is whole. */
static double excess(const struct poisson *poisson, double room)
{
    double sum = 0, k = floor(room);
    if (k < poisson->first) {
        sum = poisson->first - k;
        k = poisson->first;
    }
    for (size_t i = (size_t)fmin(k - poisson->first, (double)poisson->count); i < poisson->count;
         i++)
        sum += poisson->over[i];
    return sum;
}

/* ----- balls into bins ----- */

/* P(all bins <= k) */
static double all_at_most(const struct poisson *even, double bins, const struct poisson *hot,
                          double k)
{
    return pow(at_most(even, k), bins) * (hot ? at_most(hot, k) : 1);
}

/* ln P(all bins <= room), exact where it is nearly 0, too. */
static double log_kept(const struct poisson *poisson, double bins, double room)
{
    return bins > 0 ? bins * log1p(-fmin(over(poisson, room), 1)) : 0;
}

static void measure(const struct poisson *even, double bins, const struct poisson *hot, double room,
                    double probability, struct rc_bins *out)
{
    double end = even->first + (double)even->count;
    if (hot && hot->first + (double)hot->count > end)
        end = hot->first + (double)hot->count;
    *out = (struct rc_bins){.greatest = even->first, .bound = end};
    bool bounded = false;
    for (size_t i = 0; i < (size_t)(end - even->first); i++) {
        double k = even->first + (double)i, all = all_at_most(even, bins, hot, k);
        out->greatest += 1 - all; /* E[max] = Σ P(max > k) */
        if (!bounded && all >= 1 - probability) {
            out->bound = k;
            bounded = true;
        }
    }
    out->over = 0 - expm1(log_kept(even, bins, room) + (hot ? log_kept(hot, 1, room) : 0));
    out->excess_sum = bins * excess(even, room) + (hot ? excess(hot, room) : 0);
}

bool rc_bins_of(double bins, double mean, double hot, double room, double probability,
                struct rc_bins *out, struct rc_error *err)
{
    struct poisson even, hottest;
    bool has_hot = hot >= 0;
    if (!poisson_make(&even, mean, err))
        return false;
    bool ok = !has_hot || poisson_make(&hottest, hot, err);
    if (ok)
        measure(&even, bins, has_hot ? &hottest : NULL, room, probability, out);
    if (ok && has_hot)
        free(hottest.at_most);
    free(even.at_most);
    return ok;
}

/* ----- a plan ----- */

static bool in_range(const char *what, double value, double least, double most, bool least_too,
                     struct rc_error *err)
{
    if (value <= most && (value > least || (least_too && value >= least)))
        return true;
    rc_error_set(err, RC_INVALID, "%s: %g is not %s %g and at most %g", what, value,
                 least_too ? "at least" : "over", least, most);
    return false;
}

bool rc_plan_check(const struct rc_plan_load *load, struct rc_error *err)
{
    return in_range("records", load->records, 0, RC_PLAN_RECORDS_MOST, false, err) &&
           in_range("records a second", load->per_second, 0, RC_PLAN_PER_SECOND_MOST, false, err) &&
           in_range("bytes of an item", load->item_bytes, 1, RC_PLAN_ITEM_BYTES_MOST, true, err) &&
           in_range("the hottest id's share", load->hottest_share, 0, 1, true, err) &&
           in_range("write units that the table is ready for", load->ready_wcu, 0,
                    RC_PLAN_PER_SECOND_MOST * RC_PLAN_ITEM_BYTES_MOST, false, err) &&
           in_range("the probability", load->probability, 1e-9, 0.5, true, err);
}

double rc_plan_units(const struct rc_plan_load *load)
{
    return ceil(load->item_bytes / 1024);
}

/* Whole records that a partition takes in a second. */
static double room_of(const struct rc_plan_load *load)
{
    return floor(RC_HEAT_PARTITION_WCU / rc_plan_units(load));
}

static double partitions_of(const struct rc_plan_load *load)
{
    double partitions = ceil(load->ready_wcu / RC_HEAT_PARTITION_WCU);
    return partitions < 1 ? 1 : partitions;
}

/* What is spread evenly over the shards; the hottest id's comes to one of them besides. */
static double even_mean(const struct rc_plan_load *load, uint32_t shards)
{
    return load->per_second * (1 - load->hottest_share) / shards;
}

static bool bins_of(const struct rc_plan_load *load, uint32_t shards, struct rc_bins *bins,
                    struct rc_error *err)
{
    bool hot = load->hottest_share > 0;
    double mean = even_mean(load, shards);
    return rc_bins_of(hot ? shards - 1.0 : shards, mean,
                      hot ? mean + load->per_second * load->hottest_share : -1, room_of(load),
                      load->probability, bins, err);
}

bool rc_plan_of(const struct rc_plan_load *load, uint32_t shards, struct rc_plan_shards *plan,
                struct rc_error *err)
{
    struct rc_bins bins, keys;
    double partitions = partitions_of(load);
    *plan = (struct rc_plan_shards){.shards = shards,
                                    .mean_per_second = load->per_second / shards,
                                    .room_per_second = room_of(load),
                                    .partitions = partitions};
    if (!bins_of(load, shards, &bins, err) ||
        !rc_bins_of(partitions, shards / partitions, -1, 0, load->probability, &keys, err))
        return false;
    plan->fullest_per_second = bins.greatest;
    plan->fullest_bound = bins.bound;
    plan->throttles = bins.over;
    plan->refused_share = bins.excess_sum / load->per_second;
    double most_keys = fmax(fmin(keys.greatest, shards), ceil(shards / partitions));
    plan->fullest_partition =
        most_keys * even_mean(load, shards) + load->per_second * load->hottest_share;
    return true;
}

bool rc_plan_smallest(const struct rc_plan_load *load, uint32_t *shards, bool *hot,
                      struct rc_error *err)
{
    struct rc_bins bins;
    uint32_t low = 0, high = RC_SHARDS_MAX; /* low is too few; high suffices, or nothing does */
    *shards = 0;
    *hot = false;
    if (!bins_of(load, high, &bins, err))
        return false;
    if (bins.over > load->probability) {
        struct rc_bins alone;
        *hot = load->hottest_share > 0;
        return !*hot || (rc_bins_of(0, 0, load->per_second * load->hottest_share, room_of(load),
                                    load->probability, &alone, err) &&
                         (*hot = alone.over > load->probability, true));
    }
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (!bins_of(load, middle, &bins, err))
            return false;
        if (bins.over > load->probability)
            low = middle;
        else
            high = middle;
    }
    *shards = high;
    return true;
}

/* ----- reading it back ----- */

void rc_plan_read(const struct rc_plan_load *load, int passes, struct rc_plan_shards *plan)
{
    double shards = plan->shards, bytes = load->records * load->item_bytes;
    double pages = shards * fmax(1, ceil(bytes / shards / PAGE_BYTES));
    double again = shards * (passes - 1); /* what is left over is little: a page, and a unit */
    plan->queries = SIDES * (pages + again);
    plan->read_units = SIDES * (fmax(pages, bytes / READ_UNIT_BYTES) + again);
    plan->fan_out_ms = ceil(shards / QUERIES_AT_ONCE) * QUERY_MS;
}

/* ----- a burst ----- */

/* Records of a burst. */
struct burst {
    double all;       /* that come */
    double even, hot; /* of them to each shard, and besides to one */
    double partition; /* that a partition takes: it holds a second's units when it begins */
    double table;     /* that the table takes, likewise */
};

static struct burst burst_of(const struct rc_plan_load *load, double table_wcu, uint32_t shards)
{
    double kept_s = RC_PLAN_BURST_S + 1;
    return (struct burst){.all = RC_PLAN_BURST_S * load->per_second,
                          .even = RC_PLAN_BURST_S * even_mean(load, shards),
                          .hot = RC_PLAN_BURST_S * load->per_second * load->hottest_share,
                          .partition = kept_s * room_of(load),
                          .table = kept_s * floor(table_wcu / rc_plan_units(load))};
}

/* P(X = k) of a binomial distribution, p over 0. */
static double binomial(double n, double p, double k)
{
    int sign;
    if (p >= 1)
        return k == n;
    return exp(lgamma_r(n + 1, &sign) - lgamma_r(k + 1, &sign) - lgamma_r(n - k + 1, &sign) +
               k * log(p) + (n - k) * log1p(-p));
}

/* Each shard lies on any partition with the same chance, so that the number of the others on the
 * one that has the hot id's shard, and on any that has not, is binomial. Means add up, so that
 * nothing needs to be drawn. */
static double taken_together(const struct burst *burst, double partitions, uint32_t shards)
{
    double sum = 0;
    for (uint32_t k = 0; k < shards; k++)
        sum += binomial(shards - 1.0, 1 / partitions, k) *
               (fmin(burst->hot + (k + 1) * burst->even, burst->partition) +
                (partitions - 1) * fmin(k * burst->even, burst->partition));
    return sum;
}

struct rc_plan_taken rc_plan_taken(const struct rc_plan_load *load, double table_wcu,
                                   uint32_t shards)
{
    struct burst burst = burst_of(load, table_wcu, shards);
    double split = fmin(burst.hot + burst.even, burst.partition) +
                   (shards - 1) * fmin(burst.even, burst.partition);
    double together = taken_together(&burst, partitions_of(load), shards);
    return (struct rc_plan_taken){.split = fmin(fmin(split, burst.table) / burst.all, 1),
                                  .together = fmin(fmin(together, burst.table) / burst.all, 1)};
}
