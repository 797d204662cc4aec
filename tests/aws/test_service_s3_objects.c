/* The tables of aws/s3_object.c against documents as AWS has them. */
#include "aws/s3.h"
#include "tests/aws/service.h"

/* ----- Objects ----- */

static const struct rc_s3_head_object head_object = {
    .bucket = "bucket",
    .key = "key",
    .version_id = "version_id",
    .if_match = "if_match",
    .if_none_match = "if_none_match",
    .if_modified_since_unix_ms = 1700000827000,
    .if_unmodified_since_unix_ms = 1700000154000,
    .part_number = 284,
    .expected_bucket_owner = "expected_bucket_owner",
};

static void check_object_head(const struct rc_s3_object_head *value)
{
    IS_INT(value, content_length_bytes, 347);
    IS_TEXT(value, content_type);
    IS_TEXT(value, content_encoding);
    IS_TEXT(value, etag);
    IS_TEXT(value, version_id);
    IS_INT(value, last_modified_unix_ms, 1700000431000);
    IS_PAIRS(value, metadata);
    IS_TEXT(value, storage_class);
    IS_TEXT(value, server_side_encryption);
    IS_TEXT(value, kms_key_id);
    IS_TRUE(value, delete_marker);
    IS_INT(value, parts_count, 303);
    IS_INT(value, tag_count, 65);
    IS_TEXT(value, restore);
    IS_TEXT(value, archive_status);
    IS_TEXT(value, replication_status);
    IS_TEXT(value, object_lock_mode);
    IS_INT(value, object_lock_retain_until_unix_ms, 1700000707000);
}

static void test_head_object(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(
        &rc_s3_head_object_operation, &head_object,
        "HEAD /bucket/key?versionId=version_id&partNumber=284\nIf-Match: if_match\nIf-None-Match: "
        "if_none_match\nIf-Modified-Since: Tue, 14 Nov 2023 22:27:07 GMT\nIf-Unmodified-Since: "
        "Tue, 14 Nov 2023 22:15:54 GMT\nx-amz-expected-bucket-owner: expected_bucket_owner",
        "");
    service_refuses(&rc_s3_head_object_operation, &(struct rc_s3_head_object){0}, "Bucket");
    check_object_head(service_answers(
        &answer, &rc_s3_head_object_operation,
        "Content-Length: 347\nContent-Type: content_type\nContent-Encoding: "
        "content_encoding\nETag: etag\nx-amz-version-id: version_id\nLast-Modified: Tue, 14 Nov "
        "2023 22:20:31 GMT\nx-amz-meta-a: metadata\nx-amz-storage-class: "
        "storage_class\nx-amz-server-side-encryption: "
        "server_side_encryption\nx-amz-server-side-encryption-aws-kms-key-id: "
        "kms_key_id\nx-amz-delete-marker: true\nx-amz-mp-parts-count: 303\nx-amz-tagging-count: "
        "65\nx-amz-restore: restore\nx-amz-archive-status: "
        "archive_status\nx-amz-replication-status: replication_status\nx-amz-object-lock-mode: "
        "object_lock_mode\nx-amz-object-lock-retain-until-date: Tue, 14 Nov 2023 22:25:07 GMT\n",
        ""));
    service_forget(&answer);
}

static const struct rc_s3_get_object get_object = {
    .bucket = "bucket",
    .key = "key",
    .version_id = "version_id",
    .range = "range",
    .if_match = "if_match",
    .if_none_match = "if_none_match",
    .if_modified_since_unix_ms = 1700000827000,
    .if_unmodified_since_unix_ms = 1700000154000,
    .part_number = 284,
    .expected_bucket_owner = "expected_bucket_owner",
};

static void check_object_got(const struct rc_s3_object_got *value)
{
    IS_INT(value, content_length_bytes, 347);
    IS_TEXT(value, content_range);
    IS_TEXT(value, content_type);
    IS_TEXT(value, content_encoding);
    IS_TEXT(value, etag);
    IS_TEXT(value, version_id);
    IS_INT(value, last_modified_unix_ms, 1700000431000);
    IS_PAIRS(value, metadata);
    IS_TEXT(value, storage_class);
    IS_TRUE(value, delete_marker);
    IS_INT(value, tag_count, 65);
    IS_INT(value, parts_count, 303);
}

static void test_get_object(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_s3_get_object_operation, &get_object,
                  "GET /bucket/key?versionId=version_id&partNumber=284\nRange: range\nIf-Match: "
                  "if_match\nIf-None-Match: if_none_match\nIf-Modified-Since: Tue, 14 Nov 2023 "
                  "22:27:07 GMT\nIf-Unmodified-Since: Tue, 14 Nov 2023 22:15:54 "
                  "GMT\nx-amz-expected-bucket-owner: expected_bucket_owner",
                  "");
    service_refuses(&rc_s3_get_object_operation, &(struct rc_s3_get_object){0}, "Bucket");
    check_object_got(service_answers(
        &answer, &rc_s3_get_object_operation,
        "Content-Length: 347\nContent-Range: content_range\nContent-Type: "
        "content_type\nContent-Encoding: content_encoding\nETag: etag\nx-amz-version-id: "
        "version_id\nLast-Modified: Tue, 14 Nov 2023 22:20:31 GMT\nx-amz-meta-a: "
        "metadata\nx-amz-storage-class: storage_class\nx-amz-delete-marker: "
        "true\nx-amz-tagging-count: 65\nx-amz-mp-parts-count: 303\n",
        ""));
    service_forget(&answer);
}

static const struct rc_s3_put_object put_object = {
    .bucket = "bucket",
    .key = "key",
    .body = BYTES("body"),
    .content_type = "content_type",
    .content_encoding = "content_encoding",
    .cache_control = "cache_control",
    .content_md5 = "content_md5",
    .if_none_match = "if_none_match",
    .if_match = "if_match",
    .metadata = ONE_PAIR("metadata"),
    .tagging = "tagging",
    .storage_class = "storage_class",
    .server_side_encryption = "server_side_encryption",
    .kms_key_id = "kms_key_id",
    .expected_bucket_owner = "expected_bucket_owner",
};

static void check_object_put(const struct rc_s3_object_put *value)
{
    IS_TEXT(value, etag);
    IS_TEXT(value, version_id);
    IS_TEXT(value, server_side_encryption);
    IS_INT(value, size_bytes, 190);
}

static void test_put_object(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(
        &rc_s3_put_object_operation, &put_object,
        "PUT /bucket/key\nContent-Type: content_type\nContent-Encoding: "
        "content_encoding\nCache-Control: cache_control\nContent-MD5: content_md5\nIf-None-Match: "
        "if_none_match\nIf-Match: if_match\nx-amz-meta-a: metadata\nx-amz-tagging: "
        "tagging\nx-amz-storage-class: storage_class\nx-amz-server-side-encryption: "
        "server_side_encryption\nx-amz-server-side-encryption-aws-kms-key-id: "
        "kms_key_id\nx-amz-expected-bucket-owner: expected_bucket_owner",
        "body");
    service_refuses(&rc_s3_put_object_operation, &(struct rc_s3_put_object){0}, "Bucket");
    check_object_put(
        service_answers(&answer, &rc_s3_put_object_operation,
                        "ETag: etag\nx-amz-version-id: version_id\nx-amz-server-side-encryption: "
                        "server_side_encryption\nx-amz-object-size: 190\n",
                        ""));
    service_forget(&answer);
}

static const struct rc_s3_copy_object copy_object = {
    .bucket = "bucket",
    .key = "key",
    .copy_source = "copy_source",
    .copy_source_if_match = "copy_source_if_match",
    .metadata_directive = "metadata_directive",
    .tagging_directive = "tagging_directive",
    .content_type = "content_type",
    .metadata = ONE_PAIR("metadata"),
    .tagging = "tagging",
    .storage_class = "storage_class",
    .server_side_encryption = "server_side_encryption",
    .kms_key_id = "kms_key_id",
    .if_none_match = "if_none_match",
    .if_match = "if_match",
    .expected_bucket_owner = "expected_bucket_owner",
};

static void check_object_copied(const struct rc_s3_object_copied *value)
{
    IS_TEXT(value, etag);
    IS_INT(value, last_modified_unix_ms, 1700000431000);
    IS_TEXT(value, version_id);
    IS_TEXT(value, copy_source_version_id);
}

static void test_copy_object(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_s3_copy_object_operation, &copy_object,
                  "PUT /bucket/key\nx-amz-copy-source: copy_source\nx-amz-copy-source-if-match: "
                  "copy_source_if_match\nx-amz-metadata-directive: "
                  "metadata_directive\nx-amz-tagging-directive: tagging_directive\nContent-Type: "
                  "content_type\nx-amz-meta-a: metadata\nx-amz-tagging: "
                  "tagging\nx-amz-storage-class: storage_class\nx-amz-server-side-encryption: "
                  "server_side_encryption\nx-amz-server-side-encryption-aws-kms-key-id: "
                  "kms_key_id\nIf-None-Match: if_none_match\nIf-Match: "
                  "if_match\nx-amz-expected-bucket-owner: "
                  "expected_bucket_owner",
                  "");
    service_refuses(&rc_s3_copy_object_operation, &(struct rc_s3_copy_object){0}, "Bucket");
    check_object_copied(service_answers(
        &answer, &rc_s3_copy_object_operation,
        "x-amz-version-id: version_id\nx-amz-copy-source-version-id: copy_source_version_id\n",
        "<?xml version='1.0' encoding='UTF-8'?>\n<Result "
        "xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><ETag>etag</"
        "ETag><LastModified>2023-11-14T22:20:31Z</LastModified></Result>"));
    service_forget(&answer);
}

static const struct rc_s3_delete_object delete_object = {
    .bucket = "bucket",
    .key = "key",
    .version_id = "version_id",
    .if_match = "if_match",
    .expected_bucket_owner = "expected_bucket_owner",
};

static void check_object_deleted(const struct rc_s3_object_deleted *value)
{
    IS_TRUE(value, delete_marker);
    IS_TEXT(value, version_id);
}

static void test_delete_object(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_s3_delete_object_operation, &delete_object,
                  "DELETE /bucket/key?versionId=version_id\nIf-Match: "
                  "if_match\nx-amz-expected-bucket-owner: expected_bucket_owner",
                  "");
    service_refuses(&rc_s3_delete_object_operation, &(struct rc_s3_delete_object){0}, "Bucket");
    check_object_deleted(
        service_answers(&answer, &rc_s3_delete_object_operation,
                        "x-amz-delete-marker: true\nx-amz-version-id: version_id\n", ""));
    service_forget(&answer);
}

static const struct rc_s3_object_id object_id = {
    .key = "key",
    .version_id = "version_id",
};

static const struct rc_s3_delete_objects delete_objects = {
    .bucket = "bucket",
    .objects = {&object_id, 1},
    .quiet = true,
    .expected_bucket_owner = "expected_bucket_owner",
};

#define OBJECT_ID "<Key>key</Key><VersionId>version_id</VersionId>"

static void check_deleted(const struct rc_s3_deleted *value)
{
    IS_TEXT(value, key);
    IS_TEXT(value, version_id);
    IS_TRUE(value, delete_marker);
    IS_TEXT(value, delete_marker_version_id);
}

static void check_failed(const struct rc_s3_failed *value)
{
    IS_TEXT(value, key);
    IS_TEXT(value, version_id);
    IS_TEXT(value, code);
    IS_TEXT(value, message);
}

static void check_objects_deleted(const struct rc_s3_objects_deleted *value)
{
    check_deleted(ONLY(value->deleted));
    check_failed(ONLY(value->failed));
}

#define DELETED                                                                                    \
    "<Key>key</Key><VersionId>version_id</VersionId><DeleteMarker>true</"                          \
    "DeleteMarker><DeleteMarkerVersionId>delete_marker_version_id</DeleteMarkerVersionId>"

#define FAILED                                                                                     \
    "<Key>key</Key><VersionId>version_id</VersionId><Code>code</Code><Message>message</Message>"

static void test_delete_objects(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_s3_delete_objects_operation, &delete_objects,
                  "POST /bucket?delete\nx-amz-expected-bucket-owner: expected_bucket_owner",
                  "<Delete xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Object>" OBJECT_ID
                  "</Object><Quiet>true</Quiet></Delete>");
    service_refuses(&rc_s3_delete_objects_operation, &(struct rc_s3_delete_objects){0}, "Bucket");
    check_objects_deleted(
        service_answers(&answer, &rc_s3_delete_objects_operation, "",
                        "<?xml version='1.0' encoding='UTF-8'?>\n<Result "
                        "xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Deleted>" DELETED
                        "</Deleted><Error>" FAILED "</Error></Result>"));
    service_forget(&answer);
}

/* ----- Tags ----- */

static const struct rc_s3_get_tags get_tags = {
    .bucket = "bucket",
    .key = "key",
    .version_id = "version_id",
    .expected_bucket_owner = "expected_bucket_owner",
};

static void check_tag(const struct rc_s3_tag *value)
{
    IS_TEXT(value, key);
    IS_TEXT(value, value);
}

static void check_tags(const struct rc_s3_tags *value)
{
    check_tag(ONLY(value->tags));
    IS_TEXT(value, version_id);
}

#define TAG "<Key>key</Key><Value>value</Value>"

static void test_get_tags(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_s3_get_tags_operation, &get_tags,
                  "GET /bucket/key?tagging&versionId=version_id\nx-amz-expected-bucket-owner: "
                  "expected_bucket_owner",
                  "");
    service_refuses(&rc_s3_get_tags_operation, &(struct rc_s3_get_tags){0}, "Bucket");
    check_tags(service_answers(&answer, &rc_s3_get_tags_operation, "x-amz-version-id: version_id\n",
                               "<?xml version='1.0' encoding='UTF-8'?>\n<Result "
                               "xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><TagSet><Tag>" TAG
                               "</Tag></TagSet></Result>"));
    service_forget(&answer);
}

static const struct rc_s3_tag tag = {
    .key = "key",
    .value = "value",
};

static const struct rc_s3_put_tags put_tags = {
    .bucket = "bucket",
    .key = "key",
    .version_id = "version_id",
    .tags = {&tag, 1},
    .expected_bucket_owner = "expected_bucket_owner",
};

static void check_tags_put(const struct rc_s3_tags_put *value)
{
    IS_TEXT(value, version_id);
}

static void test_put_tags(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_s3_put_tags_operation, &put_tags,
                  "PUT /bucket/key?tagging&versionId=version_id\nx-amz-expected-bucket-owner: "
                  "expected_bucket_owner",
                  "<Tagging xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><TagSet><Tag>" TAG
                  "</Tag></TagSet></Tagging>");
    service_refuses(&rc_s3_put_tags_operation, &(struct rc_s3_put_tags){0}, "Bucket");
    check_tags_put(
        service_answers(&answer, &rc_s3_put_tags_operation, "x-amz-version-id: version_id\n", ""));
    service_forget(&answer);
}

static void test_where_nothing_is_said(void **state)
{
    (void)state;
    service_sends(&rc_s3_create_bucket_operation, &(struct rc_s3_create_bucket){.bucket = "b"},
                  "PUT /b", "");
    service_sends(&rc_s3_put_tags_operation, &(struct rc_s3_put_tags){.bucket = "b", .key = "k"},
                  "PUT /b/k?tagging",
                  "<Tagging xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><TagSet></TagSet>"
                  "</Tagging>");
    service_refuses(&rc_s3_delete_objects_operation, &(struct rc_s3_delete_objects){.bucket = "b"},
                    "Object");
}

static void test_keys_keep_their_slashes(void **state)
{
    (void)state;
    service_sends(&rc_s3_head_object_operation,
                  &(struct rc_s3_head_object){.bucket = "b", .key = "in/a b+c/\xC3\xBC?.txt"},
                  "HEAD /b/in/a%20b%2Bc/%C3%BC%3F.txt", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_head_object),
        cmocka_unit_test(test_get_object),
        cmocka_unit_test(test_put_object),
        cmocka_unit_test(test_copy_object),
        cmocka_unit_test(test_delete_object),
        cmocka_unit_test(test_delete_objects),
        cmocka_unit_test(test_get_tags),
        cmocka_unit_test(test_put_tags),
        cmocka_unit_test(test_where_nothing_is_said),
        cmocka_unit_test(test_keys_keep_their_slashes),
    };
    return cmocka_run_group_tests_name("service s3", tests, NULL, NULL);
}
