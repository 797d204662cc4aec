#include "aws/s3_stream.h"

#include "aws/client_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RANGE_BYTES = 64,        /* "bytes=…-…" */
    SLICE_BYTES = 256 << 10, /* buffered bytes are given in slices of so many */
    PLACE_CHARS = 200,       /* of bucket and key in an error */
};

/* A range that is asked for in a request of its own, and in another when that is cut. */
struct part {
    struct rc_s3_stream *stream;
    struct rc_call *call; /* NULL: not asked for, or all is there */
    struct rc_timer timer;
    int64_t end;         /* -1: not yet known */
    int64_t at;          /* next byte that is wanted */
    int64_t position;    /* next byte of the answer that comes */
    bool moved;          /* bytes of this answer were taken */
    bool advanced;       /* ... and some of them were wanted */
    bool paused;         /* the connection waits */
    int failures;        /* since wanted bytes came last */
    int cost;            /* tokens that taking it up has cost */
    struct rc_buf bytes; /* that wait for their turn */
    size_t given;        /* of these */
};

struct rc_s3_stream {
    struct rc_aws *aws;
    struct rc_s3_stream_request request; /* its texts are ours */
    char *etag;                          /* pinned; NULL: not known */
    char *version_id;
    int64_t size;       /* -1: not yet known */
    int64_t at;         /* next byte to be given */
    int64_t end;        /* -1: not yet known */
    int64_t next;       /* where the next part begins */
    struct part *parts; /* a ring of request.parallel */
    int oldest;
    int used;
    int resumes;
    bool whole; /* asked for without a range, because the object may be empty */
    bool paused;
    bool in_take;
    bool resumed; /* while take ran */
    bool ending;
    bool ended;
    enum rc_aws_fault fault;
    char code[64]; /* AWS's own, of the failure */
    struct rc_error err;
    struct rc_timer finish;
};

static void start_part(struct part *part);
static void fill(struct rc_s3_stream *stream);

static struct part *front(const struct rc_s3_stream *stream)
{
    return stream->used > 0 ? &stream->parts[stream->oldest] : NULL;
}

/* ----- the end ----- */

static void release_part(struct part *part)
{
    rc_timer_stop(part->stream->aws->loop, &part->timer);
    rc_call_free(part->call);
    part->call = NULL;
    rc_buf_clear(&part->bytes); /* its memory is for the next one */
}

static void release_parts(struct rc_s3_stream *stream)
{
    for (; stream->used > 0; stream->used--) {
        release_part(&stream->parts[stream->oldest]);
        stream->oldest = (stream->oldest + 1) % stream->request.parallel;
    }
    for (int i = 0; stream->parts && i < stream->request.parallel; i++)
        rc_buf_free(&stream->parts[i].bytes);
}

static void finish(struct rc_timer *timer)
{
    struct rc_s3_stream *stream = timer->ctx;
    release_parts(stream);
    stream->ended = true;
    if (stream->request.done)
        stream->request.done(stream, stream->request.ctx); /* which may free it */
}

/* From the loop and not from here, which may be within a sink. */
static void end(struct rc_s3_stream *stream)
{
    if (stream->ending)
        return;
    stream->ending = true;
    if (!rc_timer_set(stream->aws->loop, &stream->finish, 0))
        stream->ended = true; /* without memory: whoever waits is told at least */
}

/* err holds the sentence by then. */
static void fail(struct rc_s3_stream *stream, enum rc_aws_fault fault)
{
    if (stream->ending)
        return;
    rc_error_prefix(&stream->err, "s3://%.*s/%.*s", PLACE_CHARS / 2, stream->request.bucket,
                    PLACE_CHARS, stream->request.key);
    stream->fault = fault;
    end(stream);
}

static void fail_changed(struct rc_s3_stream *stream)
{
    rc_error_set(&stream->err, RC_DATA,
                 "the object is not the one with ETag %s any more; read it again from the start",
                 stream->etag ? stream->etag : "?");
    fail(stream, RC_AWS_CONDITION);
}

/* ----- the head of an answer ----- */

/* Digits and the mark behind them; gives what follows, or NULL. */
static const char *read_number(const char *text, const char *mark, int64_t *number)
{
    char *stop = NULL;
    if (!text || *text < '0' || *text > '9')
        return NULL;
    errno = 0;
    *number = strtoll(text, &stop, 10);
    size_t length = strlen(mark);
    return errno == 0 && strncmp(stop, mark, length) == 0 ? stop + length : NULL;
}

/* "bytes 0-1023/146515" (RFC 9110, 14.4). */
static bool read_content_range(const char *text, int64_t *first, int64_t *size)
{
    static const char unit[] = "bytes ";
    int64_t last;
    if (!text || strncmp(text, unit, sizeof unit - 1) != 0)
        return false;
    text = read_number(text + sizeof unit - 1, "-", first);
    text = read_number(text, "/", &last);
    text = read_number(text, "", size);
    return text && *text == 0 && last >= *first && *size > last;
}

static bool pin(char **to, const char *value)
{
    if (!value || *to)
        return true;
    *to = strdup(value);
    return *to != NULL;
}

/* The first answer says what will come. */
static bool begin(struct rc_s3_stream *stream, int64_t size, const char *etag,
                  const char *version_id, const struct rc_http_head *http)
{
    const struct rc_s3_stream_request *request = &stream->request;
    if (!pin(&stream->etag, etag) || !pin(&stream->version_id, version_id)) {
        rc_error_nomem(&stream->err);
        fail(stream, RC_AWS_MEMORY);
        return false;
    }
    if (request->first > size) {
        rc_error_set(&stream->err, RC_USAGE,
                     "there is no byte %" PRId64 ", the object has %" PRId64, request->first, size);
        fail(stream, RC_AWS_CLIENT);
        return false;
    }
    bool part = request->length > 0 && request->length < size - request->first;
    stream->size = size;
    stream->end = part ? request->first + request->length : size;
    const struct rc_s3_stream_head head = {
        .size_bytes = size,
        .length_bytes = stream->end - request->first,
        .etag = stream->etag ? stream->etag : "",
        .version_id = stream->version_id ? stream->version_id : "",
        .http = http,
    };
    if (request->head)
        request->head(request->ctx, &head);
    return true;
}

/* Where the answer begins; false when it cannot be used, which was said then. */
static bool read_head(struct part *part, const struct rc_http_head *head)
{
    struct rc_s3_stream *stream = part->stream;
    const char *etag = rc_http_header(head, "ETag");
    int64_t first = 0;
    int64_t size = 0;
    bool known = read_number(rc_http_header(head, "Content-Length"), "", &size);
    if (head->status == 206)
        known = read_content_range(rc_http_header(head, "Content-Range"), &first, &size);
    if (!known || first > part->at) {
        rc_error_set(&stream->err, RC_IO, "an answer that does not say which bytes it has");
        fail(stream, RC_AWS_MALFORMED);
        return false;
    }
    if ((stream->etag && etag && strcmp(stream->etag, etag) != 0) ||
        (stream->size >= 0 && stream->size != size)) {
        fail_changed(stream);
        return false;
    }
    if (stream->size < 0 &&
        !begin(stream, size, etag, rc_http_header(head, "x-amz-version-id"), head))
        return false;
    part->position = first;
    if (part->end < 0 || part->end > stream->end)
        part->end = stream->end;
    bool alone = part == front(stream) && stream->used == 1 && part->bytes.length == 0;
    if (head->status != 206 && alone) /* all comes in this answer */
        part->end = stream->end;
    if (stream->next < part->end)
        stream->next = part->end;
    fill(stream);
    return !stream->ending;
}

/* ----- giving ----- */

static enum rc_http_taken give(struct rc_s3_stream *stream, const char *bytes, size_t length)
{
    const struct rc_s3_stream_request *request = &stream->request;
    stream->in_take = true;
    stream->resumed = false;
    enum rc_http_taken taken = request->take(request->ctx, stream->at, bytes, length);
    stream->in_take = false;
    if (taken == RC_HTTP_TAKEN) {
        stream->at += (int64_t)length;
    } else if (taken == RC_HTTP_PAUSE) {
        stream->paused = !stream->resumed;
    } else {
        rc_error_set(&stream->err, RC_IO, "stopped by the receiver");
        fail(stream, RC_AWS_STOPPED);
    }
    return taken;
}

/* Gives what the part has kept. False when some of it is left. */
static bool give_kept(struct part *part)
{
    struct rc_s3_stream *stream = part->stream;
    while (part->given < part->bytes.length) {
        if (stream->paused || stream->ending)
            return false;
        size_t slice = part->bytes.length - part->given;
        if (slice > SLICE_BYTES)
            slice = SLICE_BYTES;
        if (give(stream, part->bytes.data + part->given, slice) == RC_HTTP_TAKEN)
            part->given += slice;
    }
    rc_buf_clear(&part->bytes);
    part->given = 0;
    return true;
}

/* The bytes that are wanted of those that came: at most those up to the part's end. */
static enum rc_http_taken take_wanted(struct part *part, const char *bytes, size_t length)
{
    struct rc_s3_stream *stream = part->stream;
    enum rc_http_taken taken = RC_HTTP_TAKEN;
    if (part != front(stream) || part->bytes.length > 0) {
        if (!rc_buf_add(&part->bytes, bytes, length)) {
            rc_error_nomem(&stream->err);
            fail(stream, RC_AWS_MEMORY);
            return RC_HTTP_STOP;
        }
    } else if (stream->paused) {
        part->paused = true;
        return RC_HTTP_PAUSE;
    } else {
        taken = give(stream, bytes, length);
        part->paused = stream->paused;
        if (taken == RC_HTTP_PAUSE && !stream->paused)
            rc_call_resume(part->call); /* that came before we paused */
    }
    if (taken == RC_HTTP_TAKEN) {
        part->at += (int64_t)length;
        part->advanced = true;
    }
    return taken;
}

static enum rc_http_taken take(void *ctx, const struct rc_http_head *head, const char *bytes,
                               size_t length)
{
    struct part *part = ctx;
    struct rc_s3_stream *stream = part->stream;
    /* Until bytes were taken this may be another attempt of the call. */
    if (stream->ending || (!part->moved && !read_head(part, head)))
        return RC_HTTP_STOP;
    int64_t before = part->at - part->position;
    size_t skipped = before > (int64_t)length ? length : (size_t)before;
    size_t wanted = length - skipped;
    if ((int64_t)wanted > part->end - part->at)
        wanted = (size_t)(part->end - part->at);
    enum rc_http_taken taken = RC_HTTP_TAKEN;
    if (wanted > 0)
        taken = take_wanted(part, bytes + skipped, wanted);
    if (taken != RC_HTTP_TAKEN)
        return taken;
    part->moved = true;
    part->position += (int64_t)length;
    return part->position > part->end ? RC_HTTP_STOP : RC_HTTP_TAKEN;
}

/* ----- parts ----- */

/* Asks for as many ranges as may run at once. Before the size is known: for the
 * first one alone. */
static void fill(struct rc_s3_stream *stream)
{
    const struct rc_s3_stream_request *request = &stream->request;
    while (!stream->ending && stream->used < request->parallel &&
           (stream->end < 0 ? stream->used == 0 : stream->next < stream->end)) {
        int place = (stream->oldest + stream->used) % request->parallel;
        struct part *part = &stream->parts[place];
        part->at = stream->next;
        part->end = request->parallel > 1 ? part->at + request->part_bytes : stream->end;
        if (stream->end >= 0 && part->end > stream->end)
            part->end = stream->end;
        else if (stream->end < 0 && request->length > 0 &&
                 (part->end < 0 || part->end > request->first + request->length))
            part->end = request->first + request->length;
        part->given = 0;
        part->cost = 0;
        part->failures = 0;
        part->paused = false;
        stream->next = part->end;
        stream->used++;
        start_part(part);
    }
}

static bool is_complete(const struct part *part)
{
    return part->end >= 0 && part->at >= part->end && !part->call && !part->timer.place;
}

/* Gives what is next in order, lets go of parts that are through, asks for more. */
static void deliver(struct rc_s3_stream *stream)
{
    struct part *part;
    while (!stream->ending && (part = front(stream)) && give_kept(part) && is_complete(part)) {
        release_part(part);
        stream->oldest = (stream->oldest + 1) % stream->request.parallel;
        stream->used--;
    }
    fill(stream);
    if (stream->used == 0)
        end(stream);
}

/* ----- calls ----- */

/* An empty object has no range at all: it is asked for without one. */
static bool may_be_empty(const struct part *part, const struct rc_aws_error *error)
{
    const struct rc_s3_stream *stream = part->stream;
    return error->status == 416 && !stream->whole && stream->size < 0 && stream->request.first == 0;
}

static bool was_cut(const struct part *part, const struct rc_aws_error *error)
{
    return part->moved && (error->fault == RC_AWS_NETWORK || error->fault == RC_AWS_TIMEOUT);
}

/* After wanted bytes came this is a first failure anew. Requests that bring none use
 * up the retries: of their call, or here, where an answer was cut before it had come
 * to what is wanted. */
static bool take_up(struct part *part)
{
    struct rc_s3_stream *stream = part->stream;
    struct rc_aws *aws = stream->aws;
    struct rc_retry_bucket *tokens = &aws->tokens[RC_SERVICE_S3];
    /* Bytes came, so what was paid for getting them is given back: however often a long
     * answer is cut, it ends only when nothing comes any more. */
    if (part->advanced && part->cost > 0) {
        rc_retry_succeeded(tokens, part->cost);
        part->cost = 0;
    }
    part->failures = part->advanced ? 1 : part->failures + 1;
    struct rc_retry retry = rc_retry_decide(rc_service_s3.retry, tokens, RC_RETRY_TRANSIENT,
                                            part->failures, rc_aws_chance(aws), -1);
    if (!retry.again)
        return false;
    part->cost += retry.cost;
    stream->resumes++;
    return rc_timer_set(aws->loop, &part->timer, retry.delay_ms);
}

static void part_failed(struct part *part, struct rc_call *call, const struct rc_aws_error *error)
{
    struct rc_s3_stream *stream = part->stream;
    if (may_be_empty(part, error)) {
        stream->whole = true;
        part->end = -1;
        start_part(part);
    } else if (error->status == 412) {
        fail_changed(stream);
    } else if (!was_cut(part, error) || !take_up(part)) {
        enum rc_aws_fault fault = error->fault;
        snprintf(stream->code, sizeof stream->code, "%s", error->code);
        rc_call_describe(call, &stream->err);
        fail(stream, fault);
    }
}

/* The answer ended in order. One that is empty has not been seen by `take`. */
static void part_came(struct part *part, const struct rc_s3_object_got *got)
{
    struct rc_s3_stream *stream = part->stream;
    if (stream->size < 0 && got->content_length_bytes == 0 &&
        begin(stream, 0, got->etag, got->version_id, NULL)) {
        part->end = stream->end;
        stream->next = stream->end;
    }
    if (stream->ending || part->at >= part->end)
        return;
    if (part->advanced && take_up(part)) /* fewer bytes than were asked for */
        return;
    rc_error_set(&stream->err, RC_IO, "the answer ended at byte %" PRId64 " of %" PRId64, part->at,
                 part->end);
    fail(stream, RC_AWS_MALFORMED);
}

static void part_done(struct rc_call *call, void *ctx)
{
    struct part *part = ctx;
    struct rc_s3_stream *stream = part->stream;
    const struct rc_aws_error *error = rc_call_error(call);
    part->call = NULL;
    part->paused = false;
    bool through = part->end >= 0 && part->at >= part->end;
    if (through && part->cost > 0)
        rc_retry_succeeded(&stream->aws->tokens[RC_SERVICE_S3], part->cost);
    if (!stream->ending && !error)
        part_came(part, rc_s3_get_object_answer(call));
    else if (!stream->ending && !through) /* cut behind its last byte: all the same */
        part_failed(part, call, error);
    rc_call_free(call);
    if (!stream->ending)
        deliver(stream);
}

static void start_again(struct rc_timer *timer)
{
    start_part(timer->ctx);
}

static void start_part(struct part *part)
{
    struct rc_s3_stream *stream = part->stream;
    const struct rc_s3_stream_request *request = &stream->request;
    char range[RANGE_BYTES];
    if (part->end >= 0)
        snprintf(range, sizeof range, "bytes=%" PRId64 "-%" PRId64, part->at, part->end - 1);
    else
        snprintf(range, sizeof range, "bytes=%" PRId64 "-", part->at);
    const struct rc_s3_get_object in = {
        .bucket = request->bucket,
        .key = request->key,
        .version_id = stream->version_id,
        .range = part->at == 0 && part->end < 0 ? NULL : range,
        .if_match = stream->etag,
        .expected_bucket_owner = request->expected_bucket_owner,
    };
    const struct rc_call_sink sink = {.take = take, .ctx = part};
    part->moved = false;
    part->advanced = false;
    part->call = rc_s3_get_object(stream->aws, &in, part_done, part);
    if (part->call) {
        rc_call_set_sink(part->call, &sink);
        return;
    }
    rc_error_nomem(&stream->err);
    fail(stream, RC_AWS_MEMORY);
}

/* ----- for those who call ----- */

static bool copy_text(const char **text)
{
    return !*text || (*text = strdup(*text));
}

/* Copies each, so that after a failure no foreign text is left to be released. */
static bool copy_texts(struct rc_s3_stream *stream)
{
    struct rc_s3_stream_request *request = &stream->request;
    bool well = copy_text(&request->bucket);
    well &= copy_text(&request->key);
    well &= copy_text(&request->expected_bucket_owner);
    well &= pin(&stream->version_id, request->version_id);
    well &= pin(&stream->etag, request->if_match);
    request->version_id = NULL;
    request->if_match = NULL;
    return well;
}

static void limit(struct rc_s3_stream_request *request)
{
    if (request->parallel < 1)
        request->parallel = 1;
    if (request->parallel > RC_S3_STREAM_PARALLEL)
        request->parallel = RC_S3_STREAM_PARALLEL;
    if (request->part_bytes <= 0)
        request->part_bytes = RC_S3_STREAM_PART_BYTES;
    if (request->part_bytes > RC_S3_STREAM_PART_MOST)
        request->part_bytes = RC_S3_STREAM_PART_MOST;
    if (request->first < 0)
        request->first = 0;
    if (request->length < 0 || request->length > INT64_MAX - request->first)
        request->length = 0;
}

struct rc_s3_stream *rc_s3_stream_start(struct rc_aws *aws,
                                        const struct rc_s3_stream_request *request)
{
    struct rc_s3_stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return NULL;
    stream->aws = aws;
    stream->request = *request;
    limit(&stream->request);
    stream->size = -1;
    stream->end = -1;
    stream->at = stream->next = stream->request.first;
    stream->finish = (struct rc_timer){.fire = finish, .ctx = stream};
    stream->parts = calloc((size_t)stream->request.parallel, sizeof *stream->parts);
    if (!copy_texts(stream) || !stream->parts) {
        rc_s3_stream_free(stream);
        return NULL;
    }
    for (int i = 0; i < stream->request.parallel; i++) {
        stream->parts[i].stream = stream;
        rc_buf_init(&stream->parts[i].bytes, (size_t)stream->request.part_bytes);
        stream->parts[i].timer = (struct rc_timer){.fire = start_again, .ctx = &stream->parts[i]};
    }
    fill(stream);
    return stream;
}

void rc_s3_stream_free(struct rc_s3_stream *stream)
{
    if (!stream)
        return;
    rc_timer_stop(stream->aws->loop, &stream->finish);
    release_parts(stream);
    free(stream->parts);
    free(stream->etag);
    free(stream->version_id);
    free((char *)(uintptr_t)stream->request.expected_bucket_owner);
    free((char *)(uintptr_t)stream->request.key);
    free((char *)(uintptr_t)stream->request.bucket);
    free(stream);
}

void rc_s3_stream_resume(struct rc_s3_stream *stream)
{
    if (stream->in_take) {
        stream->resumed = true;
        return;
    }
    if (stream->ending || !stream->paused)
        return;
    stream->paused = false;
    deliver(stream);
    struct part *part = front(stream);
    if (stream->ending || stream->paused || !part || !part->paused)
        return;
    part->paused = false;
    rc_call_resume(part->call);
}

bool rc_s3_stream_wait(struct rc_s3_stream *stream, struct rc_error *err)
{
    if (!stream) {
        rc_error_nomem(err);
        return false;
    }
    if (!rc_loop_until(stream->aws->loop, &stream->ended, -1)) {
        rc_error_set(err, RC_IO, "s3://%.*s/%.*s: nothing is left to wait for", PLACE_CHARS / 2,
                     stream->request.bucket, PLACE_CHARS, stream->request.key);
        return false;
    }
    if (stream->fault != RC_AWS_NONE && err)
        *err = stream->err;
    return stream->fault == RC_AWS_NONE;
}

bool rc_s3_stream_ended(const struct rc_s3_stream *stream)
{
    return stream->ended;
}

enum rc_aws_fault rc_s3_stream_fault(const struct rc_s3_stream *stream)
{
    return stream->fault;
}

const char *rc_s3_stream_code(const struct rc_s3_stream *stream)
{
    return stream->code;
}

const char *rc_s3_stream_text(const struct rc_s3_stream *stream)
{
    return stream->err.text;
}

int64_t rc_s3_stream_offset(const struct rc_s3_stream *stream)
{
    return stream->at;
}

int rc_s3_stream_resumes(const struct rc_s3_stream *stream)
{
    return stream->resumes;
}
