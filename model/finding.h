/* One discrepancy with all that is known of it: its records field by field and byte
 * by byte, and what else among the discrepancies looks like them. */
#ifndef RC_MODEL_FINDING_H
#define RC_MODEL_FINDING_H

#include "core/record.h"
#include "model/table.h"

enum {
    RC_FINDING_RECORDS = 256, /* that are read of one; more are counted */
    RC_CANDIDATES = 50,
};

struct rc_finding_record {
    enum rc_side side;
    uint64_t number, offset, length;
    int64_t age_days;
    char *field[RC_CANON_FIELDS];   /* as text, money in major units; NULL: there is none */
    int64_t minor[RC_CANON_FIELDS]; /* of amounts in minor units, of dates in days */
    uint8_t *raw;                   /* card numbers masked */
    uint32_t raw_length;
};

struct rc_finding {
    int64_t id;
    char status[32], rule[80], reason[512], age_bucket[16];
    char *transaction_id;
    bool exception;
    uint64_t shard;
    char currency[4], kind[16];
    int64_t age_days;
    bool has_delta;
    int64_t delta_minor;
    uint32_t differences; /* bit a canonical field */
    uint64_t count[RC_SIDES];
    struct rc_finding_record *records; /* settlement first, in canonical order */
    size_t record_count;
};

/* NULL with an error; RC_USAGE when there is none of that id. */
struct rc_finding *rc_finding_read(struct rc_model *model, int64_t id, struct rc_error *err);

/* The one of the next higher id (direction 1) or the next lower one (-1). NULL: there is
 * none (err untouched), or an error. */
struct rc_finding *rc_finding_next(struct rc_model *model, int64_t id, int direction,
                                   struct rc_error *err);
void rc_finding_free(struct rc_finding *finding);

/* How a field of two records differs: settlement less internal, as text ("+1.25",
 * "+3 days"); "" where that means nothing. */
void rc_finding_delta(const struct rc_finding_record *settlement,
                      const struct rc_finding_record *internal, enum rc_canon field, char *text,
                      size_t size);

/* ----- what looks like it ----- */

enum rc_likeness {
    RC_LIKE_ID = 1,
    RC_LIKE_REFERENCE = 2,
    RC_LIKE_AUTH_CODE = 4,
    RC_LIKE_AMOUNT = 8, /* and currency */
};

struct rc_candidate {
    int64_t discrepancy;
    enum rc_side side;
    uint64_t number;
    unsigned likeness; /* bits of enum rc_likeness */
    char status[32], transaction_id[64], amount[48], currency[4], date[16];
};

struct rc_candidates {
    struct rc_candidate items[RC_CANDIDATES];
    size_t count;
    bool more; /* there are others */
};

/* Records of other discrepancies that share an id, a reference, an authorisation code
 * or an amount with one of this, those that share more first. Reads every record of
 * the day file: for a worker thread. */
bool rc_candidates_find(struct rc_model *model, const struct rc_finding *finding,
                        struct rc_candidates *candidates, struct rc_error *err);

/* ----- single records ----- */

/* A record that the day file keeps: one of a discrepancy, or a rejected one. */
struct rc_kept_record {
    enum rc_side side;
    uint64_t number, offset, length;
    int64_t discrepancy; /* 0: it was rejected */
    char field[80], reason[512];
    uint8_t *raw;
    uint32_t raw_length;
};

/* By its number in the file. NULL: it is not kept (err untouched), or an error. */
struct rc_kept_record *rc_kept_record_read(struct rc_model *model, enum rc_side side,
                                           uint64_t number, struct rc_error *err);
void rc_kept_record_free(struct rc_kept_record *record);

#endif
