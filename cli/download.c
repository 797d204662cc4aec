#include "aws/s3_stream.h"
#include "cli/awswords.h"
#include "cli/cli.h"
#include "ops/object.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: reconctl download [OPTION...] s3://BUCKET/KEY[@VERSION] [FILE]\n\n"
    "Fetches an object of S3, the newest version unless one is named. FILE is the last part of\n"
    "KEY when it is not given, and must not be there yet; - is standard output. The bytes are\n"
    "those of the object: card numbers in it are not masked, and the file can be read by its\n"
    "owner alone.\n\n" RC_AWSWORD_USAGE;

/* Where the bytes go. They count when they are all there: until then the file has another name. */
struct sink {
    const char *path;
    char part[4096]; /* "": standard output */
    int fd;
    int problem; /* errno of a write */
    int64_t bytes;
    char version[128];
};

static void take_head(void *ctx, const struct rc_s3_stream_head *head)
{
    struct sink *sink = ctx;
    snprintf(sink->version, sizeof sink->version, "%s", head->version_id);
}

static enum rc_http_taken take(void *ctx, int64_t offset, const char *bytes, size_t length)
{
    struct sink *sink = ctx;
    (void)offset;
    while (length) {
        ssize_t wrote = write(sink->fd, bytes, length);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0) {
            sink->problem = errno;
            return RC_HTTP_STOP;
        }
        bytes += wrote;
        length -= (size_t)wrote;
        sink->bytes += wrote;
    }
    return RC_HTTP_TAKEN;
}

static bool open_sink(struct sink *sink, const char *path, struct rc_error *err)
{
    *sink = (struct sink){.path = path, .fd = STDOUT_FILENO};
    if (strcmp(path, "-") == 0)
        return true;
    if (access(path, F_OK) == 0) {
        rc_error_set(err, RC_USAGE, "%s is there already: name another file, or take it away",
                     path);
        return false;
    }
    int length = snprintf(sink->part, sizeof sink->part, "%s.part", path);
    if (length < 0 || (size_t)length >= sizeof sink->part) {
        rc_error_set(err, RC_USAGE, "the name of the file is too long");
        return false;
    }
    sink->fd = open(sink->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (sink->fd < 0)
        rc_error_errno(err, RC_IO, "%s", sink->part);
    return sink->fd >= 0;
}

/* Gives the file its name, when it is whole. */
static bool close_sink(struct sink *sink, bool whole, struct rc_error *err)
{
    if (!sink->part[0])
        return whole;
    bool ok = whole && fsync(sink->fd) == 0;
    ok = close(sink->fd) == 0 && ok;
    ok = ok && renameat2(AT_FDCWD, sink->part, AT_FDCWD, sink->path, RENAME_NOREPLACE) == 0;
    if (whole && !ok)
        rc_error_errno(err, RC_IO, "%s", sink->path);
    if (!ok)
        unlink(sink->part);
    return ok;
}

static bool fetch(struct rc_aws *aws, const struct rc_op_object *object, struct sink *sink,
                  struct rc_error *err)
{
    const struct rc_s3_stream_request request = {.bucket = object->bucket,
                                                 .key = object->key,
                                                 .version_id =
                                                     object->version[0] ? object->version : NULL,
                                                 .head = take_head,
                                                 .take = take,
                                                 .ctx = sink};
    struct rc_s3_stream *stream = rc_s3_stream_start(aws, &request);
    if (!stream) {
        rc_error_nomem(err);
        return false;
    }
    bool ok = rc_s3_stream_wait(stream, err);
    rc_s3_stream_free(stream);
    if (sink->problem) {
        errno = sink->problem;
        rc_error_errno(err, RC_IO, "%s", sink->path);
    }
    return ok;
}

static const char *name_of(const char *key)
{
    const char *slash = strrchr(key, '/');
    return slash ? slash + 1 : key;
}

static int download(const struct rc_session_options *aws, const struct rc_op_object *object,
                    const char *path)
{
    struct rc_session session;
    struct sink sink;
    struct rc_error err = {0};
    if (!rc_session_open(&session, aws, &err))
        return rc_cli_fail(&err);
    rc_aws_set_read_only(session.aws, true);
    bool ok = open_sink(&sink, path, &err) &&
              close_sink(&sink, fetch(session.aws, object, &sink, &err), &err);
    rc_session_close(&session);
    if (!ok)
        return rc_cli_fail(&err);
    fprintf(stderr, "%" PRId64 " bytes%s%s\n", sink.bytes, sink.version[0] ? ", version " : "",
            sink.version);
    return RC_EXIT_OK;
}

int rc_cli_download(int argc, char **argv)
{
    struct rc_session_options aws = {.ask_mfa = rc_awsword_ask_mfa};
    struct rc_op_object object;
    struct rc_error err = {0};
    const struct rc_option words[] = {RC_AWSWORDS(&aws, NULL), {0}};
    int code = rc_cli_options("download", usage, words, argc, argv);
    if (code)
        return code < 0 ? RC_EXIT_OK : code;
    if (argc - optind < 1 || argc - optind > 2)
        return rc_cli_usage("download", "an object is needed, and perhaps a file");
    if (!rc_op_object_read(argv[optind], &object, &err))
        return rc_cli_fail(&err);
    const char *path = argc - optind == 2 ? argv[optind + 1] : name_of(object.key);
    if (!*path)
        return rc_cli_usage("download", "%s names no file: say which one", argv[optind]);
    return download(&aws, &object, path);
}
