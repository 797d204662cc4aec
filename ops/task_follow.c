#include "ops/task_follow.h"

#include "aws/ecs.h"
#include "aws/logs.h"
#include "ops/follow.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PAGES_AT_ONCE = 20, A_PAGE = 500 };

/* ----- its log ----- */

/* False: the operator wants to leave. */
static bool take_line(struct rc_op *op, struct rc_task_follow *task, const char *line)
{
    if (rc_follow_is_metrics(line))
        return true;
    if (json_array_size(task->lines) >= RC_TASK_LINES)
        json_array_remove(task->lines, 0);
    json_array_append_new(task->lines, json_string(line));
    return rc_op_tell(op, "%s", line);
}

/* Whether there may be another page. A log that is not there yet is no error, and neither is one
 * that may not be read: the task is what matters. */
static bool read_page(struct rc_op *op, struct rc_task_follow *task, bool *stays)
{
    struct rc_error unseen = {0};
    const struct rc_logs_get in = {.group = task->group,
                                   .stream = task->stream,
                                   .start_from_head = true,
                                   .limit = A_PAGE,
                                   .next_token = *task->token ? task->token : NULL};
    struct rc_call *call = rc_logs_get(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    bool more = false;
    if (rc_call_wait(call, &unseen)) {
        const struct rc_logs_got *got = rc_logs_get_answer(call);
        const char *next = got->next_forward_token;
        for (size_t i = 0; *stays && i < got->events.count; i++)
            *stays = take_line(op, task, got->events.items[i].message);
        more = got->events.count > 0 && next && strlen(next) < sizeof task->token;
        if (more)
            snprintf(task->token, sizeof task->token, "%s", next);
    }
    rc_call_free(call);
    return more;
}

static bool read_log(struct rc_op *op, struct rc_task_follow *task)
{
    bool stays = true;
    if (!task->group[0])
        return true;
    for (int i = 0; stays && i < PAGES_AT_ONCE && read_page(op, task, &stays); i++)
        continue;
    return stays;
}

/* ----- its state ----- */

static void take_end(struct rc_task_follow *task, const struct rc_ecs_task *seen)
{
    task->ended = true;
    task->exit_code = -1;
    snprintf(task->reason, sizeof task->reason, "%s",
             seen->stopped_reason ? seen->stopped_reason : "");
    for (size_t i = 0; task->exit_code < 0 && i < seen->containers.count; i++)
        if (json_is_integer(seen->containers.items[i].exit_code))
            task->exit_code = json_integer_value(seen->containers.items[i].exit_code);
}

static bool look(struct rc_op *op, struct rc_task_follow *task, bool *stays, struct rc_error *err)
{
    const char *const arns[] = {task->arn};
    const struct rc_ecs_describe_tasks in = {.cluster = task->cluster, .tasks = {arns, 1}};
    struct rc_call *call = rc_ecs_describe_tasks(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    bool ok = rc_call_wait(call, err);
    const struct rc_ecs_tasks *answer = ok ? rc_ecs_describe_tasks_answer(call) : NULL;
    if (ok && !answer->tasks.count) {
        rc_error_set(err, RC_IO, "ECS does not know the task %s (any more)", task->arn);
        ok = false;
    }
    const struct rc_ecs_task *seen = ok ? &answer->tasks.items[0] : NULL;
    if (seen && strcmp(seen->last_status, task->status) != 0) {
        snprintf(task->status, sizeof task->status, "%s", seen->last_status);
        *stays = rc_op_tell(op, "task %s", task->status);
    }
    if (seen && strcmp(task->status, "STOPPED") == 0)
        take_end(task, seen);
    rc_call_free(call);
    return ok;
}

/* Before, there is no log. */
static bool has_begun(const struct rc_task_follow *task)
{
    return strcmp(task->status, "PROVISIONING") != 0 && strcmp(task->status, "PENDING") != 0 &&
           strcmp(task->status, "ACTIVATING") != 0;
}

bool rc_task_follow(struct rc_op *op, struct rc_task_follow *task, struct rc_error *err)
{
    int64_t pause_ms = 0;
    bool stays = true;
    while (stays && !task->ended) {
        if (!look(op, task, &stays, err))
            return false;
        if (stays && has_begun(task))
            stays = read_log(op, task);
        if (stays && !task->ended)
            rc_follow_look_again(op, &pause_ms);
    }
    return true;
}
