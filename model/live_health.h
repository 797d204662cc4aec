/* How a live session fares: what AWS refused, whether the login holds and the network is there,
 * how much is asked. Nothing here asks anything: it is told of every call that ends. */
#ifndef RC_MODEL_LIVE_HEALTH_H
#define RC_MODEL_LIVE_HEALTH_H

#include "model/live.h"

enum rc_live_trouble {
    RC_LIVE_NO_TROUBLE,
    RC_LIVE_DENIED,  /* a permission is missing: the error names it */
    RC_LIVE_LOGIN,   /* there are no credentials that are good */
    RC_LIVE_OFFLINE, /* nobody answers */
    RC_LIVE_THROTTLED,
    RC_LIVE_OTHER,
};

/* What a listing failed by; RC_LIVE_NO_TROUBLE when it did not, or AWS had no part in it. */
enum rc_live_trouble rc_listing_trouble(const struct rc_listing *listing);

/* What stands in the way of all that is asked: LOGIN or OFFLINE, until a call succeeds; else
 * RC_LIVE_NO_TROUBLE. `text` (NULL: nobody wants it) says what to do, for a banner. */
enum rc_live_trouble rc_live_trouble(const struct rc_live *live, const char **text);

/* Requests that were sent a second, over the last ten; and all of them, with retries. */
double rc_live_rate(const struct rc_live *live);
uint64_t rc_live_requests(const struct rc_live *live);

/* ----- calls that failed ----- */

enum { RC_LIVE_FAILURES = 200 }; /* that are kept, the newest */

struct rc_live_failure {
    enum rc_live_trouble trouble;
    int64_t at_ms; /* of AWS's time */
    const char *service, *operation;
    int status; /* HTTP; 0: no answer */
    int attempts;
    char code[64]; /* AWS's own; "" when there is none */
    char request[96];
    char text[400];
};

/* Oldest first; NULL past the last one. Valid until the loop runs. */
const struct rc_live_failure *rc_live_failure(const struct rc_live *live, size_t index);

/* How many there were, with those that are not kept any more; and without those that lacked a
 * permission, which asking later does not mend. */
uint64_t rc_live_failed(const struct rc_live *live);
uint64_t rc_live_setbacks(const struct rc_live *live);

#endif
