/* Moving messages out of a dead-letter queue: one task a queue, at a rate, without
 * choice, and what was moved stays moved. Source: "StartMessageMoveTask", Amazon SQS API
 * Reference; redriven messages are new ones, says "Configure a dead-letter queue
 * redrive", Amazon SQS Developer Guide. */
#include "local/services.h"
#include "local/sqs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_A_SECOND = 500, STEP_MS = 100, HANDLE = 64 };

struct task {
    char handle[HANDLE];
    char source[RC_QUEUE_ARN];
    char destination[RC_QUEUE_ARN]; /* "": where each came from */
    int64_t rate;                   /* 0: as fast as it goes */
    int64_t moved;
    double begun_ms; /* when the present number would have been reached */
};

static struct {
    struct rc_local *local;
    struct rc_timer timer;
} mover;

static void set_status(struct rc_local *local, const char *handle, const char *status,
                       const char *reason)
{
    sqlite3_stmt *set =
        rc_local_sql(local, "UPDATE sqs_move SET status = ?, reason = ? WHERE handle = ?");
    sqlite3_bind_text(set, 1, status, -1, SQLITE_STATIC);
    sqlite3_bind_text(set, 2, reason, -1, SQLITE_STATIC);
    sqlite3_bind_text(set, 3, handle, -1, SQLITE_STATIC);
    rc_local_run(local, set);
}

/* The next message that is visible, and the queue that it goes to; false when there is
 * none, and *why when it cannot go anywhere. */
static bool next_message(struct rc_local *local, const struct rc_queue *source,
                         const struct task *task, int64_t *seq, struct rc_queue *to,
                         const char **why)
{
    sqlite3_stmt *find =
        rc_local_sql(local, "SELECT seq, source FROM sqs_message WHERE queue = ?"
                            " AND visible_ms <= ? ORDER BY visible_ms, seq LIMIT 1");
    sqlite3_bind_int64(find, 1, source->id);
    sqlite3_bind_int64(find, 2, rc_local_now_ms(local));
    bool found = sqlite3_step(find) == SQLITE_ROW;
    *seq = found ? sqlite3_column_int64(find, 0) : 0;
    int64_t from = found ? sqlite3_column_int64(find, 1) : 0;
    rc_local_done(find);
    if (!found)
        return false;
    if (*task->destination ? rc_queue_find_arn(local, task->destination, to)
                           : from && rc_queue_find_id(local, from, to))
        return true;
    *why = *task->destination ? "AWS.SimpleQueueService.NonExistentQueue"
                              : "CouldNotDetermineMessageSource";
    return false;
}

static void move_message(struct rc_local *local, int64_t seq, const struct rc_queue *to)
{
    char id[37];
    rc_local_uuid(local, id);
    sqlite3_stmt *move = rc_local_sql(
        local, "UPDATE sqs_message SET queue = ?1, id = ?2, sent_ms = ?3, visible_ms = ?3,"
               " first_ms = 0, received = 0, here = 0, receipt = 0, source = 0, delayed = 0"
               " WHERE seq = ?4");
    sqlite3_bind_int64(move, 1, to->id);
    sqlite3_bind_text(move, 2, id, -1, SQLITE_STATIC);
    sqlite3_bind_int64(move, 3, rc_local_now_ms(local));
    sqlite3_bind_int64(move, 4, seq);
    rc_local_run(local, move);
    rc_queue_metric(local, to->name, "NumberOfMessagesSent", 1, "Count");
}

/* As many as the rate allows by now. */
static void step_task(struct rc_local *local, struct task *task)
{
    struct rc_queue source, to = {0};
    const char *why = NULL;
    int64_t seq, count = 0;
    int64_t rate = task->rate ? task->rate : MOST_A_SECOND;
    int64_t due =
        (int64_t)(((double)rc_local_now_ms(local) - task->begun_ms) / 1000 * (double)rate) -
        task->moved;
    bool more = rc_queue_find_arn(local, task->source, &source);
    while (more && count < due && (more = next_message(local, &source, task, &seq, &to, &why))) {
        move_message(local, seq, &to);
        rc_queue_release(&to);
        count++;
    }
    sqlite3_stmt *add = rc_local_sql(local, "UPDATE sqs_move SET moved = moved + ?"
                                            " WHERE handle = ?");
    sqlite3_bind_int64(add, 1, count);
    sqlite3_bind_text(add, 2, task->handle, -1, SQLITE_STATIC);
    rc_local_run(local, add);
    if (!more)
        set_status(local, task->handle, why ? "FAILED" : "COMPLETED", why);
    rc_queue_release(&source);
}

/* The running task behind that one. */
static bool next_task(struct rc_local *local, const char *behind, struct task *task)
{
    sqlite3_stmt *find = rc_local_sql(
        local, "SELECT handle, source, destination, rate, moved, started_ms FROM sqs_move"
               " WHERE status = 'RUNNING' AND handle > ? ORDER BY handle LIMIT 1");
    sqlite3_bind_text(find, 1, behind, -1, SQLITE_STATIC);
    bool found = sqlite3_step(find) == SQLITE_ROW;
    if (found) {
        snprintf(task->handle, sizeof task->handle, "%s", sqlite3_column_text(find, 0));
        snprintf(task->source, sizeof task->source, "%s", sqlite3_column_text(find, 1));
        snprintf(task->destination, sizeof task->destination, "%s", sqlite3_column_text(find, 2));
        task->rate = sqlite3_column_int64(find, 3);
        task->moved = sqlite3_column_int64(find, 4);
        task->begun_ms = (double)sqlite3_column_int64(find, 5);
    }
    rc_local_done(find);
    return found;
}

static void step(struct rc_timer *timer)
{
    struct rc_local *local = mover.local;
    struct task task;
    char behind[HANDLE] = "";
    bool any = false;
    rc_local_begin(local);
    while (next_task(local, behind, &task)) {
        any = true;
        memcpy(behind, task.handle, sizeof behind);
        step_task(local, &task);
    }
    rc_local_commit(local);
    rc_queue_poke(local);
    if (any)
        rc_local_timer(local, timer, STEP_MS);
}

bool rc_queue_move_open(struct rc_local *local, struct rc_error *err)
{
    (void)err;
    mover.local = local;
    mover.timer = (struct rc_timer){.fire = step};
    rc_local_timer(local, &mover.timer, 0);
    return true;
}

void rc_queue_move_close(struct rc_local *local)
{
    rc_timer_stop(local->loop, &mover.timer);
}

/* ----- the operations ----- */

static bool is_dead_letter_queue(struct rc_local *local, const char *arn)
{
    sqlite3_stmt *find = rc_local_sql(
        local, "SELECT 1 FROM sqs_queue WHERE json_extract(nullif("
               "json_extract(attributes, '$.RedrivePolicy'), ''), '$.deadLetterTargetArn') = ?"
               " LIMIT 1");
    sqlite3_bind_text(find, 1, arn, -1, SQLITE_STATIC);
    bool found = sqlite3_step(find) == SQLITE_ROW;
    rc_local_done(find);
    return found;
}

static bool is_running(struct rc_local *local, const char *arn)
{
    sqlite3_stmt *find =
        rc_local_sql(local, "SELECT 1 FROM sqs_move WHERE source = ? AND status = 'RUNNING'");
    sqlite3_bind_text(find, 1, arn, -1, SQLITE_STATIC);
    bool found = sqlite3_step(find) == SQLITE_ROW;
    rc_local_done(find);
    return found;
}

static bool is_queue(struct rc_local *local, const char *arn)
{
    struct rc_queue queue;
    bool found = rc_queue_find_arn(local, arn, &queue);
    rc_queue_release(&queue);
    return found;
}

static bool may_start(struct rc_exchange *exchange, const char *source, const char *destination,
                      int64_t rate)
{
    struct rc_local *local = exchange->local;
    if (!source)
        return rc_queue_fail(exchange, "MissingRequiredParameterException",
                             "The request must contain the parameter SourceArn.");
    if (!is_queue(local, source) || (destination && !is_queue(local, destination)))
        return rc_queue_fail(exchange, "ResourceNotFoundException",
                             "The resource that you specified for the %s parameter doesn't exist.",
                             is_queue(local, source) ? "DestinationArn" : "SourceArn");
    if (!is_dead_letter_queue(local, source))
        return rc_queue_fail(exchange, "InvalidParameterValueException",
                             "Source queue must be configured as a Dead Letter Queue.");
    if (destination && strcmp(source, destination) == 0)
        return rc_queue_fail(exchange, "InvalidParameterValueException",
                             "Source queue arn and destination queue arn cannot be the same.");
    if (rate < 0 || rate > MOST_A_SECOND)
        return rc_queue_fail(exchange, "InvalidParameterValueException",
                             "Value %lld for parameter MaxNumberOfMessagesPerSecond is invalid. "
                             "Reason: Must be between 1 and 500, if provided.",
                             (long long)rate);
    return !is_running(local, source) ||
           rc_queue_fail(exchange, "UnsupportedOperation",
                         "There is already a task running. Only one active task is allowed for a "
                         "source queue arn at a given time.");
}

void rc_queue_start_move(struct rc_exchange *exchange)
{
    const char *source = rc_exchange_text(exchange, "SourceArn");
    const char *destination = rc_exchange_text(exchange, "DestinationArn");
    int64_t rate = rc_exchange_int(exchange, "MaxNumberOfMessagesPerSecond", 0);
    struct rc_queue_counts counts;
    struct rc_queue queue;
    char handle[37];
    if (!may_start(exchange, source, destination, rate) ||
        !rc_queue_find_arn(exchange->local, source, &queue))
        return;
    rc_queue_count(exchange->local, queue.id, &counts);
    rc_queue_release(&queue);
    rc_local_uuid(exchange->local, handle);
    sqlite3_stmt *start = rc_local_sql(
        exchange->local, "INSERT INTO sqs_move (handle, source, destination, rate, status, moved,"
                         " to_move, started_ms) VALUES (?, ?, ?, ?, 'RUNNING', 0, ?, ?)");
    sqlite3_bind_text(start, 1, handle, -1, SQLITE_STATIC);
    sqlite3_bind_text(start, 2, source, -1, SQLITE_STATIC);
    sqlite3_bind_text(start, 3, destination ? destination : "", -1, SQLITE_STATIC);
    sqlite3_bind_int64(start, 4, rate);
    sqlite3_bind_int64(start, 5, counts.visible + counts.in_flight + counts.delayed);
    sqlite3_bind_int64(start, 6, rc_local_now_ms(exchange->local));
    rc_local_run(exchange->local, start);
    rc_local_timer(exchange->local, &mover.timer, STEP_MS);
    rc_jsonw_open(&exchange->json, '{');
    rc_jsonw_key(&exchange->json, "TaskHandle");
    rc_jsonw_str(&exchange->json, handle);
    rc_jsonw_close(&exchange->json, '}');
}

static void write_text(struct rc_jsonw *json, const char *name, sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    if (!text || !*text)
        return;
    rc_jsonw_key(json, name);
    rc_jsonw_str(json, text);
}

static void write_task(struct rc_jsonw *json, sqlite3_stmt *row)
{
    rc_jsonw_open(json, '{');
    if (strcmp((const char *)sqlite3_column_text(row, 4), "RUNNING") == 0)
        write_text(json, "TaskHandle", row, 0);
    write_text(json, "Status", row, 4);
    write_text(json, "SourceArn", row, 1);
    write_text(json, "DestinationArn", row, 2);
    if (sqlite3_column_int64(row, 3)) {
        rc_jsonw_key(json, "MaxNumberOfMessagesPerSecond");
        rc_jsonw_int(json, sqlite3_column_int64(row, 3));
    }
    rc_jsonw_key(json, "ApproximateNumberOfMessagesMoved");
    rc_jsonw_int(json, sqlite3_column_int64(row, 5));
    rc_jsonw_key(json, "ApproximateNumberOfMessagesToMove");
    rc_jsonw_int(json, sqlite3_column_int64(row, 6));
    write_text(json, "FailureReason", row, 8);
    rc_jsonw_key(json, "StartedTimestamp");
    rc_jsonw_int(json, sqlite3_column_int64(row, 7));
    rc_jsonw_close(json, '}');
}

void rc_queue_list_moves(struct rc_exchange *exchange)
{
    const char *source = rc_exchange_text(exchange, "SourceArn");
    int64_t most = rc_exchange_int(exchange, "MaxResults", 1);
    if (!source || !is_queue(exchange->local, source)) {
        rc_queue_fail(exchange, "ResourceNotFoundException",
                      "The resource that you specified for the SourceArn parameter doesn't exist.");
        return;
    }
    if (most < 1 || most > 10) {
        rc_queue_fail(exchange, "InvalidParameterValueException",
                      "Value %lld for parameter MaxResults is invalid. Reason: Must be between 1 "
                      "and 10, if provided.",
                      (long long)most);
        return;
    }
    sqlite3_stmt *list = rc_local_sql(
        exchange->local, "SELECT handle, source, destination, rate, status, moved, to_move,"
                         " started_ms, reason FROM sqs_move WHERE source = ? ORDER BY seq DESC"
                         " LIMIT ?");
    sqlite3_bind_text(list, 1, source, -1, SQLITE_STATIC);
    sqlite3_bind_int64(list, 2, most);
    rc_jsonw_open(&exchange->json, '{');
    rc_jsonw_key(&exchange->json, "Results");
    rc_jsonw_open(&exchange->json, '[');
    while (sqlite3_step(list) == SQLITE_ROW)
        write_task(&exchange->json, list);
    rc_local_done(list);
    rc_jsonw_close(&exchange->json, ']');
    rc_jsonw_close(&exchange->json, '}');
}

void rc_queue_cancel_move(struct rc_exchange *exchange)
{
    const char *handle = rc_exchange_text(exchange, "TaskHandle");
    sqlite3_stmt *find =
        rc_local_sql(exchange->local, "SELECT status, moved FROM sqs_move WHERE handle = ?");
    sqlite3_bind_text(find, 1, handle, -1, SQLITE_STATIC);
    bool found = sqlite3_step(find) == SQLITE_ROW;
    bool running = found && strcmp((const char *)sqlite3_column_text(find, 0), "RUNNING") == 0;
    int64_t moved = found ? sqlite3_column_int64(find, 1) : 0;
    rc_local_done(find);
    if (!running) {
        rc_queue_fail(exchange, found ? "UnsupportedOperation" : "ResourceNotFoundException", "%s",
                      found ? "Only active tasks can be cancelled." : "Task does not exist.");
        return;
    }
    set_status(exchange->local, handle, "CANCELLED", NULL);
    rc_jsonw_open(&exchange->json, '{');
    rc_jsonw_key(&exchange->json, "ApproximateNumberOfMessagesMoved");
    rc_jsonw_int(&exchange->json, moved);
    rc_jsonw_close(&exchange->json, '}');
}
