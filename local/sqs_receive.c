/* ReceiveMessage, and all who wait for messages: long polls and event sources. */
#include "local/answer.h"
#include "local/services.h"
#include "local/sqs.h"

#include <stdlib.h>
#include <string.h>

/* A request that waits. It lives in the exchange's arena. */
struct poll {
    struct rc_exchange *exchange;
    struct rc_timer end;
    struct rc_queue_watch watch;
};

struct rc_local_sqs_state {
    struct rc_local *local;
    struct rc_timer wake;
    struct rc_queue_watch *watches;
};

/* ----- who waits ----- */

void rc_queue_watch(struct rc_local *local, struct rc_queue_watch *watch)
{
    struct rc_local_sqs_state *state = local->services->sqs;
    if (watch->link)
        return;
    struct rc_queue_watch **end = &state->watches; /* who waits longest is served first */
    while (*end)
        end = &(*end)->next;
    watch->next = NULL;
    watch->link = end;
    *end = watch;
    rc_queue_poke(local);
}

void rc_queue_unwatch(struct rc_queue_watch *watch)
{
    if (!watch->link)
        return;
    *watch->link = watch->next;
    if (watch->next)
        watch->next->link = watch->link;
    watch->link = NULL;
}

void rc_queue_poke(struct rc_local *local)
{
    struct rc_local_sqs_state *state = local->services->sqs;
    if (state && state->watches)
        rc_local_timer(local, &state->wake, 0);
}

/* When the next message of the queue comes out of its delay or its visibility timeout;
 * 0: no message will. */
static int64_t next_visible_ms(struct rc_local *local, int64_t queue)
{
    sqlite3_stmt *next =
        rc_local_sql(local, "SELECT min(visible_ms) FROM sqs_message WHERE queue = ?"
                            " AND visible_ms > ?");
    sqlite3_bind_int64(next, 1, queue);
    sqlite3_bind_int64(next, 2, rc_local_now_ms(local));
    int64_t at_ms = sqlite3_step(next) == SQLITE_ROW ? sqlite3_column_int64(next, 0) : 0;
    rc_local_done(next);
    return at_ms;
}

static bool has_visible(struct rc_local *local, int64_t queue)
{
    sqlite3_stmt *find = rc_local_sql(
        local, "SELECT 1 FROM sqs_message WHERE queue = ? AND visible_ms <= ? LIMIT 1");
    sqlite3_bind_int64(find, 1, queue);
    sqlite3_bind_int64(find, 2, rc_local_now_ms(local));
    bool found = sqlite3_step(find) == SQLITE_ROW;
    rc_local_done(find);
    return found;
}

static bool is_there(struct rc_local *local, int64_t id)
{
    sqlite3_stmt *find = rc_local_sql(local, "SELECT 1 FROM sqs_queue WHERE id = ?");
    sqlite3_bind_int64(find, 1, id);
    bool found = sqlite3_step(find) == SQLITE_ROW;
    rc_local_done(find);
    return found;
}

/* Tells each that has something to take, and sets the timer for the next. Who is told
 * may stop watching, or watch again behind the others. */
static void wake(struct rc_timer *timer)
{
    struct rc_local_sqs_state *state = timer->ctx;
    struct rc_local *local = state->local;
    int64_t next_ms = 0;
    struct rc_queue_watch *next;
    for (struct rc_queue_watch *watch = state->watches; watch; watch = next) {
        next = watch->next;
        if (has_visible(local, watch->queue) || !is_there(local, watch->queue))
            watch->ready(watch);
    }
    for (struct rc_queue_watch *watch = state->watches; watch; watch = watch->next) {
        int64_t at_ms = next_visible_ms(local, watch->queue);
        if (at_ms && (!next_ms || at_ms < next_ms))
            next_ms = at_ms;
    }
    if (next_ms)
        rc_local_timer(local, &state->wake, next_ms - rc_local_now_ms(local));
}

bool rc_queue_wait_open(struct rc_local *local, struct rc_error *err)
{
    struct rc_local_sqs_state *state = calloc(1, sizeof *state);
    if (!state) {
        rc_error_nomem(err);
        return false;
    }
    state->local = local;
    state->wake = (struct rc_timer){.fire = wake, .ctx = state};
    local->services->sqs = state;
    return true;
}

/* ----- the answer ----- */

/* Whether a list of names has it: "All", "name", "prefix.*". */
static bool is_wanted(const json_t *names, const char *name)
{
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *wanted = json_string_value(json_array_get(names, i));
        size_t length = wanted ? strlen(wanted) : 0;
        if (!length)
            continue;
        if (strcmp(wanted, "All") == 0 || strcmp(wanted, ".*") == 0 || strcmp(wanted, name) == 0)
            return true;
        if (length > 2 && strcmp(wanted + length - 2, ".*") == 0 &&
            strncmp(wanted, name, length - 2) == 0)
            return true;
    }
    return false;
}

/* Leaves the members that are wanted; without any, the member goes. */
static void leave_wanted(json_t *message, const char *member, const json_t *names,
                         const json_t *more_names)
{
    json_t *all = json_object_get(message, member), *value;
    const char *name;
    void *next;
    json_object_foreach_safe(all, next, name, value)
    {
        if (!is_wanted(names, name) && !is_wanted(more_names, name))
            json_object_del(all, name);
    }
    if (all && !json_object_size(all))
        json_object_del(message, member);
}

static void write_messages(struct rc_exchange *exchange, json_t *messages)
{
    size_t i;
    json_t *message;
    char hex[33];
    json_array_foreach(messages, i, message)
    {
        leave_wanted(message, "Attributes", json_object_get(exchange->in, "AttributeNames"),
                     json_object_get(exchange->in, "MessageSystemAttributeNames"));
        leave_wanted(message, "MessageAttributes",
                     json_object_get(exchange->in, "MessageAttributeNames"), NULL);
        const json_t *attributes = json_object_get(message, "MessageAttributes");
        if (!attributes)
            continue;
        rc_message_md5_attributes(attributes, hex);
        json_object_set_new(message, "MD5OfMessageAttributes", json_string(hex));
    }
    char *text = json_array_size(messages) ? rc_answer_dump(messages) : NULL;
    if (text) {
        rc_buf_add_str(&exchange->out, "{\"Messages\":");
        rc_buf_add_str(&exchange->out, text);
        rc_buf_add_char(&exchange->out, '}');
    } else {
        rc_buf_add_str(&exchange->out, "{}");
    }
    free(text);
}

/* Takes what there is; false when there is nothing, and nothing was written. */
static bool try_receive(struct rc_exchange *exchange, const struct rc_queue *queue, bool write_none)
{
    json_t *messages =
        rc_message_take(exchange->local, queue, rc_exchange_int(exchange, "MaxNumberOfMessages", 1),
                        rc_exchange_int(exchange, "VisibilityTimeout", -1));
    bool found = json_array_size(messages) > 0;
    if (found || write_none)
        write_messages(exchange, messages);
    json_decref(messages);
    return found;
}

/* ----- long polls ----- */

static void stop_poll(struct poll *poll)
{
    rc_queue_unwatch(&poll->watch);
    rc_timer_stop(poll->exchange->local->loop, &poll->end);
}

static void poll_gone(struct rc_exchange *exchange)
{
    stop_poll(exchange->ctx);
}

/* Answers with what there is, or when it is the end with nothing. */
static void poll_again(struct poll *poll, bool end)
{
    struct rc_exchange *exchange = poll->exchange;
    struct rc_local *local = exchange->local;
    struct rc_queue queue;
    bool answered = true;
    rc_local_begin(local);
    if (rc_queue_find_id(local, poll->watch.queue, &queue))
        answered = try_receive(exchange, &queue, end) || end;
    else
        rc_queue_fail(exchange, "QueueDoesNotExist", "The specified queue does not exist.");
    rc_queue_release(&queue);
    if (!rc_local_commit(local) && answered)
        rc_exchange_fail(exchange, 500, "InternalFailure", "the state file could not be written");
    if (!answered)
        return;
    stop_poll(poll);
    rc_exchange_answer(exchange);
}

static void poll_ready(struct rc_queue_watch *watch)
{
    poll_again(watch->ctx, false);
}

static void poll_ends(struct rc_timer *timer)
{
    poll_again(timer->ctx, true);
}

void rc_queue_wait_close(struct rc_local *local)
{
    struct rc_local_sqs_state *state = local->services->sqs;
    if (!state)
        return;
    while (state->watches) {
        struct rc_queue_watch *watch = state->watches;
        if (watch->ready == poll_ready)
            stop_poll(watch->ctx); /* its request ends with the server */
        else
            rc_queue_unwatch(watch);
    }
    rc_timer_stop(local->loop, &state->wake);
    free(state);
    local->services->sqs = NULL;
}

static void begin_poll(struct rc_exchange *exchange, const struct rc_queue *queue, int64_t wait_s)
{
    struct poll *poll = rc_arena_alloc(&exchange->arena, sizeof *poll);
    if (!poll) {
        rc_exchange_fail(exchange, 500, "InternalFailure", "out of memory");
        return;
    }
    poll->exchange = exchange;
    poll->end = (struct rc_timer){.fire = poll_ends, .ctx = poll};
    poll->watch = (struct rc_queue_watch){.ready = poll_ready, .ctx = poll, .queue = queue->id};
    rc_exchange_suspend(exchange, poll_gone, poll);
    rc_local_timer(exchange->local, &poll->end, wait_s * 1000);
    rc_queue_watch(exchange->local, &poll->watch);
}

static bool good_number(struct rc_exchange *exchange, const char *member, int64_t low, int64_t high)
{
    int64_t value = rc_exchange_int(exchange, member, low);
    return (value >= low && value <= high) ||
           rc_queue_fail(exchange, "InvalidParameterValueException",
                         "Value %lld for parameter %s is invalid. Reason: Must be between %lld and "
                         "%lld, if provided.",
                         (long long)value, member, (long long)low, (long long)high);
}

void rc_queue_receive(struct rc_exchange *exchange)
{
    struct rc_queue queue;
    if (!rc_queue_of(exchange, &queue))
        return;
    int64_t wait_s = rc_exchange_int(exchange, "WaitTimeSeconds",
                                     rc_queue_number(&queue, "ReceiveMessageWaitTimeSeconds"));
    if (good_number(exchange, "MaxNumberOfMessages", 1, RC_QUEUE_BATCH) &&
        good_number(exchange, "WaitTimeSeconds", 0, 20) &&
        good_number(exchange, "VisibilityTimeout", 0, 43200) &&
        !try_receive(exchange, &queue, wait_s == 0) && wait_s)
        begin_poll(exchange, &queue, wait_s);
    rc_queue_release(&queue);
}
