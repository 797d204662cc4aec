/* Choice states: what a rule compares, and how. Source: "Choice workflow state", AWS Step
 * Functions Developer Guide. */
#include "aws/json.h"
#include "local/jsonpath.h"
#include "local/pattern.h"
#include "local/states.h"

#include <stdlib.h>
#include <string.h>

enum kind { KIND_TEXT, KIND_NUMBER, KIND_BOOLEAN, KIND_TIME, KIND_MATCH, KIND_IS };
enum order { EQUAL = 1, LESS = 2, GREATER = 4 };

static const struct comparison {
    const char *name;
    enum kind kind;
    unsigned orders;
} operators[] = {
    {"StringEquals", KIND_TEXT, EQUAL},
    {"StringLessThan", KIND_TEXT, LESS},
    {"StringGreaterThan", KIND_TEXT, GREATER},
    {"StringLessThanEquals", KIND_TEXT, LESS | EQUAL},
    {"StringGreaterThanEquals", KIND_TEXT, GREATER | EQUAL},
    {"StringMatches", KIND_MATCH, 0},
    {"NumericEquals", KIND_NUMBER, EQUAL},
    {"NumericLessThan", KIND_NUMBER, LESS},
    {"NumericGreaterThan", KIND_NUMBER, GREATER},
    {"NumericLessThanEquals", KIND_NUMBER, LESS | EQUAL},
    {"NumericGreaterThanEquals", KIND_NUMBER, GREATER | EQUAL},
    {"BooleanEquals", KIND_BOOLEAN, EQUAL},
    {"TimestampEquals", KIND_TIME, EQUAL},
    {"TimestampLessThan", KIND_TIME, LESS},
    {"TimestampGreaterThan", KIND_TIME, GREATER},
    {"TimestampLessThanEquals", KIND_TIME, LESS | EQUAL},
    {"TimestampGreaterThanEquals", KIND_TIME, GREATER | EQUAL},
    {"IsNull", KIND_IS, 0},
    {"IsPresent", KIND_IS, 0},
    {"IsNumeric", KIND_IS, 0},
    {"IsString", KIND_IS, 0},
    {"IsBoolean", KIND_IS, 0},
    {"IsTimestamp", KIND_IS, 0},
};

enum { OPERATORS = sizeof operators / sizeof *operators };

struct world {
    const struct rc_branch *branch;
    const json_t *input;
    const json_t *context;
    struct rc_states_fault *fault;
    bool failed;
};

static unsigned order_of(double difference)
{
    return difference < 0 ? LESS : difference > 0 ? GREATER : EQUAL;
}

/* Of another type than what it is compared with: not equal, nor less, nor greater. */
static bool compare(const struct comparison *how, const json_t *value, const json_t *with)
{
    const char *text = json_string_value(value), *other = json_string_value(with);
    double left = 0, right = 0;
    switch (how->kind) {
    case KIND_TEXT:
        return text && other && (how->orders & order_of((double)strcmp(text, other)));
    case KIND_MATCH:
        return text && other && rc_pattern_wildcard(other, text);
    case KIND_NUMBER:
        return json_is_number(value) && json_is_number(with) &&
               (how->orders & order_of(json_number_value(value) - json_number_value(with)));
    case KIND_BOOLEAN:
        return json_is_boolean(value) && json_is_boolean(with) &&
               json_is_true(value) == json_is_true(with);
    case KIND_TIME:
        return text && other && rc_states_instant(text, &left) &&
               rc_states_instant(other, &right) && (how->orders & order_of(left - right));
    case KIND_IS:
        break;
    }
    return false;
}

static bool is_kind(const char *name, const json_t *value)
{
    double instant;
    if (strcmp(name, "IsNull") == 0)
        return json_is_null(value);
    if (strcmp(name, "IsNumeric") == 0)
        return json_is_number(value);
    if (strcmp(name, "IsString") == 0)
        return json_is_string(value);
    if (strcmp(name, "IsBoolean") == 0)
        return json_is_boolean(value);
    if (strcmp(name, "IsTimestamp") == 0)
        return json_is_string(value) && rc_states_instant(json_string_value(value), &instant);
    return value != NULL; /* IsPresent */
}

/* NULL when nothing is there. */
static json_t *find(const struct world *world, const char *path)
{
    bool context = strncmp(path, "$$", 2) == 0;
    return rc_jsonpath_get(path + context, context ? world->context : world->input, NULL);
}

static bool missing(struct world *world, const char *path)
{
    world->failed = true;
    return rc_states_fault(world->fault, "States.Runtime",
                           "An error occurred while executing the state '%s' (entered at the event "
                           "id #%lld). Invalid path '%s': The choice state's condition path "
                           "references an invalid value.",
                           world->branch->state, (long long)world->branch->entered_event, path);
}

/* "NumericEqualsPath" is NumericEquals with a path. */
static const struct comparison *operator_of(const char *name, bool *by_path)
{
    size_t length = strlen(name);
    *by_path = length > 4 && strcmp(name + length - 4, "Path") == 0;
    if (*by_path)
        length -= 4;
    for (size_t i = 0; i < OPERATORS; i++)
        if (strlen(operators[i].name) == length && strncmp(operators[i].name, name, length) == 0)
            return &operators[i];
    return NULL;
}

static bool holds_comparison(struct world *world, const json_t *rule)
{
    const char *variable = rc_json_text(rule, "Variable"), *name;
    json_t *with;
    json_object_foreach((json_t *)(uintptr_t)rule, name, with)
    {
        bool by_path, result;
        const struct comparison *how = operator_of(name, &by_path);
        if (!how || !variable)
            continue;
        json_t *value = find(world, variable);
        if (how->kind == KIND_IS) {
            bool present = strcmp(how->name, "IsPresent") == 0;
            result = value || present ? is_kind(how->name, value) == json_is_true(with)
                                      : missing(world, variable);
        } else if (!value) {
            result = missing(world, variable);
        } else {
            const char *path = by_path ? json_string_value(with) : NULL;
            json_t *other = path ? find(world, path) : json_incref(with);
            result = other ? compare(how, value, other) : missing(world, path ? path : "");
            json_decref(other);
        }
        json_decref(value);
        return result;
    }
    return false;
}

static bool holds(struct world *world, const json_t *rule)
{
    const json_t *all = json_object_get(rule, "And"), *any = json_object_get(rule, "Or");
    const json_t *not = json_object_get(rule, "Not"), *part;
    size_t i;
    if (not )
        return !holds(world, not ) && !world->failed;
    if (!all && !any)
        return holds_comparison(world, rule);
    json_array_foreach(all ? all : any, i, part)
    {
        bool result = holds(world, part);
        if (world->failed)
            return false;
        if (result != (all != NULL))
            return result;
    }
    return all != NULL;
}

const char *rc_states_choose(const struct rc_branch *branch, const json_t *input,
                             struct rc_states_fault *fault)
{
    json_t *context = rc_states_context(branch);
    struct world world = {.branch = branch, .input = input, .context = context, .fault = fault};
    const json_t *rules = json_object_get(branch->definition, "Choices"), *rule;
    const char *next = rc_json_text(branch->definition, "Default");
    size_t i;
    json_array_foreach(rules, i, rule)
    {
        bool chosen = holds(&world, rule);
        if (chosen)
            next = rc_json_text(rule, "Next");
        if (chosen || world.failed)
            break;
    }
    json_decref(context);
    if (world.failed)
        return NULL;
    if (!next)
        rc_states_fault(fault, "States.NoChoiceMatched",
                        "Failed to transition out of the state '%s'. The state does not point to "
                        "a next state.",
                        branch->state);
    return next;
}
