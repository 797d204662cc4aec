/* What aws/http.c does when nobody answers, too late, or wrongly, and behind a proxy. */
#include "tests/aws/http_fixture.h"

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

int main(void)
{
#define HTTP_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        HTTP_TEST(test_a_refused_connection),
        HTTP_TEST(test_a_connection_that_is_cut),
        HTTP_TEST(test_an_answer_that_is_no_http),
        HTTP_TEST(test_bad_urls),
        cmocka_unit_test(test_a_host_that_there_is_not),
        HTTP_TEST(test_the_whole_time_is_limited),
        HTTP_TEST(test_a_silence_is_limited),
        HTTP_TEST(test_the_time_to_connect_is_limited),
        HTTP_TEST(test_a_handshake_that_fails),
        HTTP_TEST(test_the_environments_proxy),
        HTTP_TEST(test_a_proxy_that_refuses_to_connect),
    };
    return cmocka_run_group_tests_name("http failures", tests, NULL, NULL);
}
