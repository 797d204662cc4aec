/* Where the pipeline keeps a record: its shard, and the key of its item (pipeline/keys.h). */
#ifndef RC_MODEL_ITEMKEY_H
#define RC_MODEL_ITEMKEY_H

#include "base/error.h"
#include "core/status.h"
#include "model/live.h"

#include <stdint.h>

/* The delivery that a file is. */
struct rc_origin {
    char program[40], date[16]; /* YYYY-MM-DD */
    enum rc_side side;
    int delivery; /* 0: it has none yet */
    uint32_t shard_count;
    bool active; /* its day counts it */
};

struct rc_item_key {
    uint32_t shard;
    const char *table;
    char pk[256], sk[1025];
};

/* The key of a record by its TransactionID, of the number in the file. False when the origin is
 * of no delivery, or the id has none. */
bool rc_item_key_make(const struct rc_origin *origin, const char *id, uint64_t number,
                      struct rc_item_key *key);

/* ----- the origin of an object, asked of the pipeline ----- */

struct rc_origin_query;

/* NULL with an error. */
struct rc_origin_query *rc_origin_ask(struct rc_live *live, const struct rc_s3_object_name *name,
                                      struct rc_error *err);
enum rc_listing_state rc_origin_state(const struct rc_origin_query *query);

/* Of a complete one; NULL: the pipeline has not seen the object. */
const struct rc_origin *rc_origin_found(const struct rc_origin_query *query);
const struct rc_error *rc_origin_error(const struct rc_origin_query *query);
void rc_origin_free(struct rc_origin_query *query); /* ends it; NULL is allowed */

#endif
