#include "model/live.h"

#include "aws/ddb_item.h"
#include "aws/s3.h"
#include "model/live_filerows.h"
#include "model/live_items.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS_A_PAGE = 1000 };

struct files {
    struct rc_listing listing;
    struct rc_s3_place place;
    int waiting; /* for so many of what it asks: S3, the catalog of programs */
    bool failed; /* S3; err says why */
    struct rc_error err;
    struct rc_dynamodb_query query;
    struct rc_buf values;
    struct rc_pages *programs;
    size_t below; /* bytes of the prefix that names do not repeat */
    struct rc_s3_list_buckets all;
    struct rc_s3_list_objects objects;
    struct rc_pages *pages;
    struct rc_filerows rows;
    struct rc_filestates *states;
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

bool rc_s3_object_name_read(const char *text, struct rc_s3_object_name *name, struct rc_error *err)
{
    static const char scheme[] = "s3://";
    struct rc_buf place;
    bool named = strncmp(text, scheme, sizeof scheme - 1) == 0;
    const char *at = strrchr(text, '@');
    size_t length = at ? (size_t)(at - text) : strlen(text);
    *name = (struct rc_s3_object_name){.version = ""};
    rc_buf_init(&place, sizeof name->place + sizeof scheme);
    rc_buf_add_str(&place, named ? "" : scheme);
    rc_buf_add(&place, text, length);
    bool ok = !place.failed && rc_s3_place_read(place.data, &name->place, err);
    rc_buf_free(&place);
    if (ok && *name->place.bucket && *name->place.key &&
        (!at || strlen(at + 1) < sizeof name->version)) {
        snprintf(name->version, sizeof name->version, "%s", at ? at + 1 : "");
        return true;
    }
    rc_error_set(err, RC_USAGE, "\"%.100s\": BUCKET/KEY or BUCKET/KEY@VERSION is expected", text);
    return false;
}

/* ----- rows ----- */

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
        ok = rc_filerows_add(&files->rows, &files->listing,
                             &(struct rc_filerow){.rank = RC_FILES_FOLDERS,
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
            ok = rc_filerows_add(&files->rows, &files->listing,
                                 &(struct rc_filerow){.rank = RC_FILES_FOLDERS,
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
            ok = rc_filerows_add(
                &files->rows, &files->listing,
                &(struct rc_filerow){.rank = RC_FILES_FILES,
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

static bool take_programs(void *ctx, const void *answer)
{
    static const char prefix[] = "PROGRAM#";
    struct files *files = ctx;
    const struct rc_dynamodb_items *page = answer;
    struct rc_error err = {0};
    bool ok = true;
    rc_live_begin(files->listing.live);
    for (size_t i = 0; ok && i < page->items.count; i++) {
        const char *sk = rc_item_get_text(page->items.items[i], "SK");
        if (sk && strncmp(sk, prefix, sizeof prefix - 1) == 0)
            ok = rc_filerows_add(&files->rows, &files->listing,
                                 &(struct rc_filerow){.rank = RC_FILES_PROGRAMS,
                                                      .kind = "program",
                                                      .name = sk + sizeof prefix - 1,
                                                      .size_bytes = -1},
                                 &err);
    }
    return end_page(files, ok, &err);
}

/* ----- the listing ----- */

/* One of what it has asked has come to its end. What S3 did not tell fails the listing, unless
 * there are programs to be shown. */
static void end_one(struct files *files)
{
    if (--files->waiting > 0)
        return;
    if (!files->failed) {
        rc_listing_complete(&files->listing);
    } else if (files->listing.rows && !*files->place.bucket) {
        rc_live_note(files->listing.live, "the buckets are not known: %s", files->err.text);
        rc_listing_complete(&files->listing);
    } else {
        rc_listing_fail(&files->listing, &files->err);
    }
}

static void done(struct rc_call *call, void *ctx)
{
    struct files *files = ctx;
    const struct rc_aws_error *error = rc_call_error(call);
    if (files->listing.settled)
        return;
    files->failed = error != NULL;
    if (error && error->fault == RC_AWS_NOT_FOUND && *files->place.bucket)
        rc_error_set(&files->err, RC_IO,
                     "there is no bucket %s; `files` lists those there are%s%s%s",
                     files->place.bucket, *error->request_id ? " (request " : "", error->request_id,
                     *error->request_id ? ")" : "");
    else if (error)
        rc_live_explain(call, *files->place.bucket ? "s3:ListBucket" : "s3:ListAllMyBuckets",
                        &files->err);
    end_one(files);
}

static void programs_done(struct rc_call *call, void *ctx)
{
    struct files *files = ctx;
    struct rc_error err = {0};
    if (files->listing.settled)
        return;
    if (rc_call_error(call)) {
        rc_live_explain(call, "dynamodb:Query", &err);
        rc_live_note(files->listing.live, "the programs of the pipeline are not known: %s",
                     err.text);
    }
    end_one(files);
}

/* The pages stay until the release: this may be called by one of them. */
static void stop(struct rc_listing *listing)
{
    struct files *files = (struct files *)listing;
    if (listing->settled)
        return;
    rc_pages_free(files->pages);
    files->pages = NULL;
    rc_pages_free(files->programs);
    files->programs = NULL;
}

static void release(struct rc_listing *listing)
{
    struct files *files = (struct files *)listing;
    rc_pages_free(files->pages);
    rc_pages_free(files->programs);
    rc_buf_free(&files->values);
    rc_filestates_free(files->states);
    rc_filerows_close(&files->rows);
}

static const struct rc_listing_kind kind = {
    .table = "file", .size = sizeof(struct files), .stop = stop, .release = release};

static bool start_programs(struct files *files, struct rc_error *err)
{
    struct rc_key key;
    rc_key_program("", &key);
    if (!rc_live_query(&files->query, &files->values, &key, err))
        return false;
    files->programs = rc_pages_start(rc_live_aws(files->listing.live), &rc_dynamodb_query_operation,
                                     &files->query, take_programs, programs_done, files);
    files->waiting += files->programs != NULL;
    if (!files->programs)
        rc_error_nomem(err);
    return files->programs != NULL;
}

static bool start_s3(struct files *files, struct rc_error *err)
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
    files->waiting += files->pages != NULL;
    if (!files->pages)
        rc_error_nomem(err);
    return files->pages != NULL;
}

/* place NULL: programs and buckets. */
static struct rc_listing *open_listing(struct rc_live *live, const struct rc_s3_place *place,
                                       struct rc_error *err)
{
    struct rc_listing *listing = rc_listing_new(live, &kind, err);
    struct files *files = (struct files *)listing;
    if (!listing)
        return NULL;
    if (place)
        files->place = *place;
    if (rc_filerows_open(&files->rows, live, err) && (place || start_programs(files, err)) &&
        start_s3(files, err))
        return listing;
    rc_listing_free(listing);
    return NULL;
}

struct rc_listing *rc_live_files(struct rc_live *live, const struct rc_s3_place *place,
                                 struct rc_error *err)
{
    return open_listing(live, place, err);
}

struct rc_listing *rc_live_programs(struct rc_live *live, struct rc_error *err)
{
    return open_listing(live, NULL, err);
}

struct rc_filestates **rc_filestates_of(struct rc_listing *listing)
{
    return listing->kind == &kind ? &((struct files *)listing)->states : NULL;
}
