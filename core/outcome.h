/* One outcome other than plainly matched, as matching hands it to whoever keeps
 * discrepancies: a pair, a group or a lone record. All pointers are borrowed and
 * valid during that call only. */
#ifndef RC_CORE_OUTCOME_H
#define RC_CORE_OUTCOME_H

#include "core/record.h"

#include <stdint.h>

struct rc_outcome_record {
    struct rc_where where;
    struct rc_record record;
    uint64_t id_hash;
    int32_t age_days;   /* business days to the file date */
    const char *origin; /* of an open item of an earlier day, which counts there and not here:
                           the caller's name for it; NULL: a record of the day */
    const uint8_t *raw; /* the record's bytes, card numbers masked; NULL: not kept */
    uint32_t raw_length;
};

struct rc_outcome {
    enum rc_status status;
    uint32_t differences; /* bit (1 << enum rc_canon) of each field that differs */
    char rule[64];        /* "transaction_id", or the pass's name */
    char reason[160];     /* why it did not agree, for people; may be "" */
    int count[RC_SIDES];
    struct rc_outcome_record *records[RC_SIDES]; /* in canonical order */
};

/* The side of the record that decides an outcome's shard and stands for it in lists:
 * settlement when that has a record of the day, else internal. An outcome has at least
 * one record of the day. */
static inline enum rc_side rc_outcome_side(const struct rc_outcome *outcome)
{
    return outcome->count[RC_SETTLEMENT] && !outcome->records[RC_SETTLEMENT][0].origin
               ? RC_SETTLEMENT
               : RC_INTERNAL;
}

/* The first record of that side. */
static inline const struct rc_outcome_record *rc_outcome_first(const struct rc_outcome *outcome)
{
    return &outcome->records[rc_outcome_side(outcome)][0];
}

#endif
