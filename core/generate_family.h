/* How the families of generated days are put together (see core/generate_plan.h). */
#ifndef RC_CORE_GENERATE_FAMILY_H
#define RC_CORE_GENERATE_FAMILY_H

#include "core/generate_plan.h"

/* ----- chance ----- */

/* Both ends are as likely as all between them together: mistakes are made there. */
int64_t rc_gen_between(struct rc_gen_family *family, int64_t least, int64_t most);

/* The value or its negative. */
int64_t rc_gen_either_sign(struct rc_gen_family *family, int64_t value);

/* ----- records ----- */

/* A sale of a middling amount; some families are credits. */
void rc_gen_start_signed(struct rc_gen_family *family, struct rc_gen_draft *base);

/* Adds a copy of base; valid as long as the family. */
struct rc_gen_draft *rc_gen_add(struct rc_gen_family *family, enum rc_side side,
                                const struct rc_gen_draft *base, int outcome,
                                enum rc_status status);

/* The currency that is so many places further in the plan's list. */
void rc_gen_use_other_currency(struct rc_gen_draft *draft, int distance);

/* Basis points of an amount's magnitude, rounded toward zero. */
int64_t rc_gen_share(int64_t amount_minor, int64_t basis_points);

/* By how much an amount may differ from the internal one. */
int64_t rc_gen_tolerance(const struct rc_gen_family *family, int64_t internal_minor);

/* ----- kinds of families ----- */

/* Records that share what the numbers of c->parts say. */
void rc_gen_build_parts(struct rc_gen_family *family, const struct rc_gen_case *c);

/* Repeats of an id that differ; c->shape is made of: */
enum {
    RC_GEN_ON_INTERNAL = 1, /* the repeats are on the internal side */
    RC_GEN_BY_DATE = 2,     /* they differ by date, else by amount */
    RC_GEN_OTHER_LAST = 4,  /* the other side agrees with the last of them, else with the first */
    RC_GEN_UNMET = 8,       /* the other side does not have the id */
    RC_GEN_THREE = 16,
};
void rc_gen_build_conflict(struct rc_gen_family *family, const struct rc_gen_case *c);

/* Several records that clear one, or several: how the settlement sum compares with
 * the internal one. */
enum rc_gen_relation { RC_GEN_EXACT, RC_GEN_NEAR, RC_GEN_SHORT, RC_GEN_OVER, RC_GEN_OPPOSITE };

/* c->shape: settlement records, internal records << 4, relation and what else
 * there is. */
enum {
    RC_GEN_RELATION_AT = 8,
    RC_GEN_CREDITS = 1 << 12,             /* all amounts are negative */
    RC_GEN_FEE_AMONG = 1 << 13,           /* the last settlement record is a fee */
    RC_GEN_SECOND_CURRENCY = 1 << 14,     /* another group of the same reference */
    RC_GEN_STRANGER_SETTLEMENT = 1 << 15, /* a record in a currency that the other side lacks */
    RC_GEN_STRANGER_INTERNAL = 1 << 16,
    RC_GEN_WITH_PAIR = 1 << 17, /* a pair of the same reference that is found first */
    RC_GEN_CAPPED = 1 << 18,    /* more records than the pass takes */
};
void rc_gen_build_group(struct rc_gen_family *family, const struct rc_gen_case *c);

#endif
