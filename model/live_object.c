#include "model/live.h"

#include "aws/s3_stream.h"
#include "core/record.h"
#include "model/export.h"
#include "model/figures.h"
#include "model/live_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { PARALLEL = 4, PATH_BYTES = 4096, ETAG_BYTES = 256 };

struct rc_download {
    struct rc_live *live;
    struct rc_s3_stream *stream;
    enum rc_listing_state state;
    struct rc_error err;           /* of this machine, until it has ended */
    char version[RC_S3_KEY_BYTES]; /* that was asked for */
    char etag[ETAG_BYTES];         /* without quotes */
    char place[RC_S3_BUCKET_BYTES + RC_S3_KEY_BYTES + 8];
    char path[PATH_BYTES], building[PATH_BYTES + 32]; /* "": a temporary file */
    int fd;
    uint64_t bytes, size;
};

struct kept {
    struct rc_live_object object;
    int fd;
};

struct kept_layout {
    uint64_t hash; /* of its text */
    int fd;
    char path[40];
};

struct rc_live_objects {
    struct kept_layout layouts[RC_LIVE_LAYOUTS];
    size_t layout_count;
    struct kept items[RC_LIVE_OBJECTS];
    uint64_t count; /* that were ever kept: number n is at (n - 1) % RC_LIVE_OBJECTS */
};

/* ----- the file ----- */

static const char *temporary_folder(void)
{
    const char *folder = getenv("TMPDIR");
    return folder && *folder == '/' ? folder : "/tmp";
}

/* One without a name, which the system removes with its last descriptor. */
static int open_temporary(struct rc_error *err)
{
    char path[PATH_BYTES];
    int fd = open(temporary_folder(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    snprintf(path, sizeof path, "%s/reconctl-XXXXXX", temporary_folder());
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    else
        rc_error_errno(err, RC_IO, "no temporary file can be made in %s; TMPDIR names where",
                       temporary_folder());
    return fd;
}

static int open_named(struct rc_download *download, const char *path, struct rc_error *err)
{
    int length = snprintf(download->path, sizeof download->path, "%s", path);
    if (length <= 0 || (size_t)length >= sizeof download->path) {
        rc_error_set(err, RC_USAGE,
                     length ? "the name of the file is too long" : "a name is needed");
        return -1;
    }
    if (access(path, F_OK) == 0) {
        rc_error_set(err, RC_USAGE, "%s is there already", path);
        return -1;
    }
    snprintf(download->building, sizeof download->building, "%s.tmp-%ld", path, (long)getpid());
    int fd = open(download->building, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        rc_error_errno(err, RC_IO, "cannot write %s", path);
        download->building[0] = '\0';
    }
    return fd;
}

static bool has_room(struct rc_download *download, uint64_t bytes)
{
    struct statvfs system;
    char needed[RC_FIGURE_BYTES], free_bytes[RC_FIGURE_BYTES];
    rc_size_text(bytes, needed);
    if (!*download->path && bytes > RC_LIVE_OBJECT_BYTES) {
        rc_size_text(RC_LIVE_OBJECT_BYTES, free_bytes);
        rc_error_set(&download->err, RC_LIMIT, "it has %s, and at most %s are fetched to look at",
                     needed, free_bytes);
        return false;
    }
    if (fstatvfs(download->fd, &system) != 0 ||
        bytes <= (uint64_t)system.f_bavail * system.f_frsize)
        return true;
    rc_size_text((uint64_t)system.f_bavail * system.f_frsize, free_bytes);
    rc_error_set(&download->err, RC_LIMIT, "it has %s, and where it would go only %s are free%s",
                 needed, free_bytes, *download->path ? "" : "; TMPDIR names another folder");
    return false;
}

/* ----- what comes ----- */

static void take_head(void *ctx, const struct rc_s3_stream_head *head)
{
    struct rc_download *download = ctx;
    const char *etag = head->etag ? head->etag : "";
    size_t quoted = *etag == '"', length = strlen(etag);
    download->size = (uint64_t)head->size_bytes;
    if (length >= 2 * quoted && length < sizeof download->etag)
        snprintf(download->etag, sizeof download->etag, "%.*s", (int)(length - 2 * quoted),
                 etag + quoted);
    has_room(download, (uint64_t)head->length_bytes);
}

static enum rc_http_taken take(void *ctx, int64_t offset, const char *bytes, size_t length)
{
    struct rc_download *download = ctx;
    if (download->err.code)
        return RC_HTTP_STOP;
    while (length) {
        ssize_t wrote = pwrite(download->fd, bytes, length, offset);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0) {
            rc_error_errno(&download->err, RC_IO, "cannot write %s",
                           *download->path ? download->path : "the temporary file");
            return RC_HTTP_STOP;
        }
        bytes += wrote;
        offset += wrote;
        length -= (size_t)wrote;
        download->bytes += (uint64_t)wrote;
    }
    return RC_HTTP_TAKEN;
}

static void explain(struct rc_download *download, const struct rc_s3_stream *stream)
{
    if (download->err.code) {
        rc_error_prefix(&download->err, "%.300s", download->place);
        return;
    }
    rc_error_set(&download->err, RC_IO, "%s", rc_s3_stream_text(stream));
    rc_live_add_remedy(rc_live_aws(download->live), rc_s3_stream_fault(stream),
                       rc_s3_stream_code(stream), "s3:GetObject", &download->err);
}

static void done(struct rc_s3_stream *stream, void *ctx)
{
    struct rc_download *download = ctx;
    bool ok = rc_s3_stream_fault(stream) == RC_AWS_NONE && !download->err.code;
    if (!ok)
        explain(download, stream);
    else if (*download->path)
        ok = rc_file_publish(download->building, download->path, false, &download->err);
    download->state = ok ? RC_LISTING_COMPLETE : RC_LISTING_FAILED;
}

/* ----- downloads ----- */

static const char *version_of(const struct rc_download_request *request)
{
    const char *version = request->version ? request->version : "";
    return *version && strncmp(version, "null", 4) != 0 ? version : NULL;
}

struct rc_download *rc_live_download(struct rc_live *live,
                                     const struct rc_download_request *request,
                                     struct rc_error *err)
{
    char etag[ETAG_BYTES] = "";
    struct rc_download *download = calloc(1, sizeof *download);
    if (!download) {
        rc_error_nomem(err);
        return NULL;
    }
    download->live = live;
    rc_live_use(live, 1);
    snprintf(download->place, sizeof download->place, "s3://%.255s/%.1024s", request->bucket,
             request->key);
    snprintf(download->version, sizeof download->version, "%s",
             request->version ? request->version : "");
    download->fd = request->path ? open_named(download, request->path, err) : open_temporary(err);
    if (request->etag && *request->etag)
        snprintf(etag, sizeof etag, "\"%.200s\"", request->etag);
    if (download->fd >= 0 &&
        !(download->stream = rc_s3_stream_start(
              rc_live_aws(live),
              &(struct rc_s3_stream_request){.bucket = request->bucket,
                                             .key = request->key,
                                             .version_id = version_of(request),
                                             .if_match = *etag ? etag : NULL,
                                             .length = (int64_t)request->first_bytes,
                                             .parallel = request->first_bytes ? 1 : PARALLEL,
                                             .head = take_head,
                                             .take = take,
                                             .done = done,
                                             .ctx = download})))
        rc_error_nomem(err);
    if (download->stream)
        return download;
    rc_download_free(download);
    return NULL;
}

enum rc_listing_state rc_download_state(const struct rc_download *download)
{
    return download->state;
}

const struct rc_error *rc_download_error(const struct rc_download *download)
{
    return &download->err;
}

uint64_t rc_download_bytes(const struct rc_download *download)
{
    return download->bytes;
}

uint64_t rc_download_size(const struct rc_download *download)
{
    return download->size;
}

const char *rc_download_etag(const struct rc_download *download)
{
    return download->etag;
}

int rc_download_fd(const struct rc_download *download)
{
    return download->fd;
}

void rc_download_free(struct rc_download *download)
{
    if (!download)
        return;
    rc_s3_stream_free(download->stream);
    if (download->fd >= 0)
        close(download->fd);
    if (*download->building)
        unlink(download->building);
    rc_live_use(download->live, -1);
    free(download);
}

/* ----- objects that are kept ----- */

static struct rc_live_objects *objects_of(struct rc_live *live)
{
    struct rc_live_objects **objects = rc_live_objects(live);
    if (!*objects)
        *objects = calloc(1, sizeof **objects);
    return *objects;
}

uint64_t rc_live_keep(struct rc_live *live, struct rc_download *download, const char *layout)
{
    struct rc_live_objects *objects = objects_of(live);
    if (!objects) {
        rc_download_free(download);
        return 0;
    }
    struct kept *kept = &objects->items[objects->count % RC_LIVE_OBJECTS];
    if (objects->count++ >= RC_LIVE_OBJECTS)
        close(kept->fd);
    kept->fd = download->fd;
    kept->object.number = objects->count;
    download->fd = -1;
    memcpy(kept->object.place, download->place, sizeof kept->object.place);
    memcpy(kept->object.version, download->version, sizeof kept->object.version);
    snprintf(kept->object.path, sizeof kept->object.path, "/proc/self/fd/%d", kept->fd);
    snprintf(kept->object.layout, sizeof kept->object.layout, "%s", layout);
    rc_download_free(download);
    return objects->count;
}

const struct rc_live_object *rc_live_object(struct rc_live *live, uint64_t number)
{
    const struct rc_live_objects *objects = *rc_live_objects(live);
    if (!objects || !number || number > objects->count ||
        number + RC_LIVE_OBJECTS <= objects->count)
        return NULL;
    return &objects->items[(number - 1) % RC_LIVE_OBJECTS].object;
}

const struct rc_live_object *
rc_live_object_find(struct rc_live *live, const struct rc_s3_object_name *name, const char *layout)
{
    const struct rc_live_objects *objects = *rc_live_objects(live);
    char place[sizeof objects->items->object.place];
    snprintf(place, sizeof place, "s3://%.255s/%.1024s", name->place.bucket, name->place.key);
    for (uint64_t n = objects && *name->version ? objects->count : 0; n > 0; n--) {
        const struct rc_live_object *object = rc_live_object(live, n);
        if (!object)
            return NULL;
        if (strcmp(object->place, place) == 0 && strcmp(object->version, name->version) == 0 &&
            (!*layout || strcmp(object->layout, layout) == 0))
            return object;
    }
    return NULL;
}

/* ----- layouts that are kept ----- */

static bool write_layout(struct kept_layout *kept, const char *text)
{
    size_t length = strlen(text);
    kept->fd = memfd_create("reconctl-layout", MFD_CLOEXEC);
    if (kept->fd < 0)
        return false;
    if (pwrite(kept->fd, text, length, 0) == (ssize_t)length) {
        snprintf(kept->path, sizeof kept->path, "/proc/self/fd/%d", kept->fd);
        return true;
    }
    close(kept->fd);
    return false;
}

const char *rc_live_layout_path(struct rc_live *live, const char *text)
{
    struct rc_live_objects *objects = objects_of(live);
    uint64_t hash = rc_id_hash(text, strlen(text));
    for (size_t i = 0; objects && i < objects->layout_count; i++)
        if (objects->layouts[i].hash == hash)
            return objects->layouts[i].path;
    if (!objects || objects->layout_count == RC_LIVE_LAYOUTS)
        return NULL;
    struct kept_layout *kept = &objects->layouts[objects->layout_count];
    kept->hash = hash;
    if (!write_layout(kept, text))
        return NULL;
    objects->layout_count++;
    return kept->path;
}

void rc_live_objects_free(struct rc_live_objects *objects)
{
    for (size_t i = 0; objects && i < objects->layout_count; i++)
        close(objects->layouts[i].fd);
    for (uint64_t i = 0; objects && i < objects->count && i < RC_LIVE_OBJECTS; i++)
        close(objects->items[i].fd);
    free(objects);
}
