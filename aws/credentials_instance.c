/* Keys of an EC2 instance's role, by IMDSv2 alone: a token first, then the role's
 * name, then its keys. Source: "Use the Instance Metadata Service" in the Amazon EC2
 * User Guide; botocore for timeouts. */
#include "aws/credentials_internal.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TOKEN_PATH "latest/api/token"
#define ROLES_PATH "latest/meta-data/iam/security-credentials/"

enum {
    TIMEOUT_MS = 1000, /* of an attempt: where there is no such service, nobody answers */
    MOST_TIMEOUT_S = 60,
    MOST_ATTEMPTS = 10,
    BASE_BYTES = 256,
    TOKEN_BYTES = 256,
    ROLE_BYTES = 96, /* a role's name has at most 64 */
    /* botocore's InstanceMetadataFetcher: keys that are about to expire, because the
     * service cannot renew them now, are used on; 15 minutes and 2 to 10 more later
     * they are asked for again. */
    EXTEND_MS = 15 * 60 * 1000,
    JITTER_LEAST_MS = 2 * 60 * 1000,
    JITTER_MOST_MS = 10 * 60 * 1000,
};

struct instance {
    struct rc_seek *seek;
    struct rc_fetch fetch;
    char base[BASE_BYTES]; /* with a slash behind */
    char token[TOKEN_BYTES];
    char role[ROLE_BYTES];
};

static void release(struct instance *instance)
{
    rc_fetch_clear(&instance->fetch);
    OPENSSL_cleanse(instance->token, sizeof instance->token);
    free(instance);
}

static void stop(struct rc_seek *seek)
{
    release(seek->job);
}

static void end(struct instance *instance, enum rc_seek_step step)
{
    struct rc_seek *seek = instance->seek;
    release(instance);
    rc_seek_end(seek, step);
}

static void ask(struct instance *instance, const char *path, const char *rest,
                void (*done)(struct rc_fetch *fetch))
{
    struct rc_fetch *fetch = &instance->fetch;
    fetch->method = "GET";
    snprintf(fetch->url, sizeof fetch->url, "%s%s%s", instance->base, path, rest);
    fetch->headers[0] = (struct rc_http_header){"X-aws-ec2-metadata-token", instance->token};
    fetch->done = done;
    if (!rc_fetch_start(fetch, &instance->seek->err))
        end(instance, RC_SEEK_FAILED);
}

/* The first line of an answer as a text without blanks around; false when it is empty
 * or has something else than letters, digits and `others`. */
static bool take_line(const struct rc_fetch *fetch, char *text, size_t room, const char *others)
{
    size_t length = strcspn(fetch->body, " \t\r\n");
    if (!length || length >= room)
        return false;
    memcpy(text, fetch->body, length);
    text[length] = '\0';
    for (const char *c = text; *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr(others, *c))
            return false;
    return true;
}

/* Keys that the service has not renewed in time are good for a while longer. */
static void extend(struct instance *instance)
{
    struct rc_credentials *found = &instance->seek->found;
    int64_t now_ms = rc_loop_unix_ms(rc_aws_loop(instance->seek->aws));
    double jitter = rc_aws_chance(instance->seek->aws) * (JITTER_MOST_MS - JITTER_LEAST_MS);
    int64_t more_ms = EXTEND_MS + JITTER_LEAST_MS + (int64_t)jitter;
    if (found->expires_unix_ms && found->expires_unix_ms - now_ms <= more_ms)
        found->expires_unix_ms = now_ms + more_ms;
}

static void keys_came(struct rc_fetch *fetch)
{
    struct instance *instance = fetch->ctx;
    struct rc_seek *seek = instance->seek;
    if (*fetch->why) {
        end(instance, rc_seek_fail(seek, RC_IO, "instance: no keys of the role %s from %s: %s",
                                   instance->role, instance->base, fetch->why));
        return;
    }
    enum rc_seek_step step =
        rc_seek_read_json(seek, fetch->body, fetch->length, "Token", "instance");
    snprintf(seek->found.source, sizeof seek->found.source, "the instance's role %s",
             instance->role);
    if (step == RC_SEEK_FOUND)
        extend(instance);
    end(instance, step);
}

static void role_came(struct rc_fetch *fetch)
{
    struct instance *instance = fetch->ctx;
    struct rc_seek *seek = instance->seek;
    if (fetch->status == 404) {
        rc_seek_note(seek, "the instance has no role");
        end(instance, RC_SEEK_NEXT);
    } else if (*fetch->why) {
        end(instance,
            rc_seek_fail(seek, RC_IO, "instance: no role from %s: %s", instance->base, fetch->why));
    } else if (!take_line(fetch, instance->role, sizeof instance->role, "_+=,.@-")) {
        end(instance, rc_seek_fail(seek, RC_DATA, "instance: the role's name is none"));
    } else {
        ask(instance, ROLES_PATH, instance->role, keys_came);
    }
}

static void token_came(struct rc_fetch *fetch)
{
    struct instance *instance = fetch->ctx;
    struct rc_seek *seek = instance->seek;
    if (*fetch->why) {
        rc_seek_note(seek, "%s", fetch->why);
        end(instance, RC_SEEK_NEXT);
    } else if (!take_line(fetch, instance->token, sizeof instance->token, "_-+/=.")) {
        end(instance,
            rc_seek_fail(seek, RC_DATA, "instance: the token of %s is none", instance->base));
    } else {
        ask(instance, ROLES_PATH, "", role_came);
    }
}

/* ----- where, and how patiently ----- */

static bool is_true(const char *word)
{
    return word && strcasecmp(word, "true") == 0;
}

/* A whole number of a setting in its bounds, or `usual`. */
static int64_t number(const struct rc_seek *seek, const char *variable, const char *setting,
                      int64_t most, int64_t usual)
{
    const char *text = rc_profile_getenv(seek->profile, variable);
    if (!text)
        text = rc_profile_get(seek->profile, seek->of, setting);
    char *rest = NULL;
    long value = text ? strtol(text, &rest, 10) : 0;
    return text && *rest == '\0' && value >= 1 && value <= most ? value : usual;
}

static bool find_base(struct instance *instance)
{
    const struct rc_seek *seek = instance->seek;
    const char *url = rc_profile_getenv(seek->profile, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    const char *mode = rc_profile_getenv(seek->profile, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
    if (!url)
        url = rc_profile_get(seek->profile, seek->of, "ec2_metadata_service_endpoint");
    if (!mode)
        mode = rc_profile_get(seek->profile, seek->of, "ec2_metadata_service_endpoint_mode");
    if (!url)
        url = mode && strcasecmp(mode, "ipv6") == 0 ? "http://[fd00:ec2::254]"
                                                    : "http://169.254.169.254";
    size_t length = strlen(url);
    int wrote = snprintf(instance->base, BASE_BYTES, "%s%s", url,
                         length && url[length - 1] == '/' ? "" : "/");
    if (wrote > 0 && wrote < BASE_BYTES)
        return true;
    rc_seek_fail(instance->seek, RC_LIMIT, "ec2_metadata_service_endpoint has more than %d bytes",
                 BASE_BYTES - 2);
    return false;
}

static bool start(struct instance *instance)
{
    struct rc_seek *seek = instance->seek;
    if (!find_base(instance))
        return false;
    int64_t timeout_s = number(seek, "AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout",
                               MOST_TIMEOUT_S, TIMEOUT_MS / 1000);
    struct rc_fetch *fetch = &instance->fetch;
    *fetch = (struct rc_fetch){
        .aws = seek->aws,
        .http = seek->http,
        .method = "PUT",
        .headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}},
        .header_count = 1,
        .attempts = (int)number(seek, "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
                                "metadata_service_num_attempts", MOST_ATTEMPTS, 1),
        .connect_timeout_ms = timeout_s * 1000,
        .timeout_ms = timeout_s * 1000,
        .done = token_came,
        .ctx = instance,
    };
    snprintf(fetch->url, sizeof fetch->url, "%s%s", instance->base, TOKEN_PATH);
    return rc_fetch_start(fetch, &seek->err);
}

enum rc_seek_step rc_provider_instance(struct rc_seek *seek)
{
    if (is_true(rc_profile_getenv(seek->profile, "AWS_EC2_METADATA_DISABLED"))) {
        rc_seek_note(seek, "AWS_EC2_METADATA_DISABLED is true");
        return RC_SEEK_NEXT;
    }
    struct instance *instance = calloc(1, sizeof *instance);
    if (!instance) {
        rc_error_nomem(&seek->err);
        return RC_SEEK_FAILED;
    }
    instance->seek = seek;
    instance->fetch.aws = seek->aws;
    seek->job = instance;
    seek->stop = stop;
    if (start(instance))
        return RC_SEEK_WAIT;
    release(instance);
    seek->job = NULL;
    seek->stop = NULL;
    return RC_SEEK_FAILED;
}
