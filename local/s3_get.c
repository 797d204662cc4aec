/* GetObject and HeadObject: conditions, ranges, parts. */
#include "local/s3.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

struct range {
    int64_t at;
    int64_t length;
    bool partial;
};

/* ----- conditions ----- */

/* A time of a header against the object's, by whole seconds: < 0, 0, > 0 as the object
 * is older, as old, newer. False where the time cannot be read, which leaves the
 * condition out. */
static bool compare_time(const char *text, int64_t modified_ms, int *order)
{
    struct tm tm = {0};
    const char *rest = text ? strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm) : NULL;
    if (!rest)
        return false;
    int64_t told = (int64_t)timegm(&tm), ours = modified_ms / 1000;
    *order = (ours > told) - (ours < told);
    return true;
}

static bool any_etag(const char *list, const char *etag)
{
    if (strcmp(list, "*") == 0)
        return true;
    while (*list) {
        char one[RC_S3_ETAG + 4] = "";
        list += strspn(list, ", ");
        size_t length = strcspn(list, ",");
        if (length < sizeof one)
            memcpy(one, list, length);
        if (rc_s3_same_etag(one, etag))
            return true;
        list += length;
    }
    return false;
}

/* 200, 304 or 412; the rules for pairs of conditions are those of "GetObject". */
static int judge(struct rc_exchange *exchange, const struct rc_object *object)
{
    const char *match = rc_exchange_header(exchange, "if-match");
    const char *none = rc_exchange_header(exchange, "if-none-match");
    int order;
    if (match && !any_etag(match, object->etag))
        return 412;
    if (!match &&
        compare_time(rc_exchange_header(exchange, "if-unmodified-since"), object->modified_ms,
                     &order) &&
        order > 0)
        return 412;
    if (none && any_etag(none, object->etag))
        return 304;
    if (!none &&
        compare_time(rc_exchange_header(exchange, "if-modified-since"), object->modified_ms,
                     &order) &&
        order <= 0)
        return 304;
    return 200;
}

/* ----- ranges ----- */

/* "bytes=0-9", "bytes=9-", "bytes=-9". What cannot be read, or is a list, asks for the
 * whole; false when nothing of the object is in the range. */
static bool read_range(const char *text, int64_t size, struct range *range)
{
    char *end;
    *range = (struct range){0, size, false};
    if (!text || strncmp(text, "bytes=", 6) != 0 || strchr(text, ','))
        return true;
    text += 6;
    if (*text == '-') {
        long long last = strtoll(text + 1, &end, 10);
        if (end == text + 1 || *end || last < 0)
            return true;
        last = last < size ? last : size;
        *range = (struct range){size - last, last, true};
        return last > 0;
    }
    long long from = strtoll(text, &end, 10), to = INT64_MAX - 1;
    if (end == text || *end != '-' || from < 0)
        return true;
    if (end[1]) {
        const char *start = end + 1;
        to = strtoll(start, &end, 10);
        if (*end || to < from)
            return true;
    }
    to = to < size - 1 ? to : size - 1;
    *range = (struct range){from, to - from + 1, true};
    return from < size;
}

static bool find_part(struct rc_exchange *exchange, const struct rc_object *object,
                      struct range *range)
{
    int64_t number = 0;
    if (!rc_s3_number(exchange, "partNumber", 1, 10000, &number))
        return false;
    range->partial = true;
    if (object->parts &&
        rc_blob_part(exchange->local, object->blob, number, &range->at, &range->length)) {
        rc_exchange_set_header(exchange, "x-amz-mp-parts-count", "%lld", (long long)object->parts);
        return true;
    }
    *range = (struct range){0, object->size, object->size > 0};
    return (!object->parts && number == 1) ||
           rc_exchange_fail(exchange, 416, "InvalidPartNumber",
                            "The requested partnumber is not satisfiable");
}

static bool find_range(struct rc_exchange *exchange, const struct rc_object *object,
                       struct range *range)
{
    if (rc_exchange_query(exchange, "partNumber"))
        return find_part(exchange, object, range);
    if (read_range(rc_exchange_header(exchange, "range"), object->size, range))
        return true;
    rc_exchange_set_header(exchange, "Content-Range", "bytes */%lld", (long long)object->size);
    return rc_exchange_fail(exchange, 416, "InvalidRange",
                            "The requested range is not satisfiable");
}

/* ----- headers ----- */

static void set_kept_headers(struct rc_exchange *exchange, const struct rc_object *object)
{
    for (const char *at = object->headers; *at;) {
        size_t line = strcspn(at, "\n"), name = strcspn(at, ":");
        char *copy = rc_arena_text(&exchange->arena, at, line);
        if (!copy)
            return;
        copy[name] = '\0';
        rc_exchange_set_header(exchange, copy, "%s", copy + name + 1);
        at += line + 1;
    }
}

/* What the query wants otherwise than the object has it. */
static void set_overrides(struct rc_exchange *exchange)
{
    static const struct rc_exchange_pair known[] = {
        {"response-content-type", "content-type"},
        {"response-content-language", "content-language"},
        {"response-expires", "expires"},
        {"response-cache-control", "cache-control"},
        {"response-content-disposition", "content-disposition"},
        {"response-content-encoding", "content-encoding"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (rc_exchange_query(exchange, known[i].name))
            rc_exchange_set_header(exchange, known[i].value, "%s",
                                   rc_exchange_query(exchange, known[i].name));
}

static void set_checksum(struct rc_exchange *exchange, const struct rc_object *object)
{
    const char *mode = rc_exchange_header(exchange, "x-amz-checksum-mode");
    char *copy = rc_arena_text(&exchange->arena, object->checksum, strlen(object->checksum));
    char *colon = copy ? strchr(copy, ':') : NULL;
    if (!colon || !mode || strcasecmp(mode, "ENABLED") != 0)
        return;
    *colon = '\0';
    rc_exchange_set_header(exchange, copy, "%s", colon + 1);
    rc_exchange_set_header(exchange, "x-amz-checksum-type", "FULL_OBJECT");
}

static void set_headers(struct rc_exchange *exchange, const struct rc_bucket *bucket,
                        const struct rc_object *object)
{
    char modified[RC_S3_TIME];
    int tags = *object->tags != '\0';
    rc_s3_http_time(object->modified_ms, modified);
    rc_exchange_set_header(exchange, "content-type", "binary/octet-stream");
    rc_exchange_set_header(exchange, "x-amz-server-side-encryption", "AES256");
    set_kept_headers(exchange, object);
    set_overrides(exchange);
    rc_exchange_set_header(exchange, "ETag", "\"%s\"", object->etag);
    rc_exchange_set_header(exchange, "Last-Modified", "%s", modified);
    rc_exchange_set_header(exchange, "Accept-Ranges", "bytes");
    rc_s3_version_header(exchange, bucket, object->version);
    for (const char *at = object->tags; (at = strchr(at, '&')); at++)
        tags++;
    if (tags)
        rc_exchange_set_header(exchange, "x-amz-tagging-count", "%d", tags);
}

void rc_do_get_object(struct rc_exchange *exchange)
{
    struct rc_bucket bucket;
    struct rc_object object;
    struct range range;
    const char *key = rc_s3_key(exchange);
    if (!key || !rc_s3_bucket_named(exchange, &bucket) ||
        !rc_object_need(exchange, &bucket, key, rc_exchange_query(exchange, "versionId"), &object))
        return;
    int verdict = judge(exchange, &object);
    if (verdict == 412) {
        rc_s3_unmet(exchange);
        return;
    }
    set_headers(exchange, &bucket, &object);
    if (verdict == 304) {
        exchange->status = 304;
        return;
    }
    if (!find_range(exchange, &object, &range))
        return;
    if (range.partial) {
        exchange->status = 206;
        rc_exchange_set_header(exchange, "Content-Range", "bytes %lld-%lld/%lld",
                               (long long)range.at, (long long)(range.at + range.length - 1),
                               (long long)object.size);
    } else {
        set_checksum(exchange, &object);
    }
    rc_blob_answer(exchange, object.blob, range.at, range.length);
}
