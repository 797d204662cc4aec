/* The tables of aws/states.c against documents as AWS has them. */
#include "aws/states.h"
#include "tests/aws/service.h"

#include <stdio.h>

/* ----- State machines ----- */

static const struct rc_states_list_machines list_machines = {
    .max_results = 308,
    .next_token = "next_token",
};

static void check_machine(const struct rc_states_machine *value)
{
    IS_TEXT(value, arn);
    IS_TEXT(value, name);
    IS_TEXT(value, type);
    IS_INT(value, created_unix_ms, 1700000695000);
}

static void check_machines(const struct rc_states_machines *value)
{
    check_machine(ONLY(value->machines));
    IS_TEXT(value, next_token);
}

#define MACHINE "{'stateMachineArn':'arn','name':'name','type':'type','creationDate':1700000695}"

static void test_list_machines(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_states_list_machines_operation, &list_machines,
                  "POST /\nX-Amz-Target: AWSStepFunctions.ListStateMachines",
                  "{'maxResults':308,'nextToken':'next_token'}");
    check_machines(service_answers(&answer, &rc_states_list_machines_operation, "",
                                   "{'stateMachines':[" MACHINE "],'nextToken':'next_token'}"));
    service_forget(&answer);
}

static const struct rc_states_describe_machine describe_machine = {
    .arn = "arn",
    .included_data = "included_data",
};

static void check_log_group(const struct rc_states_log_group *value)
{
    IS_TEXT(value, arn);
}

static void check_log_destination(const struct rc_states_log_destination *value)
{
    check_log_group(value->log_group);
}

static void check_logging(const struct rc_states_logging *value)
{
    IS_TEXT(value, level);
    IS_TRUE(value, include_execution_data);
    check_log_destination(ONLY(value->destinations));
}

static void check_machine_described(const struct rc_states_machine_described *value)
{
    IS_TEXT(value, arn);
    IS_TEXT(value, name);
    IS_TEXT(value, status);
    IS_TEXT(value, type);
    IS_TEXT(value, definition);
    IS_TEXT(value, role_arn);
    IS_TEXT(value, revision_id);
    IS_TEXT(value, description);
    IS_TEXT(value, label);
    IS_INT(value, created_unix_ms, 1700000695000);
    check_logging(value->logging);
}

#define LOG_GROUP "{'logGroupArn':'arn'}"

#define LOG_DESTINATION "{'cloudWatchLogsLogGroup':" LOG_GROUP "}"

#define LOGGING "{'level':'level','includeExecutionData':true,'destinations':[" LOG_DESTINATION "]}"

static void test_describe_machine(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_states_describe_machine_operation, &describe_machine,
                  "POST /\nX-Amz-Target: AWSStepFunctions.DescribeStateMachine",
                  "{'stateMachineArn':'arn','includedData':'included_data'}");
    service_refuses(&rc_states_describe_machine_operation, &(struct rc_states_describe_machine){0},
                    "stateMachineArn");
    check_machine_described(service_answers(
        &answer, &rc_states_describe_machine_operation, "",
        "{'stateMachineArn':'arn','name':'name','status':'status','type':'type','definition':'"
        "definition','roleArn':'role_arn','revisionId':'revision_id','description':'description','"
        "label':'label','creationDate':1700000695,'loggingConfiguration':" LOGGING "}"));
    service_forget(&answer);
}

static const struct rc_states_log_group log_group = {
    .arn = "arn",
};

static const struct rc_states_log_destination log_destination = {
    .log_group = &log_group,
};

static const struct rc_states_logging logging = {
    .level = "level",
    .include_execution_data = true,
    .destinations = {&log_destination, 1},
};

static const struct rc_states_tag tag = {
    .key = "key",
    .value = "value",
};

static const struct rc_states_create_machine create_machine = {
    .name = "name",
    .definition = "definition",
    .role_arn = "role_arn",
    .type = "type",
    .logging = &logging,
    .tags = {&tag, 1},
    .publish = true,
    .version_description = "version_description",
};

#define TAG "{'key':'key','value':'value'}"

static void check_machine_created(const struct rc_states_machine_created *value)
{
    IS_TEXT(value, arn);
    IS_TEXT(value, version_arn);
    IS_INT(value, created_unix_ms, 1700000695000);
}

static void test_create_machine(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_states_create_machine_operation, &create_machine,
                  "POST /\nX-Amz-Target: AWSStepFunctions.CreateStateMachine",
                  "{'name':'name','definition':'definition','roleArn':'role_arn','type':'type','"
                  "loggingConfiguration':" LOGGING ",'tags':[" TAG
                  "],'publish':true,'versionDescription':'version_description'}");
    service_refuses(&rc_states_create_machine_operation, &(struct rc_states_create_machine){0},
                    "name");
    check_machine_created(service_answers(&answer, &rc_states_create_machine_operation, "",
                                          "{'stateMachineArn':'arn','stateMachineVersionArn':'"
                                          "version_arn','creationDate':1700000695}"));
    service_forget(&answer);
}

static const struct rc_states_update_machine update_machine = {
    .arn = "arn",
    .definition = "definition",
    .role_arn = "role_arn",
    .logging = &logging,
};

static void check_machine_updated(const struct rc_states_machine_updated *value)
{
    IS_INT(value, updated_unix_ms, 1700000695000);
    IS_TEXT(value, revision_id);
}

static void test_update_machine(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_states_update_machine_operation, &update_machine,
                  "POST /\nX-Amz-Target: AWSStepFunctions.UpdateStateMachine",
                  "{'stateMachineArn':'arn','definition':'definition','roleArn':'role_arn',"
                  "'loggingConfiguration':" LOGGING "}");
    service_refuses(&rc_states_update_machine_operation, &(struct rc_states_update_machine){0},
                    "stateMachineArn");
    check_machine_updated(service_answers(&answer, &rc_states_update_machine_operation, "",
                                          "{'updateDate':1700000695,'revisionId':'revision_id'}"));
    service_forget(&answer);
}

/* ----- Executions ----- */

static const struct rc_states_list_executions list_executions = {
    .machine_arn = "machine_arn",
    .map_run_arn = "map_run_arn",
    .status_filter = "status_filter",
    .redrive_filter = "redrive_filter",
    .max_results = 308,
    .next_token = "next_token",
};

static void check_execution(const struct rc_states_execution *value)
{
    IS_TEXT(value, arn);
    IS_TEXT(value, name);
    IS_TEXT(value, status);
    IS_INT(value, start_unix_ms, 1700000525000);
    IS_INT(value, stop_unix_ms, 1700000421000);
    IS_TEXT(value, map_run_arn);
    IS_INT(value, item_count, 180);
    IS_INT(value, redrive_count, 502);
    IS_INT(value, redrive_unix_ms, 1700000720000);
}

static void check_executions(const struct rc_states_executions *value)
{
    check_execution(ONLY(value->executions));
    IS_TEXT(value, next_token);
}

#define EXECUTION                                                                                  \
    "{'executionArn':'arn','name':'name','status':'status','startDate':1700000525,'stopDate':"     \
    "1700000421,'mapRunArn':'map_run_arn','itemCount':180,'redriveCount':502,'redriveDate':"       \
    "1700000720}"

static void test_list_executions(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(
        &rc_states_list_executions_operation, &list_executions,
        "POST /\nX-Amz-Target: AWSStepFunctions.ListExecutions",
        "{'stateMachineArn':'machine_arn','mapRunArn':'map_run_arn','statusFilter':'status_filter',"
        "'redriveFilter':'redrive_filter','maxResults':308,'nextToken':'next_token'}");
    check_executions(service_answers(&answer, &rc_states_list_executions_operation, "",
                                     "{'executions':[" EXECUTION "],'nextToken':'next_token'}"));
    service_forget(&answer);
}

static const struct rc_states_start start = {
    .machine_arn = "machine_arn",
    .name = "name",
    .input = "input",
    .trace_header = "trace_header",
};

static void check_started(const struct rc_states_started *value)
{
    IS_TEXT(value, arn);
    IS_INT(value, start_unix_ms, 1700000525000);
}

static void test_start(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_states_start_operation, &start,
                  "POST /\nX-Amz-Target: AWSStepFunctions.StartExecution",
                  "{'stateMachineArn':'machine_arn','name':'name','input':'input','traceHeader':'"
                  "trace_header'}");
    service_refuses(&rc_states_start_operation, &(struct rc_states_start){0}, "stateMachineArn");
    check_started(service_answers(&answer, &rc_states_start_operation, "",
                                  "{'executionArn':'arn','startDate':1700000525}"));
    service_forget(&answer);
}

static const struct rc_states_describe_execution describe_execution = {
    .arn = "arn",
    .included_data = "included_data",
};

static void check_execution_described(const struct rc_states_execution_described *value)
{
    IS_TEXT(value, arn);
    IS_TEXT(value, machine_arn);
    IS_TEXT(value, version_arn);
    IS_TEXT(value, alias_arn);
    IS_TEXT(value, map_run_arn);
    IS_TEXT(value, name);
    IS_TEXT(value, status);
    IS_INT(value, start_unix_ms, 1700000525000);
    IS_INT(value, stop_unix_ms, 1700000421000);
    IS_TEXT(value, input);
    IS_TEXT(value, output);
    IS_TEXT(value, error);
    IS_TEXT(value, cause);
    IS_INT(value, redrive_count, 502);
    IS_INT(value, redrive_unix_ms, 1700000720000);
    IS_TEXT(value, redrive_status);
    IS_TEXT(value, redrive_status_reason);
    IS_TEXT(value, trace_header);
}

static void test_describe_execution(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_states_describe_execution_operation, &describe_execution,
                  "POST /\nX-Amz-Target: AWSStepFunctions.DescribeExecution",
                  "{'executionArn':'arn','includedData':'included_data'}");
    service_refuses(&rc_states_describe_execution_operation,
                    &(struct rc_states_describe_execution){0}, "executionArn");
    check_execution_described(service_answers(
        &answer, &rc_states_describe_execution_operation, "",
        "{'executionArn':'arn','stateMachineArn':'machine_arn','stateMachineVersionArn':'version_"
        "arn','stateMachineAliasArn':'alias_arn','mapRunArn':'map_run_arn','name':'name','status':'"
        "status','startDate':1700000525,'stopDate':1700000421,'input':'input','output':'output','"
        "error':'error','cause':'cause','redriveCount':502,'redriveDate':1700000720,'redriveStatus'"
        ":'redrive_status','redriveStatusReason':'redrive_status_reason','traceHeader':'trace_"
        "header'}"));
    service_forget(&answer);
}

static const struct rc_states_get_history get_history = {
    .arn = "arn",
    .max_results = 308,
    .reverse_order = true,
    .include_data = "false",
    .next_token = "next_token",
};

static void check_event(const struct rc_states_event *value)
{
    IS_INT(value, id, 206);
    IS_INT(value, previous_event_id, 35);
    IS_INT(value, at_unix_ms, 1700000180000);
    IS_TEXT(value, type);
    IS_JSON(value, details, "{'error':'e'}");
}

static void check_history(const struct rc_states_history *value)
{
    check_event(ONLY(value->events));
    IS_TEXT(value, next_token);
}

#define EVENT                                                                                      \
    "{'id':206,'previousEventId':35,'timestamp':1700000180,'type':'type','"                        \
    "activityFailedEventDetails':{'error':'e'}}"

static void test_get_history(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_states_get_history_operation, &get_history,
                  "POST /\nX-Amz-Target: AWSStepFunctions.GetExecutionHistory",
                  "{'executionArn':'arn','maxResults':308,'reverseOrder':true,'"
                  "includeExecutionData':false,'nextToken':'next_token'}");
    service_refuses(&rc_states_get_history_operation, &(struct rc_states_get_history){0},
                    "executionArn");
    check_history(service_answers(&answer, &rc_states_get_history_operation, "",
                                  "{'events':[" EVENT "],'nextToken':'next_token'}"));
    service_forget(&answer);
}

static const struct rc_states_stop stop = {
    .arn = "arn",
    .error = "error",
    .cause = "cause",
};

static void check_stopped(const struct rc_states_stopped *value)
{
    IS_INT(value, stop_unix_ms, 1700000421000);
}

static void test_stop(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_states_stop_operation, &stop,
                  "POST /\nX-Amz-Target: AWSStepFunctions.StopExecution",
                  "{'executionArn':'arn','error':'error','cause':'cause'}");
    service_refuses(&rc_states_stop_operation, &(struct rc_states_stop){0}, "executionArn");
    check_stopped(
        service_answers(&answer, &rc_states_stop_operation, "", "{'stopDate':1700000421}"));
    service_forget(&answer);
}

static const struct rc_states_redrive redrive = {
    .arn = "arn",
    .client_token = "client_token",
};

static void check_redriven(const struct rc_states_redriven *value)
{
    IS_INT(value, redrive_unix_ms, 1700000720000);
}

static void test_redrive(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_states_redrive_operation, &redrive,
                  "POST /\nX-Amz-Target: AWSStepFunctions.RedriveExecution",
                  "{'executionArn':'arn','clientToken':'client_token'}");
    service_refuses(&rc_states_redrive_operation, &(struct rc_states_redrive){0}, "executionArn");
    check_redriven(
        service_answers(&answer, &rc_states_redrive_operation, "", "{'redriveDate':1700000720}"));
    service_forget(&answer);
}

/* ----- Map runs ----- */

static const struct rc_states_list_map_runs list_map_runs = {
    .execution_arn = "execution_arn",
    .max_results = 308,
    .next_token = "next_token",
};

static void check_map_run(const struct rc_states_map_run *value)
{
    IS_TEXT(value, arn);
    IS_TEXT(value, execution_arn);
    IS_TEXT(value, machine_arn);
    IS_INT(value, start_unix_ms, 1700000525000);
    IS_INT(value, stop_unix_ms, 1700000421000);
}

static void check_map_runs(const struct rc_states_map_runs *value)
{
    check_map_run(ONLY(value->runs));
    IS_TEXT(value, next_token);
}

#define MAP_RUN                                                                                    \
    "{'mapRunArn':'arn','executionArn':'execution_arn','stateMachineArn':'machine_arn','"          \
    "startDate':1700000525,'stopDate':1700000421}"

static void test_list_map_runs(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_states_list_map_runs_operation, &list_map_runs,
                  "POST /\nX-Amz-Target: AWSStepFunctions.ListMapRuns",
                  "{'executionArn':'execution_arn','maxResults':308,'nextToken':'next_token'}");
    service_refuses(&rc_states_list_map_runs_operation, &(struct rc_states_list_map_runs){0},
                    "executionArn");
    check_map_runs(service_answers(&answer, &rc_states_list_map_runs_operation, "",
                                   "{'mapRuns':[" MAP_RUN "],'nextToken':'next_token'}"));
    service_forget(&answer);
}

static const struct rc_states_describe_map_run describe_map_run = {
    .arn = "arn",
};

static void check_counts(const struct rc_states_counts *value)
{
    IS_INT(value, pending, 742);
    IS_INT(value, running, 770);
    IS_INT(value, succeeded, 34);
    IS_INT(value, failed, 614);
    IS_INT(value, timed_out, 71);
    IS_INT(value, aborted, 738);
    IS_INT(value, total, 549);
    IS_INT(value, results_written, 763);
    IS_INT(value, not_redrivable, 589);
    IS_INT(value, pending_redrive, 690);
}

static void check_map_run_described(const struct rc_states_map_run_described *value)
{
    IS_TEXT(value, arn);
    IS_TEXT(value, execution_arn);
    IS_TEXT(value, status);
    IS_INT(value, start_unix_ms, 1700000525000);
    IS_INT(value, stop_unix_ms, 1700000421000);
    IS_INT(value, max_concurrency, 717);
    IS_REAL(value, tolerated_failure_percentage, 253.5);
    IS_INT(value, tolerated_failure_count, 652);
    check_counts(value->items);
    check_counts(value->executions);
    IS_INT(value, redrive_count, 502);
    IS_INT(value, redrive_unix_ms, 1700000720000);
}

#define COUNTS                                                                                     \
    "{'pending':742,'running':770,'succeeded':34,'failed':614,'timedOut':71,'aborted':738,'total'" \
    ":549,'resultsWritten':763,'failuresNotRedrivable':589,'pendingRedrive':690}"

static void test_describe_map_run(void **state)
{
    (void)state;
    struct service_answer answer;
    service_sends(&rc_states_describe_map_run_operation, &describe_map_run,
                  "POST /\nX-Amz-Target: AWSStepFunctions.DescribeMapRun", "{'mapRunArn':'arn'}");
    service_refuses(&rc_states_describe_map_run_operation, &(struct rc_states_describe_map_run){0},
                    "mapRunArn");
    check_map_run_described(service_answers(
        &answer, &rc_states_describe_map_run_operation, "",
        "{'mapRunArn':'arn','executionArn':'execution_arn','status':'status','startDate':"
        "1700000525,'stopDate':1700000421,'maxConcurrency':717,'toleratedFailurePercentage':253.5,'"
        "toleratedFailureCount':652,'itemCounts':" COUNTS ",'executionCounts':" COUNTS
        ",'redriveCount':502,'redriveDate':1700000720}"));
    service_forget(&answer);
}

/* ----- Task tokens ----- */

static const struct rc_states_send_success send_success = {
    .task_token = "task_token",
    .output = "output",
};

static void test_send_success(void **state)
{
    (void)state;
    service_sends(&rc_states_send_success_operation, &send_success,
                  "POST /\nX-Amz-Target: AWSStepFunctions.SendTaskSuccess",
                  "{'taskToken':'task_token','output':'output'}");
    service_refuses(&rc_states_send_success_operation, &(struct rc_states_send_success){0},
                    "taskToken");
}

static const struct rc_states_send_failure send_failure = {
    .task_token = "task_token",
    .error = "error",
    .cause = "cause",
};

static void test_send_failure(void **state)
{
    (void)state;
    service_sends(&rc_states_send_failure_operation, &send_failure,
                  "POST /\nX-Amz-Target: AWSStepFunctions.SendTaskFailure",
                  "{'taskToken':'task_token','error':'error','cause':'cause'}");
    service_refuses(&rc_states_send_failure_operation, &(struct rc_states_send_failure){0},
                    "taskToken");
}

static const struct rc_states_send_heartbeat send_heartbeat = {
    .task_token = "task_token",
};

static void test_send_heartbeat(void **state)
{
    (void)state;
    service_sends(&rc_states_send_heartbeat_operation, &send_heartbeat,
                  "POST /\nX-Amz-Target: AWSStepFunctions.SendTaskHeartbeat",
                  "{'taskToken':'task_token'}");
    service_refuses(&rc_states_send_heartbeat_operation, &(struct rc_states_send_heartbeat){0},
                    "taskToken");
}

/* Details stand under the name of their type's kind, and come as one field. */
static void test_every_kind_of_details(void **state)
{
    (void)state;
    static const char *const kinds[] = {
        "activityFailed",
        "activityScheduleFailed",
        "activityScheduled",
        "activityStarted",
        "activitySucceeded",
        "activityTimedOut",
        "taskFailed",
        "taskScheduled",
        "taskStartFailed",
        "taskStarted",
        "taskSubmitFailed",
        "taskSubmitted",
        "taskSucceeded",
        "taskTimedOut",
        "executionFailed",
        "executionStarted",
        "executionSucceeded",
        "executionAborted",
        "executionTimedOut",
        "executionRedriven",
        "mapStateStarted",
        "mapIterationStarted",
        "mapIterationSucceeded",
        "mapIterationFailed",
        "mapIterationAborted",
        "lambdaFunctionFailed",
        "lambdaFunctionScheduleFailed",
        "lambdaFunctionScheduled",
        "lambdaFunctionStartFailed",
        "lambdaFunctionSucceeded",
        "lambdaFunctionTimedOut",
        "stateEntered",
        "stateExited",
        "mapRunStarted",
        "mapRunFailed",
        "mapRunRedriven",
        "evaluationFailed",
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct service_answer answer;
        char body[256];
        snprintf(body, sizeof body, "{'events':[{'id':1,'type':'T','%sEventDetails':{'n':%zu}}]}",
                 kinds[i], i);
        const struct rc_states_history *got =
            service_answers(&answer, &rc_states_get_history_operation, "", body);
        assert_int_equal(json_integer_value(json_object_get(got->events.items->details, "n")), i);
        service_forget(&answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list_machines),  cmocka_unit_test(test_describe_machine),
        cmocka_unit_test(test_create_machine), cmocka_unit_test(test_list_executions),
        cmocka_unit_test(test_start),          cmocka_unit_test(test_describe_execution),
        cmocka_unit_test(test_get_history),    cmocka_unit_test(test_every_kind_of_details),
        cmocka_unit_test(test_stop),           cmocka_unit_test(test_redrive),
        cmocka_unit_test(test_list_map_runs),  cmocka_unit_test(test_describe_map_run),
        cmocka_unit_test(test_send_success),   cmocka_unit_test(test_send_failure),
        cmocka_unit_test(test_send_heartbeat), cmocka_unit_test(test_update_machine),
    };
    return cmocka_run_group_tests_name("service states", tests, NULL, NULL);
}
