/* A discrepancy as an item under DISC#PROGRAM#DATE#fingerprint#SHARD, written and read. */
#ifndef RC_PIPELINE_DISCREPANCY_H
#define RC_PIPELINE_DISCREPANCY_H

#include "pipeline/record_item.h"

/* Records are kept in the item until its JSON has so many bytes: a record has less than 16
 * KiB, an item may have 400 KB. */
enum { RC_DISCREPANCY_BYTES = 380 << 10 };

/* Begins the item and adds all but "expires":
 *   status, rule, reason
 *   differences          bits (1 << enum rc_canon)
 *   settlement, internal lists of records: sk, record, offset, bytes; open_item, the sort
 *                        key of the open item, where it is one of an earlier day
 *   omitted_settlement, omitted_internal
 *                        how many records of the side there are besides, when there are */
void rc_discrepancy_item(struct rc_draft *draft, const struct rc_filedate *day,
                         const char *fingerprint, uint32_t shard, const struct rc_outcome *outcome);

/* The outcome of an item; its records and their texts live as long as this. */
struct rc_discrepancy {
    struct rc_outcome outcome;
    int64_t omitted[RC_SIDES]; /* records that the item does not hold */
    struct rc_entry **entries;
    size_t count;
    struct rc_outcome_record *records;
};

/* Ages are those of the matcher's file date. False, with nothing to free, when the item is
 * none of this version. */
bool rc_discrepancy_read(const json_t *item, const struct rc_matcher *matcher,
                         struct rc_discrepancy *discrepancy, struct rc_error *err);
void rc_discrepancy_free(struct rc_discrepancy *discrepancy);

#endif
