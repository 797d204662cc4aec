/* Keys that stand in a file: the credentials file, or the config file. */
#include "aws/credentials_internal.h"

#include <stdio.h>

static enum rc_seek_step keys_of(struct rc_seek *seek, enum rc_profile_file file)
{
    const struct rc_profile *profile = seek->profile;
    const char *access_key = rc_profile_get_from(profile, file, seek->of, "aws_access_key_id");
    const char *secret_key = rc_profile_get_from(profile, file, seek->of, "aws_secret_access_key");
    const char *token = rc_profile_get_from(profile, file, seek->of, "aws_session_token");
    if (!access_key) {
        rc_seek_note(seek, "no aws_access_key_id");
        return RC_SEEK_NEXT;
    }
    if (!secret_key)
        return rc_seek_fail(seek, RC_INVALID,
                            "%s: the profile \"%s\" has aws_access_key_id and no "
                            "aws_secret_access_key",
                            rc_profile_path(profile, file), seek->of);
    if (!token) /* its old name */
        token = rc_profile_get_from(profile, file, seek->of, "aws_security_token");
    snprintf(seek->found.source, sizeof seek->found.source, "profile %s in %s", seek->of,
             rc_profile_path(profile, file));
    return rc_seek_found(seek, access_key, secret_key, token, 0);
}

enum rc_seek_step rc_provider_shared(struct rc_seek *seek)
{
    return keys_of(seek, RC_PROFILE_CREDENTIALS);
}

enum rc_seek_step rc_provider_config(struct rc_seek *seek)
{
    return keys_of(seek, RC_PROFILE_CONFIG);
}
