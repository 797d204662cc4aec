/* A file that is run once more: from where it stopped or from scratch, on this route or the
 * other, whatever became of it before. The runs are executions that wait; the steps of them
 * are run here. */
#include "tests/pipeline/days.h"

#include "pipeline/catalog.h"
#include "pipeline/slots.h"
#include "pipeline/steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 60 };

static struct cloud cloud;

static int begin(void **state)
{
    (void)state;
    cloud_begin(&cloud);
    cloud_intake(&cloud);
    return 0;
}

static int end(void **state)
{
    (void)state;
    cloud_end(&cloud);
    return 0;
}

/* ----- a file and its runs ----- */

struct subject {
    struct sample sample;
    char program[24], key[64], version[128], run[64]; /* the run that works on it */
};

static json_t *input(const struct subject *subject)
{
    return file_input(subject->key, subject->version, "01");
}

static void step(const struct subject *subject, step_function *function, const char *outcome)
{
    struct rc_pipeline pipeline = cloud.pipeline;
    pipeline.run = subject->run;
    step_gives(&pipeline, function, input(subject), outcome);
}

static json_t *item_of(const struct subject *subject)
{
    struct rc_key key;
    rc_key_file(CLOUD_BUCKET, subject->key, subject->version, &key);
    return get_item(&cloud.pipeline, &key);
}

static void expect_state(const struct subject *subject, const char *state)
{
    json_t *item = item_of(subject);
    const char *is = rc_item_get_text(item, "state");
    assert_string_equal(is ? is : "", state);
    json_decref(item);
}

static int64_t number_of(const struct subject *subject, const char *name)
{
    int64_t number = 0;
    json_t *item = item_of(subject);
    rc_item_get_int(item, name, &number);
    json_decref(item);
    return number;
}

/* A message becomes a run, whose name is the subject's from then on. */
static void admit(struct subject *subject, const json_t *message)
{
    struct rc_error err = {0};
    struct rc_file file;
    char *body = json_dumps(message, JSON_COMPACT);
    json_t *out = step_run(&cloud.pipeline, rc_step_admit,
                           json_pack("{s[{ss ss}]}", "Records", "messageId", "m", "body", body));
    assert_int_equal(json_array_size(json_object_get(out, "batchItemFailures")), 0);
    assert_true(rc_file_read(&cloud.pipeline, message, &file, &err));
    rc_run_name(&file, (int)json_integer_value(json_object_get(message, "attempt")), subject->run);
    enum rc_run_life life;
    assert_true(rc_run_look(&cloud.pipeline, subject->run, &life, &err));
    assert_int_equal(life, RC_RUN_ALIVE);
    json_decref(out);
    free(body);
}

/* A file of the program has landed and has its first run. */
static void arrive(struct subject *subject, const char *program, const char *name,
                   const char *bytes, size_t length)
{
    snprintf(subject->program, sizeof subject->program, "%s", program);
    snprintf(subject->key, sizeof subject->key, "%s/settlement/%s", program, name);
    cloud_put(&cloud, subject->key, bytes, length, subject->version);
    json_t *in = input(subject);
    admit(subject, in);
    json_decref(in);
}

static void begin_subject(struct subject *subject, const char *program, uint64_t records)
{
    size_t length;
    sample_make(&cloud, &subject->sample, program, records, 21, 2);
    char *bytes = cloud_read(subject->sample.settlement, &length);
    arrive(subject, program, "a.txt", bytes, length);
    free(bytes);
}

/* The end of its run, when it has failed there. */
static void fail_run(const struct subject *subject)
{
    struct rc_pipeline pipeline = cloud.pipeline;
    pipeline.run = subject->run;
    json_t *in = input(subject);
    json_object_set_new(in, "at", json_string("IngestLambda"));
    json_object_set_new(in, "error", json_pack("{ss ss}", "Error", "StepFailed", "Cause", "broke"));
    json_decref(step_run(&pipeline, rc_step_fail, in));
    cloud_stop_run(&cloud, subject->run);
}

static void end_run(const struct subject *subject)
{
    step(subject, rc_step_finish, "");
    cloud_stop_run(&cloud, subject->run);
}

/* Runs reprocess with these words (taken over); gives its answer. */
static json_t *reprocess(const struct subject *subject, json_t *words, const char *outcome)
{
    json_t *in = input(subject);
    json_object_update(in, words);
    json_decref(words);
    json_t *out = step_run(&cloud.pipeline, rc_step_reprocess, in);
    assert_string_equal(text_of(out, "outcome"), outcome);
    return out;
}

/* The message that reprocess has left becomes the run. */
static void admit_again(struct subject *subject)
{
    json_t *message = cloud_take_message(&cloud, cloud.arrivals);
    admit(subject, message);
    json_decref(message);
}

static void run_again(struct subject *subject, json_t *words)
{
    char before[64];
    memcpy(before, subject->run, sizeof before);
    json_decref(reprocess(subject, words, "queued"));
    admit_again(subject);
    assert_string_not_equal(subject->run, before);
    step(subject, rc_step_inspect, "ingest");
}

/* "what was becomes", in the order of the answer. */
static void expect_changes(const json_t *out, const char *const *wanted)
{
    size_t i;
    json_t *change, *changes = json_object_get(out, "changes");
    json_array_foreach(changes, i, change)
    {
        char text[512];
        char *was = json_dumps(json_object_get(change, "was"), JSON_ENCODE_ANY);
        char *becomes = json_dumps(json_object_get(change, "becomes"), JSON_ENCODE_ANY);
        snprintf(text, sizeof text, "%s %s %s", text_of(change, "what"), was, becomes);
        free(was);
        free(becomes);
        assert_non_null(wanted[i]);
        assert_string_equal(text, wanted[i]);
    }
    assert_null(wanted[i]);
}

static void expect_day(const struct subject *subject)
{
    json_t *want = sample_reconcile(&subject->sample, NULL, NULL);
    json_t *got = stored_day(&cloud.pipeline, subject->program, NULL);
    static const char *const members[] = {"statuses", "digest", "outcome_digest"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        assert_true(
            json_equal(json_object_get(want, members[i]), json_object_get(got, members[i])));
    json_decref(want);
    json_decref(got);
}

/* ----- a run that failed ----- */

/* The deadline comes when a batch has been written. */
static void cut(struct rc_timer *timer)
{
    if (requests_of(&cloud.pipeline, "BatchWriteItem") > *(uint64_t *)timer->ctx)
        cloud.pipeline.deadline_unix_ms = 1;
    else
        rc_timer_set(cloud.session.loop, timer, 0);
}

/* Its ingest stops somewhere in the middle; gives how many records are durable. */
static int64_t stop_halfway(const struct subject *subject)
{
    struct rc_delivery delivery = {day_of(subject->program), RC_SETTLEMENT, 1};
    struct rc_key key;
    int64_t records = 0;
    uint64_t before = requests_of(&cloud.pipeline, "BatchWriteItem");
    struct rc_timer timer = {.fire = cut, .ctx = &before};
    rc_timer_set(cloud.session.loop, &timer, 0);
    struct rc_pipeline *pipeline = &cloud.pipeline;
    const char *usual = pipeline->run;
    pipeline->run = subject->run;
    step_gives(pipeline, rc_step_ingest, input(subject), "handover");
    pipeline->run = usual;
    rc_timer_stop(cloud.session.loop, &timer);
    pipeline->deadline_unix_ms = 0;
    rc_key_delivery(&delivery, "CHECKPOINT", &key);
    json_t *item = get_item(pipeline, &key);
    assert_true(rc_item_get_int(item, "records", &records));
    json_decref(item);
    return records;
}

static void test_a_failed_file_goes_on_where_it_stopped(void **state)
{
    (void)state;
    enum { MANY = 3000 };
    struct subject subject;
    begin_subject(&subject, "failed", MANY);
    step(&subject, rc_step_inspect, "ingest");
    int64_t durable = stop_halfway(&subject);
    assert_in_range(durable, 1, MANY - 1);
    fail_run(&subject);
    expect_state(&subject, RC_FILE_FAILED);
    int64_t fence = number_of(&subject, "fence");

    json_t *before = scan_all(&cloud.pipeline, NULL);
    json_t *out = reprocess(&subject, json_pack("{sb}", "dry_run", 1), "planned");
    static const char *const changes[] = {"attempt 0 1", "state \"FAILED\" null", NULL};
    expect_changes(out, changes);
    json_decref(out);
    json_t *after = scan_all(&cloud.pipeline, NULL);
    expect_same_items(before, after, "a dry run");
    json_decref(before);
    json_decref(after);

    run_again(&subject, json_object());
    assert_in_range(number_of(&subject, "fence"), fence + 1, fence + 10);
    assert_int_equal(number_of(&subject, "delivery"), 1);
    uint64_t batches = requests_of(&cloud.pipeline, "BatchWriteItem");
    step(&subject, rc_step_ingest, "activated");
    batches = requests_of(&cloud.pipeline, "BatchWriteItem") - batches;
    assert_in_range(batches, (MANY - durable) / 25, (MANY - durable) / 25 + 6);
    end_run(&subject);
    deliver(&cloud, "activated", "failed/internal/a.txt", subject.sample.internal, "01");
    work_day(&cloud.pipeline, "failed", "written");
    expect_day(&subject);
    json_t *item = item_of(&subject);
    assert_null(rc_item_get_text(item, "failed_at"));
    json_decref(item);
}

/* From scratch it writes everything again, to the same keys. */
static void test_from_scratch_the_checkpoint_is_taken_back(void **state)
{
    (void)state;
    enum { MANY = 3000 };
    struct subject subject;
    char expected[64];
    begin_subject(&subject, "scratch", MANY);
    step(&subject, rc_step_inspect, "ingest");
    int64_t durable = stop_halfway(&subject);
    fail_run(&subject);
    json_t *out =
        reprocess(&subject, json_pack("{ss sb}", "from", "scratch", "dry_run", 1), "planned");
    snprintf(expected, sizeof expected, "checkpoint %lld 0", (long long)durable);
    const char *const changes[] = {"attempt 0 1", "state \"FAILED\" null", expected, NULL};
    expect_changes(out, changes);
    json_decref(out);
    run_again(&subject, json_pack("{ss}", "from", "scratch"));
    uint64_t batches = requests_of(&cloud.pipeline, "BatchWriteItem");
    step(&subject, rc_step_ingest, "activated");
    batches = requests_of(&cloud.pipeline, "BatchWriteItem") - batches;
    assert_in_range(batches, MANY / 25, MANY / 25 + 6);
    assert_int_equal(number_of(&subject, "delivery"), 1);
    end_run(&subject);
}

/* Whoever had the file before reprocess can decide nothing any more. */
static void test_an_owner_of_before_is_fenced_off(void **state)
{
    (void)state;
    struct subject subject;
    struct rc_lease lease;
    struct rc_key key;
    struct rc_error err = {0};
    begin_subject(&subject, "fenced", RECORDS);
    step(&subject, rc_step_inspect, "ingest");
    rc_key_file(CLOUD_BUCKET, subject.key, subject.version, &key);
    struct rc_pipeline zombie = cloud.pipeline;
    zombie.run = subject.run;
    assert_int_equal(rc_lease_take(&zombie, &key, &lease, NULL, &err), RC_STORED);
    cloud_stop_run(&cloud, subject.run);
    char of_zombie[64];
    memcpy(of_zombie, subject.run, sizeof of_zombie);
    run_again(&subject, json_object());
    zombie.run = of_zombie;
    assert_int_equal(rc_file_set_state(&lease, RC_FILE_REJECTED, "late", &err), RC_REFUSED);
    step(&subject, rc_step_ingest, "activated");
    assert_int_equal(rc_file_set_state(&lease, RC_FILE_REJECTED, "late", &err), RC_REFUSED);
    expect_state(&subject, RC_FILE_ACTIVE);
    end_run(&subject);
}

/* ----- one run at a time ----- */

static void test_a_file_has_one_run_at_a_time(void **state)
{
    (void)state;
    struct subject subject;
    char first[64];
    begin_subject(&subject, "once", RECORDS);
    memcpy(first, subject.run, sizeof first);
    json_t *before = scan_all(&cloud.pipeline, NULL);
    json_t *out = reprocess(&subject, json_object(), "running");
    assert_string_equal(text_of(out, "run"), first);
    json_decref(out);
    json_t *after = scan_all(&cloud.pipeline, NULL);
    expect_same_items(before, after, "a run that is alive");
    json_decref(before);
    json_decref(after);
    step(&subject, rc_step_inspect, "ingest");
    fail_run(&subject);

    /* Asked for twice before it has begun, it is one attempt, and one run. */
    for (int i = 0; i < 2; i++) {
        out = reprocess(&subject, json_object(), "queued");
        assert_int_equal(json_integer_value(json_object_get(out, "attempt")), 1);
        json_decref(out);
    }
    admit_again(&subject);
    admit_again(&subject);
    out = reprocess(&subject, json_object(), "running");
    assert_string_equal(text_of(out, "run"), subject.run);
    json_decref(out);
    /* The first event comes once more: its run has been. */
    json_t *in = input(&subject), *body = json_pack("{s[{ss so}]}", "Records", "messageId", "m",
                                                    "body", json_string("{}"));
    char *text = json_dumps(in, JSON_COMPACT);
    json_object_set_new(json_array_get(json_object_get(body, "Records"), 0), "body",
                        json_string(text));
    json_decref(step_run(&cloud.pipeline, rc_step_admit, body));
    free(text);
    json_decref(in);
    struct rc_error err = {0};
    enum rc_run_life life;
    assert_true(rc_run_look(&cloud.pipeline, first, &life, &err));
    assert_int_equal(life, RC_RUN_ENDED);
    step(&subject, rc_step_inspect, "ingest");
    step(&subject, rc_step_ingest, "activated");
    end_run(&subject);
}

/* An execution of before that was redriven has the lease: it is the run that is alive. */
static void test_a_redriven_run_counts_as_alive(void **state)
{
    (void)state;
    struct subject subject, redriven;
    struct rc_key key;
    begin_subject(&subject, "redriven", RECORDS);
    step(&subject, rc_step_inspect, "ingest");
    redriven = subject; /* alive, while the item says attempt 1 */
    rc_key_file(CLOUD_BUCKET, subject.key, subject.version, &key);
    set_number(&cloud.pipeline, &key, "attempt", 1);
    struct rc_pipeline pipeline = cloud.pipeline;
    struct rc_lease lease;
    struct rc_error err = {0};
    pipeline.run = redriven.run;
    assert_int_equal(rc_lease_take(&pipeline, &key, &lease, NULL, &err), RC_STORED);
    json_t *out = reprocess(&subject, json_object(), "running");
    assert_string_equal(text_of(out, "run"), redriven.run);
    json_decref(out);
    end_run(&subject);
}

/* ----- routes and messages ----- */

static size_t taken(const char *route)
{
    struct rc_key key;
    rc_key_slots("ROUTE", route, &key);
    json_t *item = get_item(&cloud.pipeline, &key);
    size_t count = json_array_size(rc_item_get_text_set(item, "runs"));
    json_decref(item);
    return count;
}

static void test_the_other_route_can_be_asked_for(void **state)
{
    (void)state;
    struct subject subject;
    begin_subject(&subject, "route", RECORDS);
    step(&subject, rc_step_inspect, "ingest");
    assert_int_equal(taken("fargate"), 0);
    fail_run(&subject);
    json_decref(reprocess(&subject, json_pack("{ss}", "route", "fargate"), "queued"));
    json_t *message = cloud_take_message(&cloud, cloud.arrivals);
    assert_string_equal(text_of(message, "route"), "fargate");
    admit(&subject, message);
    json_decref(message);
    assert_int_equal(taken("fargate"), 1);
    end_run(&subject);
    assert_int_equal(taken("fargate"), 0);
}

/* Failed before anything was known of it. */
static void test_a_file_without_a_header_can_be_run_again(void **state)
{
    (void)state;
    struct subject subject;
    char message[512];
    begin_subject(&subject, "headless", RECORDS);
    cloud_stop_run(&cloud, subject.run);
    arrive(&subject, "headless", "b.txt", "DT\n", 3);
    step_fails(&cloud.pipeline, rc_step_inspect, input(&subject), "BadInput", message);
    fail_run(&subject);
    expect_state(&subject, RC_FILE_FAILED);
    json_decref(reprocess(&subject, json_pack("{ss}", "from", "scratch"), "queued"));
    expect_state(&subject, "");
    admit_again(&subject);
    cloud_stop_run(&cloud, subject.run);
}

/* The queue of failed files, moved back to the one they came from, runs them again. */
static void test_a_failed_message_that_is_moved_back_runs_its_file(void **state)
{
    (void)state;
    struct subject subject;
    begin_subject(&subject, "moved", RECORDS);
    step(&subject, rc_step_inspect, "ingest");
    while (true) { /* of the tests before */
        fail_run(&subject);
        json_t *message = cloud_take_message(&cloud, cloud.failed);
        bool own = strcmp(text_of(json_object_get(message, "file"), "key"), subject.key) == 0;
        char *body = own ? json_dumps(message, JSON_COMPACT) : NULL;
        json_decref(message);
        if (!own)
            continue;
        json_t *in = json_pack("{s[{ss ss}]}", "Records", "messageId", "m", "body", body);
        json_t *out = step_run(&cloud.pipeline, rc_step_admit, in);
        assert_int_equal(json_array_size(json_object_get(out, "batchItemFailures")), 0);
        json_decref(out);
        free(body);
        break;
    }
    admit_again(&subject);
    step(&subject, rc_step_inspect, "ingest");
    step(&subject, rc_step_ingest, "activated");
    end_run(&subject);
}

/* ----- files that have ended otherwise ----- */

/* The first record of its only shard of this table is gone. */
static void lose_a_record(const struct subject *subject)
{
    struct rc_error err = {0};
    struct rc_key key = {.sk = ""};
    bool more;
    snprintf(key.pk, sizeof key.pk, "%s#2026-04-01#0", subject->program);
    struct rc_keys_query query = {.table = RC_TABLE_SETTLEMENT, .pk = key.pk};
    json_t *keys = rc_store_keys(&cloud.pipeline, &query, &more, &err);
    assert_true(json_array_size(keys) > 0);
    snprintf(key.sk, sizeof key.sk, "%s", rc_item_get_text(json_array_get(keys, 0), "SK"));
    struct rc_write write = {.kind = RC_WRITE_DELETE, .table = RC_TABLE_SETTLEMENT, .key = &key};
    assert_int_equal(rc_store_write(&cloud.pipeline, &write, NULL, &err), RC_STORED);
    json_decref(keys);
    free(query.from);
}

/* An active file stays active, and its day as it is; from scratch, its records are written
 * anew. */
static void test_an_active_file_is_restored_from_scratch(void **state)
{
    (void)state;
    struct subject subject;
    begin_subject(&subject, "active", RECORDS);
    step(&subject, rc_step_inspect, "ingest");
    step(&subject, rc_step_ingest, "activated");
    end_run(&subject);
    deliver(&cloud, "activated", "active/internal/a.txt", subject.sample.internal, "01");
    work_day(&cloud.pipeline, "active", "written");
    json_t *before = scan_all(&cloud.pipeline, "FILE#");

    uint64_t batches = requests_of(&cloud.pipeline, "BatchWriteItem");
    run_again(&subject, json_object());
    expect_state(&subject, RC_FILE_ACTIVE);
    step(&subject, rc_step_ingest, "activated");
    assert_int_equal(requests_of(&cloud.pipeline, "BatchWriteItem"), batches);
    work_day(&cloud.pipeline, "active", "unchanged");
    end_run(&subject);

    lose_a_record(&subject);
    run_again(&subject, json_pack("{ss}", "from", "scratch"));
    expect_state(&subject, RC_FILE_ACTIVE);
    step(&subject, rc_step_ingest, "activated");
    step(&subject, rc_step_ingest, "activated"); /* a retry of the state machine */
    work_day(&cloud.pipeline, "active", "unchanged");
    end_run(&subject);
    json_t *after = scan_all(&cloud.pipeline, "FILE#");
    struct rc_delivery delivery = {day_of("active"), RC_SETTLEMENT, 1};
    struct rc_key key;
    char name[RC_PK_BYTES + RC_SK_BYTES + 16];
    rc_key_delivery(&delivery, "CHECKPOINT", &key); /* its fence has grown */
    snprintf(name, sizeof name, "recon-state %s %s", key.pk, key.sk);
    assert_int_equal(json_object_del(before, name), 0);
    assert_int_equal(json_object_del(after, name), 0);
    expect_same_items(before, after, "restored");
    json_decref(before);
    json_decref(after);
}

static void set_policy(const struct subject *subject, const char *policy)
{
    struct rc_error err = {0};
    json_t *program = json_load_file(subject->sample.program, 0, NULL);
    json_object_set_new(program, "intake", json_pack("{ss}", "rejects", policy));
    if (!rc_catalog_put_program(&cloud.pipeline, program, NULL, &err))
        fail_msg("%s", err.text);
    json_decref(program);
}

static void test_a_rejected_file_can_be_taken_after_all(void **state)
{
    (void)state;
    struct subject subject;
    size_t length;
    sample_make(&cloud, &subject.sample, "strict", RECORDS, 22, 2);
    char *bytes = cloud_read(subject.sample.settlement, &length);
    memcpy(bytes + 169 + 74, "XX", 2); /* an amount */
    set_policy(&subject, "reject_file");
    arrive(&subject, "strict", "a.txt", bytes, length);
    step(&subject, rc_step_inspect, "ingest");
    step(&subject, rc_step_ingest, "rejected");
    end_run(&subject);
    set_policy(&subject, "quarantine");
    run_again(&subject, json_object());
    step(&subject, rc_step_ingest, "activated");
    assert_int_equal(number_of(&subject, "delivery"), 1);
    end_run(&subject);
    free(bytes);
}

/* A person says that the other one is right: it is a correction then. */
static void test_a_conflicting_file_can_be_accepted(void **state)
{
    (void)state;
    struct subject first, other;
    size_t length;
    begin_subject(&first, "rivals", RECORDS);
    step(&first, rc_step_inspect, "ingest");
    step(&first, rc_step_ingest, "activated");
    end_run(&first);
    sample_make(&cloud, &other.sample, "rivals", RECORDS, 23, 2);
    char *bytes = cloud_read(other.sample.settlement, &length);
    arrive(&other, "rivals", "b.txt", bytes, length);
    step(&other, rc_step_inspect, "ingest");
    step(&other, rc_step_ingest, "conflicting");
    end_run(&other);

    run_again(&other, json_object()); /* that alone decides nothing */
    step(&other, rc_step_ingest, "conflicting");
    end_run(&other);

    json_t *out = reprocess(&other, json_pack("{sb sb}", "accept", 1, "dry_run", 1), "planned");
    struct rc_key own, rival;
    char identity[2 * RC_PK_BYTES + 32];
    rc_key_file(CLOUD_BUCKET, other.key, other.version, &own);
    rc_key_file(CLOUD_BUCKET, first.key, first.version, &rival);
    snprintf(identity, sizeof identity, "identity \"%s\" \"%s\"", rival.pk, own.pk);
    const char *const changes[] = {"attempt 1 2", "state \"CONFLICTING_FILE\" null",
                                   "delivery 2 null", identity, NULL};
    expect_changes(out, changes);
    json_decref(out);
    json_decref(reprocess(&other, json_pack("{sb}", "accept", 1), "queued"));
    run_again(&other, json_pack("{sb}", "accept", 1)); /* done twice, it is the same */
    json_decref(cloud_take_message(&cloud, cloud.arrivals));
    step(&other, rc_step_ingest, "activated");
    assert_int_equal(number_of(&other, "delivery"), 3);
    end_run(&other);
    expect_state(&first, RC_FILE_REPLACED);
    expect_state(&other, RC_FILE_ACTIVE);
    deliver(&cloud, "activated", "rivals/internal/a.txt", other.sample.internal, "01");
    work_day(&cloud.pipeline, "rivals", "written");
    expect_day(&other);
    free(bytes);
}

/* ----- what is refused ----- */

static void expect_refused(const struct subject *subject, json_t *words, const char *part)
{
    char message[512];
    json_t *in = input(subject);
    json_object_update(in, words);
    json_decref(words);
    json_t *before = scan_all(&cloud.pipeline, NULL);
    step_fails(&cloud.pipeline, rc_step_reprocess, in, "BadInput", message);
    if (!strstr(message, part))
        fail_msg("\"%s\" has not \"%s\"", message, part);
    json_t *after = scan_all(&cloud.pipeline, NULL);
    expect_same_items(before, after, part);
    json_decref(before);
    json_decref(after);
}

static void test_what_cannot_be_is_refused_with_the_way_out(void **state)
{
    (void)state;
    struct subject subject;
    begin_subject(&subject, "refused", RECORDS);
    step(&subject, rc_step_inspect, "ingest");
    step(&subject, rc_step_ingest, "activated");
    end_run(&subject);
    expect_refused(&subject, json_pack("{ss}", "route", "train"), "auto, lambda or fargate");
    expect_refused(&subject, json_pack("{ss}", "from", "memory"), "checkpoint or scratch");
    struct subject copy = subject;
    size_t length;
    char *bytes = cloud_read(subject.sample.settlement, &length);
    snprintf(copy.key, sizeof copy.key, "refused/settlement/copy.txt");
    deliver_bytes(&cloud, "duplicate", copy.key, bytes, length, "01", copy.version);
    free(bytes);
    expect_refused(&copy, json_pack("{sb}", "accept", 1), "is DUPLICATE_FILE");
    struct subject nobody = subject;
    snprintf(nobody.key, sizeof nobody.key, "nobody/settlement/a.txt");
    expect_refused(&nobody, json_object(), "no program nobody");

    struct sample second;
    sample_make(&cloud, &second, "refused", RECORDS, 24, 2);
    bytes = cloud_read(second.settlement, &length);
    deliver_bytes(&cloud, "activated", subject.key, bytes, length, "02", NULL);
    expect_refused(&subject, json_object(), "REPLACED: a later delivery counts. Put the file");
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_failed_file_goes_on_where_it_stopped),
        cmocka_unit_test(test_from_scratch_the_checkpoint_is_taken_back),
        cmocka_unit_test(test_an_owner_of_before_is_fenced_off),
        cmocka_unit_test(test_a_file_has_one_run_at_a_time),
        cmocka_unit_test(test_a_redriven_run_counts_as_alive),
        cmocka_unit_test(test_the_other_route_can_be_asked_for),
        cmocka_unit_test(test_a_file_without_a_header_can_be_run_again),
        cmocka_unit_test(test_a_failed_message_that_is_moved_back_runs_its_file),
        cmocka_unit_test(test_an_active_file_is_restored_from_scratch),
        cmocka_unit_test(test_a_rejected_file_can_be_taken_after_all),
        cmocka_unit_test(test_a_conflicting_file_can_be_accepted),
        cmocka_unit_test(test_what_cannot_be_is_refused_with_the_way_out),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
