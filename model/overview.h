/* What a reconciled day adds up to, read at once: both sides, the totals of their
 * currencies, the statuses with what they add up to, controls and shards. Its size
 * depends on currencies, statuses and shards, never on the number of records. */
#ifndef RC_MODEL_OVERVIEW_H
#define RC_MODEL_OVERVIEW_H

#include "base/int128.h"
#include "core/skew.h"
#include "core/status.h"
#include "model/table.h"

struct rc_overview_side {
    char path[4096], layout[80], layout_digest[33], digest[33];
    uint64_t bytes, records, rejected;
    uint64_t controls; /* evaluated */
    uint64_t controls_broken;
    uint64_t controls_omitted; /* of these, not kept in the day file */
};

/* A currency's totals; a side without it has zeros. */
struct rc_overview_total {
    char currency[4];
    int exponent; /* decimals; -1: no minor unit */
    uint64_t count[RC_SIDES];
    rc_i128 debit_minor[RC_SIDES], credit_minor[RC_SIDES], net_minor[RC_SIDES];
};

struct rc_overview_sum {
    char currency[4];
    int exponent;
    rc_i128 net_minor[RC_SIDES];
};

struct rc_overview_status {
    char status[32];
    bool exception;
    uint64_t count, records[RC_SIDES];
    size_t first_sum, sum_count; /* in rc_overview.sums */
};

struct rc_overview_control {
    enum rc_side side;
    char name[64], scope[8], declared[48], actual[48];
    uint64_t batch, number; /* number 0: no record declares it */
    bool ok;
};

enum { RC_OVERVIEW_CONTROLS = 64 }; /* kept; broken ones first */

struct rc_overview {
    char program[40], file_date[16], digest[33], outcome_digest[33], fingerprint[33];
    char rules_digest[33], started[32], version[32];
    uint64_t shard_count, elapsed_ms;
    bool balanced;
    struct rc_overview_side side[RC_SIDES];
    struct rc_overview_total *totals; /* by currency */
    size_t total_count;
    struct rc_overview_status *statuses; /* all, in their order */
    size_t status_count;
    struct rc_overview_sum *sums;
    size_t sum_count;
    struct rc_overview_control controls[RC_OVERVIEW_CONTROLS];
    size_t control_count;
};

/* NULL with an error. */
struct rc_overview *rc_overview_read(struct rc_model *model, struct rc_error *err);
void rc_overview_free(struct rc_overview *overview);

/* ----- shards ----- */

struct rc_shard_row {
    uint64_t records[RC_SIDES], discrepancies;
    uint64_t bytes[RC_SIDES]; /* of these records in their files; 0: an old day, not known */
    char digest[33], outcome_digest[33];
};

/* A row for each shard, by number. NULL with an error, or (count 0) without shards.
 * Free with free(). */
struct rc_shard_row *rc_shards_read(struct rc_model *model, size_t *count, struct rc_error *err);

/* How even the shards are by the records of a side. False without memory. */
bool rc_shards_skew(const struct rc_shard_row *rows, size_t count, enum rc_side side,
                    struct rc_skew *skew, struct rc_error *err);

/* What the discrepancies of each shard amount to in one currency, in minor units
 * without regard to their sign; amounts[i] is capped at UINT64_MAX. Reads every
 * discrepancy: for a worker thread. */
bool rc_shards_amounts(struct rc_model *model, const char *currency, uint64_t *amounts,
                       size_t count, struct rc_error *err);

#endif
