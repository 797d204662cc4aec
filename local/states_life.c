/* Executions from their beginning, over restarts of reconlocal, to a redrive. */
#include "aws/json.h"
#include "local/answer.h"
#include "local/services.h"
#include "local/states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ----- in memory ----- */

static void on_timeout(struct rc_timer *timer)
{
    struct rc_states_execution *execution = timer->ctx;
    struct rc_local *local = execution->local;
    rc_local_begin(local);
    rc_states_end(execution, "TIMED_OUT", NULL, NULL, NULL);
    rc_local_commit(local);
}

static struct rc_states_execution *add(struct rc_local *local, const struct rc_states_begin *begin)
{
    struct rc_local_states_state *state = local->services->states;
    struct rc_states_execution *execution = calloc(1, sizeof *execution);
    if (!execution)
        return NULL;
    *execution = (struct rc_states_execution){
        .local = local,
        .arn = strdup(begin->arn),
        .name = strdup(begin->name),
        .machine_arn = strdup(begin->machine_arn),
        .machine_name = strdup(begin->machine_name),
        .role_arn = strdup(begin->role_arn),
        .version = strdup(begin->version),
        .definition = json_incref(begin->definition),
        .input = begin->input,
        .map_run = begin->map_run,
        .item = begin->item,
        .timer = {.fire = on_timeout, .ctx = execution},
        .next = state->executions,
    };
    state->executions = execution;
    if (execution->arn && execution->name && execution->machine_arn && execution->machine_name &&
        execution->role_arn && execution->version)
        return execution;
    rc_states_free(execution);
    return NULL;
}

void rc_states_free(struct rc_states_execution *execution)
{
    struct rc_states_execution **at = &execution->local->services->states->executions;
    while (*at != execution)
        at = &(*at)->next;
    *at = execution->next;
    rc_timer_stop(execution->local->loop, &execution->timer);
    rc_branch_free_all(execution);
    json_decref(execution->definition);
    json_decref(execution->input);
    free(execution->version);
    free(execution->role_arn);
    free(execution->machine_name);
    free(execution->machine_arn);
    free(execution->name);
    free(execution->arn);
    free(execution);
}

static void watch_time(struct rc_states_execution *execution, int64_t from_ms)
{
    const json_t *timeout = json_object_get(execution->definition, "TimeoutSeconds");
    struct rc_local *local = execution->local;
    if (!json_is_number(timeout) || execution->map_run)
        return;
    int64_t due_ms = from_ms + (int64_t)(json_number_value(timeout) * 1000);
    rc_local_timer(local, &execution->timer, due_ms - rc_local_now_ms(local));
}

/* ----- a beginning ----- */

static bool insert(struct rc_states_execution *execution, const char *input, int64_t item_count)
{
    struct rc_local *local = execution->local;
    sqlite3_stmt *put = rc_local_sql(
        local, "INSERT INTO states_execution (arn, name, machine, machine_name, role, version,"
               " map_run, item, item_count, status, input, start_ms)"
               " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'RUNNING', ?, ?)");
    sqlite3_bind_text(put, 1, execution->arn, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 2, execution->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 3, execution->machine_arn, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 4, execution->machine_name, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 5, execution->role_arn, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 6, execution->version, -1, SQLITE_STATIC);
    if (execution->map_run)
        sqlite3_bind_text(put, 7, execution->map_run->arn, -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 8, execution->item);
    sqlite3_bind_int64(put, 9, item_count);
    sqlite3_bind_text(put, 10, input, -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 11, execution->start_ms);
    bool ok = rc_local_run(local, put);
    execution->seq = sqlite3_last_insert_rowid(local->db);
    return ok;
}

struct rc_states_execution *rc_states_begin(struct rc_local *local,
                                            const struct rc_states_begin *begin)
{
    struct rc_states_execution *execution = add(local, begin);
    if (!execution)
        return NULL;
    char *input = rc_answer_dump(execution->input);
    execution->start_ms = rc_local_now_ms(local);
    if (!input || !insert(execution, input, begin->item_count)) {
        free(input);
        rc_states_free(execution);
        return NULL;
    }
    struct rc_branch *branch =
        rc_branch_new(execution, NULL, 0, execution->definition, json_incref(execution->input));
    if (branch) {
        rc_states_event(branch, "ExecutionStarted",
                        json_pack("{s:s, s:s}", "input", input, "roleArn", execution->role_arn));
        rc_branch_save(branch);
        rc_branch_ready(branch);
        watch_time(execution, execution->start_ms);
        if (!execution->map_run)
            rc_states_count(local, execution->machine_arn, "ExecutionsStarted", 1, "Count");
    }
    free(input);
    return execution;
}

/* ----- out of the table ----- */

static enum rc_phase phase_of(const char *name)
{
    for (int i = 0; rc_phase_names[i]; i++)
        if (strcmp(rc_phase_names[i], name) == 0)
            return (enum rc_phase)i;
    return RC_PHASE_AGAIN;
}

static struct rc_branch *branch_of(const struct rc_states_execution *execution, int64_t id)
{
    struct rc_branch *branch = execution->branches;
    while (branch && branch->id != id)
        branch = branch->next;
    return branch;
}

static bool load_branch(struct rc_states_execution *execution, sqlite3_stmt *row)
{
    struct rc_branch *parent = sqlite3_column_type(row, 1) == SQLITE_NULL
                                   ? NULL
                                   : branch_of(execution, sqlite3_column_int64(row, 1));
    int64_t number = sqlite3_column_int64(row, 2);
    json_t *machine = parent ? rc_states_submachine(parent, number) : execution->definition;
    json_t *work = rc_answer_load(rc_answer_column(row, 6));
    struct rc_branch *branch =
        rc_branch_new(execution, parent, number, machine, rc_answer_load(rc_answer_column(row, 5)));
    if (!branch || !work) {
        json_decref(work);
        return false;
    }
    json_decref(branch->work);
    branch->work = work;
    branch->id = sqlite3_column_int64(row, 0);
    execution->next_branch = branch->id + 1;
    branch->phase = phase_of(rc_answer_column(row, 4));
    branch->entered_ms = sqlite3_column_int64(row, 7);
    branch->due_ms = sqlite3_column_int64(row, 8);
    branch->beat_ms = sqlite3_column_int64(row, 9);
    branch->entered_event = sqlite3_column_int64(row, 10);
    branch->last_event = sqlite3_column_int64(row, 11);
    snprintf(branch->token, sizeof branch->token, "%s", rc_answer_column(row, 12));
    return rc_branch_place(branch, rc_answer_column(row, 3));
}

static bool load_branches(struct rc_states_execution *execution)
{
    struct rc_local *local = execution->local;
    bool ok = true;
    sqlite3_stmt *get = rc_local_sql(
        local, "SELECT id, parent, number, state, phase, data, work, entered_ms, due_ms, beat_ms,"
               " entered_event, last_event, token FROM states_branch WHERE execution = ?"
               " ORDER BY id");
    sqlite3_bind_int64(get, 1, execution->seq);
    while (ok && sqlite3_step(get) == SQLITE_ROW)
        ok = load_branch(execution, get);
    rc_local_done(get);
    return ok;
}

static void load_event_count(struct rc_states_execution *execution)
{
    sqlite3_stmt *get =
        rc_local_sql(execution->local, "SELECT coalesce(max(id), 0) FROM states_event"
                                       " WHERE execution = ?");
    sqlite3_bind_int64(get, 1, execution->seq);
    if (sqlite3_step(get) == SQLITE_ROW)
        execution->events = sqlite3_column_int64(get, 0);
    rc_local_done(get);
}

static struct rc_states_map_run *map_run_called(struct rc_local *local, const char *arn)
{
    struct rc_states_map_run *run = local->services->states->map_runs;
    while (run && strcmp(run->arn, arn) != 0)
        run = run->next;
    return run;
}

struct rc_states_execution *rc_states_load(struct rc_local *local, const char *arn)
{
    struct rc_states_execution *execution = NULL;
    json_t *row = NULL;
    sqlite3_stmt *get = rc_local_sql(
        local, "SELECT name, machine, machine_name, role, version, input, map_run, item, seq,"
               " start_ms, redrives FROM states_execution WHERE arn = ?");
    sqlite3_bind_text(get, 1, arn, -1, SQLITE_STATIC);
    if (sqlite3_step(get) == SQLITE_ROW)
        row =
            json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "name", rc_answer_column(get, 0),
                      "machine", rc_answer_column(get, 1), "machine_name", rc_answer_column(get, 2),
                      "role", rc_answer_column(get, 3), "version", rc_answer_column(get, 4),
                      "input", rc_answer_column(get, 5), "map_run", rc_answer_column(get, 6));
    int64_t item = sqlite3_column_int64(get, 7), seq = sqlite3_column_int64(get, 8);
    int64_t start_ms = sqlite3_column_int64(get, 9), redrives = sqlite3_column_int64(get, 10);
    rc_local_done(get); /* before others use statements of theirs */
    struct rc_states_map_run *run =
        row ? map_run_called(local, rc_json_text(row, "map_run")) : NULL;
    json_t *definition = run   ? run->processor
                         : row ? rc_states_definition(local, rc_json_text(row, "version"))
                               : NULL;
    if (definition) {
        const struct rc_states_begin begin = {.arn = arn,
                                              .name = rc_json_text(row, "name"),
                                              .machine_arn = rc_json_text(row, "machine"),
                                              .machine_name = rc_json_text(row, "machine_name"),
                                              .role_arn = rc_json_text(row, "role"),
                                              .version = rc_json_text(row, "version"),
                                              .definition = definition,
                                              .input = rc_answer_load(rc_json_text(row, "input")),
                                              .map_run = run,
                                              .item = item};
        execution = add(local, &begin);
    }
    json_decref(row);
    if (!execution)
        return NULL;
    execution->seq = seq;
    execution->start_ms = start_ms;
    execution->redrive_count = redrives;
    load_event_count(execution);
    if (load_branches(execution))
        return execution;
    rc_states_free(execution);
    return NULL;
}

static void go_on_with(struct rc_branch *branch)
{
    switch (branch->phase) {
    case RC_PHASE_ENTER:
    case RC_PHASE_AGAIN:
        rc_branch_ready(branch);
        break;
    case RC_PHASE_WAIT:
    case RC_PHASE_RETRY:
    case RC_PHASE_TOKEN:
        rc_branch_set_timer(branch);
        break;
    case RC_PHASE_TASK:
        rc_states_continue_task(branch);
        break;
    case RC_PHASE_CHILDREN:
        rc_states_continue_children(branch);
        break;
    case RC_PHASE_DONE:
    case RC_PHASE_FAILED:
        break;
    }
}

/* Parents first: they have to know their Map runs before children are counted. A step may
 * end the execution, which is why each is only set on its way. */
void rc_states_continue_all(struct rc_states_execution *execution)
{
    struct rc_local *local = execution->local;
    int64_t seq = execution->seq;
    for (int64_t id = 0, end = execution->next_branch; id < end; id++) {
        struct rc_branch *branch = branch_of(execution, id);
        if (branch)
            go_on_with(branch);
        const struct rc_states_execution *at = local->services->states->executions;
        while (at && at->seq != seq)
            at = at->next;
        if (!at) /* that was the end of it */
            return;
    }
}

bool rc_states_resume_all(struct rc_local *local, struct rc_error *err)
{
    json_t *arns = json_array();
    size_t i;
    json_t *arn;
    sqlite3_stmt *get = rc_local_sql(local, "SELECT arn FROM states_execution WHERE"
                                            " status = 'RUNNING' AND map_run IS NULL ORDER BY seq");
    while (sqlite3_step(get) == SQLITE_ROW)
        json_array_append_new(arns, json_string(rc_answer_column(get, 0)));
    rc_local_done(get);
    rc_local_begin(local);
    json_array_foreach(arns, i, arn)
    {
        struct rc_states_execution *execution = rc_states_load(local, json_string_value(arn));
        if (!execution) {
            fprintf(stderr, "reconlocal: %s cannot be taken up again\n", json_string_value(arn));
            continue;
        }
        watch_time(execution, execution->start_ms);
        rc_states_continue_all(execution);
    }
    bool ok = rc_local_commit(local);
    json_decref(arns);
    if (!ok)
        rc_error_set(err, RC_IO, "the executions could not be taken up again");
    return ok;
}

/* ----- redriving ----- */

static bool has_children(const struct rc_branch *branch)
{
    for (const struct rc_branch *at = branch->execution->branches; at; at = at->next)
        if (at->parent == branch)
            return true;
    return json_object_get(branch->work, "mapRun") != NULL;
}

/* What failed or was under way is done again; what has come to its end stays. */
static void prepare(struct rc_branch *branch)
{
    json_object_del(branch->work, "attempts");
    json_object_del(branch->work, "ecs");
    json_object_del(branch->work, "execution");
    branch->token[0] = '\0';
    branch->beat_ms = 0;
    if (branch->phase == RC_PHASE_WAIT || branch->phase == RC_PHASE_DONE ||
        branch->phase == RC_PHASE_ENTER)
        return;
    branch->due_ms = 0;
    branch->phase = has_children(branch) ? RC_PHASE_CHILDREN : RC_PHASE_AGAIN;
    rc_branch_save(branch);
}

struct rc_states_execution *rc_states_go_on(struct rc_local *local, const char *arn)
{
    struct rc_states_execution *execution = rc_states_load(local, arn);
    if (!execution)
        return NULL;
    int64_t now_ms = rc_local_now_ms(local);
    execution->redrive_count++;
    sqlite3_stmt *set = rc_local_sql(
        local, "UPDATE states_execution SET status = 'RUNNING', stop_ms = NULL, error = NULL,"
               " cause = NULL, redrives = ?, redrive_ms = ? WHERE seq = ?");
    sqlite3_bind_int64(set, 1, execution->redrive_count);
    sqlite3_bind_int64(set, 2, now_ms);
    sqlite3_bind_int64(set, 3, execution->seq);
    rc_local_run(local, set);
    rc_states_execution_event(
        execution, execution->events, "ExecutionRedriven",
        json_pack("{s:I}", "redriveCount", (json_int_t)execution->redrive_count));
    watch_time(execution, now_ms);
    for (struct rc_branch *at = execution->branches; at; at = at->next) {
        at->last_event = execution->events;
        prepare(at);
    }
    for (struct rc_branch *at = execution->branches; at; at = at->next)
        if (at->phase == RC_PHASE_CHILDREN && json_object_get(at->work, "mapRun"))
            rc_states_load_map_run(at, true);
    rc_states_continue_all(execution);
    return execution;
}

const char *rc_states_not_redrivable(const struct rc_local *local, const char *status,
                                     int64_t stop_ms)
{
    if (rc_states_is(status, "RUNNING"))
        return "Execution is RUNNING and cannot be redriven";
    if (rc_states_is(status, "SUCCEEDED"))
        return "Execution is SUCCEEDED and cannot be redriven";
    if (rc_local_now_ms(local) - stop_ms > RC_STATES_REDRIVE_MS)
        return "Execution's redrivable period exceeded";
    return NULL;
}

/* False, and the exchange has failed, when it cannot. */
static bool may_redrive(struct rc_exchange *exchange, const char *arn)
{
    const char *why = NULL;
    sqlite3_stmt *get = rc_local_sql(
        exchange->local, "SELECT status, stop_ms, map_run FROM states_execution WHERE arn = ?");
    sqlite3_bind_text(get, 1, arn, -1, SQLITE_STATIC);
    bool found = sqlite3_step(get) == SQLITE_ROW;
    if (found)
        why = rc_states_not_redrivable(exchange->local, rc_answer_column(get, 0),
                                       sqlite3_column_int64(get, 1));
    if (found && !why && sqlite3_column_type(get, 2) != SQLITE_NULL)
        why = "Execution is a child of a Map Run and is redriven with its parent";
    rc_local_done(get);
    if (!found)
        return rc_states_no_execution(exchange, arn);
    return !why || rc_exchange_fail(exchange, 400, "ExecutionNotRedrivable", "%s: '%s'", why, arn);
}

void rc_states_redrive(struct rc_exchange *exchange)
{
    const char *arn = rc_exchange_text(exchange, "executionArn");
    if (!may_redrive(exchange, arn))
        return;
    struct rc_states_execution *execution = rc_states_go_on(exchange->local, arn);
    if (execution)
        rc_answer(exchange, json_pack("{s:o}", "redriveDate",
                                      rc_answer_time(rc_local_now_ms(exchange->local))));
    else
        rc_exchange_fail(exchange, 500, "InternalFailure", "the execution cannot be loaded");
}
