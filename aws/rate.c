#include "aws/rate.h"

#include <math.h>

/* How fast the rate reacts. A cut lasts a while before the next one counts, since
 * the requests that were in flight at the first throttle are throttled, too. */
static const double cut_factor = 0.8;
static const double growth_a_second = 0.05; /* of the rate at the last cut, each second */
static const double search_a_second = 2.0;  /* doublings, until a cut says where the limit is */
static const double burst_seconds = 0.2;
static const double least_per_second = 10;
enum { CUT_PAUSE_MS = 250, MEASURE_MS = 500 };
static const double measure_weight = 0.8; /* of the newest half second */

void rc_rate_init(struct rc_rate *rate, int64_t now_ms)
{
    *rate = (struct rc_rate){.least_per_second = least_per_second,
                             .burst_seconds = burst_seconds,
                             .cut = cut_factor,
                             .measured_at_ms = now_ms,
                             .filled_at_ms = now_ms,
                             .cut_at_ms = now_ms - CUT_PAUSE_MS};
}

static double clamp(const struct rc_rate *rate, double per_second)
{
    if (rate->most_per_second > 0 && per_second > rate->most_per_second)
        per_second = rate->most_per_second;
    return per_second < rate->least_per_second ? rate->least_per_second : per_second;
}

/* Grows the rate by its step for the time that has passed, and fills the bucket. */
static void fill(struct rc_rate *rate, int64_t now_ms)
{
    double seconds = (double)(now_ms - rate->filled_at_ms) / 1000;
    if (seconds <= 0)
        return;
    rate->filled_at_ms = now_ms;
    rate->per_second =
        clamp(rate, rate->searching ? rate->per_second * pow(2, search_a_second * seconds)
                                    : rate->per_second + rate->step_per_second * seconds);
    rate->tokens += rate->per_second * seconds;
    if (rate->tokens > rate->per_second * rate->burst_seconds)
        rate->tokens = rate->per_second * rate->burst_seconds;
}

int64_t rc_rate_spend(struct rc_rate *rate, double units, int64_t now_ms)
{
    if (!rate->limited)
        return 0;
    fill(rate, now_ms);
    rate->tokens -= units;
    if (rate->tokens >= 0)
        return 0;
    return (int64_t)ceil(-rate->tokens * 1000 / rate->per_second);
}

static void measure(struct rc_rate *rate, double units, int64_t now_ms)
{
    rate->taken += units;
    int64_t passed = now_ms - rate->measured_at_ms;
    if (passed < MEASURE_MS)
        return;
    double now = rate->taken * 1000 / (double)passed;
    rate->measured =
        rate->measured > 0 ? measure_weight * now + (1 - measure_weight) * rate->measured : now;
    rate->taken = 0;
    rate->measured_at_ms = now_ms;
}

/* Units a second that came through lately, also before the first measurement. */
static double lately(const struct rc_rate *rate, int64_t now_ms)
{
    int64_t passed = now_ms - rate->measured_at_ms;
    if (rate->measured > 0 || passed <= 0)
        return rate->measured;
    return rate->taken * 1000 / (double)passed;
}

void rc_rate_report(struct rc_rate *rate, double units_taken, bool throttled, int64_t now_ms)
{
    measure(rate, units_taken, now_ms);
    if (!throttled || now_ms - rate->cut_at_ms < CUT_PAUSE_MS)
        return;
    double base = lately(rate, now_ms);
    if (rate->limited) {
        fill(rate, now_ms);
        base = rate->per_second;
    } else {
        rate->filled_at_ms = now_ms;
        rate->tokens = 0;
    }
    /* The first refusal before anything was measured says nothing of the limit. */
    rate->searching = !rate->limited && base <= 0;
    rate->limited = true;
    rate->cut_at_ms = now_ms;
    rate->per_second = clamp(rate, base * rate->cut);
    rate->step_per_second = base * growth_a_second;
}
