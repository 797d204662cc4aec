/* AWS STS: who one is, and keys of a role. Source of the members: "AWS Security Token
 * Service API Reference", version 2011-06-15. */
#ifndef RC_AWS_STS_H
#define RC_AWS_STS_H

#include "aws/call.h"

extern const struct rc_service rc_service_sts;

struct rc_sts_caller {
    const char *user_id;
    const char *account;
    const char *arn;
};

RC_OPERATION(rc_sts_get_caller_identity, struct rc_nothing, struct rc_sts_caller);

struct rc_sts_keys {
    const char *access_key_id;
    const char *secret_access_key;
    const char *session_token;
    int64_t expiration_ms;
};

struct rc_sts_role_user {
    const char *id;
    const char *arn;
};

struct rc_sts_assumed {
    const struct rc_sts_keys *keys;
    const struct rc_sts_role_user *user;
};

struct rc_sts_assume_role {
    const char *role_arn;
    const char *session_name;
    int64_t duration_s; /* 0: an hour; 900 to 43,200 */
    const char *external_id;
    const char *mfa_serial;
    const char *mfa_code;
};

RC_OPERATION(rc_sts_assume_role, struct rc_sts_assume_role, struct rc_sts_assumed);

struct rc_sts_assume_with_token {
    const char *role_arn;
    const char *session_name;
    const char *token;  /* of OAuth 2.0 or OpenID Connect */
    int64_t duration_s; /* 0: an hour */
};

/* Unsigned: the token says who asks. */
RC_OPERATION(rc_sts_assume_with_token, struct rc_sts_assume_with_token, struct rc_sts_assumed);

#endif
