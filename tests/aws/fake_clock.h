/* A clock that stands still until it is told to pass, or until rc_loop_until has
 * nothing to do but wait: then it jumps to the next timer. */
#ifndef RC_TESTS_AWS_FAKE_CLOCK_H
#define RC_TESTS_AWS_FAKE_CLOCK_H

#include "aws/loop.h"

struct fake_clock {
    struct rc_clock clock; /* for rc_loop_new */
    int64_t now_ms;        /* monotonic; starts at 1,000,000 */
    int64_t unix_ms;       /* starts at 2026-11-02 12:00:00 UTC */
};

void fake_clock_init(struct fake_clock *fake);
void fake_clock_pass(struct fake_clock *fake, int64_t ms);

#endif
