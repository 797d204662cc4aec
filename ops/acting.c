#include "ops/gateway_internal.h"

#include "pipeline/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *rc_op_param(const struct rc_op *op, const char *name)
{
    const char *value = json_string_value(json_object_get(op->params, name));
    return value ? value : "";
}

bool rc_op_flag(const struct rc_op *op, const char *name)
{
    return strcmp(rc_op_param(op, name), "yes") == 0;
}

struct rc_pipeline *rc_op_pipeline(struct rc_op *op)
{
    return &op->gateway->pipeline;
}

const struct rc_stack_place *rc_op_place(struct rc_op *op, struct rc_error *err)
{
    struct rc_gateway *gateway = op->gateway;
    struct rc_stack_place *place = &gateway->place;
    if (!rc_place_find(gateway->session.aws, place, err) ||
        !rc_place_find_queues(gateway->session.aws, place, err))
        return NULL;
    gateway->pipeline.machine_arn = place->machine_arn;
    gateway->pipeline.arrivals_queue_url = place->arrivals_url;
    gateway->pipeline.failed_queue_url = place->failed_url;
    return place;
}

void **rc_op_state(struct rc_op *op)
{
    return &op->state;
}

bool rc_op_previews(const struct rc_op *op)
{
    return op->previews;
}

size_t rc_op_count(const struct rc_op *op)
{
    return op->count;
}

/* ----- previews ----- */

static json_t *list_of(struct rc_op *op, const char *name)
{
    return json_object_get(op->targets[op->at].document, name);
}

void rc_op_will_call(struct rc_op *op, const char *call, const char *on, int64_t count)
{
    json_array_append_new(list_of(op, "calls"), json_pack("{s:s, s:s, s:I}", "call", call, "on", on,
                                                          "count", (json_int_t)count));
}

void rc_op_will_change(struct rc_op *op, const char *what, const char *was, const char *becomes)
{
    json_array_append_new(list_of(op, "changes"), json_pack("{s:s, s:s, s:s}", "what", what, "was",
                                                            was, "becomes", becomes));
}

/* A sentence as it may be shown and kept: secrets and card numbers are not in it. */
static void clean(char text[RC_OP_DETAIL_BYTES], const char *format, va_list words)
{
    char raw[RC_OP_DETAIL_BYTES];
    vsnprintf(raw, sizeof raw, format, words);
    rc_pipeline_clean(raw, text, RC_OP_DETAIL_BYTES);
}

void rc_op_warn(struct rc_op *op, const char *format, ...)
{
    char text[RC_OP_DETAIL_BYTES];
    va_list words;
    va_start(words, format);
    clean(text, format, words);
    va_end(words);
    json_array_append_new(list_of(op, "warnings"), json_string(text));
}

void rc_op_refuse(struct rc_op *op, const char *format, ...)
{
    struct rc_op_target *target = &op->targets[op->at];
    char text[RC_OP_DETAIL_BYTES];
    va_list words;
    va_start(words, format);
    clean(text, format, words);
    va_end(words);
    target->refused = true;
    json_object_set_new(target->document, "refused", json_string(text));
}

static void keep(char **to, const char *text)
{
    free(*to);
    *to = strdup(text);
}

void rc_op_call_it(struct rc_op *op, const char *name)
{
    keep(&op->targets[op->at].called, name);
}

void rc_op_goes_from(struct rc_op *op, const char *format, ...)
{
    char text[RC_OP_DETAIL_BYTES];
    va_list words;
    va_start(words, format);
    vsnprintf(text, sizeof text, format, words);
    va_end(words);
    keep(&op->targets[op->at].from, text);
}

void rc_op_saw(struct rc_op *op, const char *format, ...)
{
    char text[RC_OP_DETAIL_BYTES];
    va_list words;
    va_start(words, format);
    vsnprintf(text, sizeof text, format, words);
    va_end(words);
    keep(&op->targets[op->at].seen, text);
}

/* ----- performing ----- */

const char *rc_op_seen(const struct rc_op *op)
{
    const char *seen = op->targets[op->at].seen;
    return seen ? seen : "";
}

const char *rc_op_who(const struct rc_op *op)
{
    return op->gateway->place.who;
}

const char *rc_op_key(const struct rc_op *op)
{
    return op->key;
}

bool rc_op_again(const struct rc_op *op)
{
    return op->again;
}

bool rc_op_part_is_done(const struct rc_op *op, const char *part)
{
    size_t i;
    json_t *done;
    json_array_foreach(op->parts, i, done)
    {
        if (strcmp(json_string_value(done), part) == 0)
            return true;
    }
    return false;
}

bool rc_op_part_done(struct rc_op *op, const char *part, struct rc_error *err)
{
    json_array_append_new(op->parts, json_string(part));
    return rc_op_audit(op, "part", op->targets[op->at].name, NULL, part, err);
}

bool rc_op_tell(struct rc_op *op, const char *format, ...)
{
    char text[RC_OP_DETAIL_BYTES];
    va_list words;
    va_start(words, format);
    clean(text, format, words);
    va_end(words);
    if (op->progress &&
        !op->progress(op->progress_ctx, op->at, op->count, op->targets[op->at].name, "", text))
        op->stopped = true;
    return !op->stopped;
}

void rc_op_unchanged(struct rc_op *op, const char *format, ...)
{
    va_list words;
    va_start(words, format);
    clean(op->detail, format, words);
    va_end(words);
    op->outcome = "unchanged";
}

void rc_op_done(struct rc_op *op, const char *format, ...)
{
    va_list words;
    va_start(words, format);
    clean(op->detail, format, words);
    va_end(words);
    op->outcome = "done";
}

void rc_op_attention(struct rc_op *op)
{
    json_object_set_new(op->targets[op->at].document, "attention", json_true());
}

void rc_op_answer(struct rc_op *op, json_t *answer)
{
    json_object_set_new(op->targets[op->at].document, "answer", answer);
}

bool rc_op_in_doubt(const struct rc_op *op)
{
    return op->doubt;
}
