/* A plan as people ask for it: a few figures, of which most may be left open, and the whole
 * answer: counts of shards beside each other, the one that is advised, and what breaks
 * first. The command, the console and `get` show this one answer (core/plan.h has the
 * model). */
#ifndef RC_CORE_PLANNING_H
#define RC_CORE_PLANNING_H

#include "core/plan.h"
#include "core/skew.h"

enum { RC_PLANNING_ROWS = 10, RC_PLANNING_DECADES = 6 };

/* The question. */
struct rc_planning {
    struct rc_plan_load load; /* per_second, ready_wcu 0: what follows from the records */
    struct rc_plan_setting setting;
    double found_records; /* that were suggested, whatever was put: a peak that was, is theirs */
    uint32_t shards;      /* a count to look at beside the usual ones: that there is; 0: none */
    uint32_t given;       /* a bit for each figure that was put, */
    uint32_t found;       /* and that was suggested */
};

/* Without records; rc_plan_standard, items of 700 bytes, a chance of 0.001. */
struct rc_planning rc_planning_begin(void);

/* The figures that people set, by name: "records", "peak" (a second), "item" (bytes), "skew",
 * "ready" (write units), "probability", "within" (a time), "write" and "quota" (write units),
 * "shards". */
struct rc_planning_figure {
    const char *name;
    const char *what;     /* "records of a side" */
    const char *expected; /* how it is written */
};
enum rc_planning_name {
    RC_PLANNING_RECORDS,
    RC_PLANNING_PEAK,
    RC_PLANNING_ITEM,
    RC_PLANNING_SKEW,
    RC_PLANNING_READY,
    RC_PLANNING_PROBABILITY,
    RC_PLANNING_WITHIN,
    RC_PLANNING_WRITE,
    RC_PLANNING_QUOTA,
    RC_PLANNING_SHARDS,
    RC_PLANNING_FIGURES
};
extern const struct rc_planning_figure rc_planning_figures[RC_PLANNING_FIGURES];

double rc_planning_get(const struct rc_planning *planning, int figure);

/* Somebody wants it so; what is suggested, of a day, holds where nobody does. */
void rc_planning_put(struct rc_planning *planning, int figure, double value);
void rc_planning_suggest(struct rc_planning *planning, int figure, double value);

/* Nobody wants it so any more: the next suggestion holds. */
void rc_planning_forget(struct rc_planning *planning, int figure);
bool rc_planning_is_put(const struct rc_planning *planning, int figure);
bool rc_planning_is_found(const struct rc_planning *planning, int figure); /* suggested */

/* "1000000", "1e9"; of "within" "90s", "30m", "1h", too. False with RC_USAGE. */
bool rc_planning_read(struct rc_planning *planning, int figure, const char *text,
                      struct rc_error *err);

/* "records=1e9": the same by a word; false with RC_USAGE, also when it is none of them. */
bool rc_planning_word(struct rc_planning *planning, const char *word, struct rc_error *err);

/* "1000000", "1e9", "0.001", from 0 on; the same, whole and from 1 on, or from 0 on; and "90s",
 * "30m", "1h", "3600" in seconds, from one to RC_PLANNING_WITHIN_MOST_S. False when it is none. */
enum { RC_PLANNING_WITHIN_MOST_S = 31622400 }; /* a year */
bool rc_planning_number(const char *text, double *value);
bool rc_planning_whole(const char *text, double *value);
bool rc_planning_whole_or_none(const char *text, double *value);
bool rc_planning_time(const char *text, double *seconds);

/* ----- the answer ----- */

struct rc_planning_row {
    struct rc_plan_shards plan;
    double taken_split, taken_unsplit; /* rc_plan_taken, the second: together */
};

struct rc_planning_answer {
    struct rc_plan_load load; /* complete */
    struct rc_planning_row rows[RC_PLANNING_ROWS];
    struct rc_plan_limit limits[RC_PLAN_LIMITS]; /* with `advised`, the nearest first */
    size_t count;                                /* of rows, by ascending shards */
    uint32_t smallest;                           /* that suffices; 0: none does */
    uint32_t advised;                            /* the power of two from there on with which a
                                                    match ends in time, if any does; 0 */
    uint32_t there;                              /* that there are, or were put; 0: not known */
    bool hot;                                    /* none does because of the hottest id */
    bool for_match;                              /* more are advised, so that a match does */
    bool over_peak; /* the peak that was suggested does not bring the records in time: load has
                       what does */
};

/* False with RC_INVALID, which names the figure that is off, or without memory. */
bool rc_planning_answer(const struct rc_planning *planning, struct rc_planning_answer *answer,
                        struct rc_error *err);

/* A day of 10,000 × 10^decade records with the shards that were put, and else those that there
 * are (64 where nothing was found) or what is advised for it where that is more. Its peak follows
 * from its records unless one was put, which holds as far as such a day can have it. Every limit,
 * the furthest over it first. */
struct rc_planning_decade {
    struct rc_plan_load load;
    struct rc_plan_limit limits[RC_PLAN_LIMITS];
    uint32_t shards, smallest;
};
bool rc_planning_decade(const struct rc_planning *planning, int decade,
                        struct rc_planning_decade *out, struct rc_error *err);

/* "277778 of 40000 write units a second" */
enum { RC_PLANNING_LIMIT_TEXT = 128 };
void rc_planning_limit(const struct rc_plan_limit *limit, char text[RC_PLANNING_LIMIT_TEXT]);

/* What to do, in sentences: the count that is advised, or why none suffices. */
enum { RC_PLANNING_TEXT = 512 };
void rc_planning_advice(const struct rc_planning_answer *answer, char text[RC_PLANNING_TEXT]);

/* Whether those that there are do not suffice, or are not known. */
bool rc_planning_has_to_move(const struct rc_planning_answer *answer);

/* How a program gets another count, in sentences. */
void rc_planning_move(uint32_t shards, char text[RC_PLANNING_TEXT]);

/* The share of all that one id has which explains how much the fullest shard is over the
 * others; 0 where chance explains it. Were s that share, the fullest of n shards would have
 * s + (1 - s) / n of all. */
double rc_planning_hot_share(const struct rc_skew *skew);

#endif
