/* The fence: a worker falls asleep at any of its requests, another takes over and finishes
 * the day, and the sleeper wakes up. Nothing that anyone sees may change. */
#include "tests/pipeline/days.h"

#include "pipeline/steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 20, SLEEPS_MOST = 400 };

/* It sleeps at every request in the long tests, at each third one in the others. */
static int stride(void)
{
    return getenv("RECONCTL_FULL_TESTS") ? 1 : 3;
}

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

/* ----- a worker that sleeps ----- */

/* Runs in a session of its own. Once `after` of its requests have ended, what others do
 * meanwhile is done within its loop, which stands still so long. */
struct sleeper {
    struct rc_session session;
    struct rc_pipeline pipeline;
    struct rc_timer timer;
    uint64_t after;
    bool slept;
    void (*meanwhile)(struct sleeper *sleeper);
    char program[32];
    struct sample first, second;
    char version[128]; /* of the first delivery's settlement file */
    json_t *plan;
    json_t *before; /* every item, when it woke up */
    const char *except;
};

static uint64_t ended_calls(struct rc_pipeline *pipeline)
{
    size_t count;
    uint64_t calls = 0;
    const struct rc_metrics_row *const *rows =
        rc_metrics_rows(rc_aws_metrics(pipeline->aws), &count);
    for (size_t i = 0; i < count; i++)
        calls += rows[i]->calls;
    return calls;
}

static void look(struct rc_timer *timer)
{
    struct sleeper *sleeper = timer->ctx;
    if (ended_calls(&sleeper->pipeline) < sleeper->after) {
        rc_timer_set(sleeper->session.loop, timer, 0);
        return;
    }
    sleeper->slept = true;
    sleeper->meanwhile(sleeper);
    sleeper->before = scan_all(&cloud.pipeline, sleeper->except);
}

/* Whether it slept; if it did, nothing may have changed since it woke up. */
static bool sleeps_and_wakes(struct sleeper *sleeper, step_function *step, json_t *in,
                             const char *what)
{
    struct rc_error err = {0};
    char when[80];
    cloud_session(&cloud, &sleeper->session);
    sleeper->pipeline = cloud.pipeline;
    sleeper->pipeline.aws = sleeper->session.aws;
    sleeper->pipeline.run = "sleeper";
    sleeper->timer = (struct rc_timer){.fire = look, .ctx = sleeper};
    rc_timer_set(sleeper->session.loop, &sleeper->timer, 0);
    json_decref(step(&sleeper->pipeline, in, &err));
    json_decref(in);
    rc_timer_stop(sleeper->session.loop, &sleeper->timer);
    rc_session_close(&sleeper->session);
    if (sleeper->slept) {
        snprintf(when, sizeof when, "%s after %d requests", what, (int)sleeper->after);
        json_t *now = scan_all(&cloud.pipeline, sleeper->except);
        expect_same_items(sleeper->before, now, when);
        json_decref(now);
    }
    json_decref(sleeper->before);
    sleeper->before = NULL;
    return sleeper->slept;
}

/* As if its time had run out. */
static void expire(const struct rc_key *key)
{
    json_t *item = get_item(&cloud.pipeline, key);
    bool held = rc_item_get_text(item, "owner") != NULL;
    json_decref(item);
    if (held)
        set_number(&cloud.pipeline, key, "until", 1);
}

static void object_key(const struct sleeper *sleeper, const char *side, char key[80])
{
    snprintf(key, 80, "%s/%s/a.txt", sleeper->program, side);
}

static void correct(struct sleeper *sleeper)
{
    char key[80];
    object_key(sleeper, "settlement", key);
    deliver(&cloud, "activated", key, sleeper->second.settlement, "02");
}

/* A program of its own with two samples, of which the first one's settlement file landed. */
static void make(struct sleeper *sleeper, const char *name, int number)
{
    char key[80];
    size_t length;
    *sleeper = (struct sleeper){.after = (uint64_t)number};
    snprintf(sleeper->program, sizeof sleeper->program, "%s-%d", name, number);
    sample_make(&cloud, &sleeper->second, sleeper->program, RECORDS, 2, 1);
    sample_make(&cloud, &sleeper->first, sleeper->program, RECORDS, 1, 1);
    object_key(sleeper, "settlement", key);
    char *bytes = cloud_read(sleeper->first.settlement, &length);
    cloud_put(&cloud, key, bytes, length, sleeper->version);
    free(bytes);
    step_gives(&cloud.pipeline, rc_step_inspect, file_input(key, sleeper->version, "01"), "ingest");
}

static json_t *first_input(const struct sleeper *sleeper)
{
    char key[80];
    object_key(sleeper, "settlement", key);
    return file_input(key, sleeper->version, "01");
}

/* ----- ingest ----- */

static void finish_the_day(struct sleeper *sleeper)
{
    char key[80];
    struct rc_key file;
    object_key(sleeper, "settlement", key);
    rc_key_file(CLOUD_BUCKET, key, sleeper->version, &file);
    expire(&file);
    step_gives(&cloud.pipeline, rc_step_ingest, first_input(sleeper), "activated");
    correct(sleeper);
    object_key(sleeper, "internal", key);
    deliver(&cloud, "activated", key, sleeper->second.internal, "01");
    work_day(&cloud.pipeline, sleeper->program, "written");
}

static void test_4_a_zombie_of_ingest_changes_nothing(void **state)
{
    (void)state;
    bool slept = true;
    int number = 1 - stride();
    while (slept && number < SLEEPS_MOST) {
        struct sleeper sleeper;
        number += stride();
        make(&sleeper, "ingest", number);
        sleeper.meanwhile = finish_the_day;
        slept = sleeps_and_wakes(&sleeper, rc_step_ingest, first_input(&sleeper), "ingest");
    }
    assert_in_range(number, 10, SLEEPS_MOST - 1); /* it slept at each of its requests */
}

/* ----- match and rollup ----- */

static void make_plan(struct sleeper *sleeper, const char *name, int number)
{
    struct rc_pipeline as_sleeper = cloud.pipeline;
    char key[80];
    make(sleeper, name, number);
    step_gives(&cloud.pipeline, rc_step_ingest, first_input(sleeper), "activated");
    object_key(sleeper, "internal", key);
    deliver(&cloud, "activated", key, sleeper->first.internal, "01");
    as_sleeper.run = "sleeper";
    sleeper->plan = step_run(&as_sleeper, rc_step_prepare, day_input(sleeper->program));
    assert_string_equal(text_of(sleeper->plan, "outcome"), "match");
}

/* Another run works on the same inputs. Where the sleeper has written the rollup already,
 * there is nothing to do, and the lease is still its own to give back. */
static void work_again(struct sleeper *sleeper)
{
    struct rc_key lease;
    day_key(sleeper->program, "LEASE", &lease);
    expire(&lease);
    work_day(&cloud.pipeline, sleeper->program, NULL);
    json_t *item = get_item(&cloud.pipeline, &lease);
    if (rc_item_get_text(item, "owner"))
        sleeper->except = "LEASE";
    json_decref(item);
}

/* Another run works on a corrected file. What the sleeper finds is kept under a fingerprint
 * that no rollup names. */
static void work_corrected(struct sleeper *sleeper)
{
    correct(sleeper);
    sleeper->except = text_of(sleeper->plan, "fingerprint");
    work_again(sleeper);
}

static void sleep_through_match(const char *name, void (*meanwhile)(struct sleeper *sleeper))
{
    bool slept = true;
    int number = 1 - stride();
    while (slept && number < SLEEPS_MOST) {
        struct sleeper sleeper;
        json_t *task = json_pack("{si si si}", "pass", 0, "first", 0, "count", 1);
        number += stride();
        make_plan(&sleeper, name, number);
        sleeper.meanwhile = meanwhile;
        slept = sleeps_and_wakes(&sleeper, rc_step_match,
                                 planned_input(sleeper.program, sleeper.plan, task), name);
        json_decref(task);
        json_decref(sleeper.plan);
    }
    assert_in_range(number, 6, SLEEPS_MOST - 1);
}

static void test_4_a_zombie_of_match_changes_nothing(void **state)
{
    (void)state;
    sleep_through_match("match", work_again);
}

static void test_4_a_zombie_of_match_of_old_inputs_changes_nothing(void **state)
{
    (void)state;
    sleep_through_match("match-old", work_corrected);
}

static void sleep_through_rollup(const char *name, void (*meanwhile)(struct sleeper *sleeper))
{
    bool slept = true;
    int number = 1 - stride();
    while (slept && number < SLEEPS_MOST) {
        struct sleeper sleeper;
        number += stride();
        make_plan(&sleeper, name, number);
        match_plan(&cloud.pipeline, sleeper.program, sleeper.plan);
        sleeper.meanwhile = meanwhile;
        slept = sleeps_and_wakes(&sleeper, rc_step_rollup,
                                 planned_input(sleeper.program, sleeper.plan, NULL), name);
        json_decref(sleeper.plan);
    }
    assert_in_range(number, 6, SLEEPS_MOST - 1);
}

static void test_4_a_zombie_of_rollup_changes_nothing(void **state)
{
    (void)state;
    sleep_through_rollup("rollup", work_again);
}

static void test_4_a_zombie_of_rollup_of_old_inputs_changes_nothing(void **state)
{
    (void)state;
    sleep_through_rollup("rollup-old", work_corrected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_4_a_zombie_of_ingest_changes_nothing),
        cmocka_unit_test(test_4_a_zombie_of_match_changes_nothing),
        cmocka_unit_test(test_4_a_zombie_of_match_of_old_inputs_changes_nothing),
        cmocka_unit_test(test_4_a_zombie_of_rollup_changes_nothing),
        cmocka_unit_test(test_4_a_zombie_of_rollup_of_old_inputs_changes_nothing),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
