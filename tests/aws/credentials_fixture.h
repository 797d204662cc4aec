/* What the tests of credentials share: a client whose files, environment and servers are
 * the test's, and what became of its keys. */
#ifndef RC_TESTS_AWS_CREDENTIALS_FIXTURE_H
#define RC_TESTS_AWS_CREDENTIALS_FIXTURE_H

#include "aws/client_internal.h"
#include "aws/secret.h"
#include "aws/sts.h"
#include "tests/aws/environment.h"
#include "tests/aws/fake_clock.h"
#include "tests/aws/fake_server.h"

#include <time.h>

/* ----- a client whose world is made by the test ----- */

enum { ROUTES = 8, MINUTE_MS = 60 * 1000 };

struct route {
    const char *method, *target; /* NULL: any */
    const char *has;             /* in the body; NULL: anything */
    int status;
    const char *body;
};

static struct environment here;
static struct fake_clock fake;
static struct rc_loop *loop;
static struct fake_server *server;
static struct rc_profile *profile;
static struct rc_aws *aws;
static struct route routes[ROUTES];
static size_t route_count;
static const char *mfa_code;
static int mfa_asked;

static inline bool matches(const struct route *route, const struct fake_request *request)
{
    return (!route->method || strcmp(route->method, request->method) == 0) &&
           (!route->target || strcmp(route->target, request->target) == 0) &&
           (!route->has || strstr(request->body, route->has));
}

static inline void reply(void *ctx, const struct fake_request *request, struct fake_answer *answer)
{
    (void)ctx;
    for (size_t i = 0; i < route_count; i++) {
        if (!matches(&routes[i], request))
            continue;
        answer->status = routes[i].status;
        answer->body = routes[i].body;
        return;
    }
    answer->status = 404;
    answer->body = "no such route";
}

static inline void route(const char *method, const char *target, const char *has, int status,
                         const char *body)
{
    assert_true(route_count < ROUTES);
    routes[route_count++] = (struct route){method, target, has, status, body};
}

static inline double half(void *ctx)
{
    (void)ctx;
    return 0.5;
}

static inline bool ask_mfa(void *ctx, const char *serial, char *code, size_t room)
{
    (void)ctx;
    mfa_asked++;
    assert_string_equal(serial, "arn:aws:iam::1:mfa/me");
    if (mfa_code)
        snprintf(code, room, "%s", mfa_code);
    return mfa_code != NULL;
}

static inline int begin_with(const struct rc_clock *clock)
{
    struct rc_error err = {0};
    environment_begin(&here);
    loop = rc_loop_new(clock, &err);
    if (!loop) {
        fail_msg("%s", err.text);
        abort();
    }
    server = fake_server_new(loop);
    fake_server_reply(server, reply, NULL);
    profile = NULL;
    aws = NULL;
    route_count = 0;
    mfa_code = NULL;
    mfa_asked = 0;
    environment_set(&here, "AWS_REGION", "eu-west-1");
    environment_set(&here, "AWS_ENDPOINT_URL", fake_server_url(server));
    environment_set(&here, "AWS_EC2_METADATA_DISABLED", "true");
    return 0;
}

static inline int begin(void **state)
{
    (void)state;
    fake_clock_init(&fake);
    return begin_with(&fake.clock);
}

static inline int begin_real(void **state)
{
    (void)state;
    return begin_with(NULL);
}

static inline void close_client(void)
{
    rc_aws_free(aws);
    rc_profile_free(profile);
    aws = NULL;
    profile = NULL;
}

static inline int end(void **state)
{
    (void)state;
    close_client();
    fake_server_free(server);
    rc_loop_free(loop);
    environment_end(&here);
    return 0;
}

static inline void open_client(const char *name)
{
    struct rc_error err = {0};
    struct rc_profile_options from = {.name = name, .getenv = environment_get, .getenv_ctx = &here};
    profile = rc_profile_load(&from, &err);
    struct rc_aws_options options = {.profile = profile, .chance = half, .ask_mfa = ask_mfa};
    aws = profile ? rc_aws_new(loop, &options, &err) : NULL;
    if (!aws) {
        fail_msg("%s", err.text);
        abort();
    }
}

struct outcome {
    struct rc_credential_waiter waiter;
    struct rc_credentials keys;
    struct rc_error err;
    bool done;
    bool at_once; /* get gave them */
};

static inline void ready(struct rc_credential_waiter *waiter,
                         const struct rc_credentials *credentials, const struct rc_error *err)
{
    struct outcome *outcome = waiter->ctx;
    assert_false(outcome->done);
    outcome->done = true;
    if (credentials)
        assert_true(rc_credentials_copy(&outcome->keys, credentials));
    else
        outcome->err = *err;
}

static inline void ask(struct outcome *outcome)
{
    *outcome = (struct outcome){.waiter = {.ready = ready, .ctx = outcome}};
    const struct rc_credentials *keys = rc_credential_chain_get(aws->chain, &outcome->waiter);
    outcome->at_once = outcome->done = keys != NULL;
    if (keys)
        assert_true(rc_credentials_copy(&outcome->keys, keys));
}

static inline void await(struct outcome *outcome)
{
    /* A clock of a test stands when only descriptors are left, and gives them 20 ms; a process
     * that was killed may need longer to die. */
    enum { MOST_LOOKS = 3000 };
    for (int i = 0; i < MOST_LOOKS && !outcome->done; i++)
        rc_loop_until(loop, &outcome->done, -1);
    assert_true(outcome->done);
}

/* Asks and waits; the keys have to be these. token "": none. */
static inline void assert_keys(const char *access_key, const char *secret_key, const char *token)
{
    struct outcome outcome;
    ask(&outcome);
    await(&outcome);
    assert_string_equal(outcome.err.text, "");
    assert_string_equal(outcome.keys.access_key, access_key);
    assert_string_equal(outcome.keys.secret_key, secret_key);
    assert_string_equal(outcome.keys.session_token ? outcome.keys.session_token : "", token);
    rc_credentials_clear(&outcome.keys);
}

static inline void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" says nothing of \"%s\"", text, part);
}

/* Asks and waits; it has to fail with these words. */
static inline void assert_none(const char *what)
{
    struct outcome outcome;
    ask(&outcome);
    assert_false(outcome.at_once);
    await(&outcome);
    assert_null(outcome.keys.access_key);
    assert_has(outcome.err.text, what);
}

static inline void assert_source(const char *source)
{
    assert_string_equal(rc_aws_credentials_source(aws), source);
}

/* A time so many minutes from now, as STS and the others write it. */
static inline const char *in_minutes(int minutes)
{
    static char text[40];
    time_t then = (time_t)(rc_loop_unix_ms(loop) / 1000) + (time_t)minutes * 60;
    struct tm utc;
    gmtime_r(&then, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

static inline const char *sts_answer(char *text, size_t room, const char *operation,
                                     const char *name, int minutes)
{
    snprintf(text, room,
             "<%sResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><%sResult>"
             "<Credentials><AccessKeyId>ASIA%s</AccessKeyId><SecretAccessKey>secret-%s"
             "</SecretAccessKey><SessionToken>token-%s</SessionToken><Expiration>%s</Expiration>"
             "</Credentials></%sResult></%sResponse>",
             operation, operation, name, name, name, in_minutes(minutes), operation, operation);
    return text;
}

static inline const char *json_answer(char *text, size_t room, const char *name, int minutes)
{
    snprintf(text, room,
             "{\"Code\":\"Success\",\"AccessKeyId\":\"ASIA%s\",\"SecretAccessKey\":\"secret-%s\","
             "\"Token\":\"token-%s\",\"Expiration\":\"%s\"}",
             name, name, name, in_minutes(minutes));
    return text;
}

static inline void set_container(const char *path)
{
    char url[128];
    snprintf(url, sizeof url, "%s%s", fake_server_url(server), path);
    environment_set(&here, "AWS_CONTAINER_CREDENTIALS_FULL_URI", url);
}

#endif
