/* CreateTable, DescribeTable, DeleteTable, ListTables, and time to live. */
#include "local/dynamodb_internal.h"

#include <stdlib.h>
#include <string.h>

static void answer_description(struct rc_ddb *ddb, const char *member,
                               const struct rc_ddb_table *table)
{
    rc_jsonw_open(&ddb->exchange->json, '{');
    rc_ddb_describe(ddb, member, table);
    rc_jsonw_close(&ddb->exchange->json, '}');
}

struct rc_ddb_table *rc_ddb_any_table_of(struct rc_ddb *ddb, const json_t *in)
{
    const char *name = rc_ddb_table_name(ddb, in);
    struct rc_ddb_table *table = name ? rc_ddb_table_find(ddb->state, name) : NULL;
    if (name && !table)
        rc_exchange_fail(ddb->exchange, 400, "ResourceNotFoundException",
                         "Requested resource not found: Table: %s not found", name);
    return table;
}

bool rc_ddb_changed(struct rc_ddb *ddb, struct rc_ddb_table *table)
{
    if (!rc_ddb_compile(ddb->state, table))
        return rc_ddb_no_memory(ddb);
    return rc_ddb_table_save(ddb->local, table) ||
           rc_exchange_fail(ddb->exchange, 500, "InternalServerError",
                            "the state file could not be written");
}

/* ----- making ----- */

static void number_indexes(struct rc_ddb *ddb, json_t *definition)
{
    static const char *const members[] = {"GlobalSecondaryIndexes", "LocalSecondaryIndexes"};
    size_t i;
    json_t *index;
    for (int kind = 0; kind < 2; kind++)
        json_array_foreach(json_object_get(definition, members[kind]), i, index)
        {
            json_object_set_new(index, "Id", json_integer(rc_ddb_new_resource(ddb->local)));
        }
}

static void insert(struct rc_local_dynamodb_state *state, struct rc_ddb_table *table)
{
    struct rc_ddb_table **place = &state->tables;
    while (*place && strcmp((*place)->name, table->name) < 0)
        place = &(*place)->next;
    table->next = *place;
    *place = table;
}

void rc_ddb_create_table(struct rc_exchange *exchange)
{
    struct rc_ddb ddb;
    if (!rc_ddb_begin(&ddb, exchange))
        return;
    const char *name = rc_ddb_table_name(&ddb, exchange->in);
    if (!name || !rc_ddb_check_table(&ddb, exchange->in))
        return;
    if (rc_ddb_table_find(ddb.state, name)) {
        rc_exchange_fail(exchange, 400, "ResourceInUseException", "Table already exists: %s", name);
        return;
    }
    struct rc_ddb_table *table = calloc(1, sizeof *table);
    if (!table) {
        rc_ddb_no_memory(&ddb);
        return;
    }
    table->definition = json_deep_copy(exchange->in);
    table->resource.id = rc_ddb_new_resource(ddb.local);
    table->created_ms = ddb.now_ms;
    if (table->definition) {
        json_object_del(table->definition, "TimeToLive"); /* these are ours */
        json_object_del(table->definition, "Insights");
        number_indexes(&ddb, table->definition);
    }
    if (!table->definition || !rc_ddb_changed(&ddb, table)) {
        rc_ddb_no_memory(&ddb);
        rc_ddb_table_free(table);
        return;
    }
    insert(ddb.state, table);
    answer_description(&ddb, "TableDescription", table);
}

void rc_ddb_describe_table(struct rc_exchange *exchange)
{
    struct rc_ddb ddb;
    struct rc_ddb_table *table =
        rc_ddb_begin(&ddb, exchange) ? rc_ddb_any_table_of(&ddb, exchange->in) : NULL;
    if (table)
        answer_description(&ddb, "Table", table);
}

void rc_ddb_delete_table(struct rc_exchange *exchange)
{
    struct rc_ddb ddb;
    struct rc_ddb_table *table =
        rc_ddb_begin(&ddb, exchange) ? rc_ddb_any_table_of(&ddb, exchange->in) : NULL;
    if (!table)
        return;
    if (strcmp(rc_ddb_table_status(table, ddb.now_ms), "ACTIVE") != 0) {
        rc_exchange_fail(exchange, 400, "ResourceInUseException",
                         "Attempt to change a resource which is still in use: Table is being %s: "
                         "%s",
                         table->deleting ? "deleted" : "created or updated", table->name);
        return;
    }
    if (json_is_true(json_object_get(table->definition, "DeletionProtectionEnabled"))) {
        rc_ddb_invalid(&ddb, "Resource cannot be deleted as it is currently protected against "
                             "deletion. Disable deletion protection first.");
        return;
    }
    table->deleting = true;
    if (!rc_ddb_table_save(ddb.local, table)) {
        rc_ddb_no_memory(&ddb);
        return;
    }
    rc_ddb_go_on(ddb.state);
    answer_description(&ddb, "TableDescription", table);
}

void rc_ddb_list_tables(struct rc_exchange *exchange)
{
    enum { MOST = 100 };
    struct rc_ddb ddb;
    struct rc_jsonw *json = &exchange->json;
    const char *start;
    int64_t limit = rc_exchange_int(exchange, "Limit", MOST), count = 0;
    if (!rc_ddb_begin(&ddb, exchange) ||
        !rc_ddb_text(&ddb, exchange->in, "ExclusiveStartTableName", &start))
        return;
    if (limit < 1 || limit > MOST) {
        rc_ddb_invalid(&ddb,
                       "1 validation error detected: Value '%lld' at 'limit' failed to satisfy "
                       "constraint: Member must have value %s",
                       (long long)limit,
                       limit < 1 ? "greater than or equal to 1" : "less than or equal to 100");
        return;
    }
    const struct rc_ddb_table *table = ddb.state->tables, *last = NULL;
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "TableNames");
    rc_jsonw_open(json, '[');
    for (; table && count < limit; table = table->next) {
        if (start && strcmp(table->name, start) <= 0)
            continue;
        rc_jsonw_str(json, table->name);
        last = table;
        count++;
    }
    rc_jsonw_close(json, ']');
    if (table && last) {
        rc_jsonw_key(json, "LastEvaluatedTableName");
        rc_jsonw_str(json, last->name);
    }
    rc_jsonw_close(json, '}');
}

void rc_ddb_table_remove(struct rc_local_dynamodb_state *state, struct rc_ddb_table *table)
{
    struct rc_ddb_table **place = &state->tables;
    while (*place != table)
        place = &(*place)->next;
    *place = table->next;
    rc_ddb_table_free(table);
}

void rc_ddb_doom(struct rc_local *local, int64_t index_id)
{
    sqlite3_stmt *row =
        rc_local_sql(local, "INSERT OR IGNORE INTO ddb_doomed(index_id) VALUES(?1)");
    sqlite3_bind_int64(row, 1, index_id);
    rc_local_run(local, row);
}

/* ----- time to live ----- */

void rc_ddb_describe_ttl(struct rc_exchange *exchange)
{
    struct rc_ddb ddb;
    struct rc_jsonw *json = &exchange->json;
    struct rc_ddb_table *table =
        rc_ddb_begin(&ddb, exchange) ? rc_ddb_any_table_of(&ddb, exchange->in) : NULL;
    if (!table)
        return;
    const json_t *ttl = json_object_get(table->definition, "TimeToLive");
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "TimeToLiveDescription");
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "TimeToLiveStatus");
    rc_jsonw_str(json, ttl ? "ENABLED" : "DISABLED");
    if (ttl) {
        rc_jsonw_key(json, "AttributeName");
        rc_jsonw_str(json, json_string_value(json_object_get(ttl, "AttributeName")));
    }
    rc_jsonw_close(json, '}');
    rc_jsonw_close(json, '}');
}

static bool set_ttl(struct rc_ddb *ddb, struct rc_ddb_table *table, const char *attribute)
{
    const json_t *old = json_object_get(table->definition, "TimeToLive");
    if (attribute) {
        json_t *ttl = json_pack("{s:s, s:I, s:b}", "AttributeName", attribute, "Id",
                                (json_int_t)rc_ddb_new_resource(ddb->local), "Backfilling", 1);
        if (!ttl || json_object_set_new(table->definition, "TimeToLive", ttl) != 0)
            return rc_ddb_no_memory(ddb);
    } else {
        rc_ddb_doom(ddb->local, json_integer_value(json_object_get(old, "Id")));
        json_object_del(table->definition, "TimeToLive");
    }
    if (!rc_ddb_changed(ddb, table))
        return false;
    rc_ddb_go_on(ddb->state);
    return true;
}

void rc_ddb_update_ttl(struct rc_exchange *exchange)
{
    struct rc_ddb ddb;
    struct rc_jsonw *json = &exchange->json;
    struct rc_ddb_table *table =
        rc_ddb_begin(&ddb, exchange) ? rc_ddb_table_of(&ddb, exchange->in) : NULL;
    if (!table)
        return;
    const json_t *in = json_object_get(exchange->in, "TimeToLiveSpecification");
    const char *attribute = json_string_value(json_object_get(in, "AttributeName"));
    bool enable = json_is_true(json_object_get(in, "Enabled"));
    bool enabled = json_object_get(table->definition, "TimeToLive") != NULL;
    if (!attribute || !*attribute || !json_is_boolean(json_object_get(in, "Enabled"))) {
        rc_ddb_invalid(&ddb, "1 validation error detected: Value null at "
                             "'timeToLiveSpecification' failed to satisfy constraint: Member must "
                             "not be null");
        return;
    }
    if (enable == enabled) {
        rc_ddb_invalid(&ddb, "TimeToLive is already %s", enabled ? "enabled" : "disabled");
        return;
    }
    if (!set_ttl(&ddb, table, enable ? attribute : NULL))
        return;
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "TimeToLiveSpecification");
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "AttributeName");
    rc_jsonw_str(json, attribute);
    rc_jsonw_key(json, "Enabled");
    rc_jsonw_bool(json, enable);
    rc_jsonw_close(json, '}');
    rc_jsonw_close(json, '}');
}
