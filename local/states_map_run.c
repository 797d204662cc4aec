/* Distributed Map states: a child execution with a history of its own for each item or batch.
 * Source: "Using Map state in Distributed mode", AWS Step Functions Developer Guide. */
#include "aws/json.h"
#include "local/answer.h"
#include "local/services.h"
#include "local/states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char exceeded[] = "States.ExceedToleratedFailureThreshold";

static struct rc_states_map_run *map_run_of(const struct rc_branch *branch)
{
    struct rc_states_map_run *run = branch->execution->local->services->states->map_runs;
    while (run && run->branch != branch)
        run = run->next;
    return run;
}

static struct rc_states_map_run *add(struct rc_branch *branch, json_t *items)
{
    struct rc_local_states_state *state = branch->execution->local->services->states;
    struct rc_states_map_run *run = calloc(1, sizeof *run);
    if (!run) {
        json_decref(items);
        return NULL;
    }
    run->branch = branch;
    run->items = items;
    run->processor = rc_states_processor(branch->definition);
    run->next = state->map_runs;
    state->map_runs = run;
    return run;
}

void rc_states_free_map_run(struct rc_branch *branch)
{
    struct rc_local_states_state *state = branch->execution->local->services->states;
    struct rc_states_map_run *run = map_run_of(branch);
    struct rc_states_map_run **at = &state->map_runs;
    if (!run)
        return;
    while (*at != run)
        at = &(*at)->next;
    *at = run->next;
    struct rc_states_execution *child = state->executions;
    while (child) {
        struct rc_states_execution *next = child->next;
        if (child->map_run == run) {
            rc_states_free(child);
            next = state->executions; /* children of children may be gone, too */
        }
        child = next;
    }
    json_decref(run->items);
    free(run);
}

static void set_status(struct rc_local *local, const char *arn, const char *status)
{
    sqlite3_stmt *set =
        rc_local_sql(local, "UPDATE states_map_run SET status = ?1, stop_ms = ?2 WHERE arn = ?3");
    sqlite3_bind_text(set, 1, status, -1, SQLITE_STATIC);
    if (strcmp(status, "RUNNING") != 0)
        sqlite3_bind_int64(set, 2, rc_local_now_ms(local));
    sqlite3_bind_text(set, 3, arn, -1, SQLITE_STATIC);
    rc_local_run(local, set);
}

void rc_states_halt_map_run(struct rc_branch *branch, const char *status)
{
    struct rc_local *local = branch->execution->local;
    struct rc_states_map_run *run = map_run_of(branch);
    if (!run || run->ending)
        return;
    run->ending = true;
    for (bool any = true; any;) {
        struct rc_states_execution *child = local->services->states->executions;
        while (child && child->map_run != run)
            child = child->next;
        any = child != NULL;
        if (any)
            rc_states_end(child, "ABORTED", NULL, NULL, NULL);
    }
    set_status(local, run->arn, status);
}

/* ----- children ----- */

static bool begin_child(struct rc_states_map_run *run)
{
    const struct rc_states_execution *parent = run->branch->execution;
    char name[37], arn[512], machine[512];
    json_t *item = json_array_get(run->items, (size_t)run->next_item);
    bool batch = json_object_get(run->branch->definition, "ItemBatcher") != NULL;
    rc_local_uuid(parent->local, name);
    snprintf(arn, sizeof arn, RC_STATES_ARN "execution:%s/%s:%s", parent->machine_name, run->label,
             name);
    snprintf(machine, sizeof machine, "%s/%s", parent->machine_arn, run->label);
    const struct rc_states_begin begin = {
        .arn = arn,
        .name = name,
        .machine_arn = machine,
        .machine_name = parent->machine_name,
        .role_arn = parent->role_arn,
        .version = parent->version,
        .definition = run->processor,
        .input = json_incref(item),
        .map_run = run,
        .item = run->next_item,
        .item_count = batch ? (int64_t)json_array_size(json_object_get(item, "Items")) : 1,
    };
    if (!rc_states_begin(parent->local, &begin))
        return false;
    run->next_item++;
    run->running++;
    return true;
}

static json_t *collect(struct rc_local *local, const char *arn)
{
    json_t *result = json_array();
    sqlite3_stmt *get =
        rc_local_sql(local, "SELECT output FROM states_execution WHERE map_run = ? AND"
                            " status = 'SUCCEEDED' ORDER BY item");
    sqlite3_bind_text(get, 1, arn, -1, SQLITE_STATIC);
    while (sqlite3_step(get) == SQLITE_ROW)
        json_array_append_new(result, rc_answer_load(rc_answer_column(get, 0)));
    rc_local_done(get);
    return result;
}

static void succeed(struct rc_states_map_run *run)
{
    struct rc_branch *branch = run->branch;
    json_t *result = collect(branch->execution->local, run->arn);
    set_status(branch->execution->local, run->arn, "SUCCEEDED");
    rc_states_event(branch, "MapRunSucceeded", NULL);
    rc_states_event(branch, "MapStateSucceeded", NULL);
    rc_states_free_map_run(branch);
    rc_states_succeed(branch, result);
}

static void fail(struct rc_states_map_run *run)
{
    struct rc_branch *branch = run->branch;
    const char *cause = "The specified tolerated failure threshold was exceeded";
    rc_states_halt_map_run(branch, "FAILED");
    rc_states_event(branch, "MapRunFailed",
                    json_pack("{s:s, s:s}", "error", exceeded, "cause", cause));
    rc_states_event(branch, "MapStateFailed", NULL);
    rc_states_fail(branch, exceeded, cause);
}

static bool is_exceeded(const struct rc_states_map_run *run)
{
    double total = (double)json_array_size(run->items);
    if (!run->failed)
        return false;
    if (run->tolerated_count < 0 && run->tolerated_percentage < 0)
        return true;
    return (run->tolerated_count >= 0 && run->failed > run->tolerated_count) ||
           (run->tolerated_percentage >= 0 &&
            (double)run->failed * 100 > run->tolerated_percentage * total);
}

static void go_on(struct rc_states_map_run *run)
{
    int64_t total = (int64_t)json_array_size(run->items);
    if (is_exceeded(run)) {
        fail(run);
        return;
    }
    while (run->next_item < total && run->running < run->concurrency)
        if (!begin_child(run)) {
            rc_states_fail(run->branch, "States.Runtime", "out of memory");
            return;
        }
    if (run->succeeded + run->failed == total)
        succeed(run);
}

void rc_states_child_ended(struct rc_states_map_run *run, const char *status)
{
    if (run->ending)
        return;
    run->running--;
    if (strcmp(status, "SUCCEEDED") == 0)
        run->succeeded++;
    else
        run->failed++;
    if (!run->loading)
        go_on(run);
}

void rc_states_continue_map_run(struct rc_branch *branch)
{
    struct rc_states_map_run *run = map_run_of(branch);
    if (!run && !rc_states_load_map_run(branch, false)) {
        rc_states_fail(branch, "States.Runtime", "the Map run cannot be taken up again");
        return;
    }
    go_on(map_run_of(branch));
}

/* ----- a beginning ----- */

/* MaxItemsPerBatch and MaxInputBytesPerBatch. Takes the items. */
static json_t *make_batches(const struct rc_branch *branch, const json_t *input, json_t *items,
                            struct rc_states_fault *fault)
{
    const json_t *batcher = json_object_get(branch->definition, "ItemBatcher");
    const json_t *each = json_object_get(batcher, "MaxItemsPerBatch");
    const json_t *bytes = json_object_get(batcher, "MaxInputBytesPerBatch");
    const json_t *given = json_object_get(batcher, "BatchInput");
    size_t most = json_is_integer(each) ? (size_t)json_integer_value(each) : SIZE_MAX;
    size_t room =
        json_is_integer(bytes) ? (size_t)json_integer_value(bytes) : (size_t)RC_STATES_PAYLOAD_MOST;
    json_t *batches = json_array(), *batch = NULL, *list = NULL, *item;
    json_t *shared = given ? rc_states_template(branch, given, input, NULL, fault) : NULL;
    size_t used = 0, i;
    json_array_foreach(items, i, item)
    {
        char *text = rc_answer_dump(item);
        size_t length = text ? strlen(text) + 1 : 0;
        free(text);
        if (!list || json_array_size(list) >= most || used + length > room) {
            list = json_array();
            batch = json_pack("{s:o}", "Items", list);
            if (shared)
                json_object_set(batch, "BatchInput", shared);
            json_array_append_new(batches, batch);
            used = 0;
        }
        json_array_append(list, item);
        used += length;
    }
    json_decref(items);
    if (given && !shared) {
        json_decref(batches);
        return NULL;
    }
    json_decref(shared);
    return batches;
}

static json_t *make_items(const struct rc_branch *branch, const json_t *input,
                          struct rc_states_fault *fault)
{
    json_t *values = rc_states_items(branch, input, fault);
    json_t *items = values ? json_array() : NULL;
    for (size_t i = 0; items && i < json_array_size(values); i++) {
        json_t *item = rc_states_item(branch, input, values, i, fault);
        if (item) {
            json_array_append_new(items, item);
        } else {
            json_decref(items);
            items = NULL;
        }
    }
    json_decref(values);
    if (items && json_object_get(branch->definition, "ItemBatcher"))
        items = make_batches(branch, input, items, fault);
    return items;
}

static bool read_limits(struct rc_states_map_run *run, const json_t *input,
                        struct rc_states_fault *fault)
{
    double most = 0, count = -1;
    if (!rc_states_number(run->branch, "MaxConcurrency", input, 0, &most, fault) ||
        !rc_states_number(run->branch, "ToleratedFailureCount", input, -1, &count, fault) ||
        !rc_states_number(run->branch, "ToleratedFailurePercentage", input, -1,
                          &run->tolerated_percentage, fault))
        return false;
    run->tolerated_count = (int64_t)count;
    run->concurrency =
        most >= 1 && most < RC_STATES_CHILDREN_MOST ? (int64_t)most : RC_STATES_CHILDREN_MOST;
    return true;
}

static void name_run(struct rc_states_map_run *run)
{
    const struct rc_branch *branch = run->branch;
    const char *label = rc_json_text(branch->definition, "Label");
    char uuid[37];
    size_t length = 0;
    snprintf(run->label, sizeof run->label, "%s", label ? label : "");
    /* Without a label AWS makes one of the state's name. */
    for (const char *at = branch->state; !label && *at && length < 40; at++)
        if ((*at | 0x20) >= 'a' && (*at | 0x20) <= 'z')
            run->label[length++] = *at;
    if (!*run->label)
        snprintf(run->label, sizeof run->label, "Map");
    rc_local_uuid(branch->execution->local, uuid);
    snprintf(run->arn, sizeof run->arn, RC_STATES_ARN "mapRun:%s/%s:%s",
             branch->execution->machine_name, run->label, uuid);
}

static void insert(const struct rc_states_map_run *run)
{
    const struct rc_states_execution *execution = run->branch->execution;
    char *items = rc_answer_dump(run->items);
    sqlite3_stmt *put = rc_local_sql(
        execution->local,
        "INSERT INTO states_map_run (arn, execution, machine, branch, label, status, items, total,"
        " concurrency, tolerated_count, tolerated_percentage, start_ms)"
        " VALUES (?, ?, ?, ?, ?, 'RUNNING', ?, ?, ?, ?, ?, ?)");
    sqlite3_bind_text(put, 1, run->arn, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 2, execution->arn, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 3, execution->machine_arn, -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 4, run->branch->id);
    sqlite3_bind_text(put, 5, run->label, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 6, items, -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 7, (int64_t)json_array_size(run->items));
    sqlite3_bind_int64(put, 8, run->concurrency);
    sqlite3_bind_int64(put, 9, run->tolerated_count);
    sqlite3_bind_double(put, 10, run->tolerated_percentage);
    sqlite3_bind_int64(put, 11, rc_local_now_ms(execution->local));
    rc_local_run(execution->local, put);
    free(items);
}

void rc_states_run_distributed(struct rc_branch *branch)
{
    struct rc_states_fault fault = {0};
    json_t *input = rc_states_input(branch, false, &fault);
    json_t *items = input ? make_items(branch, input, &fault) : NULL;
    struct rc_states_map_run *run = items ? add(branch, items) : NULL;
    bool ok = run && read_limits(run, input, &fault);
    json_decref(input);
    if (!ok) {
        rc_states_free_map_run(branch);
        rc_states_fail_with(branch, &fault);
        return;
    }
    name_run(run);
    insert(run);
    rc_states_event(branch, "MapStateStarted",
                    json_pack("{s:I}", "length", (json_int_t)json_array_size(items)));
    rc_states_event(branch, "MapRunStarted", json_pack("{s:s}", "mapRunArn", run->arn));
    json_object_set_new(branch->work, "mapRun", json_string(run->arn));
    branch->phase = RC_PHASE_CHILDREN;
    rc_branch_save(branch);
    go_on(run);
}

/* ----- out of the table ----- */

static struct rc_states_map_run *read_run(struct rc_branch *branch, const char *arn)
{
    struct rc_states_map_run *run = NULL;
    sqlite3_stmt *get = rc_local_sql(branch->execution->local,
                                     "SELECT label, items, concurrency, tolerated_count,"
                                     " tolerated_percentage FROM states_map_run WHERE arn = ?");
    sqlite3_bind_text(get, 1, arn, -1, SQLITE_STATIC);
    if (sqlite3_step(get) == SQLITE_ROW &&
        (run = add(branch, rc_answer_load(rc_answer_column(get, 1))))) {
        snprintf(run->arn, sizeof run->arn, "%s", arn);
        snprintf(run->label, sizeof run->label, "%s", rc_answer_column(get, 0));
        run->concurrency = sqlite3_column_int64(get, 2);
        run->tolerated_count = sqlite3_column_int64(get, 3);
        run->tolerated_percentage = sqlite3_column_double(get, 4);
    }
    rc_local_done(get);
    return run;
}

/* Counts the children; gives the ARNs of those that are to go on. */
static json_t *read_children(struct rc_states_map_run *run, bool again)
{
    json_t *arns = json_array();
    sqlite3_stmt *get = rc_local_sql(run->branch->execution->local,
                                     "SELECT arn, status FROM states_execution WHERE map_run = ?"
                                     " ORDER BY seq");
    sqlite3_bind_text(get, 1, run->arn, -1, SQLITE_STATIC);
    for (; sqlite3_step(get) == SQLITE_ROW; run->next_item++) {
        const char *status = rc_answer_column(get, 1);
        bool succeeded = strcmp(status, "SUCCEEDED") == 0;
        if (succeeded)
            run->succeeded++;
        else if (again || strcmp(status, "RUNNING") == 0)
            json_array_append_new(arns, json_string(rc_answer_column(get, 0)));
        else
            run->failed++;
    }
    rc_local_done(get);
    run->running = (int64_t)json_array_size(arns);
    return arns;
}

static void note_redrive(struct rc_branch *branch, const char *arn)
{
    struct rc_local *local = branch->execution->local;
    sqlite3_stmt *set =
        rc_local_sql(local, "UPDATE states_map_run SET status = 'RUNNING', stop_ms = NULL,"
                            " redrives = redrives + 1, redrive_ms = ?1 WHERE arn = ?2");
    sqlite3_bind_int64(set, 1, rc_local_now_ms(local));
    sqlite3_bind_text(set, 2, arn, -1, SQLITE_STATIC);
    rc_local_run(local, set);
    rc_states_event(branch, "MapRunRedriven",
                    json_pack("{s:s, s:I}", "mapRunArn", arn, "redriveCount",
                              (json_int_t)branch->execution->redrive_count));
}

bool rc_states_load_map_run(struct rc_branch *branch, bool again)
{
    struct rc_local *local = branch->execution->local;
    const char *arn = rc_json_text(branch->work, "mapRun");
    struct rc_states_map_run *run = arn ? read_run(branch, arn) : NULL;
    size_t i;
    json_t *child;
    if (!run)
        return false;
    if (again)
        note_redrive(branch, arn);
    json_t *arns = read_children(run, again);
    run->loading = true;
    json_array_foreach(arns, i, child)
    {
        struct rc_states_execution *execution =
            again ? rc_states_go_on(local, json_string_value(child))
                  : rc_states_load(local, json_string_value(child));
        if (execution && !again)
            rc_states_continue_all(execution);
    }
    run->loading = false;
    json_decref(arns);
    return true;
}

/* ----- looking ----- */

void rc_states_list_map_runs(struct rc_exchange *exchange)
{
    const char *arn = rc_exchange_need(exchange, "executionArn");
    json_t *list = json_array();
    if (!arn) {
        json_decref(list);
        return;
    }
    sqlite3_stmt *get =
        rc_local_sql(exchange->local, "SELECT arn, machine, start_ms, stop_ms FROM states_map_run"
                                      " WHERE execution = ? ORDER BY seq DESC LIMIT 1000");
    sqlite3_bind_text(get, 1, arn, -1, SQLITE_STATIC);
    while (sqlite3_step(get) == SQLITE_ROW) {
        json_t *run =
            json_pack("{s:s, s:s, s:s, s:o}", "executionArn", arn, "mapRunArn",
                      rc_answer_column(get, 0), "stateMachineArn", rc_answer_column(get, 1),
                      "startDate", rc_answer_time(sqlite3_column_int64(get, 2)));
        if (sqlite3_column_type(get, 3) != SQLITE_NULL)
            json_object_set_new(run, "stopDate", rc_answer_time(sqlite3_column_int64(get, 3)));
        json_array_append_new(list, run);
    }
    rc_local_done(get);
    rc_answer(exchange, json_pack("{s:o}", "mapRuns", list));
}

static json_t *no_counts(void)
{
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "pending", 0, "running",
                     0, "succeeded", 0, "failed", 0, "timedOut", 0, "aborted", 0, "total", 0,
                     "resultsWritten", 0, "failuresNotRedrivable", 0, "pendingRedrive", 0);
}

static void add_count(json_t *counts, const char *name, int64_t more)
{
    int64_t sum = json_integer_value(json_object_get(counts, name)) + more;
    json_object_set_new(counts, name, json_integer(sum));
}

static void count_children(struct rc_local *local, const char *arn, json_t *items,
                           json_t *executions)
{
    static const char *const names[][2] = {{"RUNNING", "running"},
                                           {"SUCCEEDED", "succeeded"},
                                           {"FAILED", "failed"},
                                           {"TIMED_OUT", "timedOut"},
                                           {"ABORTED", "aborted"}};
    sqlite3_stmt *get = rc_local_sql(
        local, "SELECT status, count(*), sum(item_count) FROM states_execution WHERE map_run = ?"
               " GROUP BY status");
    sqlite3_bind_text(get, 1, arn, -1, SQLITE_STATIC);
    while (sqlite3_step(get) == SQLITE_ROW)
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (strcmp(names[i][0], rc_answer_column(get, 0)) == 0) {
                add_count(executions, names[i][1], sqlite3_column_int64(get, 1));
                add_count(executions, "total", sqlite3_column_int64(get, 1));
                add_count(items, names[i][1], sqlite3_column_int64(get, 2));
                add_count(items, "total", sqlite3_column_int64(get, 2));
            }
    rc_local_done(get);
}

/* Items that no child has been begun for. */
static int64_t count_pending(const json_t *items, int64_t begun)
{
    int64_t pending = 0;
    for (size_t i = (size_t)begun; i < json_array_size(items); i++) {
        const json_t *batch = json_object_get(json_array_get(items, i), "Items");
        pending += json_is_array(batch) ? (int64_t)json_array_size(batch) : 1;
    }
    return pending;
}

void rc_states_describe_map_run(struct rc_exchange *exchange)
{
    const char *arn = rc_exchange_text(exchange, "mapRunArn");
    json_t *run = NULL, *list = NULL;
    sqlite3_stmt *get = rc_local_sql(
        exchange->local, "SELECT execution, status, start_ms, stop_ms, concurrency,"
                         " tolerated_count, tolerated_percentage, redrives, redrive_ms, items"
                         " FROM states_map_run WHERE arn = ?");
    sqlite3_bind_text(get, 1, arn, -1, SQLITE_STATIC);
    if (sqlite3_step(get) == SQLITE_ROW) {
        int64_t count = sqlite3_column_int64(get, 5);
        double percentage = sqlite3_column_double(get, 6);
        run =
            json_pack("{s:s, s:s, s:s, s:o, s:I, s:I, s:f, s:I}", "mapRunArn", arn, "executionArn",
                      rc_answer_column(get, 0), "status", rc_answer_column(get, 1), "startDate",
                      rc_answer_time(sqlite3_column_int64(get, 2)), "maxConcurrency",
                      (json_int_t)sqlite3_column_int64(get, 4), "toleratedFailureCount",
                      (json_int_t)(count > 0 ? count : 0), "toleratedFailurePercentage",
                      percentage > 0 ? percentage : 0, "redriveCount",
                      (json_int_t)sqlite3_column_int64(get, 7));
        list = rc_answer_load(rc_answer_column(get, 9));
        if (sqlite3_column_type(get, 3) != SQLITE_NULL)
            json_object_set_new(run, "stopDate", rc_answer_time(sqlite3_column_int64(get, 3)));
        if (sqlite3_column_type(get, 8) != SQLITE_NULL)
            json_object_set_new(run, "redriveDate", rc_answer_time(sqlite3_column_int64(get, 8)));
    }
    rc_local_done(get);
    if (!run) {
        rc_exchange_fail(exchange, 400, "ResourceNotFound", "Map Run Does Not Exist: '%s'",
                         arn ? arn : "");
        return;
    }
    json_t *items = no_counts(), *executions = no_counts();
    count_children(exchange->local, arn, items, executions);
    int64_t begun = json_integer_value(json_object_get(executions, "total"));
    add_count(items, "pending", count_pending(list, begun));
    add_count(items, "total", count_pending(list, begun));
    json_object_set_new(run, "itemCounts", items);
    json_object_set_new(run, "executionCounts", executions);
    json_decref(list);
    rc_answer(exchange, run);
}
