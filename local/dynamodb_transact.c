/* TransactWriteItems and TransactGetItems: all or nothing, at twice the price. Every
 * request is alone here, and so no transaction conflicts with another. */
#include "local/attribute_json.h"
#include "local/dynamodb_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { MOST = 100, MOST_BYTES = 4 << 20, TOKEN_MS = 600000 };

static const char *const no_code = "None";

/* Why one action stops all. */
struct reason {
    const char *code; /* NULL: it does not */
    char message[RC_ERROR_TEXT_BYTES];
    const struct rc_attribute *item;
    struct rc_ddb_refusal refusal;
};

static json_t *item_json(struct rc_ddb *ddb, const struct rc_attribute *item)
{
    struct rc_buf text;
    struct rc_jsonw json;
    rc_buf_init(&text, ddb->exchange->out.cap);
    rc_jsonw_init(&json, &text);
    rc_attribute_write_item(item, &json);
    json_t *value = text.data ? json_loadb(text.data, text.length, JSON_ALLOW_NUL, NULL) : NULL;
    rc_buf_free(&text);
    return value;
}

/* TransactionCanceledException, with a reason for every action. */
static void cancel(struct rc_ddb *ddb, const struct reason *reasons, size_t count)
{
    json_t *list = json_array(), *members = json_pack("{s:o}", "CancellationReasons", list);
    struct rc_buf codes;
    rc_buf_init(&codes, 64 * MOST);
    for (size_t i = 0; i < count; i++) {
        const struct reason *reason = &reasons[i];
        json_t *one = json_pack("{s:s}", "Code", reason->code ? reason->code : no_code);
        if (reason->code)
            json_object_set_new(one, "Message", json_string(reason->message));
        if (reason->code && reason->item)
            json_object_set_new(one, "Item", item_json(ddb, reason->item));
        if (reason->code && reason->refusal.answer != RC_HEAT_TAKEN)
            json_object_set_new(members, "ThrottlingReasons", rc_ddb_reasons(&reason->refusal));
        json_array_append_new(list, one);
        rc_buf_printf(&codes, "%s%s", i ? ", " : "", reason->code ? reason->code : no_code);
    }
    rc_exchange_fail_with(ddb->exchange, 400, "TransactionCanceledException", members,
                          "Transaction cancelled, please refer cancellation reasons for specific "
                          "reasons [%s]",
                          codes.data ? codes.data : "");
    rc_buf_free(&codes);
    json_decref(members);
}

static void set_throttled(struct reason *reason, const struct rc_ddb_refusal *refusal)
{
    bool on_demand = refusal->table->on_demand;
    reason->code = on_demand ? "ThrottlingError" : "ProvisionedThroughputExceeded";
    reason->refusal = *refusal;
    snprintf(reason->message, sizeof reason->message, "%s",
             on_demand ? "Throughput exceeds the current capacity of your table or index. DynamoDB "
                         "is automatically scaling your table or index so please try again shortly."
                       : "The level of configured provisioned throughput for the table was "
                         "exceeded. Consider increasing your provisioning level with the "
                         "UpdateTable API.");
}

/* The array; 0 when it failed. */
static size_t items_of(struct rc_ddb *ddb, const json_t **items)
{
    *items = json_object_get(ddb->exchange->in, "TransactItems");
    size_t count = json_array_size(*items);
    if (!count || count > MOST)
        rc_ddb_invalid(ddb,
                       "1 validation error detected: Value at 'transactItems' failed to satisfy "
                       "constraint: Member must have length %s",
                       count ? "less than or equal to 100" : "greater than or equal to 1");
    return count <= MOST ? count : 0;
}

/* ----- tokens ----- */

static XXH128_hash_t hash_of(const json_t *in)
{
    char *text = json_dumps(in, JSON_COMPACT | JSON_SORT_KEYS);
    XXH128_hash_t hash = XXH3_128bits(text ? text : "", text ? strlen(text) : 0);
    free(text);
    return hash;
}

/* Whether the same request was done already within ten minutes; *ok is false when the
 * token was used for another one. */
static bool done_before(struct rc_ddb *ddb, const char *token, XXH128_hash_t hash, bool *ok)
{
    sqlite3_stmt *old = rc_local_sql(ddb->local, "DELETE FROM ddb_token WHERE at_ms < ?1");
    sqlite3_bind_int64(old, 1, ddb->now_ms - TOKEN_MS);
    rc_local_run(ddb->local, old);
    sqlite3_stmt *row = rc_local_sql(ddb->local, "SELECT hash FROM ddb_token WHERE token = ?1");
    sqlite3_bind_text(row, 1, token, -1, SQLITE_STATIC);
    bool found = sqlite3_step(row) == SQLITE_ROW;
    *ok = !found || memcmp(sqlite3_column_blob(row, 0), &hash, sizeof hash) == 0;
    rc_local_done(row);
    if (!*ok)
        rc_exchange_fail(ddb->exchange, 400, "IdempotentParameterMismatchException",
                         "The request was already made with the same client token but different "
                         "parameters");
    return found;
}

static bool keep_token(struct rc_ddb *ddb, const char *token, XXH128_hash_t hash)
{
    sqlite3_stmt *row =
        rc_local_sql(ddb->local, "INSERT INTO ddb_token(token, hash, at_ms) VALUES(?1, ?2, ?3)");
    sqlite3_bind_text(row, 1, token, -1, SQLITE_STATIC);
    sqlite3_bind_blob(row, 2, &hash, sizeof hash, SQLITE_STATIC);
    sqlite3_bind_int64(row, 3, ddb->now_ms);
    return rc_local_run(ddb->local, row);
}

/* ----- writing ----- */

static bool read_action(struct rc_ddb *ddb, const json_t *json, struct rc_ddb_action *action)
{
    static const char *const names[] = {"Put", "Update", "Delete", "ConditionCheck"};
    const json_t *in = NULL;
    int kind = 0, found = 0;
    for (int i = 0; i < 4; i++)
        if (json_is_object(json_object_get(json, names[i]))) {
            in = json_object_get(json, names[i]);
            kind = i;
            found++;
        }
    if (found != 1)
        return rc_ddb_invalid(ddb, "TransactItems can only contain one of Check, Put, Update or "
                                   "Delete");
    return rc_ddb_action_read(ddb, in, (enum rc_ddb_action_kind)kind, action);
}

static bool same_item(const struct rc_ddb_write *a, const struct rc_ddb_write *b)
{
    return a->table == b->table && a->at.place.key == b->at.place.key &&
           a->at.pk_length == b->at.pk_length && a->at.sk_length == b->at.sk_length &&
           memcmp(a->at.pk, b->at.pk, a->at.pk_length) == 0 &&
           memcmp(a->at.sk, b->at.sk, a->at.sk_length) == 0;
}

static bool read_actions(struct rc_ddb *ddb, const json_t *items, struct rc_ddb_action *actions,
                         size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        if (!read_action(ddb, json_array_get(items, i), &actions[i]))
            return false;
        bytes += actions[i].write.new_size;
        for (size_t at = 0; at < i; at++)
            if (same_item(&actions[at].write, &actions[i].write))
                return rc_ddb_invalid(ddb, "Transaction request cannot include multiple operations "
                                           "on one item");
    }
    return bytes <= MOST_BYTES ||
           rc_ddb_invalid(ddb, "Transaction request size cannot exceed 4 MB: %zu", bytes);
}

/* False when an action stops the transaction, or the exchange has failed. */
static bool decide(struct rc_ddb *ddb, struct rc_ddb_action *actions, struct reason *reasons,
                   size_t count)
{
    bool ok = true;
    for (size_t i = 0; i < count; i++) {
        struct rc_error why = {0};
        bool decided = rc_ddb_action_decide(ddb, &actions[i], actions[i].old_on_failure, &why);
        if (ddb->exchange->failed)
            return false;
        if (decided && !actions[i].failed)
            continue;
        ok = false;
        reasons[i].code = decided ? "ConditionalCheckFailed" : "ValidationError";
        snprintf(reasons[i].message, sizeof reasons[i].message, "%s",
                 decided ? "The conditional request failed" : why.text);
        if (decided && actions[i].old_on_failure)
            reasons[i].item = actions[i].before;
    }
    return ok;
}

static bool perform(struct rc_ddb *ddb, const struct rc_ddb_action *actions, struct reason *reasons,
                    size_t count)
{
    struct rc_ddb_refusal refusal;
    struct rc_ddb_write *writes = rc_arena_alloc(ddb->arena, count * sizeof *writes);
    if (!writes)
        return rc_ddb_no_memory(ddb);
    for (size_t i = 0; i < count; i++)
        writes[i] = actions[i].write;
    if (!rc_ddb_claim_writes(ddb, writes, count, 2, &refusal))
        return false;
    if (refusal.answer != RC_HEAT_TAKEN) {
        refusal.table->throttled[ddb->operation]++;
        set_throttled(&reasons[refusal.write], &refusal);
        cancel(ddb, reasons, count);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (!rc_ddb_perform(ddb, &writes[i]))
            return false;
    return rc_ddb_settle(ddb);
}

static void answer_write(struct rc_ddb *ddb, struct rc_ddb_table *table)
{
    rc_jsonw_open(&ddb->exchange->json, '{');
    rc_ddb_consumed_list(ddb, true);
    rc_jsonw_close(&ddb->exchange->json, '}');
    if (table)
        rc_ddb_answered(ddb, table);
}

void rc_ddb_transact_write(struct rc_exchange *exchange)
{
    struct rc_ddb ddb;
    const json_t *items;
    const char *token;
    XXH128_hash_t hash = {0};
    if (!rc_ddb_begin(&ddb, exchange))
        return;
    size_t count = items_of(&ddb, &items);
    if (!count || !rc_ddb_text(&ddb, exchange->in, "ClientRequestToken", &token))
        return;
    struct rc_ddb_action *actions = rc_arena_alloc(ddb.arena, count * sizeof *actions);
    struct reason *reasons = rc_arena_alloc(ddb.arena, count * sizeof *reasons);
    if (!actions || !reasons) {
        rc_ddb_no_memory(&ddb);
        return;
    }
    if (!read_actions(&ddb, items, actions, count))
        return;
    if (token) {
        bool same;
        hash = hash_of(items);
        if (done_before(&ddb, token, hash, &same)) {
            if (same)
                answer_write(&ddb, NULL);
            return;
        }
    }
    if (!decide(&ddb, actions, reasons, count)) {
        if (!exchange->failed)
            cancel(&ddb, reasons, count);
        return;
    }
    if (!perform(&ddb, actions, reasons, count) || (token && !keep_token(&ddb, token, hash)))
        return;
    answer_write(&ddb, actions[0].write.table);
}

/* ----- reading ----- */

struct get {
    struct rc_attribute key;
    struct rc_attribute *item;
    struct rc_projection *projection;
};

static bool read_get(struct rc_ddb *ddb, const json_t *json, struct get *get,
                     struct rc_ddb_read *read, size_t *bytes)
{
    struct rc_expression_scope scope;
    struct rc_ddb_at at;
    size_t size;
    int64_t id;
    const json_t *in = json_object_get(json, "Get");
    if (!json_is_object(in))
        return rc_ddb_invalid(ddb, "TransactItems can only contain Get");
    if (!rc_ddb_scope(ddb, in, &scope) || !rc_ddb_projection(ddb, &scope, in, &get->projection) ||
        !rc_ddb_scope_done(ddb, &scope) || !rc_ddb_item_in(ddb, in, "Key", &get->key))
        return false;
    read->table = rc_ddb_table_of(ddb, in);
    if (!read->table || !rc_ddb_key_alone(ddb, read->table, &get->key, &at) ||
        !rc_ddb_load(ddb, read->table, &at, &get->item, &size, &id))
        return false;
    read->place = at.place;
    read->item = &get->key;
    read->units = 2 * rc_ddb_read_units(size, true);
    *bytes += size;
    return true;
}

static void write_gets(struct rc_ddb *ddb, struct get *gets, size_t count)
{
    struct rc_jsonw *json = &ddb->exchange->json;
    rc_jsonw_open(json, '{');
    rc_jsonw_key(json, "Responses");
    rc_jsonw_open(json, '[');
    for (size_t i = 0; i < count; i++) {
        const struct rc_attribute *item = gets[i].item;
        if (item && gets[i].projection)
            item = rc_projection_apply(gets[i].projection, item, ddb->arena);
        rc_jsonw_open(json, '{');
        if (item) {
            rc_jsonw_key(json, "Item");
            rc_attribute_write_item(item, json);
        }
        rc_jsonw_close(json, '}');
    }
    rc_jsonw_close(json, ']');
    rc_ddb_consumed_list(ddb, true);
    rc_jsonw_close(json, '}');
}

void rc_ddb_transact_get(struct rc_exchange *exchange)
{
    struct rc_ddb ddb;
    struct rc_ddb_refusal refusal;
    const json_t *items;
    size_t bytes = 0;
    if (!rc_ddb_begin(&ddb, exchange))
        return;
    size_t count = items_of(&ddb, &items);
    if (!count)
        return;
    struct get *gets = rc_arena_alloc(ddb.arena, count * sizeof *gets);
    struct rc_ddb_read *reads = rc_arena_alloc(ddb.arena, count * sizeof *reads);
    struct reason *reasons = rc_arena_alloc(ddb.arena, count * sizeof *reasons);
    if (!gets || !reads || !reasons) {
        rc_ddb_no_memory(&ddb);
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (!read_get(&ddb, json_array_get(items, i), &gets[i], &reads[i], &bytes))
            return;
    if (bytes > MOST_BYTES) {
        rc_ddb_invalid(&ddb, "Transaction request size cannot exceed 4 MB: %zu", bytes);
        return;
    }
    if (!rc_ddb_claim_reads(&ddb, reads, count, &refusal))
        return;
    if (refusal.answer != RC_HEAT_TAKEN) {
        refusal.table->throttled[ddb.operation]++;
        set_throttled(&reasons[refusal.write], &refusal);
        cancel(&ddb, reasons, count);
        return;
    }
    write_gets(&ddb, gets, count);
    rc_ddb_answered(&ddb, reads[0].table);
}
