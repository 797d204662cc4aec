/* What waits for the clients. A program that has an event loop of its own waits
 * for one descriptor and one timeout and calls rc_loop_run; one that has none
 * calls rc_loop_until. Nothing here blocks except rc_loop_until, and everything
 * runs on the thread that calls. */
#ifndef RC_AWS_LOOP_H
#define RC_AWS_LOOP_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rc_loop;

/* Where the time comes from. `pass`, when there is one, makes this a clock of a
 * test: rc_loop_until calls it instead of sleeping when no descriptor has anything
 * to say, and so no test waits in real time. With such a clock it also ends when
 * there is no timer that time could bring. */
struct rc_clock {
    int64_t (*monotonic_ms)(void *ctx);
    int64_t (*unix_ms)(void *ctx);
    void (*pass)(void *ctx, int64_t ms);
    void *ctx;
};

extern const struct rc_clock rc_clock_real;

/* The clock is copied; NULL is the real one. NULL when there is no descriptor. */
struct rc_loop *rc_loop_new(const struct rc_clock *clock, struct rc_error *err);
void rc_loop_free(struct rc_loop *loop);

int64_t rc_loop_now_ms(const struct rc_loop *loop);  /* for intervals */
int64_t rc_loop_unix_ms(const struct rc_loop *loop); /* since 1970, UTC */

/* ----- for whoever waits ----- */

int rc_loop_fd(const struct rc_loop *loop);      /* readable: call rc_loop_run (an epoll) */
int rc_loop_wait_ms(const struct rc_loop *loop); /* call rc_loop_run after so long; -1: never */
void rc_loop_run(struct rc_loop *loop);          /* does what is due, and never waits */

/* The same, but calls no further descriptor once so long has passed: what is left is still
 * ready and comes first the next time. */
void rc_loop_run_for(struct rc_loop *loop, int64_t limit_ms);

/* Waits and runs until *done, or until nothing is left to wait for, or limit_ms
 * have passed (-1: no limit). Gives *done. Signals do not end it, nor does being stopped
 * and continued: who wants to hear of one watches a signalfd. */
bool rc_loop_until(struct rc_loop *loop, const bool *done, int64_t limit_ms);

/* ----- for what is waited for ----- */

/* Lives in its owner's struct; the owner stops it before it goes. */
struct rc_timer {
    void (*fire)(struct rc_timer *timer); /* it is stopped by then and may be set again */
    void *ctx;
    int64_t at_ms;
    uint64_t order; /* of two that are due at once, the one that was set first fires first */
    size_t place;   /* 1 + index in the heap; 0: stopped */
};

/* Sets it anew when it runs. False without memory. */
bool rc_timer_set(struct rc_loop *loop, struct rc_timer *timer, int64_t after_ms);
void rc_timer_stop(struct rc_loop *loop, struct rc_timer *timer);

struct rc_watch {
    void (*ready)(struct rc_watch *watch, bool readable, bool writable); /* hung up: both */
    void *ctx;
    int fd;
    bool active;
};

/* Watches fd (which stays the owner's) for reading, writing or both; called
 * again, it changes what is watched for. Neither: stops it. Stop it before the
 * descriptor is closed. A watch may be stopped and released from any callback. */
bool rc_watch_set(struct rc_loop *loop, struct rc_watch *watch, bool readable, bool writable,
                  struct rc_error *err);
void rc_watch_stop(struct rc_loop *loop, struct rc_watch *watch);

#endif
