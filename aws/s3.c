/* S3: its buckets, and the lists of what is in them. Objects and their tags are in s3_object.c,
 * uploads in parts in s3_upload.c. */
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
