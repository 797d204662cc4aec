/* A normalised record as an item: its canonical bytes and where it stands in its file.
 * The same record of the same delivery is the same item, whoever writes it. */
#ifndef RC_PIPELINE_RECORD_ITEM_H
#define RC_PIPELINE_RECORD_ITEM_H

#include "core/match.h"
#include "pipeline/store.h"

/* Appends the attributes of a record to an item that was begun:
 *   record  canonical bytes
 *   offset  bytes from the file's start
 *   bytes   of the record in its file, framing included */
void rc_record_item(struct rc_draft *draft, const uint8_t *canonical, size_t length,
                    const struct rc_where *where);

/* The record of an item, or of an attribute that is a map of the same members. `sk` is
 * where its delivery and number are read from (ID#delivery#number); origin as in
 * struct rc_outcome_record. Ages are those of
 * the matcher's file date. NULL with err when it is none. */
struct rc_entry *rc_record_entry(const json_t *item, const char *sk, enum rc_side side,
                                 const char *origin, const struct rc_matcher *matcher,
                                 struct rc_error *err);

/* The sort key of a record, as rc_key_record makes it. */
void rc_record_sk(const struct rc_outcome_record *item, struct rc_key *key);

#endif
