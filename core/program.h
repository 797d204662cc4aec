/* A card program: its two layouts, the rules by which its sides are matched, its
 * shard count and its route threshold. docs/matching.md is its reference. */
#ifndef RC_CORE_PROGRAM_H
#define RC_CORE_PROGRAM_H

#include "base/error.h"
#include "core/record.h"

#include <jansson.h>

enum {
    RC_PROGRAM_ID_BYTES = 32,
    RC_PROGRAM_PASSES = 16,
    RC_PASS_KEY_FIELDS = 8,
    RC_SHARDS_DEFAULT = 64,
    RC_SHARDS_MAX = 4096,
    RC_GROUP_CAP_DEFAULT = 100,
    RC_GROUP_CAP_MAX = 1000,
    RC_CONCURRENT_FILES_DEFAULT = 4,
    RC_CONCURRENT_FILES_MAX = 100,
    RC_RETENTION_DAYS_DEFAULT = 400,
    RC_OPEN_DAYS_MAX = 92,
    RC_CUTOFF_DAYS_DEFAULT = 1,
    RC_CUTOFF_DAYS_MAX = 7,
};

enum rc_pass_kind {
    RC_PASS_ONE_TO_ONE, /* pairs one record of each side */
    RC_PASS_GROUP,      /* one-to-many and many-to-one, by sums */
    RC_PASS_REVERSAL,   /* a reversal and its open original */
    RC_PASS_CHARGEBACK, /* a chargeback and its open original */
};

struct rc_pass {
    char name[64];
    enum rc_pass_kind kind;
    enum rc_canon key[RC_PASS_KEY_FIELDS];
    int key_fields;
    int cap; /* records of one key and side; more are RC_AMBIGUOUS */
};

struct rc_rules {
    uint32_t compare; /* bit (1 << enum rc_canon); amount and currency are always compared */
    int64_t amount_tolerance_minor;
    int64_t amount_tolerance_bp;  /* of the internal amount, rounded toward zero */
    int32_t date_window_days;     /* calendar days by which dates may differ */
    int32_t clearing_window_days; /* business days an internal record may wait: pending */
    int32_t open_days;            /* calendar days that an open item is looked for on later days */
    int32_t late_after_days; /* business days from the internal date to settlement; -1: never */
    int64_t fee_tolerance_minor;
    int64_t fx_tolerance_bp; /* for converted amounts; -1: no such rule */
    struct rc_pass passes[RC_PROGRAM_PASSES];
    int pass_count;
};

struct rc_program {
    char id[RC_PROGRAM_ID_BYTES + 1];
    char *layout[RC_SIDES]; /* name or path, as written */
    uint32_t shard_count;
    uint64_t fargate_over_bytes;   /* 0: no such threshold */
    uint64_t fargate_over_records; /* 0: no such threshold */
    bool reject_files;             /* a rejected record or a broken control rejects its file */
    int concurrent_files;          /* of the program that are processed at once */
    int retention_days;            /* from the file date: how long items are kept */
    int cutoff_minutes;            /* from the file date's midnight, UTC: both sides have to be
                                      there by then; -1: never */
    int32_t *holidays;             /* sorted days since 1970-01-01 */
    size_t holiday_count;
    struct rc_rules rules;
};

/* A program without a file: id "default", exact matching on every field that
 * both layouts have, no passes, no tolerances. */
void rc_program_default(struct rc_program *program);

/* Reads a program; the error names the place ("rules.passes[1].key[0]: …"). */
bool rc_program_from_json(const json_t *json, struct rc_program *program, struct rc_error *err);
bool rc_program_load(const char *path, struct rc_program *program, struct rc_error *err);

void rc_program_free(struct rc_program *program);

/* A digest over everything that decides an outcome (rules, holidays, shard
 * count, not names, layouts, routes or the intake): part of the fingerprint. */
rc_u128 rc_program_digest(const struct rc_program *program);

#endif
