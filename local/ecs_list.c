/* Looking at tasks, and stopping them. */
#include "local/answer.h"
#include "local/ecs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_MOST = 100 };

/* The request's cluster; false, and the exchange has failed, when there is none. */
static bool need_cluster(struct rc_exchange *exchange, char name[256])
{
    struct rc_ecs_fault fault = {0};
    bool found =
        rc_ecs_cluster(exchange->local, rc_exchange_text(exchange, "cluster"), name, &fault);
    if (!found)
        rc_ecs_refuse(exchange, &fault);
    return found;
}

void rc_ecs_describe_tasks(struct rc_exchange *exchange)
{
    char cluster[256];
    const json_t *given = json_object_get(exchange->in, "tasks");
    size_t count = json_array_size(given);
    if (!need_cluster(exchange, cluster))
        return;
    if (!count || count > RC_ECS_DESCRIBE_MOST) {
        rc_exchange_fail(exchange, 400, "InvalidParameterException",
                         count ? "Tasks cannot have more than 100 entries."
                               : "Tasks cannot be empty.");
        return;
    }
    json_t *tasks = json_array(), *failures = json_array();
    for (size_t i = 0; i < count; i++) {
        const char *word = json_string_value(json_array_get(given, i));
        const char *id = rc_ecs_id(word ? word : "");
        json_t *task = rc_ecs_task_json(exchange->local, cluster, id);
        if (task)
            json_array_append_new(tasks, task);
        else
            json_array_append_new(failures,
                                  json_pack("{s:o, s:s}", "arn",
                                            json_sprintf(RC_ECS_ARN "task/%s/%s", cluster, id),
                                            "reason", "MISSING"));
    }
    rc_answer(exchange, json_pack("{s:o, s:o}", "tasks", tasks, "failures", failures));
}

static void bind_optional(sqlite3_stmt *get, int index, const char *text)
{
    if (text)
        sqlite3_bind_text(get, index, text, -1, SQLITE_STATIC);
}

void rc_ecs_list_tasks(struct rc_exchange *exchange)
{
    char cluster[256], next[32] = "";
    const char *token = rc_exchange_text(exchange, "nextToken");
    const char *desired = rc_exchange_text(exchange, "desiredStatus");
    const char *launch = rc_exchange_text(exchange, "launchType");
    int64_t most = rc_exchange_int(exchange, "maxResults", LIST_MOST), last = 0;
    if (!need_cluster(exchange, cluster))
        return;
    if (most < 1 || most > LIST_MOST)
        most = LIST_MOST;
    json_t *arns = json_array();
    sqlite3_stmt *get =
        rc_local_sql(exchange->local,
                     "SELECT seq, id FROM ecs_task WHERE cluster = ?1 AND desired = ?2 AND seq < ?3"
                     " AND (?4 IS NULL OR family = ?4) AND (?5 IS NULL OR started_by = ?5)"
                     " ORDER BY seq DESC LIMIT ?6");
    sqlite3_bind_text(get, 1, cluster, -1, SQLITE_STATIC);
    sqlite3_bind_text(get, 2, desired ? desired : "RUNNING", -1, SQLITE_STATIC);
    sqlite3_bind_int64(get, 3, token ? strtoll(token, NULL, 10) : INT64_MAX);
    bind_optional(get, 4, rc_exchange_text(exchange, "family"));
    bind_optional(get, 5, rc_exchange_text(exchange, "startedBy"));
    sqlite3_bind_int64(get, 6, most + 1);
    bool fits = !launch || strcmp(launch, "FARGATE") == 0;
    while (fits && sqlite3_step(get) == SQLITE_ROW) {
        if ((int64_t)json_array_size(arns) == most) {
            snprintf(next, sizeof next, "%lld", (long long)last);
            break;
        }
        last = sqlite3_column_int64(get, 0);
        json_array_append_new(
            arns, json_sprintf(RC_ECS_ARN "task/%s/%s", cluster, rc_answer_column(get, 1)));
    }
    rc_local_done(get);
    rc_answer(exchange,
              json_pack("{s:o, s:s?}", "taskArns", arns, "nextToken", *next ? next : NULL));
}

void rc_ecs_stop_task(struct rc_exchange *exchange)
{
    char cluster[256];
    const char *given = rc_exchange_text(exchange, "task");
    const char *id = rc_ecs_id(given ? given : "");
    if (!need_cluster(exchange, cluster))
        return;
    json_t *task = rc_ecs_task_json(exchange->local, cluster, id);
    if (!task) {
        rc_exchange_fail(exchange, 400, "InvalidParameterException",
                         "The referenced task was not found.");
        return;
    }
    if (rc_ecs_stop(exchange->local, id, rc_exchange_text(exchange, "reason"))) {
        json_decref(task);
        task = rc_ecs_task_json(exchange->local, cluster, id);
    }
    rc_answer(exchange, json_pack("{s:o}", "task", task));
}
