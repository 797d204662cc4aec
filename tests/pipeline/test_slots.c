/* How messages become runs: slots, events that come twice, and messages that cannot become
 * one. The runs are executions of a small state machine that waits. */
#include "tests/pipeline/days.h"

#include "aws/sqs.h"
#include "aws/states.h"
#include "pipeline/catalog.h"
#include "pipeline/slots.h"
#include "pipeline/steps.h"
#include "pipeline/waiting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct cloud cloud;

static void wait_for(struct rc_call *call)
{
    struct rc_error err = {0};
    assert_non_null(call);
    if (!rc_call_wait(call, &err))
        fail_msg("%s", err.text);
}

static int begin(void **state)
{
    (void)state;
    cloud_begin(&cloud);
    cloud_intake(&cloud);
    cloud.pipeline.arrivals_queue_url = NULL;
    return 0;
}

static int end(void **state)
{
    (void)state;
    cloud_end(&cloud);
    return 0;
}

static void put_program(const char *id, int concurrent_files)
{
    struct rc_error err = {0};
    json_t *program =
        json_pack("{ss ss ss s{si} s{si}}", "program", id, "settlement_layout", "clearing168",
                  "internal_layout", "clearing168", "intake", "concurrent_files", concurrent_files,
                  "route", "fargate_over_bytes", 1000);
    if (!rc_catalog_put_program(&cloud.pipeline, program, NULL, &err))
        fail_msg("%s", err.text);
    json_decref(program);
}

/* ----- messages ----- */

static json_t *event(const char *key, int size)
{
    return json_pack("{ss ss s{ss s{ss} s{ss si ss ss}}}", "source", "aws.s3", "detail-type",
                     "Object Created", "detail", "version", "0", "bucket", "name", CLOUD_BUCKET,
                     "object", "key", key, "size", size, "version-id", "v1", "sequencer", "01");
}

/* Whether admit is done with a message of that body; if not, it is to come again. */
static bool admit_body(const char *body)
{
    json_t *in = json_pack("{s[{ss ss}]}", "Records", "messageId", "m-1", "body", body);
    json_t *out = step_run(&cloud.pipeline, rc_step_admit, in);
    json_t *failures = json_object_get(out, "batchItemFailures");
    size_t count = json_array_size(failures);
    assert_in_range(count, 0, 1);
    if (count)
        assert_string_equal(text_of(json_array_get(failures, 0), "itemIdentifier"), "m-1");
    json_decref(out);
    return count == 0;
}

static bool admit_file(const char *key, int size)
{
    json_t *json = event(key, size);
    char *body = json_dumps(json, JSON_COMPACT);
    bool done = admit_body(body);
    free(body);
    json_decref(json);
    return done;
}

/* ----- runs ----- */

static void run_of(const char *key, char name[64])
{
    struct rc_error err = {0};
    struct rc_file file;
    json_t *in = file_input(key, "v1", "01");
    assert_true(rc_file_read(&cloud.pipeline, in, &file, &err));
    rc_run_name(&file, 0, name);
    json_decref(in);
}

static bool is_running(const char *key)
{
    struct rc_error err = {0};
    char name[64];
    enum rc_run_life life;
    run_of(key, name);
    if (!rc_run_look(&cloud.pipeline, name, &life, &err))
        fail_msg("%s", err.text);
    return life == RC_RUN_ALIVE;
}

/* As if it had failed in a way that leaves its slots taken. */
static void stop_run(const char *key)
{
    char name[64];
    run_of(key, name);
    cloud_stop_run(&cloud, name);
    assert_false(is_running(key));
}

static size_t run_count(void)
{
    struct rc_states_list_executions in = {.machine_arn = cloud.machine};
    struct rc_call *call = rc_states_list_executions(cloud.session.aws, &in, NULL, NULL);
    wait_for(call);
    size_t count = rc_states_list_executions_answer(call)->executions.count;
    rc_call_free(call);
    return count;
}

static size_t taken(const char *kind, const char *name)
{
    struct rc_key key;
    rc_key_slots(kind, name, &key);
    json_t *item = get_item(&cloud.pipeline, &key);
    size_t count = json_array_size(rc_item_get_text_set(item, "runs"));
    json_decref(item);
    return count;
}

static void give_back(const char *key)
{
    struct rc_pipeline pipeline = cloud.pipeline;
    char name[64];
    run_of(key, name);
    pipeline.run = name;
    json_decref(step_run(&pipeline, rc_step_finish, file_input(key, "v1", "01")));
}

/* ----- slots ----- */

static void test_a_program_has_so_many_slots(void **state)
{
    (void)state;
    put_program("two", 2);
    assert_true(admit_file("two/settlement/a", 10));
    assert_true(admit_file("two/settlement/b", 10));
    assert_false(admit_file("two/settlement/c", 10));
    assert_false(is_running("two/settlement/c"));
    assert_int_equal(taken("PROGRAM", "two"), 2);
    give_back("two/settlement/a");
    assert_true(admit_file("two/settlement/c", 10));
    assert_true(is_running("two/settlement/c"));
    assert_false(admit_file("two/settlement/d", 10));
    stop_run("two/settlement/b"); /* it gave nothing back */
    assert_true(admit_file("two/settlement/d", 10));
    assert_int_equal(taken("PROGRAM", "two"), 2);
    for (const char *name = "abcd"; *name; name++) {
        char key[32];
        snprintf(key, sizeof key, "two/settlement/%c", *name);
        give_back(key);
    }
    assert_int_equal(taken("PROGRAM", "two"), 0);
}

static void test_a_route_has_so_many_slots(void **state)
{
    (void)state;
    cloud.pipeline.slots[0] = cloud.pipeline.slots[1] = 1;
    put_program("here", 10);
    put_program("there", 10);
    assert_true(admit_file("here/settlement/small", 1000));
    assert_true(admit_file("here/settlement/large", 1001));
    assert_int_equal(taken("ROUTE", "lambda"), 1);
    assert_int_equal(taken("ROUTE", "fargate"), 1);
    assert_false(admit_file("there/settlement/small", 10));
    assert_false(admit_file("there/settlement/large", 5000));
    assert_int_equal(taken("PROGRAM", "there"), 0); /* both or none */
    give_back("here/settlement/small");
    assert_true(admit_file("there/settlement/small", 10));
    assert_false(admit_file("there/settlement/large", 5000));
    /* A run of another program that ended without giving its slot back has it no longer. */
    stop_run("here/settlement/large");
    assert_true(admit_file("there/settlement/large", 5000));
    give_back("there/settlement/small");
    give_back("there/settlement/large");
    assert_int_equal(taken("ROUTE", "lambda") + taken("ROUTE", "fargate"), 0);
    cloud.pipeline.slots[0] = cloud.pipeline.slots[1] = 0;
}

/* ----- waiting ----- */

static void test_how_long_a_message_waits(void **state)
{
    (void)state;
    static const int64_t slot_s[] = {2, 4, 8, 16, 32, 60, 60, 60};
    static const int64_t failure_s[] = {30, 60, 120, 240, 480, 900, 900, 900};
    for (int i = 0; i < 8; i++) {
        assert_int_equal(rc_waiting_for_slot_s(i, 1), slot_s[i]);
        assert_int_equal(rc_waiting_for_slot_s(i, 0), slot_s[i] / 2);
        assert_int_equal(rc_waiting_behind_failure_s(i, 1), failure_s[i]);
        assert_int_equal(rc_waiting_behind_failure_s(i, 0), failure_s[i] / 2);
    }
    assert_int_equal(rc_waiting_for_slot_s(INT64_MAX, 1), 60);
    assert_int_equal(rc_waiting_behind_failure_s(-1, 1), 30);
}

/* What the queue of arrivals has next, as the event source hands it on: {"Records": […]}. It
 * waits until the message's delay is over. */
static json_t *next_arrival(void)
{
    static const char *const all[] = {"All"};
    struct rc_sqs_receive in = {.queue_url = cloud.arrivals,
                                .max_messages = 1,
                                .visibility_timeout_s = 3600,
                                .wait_s = 20,
                                .message_system_attribute_names = {all, 1},
                                .message_attribute_names = {all, 1}};
    struct rc_call *call = rc_sqs_receive(cloud.session.aws, &in, NULL, NULL);
    wait_for(call);
    const struct rc_sqs_received *got = rc_sqs_receive_answer(call);
    assert_int_equal(got->messages.count, 1);
    const struct rc_sqs_message *message = got->messages.items;
    json_t *attributes = json_object(), *own = json_object();
    for (size_t i = 0; i < message->attributes.count; i++)
        json_object_set_new(attributes, message->attributes.items[i].key,
                            json_string(message->attributes.items[i].value));
    for (size_t i = 0; i < message->message_attributes.count; i++)
        json_object_set_new(
            own, message->message_attributes.items[i].key,
            json_pack("{ss}", "stringValue", message->message_attributes.items[i].string_value));
    json_t *event = json_pack("{s[{ss ss ss so so}]}", "Records", "messageId", message->message_id,
                              "receiptHandle", message->receipt_handle, "body", message->body,
                              "attributes", attributes, "messageAttributes", own);
    rc_call_free(call);
    assert_non_null(event);
    return event;
}

static const json_t *record_of(const json_t *arrival)
{
    return json_array_get(json_object_get(arrival, "Records"), 0);
}

static void send_arrival(const char *key)
{
    json_t *json = event(key, 10);
    char *body = json_dumps(json, JSON_COMPACT);
    struct rc_sqs_send in = {.queue_url = cloud.arrivals, .body = body};
    struct rc_call *call = rc_sqs_send(cloud.session.aws, &in, NULL, NULL);
    wait_for(call);
    rc_call_free(call);
    free(body);
    json_decref(json);
}

/* How many messages the queue of arrivals has of each kind. */
static void expect_arrivals(const char *visible, const char *in_flight, const char *delayed)
{
    static const char *const names[] = {"ApproximateNumberOfMessages",
                                        "ApproximateNumberOfMessagesNotVisible",
                                        "ApproximateNumberOfMessagesDelayed"};
    const char *const wanted[] = {visible, in_flight, delayed};
    struct rc_sqs_get_attributes in = {.queue_url = cloud.arrivals, .attribute_names = {names, 3}};
    struct rc_call *call = rc_sqs_get_attributes(cloud.session.aws, &in, NULL, NULL);
    wait_for(call);
    const struct rc_sqs_attributes *got = rc_sqs_get_attributes_answer(call);
    for (int i = 0; i < 3; i++) {
        const char *value = "";
        for (size_t j = 0; j < got->attributes.count; j++)
            if (strcmp(got->attributes.items[j].key, names[i]) == 0)
                value = got->attributes.items[j].value;
        assert_string_equal(value, wanted[i]);
    }
    rc_call_free(call);
}

static int64_t time_of(const json_t *arrival, const char *attribute)
{
    return strtoll(text_of(json_object_get(record_of(arrival), "attributes"), attribute), NULL, 10);
}

/* Gives the record of the message that waits on. */
static json_t *let_wait(json_t *arrival, int64_t since_ms)
{
    json_t *out = step_run(&cloud.pipeline, rc_step_admit, arrival);
    assert_int_equal(json_array_size(json_object_get(out, "batchItemFailures")), 0);
    json_decref(out);
    json_t *again = next_arrival();
    expect_arrivals("0", "1", "0"); /* the one that came is gone */
    int64_t waited_ms =
        time_of(again, "ApproximateFirstReceiveTimestamp") - time_of(again, "SentTimestamp");
    assert_true(waited_ms >= 1000); /* at least half of the first delay */
    assert_int_equal(rc_waiting_since_ms(record_of(again)), since_ms);
    assert_string_equal(
        text_of(json_object_get(record_of(again), "attributes"), "ApproximateReceiveCount"),
        "1"); /* however often */
    return again;
}

/* The note of a file that waits; NULL: there is none. */
static json_t *note_of(const char *program, const char *object)
{
    struct rc_key key;
    char name[64];
    run_of(object, name);
    rc_key_waiting(program, name, &key);
    return get_item(&cloud.pipeline, &key);
}

static void test_what_waits_for_a_slot_has_not_failed(void **state)
{
    (void)state;
    put_program("queue", 1);
    assert_true(admit_file("queue/settlement/first", 10));
    cloud.pipeline.arrivals_queue_url = cloud.arrivals;
    send_arrival("queue/settlement/second");
    json_t *arrival = next_arrival();
    int64_t since_ms = rc_waiting_since_ms(record_of(arrival));
    assert_true(since_ms > 0);
    assert_null(note_of("queue", "queue/settlement/second"));
    arrival = let_wait(let_wait(arrival, since_ms), since_ms);
    json_t *note = note_of("queue", "queue/settlement/second");
    int64_t noted_ms = 0, expires_s = 0;
    assert_true(rc_item_get_int(note, "since", &noted_ms));
    assert_int_equal(noted_ms, since_ms);
    assert_true(rc_item_get_int(note, "expires", &expires_s));
    assert_in_range(expires_s, since_ms / 1000 + 3600, since_ms / 1000 + 3600 + 600);
    json_decref(note);
    const json_t *own = json_object_get(record_of(arrival), "messageAttributes");
    assert_string_equal(text_of(json_object_get(own, "Waits"), "stringValue"), "2");
    give_back("queue/settlement/first");
    json_decref(step_run(&cloud.pipeline, rc_step_admit, json_incref(arrival)));
    assert_true(is_running("queue/settlement/second"));
    assert_null(note_of("queue", "queue/settlement/second"));
    give_back("queue/settlement/second");
    cloud.pipeline.arrivals_queue_url = NULL;
    const char *handle = text_of(record_of(arrival), "receiptHandle");
    struct rc_sqs_delete in = {.queue_url = cloud.arrivals, .receipt_handle = handle};
    struct rc_call *call = rc_sqs_delete(cloud.session.aws, &in, NULL, NULL);
    wait_for(call); /* which Lambda does, elsewhere */
    rc_call_free(call);
    json_decref(arrival);
}

static void test_what_failed_comes_back_by_itself(void **state)
{
    (void)state;
    put_program("failing", 1);
    cloud.pipeline.arrivals_queue_url = cloud.arrivals;
    cloud.pipeline.machine_arn = "arn:aws:states:us-east-1:000000000000:stateMachine:none";
    send_arrival("failing/settlement/a");
    json_t *out = step_run(&cloud.pipeline, rc_step_admit, next_arrival());
    assert_int_equal(json_array_size(json_object_get(out, "batchItemFailures")), 1);
    json_decref(out);
    expect_arrivals("0", "1", "0");
    cloud.pipeline.arrivals_queue_url = NULL;
    cloud.pipeline.machine_arn = cloud.machine;
    give_back("failing/settlement/a");
}

/* ----- events ----- */

static void test_an_event_that_comes_twice_starts_one_run(void **state)
{
    (void)state;
    static const char key[] = "events/settlement/a";
    put_program("events", 2);
    size_t before = run_count();
    assert_true(admit_file(key, 10));
    assert_true(admit_file(key, 10));
    assert_int_equal(run_count(), before + 1);
    assert_int_equal(taken("PROGRAM", "events"), 1);
    give_back(key);
    stop_run(key);
    assert_true(admit_file(key, 10)); /* once more, when it has long been done */
    assert_int_equal(run_count(), before + 1);
    assert_int_equal(taken("PROGRAM", "events"), 0);
}

static void test_several_messages_are_answered_one_by_one(void **state)
{
    (void)state;
    put_program("batch", 1);
    json_t *records = json_array();
    for (int i = 0; i < 3; i++) {
        char key[32], id[16];
        snprintf(key, sizeof key, "batch/internal/%d", i);
        snprintf(id, sizeof id, "m-%d", i);
        json_t *json = event(key, 10);
        char *body = json_dumps(json, JSON_COMPACT);
        json_array_append_new(records, json_pack("{ss ss}", "messageId", id, "body", body));
        free(body);
        json_decref(json);
    }
    json_t *out = step_run(&cloud.pipeline, rc_step_admit, json_pack("{so}", "Records", records));
    json_t *failures = json_object_get(out, "batchItemFailures");
    assert_int_equal(json_array_size(failures), 2);
    assert_string_equal(text_of(json_array_get(failures, 0), "itemIdentifier"), "m-1");
    assert_string_equal(text_of(json_array_get(failures, 1), "itemIdentifier"), "m-2");
    json_decref(out);
    give_back("batch/internal/0");
}

static void test_a_temporary_name_starts_nothing(void **state)
{
    (void)state;
    size_t before = run_count();
    assert_true(admit_file("events/settlement/.a", 10));
    assert_true(admit_file("events/settlement/a.filepart", 10));
    assert_int_equal(run_count(), before);
}

/* ----- messages that cannot become a run ----- */

static void test_a_poison_message_is_set_aside(void **state)
{
    (void)state;
    static const struct {
        const char *body, *words;
    } poison[] = {
        {"", "no event"},
        {"{", "no event"},
        {"[1, 2]", "no event"},
        {"{\"detail\":{\"bucket\":{\"name\":\"inbox\"}}}", "no event"},
        {"{\"detail\":{\"bucket\":{\"name\":\"inbox\"},\"object\":{\"key\":\"none/settlement/"
         "a\"}}}",
         "no program none"},
        {"{\"detail\":{\"bucket\":{\"name\":\"inbox\"},\"object\":{\"key\":\"a.txt\"}}}",
         "PROGRAM/settlement/NAME"},
    };
    size_t before = run_count();
    for (size_t i = 0; i < sizeof poison / sizeof *poison; i++) {
        assert_true(admit_body(poison[i].body));
        json_t *message = cloud_take_message(&cloud, cloud.failed);
        assert_string_equal(text_of(message, "body"), poison[i].body);
        assert_string_equal(text_of(message, "at"), "Admit");
        assert_string_equal(text_of(message, "error"), "BadInput");
        assert_non_null(strstr(text_of(message, "cause"), poison[i].words));
        json_decref(message);
    }
    assert_int_equal(run_count(), before);
    cloud.pipeline.failed_queue_url = NULL; /* left to the queue it came from */
    assert_false(admit_body("{"));
    cloud.pipeline.failed_queue_url = cloud.failed;
}

static void test_a_file_that_failed_is_marked_and_set_aside(void **state)
{
    (void)state;
    static const char key[] = "events/settlement/failed";
    char name[64];
    struct rc_key file, listed;
    assert_true(admit_file(key, 10));
    struct rc_pipeline pipeline = cloud.pipeline;
    run_of(key, name);
    pipeline.run = name;
    json_t *in = file_input(key, "v1", "01");
    json_object_set_new(in, "at", json_string("Ingest"));
    json_object_set_new(in, "error",
                        json_pack("{ss ss}", "Error", "StepFailed", "Cause", "it broke"));
    json_decref(step_run(&pipeline, rc_step_fail, in));
    json_t *message = cloud_take_message(&cloud, cloud.failed);
    assert_string_equal(text_of(message, "run"), name);
    assert_string_equal(text_of(message, "at"), "Ingest");
    assert_string_equal(text_of(message, "error"), "StepFailed");
    assert_string_equal(text_of(message, "cause"), "it broke");
    const json_t *of = json_object_get(message, "file");
    assert_string_equal(text_of(of, "key"), key);
    assert_string_equal(text_of(of, "version"), "v1");
    assert_string_equal(text_of(of, "sequencer"), "01");
    json_decref(message);
    rc_key_file(CLOUD_BUCKET, key, "v1", &file);
    json_t *item = get_item(&cloud.pipeline, &file);
    assert_string_equal(rc_item_get_text(item, "state"), RC_FILE_FAILED);
    assert_string_equal(rc_item_get_text(item, "cause"), "it broke");
    assert_string_equal(rc_item_get_text(item, "object"), key);
    assert_string_equal(rc_item_get_text(item, "failed_at"), "Ingest");
    json_decref(item);
    rc_key_file_undated("events", &file, &listed); /* nobody has read its date */
    item = get_item(&cloud.pipeline, &listed);
    assert_string_equal(rc_item_get_text(item, "file"), file.pk);
    assert_string_equal(rc_item_get_text(item, "version"), "v1");
    json_decref(item);
    assert_int_equal(taken("PROGRAM", "events"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_program_has_so_many_slots),
        cmocka_unit_test(test_a_route_has_so_many_slots),
        cmocka_unit_test(test_how_long_a_message_waits),
        cmocka_unit_test(test_what_waits_for_a_slot_has_not_failed),
        cmocka_unit_test(test_what_failed_comes_back_by_itself),
        cmocka_unit_test(test_an_event_that_comes_twice_starts_one_run),
        cmocka_unit_test(test_several_messages_are_answered_one_by_one),
        cmocka_unit_test(test_a_temporary_name_starts_nothing),
        cmocka_unit_test(test_a_poison_message_is_set_aside),
        cmocka_unit_test(test_a_file_that_failed_is_marked_and_set_aside),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
