/* What goes into a state and what comes out: paths, templates, the context object. Source:
 * "Input and output processing in Step Functions" and "Accessing execution data from the
 * Context object", AWS Step Functions Developer Guide. */
#include "aws/json.h"
#include "local/answer.h"
#include "local/intrinsic.h"
#include "local/jsonpath.h"
#include "local/states.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_BYTES = 600, NESTED_MOST = 256, NUMBER_MOST = 1000000000 };

static const char runtime_error[] = "States.Runtime";

static bool fault_in(struct rc_states_fault *fault, const struct rc_branch *branch,
                     const char *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static bool fault_in(struct rc_states_fault *fault, const struct rc_branch *branch,
                     const char *error, const char *format, ...)
{
    char words[1536];
    va_list args;
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    return rc_states_fault(fault, error,
                           "An error occurred while executing the state '%s' (entered at the event "
                           "id #%lld). %s",
                           branch->state, (long long)branch->entered_event, words);
}

/* How many brackets are open at once. */
static int depth_of(const char *text)
{
    int depth = 0, most = 0;
    bool quoted = false;
    for (; *text; text++) {
        if (quoted && *text == '\\' && text[1])
            text++;
        else if (*text == '"')
            quoted = !quoted;
        else if (!quoted && (*text == '{' || *text == '['))
            most = ++depth > most ? depth : most;
        else if (!quoted && (*text == '}' || *text == ']'))
            depth--;
    }
    return most;
}

bool rc_states_fits(const json_t *value, const char *what, const struct rc_branch *branch,
                    struct rc_states_fault *fault)
{
    char *text = rc_answer_dump(value);
    size_t length = text ? strlen(text) : 0;
    int depth = text ? depth_of(text) : 0;
    free(text);
    if (depth > NESTED_MOST) /* it has to be read again after a restart */
        return fault_in(fault, branch, runtime_error, "The %s is nested more than %d deep.", what,
                        NESTED_MOST);
    return length <= RC_STATES_PAYLOAD_MOST ||
           rc_states_fault(fault, "States.DataLimitExceeded",
                           "The state/task '%s' returned a %s with a size exceeding the maximum "
                           "number of bytes service limit.",
                           branch->state, what);
}

/* ----- the context object ----- */

/* The nearest Map state around a branch: which of its items this is. */
static const struct rc_branch *item_of(const struct rc_branch *branch)
{
    for (const struct rc_branch *at = branch; at->parent; at = at->parent)
        if (rc_states_is(rc_json_text(at->parent->definition, "Type"), "Map"))
            return at;
    return NULL;
}

static json_t *attempts_of(const struct rc_branch *branch)
{
    int64_t sum = 0;
    size_t i;
    const json_t *count;
    json_array_foreach(json_object_get(branch->work, "attempts"), i, count)
    {
        sum += json_integer_value(count);
    }
    return json_integer(sum);
}

json_t *rc_states_context(const struct rc_branch *branch)
{
    const struct rc_states_execution *execution = branch->execution;
    const struct rc_branch *item = item_of(branch);
    char started[25], entered[25];
    rc_answer_iso(execution->start_ms, started);
    rc_answer_iso(branch->entered_ms, entered);
    json_t *context =
        json_pack("{s:{s:s, s:O, s:s, s:s, s:s, s:I}, s:{s:s, s:s, s:o}, s:{s:s, s:s}}",
                  "Execution", "Id", execution->arn, "Input", execution->input, "Name",
                  execution->name, "RoleArn", execution->role_arn, "StartTime", started,
                  "RedriveCount", (json_int_t)execution->redrive_count, "State", "EnteredTime",
                  entered, "Name", branch->state, "RetryCount", attempts_of(branch), "StateMachine",
                  "Id", execution->machine_arn, "Name", execution->machine_name);
    if (item)
        json_object_set_new(context, "Map",
                            json_pack("{s:{s:I, s:O?}}", "Item", "Index", (json_int_t)item->number,
                                      "Value",
                                      json_array_get(json_object_get(item->parent->work, "values"),
                                                     (size_t)item->number)));
    if (*branch->token)
        json_object_set_new(context, "Task", json_pack("{s:s}", "Token", branch->token));
    return context;
}

/* ----- values ----- */

static double chance(void *ctx)
{
    return rc_local_chance(ctx);
}

static void uuid(void *ctx, char text[37])
{
    rc_local_uuid(ctx, text);
}

static json_t *path_value(const struct rc_branch *branch, const char *field, const char *text,
                          const json_t *root, struct rc_states_fault *fault)
{
    struct rc_error err = {0};
    json_t *value = rc_jsonpath_get(text, root, &err);
    if (value)
        return value;
    char *shown = rc_answer_dump(root);
    fault_in(fault, branch, runtime_error,
             "The JSONPath '%s' specified for the field '%s' could not be found in the input "
             "'%.*s'",
             text, field, SHOWN_BYTES, shown ? shown : "");
    free(shown);
    return NULL;
}

json_t *rc_states_value(const struct rc_branch *branch, const char *field, const char *text,
                        const json_t *input, const json_t *context, struct rc_states_fault *fault)
{
    struct rc_error err = {0};
    json_t *own = context ? NULL : rc_states_context(branch), *value;
    if (strncmp(text, "$$", 2) == 0) {
        value = path_value(branch, field, text + 1, context ? context : own, fault);
    } else if (*text == '$') {
        value = path_value(branch, field, text, input, fault);
    } else {
        const struct rc_intrinsic_world world = {.input = input,
                                                 .context = context ? context : own,
                                                 .chance = chance,
                                                 .uuid = uuid,
                                                 .ctx = branch->execution->local};
        value = rc_intrinsic(text, &world, &err);
        if (!value)
            fault_in(fault, branch, "States.IntrinsicFailure",
                     "The function '%s' had the following error: %s", text, err.text);
    }
    json_decref(own);
    return value;
}

static json_t *fill(const struct rc_branch *branch, const json_t *template, const json_t *input,
                    const json_t *context, struct rc_states_fault *fault);

static json_t *fill_list(const struct rc_branch *branch, const json_t *template,
                         const json_t *input, const json_t *context, struct rc_states_fault *fault)
{
    json_t *filled = json_array();
    size_t i;
    const json_t *element;
    json_array_foreach(template, i, element)
    {
        json_t *value = fill(branch, element, input, context, fault);
        if (!value) {
            json_decref(filled);
            return NULL;
        }
        json_array_append_new(filled, value);
    }
    return filled;
}

static json_t *fill_object(const struct rc_branch *branch, const json_t *template,
                           const json_t *input, const json_t *context,
                           struct rc_states_fault *fault)
{
    json_t *filled = json_object(), *member;
    const char *name;
    json_object_foreach((json_t *)(uintptr_t) template, name, member)
    {
        size_t length = strlen(name);
        const char *text = json_string_value(member);
        bool dynamic = text && length > 2 && strcmp(name + length - 2, ".$") == 0;
        json_t *value = dynamic ? rc_states_value(branch, name, text, input, context, fault)
                                : fill(branch, member, input, context, fault);
        char *plain = dynamic ? strndup(name, length - 2) : strdup(name);
        if (value && plain)
            json_object_set(filled, plain, value);
        free(plain);
        json_decref(value);
        if (!value) {
            json_decref(filled);
            return NULL;
        }
    }
    return filled;
}

static json_t *fill(const struct rc_branch *branch, const json_t *template, const json_t *input,
                    const json_t *context, struct rc_states_fault *fault)
{
    if (json_is_object(template))
        return fill_object(branch, template, input, context, fault);
    if (json_is_array(template))
        return fill_list(branch, template, input, context, fault);
    return json_incref((json_t *)(uintptr_t) template);
}

json_t *rc_states_template(const struct rc_branch *branch, const json_t *template,
                           const json_t *input, const json_t *context,
                           struct rc_states_fault *fault)
{
    json_t *own = context ? NULL : rc_states_context(branch);
    json_t *filled = fill(branch, template, input, context ? context : own, fault);
    json_decref(own);
    return filled;
}

/* ----- in and out ----- */

/* "$" when it is not there; null is an empty object. */
static json_t *through_path(const struct rc_branch *branch, const char *field, json_t *data,
                            struct rc_states_fault *fault)
{
    const json_t *path = json_object_get(branch->definition, field);
    if (json_is_null(path))
        return json_object();
    if (!path)
        return json_incref(data);
    return rc_states_value(branch, field, json_string_value(path), data, NULL, fault);
}

json_t *rc_states_input(const struct rc_branch *branch, bool with_parameters,
                        struct rc_states_fault *fault)
{
    const json_t *parameters =
        with_parameters ? json_object_get(branch->definition, "Parameters") : NULL;
    json_t *input = through_path(branch, "InputPath", branch->data, fault);
    if (!input || !parameters)
        return input;
    json_t *filled = rc_states_template(branch, parameters, input, NULL, fault);
    json_decref(input);
    return filled;
}

/* ResultPath: the result in its place of the raw input. */
static json_t *place_result(const struct rc_branch *branch, json_t *result,
                            struct rc_states_fault *fault)
{
    const json_t *path = json_object_get(branch->definition, "ResultPath");
    struct rc_error err = {0};
    if (!path)
        return result;
    json_t *whole = json_incref(branch->data);
    if (json_is_null(path)) {
        json_decref(result);
        return whole;
    }
    if (rc_jsonpath_set(json_string_value(path), &whole, result, &err))
        return whole;
    json_decref(whole);
    fault_in(fault, branch, "States.ResultPathMatchFailure", "%s", err.text);
    return NULL;
}

json_t *rc_states_output(const struct rc_branch *branch, json_t *result,
                         struct rc_states_fault *fault)
{
    const json_t *selector = json_object_get(branch->definition, "ResultSelector");
    if (result && selector) {
        json_t *selected = rc_states_template(branch, selector, result, NULL, fault);
        json_decref(result);
        result = selected;
    }
    json_t *whole = result ? place_result(branch, result, fault) : NULL;
    json_t *output = whole ? through_path(branch, "OutputPath", whole, fault) : NULL;
    json_decref(whole);
    if (output && !rc_states_fits(output, "result", branch, fault)) {
        json_decref(output);
        return NULL;
    }
    return output;
}

bool rc_states_number(const struct rc_branch *branch, const char *field, const json_t *input,
                      double otherwise, double *value, struct rc_states_fault *fault)
{
    char twin[64];
    const json_t *given = json_object_get(branch->definition, field);
    snprintf(twin, sizeof twin, "%sPath", field);
    const char *path = rc_json_text(branch->definition, twin);
    *value = json_is_number(given) ? json_number_value(given) : otherwise;
    if (!path)
        return true;
    json_t *found = rc_states_value(branch, twin, path, input, NULL, fault);
    bool ok = json_is_number(found) && json_number_value(found) >= 0 &&
              json_number_value(found) <= NUMBER_MOST;
    if (ok)
        *value = json_number_value(found);
    else if (found)
        fault_in(fault, branch, runtime_error,
                 "The value at '%s' for the field '%s' is no number of 0 to %d", path, twin,
                 NUMBER_MOST);
    json_decref(found);
    return ok;
}
