/* What the files of a live day share: live_day.c (its stages), live_day_sums.c (what its
 * rollup says), live_day_rows.c (discrepancies and rejected records), live_day_notes.c and
 * live_day_bytes.c. */
#ifndef RC_MODEL_LIVE_DAY_INTERNAL_H
#define RC_MODEL_LIVE_DAY_INTERNAL_H

#include "core/civil.h"
#include "model/dayfile_internal.h"
#include "model/live_day.h"
#include "model/live_queries.h"
#include "pipeline/day_state.h"
#include "pipeline/summaries.h"

enum rc_live_day_stage {
    RC_LIVE_DAY_HEAD,   /* rollup and notes: has anything changed? */
    RC_LIVE_DAY_SETUP,  /* configuration and program */
    RC_LIVE_DAY_SUMS,   /* totals of the deliveries, summaries of the shards */
    RC_LIVE_DAY_PAGES,  /* discrepancies and rejected records */
    RC_LIVE_DAY_SWEEP,  /* what an older rollup had and this one has not */
    RC_LIVE_DAY_STAGES, /* how many there are */
};

/* The items that a day's tables of sums are made of, as they come. */
struct rc_live_day_items {
    json_t *rollup, *config, *program;
    json_t *totals[RC_SIDES][RC_ACTIVE_MOST]; /* as the configuration has the deliveries */
};

/* A query of the pages: of a shard's discrepancies, or of a delivery's rejected records. Its rows
 * have ids of their own, in their order, so that a day has the same ids whenever it is filled. */
struct rc_live_day_ask {
    bool ended;
    int64_t before; /* ids that those before it have */
    int64_t room;   /* ids that are its own */
    int64_t met;    /* items so far */
    int64_t come;   /* the most that were met; a query that is asked again meets them again */
};

struct rc_live_day_bytes;

enum { RC_LIVE_DAY_KEY_BYTES = RC_SK_BYTES + 16 }; /* of a row's name */

struct rc_live_day {
    struct rc_listing listing; /* first */
    struct rc_filedate day;
    struct rc_live_file name;
    struct rc_dayfile file; /* open, in WAL mode */
    struct {
        sqlite3_stmt *find_key, *put_key, *put_place, *put_stretch, *put_records;
    } rows;
    struct {
        sqlite3_stmt *put;
        uint64_t read; /* since they were asked for last */
        bool told;     /* that there are more than are read */
    } notes;

    struct rc_queries *queries; /* NULL: none run */
    uint64_t cursor;            /* of the stage's next query */
    struct rc_timer sweep;
    struct rc_queries_cost cost;
    struct rc_live_day_items items;

    /* Of the rollup that fills the file, or did. */
    int64_t fill; /* its number */
    struct rc_setup setup;
    struct rc_matcher matcher;
    struct rc_day_config config;
    struct rc_day sums;
    struct rc_summaries_reader *summaries;
    struct rc_live_day_ask *asks; /* rc_live_day_queries of them */
    struct rc_live_day_progress progress;
    uint64_t unreadable; /* items that are not what they should be */
    struct rc_error unreadable_first;

    struct rc_live_day_bytes *bytes; /* that are being fetched; NULL: none ever was */

    char date[RC_CIVIL_TEXT];
    char swept[RC_LIVE_DAY_KEY_BYTES]; /* the row's name that the sweep has come to */
    char fingerprint[33];              /* of that rollup; "": the day is not rolled up */
    bool whole;                        /* it has filled the file */
    bool stretched;                    /* live_stretch tells which ids have come */
    bool again;                        /* a newer one was looked for because rows were missing */
    bool ready;                        /* setup, matcher and config are read */
    enum rc_live_day_stage stage;
};

/* ----- live_day_sums.c ----- */

/* Makes the file, as that of a day that nothing is known of. */
bool rc_live_day_create(struct rc_live_day *day, struct rc_error *err);

/* Keeps an item for rc_live_day_put_sums, or hands a summary on to those that add up. */
bool rc_live_day_read_setup(struct rc_live_day *day, struct rc_error *err);
bool rc_live_day_begin_sums(struct rc_live_day *day, struct rc_error *err);

/* Writes all tables but those of rows, which it begins. */
bool rc_live_day_put_sums(struct rc_live_day *day, struct rc_error *err);
void rc_live_day_free_setup(struct rc_live_day *day);

/* ----- live_day_rows.c ----- */

bool rc_live_day_prepare_rows(struct rc_live_day *day, struct rc_error *err);
void rc_live_day_free_rows(struct rc_live_day *day);

/* Makes the asks of a new fill, from the sums of the day. */
bool rc_live_day_begin_rows(struct rc_live_day *day, struct rc_error *err);

/* All rows of a fill have come. */
bool rc_live_day_end_rows(struct rc_live_day *day, struct rc_error *err);

/* The queries of the stage of pages: those of discrepancies, a shard each, then those of
 * rejected records, an active delivery each. */
uint64_t rc_live_day_queries(const struct rc_live_day *day);
void rc_live_day_query(const struct rc_live_day *day, uint64_t number, struct rc_query *query);

/* Puts a page of one of them into the file. */
bool rc_live_day_put_page(struct rc_live_day *day, uint64_t number, const json_t *const *items,
                          size_t count, struct rc_error *err);

/* Removes some rows that this fill has not brought; *more: there are others. */
bool rc_live_day_sweep(struct rc_live_day *day, bool *more, struct rc_error *err);

/* ----- live_day_notes.c ----- */

/* What there is of them in a day's file, made behind its other tables. */
extern const char rc_live_day_note_tables[];

bool rc_live_day_prepare_notes(struct rc_live_day *day, struct rc_error *err);
void rc_live_day_free_notes(struct rc_live_day *day);

/* The query for all of the day's notes, and a page of its answer. */
void rc_live_day_ask_notes(struct rc_live_day *day, struct rc_query *query);
bool rc_live_day_put_notes(struct rc_live_day *day, const json_t *const *items, size_t count,
                           struct rc_error *err);

/* ----- live_day_bytes.c ----- */

void rc_live_day_stop_bytes(struct rc_live_day *day);

#endif
