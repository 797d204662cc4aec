/* Lists a bucket page by page and asks for the head of each object, so many at a time.
 *
 *     aws_objects ENDPOINT BUCKET COUNT IN_FLIGHT */
#include "aws/s3.h"
#include "aws/session.h"
#include "bench/aws_usage.h"

#include <limits.h>

enum { IN_FLIGHT_MOST = 256, LIST_KEYS_CAP = 64 << 20 };

struct listing {
    struct rc_buf keys; /* each followed by a NUL */
    long long count;
};

struct heads {
    struct rc_aws *aws;
    const char *bucket;
    const char *next; /* key that was not asked for yet */
    long long left;   /* of these */
    long long sized;  /* answers with a length */
    int in_flight;
    bool done;
    struct rc_error err; /* the first one */
};

static bool take_page(void *ctx, const void *answer)
{
    struct listing *listing = ctx;
    const struct rc_s3_objects *page = answer;
    for (size_t i = 0; i < page->objects.count; i++) {
        const char *key = page->objects.items[i].key;
        rc_buf_add(&listing->keys, key, strlen(key) + 1);
    }
    listing->count += (long long)page->objects.count;
    return !listing->keys.failed;
}

static bool list(struct rc_aws *aws, const char *bucket, struct listing *listing,
                 struct rc_error *err)
{
    const struct rc_s3_list_objects in = {.bucket = bucket};
    struct rc_pages *pages =
        rc_pages_start(aws, &rc_s3_list_objects_operation, &in, take_page, NULL, listing);
    bool ok = rc_pages_wait(pages, err) && !listing->keys.failed;
    rc_pages_free(pages);
    return ok;
}

static void ask(struct heads *heads);

static void answered(struct rc_call *call, void *ctx)
{
    struct heads *heads = ctx;
    const struct rc_s3_object_head *head = rc_s3_head_object_answer(call);
    heads->in_flight--;
    heads->sized += head && head->content_length_bytes > 0;
    if (!head && heads->err.code == RC_OK)
        rc_call_describe(call, &heads->err);
    rc_call_free(call);
    ask(heads);
    heads->done = heads->in_flight == 0;
}

/* Asks for the next one, when there is one. */
static void ask(struct heads *heads)
{
    if (heads->left == 0 || heads->err.code != RC_OK)
        return;
    const struct rc_s3_head_object in = {.bucket = heads->bucket, .key = heads->next};
    if (!rc_s3_head_object(heads->aws, &in, answered, heads)) {
        rc_error_nomem(&heads->err);
        return;
    }
    heads->next += strlen(heads->next) + 1;
    heads->left--;
    heads->in_flight++;
}

static bool head_all(struct rc_aws *aws, const char *bucket, const struct listing *listing,
                     int in_flight, struct rc_error *err)
{
    struct heads heads = {
        .aws = aws, .bucket = bucket, .next = listing->keys.data, .left = listing->count};
    for (int i = 0; i < in_flight; i++)
        ask(&heads);
    bool ok = rc_loop_until(rc_aws_loop(aws), &heads.done, -1) && heads.sized == listing->count;
    if (heads.err.code != RC_OK)
        *err = heads.err;
    else if (!ok)
        rc_error_set(err, RC_IO, "%lld heads of %lld objects", heads.sized, listing->count);
    return ok;
}

static bool run(const char *endpoint, const char *bucket, long long count, int in_flight,
                struct rc_error *err)
{
    struct rc_session session;
    struct listing listing = {.count = 0};
    rc_buf_init(&listing.keys, LIST_KEYS_CAP);
    if (!rc_session_open(&session, &(struct rc_session_options){.endpoint = endpoint}, err))
        return false;
    bool ok = list(session.aws, bucket, &listing, err);
    if (ok && listing.count != count) {
        rc_error_set(err, RC_IO, "%lld objects, not %lld", listing.count, count);
        ok = false;
    }
    ok = ok && head_all(session.aws, bucket, &listing, in_flight, err);
    rc_buf_free(&listing.keys);
    rc_session_close(&session);
    return ok;
}

int main(int argc, char **argv)
{
    struct rc_error err = {.text = "out of memory"};
    long long count = argc == 5 ? bench_number(argv[3], LLONG_MAX) : -1;
    int in_flight = argc == 5 ? (int)bench_number(argv[4], IN_FLIGHT_MOST) : -1;
    if (count < 1 || in_flight < 1) {
        fprintf(stderr, "aws_objects: ENDPOINT BUCKET COUNT IN_FLIGHT (at most %d)\n",
                IN_FLIGHT_MOST);
        return 2;
    }
    struct bench_usage start = bench_usage_now();
    if (!run(argv[1], argv[2], count, in_flight, &err)) {
        fprintf(stderr, "aws_objects: %s\n", err.text);
        return 1;
    }
    bench_usage_print(start, count);
    return 0;
}
