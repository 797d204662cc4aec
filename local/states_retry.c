/* Retry and Catch. Source: "Handling errors in Step Functions workflows", AWS Step Functions
 * Developer Guide. */
#include "aws/json.h"
#include "local/answer.h"
#include "local/jsonpath.h"
#include "local/states.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double LONGEST_S = 31622400; /* what MaxDelaySeconds may be: 366 days */

/* States.ALL takes everything but what ends an execution whatever happens; States.TaskFailed
 * takes what a task may fail with, but for a timeout. */
static bool takes(const json_t *errors, const char *error)
{
    bool final =
        strcmp(error, "States.DataLimitExceeded") == 0 || strcmp(error, "States.Runtime") == 0;
    bool late =
        strcmp(error, "States.Timeout") == 0 || strcmp(error, "States.HeartbeatTimeout") == 0;
    size_t i;
    const json_t *entry;
    json_array_foreach(errors, i, entry)
    {
        const char *name = json_string_value(entry);
        if (rc_states_is(name, error) || (rc_states_is(name, "States.ALL") && !final) ||
            (rc_states_is(name, "States.TaskFailed") && !final && !late) ||
            (rc_states_is(name, "States.Timeout") && late))
            return true;
    }
    return false;
}

static double number_or(const json_t *json, const char *member, double otherwise)
{
    const json_t *value = json_object_get(json, member);
    return json_is_number(value) ? json_number_value(value) : otherwise;
}

static double delay_s(struct rc_local *local, const json_t *retrier, int64_t attempt)
{
    double delay = number_or(retrier, "IntervalSeconds", 1) *
                   pow(number_or(retrier, "BackoffRate", 2), (double)attempt);
    double most = number_or(retrier, "MaxDelaySeconds", LONGEST_S);
    if (delay > most)
        delay = most;
    if (rc_states_is(rc_json_text(retrier, "JitterStrategy"), "FULL"))
        delay *= rc_local_chance(local);
    return delay;
}

bool rc_states_retry(struct rc_branch *branch, const char *error)
{
    struct rc_local *local = branch->execution->local;
    const json_t *retriers = json_object_get(branch->definition, "Retry");
    json_t *attempts = json_object_get(branch->work, "attempts");
    size_t i, count = json_array_size(retriers);
    const json_t *retrier = NULL;
    for (i = 0; i < count; i++) {
        retrier = json_array_get(retriers, i);
        if (takes(json_object_get(retrier, "ErrorEquals"), error))
            break;
    }
    if (i == count)
        return false;
    if (!attempts) {
        attempts = json_array();
        json_object_set_new(branch->work, "attempts", attempts);
    }
    while (json_array_size(attempts) < count)
        json_array_append_new(attempts, json_integer(0));
    int64_t attempt = json_integer_value(json_array_get(attempts, i));
    if ((double)attempt >= number_or(retrier, "MaxAttempts", 3))
        return false;
    json_array_set_new(attempts, i, json_integer(attempt + 1));
    rc_branch_drop_children(branch);
    branch->phase = RC_PHASE_RETRY;
    branch->beat_ms = 0;
    branch->due_ms = rc_local_now_ms(local) + (int64_t)(delay_s(local, retrier, attempt) * 1000);
    rc_branch_save(branch);
    rc_branch_set_timer(branch);
    return true;
}

bool rc_states_catch(struct rc_branch *branch, const char *error, const char *cause)
{
    const json_t *catchers = json_object_get(branch->definition, "Catch"), *catcher = NULL;
    struct rc_error err = {0};
    size_t i;
    json_array_foreach(catchers, i, catcher)
    {
        if (takes(json_object_get(catcher, "ErrorEquals"), error))
            break;
    }
    if (i == json_array_size(catchers))
        return false;
    const json_t *path = json_object_get(catcher, "ResultPath");
    const char *place = path ? json_string_value(path) : "$";
    json_t *output = json_incref(branch->data);
    json_t *what = json_pack("{s:s, s:s}", "Error", error, "Cause", cause ? cause : "");
    if (json_is_null(path))
        json_decref(what);
    else if (!rc_jsonpath_set(place, &output, what, &err)) {
        json_decref(output);
        return false;
    }
    rc_branch_drop_children(branch);
    rc_states_leave(branch, output, rc_json_text(catcher, "Next"));
    return true;
}
