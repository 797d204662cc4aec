/* DynamoDB: its operations, its tables in the store, and how it begins. */
#include "local/dynamodb_internal.h"

#include <stdlib.h>
#include <string.h>

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS ddb_table(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " definition TEXT NOT NULL, created_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL,"
    " deleting INTEGER NOT NULL DEFAULT 0);"
    /* A table or an index: what it holds, and where its partitions begin. */
    "CREATE TABLE IF NOT EXISTS ddb_resource(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " items INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0, partitions BLOB,"
    " filled_pk BLOB, filled_sk BLOB);"
    /* Items stand in the order in which they came, and their keys apart: a page of keys has
     * room for dozens, so that items with scattered keys touch few pages. */
    "CREATE TABLE IF NOT EXISTS ddb_item(id INTEGER PRIMARY KEY, size INTEGER NOT NULL,"
    " item BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS ddb_key(table_id INTEGER NOT NULL, pk BLOB NOT NULL,"
    " sk BLOB NOT NULL, id INTEGER NOT NULL, PRIMARY KEY(table_id, pk, sk)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS ddb_entry(index_id INTEGER NOT NULL, ipk BLOB NOT NULL,"
    " isk BLOB NOT NULL, pk BLOB NOT NULL, sk BLOB NOT NULL, id INTEGER NOT NULL,"
    " PRIMARY KEY(index_id, ipk, isk, pk, sk)) WITHOUT ROWID;"
    /* Entries of indexes that were deleted, which go by and by. */
    "CREATE TABLE IF NOT EXISTS ddb_doomed(index_id INTEGER PRIMARY KEY);"
    "CREATE TABLE IF NOT EXISTS ddb_token(token TEXT PRIMARY KEY, hash BLOB NOT NULL,"
    " at_ms INTEGER NOT NULL) WITHOUT ROWID;";

static const struct rc_local_operation operations[] = {
    {.name = "PutItem", .handle = rc_ddb_put_item, .caller = "pipeline: state and leases"},
    {.name = "GetItem", .handle = rc_ddb_get_item, .caller = "pipeline: state and leases"},
    {.name = "UpdateItem", .handle = rc_ddb_update_item, .caller = "pipeline: state and leases"},
    {.name = "DeleteItem", .handle = rc_ddb_delete_item, .caller = "pipeline: leases; console"},
    {.name = "Query", .handle = rc_ddb_query, .caller = "pipeline: match; console: every view"},
    {.name = "Scan", .handle = rc_ddb_scan, .caller = "console: tables"},
    {.name = "BatchWriteItem",
     .handle = rc_ddb_batch_write,
     .caller = "pipeline: ingest",
     .raw = true},
    {.name = "BatchGetItem", .handle = rc_ddb_batch_get, .caller = "pipeline: match"},
    {.name = "TransactWriteItems", .handle = rc_ddb_transact_write, .caller = "pipeline: rollup"},
    {.name = "TransactGetItems", .handle = rc_ddb_transact_get, .caller = "pipeline: rollup"},
    {.name = "CreateTable", .handle = rc_ddb_create_table, .caller = "deploy to reconlocal"},
    {.name = "DescribeTable", .handle = rc_ddb_describe_table, .caller = "console: tables; doctor"},
    {.name = "DeleteTable", .handle = rc_ddb_delete_table, .caller = "console: tables"},
    {.name = "ListTables", .handle = rc_ddb_list_tables, .caller = "console: tables"},
    {.name = "UpdateTable", .handle = rc_ddb_update_table, .caller = "console: capacity"},
    {.name = "DescribeTimeToLive", .handle = rc_ddb_describe_ttl, .caller = "console: tables"},
    {.name = "UpdateTimeToLive", .handle = rc_ddb_update_ttl, .caller = "deploy to reconlocal"},
    {.name = "DescribeContributorInsights",
     .handle = rc_ddb_describe_insights,
     .caller = "console: heat"},
    {.name = "UpdateContributorInsights",
     .handle = rc_ddb_update_insights,
     .caller = "console: heat"},
    {0},
};

static const struct rc_local_service service = {
    .signing_name = "dynamodb",
    .name = "dynamodb",
    .protocol = RC_LOCAL_JSON,
    .json_version = "1.0",
    .target = "DynamoDB_20120810.",
    .operations = operations,
};

/* ----- for the state machine ----- */

static const struct rc_local_operation *operation_named(const char *name)
{
    const struct rc_local_operation *row = operations;
    while (row->name && strcmp(row->name, name) != 0)
        row++;
    return row->name ? row : NULL;
}

static void copy_text(char *to, size_t room, const json_t *from, const char *otherwise)
{
    const char *text = json_string_value(from);
    text = text ? text : otherwise;
    size_t length = strnlen(text, room - 1);
    memcpy(to, text, length);
    to[length] = '\0';
}

/* A handler refuses before it writes anything, and so a failure leaves the transaction
 * of the caller as it was. */
json_t *rc_local_dynamodb_do(struct rc_local *local, const char *operation, json_t *request,
                             char code[96], char message[256])
{
    enum { ARENA_CAP = 64 << 20, OUT_CAP = 64 << 20 };
    struct rc_exchange exchange = {.local = local,
                                   .service = &service,
                                   .operation = operation_named(operation),
                                   .method = "POST",
                                   .target = "/",
                                   .body_fd = -1,
                                   .in = request,
                                   .status = 200,
                                   .stream_length = -1};
    if (!exchange.operation) {
        copy_text(code, 96, NULL, "UnknownOperationException");
        copy_text(message, 256, NULL, operation);
        return NULL;
    }
    rc_arena_init(&exchange.arena, ARENA_CAP);
    rc_buf_init(&exchange.out, OUT_CAP);
    rc_jsonw_init(&exchange.json, &exchange.out);
    rc_local_begin(local);
    exchange.operation->handle(&exchange);
    bool kept = rc_local_commit(local);
    json_t *answer = kept && exchange.out.data
                         ? json_loadb(exchange.out.data, exchange.out.length, 0, NULL)
                         : NULL;
    if (exchange.failed || !answer) {
        copy_text(code, 96, json_object_get(answer, "__type"), "InternalServerError");
        copy_text(message, 256, json_object_get(answer, "message"), "the state file");
        json_decref(answer);
        answer = NULL;
    }
    rc_buf_free(&exchange.out);
    rc_arena_free(&exchange.arena);
    return answer;
}

/* ----- opening ----- */

static bool take_up_table(struct rc_local_dynamodb_state *state, sqlite3_stmt *row)
{
    struct rc_ddb_table *table = calloc(1, sizeof *table), **place = &state->tables;
    if (!table)
        return false;
    while (*place)
        place = &(*place)->next;
    *place = table; /* in the order of their names, as the rows come */
    table->resource.id = sqlite3_column_int64(row, 0);
    table->definition = json_loadb((const char *)sqlite3_column_text(row, 1),
                                   (size_t)sqlite3_column_bytes(row, 1), 0, NULL);
    table->created_ms = sqlite3_column_int64(row, 2);
    table->changed_ms = sqlite3_column_int64(row, 3);
    table->deleting = sqlite3_column_int(row, 4) != 0;
    return table->definition && rc_ddb_compile(state, table);
}

static void close_tables(struct rc_local *local)
{
    struct rc_local_dynamodb_state *state = local->services->dynamodb;
    if (!state)
        return;
    rc_timer_stop(local->loop, &state->steps);
    rc_timer_stop(local->loop, &state->sweep);
    rc_timer_stop(local->loop, &state->flush);
    while (state->tables) {
        struct rc_ddb_table *table = state->tables;
        state->tables = table->next;
        rc_ddb_table_free(table);
    }
    rc_buf_free(&state->packed);
    free(state);
    local->services->dynamodb = NULL;
}

static bool open_tables(struct rc_local *local, struct rc_error *err)
{
    struct rc_local_dynamodb_state *state = calloc(1, sizeof *state);
    bool ok = state != NULL;
    if (ok) {
        local->services->dynamodb = state;
        state->local = local;
        state->flush = (struct rc_timer){.fire = rc_ddb_flush, .ctx = state};
        state->steps = (struct rc_timer){.fire = rc_ddb_steps, .ctx = state};
        state->sweep = (struct rc_timer){.fire = rc_ddb_sweep, .ctx = state};
        rc_buf_init(&state->packed, RC_EXCHANGE_BODY_IN_MEMORY);
        sqlite3_stmt *rows = rc_local_sql(
            local, "SELECT id, definition, created_ms, changed_ms, deleting FROM ddb_table"
                   " ORDER BY name");
        while (ok && sqlite3_step(rows) == SQLITE_ROW)
            ok = take_up_table(state, rows);
        rc_local_done(rows);
        rc_ddb_go_on(state);
    }
    if (!ok)
        rc_error_nomem(err);
    return ok;
}

const struct rc_local_part rc_local_dynamodb = {
    .service = &service, .schema = schema, .open = open_tables, .close = close_tables};
