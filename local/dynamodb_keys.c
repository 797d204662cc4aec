/* Primary keys in the store's form, in tables and in indexes. */
#include "local/dynamodb_internal.h"

#include <string.h>

enum { HASH_BYTES = 8, LABEL_PART = RC_LOCAL_HOT_KEY - 1 };

/* The bytes of a key with `before` bytes of room in front. */
static uint8_t *key_bytes(struct rc_arena *arena, const struct rc_attribute *value, uint32_t before,
                          uint32_t *length)
{
    uint8_t number[RC_NUMBER_KEY];
    const void *bytes = value->bytes;
    *length = value->count;
    if (value->type == RC_ATTRIBUTE_N) {
        struct rc_number parsed;
        rc_number_parse(value->bytes, value->count, &parsed, NULL);
        bytes = number;
        *length = (uint32_t)rc_number_key(&parsed, number);
    }
    uint8_t *key = rc_arena_alloc(arena, (size_t)before + *length + 1);
    if (key && *length)
        memcpy(key + before, bytes, *length);
    return key;
}

const uint8_t *rc_ddb_key_bytes(struct rc_arena *arena, const struct rc_attribute *value,
                                uint32_t *length)
{
    return key_bytes(arena, value, 0, length);
}

const uint8_t *rc_ddb_hash_bytes(struct rc_arena *arena, const struct rc_attribute *value,
                                 uint32_t *length, uint64_t *hash)
{
    uint8_t *key = key_bytes(arena, value, HASH_BYTES, length);
    if (!key)
        return NULL;
    *hash = rc_heat_hash(key + HASH_BYTES, *length);
    for (int i = 0; i < HASH_BYTES; i++)
        key[i] = (uint8_t)(*hash >> (56 - 8 * i));
    *length += HASH_BYTES;
    return key;
}

static bool make(struct rc_arena *arena, const struct rc_attribute *hash,
                 const struct rc_attribute *range, struct rc_ddb_at *at)
{
    *at = (struct rc_ddb_at){.sk = (const uint8_t *)""};
    at->pk = rc_ddb_hash_bytes(arena, hash, &at->pk_length, &at->place.key);
    if (range) {
        at->sk = rc_ddb_key_bytes(arena, range, &at->sk_length);
        at->place.sort = at->sk ? rc_heat_hash(at->sk, at->sk_length) : 0;
    }
    return at->pk && at->sk;
}

bool rc_ddb_same_key(const struct rc_ddb_at *a, const struct rc_ddb_at *b)
{
    return a->pk_length == b->pk_length && a->sk_length == b->sk_length &&
           memcmp(a->pk, b->pk, a->pk_length) == 0 && memcmp(a->sk, b->sk, a->sk_length) == 0;
}

/* ----- of a table ----- */

static bool check_value(struct rc_ddb *ddb, const struct rc_ddb_key *key,
                        const struct rc_attribute *value, uint32_t most, const char *kind)
{
    if (!value->count && value->type != RC_ATTRIBUTE_N)
        return rc_ddb_invalid(ddb,
                              "One or more parameter values are not valid. The AttributeValue for "
                              "a key attribute cannot contain an empty %s value. Key: %s",
                              value->type == RC_ATTRIBUTE_S ? "string" : "binary", key->name);
    return value->count <= most || value->type == RC_ATTRIBUTE_N ||
           rc_ddb_invalid(ddb,
                          "One or more parameter values were invalid: Size of %s has exceeded the "
                          "maximum size limit of %u bytes",
                          kind, most);
}

static const struct rc_attribute *of_item(struct rc_ddb *ddb, const struct rc_ddb_key *key,
                                          const struct rc_attribute *item)
{
    const struct rc_attribute *value = rc_attribute_get(item, key->name, key->length);
    if (!value)
        rc_ddb_invalid(ddb,
                       "One or more parameter values were invalid: Missing the key %s in the item",
                       key->name);
    else if (value->type != key->type)
        rc_ddb_invalid(ddb,
                       "One or more parameter values were invalid: Type mismatch for key %s "
                       "expected: %s actual: %s",
                       key->name, rc_attribute_type_name(key->type),
                       rc_attribute_type_name((enum rc_attribute_type)value->type));
    else
        return value;
    return NULL;
}

static bool make_checked(struct rc_ddb *ddb, const struct rc_ddb_table *table,
                         const struct rc_attribute *hash, const struct rc_attribute *range,
                         struct rc_ddb_at *at)
{
    if (!check_value(ddb, &table->hash, hash, RC_DDB_HASH_KEY, "hashkey") ||
        (range && !check_value(ddb, &table->range, range, RC_DDB_RANGE_KEY, "the range key")))
        return false;
    return make(ddb->arena, hash, range, at) || rc_ddb_no_memory(ddb);
}

bool rc_ddb_key_of_item(struct rc_ddb *ddb, const struct rc_ddb_table *table,
                        const struct rc_attribute *item, struct rc_ddb_at *at)
{
    const struct rc_attribute *hash = of_item(ddb, &table->hash, item), *range = NULL;
    if (hash && table->range.name)
        range = of_item(ddb, &table->range, item);
    return hash && (range || !table->range.name) && make_checked(ddb, table, hash, range, at);
}

bool rc_ddb_key_alone(struct rc_ddb *ddb, const struct rc_ddb_table *table,
                      const struct rc_attribute *key, struct rc_ddb_at *at)
{
    const struct rc_attribute *hash = rc_attribute_get(key, table->hash.name, table->hash.length);
    const struct rc_attribute *range = NULL;
    if (table->range.name)
        range = rc_attribute_get(key, table->range.name, table->range.length);
    bool ok = key->count == (table->range.name ? 2U : 1U) && hash &&
              hash->type == table->hash.type &&
              (!table->range.name || (range && range->type == table->range.type));
    return ok ? make_checked(ddb, table, hash, range, at)
              : rc_ddb_invalid(ddb, "The provided key element does not match the schema");
}

/* ----- of indexes ----- */

int rc_ddb_key_of_index(struct rc_arena *arena, const struct rc_ddb_index *index,
                        const struct rc_attribute *item, struct rc_ddb_at *at)
{
    const struct rc_attribute *hash = rc_attribute_get(item, index->hash.name, index->hash.length);
    const struct rc_attribute *range = NULL;
    if (!hash || hash->type != index->hash.type)
        return 0;
    if (index->kind == RC_DDB_EXPIRY) { /* one list, by time */
        *at = (struct rc_ddb_at){.pk = (const uint8_t *)""};
        at->sk = rc_ddb_key_bytes(arena, hash, &at->sk_length);
        return at->sk ? 1 : -1;
    }
    if (index->range.name) {
        range = rc_attribute_get(item, index->range.name, index->range.length);
        if (!range || range->type != index->range.type)
            return 0;
    }
    return make(arena, hash, range, at) ? 1 : -1;
}

static bool check_index_key(struct rc_ddb *ddb, const struct rc_ddb_index *index,
                            const struct rc_ddb_key *key, uint32_t most,
                            const struct rc_attribute *item)
{
    const struct rc_attribute *value =
        key->name ? rc_attribute_get(item, key->name, key->length) : NULL;
    if (!value)
        return true;
    if (value->type != key->type)
        return rc_ddb_invalid(ddb,
                              "One or more parameter values were invalid: Type mismatch for Index "
                              "Key %s Expected: %s Actual: %s IndexName: %s",
                              key->name, rc_attribute_type_name(key->type),
                              rc_attribute_type_name((enum rc_attribute_type)value->type),
                              index->name);
    if (!value->count && value->type != RC_ATTRIBUTE_N)
        return rc_ddb_invalid(ddb,
                              "One or more parameter values are not valid. A value specified for a "
                              "secondary index key is not supported. The AttributeValue for a key "
                              "attribute cannot contain an empty %s value. IndexName: %s, "
                              "IndexKey: %s",
                              value->type == RC_ATTRIBUTE_S ? "string" : "binary", index->name,
                              key->name);
    return value->count <= most || value->type == RC_ATTRIBUTE_N ||
           rc_ddb_invalid(ddb,
                          "One or more parameter values were invalid: Size of %s has exceeded the "
                          "maximum size limit of %u bytes",
                          most == RC_DDB_HASH_KEY ? "hashkey" : "the range key", most);
}

bool rc_ddb_check_indexes(struct rc_ddb *ddb, const struct rc_ddb_table *table,
                          const struct rc_attribute *item)
{
    for (size_t i = 0; i < table->index_count; i++) {
        const struct rc_ddb_index *index = &table->indexes[i];
        if (index->kind == RC_DDB_EXPIRY)
            continue;
        if (!check_index_key(ddb, index, &index->hash, RC_DDB_HASH_KEY, item) ||
            !check_index_key(ddb, index, &index->range, RC_DDB_RANGE_KEY, item))
            return false;
    }
    return true;
}

/* ----- for people ----- */

static size_t label_part(const struct rc_ddb_key *key, const struct rc_attribute *item, char *text)
{
    const struct rc_attribute *value =
        key->name ? rc_attribute_get(item, key->name, key->length) : NULL;
    size_t length = value && value->type <= RC_ATTRIBUTE_B ? value->count : 0;
    if (length > LABEL_PART)
        length = LABEL_PART;
    if (length)
        memcpy(text, value->bytes, length);
    return length;
}

const char *rc_ddb_label(struct rc_arena *arena, const struct rc_ddb_key *hash,
                         const struct rc_ddb_key *range, const struct rc_attribute *item,
                         size_t *length)
{
    char *text = rc_arena_alloc(arena, 2 * RC_LOCAL_HOT_KEY);
    *length = 0;
    if (!text || !item)
        return NULL;
    *length = label_part(hash, item, text);
    text[(*length)++] = '\0';
    *length += label_part(range, item, text + *length);
    return text;
}
