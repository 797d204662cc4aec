#include "core/match_internal.h"

#include <stdlib.h>
#include <string.h>

bool rc_merge_start(struct rc_merge *merge, const struct rc_stream *streams, rc_merge_key *key,
                    rc_merge_order *compare, const void *how, struct rc_error *err)
{
    *merge = (struct rc_merge){.streams = streams, .key = key, .compare = compare, .how = how};
    merge->bytes = malloc(2 * (RC_CANONICAL_BYTES + 64));
    if (!merge->bytes) {
        rc_error_nomem(err);
        return false;
    }
    merge->room = merge->bytes + RC_CANONICAL_BYTES + 64;
    for (int side = 0; side < RC_SIDES; side++)
        if (!streams[side].next(streams[side].context, &merge->head[side], err))
            return false;
    return true;
}

void rc_merge_end(struct rc_merge *merge)
{
    for (int side = 0; side < RC_SIDES; side++)
        rc_entry_free(merge->head[side]);
    free(merge->bytes);
}

int rc_merge_against(const struct rc_merge *merge, const struct rc_entry *entry)
{
    const uint8_t *bytes;
    if (entry->order != merge->order)
        return entry->order < merge->order ? -1 : 1;
    size_t length = merge->key(merge->how, entry, &bytes, merge->room);
    return merge->compare(bytes, length, merge->bytes, merge->length);
}

static void set_group(struct rc_merge *merge, const struct rc_entry *entry)
{
    const uint8_t *bytes;
    merge->order = entry->order;
    merge->length = merge->key(merge->how, entry, &bytes, merge->room);
    memcpy(merge->bytes, bytes, merge->length);
}

bool rc_merge_next(struct rc_merge *merge)
{
    struct rc_entry *s = merge->head[RC_SETTLEMENT], *i = merge->head[RC_INTERNAL];
    struct rc_entry *first = s ? s : i;
    if (!first)
        return false;
    set_group(merge, first);
    if (i && i != first && rc_merge_against(merge, i) < 0)
        set_group(merge, i);
    return true;
}

bool rc_merge_take(struct rc_merge *merge, enum rc_side side, struct rc_entry **entry,
                   struct rc_error *err)
{
    *entry = merge->head[side];
    if (!*entry || rc_merge_against(merge, *entry) != 0) {
        *entry = NULL;
        return true;
    }
    merge->head[side] = NULL;
    return merge->streams[side].next(merge->streams[side].context, &merge->head[side], err);
}
