/* Tables in memory, from their definitions: CreateTable's members as they were given,
 * and beside them what we know more ("Id", "ChangedMs", "Backfilling", "Insights"). */
#include "local/dynamodb_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ----- keys ----- */

static enum rc_attribute_type type_of_key(const json_t *definition, const char *name)
{
    size_t i;
    const json_t *attribute;
    json_array_foreach(json_object_get(definition, "AttributeDefinitions"), i, attribute)
    {
        const char *known = json_string_value(json_object_get(attribute, "AttributeName"));
        const char *type = json_string_value(json_object_get(attribute, "AttributeType"));
        if (known && type && strcmp(known, name) == 0)
            return *type == 'N' ? RC_ATTRIBUTE_N : *type == 'B' ? RC_ATTRIBUTE_B : RC_ATTRIBUTE_S;
    }
    return RC_ATTRIBUTE_S;
}

static struct rc_ddb_key key_of(const json_t *definition, const json_t *owner, size_t which)
{
    const json_t *element = json_array_get(json_object_get(owner, "KeySchema"), which);
    const json_t *name = json_object_get(element, "AttributeName");
    if (!json_is_string(name))
        return (struct rc_ddb_key){0};
    return (struct rc_ddb_key){json_string_value(name), (uint32_t)json_string_length(name),
                               type_of_key(definition, json_string_value(name))};
}

/* ----- throughput ----- */

static double number_of(const json_t *owner, const char *member, const char *name)
{
    double value = json_number_value(json_object_get(json_object_get(owner, member), name));
    return value > 0 ? value : 0;
}

static struct rc_heat_settings settings_of(const struct rc_local *local,
                                           const struct rc_ddb_table *table, const json_t *owner)
{
    struct rc_heat_settings settings = {
        .on_demand = table->on_demand,
        .partition = {local->options->partition_rcu, local->options->partition_wcu},
        .warm = {number_of(owner, "WarmThroughput", "ReadUnitsPerSecond"),
                 number_of(owner, "WarmThroughput", "WriteUnitsPerSecond")},
        .split_after_ms = RC_HEAT_SPLIT_AFTER_MS,
    };
    const char *member = table->on_demand ? "OnDemandThroughput" : "ProvisionedThroughput";
    settings.capacity[RC_HEAT_READ] =
        number_of(owner, member, table->on_demand ? "MaxReadRequestUnits" : "ReadCapacityUnits");
    settings.capacity[RC_HEAT_WRITE] =
        number_of(owner, member, table->on_demand ? "MaxWriteRequestUnits" : "WriteCapacityUnits");
    return settings;
}

/* Partitions as they were before a restart. */
static void restore(struct rc_local *local, struct rc_ddb_resource *resource)
{
    sqlite3_stmt *row = rc_local_sql(local, "SELECT partitions FROM ddb_resource WHERE id = ?1");
    sqlite3_bind_int64(row, 1, resource->id);
    if (sqlite3_step(row) == SQLITE_ROW && sqlite3_column_bytes(row, 0) > 0) {
        size_t bytes = (size_t)sqlite3_column_bytes(row, 0);
        struct rc_heat_place *from = malloc(bytes);
        if (from) {
            memcpy(from, sqlite3_column_blob(row, 0), bytes);
            rc_heat_restore(resource->heat, from, bytes / sizeof *from);
        }
        free(from);
    }
    rc_local_done(row);
    resource->partitions = rc_heat_count(resource->heat);
}

static bool give_heat(struct rc_local *local, struct rc_ddb_resource *resource,
                      const struct rc_heat_settings *settings)
{
    if (resource->heat) {
        rc_heat_set(resource->heat, settings, rc_local_now_ms(local));
        return true;
    }
    resource->heat = rc_heat_new(settings, rc_local_now_ms(local));
    if (resource->heat)
        restore(local, resource);
    return resource->heat != NULL;
}

/* ----- from the definition ----- */

static void take_over(struct rc_ddb_table *table, struct rc_ddb_index *index)
{
    for (size_t i = 0; i < table->index_count; i++)
        if (table->indexes[i].resource.id == index->resource.id) {
            index->resource = table->indexes[i].resource;
            table->indexes[i].resource = (struct rc_ddb_resource){0};
        }
}

static bool compile_index(struct rc_local *local, struct rc_ddb_table *table,
                          const json_t *definition, enum rc_ddb_index_kind kind,
                          struct rc_ddb_index *index)
{
    const json_t *projection = json_object_get(definition, "Projection");
    const char *type = json_string_value(json_object_get(projection, "ProjectionType"));
    *index = (struct rc_ddb_index){
        .kind = kind,
        .name = json_string_value(json_object_get(definition, "IndexName")),
        .hash = key_of(table->definition, definition, 0),
        .range = key_of(table->definition, definition, 1),
        .projection = !type || strcmp(type, "KEYS_ONLY") == 0 ? RC_DDB_KEYS_ONLY
                      : strcmp(type, "ALL") == 0              ? RC_DDB_ALL
                                                              : RC_DDB_INCLUDE,
        .include = json_object_get(projection, "NonKeyAttributes"),
        .definition = definition,
        .changed_ms = json_integer_value(json_object_get(definition, "ChangedMs")),
        .backfilling = json_is_true(json_object_get(definition, "Backfilling")),
        .resource.id = json_integer_value(json_object_get(definition, "Id")),
    };
    if (kind == RC_DDB_EXPIRY) {
        const json_t *attribute = json_object_get(definition, "AttributeName");
        index->hash = (struct rc_ddb_key){json_string_value(attribute),
                                          (uint32_t)json_string_length(attribute), RC_ATTRIBUTE_N};
    }
    take_over(table, index);
    if (kind == RC_DDB_GLOBAL) {
        struct rc_heat_settings settings = settings_of(local, table, definition);
        settings.split_sort_keys = index->range.name != NULL;
        if (!give_heat(local, &index->resource, &settings))
            return false;
    }
    return !json_is_object(json_object_get(definition, "Insights")) ||
           rc_ddb_insights_on(&index->resource, json_object_get(definition, "Insights"));
}

static void free_resource(struct rc_ddb_resource *resource)
{
    rc_ddb_insights_off(resource);
    rc_heat_free(resource->heat);
}

static void free_indexes(struct rc_ddb_index *indexes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free_resource(&indexes[i].resource);
    free(indexes);
}

static bool compile_indexes(struct rc_local *local, struct rc_ddb_table *table)
{
    static const char *const members[] = {"GlobalSecondaryIndexes", "LocalSecondaryIndexes"};
    size_t count = 0, i;
    const json_t *definition;
    bool ok = true;
    struct rc_ddb_index *indexes = calloc(RC_DDB_INDEXES, sizeof *indexes);
    if (!indexes)
        return false;
    for (int kind = RC_DDB_GLOBAL; kind <= RC_DDB_LOCAL; kind++)
        json_array_foreach(json_object_get(table->definition, members[kind]), i, definition)
        {
            ok = ok && count < RC_DDB_INDEXES - 1 &&
                 compile_index(local, table, definition, (enum rc_ddb_index_kind)kind,
                               &indexes[count++]);
        }
    definition = json_object_get(table->definition, "TimeToLive");
    if (ok && definition)
        ok = compile_index(local, table, definition, RC_DDB_EXPIRY, &indexes[count++]);
    free_indexes(table->indexes, table->index_count); /* what was not taken over */
    table->indexes = indexes;
    table->index_count = count;
    return ok;
}

bool rc_ddb_compile(struct rc_local_dynamodb_state *state, struct rc_ddb_table *table)
{
    json_t *definition = table->definition;
    const char *mode = json_string_value(json_object_get(definition, "BillingMode"));
    table->name = json_string_value(json_object_get(definition, "TableName"));
    table->hash = key_of(definition, definition, 0);
    table->range = key_of(definition, definition, 1);
    table->on_demand = mode && strcmp(mode, "PAY_PER_REQUEST") == 0;
    struct rc_heat_settings settings = settings_of(state->local, table, definition);
    settings.split_sort_keys =
        table->range.name && !json_array_size(json_object_get(definition, "LocalSecondaryIndexes"));
    const json_t *insights = json_object_get(definition, "Insights");
    return give_heat(state->local, &table->resource, &settings) &&
           compile_indexes(state->local, table) &&
           (!insights || rc_ddb_insights_on(&table->resource, insights));
}

void rc_ddb_table_free(struct rc_ddb_table *table)
{
    free_indexes(table->indexes, table->index_count);
    free_resource(&table->resource);
    json_decref(table->definition);
    free(table);
}

/* ----- the rows ----- */

int64_t rc_ddb_new_resource(struct rc_local *local)
{
    rc_local_run(local, rc_local_sql(local, "INSERT INTO ddb_resource DEFAULT VALUES"));
    return sqlite3_last_insert_rowid(local->db);
}

bool rc_ddb_table_save(struct rc_local *local, const struct rc_ddb_table *table)
{
    char *text = json_dumps(table->definition, JSON_COMPACT);
    if (!text)
        return false;
    sqlite3_stmt *row = rc_local_sql(
        local, "INSERT OR REPLACE INTO ddb_table(id, name, definition, created_ms, changed_ms,"
               " deleting) VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
    sqlite3_bind_int64(row, 1, table->resource.id);
    sqlite3_bind_text(row, 2, table->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(row, 3, text, -1, SQLITE_STATIC);
    sqlite3_bind_int64(row, 4, table->created_ms);
    sqlite3_bind_int64(row, 5, table->changed_ms);
    sqlite3_bind_int(row, 6, table->deleting);
    bool ok = rc_local_run(local, row);
    free(text);
    return ok;
}

/* ----- looking ----- */

struct rc_ddb_table *rc_ddb_table_find(const struct rc_local_dynamodb_state *state,
                                       const char *name)
{
    struct rc_ddb_table *table = state->tables;
    while (table && strcmp(table->name, name) != 0)
        table = table->next;
    return table;
}

struct rc_ddb_index *rc_ddb_index_find(const struct rc_ddb_table *table, const char *name)
{
    for (size_t i = 0; i < table->index_count; i++)
        if (table->indexes[i].name && strcmp(table->indexes[i].name, name) == 0)
            return &table->indexes[i];
    return NULL;
}

const char *rc_ddb_table_status(const struct rc_ddb_table *table, int64_t now_ms)
{
    if (table->deleting)
        return "DELETING";
    if (now_ms >= table->created_ms && now_ms < table->created_ms + RC_DDB_SETTLE_MS)
        return "CREATING";
    bool updating = now_ms >= table->changed_ms && now_ms < table->changed_ms + RC_DDB_SETTLE_MS;
    for (size_t i = 0; i < table->index_count && !updating; i++)
        updating = table->indexes[i].kind == RC_DDB_GLOBAL && table->indexes[i].backfilling;
    return updating ? "UPDATING" : "ACTIVE";
}

const char *rc_ddb_index_status(const struct rc_ddb_index *index, int64_t now_ms)
{
    if (index->backfilling)
        return "CREATING";
    return now_ms >= index->changed_ms && now_ms < index->changed_ms + RC_DDB_SETTLE_MS ? "UPDATING"
                                                                                        : "ACTIVE";
}

void rc_ddb_arn(const struct rc_ddb_table *table, const struct rc_ddb_index *index, char text[600])
{
    snprintf(text, 600, "arn:aws:dynamodb:" RC_LOCAL_REGION ":" RC_LOCAL_ACCOUNT ":table/%s%s%s",
             table->name, index ? "/index/" : "", index ? index->name : "");
}
