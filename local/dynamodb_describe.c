/* TableDescription. */
#include "local/dynamodb_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

void rc_ddb_write_time(struct rc_jsonw *json, const char *name, int64_t at_ms)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRId64 ".%03d", at_ms / 1000, (int)(at_ms % 1000));
    rc_jsonw_key(json, name);
    rc_jsonw_raw(json, text);
}

static void write_member(struct rc_jsonw *json, const json_t *definition, const char *name)
{
    const json_t *value = json_object_get(definition, name);
    char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    if (!text)
        return;
    rc_jsonw_key(json, name);
    rc_jsonw_raw(json, text);
    free(text);
}

static void write_counts(struct rc_ddb *ddb, int64_t id, const char *bytes_name)
{
    struct rc_jsonw *json = &ddb->exchange->json;
    sqlite3_stmt *row =
        rc_local_sql(ddb->local, "SELECT items, bytes FROM ddb_resource WHERE id = ?1");
    sqlite3_bind_int64(row, 1, id);
    bool found = sqlite3_step(row) == SQLITE_ROW;
    rc_jsonw_key(json, "ItemCount");
    rc_jsonw_int(json, found ? sqlite3_column_int64(row, 0) : 0);
    rc_jsonw_key(json, bytes_name);
    rc_jsonw_int(json, found ? sqlite3_column_int64(row, 1) : 0);
    rc_local_done(row);
}

/* Of a table on demand it says zeroes. */
static void write_throughput(struct rc_ddb *ddb, const json_t *definition, bool on_demand)
{
    struct rc_jsonw *json = &ddb->exchange->json;
    const json_t *provisioned = json_object_get(definition, "ProvisionedThroughput");
    rc_jsonw_key(json, "ProvisionedThroughput");
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "NumberOfDecreasesToday");
    rc_jsonw_int(json, json_integer_value(json_object_get(definition, "Decreases")));
    rc_jsonw_key(json, "ReadCapacityUnits");
    rc_jsonw_int(json, on_demand
                           ? 0
                           : json_integer_value(json_object_get(provisioned, "ReadCapacityUnits")));
    rc_jsonw_key(json, "WriteCapacityUnits");
    rc_jsonw_int(
        json,
        on_demand ? 0 : json_integer_value(json_object_get(provisioned, "WriteCapacityUnits")));
    rc_jsonw_close(json, '}');
    write_member(json, definition, "OnDemandThroughput");
    write_member(json, definition, "WarmThroughput");
}

static void write_index(struct rc_ddb *ddb, const struct rc_ddb_table *table,
                        const struct rc_ddb_index *index)
{
    char arn[600];
    struct rc_jsonw *json = &ddb->exchange->json;
    rc_ddb_arn(table, index, arn);
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "IndexName");
    rc_jsonw_str(json, index->name);
    write_member(json, index->definition, "KeySchema");
    write_member(json, index->definition, "Projection");
    if (index->kind == RC_DDB_GLOBAL) {
        rc_jsonw_key(json, "IndexStatus");
        rc_jsonw_str(json, rc_ddb_index_status(index, ddb->now_ms));
        if (index->backfilling) {
            rc_jsonw_key(json, "Backfilling");
            rc_jsonw_bool(json, true);
        }
        write_throughput(ddb, index->definition, table->on_demand);
    }
    write_counts(ddb, index->resource.id, "IndexSizeBytes");
    rc_jsonw_key(json, "IndexArn");
    rc_jsonw_str(json, arn);
    rc_jsonw_close(json, '}');
}

static void write_indexes(struct rc_ddb *ddb, const struct rc_ddb_table *table,
                          enum rc_ddb_index_kind kind)
{
    struct rc_jsonw *json = &ddb->exchange->json;
    bool opened = false;
    for (size_t i = 0; i < table->index_count; i++) {
        if (table->indexes[i].kind != kind)
            continue;
        if (!opened) {
            rc_jsonw_key(json, kind == RC_DDB_GLOBAL ? "GlobalSecondaryIndexes"
                                                     : "LocalSecondaryIndexes");
            rc_jsonw_open(json, '[');
            opened = true;
        }
        write_index(ddb, table, &table->indexes[i]);
    }
    if (opened)
        rc_jsonw_close(json, ']');
}

void rc_ddb_describe(struct rc_ddb *ddb, const char *member, const struct rc_ddb_table *table)
{
    char arn[600], id[64];
    struct rc_jsonw *json = &ddb->exchange->json;
    rc_ddb_arn(table, NULL, arn);
    snprintf(id, sizeof id, "00000000-0000-4000-8000-%012" PRIx64, table->resource.id);
    rc_jsonw_key(json, member);
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "TableName");
    rc_jsonw_str(json, table->name);
    rc_jsonw_key(json, "TableStatus");
    rc_jsonw_str(json, rc_ddb_table_status(table, ddb->now_ms));
    rc_jsonw_key(json, "TableArn");
    rc_jsonw_str(json, arn);
    rc_jsonw_key(json, "TableId");
    rc_jsonw_str(json, id);
    rc_ddb_write_time(json, "CreationDateTime", table->created_ms);
    write_member(json, table->definition, "AttributeDefinitions");
    write_member(json, table->definition, "KeySchema");
    write_counts(ddb, table->resource.id, "TableSizeBytes");
    write_throughput(ddb, table->definition, table->on_demand);
    if (table->on_demand) {
        rc_jsonw_key(json, "BillingModeSummary");
        rc_jsonw_open(json, '{');
        rc_jsonw_key(json, "BillingMode");
        rc_jsonw_str(json, "PAY_PER_REQUEST");
        rc_jsonw_close(json, '}');
    }
    write_indexes(ddb, table, RC_DDB_LOCAL);
    write_indexes(ddb, table, RC_DDB_GLOBAL);
    write_member(json, table->definition, "StreamSpecification");
    rc_jsonw_key(json, "DeletionProtectionEnabled");
    rc_jsonw_bool(json,
                  json_is_true(json_object_get(table->definition, "DeletionProtectionEnabled")));
    rc_jsonw_close(json, '}');
}
