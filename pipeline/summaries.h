/* Summaries in the state table: what one task of a pass found, under
 * SUMMARY#fingerprint#pass#shard#part. Pass 0 holds what its shard adds up to; a later
 * pass what its residue changes in any shard. */
#ifndef RC_PIPELINE_SUMMARIES_H
#define RC_PIPELINE_SUMMARIES_H

#include "core/summary.h"
#include "pipeline/open_items.h"

enum { RC_SUMMARY_PART_BYTES = 300 << 10 }; /* of a part; an item has 400 KB */

/* Writes shards of which anything is not zero, and what was left open. `shard` is the
 * task's own. */
bool rc_summaries_write(struct rc_pipeline *pipeline, const struct rc_filedate *day,
                        const char *fingerprint, int pass, uint32_t shard,
                        const struct rc_summary *shards, uint32_t shard_count,
                        const struct rc_left_open *left, int64_t expires, struct rc_error *err);

/* Adds up the items of rc_key_summaries, as they come, into shards that are zeroed; shards and
 * rules are borrowed. */
struct rc_summaries_reader;

struct rc_summaries_reader *rc_summaries_reader_new(const struct rc_rules *rules,
                                                    struct rc_summary *shards, uint32_t shard_count,
                                                    struct rc_error *err);
void rc_summaries_reader_free(struct rc_summaries_reader *reader); /* NULL is allowed */

/* The next item in the order of their keys; false when it is none. */
bool rc_summaries_take(void *reader, const json_t *item, struct rc_error *err);

/* All have come: finishes the shards. False when the summary of a shard of a pass is missing:
 * each of the program's passes has the day's shards, the last one, when the program looks for
 * open items, RC_OPEN_SHARDS. */
bool rc_summaries_end(struct rc_summaries_reader *reader, struct rc_left_open *left,
                      struct rc_error *err);

/* All of it at once, waiting for the items. */
bool rc_summaries_read(struct rc_pipeline *pipeline, const struct rc_filedate *day,
                       const char *fingerprint, const struct rc_rules *rules,
                       struct rc_summary *shards, uint32_t shard_count, struct rc_left_open *left,
                       struct rc_error *err);

#endif
