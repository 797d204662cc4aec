#include "local/states.h"

#include "local/services.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool rc_states_fault(struct rc_states_fault *fault, const char *error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    snprintf(fault->error, sizeof fault->error, "%s", error);
    vsnprintf(fault->cause, sizeof fault->cause, format, args);
    va_end(args);
    return false;
}

bool rc_states_is(const char *text, const char *other)
{
    return text && other && strcmp(text, other) == 0;
}

void rc_states_count(struct rc_local *local, const char *machine_arn, const char *metric,
                     double value, const char *unit)
{
    const char *const dimensions[] = {"StateMachineArn", machine_arn, NULL};
    rc_local_metric(local, "AWS/States", metric, value, unit, dimensions);
}

static bool open_part(struct rc_local *local, struct rc_error *err)
{
    struct rc_local_states_state *state = calloc(1, sizeof *state);
    if (!state) {
        rc_error_nomem(err);
        return false;
    }
    state->local = local;
    state->ready_end = &state->ready;
    state->timer = (struct rc_timer){.fire = rc_branch_run_ready, .ctx = local};
    state->definitions = json_object();
    local->services->states = state;
    return rc_states_resume_all(local, err);
}

static void close_part(struct rc_local *local)
{
    struct rc_local_states_state *state = local->services->states;
    if (!state)
        return;
    while (state->executions)
        rc_states_free(state->executions);
    rc_timer_stop(local->loop, &state->timer);
    json_decref(state->definitions);
    free(state);
    local->services->states = NULL;
}

#define ROW(operation, handler, who)                                                               \
    {                                                                                              \
        .name = (operation), .handle = (handler), .caller = (who)                                  \
    }

static const struct rc_local_operation operations[] = {
    ROW("CreateStateMachine", rc_states_create_machine, "local seed"),
    ROW("UpdateStateMachine", rc_states_update_machine, "local seed"),
    ROW("DeleteStateMachine", rc_states_delete_machine, "local seed"),
    ROW("DescribeStateMachine", rc_states_describe_machine, "console: executions"),
    ROW("ListStateMachines", rc_states_list_machines, "console: executions"),
    ROW("StartExecution", rc_states_start_execution, "admit, reprocessing"),
    ROW("ListExecutions", rc_states_list_executions, "console: executions"),
    ROW("DescribeExecution", rc_states_describe_execution, "console: executions"),
    ROW("GetExecutionHistory", rc_states_get_history, "console: executions"),
    ROW("StopExecution", rc_states_stop_execution, "console: stop an execution"),
    ROW("RedriveExecution", rc_states_redrive, "console: redrive an execution"),
    ROW("ListMapRuns", rc_states_list_map_runs, "console: executions"),
    ROW("DescribeMapRun", rc_states_describe_map_run, "console: executions"),
    ROW("SendTaskSuccess", rc_states_send_success, "reconworker"),
    ROW("SendTaskFailure", rc_states_send_failure, "reconworker"),
    ROW("SendTaskHeartbeat", rc_states_send_heartbeat, "reconworker"),
    {0},
};

static const struct rc_local_service service = {
    .signing_name = "states",
    .name = "states",
    .protocol = RC_LOCAL_JSON,
    .json_version = "1.0",
    .target = "AWSStepFunctions.",
    .operations = operations,
};

const struct rc_local_part rc_local_states = {
    .service = &service,
    .schema =
        "CREATE TABLE IF NOT EXISTS states_machine (arn TEXT PRIMARY KEY, name TEXT, type TEXT,"
        " role TEXT, version TEXT, settings TEXT, created_ms INT) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS states_definition (version TEXT PRIMARY KEY, text TEXT)"
        " WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS states_execution (seq INTEGER PRIMARY KEY, arn TEXT UNIQUE,"
        " name TEXT, machine TEXT, machine_name TEXT, role TEXT, version TEXT, map_run TEXT,"
        " item INT, item_count INT, status TEXT, input TEXT, output TEXT, error TEXT, cause TEXT,"
        " start_ms INT, stop_ms INT, redrives INT DEFAULT 0, redrive_ms INT);"
        "CREATE INDEX IF NOT EXISTS states_execution_machine ON states_execution (machine, seq);"
        "CREATE INDEX IF NOT EXISTS states_execution_map ON states_execution (map_run, seq);"
        "CREATE INDEX IF NOT EXISTS states_execution_status ON states_execution (status);"
        "CREATE TABLE IF NOT EXISTS states_event (execution INT, id INT, previous INT, at_ms INT,"
        " type TEXT, details TEXT, PRIMARY KEY (execution, id)) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS states_branch (execution INT, id INT, parent INT, number INT,"
        " state TEXT, phase TEXT, data TEXT, work TEXT, entered_ms INT, due_ms INT, beat_ms INT,"
        " entered_event INT, last_event INT, token TEXT, PRIMARY KEY (execution, id))"
        " WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS states_token (token TEXT PRIMARY KEY, execution TEXT,"
        " branch INT, state TEXT) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS states_map_run (seq INTEGER PRIMARY KEY, arn TEXT UNIQUE,"
        " execution TEXT, machine TEXT, branch INT, label TEXT, status TEXT, items TEXT, total INT,"
        " concurrency INT, tolerated_count INT, tolerated_percentage REAL, start_ms INT,"
        " stop_ms INT, redrives INT DEFAULT 0, redrive_ms INT);"
        "CREATE INDEX IF NOT EXISTS states_map_run_execution ON states_map_run (execution, seq);",
    .open = open_part,
    .close = close_part,
};
