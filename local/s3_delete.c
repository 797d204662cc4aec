/* DeleteObject and DeleteObjects: versions for good, or a marker on top. */
#include "local/s3.h"

#include <string.h>

struct deleted {
    bool marker;         /* a marker was set, or one was removed */
    const char *version; /* of the marker, or that was removed; NULL: none */
};

/* Deleting what is not there is done, too: "DeleteObject". */
static void delete_version(struct rc_exchange *exchange, const struct rc_bucket *bucket,
                           const char *key, const char *version, struct deleted *deleted)
{
    struct rc_object object;
    deleted->version = version;
    if (!rc_object_find(exchange, bucket->name, key, version, &object))
        return;
    deleted->marker = object.marker;
    rc_object_remove(exchange, bucket->name, &object);
}

static void delete_one(struct rc_exchange *exchange, const struct rc_bucket *bucket,
                       const char *key, const char *version, struct deleted *deleted)
{
    struct rc_object object = {
        .key = key, .marker = true, .etag = "", .headers = "", .tags = "", .checksum = ""};
    *deleted = (struct deleted){0};
    if (version || bucket->versioning == RC_VERSIONING_NEVER) {
        delete_version(exchange, bucket, key, version, deleted);
        return;
    }
    rc_object_put(exchange, bucket, &object);
    *deleted = (struct deleted){true, object.version};
}

static bool may_delete(struct rc_exchange *exchange, const struct rc_bucket *bucket,
                       const char *key)
{
    struct rc_object now;
    const char *match = rc_exchange_header(exchange, "if-match");
    if (!match || !rc_object_find(exchange, bucket->name, key, NULL, &now) || now.marker)
        return true;
    return strcmp(match, "*") == 0 || rc_s3_same_etag(match, now.etag) || rc_s3_unmet(exchange);
}

void rc_do_delete_object(struct rc_exchange *exchange)
{
    struct rc_bucket bucket;
    struct deleted deleted;
    const char *key = rc_s3_key(exchange);
    if (!key || !rc_s3_bucket_named(exchange, &bucket) || !may_delete(exchange, &bucket, key))
        return;
    delete_one(exchange, &bucket, key, rc_exchange_query(exchange, "versionId"), &deleted);
    exchange->status = 204;
    if (deleted.version)
        rc_exchange_set_header(exchange, "x-amz-version-id", "%s", deleted.version);
    if (deleted.marker)
        rc_exchange_set_header(exchange, "x-amz-delete-marker", "true");
}

static void write_deleted(struct rc_exchange *exchange, const char *key, const char *version,
                          const struct deleted *deleted)
{
    rc_buf_add_str(&exchange->out, "<Deleted>");
    rc_exchange_xml(exchange, "Key", key);
    if (version)
        rc_exchange_xml(exchange, "VersionId", version);
    if (deleted->marker) {
        rc_exchange_xml(exchange, "DeleteMarker", "true");
        rc_exchange_xml(exchange, "DeleteMarkerVersionId", deleted->version);
    }
    rc_buf_add_str(&exchange->out, "</Deleted>");
}

static void delete_entry(struct rc_exchange *exchange, const struct rc_bucket *bucket,
                         const struct rc_xml_node *node, bool quiet)
{
    struct deleted deleted;
    const char *key = rc_xml_text(node, "Key");
    const char *version = rc_xml_text(node, "VersionId");
    if (!key || !*key || strlen(key) > RC_S3_KEY_BYTES) {
        rc_buf_add_str(&exchange->out, "<Error>");
        rc_exchange_xml(exchange, "Key", key ? key : "");
        rc_exchange_xml(exchange, "Code",
                        key && *key ? "KeyTooLongError" : "UserKeyMustBeSpecified");
        rc_exchange_xml(exchange, "Message", "The key cannot be used");
        rc_buf_add_str(&exchange->out, "</Error>");
        return;
    }
    version = version && *version ? version : NULL;
    delete_one(exchange, bucket, key, version, &deleted);
    if (!quiet)
        write_deleted(exchange, key, version, &deleted);
}

void rc_do_delete_objects(struct rc_exchange *exchange)
{
    struct rc_bucket bucket;
    size_t count = 0;
    if (!rc_s3_bucket_named(exchange, &bucket))
        return;
    const struct rc_xml_node *root = rc_s3_xml(exchange, "Delete");
    if (!root)
        return;
    const char *quiet = rc_xml_text(root, "Quiet");
    for (const struct rc_xml_node *node = root->first; node; node = node->next)
        count += strcmp(node->name, "Object") == 0;
    if (count == 0 || count > RC_S3_PAGE) {
        rc_s3_malformed(exchange);
        return;
    }
    rc_s3_open(exchange, "DeleteResult");
    for (const struct rc_xml_node *node = root->first; node; node = node->next)
        if (strcmp(node->name, "Object") == 0)
            delete_entry(exchange, &bucket, node, quiet && strcmp(quiet, "true") == 0);
    rc_s3_close(exchange, "DeleteResult");
}
