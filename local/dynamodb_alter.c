/* UpdateTable: throughput, billing mode, global indexes. */
#include "local/dynamodb_internal.h"

#include <string.h>

static const char *const copied[] = {
    "ProvisionedThroughput", "OnDemandThroughput", "WarmThroughput",
    "StreamSpecification",   "TableClass",         "DeletionProtectionEnabled"};

static json_t *index_named(const json_t *definition, const char *name, size_t *at)
{
    const json_t *list = json_object_get(definition, "GlobalSecondaryIndexes");
    for (*at = 0; name && *at < json_array_size(list); (*at)++) {
        json_t *index = json_array_get(list, *at);
        const char *known = json_string_value(json_object_get(index, "IndexName"));
        if (known && strcmp(known, name) == 0)
            return index;
    }
    return NULL;
}

static bool no_such_index(struct rc_ddb *ddb, const char *name)
{
    return rc_exchange_fail(ddb->exchange, 400, "ResourceNotFoundException",
                            "Requested resource not found: Index: %s not found",
                            name ? name : "null");
}

/* How often units went down today: AWS counts, and allows only so many. */
static void note_decrease(json_t *owner, const json_t *change)
{
    static const char *const units[] = {"ReadCapacityUnits", "WriteCapacityUnits"};
    const json_t *new = json_object_get(change, "ProvisionedThroughput");
    const json_t *old = json_object_get(owner, "ProvisionedThroughput");
    for (int i = 0; new &&i < 2; i++)
        if (json_integer_value(json_object_get(new, units[i])) <
            json_integer_value(json_object_get(old, units[i]))) {
            json_int_t count = json_integer_value(json_object_get(owner, "Decreases"));
            json_object_set_new(owner, "Decreases", json_integer(count + 1));
            return;
        }
}

static bool copy_members(struct rc_ddb *ddb, json_t *owner, const json_t *change, bool on_demand)
{
    if (json_object_get(change, "ProvisionedThroughput") &&
        !rc_ddb_check_provisioned(ddb, change, on_demand))
        return false;
    note_decrease(owner, change);
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++) {
        json_t *value = json_object_get(change, copied[i]);
        json_t *copy = value ? json_deep_copy(value) : NULL;
        if (value && (!copy || json_object_set_new(owner, copied[i], copy) != 0))
            return rc_ddb_no_memory(ddb);
    }
    json_object_set_new(owner, "ChangedMs", json_integer(ddb->now_ms));
    return true;
}

static bool create_index(struct rc_ddb *ddb, json_t *definition, const json_t *create,
                         bool on_demand)
{
    size_t at;
    const char *name = json_string_value(json_object_get(create, "IndexName"));
    json_t *list = json_object_get(definition, "GlobalSecondaryIndexes");
    if (!rc_ddb_check_index(ddb, definition, create, false, on_demand))
        return false;
    if (index_named(definition, name, &at))
        return rc_ddb_invalid(ddb,
                              "One or more parameter values were invalid: Attempting to create an "
                              "index which already exists: %s",
                              name);
    if (json_array_size(list) >= RC_DDB_GLOBAL_INDEXES)
        return rc_exchange_fail(ddb->exchange, 400, "LimitExceededException",
                                "GlobalSecondaryIndex count exceeds the per-table limit of 20");
    json_t *index = json_deep_copy(create);
    if (!list) {
        list = json_array();
        json_object_set_new(definition, "GlobalSecondaryIndexes", list);
    }
    if (!index || !list)
        return rc_ddb_no_memory(ddb);
    json_object_set_new(index, "Id", json_integer(rc_ddb_new_resource(ddb->local)));
    json_object_set_new(index, "Backfilling", json_true());
    return json_array_append_new(list, index) == 0 || rc_ddb_no_memory(ddb);
}

static bool delete_index(struct rc_ddb *ddb, json_t *definition, const char *name)
{
    size_t at;
    json_t *index = index_named(definition, name, &at);
    json_t *list = json_object_get(definition, "GlobalSecondaryIndexes");
    if (!index)
        return no_such_index(ddb, name);
    rc_ddb_doom(ddb->local, json_integer_value(json_object_get(index, "Id")));
    json_array_remove(list, at);
    if (!json_array_size(list))
        json_object_del(definition, "GlobalSecondaryIndexes");
    return true;
}

static bool change_indexes(struct rc_ddb *ddb, json_t *definition, bool on_demand)
{
    size_t i, at;
    const json_t *change;
    json_array_foreach(json_object_get(ddb->exchange->in, "GlobalSecondaryIndexUpdates"), i, change)
    {
        const json_t *create = json_object_get(change, "Create");
        const json_t *update = json_object_get(change, "Update");
        const json_t *delete = json_object_get(change, "Delete");
        const char *name =
            json_string_value(json_object_get(update ? update : delete, "IndexName"));
        if (create && !create_index(ddb, definition, create, on_demand))
            return false;
        if (delete &&!delete_index(ddb, definition, name))
            return false;
        json_t *index = update ? index_named(definition, name, &at) : NULL;
        if (update && !index)
            return no_such_index(ddb, name);
        if (update && !copy_members(ddb, index, update, on_demand))
            return false;
    }
    return true;
}

/* Attributes that a new index is by. */
static void add_definitions(json_t *definition, const json_t *in)
{
    size_t i, at;
    json_t *new, *known;
    json_t *list = json_object_get(definition, "AttributeDefinitions");
    json_array_foreach(json_object_get(in, "AttributeDefinitions"), i, new)
    {
        bool found = false;
        json_array_foreach(list, at, known)
        {
            found |= json_equal(json_object_get(known, "AttributeName"),
                                json_object_get(new, "AttributeName")) != 0;
        }
        if (!found)
            json_array_append_new(list, json_deep_copy(new));
    }
}

static bool change_billing(struct rc_ddb *ddb, json_t *definition, bool *on_demand)
{
    static const char *const modes[] = {"", "PROVISIONED", "PAY_PER_REQUEST", NULL};
    int mode;
    size_t i;
    json_t *index;
    const json_t *in = ddb->exchange->in;
    if (!rc_ddb_choice(ddb, in, "BillingMode", modes, &mode))
        return false;
    if (!mode)
        return true;
    *on_demand = mode == 2;
    if (mode == 1 && !rc_ddb_check_provisioned(ddb, in, false))
        return false;
    json_object_set_new(definition, "BillingMode", json_string(modes[mode]));
    if (mode == 2) {
        json_object_del(definition, "ProvisionedThroughput");
        json_array_foreach(json_object_get(definition, "GlobalSecondaryIndexes"), i, index)
        {
            json_object_del(index, "ProvisionedThroughput");
        }
    }
    return true;
}

static bool is_change(const json_t *in)
{
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++)
        if (json_object_get(in, copied[i]))
            return true;
    return json_object_get(in, "BillingMode") || json_object_get(in, "GlobalSecondaryIndexUpdates");
}

/* Makes the new definition; NULL when it failed. */
static json_t *change(struct rc_ddb *ddb, const struct rc_ddb_table *table)
{
    bool on_demand = table->on_demand;
    json_t *definition = json_deep_copy(table->definition);
    if (!definition) {
        rc_ddb_no_memory(ddb);
        return NULL;
    }
    add_definitions(definition, ddb->exchange->in);
    if (change_billing(ddb, definition, &on_demand) &&
        copy_members(ddb, definition, ddb->exchange->in, on_demand) &&
        change_indexes(ddb, definition, on_demand))
        return definition;
    json_decref(definition);
    return NULL;
}

void rc_ddb_update_table(struct rc_exchange *exchange)
{
    struct rc_ddb ddb;
    struct rc_ddb_table *table =
        rc_ddb_begin(&ddb, exchange) ? rc_ddb_any_table_of(&ddb, exchange->in) : NULL;
    if (!table)
        return;
    if (!is_change(exchange->in)) {
        rc_ddb_invalid(&ddb, "At least one of ProvisionedThroughput, BillingMode, "
                             "UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification "
                             "or ReplicaUpdates is required");
        return;
    }
    if (strcmp(rc_ddb_table_status(table, ddb.now_ms), "ACTIVE") != 0) {
        rc_exchange_fail(exchange, 400, "ResourceInUseException",
                         "Attempt to change a resource which is still in use: Table is being "
                         "created, updated or deleted: %s",
                         table->name);
        return;
    }
    json_t *definition = change(&ddb, table);
    if (!definition)
        return;
    /* The old one is needed until what was made from it has been replaced. */
    json_t *old = table->definition;
    table->definition = definition;
    table->changed_ms = ddb.now_ms;
    bool ok = rc_ddb_changed(&ddb, table);
    json_decref(old);
    if (!ok)
        return;
    rc_ddb_go_on(ddb.state);
    rc_jsonw_open(&exchange->json, '{');
    rc_ddb_describe(&ddb, "TableDescription", table);
    rc_jsonw_close(&exchange->json, '}');
}
