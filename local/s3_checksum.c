#include "local/s3_checksum.h"

#include <string.h>
#include <strings.h>

/* Polynomials with their bits reversed, as the checksums read theirs. */
static const struct {
    const char *header;
    const char *hash;    /* of OpenSSL; NULL: a CRC */
    uint64_t polynomial; /* CRC */
    int bytes;
} kinds[] = {
    [RC_CHECKSUM_NONE] = {"", NULL, 0, 0},
    [RC_CHECKSUM_CRC32] = {"x-amz-checksum-crc32", NULL, 0xEDB88320, 4},
    [RC_CHECKSUM_CRC32C] = {"x-amz-checksum-crc32c", NULL, 0x82F63B78, 4},
    [RC_CHECKSUM_CRC64NVME] = {"x-amz-checksum-crc64nvme", NULL, 0x9A6C9329AC4BC9B5, 8},
    [RC_CHECKSUM_SHA1] = {"x-amz-checksum-sha1", "SHA1", 0, 20},
    [RC_CHECKSUM_SHA256] = {"x-amz-checksum-sha256", "SHA256", 0, 32},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

enum rc_checksum_kind rc_checksum_of_header(const char *name)
{
    for (int i = 1; i < KINDS; i++)
        if (strcasecmp(kinds[i].header, name) == 0)
            return (enum rc_checksum_kind)i;
    return RC_CHECKSUM_NONE;
}

const char *rc_checksum_header(enum rc_checksum_kind kind)
{
    return kinds[kind].header;
}

/* One table a polynomial, made when it is first needed. */
static const uint64_t *table_of(enum rc_checksum_kind kind)
{
    static uint64_t tables[KINDS][256];
    uint64_t *table = tables[kind];
    if (table[1])
        return table;
    for (unsigned i = 0; i < 256; i++) {
        uint64_t crc = i;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ kinds[kind].polynomial : crc >> 1;
        table[i] = crc;
    }
    return table;
}

bool rc_checksum_begin(struct rc_checksum *checksum, enum rc_checksum_kind kind)
{
    *checksum = (struct rc_checksum){.kind = kind};
    checksum->crc = kinds[kind].bytes == 8 ? UINT64_MAX : UINT32_MAX;
    if (!kinds[kind].hash)
        return true;
    checksum->hash = EVP_MD_CTX_new();
    return checksum->hash &&
           EVP_DigestInit_ex(checksum->hash, EVP_get_digestbyname(kinds[kind].hash), NULL) == 1;
}

bool rc_checksum_add(struct rc_checksum *checksum, const void *bytes, size_t length)
{
    if (checksum->kind == RC_CHECKSUM_NONE)
        return true;
    if (checksum->hash)
        return EVP_DigestUpdate(checksum->hash, bytes, length) == 1;
    const uint64_t *table = table_of(checksum->kind);
    const uint8_t *at = bytes;
    uint64_t crc = checksum->crc;
    for (size_t i = 0; i < length; i++)
        crc = table[(crc ^ at[i]) & 0xff] ^ crc >> 8;
    checksum->crc = crc;
    return true;
}

void rc_checksum_end(struct rc_checksum *checksum, char *text)
{
    uint8_t value[EVP_MAX_MD_SIZE];
    int bytes = kinds[checksum->kind].bytes;
    bool ok = bytes > 0;
    if (checksum->hash)
        ok = EVP_DigestFinal_ex(checksum->hash, value, NULL) == 1;
    for (int i = 0; !checksum->hash && i < bytes; i++)
        value[i] = (uint8_t)(~checksum->crc >> 8 * (bytes - 1 - i));
    EVP_MD_CTX_free(checksum->hash);
    checksum->hash = NULL;
    text[0] = '\0';
    if (ok)
        rc_checksum_base64(value, (size_t)bytes, text);
}

void rc_checksum_base64(const uint8_t *bytes, size_t length, char *text)
{
    EVP_EncodeBlock((unsigned char *)text, bytes, (int)length);
}
