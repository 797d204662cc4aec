/* What the two files of a file's listing share: live_onefile.c (what is asked) and
 * live_onefile_facts.c (the rows that are made of the answers). */
#ifndef RC_MODEL_LIVE_ONEFILE_INTERNAL_H
#define RC_MODEL_LIVE_ONEFILE_INTERNAL_H

#include "aws/s3.h"
#include "model/live_items.h"
#include "model/recordfile.h"

/* The parts of the listing, in their order. */
enum rc_fact_part {
    RC_FACT_FILE,
    RC_FACT_HEADER,
    RC_FACT_CONTROL,
    RC_FACT_REJECTED,
    RC_FACT_DELIVERY,
    RC_FACT_RUN,
    RC_FACT_VERSION,
};

struct rc_fact {
    enum rc_fact_part part;
    const char *name, *value; /* NULL: none */
    bool alert;
    const char *run, *version, *path; /* what it leads to; NULL: nothing */
    uint64_t number;                  /* of a record; 0: none */
};

struct rc_facts {
    struct rc_listing *listing;
    sqlite3_stmt *add;
    const char *bucket, *key; /* of the file, borrowed */
    bool failed;
    struct rc_error err; /* of the first that failed */
};

bool rc_facts_open(struct rc_facts *facts, struct rc_listing *listing, struct rc_error *err);
void rc_facts_close(struct rc_facts *facts);

/* A fact without a value is left out. Each function marks the facts when it fails. */
void rc_facts_add(struct rc_facts *facts, const struct rc_fact *fact);

/* What the item of the file says (pipeline/file.h): place, state, delivery, run, lease. */
void rc_facts_of_item(struct rc_facts *facts, const json_t *item);
void rc_facts_of_totals(struct rc_facts *facts, const json_t *item);
void rc_facts_of_checkpoint(struct rc_facts *facts, const json_t *item);
void rc_facts_of_config(struct rc_facts *facts, const json_t *config, const json_t *item);
void rc_facts_of_rejected(struct rc_facts *facts, const json_t *item);
void rc_facts_of_header(struct rc_facts *facts, const struct rc_shown_record *header);

/* Versions of the object that S3 has (NULL: it was not told) with what the pipeline's items, an
 * array, say of them, and those that S3 has no more. */
void rc_facts_of_versions(struct rc_facts *facts, const struct rc_s3_versions *versions,
                          const json_t *items);

#endif
