#include "aws/client.h"
#include "aws/s3_stream.h"
#include "tests/aws/environment.h"
#include "tests/aws/fake_clock.h"
#include "tests/aws/fake_server.h"

enum {
    OBJECT_BYTES = 200000,
    PART_BYTES = 16 << 10,
    ROUNDS = 12,
    FOREVER_MS = 24 * 3600 * 1000,
};

/* What the server has, and how it misbehaves. */
struct object {
    char *bytes;
    size_t length;
    const char *etag;
    const char *version_id;
    int requests;
    int cuts;        /* so many requests are cut in the body */
    size_t cut_most; /* after at most so many bytes */
    size_t cut_least;
    int changes_at;        /* request number from which on it is another object */
    bool changes_silently; /* If-Match is not looked at */
    int broken_first;      /* requests from this one on, ... */
    int broken_count;      /* ... so many, end in 503 */
    bool ignores_ranges;
    int ignores_from; /* request number from which on it does; 0: see above */
    size_t at_most;   /* a range has no more bytes than that; 0: no limit */
    bool no_content_range;
    unsigned short seed[3];
    char text[256]; /* headers of the answer */
};

static struct {
    struct environment environment;
    struct fake_clock clock;
    struct rc_loop *loop;
    struct fake_server *server;
    struct rc_profile *profile;
    struct rc_aws *aws;
    struct object object;
} at;

static double half(void *ctx)
{
    (void)ctx;
    return 0.5;
}

static int begin(void **state)
{
    (void)state;
    memset(&at, 0, sizeof at);
    environment_begin(&at.environment);
    fake_clock_init(&at.clock);
    at.loop = rc_loop_new(&at.clock.clock, NULL);
    at.server = fake_server_new(at.loop);
    environment_set(&at.environment, "AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
    environment_set(&at.environment, "AWS_SECRET_ACCESS_KEY", "SECRETEXAMPLE");
    environment_set(&at.environment, "AWS_REGION", "eu-west-1");
    environment_set(&at.environment, "AWS_ENDPOINT_URL", fake_server_url(at.server));
    struct rc_error err;
    const struct rc_profile_options options = {.getenv = environment_get,
                                               .getenv_ctx = &at.environment};
    at.profile = rc_profile_load(&options, &err);
    assert_non_null(at.profile);
    at.aws =
        rc_aws_new(at.loop, &(struct rc_aws_options){.profile = at.profile, .chance = half}, &err);
    assert_non_null(at.aws);
    at.object = (struct object){.length = OBJECT_BYTES,
                                .etag = "\"one\"",
                                .version_id = "v1",
                                .changes_at = -1,
                                .broken_first = -1,
                                .seed = {1, 2, 3}};
    at.object.bytes = malloc(OBJECT_BYTES);
    assert_non_null(at.object.bytes);
    for (size_t i = 0; i < OBJECT_BYTES; i++)
        at.object.bytes[i] = (char)(i * 2654435761U >> 13);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    free(at.object.bytes);
    rc_aws_free(at.aws);
    rc_profile_free(at.profile);
    fake_server_free(at.server);
    rc_loop_free(at.loop);
    environment_end(&at.environment);
    return 0;
}

/* ----- the server ----- */

static bool range_of(const struct fake_request *request, size_t *first, size_t *last)
{
    const char *text = fake_request_header(request, "Range");
    *first = 0;
    *last = at.object.length - 1;
    if (!text || at.object.ignores_ranges)
        return false;
    assert_memory_equal(text, "bytes=", 6);
    char *stop;
    *first = strtoull(text + 6, &stop, 10);
    assert_int_equal(*stop, '-');
    if (stop[1])
        *last = strtoull(stop + 1, NULL, 10);
    if (*last >= at.object.length)
        *last = at.object.length - 1;
    if (at.object.at_most && *last - *first >= at.object.at_most)
        *last = *first + at.object.at_most - 1;
    return true;
}

static void refuse(struct fake_answer *answer, int status, const char *body)
{
    *answer = (struct fake_answer){.status = status, .body = body};
}

static bool refused(struct object *object, const struct fake_request *request, int number,
                    struct fake_answer *answer)
{
    size_t first;
    size_t last;
    const char *expected = fake_request_header(request, "If-Match");
    bool range = range_of(request, &first, &last);
    if (object->broken_first >= 0 && number >= object->broken_first &&
        number < object->broken_first + object->broken_count)
        refuse(answer, 503, "<Error><Code>SlowDown</Code><Message>later</Message></Error>");
    else if (expected && strcmp(expected, object->etag) != 0 && !object->changes_silently)
        refuse(answer, 412, "<Error><Code>PreconditionFailed</Code></Error>");
    else if (range && first >= object->length)
        refuse(answer, 416,
               "<Error><Code>InvalidRange</Code><Message>not satisfiable</Message></Error>");
    else
        return false;
    return true;
}

static void serve(void *ctx, const struct fake_request *request, struct fake_answer *answer)
{
    struct object *object = ctx;
    size_t first;
    size_t last;
    int number = object->requests++;
    if (number == object->changes_at)
        object->etag = "\"two\"";
    if (object->ignores_from > 0 && number >= object->ignores_from)
        object->ignores_ranges = true;
    if (refused(object, request, number, answer))
        return;
    bool range = range_of(request, &first, &last);
    int length = snprintf(object->text, sizeof object->text,
                          "ETag: %s\r\nx-amz-version-id: %s\r\nx-amz-meta-day: monday\r\n",
                          object->etag, object->version_id);
    if (range && !object->no_content_range)
        snprintf(object->text + length, sizeof object->text - (size_t)length,
                 "Content-Range: bytes %zu-%zu/%zu\r\n", first, last, object->length);
    *answer = (struct fake_answer){
        .status = range ? 206 : 200,
        .headers = object->text,
        .body = object->length ? object->bytes + first : "",
        .length = object->length ? last - first + 1 : 0,
    };
    if (object->cuts <= 0)
        return;
    object->cuts--;
    answer->cut = true;
    answer->cut_at = (int64_t)(object->cut_least + (size_t)nrand48(object->seed) %
                                                       (object->cut_most - object->cut_least + 1));
    answer->end = object->cuts % 2 ? FAKE_CLOSE : FAKE_RESET;
}

/* ----- the receiver ----- */

struct receiver {
    struct rc_s3_stream *stream;
    struct rc_buf bytes;
    int64_t first;
    int heads;
    int done;
    bool finished;
    int64_t size;
    int64_t length;
    char etag[32];
    char version_id[32];
    bool metadata;
    int pause_of; /* pauses at one of so many calls; 0: never */
    bool pause_at_resume;
    int64_t stop_at; /* -1: never */
    int pauses;
    unsigned short seed[3];
};

static void take_head(void *ctx, const struct rc_s3_stream_head *head)
{
    struct receiver *r = ctx;
    r->heads++;
    r->size = head->size_bytes;
    r->length = head->length_bytes;
    snprintf(r->etag, sizeof r->etag, "%s", head->etag);
    snprintf(r->version_id, sizeof r->version_id, "%s", head->version_id);
    r->metadata = head->http && rc_http_header(head->http, "x-amz-meta-day");
}

static enum rc_http_taken take(void *ctx, int64_t offset, const char *bytes, size_t length)
{
    struct receiver *r = ctx;
    assert_int_equal(r->heads, 1);
    assert_int_equal(offset, r->first + (int64_t)r->bytes.length);
    assert_true(length > 0);
    if (r->stop_at >= 0 && offset >= r->stop_at)
        return RC_HTTP_STOP;
    if (r->pause_of && nrand48(r->seed) % r->pause_of == 0) {
        r->pauses++;
        if (r->pause_at_resume)
            rc_s3_stream_resume(r->stream);
        return RC_HTTP_PAUSE;
    }
    assert_true(rc_buf_add(&r->bytes, bytes, length));
    return RC_HTTP_TAKEN;
}

static void stream_done(struct rc_s3_stream *stream, void *ctx)
{
    struct receiver *r = ctx;
    assert_ptr_equal(stream, r->stream);
    r->done++;
    r->finished = true;
}

static void start(struct receiver *r, struct rc_s3_stream_request request)
{
    if (!r->seed[0])
        *r = (struct receiver){.stop_at = -1, .seed = {7, 7, 7}};
    rc_buf_init(&r->bytes, OBJECT_BYTES);
    r->heads = r->done = 0;
    r->finished = false;
    r->first = request.first;
    request.bucket = "bucket";
    request.key = "a folder/object";
    request.head = take_head;
    request.take = take;
    request.done = stream_done;
    request.ctx = r;
    if (!request.part_bytes)
        request.part_bytes = PART_BYTES;
    fake_server_reply(at.server, serve, &at.object);
    r->stream = rc_s3_stream_start(at.aws, &request);
    assert_non_null(r->stream);
    assert_false(rc_s3_stream_ended(r->stream));
}

/* Runs to the end, and resumes whatever pauses. */
static void run(struct receiver *r)
{
    for (int i = 0; !r->finished; i++) {
        assert_true(i < 1000000);
        rc_loop_until(at.loop, &r->finished, r->pause_of ? 10 : FOREVER_MS);
        rc_s3_stream_resume(r->stream);
    }
}

static void check_bytes(const struct receiver *r, size_t first, size_t length)
{
    assert_int_equal(r->bytes.length, length);
    if (length)
        assert_memory_equal(r->bytes.data, at.object.bytes + first, length);
}

static void end_well(struct receiver *r, size_t first, size_t length)
{
    run(r);
    if (rc_s3_stream_fault(r->stream) != RC_AWS_NONE)
        fail_msg("%s", rc_s3_stream_text(r->stream));
    assert_int_equal(r->done, 1);
    assert_int_equal(r->heads, 1);
    assert_int_equal(r->size, at.object.length);
    assert_int_equal(r->length, length);
    assert_int_equal(rc_s3_stream_offset(r->stream), first + length);
    check_bytes(r, first, length);
    rc_s3_stream_free(r->stream);
    rc_buf_free(&r->bytes);
}

static void end_badly(struct receiver *r, enum rc_aws_fault fault, const char *words)
{
    run(r);
    if (rc_s3_stream_fault(r->stream) != fault || !strstr(rc_s3_stream_text(r->stream), words))
        fail_msg("%d: %s", (int)rc_s3_stream_fault(r->stream), rc_s3_stream_text(r->stream));
    assert_non_null(strstr(rc_s3_stream_text(r->stream), "s3://bucket/a folder/object: "));
    assert_int_equal(r->done, 1);
    check_bytes(r, (size_t)r->first, r->bytes.length); /* what came is right so far */
    rc_s3_stream_free(r->stream);
    rc_buf_free(&r->bytes);
}

static const char *sent_header(size_t request, const char *name)
{
    return fake_request_header(fake_server_request(at.server, request), name);
}

/* ----- in order ----- */

static void test_a_whole_object(void **state)
{
    (void)state;
    struct receiver r = {.seed = {0}};
    start(&r, (struct rc_s3_stream_request){.first = 0});
    end_well(&r, 0, OBJECT_BYTES);
    assert_string_equal(r.etag, "\"one\"");
    assert_string_equal(r.version_id, "v1");
    assert_true(r.metadata);
    assert_int_equal(fake_server_count(at.server), 1);
    assert_null(sent_header(0, "Range"));
    assert_null(sent_header(0, "If-Match"));
    assert_non_null(strstr(fake_server_request(at.server, 0)->target, "/bucket/a%20folder/object"));
}

static void test_ranges(void **state)
{
    (void)state;
    static const struct {
        size_t first;
        size_t length;
        size_t comes;
    } cases[] = {{0, 1, 1},
                 {OBJECT_BYTES - 1, 0, 1},
                 {1000, 5000, 5000},
                 {1000, 0, OBJECT_BYTES - 1000},
                 {OBJECT_BYTES - 10, 100, 10},
                 {0, 3 * PART_BYTES, 3 * PART_BYTES}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int parallel = 1; parallel < 5; parallel += 3) {
            struct receiver r = {.seed = {0}};
            start(&r, (struct rc_s3_stream_request){.first = (int64_t)cases[i].first,
                                                    .length = (int64_t)cases[i].length,
                                                    .parallel = parallel});
            end_well(&r, cases[i].first, cases[i].comes);
        }
    }
    assert_string_equal(sent_header(0, "Range"), "bytes=0-0");
}

static void test_an_empty_object(void **state)
{
    (void)state;
    at.object.length = 0;
    static const struct rc_s3_stream_request requests[] = {
        {.first = 0}, {.length = 10}, {.parallel = 4}};
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        struct receiver r = {.seed = {0}};
        start(&r, requests[i]);
        end_well(&r, 0, 0);
        assert_string_equal(r.etag, "\"one\"");
    }
}

static void test_a_start_behind_the_end(void **state)
{
    (void)state;
    struct receiver r = {.seed = {0}};
    start(&r, (struct rc_s3_stream_request){.first = OBJECT_BYTES + 1});
    end_badly(&r, RC_AWS_CLIENT, "InvalidRange");
    r = (struct receiver){.seed = {0}};
    at.object.ignores_ranges = true;
    start(&r, (struct rc_s3_stream_request){.first = OBJECT_BYTES + 1});
    end_badly(&r, RC_AWS_CLIENT, "there is no byte 200001");
}

/* ----- cuts ----- */

static void test_cuts_anywhere(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct receiver r = {.seed = {0}};
        at.object.seed[0] = (unsigned short)(round + 1);
        at.object.requests = 0;
        at.object.cuts = 6;
        at.object.cut_least = 1;
        at.object.cut_most = round % 2 ? 20000 : 100;
        size_t before = fake_server_count(at.server);
        start(&r, (struct rc_s3_stream_request){.first = round, .parallel = round % 3});
        end_well(&r, (size_t)round, (size_t)(OBJECT_BYTES - round));
        size_t after = fake_server_count(at.server);
        assert_int_equal(at.object.cuts, 0);
        for (size_t i = before + 1; i < after; i++) {
            assert_string_equal(sent_header(i, "If-Match"), "\"one\"");
            assert_non_null(strstr(fake_server_request(at.server, i)->target, "versionId=v1"));
        }
    }
}

static void test_cuts_and_pauses(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct receiver r = {.stop_at = -1, .pause_of = 3, .seed = {9, 9, (unsigned short)round}};
        r.pause_at_resume = round % 2;
        at.object.cuts = 4;
        at.object.cut_least = 1;
        at.object.cut_most = 15000;
        start(&r, (struct rc_s3_stream_request){.parallel = round % 5});
        end_well(&r, 0, OBJECT_BYTES);
        assert_true(r.pauses > 0);
    }
}

static void test_a_resume_before_the_pause_is_not_lost(void **state)
{
    (void)state;
    for (int parallel = 1; parallel < 5; parallel += 3) {
        struct receiver r = {
            .stop_at = -1, .pause_of = 3, .pause_at_resume = true, .seed = {5, 5, 5}};
        start(&r, (struct rc_s3_stream_request){.parallel = parallel});
        assert_true(rc_loop_until(at.loop, &r.finished, FOREVER_MS));
        assert_true(r.pauses > 0);
        end_well(&r, 0, OBJECT_BYTES);
    }
}

/* Answers without ranges that are cut before they come to what is wanted. */
static void test_progress_is_what_was_wanted(void **state)
{
    (void)state;
    struct receiver r = {.seed = {0}};
    at.object.ignores_ranges = true;
    at.object.cuts = 1000;
    at.object.cut_least = at.object.cut_most = 500;
    start(&r, (struct rc_s3_stream_request){.first = 1000});
    end_badly(&r, RC_AWS_NETWORK, "the connection ended");
    assert_int_equal(fake_server_count(at.server), rc_service_s3.retry->attempts);
}

static void test_a_connection_that_never_brings_a_byte(void **state)
{
    (void)state;
    struct receiver r = {.seed = {0}};
    at.object.cuts = 1000;
    start(&r, (struct rc_s3_stream_request){.first = 0}); /* cut right behind the head */
    end_badly(&r, RC_AWS_NETWORK, "the connection ended");
    assert_int_equal(fake_server_count(at.server), rc_service_s3.retry->attempts);
}

/* Each connection brings one byte, more of them than there are tokens for retries. */
static void test_a_connection_that_brings_next_to_nothing(void **state)
{
    (void)state;
    struct receiver r = {.seed = {0}};
    at.object.length = 300;
    at.object.cuts = 100000;
    at.object.cut_least = at.object.cut_most = 1;
    start(&r, (struct rc_s3_stream_request){.first = 0});
    run(&r);
    assert_int_equal(rc_s3_stream_resumes(r.stream), 299);
    end_well(&r, 0, 300);
}

static void test_errors_of_the_server_in_the_middle(void **state)
{
    (void)state;
    struct receiver r = {.seed = {0}};
    at.object.cuts = 1;
    at.object.cut_least = at.object.cut_most = 777;
    at.object.broken_first = 1;
    at.object.broken_count = 2;
    start(&r, (struct rc_s3_stream_request){.first = 0});
    end_well(&r, 0, OBJECT_BYTES);
    assert_int_equal(fake_server_count(at.server), 4);
    assert_string_equal(sent_header(3, "Range"), "bytes=777-199999");

    r = (struct receiver){.seed = {0}};
    at.object.cuts = 1;
    at.object.broken_first = at.object.requests + 1;
    at.object.broken_count = 1000;
    start(&r, (struct rc_s3_stream_request){.first = 0});
    end_badly(&r, RC_AWS_THROTTLED, "SlowDown");
}

static void test_a_silence_in_the_middle(void **state)
{
    (void)state;
    static const struct fake_answer answers[] = {
        {.headers = "ETag: \"x\"\r\n",
         .body = "0123456789",
         .cut = true,
         .cut_at = 4,
         .end = FAKE_SILENT},
        {.status = 206,
         .headers = "ETag: \"x\"\r\nContent-Range: bytes 4-9/10\r\n",
         .body = "456789"}};
    struct receiver r = {.seed = {0}};
    start(&r, (struct rc_s3_stream_request){.first = 0});
    fake_server_script(at.server, answers, 2);
    run(&r);
    assert_int_equal(rc_s3_stream_fault(r.stream), RC_AWS_NONE);
    assert_int_equal(rc_s3_stream_resumes(r.stream), 1);
    assert_string_equal(r.bytes.data, "0123456789");
    rc_s3_stream_free(r.stream);
    rc_buf_free(&r.bytes);
}

/* ----- another object ----- */

static void test_an_object_that_changes(void **state)
{
    (void)state;
    for (int silently = 0; silently < 2; silently++) {
        struct receiver r = {.seed = {0}};
        at.object.etag = "\"one\"";
        at.object.requests = 0;
        at.object.cuts = 1;
        at.object.cut_least = at.object.cut_most = 5000;
        at.object.changes_at = 1;
        at.object.changes_silently = silently;
        start(&r, (struct rc_s3_stream_request){.first = 0});
        end_badly(&r, RC_AWS_CONDITION, "not the one with ETag \"one\" any more");
        assert_int_equal(at.object.requests, 2);
    }
}

static void test_an_object_that_changes_while_parts_run(void **state)
{
    (void)state;
    struct receiver r = {.seed = {0}};
    at.object.changes_at = 5;
    start(&r, (struct rc_s3_stream_request){.parallel = 3});
    end_badly(&r, RC_AWS_CONDITION, "any more");
}

static void test_another_object_than_expected(void **state)
{
    (void)state;
    struct receiver r = {.seed = {0}};
    start(&r, (struct rc_s3_stream_request){.if_match = "\"zero\""});
    end_badly(&r, RC_AWS_CONDITION, "\"zero\"");
    assert_int_equal(r.heads, 0);
}

/* ----- servers that do otherwise ----- */

static void test_a_server_that_ignores_ranges(void **state)
{
    (void)state;
    at.object.ignores_ranges = true;
    for (int parallel = 1; parallel < 6; parallel += 4) {
        struct receiver r = {.seed = {0}};
        at.object.cuts = 2; /* fewer than attempts: the second may come short of the first */
        at.object.cut_least = 50000;
        at.object.cut_most = 150000;
        start(&r,
              (struct rc_s3_stream_request){.first = 1000, .length = 150000, .parallel = parallel});
        end_well(&r, 1000, 150000);
    }
    assert_true(fake_server_count(at.server) <= 8);
}

static void test_a_server_that_ignores_ranges_later(void **state)
{
    (void)state;
    for (int from = 1; from < 8; from++) {
        struct receiver r = {.seed = {0}};
        at.object.requests = 0;
        at.object.ignores_ranges = false;
        at.object.ignores_from = from;
        at.object.cuts = 2;
        at.object.cut_least = 1000;
        at.object.cut_most = 10000;
        start(&r, (struct rc_s3_stream_request){.parallel = 4});
        end_well(&r, 0, OBJECT_BYTES);
    }
}

static size_t zeros(void *ctx, int64_t offset, char *bytes, size_t room)
{
    (void)ctx;
    (void)offset;
    memset(bytes, 0, room);
    return room;
}

static void test_what_nobody_wants_is_not_read(void **state)
{
    (void)state;
    static const struct fake_answer huge = {
        .generate = zeros, .length = 1 << 30, .headers = "ETag: \"x\"\r\n"};
    struct receiver r = {.seed = {0}};
    start(&r, (struct rc_s3_stream_request){.length = 1000});
    fake_server_script(at.server, &huge, 1);
    run(&r);
    assert_int_equal(rc_s3_stream_fault(r.stream), RC_AWS_NONE);
    assert_int_equal(r.bytes.length, 1000);
    assert_true(fake_server_sent(at.server) < 1 << 26);
    rc_s3_stream_free(r.stream);
    rc_buf_free(&r.bytes);
}

static void test_a_server_that_gives_less_than_was_asked_for(void **state)
{
    (void)state;
    at.object.at_most = 30000;
    struct receiver r = {.seed = {0}};
    start(&r, (struct rc_s3_stream_request){.first = 1});
    end_well(&r, 1, OBJECT_BYTES - 1);
    assert_int_equal(fake_server_count(at.server), 7);
}

static void test_a_range_that_is_not_named(void **state)
{
    (void)state;
    at.object.no_content_range = true;
    struct receiver r = {.seed = {0}};
    start(&r, (struct rc_s3_stream_request){.first = 1});
    end_badly(&r, RC_AWS_MALFORMED, "does not say which bytes");
    assert_int_equal(r.bytes.length, 0);
}

static void test_ranges_that_cannot_be(void **state)
{
    (void)state;
    static const char *const ranges[] = {
        "bytes 2-9/10",  "bytes 1-9/9",   "bytes 9-1/10",  "bytes 1-9/*",
        "bytes -1-9/10", "bytes 1-9/10x", "octets 1-9/10", "bytes 1-9/99999999999999999999"};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        char headers[128];
        snprintf(headers, sizeof headers, "Content-Range: %s\r\n", ranges[i]);
        const struct fake_answer answer = {.status = 206, .headers = headers, .body = "123456789"};
        struct receiver r = {.seed = {0}};
        start(&r, (struct rc_s3_stream_request){.first = 1});
        fake_server_script(at.server, &answer, 1);
        end_badly(&r, RC_AWS_MALFORMED, "does not say which bytes");
    }
}

/* ----- several at once ----- */

static void test_parts_run_at_once_and_no_more_than_allowed(void **state)
{
    (void)state;
    struct receiver r = {.stop_at = -1, .pause_of = 1, .seed = {1, 1, 1}};
    start(&r, (struct rc_s3_stream_request){.parallel = 4});
    bool never = false;
    rc_loop_until(at.loop, &never, 20000);
    assert_int_equal(r.bytes.length, 0);
    assert_int_equal(fake_server_count(at.server), 4); /* the others wait for room */
    assert_string_equal(sent_header(0, "Range"), "bytes=0-16383");
    assert_int_equal(fake_server_connections(at.server), 4);
    r.pause_of = 0;
    rc_s3_stream_resume(r.stream);
    end_well(&r, 0, OBJECT_BYTES);
    assert_int_equal(fake_server_count(at.server), (OBJECT_BYTES + PART_BYTES - 1) / PART_BYTES);
}

/* ----- ending ----- */

static void test_the_receiver_stops(void **state)
{
    (void)state;
    for (int parallel = 1; parallel < 4; parallel += 2) {
        struct receiver r = {.stop_at = 50000, .seed = {1, 1, 1}};
        start(&r, (struct rc_s3_stream_request){.parallel = parallel});
        end_badly(&r, RC_AWS_STOPPED, "stopped by the receiver");
        assert_true(r.bytes.length < 120000);
    }
}

static void test_freeing_at_any_moment(void **state)
{
    (void)state;
    for (int moment = 0; moment < 60; moment++) {
        struct receiver r = {.stop_at = -1, .pause_of = 4, .seed = {1, 1, (unsigned short)moment}};
        at.object.cuts = 2;
        at.object.cut_most = 10000;
        start(&r, (struct rc_s3_stream_request){.parallel = moment % 4});
        for (int i = 0; i < moment && !r.done; i++) {
            rc_loop_run(at.loop);
            rc_s3_stream_resume(r.stream);
        }
        int done = r.done;
        rc_s3_stream_free(r.stream);
        bool never = false;
        rc_loop_until(at.loop, &never, 100);
        assert_int_equal(r.done, done);
        rc_buf_free(&r.bytes);
    }
}

static void test_waiting(void **state)
{
    (void)state;
    struct receiver r = {.stop_at = -1, .seed = {1, 1, 1}};
    struct rc_error err;
    start(&r, (struct rc_s3_stream_request){.first = 0});
    assert_true(rc_s3_stream_wait(r.stream, &err));
    check_bytes(&r, 0, OBJECT_BYTES);
    rc_s3_stream_free(r.stream);
    rc_buf_free(&r.bytes);
    at.object.etag = "\"two\"";
    start(&r, (struct rc_s3_stream_request){.if_match = "\"one\""});
    assert_false(rc_s3_stream_wait(r.stream, &err));
    assert_non_null(strstr(err.text, "s3://bucket/"));
    rc_s3_stream_free(r.stream);
    rc_buf_free(&r.bytes);
    assert_false(rc_s3_stream_wait(NULL, &err));
    assert_int_equal(err.code, RC_NOMEM);
}

int main(void)
{
#define STREAM_TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)
    const struct CMUnitTest tests[] = {
        STREAM_TEST(test_a_whole_object),
        STREAM_TEST(test_ranges),
        STREAM_TEST(test_an_empty_object),
        STREAM_TEST(test_a_start_behind_the_end),
        STREAM_TEST(test_cuts_anywhere),
        STREAM_TEST(test_cuts_and_pauses),
        STREAM_TEST(test_a_resume_before_the_pause_is_not_lost),
        STREAM_TEST(test_progress_is_what_was_wanted),
        STREAM_TEST(test_a_connection_that_never_brings_a_byte),
        STREAM_TEST(test_a_connection_that_brings_next_to_nothing),
        STREAM_TEST(test_errors_of_the_server_in_the_middle),
        STREAM_TEST(test_a_silence_in_the_middle),
        STREAM_TEST(test_an_object_that_changes),
        STREAM_TEST(test_an_object_that_changes_while_parts_run),
        STREAM_TEST(test_another_object_than_expected),
        STREAM_TEST(test_a_server_that_ignores_ranges),
        STREAM_TEST(test_a_server_that_ignores_ranges_later),
        STREAM_TEST(test_what_nobody_wants_is_not_read),
        STREAM_TEST(test_a_server_that_gives_less_than_was_asked_for),
        STREAM_TEST(test_a_range_that_is_not_named),
        STREAM_TEST(test_ranges_that_cannot_be),
        STREAM_TEST(test_parts_run_at_once_and_no_more_than_allowed),
        STREAM_TEST(test_the_receiver_stops),
        STREAM_TEST(test_freeing_at_any_moment),
        STREAM_TEST(test_waiting),
    };
    return cmocka_run_group_tests_name("s3_stream", tests, NULL, NULL);
}
