/* What a run leaves behind for those who ask about it: its item, the heat of its writes,
 * and its metrics; with a table that takes less than the worker would write. */
#include "tests/pipeline/landing.h"

#include "pipeline/run_heat.h"
#include "pipeline/step.h"
#include "pipeline/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 1200, WRITE_UNITS = 200 };

static struct cloud cloud;
static struct landing landing;
static char *lines;
static size_t lines_bytes;
static int64_t made_ms; /* its table, which saves up what is not written */

static int begin(void **state)
{
    (void)state;
    cloud_begin(&cloud);
    cloud_limit(&cloud, RC_TABLE_SETTLEMENT, WRITE_UNITS);
    made_ms = rc_loop_now_ms(cloud.session.loop);
    landing_make(&landing, &cloud, "alpha", RECORDS);
    cloud.pipeline.lines = open_memstream(&lines, &lines_bytes);
    assert_non_null(cloud.pipeline.lines);
    cloud.pipeline.request_id = "request-1";
    return 0;
}

static int end(void **state)
{
    (void)state;
    fclose(cloud.pipeline.lines);
    free(lines);
    cloud_end(&cloud);
    return 0;
}

static void run(const char *step, const char *outcome)
{
    json_t *out = landing_run(&landing, step, "run-1");
    assert_string_equal(json_string_value(json_object_get(out, "outcome")), outcome);
    json_decref(out);
    fflush(cloud.pipeline.lines);
}

/* ----- the rate ----- */

static double table_metric(const char *name)
{
    return metric_of(lines, "Table", cloud.pipeline.table[RC_TABLE_SETTLEMENT], name);
}

/* How long the machine let this process wait: a clock that comes late. */
struct stalls {
    struct rc_timer timer;
    struct rc_loop *loop;
    int64_t last_ms, lost_ms;
};

static void tick(struct rc_timer *timer)
{
    enum { EVERY_MS = 10, LATE_MS = 100 };
    struct stalls *stalls = timer->ctx;
    int64_t now_ms = rc_loop_now_ms(stalls->loop), took_ms = now_ms - stalls->last_ms;
    if (took_ms >= LATE_MS)
        stalls->lost_ms += took_ms - EVERY_MS;
    stalls->last_ms = now_ms;
    rc_timer_set(stalls->loop, timer, EVERY_MS);
}

/* The time is compared where the machine could have kept to it: the table's capacity is
 * well below what any can do. */
static void test_writing_settles_under_what_the_table_takes(void **state)
{
    (void)state;
    enum { USUAL_MS = 1000 };
    struct rc_loop *loop = cloud.session.loop;
    run("inspect", "ingest");
    int64_t began_ms = rc_loop_now_ms(loop);
    struct stalls stalls = {.loop = loop, .last_ms = began_ms};
    int64_t saved_ms = began_ms - made_ms > USUAL_MS ? began_ms - made_ms - USUAL_MS : 0;
    stalls.timer = (struct rc_timer){.fire = tick, .ctx = &stalls};
    tick(&stalls.timer);
    run("ingest", "activated");
    rc_timer_stop(loop, &stalls.timer);
    double took_s = (double)(rc_loop_now_ms(loop) - began_ms - stalls.lost_ms) / 1000;
    double written = table_metric("ItemsWritten"), throttled = table_metric("ItemsThrottled");
    double allowed_s = (double)RECORDS / WRITE_UNITS, lost_s = (double)stalls.lost_ms / 1000;
    print_message("%.1f s of %.1f s, and %.1f s lost; %.0f throttled\n", took_s, allowed_s, lost_s,
                  throttled);
    assert_true(written >= RECORDS);
    /* What the table has saved up in a stall is written faster than it can go on. */
    assert_true(throttled <
                0.05 * (written + throttled) + (lost_s + (double)saved_ms / 1000) * WRITE_UNITS);
    assert_true(took_s < 1.15 * allowed_s);
}

/* ----- metrics ----- */

static void test_metrics_of_an_ingest(void **state)
{
    (void)state;
    assert_true(metric_of(lines, "Side", "settlement", "Records") >= RECORDS);
    assert_true(metric_of(lines, "Side", "settlement", "Checkpoints") >= 1);
    assert_true(metric_of(lines, "Side", "settlement", "Handovers") == 0);
    double skew = metric_of(lines, "Side", "settlement", "ShardMaxOverMean");
    double p_value = metric_of(lines, "Side", "settlement", "ShardSkewPValue");
    assert_true(skew > 1 && skew < 3);
    assert_true(p_value > 1e-6 && p_value <= 1);
    assert_true(table_metric("WriteUnits") >= RECORDS);
    assert_true(table_metric("WriteRequests") >= RECORDS / 25.0);
    assert_true(table_metric("ItemsRetried") == table_metric("ItemsThrottled"));
    assert_true(metric_of(lines, "Operation", "BatchWriteItem", "Requests") >= RECORDS / 25.0);
    assert_true(metric_of(lines, "Operation", "BatchWriteItem", "Throttled") > 0);
    assert_true(metric_of(lines, "Step", "ingest", "Duration") > 0);
}

/* ----- the run's item ----- */

static json_t *run_item(const char *run_name)
{
    struct rc_error err = {0};
    struct rc_key key;
    json_t *item;
    int64_t now_ms = rc_loop_unix_ms(cloud.session.loop);
    for (int32_t date = (int32_t)(now_ms / 86400000), back = 0; back < 2; back++) {
        rc_key_run(date - back, run_name, &key); /* midnight may have passed */
        assert_true(rc_store_get(&cloud.pipeline, RC_TABLE_STATE, &key, &item, &err));
        if (item)
            return item;
    }
    fail_msg("%s has no item", run_name);
    return NULL;
}

static void assert_text(const json_t *item, const char *name, const char *wanted)
{
    const char *text = rc_item_get_text(item, name);
    assert_non_null(text);
    assert_string_equal(text, wanted);
}

static void assert_number(const json_t *item, const char *name, int64_t wanted)
{
    int64_t number;
    assert_true(rc_item_get_int(item, name, &number));
    assert_int_equal(number, wanted);
}

static void test_the_steps_are_in_the_item_of_the_run(void **state)
{
    (void)state;
    int64_t began, ended, peak_mib;
    json_t *item = run_item("run-1");
    assert_text(item, "program", "alpha");
    assert_text(item, "date", "2026-04-01");
    assert_text(item, "side", "settlement");
    assert_text(item, "object", "alpha/settlement/a.txt");
    assert_text(item, "step", "ingest");
    assert_text(item, "outcome", "activated");
    assert_text(item, "route", "fargate");
    assert_text(item, "inspect_outcome", "ingest");
    assert_number(item, "inspect_attempts", 1);
    assert_number(item, "ingest_attempts", 1);
    assert_number(item, "ingest_failures", 0);
    assert_true(rc_item_get_int(item, "ingest_began", &began));
    assert_true(rc_item_get_int(item, "ingest_ended", &ended));
    assert_true(began > 0 && ended - began >= 1000);
    assert_true(rc_item_get_int(item, "ingest_peak_mib", &peak_mib));
    assert_true(peak_mib > 1 && peak_mib < 4096);
    assert_number(item, "ingest_memory_mib", 0);
    json_decref(item);
    cloud.pipeline.memory_mib = 512;
    run("ingest", "activated");
    cloud.pipeline.memory_mib = 0;
    item = run_item("run-1");
    assert_number(item, "ingest_memory_mib", 512);
    assert_number(item, "ingest_attempts", 2);
    assert_number(item, "ingest_began", began);
    json_decref(item);
}

static void test_a_failure_has_its_name_and_its_cause(void **state)
{
    (void)state;
    struct rc_error err = {0};
    json_t *in = json_pack("{ss ss ss ss ss}", "step", "match", "run", "run/2", "program", "alpha",
                           "date", "2026-04-01", "started", "2026-03-31T23:59:00Z");
    assert_null(rc_step_run(&cloud.pipeline, rc_steps, in, &err));
    assert_string_equal(cloud.pipeline.fault, "BadInput");
    struct rc_key key;
    json_t *item;
    rc_key_run(20543, "run/2", &key); /* 2026-03-31 */
    assert_string_equal(key.sk, "RUN#run%2F2");
    assert_true(rc_store_get(&cloud.pipeline, RC_TABLE_STATE, &key, &item, &err));
    assert_text(item, "match_outcome", "BadInput");
    assert_number(item, "match_failures", 1);
    assert_non_null(strstr(rc_item_get_text(item, "cause"), "fingerprint"));
    json_decref(item);
    json_decref(in);
}

/* All that the state machine knows of a task is that its container ended with 1. */
static void test_a_task_that_failed_is_named_by_its_worker(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct landing lost = landing;
    snprintf(lost.object, sizeof lost.object, "alpha/settlement/lost.txt");
    json_t *in = json_pack("{ss ss s{ss ss ss} s{}}", "step", "ingest", "run", "run-5", "file",
                           "bucket", CLOUD_BUCKET, "key", lost.object, "version", "", "inspected");
    assert_null(rc_step_run(&cloud.pipeline, rc_steps, in, &err));
    char named[64];
    const struct rc_error why = err;
    snprintf(named, sizeof named, "%s", cloud.pipeline.fault);
    json_object_set_new(in, "step", json_string("fail"));
    json_object_set_new(in, "at", json_string("IngestFargate"));
    json_object_set_new(in, "error",
                        json_pack("{ss ss}", "Error", "States.TaskFailed", "Cause",
                                  "{\"Containers\":[{\"ExitCode\":1}]}"));
    json_t *out = rc_step_run(&cloud.pipeline, rc_steps, in, &err);
    assert_non_null(out);
    assert_string_equal(json_string_value(json_object_get(out, "outcome")), named);
    assert_string_equal(json_string_value(json_object_get(out, "cause")), why.text);
    json_decref(out);
    json_t *item = run_item("run-5");
    assert_text(item, "outcome", named);
    assert_text(item, "cause", why.text);
    json_decref(item);
    json_decref(in);
}

static void test_an_item_that_cannot_be_written_fails_nothing(void **state)
{
    (void)state;
    const char *table = cloud.pipeline.table[RC_TABLE_STATE];
    struct rc_error err = {0};
    json_t *in = json_pack("{ss ss ss s{}}", "step", "inspect", "run", "run-3", "route", "auto",
                           "file"); /* which is none */
    cloud.pipeline.table[RC_TABLE_STATE] = "no-such-table";
    assert_null(rc_step_run(&cloud.pipeline, rc_steps, in, &err));
    cloud.pipeline.table[RC_TABLE_STATE] = table;
    assert_string_equal(cloud.pipeline.fault, "BadInput");
    fflush(cloud.pipeline.lines);
    assert_non_null(strstr(lines, "the run's item has no word of this step"));
    json_decref(in);
}

/* ----- heat ----- */

struct heat {
    int64_t items, writes, throttled, retried, records, ids, last_from;
};

static int64_t number_at(const json_t *list, size_t index)
{
    return strtoll(json_string_value(json_object_get(json_array_get(list, index), "N")), NULL, 10);
}

static bool add_heat(void *ctx, const json_t *item, struct rc_error *err)
{
    struct heat *heat = ctx;
    const char *name;
    json_t *attribute, *shards = rc_item_get_map(item, "shards");
    int64_t from, until, records;
    (void)err;
    assert_text(item, "table", cloud.pipeline.table[RC_TABLE_SETTLEMENT]);
    assert_true(rc_item_get_int(item, "from", &from));
    assert_true(rc_item_get_int(item, "until", &until));
    assert_true(rc_item_get_int(item, "records", &records));
    heat->records += records;
    heat->ids += (int64_t)json_array_size(rc_item_get_list(item, "ids"));
    assert_int_equal(from % RC_HEAT_BUCKET_MS, 0);
    assert_true(from > heat->last_from && until >= from);
    heat->last_from = from;
    heat->items++;
    json_object_foreach(shards, name, attribute)
    {
        const json_t *list = rc_item_get_list(shards, name);
        (void)attribute;
        assert_int_equal(json_array_size(list), 3);
        assert_true(strtol(name, NULL, 10) < 64);
        heat->writes += number_at(list, 0);
        heat->throttled += number_at(list, 1);
        heat->retried += number_at(list, 2);
    }
    return true;
}

static void test_the_heat_adds_up_to_the_writes(void **state)
{
    (void)state;
    struct rc_error err = {0};
    struct rc_key key;
    struct heat heat = {0};
    rc_key_heat("run-1", 0, "", &key);
    snprintf(key.sk, sizeof key.sk, "HEAT#");
    assert_true(rc_store_query(&cloud.pipeline, RC_TABLE_STATE, &key, add_heat, &heat, &err));
    assert_true(heat.items >= 1);
    assert_true((double)heat.writes == table_metric("ItemsWritten"));
    assert_int_equal(heat.records, heat.writes);
    assert_int_equal(heat.ids, 0); /* each record has its own */
    assert_true((double)heat.throttled == table_metric("ItemsThrottled"));
    assert_true((double)heat.retried == table_metric("ItemsRetried"));
}

/* ----- stopping ----- */

/* At the deadline what was put into windows still has to be written, as fast as the table
 * takes it; that has to be little. */
static void test_a_step_that_has_to_stop_ends_in_time(void **state)
{
    (void)state;
    enum { WORK_MS = 1000, SPARE_MS = 14000 };
    struct rc_error err = {0};
    struct landing slow;
    struct rc_key key;
    json_t *item;
    int64_t durable;
    struct rc_loop *loop = cloud.session.loop;
    landing_make(&slow, &cloud, "beta", 20 * WRITE_UNITS);
    json_decref(landing_run(&slow, "inspect", "run-4"));
    cloud.pipeline.spare_ms = SPARE_MS;
    cloud.pipeline.deadline_unix_ms = rc_loop_unix_ms(loop) + WORK_MS + SPARE_MS;
    json_t *out = landing_run(&slow, "ingest", "run-4");
    assert_true(rc_loop_unix_ms(loop) < cloud.pipeline.deadline_unix_ms);
    cloud.pipeline.deadline_unix_ms = 0;
    assert_string_equal(json_string_value(json_object_get(out, "outcome")), "handover");
    json_decref(out);
    struct rc_delivery delivery = {{"beta", 20544}, RC_SETTLEMENT, 1};
    rc_key_delivery(&delivery, "CHECKPOINT", &key);
    assert_true(rc_store_get(&cloud.pipeline, RC_TABLE_STATE, &key, &item, &err));
    assert_true(rc_item_get_int(item, "records", &durable));
    assert_true(durable > 0 && durable < 20 * WRITE_UNITS);
    json_decref(item);
    item = run_item("run-4");
    assert_text(item, "ingest_route", "lambda");
    assert_text(item, "ingest_outcome", "handover");
    json_decref(item);
    fflush(cloud.pipeline.lines);
    assert_true(metric_of(lines, "Program", "beta", "Handovers") == 1);
    assert_true(metric_of(lines, "Step", "ingest", "DurationOfCeiling") > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writing_settles_under_what_the_table_takes),
        cmocka_unit_test(test_metrics_of_an_ingest),
        cmocka_unit_test(test_the_heat_adds_up_to_the_writes),
        cmocka_unit_test(test_the_steps_are_in_the_item_of_the_run),
        cmocka_unit_test(test_a_failure_has_its_name_and_its_cause),
        cmocka_unit_test(test_a_task_that_failed_is_named_by_its_worker),
        cmocka_unit_test(test_an_item_that_cannot_be_written_fails_nothing),
        cmocka_unit_test(test_a_step_that_has_to_stop_ends_in_time),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
