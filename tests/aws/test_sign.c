#include "aws/sign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Keys of the AWS documentation's examples. */
static const char access_key[] = "AKIDEXAMPLE";
static const char secret_key[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

enum { CAP = 1 << 16, MOST_HEADERS = 32, AT_20150830_123600 = 1440938160 };

/* ----- vectors of the project's own ----- */

static struct rc_sign_options options_of(const char *service)
{
    return (struct rc_sign_options){.access_key = access_key,
                                    .secret_key = secret_key,
                                    .region = "us-east-1",
                                    .service = service,
                                    .unix_s = AT_20150830_123600};
}

static void canonical_is(const struct rc_sign_request *request,
                         const struct rc_sign_options *options, const char *expected)
{
    struct rc_buf canonical, names;
    struct rc_error err = {0};
    rc_buf_init(&canonical, CAP);
    rc_buf_init(&names, CAP);
    assert_true(rc_sign_canonical(request, options, &canonical, &names, &err));
    assert_string_equal(canonical.data, expected);
    rc_buf_free(&names);
    rc_buf_free(&canonical);
}

/* The example of "Signature Version 4: a complete example", AWS General Reference:
 * IAM's ListUsers, with the signature that it gives. */
static void test_the_documented_example(void **state)
{
    (void)state;
    const struct rc_sign_header headers[] = {
        {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
        {"Host", "iam.amazonaws.com"},
    };
    const struct rc_sign_request request = {.method = "GET",
                                            .path = "/",
                                            .query = "Version=2010-05-08&Action=ListUsers",
                                            .headers = headers,
                                            .header_count = 2,
                                            .payload_hash = rc_sign_empty_hash};
    struct rc_sign_options options = options_of("iam");
    struct rc_buf authorization;
    struct rc_error err = {0};
    rc_buf_init(&authorization, CAP);
    assert_true(rc_sign_authorization(&request, &options, &authorization, &err));
    assert_string_equal(
        authorization.data,
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
    rc_buf_free(&authorization);
}

/* The example of "Authenticating Requests: Using Query Parameters", S3's API
 * Reference: a presigned GET of examplebucket/test.txt. */
static void test_the_documented_presigned_example(void **state)
{
    (void)state;
    const struct rc_sign_header host = {"host", "examplebucket.s3.amazonaws.com"};
    const struct rc_sign_request request = {.method = "GET",
                                            .path = "/test.txt",
                                            .headers = &host,
                                            .header_count = 1,
                                            .payload_hash = rc_sign_unsigned_payload};
    const struct rc_sign_options options = {.access_key = "AKIAIOSFODNN7EXAMPLE",
                                            .secret_key =
                                                "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                                            .region = "us-east-1",
                                            .service = "s3",
                                            .unix_s = 1369353600,
                                            .s3 = true,
                                            .expires_s = 86400};
    struct rc_buf query;
    struct rc_error err = {0};
    rc_buf_init(&query, CAP);
    assert_true(rc_sign_query(&request, &options, &query, &err));
    assert_string_equal(
        query.data,
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524"
        "%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400"
        "&X-Amz-SignedHeaders=host&X-Amz-Signature="
        "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
    rc_buf_free(&query);
}

static void test_paths(void **state)
{
    (void)state;
    static const struct {
        const char *path, *twice, *s3;
    } cases[] = {
        {"", "/", "/"},
        {"/", "/", "/"},
        {"/a/./b/../c", "/a/c", "/a/./b/../c"},
        {"/..", "/", "/.."},
        {"/a/..", "/", "/a/.."},
        {"//a//b/", "/a/b/", "//a//b/"},
        {"/a%20b", "/a%2520b", "/a%20b"},
        {"/2015-03-31/functions/f:1", "/2015-03-31/functions/f%3A1", "/2015-03-31/functions/f:1"},
    };
    const struct rc_sign_header host = {"Host", "h"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct rc_sign_request request = {.method = "GET",
                                                .path = cases[i].path,
                                                .headers = &host,
                                                .header_count = 1,
                                                .payload_hash = "-"};
        struct rc_sign_options options = options_of("lambda");
        char expected[200];
        for (int s3 = 0; s3 < 2; s3++) {
            options.s3 = s3;
            snprintf(expected, sizeof expected,
                     "GET\n%s\n\nhost:h\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n-",
                     s3 ? cases[i].s3 : cases[i].twice);
            canonical_is(&request, &options, expected);
        }
    }
}

static void test_queries(void **state)
{
    (void)state;
    static const struct {
        const char *query, *canonical;
    } cases[] = {
        {"uploads", "uploads="},
        {"b=2&a=1&a=0", "a=0&a=1&b=2"},
        {"Param-3=x&Param=y", "Param=y&Param-3=x"},
        {"prefix=a%2fb&delimiter=/", "delimiter=%2F&prefix=a%2Fb"},
        {"x=a+b&y=%zz", "x=a%2Bb&y=%25zz"},
        {"&&a&", "a="},
        {"list-type=2&prefix=", "list-type=2&prefix="},
    };
    const struct rc_sign_header host = {"Host", "h"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct rc_sign_request request = {.method = "GET",
                                                .path = "/",
                                                .query = cases[i].query,
                                                .headers = &host,
                                                .header_count = 1,
                                                .payload_hash = "-"};
        const struct rc_sign_options options = options_of("s3");
        char expected[200];
        snprintf(expected, sizeof expected,
                 "GET\n/\n%s\nhost:h\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n-",
                 cases[i].canonical);
        canonical_is(&request, &options, expected);
    }
}

static void test_headers(void **state)
{
    (void)state;
    const struct rc_sign_header headers[] = {
        {"X-B", "  two   words\n\tmore "}, {"Host", "h"}, {"x-a", ""}, {"X-b", "again"}};
    const struct rc_sign_request request = {
        .method = "PUT", .path = "/", .headers = headers, .header_count = 4, .payload_hash = "-"};
    struct rc_sign_options options = options_of("s3");
    options.session_token = "TOKEN";
    options.hash_header = rc_sign_unsigned_payload;
    canonical_is(&request, &options,
                 "PUT\n/\n\nhost:h\nx-a:\nx-amz-content-sha256:UNSIGNED-PAYLOAD\n"
                 "x-amz-date:20150830T123600Z\nx-amz-security-token:TOKEN\n"
                 "x-b:two words more,again\n\n"
                 "host;x-a;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-b\n-");
}

/* A kept key gives what a fresh one gives, also after the day or the secret changed. */
static void test_a_kept_key(void **state)
{
    (void)state;
    struct rc_sign_key key = {0};
    struct rc_sign_options options = options_of("sqs");
    for (int i = 0; i < 6; i++) {
        char fresh[RC_SIGN_HEX], kept[RC_SIGN_HEX];
        struct rc_error err = {0};
        options.unix_s = AT_20150830_123600 + 86400 * (i / 2);
        options.secret_key = i % 2 ? secret_key : "another";
        options.key = NULL;
        assert_true(rc_sign_signature(&options, "text", 4, fresh, &err));
        options.key = &key;
        for (int again = 0; again < 2; again++) {
            assert_true(rc_sign_signature(&options, "text", 4, kept, &err));
            assert_string_equal(kept, fresh);
        }
    }
}

static void test_limits(void **state)
{
    (void)state;
    char region[300];
    struct rc_sign_header headers[600];
    struct rc_buf out;
    struct rc_error err = {0};
    memset(region, 'r', sizeof region - 1);
    region[sizeof region - 1] = '\0';
    for (size_t i = 0; i < 600; i++)
        headers[i] = (struct rc_sign_header){"a", "b"};
    struct rc_sign_request request = {.method = "GET", .path = "/", .payload_hash = "-"};
    struct rc_sign_options options = options_of("sqs");
    options.region = region;
    rc_buf_init(&out, CAP);
    assert_false(rc_sign_authorization(&request, &options, &out, &err));
    assert_non_null(strstr(err.text, "region"));
    options.region = "eu-west-1";
    request.headers = headers;
    request.header_count = 600;
    assert_false(rc_sign_authorization(&request, &options, &out, &err));
    assert_non_null(strstr(err.text, "headers"));
    rc_buf_free(&out);
}

/* ----- the published vectors, where they are at hand ----- */

struct vector {
    char folder[1024];
    char *request;
    const char *method, *path, *query, *body;
    struct rc_sign_header headers[MOST_HEADERS];
    size_t header_count;
    json_t *context;
    char hash[RC_SIGN_HEX];
};

static char *read_file(const char *folder, const char *name, bool needed)
{
    char path[1200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, CAP);
    assert_non_null(text);
    if (!file && !needed) {
        free(text);
        return NULL;
    }
    assert_non_null(file);
    size_t length = fread(text, 1, CAP - 1, file);
    fclose(file);
    while (length && text[length - 1] == '\n' && strcmp(name, "request.txt") != 0)
        text[--length] = '\0';
    return text;
}

/* Cuts "GET /path?query HTTP/1.1", header lines (which may go on in the next line)
 * and a body behind an empty line. */
static void read_request(struct vector *vector)
{
    char *line = vector->request, *next = strchr(line, '\n');
    vector->method = line;
    line = strchr(line, ' ');
    *line++ = '\0';
    vector->path = line;
    char *end = next;
    while (*--end != ' ')
        ;
    *end = '\0';
    char *question = strchr(line, '?');
    vector->query = question ? question + 1 : "";
    if (question)
        *question = '\0';
    for (line = next + 1; *line && *line != '\n'; line = next + 1) {
        next = strchr(line, '\n');
        while (next && (next[1] == ' ' || next[1] == '\t'))
            next = strchr(next + 1, '\n');
        if (next)
            *next = '\0';
        char *colon = strchr(line, ':');
        *colon = '\0';
        assert_true(vector->header_count < MOST_HEADERS);
        vector->headers[vector->header_count++] = (struct rc_sign_header){line, colon + 1};
        if (!next)
            break;
    }
    vector->body = next && *line == '\n' ? line + 1 : "";
}

static const char *context_text(const json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

static void check_variant(const struct vector *vector, bool presigned)
{
    const json_t *keys = json_object_get(vector->context, "credentials");
    bool sign_body = json_is_true(json_object_get(vector->context, "sign_body"));
    struct tm tm = {0};
    strptime(context_text(vector->context, "timestamp"), "%Y-%m-%dT%H:%M:%SZ", &tm);
    struct rc_sign_options options = {
        .access_key = context_text(keys, "access_key_id"),
        .secret_key = context_text(keys, "secret_access_key"),
        .session_token = context_text(keys, "token"),
        .region = context_text(vector->context, "region"),
        .service = context_text(vector->context, "service"),
        .unix_s = timegm(&tm),
        .as_it_stands = json_is_false(json_object_get(vector->context, "normalize")),
        .token_unsigned = json_is_true(json_object_get(vector->context, "omit_session_token")),
        .hash_header = sign_body && !presigned ? vector->hash : NULL,
    };
    if (presigned)
        options.expires_s =
            json_integer_value(json_object_get(vector->context, "expiration_in_seconds"));
    const struct rc_sign_request request = {.method = vector->method,
                                            .path = vector->path,
                                            .query = vector->query,
                                            .headers = vector->headers,
                                            .header_count = vector->header_count,
                                            .payload_hash = vector->hash};
    char *expected[3], name[64], signature[RC_SIGN_HEX];
    static const char *const stages[] = {"canonical-request", "string-to-sign", "signature"};
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s-%s.txt", presigned ? "query" : "header", stages[i]);
        expected[i] = read_file(vector->folder, name, true);
    }
    struct rc_buf canonical, names, string, signed_whole;
    struct rc_error err = {0};
    rc_buf_init(&canonical, CAP);
    rc_buf_init(&names, CAP);
    rc_buf_init(&string, CAP);
    rc_buf_init(&signed_whole, CAP);
    assert_true(rc_sign_canonical(&request, &options, &canonical, &names, &err));
    assert_string_equal(canonical.data, expected[0]);
    assert_true(rc_sign_string(&options, canonical.data, canonical.length, &string, &err));
    assert_string_equal(string.data, expected[1]);
    assert_true(rc_sign_signature(&options, string.data, string.length, signature, &err));
    assert_string_equal(signature, expected[2]);
    assert_true(presigned ? rc_sign_query(&request, &options, &signed_whole, &err)
                          : rc_sign_authorization(&request, &options, &signed_whole, &err));
    assert_non_null(strstr(signed_whole.data, expected[2]));
    rc_buf_free(&signed_whole);
    rc_buf_free(&string);
    rc_buf_free(&names);
    rc_buf_free(&canonical);
    for (int i = 0; i < 3; i++)
        free(expected[i]);
}

static void check_vector(const char *folder)
{
    struct vector vector = {0};
    struct rc_error err = {0};
    snprintf(vector.folder, sizeof vector.folder, "%s", folder);
    char *context = read_file(folder, "context.json", true);
    vector.context = json_loads(context, 0, NULL);
    assert_non_null(vector.context);
    vector.request = read_file(folder, "request.txt", true);
    read_request(&vector);
    assert_true(rc_sign_hash(vector.body, strlen(vector.body), vector.hash, &err));
    check_variant(&vector, false);
    check_variant(&vector, true);
    free(vector.request);
    free(context);
    json_decref(vector.context);
}

static void test_published_vectors(void **state)
{
    (void)state;
    const char *shared = getenv("RECONCTL_SHARED");
    char folder[512], path[1024];
    snprintf(folder, sizeof folder, "%s/sigv4/v4", shared ? shared : "");
    DIR *dir = shared ? opendir(folder) : NULL;
    if (!dir) {
        print_message("no sigv4/v4 below RECONCTL_SHARED: the published vectors are skipped\n");
        skip();
        return; /* for analysers, which do not know that it has ended */
    }
    int count = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        check_vector(path);
        count++;
    }
    closedir(dir);
    print_message("%d vectors in both variants\n", count);
    assert_true(count >= 38);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_documented_example),
        cmocka_unit_test(test_the_documented_presigned_example),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_queries),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_a_kept_key),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_published_vectors),
    };
    return cmocka_run_group_tests_name("sign", tests, NULL, NULL);
}
