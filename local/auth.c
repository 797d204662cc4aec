#include "local/auth.h"

#include "aws/sign.h"

#include <microhttpd.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

enum { HEADERS = 128, SKEW_S = 900, PART = 64 << 10 };

/* What a signature says of itself. */
struct claim {
    char access_key[128];
    char day[9];
    char region[64];
    char service[32];
    char signed_headers[4096];
    char signature[RC_SIGN_HEX];
    int64_t at_s;
    int64_t expires_s; /* of a presigned URL; 0: in headers */
};

struct headers {
    struct rc_sign_header list[HEADERS];
    size_t count;
    const struct claim *claim;
    bool too_many;
};

/* ----- reading the claim ----- */

static bool read_date(const char *text, int64_t *unix_s)
{
    struct tm tm = {0};
    const char *rest = text ? strptime(text, "%Y%m%dT%H%M%SZ", &tm) : NULL;
    if (!rest || *rest)
        return false;
    *unix_s = (int64_t)timegm(&tm);
    return true;
}

/* "KEY/20260401/us-east-1/s3/aws4_request" */
static bool read_scope(const char *text, struct claim *claim)
{
    char end[16] = "";
    return sscanf(text, "%127[^/]/%8[0-9]/%63[^/]/%31[^/]/%15s", claim->access_key, claim->day,
                  claim->region, claim->service, end) == 5 &&
           strcmp(end, "aws4_request") == 0;
}

/* Copies the value behind "NAME=" up to a comma or the end. */
static bool read_part(const char *text, const char *name, char *value, size_t room)
{
    const char *found = strstr(text, name);
    if (!found)
        return false;
    found += strlen(name);
    size_t length = strcspn(found, ", ");
    if (length >= room)
        return false;
    memcpy(value, found, length);
    value[length] = '\0';
    return true;
}

static bool read_header_claim(const struct rc_exchange *exchange, const char *header,
                              struct claim *claim)
{
    char scope[320];
    return read_part(header, "Credential=", scope, sizeof scope) && read_scope(scope, claim) &&
           read_part(header, "SignedHeaders=", claim->signed_headers,
                     sizeof claim->signed_headers) &&
           read_part(header, "Signature=", claim->signature, sizeof claim->signature) &&
           read_date(rc_exchange_header(exchange, "x-amz-date"), &claim->at_s);
}

static bool read_query_claim(const struct rc_exchange *exchange, struct claim *claim)
{
    const char *scope = rc_exchange_query(exchange, "X-Amz-Credential");
    const char *names = rc_exchange_query(exchange, "X-Amz-SignedHeaders");
    const char *signature = rc_exchange_query(exchange, "X-Amz-Signature");
    const char *expires = rc_exchange_query(exchange, "X-Amz-Expires");
    if (!scope || !names || !signature || !expires || !read_scope(scope, claim) ||
        !read_date(rc_exchange_query(exchange, "X-Amz-Date"), &claim->at_s))
        return false;
    snprintf(claim->signed_headers, sizeof claim->signed_headers, "%s", names);
    snprintf(claim->signature, sizeof claim->signature, "%s", signature);
    claim->expires_s = strtoll(expires, NULL, 10);
    return claim->expires_s > 0 && claim->expires_s <= 604800;
}

/* ----- computing it anew ----- */

static bool is_signed(const struct claim *claim, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = claim->signed_headers; *at;) {
        size_t part = strcspn(at, ";");
        if (part == length && strncasecmp(at, name, length) == 0)
            return true;
        at += part + (at[part] == ';');
    }
    return false;
}

/* What signing adds itself is left out. */
static void take_header(void *ctx, const char *name, const char *value)
{
    struct headers *headers = ctx;
    bool added = strcasecmp(name, "x-amz-date") == 0 ||
                 strcasecmp(name, "x-amz-security-token") == 0 ||
                 strcasecmp(name, "x-amz-content-sha256") == 0;
    if (!is_signed(headers->claim, name) || (added && !headers->claim->expires_s))
        return;
    if (headers->count == HEADERS)
        headers->too_many = true;
    else
        headers->list[headers->count++] = (struct rc_sign_header){name, value};
}

/* The query without what a presigned URL adds. */
static void strip_query(const char *query, struct rc_buf *out)
{
    static const char *const added[] = {
        "X-Amz-Algorithm=",     "X-Amz-Credential=", "X-Amz-Date=",           "X-Amz-Expires=",
        "X-Amz-SignedHeaders=", "X-Amz-Signature=",  "X-Amz-Security-Token=", NULL};
    while (*query) {
        size_t length = strcspn(query, "&");
        bool ours = false;
        for (int i = 0; added[i]; i++)
            ours |= strncmp(query, added[i], strlen(added[i])) == 0;
        if (!ours) {
            if (out->length)
                rc_buf_add_char(out, '&');
            rc_buf_add(out, query, length);
        }
        query += length + (query[length] == '&');
    }
}

static bool hash_body(const struct rc_exchange *exchange, char hash[RC_SIGN_HEX])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    char part[PART];
    if (exchange->body_fd < 0)
        return rc_sign_hash(exchange->body.data ? exchange->body.data : "", exchange->body.length,
                            hash, NULL);
    EVP_MD_CTX *sha = EVP_MD_CTX_new();
    bool ok = sha && EVP_DigestInit_ex(sha, EVP_sha256(), NULL) == 1;
    for (int64_t at = 0; ok && at < exchange->body_length;) {
        ssize_t got = pread(exchange->body_fd, part, sizeof part, at);
        ok = got > 0 && EVP_DigestUpdate(sha, part, (size_t)got) == 1;
        at += got;
    }
    ok = ok && EVP_DigestFinal_ex(sha, digest, NULL) == 1;
    EVP_MD_CTX_free(sha);
    for (int i = 0; ok && i < 32; i++)
        snprintf(hash + 2 * i, 3, "%02x", digest[i]);
    return ok;
}

static bool is_hash(const char *text)
{
    return text && strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* Signs as the client has to have signed, and compares. */
static bool matches(struct rc_exchange *exchange, const struct claim *claim, const char *hash,
                    const char *hash_header)
{
    struct headers headers = {.claim = claim};
    struct rc_buf canonical, names, string, path, query;
    char signature[RC_SIGN_HEX] = "";
    const char *token = claim->expires_s ? rc_exchange_query(exchange, "X-Amz-Security-Token")
                                         : rc_exchange_header(exchange, "x-amz-security-token");
    size_t path_length = strcspn(exchange->target, "?");
    bool s3 = strcmp(claim->service, "s3") == 0;
    rc_buf_init(&canonical, RC_SIGN_CANONICAL_CAP);
    rc_buf_init(&names, RC_SIGN_CANONICAL_CAP);
    rc_buf_init(&string, 4096);
    rc_buf_init(&path, RC_SIGN_CANONICAL_CAP);
    rc_buf_init(&query, RC_SIGN_CANONICAL_CAP);
    rc_buf_add(&path, exchange->target, path_length);
    if (exchange->target[path_length] == '?')
        strip_query(exchange->target + path_length + 1, &query);
    rc_exchange_each_header(exchange, take_header, &headers);
    const struct rc_sign_request request = {.method = exchange->method,
                                            .path = path.data ? path.data : "/",
                                            .query = query.data,
                                            .headers = headers.list,
                                            .header_count = headers.count,
                                            .payload_hash = hash};
    const struct rc_sign_options options = {
        .access_key = claim->access_key,
        .secret_key = RC_LOCAL_SECRET_KEY,
        .session_token = token,
        .region = claim->region,
        .service = claim->service,
        .unix_s = claim->at_s,
        .s3 = s3,
        .expires_s = claim->expires_s,
        .token_unsigned = !claim->expires_s && !is_signed(claim, "x-amz-security-token"),
        .hash_header = is_signed(claim, "x-amz-content-sha256") ? hash_header : NULL};
    bool ok = !headers.too_many && !path.failed && !query.failed &&
              rc_sign_canonical(&request, &options, &canonical, &names, NULL) &&
              rc_sign_string(&options, canonical.data, canonical.length, &string, NULL) &&
              rc_sign_signature(&options, string.data, string.length, signature, NULL) &&
              CRYPTO_memcmp(signature, claim->signature, RC_SIGN_HEX) == 0;
    rc_buf_free(&query);
    rc_buf_free(&path);
    rc_buf_free(&string);
    rc_buf_free(&names);
    rc_buf_free(&canonical);
    return ok;
}

enum rc_auth rc_auth_check(struct rc_exchange *exchange, char service[32])
{
    struct claim claim = {0};
    char hash[RC_SIGN_HEX];
    const char *header = rc_exchange_header(exchange, "authorization");
    bool presigned = !header && rc_exchange_query(exchange, "X-Amz-Signature");
    service[0] = '\0';
    if (!header && !presigned)
        return RC_AUTH_MISSING;
    if (header && strncmp(header, "AWS4-HMAC-SHA256 ", 17) != 0)
        return RC_AUTH_MALFORMED;
    if (!(header ? read_header_claim(exchange, header, &claim)
                 : read_query_claim(exchange, &claim)))
        return RC_AUTH_MALFORMED;
    snprintf(service, 32, "%s", claim.service);
    if (strcmp(claim.access_key, RC_LOCAL_ACCESS_KEY) != 0)
        return RC_AUTH_KEY;
    int64_t age_s = rc_loop_unix_ms(exchange->local->loop) / 1000 - claim.at_s;
    if (presigned && age_s > claim.expires_s)
        return RC_AUTH_EXPIRED;
    if (age_s < -SKEW_S || (!presigned && age_s > SKEW_S))
        return RC_AUTH_SKEWED;

    const char *told = presigned ? NULL : rc_exchange_header(exchange, "x-amz-content-sha256");
    const char *used =
        presigned && strcmp(claim.service, "s3") == 0 ? rc_sign_unsigned_payload : told;
    bool whole = is_hash(told) || !used;
    if (whole && !hash_body(exchange, hash))
        return RC_AUTH_MALFORMED;
    if (is_hash(told) && strcmp(told, hash) != 0)
        return RC_AUTH_PAYLOAD;
    return matches(exchange, &claim, whole ? hash : used, told) ? RC_AUTH_OK : RC_AUTH_SIGNATURE;
}
