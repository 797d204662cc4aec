/* Signature version 4 in its three stages, each of which can be looked at:
 * canonical request, string to sign, signature. Source: "Signature Version 4
 * signing process", AWS General Reference. Pure: the time is an argument. */
#ifndef RC_AWS_SIGN_H
#define RC_AWS_SIGN_H

#include "base/buf.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RC_SIGN_HEX = 65,                  /* 64 hex digits and a NUL */
    RC_SIGN_CANONICAL_CAP = 256 << 10, /* most bytes of a canonical request */
};

/* SHA-256 of no bytes, and what stands in its place when a body is not hashed. */
extern const char rc_sign_empty_hash[];
extern const char rc_sign_unsigned_payload[];

struct rc_sign_header {
    const char *name;
    const char *value;
};

struct rc_sign_request {
    const char *method;
    const char *path;  /* of the URL, encoded as it is sent; "" is "/" */
    const char *query; /* behind the "?", encoded as it is sent; NULL or "": none */
    const struct rc_sign_header *headers; /* all of them are signed; Host has to be there */
    size_t header_count;
    const char *payload_hash; /* lower-case hex, or rc_sign_unsigned_payload */
};

/* The derived key of a day, kept so that it is not derived for every request. Start
 * with zeroes; wipe it when done. */
struct rc_sign_key {
    char scope[160]; /* what it was derived for; "" when there is none */
    uint8_t secret_hash[32];
    uint8_t key[32];
};

struct rc_sign_options {
    const char *access_key;
    const char *secret_key;
    const char *session_token; /* NULL: none */
    const char *region;
    const char *service; /* the signing name */
    int64_t unix_s;
    bool s3;                 /* the path is encoded once and not normalised */
    bool as_it_stands;       /* the path is encoded, but "." and ".." stay (implied by s3) */
    bool token_unsigned;     /* the token is sent, but no part of what is signed */
    int64_t expires_s;       /* > 0: a presigned query with this lifetime */
    struct rc_sign_key *key; /* NULL: derived anew */
    const char *hash_header; /* value of x-amz-content-sha256, sent and signed; NULL: not sent */
};

/* Stage 1. Headers that signing adds (X-Amz-Date, X-Amz-Security-Token,
 * x-amz-content-sha256) are part of it; signed_headers gets their list. */
bool rc_sign_canonical(const struct rc_sign_request *request, const struct rc_sign_options *options,
                       struct rc_buf *canonical, struct rc_buf *signed_headers,
                       struct rc_error *err);

/* Stage 2. */
bool rc_sign_string(const struct rc_sign_options *options, const char *canonical, size_t length,
                    struct rc_buf *string, struct rc_error *err);

/* Stage 3: 64 hex digits. */
bool rc_sign_signature(const struct rc_sign_options *options, const char *string, size_t length,
                       char signature[RC_SIGN_HEX], struct rc_error *err);

/* All three: the value of the Authorization header. The caller sends it with
 * X-Amz-Date (rc_sign_date), X-Amz-Security-Token and x-amz-content-sha256. */
bool rc_sign_authorization(const struct rc_sign_request *request,
                           const struct rc_sign_options *options, struct rc_buf *authorization,
                           struct rc_error *err);

/* All three, presigned: the whole query, ready to stand behind "?". */
bool rc_sign_query(const struct rc_sign_request *request, const struct rc_sign_options *options,
                   struct rc_buf *query, struct rc_error *err);

/* "20150830T123600Z"; text has 17 bytes. */
void rc_sign_date(int64_t unix_s, char *text);

/* Lower-case hex of SHA-256. */
bool rc_sign_hash(const void *bytes, size_t length, char hash[RC_SIGN_HEX], struct rc_error *err);

/* Appends text with every byte outside A-Z a-z 0-9 - _ . ~ (and "/", when it is
 * kept) percent-encoded. */
bool rc_sign_encode(struct rc_buf *out, const char *text, size_t length, bool keep_slash);

#endif
