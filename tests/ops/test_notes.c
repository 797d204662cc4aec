/* What people write of discrepancies. */
#include "tests/ops/use.h"
#include "tests/pipeline/days.h"

#include "pipeline/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct cloud cloud;
static struct use use;
static char id[128], target[256];

static bool keep_id(void *ctx, const json_t *item, struct rc_error *err)
{
    const char *sk = rc_item_get_text(item, "SK");
    (void)ctx;
    (void)err;
    snprintf(id, sizeof id, "%.*s", (int)strcspn(sk, "#"), sk);
    return false;
}

/* A day with discrepancies, of which one is taken. */
static int begin_all(void **state)
{
    struct sample sample;
    struct rc_filedate day = day_of("alpha");
    (void)state;
    cloud_begin(&cloud);
    cloud_intake(&cloud);
    sample_make(&cloud, &sample, "alpha", 400, 1, 8);
    sample_deliver(&cloud, &sample, "alpha");
    work_day(&cloud.pipeline, "alpha", "written");
    json_t *rolled = stored_day(&cloud.pipeline, "alpha", NULL);
    for (uint32_t shard = 0; !id[0] && shard < 8; shard++) {
        struct rc_error err = {0};
        struct rc_key key;
        rc_key_discrepancy(&day, text_of(rolled, "fingerprint"), shard, "", RC_SETTLEMENT, &key);
        key.sk[0] = '\0';
        rc_store_query(&cloud.pipeline, RC_TABLE_STATE, &key, keep_id, NULL, &err);
    }
    json_decref(rolled);
    snprintf(target, sizeof target, "alpha/2026-04-01/%s", id);
    return id[0] == '\0';
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

/* ----- what is kept ----- */

static bool collect(void *ctx, const json_t *item, struct rc_error *err)
{
    (void)err;
    return json_array_append(ctx, (json_t *)item) == 0;
}

/* The transaction's notes, the caller's. */
static json_t *notes(void)
{
    struct rc_error err = {0};
    struct rc_filedate day = day_of("alpha");
    struct rc_key key;
    json_t *all = json_array();
    assert_true(rc_key_notes(&day, (struct rc_text){id, (uint32_t)strlen(id)}, &key));
    assert_true(rc_store_query(&cloud.pipeline, RC_TABLE_STATE, &key, collect, all, &err));
    return all;
}

static size_t note_count(void)
{
    json_t *all = notes();
    size_t count = json_array_size(all);
    json_decref(all);
    return count;
}

/* The note of that use, the caller's. */
static json_t *note_of(const json_t *used)
{
    struct rc_filedate day = day_of("alpha");
    struct rc_key key;
    assert_true(
        rc_key_note(&day, (struct rc_text){id, (uint32_t)strlen(id)}, use_text(used, "key"), &key));
    json_t *item = get_item(&cloud.pipeline, &key);
    assert_non_null(item);
    return item;
}

static void expect_attribute(const json_t *item, const char *name, const char *text)
{
    const char *value = rc_item_get_text(item, name);
    assert_string_equal(value ? value : "(none)", text);
}

/* ----- tests ----- */

static void test_a_comment_is_kept_with_its_writer_and_without_card_numbers(void **state)
{
    (void)state;
    int64_t at = 0, expires = 0;
    size_t before = note_count();
    const json_t *used =
        use_action(&use, &rc_op_comment, target,
                   json_pack("{ss}", "text", "paid with 4111111111111111"), "done");
    json_t *note = note_of(used);
    expect_attribute(note, "kind", "comment");
    expect_attribute(note, "text", "paid with 411111******1111");
    assert_non_null(strstr(rc_item_get_text(note, "who"), "arn:aws:"));
    assert_true(rc_item_get_int(note, "at", &at) && at > 0);
    assert_true(rc_item_get_int(note, "expires", &expires) && expires > 0);
    assert_int_equal(note_count(), before + 1);
    json_decref(note);
}

static void test_the_same_comment_can_be_written_twice_by_two_uses(void **state)
{
    (void)state;
    size_t before = note_count();
    for (int i = 0; i < 2; i++)
        use_action(&use, &rc_op_comment, target, json_pack("{ss}", "text", "again"), "done");
    assert_int_equal(note_count(), before + 2);
}

static void test_an_assignment_names_whose_it_was(void **state)
{
    (void)state;
    const json_t *shown = use_preview(&use, &rc_op_assign, target, json_pack("{ss}", "to", "anna"));
    use_changes(shown, "assignee", "nobody", "anna");
    json_t *note = note_of(use_perform(&use, "done"));
    expect_attribute(note, "assignee", "anna");
    json_decref(note);
    use_action(&use, &rc_op_assign, target, json_pack("{ss}", "to", "anna"), "unchanged");
    shown = use_preview(&use, &rc_op_assign, target, json_object());
    use_changes(shown, "assignee", "anna", "nobody");
    use_perform(&use, "done");
}

static void test_resolved_and_open_again(void **state)
{
    (void)state;
    use_action(&use, &rc_op_reopen, target, json_object(), "unchanged");
    const json_t *shown =
        use_preview(&use, &rc_op_resolve, target, json_pack("{ss}", "reason", "timing"));
    use_changes(shown, "state", "open", "resolved: timing");
    json_t *note = note_of(use_perform(&use, "done"));
    expect_attribute(note, "kind", "resolve");
    expect_attribute(note, "reason", "timing");
    json_decref(note);
    shown = use_preview(&use, &rc_op_resolve, target, json_pack("{ss}", "reason", "timing"));
    assert_true(use_warns(shown, "so already"));
    use_perform(&use, "unchanged");
    use_action(&use, &rc_op_resolve, target, json_pack("{ss}", "reason", "fee"), "done");
    shown = use_preview(&use, &rc_op_reopen, target, json_pack("{ss}", "text", "not so"));
    use_changes(shown, "state", "resolved: fee", "open");
    use_perform(&use, "done");
}

/* All that is kept but notes, and the audit, which is kept at AWS, too. */
static json_t *scan_beside(void)
{
    json_t *all = scan_all(&cloud.pipeline, "NOTE#");
    const char *key;
    json_t *item;
    void *next;
    json_object_foreach_safe(all, next, key, item)
    {
        if (strstr(key, " AUDIT#"))
            json_object_del(all, key);
    }
    return all;
}

/* A new match writes what is found anew, and leaves notes alone. */
static void test_notes_are_no_part_of_the_day(void **state)
{
    (void)state;
    json_t *before = scan_beside();
    use_action(&use, &rc_op_comment, target, json_pack("{ss}", "text", "beside"), "done");
    json_t *after = scan_beside();
    expect_same_items(before, after, "a comment");
    json_decref(before);
    json_decref(after);
}

static void test_what_is_no_discrepancy_is_refused(void **state)
{
    (void)state;
    const json_t *shown = use_preview(&use, &rc_op_comment, "alpha/2026-04-01/nothing#like it",
                                      json_pack("{ss}", "text", "x"));
    assert_non_null(strstr(use_text(shown, "refused"), "is no discrepancy"));
    shown =
        use_preview(&use, &rc_op_comment, "alpha/2026-05-01/any", json_pack("{ss}", "text", "x"));
    assert_non_null(strstr(use_text(shown, "refused"), "is no discrepancy"));
}

static void test_words_that_are_wrong(void **state)
{
    (void)state;
    char *longest = malloc(3001);
    assert_non_null(longest);
    memset(longest, 'x', 3000);
    longest[3000] = '\0';
    use_fails(&use, &rc_op_comment, target, json_pack("{ss}", "text", longest), RC_USAGE,
              "2000 are the most");
    use_fails(&use, &rc_op_comment, target, json_pack("{ss}", "text", " \n"), RC_USAGE,
              "needs a text");
    static const char *const wrong[] = {"alpha",
                                        "alpha/2026-04-01",
                                        "alpha/2026-04-01/",
                                        "/2026-04-01/x",
                                        "alpha/2026-4-1/x",
                                        "al#pha/2026-04-01/x",
                                        "alpha/yesterday/x"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        use_fails(&use, &rc_op_comment, wrong[i], json_pack("{ss}", "text", "x"), RC_USAGE,
                  "PROGRAM/DATE/TRANSACTION");
    free(longest);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_a_comment_is_kept_with_its_writer_and_without_card_numbers),
        TEST(test_the_same_comment_can_be_written_twice_by_two_uses),
        TEST(test_an_assignment_names_whose_it_was),
        TEST(test_resolved_and_open_again),
        TEST(test_notes_are_no_part_of_the_day),
        TEST(test_what_is_no_discrepancy_is_refused),
        TEST(test_words_that_are_wrong),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
