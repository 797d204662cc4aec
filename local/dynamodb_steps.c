/* What goes on by itself, a piece at a time so that nobody waits for it: tables that are
 * deleted, indexes that are filled, items that expire. Every piece is a transaction, and
 * what is left to do is in the store. */
#include "local/dynamodb_internal.h"

#include <string.h>

enum {
    PIECE = 500, /* rows */
    PIECE_BYTES = 32 << 20,
    SWEEP_MS = 60000,
    OLDEST_S = 5 * 365 * 86400, /* what expired longer ago stays: "Using time to live" */
    ARENA_CAP = 512 << 20,
};

/* Stands for a request where there is none. */
static void begin(struct rc_ddb *ddb, struct rc_exchange *exchange,
                  struct rc_local_dynamodb_state *state)
{
    *exchange = (struct rc_exchange){.local = state->local,
                                     .service = rc_local_dynamodb.service,
                                     .operation = rc_local_dynamodb.service->operations};
    *ddb = (struct rc_ddb){.exchange = exchange,
                           .local = state->local,
                           .state = state,
                           .arena = &exchange->arena,
                           .now_ms = rc_local_now_ms(state->local)};
    rc_arena_init(&exchange->arena, ARENA_CAP);
    rc_buf_init(&exchange->out, 4096);
    rc_jsonw_init(&exchange->json, &exchange->out);
    rc_local_begin(state->local);
}

static void end(struct rc_ddb *ddb)
{
    rc_local_commit(ddb->local);
    rc_buf_free(&ddb->exchange->out);
    rc_arena_free(ddb->arena);
}

static void copy_blob(sqlite3_stmt *to, int at, sqlite3_stmt *from, int column)
{
    const void *bytes = sqlite3_column_blob(from, column);
    sqlite3_bind_blob(to, at, bytes ? bytes : "", sqlite3_column_bytes(from, column),
                      SQLITE_TRANSIENT);
}

/* ----- deleting ----- */

/* True when nothing is left. */
static bool delete_piece(struct rc_local *local, int64_t id, sqlite3_stmt *bound,
                         sqlite3_stmt *some, sqlite3_stmt *rest, int columns)
{
    sqlite3_bind_int64(bound, 1, id);
    sqlite3_bind_int(bound, 2, PIECE);
    bool more = sqlite3_step(bound) == SQLITE_ROW;
    sqlite3_stmt *row = more ? some : rest;
    sqlite3_bind_int64(row, 1, id);
    for (int i = 0; more && i < columns; i++)
        copy_blob(row, i + 2, bound, i);
    rc_local_done(bound);
    rc_local_run(local, row);
    return !more;
}

static void delete_keyed_items(struct rc_local *local, int64_t id)
{
    sqlite3_stmt *row =
        rc_local_sql(local, "DELETE FROM ddb_item WHERE id IN (SELECT id FROM ddb_key"
                            " WHERE table_id = ?1 ORDER BY pk, sk LIMIT ?2)");
    sqlite3_bind_int64(row, 1, id);
    sqlite3_bind_int(row, 2, PIECE);
    rc_local_run(local, row);
}

static bool delete_items(struct rc_local *local, int64_t id)
{
    delete_keyed_items(local, id); /* the keys of the same piece go next */
    return delete_piece(
        local, id,
        rc_local_sql(local, "SELECT pk, sk FROM ddb_key WHERE table_id = ?1 ORDER BY pk, sk"
                            " LIMIT 1 OFFSET ?2"),
        rc_local_sql(local, "DELETE FROM ddb_key WHERE table_id = ?1 AND (pk, sk) < (?2, ?3)"),
        rc_local_sql(local, "DELETE FROM ddb_key WHERE table_id = ?1"), 2);
}

static bool delete_entries(struct rc_local *local, int64_t id)
{
    return delete_piece(local, id,
                        rc_local_sql(local,
                                     "SELECT ipk, isk, pk, sk FROM ddb_entry WHERE index_id = ?1"
                                     " ORDER BY ipk, isk, pk, sk LIMIT 1 OFFSET ?2"),
                        rc_local_sql(local, "DELETE FROM ddb_entry WHERE index_id = ?1"
                                            " AND (ipk, isk, pk, sk) < (?2, ?3, ?4, ?5)"),
                        rc_local_sql(local, "DELETE FROM ddb_entry WHERE index_id = ?1"), 4);
}

static void run_with_id(struct rc_local *local, sqlite3_stmt *row, int64_t id)
{
    sqlite3_bind_int64(row, 1, id);
    rc_local_run(local, row);
}

static void forget_resource(struct rc_local *local, int64_t id)
{
    run_with_id(local, rc_local_sql(local, "DELETE FROM ddb_resource WHERE id = ?1"), id);
}

static void step_table(struct rc_local_dynamodb_state *state, struct rc_ddb_table *table)
{
    struct rc_local *local = state->local;
    if (!delete_items(local, table->resource.id))
        return;
    for (size_t i = 0; i < table->index_count; i++)
        rc_ddb_doom(local, table->indexes[i].resource.id);
    forget_resource(local, table->resource.id);
    run_with_id(local, rc_local_sql(local, "DELETE FROM ddb_table WHERE id = ?1"),
                table->resource.id);
    rc_ddb_table_remove(state, table);
}

static bool step_doomed(struct rc_local *local)
{
    sqlite3_stmt *first = rc_local_sql(local, "SELECT index_id FROM ddb_doomed LIMIT 1");
    bool found = sqlite3_step(first) == SQLITE_ROW;
    int64_t id = found ? sqlite3_column_int64(first, 0) : 0;
    rc_local_done(first);
    if (found && delete_entries(local, id)) {
        run_with_id(local, rc_local_sql(local, "DELETE FROM ddb_doomed WHERE index_id = ?1"), id);
        forget_resource(local, id);
    }
    return found;
}

/* ----- filling an index ----- */

static bool fill_one(struct rc_ddb *ddb, const struct rc_ddb_table *table,
                     const struct rc_ddb_index *index, sqlite3_stmt *row)
{
    struct rc_ddb_at entry = {0}, at = {.pk = sqlite3_column_blob(row, 0),
                                        .sk = sqlite3_column_blob(row, 1),
                                        .pk_length = (uint32_t)sqlite3_column_bytes(row, 0),
                                        .sk_length = (uint32_t)sqlite3_column_bytes(row, 1)};
    const struct rc_attribute *item = rc_attribute_unpack(
        sqlite3_column_blob(row, 2), (size_t)sqlite3_column_bytes(row, 2), ddb->arena);
    if (!at.sk)
        at.sk = (const uint8_t *)"";
    int in = item ? rc_ddb_key_of_index(ddb->arena, index, item, &entry) : -1;
    if (in <= 0)
        return in == 0;
    sqlite3_stmt *bytes =
        rc_local_sql(ddb->local, "UPDATE ddb_resource SET bytes = bytes + ?2 WHERE id = ?1");
    sqlite3_bind_int64(bytes, 2, (int64_t)rc_ddb_projected_size(table, index, item));
    run_with_id(ddb->local, bytes, index->resource.id);
    return rc_ddb_entry_add(ddb->local, index, &entry, &at, sqlite3_column_int64(row, 3));
}

static void finish_index(struct rc_ddb *ddb, struct rc_ddb_table *table,
                         const struct rc_ddb_index *index)
{
    json_t *definition = (json_t *)(uintptr_t)index->definition;
    run_with_id(ddb->local,
                rc_local_sql(ddb->local,
                             "UPDATE ddb_resource SET filled_pk = NULL, filled_sk = NULL,"
                             " items = (SELECT count(*) FROM ddb_entry"
                             " WHERE index_id = ?1) WHERE id = ?1"),
                index->resource.id);
    json_object_del(definition, "Backfilling");
    rc_ddb_changed(ddb, table);
}

static void step_index(struct rc_ddb *ddb, struct rc_ddb_table *table,
                       const struct rc_ddb_index *index)
{
    int done = 0;
    sqlite3_stmt *from = rc_local_sql(
        ddb->local, "SELECT ifnull(filled_pk, x''), ifnull(filled_sk, x'') FROM ddb_resource"
                    " WHERE id = ?1");
    sqlite3_stmt *rows =
        rc_local_sql(ddb->local, "SELECT k.pk, k.sk, i.item, i.id FROM ddb_key k"
                                 " CROSS JOIN ddb_item i ON i.id = k.id WHERE k.table_id = ?1"
                                 " AND (k.pk, k.sk) > (?2, ?3) ORDER BY k.pk, k.sk LIMIT ?4");
    sqlite3_stmt *mark = rc_local_sql(
        ddb->local, "UPDATE ddb_resource SET filled_pk = ?2, filled_sk = ?3 WHERE id = ?1");
    sqlite3_bind_int64(from, 1, index->resource.id);
    sqlite3_bind_int64(rows, 1, table->resource.id);
    if (sqlite3_step(from) == SQLITE_ROW) {
        copy_blob(rows, 2, from, 0);
        copy_blob(rows, 3, from, 1);
    }
    rc_local_done(from);
    sqlite3_bind_int(rows, 4, PIECE);
    bool full = false;
    while (!full && sqlite3_step(rows) == SQLITE_ROW && fill_one(ddb, table, index, rows)) {
        full = ++done == PIECE || ddb->arena->used_bytes > PIECE_BYTES;
        if (full) {
            copy_blob(mark, 2, rows, 0);
            copy_blob(mark, 3, rows, 1);
            run_with_id(ddb->local, mark, index->resource.id);
        }
    }
    rc_local_done(rows);
    if (!full)
        finish_index(ddb, table, index);
}

/* ----- what there is to do ----- */

/* One piece; false when there is nothing left. */
static bool step(struct rc_local_dynamodb_state *state)
{
    struct rc_exchange exchange;
    struct rc_ddb ddb;
    bool found = false;
    begin(&ddb, &exchange, state);
    for (struct rc_ddb_table *table = state->tables, *next; table && !found; table = next) {
        next = table->next;
        found = table->deleting;
        if (found)
            step_table(state, table);
        for (size_t i = 0; !found && i < table->index_count; i++) {
            found = table->indexes[i].backfilling;
            if (found)
                step_index(&ddb, table, &table->indexes[i]);
        }
    }
    found = found || step_doomed(state->local);
    end(&ddb);
    return found;
}

void rc_ddb_steps(struct rc_timer *timer)
{
    struct rc_local_dynamodb_state *state = timer->ctx;
    if (step(state))
        rc_local_timer(state->local, &state->steps, 0);
}

/* ----- expiry ----- */

static const struct rc_ddb_index *expiry_of(const struct rc_ddb_table *table)
{
    for (size_t i = 0; i < table->index_count; i++)
        if (table->indexes[i].kind == RC_DDB_EXPIRY)
            return &table->indexes[i];
    return NULL;
}

static size_t time_key(int64_t at_s, uint8_t key[RC_NUMBER_KEY])
{
    char text[32];
    struct rc_number number;
    size_t length = 0;
    uint64_t rest = at_s > 0 ? (uint64_t)at_s : 0;
    for (; rest || !length; rest /= 10)
        text[sizeof text - ++length] = (char)('0' + rest % 10);
    rc_number_parse(text + sizeof text - length, length, &number, NULL);
    return rc_number_key(&number, key);
}

static bool expire(struct rc_ddb *ddb, struct rc_ddb_table *table, const struct rc_ddb_at *at)
{
    struct rc_attribute *item;
    struct rc_ddb_write write = {.table = table, .at = *at};
    if (!rc_ddb_load(ddb, table, at, &item, &write.old_size, &write.id))
        return false;
    write.old = item;
    table->resource.meter.expired++;
    return rc_ddb_perform(ddb, &write);
}

/* The keys are copied first, since what is read is changed. Gives how many there were. */
static size_t sweep_table(struct rc_ddb *ddb, struct rc_ddb_table *table,
                          const struct rc_ddb_index *index)
{
    uint8_t from[RC_NUMBER_KEY], to[RC_NUMBER_KEY];
    size_t count = 0;
    struct rc_ddb_at *keys = rc_arena_alloc(ddb->arena, PIECE * sizeof *keys);
    sqlite3_stmt *rows =
        rc_local_sql(ddb->local, "SELECT pk, sk FROM ddb_entry WHERE index_id = ?1 AND ipk = x''"
                                 " AND isk >= ?2 AND isk <= ?3 LIMIT ?4");
    sqlite3_bind_int64(rows, 1, index->resource.id);
    sqlite3_bind_blob(rows, 2, from, (int)time_key(ddb->now_ms / 1000 - OLDEST_S, from),
                      SQLITE_STATIC);
    sqlite3_bind_blob(rows, 3, to, (int)time_key(ddb->now_ms / 1000, to), SQLITE_STATIC);
    sqlite3_bind_int(rows, 4, PIECE);
    while (keys && sqlite3_step(rows) == SQLITE_ROW) {
        struct rc_ddb_at *at = &keys[count];
        at->pk_length = (uint32_t)sqlite3_column_bytes(rows, 0);
        at->sk_length = (uint32_t)sqlite3_column_bytes(rows, 1);
        at->pk =
            (const uint8_t *)rc_arena_text(ddb->arena, sqlite3_column_blob(rows, 0), at->pk_length);
        at->sk =
            (const uint8_t *)rc_arena_text(ddb->arena, sqlite3_column_blob(rows, 1), at->sk_length);
        if (!at->pk || !at->sk)
            break;
        count++;
    }
    rc_local_done(rows);
    for (size_t i = 0; i < count; i++)
        if (!expire(ddb, table, &keys[i]))
            break;
    return count;
}

void rc_ddb_sweep(struct rc_timer *timer)
{
    struct rc_local_dynamodb_state *state = timer->ctx;
    struct rc_exchange exchange;
    struct rc_ddb ddb;
    bool any = false, more = false;
    begin(&ddb, &exchange, state);
    for (struct rc_ddb_table *table = state->tables; table; table = table->next) {
        const struct rc_ddb_index *index = table->deleting ? NULL : expiry_of(table);
        any |= index != NULL;
        if (index && !index->backfilling)
            more |= sweep_table(&ddb, table, index) == PIECE;
    }
    rc_ddb_settle(&ddb);
    end(&ddb);
    rc_ddb_dirty(state);
    if (any)
        rc_local_timer(state->local, &state->sweep, more ? 0 : SWEEP_MS);
}

void rc_ddb_go_on(struct rc_local_dynamodb_state *state)
{
    if (!state->steps.place)
        rc_local_timer(state->local, &state->steps, 0);
    for (const struct rc_ddb_table *table = state->tables; table; table = table->next)
        if (expiry_of(table) && !state->sweep.place)
            rc_local_timer(state->local, &state->sweep, SWEEP_MS);
}
