/* The checksums that S3 takes with a body, computed as it passes: MD5 for the ETag, and
 * one of those that clients send beside it. Source: "Checking object integrity", Amazon
 * S3 User Guide. */
#ifndef RC_LOCAL_S3_CHECKSUM_H
#define RC_LOCAL_S3_CHECKSUM_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rc_checksum_kind {
    RC_CHECKSUM_NONE,
    RC_CHECKSUM_CRC32,
    RC_CHECKSUM_CRC32C,
    RC_CHECKSUM_CRC64NVME,
    RC_CHECKSUM_SHA1,
    RC_CHECKSUM_SHA256,
};

enum { RC_CHECKSUM_TEXT = 48 }; /* base64 of up to 32 bytes, NUL included */

/* "x-amz-checksum-crc32" in any case; NONE when it is no such header. */
enum rc_checksum_kind rc_checksum_of_header(const char *name);
const char *rc_checksum_header(enum rc_checksum_kind kind);

struct rc_checksum {
    enum rc_checksum_kind kind;
    uint64_t crc;
    EVP_MD_CTX *hash;
};

/* False without memory; finish it in any case. */
bool rc_checksum_begin(struct rc_checksum *checksum, enum rc_checksum_kind kind);
bool rc_checksum_add(struct rc_checksum *checksum, const void *bytes, size_t length);

/* The value in base64; text has RC_CHECKSUM_TEXT bytes and is "" when it failed. */
void rc_checksum_end(struct rc_checksum *checksum, char *text);

/* Base64 of up to 32 bytes; text has RC_CHECKSUM_TEXT bytes. */
void rc_checksum_base64(const uint8_t *bytes, size_t length, char *text);

#endif
