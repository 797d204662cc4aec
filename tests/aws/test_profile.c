#include "aws/profile.h"
#include "aws/profile_file.h"
#include "base/buf.h"
#include "tests/aws/environment.h"

static struct environment here;

static int begin(void **state)
{
    (void)state;
    environment_begin(&here);
    return 0;
}

static int end(void **state)
{
    (void)state;
    environment_end(&here);
    return 0;
}

static struct rc_profile *try_load(const char *name, struct rc_error *err)
{
    struct rc_profile_options options = {
        .name = name, .getenv = environment_get, .getenv_ctx = &here};
    return rc_profile_load(&options, err);
}

static struct rc_profile *load(const char *name)
{
    struct rc_error err = {0};
    struct rc_profile *profile = try_load(name, &err);
    if (!profile) {
        fail_msg("%s", err.text);
        abort();
    }
    return profile;
}

static void config(const char *text)
{
    environment_write(&here, ".aws/config", text);
}

static void credentials(const char *text)
{
    environment_write(&here, ".aws/credentials", text);
}

static void assert_setting(const struct rc_profile *profile, const char *of, const char *setting,
                           const char *value)
{
    const char *is = rc_profile_get(profile, of, setting);
    if (value)
        assert_string_equal(is ? is : "(none)", value);
    else
        assert_null(is);
}

static void assert_refused(const char *name, const char *what)
{
    struct rc_error err = {0};
    struct rc_profile *profile = try_load(name, &err);
    assert_null(profile);
    if (!strstr(err.text, what))
        fail_msg("\"%s\" says nothing of \"%s\"", err.text, what);
}

/* ----- the format ----- */

static void test_without_files_there_is_a_default(void **state)
{
    (void)state;
    struct rc_profile *profile = load(NULL);
    size_t count = 9;
    assert_string_equal(rc_profile_name(profile), "default");
    assert_false(rc_profile_named(profile));
    assert_null(rc_profile_region(profile));
    assert_non_null(rc_profile_names(profile, &count));
    assert_int_equal(count, 0);
    assert_setting(profile, NULL, "region", NULL);
    rc_profile_free(profile);
}

static void test_sections_and_settings(void **state)
{
    (void)state;
    config("# a comment\n"
           "; another\n"
           "[default]\n"
           "region=eu-west-1\n"
           "  # indented comment\n"
           "Output =  json  \n"
           "\n"
           "[profile prod]   # behind\n"
           "region : us-east-1\n"
           "role_arn = arn:aws:iam::123456789012:role/r\n"
           "credential_process = /bin/a --b \"c ; d\" # e\n"
           "empty =\n"
           "[profile \"my name\"]\n"
           "region = eu-north-1\r\n"
           "[profile\t'with ]']\n"
           "region = eu-south-1\n"
           "[profile bob's]\n"
           "region = sa-east-1\n"
           "[foreign]\n"
           "region = nowhere\n"
           "[profilex]\n"
           "region = nowhere\n");
    struct rc_profile *profile = load(NULL);
    assert_setting(profile, NULL, "region", "eu-west-1");
    assert_setting(profile, NULL, "output", "json");
    assert_setting(profile, "prod", "region", "us-east-1");
    assert_setting(profile, "prod", "role_arn", "arn:aws:iam::123456789012:role/r");
    assert_setting(profile, "prod", "credential_process", "/bin/a --b \"c ; d\" # e");
    assert_setting(profile, "prod", "empty", NULL);
    assert_setting(profile, "my name", "region", "eu-north-1");
    assert_setting(profile, "with ]", "region", "eu-south-1");
    assert_setting(profile, "bob's", "region", "sa-east-1");
    assert_setting(profile, "foreign", "region", NULL);
    assert_setting(profile, "profilex", "region", NULL);
    size_t count = 0;
    const char *const *names = rc_profile_names(profile, &count);
    const char *expected[] = {"bob's", "default", "my name", "prod", "with ]"};
    assert_int_equal(count, 5);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(names[i], expected[i]);
    rc_profile_free(profile);
}

static void test_nested_settings(void **state)
{
    (void)state;
    config("[profile dev]\n"
           "s3 =\n"
           "  addressing_style = path\n"
           "\n"
           "  # not the end\n"
           "\tMax_Queue = 7\n"
           "region = eu-west-1\n"
           "addressing_style = other\n"
           "words = one\n"
           "   two = 2\n"
           "   three\n"
           "last = x\n"
           "[profile indented]\n"
           "  region = a\n"
           "  output = b\n"
           "  s3 =\n"
           "    addressing_style = virtual\n");
    struct rc_profile *profile = load("dev");
    assert_setting(profile, NULL, "s3.addressing_style", "path");
    assert_setting(profile, NULL, "s3.max_queue", "7");
    assert_setting(profile, NULL, "s3", NULL);
    assert_setting(profile, NULL, "addressing_style", "other");
    assert_setting(profile, NULL, "region", "eu-west-1");
    assert_setting(profile, NULL, "words", "one\ntwo = 2\nthree");
    assert_setting(profile, NULL, "last", "x");
    assert_setting(profile, "indented", "output", "b");
    assert_setting(profile, "indented", "s3.addressing_style", "virtual");
    rc_profile_free(profile);
}

static void test_long_values_and_names(void **state)
{
    (void)state;
    struct rc_buf text, token;
    rc_buf_init(&text, 10000);
    rc_buf_init(&token, 5000);
    for (int i = 0; i < 4000; i++)
        rc_buf_add_char(&token, (char)('a' + i % 26));
    char name[101];
    memset(name, 'n', 100);
    name[100] = '\0';
    rc_buf_printf(&text, "[%s]\naws_session_token = %s\n", name, token.data);
    credentials(text.data);
    struct rc_profile *profile = load(name);
    assert_setting(profile, NULL, "aws_session_token", token.data);
    rc_profile_free(profile);
    rc_buf_free(&token);
    rc_buf_free(&text);
}

static void test_what_is_said_later_counts(void **state)
{
    (void)state;
    config("\xef\xbb\xbf[profile a]\nregion = one\noutput = json\n"
           "[profile b]\nregion = b\n"
           "[profile a]\nregion = two\n"
           "[profile default]\nregion = explicit\n"
           "[default]\nregion = plain\noutput = plain\n");
    struct rc_profile *profile = load(NULL);
    assert_setting(profile, "a", "region", "two");
    assert_setting(profile, "a", "output", "json");
    assert_setting(profile, NULL, "region", "explicit");
    assert_setting(profile, NULL, "output", NULL);
    size_t count = 0;
    assert_non_null(rc_profile_names(profile, &count));
    assert_int_equal(count, 3);
    rc_profile_free(profile);
}

static void test_the_credentials_file_comes_first(void **state)
{
    (void)state;
    config("[profile a]\naws_access_key_id = CONFIG\nregion = eu-west-1\n");
    credentials("[a]\naws_access_key_id = CREDENTIALS\n[only]\naws_access_key_id = ONLY\n"
                "[profile odd]\naws_access_key_id = ODD\n");
    struct rc_profile *profile = load("a");
    assert_setting(profile, NULL, "aws_access_key_id", "CREDENTIALS");
    assert_setting(profile, NULL, "region", "eu-west-1");
    assert_string_equal(rc_profile_get_from(profile, RC_PROFILE_CONFIG, NULL, "aws_access_key_id"),
                        "CONFIG");
    assert_null(rc_profile_get_from(profile, RC_PROFILE_CREDENTIALS, NULL, "region"));
    assert_true(rc_profile_has(profile, "only"));
    assert_true(rc_profile_has(profile, "profile odd")); /* names have no first word there */
    assert_false(rc_profile_has(profile, "odd"));
    assert_non_null(strstr(rc_profile_path(profile, RC_PROFILE_CONFIG), "/.aws/config"));
    rc_profile_free(profile);
}

static void test_mistakes_name_file_and_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *what;
    } cases[] = {
        {"region = x\n", ".aws/config:1: a setting stands before"},
        {"[default]\nregion\n", ".aws/config:2: this is neither"},
        {"[default]\n\n= x\n", ".aws/config:3: this is neither"},
        {"[default\n", ".aws/config:1: the section's ] is missing"},
        {"[]\n", ".aws/config:1: the section has no name"},
        {"[default] x\n", ".aws/config:1: there is something behind"},
        {"[profile \"x]\n", ".aws/config:1: the section's name is missing or"},
        {"[profile ]\na=b\n[profile \"\"]\n", ".aws/config:3: the section's name is missing or"},
        {"[default]\ns3 =\n  addressing_style\n", ".aws/config:3: an indented line"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        config(cases[i].text);
        assert_refused(NULL, cases[i].what);
    }
}

static void test_limits(void **state)
{
    (void)state;
    struct rc_buf text;
    rc_buf_init(&text, 2 * RC_PROFILE_FILE_BYTES);
    rc_buf_add_str(&text, "[default]\n");
    while (text.length <= RC_PROFILE_FILE_BYTES)
        rc_buf_add_str(&text,
                       "# ...............................................................\n");
    config(text.data);
    assert_refused(NULL, "has more than 1048576 bytes");
    rc_buf_clear(&text);
    for (int i = 0; i <= RC_PROFILE_SECTIONS; i++)
        rc_buf_printf(&text, "[profile p%d]\n", i);
    config(text.data);
    assert_refused(NULL, ".aws/config:4097: there are too many sections");
    rc_buf_clear(&text);
    rc_buf_add_str(&text, "[default]\n");
    for (int i = 0; i <= RC_PROFILE_SETTINGS; i++)
        rc_buf_printf(&text, "s%d=1\n", i);
    config(text.data);
    assert_refused(NULL, ".aws/config:32770: there are too many settings");
    rc_buf_free(&text);
}

static void test_files_that_cannot_be_read(void **state)
{
    (void)state;
    environment_set(&here, "AWS_CONFIG_FILE", here.home);
    assert_refused(NULL, "is no regular file");
    environment_set(&here, "AWS_CONFIG_FILE", "~/elsewhere");
    environment_write(&here, "elsewhere", "[profile e]\nregion = eu-west-3\n");
    struct rc_profile *profile = load("e");
    assert_string_equal(rc_profile_region(profile), "eu-west-3");
    rc_profile_free(profile);
    environment_set(&here, "HOME", "");
    assert_refused(NULL, "AWS_CONFIG_FILE is too long, or has a ~ while HOME is not set");
    environment_set(&here, "AWS_CONFIG_FILE", "");
    profile = load(NULL);
    assert_string_equal(rc_profile_path(profile, RC_PROFILE_CONFIG), "");
    rc_profile_free(profile);
}

/* ----- which one ----- */

static void test_which_profile(void **state)
{
    (void)state;
    config("[default]\nregion = d\n[profile a]\nregion = a\n[profile b]\nregion = b\n");
    environment_set(&here, "AWS_PROFILE", "a");
    struct rc_profile *profile = load(NULL);
    assert_string_equal(rc_profile_name(profile), "a");
    assert_false(rc_profile_named(profile));
    assert_string_equal(rc_profile_region(profile), "a");
    rc_profile_free(profile);
    profile = load("b");
    assert_string_equal(rc_profile_name(profile), "b");
    assert_true(rc_profile_named(profile));
    rc_profile_free(profile);
    assert_refused("c", "there is no profile \"c\" in ");
    assert_refused("c", "there are: a, b, default");
    assert_refused("", "the name of the profile is empty");
    environment_set(&here, "AWS_PROFILE", "d");
    assert_refused(NULL, "there is no profile \"d\"");
    config("");
    assert_refused("c", "there are none: run `aws configure`");
}

static void test_regions(void **state)
{
    (void)state;
    config("[default]\nregion = eu-west-1\n");
    environment_set(&here, "AWS_DEFAULT_REGION", "eu-west-2");
    struct rc_profile *profile = load(NULL);
    assert_string_equal(rc_profile_region(profile), "eu-west-2");
    rc_profile_free(profile);
    environment_set(&here, "AWS_REGION", "eu-west-3");
    profile = load(NULL);
    assert_string_equal(rc_profile_region(profile), "eu-west-3");
    rc_profile_free(profile);
    struct rc_profile_options options = {
        .region = "us-west-2", .getenv = environment_get, .getenv_ctx = &here};
    profile = rc_profile_load(&options, NULL);
    assert_non_null(profile);
    assert_string_equal(rc_profile_region(profile), "us-west-2");
    rc_profile_free(profile);
    environment_set(&here, "AWS_REGION", "evil.example/");
    assert_refused(NULL, "\"evil.example/\" is no region");
}

static const struct rc_service logs = {.config_name = "cloudwatch_logs"};
static const struct rc_service dynamodb = {.config_name = "dynamodb"};

static void assert_endpoint(const char *option, const struct rc_service *service, const char *url)
{
    struct rc_profile_options options = {
        .endpoint = option, .getenv = environment_get, .getenv_ctx = &here};
    struct rc_profile *profile = rc_profile_load(&options, NULL);
    assert_non_null(profile);
    const char *is = rc_profile_endpoint(profile, service);
    assert_string_equal(is ? is : "(none)", url);
    rc_profile_free(profile);
}

static void test_endpoints(void **state)
{
    (void)state;
    assert_endpoint(NULL, &logs, "(none)");
    config("[default]\nendpoint_url = http://profile\n");
    assert_endpoint(NULL, &logs, "http://profile");
    config("[default]\nservices = local\nendpoint_url = http://profile\n"
           "[services local]\n"
           "cloudwatch_logs =\n"
           "  endpoint_url = http://services\n"
           "other =\n"
           "  endpoint_url = http://wrong\n"
           "[services other]\n"
           "dynamodb =\n"
           "  endpoint_url = http://wrong\n");
    assert_endpoint(NULL, &logs, "http://services");
    assert_endpoint(NULL, &dynamodb, "http://profile");
    environment_set(&here, "AWS_ENDPOINT_URL", "http://all");
    assert_endpoint(NULL, &logs, "http://all");
    environment_set(&here, "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", "http://logs");
    assert_endpoint(NULL, &logs, "http://logs");
    assert_endpoint(NULL, &dynamodb, "http://all");
    assert_endpoint("http://line", &logs, "http://line");
    environment_set(&here, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "True");
    assert_endpoint(NULL, &logs, "(none)");
    assert_endpoint("http://line", &logs, "http://line");
    environment_set(&here, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false");
    assert_endpoint(NULL, &logs, "http://logs");
    config("[default]\nignore_configured_endpoint_urls = true\nendpoint_url = http://profile\n");
    assert_endpoint(NULL, &logs, "(none)");
}

static void test_sso_sessions(void **state)
{
    (void)state;
    config("[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp\n"
           "[profile corp]\nsso_region = profile\n");
    credentials("[sso-session corp]\nsso_region = wrong\n");
    struct rc_profile *profile = load("corp");
    assert_string_equal(rc_profile_sso(profile, "corp", "sso_region"), "eu-west-1");
    assert_null(rc_profile_sso(profile, "corp", "sso_account_id"));
    assert_null(rc_profile_sso(profile, "other", "sso_region"));
    rc_profile_free(profile);
}

static void test_paths_from_home(void **state)
{
    (void)state;
    struct rc_profile *profile = load(NULL);
    char path[64], expected[128];
    snprintf(expected, sizeof expected, "%s/x", here.home);
    assert_true(rc_profile_expand(profile, "~/x", path, sizeof path));
    assert_string_equal(path, expected);
    assert_true(rc_profile_expand(profile, "~x/y", path, sizeof path));
    assert_string_equal(path, "~x/y");
    assert_true(rc_profile_expand(profile, "1234567", path, 8));
    assert_false(rc_profile_expand(profile, "12345678", path, 8));
    assert_false(rc_profile_expand(profile, "~", path, strlen(here.home)));
    assert_true(rc_profile_expand(profile, "~", path, strlen(here.home) + 1));
    rc_profile_free(profile);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_without_files_there_is_a_default),
        TEST(test_sections_and_settings),
        TEST(test_nested_settings),
        TEST(test_long_values_and_names),
        TEST(test_what_is_said_later_counts),
        TEST(test_the_credentials_file_comes_first),
        TEST(test_mistakes_name_file_and_line),
        TEST(test_limits),
        TEST(test_files_that_cannot_be_read),
        TEST(test_which_profile),
        TEST(test_regions),
        TEST(test_endpoints),
        TEST(test_sso_sessions),
        TEST(test_paths_from_home),
    };
    return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
