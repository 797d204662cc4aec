/* Roles of profiles (role_arn): whose keys ask for one, and asking. The rules are
 * botocore's (AssumeRoleProvider). */
#include "aws/credentials_internal.h"
#include "aws/sts.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CODE_BYTES = 16, /* of an MFA device: six digits */
    /* "AssumeRole" in the AWS Security Token Service API Reference. */
    LEAST_DURATION_S = 900,
    MOST_DURATION_S = 43200,
};

/* A profile with a token file assumes its role by web identity. */
static bool has_role(const struct rc_seek *seek, const char *of)
{
    return rc_profile_get(seek->profile, of, "role_arn") &&
           !rc_profile_get(seek->profile, of, "web_identity_token_file");
}

static bool has_keys(const struct rc_seek *seek, const char *of)
{
    return rc_profile_get(seek->profile, of, "aws_access_key_id") ||
           rc_profile_get(seek->profile, of, "aws_secret_access_key");
}

static enum rc_seek_step refuse_cycle(struct rc_seek *seek, const char *again)
{
    struct rc_buf way;
    rc_buf_init(&way, 300);
    for (size_t i = 0; i < seek->role_count; i++)
        rc_buf_printf(&way, "%s -> ", seek->roles[i]);
    rc_seek_fail(seek, RC_INVALID, "source_profile leads in a circle: %s%s",
                 way.data ? way.data : "", again);
    rc_buf_free(&way);
    return RC_SEEK_FAILED;
}

static bool was_seen(const struct rc_seek *seek, const char *of)
{
    for (size_t i = 0; i < seek->role_count; i++)
        if (strcmp(seek->roles[i], of) == 0)
            return true;
    return false;
}

static enum rc_seek_step go_to_source(struct rc_seek *seek, const char *source)
{
    seek->only = rc_provider_of_source(source);
    if (!seek->only)
        return rc_seek_fail(seek, RC_INVALID,
                            "profile \"%s\": credential_source is %s; it can be Environment, "
                            "Ec2InstanceMetadata or EcsContainer",
                            seek->of, source);
    return RC_SEEK_AGAIN;
}

/* Puts the profile's role on the list and turns to whoever may assume it: *next is
 * the profile that is looked at next, NULL when the way is clear. */
static enum rc_seek_step add_role(struct rc_seek *seek, const char **next)
{
    const char *of = seek->of;
    const char *source_profile = rc_profile_get(seek->profile, of, "source_profile");
    const char *source = rc_profile_get(seek->profile, of, "credential_source");
    *next = NULL;
    if (seek->role_count == RC_CREDENTIAL_ROLES)
        return rc_seek_fail(seek, RC_LIMIT, "profile \"%s\": more than %d roles in a row", of,
                            RC_CREDENTIAL_ROLES);
    if (!source_profile == !source)
        return rc_seek_fail(seek, RC_INVALID,
                            "profile \"%s\" has a role_arn and %s source_profile %s "
                            "credential_source: it needs one of them",
                            of, source ? "both" : "neither", source ? "and" : "nor");
    seek->roles[seek->role_count++] = of;
    seek->table = RC_SEEK_SOURCE;
    if (source)
        return go_to_source(seek, source);
    if (!rc_profile_has(seek->profile, source_profile))
        return rc_seek_fail(seek, RC_INVALID,
                            "profile \"%s\": there is no profile \"%s\", which is its "
                            "source_profile",
                            of, source_profile);
    /* A profile may be its own source, when it has keys, too. */
    bool own = strcmp(source_profile, of) == 0 && has_keys(seek, of);
    if (was_seen(seek, source_profile) && !own)
        return refuse_cycle(seek, source_profile);
    seek->of = source_profile;
    if (!own && has_role(seek, source_profile) && !has_keys(seek, source_profile))
        *next = source_profile;
    return RC_SEEK_AGAIN;
}

enum rc_seek_step rc_provider_role(struct rc_seek *seek)
{
    if (!has_role(seek, seek->of)) {
        rc_seek_note(seek, "no role_arn");
        return RC_SEEK_NEXT;
    }
    const char *next = seek->of;
    enum rc_seek_step step = RC_SEEK_AGAIN;
    while (next && step == RC_SEEK_AGAIN)
        step = add_role(seek, &next);
    return step;
}

/* ----- asking STS ----- */

static bool read_duration(struct rc_seek *seek, const char *of, int64_t *duration_s)
{
    const char *text = rc_profile_get(seek->profile, of, "duration_seconds");
    *duration_s = 0;
    if (!text)
        return true;
    char *end;
    long value = strtol(text, &end, 10);
    *duration_s = value;
    if (*end == '\0' && value >= LEAST_DURATION_S && value <= MOST_DURATION_S)
        return true;
    rc_seek_fail(seek, RC_INVALID, "profile \"%s\": duration_seconds is %s; it can be %d to %d", of,
                 text, LEAST_DURATION_S, MOST_DURATION_S);
    return false;
}

static bool ask_code(struct rc_seek *seek, const char *of, const char *serial,
                     char code[CODE_BYTES])
{
    if (!seek->ask.ask_mfa) {
        rc_seek_fail(seek, RC_USAGE,
                     "profile \"%s\" needs a code of the MFA device %s, and there is nobody to ask",
                     of, serial);
        return false;
    }
    if (seek->ask.ask_mfa(seek->ask.ask_ctx, serial, code, CODE_BYTES) && *code) {
        seek->asked_mfa = true;
        return true;
    }
    rc_seek_fail(seek, RC_USAGE, "no code of the MFA device %s was given", serial);
    return false;
}

static enum rc_seek_step read_role(struct rc_seek *seek, const void *answer)
{
    const char *of = seek->roles[--seek->role_count];
    enum rc_seek_step step = rc_seek_read_assumed(seek, answer);
    snprintf(seek->found.source, sizeof seek->found.source, "profile %s: role %s", of,
             rc_profile_get(seek->profile, of, "role_arn"));
    return step;
}

static void word_failure(struct rc_seek *seek, const struct rc_aws_error *error)
{
    (void)error;
    const char *of = seek->roles[seek->role_count - 1];
    rc_error_prefix(&seek->err, "profile \"%s\" cannot assume %s", of,
                    rc_profile_get(seek->profile, of, "role_arn"));
}

static enum rc_seek_step ask_sts(struct rc_seek *seek, const struct rc_sts_assume_role *in)
{
    struct rc_seek_call *job = rc_seek_call_new(seek);
    if (!job)
        return RC_SEEK_FAILED;
    job->read = read_role;
    job->word = word_failure;
    job->call = rc_call_start_with(seek->aws, &rc_sts_assume_role_operation, in, &seek->found,
                                   rc_seek_call_done, job);
    return rc_seek_call_started(job);
}

enum rc_seek_step rc_seek_assume(struct rc_seek *seek)
{
    const char *of = seek->roles[seek->role_count - 1];
    const struct rc_profile *profile = seek->profile;
    char session[RC_CREDENTIAL_ROOM], code[CODE_BYTES] = "";
    rc_seek_session_name(seek, session);
    struct rc_sts_assume_role in = {
        .role_arn = rc_profile_get(profile, of, "role_arn"),
        .session_name = rc_profile_get(profile, of, "role_session_name"),
        .external_id = rc_profile_get(profile, of, "external_id"),
        .mfa_serial = rc_profile_get(profile, of, "mfa_serial"),
    };
    if (!in.session_name)
        in.session_name = session;
    if (!read_duration(seek, of, &in.duration_s) ||
        (in.mfa_serial && !ask_code(seek, of, in.mfa_serial, code)))
        return RC_SEEK_FAILED;
    in.mfa_code = in.mfa_serial ? code : NULL;
    enum rc_seek_step step = ask_sts(seek, &in);
    OPENSSL_cleanse(code, sizeof code);
    return step;
}
