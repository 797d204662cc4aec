#include "aws/s3.h"

#include "aws/rows.h"

const struct rc_service rc_service_s3 = {
    .id = RC_SERVICE_S3,
    .name = "s3",
    .signing_name = "s3",
    .host_prefix = "s3",
    .config_name = "s3",
    .protocol = RC_PROTOCOL_REST_XML,
    .retry = &rc_retry_standard,
};

/* A body of gigabytes takes its time, and one that stands still is ended by the
 * transfer's idle timeout. */
enum {
    TRANSFER_MS = 3600 * 1000,
    SERVER_COPY_MS = 600 * 1000, /* nothing comes while S3 copies or joins parts */
};

/* ----- Buckets ----- */

static const struct rc_member rc_s3_bucket_members[] = {
    TEXT(rc_s3_bucket, name, "Name"),
    TIME(rc_s3_bucket, created_unix_ms, "CreationDate"),
    TEXT(rc_s3_bucket, region, "BucketRegion"),
};
SHAPE(rc_s3_bucket);

static const struct rc_member rc_s3_list_buckets_members[] = {
    TEXT(rc_s3_list_buckets, prefix, "prefix", .at = RC_AT_QUERY),
    TEXT(rc_s3_list_buckets, region, "bucket-region", .at = RC_AT_QUERY),
    INT(rc_s3_list_buckets, max_buckets, "max-buckets", .at = RC_AT_QUERY),
    TEXT(rc_s3_list_buckets, continuation_token, "continuation-token", .at = RC_AT_QUERY),
};
SHAPE(rc_s3_list_buckets);

static const struct rc_member rc_s3_buckets_members[] = {
    LIST(rc_s3_buckets, buckets, rc_s3_bucket, "Buckets", .item = "Bucket"),
    TEXT(rc_s3_buckets, continuation_token, "ContinuationToken"),
};
SHAPE(rc_s3_buckets);

const struct rc_operation rc_s3_list_buckets_operation = {
    .service = &rc_service_s3,
    .name = "ListBuckets",
    .method = "GET",
    .in = &rc_s3_list_buckets_shape,
    .out = &rc_s3_buckets_shape,
    .page_in = "continuation-token",
    .page_out = "ContinuationToken",
};

static const struct rc_member rc_s3_create_bucket_members[] = {
    TEXT(rc_s3_create_bucket, bucket, "Bucket", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_create_bucket, location, "LocationConstraint"),
};
SHAPE(rc_s3_create_bucket);

static const struct rc_member rc_s3_bucket_created_members[] = {
    TEXT(rc_s3_bucket_created, location, "Location", .at = RC_AT_HEADER),
};
SHAPE(rc_s3_bucket_created);

const struct rc_operation rc_s3_create_bucket_operation = {
    .service = &rc_service_s3,
    .name = "CreateBucket",
    .method = "PUT",
    .path = "/{Bucket}",
    .in = &rc_s3_create_bucket_shape,
    .out = &rc_s3_bucket_created_shape,
    .root = "CreateBucketConfiguration",
};

static const struct rc_member rc_s3_head_bucket_members[] = {
    TEXT(rc_s3_head_bucket, bucket, "Bucket", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_head_bucket, expected_bucket_owner, "x-amz-expected-bucket-owner",
         .at = RC_AT_HEADER),
};
SHAPE(rc_s3_head_bucket);

static const struct rc_member rc_s3_bucket_head_members[] = {
    TEXT(rc_s3_bucket_head, region, "x-amz-bucket-region", .at = RC_AT_HEADER),
};
SHAPE(rc_s3_bucket_head);

const struct rc_operation rc_s3_head_bucket_operation = {
    .service = &rc_service_s3,
    .name = "HeadBucket",
    .method = "HEAD",
    .path = "/{Bucket}",
    .in = &rc_s3_head_bucket_shape,
    .out = &rc_s3_bucket_head_shape,
};

static const struct rc_member rc_s3_get_versioning_members[] = {
    TEXT(rc_s3_get_versioning, bucket, "Bucket", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_get_versioning, expected_bucket_owner, "x-amz-expected-bucket-owner",
         .at = RC_AT_HEADER),
};
SHAPE(rc_s3_get_versioning);

static const struct rc_member rc_s3_versioning_members[] = {
    TEXT(rc_s3_versioning, status, "Status"),
    TEXT(rc_s3_versioning, mfa_delete, "MfaDelete"),
};
SHAPE(rc_s3_versioning);

const struct rc_operation rc_s3_get_versioning_operation = {
    .service = &rc_service_s3,
    .name = "GetBucketVersioning",
    .method = "GET",
    .path = "/{Bucket}?versioning",
    .in = &rc_s3_get_versioning_shape,
    .out = &rc_s3_versioning_shape,
};

static const struct rc_member rc_s3_put_versioning_members[] = {
    TEXT(rc_s3_put_versioning, bucket, "Bucket", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_put_versioning, status, "Status", .flags = RC_NEEDED),
    TEXT(rc_s3_put_versioning, expected_bucket_owner, "x-amz-expected-bucket-owner",
         .at = RC_AT_HEADER),
};
SHAPE(rc_s3_put_versioning);

const struct rc_operation rc_s3_put_versioning_operation = {
    .service = &rc_service_s3,
    .name = "PutBucketVersioning",
    .method = "PUT",
    .path = "/{Bucket}?versioning",
    .in = &rc_s3_put_versioning_shape,
    .root = "VersioningConfiguration",
    .flags = RC_OP_MD5,
};

/* ----- What is in them ----- */

static const struct rc_member rc_s3_object_members[] = {
    TEXT(rc_s3_object, key, "Key", .flags = RC_URL),
    INT(rc_s3_object, size_bytes, "Size"),
    TEXT(rc_s3_object, etag, "ETag"),
    TEXT(rc_s3_object, storage_class, "StorageClass"),
    TIME(rc_s3_object, last_modified_unix_ms, "LastModified"),
};
SHAPE(rc_s3_object);

static const struct rc_member rc_s3_prefix_members[] = {
    TEXT(rc_s3_prefix, prefix, "Prefix", .flags = RC_URL),
};
SHAPE(rc_s3_prefix);

static const struct rc_member rc_s3_list_objects_members[] = {
    TEXT(rc_s3_list_objects, bucket, "Bucket", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_list_objects, prefix, "prefix", .at = RC_AT_QUERY),
    TEXT(rc_s3_list_objects, delimiter, "delimiter", .at = RC_AT_QUERY),
    TEXT(rc_s3_list_objects, start_after, "start-after", .at = RC_AT_QUERY),
    INT(rc_s3_list_objects, max_keys, "max-keys", .at = RC_AT_QUERY),
    TEXT(rc_s3_list_objects, continuation_token, "continuation-token", .at = RC_AT_QUERY),
    TEXT(rc_s3_list_objects, expected_bucket_owner, "x-amz-expected-bucket-owner",
         .at = RC_AT_HEADER),
};
SHAPE(rc_s3_list_objects);

static const struct rc_member rc_s3_objects_members[] = {
    LIST(rc_s3_objects, objects, rc_s3_object, "Contents", .flags = RC_FLAT),
    LIST(rc_s3_objects, prefixes, rc_s3_prefix, "CommonPrefixes", .flags = RC_FLAT),
    INT(rc_s3_objects, key_count, "KeyCount"),
    BOOL(rc_s3_objects, truncated, "IsTruncated"),
    TEXT(rc_s3_objects, next_continuation_token, "NextContinuationToken"),
};
SHAPE(rc_s3_objects);

const struct rc_operation rc_s3_list_objects_operation = {
    .service = &rc_service_s3,
    .name = "ListObjectsV2",
    .method = "GET",
    .path = "/{Bucket}?list-type=2&encoding-type=url",
    .in = &rc_s3_list_objects_shape,
    .out = &rc_s3_objects_shape,
    .page_in = "continuation-token",
    .page_out = "NextContinuationToken",
    .page_more = "IsTruncated",
};

static const struct rc_member rc_s3_version_members[] = {
    TEXT(rc_s3_version, key, "Key", .flags = RC_URL),
    TEXT(rc_s3_version, version_id, "VersionId"),
    BOOL(rc_s3_version, latest, "IsLatest"),
    INT(rc_s3_version, size_bytes, "Size"),
    TEXT(rc_s3_version, etag, "ETag"),
    TEXT(rc_s3_version, storage_class, "StorageClass"),
    TIME(rc_s3_version, last_modified_unix_ms, "LastModified"),
};
SHAPE(rc_s3_version);

static const struct rc_member rc_s3_delete_marker_members[] = {
    TEXT(rc_s3_delete_marker, key, "Key", .flags = RC_URL),
    TEXT(rc_s3_delete_marker, version_id, "VersionId"),
    BOOL(rc_s3_delete_marker, latest, "IsLatest"),
    TIME(rc_s3_delete_marker, last_modified_unix_ms, "LastModified"),
};
SHAPE(rc_s3_delete_marker);

static const struct rc_member rc_s3_list_versions_members[] = {
    TEXT(rc_s3_list_versions, bucket, "Bucket", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_list_versions, prefix, "prefix", .at = RC_AT_QUERY),
    TEXT(rc_s3_list_versions, delimiter, "delimiter", .at = RC_AT_QUERY),
    INT(rc_s3_list_versions, max_keys, "max-keys", .at = RC_AT_QUERY),
    TEXT(rc_s3_list_versions, key_marker, "key-marker", .at = RC_AT_QUERY),
    TEXT(rc_s3_list_versions, version_id_marker, "version-id-marker", .at = RC_AT_QUERY),
    TEXT(rc_s3_list_versions, expected_bucket_owner, "x-amz-expected-bucket-owner",
         .at = RC_AT_HEADER),
};
SHAPE(rc_s3_list_versions);

static const struct rc_member rc_s3_versions_members[] = {
    LIST(rc_s3_versions, versions, rc_s3_version, "Version", .flags = RC_FLAT),
    LIST(rc_s3_versions, delete_markers, rc_s3_delete_marker, "DeleteMarker", .flags = RC_FLAT),
    LIST(rc_s3_versions, prefixes, rc_s3_prefix, "CommonPrefixes", .flags = RC_FLAT),
    BOOL(rc_s3_versions, truncated, "IsTruncated"),
    TEXT(rc_s3_versions, next_key_marker, "NextKeyMarker", .flags = RC_URL),
    TEXT(rc_s3_versions, next_version_id_marker, "NextVersionIdMarker"),
};
SHAPE(rc_s3_versions);

const struct rc_operation rc_s3_list_versions_operation = {
    .service = &rc_service_s3,
    .name = "ListObjectVersions",
    .method = "GET",
    .path = "/{Bucket}?versions&encoding-type=url",
    .in = &rc_s3_list_versions_shape,
    .out = &rc_s3_versions_shape,
    .page_in = "key-marker",
    .page_out = "NextKeyMarker",
    .page_in_2 = "version-id-marker",
    .page_out_2 = "NextVersionIdMarker",
    .page_more = "IsTruncated",
};

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
    .timeout_ms = TRANSFER_MS,
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
    .timeout_ms = TRANSFER_MS,
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
    .timeout_ms = SERVER_COPY_MS,
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

/* ----- Uploads in parts ----- */

static const struct rc_member rc_s3_create_upload_members[] = {
    TEXT(rc_s3_create_upload, bucket, "Bucket", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_create_upload, key, "Key", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_create_upload, content_type, "Content-Type", .at = RC_AT_HEADER),
    TEXT(rc_s3_create_upload, content_encoding, "Content-Encoding", .at = RC_AT_HEADER),
    TEXT(rc_s3_create_upload, cache_control, "Cache-Control", .at = RC_AT_HEADER),
    PAIRS(rc_s3_create_upload, metadata, "x-amz-meta-", .at = RC_AT_HEADER),
    TEXT(rc_s3_create_upload, tagging, "x-amz-tagging", .at = RC_AT_HEADER),
    TEXT(rc_s3_create_upload, storage_class, "x-amz-storage-class", .at = RC_AT_HEADER),
    TEXT(rc_s3_create_upload, server_side_encryption, "x-amz-server-side-encryption",
         .at = RC_AT_HEADER),
    TEXT(rc_s3_create_upload, kms_key_id, "x-amz-server-side-encryption-aws-kms-key-id",
         .at = RC_AT_HEADER),
    TEXT(rc_s3_create_upload, expected_bucket_owner, "x-amz-expected-bucket-owner",
         .at = RC_AT_HEADER),
};
SHAPE(rc_s3_create_upload);

static const struct rc_member rc_s3_upload_created_members[] = {
    TEXT(rc_s3_upload_created, bucket, "Bucket"),
    TEXT(rc_s3_upload_created, key, "Key"),
    TEXT(rc_s3_upload_created, upload_id, "UploadId"),
    TIME(rc_s3_upload_created, abort_unix_ms, "x-amz-abort-date", .at = RC_AT_HEADER),
};
SHAPE(rc_s3_upload_created);

const struct rc_operation rc_s3_create_upload_operation = {
    .service = &rc_service_s3,
    .name = "CreateMultipartUpload",
    .path = "/{Bucket}/{Key+}?uploads",
    .in = &rc_s3_create_upload_shape,
    .out = &rc_s3_upload_created_shape,
};

static const struct rc_member rc_s3_upload_part_members[] = {
    TEXT(rc_s3_upload_part, bucket, "Bucket", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_upload_part, key, "Key", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_upload_part, upload_id, "uploadId", .at = RC_AT_QUERY, .flags = RC_NEEDED),
    INT(rc_s3_upload_part, part_number, "partNumber", .at = RC_AT_QUERY, .flags = RC_ALWAYS),
    BLOB(rc_s3_upload_part, body, "Body", .at = RC_AT_PAYLOAD),
    TEXT(rc_s3_upload_part, content_md5, "Content-MD5", .at = RC_AT_HEADER),
    TEXT(rc_s3_upload_part, expected_bucket_owner, "x-amz-expected-bucket-owner",
         .at = RC_AT_HEADER),
};
SHAPE(rc_s3_upload_part);

static const struct rc_member rc_s3_part_uploaded_members[] = {
    TEXT(rc_s3_part_uploaded, etag, "ETag", .at = RC_AT_HEADER),
    TEXT(rc_s3_part_uploaded, server_side_encryption, "x-amz-server-side-encryption",
         .at = RC_AT_HEADER),
};
SHAPE(rc_s3_part_uploaded);

const struct rc_operation rc_s3_upload_part_operation = {
    .service = &rc_service_s3,
    .name = "UploadPart",
    .method = "PUT",
    .path = "/{Bucket}/{Key+}",
    .in = &rc_s3_upload_part_shape,
    .out = &rc_s3_part_uploaded_shape,
    .timeout_ms = TRANSFER_MS,
};

static const struct rc_member rc_s3_completed_part_members[] = {
    INT(rc_s3_completed_part, part_number, "PartNumber", .flags = RC_ALWAYS),
    TEXT(rc_s3_completed_part, etag, "ETag", .flags = RC_NEEDED),
};
SHAPE(rc_s3_completed_part);

static const struct rc_member rc_s3_complete_upload_members[] = {
    TEXT(rc_s3_complete_upload, bucket, "Bucket", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_complete_upload, key, "Key", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_complete_upload, upload_id, "uploadId", .at = RC_AT_QUERY, .flags = RC_NEEDED),
    LIST(rc_s3_complete_upload, parts, rc_s3_completed_part, "Part", .flags = RC_FLAT | RC_NEEDED),
    TEXT(rc_s3_complete_upload, if_none_match, "If-None-Match", .at = RC_AT_HEADER),
    TEXT(rc_s3_complete_upload, if_match, "If-Match", .at = RC_AT_HEADER),
    TEXT(rc_s3_complete_upload, expected_bucket_owner, "x-amz-expected-bucket-owner",
         .at = RC_AT_HEADER),
};
SHAPE(rc_s3_complete_upload);

static const struct rc_member rc_s3_upload_completed_members[] = {
    TEXT(rc_s3_upload_completed, location, "Location"),
    TEXT(rc_s3_upload_completed, bucket, "Bucket"),
    TEXT(rc_s3_upload_completed, key, "Key"),
    TEXT(rc_s3_upload_completed, etag, "ETag"),
    TEXT(rc_s3_upload_completed, version_id, "x-amz-version-id", .at = RC_AT_HEADER),
};
SHAPE(rc_s3_upload_completed);

const struct rc_operation rc_s3_complete_upload_operation = {
    .service = &rc_service_s3,
    .name = "CompleteMultipartUpload",
    .path = "/{Bucket}/{Key+}",
    .in = &rc_s3_complete_upload_shape,
    .out = &rc_s3_upload_completed_shape,
    .root = "CompleteMultipartUpload",
    .flags = RC_OP_ERROR_IN_200,
    .timeout_ms = SERVER_COPY_MS,
};

static const struct rc_member rc_s3_abort_upload_members[] = {
    TEXT(rc_s3_abort_upload, bucket, "Bucket", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_abort_upload, key, "Key", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_abort_upload, upload_id, "uploadId", .at = RC_AT_QUERY, .flags = RC_NEEDED),
    TEXT(rc_s3_abort_upload, expected_bucket_owner, "x-amz-expected-bucket-owner",
         .at = RC_AT_HEADER),
};
SHAPE(rc_s3_abort_upload);

const struct rc_operation rc_s3_abort_upload_operation = {
    .service = &rc_service_s3,
    .name = "AbortMultipartUpload",
    .method = "DELETE",
    .path = "/{Bucket}/{Key+}",
    .in = &rc_s3_abort_upload_shape,
};

static const struct rc_member rc_s3_upload_members[] = {
    TEXT(rc_s3_upload, key, "Key", .flags = RC_URL),
    TEXT(rc_s3_upload, upload_id, "UploadId"),
    TIME(rc_s3_upload, initiated_unix_ms, "Initiated"),
    TEXT(rc_s3_upload, storage_class, "StorageClass"),
};
SHAPE(rc_s3_upload);

static const struct rc_member rc_s3_list_uploads_members[] = {
    TEXT(rc_s3_list_uploads, bucket, "Bucket", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_list_uploads, prefix, "prefix", .at = RC_AT_QUERY),
    TEXT(rc_s3_list_uploads, delimiter, "delimiter", .at = RC_AT_QUERY),
    INT(rc_s3_list_uploads, max_uploads, "max-uploads", .at = RC_AT_QUERY),
    TEXT(rc_s3_list_uploads, key_marker, "key-marker", .at = RC_AT_QUERY),
    TEXT(rc_s3_list_uploads, upload_id_marker, "upload-id-marker", .at = RC_AT_QUERY),
    TEXT(rc_s3_list_uploads, expected_bucket_owner, "x-amz-expected-bucket-owner",
         .at = RC_AT_HEADER),
};
SHAPE(rc_s3_list_uploads);

static const struct rc_member rc_s3_uploads_members[] = {
    LIST(rc_s3_uploads, uploads, rc_s3_upload, "Upload", .flags = RC_FLAT),
    LIST(rc_s3_uploads, prefixes, rc_s3_prefix, "CommonPrefixes", .flags = RC_FLAT),
    BOOL(rc_s3_uploads, truncated, "IsTruncated"),
    TEXT(rc_s3_uploads, next_key_marker, "NextKeyMarker", .flags = RC_URL),
    TEXT(rc_s3_uploads, next_upload_id_marker, "NextUploadIdMarker"),
};
SHAPE(rc_s3_uploads);

const struct rc_operation rc_s3_list_uploads_operation = {
    .service = &rc_service_s3,
    .name = "ListMultipartUploads",
    .method = "GET",
    .path = "/{Bucket}?uploads&encoding-type=url",
    .in = &rc_s3_list_uploads_shape,
    .out = &rc_s3_uploads_shape,
    .page_in = "key-marker",
    .page_out = "NextKeyMarker",
    .page_in_2 = "upload-id-marker",
    .page_out_2 = "NextUploadIdMarker",
    .page_more = "IsTruncated",
};

static const struct rc_member rc_s3_part_members[] = {
    INT(rc_s3_part, part_number, "PartNumber"),
    INT(rc_s3_part, size_bytes, "Size"),
    TEXT(rc_s3_part, etag, "ETag"),
    TIME(rc_s3_part, last_modified_unix_ms, "LastModified"),
};
SHAPE(rc_s3_part);

static const struct rc_member rc_s3_list_parts_members[] = {
    TEXT(rc_s3_list_parts, bucket, "Bucket", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_list_parts, key, "Key", .at = RC_AT_PATH, .flags = RC_NEEDED),
    TEXT(rc_s3_list_parts, upload_id, "uploadId", .at = RC_AT_QUERY, .flags = RC_NEEDED),
    INT(rc_s3_list_parts, max_parts, "max-parts", .at = RC_AT_QUERY),
    TEXT(rc_s3_list_parts, part_number_marker, "part-number-marker", .at = RC_AT_QUERY),
    TEXT(rc_s3_list_parts, expected_bucket_owner, "x-amz-expected-bucket-owner",
         .at = RC_AT_HEADER),
};
SHAPE(rc_s3_list_parts);

static const struct rc_member rc_s3_parts_members[] = {
    LIST(rc_s3_parts, parts, rc_s3_part, "Part", .flags = RC_FLAT),
    TEXT(rc_s3_parts, upload_id, "UploadId"),
    TEXT(rc_s3_parts, storage_class, "StorageClass"),
    BOOL(rc_s3_parts, truncated, "IsTruncated"),
    TEXT(rc_s3_parts, next_part_number_marker, "NextPartNumberMarker"),
};
SHAPE(rc_s3_parts);

const struct rc_operation rc_s3_list_parts_operation = {
    .service = &rc_service_s3,
    .name = "ListParts",
    .method = "GET",
    .path = "/{Bucket}/{Key+}",
    .in = &rc_s3_list_parts_shape,
    .out = &rc_s3_parts_shape,
    .page_in = "part-number-marker",
    .page_out = "NextPartNumberMarker",
    .page_more = "IsTruncated",
};
