/* Files that an operator sends to S3, and versions that are brought back. */
#include "tests/ops/use.h"

#include "aws/s3.h"
#include "ops/upload.h"
#include "pipeline/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct cloud cloud;
static struct use use;
static char path[128];

static int begin_all(void **state)
{
    (void)state;
    cloud_begin(&cloud);
    cloud_intake(&cloud);
    snprintf(path, sizeof path, "%s/corrected.txt", cloud.folder);
    return 0;
}

static int end_all(void **state)
{
    (void)state;
    cloud_end(&cloud);
    return 0;
}

static int begin(void **state)
{
    (void)state;
    use_begin(&use, &cloud);
    return 0;
}

static int end(void **state)
{
    (void)state;
    use_end(&use);
    return 0;
}

/* ----- files and objects ----- */

static json_t *file_of(const char *bytes, size_t length)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    return json_pack("{ss}", "file", path);
}

static json_t *file_with(const char *text)
{
    return file_of(text, strlen(text));
}

static enum rc_http_taken take(void *ctx, const struct rc_http_head *head, const char *bytes,
                               size_t length)
{
    (void)head;
    return rc_buf_add(ctx, bytes, length) ? RC_HTTP_TAKEN : RC_HTTP_STOP;
}

/* What is under the key; "" when nothing is. */
static void expect_object(const char *key, const char *bytes, size_t length)
{
    struct rc_buf got;
    const struct rc_s3_get_object in = {.bucket = CLOUD_BUCKET, .key = key};
    rc_buf_init(&got, 64 << 20);
    struct rc_call *call = rc_s3_get_object(cloud.session.aws, &in, NULL, NULL);
    assert_non_null(call);
    rc_call_set_sink(call, &(struct rc_call_sink){.take = take, .ctx = &got});
    rc_call_wait(call, NULL);
    rc_call_free(call);
    assert_int_equal(got.length, length);
    assert_int_equal(length ? memcmp(got.data, bytes, length) : 0, 0);
    rc_buf_free(&got);
}

static void expect_text(const char *key, const char *text)
{
    expect_object(key, text, strlen(text));
}

static size_t version_count(const char *key)
{
    struct rc_error err = {0};
    const struct rc_s3_list_versions in = {.bucket = CLOUD_BUCKET, .prefix = key};
    struct rc_call *call = rc_s3_list_versions(cloud.session.aws, &in, NULL, NULL);
    assert_true(rc_call_wait(call, &err));
    size_t count = rc_s3_list_versions_answer(call)->versions.count;
    rc_call_free(call);
    return count;
}

static void put(const char *key, const char *text, char version[128])
{
    cloud_put(&cloud, key, text, strlen(text), version);
}

static void name_of(const char *key, const char *version, char name[256])
{
    snprintf(name, 256, "s3://%s/%s%s%s", CLOUD_BUCKET, key, version ? "@" : "",
             version ? version : "");
}

/* ----- upload ----- */

static void test_a_new_file_is_sent(void **state)
{
    (void)state;
    char name[256];
    name_of("one/settlement/a.txt", NULL, name);
    const json_t *shown = use_preview(&use, &rc_op_upload, name, file_with("hello"));
    use_changes(shown, name, "none", "5 bytes of the file");
    assert_true(use_warns(shown, "as a new file of one, side settlement"));
    expect_text("one/settlement/a.txt", "");
    use_perform(&use, "done");
    expect_text("one/settlement/a.txt", "hello");
    use_action(&use, &rc_op_upload, name, file_with("hello"), "unchanged");
    assert_int_equal(version_count("one/settlement/a.txt"), 1);
}

static void test_a_correction_stands_over_what_was_shown(void **state)
{
    (void)state;
    char name[256], version[128];
    const char *key = "two/internal/a.txt";
    put(key, "wrong", version);
    name_of(key, NULL, name);
    const json_t *shown = use_preview(&use, &rc_op_upload, name, file_with("right"));
    assert_true(use_warns(shown, "as a correction of two, side internal"));
    use_perform(&use, "done");
    expect_text(key, "right");
    /* back and forth: each is another use */
    use_action(&use, &rc_op_upload, name, file_with("wrong"), "done");
    use_action(&use, &rc_op_upload, name, file_with("right"), "done");
    assert_int_equal(version_count(key), 4);
    /* somebody else was faster */
    use_preview(&use, &rc_op_upload, name, file_with("mine"));
    put(key, "theirs", version);
    const json_t *done = use_perform(&use, "failed");
    assert_non_null(strstr(use_text(done, "detail"), "since it was shown"));
    expect_text(key, "theirs");
}

static void test_a_file_that_changes_after_it_was_shown_is_not_sent(void **state)
{
    (void)state;
    char name[256];
    name_of("three/internal/a.txt", NULL, name);
    use_preview(&use, &rc_op_upload, name, file_with("shown"));
    json_decref(file_with("other"));
    use_perform(&use, "failed");
    expect_text("three/internal/a.txt", "");
}

static void test_content_that_is_there_is_known_by_its_etag(void **state)
{
    (void)state;
    char name[256], version[128];
    put("four/internal/a.txt", "same", version);
    name_of("four/internal/a.txt", NULL, name);
    const json_t *shown = use_preview(&use, &rc_op_upload, name, file_with("same"));
    assert_true(use_warns(shown, "has that content already"));
    use_perform(&use, "unchanged");
    assert_int_equal(version_count("four/internal/a.txt"), 1);
}

static void test_a_large_file_goes_in_parts(void **state)
{
    (void)state;
    const char *key = "five/settlement/large.txt";
    size_t length = RC_OP_PART_BYTES + 12345;
    char name[256], *bytes = malloc(length);
    assert_non_null(bytes);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)('a' + i * 7 % 26);
    name_of(key, NULL, name);
    const json_t *done = use_action(&use, &rc_op_upload, name, file_of(bytes, length), "done");
    assert_int_equal(json_array_size(json_object_get(done, "requests")), 4);
    expect_object(key, bytes, length);
    use_action(&use, &rc_op_upload, name, file_of(bytes, length), "unchanged");
    assert_int_equal(version_count(key), 1);
    free(bytes);
}

static void test_what_the_pipeline_will_make_of_it(void **state)
{
    (void)state;
    char name[256];
    name_of("six/settlement/a.txt.tmp", NULL, name);
    assert_true(use_warns(use_preview(&use, &rc_op_upload, name, file_with("x")),
                          "will not take it: that is a temporary name"));
    name_of("elsewhere.txt", NULL, name);
    assert_true(
        use_warns(use_preview(&use, &rc_op_upload, name, file_with("x")), "will not take it: "));
}

static void test_files_and_names_that_are_none(void **state)
{
    (void)state;
    use_fails(&use, &rc_op_upload, "s3://inbox/a/settlement/b", file_with(""), RC_USAGE, "empty");
    use_fails(&use, &rc_op_upload, "s3://inbox/a/settlement/b",
              json_pack("{ss}", "file", "/none/such"), RC_USAGE, "/none/such");
    use_fails(&use, &rc_op_upload, "s3://inbox/a/settlement/b", json_pack("{ss}", "file", "/"),
              RC_USAGE, "no file");
    use_fails(&use, &rc_op_upload, "s3://inbox/a@v1", file_with("x"), RC_USAGE, "leave @v1 out");
    use_fails(&use, &rc_op_upload, "inbox", file_with("x"), RC_USAGE, "s3://BUCKET/KEY");
}

/* ----- restore ----- */

static void test_a_version_is_brought_back(void **state)
{
    (void)state;
    const char *key = "seven/settlement/a b+c%.txt";
    char first[128], second[128], name[256];
    put(key, "first", first);
    put(key, "second", second);
    name_of(key, first, name);
    const json_t *shown = use_preview(&use, &rc_op_restore, name, json_object());
    assert_true(use_warns(shown, "as a correction of seven, side settlement"));
    use_perform(&use, "done");
    expect_text(key, "first");
    use_action(&use, &rc_op_restore, name, json_object(), "unchanged");
    assert_int_equal(version_count(key), 3);
    name_of(key, second, name);
    use_preview(&use, &rc_op_restore, name, json_object());
    put(key, "third", first);
    use_perform(&use, "failed");
    expect_text(key, "third");
}

static void test_a_deleted_file_is_brought_back(void **state)
{
    (void)state;
    const char *key = "eight/settlement/a.txt";
    char version[128], name[256];
    struct rc_error err = {0};
    put(key, "gone", version);
    const struct rc_s3_delete_object in = {.bucket = CLOUD_BUCKET, .key = key};
    struct rc_call *call = rc_s3_delete_object(cloud.session.aws, &in, NULL, NULL);
    assert_true(rc_call_wait(call, &err));
    rc_call_free(call);
    expect_text(key, "");
    name_of(key, version, name);
    use_action(&use, &rc_op_restore, name, json_object(), "done");
    expect_text(key, "gone");
}

static void test_versions_that_are_none(void **state)
{
    (void)state;
    char version[128];
    put("nine/settlement/a.txt", "x", version);
    const json_t *shown =
        use_preview(&use, &rc_op_restore, "s3://inbox/nine/settlement/a.txt@nosuch", json_object());
    assert_string_equal(use_text(shown, "refused"), "there is no such version");
    use_fails(&use, &rc_op_restore, "s3://inbox/nine/settlement/a.txt", json_object(), RC_USAGE,
              "which version?");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_a_new_file_is_sent),
        TEST(test_a_correction_stands_over_what_was_shown),
        TEST(test_a_file_that_changes_after_it_was_shown_is_not_sent),
        TEST(test_content_that_is_there_is_known_by_its_etag),
        TEST(test_a_large_file_goes_in_parts),
        TEST(test_what_the_pipeline_will_make_of_it),
        TEST(test_files_and_names_that_are_none),
        TEST(test_a_version_is_brought_back),
        TEST(test_a_deleted_file_is_brought_back),
        TEST(test_versions_that_are_none),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
