/* What the parts of the matching engine share: match.c (by TransactionID), match_keys.c
 * (later passes), match_pair.c, match_entry.c, match_merge.c, match_tell.c. */
#ifndef RC_CORE_MATCH_INTERNAL_H
#define RC_CORE_MATCH_INTERNAL_H

#include "core/match.h"

/* ----- entries ----- */

/* Frees what is in the slot and empties it. */
void rc_entry_settle(struct rc_entry **slot);

/* A reversal or a chargeback. */
bool rc_entry_is_event(const struct rc_entry *entry);

/* Negative, zero or positive; a beginning stands before what it begins. */
int rc_bytes_compare(const void *a, size_t a_length, const void *b, size_t b_length);

/* ----- two streams, merged into groups of equal keys ----- */

/* The bytes that make two entries of equal order one group; `room`, of
 * RC_CANONICAL_BYTES + 64, may hold them. Gives their length. */
typedef size_t rc_merge_key(const void *how, const struct rc_entry *entry, const uint8_t **bytes,
                            uint8_t *room);
typedef int rc_merge_order(const void *a, size_t a_length, const void *b, size_t b_length);

struct rc_merge {
    const struct rc_stream *streams;
    struct rc_entry *head[RC_SIDES];
    rc_merge_key *key;
    rc_merge_order *compare;
    const void *how;
    rc_u128 order;  /* of the group at hand */
    uint8_t *bytes; /* its key */
    size_t length;
    uint8_t *room;
};

/* End it, whether it could start or not. */
bool rc_merge_start(struct rc_merge *merge, const struct rc_stream *streams, rc_merge_key *key,
                    rc_merge_order *compare, const void *how, struct rc_error *err);
void rc_merge_end(struct rc_merge *merge);

/* Moves to the next group; false at the end. */
bool rc_merge_next(struct rc_merge *merge);

/* Negative, zero or positive as the entry stands before, in or behind the group. */
int rc_merge_against(const struct rc_merge *merge, const struct rc_entry *entry);

/* Takes the side's next entry of the group, which is the caller's; *entry is NULL when there
 * is none. False with an error, and then *entry may be one, too. */
bool rc_merge_take(struct rc_merge *merge, enum rc_side side, struct rc_entry **entry,
                   struct rc_error *err);

/* ----- telling the caller of the engine ----- */

bool rc_match_tell(const struct rc_matcher *matcher, const struct rc_verdict *verdict,
                   const char *rule, struct rc_entry *const *settlement, int settlement_count,
                   struct rc_entry *const *internal, int internal_count, struct rc_error *err);
bool rc_match_tell_lone(const struct rc_matcher *matcher, enum rc_status status,
                        uint32_t differences, const char *rule, const char *reason,
                        struct rc_entry *entry, struct rc_error *err);
bool rc_match_tell_pair(const struct rc_matcher *matcher, const char *rule,
                        struct rc_entry *settlement, struct rc_entry *internal,
                        struct rc_error *err);

/* What nothing has settled. */
bool rc_match_settle_open(const struct rc_matcher *matcher, struct rc_entry *entry,
                          struct rc_error *err);

/* Hands an entry to the next pass from `from` on that has a use for it, or settles it. Frees
 * it, also when it fails. */
bool rc_match_leave_open(const struct rc_matcher *matcher, struct rc_entry *entry, int from,
                         struct rc_error *err);

#endif
