#include "tests/pipeline/days.h"

#include "aws/dynamodb.h"
#include "core/civil.h"
#include "core/generate.h"
#include "core/layout.h"
#include "core/reconcile.h"
#include "pipeline/catalog.h"
#include "pipeline/steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATE = 20544 }; /* 2026-04-01 */

/* ----- steps ----- */

json_t *step_run(struct rc_pipeline *pipeline, step_function *step, json_t *in)
{
    struct rc_error err = {0};
    pipeline->fault[0] = '\0';
    json_t *out = step(pipeline, in, &err);
    if (!out)
        fail_msg("%s (%s)", err.text, pipeline->fault);
    json_decref(in);
    return out;
}

void step_gives(struct rc_pipeline *pipeline, step_function *step, json_t *in, const char *outcome)
{
    json_t *out = step_run(pipeline, step, in);
    assert_string_equal(text_of(out, "outcome"), outcome);
    json_decref(out);
}

void step_fails(struct rc_pipeline *pipeline, step_function *step, json_t *in, const char *fault,
                char *message)
{
    struct rc_error err = {0};
    pipeline->fault[0] = '\0';
    assert_null(step(pipeline, in, &err));
    assert_string_equal(pipeline->fault, fault);
    assert_true(err.text[0]);
    snprintf(message, 512, "%s", err.text);
    json_decref(in);
}

const char *text_of(const json_t *json, const char *member)
{
    const char *text = json_string_value(json_object_get(json, member));
    return text ? text : "";
}

json_t *file_input(const char *key, const char *version, const char *sequencer)
{
    return json_pack("{s{ss ss ss ss} ss}", "file", "bucket", CLOUD_BUCKET, "key", key, "version",
                     version, "sequencer", sequencer, "route", "auto");
}

struct rc_filedate day_of(const char *words)
{
    struct rc_filedate day = {.date = DATE};
    size_t length = strcspn(words, " ");
    assert_true(length < sizeof day.program);
    memcpy(day.program, words, length);
    if (words[length])
        assert_true(rc_civil_parse(words + length + 1, strlen(words + length + 1), &day.date));
    return day;
}

json_t *day_input(const char *program)
{
    char date[RC_CIVIL_TEXT];
    struct rc_filedate day = day_of(program);
    rc_civil_format(day.date, date);
    return json_pack("{ss ss}", "program", day.program, "date", date);
}

json_t *planned_input(const char *program, const json_t *plan, const json_t *task)
{
    json_t *in = day_input(program);
    json_object_set(in, "fingerprint", json_object_get(plan, "fingerprint"));
    json_object_set(in, "fence", json_object_get(plan, "fence"));
    if (task)
        json_object_update(in, (json_t *)task);
    return in;
}

void deliver_bytes(struct cloud *cloud, const char *outcome, const char *key, const char *bytes,
                   size_t length, const char *sequencer, char *version)
{
    char own[128], *at = version ? version : own;
    cloud_put(cloud, key, bytes, length, at);
    step_gives(&cloud->pipeline, rc_step_inspect, file_input(key, at, sequencer), "ingest");
    step_gives(&cloud->pipeline, rc_step_ingest, file_input(key, at, sequencer), outcome);
}

void deliver(struct cloud *cloud, const char *outcome, const char *key, const char *path,
             const char *sequencer)
{
    size_t length;
    char *bytes = cloud_read(path, &length);
    deliver_bytes(cloud, outcome, key, bytes, length, sequencer, NULL);
    free(bytes);
}

void match_plan(struct rc_pipeline *pipeline, const char *program, const json_t *plan)
{
    size_t i, n;
    json_t *pass, *task;
    json_array_foreach(json_object_get(plan, "passes"), i, pass)
    {
        json_array_foreach(json_object_get(pass, "tasks"), n, task)
            json_decref(step_run(pipeline, rc_step_match, planned_input(program, plan, task)));
    }
}

void work_day(struct rc_pipeline *pipeline, const char *program, const char *outcome)
{
    json_t *out = step_run(pipeline, rc_step_prepare, day_input(program));
    if (strcmp(text_of(out, "outcome"), "match") == 0) {
        json_t *plan = out;
        match_plan(pipeline, program, plan);
        out = step_run(pipeline, rc_step_rollup, planned_input(program, plan, NULL));
        json_decref(plan);
    }
    if (outcome)
        assert_string_equal(text_of(out, "outcome"), outcome);
    json_decref(out);
}

/* ----- days ----- */

static void put_program(struct cloud *cloud, const char *path, int shards)
{
    struct rc_error err = {0};
    json_t *json = json_load_file(path, 0, NULL);
    assert_non_null(json);
    json_object_set_new(json, "shard_count", json_integer(shards));
    assert_int_equal(json_dump_file(json, path, 0), 0);
    if (!rc_catalog_put_program(&cloud->pipeline, json, NULL, &err))
        fail_msg("%s", err.text);
    json_decref(json);
}

void sample_make(struct cloud *cloud, struct sample *sample, const char *program, uint64_t records,
                 uint64_t seed, int shards)
{
    struct rc_error err = {0};
    struct rc_layout *layout = rc_layout_load("clearing168", NULL, &err);
    assert_non_null(layout);
    snprintf(sample->folder, sizeof sample->folder, "%s/%s-%llu", cloud->folder, program,
             (unsigned long long)seed);
    snprintf(sample->settlement, sizeof sample->settlement, "%s/settlement.txt", sample->folder);
    snprintf(sample->internal, sizeof sample->internal, "%s/internal.txt", sample->folder);
    snprintf(sample->program, sizeof sample->program, "%s/program.json", sample->folder);
    struct rc_generate_options options = {.records = records,
                                          .seed = seed,
                                          .layout_digest = layout->digest,
                                          .directory = sample->folder,
                                          .file_date = RC_CIVIL_NONE,
                                          .program = program};
    assert_true(rc_generate(&options, NULL, &err));
    rc_layout_free(layout);
    put_program(cloud, sample->program, shards);
}

void sample_deliver(struct cloud *cloud, const struct sample *sample, const char *program)
{
    char key[80];
    snprintf(key, sizeof key, "%s/settlement/a.txt", program);
    deliver(cloud, "activated", key, sample->settlement, "01");
    snprintf(key, sizeof key, "%s/internal/a.txt", program);
    deliver(cloud, "activated", key, sample->internal, "01");
}

json_t *sample_reconcile(const struct sample *sample, void *context,
                         bool (*outcome)(void *context, const struct rc_outcome *outcome,
                                         struct rc_error *err))
{
    struct rc_error err = {0};
    struct rc_program program;
    struct rc_day day = {0};
    struct rc_reconcile_stats stats;
    struct rc_buf text;
    assert_true(rc_program_load(sample->program, &program, &err));
    struct rc_reconcile_options options = {.program = &program,
                                           .path = {sample->settlement, sample->internal},
                                           .file_date = RC_CIVIL_NONE,
                                           .memory_bytes = 64 << 20,
                                           .threads = 1,
                                           .context = context,
                                           .outcome = outcome};
    for (int side = 0; side < RC_SIDES; side++)
        assert_non_null(options.layout[side] =
                            rc_layout_load(program.layout[side], sample->program, &err));
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

/* ----- days by hand ----- */

void carry_file(const char *path, const char *date, const char *const *records, size_t count)
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

void carry_program(struct cloud *cloud)
{
    struct rc_error err = {0};
    json_t *json = json_pack("{ss ss ss si s[] s{si si}}", "program", "carry", "settlement_layout",
                             "settlement168", "internal_layout", "settlement168", "shard_count", 4,
                             "compare", "rules", "clearing_window_days", 1, "open_days", 3);
    if (!rc_catalog_put_program(&cloud->pipeline, json, NULL, &err))
        fail_msg("%s", err.text);
    json_decref(json);
}

void carry_deliver(struct cloud *cloud, const char *date, const char *sequencer,
                   const char *const *settlement, size_t settlement_count,
                   const char *const *internal, size_t internal_count)
{
    char path[128], key[64];
    snprintf(path, sizeof path, "%s/carry.txt", cloud->folder);
    carry_file(path, date, settlement, settlement_count);
    snprintf(key, sizeof key, "carry/settlement/%s.txt", date);
    deliver(cloud, "activated", key, path, sequencer);
    carry_file(path, date, internal, internal_count);
    snprintf(key, sizeof key, "carry/internal/%s.txt", date);
    deliver(cloud, "activated", key, path, sequencer);
}

/* ----- what is kept ----- */

void day_key(const char *program, const char *what, struct rc_key *key)
{
    struct rc_filedate day = day_of(program);
    rc_key_day(&day, what, key);
}

json_t *get_item(struct rc_pipeline *pipeline, const struct rc_key *key)
{
    struct rc_error err = {0};
    json_t *item;
    if (!rc_store_get(pipeline, RC_TABLE_STATE, key, &item, &err))
        fail_msg("%s", err.text);
    return item;
}

void set_number(struct rc_pipeline *pipeline, const struct rc_key *key, const char *name,
                int64_t value)
{
    struct rc_error err = {0};
    struct rc_draft values;
    char update[80];
    snprintf(update, sizeof update, "SET #%s = :value", name);
    rc_draft_values(&values);
    rc_item_int(&values.json, ":value", value);
    struct rc_write write = {.kind = RC_WRITE_UPDATE,
                             .table = RC_TABLE_STATE,
                             .key = key,
                             .update = update,
                             .values = rc_draft_done(&values)};
    assert_int_equal(rc_store_write(pipeline, &write, NULL, &err), RC_STORED);
    rc_draft_free(&values);
}

json_t *stored_day(struct rc_pipeline *pipeline, const char *program, int64_t *version)
{
    struct rc_key key;
    day_key(program, "ROLLUP", &key);
    json_t *item = get_item(pipeline, &key);
    assert_non_null(item);
    json_t *day = json_loads(rc_item_get_text(item, "day"), 0, NULL);
    assert_non_null(day);
    if (version)
        assert_true(rc_item_get_int(item, "version", version));
    json_decref(item);
    return day;
}

void expect_same_day(const json_t *want, const json_t *got)
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

struct scanning {
    json_t *items;
    const char *table, *except;
};

static bool take_page(void *ctx, const void *answer)
{
    struct scanning *scanning = ctx;
    const struct rc_dynamodb_items *page = answer;
    for (size_t i = 0; i < page->items.count; i++) {
        char name[RC_PK_BYTES + RC_SK_BYTES + 64];
        json_t *item = (json_t *)page->items.items[i];
        snprintf(name, sizeof name, "%s %s %s", scanning->table, rc_item_get_text(item, "PK"),
                 rc_item_get_text(item, "SK"));
        bool of_run = strstr(name, " RUN#") || strstr(name, " RUNS#");
        if (!of_run && (!scanning->except || !strstr(name, scanning->except)))
            json_object_set(scanning->items, name, item);
    }
    return true;
}

json_t *scan_all(struct rc_pipeline *pipeline, const char *except)
{
    struct rc_error err = {0};
    struct scanning scanning = {.items = json_object()};
    for (int table = 0; table < RC_TABLES; table++) {
        scanning.table = pipeline->table[table];
        scanning.except = table == RC_TABLE_STATE ? except : NULL;
        struct rc_dynamodb_scan in = {.table_name = scanning.table, .consistent_read = true};
        struct rc_pages *pages = rc_pages_start(pipeline->aws, &rc_dynamodb_scan_operation, &in,
                                                take_page, NULL, &scanning);
        assert_non_null(pages);
        if (!rc_pages_wait(pages, &err))
            fail_msg("%s", err.text);
        rc_pages_free(pages);
    }
    return scanning.items;
}

void expect_same_items(const json_t *before, const json_t *after, const char *what)
{
    const char *name;
    json_t *item;
    json_object_foreach((json_t *)before, name, item)
    {
        const json_t *other = json_object_get(after, name);
        if (json_equal(item, other))
            continue;
        char *was = json_dumps(item, JSON_COMPACT);
        char *is = other ? json_dumps(other, JSON_COMPACT) : NULL;
        fail_msg("%s: %s was %.700s and is %.700s", what, name, was, is ? is : "gone");
    }
    json_object_foreach((json_t *)after, name, item)
    {
        if (!json_object_get(before, name))
            fail_msg("%s: %s is new", what, name);
    }
}

uint64_t requests_of(struct rc_pipeline *pipeline, const char *operation)
{
    return rc_metrics_row(rc_aws_metrics(pipeline->aws), "dynamodb", operation)->attempts;
}
