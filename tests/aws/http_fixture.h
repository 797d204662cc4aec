/* What the tests of aws/http.c share: a client and a server on one loop, and what became
 * of a request. */
#ifndef RC_TESTS_AWS_HTTP_FIXTURE_H
#define RC_TESTS_AWS_HTTP_FIXTURE_H

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

static inline int set_up(void **state)
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

static inline int tear_down(void **state)
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

static inline void note(struct outcome *outcome, const struct rc_http_result *result)
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

static inline void note_done(void *ctx, const struct rc_http_result *result)
{
    note(ctx, result);
}

static inline const char *url_of(struct fixture *f, const char *target)
{
    snprintf(f->url, sizeof f->url, "%s%s", fake_server_url(f->server), target);
    return f->url;
}

/* Asks and waits. */
static inline void ask(struct fixture *f, struct rc_http_request request, struct outcome *outcome)
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

static inline void script(struct fixture *f, struct fake_answer answer)
{
    static struct fake_answer kept;
    kept = answer;
    fake_server_script(f->server, &kept, 1);
}

static inline const struct fake_request *last_request(const struct fixture *f)
{
    return fake_server_request(f->server, fake_server_count(f->server) - 1);
}

static inline void fill(char *bytes, size_t length, unsigned seed)
{
    for (size_t i = 0; i < length; i++) {
        seed = seed * 1103515245 + 12345;
        bytes[i] = (char)(seed >> 16);
    }
}

static inline enum rc_http_taken take_all(void *ctx, const struct rc_http_head *head,
                                          const char *bytes, size_t length)
{
    struct outcome *outcome = ctx;
    assert_int_equal(head->status / 100, 2);
    assert_int_equal(outcome->calls, 0);
    assert_true(rc_buf_add(&outcome->body, bytes, length));
    return RC_HTTP_TAKEN;
}

static inline void done_of_sink(void *ctx, const struct rc_http_result *result)
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

#endif
