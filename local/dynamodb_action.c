/* Put, update, delete and check: what they ask for, and what they make of an item. */
#include "local/dynamodb_internal.h"

#include <string.h>

/* ----- reading ----- */

static bool check_not_key(struct rc_ddb *ddb, const struct rc_ddb_key *key,
                          const struct rc_update *update)
{
    for (size_t i = 0; key->name && i < update->count; i++) {
        const struct rc_path_part *part = &update->changes[i].path.parts[0];
        if (part->length == key->length && memcmp(part->name, key->name, key->length) == 0)
            return rc_ddb_invalid(ddb,
                                  "One or more parameter values were invalid: Cannot update "
                                  "attribute %s. This attribute is part of the key",
                                  key->name);
    }
    return true;
}

static bool read_update(struct rc_ddb *ddb, const json_t *in, struct rc_expression_scope *scope,
                        struct rc_ddb_action *action)
{
    struct rc_error err = {0};
    const char *text;
    if (!rc_ddb_text(ddb, in, "UpdateExpression", &text))
        return false;
    if (!text)
        return true;
    action->update = rc_update_read(scope, text, &err);
    return action->update || rc_ddb_failed(ddb, &err);
}

static bool read_old_on_failure(struct rc_ddb *ddb, const json_t *in, struct rc_ddb_action *action)
{
    static const char *const choices[] = {"NONE", "ALL_OLD", NULL};
    int which;
    if (!rc_ddb_choice(ddb, in, "ReturnValuesOnConditionCheckFailure", choices, &which))
        return false;
    action->old_on_failure = which == 1;
    return true;
}

static bool read_put(struct rc_ddb *ddb, struct rc_ddb_action *action)
{
    struct rc_ddb_write *write = &action->write;
    write->new = &action->item;
    write->new_size = rc_attribute_item_size(&action->item);
    if (!rc_ddb_key_of_item(ddb, write->table, &action->item, &write->at) ||
        !rc_ddb_check_indexes(ddb, write->table, &action->item))
        return false;
    return write->new_size <= RC_ATTRIBUTE_ITEM_BYTES ||
           rc_ddb_invalid(ddb, "Item size has exceeded the maximum allowed size");
}

bool rc_ddb_action_read(struct rc_ddb *ddb, const json_t *in, enum rc_ddb_action_kind kind,
                        struct rc_ddb_action *action)
{
    struct rc_expression_scope scope;
    struct rc_ddb_write *write = &action->write;
    *action = (struct rc_ddb_action){.kind = kind};
    /* What is wrong with the request comes before what is not there. */
    if (!rc_ddb_table_name(ddb, in) || !rc_ddb_scope(ddb, in, &scope) ||
        (kind == RC_DDB_UPDATE && !read_update(ddb, in, &scope, action)) ||
        !rc_ddb_condition(ddb, &scope, in, "ConditionExpression", &action->condition) ||
        !rc_ddb_scope_done(ddb, &scope) || !read_old_on_failure(ddb, in, action) ||
        !rc_ddb_item_in(ddb, in, kind == RC_DDB_PUT ? "Item" : "Key", &action->item))
        return false;
    write->table = rc_ddb_table_of(ddb, in);
    write->key = &action->item;
    write->check = kind == RC_DDB_CHECK;
    if (!write->table)
        return false;
    if (kind == RC_DDB_CHECK && !action->condition)
        return rc_ddb_invalid(ddb, "The parameter 'ConditionExpression' is required but was not "
                                   "present in the request");
    if (kind == RC_DDB_PUT)
        return read_put(ddb, action);
    return rc_ddb_key_alone(ddb, write->table, &action->item, &write->at) &&
           (!action->update || (check_not_key(ddb, &write->table->hash, action->update) &&
                                check_not_key(ddb, &write->table->range, action->update)));
}

/* ----- deciding ----- */

static bool make_update(struct rc_ddb *ddb, struct rc_ddb_action *action, struct rc_error *why)
{
    struct rc_ddb_write *write = &action->write;
    const struct rc_attribute *from = action->before ? action->before : &action->item;
    write->new = action->update ? rc_update_apply(action->update, from, ddb->arena, why) : from;
    if (!write->new)
        return false;
    write->new_size = rc_attribute_item_size(write->new);
    if (write->new_size > RC_ATTRIBUTE_ITEM_BYTES) {
        rc_error_set(why, RC_INVALID, "Item size to update has exceeded the maximum allowed size");
        return false;
    }
    return rc_ddb_check_indexes(ddb, write->table, write->new);
}

bool rc_ddb_action_decide(struct rc_ddb *ddb, struct rc_ddb_action *action, bool whole,
                          struct rc_error *why)
{
    struct rc_ddb_write *write = &action->write;
    whole |= action->condition || action->kind == RC_DDB_UPDATE || write->table->index_count;
    if (!rc_ddb_load(ddb, write->table, &write->at, whole ? &action->before : NULL,
                     &write->old_size, &write->id))
        return false;
    write->old = action->before;
    action->failed = action->condition && !rc_condition_holds(action->condition, action->before);
    if (action->failed || action->kind != RC_DDB_UPDATE)
        return true;
    return make_update(ddb, action, why);
}
