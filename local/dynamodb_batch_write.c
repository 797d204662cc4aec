/* BatchWriteItem. Most of the load comes this way, and so the request is read straight
 * from its text. */
#include "local/attribute_text.h"
#include "local/dynamodb_batch.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 25 };

struct batch {
    struct rc_ddb *ddb;
    struct rc_attribute_text text;
    struct rc_ddb_entry entries[MOST];
    size_t count;      /* of requests, also of those that are too many */
    bool there;        /* RequestItems is */
    const char *empty; /* a table without a request */
};

/* ----- reading ----- */

static bool is(const char *name, uint32_t length, const char *expected)
{
    return strlen(expected) == length && memcmp(name, expected, length) == 0;
}

/* {"Item": {…}} or {"Key": {…}} */
static bool read_inner(struct batch *batch, struct rc_ddb_entry *entry)
{
    struct rc_attribute_text *text = &batch->text;
    const char *name;
    uint32_t length;
    bool first = true, found = false;
    if (!rc_attribute_text_open(text, '{'))
        return false;
    while (rc_attribute_text_member(text, &first, &name, &length)) {
        bool wanted = is(name, length, entry->put ? "Item" : "Key");
        found |= wanted;
        if (!(wanted ? rc_attribute_text_item(text, &entry->item) : rc_attribute_text_skip(text)))
            return false;
    }
    if (!found)
        rc_attribute_text_fail(text, RC_INVALID,
                               entry->put ? "The parameter 'Item' is required but was not present "
                                            "in the request"
                                          : "The parameter 'Key' is required but was not present "
                                            "in the request");
    return !text->failed;
}

/* {"PutRequest": …} or {"DeleteRequest": …} */
static bool read_entry(struct batch *batch, const char *table)
{
    struct rc_attribute_text *text = &batch->text;
    struct rc_ddb_entry *entry = &batch->entries[batch->count % MOST];
    const char *name;
    uint32_t length;
    bool first = true;
    int found = 0;
    *entry = (struct rc_ddb_entry){.table_name = table};
    rc_attribute_text_is(text, '{'); /* behind the blanks */
    entry->text = text->at;
    if (!rc_attribute_text_open(text, '{'))
        return false;
    while (rc_attribute_text_member(text, &first, &name, &length)) {
        entry->put = is(name, length, "PutRequest");
        bool known = entry->put || is(name, length, "DeleteRequest");
        known &= rc_attribute_text_is(text, '{');
        found += known;
        if (!(known ? read_inner(batch, entry) : rc_attribute_text_skip(text)))
            return false;
    }
    entry->length = (size_t)(text->at - entry->text);
    batch->count++;
    if (found != 1)
        rc_attribute_text_fail(text, RC_INVALID,
                               "Supplied AttributeValue has more than one datatypes set, must "
                               "contain exactly one of the supported datatypes");
    return !text->failed;
}

static bool read_tables(struct batch *batch)
{
    struct rc_attribute_text *text = &batch->text;
    const char *bytes;
    uint32_t length;
    bool first = true;
    batch->there = true;
    if (!rc_attribute_text_open(text, '{'))
        return false;
    while (rc_attribute_text_member(text, &first, &bytes, &length)) {
        size_t before = batch->count;
        bool first_request = true;
        const char *table = rc_arena_text(batch->ddb->arena, bytes, length);
        if (!table)
            return rc_attribute_text_fail(text, RC_NOMEM, "out of memory");
        if (!rc_attribute_text_open(text, '['))
            return false;
        while (rc_attribute_text_element(text, &first_request))
            if (!read_entry(batch, table))
                return false;
        if (batch->count == before)
            batch->empty = table;
    }
    return !text->failed;
}

static bool read_report(struct batch *batch)
{
    const char *bytes;
    uint32_t length;
    if (!rc_attribute_text_string(&batch->text, &bytes, &length))
        return false;
    batch->ddb->report = is(bytes, length, "TOTAL")     ? RC_DDB_TOTAL
                         : is(bytes, length, "INDEXES") ? RC_DDB_PARTS
                                                        : RC_DDB_NONE;
    return true;
}

static bool read_batch(struct batch *batch)
{
    struct rc_attribute_text *text = &batch->text;
    const char *name;
    uint32_t length;
    bool first = true;
    if (!rc_attribute_text_open(text, '{'))
        return false;
    while (rc_attribute_text_member(text, &first, &name, &length)) {
        bool ok = is(name, length, "RequestItems") && rc_attribute_text_is(text, '{')
                      ? read_tables(batch)
                  : is(name, length, "ReturnConsumedCapacity") && rc_attribute_text_is(text, '"')
                      ? read_report(batch)
                      : rc_attribute_text_skip(text);
        if (!ok)
            return false;
    }
    if (!text->failed && !rc_attribute_text_end(text))
        rc_attribute_text_fail(text, RC_DATA, "Unexpected token received from parser");
    return !text->failed;
}

/* The request's text: of a call from inside, what its document says. */
static bool read_request(struct batch *batch)
{
    struct rc_error err = {0};
    struct rc_ddb *ddb = batch->ddb;
    const struct rc_exchange *exchange = ddb->exchange;
    const char *bytes = exchange->body.data ? exchange->body.data : "{}";
    size_t length = exchange->body.data ? exchange->body.length : 2;
    if (exchange->in) {
        char *dumped = json_dumps(exchange->in, JSON_COMPACT);
        length = dumped ? strlen(dumped) : 0;
        bytes = dumped ? rc_arena_text(ddb->arena, dumped, length) : NULL;
        free(dumped);
        if (!bytes)
            return rc_ddb_no_memory(ddb);
    }
    rc_attribute_text_begin(&batch->text, bytes, length, ddb->arena, &err);
    if (!read_batch(batch))
        return rc_ddb_failed(ddb, &err);
    if (!batch->there)
        return rc_ddb_invalid(
            ddb, "The parameter 'RequestItems' is required but was not present in the request");
    return rc_ddb_check_count(ddb, batch->count, MOST, batch->empty, "BatchWriteItem");
}

/* ----- what it asks for ----- */

static bool resolve(struct rc_ddb *ddb, struct rc_ddb_entry *entry, struct rc_ddb_table *table)
{
    struct rc_ddb_write *write = &entry->write;
    write->table = table;
    write->key = &entry->item;
    if (!entry->put)
        return rc_ddb_key_alone(ddb, table, &entry->item, &write->at);
    write->new = &entry->item;
    write->new_size = rc_attribute_item_size(&entry->item);
    if (!rc_ddb_key_of_item(ddb, table, &entry->item, &write->at) ||
        !rc_ddb_check_indexes(ddb, table, &entry->item))
        return false;
    return write->new_size <= RC_ATTRIBUTE_ITEM_BYTES ||
           rc_ddb_invalid(ddb, "Item size has exceeded the maximum allowed size");
}

static bool resolve_all(struct batch *batch)
{
    const char *name = NULL;
    struct rc_ddb_table *table = NULL;
    for (size_t i = 0; i < batch->count; i++) {
        struct rc_ddb_entry *entry = &batch->entries[i];
        if (entry->table_name != name) {
            name = entry->table_name;
            table = rc_ddb_table_named(batch->ddb, name);
        }
        if (!table || !resolve(batch->ddb, entry, table))
            return false;
    }
    return rc_ddb_check_duplicates(batch->ddb, batch->entries, batch->count);
}

/* All that is taken is done; the last refusal is kept. */
static bool do_writes(struct batch *batch, size_t *done, struct rc_ddb_refusal *refusal)
{
    struct rc_ddb *ddb = batch->ddb;
    for (size_t i = 0; i < batch->count; i++) {
        struct rc_ddb_entry *entry = &batch->entries[i];
        struct rc_ddb_write *write = &entry->write;
        struct rc_attribute *old = NULL;
        struct rc_ddb_refusal answer;
        if (!rc_ddb_load(ddb, write->table, &write->at, write->table->index_count ? &old : NULL,
                         &write->old_size, &write->id))
            return false;
        write->old = old;
        if (!rc_ddb_claim_writes(ddb, write, 1, 1, &answer))
            return false;
        entry->unprocessed = answer.answer != RC_HEAT_TAKEN;
        if (entry->unprocessed) {
            *refusal = answer;
            continue;
        }
        if (!rc_ddb_perform(ddb, write))
            return false;
        (*done)++;
    }
    return rc_ddb_settle(ddb);
}

/* ----- the answer ----- */

/* Entries stand in the order of the tables. */
static void write_unprocessed(struct batch *batch)
{
    struct rc_jsonw *json = &batch->ddb->exchange->json;
    const char *open = NULL;
    rc_jsonw_open(json, '{');
    for (size_t i = 0; i < batch->count; i++) {
        const struct rc_ddb_entry *entry = &batch->entries[i];
        if (!entry->unprocessed)
            continue;
        if (open && open != entry->table_name)
            rc_jsonw_close(json, ']');
        if (open != entry->table_name) {
            open = entry->table_name;
            rc_jsonw_key(json, open);
            rc_jsonw_open(json, '[');
        }
        rc_jsonw_raw(json, "");
        rc_buf_add(json->out, entry->text, entry->length);
    }
    if (open)
        rc_jsonw_close(json, ']');
    rc_jsonw_close(json, '}');
}

void rc_ddb_batch_write(struct rc_exchange *exchange)
{
    struct rc_ddb ddb;
    struct rc_ddb_refusal refusal;
    struct rc_jsonw *json = &exchange->json;
    struct batch batch = {.ddb = &ddb};
    size_t done = 0;
    if (!rc_ddb_begin(&ddb, exchange) || !read_request(&batch) || !resolve_all(&batch) ||
        !do_writes(&batch, &done, &refusal))
        return;
    if (!done) {
        rc_ddb_fail_batch(&ddb, &refusal);
        return;
    }
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "UnprocessedItems");
    write_unprocessed(&batch);
    rc_ddb_consumed_list(&ddb, false);
    rc_jsonw_close(json, '}');
    rc_ddb_answered(&ddb, batch.entries[0].write.table);
}
