#include "model/live.h"

#include "aws/s3.h"
#include "model/live_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS_A_PAGE = 1000, FOLDERS_FIRST = 0, FILES_BEHIND = 1 };

struct files {
    struct rc_listing listing;
    struct rc_s3_place place;
    size_t below; /* bytes of the prefix that names do not repeat */
    struct rc_s3_list_buckets all;
    struct rc_s3_list_objects objects;
    struct rc_pages *pages;
    sqlite3_stmt *insert;
};

bool rc_s3_place_read(const char *text, struct rc_s3_place *place, struct rc_error *err)
{
    static const char scheme[] = "s3://";
    *place = (struct rc_s3_place){.bucket = ""};
    if (!*text)
        return true;
    bool named = strncmp(text, scheme, sizeof scheme - 1) == 0;
    text += named ? sizeof scheme - 1 : 0;
    size_t bucket = strcspn(text, "/");
    const char *key = text[bucket] ? text + bucket + 1 : "";
    if (!named || (!bucket && *key)) {
        rc_error_set(err, RC_USAGE, "\"%.100s\": s3://BUCKET or s3://BUCKET/PREFIX is expected",
                     text);
        return false;
    }
    if (bucket >= sizeof place->bucket || strlen(key) >= sizeof place->key) {
        rc_error_set(err, RC_USAGE, "a bucket has at most %zu bytes, a key %zu",
                     sizeof place->bucket - 1, sizeof place->key - 1);
        return false;
    }
    memcpy(place->bucket, text, bucket);
    memcpy(place->key, key, strlen(key) + 1);
    return true;
}

/* ----- rows ----- */

struct row {
    int rank;
    const char *kind, *name, *key, *bucket, *storage_class, *etag;
    int64_t size_bytes; /* -1: none */
    int64_t modified_unix_ms;
};

static bool insert(struct files *files, const struct row *row, struct rc_error *err)
{
    sqlite3_stmt *to = files->insert;
    struct rc_listing *listing = &files->listing;
    char modified[RC_TIME_TEXT];
    const char *etag = row->etag ? row->etag : "";
    size_t length = strlen(etag);
    bool quoted = length > 1 && *etag == '"';
    rc_time_text(row->modified_unix_ms, modified);
    sqlite3_bind_int64(to, 1, listing->number);
    sqlite3_bind_int(to, 2, row->rank);
    rc_bind_text(to, 3, row->kind);
    rc_bind_text(to, 4, row->name);
    if (row->size_bytes >= 0)
        sqlite3_bind_int64(to, 5, row->size_bytes);
    rc_bind_text(to, 6, modified);
    rc_bind_text(to, 7, row->storage_class);
    if (length)
        sqlite3_bind_text(to, 8, etag + quoted, (int)(length - 2 * quoted), SQLITE_TRANSIENT);
    rc_bind_text(to, 9, row->bucket);
    rc_bind_text(to, 10, row->key);
    bool ok = rc_live_step(listing->live, to, err);
    listing->rows += ok;
    return ok;
}

/* The rows of a page are there, all or up to the one that failed. */
static bool end_page(struct files *files, bool ok, struct rc_error *err)
{
    ok = rc_live_commit(files->listing.live, err) && ok;
    files->listing.version++;
    if (!ok)
        rc_listing_fail(&files->listing, err);
    return ok;
}

static bool take_buckets(void *ctx, const void *answer)
{
    struct files *files = ctx;
    const struct rc_s3_buckets *page = answer;
    struct rc_error err = {0};
    bool ok = true;
    rc_live_begin(files->listing.live);
    for (size_t i = 0; ok && i < page->buckets.count; i++) {
        const struct rc_s3_bucket *bucket = &page->buckets.items[i];
        ok = insert(files,
                    &(struct row){.rank = FOLDERS_FIRST,
                                  .kind = "bucket",
                                  .name = bucket->name,
                                  .bucket = bucket->name,
                                  .size_bytes = -1,
                                  .modified_unix_ms = bucket->created_unix_ms},
                    &err);
    }
    return end_page(files, ok, &err);
}

/* A key without the folder that is looked into; that folder's own key is ".". */
static const char *name_of(const struct files *files, const char *key)
{
    const char *name = strlen(key) >= files->below ? key + files->below : key;
    return *name ? name : ".";
}

static bool take_objects(void *ctx, const void *answer)
{
    struct files *files = ctx;
    const struct rc_s3_objects *page = answer;
    struct rc_error err = {0};
    bool ok = true;
    rc_live_begin(files->listing.live);
    for (size_t i = 0; ok && i < page->prefixes.count; i++) {
        const char *prefix = page->prefixes.items[i].prefix;
        if (prefix)
            ok = insert(files,
                        &(struct row){.rank = FOLDERS_FIRST,
                                      .kind = "folder",
                                      .name = name_of(files, prefix),
                                      .bucket = files->place.bucket,
                                      .key = prefix,
                                      .size_bytes = -1},
                        &err);
    }
    for (size_t i = 0; ok && i < page->objects.count; i++) {
        const struct rc_s3_object *object = &page->objects.items[i];
        if (object->key)
            ok = insert(files,
                        &(struct row){.rank = FILES_BEHIND,
                                      .kind = "file",
                                      .name = name_of(files, object->key),
                                      .bucket = files->place.bucket,
                                      .key = object->key,
                                      .size_bytes = object->size_bytes,
                                      .modified_unix_ms = object->last_modified_unix_ms,
                                      .storage_class = object->storage_class,
                                      .etag = object->etag},
                        &err);
    }
    return end_page(files, ok, &err);
}

/* ----- the listing ----- */

static void done(struct rc_call *call, void *ctx)
{
    struct files *files = ctx;
    const struct rc_aws_error *error = rc_call_error(call);
    struct rc_error err = {0};
    if (!error) {
        rc_listing_complete(&files->listing);
    } else if (error->fault == RC_AWS_NOT_FOUND && *files->place.bucket) {
        rc_error_set(&err, RC_IO, "there is no bucket %s; `files` lists those there are%s%s%s",
                     files->place.bucket, *error->request_id ? " (request " : "", error->request_id,
                     *error->request_id ? ")" : "");
        rc_listing_fail(&files->listing, &err);
    } else {
        rc_listing_fail_by(&files->listing, call,
                           *files->place.bucket ? "s3:ListBucket" : "s3:ListAllMyBuckets");
    }
}

/* The pages stay until the release: this may be called by one of them. */
static void stop(struct rc_listing *listing)
{
    struct files *files = (struct files *)listing;
    if (listing->settled)
        return;
    rc_pages_free(files->pages);
    files->pages = NULL;
}

static void release(struct rc_listing *listing)
{
    struct files *files = (struct files *)listing;
    rc_pages_free(files->pages);
    sqlite3_finalize(files->insert);
}

static const struct rc_listing_kind kind = {
    .table = "file", .size = sizeof(struct files), .stop = stop, .release = release};

static void start(struct files *files)
{
    const struct rc_s3_place *place = &files->place;
    struct rc_aws *aws = rc_live_aws(files->listing.live);
    const char *folder = strrchr(place->key, '/');
    files->below = folder ? (size_t)(folder - place->key) + 1 : 0;
    files->all = (struct rc_s3_list_buckets){.max_buckets = BUCKETS_A_PAGE};
    files->objects = (struct rc_s3_list_objects){
        .bucket = place->bucket, .prefix = *place->key ? place->key : NULL, .delimiter = "/"};
    files->pages = *place->bucket ? rc_pages_start(aws, &rc_s3_list_objects_operation,
                                                   &files->objects, take_objects, done, files)
                                  : rc_pages_start(aws, &rc_s3_list_buckets_operation, &files->all,
                                                   take_buckets, done, files);
}

struct rc_listing *rc_live_files(struct rc_live *live, const struct rc_s3_place *place,
                                 struct rc_error *err)
{
    struct rc_listing *listing = rc_listing_new(live, &kind, err);
    struct files *files = (struct files *)listing;
    if (!listing)
        return NULL;
    files->place = *place;
    files->insert =
        rc_live_prepare(live,
                        "INSERT INTO file (listing, rank, kind, name, size, modified,"
                        " storage_class, etag, bucket, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        err);
    if (files->insert)
        start(files);
    if (files->pages)
        return listing;
    if (files->insert)
        rc_error_nomem(err);
    rc_listing_free(listing);
    return NULL;
}
