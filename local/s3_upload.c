/* Uploads in parts. */
#include "local/s3.h"
#include "local/s3_checksum.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 10000, LEAST_PART = 5 << 20 };

struct upload {
    const char *id;
    const char *headers;
    const char *tags;
    const char *done_version; /* of an upload that was completed; "" otherwise */
    const char *done_etag;
};

/* The upload of the query, with the path's bucket and key. One that was completed is
 * found by those alone who want to complete it again. */
static bool find_upload(struct rc_exchange *exchange, struct rc_bucket *bucket, const char **key,
                        struct upload *upload)
{
    *upload = (struct upload){.id = rc_exchange_query(exchange, "uploadId")};
    *key = rc_s3_key(exchange);
    if (!*key || !rc_s3_bucket_named(exchange, bucket))
        return false;
    sqlite3_stmt *find =
        rc_local_sql(exchange->local, "SELECT headers, tags, done_version, done_etag FROM s3_upload"
                                      " WHERE id = ? AND bucket = ? AND key = ?");
    sqlite3_bind_text(find, 1, upload->id, -1, SQLITE_STATIC);
    sqlite3_bind_text(find, 2, bucket->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(find, 3, *key, -1, SQLITE_STATIC);
    bool found = sqlite3_step(find) == SQLITE_ROW;
    if (found) {
        upload->headers = rc_s3_column(exchange, find, 0);
        upload->tags = rc_s3_column(exchange, find, 1);
        upload->done_version = rc_s3_column(exchange, find, 2);
        upload->done_etag = rc_s3_column(exchange, find, 3);
    }
    rc_local_done(find);
    if (found && (!*upload->done_etag || strcmp(exchange->method, "POST") == 0))
        return true;
    return rc_exchange_fail(exchange, 404, "NoSuchUpload",
                            "The specified upload does not exist. The upload ID may be invalid, or "
                            "the upload may have been aborted or completed.");
}

void rc_do_create_upload(struct rc_exchange *exchange)
{
    struct rc_bucket bucket;
    char id[37];
    const char *key = rc_s3_key(exchange), *headers, *tags;
    if (!key || !rc_s3_bucket_named(exchange, &bucket) || !(headers = rc_s3_headers(exchange)) ||
        !(tags = rc_s3_tags_of_header(exchange)))
        return;
    rc_local_uuid(exchange->local, id);
    sqlite3_stmt *create = rc_local_sql(
        exchange->local, "INSERT INTO s3_upload VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)");
    sqlite3_bind_text(create, 1, id, -1, SQLITE_STATIC);
    sqlite3_bind_text(create, 2, bucket.name, -1, SQLITE_STATIC);
    sqlite3_bind_text(create, 3, key, -1, SQLITE_STATIC);
    sqlite3_bind_int64(create, 4, rc_local_now_ms(exchange->local));
    sqlite3_bind_text(create, 5, headers, -1, SQLITE_STATIC);
    sqlite3_bind_text(create, 6, tags, -1, SQLITE_STATIC);
    rc_local_run(exchange->local, create);
    rc_s3_open(exchange, "InitiateMultipartUploadResult");
    rc_exchange_xml(exchange, "Bucket", bucket.name);
    rc_exchange_xml(exchange, "Key", key);
    rc_exchange_xml(exchange, "UploadId", id);
    rc_s3_close(exchange, "InitiateMultipartUploadResult");
}

/* ----- parts ----- */

static int64_t blob_of_part(struct rc_local *local, const char *upload, int64_t number)
{
    sqlite3_stmt *find =
        rc_local_sql(local, "SELECT blob FROM s3_part WHERE upload = ? AND number = ?");
    sqlite3_bind_text(find, 1, upload, -1, SQLITE_STATIC);
    sqlite3_bind_int64(find, 2, number);
    int64_t blob = sqlite3_step(find) == SQLITE_ROW ? sqlite3_column_int64(find, 0) : 0;
    rc_local_done(find);
    return blob;
}

static void put_part(struct rc_exchange *exchange, const char *upload, int64_t number,
                     const struct rc_blob_written *written, const char *etag)
{
    rc_blob_release(exchange->local, blob_of_part(exchange->local, upload, number));
    sqlite3_stmt *put = rc_local_sql(exchange->local,
                                     "INSERT OR REPLACE INTO s3_part VALUES (?, ?, ?, ?, ?, ?, ?)");
    sqlite3_bind_text(put, 1, upload, -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 2, number);
    sqlite3_bind_int64(put, 3, written->blob);
    sqlite3_bind_int64(put, 4, written->size);
    sqlite3_bind_text(put, 5, etag, -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 6, rc_local_now_ms(exchange->local));
    sqlite3_bind_text(put, 7, written->checksum, -1, SQLITE_STATIC);
    rc_local_run(exchange->local, put);
}

void rc_do_upload_part(struct rc_exchange *exchange)
{
    struct rc_bucket bucket;
    struct upload upload;
    struct rc_blob_written written;
    const char *key;
    char *end;
    long number = strtol(rc_exchange_query(exchange, "partNumber"), &end, 10);
    if (rc_exchange_header(exchange, "x-amz-copy-source")) {
        rc_exchange_fail(exchange, 501, "NotImplemented", "reconlocal does not copy parts");
        return;
    }
    if (*end || number < 1 || number > PARTS) {
        rc_exchange_fail(exchange, 400, "InvalidArgument",
                         "Part number must be an integer between 1 and 10000, inclusive");
        return;
    }
    if (!find_upload(exchange, &bucket, &key, &upload) || !rc_blob_write(exchange, &written))
        return;
    const char *etag = rc_s3_etag(exchange, written.md5);
    if (!etag)
        return;
    put_part(exchange, upload.id, number, &written, etag);
    rc_exchange_set_header(exchange, "ETag", "\"%s\"", etag);
    rc_exchange_set_header(exchange, "x-amz-server-side-encryption", "AES256");
    if (*written.checksum_header) {
        const char *name = rc_arena_text(&exchange->arena, written.checksum_header,
                                         strlen(written.checksum_header));
        rc_exchange_set_header(exchange, name ? name : "x-amz-checksum", "%s", written.checksum);
    }
}

static void drop_parts(struct rc_local *local, const char *upload)
{
    for (;;) {
        sqlite3_stmt *next =
            rc_local_sql(local, "SELECT number, blob FROM s3_part WHERE upload = ? LIMIT 1");
        sqlite3_bind_text(next, 1, upload, -1, SQLITE_STATIC);
        bool found = sqlite3_step(next) == SQLITE_ROW;
        int64_t number = found ? sqlite3_column_int64(next, 0) : 0;
        int64_t blob = found ? sqlite3_column_int64(next, 1) : 0;
        rc_local_done(next);
        if (!found)
            return;
        sqlite3_stmt *drop =
            rc_local_sql(local, "DELETE FROM s3_part WHERE upload = ? AND number = ?");
        sqlite3_bind_text(drop, 1, upload, -1, SQLITE_STATIC);
        sqlite3_bind_int64(drop, 2, number);
        rc_local_run(local, drop);
        rc_blob_release(local, blob);
    }
}

void rc_do_abort_upload(struct rc_exchange *exchange)
{
    struct rc_bucket bucket;
    struct upload upload;
    const char *key;
    if (!find_upload(exchange, &bucket, &key, &upload))
        return;
    drop_parts(exchange->local, upload.id);
    sqlite3_stmt *abort_it = rc_local_sql(exchange->local, "DELETE FROM s3_upload WHERE id = ?");
    sqlite3_bind_text(abort_it, 1, upload.id, -1, SQLITE_STATIC);
    rc_local_run(exchange->local, abort_it);
    exchange->status = 204;
}

/* ----- completing ----- */

struct joining {
    struct rc_object object;
    EVP_MD_CTX *md5; /* of the parts' MD5s */
    int64_t last;    /* number */
    bool small;      /* the part before was too small for one that is not the last */
};

static bool add_md5(EVP_MD_CTX *md5, const char *etag)
{
    uint8_t bytes[16];
    for (int i = 0; i < 16; i++) {
        const char digits[3] = {etag[2 * i], etag[2 * i + 1], '\0'};
        bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return EVP_DigestUpdate(md5, bytes, sizeof bytes) == 1;
}

/* The part as it was uploaded, behind those before. */
static bool join_found(struct rc_exchange *exchange, struct joining *joining, const char *told,
                       sqlite3_stmt *found)
{
    int64_t blob = sqlite3_column_int64(found, 0), size = sqlite3_column_int64(found, 1);
    const char *etag = (const char *)sqlite3_column_text(found, 2);
    if (!rc_s3_same_etag(told, etag))
        return rc_exchange_fail(exchange, 400, "InvalidPart",
                                "One or more of the specified parts could not be found.  The part "
                                "may not have been uploaded, or the specified entity tag may not "
                                "match the part's entity tag.");
    if (joining->small)
        return rc_exchange_fail(exchange, 400, "EntityTooSmall",
                                "Your proposed upload is smaller than the minimum allowed size");
    joining->small = size < LEAST_PART;
    rc_blob_append(exchange->local, joining->object.blob, joining->object.size, blob);
    joining->object.size += size;
    joining->object.parts++;
    return add_md5(joining->md5, etag) ||
           rc_exchange_fail(exchange, 500, "InternalError", "the ETag could not be computed");
}

static bool join_part(struct rc_exchange *exchange, const struct upload *upload,
                      struct joining *joining, const struct rc_xml_node *node)
{
    const char *etag = rc_xml_text(node, "ETag"), *text = rc_xml_text(node, "PartNumber");
    int64_t number = text ? strtoll(text, NULL, 10) : 0;
    if (!etag || number < 1)
        return rc_s3_malformed(exchange);
    if (number <= joining->last)
        return rc_exchange_fail(exchange, 400, "InvalidPartOrder",
                                "The list of parts was not in ascending order. Parts must be "
                                "ordered by part number.");
    joining->last = number;
    sqlite3_stmt *find = rc_local_sql(
        exchange->local, "SELECT blob, size, etag FROM s3_part WHERE upload = ? AND number = ?");
    sqlite3_bind_text(find, 1, upload->id, -1, SQLITE_STATIC);
    sqlite3_bind_int64(find, 2, number);
    bool ok = sqlite3_step(find) == SQLITE_ROW
                  ? join_found(exchange, joining, etag, find)
                  : rc_exchange_fail(exchange, 400, "InvalidPart",
                                     "One or more of the specified parts could not be found.  The "
                                     "part may not have been uploaded, or the specified entity "
                                     "tag may not match the part's entity tag.");
    rc_local_done(find);
    return ok;
}

static bool join_parts(struct rc_exchange *exchange, const struct upload *upload,
                       struct joining *joining)
{
    const struct rc_xml_node *root = rc_s3_xml(exchange, "CompleteMultipartUpload");
    uint8_t md5[16];
    if (!root)
        return false;
    joining->object.blob = rc_blob_new(exchange->local);
    for (const struct rc_xml_node *node = root->first; node; node = node->next)
        if (strcmp(node->name, "Part") == 0 && !join_part(exchange, upload, joining, node))
            return false;
    if (!joining->object.parts)
        return rc_s3_malformed(exchange);
    if (EVP_DigestFinal_ex(joining->md5, md5, NULL) != 1)
        return rc_exchange_fail(exchange, 500, "InternalError", "the ETag could not be computed");
    const char *hex = rc_s3_etag(exchange, md5);
    if (!hex)
        return false;
    joining->object.etag =
        rc_arena_printf(&exchange->arena, "%s-%lld", hex, (long long)joining->object.parts);
    return joining->object.etag ||
           rc_exchange_fail(exchange, 500, "InternalError", "out of memory");
}

static void write_completed(struct rc_exchange *exchange, const struct rc_bucket *bucket,
                            const char *key, const char *version, const char *etag)
{
    rc_s3_version_header(exchange, bucket, version);
    rc_exchange_set_header(exchange, "x-amz-server-side-encryption", "AES256");
    rc_s3_open(exchange, "CompleteMultipartUploadResult");
    const char *location =
        rc_arena_printf(&exchange->arena, "%s/%s/%s", exchange->local->endpoint, bucket->name, key);
    rc_exchange_xml(exchange, "Location", location ? location : "");
    rc_exchange_xml(exchange, "Bucket", bucket->name);
    rc_exchange_xml(exchange, "Key", key);
    rc_s3_xml_etag(exchange, etag);
    rc_s3_close(exchange, "CompleteMultipartUploadResult");
}

/* Who did not get the answer asks again, and gets it. */
static void keep_completed(struct rc_local *local, const char *upload,
                           const struct rc_object *object)
{
    sqlite3_stmt *keep =
        rc_local_sql(local, "UPDATE s3_upload SET done_version = ?, done_etag = ? WHERE id = ?");
    sqlite3_bind_text(keep, 1, object->version, -1, SQLITE_STATIC);
    sqlite3_bind_text(keep, 2, object->etag, -1, SQLITE_STATIC);
    sqlite3_bind_text(keep, 3, upload, -1, SQLITE_STATIC);
    rc_local_run(local, keep);
    drop_parts(local, upload);
}

void rc_do_complete_upload(struct rc_exchange *exchange)
{
    struct rc_bucket bucket;
    struct upload upload;
    const char *key;
    if (!find_upload(exchange, &bucket, &key, &upload))
        return;
    if (*upload.done_etag) {
        write_completed(exchange, &bucket, key, upload.done_version, upload.done_etag);
        return;
    }
    struct joining joining = {.md5 = EVP_MD_CTX_new()};
    joining.object = (struct rc_object){
        .key = key, .headers = upload.headers, .tags = upload.tags, .checksum = ""};
    if (!joining.md5 || EVP_DigestInit_ex(joining.md5, EVP_md5(), NULL) != 1)
        rc_exchange_fail(exchange, 500, "InternalError", "the ETag could not be computed");
    else if (rc_object_may_put(exchange, &bucket, key) && join_parts(exchange, &upload, &joining)) {
        rc_object_put(exchange, &bucket, &joining.object);
        keep_completed(exchange->local, upload.id, &joining.object);
        rc_object_tell(exchange, &bucket, &joining.object, "CompleteMultipartUpload");
        write_completed(exchange, &bucket, key, joining.object.version, joining.object.etag);
    }
    EVP_MD_CTX_free(joining.md5);
}

/* ----- lists ----- */

void rc_do_list_parts(struct rc_exchange *exchange)
{
    struct rc_bucket bucket;
    struct upload upload;
    const char *key;
    int64_t most = RC_S3_PAGE, after = 0, count = 0, last = 0;
    if (!find_upload(exchange, &bucket, &key, &upload) ||
        !rc_s3_number(exchange, "max-parts", 0, RC_S3_PAGE, &most) ||
        !rc_s3_number(exchange, "part-number-marker", 0, PARTS, &after))
        return;
    rc_s3_open(exchange, "ListPartsResult");
    rc_exchange_xml(exchange, "Bucket", bucket.name);
    rc_s3_xml_key(exchange, "Key", key);
    rc_exchange_xml(exchange, "UploadId", upload.id);
    rc_exchange_xml(exchange, "StorageClass", "STANDARD");
    rc_s3_xml_number(exchange, "PartNumberMarker", after);
    rc_s3_xml_number(exchange, "MaxParts", most);
    sqlite3_stmt *list =
        rc_local_sql(exchange->local, "SELECT number, size, etag, modified_ms FROM s3_part"
                                      " WHERE upload = ? AND number > ? ORDER BY number");
    sqlite3_bind_text(list, 1, upload.id, -1, SQLITE_STATIC);
    sqlite3_bind_int64(list, 2, after);
    bool more = false;
    while (sqlite3_step(list) == SQLITE_ROW && !(more = count++ == most)) {
        last = sqlite3_column_int64(list, 0);
        rc_buf_add_str(&exchange->out, "<Part>");
        rc_s3_xml_number(exchange, "PartNumber", last);
        rc_s3_xml_time(exchange, "LastModified", sqlite3_column_int64(list, 3));
        rc_s3_xml_etag(exchange, (const char *)sqlite3_column_text(list, 2));
        rc_s3_xml_number(exchange, "Size", sqlite3_column_int64(list, 1));
        rc_buf_add_str(&exchange->out, "</Part>");
    }
    rc_local_done(list);
    rc_exchange_xml(exchange, "IsTruncated", more ? "true" : "false");
    if (more)
        rc_s3_xml_number(exchange, "NextPartNumberMarker", last);
    rc_s3_close(exchange, "ListPartsResult");
}

static void write_upload(struct rc_exchange *exchange, sqlite3_stmt *row)
{
    rc_buf_add_str(&exchange->out, "<Upload>");
    rc_s3_xml_key(exchange, "Key", (const char *)sqlite3_column_text(row, 0));
    rc_exchange_xml(exchange, "UploadId", (const char *)sqlite3_column_text(row, 1));
    rc_s3_xml_time(exchange, "Initiated", sqlite3_column_int64(row, 2));
    rc_exchange_xml(exchange, "StorageClass", "STANDARD");
    rc_buf_add_str(&exchange->out, "</Upload>");
}

/* A delimiter is not supported here: common prefixes of unfinished uploads are of use to
 * nobody. */
void rc_do_list_uploads(struct rc_exchange *exchange)
{
    struct rc_bucket bucket;
    const char *prefix = rc_exchange_query(exchange, "prefix");
    const char *key = rc_exchange_query(exchange, "key-marker");
    const char *id = rc_exchange_query(exchange, "upload-id-marker");
    int64_t most = RC_S3_PAGE, count = 0;
    char last_key[RC_S3_KEY_BYTES + 1] = "", last_id[40] = "";
    if (!rc_s3_bucket_named(exchange, &bucket) ||
        !rc_s3_number(exchange, "max-uploads", 0, RC_S3_PAGE, &most))
        return;
    rc_s3_open(exchange, "ListMultipartUploadsResult");
    rc_exchange_xml(exchange, "Bucket", bucket.name);
    rc_s3_xml_key(exchange, "KeyMarker", key ? key : "");
    rc_exchange_xml(exchange, "UploadIdMarker", id ? id : "");
    rc_s3_xml_key(exchange, "Prefix", prefix ? prefix : "");
    rc_s3_xml_number(exchange, "MaxUploads", most);
    sqlite3_stmt *list =
        rc_local_sql(exchange->local, "SELECT key, id, begun_ms FROM s3_upload WHERE bucket = ?1"
                                      " AND done_etag IS NULL AND (key, id) > (?2, ?3)"
                                      " AND substr(key, 1, length(?4)) = ?4 ORDER BY key, id");
    sqlite3_bind_text(list, 1, bucket.name, -1, SQLITE_STATIC);
    sqlite3_bind_text(list, 2, key ? key : "", -1, SQLITE_STATIC);
    sqlite3_bind_text(list, 3, id && *id ? id : key ? "\x7f" : "", -1, SQLITE_STATIC);
    sqlite3_bind_text(list, 4, prefix ? prefix : "", -1, SQLITE_STATIC);
    bool more = false;
    while (sqlite3_step(list) == SQLITE_ROW && !(more = count++ == most)) {
        snprintf(last_key, sizeof last_key, "%s", sqlite3_column_text(list, 0));
        snprintf(last_id, sizeof last_id, "%s", sqlite3_column_text(list, 1));
        write_upload(exchange, list);
    }
    rc_local_done(list);
    rc_exchange_xml(exchange, "IsTruncated", more ? "true" : "false");
    if (more) {
        rc_s3_xml_key(exchange, "NextKeyMarker", last_key);
        rc_exchange_xml(exchange, "NextUploadIdMarker", last_id);
    }
    rc_s3_close(exchange, "ListMultipartUploadsResult");
}
