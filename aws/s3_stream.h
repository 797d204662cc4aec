/* Downloads an object of S3, or a range of it, in bounded memory: over one request,
 * or over several ranges at once that are given in order. A connection that is cut
 * is taken up at the byte that was reached, of the same ETag and version; an object
 * that was written over in the meantime is an error and never a mixture. */
#ifndef RC_AWS_S3_STREAM_H
#define RC_AWS_S3_STREAM_H

#include "aws/s3.h"

enum {
    RC_S3_STREAM_PARALLEL = 32,         /* most requests at once */
    RC_S3_STREAM_PART_BYTES = 8 << 20,  /* of a request, when several run at once */
    RC_S3_STREAM_PART_MOST = 256 << 20, /* these are kept in memory until it is their turn */
};

struct rc_s3_stream;

/* Borrowed, valid while the callback runs. */
struct rc_s3_stream_head {
    int64_t size_bytes;              /* of the whole object */
    int64_t length_bytes;            /* of what will come */
    const char *etag;                /* with its quotes; "" when the server has none */
    const char *version_id;          /* "" when the bucket keeps none */
    const struct rc_http_head *http; /* all headers, x-amz-meta-… too; NULL when nothing comes */
};

struct rc_s3_stream_request {
    const char *bucket;
    const char *key;
    const char *version_id;            /* NULL: the newest */
    const char *if_match;              /* the ETag that is expected, quotes included; NULL: any */
    const char *expected_bucket_owner; /* NULL: any */
    int64_t first;                     /* offset of the first byte */
    int64_t length;                    /* bytes from there; 0: up to the end */
    int parallel;                      /* requests at once; 0 or 1: one, without buffers */
    int64_t part_bytes;                /* 0: RC_S3_STREAM_PART_BYTES */

    /* Called once, before the first byte; also when there will be none. May be NULL. */
    void (*head)(void *ctx, const struct rc_s3_stream_head *head);

    /* Bytes in order. RC_HTTP_PAUSE: the same come again after rc_s3_stream_resume. */
    enum rc_http_taken (*take)(void *ctx, int64_t offset, const char *bytes, size_t length);

    /* Called once, from rc_loop_run; it may free the stream. NULL: the caller waits. */
    void (*done)(struct rc_s3_stream *stream, void *ctx);
    void *ctx;
};

/* Everything is copied. NULL without memory; any other failure comes through done. */
struct rc_s3_stream *rc_s3_stream_start(struct rc_aws *aws,
                                        const struct rc_s3_stream_request *request);

/* Ends it when it runs. Not from within head or take, which return RC_HTTP_STOP. */
void rc_s3_stream_free(struct rc_s3_stream *stream);

/* After RC_HTTP_PAUSE. `take` may be called from within. */
void rc_s3_stream_resume(struct rc_s3_stream *stream);

/* Runs the loop until it has ended; false and err when it failed. */
bool rc_s3_stream_wait(struct rc_s3_stream *stream, struct rc_error *err);

bool rc_s3_stream_ended(const struct rc_s3_stream *stream);

/* RC_AWS_NONE: every byte was given. RC_AWS_CONDITION: the object is another one. */
enum rc_aws_fault rc_s3_stream_fault(const struct rc_s3_stream *stream);

/* AWS's own code; "" when there is none. */
const char *rc_s3_stream_code(const struct rc_s3_stream *stream);

/* "s3://bucket/key: …"; empty when nothing failed. */
const char *rc_s3_stream_text(const struct rc_s3_stream *stream);

int64_t rc_s3_stream_offset(const struct rc_s3_stream *stream); /* of the next byte to be given */
int rc_s3_stream_resumes(const struct rc_s3_stream *stream);    /* cuts that were taken up */

#endif
