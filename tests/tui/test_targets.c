#include "tui/targets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void writes(const char *kind, const struct rc_subject *subject, const char *target)
{
    struct rc_buf text;
    rc_buf_init(&text, 4096);
    bool ok = rc_target_write(kind, subject, &text);
    assert_int_equal(ok, target != NULL);
    if (target)
        assert_string_equal(text.data, target);
    rc_buf_free(&text);
}

static void test_writes_what_actions_read(void **state)
{
    (void)state;
    const struct rc_subject subject = {.program = "demo",
                                       .date = "2026-04-01",
                                       .transaction = "TX/1",
                                       .discrepancy = true,
                                       .bucket = "landing",
                                       .key = "demo/a.txt",
                                       .version = "v1",
                                       .queue = "https://sqs.x/000000000000/recon-failed",
                                       .message = "m-1",
                                       .error = "BadInput",
                                       .run = "file-1"};
    writes("discrepancy", &subject, "demo/2026-04-01/TX/1");
    writes("message", &subject, "m-1");
    writes("error", &subject, "BadInput");
    writes("file", &subject, "s3://landing/demo/a.txt@v1");
    writes("object", &subject, "s3://landing/demo/a.txt");
    writes("version of an object", &subject, "s3://landing/demo/a.txt@v1");
    writes("run", &subject, "file-1");
    writes("queue", &subject, "recon-failed");
    writes("day", &subject, "demo/2026-04-01");
    writes("program", &subject, "demo");
    writes("file or day", &subject, "s3://landing/demo/a.txt@v1");
    writes("machine", &subject, NULL);
    assert_string_equal(rc_target_param("queue", &subject), "recon-failed");
    assert_string_equal(rc_target_param("route", &subject), "");
}

static void test_an_at_in_a_key_gets_another_behind_it(void **state)
{
    (void)state;
    const struct rc_subject plain = {.bucket = "b", .key = "a.txt"};
    const struct rc_subject at = {.bucket = "b", .key = "a@b.txt"};
    writes("file", &plain, "s3://b/a.txt");
    writes("file", &at, "s3://b/a@b.txt@");
    writes("version of an object", &plain, NULL);
}

static void test_says_nothing_of_what_it_does_not_know(void **state)
{
    (void)state;
    const struct rc_subject none = {.program = ""};
    const struct rc_subject record = {.program = "demo", .date = "2026-04-01", .transaction = "T"};
    const struct rc_subject lone = {.message = "m-1", .error = "BadInput"};
    struct rc_buf text;
    rc_buf_init(&text, 4096);
    assert_false(rc_target_narrowest(&none, &text));
    assert_true(rc_target_narrowest(&record, &text));
    assert_string_equal(text.data, "demo/2026-04-01");
    rc_buf_free(&text);
    writes("discrepancy", &record, NULL);
    writes("message", &lone, NULL);
    writes("error", &lone, NULL);
}

static void test_lists_rows_of_one_thing_once(void **state)
{
    (void)state;
    struct rc_targets targets = {.items = NULL};
    const struct rc_subject a = {.run = "a"}, b = {.run = "b"}, none = {.run = ""};
    const struct rc_subject *const rows[] = {&a, &a, &none, &b};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_true(rc_targets_add_subject(&targets, "run", rows[i]));
    assert_int_equal(targets.count, 2);
    assert_string_equal(targets.items[0], "a");
    assert_string_equal(targets.items[1], "b");
    rc_targets_free(&targets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writes_what_actions_read),
        cmocka_unit_test(test_an_at_in_a_key_gets_another_behind_it),
        cmocka_unit_test(test_says_nothing_of_what_it_does_not_know),
        cmocka_unit_test(test_lists_rows_of_one_thing_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
