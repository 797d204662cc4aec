/* The tables of aws/s3.c and aws/s3_upload.c against documents as AWS has them. */
#include "aws/s3.h"
#include "tests/aws/service.h"

/* ----- Buckets ----- */

static const struct rc_s3_list_buckets list_buckets = {
    .prefix = "prefix",
    .region = "region",
    .max_buckets = 275,
    .continuation_token = "continuation_token",
};

static void check_bucket(const struct rc_s3_bucket *value)
{
    IS_TEXT(value, name);
    IS_INT(value, created_unix_ms, 1700000695000);
    IS_TEXT(value, region);
}

static void check_buckets(const struct rc_s3_buckets *value)
{
    check_bucket(ONLY(value->buckets));
    IS_TEXT(value, continuation_token);
}

#define BUCKET                                                                                     \
    "<Name>name</Name><CreationDate>2023-11-14T22:24:55Z</CreationDate><BucketRegion>region</"     \
    "BucketRegion>"

static void test_list_buckets(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_s3_list_buckets_operation, &list_buckets,
                  "GET "
                  "/?prefix=prefix&bucket-region=region&max-buckets=275&continuation-token="
                  "continuation_token",
                  "");
    check_buckets(service_answers(
        &answer, &rc_s3_list_buckets_operation, "",
        "<?xml version='1.0' encoding='UTF-8'?>\n<Result "
        "xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Buckets><Bucket>" BUCKET
        "</Bucket></Buckets><ContinuationToken>continuation_token</ContinuationToken></Result>"));
    service_forget(&answer);
}

static const struct rc_s3_create_bucket create_bucket = {
    .bucket = "bucket",
    .location = "location",
};

static void check_bucket_created(const struct rc_s3_bucket_created *value)
{
    IS_TEXT(value, location);
}

static void test_create_bucket(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_s3_create_bucket_operation, &create_bucket, "PUT /bucket",
                  "<CreateBucketConfiguration "
                  "xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><LocationConstraint>location</"
                  "LocationConstraint></CreateBucketConfiguration>");
    service_refuses(&rc_s3_create_bucket_operation, &(struct rc_s3_create_bucket){0}, "Bucket");
    check_bucket_created(
        service_answers(&answer, &rc_s3_create_bucket_operation, "Location: location\n", ""));
    service_forget(&answer);
}

static const struct rc_s3_head_bucket head_bucket = {
    .bucket = "bucket",
    .expected_bucket_owner = "expected_bucket_owner",
};

static void check_bucket_head(const struct rc_s3_bucket_head *value)
{
    IS_TEXT(value, region);
}

static void test_head_bucket(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_s3_head_bucket_operation, &head_bucket,
                  "HEAD /bucket\nx-amz-expected-bucket-owner: expected_bucket_owner", "");
    service_refuses(&rc_s3_head_bucket_operation, &(struct rc_s3_head_bucket){0}, "Bucket");
    check_bucket_head(service_answers(&answer, &rc_s3_head_bucket_operation,
                                      "x-amz-bucket-region: region\n", ""));
    service_forget(&answer);
}

static const struct rc_s3_get_versioning get_versioning = {
    .bucket = "bucket",
    .expected_bucket_owner = "expected_bucket_owner",
};

static void check_versioning(const struct rc_s3_versioning *value)
{
    IS_TEXT(value, status);
    IS_TEXT(value, mfa_delete);
}

static void test_get_versioning(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_s3_get_versioning_operation, &get_versioning,
                  "GET /bucket?versioning\nx-amz-expected-bucket-owner: expected_bucket_owner", "");
    service_refuses(&rc_s3_get_versioning_operation, &(struct rc_s3_get_versioning){0}, "Bucket");
    check_versioning(
        service_answers(&answer, &rc_s3_get_versioning_operation, "",
                        "<?xml version='1.0' encoding='UTF-8'?>\n<Result "
                        "xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Status>status</"
                        "Status><MfaDelete>mfa_delete</MfaDelete></Result>"));
    service_forget(&answer);
}

static const struct rc_s3_put_versioning put_versioning = {
    .bucket = "bucket",
    .status = "status",
    .expected_bucket_owner = "expected_bucket_owner",
};

static void test_put_versioning(void **state)
{
    (void)state;
    service_sends(&rc_s3_put_versioning_operation, &put_versioning,
                  "PUT /bucket?versioning\nx-amz-expected-bucket-owner: expected_bucket_owner",
                  "<VersioningConfiguration "
                  "xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Status>status</Status></"
                  "VersioningConfiguration>");
    service_refuses(&rc_s3_put_versioning_operation, &(struct rc_s3_put_versioning){0}, "Bucket");
}

/* ----- What is in them ----- */

static const struct rc_s3_list_objects list_objects = {
    .bucket = "bucket",
    .prefix = "prefix",
    .delimiter = "delimiter",
    .start_after = "start_after",
    .max_keys = 866,
    .continuation_token = "continuation_token",
    .expected_bucket_owner = "expected_bucket_owner",
};

static void check_object(const struct rc_s3_object *value)
{
    IS_TEXT(value, key);
    IS_INT(value, size_bytes, 190);
    IS_TEXT(value, etag);
    IS_TEXT(value, storage_class);
    IS_INT(value, last_modified_unix_ms, 1700000431000);
}

static void check_prefix(const struct rc_s3_prefix *value)
{
    IS_TEXT(value, prefix);
}

static void check_objects(const struct rc_s3_objects *value)
{
    check_object(ONLY(value->objects));
    check_prefix(ONLY(value->prefixes));
    IS_INT(value, key_count, 78);
    IS_TRUE(value, truncated);
    IS_TEXT(value, next_continuation_token);
}

#define OBJECT                                                                                     \
    "<Key>key</Key><Size>190</Size><ETag>etag</ETag><StorageClass>storage_class</"                 \
    "StorageClass><LastModified>2023-11-14T22:20:31Z</LastModified>"

#define PREFIX "<Prefix>prefix</Prefix>"

static void test_list_objects(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_s3_list_objects_operation, &list_objects,
                  "GET "
                  "/bucket?list-type=2&encoding-type=url&prefix=prefix&delimiter=delimiter&"
                  "start-after=start_after&max-keys=866&continuation-token=continuation_token\n"
                  "x-amz-expected-bucket-owner: expected_bucket_owner",
                  "");
    service_refuses(&rc_s3_list_objects_operation, &(struct rc_s3_list_objects){0}, "Bucket");
    check_objects(
        service_answers(&answer, &rc_s3_list_objects_operation, "",
                        "<?xml version='1.0' encoding='UTF-8'?>\n<Result "
                        "xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Contents>" OBJECT
                        "</Contents><CommonPrefixes>" PREFIX
                        "</CommonPrefixes><KeyCount>78</KeyCount><IsTruncated>true</"
                        "IsTruncated><NextContinuationToken>next_continuation_token</"
                        "NextContinuationToken></Result>"));
    service_forget(&answer);
}

static const struct rc_s3_list_versions list_versions = {
    .bucket = "bucket",
    .prefix = "prefix",
    .delimiter = "delimiter",
    .max_keys = 866,
    .key_marker = "key_marker",
    .version_id_marker = "version_id_marker",
    .expected_bucket_owner = "expected_bucket_owner",
};

static void check_version(const struct rc_s3_version *value)
{
    IS_TEXT(value, key);
    IS_TEXT(value, version_id);
    IS_TRUE(value, latest);
    IS_INT(value, size_bytes, 190);
    IS_TEXT(value, etag);
    IS_TEXT(value, storage_class);
    IS_INT(value, last_modified_unix_ms, 1700000431000);
}

static void check_delete_marker(const struct rc_s3_delete_marker *value)
{
    IS_TEXT(value, key);
    IS_TEXT(value, version_id);
    IS_TRUE(value, latest);
    IS_INT(value, last_modified_unix_ms, 1700000431000);
}

static void check_versions(const struct rc_s3_versions *value)
{
    check_version(ONLY(value->versions));
    check_delete_marker(ONLY(value->delete_markers));
    check_prefix(ONLY(value->prefixes));
    IS_TRUE(value, truncated);
    IS_TEXT(value, next_key_marker);
    IS_TEXT(value, next_version_id_marker);
}

#define VERSION                                                                                    \
    "<Key>key</Key><VersionId>version_id</VersionId><IsLatest>true</IsLatest><Size>190</"          \
    "Size><ETag>etag</ETag><StorageClass>storage_class</"                                          \
    "StorageClass><LastModified>2023-11-14T22:20:31Z</LastModified>"

#define DELETE_MARKER                                                                              \
    "<Key>key</Key><VersionId>version_id</VersionId><IsLatest>true</"                              \
    "IsLatest><LastModified>2023-11-14T22:20:31Z</LastModified>"

static void test_list_versions(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(
        &rc_s3_list_versions_operation, &list_versions,
        "GET "
        "/bucket?versions&encoding-type=url&prefix=prefix&delimiter=delimiter&max-keys=866&"
        "key-marker=key_marker&"
        "version-id-marker=version_id_marker\nx-amz-expected-bucket-owner: expected_bucket_owner",
        "");
    service_refuses(&rc_s3_list_versions_operation, &(struct rc_s3_list_versions){0}, "Bucket");
    check_versions(service_answers(
        &answer, &rc_s3_list_versions_operation, "",
        "<?xml version='1.0' encoding='UTF-8'?>\n<Result "
        "xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Version>" VERSION
        "</Version><DeleteMarker>" DELETE_MARKER "</DeleteMarker><CommonPrefixes>" PREFIX
        "</CommonPrefixes><IsTruncated>true</IsTruncated><NextKeyMarker>next_key_marker</"
        "NextKeyMarker><NextVersionIdMarker>next_version_id_marker</NextVersionIdMarker></"
        "Result>"));
    service_forget(&answer);
}

/* ----- Uploads in parts ----- */

static const struct rc_s3_create_upload create_upload = {
    .bucket = "bucket",
    .key = "key",
    .content_type = "content_type",
    .content_encoding = "content_encoding",
    .cache_control = "cache_control",
    .metadata = ONE_PAIR("metadata"),
    .tagging = "tagging",
    .storage_class = "storage_class",
    .server_side_encryption = "server_side_encryption",
    .kms_key_id = "kms_key_id",
    .expected_bucket_owner = "expected_bucket_owner",
};

static void check_upload_created(const struct rc_s3_upload_created *value)
{
    IS_TEXT(value, bucket);
    IS_TEXT(value, key);
    IS_TEXT(value, upload_id);
    IS_INT(value, abort_unix_ms, 1700000503000);
}

static void test_create_upload(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(
        &rc_s3_create_upload_operation, &create_upload,
        "POST /bucket/key?uploads\nContent-Type: content_type\nContent-Encoding: "
        "content_encoding\nCache-Control: cache_control\nx-amz-meta-a: metadata\nx-amz-tagging: "
        "tagging\nx-amz-storage-class: storage_class\nx-amz-server-side-encryption: "
        "server_side_encryption\nx-amz-server-side-encryption-aws-kms-key-id: "
        "kms_key_id\nx-amz-expected-bucket-owner: expected_bucket_owner",
        "");
    service_refuses(&rc_s3_create_upload_operation, &(struct rc_s3_create_upload){0}, "Bucket");
    check_upload_created(
        service_answers(&answer, &rc_s3_create_upload_operation,
                        "x-amz-abort-date: Tue, 14 Nov 2023 22:21:43 GMT\n",
                        "<?xml version='1.0' encoding='UTF-8'?>\n<Result "
                        "xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Bucket>bucket</"
                        "Bucket><Key>key</Key><UploadId>upload_id</UploadId></Result>"));
    service_forget(&answer);
}

static const struct rc_s3_upload_part upload_part = {
    .bucket = "bucket",
    .key = "key",
    .upload_id = "upload_id",
    .part_number = 284,
    .body = BYTES("body"),
    .content_md5 = "content_md5",
    .expected_bucket_owner = "expected_bucket_owner",
};

static void check_part_uploaded(const struct rc_s3_part_uploaded *value)
{
    IS_TEXT(value, etag);
    IS_TEXT(value, server_side_encryption);
}

static void test_upload_part(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_s3_upload_part_operation, &upload_part,
                  "PUT /bucket/key?uploadId=upload_id&partNumber=284\nContent-MD5: "
                  "content_md5\nx-amz-expected-bucket-owner: expected_bucket_owner",
                  "body");
    service_refuses(&rc_s3_upload_part_operation, &(struct rc_s3_upload_part){0}, "Bucket");
    check_part_uploaded(
        service_answers(&answer, &rc_s3_upload_part_operation,
                        "ETag: etag\nx-amz-server-side-encryption: server_side_encryption\n", ""));
    service_forget(&answer);
}

static const struct rc_s3_completed_part completed_part = {
    .part_number = 284,
    .etag = "etag",
};

static const struct rc_s3_complete_upload complete_upload = {
    .bucket = "bucket",
    .key = "key",
    .upload_id = "upload_id",
    .parts = {&completed_part, 1},
    .if_none_match = "if_none_match",
    .if_match = "if_match",
    .expected_bucket_owner = "expected_bucket_owner",
};

#define COMPLETED_PART "<PartNumber>284</PartNumber><ETag>etag</ETag>"

static void check_upload_completed(const struct rc_s3_upload_completed *value)
{
    IS_TEXT(value, location);
    IS_TEXT(value, bucket);
    IS_TEXT(value, key);
    IS_TEXT(value, etag);
    IS_TEXT(value, version_id);
}

static void test_complete_upload(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_s3_complete_upload_operation, &complete_upload,
                  "POST /bucket/key?uploadId=upload_id\nIf-None-Match: if_none_match\nIf-Match: "
                  "if_match\nx-amz-expected-bucket-owner: expected_bucket_owner",
                  "<CompleteMultipartUpload "
                  "xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Part>" COMPLETED_PART
                  "</Part></CompleteMultipartUpload>");
    service_refuses(&rc_s3_complete_upload_operation, &(struct rc_s3_complete_upload){0}, "Bucket");
    check_upload_completed(service_answers(
        &answer, &rc_s3_complete_upload_operation, "x-amz-version-id: version_id\n",
        "<?xml version='1.0' encoding='UTF-8'?>\n<Result "
        "xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Location>location</"
        "Location><Bucket>bucket</Bucket><Key>key</Key><ETag>etag</ETag></Result>"));
    service_forget(&answer);
}

static const struct rc_s3_abort_upload abort_upload = {
    .bucket = "bucket",
    .key = "key",
    .upload_id = "upload_id",
    .expected_bucket_owner = "expected_bucket_owner",
};

static void test_abort_upload(void **state)
{
    (void)state;
    service_sends(
        &rc_s3_abort_upload_operation, &abort_upload,
        "DELETE /bucket/key?uploadId=upload_id\nx-amz-expected-bucket-owner: expected_bucket_owner",
        "");
    service_refuses(&rc_s3_abort_upload_operation, &(struct rc_s3_abort_upload){0}, "Bucket");
}

static const struct rc_s3_list_uploads list_uploads = {
    .bucket = "bucket",
    .prefix = "prefix",
    .delimiter = "delimiter",
    .max_uploads = 282,
    .key_marker = "key_marker",
    .upload_id_marker = "upload_id_marker",
    .expected_bucket_owner = "expected_bucket_owner",
};

static void check_upload(const struct rc_s3_upload *value)
{
    IS_TEXT(value, key);
    IS_TEXT(value, upload_id);
    IS_INT(value, initiated_unix_ms, 1700000022000);
    IS_TEXT(value, storage_class);
}

static void check_uploads(const struct rc_s3_uploads *value)
{
    check_upload(ONLY(value->uploads));
    check_prefix(ONLY(value->prefixes));
    IS_TRUE(value, truncated);
    IS_TEXT(value, next_key_marker);
    IS_TEXT(value, next_upload_id_marker);
}

#define UPLOAD                                                                                     \
    "<Key>key</Key><UploadId>upload_id</UploadId><Initiated>2023-11-14T22:13:42Z</"                \
    "Initiated><StorageClass>storage_class</StorageClass>"

static void test_list_uploads(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(
        &rc_s3_list_uploads_operation, &list_uploads,
        "GET "
        "/bucket?uploads&encoding-type=url&prefix=prefix&delimiter=delimiter&max-uploads=282&"
        "key-marker=key_marker&"
        "upload-id-marker=upload_id_marker\nx-amz-expected-bucket-owner: expected_bucket_owner",
        "");
    service_refuses(&rc_s3_list_uploads_operation, &(struct rc_s3_list_uploads){0}, "Bucket");
    check_uploads(service_answers(
        &answer, &rc_s3_list_uploads_operation, "",
        "<?xml version='1.0' encoding='UTF-8'?>\n<Result "
        "xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Upload>" UPLOAD
        "</Upload><CommonPrefixes>" PREFIX
        "</CommonPrefixes><IsTruncated>true</IsTruncated><NextKeyMarker>next_key_marker</"
        "NextKeyMarker><NextUploadIdMarker>next_upload_id_marker</NextUploadIdMarker></Result>"));
    service_forget(&answer);
}

static const struct rc_s3_list_parts list_parts = {
    .bucket = "bucket",
    .key = "key",
    .upload_id = "upload_id",
    .max_parts = 76,
    .part_number_marker = "part_number_marker",
    .expected_bucket_owner = "expected_bucket_owner",
};

static void check_part(const struct rc_s3_part *value)
{
    IS_INT(value, part_number, 284);
    IS_INT(value, size_bytes, 190);
    IS_TEXT(value, etag);
    IS_INT(value, last_modified_unix_ms, 1700000431000);
}

static void check_parts(const struct rc_s3_parts *value)
{
    check_part(ONLY(value->parts));
    IS_TEXT(value, upload_id);
    IS_TEXT(value, storage_class);
    IS_TRUE(value, truncated);
    IS_TEXT(value, next_part_number_marker);
}

#define PART                                                                                       \
    "<PartNumber>284</PartNumber><Size>190</Size><ETag>etag</"                                     \
    "ETag><LastModified>2023-11-14T22:20:31Z</LastModified>"

static void test_list_parts(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_s3_list_parts_operation, &list_parts,
                  "GET "
                  "/bucket/"
                  "key?uploadId=upload_id&max-parts=76&part-number-marker=part_number_marker\nx-"
                  "amz-expected-bucket-owner: expected_bucket_owner",
                  "");
    service_refuses(&rc_s3_list_parts_operation, &(struct rc_s3_list_parts){0}, "Bucket");
    check_parts(service_answers(&answer, &rc_s3_list_parts_operation, "",
                                "<?xml version='1.0' encoding='UTF-8'?>\n<Result "
                                "xmlns='http://s3.amazonaws.com/doc/2006-03-01/'><Part>" PART
                                "</Part><UploadId>upload_id</UploadId><StorageClass>storage_class</"
                                "StorageClass><IsTruncated>true</"
                                "IsTruncated><NextPartNumberMarker>next_part_number_marker</"
                                "NextPartNumberMarker></Result>"));
    service_forget(&answer);
}

/* ----- Keys that XML cannot hold ----- */

#define ENCODED "<Result><EncodingType>url</EncodingType>"
#define ODD "a%01%0A+%2B"

static void test_keys_of_any_characters(void **state)
{
    (void)state;
    static const char odd[] = "a\x01\n +";
    struct service_answer answer;
    const struct rc_s3_objects *objects =
        service_answers(&answer, &rc_s3_list_objects_operation, "",
                        ENCODED "<Contents><Key>" ODD "</Key><ETag>%41</ETag></Contents>"
                                "<CommonPrefixes><Prefix>" ODD "</Prefix></CommonPrefixes>"
                                "<NextContinuationToken>%41</NextContinuationToken></Result>");
    assert_string_equal(ONLY(objects->objects)->key, odd);
    assert_string_equal(ONLY(objects->objects)->etag, "%41");
    assert_string_equal(ONLY(objects->prefixes)->prefix, odd);
    assert_string_equal(objects->next_continuation_token, "%41");
    service_forget(&answer);
    const struct rc_s3_versions *versions = service_answers(
        &answer, &rc_s3_list_versions_operation, "",
        ENCODED "<Version><Key>" ODD "</Key></Version><DeleteMarker><Key>" ODD
                "</Key></DeleteMarker><NextKeyMarker>" ODD "</NextKeyMarker></Result>");
    assert_string_equal(ONLY(versions->versions)->key, odd);
    assert_string_equal(ONLY(versions->delete_markers)->key, odd);
    assert_string_equal(versions->next_key_marker, odd);
    service_forget(&answer);
    const struct rc_s3_uploads *uploads =
        service_answers(&answer, &rc_s3_list_uploads_operation, "",
                        ENCODED "<Upload><Key>" ODD "</Key></Upload><NextKeyMarker>" ODD
                                "</NextKeyMarker></Result>");
    assert_string_equal(ONLY(uploads->uploads)->key, odd);
    assert_string_equal(uploads->next_key_marker, odd);
    service_forget(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list_buckets),   cmocka_unit_test(test_create_bucket),
        cmocka_unit_test(test_head_bucket),    cmocka_unit_test(test_get_versioning),
        cmocka_unit_test(test_put_versioning), cmocka_unit_test(test_list_objects),
        cmocka_unit_test(test_list_versions),  cmocka_unit_test(test_create_upload),
        cmocka_unit_test(test_upload_part),    cmocka_unit_test(test_complete_upload),
        cmocka_unit_test(test_abort_upload),   cmocka_unit_test(test_list_uploads),
        cmocka_unit_test(test_list_parts),     cmocka_unit_test(test_keys_of_any_characters),
    };
    return cmocka_run_group_tests_name("service s3", tests, NULL, NULL);
}
