/* Amazon S3: buckets, objects, their versions and tags, and uploads in parts.
 * Source of the members: "Amazon S3 API Reference". Lists are asked for percent-encoded,
 * because a key may hold characters that XML cannot, and give keys as they are. */
#ifndef RC_AWS_S3_H
#define RC_AWS_S3_H

#include "aws/call.h"

extern const struct rc_service rc_service_s3;

/* ----- Buckets ----- */

struct rc_s3_bucket {
    const char *name;
    int64_t created_unix_ms;
    const char *region;
};

struct rc_s3_list_buckets {
    const char *prefix;
    const char *region; /* only buckets of this region */
    int64_t max_buckets;
    const char *continuation_token;
};

struct rc_s3_buckets {
    RC_LIST(struct rc_s3_bucket) buckets;
    const char *continuation_token;
};

RC_OPERATION(rc_s3_list_buckets, struct rc_s3_list_buckets, struct rc_s3_buckets);

struct rc_s3_create_bucket {
    const char *bucket;
    const char *location; /* the region; NULL: us-east-1 */
};

struct rc_s3_bucket_created {
    const char *location;
};

RC_OPERATION(rc_s3_create_bucket, struct rc_s3_create_bucket, struct rc_s3_bucket_created);

struct rc_s3_head_bucket {
    const char *bucket;
    const char *expected_bucket_owner;
};

struct rc_s3_bucket_head {
    const char *region;
};

RC_OPERATION(rc_s3_head_bucket, struct rc_s3_head_bucket, struct rc_s3_bucket_head);

struct rc_s3_get_versioning {
    const char *bucket;
    const char *expected_bucket_owner;
};

struct rc_s3_versioning {
    const char *status; /* Enabled, Suspended; NULL: never was */
    const char *mfa_delete;
};

RC_OPERATION(rc_s3_get_versioning, struct rc_s3_get_versioning, struct rc_s3_versioning);

struct rc_s3_put_versioning {
    const char *bucket;
    const char *status; /* Enabled, Suspended */
    const char *expected_bucket_owner;
};

RC_OPERATION(rc_s3_put_versioning, struct rc_s3_put_versioning, struct rc_nothing);

/* ----- What is in them ----- */

struct rc_s3_object {
    const char *key;
    int64_t size_bytes;
    const char *etag; /* with its quotes */
    const char *storage_class;
    int64_t last_modified_unix_ms;
};

struct rc_s3_prefix {
    const char *prefix;
};

struct rc_s3_list_objects {
    const char *bucket;
    const char *prefix;
    const char *delimiter;   /* "/": keys as in folders, whose names come in prefixes */
    const char *start_after; /* only keys behind this one */
    int64_t max_keys;
    const char *continuation_token;
    const char *expected_bucket_owner;
};

struct rc_s3_objects {
    RC_LIST(struct rc_s3_object) objects;
    RC_LIST(struct rc_s3_prefix) prefixes;
    int64_t key_count;
    bool truncated;
    const char *next_continuation_token;
};

RC_OPERATION(rc_s3_list_objects, struct rc_s3_list_objects, struct rc_s3_objects);

struct rc_s3_version {
    const char *key;
    const char *version_id;
    bool latest;
    int64_t size_bytes;
    const char *etag;
    const char *storage_class;
    int64_t last_modified_unix_ms;
};

struct rc_s3_delete_marker {
    const char *key;
    const char *version_id;
    bool latest;
    int64_t last_modified_unix_ms;
};

struct rc_s3_list_versions {
    const char *bucket;
    const char *prefix;
    const char *delimiter;
    int64_t max_keys;
    const char *key_marker;
    const char *version_id_marker;
    const char *expected_bucket_owner;
};

struct rc_s3_versions {
    RC_LIST(struct rc_s3_version) versions;
    RC_LIST(struct rc_s3_delete_marker) delete_markers;
    RC_LIST(struct rc_s3_prefix) prefixes;
    bool truncated;
    const char *next_key_marker;
    const char *next_version_id_marker;
};

RC_OPERATION(rc_s3_list_versions, struct rc_s3_list_versions, struct rc_s3_versions);

/* ----- Objects ----- */

struct rc_s3_head_object {
    const char *bucket;
    const char *key;
    const char *version_id;
    const char *if_match; /* an ETag */
    const char *if_none_match;
    int64_t if_modified_since_unix_ms;
    int64_t if_unmodified_since_unix_ms;
    int64_t part_number;
    const char *expected_bucket_owner;
};

struct rc_s3_object_head {
    int64_t content_length_bytes;
    const char *content_type;
    const char *content_encoding;
    const char *etag;
    const char *version_id;
    int64_t last_modified_unix_ms;
    RC_LIST(struct rc_pair) metadata; /* keys without their prefix x-amz-meta- */
    const char *storage_class;
    const char *server_side_encryption;
    const char *kms_key_id;
    bool delete_marker;
    int64_t parts_count;
    int64_t tag_count;
    const char *restore; /* state of a restore from an archive */
    const char *archive_status;
    const char *replication_status;
    const char *object_lock_mode;
    int64_t object_lock_retain_until_unix_ms;
};

RC_OPERATION(rc_s3_head_object, struct rc_s3_head_object, struct rc_s3_object_head);

/* The body goes to the call's sink. */
struct rc_s3_get_object {
    const char *bucket;
    const char *key;
    const char *version_id;
    const char *range;    /* "bytes=0-1023" */
    const char *if_match; /* an ETag: the same contents in every part */
    const char *if_none_match;
    int64_t if_modified_since_unix_ms;
    int64_t if_unmodified_since_unix_ms;
    int64_t part_number;
    const char *expected_bucket_owner;
};

struct rc_s3_object_got {
    int64_t content_length_bytes; /* of this answer */
    const char *content_range;    /* "bytes 0-1023/146515" */
    const char *content_type;
    const char *content_encoding;
    const char *etag;
    const char *version_id;
    int64_t last_modified_unix_ms;
    RC_LIST(struct rc_pair) metadata;
    const char *storage_class;
    bool delete_marker;
    int64_t tag_count;
    int64_t parts_count;
};

RC_OPERATION(rc_s3_get_object, struct rc_s3_get_object, struct rc_s3_object_got);

/* The body is here, or a part of a file (rc_call_set_file). */
struct rc_s3_put_object {
    const char *bucket;
    const char *key;
    struct rc_bytes body;
    const char *content_type;
    const char *content_encoding;
    const char *cache_control;
    const char *content_md5;   /* base64 */
    const char *if_none_match; /* "*": only when there is none yet */
    const char *if_match;      /* an ETag: only over that one */
    RC_LIST(struct rc_pair) metadata;
    const char *tagging; /* "key=value&key=value", encoded */
    const char *storage_class;
    const char *server_side_encryption;
    const char *kms_key_id;
    const char *expected_bucket_owner;
};

struct rc_s3_object_put {
    const char *etag;
    const char *version_id;
    const char *server_side_encryption;
    int64_t size_bytes;
};

RC_OPERATION(rc_s3_put_object, struct rc_s3_put_object, struct rc_s3_object_put);

struct rc_s3_copy_object {
    const char *bucket;
    const char *key;
    const char *copy_source;          /* "bucket/key?versionId=…", encoded */
    const char *copy_source_if_match; /* an ETag */
    const char *metadata_directive;   /* COPY, REPLACE */
    const char *tagging_directive;    /* COPY, REPLACE */
    const char *content_type;
    RC_LIST(struct rc_pair) metadata;
    const char *tagging;
    const char *storage_class;
    const char *server_side_encryption;
    const char *kms_key_id;
    const char *if_none_match; /* "*": only when there is none yet */
    const char *if_match;      /* an ETag: only over that one */
    const char *expected_bucket_owner;
};

struct rc_s3_object_copied {
    const char *etag;
    int64_t last_modified_unix_ms;
    const char *version_id;
    const char *copy_source_version_id;
};

RC_OPERATION(rc_s3_copy_object, struct rc_s3_copy_object, struct rc_s3_object_copied);

struct rc_s3_delete_object {
    const char *bucket;
    const char *key;
    const char *version_id; /* NULL where versions are kept: sets a delete marker */
    const char *if_match;
    const char *expected_bucket_owner;
};

struct rc_s3_object_deleted {
    bool delete_marker;
    const char *version_id;
};

RC_OPERATION(rc_s3_delete_object, struct rc_s3_delete_object, struct rc_s3_object_deleted);

struct rc_s3_object_id {
    const char *key;
    const char *version_id;
};

/* At most 1,000. */
struct rc_s3_delete_objects {
    const char *bucket;
    RC_LIST(struct rc_s3_object_id) objects;
    bool quiet; /* only those that failed come back */
    const char *expected_bucket_owner;
};

struct rc_s3_deleted {
    const char *key;
    const char *version_id;
    bool delete_marker;
    const char *delete_marker_version_id;
};

struct rc_s3_failed {
    const char *key;
    const char *version_id;
    const char *code;
    const char *message;
};

struct rc_s3_objects_deleted {
    RC_LIST(struct rc_s3_deleted) deleted;
    RC_LIST(struct rc_s3_failed) failed;
};

RC_OPERATION(rc_s3_delete_objects, struct rc_s3_delete_objects, struct rc_s3_objects_deleted);

/* ----- Tags ----- */

struct rc_s3_tag {
    const char *key;
    const char *value;
};

struct rc_s3_get_tags {
    const char *bucket;
    const char *key;
    const char *version_id;
    const char *expected_bucket_owner;
};

struct rc_s3_tags {
    RC_LIST(struct rc_s3_tag) tags;
    const char *version_id;
};

RC_OPERATION(rc_s3_get_tags, struct rc_s3_get_tags, struct rc_s3_tags);

/* Replaces all; without tags it removes them. */
struct rc_s3_put_tags {
    const char *bucket;
    const char *key;
    const char *version_id;
    RC_LIST(struct rc_s3_tag) tags;
    const char *expected_bucket_owner;
};

struct rc_s3_tags_put {
    const char *version_id;
};

RC_OPERATION(rc_s3_put_tags, struct rc_s3_put_tags, struct rc_s3_tags_put);

/* ----- Uploads in parts ----- */

struct rc_s3_create_upload {
    const char *bucket;
    const char *key;
    const char *content_type;
    const char *content_encoding;
    const char *cache_control;
    RC_LIST(struct rc_pair) metadata;
    const char *tagging;
    const char *storage_class;
    const char *server_side_encryption;
    const char *kms_key_id;
    const char *expected_bucket_owner;
};

struct rc_s3_upload_created {
    const char *bucket;
    const char *key;
    const char *upload_id;
    int64_t abort_unix_ms; /* when a rule of the bucket will abort it */
};

RC_OPERATION(rc_s3_create_upload, struct rc_s3_create_upload, struct rc_s3_upload_created);

/* The body is here, or a part of a file. */
struct rc_s3_upload_part {
    const char *bucket;
    const char *key;
    const char *upload_id;
    int64_t part_number; /* 1 to 10,000 */
    struct rc_bytes body;
    const char *content_md5;
    const char *expected_bucket_owner;
};

struct rc_s3_part_uploaded {
    const char *etag;
    const char *server_side_encryption;
};

RC_OPERATION(rc_s3_upload_part, struct rc_s3_upload_part, struct rc_s3_part_uploaded);

struct rc_s3_completed_part {
    int64_t part_number;
    const char *etag;
};

struct rc_s3_complete_upload {
    const char *bucket;
    const char *key;
    const char *upload_id;
    RC_LIST(struct rc_s3_completed_part) parts; /* in order of their numbers */
    const char *if_none_match;                  /* "*": only when there is none yet */
    const char *if_match;
    const char *expected_bucket_owner;
};

struct rc_s3_upload_completed {
    const char *location;
    const char *bucket;
    const char *key;
    const char *etag;
    const char *version_id;
};

RC_OPERATION(rc_s3_complete_upload, struct rc_s3_complete_upload, struct rc_s3_upload_completed);

struct rc_s3_abort_upload {
    const char *bucket;
    const char *key;
    const char *upload_id;
    const char *expected_bucket_owner;
};

RC_OPERATION(rc_s3_abort_upload, struct rc_s3_abort_upload, struct rc_nothing);

struct rc_s3_upload {
    const char *key;
    const char *upload_id;
    int64_t initiated_unix_ms;
    const char *storage_class;
};

struct rc_s3_list_uploads {
    const char *bucket;
    const char *prefix;
    const char *delimiter;
    int64_t max_uploads;
    const char *key_marker;
    const char *upload_id_marker;
    const char *expected_bucket_owner;
};

struct rc_s3_uploads {
    RC_LIST(struct rc_s3_upload) uploads;
    RC_LIST(struct rc_s3_prefix) prefixes;
    bool truncated;
    const char *next_key_marker;
    const char *next_upload_id_marker;
};

RC_OPERATION(rc_s3_list_uploads, struct rc_s3_list_uploads, struct rc_s3_uploads);

struct rc_s3_part {
    int64_t part_number;
    int64_t size_bytes;
    const char *etag;
    int64_t last_modified_unix_ms;
};

struct rc_s3_list_parts {
    const char *bucket;
    const char *key;
    const char *upload_id;
    int64_t max_parts;
    const char *part_number_marker;
    const char *expected_bucket_owner;
};

struct rc_s3_parts {
    RC_LIST(struct rc_s3_part) parts;
    const char *upload_id;
    const char *storage_class;
    bool truncated;
    const char *next_part_number_marker; /* a number */
};

RC_OPERATION(rc_s3_list_parts, struct rc_s3_list_parts, struct rc_s3_parts);

#endif
