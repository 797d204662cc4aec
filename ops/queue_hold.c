#include "ops/queue_hold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rc_queue_hold {
    char url[RC_PLACE_URL_BYTES];
    int64_t hidden_s;
    size_t count, calls_count, bytes;
    bool through;
    const struct rc_sqs_message *held[RC_HOLD_MESSAGES]; /* NULL: dealt with */
    struct rc_call *calls[RC_HOLD_MESSAGES];             /* whose answers have them */
};

struct rc_queue_hold *rc_queue_hold_new(const char *url, int64_t hidden_s)
{
    struct rc_queue_hold *hold = calloc(1, sizeof *hold);
    if (!hold)
        return NULL;
    snprintf(hold->url, sizeof hold->url, "%s", url);
    hold->hidden_s = hidden_s;
    return hold;
}

void rc_queue_hold_free(struct rc_queue_hold *hold)
{
    if (!hold)
        return;
    for (size_t i = 0; i < hold->calls_count; i++)
        rc_call_free(hold->calls[i]);
    free(hold);
}

/* ----- receiving ----- */

/* One that was hidden for too short a time comes again: its last receipt is the one that counts.
 * Gives whether it is new. */
static bool take(struct rc_queue_hold *hold, const struct rc_sqs_message *message)
{
    size_t at = rc_queue_hold_find(hold, message->message_id);
    if (at != SIZE_MAX) {
        hold->held[at] = message;
        return false;
    }
    hold->held[hold->count++] = message;
    hold->bytes += message->body ? strlen(message->body) : 0;
    return true;
}

bool rc_queue_hold_more(struct rc_op *op, struct rc_queue_hold *hold, int64_t wait_s,
                        struct rc_error *err)
{
    static const char *const names[] = {"All"};
    const struct rc_sqs_receive in = {.queue_url = hold->url,
                                      .max_messages = RC_HOLD_A_REQUEST,
                                      .visibility_timeout_s = hold->hidden_s,
                                      .wait_s = wait_s,
                                      .message_system_attribute_names = {names, 1},
                                      .message_attribute_names = {names, 1}};
    if (hold->count + RC_HOLD_A_REQUEST > RC_HOLD_MESSAGES ||
        hold->calls_count == RC_HOLD_MESSAGES || hold->bytes > RC_HOLD_BYTES) {
        rc_error_set(err, RC_LIMIT,
                     "%zu messages are held (%zu bytes), and there are more: move those that were "
                     "found first, or all with redrive-queue",
                     hold->count, hold->bytes);
        return false;
    }
    struct rc_call *call = rc_sqs_receive(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    if (!rc_call_wait(call, err)) {
        rc_call_free(call);
        return false;
    }
    const struct rc_sqs_received *got = rc_sqs_receive_answer(call);
    size_t new = 0;
    hold->calls[hold->calls_count++] = call;
    for (size_t i = 0; i < got->messages.count; i++)
        new += take(hold, &got->messages.items[i]);
    hold->through = new == 0;
    return true;
}

bool rc_queue_hold_through(const struct rc_queue_hold *hold)
{
    return hold->through;
}

size_t rc_queue_hold_count(const struct rc_queue_hold *hold)
{
    return hold->count;
}

const struct rc_sqs_message *rc_queue_hold_at(const struct rc_queue_hold *hold, size_t index)
{
    return hold->held[index];
}

size_t rc_queue_hold_find(const struct rc_queue_hold *hold, const char *id)
{
    for (size_t i = 0; i < hold->count; i++)
        if (hold->held[i] && strcmp(hold->held[i]->message_id, id) == 0)
            return i;
    return SIZE_MAX;
}

void rc_queue_hold_forget(struct rc_queue_hold *hold, size_t index)
{
    hold->held[index] = NULL;
}

/* ----- giving back ----- */

static void give_back(struct rc_op *op, const struct rc_queue_hold *hold,
                      const struct rc_sqs_visibility_entry *entries, size_t count)
{
    struct rc_error unseen = {0};
    const struct rc_sqs_change_visibility_batch in = {.queue_url = hold->url,
                                                      .entries = {entries, count}};
    struct rc_call *call = rc_sqs_change_visibility_batch(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    (void)rc_call_wait(call, &unseen);
    rc_call_free(call);
}

void rc_queue_hold_give_back(struct rc_op *op, struct rc_queue_hold *hold)
{
    static const char *const ids[RC_HOLD_A_REQUEST] = {"0", "1", "2", "3", "4",
                                                       "5", "6", "7", "8", "9"};
    struct rc_sqs_visibility_entry entries[RC_HOLD_A_REQUEST];
    size_t count = 0;
    for (size_t i = 0; i < hold->count; i++) {
        if (!hold->held[i])
            continue;
        entries[count] = (struct rc_sqs_visibility_entry){
            .id = ids[count], .receipt_handle = hold->held[i]->receipt_handle};
        if (++count == RC_HOLD_A_REQUEST) {
            give_back(op, hold, entries, count);
            count = 0;
        }
    }
    if (count)
        give_back(op, hold, entries, count);
    hold->count = 0;
}
