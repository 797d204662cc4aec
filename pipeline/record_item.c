#include "pipeline/record_item.h"

#include <stdio.h>

void rc_record_item(struct rc_draft *draft, const uint8_t *canonical, size_t length,
                    const struct rc_where *where)
{
    rc_item_binary(&draft->json, "record", canonical, length);
    rc_item_int(&draft->json, "offset", where->offset);
    rc_item_int(&draft->json, "bytes", where->length);
}

static bool read_where(const json_t *item, const char *sk, struct rc_where *where)
{
    int delivery;
    int64_t offset, bytes;
    if (!rc_key_read_record(sk, &delivery, &where->number) ||
        !rc_item_get_int(item, "offset", &offset) || !rc_item_get_int(item, "bytes", &bytes) ||
        delivery < 1 || offset < 0 || bytes < 0 || bytes > UINT32_MAX)
        return false;
    where->delivery = (uint32_t)delivery;
    where->offset = (uint64_t)offset;
    where->length = (uint32_t)bytes;
    return true;
}

struct rc_entry *rc_record_entry(const json_t *item, const char *sk, enum rc_side side,
                                 const char *origin, const struct rc_matcher *matcher,
                                 struct rc_error *err)
{
    struct rc_where where;
    struct rc_buf bytes;
    struct rc_entry *entry = NULL;
    rc_buf_init(&bytes, RC_CANONICAL_BYTES + 64);
    if (!sk || !read_where(item, sk, &where) || !rc_item_get_binary(item, "record", &bytes))
        rc_error_set(err, RC_DATA, "the item %s is no record of this version", sk ? sk : "");
    else
        entry = rc_entry_copy((const uint8_t *)bytes.data, bytes.length, origin, err);
    if (entry) {
        struct rc_text id = rc_record_id(&entry->item.record);
        entry->side = side;
        entry->item.where = where;
        entry->item.id_hash = rc_id_hash(id.data, id.length);
        entry->item.age_days = rc_record_age(matcher, &entry->item.record);
    }
    rc_buf_free(&bytes);
    return entry;
}

void rc_record_sk(const struct rc_outcome_record *item, struct rc_key *key)
{
    struct rc_delivery delivery = {.number = (int)item->where.delivery};
    rc_key_record(&delivery, 0, rc_record_id(&item->record), item->where.number, key);
}
