/* From the decoded fields of a transaction to its canonical record, as the
 * layout's `map` says. */
#ifndef RC_CORE_MAP_H
#define RC_CORE_MAP_H

#include "core/decode.h"
#include "core/mask.h"

/* The records that a transaction stands on, by type: the detail, its addenda, the
 * open batch header, the file header. NULL: none of that type. */
struct rc_standing {
    const struct rc_value *values[RC_LAYOUT_TYPES];
};

struct rc_mapper;

/* One mapper a thread; layout and key must outlive it. NULL without memory. */
struct rc_mapper *rc_mapper_new(const struct rc_layout *layout, const struct rc_card_key *key,
                                struct rc_error *err);
void rc_mapper_free(struct rc_mapper *mapper);

/* Builds the record; its texts live until the next call (or as long as the
 * values). False with a fault when a needed field is absent, an amount does not
 * fit its currency's minor units, or the id is too long. */
bool rc_map_record(struct rc_mapper *mapper, const struct rc_standing *standing,
                   struct rc_record *record, struct rc_fault *fault);

/* The kind that the map gives to a text. */
uint8_t rc_map_kind(const struct rc_map *map, const char *text, size_t length);

#endif
