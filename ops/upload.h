/* A file of this machine becomes an object of S3: in one request, or in parts when it is larger,
 * of which none is ever held in memory. */
#ifndef RC_OPS_UPLOAD_H
#define RC_OPS_UPLOAD_H

#include "ops/object.h"

enum { RC_OP_PART_BYTES = 16 << 20 }; /* a file of more than that goes in parts of that or more */

struct rc_op_upload {
    int fd;
    int64_t size_bytes;
    char sha256[65];
    char etag[40]; /* what S3 calls it when it came in one request, unless a key encrypts it */
};

/* Opens the file and reads it once. False with an error: it cannot be read, or is empty. */
bool rc_op_upload_open(const char *path, struct rc_op_upload *upload, struct rc_error *err);
void rc_op_upload_close(struct rc_op_upload *upload);

/* Sends it, over the object with that ETag alone (NULL: only when there is none), and with its
 * SHA-256 in the metadata, as "sha256". Each request names the MD5 of what was read when it was
 * digested, so that a file that changes meanwhile is refused. version: the new one's, "" where
 * none are kept. False with an error; parts that were sent are given up. What an attempt with the
 * same key left behind is given up first. */
bool rc_op_upload_send(struct rc_op *op, const struct rc_op_upload *upload,
                       const struct rc_op_object *to, const char *over,
                       char version[RC_VERSION_BYTES], struct rc_error *err);

#endif
