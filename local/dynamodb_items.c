/* GetItem, PutItem, UpdateItem, DeleteItem. */
#include "local/attribute_json.h"
#include "local/dynamodb_internal.h"

#include <string.h>

enum returned {
    RETURN_NONE,
    RETURN_ALL_OLD,
    RETURN_UPDATED_OLD,
    RETURN_ALL_NEW,
    RETURN_UPDATED_NEW
};

static bool read_returned(struct rc_ddb *ddb, bool update, int *returned)
{
    static const char *const choices[] = {"NONE",    "ALL_OLD",     "UPDATED_OLD",
                                          "ALL_NEW", "UPDATED_NEW", NULL};
    if (!rc_ddb_choice(ddb, ddb->exchange->in, "ReturnValues", choices, returned))
        return false;
    return update || *returned <= RETURN_ALL_OLD ||
           rc_ddb_invalid(ddb, "ReturnValues can only be ALL_OLD or NONE");
}

/* A failed condition is paid for, too. */
static void fail_condition(struct rc_ddb *ddb, const struct rc_ddb_action *action)
{
    struct rc_ddb_write look = action->write;
    struct rc_ddb_refusal refusal;
    json_t *members = NULL;
    look.check = true;
    look.new_size = 0;
    if (!rc_ddb_claim_writes(ddb, &look, 1, 1, &refusal))
        return;
    if (refusal.answer != RC_HEAT_TAKEN) {
        rc_ddb_throttled(ddb, &refusal);
        return;
    }
    if (action->old_on_failure && action->before) {
        struct rc_buf text;
        struct rc_jsonw json;
        rc_buf_init(&text, ddb->exchange->out.cap);
        rc_jsonw_init(&json, &text);
        rc_attribute_write_item(action->before, &json);
        members =
            json_pack("{s:o*}", "Item",
                      text.data ? json_loadb(text.data, text.length, JSON_ALLOW_NUL, NULL) : NULL);
        rc_buf_free(&text);
    }
    rc_exchange_fail_with(ddb->exchange, 400, "ConditionalCheckFailedException", members,
                          "The conditional request failed");
    json_decref(members);
}

static void write_attributes(struct rc_ddb *ddb, const struct rc_ddb_action *action, int returned)
{
    bool old = returned == RETURN_ALL_OLD || returned == RETURN_UPDATED_OLD;
    const struct rc_attribute *item = old ? action->before : action->write.new;
    bool part = returned == RETURN_UPDATED_OLD || returned == RETURN_UPDATED_NEW;
    if (returned == RETURN_NONE || !item || (part && !action->update))
        return;
    if (part)
        item = rc_projection_apply(&action->update->paths, item, ddb->arena);
    if (!item)
        return;
    rc_jsonw_key(&ddb->exchange->json, "Attributes");
    rc_attribute_write_item(item, &ddb->exchange->json);
}

static void change_item(struct rc_exchange *exchange, enum rc_ddb_action_kind kind)
{
    struct rc_ddb ddb;
    struct rc_ddb_action action;
    struct rc_ddb_refusal refusal;
    struct rc_error why = {0};
    int returned;
    if (!rc_ddb_begin(&ddb, exchange) || !read_returned(&ddb, kind == RC_DDB_UPDATE, &returned) ||
        !rc_ddb_action_read(&ddb, exchange->in, kind, &action))
        return;
    if (!rc_ddb_action_decide(&ddb, &action, returned != RETURN_NONE, &why)) {
        if (!exchange->failed)
            rc_ddb_failed(&ddb, &why);
        return;
    }
    if (action.failed) {
        fail_condition(&ddb, &action);
        return;
    }
    if (!rc_ddb_claim_writes(&ddb, &action.write, 1, 1, &refusal))
        return;
    if (refusal.answer != RC_HEAT_TAKEN) {
        rc_ddb_throttled(&ddb, &refusal);
        return;
    }
    if (!rc_ddb_perform(&ddb, &action.write) || !rc_ddb_settle(&ddb))
        return;
    rc_jsonw_open(&exchange->json, '{');
    write_attributes(&ddb, &action, returned);
    rc_ddb_consumed(&ddb);
    rc_jsonw_close(&exchange->json, '}');
    rc_ddb_answered(&ddb, action.write.table);
}

void rc_ddb_put_item(struct rc_exchange *exchange)
{
    change_item(exchange, RC_DDB_PUT);
}

void rc_ddb_update_item(struct rc_exchange *exchange)
{
    change_item(exchange, RC_DDB_UPDATE);
}

void rc_ddb_delete_item(struct rc_exchange *exchange)
{
    change_item(exchange, RC_DDB_DELETE);
}

void rc_ddb_get_item(struct rc_exchange *exchange)
{
    struct rc_ddb ddb;
    struct rc_expression_scope scope;
    struct rc_projection *projection;
    struct rc_attribute key, *item;
    struct rc_ddb_at at;
    struct rc_ddb_refusal refusal;
    size_t size;
    int64_t id;
    const json_t *in = exchange->in;
    if (!rc_ddb_begin(&ddb, exchange) || !rc_ddb_table_name(&ddb, in) ||
        !rc_ddb_scope(&ddb, in, &scope) || !rc_ddb_projection(&ddb, &scope, in, &projection) ||
        !rc_ddb_scope_done(&ddb, &scope) || !rc_ddb_item_in(&ddb, in, "Key", &key))
        return;
    struct rc_ddb_table *table = rc_ddb_table_of(&ddb, in);
    if (!table || !rc_ddb_key_alone(&ddb, table, &key, &at) ||
        !rc_ddb_load(&ddb, table, &at, &item, &size, &id))
        return;
    bool consistent = rc_exchange_bool(exchange, "ConsistentRead", false);
    const struct rc_ddb_read read = {.table = table,
                                     .place = at.place,
                                     .item = &key,
                                     .units = rc_ddb_read_units(size, consistent)};
    if (!rc_ddb_claim_reads(&ddb, &read, 1, &refusal))
        return;
    if (refusal.answer != RC_HEAT_TAKEN) {
        rc_ddb_throttled(&ddb, &refusal);
        return;
    }
    if (item && projection)
        item = rc_projection_apply(projection, item, ddb.arena);
    rc_jsonw_open(&exchange->json, '{');
    if (item) {
        rc_jsonw_key(&exchange->json, "Item");
        rc_attribute_write_item(item, &exchange->json);
    }
    rc_ddb_consumed(&ddb);
    rc_jsonw_close(&exchange->json, '}');
    rc_ddb_answered(&ddb, table);
}
