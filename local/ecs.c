#include "local/ecs.h"

#include "local/answer.h"
#include "local/services.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool rc_ecs_fail(struct rc_ecs_fault *fault, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    snprintf(fault->code, sizeof fault->code, "%s", code);
    vsnprintf(fault->message, sizeof fault->message, format, args);
    va_end(args);
    return false;
}

void rc_ecs_refuse(struct rc_exchange *exchange, const struct rc_ecs_fault *fault)
{
    rc_exchange_fail(exchange, strcmp(fault->code, "ServerException") == 0 ? 500 : 400, fault->code,
                     "%s", fault->message);
}

const char *rc_ecs_id(const char *arn_or_name)
{
    const char *slash = strrchr(arn_or_name, '/');
    return slash ? slash + 1 : arn_or_name;
}

/* ----- clusters ----- */

static bool has_cluster(struct rc_local *local, const char *name)
{
    sqlite3_stmt *get = rc_local_sql(local, "SELECT 1 FROM ecs_cluster WHERE name = ?");
    sqlite3_bind_text(get, 1, name, -1, SQLITE_STATIC);
    bool found = sqlite3_step(get) == SQLITE_ROW;
    rc_local_done(get);
    return found;
}

bool rc_ecs_cluster(struct rc_local *local, const char *given, char name[256],
                    struct rc_ecs_fault *fault)
{
    snprintf(name, 256, "%s", given ? rc_ecs_id(given) : "default");
    return has_cluster(local, name) ||
           rc_ecs_fail(fault, "ClusterNotFoundException", "Cluster not found.");
}

static int count_tasks(struct rc_local *local, const char *cluster, bool running)
{
    sqlite3_stmt *get = rc_local_sql(
        local, "SELECT count(*) FROM ecs_task WHERE cluster = ?1 AND stopped_ms IS NULL"
               " AND (last = 'RUNNING') = ?2 AND last IN ('PROVISIONING', 'PENDING', 'RUNNING')");
    sqlite3_bind_text(get, 1, cluster, -1, SQLITE_STATIC);
    sqlite3_bind_int(get, 2, running);
    int count = sqlite3_step(get) == SQLITE_ROW ? sqlite3_column_int(get, 0) : 0;
    rc_local_done(get);
    return count;
}

static json_t *cluster_json(struct rc_local *local, const char *name)
{
    return json_pack("{s:s+, s:s, s:s, s:i, s:i, s:i, s:i, s:[ss], s:[], s:[], s:[], s:[]}",
                     "clusterArn", RC_ECS_ARN "cluster/", name, "clusterName", name, "status",
                     "ACTIVE", "registeredContainerInstancesCount", 0, "runningTasksCount",
                     count_tasks(local, name, true), "pendingTasksCount",
                     count_tasks(local, name, false), "activeServicesCount", 0, "capacityProviders",
                     "FARGATE", "FARGATE_SPOT", "defaultCapacityProviderStrategy", "statistics",
                     "settings", "tags");
}

static bool add_cluster(struct rc_local *local, const char *name)
{
    sqlite3_stmt *put = rc_local_sql(local, "INSERT OR IGNORE INTO ecs_cluster (name) VALUES (?)");
    sqlite3_bind_text(put, 1, name, -1, SQLITE_STATIC);
    return rc_local_run(local, put);
}

static void create_cluster(struct rc_exchange *exchange)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    const char *name = rc_exchange_text(exchange, "clusterName");
    if (!name)
        name = "default";
    size_t length = strlen(name);
    if (length < 1 || length > 255 || strspn(name, allowed) != length)
        rc_exchange_fail(exchange, 400, "InvalidParameterException",
                         "clusterName: letters, digits, - and _, up to 255");
    else if (!add_cluster(exchange->local, name))
        rc_exchange_fail(exchange, 500, "ServerException", "the cluster could not be kept");
    else
        rc_answer(exchange, json_pack("{s:o}", "cluster", cluster_json(exchange->local, name)));
}

static void describe_clusters(struct rc_exchange *exchange)
{
    const json_t *given = json_object_get(exchange->in, "clusters");
    json_t *clusters = json_array(), *failures = json_array();
    size_t count = json_array_size(given);
    for (size_t i = 0; i < (count ? count : 1) && i < RC_ECS_DESCRIBE_MOST; i++) {
        const char *word = count ? json_string_value(json_array_get(given, i)) : "default";
        const char *name = rc_ecs_id(word ? word : "");
        if (has_cluster(exchange->local, name))
            json_array_append_new(clusters, cluster_json(exchange->local, name));
        else
            json_array_append_new(failures, json_pack("{s:s+, s:s}", "arn", RC_ECS_ARN "cluster/",
                                                      name, "reason", "MISSING"));
    }
    rc_answer(exchange, json_pack("{s:o, s:o}", "clusters", clusters, "failures", failures));
}

static void list_clusters(struct rc_exchange *exchange)
{
    const char *token = rc_exchange_text(exchange, "nextToken");
    int64_t most = rc_exchange_int(exchange, "maxResults", 100);
    json_t *arns = json_array();
    char last[256] = "";
    bool more = false;
    sqlite3_stmt *get =
        rc_local_sql(exchange->local, "SELECT name FROM ecs_cluster WHERE name > ? ORDER BY name");
    sqlite3_bind_text(get, 1, token ? token : "", -1, SQLITE_STATIC);
    while (sqlite3_step(get) == SQLITE_ROW) {
        if ((int64_t)json_array_size(arns) >= (most > 0 && most < 100 ? most : 100)) {
            more = true;
            break;
        }
        snprintf(last, sizeof last, "%s", rc_answer_column(get, 0));
        json_array_append_new(arns, json_sprintf(RC_ECS_ARN "cluster/%s", last));
    }
    rc_local_done(get);
    rc_answer(exchange,
              json_pack("{s:o, s:s?}", "clusterArns", arns, "nextToken", more ? last : NULL));
}

/* ----- the service ----- */

static bool open_part(struct rc_local *local, struct rc_error *err)
{
    struct rc_local_ecs_state *state = calloc(1, sizeof *state);
    if (!state) {
        rc_error_nomem(err);
        return false;
    }
    state->local = local;
    local->services->ecs = state;
    return rc_ecs_resume(local, err);
}

static void close_part(struct rc_local *local)
{
    if (!local->services->ecs)
        return;
    rc_ecs_free_all(local);
    free(local->services->ecs);
    local->services->ecs = NULL;
}

static const struct rc_local_operation operations[] = {
    {.name = "RunTask", .handle = rc_ecs_run_task, .caller = "console: run a task"},
    {.name = "DescribeTasks", .handle = rc_ecs_describe_tasks, .caller = "console: tasks"},
    {.name = "ListTasks", .handle = rc_ecs_list_tasks, .caller = "console: tasks"},
    {.name = "StopTask", .handle = rc_ecs_stop_task, .caller = "console: stop a task"},
    {.name = "RegisterTaskDefinition", .handle = rc_ecs_register, .caller = "local seed"},
    {.name = "DescribeTaskDefinition",
     .handle = rc_ecs_describe_definition,
     .caller = "console: tasks"},
    {.name = "CreateCluster", .handle = create_cluster, .caller = "local seed"},
    {.name = "DescribeClusters", .handle = describe_clusters, .caller = "console: tasks, doctor"},
    {.name = "ListClusters", .handle = list_clusters, .caller = "console: tasks"},
    {0},
};

static const struct rc_local_service service = {
    .signing_name = "ecs",
    .name = "ecs",
    .protocol = RC_LOCAL_JSON,
    .json_version = "1.1",
    .target = "AmazonEC2ContainerServiceV20141113.",
    .operations = operations,
};

const struct rc_local_part rc_local_ecs = {
    .service = &service,
    .schema =
        "CREATE TABLE IF NOT EXISTS ecs_cluster (name TEXT PRIMARY KEY) WITHOUT ROWID;"
        "INSERT OR IGNORE INTO ecs_cluster VALUES ('default');"
        "CREATE TABLE IF NOT EXISTS ecs_definition (family TEXT, revision INT, json TEXT,"
        " PRIMARY KEY (family, revision)) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS ecs_task (seq INTEGER PRIMARY KEY, id TEXT UNIQUE,"
        " cluster TEXT, family TEXT, started_by TEXT, desired TEXT, last TEXT, json TEXT,"
        " run TEXT, stopped_ms INT);"
        "CREATE INDEX IF NOT EXISTS ecs_task_desired ON ecs_task (cluster, desired, seq);"
        "CREATE INDEX IF NOT EXISTS ecs_task_stopped ON ecs_task (stopped_ms);"
        "CREATE TABLE IF NOT EXISTS ecs_token (token TEXT PRIMARY KEY, request TEXT, answer TEXT,"
        " at_ms INT) WITHOUT ROWID;",
    .open = open_part,
    .close = close_part,
};
