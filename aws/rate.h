/* A client-side rate for writes that settles just under what the table takes. Pure: the
 * time is an argument.
 *
 * It begins slowly and doubles until the table refuses something for the first time, which
 * it does when it has used up the second's worth of units that it holds. From then on it follows
 * the cubic curve of CUBIC (RFC 9438, section 4.2): cut below the rate at which the table refused,
 * back near to it within seconds, there for a while, and then ever faster above it, in case the
 * table takes more now. The AWS SDKs do the same in their retry mode "adaptive" ("Retry behavior",
 * AWS SDKs and Tools Reference Guide); the constants are relative here, so that small and large
 * tables behave alike. */
#ifndef RC_AWS_RATE_H
#define RC_AWS_RATE_H

#include <stdbool.h>
#include <stdint.h>

struct rc_rate {
    double per_second;       /* units a second that may be spent now */
    double least_per_second; /* never below */
    double most_per_second;  /* never above; 0: no limit */
    double burst_seconds;    /* tokens never exceed per_second * this */
    double tokens;           /* units that may be spent at once; below 0: spent ahead */
    double limit;            /* units a second at the last cut; 0: nothing was refused yet */
    double measured;         /* units a second that were taken lately (moving average) */
    double taken;            /* units since measured_at_ms */
    double taken_in_all;     /* units since began_at_ms */
    int64_t began_at_ms;
    int64_t measured_at_ms;
    int64_t filled_at_ms;
    int64_t cut_at_ms; /* one burst of throttles is one cut */
};

void rc_rate_init(struct rc_rate *rate, int64_t now_ms);

/* Spends the units and gives how long to wait before sending (0: at once), which is until
 * those that were spent before are made up for: a request of any size may go ahead, and the
 * next one waits. */
int64_t rc_rate_spend(struct rc_rate *rate, double units, int64_t now_ms);

/* The same of units that were spent last: the wait as it is by now, since the rate grows. */
int64_t rc_rate_wait(struct rc_rate *rate, double units, int64_t now_ms);

/* Units that the table took, and whether it refused any of that request. */
void rc_rate_report(struct rc_rate *rate, double units_taken, bool throttled, int64_t now_ms);

#endif
