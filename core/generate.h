/* Makes a file-day of which the answer is known: a settlement file, an internal
 * file, the program that reconciles them and the truth. The truth is planted, not
 * found out: what is written about a record follows from the case that it was made
 * for, and nothing of matching or parsing is called. So it can judge them. */
#ifndef RC_CORE_GENERATE_H
#define RC_CORE_GENERATE_H

#include "base/error.h"
#include "base/int128.h"
#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

#define RC_GENERATE_RECORDS_MAX UINT64_C(10000000000)

struct rc_generate_options {
    uint64_t records;      /* details of the settlement file: exactly so many */
    uint64_t seed;         /* equal options, equal files */
    const char *layout;    /* "clearing168" (NULL: this one) or "settlement168" */
    rc_u128 layout_digest; /* of that layout, as loaded: part of the truth's fingerprint */
    const char *directory; /* made when missing */
    int32_t file_date;     /* RC_CIVIL_NONE: 2026-04-01 */
    const char *program;   /* its id; NULL: "demo" */
};

struct rc_generate_report {
    uint64_t records[RC_SIDES]; /* details */
    uint64_t bytes[RC_SIDES];
    int64_t outcomes[RC_STATUSES];
};

/* Writes settlement.txt, internal.txt, program.json and truth.json (the day as
 * rc_day_json gives it) into the directory. Memory does not depend on the number
 * of records. report may be NULL. After a failure the directory holds what was
 * written until then. */
bool rc_generate(const struct rc_generate_options *options, struct rc_generate_report *report,
                 struct rc_error *err);

#endif
