/* The steps, one after the other, against a real reconlocal: a day must come out as
 * `reconcile` has it. */
#include "tests/pipeline/cloud.h"

#include "core/generate.h"
#include "core/layout.h"
#include "core/reconcile.h"
#include "pipeline/catalog.h"
#include "pipeline/steps.h"
#include "pipeline/summaries.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* ----- steps ----- */

typedef json_t *step_function(struct rc_pipeline *pipeline, const json_t *in, struct rc_error *err);

static json_t *run(step_function *step, json_t *in)
{
    struct rc_error err = {0};
    json_t *out = step(&cloud.pipeline, in, &err);
    if (!out)
        fail_msg("%s (%s)", err.text, cloud.pipeline.fault);
    json_decref(in);
    return out;
}

static const char *text_of(const json_t *json, const char *member)
{
    const char *text = json_string_value(json_object_get(json, member));
    return text ? text : "";
}

static json_t *file_input(const char *key, const char *version, const char *sequencer)
{
    return json_pack("{s{ss ss ss ss} ss}", "file", "bucket", CLOUD_BUCKET, "key", key, "version",
                     version, "sequencer", sequencer, "route", "auto");
}

static json_t *day_input(const char *program)
{
    return json_pack("{ss ss}", "program", program, "date", "2026-04-01");
}

/* Lands, is inspected and taken in; gives the outcome. */
static json_t *deliver(const char *key, const char *path, const char *sequencer)
{
    size_t length;
    char version[128];
    char *bytes = cloud_read(path, &length);
    cloud_put(&cloud, key, bytes, length, version);
    free(bytes);
    json_t *inspected = run(rc_step_inspect, file_input(key, version, sequencer));
    assert_string_equal(text_of(inspected, "outcome"), "ingest");
    json_decref(inspected);
    return run(rc_step_ingest, file_input(key, version, sequencer));
}

static void deliver_as(const char *outcome, const char *key, const char *path,
                       const char *sequencer)
{
    json_t *out = deliver(key, path, sequencer);
    assert_string_equal(text_of(out, "outcome"), outcome);
    json_decref(out);
}

/* Prepares, matches and rolls up; gives what the last step gave. */
static json_t *work_day(const char *program)
{
    size_t i, n;
    json_t *pass, *task;
    json_t *plan = run(rc_step_prepare, day_input(program));
    if (strcmp(text_of(plan, "outcome"), "match") != 0)
        return plan;
    json_array_foreach(json_object_get(plan, "passes"), i, pass)
        json_array_foreach(json_object_get(pass, "tasks"), n, task)
    {
        json_t *in = day_input(program);
        json_object_set(in, "fingerprint", json_object_get(plan, "fingerprint"));
        json_object_set(in, "fence", json_object_get(plan, "fence"));
        json_object_update(in, task);
        json_decref(run(rc_step_match, in));
    }
    json_t *in = day_input(program);
    json_object_set(in, "fingerprint", json_object_get(plan, "fingerprint"));
    json_object_set(in, "fence", json_object_get(plan, "fence"));
    json_decref(plan);
    return run(rc_step_rollup, in);
}

/* ----- days ----- */

struct sample {
    char folder[128], settlement[160], internal[160];
};

/* Two files with errors of every kind, and their program in the catalog. */
static void make_sample(struct sample *sample, const char *program, uint64_t records, uint64_t seed)
{
    struct rc_error err = {0};
    char path[200];
    struct rc_layout *layout = rc_layout_load("clearing168", NULL, &err);
    assert_non_null(layout);
    snprintf(sample->folder, sizeof sample->folder, "%s/%s-%llu", cloud.folder, program,
             (unsigned long long)seed);
    snprintf(sample->settlement, sizeof sample->settlement, "%s/settlement.txt", sample->folder);
    snprintf(sample->internal, sizeof sample->internal, "%s/internal.txt", sample->folder);
    struct rc_generate_options options = {.records = records,
                                          .seed = seed,
                                          .layout_digest = layout->digest,
                                          .directory = sample->folder,
                                          .file_date = RC_CIVIL_NONE,
                                          .program = program};
    assert_true(rc_generate(&options, NULL, &err));
    rc_layout_free(layout);
    snprintf(path, sizeof path, "%s/program.json", sample->folder);
    json_t *json = json_load_file(path, 0, NULL);
    if (!rc_catalog_put_program(&cloud.pipeline, json, NULL, &err))
        fail_msg("%s", err.text);
    json_decref(json);
}

/* The day on one machine. */
static json_t *reconcile(const struct sample *sample)
{
    struct rc_error err = {0};
    struct rc_program program;
    struct rc_day day = {0};
    struct rc_reconcile_stats stats;
    struct rc_buf text;
    char path[200];
    snprintf(path, sizeof path, "%s/program.json", sample->folder);
    assert_true(rc_program_load(path, &program, &err));
    struct rc_reconcile_options options = {.program = &program,
                                           .path = {sample->settlement, sample->internal},
                                           .file_date = RC_CIVIL_NONE,
                                           .memory_bytes = 64 << 20,
                                           .threads = 1};
    for (int side = 0; side < RC_SIDES; side++)
        assert_non_null(options.layout[side] = rc_layout_load(program.layout[side], path, &err));
    if (!rc_reconcile(&options, &day, &stats, &err))
        fail_msg("%s", err.text);
    rc_buf_init(&text, 64 << 20);
    assert_true(rc_day_json(&day, &text));
    json_t *json = json_loads(text.data, 0, NULL);
    assert_non_null(json);
    rc_buf_free(&text);
    rc_day_free(&day);
    for (int side = 0; side < RC_SIDES; side++)
        rc_layout_free((struct rc_layout *)options.layout[side]);
    rc_program_free(&program);
    return json;
}

/* The rollup's day, with the shards that the summaries add up to. */
static json_t *stored_day(const char *program)
{
    struct rc_error err = {0};
    struct rc_key key;
    json_t *item;
    struct rc_filedate date = {.date = 20544};
    snprintf(date.program, sizeof date.program, "%s", program);
    rc_key_day(&date, "ROLLUP", &key);
    assert_true(rc_store_get(&cloud.pipeline, RC_TABLE_STATE, &key, &item, &err));
    assert_non_null(item);
    json_t *day = json_loads(rc_item_get_text(item, "day"), 0, NULL);
    assert_non_null(day);
    json_decref(item);
    return day;
}

static void expect_same(const json_t *want, const json_t *got)
{
    static const char *const members[] = {"program", "file_date",      "sides",       "statuses",
                                          "digest",  "outcome_digest", "fingerprint", "balanced"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        char *a = json_dumps(json_object_get(want, members[i]), JSON_SORT_KEYS | JSON_ENCODE_ANY);
        char *b = json_dumps(json_object_get(got, members[i]), JSON_SORT_KEYS | JSON_ENCODE_ANY);
        assert_string_equal(a, b);
        free(a);
        free(b);
    }
}

static void test_a_day_as_reconcile_has_it(void **state)
{
    (void)state;
    struct sample sample;
    make_sample(&sample, "alpha", 2000, 1);
    deliver_as("activated", "alpha/settlement/a.txt", sample.settlement, "01");
    json_t *out = work_day("alpha");
    assert_string_equal(text_of(out, "outcome"), "waiting");
    json_decref(out);
    deliver_as("activated", "alpha/internal/a.txt", sample.internal, "02");
    out = work_day("alpha");
    assert_string_equal(text_of(out, "outcome"), "written");
    json_decref(out);
    json_t *want = reconcile(&sample), *got = stored_day("alpha");
    expect_same(want, got);
    json_decref(want);
    json_decref(got);
    out = work_day("alpha");
    assert_string_equal(text_of(out, "outcome"), "unchanged");
    json_decref(out);
}

/* ----- a day matched again ----- */

static json_t *verify(const char *program, bool same)
{
    json_t *out = run(rc_step_verify, day_input(program));
    json_t *differences = json_object_get(out, "differences");
    assert_int_equal(json_is_true(json_object_get(out, "same")), same);
    assert_int_equal(json_array_size(differences) == 0, same);
    json_incref(differences);
    json_decref(out);
    return differences;
}

/* The first item of a partition of the state table. */
static bool keep_first(void *ctx, const json_t *item, struct rc_error *err)
{
    json_t **kept = ctx;
    (void)err;
    if (!*kept)
        *kept = json_deep_copy(item);
    return true;
}

static json_t *first_discrepancy(const char *fingerprint, uint32_t *shard)
{
    struct rc_error err = {0};
    struct rc_filedate date = {.program = "alpha", .date = 20544};
    json_t *item = NULL;
    for (*shard = 0; !item && *shard < 64; ++*shard) {
        struct rc_key key;
        rc_key_discrepancy(&date, fingerprint, *shard, "", RC_SETTLEMENT, &key);
        key.sk[0] = '\0';
        assert_true(rc_store_query(&cloud.pipeline, RC_TABLE_STATE, &key, keep_first, &item, &err));
    }
    assert_non_null(item);
    --*shard;
    return item;
}

static void put_back(const json_t *item, bool there)
{
    struct rc_error err = {0};
    struct rc_key key;
    char *text = json_dumps(item, JSON_COMPACT);
    snprintf(key.pk, sizeof key.pk, "%s", rc_item_get_text(item, "PK"));
    snprintf(key.sk, sizeof key.sk, "%s", rc_item_get_text(item, "SK"));
    struct rc_write write = {.kind = there ? RC_WRITE_PUT : RC_WRITE_DELETE,
                             .table = RC_TABLE_STATE,
                             .key = &key,
                             .item = text};
    assert_int_equal(rc_store_write(&cloud.pipeline, &write, NULL, &err), RC_STORED);
    free(text);
}

static void expect_difference(const json_t *differences, const char *what, int64_t shard)
{
    assert_int_equal(json_array_size(differences), 1);
    const json_t *one = json_array_get(differences, 0);
    assert_string_equal(text_of(one, "what"), what);
    assert_int_equal(json_integer_value(json_object_get(one, "shard")), shard);
}

/* Of the day that the test before it has matched. */
static void test_a_day_is_verified(void **state)
{
    (void)state;
    uint32_t shard;
    json_t *day = stored_day("alpha");
    json_decref(verify("alpha", true));
    json_t *item = first_discrepancy(text_of(day, "fingerprint"), &shard);
    put_back(item, false);
    json_t *differences = verify("alpha", false);
    expect_difference(differences, "discrepancies", shard);
    json_decref(differences);
    json_t *changed = json_deep_copy(item);
    json_object_set_new(json_object_get(changed, "reason"), "S", json_string("another"));
    put_back(changed, true);
    differences = verify("alpha", false);
    expect_difference(differences, "discrepancies", shard);
    json_decref(differences);
    put_back(item, true);
    json_decref(verify("alpha", true));
    json_decref(changed);
    json_decref(item);
    json_decref(day);
}

/* A file has come since: then the day has to be matched, and nothing can be compared. */
static void test_a_day_with_other_inputs_differs_by_its_fingerprint(void **state)
{
    (void)state;
    struct sample sample;
    make_sample(&sample, "alpha", 1000, 2);
    deliver_as("activated", "alpha/settlement/a.txt", sample.settlement, "03");
    json_t *differences = verify("alpha", false);
    expect_difference(differences, "fingerprint", 0);
    json_decref(differences);
}

static void test_a_day_without_a_rollup_cannot_be_verified(void **state)
{
    (void)state;
    struct sample sample;
    struct rc_error err = {0};
    make_sample(&sample, "beta", 10, 1);
    deliver_as("activated", "beta/settlement/a.txt", sample.settlement, "01");
    json_t *in = day_input("beta");
    assert_null(rc_step_verify(&cloud.pipeline, in, &err));
    assert_string_equal(cloud.pipeline.fault, "BadInput");
    json_decref(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_day_as_reconcile_has_it),
        cmocka_unit_test(test_a_day_is_verified),
        cmocka_unit_test(test_a_day_with_other_inputs_differs_by_its_fingerprint),
        cmocka_unit_test(test_a_day_without_a_rollup_cannot_be_verified),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
