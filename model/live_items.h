/* Items of the pipeline's tables, asked for by listings: keys, queries, and what is said of
 * those that did not come. */
#ifndef RC_MODEL_LIVE_ITEMS_H
#define RC_MODEL_LIVE_ITEMS_H

#include "aws/batch.h"
#include "aws/dynamodb.h"
#include "model/live_internal.h"
#include "pipeline/keys.h"

/* A key as DynamoDB's JSON, the caller's; NULL without memory. */
char *rc_live_key_json(const struct rc_key *key);

/* A query of the state table for the items under key->pk whose sort key begins with key->sk
 * ("": all). `values` is initialised here and belongs to the query; false with an error when
 * it does not fit. */
bool rc_live_query(struct rc_dynamodb_query *in, struct rc_buf *values, const struct rc_key *key,
                   struct rc_error *err);

/* Why an entry of a BatchGetItem failed, with the remedy. */
void rc_live_explain_entry(const struct rc_live *live, const struct rc_batch_outcome *outcome,
                           struct rc_error *err);

#endif
