/* Tasks that are a request to DynamoDB, SQS, EventBridge, or Step Functions itself. */
#include "local/answer.h"
#include "local/services.h"
#include "local/states.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* "http://host/000000000000/name" as an ARN. */
static void queue_arn(const char *url, char arn[256])
{
    const char *slash = strrchr(url, '/');
    snprintf(arn, 256, "arn:aws:sqs:" RC_LOCAL_REGION ":" RC_LOCAL_ACCOUNT ":%s",
             slash ? slash + 1 : url);
}

void rc_states_call_sqs(struct rc_branch *branch, const json_t *parameters)
{
    const char *url = rc_states_text(parameters, "QueueUrl");
    const json_t *body = json_object_get(parameters, "MessageBody");
    char arn[256], id[37];
    char *text = json_is_string(body) ? strdup(json_string_value(body))
                 : body               ? rc_answer_dump(body)
                                      : NULL;
    queue_arn(url ? url : "", arn);
    if (!text) {
        rc_states_task_failed(branch, "States.Runtime", "sqs:sendMessage needs a MessageBody");
    } else if (!rc_local_send(branch->execution->local, arn, text)) {
        rc_states_task_failed(branch, "SQS.QueueDoesNotExistException",
                              "The specified queue does not exist.");
    } else {
        rc_local_uuid(branch->execution->local, id);
        rc_states_submitted(branch, json_pack("{s:s, s:{s:i}}", "MessageId", id, "SdkHttpMetadata",
                                              "HttpStatusCode", 200));
    }
    free(text);
}

/* ----- EventBridge ----- */

void rc_states_call_events(struct rc_branch *branch, const json_t *parameters)
{
    struct rc_local *local = branch->execution->local;
    json_t *done = json_array();
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(parameters, "Entries"), i, entry)
    {
        const char *source = rc_states_text(entry, "Source");
        const char *type = rc_states_text(entry, "DetailType");
        json_t *detail = json_object_get(entry, "Detail");
        json_t *read = json_is_string(detail) ? rc_answer_load(json_string_value(detail))
                                              : json_incref(detail);
        char id[37];
        rc_local_uuid(local, id);
        if (source && type && json_is_object(read)) {
            rc_local_event(local, source, type, read);
            json_array_append_new(done, json_pack("{s:s}", "EventId", id));
        } else {
            json_array_append_new(done, json_pack("{s:s, s:s}", "ErrorCode", "InvalidArgument",
                                                  "ErrorMessage",
                                                  "Source, DetailType and Detail are needed"));
        }
        json_decref(read);
    }
    rc_states_submitted(branch,
                        json_pack("{s:o, s:i, s:{s:i}}", "Entries", done, "FailedEntryCount", 0,
                                  "SdkHttpMetadata", "HttpStatusCode", 200));
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
    if (rc_states_is(rc_states_text(json, "Status"), "SUCCEEDED")) {
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
    while (call && !rc_states_is(rc_states_text(call->branch->work, "execution"), execution_arn))
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
    const char *arn = rc_states_text(branch->work, "execution");
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
    const char *machine = rc_states_text(parameters, "StateMachineArn");
    const json_t *input = json_object_get(parameters, "Input");
    struct rc_states_fault fault = {0};
    char arn[512], error[192], iso[25];
    int64_t start_ms = 0;
    char *text = json_is_string(input) ? strdup(json_string_value(input))
                 : input               ? rc_answer_dump(input)
                                       : strdup("{}");
    bool ok =
        text && rc_states_start(local, machine ? machine : "", rc_states_text(parameters, "Name"),
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
