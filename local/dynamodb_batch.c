/* BatchGetItem, and what it shares with BatchWriteItem: each item is read or written for
 * itself, and what was throttled comes back. */
#include "local/dynamodb_batch.h"

#include "local/attribute_json.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_READS = 100, MOST_BYTES = 16 << 20 };

static int by_key(const void *a, const void *b)
{
    const struct rc_ddb_write *one = &(*(const struct rc_ddb_entry *const *)a)->write;
    const struct rc_ddb_write *other = &(*(const struct rc_ddb_entry *const *)b)->write;
    const struct rc_ddb_at *x = &one->at, *y = &other->at;
    if (one->table != other->table)
        return one->table->resource.id < other->table->resource.id ? -1 : 1;
    if (x->place.key != y->place.key)
        return x->place.key < y->place.key ? -1 : 1;
    if (x->pk_length != y->pk_length)
        return x->pk_length < y->pk_length ? -1 : 1;
    if (x->sk_length != y->sk_length)
        return x->sk_length < y->sk_length ? -1 : 1;
    int order = memcmp(x->pk, y->pk, x->pk_length);
    return order ? order : memcmp(x->sk, y->sk, x->sk_length);
}

bool rc_ddb_check_duplicates(struct rc_ddb *ddb, const struct rc_ddb_entry *entries, size_t count)
{
    const struct rc_ddb_entry *sorted[MOST_READS] = {NULL};
    for (size_t i = 0; i < count; i++)
        sorted[i] = &entries[i];
    qsort(sorted, count, sizeof *sorted, by_key);
    for (size_t i = 1; i < count; i++)
        if (by_key(&sorted[i - 1], &sorted[i]) == 0)
            return rc_ddb_invalid(ddb, "Provided list of item keys contains duplicates");
    return true;
}

bool rc_ddb_check_count(struct rc_ddb *ddb, size_t count, size_t most, const char *empty,
                        const char *operation)
{
    if (empty)
        return rc_ddb_invalid(
            ddb,
            "1 validation error detected: Value at 'requestItems.%s.member' failed "
            "to satisfy constraint: Member must have length greater than or equal "
            "to 1",
            empty);
    if (!count)
        return rc_ddb_invalid(ddb,
                              "1 validation error detected: Value '{}' at 'requestItems' failed "
                              "to satisfy constraint: Member must have length greater than or "
                              "equal to 1");
    return count <= most ||
           rc_ddb_invalid(ddb, "Too many items requested for the %s call", operation);
}

/* When nothing could be processed. Source: "BatchWriteItem" of the API reference. */
bool rc_ddb_fail_batch(struct rc_ddb *ddb, const struct rc_ddb_refusal *refusal)
{
    json_t *members = json_pack("{s:o}", "ThrottlingReasons", rc_ddb_reasons(refusal));
    refusal->table->throttled[ddb->operation]++;
    rc_exchange_fail_with(ddb->exchange, 400, "ProvisionedThroughputExceededException", members,
                          "The level of configured provisioned throughput for the table was "
                          "exceeded. Consider increasing your provisioning level with the "
                          "UpdateTable API.");
    json_decref(members);
    return false;
}

static void write_raw(struct rc_ddb *ddb, const json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);
    rc_jsonw_raw(&ddb->exchange->json, text ? text : "null");
    free(text);
}

/* ----- reading ----- */

/* What is asked of one table. */
struct asked {
    const char *name;
    const json_t *json;
    struct rc_ddb_table *table;
    struct rc_projection *projection;
    bool consistent;
    size_t count;
};

static bool read_asked(struct rc_ddb *ddb, const char *name, const json_t *json,
                       struct asked *asked, struct rc_ddb_entry *entries)
{
    struct rc_expression_scope scope;
    struct rc_error err = {0};
    size_t i;
    const json_t *key;
    *asked = (struct asked){.name = name,
                            .json = json,
                            .consistent = json_is_true(json_object_get(json, "ConsistentRead")),
                            .count = json_array_size(json_object_get(json, "Keys"))};
    if (!rc_ddb_scope(ddb, json, &scope) ||
        !rc_ddb_projection(ddb, &scope, json, &asked->projection) ||
        !rc_ddb_scope_done(ddb, &scope) || !(asked->table = rc_ddb_table_named(ddb, name)))
        return false;
    json_array_foreach(json_object_get(json, "Keys"), i, key)
    {
        entries[i].json = key;
        entries[i].write.table = asked->table;
        if (!rc_attribute_read_item(key, ddb->arena, &entries[i].item, &err))
            return rc_ddb_failed(ddb, &err);
        if (!rc_ddb_key_alone(ddb, asked->table, &entries[i].item, &entries[i].write.at))
            return false;
    }
    return true;
}

/* The items of one table, as far as they fit and may be read. */
static bool write_items(struct rc_ddb *ddb, const struct asked *asked, struct rc_ddb_entry *entries,
                        size_t *bytes, size_t *done, struct rc_ddb_refusal *refusal)
{
    struct rc_jsonw *json = &ddb->exchange->json;
    rc_jsonw_key(json, asked->name);
    rc_jsonw_open(json, '[');
    for (size_t i = 0; i < asked->count; i++) {
        struct rc_attribute *item;
        struct rc_ddb_refusal answer;
        size_t size;
        int64_t id;
        entries[i].unprocessed = *bytes >= MOST_BYTES;
        if (entries[i].unprocessed)
            continue;
        if (!rc_ddb_load(ddb, asked->table, &entries[i].write.at, &item, &size, &id))
            return false;
        const struct rc_ddb_read read = {.table = asked->table,
                                         .place = entries[i].write.at.place,
                                         .item = &entries[i].item,
                                         .units = rc_ddb_read_units(size, asked->consistent)};
        if (!rc_ddb_claim_reads(ddb, &read, 1, &answer))
            return false;
        entries[i].unprocessed = answer.answer != RC_HEAT_TAKEN || *bytes + size > MOST_BYTES;
        if (entries[i].unprocessed) {
            *refusal = answer;
            continue;
        }
        *bytes += size;
        (*done)++;
        if (item && asked->projection)
            item = rc_projection_apply(asked->projection, item, ddb->arena);
        if (item)
            rc_attribute_write_item(item, json);
    }
    rc_jsonw_close(json, ']');
    return true;
}

static void write_unread(struct rc_ddb *ddb, const struct asked *asked,
                         const struct rc_ddb_entry *entries)
{
    struct rc_jsonw *json = &ddb->exchange->json;
    bool opened = false;
    const char *name;
    const json_t *member;
    for (size_t i = 0; i < asked->count; i++) {
        if (!entries[i].unprocessed)
            continue;
        if (!opened) {
            rc_jsonw_key(json, asked->name);
            rc_jsonw_open(json, '{');
            rc_jsonw_key(json, "Keys");
            rc_jsonw_open(json, '[');
            opened = true;
        }
        write_raw(ddb, entries[i].json);
    }
    if (!opened)
        return;
    rc_jsonw_close(json, ']');
    json_object_foreach((json_t *)(uintptr_t)asked->json, name, member)
    {
        if (strcmp(name, "Keys") == 0)
            continue;
        char *text = json_dumps(member, JSON_COMPACT | JSON_ENCODE_ANY);
        rc_jsonw_key(json, name);
        rc_jsonw_raw(json, text ? text : "null");
        free(text);
    }
    rc_jsonw_close(json, '}');
}

static bool read_all(struct rc_ddb *ddb, const json_t *tables, struct asked *asked,
                     struct rc_ddb_entry *entries, size_t *table_count)
{
    const char *name;
    const json_t *table;
    size_t first = 0;
    json_object_foreach((json_t *)(uintptr_t)tables, name, table)
    {
        struct asked *one = &asked[(*table_count)++];
        if (!read_asked(ddb, name, table, one, &entries[first]))
            return false;
        first += one->count;
    }
    return rc_ddb_check_duplicates(ddb, entries, first);
}

/* How many keys there are; 0 when it failed. */
static size_t count_keys(struct rc_ddb *ddb, const json_t *tables)
{
    size_t count = 0;
    const char *name, *empty = NULL;
    const json_t *table;
    if (!json_is_object(tables)) {
        rc_ddb_invalid(ddb, "The parameter 'RequestItems' is required but was not present in the "
                            "request");
        return 0;
    }
    json_object_foreach((json_t *)(uintptr_t)tables, name, table)
    {
        size_t keys = json_array_size(json_object_get(table, "Keys"));
        empty = keys ? empty : name;
        count += keys;
    }
    return rc_ddb_check_count(ddb, count, MOST_READS, empty, "BatchGetItem") ? count : 0;
}

void rc_ddb_batch_get(struct rc_exchange *exchange)
{
    struct rc_ddb ddb;
    struct rc_ddb_refusal refusal = {0};
    struct rc_jsonw *json = &exchange->json;
    size_t table_count = 0, bytes = 0, done = 0, first = 0;
    const json_t *tables = json_object_get(exchange->in, "RequestItems");
    if (!rc_ddb_begin(&ddb, exchange))
        return;
    size_t count = count_keys(&ddb, tables);
    if (!count)
        return;
    struct rc_ddb_entry *entries = rc_arena_alloc(ddb.arena, count * sizeof *entries);
    struct asked *asked = rc_arena_alloc(ddb.arena, json_object_size(tables) * sizeof *asked);
    if (!entries || !asked) {
        rc_ddb_no_memory(&ddb);
        return;
    }
    if (!read_all(&ddb, tables, asked, entries, &table_count))
        return;
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "Responses");
    rc_jsonw_open(json, '{');
    for (size_t i = 0; i < table_count; first += asked[i++].count)
        if (!write_items(&ddb, &asked[i], &entries[first], &bytes, &done, &refusal))
            return;
    rc_jsonw_close(json, '}');
    if (!done) {
        rc_ddb_fail_batch(&ddb, &refusal);
        return;
    }
    rc_jsonw_key(json, "UnprocessedKeys");
    rc_jsonw_open(json, '{');
    first = 0;
    for (size_t i = 0; i < table_count; first += asked[i++].count)
        write_unread(&ddb, &asked[i], &entries[first]);
    rc_jsonw_close(json, '}');
    rc_ddb_consumed_list(&ddb, false);
    rc_jsonw_close(json, '}');
    rc_ddb_answered(&ddb, asked[0].table);
}
