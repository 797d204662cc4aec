/* A client-side rate for writes: a token bucket whose fill rate grows by a fixed
 * step while writes are taken and is cut by a factor when they are throttled
 * (additive increase, multiplicative decrease), so that it settles just under what
 * the table takes. Pure: the time is an argument. */
#ifndef RC_AWS_RATE_H
#define RC_AWS_RATE_H

#include <stdbool.h>
#include <stdint.h>

struct rc_rate {
    double per_second;       /* units a second that may be spent now */
    double least_per_second; /* never below */
    double most_per_second;  /* never above; 0: no limit */
    double tokens;           /* units that may be spent at once; below 0: spent ahead */
    double burst_seconds;    /* tokens never exceed per_second * this */
    double step_per_second;  /* how much faster for each second without a throttle */
    double cut;              /* factor on a throttle */
    bool limited;            /* false until the first throttle: as fast as it goes */
    bool searching;          /* throttled before anything was measured: the rate doubles until
                                the next throttle says where the limit is */
    double measured;         /* units a second that were taken lately (moving average) */
    double taken;            /* units since measured_at_ms */
    int64_t measured_at_ms;
    int64_t filled_at_ms;
    int64_t cut_at_ms; /* one burst of throttles is one cut */
};

void rc_rate_init(struct rc_rate *rate, int64_t now_ms);

/* Spends the units and gives how long to wait before sending (0: at once). */
int64_t rc_rate_spend(struct rc_rate *rate, double units, int64_t now_ms);

/* Units that the table took, and whether it refused any of that request. */
void rc_rate_report(struct rc_rate *rate, double units_taken, bool throttled, int64_t now_ms);

#endif
