/* Whether a definition is a state machine. Source: "Amazon States Language",
 * states-language.net; the words are those of Step Functions. */
#include "aws/json.h"
#include "local/intrinsic.h"
#include "local/jsonpath.h"
#include "local/states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLACE_BYTES = 512, DEPTH = 16 };

struct checker {
    struct rc_error *err;
    int depth;
};

/* Where something is, PLACE_BYTES long; what is longer is cut. */
static void join(char *place, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void join(char *place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(place, PLACE_BYTES, format, args);
    va_end(args);
}

static bool bad(const struct checker *checker, const char *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool bad(const struct checker *checker, const char *place, const char *format, ...)
{
    char words[256];
    va_list args;
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    rc_error_set(checker->err, RC_INVALID, "SCHEMA_VALIDATION_FAILED: %s at %s", words, place);
    return false;
}

static bool no_target(const struct checker *checker, const char *place, const char *member,
                      const char *target)
{
    rc_error_set(checker->err, RC_INVALID,
                 "MISSING_TRANSITION_TARGET: Missing '%s' target: %s at %s/%s", member, target,
                 place, member);
    return false;
}

static bool check_machine(struct checker *checker, const json_t *machine, const char *place);

/* ----- paths and templates ----- */

/* A path, or where it need not be a reference path, an intrinsic. */
static bool check_path(const struct checker *checker, const char *path, bool reference,
                       const char *place)
{
    struct rc_error why = {0};
    bool context = strncmp(path, "$$", 2) == 0;
    bool ok = *path == '$' ? rc_jsonpath_check(path + context, reference, &why)
                           : !reference && rc_intrinsic_check(path, &why);
    return ok || bad(checker, place, "The value is no %s: %.120s",
                     reference ? "Reference Path" : "valid JSONPath", why.text);
}

static bool check_template(struct checker *checker, const json_t *template, const char *place)
{
    const char *name;
    json_t *member;
    size_t i;
    char below[PLACE_BYTES];
    json_object_foreach((json_t *)(uintptr_t) template, name, member)
    {
        size_t length = strlen(name);
        join(below, "%s/%s", place, name);
        if (length > 2 && strcmp(name + length - 2, ".$") == 0) {
            const char *text = json_string_value(member);
            if (!text)
                return bad(checker, below, "The value for the field '%s' must be a valid JSONPath",
                           name);
            if (!check_path(checker, text, false, below))
                return false;
        } else if (!check_template(checker, member, below)) {
            return false;
        }
    }
    json_array_foreach(template, i, member)
    {
        if (!check_template(checker, member, place))
            return false;
    }
    return true;
}

static bool check_paths(struct checker *checker, const json_t *state, const char *place)
{
    static const struct {
        const char *field;
        bool reference, null;
    } paths[] = {{"InputPath", false, true},
                 {"OutputPath", false, true},
                 {"ResultPath", true, true},
                 {"ItemsPath", false, false},
                 {"SecondsPath", false, false},
                 {"TimestampPath", false, false},
                 {"TimeoutSecondsPath", false, false},
                 {"HeartbeatSecondsPath", false, false},
                 {"MaxConcurrencyPath", false, false},
                 {"ToleratedFailureCountPath", false, false},
                 {"ToleratedFailurePercentagePath", false, false},
                 {"ErrorPath", false, false},
                 {"CausePath", false, false}};
    char below[PLACE_BYTES];
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const json_t *value = json_object_get(state, paths[i].field);
        join(below, "%s/%s", place, paths[i].field);
        if (!value || (json_is_null(value) && paths[i].null))
            continue;
        if (!json_is_string(value))
            return bad(checker, below, "Value is not a valid JSONPath");
        if (!check_path(checker, json_string_value(value), paths[i].reference, below))
            return false;
    }
    static const char *const templates[] = {"Parameters", "ResultSelector", "ItemSelector", NULL};
    for (int i = 0; templates[i]; i++) {
        join(below, "%s/%s", place, templates[i]);
        if (!check_template(checker, json_object_get(state, templates[i]), below))
            return false;
    }
    return true;
}

/* ----- Retry and Catch ----- */

static bool check_errors(struct checker *checker, const json_t *entry, bool last, const char *place)
{
    const json_t *errors = json_object_get(entry, "ErrorEquals"), *error;
    size_t i, count = json_array_size(errors);
    if (!count)
        return bad(checker, place, "ErrorEquals has to be a list of names that is not empty");
    json_array_foreach(errors, i, error)
    {
        if (!json_is_string(error))
            return bad(checker, place, "ErrorEquals has to be a list of names");
        if (rc_states_is(json_string_value(error), "States.ALL") && (count > 1 || !last))
            return bad(checker, place,
                       "States.ALL must appear alone and at the end of list of retriers or "
                       "catchers");
    }
    return true;
}

static bool in_range(struct checker *checker, const json_t *entry, const char *field, double low,
                     double high, const char *place)
{
    const json_t *value = json_object_get(entry, field);
    double number = json_number_value(value);
    if (!value || (json_is_number(value) && number >= low && number <= high))
        return true;
    return bad(checker, place, "%s has to be a number of %g to %g", field, low, high);
}

static bool check_handlers(struct checker *checker, const json_t *state, const char *field,
                           const json_t *states, const char *place)
{
    const json_t *list = json_object_get(state, field), *entry;
    bool catcher = strcmp(field, "Catch") == 0;
    char below[PLACE_BYTES];
    size_t i;
    json_array_foreach(list, i, entry)
    {
        join(below, "%s/%s[%zu]", place, field, i);
        if (!check_errors(checker, entry, i + 1 == json_array_size(list), below))
            return false;
        const char *next = rc_json_text(entry, "Next");
        const json_t *path = json_object_get(entry, "ResultPath");
        if (catcher && (!next || !json_object_get(states, next)))
            return no_target(checker, below, "Next", next ? next : "");
        if (catcher && json_is_string(path) &&
            !check_path(checker, json_string_value(path), true, below))
            return false;
        if (!catcher && !(in_range(checker, entry, "IntervalSeconds", 1, 99999999, below) &&
                          in_range(checker, entry, "MaxAttempts", 0, 99999999, below) &&
                          in_range(checker, entry, "BackoffRate", 1, 1e9, below) &&
                          in_range(checker, entry, "MaxDelaySeconds", 1, 31622400, below)))
            return false;
    }
    return true;
}

/* ----- the states ----- */

static bool check_task(struct checker *checker, const json_t *state, const char *place)
{
    const char *resource = rc_json_text(state, "Resource");
    if (!resource)
        return bad(checker, place, "These fields are required: [Resource]");
    if (!rc_states_check_resource(resource))
        return bad(checker, place, "The resource provided %s is not recognized", resource);
    return in_range(checker, state, "TimeoutSeconds", 1, 99999999, place) &&
           in_range(checker, state, "HeartbeatSeconds", 1, 99999999, place);
}

static bool check_rule(struct checker *checker, const json_t *rule, const json_t *states, bool top,
                       const char *place)
{
    static const char *const groups[] = {"And", "Or", NULL};
    const json_t *not_rule = json_object_get(rule, "Not"), *part;
    const char *next = rc_json_text(rule, "Next"), *variable = rc_json_text(rule, "Variable");
    bool grouped = not_rule != NULL;
    size_t i;
    if (top && (!next || !json_object_get(states, next)))
        return no_target(checker, place, "Next", next ? next : "");
    if (not_rule && !check_rule(checker, not_rule, states, false, place))
        return false;
    for (int g = 0; groups[g]; g++)
        json_array_foreach(json_object_get(rule, groups[g]), i, part)
        {
            grouped = true;
            if (!check_rule(checker, part, states, false, place))
                return false;
        }
    if (grouped)
        return true;
    if (!variable || json_object_size(rule) < (top ? 3U : 2U))
        return bad(checker, place, "A rule needs a Variable and a comparison");
    return check_path(checker, variable, false, place);
}

static bool check_choice(struct checker *checker, const json_t *state, const json_t *states,
                         const char *place)
{
    const json_t *rules = json_object_get(state, "Choices"), *rule;
    const char *otherwise = rc_json_text(state, "Default");
    char below[PLACE_BYTES];
    size_t i;
    if (!json_array_size(rules))
        return bad(checker, place, "These fields are required: [Choices]");
    if (otherwise && !json_object_get(states, otherwise))
        return no_target(checker, place, "Default", otherwise);
    json_array_foreach(rules, i, rule)
    {
        join(below, "%s/Choices[%zu]", place, i);
        if (!check_rule(checker, rule, states, true, below))
            return false;
    }
    return true;
}

static bool check_wait(struct checker *checker, const json_t *state, const char *place)
{
    static const char *const fields[] = {"Seconds", "SecondsPath", "Timestamp", "TimestampPath",
                                         NULL};
    const char *instant = rc_json_text(state, "Timestamp");
    double unix_ms;
    int count = 0;
    for (int i = 0; fields[i]; i++)
        count += json_object_get(state, fields[i]) != NULL;
    if (count != 1)
        return bad(checker, place,
                   "The state needs one of Seconds, SecondsPath, Timestamp, TimestampPath");
    if (instant && !rc_states_instant(instant, &unix_ms))
        return bad(checker, place, "Timestamp has to be an ISO 8601 instant");
    return in_range(checker, state, "Seconds", 0, 99999999, place);
}

static bool check_map(struct checker *checker, const json_t *state, const char *place)
{
    const json_t *processor = rc_states_processor(state);
    char below[PLACE_BYTES];
    if (!processor)
        return bad(checker, place, "These fields are required: [ItemProcessor]");
    if (json_object_get(state, "ItemReader") || json_object_get(state, "ResultWriter"))
        return bad(checker, place, "reconlocal has no ItemReader and no ResultWriter");
    join(below, "%s/%s", place,
         json_object_get(state, "ItemProcessor") ? "ItemProcessor" : "Iterator");
    return in_range(checker, state, "MaxConcurrency", 0, 1e9, place) &&
           in_range(checker, state, "ToleratedFailureCount", 0, 1e9, place) &&
           in_range(checker, state, "ToleratedFailurePercentage", 0, 100, place) &&
           check_machine(checker, processor, below);
}

static bool check_parallel(struct checker *checker, const json_t *state, const char *place)
{
    const json_t *branches = json_object_get(state, "Branches"), *branch;
    char below[PLACE_BYTES];
    size_t i;
    if (!json_array_size(branches))
        return bad(checker, place, "These fields are required: [Branches]");
    json_array_foreach(branches, i, branch)
    {
        join(below, "%s/Branches[%zu]", place, i);
        if (!check_machine(checker, branch, below))
            return false;
    }
    return true;
}

static bool check_kind(struct checker *checker, const json_t *state, const json_t *states,
                       const char *place)
{
    const char *type = rc_json_text(state, "Type");
    if (rc_states_is(type, "Task"))
        return check_task(checker, state, place);
    if (rc_states_is(type, "Choice"))
        return check_choice(checker, state, states, place);
    if (rc_states_is(type, "Wait"))
        return check_wait(checker, state, place);
    if (rc_states_is(type, "Map"))
        return check_map(checker, state, place);
    if (rc_states_is(type, "Parallel"))
        return check_parallel(checker, state, place);
    if (rc_states_is(type, "Pass") || rc_states_is(type, "Succeed") || rc_states_is(type, "Fail"))
        return true;
    return bad(checker, place, "Invalid state type %s", type ? type : "");
}

/* Choice, Succeed and Fail have neither Next nor End; all others have one of them. */
static bool check_transition(struct checker *checker, const json_t *state, const json_t *states,
                             const char *place)
{
    const char *type = rc_json_text(state, "Type"), *next = rc_json_text(state, "Next");
    bool end = json_is_true(json_object_get(state, "End"));
    bool free_of_it =
        rc_states_is(type, "Choice") || rc_states_is(type, "Succeed") || rc_states_is(type, "Fail");
    if (free_of_it)
        return (!next && !end) || bad(checker, place, "A %s state has neither Next nor End", type);
    if (!next == !end)
        return bad(checker, place, "These fields are required: [Next] or [End]");
    return !next || json_object_get(states, next) || no_target(checker, place, "Next", next);
}

static bool check_state(struct checker *checker, const json_t *state, const json_t *states,
                        const char *place)
{
    const char *language = rc_json_text(state, "QueryLanguage");
    if (!json_is_object(state))
        return bad(checker, place, "A state has to be an object");
    if (language && strcmp(language, "JSONPath") != 0)
        return bad(checker, place, "reconlocal's query language is JSONPath");
    return check_kind(checker, state, states, place) &&
           check_transition(checker, state, states, place) && check_paths(checker, state, place) &&
           check_handlers(checker, state, "Retry", states, place) &&
           check_handlers(checker, state, "Catch", states, place);
}

/* ----- what can be reached ----- */

static void push(json_t *stack, const json_t *state, const char *field)
{
    json_t *next = json_object_get(state, field);
    if (json_is_string(next))
        json_array_append(stack, next);
}

static void push_list(json_t *stack, const json_t *list)
{
    size_t i;
    const json_t *entry;
    json_array_foreach(list, i, entry)
    {
        push(stack, entry, "Next");
    }
}

/* With a stack of its own, since a chain of states may be long. */
static void reach(json_t *reached, const json_t *states, const char *start)
{
    json_t *stack = json_pack("[s]", start);
    for (size_t count; (count = json_array_size(stack)) > 0;) {
        json_t *name = json_incref(json_array_get(stack, count - 1));
        const json_t *state = json_object_get(states, json_string_value(name));
        json_array_remove(stack, count - 1);
        if (state && !json_object_get(reached, json_string_value(name))) {
            json_object_set_new(reached, json_string_value(name), json_true());
            push(stack, state, "Next");
            push(stack, state, "Default");
            push_list(stack, json_object_get(state, "Choices"));
            push_list(stack, json_object_get(state, "Catch"));
        }
        json_decref(name);
    }
    json_decref(stack);
}

static bool check_reach(struct checker *checker, const json_t *states, const char *start,
                        const char *place)
{
    json_t *reached = json_object(), *state;
    const char *name, *lost = NULL;
    reach(reached, states, start);
    json_object_foreach((json_t *)(uintptr_t)states, name, state)
    {
        if (!lost && !json_object_get(reached, name))
            lost = name;
    }
    json_decref(reached);
    if (!lost)
        return true;
    rc_error_set(checker->err, RC_INVALID,
                 "MISSING_TRANSITION_TARGET: State \"%s\" is not reachable. at %s/States/%s", lost,
                 place, lost);
    return false;
}

static bool check_machine(struct checker *checker, const json_t *machine, const char *place)
{
    json_t *states = json_object_get(machine, "States"), *state;
    const char *start = rc_json_text(machine, "StartAt"), *name;
    const char *language = rc_json_text(machine, "QueryLanguage");
    char below[PLACE_BYTES];
    bool ok = true;
    if (++checker->depth > DEPTH)
        return bad(checker, place, "State machines are nested too deep");
    if (language && strcmp(language, "JSONPath") != 0)
        return bad(checker, place, "reconlocal's query language is JSONPath");
    if (!json_is_object(states) || !json_object_size(states) || !start)
        return bad(checker, *place ? place : "/", "These fields are required: [StartAt, States]");
    if (!json_object_get(states, start))
        return no_target(checker, place, "StartAt", start);
    json_object_foreach(states, name, state)
    {
        join(below, "%s/States/%s", place, name);
        ok = ok && strlen(name) <= RC_STATES_NAME_MOST
                 ? check_state(checker, state, states, below)
                 : ok && bad(checker, below, "The name of a state has up to 80 characters");
    }
    checker->depth--;
    return ok && check_reach(checker, states, start, place);
}

bool rc_states_check(const json_t *machine, struct rc_error *err)
{
    struct checker checker = {.err = err};
    if (!json_is_object(machine))
        return bad(&checker, "/", "A state machine is an object");
    return in_range(&checker, machine, "TimeoutSeconds", 1, 99999999, "/") &&
           check_machine(&checker, machine, "");
}
