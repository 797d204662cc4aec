/* Versions of objects as rows. */
#include "local/s3.h"

#include <stdio.h>
#include <string.h>

const char rc_s3_schema[] =
    "CREATE TABLE IF NOT EXISTS s3_bucket (name TEXT PRIMARY KEY, created_ms INT, versioning INT)"
    " WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS s3_object (bucket TEXT, key TEXT, place INT, version TEXT,"
    " latest INT, marker INT, blob INT, size INT, parts INT, etag TEXT, modified_ms INT,"
    " headers TEXT, tags TEXT, checksum TEXT, PRIMARY KEY (bucket, key, place)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS s3_shown ON s3_object (bucket, key) WHERE latest AND NOT marker;"
    "CREATE TABLE IF NOT EXISTS s3_upload (id TEXT PRIMARY KEY, bucket TEXT, key TEXT,"
    " begun_ms INT, headers TEXT, tags TEXT, done_version TEXT, done_etag TEXT) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS s3_upload_key ON s3_upload (bucket, key, id);"
    "CREATE TABLE IF NOT EXISTS s3_part (upload TEXT, number INT, blob INT, size INT, etag TEXT,"
    " modified_ms INT, checksum TEXT, PRIMARY KEY (upload, number)) WITHOUT ROWID;";

bool rc_object_find(struct rc_exchange *exchange, const char *bucket, const char *key,
                    const char *version, struct rc_object *object)
{
    sqlite3_stmt *find = rc_local_sql(
        exchange->local,
        "SELECT version, place, latest, marker, blob, size, parts, etag, modified_ms, headers,"
        " tags, checksum FROM s3_object WHERE bucket = ?1 AND key = ?2"
        " AND (?3 IS NULL OR version = ?3) ORDER BY place LIMIT 1");
    sqlite3_bind_text(find, 1, bucket, -1, SQLITE_STATIC);
    sqlite3_bind_text(find, 2, key, -1, SQLITE_STATIC);
    sqlite3_bind_text(find, 3, version, -1, SQLITE_STATIC);
    bool found = sqlite3_step(find) == SQLITE_ROW;
    *object = (struct rc_object){.key = key};
    if (found) {
        object->version = rc_s3_column(exchange, find, 0);
        object->place = sqlite3_column_int64(find, 1);
        object->latest = sqlite3_column_int(find, 2) != 0;
        object->marker = sqlite3_column_int(find, 3) != 0;
        object->blob = sqlite3_column_int64(find, 4);
        object->size = sqlite3_column_int64(find, 5);
        object->parts = sqlite3_column_int64(find, 6);
        object->etag = rc_s3_column(exchange, find, 7);
        object->modified_ms = sqlite3_column_int64(find, 8);
        object->headers = rc_s3_column(exchange, find, 9);
        object->tags = rc_s3_column(exchange, find, 10);
        object->checksum = rc_s3_column(exchange, find, 11);
    }
    rc_local_done(find);
    return found;
}

bool rc_object_need(struct rc_exchange *exchange, const struct rc_bucket *bucket, const char *key,
                    const char *version, struct rc_object *object)
{
    bool found = rc_object_find(exchange, bucket->name, key, version, object);
    if (found && !object->marker)
        return true;
    if (found) {
        rc_exchange_set_header(exchange, "x-amz-delete-marker", "true");
        rc_s3_version_header(exchange, bucket, object->version);
    }
    if (found && version)
        return rc_exchange_fail(exchange, 405, "MethodNotAllowed",
                                "The specified method is not allowed against this resource.");
    if (!version)
        return rc_s3_no_key(exchange);
    if (strcmp(version, "null") != 0 && strlen(version) != 32)
        return rc_exchange_fail(exchange, 400, "InvalidArgument", "Invalid version id specified");
    return rc_exchange_fail(exchange, 404, "NoSuchVersion",
                            "The specified version does not exist.");
}

/* ----- writing ----- */

static int64_t next_place(struct rc_local *local)
{
    sqlite3_stmt *next =
        rc_local_sql(local, "INSERT INTO s3_sequence VALUES ('place', 1)"
                            " ON CONFLICT (kind) DO UPDATE SET last = last + 1 RETURNING -last");
    int64_t place = sqlite3_step(next) == SQLITE_ROW ? sqlite3_column_int64(next, 0) : 0;
    rc_local_run(local, next);
    return place;
}

static const char *new_version(struct rc_exchange *exchange, const struct rc_bucket *bucket)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
    char text[33] = "";
    if (bucket->versioning != RC_VERSIONING_ENABLED)
        return "null";
    for (int i = 0; i < 32; i++)
        text[i] = letters[(int)(rc_local_chance(exchange->local) * 64)];
    const char *copy = rc_arena_text(&exchange->arena, text, 32);
    return copy ? copy : "null";
}

static void set_latest(struct rc_local *local, const char *bucket, const char *key)
{
    sqlite3_stmt *set = rc_local_sql(
        local, "UPDATE s3_object SET latest = place = (SELECT min(place) FROM s3_object"
               " WHERE bucket = ?1 AND key = ?2) WHERE bucket = ?1 AND key = ?2");
    sqlite3_bind_text(set, 1, bucket, -1, SQLITE_STATIC);
    sqlite3_bind_text(set, 2, key, -1, SQLITE_STATIC);
    rc_local_run(local, set);
}

static void delete_row(struct rc_local *local, const char *bucket, const struct rc_object *object)
{
    sqlite3_stmt *remove =
        rc_local_sql(local, "DELETE FROM s3_object WHERE bucket = ? AND key = ? AND place = ?");
    sqlite3_bind_text(remove, 1, bucket, -1, SQLITE_STATIC);
    sqlite3_bind_text(remove, 2, object->key, -1, SQLITE_STATIC);
    sqlite3_bind_int64(remove, 3, object->place);
    rc_local_run(local, remove);
    rc_blob_release(local, object->blob);
}

void rc_object_remove(struct rc_exchange *exchange, const char *bucket,
                      const struct rc_object *object)
{
    delete_row(exchange->local, bucket, object);
    set_latest(exchange->local, bucket, object->key);
}

static void insert(struct rc_local *local, const char *bucket, const struct rc_object *object)
{
    sqlite3_stmt *put = rc_local_sql(
        local, "INSERT INTO s3_object VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    sqlite3_bind_text(put, 1, bucket, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 2, object->key, -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 3, object->place);
    sqlite3_bind_text(put, 4, object->version, -1, SQLITE_STATIC);
    sqlite3_bind_int(put, 5, object->marker);
    sqlite3_bind_int64(put, 6, object->blob);
    sqlite3_bind_int64(put, 7, object->size);
    sqlite3_bind_int64(put, 8, object->parts);
    sqlite3_bind_text(put, 9, object->etag, -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 10, object->modified_ms);
    sqlite3_bind_text(put, 11, object->headers, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 12, object->tags, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 13, object->checksum, -1, SQLITE_STATIC);
    rc_local_run(local, put);
}

void rc_object_put(struct rc_exchange *exchange, const struct rc_bucket *bucket,
                   struct rc_object *object)
{
    struct rc_object before;
    object->version = new_version(exchange, bucket);
    object->place = next_place(exchange->local);
    object->modified_ms = rc_local_now_ms(exchange->local);
    object->latest = true;
    if (bucket->versioning != RC_VERSIONING_ENABLED &&
        rc_object_find(exchange, bucket->name, object->key, "null", &before))
        delete_row(exchange->local, bucket->name, &before);
    insert(exchange->local, bucket->name, object);
    set_latest(exchange->local, bucket->name, object->key);
}

bool rc_s3_same_etag(const char *told, const char *etag)
{
    size_t length = strlen(etag);
    told += *told == '"';
    return strncmp(told, etag, length) == 0 && (!told[length] || strcmp(told + length, "\"") == 0);
}

bool rc_object_may_put(struct rc_exchange *exchange, const struct rc_bucket *bucket,
                       const char *key)
{
    struct rc_object now;
    const char *none = rc_exchange_header(exchange, "if-none-match");
    const char *match = rc_exchange_header(exchange, "if-match");
    if (!none && !match)
        return true;
    if (none && strcmp(none, "*") != 0)
        return rc_exchange_fail(exchange, 501, "NotImplemented",
                                "A header you provided implies functionality that is not "
                                "implemented");
    bool there = rc_object_find(exchange, bucket->name, key, NULL, &now) && !now.marker;
    if (match && !there)
        return rc_s3_no_key(exchange);
    if ((none && there) || (match && strcmp(match, "*") != 0 && !rc_s3_same_etag(match, now.etag)))
        return rc_s3_unmet(exchange);
    return true;
}

void rc_object_tell(struct rc_exchange *exchange, const struct rc_bucket *bucket,
                    const struct rc_object *object, const char *reason)
{
    char sequencer[24];
    snprintf(sequencer, sizeof sequencer, "%018llX", (unsigned long long)-object->place);
    json_t *detail = json_pack(
        "{s:s, s:{s:s}, s:{s:s, s:I, s:s, s:s}, s:s, s:s, s:s, s:s}", "version", "0", "bucket",
        "name", bucket->name, "object", "key", object->key, "size", (json_int_t)object->size,
        "etag", object->etag, "sequencer", sequencer, "request-id", exchange->request_id,
        "requester", RC_LOCAL_ACCOUNT, "source-ip-address", "127.0.0.1", "reason", reason);
    if (detail && bucket->versioning != RC_VERSIONING_NEVER)
        json_object_set_new(json_object_get(detail, "object"), "version-id",
                            json_string(object->version));
    if (detail)
        rc_local_event(exchange->local, "aws.s3", "Object Created", detail);
    json_decref(detail);
}
