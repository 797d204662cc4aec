/* Branches: in memory, in the table, and in the queue of those that can go on. */
#include "aws/json.h"
#include "local/answer.h"
#include "local/services.h"
#include "local/states.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS_A_TURN = 64 };

const char *const rc_phase_names[] = {
    [RC_PHASE_ENTER] = "enter",   [RC_PHASE_AGAIN] = "again",       [RC_PHASE_WAIT] = "wait",
    [RC_PHASE_RETRY] = "retry",   [RC_PHASE_TASK] = "task",         [RC_PHASE_TOKEN] = "token",
    [RC_PHASE_DONE] = "done",     [RC_PHASE_CHILDREN] = "children", [RC_PHASE_FAILED] = "failed",
    [RC_PHASE_FAILED + 1] = NULL,
};

/* ----- the table ----- */

static void bind_json(sqlite3_stmt *put, int index, const json_t *value)
{
    char *text = value ? rc_answer_dump(value) : NULL;
    if (text)
        sqlite3_bind_text(put, index, text, -1, free);
}

void rc_branch_save(const struct rc_branch *branch)
{
    struct rc_local *local = branch->execution->local;
    sqlite3_stmt *put = rc_local_sql(
        local, "INSERT OR REPLACE INTO states_branch (execution, id, parent, number, state, phase,"
               " data, work, entered_ms, due_ms, beat_ms, entered_event, last_event, token)"
               " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    sqlite3_bind_int64(put, 1, branch->execution->seq);
    sqlite3_bind_int64(put, 2, branch->id);
    if (branch->parent)
        sqlite3_bind_int64(put, 3, branch->parent->id);
    sqlite3_bind_int64(put, 4, branch->number);
    sqlite3_bind_text(put, 5, branch->state, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 6, rc_phase_names[branch->phase], -1, SQLITE_STATIC);
    bind_json(put, 7, branch->data);
    bind_json(put, 8, branch->work);
    sqlite3_bind_int64(put, 9, branch->entered_ms);
    sqlite3_bind_int64(put, 10, branch->due_ms);
    sqlite3_bind_int64(put, 11, branch->beat_ms);
    sqlite3_bind_int64(put, 12, branch->entered_event);
    sqlite3_bind_int64(put, 13, branch->last_event);
    if (*branch->token)
        sqlite3_bind_text(put, 14, branch->token, -1, SQLITE_STATIC);
    rc_local_run(local, put);
}

static void delete_row(const struct rc_branch *branch)
{
    struct rc_local *local = branch->execution->local;
    sqlite3_stmt *gone =
        rc_local_sql(local, "DELETE FROM states_branch WHERE execution = ? AND id = ?");
    sqlite3_bind_int64(gone, 1, branch->execution->seq);
    sqlite3_bind_int64(gone, 2, branch->id);
    rc_local_run(local, gone);
}

/* ----- where it stands ----- */

bool rc_branch_place(struct rc_branch *branch, const char *state)
{
    json_t *states = json_object_get(branch->machine, "States");
    void *found = state ? json_object_iter_at(states, state) : NULL;
    branch->state = found ? json_object_iter_key(found) : NULL;
    branch->definition = found ? json_object_iter_value(found) : NULL;
    return found != NULL;
}

static void on_timer(struct rc_timer *timer)
{
    struct rc_branch *branch = timer->ctx;
    struct rc_local *local = branch->execution->local;
    rc_local_begin(local);
    if (branch->phase == RC_PHASE_WAIT) {
        rc_states_succeed(branch, NULL);
    } else if (branch->phase == RC_PHASE_RETRY) {
        branch->phase = RC_PHASE_AGAIN;
        rc_branch_save(branch);
        rc_branch_ready(branch);
    } else if (branch->phase == RC_PHASE_TASK || branch->phase == RC_PHASE_TOKEN) {
        rc_states_task_late(branch);
    }
    rc_local_commit(local);
}

struct rc_branch *rc_branch_new(struct rc_states_execution *execution, struct rc_branch *parent,
                                int64_t number, json_t *machine, json_t *data)
{
    struct rc_branch *branch = calloc(1, sizeof *branch);
    if (!branch) {
        json_decref(data);
        return NULL;
    }
    branch->execution = execution;
    branch->parent = parent;
    branch->id = execution->next_branch++;
    branch->number = number;
    branch->machine = machine;
    branch->data = data;
    branch->work = json_object();
    branch->phase = RC_PHASE_ENTER;
    branch->last_event = parent ? parent->last_event : 0;
    branch->timer = (struct rc_timer){.fire = on_timer, .ctx = branch};
    rc_branch_place(branch, rc_json_text(machine, "StartAt"));
    branch->next = execution->branches;
    execution->branches = branch;
    return branch;
}

void rc_branch_set_timer(struct rc_branch *branch)
{
    struct rc_local *local = branch->execution->local;
    int64_t at_ms = branch->due_ms;
    if (branch->beat_ms && (!at_ms || branch->beat_ms < at_ms))
        at_ms = branch->beat_ms;
    if (at_ms)
        rc_local_timer(local, &branch->timer, at_ms - rc_local_now_ms(local));
    else
        rc_timer_stop(local->loop, &branch->timer);
}

/* ----- the queue ----- */

void rc_branch_ready(struct rc_branch *branch)
{
    struct rc_local *local = branch->execution->local;
    struct rc_local_states_state *state = local->services->states;
    if (branch->ready)
        return;
    branch->ready = true;
    branch->next_ready = NULL;
    *state->ready_end = branch;
    state->ready_end = &branch->next_ready;
    rc_timer_set(local->loop, &state->timer, 0);
}

static void leave_queue(struct rc_branch *branch)
{
    struct rc_local_states_state *state = branch->execution->local->services->states;
    struct rc_branch **at = &state->ready;
    if (!branch->ready)
        return;
    while (*at != branch)
        at = &(*at)->next_ready;
    *at = branch->next_ready;
    if (state->ready_end == &branch->next_ready)
        state->ready_end = at;
    branch->ready = false;
}

void rc_branch_run_ready(struct rc_timer *timer)
{
    struct rc_local *local = timer->ctx;
    struct rc_local_states_state *state = local->services->states;
    rc_local_begin(local);
    for (int i = 0; i < STEPS_A_TURN && state->ready; i++) {
        struct rc_branch *branch = state->ready;
        leave_queue(branch);
        rc_states_step(branch);
    }
    rc_local_commit(local);
    if (state->ready)
        rc_timer_set(local->loop, &state->timer, 0);
}

/* ----- the end ----- */

static void halt_one(struct rc_branch *branch)
{
    leave_queue(branch);
    rc_timer_stop(branch->execution->local->loop, &branch->timer);
    rc_states_cancel(branch);
}

static bool descends(const struct rc_branch *branch, const struct rc_branch *from)
{
    for (const struct rc_branch *at = branch->parent; at; at = at->parent)
        if (at == from)
            return true;
    return false;
}

void rc_branch_halt(struct rc_branch *branch)
{
    for (struct rc_branch *at = branch->execution->branches; at; at = at->next)
        if (at == branch || (branch->phase == RC_PHASE_CHILDREN && descends(at, branch)))
            halt_one(at);
}

/* It is out of its execution's list by then. */
static void destroy(struct rc_branch *branch)
{
    leave_queue(branch);
    rc_timer_stop(branch->execution->local->loop, &branch->timer);
    rc_states_detach(branch);
    rc_states_free_map_run(branch);
    json_decref(branch->data);
    json_decref(branch->work);
    free(branch);
}

void rc_branch_free_all(struct rc_states_execution *execution)
{
    while (execution->branches) {
        struct rc_branch *branch = execution->branches;
        execution->branches = branch->next;
        destroy(branch);
    }
}

/* Children stand before their parents in the list, so none is freed under another. */
void rc_branch_drop_children(struct rc_branch *branch)
{
    struct rc_branch **at = &branch->execution->branches;
    while (*at) {
        struct rc_branch *child = *at;
        if (!descends(child, branch)) {
            at = &child->next;
            continue;
        }
        *at = child->next;
        delete_row(child);
        destroy(child);
    }
    rc_states_free_map_run(branch);
}
