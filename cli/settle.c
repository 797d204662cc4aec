#include "cli/settle.h"

#include "aws/json.h"

#include <string.h>

enum { ASK_BYTES = 4 << 20 };

/* ----- asking ----- */

/* The members of a request that do not stand in its body. */
static bool fill_rest(const struct rc_shape *shape, const json_t *in, void *value,
                      struct rc_arena *arena, struct rc_error *err)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct rc_member *member = &shape->members[i];
        const char *text = json_string_value(json_object_get(in, member->name));
        if (member->at != RC_AT_BODY && text && !rc_shape_set_text(member, value, text, arena)) {
            rc_error_set(err, RC_INVALID, "%s cannot be \"%s\"", member->name, text);
            return false;
        }
    }
    return true;
}

static json_t *answer_json(const struct rc_operation *operation, const void *answer,
                           struct rc_error *err)
{
    struct rc_buf text;
    if (!operation->out)
        return json_object();
    rc_buf_init(&text, ASK_BYTES);
    json_t *json = rc_shape_write_json(operation->out, answer, &text, err)
                       ? rc_json_parse(text.data, text.length, ASK_BYTES, err)
                       : NULL;
    rc_buf_free(&text);
    return json;
}

static json_t *send(struct rc_aws *aws, const struct rc_operation *operation, const void *value,
                    const char *absent_code, bool *absent, struct rc_error *err)
{
    struct rc_call *call = rc_call_start(aws, operation, value, NULL, NULL);
    json_t *json = NULL;
    if (!call) {
        rc_error_nomem(err);
    } else if (rc_call_wait(call, err)) {
        json = answer_json(operation, rc_call_answer(call), err);
    } else {
        const struct rc_aws_error *why = rc_call_error(call);
        bool none =
            why->fault == RC_AWS_NOT_FOUND || (absent_code && strcmp(why->code, absent_code) == 0);
        if (absent)
            *absent = none;
    }
    rc_call_free(call);
    return json;
}

json_t *rc_settle_ask(struct rc_aws *aws, const struct rc_operation *operation, json_t *in,
                      const char *absent_code, bool *absent, struct rc_error *err)
{
    struct rc_arena arena;
    json_t *answer = NULL;
    rc_arena_init(&arena, ASK_BYTES);
    void *value = rc_arena_alloc(&arena, operation->in->size);
    if (!value || !in)
        rc_error_nomem(err);
    else if (rc_shape_read_json(operation->in, in, value, &arena, err) &&
             fill_rest(operation->in, in, value, &arena, err))
        answer = send(aws, operation, value, absent_code, absent, err);
    rc_arena_free(&arena);
    json_decref(in);
    return answer;
}

/* ----- comparing ----- */

static bool is_nothing(const json_t *value)
{
    return json_is_null(value) || json_is_false(value) ||
           (json_is_number(value) && json_number_value(value) == 0) ||
           (json_is_string(value) && !json_string_length(value)) ||
           (json_is_array(value) && !json_array_size(value)) ||
           (json_is_object(value) && !json_object_size(value));
}

/* Whether `found` has all of `wanted`; what is nothing need not be there. */
static bool has(const json_t *found, const json_t *wanted)
{
    const char *name;
    json_t *member;
    size_t i;
    if (!found)
        return is_nothing(wanted);
    if (json_is_object(wanted)) {
        json_object_foreach((json_t *)(uintptr_t)wanted, name, member)
        {
            if (!has(json_object_get(found, name), member))
                return false;
        }
        return json_is_object(found);
    }
    if (json_is_array(wanted)) {
        json_array_foreach(wanted, i, member)
        {
            if (!has(json_array_get(found, i), member))
                return false;
        }
        return json_array_size(found) == json_array_size(wanted);
    }
    if (json_is_number(wanted))
        return json_is_number(found) && json_number_value(found) == json_number_value(wanted);
    return json_equal(found, wanted);
}

/* ----- settling ----- */

static json_t *pick(const struct rc_settle *settle, json_t *answer)
{
    json_t *found = settle->at ? json_object_get(answer, settle->at) : answer, *one;
    size_t i;
    if (!json_is_array(found))
        return found;
    json_array_foreach(found, i, one)
    {
        const char *name =
            settle->named ? json_string_value(json_object_get(one, settle->named)) : NULL;
        if (!settle->named || (name && strcmp(name, settle->name) == 0))
            return one;
    }
    return NULL;
}

static bool put(struct rc_aws *aws, const struct rc_operation *operation, json_t *in,
                struct rc_error *err)
{
    json_t *answer = rc_settle_ask(aws, operation, json_incref(in), NULL, NULL, err);
    json_decref(answer);
    return answer != NULL;
}

static enum rc_change change(struct rc_aws *aws, const struct rc_settle *settle, json_t *found,
                             struct rc_error *err)
{
    if (!settle->wanted || has(found, settle->wanted))
        return RC_UNCHANGED;
    if (!settle->update) {
        rc_error_set(err, RC_INVALID,
                     "it is there already, but not as the template wants it, and cannot be "
                     "changed: delete it, or take a new --state folder");
        return RC_FAILED;
    }
    if (settle->carry)
        json_object_set(settle->update_in, settle->carry, json_object_get(found, settle->carry));
    return put(aws, settle->update, settle->update_in, err) ? RC_CHANGED : RC_FAILED;
}

enum rc_change rc_settle(struct rc_aws *aws, const struct rc_settle *settle, struct rc_error *err)
{
    bool absent = false;
    enum rc_change result = RC_FAILED;
    json_t *answer = rc_settle_ask(aws, settle->find, json_incref(settle->find_in), settle->absent,
                                   &absent, err);
    json_t *found = pick(settle, answer);
    if (answer || absent) {
        if (!found && settle->create)
            result = put(aws, settle->create, settle->create_in, err) ? RC_CREATED : RC_FAILED;
        else
            result = change(aws, settle, found, err);
    }
    json_decref(answer);
    json_decref(settle->find_in);
    json_decref(settle->wanted);
    json_decref(settle->create_in);
    json_decref(settle->update_in);
    return result;
}
