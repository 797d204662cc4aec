/* Running a task on Fargate by hand. */
#include "ops/actions.h"

#include "aws/ecs.h"
#include "aws/json.h"
#include "aws/states.h"
#include "ops/follow.h"
#include "ops/task_follow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    INPUT_MOST = 8192, /* of all overrides: "RunTask", Amazon ECS API Reference */
    SUBNETS_MOST = 16, /* of a task's network: "AwsVpcConfiguration", likewise; five groups */
    NAME_BYTES = 256,
};

static const char *const no_yes[] = {"no", "yes", NULL};

static const struct rc_op_param params[] = {
    {.name = "step", .help = "the worker's step that the input is for", .fallback = ""},
    RC_OPS_INPUT_PARAMS,
    {.name = "cluster", .help = "where it runs; the pipeline's, otherwise", .fallback = ""},
    {.name = "container",
     .help = "which one gets the input; the definition's first, otherwise",
     .fallback = ""},
    {.name = "cpu", .help = "CPU units, in place of the definition's", .fallback = ""},
    {.name = "memory", .help = "MiB, in place of the definition's", .fallback = ""},
    {.name = "subnets",
     .help = "ids with commas between; those of the pipeline's own tasks, otherwise",
     .fallback = ""},
    {.name = "security-groups", .help = "likewise", .fallback = ""},
    {.name = "wait",
     .help = "follows it, with its log, until it has ended",
     .fallback = "no",
     .choices = no_yes},
    {0},
};

/* ----- where it runs ----- */

struct network {
    char *subnets[SUBNETS_MOST], *groups[SUBNETS_MOST];
    size_t subnet_count, group_count;
    char public_ip[16]; /* ENABLED, DISABLED or "" */
};

static void free_network(struct network *network)
{
    for (size_t i = 0; i < network->subnet_count; i++)
        free(network->subnets[i]);
    for (size_t i = 0; i < network->group_count; i++)
        free(network->groups[i]);
}

/* Those of a text with commas between. */
static void take_ids(const char *text, size_t length, char *ids[SUBNETS_MOST], size_t *count)
{
    const char *end = text + length;
    while (text < end && *count < SUBNETS_MOST) {
        size_t width = strcspn(text, ",");
        if (width > (size_t)(end - text))
            width = (size_t)(end - text);
        if (width && (ids[*count] = strndup(text, width)))
            ++*count;
        text += width + 1;
    }
}

/* A list of ids, or the States.StringSplit('…', ',') that the stack of deploy/ has there. */
static void take_member(const json_t *vpc, const char *name, char *ids[SUBNETS_MOST], size_t *count)
{
    char path[40];
    const json_t *list = json_object_get(vpc, name);
    snprintf(path, sizeof path, "%s.$", name);
    const char *split = json_string_value(json_object_get(vpc, path));
    const char *open = split ? strchr(split, '\'') : NULL;
    if (open)
        take_ids(open + 1, strcspn(open + 1, "'"), ids, count);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *id = json_string_value(json_array_get(list, i));
        if (id)
            take_ids(id, strlen(id), ids, count);
    }
}

/* From the first state of the machine that runs a task. */
static void take_network(const char *definition, struct network *network)
{
    json_t *machine = json_loads(definition, 0, NULL), *state;
    const char *name;
    json_object_foreach(json_object_get(machine, "States"), name, state)
    {
        const char *resource = rc_json_text(state, "Resource");
        const json_t *vpc =
            rc_json_at(state, "Parameters.NetworkConfiguration.AwsvpcConfiguration");
        const char *public_ip = rc_json_text(vpc, "AssignPublicIp");
        if (!vpc || !resource || !strstr(resource, "ecs:runTask"))
            continue;
        take_member(vpc, "Subnets", network->subnets, &network->subnet_count);
        take_member(vpc, "SecurityGroups", network->groups, &network->group_count);
        snprintf(network->public_ip, sizeof network->public_ip, "%s", public_ip ? public_ip : "");
        break;
    }
    json_decref(machine);
}

static bool find_network(struct rc_op *op, struct network *network, struct rc_error *err)
{
    const char *subnets = rc_op_param(op, "subnets"), *groups = rc_op_param(op, "security-groups");
    const struct rc_stack_place *place = rc_op_place(op, err);
    if (!place)
        return false;
    take_ids(subnets, strlen(subnets), network->subnets, &network->subnet_count);
    take_ids(groups, strlen(groups), network->groups, &network->group_count);
    if (network->subnet_count)
        return true;
    const struct rc_states_describe_machine in = {.arn = place->machine_arn};
    struct rc_call *call = rc_states_describe_machine(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    bool ok = rc_call_wait(call, err);
    if (ok)
        take_network(rc_states_describe_machine_answer(call)->definition, network);
    else
        rc_error_prefix(err, "the subnets of the pipeline's tasks are not known (subnets names "
                             "them)");
    rc_call_free(call);
    return ok;
}

/* ----- what runs ----- */

static const char *definition_of(struct rc_op *op, const char *target, struct rc_error *err)
{
    if (strcmp(target, "worker") != 0)
        return target;
    const struct rc_stack_place *place = rc_op_place(op, err);
    return place ? place->worker : NULL; /* the function and the family have one name */
}

static const char *cluster_of(struct rc_op *op, struct rc_error *err)
{
    const char *cluster = rc_op_param(op, "cluster");
    const struct rc_stack_place *place = *cluster ? NULL : rc_op_place(op, err);
    return *cluster ? cluster : place ? place->cluster : NULL;
}

/* The container that gets the input; NULL with an error. */
static const struct rc_ecs_container_definition *
container_of(const struct rc_op *op, const struct rc_ecs_definition *definition,
             struct rc_error *err)
{
    const char *name = rc_op_param(op, "container");
    for (size_t i = 0; i < definition->containers.count; i++)
        if (!*name || strcmp(definition->containers.items[i].name, name) == 0)
            return &definition->containers.items[i];
    rc_error_set(err, RC_USAGE, "%s has no container %s", definition->arn, *name ? name : "at all");
    return NULL;
}

/* NULL with an error. */
static struct rc_call *look(struct rc_op *op, const char *target, struct rc_error *err)
{
    const struct rc_ecs_describe_definition in = {.task_definition =
                                                      definition_of(op, target, err)};
    if (!in.task_definition)
        return NULL;
    struct rc_call *call = rc_ecs_describe_definition(rc_op_pipeline(op)->aws, &in, NULL, NULL);
    if (rc_call_wait(call, err))
        return call;
    rc_call_free(call);
    return NULL;
}

/* As a text, the caller's; "" when nothing is handed on. NULL with an error. */
static char *input_of(const struct rc_op *op, struct rc_error *err)
{
    const char *step = rc_op_param(op, "step");
    bool any = *step || *rc_op_param(op, "input") || *rc_op_param(op, "input-file");
    json_t *input = any ? rc_follow_input(op, step, INPUT_MOST, err) : NULL;
    char *text = input ? json_dumps(input, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    if (!any)
        text = strdup("");
    if (!text && (input || !any))
        rc_error_nomem(err);
    json_decref(input);
    return text;
}

/* ----- preview ----- */

static void say_override(struct rc_op *op, const char *name, const char *was)
{
    const char *value = rc_op_param(op, name);
    if (*value)
        rc_op_will_change(op, name, was ? was : "", value);
}

static bool say_what(struct rc_op *op, const struct rc_ecs_definition *definition,
                     struct rc_error *err)
{
    struct network network = {.subnet_count = 0};
    const struct rc_ecs_container_definition *container = container_of(op, definition, err);
    char *input = container ? input_of(op, err) : NULL;
    bool ok = input && cluster_of(op, err) && find_network(op, &network, err);
    if (ok) {
        rc_op_will_call(op, "ecs:RunTask", definition->arn, 1);
        rc_op_will_change(op, "tasks", "", "one more");
        say_override(op, "cpu", definition->cpu);
        say_override(op, "memory", definition->memory);
        if (*input)
            rc_op_will_change(op, "RECON_INPUT", "", container->name);
        if (!network.subnet_count && definition->network_mode &&
            strcmp(definition->network_mode, "awsvpc") == 0)
            rc_op_refuse(op, "it needs subnets: the pipeline's machine names none, and subnets "
                             "was not given");
    }
    free_network(&network);
    free(input);
    return ok;
}

static bool preview_task(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct rc_call *call = look(op, target, err);
    bool ok = call && say_what(op, rc_ecs_describe_definition_answer(call)->definition, err);
    rc_call_free(call);
    return ok;
}

/* ----- performance ----- */

static struct rc_call *run(struct rc_op *op, const struct rc_ecs_definition *definition,
                           const char *container, const char *input, const struct network *network)
{
    struct rc_error unseen = {0};
    const char *cpu = rc_op_param(op, "cpu"), *memory = rc_op_param(op, "memory");
    const struct rc_ecs_pair environment = {"RECON_INPUT", input};
    const struct rc_ecs_container_override with = {.name = container,
                                                   .environment = {&environment, 1}};
    const struct rc_ecs_override overrides = {.containers = {&with, *input ? 1 : 0},
                                              .cpu = *cpu ? cpu : NULL,
                                              .memory = *memory ? memory : NULL};
    const struct rc_ecs_vpc vpc = {
        .subnets = {(const char *const *)network->subnets, network->subnet_count},
        .security_groups = {(const char *const *)network->groups, network->group_count},
        .assign_public_ip = *network->public_ip ? network->public_ip : NULL};
    const struct rc_ecs_network net = {.vpc = &vpc};
    const struct rc_ecs_run_task in = {.task_definition = definition->arn,
                                       .cluster = cluster_of(op, &unseen),
                                       .count = 1,
                                       .launch_type = "FARGATE",
                                       .network = network->subnet_count ? &net : NULL,
                                       .overrides = *input || *cpu || *memory ? &overrides : NULL,
                                       .client_token = rc_op_key(op),
                                       .propagate_tags = "TASK_DEFINITION"};
    return rc_ecs_run_task(rc_op_pipeline(op)->aws, &in, NULL, NULL);
}

/* "arn:…:task/CLUSTER/ID" has the log "PREFIX/CONTAINER/ID". */
static void know_log(struct rc_task_follow *task,
                     const struct rc_ecs_container_definition *container)
{
    const struct rc_ecs_log_options *logging = container->logging;
    const char *id = strrchr(task->arn, '/'), *group = NULL, *prefix = NULL;
    for (size_t i = 0; logging && i < logging->options.count; i++) {
        const struct rc_pair *option = &logging->options.items[i];
        group = strcmp(option->key, "awslogs-group") == 0 ? option->value : group;
        prefix = strcmp(option->key, "awslogs-stream-prefix") == 0 ? option->value : prefix;
    }
    if (!group || !prefix || !id)
        return;
    snprintf(task->group, sizeof task->group, "%s", group);
    snprintf(task->stream, sizeof task->stream, "%s/%.60s%s", prefix, container->name, id);
}

/* What became of the task: it was started, whatever comes now. */
static bool follow(struct rc_op *op, struct rc_task_follow *task, struct rc_error *err)
{
    struct rc_error why = {0};
    bool ok = true;
    if (!rc_op_flag(op, "wait"))
        rc_op_done(op, "task %s", task->arn);
    else if (!rc_task_follow(op, task, &why))
        rc_op_done(op, "task %s was started, and could not be followed: %s", task->arn, why.text);
    else if (!task->ended)
        rc_op_done(op, "task %s was left while it was %s: it goes on", task->arn, task->status);
    else if (task->exit_code == 0)
        rc_op_done(op, "task %s has ended in order", task->arn);
    else {
        rc_error_set(err, RC_IO, "task %s was run and ended with %" PRId64 ": %s", task->arn,
                     task->exit_code, *task->reason ? task->reason : "no reason is given");
        ok = false;
    }
    rc_op_answer(op, json_pack("{ss ss sI ss sO}", "task", task->arn, "status", task->status,
                               "exit", (json_int_t)task->exit_code, "reason", task->reason, "log",
                               task->lines));
    return ok;
}

static bool take_task(struct rc_op *op, const struct rc_ecs_tasks *answer,
                      const struct rc_ecs_container_definition *container, struct rc_error *err)
{
    struct rc_task_follow task = {.exit_code = -1};
    if (!answer->tasks.count) {
        const struct rc_ecs_failure *failure =
            answer->failures.count ? &answer->failures.items[0] : NULL;
        rc_error_set(err, RC_IO, "no task was started: %s %s",
                     failure && failure->reason ? failure->reason : "no reason is given",
                     failure && failure->detail ? failure->detail : "");
        return false;
    }
    snprintf(task.arn, sizeof task.arn, "%s", answer->tasks.items[0].arn);
    snprintf(task.status, sizeof task.status, "%s", answer->tasks.items[0].last_status);
    task.cluster = cluster_of(op, err);
    task.lines = json_array();
    know_log(&task, container);
    bool ok = task.cluster && task.lines && follow(op, &task, err);
    json_decref(task.lines);
    return ok;
}

static bool perform_task(struct rc_op *op, const char *target, struct rc_error *err)
{
    struct network network = {.subnet_count = 0};
    struct rc_call *call = look(op, target, err), *task = NULL;
    const struct rc_ecs_definition *definition =
        call ? rc_ecs_describe_definition_answer(call)->definition : NULL;
    const struct rc_ecs_container_definition *container =
        definition ? container_of(op, definition, err) : NULL;
    char *input = container ? input_of(op, err) : NULL;
    bool ok = input && cluster_of(op, err) && find_network(op, &network, err);
    if (ok) {
        task = run(op, definition, container->name, input, &network);
        ok = rc_call_wait(task, err) && take_task(op, rc_ecs_run_task_answer(task), container, err);
    }
    rc_call_free(task);
    rc_call_free(call);
    free_network(&network);
    free(input);
    return ok;
}

const struct rc_op_action rc_op_run_task = {
    .name = "run-task",
    .title = "run a task",
    .target = "task definition",
    .target_how = "worker|FAMILY[:REVISION]|ARN",
    .help = "Runs a task on Fargate, and with wait follows it until it has ended. ECS knows the "
            "attempt by its token for a day: one that is tried again starts no second task.",
    .permissions = "ecs:RunTask ecs:DescribeTaskDefinition ecs:DescribeTasks iam:PassRole "
                   "states:DescribeStateMachine logs:GetLogEvents",
    .params = params,
    .danger = RC_ROUTINE,
    .preview = preview_task,
    .perform = perform_task,
};
