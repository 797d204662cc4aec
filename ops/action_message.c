/* Messages of a queue, one by one or by the error that they carry: moved to where they came from or
 * to another queue, and deleted.
 *
 * SQS has no way to move a chosen message: it is received, sent, and then deleted. What is
 * sent is kept in the audit message by message, before it is sent and after, so that an attempt
 * that was cut off leaves at most one in doubt, and the next one knows which. */
#include "ops/actions.h"

#include "aws/json.h"
#include "aws/sqs.h"
#include "ops/queue_find.h"
#include "ops/queue_hold.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PART_BYTES = 160,
    SENDS_MOST = 1000,
    LOOKED_AT_S = 3, /* so long it takes for one that was looked at to be seen again, and more */
};

static const char *const no_yes[] = {"no", "yes", NULL};

#define QUEUE_PARAM                                                                                \
    {                                                                                              \
        .name = "queue", .help = "where they are: failed, arrivals, a name or an address",         \
        .fallback = "failed"                                                                       \
    }
#define HIDDEN_PARAM                                                                               \
    {                                                                                              \
        .name = "hidden", .help = "seconds for which others do not see what is looked at",         \
        .fallback = "300"                                                                          \
    }

static const struct rc_op_param move_params[] = {
    QUEUE_PARAM,
    {.name = "to",
     .help = "the queue that they go to; the one whose dead letters they are, otherwise",
     .fallback = ""},
    {.name = "again",
     .help = "sends also what an earlier attempt may have sent",
     .fallback = "no",
     .choices = no_yes},
    HIDDEN_PARAM,
    {0},
};

static const struct rc_op_param delete_params[] = {QUEUE_PARAM, HIDDEN_PARAM, {0}};

/* What all targets of one use share. */
struct pass {
    struct rc_queue_found from, to; /* to: of moves */
    struct rc_queue_hold *hold;
    size_t told; /* how many were looked at when that was last told */
};

/* ----- the queues ----- */

static bool hidden_of(const struct rc_op *op, int64_t *seconds, struct rc_error *err)
{
    const char *text = rc_op_param(op, "hidden");
    char *end;
    *seconds = strtoll(text, &end, 10);
    if (*text && !*end && *seconds >= 1 && *seconds <= RC_HOLD_HIDDEN_S)
        return true;
    rc_error_set(err, RC_USAGE, "hidden %.20s: it is a number of seconds from 1 to %d", text,
                 RC_HOLD_HIDDEN_S);
    return false;
}

/* why: filled in when it is known that there is no such queue to move to. */
static bool find_destination(struct rc_op *op, struct pass *pass, char why[PART_BYTES],
                             struct rc_error *err)
{
    const char *to = rc_op_param(op, "to");
    char source[RC_PLACE_URL_BYTES];
    size_t count = 1;
    why[0] = '\0';
    if (!*to && !rc_queue_find_source(op, &pass->from, &count, source, err))
        return false;
    if (count != 1) {
        snprintf(why, PART_BYTES, "%zu queues send their dead letters to %.80s: say which with to",
                 count, pass->from.name);
        return true;
    }
    if (!rc_queue_find(op, *to ? to : source, &pass->to, err))
        return false;
    if (strcmp(pass->to.arn, pass->from.arn) == 0)
        snprintf(why, PART_BYTES, "%s is where they are already", pass->to.name);
    return true;
}

/* What is shared, made by the first target; NULL with an error. moves: it has a destination. */
static struct pass *pass_of(struct rc_op *op, bool moves, struct rc_error *err)
{
    void **state = rc_op_state(op);
    char why[PART_BYTES] = "";
    int64_t hidden_s;
    struct pass *pass = *state;
    if (pass)
        return pass;
    pass = calloc(1, sizeof *pass);
    if (!pass) {
        rc_error_nomem(err);
        return NULL;
    }
    *state = pass;
    bool ok = hidden_of(op, &hidden_s, err) &&
              rc_queue_find(op, rc_op_param(op, "queue"), &pass->from, err) &&
              (!moves || find_destination(op, pass, why, err));
    if (ok && *why) {
        rc_error_set(err, RC_USAGE, "%s", why);
        ok = false;
    }
    if (ok && !(pass->hold = rc_queue_hold_new(pass->from.url, hidden_s))) {
        rc_error_nomem(err);
        ok = false;
    }
    if (ok)
        return pass;
    free(pass);
    *state = NULL;
    return NULL;
}

static void end_pass(struct rc_op *op)
{
    struct pass *pass = *rc_op_state(op);
    if (!pass)
        return;
    rc_queue_hold_give_back(op, pass->hold);
    rc_queue_hold_free(pass->hold);
    free(pass);
}

/* ----- one message ----- */

static void name_part(char part[PART_BYTES], const char *id, const char *what, int number)
{
    snprintf(part, PART_BYTES, "%.100s %s %d", id, what, number);
}

static bool is_sent(const struct rc_op *op, const char *id)
{
    char part[PART_BYTES];
    name_part(part, id, "sent", 1);
    return rc_op_part_is_done(op, part);
}

/* The number of the sending that comes next: those before were not taken for sure. */
static int next_sending(const struct rc_op *op, const char *id)
{
    char part[PART_BYTES];
    int number = 0;
    do
        name_part(part, id, "unsent", ++number);
    while (number < SENDS_MOST && rc_op_part_is_done(op, part));
    return number;
}

/* An earlier attempt has begun to send it, and nobody knows whether it was taken. */
static bool in_doubt(const struct rc_op *op, const char *id)
{
    char part[PART_BYTES];
    name_part(part, id, "sending", next_sending(op, id));
    return !is_sent(op, id) && rc_op_part_is_done(op, part) && !rc_op_flag(op, "again");
}

static const char *attribute_of(const struct rc_sqs_message *message, const char *name)
{
    for (size_t i = 0; i < message->attributes.count; i++)
        if (strcmp(message->attributes.items[i].key, name) == 0)
            return message->attributes.items[i].value;
    return NULL;
}

static bool send(struct rc_op *op, const struct pass *pass, const struct rc_sqs_message *message,
                 struct rc_error *err)
{
    const char *group = attribute_of(message, "MessageGroupId");
    const struct rc_sqs_send in = {
        .queue_url = pass->to.url,
        .body = message->body,
        .message_attributes = {message->message_attributes.items,
                               message->message_attributes.count},
        .message_group_id = pass->to.fifo ? (group ? group : message->message_id) : NULL,
        .message_deduplication_id = pass->to.fifo ? message->message_id : NULL};
    char part[PART_BYTES];
    int number = next_sending(op, message->message_id);
    name_part(part, message->message_id, "sending", number);
    if (!rc_op_part_is_done(op, part) && !rc_op_part_done(op, part, err))
        return false;
    struct rc_call *call = rc_sqs_send(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    rc_call_ask_once(call);
    bool ok = rc_call_wait(call, err);
    rc_call_free(call);
    if (ok) {
        name_part(part, message->message_id, "sent", 1);
        return rc_op_part_done(op, part, err);
    }
    struct rc_error unseen = {0};
    name_part(part, message->message_id, "unsent", number);
    if (!rc_op_in_doubt(op))
        (void)rc_op_part_done(op, part, &unseen);
    return false;
}

static bool delete_message(struct rc_op *op, struct pass *pass, size_t index, struct rc_error *err)
{
    const struct rc_sqs_delete in = {.queue_url = pass->from.url,
                                     .receipt_handle =
                                         rc_queue_hold_at(pass->hold, index)->receipt_handle};
    struct rc_call *call = rc_sqs_delete(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    bool ok = rc_call_wait(call, err);
    rc_call_free(call);
    if (ok)
        rc_queue_hold_forget(pass->hold, index);
    return ok;
}

/* Sends it, unless it was, and deletes it where it was. */
static bool move(struct rc_op *op, struct pass *pass, size_t index, struct rc_error *err)
{
    const struct rc_sqs_message *message = rc_queue_hold_at(pass->hold, index);
    if (!is_sent(op, message->message_id) && !send(op, pass, message, err))
        return false;
    if (delete_message(op, pass, index, err))
        return true;
    rc_error_prefix(err,
                    "it was sent and is still in %s: try the same again, which only deletes it",
                    pass->from.name);
    return false;
}

/* False: the operator wants to stop. */
static bool tell_looking(struct rc_op *op, struct pass *pass)
{
    size_t count = rc_queue_hold_count(pass->hold);
    if (count == pass->told)
        return true;
    pass->told = count;
    return rc_op_tell(op, "%zu looked at in %s", count, pass->from.name);
}

/* Receives until it is held: *index is SIZE_MAX when the queue does not have it. */
static bool find(struct rc_op *op, struct pass *pass, const char *id, size_t *index,
                 struct rc_error *err)
{
    while ((*index = rc_queue_hold_find(pass->hold, id)) == SIZE_MAX &&
           !rc_queue_hold_through(pass->hold)) {
        if (!rc_queue_hold_more(op, pass->hold, LOOKED_AT_S, err))
            return false;
        if (!tell_looking(op, pass)) {
            rc_error_set(err, RC_USAGE, "stopped before it was found: nothing was done to it");
            return false;
        }
    }
    return true;
}

static bool is_missing(const struct pass *pass, const char *id, struct rc_error *err)
{
    rc_error_set(err, RC_IO,
                 "%s is not among the %zu that %s shows: it is gone, or somebody looks at "
                 "it (%" PRId64 " are hidden): try again in a while",
                 id, rc_queue_hold_count(pass->hold), pass->from.name, pass->from.in_flight);
    return false;
}

/* ----- redrive-messages ----- */

static void say_looking(struct rc_op *op, const struct pass *pass)
{
    rc_op_will_call(op, "sqs:ReceiveMessage", pass->from.name,
                    (pass->from.visible + RC_HOLD_A_REQUEST - 1) / RC_HOLD_A_REQUEST + 1);
    rc_op_warn(op,
               "looking through %s counts as a receipt of what is in it, and hides it "
               "meanwhile",
               pass->from.name);
}

static bool preview_move(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct pass *pass = pass_of(op, true, err);
    if (!pass)
        return false;
    rc_op_goes_from(op, "message %s", target);
    say_looking(op, pass);
    rc_op_will_call(op, "sqs:SendMessage", pass->to.name, 1);
    rc_op_will_call(op, "sqs:DeleteMessage", pass->from.name, 1);
    rc_op_will_change(op, "queue", pass->from.name, pass->to.name);
    rc_op_warn(op, "it gets a new id; where a send or a delete is cut off, it may be in both");
    if (rc_op_flag(op, "again"))
        rc_op_warn(op, "an earlier attempt may have sent it: it may come twice");
    return true;
}

static bool perform_move(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct pass *pass = pass_of(op, true, err);
    size_t index;
    if (!pass || !find(op, pass, target, &index, err))
        return false;
    if (index == SIZE_MAX && is_sent(op, target)) {
        rc_op_done(op, "an earlier attempt has sent it to %s, and it is no longer in %s",
                   pass->to.name, pass->from.name);
        return true;
    }
    if (index == SIZE_MAX)
        return is_missing(pass, target, err);
    if (in_doubt(op, target)) {
        rc_error_set(err, RC_USAGE,
                     "an earlier attempt may have sent it to %s: look there, and say again yes to "
                     "send it (once more), or delete it here",
                     pass->to.name);
        return false;
    }
    if (!move(op, pass, index, err))
        return false;
    rc_op_done(op, "moved to %s", pass->to.name);
    return true;
}

const struct rc_op_action rc_op_redrive_messages = {
    .name = "redrive-messages",
    .title = "move messages back, or to another queue",
    .target = "message",
    .target_how = "ID",
    .help = "Takes messages out of a queue by their ids: each is sent, and then deleted where it "
            "was. A message of a failed file that comes back to the arrivals runs the file again, "
            "as reprocess does.",
    .permissions = "sqs:ReceiveMessage sqs:SendMessage sqs:DeleteMessage "
                   "sqs:ChangeMessageVisibility sqs:GetQueueAttributes sqs:GetQueueUrl "
                   "sqs:ListDeadLetterSourceQueues",
    .params = move_params,
    .danger = RC_ROUTINE,
    .preview = preview_move,
    .perform = perform_move,
    .end = end_pass,
};

/* ----- redrive-errors ----- */

/* Its error is that, or its error or cause has the text. A message that is no JSON of the
 * pipeline's has neither. */
static bool matches(const struct rc_sqs_message *message, const char *error)
{
    const char *text = message->body ? message->body : "";
    json_t *body = json_loads(text, 0, NULL);
    const char *name = rc_json_text(body, "error"), *cause = rc_json_text(body, "cause");
    bool is = (name && strstr(name, error)) || (cause && strstr(cause, error));
    json_decref(body);
    return is;
}

static bool preview_errors(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct pass *pass = pass_of(op, true, err);
    if (!pass)
        return false;
    int64_t depth = pass->from.visible + pass->from.delayed;
    say_looking(op, pass);
    rc_op_will_call(op, "sqs:SendMessage", pass->to.name, depth);
    rc_op_will_call(op, "sqs:DeleteMessage", pass->from.name, depth);
    rc_op_will_change(op, "queue", pass->from.name, pass->to.name);
    rc_op_warn(op, "%" PRId64 " at most: which ones have \"%.100s\" is seen when they are received",
               depth, target);
    return true;
}

struct group {
    size_t moved, doubtful;
    bool stays; /* the operator does not want to stop */
    bool more;  /* the queue has more than can be held at once */
};

/* All that is there, before any of it is moved: a file that is run again and fails again puts
 * another message with that error there meanwhile. */
static bool receive_all(struct rc_op *op, struct pass *pass, struct group *group,
                        struct rc_error *err)
{
    while (group->stays && !group->more && !rc_queue_hold_through(pass->hold)) {
        struct rc_error why = {0};
        if (rc_queue_hold_more(op, pass->hold, 1, &why))
            group->stays = tell_looking(op, pass);
        else if (why.code == RC_LIMIT)
            group->more = true;
        else {
            *err = why;
            return false;
        }
    }
    return true;
}

static bool move_matching(struct rc_op *op, struct pass *pass, const char *error,
                          struct group *group, struct rc_error *err)
{
    for (size_t i = 0; group->stays && i < rc_queue_hold_count(pass->hold); i++) {
        const struct rc_sqs_message *message = rc_queue_hold_at(pass->hold, i);
        if (!message || !matches(message, error))
            continue;
        if (in_doubt(op, message->message_id)) {
            group->doubtful++;
            continue;
        }
        if (!move(op, pass, i, err)) {
            rc_error_prefix(err, "%zu were moved, then", group->moved);
            return false;
        }
        group->stays = rc_op_tell(op, "%zu moved", ++group->moved);
    }
    return true;
}

static bool perform_errors(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct pass *pass = pass_of(op, true, err);
    struct group group = {.stays = true};
    if (!pass || !receive_all(op, pass, &group, err) ||
        !move_matching(op, pass, target, &group, err))
        return false;
    size_t seen = rc_queue_hold_count(pass->hold);
    if (group.doubtful) {
        rc_error_set(err, RC_USAGE,
                     "%zu were moved; %zu more may have been sent by an earlier attempt: look into "
                     "%s, and say again yes to send them (once more)",
                     group.moved, group.doubtful, pass->to.name);
        return false;
    }
    if (group.more || !group.stays)
        rc_op_attention(op);
    rc_op_done(op, "%s%zu of %zu moved to %s%s", group.stays ? "" : "stopped: ", group.moved, seen,
               pass->to.name, group.more ? "; there are more: do it again" : "");
    rc_op_answer(op,
                 json_pack("{sI sI}", "moved", (json_int_t)group.moved, "seen", (json_int_t)seen));
    return true;
}

const struct rc_op_action rc_op_redrive_errors = {
    .name = "redrive-errors",
    .title = "move the messages of an error back",
    .target = "error",
    .target_how = "TEXT",
    .help = "Looks through a queue and moves every message whose error or cause has the text, as "
            "redrive-messages does.",
    .permissions = "sqs:ReceiveMessage sqs:SendMessage sqs:DeleteMessage "
                   "sqs:ChangeMessageVisibility sqs:GetQueueAttributes sqs:GetQueueUrl "
                   "sqs:ListDeadLetterSourceQueues",
    .params = move_params,
    .danger = RC_ROUTINE,
    .preview = preview_errors,
    .perform = perform_errors,
    .end = end_pass,
};

/* ----- delete-messages ----- */

static bool preview_delete(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct pass *pass = pass_of(op, false, err);
    if (!pass)
        return false;
    rc_op_goes_from(op, "message %s", target);
    say_looking(op, pass);
    rc_op_will_call(op, "sqs:DeleteMessage", pass->from.name, 1);
    rc_op_will_change(op, "message", pass->from.name, "gone for good");
    return true;
}

static bool perform_delete(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct pass *pass = pass_of(op, false, err);
    size_t index;
    if (!pass || !find(op, pass, target, &index, err))
        return false;
    if (index != SIZE_MAX)
        return delete_message(op, pass, index, err);
    if (!rc_op_again(op))
        return is_missing(pass, target, err);
    rc_op_done(op, "%s does not show it any more", pass->from.name);
    return true;
}

const struct rc_op_action rc_op_delete_messages = {
    .name = "delete-messages",
    .title = "delete messages",
    .target = "message",
    .target_how = "ID",
    .help = "Deletes messages of a queue by their ids. Nothing brings them back: a failed file can "
            "still be run again with reprocess.",
    .permissions = "sqs:ReceiveMessage sqs:DeleteMessage sqs:ChangeMessageVisibility "
                   "sqs:GetQueueAttributes sqs:GetQueueUrl",
    .params = delete_params,
    .danger = RC_SEVERE,
    .preview = preview_delete,
    .perform = perform_delete,
    .end = end_pass,
};
