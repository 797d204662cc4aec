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

static bool matches(const struct route *route, const struct fake_request *request)
{
    return (!route->method || strcmp(route->method, request->method) == 0) &&
           (!route->target || strcmp(route->target, request->target) == 0) &&
           (!route->has || strstr(request->body, route->has));
}

static void reply(void *ctx, const struct fake_request *request, struct fake_answer *answer)
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

static void route(const char *method, const char *target, const char *has, int status,
                  const char *body)
{
    assert_true(route_count < ROUTES);
    routes[route_count++] = (struct route){method, target, has, status, body};
}

static double half(void *ctx)
{
    (void)ctx;
    return 0.5;
}

static bool ask_mfa(void *ctx, const char *serial, char *code, size_t room)
{
    (void)ctx;
    mfa_asked++;
    assert_string_equal(serial, "arn:aws:iam::1:mfa/me");
    if (mfa_code)
        snprintf(code, room, "%s", mfa_code);
    return mfa_code != NULL;
}

static int begin_with(const struct rc_clock *clock)
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

static int begin(void **state)
{
    (void)state;
    fake_clock_init(&fake);
    return begin_with(&fake.clock);
}

static int begin_real(void **state)
{
    (void)state;
    return begin_with(NULL);
}

static void close_client(void)
{
    rc_aws_free(aws);
    rc_profile_free(profile);
    aws = NULL;
    profile = NULL;
}

static int end(void **state)
{
    (void)state;
    close_client();
    fake_server_free(server);
    rc_loop_free(loop);
    environment_end(&here);
    return 0;
}

static void open_client(const char *name)
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

static void ready(struct rc_credential_waiter *waiter, const struct rc_credentials *credentials,
                  const struct rc_error *err)
{
    struct outcome *outcome = waiter->ctx;
    assert_false(outcome->done);
    outcome->done = true;
    if (credentials)
        assert_true(rc_credentials_copy(&outcome->keys, credentials));
    else
        outcome->err = *err;
}

static void ask(struct outcome *outcome)
{
    *outcome = (struct outcome){.waiter = {.ready = ready, .ctx = outcome}};
    const struct rc_credentials *keys = rc_credential_chain_get(aws->chain, &outcome->waiter);
    outcome->at_once = outcome->done = keys != NULL;
    if (keys)
        assert_true(rc_credentials_copy(&outcome->keys, keys));
}

static void await(struct outcome *outcome)
{
    if (!outcome->done)
        assert_true(rc_loop_until(loop, &outcome->done, -1));
}

/* Asks and waits; the keys have to be these. token "": none. */
static void assert_keys(const char *access_key, const char *secret_key, const char *token)
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

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" says nothing of \"%s\"", text, part);
}

/* Asks and waits; it has to fail with these words. */
static void assert_none(const char *what)
{
    struct outcome outcome;
    ask(&outcome);
    assert_false(outcome.at_once);
    await(&outcome);
    assert_null(outcome.keys.access_key);
    assert_has(outcome.err.text, what);
}

static void assert_source(const char *source)
{
    assert_string_equal(rc_aws_credentials_source(aws), source);
}

/* A time so many minutes from now, as STS and the others write it. */
static const char *in_minutes(int minutes)
{
    static char text[40];
    time_t then = (time_t)(rc_loop_unix_ms(loop) / 1000) + (time_t)minutes * 60;
    struct tm utc;
    gmtime_r(&then, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

static const char *sts_answer(char *text, size_t room, const char *operation, const char *name,
                              int minutes)
{
    snprintf(text, room,
             "<%sResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><%sResult>"
             "<Credentials><AccessKeyId>ASIA%s</AccessKeyId><SecretAccessKey>secret-%s"
             "</SecretAccessKey><SessionToken>token-%s</SessionToken><Expiration>%s</Expiration>"
             "</Credentials></%sResult></%sResponse>",
             operation, operation, name, name, name, in_minutes(minutes), operation, operation);
    return text;
}

static const char *json_answer(char *text, size_t room, const char *name, int minutes)
{
    snprintf(text, room,
             "{\"Code\":\"Success\",\"AccessKeyId\":\"ASIA%s\",\"SecretAccessKey\":\"secret-%s\","
             "\"Token\":\"token-%s\",\"Expiration\":\"%s\"}",
             name, name, name, in_minutes(minutes));
    return text;
}

/* ----- secret memory ----- */

static void test_secret_memory(void **state)
{
    (void)state;
    char *piece = rc_secret_alloc(100);
    assert_non_null(piece);
    for (int i = 0; i < 100; i++)
        assert_int_equal(piece[i], 0);
    assert_int_equal((uintptr_t)piece % _Alignof(max_align_t), 0);
    memset(piece, 'x', 100);
    rc_secret_free(piece);
    rc_secret_free(NULL);
    assert_null(rc_secret_alloc(RC_SECRET_BYTES + (size_t)1));
    char text[] = "secret";
    rc_secret_wipe(text, 6);
    assert_memory_equal(text, "\0\0\0\0\0\0", 7);
}

/* The kernel's own account: "dd" is set for pages that a core dump leaves out. */
static void test_secret_memory_is_not_dumped(void **state)
{
    (void)state;
    char *piece = rc_secret_alloc(10), line[512], range[64];
    FILE *maps = fopen("/proc/self/smaps", "re");
    bool inside = false, flags = false;
    assert_non_null(piece);
    if (!maps)
        skip();
    uintptr_t at = (uintptr_t)piece;
    while (fgets(line, sizeof line, maps)) {
        unsigned long long from, to;
        char *rest;
        snprintf(range, sizeof range, "%.60s", line);
        from = strtoull(range, &rest, 16);
        if (*rest == '-') {
            to = strtoull(rest + 1, NULL, 16);
            inside = at >= from && at < to;
        } else if (inside && strncmp(line, "VmFlags:", 8) == 0) {
            flags = true;
            assert_has(line, " dd");
        }
    }
    fclose(maps);
    rc_secret_free(piece);
    if (!flags)
        skip();
}

static void test_credentials_are_copied_and_cleared(void **state)
{
    (void)state;
    struct rc_credentials one = {0}, two = {0};
    assert_true(rc_credentials_set(&one, "key", "secret", NULL));
    assert_null(one.session_token);
    one.expires_unix_ms = 7;
    snprintf(one.source, sizeof one.source, "here");
    assert_true(rc_credentials_copy(&two, &one));
    assert_true(rc_credentials_set(&one, "other", "secret", "token"));
    assert_string_equal(one.session_token, "token");
    assert_string_equal(two.access_key, "key");
    assert_string_equal(two.secret_key, "secret");
    assert_string_equal(two.source, "here");
    assert_int_equal(two.expires_unix_ms, 7);
    rc_credentials_clear(&one);
    rc_credentials_clear(&two);
    rc_credentials_clear(&two);
    assert_null(one.access_key);
    assert_string_equal(two.source, "");
    char *huge = calloc(1, 20000);
    assert_non_null(huge);
    memset(huge, 'k', 19999);
    assert_false(rc_credentials_set(&one, huge, "s", NULL));
    assert_null(one.access_key);
    free(huge);
}

/* ----- environment and files ----- */

static void test_environment(void **state)
{
    (void)state;
    environment_set(&here, "AWS_ACCESS_KEY_ID", "AKIAENV");
    environment_set(&here, "AWS_SECRET_ACCESS_KEY", "env-secret");
    environment_write(&here, ".aws/credentials",
                      "[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = file\n"
                      "[other]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = other\n"
                      "aws_session_token = other-token\n"
                      "[old]\naws_access_key_id = AKIAOLD\naws_secret_access_key = old\n"
                      "aws_security_token = old-token\n");
    open_client(NULL);
    assert_source("");
    struct outcome outcome;
    ask(&outcome);
    assert_true(outcome.at_once); /* nothing to wait for */
    rc_credentials_clear(&outcome.keys);
    assert_keys("AKIAENV", "env-secret", "");
    assert_source("the environment");
    close_client();
    environment_set(&here, "AWS_SESSION_TOKEN", "env-token");
    open_client(NULL);
    assert_keys("AKIAENV", "env-secret", "env-token");
    close_client();
    open_client("other"); /* named: the environment does not count */
    assert_keys("AKIAOTHER", "other", "other-token");
    close_client();
    environment_set(&here, "AWS_PROFILE", "other");
    open_client(NULL); /* not named on the command line: it does */
    assert_keys("AKIAENV", "env-secret", "env-token");
    close_client();
    environment_set(&here, "AWS_ACCESS_KEY_ID", "");
    environment_set(&here, "AWS_PROFILE", "old");
    open_client(NULL);
    assert_keys("AKIAOLD", "old", "old-token");
    assert_has(rc_aws_credentials_source(aws), "profile old in /");
}

static void test_half_of_a_pair_is_an_error(void **state)
{
    (void)state;
    environment_write(&here, ".aws/credentials",
                      "[default]\naws_access_key_id = AKIAFILE\n"
                      "[good]\naws_access_key_id = AKIAGOOD\naws_secret_access_key = good\n");
    environment_write(&here, ".aws/config", "[profile c]\naws_access_key_id = AKIACONFIG\n");
    open_client(NULL);
    assert_none("/.aws/credentials: the profile \"default\" has aws_access_key_id and no "
                "aws_secret_access_key");
    close_client();
    open_client("c");
    assert_none("/.aws/config: the profile \"c\" has aws_access_key_id and no");
    close_client();
    environment_set(&here, "AWS_ACCESS_KEY_ID", "AKIAENV");
    open_client(NULL);
    assert_none("AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not");
}

static void test_the_order_of_files_and_processes(void **state)
{
    (void)state;
    environment_write(&here, ".aws/config",
                      "[default]\naws_access_key_id = AKIACONFIG\naws_secret_access_key = config\n"
                      "credential_process = echo nothing >&2; exit 3\n"
                      "[profile c]\naws_access_key_id = AKIAC\naws_secret_access_key = c\n");
    environment_write(&here, ".aws/credentials",
                      "[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = file\n");
    open_client(NULL);
    assert_keys("AKIAFILE", "file", "");
    close_client();
    environment_write(&here, ".aws/credentials", "");
    open_client(NULL);
    assert_none("credential_process of the profile \"default\" failed with exit code 3: nothing");
    close_client();
    open_client("c");
    assert_keys("AKIAC", "c", "");
}

static void test_nothing_anywhere(void **state)
{
    (void)state;
    open_client(NULL);
    struct outcome outcome;
    ask(&outcome);
    await(&outcome);
    assert_int_equal(outcome.err.code, RC_USAGE);
    static const char *const parts[] = {
        "no AWS credentials (environment: AWS_ACCESS_KEY_ID is not set; role: no role_arn; ",
        "web identity: no web_identity_token_file; SSO: no sso_account_id; ",
        "credentials file: no aws_access_key_id; process: no credential_process; ",
        "config file: no aws_access_key_id; container: no AWS_CONTAINER_CREDENTIALS_*_URI; ",
        ("instance: AWS_EC2_METADATA_DISABLED is true). Run `aws configure` or `aws sso login`, or "
         "name a profile that has some"),
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        assert_has(outcome.err.text, parts[i]);
    assert_none("no AWS credentials"); /* again, from the loop each time */
}

static void test_environment_that_expires(void **state)
{
    (void)state;
    environment_set(&here, "AWS_ACCESS_KEY_ID", "AKIAENV");
    environment_set(&here, "AWS_SECRET_ACCESS_KEY", "env-secret");
    environment_set(&here, "AWS_CREDENTIAL_EXPIRATION", "soon");
    open_client(NULL);
    assert_none("AWS_CREDENTIAL_EXPIRATION is no time");
    close_client();
    environment_set(&here, "AWS_CREDENTIAL_EXPIRATION", in_minutes(20));
    open_client(NULL);
    assert_keys("AKIAENV", "env-secret", "");
    fake_clock_pass(&fake, 19 * MINUTE_MS);
    assert_keys("AKIAENV", "env-secret", "");
    fake_clock_pass(&fake, 2 * MINUTE_MS);
    assert_none("the AWS credentials from the environment have expired");
}

/* ----- roles ----- */

static void set_container(const char *path)
{
    char url[128];
    snprintf(url, sizeof url, "%s%s", fake_server_url(server), path);
    environment_set(&here, "AWS_CONTAINER_CREDENTIALS_FULL_URI", url);
}

#define SOURCE                                                                                     \
    "[profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = base\n"                 \
    "aws_session_token = base-token\n"

static void test_a_role(void **state)
{
    (void)state;
    char text[1024];
    environment_write(&here, ".aws/config",
                      SOURCE "[profile role]\nrole_arn = arn:aws:iam::1:role/r\n"
                             "source_profile = base\nexternal_id = a&b\nduration_seconds = 900\n"
                             "role_session_name = me\n");
    route("POST", "/", "Action=AssumeRole&", 200,
          sts_answer(text, sizeof text, "AssumeRole", "ROLE", 60));
    open_client("role");
    assert_keys("ASIAROLE", "secret-ROLE", "token-ROLE");
    assert_source("profile role: role arn:aws:iam::1:role/r");
    assert_int_equal(fake_server_count(server), 1);
    const struct fake_request *request = fake_server_request(server, 0);
    assert_has(request->body, "Version=2011-06-15");
    assert_has(request->body, "RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr");
    assert_has(request->body, "ExternalId=a%26b");
    assert_has(request->body, "DurationSeconds=900");
    assert_has(request->body, "RoleSessionName=me");
    assert_null(strstr(request->body, "TokenCode"));
    assert_has(fake_request_header(request, "Authorization"), "Credential=AKIABASE/");
    assert_has(fake_request_header(request, "Authorization"), "/eu-west-1/sts/aws4_request");
    assert_string_equal(fake_request_header(request, "X-Amz-Security-Token"), "base-token");
}

static void test_roles_in_a_row(void **state)
{
    (void)state;
    char inner[1024], outer[1024];
    environment_write(&here, ".aws/config",
                      SOURCE "[profile outer]\nrole_arn = arn:outer\nsource_profile = inner\n"
                             "[profile inner]\nrole_arn = arn:inner\nsource_profile = base\n"
                             "[profile keyed]\nrole_arn = arn:inner\nsource_profile = base\n"
                             "aws_access_key_id = AKIAKEYED\naws_secret_access_key = keyed\n"
                             "[profile over]\nrole_arn = arn:outer\nsource_profile = keyed\n"
                             "[profile self]\nrole_arn = arn:outer\nsource_profile = self\n"
                             "aws_access_key_id = AKIASELF\naws_secret_access_key = self\n");
    route("POST", "/", "RoleArn=arn%3Ainner", 200,
          sts_answer(inner, sizeof inner, "AssumeRole", "INNER", 60));
    route("POST", "/", "RoleArn=arn%3Aouter", 200,
          sts_answer(outer, sizeof outer, "AssumeRole", "OUTER", 60));
    open_client("outer");
    assert_keys("ASIAOUTER", "secret-OUTER", "token-OUTER");
    assert_int_equal(fake_server_count(server), 2);
    const struct fake_request *request = fake_server_request(server, 0);
    assert_has(fake_request_header(request, "Authorization"), "Credential=AKIABASE/");
    assert_has(request->body, "RoleSessionName=reconctl-1793620800");
    request = fake_server_request(server, 1);
    assert_has(fake_request_header(request, "Authorization"), "Credential=ASIAINNER/");
    assert_string_equal(fake_request_header(request, "X-Amz-Security-Token"), "token-INNER");
    close_client();
    open_client("self"); /* a profile with keys may be its own source */
    assert_keys("ASIAOUTER", "secret-OUTER", "token-OUTER");
    request = fake_server_request(server, 2);
    assert_has(fake_request_header(request, "Authorization"), "Credential=AKIASELF/");
    close_client();
    open_client("over"); /* keys of a source count before its role */
    assert_keys("ASIAOUTER", "secret-OUTER", "token-OUTER");
    request = fake_server_request(server, 3);
    assert_has(fake_request_header(request, "Authorization"), "Credential=AKIAKEYED/");
}

static void test_roles_that_cannot_be(void **state)
{
    (void)state;
    static const struct {
        const char *name, *what;
    } cases[] = {
        {"a", "source_profile leads in a circle: a -> b -> a"},
        {"alone", "source_profile leads in a circle: alone -> alone"},
        {"lost", "profile \"lost\": there is no profile \"nowhere\", which is its source_profile"},
        {"both", "has a role_arn and both source_profile and credential_source"},
        {"neither", "has a role_arn and neither source_profile nor credential_source"},
        {"odd", "credential_source is Moon; it can be Environment, Ec2InstanceMetadata or"},
        {"empty", "the source_profile \"bare\" has no keys (web identity: no web_identity"},
        {"long", "profile \"long\": duration_seconds is 12h; it can be 900 to 43200"},
        {"short", "duration_seconds is 60"},
    };
    set_container("/keys"); /* which is no source of a profile */
    environment_write(&here, ".aws/config",
                      SOURCE
                      "[profile a]\nrole_arn = r\nsource_profile = b\n"
                      "[profile b]\nrole_arn = r\nsource_profile = a\n"
                      "[profile alone]\nrole_arn = r\nsource_profile = alone\n"
                      "[profile lost]\nrole_arn = r\nsource_profile = nowhere\n"
                      "[profile both]\nrole_arn = r\nsource_profile = base\ncredential_source = x\n"
                      "[profile neither]\nrole_arn = r\n"
                      "[profile odd]\nrole_arn = r\ncredential_source = Moon\n"
                      "[profile bare]\nregion = eu-west-1\n"
                      "[profile empty]\nrole_arn = r\nsource_profile = bare\n"
                      "[profile long]\nrole_arn = r\nsource_profile = base\n"
                      "duration_seconds = 12h\n"
                      "[profile short]\nrole_arn = r\nsource_profile = base\n"
                      "duration_seconds = 60\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        open_client(cases[i].name);
        assert_none(cases[i].what);
        close_client();
    }
    assert_int_equal(fake_server_count(server), 0);
}

static void test_too_many_roles(void **state)
{
    (void)state;
    struct rc_buf text;
    rc_buf_init(&text, 10000);
    for (int i = 0; i < 40; i++)
        rc_buf_printf(&text, "[profile p%d]\nrole_arn = r\nsource_profile = p%d\n", i, i + 1);
    rc_buf_add_str(&text, "[profile p40]\naws_access_key_id = A\naws_secret_access_key = s\n");
    environment_write(&here, ".aws/config", text.data);
    rc_buf_free(&text);
    open_client("p0");
    assert_none("profile \"p32\": more than 32 roles in a row");
}

static void test_a_role_that_is_denied(void **state)
{
    (void)state;
    environment_write(&here, ".aws/config",
                      SOURCE "[profile role]\nrole_arn = arn:r\nsource_profile = base\n"
                             "[default]\naws_access_key_id = A\naws_secret_access_key = s\n");
    route(NULL, NULL, NULL, 403,
          "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
          "<Message>not you</Message></Error><RequestId>id</RequestId></ErrorResponse>");
    open_client("role");
    assert_none("profile \"role\" cannot assume arn:r: sts AssumeRole: AccessDenied: not you");
}

static void test_a_role_from_a_source(void **state)
{
    (void)state;
    char text[1024];
    environment_write(&here, ".aws/config",
                      "[profile role]\nrole_arn = arn:r\ncredential_source = Environment\n"
                      "[profile ecs]\nrole_arn = arn:r\ncredential_source = EcsContainer\n");
    route(NULL, NULL, "AssumeRole", 200, sts_answer(text, sizeof text, "AssumeRole", "ROLE", 60));
    open_client("role");
    assert_none("credential_source of the profile \"role\" has no keys (environment: "
                "AWS_ACCESS_KEY_ID is not set)");
    close_client();
    open_client("ecs");
    assert_none("credential_source of the profile \"ecs\" has no keys (container: no AWS_");
    close_client();
    environment_set(&here, "AWS_ACCESS_KEY_ID", "AKIAENV");
    environment_set(&here, "AWS_SECRET_ACCESS_KEY", "env-secret");
    open_client("role");
    assert_keys("ASIAROLE", "secret-ROLE", "token-ROLE");
    assert_has(fake_request_header(fake_server_request(server, 0), "Authorization"),
               "Credential=AKIAENV/");
}

static void test_a_role_with_mfa(void **state)
{
    (void)state;
    char text[1024];
    environment_write(&here, ".aws/config",
                      SOURCE "[profile role]\nrole_arn = arn:r\nsource_profile = base\n"
                             "mfa_serial = arn:aws:iam::1:mfa/me\n");
    route(NULL, NULL, NULL, 200, sts_answer(text, sizeof text, "AssumeRole", "ROLE", 60));
    open_client("role");
    assert_none("no code of the MFA device arn:aws:iam::1:mfa/me was given");
    assert_int_equal(fake_server_count(server), 0);
    mfa_code = "123456";
    assert_keys("ASIAROLE", "secret-ROLE", "token-ROLE");
    assert_has(fake_server_request(server, 0)->body, "TokenCode=123456");
    assert_has(fake_server_request(server, 0)->body, "SerialNumber=arn%3Aaws%3Aiam%3A%3A1%3Amfa");
    assert_int_equal(mfa_asked, 2);
    fake_clock_pass(&fake, 58 * MINUTE_MS); /* nobody is asked while they are good */
    assert_keys("ASIAROLE", "secret-ROLE", "token-ROLE");
    assert_int_equal(mfa_asked, 2);
    sts_answer(text, sizeof text, "AssumeRole", "ROLE2", 60);
    fake_clock_pass(&fake, MINUTE_MS + 30 * 1000);
    assert_keys("ASIAROLE2", "secret-ROLE2", "token-ROLE2");
    assert_int_equal(mfa_asked, 3);
    rc_credential_chain_expired(aws->chain); /* a late report of the old ones */
    assert_keys("ASIAROLE2", "secret-ROLE2", "token-ROLE2");
    assert_int_equal(mfa_asked, 3);
}

static void test_who_one_is(void **state)
{
    (void)state;
    struct rc_error err = {0};
    environment_set(&here, "AWS_ACCESS_KEY_ID", "AKIAENV");
    environment_set(&here, "AWS_SECRET_ACCESS_KEY", "env-secret");
    route("POST", "/", "Action=GetCallerIdentity&Version=2011-06-15", 200,
          "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/me</Arn>"
          "<UserId>AIDA</UserId><Account>1</Account></GetCallerIdentityResult>"
          "</GetCallerIdentityResponse>");
    open_client(NULL);
    struct rc_call *call = rc_sts_get_caller_identity(aws, NULL, NULL, NULL);
    if (!rc_call_wait(call, &err))
        fail_msg("%s", err.text);
    const struct rc_sts_caller *caller = rc_sts_get_caller_identity_answer(call);
    assert_string_equal(caller->arn, "arn:aws:iam::1:user/me");
    assert_string_equal(caller->account, "1");
    assert_string_equal(caller->user_id, "AIDA");
    rc_call_free(call);
}

/* ----- web identity ----- */

static void test_web_identity(void **state)
{
    (void)state;
    char text[1024], path[128];
    snprintf(path, sizeof path, "%s/token", here.home);
    environment_write(&here, "token", "eyJ0.e30.x\n");
    environment_set(&here, "AWS_WEB_IDENTITY_TOKEN_FILE", path);
    open_client(NULL);
    assert_none("web identity: there is a token file and no role");
    close_client();
    environment_set(&here, "AWS_ROLE_ARN", "arn:web");
    environment_set(&here, "AWS_ROLE_SESSION_NAME", "pod");
    route(NULL, NULL, "Action=AssumeRoleWithWebIdentity&", 200,
          sts_answer(text, sizeof text, "AssumeRoleWithWebIdentity", "WEB", 60));
    open_client(NULL);
    assert_keys("ASIAWEB", "secret-WEB", "token-WEB");
    assert_source("web identity: role arn:web");
    const struct fake_request *request = fake_server_request(server, 0);
    assert_null(fake_request_header(request, "Authorization"));
    assert_has(request->body, "WebIdentityToken=eyJ0.e30.x");
    assert_null(strstr(request->body, "%0A"));
    assert_has(request->body, "RoleSessionName=pod");
    /* It is asked again, and has read the file again by then. */
    environment_write(&here, "token", "eyJ1.e30.x");
    fake_clock_pass(&fake, 55 * MINUTE_MS);
    sts_answer(text, sizeof text, "AssumeRoleWithWebIdentity", "WEB2", 60);
    assert_keys("ASIAWEB2", "secret-WEB2", "token-WEB2");
    assert_has(fake_server_request(server, 1)->body, "WebIdentityToken=eyJ1.e30.x");
}

static void test_web_identity_of_a_profile(void **state)
{
    (void)state;
    char text[1024];
    environment_write(&here, "token", "eyJ0.e30.x");
    environment_write(&here, ".aws/config",
                      "[profile web]\nrole_arn = arn:web\nweb_identity_token_file = ~/token\n"
                      "[profile gone]\nrole_arn = arn:web\nweb_identity_token_file = ~/gone\n"
                      "[profile none]\nrole_arn = arn:web\nweb_identity_token_file = ~/none\n"
                      "[profile over]\nrole_arn = arn:over\nsource_profile = web\n");
    environment_write(&here, "none", "\n");
    environment_set(&here, "AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere"); /* of no profile that is
                                                                          named */
    route(NULL, NULL, "RoleArn=arn%3Aweb", 200,
          sts_answer(text, sizeof text, "AssumeRoleWithWebIdentity", "WEB", 60));
    open_client("web");
    assert_keys("ASIAWEB", "secret-WEB", "token-WEB");
    close_client();
    open_client("gone");
    assert_none("/gone cannot be opened: No such file or directory");
    close_client();
    open_client("none");
    assert_none("/none has no token");
    close_client();
    char over[1024];
    route(NULL, NULL, "RoleArn=arn%3Aover", 200,
          sts_answer(over, sizeof over, "AssumeRole", "OVER", 60));
    open_client("over");
    assert_keys("ASIAOVER", "secret-OVER", "token-OVER");
}

/* ----- SSO ----- */

#define SSO_CONFIG                                                                                 \
    "[sso-session corp]\nsso_region = eu-central-1\nsso_start_url = https://corp\n"                \
    "[profile sso]\nsso_session = corp\nsso_account_id = 123\nsso_role_name = Admin\n"             \
    "[profile old]\nsso_start_url = https://corp\nsso_region = eu-central-1\n"                     \
    "sso_account_id = 123\nsso_role_name = Admin\n"

/* SHA-1 of "corp" and of "https://corp". */
#define SSO_FILE ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"
#define SSO_OLD_FILE ".aws/sso/cache/17da54e8ec4ee05390f1915bb3ef5fea7ebd238e.json"

static void write_token(const char *name, const char *token, const char *expires)
{
    char text[256];
    snprintf(text, sizeof text, "{\"accessToken\": \"%s\", \"expiresAt\": \"%s\"}", token, expires);
    environment_write(&here, name, text);
}

static void route_sso(char *text, size_t room)
{
    snprintf(text, room,
             "{\"roleCredentials\":{\"accessKeyId\":\"ASIASSO\",\"secretAccessKey\":\"secret-SSO\","
             "\"sessionToken\":\"token-SSO\",\"expiration\":%lld}}",
             (long long)rc_loop_unix_ms(loop) + 60LL * MINUTE_MS);
    route("GET", "/federation/credentials?role_name=Admin&account_id=123", NULL, 200, text);
    route("GET", "/federation/credentials?account_id=123&role_name=Admin", NULL, 200, text);
}

static void test_sso(void **state)
{
    (void)state;
    char text[512];
    environment_write(&here, ".aws/config", SSO_CONFIG);
    write_token(SSO_FILE, "sso-token", in_minutes(10));
    write_token(SSO_OLD_FILE, "old-token", "2026-11-02T12:00:01UTC");
    route_sso(text, sizeof text);
    open_client("sso");
    assert_keys("ASIASSO", "secret-SSO", "token-SSO");
    assert_source("profile sso: SSO role Admin");
    const struct fake_request *request = fake_server_request(server, 0);
    assert_string_equal(fake_request_header(request, "x-amz-sso_bearer_token"), "sso-token");
    assert_null(fake_request_header(request, "Authorization"));
    close_client();
    open_client("old");
    assert_keys("ASIASSO", "secret-SSO", "token-SSO");
    request = fake_server_request(server, 1);
    assert_string_equal(fake_request_header(request, "x-amz-sso_bearer_token"), "old-token");
}

static void test_sso_needs_a_login(void **state)
{
    (void)state;
    environment_write(&here, ".aws/config", SSO_CONFIG);
    open_client("sso");
    assert_none("SSO: nobody has logged in; run `aws sso login --profile sso`");
    write_token(SSO_FILE, "sso-token", in_minutes(0));
    assert_none("SSO: the session has expired; run `aws sso login --profile sso`");
    write_token(SSO_FILE, "sso-token", "tomorrow");
    assert_none("SSO: the cached token cannot be understood; run");
    environment_write(&here, SSO_FILE, "{\"accessToken\": ");
    assert_none("SSO: the cached token is no JSON; run");
    write_token(SSO_FILE, "sso-token", in_minutes(10));
    route(NULL, NULL, NULL, 401,
          "{\"__type\":\"UnauthorizedException\",\"message\":\"Session token not found\"}");
    assert_none("SSO: the session has ended; run `aws sso login --profile sso`");
    routes[0].status = 403;
    routes[0].body = "{\"__type\":\"ForbiddenException\",\"message\":\"No access\"}";
    assert_none("profile \"sso\": sso GetRoleCredentials: ForbiddenException: No access");
}

static void test_sso_profiles_that_lack_something(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"a", "SSO: sso_role_name is missing in profile \"a\""},
        {"b", "SSO: sso_account_id is missing in profile \"b\""},
        {"c", "SSO: sso_start_url is missing in profile \"c\""},
        {"d", "SSO: sso_region is missing in sso-session \"half\""},
        {"e", "SSO: sso_start_url is missing in sso-session \"nowhere\""},
    };
    environment_write(&here, ".aws/config",
                      "[sso-session half]\nsso_start_url = https://x\n"
                      "[profile a]\nsso_account_id = 1\n"
                      "[profile b]\nsso_role_name = r\n"
                      "[profile c]\nsso_account_id = 1\nsso_role_name = r\nsso_region = x\n"
                      "[profile d]\nsso_account_id = 1\nsso_role_name = r\nsso_session = half\n"
                      "[profile e]\nsso_account_id = 1\nsso_role_name = r\n"
                      "sso_session = nowhere\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        open_client(cases[i][0]);
        assert_none(cases[i][1]);
        close_client();
    }
}

/* ----- processes: these end in real time, and so the clock is the real one ----- */

static void process(const char *command)
{
    char text[1024];
    snprintf(text, sizeof text, "[default]\ncredential_process = %s\n", command);
    environment_write(&here, ".aws/config", text);
    close_client();
    open_client(NULL);
}

static void test_process(void **state)
{
    (void)state;
    process(
        "echo '{\"Version\": 1, \"AccessKeyId\": \"AKIAPROC\", \"SecretAccessKey\": \"proc\"}'");
    assert_keys("AKIAPROC", "proc", "");
    assert_source("profile default: credential_process");
    process("cat >/dev/null; exec 2>&-; echo '{\"Version\": 1, \"AccessKeyId\": \"AKIAPROC\", "
            "\"SecretAccessKey\": \"proc\", \"SessionToken\": \"t\", \"Expiration\": "
            "\"2999-01-01T00:00:00+01:00\"}'; sleep 0 & true");
    assert_keys("AKIAPROC", "proc", "t");
}

static void test_processes_that_fail(void **state)
{
    (void)state;
    static const struct {
        const char *command, *what;
    } cases[] = {
        {"exit 7", "credential_process of the profile \"default\" failed with exit code 7"},
        {"kill -TERM $$", "was ended by signal 15"},
        {"echo 'password=hunter2 is off' >&2; exit 1", "exit code 1: password=*** is off"},
        {"seq 1 200 >&2; exit 1",
         "166 167 168 169 170 171 172 173 174 175 176 177 178 179 180 181 182 "
         "183 184 185 186 187 188 189 190 191 192 193 194 195 196 197 198 "
         "199 200"},
        {"echo nothing", "the answer is no JSON object"},
        {"true", "the answer is no JSON object"},
        {"echo '{\"Version\": 2, \"AccessKeyId\": \"a\"}'", "Version is not 1"},
        {"echo '{\"AccessKeyId\": \"a\"}'", "Version is not 1"},
        {"echo '{\"Version\": 1, \"AccessKeyId\": \"a\"}'", "the answer has no SecretAccessKey"},
        {"echo '{\"Version\": 1, \"SecretAccessKey\": \"a\"}'", "the answer has no AccessKeyId"},
        {"echo '{\"Version\": 1, \"AccessKeyId\": \"a\", \"SecretAccessKey\": \"b\", "
         "\"Expiration\": \"x\"}'",
         "Expiration is no time"},
        {"echo '{\"Version\": 1, \"AccessKeyId\": \"a\", \"SecretAccessKey\": \"b\", "
         "\"Expiration\": \"2020-01-01T00:00:00Z\"}'",
         "credential_process have expired"},
        {"yes; true", "wrote more than 65536 bytes"},
        {"/nowhere/program", "exit code 127: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        process(cases[i].command);
        assert_none(cases[i].what);
    }
}

/* The fake clock: where only a timer is left to wait for, it is over at once. */
static void test_a_process_that_hangs(void **state)
{
    (void)state;
    process("sleep 1000; true");
    assert_none("credential_process of the profile \"default\" took more than 60 s");
    process("sleep 1000; true");
    struct outcome outcome;
    ask(&outcome);
    assert_false(outcome.done);
    close_client(); /* in the middle: it is killed */
    assert_false(outcome.done);
}

/* ----- container ----- */

static void test_container(void **state)
{
    (void)state;
    char text[1024];
    set_container("/keys?id=1");
    environment_set(&here, "AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic abc");
    route("GET", "/keys?id=1", NULL, 200, json_answer(text, sizeof text, "BOX", 60));
    open_client(NULL);
    assert_keys("ASIABOX", "secret-BOX", "token-BOX");
    assert_source("the container");
    const struct fake_request *request = fake_server_request(server, 0);
    assert_string_equal(fake_request_header(request, "Authorization"), "Basic abc");
    close_client();
    environment_write(&here, "token", "from-file\n");
    environment_set(&here, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "~/token");
    open_client(NULL);
    assert_keys("ASIABOX", "secret-BOX", "token-BOX");
    request = fake_server_request(server, 1);
    assert_string_equal(fake_request_header(request, "Authorization"), "from-file");
}

static void test_containers_that_fail(void **state)
{
    (void)state;
    set_container("/keys");
    route("GET", "/keys", NULL, 403, "{\"message\":\"no\",\n\"token\":\"abc\"}");
    open_client(NULL);
    assert_none("container: no keys from http://127.0.0.1:");
    assert_none("/keys: HTTP 403: {\"message\":\"no\", \"token\":\"***\"}");
    assert_int_equal(fake_server_count(server), 2); /* 403 is final */
    routes[0].status = 500;
    int64_t start_ms = rc_loop_now_ms(loop);
    assert_none("HTTP 500");
    assert_int_equal(fake_server_count(server), 5);
    assert_in_range(rc_loop_now_ms(loop) - start_ms, 2000, 2100); /* a second between attempts */
    routes[0].status = 429;
    assert_none("HTTP 429");
    assert_int_equal(fake_server_count(server), 8);
    routes[0].status = 200;
    routes[0].body = "{\"AccessKeyId\":\"a\"";
    assert_none("container: the answer is no JSON object");
    char *huge = calloc(1, 70001);
    assert_non_null(huge);
    memset(huge, ' ', 70000);
    routes[0].body = huge;
    assert_none("the answer has more than 65536 bytes");
    free(huge);
}

static void test_containers_that_may_not_be_asked(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"http://example.com/x", "example.com may not be asked without TLS"},
        {"http://169.254.170.3/x", "169.254.170.3 may not be asked without TLS"},
        {"http://127.0.0.1.example.com/", "may not be asked without TLS"},
        {"http://127.0.0.1@example.com/", "example.com may not be asked without TLS"},
        {"ftp://127.0.0.1/x", "may not be asked without TLS"},
        {"nothing at all", "is no URL"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        environment_set(&here, "AWS_CONTAINER_CREDENTIALS_FULL_URI", cases[i][0]);
        open_client(NULL);
        assert_none(cases[i][1]);
        close_client();
    }
    environment_set(&here, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "x");
    open_client(NULL);
    assert_none("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with /");
    close_client();
    environment_set(&here, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "");
    set_container("/keys");
    environment_set(&here, "AWS_CONTAINER_AUTHORIZATION_TOKEN", "a\r\nX: y");
    open_client(NULL);
    assert_none("the container's authorization token has a line's end");
}

/* ----- instance ----- */

#define ROLES "/latest/meta-data/iam/security-credentials/"

static void set_instance(void)
{
    environment_set(&here, "AWS_EC2_METADATA_DISABLED", "false");
    environment_set(&here, "AWS_EC2_METADATA_SERVICE_ENDPOINT", fake_server_url(server));
}

static void test_instance(void **state)
{
    (void)state;
    char text[1024];
    set_instance();
    route("PUT", "/latest/api/token", NULL, 200, "metadata-token");
    route("GET", ROLES, NULL, 200, "web-server\n");
    route("GET", ROLES "web-server", NULL, 200, json_answer(text, sizeof text, "EC2", 360));
    open_client(NULL);
    assert_keys("ASIAEC2", "secret-EC2", "token-EC2");
    assert_source("the instance's role web-server");
    assert_int_equal(fake_server_count(server), 3);
    assert_string_equal(
        fake_request_header(fake_server_request(server, 0), "X-aws-ec2-metadata-token-ttl-seconds"),
        "21600");
    for (size_t i = 1; i < 3; i++)
        assert_string_equal(
            fake_request_header(fake_server_request(server, i), "X-aws-ec2-metadata-token"),
            "metadata-token");
}

static void test_instances_that_fail(void **state)
{
    (void)state;
    set_instance();
    open_client(NULL);
    assert_none("instance: HTTP 404: no such route)");
    route("PUT", NULL, NULL, 200, "metadata token");
    assert_none("instance: the instance has no role)");
    routes[0].body = "meta\"data";
    assert_none("instance: the token of http://127.0.0.1:");
    routes[0].body = "metadata-token";
    route("GET", ROLES, NULL, 200, "../../user-data");
    assert_none("instance: the role's name is none");
    routes[1].body = "role";
    assert_none("instance: no keys of the role role from http://127.0.0.1:");
    route("GET", ROLES "role", NULL, 200, "{\"Code\":\"Failed\",\"Message\":\"no trust\"}");
    assert_none("instance: the answer has no AccessKeyId");
    close_client();
    fake_server_drop(server, true);
    open_client(NULL);
    assert_none("instance: ");
    close_client();
}

static void test_an_instance_that_is_silent(void **state)
{
    (void)state;
    static const struct fake_answer answers[] = {{FAKE_NOTHING, .end = FAKE_SILENT}};
    set_instance();
    fake_server_script(server, answers, 1);
    open_client(NULL);
    int64_t start_ms = rc_loop_now_ms(loop);
    assert_none("no AWS credentials (");
    assert_in_range(rc_loop_now_ms(loop) - start_ms, 1000, 1100);
    assert_int_equal(fake_server_count(server), 1);
    close_client();
    environment_set(&here, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "3");
    environment_set(&here, "AWS_METADATA_SERVICE_TIMEOUT", "2");
    open_client(NULL);
    start_ms = rc_loop_now_ms(loop);
    assert_none("no AWS credentials (");
    assert_in_range(rc_loop_now_ms(loop) - start_ms, 6000, 6100);
    assert_int_equal(fake_server_count(server), 4);
}

/* Keys that the service could not renew are used on for a while: 15 minutes, 2, and
 * half of 8. */
static void test_an_instance_that_does_not_renew(void **state)
{
    (void)state;
    char text[1024];
    set_instance();
    route("PUT", NULL, NULL, 200, "metadata-token");
    route("GET", ROLES, NULL, 200, "role");
    route("GET", ROLES "role", NULL, 200, json_answer(text, sizeof text, "EC2", -5));
    open_client(NULL);
    struct outcome outcome;
    ask(&outcome);
    await(&outcome);
    assert_string_equal(outcome.keys.access_key, "ASIAEC2");
    assert_int_equal(outcome.keys.expires_unix_ms - rc_loop_unix_ms(loop), 21 * MINUTE_MS);
    rc_credentials_clear(&outcome.keys);
}

/* ----- renewal ----- */

static void renewing(char *text, size_t room)
{
    set_container("/keys");
    route("GET", "/keys", NULL, 200, json_answer(text, room, "ONE", 60));
    open_client(NULL);
    assert_keys("ASIAONE", "secret-ONE", "token-ONE");
    json_answer(text, room, "TWO", 120);
}

static void run_idle(void)
{
    bool never = false;
    rc_loop_until(loop, &never, 10 * 1000);
}

static void test_renewal_in_the_background(void **state)
{
    (void)state;
    char text[1024];
    renewing(text, sizeof text);
    fake_clock_pass(&fake, 44 * MINUTE_MS);
    assert_keys("ASIAONE", "secret-ONE", "token-ONE");
    assert_int_equal(fake_server_count(server), 1);
    fake_clock_pass(&fake, 2 * MINUTE_MS); /* 14 minutes are left */
    for (int i = 0; i < 3; i++) {
        struct outcome outcome;
        ask(&outcome);
        assert_true(outcome.at_once);
        assert_string_equal(outcome.keys.access_key, "ASIAONE");
        rc_credentials_clear(&outcome.keys);
    }
    run_idle();
    assert_int_equal(fake_server_count(server), 2);
    struct outcome outcome;
    ask(&outcome);
    assert_true(outcome.at_once);
    assert_string_equal(outcome.keys.access_key, "ASIATWO");
    rc_credentials_clear(&outcome.keys);
}

static void test_a_renewal_that_fails_in_the_background(void **state)
{
    (void)state;
    char text[1024];
    renewing(text, sizeof text);
    routes[0].status = 403;
    fake_clock_pass(&fake, 46 * MINUTE_MS);
    assert_keys("ASIAONE", "secret-ONE", "token-ONE");
    run_idle();
    assert_int_equal(fake_server_count(server), 2);
    assert_keys("ASIAONE", "secret-ONE", "token-ONE"); /* not again at once */
    run_idle();
    assert_int_equal(fake_server_count(server), 2);
    fake_clock_pass(&fake, MINUTE_MS);
    assert_keys("ASIAONE", "secret-ONE", "token-ONE");
    run_idle();
    assert_int_equal(fake_server_count(server), 3);
    fake_clock_pass(&fake, 5 * MINUTE_MS); /* 8 are left: now it is an error */
    assert_none("HTTP 403");
    routes[0].status = 200;
    assert_keys("ASIATWO", "secret-TWO", "token-TWO");
}

static void test_all_wait_for_one_answer(void **state)
{
    (void)state;
    char text[1024];
    struct outcome outcomes[5];
    set_container("/keys");
    route("GET", "/keys", NULL, 200, json_answer(text, sizeof text, "ONE", 60));
    open_client(NULL);
    for (int i = 0; i < 5; i++)
        ask(&outcomes[i]);
    for (int i = 0; i < 5; i++)
        assert_false(outcomes[i].done);
    rc_credential_chain_forget(aws->chain, &outcomes[0].waiter);
    rc_credential_chain_forget(aws->chain, &outcomes[2].waiter);
    rc_credential_chain_forget(aws->chain, &outcomes[2].waiter);
    await(&outcomes[4]);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(outcomes[i].done, i != 0 && i != 2);
        rc_credentials_clear(&outcomes[i].keys);
    }
    assert_int_equal(fake_server_count(server), 1);
}

static void test_keys_that_a_service_refuses(void **state)
{
    (void)state;
    char text[1024];
    renewing(text, sizeof text);
    rc_credential_chain_expired(aws->chain);
    struct outcome one, two;
    ask(&one);
    rc_credential_chain_expired(aws->chain); /* another call, while new ones are asked for */
    ask(&two);
    await(&two);
    assert_string_equal(one.keys.access_key, "ASIATWO");
    assert_string_equal(two.keys.access_key, "ASIATWO");
    rc_credentials_clear(&one.keys);
    rc_credentials_clear(&two.keys);
    assert_int_equal(fake_server_count(server), 2);
    assert_keys("ASIATWO", "secret-TWO", "token-TWO");
    assert_int_equal(fake_server_count(server), 2);
}

/* Keys of few minutes are not asked for with each call. */
static void test_short_lives(void **state)
{
    (void)state;
    char text[1024];
    set_container("/keys");
    route("GET", "/keys", NULL, 200, json_answer(text, sizeof text, "ONE", 4));
    open_client(NULL);
    for (int i = 0; i < 4; i++)
        assert_keys("ASIAONE", "secret-ONE", "token-ONE");
    fake_clock_pass(&fake, MINUTE_MS);
    assert_keys("ASIAONE", "secret-ONE", "token-ONE");
    run_idle();
    assert_int_equal(fake_server_count(server), 1);
    json_answer(text, sizeof text, "TWO", 8);
    fake_clock_pass(&fake, 2 * MINUTE_MS + 1000); /* less than a quarter is left */
    assert_keys("ASIATWO", "secret-TWO", "token-TWO");
    json_answer(text, sizeof text, "OLD", 0);
    fake_clock_pass(&fake, 8 * MINUTE_MS);
    assert_none("the AWS credentials from the container have expired");
}

static void stop_everything(struct rc_credential_waiter *waiter,
                            const struct rc_credentials *credentials, const struct rc_error *err)
{
    (void)credentials;
    (void)err;
    *(bool *)waiter->ctx = true;
    close_client();
}

static void test_the_client_goes_while_it_tells(void **state)
{
    (void)state;
    bool done = false;
    struct outcome second;
    struct rc_credential_waiter first = {.ready = stop_everything, .ctx = &done};
    open_client(NULL);
    assert_null(rc_credential_chain_get(aws->chain, &first));
    ask(&second);
    assert_true(rc_loop_until(loop, &done, -1));
    assert_false(second.done);
}

static void wait_for_another(struct rc_credential_waiter *waiter,
                             const struct rc_credentials *credentials, const struct rc_error *err)
{
    assert_null(credentials);
    assert_has(err->text, "no AWS credentials");
    struct outcome *inner = waiter->ctx;
    ask(inner);
    await(inner);
}

static void test_one_who_is_told_runs_the_loop(void **state)
{
    (void)state;
    struct outcome inner = {.done = false}, last;
    struct rc_credential_waiter first = {.ready = wait_for_another, .ctx = &inner};
    open_client(NULL);
    assert_null(rc_credential_chain_get(aws->chain, &first));
    ask(&last);
    await(&last);
    assert_true(inner.done);
    assert_has(inner.err.text, "no AWS credentials");
    assert_has(last.err.text, "no AWS credentials");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
#define REAL_TEST(name) cmocka_unit_test_setup_teardown(name, begin_real, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secret_memory),
        cmocka_unit_test(test_secret_memory_is_not_dumped),
        cmocka_unit_test(test_credentials_are_copied_and_cleared),
        TEST(test_environment),
        TEST(test_half_of_a_pair_is_an_error),
        REAL_TEST(test_the_order_of_files_and_processes),
        TEST(test_nothing_anywhere),
        TEST(test_environment_that_expires),
        TEST(test_a_role),
        TEST(test_roles_in_a_row),
        TEST(test_roles_that_cannot_be),
        TEST(test_too_many_roles),
        TEST(test_a_role_that_is_denied),
        TEST(test_a_role_from_a_source),
        TEST(test_a_role_with_mfa),
        TEST(test_who_one_is),
        TEST(test_web_identity),
        TEST(test_web_identity_of_a_profile),
        TEST(test_sso),
        TEST(test_sso_needs_a_login),
        TEST(test_sso_profiles_that_lack_something),
        REAL_TEST(test_process),
        REAL_TEST(test_processes_that_fail),
        TEST(test_a_process_that_hangs),
        TEST(test_container),
        TEST(test_containers_that_fail),
        TEST(test_containers_that_may_not_be_asked),
        TEST(test_instance),
        TEST(test_instances_that_fail),
        TEST(test_an_instance_that_is_silent),
        TEST(test_an_instance_that_does_not_renew),
        TEST(test_renewal_in_the_background),
        TEST(test_a_renewal_that_fails_in_the_background),
        TEST(test_all_wait_for_one_answer),
        TEST(test_keys_that_a_service_refuses),
        TEST(test_short_lives),
        TEST(test_the_client_goes_while_it_tells),
        TEST(test_one_who_is_told_runs_the_loop),
    };
    return cmocka_run_group_tests_name("credentials", tests, NULL, NULL);
}
