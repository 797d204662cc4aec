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

static json_t *day_input(const char *program, const char *date)
{
    return json_pack("{ss ss}", "program", program, "date", date);
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
static json_t *work_date(const char *program, const char *date)
{
    size_t i, n;
    json_t *pass, *task;
    json_t *plan = run(rc_step_prepare, day_input(program, date));
    if (strcmp(text_of(plan, "outcome"), "match") != 0)
        return plan;
    json_array_foreach(json_object_get(plan, "passes"), i, pass)
        json_array_foreach(json_object_get(pass, "tasks"), n, task)
    {
        json_t *in = day_input(program, date);
        json_object_set(in, "fingerprint", json_object_get(plan, "fingerprint"));
        json_object_set(in, "fence", json_object_get(plan, "fence"));
        json_object_update(in, task);
        json_decref(run(rc_step_match, in));
    }
    json_t *in = day_input(program, date);
    json_object_set(in, "fingerprint", json_object_get(plan, "fingerprint"));
    json_object_set(in, "fence", json_object_get(plan, "fence"));
    json_decref(plan);
    return run(rc_step_rollup, in);
}

static json_t *work_day(const char *program)
{
    return work_date(program, "2026-04-01");
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
static json_t *stored_date(const char *program, int32_t on)
{
    struct rc_error err = {0};
    struct rc_key key;
    json_t *item;
    struct rc_filedate date = {.date = on};
    snprintf(date.program, sizeof date.program, "%s", program);
    rc_key_day(&date, "ROLLUP", &key);
    assert_true(rc_store_get(&cloud.pipeline, RC_TABLE_STATE, &key, &item, &err));
    assert_non_null(item);
    json_t *day = json_loads(rc_item_get_text(item, "day"), 0, NULL);
    assert_non_null(day);
    json_decref(item);
    return day;
}

static json_t *stored_day(const char *program)
{
    return stored_date(program, 20544);
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

static json_t *verify(const char *program, const char *date, bool same)
{
    json_t *out = run(rc_step_verify, day_input(program, date));
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
    json_decref(verify("alpha", "2026-04-01", true));
    json_t *item = first_discrepancy(text_of(day, "fingerprint"), &shard);
    put_back(item, false);
    json_t *differences = verify("alpha", "2026-04-01", false);
    expect_difference(differences, "discrepancies", shard);
    json_decref(differences);
    json_t *changed = json_deep_copy(item);
    json_object_set_new(json_object_get(changed, "reason"), "S", json_string("another"));
    put_back(changed, true);
    differences = verify("alpha", "2026-04-01", false);
    expect_difference(differences, "discrepancies", shard);
    json_decref(differences);
    put_back(item, true);
    json_decref(verify("alpha", "2026-04-01", true));
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
    json_t *differences = verify("alpha", "2026-04-01", false);
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
    json_t *in = day_input("beta", "2026-04-01");
    assert_null(rc_step_verify(&cloud.pipeline, in, &err));
    assert_string_equal(cloud.pipeline.fault, "BadInput");
    json_decref(in);
}

/* ----- what days leave for later ones ----- */

/* A file of that day, by hand: "ID AMOUNT" a record. */
static void make_file(const char *path, const char *date, const char *const *records, size_t count)
{
    FILE *file = fopen(path, "we");
    long long sum = 0;
    assert_non_null(file);
    fprintf(file, "HD%-166s\n", date);
    for (size_t i = 0; i < count; i++) {
        char id[32];
        long long amount;
        assert_int_equal(sscanf(records[i], "%31s %lld", id, &amount), 2);
        sum += amount;
        fprintf(file, "DT%-24s%-19s%-6s%-23s%012lld+USD%s%s5411%-15s%-25sUS%-16s\n", id, "CARD",
                "AUTH01", "REF", amount, "20260330", "20260401", "M1", "SHOP", "");
    }
    fprintf(file, "TR%012zu%018lld+%-135s\n", count, sum, "");
    fclose(file);
}

static void put_open_program(void)
{
    struct rc_error err = {0};
    json_t *json = json_pack("{ss ss ss si s[] s{si si}}", "program", "carry", "settlement_layout",
                             "settlement168", "internal_layout", "settlement168", "shard_count", 4,
                             "compare", "rules", "clearing_window_days", 1, "open_days", 3);
    if (!rc_catalog_put_program(&cloud.pipeline, json, NULL, &err))
        fail_msg("%s", err.text);
    json_decref(json);
}

static void deliver_day(const char *date, const char *sequencer, const char *const *settlement,
                        size_t settlement_count, const char *const *internal, size_t internal_count)
{
    char path[128], key[64];
    snprintf(path, sizeof path, "%s/carry.txt", cloud.folder);
    make_file(path, date, settlement, settlement_count);
    snprintf(key, sizeof key, "carry/settlement/%s.txt", date);
    deliver_as("activated", key, path, sequencer);
    make_file(path, date, internal, internal_count);
    snprintf(key, sizeof key, "carry/internal/%s.txt", date);
    deliver_as("activated", key, path, sequencer);
}

/* Works a day of "carry" and gives the counts of a status in its rollup. */
static long long status_of(const json_t *day, const char *status)
{
    const json_t *row = json_object_get(json_object_get(day, "statuses"), status);
    return (long long)json_integer_value(json_object_get(row, "count"));
}

/* What one day leaves open the next one finds; what a day has closed is not found again,
 * but by the days before it. */
static void test_open_items_are_carried_in(void **state)
{
    (void)state;
    static const char *const settlement_1[] = {"A 100", "B 200", "LATE 50"};
    static const char *const internal_1[] = {"A 100", "B 200", "NEXT 300", "OFF 400", "NEVER 5"};
    static const char *const settlement_2[] = {"NEXT 300", "OFF 401", "C 7"};
    static const char *const internal_2[] = {"C 7", "LATE 50"};
    static const char *const settlement_3[] = {"NEXT 300", "D 9"};
    static const char *const internal_3[] = {"D 9"};
    put_open_program();
    deliver_day("20260401", "01", settlement_1, 3, internal_1, 5);
    json_decref(work_date("carry", "2026-04-01"));
    json_t *day = stored_date("carry", 20544);
    assert_int_equal(status_of(day, "missing_internal"), 1);
    assert_int_equal(status_of(day, "pending") + status_of(day, "missing_settlement"), 3);
    json_decref(day);

    deliver_day("20260402", "01", settlement_2, 3, internal_2, 2);
    json_decref(work_date("carry", "2026-04-02"));
    day = stored_date("carry", 20545);
    assert_int_equal(status_of(day, "late_presentment"), 2); /* NEXT and LATE */
    assert_int_equal(status_of(day, "amount_mismatch"), 1);  /* OFF */
    assert_int_equal(status_of(day, "matched"), 1);
    assert_int_equal(status_of(day, "missing_internal"), 0);
    json_decref(day);

    /* NEXT was closed the day before. */
    deliver_day("20260403", "01", settlement_3, 2, internal_3, 1);
    json_decref(work_date("carry", "2026-04-03"));
    day = stored_date("carry", 20546);
    assert_int_equal(status_of(day, "missing_internal"), 1);
    assert_int_equal(status_of(day, "late_presentment"), 0);
    json_decref(day);

    /* The second day again, as of its date: nothing has changed for it. */
    json_t *out = work_date("carry", "2026-04-02");
    assert_string_equal(text_of(out, "outcome"), "unchanged");
    json_decref(out);
    json_decref(verify("carry", "2026-04-02", true));
    json_decref(verify("carry", "2026-04-03", true));
}

/* A correction of the first day takes an item back: the second day's inputs changed. */
static void test_a_corrected_day_takes_back_what_it_left(void **state)
{
    (void)state;
    static const char *const settlement[] = {"A 100", "B 200", "LATE 50", "NEXT 300"};
    char path[128];
    snprintf(path, sizeof path, "%s/carry.txt", cloud.folder);
    make_file(path, "20260401", settlement, 4);
    deliver_as("activated", "carry/settlement/20260401.txt", path, "02");
    json_t *out = work_date("carry", "2026-04-01");
    assert_string_equal(text_of(out, "outcome"), "written");
    assert_int_equal(json_integer_value(json_object_get(out, "version")), 2);
    json_decref(out);
    out = work_date("carry", "2026-04-02");
    assert_string_equal(text_of(out, "outcome"), "written");
    json_decref(out);
    json_t *day = stored_date("carry", 20545);
    assert_int_equal(status_of(day, "late_presentment"), 1); /* LATE alone */
    assert_int_equal(status_of(day, "missing_internal"), 1); /* NEXT has nothing to meet */
    json_decref(day);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_day_as_reconcile_has_it),
        cmocka_unit_test(test_a_day_is_verified),
        cmocka_unit_test(test_a_day_with_other_inputs_differs_by_its_fingerprint),
        cmocka_unit_test(test_a_day_without_a_rollup_cannot_be_verified),
        cmocka_unit_test(test_open_items_are_carried_in),
        cmocka_unit_test(test_a_corrected_day_takes_back_what_it_left),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
