#include "aws/credentials_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The order is that of the SDKs: "Standardized credential providers" in the AWS SDKs
 * and Tools Reference Guide, and botocore's. */
static const struct rc_provider providers[] = {
    {"environment", "Environment", RC_SEEK_CHAIN, rc_provider_environment},
    {"role", NULL, RC_SEEK_CHAIN, rc_provider_role},
    {"web identity", NULL, RC_SEEK_CHAIN | RC_SEEK_SOURCE, rc_provider_web_identity},
    {"SSO", NULL, RC_SEEK_CHAIN | RC_SEEK_SOURCE, rc_provider_sso},
    {"credentials file", NULL, RC_SEEK_CHAIN | RC_SEEK_SOURCE, rc_provider_shared},
    {"process", NULL, RC_SEEK_CHAIN | RC_SEEK_SOURCE, rc_provider_process},
    {"config file", NULL, RC_SEEK_CHAIN | RC_SEEK_SOURCE, rc_provider_config},
    {"container", "EcsContainer", RC_SEEK_CHAIN, rc_provider_container},
    {"instance", "Ec2InstanceMetadata", RC_SEEK_CHAIN, rc_provider_instance},
};

enum { PROVIDERS = sizeof providers / sizeof *providers, TRIED_BYTES = 360 };

const struct rc_provider *rc_provider_of_source(const char *source)
{
    for (size_t i = 0; i < PROVIDERS; i++)
        if (providers[i].source && strcmp(providers[i].source, source) == 0)
            return &providers[i];
    return NULL;
}

/* The next row that counts, or NULL. */
static const struct rc_provider *next_provider(struct rc_seek *seek)
{
    if (seek->only)
        return seek->row++ == 0 ? seek->only : NULL;
    while (seek->row < PROVIDERS) {
        const struct rc_provider *provider = &providers[seek->row++];
        bool named = provider->start == rc_provider_environment && rc_profile_named(seek->profile);
        if ((provider->tables & seek->table) && !named)
            return provider;
    }
    return NULL;
}

bool rc_seek_from_environment(const struct rc_seek *seek)
{
    return seek->only || (seek->table == RC_SEEK_CHAIN && !rc_profile_named(seek->profile));
}

const char *rc_seek_setting(const struct rc_seek *seek, const char *variable, const char *setting)
{
    const char *value =
        rc_seek_from_environment(seek) ? rc_profile_getenv(seek->profile, variable) : NULL;
    return value ? value : rc_profile_get(seek->profile, seek->of, setting);
}

void rc_seek_note(struct rc_seek *seek, const char *format, ...)
{
    char text[160];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const struct rc_provider *provider = seek->only ? seek->only : &providers[seek->row - 1];
    rc_buf_printf(&seek->tried, "%s%s: %s", seek->tried.length ? "; " : "", provider->name, text);
}

enum rc_seek_step rc_seek_fail(struct rc_seek *seek, enum rc_code code, const char *format, ...)
{
    char text[RC_ERROR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    rc_error_set(&seek->err, code, "%s", text);
    return RC_SEEK_FAILED;
}

enum rc_seek_step rc_seek_found(struct rc_seek *seek, const char *access_key,
                                const char *secret_key, const char *token, int64_t expires_unix_ms)
{
    if (!rc_credentials_set(&seek->found, access_key, secret_key, token))
        return rc_seek_fail(seek, RC_LIMIT,
                            "the keys are too long, or there is no memory for them");
    seek->found.expires_unix_ms = expires_unix_ms;
    return RC_SEEK_FOUND;
}

static enum rc_seek_step nothing_found(struct rc_seek *seek)
{
    const char *tried = seek->tried.data ? seek->tried.data : "";
    if (seek->only)
        return rc_seek_fail(seek, RC_USAGE,
                            "credential_source of the profile \"%s\" has no keys (%s)", seek->of,
                            tried);
    if (seek->table == RC_SEEK_SOURCE)
        return rc_seek_fail(seek, RC_USAGE, "the source_profile \"%s\" has no keys (%s)", seek->of,
                            tried);
    return rc_seek_fail(seek, RC_USAGE,
                        "no AWS credentials (%s). Run `aws configure` or `aws sso login`, or name "
                        "a profile that has some",
                        tried);
}

static void finish(struct rc_seek *seek, bool found)
{
    rc_buf_free(&seek->tried);
    if (!found)
        rc_credentials_clear(&seek->found);
    seek->done(seek, found); /* which may free it */
}

static void go_on(struct rc_seek *seek, enum rc_seek_step step)
{
    const struct rc_provider *provider;
    for (;;) {
        switch (step) {
        case RC_SEEK_AGAIN:
            seek->row = 0;
            rc_buf_clear(&seek->tried);
            /* fall through */
        case RC_SEEK_NEXT:
            provider = next_provider(seek);
            step = provider ? provider->start(seek) : nothing_found(seek);
            break;
        case RC_SEEK_FOUND:
            if (!seek->role_count) {
                finish(seek, true);
                return;
            }
            step = rc_seek_assume(seek);
            break;
        case RC_SEEK_FAILED:
            finish(seek, false);
            return;
        case RC_SEEK_WAIT:
            return;
        }
    }
}

void rc_seek_start(struct rc_seek *seek)
{
    seek->of = rc_profile_name(seek->profile);
    seek->table = RC_SEEK_CHAIN;
    seek->only = NULL;
    seek->row = 0;
    seek->role_count = 0;
    seek->asked_mfa = false;
    seek->err = (struct rc_error){0};
    rc_credentials_clear(&seek->found);
    rc_buf_init(&seek->tried, TRIED_BYTES);
    go_on(seek, RC_SEEK_NEXT);
}

void rc_seek_end(struct rc_seek *seek, enum rc_seek_step step)
{
    seek->job = NULL;
    seek->stop = NULL;
    go_on(seek, step);
}

void rc_seek_stop(struct rc_seek *seek)
{
    if (seek->stop)
        seek->stop(seek);
    seek->job = NULL;
    seek->stop = NULL;
    rc_buf_free(&seek->tried);
    rc_credentials_clear(&seek->found);
}
