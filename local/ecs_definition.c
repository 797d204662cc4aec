/* Task definitions. Source of defaults and words: "Amazon ECS API Reference". */
#include "local/answer.h"
#include "local/ecs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STOP_MOST_S = 120 }; /* "ContainerDefinition", stopTimeout */

static bool check_container(const json_t *container, struct rc_ecs_fault *fault)
{
    const char *name = json_string_value(json_object_get(container, "name"));
    const json_t *command = json_object_get(container, "command");
    const json_t *entry = json_object_get(container, "entryPoint");
    const json_t *stop = json_object_get(container, "stopTimeout");
    if (!name || !*name)
        return rc_ecs_fail(fault, "ClientException", "Container.name should not be null or empty.");
    if (!json_string_value(json_object_get(container, "image")))
        return rc_ecs_fail(fault, "ClientException",
                           "Container.image should not be null or empty.");
    if (!json_array_size(command) && !json_array_size(entry))
        return rc_ecs_fail(fault, "ClientException",
                           "reconlocal runs programs of this machine: container %s needs a command",
                           name);
    return json_integer_value(stop) <= STOP_MOST_S ||
           rc_ecs_fail(fault, "ClientException",
                       "Container.stopTimeout should be up to %d seconds.", STOP_MOST_S);
}

static void add_defaults(json_t *container)
{
    static const char *const lists[] = {"environment", "mountPoints", "portMappings", "volumesFrom",
                                        NULL};
    for (int i = 0; lists[i]; i++)
        if (!json_object_get(container, lists[i]))
            json_object_set_new(container, lists[i], json_array());
    if (!json_object_get(container, "cpu"))
        json_object_set_new(container, "cpu", json_integer(0));
    if (!json_object_get(container, "essential"))
        json_object_set_new(container, "essential", json_true());
}

static bool check(const json_t *request, struct rc_ecs_fault *fault)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    const char *family = json_string_value(json_object_get(request, "family"));
    const json_t *containers = json_object_get(request, "containerDefinitions");
    size_t length = family ? strlen(family) : 0, i;
    const json_t *container;
    if (!length || length > 255 || strspn(family, allowed) != length)
        return rc_ecs_fail(fault, "ClientException",
                           "Family contains invalid characters or is empty.");
    if (!json_array_size(containers) || json_array_size(containers) > 10)
        return rc_ecs_fail(fault, "ClientException",
                           "Container list must have between 1 and 10 containers.");
    bool essential = false;
    json_array_foreach(containers, i, container)
    {
        if (!check_container(container, fault))
            return false;
        essential |= !json_is_false(json_object_get(container, "essential"));
    }
    return essential || rc_ecs_fail(fault, "ClientException",
                                    "A task definition must have at least one essential container");
}

static int64_t next_revision(struct rc_local *local, const char *family)
{
    sqlite3_stmt *get =
        rc_local_sql(local, "SELECT coalesce(max(revision), 0) + 1 FROM ecs_definition"
                            " WHERE family = ?");
    sqlite3_bind_text(get, 1, family, -1, SQLITE_STATIC);
    int64_t revision = sqlite3_step(get) == SQLITE_ROW ? sqlite3_column_int64(get, 0) : 1;
    rc_local_done(get);
    return revision;
}

static json_t *make(struct rc_local *local, const json_t *request, int64_t revision)
{
    const char *family = json_string_value(json_object_get(request, "family"));
    json_t *definition = json_deep_copy(request), *container;
    size_t i;
    json_object_del(definition, "tags");
    json_array_foreach(json_object_get(definition, "containerDefinitions"), i, container)
    {
        add_defaults(container);
    }
    json_object_set_new(
        definition, "taskDefinitionArn",
        json_sprintf(RC_ECS_ARN "task-definition/%s:%lld", family, (long long)revision));
    json_object_set_new(definition, "revision", json_integer(revision));
    json_object_set_new(definition, "status", json_string("ACTIVE"));
    json_object_set_new(definition, "compatibilities", json_pack("[ss]", "EC2", "FARGATE"));
    json_object_set_new(definition, "registeredAt", rc_answer_time(rc_local_now_ms(local)));
    json_object_set_new(definition, "registeredBy",
                        json_string("arn:aws:iam::" RC_LOCAL_ACCOUNT ":user/local"));
    if (!json_object_get(definition, "volumes"))
        json_object_set_new(definition, "volumes", json_array());
    if (!json_object_get(definition, "networkMode"))
        json_object_set_new(definition, "networkMode", json_string("bridge"));
    return definition;
}

static bool save(struct rc_local *local, const char *family, int64_t revision, const char *text)
{
    sqlite3_stmt *put =
        rc_local_sql(local, "INSERT INTO ecs_definition (family, revision, json) VALUES (?, ?, ?)");
    sqlite3_bind_text(put, 1, family, -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 2, revision);
    sqlite3_bind_text(put, 3, text, -1, SQLITE_STATIC);
    return rc_local_run(local, put);
}

void rc_ecs_register(struct rc_exchange *exchange)
{
    struct rc_ecs_fault fault = {0};
    if (!check(exchange->in, &fault)) {
        rc_ecs_refuse(exchange, &fault);
        return;
    }
    const char *family = rc_exchange_text(exchange, "family");
    int64_t revision = next_revision(exchange->local, family);
    json_t *definition = make(exchange->local, exchange->in, revision);
    char *text = definition ? rc_answer_dump(definition) : NULL;
    json_t *tags = json_object_get(exchange->in, "tags");
    if (text && save(exchange->local, family, revision, text))
        rc_answer(exchange, json_pack("{s:O, s:o}", "taskDefinition", definition, "tags",
                                      tags ? json_incref(tags) : json_array()));
    else
        rc_exchange_fail(exchange, 500, "ServerException", "the definition could not be kept");
    free(text);
    json_decref(definition);
}

json_t *rc_ecs_definition(struct rc_local *local, const char *given)
{
    char family[256];
    const char *id = rc_ecs_id(given);
    const char *colon = strchr(id, ':');
    size_t length = colon ? (size_t)(colon - id) : strlen(id);
    if (length >= sizeof family)
        return NULL;
    memcpy(family, id, length);
    family[length] = '\0';
    sqlite3_stmt *get = rc_local_sql(
        local, "SELECT json FROM ecs_definition WHERE family = ?1 AND (?2 = 0 OR revision = ?2)"
               " ORDER BY revision DESC LIMIT 1");
    sqlite3_bind_text(get, 1, family, -1, SQLITE_STATIC);
    sqlite3_bind_int64(get, 2, colon ? strtoll(colon + 1, NULL, 10) : 0);
    json_t *definition =
        sqlite3_step(get) == SQLITE_ROW ? rc_answer_load(rc_answer_column(get, 0)) : NULL;
    rc_local_done(get);
    return definition;
}

void rc_ecs_describe_definition(struct rc_exchange *exchange)
{
    const char *given = rc_exchange_text(exchange, "taskDefinition");
    json_t *definition = given ? rc_ecs_definition(exchange->local, given) : NULL;
    if (definition)
        rc_answer(exchange, json_pack("{s:o, s:[]}", "taskDefinition", definition, "tags"));
    else
        rc_exchange_fail(exchange, 400, "ClientException", "Unable to describe task definition.");
}
