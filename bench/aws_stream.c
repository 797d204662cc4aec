/* Streams the object of bench/aws_server.c through aws/s3_stream.h, compares every byte
 * with what it has to be, and says what it took: "SIZE WALL_S CPU_S PEAK_KB CUTS".
 *
 *     aws_stream ENDPOINT SIZE SEED PARALLEL PART_BYTES MOST_KB
 *
 * Fails when a byte is wrong, twice or missing, and when the process ever had more
 * than MOST_KB of memory (0: no limit). */
#include "aws/s3_stream.h"
#include "aws/session.h"
#include "bench/aws_bytes.h"
#include "bench/aws_usage.h"

#include <inttypes.h>

enum { PIECE = 16 << 10 };

/* A sanitizer's own memory is none of the client's. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

struct check {
    uint64_t seed;
    int64_t next;  /* offset that has to come */
    int64_t wrong; /* of the first byte that is not what it has to be; -1: none */
};

static enum rc_http_taken take(void *ctx, int64_t offset, const char *bytes, size_t length)
{
    struct check *check = ctx;
    char expected[PIECE];
    if (offset != check->next) {
        check->wrong = check->next;
        return RC_HTTP_STOP;
    }
    for (size_t at = 0; at < length;) {
        size_t part = length - at < PIECE ? length - at : PIECE;
        bench_bytes(check->seed, (uint64_t)check->next, expected, part);
        if (memcmp(expected, bytes + at, part) != 0) {
            check->wrong = check->next;
            return RC_HTTP_STOP;
        }
        at += part;
        check->next += (int64_t)part;
    }
    return RC_HTTP_TAKEN;
}

static bool stream(struct rc_aws *aws, struct check *check, int parallel, int64_t part_bytes,
                   int *resumes, struct rc_error *err)
{
    const struct rc_s3_stream_request request = {.bucket = "bench",
                                                 .key = "object",
                                                 .parallel = parallel,
                                                 .part_bytes = part_bytes,
                                                 .take = take,
                                                 .ctx = check};
    struct rc_s3_stream *stream = rc_s3_stream_start(aws, &request);
    bool ok = rc_s3_stream_wait(stream, err);
    *resumes = stream ? rc_s3_stream_resumes(stream) : 0;
    rc_s3_stream_free(stream);
    if (check->wrong >= 0)
        rc_error_set(err, RC_DATA, "wrong bytes within %d of offset %" PRId64, PIECE, check->wrong);
    return ok && check->wrong < 0;
}

int main(int argc, char **argv)
{
    struct rc_error err = {.text = "out of memory"};
    struct rc_session session;
    if (argc != 7) {
        fprintf(stderr, "aws_stream: ENDPOINT SIZE SEED PARALLEL PART_BYTES MOST_KB\n");
        return 2;
    }
    int64_t size = strtoll(argv[2], NULL, 10);
    struct check check = {.seed = strtoull(argv[3], NULL, 10), .wrong = -1};
    int resumes = 0;
    struct bench_usage start = bench_usage_now();
    bool ok = rc_session_open(&session, &(struct rc_session_options){.endpoint = argv[1]}, &err) &&
              stream(session.aws, &check, (int)strtol(argv[4], NULL, 10),
                     strtoll(argv[5], NULL, 10), &resumes, &err);
    rc_session_close(&session);
    if (ok && check.next != size) {
        rc_error_set(&err, RC_DATA, "%" PRId64 " bytes of %" PRId64, check.next, size);
        ok = false;
    }
    struct bench_usage end = bench_usage_now();
    long peak_kb = bench_peak_kb(), most_kb = strtol(argv[6], NULL, 10);
    if (ok && !SANITIZED && most_kb > 0 && peak_kb > most_kb) {
        rc_error_set(&err, RC_LIMIT, "%ld KB of memory; the most were to be %ld", peak_kb, most_kb);
        ok = false;
    }
    if (!ok) {
        fprintf(stderr, "aws_stream: %s\n", err.text);
        return 1;
    }
    printf("%" PRId64 " %.6f %.6f %ld %d\n", size, end.wall_s - start.wall_s,
           end.cpu_s - start.cpu_s, peak_kb, resumes);
    return 0;
}
