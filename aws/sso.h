/* IAM Identity Center's portal: keys of a role for somebody who has logged in. Source
 * of the members: "IAM Identity Center Portal API Reference". The token comes from
 * `aws sso login`; it is neither fetched nor renewed here. */
#ifndef RC_AWS_SSO_H
#define RC_AWS_SSO_H

#include "aws/call.h"

extern const struct rc_service rc_service_sso;

struct rc_sso_get_keys {
    const char *role_name;
    const char *account_id;
    const char *access_token;
};

struct rc_sso_keys {
    const char *access_key_id;
    const char *secret_access_key;
    const char *session_token;
    int64_t expiration_ms;
};

struct rc_sso_role_keys {
    const struct rc_sso_keys *keys;
};

/* Unsigned: the token says who asks. */
RC_OPERATION(rc_sso_get_keys, struct rc_sso_get_keys, struct rc_sso_role_keys);

#endif
