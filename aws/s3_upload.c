#include "aws/s3.h"

#include "aws/rows.h"
#include "aws/s3_internal.h"

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
    .timeout_ms = RC_S3_TRANSFER_MS,
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
    .timeout_ms = RC_S3_SERVER_COPY_MS,
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
