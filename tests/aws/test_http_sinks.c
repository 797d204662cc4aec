/* Answers that go to a sink, and requests that end or begin at any moment. */
#include "tests/aws/http_fixture.h"

/* ----- sinks ----- */

struct receiver {
    struct fixture *f;
    struct rc_http_transfer *transfer;
    struct rc_http_transfer *other;
    struct outcome outcome;
    struct outcome second;
    size_t taken;
    int calls;
    int pauses;
    bool pausing;
    size_t refused; /* bytes that were not taken */
    char refused_first;
};

static size_t letters(void *ctx, int64_t offset, char *bytes, size_t room)
{
    (void)ctx;
    for (size_t i = 0; i < room; i++)
        bytes[i] = (char)('a' + (offset + (int64_t)i) % 26);
    return room;
}

static void check_letters(struct receiver *r, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != (char)('a' + (r->taken + i) % 26))
            fail_msg("byte %zu is another", r->taken + i);
    }
}

static void receiver_done(void *ctx, const struct rc_http_result *result)
{
    note(&((struct receiver *)ctx)->outcome, result);
}

static void start(struct receiver *r, struct fixture *f,
                  enum rc_http_taken (*sink)(void *, const struct rc_http_head *, const char *,
                                             size_t))
{
    r->f = f;
    struct rc_http_request request = {
        .method = "GET", .url = url_of(f, "/"), .sink = sink, .done = receiver_done, .ctx = r};
    r->transfer = rc_http_send(f->http, &request, NULL);
    assert_non_null(r->transfer);
}

static enum rc_http_taken pause_each_other(void *ctx, const struct rc_http_head *head,
                                           const char *bytes, size_t length)
{
    struct receiver *r = ctx;
    assert_int_equal(head->status, 200);
    check_letters(r, bytes, length);
    r->pausing = !r->pausing;
    if (r->pausing) {
        r->pauses++;
        r->refused = length;
        r->refused_first = *bytes;
        return RC_HTTP_PAUSE;
    }
    assert_int_equal(*bytes, r->refused_first); /* the same bytes come again */
    r->taken += length;
    return RC_HTTP_TAKEN;
}

static void test_a_sink_pauses(void **state)
{
    struct fixture *f = *state;
    struct receiver r = {.taken = 0};
    script(f, (struct fake_answer){.generate = letters, .length = BIG});
    start(&r, f, pause_each_other);
    while (!r.outcome.done) {
        int pauses = r.pauses;
        assert_false(rc_loop_until(f->loop, &r.outcome.done, 10000) && !r.outcome.done);
        if (r.pausing) {
            assert_int_equal(r.pauses, pauses + (pauses != r.pauses));
            rc_http_resume(r.transfer);
        }
    }
    assert_int_equal(r.outcome.result.failure, RC_HTTP_OK);
    assert_int_equal(r.taken, BIG);
    assert_int_equal(r.outcome.result.body_received, BIG);
    assert_int_equal(r.outcome.result.body_length, 0);
    assert_true(r.pauses > 3);
    rc_buf_free(&r.outcome.body);
}

static enum rc_http_taken resume_then_pause(void *ctx, const struct rc_http_head *head,
                                            const char *bytes, size_t length)
{
    struct receiver *r = ctx;
    (void)head;
    check_letters(r, bytes, length);
    r->pausing = !r->pausing;
    if (r->pausing) {
        rc_http_resume(r->transfer); /* whoever frees the room may be faster than we are */
        return RC_HTTP_PAUSE;
    }
    r->taken += length;
    return RC_HTTP_TAKEN;
}

static void test_a_resume_before_the_pause_is_not_lost(void **state)
{
    struct fixture *f = *state;
    struct receiver r = {.taken = 0};
    script(f, (struct fake_answer){.generate = letters, .length = BIG});
    start(&r, f, resume_then_pause);
    assert_true(rc_loop_until(f->loop, &r.outcome.done, -1));
    assert_int_equal(r.outcome.result.failure, RC_HTTP_OK);
    assert_int_equal(r.taken, BIG);
    rc_buf_free(&r.outcome.body);
}

static enum rc_http_taken always_pause(void *ctx, const struct rc_http_head *head,
                                       const char *bytes, size_t length)
{
    struct receiver *r = ctx;
    (void)head;
    check_letters(r, bytes, length);
    r->pauses++;
    return RC_HTTP_PAUSE;
}

static void test_a_paused_transfer_holds_the_sender_back_and_is_not_idle(void **state)
{
    struct fixture *f = *state;
    struct receiver r = {.f = f};
    script(f, (struct fake_answer){.generate = letters});
    struct rc_http_request request = {.method = "GET",
                                      .url = url_of(f, "/"),
                                      .sink = always_pause,
                                      .done = receiver_done,
                                      .ctx = &r,
                                      .idle_timeout_ms = 1000,
                                      .timeout_ms = 50000};
    r.transfer = rc_http_send(f->http, &request, NULL);
    assert_non_null(r.transfer);
    assert_false(rc_loop_until(f->loop, &r.outcome.done, 20000));
    assert_int_equal(r.pauses, 1);
    assert_true(fake_server_sent(f->server) < ENDLESS_MOST);
    rc_http_resume(r.transfer);
    assert_true(rc_loop_until(f->loop, &r.outcome.done, -1));
    assert_int_equal(r.outcome.result.failure, RC_HTTP_TIMEOUT);
    assert_non_null(strstr(r.outcome.result.text, "50000"));
    rc_buf_free(&r.outcome.body);
}

static enum rc_http_taken stop_later(void *ctx, const struct rc_http_head *head, const char *bytes,
                                     size_t length)
{
    struct receiver *r = ctx;
    (void)head;
    (void)bytes;
    r->taken += length;
    if (r->taken <= BIG)
        return RC_HTTP_TAKEN;
    r->taken -= length;
    return RC_HTTP_STOP;
}

static void test_a_sink_stops(void **state)
{
    struct fixture *f = *state;
    struct receiver r = {.f = f};
    script(f, (struct fake_answer){.generate = letters});
    start(&r, f, stop_later);
    assert_true(rc_loop_until(f->loop, &r.outcome.done, -1));
    assert_int_equal(r.outcome.result.failure, RC_HTTP_STOPPED);
    assert_int_equal(r.outcome.result.body_received, r.taken);
    rc_buf_free(&r.outcome.body);
}

static enum rc_http_taken pause_then_stop(void *ctx, const struct rc_http_head *head,
                                          const char *bytes, size_t length)
{
    struct receiver *r = ctx;
    (void)head;
    (void)bytes;
    (void)length;
    return r->pauses++ ? RC_HTTP_STOP : RC_HTTP_PAUSE;
}

static void test_a_sink_stops_when_it_is_resumed(void **state)
{
    struct fixture *f = *state;
    struct receiver r = {.f = f};
    script(f, (struct fake_answer){.generate = letters});
    start(&r, f, pause_then_stop);
    assert_false(rc_loop_until(f->loop, &r.outcome.done, 100));
    rc_http_resume(r.transfer);
    assert_int_equal(r.pauses, 2);
    assert_int_equal(r.outcome.calls, 0); /* done comes from rc_loop_run */
    assert_true(rc_loop_until(f->loop, &r.outcome.done, -1));
    assert_int_equal(r.outcome.result.failure, RC_HTTP_STOPPED);
    rc_buf_free(&r.outcome.body);
}

static void test_an_error_does_not_go_to_the_sink(void **state)
{
    struct fixture *f = *state;
    struct outcome got;
    script(f, (struct fake_answer){.status = 404, .body = "<Error/>"});
    ask(f, (struct rc_http_request){.sink = take_all, .done = done_of_sink, .ctx = &got}, &got);
    assert_int_equal(got.status, 404);
    assert_string_equal(got.body.data, "<Error/>");
    rc_buf_free(&got.body);
}

/* ----- ending and starting at any moment ----- */

static enum rc_http_taken cancel_itself(void *ctx, const struct rc_http_head *head,
                                        const char *bytes, size_t length)
{
    struct receiver *r = ctx;
    (void)head;
    (void)bytes;
    (void)length;
    r->calls++;
    rc_http_cancel(r->transfer);
    rc_http_cancel(r->transfer); /* once more does nothing while it is there */
    return RC_HTTP_TAKEN;
}

static enum rc_http_taken cancel_other(void *ctx, const struct rc_http_head *head,
                                       const char *bytes, size_t length)
{
    struct receiver *r = ctx;
    (void)head;
    (void)bytes;
    if (r->other)
        rc_http_cancel(r->other);
    r->other = NULL;
    r->taken += length;
    return RC_HTTP_TAKEN;
}

static void never_done(void *ctx, const struct rc_http_result *result)
{
    (void)ctx;
    (void)result;
    fail_msg("a cancelled transfer called back");
}

static void answer_no_post(void *ctx, const struct fake_request *request,
                           struct fake_answer *answer)
{
    (void)ctx;
    answer->generate = letters;
    answer->length = BIG;
    if (strcmp(request->method, "POST") == 0)
        *answer = (struct fake_answer){FAKE_NOTHING};
}

static void test_cancelling_before_anything(void **state)
{
    struct fixture *f = *state;
    struct rc_http_request request = {.method = "GET", .url = url_of(f, "/"), .done = never_done};
    struct rc_http_transfer *transfer = rc_http_send(f->http, &request, NULL);
    rc_http_cancel(transfer);
    bool never = false;
    rc_loop_until(f->loop, &never, 1000);
    assert_int_equal(fake_server_count(f->server), 0);
    transfer = rc_http_send(f->http, &request, NULL);
    rc_loop_run(f->loop);
    rc_loop_run(f->loop);
    rc_http_cancel(transfer);
    rc_loop_until(f->loop, &never, 1000);
}

static void test_cancelling_in_its_own_sink(void **state)
{
    struct fixture *f = *state;
    struct receiver r = {.f = f};
    script(f, (struct fake_answer){.generate = letters});
    start(&r, f, cancel_itself);
    rc_loop_until(f->loop, &r.outcome.done, 1000);
    assert_int_equal(r.calls, 1);
    assert_int_equal(r.outcome.calls, 0);
}

static void test_cancelling_another_in_a_sink(void **state)
{
    struct fixture *f = *state;
    fake_server_reply(f->server, answer_no_post, NULL);
    char *body = malloc(BIG);
    assert_non_null(body);
    fill(body, BIG, 5);
    struct rc_http_request other = {.method = "POST",
                                    .url = url_of(f, "/"),
                                    .body = body,
                                    .body_length = BIG,
                                    .done = never_done};
    struct receiver r = {.f = f, .other = rc_http_send(f->http, &other, NULL)};
    start(&r, f, cancel_other);
    bool never = false;
    while (r.other)
        rc_loop_until(f->loop, &never, 1);
    free(body); /* it is not looked at any more */
    rc_loop_until(f->loop, &never, 1);
    assert_int_equal(fake_server_open(f->server), 1);
    assert_true(rc_loop_until(f->loop, &r.outcome.done, -1));
    assert_int_equal(r.taken, BIG);
    rc_buf_free(&r.outcome.body);
}

static enum rc_http_taken send_another(void *ctx, const struct rc_http_head *head,
                                       const char *bytes, size_t length)
{
    struct receiver *r = ctx;
    (void)head;
    (void)bytes;
    r->taken += length;
    if (r->calls++ == 0) {
        struct rc_http_request request = {
            .method = "GET", .url = r->f->url, .done = note_done, .ctx = &r->second};
        assert_non_null(rc_http_send(r->f->http, &request, NULL));
        /* One that is cancelled before libcurl has seen it. */
        request.done = never_done;
        rc_http_cancel(rc_http_send(r->f->http, &request, NULL));
    }
    return RC_HTTP_TAKEN;
}

static void test_starting_another_in_a_sink(void **state)
{
    struct fixture *f = *state;
    struct receiver r = {.f = f};
    script(f, (struct fake_answer){.generate = letters, .length = BIG});
    start(&r, f, send_another);
    assert_true(rc_loop_until(f->loop, &r.outcome.done, -1));
    assert_true(rc_loop_until(f->loop, &r.second.done, -1));
    assert_int_equal(r.second.body.length, BIG);
    assert_int_equal(fake_server_count(f->server), 2);
    rc_buf_free(&r.outcome.body);
    rc_buf_free(&r.second.body);
}

static void cancel_in_done(void *ctx, const struct rc_http_result *result)
{
    struct receiver *r = ctx;
    rc_http_cancel(r->transfer); /* its own: it is gone anyhow */
    rc_http_cancel(r->other);
    note(&r->outcome, result);
    struct rc_http_request request = {
        .method = "GET", .url = r->f->url, .done = note_done, .ctx = &r->second};
    assert_non_null(rc_http_send(r->f->http, &request, NULL));
}

static void test_ending_and_starting_in_done(void **state)
{
    struct fixture *f = *state;
    script(f, (struct fake_answer){.body = "ok"});
    struct receiver r = {.f = f};
    struct rc_http_request request = {
        .method = "GET", .url = url_of(f, "/"), .done = cancel_in_done, .ctx = &r};
    r.transfer = rc_http_send(f->http, &request, NULL);
    static const struct fake_answer answers[] = {{.body = "ok"}, {FAKE_NOTHING}, {.body = "ok"}};
    fake_server_script(f->server, answers, 3);
    bool never = false;
    rc_loop_until(f->loop, &never, 0);
    request.done = never_done;
    r.other = rc_http_send(f->http, &request, NULL);
    assert_true(rc_loop_until(f->loop, &r.outcome.done, -1));
    fake_server_script(f->server, answers, 1);
    assert_true(rc_loop_until(f->loop, &r.second.done, -1));
    rc_buf_free(&r.outcome.body);
    rc_buf_free(&r.second.body);
}

static void test_freeing_with_transfers_in_flight(void **state)
{
    struct fixture *f = *state;
    static const struct fake_answer answers[] = {{.generate = letters}, {FAKE_NOTHING}};
    fake_server_script(f->server, answers, 2);
    struct receiver r = {.f = f};
    start(&r, f, always_pause);
    struct rc_http_request request = {.method = "GET", .url = url_of(f, "/"), .done = never_done};
    for (int i = 0; i < 10; i++)
        assert_non_null(rc_http_send(f->http, &request, NULL));
    bool never = false;
    rc_loop_until(f->loop, &never, 5);
    rc_http_free(f->http);
    f->http = NULL;
    rc_loop_until(f->loop, &never, 1000);
    assert_int_equal(r.outcome.calls, 0);
}

/* ----- many at once ----- */

struct guest {
    struct rc_http_transfer *transfer;
    struct receiver receiver;
    int ended;
    bool pause;
};

static enum rc_http_taken guest_takes(void *ctx, const struct rc_http_head *head, const char *bytes,
                                      size_t length)
{
    struct guest *guest = ctx;
    (void)head;
    check_letters(&guest->receiver, bytes, length);
    if (guest->pause) {
        guest->receiver.pausing = true;
        return RC_HTTP_PAUSE;
    }
    guest->receiver.taken += length;
    return RC_HTTP_TAKEN;
}

static void guest_done(void *ctx, const struct rc_http_result *result)
{
    struct guest *guest = ctx;
    guest->ended++;
    guest->transfer = NULL;
    if (result->failure == RC_HTTP_OK && result->head.status == 200)
        assert_int_equal(guest->receiver.taken, result->body_received);
}

static void crowd_reply(void *ctx, const struct fake_request *request, struct fake_answer *answer)
{
    unsigned short *seed = ctx;
    (void)request;
    long what = nrand48(seed) % 10;
    answer->generate = letters;
    answer->length = (size_t)(nrand48(seed) % 200000) + 1;
    answer->delay_ms = nrand48(seed) % 30;
    answer->chunked = what == 1;
    answer->cut = what > 7;
    answer->cut_at = nrand48(seed) % 1000 - 1;
    answer->end = what == 8 ? FAKE_RESET : what == 9 ? FAKE_CLOSE : FAKE_KEEP;
    answer->status = what == 2 ? 500 : 0;
}

static void act_on(struct fixture *f, struct guest *guest, long what)
{
    struct rc_http_request request = {.method = "GET",
                                      .url = f->url,
                                      .sink = guest_takes,
                                      .done = guest_done,
                                      .ctx = guest,
                                      .timeout_ms = 500};
    if (!guest->transfer) {
        guest->receiver = (struct receiver){.f = f};
        guest->pause = what == 1;
        struct rc_error err;
        guest->transfer = rc_http_send(f->http, &request, &err);
        if (!guest->transfer)
            fail_msg("%s", err.text);
    } else if (what == 0) {
        rc_http_cancel(guest->transfer);
        guest->transfer = NULL;
    } else {
        guest->pause = what == 1;
        rc_http_resume(guest->transfer);
    }
}

static void test_a_crowd(void **state)
{
    struct fixture *f = *state;
    unsigned short seed[3] = {9, 9, 9};
    struct guest *guests = calloc(CROWD, sizeof *guests);
    assert_non_null(guests);
    bool never = false;
    url_of(f, "/");
    fake_server_reply(f->server, crowd_reply, seed);
    for (int step = 0; step < 20 * CROWD; step++) {
        act_on(f, &guests[nrand48(seed) % CROWD], nrand48(seed) % 4);
        if (step % 5 == 0)
            rc_loop_until(f->loop, &never, nrand48(seed) % 10);
    }
    int ended = 0;
    for (int i = 0; i < CROWD; i++) {
        if (guests[i].transfer && i % 2)
            rc_http_cancel(guests[i].transfer);
        ended += guests[i].ended;
    }
    assert_true(ended > CROWD);
    rc_http_free(f->http);
    f->http = NULL;
    free(guests);
}

int main(void)
{
#define HTTP_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        HTTP_TEST(test_a_sink_pauses),
        HTTP_TEST(test_a_resume_before_the_pause_is_not_lost),
        HTTP_TEST(test_a_paused_transfer_holds_the_sender_back_and_is_not_idle),
        HTTP_TEST(test_a_sink_stops),
        HTTP_TEST(test_a_sink_stops_when_it_is_resumed),
        HTTP_TEST(test_an_error_does_not_go_to_the_sink),
        HTTP_TEST(test_cancelling_before_anything),
        HTTP_TEST(test_cancelling_in_its_own_sink),
        HTTP_TEST(test_cancelling_another_in_a_sink),
        HTTP_TEST(test_starting_another_in_a_sink),
        HTTP_TEST(test_ending_and_starting_in_done),
        HTTP_TEST(test_freeing_with_transfers_in_flight),
        HTTP_TEST(test_a_crowd),
    };
    return cmocka_run_group_tests_name("http sinks", tests, NULL, NULL);
}
