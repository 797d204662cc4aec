/* What model/live_trail.c (what is asked) and model/live_trail_rows.c (what comes of it)
 * share. */
#ifndef RC_MODEL_LIVE_TRAIL_INTERNAL_H
#define RC_MODEL_LIVE_TRAIL_INTERNAL_H

#include "core/civil.h"
#include "model/live_queries.h"
#include "model/live_trail.h"
#include "pipeline/day_state.h"

/* A day of the catalog, and what of it decides which records count. */
struct rc_trail_day {
    struct rc_filedate day;
    struct rc_day_config config; /* shard_count 0: there is none */
    char fingerprint[33];        /* of its rollup; "": it has none */
};

/* The object of a delivery that has rows. */
struct rc_trail_place {
    size_t day;
    enum rc_side side;
    int delivery;
};

enum {
    RC_TRAIL_PLACES = 4096, /* deliveries whose objects are looked for */
    RC_TRAIL_PROGRAMS = 256,
};

enum rc_trail_stage {
    RC_TRAIL_CATALOG, /* which days there are */
    RC_TRAIL_HEADS,   /* configuration and rollup of some of them */
    RC_TRAIL_SIDES,   /* their records */
    RC_TRAIL_FOUND,   /* their discrepancies */
    RC_TRAIL_OPEN,    /* what they left open, of all */
    RC_TRAIL_OBJECTS, /* where the records stand */
};

struct rc_trail {
    struct rc_listing listing; /* first */
    bool whole;                /* all records of one day */
    char program[RC_PROGRAM_ID_BYTES + 1];
    char *id;
    char key[RC_ID_BYTES + 2]; /* the id, encoded, and '#' */
    uint64_t hash;
    enum rc_trail_stage stage;
    struct rc_queries *queries;
    struct rc_queries_cost cost;
    uint64_t cursor; /* of the stage's next query */
    struct rc_trail_day *days;
    size_t day_count, day_room;
    size_t first; /* of the days that are being looked at */
    struct rc_trail_place places[RC_TRAIL_PLACES];
    size_t place_count;
    size_t programs[RC_TRAIL_PROGRAMS]; /* a day of each */
    size_t program_count;
    bool full; /* there are more than are shown */
    sqlite3_stmt *insert, *set_status, *set_matched, *set_object;
};

bool rc_trail_prepare(struct rc_trail *trail, struct rc_error *err);
void rc_trail_release(struct rc_trail *trail);

/* Each takes items of its stage and puts them into the table. */
bool rc_trail_put_records(struct rc_trail *trail, size_t day, enum rc_side side, uint32_t shard,
                          const json_t *const *items, size_t count, struct rc_error *err);
bool rc_trail_put_found(struct rc_trail *trail, size_t day, uint32_t shard,
                        const json_t *const *items, size_t count, struct rc_error *err);
bool rc_trail_put_open(struct rc_trail *trail, const char *program, const json_t *const *items,
                       size_t count, struct rc_error *err);
bool rc_trail_put_object(struct rc_trail *trail, const struct rc_trail_place *place,
                         const json_t *item, struct rc_error *err);

/* Days whose discrepancies have come: what has none, and a counterpart, has matched. */
bool rc_trail_put_matched(struct rc_trail *trail, size_t first, size_t count, struct rc_error *err);

#endif
