/* A reconciled file-day: what the command prints, the day file keeps and, later,
 * a rollup item holds. */
#ifndef RC_CORE_DAY_H
#define RC_CORE_DAY_H

#include "base/buf.h"
#include "core/program.h"
#include "core/summary.h"

/* One declared value against what was added up. */
struct rc_control {
    char name[64];
    const char *scope; /* "file" or "batch" */
    uint64_t number;   /* record that declares it; 0: none did */
    uint32_t batch;    /* number of the batch, from 1; 0 for the file */
    char declared[48]; /* as text: digits, or the field's text; "" when nothing declares it */
    char actual[48];
    bool numeric; /* both are whole numbers */
    bool ok;
};

struct rc_controls {
    struct rc_control *items;
    size_t count, capacity;
    uint64_t broken;  /* of all, also those over the cap */
    uint64_t omitted; /* evaluated, but over RC_CONTROLS_MAX */
};

enum { RC_CONTROLS_MAX = 10000 };

/* Adds a control (copied). Keeps broken ones in preference only by order: after
 * the cap they are counted, not kept. False without memory. */
bool rc_controls_add(struct rc_controls *controls, const struct rc_control *control);
void rc_controls_free(struct rc_controls *controls);

struct rc_side_totals {
    uint64_t records;  /* transactions that were accepted */
    uint64_t rejected; /* records that were not */
    struct rc_controls controls;
    rc_u128 layout_digest;
    uint64_t deliveries; /* a hash that names the files; 0: one file, delivered once */
    uint64_t bytes;      /* of the file */
    char path[4096];     /* "" when unknown */
    char layout[80];
};

struct rc_day {
    char program[RC_PROGRAM_ID_BYTES + 1];
    int32_t file_date; /* RC_CIVIL_NONE when nothing says it */
    uint32_t shard_count;
    struct rc_side_totals side[RC_SIDES];
    struct rc_summary *shards; /* shard_count of them, finished */
    struct rc_summary total;   /* their merge, finished */
    rc_u128 rules_digest;
    uint64_t carried; /* names what earlier days have left open for this one; 0: nothing */
    char fingerprint[33];
    bool balanced;
};

/* Sets the fingerprint from what it covers: the program's id, the file date, the
 * shard count, rules and layouts, for each side its deliveries, its records and
 * rejected records and total.digest, and what is carried in. So it is known before anything was
 * matched. */
void rc_day_set_fingerprint(struct rc_day *day);

/* Merges the shards into total, then sets fingerprint and balanced. A day balances when no record
 * was rejected, no control is broken and no outcome is an exception. */
bool rc_day_finish(struct rc_day *day, struct rc_error *err);

/* The day as JSON (contract: member names are relied on by scripts). */
bool rc_day_json(const struct rc_day *day, struct rc_buf *out);

/* The day as text for people. */
bool rc_day_text(const struct rc_day *day, struct rc_buf *out);

void rc_day_free(struct rc_day *day);

#endif
