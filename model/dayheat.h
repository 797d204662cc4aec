/* How the tables took the writes of a day of the pipeline: shard by shard, ten seconds by ten
 * seconds, as its runs have noted it (pipeline/run_heat.h), and which keys were asked for
 * most. A listing of model/live.h, whose rows are those of the table "heat": one a side and
 * shard. */
#ifndef RC_MODEL_DAYHEAT_H
#define RC_MODEL_DAYHEAT_H

#include "core/diagnosis.h"
#include "core/outcome.h"
#include "model/gauges.h"

enum rc_heat_measure { RC_HEAT_WRITES, RC_HEAT_THROTTLED, RC_HEAT_RETRIED, RC_HEAT_MEASURES };

enum {
    RC_DAY_HEAT_RUNS = 64,      /* the newest ones that are looked at */
    RC_DAY_HEAT_SPAN_S = 10800, /* up to the last write; what is older is left out */
    RC_DAY_HEAT_KEYS = 10,      /* of each report */
    RC_DAY_HEAT_SHARDS = 4096,
};

/* A key by contributor insights. */
struct rc_hot_key {
    char text[120]; /* partition key, and behind a blank the sort key where it is of both */
    double share;   /* of what all keys had */
    double value;   /* units */
    bool both;      /* of both keys; else of the partition key alone, which is a shard */
    bool throttled; /* of what was throttled; else of what was taken */
};

struct rc_side_heat {
    char table[RC_GAUGES_TABLE_BYTES];
    uint32_t *cells[RC_HEAT_MEASURES];            /* shard * columns + column */
    uint64_t *totals[RC_HEAT_MEASURES];           /* a shard */
    struct rc_hot_key keys[4 * RC_DAY_HEAT_KEYS]; /* report by report, the hottest first */
    size_t key_count;
    char keys_note[RC_ERROR_TEXT_BYTES]; /* why no keys are known; "": they are */
};

struct rc_day_heat {
    char program[40], date[12];
    size_t shards, runs;
    int64_t from_ms, step_ms; /* of the columns */
    size_t columns;           /* 0: nothing was written in the last while */
    uint64_t left_out;        /* cells that are older, or of shards that are too many */
    struct rc_side_heat side[RC_SIDES];
};

/* The runs are those that began on the day's date or in the three days after it, and in the
 * last three days. date: YYYY-MM-DD. NULL with an error: RC_USAGE when it is no program or
 * date. */
struct rc_listing *rc_live_day_heat(struct rc_live *live, const char *program, const char *date,
                                    struct rc_error *err);

/* What it found, valid as long as the listing; NULL until it is complete. */
const struct rc_day_heat *rc_day_heat_of(const struct rc_listing *listing);

/* What limits the writes of a side; gauges are of its table, in the time of the columns (NULL:
 * not known). False without memory. */
bool rc_day_heat_diagnose(const struct rc_day_heat *heat, enum rc_side side,
                          const struct rc_gauges *gauges, struct rc_skew *skew,
                          struct rc_diagnosis *diagnosis, struct rc_error *err);

/* The period of gauges that holds the columns, and until when. */
int64_t rc_day_heat_period_s(const struct rc_day_heat *heat);
int64_t rc_day_heat_until_ms(const struct rc_day_heat *heat);

#endif
