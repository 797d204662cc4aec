/* What the operations of S3 read from a request, and how they write their answers. */
#include "aws/sign.h"
#include "local/route.h"
#include "local/s3.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum {
    HEADERS_CAP = 16 << 10,
    METADATA_BYTES = 2048,
    TAGS = 10,
    TAG_KEY = 128 * 4,
    TAG_VALUE = 256 * 4,
};

/* ----- the request ----- */

/* Subresources that reconlocal does not have: without this, PUT /bucket/key?acl would
 * overwrite the object. */
static const char *const absent[] = {
    "acl",          "cors",          "lifecycle",      "policy",
    "logging",      "notification",  "replication",    "requestPayment",
    "website",      "encryption",    "object-lock",    "ownershipControls",
    "analytics",    "accelerate",    "inventory",      "publicAccessBlock",
    "metrics",      "legal-hold",    "retention",      "intelligent-tiering",
    "restore",      "torrent",       "attributes",     "select",
    "location",     "policyStatus",  "abac",           "metadataConfiguration",
    "renameObject", "metadataTable", "annotationTable"};

bool rc_bucket_find(struct rc_exchange *exchange, const char *name, struct rc_bucket *bucket)
{
    sqlite3_stmt *find = rc_local_sql(
        exchange->local, "SELECT created_ms, versioning FROM s3_bucket WHERE name = ?");
    sqlite3_bind_text(find, 1, name, -1, SQLITE_STATIC);
    bool found = sqlite3_step(find) == SQLITE_ROW;
    *bucket = (struct rc_bucket){.name = name};
    if (found) {
        bucket->created_ms = sqlite3_column_int64(find, 0);
        bucket->versioning = (enum rc_versioning)sqlite3_column_int(find, 1);
    }
    rc_local_done(find);
    return found ||
           rc_exchange_fail(exchange, 404, "NoSuchBucket", "The specified bucket does not exist");
}

bool rc_s3_possible(struct rc_exchange *exchange)
{
    const char *owner = rc_exchange_header(exchange, "x-amz-expected-bucket-owner");
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        if (rc_exchange_query(exchange, absent[i]))
            return rc_exchange_fail(exchange, 501, "NotImplemented",
                                    "reconlocal does not have \"?%s\"", absent[i]);
    if (owner && strcmp(owner, RC_LOCAL_ACCOUNT) != 0)
        return rc_exchange_fail(exchange, 403, "AccessDenied", "Access Denied");
    return true;
}

bool rc_s3_bucket_named(struct rc_exchange *exchange, struct rc_bucket *bucket)
{
    return rc_s3_possible(exchange) &&
           rc_bucket_find(exchange, rc_exchange_path(exchange, "bucket"), bucket);
}

const char *rc_s3_key(struct rc_exchange *exchange)
{
    const char *key = rc_exchange_path(exchange, "key");
    json_t *utf8 = json_string(key);
    json_decref(utf8);
    if (!utf8)
        rc_exchange_fail(exchange, 400, "InvalidURI", "Couldn't parse the specified URI.");
    else if (strlen(key) > RC_S3_KEY_BYTES)
        rc_exchange_fail(exchange, 400, "KeyTooLongError", "Your key is too long");
    else
        return key;
    return NULL;
}

bool rc_s3_malformed(struct rc_exchange *exchange)
{
    return rc_exchange_fail(exchange, 400, "MalformedXML",
                            "The XML you provided was not well-formed or did not validate against "
                            "our published schema");
}

bool rc_s3_no_key(struct rc_exchange *exchange)
{
    return rc_exchange_fail(exchange, 404, "NoSuchKey", "The specified key does not exist.");
}

bool rc_s3_unmet(struct rc_exchange *exchange)
{
    return rc_exchange_fail(exchange, 412, "PreconditionFailed",
                            "At least one of the pre-conditions you specified did not hold");
}

const char *rc_s3_column(struct rc_exchange *exchange, sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    const char *copy =
        text ? rc_arena_text(&exchange->arena, text, (size_t)sqlite3_column_bytes(row, column))
             : NULL;
    return copy ? copy : "";
}

const char *rc_s3_etag(struct rc_exchange *exchange, const uint8_t md5[16])
{
    struct rc_buf hex;
    rc_buf_init(&hex, 32);
    rc_buf_add_hex(&hex, md5, 16);
    const char *etag = hex.failed ? NULL : rc_arena_text(&exchange->arena, hex.data, hex.length);
    rc_buf_free(&hex);
    if (!etag)
        rc_exchange_fail(exchange, 500, "InternalError", "out of memory");
    return etag;
}

const struct rc_xml_node *rc_s3_xml(struct rc_exchange *exchange, const char *root)
{
    const struct rc_xml_node *node =
        exchange->body_fd < 0 && exchange->body.data
            ? rc_xml_parse(exchange->body.data, exchange->body.length, &exchange->arena, NULL)
            : NULL;
    if (node && strcmp(node->name, root) == 0)
        return node;
    rc_s3_malformed(exchange);
    return NULL;
}

bool rc_s3_number(struct rc_exchange *exchange, const char *name, int64_t low, int64_t high,
                  int64_t *value)
{
    char *end;
    const char *text = rc_exchange_query(exchange, name);
    if (!text || !*text)
        return true;
    long long number = strtoll(text, &end, 10);
    if (*end || number < low || number > INT32_MAX)
        return rc_exchange_fail(exchange, 400, "InvalidArgument",
                                "Argument %s must be an integer between %lld and %lld", name,
                                (long long)low, (long long)INT32_MAX);
    *value = number < high ? number : high;
    return true;
}

/* ----- headers of an object ----- */

struct kept_headers {
    struct rc_buf lines;
    size_t metadata; /* bytes */
};

static bool is_kept(const char *name)
{
    static const char *const kept[] = {"content-type",
                                       "cache-control",
                                       "content-disposition",
                                       "content-language",
                                       "expires",
                                       "x-amz-storage-class",
                                       "x-amz-server-side-encryption",
                                       "x-amz-server-side-encryption-aws-kms-key-id",
                                       "x-amz-website-redirect-location"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (strcasecmp(kept[i], name) == 0)
            return true;
    return false;
}

/* "aws-chunked,gzip": the first is how it was sent, the second what it is. */
static const char *encoding_of_object(const char *value)
{
    if (strncmp(value, "aws-chunked", 11) != 0)
        return value;
    return value + 11 + strspn(value + 11, ", ");
}

static void keep_header(void *ctx, const char *name, const char *value)
{
    struct kept_headers *headers = ctx;
    bool metadata = strncasecmp(name, "x-amz-meta-", 11) == 0;
    bool encoding = strcasecmp(name, "content-encoding") == 0;
    if (encoding)
        value = encoding_of_object(value);
    if (!(metadata || encoding || is_kept(name)) || (encoding && !*value))
        return;
    if (metadata)
        headers->metadata += strlen(name) - 11 + strlen(value);
    for (; *name; name++)
        rc_buf_add_char(&headers->lines, (char)(*name | (*name >= 'A' && *name <= 'Z' ? 0x20 : 0)));
    rc_buf_printf(&headers->lines, ":%s\n", value);
}

const char *rc_s3_headers(struct rc_exchange *exchange)
{
    struct kept_headers headers = {0};
    const char *text = NULL;
    rc_buf_init(&headers.lines, HEADERS_CAP);
    rc_exchange_each_header(exchange, keep_header, &headers);
    if (headers.metadata > METADATA_BYTES)
        rc_exchange_fail(exchange, 400, "MetadataTooLarge",
                         "Your metadata headers exceed the maximum allowed metadata size");
    else if (headers.lines.failed)
        rc_exchange_fail(exchange, 400, "RequestHeaderSectionTooLarge",
                         "Your request header section exceeds the maximum allowed size");
    else
        text = rc_arena_text(&exchange->arena, headers.lines.data ? headers.lines.data : "",
                             headers.lines.length);
    rc_buf_free(&headers.lines);
    return text;
}

/* ----- tags ----- */

static bool add_tag(struct rc_exchange *exchange, struct rc_buf *tags, const char *key,
                    const char *value, int count)
{
    if (count > TAGS)
        return rc_exchange_fail(exchange, 400, "BadRequest",
                                "Object tags cannot be greater than %d", TAGS);
    if (!key || !value || !*key || strlen(key) > TAG_KEY)
        return rc_exchange_fail(exchange, 400, "InvalidTag",
                                "The TagKey you have provided is invalid");
    if (strlen(value) > TAG_VALUE)
        return rc_exchange_fail(exchange, 400, "InvalidTag",
                                "The TagValue you have provided is invalid");
    if (tags->length)
        rc_buf_add_char(tags, '&');
    rc_sign_encode(tags, key, strlen(key), false);
    rc_buf_add_char(tags, '=');
    rc_sign_encode(tags, value, strlen(value), false);
    return !tags->failed || rc_exchange_fail(exchange, 400, "InvalidTag", "the tags are too long");
}

static const char *end_tags(struct rc_exchange *exchange, struct rc_buf *tags, bool ok)
{
    const char *text =
        ok ? rc_arena_text(&exchange->arena, tags->data ? tags->data : "", tags->length) : NULL;
    rc_buf_free(tags);
    return text;
}

const char *rc_s3_tags_of_header(struct rc_exchange *exchange)
{
    const char *at = rc_exchange_header(exchange, "x-amz-tagging");
    struct rc_buf tags;
    bool ok = true;
    rc_buf_init(&tags, HEADERS_CAP);
    for (int count = 1; at && *at && ok; count++) {
        size_t length = strcspn(at, "&"), name = strcspn(at, "=&");
        const char *value = name < length ? at + name + 1 : at + length;
        ok = add_tag(exchange, &tags, rc_route_decode(exchange, at, name, true),
                     rc_route_decode(exchange, value, (size_t)(at + length - value), true), count);
        at += length + (at[length] == '&');
    }
    return end_tags(exchange, &tags, ok);
}

const char *rc_s3_tags_of_xml(struct rc_exchange *exchange, const struct rc_xml_node *tagging)
{
    const struct rc_xml_node *set = rc_xml_child(tagging, "TagSet");
    struct rc_buf tags;
    bool ok = true;
    int count = 1;
    rc_buf_init(&tags, HEADERS_CAP);
    for (const struct rc_xml_node *tag = set ? set->first : NULL; tag && ok; tag = tag->next)
        ok = add_tag(exchange, &tags, rc_xml_text(tag, "Key"), rc_xml_text(tag, "Value"), count++);
    return end_tags(exchange, &tags, ok);
}

/* ----- the answer ----- */

void rc_s3_version_header(struct rc_exchange *exchange, const struct rc_bucket *bucket,
                          const char *version)
{
    if (bucket->versioning != RC_VERSIONING_NEVER)
        rc_exchange_set_header(exchange, "x-amz-version-id", "%s", version);
}

void rc_s3_open(struct rc_exchange *exchange, const char *root)
{
    rc_buf_printf(&exchange->out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<%s xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">",
                  root);
}

void rc_s3_close(struct rc_exchange *exchange, const char *root)
{
    rc_buf_printf(&exchange->out, "</%s>", root);
}

/* Percent-encoded, but a blank is a "+", as S3 does it and as botocore undoes it
 * (unquote_plus, decode_list_object of its handlers.py). */
void rc_s3_xml_key(struct rc_exchange *exchange, const char *name, const char *key)
{
    if (!rc_exchange_query(exchange, "encoding-type")) {
        rc_exchange_xml(exchange, name, key);
        return;
    }
    rc_buf_printf(&exchange->out, "<%s>", name);
    for (;;) {
        size_t length = strcspn(key, " ");
        rc_sign_encode(&exchange->out, key, length, true);
        if (!key[length])
            break;
        rc_buf_add_str(&exchange->out, "+");
        key += length + 1;
    }
    rc_buf_printf(&exchange->out, "</%s>", name);
}

void rc_s3_xml_number(struct rc_exchange *exchange, const char *name, int64_t value)
{
    rc_buf_printf(&exchange->out, "<%s>%lld</%s>", name, (long long)value, name);
}

void rc_s3_xml_etag(struct rc_exchange *exchange, const char *etag)
{
    rc_buf_printf(&exchange->out, "<ETag>&quot;%s&quot;</ETag>", etag);
}

void rc_s3_xml_time(struct rc_exchange *exchange, const char *name, int64_t unix_ms)
{
    char text[RC_S3_TIME];
    struct tm tm;
    time_t seconds = (time_t)(unix_ms / 1000);
    gmtime_r(&seconds, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    rc_buf_printf(&exchange->out, "<%s>%s.%03dZ</%s>", name, text, (int)(unix_ms % 1000), name);
}

void rc_s3_http_time(int64_t unix_ms, char text[RC_S3_TIME])
{
    struct tm tm;
    time_t seconds = (time_t)(unix_ms / 1000);
    gmtime_r(&seconds, &tm);
    strftime(text, RC_S3_TIME, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}
