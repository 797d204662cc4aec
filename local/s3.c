/* Amazon S3: its operations, and buckets. */
#include "local/s3.h"

#include "local/services.h"
#include "local/store.h"

#include <ctype.h>
#include <string.h>

/* "Bucket naming rules", Amazon S3 User Guide. */
static bool good_name(const char *name)
{
    size_t length = strlen(name);
    if (length < 3 || length > 63 || strstr(name, "..") ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") != length ||
        strspn(name, "0123456789.") == length)
        return false;
    return isalnum((unsigned char)name[0]) && isalnum((unsigned char)name[length - 1]);
}

static void list_buckets(struct rc_exchange *exchange)
{
    const char *prefix = rc_exchange_query(exchange, "prefix");
    const char *after = rc_exchange_query(exchange, "continuation-token");
    const char *region = rc_exchange_query(exchange, "bucket-region");
    int64_t most = 10000, count = 0;
    char last[64] = "";
    if (!rc_s3_number(exchange, "max-buckets", 1, 10000, &most))
        return;
    rc_s3_open(exchange, "ListAllMyBucketsResult");
    rc_buf_add_str(&exchange->out, "<Owner><ID>" RC_LOCAL_ACCOUNT "</ID></Owner><Buckets>");
    sqlite3_stmt *list =
        rc_local_sql(exchange->local, "SELECT name, created_ms FROM s3_bucket WHERE name > ?1"
                                      " AND substr(name, 1, length(?2)) = ?2 ORDER BY name");
    sqlite3_bind_text(list, 1, after ? after : "", -1, SQLITE_STATIC);
    sqlite3_bind_text(list, 2, prefix ? prefix : "", -1, SQLITE_STATIC);
    bool none = region && strcmp(region, RC_LOCAL_REGION) != 0, more = false;
    while (!none && sqlite3_step(list) == SQLITE_ROW && !(more = count++ == most)) {
        const char *name = (const char *)sqlite3_column_text(list, 0);
        strncpy(last, name, sizeof last - 1);
        rc_buf_add_str(&exchange->out, "<Bucket>");
        rc_exchange_xml(exchange, "Name", name);
        rc_s3_xml_time(exchange, "CreationDate", sqlite3_column_int64(list, 1));
        rc_exchange_xml(exchange, "BucketRegion", RC_LOCAL_REGION);
        rc_buf_add_str(&exchange->out, "</Bucket>");
    }
    rc_local_done(list);
    rc_buf_add_str(&exchange->out, "</Buckets>");
    if (more)
        rc_exchange_xml(exchange, "ContinuationToken", last);
    if (prefix)
        rc_exchange_xml(exchange, "Prefix", prefix);
    rc_s3_close(exchange, "ListAllMyBucketsResult");
}

/* Every bucket is in the one region there is. */
static bool good_location(struct rc_exchange *exchange)
{
    if (!exchange->body_length)
        return true;
    const struct rc_xml_node *root = rc_s3_xml(exchange, "CreateBucketConfiguration");
    const char *location = root ? rc_xml_text(root, "LocationConstraint") : NULL;
    if (location && strcmp(location, RC_LOCAL_REGION) == 0)
        return rc_exchange_fail(exchange, 400, "InvalidLocationConstraint",
                                "The specified location-constraint is not valid");
    if (location && *location)
        return rc_exchange_fail(exchange, 400, "IllegalLocationConstraintException",
                                "The %s location constraint is incompatible for the region "
                                "specific endpoint this request was sent to.",
                                location);
    return root != NULL;
}

static void create_bucket(struct rc_exchange *exchange)
{
    const char *name = rc_exchange_path(exchange, "bucket");
    if (!good_name(name)) {
        rc_exchange_fail(exchange, 400, "InvalidBucketName", "The specified bucket is not valid.");
        return;
    }
    if (!rc_s3_possible(exchange) || !good_location(exchange))
        return;
    /* One's own bucket once more is fine in us-east-1: "CreateBucket". */
    sqlite3_stmt *create =
        rc_local_sql(exchange->local, "INSERT OR IGNORE INTO s3_bucket VALUES (?, ?, 0)");
    sqlite3_bind_text(create, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(create, 2, rc_local_now_ms(exchange->local));
    rc_local_run(exchange->local, create);
    rc_exchange_set_header(exchange, "Location", "/%s", name);
}

static void head_bucket(struct rc_exchange *exchange)
{
    struct rc_bucket bucket;
    if (rc_s3_bucket_named(exchange, &bucket))
        rc_exchange_set_header(exchange, "x-amz-bucket-region", RC_LOCAL_REGION);
}

static void delete_bucket(struct rc_exchange *exchange)
{
    struct rc_bucket bucket;
    if (!rc_s3_bucket_named(exchange, &bucket))
        return;
    sqlite3_stmt *find =
        rc_local_sql(exchange->local, "SELECT 1 FROM s3_object WHERE bucket = ?1 UNION ALL"
                                      " SELECT 1 FROM s3_upload WHERE bucket = ?1 AND"
                                      " done_etag IS NULL LIMIT 1");
    sqlite3_bind_text(find, 1, bucket.name, -1, SQLITE_STATIC);
    bool used = sqlite3_step(find) == SQLITE_ROW;
    rc_local_done(find);
    if (used) {
        rc_exchange_fail(exchange, 409, "BucketNotEmpty",
                         "The bucket you tried to delete is not empty");
        return;
    }
    sqlite3_stmt *remove = rc_local_sql(exchange->local, "DELETE FROM s3_bucket WHERE name = ?");
    sqlite3_bind_text(remove, 1, bucket.name, -1, SQLITE_STATIC);
    rc_local_run(exchange->local, remove);
    exchange->status = 204;
}

static void get_versioning(struct rc_exchange *exchange)
{
    struct rc_bucket bucket;
    if (!rc_s3_bucket_named(exchange, &bucket))
        return;
    rc_s3_open(exchange, "VersioningConfiguration");
    if (bucket.versioning != RC_VERSIONING_NEVER)
        rc_exchange_xml(exchange, "Status",
                        bucket.versioning == RC_VERSIONING_ENABLED ? "Enabled" : "Suspended");
    rc_s3_close(exchange, "VersioningConfiguration");
}

static void put_versioning(struct rc_exchange *exchange)
{
    struct rc_bucket bucket;
    if (!rc_s3_bucket_named(exchange, &bucket))
        return;
    const struct rc_xml_node *root = rc_s3_xml(exchange, "VersioningConfiguration");
    const char *status = root ? rc_xml_text(root, "Status") : NULL;
    if (!root)
        return;
    if (!status || (strcmp(status, "Enabled") != 0 && strcmp(status, "Suspended") != 0)) {
        rc_exchange_fail(exchange, 400, "IllegalVersioningConfigurationException",
                         "The Versioning element must be specified");
        return;
    }
    sqlite3_stmt *set =
        rc_local_sql(exchange->local, "UPDATE s3_bucket SET versioning = ? WHERE name = ?");
    sqlite3_bind_int(set, 1, *status == 'E' ? RC_VERSIONING_ENABLED : RC_VERSIONING_SUSPENDED);
    sqlite3_bind_text(set, 2, bucket.name, -1, SQLITE_STATIC);
    rc_local_run(exchange->local, set);
}

#define ROW(name_, method_, path_, handle_, caller_)                                               \
    {                                                                                              \
        .name = (name_), .method = (method_), .path = (path_), .handle = (handle_),                \
        .caller = (caller_)                                                                        \
    }

/* The first row that fits is the one: what has more in its query stands before. */
static const struct rc_local_operation operations[] = {
    ROW("ListBuckets", "GET", "/", list_buckets, "console: files"),
    ROW("GetBucketVersioning", "GET", "/{bucket}?versioning", get_versioning, "doctor"),
    ROW("PutBucketVersioning", "PUT", "/{bucket}?versioning", put_versioning, "seed"),
    ROW("ListObjectsV2", "GET", "/{bucket}?list-type", rc_do_list_objects, "console: files"),
    ROW("ListObjectVersions", "GET", "/{bucket}?versions", rc_do_list_versions, "console: files"),
    ROW("ListMultipartUploads", "GET", "/{bucket}?uploads", rc_do_list_uploads, "console: uploads"),
    ROW("DeleteObjects", "POST", "/{bucket}?delete", rc_do_delete_objects, "console: files"),
    ROW("CreateBucket", "PUT", "/{bucket}", create_bucket, "seed"),
    ROW("HeadBucket", "HEAD", "/{bucket}", head_bucket, "doctor"),
    ROW("DeleteBucket", "DELETE", "/{bucket}", delete_bucket, "seed: clearing up"),
    ROW("ListParts", "GET", "/{bucket}/{key*}?uploadId", rc_do_list_parts, "transfers: resuming"),
    ROW("GetObjectTagging", "GET", "/{bucket}/{key*}?tagging", rc_do_get_tags, "console: files"),
    ROW("PutObjectTagging", "PUT", "/{bucket}/{key*}?tagging", rc_do_put_tags, "console: files"),
    ROW("DeleteObjectTagging", "DELETE", "/{bucket}/{key*}?tagging", rc_do_delete_tags,
        "console: files"),
    ROW("UploadPart", "PUT", "/{bucket}/{key*}?partNumber&uploadId", rc_do_upload_part,
        "transfers"),
    ROW("CreateMultipartUpload", "POST", "/{bucket}/{key*}?uploads", rc_do_create_upload,
        "transfers"),
    ROW("CompleteMultipartUpload", "POST", "/{bucket}/{key*}?uploadId", rc_do_complete_upload,
        "transfers"),
    ROW("AbortMultipartUpload", "DELETE", "/{bucket}/{key*}?uploadId", rc_do_abort_upload,
        "transfers"),
    ROW("CopyObject", "PUT", "/{bucket}/{key*}?@x-amz-copy-source", rc_do_copy_object,
        "console: files"),
    ROW("HeadObject", "HEAD", "/{bucket}/{key*}", rc_do_get_object, "console: files"),
    ROW("GetObject", "GET", "/{bucket}/{key*}", rc_do_get_object, "console: files; ingest"),
    ROW("PutObject", "PUT", "/{bucket}/{key*}", rc_do_put_object, "console: files; seed"),
    ROW("DeleteObject", "DELETE", "/{bucket}/{key*}", rc_do_delete_object, "console: files"),
    {0},
};

static const struct rc_local_service service = {
    .signing_name = "s3",
    .name = "s3",
    .protocol = RC_LOCAL_REST_XML,
    .operations = operations,
};

/* Completed uploads are kept for a day, for those who ask again. */
static bool open_s3(struct rc_local *local, struct rc_error *err)
{
    if (!rc_store_exec(local, rc_blob_schema, err))
        return false;
    sqlite3_stmt *old =
        rc_local_sql(local, "DELETE FROM s3_upload WHERE done_etag IS NOT NULL AND begun_ms < ?");
    sqlite3_bind_int64(old, 1, rc_local_now_ms(local) - (int64_t)24 * 3600 * 1000);
    rc_local_run(local, old);
    rc_blob_sweep(local);
    return true;
}

const struct rc_local_part rc_local_s3 = {
    .service = &service, .schema = rc_s3_schema, .open = open_s3};
