#include "aws/credentials_internal.h"

#include <stdio.h>

enum rc_seek_step rc_provider_environment(struct rc_seek *seek)
{
    const char *access_key = rc_profile_getenv(seek->profile, "AWS_ACCESS_KEY_ID");
    const char *secret_key = rc_profile_getenv(seek->profile, "AWS_SECRET_ACCESS_KEY");
    const char *token = rc_profile_getenv(seek->profile, "AWS_SESSION_TOKEN");
    const char *expires = rc_profile_getenv(seek->profile, "AWS_CREDENTIAL_EXPIRATION");
    int64_t expires_unix_ms = 0;
    if (!access_key) {
        rc_seek_note(seek, "AWS_ACCESS_KEY_ID is not set");
        return RC_SEEK_NEXT;
    }
    if (!secret_key)
        return rc_seek_fail(seek, RC_USAGE,
                            "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not");
    if (expires && !rc_credentials_time(expires, &expires_unix_ms))
        return rc_seek_fail(seek, RC_USAGE,
                            "AWS_CREDENTIAL_EXPIRATION is no time like 2026-11-24T20:00:00Z");
    snprintf(seek->found.source, sizeof seek->found.source, "the environment");
    return rc_seek_found(seek, access_key, secret_key, token, expires_unix_ms);
}
