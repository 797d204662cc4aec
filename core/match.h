/* The matching engine: sorted streams of records in, outcomes out. It knows
 * nothing of where the records come from: memory, a spilled partition, or a
 * partition of a database. docs/matching.md is its specification.
 *
 * Pass 1 merges two streams that are in the same order of TransactionIDs. What
 * stays open is handed back with the pass that has to look at it next; the caller
 * brings the records of one pass together in the order of that pass's key and
 * runs the pass over them. A record gets its status when its last pass has ended. */
#ifndef RC_CORE_MATCH_H
#define RC_CORE_MATCH_H

#include "core/outcome.h"
#include "core/program.h"

/* A record on its way through the engine. */
struct rc_entry {
    struct rc_outcome_record item;
    enum rc_side side;
    bool ambiguous;           /* an earlier pass found several candidates */
    uint64_t where;           /* the caller's way of finding it again */
    rc_u128 order;            /* what its stream is ordered by before the text; may be 0 */
    const uint8_t *canonical; /* canonical bytes; item.record's texts point into them */
    size_t canonical_length;
};

/* An entry over canonical bytes, which have to stay as long as it does. The outcome
 * record's raw bytes, id hash, place and age are the caller's to fill. */
struct rc_entry *rc_entry_new(const uint8_t *canonical, size_t length, struct rc_error *err);

/* The same with a copy of the bytes, which goes with the entry, and one of the origin
 * (NULL: none) for the outcome record. */
struct rc_entry *rc_entry_copy(const uint8_t *canonical, size_t length, const char *origin,
                               struct rc_error *err);

/* By canonical bytes: negative, zero or positive. */
int rc_entry_compare(const struct rc_entry *a, const struct rc_entry *b);
void rc_entry_free(struct rc_entry *entry);

/* One side's records in order. `next` sets *entry (owned by who calls) or, at the
 * end, NULL; false on failure. */
struct rc_stream {
    void *context;
    bool (*next)(void *context, struct rc_entry **entry, struct rc_error *err);
};

struct rc_matcher {
    const struct rc_rules *rules;
    uint32_t compare; /* canonical fields that are compared: rc_compare_mask */
    int32_t file_date;
    const int32_t *holidays;
    size_t holiday_count;
    /* What the engine finds. A plainly matched pair is not reported. */
    void *context;
    bool (*outcome)(void *context, const struct rc_outcome *outcome, struct rc_error *err);
    /* An entry that `pass` has to look at (borrowed). With rules->open_days, what no pass
     * has settled comes with rules->pass_count: it is for rc_match_carried. */
    bool (*open)(void *context, const struct rc_entry *entry, int pass, struct rc_error *err);
};

/* The fields that pairs are compared by: amount, currency and those of the rules
 * that both layouts map. */
uint32_t rc_compare_mask(const struct rc_rules *rules, uint32_t settlement_fields,
                         uint32_t internal_fields);

/* Business days from the record's date (else its settle date) to the file date. */
int32_t rc_record_age(const struct rc_matcher *matcher, const struct rc_record *record);

/* True when the rules want a look at the record even if its counterpart is equal
 * in all compared fields: it may be a late presentment. */
bool rc_record_is_special(const struct rc_matcher *matcher, const struct rc_record *record);

/* ----- a pair ----- */

struct rc_verdict {
    enum rc_status status;
    uint32_t differences;
    char reason[160];
};

void rc_match_pair(const struct rc_matcher *matcher, const struct rc_record *settlement,
                   const struct rc_record *internal, struct rc_verdict *verdict);

/* ----- the passes ----- */

/* Pass 1. Both streams are ordered by (order, TransactionID as rc_id_compare has it). */
bool rc_match_ids(const struct rc_matcher *matcher, const struct rc_stream streams[RC_SIDES],
                  struct rc_error *err);

/* A later pass. Both streams are ordered by (order, bytes of the pass's key). */
bool rc_match_keys(const struct rc_matcher *matcher, int pass,
                   const struct rc_stream streams[RC_SIDES], struct rc_error *err);

/* The last pass of a day with open_days: what is open of the day, both sides, against
 * what earlier days have left open, by TransactionID. All three streams are ordered as
 * for pass 1; entries of `carried` have item.origin and the side that they were of. A
 * record of the day takes the first carried one of the other side: if they agree, it is
 * a late presentment, else as in pass 1. The others get the status of what nothing has
 * settled. */
bool rc_match_carried(const struct rc_matcher *matcher, const struct rc_stream streams[RC_SIDES],
                      const struct rc_stream *carried, struct rc_error *err);

/* The key's bytes of a record in a pass and their hash, by which the pass is
 * ordered. `bytes` has RC_CANONICAL_BYTES + 64. */
size_t rc_pass_key(const struct rc_pass *pass, const struct rc_record *record, uint8_t *bytes);
uint64_t rc_pass_hash(const struct rc_pass *pass, const struct rc_record *record);

/* The first pass from `from` on that has a use for the record; rules->pass_count
 * when there is none. */
int rc_next_pass(const struct rc_rules *rules, const struct rc_record *record, int from);

#endif
