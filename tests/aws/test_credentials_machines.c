/* Keys that a container or an instance gives. */
#include "tests/aws/credentials_fixture.h"

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

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_container),
        TEST(test_containers_that_fail),
        TEST(test_containers_that_may_not_be_asked),
        TEST(test_instance),
        TEST(test_instances_that_fail),
        TEST(test_an_instance_that_is_silent),
        TEST(test_an_instance_that_does_not_renew),
    };
    return cmocka_run_group_tests_name("credentials of machines", tests, NULL, NULL);
}
