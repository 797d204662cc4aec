/* Query: the key condition and what it says about the range. */
#include "local/dynamodb_search.h"

#include <string.h>

/* What is asked of one key attribute. */
struct asked {
    const struct rc_path_part *name;
    enum rc_condition_kind kind;
    const struct rc_attribute *values[2];
};

struct conditions {
    struct rc_ddb *ddb;
    struct asked asked[2];
    size_t count;
};

static bool refuse(struct conditions *conditions, const struct rc_condition *condition)
{
    static const char *const names[] = {
        [RC_CONDITION_OR] = "OR",
        [RC_CONDITION_NOT] = "NOT",
        [RC_CONDITION_NE] = "<>",
        [RC_CONDITION_IN] = "IN",
        [RC_CONDITION_EXISTS] = "attribute_exists",
        [RC_CONDITION_NOT_EXISTS] = "attribute_not_exists",
        [RC_CONDITION_TYPE] = "attribute_type",
        [RC_CONDITION_CONTAINS] = "contains",
    };
    return rc_ddb_invalid(conditions->ddb, "Invalid operator used in KeyConditionExpression: %s",
                          names[condition->kind]);
}

static enum rc_condition_kind mirrored(enum rc_condition_kind kind)
{
    return kind == RC_CONDITION_LT   ? RC_CONDITION_GT
           : kind == RC_CONDITION_LE ? RC_CONDITION_GE
           : kind == RC_CONDITION_GT ? RC_CONDITION_LT
           : kind == RC_CONDITION_GE ? RC_CONDITION_LE
                                     : kind;
}

static bool same_name(const struct rc_path_part *a, const struct rc_path_part *b)
{
    return a->length == b->length && memcmp(a->name, b->name, a->length) == 0;
}

static bool take_test(struct conditions *conditions, const struct rc_condition *condition)
{
    struct rc_ddb *ddb = conditions->ddb;
    const struct rc_operand *path = NULL;
    struct asked asked = {.kind = condition->kind};
    size_t values = 0, place = 0;
    for (size_t i = 0; i < condition->count; i++) {
        const struct rc_operand *operand = &condition->operands[i];
        if (operand->kind == RC_OPERAND_SIZE)
            return rc_ddb_invalid(ddb, "KeyConditionExpressions cannot contain nested operations");
        if (operand->kind == RC_OPERAND_VALUE && values < 2) {
            asked.values[values++] = operand->value;
            continue;
        }
        if (path)
            return rc_ddb_invalid(ddb, "Invalid condition in KeyConditionExpression: Multiple "
                                       "attribute names used in one condition");
        path = operand;
        place = i;
    }
    if (!path)
        return rc_ddb_invalid(ddb, "Invalid condition in KeyConditionExpression: No key attribute "
                                   "specified");
    if (path->path.count != 1)
        return rc_ddb_invalid(ddb, "KeyConditionExpressions cannot have conditions on nested "
                                   "attributes");
    if (place && condition->kind != RC_CONDITION_BETWEEN &&
        condition->kind != RC_CONDITION_BEGINS_WITH)
        asked.kind = mirrored(asked.kind);
    else if (place)
        return rc_ddb_invalid(ddb,
                              "Invalid condition in KeyConditionExpression: %s operator must have "
                              "the key attribute as its first operand",
                              condition->kind == RC_CONDITION_BETWEEN ? "BETWEEN" : "begins_with");
    asked.name = &path->path.parts[0];
    for (size_t i = 0; i < conditions->count; i++)
        if (same_name(conditions->asked[i].name, asked.name))
            return rc_ddb_invalid(ddb, "KeyConditionExpressions must only contain one condition "
                                       "per key");
    if (conditions->count == 2)
        return rc_ddb_invalid(ddb, "Conditions can be of length 1 or 2 only");
    conditions->asked[conditions->count++] = asked;
    return true;
}

static bool take_condition(struct conditions *conditions, const struct rc_condition *condition)
{
    switch (condition->kind) {
    case RC_CONDITION_AND:
        return take_condition(conditions, condition->left) &&
               take_condition(conditions, condition->right);
    case RC_CONDITION_EQ:
    case RC_CONDITION_LT:
    case RC_CONDITION_LE:
    case RC_CONDITION_GT:
    case RC_CONDITION_GE:
    case RC_CONDITION_BETWEEN:
    case RC_CONDITION_BEGINS_WITH:
        return take_test(conditions, condition);
    default:
        return refuse(conditions, condition);
    }
}

/* The condition on a key; NULL when it failed or there is none. */
static const struct asked *asked_of(struct conditions *conditions, const struct rc_ddb_key *key)
{
    const struct asked *found = NULL;
    struct rc_path_part name = {.name = key->name, .length = key->length};
    for (size_t i = 0; key->name && i < conditions->count; i++)
        if (same_name(conditions->asked[i].name, &name))
            found = &conditions->asked[i];
    for (int i = 0; found && i < 2; i++)
        if (found->values[i] && found->values[i]->type != key->type) {
            rc_ddb_invalid(conditions->ddb, "One or more parameter values were invalid: Condition "
                                            "parameter type does not match schema type");
            return NULL;
        }
    return found;
}

/* ----- ranges ----- */

static struct rc_ddb_bytes bytes_of(struct rc_ddb *ddb, const struct rc_attribute *value)
{
    struct rc_ddb_bytes key;
    key.bytes = rc_ddb_key_bytes(ddb->arena, value, &key.length);
    return key;
}

/* Behind the key, and before all that is larger. */
static struct rc_ddb_bytes next_of(struct rc_ddb *ddb, struct rc_ddb_bytes key)
{
    char *copy = key.bytes ? rc_arena_text(ddb->arena, (const char *)key.bytes, key.length) : NULL;
    return (struct rc_ddb_bytes){(const uint8_t *)copy, key.length + 1};
}

/* Behind all that begins so; nothing is when all bytes are 0xFF. */
static struct rc_ddb_bytes end_of_prefix(struct rc_ddb *ddb, struct rc_ddb_bytes key,
                                         struct rc_ddb_bytes otherwise)
{
    while (key.length && key.bytes[key.length - 1] == 0xFF)
        key.length--;
    if (!key.length)
        return otherwise;
    uint8_t *copy = (uint8_t *)rc_arena_text(ddb->arena, (const char *)key.bytes, key.length);
    if (copy)
        copy[key.length - 1]++;
    return (struct rc_ddb_bytes){copy, key.length};
}

static bool set_range(struct rc_ddb_search *search, const struct asked *asked)
{
    struct rc_ddb *ddb = search->ddb;
    struct rc_ddb_bytes first = bytes_of(ddb, asked->values[0]);
    switch (asked->kind) {
    case RC_CONDITION_EQ:
        search->low = first;
        search->high = next_of(ddb, first);
        break;
    case RC_CONDITION_LT:
        search->high = first;
        break;
    case RC_CONDITION_LE:
        search->high = next_of(ddb, first);
        break;
    case RC_CONDITION_GT:
        search->low = next_of(ddb, first);
        break;
    case RC_CONDITION_GE:
        search->low = first;
        break;
    case RC_CONDITION_BETWEEN:
        search->low = first;
        search->high = next_of(ddb, bytes_of(ddb, asked->values[1]));
        break;
    default: /* begins_with */
        if (asked->values[0]->type == RC_ATTRIBUTE_N)
            return rc_ddb_invalid(ddb, "Query key condition not supported");
        search->low = first;
        search->high = end_of_prefix(ddb, first, search->high);
        break;
    }
    return (search->low.bytes && search->high.bytes) || rc_ddb_no_memory(ddb);
}

/* A binary key can have any bytes up to its length. */
static struct rc_ddb_bytes past_all_keys(struct rc_ddb *ddb)
{
    struct rc_ddb_bytes past = {rc_arena_alloc(ddb->arena, RC_DDB_RANGE_KEY + 1),
                                RC_DDB_RANGE_KEY + 1};
    if (past.bytes)
        memset((void *)(uintptr_t)past.bytes, 0xFF, past.length);
    return past;
}

static bool set_keys(struct rc_ddb_search *search, struct conditions *conditions)
{
    struct rc_ddb *ddb = search->ddb;
    const struct rc_ddb_key *hash = search->index ? &search->index->hash : &search->table->hash;
    const struct rc_ddb_key *range = search->index ? &search->index->range : &search->table->range;
    const struct asked *asked = asked_of(conditions, hash);
    const struct asked *sort = asked || !ddb->exchange->failed ? asked_of(conditions, range) : NULL;
    if (ddb->exchange->failed)
        return false;
    if (!asked || (conditions->count == 2 && !sort))
        return rc_ddb_invalid(ddb, "Query condition missed key schema element: %s",
                              asked && range->name ? range->name : hash->name);
    if (asked->kind != RC_CONDITION_EQ)
        return rc_ddb_invalid(ddb, "Query key condition not supported");
    if (!asked->values[0]->count && asked->values[0]->type != RC_ATTRIBUTE_N)
        return rc_ddb_invalid(ddb,
                              "One or more parameter values are not valid. The AttributeValue "
                              "for a key attribute cannot contain an empty string value. Key: "
                              "%s",
                              hash->name);
    search->query = true;
    search->pk.bytes =
        rc_ddb_hash_bytes(ddb->arena, asked->values[0], &search->pk.length, &search->place.key);
    search->low = (struct rc_ddb_bytes){(const uint8_t *)"", 0};
    search->high = past_all_keys(ddb);
    if (!search->pk.bytes || !search->high.bytes)
        return rc_ddb_no_memory(ddb);
    return !sort || set_range(search, sort);
}

static bool check_start(struct rc_ddb_search *search)
{
    const struct rc_ddb_at *at = search->index ? &search->start_entry : &search->start_at;
    if (!search->start || (at->pk_length == search->pk.length &&
                           memcmp(at->pk, search->pk.bytes, at->pk_length) == 0))
        return true;
    return rc_ddb_invalid(search->ddb, "The provided starting key is outside query boundaries "
                                       "based on provided conditions");
}

/* ----- the filter may not name the keys ----- */

static bool operand_names(const struct rc_operand *operand, const struct rc_ddb_key *key)
{
    if (operand->kind == RC_OPERAND_SIZE)
        return operand_names(&operand->args[0], key);
    return operand->kind == RC_OPERAND_PATH && key->name &&
           operand->path.parts[0].length == key->length &&
           memcmp(operand->path.parts[0].name, key->name, key->length) == 0;
}

static bool names_key(const struct rc_condition *condition, const struct rc_ddb_key *key)
{
    if (condition->left && names_key(condition->left, key))
        return true;
    if (condition->right && names_key(condition->right, key))
        return true;
    for (size_t i = 0; i < condition->count; i++)
        if (operand_names(&condition->operands[i], key))
            return true;
    return false;
}

static bool check_filter(struct rc_ddb_search *search)
{
    const struct rc_ddb_key *keys[] = {search->index ? &search->index->hash : &search->table->hash,
                                       search->index ? &search->index->range
                                                     : &search->table->range};
    for (int i = 0; search->filter && i < 2; i++)
        if (names_key(search->filter, keys[i]))
            return rc_ddb_invalid(search->ddb,
                                  "Filter Expression can only contain non-primary key attributes: "
                                  "Primary key attribute: %s",
                                  keys[i]->name);
    return true;
}

void rc_ddb_query(struct rc_exchange *exchange)
{
    struct rc_ddb ddb;
    struct rc_expression_scope scope;
    struct rc_ddb_search search = {.ddb = &ddb};
    struct conditions conditions = {.ddb = &ddb};
    struct rc_condition *condition;
    const json_t *in = exchange->in;
    if (!rc_ddb_begin(&ddb, exchange) || !rc_ddb_table_name(&ddb, in))
        return;
    if (!json_object_get(in, "KeyConditionExpression")) {
        rc_ddb_invalid(&ddb, "Either the KeyConditions or KeyConditionExpression parameter must be "
                             "specified in the request.");
        return;
    }
    if (!rc_ddb_scope(&ddb, in, &scope) ||
        !rc_ddb_condition(&ddb, &scope, in, "KeyConditionExpression", &condition) ||
        !take_condition(&conditions, condition) || !rc_ddb_search_read(&search, &scope, in))
        return;
    search.backward = json_is_false(json_object_get(in, "ScanIndexForward"));
    if (set_keys(&search, &conditions) && check_start(&search) && check_filter(&search))
        rc_ddb_search_run(&search);
}
