/* Executions, functions and tasks: what their actions show, do and refuse, and that each is done
 * once wherever the plug is pulled. */
#include "tests/ops/plug.h"
#include "tests/ops/use.h"

#include "aws/ecs.h"
#include "aws/lambda.h"
#include "aws/logs.h"
#include "aws/states.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct cloud cloud;
static struct use use;

/* ----- what there is ----- */

#define ROLE "arn:aws:iam::000000000000:role/test"
#define KEY "0123456789abcdef0123456789abcdef"

static void free_after(struct rc_call *call)
{
    plug_answer(call);
    rc_call_free(call);
}

/* A function that answers admit with what has failed: nothing, of no records. */
static void make_function(void)
{
    char worker[PATH_MAX + 16], program[PATH_MAX];
    const char *build = getenv("BUILD");
    snprintf(worker, sizeof worker, "%s/reconworker", build ? build : "build");
    assert_non_null(realpath(worker, program));
    const struct rc_pair variables[] = {{"RECON_TABLE_SETTLEMENT", "recon-settlement"},
                                        {"RECON_TABLE_INTERNAL", "recon-internal"},
                                        {"RECON_TABLE_STATE", "recon-state"},
                                        {"RECON_MACHINE_ARN", cloud.machine},
                                        {"RECON_CARD_KEY", KEY KEY}};
    const struct rc_lambda_environment environment = {.variables = {variables, 5}};
    const struct rc_lambda_new_code code = {.s3_bucket = CLOUD_BUCKET, .s3_key = "code"};
    char version[128];
    cloud_put(&cloud, "code", "", 0, version);
    free_after(rc_lambda_create(cloud.session.aws,
                                &(struct rc_lambda_create){.function_name = "recon-worker",
                                                           .role = ROLE,
                                                           .code = &code,
                                                           .runtime = "provided.al2023",
                                                           .handler = program,
                                                           .timeout_s = 60,
                                                           .environment = &environment},
                                NULL, NULL));
}

static void make_definition(void)
{
    const char *const command[] = {"/bin/sh", "-c", "echo got $RECON_INPUT"};
    const struct rc_pair options[] = {{"awslogs-group", "/tasks"},
                                      {"awslogs-region", "us-east-1"},
                                      {"awslogs-stream-prefix", "step"}};
    const struct rc_ecs_log_options logging = {.driver = "awslogs", .options = {options, 3}};
    const struct rc_ecs_container_definition container = {.name = "worker",
                                                          .image = "local",
                                                          .essential = true,
                                                          .command = {command, 3},
                                                          .logging = &logging};
    free_after(rc_logs_create_group(cloud.session.aws,
                                    &(struct rc_logs_create_group){.name = "/tasks"}, NULL, NULL));
    free_after(rc_ecs_create_cluster(cloud.session.aws,
                                     &(struct rc_ecs_create_cluster){.name = "recon"}, NULL, NULL));
    free_after(rc_ecs_register_definition(
        cloud.session.aws,
        &(struct rc_ecs_definition){
            .family = "recon-worker", .cpu = "256", .memory = "512", .containers = {&container, 1}},
        NULL, NULL));
}

static int begin_all(void **state)
{
    (void)state;
    cloud_begin(&cloud);
    cloud_intake(&cloud);
    make_function();
    make_definition();
    return 0;
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

/* ----- runs ----- */

static void start(const char *name, const char *input)
{
    free_after(rc_states_start(
        cloud.session.aws,
        &(struct rc_states_start){.machine_arn = cloud.machine, .name = name, .input = input}, NULL,
        NULL));
}

/* Its description; free the call. */
static const struct rc_states_execution_described *describe(const char *name, struct rc_call **call)
{
    char arn[512];
    snprintf(arn, sizeof arn, "arn:aws:states:us-east-1:000000000000:execution:files:%s", name);
    *call = rc_states_describe_execution(
        cloud.session.aws, &(struct rc_states_describe_execution){.arn = arn}, NULL, NULL);
    return plug_answer(*call);
}

static bool has_status(const char *name, const char *status)
{
    struct rc_call *call;
    bool has = strcmp(describe(name, &call)->status, status) == 0;
    rc_call_free(call);
    return has;
}

static int64_t count_runs(void)
{
    struct rc_call *call = rc_states_list_executions(
        cloud.session.aws,
        &(struct rc_states_list_executions){.machine_arn = cloud.machine, .max_results = 1000},
        NULL, NULL);
    const struct rc_states_executions *answer = plug_answer(call);
    int64_t count = (int64_t)answer->executions.count;
    rc_call_free(call);
    return count;
}

static void test_a_run_is_started_with_an_input_or_that_of_another(void **state)
{
    struct rc_call *call;
    char name[128];
    (void)state;
    start("first", "{\"file\":{\"key\":\"a\"}}");
    const json_t *target =
        use_preview(&use, &rc_op_start, "pipeline", json_pack("{ss}", "input-of", "first"));
    use_changes(target, "run", "", "a new one");
    assert_true(use_warns(target, "takes no slot"));
    target = use_perform(&use, "done");
    snprintf(name, sizeof name, "%s", use_text(json_object_get(target, "answer"), "run"));
    assert_string_equal(describe(name, &call)->input, "{\"file\":{\"key\":\"a\"}}");
    rc_call_free(call);
    use_action(&use, &rc_op_start, "files", json_pack("{ssss}", "input", "{\"a\": 1}", "name", "n"),
               "done");
    assert_string_equal(describe("n", &call)->input, "{\"a\":1}");
    rc_call_free(call);
    use_fails(&use, &rc_op_start, "pipeline", json_pack("{ss}", "input", "{"), RC_USAGE, "no JSON");
    use_fails(&use, &rc_op_start, "pipeline",
              json_pack("{ssss}", "input", "{}", "input-of", "first"), RC_USAGE, "leave one out");
    use_fails(&use, &rc_op_start, "pipeline", json_pack("{ss}", "input-file", "/none"), RC_IO,
              "/none");
}

static void test_a_name_is_started_once(void **state)
{
    int64_t before = count_runs();
    (void)state;
    for (int i = 0; i < 2; i++) {
        const json_t *target = use_preview(&use, &rc_op_start, "pipeline",
                                           json_pack("{ssss}", "name", "once", "input", "{}"));
        assert_int_equal(use_warns(target, "is there already"), i);
        use_perform(&use, i ? "unchanged" : "done");
    }
    assert_int_equal(count_runs() - before, 1);
}

static void test_a_run_is_stopped_and_redriven(void **state)
{
    struct rc_call *call;
    (void)state;
    start("one", "{}");
    const json_t *target = use_preview(&use, &rc_op_redrive, "one", NULL);
    assert_non_null(strstr(use_text(target, "refused"), "it runs"));
    target = use_preview(&use, &rc_op_stop, "one",
                         json_pack("{ssss}", "error", "Mistake", "cause", "wrong file"));
    use_changes(target, "status", "RUNNING", "ABORTED");
    use_perform(&use, "done");
    const struct rc_states_execution_described *run = describe("one", &call);
    assert_string_equal(run->status, "ABORTED");
    assert_string_equal(run->error, "Mistake");
    assert_string_equal(run->cause, "wrong file");
    rc_call_free(call);
    target = use_preview(&use, &rc_op_stop, "one", NULL);
    assert_non_null(strstr(use_text(target, "refused"), "it is ABORTED"));
    target = use_preview(&use, &rc_op_redrive, "one", NULL);
    use_changes(target, "status", "ABORTED", "RUNNING");
    use_perform(&use, "done");
    assert_true(has_status("one", "RUNNING"));
    use_action(&use, &rc_op_stop, "one", NULL, "done"); /* the redrive is another state of it */
    assert_true(has_status("one", "ABORTED"));
    use_fails(&use, &rc_op_redrive, "nobody", NULL, RC_IO, "ExecutionDoesNotExist");
}

/* ----- functions ----- */

#define ADMIT "{\"Records\":[]}"

static json_t *admit_input(void)
{
    return json_pack("{ssss}", "step", "admit", "input", ADMIT);
}

/* Each invocation logs where it starts. */
static int64_t count_invocations(void)
{
    int64_t count = 0;
    struct rc_call *call = rc_logs_filter(
        cloud.session.aws,
        &(struct rc_logs_filter){.group = "/aws/lambda/recon-worker", .pattern = "START"}, NULL,
        NULL);
    struct rc_error err = {0};
    if (rc_call_wait(call, &err)) /* there is no log before the first */
        count = (int64_t)rc_logs_filter_answer(call)->events.count;
    rc_call_free(call);
    return count;
}

static void test_a_function_is_invoked(void **state)
{
    (void)state;
    const json_t *target = use_preview(&use, &rc_op_invoke, "worker", admit_input());
    assert_true(use_warns(target, "up to 60 s"));
    target = use_perform(&use, "done");
    const json_t *answer = json_object_get(target, "answer");
    assert_non_null(json_object_get(json_object_get(answer, "payload"), "batchItemFailures"));
    assert_true(json_array_size(json_object_get(answer, "log")) > 0);
    assert_true(strlen(use_text(answer, "request")) > 8);
    target = use_action(&use, &rc_op_invoke, "worker",
                        json_pack("{ss}", "input", "{\"step\":\"none\"}"), "failed");
    assert_non_null(strstr(use_text(target, "detail"), "was invoked and failed"));
    int64_t before = count_invocations();
    json_t *dry = admit_input();
    json_object_set_new(dry, "how", json_string("dry-run"));
    use_action(&use, &rc_op_invoke, "worker", dry, "done");
    assert_int_equal(count_invocations(), before);
    use_fails(&use, &rc_op_invoke, "none", NULL, RC_IO, "ResourceNotFound");
}

static void test_what_may_have_run_is_not_invoked_again_unless_told(void **state)
{
    (void)state;
    plug_weather(&cloud, "lambda", "Invoke", "lost");
    use_action(&use, &rc_op_invoke, "worker", admit_input(), "unknown");
    plug_weather(&cloud, NULL, NULL, NULL);
    int64_t before = count_invocations();
    for (int i = 0; i < 2; i++) {
        const json_t *target = use_action(&use, &rc_op_invoke, "worker", admit_input(), "unknown");
        assert_non_null(strstr(use_text(target, "detail"), "say again yes"));
    }
    assert_int_equal(count_invocations(), before);
    json_t *again = admit_input();
    json_object_set_new(again, "again", json_string("yes"));
    use_action(&use, &rc_op_invoke, "worker", again, "done");
    assert_int_equal(count_invocations(), before + 1);
}

/* ----- tasks ----- */

static int64_t count_tasks(void)
{
    static const char *const wanted[] = {"RUNNING", "STOPPED"};
    int64_t count = 0;
    for (int i = 0; i < 2; i++) {
        struct rc_call *call = rc_ecs_list_tasks(
            cloud.session.aws,
            &(struct rc_ecs_list_tasks){.cluster = "recon", .desired_status = wanted[i]}, NULL,
            NULL);
        const struct rc_ecs_task_arns *answer = plug_answer(call);
        count += (int64_t)answer->arns.count;
        rc_call_free(call);
    }
    return count;
}

static void test_a_task_is_run_and_followed(void **state)
{
    (void)state;
    const json_t *target =
        use_preview(&use, &rc_op_run_task, "worker",
                    json_pack("{ssssssssss}", "step", "sweep", "input", "{\"x\":1}", "cpu", "512",
                              "memory", "1024", "wait", "yes"));
    use_changes(target, "cpu", "256", "512");
    use_changes(target, "memory", "512", "1024");
    use_changes(target, "RECON_INPUT", "", "worker");
    target = use_perform(&use, "done");
    const json_t *answer = json_object_get(target, "answer");
    assert_string_equal(use_text(answer, "status"), "STOPPED");
    assert_int_equal(json_integer_value(json_object_get(answer, "exit")), 0);
    const json_t *line = json_array_get(json_object_get(answer, "log"), 0);
    assert_string_equal(json_string_value(line), "got {\"x\":1,\"step\":\"sweep\"}");
    use_fails(&use, &rc_op_run_task, "worker", json_pack("{ss}", "container", "none"), RC_USAGE,
              "no container none");
}

/* ----- the plug ----- */

static void note(struct plug *plug, const char *format)
{
    snprintf(plug->notes[0], sizeof plug->notes[0], format, plug->number);
}

static void make_start(struct plug *plug)
{
    snprintf(plug->target, sizeof plug->target, "pipeline");
    plug->params = json_pack("{so}", "input", json_sprintf("{\"n\":%d}", plug->number));
    plug->before = count_runs();
}

static int done_start(struct plug *plug)
{
    return (int)(count_runs() - plug->before);
}

static void make_running(struct plug *plug)
{
    note(plug, "stopped-%d");
    start(plug->notes[0], "{}");
    snprintf(plug->target, sizeof plug->target, "%s", plug->notes[0]);
}

static int done_stop(struct plug *plug)
{
    return has_status(plug->notes[0], "ABORTED");
}

static void make_stopped(struct plug *plug)
{
    note(plug, "redriven-%d");
    start(plug->notes[0], "{}");
    cloud_stop_run(&cloud, plug->notes[0]);
    snprintf(plug->target, sizeof plug->target, "%s", plug->notes[0]);
}

static int done_redrive(struct plug *plug)
{
    struct rc_call *call;
    int redrives = (int)describe(plug->notes[0], &call)->redrive_count;
    rc_call_free(call);
    return redrives;
}

static void make_invocation(struct plug *plug)
{
    snprintf(plug->target, sizeof plug->target, "worker");
    plug->params = json_pack("{ssso}", "step", "admit", "input",
                             json_sprintf("{\"Records\":[],\"n\":%d}", plug->number));
    plug->before = count_invocations();
}

static int done_invocation(struct plug *plug)
{
    return (int)(count_invocations() - plug->before);
}

static void make_task(struct plug *plug)
{
    snprintf(plug->target, sizeof plug->target, "worker");
    plug->params = json_pack("{so}", "input", json_sprintf("{\"n\":%d}", plug->number));
    plug->before = count_tasks();
}

static int done_task(struct plug *plug)
{
    return (int)(count_tasks() - plug->before);
}

static const struct plug_case cases[] = {
    {.name = "start",
     .action = &rc_op_start,
     .service = "states",
     .operation = "StartExecution",
     .make = make_start,
     .done = done_start},
    {.name = "stop",
     .action = &rc_op_stop,
     .service = "states",
     .operation = "StopExecution",
     .make = make_running,
     .done = done_stop},
    {.name = "redrive",
     .action = &rc_op_redrive,
     .service = "states",
     .operation = "RedriveExecution",
     .make = make_stopped,
     .done = done_redrive},
    {.name = "invoke",
     .action = &rc_op_invoke,
     .service = "lambda",
     .operation = "Invoke",
     .make = make_invocation,
     .done = done_invocation,
     .unsure = true},
    {.name = "run-task",
     .action = &rc_op_run_task,
     .service = "ecs",
     .operation = "RunTask",
     .make = make_task,
     .done = done_task},
};

static void test_each_is_done_once_wherever_the_plug_is_pulled(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        plug_pull(&cloud, &cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_run_is_started_with_an_input_or_that_of_another,
                                        begin, end),
        cmocka_unit_test_setup_teardown(test_a_name_is_started_once, begin, end),
        cmocka_unit_test_setup_teardown(test_a_run_is_stopped_and_redriven, begin, end),
        cmocka_unit_test_setup_teardown(test_a_function_is_invoked, begin, end),
        cmocka_unit_test_setup_teardown(test_what_may_have_run_is_not_invoked_again_unless_told,
                                        begin, end),
        cmocka_unit_test_setup_teardown(test_a_task_is_run_and_followed, begin, end),
        cmocka_unit_test_setup_teardown(test_each_is_done_once_wherever_the_plug_is_pulled, begin,
                                        end),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
