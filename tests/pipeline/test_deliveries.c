/* What becomes of a file: corrections, repetitions, contradictions, events that come twice,
 * late and in any order, and files that are none. */
#include "tests/pipeline/days.h"

#include "core/layout.h"
#include "pipeline/catalog.h"
#include "pipeline/file.h"
#include "pipeline/steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 60, STRIDE = 169 };

static struct cloud cloud;

static int begin(void **state)
{
    (void)state;
    cloud_begin(&cloud);
    return 0;
}

static int end(void **state)
{
    (void)state;
    cloud_end(&cloud);
    return 0;
}

/* Two samples of one program: the second corrects the first. */
struct pair {
    struct sample first, second;
};

static void make_pair(struct pair *pair, const char *program)
{
    sample_make(&cloud, &pair->second, program, RECORDS, 12, 3);
    sample_make(&cloud, &pair->first, program, RECORDS, 11, 3);
}

static void land(const char *key, const char *path, char *version)
{
    size_t length;
    char *bytes = cloud_read(path, &length);
    cloud_put(&cloud, key, bytes, length, version);
    free(bytes);
}

static void expect_state(const char *key, const char *version, const char *state)
{
    struct rc_key file;
    rc_key_file(CLOUD_BUCKET, key, version, &file);
    json_t *item = get_item(&cloud.pipeline, &file);
    assert_non_null(item);
    assert_string_equal(rc_item_get_text(item, "state"), state);
    json_decref(item);
}

/* That delivery leads to the file, which says what came of it. */
static void expect_listed(const char *program, int number, const char *key, const char *version)
{
    struct rc_delivery delivery = {day_of(program), RC_SETTLEMENT, number};
    struct rc_key file, listed, newest;
    int64_t seen;
    rc_key_file(CLOUD_BUCKET, key, version, &file);
    rc_key_file_of(&delivery, &listed);
    json_t *item = get_item(&cloud.pipeline, &listed);
    assert_string_equal(rc_item_get_text(item, "file"), file.pk);
    assert_string_equal(rc_item_get_text(item, "version"), file.sk);
    json_decref(item);
    item = get_item(&cloud.pipeline, &file);
    assert_true(rc_item_get_int(item, "seen", &seen) && seen > 0);
    assert_string_equal(rc_item_get_text(item, "route"), "fargate"); /* no deadline */
    json_decref(item);
    newest = file;
    rc_key_newest(&newest);
    item = get_item(&cloud.pipeline, &newest);
    assert_string_equal(rc_item_get_text(item, "version"), file.sk);
    json_decref(item);
}

/* Records of that delivery in the table of settlement records. */
static int records_of(const char *program, int delivery)
{
    char beginning[80], middle[16];
    const char *name;
    json_t *item, *items = scan_all(&cloud.pipeline, NULL);
    int count = 0;
    snprintf(beginning, sizeof beginning, "recon-settlement %s#", program);
    snprintf(middle, sizeof middle, "#%04d#", delivery);
    json_object_foreach(items, name, item)
    {
        (void)item;
        count += strncmp(name, beginning, strlen(beginning)) == 0 && strstr(name, middle);
    }
    json_decref(items);
    return count;
}

/* Files of the program that are in that state. */
static int files_in_state(const char *program, const char *state)
{
    const char *name;
    json_t *item, *items = scan_all(&cloud.pipeline, NULL);
    int count = 0;
    json_object_foreach(items, name, item)
    {
        const char *of = rc_item_get_text(item, "program"), *is = rc_item_get_text(item, "state");
        count += strncmp(name, "recon-state FILE#", 17) == 0 && of && is &&
                 strcmp(of, program) == 0 && strcmp(is, state) == 0;
    }
    json_decref(items);
    return count;
}

static void expect_day(const struct sample *sample, const char *program, int64_t version)
{
    int64_t is;
    json_t *want = sample_reconcile(sample, NULL, NULL);
    json_t *got = stored_day(&cloud.pipeline, program, &is);
    assert_int_equal(is, version);
    static const char *const members[] = {"statuses", "digest", "outcome_digest"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        assert_true(
            json_equal(json_object_get(want, members[i]), json_object_get(got, members[i])));
    json_decref(want);
    json_decref(got);
}

/* ----- corrections ----- */

static void test_a_correction_replaces_the_delivery_before_it(void **state)
{
    (void)state;
    struct pair pair;
    make_pair(&pair, "correct");
    sample_deliver(&cloud, &pair.first, "correct");
    work_day(&cloud.pipeline, "correct", "written");
    expect_day(&pair.first, "correct", 1);

    struct rc_key kept;
    day_key("correct", "ROLLUP#000001", &kept);
    json_t *before = get_item(&cloud.pipeline, &kept);
    deliver(&cloud, "activated", "correct/settlement/a.txt", pair.second.settlement, "02");
    deliver(&cloud, "activated", "correct/internal/a.txt", pair.second.internal, "02");
    assert_int_equal(records_of("correct", 1), RECORDS);
    assert_int_equal(files_in_state("correct", RC_FILE_REPLACED), 2);
    assert_int_equal(files_in_state("correct", RC_FILE_ACTIVE), 2);
    work_day(&cloud.pipeline, "correct", "written");
    expect_day(&pair.second, "correct", 2);
    json_t *after = get_item(&cloud.pipeline, &kept);
    assert_true(json_equal(before, after));
    json_decref(before);
    json_decref(after);

    json_t *out = step_run(&cloud.pipeline, rc_step_sweep, day_input("correct"));
    assert_true(json_integer_value(json_object_get(out, "removed")) >= 2 * RECORDS - 20);
    assert_true(json_is_false(json_object_get(out, "left")));
    json_decref(out);
    assert_int_equal(records_of("correct", 1), 0);
    assert_int_equal(records_of("correct", 2), RECORDS);
    work_day(&cloud.pipeline, "correct", "unchanged");
    out = step_run(&cloud.pipeline, rc_step_sweep, day_input("correct"));
    assert_int_equal(json_integer_value(json_object_get(out, "removed")), 0);
    json_decref(out);
}

/* A run of the first delivery that wakes up behind the correction hears what has become of
 * it, and a third delivery replaces the second alone. */
static void test_a_replaced_file_stays_replaced(void **state)
{
    (void)state;
    struct pair pair;
    char first[128];
    static const char key[] = "replaced/settlement/a.txt";
    make_pair(&pair, "replaced");
    land(key, pair.first.settlement, first);
    step_gives(&cloud.pipeline, rc_step_inspect, file_input(key, first, "01"), "ingest");
    step_gives(&cloud.pipeline, rc_step_ingest, file_input(key, first, "01"), "activated");
    deliver(&cloud, "activated", key, pair.second.settlement, "02");
    expect_state(key, first, RC_FILE_REPLACED);
    step_gives(&cloud.pipeline, rc_step_ingest, file_input(key, first, "01"), "superseded");
    expect_state(key, first, RC_FILE_REPLACED);
    deliver(&cloud, "activated", key, pair.first.settlement, "03");
    assert_int_equal(files_in_state("replaced", RC_FILE_REPLACED), 2);
    assert_int_equal(files_in_state("replaced", RC_FILE_ACTIVE), 1);
}

/* The same key and no version: only the sequencer says that it is another file. */
static void test_a_correction_in_a_bucket_without_versions(void **state)
{
    (void)state;
    struct pair pair;
    char ignored[128];
    static const char key[] = "plain/settlement/a.txt";
    static const char *const versions[] = {"", "null"};
    make_pair(&pair, "plain");
    deliver(&cloud, "activated", "plain/internal/a.txt", pair.second.internal, "01");
    for (int i = 0; i < 2; i++) {
        land(key, i ? pair.second.settlement : pair.first.settlement, ignored);
        const char *sequencer = i ? "02" : "01";
        json_t *in = file_input(key, versions[i], sequencer);
        step_gives(&cloud.pipeline, rc_step_inspect, json_incref(in), "ingest");
        step_gives(&cloud.pipeline, rc_step_ingest, in, "activated");
        work_day(&cloud.pipeline, "plain", "written");
    }
    expect_day(&pair.second, "plain", 2);
    assert_int_equal(records_of("plain", 2), RECORDS);
}

/* The program with a layout of its own for the settlement side: the bundled one, with other
 * first letters of a detail. */
static void put_layout(const struct sample *sample, const char *letters)
{
    struct rc_error err = {0};
    json_t *layout = rc_layout_json("clearing168", NULL, &err);
    assert_non_null(layout);
    json_t *detail = json_array_get(json_object_get(layout, "records"), 1);
    json_object_set_new(json_array_get(json_object_get(detail, "match"), 0), "value",
                        json_string(letters));
    json_t *layouts = json_pack("{so}", "own", layout);
    json_t *program = json_load_file(sample->program, 0, NULL);
    json_object_set_new(program, "settlement_layout", json_string("own"));
    if (!rc_catalog_put_program(&cloud.pipeline, program, layouts, &err))
        fail_msg("%s", err.text);
    json_decref(program);
    json_decref(layouts);
}

/* A file that was taken in with a wrong layout is another delivery with the right one. */
static void test_a_file_is_taken_in_again_with_another_layout(void **state)
{
    (void)state;
    struct sample sample;
    char version[128], message[512];
    static const char key[] = "layout/settlement/a.txt";
    sample_make(&cloud, &sample, "layout", RECORDS, 16, 2);
    put_layout(&sample, "XX");
    deliver(&cloud, "activated", "layout/internal/a.txt", sample.internal, "01");
    land(key, sample.settlement, version);
    step_gives(&cloud.pipeline, rc_step_inspect, file_input(key, version, "01"), "ingest");
    json_t *out = step_run(&cloud.pipeline, rc_step_ingest, file_input(key, version, "01"));
    assert_int_equal(json_integer_value(json_object_get(out, "rejected")), RECORDS);
    json_decref(out);
    work_day(&cloud.pipeline, "layout", "written");

    put_layout(&sample, "DT");
    step_fails(&cloud.pipeline, rc_step_ingest, file_input(key, version, "01"), "BadInput",
               message);
    assert_non_null(strstr(message, "start it again"));
    for (int i = 0; i < 2; i++) {
        step_gives(&cloud.pipeline, rc_step_inspect, file_input(key, version, "01"), "ingest");
        step_gives(&cloud.pipeline, rc_step_ingest, file_input(key, version, "01"), "activated");
    }
    assert_int_equal(records_of("layout", 2), RECORDS);
    expect_listed("layout", 1, key, version);
    expect_listed("layout", 2, key, version);
    struct rc_key file;
    int64_t records, rejected;
    rc_key_file(CLOUD_BUCKET, key, version, &file);
    json_t *item = get_item(&cloud.pipeline, &file);
    assert_true(rc_item_get_int(item, "records", &records));
    assert_true(rc_item_get_int(item, "rejected", &rejected));
    assert_int_equal(records, RECORDS);
    assert_int_equal(rejected, 0);
    json_decref(item);
    work_day(&cloud.pipeline, "layout", "written");
    expect_day(&sample, "layout", 2);
}

/* A plan of before the correction can be worked on no more. */
static void test_a_plan_of_other_inputs_is_refused(void **state)
{
    (void)state;
    struct pair pair;
    char message[512];
    make_pair(&pair, "plan");
    sample_deliver(&cloud, &pair.first, "plan");
    json_t *plan = step_run(&cloud.pipeline, rc_step_prepare, day_input("plan"));
    json_t *task = json_pack("{si si si}", "pass", 0, "first", 0, "count", 1);
    match_plan(&cloud.pipeline, "plan", plan);
    deliver(&cloud, "activated", "plan/settlement/a.txt", pair.second.settlement, "02");
    step_fails(&cloud.pipeline, rc_step_match, planned_input("plan", plan, task), "InputsChanged",
               message);
    step_fails(&cloud.pipeline, rc_step_rollup, planned_input("plan", plan, NULL), "InputsChanged",
               message);
    json_decref(task);
    json_decref(plan);
    work_day(&cloud.pipeline, "plan", "written");
}

/* ----- rivals ----- */

static void test_the_same_content_under_another_key_is_a_duplicate(void **state)
{
    (void)state;
    struct pair pair;
    char version[128];
    static const char key[] = "twice/settlement/b.txt";
    make_pair(&pair, "twice");
    sample_deliver(&cloud, &pair.first, "twice");
    work_day(&cloud.pipeline, "twice", "written");
    for (int i = 0; i < 2; i++) { /* the second copy is one of the first file, too */
        land(key, pair.first.settlement, version);
        char sequencer[16];
        snprintf(sequencer, sizeof sequencer, "0%d", i + 1);
        step_gives(&cloud.pipeline, rc_step_inspect, file_input(key, version, sequencer), "ingest");
        step_gives(&cloud.pipeline, rc_step_ingest, file_input(key, version, sequencer),
                   "duplicate");
        expect_state(key, version, RC_FILE_DUPLICATE);
    }
    assert_int_equal(records_of("twice", 2) + records_of("twice", 3), 0);
    work_day(&cloud.pipeline, "twice", "unchanged");
}

static void test_other_content_under_another_key_is_conflicting(void **state)
{
    (void)state;
    struct pair pair;
    char version[128];
    static const char key[] = "rival/settlement/b.txt";
    make_pair(&pair, "rival");
    sample_deliver(&cloud, &pair.first, "rival");
    work_day(&cloud.pipeline, "rival", "written");
    land(key, pair.second.settlement, version);
    step_gives(&cloud.pipeline, rc_step_inspect, file_input(key, version, "01"), "ingest");
    step_gives(&cloud.pipeline, rc_step_ingest, file_input(key, version, "01"), "conflicting");
    expect_state(key, version, RC_FILE_CONFLICTING);
    work_day(&cloud.pipeline, "rival", "unchanged");
    /* The file that has the name can still be corrected with that content. */
    deliver(&cloud, "activated", "rival/settlement/a.txt", pair.second.settlement, "02");
}

/* A copy that comes while the first is still taken in must not hide that the content is the
 * first one's: a later copy is a duplicate. */
static void test_a_copy_that_came_too_early_takes_no_content(void **state)
{
    (void)state;
    struct pair pair;
    char a[128], b[128];
    static const char first[] = "early/settlement/a.txt", copy[] = "early/settlement/b.txt";
    make_pair(&pair, "early");
    land(first, pair.first.settlement, a);
    step_gives(&cloud.pipeline, rc_step_inspect, file_input(first, a, "01"), "ingest");
    cloud.pipeline.deadline_unix_ms = 1;
    step_gives(&cloud.pipeline, rc_step_ingest, file_input(first, a, "01"), "handover");
    cloud.pipeline.deadline_unix_ms = 0;
    land(copy, pair.first.settlement, b);
    step_gives(&cloud.pipeline, rc_step_inspect, file_input(copy, b, "01"), "ingest");
    step_gives(&cloud.pipeline, rc_step_ingest, file_input(copy, b, "01"), "conflicting");
    step_gives(&cloud.pipeline, rc_step_ingest, file_input(first, a, "01"), "activated");
    deliver(&cloud, "duplicate", "early/settlement/c.txt", pair.first.settlement, "01");
}

static void test_an_ingest_that_does_not_hand_over_works_on(void **state)
{
    (void)state;
    struct pair pair;
    char version[128];
    static const char key[] = "alone/settlement/a.txt";
    make_pair(&pair, "alone");
    land(key, pair.first.settlement, version);
    step_gives(&cloud.pipeline, rc_step_inspect, file_input(key, version, "01"), "ingest");
    cloud.pipeline.deadline_unix_ms = 1;
    step_gives(&cloud.pipeline, rc_step_ingest, file_input(key, version, "01"), "handover");
    cloud.pipeline.hands_over = 0;
    step_gives(&cloud.pipeline, rc_step_ingest, file_input(key, version, "01"), "activated");
    cloud.pipeline.hands_over = 1;
    cloud.pipeline.deadline_unix_ms = 0;
}

/* ----- events ----- */

static void test_an_event_that_comes_twice_changes_nothing(void **state)
{
    (void)state;
    struct pair pair;
    char version[128];
    static const char key[] = "again/settlement/a.txt";
    make_pair(&pair, "again");
    land(key, pair.first.settlement, version);
    step_gives(&cloud.pipeline, rc_step_inspect, file_input(key, version, "01"), "ingest");
    step_gives(&cloud.pipeline, rc_step_ingest, file_input(key, version, "01"), "activated");
    deliver(&cloud, "activated", "again/internal/a.txt", pair.first.internal, "01");
    work_day(&cloud.pipeline, "again", "written");
    /* But for the fence of the file, which is taken again to be looked at. */
    json_t *before = scan_all(&cloud.pipeline, "FILE#");
    step_gives(&cloud.pipeline, rc_step_inspect, file_input(key, version, "01"), "ingest");
    step_gives(&cloud.pipeline, rc_step_ingest, file_input(key, version, "01"), "activated");
    work_day(&cloud.pipeline, "again", "unchanged");
    json_t *after = scan_all(&cloud.pipeline, "FILE#");
    expect_same_items(before, after, "the event again");
    expect_state(key, version, RC_FILE_ACTIVE);
    json_decref(before);
    json_decref(after);
}

/* Sequencers are compared as if the shorter one had zeros behind it. */
static void test_an_older_event_that_comes_late_is_ignored(void **state)
{
    (void)state;
    struct pair pair;
    char old[128], new[128];
    static const char key[] = "late/settlement/a.txt";
    make_pair(&pair, "late");
    land(key, pair.first.settlement, old);
    land(key, pair.second.settlement, new);
    step_gives(&cloud.pipeline, rc_step_inspect, file_input(key, new, "0A1"), "ingest");
    step_gives(&cloud.pipeline, rc_step_ingest, file_input(key, new, "0A1"), "activated");
    json_t *before = scan_all(&cloud.pipeline, NULL);
    step_gives(&cloud.pipeline, rc_step_inspect, file_input(key, old, "0A0FF"), "ignored");
    json_t *after = scan_all(&cloud.pipeline, NULL);
    expect_same_items(before, after, "an older event");
    json_decref(before);
    json_decref(after);
}

/* Both were inspected in their order; the older one is taken in last. */
static void test_an_older_delivery_that_ends_later_is_superseded(void **state)
{
    (void)state;
    struct pair pair;
    char old[128], new[128];
    static const char key[] = "slow/settlement/a.txt";
    make_pair(&pair, "slow");
    land(key, pair.first.settlement, old);
    step_gives(&cloud.pipeline, rc_step_inspect, file_input(key, old, "01"), "ingest");
    land(key, pair.second.settlement, new);
    step_gives(&cloud.pipeline, rc_step_inspect, file_input(key, new, "02"), "ingest");
    step_gives(&cloud.pipeline, rc_step_ingest, file_input(key, new, "02"), "activated");
    deliver(&cloud, "activated", "slow/internal/a.txt", pair.second.internal, "01");
    work_day(&cloud.pipeline, "slow", "written");
    step_gives(&cloud.pipeline, rc_step_ingest, file_input(key, old, "01"), "superseded");
    expect_state(key, old, RC_FILE_SUPERSEDED);
    work_day(&cloud.pipeline, "slow", "unchanged");
    expect_day(&pair.second, "slow", 1);
    json_decref(step_run(&cloud.pipeline, rc_step_sweep, day_input("slow")));
    assert_int_equal(records_of("slow", 1), 0);
    work_day(&cloud.pipeline, "slow", "unchanged");
}

/* ----- files that are not taken ----- */

static void test_a_program_that_takes_whole_files_only(void **state)
{
    (void)state;
    struct sample sample;
    struct rc_error err = {0};
    char version[128];
    size_t length;
    static const char key[] = "strict/settlement/a.txt";
    sample_make(&cloud, &sample, "strict", RECORDS, 13, 2);
    json_t *program = json_load_file(sample.program, 0, NULL);
    json_object_set_new(program, "intake", json_pack("{ss}", "rejects", "reject_file"));
    assert_true(rc_catalog_put_program(&cloud.pipeline, program, NULL, &err));
    json_decref(program);
    char *text = cloud_read(sample.settlement, &length);
    memcpy(text + (size_t)STRIDE * 2 + 74, "XX", 2);
    deliver_bytes(&cloud, "rejected", key, text, length, "01", version);
    expect_state(key, version, RC_FILE_REJECTED);
    deliver(&cloud, "activated", "strict/internal/a.txt", sample.internal, "01");
    work_day(&cloud.pipeline, "strict", "waiting");
    deliver(&cloud, "activated", key, sample.settlement, "02");
    work_day(&cloud.pipeline, "strict", "written");
    free(text);
}

static void test_temporary_names_are_ignored(void **state)
{
    (void)state;
    static const char *const names[] = {".a.txt", "a.txt.tmp", "a.txt.part", "a.txt.filepart",
                                        "a.txt~"};
    struct sample sample;
    sample_make(&cloud, &sample, "names", 5, 14, 1);
    json_t *before = scan_all(&cloud.pipeline, NULL);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char key[80];
        snprintf(key, sizeof key, "names/settlement/%s", names[i]);
        step_gives(&cloud.pipeline, rc_step_inspect, file_input(key, "none", "01"), "ignored");
    }
    json_t *after = scan_all(&cloud.pipeline, NULL);
    expect_same_items(before, after, "a temporary name");
    json_decref(before);
    json_decref(after);
}

static void expect_refused(const char *key, const char *bytes, size_t length, const char *words)
{
    char version[128], message[512];
    cloud_put(&cloud, key, bytes, length, version);
    step_fails(&cloud.pipeline, rc_step_inspect, file_input(key, version, "01"), "BadInput",
               message);
    if (!strstr(message, words))
        fail_msg("\"%s\" has not \"%s\"", message, words);
}

static void test_files_that_cannot_be_placed_are_bad_input(void **state)
{
    (void)state;
    struct sample sample;
    size_t length;
    sample_make(&cloud, &sample, "bad", 5, 15, 1);
    char *text = cloud_read(sample.settlement, &length);
    expect_refused("nobody/settlement/a.txt", text, length, "no program nobody");
    expect_refused("bad/other/a.txt", text, length, "PROGRAM/settlement/NAME");
    expect_refused("a.txt", text, length, "PROGRAM/settlement/NAME");
    expect_refused("bad/settlement/no-header.txt", text + STRIDE, length - STRIDE, "file date");
    memset(text + 2, ' ', 8);
    expect_refused("bad/settlement/no-date.txt", text, length, "file date");
    memcpy(text + 2, "20261301", 8);
    expect_refused("bad/settlement/no-month.txt", text, length, "file date");
    expect_refused("bad/settlement/empty.txt", "", 0, "file date");
    expect_refused("bad/settlement/noise.txt", "\xff\n\0\n", 4, "file date");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_correction_replaces_the_delivery_before_it),
        cmocka_unit_test(test_a_replaced_file_stays_replaced),
        cmocka_unit_test(test_a_correction_in_a_bucket_without_versions),
        cmocka_unit_test(test_a_file_is_taken_in_again_with_another_layout),
        cmocka_unit_test(test_a_plan_of_other_inputs_is_refused),
        cmocka_unit_test(test_the_same_content_under_another_key_is_a_duplicate),
        cmocka_unit_test(test_other_content_under_another_key_is_conflicting),
        cmocka_unit_test(test_a_copy_that_came_too_early_takes_no_content),
        cmocka_unit_test(test_an_ingest_that_does_not_hand_over_works_on),
        cmocka_unit_test(test_an_event_that_comes_twice_changes_nothing),
        cmocka_unit_test(test_an_older_event_that_comes_late_is_ignored),
        cmocka_unit_test(test_an_older_delivery_that_ends_later_is_superseded),
        cmocka_unit_test(test_a_program_that_takes_whole_files_only),
        cmocka_unit_test(test_temporary_names_are_ignored),
        cmocka_unit_test(test_files_that_cannot_be_placed_are_bad_input),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
