/* Requests and answers over aws/http.c. */
#include "tests/aws/http_fixture.h"

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
    };
    return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
