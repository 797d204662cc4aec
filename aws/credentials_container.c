/* Keys of a container (ECS, EKS Pod Identity). Sources: "Container credential
 * provider" in the AWS SDKs and Tools Reference Guide; botocore for timeouts. */
#include "aws/credentials_internal.h"
#include "aws/profile_file.h"
#include "aws/secret.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIMEOUT_MS = 2000, ATTEMPTS = 3, BETWEEN_MS = 1000, TOKEN_BYTES = 16 << 10 };

struct container {
    struct rc_seek *seek;
    struct rc_fetch fetch;
    char *token; /* of the Authorization header, secret memory; NULL: none */
};

static void release(struct container *container)
{
    rc_fetch_clear(&container->fetch);
    rc_secret_free(container->token);
    free(container);
}

static void stop(struct rc_seek *seek)
{
    release(seek->job);
}

/* ----- where ----- */

/* Hosts that may be asked without TLS: this one, and those of ECS and EKS. */
static bool is_own_host(const char *host)
{
    static const char *const own[] = {"localhost", "169.254.170.2", "169.254.170.23",
                                      "[fd00:ec2::23]", "[::1]"};
    struct in_addr address;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(host, own[i]) == 0)
            return true;
    return inet_pton(AF_INET, host, &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
}

static bool check_url(struct rc_seek *seek, const char *url)
{
    CURLU *parts = curl_url();
    char *scheme = NULL, *host = NULL;
    bool ok = parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
              curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
              curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK;
    if (!ok)
        rc_seek_fail(seek, RC_USAGE, "AWS_CONTAINER_CREDENTIALS_FULL_URI is no URL");
    else if (strcmp(scheme, "https") != 0 && (strcmp(scheme, "http") != 0 || !is_own_host(host))) {
        ok = false;
        rc_seek_fail(seek, RC_USAGE,
                     "AWS_CONTAINER_CREDENTIALS_FULL_URI: %.100s may not be asked without TLS: "
                     "only this host, 169.254.170.2, 169.254.170.23 and fd00:ec2::23 may",
                     host);
    }
    curl_free(host);
    curl_free(scheme);
    curl_url_cleanup(parts);
    return ok;
}

static bool find_url(struct container *container, const char *relative, const char *full)
{
    struct rc_seek *seek = container->seek;
    char *url = container->fetch.url;
    int length = relative ? snprintf(url, RC_FETCH_URL_BYTES, "http://169.254.170.2%s", relative)
                          : snprintf(url, RC_FETCH_URL_BYTES, "%s", full);
    if (length < 0 || length >= RC_FETCH_URL_BYTES) {
        rc_seek_fail(seek, RC_LIMIT, "the container's URL has more than %d bytes",
                     RC_FETCH_URL_BYTES - 1);
        return false;
    }
    if (relative && *relative != '/') {
        rc_seek_fail(seek, RC_USAGE,
                     "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with /");
        return false;
    }
    return relative || check_url(seek, url);
}

/* ----- the token ----- */

/* What comes from a file ends with its first line. */
static bool check_token(struct container *container, size_t length, bool of_file)
{
    char *token = container->token;
    size_t line = strcspn(token, "\r\n");
    if (of_file && strspn(token + line, "\r\n") == length - line)
        token[length = line] = '\0';
    if (line == length)
        return true;
    rc_seek_fail(container->seek, RC_USAGE, "the container's authorization token has a line's end");
    return false;
}

/* The file is read each time: its token is exchanged under way. */
static bool find_token(struct container *container)
{
    struct rc_seek *seek = container->seek;
    char path[RC_PROFILE_PATH_BYTES];
    size_t length = 0;
    struct rc_error err = {0};
    const char *file = rc_profile_getenv(seek->profile, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *token = rc_profile_getenv(seek->profile, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    if (file) {
        if (!rc_profile_expand(seek->profile, file, path, sizeof path)) {
            rc_seek_fail(seek, RC_USAGE, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE is too long");
            return false;
        }
        container->token = rc_secret_read(path, TOKEN_BYTES, &length, &err);
    } else if (token) {
        length = strlen(token);
        container->token = rc_secret_alloc(length + 1);
        if (container->token)
            memcpy(container->token, token, length);
        else
            rc_error_nomem(&err);
    } else {
        return true;
    }
    if (!container->token) {
        rc_seek_fail(seek, err.code, "container: %s", err.text);
        return false;
    }
    return check_token(container, length, file != NULL);
}

/* ----- asking ----- */

static void answered(struct rc_fetch *fetch)
{
    struct container *container = fetch->ctx;
    struct rc_seek *seek = container->seek;
    enum rc_seek_step step;
    if (*fetch->why)
        step = rc_seek_fail(seek, RC_IO, "container: no keys from %s: %s", fetch->url, fetch->why);
    else
        step = rc_seek_read_json(seek, fetch->body, fetch->length, "Token", "container");
    snprintf(seek->found.source, sizeof seek->found.source, "the container");
    release(container);
    rc_seek_end(seek, step);
}

static bool start(struct container *container, const char *relative, const char *full)
{
    struct rc_fetch *fetch = &container->fetch;
    if (!find_url(container, relative, full) || !find_token(container))
        return false;
    fetch->headers[fetch->header_count++] = (struct rc_http_header){"Accept", "application/json"};
    if (container->token)
        fetch->headers[fetch->header_count++] =
            (struct rc_http_header){"Authorization", container->token};
    return rc_fetch_start(fetch, &container->seek->err);
}

enum rc_seek_step rc_provider_container(struct rc_seek *seek)
{
    const char *relative =
        rc_profile_getenv(seek->profile, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = rc_profile_getenv(seek->profile, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (!relative && !full) {
        rc_seek_note(seek, "no AWS_CONTAINER_CREDENTIALS_*_URI");
        return RC_SEEK_NEXT;
    }
    struct container *container = calloc(1, sizeof *container);
    if (!container) {
        rc_error_nomem(&seek->err);
        return RC_SEEK_FAILED;
    }
    container->seek = seek;
    container->fetch = (struct rc_fetch){.aws = seek->aws,
                                         .http = seek->http,
                                         .method = "GET",
                                         .attempts = ATTEMPTS,
                                         .between_ms = BETWEEN_MS,
                                         .timeout_ms = TIMEOUT_MS,
                                         .done = answered,
                                         .ctx = container};
    seek->job = container;
    seek->stop = stop;
    if (start(container, relative, full))
        return RC_SEEK_WAIT;
    release(container);
    seek->job = NULL;
    seek->stop = NULL;
    return RC_SEEK_FAILED;
}
