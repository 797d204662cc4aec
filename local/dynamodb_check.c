/* What a table's definition has to be like. */
#include "local/dynamodb_internal.h"

#include "base/json.h"

#include <stdio.h>
#include <string.h>

static bool good_name(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    size_t length = strlen(name);
    return length >= 3 && length <= 255 && strspn(name, allowed) == length;
}

static bool check_name(struct rc_ddb *ddb, const char *name)
{
    return good_name(name) ||
           rc_ddb_invalid(ddb, "Invalid table/index name.  Table/index names must be between 3 and "
                               "255 characters long, and may contain only the characters a-z, A-Z, "
                               "0-9, '_', '-', and '.'");
}

/* "[a, b]" of a member of each. */
static const char *names_of(const json_t *list, char text[512])
{
    size_t i, length = 0;
    const json_t *one;
    json_array_foreach(list, i, one)
    {
        if (length < 400)
            length += (size_t)snprintf(text + length, 512 - length, "%s%.60s", i ? ", " : "[",
                                       rc_json_word(one, "AttributeName"));
    }
    snprintf(text + length, 512 - length, "%s", i ? "]" : "[]");
    return text;
}

static bool is_defined(const json_t *definitions, const char *name)
{
    size_t i;
    const json_t *one;
    json_array_foreach(definitions, i, one)
    {
        if (strcmp(rc_json_word(one, "AttributeName"), name) == 0)
            return true;
    }
    return false;
}

bool rc_ddb_check_keys(struct rc_ddb *ddb, const json_t *definitions, const json_t *schema)
{
    char keys[512], attributes[512];
    size_t count = json_array_size(schema);
    const json_t *hash = json_array_get(schema, 0), *range = json_array_get(schema, 1);
    if (!count || count > 2)
        return rc_ddb_invalid(ddb,
                              "1 validation error detected: Value at 'keySchema' failed to satisfy "
                              "constraint: Member must have length %s",
                              count ? "less than or equal to 2" : "greater than or equal to 1");
    for (size_t i = 0; i < count; i++)
        if (!is_defined(definitions, rc_json_word(json_array_get(schema, i), "AttributeName")))
            return rc_ddb_invalid(ddb,
                                  "One or more parameter values were invalid: Some index key "
                                  "attributes are not defined in AttributeDefinitions. Keys: %s, "
                                  "AttributeDefinitions: %s",
                                  names_of(schema, keys), names_of(definitions, attributes));
    if (range &&
        strcmp(rc_json_word(hash, "AttributeName"), rc_json_word(range, "AttributeName")) == 0)
        return rc_ddb_invalid(
            ddb, "Both the Hash Key and the Range Key element in the KeySchema have the same name");
    if (strcmp(rc_json_word(hash, "KeyType"), "HASH") != 0)
        return rc_ddb_invalid(
            ddb, "Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
    return !range || strcmp(rc_json_word(range, "KeyType"), "RANGE") == 0 ||
           rc_ddb_invalid(ddb,
                          "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
}

bool rc_ddb_check_provisioned(struct rc_ddb *ddb, const json_t *owner, bool on_demand)
{
    static const char *const members[] = {"ReadCapacityUnits", "WriteCapacityUnits"};
    const json_t *provisioned = json_object_get(owner, "ProvisionedThroughput");
    const char *index = json_string_value(json_object_get(owner, "IndexName"));
    if (on_demand && provisioned && index)
        return rc_ddb_invalid(ddb,
                              "One or more parameter values were invalid: ProvisionedThroughput "
                              "should not be specified for index: %s when BillingMode is "
                              "PAY_PER_REQUEST",
                              index);
    if (on_demand && provisioned)
        return rc_ddb_invalid(ddb, "One or more parameter values were invalid: Neither "
                                   "ReadCapacityUnits nor WriteCapacityUnits can be specified when "
                                   "BillingMode is PAY_PER_REQUEST");
    for (int i = 0; i < 2 && !on_demand; i++) {
        const json_t *units = json_object_get(provisioned, members[i]);
        if (!json_is_integer(units))
            return rc_ddb_invalid(
                ddb, "One or more parameter values were invalid: ReadCapacityUnits and "
                     "WriteCapacityUnits must both be specified when BillingMode is "
                     "PROVISIONED");
        if (json_integer_value(units) < 1)
            return rc_ddb_invalid(ddb,
                                  "1 validation error detected: Value '%lld' at "
                                  "'provisionedThroughput.%s' failed to satisfy constraint: Member "
                                  "must have value greater than or equal to 1",
                                  (long long)json_integer_value(units),
                                  i ? "writeCapacityUnits" : "readCapacityUnits");
        if (json_integer_value(units) > 1000000000000)
            return rc_ddb_invalid(ddb, "Given value %lld for %s is out of bounds",
                                  (long long)json_integer_value(units), members[i]);
    }
    return true;
}

static bool check_projection(struct rc_ddb *ddb, const json_t *index)
{
    static const char *const types[] = {"ALL", "KEYS_ONLY", "INCLUDE"};
    const json_t *projection = json_object_get(index, "Projection");
    const char *type = json_string_value(json_object_get(projection, "ProjectionType"));
    int i = 0;
    while (type && i < 3 && strcmp(types[i], type) != 0)
        i++;
    if (!type || i == 3)
        return rc_ddb_invalid(
            ddb, "One or more parameter values were invalid: Unknown ProjectionType: %.50s",
            type ? type : "null");
    return i == 2 || !json_object_get(projection, "NonKeyAttributes") ||
           rc_ddb_invalid(ddb,
                          "One or more parameter values were invalid: ProjectionType is %s, but "
                          "NonKeyAttributes is specified",
                          type);
}

bool rc_ddb_check_index(struct rc_ddb *ddb, const json_t *in, const json_t *index, bool local,
                        bool on_demand)
{
    const json_t *schema = json_object_get(index, "KeySchema");
    if (!check_name(ddb, rc_json_word(index, "IndexName")) ||
        !rc_ddb_check_keys(ddb, json_object_get(in, "AttributeDefinitions"), schema) ||
        !check_projection(ddb, index))
        return false;
    if (!local)
        return rc_ddb_check_provisioned(ddb, index, on_demand);
    const char *table =
        rc_json_word(json_array_get(json_object_get(in, "KeySchema"), 0), "AttributeName");
    const char *own = rc_json_word(json_array_get(schema, 0), "AttributeName");
    if (json_array_size(schema) != 2)
        return rc_ddb_invalid(ddb,
                              "One or more parameter values were invalid: Index KeySchema does not "
                              "have a range key for index: %s",
                              rc_json_word(index, "IndexName"));
    return strcmp(table, own) == 0 ||
           rc_ddb_invalid(ddb,
                          "One or more parameter values were invalid: Index KeySchema does not "
                          "have the same leading hash key as table KeySchema for index: %s. index "
                          "hash key: %s, table hash key: %s",
                          rc_json_word(index, "IndexName"), own, table);
}

static bool check_indexes(struct rc_ddb *ddb, const json_t *in, bool local, bool on_demand)
{
    const char *member = local ? "LocalSecondaryIndexes" : "GlobalSecondaryIndexes";
    const json_t *indexes = json_object_get(in, member), *index, *other;
    size_t i, at;
    if (indexes && !json_array_size(indexes))
        return rc_ddb_invalid(ddb, "One or more parameter values were invalid: List of %s is empty",
                              member);
    if (local && json_array_size(indexes) > RC_DDB_LOCAL_INDEXES)
        return rc_ddb_invalid(ddb, "One or more parameter values were invalid: Number of "
                                   "LocalSecondaryIndexes exceeds per-table limit of 5");
    if (!local && json_array_size(indexes) > RC_DDB_GLOBAL_INDEXES)
        return rc_ddb_invalid(ddb, "One or more parameter values were invalid: "
                                   "GlobalSecondaryIndex count exceeds the per-table limit of 20");
    if (local && indexes && json_array_size(json_object_get(in, "KeySchema")) != 2)
        return rc_ddb_invalid(ddb,
                              "One or more parameter values were invalid: Table KeySchema does "
                              "not have a range key, which is required when specifying a "
                              "LocalSecondaryIndex");
    json_array_foreach(indexes, i, index)
    {
        if (!rc_ddb_check_index(ddb, in, index, local, on_demand))
            return false;
        json_array_foreach(indexes, at, other)
        {
            if (at < i &&
                strcmp(rc_json_word(other, "IndexName"), rc_json_word(index, "IndexName")) == 0)
                return rc_ddb_invalid(
                    ddb, "One or more parameter values were invalid: Duplicate index name: %s",
                    rc_json_word(index, "IndexName"));
        }
    }
    return true;
}

static bool check_definitions(struct rc_ddb *ddb, const json_t *definitions)
{
    size_t i;
    const json_t *one;
    if (!json_array_size(definitions))
        return rc_ddb_invalid(ddb, "1 validation error detected: Value null at "
                                   "'attributeDefinitions' failed to satisfy constraint: Member "
                                   "must not be null");
    json_array_foreach(definitions, i, one)
    {
        const char *type = rc_json_word(one, "AttributeType");
        if (strlen(type) != 1 || !strchr("SNB", *type))
            return rc_ddb_invalid(ddb,
                                  "1 validation error detected: Value '%.50s' at "
                                  "'attributeDefinitions.%zu.member.attributeType' failed to "
                                  "satisfy constraint: Member must satisfy enum value set: "
                                  "[B, N, S]",
                                  type, i + 1);
    }
    return true;
}

bool rc_ddb_check_table(struct rc_ddb *ddb, const json_t *in)
{
    static const char *const modes[] = {"PROVISIONED", "PAY_PER_REQUEST", NULL};
    int mode;
    const json_t *definitions = json_object_get(in, "AttributeDefinitions");
    const json_t *schema = json_object_get(in, "KeySchema");
    if (!check_name(ddb, rc_json_word(in, "TableName")) ||
        !rc_ddb_choice(ddb, in, "BillingMode", modes, &mode) ||
        !rc_ddb_check_provisioned(ddb, in, mode == 1) || !check_definitions(ddb, definitions) ||
        !rc_ddb_check_keys(ddb, definitions, schema))
        return false;
    if (!json_object_get(in, "LocalSecondaryIndexes") &&
        !json_object_get(in, "GlobalSecondaryIndexes") &&
        json_array_size(definitions) != json_array_size(schema))
        return rc_ddb_invalid(ddb,
                              "One or more parameter values were invalid: Number of attributes "
                              "in KeySchema does not exactly match number of attributes "
                              "defined in AttributeDefinitions");
    return check_indexes(ddb, in, true, mode == 1) && check_indexes(ddb, in, false, mode == 1);
}
