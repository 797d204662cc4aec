#include "core/match_internal.h"

#include <stdlib.h>
#include <string.h>

struct rc_entry *rc_entry_new(const uint8_t *canonical, size_t length, struct rc_error *err)
{
    struct rc_entry *entry = calloc(1, sizeof *entry);
    if (!entry) {
        rc_error_nomem(err);
        return NULL;
    }
    entry->canonical = canonical;
    entry->canonical_length = length;
    if (rc_record_from_canonical(canonical, length, &entry->item.record))
        return entry;
    free(entry);
    rc_error_set(err, RC_DATA, "a record's canonical bytes do not read back");
    return NULL;
}

struct rc_entry *rc_entry_copy(const uint8_t *canonical, size_t length, const char *origin,
                               struct rc_error *err)
{
    size_t origin_bytes = origin ? strlen(origin) + 1 : 0;
    struct rc_entry *entry = rc_entry_new(canonical, length, err);
    struct rc_entry *grown = entry ? realloc(entry, sizeof *entry + length + origin_bytes) : NULL;
    if (!grown) {
        if (entry)
            rc_error_nomem(err);
        free(entry);
        return NULL;
    }
    uint8_t *bytes = memcpy(grown + 1, canonical, length);
    grown->canonical = bytes;
    rc_record_from_canonical(bytes, length, &grown->item.record);
    if (origin)
        grown->item.origin = memcpy(bytes + length, origin, origin_bytes);
    return grown;
}

void rc_entry_free(struct rc_entry *entry)
{
    free(entry);
}

void rc_entry_settle(struct rc_entry **slot)
{
    rc_entry_free(*slot);
    *slot = NULL;
}

int rc_bytes_compare(const void *a, size_t a_length, const void *b, size_t b_length)
{
    int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
    return order ? order : (a_length > b_length) - (a_length < b_length);
}

int rc_entry_compare(const struct rc_entry *a, const struct rc_entry *b)
{
    return rc_bytes_compare(a->canonical, a->canonical_length, b->canonical, b->canonical_length);
}

bool rc_entry_is_event(const struct rc_entry *entry)
{
    return entry->item.record.kind == RC_KIND_REVERSAL ||
           entry->item.record.kind == RC_KIND_CHARGEBACK;
}
