/* What BatchWriteItem and BatchGetItem share. */
#ifndef RC_LOCAL_DYNAMODB_BATCH_H
#define RC_LOCAL_DYNAMODB_BATCH_H

#include "local/dynamodb_internal.h"

/* One item of a batch. */
struct rc_ddb_entry {
    const json_t *json; /* BatchGetItem: the key */
    const char *text;   /* BatchWriteItem: the request, as it came */
    size_t length;
    const char *table_name;
    struct rc_ddb_write write;
    struct rc_attribute item; /* or the key */
    bool put;
    bool unprocessed;
};

/* `empty` names a table of which nothing is asked; NULL: there is none. */
bool rc_ddb_check_count(struct rc_ddb *ddb, size_t count, size_t most, const char *empty,
                        const char *operation);
bool rc_ddb_check_duplicates(struct rc_ddb *ddb, const struct rc_ddb_entry *entries, size_t count);

/* When nothing could be processed. Gives false. */
bool rc_ddb_fail_batch(struct rc_ddb *ddb, const struct rc_ddb_refusal *refusal);

#endif
