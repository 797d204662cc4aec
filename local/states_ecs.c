/* Tasks that run ECS tasks. */
#include "aws/json.h"
#include "local/answer.h"
#include "local/ecs.h"
#include "local/states.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Step Functions writes members as TaskDefinition, ECS as taskDefinition. */
static json_t *rename_members(const json_t *json, int (*first)(int))
{
    const char *name;
    json_t *member;
    size_t i;
    if (json_is_array(json)) {
        json_t *list = json_array();
        json_array_foreach(json, i, member)
        {
            json_array_append_new(list, rename_members(member, first));
        }
        return list;
    }
    if (!json_is_object(json))
        return json_incref((json_t *)(uintptr_t)json);
    json_t *object = json_object();
    json_object_foreach((json_t *)(uintptr_t)json, name, member)
    {
        char *renamed = strdup(name);
        if (renamed) {
            *renamed = (char)first((unsigned char)*renamed);
            json_object_set_new(object, renamed, rename_members(member, first));
        }
        free(renamed);
    }
    return object;
}

/* Values of the environment are texts; a number from a path becomes one. */
static void make_texts(json_t *request)
{
    json_t *overrides =
        json_object_get(json_object_get(request, "overrides"), "containerOverrides");
    json_t *container, *pair;
    size_t i, j;
    json_array_foreach(overrides, i, container)
    {
        json_array_foreach(json_object_get(container, "environment"), j, pair)
        {
            const json_t *value = json_object_get(pair, "value");
            char *text = value && !json_is_string(value) ? rc_answer_dump(value) : NULL;
            if (text)
                json_object_set_new(pair, "value", json_string(text));
            free(text);
        }
    }
}

static bool all_well(const json_t *task)
{
    size_t i;
    const json_t *container;
    json_array_foreach(json_object_get(task, "containers"), i, container)
    {
        const json_t *code = json_object_get(container, "exitCode");
        if (!json_is_integer(code) || json_integer_value(code) != 0)
            return false;
    }
    return rc_states_is(rc_json_text(task, "stopCode"), "EssentialContainerExited");
}

static void on_stopped(void *ctx, const json_t *task)
{
    struct rc_branch *branch = ctx;
    json_object_del(branch->work, "ecs");
    json_t *shown = task ? rename_members(task, toupper) : NULL;
    if (task && all_well(task)) {
        rc_states_task_done(branch, shown);
        return;
    }
    char *cause = shown ? rc_answer_dump(shown) : NULL;
    rc_states_task_failed(branch, "States.TaskFailed", cause);
    free(cause);
    json_decref(shown);
}

static void submitted(struct rc_branch *branch, const json_t *answer)
{
    const json_t *failures = json_object_get(answer, "failures");
    const json_t *task = json_array_get(json_object_get(answer, "tasks"), 0);
    const char *arn = rc_json_text(task, "taskArn");
    json_t *shown = rename_members(answer, toupper);
    if (json_array_size(failures) || !arn) {
        char *cause = rc_answer_dump(json_object_get(shown, "Failures"));
        rc_states_task_failed(branch, "AmazonECS.Unknown", cause);
        free(cause);
        json_decref(shown);
        return;
    }
    if (strcmp(rc_states_mode(branch), ".sync") == 0) {
        json_object_set_new(branch->work, "ecs", json_string(arn));
        rc_ecs_await(branch->execution->local, arn, on_stopped, branch);
    }
    rc_states_submitted(branch, shown);
}

void rc_states_call_ecs(struct rc_branch *branch, const json_t *parameters)
{
    struct rc_ecs_fault fault = {0};
    char error[160];
    json_t *request = rename_members(parameters, tolower);
    make_texts(request);
    json_t *answer = rc_ecs_run(branch->execution->local, request, &fault);
    json_decref(request);
    if (answer) {
        submitted(branch, answer);
    } else {
        snprintf(error, sizeof error, "ECS.%s", fault.code);
        rc_states_task_failed(branch, error, fault.message);
    }
    json_decref(answer);
}

bool rc_states_await_ecs(struct rc_branch *branch)
{
    const char *arn = rc_json_text(branch->work, "ecs");
    return arn && rc_ecs_await(branch->execution->local, arn, on_stopped, branch);
}

void rc_states_forget_ecs(struct rc_branch *branch, bool stop)
{
    const char *arn = rc_json_text(branch->work, "ecs");
    if (!arn)
        return;
    rc_ecs_forget(branch->execution->local, on_stopped, branch);
    if (stop)
        rc_ecs_stop(branch->execution->local, rc_ecs_id(arn),
                    "The execution that ran it does not need it any more");
}
