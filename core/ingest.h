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

/* ----- reading back; one reader a thread ----- */

struct rc_reader;

/* With raw, entries carry the record's bytes, card numbers masked. */
struct rc_reader *rc_reader_new(const struct rc_ingest *ingest, bool raw, struct rc_error *err);
void rc_reader_free(struct rc_reader *reader);

/* The entry of a row: everything but `order` and `ambiguous` is set. */
bool rc_reader_fetch(struct rc_reader *reader, uint64_t where, struct rc_entry **entry,
                     struct rc_error *err);

#endif
