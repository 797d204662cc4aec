/* A discrepancy as an item under DISC#PROGRAM#DATE#fingerprint#SHARD. */
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
 *   omitted              how many records there are besides, when there are */
void rc_discrepancy_item(struct rc_draft *draft, const struct rc_filedate *day,
                         const char *fingerprint, uint32_t shard, const struct rc_outcome *outcome);

#endif
