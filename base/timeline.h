/* A time of its own, which began at an instant and runs so fast. The local cloud has one;
 * what runs there, and what looks at it, computes it from this machine's clock. */
#ifndef RC_BASE_TIMELINE_H
#define RC_BASE_TIMELINE_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct rc_timeline { /* all zeroes: the time of this machine */
    int64_t real_ms; /* when this machine's clock shows this, */
    int64_t own_ms;  /* it is that; both since 1970, UTC */
    double speed;    /* own seconds a second, up to RC_TIMELINE_FASTEST; 0: it stands still */
};

enum { RC_TIMELINE_FASTEST = 1000, RC_TIMELINE_TEXT = 64 };

/* The variable of the environment that it is handed on in. */
#define RC_TIMELINE_VARIABLE "RECON_CLOCK"

/* What time it is when this machine's clock shows unix_ms. */
int64_t rc_timeline_at(const struct rc_timeline *timeline, int64_t unix_ms);

/* How long so many milliseconds of this machine are. */
int64_t rc_timeline_span(const struct rc_timeline *timeline, int64_t real_ms);

/* "REAL_MS:OWN_MS:THOUSANDTHS", the speed in thousandths, as it is handed on; NULL or "" is the
 * time of this machine. False with an error that names the variable. */
bool rc_timeline_read(struct rc_timeline *timeline, const char *text, struct rc_error *err);
void rc_timeline_write(const struct rc_timeline *timeline, char text[RC_TIMELINE_TEXT]);

/* Stands still at an instant, "2026-04-01T12:00:00Z". False when it is none. */
bool rc_timeline_stop(struct rc_timeline *timeline, const char *instant);

#endif
