/* Items and index entries in the store. */
#include "local/dynamodb_internal.h"

static void bind_key(sqlite3_stmt *row, int64_t id, const struct rc_ddb_at *at)
{
    sqlite3_bind_int64(row, 1, id);
    sqlite3_bind_blob(row, 2, at->pk, (int)at->pk_length, SQLITE_STATIC);
    sqlite3_bind_blob(row, 3, at->sk, (int)at->sk_length, SQLITE_STATIC);
}

/* Where the item stands; 0 when there is none. */
static int64_t id_of(struct rc_ddb *ddb, const struct rc_ddb_table *table,
                     const struct rc_ddb_at *at)
{
    sqlite3_stmt *row = rc_local_sql(
        ddb->local, "SELECT id FROM ddb_key WHERE table_id = ?1 AND pk = ?2 AND sk = ?3");
    bind_key(row, table->resource.id, at);
    int64_t id = sqlite3_step(row) == SQLITE_ROW ? sqlite3_column_int64(row, 0) : 0;
    rc_local_done(row);
    return id;
}

bool rc_ddb_load(struct rc_ddb *ddb, const struct rc_ddb_table *table, const struct rc_ddb_at *at,
                 struct rc_attribute **item, size_t *size, int64_t *id)
{
    bool ok = true;
    if (item)
        *item = NULL;
    *size = 0;
    *id = id_of(ddb, table, at);
    if (!*id)
        return true;
    sqlite3_stmt *row = rc_local_sql(ddb->local, "SELECT size, item FROM ddb_item WHERE id = ?1");
    sqlite3_bind_int64(row, 1, *id);
    if (sqlite3_step(row) == SQLITE_ROW) {
        *size = (size_t)sqlite3_column_int64(row, 0);
        size_t length = item ? (size_t)sqlite3_column_bytes(row, 1) : 0;
        const char *bytes = NULL;
        if (item)
            bytes = rc_arena_text(ddb->arena, (const char *)sqlite3_column_blob(row, 1), length);
        if (bytes)
            *item = rc_attribute_unpack(bytes, length, ddb->arena);
        ok = !item || *item;
    }
    rc_local_done(row);
    return ok || rc_ddb_no_memory(ddb);
}

static bool add_key(struct rc_ddb *ddb, const struct rc_ddb_write *write, int64_t id)
{
    sqlite3_stmt *row = rc_local_sql(
        ddb->local, "INSERT INTO ddb_key(table_id, pk, sk, id) VALUES(?1, ?2, ?3, ?4)");
    bind_key(row, write->table->resource.id, &write->at);
    sqlite3_bind_int64(row, 4, id);
    return rc_local_run(ddb->local, row);
}

/* *id gets where it stands. */
static bool store(struct rc_ddb *ddb, const struct rc_ddb_write *write, int64_t *id)
{
    struct rc_buf *packed = &ddb->state->packed;
    rc_buf_clear(packed);
    rc_attribute_pack(write->new, packed);
    if (packed->failed)
        return rc_ddb_no_memory(ddb);
    *id = write->id;
    sqlite3_stmt *row =
        write->id
            ? rc_local_sql(ddb->local, "UPDATE ddb_item SET size = ?1, item = ?2 WHERE id = ?3")
            : rc_local_sql(ddb->local, "INSERT INTO ddb_item(size, item) VALUES(?1, ?2)");
    sqlite3_bind_int64(row, 1, (int64_t)write->new_size);
    sqlite3_bind_blob(row, 2, packed->data, (int)packed->length, SQLITE_STATIC);
    if (write->id) {
        sqlite3_bind_int64(row, 3, write->id);
        return rc_local_run(ddb->local, row);
    }
    if (!rc_local_run(ddb->local, row))
        return false;
    *id = sqlite3_last_insert_rowid(ddb->local->db);
    return add_key(ddb, write, *id);
}

static bool erase(struct rc_ddb *ddb, const struct rc_ddb_write *write)
{
    sqlite3_stmt *key =
        rc_local_sql(ddb->local, "DELETE FROM ddb_key WHERE table_id = ?1 AND pk = ?2 AND sk = ?3");
    sqlite3_stmt *row = rc_local_sql(ddb->local, "DELETE FROM ddb_item WHERE id = ?1");
    bind_key(key, write->table->resource.id, &write->at);
    sqlite3_bind_int64(row, 1, write->id);
    return rc_local_run(ddb->local, key) && rc_local_run(ddb->local, row);
}

/* ----- entries of indexes ----- */

static void bind_entry(sqlite3_stmt *row, const struct rc_ddb_index *index,
                       const struct rc_ddb_at *entry, const struct rc_ddb_at *at)
{
    bind_key(row, index->resource.id, entry);
    sqlite3_bind_blob(row, 4, at->pk, (int)at->pk_length, SQLITE_STATIC);
    sqlite3_bind_blob(row, 5, at->sk, (int)at->sk_length, SQLITE_STATIC);
}

bool rc_ddb_entry_add(struct rc_local *local, const struct rc_ddb_index *index,
                      const struct rc_ddb_at *entry, const struct rc_ddb_at *at, int64_t id)
{
    sqlite3_stmt *row = rc_local_sql(local, "REPLACE INTO ddb_entry(index_id, ipk, isk, pk, sk, id)"
                                            " VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
    bind_entry(row, index, entry, at);
    sqlite3_bind_int64(row, 6, id);
    return rc_local_run(local, row);
}

bool rc_ddb_entry_remove(struct rc_local *local, const struct rc_ddb_index *index,
                         const struct rc_ddb_at *entry, const struct rc_ddb_at *at)
{
    sqlite3_stmt *row =
        rc_local_sql(local, "DELETE FROM ddb_entry WHERE index_id = ?1 AND ipk = ?2 AND isk = ?3"
                            " AND pk = ?4 AND sk = ?5");
    bind_entry(row, index, entry, at);
    return rc_local_run(local, row);
}

/* While an index is being filled, an entry may be there or not: its counts are made when
 * it is full. */
static bool change_index(struct rc_ddb *ddb, const struct rc_ddb_write *write, size_t number,
                         int64_t id, struct rc_ddb_bill *bill)
{
    struct rc_ddb_index *index = &write->table->indexes[number];
    struct rc_ddb_at before = {0}, after = {0};
    int had = 0, has = 0;
    if (write->old)
        had = rc_ddb_key_of_index(ddb->arena, index, write->old, &before);
    if (write->new)
        has = rc_ddb_key_of_index(ddb->arena, index, write->new, &after);
    if (had < 0 || has < 0)
        return rc_ddb_no_memory(ddb);
    if (had > 0)
        bill->index_bytes[number] -=
            (int64_t)rc_ddb_projected_size(write->table, index, write->old);
    if (has > 0)
        bill->index_bytes[number] +=
            (int64_t)rc_ddb_projected_size(write->table, index, write->new);
    bill->index_items[number] += (has > 0) - (had > 0);
    if (had > 0 && has > 0 && rc_ddb_same_key(&before, &after))
        return true;
    return (had <= 0 || rc_ddb_entry_remove(ddb->local, index, &before, &write->at)) &&
           (has <= 0 || rc_ddb_entry_add(ddb->local, index, &after, &write->at, id));
}

bool rc_ddb_perform(struct rc_ddb *ddb, const struct rc_ddb_write *write)
{
    struct rc_ddb_bill *bill = rc_ddb_bill_of(ddb, write->table);
    if (write->check)
        return true;
    if (!bill)
        return rc_ddb_no_memory(ddb);
    int64_t id = 0;
    bool ok = write->new ? store(ddb, write, &id) : !write->id || erase(ddb, write);
    for (size_t i = 0; ok && i < write->table->index_count; i++)
        ok = change_index(ddb, write, i, id, bill);
    bill->items += (write->new != NULL) - (write->id != 0);
    bill->bytes += (int64_t)write->new_size - (int64_t)write->old_size;
    return ok || rc_exchange_fail(ddb->exchange, 500, "InternalServerError",
                                  "the state file could not be written");
}

static bool count(struct rc_local *local, int64_t id, int64_t items, int64_t bytes)
{
    if (!items && !bytes)
        return true;
    sqlite3_stmt *row =
        rc_local_sql(local, "UPDATE ddb_resource SET items = items + ?2, bytes = bytes + ?3"
                            " WHERE id = ?1");
    sqlite3_bind_int64(row, 1, id);
    sqlite3_bind_int64(row, 2, items);
    sqlite3_bind_int64(row, 3, bytes);
    return rc_local_run(local, row);
}

bool rc_ddb_settle(struct rc_ddb *ddb)
{
    bool ok = true;
    for (size_t i = 0; i < ddb->bill_count; i++) {
        const struct rc_ddb_bill *bill = &ddb->bills[i];
        ok &= count(ddb->local, bill->table->resource.id, bill->items, bill->bytes);
        for (size_t at = 0; at < bill->table->index_count; at++)
            if (!bill->table->indexes[at].backfilling)
                ok &= count(ddb->local, bill->table->indexes[at].resource.id, bill->index_items[at],
                            bill->index_bytes[at]);
    }
    return ok || rc_exchange_fail(ddb->exchange, 500, "InternalServerError",
                                  "the state file could not be written");
}
