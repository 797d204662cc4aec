/* ListObjectsV2 and ListObjectVersions. */
#include "local/s3.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What all lists have: where they go on, and what is rolled up into common prefixes. */
struct listing {
    struct rc_bucket bucket;
    const char *prefix;
    const char *delimiter;
    int64_t most;
    int64_t count; /* rows and common prefixes so far */
    bool truncated;
    char after[RC_S3_KEY_BYTES + 2]; /* the last key, or a common prefix and a byte that is
                                        behind all of its keys */
    int64_t after_place;             /* of that key; the highest: behind all of its versions */
};

static bool open_listing(struct rc_exchange *exchange, struct listing *listing)
{
    const char *prefix = rc_exchange_query(exchange, "prefix");
    const char *delimiter = rc_exchange_query(exchange, "delimiter");
    const char *encoding = rc_exchange_query(exchange, "encoding-type");
    *listing = (struct listing){.prefix = prefix ? prefix : "",
                                .delimiter = delimiter ? delimiter : "",
                                .most = RC_S3_PAGE,
                                .after_place = INT64_MAX};
    if (encoding && strcmp(encoding, "url") != 0)
        return rc_exchange_fail(exchange, 400, "InvalidArgument",
                                "Invalid Encoding Method specified in Request");
    if (strlen(listing->prefix) > RC_S3_KEY_BYTES)
        return rc_exchange_fail(exchange, 400, "KeyTooLongError", "Your key is too long");
    return rc_s3_bucket_named(exchange, &listing->bucket) &&
           rc_s3_number(exchange, "max-keys", 0, RC_S3_PAGE, &listing->most);
}

/* True when there is room for one more. */
static bool take(struct listing *listing)
{
    listing->truncated = listing->count == listing->most;
    listing->count += !listing->truncated;
    return !listing->truncated;
}

static bool go_behind(struct listing *listing, const char *key)
{
    int length = snprintf(listing->after, sizeof listing->after, "%s", key);
    listing->after_place = INT64_MAX;
    return length >= 0 && (size_t)length < sizeof listing->after;
}

/* The length of the common prefix that the key is rolled up into; 0: none. */
static size_t rolled(const struct listing *listing, const char *key)
{
    size_t prefix = strlen(listing->prefix);
    const char *found = *listing->delimiter ? strstr(key + prefix, listing->delimiter) : NULL;
    return found ? (size_t)(found - key) + strlen(listing->delimiter) : 0;
}

/* Common prefixes stand behind the rows, so they are collected. */
static void add_prefix(struct listing *listing, struct rc_buf *prefixes, size_t length)
{
    listing->after[length] = '\0';
    rc_buf_add(prefixes, listing->after, length + 1);
    listing->after[length] = '\xff';
    listing->after[length + 1] = '\0';
    listing->after_place = INT64_MAX;
}

static void write_prefixes(struct rc_exchange *exchange, struct rc_buf *prefixes)
{
    for (size_t at = 0; at < prefixes->length; at += strlen(prefixes->data + at) + 1) {
        rc_buf_add_str(&exchange->out, "<CommonPrefixes>");
        rc_s3_xml_key(exchange, "Prefix", prefixes->data + at);
        rc_buf_add_str(&exchange->out, "</CommonPrefixes>");
    }
    rc_buf_free(prefixes);
}

static void write_head(struct rc_exchange *exchange, const struct listing *listing)
{
    rc_exchange_xml(exchange, "Name", listing->bucket.name);
    rc_s3_xml_key(exchange, "Prefix", listing->prefix);
    if (*listing->delimiter)
        rc_s3_xml_key(exchange, "Delimiter", listing->delimiter);
    rc_s3_xml_number(exchange, "MaxKeys", listing->most);
    if (rc_exchange_query(exchange, "encoding-type"))
        rc_exchange_xml(exchange, "EncodingType", "url");
}

static void write_storage_class(struct rc_exchange *exchange, const char *headers)
{
    static const char name[] = "x-amz-storage-class:";
    const char *found = strstr(headers, name);
    const char *value = found ? found + sizeof name - 1 : "STANDARD";
    const char *copy = rc_arena_text(&exchange->arena, value, strcspn(value, "\n"));
    rc_exchange_xml(exchange, "StorageClass", copy ? copy : "STANDARD");
}

/* ----- ListObjectsV2 ----- */

/* The token is where the page before ended, in hex: a key may hold any character, and a
 * prefix has a byte behind it that is none. */
static bool read_token(struct rc_exchange *exchange, struct listing *listing)
{
    const char *token = rc_exchange_query(exchange, "continuation-token");
    const char *start = rc_exchange_query(exchange, "start-after");
    if (!token)
        return !start || go_behind(listing, start) ||
               rc_exchange_fail(exchange, 400, "KeyTooLongError", "Your key is too long");
    size_t length = strlen(token);
    bool ok = length && length % 2 == 0 && length / 2 < sizeof listing->after &&
              strspn(token, "0123456789abcdef") == length;
    for (size_t i = 0; ok && i < length / 2; i++) {
        const char digits[3] = {token[2 * i], token[2 * i + 1], '\0'};
        listing->after[i] = (char)strtoul(digits, NULL, 16);
        listing->after[i + 1] = '\0';
    }
    return ok || rc_exchange_fail(exchange, 400, "InvalidArgument",
                                  "The continuation token provided is incorrect");
}

static void write_object(struct rc_exchange *exchange, sqlite3_stmt *row)
{
    rc_buf_add_str(&exchange->out, "<Contents>");
    rc_s3_xml_key(exchange, "Key", (const char *)sqlite3_column_text(row, 0));
    rc_s3_xml_time(exchange, "LastModified", sqlite3_column_int64(row, 1));
    rc_s3_xml_etag(exchange, (const char *)sqlite3_column_text(row, 2));
    rc_s3_xml_number(exchange, "Size", sqlite3_column_int64(row, 3));
    const char *owner = rc_exchange_query(exchange, "fetch-owner");
    if (owner && strcmp(owner, "true") == 0)
        rc_buf_add_str(&exchange->out, "<Owner><ID>" RC_LOCAL_ACCOUNT "</ID></Owner>");
    write_storage_class(exchange, (const char *)sqlite3_column_text(row, 4));
    rc_buf_add_str(&exchange->out, "</Contents>");
}

/* Rows up to the next one that is rolled up; false when the list has ended. */
static bool run_of_objects(struct rc_exchange *exchange, struct listing *listing,
                           struct rc_buf *prefixes)
{
    bool again = false;
    sqlite3_stmt *list = rc_local_sql(
        exchange->local, "SELECT key, modified_ms, etag, size, headers FROM s3_object"
                         " WHERE bucket = ?1 AND latest AND NOT marker AND key > ?2 AND key >= ?3"
                         " ORDER BY key");
    sqlite3_bind_text(list, 1, listing->bucket.name, -1, SQLITE_STATIC);
    sqlite3_bind_text(list, 2, listing->after, -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(list, 3, listing->prefix, -1, SQLITE_STATIC);
    while (!again && sqlite3_step(list) == SQLITE_ROW) {
        const char *key = (const char *)sqlite3_column_text(list, 0);
        if (strncmp(key, listing->prefix, strlen(listing->prefix)) != 0 || !take(listing))
            break;
        go_behind(listing, key);
        size_t length = rolled(listing, key);
        if (!length) {
            write_object(exchange, list);
            continue;
        }
        add_prefix(listing, prefixes, length);
        again = true;
    }
    rc_local_done(list);
    return again;
}

void rc_do_list_objects(struct rc_exchange *exchange)
{
    struct listing listing;
    struct rc_buf prefixes;
    if (!open_listing(exchange, &listing) || !read_token(exchange, &listing))
        return;
    rc_buf_init(&prefixes, RC_S3_PAGE * (RC_S3_KEY_BYTES + 2));
    rc_s3_open(exchange, "ListBucketResult");
    while (listing.most && run_of_objects(exchange, &listing, &prefixes))
        ;
    write_prefixes(exchange, &prefixes);
    write_head(exchange, &listing);
    rc_s3_xml_number(exchange, "KeyCount", listing.count);
    rc_exchange_xml(exchange, "IsTruncated", listing.truncated ? "true" : "false");
    if (rc_exchange_query(exchange, "continuation-token"))
        rc_exchange_xml(exchange, "ContinuationToken",
                        rc_exchange_query(exchange, "continuation-token"));
    if (rc_exchange_query(exchange, "start-after"))
        rc_s3_xml_key(exchange, "StartAfter", rc_exchange_query(exchange, "start-after"));
    if (listing.truncated) {
        rc_buf_add_str(&exchange->out, "<NextContinuationToken>");
        rc_buf_add_hex(&exchange->out, listing.after, strlen(listing.after));
        rc_buf_add_str(&exchange->out, "</NextContinuationToken>");
    }
    rc_s3_close(exchange, "ListBucketResult");
}

/* ----- ListObjectVersions ----- */

static bool read_markers(struct rc_exchange *exchange, struct listing *listing)
{
    struct rc_object object;
    const char *key = rc_exchange_query(exchange, "key-marker");
    const char *version = rc_exchange_query(exchange, "version-id-marker");
    if (version && *version && (!key || !*key))
        return rc_exchange_fail(exchange, 400, "InvalidArgument",
                                "A version-id marker cannot be specified without a key marker.");
    if (key && !go_behind(listing, key))
        return rc_exchange_fail(exchange, 400, "KeyTooLongError", "Your key is too long");
    if (!key || !*key)
        listing->after_place = INT64_MIN;
    if (version && *version) {
        if (!rc_object_find(exchange, listing->bucket.name, key, version, &object))
            return rc_exchange_fail(exchange, 400, "InvalidArgument",
                                    "Invalid version id specified");
        listing->after_place = object.place;
    } else if (key && *key && *listing->delimiter && rolled(listing, key) == strlen(key) &&
               strlen(key) < RC_S3_KEY_BYTES) {
        listing->after[strlen(key)] = '\xff'; /* it was a common prefix */
        listing->after[strlen(key) + 1] = '\0';
    }
    return true;
}

static void write_version(struct rc_exchange *exchange, sqlite3_stmt *row)
{
    bool marker = sqlite3_column_int(row, 3) != 0;
    rc_buf_add_str(&exchange->out, marker ? "<DeleteMarker>" : "<Version>");
    rc_s3_xml_key(exchange, "Key", (const char *)sqlite3_column_text(row, 0));
    rc_exchange_xml(exchange, "VersionId", (const char *)sqlite3_column_text(row, 2));
    rc_exchange_xml(exchange, "IsLatest", sqlite3_column_int(row, 4) ? "true" : "false");
    rc_s3_xml_time(exchange, "LastModified", sqlite3_column_int64(row, 5));
    if (!marker) {
        rc_s3_xml_etag(exchange, (const char *)sqlite3_column_text(row, 6));
        rc_s3_xml_number(exchange, "Size", sqlite3_column_int64(row, 7));
        write_storage_class(exchange, (const char *)sqlite3_column_text(row, 8));
    }
    rc_buf_add_str(&exchange->out, "<Owner><ID>" RC_LOCAL_ACCOUNT "</ID></Owner>");
    rc_buf_add_str(&exchange->out, marker ? "</DeleteMarker>" : "</Version>");
}

/* As above; last_version is that of the row behind which the next page begins. */
static bool run_of_versions(struct rc_exchange *exchange, struct listing *listing,
                            struct rc_buf *prefixes, char last_version[RC_S3_VERSION])
{
    bool again = false;
    sqlite3_stmt *list =
        rc_local_sql(exchange->local,
                     "SELECT key, place, version, marker, latest, modified_ms, etag, size, headers"
                     " FROM s3_object WHERE bucket = ?1 AND (key, place) > (?2, ?3) AND key >= ?4"
                     " ORDER BY key, place");
    sqlite3_bind_text(list, 1, listing->bucket.name, -1, SQLITE_STATIC);
    sqlite3_bind_text(list, 2, listing->after, -1, SQLITE_TRANSIENT);
    sqlite3_bind_int64(list, 3, listing->after_place);
    sqlite3_bind_text(list, 4, listing->prefix, -1, SQLITE_STATIC);
    while (!again && sqlite3_step(list) == SQLITE_ROW) {
        const char *key = (const char *)sqlite3_column_text(list, 0);
        if (strncmp(key, listing->prefix, strlen(listing->prefix)) != 0 || !take(listing))
            break;
        go_behind(listing, key);
        size_t length = rolled(listing, key);
        if (!length) {
            snprintf(last_version, RC_S3_VERSION, "%s", sqlite3_column_text(list, 2));
            write_version(exchange, list);
            continue;
        }
        last_version[0] = '\0';
        add_prefix(listing, prefixes, length);
        again = true;
    }
    rc_local_done(list);
    return again;
}

void rc_do_list_versions(struct rc_exchange *exchange)
{
    struct listing listing;
    struct rc_buf prefixes;
    char version[RC_S3_VERSION] = "";
    if (!open_listing(exchange, &listing) || !read_markers(exchange, &listing))
        return;
    rc_buf_init(&prefixes, RC_S3_PAGE * (RC_S3_KEY_BYTES + 2));
    rc_s3_open(exchange, "ListVersionsResult");
    while (listing.most && run_of_versions(exchange, &listing, &prefixes, version))
        ;
    write_prefixes(exchange, &prefixes);
    write_head(exchange, &listing);
    const char *marker = rc_exchange_query(exchange, "key-marker");
    const char *version_marker = rc_exchange_query(exchange, "version-id-marker");
    rc_s3_xml_key(exchange, "KeyMarker", marker ? marker : "");
    rc_exchange_xml(exchange, "VersionIdMarker", version_marker ? version_marker : "");
    rc_exchange_xml(exchange, "IsTruncated", listing.truncated ? "true" : "false");
    if (listing.truncated) {
        if (!*version)
            listing.after[strlen(listing.after) - 1] = '\0'; /* a common prefix */
        rc_s3_xml_key(exchange, "NextKeyMarker", listing.after);
        if (*version)
            rc_exchange_xml(exchange, "NextVersionIdMarker", version);
    }
    rc_s3_close(exchange, "ListVersionsResult");
}
