/* RunTask: from a definition and its overrides to what is to run. Source of members and
 * words: "Amazon ECS API Reference". */
#include "aws/json.h"
#include "local/answer.h"
#include "local/ecs.h"
#include "local/services.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_MOST = 64, STOP_TIMEOUT_S = 30, REMEMBER_MS = 24 * 60 * 60 * 1000 };

static json_t *find_named(json_t *list, const char *name)
{
    size_t i;
    json_t *entry;
    json_array_foreach(list, i, entry)
    {
        const char *found = rc_json_text(entry, "name");
        if (found && name && strcmp(found, name) == 0)
            return entry;
    }
    return NULL;
}

/* ----- what a container runs ----- */

static json_t *command_of(const json_t *container, const json_t *override)
{
    json_t *words = json_array();
    json_t *command = json_object_get(override, "command");
    if (!json_array_size(command))
        command = json_object_get(container, "command");
    json_array_extend(words, json_object_get(container, "entryPoint"));
    json_array_extend(words, command);
    return words;
}

static json_t *environment_of(const json_t *container, const json_t *override)
{
    json_t *environment = json_object(), *pair;
    const json_t *lists[2] = {json_object_get(container, "environment"),
                              json_object_get(override, "environment")};
    for (int i = 0; i < 2; i++) {
        size_t j;
        json_array_foreach(lists[i], j, pair)
        {
            const char *name = rc_json_text(pair, "name");
            if (name && *name && !strchr(name, '='))
                json_object_set(environment, name, json_object_get(pair, "value"));
        }
    }
    return environment;
}

static json_t *run_of(const json_t *container, const json_t *override, const char *id)
{
    const json_t *logging = json_object_get(container, "logConfiguration");
    const json_t *options = json_object_get(logging, "options");
    const char *driver = rc_json_text(logging, "logDriver");
    const char *prefix = rc_json_text(options, "awslogs-stream-prefix");
    const char *name = rc_json_text(container, "name");
    const json_t *timeout = json_object_get(container, "stopTimeout");
    json_t *run = json_pack(
        "{s:s, s:b, s:o, s:o, s:I}", "name", name, "essential",
        !json_is_false(json_object_get(container, "essential")), "command",
        command_of(container, override), "environment", environment_of(container, override),
        "stopTimeout",
        (json_int_t)(json_is_integer(timeout) ? json_integer_value(timeout) : STOP_TIMEOUT_S));
    if (driver && strcmp(driver, "awslogs") == 0 && rc_json_text(options, "awslogs-group")) {
        json_object_set(run, "group", json_object_get(options, "awslogs-group"));
        json_object_set_new(run, "stream",
                            prefix ? json_sprintf("%s/%s/%s", prefix, name, id) : json_string(id));
    }
    return run;
}

/* ----- the task as it is described ----- */

static json_t *container_json(const json_t *container, const char *cluster, const char *id,
                              const char *uuid)
{
    json_t *json =
        json_pack("{s:o, s:o, s:s, s:O, s:s, s:[], s:s}", "containerArn",
                  json_sprintf(RC_ECS_ARN "container/%s/%s/%s", cluster, id, uuid), "taskArn",
                  json_sprintf(RC_ECS_ARN "task/%s/%s", cluster, id), "name",
                  rc_json_text(container, "name"), "image", json_object_get(container, "image"),
                  "lastStatus", "PENDING", "networkInterfaces", "healthStatus", "UNKNOWN");
    const json_t *cpu = json_object_get(container, "cpu");
    const json_t *memory = json_object_get(container, "memory");
    json_object_set_new(json, "cpu", json_sprintf("%lld", (long long)json_integer_value(cpu)));
    if (memory)
        json_object_set_new(json, "memory",
                            json_sprintf("%lld", (long long)json_integer_value(memory)));
    return json;
}

static json_t *task_json(struct rc_local *local, const json_t *request, const json_t *definition,
                         const char *cluster, const char *id)
{
    const json_t *overrides = json_object_get(request, "overrides");
    const char *group = rc_json_text(request, "group"),
               *launch = rc_json_text(request, "launchType");
    json_t *task = json_pack(
        "{s:o, s:s+, s:O, s:s, s:s, s:s, s:s, s:s+, s:o, s:i, s:[], s:[], s:[], s:s, s:b}",
        "taskArn", json_sprintf(RC_ECS_ARN "task/%s/%s", cluster, id), "clusterArn",
        RC_ECS_ARN "cluster/", cluster, "taskDefinitionArn",
        json_object_get(definition, "taskDefinitionArn"), "lastStatus", "PROVISIONING",
        "desiredStatus", "RUNNING", "launchType", launch ? launch : "FARGATE", "platformVersion",
        "1.4.0", "group",
        group ? "" : "family:", group ? group : rc_json_text(definition, "family"), "createdAt",
        rc_answer_time(rc_local_now_ms(local)), "version", 1, "containers", "attachments",
        "attributes", "availabilityZone", RC_LOCAL_REGION "a", "enableExecuteCommand",
        json_is_true(json_object_get(request, "enableExecuteCommand")));
    json_t *shown = overrides ? json_deep_copy(overrides) : json_object();
    if (!json_object_get(shown, "containerOverrides"))
        json_object_set_new(shown, "containerOverrides", json_array());
    if (!json_object_get(shown, "inferenceAcceleratorOverrides"))
        json_object_set_new(shown, "inferenceAcceleratorOverrides", json_array());
    json_object_set_new(task, "overrides", shown);
    rc_answer_copy(task, definition, "cpu");
    rc_answer_copy(task, definition, "memory");
    rc_answer_copy(task, overrides, "cpu");
    rc_answer_copy(task, overrides, "memory");
    rc_answer_copy(task, request, "startedBy");
    json_t *tags = json_object_get(request, "tags");
    json_object_set_new(task, "tags", tags ? json_incref(tags) : json_array());
    return task;
}

static json_t *start_one(struct rc_local *local, const json_t *request, const json_t *definition,
                         const char *cluster)
{
    char uuid[37], id[33];
    size_t i;
    json_t *container;
    rc_local_uuid(local, uuid);
    snprintf(id, sizeof id, "%.8s%.4s%.4s%.4s%.12s", uuid, uuid + 9, uuid + 14, uuid + 19,
             uuid + 24);
    json_t *task = task_json(local, request, definition, cluster, id), *run = json_array();
    json_t *overrides =
        json_object_get(json_object_get(request, "overrides"), "containerOverrides");
    json_array_foreach(json_object_get(definition, "containerDefinitions"), i, container)
    {
        rc_local_uuid(local, uuid);
        json_array_append_new(json_object_get(task, "containers"),
                              container_json(container, cluster, id, uuid));
        json_array_append_new(
            run, run_of(container, find_named(overrides, rc_json_text(container, "name")), id));
    }
    json_t *shown = json_deep_copy(task);
    if (task && run && shown && rc_ecs_begin(local, id, task, run))
        return shown;
    json_decref(shown);
    return NULL;
}

/* ----- the request ----- */

static bool check_overrides(const json_t *request, const json_t *definition,
                            struct rc_ecs_fault *fault)
{
    size_t i;
    const json_t *override;
    json_array_foreach(json_object_get(json_object_get(request, "overrides"), "containerOverrides"),
                       i, override)
    {
        const char *name = rc_json_text(override, "name");
        if (!find_named(json_object_get(definition, "containerDefinitions"), name))
            return rc_ecs_fail(fault, "InvalidParameterException",
                               "Override for container named %s is not a container in the "
                               "TaskDefinition.",
                               name ? name : "null");
    }
    const char *mode = rc_json_text(definition, "networkMode");
    if (mode && strcmp(mode, "awsvpc") == 0 &&
        !json_object_get(json_object_get(request, "networkConfiguration"), "awsvpcConfiguration"))
        return rc_ecs_fail(fault, "InvalidParameterException",
                           "Network Configuration must be provided when networkMode 'awsvpc' is "
                           "specified.");
    return true;
}

static int64_t count_of(const json_t *request)
{
    return rc_answer_number(request, "count", 1);
}

static json_t *start_all(struct rc_local *local, const json_t *request, const json_t *definition,
                         const char *cluster, struct rc_ecs_fault *fault)
{
    json_t *tasks = json_array(), *failures = json_array();
    for (int64_t i = count_of(request); i > 0; i--) {
        if (local->services->ecs->task_count >= RC_ECS_RUNNING_MOST) {
            json_array_append_new(
                failures, json_pack("{s:s}", "reason",
                                    "Capacity is unavailable at this time. Please try again later "
                                    "or in a different availability zone"));
            continue;
        }
        json_t *task = start_one(local, request, definition, cluster);
        if (!task) {
            rc_ecs_fail(fault, "ServerException", "the task could not be kept");
            json_decref(tasks);
            json_decref(failures);
            return NULL;
        }
        json_array_append_new(tasks, task);
    }
    return json_pack("{s:o, s:o}", "tasks", tasks, "failures", failures);
}

/* ----- client tokens ----- */

static char *canonical(const json_t *request)
{
    return json_dumps(request, RC_ANSWER_JSON | JSON_SORT_KEYS);
}

/* The answer of the same request before, or NULL; false when the token was another's. */
static bool find_token(struct rc_local *local, const char *token, const char *request,
                       json_t **answer, struct rc_ecs_fault *fault)
{
    sqlite3_stmt *get =
        rc_local_sql(local, "SELECT request, answer FROM ecs_token WHERE token = ? AND at_ms > ?");
    sqlite3_bind_text(get, 1, token, -1, SQLITE_STATIC);
    sqlite3_bind_int64(get, 2, rc_local_now_ms(local) - REMEMBER_MS);
    bool found = sqlite3_step(get) == SQLITE_ROW;
    bool same = found && strcmp(rc_answer_column(get, 0), request) == 0;
    *answer = same ? rc_answer_load(rc_answer_column(get, 1)) : NULL;
    rc_local_done(get);
    return !found || same ||
           rc_ecs_fail(fault, "ConflictException",
                       "The client token %s was used with other parameters", token);
}

static void forget_tokens(struct rc_local *local)
{
    sqlite3_stmt *gone = rc_local_sql(local, "DELETE FROM ecs_token WHERE at_ms <= ?");
    sqlite3_bind_int64(gone, 1, rc_local_now_ms(local) - REMEMBER_MS);
    rc_local_run(local, gone);
}

static bool keep_token(struct rc_local *local, const char *token, const char *request,
                       const json_t *answer)
{
    char *text = rc_answer_dump(answer);
    if (!text)
        return false;
    forget_tokens(local);
    sqlite3_stmt *put = rc_local_sql(
        local, "INSERT OR REPLACE INTO ecs_token (token, request, answer, at_ms) VALUES"
               " (?, ?, ?, ?)");
    sqlite3_bind_text(put, 1, token, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 2, request, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 3, text, -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 4, rc_local_now_ms(local));
    bool ok = rc_local_run(local, put);
    free(text);
    return ok;
}

/* With what the tasks have become since. */
static json_t *refresh(struct rc_local *local, json_t *answer, const char *cluster)
{
    json_t *tasks = json_object_get(answer, "tasks");
    for (size_t i = 0; i < json_array_size(tasks); i++) {
        const char *arn = rc_json_text(json_array_get(tasks, i), "taskArn");
        json_t *now = arn ? rc_ecs_task_json(local, cluster, rc_ecs_id(arn)) : NULL;
        if (now)
            json_array_set_new(tasks, i, now);
    }
    return answer;
}

static json_t *run_once(struct rc_local *local, const json_t *request, const json_t *definition,
                        const char *cluster, struct rc_ecs_fault *fault)
{
    const char *token = rc_json_text(request, "clientToken");
    json_t *answer = NULL;
    if (!token)
        return start_all(local, request, definition, cluster, fault);
    char *text = canonical(request);
    if (text && find_token(local, token, text, &answer, fault)) {
        if (answer)
            answer = refresh(local, answer, cluster);
        else if ((answer = start_all(local, request, definition, cluster, fault)))
            keep_token(local, token, text, answer);
    }
    free(text);
    return answer;
}

json_t *rc_ecs_run(struct rc_local *local, const json_t *request, struct rc_ecs_fault *fault)
{
    char cluster[256];
    const char *given = rc_json_text(request, "taskDefinition");
    const char *token = rc_json_text(request, "clientToken");
    if (!rc_ecs_cluster(local, rc_json_text(request, "cluster"), cluster, fault))
        return NULL;
    if (count_of(request) < 1 || count_of(request) > RC_ECS_COUNT_MOST) {
        rc_ecs_fail(fault, "InvalidParameterException",
                    "Invalid count. Count must be between 1 and %d.", RC_ECS_COUNT_MOST);
        return NULL;
    }
    if (token && strlen(token) > TOKEN_MOST) {
        rc_ecs_fail(fault, "InvalidParameterException", "clientToken can have up to %d characters.",
                    TOKEN_MOST);
        return NULL;
    }
    json_t *definition = given ? rc_ecs_definition(local, given) : NULL, *answer = NULL;
    if (!definition)
        rc_ecs_fail(fault, "ClientException", "TaskDefinition not found.");
    else if (check_overrides(request, definition, fault))
        answer = run_once(local, request, definition, cluster, fault);
    json_decref(definition);
    return answer;
}

void rc_ecs_run_task(struct rc_exchange *exchange)
{
    struct rc_ecs_fault fault = {0};
    json_t *answer = rc_ecs_run(exchange->local, exchange->in, &fault);
    if (answer)
        rc_answer(exchange, answer);
    else
        rc_ecs_refuse(exchange, &fault);
}
