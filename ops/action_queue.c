/* Whole queues: everything out of a dead-letter queue by SQS's own move task, stopping that, and
 * deleting everything. */
#include "ops/actions.h"

#include "aws/sqs.h"
#include "ops/follow.h"
#include "ops/queue_find.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RATE_MOST = 500 /* "StartMessageMoveTask", Amazon SQS API Reference */ };

#define QUEUE_HOW "failed|arrivals|NAME|ADDRESS"

/* ----- move tasks ----- */

/* The newest of the queue, as the answer of the call, which is the caller's; *task NULL: there was
 * none. NULL with an error. */
static struct rc_call *newest_task(struct rc_op *op, const struct rc_queue_found *queue,
                                   const struct rc_sqs_move_task **task, struct rc_error *err)
{
    const struct rc_sqs_list_move_tasks in = {.source_arn = queue->arn, .max_results = 1};
    struct rc_call *call = rc_sqs_list_move_tasks(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    if (!rc_call_wait(call, err)) {
        rc_call_free(call);
        return NULL;
    }
    const struct rc_sqs_move_tasks *answer = rc_sqs_list_move_tasks_answer(call);
    *task = answer->tasks.count ? &answer->tasks.items[0] : NULL;
    return call;
}

static bool runs(const struct rc_sqs_move_task *task)
{
    return task &&
           (strcmp(task->status, "RUNNING") == 0 || strcmp(task->status, "CANCELLING") == 0);
}

/* Whether one runs. False with an error. */
static bool is_moving(struct rc_op *op, const struct rc_queue_found *queue, bool *moving,
                      struct rc_error *err)
{
    const struct rc_sqs_move_task *task;
    struct rc_call *call = newest_task(op, queue, &task, err);
    *moving = call && runs(task);
    rc_call_free(call);
    return call != NULL;
}

static bool cancel(struct rc_op *op, const struct rc_sqs_move_task *task, struct rc_error *err)
{
    const struct rc_sqs_cancel_move_task in = {.task_handle = task->task_handle};
    struct rc_call *call = rc_sqs_cancel_move_task(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    bool ok = rc_call_wait(call, err);
    rc_call_free(call);
    return ok;
}

/* ----- redrive-queue ----- */

static const struct rc_op_param redrive_params[] = {
    {.name = "to",
     .help = "the queue that they go to; the one whose dead letters they are, otherwise",
     .fallback = ""},
    {.name = "rate", .help = "messages a second, 1 to 500", .fallback = "10"},
    {0},
};

static bool rate_of(const struct rc_op *op, int64_t *rate, struct rc_error *err)
{
    const char *text = rc_op_param(op, "rate");
    char *end;
    *rate = strtoll(text, &end, 10);
    if (*text && !*end && *rate >= 1 && *rate <= RATE_MOST)
        return true;
    rc_error_set(err, RC_USAGE, "rate %.20s: it is a number from 1 to %d", text, RATE_MOST);
    return false;
}

/* What it moves to: the queue that was named, or the only one whose dead letters these are. Where
 * there are several, SQS looks at where each message came from (to->arn is ""), which it does not
 * know of those that were sent there, as the pipeline sends the messages of failed files. */
static bool destination_of(struct rc_op *op, const struct rc_queue_found *queue,
                           struct rc_queue_found *to, size_t *sources, struct rc_error *err)
{
    const char *name = rc_op_param(op, "to");
    char source[RC_PLACE_URL_BYTES];
    *to = (struct rc_queue_found){.visible = 0};
    if (!rc_queue_find_source(op, queue, sources, source, err))
        return false;
    if (!*name && *sources == 1)
        name = source;
    return !*name || rc_queue_find(op, name, to, err);
}

static void say_depth(struct rc_op *op, const struct rc_queue_found *queue)
{
    char depth[32];
    snprintf(depth, sizeof depth, "%" PRId64, queue->visible + queue->delayed);
    rc_op_will_change(op, "messages", depth, "0");
    if (queue->in_flight)
        rc_op_warn(op, "%" PRId64 " messages are being looked at, and may be left",
                   queue->in_flight);
}

static bool preview_redrive(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct rc_queue_found queue, to;
    size_t sources;
    int64_t rate;
    bool moving;
    if (!rate_of(op, &rate, err) || !rc_queue_find(op, target, &queue, err) ||
        !destination_of(op, &queue, &to, &sources, err) || !is_moving(op, &queue, &moving, err))
        return false;
    rc_op_call_it(op, queue.name);
    if (!moving)
        rc_op_will_call(op, "sqs:StartMessageMoveTask", queue.name, 1);
    say_depth(op, &queue);
    rc_op_will_change(op, "queue", queue.name, *to.name ? to.name : "where each came from");
    if (moving)
        rc_op_warn(op, "a move of this queue runs already, at its own rate: it is followed");
    if (!sources)
        rc_op_refuse(op,
                     "no queue sends its dead letters to %s: SQS moves everything out of such "
                     "queues only (redrive-messages moves from any)",
                     queue.name);
    else
        rc_op_warn(op, "whatever is wrong with them still is: each failed file is run again");
    return true;
}

/* Until the newest task has ended, or the operator stops it. */
static bool follow(struct rc_op *op, const struct rc_queue_found *queue, struct rc_error *err)
{
    bool stays = true, cancelled = false;
    int64_t pause_ms = 0;
    for (;;) {
        const struct rc_sqs_move_task *task;
        struct rc_call *call = newest_task(op, queue, &task, err);
        if (!call)
            return false;
        bool going = runs(task), ok = true;
        int64_t moved = task ? task->moved : 0, all = task ? task->to_move : 0;
        if (going)
            stays = rc_op_tell(op, "%" PRId64 " of %" PRId64 " messages moved", moved, all);
        else if (task && strcmp(task->status, "FAILED") == 0) {
            rc_error_set(err, RC_IO, "the move failed after %" PRId64 " messages: %s", moved,
                         task->failure_reason ? task->failure_reason : "no reason is given");
            ok = false;
        } else
            rc_op_done(op, "%s%" PRId64 " messages moved", cancelled ? "stopped: " : "", moved);
        if (going && !stays && !cancelled)
            ok = cancelled = cancel(op, task, err);
        rc_call_free(call);
        if (!going || !ok)
            return ok;
        rc_follow_look_again(op, &pause_ms);
    }
}

/* An answer that never came is looked for: a task that runs, or began after this one was asked
 * for. */
static bool start_move(struct rc_op *op, const struct rc_queue_found *queue, struct rc_error *err)
{
    struct rc_queue_found to;
    const struct rc_sqs_move_task *task;
    size_t sources;
    int64_t rate, asked_ms = rc_pipeline_now_ms(rc_op_pipeline(op));
    if (!rate_of(op, &rate, err) || !destination_of(op, queue, &to, &sources, err))
        return false;
    const struct rc_sqs_start_move_task in = {.source_arn = queue->arn,
                                              .destination_arn = *to.arn ? to.arn : NULL,
                                              .max_messages_per_s = rate};
    struct rc_call *call = rc_sqs_start_move_task(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    rc_call_ask_once(call);
    bool ok = rc_call_wait(call, err);
    rc_call_free(call);
    if (ok || !rc_op_in_doubt(op))
        return ok;
    struct rc_error unseen = {0};
    call = newest_task(op, queue, &task, &unseen);
    ok = call && task && (runs(task) || task->started_unix_ms >= asked_ms);
    rc_call_free(call);
    return ok;
}

static bool perform_redrive(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct rc_queue_found queue;
    bool moving;
    if (!rc_queue_find(op, target, &queue, err) || !is_moving(op, &queue, &moving, err))
        return false;
    if (!moving && queue.visible + queue.delayed + queue.in_flight == 0) {
        rc_op_unchanged(op, "%s is empty", queue.name);
        return true;
    }
    return (moving || start_move(op, &queue, err)) && follow(op, &queue, err);
}

const struct rc_op_action rc_op_redrive_queue = {
    .name = "redrive-queue",
    .title = "move everything out of a queue of dead letters",
    .target = "queue",
    .target_how = QUEUE_HOW,
    .help = "Has SQS move every message back to where it came from, or to another queue, at a rate "
            "of yours, and follows it. What was moved stays moved when it is stopped.",
    .permissions = "sqs:StartMessageMoveTask sqs:ListMessageMoveTasks sqs:CancelMessageMoveTask "
                   "sqs:GetQueueAttributes sqs:GetQueueUrl sqs:ListDeadLetterSourceQueues "
                   "sqs:ReceiveMessage sqs:DeleteMessage sqs:SendMessage",
    .params = redrive_params,
    .danger = RC_SEVERE,
    .alone = true,
    .preview = preview_redrive,
    .perform = perform_redrive,
};

/* ----- cancel-redrive ----- */

static bool preview_cancel(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct rc_queue_found queue;
    const struct rc_sqs_move_task *task;
    if (!rc_queue_find(op, target, &queue, err))
        return false;
    struct rc_call *call = newest_task(op, &queue, &task, err);
    if (!call)
        return false;
    rc_op_will_call(op, "sqs:CancelMessageMoveTask", queue.name, 1);
    if (!runs(task))
        rc_op_refuse(op, "no move of %s runs", queue.name);
    else {
        rc_op_goes_from(op, "begun %" PRId64, task->started_unix_ms);
        rc_op_warn(op, "%" PRId64 " messages were moved, and stay where they are", task->moved);
    }
    rc_call_free(call);
    return true;
}

static bool perform_cancel(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct rc_queue_found queue;
    const struct rc_sqs_move_task *task;
    if (!rc_queue_find(op, target, &queue, err))
        return false;
    struct rc_call *call = newest_task(op, &queue, &task, err);
    if (!call)
        return false;
    bool ok = true, moving = false;
    if (!runs(task))
        rc_op_unchanged(op, "it has ended already");
    else if (!cancel(op, task, err)) {
        struct rc_error unseen = {0};
        ok = is_moving(op, &queue, &moving, &unseen) && !moving;
        if (ok && rc_op_in_doubt(op))
            rc_op_done(op, "no answer came, but no move of %s runs any more", queue.name);
        else if (ok)
            rc_op_unchanged(op, "it has ended by itself meanwhile");
    }
    rc_call_free(call);
    return ok;
}

const struct rc_op_action rc_op_cancel_redrive = {
    .name = "cancel-redrive",
    .title = "stop a move of a queue",
    .target = "queue",
    .target_how = QUEUE_HOW,
    .help = "Stops what redrive-queue, or somebody else, has begun. Nothing is moved back.",
    .permissions = "sqs:CancelMessageMoveTask sqs:ListMessageMoveTasks sqs:GetQueueAttributes "
                   "sqs:GetQueueUrl",
    .danger = RC_ROUTINE,
    .preview = preview_cancel,
    .perform = perform_cancel,
};

/* ----- purge ----- */

static bool preview_purge(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct rc_queue_found queue;
    if (!rc_queue_find(op, target, &queue, err))
        return false;
    rc_op_call_it(op, queue.name);
    rc_op_will_call(op, "sqs:PurgeQueue", queue.name, 1);
    say_depth(op, &queue);
    rc_op_warn(op, "they are gone for good, with those that come within the next minute");
    return true;
}

static bool perform_purge(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct rc_queue_found queue;
    if (!rc_queue_find(op, target, &queue, err))
        return false;
    const struct rc_sqs_queue in = {.queue_url = queue.url};
    struct rc_call *call = rc_sqs_purge(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    bool ok = rc_call_wait(call, err);
    bool purged = !ok && rc_follow_failed_with(call, "PurgeQueueInProgress");
    if (purged && rc_call_attempts(call) > 1)
        rc_op_done(op, "it was asked for twice, and is purged");
    else if (purged)
        rc_op_unchanged(op, "it was purged within the last minute");
    rc_call_free(call);
    return ok || purged;
}

const struct rc_op_action rc_op_purge = {
    .name = "purge",
    .title = "delete every message of a queue",
    .target = "queue",
    .target_how = QUEUE_HOW,
    .help = "Deletes everything that is in a queue. Nothing brings it back.",
    .permissions = "sqs:PurgeQueue sqs:GetQueueAttributes sqs:GetQueueUrl",
    .danger = RC_SEVERE,
    .alone = true,
    .preview = preview_purge,
    .perform = perform_purge,
};
