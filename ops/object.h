/* Objects of S3 and files of the pipeline, as targets of actions name them:
 * "s3://BUCKET/KEY[@VERSION]". */
#ifndef RC_OPS_OBJECT_H
#define RC_OPS_OBJECT_H

#include "ops/acting.h"
#include "pipeline/file.h"

struct rc_op_object {
    char bucket[RC_BUCKET_BYTES];
    char key[RC_OBJECT_BYTES];
    char version[RC_VERSION_BYTES]; /* "": the newest */
};

/* The version stands behind the last '@': a key that has one needs another behind it. False, with
 * how one is written. */
bool rc_op_object_read(const char *text, struct rc_op_object *object, struct rc_error *err);

/* The file of that name, as the steps of the pipeline take it (pipeline/step.h): by what the
 * pipeline knows of it, else by what S3 says. The caller's; NULL with an error. */
json_t *rc_op_file_find(struct rc_op *op, const char *text, struct rc_error *err);

#endif
