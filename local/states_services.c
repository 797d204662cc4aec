/* Tasks that are a request to DynamoDB, SQS, EventBridge, or Step Functions itself. */
#include "aws/json.h"
#include "local/answer.h"
#include "local/events.h"
#include "local/services.h"
#include "local/sqs.h"
#include "local/states.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SENT_CAP = 4096 }; /* what SendMessage answers */

/* ----- DynamoDB ----- */

void rc_states_call_dynamodb(struct rc_branch *branch, const json_t *parameters)
{
    char operation[64], code[96] = "", message[256] = "", error[128];
    rc_states_action(branch, operation);
    operation[0] = (char)toupper((unsigned char)operation[0]);
    json_t *request = json_deep_copy(parameters);
    json_t *answer =
        rc_local_dynamodb_do(branch->execution->local, operation, request, code, message);
    json_decref(request);
    if (answer) {
        json_t *copy = json_copy(answer);
        json_decref(answer);
        json_object_set_new(copy, "SdkHttpMetadata", json_pack("{s:i}", "HttpStatusCode", 200));
        rc_states_submitted(branch, copy);
        return;
    }
    snprintf(error, sizeof error, "DynamoDB.%s", code);
    rc_states_task_failed(branch, error, message);
}

/* ----- SQS ----- */

/* The parameters are SendMessage's members; a body that is no text is sent as JSON. */
static json_t *message_of(const json_t *parameters)
{
    const json_t *body = json_object_get(parameters, "MessageBody");
    char *text = body && !json_is_string(body) ? rc_answer_dump(body) : NULL;
    json_t *message = json_copy((json_t *)(uintptr_t)parameters);
    if (text)
        json_object_set_new(message, "MessageBody", json_string(text));
    free(text);
    return message;
}

static json_t *send_message(struct rc_local *local, const struct rc_queue *queue,
                            const json_t *message)
{
    struct rc_buf out;
    struct rc_jsonw json;
    rc_buf_init(&out, SENT_CAP);
    rc_jsonw_init(&json, &out);
    rc_jsonw_open(&json, '{');
    rc_message_send(local, queue, message, &json);
    rc_jsonw_close(&json, '}');
    json_t *answer = out.failed ? NULL : rc_answer_load(out.data);
    rc_buf_free(&out);
    return answer;
}

void rc_states_call_sqs(struct rc_branch *branch, const json_t *parameters)
{
    struct rc_local *local = branch->execution->local;
    const char *url = rc_json_text(parameters, "QueueUrl");
    struct rc_queue queue;
    struct rc_queue_fault fault = {0};
    char error[128];
    if (!rc_queue_find_url(local, url ? url : "", &queue)) {
        rc_states_task_failed(branch, "SQS.QueueDoesNotExistException",
                              "The specified queue does not exist.");
        return;
    }
    json_t *message = message_of(parameters);
    rc_message_check(&queue, message, &fault);
    json_t *answer = fault.code ? NULL : send_message(local, &queue, message);
    json_decref(message);
    rc_queue_release(&queue);
    if (answer) {
        json_object_set_new(answer, "SdkHttpMetadata", json_pack("{s:i}", "HttpStatusCode", 200));
        rc_states_submitted(branch, answer);
        return;
    }
    snprintf(error, sizeof error, "SQS.%s", fault.code ? fault.code : "InternalFailure");
    rc_states_task_failed(branch, error, fault.message);
}

/* ----- EventBridge ----- */

/* An entry's Detail may be an object here. */
static bool put_entry(struct rc_local *local, const json_t *entry, json_t **told)
{
    const json_t *detail = json_object_get(entry, "Detail");
    char *text = json_is_object(detail) ? rc_answer_dump(detail) : NULL;
    json_t *copy = json_copy((json_t *)(uintptr_t)entry);
    if (text)
        json_object_set_new(copy, "Detail", json_string(text));
    free(text);
    bool ok = rc_events_put(local, copy, told);
    json_decref(copy);
    return ok;
}

/* An entry that fails fails the task. Source: "Add EventBridge events with Step Functions",
 * AWS Step Functions Developer Guide. */
void rc_states_call_events(struct rc_branch *branch, const json_t *parameters)
{
    json_t *done = json_array();
    int failed = 0;
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(parameters, "Entries"), i, entry)
    {
        json_t *told;
        failed += !put_entry(branch->execution->local, entry, &told);
        json_array_append_new(done, told);
    }
    json_t *answer = json_pack("{s:o, s:i, s:{s:i}}", "Entries", done, "FailedEntryCount", failed,
                               "SdkHttpMetadata", "HttpStatusCode", 200);
    if (!failed) {
        rc_states_submitted(branch, answer);
        return;
    }
    char *cause = rc_answer_dump(answer);
    rc_states_task_failed(branch, "EventBridge.FailedEntry", cause);
    free(cause);
    json_decref(answer);
}

/* ----- Step Functions ----- */

/* How an execution ended, as .sync has it; NULL while it runs. */
static json_t *ended(const struct rc_branch *branch, const char *arn)
{
    bool parsed = strcmp(rc_states_mode(branch), ".sync:2") == 0;
    sqlite3_stmt *get = rc_local_sql(branch->execution->local,
                                     "SELECT name, machine, status, input, output, error, cause,"
                                     " start_ms, stop_ms FROM states_execution WHERE arn = ?");
    json_t *json = NULL;
    sqlite3_bind_text(get, 1, arn, -1, SQLITE_STATIC);
    if (sqlite3_step(get) == SQLITE_ROW && strcmp(rc_answer_column(get, 2), "RUNNING") != 0) {
        const char *input = rc_answer_column(get, 3), *output = rc_answer_column(get, 4);
        json = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "ExecutionArn", arn, "Name",
                         rc_answer_column(get, 0), "StateMachineArn", rc_answer_column(get, 1),
                         "Status", rc_answer_column(get, 2), "StartDate",
                         (json_int_t)sqlite3_column_int64(get, 7), "StopDate",
                         (json_int_t)sqlite3_column_int64(get, 8));
        json_object_set_new(json, "Input", parsed ? rc_answer_load(input) : json_string(input));
        if (*output)
            json_object_set_new(json, "Output",
                                parsed ? rc_answer_load(output) : json_string(output));
        if (sqlite3_column_type(get, 5) != SQLITE_NULL)
            json_object_set_new(json, "Error", json_string(rc_answer_column(get, 5)));
        if (sqlite3_column_type(get, 6) != SQLITE_NULL)
            json_object_set_new(json, "Cause", json_string(rc_answer_column(get, 6)));
    }
    rc_local_done(get);
    return json;
}

static void come_out(struct rc_branch *branch, json_t *json)
{
    if (rc_states_is(rc_json_text(json, "Status"), "SUCCEEDED")) {
        rc_states_task_done(branch, json);
        return;
    }
    char *cause = rc_answer_dump(json);
    rc_states_task_failed(branch, "States.TaskFailed", cause);
    free(cause);
    json_decref(json);
}

void rc_states_tell(struct rc_local *local, const char *execution_arn)
{
    struct rc_states_call *call = local->services->states->calls;
    while (call && !rc_states_is(rc_json_text(call->branch->work, "execution"), execution_arn))
        call = call->next;
    if (!call)
        return;
    struct rc_branch *branch = call->branch;
    json_t *json = ended(branch, execution_arn);
    rc_states_detach(branch);
    if (json)
        come_out(branch, json);
    rc_states_tell(local, execution_arn); /* others may wait for it, too */
}

bool rc_states_await_execution(struct rc_branch *branch)
{
    struct rc_local_states_state *state = branch->execution->local->services->states;
    const char *arn = rc_json_text(branch->work, "execution");
    json_t *json = arn ? ended(branch, arn) : NULL;
    if (!arn)
        return false;
    if (json) {
        come_out(branch, json);
        return true;
    }
    struct rc_states_call *call = rc_states_call_new(branch);
    if (!call)
        return false;
    call->next = state->calls;
    state->calls = call;
    return true;
}

void rc_states_call_states(struct rc_branch *branch, const json_t *parameters)
{
    struct rc_local *local = branch->execution->local;
    const char *machine = rc_json_text(parameters, "StateMachineArn");
    const json_t *input = json_object_get(parameters, "Input");
    struct rc_states_fault fault = {0};
    char arn[512], error[192], iso[25];
    int64_t start_ms = 0;
    char *text = json_is_string(input) ? strdup(json_string_value(input))
                 : input               ? rc_answer_dump(input)
                                       : strdup("{}");
    bool ok =
        text && rc_states_start(local, machine ? machine : "", rc_json_text(parameters, "Name"),
                                text, arn, &start_ms, &fault);
    free(text);
    if (!ok) {
        snprintf(error, sizeof error, "StepFunctions.%s%s", fault.error,
                 strstr(fault.error, "Exception") ? "" : "Exception");
        rc_states_task_failed(branch, error, fault.cause);
        return;
    }
    rc_answer_iso(start_ms, iso);
    json_object_set_new(branch->work, "execution", json_string(arn));
    bool waits = strncmp(rc_states_mode(branch), ".sync", 5) == 0;
    rc_states_submitted(branch, json_pack("{s:s, s:s}", "ExecutionArn", arn, "StartDate", iso));
    if (waits)
        rc_states_await_execution(branch);
}
