#include "aws/client_internal.h"

#include "aws/request.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* xorshift64*, Marsaglia (2003) and Vigna (2016): good enough for jitter. */
static double own_chance(struct rc_aws *aws)
{
    uint64_t x = aws->chance_state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    aws->chance_state = x;
    return (double)((x * 0x2545F4914F6CDD1DULL) >> 11) / 9007199254740992.0; /* 2^53 */
}

double rc_aws_chance(struct rc_aws *aws)
{
    return aws->chance ? aws->chance(aws->chance_ctx) : own_chance(aws);
}

static void seed(struct rc_aws *aws)
{
    if (getrandom(&aws->chance_state, sizeof aws->chance_state, GRND_NONBLOCK) !=
            sizeof aws->chance_state ||
        !aws->chance_state)
        aws->chance_state = (uint64_t)rc_loop_unix_ms(aws->loop) | 1;
}

struct rc_aws *rc_aws_new(struct rc_loop *loop, const struct rc_aws_options *options,
                          struct rc_error *err)
{
    struct rc_aws *aws = calloc(1, sizeof *aws);
    if (!aws) {
        rc_error_nomem(err);
        return NULL;
    }
    aws->loop = loop;
    aws->profile = options->profile;
    aws->log = options->log;
    aws->chance = options->chance;
    aws->chance_ctx = options->chance_ctx;
    seed(aws);
    for (int i = 0; i < RC_SERVICES; i++)
        aws->tokens[i].tokens = RC_RETRY_TOKENS;
    struct rc_http_options http = options->http;
    if (!http.ca_bundle)
        http.ca_bundle = rc_profile_getenv(options->profile, "AWS_CA_BUNDLE");
    if (http.ca_bundle && !*http.ca_bundle)
        http.ca_bundle = NULL;
    aws->metrics = rc_metrics_new();
    aws->http = aws->metrics ? rc_http_new(loop, &http, err) : NULL;
    if (!aws->metrics)
        rc_error_nomem(err);
    const struct rc_credential_options ask = {options->ask_mfa, options->ask_ctx};
    if (aws->http)
        aws->chain = rc_credential_chain_new(aws, aws->http, aws->profile, &ask, err);
    if (!aws->chain) {
        rc_aws_free(aws);
        return NULL;
    }
    return aws;
}

void rc_aws_free(struct rc_aws *aws)
{
    if (!aws)
        return;
    rc_credential_chain_free(aws->chain);
    rc_http_free(aws->http);
    rc_metrics_free(aws->metrics);
    OPENSSL_cleanse(aws->keys, sizeof aws->keys);
    free(aws);
}

struct rc_loop *rc_aws_loop(const struct rc_aws *aws)
{
    return aws->loop;
}

const struct rc_profile *rc_aws_profile(const struct rc_aws *aws)
{
    return aws->profile;
}

struct rc_metrics *rc_aws_metrics(struct rc_aws *aws)
{
    return aws->metrics;
}

void rc_aws_on_end(struct rc_aws *aws, void (*ended)(void *ctx, const struct rc_call *call),
                   void *ctx)
{
    aws->ended = ended;
    aws->ended_ctx = ctx;
}

void rc_aws_set_read_only(struct rc_aws *aws, bool read_only)
{
    aws->read_only = read_only;
}

bool rc_operation_reads(const struct rc_operation *operation)
{
    static const char *const beginnings[] = {"Describe", "Get", "Head", "List"};
    static const char *const names[] = {
        "AssumeRole",   "AssumeRoleWithWebIdentity",
        "BatchGetItem", "FilterLogEvents",
        "Query",        "ReceiveMessage",
        "Scan",         "StartQuery",
        "StopQuery",    "TransactGetItems",
    };
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (strncmp(operation->name, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(operation->name, names[i]) == 0)
            return true;
    return false;
}

int64_t rc_aws_unix_ms(const struct rc_aws *aws)
{
    return rc_loop_unix_ms(aws->loop) + 1000 * aws->ahead_s;
}

int64_t rc_aws_credentials_expire_ms(const struct rc_aws *aws)
{
    return rc_credential_chain_expires_ms(aws->chain);
}

const char *rc_aws_credentials_source(const struct rc_aws *aws)
{
    return rc_credential_chain_source(aws->chain);
}

/* ----- where to ----- */

/* An endpoint of one's own needs no region, but a signature does. */
static const char *region_of(const struct rc_aws *aws, const struct rc_service *service)
{
    const char *region = rc_profile_region(aws->profile);
    if (!region && rc_profile_endpoint(aws->profile, service))
        return "us-east-1";
    return region;
}

bool rc_aws_endpoint(const struct rc_aws *aws, const struct rc_service *service, char *url,
                     size_t room, struct rc_error *err)
{
    return rc_aws_endpoint_in(aws, service, NULL, url, room, err);
}

bool rc_aws_endpoint_in(const struct rc_aws *aws, const struct rc_service *service,
                        const char *region, char *url, size_t room, struct rc_error *err)
{
    const char *endpoint = rc_profile_endpoint(aws->profile, service);
    if (endpoint) {
        snprintf(url, room, "%s", endpoint);
        return true;
    }
    if (!region)
        region = region_of(aws, service);
    if (!region || !*region) {
        rc_error_set(err, RC_USAGE,
                     "no region is known: set AWS_REGION, or `region` in the profile \"%s\"",
                     rc_profile_name(aws->profile));
        return false;
    }
    if (region[strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-")]) {
        rc_error_set(err, RC_USAGE, "the region \"%.40s\" cannot be one", region);
        return false;
    }
    const char *suffix = strncmp(region, "cn-", 3) == 0 ? "amazonaws.com.cn" : "amazonaws.com";
    snprintf(url, room, "https://%s.%s.%s", service->host_prefix, region, suffix);
    return true;
}

bool rc_aws_sign_options(struct rc_aws *aws, const struct rc_service *service,
                         const struct rc_credentials *credentials, struct rc_sign_options *options,
                         struct rc_error *err)
{
    const char *region = region_of(aws, service);
    if (!region) {
        rc_error_set(err, RC_USAGE,
                     "no region is known: set AWS_REGION, or `region` in the "
                     "profile \"%s\"",
                     rc_profile_name(aws->profile));
        return false;
    }
    *options = (struct rc_sign_options){
        .access_key = credentials->access_key,
        .secret_key = credentials->secret_key,
        .session_token = credentials->session_token,
        .region = region,
        .service = service->signing_name,
        .unix_s = rc_loop_unix_ms(aws->loop) / 1000 + aws->clock_offset_s,
        .s3 = service->id == RC_SERVICE_S3,
        .key = &aws->keys[service->id],
    };
    return true;
}

/* ----- presigned URLs ----- */

struct wait_for_keys {
    struct rc_credential_waiter waiter;
    bool done;
    struct rc_error *err;
};

static void keys_ready(struct rc_credential_waiter *waiter,
                       const struct rc_credentials *credentials, const struct rc_error *err)
{
    struct wait_for_keys *wait = waiter->ctx;
    wait->done = true;
    if (!credentials && wait->err && err)
        *wait->err = *err;
}

static const struct rc_credentials *await_credentials(struct rc_aws *aws, struct rc_error *err)
{
    struct wait_for_keys wait = {.err = err};
    wait.waiter = (struct rc_credential_waiter){.ready = keys_ready, .ctx = &wait};
    const struct rc_credentials *keys = rc_credential_chain_get(aws->chain, &wait.waiter);
    if (keys)
        return keys;
    if (!rc_loop_until(aws->loop, &wait.done, -1)) {
        rc_credential_chain_forget(aws->chain, &wait.waiter);
        rc_error_set(err, RC_IO, "nothing is left to wait for, and no credentials were found");
        return NULL;
    }
    struct rc_credential_waiter none = {0};
    keys = rc_credential_chain_get(aws->chain, &none);
    if (!keys) {
        rc_credential_chain_forget(aws->chain, &none);
        if (err && !err->text[0])
            rc_error_set(err, RC_IO, "the credentials expired while they were fetched");
    }
    return keys;
}

bool rc_aws_presign(struct rc_aws *aws, const struct rc_operation *operation, const void *in,
                    int64_t expires_s, struct rc_buf *url, struct rc_error *err)
{
    char base[512];
    struct rc_wire wire;
    struct rc_sign_options options;
    const struct rc_service *service = operation->service;
    const struct rc_credentials *keys = await_credentials(aws, err);
    if (!keys || !rc_aws_endpoint(aws, service, base, sizeof base, err) ||
        !rc_aws_sign_options(aws, service, keys, &options, err) ||
        !rc_request_build(operation, in, base, !rc_profile_endpoint(aws->profile, service), &wire,
                          err))
        return false;
    options.expires_s = expires_s;
    struct rc_buf host;
    rc_buf_init(&host, RC_REQUEST_URL_CAP);
    rc_buf_add(&host, wire.url.data + wire.host_offset, wire.path_offset - wire.host_offset);
    const struct rc_sign_header header = {"host", host.data ? host.data : ""};
    const struct rc_sign_request request = {
        .method = operation->method ? operation->method : "POST",
        .path = wire.url.data + wire.path_offset,
        .query = wire.query.data,
        .headers = &header,
        .header_count = 1,
        .payload_hash = rc_sign_unsigned_payload,
    };
    rc_buf_add(url, wire.url.data, wire.url.length);
    rc_buf_add_char(url, '?');
    struct rc_buf query;
    rc_buf_init(&query, RC_REQUEST_URL_CAP);
    bool ok = rc_sign_query(&request, &options, &query, err);
    if (ok)
        rc_buf_add(url, query.data, query.length);
    rc_buf_free(&query);
    rc_buf_free(&host);
    rc_request_free(&wire);
    return ok && !url->failed;
}
