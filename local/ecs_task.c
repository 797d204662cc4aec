/* The life of a task: PROVISIONING, PENDING, RUNNING, DEPROVISIONING, STOPPED. Source:
 * "Amazon ECS task lifecycle" and "Amazon ECS stopped tasks error messages", Amazon ECS
 * Developer Guide. */
#include "aws/json.h"
#include "local/answer.h"
#include "local/ecs.h"
#include "local/process.h"
#include "local/services.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { PROVISION_MS = 1000, PULL_MS = 2000, DEPROVISION_MS = 500, KEEP_MS = 60 * 60 * 1000 };

struct container {
    struct rc_ecs_task *task;
    size_t index;
    struct rc_process *process; /* NULL: it does not run */
};

struct rc_ecs_task {
    struct rc_local *local;
    char id[33];
    json_t *json; /* as it is described */
    json_t *run;  /* what its containers run */
    struct container containers[10];
    size_t count;
    struct rc_timer timer;
    struct rc_ecs_task *next;
};

struct rc_ecs_waiter {
    struct rc_local *local;
    char id[33];
    rc_ecs_stopped done;
    void *ctx;
    struct rc_timer timer;
    struct rc_ecs_waiter *next;
};

static bool is(const struct rc_ecs_task *task, const char *status)
{
    const char *last = rc_json_text(task->json, "lastStatus");
    return last && strcmp(last, status) == 0;
}

static void set_text(json_t *json, const char *member, const char *text)
{
    json_object_set_new(json, member, json_string(text));
}

static void set_now(const struct rc_ecs_task *task, const char *member)
{
    json_object_set_new(task->json, member, rc_answer_time(rc_local_now_ms(task->local)));
}

/* ----- the table ----- */

static bool insert(struct rc_local *local, const struct rc_ecs_task *task, const char *json,
                   const char *run)
{
    sqlite3_stmt *put = rc_local_sql(
        local, "INSERT INTO ecs_task (id, cluster, family, started_by, desired, last, json, run)"
               " VALUES (?, ?, ?, ?, 'RUNNING', 'PROVISIONING', ?, ?)");
    const char *definition = rc_ecs_id(rc_json_text(task->json, "taskDefinitionArn"));
    sqlite3_bind_text(put, 1, task->id, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 2, rc_ecs_id(rc_json_text(task->json, "clusterArn")), -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 3, definition, (int)strcspn(definition, ":"), SQLITE_STATIC);
    sqlite3_bind_text(put, 4, rc_json_text(task->json, "startedBy"), -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 5, json, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 6, run, -1, SQLITE_STATIC);
    return rc_local_run(local, put);
}

static void save(const struct rc_ecs_task *task)
{
    const json_t *version = json_object_get(task->json, "version");
    json_object_set_new(task->json, "version", json_integer(json_integer_value(version) + 1));
    char *json = rc_answer_dump(task->json);
    sqlite3_stmt *set = rc_local_sql(
        task->local, "UPDATE ecs_task SET json = ?, last = ?, desired = ?, stopped_ms = ?"
                     " WHERE id = ?");
    sqlite3_bind_text(set, 1, json, -1, SQLITE_STATIC);
    sqlite3_bind_text(set, 2, rc_json_text(task->json, "lastStatus"), -1, SQLITE_STATIC);
    sqlite3_bind_text(set, 3, rc_json_text(task->json, "desiredStatus"), -1, SQLITE_STATIC);
    if (is(task, "STOPPED"))
        sqlite3_bind_int64(set, 4, rc_local_now_ms(task->local));
    sqlite3_bind_text(set, 5, task->id, -1, SQLITE_STATIC);
    if (json)
        rc_local_run(task->local, set);
    else
        rc_local_done(set);
    free(json);
}

/* A stopped task can be described for an hour. */
static void forget_old(struct rc_local *local)
{
    sqlite3_stmt *gone = rc_local_sql(local, "DELETE FROM ecs_task WHERE stopped_ms < ?");
    sqlite3_bind_int64(gone, 1, rc_local_now_ms(local) - KEEP_MS);
    rc_local_run(local, gone);
}

json_t *rc_ecs_task_json(struct rc_local *local, const char *cluster, const char *id)
{
    sqlite3_stmt *get =
        rc_local_sql(local, "SELECT json FROM ecs_task WHERE id = ? AND cluster = ?");
    sqlite3_bind_text(get, 1, id, -1, SQLITE_STATIC);
    sqlite3_bind_text(get, 2, cluster, -1, SQLITE_STATIC);
    json_t *json =
        sqlite3_step(get) == SQLITE_ROW ? rc_answer_load(rc_answer_column(get, 0)) : NULL;
    rc_local_done(get);
    return json;
}

/* ----- the end ----- */

static void destroy(struct rc_ecs_task *task)
{
    rc_timer_stop(task->local->loop, &task->timer);
    for (size_t i = 0; i < task->count; i++)
        rc_process_free(task->containers[i].process);
    json_decref(task->json);
    json_decref(task->run);
    free(task);
}

static void release(struct rc_ecs_task *task)
{
    struct rc_local_ecs_state *state = task->local->services->ecs;
    struct rc_ecs_task **at = &state->tasks;
    while (*at != task)
        at = &(*at)->next;
    *at = task->next;
    state->task_count--;
    destroy(task);
}

static void tell(struct rc_local *local, const char *id, const json_t *json)
{
    struct rc_ecs_waiter **at = &local->services->ecs->waiters;
    while (*at) {
        struct rc_ecs_waiter *waiter = *at;
        if (strcmp(waiter->id, id) != 0) {
            at = &waiter->next;
            continue;
        }
        *at = waiter->next;
        rc_timer_stop(local->loop, &waiter->timer);
        waiter->done(waiter->ctx, json);
        free(waiter);
        at = &local->services->ecs->waiters; /* done may have changed the list */
    }
}

static void set_stopped(struct rc_ecs_task *task)
{
    struct rc_local *local = task->local;
    json_t *container;
    size_t i;
    set_text(task->json, "lastStatus", "STOPPED");
    set_text(task->json, "desiredStatus", "STOPPED");
    set_now(task, "stoppedAt");
    json_array_foreach(json_object_get(task->json, "containers"), i, container)
    {
        set_text(container, "lastStatus", "STOPPED");
    }
    save(task);
    tell(local, task->id, task->json);
    release(task);
}

/* Its processes have ended, or there were none. */
static void deprovision(struct rc_ecs_task *task)
{
    set_text(task->json, "lastStatus", "DEPROVISIONING");
    set_now(task, "executionStoppedAt");
    save(task);
    rc_local_timer(task->local, &task->timer, DEPROVISION_MS);
}

static bool any_runs(const struct rc_ecs_task *task)
{
    for (size_t i = 0; i < task->count; i++)
        if (task->containers[i].process)
            return true;
    return false;
}

static int64_t longest_stop_s(const struct rc_ecs_task *task)
{
    int64_t longest = 0;
    size_t i;
    const json_t *run;
    json_array_foreach(task->run, i, run)
    {
        int64_t timeout = json_integer_value(json_object_get(run, "stopTimeout"));
        if (timeout > longest)
            longest = timeout;
    }
    return longest;
}

/* Asks what runs to end, and makes it after a while. */
static void stop(struct rc_ecs_task *task, const char *code, const char *reason)
{
    if (rc_json_text(task->json, "stopCode"))
        return;
    set_text(task->json, "desiredStatus", "STOPPED");
    set_text(task->json, "stopCode", code);
    set_text(task->json, "stoppedReason", reason);
    set_now(task, "stoppingAt");
    if (!any_runs(task)) {
        deprovision(task);
        return;
    }
    save(task);
    for (size_t i = 0; i < task->count; i++)
        if (task->containers[i].process)
            rc_process_signal(task->containers[i].process, SIGTERM);
    /* In real time: a program comes to its end no faster where the clock runs faster. */
    rc_timer_set(task->local->loop, &task->timer, longest_stop_s(task) * 1000);
}

static json_t *container_json(const struct container *container)
{
    return json_array_get(json_object_get(container->task->json, "containers"), container->index);
}

static void on_line(void *ctx, const char *line, size_t length)
{
    const struct container *container = ctx;
    struct rc_local *local = container->task->local;
    const json_t *run = json_array_get(container->task->run, container->index);
    const char *group = rc_json_text(run, "group");
    if (group)
        rc_local_log(local, group, rc_json_text(run, "stream"), rc_local_now_ms(local), line,
                     length);
}

static void on_end(void *ctx, int status)
{
    struct container *container = ctx;
    struct rc_ecs_task *task = container->task;
    const json_t *run = json_array_get(task->run, container->index);
    int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    rc_process_free(container->process);
    container->process = NULL;
    set_text(container_json(container), "lastStatus", "STOPPED");
    json_object_set_new(container_json(container), "exitCode", json_integer(code));
    bool stopping = rc_json_text(task->json, "stopCode") != NULL;
    if (stopping && !any_runs(task))
        deprovision(task);
    else if (!stopping && json_is_true(json_object_get(run, "essential")))
        stop(task, "EssentialContainerExited", "Essential container in task exited");
    else
        save(task);
}

/* ----- the beginning ----- */

static void set_environment(struct rc_process_env *env, struct rc_local *local, const json_t *run)
{
    const char *name;
    json_t *value;
    rc_process_env_set_aws(env, local);
    json_object_foreach(json_object_get(run, "environment"), name, value)
    {
        rc_process_env_set(env, name, json_is_string(value) ? json_string_value(value) : "");
    }
    rc_process_env_set(env, "AWS_EXECUTION_ENV", "AWS_ECS_FARGATE");
}

static bool start_container(struct container *container, struct rc_error *err)
{
    struct rc_local *local = container->task->local;
    const json_t *run = json_array_get(container->task->run, container->index);
    const json_t *command = json_object_get(run, "command");
    const char **words = calloc(json_array_size(command) + 1, sizeof *words);
    struct rc_process_env env;
    rc_process_env_init(&env);
    for (size_t i = 0; words && i < json_array_size(command); i++)
        words[i] = json_string_value(json_array_get(command, i));
    const struct rc_process_run how = {
        .argv = words, .env = &env, .line = on_line, .ended = on_end, .ctx = container};
    set_environment(&env, local, run);
    if (words && words[0])
        container->process = rc_process_start(local, &how, err);
    else
        rc_error_set(err, RC_INVALID, "the container has no command");
    rc_process_env_free(&env);
    free(words);
    if (container->process)
        set_text(container_json(container), "lastStatus", "RUNNING");
    return container->process != NULL;
}

static void start_containers(struct rc_ecs_task *task)
{
    struct rc_error err = {0};
    char reason[RC_ERROR_TEXT_BYTES + 128];
    for (size_t i = 0; i < task->count; i++) {
        const json_t *command = json_object_get(json_array_get(task->run, i), "command");
        const char *word = json_string_value(json_array_get(command, 0));
        if (start_container(&task->containers[i], &err))
            continue;
        snprintf(reason, sizeof reason,
                 "CannotStartContainerError: failed to create task: exec: \"%s\": %s",
                 word ? word : "", err.text);
        set_text(container_json(&task->containers[i]), "reason", reason);
        stop(task, "TaskFailedToStart", "Task failed to start");
        return;
    }
    set_text(task->json, "lastStatus", "RUNNING");
    set_text(task->json, "connectivity", "CONNECTED");
    if (!json_object_get(task->json, "startedAt"))
        set_now(task, "startedAt");
    save(task);
}

static void kill_all(const struct rc_ecs_task *task)
{
    for (size_t i = 0; i < task->count; i++)
        if (task->containers[i].process)
            rc_process_signal(task->containers[i].process, SIGKILL);
}

static void on_timer(struct rc_timer *timer)
{
    struct rc_ecs_task *task = timer->ctx;
    struct rc_local *local = task->local;
    rc_local_begin(local);
    if (is(task, "DEPROVISIONING")) {
        set_stopped(task);
    } else if (any_runs(task)) { /* it did not end when it was asked to */
        kill_all(task);
    } else if (rc_json_text(task->json, "stopCode")) {
        deprovision(task);
    } else if (is(task, "PROVISIONING")) {
        set_text(task->json, "lastStatus", "PENDING");
        set_now(task, "pullStartedAt");
        save(task);
        rc_local_timer(local, &task->timer, PULL_MS);
    } else {
        if (!json_object_get(task->json, "pullStoppedAt"))
            set_now(task, "pullStoppedAt");
        start_containers(task);
    }
    rc_local_commit(local);
}

/* Takes the references. */
static struct rc_ecs_task *add(struct rc_local *local, const char *id, json_t *json, json_t *run)
{
    struct rc_local_ecs_state *state = local->services->ecs;
    struct rc_ecs_task *task = calloc(1, sizeof *task);
    if (!task || !json || !run) {
        json_decref(json);
        json_decref(run);
        free(task);
        return NULL;
    }
    task->local = local;
    task->json = json;
    task->run = run;
    snprintf(task->id, sizeof task->id, "%s", id);
    task->timer = (struct rc_timer){.fire = on_timer, .ctx = task};
    task->count = json_array_size(run);
    for (size_t i = 0; i < task->count; i++)
        task->containers[i] = (struct container){.task = task, .index = i};
    task->next = state->tasks;
    state->tasks = task;
    state->task_count++;
    return task;
}

bool rc_ecs_begin(struct rc_local *local, const char *id, json_t *json, json_t *run)
{
    struct rc_ecs_task *task = add(local, id, json, run);
    if (!task)
        return false;
    char *json_text = rc_answer_dump(json), *run_text = rc_answer_dump(run);
    forget_old(local);
    bool ok = json_text && run_text && insert(local, task, json_text, run_text) &&
              rc_local_timer(local, &task->timer, PROVISION_MS);
    free(json_text);
    free(run_text);
    if (!ok)
        release(task);
    return ok;
}

bool rc_ecs_resume(struct rc_local *local, struct rc_error *err)
{
    bool ok = true;
    sqlite3_stmt *get = rc_local_sql(
        local, "SELECT id, json, run FROM ecs_task WHERE stopped_ms IS NULL ORDER BY seq");
    while (ok && sqlite3_step(get) == SQLITE_ROW) {
        struct rc_ecs_task *task =
            add(local, rc_answer_column(get, 0), rc_answer_load(rc_answer_column(get, 1)),
                rc_answer_load(rc_answer_column(get, 2)));
        ok = task && rc_timer_set(local->loop, &task->timer, 0);
    }
    rc_local_done(get);
    if (!ok)
        rc_error_nomem(err);
    return ok;
}

void rc_ecs_free_all(struct rc_local *local)
{
    struct rc_local_ecs_state *state = local->services->ecs;
    while (state->tasks) {
        struct rc_ecs_task *task = state->tasks;
        state->tasks = task->next;
        destroy(task);
    }
    while (state->waiters) {
        struct rc_ecs_waiter *waiter = state->waiters;
        state->waiters = waiter->next;
        rc_timer_stop(local->loop, &waiter->timer);
        free(waiter);
    }
}

bool rc_ecs_stop(struct rc_local *local, const char *id, const char *reason)
{
    struct rc_ecs_task *task = local->services->ecs->tasks;
    while (task && strcmp(task->id, id) != 0)
        task = task->next;
    if (task)
        stop(task, "UserInitiated", reason ? reason : "Task stopped by user");
    return task != NULL;
}

/* ----- those who wait ----- */

static void on_waited(struct rc_timer *timer)
{
    struct rc_ecs_waiter *waiter = timer->ctx;
    struct rc_local *local = waiter->local;
    char id[33];
    memcpy(id, waiter->id, sizeof id);
    sqlite3_stmt *get = rc_local_sql(local, "SELECT json FROM ecs_task WHERE id = ?");
    sqlite3_bind_text(get, 1, id, -1, SQLITE_STATIC);
    json_t *json =
        sqlite3_step(get) == SQLITE_ROW ? rc_answer_load(rc_answer_column(get, 0)) : NULL;
    rc_local_done(get);
    rc_local_begin(local);
    tell(local, id, json);
    rc_local_commit(local);
    json_decref(json);
}

bool rc_ecs_await(struct rc_local *local, const char *arn, rc_ecs_stopped done, void *ctx)
{
    struct rc_local_ecs_state *state = local->services->ecs;
    struct rc_ecs_waiter *waiter = calloc(1, sizeof *waiter);
    sqlite3_stmt *get = rc_local_sql(local, "SELECT stopped_ms FROM ecs_task WHERE id = ?");
    sqlite3_bind_text(get, 1, rc_ecs_id(arn), -1, SQLITE_STATIC);
    bool found = sqlite3_step(get) == SQLITE_ROW;
    bool stopped = found && sqlite3_column_type(get, 0) != SQLITE_NULL;
    rc_local_done(get);
    if (!found || !waiter) {
        free(waiter);
        return false;
    }
    *waiter = (struct rc_ecs_waiter){
        .local = local, .done = done, .ctx = ctx, .timer = {.fire = on_waited, .ctx = waiter}};
    snprintf(waiter->id, sizeof waiter->id, "%s", rc_ecs_id(arn));
    waiter->next = state->waiters;
    state->waiters = waiter;
    return !stopped || rc_timer_set(local->loop, &waiter->timer, 0);
}

void rc_ecs_forget(struct rc_local *local, rc_ecs_stopped done, const void *ctx)
{
    struct rc_ecs_waiter **at = &local->services->ecs->waiters;
    while (*at) {
        struct rc_ecs_waiter *waiter = *at;
        if (waiter->done != done || waiter->ctx != ctx) {
            at = &waiter->next;
            continue;
        }
        *at = waiter->next;
        rc_timer_stop(local->loop, &waiter->timer);
        free(waiter);
    }
}
