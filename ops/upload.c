#include "ops/upload.h"

#include "aws/s3.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PARTS_MOST = 10000, /* "Amazon S3 multipart upload limits", S3 User Guide */
    CHUNK = 64 << 10,
    MD5_BYTES = 16,
    BASE64_BYTES = 28, /* of an MD5, with its NUL */
};

/* ----- digests ----- */

struct digests {
    unsigned char md5[EVP_MAX_MD_SIZE], sha256[EVP_MAX_MD_SIZE];
};

/* False with errno set, or 0 when OpenSSL failed. */
static bool digest_range(int fd, int64_t offset, int64_t length, EVP_MD_CTX *md5, EVP_MD_CTX *sha,
                         struct digests *digests)
{
    unsigned char chunk[CHUNK];
    bool ok = EVP_DigestInit_ex(md5, EVP_md5(), NULL) && EVP_DigestInit_ex(sha, EVP_sha256(), NULL);
    errno = 0;
    for (int64_t done = 0; ok && done < length;) {
        int64_t left = length - done;
        ssize_t got = pread(fd, chunk, left < CHUNK ? (size_t)left : CHUNK, (off_t)(offset + done));
        ok = got > 0 && EVP_DigestUpdate(md5, chunk, (size_t)got) &&
             EVP_DigestUpdate(sha, chunk, (size_t)got);
        done += got > 0 ? got : 0;
    }
    return ok && EVP_DigestFinal_ex(md5, digests->md5, NULL) &&
           EVP_DigestFinal_ex(sha, digests->sha256, NULL);
}

static bool digest(int fd, int64_t offset, int64_t length, struct digests *digests,
                   struct rc_error *err)
{
    EVP_MD_CTX *md5 = EVP_MD_CTX_new(), *sha = EVP_MD_CTX_new();
    bool ok = md5 && sha && digest_range(fd, offset, length, md5, sha, digests);
    if (!ok && errno)
        rc_error_errno(err, RC_IO, "the file cannot be read");
    else if (!ok)
        rc_error_set(err, RC_IO, "the file cannot be read: it is shorter than it was");
    EVP_MD_CTX_free(md5);
    EVP_MD_CTX_free(sha);
    return ok;
}

static bool base64_of(const struct rc_op_upload *upload, int64_t offset, int64_t length,
                      char text[BASE64_BYTES], struct rc_error *err)
{
    struct digests digests;
    if (!digest(upload->fd, offset, length, &digests, err))
        return false;
    EVP_EncodeBlock((unsigned char *)text, digests.md5, MD5_BYTES);
    return true;
}

static void add_hex(char *text, const unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

/* ----- the file ----- */

bool rc_op_upload_open(const char *path, struct rc_op_upload *upload, struct rc_error *err)
{
    struct stat status;
    struct digests digests;
    char md5[2 * MD5_BYTES + 1];
    *upload = (struct rc_op_upload){.fd = open(path, O_RDONLY | O_CLOEXEC)};
    if (upload->fd < 0 || fstat(upload->fd, &status) != 0) {
        rc_error_errno(err, RC_USAGE, "%s", path);
    } else if (!S_ISREG(status.st_mode) || status.st_size == 0) {
        rc_error_set(err, RC_USAGE, "%s: %s", path,
                     S_ISREG(status.st_mode) ? "it is empty" : "it is no file");
    } else if (digest(upload->fd, 0, status.st_size, &digests, err)) {
        upload->size_bytes = status.st_size;
        add_hex(upload->sha256, digests.sha256, 32);
        add_hex(md5, digests.md5, MD5_BYTES);
        snprintf(upload->etag, sizeof upload->etag, "\"%s\"", md5);
        return true;
    }
    rc_op_upload_close(upload);
    return false;
}

void rc_op_upload_close(struct rc_op_upload *upload)
{
    if (upload->fd >= 0)
        close(upload->fd);
    upload->fd = -1;
}

/* ----- in one request ----- */

static bool put(struct rc_op *op, const struct rc_op_upload *upload, const struct rc_op_object *to,
                const char *over, char version[RC_VERSION_BYTES], struct rc_error *err)
{
    char md5[BASE64_BYTES];
    const struct rc_pair pair = {"sha256", upload->sha256};
    const struct rc_http_file file = {.fd = upload->fd, .length = upload->size_bytes};
    if (!base64_of(upload, 0, upload->size_bytes, md5, err))
        return false;
    const struct rc_s3_put_object in = {.bucket = to->bucket,
                                        .key = to->key,
                                        .content_md5 = md5,
                                        .if_match = over,
                                        .if_none_match = over ? NULL : "*",
                                        .metadata = {&pair, 1}};
    struct rc_call *call = rc_s3_put_object(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    if (call)
        rc_call_set_file(call, &file);
    bool ok = rc_call_wait(call, err);
    if (ok) {
        const char *id = rc_s3_put_object_answer(call)->version_id;
        snprintf(version, RC_VERSION_BYTES, "%s", id ? id : "");
    }
    rc_call_free(call);
    return ok;
}

/* ----- in parts ----- */

struct parts {
    struct rc_op *op;
    const struct rc_op_upload *upload;
    const struct rc_op_object *to;
    char *id; /* of the upload at S3 */
    struct rc_s3_completed_part *done;
    size_t count;
};

static bool give_up(struct rc_op *op, const struct rc_op_object *to, const char *id)
{
    const struct rc_s3_abort_upload in = {.bucket = to->bucket, .key = to->key, .upload_id = id};
    struct rc_call *call = rc_s3_abort_upload(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    bool ok = rc_call_wait(call, NULL);
    rc_call_free(call);
    return ok;
}

/* Those of an earlier attempt that was killed: each is kept as a part of the use. */
static bool give_up_earlier(struct rc_op *op, const struct rc_op_object *to, struct rc_error *err)
{
    const struct rc_s3_list_uploads in = {.bucket = to->bucket, .prefix = to->key};
    struct rc_call *call = rc_s3_list_uploads(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    bool ok = rc_call_wait(call, err);
    const struct rc_s3_uploads *uploads = ok ? rc_s3_list_uploads_answer(call) : NULL;
    for (size_t i = 0; uploads && i < uploads->uploads.count; i++) {
        const struct rc_s3_upload *one = &uploads->uploads.items[i];
        if (strcmp(one->key, to->key) == 0 && rc_op_part_is_done(op, one->upload_id))
            give_up(op, to, one->upload_id);
    }
    rc_call_free(call);
    return ok;
}

static bool begin(struct parts *parts, struct rc_error *err)
{
    const struct rc_pair pair = {"sha256", parts->upload->sha256};
    const struct rc_s3_create_upload in = {
        .bucket = parts->to->bucket, .key = parts->to->key, .metadata = {&pair, 1}};
    struct rc_call *call = rc_s3_create_upload(rc_op_pipeline(parts->op)->aws, &in, NULL, NULL);
    bool ok = rc_call_wait(call, err);
    if (ok && !(parts->id = strdup(rc_s3_create_upload_answer(call)->upload_id))) {
        rc_error_nomem(err);
        ok = false;
    }
    rc_call_free(call);
    return ok && rc_op_part_done(parts->op, parts->id, err);
}

static bool send_part(struct parts *parts, int64_t offset, int64_t length, struct rc_error *err)
{
    char md5[BASE64_BYTES];
    const struct rc_http_file file = {parts->upload->fd, offset, length};
    struct rc_s3_completed_part *part = &parts->done[parts->count];
    if (!base64_of(parts->upload, offset, length, md5, err))
        return false;
    const struct rc_s3_upload_part in = {.bucket = parts->to->bucket,
                                         .key = parts->to->key,
                                         .upload_id = parts->id,
                                         .part_number = (int64_t)parts->count + 1,
                                         .content_md5 = md5};
    struct rc_call *call = rc_s3_upload_part(rc_op_pipeline(parts->op)->aws, &in, NULL, NULL);
    if (call)
        rc_call_set_file(call, &file);
    bool ok = rc_call_wait(call, err);
    if (ok && !(part->etag = strdup(rc_s3_upload_part_answer(call)->etag))) {
        rc_error_nomem(err);
        ok = false;
    }
    rc_call_free(call);
    part->part_number = in.part_number;
    parts->count += ok;
    return ok;
}

static bool send_all(struct parts *parts, int64_t each, struct rc_error *err)
{
    int64_t size = parts->upload->size_bytes;
    for (int64_t offset = 0; offset < size; offset += each) {
        if (!rc_op_tell(parts->op, "%" PRId64 " of %" PRId64 " bytes are sent", offset, size)) {
            rc_error_set(err, RC_USAGE, "stopped: what was sent is given up");
            return false;
        }
        if (!send_part(parts, offset, size - offset < each ? size - offset : each, err))
            return false;
    }
    return true;
}

static bool complete(const struct parts *parts, const char *over, char version[RC_VERSION_BYTES],
                     struct rc_error *err)
{
    const struct rc_s3_complete_upload in = {.bucket = parts->to->bucket,
                                             .key = parts->to->key,
                                             .upload_id = parts->id,
                                             .parts = {parts->done, parts->count},
                                             .if_match = over,
                                             .if_none_match = over ? NULL : "*"};
    struct rc_call *call = rc_s3_complete_upload(rc_op_pipeline(parts->op)->aws, &in, NULL, NULL);
    bool ok = rc_call_wait(call, err);
    if (ok) {
        const char *id = rc_s3_complete_upload_answer(call)->version_id;
        snprintf(version, RC_VERSION_BYTES, "%s", id ? id : "");
    }
    rc_call_free(call);
    return ok;
}

static bool send_parts(struct rc_op *op, const struct rc_op_upload *upload,
                       const struct rc_op_object *to, const char *over,
                       char version[RC_VERSION_BYTES], struct rc_error *err)
{
    struct parts parts = {.op = op, .upload = upload, .to = to};
    int64_t each = (upload->size_bytes + PARTS_MOST - 1) / PARTS_MOST;
    if (each < RC_OP_PART_BYTES)
        each = RC_OP_PART_BYTES;
    size_t most = (size_t)((upload->size_bytes + each - 1) / each);
    parts.done = calloc(most, sizeof *parts.done);
    if (!parts.done)
        rc_error_nomem(err);
    bool ok = parts.done && begin(&parts, err) && send_all(&parts, each, err) &&
              complete(&parts, over, version, err);
    if (!ok && parts.id)
        give_up(op, to, parts.id);
    for (size_t i = 0; i < parts.count; i++)
        free((char *)parts.done[i].etag);
    free(parts.done);
    free(parts.id);
    return ok;
}

bool rc_op_upload_send(struct rc_op *op, const struct rc_op_upload *upload,
                       const struct rc_op_object *to, const char *over,
                       char version[RC_VERSION_BYTES], struct rc_error *err)
{
    version[0] = '\0';
    if (upload->size_bytes <= RC_OP_PART_BYTES)
        return put(op, upload, to, over, version, err);
    return (!rc_op_again(op) || give_up_earlier(op, to, err)) &&
           send_parts(op, upload, to, over, version, err);
}
