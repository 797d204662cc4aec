#include "pipeline/digest_file.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <unistd.h>

enum { CHUNK = 1 << 16 };

static bool digest(int fd, EVP_MD_CTX *context, struct rc_error *err)
{
    unsigned char chunk[CHUNK];
    ssize_t got;
    while ((got = read(fd, chunk, sizeof chunk)) > 0)
        if (!EVP_DigestUpdate(context, chunk, (size_t)got)) {
            rc_error_nomem(err);
            return false;
        }
    if (got < 0 || lseek(fd, 0, SEEK_SET) != 0) {
        rc_error_errno(err, RC_IO, "cannot read the fetched file");
        return false;
    }
    return true;
}

bool rc_digest_file(int fd, char sha256[65], struct rc_error *err)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL);
    if (!ok)
        rc_error_nomem(err);
    if (ok && lseek(fd, 0, SEEK_SET) != 0) {
        rc_error_errno(err, RC_IO, "cannot go to the start of the fetched file");
        ok = false;
    }
    ok = ok && digest(fd, context, err);
    if (ok && !EVP_DigestFinal_ex(context, hash, &length)) {
        rc_error_nomem(err);
        ok = false;
    }
    for (unsigned i = 0; ok && i < length && i < 32; i++)
        snprintf(sha256 + 2 * i, 3, "%02x", hash[i]);
    EVP_MD_CTX_free(context);
    return ok;
}
