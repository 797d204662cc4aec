#include "tests/aws/fake_clock.h"

enum { START_MS = 1000000 };

static const int64_t start_unix_ms = 1793620800000;

static int64_t monotonic(void *ctx)
{
    return ((struct fake_clock *)ctx)->now_ms;
}

static int64_t unix_time(void *ctx)
{
    return ((struct fake_clock *)ctx)->unix_ms;
}

static void pass(void *ctx, int64_t ms)
{
    fake_clock_pass(ctx, ms);
}

void fake_clock_init(struct fake_clock *fake)
{
    *fake = (struct fake_clock){
        .clock = {.monotonic_ms = monotonic, .unix_ms = unix_time, .pass = pass, .ctx = fake},
        .now_ms = START_MS,
        .unix_ms = start_unix_ms,
    };
}

void fake_clock_pass(struct fake_clock *fake, int64_t ms)
{
    fake->now_ms += ms;
    fake->unix_ms += ms;
}
