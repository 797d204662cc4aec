#include "aws/http.h"
#include "tests/aws/fake_clock.h"
#include "tests/aws/fake_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BIG = 300 << 10,
    PER_HOST = 4,
    CROWD = 100,
    ENDLESS_MOST = 16 << 20, /* sockets hold that much at most when nobody reads */
};

struct fixture {
    struct fake_clock fake;
    struct rc_loop *loop;
    struct rc_http *http;
    struct fake_server *server;
    char url[128];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    fake_clock_init(&f->fake);
    f->loop = rc_loop_new(&f->fake.clock, NULL);
    f->server = fake_server_new(f->loop);
    f->http =
        rc_http_new(f->loop, &(struct rc_http_options){.connections_per_host = PER_HOST}, NULL);
    *state = f;
    return f->http ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    rc_http_free(f->http);
    fake_server_free(f->server);
    rc_loop_free(f->loop);
    free(f);
    return 0;
}

/* What came of a transfer. */
struct outcome {
    bool done;
    int calls;
    struct rc_http_result result; /* its pointers are not valid any more */
    int status;
    char header[64]; /* value of X-Test */
    struct rc_buf body;
};

static void note(struct outcome *outcome, const struct rc_http_result *result)
{
    outcome->done = true;
    outcome->calls++;
    outcome->result = *result;
    outcome->status = result->head.status;
    const char *value = rc_http_header(&result->head, "x-test");
    snprintf(outcome->header, sizeof outcome->header, "%s", value ? value : "(none)");
    rc_buf_init(&outcome->body, SIZE_MAX / 2);
    assert_true(rc_buf_add(&outcome->body, result->body, result->body_length));
    assert_int_equal(result->body[result->body_length], 0);
    if (result->failure == RC_HTTP_OK)
        assert_string_equal(result->text, "");
    else
        assert_true(*result->text != 0);
}

static void note_done(void *ctx, const struct rc_http_result *result)
{
    note(ctx, result);
}

static const char *url_of(struct fixture *f, const char *target)
{
    snprintf(f->url, sizeof f->url, "%s%s", fake_server_url(f->server), target);
    return f->url;
}

/* Asks and waits. */
static void ask(struct fixture *f, struct rc_http_request request, struct outcome *outcome)
{
    memset(outcome, 0, sizeof *outcome);
    rc_buf_init(&outcome->body, SIZE_MAX / 2);
    if (!request.method)
        request.method = "GET";
    if (!request.url)
        request.url = url_of(f, "/");
    if (!request.done) {
        request.done = note_done;
        request.ctx = outcome;
    }
    struct rc_error err;
    if (!rc_http_send(f->http, &request, &err))
        fail_msg("%s", err.text);
    assert_int_equal(outcome->calls, 0); /* never from within send */
    assert_true(rc_loop_until(f->loop, &outcome->done, -1));
    assert_int_equal(outcome->calls, 1);
}

static void script(struct fixture *f, struct fake_answer answer)
{
    static struct fake_answer kept;
    kept = answer;
    fake_server_script(f->server, &kept, 1);
}

static const struct fake_request *last_request(const struct fixture *f)
{
    return fake_server_request(f->server, fake_server_count(f->server) - 1);
}

/* ----- what is sent ----- */

static void test_a_request_goes_out_as_it_stands(void **state)
{
    struct fixture *f = *state;
    struct outcome got;
    script(f, (struct fake_answer){.headers = "X-Test:  one two \r\n", .body = "hello"});
    const struct rc_http_header headers[] = {
        {"X-First", "1"}, {"X-Empty", ""}, {"x-colon", "a:b"}, {"Authorization", "AWS4 x=y"}};
    ask(f,
        (struct rc_http_request){
            .url = url_of(f, "/a/../b//c%2F:d?uploads&y=%20&x=1&x=0"),
            .headers = headers,
            .header_count = 4,
        },
        &got);
    assert_int_equal(got.result.failure, RC_HTTP_OK);
    assert_int_equal(got.status, 200);
    assert_string_equal(got.header, "one two");
    assert_string_equal(got.body.data, "hello");
    assert_int_equal(got.result.body_received, 5);
    assert_true(got.result.sent_whole);
    const struct fake_request *request = last_request(f);
    assert_string_equal(request->method, "GET");
    assert_string_equal(request->target, "/a/../b//c%2F:d?uploads&y=%20&x=1&x=0");
    assert_string_equal(fake_request_header(request, "X-First"), "1");
    assert_string_equal(fake_request_header(request, "X-Empty"), "");
    assert_string_equal(fake_request_header(request, "x-colon"), "a:b");
    assert_string_equal(fake_request_header(request, "Authorization"), "AWS4 x=y");
    char host[64];
    snprintf(host, sizeof host, "127.0.0.1:%d", fake_server_port(f->server));
    assert_string_equal(fake_request_header(request, "Host"), host);
    assert_null(fake_request_header(request, "Accept"));
    assert_null(fake_request_header(request, "Expect"));
    assert_null(fake_request_header(request, "User-Agent"));
    assert_null(fake_request_header(request, "Content-Type"));
    assert_null(fake_request_header(request, "Content-Length"));
    assert_string_equal(fake_request_header(request, "Accept-Encoding"), "gzip, deflate");
    assert_int_equal(request->header_count, 6);
    assert_true(got.result.bytes_sent > 100);
    assert_true(got.result.bytes_received > 40);
    rc_buf_free(&got.body);
}

static void test_a_header_with_a_line_break_is_refused(void **state)
{
    struct fixture *f = *state;
    static const struct rc_http_header bad[] = {
        {"X-A", "1\r\nX-B: 2"}, {"X-A", "\n"}, {"X:A", "1"}, {"", "1"}, {"X\r", "1"}, {"X;", "1"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct outcome got = {.done = false};
        struct rc_error err;
        assert_null(rc_http_send(f->http,
                                 &(struct rc_http_request){.method = "GET",
                                                           .url = url_of(f, "/"),
                                                           .headers = &bad[i],
                                                           .header_count = 1,
                                                           .done = note_done,
                                                           .ctx = &got},
                                 &err));
        assert_int_equal(err.code, RC_USAGE);
    }
    assert_int_equal(fake_server_count(f->server), 0);
}

static void fill(char *bytes, size_t length, unsigned seed)
{
    for (size_t i = 0; i < length; i++) {
        seed = seed * 1103515245 + 12345;
        bytes[i] = (char)(seed >> 16);
    }
}

static void check_body_arrives(struct fixture *f, const char *method, const char *body,
                               size_t length)
{
    struct outcome got;
    ask(f, (struct rc_http_request){.method = method, .body = body, .body_length = length}, &got);
    const struct fake_request *request = last_request(f);
    assert_int_equal(got.status, 200);
    assert_string_equal(request->method, method);
    assert_int_equal(request->body_length, length);
    if (length)
        assert_memory_equal(request->body, body, length);
    char text[32];
    snprintf(text, sizeof text, "%zu", length);
    assert_string_equal(fake_request_header(request, "Content-Length"), text);
    assert_null(fake_request_header(request, "Content-Type"));
    assert_null(fake_request_header(request, "Expect"));
    assert_null(fake_request_header(request, "Transfer-Encoding"));
    assert_true(got.result.sent_whole);
    assert_true(got.result.bytes_sent >= (int64_t)length);
    rc_buf_free(&got.body);
}

static void test_bodies_from_memory(void **state)
{
    struct fixture *f = *state;
    script(f, (struct fake_answer){.body = "ok"});
    char *body = malloc(BIG);
    assert_non_null(body);
    fill(body, BIG, 7);
    static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE"};
    static const size_t lengths[] = {1, 100, 65535, 65536, 65537, BIG};
    for (size_t m = 0; m < sizeof methods / sizeof *methods; m++) {
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
            check_body_arrives(f, methods[m], body, lengths[i]);
    }
    check_body_arrives(f, "POST", NULL, 0);
    check_body_arrives(f, "PUT", "", 0);
    free(body);
    assert_int_equal(fake_server_connections(f->server), 1);
}

static void test_methods_without_a_body(void **state)
{
    struct fixture *f = *state;
    struct outcome got;
    script(f, (struct fake_answer){.headers = "X-Test: here\r\n", .body = "not for HEAD"});
    ask(f, (struct rc_http_request){.method = "HEAD"}, &got);
    assert_string_equal(last_request(f)->method, "HEAD");
    assert_int_equal(got.result.failure, RC_HTTP_OK);
    assert_string_equal(got.header, "here");
    assert_int_equal(got.body.length, 0);
    rc_buf_free(&got.body);
    ask(f, (struct rc_http_request){.method = "DELETE"}, &got);
    assert_string_equal(last_request(f)->method, "DELETE");
    assert_null(fake_request_header(last_request(f), "Content-Length"));
    assert_string_equal(got.body.data, "not for HEAD");
    rc_buf_free(&got.body);
}

static FILE *file_with(const char *bytes, size_t length)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fflush(file), 0);
    return file;
}

static void test_a_part_of_a_file(void **state)
{
    struct fixture *f = *state;
    struct outcome got;
    script(f, (struct fake_answer){.body = "ok"});
    char *bytes = malloc(BIG);
    assert_non_null(bytes);
    fill(bytes, BIG, 3);
    FILE *file = file_with(bytes, BIG);
    struct rc_http_file part = {.fd = fileno(file), .offset = 1000, .length = BIG - 3000};
    ask(f, (struct rc_http_request){.method = "PUT", .file = &part}, &got);
    assert_int_equal(got.status, 200);
    assert_int_equal(last_request(f)->body_length, BIG - 3000);
    assert_memory_equal(last_request(f)->body, bytes + 1000, BIG - 3000);
    rc_buf_free(&got.body);

    part = (struct rc_http_file){.fd = fileno(file), .offset = BIG - 10, .length = 11};
    ask(f, (struct rc_http_request){.method = "PUT", .file = &part}, &got);
    assert_int_equal(got.result.failure, RC_HTTP_OTHER);
    assert_non_null(strstr(got.result.text, "ended early"));
    assert_false(got.result.sent_whole);
    rc_buf_free(&got.body);
    fclose(file);
    free(bytes);
}

/* ----- connections ----- */

static void test_a_connection_is_kept(void **state)
{
    struct fixture *f = *state;
    struct outcome got;
    script(f, (struct fake_answer){.body = "ok"});
    for (int i = 0; i < 3; i++) {
        ask(f, (struct rc_http_request){.method = "GET"}, &got);
        rc_buf_free(&got.body);
        assert_int_equal(last_request(f)->connection, 1);
    }
    ask(f, (struct rc_http_request){.fresh = true}, &got);
    rc_buf_free(&got.body);
    assert_int_equal(last_request(f)->connection, 2);
}

static void test_a_kept_connection_that_is_dead_is_replaced(void **state)
{
    struct fixture *f = *state;
    struct outcome got;
    script(f, (struct fake_answer){.body = "ok"});
    ask(f, (struct rc_http_request){.method = "GET"}, &got);
    rc_buf_free(&got.body);
    fake_server_drop(f->server, false);
    ask(f, (struct rc_http_request){.method = "POST", .body = "x", .body_length = 1}, &got);
    assert_int_equal(got.status, 200);
    rc_buf_free(&got.body);
    assert_int_equal(last_request(f)->connection, 2);
}

/* The second request reaches the server, which then resets the connection. */
static void ask_on_a_connection_that_dies(struct fixture *f, bool fresh, struct outcome *got)
{
    static const struct fake_answer answers[] = {
        {.body = "ok"}, {FAKE_NOTHING, .end = FAKE_RESET}, {.body = "again"}};
    char *body = malloc(BIG);
    assert_non_null(body);
    fill(body, BIG, 21);
    fake_server_script(f->server, answers, 3);
    ask(f, (struct rc_http_request){.method = "GET"}, got);
    rc_buf_free(&got->body);
    ask(f,
        (struct rc_http_request){
            .method = "POST", .body = body, .body_length = BIG, .fresh = fresh},
        got);
    assert_int_equal(last_request(f)->body_length, BIG);
    assert_memory_equal(last_request(f)->body, body, BIG);
    free(body);
}

static void test_a_kept_connection_that_dies_under_a_request(void **state)
{
    struct fixture *f = *state;
    struct outcome got;
    ask_on_a_connection_that_dies(f, false, &got);
    assert_int_equal(got.result.failure, RC_HTTP_OK);
    assert_string_equal(got.body.data, "again");
    assert_int_equal(fake_server_count(f->server), 3); /* libcurl's doing */
    rc_buf_free(&got.body);
}

static void test_a_fresh_connection_that_dies_under_a_request(void **state)
{
    struct fixture *f = *state;
    struct outcome got;
    ask_on_a_connection_that_dies(f, true, &got);
    assert_int_equal(got.result.failure, RC_HTTP_CUT);
    assert_true(got.result.sent_whole);
    assert_int_equal(fake_server_count(f->server), 2);
    rc_buf_free(&got.body);
}

static void test_no_more_connections_than_allowed(void **state)
{
    struct fixture *f = *state;
    script(f, (struct fake_answer){.body = "ok", .delay_ms = 5000});
    struct outcome got[20];
    memset(got, 0, sizeof got);
    for (int i = 0; i < 20; i++)
        assert_non_null(rc_http_send(
            f->http,
            &(struct rc_http_request){
                .method = "GET", .url = url_of(f, "/"), .done = note_done, .ctx = &got[i]},
            NULL));
    int64_t start_ms = rc_loop_now_ms(f->loop);
    for (int i = 0; i < 20; i++) {
        /* Waiting for a free connection takes longer than RC_HTTP_CONNECT_MS. */
        assert_true(rc_loop_until(f->loop, &got[i].done, -1));
        assert_int_equal(got[i].status, 200);
        rc_buf_free(&got[i].body);
    }
    assert_int_equal(fake_server_connections(f->server), PER_HOST);
    assert_int_equal(rc_loop_now_ms(f->loop) - start_ms, 25000);
}

/* ----- what comes ----- */

static void test_answers_of_every_form(void **state)
{
    struct fixture *f = *state;
    struct outcome got;
    char *body = malloc(BIG);
    assert_non_null(body);
    fill(body, BIG, 11);
    const struct fake_answer forms[] = {
        {.body = body, .length = BIG},
        {.body = body, .length = BIG, .chunked = true},
        {.body = body, .length = BIG, .no_length = true},
        {.body = body, .length = BIG, .end = FAKE_CLOSE},
        {.body = body, .length = BIG, .piece_bytes = 10000, .piece_ms = 50},
        {.body = body, .length = BIG, .status = 404},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        script(f, forms[i]);
        ask(f, (struct rc_http_request){.method = "GET"}, &got);
        assert_int_equal(got.result.failure, RC_HTTP_OK);
        assert_int_equal(got.status, forms[i].status ? forms[i].status : 200);
        assert_int_equal(got.body.length, BIG);
        assert_memory_equal(got.body.data, body, BIG);
        assert_int_equal(got.result.body_received, BIG);
        rc_buf_free(&got.body);
    }
    free(body);
}

static void test_interim_answers_and_trailers_are_no_part_of_the_head(void **state)
{
    struct fixture *f = *state;
    struct outcome got;
    script(f, (struct fake_answer){
                  .interim = "HTTP/1.1 100 Continue\r\nX-Test: interim\r\n\r\n"
                             "HTTP/1.1 103 Early Hints\r\nX-Test: hints\r\n\r\n",
                  .status = 201,
                  .headers = "X-Other: 1\r\n",
                  .body = "ok",
              });
    ask(f, (struct rc_http_request){.method = "GET"}, &got);
    assert_int_equal(got.status, 201);
    assert_string_equal(got.header, "(none)");
    rc_buf_free(&got.body);
    char raw[2048]; /* a trailer so long that it would move the head in memory */
    snprintf(raw, sizeof raw,
             "HTTP/1.1 200 OK\r\nX-Test: head\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"
             "0\r\nX-Trailer: %01000d\r\nX-Test: trailer\r\n\r\n",
             1);
    script(f, (struct fake_answer){.raw = raw});
    ask(f, (struct rc_http_request){.method = "GET"}, &got);
    assert_int_equal(got.result.failure, RC_HTTP_OK);
    assert_string_equal(got.header, "head");
    assert_string_equal(got.body.data, "ok");
    rc_buf_free(&got.body);
    script(f, (struct fake_answer){.raw = "HTTP/1.1 100 Continue\r\nX-Test: interim\r\n\r\n",
                                   .end = FAKE_CLOSE});
    ask(f, (struct rc_http_request){.method = "GET", .fresh = true}, &got);
    assert_int_equal(got.result.failure, RC_HTTP_CUT);
    assert_int_equal(got.status, 0);
    rc_buf_free(&got.body);
}

static void test_a_redirect_is_an_answer(void **state)
{
    struct fixture *f = *state;
    struct outcome got;
    script(f, (struct fake_answer){.status = 307,
                                   .headers = "Location: http://127.0.0.1:1/\r\nX-Test: r\r\n"});
    ask(f, (struct rc_http_request){.method = "GET"}, &got);
    assert_int_equal(got.status, 307);
    assert_string_equal(got.header, "r");
    assert_int_equal(fake_server_count(f->server), 1);
    rc_buf_free(&got.body);
}

static const char gzipped[] = {31,  -117, 8,   0,  0,   0, 0,   0,   2,   3, -53, 72, -51, -55, -55,
                               -41, 81,   -56, 64, -94, 0, -97, -95, -54, 9, 19,  0,  0,   0};

static enum rc_http_taken take_all(void *ctx, const struct rc_http_head *head, const char *bytes,
                                   size_t length)
{
    struct outcome *outcome = ctx;
    assert_int_equal(head->status / 100, 2);
    assert_int_equal(outcome->calls, 0);
    assert_true(rc_buf_add(&outcome->body, bytes, length));
    return RC_HTTP_TAKEN;
}

static void done_of_sink(void *ctx, const struct rc_http_result *result)
{
    struct outcome *outcome = ctx;
    struct rc_buf taken = outcome->body;
    note(outcome, result);
    if (outcome->body.length == 0) {
        rc_buf_free(&outcome->body);
        outcome->body = taken;
    } else { /* an error, which was kept */
        assert_int_equal(taken.length, 0);
        rc_buf_free(&taken);
    }
}

static void test_kept_answers_are_unpacked_and_those_for_a_sink_are_not(void **state)
{
    struct fixture *f = *state;
    struct outcome got;
    script(f, (struct fake_answer){.headers = "Content-Encoding: gzip\r\n",
                                   .body = gzipped,
                                   .length = sizeof gzipped});
    ask(f, (struct rc_http_request){.method = "GET"}, &got);
    assert_string_equal(got.body.data, "hello, hello, hello");
    rc_buf_free(&got.body);
    ask(f, (struct rc_http_request){.sink = take_all, .done = done_of_sink, .ctx = &got}, &got);
    assert_int_equal(got.result.failure, RC_HTTP_OK);
    assert_int_equal(got.result.body_received, sizeof gzipped);
    assert_null(fake_request_header(last_request(f), "Accept-Encoding"));
    rc_buf_free(&got.body);
}

static void test_an_answer_over_its_cap(void **state)
{
    struct fixture *f = *state;
    struct outcome got;
    script(f, (struct fake_answer){.body = "0123456789"});
    ask(f, (struct rc_http_request){.answer_cap_bytes = 10}, &got);
    assert_int_equal(got.result.failure, RC_HTTP_OK);
    rc_buf_free(&got.body);
    ask(f, (struct rc_http_request){.answer_cap_bytes = 9}, &got);
    assert_int_equal(got.result.failure, RC_HTTP_TOO_LARGE);
    assert_int_equal(got.status, 200);
    assert_non_null(strstr(got.result.text, "over 9 bytes"));
    rc_buf_free(&got.body);

    struct rc_buf headers;
    rc_buf_init(&headers, 2 * RC_HTTP_HEAD_CAP);
    for (int i = 0; i < 200; i++)
        rc_buf_printf(&headers, "X-%d: %01400d\r\n", i, i);
    assert_false(headers.failed);
    script(f, (struct fake_answer){.headers = headers.data});
    ask(f, (struct rc_http_request){.method = "GET"}, &got);
    assert_int_equal(got.result.failure, RC_HTTP_TOO_LARGE);
    assert_non_null(strstr(got.result.text, "headers"));
    rc_buf_free(&got.body);
    rc_buf_free(&headers);
}

/* ----- failures ----- */

static void expect_failure(struct fixture *f, struct rc_http_request request,
                           enum rc_http_failure failure, const char *words)
{
    struct outcome got;
    ask(f, request, &got);
    if (got.result.failure != failure || !strstr(got.result.text, words))
        fail_msg("%d: %s", (int)got.result.failure, got.result.text);
    rc_buf_free(&got.body);
}

static void test_a_refused_connection(void **state)
{
    struct fixture *f = *state;
    char place[64];
    fake_server_drop(f->server, true);
    snprintf(place, sizeof place, "127.0.0.1:%d: cannot connect: Connection refused",
             fake_server_port(f->server));
    expect_failure(f, (struct rc_http_request){.url = url_of(f, "/secret?X-Amz-Signature=1")},
                   RC_HTTP_CONNECT, place);
    struct outcome got;
    ask(f, (struct rc_http_request){.method = "POST", .body = "x", .body_length = 1}, &got);
    assert_false(got.result.sent_whole);
    assert_null(strstr(got.result.text, "secret"));
    rc_buf_free(&got.body);
}

static void test_a_connection_that_is_cut(void **state)
{
    struct fixture *f = *state;
    static const struct {
        struct fake_answer answer;
        int status;
        int64_t received;
    } cases[] = {
        {{.body = "0123456789", .cut = true, .cut_at = 4, .end = FAKE_CLOSE}, 200, 4},
        {{.body = "0123456789", .cut = true, .cut_at = 4, .end = FAKE_CLOSE, .chunked = true},
         200,
         4},
        {{.body = "0123456789", .cut = true, .cut_at = 0, .end = FAKE_CLOSE}, 200, 0},
        {{.raw = "HTTP/1.1 200 OK\r\nX-Te", .end = FAKE_CLOSE}, 0, 0},
        {{FAKE_NOTHING, .end = FAKE_CLOSE}, 0, 0},
        {{FAKE_NOTHING, .end = FAKE_RESET}, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct outcome got;
        script(f, cases[i].answer);
        ask(f,
            (struct rc_http_request){
                .method = "POST", .body = "x", .body_length = 1, .fresh = true},
            &got);
        assert_int_equal(got.result.failure, RC_HTTP_CUT);
        assert_int_equal(got.status, cases[i].status);
        assert_int_equal(got.result.body_received, cases[i].received);
        assert_true(got.result.sent_whole);
        assert_non_null(strstr(got.result.text, "the connection ended"));
        rc_buf_free(&got.body);
    }
    assert_int_equal(fake_server_count(f->server), 6); /* nothing was asked twice */
}

static void test_an_answer_that_is_no_http(void **state)
{
    struct fixture *f = *state;
    script(f, (struct fake_answer){.raw = "+OK POP3 ready\r\n", .end = FAKE_CLOSE});
    expect_failure(f, (struct rc_http_request){.fresh = true}, RC_HTTP_OTHER, "127.0.0.1");
}

static void test_bad_urls(void **state)
{
    struct fixture *f = *state;
    expect_failure(f, (struct rc_http_request){.url = "ftp://127.0.0.1/"}, RC_HTTP_OTHER, "ftp");
    expect_failure(f, (struct rc_http_request){.url = "http://"}, RC_HTTP_OTHER, "the URL");
}

static void test_a_host_that_there_is_not(void **state)
{
    (void)state;
    /* A label of over 63 letters: no name server needs to be asked (RFC 1035, 2.3.4).
     * The resolver is a thread, so this waits by the real clock. */
    struct rc_loop *loop = rc_loop_new(NULL, NULL);
    struct rc_http *http = rc_http_new(loop, NULL, NULL);
    assert_non_null(http);
    struct outcome got = {.done = false};
    static const char url[] =
        "http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.invalid/";
    struct rc_http_request request = {
        .method = "GET", .url = url, .no_proxy = true, .done = note_done, .ctx = &got};
    assert_non_null(rc_http_send(http, &request, NULL));
    assert_true(rc_loop_until(loop, &got.done, 60000));
    assert_int_equal(got.result.failure, RC_HTTP_RESOLVE);
    assert_non_null(strstr(got.result.text, "aaa.invalid:80: no such host"));
    rc_buf_free(&got.body);
    rc_http_free(http);
    rc_loop_free(loop);
}

/* ----- time ----- */

static void test_the_whole_time_is_limited(void **state)
{
    struct fixture *f = *state;
    int64_t start_ms = rc_loop_now_ms(f->loop);
    script(f, (struct fake_answer){FAKE_NOTHING, .end = FAKE_SILENT});
    expect_failure(f, (struct rc_http_request){.timeout_ms = 7000}, RC_HTTP_TIMEOUT,
                   "no whole answer within 7000 ms");
    assert_int_equal(rc_loop_now_ms(f->loop) - start_ms, 7000);
    script(f, (struct fake_answer){.body = "0123456789", .piece_bytes = 1, .piece_ms = 1000});
    expect_failure(f, (struct rc_http_request){.timeout_ms = 7000, .idle_timeout_ms = 2000},
                   RC_HTTP_TIMEOUT, "no whole answer within 7000 ms");
    assert_int_equal(rc_loop_now_ms(f->loop) - start_ms, 14000);
}

static void test_a_silence_is_limited(void **state)
{
    struct fixture *f = *state;
    struct outcome got;
    script(f, (struct fake_answer){.body = "0123456789", .piece_bytes = 1, .piece_ms = 1900});
    ask(f, (struct rc_http_request){.idle_timeout_ms = 2000}, &got);
    assert_int_equal(got.result.failure, RC_HTTP_OK);
    rc_buf_free(&got.body);
    int64_t start_ms = rc_loop_now_ms(f->loop);
    script(f, (struct fake_answer){
                  .body = "0123456789", .cut = true, .cut_at = 5, .end = FAKE_SILENT});
    expect_failure(f, (struct rc_http_request){.idle_timeout_ms = 2000}, RC_HTTP_TIMEOUT,
                   "no byte for 2000 ms");
    assert_int_equal(rc_loop_now_ms(f->loop) - start_ms, 2000);
}

static void test_the_time_to_connect_is_limited(void **state)
{
    struct fixture *f = *state;
    char url[64];
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", fake_server_port(f->server));
    int64_t start_ms = rc_loop_now_ms(f->loop);
    expect_failure(f, (struct rc_http_request){.url = url}, RC_HTTP_CONNECT,
                   "cannot connect: no connection within 3100 ms");
    assert_int_equal(rc_loop_now_ms(f->loop) - start_ms, RC_HTTP_CONNECT_MS);
    expect_failure(f, (struct rc_http_request){.url = url, .connect_timeout_ms = 50},
                   RC_HTTP_CONNECT, "within 50 ms");
    assert_int_equal(rc_loop_now_ms(f->loop) - start_ms, RC_HTTP_CONNECT_MS + 50);
}

struct dropper {
    struct rc_timer timer;
    struct fake_server *server;
};

static void drop_connections(struct rc_timer *timer)
{
    fake_server_drop(((struct dropper *)timer->ctx)->server, false);
}

static void test_a_handshake_that_fails(void **state)
{
    struct fixture *f = *state;
    char url[64];
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", fake_server_port(f->server));
    struct dropper dropper = {.server = f->server};
    dropper.timer = (struct rc_timer){.fire = drop_connections, .ctx = &dropper};
    rc_timer_set(f->loop, &dropper.timer, 100);
    expect_failure(f, (struct rc_http_request){.url = url}, RC_HTTP_TLS, "TLS failed");
    struct rc_http *http =
        rc_http_new(f->loop, &(struct rc_http_options){.ca_bundle = "/nowhere/bundle.pem"}, NULL);
    assert_non_null(http);
    struct outcome got = {.done = false};
    struct rc_http_request request = {.method = "GET", .url = url, .done = note_done, .ctx = &got};
    assert_non_null(rc_http_send(http, &request, NULL));
    assert_true(rc_loop_until(f->loop, &got.done, -1));
    assert_int_equal(got.result.failure, RC_HTTP_TLS);
    assert_non_null(strstr(got.result.text, "/nowhere/bundle.pem"));
    rc_buf_free(&got.body);
    rc_http_free(http);
}

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

/* ----- proxies ----- */

static void test_the_environments_proxy(void **state)
{
    struct fixture *f = *state;
    struct outcome got;
    struct fake_server *proxy = fake_server_new(f->loop);
    static const struct fake_answer through = {.body = "through the proxy"};
    static const struct fake_answer direct = {.body = "direct"};
    fake_server_script(proxy, &through, 1);
    fake_server_script(f->server, &direct, 1);
    setenv("http_proxy", fake_server_url(proxy), 1);
    ask(f, (struct rc_http_request){.url = url_of(f, "/a")}, &got);
    assert_string_equal(got.body.data, "through the proxy");
    assert_string_equal(fake_server_request(proxy, 0)->target, f->url);
    rc_buf_free(&got.body);
    ask(f, (struct rc_http_request){.no_proxy = true}, &got);
    assert_string_equal(got.body.data, "direct");
    rc_buf_free(&got.body);
    setenv("no_proxy", "127.0.0.1", 1);
    ask(f, (struct rc_http_request){.method = "GET"}, &got);
    assert_string_equal(got.body.data, "direct");
    rc_buf_free(&got.body);
    unsetenv("no_proxy");
    fake_server_drop(proxy, true);
    ask(f, (struct rc_http_request){.fresh = true}, &got);
    assert_int_equal(got.result.failure, RC_HTTP_CONNECT);
    assert_non_null(strstr(got.result.text, "Connection refused"));
    rc_buf_free(&got.body);
    unsetenv("http_proxy");
    fake_server_free(proxy);
}

/* A proxy's own answer to CONNECT is no answer to the request. */
static void test_a_proxy_that_refuses_to_connect(void **state)
{
    struct fixture *f = *state;
    struct fake_server *proxy = fake_server_new(f->loop);
    static const struct fake_answer refused = {.status = 407, .headers = "X-Test: proxy\r\n"};
    fake_server_script(proxy, &refused, 1);
    setenv("https_proxy", fake_server_url(proxy), 1);
    struct outcome got;
    ask(f, (struct rc_http_request){.url = "https://127.0.0.1:9/"}, &got);
    assert_string_equal(fake_server_request(proxy, 0)->method, "CONNECT");
    assert_int_equal(got.result.failure, RC_HTTP_CONNECT);
    assert_non_null(strstr(got.result.text, "407"));
    assert_int_equal(got.status, 0);
    rc_buf_free(&got.body);
    unsetenv("https_proxy");
    fake_server_free(proxy);
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
        HTTP_TEST(test_a_request_goes_out_as_it_stands),
        HTTP_TEST(test_a_header_with_a_line_break_is_refused),
        HTTP_TEST(test_bodies_from_memory),
        HTTP_TEST(test_methods_without_a_body),
        HTTP_TEST(test_a_part_of_a_file),
        HTTP_TEST(test_a_connection_is_kept),
        HTTP_TEST(test_a_kept_connection_that_is_dead_is_replaced),
        HTTP_TEST(test_a_kept_connection_that_dies_under_a_request),
        HTTP_TEST(test_a_fresh_connection_that_dies_under_a_request),
        HTTP_TEST(test_no_more_connections_than_allowed),
        HTTP_TEST(test_answers_of_every_form),
        HTTP_TEST(test_interim_answers_and_trailers_are_no_part_of_the_head),
        HTTP_TEST(test_a_redirect_is_an_answer),
        HTTP_TEST(test_kept_answers_are_unpacked_and_those_for_a_sink_are_not),
        HTTP_TEST(test_an_answer_over_its_cap),
        HTTP_TEST(test_a_refused_connection),
        HTTP_TEST(test_a_connection_that_is_cut),
        HTTP_TEST(test_an_answer_that_is_no_http),
        HTTP_TEST(test_bad_urls),
        cmocka_unit_test(test_a_host_that_there_is_not),
        HTTP_TEST(test_the_whole_time_is_limited),
        HTTP_TEST(test_a_silence_is_limited),
        HTTP_TEST(test_the_time_to_connect_is_limited),
        HTTP_TEST(test_a_handshake_that_fails),
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
        HTTP_TEST(test_the_environments_proxy),
        HTTP_TEST(test_a_proxy_that_refuses_to_connect),
        HTTP_TEST(test_a_crowd),
    };
    return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
