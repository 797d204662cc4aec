#include "aws/rate.h"

#include <math.h>

static const double start_per_second = 500;
static const double least_per_second = 10;
static const double burst_seconds = 0.2;
static const double search_a_second = 2; /* doublings, until something is refused */
static const double found = 0.6;         /* of the rate then: it has doubled since it fitted */
static const double cut = 0.7;           /* of the limit, after a throttle */
static const double back_after_s = 3;    /* ... and so long until the rate is the limit again */

/* Of what is taken: a writer that has no more to write does not earn a higher rate. One that
 * waits for its rate has more. */
static const double ahead = 3;

/* A cut lasts a while before the next one counts, since the requests that were in flight
 * at the first throttle are throttled, too. */
enum { CUT_PAUSE_MS = 250, MEASURE_MS = 500 };
static const double measure_weight = 0.8; /* of the newest half second */

void rc_rate_init(struct rc_rate *rate, int64_t now_ms)
{
    *rate = (struct rc_rate){.per_second = start_per_second,
                             .least_per_second = least_per_second,
                             .burst_seconds = burst_seconds,
                             .tokens = start_per_second * burst_seconds,
                             .began_at_ms = now_ms,
                             .measured_at_ms = now_ms,
                             .filled_at_ms = now_ms,
                             .cut_at_ms = now_ms - CUT_PAUSE_MS};
}

static double clamp(const struct rc_rate *rate, double per_second)
{
    if (rate->tokens >= 0)
        per_second = fmin(per_second, fmax(ahead * rate->measured, start_per_second));
    if (rate->most_per_second > 0)
        per_second = fmin(per_second, rate->most_per_second);
    return fmax(per_second, rate->least_per_second);
}

/* The rate at that time: "cut" of the limit at the cut, all of it back_after_s later. */
static double grown(const struct rc_rate *rate, int64_t now_ms)
{
    double since_s = (double)(now_ms - rate->cut_at_ms) / 1000;
    double passed_s = (double)(now_ms - rate->filled_at_ms) / 1000;
    if (rate->limit <= 0)
        return rate->per_second * pow(2, search_a_second * passed_s);
    return rate->limit * (1 + (1 - cut) * pow(since_s / back_after_s - 1, 3));
}

/* Lets the rate grow for the time that has passed, and fills the bucket. */
static void fill(struct rc_rate *rate, int64_t now_ms)
{
    double seconds = (double)(now_ms - rate->filled_at_ms) / 1000;
    if (seconds <= 0)
        return;
    rate->per_second = clamp(rate, grown(rate, now_ms));
    rate->filled_at_ms = now_ms;
    rate->tokens =
        fmin(rate->tokens + rate->per_second * seconds, rate->per_second * rate->burst_seconds);
}

int64_t rc_rate_spend(struct rc_rate *rate, double units, int64_t now_ms)
{
    fill(rate, now_ms);
    rate->tokens -= units;
    return rc_rate_wait(rate, units, now_ms);
}

int64_t rc_rate_wait(struct rc_rate *rate, double units, int64_t now_ms)
{
    fill(rate, now_ms);
    double before = rate->tokens + units;
    return before < 0 ? (int64_t)ceil(-before * 1000 / rate->per_second) : 0;
}

static void measure(struct rc_rate *rate, double units, int64_t now_ms)
{
    rate->taken += units;
    rate->taken_in_all += units;
    int64_t passed = now_ms - rate->measured_at_ms;
    if (passed < MEASURE_MS)
        return;
    double now = rate->taken * 1000 / (double)passed;
    rate->measured =
        rate->measured > 0 ? measure_weight * now + (1 - measure_weight) * rate->measured : now;
    rate->taken = 0;
    rate->measured_at_ms = now_ms;
}

/* What a table takes that held one second's units when the first came, and none when it
 * refused one. */
static double sustained(const struct rc_rate *rate, int64_t now_ms)
{
    return rate->taken_in_all / (1 + (double)(now_ms - rate->began_at_ms) / 1000);
}

void rc_rate_report(struct rc_rate *rate, double units_taken, bool throttled, int64_t now_ms)
{
    measure(rate, units_taken, now_ms);
    if (!throttled || now_ms - rate->cut_at_ms < CUT_PAUSE_MS)
        return;
    fill(rate, now_ms);
    if (rate->limit <= 0)
        rate->limit = fmin(rate->per_second * found, sustained(rate, now_ms));
    else if (rate->measured > 0) /* where more is refused, that is what the table takes */
        rate->limit = fmin(rate->per_second, rate->measured);
    else
        rate->limit = rate->per_second;
    rate->cut_at_ms = now_ms;
    rate->per_second = clamp(rate, rate->limit * cut);
    rate->tokens = fmin(rate->tokens, 0);
}
