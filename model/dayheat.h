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
    RC_DAY_HEAT_IDS = 4,        /* that stand out */
    RC_DAY_HEAT_KEYS = 10,      /* of each report */
    RC_DAY_HEAT_SHARDS = 4096,
};

enum rc_hot_kind {
    RC_HOT_ID,    /* a TransactionID, as in sort keys, by what the runs have noted */
    RC_HOT_ITEM,  /* partition and sort key, a blank between, by contributor insights */
    RC_HOT_SHARD, /* a partition key, by them, too */
};

struct rc_hot_key {
    char text[120];
    double share; /* of an id at least that of the day's records; else of what the table was asked
                     for by all programs while the day's largest run wrote */
    enum rc_hot_kind kind;
    bool throttled; /* of what was throttled; else of what was taken */
};

struct rc_side_heat {
    char table[RC_GAUGES_TABLE_BYTES];
    uint32_t *cells[RC_HEAT_MEASURES];         /* shard * columns + column */
    uint64_t *totals[RC_HEAT_MEASURES];        /* a shard, of all runs */
    uint64_t *largest;                         /* writes a shard, of the run that wrote most */
    int64_t largest_from_ms, largest_until_ms; /* when it did; of no run: all columns */
    /* Ids first, then report by report, the hottest first. */
    struct rc_hot_key keys[RC_DAY_HEAT_IDS + 4 * RC_DAY_HEAT_KEYS];
    size_t key_count;
    char keys_note[RC_ERROR_TEXT_BYTES]; /* why there are no reports; "": there are */
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

/* How even the shards of a side are, by the run that wrote most: a file that runs again writes the
 * same records to the same shards, which says no more of the hash than it did before. skew->total
 * is what that run wrote. False without memory. */
bool rc_day_heat_skew(const struct rc_day_heat *heat, enum rc_side side, struct rc_skew *skew,
                      struct rc_error *err);

/* How many writes of a side were throttled, as its runs have noted: those of the day alone. */
uint64_t rc_day_heat_noted(const struct rc_day_heat *heat, enum rc_side side);

/* What limits the writes of a side; gauges are of its table (NULL: not known), and count in the
 * points in which the side wrote or was throttled. False without memory. */
bool rc_day_heat_diagnose(const struct rc_day_heat *heat, enum rc_side side,
                          const struct rc_gauges *gauges, struct rc_skew *skew,
                          struct rc_diagnosis *diagnosis, struct rc_error *err);

/* A side in one column: what its shards met, against what the plan (core/plan.h) makes of that many
 * writes, of which the id that stands out most has its share of the day's. */
struct rc_heat_moment {
    char at[32]; /* when it began: "2026-04-01T12:00:00Z" */
    uint64_t totals[RC_HEAT_MEASURES];
    size_t fullest, throttled_most; /* shards */
    size_t throttled_shards;        /* to which it happened */
    uint64_t fullest_writes;
    double expected, likely; /* of the fullest shard: expected; what it stays below in 99 of 100 */
    double per_second;       /* writes of all shards */
    double chance;           /* that a second of so many has more than 1,000 in any shard, which is
                                what a partition takes of items of one unit */
};

/* The hottest key of a kind among those that were taken, of a side. NULL: none is known. */
const struct rc_hot_key *rc_day_heat_hottest(const struct rc_side_heat *side,
                                             enum rc_hot_kind kind);

/* "id", "item", "shard". */
const char *rc_hot_kind_name(enum rc_hot_kind kind);

/* False without memory. */
bool rc_day_heat_moment(const struct rc_day_heat *heat, enum rc_side side, size_t column,
                        struct rc_heat_moment *moment, struct rc_error *err);

/* The column in which most was throttled or, where nothing was, most was written; 0 without
 * columns. */
size_t rc_day_heat_spike(const struct rc_day_heat *heat, enum rc_side side);

/* The next column, forwards or backwards, in which anything was throttled; the same where there is
 * none. */
size_t rc_day_heat_next(const struct rc_day_heat *heat, enum rc_side side, size_t column,
                        bool forwards);

/* What all shards met in a column. */
uint64_t rc_day_heat_sum(const struct rc_day_heat *heat, enum rc_side side,
                         enum rc_heat_measure measure, size_t column);

/* The period of gauges that holds the columns, and until when. */
int64_t rc_day_heat_period_s(const struct rc_day_heat *heat);
int64_t rc_day_heat_until_ms(const struct rc_day_heat *heat);

#endif
