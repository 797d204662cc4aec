/* What the state table knows of a file-day: how many shards it has, which deliveries
 * count, and what each of them adds up to. */
#ifndef RC_PIPELINE_DAY_STATE_H
#define RC_PIPELINE_DAY_STATE_H

#include "core/day.h"
#include "pipeline/catalog.h"
#include "pipeline/open_items.h"

/* DAY#… / CONFIG: shard_count; for each side a map `active` from a file's identity to the
 * delivery that counts, and `next`, the number of the next one. */
struct rc_day_config {
    uint32_t shard_count; /* 0: the day is not known yet */
    struct rc_active active[RC_SIDES];
    int next[RC_SIDES];
};

bool rc_day_config_read(struct rc_pipeline *pipeline, const struct rc_filedate *day,
                        struct rc_day_config *config, struct rc_error *err);

/* The same of an item that was read from there (NULL: there is none); it is as a new day's
 * then. False when it is not as this version writes it. */
bool rc_day_config_take(const struct rc_key *key, const json_t *item, struct rc_day_config *config,
                        struct rc_error *err);

/* Fixes the shard count, unless the day has one, and enters the day into the catalog.
 * Gives what holds. */
bool rc_day_config_make(struct rc_pipeline *pipeline, const struct rc_filedate *day,
                        uint32_t shard_count, struct rc_day_config *config, struct rc_error *err);

/* What a file calls itself among those of its day and side. Layouts do not tell files of
 * one side apart, so that all of them have the same name. */
#define RC_WHOLE_DAY "day"

/* The name in CONFIG's maps that stands for a file's identity: a word. */
void rc_identity_name(const char *identity, char name[40]);

/* ----- what a delivery adds up to: DELIVERY#… / TOTALS ----- */

enum {
    RC_TOTALS_CONTROLS = 1000
}; /* controls that are kept; of all of them it is known
      how many are broken */

/* The item, which lives as long as the draft (to be freed, whatever comes); NULL when it did
 * not fit. digest: of the delivery's records. */
const char *rc_totals_item(struct rc_draft *draft, const struct rc_key *key,
                           const struct rc_side_totals *totals, rc_u128 digest);

/* Adds the delivery of an item that was read from there to its side: in the order of their
 * numbers. False when it is none, or NULL. */
bool rc_totals_take(const struct rc_key *key, const json_t *item, struct rc_side_totals *side,
                    rc_u128 *digest, struct rc_error *err);

/* Fills a day from the totals of its active deliveries: program, date, shard count,
 * sides, total.digest, carried and fingerprint; no shards. Free it with rc_day_free.
 * earlier: the days that it is carried in from. */
bool rc_day_gather(struct rc_pipeline *pipeline, const struct rc_filedate *date,
                   const struct rc_setup *setup, const struct rc_day_config *config,
                   struct rc_earlier *earlier, struct rc_day *day, struct rc_error *err);

/* Whether the deliveries of `config` are those of the fingerprint. If they are not, the
 * fault is "InputsChanged": the day has to be prepared anew. */
bool rc_day_is_still(struct rc_pipeline *pipeline, const struct rc_filedate *date,
                     const struct rc_setup *setup, const struct rc_day_config *config,
                     const char *fingerprint, struct rc_earlier *earlier, struct rc_error *err);

#endif
