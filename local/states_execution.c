/* Executions as they are asked about: started, listed, described, stopped. */
#include "aws/json.h"
#include "local/answer.h"
#include "local/services.h"
#include "local/states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 100, PAGE_MOST = 1000 };

struct rc_states_execution *rc_states_running(struct rc_local *local, const char *arn)
{
    struct rc_states_execution *execution = local->services->states->executions;
    while (execution && !rc_states_is(execution->arn, arn))
        execution = execution->next;
    return execution;
}

bool rc_states_no_execution(struct rc_exchange *exchange, const char *arn)
{
    return rc_states_is_arn(exchange, arn) &&
           rc_exchange_fail(exchange, 400, "ExecutionDoesNotExist",
                            "Execution Does Not Exist: '%s'", arn);
}

/* ----- starting ----- */

/* Source: "CreateStateMachine", AWS Step Functions API Reference: what a name may not have. */
bool rc_states_is_name(const char *name)
{
    size_t length = strlen(name);
    if (length < 1 || length > RC_STATES_NAME_MOST ||
        strpbrk(name, " \t\n<>{}[]?*\"#%\\^|~`$&,;:/"))
        return false;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
            return false;
    return true;
}

/* The machine's row as an object, or NULL. */
static json_t *find_machine(struct rc_local *local, const char *arn)
{
    sqlite3_stmt *get =
        rc_local_sql(local, "SELECT name, role, version FROM states_machine WHERE arn = ?");
    sqlite3_bind_text(get, 1, arn, -1, SQLITE_STATIC);
    json_t *machine = sqlite3_step(get) == SQLITE_ROW
                          ? json_pack("{s:s, s:s, s:s}", "name", rc_answer_column(get, 0), "role",
                                      rc_answer_column(get, 1), "version", rc_answer_column(get, 2))
                          : NULL;
    rc_local_done(get);
    return machine;
}

/* The same name again is the same execution while it runs with the same input. */
static bool is_repeated(struct rc_local *local, const char *arn, const json_t *input, bool *same,
                        int64_t *start_ms)
{
    sqlite3_stmt *get =
        rc_local_sql(local, "SELECT input, status, start_ms FROM states_execution WHERE arn = ?");
    sqlite3_bind_text(get, 1, arn, -1, SQLITE_STATIC);
    bool found = sqlite3_step(get) == SQLITE_ROW;
    if (found) {
        json_t *before = rc_answer_load(rc_answer_column(get, 0));
        *same = strcmp(rc_answer_column(get, 1), "RUNNING") == 0 && json_equal(before, input);
        *start_ms = sqlite3_column_int64(get, 2);
        json_decref(before);
    }
    rc_local_done(get);
    return found;
}

static bool begin(struct rc_local *local, const char *machine_arn, const json_t *machine,
                  const char *arn, const char *name, json_t *input, int64_t *start_ms,
                  struct rc_states_fault *fault)
{
    bool same = false;
    if (is_repeated(local, arn, input, &same, start_ms)) {
        json_decref(input);
        return same || rc_states_fault(fault, "ExecutionAlreadyExists",
                                       "Execution Already Exists: '%s'", arn);
    }
    const char *version = rc_json_text(machine, "version");
    const struct rc_states_begin begin = {
        .arn = arn,
        .name = name,
        .machine_arn = machine_arn,
        .machine_name = rc_json_text(machine, "name"),
        .role_arn = rc_json_text(machine, "role"),
        .version = version,
        .definition = rc_states_definition(local, version),
        .input = input,
        .item = -1,
    };
    const struct rc_states_execution *execution =
        begin.definition ? rc_states_begin(local, &begin) : NULL;
    if (!execution)
        return rc_states_fault(fault, "InternalFailure", "the execution could not be kept");
    *start_ms = execution->start_ms;
    return true;
}

bool rc_states_start(struct rc_local *local, const char *machine_arn, const char *name,
                     const char *input, char arn[512], int64_t *start_ms,
                     struct rc_states_fault *fault)
{
    char made[37];
    if (!name) {
        rc_local_uuid(local, made);
        name = made;
    }
    if (!rc_states_is_name(name))
        return rc_states_fault(fault, "InvalidName", "Invalid Name: '%s'", name);
    if (strlen(input) > RC_STATES_PAYLOAD_MOST)
        return rc_states_fault(fault, "ValidationException",
                               "1 validation error detected: Value at 'input' failed to satisfy "
                               "constraint: Member must have length less than or equal to %d",
                               RC_STATES_PAYLOAD_MOST);
    json_t *machine = find_machine(local, machine_arn);
    if (!machine)
        return rc_states_fault(fault, "StateMachineDoesNotExist",
                               "State Machine Does Not Exist: '%s'", machine_arn);
    struct rc_error err = {0};
    json_t *value = rc_json_parse(input, strlen(input), RC_STATES_PAYLOAD_MOST, &err);
    snprintf(arn, 512, RC_STATES_ARN "execution:%s:%s", rc_json_text(machine, "name"), name);
    bool ok = value ? begin(local, machine_arn, machine, arn, name, value, start_ms, fault)
                    : rc_states_fault(fault, "InvalidExecutionInput",
                                      "Invalid State Machine Execution Input: '%s'", err.text);
    json_decref(machine);
    return ok;
}

bool rc_local_start_execution(struct rc_local *local, const char *machine_arn, const char *name,
                              const char *input, const char **code)
{
    static char kept[128];
    char arn[512];
    int64_t start_ms = 0;
    struct rc_states_fault fault = {0};
    if (rc_states_start(local, machine_arn, name, input ? input : "{}", arn, &start_ms, &fault))
        return true;
    snprintf(kept, sizeof kept, "%s", fault.error);
    *code = kept;
    return false;
}

void rc_states_start_execution(struct rc_exchange *exchange)
{
    char arn[512];
    int64_t start_ms = 0;
    struct rc_states_fault fault = {0};
    const char *machine = rc_exchange_need(exchange, "stateMachineArn");
    const char *input = rc_exchange_text(exchange, "input");
    if (!machine)
        return;
    if (rc_states_start(exchange->local, machine, rc_exchange_text(exchange, "name"),
                        input ? input : "{}", arn, &start_ms, &fault))
        rc_answer(exchange, json_pack("{s:s, s:o}", "executionArn", arn, "startDate",
                                      rc_answer_time(start_ms)));
    else
        rc_exchange_fail(exchange, 400, fault.error, "%s", fault.cause);
}

/* ----- ending ----- */

static void log_end(struct rc_states_execution *execution, const char *status, const char *output,
                    const char *error, const char *cause)
{
    static const char *const types[][2] = {{"SUCCEEDED", "ExecutionSucceeded"},
                                           {"FAILED", "ExecutionFailed"},
                                           {"TIMED_OUT", "ExecutionTimedOut"},
                                           {"ABORTED", "ExecutionAborted"}};
    json_t *details = json_object();
    if (output)
        json_object_set_new(details, "output", json_string(output));
    if (error)
        json_object_set_new(details, "error", json_string(error));
    if (cause)
        json_object_set_new(details, "cause", json_string(cause));
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i][0], status) == 0)
            rc_states_execution_event(execution, execution->events, types[i][1],
                                      json_incref(details));
    json_decref(details);
}

static void count_end(const struct rc_states_execution *execution, const char *status)
{
    static const char *const metrics[][2] = {{"SUCCEEDED", "ExecutionsSucceeded"},
                                             {"FAILED", "ExecutionsFailed"},
                                             {"TIMED_OUT", "ExecutionsTimedOut"},
                                             {"ABORTED", "ExecutionsAborted"}};
    struct rc_local *local = execution->local;
    if (execution->item >= 0)
        return;
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
        if (strcmp(metrics[i][0], status) == 0)
            rc_states_count(local, execution->machine_arn, metrics[i][1], 1, "Count");
    rc_states_count(local, execution->machine_arn, "ExecutionTime",
                    (double)(rc_local_now_ms(local) - execution->start_ms), "Milliseconds");
}

static void keep_end(const struct rc_states_execution *execution, const char *status,
                     const char *output, const char *error, const char *cause)
{
    struct rc_local *local = execution->local;
    sqlite3_stmt *set = rc_local_sql(
        local, "UPDATE states_execution SET status = ?, output = ?, error = ?, cause = ?,"
               " stop_ms = ? WHERE seq = ?");
    sqlite3_bind_text(set, 1, status, -1, SQLITE_STATIC);
    sqlite3_bind_text(set, 2, output, -1, SQLITE_STATIC);
    sqlite3_bind_text(set, 3, error, -1, SQLITE_STATIC);
    sqlite3_bind_text(set, 4, cause, -1, SQLITE_STATIC);
    sqlite3_bind_int64(set, 5, rc_local_now_ms(local));
    sqlite3_bind_int64(set, 6, execution->seq);
    rc_local_run(local, set);
    if (strcmp(status, "SUCCEEDED") != 0)
        return; /* where it failed, it can be redriven from */
    sqlite3_stmt *gone = rc_local_sql(local, "DELETE FROM states_branch WHERE execution = ?");
    sqlite3_bind_int64(gone, 1, execution->seq);
    rc_local_run(local, gone);
}

void rc_states_end(struct rc_states_execution *execution, const char *status, const json_t *output,
                   const char *error, const char *cause)
{
    struct rc_local *local = execution->local;
    struct rc_states_map_run *run = execution->map_run;
    char *text = output ? rc_answer_dump(output) : NULL;
    char *arn = strdup(execution->arn);
    for (struct rc_branch *at = execution->branches; at; at = at->next)
        rc_states_cancel(at);
    log_end(execution, status, text, error, cause);
    keep_end(execution, status, text, error, cause);
    count_end(execution, status);
    rc_states_free(execution);
    if (run)
        rc_states_child_ended(run, status);
    if (arn)
        rc_states_tell(local, arn);
    free(arn);
    free(text);
}

void rc_states_stop_execution(struct rc_exchange *exchange)
{
    const char *arn = rc_exchange_text(exchange, "executionArn");
    struct rc_states_execution *execution = rc_states_running(exchange->local, arn);
    if (execution)
        rc_states_end(execution, "ABORTED", NULL, rc_exchange_text(exchange, "error"),
                      rc_exchange_text(exchange, "cause"));
    sqlite3_stmt *get =
        rc_local_sql(exchange->local, "SELECT stop_ms FROM states_execution WHERE arn = ?");
    sqlite3_bind_text(get, 1, arn, -1, SQLITE_STATIC);
    bool found = sqlite3_step(get) == SQLITE_ROW;
    int64_t stop_ms = sqlite3_column_int64(get, 0);
    rc_local_done(get);
    if (found)
        rc_answer(exchange, json_pack("{s:o}", "stopDate", rc_answer_time(stop_ms)));
    else
        rc_states_no_execution(exchange, arn);
}

/* ----- looking ----- */

static void set_text(json_t *json, const char *member, sqlite3_stmt *row, int column)
{
    if (sqlite3_column_type(row, column) != SQLITE_NULL)
        json_object_set_new(json, member, json_string(rc_answer_column(row, column)));
}

static void set_time(json_t *json, const char *member, sqlite3_stmt *row, int column)
{
    if (sqlite3_column_type(row, column) != SQLITE_NULL)
        json_object_set_new(json, member, rc_answer_time(sqlite3_column_int64(row, column)));
}

#define COMMON_COLUMNS                                                                             \
    "arn, machine, name, status, start_ms, stop_ms, map_run, redrives, redrive_ms, item_count"

static json_t *common_json(sqlite3_stmt *row)
{
    json_t *json = json_object();
    set_text(json, "executionArn", row, 0);
    set_text(json, "stateMachineArn", row, 1);
    set_text(json, "name", row, 2);
    set_text(json, "status", row, 3);
    set_time(json, "startDate", row, 4);
    set_time(json, "stopDate", row, 5);
    set_text(json, "mapRunArn", row, 6);
    json_object_set_new(json, "redriveCount", json_integer(sqlite3_column_int64(row, 7)));
    set_time(json, "redriveDate", row, 8);
    return json;
}

static void set_redrivable(json_t *json, struct rc_local *local, int64_t stop_ms)
{
    const char *why = rc_states_not_redrivable(local, rc_json_text(json, "status"), stop_ms);
    const char *redrivable = why                                  ? "NOT_REDRIVABLE"
                             : json_object_get(json, "mapRunArn") ? "REDRIVABLE_BY_MAP_RUN"
                                                                  : "REDRIVABLE";
    json_object_set_new(json, "redriveStatus", json_string(redrivable));
    if (why)
        json_object_set_new(json, "redriveStatusReason", json_string(why));
}

void rc_states_describe_execution(struct rc_exchange *exchange)
{
    const char *arn = rc_exchange_text(exchange, "executionArn");
    sqlite3_stmt *get =
        rc_local_sql(exchange->local, "SELECT " COMMON_COLUMNS ", input, output, error, cause"
                                      " FROM states_execution WHERE arn = ?");
    sqlite3_bind_text(get, 1, arn, -1, SQLITE_STATIC);
    json_t *json = sqlite3_step(get) == SQLITE_ROW ? common_json(get) : NULL;
    if (json) {
        set_text(json, "input", get, 10);
        set_text(json, "output", get, 11);
        set_text(json, "error", get, 12);
        set_text(json, "cause", get, 13);
        json_object_set_new(json, "inputDetails", json_pack("{s:b}", "included", 1));
        if (json_object_get(json, "output"))
            json_object_set_new(json, "outputDetails", json_pack("{s:b}", "included", 1));
        set_redrivable(json, exchange->local, sqlite3_column_int64(get, 5));
    }
    rc_local_done(get);
    if (json)
        rc_answer(exchange, json);
    else
        rc_states_no_execution(exchange, arn);
}

static bool has_row(struct rc_local *local, const char *sql, const char *arn)
{
    sqlite3_stmt *get = rc_local_sql(local, sql);
    sqlite3_bind_text(get, 1, arn, -1, SQLITE_STATIC);
    bool found = sqlite3_step(get) == SQLITE_ROW;
    rc_local_done(get);
    return found;
}

static bool check_owner(struct rc_exchange *exchange, const char *machine, const char *run)
{
    if (!machine == !run)
        return rc_exchange_fail(exchange, 400, "ValidationException",
                                "Either stateMachineArn or mapRunArn has to be given");
    if (machine && !has_row(exchange->local, "SELECT 1 FROM states_machine WHERE arn = ?", machine))
        return rc_states_no_machine(exchange, machine);
    if (run && !has_row(exchange->local, "SELECT 1 FROM states_map_run WHERE arn = ?", run))
        return rc_exchange_fail(exchange, 400, "ResourceNotFound", "Map Run Does Not Exist: '%s'",
                                run);
    return true;
}

void rc_states_list_executions(struct rc_exchange *exchange)
{
    const char *machine = rc_exchange_text(exchange, "stateMachineArn");
    const char *run = rc_exchange_text(exchange, "mapRunArn");
    const char *token = rc_exchange_text(exchange, "nextToken");
    const char *redriven = rc_exchange_text(exchange, "redriveFilter");
    int64_t most = rc_exchange_int(exchange, "maxResults", PAGE), last = 0;
    char next[32] = "";
    if (!check_owner(exchange, machine, run))
        return;
    if (most < 1 || most > PAGE_MOST)
        most = most ? PAGE_MOST : PAGE;
    json_t *list = json_array();
    sqlite3_stmt *get =
        machine ? rc_local_sql(exchange->local,
                               "SELECT " COMMON_COLUMNS ", seq FROM states_execution"
                               " WHERE machine = ?1 AND seq < ?2 AND (?3 IS NULL OR status = ?3)"
                               " AND (?4 IS NULL OR (redrives > 0) = ?4)"
                               " ORDER BY seq DESC LIMIT ?5")
                : rc_local_sql(exchange->local,
                               "SELECT " COMMON_COLUMNS ", seq FROM states_execution"
                               " WHERE map_run = ?1 AND seq < ?2 AND (?3 IS NULL OR status = ?3)"
                               " AND (?4 IS NULL OR (redrives > 0) = ?4)"
                               " ORDER BY seq DESC LIMIT ?5");
    sqlite3_bind_text(get, 1, machine ? machine : run, -1, SQLITE_STATIC);
    sqlite3_bind_int64(get, 2, token ? strtoll(token, NULL, 10) : INT64_MAX);
    sqlite3_bind_text(get, 3, rc_exchange_text(exchange, "statusFilter"), -1, SQLITE_STATIC);
    if (redriven)
        sqlite3_bind_int(get, 4, strcmp(redriven, "REDRIVEN") == 0);
    sqlite3_bind_int64(get, 5, most + 1);
    while (sqlite3_step(get) == SQLITE_ROW) {
        if ((int64_t)json_array_size(list) == most) {
            snprintf(next, sizeof next, "%lld", (long long)last);
            break;
        }
        last = sqlite3_column_int64(get, 10);
        json_t *json = common_json(get);
        if (run)
            json_object_set_new(json, "itemCount", json_integer(sqlite3_column_int64(get, 9)));
        json_array_append_new(list, json);
    }
    rc_local_done(get);
    rc_answer(exchange,
              json_pack("{s:o, s:s?}", "executions", list, "nextToken", *next ? next : NULL));
}
