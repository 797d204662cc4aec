#include "aws/sign.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum {
    PAIRS = 512, /* most headers, and most query parameters, of one request */
    HASH_BYTES = 32,
    DATE_BYTES = 17,
    SCOPE_BYTES = 160,
};

const char rc_sign_empty_hash[] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const char rc_sign_unsigned_payload[] = "UNSIGNED-PAYLOAD";

static const char algorithm[] = "AWS4-HMAC-SHA256";

struct pair {
    const char *name;
    const char *value;
    size_t name_length;
    size_t value_length;
    size_t order; /* where it stood: equal names stay in their order */
};

/* ----- encoding ----- */

static bool is_unreserved(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '~';
}

bool rc_sign_encode(struct rc_buf *out, const char *text, size_t length, bool keep_slash)
{
    static const char hex[] = "0123456789ABCDEF";
    char *to = length <= SIZE_MAX / 3 ? rc_buf_reserve(out, length * 3) : NULL;
    if (!to)
        return false;
    char *start = to;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (is_unreserved(c) || (c == '/' && keep_slash)) {
            *to++ = (char)c;
        } else {
            *to++ = '%';
            *to++ = hex[c >> 4];
            *to++ = hex[c & 15];
        }
    }
    out->length += (size_t)(to - start);
    out->data[out->length] = '\0';
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes and encodes again, so that however it was sent, it is signed one way. */
static bool encode_part(struct rc_buf *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '%' && i + 2 < length && hex_digit(text[i + 1]) >= 0 &&
            hex_digit(text[i + 2]) >= 0) {
            c = (char)(hex_digit(text[i + 1]) << 4 | hex_digit(text[i + 2]));
            i += 2;
        }
        if (!rc_sign_encode(out, &c, 1, false))
            return false;
    }
    return true;
}

/* RFC 3986, 5.2.4, and repeated slashes become one. Writes to `out`. */
static bool add_normalised(struct rc_buf *out, const char *path)
{
    size_t start = out->length;
    bool slash = true; /* the path ends in a slash, or in what vanished */
    while (*path) {
        size_t length = strcspn(path, "/");
        slash = path[length] == '/' || length == 0 || (length == 1 && path[0] == '.') ||
                (length == 2 && strncmp(path, "..", 2) == 0);
        if (length == 2 && strncmp(path, "..", 2) == 0) {
            while (out->length > start && out->data[--out->length] != '/')
                ;
        } else if (length && !(length == 1 && path[0] == '.')) {
            if (!rc_buf_add_char(out, '/') || !rc_sign_encode(out, path, length, false))
                return false;
        }
        path += length + (path[length] == '/');
    }
    return !slash && out->length > start ? true : rc_buf_add_char(out, '/');
}

static bool add_path(struct rc_buf *out, const struct rc_sign_request *request,
                     const struct rc_sign_options *options)
{
    const char *path = *request->path ? request->path : "/";
    if (options->s3)
        return rc_buf_add_str(out, path);
    if (options->as_it_stands)
        return rc_sign_encode(out, path, strlen(path), true);
    return add_normalised(out, path);
}

/* ----- query ----- */

/* Two parts whose lengths are known, as strcmp would. */
static int compare_bytes(const char *a, size_t a_length, const char *b, size_t b_length)
{
    int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
    return order ? order : (a_length > b_length) - (a_length < b_length);
}

static int by_name_and_value(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    int order = compare_bytes(x->name, x->name_length, y->name, y->name_length);
    return order ? order : compare_bytes(x->value, x->value_length, y->value, y->value_length);
}

/* The parameters that signing adds to a presigned query, encoded, without the
 * signature; those that are not part of what is signed are left out. */
static bool add_presign_pairs(struct rc_buf *query, const struct rc_sign_options *options,
                              const char *signed_headers)
{
    char date[DATE_BYTES];
    rc_sign_date(options->unix_s, date);
    rc_buf_printf(query, "%sX-Amz-Algorithm=%s&X-Amz-Credential=", query->length ? "&" : "",
                  algorithm);
    rc_sign_encode(query, options->access_key, strlen(options->access_key), false);
    rc_buf_printf(query, "%%2F%.8s%%2F", date);
    rc_sign_encode(query, options->region, strlen(options->region), false);
    rc_buf_add_str(query, "%2F");
    rc_sign_encode(query, options->service, strlen(options->service), false);
    rc_buf_printf(query, "%%2Faws4_request&X-Amz-Date=%s&X-Amz-Expires=%lld", date,
                  (long long)options->expires_s);
    if (options->session_token && !options->token_unsigned) {
        rc_buf_add_str(query, "&X-Amz-Security-Token=");
        rc_sign_encode(query, options->session_token, strlen(options->session_token), false);
    }
    rc_buf_add_str(query, "&X-Amz-SignedHeaders=");
    rc_sign_encode(query, signed_headers, strlen(signed_headers), false);
    return !query->failed;
}

/* Appends the canonical form of a query as it is sent. */
static bool add_query(struct rc_buf *out, const char *query, struct rc_error *err)
{
    struct pair pairs[PAIRS];
    size_t count = 0;
    struct rc_buf parts; /* all names and values, encoded, one behind the other */
    size_t offsets[2 * PAIRS];
    rc_buf_init(&parts, out->cap);
    rc_buf_reserve(&parts, 1);
    while (*query) {
        size_t length = strcspn(query, "&");
        if (length && count == PAIRS) {
            rc_error_set(err, RC_LIMIT, "a query of over %d parameters cannot be signed", PAIRS);
            rc_buf_free(&parts);
            return false;
        }
        if (length) {
            const char *equals = memchr(query, '=', length);
            size_t name_length = equals ? (size_t)(equals - query) : length;
            offsets[2 * count] = parts.length;
            encode_part(&parts, query, name_length);
            offsets[2 * count + 1] = parts.length;
            if (equals)
                encode_part(&parts, equals + 1, length - name_length - 1);
            count++;
        }
        query += length + (query[length] == '&');
    }
    for (size_t i = 0; i < count && !parts.failed; i++) {
        size_t end = i + 1 < count ? offsets[2 * i + 2] : parts.length;
        pairs[i] = (struct pair){.name = parts.data + offsets[2 * i],
                                 .name_length = offsets[2 * i + 1] - offsets[2 * i],
                                 .value = parts.data + offsets[2 * i + 1],
                                 .value_length = end - offsets[2 * i + 1]};
    }
    if (!parts.failed)
        qsort(pairs, count, sizeof *pairs, by_name_and_value);
    for (size_t i = 0; i < count && !parts.failed; i++) {
        if (i)
            rc_buf_add_char(out, '&');
        rc_buf_add(out, pairs[i].name, pairs[i].name_length);
        rc_buf_add_char(out, '=');
        rc_buf_add(out, pairs[i].value, pairs[i].value_length);
    }
    if (parts.failed)
        out->failed = true;
    rc_buf_free(&parts);
    return !out->failed;
}

/* ----- headers ----- */

static int by_name(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    int order = strcasecmp(x->name, y->name);
    return order ? order : (x->order > y->order) - (x->order < y->order);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Without space around it, and with one where there are several. */
static void add_value(struct rc_buf *out, const char *value)
{
    bool gap = false, any = false;
    for (; *value; value++) {
        if (is_space(*value)) {
            gap = any;
            continue;
        }
        if (gap)
            rc_buf_add_char(out, ' ');
        rc_buf_add_char(out, *value);
        gap = false;
        any = true;
    }
}

static void add_lower(struct rc_buf *out, const char *name)
{
    for (; *name; name++)
        rc_buf_add_char(out, *name >= 'A' && *name <= 'Z' ? (char)(*name | 0x20) : *name);
}

/* Canonical headers to `out`, their names to `names`. */
static void add_headers(struct rc_buf *out, struct rc_buf *names, struct pair *pairs, size_t count)
{
    qsort(pairs, count, sizeof *pairs, by_name);
    for (size_t i = 0; i < count; i++) {
        bool again = i && strcasecmp(pairs[i].name, pairs[i - 1].name) == 0;
        bool more = i + 1 < count && strcasecmp(pairs[i].name, pairs[i + 1].name) == 0;
        if (!again) {
            if (names->length)
                rc_buf_add_char(names, ';');
            add_lower(names, pairs[i].name);
            add_lower(out, pairs[i].name);
        }
        rc_buf_add_char(out, again ? ',' : ':');
        add_value(out, pairs[i].value);
        if (!more)
            rc_buf_add_char(out, '\n');
    }
}

static bool gather_headers(const struct rc_sign_request *request,
                           const struct rc_sign_options *options, const char *date,
                           struct pair *pairs, size_t *count, struct rc_error *err)
{
    bool header_form = options->expires_s <= 0;
    const struct pair added[] = {
        {.name = "x-amz-date", .value = header_form ? date : NULL},
        {.name = "x-amz-content-sha256", .value = header_form ? options->hash_header : NULL},
        {.name = "x-amz-security-token",
         .value = header_form && !options->token_unsigned ? options->session_token : NULL},
    };
    *count = 0;
    if (request->header_count > PAIRS - sizeof added / sizeof *added) {
        rc_error_set(err, RC_LIMIT, "a request of over %d headers cannot be signed", PAIRS);
        return false;
    }
    for (size_t i = 0; i < request->header_count; i++)
        pairs[(*count)++] = (struct pair){
            .name = request->headers[i].name, .value = request->headers[i].value, .order = i};
    for (size_t i = 0; i < sizeof added / sizeof *added; i++)
        if (added[i].value)
            pairs[(*count)++] = added[i];
    return true;
}

/* ----- the stages ----- */

static bool failed(const struct rc_buf *buf, struct rc_error *err)
{
    if (buf->failed)
        rc_error_set(err, RC_LIMIT,
                     "a request whose headers and query need over %zu bytes "
                     "cannot be signed",
                     buf->cap);
    return buf->failed;
}

/* A presigned query holds the list of signed headers, so headers come first. */
bool rc_sign_canonical(const struct rc_sign_request *request, const struct rc_sign_options *options,
                       struct rc_buf *canonical, struct rc_buf *signed_headers,
                       struct rc_error *err)
{
    struct pair pairs[PAIRS];
    struct rc_buf headers, query;
    size_t count;
    char date[DATE_BYTES];
    bool ok = false;
    rc_sign_date(options->unix_s, date);
    rc_buf_init(&headers, canonical->cap);
    rc_buf_init(&query, canonical->cap);
    if (!gather_headers(request, options, date, pairs, &count, err))
        goto cleanup;
    add_headers(&headers, signed_headers, pairs, count);
    rc_buf_add_str(&query, request->query ? request->query : "");
    if (options->expires_s > 0 && !signed_headers->failed)
        add_presign_pairs(&query, options, signed_headers->data ? signed_headers->data : "");
    if (failed(&headers, err) || failed(&query, err) || failed(signed_headers, err))
        goto cleanup;

    rc_buf_printf(canonical, "%s\n", request->method);
    add_path(canonical, request, options);
    rc_buf_add_char(canonical, '\n');
    if (!add_query(canonical, query.data ? query.data : "", err) && !canonical->failed)
        goto cleanup;
    rc_buf_add_char(canonical, '\n');
    rc_buf_add(canonical, headers.data, headers.length);
    rc_buf_printf(canonical, "\n%s\n%s", signed_headers->data ? signed_headers->data : "",
                  request->payload_hash);
    ok = !failed(canonical, err);
cleanup:
    rc_buf_free(&query);
    rc_buf_free(&headers);
    return ok;
}

static bool scope_of(const struct rc_sign_options *options, char *scope, struct rc_error *err)
{
    char date[DATE_BYTES];
    rc_sign_date(options->unix_s, date);
    int length = snprintf(scope, SCOPE_BYTES, "%.8s/%s/%s/aws4_request", date, options->region,
                          options->service);
    if (length < 0 || length >= SCOPE_BYTES) {
        rc_error_set(err, RC_USAGE, "the region \"%.60s\" is too long to be one", options->region);
        return false;
    }
    return true;
}

bool rc_sign_string(const struct rc_sign_options *options, const char *canonical, size_t length,
                    struct rc_buf *string, struct rc_error *err)
{
    char hash[RC_SIGN_HEX], scope[SCOPE_BYTES], date[DATE_BYTES];
    if (!scope_of(options, scope, err) || !rc_sign_hash(canonical, length, hash, err))
        return false;
    rc_sign_date(options->unix_s, date);
    rc_buf_printf(string, "%s\n%s\n%s\n%s", algorithm, date, scope, hash);
    return !failed(string, err);
}

static bool hmac(const void *key, size_t key_length, const void *bytes, size_t length,
                 unsigned char *out, struct rc_error *err)
{
    unsigned written = 0;
    if (!HMAC(EVP_sha256(), key, (int)key_length, bytes, length, out, &written) ||
        written != HASH_BYTES) {
        rc_error_set(err, RC_NOMEM, "HMAC-SHA256 failed");
        return false;
    }
    return true;
}

/* kDate, kRegion, kService, kSigning. */
static bool derive(const struct rc_sign_options *options, unsigned char key[HASH_BYTES],
                   struct rc_error *err)
{
    static const char terminator[] = "aws4_request";
    char date[DATE_BYTES];
    rc_sign_date(options->unix_s, date);
    struct rc_buf secret;
    rc_buf_init(&secret, 4096);
    bool ok = rc_buf_printf(&secret, "AWS4%s", options->secret_key);
    if (!ok)
        rc_error_set(err, RC_USAGE, "the secret key is too long to be one");
    ok = ok && hmac(secret.data, secret.length, date, 8, key, err) &&
         hmac(key, HASH_BYTES, options->region, strlen(options->region), key, err) &&
         hmac(key, HASH_BYTES, options->service, strlen(options->service), key, err) &&
         hmac(key, HASH_BYTES, terminator, strlen(terminator), key, err);
    if (secret.data)
        OPENSSL_cleanse(secret.data, secret.capacity);
    rc_buf_free(&secret);
    return ok;
}

static bool sha256(const void *bytes, size_t length, unsigned char *digest, struct rc_error *err)
{
    if (EVP_Digest(bytes, length, digest, NULL, EVP_sha256(), NULL) == 1)
        return true;
    rc_error_set(err, RC_NOMEM, "SHA-256 failed");
    return false;
}

/* From the cache, when it is of the same day, region, service and secret. */
static bool signing_key(const struct rc_sign_options *options, unsigned char key[HASH_BYTES],
                        struct rc_error *err)
{
    struct rc_sign_key *cache = options->key;
    char scope[SCOPE_BYTES];
    unsigned char secret_hash[HASH_BYTES];
    if (!cache)
        return derive(options, key, err);
    if (!scope_of(options, scope, err) ||
        !sha256(options->secret_key, strlen(options->secret_key), secret_hash, err))
        return false;
    if (strcmp(scope, cache->scope) != 0 ||
        CRYPTO_memcmp(secret_hash, cache->secret_hash, HASH_BYTES) != 0) {
        cache->scope[0] = '\0';
        if (!derive(options, cache->key, err))
            return false;
        memcpy(cache->secret_hash, secret_hash, HASH_BYTES);
        memcpy(cache->scope, scope, sizeof scope);
    }
    memcpy(key, cache->key, HASH_BYTES);
    return true;
}

static void write_hex(const unsigned char *bytes, char *hex)
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < HASH_BYTES; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    hex[2 * HASH_BYTES] = '\0';
}

bool rc_sign_signature(const struct rc_sign_options *options, const char *string, size_t length,
                       char signature[RC_SIGN_HEX], struct rc_error *err)
{
    unsigned char key[HASH_BYTES], result[HASH_BYTES];
    bool ok = signing_key(options, key, err) && hmac(key, sizeof key, string, length, result, err);
    OPENSSL_cleanse(key, sizeof key);
    if (ok)
        write_hex(result, signature);
    return ok;
}

/* Stages 1 to 3; signed_headers gets its list. */
static bool sign_all(const struct rc_sign_request *request, const struct rc_sign_options *options,
                     struct rc_buf *signed_headers, char signature[RC_SIGN_HEX],
                     struct rc_error *err)
{
    struct rc_buf canonical, string;
    rc_buf_init(&canonical, RC_SIGN_CANONICAL_CAP);
    rc_buf_init(&string, 1024);
    bool ok = rc_sign_canonical(request, options, &canonical, signed_headers, err) &&
              rc_sign_string(options, canonical.data, canonical.length, &string, err) &&
              rc_sign_signature(options, string.data, string.length, signature, err);
    rc_buf_free(&string);
    rc_buf_free(&canonical);
    return ok;
}

bool rc_sign_authorization(const struct rc_sign_request *request,
                           const struct rc_sign_options *options, struct rc_buf *authorization,
                           struct rc_error *err)
{
    char signature[RC_SIGN_HEX], scope[SCOPE_BYTES];
    struct rc_buf signed_headers;
    rc_buf_init(&signed_headers, RC_SIGN_CANONICAL_CAP);
    bool ok = scope_of(options, scope, err) &&
              sign_all(request, options, &signed_headers, signature, err);
    if (ok) {
        rc_buf_printf(authorization, "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s",
                      algorithm, options->access_key, scope, signed_headers.data, signature);
        ok = !failed(authorization, err);
    }
    rc_buf_free(&signed_headers);
    return ok;
}

bool rc_sign_query(const struct rc_sign_request *request, const struct rc_sign_options *options,
                   struct rc_buf *query, struct rc_error *err)
{
    char signature[RC_SIGN_HEX];
    struct rc_buf signed_headers;
    rc_buf_init(&signed_headers, RC_SIGN_CANONICAL_CAP);
    bool ok = sign_all(request, options, &signed_headers, signature, err);
    if (ok) {
        rc_buf_add_str(query, request->query ? request->query : "");
        add_presign_pairs(query, options, signed_headers.data);
        if (options->session_token && options->token_unsigned) {
            rc_buf_add_str(query, "&X-Amz-Security-Token=");
            rc_sign_encode(query, options->session_token, strlen(options->session_token), false);
        }
        rc_buf_printf(query, "&X-Amz-Signature=%s", signature);
        ok = !failed(query, err);
    }
    rc_buf_free(&signed_headers);
    return ok;
}

void rc_sign_date(int64_t unix_s, char *text)
{
    time_t seconds = (time_t)unix_s;
    struct tm tm;
    if (!gmtime_r(&seconds, &tm) || strftime(text, DATE_BYTES, "%Y%m%dT%H%M%SZ", &tm) == 0)
        memcpy(text, "19700101T000000Z", DATE_BYTES);
}

bool rc_sign_hash(const void *bytes, size_t length, char hash[RC_SIGN_HEX], struct rc_error *err)
{
    unsigned char digest[HASH_BYTES];
    if (!sha256(bytes, length, digest, err))
        return false;
    write_hex(digest, hash);
    return true;
}
