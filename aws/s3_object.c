#include "aws/s3.h"

#include "aws/rows.h"
#include "aws/s3_internal.h"

/* ----- Objects ----- */

static const struct rc_member rc_s3_head_object_members[] = {
    TEXT(rc_s3_head_object, bucket, "Bucket", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_head_object, key, "Key", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_head_object, version_id, "versionId", .at = RC_AT_QUERY),
    TEXT(rc_s3_head_object, if_match, "If-Match", .at = RC_AT_HEADER),
    TEXT(rc_s3_head_object, if_none_match, "If-None-Match", .at = RC_AT_HEADER),
    TIME(rc_s3_head_object, if_modified_since_unix_ms, "If-Modified-Since", .at = RC_AT_HEADER),
    TIME(rc_s3_head_object, if_unmodified_since_unix_ms, "If-Unmodified-Since", .at = RC_AT_HEADER),
    INT(rc_s3_head_object, part_number, "partNumber", .at = RC_AT_QUERY),
    TEXT(rc_s3_head_object, expected_bucket_owner, "x-amz-expected-bucket-owner",
         .at = RC_AT_HEADER),
};
SHAPE(rc_s3_head_object);

static const struct rc_member rc_s3_object_head_members[] = {
    INT(rc_s3_object_head, content_length_bytes, "Content-Length", .at = RC_AT_HEADER),
    TEXT(rc_s3_object_head, content_type, "Content-Type", .at = RC_AT_HEADER),
    TEXT(rc_s3_object_head, content_encoding, "Content-Encoding", .at = RC_AT_HEADER),
    TEXT(rc_s3_object_head, etag, "ETag", .at = RC_AT_HEADER),
    TEXT(rc_s3_object_head, version_id, "x-amz-version-id", .at = RC_AT_HEADER),
    TIME(rc_s3_object_head, last_modified_unix_ms, "Last-Modified", .at = RC_AT_HEADER),
    PAIRS(rc_s3_object_head, metadata, "x-amz-meta-", .at = RC_AT_HEADER),
    TEXT(rc_s3_object_head, storage_class, "x-amz-storage-class", .at = RC_AT_HEADER),
    TEXT(rc_s3_object_head, server_side_encryption, "x-amz-server-side-encryption",
         .at = RC_AT_HEADER),
    TEXT(rc_s3_object_head, kms_key_id, "x-amz-server-side-encryption-aws-kms-key-id",
         .at = RC_AT_HEADER),
    BOOL(rc_s3_object_head, delete_marker, "x-amz-delete-marker", .at = RC_AT_HEADER),
    INT(rc_s3_object_head, parts_count, "x-amz-mp-parts-count", .at = RC_AT_HEADER),
    INT(rc_s3_object_head, tag_count, "x-amz-tagging-count", .at = RC_AT_HEADER),
    TEXT(rc_s3_object_head, restore, "x-amz-restore", .at = RC_AT_HEADER),
    TEXT(rc_s3_object_head, archive_status, "x-amz-archive-status", .at = RC_AT_HEADER),
    TEXT(rc_s3_object_head, replication_status, "x-amz-replication-status", .at = RC_AT_HEADER),
    TEXT(rc_s3_object_head, object_lock_mode, "x-amz-object-lock-mode", .at = RC_AT_HEADER),
    TIME(rc_s3_object_head, object_lock_retain_until_unix_ms, "x-amz-object-lock-retain-until-date",
         .at = RC_AT_HEADER),
};
SHAPE(rc_s3_object_head);

const struct rc_operation rc_s3_head_object_operation = {
    .service = &rc_service_s3,
    .name = "HeadObject",
    .method = "HEAD",
    .path = "/{Bucket}/{Key+}",
    .in = &rc_s3_head_object_shape,
    .out = &rc_s3_object_head_shape,
};

static const struct rc_member rc_s3_get_object_members[] = {
    TEXT(rc_s3_get_object, bucket, "Bucket", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_get_object, key, "Key", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_get_object, version_id, "versionId", .at = RC_AT_QUERY),
    TEXT(rc_s3_get_object, range, "Range", .at = RC_AT_HEADER),
    TEXT(rc_s3_get_object, if_match, "If-Match", .at = RC_AT_HEADER),
    TEXT(rc_s3_get_object, if_none_match, "If-None-Match", .at = RC_AT_HEADER),
    TIME(rc_s3_get_object, if_modified_since_unix_ms, "If-Modified-Since", .at = RC_AT_HEADER),
    TIME(rc_s3_get_object, if_unmodified_since_unix_ms, "If-Unmodified-Since", .at = RC_AT_HEADER),
    INT(rc_s3_get_object, part_number, "partNumber", .at = RC_AT_QUERY),
    TEXT(rc_s3_get_object, expected_bucket_owner, "x-amz-expected-bucket-owner",
         .at = RC_AT_HEADER),
};
SHAPE(rc_s3_get_object);

static const struct rc_member rc_s3_object_got_members[] = {
    INT(rc_s3_object_got, content_length_bytes, "Content-Length", .at = RC_AT_HEADER),
    TEXT(rc_s3_object_got, content_range, "Content-Range", .at = RC_AT_HEADER),
    TEXT(rc_s3_object_got, content_type, "Content-Type", .at = RC_AT_HEADER),
    TEXT(rc_s3_object_got, content_encoding, "Content-Encoding", .at = RC_AT_HEADER),
    TEXT(rc_s3_object_got, etag, "ETag", .at = RC_AT_HEADER),
    TEXT(rc_s3_object_got, version_id, "x-amz-version-id", .at = RC_AT_HEADER),
    TIME(rc_s3_object_got, last_modified_unix_ms, "Last-Modified", .at = RC_AT_HEADER),
    PAIRS(rc_s3_object_got, metadata, "x-amz-meta-", .at = RC_AT_HEADER),
    TEXT(rc_s3_object_got, storage_class, "x-amz-storage-class", .at = RC_AT_HEADER),
    BOOL(rc_s3_object_got, delete_marker, "x-amz-delete-marker", .at = RC_AT_HEADER),
    INT(rc_s3_object_got, tag_count, "x-amz-tagging-count", .at = RC_AT_HEADER),
    INT(rc_s3_object_got, parts_count, "x-amz-mp-parts-count", .at = RC_AT_HEADER),
};
SHAPE(rc_s3_object_got);

const struct rc_operation rc_s3_get_object_operation = {
    .service = &rc_service_s3,
    .name = "GetObject",
    .method = "GET",
    .path = "/{Bucket}/{Key+}",
    .in = &rc_s3_get_object_shape,
    .out = &rc_s3_object_got_shape,
    .flags = RC_OP_STREAMS,
    .timeout_ms = RC_S3_TRANSFER_MS,
};

static const struct rc_member rc_s3_put_object_members[] = {
    TEXT(rc_s3_put_object, bucket, "Bucket", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_put_object, key, "Key", .at = RC_AT_PATH, .flags = RC_NEEDED),
    BLOB(rc_s3_put_object, body, "Body", .at = RC_AT_PAYLOAD),
    TEXT(rc_s3_put_object, content_type, "Content-Type", .at = RC_AT_HEADER),
    TEXT(rc_s3_put_object, content_encoding, "Content-Encoding", .at = RC_AT_HEADER),
    TEXT(rc_s3_put_object, cache_control, "Cache-Control", .at = RC_AT_HEADER),
    TEXT(rc_s3_put_object, content_md5, "Content-MD5", .at = RC_AT_HEADER),
    TEXT(rc_s3_put_object, if_none_match, "If-None-Match", .at = RC_AT_HEADER),
    TEXT(rc_s3_put_object, if_match, "If-Match", .at = RC_AT_HEADER),
    PAIRS(rc_s3_put_object, metadata, "x-amz-meta-", .at = RC_AT_HEADER),
    TEXT(rc_s3_put_object, tagging, "x-amz-tagging", .at = RC_AT_HEADER),
    TEXT(rc_s3_put_object, storage_class, "x-amz-storage-class", .at = RC_AT_HEADER),
    TEXT(rc_s3_put_object, server_side_encryption, "x-amz-server-side-encryption",
         .at = RC_AT_HEADER),
    TEXT(rc_s3_put_object, kms_key_id, "x-amz-server-side-encryption-aws-kms-key-id",
         .at = RC_AT_HEADER),
    TEXT(rc_s3_put_object, expected_bucket_owner, "x-amz-expected-bucket-owner",
         .at = RC_AT_HEADER),
};
SHAPE(rc_s3_put_object);

static const struct rc_member rc_s3_object_put_members[] = {
    TEXT(rc_s3_object_put, etag, "ETag", .at = RC_AT_HEADER),
    TEXT(rc_s3_object_put, version_id, "x-amz-version-id", .at = RC_AT_HEADER),
    TEXT(rc_s3_object_put, server_side_encryption, "x-amz-server-side-encryption",
         .at = RC_AT_HEADER),
    INT(rc_s3_object_put, size_bytes, "x-amz-object-size", .at = RC_AT_HEADER),
};
SHAPE(rc_s3_object_put);

const struct rc_operation rc_s3_put_object_operation = {
    .service = &rc_service_s3,
    .name = "PutObject",
    .method = "PUT",
    .path = "/{Bucket}/{Key+}",
    .in = &rc_s3_put_object_shape,
    .out = &rc_s3_object_put_shape,
    .timeout_ms = RC_S3_TRANSFER_MS,
};

static const struct rc_member rc_s3_copy_object_members[] = {
    TEXT(rc_s3_copy_object, bucket, "Bucket", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_copy_object, key, "Key", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_copy_object, copy_source, "x-amz-copy-source", .at = RC_AT_HEADER,
         .flags = RC_NEEDED),
    TEXT(rc_s3_copy_object, copy_source_if_match, "x-amz-copy-source-if-match", .at = RC_AT_HEADER),
    TEXT(rc_s3_copy_object, metadata_directive, "x-amz-metadata-directive", .at = RC_AT_HEADER),
    TEXT(rc_s3_copy_object, tagging_directive, "x-amz-tagging-directive", .at = RC_AT_HEADER),
    TEXT(rc_s3_copy_object, content_type, "Content-Type", .at = RC_AT_HEADER),
    PAIRS(rc_s3_copy_object, metadata, "x-amz-meta-", .at = RC_AT_HEADER),
    TEXT(rc_s3_copy_object, tagging, "x-amz-tagging", .at = RC_AT_HEADER),
    TEXT(rc_s3_copy_object, storage_class, "x-amz-storage-class", .at = RC_AT_HEADER),
    TEXT(rc_s3_copy_object, server_side_encryption, "x-amz-server-side-encryption",
         .at = RC_AT_HEADER),
    TEXT(rc_s3_copy_object, kms_key_id, "x-amz-server-side-encryption-aws-kms-key-id",
         .at = RC_AT_HEADER),
    TEXT(rc_s3_copy_object, if_none_match, "If-None-Match", .at = RC_AT_HEADER),
    TEXT(rc_s3_copy_object, if_match, "If-Match", .at = RC_AT_HEADER),
    TEXT(rc_s3_copy_object, expected_bucket_owner, "x-amz-expected-bucket-owner",
         .at = RC_AT_HEADER),
};
SHAPE(rc_s3_copy_object);

static const struct rc_member rc_s3_object_copied_members[] = {
    TEXT(rc_s3_object_copied, etag, "ETag"),
    TIME(rc_s3_object_copied, last_modified_unix_ms, "LastModified"),
    TEXT(rc_s3_object_copied, version_id, "x-amz-version-id", .at = RC_AT_HEADER),
    TEXT(rc_s3_object_copied, copy_source_version_id, "x-amz-copy-source-version-id",
         .at = RC_AT_HEADER),
};
SHAPE(rc_s3_object_copied);

const struct rc_operation rc_s3_copy_object_operation = {
    .service = &rc_service_s3,
    .name = "CopyObject",
    .method = "PUT",
    .path = "/{Bucket}/{Key+}",
    .in = &rc_s3_copy_object_shape,
    .out = &rc_s3_object_copied_shape,
    .flags = RC_OP_ERROR_IN_200,
    .timeout_ms = RC_S3_SERVER_COPY_MS,
};

static const struct rc_member rc_s3_delete_object_members[] = {
    TEXT(rc_s3_delete_object, bucket, "Bucket", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_delete_object, key, "Key", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_delete_object, version_id, "versionId", .at = RC_AT_QUERY),
    TEXT(rc_s3_delete_object, if_match, "If-Match", .at = RC_AT_HEADER),
    TEXT(rc_s3_delete_object, expected_bucket_owner, "x-amz-expected-bucket-owner",
         .at = RC_AT_HEADER),
};
SHAPE(rc_s3_delete_object);

static const struct rc_member rc_s3_object_deleted_members[] = {
    BOOL(rc_s3_object_deleted, delete_marker, "x-amz-delete-marker", .at = RC_AT_HEADER),
    TEXT(rc_s3_object_deleted, version_id, "x-amz-version-id", .at = RC_AT_HEADER),
};
SHAPE(rc_s3_object_deleted);

const struct rc_operation rc_s3_delete_object_operation = {
    .service = &rc_service_s3,
    .name = "DeleteObject",
    .method = "DELETE",
    .path = "/{Bucket}/{Key+}",
    .in = &rc_s3_delete_object_shape,
    .out = &rc_s3_object_deleted_shape,
};

static const struct rc_member rc_s3_object_id_members[] = {
    TEXT(rc_s3_object_id, key, "Key", .flags = RC_NEEDED),
    TEXT(rc_s3_object_id, version_id, "VersionId"),
};
SHAPE(rc_s3_object_id);

static const struct rc_member rc_s3_delete_objects_members[] = {
    TEXT(rc_s3_delete_objects, bucket, "Bucket", .at = RC_AT_PATH, .flags = RC_NEEDED),
    LIST(rc_s3_delete_objects, objects, rc_s3_object_id, "Object", .flags = RC_FLAT | RC_NEEDED),
    BOOL(rc_s3_delete_objects, quiet, "Quiet"),
    TEXT(rc_s3_delete_objects, expected_bucket_owner, "x-amz-expected-bucket-owner",
         .at = RC_AT_HEADER),
};
SHAPE(rc_s3_delete_objects);

static const struct rc_member rc_s3_deleted_members[] = {
    TEXT(rc_s3_deleted, key, "Key"),
    TEXT(rc_s3_deleted, version_id, "VersionId"),
    BOOL(rc_s3_deleted, delete_marker, "DeleteMarker"),
    TEXT(rc_s3_deleted, delete_marker_version_id, "DeleteMarkerVersionId"),
};
SHAPE(rc_s3_deleted);

static const struct rc_member rc_s3_failed_members[] = {
    TEXT(rc_s3_failed, key, "Key"),
    TEXT(rc_s3_failed, version_id, "VersionId"),
    TEXT(rc_s3_failed, code, "Code"),
    TEXT(rc_s3_failed, message, "Message"),
};
SHAPE(rc_s3_failed);

static const struct rc_member rc_s3_objects_deleted_members[] = {
    LIST(rc_s3_objects_deleted, deleted, rc_s3_deleted, "Deleted", .flags = RC_FLAT),
    LIST(rc_s3_objects_deleted, failed, rc_s3_failed, "Error", .flags = RC_FLAT),
};
SHAPE(rc_s3_objects_deleted);

const struct rc_operation rc_s3_delete_objects_operation = {
    .service = &rc_service_s3,
    .name = "DeleteObjects",
    .path = "/{Bucket}?delete",
    .in = &rc_s3_delete_objects_shape,
    .out = &rc_s3_objects_deleted_shape,
    .root = "Delete",
    .flags = RC_OP_MD5,
};

/* ----- Tags ----- */

static const struct rc_member rc_s3_tag_members[] = {
    TEXT(rc_s3_tag, key, "Key", .flags = RC_NEEDED),
    TEXT(rc_s3_tag, value, "Value", .flags = RC_NEEDED),
};
SHAPE(rc_s3_tag);

static const struct rc_member rc_s3_get_tags_members[] = {
    TEXT(rc_s3_get_tags, bucket, "Bucket", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_get_tags, key, "Key", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_get_tags, version_id, "versionId", .at = RC_AT_QUERY),
    TEXT(rc_s3_get_tags, expected_bucket_owner, "x-amz-expected-bucket-owner", .at = RC_AT_HEADER),
};
SHAPE(rc_s3_get_tags);

static const struct rc_member rc_s3_tags_members[] = {
    LIST(rc_s3_tags, tags, rc_s3_tag, "TagSet", .item = "Tag"),
    TEXT(rc_s3_tags, version_id, "x-amz-version-id", .at = RC_AT_HEADER),
};
SHAPE(rc_s3_tags);

const struct rc_operation rc_s3_get_tags_operation = {
    .service = &rc_service_s3,
    .name = "GetObjectTagging",
    .method = "GET",
    .path = "/{Bucket}/{Key+}?tagging",
    .in = &rc_s3_get_tags_shape,
    .out = &rc_s3_tags_shape,
};

static const struct rc_member rc_s3_put_tags_members[] = {
    TEXT(rc_s3_put_tags, bucket, "Bucket", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_put_tags, key, "Key", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_put_tags, version_id, "versionId", .at = RC_AT_QUERY),
    LIST(rc_s3_put_tags, tags, rc_s3_tag, "TagSet", .item = "Tag", .flags = RC_ALWAYS),
    TEXT(rc_s3_put_tags, expected_bucket_owner, "x-amz-expected-bucket-owner", .at = RC_AT_HEADER),
};
SHAPE(rc_s3_put_tags);

static const struct rc_member rc_s3_tags_put_members[] = {
    TEXT(rc_s3_tags_put, version_id, "x-amz-version-id", .at = RC_AT_HEADER),
};
SHAPE(rc_s3_tags_put);

const struct rc_operation rc_s3_put_tags_operation = {
    .service = &rc_service_s3,
    .name = "PutObjectTagging",
    .method = "PUT",
    .path = "/{Bucket}/{Key+}?tagging",
    .in = &rc_s3_put_tags_shape,
    .out = &rc_s3_tags_put_shape,
    .root = "Tagging",
    .flags = RC_OP_MD5,
};
