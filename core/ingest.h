/* One side of a day, parsed: its compact rows, what it adds up to on the
 * assumption that everything matches, and the means to read any of its records
 * back. */
#ifndef RC_CORE_INGEST_H
#define RC_CORE_INGEST_H

#include "core/match.h"
#include "core/parse.h"
#include "core/rows.h"

struct rc_ingest_options {
    enum rc_side side;
    const struct rc_layout *layout;
    int fd; /* a regular file; stays the caller's */
    const struct rc_matcher *matcher;
    bool whole_content; /* every mapped field is compared: one hash serves twice */
    uint32_t shard_count;
    struct rc_card_key card_key;
    struct rc_rows_options rows;
    /* Rejected records, as in struct rc_sink; may be NULL. */
    void *context;
    bool (*reject)(void *context, enum rc_side side, const struct rc_reject *reject,
                   struct rc_error *err);
};

struct rc_ingest;

struct rc_ingest *rc_ingest_new(const struct rc_ingest_options *options, struct rc_error *err);
void rc_ingest_free(struct rc_ingest *ingest);

/* Parses the whole file. */
bool rc_ingest_run(struct rc_ingest *ingest, struct rc_error *err);

/* After the run. */
struct rc_rows *rc_ingest_rows(struct rc_ingest *ingest);
const struct rc_parse_totals *rc_ingest_totals(const struct rc_ingest *ingest);

/* Adds what the side adds up to, all of it as RC_MATCHED, to shard_count summaries. */
bool rc_ingest_summaries(const struct rc_ingest *ingest, struct rc_summary *shards,
                         struct rc_error *err);

/* Gives the rows' memory back; they are not needed once they are joined. */
void rc_ingest_drop_rows(struct rc_ingest *ingest);

/* ----- reading back; one reader a thread ----- */

/* A record that was read back. Its bytes live in the reader. */
struct rc_kept {
    uint64_t row_where; /* as the row has it: set by the caller */
    uint64_t key;       /* as the row has it: set by the caller */
    uint64_t check;     /* for the caller: more of the hash that orders it */
    struct rc_where where;
    const uint8_t *canonical;
    const uint8_t *raw; /* masked; NULL when not asked for */
    uint32_t canonical_length, raw_length;
};

struct rc_reader;

/* With raw, records come with their bytes, card numbers masked. */
struct rc_reader *rc_reader_new(const struct rc_ingest *ingest, bool raw, struct rc_error *err);
void rc_reader_free(struct rc_reader *reader);

/* Reads records back; items are best in the order of row_where, so that records
 * that stand near each other are read at once. Fills everything that is not the
 * caller's. */
bool rc_reader_fetch(struct rc_reader *reader, struct rc_kept *const *items, size_t count,
                     struct rc_error *err);

/* Forgets what was read; gives its memory back. */
void rc_reader_forget(struct rc_reader *reader);

#endif
