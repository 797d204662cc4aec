/* What the tables of S3 share: s3.c (buckets and lists), s3_object.c and s3_upload.c. */
#ifndef RC_AWS_S3_INTERNAL_H
#define RC_AWS_S3_INTERNAL_H

/* A body of gigabytes takes its time, and one that stands still is ended by the
 * transfer's idle timeout. */
enum {
    RC_S3_TRANSFER_MS = 3600 * 1000,
    RC_S3_SERVER_COPY_MS = 600 * 1000, /* nothing comes while S3 copies or joins parts */
};

#endif
