/* Keys that a role, a web identity or a sign-on gives. */
#include "tests/aws/credentials_fixture.h"

/* ----- roles ----- */

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

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests_name("credentials of roles", tests, NULL, NULL);
}
