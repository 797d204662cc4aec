/* What a plan (core/planning.h) takes from days that there were: a day file, or the days of a
 * program at AWS. What is found is suggested; what somebody has put stays. */
#ifndef RC_MODEL_PLANNED_H
#define RC_MODEL_PLANNED_H

#include "core/outcome.h"
#include "core/planning.h"
#include "model/live.h"

struct rc_day_heat;
struct rc_gauges;

/* Of a day file: the records of its larger side, its shards, and the share of a hot id, if there
 * is one: of the id that has the most records, where these alone are more than chance makes of a
 * shard (model/spread.h). Appends to `told` what it found, a sentence a line. Reads all
 * duplicates: for a worker thread. */
bool rc_planned_from_day(struct rc_model *model, struct rc_planning *planning, struct rc_buf *told,
                         struct rc_error *err);

/* ----- of a program at AWS ----- */

enum {
    RC_PLANNED_DAYS = 31,    /* the newest of a program, of which the largest counts */
    RC_PLANNED_SAMPLED = 64, /* items whose size is taken, about */
};

struct rc_planned_day {
    char program[40], date[16]; /* the largest of the days; date "": there is none */
    uint64_t records[RC_SIDES]; /* by its rollup; 0 before there is one */
    uint64_t item_bytes;        /* of all sampled items */
    uint64_t items;             /* sampled */
    uint64_t id_records;        /* of these, those of ids that were seen whole, */
    uint64_t id_squares;        /* and how many each of them has, squared, summed over the ids */
    uint32_t shards;
    uint32_t days; /* that were looked at */
};

/* Looks for it. date: that day alone; "": the largest of the newest ones. A listing without rows.
 * NULL with an error: RC_USAGE when it is no program or date. */
struct rc_listing *rc_live_planned(struct rc_live *live, const char *program, const char *date,
                                   struct rc_error *err);

/* What it found, valid as long as the listing; NULL until it is complete. */
const struct rc_planned_day *rc_planned_of(const struct rc_listing *listing);

/* Puts the day and what its runs have noted (model/dayheat.h; NULL: not known) into the plan:
 * records, the busiest ten seconds' rate, the size of an item, the hottest id's share. Appends
 * to `told` where each is from, a sentence a line. False without memory. */
bool rc_planned_from_program(const struct rc_planned_day *day, const struct rc_day_heat *heat,
                             struct rc_planning *planning, struct rc_buf *told,
                             struct rc_error *err);

/* What limited the writes of a side of the day, where its runs have noted that any were throttled,
 * and whether more shards mend that: appends sentences and a line's end to `told`, else nothing.
 * gauges: of its table (model/dayheat.h); NULL: not known. False without memory. */
bool rc_planned_limit(const struct rc_day_heat *heat, enum rc_side side,
                      const struct rc_gauges *gauges, struct rc_buf *told, struct rc_error *err);

#endif
