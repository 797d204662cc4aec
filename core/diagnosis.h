/* What limits the writes of a day, told from how its shards are filled, what its table and
 * indexes throttled and why, and which key was asked for most. A normal fluctuation of the
 * hash is no finding: evenness is judged by what chance does at this count and load
 * (core/skew.h). */
#ifndef RC_CORE_DIAGNOSIS_H
#define RC_CORE_DIAGNOSIS_H

#include "core/heat.h"
#include "core/skew.h"

enum rc_diagnosis_kind {
    RC_DIAGNOSIS_QUIET,  /* nothing is throttled, and the shards are as even as chance */
    RC_DIAGNOSIS_UNEVEN, /* the shards are not, and no key is known that explains it */
    RC_DIAGNOSIS_HOT,    /* one key has far more than its part */
    RC_DIAGNOSIS_INDEX,  /* an index throttles, and more than its table does */
    RC_DIAGNOSIS_SHORT,  /* the table throttles, though its shards are even */
};

/* A table, or one of its indexes. */
struct rc_diagnosis_resource {
    const char *name;
    double throttled[RC_HEAT_MAX_ON_DEMAND + 1]; /* writes, by reason (enum rc_heat_answer) */
};

struct rc_diagnosis_input {
    const struct rc_skew *skew;                    /* of the writes of the shards */
    size_t fullest;                                /* the shard that has most */
    const struct rc_diagnosis_resource *resources; /* the table, then its indexes */
    size_t resource_count;                         /* 0: nothing is known of throttles */
    double noted;                                  /* throttled writes, as the writers say */
    const char *key;                               /* that was asked for most; NULL: not known */
    bool key_is_shard; /* it is the partition key of a whole shard, and no id */
    bool key_of_all;   /* its share is of what all programs asked for, not of the day's */
    double key_share;  /* 0 to 1 */
};

enum { RC_DIAGNOSIS_TEXT = 384 };

struct rc_diagnosis {
    char text[RC_DIAGNOSIS_TEXT]; /* a sentence, with the figures that led to it */
    double throttled;             /* writes, of the table and its indexes; below 0: not known */
    double throttled_most;        /* and of that one of them which throttles most */
    const char *resource;         /* its name, of the input; NULL: none, or not known */
    enum rc_heat_answer reason;   /* that it gave most; RC_HEAT_TAKEN: none */
    enum rc_diagnosis_kind kind;
};

/* "quiet", "uneven", "hot", "index", "short". */
const char *rc_diagnosis_name(enum rc_diagnosis_kind kind);

/* A key is hot from that share of everything on. */
#define RC_DIAGNOSIS_HOT_SHARE 0.05

/* Whether the fullest shard is above what chance makes of it in 99 of 100 days, and
 * chi-square less likely than 1 in 1,000. */
bool rc_is_uneven(const struct rc_skew *skew);

void rc_diagnose(const struct rc_diagnosis_input *input, struct rc_diagnosis *diagnosis);

/* "key range", "provisioned", "account", "on-demand maximum". */
const char *rc_throttle_reason(enum rc_heat_answer reason);

#endif
