/* Messages and queues: what their actions show, do and refuse, and that each is done once wherever
 * the plug is pulled. */
#include "tests/ops/plug.h"
#include "tests/ops/use.h"

#include "aws/sqs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct cloud cloud;
static struct use use;

/* ----- queues of a test's own ----- */

struct pair {
    char source[64], dead[64]; /* their names */
    char source_url[256], dead_url[256];
};

static void free_after(struct rc_call *call)
{
    plug_answer(call);
    rc_call_free(call);
}

static void make_queue(const char *name, const struct rc_pair *attributes, size_t count,
                       char url[256])
{
    struct rc_call *call = rc_sqs_create_queue(
        cloud.session.aws,
        &(struct rc_sqs_create_queue){.queue_name = name, .attributes = {attributes, count}}, NULL,
        NULL);
    snprintf(url, 256, "%s", ((const struct rc_sqs_queue_url *)plug_answer(call))->queue_url);
    rc_call_free(call);
}

/* A queue, and the one that its dead letters go to. */
static void make_pair(int number, struct pair *pair)
{
    char policy[256];
    snprintf(pair->source, sizeof pair->source, "source-%d", number);
    snprintf(pair->dead, sizeof pair->dead, "dead-%d", number);
    make_queue(pair->dead, NULL, 0, pair->dead_url);
    snprintf(policy, sizeof policy,
             "{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:000000000000:%s\","
             "\"maxReceiveCount\":5}",
             pair->dead);
    make_queue(pair->source, &(struct rc_pair){"RedrivePolicy", policy}, 1, pair->source_url);
}

/* A message of a file that failed; gives its id. */
static void fail_file(const char *url, const char *error, char id[128])
{
    char body[256];
    snprintf(body, sizeof body,
             "{\"run\":\"r\",\"at\":\"Inspect\",\"error\":\"%s\",\"cause\":\"because\","
             "\"file\":{\"bucket\":\"b\",\"key\":\"k\"}}",
             error);
    const struct rc_sqs_message_attribute attribute = {
        .key = "colour", .data_type = "String", .string_value = "red"};
    struct rc_call *call =
        rc_sqs_send(cloud.session.aws,
                    &(struct rc_sqs_send){
                        .queue_url = url, .body = body, .message_attributes = {&attribute, 1}},
                    NULL, NULL);
    snprintf(id, 128, "%s", ((const struct rc_sqs_sent *)plug_answer(call))->message_id);
    rc_call_free(call);
}

/* Messages in it, hidden ones, too. */
static int depth_of(const char *url)
{
    static const char *const names[] = {"All"};
    int depth = 0;
    struct rc_call *call = rc_sqs_get_attributes(
        cloud.session.aws,
        &(struct rc_sqs_get_attributes){.queue_url = url, .attribute_names = {names, 1}}, NULL,
        NULL);
    const struct rc_sqs_attributes *answer = plug_answer(call);
    for (size_t i = 0; i < answer->attributes.count; i++)
        if (strncmp(answer->attributes.items[i].key, "ApproximateNumberOfMessages", 27) == 0)
            depth += atoi(answer->attributes.items[i].value);
    rc_call_free(call);
    return depth;
}

static int begin_all(void **state)
{
    (void)state;
    cloud_begin(&cloud);
    cloud_intake(&cloud);
    return 0;
}

static int end_all(void **state)
{
    (void)state;
    cloud_end(&cloud);
    return 0;
}

static struct pair pair;

static int begin(void **state)
{
    static int number = 100000;
    (void)state;
    use_begin(&use, &cloud);
    make_pair(number++, &pair);
    return 0;
}

static int end(void **state)
{
    (void)state;
    use_end(&use);
    return 0;
}

/* ----- messages ----- */

static json_t *of_queue(const char *queue)
{
    return json_pack("{ssss}", "queue", queue, "hidden", "2");
}

static void test_messages_go_back_to_where_they_came_from(void **state)
{
    char first[128], second[128];
    struct rc_error err = {0};
    (void)state;
    fail_file(pair.dead_url, "BadInput", first);
    fail_file(pair.dead_url, "Throttled", second);
    const json_t *target = use_preview(&use, &rc_op_redrive_messages, first, of_queue(pair.dead));
    use_changes(target, "queue", pair.dead, pair.source);
    assert_true(use_warns(target, "counts as a receipt"));
    assert_true(use_warns(target, "may be in both"));
    use_perform(&use, "done");
    assert_int_equal(depth_of(pair.source_url), 1);
    assert_int_equal(depth_of(pair.dead_url), 1);
    /* What was looked at and not taken is to be seen at once, and goes with its attributes. */
    static const char *const names[] = {"All"};
    struct rc_call *call =
        rc_sqs_receive(cloud.session.aws,
                       &(struct rc_sqs_receive){.queue_url = pair.source_url,
                                                .message_attribute_names = {names, 1}},
                       NULL, NULL);
    assert_true(rc_call_wait(call, &err));
    const struct rc_sqs_received *got = rc_sqs_receive_answer(call);
    assert_int_equal(got->messages.count, 1);
    assert_non_null(strstr(got->messages.items[0].body, "BadInput"));
    assert_int_equal(got->messages.items[0].message_attributes.count, 1);
    assert_string_equal(got->messages.items[0].message_attributes.items[0].string_value, "red");
    rc_call_free(call);
    json_decref(cloud_take_message(&cloud, pair.dead_url));
    target = use_action(&use, &rc_op_redrive_messages, first, of_queue(pair.dead), "unchanged");
    assert_non_null(strstr(use_text(target, "detail"), "it was done at"));
    target = use_action(&use, &rc_op_redrive_messages, second, of_queue(pair.dead), "failed");
    assert_non_null(strstr(use_text(target, "detail"), "is not among the 0 that"));
}

static void test_messages_go_to_another_queue(void **state)
{
    char id[128];
    struct pair other;
    (void)state;
    make_pair(200000, &other);
    fail_file(pair.source_url, "BadInput", id);
    use_fails(&use, &rc_op_redrive_messages, id, of_queue(pair.source), RC_USAGE,
              "0 queues send their dead letters");
    use_action(&use, &rc_op_redrive_messages, id,
               json_pack("{ssss}", "queue", pair.source, "to", other.dead), "done");
    assert_int_equal(depth_of(pair.source_url), 0);
    assert_int_equal(depth_of(other.dead_url), 1);
    use_fails(&use, &rc_op_redrive_messages, id,
              json_pack("{ssss}", "queue", pair.source, "to", pair.source), RC_USAGE,
              "where they are already");
}

static void test_the_messages_of_an_error_go_back(void **state)
{
    char id[128];
    (void)state;
    for (int i = 0; i < 25; i++)
        fail_file(pair.dead_url, i % 5 ? "BadInput" : "Throttled", id);
    const json_t *target =
        use_preview(&use, &rc_op_redrive_errors, "Throttled", of_queue(pair.dead));
    assert_true(use_warns(target, "25 at most"));
    target = use_perform(&use, "done");
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(target, "answer"), "moved")), 5);
    assert_int_equal(depth_of(pair.source_url), 5);
    assert_int_equal(depth_of(pair.dead_url), 20);
    use_action(&use, &rc_op_redrive_errors, "because", of_queue(pair.dead), "done");
    assert_int_equal(depth_of(pair.source_url), 25);
}

/* Each message that is moved comes back with its error, as of a file that fails again. */
static bool fail_again(void *ctx, size_t done, size_t total, const char *target,
                       const char *outcome, const char *detail)
{
    char id[128];
    int *times = ctx;
    (void)done, (void)total, (void)target;
    if (!*outcome && strstr(detail, "moved") && ++*times < 10)
        fail_file(pair.dead_url, "BadInput", id);
    return true;
}

static void test_what_fails_again_meanwhile_is_left(void **state)
{
    char id[128];
    int times = 0;
    (void)state;
    for (int i = 0; i < 2; i++)
        fail_file(pair.dead_url, "BadInput", id);
    use_preview(&use, &rc_op_redrive_errors, "BadInput", of_queue(pair.dead));
    rc_op_on_progress(use.op, fail_again, &times);
    use_perform(&use, "done");
    assert_int_equal(times, 2);
    assert_int_equal(depth_of(pair.source_url), 2);
    assert_int_equal(depth_of(pair.dead_url), 2);
}

static void test_what_was_sent_and_not_deleted_is_only_deleted(void **state)
{
    char id[128];
    (void)state;
    for (int i = 0; i < 3; i++)
        fail_file(pair.dead_url, "BadInput", id);
    plug_weather(&cloud, "sqs", "DeleteMessage", "denied");
    const json_t *target =
        use_action(&use, &rc_op_redrive_errors, "BadInput", of_queue(pair.dead), "failed");
    assert_non_null(strstr(use_text(target, "detail"), "only deletes it"));
    use_action(&use, &rc_op_redrive_messages, id, of_queue(pair.dead), "failed");
    plug_weather(&cloud, NULL, NULL, NULL);
    int sent = depth_of(pair.source_url);
    assert_in_range(sent, 1, 2); /* by the one, and the other */
    use_action(&use, &rc_op_redrive_messages, id, of_queue(pair.dead), "done");
    assert_int_equal(depth_of(pair.source_url), sent);
    assert_int_equal(depth_of(pair.dead_url), 2);
    use_action(&use, &rc_op_redrive_errors, "BadInput", of_queue(pair.dead), "done");
    assert_int_equal(depth_of(pair.dead_url), 0);
    assert_in_range(depth_of(pair.source_url), 3, 4);
}

static void test_messages_are_deleted(void **state)
{
    char first[128], second[128];
    (void)state;
    fail_file(pair.dead_url, "BadInput", first);
    fail_file(pair.dead_url, "BadInput", second);
    const json_t *target = use_preview(&use, &rc_op_delete_messages, first, of_queue(pair.dead));
    use_changes(target, "message", pair.dead, "gone for good");
    assert_string_equal(rc_op_confirmation(use.op), first);
    use_perform(&use, "done");
    assert_int_equal(depth_of(pair.dead_url), 1);
    use_fails(&use, &rc_op_delete_messages, second, json_pack("{ss}", "hidden", "no"), RC_USAGE,
              "number of seconds");
}

/* ----- whole queues ----- */

static void test_everything_goes_back_at_a_rate(void **state)
{
    char id[128];
    (void)state;
    for (int i = 0; i < 12; i++)
        fail_file(pair.dead_url, "BadInput", id);
    const json_t *target =
        use_preview(&use, &rc_op_redrive_queue, pair.dead, json_pack("{ss}", "rate", "500"));
    use_changes(target, "messages", "12", "0");
    assert_string_equal(rc_op_confirmation(use.op), pair.dead);
    target = use_perform(&use, "done");
    assert_string_equal(use_text(target, "detail"), "12 messages moved");
    assert_int_equal(depth_of(pair.source_url), 12);
    use_action(&use, &rc_op_redrive_queue, pair.dead, NULL, "unchanged");
    target = use_preview(&use, &rc_op_redrive_queue, pair.source, NULL);
    assert_non_null(strstr(use_text(target, "refused"), "no queue sends its dead letters"));
    use_fails(&use, &rc_op_redrive_queue, pair.dead, json_pack("{ss}", "rate", "501"), RC_USAGE,
              "1 to 500");
    use_fails(&use, &rc_op_redrive_queue, "nowhere", NULL, RC_IO, "queue nowhere");
}

static bool stop_at_once(void *ctx, size_t done, size_t total, const char *target,
                         const char *outcome, const char *detail)
{
    (void)ctx, (void)done, (void)total, (void)target, (void)detail;
    return *outcome;
}

static void start_slowly(const struct pair *slow)
{
    char id[128], arn[128], to[128];
    for (int i = 0; i < 20; i++)
        fail_file(slow->dead_url, "BadInput", id);
    snprintf(arn, sizeof arn, "arn:aws:sqs:us-east-1:000000000000:%s", slow->dead);
    snprintf(to, sizeof to, "arn:aws:sqs:us-east-1:000000000000:%s", slow->source);
    free_after(rc_sqs_start_move_task(cloud.session.aws,
                                      &(struct rc_sqs_start_move_task){.source_arn = arn,
                                                                       .destination_arn = to,
                                                                       .max_messages_per_s = 1},
                                      NULL, NULL));
}

/* How many of its moves run. */
static int moves_of(const struct pair *slow)
{
    char arn[128];
    snprintf(arn, sizeof arn, "arn:aws:sqs:us-east-1:000000000000:%s", slow->dead);
    struct rc_call *call = rc_sqs_list_move_tasks(
        cloud.session.aws, &(struct rc_sqs_list_move_tasks){.source_arn = arn, .max_results = 10},
        NULL, NULL);
    const struct rc_sqs_move_tasks *answer = plug_answer(call);
    int running = 0;
    for (size_t i = 0; i < answer->tasks.count; i++)
        running += strcmp(answer->tasks.items[i].status, "RUNNING") == 0;
    rc_call_free(call);
    return running;
}

static void test_a_move_that_runs_is_found_and_stopped(void **state)
{
    (void)state;
    const json_t *target = use_preview(&use, &rc_op_cancel_redrive, pair.dead, NULL);
    assert_non_null(strstr(use_text(target, "refused"), "no move of"));
    start_slowly(&pair);
    target = use_preview(&use, &rc_op_redrive_queue, pair.dead, NULL);
    assert_true(use_warns(target, "runs already"));
    rc_op_on_progress(use.op, stop_at_once, NULL);
    target = use_perform(&use, "done");
    assert_non_null(strstr(use_text(target, "detail"), "stopped: "));
    assert_int_equal(moves_of(&pair), 0);
    start_slowly(&pair);
    use_action(&use, &rc_op_cancel_redrive, pair.dead, NULL, "done");
    assert_int_equal(moves_of(&pair), 0);
    assert_in_range(depth_of(pair.dead_url), 20, 40); /* of 40, the first ones are moved */
}

static void test_a_queue_is_purged_by_its_name(void **state)
{
    char id[128];
    (void)state;
    fail_file(pair.dead_url, "BadInput", id);
    const json_t *target = use_preview(&use, &rc_op_purge, pair.dead_url, NULL);
    use_changes(target, "messages", "1", "0");
    assert_true(use_warns(target, "gone for good"));
    assert_string_equal(rc_op_confirmation(use.op), pair.dead);
    use_perform(&use, "done");
    assert_int_equal(depth_of(pair.dead_url), 0);
    use_action(&use, &rc_op_purge, pair.dead_url, NULL, "unchanged");
}

/* ----- the plug ----- */

/* The number of its queues; one message is in the queue of dead letters. */
static void make_letter(struct plug *plug)
{
    struct pair its;
    make_pair(plug->number, &its);
    fail_file(its.dead_url, "BadInput", plug->target);
    snprintf(plug->notes[0], sizeof plug->notes[0], "%s", its.source_url);
    snprintf(plug->notes[1], sizeof plug->notes[1], "%s", its.dead_url);
    snprintf(plug->notes[2], sizeof plug->notes[2], "%s", its.dead);
    plug->params = json_pack("{ssss}", "queue", its.dead, "hidden", "1");
}

static void make_error(struct plug *plug)
{
    make_letter(plug);
    snprintf(plug->target, sizeof plug->target, "BadInput");
}

static void make_queue_of_one(struct plug *plug)
{
    make_letter(plug);
    json_decref(plug->params);
    plug->params = NULL;
    snprintf(plug->target, sizeof plug->target, "%s", plug->notes[2]);
}

static int done_moving(struct plug *plug)
{
    return depth_of(plug->notes[0]);
}

static int left_behind(struct plug *plug)
{
    return depth_of(plug->notes[1]);
}

static int done_emptying(struct plug *plug)
{
    return depth_of(plug->notes[1]) == 0;
}

static void make_move(struct plug *plug)
{
    struct pair its;
    make_pair(plug->number, &its);
    start_slowly(&its);
    snprintf(plug->target, sizeof plug->target, "%s", its.dead);
}

static int done_cancelling(struct plug *plug)
{
    struct pair its;
    snprintf(its.dead, sizeof its.dead, "%.60s", plug->target);
    return moves_of(&its) == 0;
}

static const struct plug_case cases[] = {
    {.name = "redrive-messages",
     .action = &rc_op_redrive_messages,
     .service = "sqs",
     .operation = "SendMessage",
     .make = make_letter,
     .done = done_moving,
     .left = left_behind,
     .unsure = true},
    {.name = "redrive-errors",
     .action = &rc_op_redrive_errors,
     .service = "sqs",
     .operation = "SendMessage",
     .make = make_error,
     .done = done_moving,
     .left = left_behind,
     .unsure = true},
    {.name = "delete-messages",
     .action = &rc_op_delete_messages,
     .service = "sqs",
     .operation = "DeleteMessage",
     .make = make_letter,
     .done = done_emptying},
    {.name = "redrive-queue",
     .action = &rc_op_redrive_queue,
     .service = "sqs",
     .operation = "StartMessageMoveTask",
     .make = make_queue_of_one,
     .done = done_moving,
     .left = left_behind},
    {.name = "cancel-redrive",
     .action = &rc_op_cancel_redrive,
     .service = "sqs",
     .operation = "CancelMessageMoveTask",
     .make = make_move,
     .done = done_cancelling},
    {.name = "purge",
     .action = &rc_op_purge,
     .service = "sqs",
     .operation = "PurgeQueue",
     .make = make_queue_of_one,
     .done = done_emptying},
};

static void test_each_is_done_once_wherever_the_plug_is_pulled(void **state)
{
    bool full = getenv("RECONCTL_FULL_TESTS") != NULL;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (full || cases[i].action != &rc_op_redrive_errors) /* which moves as the one before */
            plug_pull(&cloud, &cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_messages_go_back_to_where_they_came_from, begin, end),
        cmocka_unit_test_setup_teardown(test_messages_go_to_another_queue, begin, end),
        cmocka_unit_test_setup_teardown(test_the_messages_of_an_error_go_back, begin, end),
        cmocka_unit_test_setup_teardown(test_what_fails_again_meanwhile_is_left, begin, end),
        cmocka_unit_test_setup_teardown(test_what_was_sent_and_not_deleted_is_only_deleted, begin,
                                        end),
        cmocka_unit_test_setup_teardown(test_messages_are_deleted, begin, end),
        cmocka_unit_test_setup_teardown(test_everything_goes_back_at_a_rate, begin, end),
        cmocka_unit_test_setup_teardown(test_a_move_that_runs_is_found_and_stopped, begin, end),
        cmocka_unit_test_setup_teardown(test_a_queue_is_purged_by_its_name, begin, end),
        cmocka_unit_test_setup_teardown(test_each_is_done_once_wherever_the_plug_is_pulled, begin,
                                        end),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
