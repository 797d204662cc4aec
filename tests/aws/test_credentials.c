/* Keys from the environment, files and processes, and how they are kept and renewed. */
#include "tests/aws/credentials_fixture.h"

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
        REAL_TEST(test_process),
        REAL_TEST(test_processes_that_fail),
        TEST(test_a_process_that_hangs),
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
