/* Putting objects: PutObject, CopyObject, and tags. */
#include "local/route.h"
#include "local/s3.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const int64_t most_at_once = (int64_t)5 << 30; /* "Uploading objects" */

static const char *checksum_line(struct rc_exchange *exchange,
                                 const struct rc_blob_written *written)
{
    if (!*written->checksum_header)
        return "";
    const char *line =
        rc_arena_printf(&exchange->arena, "%s:%s", written->checksum_header, written->checksum);
    return line ? line : "";
}

void rc_do_put_object(struct rc_exchange *exchange)
{
    struct rc_bucket bucket;
    struct rc_blob_written written;
    struct rc_object object = {.key = rc_s3_key(exchange)};
    if (!object.key || !rc_s3_bucket_named(exchange, &bucket) ||
        !(object.headers = rc_s3_headers(exchange)) ||
        !(object.tags = rc_s3_tags_of_header(exchange)) ||
        !rc_object_may_put(exchange, &bucket, object.key))
        return;
    if (exchange->body_length > most_at_once) {
        rc_exchange_fail(exchange, 400, "EntityTooLarge",
                         "Your proposed upload exceeds the maximum allowed size");
        return;
    }
    if (!rc_blob_write(exchange, &written))
        return;
    object.blob = written.blob;
    object.size = written.size;
    object.etag = rc_s3_etag(exchange, written.md5);
    if (!object.etag)
        return;
    object.checksum = checksum_line(exchange, &written);
    rc_object_put(exchange, &bucket, &object);
    rc_object_tell(exchange, &bucket, &object, "PutObject");
    rc_exchange_set_header(exchange, "ETag", "\"%s\"", object.etag);
    rc_exchange_set_header(exchange, "x-amz-server-side-encryption", "AES256");
    rc_s3_version_header(exchange, &bucket, object.version);
    if (*written.checksum_header) {
        const char *name = rc_arena_text(&exchange->arena, written.checksum_header,
                                         strlen(written.checksum_header));
        rc_exchange_set_header(exchange, name ? name : "x-amz-checksum", "%s", written.checksum);
        rc_exchange_set_header(exchange, "x-amz-checksum-type", "FULL_OBJECT");
    }
}

/* ----- copies ----- */

struct source {
    struct rc_bucket bucket;
    struct rc_object object;
    const char *version; /* as it was asked for; NULL: the latest */
};

/* "bucket/key?versionId=ID", encoded, with a slash in front or without. */
static bool find_source(struct rc_exchange *exchange, struct source *source)
{
    const char *text = rc_exchange_header(exchange, "x-amz-copy-source");
    const char *mark = strstr(text, "?versionId=");
    size_t length = mark ? (size_t)(mark - text) : strlen(text);
    char *path = rc_route_decode(exchange, text, length, false);
    path = path && *path == '/' ? path + 1 : path;
    char *slash = path ? strchr(path, '/') : NULL;
    if (!slash || slash == path || !slash[1])
        return rc_exchange_fail(exchange, 400, "InvalidArgument",
                                "Copy Source must mention the source bucket and key: "
                                "sourcebucket/sourcekey");
    *slash = '\0';
    source->version = mark ? mark + strlen("?versionId=") : NULL;
    if (!rc_bucket_find(exchange, path, &source->bucket))
        return false;
    if (!rc_object_find(exchange, path, slash + 1, source->version, &source->object))
        return source->version ? rc_exchange_fail(exchange, 404, "NoSuchVersion",
                                                  "The specified version does not exist.")
                               : rc_s3_no_key(exchange);
    if (source->object.marker)
        return source->version
                   ? rc_exchange_fail(exchange, 400, "InvalidRequest",
                                      "The source of a copy request may not specifically refer to "
                                      "a delete marker by version id.")
                   : rc_s3_no_key(exchange);
    return true;
}

static bool may_copy(struct rc_exchange *exchange, const struct rc_bucket *bucket, const char *key,
                     const struct source *source, bool replaces)
{
    const char *match = rc_exchange_header(exchange, "x-amz-copy-source-if-match");
    const char *none = rc_exchange_header(exchange, "x-amz-copy-source-if-none-match");
    if ((match && !rc_s3_same_etag(match, source->object.etag)) ||
        (none && rc_s3_same_etag(none, source->object.etag)))
        return rc_s3_unmet(exchange);
    if (source->object.size > most_at_once)
        return rc_exchange_fail(exchange, 400, "InvalidRequest",
                                "The specified copy source is larger than the maximum allowable "
                                "size for a copy source: %lld",
                                (long long)most_at_once);
    if (!replaces && !source->version && strcmp(bucket->name, source->bucket.name) == 0 &&
        strcmp(key, source->object.key) == 0 &&
        !rc_exchange_header(exchange, "x-amz-storage-class") &&
        !rc_exchange_header(exchange, "x-amz-server-side-encryption"))
        return rc_exchange_fail(exchange, 400, "InvalidRequest",
                                "This copy request is illegal because it is trying to copy an "
                                "object to itself without changing the object's metadata, storage "
                                "class, website redirect location or encryption attributes.");
    return rc_object_may_put(exchange, bucket, key);
}

static bool is_replace(struct rc_exchange *exchange, const char *header)
{
    const char *directive = rc_exchange_header(exchange, header);
    return directive && strcasecmp(directive, "REPLACE") == 0;
}

/* A copy has one part, so that the ETag of what came in several is computed anew. */
static const char *etag_of_copy(struct rc_exchange *exchange, const struct rc_object *from)
{
    uint8_t md5[16];
    if (!strchr(from->etag, '-'))
        return from->etag;
    return rc_blob_md5(exchange->local, from->blob, from->size, md5) ? rc_s3_etag(exchange, md5)
                                                                     : NULL;
}

static void write_copied(struct rc_exchange *exchange, const struct rc_bucket *bucket,
                         const struct rc_object *object, const struct source *source)
{
    rc_s3_version_header(exchange, bucket, object->version);
    rc_exchange_set_header(exchange, "x-amz-server-side-encryption", "AES256");
    if (source->bucket.versioning != RC_VERSIONING_NEVER)
        rc_exchange_set_header(exchange, "x-amz-copy-source-version-id", "%s",
                               source->object.version);
    rc_s3_open(exchange, "CopyObjectResult");
    rc_s3_xml_time(exchange, "LastModified", object->modified_ms);
    rc_s3_xml_etag(exchange, object->etag);
    rc_s3_close(exchange, "CopyObjectResult");
}

void rc_do_copy_object(struct rc_exchange *exchange)
{
    struct rc_bucket bucket;
    struct source source = {.bucket = {.name = ""}, .object = {.key = "", .etag = ""}};
    bool replaces = is_replace(exchange, "x-amz-metadata-directive");
    struct rc_object object = {.key = rc_s3_key(exchange)};
    if (rc_exchange_query(exchange, "partNumber")) {
        rc_exchange_fail(exchange, 501, "NotImplemented", "reconlocal does not copy parts");
        return;
    }
    if (!object.key || !rc_s3_bucket_named(exchange, &bucket) || !find_source(exchange, &source) ||
        !may_copy(exchange, &bucket, object.key, &source, replaces))
        return;
    object.headers = replaces ? rc_s3_headers(exchange) : source.object.headers;
    object.tags = is_replace(exchange, "x-amz-tagging-directive") ? rc_s3_tags_of_header(exchange)
                                                                  : source.object.tags;
    object.etag = etag_of_copy(exchange, &source.object);
    if (!object.headers || !object.tags)
        return;
    if (!object.etag) {
        rc_exchange_fail(exchange, 500, "InternalError", "the source could not be read");
        return;
    }
    object.size = source.object.size;
    object.checksum = source.object.checksum;
    object.blob = rc_blob_new(exchange->local);
    rc_blob_append(exchange->local, object.blob, 0, source.object.blob);
    rc_object_put(exchange, &bucket, &object);
    rc_object_tell(exchange, &bucket, &object, "CopyObject");
    write_copied(exchange, &bucket, &object, &source);
}

/* ----- tags ----- */

static bool find_tagged(struct rc_exchange *exchange, struct rc_bucket *bucket,
                        struct rc_object *object)
{
    const char *key = rc_s3_key(exchange);
    return key && rc_s3_bucket_named(exchange, bucket) &&
           rc_object_need(exchange, bucket, key, rc_exchange_query(exchange, "versionId"), object);
}

void rc_do_get_tags(struct rc_exchange *exchange)
{
    struct rc_bucket bucket;
    struct rc_object object;
    if (!find_tagged(exchange, &bucket, &object))
        return;
    rc_s3_version_header(exchange, &bucket, object.version);
    rc_s3_open(exchange, "Tagging");
    rc_buf_add_str(&exchange->out, "<TagSet>");
    for (const char *at = object.tags; *at;) {
        size_t length = strcspn(at, "&"), name = strcspn(at, "=");
        const char *key = rc_route_decode(exchange, at, name, false);
        const char *value = rc_route_decode(exchange, at + name + 1, length - name - 1, false);
        rc_buf_add_str(&exchange->out, "<Tag>");
        rc_exchange_xml(exchange, "Key", key ? key : "");
        rc_exchange_xml(exchange, "Value", value ? value : "");
        rc_buf_add_str(&exchange->out, "</Tag>");
        at += length + (at[length] == '&');
    }
    rc_buf_add_str(&exchange->out, "</TagSet>");
    rc_s3_close(exchange, "Tagging");
}

static void set_tags(struct rc_exchange *exchange, const char *tags)
{
    struct rc_bucket bucket;
    struct rc_object object;
    if (!tags || !find_tagged(exchange, &bucket, &object))
        return;
    sqlite3_stmt *set = rc_local_sql(exchange->local, "UPDATE s3_object SET tags = ? WHERE"
                                                      " bucket = ? AND key = ? AND place = ?");
    sqlite3_bind_text(set, 1, tags, -1, SQLITE_STATIC);
    sqlite3_bind_text(set, 2, bucket.name, -1, SQLITE_STATIC);
    sqlite3_bind_text(set, 3, object.key, -1, SQLITE_STATIC);
    sqlite3_bind_int64(set, 4, object.place);
    rc_local_run(exchange->local, set);
    rc_s3_version_header(exchange, &bucket, object.version);
}

void rc_do_put_tags(struct rc_exchange *exchange)
{
    const struct rc_xml_node *root = rc_s3_xml(exchange, "Tagging");
    if (root)
        set_tags(exchange, rc_s3_tags_of_xml(exchange, root));
}

void rc_do_delete_tags(struct rc_exchange *exchange)
{
    set_tags(exchange, "");
    if (!exchange->failed)
        exchange->status = 204;
}
