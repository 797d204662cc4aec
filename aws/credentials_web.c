/* Roles by web identity: a token that somebody else puts into a file (EKS, CI). */
#include "aws/credentials_internal.h"
#include "aws/profile_file.h"
#include "aws/secret.h"
#include "aws/sts.h"

#include <stdio.h>
#include <string.h>

enum { TOKEN_BYTES = 20000 }; /* "AssumeRoleWithWebIdentity" in the AWS STS API Reference */

static enum rc_seek_step read_role(struct rc_seek *seek, const void *answer)
{
    enum rc_seek_step step = rc_seek_read_assumed(seek, answer);
    snprintf(seek->found.source, sizeof seek->found.source, "web identity: role %s",
             rc_seek_setting(seek, "AWS_ROLE_ARN", "role_arn"));
    return step;
}

static void word_failure(struct rc_seek *seek, const struct rc_aws_error *error)
{
    (void)error;
    rc_error_prefix(&seek->err, "web identity cannot assume %s",
                    rc_seek_setting(seek, "AWS_ROLE_ARN", "role_arn"));
}

static enum rc_seek_step ask_sts(struct rc_seek *seek, const char *role_arn, const char *token)
{
    char session[RC_CREDENTIAL_ROOM];
    rc_seek_session_name(seek, session);
    const char *name = rc_seek_setting(seek, "AWS_ROLE_SESSION_NAME", "role_session_name");
    const struct rc_sts_assume_with_token in = {
        .role_arn = role_arn, .session_name = name ? name : session, .token = token};
    struct rc_seek_call *job = rc_seek_call_new(seek);
    if (!job)
        return RC_SEEK_FAILED;
    job->read = read_role;
    job->word = word_failure;
    job->call = rc_call_start_with(seek->aws, &rc_sts_assume_with_token_operation, &in, NULL,
                                   rc_seek_call_done, job);
    return rc_seek_call_started(job);
}

/* The file is read each time: tokens are exchanged under way. */
static enum rc_seek_step read_token(struct rc_seek *seek, const char *role_arn, const char *path)
{
    size_t length;
    struct rc_error err = {0};
    char *token = rc_secret_read(path, TOKEN_BYTES, &length, &err);
    if (!token)
        return rc_seek_fail(seek, err.code, "web identity: %s", err.text);
    length = strcspn(token, "\r\n");
    token[length] = '\0';
    enum rc_seek_step step =
        length ? ask_sts(seek, role_arn, token)
               : rc_seek_fail(seek, RC_DATA, "web identity: %s has no token", path);
    rc_secret_free(token);
    return step;
}

enum rc_seek_step rc_provider_web_identity(struct rc_seek *seek)
{
    char path[RC_PROFILE_PATH_BYTES];
    const char *file =
        rc_seek_setting(seek, "AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
    const char *role_arn = rc_seek_setting(seek, "AWS_ROLE_ARN", "role_arn");
    if (!file) {
        rc_seek_note(seek, "no web_identity_token_file");
        return RC_SEEK_NEXT;
    }
    if (!role_arn)
        return rc_seek_fail(seek, RC_USAGE,
                            "web identity: there is a token file and no role: set AWS_ROLE_ARN, or "
                            "role_arn in the profile \"%s\"",
                            seek->of);
    if (!rc_profile_expand(seek->profile, file, path, sizeof path))
        return rc_seek_fail(seek, RC_USAGE, "web identity: the token file's path is too long");
    return read_token(seek, role_arn, path);
}
