#include "aws/log.h"
#include "base/buf.h"
#include "tests/aws/environment.h"

static const struct {
    const char *text, *redacted;
} cases[] = {
    /* headers */
    {"Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/2, Signature=ab\r\nHost: x",
     "Authorization: ***\r\nHost: x"},
    {"> proxy-authorization: Basic dTpw\n", "> proxy-authorization: ***\n"},
    {"X-Amz-Security-Token: abc def", "X-Amz-Security-Token: ***"},
    {"x-amz-sso_bearer_token: aoaAAA", "x-amz-sso_bearer_token: ***"},
    {"X-aws-ec2-metadata-token: AQAE==\nX-aws-ec2-metadata-token-ttl-seconds: 21600",
     "X-aws-ec2-metadata-token: ***\nX-aws-ec2-metadata-token-ttl-seconds: 21600"},
    {"Set-Cookie: a=b; c", "Set-Cookie: ***"},
    {"x-amz-server-side-encryption-customer-key: a2V5", "x-amz-server-side-encryption-customer-key:"
                                                        " ***"},
    {"headers\\nAuthorization: AWS4\nx", "headers\\nAuthorization: ***\nx"},
    {"headers\\nToken: abc\nx", "headers\\nToken: ***\nx"},
    {"Content-Type: text/plain", "Content-Type: text/plain"},
    /* URLs */
    {"GET https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2F"
     "us-east-1&X-Amz-Signature=aeeed9&X-Amz-Expires=60",
     "GET https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIA***%2F20130524%2F"
     "us-east-1&X-Amz-Signature=***&X-Amz-Expires=60"},
    {"?X-Amz-Security-Token=IQo%2Fabc%3D%3D&a=b", "?X-Amz-Security-Token=***&a=b"},
    {"to=https%3A%2F%2Fx%3FX-Amz-Signature%3Dabcdef%26a%3Db",
     "to=https%3A%2F%2Fx%3FX-Amz-Signature%3D***%26a%3Db"},
    {"via http://me:pw@proxy:3128/x", "via http://***@proxy:3128/x"},
    {"https://host/a@b", "https://host/a@b"},
    {"Action=AssumeRole&TokenCode=123456&SerialNumber=arn", "Action=AssumeRole&TokenCode=***&"
                                                            "SerialNumber=arn"},
    {"WebIdentityToken=eyJhbGc.e30.x&Version=1", "WebIdentityToken=***&Version=1"},
    /* JSON */
    {"{\"SecretAccessKey\": \"wJalr/XUt\", \"Version\": 1}",
     "{\"SecretAccessKey\": \"***\", \"Version\": 1}"},
    {"{\"AccessKeyId\":\"ASIAEXAMPLEKEY00\",\"SessionToken\":\"a\\\"b\",\"Code\":\"ok\"}",
     "{\"AccessKeyId\":\"ASIA***\",\"SessionToken\":\"***\",\"Code\":\"ok\"}"},
    {"{\"Token\" :\n \"abc\\\\\",\"x\":\"y\"}", "{\"Token\" :\n \"***\",\"x\":\"y\"}"},
    {"{\\\"accessToken\\\": \\\"abc\\\", \\\"expiresAt\\\": \\\"2026\\\"}",
     "{\\\"accessToken\\\": \\\"***\\\", \\\"expiresAt\\\": \\\"2026\\\"}"},
    {"{\\\"password\\\":\\\"a\\\\\\\"b\\\",\\\"u\\\":1}",
     "{\\\"password\\\":\\\"***\\\",\\\"u\\\":1}"},
    {"%7B%22Token%22%3A%22abc%22%2C%22a%22%3A1", "%7B%22Token%22%3A%22***%22%2C%22a%22%3A1"},
    {"{'secretAccessKey': 'abc', 'a': 'b'}", "{'secretAccessKey': '***', 'a': 'b'}"},
    {"{\"password\":[\"a]\",{\"b\":\"c\"}],\"d\":1}", "{\"password\":***,\"d\":1}"},
    {"{\"refreshToken\":\"abc", "{\"refreshToken\":\"***"},
    {"{\"clientSecret\":null}", "{\"clientSecret\":***}"},
    {"{\"NextToken\":\"page2\",\"ClientRequestToken\":\"7\"}",
     "{\"NextToken\":\"page2\",\"ClientRequestToken\":\"7\"}"},
    {"{\"taskToken\":\"AQB\"}", "{\"taskToken\":\"***\"}"},
    /* XML */
    {"<Credentials><AccessKeyId>ASIAXXXXXXXX</AccessKeyId><SecretAccessKey>a/b+c</SecretAccessKey>"
     "<SessionToken>tok==</SessionToken><Expiration>2026</Expiration>",
     "<Credentials><AccessKeyId>ASIA***</AccessKeyId><SecretAccessKey>***</SecretAccessKey>"
     "<SessionToken>***</SessionToken><Expiration>2026</Expiration>"},
    /* files, environments, command lines */
    {"aws_secret_access_key = abc\nregion = eu", "aws_secret_access_key = ***\nregion = eu"},
    {"AWS_SESSION_TOKEN=abc AWS_REGION=eu", "AWS_SESSION_TOKEN=*** AWS_REGION=eu"},
    {"export AWS_SECRET_ACCESS_KEY=\"a b\" x", "export AWS_SECRET_ACCESS_KEY=\"***\" x"},
    {"tool --password hunter2 --user me", "tool --password *** --user me"},
    {"tool --secret-key=hunter2 -v", "tool --secret-key=*** -v"},
    {"{secret => 'abc', a => 1}", "{secret => '***', a => 1}"},
    /* without a name */
    {"The key AKIAIOSFODNN7EXAMPLE is off", "The key AKIA*** is off"},
    {"AKIA is short, AKIAIOSFOD too", "AKIA is short, AKIAIOSFOD too"},
    {"got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.abc-_ end", "got *** end"},
    {"token IQoJb3JpZ2luX2VjEMn////+==", "token ***"},
    {"curl -H 'x' Bearer abcdefghijklmnopqrstuvwxyz'", "curl -H 'x' Bearer ***'"},
    {"a -----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY----- b", "a *** b"},
    {"-----BEGIN PRIVATE KEY-----\nMII", "***"},
    {"-----BEGIN CERTIFICATE-----\nMII", "-----BEGIN CERTIFICATE-----\nMII"},
    /* what is none */
    {"", ""},
    {"a secret is kept, the token expired", "a secret is kept, the token expired"},
    {"SignatureDoesNotMatch: The request signature we calculated", "SignatureDoesNotMatch: The "
                                                                   "request signature we "
                                                                   "calculated"},
    {"dynamodb PutItem 200 12 ms 3 of 4", "dynamodb PutItem 200 12 ms 3 of 4"},
    {"100%", "100%"},
    {"\\", "\\"},
};

static void test_redaction(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[1024], again[1024];
        rc_log_redact(cases[i].text, out, sizeof out);
        assert_string_equal(out, cases[i].redacted);
        rc_log_redact(out, again, sizeof again);
        assert_string_equal(again, out);
    }
}

static void test_redaction_in_little_room(void **state)
{
    (void)state;
    char out[32];
    memset(out, 'x', sizeof out);
    rc_log_redact("password=abc&more", out, 0);
    assert_int_equal(out[0], 'x');
    for (size_t room = 1; room <= 20; room++) {
        memset(out, 'x', sizeof out);
        rc_log_redact("password=abc&more", out, room);
        assert_true(strlen(out) < room);
        assert_memory_equal(out, "password=***&more", strlen(out));
        assert_int_equal(out[room], 'x');
    }
}

/* No cut of a text with secrets shows one, wherever it is cut. */
static void test_a_cut_text_shows_nothing(void **state)
{
    (void)state;
    static const char text[] = "{\"SecretAccessKey\":\"QQQQQQQQ\",\"a\":\"{\\\"token\\\":"
                               "\\\"QQQQ\\\"}\"} X-Amz-Signature=QQQQ Authorization: QQQQ";
    char cut[sizeof text], out[sizeof text * 2];
    for (size_t length = 0; length < sizeof text; length++) {
        memcpy(cut, text, length);
        cut[length] = '\0';
        rc_log_redact(cut, out, sizeof out);
        assert_null(strchr(out, 'Q'));
    }
}

/* ----- the file ----- */

static struct environment here;
static char path[128];

static int begin(void **state)
{
    (void)state;
    environment_begin(&here);
    snprintf(path, sizeof path, "%s/log", here.home);
    return 0;
}

static int end(void **state)
{
    (void)state;
    environment_end(&here);
    return 0;
}

static struct rc_log *open_log(enum rc_log_level level)
{
    struct rc_error err = {0};
    struct rc_log *log = rc_log_open(path, level, &err);
    if (!log) {
        fail_msg("%s", err.text);
        abort();
    }
    return log;
}

static void assert_file(const char *expected)
{
    static char text[64 << 10];
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(text, expected);
}

static void test_lines(void **state)
{
    (void)state;
    struct rc_log *log = open_log(RC_LOG_DEBUG);
    rc_log_write(log, RC_LOG_DEBUG, 1440938160007, "a %d\n\x1b[31m\t\x7f\xc2\x9b", 7);
    rc_log_write(log, RC_LOG_ERROR, -1, "password=abc \xc3\xa4");
    rc_log_write(log, RC_LOG_TRACE, 0, "not wanted");
    rc_log_close(log);
    log = open_log(RC_LOG_WARN);
    rc_log_write(log, RC_LOG_INFO, 0, "not wanted either");
    rc_log_write(log, RC_LOG_WARN, 0, "%s", "");
    rc_log_close(log);
    assert_file("2015-08-30T12:36:00.007Z debug a 7\\n\\x1b[31m\\t\\x7f\\xc2\\x9b\n"
                "1970-01-01T00:00:00.000Z error password=*** \xc3\xa4\n"
                "1970-01-01T00:00:00.000Z warn  \n");
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void test_long_lines_are_cut(void **state)
{
    (void)state;
    struct rc_buf words;
    rc_buf_init(&words, 100000);
    while (words.length < 90000)
        rc_buf_add_str(&words, "\x01");
    struct rc_log *log = open_log(RC_LOG_INFO);
    rc_log_write(log, RC_LOG_INFO, 0, "%s", words.data);
    rc_log_close(log);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_size, 31 + 4 * 8191 + 1);
    rc_buf_free(&words);
}

static void test_levels(void **state)
{
    (void)state;
    enum rc_log_level level = RC_LOG_ERROR;
    assert_true(rc_log_level_parse("Trace", &level));
    assert_int_equal(level, RC_LOG_TRACE);
    assert_true(rc_log_level_parse("warn", &level));
    assert_int_equal(level, RC_LOG_WARN);
    assert_false(rc_log_level_parse("loud", &level));
    assert_false(rc_log_level_parse("", &level));
    assert_int_equal(level, RC_LOG_WARN);
    assert_false(rc_log_wants(NULL, RC_LOG_ERROR));
    rc_log_write(NULL, RC_LOG_ERROR, 0, "nowhere");
    rc_log_close(NULL);
}

static void test_a_log_that_cannot_be_opened(void **state)
{
    (void)state;
    struct rc_error err = {0};
    assert_null(rc_log_open("/nowhere/log", RC_LOG_INFO, &err));
    assert_int_equal(err.code, RC_IO);
    assert_non_null(strstr(err.text, "the log /nowhere/log cannot be opened: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_redaction),
        cmocka_unit_test(test_redaction_in_little_room),
        cmocka_unit_test(test_a_cut_text_shows_nothing),
        cmocka_unit_test_setup_teardown(test_lines, begin, end),
        cmocka_unit_test_setup_teardown(test_long_lines_are_cut, begin, end),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_a_log_that_cannot_be_opened),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
