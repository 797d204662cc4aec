/* Amazon SQS: its operations, tables, metrics of each minute, and what grows too old. */
#include "local/sqs.h"

#include "local/services.h"

#include <stdio.h>
#include <string.h>

enum { MINUTE_MS = 60000 };

static struct {
    struct rc_local *local;
    struct rc_timer timer;
} minute;

void rc_queue_metric(struct rc_local *local, const char *queue, const char *name, double value,
                     const char *unit)
{
    const char *const dimensions[] = {"QueueName", queue, NULL};
    rc_local_metric(local, "AWS/SQS", name, value, unit, dimensions);
}

/* "Available CloudWatch metrics for Amazon SQS", Amazon SQS Developer Guide. */
static void sample(struct rc_local *local, const struct rc_queue *queue)
{
    struct rc_queue_counts counts;
    int64_t now_ms = rc_local_now_ms(local);
    rc_queue_count(local, queue->id, &counts);
    rc_queue_metric(local, queue->name, "ApproximateNumberOfMessagesVisible",
                    (double)counts.visible, "Count");
    rc_queue_metric(local, queue->name, "ApproximateNumberOfMessagesNotVisible",
                    (double)counts.in_flight, "Count");
    rc_queue_metric(local, queue->name, "ApproximateNumberOfMessagesDelayed",
                    (double)counts.delayed, "Count");
    rc_queue_metric(local, queue->name, "ApproximateAgeOfOldestMessage",
                    counts.oldest_ms ? (double)(now_ms - counts.oldest_ms) / 1000 : 0, "Seconds");
}

static void expire(struct rc_local *local, const struct rc_queue *queue)
{
    sqlite3_stmt *old =
        rc_local_sql(local, "DELETE FROM sqs_message WHERE queue = ? AND sent_ms < ?");
    sqlite3_bind_int64(old, 1, queue->id);
    sqlite3_bind_int64(
        old, 2, rc_local_now_ms(local) - rc_queue_number(queue, "MessageRetentionPeriod") * 1000);
    rc_local_run(local, old);
}

static void each_minute(struct rc_timer *timer)
{
    struct rc_local *local = minute.local;
    int64_t behind = 0;
    rc_local_begin(local);
    for (;;) {
        struct rc_queue queue;
        sqlite3_stmt *next =
            rc_local_sql(local, "SELECT id FROM sqs_queue WHERE id > ? ORDER BY id LIMIT 1");
        sqlite3_bind_int64(next, 1, behind);
        behind = sqlite3_step(next) == SQLITE_ROW ? sqlite3_column_int64(next, 0) : 0;
        rc_local_done(next);
        if (!behind || !rc_queue_find_id(local, behind, &queue))
            break;
        expire(local, &queue);
        sample(local, &queue);
        rc_queue_release(&queue);
    }
    rc_local_commit(local);
    rc_local_timer(local, timer, MINUTE_MS - rc_local_now_ms(local) % MINUTE_MS);
}

static bool open_sqs(struct rc_local *local, struct rc_error *err)
{
    minute.local = local;
    minute.timer = (struct rc_timer){.fire = each_minute};
    rc_local_timer(local, &minute.timer, MINUTE_MS - rc_local_now_ms(local) % MINUTE_MS);
    return rc_queue_wait_open(local, err) && rc_queue_move_open(local, err);
}

static void close_sqs(struct rc_local *local)
{
    rc_timer_stop(local->loop, &minute.timer);
    rc_queue_move_close(local);
    rc_queue_wait_close(local);
}

static const struct rc_local_operation operations[] = {
    {.name = "ListQueues", .handle = rc_queue_list, .caller = "console: queues"},
    {.name = "GetQueueUrl", .handle = rc_queue_get_url, .caller = "console: queues; doctor"},
    {.name = "CreateQueue", .handle = rc_queue_create, .caller = "seed"},
    {.name = "DeleteQueue", .handle = rc_queue_delete, .caller = "seed: clearing up"},
    {.name = "PurgeQueue", .handle = rc_queue_purge, .caller = "console: queues"},
    {.name = "GetQueueAttributes", .handle = rc_queue_get_attributes, .caller = "console: queues"},
    {.name = "SetQueueAttributes", .handle = rc_queue_set_attributes, .caller = "seed"},
    {.name = "ListDeadLetterSourceQueues",
     .handle = rc_queue_list_sources,
     .caller = "console: queues"},
    {.name = "ReceiveMessage", .handle = rc_queue_receive, .caller = "console: queues"},
    {.name = "SendMessage", .handle = rc_queue_send, .caller = "console: queues"},
    {.name = "DeleteMessage", .handle = rc_queue_delete_message, .caller = "console: queues"},
    {.name = "ChangeMessageVisibility",
     .handle = rc_queue_change_visibility,
     .caller = "console: queues"},
    {.name = "SendMessageBatch", .handle = rc_queue_send_batch, .caller = "console: queues"},
    {.name = "DeleteMessageBatch", .handle = rc_queue_delete_batch, .caller = "console: queues"},
    {.name = "ChangeMessageVisibilityBatch",
     .handle = rc_queue_change_visibility_batch,
     .caller = "console: queues"},
    {.name = "StartMessageMoveTask", .handle = rc_queue_start_move, .caller = "console: queues"},
    {.name = "ListMessageMoveTasks", .handle = rc_queue_list_moves, .caller = "console: queues"},
    {.name = "CancelMessageMoveTask", .handle = rc_queue_cancel_move, .caller = "console: queues"},
    {0},
};

static const struct rc_local_service service = {
    .signing_name = "sqs",
    .name = "sqs",
    .protocol = RC_LOCAL_JSON,
    .json_version = "1.0",
    .target = "AmazonSQS.",
    .operations = operations,
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS sqs_queue (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " name TEXT UNIQUE, created_ms INT, modified_ms INT, attributes TEXT, tags TEXT,"
    " purged_ms INT);"
    "CREATE TABLE IF NOT EXISTS sqs_message (seq INTEGER PRIMARY KEY AUTOINCREMENT, queue INT,"
    " id TEXT, body TEXT, attributes TEXT, system TEXT, sent_ms INT, first_ms INT,"
    " visible_ms INT, delayed INT, received INT, here INT, receipt INT, source INT);"
    "CREATE INDEX IF NOT EXISTS sqs_visible ON sqs_message (queue, visible_ms, seq, delayed);"
    "CREATE INDEX IF NOT EXISTS sqs_sent ON sqs_message (queue, sent_ms);"
    "CREATE TABLE IF NOT EXISTS sqs_move (seq INTEGER PRIMARY KEY, handle TEXT UNIQUE,"
    " source TEXT, destination TEXT, rate INT, status TEXT, moved INT, to_move INT,"
    " started_ms INT, reason TEXT);";

const struct rc_local_part rc_local_sqs = {
    .service = &service, .schema = schema, .open = open_sqs, .close = close_sqs};
