/* Whether a request is signed by the one key that there is: SigV4 in headers or in the
 * query, computed anew and compared. */
#ifndef RC_LOCAL_AUTH_H
#define RC_LOCAL_AUTH_H

#include "local/exchange.h"

enum rc_auth {
    RC_AUTH_OK,
    RC_AUTH_MISSING,   /* no signature */
    RC_AUTH_KEY,       /* an access key that there is not */
    RC_AUTH_SIGNATURE, /* another secret, or something was changed on the way */
    RC_AUTH_SKEWED,    /* the date is over 15 minutes off */
    RC_AUTH_EXPIRED,   /* a presigned URL past its time */
    RC_AUTH_MALFORMED,
    RC_AUTH_PAYLOAD, /* the body is not the one that was signed */
};

/* service gets the signing name of the credential's scope (32 bytes), also when the
 * signature is wrong, so that the error can be put in the service's way. */
enum rc_auth rc_auth_check(struct rc_exchange *exchange, char service[32]);

#endif
