/* The items that the measurements write: one transaction of a day each, as a pipeline
 * keeps it under a sharded partition key. bench/aws_boto3.py and bench/aws_sdk.mjs make
 * the same ones. */
#ifndef RC_BENCH_AWS_ITEMS_H
#define RC_BENCH_AWS_ITEMS_H

#include "aws/ddb_item.h"

#include <stdio.h>

enum { BENCH_SHARDS = 16 };

struct bench_item {
    char partition[48];
    char sort[48];
    char merchant[24];
    char reference[24];
    int64_t amount_minor;
    int64_t offset_bytes;
};

/* Another number for each: a day's ids come in no order. An odd factor modulo 2^k goes
 * through all of them (2^30 has room for every number that is asked for). */
static inline int bench_item_scatter(int number)
{
    return (int)((uint32_t)number * UINT32_C(2654435761) & 0x3FFFFFFF);
}

static inline void bench_item_make(struct bench_item *item, int number)
{
    snprintf(item->partition, sizeof item->partition, "VISA042#2026-04-01#Shard%d",
             number % BENCH_SHARDS);
    snprintf(item->sort, sizeof item->sort, "TXN%012d%%2FA#0001#0000000001", number);
    snprintf(item->merchant, sizeof item->merchant, "MERCHANT %05d", number % 977);
    snprintf(item->reference, sizeof item->reference, "R%014d", number);
    item->amount_minor = 100 + (int64_t)number * 7919 % 500000;
    item->offset_bytes = (int64_t)number * 168;
}

/* {"PK": {"S": …}, …} */
static inline void bench_item_write(struct rc_jsonw *json, const struct bench_item *item)
{
    rc_item_open(json);
    rc_item_text(json, "PK", item->partition);
    rc_item_text(json, "SK", item->sort);
    rc_item_text(json, "kind", "purchase");
    rc_item_int(json, "amount", item->amount_minor);
    rc_item_text(json, "cur", "EUR");
    rc_item_text(json, "booked", "2026-04-01");
    rc_item_text(json, "settled", "2026-04-02");
    rc_item_text(json, "card", "411111******1111");
    rc_item_text(json, "merchant", item->merchant);
    rc_item_text(json, "ref", item->reference);
    rc_item_int(json, "at", item->offset_bytes);
    rc_item_bool(json, "matched", true);
    rc_item_close(json);
}

#endif
